"""Statements that are short for others: `match` becomes ifs, `contextlib.suppress` becomes `try`,
a loop over a generator expression becomes one loop.

Names that begin with a dot are the frontend's own; `.isinstance` is the builtin whatever the user
calls by that name.

>>> import gast
>>> tree = gast.parse('''
... match command:
...     case None:
...         stop()
...     case float():
...         move()
... ''')
>>> print(gast.unparse(gast.Module(Desugar(lambda node: None).block(tree.body), [])).strip())
.subject1 = command
if .subject1 is None:
    stop()
elif .isinstance(.subject1, float):
    move()
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gast

from sourcead.frontend.build import assign, call, false, load, located, store, true
from sourcead.frontend.hooks import as_function
from sourcead.frontend.scopes import COMPREHENSIONS, assigned

__all__ = ["SELF_MATCHING", "Desugar", "is_fusible", "positional_attributes"]

Resolve = Callable[[Any], Any]  # expression -> Ref of what it means statically, or None

# Classes of which `case float(x)` binds the subject itself.
SELF_MATCHING = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


class Desugar(gast.NodeTransformer):  # type: ignore[misc]
    """Rewrites the statements of one function; nested functions are rewritten when they are lowered."""

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve
        self.count = 0

    def block(self, statements: Sequence[Any]) -> list[Any]:
        out: list[Any] = []
        for node in statements:
            changed = self.visit(node)
            out.extend(changed if isinstance(changed, list) else [changed])
        return out

    def hidden(self, word: str) -> str:
        self.count += 1
        return f".{word}{self.count}"

    def visit(self, node: Any) -> Any:
        match node:
            case gast.FunctionDef() | gast.AsyncFunctionDef() | gast.ClassDef() | gast.expr():
                return node
            case gast.Match():
                return self.match(node)
            case gast.With():
                block = self.hook(node)
                return self.suppression(self.generic_visit(node)) if block is None else block
            case gast.For() if is_fusible(node.iter):
                return self.fused(self.generic_visit(node))
            case _:
                return self.generic_visit(node)

    # for ... in (... for ...)

    def fused(self, node: Any) -> Any:
        """`for y in (f(x) for x in xs): body` becomes `for x in xs: y = f(x); body`, x renamed."""
        (generator,) = node.iter.generators
        rename = _Rename({name: self.hidden(name) for name in assigned([generator.target])})
        elt = rename.visit(copy.deepcopy(node.iter.elt))
        tests = [rename.visit(copy.deepcopy(test)) for test in generator.ifs]
        target = rename.visit(copy.deepcopy(generator.target))
        body = [located(gast.Assign([node.target], elt, None), node.iter), *node.body]
        for test in reversed(tests):
            body = [located(gast.If(test, body, []), node.iter)]
        return located(gast.For(target, generator.iter, body, node.orelse, node.type_comment), node)

    # with contextlib.suppress(...)

    def suppression(self, node: Any) -> Any:
        first, *others = node.items
        body = node.body
        if others:
            inner = located(gast.With(others, node.body, node.type_comment), node)
            inner = self.suppression(inner)
            body = inner if isinstance(inner, list) else [inner]
        caught = self.suppressed(first)
        if caught is None:
            return located(gast.With([first], body, node.type_comment), node)
        handler = gast.ExceptHandler(caught, None, [located(gast.Pass(), node)])
        return located(gast.Try(body, [handler], [], []), node)

    def suppressed(self, item: Any) -> Any:
        """The exceptions that the context swallows, as the type of a handler."""
        context = item.context_expr
        if not isinstance(context, gast.Call) or item.optional_vars is not None:
            return None
        callee = self.resolve(context.func)
        is_suppress = callee is not None and callee.value is contextlib.suppress
        return gast.Tuple(context.args, gast.Load()) if is_suppress else None

    # with sourcead.adjoint_of(h) as h_bar

    def hook(self, node: Any) -> list[Any] | None:
        """The block as a function of the adjoints, and the call that hands it over."""
        found = as_function(node, self.resolve, self.count + 1, self.locals_read)
        if found is None:
            return None
        self.count += 1
        return self.block(found)

    def locals_read(self, body: Sequence[Any], own: set[str]) -> list[str]:
        """Variables of the function that a block reads, as they are when it is reached."""
        inside = {*own, *assigned(body)}
        nodes = [n for part in body for n in gast.walk(part) if isinstance(n, gast.Name)]
        names = dict.fromkeys(n.id for n in nodes if n.id not in inside)
        return [n for n in names if self.resolve(load(n)) is None]

    # match

    def match(self, node: Any) -> list[Any]:
        subject = self.hidden("subject")
        return [assign(subject, node.subject, node), *self.cases(node.cases, subject)]

    def cases(self, cases: Sequence[Any], subject: str) -> list[Any]:
        if not cases:
            return []
        case, *others = cases
        pattern = self.pattern(case.pattern, load(subject))
        bindings = [assign(name, value, case.body[0]) for name, value in pattern.captures]
        like = case.body[0]
        body = self.block(case.body)
        if case.guard is None:
            return _when(pattern.tests, [*bindings, *body], self.cases(others, subject), like)
        matched = self.hidden("matched")
        guard = located(gast.If(case.guard, [assign(matched, true(), like)], []), like)
        rest = self.cases(others, subject)
        return [
            assign(matched, false(), like),
            *_when(pattern.tests, [*bindings, guard], [], like),
            *_when([load(matched)], body, rest, like),
        ]

    def pattern(self, pattern: Any, subject: Any) -> _Pattern:
        """When `subject` (an expression to be evaluated once) matches, and what it binds then."""
        match pattern:
            case gast.MatchAs(pattern=None, name=name):
                return _Pattern([], [] if name is None else [(name, subject)])
            case gast.MatchValue(value=value):
                return _Pattern([gast.Compare(subject, [gast.Eq()], [value])], [])
            case gast.MatchSingleton(value=value):
                return _Pattern(
                    [gast.Compare(subject, [gast.Is()], [gast.Constant(value, None)])], []
                )
            case gast.MatchAs(pattern=inner, name=name):
                first, again = self.named(subject)
                found = self.pattern(inner, first)
                return _Pattern(found.tests, [*found.captures, (name, again)])
            case gast.MatchSequence(patterns=patterns):
                return self.sequence(patterns, subject)
            case gast.MatchMapping():
                return self.mapping(pattern, subject)
            case gast.MatchClass():
                return self.instance(pattern, subject)
            case gast.MatchOr(patterns=patterns):
                return self.alternatives(patterns, subject)
            case _:
                raise AssertionError(f"no pattern: {pattern}")

    def named(self, subject: Any) -> tuple[Any, Any]:
        """The subject, and how to read it again without evaluating it twice."""
        if isinstance(subject, gast.Name):
            return subject, subject
        name = self.hidden("part")
        return gast.NamedExpr(store(name), subject), load(name)

    def sequence(self, patterns: Sequence[Any], subject: Any) -> _Pattern:
        first, again = self.named(subject)
        stars = [at for at, p in enumerate(patterns) if isinstance(p, gast.MatchStar)]
        length = gast.Constant(len(patterns) - len(stars), None)
        compare = gast.GtE() if stars else gast.Eq()
        found = _Pattern(
            [
                call(".isinstance", first, load(".Sequence")),
                gast.UnaryOp(gast.Not(), call(".isinstance", again, load(".text"))),
                gast.Compare(call(".len", again), [compare], [length]),
            ],
            [],
        )
        for at, inner in enumerate(patterns):
            if isinstance(inner, gast.MatchStar):
                found += self.star(inner, again, at, at + 1 - len(patterns))
            else:
                is_behind = bool(stars) and at > stars[0]
                index = gast.Constant(at - len(patterns) if is_behind else at, None)
                found += self.pattern(inner, gast.Subscript(again, index, gast.Load()))
        return found

    def star(self, pattern: Any, subject: Any, start: int, stop: int) -> _Pattern:
        if pattern.name is None:
            return _Pattern([], [])
        lower, upper = gast.Constant(start, None), gast.Constant(stop or None, None)
        part = gast.Subscript(subject, gast.Slice(lower, upper, None), gast.Load())
        return _Pattern([], [(pattern.name, call(".list", part))])

    def mapping(self, pattern: Any, subject: Any) -> _Pattern:
        """Each key is there, and its value matches; the rest is a dict of its own."""
        first, again = self.named(subject)
        found = _Pattern([call(".isinstance", first, load(".Mapping"))], [])
        has = [gast.Compare(key, [gast.In()], [again]) for key in pattern.keys]
        found += _Pattern(has, [])
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True):
            found += self.pattern(inner, gast.Subscript(again, key, gast.Load()))
        if pattern.rest is not None:
            found += _Pattern([], [(pattern.rest, call(".without", again, *pattern.keys))])
        return found

    def instance(self, pattern: Any, subject: Any) -> _Pattern:
        first, again = self.named(subject)
        found = _Pattern([call(".isinstance", first, pattern.cls)], [])
        attributes = positional_attributes(self.resolve(pattern.cls), len(pattern.patterns)) or []
        keywords = zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)
        for attr, inner in [*zip(attributes, pattern.patterns, strict=False), *keywords]:
            if attr is None:
                found += self.pattern(inner, again)
                continue
            has = call(".hasattr", again, gast.Constant(attr, None))
            found += _Pattern([has], [])
            found += self.pattern(inner, gast.Attribute(again, attr, gast.Load()))
        return found

    def alternatives(self, patterns: Sequence[Any], subject: Any) -> _Pattern:
        """Each alternative binds the same names: they are bound inside the test."""
        first, again = self.named(subject)
        tests = []
        for at, inner in enumerate(patterns):
            found = self.pattern(inner, again if at else first)
            names = [gast.NamedExpr(store(name), value) for name, value in found.captures]
            bound = [gast.Tuple(names, gast.Load())] if names else []  # not empty, so it is true
            tests.append(_all_of([*found.tests, *bound]) or true())
        return _Pattern([gast.BoolOp(gast.Or(), tests)], [])


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """All of `tests` hold: then these names are bound to these expressions."""

    tests: list[Any]
    captures: list[tuple[str, Any]]

    def __add__(self, other: _Pattern) -> _Pattern:
        return _Pattern([*self.tests, *other.tests], [*self.captures, *other.captures])


class _Rename(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: Any) -> Any:  # noqa: N802  (named after the node)
        node.id = self.names.get(node.id, node.id)
        return node


def is_fusible(iterable: Any) -> bool:
    """A generator expression with one loop whose variables nothing inside it can hide or keep."""
    if not isinstance(iterable, gast.GeneratorExp) or len(iterable.generators) != 1:
        return False
    own = (gast.Lambda, gast.NamedExpr, *COMPREHENSIONS)
    inside = [iterable.elt, *iterable.generators[0].ifs]
    return not any(isinstance(node, own) for part in inside for node in gast.walk(part))


def positional_attributes(cls: Any, count: int) -> list[str | None] | None:
    """What `case C(a, b)` looks at: attributes of C, None for the subject itself; None if unknown."""
    if cls is None or not isinstance(cls.value, type):
        return None if count else []
    if cls.value in SELF_MATCHING:
        return [None] if count <= 1 else None
    names = getattr(cls.value, "__match_args__", ())
    return list(names[:count]) if count <= len(names) else None


def _all_of(tests: list[Any]) -> Any:
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)


def _when(tests: list[Any], body: list[Any], orelse: list[Any], like: Any) -> list[Any]:
    test = _all_of(tests)
    return body if test is None else [located(gast.If(test, body, orelse), like)]
