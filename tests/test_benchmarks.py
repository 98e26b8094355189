"""The workloads of the benchmarks: sourcead's gradients are those of the hand-written adjoints."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

import benchmarks.workloads
import sourcead
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
