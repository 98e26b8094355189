"""Functions passed to SciPy: values reach them through `args`, variables around them, objects, partials."""

from __future__ import annotations

import functools

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.integrate as si
import scipy.optimize as so

import sourcead
from tests.numeric import check


def cubic(x, a, b):
    return x**3 - a * x - b


# ---- one unknown -----------------------------------------------------------------------------


def by_args(a, b):
    return so.brentq(cubic, 0.5, 4.0, args=(a, b)) ** 2


def by_a_variable_around(a):
    def h(x):
        return x**3 - a * x - 1.0

    return so.brentq(h, 0.5, 4.0)


def by_a_function_around(a):
    def inner(u):
        return u * a + a

    def h(x):
        return x**3 - inner(x)

    return so.newton(h, 2.0, tol=1e-12)


def with_a_slope(a):
    return so.newton(lambda x: x**3 - a * x, 2.0, fprime=lambda x: 3.0 * x**2 - a, tol=1e-12)


def by_a_partial(a):
    return so.brentq(functools.partial(cubic, a=a, b=a * a), 0.1, 9.0)


def by_an_array(w):
    def h(x):
        return np.sum(w * np.exp(x * np.arange(3.0))) - 5.0

    return so.brentq(h, -5.0, 5.0)


def for_each(xs):
    total = 0.0
    for x in xs:
        total += so.brentq(lambda u: u**3 + u - x, -10.0, 10.0)  # noqa: B023
    return total


class Model:
    def __init__(self, k):
        self.k = k

    def f(self, x):
        return x**3 - self.k * x - 1.0

    def root(self):
        return so.brentq(self.f, 0.5, 4.0)


def by_a_method(k):
    return Model(k).root()


def fixed(a):
    return so.fixed_point(lambda x: np.cos(x) * a, 0.5, xtol=1e-13)


# ---- several unknowns ------------------------------------------------------------------------


def system(v):
    def f(x):
        return [x[0] ** 2 + x[1] ** 2 - v[0], x[0] - v[1] * x[1]]

    r = so.fsolve(f, [1.0, 1.0], xtol=1e-13)
    return r[0] * r[1] ** 2


# ---- integrals -------------------------------------------------------------------------------


def area(a):
    return si.quad(lambda x: np.exp(-a * x), 0, a)[0]


def library_function(a):
    return si.quad(np.sin, 0, a)[0]


def iterated(a):
    def across(x):
        return si.quad(lambda y: np.exp(-a * x * y), 0, x)[0]

    return si.quad(across, 0, 1)[0]


def vector(a):
    total, _ = si.quad_vec(lambda x: np.array([np.sin(a * x), a * x * x]), 0, 1.5)
    return total[0] * total[1]


def gaussian_rule(a):
    return si.fixed_quad(lambda x: np.exp(-a * x), 0, a, n=5)[0]


# ---- differential equations ------------------------------------------------------------------


def oscillator(k, c):
    def rate(y, t):
        return [y[1], -k * y[0] - c * y[1]]

    y = si.odeint(rate, [1.0, 0.0], np.linspace(0, 2, 5), rtol=1e-11, atol=1e-11)
    return np.sum(y[:, 0] ** 2)


def ivp(k, c):
    def rate(t, y):
        return [y[1], -k * y[0] - c * y[1]]

    times = np.linspace(0.5, 2.0, 5)
    return np.sum(
        si.solve_ivp(rate, (0.0, 2.0), [1.0, 0.0], t_eval=times, rtol=1e-11, atol=1e-12).y[0] ** 2
    )


def ivp_ends(a, b):
    """The ends of the interval and the start move, as parameters do."""
    found = si.solve_ivp(
        lambda t, y: [y[1] * b, -np.sin(y[0])], (a, 2.0 * b), [a, 1.0], rtol=1e-11, atol=1e-12
    )
    return found.y[0, -1] ** 2 * found.t[-1]


def ivp_start(y0):
    found = si.solve_ivp(
        lambda t, y, w: -w * y**3, (0, 1), y0, t_eval=[0.5, 1], args=(0.7,), rtol=1e-11, atol=1e-12
    )
    return np.sum(found.y[:, 0] * found.y[:, 1])


def stiff(a):
    rate = lambda t, y: -a * (y - np.cos(t))
    return si.solve_ivp(rate, (0.0, 2.0), [0.0], method="Radau", rtol=1e-9, atol=1e-11).y[0, -1]


# ---- results with values by attributes -------------------------------------------------------


def scalar_root(a):
    return so.root_scalar(lambda x: x**3 - a * x - 1.0, bracket=(0.0, 4.0)).root


def scalar_root_with_a_slope(a):
    f = lambda x: (x**3 - a * x - 1.0, 3.0 * x**2 - a)
    return so.root_scalar(f, x0=2.0, fprime=True, xtol=1e-13).root


def vector_root(v):
    def f(x):
        return [x[0] ** 2 + x[1] ** 2 - v[0], x[0] - v[1] * x[1]]

    x = so.root(f, [1.0, 1.0], tol=1e-13).x
    return x[0] * x[1] ** 2


def minimum(a):
    def f(x):
        return (x[0] - a) ** 2 + (x[1] - x[0] * a) ** 2 + np.cos(x[1])

    def slope(x):
        e = x[1] - x[0] * a
        return np.array([2.0 * (x[0] - a) - 2.0 * a * e, 2.0 * e - np.sin(x[1])])

    found = so.minimize(f, np.zeros(2), jac=slope, method="BFGS", options={"gtol": 1e-11})
    return np.sum(found.x**2) + found.fun


def minimum_with_bounds(a):
    def f(x):
        e = x - a * np.arange(3.0)
        return np.sum(e**2 + e**4), 2.0 * e + 4.0 * e**3

    bounds, options = [(None, 1.0)] * 3, {"gtol": 1e-12, "ftol": 1e-16}
    found = so.minimize(f, np.zeros(3), jac=True, bounds=bounds, options=options)
    return np.sum(found.x**3) + found.fun


def fit(y):
    t = np.linspace(0.0, 1.0, 5)

    def slope(p, t, y):
        e = np.exp(-p[1] * t)
        return np.stack([e, -p[0] * t * e], axis=1)

    residuals = lambda p, t, y: p[0] * np.exp(-p[1] * t) - y
    tolerances = {"xtol": 3e-16, "ftol": 3e-16, "gtol": 1e-15}
    found = so.least_squares(residuals, [1.0, 1.0], jac=slope, args=(t, y), **tolerances)
    return found.x[0] * found.x[1] + found.cost


CASES = [
    (by_args, 2.0, 1.0),
    (by_a_variable_around, 2.0),
    (by_a_function_around, 1.5),
    (with_a_slope, 1.5),
    (by_a_partial, 1.2),
    (by_an_array, np.array([1.0, 2.0, 0.5])),
    (for_each, np.array([1.0, 2.0])),
    (by_a_method, 2.0),
    (fixed, 0.9),
    (system, np.array([3.0, 0.7])),
    (area, 1.3),
    (library_function, 1.3),
    (iterated, 1.3),
    (vector, 0.8),
    (gaussian_rule, 1.3),
    (oscillator, 2.0, 0.3),
    (ivp, 2.0, 0.3),
    (ivp_ends, 0.3, 1.1),
    (ivp_start, np.array([1.0, 0.4])),
    (stiff, 50.0),
    (scalar_root, 2.0),
    (scalar_root_with_a_slope, 2.0),
    (vector_root, np.array([3.0, 0.7])),
    (minimum, 0.7),
    (minimum_with_bounds, 0.7),
    (fit, np.array([1.0, 0.8, 0.5, 0.45, 0.3])),
]
name_of = lambda case: case[0].__name__


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_first_derivatives(case, mode):
    """Each mode solves equations of its own, to the tolerance of the call."""
    check(*case, rtol=1e-6, modes=[mode])


ONCE = (iterated, by_a_method, vector, oscillator, ivp, ivp_ends, stiff)
TWICE = [c for c in CASES if c[0] not in ONCE and isinstance(c[1], float)]


@pytest.mark.parametrize("case", TWICE, ids=name_of)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_second_derivatives(case, mode):
    program, *args = case
    check(sourcead.grad(program), *args, argnums=0, rtol=1e-5, modes=[mode])


def test_attributes_of_an_argument():
    model = Model(2.0)
    bar = sourcead.grad(Model.root)(model)
    assert bar.k == pytest.approx(sourcead.grad(by_a_variable_around)(2.0), rel=1e-12)


def test_entries_of_a_dict():
    def program(p):
        return so.brentq(lambda x: cubic(x, p["a"], p["b"]), 0.1, 9.0)

    bars = sourcead.grad(program)({"a": 2.0, "b": 1.0})
    expected = sourcead.grad(lambda a, b: so.brentq(cubic, 0.1, 9.0, (a, b)), (0, 1))(2.0, 1.0)
    assert (bars["a"], bars["b"]) == pytest.approx(expected)


def test_the_text_shows_every_function_that_runs():
    source = sourcead.grad(by_a_variable_around).source_for(2.0)
    assert "def h(x, a):" in source
    assert "brentq(h, 0.5, 4.0, args=(a,))" in source.replace("so.", "")
    assert "def h_vjp_reverse" in source


def test_a_function_that_counts_its_calls_is_refused():
    def counting(a):
        calls = [0]

        def h(x):
            calls[0] += 1
            return x**3 - a * x - 1.0

        return so.brentq(h, 0.5, 4.0)

    with pytest.raises(sourcead.SourceADError, match="changes something outside of itself"):
        sourcead.grad(counting)(2.0)


def test_a_minimum_of_one_unknown():
    """2 (x - a) + 4 x**3 = 0, so that x moves by 2 / (2 + 12 x**2)."""

    def lowest(a):
        return so.minimize_scalar(lambda x: (x - a) ** 2 + x**4, tol=1e-12).x

    slope = 2.0 / (2.0 + 12.0 * lowest(1.1) ** 2)
    assert sourcead.grad(lowest)(1.1) == pytest.approx(slope, rel=1e-7)
    assert sourcead.jvp(lowest, (1.1,), (1.0,))[1] == pytest.approx(slope, rel=1e-7)


def test_a_minimum_at_a_bound_does_not_move():
    def lowest(a):
        return so.minimize_scalar(lambda x: (x - a) ** 2, bounds=(0.0, 1.0), method="bounded").x

    assert sourcead.grad(lowest)(3.0) == 0.0
    assert sourcead.grad(lowest)(0.5) == pytest.approx(1.0)


def test_what_no_rule_knows_of_a_result_is_refused():
    def slope_at_the_end(a):
        return so.minimize(lambda x: np.sum((x - a) ** 2), [0.0, 0.0]).jac[0]

    def crossing(a):
        event = lambda t, y: y[0] - 0.5
        found = si.solve_ivp(lambda t, y: -a * y, (0.0, 2.0), [1.0], events=event)
        return found.t_events[0][0]

    with pytest.raises(sourcead.SourceADError, match="`jac` of a OptimizeResult varies"):
        sourcead.grad(slope_at_the_end)(2.0)
    with pytest.raises(sourcead.SourceADError, match="events"):
        sourcead.grad(crossing)(2.0)


def test_second_derivatives_of_a_path_by_forward_mode():
    def end(a):
        return si.solve_ivp(lambda t, y: -a * y, (0.0, 1.0), [1.0], rtol=1e-11, atol=1e-12).y[0, -1]

    def slope(a):
        return sourcead.jvp(end, (a,), (1.0,))[1]

    with pytest.raises(sourcead.SourceADError, match="derivative of a tangent"):
        sourcead.grad(sourcead.grad(end))(0.7)
    assert slope(0.7) == pytest.approx(-np.exp(-0.7), rel=1e-9)
