"""Two contributions to an adjoint that are multiples of one product are one.

    y = k * x * x         x_bar = y_bar * (k * x) + y_bar * x * k   ->   x_bar = 2.0 * y_bar * (k * x)

The derivative of a product in which a variable stands more than once has a summand for each place where it does,
with the same factors in another order.  Only where their sum is a small number of times the one, or a power of
two: of `x * x * x` it is three.

>>> from sourcead.ir.kinds import Py
>>> b = Builder()
>>> x, y_bar, k = (b.fresh(hint, Py(float)) for hint in ("x", "y_bar", "k"))
>>> t = b.emit(Op("mul", (k, x)), Py(float))
>>> one = b.emit(Op("mul", (y_bar, t)), Py(float))
>>> u = b.emit(Op("mul", (y_bar, x)), Py(float))
>>> other = b.emit(Op("mul", (u, k)), Py(float))
>>> str(together(b, b.formula, one, other)), b.statements[-1].expr.args[0]
('t.4', Const(value=2.0))
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import Const, Name, Op, Operand
from sourcead.transform.builder import Builder

__all__ = ["together"]

MOST = 16.0
DEEPEST = 6  # products within products that are looked into

Formula = Callable[[Operand], Op | None]


def together(
    b: Builder,
    formula: Formula,
    one: Operand,
    other: Operand,
    hint: str = "t",
    negated: bool = False,
) -> Name | None:
    """The sum of the two (their difference if `negated`), if the one is a multiple of the other.

    `formula` says what a value is the product or negative of, where that is known and still holds.
    """
    kind = b.kind(one)
    if not (isinstance(one, Name) and _is_float(kind) and b.kind(other) == kind):
        return None
    first, second = _factors(formula, one), _factors(formula, other)
    if len(second[1]) < 2 or first[1] != second[1] or first[0] == 0.0:
        return None
    more = -second[0] if negated else second[0]
    times, base = (first[0] + more) / first[0], one
    is_power_of_two = abs(math.frexp(times)[0]) == 0.5
    if not (is_power_of_two or (times.is_integer() and 0.0 < abs(times) <= MOST)):
        return None
    match formula(one):
        case Op("mul", (Const(float() as own), Name() as multiplied)) if b.kind(multiplied) == kind:
            times, base = times * own, multiplied
        case _:
            pass
    return b.emit(Op("mul", (Const(times), base)), kind, hint)


def _is_float(kind: Kind) -> bool:
    return kind in (Py(float), Np("float64")) or (
        isinstance(kind, Array) and kind.dtype == "float64"
    )


def _factors(formula: Formula, value: Operand) -> tuple[float, Counter[Operand]]:
    """A constant, and how often each factor stands in a product."""
    constant, found = 1.0, Counter[Operand]()
    open_ = [(value, 0)]
    while open_:
        operand, depth = open_.pop()
        made = formula(operand) if depth < DEEPEST else None
        if made is not None and made.op in ("mul", "neg"):
            constant = -constant if made.op == "neg" else constant
            open_ += [(each, depth + 1) for each in made.args]
        elif isinstance(operand, Const) and type(operand.value) is float:
            constant *= operand.value
        else:
            found[operand] += 1
    return constant, found
