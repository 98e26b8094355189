"""Each rule of NumPy's functions, called directly: forward against reverse, both against differences."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from sourcead.rules.registry import Rule, all_rules
from tests.rules import harness
from tests.rules.harness import (
    Call,
    active,
    calls,
    describe,
    difference,
    evaluate,
    fitted_bar,
    forward,
    inner,
    is_leaf,
    leaves,
    map_leaves,
    random_like,
    reverse,
    scale,
    with_values,
)  # fmt: skip

importlib.import_module("sourcead.rules.numpy")

RULES = [
    rule
    for rule in all_rules()
    if rule.form not in ("constant", "source")
    and (rule.partials or rule.reverse).__module__.startswith("sourcead.rules.numpy")
]


def rule_name(rule: Rule) -> str:
    return rule.name


def seeds(y, rng):
    """Random seeds for the result; for a tuple also each entry alone, None for the others."""
    full = map_leaves(lambda leaf: random_like(leaf, rng), y)
    yield full
    if isinstance(y, (list, tuple)):
        carrying = [i for i, v in enumerate(y) if is_leaf(v)]
        if len(carrying) > 1 or len(carrying) < len(y):
            for k in carrying:
                yield tuple(full[i] if i == k else None for i in range(len(y)))


def directions(values, rng):
    """Random tangents for all active arguments; also for each one alone, and each entry of a list alone."""
    full = {
        name: map_leaves(lambda leaf: random_like(leaf, rng), value)
        for name, value in values.items()
    }
    yield full
    if len(values) > 1:
        for name in values:
            yield {name: full[name]}


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_forward_reverse_and_differences_agree(rule):
    rng = np.random.default_rng(1)
    tested = 0
    for call in calls(rule):
        y = evaluate(call)
        values = active(call)
        if not values or not leaves(y):
            continue
        tested += 1
        for y_bar in seeds(y, rng):
            bars = {n: fitted_bar(values[n], b) for n, b in reverse(call, y, y_bar).items()}
            for dots in directions(values, rng):
                check(call, y, y_bar, dots, bars)
    assert tested > 0


def check(call: Call, y, y_bar, dots, bars) -> None:
    y_dot = forward(call, y, dots)
    back = sum(inner(bars[n], dots[n]) for n in dots)
    ahead = inner(y_bar, y_dot)
    size = scale(y_bar, y_dot) + sum(scale(bars[n], dots[n]) for n in dots)
    single = any(
        np.asarray(leaf).dtype in (np.float32, np.complex64)
        for leaf in leaves([*active(call).values(), y])
    )
    limit = 1e-5 if single else 1e-10
    assert abs(ahead - back) <= limit * (size + 1e-3), (
        f"forward {ahead!r}, reverse {back!r} of {call}"
    )
    wide = _double(call)
    if any(np.asarray(leaf).dtype in (np.float32, np.complex64) for leaf in leaves(evaluate(wide))):
        return  # differences of rounded values
    expected, error = difference(wide, dots, y_bar)
    allowed = (1e-3 if single else 3e-7) * (abs(expected) + 1e-2 * size + 1e-3) + 10 * min(
        error, 1e-6
    )
    assert abs(expected - back) <= allowed, (
        f"differences {expected!r} +- {error:.1e}, rule {back!r} of {call}"
    )


def _double(call: Call) -> Call:
    def widen(leaf):
        return leaf + np.zeros((), np.float64)

    return with_values(
        call, {n: _keep_type(v, map_leaves(widen, v)) for n, v in active(call).items()}
    )


def _keep_type(value, new):
    if isinstance(value, (list, tuple)):
        return type(value)(_keep_type(v, n) for v, n in zip(value, new))
    return value if new is None else new


SINGLE = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_single_precision_stays_single(rule):
    rng = np.random.default_rng(2)

    def narrow(leaf):
        return (
            leaf.astype(SINGLE[leaf.dtype])
            if isinstance(leaf, np.ndarray) and leaf.dtype in SINGLE
            else leaf
        )

    for call in calls(rule):
        call = with_values(
            call,
            {
                n: _keep_type(v, map_leaves(narrow, v))
                for n, v in harness.bound(call).items()
                if leaves(v)
            },
        )
        y = evaluate(call)
        if not leaves(y) or any(
            np.asarray(leaf).dtype.itemsize > 4 * (1 + np.iscomplexobj(leaf)) for leaf in leaves(y)
        ):
            continue  # a result in double precision
        y_bar = map_leaves(lambda leaf: random_like(leaf, rng), y)
        for name, bar in reverse(call, y, y_bar).items():
            for value, each in zip(leaves(active(call)[name]), leaves(bar)):
                if isinstance(value, np.ndarray):
                    wide = np.asarray(each).dtype in (np.float64, np.complex128)
                    assert not wide, f"{name}_bar is {describe(np.asarray(each))} in {call}"


@pytest.mark.parametrize("rule", [r for r in RULES if r.form == "elementwise"], ids=rule_name)
def test_complex_partials(rule):
    """A function that takes complex numbers has the right partials there (or none: it refuses)."""
    rng = np.random.default_rng(3)
    for call in calls(rule):
        values = active(call)

        def turn(leaf):
            return leaf + 1j * rng.uniform(0.1, 0.3, np.shape(leaf))

        call = with_values(call, {n: map_leaves(turn, v) for n, v in values.items()})
        try:
            y = evaluate(call)
        except TypeError:
            continue
        if not leaves(y):
            continue
        y_bar = map_leaves(lambda leaf: random_like(leaf, rng), y)
        bars = {n: fitted_bar(active(call)[n], b) for n, b in reverse(call, y, y_bar).items()}
        for dots in directions(active(call), rng):
            check(call, y, y_bar, dots, bars)


def test_every_rule_has_samples():
    for rule in RULES:
        assert list(calls(rule)), f"the rule {rule.name} is tested on no call"


def test_every_function_of_a_rule_is_called():
    for rule in RULES:
        called = {id(call.function) for call in calls(rule)}
        missing = [f for f in rule.functions if id(f) not in called]
        assert not [f for f in missing if getattr(f, "__objclass__", None) is not np.generic], (
            f"{rule.name}: {missing}"
        )
