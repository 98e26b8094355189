"""What can be differentiated: every kind of callable whose source can be had."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check
from tests.refusals import right_or_refused


def cubic(x, slope=2.0):
    return x**3 + slope * x


class Model:
    def __init__(self, slope):
        self.slope = slope

    def energy(self, x):
        return self.slope * x**3

    def __call__(self, x):
        return self.energy(x) * x

    @classmethod
    def unit(cls, x):
        return cls(2.0).energy(x)

    @staticmethod
    def square(x):
        return x * x


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)

    return wrapper


@doubled
def wrapped(x):
    return x**3


@functools.lru_cache(maxsize=None)  # noqa: UP033
def cached(x):
    return x**3


def made(slope):
    def inner(x):
        return slope * x * x

    return inner


CALLABLES = {
    "function": cubic,
    "lambda": lambda x: x * x * 3.0,
    "nested function": made(1.5),
    "bound method": Model(1.5).energy,
    "callable object": Model(1.5),
    "class method": Model.unit,
    "static method": Model.square,
    "functools.partial": functools.partial(cubic, slope=0.5),
    "decorated": wrapped,
    "lru_cache": cached,
}


@pytest.mark.parametrize("f", CALLABLES.values(), ids=CALLABLES)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_callable(f: Callable[..., Any], mode: str) -> None:
    with right_or_refused():
        check(f, 0.7, modes=[mode])


def test_two_lambdas_on_one_line_are_told_apart() -> None:
    first, second = lambda x: x**2, lambda x: x**3
    assert sourcead.grad(first)(2.0) == 4.0
    assert sourcead.grad(second)(2.0) == 12.0


def test_a_numba_dispatcher() -> None:
    numba = pytest.importorskip("numba")
    check(numba.njit(cubic), 0.7)


def test_a_closure_is_read_when_called() -> None:
    slope = 2.0

    def f(x):
        return slope * x

    gradient = sourcead.grad(f)
    assert gradient(1.0) == 2.0
    slope = 5.0
    assert gradient(1.0) == 5.0


def test_a_changed_callee_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_cubic)
    assert gradient(2.0) == 14.0
    monkeypatch.setitem(globals(), "cubic", lambda x: x * x)
    assert gradient(2.0) == 4.0


def uses_cubic(x):
    return cubic(x)


def test_the_same_gradient_serves_numbers_and_arrays() -> None:
    def f(x):
        return np.sum(x * x * x)

    gradient = sourcead.grad(f)
    assert gradient(2.0) == 12.0
    np.testing.assert_array_equal(gradient(np.array([1.0, 2.0])), [3.0, 12.0])
    assert gradient(np.float32(2.0)) == 12.0
    assert gradient(2.0) == 12.0


def test_a_gradient_can_be_pickled() -> None:
    gradient = pickle.loads(pickle.dumps(sourcead.grad(cubic)))
    assert gradient(2.0) == 14.0


SCRIPT = "import sourcead\ndef f(x):\n    return x * x\nprint(sourcead.grad(f)(3.0))\n"


def test_a_module_in_a_zip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "library.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped_square.py", "def f(x):\n    return x * x\n")
    monkeypatch.syspath_prepend(str(archive))
    module = __import__("zipped_square")
    assert sourcead.grad(module.f)(3.0) == 6.0


def test_a_script_and_text_on_the_command_line(tmp_path: Path) -> None:
    """A file works; with `python -c` Python keeps the text from 3.13 on, before that it is refused."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    assert _run(str(script)).stdout == "6.0\n"
    result = _run("-c", SCRIPT)
    assert result.stdout == "6.0\n" or "sourcead.errors.NoSource" in result.stderr


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    root = Path(sourcead.__file__).parents[1]
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(root)},
    )
