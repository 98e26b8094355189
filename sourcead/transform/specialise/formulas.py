"""Callees that only compute: what most rules of elementwise functions are.

    def truediv(z, x, y):
        return 1.0 / y, -(z / y)

Their statements are written one by one.  What else may happen in a callee (`inlining.inline`) does not happen
here: nothing is raised, called, rebound in a branch or met twice.
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import is_number
from sourcead.ir.nodes import Assign, Function, Name, Op
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.flags import guard

__all__ = ["call_by", "hint_of", "is_formula", "name_argument", "write_formula"]

OPERATORS = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "tuple"})


def is_formula(s: Context, template: Function, env: Env) -> bool:
    """Does it only compute with numbers and arrays?"""
    return all(is_number(s.kind(value)) for value in env.values()) and all(
        isinstance(each, Assign) and isinstance(each.expr, Op) and each.expr.op in OPERATORS
        for each in template.body
    )


def write_formula(s: Context, template: Function, env: Env) -> Val:
    """Its statements, with the arguments in `env`; returns what it returns."""
    for each in template.body:
        assert isinstance(each, Assign)
        assert isinstance(each.expr, Op)
        args = [s.value(operand, env) for operand in each.expr.args]
        env[each.target] = s.op(each.expr.op, args, hint_of(s, each.target))
    found = s.value(template.result, env)
    guard(s)
    return found


def hint_of(s: Context, target: Name) -> str:
    """What a statement's variable is called; a rule's `a_bar` is not the adjoint of the user's `a`."""
    of_rule = s.derivative and target.hint.endswith(("_bar", "_dot"))
    return "t" if of_rule else target.hint


def call_by(s: Context, variable: Name, value: Val) -> None:
    """`variable = value`: a temporary without a name is called like the variable, its parts after it."""
    if not s.derivative:
        s.called.note(variable.hint, _parts(value))


def name_argument(s: Context, parameter: Name, value: Val, function: object) -> None:
    """The same of a callee's parameter, if the callee is none of ours."""
    if not s.derivative and not str(getattr(function, "__module__", "")).startswith("sourcead."):
        s.called.note(parameter.hint, _parts(value), is_argument=True)


def _parts(value: Val) -> Any:
    return value.items if isinstance(value, Virtual) else value
