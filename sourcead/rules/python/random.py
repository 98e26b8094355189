# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""`random`: draws as functions of their parameters, as those of NumPy's generators (`rules/numpy/random.py`).

`random.gauss` is `Random.gauss` of the module's own generator.  What has no rule here (`choice`, `shuffle`,
`triangular`, ...) is Python code, and followed as any other.
"""

from __future__ import annotations

import random
from random import Random

import numpy as np

from sourcead.ir.kinds import Object, Py
from sourcead.rules.forms import constant, forward_rule, reverse_rule
from sourcead.rules.registry import Effects
from sourcead.runtime.draws import standardised

DRAW = Effects("scalar", pure=False)


def number(*args, **kwargs):
    return Py(float)


def count(*args, **kwargs):
    return Py(int)


constant(Random, effects=Effects(pure=False), kind=lambda *args, **kwargs: Object(Random))
constant(Random.random, random.random, effects=DRAW, kind=number)
constant(
    Random.getrandbits, random.getrandbits, Random.randrange, Random.randint, effects=DRAW, kind=count
)  # fmt: skip
constant(Random.seed, random.seed, effects=Effects(pure=False))


def _of_two(rng):
    return [((Random(5), 0.5, 1.5), {}), ((Random(5), -1.0, 0.3), {})]


def _of_one(rng):
    return [((Random(5), 1.5), {}), ((Random(5), 0.3), {})]


@reverse_rule(
    Random.gauss, Random.normalvariate, wrt=("mu", "sigma"), samples=_of_two, effects=DRAW, kind=number
)  # fmt: skip
def gauss(y_bar, y, self, mu=0.0, sigma=1.0):
    return y_bar, y_bar * standardised(y, mu, sigma)


@forward_rule(Random.gauss)
def gauss_tangent(y, self, mu=0.0, sigma=1.0, *, mu_dot, sigma_dot):
    if sigma_dot is None:
        return mu_dot
    if mu_dot is None:
        return standardised(y, mu, sigma) * sigma_dot
    return mu_dot + standardised(y, mu, sigma) * sigma_dot


@reverse_rule(Random.uniform, wrt=("a", "b"), samples=_of_two, effects=DRAW, kind=number)
def uniform(y_bar, y, self, a, b):
    share = standardised(y, a, b - a)
    return y_bar * (1.0 - share), y_bar * share


@forward_rule(Random.uniform)
def uniform_tangent(y, self, a, b, *, a_dot, b_dot):
    share = standardised(y, a, b - a)
    if b_dot is None:
        return (1.0 - share) * a_dot
    if a_dot is None:
        return share * b_dot
    return (1.0 - share) * a_dot + share * b_dot


@reverse_rule(Random.expovariate, wrt=("lambd",), samples=_of_one, effects=DRAW, kind=number)
def expovariate(y_bar, y, self, lambd=1.0):
    """y = e / lambd"""
    return -y_bar * y / lambd


@forward_rule(Random.expovariate)
def expovariate_tangent(y, self, lambd=1.0, *, lambd_dot):
    return -y / lambd * lambd_dot


@reverse_rule(
    Random.lognormvariate, wrt=("mu", "sigma"), samples=lambda rng: [((Random(5), 0.5, 0.7), {})],
    effects=DRAW, kind=number,
)  # fmt: skip
def lognormvariate(y_bar, y, self, mu=0.0, sigma=1.0):
    """y = exp(mu + sigma * z)"""
    return y_bar * y, y_bar * y * standardised(np.log(y), mu, sigma)


@forward_rule(Random.lognormvariate)
def lognormvariate_tangent(y, self, mu=0.0, sigma=1.0, *, mu_dot, sigma_dot):
    if sigma_dot is None:
        return y * mu_dot
    if mu_dot is None:
        return y * standardised(np.log(y), mu, sigma) * sigma_dot
    return y * (mu_dot + standardised(np.log(y), mu, sigma) * sigma_dot)


@reverse_rule(
    Random.weibullvariate, wrt=("alpha", "beta"), samples=lambda rng: [((Random(5), 1.5, 2.5), {})],
    effects=DRAW, kind=number,
)  # fmt: skip
def weibullvariate(y_bar, y, self, alpha, beta):
    """y = alpha * e ** (1 / beta)"""
    return y_bar * y / alpha, -y_bar * y * np.log(y / alpha) / beta


@forward_rule(Random.weibullvariate)
def weibullvariate_tangent(y, self, alpha, beta, *, alpha_dot, beta_dot):
    slope = -y * np.log(y / alpha) / beta
    if beta_dot is None:
        return y / alpha * alpha_dot
    if alpha_dot is None:
        return slope * beta_dot
    return y / alpha * alpha_dot + slope * beta_dot


@reverse_rule(Random.paretovariate, wrt=("alpha",), samples=_of_one, effects=DRAW, kind=number)
def paretovariate(y_bar, y, self, alpha):
    """y = u ** (-1 / alpha)"""
    return -y_bar * y * np.log(y) / alpha


@forward_rule(Random.paretovariate)
def paretovariate_tangent(y, self, alpha, *, alpha_dot):
    return -y * np.log(y) / alpha * alpha_dot
