# mypy: allow-untyped-defs, allow-untyped-calls
"""`sourcead.checkpoint` and `sourcead.checkpointed`: what is run again in the reverse sweep."""

from __future__ import annotations

from sourcead.checkpointing import checkpointed, run_again, run_steps
from sourcead.ir.kinds import Tuple, Unknown, Value
from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import Effects, Rule, register
from sourcead.runtime.checkpoints import (
    Tape,
    again_adjoint,
    steps_adjoint,
    steps_tangent,
)

register(
    Rule(
        "checkpointed",
        "constant",
        (checkpointed,),
        effects=Effects(pure=True),
        kind=lambda *args, **kwargs: Unknown(),
    )
)
register(Rule("again_adjoint", "source", (again_adjoint,), kind=kind_like(again_adjoint, "args")))


def of_steps(state_bars, tape, step, step_forward, step_reverse, args):
    return Tuple((state_bars_kind(step), args))


def state_bars_kind(step):
    return getattr(step, "value", step).__state_kind__


register(Rule("steps_adjoint", "source", (steps_adjoint,), kind=of_steps))


def of_tangents(step_tangent, items, state, *rest):
    return state


register(Rule("steps_tangent", "source", (steps_tangent,), kind=of_tangents))


def after_steps(step, items, slots, state, args):
    """The kinds of the state, which the steps do not change, and the tape."""
    return Tuple((step.value.__state_kind__, Value(Tape)))


def returned(function, args, fixed=()):
    return function.value.__result_kind__


@reverse_rule(
    run_again,
    wrt=("args",),
    kind=returned,
    samples=lambda rng: [],
    calls={"function": lambda kinds: kinds["fixed"].items if "fixed" in kinds else ()},
    values={"function": None},
)
def run_again_adjoint(out_bar, out, function, args, fixed=(), *, function_adjoint):
    if isinstance(out_bar, tuple):  # nothing may have come for some of the results
        return again_adjoint(out_bar, function_adjoint, args, fixed, out)
    return again_adjoint(out_bar, function_adjoint, args, fixed)


@forward_rule(run_again)
def run_again_tangent(out, function, args, fixed=(), *, args_dot, function_push):
    return function_push(*fixed, *args, *args_dot)[1]


@reverse_rule(
    run_steps,
    wrt=("state", "args"),
    kind=after_steps,
    samples=lambda rng: [],
    calls={"step": lambda kinds: kinds["step"].value.__own_kinds__},
    values={"step": None},
)
def run_steps_adjoint(y_bar, y, step, items, slots, state, args, *, step_forward, step_reverse):
    return steps_adjoint(y_bar[0], y[1], step, step_forward, step_reverse, args)


@forward_rule(run_steps)
def run_steps_tangent(y, step, items, slots, state, args, *, state_dot, args_dot, step_tangent):
    return steps_tangent(step_tangent, items, state, state_dot, args, args_dot), None
