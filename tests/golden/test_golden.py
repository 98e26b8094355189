"""The generated source of every case is what the file says, is right, and can be differentiated again.

A case is a file: comment lines with `mode:`, `wrt:` and `at:`, the primal, a line `# output`, the
expected source.  `pytest --update-golden` rewrites the expected part; the diff is read like code.
"""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sourcead
from tests import numeric

HERE = Path(__file__).parent
CASES = sorted(p for p in HERE.glob("*/*.py") if not p.name.startswith("__"))


class Case:
    def __init__(self, path: Path) -> None:
        text = path.read_text()
        self.path = path
        self.primal, _, self.expected = text.partition("# output\n")
        options = dict(
            part.split(":", 1)
            for line in self.primal.splitlines()
            if line.startswith("# ") and ":" in line
            for part in [line[2:]]
        )
        self.mode = options.get("mode", "reverse").strip()
        self.wrt = tuple(w.strip() for w in options["wrt"].split(","))
        self.order = int(options.get("order", "2"))
        scope: dict[str, Any] = {"np": np, "__name__": f"golden.{path.stem}"}
        exec("import math", scope)
        name = f"<golden {path.parent.name}/{path.name}>"
        linecache.cache[name] = (
            len(self.primal),
            None,
            self.primal.splitlines(keepends=True),
            name,
        )
        exec(compile(self.primal, name, "exec"), scope)
        self.function = scope[path.stem]
        self.scope = scope
        self.at_text = options["at"].strip()

    def args(self) -> tuple[Any, ...]:
        return eval(f"({self.at_text},)", self.scope)  # type: ignore[no-any-return]

    def source(self) -> str:
        if self.mode == "forward":
            from sourcead.api import _derivative

            return str(_derivative(self.function, "tangent", self.wrt, 0).source_for(*self.args()))
        wrt = self.wrt[0] if len(self.wrt) == 1 else self.wrt
        make = sourcead.value_and_grad if self.mode == "value" else sourcead.grad
        return make(self.function, wrt).source_for(*self.args())


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_source_is_as_expected(path: Path, request: pytest.FixtureRequest) -> None:
    case = Case(path)
    source = case.source().rstrip("\n") + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(f"{case.primal}# output\n{source}")
        return
    assert source == case.expected
    assert Case(path).source().rstrip("\n") + "\n" == source


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_derivative_is_right(path: Path) -> None:
    case = Case(path)
    numeric.check(case.function, *case.args(), argnums=case.wrt)


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_output_can_be_differentiated(path: Path) -> None:
    case = Case(path)
    if case.order < 2:
        pytest.skip("the case says that its gradient is not differentiated again")
    wrt = case.wrt[0]
    gradient = sourcead.grad(case.function, wrt)

    def total(*args: Any) -> Any:
        return np.sum(gradient(*args))

    args = case.args()
    names = list(__import__("inspect").signature(case.function).parameters)
    at = names.index(wrt)
    tangent = numeric.random_like(args[at])
    _, moved = sourcead.jvp(
        lambda v: gradient(*args[:at], v, *args[at + 1 :]), (args[at],), (tangent,)
    )
    h = 1e-5
    plus = gradient(*case.args()[:at], args[at] + h * tangent, *case.args()[at + 1 :])
    minus = gradient(*case.args()[:at], args[at] - h * tangent, *case.args()[at + 1 :])
    np.testing.assert_allclose(moved, (plus - minus) / (2 * h), rtol=1e-5, atol=1e-7)
