"""Products of adjoints and partial derivatives, as a person would write them.

A one disappears, a sign goes outside, a quotient stays one: `a_bar * (1.0 / x)` becomes `a_bar / x`,
`a_bar * -b` becomes `-(a_bar * b)`, which the sum that it is added to takes off.
"""

from __future__ import annotations

from sourcead.ir.nodes import Assign, Const, Name, Op
from sourcead.transform.builder import Val
from sourcead.transform.specialise import Specialiser

__all__ = ["negative", "plus", "start_derivative", "weigh"]

RECENT = 20  # statements: the two adjoints of a quotient are written one after the other


def weigh(b: Specialiser, seed: Val, partial: Val) -> Val:
    """`seed * partial`."""
    match partial:
        case Const(int() | float() as value) if not isinstance(value, bool) and abs(value) == 1:
            return seed if value == 1 else negative(b, seed)
        case _:
            pass
    if isinstance(seed, Const) and seed.value == 1:
        return partial
    sign = b.formula(seed)
    if sign is not None and sign.op == "neg":
        return negative(b, weigh(b, sign.args[0], partial))
    found = b.formula(partial)
    if found is not None:
        if found.op == "truediv":
            known = _known(b, Op("truediv", (b.operand(seed), found.args[1])))
            if known is not None:
                return weigh(b, known, found.args[0])
            return _over(b, weigh(b, seed, found.args[0]), found.args[1])
        if found.op == "neg":
            return negative(b, weigh(b, seed, found.args[0]))
        if found.op == "mul" and isinstance(found.args[0], Const):
            return b.op("mul", [b.op("mul", [found.args[0], seed]), found.args[1]])
    return b.op("mul", [seed, partial])


def _known(b: Specialiser, wanted: Op) -> Name | None:
    """A name that has this value: of `z = x / y` both adjoints need `z_bar / y`."""
    recent = {s.target for s in b.statements[-RECENT:] if isinstance(s, Assign)}
    return next((n for n, formula in b.formulas.items() if formula == wanted and n in recent), None)


def _over(b: Specialiser, value: Val, divisor: Val) -> Val:
    """`value / divisor`, with a sign outside."""
    found = b.formula(value)
    if found is not None and found.op == "neg":
        return negative(b, b.op("truediv", [found.args[0], divisor]))
    return b.op("truediv", [value, divisor])


def negative(b: Specialiser, value: Val) -> Val:
    return b.op("neg", [value])


def plus(b: Specialiser, total: Val, term: Val) -> Val:
    """`total + term`, or `total - x` where the term is -x."""
    found = b.formula(term)
    if found is not None and found.op == "neg":
        return b.op("sub", [total, found.args[0]])
    return b.op("add", [total, term])


def start_derivative(b: Specialiser) -> None:
    """From here on the builder writes derivative code: formulas of the primal are not taken apart."""
    b.derivative = True
    b.new = set()
    b.formulas = {}
