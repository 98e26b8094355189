"""Random functions of the Wengert list: versions of few variables, carried, merged, swapped and kept.

Every value is an integer or a list of integers, calls leave a trace: two evaluations that differ in
anything, also in the order of effects, are told apart.  Old versions of a variable stay readable, which
no Python source could say: it is what optimised lists look like, and what is hard for naming.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sourcead.ir.nodes import (
    Assign,
    Call,
    Carried,
    Const,
    Expr,
    For,
    Function,
    Handler,
    If,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Raise,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
)

HERE = Origin("random.py", 1, 0, 1, 0, "f", "...")
REVERSE = Origin("random.py", 1, 0, 1, 0, "f", "...", "reverse")
HINTS = ("x", "y", "z", "t", "t", "t", "t", "s")


class Broken(Exception):
    pass


class Random:
    """`trace` is a function that appends to a log and returns its argument; `maybe` raises at times."""

    def __init__(self, seed: int, trace: Callable[[int], int], maybe: Callable[[int], int]) -> None:
        self.random = random.Random(seed)
        self.trace, self.maybe = Ref("trace", trace), Ref("maybe", maybe)
        self.numbers: dict[str, int] = {}
        self.budget = self.random.randint(5, 40)

    def function(self) -> Function:
        x, y, u = self.fresh("x"), self.fresh("y"), self.fresh("u")
        self.array = u
        body, scope = self.block([x, y], 0)
        result = self.fresh("t")
        chosen = tuple(self.pick(scope) for _ in range(3))
        body.append(Assign(result, Op("tuple", chosen), HERE))
        return Function("f", (Param(x), Param(y), Param(u)), tuple(body), result, HERE)

    def fresh(self, hint: str | None = None) -> Name:
        hint = self.random.choice(HINTS) if hint is None else hint
        self.numbers[hint] = self.numbers.get(hint, -1) + 1
        return Name(hint, self.numbers[hint])

    def pick(self, scope: list[Name]) -> Operand:
        if self.random.random() < 0.1:
            return Const(self.random.randint(-2, 3))
        recent = scope[-6:] if self.random.random() < 0.7 else scope
        return self.random.choice(recent)

    def name(self, scope: list[Name]) -> Name:
        return self.random.choice(scope[-8:])

    # -- blocks ------------------------------------------------------------------------------

    def block(
        self, scope: list[Name], depth: int, protected: bool = False
    ) -> tuple[list[Stmt], list[Name]]:
        scope = list(scope)
        out: list[Stmt] = []
        for _ in range(self.random.randint(1, 6)):
            self.budget -= 1
            kinds = [self.simple] * 8 + [self.store, self.unpack, self.store]
            if depth < 3 and self.budget > 0:
                kinds += [
                    self.branch,
                    self.choice,
                    self.choice,
                    self.loop,
                    self.loop,
                    self.while_,
                    self.attempt,
                ]
            new, bound = self.random.choice(kinds)(scope, depth)
            out += new
            scope += bound
        return out, scope

    def origin(self) -> Origin:
        return self.random.choice((HERE, REVERSE))

    def expression(self, scope: list[Name]) -> Expr:
        match self.random.randint(0, 9):
            case 0:
                return Call(self.trace, (self.pick(scope),))
            case 1:
                return Call(self.maybe, (self.pick(scope),))
            case 2:
                return Op("getitem", (self.array, Const(self.random.randint(0, 2))))
            case 3:
                return MethodCall(self.array, "count", (self.pick(scope),))
            case 4:
                return Op("copy", (self.pick(scope),))
            case 5:
                return Op("iadd", (self.pick_name_or_const(scope), self.pick(scope)))
            case _:
                op = self.random.choice(("add", "sub", "mul", "lt", "add"))
                return Op(op, (self.pick(scope), self.pick(scope)))

    def pick_name_or_const(self, scope: list[Name]) -> Operand:
        return self.pick(scope)

    def simple(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        target = self.fresh()
        return [Assign(target, self.expression(scope), self.origin())], [target]

    def store(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        op = self.random.choice((None, "add"))
        index = Const(self.random.randint(0, 2))
        return [Store(self.array, index, self.pick(scope), op, self.origin())], []

    def unpack(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        made = self.fresh("t")
        targets = (self.fresh(), self.fresh())
        pair = Op("tuple", (self.pick(scope), self.pick(scope)))
        stmts = [Assign(made, pair, HERE), Unpack(targets, None, made, HERE)]
        return stmts, list(targets)

    def branch(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        test = self.name(scope)
        then, after_then = self.block(scope, depth + 1)
        orelse, after_orelse = self.block(scope, depth + 1)
        merges = tuple(
            Merge(self.fresh(), self.pick(after_then), self.pick(after_orelse))
            for _ in range(self.random.randint(0, 3))
        )
        stmt = If(test, tuple(then), tuple(orelse), merges, self.origin())
        return [stmt], [merge.target for merge in merges]

    def choice(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        """A branch that computes one value, as `a and b` and `a if test else b` become."""
        test, target = self.name(scope), self.fresh("t")
        ways: list[tuple[list[Stmt], Operand]] = []
        for _ in range(2):
            stmts: list[Stmt] = []
            value: Operand = self.random.choice((test, self.pick(scope)))
            for _ in range(self.random.randint(0, 3)):
                made = self.fresh("t")
                wrapped = Call(self.random.choice((self.trace, self.maybe)), (value,))
                summed = Op("add", (value, self.pick(scope)))
                stmts.append(Assign(made, self.random.choice((wrapped, summed)), HERE))
                value = made
            if depth < 3 and self.random.random() < 0.2:
                inner, bound = self.choice(scope, depth + 1)
                stmts, value = inner, bound[0]
            ways.append((stmts, value))
        merge = Merge(target, ways[0][1], ways[1][1])
        return [If(test, tuple(ways[0][0]), tuple(ways[1][0]), (merge,), HERE)], [target]

    def carried(self, scope: list[Name]) -> list[tuple[Name, Operand]]:
        return [(self.fresh(), self.pick(scope)) for _ in range(self.random.randint(0, 4))]

    def turn(
        self, entered: list[tuple[Name, Operand]], scope: list[Name], depth: int
    ) -> tuple[list[Stmt], tuple[Carried, ...], Operand | None]:
        body, after = self.block(scope, depth + 1)
        carried = tuple(
            Carried(
                inner, initial, self.pick([*after, *(name for name, _ in entered)]), self.fresh()
            )
            for inner, initial in entered
        )
        leave: Operand | None = None
        match self.random.randint(0, 3):
            case 0:
                leave = self.name(after)
            case 1:
                leave = self.leaving(body, after, depth)
        return body, carried, leave

    def leaving(self, body: list[Stmt], scope: list[Name], depth: int) -> Name:
        """A branch that decides whether the loop is left, as `break` is written."""
        broke = self.fresh("broke")
        rest, after = self.block(scope, depth + 1)
        going: Operand = Const(False)
        if self.random.random() < 0.4:
            going = self.leaving(rest, after, depth + 1)
        merge = Merge(broke, Const(True), going)
        body.append(If(self.name(scope), (), tuple(rest), (merge,), HERE))
        if self.random.random() < 0.3:
            flipped = Merge(broke, going, Const(True))
            body[-1] = If(self.name(scope), tuple(rest), (), (flipped,), HERE)
        return broke

    def loop(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        entered = self.carried(scope)
        target, items = self.fresh(), self.fresh("t")
        inside = [*scope, *(inner for inner, _ in entered), target]
        body, carried, leave = self.turn(entered, inside, depth)
        turns = Call(Ref("range", range), (Const(self.random.randint(0, 3)),))
        stmt = For(target, items, carried, tuple(body), leave, self.origin())
        return [Assign(items, turns, HERE), stmt], [value.result for value in carried]

    def while_(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        counter, test = self.fresh("n"), self.fresh("t")
        entered = [(counter, Const(0)), *self.carried(scope)]
        inside = [*scope, *(inner for inner, _ in entered)]
        condition: list[Stmt] = []
        if self.random.random() < 0.4:
            more, bound = self.simple(inside, depth)
            condition += more
            inside += bound
        condition.append(Assign(test, Op("lt", (counter, Const(2))), HERE))
        body, carried, leave = self.turn(entered, inside, depth)
        step = self.fresh("n")
        body.insert(0, Assign(step, Op("add", (counter, Const(1))), HERE))
        first = Carried(counter, Const(0), step, carried[0].result)
        carried = (first, *carried[1:])
        stmt = While(tuple(condition), test, carried, tuple(body), leave, self.origin())
        return [stmt], [value.result for value in carried]

    def attempt(self, scope: list[Name], depth: int) -> tuple[list[Stmt], list[Name]]:
        body, after = self.block(scope, depth + 1)
        numbers = [stmt for stmt in body if isinstance(stmt, Assign) and stmt.target in after]
        bound = [stmt.target for stmt in numbers]
        seen, target = self.fresh("x"), self.fresh()
        entry = self.name(scope)
        group = tuple(name for name in bound if self.random.random() < 0.4)
        if self.random.random() < 0.4:
            body.append(Raise(Ref("Broken", Broken), None, HERE))
            after = list(scope)
        handled, caught = self.block([*scope, seen], depth + 1)
        handler = Handler(Ref("Broken", Broken), None, tuple(handled), (self.pick(caught),))
        stmt = Try(
            tuple(body), (handler,), (), (), (target,), (self.pick(after),),
            ((seen, entry, group),), HERE,
        )  # fmt: skip
        return [stmt], [target]
