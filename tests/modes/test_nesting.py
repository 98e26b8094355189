"""Derivatives of derivatives, in both modes, against truncated Taylor series and closed forms.

Each program is differentiated once, twice, three and four times, each time in reverse or in forward mode:
`rf` is forward over reverse, `rfrf` that done twice.  All of them by default for orders one to three, and
of order four the two where one mode is used throughout, and one that mixes them; the others are marked slow.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead import elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from tests.numeric import check
from tests.sampling import in_turn
from tests.taylor import derivatives

AT = 1.3


# -- programs of one number ------------------------------------------------------------------------


def straight(x):
    return math.sin(x) * x**3


def quotient(x):
    return math.log(x) / (1.0 + x * x)


def helper(x):
    return math.exp(0.3 * x) * x


def calls(x):
    return helper(x) * helper(x * x)


def branch(x):
    if x > 0.5:
        y = math.log(x) * x
    else:
        y = x * x
    return y * y


def loop(x):
    y = x
    for k in range(4):
        y = y * math.cos(x) + 0.1 * k
    return y


def nested_loops(x):
    s = 0.0
    for i in range(3):
        t = x
        for j in range(i + 1):
            t = t * math.cos(x + j)
        s = s + t
    return s


def loop_with_branch(x):
    s = 0.0
    for k in range(5):
        if k % 2 == 0:
            s = s + x**k
        else:
            s = s * math.sin(x)
    return s


def loop_that_breaks(x):
    s = 1.0
    for _ in range(50):
        s = s * x
        if s > 7.0:
            break
        s = s + 0.1 * x
    return s


def early_return(x):
    s = x
    for _ in range(20):
        s = s * x
        if s > 5.0:
            return s * math.sin(x)
    return s


def while_loop(x):
    y = 1.0
    while y < 20.0:
        y = y * x
    return y


def newton(x):
    y = x
    while abs(y * y - x) > 0.01:
        y = 0.5 * (y + x / y)
    return y


def appended(x):
    ys = []
    for k in range(3):
        ys.append(x**k * math.sin(x))
    t = 0.0
    for y in ys:
        t = t + y * y
    return t


def two_variables(x):
    a, b = x, 1.0
    for _ in range(4):
        a, b = a * b, math.sin(a) + b
    return a * b


def lambdas(x):
    g = lambda a: a * math.tanh(a * x)
    return g(x) * g(x + 1.0)


def called_in_a_loop(x):
    s = x
    for _ in range(3):
        s = helper(s) * 0.5 + math.sqrt(x)
    return s


PROGRAMS = [
    straight, quotient, calls, branch, loop, nested_loops, loop_with_branch, loop_that_breaks, early_return,
    while_loop, newton, appended, two_variables, lambdas, called_in_a_loop,
]  # fmt: skip


def by_mode(function: Any, mode: str) -> Any:
    if mode == "r":
        return grad(function)

    def pushed(x: float) -> float:
        return jvp(function, (x,), (1.0,))[1]

    return pushed


NESTINGS = ["".join(m) for n in range(1, 5) for m in itertools.product("rf", repeat=n)]
SHORT = [modes for modes in NESTINGS if len(modes) < 3]
LONG = ["rrr", "ffr", "rff", "rrrr", "ffff", "rfrf"]  # half of them for each program, in turn
REST = [modes for modes in NESTINGS if modes not in (*SHORT, *LONG)]
BY_NAME = {program.__name__: program for program in PROGRAMS}
NESTED = [
    *in_turn(BY_NAME, [*SHORT, *LONG], kept=3, always=SHORT),
    *[
        pytest.param(program, modes, id=f"{name}-{modes}", marks=pytest.mark.slow)
        for name, program in BY_NAME.items()
        for modes in REST
    ],
]


@pytest.mark.parametrize("program, modes", NESTED)
def test_any_nesting_of_modes_has_the_derivative_of_the_taylor_series(program, modes) -> None:
    exact = derivatives(program, AT, len(modes))
    derivative = program
    for mode in modes:
        derivative = by_mode(derivative, mode)
    scale = max(1.0, *map(abs, exact))
    assert abs(derivative(AT) - exact[-1]) <= 1e-11 * scale


def test_code_of_fourth_order_stays_of_a_sane_size() -> None:
    """Each order multiplies the reverse code of a loop by three or so, as the mathematics does."""
    lengths = []
    derivative = while_loop
    for _ in range(4):
        derivative = grad(derivative)
        lengths.append(len(derivative.source_for(AT).splitlines()))
    assert lengths[-1] < 250
    assert all(after < 4 * before for before, after in itertools.pairwise(lengths[1:]))


# -- derivatives that a function takes inside ------------------------------------------------------

X = np.array([0.7, -1.2, 0.4])
MATRIX = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 1.5]])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def neighbours(x):
    return np.sin(x[1:]) * x[:-1]


def in_place(u, a):
    for _ in range(2):
        u[1:] *= u[:-1]
        u[0] += a * u[2]
    return np.sum(u**2)


INSIDE: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}


def inside(name: str, *args: Any) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        INSIDE[name] = function, args
        return function

    return register


@inside("the gradient of a lambda", AT)
def _(x):
    return grad(lambda y: x * y * y)(x)


@inside("no perturbation is taken for another", AT)
def _(x):
    return x * grad(lambda y: x + y)(1.0)


@inside("three of them nested", AT)
def _(x):
    return grad(lambda y: y * grad(lambda z: math.sin(y * z) * x)(2.0))(x)


@inside("value and gradient of a nested function", AT)
def _(x):
    def inner(y):
        return math.sin(x * y) * y

    value, slope = value_and_grad(inner)(x * x)
    return value * slope


@inside("a gradient that is made once and called twice", AT)
def _(x):
    g = grad(lambda y: math.exp(x * y))
    return g(x) + g(2.0 * x)


@inside("gradients in a loop", AT)
def _(x):
    s = 0.0
    for k in range(3):
        s = s + grad(lambda y: math.sin(y * k) * x)(x)  # noqa: B023
    return s


@inside("a tangent with a direction that varies", AT)
def _(x):
    y, y_dot = jvp(lambda z: z * z * x, (x,), (x,))
    return y * y_dot


@inside("a tangent of two results", AT)
def _(x):
    (y, z), (y_dot, z_dot) = jvp(lambda t: (t * t, math.sin(t)), (x,), (1.0,))
    return y * z_dot + z * y_dot


@inside("a pullback with an auxiliary result", AT)
def _(x):
    _, pullback, aux = vjp(lambda t: (t * t * x, {"k": t}), x, has_aux=True)
    return pullback(1.0)[0] * aux["k"]


@inside("a gradient with an auxiliary result", AT)
def _(x):
    slope, aux = grad(lambda t: (t * t * x, t * 3.0), has_aux=True)(x)
    return slope * aux


@inside("a gradient of arrays", X)
def _(x):
    return np.sum(grad(rosenbrock)(x) ** 2)


@inside("gradients by two arguments", X, 0.5)
def _(x, a):
    by_x, by_y = grad(lambda x, y: np.sum(x * x * y), (0, 1))(x, x * a)
    return np.sum(by_x * by_y)


@inside("a gradient by a dict", X, 0.5)
def _(x, a):
    def loss(p):
        return np.sum((MATRIX @ p["w"] - a * x) ** 2) + p["b"] ** 2 * a

    g = grad(loss)({"w": x * 2.0, "b": a})
    return np.sum(g["w"] ** 2) + g["b"]


@inside("steps of gradient descent on a closure", X, 0.5)
def _(x, a):
    def loss(w):
        return np.sum((MATRIX @ w - a * x) ** 2)

    w = np.zeros(3)
    for _ in range(3):
        w = w - 0.05 * grad(loss)(w)
    return np.sum(w**2)


@inside("a pullback that is called twice, after its argument was rebound", X)
def _(x):
    value, pullback = vjp(neighbours, x)
    x = x * 2.0
    return np.sum(pullback(value)[0] * x) + np.sum(pullback(value * value)[0])


@inside("a pullback of an array that is overwritten since", X)
def _(x):
    u = x * 1.0
    value, pullback = vjp(neighbours, u)
    u[:] = 0.0
    return np.sum(pullback(value)[0] * x)


@inside("a gradient of a function that writes its argument", X, 0.3)
def _(x, a):
    u = x * 1.0
    g = grad(in_place)(u, a)
    return np.sum(g * x) + np.sum(u)


@inside("a tangent of a function that writes its argument", X, 0.3)
def _(x, a):
    u = x * 1.0
    value, dot = jvp(in_place, (u, a), (x, a * a))
    return value * dot + np.sum(u)


@inside("a pullback of a function that writes its argument", X, 0.3)
def _(x, a):
    u = x * 1.0
    _, pullback = vjp(in_place, u, a)
    by_u, by_a = pullback(1.0)
    return np.sum(by_u * x) + by_a * np.sum(u)


@inside("Hessian times vector", X)
def _(x):
    return np.sum(hvp(rosenbrock)(x, x) * x)


@inside("a Hessian", X)
def _(x):
    return np.sum(hessian(rosenbrock)(x) @ x)


@inside("a Jacobian by rows", X)
def _(x):
    return np.sum(jacobian(neighbours)(x) ** 2)


@inside("a Jacobian by columns", X)
def _(x):
    return np.sum(jacobian(neighbours, mode="forward")(x) ** 2)


@inside("slopes of a ufunc", X)
def _(x):
    return np.sum(elementwise_grad(np.tanh)(x) * x)


@inside("slopes of a closure", X)
def _(x):
    return np.sum(elementwise_grad(lambda y: y**3 * x)(x))


class Spring:
    def __init__(self, stiffness):
        self.stiffness = stiffness

    def energy(self, q):
        return 0.5 * self.stiffness * q**3

    def force(self, q):
        return -grad(self.energy)(q)


@inside("the gradient of a method of an object made here", 0.7, AT)
def _(k, q):
    return Spring(k).force(q) * k


def newton_steps(f, x, n):
    for _ in range(n):
        x = x - f(x) / grad(f)(x)
    return x


@inside("Newton's steps of a function that is passed", 2.3)
def _(a):
    return newton_steps(lambda y: y * y - a, 1.5, 4)


slopes_of_sine = elementwise_grad(np.sin)
matrix_of_neighbours = jacobian(neighbours)
product_with_hessian = hvp(rosenbrock)


@inside("derivatives made outside", X)
def _(x):
    curved = product_with_hessian(x, x * x)
    return np.sum(slopes_of_sine(x) ** 2 * curved) + np.sum(matrix_of_neighbours(x) ** 3)


@sourcead.differentiate
def quartic(x):
    return np.sum(x**4)


@inside("derivatives by attributes", X)
def _(x):
    pushed = quartic.jvp((x,), (x,))[1]
    return np.sum(quartic.grad(x) * quartic.hvp(x, x)) + pushed + quartic.vjp(x)[1](2.0)[0][1]


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_a_function_that_takes_a_derivative_inside(name: str, mode: str) -> None:
    function, args = INSIDE[name]
    check(function, *args, modes=(mode,), rtol=1e-6)


SLOW_TWICE = (
    "Hessian",
    "arrays",
    "dict",
    "arguments",
    "called twice",
    "Jacobian",
    "outside",
    "attributes",
    "three",
    "steps",
    "writes",
)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=pytest.mark.slow if any(w in n for w in SLOW_TWICE) else ())
        for n in INSIDE
    ],
)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_its_gradient_is_differentiated_again(name: str, mode: str) -> None:
    function, args = INSIDE[name]

    def squared(*args: Any) -> Any:
        return np.sum(grad(function)(*args) ** 2)

    check(squared, *args, argnums=0, modes=(mode,), rtol=1e-5)


# -- what is refused -------------------------------------------------------------------------------


def test_a_function_that_takes_its_own_derivative_is_refused() -> None:
    with pytest.raises(sourcead.NotDifferentiable, match="takes a derivative of itself"):
        grad(own_derivative)(0.7, 3)


def own_derivative(x, n):
    return x * x if n == 0 else x * grad(own_derivative)(x, n - 1)


def test_a_direction_of_another_shape_is_an_error() -> None:
    def f(x, v):
        return np.sum(jvp(neighbours, (x,), (v,))[1])

    with pytest.raises((ValueError, sourcead.WrongCotangent)):
        grad(f)(X, np.ones(2))


def test_linear_maps_inside_are_refused() -> None:
    def f(x):
        return np.sum(sourcead.linearize(neighbours, x)[1](x))

    with pytest.raises(sourcead.NotDifferentiable, match="use jvp"):
        grad(f)(X)
