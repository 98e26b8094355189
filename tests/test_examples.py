"""Each file of examples/ runs, and prints what it is about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAYS = {  # a part of what each prints
    "five_ways": "source transformation    2.752416083242   0.943608660207",
    "fitting": "least_squares, Jacobian matrix    1.508483  0.405721  3.002542",
    "heat": "def misfit_value_and_grad(u, measured, out_bar=1.0):",
    "logistic": "163 of 169 tumours of the test set are classified rightly",
    "nbody": "simulations, each with its gradient",
    "newton": "def eccentric_anomaly_grad(eccentricity, mean_anomaly, out_bar=1.0):",
    "option": "price              9.5359       9.5775",
    "rnn": "to be, or not to be, that is the question.",
    "rosen": "def rosen_grad(x, out_bar=1.0):",
}
NEEDS = {"logistic": ("scipy", "sklearn"), "five_ways": (), "newton": (), "option": (), "rnn": ()}


def test_every_example_is_run() -> None:
    assert sorted(SAYS) == sorted(path.stem for path in (ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("name", SAYS)
def test_example(name: str) -> None:
    for module in NEEDS.get(name, ("scipy",)):
        pytest.importorskip(module)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    environment["PYTHONPATH"] += os.pathsep + os.environ.get("PYTHONPATH", "")
    environment.pop("SOURCEAD_CHECK", None)
    run = subprocess.run(
        [sys.executable, str(ROOT / "examples" / f"{name}.py")],
        capture_output=True, encoding="utf-8", env=environment, check=False, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert SAYS[name] in run.stdout
