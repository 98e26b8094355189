# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Series of polynomials from equations that they satisfy: roots, quotients with remainders, least squares."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import (
    chebyshev,
    hermite,
    hermite_e,
    laguerre,
    legendre,
    polynomial,
    polyutils,
)
from numpy.polynomial._polybase import ABCPolyBase

from sourcead.ir.kinds import Array, Np, Tuple, dtype_of, is_scalar
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, formula, forward_rule, instead_of, reverse_rule
from sourcead.rules.numpy.decided import maybe_complex
from sourcead.rules.numpy.kinds import of_rank, rank
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Effects
from sourcead.runtime.polynomials import direction
from sourcead.runtime.series import all_degrees, slopes_of_product, slopes_of_roots, without_zeros

constant(all_degrees, effects=Effects(pure=False))

# ---- roots ---------------------------------------------------------------------------------


def _state_roots(find, evaluate, derive):
    @reverse_rule(
        find,
        wrt=("c",),
        kind=lambda c: maybe_complex(c, 1),
        samples=lambda rng: [
            call(np.array([-6.0, 11.0, -6.0, 1.0])),
            call(np.array([3.0, 0.5, 2.0])),
            call(np.array([1.5, 2.0])),
            call(np.array([1.0 + 2.0j, -0.5, 2.0])),
        ],
    )
    def roots_of_series(r_bar, r, c):
        """By the implicit function theorem, at simple roots."""
        c_bar = slopes_of_roots(evaluate, derive, r, c) @ r_bar
        return np.real(c_bar) if np.isrealobj(c) else c_bar

    @forward_rule(find)
    def roots_of_series_tangent(r, c, *, c_dot):
        return direction(c_dot) @ slopes_of_roots(evaluate, derive, r, c)


def _of_all(roots):
    return of_rank(roots, 1)


def _state_from_roots(make):
    @reverse_rule(
        make,
        wrt=("roots",),
        kind=_of_all,
        samples=lambda rng: [
            call(rng.normal(size=(3,))),
            call(rng.normal(size=(1,))),
            call([1.5, -0.5]),
            call(rng.normal(size=(2,)) + 1j),
        ],
    )
    def series_from_roots(y_bar, y, roots):
        return slopes_of_product(make, roots) @ y_bar

    @forward_rule(make)
    def series_from_roots_tangent(y, roots, *, roots_dot):
        return direction(roots_dot) @ slopes_of_product(make, roots)


# ---- domains ---------------------------------------------------------------------------------


def _ends(x):
    dtype = dtype_of(x)
    return Array("float64", (2,)) if dtype is not None and dtype.kind in "fiu" else None


@instead_of(polyutils.getdomain, kind=_ends)
def domain_of(x):
    """The least and the greatest of the points, between which a series is fitted."""
    points = np.asarray(x)
    low, high = np.min(np.real(points)), np.max(np.real(points))
    if np.iscomplexobj(points):
        low = low + 1j * np.min(np.imag(points))
        high = high + 1j * np.max(np.imag(points))
    return np.stack([low, high])


def _is_real(kind):
    return isinstance(kind, Array) and np.dtype(kind.dtype).kind in "iuf"


def _line(old, new):
    """Of arrays; of lists of Python's numbers the ends are Python's, too."""
    return Tuple((Np("float64"),) * 2) if _is_real(old) and _is_real(new) else None


@instead_of(polyutils.mapparms, kind=_line)
def line_between(old, new):
    """Offset and scale of the line that maps one interval to another."""
    length = old[1] - old[0]
    return (old[1] * new[0] - old[0] * new[1]) / length, (new[1] - new[0]) / length


def _mapped(x, old, new):
    if _line(old, new) is None:
        return None
    if isinstance(x, Const) and isinstance(x.value, (float, int)):
        return Np("float64")
    if is_scalar(x) and dtype_of(x) == np.float64:
        return Np("float64")
    return Array("float64", x.dims) if _is_real(x) else None


@instead_of(polyutils.mapdomain, kind=_mapped)
def mapped_to(x, old, new):
    offset, scale = polyutils.mapparms(old, new)
    return offset + scale * (np.asarray(x) if isinstance(x, (list, tuple)) else x)


@instead_of(vars(ABCPolyBase)["fromroots"].__func__)
def from_roots(cls, roots, domain=(), window=None, symbol="x"):
    """NumPy's default for the domain is an empty list, which anybody could have filled."""
    points = np.atleast_1d(np.asarray(roots)) * 1.0
    if domain is None:
        domain = polyutils.getdomain(points)
    elif isinstance(domain, (list, tuple)) and len(domain) == 0:
        domain = cls.domain
    window = cls.window if window is None else window
    offset, scale = polyutils.mapparms(np.asarray(domain), np.asarray(window))
    coefficients = cls._fromroots(offset + scale * points) / scale ** len(points)
    return cls(coefficients, domain=domain, window=window, symbol=symbol)


@instead_of(ABCPolyBase.convert)
def converted(self, domain=None, kind=None, window=None):
    """The coefficients of the powers, after a fit: the series of a line, put into the polynomial."""
    if self.__class__ is not polynomial.Polynomial or (
        kind is not None and kind is not polynomial.Polynomial
    ):
        raise NotImplementedError("derivatives of `convert`: of Polynomial to Polynomial")
    domain = polynomial.Polynomial.domain if domain is None else domain
    window = polynomial.Polynomial.window if window is None else window
    start, step = polyutils.mapparms(np.asarray(window), np.asarray(domain))
    offset, scale = polyutils.mapparms(self.domain, self.window)
    line = np.stack([offset + scale * start, scale * step])
    coefficients = self.coef[-1:]
    for i in range(2, len(self.coef) + 1):
        shifted = np.convolve(coefficients, line)
        coefficients = np.concatenate([shifted[:1] + self.coef[-i], shifted[1:]])
    return self.__class__(coefficients, domain, window, self.symbol)


# ---- least squares of series -----------------------------------------------------------------


def _coefficients(x, y, deg, rcond=None, full=False, w=None):
    return of_rank(y, rank(y), x, y)


def _state_fit(fit, vander):
    @formula(
        fit,
        kind=_coefficients,
        samples=lambda rng: [
            call(rng.normal(size=(6,)), rng.normal(size=(6,)), 2),
            call(rng.normal(size=(6,)), rng.normal(size=(6, 2)), 1),
            call(rng.normal(size=(6,)), rng.normal(size=(6,)), 3, w=rng.uniform(0.5, 1.5, 6)),
            call(rng.normal(size=(6,)), rng.normal(size=(6, 2)), 2, w=rng.uniform(0.5, 1.5, 6)),
            call(rng.normal(size=(6,)), rng.normal(size=(6,)), [0, 3]),
            call(rng.normal(size=(6,)), rng.normal(size=(6, 2)), np.array([1, 2])),
        ],
    )
    def fit_of_series(x, y, deg, rcond=None, full=False, w=None):
        """The columns of the basis are scaled to length one, as NumPy does."""
        if full:
            raise NotImplementedError(
                "the derivative of a fit with `full` is not known; leave it out"
            )
        several = np.ndim(deg) > 0
        basis = vander(np.ravel(x), np.max(deg))
        if several:
            basis = basis[:, deg]
        targets = np.asarray(y)
        if w is not None:
            basis = basis * np.expand_dims(w, 1)
            targets = targets * np.reshape(w, (-1,) + (1,) * (np.ndim(targets) - 1))
        scale = np.sqrt(np.sum(basis * basis, axis=0))
        solution = np.linalg.lstsq(basis / scale, targets, rcond)[0]
        found = solution / np.reshape(scale, (-1,) + (1,) * (np.ndim(targets) - 1))
        if several:
            every = np.zeros((np.max(deg) + 1, *np.shape(targets)[1:]), np.result_type(found))
            every[deg] = found
            return every
        return found


# ---- quotients -----------------------------------------------------------------------------


def _divided(c1, c2, take_off):
    """Quotient and remainder; `take_off(c1, c2, count)` gives the `count` coefficients of the one and the other."""
    c1, c2 = np.atleast_1d(c1), np.atleast_1d(c2)
    all_degrees(c1)
    all_degrees(c2)
    if c2[-1] == 0:
        raise ZeroDivisionError
    count = len(c1) - len(c2) + 1
    if count < 1:
        return c1[:1] * 0.0, np.copy(c1)
    if len(c2) == 1:
        return c1 / c2[-1], c1[:1] * 0.0
    quotient, rest = take_off(c1, c2, count)
    return quotient, without_zeros(rest)


def _by_leading_coefficient(c1, c2, count):
    """As NumPy divides series in powers: by the leading coefficient, once."""
    low = c2[:-1] / c2[-1]
    rest = np.copy(c1)
    for i in range(count - 1, -1, -1):
        end = i + len(low)
        rest[i:end] -= low * rest[end]
    return rest[len(low) :] / c2[-1], rest[: len(low)]


@instead_of(polynomial.polydiv)
def polydiv(c1, c2):
    return _divided(c1, c2, _by_leading_coefficient)


def _state_division(divide, multiply):
    def by_products(c1, c2, count):
        """As NumPy divides series in another basis: by products with each element of it."""
        quotient = np.zeros(count, np.result_type(c1, c2))
        rest = c1
        for i in range(count - 1, -1, -1):
            part = multiply(np.array([0.0] * i + [1.0]), c2)
            quotient[i] = rest[-1] / part[-1]
            rest = rest[:-1] - quotient[i] * part[:-1]
        return quotient, rest

    @instead_of(divide)
    def divided(c1, c2):
        return _divided(c1, c2, by_products)


for _module, _prefix in (
    (polynomial, "poly"), (chebyshev, "cheb"), (legendre, "leg"),
    (hermite, "herm"), (hermite_e, "herme"), (laguerre, "lag"),
):  # fmt: skip
    _evaluate, _derive, _vander, _multiply = (
        getattr(_module, f"{_prefix}{name}") for name in ("val", "der", "vander", "mul")
    )
    _state_roots(getattr(_module, f"{_prefix}roots"), _evaluate, _derive)
    _state_from_roots(getattr(_module, f"{_prefix}fromroots"))
    _state_fit(getattr(_module, f"{_prefix}fit"), _vander)
    if _module is not polynomial:
        _state_division(getattr(_module, f"{_prefix}div"), _multiply)
