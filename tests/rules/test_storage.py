"""A rule that says that its function makes new storage: so it does on all of the rule's calls.

What is written through a result that shares storage with an argument changes both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from sourcead.rules.registry import all_rules, lookup
from sourcead.transform.specialise.numpy_calls import NUMPY_CALLS
from tests.rules.harness import Call, calls, evaluate

lookup(object())  # loads what is waiting


def arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        yield from arrays(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays(item)


def stated_fresh() -> Iterator[Call]:
    """Not those of helpers, which may hand on what they are given, and of what is another call where it shares."""
    for rule in all_rules():
        if rule.effects.returns != "fresh" or rule.form in ("refused", "constant", "source"):
            continue
        if rule.form != "elementwise" and rule.samples is None:
            continue
        for call in calls(rule):
            of_helper = str(getattr(call.function, "__module__", "")).startswith("sourcead.")
            if not of_helper and call.function not in NUMPY_CALLS:
                yield call


def test_what_is_said_to_be_new_shares_nothing_with_the_arguments() -> None:
    sharing, count = set(), 0
    for call in stated_fresh():
        count += 1
        given = list(arrays((call.args, call.kwargs)))
        try:
            made = evaluate(call)
        except Exception:  # that it can be called is another test's subject
            continue
        if any(np.shares_memory(y, x) for y in arrays(made) for x in given):
            sharing.add(str(call))
    assert count > 1000
    assert not sharing
