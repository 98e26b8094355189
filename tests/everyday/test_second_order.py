"""Derivatives of gradients of the programs: right in both modes, or refused."""

from __future__ import annotations

import copy
from contextlib import nullcontext

import numpy as np
import pytest

import sourcead
from tests.everyday import (  # noqa: F401  (they register their programs)
    functions_kept,
    holding,
    idioms,
    keyed,
    language,
    made_at_once,
    numerics,
    one_of_two,
    recursion,
    recursion_storage,
    results,
    several_classes,
    storage,
    structures,
)
from tests.everyday.registry import PROGRAMS, Program
from tests.numeric import check
from tests.refusals import right_or_refused

QUICK = ("cg", "float_loop", "sim", "garch", "brent_like")  # the rest takes minutes
BY_IDENTITY = {  # adjoints are found while the gradient runs; none is refused
    "cond_alias", "loop_alias", "ping_pong", "maybe_view", "views_dict", "one_of_two_dicts", "linked",
    "factor_written", "whole_factor_written", "parts_of_modf", "parts_of_divmod", "grids", "slopes",
    "singular_values_and_another", "steps_of_qr", "kept_factor", "late_active", "lambda_or_plain", "instance_tests",
    "state_machine",
}  # fmt: skip


def is_plain(program: Program) -> bool:
    """Are all arguments floats and arrays of them?"""
    return all(
        isinstance(a, (float, np.ndarray)) and np.asarray(a).dtype == np.float64
        for a in program.args
    )


LONG = (
    "steps_of_qr",
    "kept_factor",
    "whole_factor_written",
    "sim",
    "brent_like",
)  # in reverse twice


def is_usual(name: str, mode: str) -> bool:
    return name in (*QUICK, *BY_IDENTITY) and (mode == "forward" or name not in LONG)


CASES = [
    pytest.param(
        p, mode, id=f"{name}-{mode}", marks=() if is_usual(name, mode) else pytest.mark.slow
    )
    for name, p in PROGRAMS.items()
    for mode in ("reverse", "forward")
    if is_plain(p)
]


@pytest.mark.parametrize("program, mode", CASES)
def test_derivative_of_the_gradient(program: Program, mode: str) -> None:
    direction = np.random.default_rng(0).normal(size=np.shape(program.args[0]))
    supported = program.function.__name__ in BY_IDENTITY
    with nullcontext() if supported else right_or_refused():
        gradient = sourcead.grad(program.function)
        gradient(*copy.deepcopy(program.args))

        def along(*args):
            return np.sum(gradient(*args) * direction)

        argnums = tuple(range(len(program.args)))
        check(along, *copy.deepcopy(program.args), argnums=argnums, modes=[mode], rtol=1e-6)
