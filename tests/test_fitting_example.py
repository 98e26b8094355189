"""examples/fitting.py: sourcead's derivatives in `scipy.optimize`, four ways to one result."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")


def test_all_ways_of_fitting_agree_and_the_fit_itself_is_differentiated(capsys):
    place = Path(__file__).parents[1] / "examples" / "fitting.py"
    spec = importlib.util.spec_from_file_location("fitting", place)
    assert spec is not None and spec.loader is not None
    fitting = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fitting)
    fits, influence, moved = fitting.main()
    for p in fits.values():
        np.testing.assert_allclose(p, fitting.TRUE, atol=0.03)
        np.testing.assert_allclose(p, fits["minimize, Hessian times vector"], atol=1e-5)
    assert influence == pytest.approx(moved, rel=1e-4)
    assert "the frequency depends most on reading" in capsys.readouterr().out
