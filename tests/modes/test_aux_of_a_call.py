"""With has_aux the pair may be what a call returns, as one value."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

X = np.array([1.3, 0.5, 0.3])


def of_a_function_of_numpy(x):
    return np.modf(x[0] * x[1])


def by_name(x):
    found = np.linalg.slogdet(np.outer(x, x) + np.eye(3))
    return found


@pytest.mark.parametrize("f", [of_a_function_of_numpy, by_name], ids=lambda f: f.__name__)
def test_as_of_a_pair_that_is_written(f):
    (value, aux), x_bar = sourcead.value_and_grad(f, has_aux=True)(X)
    expected = sourcead.grad(lambda x: f(x)[0])(X)
    assert (value, aux) == tuple(f(X))
    assert x_bar.tolist() == expected.tolist()
    value, value_dot, found = sourcead.jvp(f, (X,), (np.ones(3),), has_aux=True)
    assert found == aux
    np.testing.assert_allclose(value_dot, np.sum(x_bar), rtol=1e-12)
