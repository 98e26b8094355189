"""Second derivatives by arguments that hold others: lists of objects, arrays that are changed, dicts, tuples in lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.directions import moved
from sourcead.nested import flatten, flatten_like, unflatten


@dataclass
class Body:
    place: Any
    mass: float
    name: str = "body"


def bodies() -> list[Body]:
    return [Body(0.5 * k - 0.3, 1.0 + k) for k in range(3)]


def points() -> list[Body]:
    return [Body(np.array([0.5 * k, -0.2 * k**2, 0.7]), 1.0 + k) for k in range(3)]


def vectors() -> list[Any]:
    return [np.array([0.4, 1.2, -0.7]) * (k + 1.0) for k in range(3)]


def settings() -> dict[str, Any]:
    return {
        "a": 1.2,
        "b": 0.4,
        "w": np.array([0.3, 0.8, 1.1]),
        "l": [0.3, 0.7],
        "n": 3,
        "s": "text",
    }


def layers() -> dict[str, Any]:
    one = {"w": np.array([[0.3, -0.5], [0.7, 0.2]]), "b": np.array([0.1, -0.4])}
    return {"first": one, "second": {key: 2.0 * value for key, value in one.items()}}


def of_pairs_of_objects(bs):
    energy = 0.0
    for i in range(len(bs)):
        for j in range(i):
            distance = bs[i].place - bs[j].place
            energy += bs[i].mass * bs[j].mass / np.sqrt(np.sum(distance**2) + 0.1)
    return energy


def of_objects_that_move(bs):
    for _ in range(2):
        for i, b in enumerate(bs):
            b.place = b.place + 0.1 * b.mass * np.sin(bs[i - 1].place)
    return sum(b.place**2 for b in bs)


def of_objects_left_early(bs):
    for b in bs:
        b.place = b.place**2 + b.mass
        if b.place > 2.0:
            return b.place * bs[0].place * b.mass
        b.place *= b.mass
    return sum(b.place for b in bs)


def of_objects_that_get_an_attribute(bs):
    for b in bs:
        b.force = 0.1 * b.mass * b.place**2
    for b in bs:
        b.place = b.place + b.force
    return sum(b.place**2 for b in bs)


def of_arrays_in_objects_that_are_written(bs):
    for b in bs:
        b.place[0] *= b.mass
        b.place += 0.1 * b.place**2
    return sum(np.sum(b.place**3) for b in bs)


def of_arrays_that_are_written(us):
    for u in us:
        u[1:] += u[:-1] ** 2
    us[0][0] *= us[1][0]
    return np.sum(us[0] * us[1]) + us[2][0] ** 3


def of_arrays_that_are_replaced(us):
    for i in range(len(us)):
        us[i] = us[i] * np.sum(us[i - 1])
    return np.sum(us[0] * us[1])


def of_mixed_entries(d):
    d["a"] = d["a"] ** 2
    d["l"].append(d["a"] * d["l"][0])
    for key in ("a", "b"):
        d["w"][1:] *= d[key]
    return np.sum(np.sin(d["w"])) * sum(d["l"])


def of_dicts_in_a_dict(d):
    total = 0.0
    for _, layer in d.items():
        total = total + np.sum(layer["w"] @ layer["w"].T) * np.sum(layer["b"] ** 2)
    return total


def of_tuples_in_a_list(ts):
    total = 0.0
    for a, b in ts:
        total += np.sum(a * b) ** 2
    ts.append((ts[0][0] * 2.0, total))
    return total * ts[-1][1] * np.sum(ts[-1][0])


QUICK = [
    (of_objects_that_move, bodies), (of_arrays_in_objects_that_are_written, points), (of_mixed_entries, settings),
    (of_dicts_in_a_dict, layers),
]  # fmt: skip
OTHERS = [
    (of_pairs_of_objects, points), (of_objects_left_early, bodies), (of_objects_that_get_an_attribute, bodies),
    (of_arrays_that_are_written, vectors), (of_arrays_that_are_replaced, vectors),
    (of_tuples_in_a_list, lambda: [(u, float(u[0])) for u in vectors()]),
]  # fmt: skip
PROGRAMS = [
    pytest.param(*p, id=p[0].__name__, marks=() if p in QUICK else pytest.mark.slow)
    for p in (*QUICK, *OTHERS)
]


def numbers(value: Any, like: Any) -> np.ndarray:
    parts = flatten_like(flatten(like)[1], value)
    return np.concatenate([np.ravel(part) for part in parts])


@pytest.mark.parametrize("f, made", PROGRAMS)
def test_second_derivatives(f: Callable[..., Any], made: Callable[[], Any]) -> None:
    leaves, structure = flatten(made())
    rng = np.random.default_rng(0)
    drawn = [rng.standard_normal(np.shape(leaf)) for leaf in leaves]
    direction = unflatten(structure, [d if d.shape else float(d) for d in drawn])
    gradient = sourcead.grad(f)

    def along(step: float) -> Any:
        return numbers(gradient(moved(made(), direction, step)), made())

    h = 1e-3  # an error of the fourth order
    expected = (8.0 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12.0 * h)
    products = {
        "hvp": sourcead.hvp(f)(made(), direction),
        "forward over reverse": sourcead.jvp(gradient, (made(),), (direction,))[1],
        "reverse over reverse": sourcead.vjp(lambda p: gradient(p), made())[1](direction)[0],
    }
    for name, found in products.items():
        np.testing.assert_allclose(
            numbers(found, made()), expected, rtol=1e-6, atol=1e-7, err_msg=name
        )


def moves(bs):
    for b in bs:
        b.place = b.place + 0.1 * b.mass * b.place**2
    return sum(b.place**2 for b in bs)


def slope_of_one_object_twice(x):
    b = Body(x, 1.0)
    bs, dots = [], []
    for _ in range(2):
        bs.append(b)
        dots.append(Body(1.0, 0.0))
    return sourcead.jvp(moves, (bs,), (dots,))[1]


def test_one_object_at_two_places_is_refused():
    with pytest.raises(sourcead.NotDifferentiable, match="stands at two places"):
        sourcead.grad(slope_of_one_object_twice)(2.0)


def lists_in_tuples_that_are_sorted(x, n):
    ts = []
    for i in range(n):
        ts.append((x * i, [x]))
    ts.sort(key=lambda t: -t[0])
    return sum(a * sum(b) for a, b in ts)


def test_what_helpers_refuse_is_said_of_the_users_line():
    with pytest.raises(sourcead.NotDifferentiable) as refused:
        sourcead.grad(sourcead.grad(lists_in_tuples_that_are_sorted))(0.7, 3)
    assert "of a derivative a derivative is taken" in str(refused.value)
    assert "sourcead/runtime" not in str(refused.value)
    assert "sourcead.hvp" in str(refused.value)
    np.testing.assert_allclose(
        sourcead.hvp(lists_in_tuples_that_are_sorted)(0.7, 3, 1.0), 6.0, rtol=1e-10
    )
