"""Derivatives of checkpointed loops, and of their reverse sweeps: loops over states with their tangents.

The tangent of a loop is a loop that hands on the state and its tangent, again with a few of them kept.  The
reverse sweep of a loop, x_bar = J(x)^T y_bar, needs no rule of its own: both of its derivatives are found
in the adjoint of the tangent's loop, (x, x_dot) -> (y, J(x) x_dot), as second derivatives are symmetric:

    its tangent along x_dot      is the adjoint of x for the cotangents (y_bar_dot, y_bar)
    its adjoint for x_bar_bar    is that for the cotangents (0, y_bar) where x_dot = x_bar_bar, and for
                                 y_bar the tangent J(x) x_bar_bar itself

Source: F. Christianson, Automatic Hessians by reverse accumulation, IMA J. Numer. Anal. 12 (1992).
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

from sourcead.checkpointing import checkpointed
from sourcead.runtime.checkpoints import own, zero
from sourcead.runtime.lists import added

__all__ = ["states_added", "steps_tangent", "with_zeros"]


def steps_tangent(step_tangent, items, slots, state, args, state_dot, args_dot, fixed):
    """The state after all steps, and its tangent."""
    count = len(state)
    state, state_dot = own(state), own(state_dot)
    for item in checkpointed(items, slots):
        out, out_dot = step_tangent(item, *fixed, *state, *args, *state_dot, *args_dot)
        state, state_dot = tuple(out[:count]), tuple(out_dot[:count])
    return state, state_dot


def with_zeros(dots, values):
    """Tangents or adjoints of each of the values, zeros written out."""
    if dots is None:
        return tuple([zero(v) for v in values])
    return tuple([zero(v) if d is None else d for v, d in zip(values, dots)])


def states_added(bars, others):
    """The sums of two adjoints of a state, None standing for zero."""
    if bars is None or others is None:
        return others if bars is None else bars
    return tuple([added(a, b) for a, b in zip(bars, others)])
