"""Second derivatives where lanes are left out: of these exactly zero; a zero by chance, elsewhere, is a number.

Each program is at a point where a lane that it leaves out is infinite or NaN, or has such a slope.
"""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

STEP = 1e-6


def softmax(a):
    e = np.exp(a)
    return e / np.sum(e, axis=0)


PROGRAMS = [
    ("logaddexp", lambda u: np.logaddexp(np.log(u), u)[1]),
    ("hypot", lambda u: np.hypot(np.log(u), u)[1]),
    ("softmax", lambda u: softmax(np.stack([np.log(u), u]))[0, 1]),
    ("quotient", lambda u: np.sum(np.where(u > 0.0, np.log(u) / u, 0.0))),
    ("square", lambda u: np.sum(np.where(u > 0.0, np.log(u) ** 2, 0.0))),
    ("an adjoint that is zero by chance", lambda u: np.sum(np.where(u > 0.0, (np.sqrt(u) - 2.0) ** 2, 0.0))),
    ("the same in a mask", lambda u: np.sum(((np.sqrt(u) - 2.0) ** 2)[u > 0.0])),
    ("the same of a power", lambda u: np.sum(np.minimum(1.0, (u**0.5 - 2.0) ** 2))),
]  # fmt: skip


@pytest.mark.parametrize("f", [p[1] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
@pytest.mark.parametrize("way", ["hessian", "grad of grad"])
def test_second_derivatives(f, way):
    point, ahead = np.array([0.0, 4.0]), np.array([0.0, STEP])
    slopes = sourcead.grad(f)
    change = (slopes(point + ahead) - slopes(point - ahead)) / (2.0 * STEP)
    if way == "hessian":
        found = sourcead.hessian(f)(point)
    else:
        found = np.stack([sourcead.grad(lambda u, i=i: slopes(u)[i])(point) for i in range(2)])
    np.testing.assert_allclose(found[1], change, rtol=1e-7, atol=1e-9)
    if f(np.array([1.0, 4.0])) == f(np.array([2.0, 4.0])):  # without the first element, everywhere
        np.testing.assert_array_equal(found[0], [0.0, 0.0])


def test_a_sparse_hessian_has_the_places_of_both():
    def f(u):
        return np.sum(np.where(u[1:] > 0.0, (np.sqrt(u[1:]) - u[:-1]) ** 2, 0.0))

    point = np.array([1.0, 4.0, 0.0, 9.0, 2.0])
    found = sourcead.sparse_hessian(f)(point)
    np.testing.assert_allclose(found.toarray(), sourcead.hessian(f)(point), rtol=1e-14)
