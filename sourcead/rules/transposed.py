"""The forward rule that follows from a reverse rule: a derivative's adjoint determines the derivative.

A reverse rule gives x_bar = J^T y_bar, which is linear in y_bar.  So for a tangent x_dot

    <x_bar, x_dot>  =  <y_bar, J x_dot>,        and        y_dot = J x_dot = d <x_bar, x_dot> / d y_bar

which is a gradient of the rule's own code.  Where that calls something without rule on `y_bar`, there is no
forward mode: it is refused there.

Source: J. Townsend, A new trick for calculating Jacobian vector products (2017).
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.adapters import function_of_text

__all__ = ["forward_of", "paired"]


def forward_of(reverse: Callable[..., Any], wrt: tuple[str, ...]) -> Callable[..., Any]:
    """A forward rule, with its source text, from a rule `reverse(y_bar, y, *parameters)` for `wrt`.

    >>> print(forward_of(lambda y_bar, y, a, b: (b * y_bar, None), ("a", "b")).__doc__)
    The tangent that follows from the reverse rule.
    """
    from sourcead.api import grad  # here: rules are loaded by what it is made of

    parameters = list(inspect.signature(reverse).parameters.values())[2:]
    heads: list[str] = []
    given: list[str] = []
    for p in parameters:
        heads += ["*"] if p.kind is p.KEYWORD_ONLY and not any(h[0] == "*" for h in heads) else []
        heads.append(f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name)
        given.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else heads[-1])
    heads += [] if any(h[0] == "*" for h in heads) else ["*"]
    dots = [f"{name}_dot" for name in wrt]
    bars = f"reverse({', '.join(['y_bar', 'y', *given])})"
    text = (
        f"def tangent({', '.join(['y', *heads, *dots])}):\n"
        '    """The tangent that follows from the reverse rule."""\n'
        "    def product(y_bar):\n"
        f"        return paired({bars if len(wrt) > 1 else f'({bars},)'}, ({', '.join(dots)},))\n"
        "    return grad(product)(np.zeros_like(y)[()])\n"
    )
    scope = {"reverse": reverse, "paired": paired, "grad": grad, "np": np}
    made = function_of_text("tangent", text, scope)
    plain = [p for p in parameters if p.kind is not p.VAR_POSITIONAL and p.default is not p.empty]
    made.__defaults__ = tuple(p.default for p in plain if p.kind is not p.KEYWORD_ONLY) or None
    made.__kwdefaults__ = {p.name: p.default for p in plain if p.kind is p.KEYWORD_ONLY}
    return made


def paired(bars, dots):
    """The inner product of adjoints and tangents, of which some may be None."""
    total = 0.0
    for bar, dot in zip(bars, dots):
        if bar is not None and dot is not None:
            total = total + np.real(np.sum(bar * dot))
    return total
