"""Elements and slices in nested loops: gradients against differences, and what is kept for them."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

import sourcead
from tests.numeric import check
from tests.storage.loop_nests import loop_nest


def compiled(seed: int, folder: Path):
    path = folder / f"nest_{seed}.py"
    path.write_text("import numpy as np\n\n\n" + loop_nest(seed), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.program


DIVERGES = {5, 95, 282, 321}  # the program itself: exponentials of exponentials
MANY = [
    pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 400) if seed not in DIVERGES
]


@pytest.mark.parametrize("seed", [*(s for s in range(8) if s not in DIVERGES), *MANY])
def test_random_nests(seed, tmp_path):
    check(compiled(seed, tmp_path), np.random.default_rng(seed).random((6, 6)) + 0.1)


# -- kernels of linear algebra: their results hold all that the reverse sweep reads -----------------


def cholesky(A):
    n = A.shape[0]
    for j in range(n):
        for k in range(j):
            A[j, j] -= A[j, k] * A[j, k]
        A[j, j] = np.sqrt(A[j, j])
        for i in range(j + 1, n):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] = A[i, j] / A[j, j]
    return np.sum(np.tril(A) ** 2)


def cholesky_by_rows(A):
    n = A.shape[0]
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
        L[i, i] = math.sqrt(A[i, i] - L[i, :i] @ L[i, :i])
    return np.sum(np.log(np.diag(L))) + np.sum(np.sin(L))


def lu(A):
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            for k in range(j):
                A[i, j] -= A[i, k] * A[k, j]
            A[i, j] = A[i, j] / A[j, j]
        for j in range(i, n):
            for k in range(i):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(A * A)


def forward_substitution(L, b):
    for i in range(len(b)):
        for k in range(i):
            b[i] -= L[i, k] * b[k]
        b[i] = b[i] / L[i, i]
    return np.sum(np.sin(b))


def back_substitution(U, b):
    for i in range(len(b) - 1, -1, -1):
        b[i] = (b[i] - U[i, i + 1 :] @ b[i + 1 :]) / U[i, i]
    return np.sum(b * b)


M = np.random.default_rng(1).normal(size=(5, 5))
SPD, V = M @ M.T + 4.0 * np.eye(5), np.random.default_rng(2).random(5)
KERNELS = [
    (cholesky, (SPD,)), (cholesky_by_rows, (SPD,)), (lu, (SPD,)), (forward_substitution, (SPD, V)),
    (back_substitution, (SPD, V)),
]  # fmt: skip


@pytest.mark.parametrize("f, args", KERNELS, ids=[f.__name__ for f, _ in KERNELS])
def test_kernels_are_right_and_keep_nothing(f, args):
    check(f, *args, argnums=tuple(range(len(args))))
    source = sourcead.grad(f, argnums=tuple(range(len(args)))).source_for(*args)
    assert "append" not in source


def test_what_is_overwritten_is_kept():
    def smoothed(A):
        for i in range(1, A.shape[0] - 1):
            for j in range(1, i + 1):
                A[i, j] = np.sin(A[i - 1, j] * A[i + 1, j]) * A[i, j]
        return np.sum(A * A)

    def backwards(x):
        for i in range(len(x) - 2, 0, -1):
            for j in range(i):
                x[i] += x[j] * x[i + 1]
                x[j] *= x[i]
        return np.sum(x * x)

    check(smoothed, np.abs(M))
    check(backwards, V)
    assert "append" in sourcead.grad(backwards).source_for(V)
