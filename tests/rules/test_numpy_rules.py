"""Each rule of NumPy's functions, called directly: forward against reverse, both against differences."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest

from sourcead.rules.registry import Rule, all_rules, lookup
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
    stated_in,
    with_values,
)  # fmt: skip

importlib.import_module("sourcead.rules.numpy")

RULES = [
    rule
    for rule in all_rules()
    if rule.form not in ("constant", "source", "refused")
    and rule.functions  # else this NumPy does not have them
    and stated_in(rule).startswith("sourcead.rules.numpy")
    and rule.formula is None  # those have no parts of their own: see `test_compiled`
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


NUMPY_2 = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
SINGLE = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}


@pytest.mark.skipif(not NUMPY_2, reason="NumPy 1 widens float32 numbers that meet Python's")
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


NUMBERS = (np.generic, complex, float)  # their methods are called in the programs of mixed rules


def test_every_function_of_a_rule_is_called():
    for rule in RULES:
        called = {id(call.function) for call in calls(rule)}
        missing = [f for f in rule.functions if id(f) not in called]
        of_arrays = [f for f in missing if getattr(f, "__objclass__", None) not in NUMBERS]
        assert not of_arrays, f"{rule.name}: {missing}"


# -- ties, kinks and singular points ---------------------------------------------------------


def bars_of(function, *args, y_bar=None, **kwargs):
    """The bars of the active arguments, in order, as the transform would fit them."""
    call = Call(lookup(function), function, args, kwargs)
    y = evaluate(call)
    seed = np.ones_like(y) if y_bar is None else y_bar
    values = active(call)
    fitted = {n: fitted_bar(values[n], bar) for n, bar in reverse(call, y, seed).items()}
    return [np.asarray(fitted[name]) for name in fitted]


@pytest.mark.parametrize(
    "function, args, kwargs, expected",
    [
        (np.max, (np.array([2.0, 5.0, 5.0]),), {}, [0.0, 0.5, 0.5]),
        (np.max, (np.array([5.0, 5.0]),), {"initial": 5.0}, [1 / 3, 1 / 3]),
        (np.ptp, (np.array([1.0, 5.0, 5.0, 1.0]),), {}, [-0.5, 0.5, 0.5, -0.5]),
        (np.maximum, (np.array([1.0, 2.0]), np.array([1.0, 3.0])), {}, [0.5, 0.0]),
        (np.minimum, (np.array([1.0, 2.0]), 1.0), {}, [0.5, 0.0]),
        (np.fmax, (np.array([np.nan, 2.0]), np.array([1.0, np.nan])), {}, [0.0, 1.0]),
        (np.abs, (np.array([-2.0, 0.0, 3.0]),), {}, [-1.0, 0.0, 1.0]),
        (np.abs, (np.array([0j, 3 + 4j]),), {}, [0.0, 0.6 - 0.8j]),
        (np.clip, (np.array([0.0, 1.0, 2.0]), 1.0, 1.5), {}, [0.0, 1.0, 0.0]),
        (np.hypot, (np.array([0.0, 3.0]), np.array([0.0, 4.0])), {}, [0.0, 0.6]),
        (np.linalg.norm, (np.zeros(2),), {}, [0.0, 0.0]),
        (np.linalg.norm, (np.zeros(2),), {"ord": 3}, [0.0, 0.0]),
        (np.linalg.norm, (np.array([2.0, -2.0, 1.0]),), {"ord": np.inf}, [0.5, -0.5, 0.0]),
        (np.std, (np.array([4.0, 4.0]),), {}, [0.0, 0.0]),
        (np.nanstd, (np.array([4.0, np.nan, 4.0]),), {}, [0.0, 0.0, 0.0]),
        (np.prod, (np.array([2.0, 0.0, 3.0]),), {}, [0.0, 6.0, 0.0]),
        (np.prod, (np.array([0.0, 0.0, 3.0]),), {}, [0.0, 0.0, 0.0]),
        (np.cumprod, (np.array([0.0, 2.0]),), {}, [3.0, 0.0]),
        (np.power, (np.array([0.0, 0.0, 2.0]), np.array([0.0, 2.0, 0.0])), {}, [0.0, 0.0, 0.0]),
        (np.sinc, (np.array([0.0, 1.0]),), {}, [0.0, -1.0]),
        (np.logaddexp, (np.array([-np.inf, 0.0]), np.array([-np.inf, 0.0])), {}, [0.0, 0.5]),
        (np.logaddexp.reduce, (np.array([-np.inf, -np.inf]),), {}, [0.0, 0.0]),
        (np.median, (np.array([3.0, 1.0, 2.0, 5.0]),), {}, [0.5, 0.0, 0.5, 0.0]),
        (
            np.interp,
            (np.array([-9.0, 9.0]), np.array([0.0, 1.0]), np.array([0.0, 2.0])),
            {},
            [0.0, 0.0],
        ),
        (np.tanh, (np.array([-800.0, 800.0]),), {}, [0.0, 0.0]),
        (np.arcsinh, (np.array([1e200]),), {}, [1e-200]),
        (np.cbrt, (np.array([-8.0]),), {}, [1 / 12]),
        (np.linalg.det, (np.array([[1.0, 2.0], [2.0, 4.0]]),), {}, [[4.0, -2.0], [-2.0, 1.0]]),
        (np.fft.irfft, (np.array([1 + 1j, 2 + 1j]),), {"n": 2}, [1.0, 0.0]),
        (np.nan_to_num, (np.array([np.nan, np.inf, 1.0]),), {}, [0.0, 0.0, 1.0]),
        (np.mean, (np.zeros((0,)),), {}, []),
    ],
)
def test_singular_points(function, args, kwargs, expected):
    with np.errstate(all="ignore"):
        first = bars_of(function, *args, **kwargs)[0]
    np.testing.assert_allclose(first, np.asarray(expected), atol=1e-12)


def test_sinc_is_smooth_at_zero():
    from sourcead.runtime.special import sinc_derivative

    assert sinc_derivative(0.0, 2) == pytest.approx(-(np.pi**2) / 3)
    assert sinc_derivative(1e-9, 1) == pytest.approx(-(np.pi**2) / 3 * 1e-9, rel=1e-12)


def test_equal_eigenvalues_leave_the_derivative_of_the_values_finite():
    (bar,) = bars_of(np.linalg.eigh, np.eye(3), y_bar=(np.array([1.0, 2.0, 3.0]), None))
    np.testing.assert_allclose(bar, np.diag([1.0, 2.0, 3.0]))
    (bar,) = bars_of(np.linalg.svd, np.eye(3), y_bar=(None, np.ones(3), None))
    np.testing.assert_allclose(bar, np.eye(3))


@pytest.mark.parametrize("shape", [(4, 3), (3, 3), (3, 5)])
def test_complex_singular_vectors_up_to_their_phases(shape):
    """The projector on the first left vector, times the overlap of a pair: no phase in it."""
    rng = np.random.default_rng(4)
    a = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    direction = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    weight = rng.normal(size=shape) + 1j * rng.normal(size=shape)

    def rank_one(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return np.real(np.sum(weight * (u[:, :1] @ vh[:1]))) * s[0]

    u, s, vh = np.linalg.svd(a, full_matrices=False)
    first = np.real(np.sum(weight * (u[:, :1] @ vh[:1])))
    u_bar, vh_bar, s_bar = np.zeros_like(u), np.zeros_like(vh), np.zeros_like(s)
    u_bar[:, :1] = weight @ vh[:1].T * s[0]
    vh_bar[:1] = u[:, :1].T @ weight * s[0]
    s_bar[0] = first
    (bar,) = bars_of(np.linalg.svd, a, full_matrices=False, y_bar=(u_bar, s_bar, vh_bar))
    step = 1e-6
    expected = (rank_one(a + step * direction) - rank_one(a - step * direction)) / (2 * step)
    assert np.real(np.sum(bar * direction)) == pytest.approx(expected, rel=1e-7)


def test_a_keyword_that_no_rule_handles_is_not_in_its_signature():
    for function, keyword in [
        (np.quantile, "weights"),
        (np.nanquantile, "weights"),
        (np.nan_to_num, "copy"),
        (np.linalg.svd, "hermitian"),
        (np.max, "out"),
    ]:
        rule = lookup(function)
        assert keyword not in inspect.signature(rule.partials or rule.reverse).parameters


def test_functions_that_only_look_are_constants():
    for function in (
        np.argmax,
        np.isnan,
        np.floor,
        np.zeros_like,
        np.ndarray.shape,
        np.logical_and.reduce,
    ):
        assert lookup(function).form == "constant"
    assert lookup(np.random.Generator.beta) is None
