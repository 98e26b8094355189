"""What no turn of a loop changes is computed before it, where that raises nothing."""

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def brownian(x, s, dt, z):
    for k in range(len(z)):
        x = x + s * np.sqrt(dt) * z[k]
    return x * x


def brownian_by_math(x, s, dt, z):
    for k in range(len(z)):
        x = x + 0.5 * s * x * math.sqrt(dt) * z[k]
    return x * x


def filtered(q, r, dt, z):
    x, p = np.ones(2), np.eye(2)
    for v in z:
        k = p / (r * dt)
        x = (np.eye(2) - 0.1 * k) @ x + q * v
        p = (np.eye(2) - 0.1 * k) @ p @ (np.eye(2) - 0.1 * k).T + q * np.eye(2)
    return np.sum(x * x)


def grown(q, r, dt, z):
    kept = []
    for v in z:
        m = np.eye(2)
        m[0, 1] = q * v
        kept.append(m)
        one = np.ones(2)
        kept.append(np.outer(one, r * dt * one))
    return np.sum(np.array(kept) ** 2)


def nested(x, s, dt, z):
    i = 0
    while i < 2:
        for v in z:
            for w in z:
                x += (-s * dt) * (v + w) * math.sqrt(2.0 * math.pi)
        i += 1
    return x * x


ALL = (brownian, brownian_by_math, filtered, grown, nested)
Z = np.array([0.3, -0.2, 0.5])


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, 0.7, 0.4, 0.3, Z, argnums=(0, 1, 2))


def inside(source, text):
    """Does a line of a loop say so?"""
    lines = [line.split("#")[0] for line in source.splitlines()]
    return any(text in line and line.startswith("        ") for line in lines)


@pytest.mark.parametrize(
    ("f", "text"), [(brownian, "np.sqrt(dt)"), (filtered, "np.eye"), (nested, "math.sqrt")]
)
def test_computed_once(f, text):
    source = sourcead.grad(f, (0, 1, 2)).source_for(0.7, 0.4, 0.3, Z)
    assert text in source
    assert not inside(source, text)


def test_a_function_that_may_raise_stays_but_is_not_kept():
    source = sourcead.grad(brownian_by_math).source_for(0.7, 0.4, 0.3, Z)
    assert inside(source, "math.sqrt(dt)")
    assert ".append(" not in sourcead.grad(brownian).source_for(0.7, 0.4, 0.3, Z)


def test_no_turn_raises_nothing():
    assert sourcead.grad(brownian_by_math)(0.7, 0.4, -1.0, Z[:0]) == 1.4


def test_what_is_written_or_kept_is_made_in_each_turn():
    assert inside(sourcead.grad(grown).source_for(0.7, 0.4, 0.3, Z), "np.eye(2)")
