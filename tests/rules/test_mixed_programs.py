"""Programs in which the result of one rule is viewed, written in place, cast, reduced and handed to the next.

Each is compared in both modes with differences, and where its numbers may be complex with those in complex directions.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.numeric import check
from tests.structures import titled

RNG = np.random.default_rng(3)
A, S, V = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 4)), RNG.normal(size=4)
Z = RNG.normal(size=(3, 4)) + 1j * RNG.normal(size=(3, 4))


def product_viewed_and_sorted(a):
    c = a @ a.T
    lower = c.T[1:]
    lower *= 2.0
    c[np.diag_indices(3)] += np.sum(c, axis=0)
    return np.sum(np.sort(c, axis=None)[::2] * np.arange(5.0))


def factors_written(a):
    q, r = np.linalg.qr(a.T)
    q[0] = r[0, 0]
    r[-1, -1] *= r[0, 1]
    return np.sum(q**2 @ np.abs(r))


def running_sums_split(a):
    c = np.cumsum(a, axis=1)
    c[:, 1:] -= c[:, :-1].copy()
    w = np.where(c > 0, c, 0.1 * c)
    parts = np.split(w, 2, axis=1)
    parts[0][...] *= parts[1]
    return np.sum(w * np.concatenate(parts, axis=1))


def spectrum_in_place(v):
    f = np.fft.rfft(v, 6)
    f[1:3] *= f[:2]
    r = f.real
    r += f.imag
    return np.sum(np.fft.irfft(f, 5) ** 2) + np.sum(np.abs(f))


def parts_of_a_cast(v):
    z = v.astype(np.complex128)
    z.imag[:] = v**2
    z.real *= z.imag
    return np.abs(np.prod(z)) + np.angle(z[0])


def largest_overwritten(a):
    s = np.take_along_axis(a, np.argsort(a, axis=1), axis=1)
    np.put_along_axis(s, np.argmax(s, axis=1)[:, None], s[:, :1] * s[:, 1:2], axis=1)
    return np.sum(np.diff(s, axis=1) ** 3)


def broadcast_copied(a):
    c = np.array(np.broadcast_to(a[0], (3, 4)))
    c[1] += a[1]
    return np.linalg.norm(c, axis=1).max() * np.linalg.norm(c, "fro")


def ufunc_methods(a):
    acc = np.zeros(2)
    np.add.at(acc, [0, 1, 0, 1], a[0] * a[1])
    rest = np.logaddexp.reduce(a[2]) + np.maximum.accumulate(a[1]).sum()
    return acc @ np.multiply.reduce(a, axis=0)[:2] + rest + np.subtract.outer(a[0], a[1])[1, 2]


def vectors_of_a_matrix(s):
    w, v = np.linalg.eigh(s @ s.T)
    v = v * np.sign(v[0])
    v[:, 0] = 0
    return np.sum((v * w) @ v.T * np.arange(16.0).reshape(4, 4))


def masked_and_written(a):
    m = a > 0
    b = a[m]
    b *= b[::-1]
    a = a.copy()
    a[m] = b
    a[~m] = 0.5 * a[~m]
    return np.sum(a**3) * np.count_nonzero(a > 1)


def into_out(a):
    o = np.empty((3, 2))
    np.dot(a, a[:2].T, out=o)
    np.add(o, o[::-1], out=o)
    np.sqrt(np.abs(o), out=o)
    t = np.cumsum(a, axis=0, out=np.empty_like(a))
    t -= np.sum(a, axis=1, out=np.empty(3))[:, None]
    return o.sum() + np.var(t, where=t > 0) * t.flat[3]


def repeated_places(a):
    b = a.copy()
    b[[0, 0, 1]] += a[[1, 2, 0]]
    b[[1, 1]] = a[[0, 2]] * 2
    c = b[:, [0, 0, 3]]
    c[:, [0, 1]] = c[:, [1, 0]] * c[:, [2, 2]]
    return np.sum(b[::-1, ::2] * c[:, 1:])


def padded_rolled_flipped(a):
    c = np.pad(a.ravel().reshape(2, -1), ((1, 0), (0, 2)), mode="reflect")
    c = np.flip(np.roll(c, (1, 2), axis=(0, 1)), 0)
    return np.sum(np.tril(c) ** 2) + np.trace(c) * c[np.triu_indices(3, 1, 8)].sum()


def mixed_types(v):
    o = np.zeros(4, complex)
    o.real = v * True + v * 3
    o.imag[1:] = np.divmod(v, 0.3)[1][:-1] * np.arange(3)
    o *= 1j
    return np.sum(np.abs(o) ** 3) + int(v[2]) * v[2] + round(v[3]) * v[3]


def nothing_in_it(a):
    none = np.prod(a[:0]) + np.max(a[:0], initial=2.0) + np.linalg.norm(a[:0])
    empty = np.cumsum(a[:, :0], axis=1).sum() + np.linalg.det(a[:0, :0]) * a.sum()
    return none + empty + np.concatenate([a[:0], a]).prod() + (a[:0].T @ a[:0]).sum() * a[0, 0]


def residuals(a):
    x, rest, _, s = np.linalg.lstsq(a.T, a[0] * 2.0 + 1.0, rcond=None)
    return np.sum(rest) * x[0] + s[-1]


def one_of_several_results(v):
    _, edges = np.histogram(v, 3, weights=v)
    x, _ = np.meshgrid(v, v[:3])
    _, rest = np.divmod(v, v[::-1])
    return np.sum(edges) * v[1] + x[1, 2] + np.sum(rest) + np.broadcast_arrays(v, A)[0][2, 1]


def pythons_complex_numbers(v):
    z = complex(v[0], v[1]) * (3.0 - 1.0j)
    return (z * z.conjugate() + z).imag + (1j * v[2]).imag * z.real + math.prod(v)


def of_one_axis_at_least(v):
    x = v[0] * v[1]
    return np.ascontiguousarray(x)[0] * np.atleast_3d(x)[0, 0, 0] + np.asfortranarray(x)[0]


def became_real(v):
    return np.sum(np.abs(np.real_if_close(v + 0j * v)) ** 3)


@pytest.mark.parametrize("program, x", [
    *[(f, A) for f in (
        product_viewed_and_sorted, factors_written, running_sums_split, largest_overwritten, broadcast_copied,
        ufunc_methods, masked_and_written, into_out, repeated_places, padded_rolled_flipped, nothing_in_it, residuals,
    )],
    (vectors_of_a_matrix, S),
    *[(f, V) for f in (
        spectrum_in_place, parts_of_a_cast, mixed_types, one_of_several_results, pythons_complex_numbers,
        of_one_axis_at_least, became_real,
    )],
], ids=titled)  # fmt: skip
def test_both_modes_agree_with_differences(program, x):
    check(program, x, directions=1)


def complex_spectra(z):
    return np.fft.ifft(np.fft.fft(z, 6, axis=1) * np.fft.fft2(z, (3, 6)), axis=0)


def complex_products(z):
    return np.vdot(z, z * 2j) + np.einsum("ij,ij", z, z.conj()) ** 2 + np.cumprod(z[0])[2]


def complex_sizes(z):
    return np.var(z) + np.linalg.norm(z, 2) + np.sum(np.abs(np.linalg.pinv(z)) ** 3)


def complex_choices(z):
    return np.sort(z.real, axis=0) * 1j + np.where(z.real > 0, z, z.conj()) ** 1.5


@pytest.mark.parametrize(
    "program", [complex_spectra, complex_products, complex_sizes, complex_choices], ids=titled
)
def test_programs_of_complex_numbers(program):
    check(program, Z, directions=1)
