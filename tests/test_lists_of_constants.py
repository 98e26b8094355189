"""Lists and tuples of constants beside arrays that carry derivatives: NumPy makes arrays of them."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

U = np.array([0.7, 1.3])

CALLS = {
    "outer": lambda u: np.sum(np.outer(u, [1.0, 2.0]) ** 2),
    "outer, left": lambda u: np.sum(np.outer((1.0, 2.0), u) ** 2),
    "dot": lambda u: np.dot(u, [1.0, 2.0]) ** 2,
    "matmul": lambda u: (u @ [1.0, 2.0]) ** 2,
    "matmul, left": lambda u: ([1, 2] @ u) ** 2,
    "matrix": lambda u: np.sum((u @ [[1.0, 2.0], [2.0, 3.0]]) ** 2),
    "inner": lambda u: np.inner(u, (1.0, 2.0)) ** 2,
    "kron": lambda u: np.sum(np.kron(u, [1.0, 2.0]) ** 2),
    "cross": lambda u: np.sum(np.cross(np.append(u, 1.0), [1.0, 2.0, 3.0]) ** 2),
    "tensordot": lambda u: np.tensordot(u, [1.0, 2.0], 1) ** 2,
    "einsum": lambda u: np.einsum("i,i->", u, [1.0, 2.0]) ** 2,
    "einsum, lists of axes": lambda u: np.einsum(u, [0], u, [0], []) ** 2,
    "multi_dot": lambda u: np.linalg.multi_dot([u, [[1.0, 2.0], [0.5, 3.0]], [1.0, 2.0]]) ** 2,
    "solve": lambda u: np.sum(np.linalg.solve([[1.0, 2.0], [0.5, 3.0]], u) ** 2),
    "where": lambda u: np.sum(np.where([True, False], u, [1.0, 2.0]) ** 2),
    "where it is as large": lambda u: np.sum(np.where(u != [5.0, 2.0], u**3, u) ** 2),
    "where it is larger": lambda u: np.sum((u**2)[u > (1, 1)]),
    "averages": lambda u: np.average(u**2, weights=[1, 2]),
    "method dot": lambda u: u.dot([1, 2]) ** 2,
    "integers, solve": lambda u: np.sum(np.linalg.solve([[2, 1], [1, 3]], u) ** 2),
    "integers, polymul": lambda u: np.sum(np.polymul(u, [1, 2]) ** 2),
    "integers, gradient": lambda u: np.sum(np.gradient([1, 4], u) ** 2),
    "choices": lambda u: np.sum(np.select([[True, False]], [[u[0], u[1] ** 2]], [3, 4]) ** 2),
    "interp": lambda u: np.sum(np.interp(u, [0.0, 1.0, 2.0], [1.0, 3.0, 2.0]) ** 2),
    "polyval": lambda u: np.sum(np.polyval([1.0, 2.0, 3.0], u) ** 2),
    "polyadd": lambda u: np.sum(np.polyadd(u, [1.0, 2.0, 3.0]) ** 2),
    "stack": lambda u: np.sum(np.stack([u, [1.0, 2.0]]) ** 3),
    "array": lambda u: np.sum(np.array([u, [1.0, 2.0]]) ** 3),
    "maximum": lambda u: np.sum(np.maximum(u, [1.0, 2.0]) ** 2),
    "product": lambda u: np.sum((u * [1.0, 2.0]) ** 2),
    "quotient": lambda u: np.sum(((1.0, 2.0) / u) ** 2),
    "power": lambda u: np.sum(u ** [1.0, 2.5]),
    "base": lambda u: np.sum([1.0, 2.0] ** u),
    "norm": lambda u: np.linalg.norm(u - [1.0, 2.0]) ** 2,
    "gradient": lambda u: np.sum(np.gradient(u, [1.0, 2.5]) ** 2),
    "roll": lambda u: np.roll(u, [1])[0] ** 2,
    "tile, repeat": lambda u: np.sum(np.tile(u, [2, 2])) * np.sum(np.repeat(u, [2, 3]) ** 2),
}


def differences(f, u, step=1e-3):
    """By components: Richardson's extrapolation of central differences."""

    def central(h):
        return np.array([(f(u + d) - f(u - d)) / (2.0 * h) for d in h * np.eye(len(u))])

    return (4.0 * central(step) - central(2.0 * step)) / 3.0


@pytest.mark.parametrize("title", CALLS)
def test_gradients(title):
    f = CALLS[title]
    expected = differences(f, U)
    np.testing.assert_allclose(sourcead.grad(f)(U), expected, rtol=1e-8, atol=1e-9)
    value, tangent = sourcead.jvp(f, (U,), (np.array([0.3, -0.7]),))
    np.testing.assert_allclose(value, f(U), rtol=1e-14)
    np.testing.assert_allclose(tangent, expected @ [0.3, -0.7], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("title", ["outer", "matrix", "where", "stack", "power", "multi_dot"])
def test_second_derivatives(title):
    f = CALLS[title]
    np.testing.assert_allclose(
        sourcead.hessian(f)(U), differences(sourcead.grad(f), U), rtol=1e-7, atol=1e-8
    )


def test_lists_of_lists_of_two_kinds_in_one_list():
    def f(x, y):
        total = 0.0
        for rows in [x.tolist(), list(y)]:
            total = total + np.sum(np.array(rows) ** 2)
        return total

    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0, 3.0], [4.0, 5.0]])
    check(f, x, y, argnums=(0, 1))


def test_lists_of_lists_of_two_kinds_are_refused_while_it_runs_where_one_of_them_is_picked():
    def f(x, y, n):
        total = 0.0
        both = [x.tolist(), list(y)]
        for k in range(n):
            total = total + np.sum(np.array(both[k]))
        return total

    with pytest.raises(sourcead.NotDifferentiable, match="make it where the lists are"):
        sourcead.grad(f, argnums=(0, 1))(np.eye(2), np.eye(2), 2)
