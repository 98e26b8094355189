"""The generated source of every case is what the file says, is right, and can be differentiated again.

A case is a file: comment lines at its top, the primal (a function called like the file), a line
`# output`, the expected source.  `pytest tests/golden --update-golden` rewrites the expected part; the
diff is read like code.  The comments:

    # mode: reverse        or value (value and gradient), forward; reverse where it is left out
    # wrt: x, y            the differentiated parameters
    # at: 2.0, np.ones(3)  arguments: they give the kinds, and the point of the numeric checks
    # order: 1             the gradient cannot be differentiated again, and that is said; why, on the next line
"""

from __future__ import annotations

import inspect
import linecache
import math
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.api import _derivative
from tests import numeric
from tests.structures import pairing

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.py"))
OPTIONS = ("mode", "wrt", "at", "order")
every_case = pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")


class Case:
    """One file: its primal as a live function, the arguments, and the expected source."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.primal, _, self.expected = path.read_text(encoding="utf-8").partition("# output\n")
        options = _options(self.primal)
        self.mode = options.get("mode", "reverse")
        self.wrt = tuple(name.strip() for name in options["wrt"].split(","))
        self.order = int(options.get("order", "2"))
        self.at = options["at"]
        self.function = self._load()
        names = list(inspect.signature(self.function).parameters)
        self.argnums = tuple(names.index(name) for name in self.wrt)

    def _load(self) -> Any:
        """The primal, run as a module of its own, as an import would."""
        file = f"<golden {self.path.parent.name}/{self.path.name}>"
        lines = self.primal.splitlines(keepends=True)
        linecache.cache[file] = (len(self.primal), None, lines, file)
        module = types.ModuleType(f"golden.{self.path.parent.name}.{self.path.stem}")
        vars(module).update(np=np, math=math)
        sys.modules[module.__name__] = module  # where a dataclass looks for its own module
        exec(compile(self.primal, file, "exec"), vars(module))
        self.scope = vars(module)
        return self.scope[self.path.stem]

    def args(self) -> tuple[Any, ...]:
        return eval(f"({self.at},)", self.scope)  # type: ignore[no-any-return]

    def derivative(self) -> Any:
        argnums = self.argnums[0] if len(self.argnums) == 1 else self.argnums
        match self.mode:
            case "reverse":
                return sourcead.grad(self.function, argnums)
            case "value":
                return sourcead.value_and_grad(self.function, argnums)
            case "forward":
                return _derivative(self.function, "tangent", self.argnums, 0)
            case _:
                raise ValueError(f"{self.path}: there is no mode {self.mode!r}")

    def source(self) -> str:
        return str(self.derivative().source_for(*self.args())).rstrip("\n") + "\n"


def _options(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        key, colon, value = line.removeprefix("# ").partition(":")
        if line.startswith("# ") and colon and key in OPTIONS:
            found[key] = value.strip()
    return found


@every_case
def test_source_is_as_expected(path: Path, request: pytest.FixtureRequest) -> None:
    case = Case(path)
    source = case.source()
    if request.config.getoption("--update-golden"):
        path.write_text(f"{case.primal}# output\n{source}", encoding="utf-8")
        return
    assert source == case.expected
    assert Case(path).source() == source, "compiling the same function again gives another text"


@every_case
def test_derivative_is_right(path: Path) -> None:
    case = Case(path)
    numeric.check(case.function, *case.args(), argnums=case.argnums)


@every_case
def test_output_can_be_differentiated(path: Path) -> None:
    """A direction through the gradient, forward over reverse, against differences of the gradient.

    Where that is refused, the product with the Hessian is found the other way.
    """
    case = Case(path)
    point = numeric.Point.of(case.function, case.args(), case.argnums)
    rng = np.random.default_rng(1)
    direction, weights = point.direction(rng), point.direction(rng)
    gradient = sourcead.grad(case.function, case.argnums)
    out_bar = tuple(weights[i] for i in case.argnums)
    expected = numeric.directional(gradient, case.args(), direction, out_bar)
    if case.order < 2:
        with pytest.raises(sourcead.SourceADError):
            sourcead.jvp(gradient, case.args(), direction)
        along = tuple(direction[i] for i in case.argnums)
        moved = sourcead.hvp(case.function, case.argnums)(*case.args(), along)
    else:
        moved = sourcead.jvp(gradient, case.args(), direction)[1]
    found = pairing(out_bar, moved)
    rtol = numeric.SINGLE if point.is_single else 1e-6
    slack = rtol * max(abs(expected.value), 1.0) + 10.0 * expected.error
    assert expected.error <= rtol * max(abs(expected.value), 1.0), f"differences say {expected}"
    assert abs(found - expected.value) <= slack, f"forward over reverse {found}, {expected}"
