"""The derivatives of recursive functions, as programs call them by name.

    power_forward, power_reverse      the pullback in two: `(value, saved)`, and the adjoints
    power_tangent                     value and tangent
    power_linear_forward, _map        the same in two: `(value, saved)`, and the tangent

The adjoint of an argument is the same whoever computes it, so what is derived of these again needs no
look into what is saved.  With `y_dot = J x_dot` of the function and its tangent as a function of its own,
`T(x, x_dot) = (y, J x_dot)`, the reverse half of T gives, for the adjoints (a, b) of its two results,

    x_dot_bar = J^T b             x_bar = J^T a + the derivative of b^T J x_dot with respect to x

so that with b = y_bar and a = the tangent of y_bar, these are the value `J^T y_bar` of a reverse half and its
tangent in the direction x_dot; and with a = 0 and x_dot = the adjoint of `J^T y_bar`, they are what the adjoint
of a reverse half contributes to x, and y_dot what it contributes to y_bar.  A reverse half that may be
differentiated again is therefore called with the arguments of its function behind its own
(`without_arguments` takes them off, before it becomes text).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sourcead.ir.nodes import Assign, Block, Call, Function, Operand, Ref, Stmt
from sourcead.ir.walk import map_blocks, renewed, with_body
from sourcead.transform.effects import CalledByName

if TYPE_CHECKING:
    from sourcead.transform.specialise.recursion import Unit

__all__ = ["Half", "half", "reverse_call", "without_arguments"]


@dataclass(eq=False, repr=False)
class Half(CalledByName):
    """A derivative of a unit, as it is called in a program.

    `form`: "forward" and "reverse" are its pullback, "tangent" gives value and tangent at once,
    "linear_forward" and "linear_map" one after the other.
    """

    unit: Unit
    form: str
    again: bool = False  # the reverse half may run more than once
    number: int = 0  # among the units of one name

    @property
    def label(self) -> str:
        """The unit's name in the text."""
        return self.unit.name + (f"_{self.number}" if self.number else "")

    @property
    def name(self) -> str:
        return f"{self.label}_{self.form}"

    @property
    def reaches_out(self) -> bool:  # type: ignore[override]
        """What the unit changes of lists, dicts and objects, its derivative does too."""
        return self.unit.reaches_out

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the parameters that may carry a derivative."""
        return tuple(i for i, active in enumerate(self.unit.varied) if active)

    @property
    def returned(self) -> tuple[int, ...]:
        """Of these: the adjoints that the reverse half returns."""
        return tuple(i for i in self.wrt if i not in self.unit.writes)

    @property
    def shadowed(self) -> tuple[int, ...]:
        """The others are arrays that are written: the reverse half is given their adjoints, and changes them."""
        return tuple(i for i in self.wrt if i in self.unit.writes)

    def written(self, args: Sequence[Operand]) -> list[Operand]:
        """Of the arguments of a call: the arrays that it writes."""
        values, dots = [args[i] for i in sorted(self.unit.writes) if i < len(args)], []
        match self.form:
            case "reverse":
                return list(args[2 : 2 + len(self.shadowed)])
            case "tangent":
                dots = list(args[len(self.unit.kinds) :])
            case "linear_map":
                values, dots = [], list(args[1:])
            case _:
                pass
        return values + [dot for i, dot in zip(self.wrt, dots) if i in self.unit.writes]

    def ref(self) -> Ref:
        return Ref(self.name, self)

    def other(self, form: str) -> Half:
        made: dict[Any, Half] = self.unit.derivatives
        return made.setdefault((form, self.again), replace(self, form=form))

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.name} is called before it is made")  # a name in a program only


def half(b: Any, unit: Unit, form: str, again: bool = False) -> Half:
    """The one object that stands for this derivative of the unit."""
    made: dict[Any, Half] = unit.derivatives
    if not made:
        others = [u for u in b.units if u.name == unit.name and u.derivatives]
        unit.number = len(others)
    return made.setdefault((form, again), Half(unit, form, again, unit.number))


def reverse_call(half: Half, saved: Operand, bar: Operand, args: Sequence[Operand]) -> Call:
    """The call of a reverse half that may be differentiated again."""
    return Call(half.ref(), (saved, bar, *args))


def without_arguments(function: Function) -> Function:
    """Reverse halves are called with what they read: the tape, and the adjoint of the value."""
    return with_body(function, _plain(function.body))


def _plain(block: Block) -> Block:
    return renewed(block, [map_blocks(_plain_call(stmt), _plain) for stmt in block])


def _plain_call(stmt: Stmt) -> Stmt:
    if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Call)):
        return stmt
    match stmt:
        case Assign(_, Call(Ref(_, Half(form="reverse") as half), (saved, bar, _, *_)) as call) if (
            not half.unit.writes
        ):
            return replace(stmt, expr=replace(call, args=(saved, bar)))
        case _:
            return stmt
