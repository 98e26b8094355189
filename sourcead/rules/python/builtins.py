# mypy: allow-untyped-defs, allow-untyped-calls
"""Built-in functions.

`max`, `min` and `sorted` give the derivative to the operand that Python picks.  `zip`, `enumerate`,
`list`, `iter`, `map` and their like move values without changing them: the transform treats them by
structure, they have no rule.
"""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np

from sourcead.ir.kinds import List, Py, Text
from sourcead.rules.forms import constant, elementwise, forward_rule, leaving_out, reverse_rule
from sourcead.rules.registry import Effects
from sourcead.runtime import selection
from sourcead.runtime.powers import log_or_zero, power_slope, real_power

NUMBER = Effects("scalar")

# -- numbers ---------------------------------------------------------------------------------


@elementwise(float, effects=NUMBER)
def float_(y, x):
    return 1.0


@elementwise(complex, domain=("real", "real"), effects=NUMBER)
def complex_(y, real, imag=None):
    if imag is None:
        return 1.0, None
    return 1.0, 1j


def pow_constant(y, base, exp):
    """The exponent is known when the gradient is written, as in `operators.pow_constant`."""
    if exp == 0:
        return 0.0
    if exp == 1:
        return 1.0
    if exp == 2:
        return 2.0 * base
    if exp == 0.5:
        return 0.5 / y
    return exp * base ** (exp - 1)


def pow_of_numbers(y, base, exp):
    return exp * base ** (exp - 1.0) if exp else 0.0, y * math.log(base) if base else 0.0


def slope_of_any_sign(y, base, exp):
    """As in `operators.slope_of_any_sign`."""
    return exp * real_power(base, exp - 1.0) if exp else 0.0


def power_is_regular(seed, y, base, exp):
    return exp >= 1.0 or exp == 0.0 or seed or base


# Three-argument pow is for integers, which carry no derivative: only two are differentiated.
@elementwise(
    pow,
    domain=("positive", "real"),
    singular=True,
    also={
        "constant_exponent": pow_constant,
        "any_sign": slope_of_any_sign,
        "scalar": pow_of_numbers,
        "regular": power_is_regular,
    },
)
def pow_(y, base, exp):
    return power_slope(base, exp), y * log_or_zero(base)


def quotients(rng):
    return [((7.3, 2.1), {}), ((-7.3, 2.1), {}), ((7.3, -2.1), {})]


@reverse_rule(divmod, wrt=("x", "y"), samples=quotients, effects=NUMBER)
def divmod_(result_bar, result, x, y):
    """The quotient is constant, the remainder is `x - quotient * y`."""
    if result_bar[1] is None:
        return None, None
    return result_bar[1], -result[0] * result_bar[1]


@forward_rule(divmod)
def divmod_tangent(result, x, y, *, x_dot, y_dot):
    if y_dot is None:
        return 0.0, x_dot
    if x_dot is None:
        return 0.0, -result[0] * y_dot
    return 0.0, x_dot - result[0] * y_dot


# -- selections ------------------------------------------------------------------------------

constant(bisect.bisect_left, bisect.bisect_right, kind=lambda *args, **kwargs: Py(int))
constant(selection.of_largest, selection.of_smallest, kind=lambda *args: Py(int))
constant(selection.order, selection.first_places, kind=lambda *args: List(Py(int)))


def candidates(rng):
    values = [float(x) for x in rng.normal(size=4)]
    calls: list[Any] = [(tuple(values), {}), ((values,), {}), ((values[0], values[1]), {})]
    calls += [(tuple(values[k : k + 3]), {}) for k in range(2)]
    calls += [((values,), {"key": lambda x: -x}), (([],), {"default": 2.5})]
    return calls


@reverse_rule(max, wrt=("args", "default"), samples=candidates)
def max_(y_bar, y, *args, key=None, default=None):
    """All of `y_bar` goes to the operand that was picked, the first one at a tie."""
    if key is None and len(args) == 2:
        return (0.0 if args[1] > args[0] else y_bar, y_bar if args[1] > args[0] else 0.0), None
    if key is None and len(args) == 3:
        a, b, c = args
        is_last, is_second = c > (b if b > a else a), b > a
        bar = 0.0 if is_last else y_bar
        return (
            0.0 if is_second else bar,
            bar if is_second else 0.0,
            y_bar if is_last else 0.0,
        ), None
    return selection.to_picked(y_bar, args, selection.of_largest(args, key))


@forward_rule(max)
def max_tangent(y, *args, key=None, default=None, args_dot, default_dot):
    return selection.picked(args_dot, default_dot, args, selection.of_largest(args, key))


@reverse_rule(min, wrt=("args", "default"), samples=candidates)
def min_(y_bar, y, *args, key=None, default=None):
    if key is None and len(args) == 2:
        return (0.0 if args[1] < args[0] else y_bar, y_bar if args[1] < args[0] else 0.0), None
    if key is None and len(args) == 3:
        a, b, c = args
        is_last, is_second = c < (b if b < a else a), b < a
        bar = 0.0 if is_last else y_bar
        return (
            0.0 if is_second else bar,
            bar if is_second else 0.0,
            y_bar if is_last else 0.0,
        ), None
    return selection.to_picked(y_bar, args, selection.of_smallest(args, key))


@forward_rule(min)
def min_tangent(y, *args, key=None, default=None, args_dot, default_dot):
    return selection.picked(args_dot, default_dot, args, selection.of_smallest(args, key))


def lists(rng):
    values = [float(x) for x in rng.normal(size=4)]
    return [((values,), {}), ((values,), {"reverse": True}), ((values,), {"key": abs}), (([],), {})]


@reverse_rule(sorted, wrt=("iterable",), samples=lists)
def sorted_(y_bar, y, iterable, *, key=None, reverse=False):
    return selection.put_back(y_bar, selection.order(iterable, key, reverse), iterable)


@forward_rule(sorted)
def sorted_tangent(y, iterable, *, key=None, reverse=False, iterable_dot):
    return selection.in_places(iterable_dot, selection.order(iterable, key, reverse))


leaving_out(max, min, sorted)


# -- sums ------------------------------------------------------------------------------------


def summands(rng):
    values = [float(x) for x in rng.normal(size=3)]
    arrays = [rng.normal(size=3) for _ in range(2)]
    calls: list[Any] = [
        ((values,), {}),
        ((values, 2.0), {}),
        ((arrays,), {}),
        ((rng.normal(size=4),), {}),
    ]
    calls += [
        ((rng.normal(size=(4, 2)),), {"start": 1.0}),
        (([],), {}),
        ((tuple(values),), {"start": 1.5}),
    ]
    return calls


@reverse_rule(sum, wrt=("iterable", "start"), samples=summands)
def sum_(y_bar, y, iterable, start=0):
    """Every summand gets `y_bar`: a tuple of bars for a list, one array for the rows of an array."""
    if isinstance(iterable, np.ndarray):
        return np.broadcast_to(y_bar, iterable.shape), y_bar
    return (y_bar,) * len(iterable), y_bar


@forward_rule(sum)
def sum_tangent(y, iterable, start=0, *, iterable_dot, start_dot):
    if iterable_dot is None:
        return start_dot
    if start_dot is None:
        return selection.sum_of_tangents(iterable_dot, y)
    return selection.sum_of_tangents(iterable_dot, y) + start_dot


# -- results that do not vary ----------------------------------------------------------------

constant(bool, round, len, range, all, any, effects=NUMBER)
constant(int, hash, id, ord, effects=NUMBER, kind=lambda *args, **named: Py(int))
constant(isinstance, issubclass, callable, hasattr, effects=NUMBER)
constant(str, repr, format, ascii, chr, hex, oct, bin, kind=lambda *args, **named: Text())
constant(type, dir)
constant(print, effects=Effects("scalar", pure=False))
