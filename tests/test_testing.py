"""`check_grad` accepts right derivatives and reports each kind of wrong one."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

import sourcead
from sourcead.testing import check_grad
from tests.refusals import right_or_refused


def energy(x, y):
    return math.sin(x) * y * y


def squares(x):
    return x * x


def weighted(w, x):
    return np.sum(w * np.sin(x))


def fills(u):
    u[1] = u[0] * u[0]
    return np.sum(u)


def powers(x, n):
    result = 1.0
    for _ in range(n):
        result = result * x
    return result


def by_name(p):
    return p["a"] * p["b"][0] * p["b"][1]


def modulus(z):
    return np.sum(np.real(z) ** 2 + np.imag(z))


@dataclass
class Spring:
    stiffness: float
    name: str


def stretched(spring, x):
    return 0.5 * spring.stiffness * x * x


@pytest.mark.parametrize(
    "f, args",
    [
        (energy, (0.4, 1.2)),
        (squares, (np.arange(1.0, 4.0),)),
        (weighted, (np.array([1.0, 2.0]), np.array([0.1, 0.2]))),
        (fills, (np.array([3.0, 1.0]),)),
        (powers, (1.3, 4)),
        (by_name, ({"a": 2.0, "b": [3.0, 4.0]},)),
        (modulus, (np.array([1.0 + 2.0j, 0.5j]),)),
        (stretched, (Spring(2.0, "left"), 0.3)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_right_derivatives_pass(f, args):
    with right_or_refused():
        check_grad(f, *args)


def test_single_precision_is_judged_by_its_own_measure():
    check_grad(weighted, np.array([1.0, 2.0], np.float32), np.array([0.1, 0.2], np.float32))


def test_arguments_are_chosen_by_position_or_name():
    check_grad(energy, 0.4, 1.2, argnums="y")
    check_grad(energy, 0.4, 1.2, argnums=(0,))
    check_grad(energy, 0.4, 1.2, argnums=-1)


def test_arguments_are_not_changed():
    u = np.array([3.0, 1.0])
    check_grad(fills, u)
    assert u.tolist() == [3.0, 1.0]


def test_the_fixture_is_the_check(assert_gradients):
    assert assert_gradients is check_grad


# -- what is wrong is reported ---------------------------------------------------------------


def report(f, *args, **options):
    with pytest.raises(AssertionError) as caught:
        check_grad(f, *args, **options)
    text = str(caught.value)
    assert text.startswith(
        f"derivatives of {f.__name__} ({__file__}:{f.__code__.co_firstlineno}) are wrong"
    )
    return text


@pytest.fixture
def spoil(monkeypatch):
    """Let a public function return something else: `spoil("jvp", change)`."""

    def spoiled(name, change):
        right = getattr(sourcead, name)

        def returns_other(*args, **kwargs):
            made = right(*args, **kwargs)
            if name == "jvp":
                return change(*made)
            if name == "vjp":
                return made[0], lambda out_bar: change(made[1](out_bar))
            return lambda *inner: change(*_pair(name, made(*inner)))

        monkeypatch.setattr(sourcead, name, returns_other)

    return spoiled


def _pair(name, result):
    return result if name == "value_and_grad" else (result,)


def test_a_wrong_adjoint_is_reported_with_its_argument_and_element(spoil):
    def change(value, bars):
        w_bar, x_bar = bars
        x_bar = x_bar.copy()
        x_bar[1] *= 1.01
        return value, (w_bar, x_bar)

    spoil("value_and_grad", change)
    text = report(weighted, np.array([1.0, 2.0]), np.array([0.1, 0.2]))
    assert "reverse mode gives <x_bar, x_dot>" in text
    assert "w: right" in text and "x: wrong at [1]" in text


def test_a_wrong_leaf_of_a_structure_is_reported_with_its_place(spoil):
    def change(value, bars):
        (p_bar,) = bars
        return value, ({"a": p_bar["a"], "b": [p_bar["b"][0], 0.0]},)

    spoil("value_and_grad", change)
    text = report(by_name, {"a": 2.0, "b": [3.0, 4.0]})
    assert "p['a']: right" in text and "p['b'][0]: right" in text and "p['b'][1]: wrong" in text


def test_a_wrong_tangent_is_reported(spoil):
    spoil("jvp", lambda value, out_dot: (value, 1.00001 * out_dot))
    assert "forward mode gives <out_bar, out_dot>" in report(energy, 0.4, 1.2)
    check_grad(energy, 0.4, 1.2, modes=["reverse"], order=1)


def test_a_wrong_pullback_is_reported(spoil):
    spoil("vjp", lambda bars: tuple(-bar for bar in bars))
    assert "reverse mode gives" in report(squares, np.arange(1.0, 4.0), order=1)


def test_modes_that_differ_by_more_than_rounding_are_reported(spoil):
    spoil("jvp", lambda value, out_dot: (value, (1.0 + 1e-8) * out_dot))
    assert "along a direction, forward mode" in report(energy, 0.4, 1.2)


def test_a_wrong_second_derivative_is_reported(spoil):
    first = sourcead.jvp
    spoil(
        "jvp",
        lambda value, dot: (value, tuple(2.0 * d for d in dot) if isinstance(dot, tuple) else dot),
    )
    assert sourcead.jvp is not first
    assert "forward over reverse mode gives <H x_dot, y_dot>" in report(energy, 0.4, 1.2)
    check_grad(energy, 0.4, 1.2, order=1)


def test_another_value_than_the_primals_is_reported(spoil):
    spoil("value_and_grad", lambda value, bars: (np.nextafter(value, 1e9), bars))
    assert "reverse mode returns the value" in report(energy, 0.4, 1.2)


def test_other_side_effects_than_the_primals_are_reported(monkeypatch):
    right = sourcead.jvp

    def leaves_argument_unwritten(f, args, dots):
        return right(f, tuple(np.copy(a) for a in args), dots)

    monkeypatch.setattr(sourcead, "jvp", leaves_argument_unwritten)
    assert "forward mode leaves the arguments as" in report(fills, np.array([3.0, 1.0]))


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda bar: bar.astype(np.float32), "argument 0 is float32[3], not float64[3]"),
        (lambda bar: bar[:, None], "argument 0 is float64[3, 1], not float64[3]"),
        (lambda bar: 0, "argument 0 is int64, not float64[3]"),
        (lambda bar: None, "argument 0 is object, not float64[3]"),
    ],
)
def test_a_gradient_of_another_type_is_reported(spoil, change, message):
    spoil("vjp", lambda bars: (change(bars[0]),))
    assert message in report(squares, np.arange(1.0, 4.0))


def test_a_gradient_of_another_structure_is_reported(spoil):
    spoil("value_and_grad", lambda value, bars: (value, ({"a": 1.0},)))
    text = report(by_name, {"a": 2.0, "b": [3.0, 4.0]})
    assert "another structure: a, b expected, a given" in text


def test_where_differences_do_not_converge_there_is_no_verdict():
    def jumps(x):
        return x + (1.0 if x > 1.0 else 0.0)

    text = report(jumps, 1.0)
    assert "no verdict: differences do not converge" in text and "kink or jump" in text


# -- what cannot be checked ------------------------------------------------------------------


def test_a_call_without_floats_cannot_be_checked():
    with pytest.raises(ValueError, match="no argument holds a float"):
        check_grad(powers, 2, 3)


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="not \\['backward'\\]"):
        check_grad(energy, 0.4, 1.2, modes=["backward"])


def test_second_order_of_a_structured_result_is_refused():
    def pair(x):
        return x * x, x

    check_grad(pair, 2.0)
    with pytest.raises(ValueError, match="order=2 needs"):
        check_grad(pair, 2.0, order=2)


def read_twice(a, b):
    return np.sum(a) * np.sum(b * b)


def written_and_read(a, b):
    a[0] *= b[-1]
    return np.sum(a * a) + np.sum(b)


def test_arguments_that_share_memory_do_so_in_each_call() -> None:
    x = np.array([1.0, 2.0, 3.0])
    for other in (x, x[1:]):
        check_grad(read_twice, x, other)
        with pytest.raises(sourcead.AliasedArguments):
            check_grad(written_and_read, x, other)
    check_grad(written_and_read, x, x.copy())
