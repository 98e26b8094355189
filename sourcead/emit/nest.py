"""Which temporaries are printed inside the expression that reads them?

    t = x * y
    t_1 = math.sin(t)         ->       a = math.sin(x * y) + z
    a = t_1 + z

A temporary that is read once, by the line of a later statement of its own block, may move there when
nothing that is evaluated in between observes or is observed by it: no printed variable that it reads is
assigned, calls and stores stay in order with everything that reads objects.  Slices and index tuples of
constants and of variables assigned once have no identity that matters: they are repeated at each use.
Lines stay below `WIDTH` columns; beyond that, temporaries are kept.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np

from sourcead.emit.choices import CHOICES
from sourcead.emit.effects import Effect, commute, effect, statement_effect
from sourcead.emit.expressions import Expressions
from sourcead.emit.flow import IN_PLACE
from sourcead.emit.names import Variables
from sourcead.emit.order import expression_operands, head_operands
from sourcead.emit.repeated import repeatable_indices
from sourcead.emit.shapes import break_shape, return_shape
from sourcead.emit.text import unparsed
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    While,
    With,
)
from sourcead.ir.walk import blocks, bound, statements

__all__ = ["WIDTH", "nest"]

WIDTH = 90
_NEW_NUMBERS = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})
_NEVER_RAISE = frozenset({"add", "sub", "mul", "neg"})  # of numbers
_REACH = 60  # statements that a temporary may move past: keeps long straight-line functions linear


def nest(
    function: Function,
    uses: Counter[Name],
    variables: Variables,
    texts: Callable[[dict[Name, Expr]], Expressions],
    may_nest: Callable[[Name], bool],
    inside: dict[Name, Expr],
    is_number: Callable[[Name], bool],
) -> dict[Name, Expr]:
    """The names that are not assigned but printed where they are read, with what they stand for.

    Those in `inside` have to be.  `uses`: how often each name is read (`count_uses`).  `texts` makes the
    printer of expressions (with provisional identifiers) by which widths are measured.  `is_number`: names
    that certainly hold a number.
    """
    nester = _Nester(function, uses, variables, may_nest, inside, is_number)
    nester.texts = texts(nester.nested)
    nester.block(function.body, 1, _Tail(function.result, "return"))
    return nester.nested


@dataclass
class _Site:
    """A block being worked on: the temporaries that may move, and what moves along with them."""

    statements: Block
    depth: int
    defined: dict[Name, int] = field(default_factory=dict)
    groups: dict[Name, tuple[int, ...]] = field(default_factory=dict)  # in order of evaluation

    def group(self, name: Name) -> tuple[int, ...]:
        return (*self.groups.get(name, ()), self.defined[name])


@dataclass(frozen=True)
class _Tail:
    """What is read behind the last statement of a block, after copies into the names `copied`."""

    operand: Operand
    reader: str  # "return", "break" or "test"
    copied: tuple[Name, ...] = ()


class _Nester:
    texts: Expressions

    def __init__(
        self,
        function: Function,
        uses: Counter[Name],
        variables: Variables,
        may_nest: Callable[[Name], bool],
        inside: dict[Name, Expr],
        is_number: Callable[[Name], bool],
    ) -> None:
        self.variables = variables
        self.may_nest = may_nest
        self.is_number = is_number
        self.uses = uses
        self.inside = inside
        self.nested: dict[Name, Expr] = dict(inside)
        self.logs = _private_lists(function, uses)
        self.own = _private_arrays(function, uses, is_number)
        self.summed = _first_summands(function, is_number)
        self.repeated = repeatable_indices(function, uses, variables)
        self.nested.update(self.repeated)

    # -- blocks ------------------------------------------------------------------------------

    def block(self, block: Block, depth: int, tail: _Tail | None = None) -> None:
        site = _Site(block, depth)
        for position, stmt in enumerate(block):
            is_last = position + 1 == len(block)
            self._statement(site, position, stmt, tail if is_last else None)
        if tail is not None:
            self._place(site, len(block), (tail.operand,), self._written(tail.copied), None)

    def _statement(self, site: _Site, position: int, stmt: Stmt, tail: _Tail | None) -> None:
        if isinstance(stmt, Assign) and stmt.target in self.repeated:
            return
        entered = [value.inner for value in stmt.carried] if isinstance(stmt, For) else []
        self._place(site, position, _movable_operands(stmt), self._written(entered), stmt)
        if isinstance(stmt, Assign) and (stmt.target in self.inside or self._movable(stmt)):
            site.defined[stmt.target] = position
        if not (isinstance(stmt, If) and tail is not None and self._ends(stmt, site, tail)):
            self._inside(stmt, site)

    def _ends(self, stmt: If, site: _Site, tail: _Tail) -> bool:
        """A last branch whose ends are printed as `return` or `break`: those read its values."""
        depth = site.depth + 1
        returned = return_shape(site.statements, tail.operand)
        if tail.reader == "return" and returned is not None:
            self.block(stmt.then, depth, _Tail(returned[1].then, "return"))
            self.block(stmt.orelse, depth, _Tail(returned[1].orelse, "return"))
            return True
        shape = break_shape(site.statements, tail.operand)
        if tail.reader != "break" or shape is None or shape.tests:
            return False
        self.block(shape.leaving, depth)
        copied = (*tail.copied, *(merge.target for merge in stmt.merges))
        rest = None if shape.rest_exit is None else _Tail(shape.rest_exit, "break", copied)
        self.block(shape.rest, depth, rest)
        return True

    def _movable(self, stmt: Assign) -> bool:
        is_read = isinstance(stmt.expr, Op) and stmt.expr.op in ("cell_get", "global_")
        if self.uses[stmt.target] != 1:
            return False
        if stmt.target in self.summed:
            return True
        if not (is_read or self.may_nest(stmt.target)):
            return False
        match stmt.expr:
            case MakeFunction(syntax=syntax):
                return type(syntax).__name__ == "Lambda"
            case Op(op):
                return op not in IN_PLACE and op not in ("import_", "cell", "unbound_")
            case _:
                return True

    def _caught(self, stmt: Try, site: _Site) -> None:
        """`except (KeyError, IndexError)`: a tuple of classes means the same whenever it is made."""
        for handler in stmt.handlers:
            if isinstance(handler.type, Name) and handler.type in site.defined:
                made = site.statements[site.defined[handler.type]]
                match made:
                    case Assign(_, Op("tuple", args) as expr) if all(
                        isinstance(arg, Ref) for arg in args
                    ):
                        self.nested[handler.type] = expr

    def _inside(self, stmt: Stmt, site: _Site) -> None:
        if isinstance(stmt, Assign):
            return
        depth = site.depth + 1
        match stmt:
            case If(_, then, orelse):
                self.block(then, depth)
                self.block(orelse, depth)
            case For(body=body):
                self._turn(stmt, body, depth)
            case While(condition, test, body=body):
                self._turn(stmt, body, depth)
                self.block(condition, depth, _Tail(test, "test"))
            case Try():
                self._caught(stmt, site)
                for part in (stmt.body, stmt.orelse, stmt.final):
                    self.block(part, depth)
                for handler in stmt.handlers:
                    self.block(handler.body, depth)
            case With(body=body):
                self.block(body, depth)
            case _:
                pass

    def _turn(self, stmt: For | While, body: Block, depth: int) -> None:
        leave = None if stmt.exit is None else _Tail(stmt.exit, "break", self._turned(stmt))
        self.block(body, depth, leave)

    def _turned(self, stmt: For | While) -> tuple[Name, ...]:
        same = self.variables.same
        return tuple(value.inner for value in stmt.carried if not same(value.inner, value.next))

    # -- one line ----------------------------------------------------------------------------

    def _place(
        self,
        site: _Site,
        position: int,
        operands: tuple[Operand, ...],
        written: frozenset[int],
        stmt: Stmt | None,
    ) -> None:
        chosen = [
            operand
            for operand in operands
            if isinstance(operand, Name)
            and operand in site.defined
            and operand not in self.inside
            and position - site.defined[operand] <= _REACH
        ]
        if isinstance(stmt, Assign) and stmt.target in self.inside:
            chosen = []  # evaluated sometimes: what is evaluated always stays outside
        if _is_returned(stmt):
            chosen = self._without_adjoints(site, operands, chosen)
        early = isinstance(stmt, (Store, StoreAttr)) and stmt.op is not None
        while chosen:
            conflict = self._conflict(site, position, chosen, written, early)
            if conflict is None:
                self._accept(site, chosen)
                if self._fits(site, stmt, operands):
                    break
                self._reject(chosen)
                conflict = max(chosen, key=lambda name: self._width(site, name))
            chosen.remove(conflict)
        if isinstance(stmt, Assign) and (moved := [*chosen, *self._inside_operands(stmt)]):
            site.groups[stmt.target] = tuple(i for name in moved for i in site.group(name))

    def _without_adjoints(
        self, site: _Site, operands: tuple[Operand, ...], chosen: list[Name]
    ) -> list[Name]:
        """Of several adjoints that are returned, each has a line of its own, or none has."""
        others = {o for o in operands if isinstance(o, Name) and o not in chosen}
        if not any(name.hint.endswith("_bar") for name in others):
            return chosen
        called, known = self.variables.called, self.variables.variable
        return [n for n in chosen if known[n] not in called or _is_finishing(site, n)]

    def _inside_operands(self, stmt: Assign) -> list[Name]:
        """Those that have to be printed inside, but indices, which are repeated wherever they are read."""
        if not self.inside:
            return []
        names = [o for o in expression_operands(stmt.expr) if isinstance(o, Name)]
        return [name for name in names if name in self.inside and name not in self.repeated]

    def _accept(self, site: _Site, chosen: list[Name]) -> None:
        for name in chosen:
            stmt = site.statements[site.defined[name]]
            assert isinstance(stmt, Assign)
            self.nested[name] = stmt.expr

    def _reject(self, chosen: list[Name]) -> None:
        for name in chosen:
            del self.nested[name]

    def _conflict(
        self,
        site: _Site,
        position: int,
        chosen: list[Name],
        written: frozenset[int],
        early: bool,
    ) -> Name | None:
        """A temporary that must not move to the statement at `position`, given that the others do."""
        order = [(index, name) for name in chosen for index in site.group(name)]
        together = {index for index, _ in order}
        for index, name in order:
            if not self._may_cross(site, index, position, together, written):
                return name
            # `base[i] += value` reads base[i] first
            if early and self._effect(site, index) is Effect.WRITES:
                return name
        for later, (second, name) in enumerate(order):
            for first, _ in order[:later]:
                if first > second and not self._commute(site, first, second):
                    return name  # evaluated behind what it came before
        return None

    def _commute(self, site: _Site, first: int, second: int) -> bool:
        one, other = site.statements[first], site.statements[second]
        if self._is_logging(one) and self._is_logging(other):
            return _base_of(one) != _base_of(other)
        return commute(self._effect(site, first), self._effect(site, second))

    def _effect(self, site: _Site, index: int) -> Effect:
        """What moving the statement has to respect, besides the variables and logs that it reads."""
        stmt = site.statements[index]
        if self._is_logging(stmt) or self._is_of_numbers(stmt):
            return Effect.NONE
        return statement_effect(stmt)

    def _is_of_numbers(self, stmt: Stmt) -> bool:
        """Does it compute a number of numbers?  Those of the primal must not raise anything in doing so."""
        if not isinstance(stmt, Assign) or not self.is_number(stmt.target):
            return False
        match stmt.expr:
            case Op(op, args):
                is_computed = op in _NEVER_RAISE
            case Call(Ref(live=False), args, ()) as call:
                is_computed = bool(stmt.origin.sweep) and effect(call) is Effect.READS
            case _:
                return False
        return is_computed and all(
            isinstance(a, Const) or (isinstance(a, Name) and self.is_number(a)) for a in args
        )

    def _may_cross(
        self, site: _Site, index: int, position: int, together: set[int], written: frozenset[int]
    ) -> bool:
        stmt = site.statements[index]
        assert isinstance(stmt, Assign)
        strength = self._effect(site, index)
        is_logging = self._is_logging(stmt)
        read = frozenset(
            self.variables.variable[name]
            for name in expression_operands(stmt.expr)
            if isinstance(name, Name) and name not in self.nested
        )
        if read & written:
            return False
        made: set[Operand] = set()  # meanwhile: nothing that was there before shares their memory
        for between in range(index + 1, position):
            passed = site.statements[between]
            if between in together:
                continue
            if _makes_zeros(passed):
                made.add(passed.target)
            is_private = (
                self._is_logging(passed)
                or self._is_private_store(passed, stmt)
                or (isinstance(passed, Store) and passed.base in made)
            )
            if not is_private and not commute(strength, statement_effect(passed)):
                return False
            if read & self._assigned(passed) or (is_logging and blocks(passed)):
                return False
        return True

    def _is_logging(self, stmt: Stmt) -> bool:
        """`x_saved.append(x)`: changes a list that nothing else knows."""
        base = _base_of(stmt)
        return base is not None and base in self.logs

    def _is_private_store(self, stmt: Stmt, moved: Assign) -> bool:
        """`x_bar[i] += v`: changes an array that is known under this name only, which `moved` does not read.

        Or `moved` reads nothing but arrays that are: `np.array(x_bar)`.
        """
        if not isinstance(stmt, Store):
            return False
        read = expression_operands(moved.expr)
        if stmt.base in read:
            return False
        match moved.expr:
            case Call(Ref(value=maker), (made_of,), ()) if maker is np.array:
                return stmt.base in self.own or made_of in self.own
            case _:
                return stmt.base in self.own

    def _assigned(self, stmt: Stmt) -> frozenset[int]:
        if isinstance(stmt, Assign) and stmt.target in self.nested:
            return frozenset()
        if isinstance(stmt, Assign) and self._is_logging(stmt):
            assert isinstance(stmt.expr, MethodCall)
            assert isinstance(stmt.expr.value, Name)
            return self._written((stmt.expr.value, stmt.target))
        cells = [
            inner.cell
            for inner in statements((stmt,))
            if isinstance(inner, StoreVariable) and isinstance(inner.cell, Name)
        ]
        return self._written((*bound((stmt,)), *cells))

    def _written(self, names: Iterable[Name]) -> frozenset[int]:
        known = self.variables.variable
        return frozenset(known[name] for name in names if name in known)

    # -- width -------------------------------------------------------------------------------

    def _fits(self, site: _Site, stmt: Stmt | None, operands: tuple[Operand, ...]) -> bool:
        if isinstance(stmt, Assign) and self._is_logging(stmt) and self._is_tuple(operands):
            return True  # a line of its own would hardly be shorter
        return 4 * site.depth + self._line_width(stmt, operands) <= (
            WIDTH + 10 if _is_returned(stmt) else WIDTH
        )

    def _is_tuple(self, operands: tuple[Operand, ...]) -> bool:
        last = self.nested.get(operands[-1]) if isinstance(operands[-1], Name) else None
        return isinstance(last, Op) and last.op == "tuple"

    def _line_width(self, stmt: Stmt | None, operands: tuple[Operand, ...]) -> int:
        if isinstance(stmt, Assign) and not _takes_lines(stmt.expr):
            text = unparsed(self.texts.expression(stmt.expr))
            return len(self.texts.identifier(stmt.target)) + 3 + len(text)
        if isinstance(stmt, Store) and stmt.op is not None and stmt.index == Const(Ellipsis):
            operands = (stmt.base, stmt.value)
        shown = (unparsed(_plain(self.texts.index(operand))) for operand in operands)
        if isinstance(stmt, Store):  # `base[index] += value`; an index is shown as `_[index]`
            return 1 + sum(len(text) - 2 for text in shown) - 1 + 4
        if stmt is None:
            return sum(len(text) + 4 for text in shown)  # `return _`
        return 8 + sum(len(text) + 2 for text in shown)

    def _width(self, site: _Site, name: Name) -> int:
        stmt = site.statements[site.defined[name]]
        assert isinstance(stmt, Assign)
        return len(unparsed(self.texts.expression(stmt.expr)))


def _is_returned(stmt: Stmt | None) -> bool:
    """`return`, or what becomes part of it: there is no comment behind it."""
    match stmt:
        case None:
            return True
        case Assign(_, Op("tuple" | "copy"), origin):
            return not origin.line
        case _:
            return False


def _is_finishing(site: _Site, name: Name) -> bool:
    """`float(x_bar)`"""
    stmt = site.statements[site.defined[name]]
    call = stmt.expr if isinstance(stmt, Assign) else None
    return isinstance(call, Call) and isinstance(call.func, Ref) and call.func.value is float


def _base_of(stmt: Stmt) -> Operand | None:
    """The list that something is appended to or popped from."""
    match stmt:
        case Assign(_, MethodCall(value, "append" | "pop")):
            return value
        case _:
            return None


def _movable_operands(stmt: Stmt) -> tuple[Operand, ...]:
    """The operands that are evaluated whenever the statement is."""
    found = head_operands(stmt)
    is_choice = isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op in CHOICES
    return found[:1] if is_choice else found


def _takes_lines(expr: Expr) -> bool:
    return isinstance(expr, MakeFunction) or (isinstance(expr, Op) and expr.op in IN_PLACE)


def _plain(syntax: ast.expr) -> ast.expr:
    return ast.Subscript(ast.Name("_"), syntax, ast.Load())


# -- sums ------------------------------------------------------------------------------------------


def _first_summands(function: Function, is_number: Callable[[Name], bool]) -> frozenset[Name]:
    """Contributions to an adjoint that may be printed as one sum with what they are added to, or what follows.

    x_bar = a_bar * y
    x_bar += b_bar * z        ->       x_bar = a_bar * y + b_bar * z

    x_bar_1 = (y_bar * a).sum()
    x_bar += x_bar_1          ->       x_bar += (y_bar * a).sum()

    Only those of one statement of the user's: each line belongs to one.  `x_bar.copy()` and
    `float(x_bar)` under the same name finish the expression likewise.
    """
    assigned = [stmt for stmt in statements(function.body) if isinstance(stmt, Assign)]
    made = {stmt.target: stmt for stmt in assigned if stmt.origin.sweep}
    found: set[Name] = set()
    for stmt in assigned:
        first, must_share_line = _continued(stmt.expr)
        if first in made and first.hint == stmt.target.hint:
            if (
                not must_share_line
                or is_number(stmt.target)
                or _same_line(made[first].origin, stmt.origin)
            ):
                found.add(first)
        match stmt.expr:
            case Op("iadd" | "isub", (_, Name() as added)) if (
                added in made
                and added.hint == stmt.target.hint
                and _same_line(made[added].origin, stmt.origin)
            ):
                found.add(added)
            case _:
                pass
    return frozenset(found)


def _continued(expr: Expr) -> tuple[Name, bool]:
    """The adjoint that an expression adds to or finishes, and whether that has to be for one line."""
    if isinstance(expr, Op):
        first = expr.args[0] if expr.op in ("iadd", "isub") else None
        return (first, True) if isinstance(first, Name) else _NOTHING
    match expr:
        case MethodCall(Name() as first, "copy", ()):
            return first, False
        case Call(Ref(value=function), (Name() as first,)) if function is float:
            return first, False
        case _:
            return _NOTHING


_NOTHING = Name("", 0), True


def _same_line(first: Origin, second: Origin) -> bool:
    return (first.file, first.line, first.text) == (second.file, second.line, second.text)


# -- logs ------------------------------------------------------------------------------------------


def _private_lists(function: Function, total: Counter[Name]) -> frozenset[Name]:
    """Lists made here and only appended to, popped from, measured, looped over and copied into arrays."""
    made = {
        stmt.target
        for stmt in statements(function.body)
        if isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "list"
        if not stmt.expr.args
    }
    if not made:
        return frozenset()
    known: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, MethodCall(Name() as value, "append" | "pop")):
                known[value] += 1
            case Assign(_, Call(Ref(value=function_), (Name() as value,))):
                known[value] += function_ in (len, reversed) or function_ is np.array
            case _:
                pass
    return frozenset(name for name in made if known[name] == total[name])


def _private_arrays(
    function: Function, total: Counter[Name], is_number: Callable[[Name], bool]
) -> frozenset[Name]:
    """Arrays and lists made here that are only written, read by arithmetic or as single numbers, and returned."""
    lists = _lists_of_numbers(function)
    made = lists | {s.target for s in statements(function.body) if _makes_zeros(s)}
    if not made:
        return frozenset()
    known: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Assign(target, Op("getitem", (Name() as base, _))) if is_number(target):
                known[base] += 1
            case Assign(_, Call(Ref(value=maker), (Name() as base,), ())) if base in lists:
                known[base] += maker is np.array or maker is len
            case Assign(target, Op(op, args)) if target == function.result or op in _NEW_NUMBERS:
                known.update(arg for arg in args if isinstance(arg, Name))
            case Store(Name() as base):
                known[base] += 1
            case _:
                pass
    known.update([function.result] if isinstance(function.result, Name) else [])
    return frozenset(name for name in made if known[name] == total[name])


def _lists_of_numbers(function: Function) -> set[Name]:
    """`[0.0] * n`, and an array's content as a list."""
    single = {
        stmt.target
        for stmt in statements(function.body)
        if isinstance(stmt, Assign) and stmt.expr == Op("list", (Const(0.0),))
    }
    found = set()
    for stmt in statements(function.body):
        match stmt:
            case Assign(target, Op("mul", (Name() as first, _))) if first in single:
                found.add(target)
            case Assign(target, MethodCall(_, "tolist", ())) if _is_added(stmt.origin):
                found.add(target)
            case _:
                pass
    return found


def _is_added(origin: Origin) -> bool:
    """Is the statement none of the primal's?"""
    return bool(origin.sweep) or not origin.line


def _makes_zeros(stmt: Stmt) -> TypeGuard[Assign]:
    call = stmt.expr if isinstance(stmt, Assign) else None
    maker = call.func if isinstance(call, Call) else None
    return isinstance(maker, Ref) and (maker.value is np.zeros_like or maker.value is np.zeros)
