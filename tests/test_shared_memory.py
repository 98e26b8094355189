"""Arguments that share memory that is written: every place has the gradient of the memory that it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import _extrapolate
from tests.structures import arrays, leaves, map_leaves, same_content

LINE = np.array([0.1, 0.4, 0.2, 0.8, 0.5])
STEPS = 2.0 ** -np.arange(5.0, 15.0)

PROGRAMS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {}


def at(make: Callable[[], tuple[Any, ...]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(program: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS[program.__name__] = program, make
        return program

    return register


class Record:
    def __init__(self, **attributes: Any) -> None:
        self.__dict__.update(attributes)


def view_of_attribute() -> tuple[Any, ...]:
    a = LINE.copy()
    return Record(a=a, v=a[1:]), 1.3


@at(view_of_attribute)
def write_view_read_whole(o, s):
    o.v[0] = o.v[1] * s
    return np.sum(o.a**2)


@at(view_of_attribute)
def update_both(o, s):
    o.a *= s
    o.v += o.a[:-1]
    return np.sum(o.a**2) + o.v[0] * s


@at(view_of_attribute)
def update_elements(o, s):
    for i in range(3):
        o.v[i] = o.a[i] * s
        o.a[i] *= o.v[2]
    return np.sum(o.v) * np.sum(o.a)


@at(view_of_attribute)
def rebind_the_view(o, s):
    o.v[1] *= o.a[0]
    o.v = o.a[:2]
    o.v[:] = o.v**2 * s
    return np.sum(o.a) * o.v[1]


def overlapping_entries() -> tuple[Any, ...]:
    b = LINE.copy()
    return {"l": b[:3], "r": b[2:]}, 0.7


@at(overlapping_entries)
def write_one_entry(d, s):
    d["l"][2] = d["l"][0] * s
    return np.sum(d["r"] ** 2) + d["l"][1]


@at(overlapping_entries)
def write_entries_in_a_loop(d, s):
    for i in range(3):
        d["r"][i] = d["l"][i] * s + d["r"][i]
    return np.sum(d["r"] ** 2) * np.sum(d["l"])


def one_array_twice() -> tuple[Any, ...]:
    a = LINE.copy()
    return ([a, a],)


@at(one_array_twice)
def write_one_of_two(xs):
    xs[0][0] = xs[1][1] * xs[0][0]
    return np.sum(xs[0] * xs[1])


@at(one_array_twice)
def write_both_in_a_loop(xs):
    for x in xs:
        x *= x[2]
    return np.sum(xs[0] ** 2)


def tuple_of_views() -> tuple[Any, ...]:
    a = LINE.copy()
    return (a[::-1], a.reshape(5, 1)), 0.5


@at(tuple_of_views)
def write_item(t, s):
    t[0][1] *= s
    return np.sum(t[0] * t[1][:, 0])


def nested_views() -> tuple[Any, ...]:
    w = LINE.copy()
    return Record(inner={"w": w}, w=w, parts=[w[:2], w[1:]]), 0.6


@at(nested_views)
def write_nested(o, s):
    o.parts[0][1] = o.w[2] * s
    o.inner["w"] *= s
    return np.sum(o.w**2) + np.sum(o.parts[1])


@at(nested_views)
def write_parts(o, s):
    for part in o.parts:
        part *= s
        part[0] += o.w[2]
    return np.sum(o.w**2)


def memory(value: Any) -> list[np.ndarray]:
    """The arrays that own what the arrays in a structure show."""
    found = {}
    for array in arrays(value):
        owner = array if array.base is None else array.base
        found[id(owner)] = owner
    return list(found.values())


def derivative_of_memory(program: Any, make: Any) -> list[np.ndarray]:
    """By extrapolated differences, element by element."""
    return [
        np.array([element(program, make, k, i) for i in range(owner.size)])
        for k, owner in enumerate(memory(make()))
    ]


def element(program: Any, make: Any, owner: int, i: int) -> float:
    def at_step(step: float) -> float:
        args = make()
        memory(args)[owner].reshape(-1)[i] += step
        return program(*args)

    return _extrapolate([float(at_step(h) - at_step(-h)) / (2.0 * h) for h in STEPS]).value


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_place_has_the_gradient_of_what_it_shows(name: str) -> None:
    program, make = PROGRAMS[name]
    expected = make()
    for owner, bars in zip(memory(expected), derivative_of_memory(program, make)):
        owner.reshape(-1)[:] = bars
    args, after = make(), make()
    value = program(*after)
    found, bars = sourcead.value_and_grad(program, tuple(range(len(args))))(*args)
    assert found == value
    assert same_content(args, after)
    mine = list(arrays(bars))
    for bar, right in zip(mine, (a for a in leaves(expected) if isinstance(a, np.ndarray))):
        assert np.allclose(bar, right, rtol=1e-9, atol=1e-10)
    for position, bar in enumerate(mine):
        assert not any(np.may_share_memory(bar, other) for other in mine[:position])


@pytest.mark.parametrize("name", PROGRAMS)
def test_pullback_twice(name: str) -> None:
    program, make = PROGRAMS[name]
    bars = sourcead.grad(program, tuple(range(len(make()))))(*make())
    _, pullback = sourcead.vjp(program, *make())
    assert same_content(pullback(1.0), bars)
    assert same_content(pullback(1.0), bars)


@pytest.mark.parametrize("name", PROGRAMS)
def test_tangents_share_the_memory_too(name: str) -> None:
    program, make = PROGRAMS[name]
    rng = np.random.default_rng(0)
    along = make()
    for owner in memory(along):
        owner[...] = rng.normal(size=owner.shape)
    pairs = zip(memory(along), derivative_of_memory(program, make))
    expected = sum(float(np.sum(dot.reshape(-1) * bars)) for dot, bars in pairs)
    tangents = map_leaves(lambda leaf: leaf if isinstance(leaf, np.ndarray) else 0.0, along)
    _, out_dot = sourcead.jvp(program, make(), tangents)
    assert abs(out_dot - expected) <= 1e-9 * max(1.0, abs(expected))


def test_tangents_of_one_memory_that_differ_are_refused() -> None:
    o, s = view_of_attribute()
    tangents = Record(a=np.ones(5), v=np.zeros(4)), 0.0
    with pytest.raises(ValueError, match="show the same memory"):
        sourcead.jvp(write_view_read_whole, (o, s), tangents)


def test_buffer_that_is_not_differentiated_may_be_a_view_of_what_is() -> None:
    def run(x: Any, work: Any) -> Any:
        work[:] = x[1] * work
        return np.sum(x**2)

    x = LINE.copy()
    bar = sourcead.grad(run)(x, x[2:4])
    expected = 2.0 * LINE
    expected[1] += 2.0 * LINE[1] * np.sum(LINE[2:4] ** 2)
    expected[2:4] = 2.0 * LINE[1] ** 2 * LINE[2:4]
    assert np.allclose(bar, expected, rtol=1e-14)


def test_coefficients_that_share_what_is_overwritten() -> None:
    """Not differentiated, but the reverse sweep reads `a` as it was."""

    def decay(x: Any, a: Any, b: Any) -> Any:
        total = 0.0
        for _ in range(3):
            total += np.sum(x * a)
            b *= 0.5
        return total

    line = LINE.copy()
    bar = sourcead.grad(decay)(np.ones(3), line[:3], line[2:])
    assert np.allclose(bar, [3 * LINE[0], 3 * LINE[1], 1.75 * LINE[2]], rtol=1e-14)
    assert np.array_equal(line, [*LINE[:2], *(LINE[2:] * 0.125)])


def test_work_array_that_is_a_view_of_another() -> None:
    def step(x: Any, model: Any) -> Any:
        model.work[:] = x
        return np.sum(model.inner**2)

    work = np.zeros(5)
    bar = sourcead.grad(step)(LINE, Record(work=work, inner=work[1:4]))
    assert np.array_equal(bar, [0.0, *(2.0 * LINE[1:4]), 0.0])
    apart = Record(work=np.zeros(5), inner=np.ones(3))
    assert np.array_equal(sourcead.grad(step)(LINE, apart), np.zeros(5))


def test_memory_that_neither_array_owns_is_refused() -> None:
    data = bytearray(LINE.tobytes())
    first, second = np.frombuffer(data), np.frombuffer(data)
    with pytest.raises(sourcead.AliasedArguments):
        sourcead.grad(write_one_of_two)([first, second])
