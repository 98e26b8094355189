"""A generator as two functions: one that makes its frame, and one that goes on from where the frame stopped.

>>> import gast
>>> tree = gast.parse('''
... def halvings(x):
...     while x > 0.1:
...         yield x
...         x = 0.5 * x
... ''').body[0]
>>> print(gast.unparse(begin(tree)).strip())
def halvings(x):
    frame = .Frame()
    frame.resumes_at = 0
    frame.x = x
    return frame
>>> print(gast.unparse(resume(tree)).strip())
def halvings(frame, sent, /):
    x = frame.x
    state = frame.resumes_at
    more = False
    if state == 0:
        state = 1
    if state == 2:
        x = 0.5 * x
        state = 1
    if state == 1:
        if x > 0.1:
            value = x
            frame.x = x
            frame.resumes_at = 2
            more = True
            state = -1
        else:
            frame.resumes_at = -1
            state = -1
    return (more, value)

Statements between two `yield`s are a block; a block that several others go to has a number, and stands under
a test of `state`.  Where blocks go round without a `yield` (`for v in x: if v > 0: yield v`), there is a loop
around all of them.  A variable that is read after it was kept is an attribute of the frame.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from sourcead.frontend.build import assign, call, false, load, located, store, true
from sourcead.frontend.exits import exits_of
from sourcead.frontend.generators import NotInTurns, is_generator_block
from sourcead.frontend.scopes import Scope, assigned, parameters

__all__ = ["PLACE", "begin", "resume"]

PLACE = "resumes_at"
ENDED = -1


def begin(function: Any) -> Any:
    """The FunctionDef that binds the arguments and makes the frame. Raises NotInTurns."""
    machine = _Machine(function)
    made = copy.deepcopy(function)
    made.decorator_list = []
    frame = machine.name("frame")
    given = {name for name, _ in parameters(function.args)}
    body = [assign(frame, call(".Frame"), function), machine.stores(PLACE, gast.Constant(0, None))]
    none = gast.Constant(None, None)
    body += [machine.stores(n, load(n) if n in given else none) for n in machine.kept()]
    made.body = [located(each, function) for each in [*body, gast.Return(load(frame))]]
    return made


def resume(function: Any) -> Any:
    """The FunctionDef that runs to the next `yield`: whether there is one, and its value. Raises NotInTurns."""
    machine = _Machine(function)
    own = [gast.Name(machine.name(n), gast.Param(), None, None) for n in ("frame", "sent")]
    made = copy.deepcopy(function)
    made.decorator_list = []
    made.args = gast.arguments([], own, None, [], [], None, [])
    made.body = [located(each, function) for each in machine.body()]
    return made


@dataclass
class _Block:
    """Statements without a `yield`, and how they end.

    `end`: ("go", block), ("if", test, block, block), ("yield", value, block) or ("end",).
    """

    body: list[Any] = field(default_factory=list)
    end: tuple[Any, ...] = ("end",)

    def goes_to(self) -> list[int]:
        """The blocks that come next without a pause."""
        kind, *rest = self.end
        return {"go": rest, "if": rest[1:]}.get(kind, [])


@dataclass(frozen=True)
class _Loop:
    again: int
    behind: int


class _Machine:
    def __init__(self, function: Any) -> None:
        self.function = copy.deepcopy(function)
        scope = Scope.of(self.function)
        if scope.cells or scope.nonlocals or scope.globals:
            raise NotInTurns  # a variable that others see change, between two `yield`s as well
        self.variables = sorted(scope.locals)
        self.taken = {n.id for n in gast.walk(self.function) if isinstance(n, gast.Name)}
        self.names: dict[str, str] = {}
        self.blocks: list[_Block] = [_Block()]
        self.entries: list[int] = []
        self.numbered: set[int] = set()
        self.label: dict[int, int] = {}
        last = self.block(self.function.body, 0, None)
        if last is not None:
            self.blocks[last].end = ("end",)

    def name(self, word: str) -> str:
        """A variable of the machine's own: no name of the user's."""
        if word not in self.names:
            free, number = word, 0
            while free in self.taken:
                number += 1
                free = f"{word}{number}"
            self.taken.add(free)
            self.names[word] = free
        return self.names[word]

    def stores(self, attribute: str, value: Any) -> Any:
        base = gast.Attribute(load(self.name("frame")), attribute, gast.Store())
        return gast.Assign([base], value, None)

    # -- into blocks -----------------------------------------------------------------------------

    def fresh(self) -> int:
        self.blocks.append(_Block())
        return len(self.blocks) - 1

    def block(self, statements: Sequence[Any], at: int | None, loop: _Loop | None) -> int | None:
        """Take the statements apart, from block `at` on; the block behind them, if that is reached."""
        for node in statements:
            if at is None:
                return None
            at = self.statement(node, at, loop)
        return at

    def statement(self, node: Any, at: int, loop: _Loop | None) -> int | None:
        block = self.blocks[at]
        match node:
            case gast.Expr(value=gast.Yield(value=value)):
                return self.pause(block, value, [])
            case gast.Assign(targets=targets, value=gast.Yield(value=value)):
                return self.pause(block, value, targets)
            case gast.Expr(value=gast.YieldFrom(value=value)):
                item = self.name(f"item_of_{len(self.blocks)}")
                given = located(gast.Expr(gast.Yield(load(item))), node)
                inner = located(gast.For(store(item), value, [given], [], None), node)
                return self.statement(inner, at, loop)
            case gast.Return(value=value):
                if value is not None:
                    block.body.append(located(gast.Expr(value), node))
                return None
            case gast.Break() | gast.Continue():
                assert loop is not None
                block.end = ("go", loop.behind if isinstance(node, gast.Break) else loop.again)
                return None
        if not exits_of([node]) and not is_generator_block([node]):
            block.body.append(node)
            return at
        match node:
            case gast.If():
                return self.branch(node, block, loop)
            case gast.While():
                return self.loop(node, node.test, [], block, loop)
            case gast.For():
                return self.drawing(node, block, loop)
            case _:
                raise NotInTurns

    def pause(self, block: _Block, value: Any, targets: list[Any]) -> int:
        if is_generator_block([gast.Expr(value)] if value is not None else []):
            raise NotInTurns
        behind = self.fresh()
        block.end = ("yield", gast.Constant(None, None) if value is None else value, behind)
        if targets:
            got = gast.Assign(targets, load(self.name("sent")), None)
            self.blocks[behind].body.append(located(got, targets[0]))
        return behind

    def branch(self, node: Any, block: _Block, loop: _Loop | None) -> int | None:
        then, orelse = self.fresh(), self.fresh()
        block.end = ("if", self.plain(node.test), then, orelse)
        ends = [self.block(node.body, then, loop), self.block(node.orelse, orelse, loop)]
        reached = [end for end in ends if end is not None]
        if not reached:
            return None
        behind = self.fresh()
        for end in reached:
            self.blocks[end].end = ("go", behind)
        return behind

    def loop(
        self, node: Any, test: Any, draws: list[Any], block: _Block, around: _Loop | None
    ) -> int:
        """`while test: ...`, where the test comes behind `draws`."""
        again, inside, otherwise, behind = (self.fresh() for _ in range(4))
        block.end = ("go", again)
        self.blocks[again].body += draws
        self.blocks[again].end = ("if", self.plain(test), inside, otherwise)
        if isinstance(test, gast.Constant) and test.value:
            self.blocks[again].end = ("go", inside)
        end = self.block(node.body, inside, _Loop(again, behind))
        if end is not None:
            self.blocks[end].end = ("go", again)
        last = self.block(node.orelse, otherwise, around)
        if last is not None:
            self.blocks[last].end = ("go", behind)
        return behind

    def drawing(self, node: Any, block: _Block, loop: _Loop | None) -> int:
        """`for target in items`: by position, or by `next` of what gives its items itself."""
        number = len(self.blocks)
        items, at, more, item = (
            self.name(f"{word}_{number}") for word in ("items", "at", "more", "item")
        )
        self.variables += [items, at]
        block.body += [
            assign(items, call(".positions", self.plain(node.iter)), node),
            assign(at, gast.Constant(0, None), node),
        ]
        both = gast.Tuple([store(more), store(item)], gast.Store())
        draw = located(gast.Assign([both], call(".drawn_at", load(items), load(at)), None), node)
        step = assign(at, gast.BinOp(load(at), gast.Add(), gast.Constant(1, None)), node)
        target = located(gast.Assign([node.target], load(item), None), node)
        inside = located(
            gast.For(node.target, node.iter, [target, step, *node.body], node.orelse, None), node
        )
        return self.loop(inside, load(more), [draw], block, loop)

    def plain(self, expression: Any) -> Any:
        if is_generator_block([gast.Expr(expression)]):
            raise NotInTurns
        return expression

    # -- what is kept ----------------------------------------------------------------------------

    def kept(self) -> list[str]:
        """The variables that are read behind a `yield` (or the start) before they are bound again."""
        live = self._live()
        found = live[0].union(*(live[b.end[2]] for b in self._reached() if b.end[0] == "yield"))
        return [name for name in self.variables if name in found]

    def _live(self) -> list[set[str]]:
        uses = [_uses(b) for b in self.blocks]
        live: list[set[str]] = [set() for _ in self.blocks]
        changed = True
        while changed:
            changed = False
            for i, block in reversed(list(enumerate(self.blocks))):
                read, bound = uses[i]
                behind = set().union(*(live[j] for j in self._next(block)))
                now = read | (behind - bound)
                changed |= now != live[i]
                live[i] = now
        return live

    def _next(self, block: _Block) -> list[int]:
        return [block.end[2]] if block.end[0] == "yield" else block.goes_to()

    def _reached(self) -> list[_Block]:
        return [self.blocks[i] for i in self._order()]

    def _order(self) -> list[int]:
        """The blocks that are reached, each behind those that go to it, but for those that go back."""
        seen: set[int] = set()
        out: list[int] = []

        def visit(at: int) -> None:
            if at in seen:
                return
            seen.add(at)
            for each in reversed(self.blocks[at].goes_to()):
                visit(each)
            out.append(at)

        entries = [0]
        for entry in entries:
            reached = set(self._reachable(entry))
            entries += [
                self.blocks[i].end[2]
                for i in sorted(reached)
                if self.blocks[i].end[0] == "yield" and self.blocks[i].end[2] not in entries
            ]
        for entry in reversed(entries):
            visit(entry)
        self.entries = entries
        return out[::-1]

    def _reachable(self, at: int) -> Iterator[int]:
        todo, seen = [at], set()
        while todo:
            each = todo.pop()
            if each not in seen:
                seen.add(each)
                yield each
                todo += self.blocks[each].goes_to()

    # -- into statements -------------------------------------------------------------------------

    def body(self) -> list[Any]:
        order = self._order()
        place = {block: i for i, block in enumerate(order)}
        arrivals = [each for i in order for each in self.blocks[i].goes_to()]
        self.numbered = {i for i in order if i in self.entries or arrivals.count(i) > 1}
        self.numbered |= {
            j for i in order for j in self.blocks[i].goes_to() if place[j] <= place[i]
        }
        goes_back = any(place[j] <= place[i] for i in order for j in self.blocks[i].goes_to())
        self.label = {block: label for label, block in enumerate(sorted(self.numbered))}
        state = load(self.name("state"))
        chain: list[Any] = []
        for i in order:
            if i in self.numbered:
                test = gast.Compare(state, [gast.Eq()], [gast.Constant(self.label[i], None)])
                chain.append(located(gast.If(test, self._written(i), []), self.function))
        if goes_back:
            test = gast.Compare(state, [gast.GtE()], [gast.Constant(0, None)])
            chain = [gast.While(test, chain, [])]
        frame = self.name("frame")
        read = [
            assign(n, gast.Attribute(load(frame), n, gast.Load()), self.function)
            for n in self.kept()
        ]
        place_now = gast.Attribute(load(frame), PLACE, gast.Load())
        start = [
            assign(self.name("state"), place_now, self.function),
            assign(self.name("more"), false(), self.function),
        ]
        if not any(self.blocks[i].end[0] == "yield" for i in order):
            start.append(assign(self.name("value"), gast.Constant(None, None), self.function))
        result = gast.Tuple([load(self.name("more")), load(self.name("value"))], gast.Load())
        return [*read, *start, *chain, gast.Return(result)]

    def _written(self, at: int) -> list[Any]:
        """A block, and those that only it goes to."""
        block = self.blocks[at]
        return [*block.body, *self._ending(block)]

    def _ending(self, block: _Block) -> list[Any]:
        match block.end:
            case ("go", to):
                return self._going(to)
            case ("if", test, then, orelse):
                return [located(gast.If(test, self._going(then), self._going(orelse)), test)]
            case ("yield", value, behind):
                return [
                    assign(self.name("value"), value, value),
                    *(self.stores(n, load(n)) for n in self.kept()),
                    self.stores(PLACE, gast.Constant(self.label[behind], None)),
                    assign(self.name("more"), true(), value),
                    assign(self.name("state"), gast.Constant(ENDED, None), value),
                ]
            case _:
                return [
                    self.stores(PLACE, gast.Constant(ENDED, None)),
                    assign(self.name("state"), gast.Constant(ENDED, None), self.function),
                ]

    def _going(self, to: int) -> list[Any]:
        if to in self.numbered:
            return [assign(self.name("state"), gast.Constant(self.label[to], None), self.function)]
        return self._written(to)


def _uses(block: _Block) -> tuple[set[str], set[str]]:
    """The variables that a block reads before it has bound them, and those that it certainly binds."""
    read: set[str] = set()
    bound: set[str] = set()
    last = [block.end[1]] if block.end[0] in ("if", "yield") else []
    for node in [*block.body, *last]:
        names = [n for n in gast.walk(node) if isinstance(n, gast.Name)]
        plain = isinstance(node, gast.Assign | gast.AnnAssign)
        loads = {n.id for n in names if isinstance(n.ctx, gast.Load) or not plain}
        read |= loads - bound
        if plain:
            bound |= set(assigned([node]))
    return read, bound
