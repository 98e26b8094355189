"""Every keyword of every rule, read off its signature, is in a call on which the rule is tested.

In one of the rule's own samples; or here, put into its first sample, with a value that means the same for all.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

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

NOT_TRIED = {
    "Dfun", "M", "atol", "cache_size", "discont", "driver", "ext", "extrapolate", "force", "fprime", "fprime2",
    "k", "lapack_driver", "maxfev", "maxiter", "method", "newshape", "norm", "p_indices", "period", "points",
    "quadrature", "rtol", "singular", "subset_by_value", "tol", "type", "where", "x0", "x1", "xtol",
}  # fmt: skip
"""How a result is found (tolerances, starts, drivers), and what differs from rule to rule and has no sample yet."""


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
        if samples and p.default is not p.empty and not given:
            yield p.name


MISSING = [(rule, name) for rule in all_rules() for name in missing(rule)]


def test_no_keyword_goes_untested():
    assert {name for _, name in MISSING} <= set(COMMON) | NOT_TRIED


@pytest.mark.parametrize(
    "rule, name",
    [(rule, name) for rule, name in MISSING if name in COMMON],
    ids=lambda v: v if isinstance(v, str) else v.name,
)
def test_the_rule_with_the_keyword(rule: Rule, name: str) -> None:
    tried = 0
    for args, kwargs in list(rule.samples(np.random.default_rng(0)))[:5]:
        given = {**kwargs, name: COMMON[name]}
        for function in rule.functions[:1]:
            try:
                y = function(*args, **given)
            except TypeError:  # a later NumPy's keyword, or one of another function of this rule
                continue
            if any(getattr(v, "dtype", None) == np.float32 for v in (y, *args)):  # coarse
                continue
            tried += compare(Call(rule, function, args, given), np.random.default_rng(1))
    if not tried:
        pytest.skip("the function does not take it here")
