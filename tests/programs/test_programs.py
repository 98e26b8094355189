"""Numerical kernels, differentiated through copies and directly on the arrays that they write."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import Point, check, complex_step, directional, reference
from tests.programs import assorted, linear_algebra, stencils  # noqa: F401  (they register their programs)
from tests.programs.registry import PROGRAMS, Program
from tests.refusals import right_or_refused

every_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
each_way = pytest.mark.parametrize(
    "copied, mode",
    [
        *[pytest.param(True, mode, id=f"{mode}-copied") for mode in ("reverse", "forward")],
        *[  # by default both at once, in `test_modes_agree`
            pytest.param(False, mode, id=f"{mode}-in place", marks=pytest.mark.slow)
            for mode in ("reverse", "forward")
        ],
    ],
)


@every_program
def test_differences_converge(program: Program) -> None:
    point = Point.of(program.scalar(copied=True), program.args(), program.argnums())
    found = reference(point, point.direction(np.random.default_rng(3)), 1.0, 1e-8)
    assert found.value != 0.0


@pytest.mark.parametrize(
    "program", [p for p in PROGRAMS.values() if p.analytic], ids=lambda p: p.name
)
def test_differences_agree_with_the_complex_step(program: Program) -> None:
    f = program.scalar(copied=True)
    point = Point.of(f, program.args(), program.argnums())
    direction = point.direction(np.random.default_rng(3))
    found = reference(point, direction, 1.0, 1e-8)
    exact = complex_step(f, point.args, direction)
    assert found.value == pytest.approx(exact, rel=1e-9)


@every_program
@each_way
def test_derivative(program: Program, copied: bool, mode: str) -> None:
    function = program.scalar(copied=copied)
    with right_or_refused():
        check(function, *program.args(), argnums=program.argnums(), modes=[mode])


@every_program
def test_modes_agree(program: Program) -> None:
    function = program.scalar(copied=False)
    with right_or_refused():
        check(function, *program.args(), argnums=program.argnums())


QUICK_TWICE = {
    "burgers_upwind", "durbin", "floyd_warshall_by_elements", "gemver", "go_fast", "jacobi_1d", "jacobi_2d",
    "max_pool", "softmax", "spmv", "thomas", "trisolv",
}  # fmt: skip


def is_real(program: Program) -> bool:
    """Are the arguments that carry a derivative floats and arrays of them, with nothing around?"""
    given = [program.args()[i] for i in program.argnums()]
    return all(isinstance(a, (float, np.ndarray)) and np.asarray(a).dtype == float for a in given)


TWICE = [
    pytest.param(p, id=name, marks=() if name in QUICK_TWICE else pytest.mark.slow)
    for name, p in PROGRAMS.items()
    if is_real(p)
]


@pytest.mark.parametrize("program", TWICE)
def test_second_derivative(program: Program) -> None:
    """The derivative of the gradient along a direction, in both modes, against differences of the gradient."""
    argnums = program.argnums()
    point = Point.of(program.scalar(copied=True), program.args(), argnums)
    rng = np.random.default_rng(5)
    along, direction = program.gradient_along(point.direction(rng)), point.direction(rng)
    expected = directional(along, program.args(), direction)
    with right_or_refused():
        bars = sourcead.grad(along, argnums)(*program.args())
        reverse = sum(np.sum(bar * direction[i]) for i, bar in zip(argnums, bars, strict=True))
        _, forward = sourcead.jvp(along, program.args(), direction)
        assert reverse == pytest.approx(expected.value, rel=1e-6, abs=1e-8)
        assert forward == pytest.approx(expected.value, rel=1e-6, abs=1e-8)
