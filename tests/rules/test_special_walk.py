"""Every public function of `scipy.special`, on arguments of all kinds: right, constant, or refused by its own name.

One function in thirty; `-m slow` takes all.
"""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import special

import sourcead
from sourcead.rules.registry import lookup

pytestmark = pytest.mark.filterwarnings("ignore")

TRIED: tuple[tuple[Any, ...], ...] = (
    (0.43,), (1.3,), (2, 0.43), (1, 1, 0.43), (2.0, 0.43), (0.43, 2.0), (1.5, 2.5, 0.43), (0.43, 1.5, 2.5),
    (0.43, 1.3, 1.9), (2, 1, 0.5, 0.43), (2, 3, 0.2, 0.43), (3.0, 2.0, 1.5, 0.43),
)  # fmt: skip
"""Arguments on which each function is tried; those that it takes are used."""

NOT_TRIED = {
    "lambertw": "its third argument is a tolerance",
    "itairy": "SciPy's values have seven digits",
}
BY_OTHERS = {
    "assoc_laguerre": "eval_genlaguerre", "h1vp": "hankel1", "h2vp": "hankel2", "ivp": "iv", "jvp": "jv", "kvp": "kv",
    "yvp": "yv", "jn": "jv", "lqmn": "", "lqn": "",
}  # fmt: skip
"""Functions with Python source, refused in an order by the name of what they are made of."""

SINGLE = 3e-3


POLYNOMIALS = {
    "legendre", "chebyt", "chebyu", "chebyc", "chebys", "jacobi", "laguerre", "genlaguerre", "hermite", "hermitenorm",
    "gegenbauer", "sh_legendre", "sh_chebyt", "sh_chebyu", "sh_jacobi",
}  # fmt: skip
"""Of a degree, an object: it is differentiated where it is called (`eval_legendre`)."""


def _is_function(name: str) -> bool:
    """Those of a number; not such as count zeros and nodes."""
    found = getattr(special, name)
    counts = "_roots" in name or "_zeros" in name or name.startswith("roots_")
    return callable(found) and not isinstance(found, type) and not counts


NAMES = sorted(
    name
    for name in special.__all__
    if _is_function(name) and name not in {*NOT_TRIED, *POLYNOMIALS}
)
SOME = [
    pytest.param(name, marks=[] if i % 30 == 0 else [pytest.mark.slow])
    for i, name in enumerate(NAMES)
]


def test_each_is_known_or_has_source() -> None:
    """Nothing compiled is refused as something without a name."""
    for name in NAMES:
        function = getattr(special, name)
        assert lookup(function) is not None or hasattr(function, "__code__"), name


def total(y: Any) -> float:
    if isinstance(y, (tuple, list)):
        return float(sum(map(total, y)))
    return float(np.sum(np.real(y)))


def calls(name: str) -> Iterator[tuple[Any, ...]]:
    """The arguments that it takes, where the results are numbers and finite."""
    function = getattr(special, name)
    for args in TRIED:
        try:
            if np.isfinite(total(function(*args))):
                yield args
        except (TypeError, ValueError, IndexError):
            continue


def program(name: str, args: tuple[Any, ...], varied: int) -> Callable[[Any], Any]:
    """A function of one argument that sums the results."""
    several = isinstance(getattr(special, name)(*args), (tuple, list))
    given = ", ".join("x" if i == varied else repr(a) for i, a in enumerate(args))
    result = "sum([np.sum(np.real(v)) for v in y])" if several else "np.sum(np.real(y))"
    text = f"def f(x):\n    y = special.{name}({given})\n    return {result}\n"
    file = f"<{name}({given})>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = {"np": np, "special": special}
    exec(compile(text, file, "exec"), names)
    return names["f"]  # type: ignore[return-value]


def slope(f: Callable[[Any], Any], x: float, step: float = 1e-4) -> float:
    ahead, behind = f(x + step) - f(x - step), f(x + 2.0 * step) - f(x - 2.0 * step)
    return float((8.0 * ahead - behind) / (12.0 * step))


def derivative(f: Callable[[Any], Any], x: Any, name: str) -> Any:
    """The gradient; None where it is refused, in words that name the function."""
    try:
        return sourcead.grad(f)(x)
    except sourcead.SourceADError as refusal:
        said = str(refusal)
    assert f"`{BY_OTHERS.get(name, name)}" in said.split("\n")[0] or name in BY_OTHERS, said
    assert "^^" in said
    return None


def compare(name: str, args: tuple[Any, ...], varied: int) -> None:
    f, x = program(name, args, varied), args[varied]
    try:
        expected = slope(f, x)
    except (TypeError, ValueError):  # a degree, which is an integer
        return
    found = derivative(f, x, name)
    if found is None:
        return
    near = 2e-5 * max(1.0, abs(expected))
    assert abs(found - expected) <= near, f"{name}{args} in {varied}: {found}, {expected}"
    for other in (np.array(x), np.array([x]), np.float32(x), np.zeros(0)):
        _of_another_kind(f, other, found)


def _of_another_kind(f: Callable[[Any], Any], x: Any, expected: float) -> None:
    """An array without axes, of one entry, single precision, of no entries: what the function itself takes."""
    try:
        if not np.all(np.isfinite(f(x))):
            return
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return
    found = sourcead.grad(f)(x)
    assert np.shape(found) == np.shape(x)
    assert np.result_type(found) == np.result_type(x)
    if np.size(found):
        rtol = SINGLE if np.result_type(x) == np.float32 else 1e-6
        np.testing.assert_allclose(np.ravel(found)[0], expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("name", SOME)
def test_right_or_refused_by_name(name: str) -> None:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for args in list(calls(name))[:4]:
            for varied, value in enumerate(args):
                if isinstance(value, float):
                    compare(name, args, varied)
