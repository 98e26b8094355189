"""A function of the Wengert list as Python text that people read.

The text is written statement by statement, so that comments can be placed; only expressions go
through `emit/text.py`.  What has no counterpart in the list is put where it belongs: copies that
leaving SSA asks for, `elif`, `break`, early `return`, `for a, b in ...`.

>>> from sourcead.ir.nodes import Assign, Call, Function, Name, Op, Origin, Param, Ref
>>> import math
>>> x, t, t1, a = Name("x", 0), Name("t", 0), Name("t", 1), Name("a", 0)
>>> here = Origin.none()
>>> body = (
...     Assign(t, Op("mul", (x, x)), here),
...     Assign(a, Call(Ref("math.sin", math.sin), (t,)), here),
...     Assign(t1, Op("add", (a, a)), here),
... )
>>> print(emit(Function("f", (Param(x),), body, t1, here)).text)
def f(x):
    a = math.sin(x * x)
    return a + a
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CellType, FunctionType, MappingProxyType
from typing import Any

from sourcead.emit.choices import choices
from sourcead.emit.closures import definition, identifiers_inside
from sourcead.emit.expressions import AUGMENTED, Expressions, builtins_used
from sourcead.emit.flow import IN_PLACE, Interference, Move, interference
from sourcead.emit.layout import Line, lay_out
from sourcead.emit.names import Variables, identifiers, is_temporary, variables
from sourcead.emit.nest import WIDTH, nest
from sourcead.emit.order import local_cells
from sourcead.emit.origins import with_origins_of_nested
from sourcead.emit.references import References, references_of
from sourcead.emit.shapes import break_shape, count_uses, return_shape
from sourcead.emit.text import unparsed
from sourcead.emit.together import Start, groups, is_arithmetic, list_form, start_form
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Block,
    Carried,
    Const,
    Delete,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Undefined,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import statements

__all__ = ["Emitted", "emit"]


@dataclass(frozen=True)
class Emitted:
    """Generated text of one function.

    `lines`: the user's statement behind each line.  `extra`: names that the text reads and that are
    not visible where it runs, with their objects; `cells`: variables of functions around it.
    `references`: every live object read, by its text.
    """

    name: str
    text: str
    lines: dict[int, Origin]
    extra: dict[str, Any] = field(default_factory=dict)
    references: tuple[tuple[str, Ref], ...] = ()
    cells: dict[str, CellType] = field(default_factory=dict)


def emit(
    function: Function,
    *,
    header: str = "",
    defaults: Mapping[str, Any] | None = None,
    scope: Mapping[str, Any] | None = None,
    inlined: Iterable[FunctionType] = (),
    closure: Mapping[str, CellType] | None = None,
    may_nest: Callable[[Name], bool] = is_temporary,
    is_number: Callable[[Name], bool] = lambda name: False,
    called: Mapping[Name, str] = MappingProxyType({}),
) -> Emitted:
    """Print `function`.

    `header` is printed as a comment behind the `def` line.  `defaults` are parameters' default values,
    printed where they are literals and as `...` otherwise (`load` is given the objects).

    `scope` holds the user's globals and closure variables by name: references to what is found there are
    read there, other objects come with the text (None: all of them do).  `closure` are the user's cells,
    read under another name where a parameter hides one.  `inlined` are functions whose code is part of
    the list: data that they read is read where they find it.

    `may_nest` says which names, if read once, may be printed inside the expression that reads them;
    `is_number` which ones certainly hold a number; `called` what temporaries are called, where they are printed.
    """
    function, inside = choices(function)
    parameters = [param.name.hint for param in function.params]
    refs = references_of(function)
    references = References.of(refs, scope, parameters, inlined, closure)
    printer = _prepare(function, inside, references, may_nest, is_number, called)
    printed = with_origins_of_nested(function, printer.texts.nested)
    printer.function(printed, header, defaults or {})
    text, lines = lay_out(printer.lines)
    shown = tuple((name, ref) for ref, name in references.texts.items())
    return Emitted(function.name, text, lines, references.extra, shown, references.cells)


def _prepare(
    function: Function,
    inside: dict[Name, Expr],
    references: References,
    may_nest: Callable[[Name], bool],
    is_number: Callable[[Name], bool],
    called: Mapping[Name, str],
) -> _Printer:
    cells = local_cells(function)
    reserved = references.roots | _words(function, cells) | {function.name}
    if "CellType" in reserved:
        references.extra["CellType"] = CellType
    united = variables(function, inside, called)

    def texts(
        clashes: Interference, nested: dict[Name, Expr], unbound: Iterable[Name]
    ) -> Expressions:
        named = identifiers(united, clashes, reserved, [*nested, *unbound])

        def identifier(name: Name) -> str:
            return named[united.variable[name]]

        return Expressions(identifier, references.texts.__getitem__, nested, cells)

    def provisional(nested: dict[Name, Expr]) -> Expressions:
        return replace_nested(texts(united.interference, {}, ()), nested)

    uses = count_uses(function)
    nested = nest(function, uses, united, provisional, may_nest, inside, is_number)
    unbound = _never_printed(function, uses)
    clashes = interference(function, nested)
    return _Printer(texts(clashes, nested, unbound), united, clashes, uses, is_number)


def replace_nested(texts: Expressions, nested: dict[Name, Expr]) -> Expressions:
    return Expressions(texts.identifier, texts.reference, nested, texts.plain_cells)


def _words(function: Function, cells: frozenset[Name]) -> set[str]:
    """Words that the text uses for something else than variables."""
    words: set[str] = set()
    for stmt in statements(function.body):
        if isinstance(stmt, Assign) and isinstance(stmt.expr, Op):
            words.update(_words_of_operator(stmt.target, stmt.expr, cells))
            continue
        match stmt:
            case Assign(_, MakeFunction() as make):
                words |= identifiers_inside(make)
            case StoreVariable(name, None):
                words.add(name)
            case _:
                pass
    return words


def _words_of_operator(target: Name, expr: Op, cells: frozenset[Name]) -> Iterable[str]:
    match expr.op:
        case "cell" if target in cells:
            return ()
        case "global_":
            return [name.value for name in expr.args if isinstance(name, Const)]
        case op:
            return builtins_used(op)


def _never_printed(function: Function, uses: Mapping[Name, int]) -> set[Name]:
    """Loop targets that are unpacked at once, expression statements' values."""
    found: set[Name] = set()
    for stmt in statements(function.body):
        match stmt:
            case Assign():
                if uses[stmt.target] == 0 and is_temporary(stmt.target):
                    if not (isinstance(stmt.expr, Op) and stmt.expr.op in IN_PLACE):
                        found.add(stmt.target)
            case For(target, body=(Unpack(value=value), *_)) if (
                value == target and uses[target] == 1
            ):
                found.add(target)
            case _:
                pass
    return found


class _Printer:
    def __init__(
        self,
        texts: Expressions,
        united: Variables,
        clashes: Interference,
        uses: Mapping[Name, int],
        is_number: Callable[[Name], bool],
    ) -> None:
        self.is_number = is_number
        self.texts = texts
        self.variables = united
        self.needed = clashes.needed
        self.uses = uses
        self.lines: list[Line] = []
        self.depth = 0
        self.watched: dict[Name, list[Name]] = {}
        self.implied: set[Name] = set()  # conditions and results that are printed as control flow

    # -- the function ------------------------------------------------------------------------

    def function(self, function: Function, header: str, defaults: Mapping[str, Any]) -> None:
        signature = _signature(function.params, defaults)
        self.lines.append(Line(0, f"def {function.name}({signature}):", Origin.none(), header))
        self.depth = 1
        self._globals(function)
        self._returning(function.body, function.result, function.origin)
        if len(self.lines) == 1:
            self._line("return None", function.origin)

    def _globals(self, function: Function) -> None:
        names = {
            stmt.name: None
            for stmt in statements(function.body)
            if isinstance(stmt, StoreVariable) and stmt.cell is None
        }
        if names:
            self._line(f"global {', '.join(names)}", Origin.none())
        around = {
            self._text(stmt.cell): None
            for stmt in statements(function.body)
            if isinstance(stmt, StoreVariable) and isinstance(stmt.cell, Ref)
        }
        if around:
            self._line(f"nonlocal {', '.join(around)}", Origin.none())

    def _returning(self, block: Block, result: Operand, origin: Origin) -> None:
        """A block with `return result` behind it; the branches that give the result return it."""
        found = return_shape(block, result)
        if found is None or self.uses[found[1].target] != 1:
            self._statements(block)
            if not (block and isinstance(block[-1], Raise)):
                self._return(result, block, origin)
            return
        branch, merge = found
        self._statements(block[:-1])
        self._open(f"if {self._text(branch.test)}:", branch.origin)
        self._returning(branch.then, merge.then, branch.origin)
        self._close()
        self._returning(branch.orelse, merge.orelse, branch.origin)

    def _return(self, result: Operand, block: Block, origin: Origin) -> None:
        if isinstance(result, Undefined) or (result == Const(None) and self.depth == 1):
            return  # control does not get here, or falls off the end as the user's function does
        last = block[-1].origin if block else origin
        origin = replace(last, sweep="") if last.sweep else origin
        self._line(f"return {self._bare(result)}", origin)

    # -- lines -------------------------------------------------------------------------------

    def _line(self, text: str, origin: Origin, is_copy: bool = False) -> None:
        lines = text.split("\n")
        self.lines += [Line(self.depth, part, origin, is_copy=is_copy) for part in lines]

    def _open(self, text: str, origin: Origin) -> None:
        self._line(text, origin)
        self.depth += 1
        self.opened = len(self.lines)

    def _close(self) -> None:
        if self.lines[-1].depth < self.depth:
            self._line("pass", self.lines[-1].origin)
        self.depth -= 1

    def _text(self, operand: Operand) -> str:
        return unparsed(self.texts.operand(operand))

    def _bare(self, operand: Operand) -> str:
        """As the right-hand side of an assignment: a tuple needs no parentheses."""
        return _unparenthesised(self.texts.operand(operand))

    def _name(self, name: Name) -> str:
        return self.texts.identifier(name)

    # -- statements --------------------------------------------------------------------------

    def _statements(self, block: Sequence[Stmt]) -> None:
        position = 0
        while position < len(block):
            stmt = block[position]
            if isinstance(stmt, Unpack):
                position += self._unpack(block[position:])
            elif self._start(stmt) is not None:
                position += self._run(block[position:])
            else:
                self._statement(stmt)
                position += 1

    def _run(self, block: Sequence[Stmt]) -> int:
        """Print the assignments that the block begins with, those of one form together; returns how many there are."""
        run: dict[Start, Stmt] = {}
        taken = 0
        for count, stmt in enumerate(block, start=1):
            if isinstance(stmt, Assign) and stmt.target in self.texts.nested:
                continue
            if (start := self._start(stmt)) is None:
                break
            run[start], taken = stmt, count
        for group in groups(list(run), self._fits):
            if len(group) == 1:
                self._statement(run[group[0]])
            else:
                targets = ", ".join(start.target for start in group)
                origin = next((s.origin for s in group if s.origin.sweep), group[0].origin)
                self._line(f"{targets} = {', '.join(s.text for s in group)}", origin)
        return taken

    def _start(self, stmt: Stmt) -> Start | None:
        """An assignment that may share a line with others of its form."""
        if not isinstance(stmt, Assign) or self.watched or self.uses[stmt.target] == 0:
            return None
        if stmt.target in self.texts.nested:
            return None
        form, is_number = start_form(stmt.expr), self.is_number(stmt.target)
        if not form and not (isinstance(stmt.expr, Op) and stmt.expr.op in AUGMENTED):
            return None
        value = self.texts.expression(stmt.expr)
        form = form or list_form(value)
        if not (form or is_number):
            return None
        if not (form or is_arithmetic(value)):
            return None
        origin = stmt.origin
        is_of_sweep = bool(origin.sweep) or (bool(origin.line) and not origin.text)
        moves = is_number and is_of_sweep and is_arithmetic(value)
        return Start(self._name(stmt.target), value, stmt.origin, form, moves)

    def _fits(self, group: Sequence[Start]) -> bool:
        width = sum(len(start.target) + len(start.text) + 4 for start in group) - 1
        return 4 * self.depth + width <= WIDTH + 10

    def _statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign():
                self._assign(stmt)
            case Unpack():
                self._unpack((stmt,))
            case Store() | StoreAttr() | StoreVariable():
                self._store(stmt)
            case Delete(base, index, attr, origin):
                self._line(f"del {self._place(base, index, attr)}", origin)
            case If():
                self._if(stmt, "if")
            case For():
                self._for(stmt)
            case While():
                self._while(stmt)
            case Try():
                self._try(stmt)
            case With():
                self._with(stmt)
            case Raise():
                self._raise(stmt)
            case _:
                assert_never(stmt)

    def _assign(self, stmt: Assign) -> None:
        target, expr, origin = stmt.target, stmt.expr, stmt.origin
        if target in self.texts.nested:
            return
        match expr:
            case Op(op, (first, *_)) if op in IN_PLACE:
                self._in_place(target, first, stmt)
            case Op("cell", args) if target in self.texts.plain_cells:
                self._copies([(target, value) for value in args], origin, is_copy=False)
            case Op("copy", (value,)):
                if target not in self.needed and value in self.texts.nested:
                    self._line(self._bare(value), origin)
                self._copies([(target, value)], origin, is_copy=False)
            case Op("unbound_", (Const(name),)):
                self._line(f"raise UnboundLocalError({_unbound(name)!r})", origin)
            case Op("import_", (Const(module), *_)):
                self._line(f"import {module} as {self._name(target)}", origin)
            case MakeFunction():
                made = definition(expr, self._name(target), self.texts)
                self._line(ast.unparse(ast.fix_missing_locations(made)), origin)
            case _ if self.uses[target] == 0 and is_temporary(target):
                self._line(_unparenthesised(self.texts.expression(expr)), origin)
            case _:
                self._line(self._assignment(target, expr, origin), origin)
        self._seen([target], origin)

    def _assignment(self, target: Name, expr: Expr, origin: Origin) -> str:
        """`x = value`, or `x *= y` of a number in a derivative's sweep."""
        value, name = self.texts.expression(expr), self._name(target)
        match expr, value:
            case Op(op, (Name() as first, _)), ast.BinOp(left=ast.Name(id=left), right=right) if (
                origin.sweep and left == name and self.is_number(first)
            ):
                return f"{name} {_sign(op)}= {unparsed(right)}"
        return f"{name} = {_unparenthesised(value)}"

    def _in_place(self, target: Name, first: Operand, stmt: Assign) -> None:
        assert isinstance(stmt.expr, Op)
        if stmt.origin.sweep and not self._is(target, first):
            sum_text = unparsed(self.texts.expression(stmt.expr))  # of two contributions
            return self._line(f"{self._name(target)} = {sum_text}", stmt.origin)
        if not self._is(target, first):
            self._line(f"{self._name(target)} = {self._bare(first)}", stmt.origin)
        sign = _sign(stmt.expr.op)
        value = self._bare(stmt.expr.args[1])
        return self._line(f"{self._name(target)} {sign}= {value}", stmt.origin)

    def _store(self, stmt: Store | StoreAttr | StoreVariable) -> None:
        match stmt:
            case Store(base, index, _, op):
                place = self._place(base, index, None)
            case StoreAttr(base, attr, _, op):
                place = self._place(base, None, attr)
            case StoreVariable(name, cell):
                place, op = name if cell is None else unparsed(self.texts.cell(cell)), None
        if op is not None and isinstance(stmt, Store) and self._is_whole(stmt):
            place = self._text(stmt.base)  # `x += v` of an array writes in place
        sign = "" if op is None else _sign(op)
        if op is not None or not self._stores_last(stmt, place):
            self._line(f"{place} {sign}= {self._bare(stmt.value)}", stmt.origin)

    def _stores_last(self, stmt: Store | StoreAttr | StoreVariable, place: str) -> bool:
        """`t_bar = x_bar[i] = value`, where the sweep stores what it has just computed."""
        if not (isinstance(stmt, Store) and isinstance(stmt.value, Name) and stmt.origin.sweep):
            return False
        last, start = self.lines[-1], f"{self._bare(stmt.value)} = "
        here, there = stmt.origin, last.origin
        line = f"{start}{place} = {last.text.removeprefix(start)}"
        fits = 4 * self.depth + len(line) <= WIDTH
        is_next = last.depth == self.depth and last.text.startswith(start) and not last.is_copy
        if not (is_next and fits and there.sweep) or (here.line, here.text) != (
            there.line,
            there.text,
        ):
            return False
        self.lines[-1] = replace(last, text=line)
        return True

    def _is_whole(self, stmt: Store) -> bool:
        """`x[...]`, where x is a variable of the text."""
        is_plain = isinstance(stmt.base, Name) and stmt.base not in self.texts.nested
        return stmt.index == Const(Ellipsis) and is_plain

    def _place(self, base: Operand, index: Operand | None, attr: str | None) -> str:
        value = self.texts.operand(base)
        if index is not None:
            return unparsed(ast.Subscript(value, self.texts.index(index), ast.Store()))
        assert attr is not None
        return unparsed(ast.Attribute(value, attr, ast.Store()))

    def _raise(self, stmt: Raise) -> None:
        words = ["raise"]
        if stmt.exception is not None:
            words.append(self._text(stmt.exception))
        if stmt.cause is not None:
            words += ["from", self._text(stmt.cause)]
        self._line(" ".join(words), stmt.origin)

    # -- unpacking ---------------------------------------------------------------------------

    def _unpack(self, block: Sequence[Stmt]) -> int:
        """Print the unpacking that the block begins with; returns how many statements that took."""
        first = block[0]
        assert isinstance(first, Unpack)
        targets, count, bound = self._targets(first, block[1:])
        self._line(f"{targets} = {self._bare(first.value)}", first.origin)
        self._seen(bound, first.origin)
        return count

    def _targets(self, first: Unpack, rest: Sequence[Stmt]) -> tuple[str, int, list[Name]]:
        """`a, (b, c)`: following statements that take apart what was just unpacked are part of it."""
        parts: dict[Name, Unpack] = {}
        names = list(first.targets)
        for stmt in rest:
            if not (isinstance(stmt, Unpack) and stmt.value in names):
                break
            if self.uses[_name_of(stmt.value)] != 1:
                break
            parts[_name_of(stmt.value)] = stmt
            names += stmt.targets
        bound = [name for name in names if name not in parts]
        return self._pattern(first, parts), 1 + len(parts), bound

    def _pattern(self, unpack: Unpack, parts: Mapping[Name, Unpack]) -> str:
        shown = []
        for position, name in enumerate(unpack.targets):
            text = f"({self._pattern(parts[name], parts)})" if name in parts else self._name(name)
            shown.append("*" + text if position == unpack.star else text)
        return ", ".join(shown) + ("," if len(shown) == 1 else "") if shown else "[]"

    # -- branches ----------------------------------------------------------------------------

    def _if(self, stmt: If, word: str) -> None:
        then = [(merge.target, merge.then) for merge in stmt.merges]
        orelse = [(merge.target, merge.orelse) for merge in stmt.merges]
        test = self.texts.operand(stmt.test)
        if not self._prints(stmt.then, then) and word == "if":
            if not self._prints(stmt.orelse, orelse):
                return self._test_only(stmt)
            test = _negated(test)
            self._open(f"if {unparsed(test)}:", stmt.origin)
            self._branch(stmt.orelse, orelse, stmt.origin)
            return self._close()
        self._open(f"{word} {unparsed(test)}:", stmt.origin)
        self._branch(stmt.then, then, stmt.origin)
        self._close()
        chained = self._chained(stmt.orelse, orelse)
        if chained is not None:
            return self._if(chained, "elif")
        if self._prints(stmt.orelse, orelse):
            self._open("else:", stmt.origin)
            self._branch(stmt.orelse, orelse, stmt.origin)
            self._close()
        return None

    def _test_only(self, stmt: If) -> None:
        if isinstance(stmt.test, Name) and stmt.test in self.texts.nested:
            self._line(self._text(stmt.test), stmt.origin)

    def _branch(self, block: Block, moves: list[Move], origin: Origin) -> None:
        self._statements(block)
        self._copies(moves, origin)

    def _chained(self, block: Block, moves: list[Move]) -> If | None:
        visible = [stmt for stmt in block if self._is_visible(stmt)]
        if len(visible) == 1 and isinstance(visible[0], If) and not self._pending(moves):
            return visible[0]
        return None

    def _prints(self, block: Block, moves: list[Move]) -> bool:
        return bool(self._pending(moves)) or any(map(self._is_visible, block))

    def _is_visible(self, stmt: Stmt) -> bool:
        match stmt:
            case Assign(target, Op("copy", (value,))) if value not in self.texts.nested:
                return target not in self.texts.nested and bool(self._pending([(target, value)]))
            case Assign(target):
                return target not in self.texts.nested
            case _:
                return True

    # -- loops -------------------------------------------------------------------------------

    def _for(self, stmt: For) -> None:
        self._copies(_entering(stmt.carried), stmt.origin)
        target, skipped, bound = self._loop_target(stmt)
        self._open(f"for {target} in {self._text(stmt.items)}:", stmt.origin)
        self._seen(bound, stmt.origin)
        self._turn(stmt.body[skipped:], stmt, stmt.exit, [_turning(stmt.carried)])
        self._close()
        self._copies(_leaving(stmt.carried), stmt.origin)

    def _loop_target(self, stmt: For) -> tuple[str, int, list[Name]]:
        if stmt.body:
            first = stmt.body[0]
            if isinstance(first, Unpack) and first.value == stmt.target:
                if self.uses[stmt.target] == 1:
                    return self._targets(first, stmt.body[1:])
        return self._name(stmt.target), 0, [stmt.target]

    def _while(self, stmt: While) -> None:
        self._copies(_entering(stmt.carried), stmt.origin)
        if any(map(self._is_visible, stmt.condition)):
            self._open("while True:", stmt.origin)
            self._statements(stmt.condition)
            self._open(f"if {unparsed(_negated(self.texts.operand(stmt.test)))}:", stmt.origin)
            self._line("break", stmt.origin)
            self._close()
        else:
            self._open(f"while {self._text(stmt.test)}:", stmt.origin)
        self._turn(stmt.body, stmt, stmt.exit, [_turning(stmt.carried)])
        self._close()
        self._copies(_leaving(stmt.carried), stmt.origin)

    def _turn(
        self, body: Block, stmt: For | While, leave: Operand | None, moves: list[list[Move]]
    ) -> None:
        """The body of a loop, then copies, then `break` where `leave` holds."""
        shape = break_shape(body, leave)
        if shape is None or (shape.tests and isinstance(leave, Name) and self.uses[leave] > 1):
            self._statements(body)
            return self._end_of_turn(stmt.origin, leave, moves)
        branch = shape.branch
        self.implied.update(
            name
            for name, reads in shape.implied.items()
            if self.uses[name] == reads and not self._is_copied(name, moves)
        )
        then = [(merge.target, merge.then) for merge in branch.merges]
        orelse = [(merge.target, merge.orelse) for merge in branch.merges]
        leaving, going = (then, orelse) if shape.on_then else (orelse, then)
        self._statements(shape.before(body))
        test = self.texts.operand(branch.test)
        test = test if shape.on_then else _negated(test)
        self._open(f"if {unparsed(test)}:", branch.origin)
        self._statements(shape.leaving)
        for copies in (leaving, *moves):
            self._copies(copies, branch.origin)
        self._line(shape.word, branch.origin)
        self._close()
        return self._turn(shape.rest, stmt, shape.rest_exit, [going, *moves])

    def _is_copied(self, name: Name, moves: list[list[Move]]) -> bool:
        """Is the value one that a variable has at the end of the turn, and that is read later?"""
        return any(
            source == name and target in self.needed and target not in self.implied
            for copies in moves
            for target, source in copies
        )

    def _end_of_turn(self, origin: Origin, leave: Operand | None, moves: list[list[Move]]) -> None:
        written = {self._name(name) for copies in moves for name, _ in self._pending(copies)}
        if leave is not None and written.intersection(self._variables_read(leave)):
            # the condition is that of the turn's start: it is read before the copies
            self._open(f"if {self._text(leave)}:", origin)
            for copies in moves:
                self._copies(copies, origin)
            self._line("break", origin)
            self._close()
            leave = None
        for copies in moves:
            self._copies(copies, origin)
        self._break(leave, origin)

    def _break(self, leave: Operand | None, origin: Origin) -> None:
        if leave is None or leave == Const(False):
            return None
        if leave == Const(True):
            return self._line("break", origin)
        self._open(f"if {self._text(leave)}:", origin)
        self._line("break", origin)
        return self._close()

    # -- try and with ------------------------------------------------------------------------

    def _try(self, stmt: Try) -> None:
        self._copies([(seen, initial) for seen, initial, _ in stmt.interrupted], stmt.origin)
        watched = dict(self.watched)
        for seen, _, names in stmt.interrupted:
            for name in names:
                self.watched[name] = [*self.watched.get(name, ()), seen]
        leaves = list(zip(stmt.targets, stmt.leaves, strict=True))
        self._open("try:", stmt.origin)
        self._statements(stmt.body)
        if not stmt.handlers:
            self._statements(stmt.orelse)
        self._close()
        self._handlers(stmt)
        if stmt.handlers and self._prints(stmt.orelse, leaves):
            self._open("else:", stmt.origin)
            self._branch(stmt.orelse, leaves, stmt.origin)
            self._close()
        self.watched = watched
        if any(map(self._is_visible, stmt.final)):
            self._open("finally:", stmt.origin)
            self._statements(stmt.final)
            self._close()
        if not stmt.handlers:
            self._copies(leaves, stmt.origin)

    def _handlers(self, stmt: Try) -> None:
        for handler in stmt.handlers:
            caught = "" if handler.type is None else f" {self._text(handler.type)}"
            bound = handler.name if handler.name in self.needed else None
            named = "" if bound is None else f" as {self._name(bound)}"
            self._open(f"except{caught}{named}:", stmt.origin)
            leaves = list(zip(stmt.targets, handler.leaves, strict=True))
            self._branch(handler.body, leaves, stmt.origin)
            self._close()

    def _with(self, stmt: With) -> None:
        used = stmt.target is not None and stmt.target in self.needed
        named = f" as {self._name(stmt.target)}" if used and stmt.target is not None else ""
        self._open(f"with {self._text(stmt.context)}{named}:", stmt.origin)
        if used and stmt.target is not None:
            self._seen([stmt.target], stmt.origin)
        self._statements(stmt.body)
        self._close()

    # -- copies ------------------------------------------------------------------------------

    def _is(self, target: Name, source: Operand) -> bool:
        """Whether a copy would assign a variable to itself."""
        if not isinstance(source, Name) or source in self.texts.nested:
            return False
        return self._name(target) == self._name(source)

    def _pending(self, moves: Iterable[Move]) -> list[Move]:
        return [
            (target, source)
            for target, source in moves
            if target in self.needed
            and target not in self.implied
            and not isinstance(source, Undefined)
            and not self._is(target, source)
        ]

    def _copies(self, moves: Iterable[Move], origin: Origin, is_copy: bool = True) -> None:
        """Copies that happen at once: in an order in which none spoils another, or as one assignment."""
        moves = list(moves)
        pending = self._pending(moves)
        if len(pending) > 1 and origin.sweep and self._fits_one_line(pending):
            self._together(pending, origin, is_copy)
        else:
            self._in_order(pending, origin, is_copy)
        self._seen([target for target, _ in moves if target in self.needed], origin)

    def _fits_one_line(self, moves: list[Move]) -> bool:
        width = sum(
            len(self._name(target)) + len(self._text(source)) + 4 for target, source in moves
        )
        return 4 * self.depth + width <= WIDTH + 10

    def _in_order(self, pending: list[Move], origin: Origin, is_copy: bool) -> None:
        while pending:
            read = [text for _, source in pending for text in self._variables_read(source)]
            free = [move for move in pending if self._name(move[0]) not in read]
            if not free:
                return self._together(pending, origin, is_copy)
            for target, source in free:
                self._line(f"{self._name(target)} = {self._bare(source)}", origin, is_copy)
            pending = [move for move in pending if move not in free]
        return None

    def _variables_read(self, operand: Operand) -> list[str]:
        syntax = self.texts.operand(operand)
        return [node.id for node in ast.walk(syntax) if isinstance(node, ast.Name)]

    def _together(self, moves: list[Move], origin: Origin, is_copy: bool) -> None:
        targets = ", ".join(self._name(target) for target, _ in moves)
        sources = ", ".join(self._text(source) for _, source in moves)
        self._line(f"{targets} = {sources}", origin, is_copy)

    def _seen(self, bound: Iterable[Name], origin: Origin) -> None:
        """Handlers around see these names under one of their own."""
        if self.watched:
            copies = [(seen, name) for name in bound for seen in self.watched.get(name, ())]
            for target, source in self._pending(copies):
                self._line(f"{self._name(target)} = {self._text(source)}", origin, is_copy=True)


def _entering(carried: tuple[Carried, ...]) -> list[Move]:
    return [(value.inner, value.initial) for value in carried]


def _turning(carried: tuple[Carried, ...]) -> list[Move]:
    return [(value.inner, value.next) for value in carried]


def _leaving(carried: tuple[Carried, ...]) -> list[Move]:
    return [(value.result, value.inner) for value in carried]


def _name_of(operand: Operand) -> Name:
    assert isinstance(operand, Name)
    return operand


def _unbound(name: str) -> str:
    """What Python says when a variable is read that has no value."""
    if sys.version_info < (3, 11):
        return f"local variable '{name}' referenced before assignment"
    return f"cannot access local variable '{name}' where it is not associated with a value"


@functools.cache
def _sign(op: str) -> str:
    text = ast.unparse(ast.AugAssign(ast.Name("x", ast.Store()), AUGMENTED[op], ast.Name("y")))
    return text.split()[1].removesuffix("=")


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    match test:
        case ast.Compare(left, [ast.Eq()], [ast.Constant(int() | float() | str())] as right):
            return ast.Compare(left, [ast.NotEq()], right)
        case _:
            return ast.UnaryOp(ast.Not(), test)


def _unparenthesised(syntax: ast.expr) -> str:
    if isinstance(syntax, ast.Tuple) and syntax.elts:
        shown = ", ".join(unparsed(element) for element in syntax.elts)
        return shown + ("," if len(syntax.elts) == 1 else "")
    return unparsed(syntax)


# -- the signature -------------------------------------------------------------------------------


def _signature(params: Sequence[Param], defaults: Mapping[str, Any]) -> str:
    shown: list[str] = []
    forms = [param.form for param in params]
    for position, param in enumerate(params):
        name = param.name.hint
        text = name if name not in defaults else f"{name}={_default(defaults[name])}"
        if param.form == "keyword" and not {"args", "keyword"} & set(forms[:position]):
            shown.append("*")
        shown.append({"args": "*", "kwargs": "**"}.get(param.form, "") + text)
        if param.form == "positional" and "positional" not in forms[position + 1 :]:
            shown.append("/")
    return ", ".join(shown)


def _default(value: Any) -> str:
    """A literal as such; other objects are given to the function when it is loaded."""
    plain = value is None or type(value) in (bool, int, float, complex, str, bytes)
    return repr(value) if plain and "nan" not in repr(value) and "inf" not in repr(value) else "..."
