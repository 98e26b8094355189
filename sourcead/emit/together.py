"""Assignments of the same form that belong to one statement of the user share a line.

    rows = []                                above, row = u[i - 1], u[i]
    xs = []               ->                 rows, xs = [], []

    x_1 = x + h * u                          x_1, y_1 = x + h * u, y + h * v
    y_1 = y + h * v       ->

As people write them: empty lists, zeros, rows, arrays as lists, and what is computed of the parts of a
vector.  Numbers of a derivative's sweep are joined also where others stand between them that neither read
nor assign what they do: its statements come in the order of the contributions, part by part.

>>> from sourcead.emit.expressions import parsed
>>> a, b, c = (Start(*pair) for pair in (("a", parsed("x * u")), ("k", parsed("a + x")), ("b", parsed("y * u"))))
>>> [[start.target for start in group] for group in groups([a, b, c], lambda _: True)]
[['a', 'b'], ['k']]
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sourcead.emit.text import unparsed
from sourcead.ir.nodes import Call, Const, Expr, MethodCall, Name, Op, Origin, Ref

__all__ = ["Start", "groups", "is_arithmetic", "list_form", "start_form"]

MOST = 6  # on a line
MOST_COMPUTED = 3  # CPython assigns up to three without making a tuple
SHORT = 46  # characters of two numbers that share a line though they are not of one form
FARTHEST = 16  # statements between which alike ones are looked for


@dataclass(frozen=True, eq=False)
class Start:
    """An assignment `target = value` as it would be printed.

    `form`: assignments of one form may share a line; "" for what is only computed, whose form is that of its text.
    `moves`: it may be computed earlier or later, since it is part of a sweep and has no effect.
    """

    target: str
    value: ast.expr
    origin: Origin = field(default_factory=Origin.none)
    form: str = ""
    moves: bool = True

    @cached_property
    def reads(self) -> frozenset[str]:
        return frozenset(node.id for node in ast.walk(self.value) if isinstance(node, ast.Name))

    @cached_property
    def text(self) -> str:
        return unparsed(self.value)

    @cached_property
    def shape(self) -> object:
        """What has to agree with those it shares a line with."""
        return self.form or _outline(self.value)

    @property
    def is_again(self) -> bool:
        """Does it compute again, for the sweep, what the primal has computed?"""
        return bool(self.origin.line) and not self.origin.text and not self.origin.sweep

    @cached_property
    def loose_form(self) -> object:
        return self.form or _outline(self.value, exact=False)

    @property
    def most(self) -> int:
        """How many of them a line may hold."""
        return MOST if self.form else MOST_COMPUTED

    @property
    def is_update(self) -> bool:
        """`x += y` is written as such, unless it is done to the three parts of a vector."""
        match self.value:
            case ast.BinOp(left=ast.Name(id=self.target), right=ast.Name()):
                return True
            case _:
                return False

    def is_of_line(self, other: Start) -> bool:
        """Do both belong to one line of the user's?  What is computed again belongs to that which needs it."""
        if self.is_again or other.is_again:
            return True
        here, there = self.origin, other.origin
        return (here.file, here.line, here.text, here.sweep) == (
            there.file, there.line, there.text, there.sweep
        )  # fmt: skip

    def touches(self, other: Start) -> bool:
        """Does the order of the two matter?"""
        return (
            self.target == other.target or self.target in other.reads or other.target in self.reads
        )


def groups(run: Sequence[Start], fits: Callable[[Sequence[Start]], bool]) -> list[list[Start]]:
    """The assignments in the order in which they are printed, those together that share a line."""
    left, made = _meeting(list(run), fits), []
    while left:
        first, near = left[0], left[1 : FARTHEST + 1]
        group = _with_alike(first, near, fits, _is_alike)
        if len(group) == 1:
            group = _with_alike(first, near, fits, _is_like)
        if first.is_update and len(group) < MOST_COMPUTED:
            group = [first]
        made.append(group)
        left = [start for start in left if start not in group]
    return made


def _meeting(run: list[Start], fits: Callable[[Sequence[Start]], bool]) -> list[Start]:
    """What is computed again moves down to what it shares a line with, where that cannot move up."""
    for again in [start for start in run if start.is_again and start.moves]:
        at = run.index(again)
        for position in range(at + 1, min(at + FARTHEST, len(run))):
            start = run[position]
            if _is_alike(start, [again]) and start.origin.sweep and fits((again, start)):
                run.insert(position - 1, run.pop(at))
                break
            if not start.moves or start.touches(again):
                break
    return run


def _with_alike(
    first: Start,
    near: Sequence[Start],
    fits: Callable[[Sequence[Start]], bool],
    is_like: Callable[[Start, Sequence[Start]], bool],
) -> list[Start]:
    """Those near by that may share the line of the first one."""
    group, passed = [first], list[Start]()
    for start in near:
        fine = len(group) < first.most and is_like(start, group) and _joins(start, group, passed)
        if fine and fits((*group, start)):
            group.append(start)
        else:
            passed.append(start)
    return group


def _is_alike(start: Start, group: Sequence[Start]) -> bool:
    return start.shape == group[0].shape and start.is_of_line(group[0])


def _is_like(start: Start, group: Sequence[Start]) -> bool:
    """But for constants, or because both are short."""
    is_apart = any(each.is_again or each.is_update for each in (start, group[0]))
    return (
        not is_apart
        and start.is_of_line(group[0])
        and (start.loose_form == group[0].loose_form or _are_short([*group, start]))
    )


def _joins(start: Start, group: Sequence[Start], passed: Iterable[Start]) -> bool:
    return all(each.target not in start.reads | {start.target} for each in group) and all(
        start.moves and each.moves and not start.touches(each) for each in passed
    )


def _are_short(group: Sequence[Start]) -> bool:
    """Two numbers that one statement of the user's contributes to, in a few characters."""
    return (
        len(group) == 2
        and all(e.moves and not e.form and e.target not in e.reads for e in group)
        and sum(len(each.target) + len(each.text) for each in group) <= SHORT
    )


# -- forms -----------------------------------------------------------------------------------


def start_form(expr: Expr) -> str:
    """What kind of start this is, if it is one that people write several of on a line.

    >>> start_form(Op("list", ())), start_form(Op("add", (Const(1), Const(2))))
    ('list', '')
    """
    match expr:
        case Op("list", ()):
            return "list"
        case Op("getitem", (Name(), Name() | Const())):
            return "item"
        case MethodCall(Name(), "tolist", ()):
            return "tolist"
        case Call(Ref(value=function), (Name(),), ()) if (
            function is np.zeros_like or function is np.zeros
        ):
            return "zeros"
        case _:
            return ""


def list_form(syntax: ast.expr) -> str:
    """The same of lists of zeros.

    >>> from sourcead.emit.expressions import parsed
    >>> list_form(parsed("[0.0] * len(x)")), list_form(parsed("[y] * n"))
    ('zeros', '')
    """
    match syntax:
        case ast.BinOp(ast.List([ast.Constant(0.0)]), ast.Mult()):
            return "zeros"
        case _:
            return ""


def is_arithmetic(syntax: ast.expr) -> bool:
    """Operators, numbers, variables and what they hold: nothing that has an effect.

    >>> from sourcead.emit.expressions import parsed
    >>> is_arithmetic(parsed("-x[0] * 2.0")), is_arithmetic(parsed("f(x)")), is_arithmetic(parsed("x"))
    (True, False, False)
    """
    return isinstance(syntax, (ast.BinOp, ast.UnaryOp)) and _is_plain(syntax)


def _is_plain(syntax: ast.expr) -> bool:
    if isinstance(syntax, (ast.Name, ast.Constant)):
        return True
    if isinstance(syntax, ast.BinOp):
        return _is_plain(syntax.left) and _is_plain(syntax.right)
    if isinstance(syntax, ast.UnaryOp):
        return _is_plain(syntax.operand)
    return isinstance(syntax, ast.Subscript) and _is_plain(syntax.value) and _is_plain(syntax.slice)


def _outline(syntax: ast.AST, exact: bool = True) -> object:
    """The operations of an expression, without the names that they are done on, nor (if not `exact`) constants."""
    match syntax:
        case ast.Name():
            return "name"
        case ast.Constant(value):
            return type(value), repr(value) if exact else ""
        case ast.Subscript(base, ast.Constant()):
            return "item", _outline(base, exact)
        case _:
            inner = tuple(_outline(node, exact) for node in ast.iter_child_nodes(syntax))
            return type(syntax), inner
