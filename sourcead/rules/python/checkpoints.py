# mypy: allow-untyped-defs, allow-untyped-calls
"""`sourcead.checkpoint` and `sourcead.checkpointed`: what is run again in the reverse sweep."""

from __future__ import annotations

from sourcead.api import vjp
from sourcead.checkpointing import run_again, run_steps
from sourcead.ir.kinds import Tuple, Value
from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import Programs, Rule, register
from sourcead.runtime.checkpoints import Tape, again_adjoint, own, steps_adjoint
from sourcead.runtime.tangent_steps import states_added, steps_tangent, with_zeros

register(Rule("again_adjoint", "source", (again_adjoint,), kind=kind_like(again_adjoint, "args")))


def after_steps(step, items, slots, state, args, fixed=()):
    """The kinds of the state, which the steps do not change, and of what the reverse sweep starts from."""
    state = step.value.__state_kind__
    return Tuple((state, Tuple((Value(Tape), state))))


def returned(function, args, fixed=()):
    return function.value.__result_kind__


@reverse_rule(
    run_again,
    wrt=("args",),
    kind=returned,
    samples=Programs("modes/test_checkpointing.py", "checkpoint"),
    calls={"function": lambda kinds: kinds["fixed"].items if "fixed" in kinds else ()},
    values={"function": None},
)
def run_again_adjoint(out_bar, out, function, args, fixed=(), *, function_adjoint):
    if isinstance(out_bar, tuple):  # nothing may have come for some of the results
        return again_adjoint(out_bar, function_adjoint, args, fixed, out)
    return again_adjoint(out_bar, function_adjoint, args, fixed)


@forward_rule(run_again)
def run_again_tangent(out, function, args, fixed=(), *, args_dot, function_push):
    return function_push(*fixed, *args, *with_zeros(args_dot, args))[1]


@reverse_rule(
    run_steps,
    wrt=("state", "args"),
    kind=after_steps,
    samples=Programs("modes/test_checkpointing.py", "checkpointed"),
    calls={"step": lambda kinds: kinds["step"].value.__own_kinds__},
    values={"step": None},
)
def run_steps_adjoint(
    y_bar, y, step, items, slots, state, args, fixed=(), *, step_forward, step_reverse
):
    if y_bar[0] is None:
        return y_bar[1][1], None
    if len(fixed) == 0:
        found = steps_adjoint(y_bar[0], y[1], step, items, slots, step_forward, step_reverse, args)
    else:
        found = steps_adjoint(
            y_bar[0], y[1], step, items, slots, step_forward, step_reverse, args, fixed
        )
    if y_bar[1] is None:
        return found
    return states_added(found[0], y_bar[1][1]), found[1]


@forward_rule(run_steps)
def run_steps_tangent(
    y, step, items, slots, state, args, fixed=(), *, state_dot, args_dot, step_tangent
):
    dots = with_zeros(state_dot, state)
    rest = with_zeros(args_dot, args)
    after = steps_tangent(step_tangent, items, slots, state, args, dots, rest, fixed)
    return after[1], (None, own(dots))


# -- second derivatives: see runtime/tangent_steps.py ----------------------------------------------


def of_adjoint(state_bars, run, step, items, slots, step_forward, step_reverse, args, fixed=()):
    return Tuple((step.value.__state_kind__, args))


@reverse_rule(
    steps_adjoint,
    wrt=("state_bars", "run", "args"),
    kind=of_adjoint,
    samples=Programs("modes/test_checkpointing_twice.py", "checkpointed"),
    calls={"step": lambda kinds: kinds["step"].value.__own_kinds__},
    values={"step": None},
)
def steps_adjoint_adjoint(
    bars, y, state_bars, run, step, items, slots, step_forward, step_reverse, args, fixed=(),
    *, step_tangent,
):  # fmt: skip
    state = run[1]
    count, both = len(state), len(state) + len(args)
    cotangents = with_zeros(state_bars, state)

    def tangent(*values):
        start, rest = values[:count], values[count:both]
        dots, rest_dots = values[both : both + count], values[both + count :]
        return steps_tangent(step_tangent, items, slots, start, rest, dots, rest_dots, fixed)

    state_dot, args_dot = with_zeros(bars[0], state), with_zeros(bars[1], args)
    (_, out_dot), pullback = vjp(tangent, *state, *args, *state_dot, *args_dot)
    found = pullback((with_zeros(None, state), cotangents))
    return out_dot, (None, found[:count]), found[count:both]


@forward_rule(steps_adjoint)
def steps_adjoint_tangent(
    y, state_bars, run, step, items, slots, step_forward, step_reverse, args, fixed=(),
    *, state_bars_dot, run_dot, args_dot, step_tangent,
):  # fmt: skip
    state = run[1]
    count, both = len(state), len(state) + len(args)
    cotangents, along = with_zeros(state_bars, state), with_zeros(state_bars_dot, state)

    def tangent(*values):
        start, rest = values[:count], values[count:both]
        dots, rest_dots = values[both : both + count], values[both + count :]
        return steps_tangent(step_tangent, items, slots, start, rest, dots, rest_dots, fixed)

    state_dot = with_zeros(None if run_dot is None else run_dot[1], state)
    rest_dot = with_zeros(args_dot, args)
    _, pullback = vjp(tangent, *state, *args, *state_dot, *rest_dot)
    found = pullback((along, cotangents))
    return found[:count], found[count:both]
