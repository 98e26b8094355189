# mypy: allow-untyped-defs, allow-untyped-calls
"""`sourcead.implicit_root` and `sourcead.fixed_point`: by the implicit function theorem."""

from __future__ import annotations

import numpy as np

from sourcead.implicit import fixed_point, implicit_root
from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import Programs, Rule, register
from sourcead.runtime.implicit import (
    fixed_adjoint,
    fixed_tangent,
    implicit_adjoint,
    implicit_tangent,
)

for _adjoint in (implicit_adjoint, fixed_adjoint):
    register(Rule(_adjoint.__name__, "source", (_adjoint,), kind=kind_like(_adjoint, "args")))
for _tangent in (implicit_tangent, fixed_tangent):
    register(Rule(_tangent.__name__, "source", (_tangent,), kind=kind_like(_tangent, "x")))


def like_the_root(function, x, *args, **kwargs):
    return x


def at_the_root(kinds):
    return (kinds["x"],)


@reverse_rule(
    implicit_root,
    wrt=("x", "args"),
    kind=like_the_root,
    samples=Programs("modes/test_implicit.py", "implicit_root("),
    calls={"residual": at_the_root},
)
def implicit_root_adjoint(
    root_bar, root, residual, x, args=(), *, residual_forward, residual_reverse, residual_tangent
):
    """One solve with the transposed Jacobian matrix at the root."""
    return None, implicit_adjoint(
        root_bar, root, residual_forward, residual_reverse, residual_tangent, args
    )


@forward_rule(implicit_root)
def implicit_root_tangent(root, residual, x, args=(), *, x_dot, args_dot, residual_tangent):
    if args_dot is None:
        return np.zeros_like(root)[()]
    return implicit_tangent(root, residual_tangent, args, args_dot)


@reverse_rule(
    fixed_point,
    wrt=("x", "args"),
    kind=like_the_root,
    samples=Programs("modes/test_implicit.py", "fixed_point("),
    calls={"step": at_the_root},
)
def fixed_point_adjoint(
    point_bar, point, step, x, args=(), *, step_forward, step_reverse, step_tangent
):
    return None, fixed_adjoint(point_bar, point, step_forward, step_reverse, step_tangent, args)


@forward_rule(fixed_point)
def fixed_point_tangent(point, step, x, args=(), *, x_dot, args_dot, step_tangent):
    if args_dot is None:
        return np.zeros_like(point)[()]
    return fixed_tangent(point, step_tangent, args, args_dot)
