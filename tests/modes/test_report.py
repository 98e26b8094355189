"""What a gradient keeps and why: the report says it, with bytes."""

from __future__ import annotations

import math

import numpy as np

import sourcead


def diffuse(u, steps):
    log = u * 2.0
    for k in range(steps):
        c = 0.1 * k
        u[1:-1] += c * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    del log
    return np.sum(u**2)


def test_what_is_active_and_what_is_pruned() -> None:
    report = sourcead.grad(diffuse).report(np.linspace(0.0, 1.0, 101), 10)
    assert {e.variable for e in report.active} == {"u"}
    said = {e.variable: e.said for e in report.pruned}
    assert said["log"] == "does not reach the result"
    assert said["c"] == said["k"] == said["steps"] == "does not vary with the arguments"
    assert next(e for e in report.pruned if e.variable == "log").text == "log = u * 2.0"


def test_the_bytes_are_those_of_what_is_kept() -> None:
    u = np.linspace(0.0, 1.0, 101)
    sizes = dict(sourcead.grad(diffuse).report(u, 10).saved)
    assert 10 * 99 * 8 <= sizes["u_undo"] <= 10 * 99 * 8 + 400
    twice = sourcead.grad(diffuse).report(u, 20)
    assert dict(twice.saved)["u_undo"] >= 20 * 99 * 8
    np.testing.assert_array_equal(u, np.linspace(0.0, 1.0, 101))  # run on copies


def test_why_something_is_kept() -> None:
    def damped(x, n):
        y = x
        for _ in range(n):
            y = y * math.cos(x)
        return y

    report = sourcead.grad(damped).report(0.7, 3)
    kept = {e.variable: e.said for e in report.kept}
    assert kept["y"] == "changes from turn to turn"
    text = str(report)
    assert "y = y * math.cos(x)" in text and f"{report.bytes} bytes" in text


def test_a_linear_loop_keeps_nothing() -> None:
    def scan(u, a):
        for i in range(1, len(u)):
            u[i] += a * u[i - 1]
        return u[-1]

    report = sourcead.grad(scan).report(np.ones(50), 0.5)
    assert "u_undo" not in dict(report.saved)
