"""Arrays that come out of one call in a tuple, and are written through one of several names later."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sourcead.testing import check_grad

A = np.array([[1.1, 2.1, 0.4], [0.2, 3.1, -0.9], [0.6, 0.3, 4.1]])


def swapped(a, n):
    w, v = np.linalg.eigh(a + a.T)
    u = v
    for k in range(n):
        u, v = v, u
        u[0] = u[0] * w
        v = v.copy() if k % 2 else v
    return np.sum(u * v) + np.sum(w)


def one_of_two(x, n):
    q, r = np.linalg.qr(x)
    s = q if n > 1 else r
    s[0] = s[1] * s[0]
    return np.sum(q**2 * r) + np.sum(s**3)


def written_as_it_is(x, n):
    q, r = np.linalg.qr(x)
    q[0] *= r[1] + n
    return np.sum(q**3) + np.sum(r)


@pytest.mark.parametrize("f", [swapped, one_of_two, written_as_it_is], ids=lambda f: f.__name__)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_their_adjoints_reach_the_call(f: Any, n: int) -> None:
    check_grad(f, A, n, order=1)
