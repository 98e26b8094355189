"""The workloads of the benchmarks: sourcead's gradients are those of the hand-written adjoints."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

import benchmarks.workloads
import sourcead
from benchmarks import call_overhead
from tests.refusals import right_or_refused

NAMES = [module.name for module in pkgutil.iter_modules(benchmarks.workloads.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_hand_written_one(name: str) -> None:
    workload = importlib.import_module(f"benchmarks.workloads.{name}")
    by_hand = workload.hand_gradient(*workload.make_args(1))
    with right_or_refused():
        found = sourcead.grad(workload.primal, workload.wrt)(*workload.make_args(1))
    for a, b in zip(_leaves(found), _leaves(by_hand), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def _leaves(value: object) -> list[object]:
    if isinstance(value, (tuple, list)):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def test_overhead_is_measured_beside_the_generated_function() -> None:
    for program in (call_overhead.reads_numbers(3), call_overhead.calls_functions(2)):
        gradient = sourcead.grad(program, (0, 1))
        gradient(0.7, 1.3)
        body, received = call_overhead.generated_call(gradient, (0.7, 1.3))
        assert body(*received) == gradient(0.7, 1.3)
        assert (
            body.__code__.co_filename == gradient.compiled_for(0.7, 1.3).call.__code__.co_filename
        )
