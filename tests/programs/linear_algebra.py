"""Dense linear algebra by elements, rows and columns, in place."""

import math

import numpy as np

from tests.programs.registry import program


def positive_definite(rng, n):
    a = rng.random((n, n))
    return a @ a.T + n * np.eye(n)


@program(lambda rng: (positive_definite(rng, 4),), "a")
def cholesky(a):
    n = a.shape[0]
    a[0, 0] = math.sqrt(a[0, 0])
    for i in range(1, n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]
        for k in range(i):
            a[i, i] -= a[i, k] * a[i, k]
        a[i, i] = math.sqrt(a[i, i])


@program(lambda rng: (positive_definite(rng, 5),), "a", analytic=True)
def cholesky_by_rows(a):
    a[0, 0] = np.sqrt(a[0, 0])
    for i in range(1, a.shape[0]):
        for j in range(i):
            a[i, j] -= np.dot(a[i, :j], a[j, :j])
            a[i, j] /= a[j, j]
        a[i, i] -= np.dot(a[i, :i], a[i, :i])
        a[i, i] = np.sqrt(a[i, i])


@program(lambda rng: (positive_definite(rng, 4),), "a", analytic=True)
def lu(a):
    n = len(a)
    for i in range(n):
        for j in range(i):
            for k in range(j):
                a[i, j] -= a[i, k] * a[k, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            for k in range(i):
                a[i, j] -= a[i, k] * a[k, j]


@program(lambda rng: (positive_definite(rng, 4), rng.random(4)), "a", "return", analytic=True)
def ludcmp(a, b):
    n = a.shape[0]
    x = np.zeros_like(b)
    y = np.zeros_like(b)
    for i in range(n):
        for j in range(i):
            a[i, j] -= a[i, :j] @ a[:j, j]
            a[i, j] /= a[j, j]
        for j in range(i, n):
            a[i, j] -= a[i, :i] @ a[:i, j]
    for i in range(n):
        y[i] = b[i] - a[i, :i] @ y[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x, y


def partially_pivoted(rng):
    a = rng.uniform(-1.0, 1.0, (4, 4))
    a[0, 0] = 0.05  # the first pivot is not the largest
    return (a, rng.random((4, 2)))


@program(partially_pivoted, "b")
def gauss_with_pivoting(a, b):
    """Rows are swapped by fancy indices that depend on the values."""
    n = a.shape[0]
    for k in range(n):
        pivot = k + int(np.argmax(np.abs(a[k:, k])))
        if pivot != k:
            a[[k, pivot]] = a[[pivot, k]]
            b[[k, pivot]] = b[[pivot, k]]
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            a[i, k:] -= factor * a[k, k:]
            b[i] -= factor * b[k]
    for k in range(n - 1, -1, -1):
        b[k] = (b[k] - a[k, k + 1 :] @ b[k + 1 :]) / a[k, k]


@program(lambda rng: (np.r_[1.0, 0.1 * rng.random(4)],), analytic=True)
def durbin(r):
    y = np.empty_like(r)
    alpha = -r[0]
    beta = 1.0
    y[0] = -0.5 * r[0]
    for k in range(1, r.shape[0]):
        beta *= 1.0 - 0.3 * alpha * alpha
        alpha = -(r[k] + np.dot(np.flip(r[:k]), y[:k])) / beta
        y[:k] += alpha * np.flip(y[:k])
        y[k] = alpha
    return y


@program(lambda rng: (rng.random((5, 3)) + np.eye(5, 3),), "a", "return", analytic=True)
def gram_schmidt(a):
    q = np.zeros_like(a)
    r = np.zeros((a.shape[1], a.shape[1]), dtype=a.dtype)
    for k in range(a.shape[1]):
        norm = np.dot(a[:, k], a[:, k])
        r[k, k] = np.sqrt(norm)
        q[:, k] = a[:, k] / r[k, k]
        for j in range(k + 1, a.shape[1]):
            r[k, j] = np.dot(q[:, k], a[:, j])
            a[:, j] -= q[:, k] * r[k, j]
    return q, r


@program(
    lambda rng: (np.tril(rng.random((5, 5))) + 2.0 * np.eye(5), rng.random(5), rng.random(5)),
    "x",
    analytic=True,
)
def trisolv(lower, x, b):
    for i in range(len(b)):
        x[i] = b[i]
        for j in range(i):
            x[i] -= lower[i, j] * x[j]
        x[i] = x[i] / lower[i, i]


@program(
    lambda rng: (1.5, 1.2, rng.random((3, 4)), rng.random((3, 2)), rng.random((2, 4))),
    "c",
    analytic=True,
)
def gemm(alpha, beta, c, a, b):
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[i, j] *= beta
        for k in range(a.shape[1]):
            for j in range(c.shape[1]):
                c[i, j] += alpha * a[i, k] * b[k, j]


@program(lambda rng: (1.5, 1.2, rng.random((4, 4)), rng.random((4, 3))), "c", analytic=True)
def syrk(alpha, beta, c, a):
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]


@program(
    lambda rng: (1.5, 1.2, rng.random((4, 4)), rng.random((4, 3)), rng.random((4, 3))),
    "c",
    analytic=True,
)
def syr2k(alpha, beta, c, a, b):
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += a[: i + 1, k] * alpha * b[i, k] + b[: i + 1, k] * alpha * a[i, k]


@program(
    lambda rng: (1.5, 1.2, rng.random((4, 3)), rng.random((4, 4)), rng.random((4, 3))),
    "c",
    analytic=True,
)
def symm(alpha, beta, c, a, b):
    workspace = np.empty(c.shape[1], dtype=c.dtype)
    c *= beta
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[:i, j] += alpha * b[i, j] * a[i, :i]
            workspace[j] = b[:i, j] @ a[i, :i]
        c[i, :] += alpha * b[i, :] * a[i, i] + alpha * workspace


@program(lambda rng: (1.5, rng.random((4, 4)), rng.random((4, 3))), "b", analytic=True)
def trmm(alpha, a, b):
    for i in range(b.shape[0]):
        for j in range(b.shape[1]):
            b[i, j] += np.dot(a[i + 1 :, i], b[i + 1 :, j])
    b *= alpha


@program(lambda rng: (rng.random((2, 3, 4)), rng.random((4, 4))), "a", analytic=True)
def doitgen(a, c4):
    planes, rows, n = a.shape
    total = np.empty(n, dtype=a.dtype)
    for r in range(planes):
        for q in range(rows):
            for p in range(n):
                total[p] = 0.0
                for s in range(n):
                    total[p] += a[r, q, s] * c4[s, p]
            a[r, q, :] = total


@program(lambda rng: (rng.random((3, 4)), rng.random(4), rng.random(3)), "y", analytic=True)
def bicg(a, p, y):
    """Both products of one pass over the matrix, accumulated by elements."""
    s = np.zeros(a.shape[1], dtype=a.dtype)
    q = np.zeros(a.shape[0], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s[j] = s[j] + y[i] * a[i, j]
            q[i] = q[i] + a[i, j] * p[j]
    y += a @ s + q * y


@program(
    lambda rng: (1.5, 1.2, rng.random((4, 4)), *(rng.random(4) for _ in range(8))),
    "a",
    "w",
    "x",
    analytic=True,
)
def gemver(alpha, beta, a, u1, v1, u2, v2, w, x, y, z):
    a += np.multiply.outer(u1, v1) + np.multiply.outer(u2, v2)
    x += beta * y @ a + z
    w += alpha * a @ x


@program(lambda rng: (positive_definite(rng, 4), rng.random(4)), "return")
def conjugate_gradient(a, b):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rr = r @ r
    for _ in range(2 * len(b)):
        if math.sqrt(rr) < 0.02:
            break
        ap = a @ p
        step = rr / (p @ ap)
        x += step * p
        r -= step * ap
        before, rr = rr, r @ r
        p *= rr / before
        p += r
    return x
