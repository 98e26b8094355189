"""A derivative taken inside, of another module's function: that module's globals are read when it is called."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sourcead import grad, jvp, vjp
from tests.numeric import check

OTHER = """\
import numpy as np

SCALE = 2.0
TABLE = np.array([1.0, 2.0])


def helper(x):
    return SCALE * x * x


def g(x):
    return helper(x) * x + SCALE * x + np.sum(TABLE) * x * x
"""

SCALE = 100.0  # the other module's is meant


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = tmp_path / "other_module.py"
    path.write_text(OTHER)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


def test_rebound_globals_of_the_other_module_are_seen(other: Any) -> None:
    g = other.g

    def by_grad(x):
        return x * grad(g)(x)

    def by_vjp(x):
        _, pullback = vjp(g, x)
        return x * pullback(1.0)[0]

    def by_jvp(x):
        return x * jvp(g, (x,), (1.0,))[1]

    def of_another(x):
        return grad(lambda y: g(y) * SCALE)(x)

    def everywhere(expected: float) -> None:
        for function in (by_grad, by_vjp, by_jvp):
            np.testing.assert_allclose(function(0.7), 0.7 * expected)
            check(function, 0.7)
        check(of_another, 0.7)

    everywhere(3 * 2.0 * 0.49 + 2.0 + 2 * 3.0 * 0.7)
    derivative = grad(by_grad)
    before = derivative(0.7)
    other.SCALE = 5.0
    everywhere(3 * 5.0 * 0.49 + 5.0 + 2 * 3.0 * 0.7)
    assert derivative(0.7) != before
    other.TABLE = np.array([3.0, 4.0])
    everywhere(3 * 5.0 * 0.49 + 5.0 + 2 * 7.0 * 0.7)
    other.TABLE[0] = 7.0
    everywhere(3 * 5.0 * 0.49 + 5.0 + 2 * 11.0 * 0.7)
    other.helper = np.sin
    everywhere(np.cos(0.7) * 0.7 + np.sin(0.7) + 5.0 + 2 * 11.0 * 0.7)
