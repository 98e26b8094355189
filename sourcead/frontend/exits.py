"""`break`, `continue` and early `return` as flags and nested ifs: one result, at the end.

What follows a branch that leaves goes into the other branch; a flag is set only where a loop (or a
`try`, or two branches that both go on) has to be left.  A loop keeps one `break`, as its last
statement, under a condition.

>>> import gast
>>> def shown(text):
...     body = normalise(gast.parse(text).body[0]).body
...     return gast.unparse(gast.Module(body, [])).strip()
>>> print(shown('''
... def f(x):
...     if x > 0.0:
...         return x
...     return -x
... '''))
if x > 0.0:
    result = x
else:
    result = -x
>>> print(shown('''
... def first(values, limit):
...     for value in values:
...         if value > limit:
...             break
...         print(value)
...     return value
... '''))
for value in values:
    broke = False
    if value > limit:
        broke = True
    else:
        print(value)
    if broke:
        break
result = value
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from sourcead.frontend.build import assign, false, load, located, nodes, true

__all__ = ["Normalised", "exits_of", "falls_through", "is_endless", "normalise"]

LOOPS = (gast.For, gast.While)
DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)


@dataclass(frozen=True, slots=True, eq=False)
class Normalised:
    """A body without early exits; `flags` gives for each flag that was made the word it stands for."""

    body: list[Any]
    result: str
    returned: str = ""  # the flag that tells whether `result` is set already
    flags: dict[str, str] = field(default_factory=dict)


def normalise(function: Any) -> Normalised:
    """The body of a FunctionDef, with its value in one variable at the end."""
    body = list(function.body)
    if falls_through(body):
        end = gast.Return(gast.Constant(None, None))
        body.append(located(end, body[-1]))
    normaliser = _Normaliser(_names(function))
    body = normaliser.function(body)
    return Normalised(body, normaliser.result, normaliser.returned, normaliser.flags)


def _names(function: Any) -> set[str]:
    return {node.id for node in nodes(function) if isinstance(node, gast.Name)}


# -- what a statement may do -------------------------------------------------------------------


def exits_of(statements: Iterable[Any]) -> frozenset[str]:
    """Which of return, break and continue may leave these statements."""
    found: frozenset[str] = frozenset()
    for node in statements:
        found |= _exits(node)
    return found


def _exits(node: Any) -> frozenset[str]:
    if isinstance(node, gast.Return | gast.Break | gast.Continue):
        return frozenset({type(node).__name__.lower()})
    if isinstance(node, DEFINITIONS):
        return frozenset()
    if isinstance(node, LOOPS):
        return (exits_of(node.body) & {"return"}) | exits_of(node.orelse)
    return exits_of(inner for block in _blocks(node) for inner in block)


def _blocks(node: Any) -> list[list[Any]]:
    handlers = [handler.body for handler in getattr(node, "handlers", ())]
    fields = ("body", "orelse", "finalbody")
    found = [getattr(node, name, None) for name in fields] if isinstance(node, gast.stmt) else []
    return [block for block in found if isinstance(block, list)] + handlers


def falls_through(statements: Iterable[Any]) -> bool:
    """Whether control may reach the end of these statements."""
    return all(map(_falls, statements))


def _falls(node: Any) -> bool:
    if isinstance(node, gast.Return | gast.Break | gast.Continue | gast.Raise):
        return False
    if isinstance(node, gast.If):
        return falls_through(node.body) or falls_through(node.orelse)
    if isinstance(node, gast.With):
        return falls_through(node.body)
    if isinstance(node, gast.Try):
        ways = [node.body + node.orelse, *(handler.body for handler in node.handlers)]
        return falls_through(node.finalbody) and any(map(falls_through, ways))
    if isinstance(node, LOOPS):
        is_left = "break" in exits_of(node.body)
        return is_left or (not is_endless(node) and falls_through(node.orelse))
    return True


def is_endless(loop: Any) -> bool:
    """`while True`."""
    test = getattr(loop, "test", None)
    return isinstance(test, gast.Constant) and bool(test.value)


# -- the transformation ------------------------------------------------------------------------


@dataclass(slots=True)
class _Loop:
    """The flags of the loop around; none outside of loops."""

    broke: str = ""
    continued: str = ""


class _Normaliser:
    """Rewrites blocks; each flag is `False` until the exit that it stands for is taken."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken
        self.flags: dict[str, str] = {}
        self.result = self.unique("result")
        self.returned = self.flag("returned")

    def unique(self, word: str) -> str:
        name, number = word, 0
        while name in self.taken:
            number += 1
            name = f"{word}_{number}"
        self.taken.add(name)
        return name

    def flag(self, word: str) -> str:
        name = self.unique(word)
        self.flags[name] = word
        return name

    def function(self, body: list[Any]) -> list[Any]:
        first = body[0]
        rewritten = _without_last(self.block(body, _Loop()), self.returned)
        return _without_unread([assign(self.returned, false(), first), *rewritten], self.flags)

    # blocks

    def block(self, statements: Sequence[Any], loop: _Loop) -> list[Any]:
        out: list[Any] = []
        for at, node in enumerate(statements):
            rest = statements[at + 1 :] if _falls(node) else []
            if isinstance(node, gast.Return | gast.Break | gast.Continue):
                return out + self.leave(node, loop)
            if isinstance(node, LOOPS):
                return out + self.loop(node, rest, loop)
            if isinstance(node, gast.If) and _exits(node):
                return out + self.branch(node, rest, loop)
            out.append(self.inside(node, loop))
            if _exits(node):
                return out + self.guarded(_exits(node), rest, node, loop)
        return out

    def leave(self, node: Any, loop: _Loop) -> list[Any]:
        match node:
            case gast.Break():
                return [assign(loop.broke, true(), node)]
            case gast.Continue():
                return [assign(loop.continued, true(), node)]
        value = gast.Constant(None, None) if node.value is None else node.value
        return [assign(self.result, value, node), assign(self.returned, true(), node)]

    def flags_of(self, exits: Iterable[str], loop: _Loop) -> list[str]:
        """The flags that tell of these exits."""
        flags = {"return": self.returned, "break": loop.broke, "continue": loop.continued}
        return [flags[kind] for kind in sorted(exits)]

    def guarded(
        self, exits: Iterable[str], rest: Sequence[Any], like: Any, loop: _Loop
    ) -> list[Any]:
        """`if not (any of these exits): rest`"""
        flags = self.flags_of(exits, loop)
        if not rest or not flags:
            return self.block(rest, loop)
        test = gast.UnaryOp(gast.Not(), _any_of(flags))
        return [located(gast.If(test, self.block(rest, loop), []), like)]

    def branch(self, node: Any, rest: Sequence[Any], loop: _Loop) -> list[Any]:
        """Puts what follows into the branch that goes on, if there is only one."""
        then, orelse = node.body, node.orelse
        after: list[Any] = []
        if rest and not falls_through(then):
            orelse = [*orelse, *rest]
        elif rest and not falls_through(orelse):
            then = [*then, *rest]
        else:
            after = self.guarded(_exits(node), rest, node, loop)
        body = self.block(then, loop) or [located(gast.Pass(), node)]
        return [located(gast.If(node.test, body, self.block(orelse, loop)), node), *after]

    def inside(self, node: Any, loop: _Loop) -> Any:
        match node:
            case gast.If():
                body, orelse = self.block(node.body, loop), self.block(node.orelse, loop)
                return located(gast.If(node.test, body, orelse), node)
            case gast.With():
                body = self.block(node.body, loop)
                return located(gast.With(node.items, body, node.type_comment), node)
            case gast.Try():
                return self.attempt(node, loop)
            case _:
                return node

    def attempt(self, node: Any, loop: _Loop) -> Any:
        """A handler may run although an exit was begun (`with` failing on the way out): flags go back."""
        exits = exits_of(node.body)
        back = [assign(flag, false(), node) for flag in self.flags_of(exits, loop)]
        handlers = [
            located(gast.ExceptHandler(h.type, h.name, [*back, *self.block(h.body, loop)]), h)
            for h in node.handlers
        ]
        body = self.block(node.body, loop)
        orelse = node.orelse if falls_through(node.body) else []
        orelse = self.guarded(exits, orelse, node, loop)
        final = self.block(node.finalbody, loop)
        return located(gast.Try(body, handlers, orelse, final), node)

    # loops

    def loop(self, node: Any, rest: Sequence[Any], outer: _Loop) -> list[Any]:
        if isinstance(node, gast.While) and _binds(node.test):
            return self.loop_binding_in_test(node, rest, outer)
        exits = exits_of(node.body)
        inner = _Loop(
            self.flag("broke") if "break" in exits else "",
            self.flag("continued") if "continue" in exits else "",
        )
        fresh = [assign(flag, false(), node) for flag in self.flags_of(exits, inner)]
        leaving = self.flags_of(exits & {"break", "return"}, inner)
        body = [*fresh, *self.block(node.body, inner)]
        if leaving:
            body.append(located(gast.If(_any_of(leaving), [gast.Break()], []), node))
        before = [assign(inner.broke, false(), node)] if node.orelse and inner.broke else []
        after = [*self.otherwise(node, inner), *rest]
        returning = {"return"} & exits
        return [*before, _with_body(node, body), *self.guarded(returning, after, node, outer)]

    def otherwise(self, node: Any, inner: _Loop) -> list[Any]:
        """The `else` of a loop, not run after a `break`."""
        if not node.orelse or not inner.broke:
            return list(node.orelse)
        test = gast.UnaryOp(gast.Not(), load(inner.broke))
        return [located(gast.If(test, node.orelse, []), node)]

    def loop_binding_in_test(self, node: Any, rest: Sequence[Any], outer: _Loop) -> list[Any]:
        """`while (x := f()): body` becomes `while True: if (x := f()): body else: break`."""
        ended = self.flag("ended")
        stop = [assign(ended, true(), node), located(gast.Break(), node)]
        turn = located(gast.If(node.test, node.body, stop), node)
        body = [assign(ended, false(), node), turn]
        endless = located(gast.While(gast.Constant(True, None), body, []), node)
        otherwise = [located(gast.If(load(ended), node.orelse, []), node)] if node.orelse else []
        before = assign(ended, false(), node)
        return [before, *self.loop(endless, [*otherwise, *rest], outer)]


def _with_body(node: Any, body: list[Any]) -> Any:
    if isinstance(node, gast.For):
        return located(gast.For(node.target, node.iter, body, [], node.type_comment), node)
    return located(gast.While(node.test, body, []), node)


def _binds(test: Any) -> bool:
    return any(isinstance(node, gast.NamedExpr) for node in gast.walk(test))


def _any_of(flags: list[str]) -> Any:
    values = [load(flag) for flag in flags]
    return values[0] if len(values) == 1 else gast.BoolOp(gast.Or(), values)


# -- flags that nobody asks for ------------------------------------------------------------------


def _without_last(body: list[Any], flag: str) -> list[Any]:
    """Drops the assignments to a flag at the very end, behind which nothing can test it."""
    if not body:
        return body
    *others, last = body
    if isinstance(last, gast.Assign) and getattr(last.targets[0], "id", "") == flag:
        return others
    if isinstance(last, gast.If):
        last.body = _without_last(last.body, flag) or [located(gast.Pass(), last)]
        last.orelse = _without_last(last.orelse, flag)
    return body


def _without_unread(body: list[Any], flags: Iterable[str]) -> list[Any]:
    """Drops the assignments to flags that are never tested."""
    read = {
        node.id
        for stmt in body
        for node in nodes(stmt)
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load)
    }
    dropper = _Dropper(set(flags) - read)
    return [kept for stmt in body if (kept := dropper.visit(stmt)) is not None]


class _Dropper(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, unread: set[str]) -> None:
        self.unread = unread

    def visit(self, node: Any) -> Any:
        if isinstance(node, gast.Assign) and getattr(node.targets[0], "id", "") in self.unread:
            return None
        if isinstance(node, (*DEFINITIONS, gast.expr)):
            return node
        node = self.generic_visit(node)
        if isinstance(getattr(node, "body", None), list) and not node.body:
            node.body = [located(gast.Pass(), node)]
        return node
