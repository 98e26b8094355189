# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Random draws: constants, or functions of their parameters by reparameterisation.

A draw from N(loc, scale) is loc + scale * z, where z does not know of loc and scale.  It is drawn
once, forward; the reverse sweep reads z off the result.  Distributions for which that is no
elementary function (gamma in its shape, beta, ...) have no rule: their parameters cannot be active.
`np.random.normal` is `RandomState.normal` of NumPy's global generator.
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, NoneKind, Object, Py, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, reverse_rule
from sourcead.rules.numpy.decided import drawn
from sourcead.rules.numpy.samples import call, present, symmetric
from sourcead.rules.registry import Effects, Rule, register
from sourcead.runtime.draws import draws_adjoint, draws_tangent, standardised

DRAW = Effects(pure=False)
Generator, RandomState = np.random.Generator, np.random.RandomState

constant(
    np.random.default_rng, Generator, effects=DRAW, kind=lambda *args, **kwargs: Object(Generator)
)
constant(RandomState, effects=DRAW, kind=lambda *args, **kwargs: Object(RandomState))
constant(np.random.SeedSequence, np.random.PCG64, effects=DRAW)
constant(
    *present(Generator, "random", "standard_normal", "standard_exponential"),
    *present(RandomState, "random_sample", "standard_normal", "standard_exponential"),
    effects=DRAW,
    kind=drawn("self", "size"),
)
constant(
    *present(np.random, "random", "random_sample", "standard_normal", "standard_exponential"),
    effects=DRAW,
    kind=drawn("size"),
)
constant(np.random.seed, np.random.get_state, np.random.set_state, effects=DRAW)
constant(
    *present(Generator, "integers", "bytes", "spawn"),
    *present(Generator, "binomial", "negative_binomial", "poisson", "geometric", "hypergeometric"),
    *present(Generator, "logseries", "zipf", "multinomial", "multivariate_hypergeometric"),
    *present(RandomState, "rand", "randn", "randint", "seed"),
    *present(RandomState, "binomial", "poisson", "geometric", "multinomial"),
    *present(np.random, "rand", "randn", "randint"),
    *present(np.random, "binomial", "poisson", "geometric", "multinomial"),
    effects=DRAW,
)


def _rng():
    return np.random.default_rng(5)


def _located(rng):
    return [
        call(_rng(), 0.5, 1.5),
        call(_rng(), 0.5, 1.5, 4),
        call(_rng(), rng.normal(size=(3,)), rng.uniform(0.5, 1.5, (2, 1)), (2, 3)),
        call(_rng(), rng.normal(size=(3,)), 2.0),
        call(_rng(), loc=1.0, scale=2.0, size=(2,)),
    ]


def _scaled(rng):
    return [
        call(_rng(), 1.5),
        call(_rng(), 1.5, 4),
        call(_rng(), rng.uniform(0.5, 1.5, (3,)), (2, 3)),
    ]


# ---- location and scale --------------------------------------------------------------------


@reverse_rule(
    *present(Generator, "normal", "laplace", "logistic", "gumbel"),
    *present(RandomState, "normal", "laplace", "logistic", "gumbel"),
    wrt=("loc", "scale"),
    samples=_located,
    effects=DRAW,
    kind=drawn("self", "loc", "scale", "size"),
)
def normal(y_bar, y, self, loc=0.0, scale=1.0, size=None):
    return y_bar, y_bar * standardised(y, loc, scale)


@forward_rule(Generator.normal)
def normal_tangent(y, self, loc=0.0, scale=1.0, size=None, *, loc_dot, scale_dot):
    if scale_dot is None:
        return np.broadcast_to(loc_dot, np.shape(y))
    if loc_dot is None:
        return standardised(y, loc, scale) * scale_dot
    return loc_dot + standardised(y, loc, scale) * scale_dot


@reverse_rule(
    Generator.uniform,
    RandomState.uniform,
    wrt=("low", "high"),
    samples=lambda rng: [
        call(_rng(), 0.5, 1.5),
        call(_rng(), 0.5, 1.5, 4),
        call(_rng(), rng.normal(size=(3,)), 3.0, (2, 3)),
        call(_rng(), low=-1.0, high=2.0, size=3),
    ],
    effects=DRAW,
    kind=drawn("self", "low", "high", "size"),
)
def uniform(y_bar, y, self, low=0.0, high=1.0, size=None):
    share = standardised(y, low, np.subtract(high, low))
    return y_bar * (1.0 - share), y_bar * share


@forward_rule(Generator.uniform)
def uniform_tangent(y, self, low=0.0, high=1.0, size=None, *, low_dot, high_dot):
    share = standardised(y, low, np.subtract(high, low))
    if high_dot is None:
        return (1.0 - share) * low_dot
    if low_dot is None:
        return share * high_dot
    return (1.0 - share) * low_dot + share * high_dot


@reverse_rule(
    *present(Generator, "exponential", "rayleigh"),
    *present(RandomState, "exponential", "rayleigh"),
    wrt=("scale",),
    samples=_scaled,
    effects=DRAW,
    kind=drawn("self", "scale", "size"),
)
def exponential(y_bar, y, self, scale=1.0, size=None):
    return y_bar * standardised(y, 0.0, scale)


@forward_rule(Generator.exponential)
def exponential_tangent(y, self, scale=1.0, size=None, *, scale_dot):
    return standardised(y, 0.0, scale) * scale_dot


# ---- exponents and powers ------------------------------------------------------------------


@reverse_rule(
    Generator.lognormal,
    RandomState.lognormal,
    wrt=("mean", "sigma"),
    samples=lambda rng: [
        call(_rng(), 0.5, 0.7),
        call(_rng(), rng.normal(size=(3,)), 0.7, (2, 3)),
        call(_rng(), mean=0.1, sigma=0.4, size=3),
    ],
    effects=DRAW,
    kind=drawn("self", "mean", "sigma", "size"),
)
def lognormal(y_bar, y, self, mean=0.0, sigma=1.0, size=None):
    """y = exp(mean + sigma * z)"""
    return y_bar * y, y_bar * y * standardised(np.log(y), mean, sigma)


@forward_rule(Generator.lognormal)
def lognormal_tangent(y, self, mean=0.0, sigma=1.0, size=None, *, mean_dot, sigma_dot):
    if sigma_dot is None:
        return y * mean_dot
    if mean_dot is None:
        return y * standardised(np.log(y), mean, sigma) * sigma_dot
    return y * (mean_dot + standardised(np.log(y), mean, sigma) * sigma_dot)


@reverse_rule(
    *present(Generator, "weibull", "power"),
    *present(RandomState, "weibull", "power"),
    wrt=("a",),
    samples=_scaled,
    effects=DRAW,
    kind=drawn("self", "a", "size"),
)
def weibull(y_bar, y, self, a, size=None):
    """y = u ** (1 / a)"""
    return -y_bar * y * np.log(y) / a


@forward_rule(Generator.weibull)
def weibull_tangent(y, self, a, size=None, *, a_dot):
    return -y * np.log(y) / a * a_dot


@reverse_rule(
    Generator.pareto,
    RandomState.pareto,
    wrt=("a",),
    samples=lambda rng: [call(_rng(), 1.5), call(_rng(), rng.uniform(1.5, 2.5, (3,)), (2, 3))],
    effects=DRAW,
    kind=drawn("self", "a", "size"),
)
def pareto(y_bar, y, self, a, size=None):
    """y = exp(e / a) - 1"""
    return -y_bar * (1.0 + y) * np.log1p(y) / a


@forward_rule(Generator.pareto)
def pareto_tangent(y, self, a, size=None, *, a_dot):
    return -(1.0 + y) * np.log1p(y) / a * a_dot


@reverse_rule(
    Generator.gamma,
    RandomState.gamma,
    wrt=("scale",),
    samples=lambda rng: [
        call(_rng(), 2.0, 1.5),
        call(_rng(), 2.0, scale=rng.uniform(0.5, 1.5, (3,)), size=(2, 3)),
    ],
    effects=DRAW,
    kind=drawn("self", "shape", "scale", "size"),
)
def gamma(y_bar, y, self, shape, scale=1.0, size=None):
    """In the scale only."""
    return y_bar * standardised(y, 0.0, scale)


@forward_rule(Generator.gamma)
def gamma_tangent(y, self, shape, scale=1.0, size=None, *, scale_dot):
    return standardised(y, 0.0, scale) * scale_dot


def _covariances(rng):
    """With the last one: of the generator, which has several ways to a factor of the covariance."""
    cov = symmetric(np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.4], [0.1, 0.4, 1.5]]))
    mean = rng.normal(size=(3,))
    return [call(_rng(), mean, cov), call(_rng(), mean, cov, (3,)), call(_rng(), mean, cov, (2, 2))]


def _vectors(self, mean, cov, size=None, *options, **others):
    """A vector for each place of `size`."""
    match size:
        case None | Const(None) | NoneKind():
            places = 0
        case Const(int()) | Py():
            places = 1
        case Tuple(items):
            places = len(items)
        case _:
            return None
    return Array("float64", (None,) * (places + 1))


@reverse_rule(
    Generator.multivariate_normal,
    wrt=("mean", "cov"),
    samples=lambda rng: [
        *_covariances(rng),
        call(*_covariances(rng)[1][0], method="cholesky"),
        call(*_covariances(rng)[1][0], method="eigh"),
    ],
    effects=DRAW,
    kind=_vectors,
)
def multivariate_normal(
    y_bar, y, self, mean, cov, size=None, check_valid="warn", tol=1e-8, *, method="svd"
):
    """The draws are `mean + z @ factor.T`, for a factor of the covariance, at distinct eigenvalues of it."""
    return y_bar, draws_adjoint(y_bar, y, mean, cov, method)


@forward_rule(Generator.multivariate_normal)
def multivariate_normal_tangent(
    y, self, mean, cov, size=None, check_valid="warn", tol=1e-8, *, method="svd", mean_dot, cov_dot
):
    if cov_dot is None:
        return np.broadcast_to(mean_dot, np.shape(y))
    y_dot = draws_tangent(y, mean, cov, cov_dot, method)
    return y_dot if mean_dot is None else y_dot + mean_dot


@reverse_rule(
    RandomState.multivariate_normal,
    wrt=("mean", "cov"),
    samples=_covariances,
    effects=DRAW,
    kind=_vectors,
)
def multivariate_normal_of_state(
    y_bar, y, self, mean, cov, size=None, check_valid="warn", tol=1e-8
):
    return y_bar, draws_adjoint(y_bar, y, mean, cov, "rows")


@forward_rule(RandomState.multivariate_normal)
def multivariate_normal_of_state_tangent(
    y, self, mean, cov, size=None, check_valid="warn", tol=1e-8, *, mean_dot, cov_dot
):
    if cov_dot is None:
        return np.broadcast_to(mean_dot, np.shape(y))
    y_dot = draws_tangent(y, mean, cov, cov_dot, "rows")
    return y_dot if mean_dot is None else y_dot + mean_dot


# ---- elements in drawn places --------------------------------------------------------------


def chosen(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
    """`rng.choice(a)` of an array."""
    values = np.asarray(a)
    places = self.choice(np.shape(values)[axis], size, replace, p, shuffle=shuffle)
    if size is None:
        return np.take(values, int(places), axis)
    return np.take(values, places, axis)


def chosen_of_vector(self, a, size=None, replace=True, p=None):
    """`RandomState.choice(a)` of an array."""
    values = np.asarray(a)
    places = self.choice(np.shape(values)[0], size, replace, p)
    return values[int(places)] if size is None else np.take(values, places)


def permuted(self, x, axis=0):
    """`rng.permutation(x)` of an array."""
    values = np.asarray(x)
    return np.take(values, self.permutation(np.shape(values)[axis]), axis)


def shuffled(self, x, axis=0):
    """`rng.shuffle(x)`, by the order that places come in."""
    if isinstance(x, list):
        x[:] = [x[i] for i in self.permutation(len(x))]
    else:
        x[...] = np.take(x, self.permutation(np.shape(x)[axis]), axis)


def _kind_of_places(self, a, size=None, replace=None, p=None, axis=None, shuffle=None):
    if not isinstance(a, Py) and not (isinstance(a, Const) and isinstance(a.value, int)):
        return Unknown()
    if size is None or isinstance(size, NoneKind) or size == Const(None):
        return Py(int)
    return drawn("size", dtype="int64")(size=size) or Unknown()


def _kind_of_order(self, x, axis=None):
    is_count = isinstance(x, Py) or (isinstance(x, Const) and isinstance(x.value, int))
    return Array("int64", (None,)) if is_count else Unknown()


SHUFFLES = Effects(pure=False, writes=("x",))

for _functions, _instead, _effects, _kind in (
    ((Generator.choice,), chosen, DRAW, _kind_of_places),
    ((RandomState.choice,), chosen_of_vector, DRAW, _kind_of_places),
    ((Generator.permutation, RandomState.permutation), permuted, DRAW, _kind_of_order),
    ((Generator.shuffle, RandomState.shuffle), shuffled, SHUFFLES, None),
):
    register(
        Rule(
            _instead.__name__,
            "source",
            _functions,
            effects=_effects,
            kind=_kind or (lambda *args, **kwargs: NoneKind()),
            also={"instead": _instead},
        )
    )
