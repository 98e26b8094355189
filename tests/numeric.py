"""Reference derivatives by differences, and `check`, which compares a function's derivatives with them.

The reference is Richardson's extrapolation of central differences along a direction, with its own
error estimate; where a program accepts complex numbers, the complex step gives full precision.

>>> float(round(directional(lambda x: x**3, (2.0,), (1.0,)).value, 9))
12.0
"""

from __future__ import annotations

import os
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import sourcead
from tests.structures import (
    arrays,
    fresh,
    has_leaf,
    is_leaf,
    leaves,
    map_leaves,
    pairing,
    same_content,
    size,
)  # fmt: skip

__all__ = [
    "Derivative", "Point", "check", "complex_step", "directional", "random_direction", "reference",
]  # fmt: skip

STEPS = 2.0 ** -np.arange(5.0, 15.0)
SINGLE = 2e-4  # relative error left to float32 and complex64
INNER = 1e-12  # two sums of the same products, in different order


# -- references ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Derivative:
    """A directional derivative and how far it may be off."""

    value: float
    error: float


def directional(
    f: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any], out_bar: Any = 1.0
) -> Derivative:
    """The derivative of <out_bar, f(args)> along `direction`, by extrapolated central differences.

    Ridders' form of Richardson's scheme: of all entries of the tableau, the one that differs least
    from its two parents is taken, and that difference is the error estimate.
    """
    wide, along = _double(args), _double(direction)

    def difference(step: float) -> float:
        ahead, behind = _value_at(f, wide, along, step), _value_at(f, wide, along, -step)
        return (pairing(out_bar, ahead) - pairing(out_bar, behind)) / (2.0 * step)

    return _extrapolate([_or_nan(difference, float(step)) for step in STEPS])


def _extrapolate(differences: list[float]) -> Derivative:
    """Remove the errors of order step**2, step**4, ... from differences whose step is halved each time."""
    best = Derivative(np.nan, np.inf)
    row = differences[:1]
    for difference in differences[1:]:
        new = [difference]
        for order, coarser in enumerate(row, start=1):
            finer = new[-1]
            better = finer + (finer - coarser) / (4.0**order - 1.0)
            error = max(abs(better - finer), abs(better - coarser))
            if error < best.error:
                best = Derivative(better, error)
            new.append(better)
        row = new
    return best


def complex_step(f: Callable[..., Any], args: Sequence[Any], direction: Sequence[Any]) -> float:
    """The derivative of a real, scalar f along `direction`, where f is analytic and takes complex numbers."""
    step = 1e-30
    value = f(*_moved(fresh(tuple(args)), direction, 1j * step))
    return float(np.imag(value)) / step


def _value_at(f: Callable[..., Any], args: Any, direction: Any, step: float) -> Any:
    return f(*_moved(fresh(args), direction, step))


def _moved(args: tuple[Any, ...], direction: Sequence[Any], step: complex) -> tuple[Any, ...]:
    def move(leaf: Any, dot: Any) -> Any:
        return leaf if dot is None else leaf + step * dot

    def keep(value: Any) -> Any:
        return value

    # Only what moves is rebuilt, so that the other arguments keep what they share.
    return tuple(
        map_leaves(move, arg, dot, rest=keep) if size(dot) else arg
        for arg, dot in zip(args, direction, strict=True)
    )


def _or_nan(difference: Callable[[float], float], step: float) -> float:
    """A coarse step may leave the domain; the finer ones decide."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return difference(step)
        except (ArithmeticError, ValueError):
            return np.nan


def _double(args: Sequence[Any]) -> tuple[Any, ...]:
    """float32 and complex64 leaves widened: differences in single precision say nothing."""
    if not any(_is_single(leaf) for leaf in leaves(tuple(args))):
        return tuple(args)

    def widen(leaf: Any) -> Any:
        return leaf + np.zeros((), np.float64) if _is_single(leaf) else leaf

    return tuple(map_leaves(widen, arg, rest=lambda value: value) for arg in args)


def _is_single(leaf: Any) -> bool:
    return getattr(leaf, "dtype", None) in (np.float32, np.complex64)


# -- points and directions -------------------------------------------------------------------


def random_direction(value: Any, rng: np.random.Generator) -> Any:
    """Normal numbers in the structure, shape and dtype of `value`; None where nothing is differentiable."""

    def draw(leaf: Any) -> Any:
        dot = rng.standard_normal(np.shape(leaf))
        if np.iscomplexobj(leaf):
            dot = dot + 1j * rng.standard_normal(np.shape(leaf))
        if isinstance(leaf, (float, complex)) and not isinstance(leaf, np.generic):
            return type(leaf)(dot)
        if isinstance(leaf, np.generic):
            return np.asarray(dot, leaf.dtype)[()]
        laid_out = np.empty_like(leaf)  # layout decides between view and copy: a step keeps it
        laid_out[...] = dot
        return laid_out

    return map_leaves(draw, value)


def zero_direction(value: Any) -> Any:
    return map_leaves(
        lambda leaf: leaf * 0.0 if not isinstance(leaf, np.ndarray) else np.zeros_like(leaf), value
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A function at given arguments, with what one primal call returns and leaves in the arguments."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    value: Any
    after: tuple[Any, ...]

    @staticmethod
    def of(
        f: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int] | None = None
    ) -> Point:
        before = fresh(tuple(args))
        after = fresh(before)
        value = fresh(f(*after))
        return Point(f, before, _positions(before, argnums), value, after)

    @property
    def is_scalar(self) -> bool:
        return is_leaf(self.value) and np.ndim(self.value) == 0 and not np.iscomplexobj(self.value)

    @property
    def is_single(self) -> bool:
        return any(_is_single(leaf) for leaf in leaves((self.args, self.value)))

    def direction(self, rng: np.random.Generator, relative: bool = False) -> tuple[Any, ...]:
        """Random for the differentiated arguments, zero for the others.

        `relative`: in proportion to each number, for arguments of very different magnitudes.
        """
        return tuple(
            _draw(arg, rng, relative) if position in self.argnums else zero_direction(arg)
            for position, arg in enumerate(self.args)
        )


def _draw(arg: Any, rng: np.random.Generator, relative: bool) -> Any:
    direction = random_direction(arg, rng)
    return map_leaves(lambda dot, leaf: dot * abs(leaf), direction, arg) if relative else direction


def _positions(args: tuple[Any, ...], argnums: int | Sequence[int] | None) -> tuple[int, ...]:
    match argnums:
        case None:
            return tuple(i for i, arg in enumerate(args) if has_leaf(arg))
        case int():
            return (argnums,)
        case _:
            return tuple(argnums)


def reference(point: Point, direction: Sequence[Any], out_bar: Any, rtol: float) -> Derivative:
    """The directional derivative; fails where differences cannot say it well enough to judge by."""
    found = directional(point.f, point.args, direction, out_bar)
    natural = max(abs(found.value), abs(pairing(out_bar, point.value)), 1e-3)
    assert found.error <= rtol * natural, f"differences do not converge: {found}"
    return found


# -- the comparison --------------------------------------------------------------------------


def check(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | Sequence[int] | None = None,
    modes: Sequence[str] = ("reverse", "forward"),
    rtol: float = 1e-7,
    directions: int = 2,
    seed: int = 0,
    relative: bool = False,
) -> None:
    """Compare what is promised of f's derivatives at `args` with the primal and with differences.

    The value has the primal's bits, arguments are left as one primal call leaves them, gradients have
    the arguments' structure and are stable, both modes agree with Richardson differences and with each
    other: <x_bar, x_dot> = <out_bar, out_dot>.  `argnums` None means all arguments with float leaves.
    `relative` directions suit arguments of very different magnitudes.  Arguments are copied for
    each call; `f` must give the same result each time.
    """
    rng = np.random.default_rng(seed)
    point = Point.of(f, args, argnums)
    rtol = max(rtol, SINGLE) if point.is_single else rtol
    out_bar = 1.0 if point.is_scalar else random_direction(point.value, rng)
    bars = _reverse(point, out_bar) if "reverse" in modes else None
    for _ in range(directions):
        direction = point.direction(rng, relative)
        expected = reference(point, direction, out_bar, rtol)
        forward = pairing(out_bar, _forward(point, direction)) if "forward" in modes else None
        _compare(point, direction, expected, bars, forward, rtol)


def _compare(
    point: Point,
    direction: tuple[Any, ...],
    expected: Derivative,
    bars: tuple[Any, ...] | None,
    forward: float | None,
    rtol: float,
) -> None:
    along = tuple(direction[i] for i in point.argnums)
    products = 0.0 if bars is None else size(map_leaves(lambda bar, dot: bar * dot, bars, along))
    scale = max(abs(expected.value), products, 1e-3)
    slack = rtol * scale + 10.0 * expected.error
    if forward is not None:
        assert abs(forward - expected.value) <= slack, f"forward {forward}, differences {expected}"
    if bars is None:
        return
    reverse = pairing(bars, along)
    assert abs(reverse - expected.value) <= slack, f"reverse {reverse}, differences {expected}"
    if forward is not None:
        inner = SINGLE if point.is_single else INNER * _count(point)
        assert abs(reverse - forward) <= inner * scale, f"reverse {reverse}, forward {forward}"


def _count(point: Point) -> float:
    """How many products the inner product sums, at least ten: rounding grows with it."""
    return max(10.0, float(sum(np.size(leaf) for leaf in leaves(point.args))))


def _reverse(point: Point, out_bar: Any) -> tuple[Any, ...]:
    """The bars of the differentiated arguments, by `value_and_grad` and by `vjp` where both apply."""
    covers_all = len(point.argnums) == len(point.args)
    assert point.is_scalar or covers_all, (
        "an output that is not a real number needs all arguments differentiated"
    )
    bars = _by_grad(point) if point.is_scalar else None
    if covers_all:
        pulled = _by_vjp(point, out_bar)
        assert bars is None or _alike(bars, pulled), "value_and_grad and vjp differ"
        bars = pulled
    assert bars is not None
    for position, bar in zip(point.argnums, bars, strict=True):
        _same_structure(bar, point.args[position])
    return bars


def _alike(bars: Any, pulled: Any) -> bool:
    """Equal but for the order of sums: the two are written for different callers."""
    mine, theirs = list(leaves(bars)), list(leaves(pulled))
    scale = max((float(np.max(np.abs(m), initial=0.0)) for m in mine), default=0.0)
    return len(mine) == len(theirs) and all(
        np.shape(m) == np.shape(t)
        and getattr(m, "dtype", type(m)) == getattr(t, "dtype", type(t))
        and np.allclose(
            m, t, rtol=1e-6 if _is_single(m) else 1e-12, atol=1e-13 * scale, equal_nan=True
        )
        for m, t in zip(mine, theirs)
    )


def _by_grad(point: Point) -> tuple[Any, ...]:
    args = fresh(point.args)
    derivative = sourcead.value_and_grad(point.f, point.argnums)
    value, bars = derivative(*args)
    _same_effect(point, value, args)
    _own_memory(bars, args)
    _, again = derivative(*fresh(point.args))
    assert same_content(tuple(bars), tuple(again)), "the gradient has other bits the second time"
    if _is_chosen(getattr(derivative, "source", "")):
        alone = sourcead.grad(point.f, point.argnums)(*fresh(point.args))
        assert same_content(tuple(bars), tuple(alone)), "grad has other bits than value_and_grad"
    return tuple(bars)


def _is_chosen(text: str) -> bool:
    """Is `grad` compiled beside `value_and_grad`?  For one function in three, by its text; the suite takes long."""
    return os.environ.get("SOURCEAD_CHECK") == "2" or zlib.crc32(text.encode()) % 3 == 0


def _by_vjp(point: Point, out_bar: Any) -> tuple[Any, ...]:
    args, seed = fresh(point.args), fresh(out_bar)
    value, pullback = sourcead.vjp(point.f, *args)
    _same_effect(point, value, args)
    bars = tuple(pullback(seed))
    again = tuple(pullback(fresh(out_bar)))
    assert same_content(bars, again), "the pullback gives other bits the second time"
    assert same_content(seed, out_bar), "the pullback wrote into its cotangent"
    assert same_content(args, point.after), "the pullback left the arguments changed"
    _own_memory(bars, (args, seed, again))
    return bars


def _forward(point: Point, direction: tuple[Any, ...]) -> Any:
    args, tangents = fresh(point.args), fresh(direction)
    value, out_dot = sourcead.jvp(point.f, args, tangents)
    _same_effect(point, value, args)
    _same_structure(out_dot, point.value)
    return out_dot


# -- promises --------------------------------------------------------------------------------


def _same_effect(point: Point, value: Any, args: tuple[Any, ...]) -> None:
    assert same_content(value, point.value), f"value {value!r}, primal {point.value!r}"
    assert same_content(args, point.after), (
        f"arguments left as {args!r}, primal leaves {point.after!r}"
    )


def _same_structure(bar: Any, value: Any) -> None:
    """Shape and dtype of every leaf are the value's."""
    mine, theirs = list(_signature(bar)), list(_signature(value))
    assert mine == theirs, f"gradient like {mine}, argument like {theirs}"


def _signature(value: Any) -> Iterator[tuple[Any, ...]]:
    for leaf in leaves(value):
        yield isinstance(leaf, np.ndarray), np.shape(leaf), np.asarray(leaf).dtype


def _own_memory(bars: Any, others: Any) -> None:
    mine = list(arrays(bars))
    foreign = [*arrays(others)]
    for position, bar in enumerate(mine):
        for other in (*mine[:position], *foreign):
            assert not np.may_share_memory(bar, other), "a returned gradient shares memory"
