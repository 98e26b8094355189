"""Wherever Python keeps the text of a function, its derivative is found; elsewhere the refusal says why."""

from __future__ import annotations

import doctest
import importlib
import os
import subprocess
import sys
import types
import zipfile
from pathlib import Path

import pytest

import sourcead
from tests.frontend.sources import FUNCTIONS

PROGRAM = """
import sourcead
def cube(x):
    return x * x * x
print(sourcead.grad(cube)(2.0))
double = lambda x: x * 2.0
print(sourcead.grad(double)(1.0))
"""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivative(name: str) -> None:
    function, expected = FUNCTIONS[name]
    assert sourcead.grad(function)(2.0) == pytest.approx(expected, rel=1e-14)
    assert sourcead.jvp(function, (2.0,), (1.0,))[1] == pytest.approx(expected, rel=1e-14)


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Python, run with these arguments, given `text`."""
    here = str(Path(sourcead.__file__).parents[1])
    return subprocess.run(
        [sys.executable, *arguments],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": here},
        check=False,
    )


def test_command() -> None:
    assert run("-c", PROGRAM).stdout.split() == ["12.0", "2.0"]


def test_text_given_to_exec_by_a_command() -> None:
    text = "import sourcead; exec('def f(x): return x * x')\nsourcead.grad(f)(2.0)"
    assert "the source text of `f` cannot be found: text given to exec" in run("-c", text).stderr


def test_piped_text() -> None:
    done = run("-", text=PROGRAM)
    assert "NoSource: the source text of `cube` cannot be found: what is piped" in done.stderr


def test_prompt() -> None:
    done = run(
        "-i",
        text=PROGRAM.replace("cube)(2.0))\n", "cube)(2.0))\n\n").replace(
            "x * x * x\n", "x * x * x\n\n"
        ),
    )
    if sys.version_info >= (3, 13):
        assert done.stdout.split() == ["12.0", "2.0"]
    else:
        assert "NoSource: the source text of `cube` cannot be found" in done.stderr


def test_exec_without_text() -> None:
    namespace: dict[str, object] = {}
    exec("def f(x): return x * x", namespace)
    with pytest.raises(sourcead.NoSource, match="text given to exec is not kept"):
        sourcead.grad(namespace["f"])(2.0)


def test_zipped_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr(
            "zipped_model.py",
            "def total(x):\n    return helper(x) * x\n\ndef helper(x):\n    return 3 * x\n",
        )
    monkeypatch.syspath_prepend(str(archive))
    module = importlib.import_module("zipped_model")
    assert sourcead.grad(module.total)(2.0) == 12.0


def test_doctest() -> None:
    module = types.ModuleType("documented")
    module.__doc__ = """
    >>> import sourcead
    >>> def cube(x):
    ...     return x * x * x
    >>> sourcead.grad(cube)(2.0)
    12.0
    >>> double = lambda x: x * 2.0
    >>> sourcead.grad(double)(1.0)
    2.0
    """
    assert doctest.testmod(module).failed == 0


def test_notebook_cells() -> None:
    """Cells are compiled by IPython itself; a later one may define the same name again."""
    shell_module = pytest.importorskip("IPython.core.interactiveshell")
    shell = shell_module.InteractiveShell()

    def cell(text: str) -> object:
        result = shell.run_cell(text)
        result.raise_error()
        return result.result

    cell("import sourcead\ndef f(x):\n    return x * x * x\nfirst = f")
    assert cell("sourcead.grad(f)(2.0)") == 12.0
    cell("def f(x):\n    return 5.0 * x")
    assert cell("sourcead.grad(f)(2.0)") == 5.0
    assert cell("sourcead.grad(first)(2.0)") == 12.0
    cell("a, b = lambda x: x * 2.0, lambda x: x * 3.0")
    assert cell("sourcead.grad(a)(1.0), sourcead.grad(b)(1.0)") == (2.0, 3.0)
    cell("@sourcead.differentiate\ndef g(x):\n    y = 9.0 * x\n    return y * x")
    assert cell("g.grad(1.0)") == 18.0
