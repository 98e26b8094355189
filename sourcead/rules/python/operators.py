# mypy: allow-untyped-defs, allow-untyped-calls
"""The operators: `x1 * x2` is looked up as `operator.mul`.

What an operator means on lists and strings (`+`, `*`, `%`) and indexing are the transform's business.
Kinks and singular points: `x ** 0` has derivative 0 in x, also at x = 0; `0 ** y` has derivative 0 in
y; `%` and `//` are differentiated as if the point were not on a jump; `abs` has derivative 0 at 0.
"""

from __future__ import annotations

import math
import operator

import numpy as np

from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, elementwise, forward_rule, reverse_rule
from sourcead.rules.registry import Effects
from sourcead.runtime.powers import log_or_zero, power_slope, real_power
from sourcead.runtime.quotients import over_length

# -- arithmetic ------------------------------------------------------------------------------


@elementwise(operator.add, domain=("real", "real"))
def add(y, x1, x2):
    return 1.0, 1.0


@elementwise(operator.sub, domain=("real", "real"))
def sub(y, x1, x2):
    return 1.0, -1.0


@elementwise(operator.mul, domain=("real", "real"))
def mul(y, x1, x2):
    return x2, x1


def of_reciprocal(y, x1, x2):
    """Of `1 / x2`: by what is there anyway."""
    return y, -(y * y)


@elementwise(
    operator.truediv,
    domain=("real", "nonzero"),
    singular="pole",
    also={"reciprocal": of_reciprocal},
)
def truediv(y, x1, x2):
    return 1.0 / x2, -y / x2


@elementwise(operator.mod, domain=("real", "nonzero"))
def mod(y, x1, x2):
    return 1.0, -(x1 // x2)


@elementwise(operator.neg)
def neg(y, x):
    return -1.0


@elementwise(operator.pos)
def pos(y, x):
    return 1.0


# -- abs -------------------------------------------------------------------------------------


def abs_of_number(y, x):
    """On Python numbers the sign is a difference of truth values: no call, and 0 at 0."""
    return (x > 0.0) - (x < 0.0)


def absolute_times(y, x):
    """The slope, times |x|."""
    if np.iscomplexobj(x):
        return np.conj(x)
    return x


@elementwise(operator.abs, abs, also={"scalar": abs_of_number, "times": absolute_times})
def absolute(y, x):
    """0 at 0. Of a complex number d|z| = Re(conj(z) / |z| dz)."""
    if np.iscomplexobj(x):
        return over_length(np.conj(x), y)
    return np.sign(x)


# -- powers ----------------------------------------------------------------------------------


def power_singular(x, n):
    """Where the slope n * x**(n-1) of x**n is infinite: at 0, for n < 1, where for n < 0 x**n is infinite too.

    >>> power_singular("x", Const(2)), power_singular("x", Const(-1)), power_singular("x", Const(0.5))
    (False, 'pole', True)
    """
    if not isinstance(n, Const):
        return True
    if n.value == 0 or n.value >= 1:
        return False
    return "pole" if n.value < 0 else True


def pow_constant(y, x, n):
    """The exponent is known when the gradient is written: what a person writes for it."""
    if n == 0:
        return 0.0
    if n == 1:
        return 1.0
    if n == 2:
        return 2.0 * x
    if n == 0.5:
        return 0.5 / y
    return n * x ** (n - 1)


def slope_of_power(y, x, n):
    """Of numbers; n itself has no derivative."""
    return n * x ** (n - 1) if n else 0.0


def slope_of_any_sign(y, x, n):
    """Of a number that may be negative: a fractional power of it would be complex, which is refused."""
    return n * real_power(x, n - 1.0) if n else 0.0


def pow_of_numbers(y, x, n):
    """Python raises for `0.0 ** -1.0` and `log(0.0)`, where the derivative is 0."""
    return n * x ** (n - 1.0) if n else 0.0, y * math.log(x) if x else 0.0


def power_is_regular(seed, y, x, n):
    return n >= 1.0 or n == 0.0 or seed or x


@elementwise(
    operator.pow,
    domain=("positive", "real"),
    singular=power_singular,
    also={
        "constant_exponent": pow_constant,
        "inactive_exponent": slope_of_power,
        "any_sign": slope_of_any_sign,
        "scalar": pow_of_numbers,
        "regular": power_is_regular,
    },
)
def pow(y, x, n):
    return power_slope(x, n), y * log_or_zero(x)


@elementwise(
    real_power,
    domain=("positive", "real"),
    effects=Effects("scalar"),
    also={"inactive_exponent": slope_of_any_sign},
)
def real_power_slope(y, x, n):
    return n * real_power(x, n - 1.0) if n else 0.0, y * math.log(x) if x else 0.0


# -- products --------------------------------------------------------------------------------


def matmul_samples(rng):
    shapes = [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)),
        ((6, 1, 2, 3), (5, 3, 4)),
        ((2, 0), (0, 4)),
    ]
    return [((rng.normal(size=a), rng.normal(size=b)), {}) for a, b in shapes]


@reverse_rule(operator.matmul, wrt=("a", "b"), samples=matmul_samples)
def matmul(y_bar, y, a, b):
    """`y = a @ b` by the operands' ranks; stacks that were broadcast are summed by the transform."""
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return y_bar * b, y_bar * a
    if np.ndim(a) == 1 and np.ndim(b) == 2:
        return b @ y_bar, np.outer(a, y_bar)
    if np.ndim(a) == 1:
        return (b @ y_bar[..., np.newaxis])[..., 0], a[:, np.newaxis] * y_bar[..., np.newaxis, :]
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return np.outer(y_bar, b), y_bar @ a
    if np.ndim(b) == 1:
        return y_bar[..., np.newaxis] * b, (y_bar[..., np.newaxis, :] @ a)[..., 0, :]
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return y_bar @ b.T, a.T @ y_bar
    return y_bar @ np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2) @ y_bar


@forward_rule(operator.matmul)
def matmul_tangent(y, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return a @ b_dot
    if b_dot is None:
        return a_dot @ b
    return a_dot @ b + a @ b_dot


# -- results that do not vary ----------------------------------------------------------------

constant(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
constant(operator.floordiv)
constant(operator.and_, operator.or_, operator.xor, operator.invert, operator.inv)
constant(operator.lshift, operator.rshift)
constant(operator.not_, operator.truth, operator.is_, operator.is_not)
constant(
    operator.contains, operator.countOf, operator.indexOf, operator.index, operator.length_hint
)
