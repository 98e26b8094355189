"""Checks of one call of a rule through the compiler: first order, second order, precision, complex numbers.

The references are differences (Ridders' extrapolation) of the primal, and of the compiled gradient for
the second order: the gradient itself has been compared with the primal by then.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import sourcead
from tests.numeric import Derivative, directional
from tests.rules.harness import (
    Call,
    active,
    evaluate,
    inner,
    is_leaf,
    known,
    leaves,
    map_leaves,
    random_like,
    scale,
    with_values,
)
from tests.rules.programs import Program, program, squared
from tests.structures import fresh, same_content

__all__ = ["differentiable", "first_order", "second_order", "turned"]

NEAR = 0.125  # directions are scaled by it: differences stay on one side of kinks nearby
SINGLE = (np.float32, np.complex64)


def differentiable(call: Call) -> bool:
    """Does a derivative go in and come out?"""
    return bool(active(call)) and bool(leaves(evaluate(call)))


def first_order(call: Call) -> None:
    """Value, reverse, forward, and differences of the primal; shapes and types are the arguments'."""
    with _quiet():
        made, rng = program(call), np.random.default_rng(1)
        y = evaluate(call)
        y_bar = map_leaves(lambda leaf: random_like(leaf, rng), y)
        dots = _direction(made, rng)
        value, pullback = sourcead.vjp(made.function, *fresh(made.args))
        assert same_content(_listed(value), _listed(y)), f"value {value!r}, primal {y!r} of {made}"
        bars = pullback(_in_form_of(value, y_bar))
        _like_arguments(made, bars)
        value, y_dot = sourcead.jvp(made.function, fresh(made.args), dots)
        assert same_content(_listed(value), _listed(y)), f"value {value!r}, primal {y!r} of {made}"
        back = sum((inner(bar, dot) for bar, dot in zip(bars, dots, strict=True)), 0.0)
        ahead = inner(y_bar, y_dot)
        size = scale(y_bar, y_dot) + sum(map(scale, bars, dots))
        limit = 1e-5 if _is_single(made, y) else 1e-11
        assert abs(ahead - back) <= limit * (size + 1e-3), (
            f"forward {ahead!r}, reverse {back!r} of {made}"
        )
        expected = directional(lambda *args: known(made.function(*args)), made.args, dots, y_bar)
        _close(expected, back, size, _is_single(made, y), made)


def _in_form_of(value: Any, bar: Any) -> Any:
    """A cotangent with lists where the value has lists."""
    if isinstance(value, list):
        return [_in_form_of(*each) for each in zip(value, bar, strict=True)]
    if type(value) is tuple:
        return tuple(_in_form_of(*each) for each in zip(value, bar, strict=True))
    return bar


def second_order(call: Call) -> None:
    """Forward mode over the gradient of a sum of squares, and differences of that gradient.

    At the zero vector a norm is not differentiable, though its square is: no rule of the norm can know.
    """
    with _quiet():
        rng = np.random.default_rng(2)
        results = list(_paths(evaluate(call)))
        weights = [random_like(leaf, rng) for _, leaf in results]
        made = squared(call, weights, [path for path, _ in results])
        dots = _direction(made, rng)
        bars = tuple(random_like(value, rng) for value in made.args)
        gradient = sourcead.grad(made.function, tuple(range(len(made.args))))
        _, gradient_dot = sourcead.jvp(gradient, fresh(made.args), dots)
        found, size = inner(bars, gradient_dot), scale(bars, gradient_dot)

        def of_gradient(*args: Any) -> Any:
            return known(gradient(*args))

        expected = directional(of_gradient, made.args, dots, bars)
        _close(expected, found, size, _is_single(made, weights), made)


def turned(call: Call, rng: np.random.Generator) -> Call | None:
    """The call with complex arguments near the real ones, or None where the function takes none."""

    def turn(leaf: Any) -> Any:
        found = leaf + 1j * rng.uniform(0.1, 0.3, np.shape(leaf))
        return found if isinstance(leaf, (np.ndarray, np.generic)) else complex(found)

    given = with_values(call, {n: map_leaves(turn, v) for n, v in active(call).items()})
    try:
        return given if leaves(evaluate(given)) else None
    except TypeError:
        return None


# -- parts ---------------------------------------------------------------------------------------


@contextmanager
def _quiet() -> Iterator[None]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _direction(made: Program, rng: np.random.Generator) -> tuple[Any, ...]:
    return tuple(
        type(v)(NEAR * d) if np.isscalar(v) else _like(v, NEAR * d)
        for v, d in ((v, random_like(v, rng)) for v in made.args)
    )


def _like(value: Any, dot: Any) -> Any:
    """In the layout of `value`: some functions follow it."""
    out = np.empty_like(value)
    out[...] = dot
    return out


def _like_arguments(made: Program, bars: Any) -> None:
    for value, bar in zip(made.args, bars, strict=True):
        mine, its = np.asarray(bar), np.asarray(value)
        assert mine.shape == its.shape, f"bar of shape {mine.shape} for {its.shape} of {made}"
        assert mine.dtype == its.dtype, f"bar of {mine.dtype} for {its.dtype} of {made}"


def _close(expected: Derivative, found: float, size: float, single: bool, made: Program) -> None:
    allowed = (1e-3 if single else 3e-7) * (abs(expected.value) + 1e-2 * size + 1e-3)
    slack = allowed + 10.0 * min(expected.error, 1e-5)
    assert abs(expected.value - found) <= slack, f"{expected}, compiled {found!r} of {made}"


def _is_single(made: Program, y: Any) -> bool:
    return any(np.asarray(leaf).dtype in SINGLE for leaf in leaves([*made.args, y]))


def _paths(y: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(y, (tuple, list)):
        for i, value in enumerate(y):
            yield from _paths(value, f"{path}[{i}]")
    elif is_leaf(y):
        yield path, y


def _listed(y: Any) -> Any:
    """The numbers alone: a named tuple of NumPy's has the name of its module in its type."""
    return tuple(map(_listed, y)) if isinstance(y, (tuple, list)) else y
