"""Every keyword of every rule, read off its signature, is in a call on which the rule is tested.

In one of the rule's own samples; or here, put into its first sample, with a value that means the same for all.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from tests.rules.agreement import compare
from tests.rules.harness import Call

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

COMMON: dict[str, Any] = {
    "casting": "same_kind",
    "check_finite": False,
    "copy": True,
    "cval": 0.5,
    "dtype": np.float64,
    "limit": 60,
    "order": "C",
    "overwrite_input": False,
    "radius": 2,
    "rcond": 1e-12,
    "stable": True,
    "subok": False,
    "truncate": 3.0,
    "workers": 1,
}

OWN: dict[tuple[str, str], Any] = {
    ("add_reduce", "where"): True,
    ("as_strided", "writeable"): False,
    ("b_spline", "extrapolate"): False,
    ("convolve", "method"): "direct",
    ("correlate", "method"): "direct",
    ("curve_fit", "method"): None,  # how the least squares are found
    ("eigh", "driver"): "ev",
    ("eigh", "subset_by_value"): (-100.0, 100.0),
    ("eigh", "type"): 1,
    ("eigvalsh", "driver"): "ev",
    ("eigvalsh", "subset_by_value"): (-100.0, 100.0),
    ("eigvalsh", "type"): 1,
    ("expm_frechet", "method"): "blockEnlarge",
    ("fit_of_series", "full"): False,
    ("lu", "p_indices"): True,
    ("multivariate_normal", "check_valid"): "ignore",
    ("multivariate_normal_of_state", "check_valid"): "ignore",
    ("nanstd", "correction"): 1,
    ("nanvar", "correction"): 1,
    ("newton", "tol"): 1e-12,
    ("piecewise", "extrapolate"): False,
    ("pinv", "rtol"): 1e-12,
    ("quad", "points"): (0.5,),
    ("quad_vec", "cache_size"): 1e6,
    ("quad_vec", "norm"): "max",
    ("quad_vec", "points"): (0.5,),
    ("quad_vec", "quadrature"): "gk15",
    ("real_if_close", "tol"): 200,
    ("solve_circulant", "singular"): "lstsq",
    ("solve_circulant", "tol"): 1e-13,
    ("solve_discrete_lyapunov", "method"): "direct",
    ("squareform", "force"): "no",
    ("svd", "lapack_driver"): "gesvd",
    ("tmean", "inclusive"): (False, True),
    ("toms748", "k"): 2,
    ("dblquad", "epsabs"): 1e-10,
    ("dblquad", "epsrel"): 1e-10,
    ("tplquad", "epsabs"): 1e-10,
    ("tplquad", "epsrel"): 1e-10,
    ("unique", "equal_nan"): False,
    ("univariate_spline", "ext"): 1,
    ("unwrap", "discont"): 4.0,
    ("unwrap", "period"): 5.0,
}
"""Keywords that mean something else in each function: by rule."""

HOW_IT_IS_FOUND = {
    **dict.fromkeys(("atol", "rtol", "tol", "xtol"), "how exactly a solver stops"),
    **dict.fromkeys(("maxfev", "maxfun", "maxiter"), "when a solver gives up"),
    "disp": "what a solver prints",
    **dict.fromkeys(("x0", "x1", "M"), "where a solver starts, and by what it is quickened"),
    **dict.fromkeys(("Dfun", "fprime", "fprime2"), "slopes that a solver would have found itself"),
    "newshape": "the old name of `shape`",
}
"""Keywords on which the mathematical result does not depend, and why; solvers are tested at its solution."""


REFUSED: dict[str, dict[str, Any]] = {
    "rank_filters": {"output": np.float32},
}
"""Keywords that rules know in order to refuse them, by module."""


def refused(rule: Rule, name: str) -> bool:
    return name in REFUSED.get(_module_of(rule), {})


def _module_of(rule: Rule) -> str:
    return (rule.reverse or rule.formula).__module__.rpartition(".")[2]


def missing(rule: Rule) -> Iterator[str]:
    """The keywords that no sample has."""
    body = rule.reverse or rule.formula
    if body is None or rule.samples is None or rule.form not in ("general", "linear"):
        return
    skipped = 0 if rule.reverse is None else 1 if rule.form == "linear" else 2
    samples = rule.samples(np.random.default_rng(0))
    for i, p in enumerate(list(inspect.signature(body).parameters.values())[skipped:]):
        by_place = p.kind is not p.KEYWORD_ONLY
        given = any(p.name in k or (by_place and len(a) > i) for a, k in samples)
        if samples and p.default is not p.empty and not given and _has(rule.functions[0], p.name):
            yield p.name


def _has(function: Any, name: str) -> bool:
    """An older version may not know the keyword: `statistics.fmean` has weights since Python 3.11."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


MISSING = [(rule, name) for rule in all_rules() for name in missing(rule)]


def test_no_keyword_goes_untested():
    said = set(COMMON) | set(HOW_IT_IS_FOUND)
    rest = {(r.name, n) for r, n in MISSING if n not in said and not refused(r, n)}
    assert rest <= set(OWN)


@pytest.mark.parametrize(
    "rule, name",
    [(rule, name) for rule, name in MISSING if refused(rule, name)],
    ids=lambda v: v if isinstance(v, str) else v.name,
)
def test_a_keyword_that_is_refused(rule: Rule, name: str) -> None:
    args, kwargs = rule.samples(np.random.default_rng(0))[0]
    given = {**kwargs, name: REFUSED[_module_of(rule)][name]}
    function, before = rule.functions[0], args[1:]
    function(*args, **given)
    taken = functools.partial(function, **given)
    with pytest.raises(sourcead.SourceADError, match=f"leave `{name}` out"):
        sourcead.grad(lambda x: np.sum(taken(x, *before)))(args[0])


def value_of(rule: Rule, name: str) -> Any:
    """The keyword's value in the test; None where the result does not depend on it."""
    return OWN.get((rule.name, name), COMMON.get(name))


@pytest.mark.parametrize(
    "rule, name",
    [(r, n) for r, n in MISSING if value_of(r, n) is not None and not refused(r, n)],
    ids=lambda v: v if isinstance(v, str) else v.name,
)
def test_the_rule_with_the_keyword(rule: Rule, name: str) -> None:
    tried = 0
    for args, kwargs in list(rule.samples(np.random.default_rng(0)))[:5]:
        given = {**kwargs, name: value_of(rule, name)}
        for function in rule.functions[:1]:
            try:
                y = function(*args, **given)
            except (
                TypeError,
                ValueError,
            ):  # of a later NumPy, of another function, not with this sample
                continue
            if any(getattr(v, "dtype", None) == np.float32 for v in (y, *args)):  # coarse
                continue
            if rule.reverse is None:  # its derivatives are those of its code
                np.testing.assert_allclose(rule.formula(*args, **given), y, atol=1e-12)
                tried += 1
                continue
            tried += compare(Call(rule, function, args, given), np.random.default_rng(1))
    if not tried:
        pytest.skip("the function does not take it here")
