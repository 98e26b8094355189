"""Every public function of `scipy.linalg`, `signal`, `ndimage`, `fft`, `integrate` and `optimize`, as programs call them.

Keywords in several variants; of each call both modes and the second derivative along a direction, against
differences; and the gradient for other kinds of arguments.  One call in four; `-m slow` takes all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import fft, integrate, linalg, ndimage, optimize, signal

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(0)
SQUARE = RNG.normal(size=(3, 3)) + 3.0 * np.eye(3)
SYMMETRIC = SQUARE @ SQUARE.T
VECTOR, SIGNAL = RNG.normal(size=3), RNG.normal(size=8)
TAPS = np.array([1.0, 0.5, 0.25])
IMAGE = RNG.normal(size=(5, 6))
BANDS = np.array([[0.0, 1.0, 1.0], [4.0, 4.0, 4.0], [1.0, 1.0, 0.0]])

CALLS: dict[str, Any] = {
    "solve_pos": (lambda a, b: linalg.solve(a, b, assume_a="pos"), SYMMETRIC, VECTOR),
    "solve_sym": (lambda a, b: linalg.solve(a, b, assume_a="sym"), SYMMETRIC, VECTOR),
    "solve_T": (lambda a, b: linalg.solve(a, b, transposed=True), SQUARE, VECTOR),
    "solve_lower": (lambda a, b: linalg.solve(a, b, lower=True, assume_a="pos"), SYMMETRIC, VECTOR),
    "solve_tri": (
        lambda a, b: linalg.solve_triangular(a, b, lower=True, unit_diagonal=True),
        SQUARE,
        VECTOR,
    ),
    "solve_triT": (lambda a, b: linalg.solve_triangular(a, b, trans=1), SQUARE, VECTOR),
    "solve_banded": (lambda a, b: linalg.solve_banded((1, 1), a, b), BANDS, VECTOR),
    "solveh_banded": (
        lambda a, b: linalg.solveh_banded(a, b),
        np.array([[0, 1.0, 1], [4.0, 4, 4]]),
        VECTOR,
    ),
    "toeplitz": (lambda c: linalg.solve_toeplitz(c, VECTOR), np.array([4.0, 1, 0.5])),
    "toeplitz2": (
        lambda c, r: linalg.solve_toeplitz((c, r), VECTOR),
        np.array([4.0, 1, 0.5]),
        np.array([4.0, 2, 0.3]),
    ),
    "circulant": (lambda c: linalg.solve_circulant(c, VECTOR), np.array([4.0, 1, 0.5])),
    "cho": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b), SYMMETRIC, VECTOR),
    "cho_lower": (
        lambda a, b: linalg.cho_solve(linalg.cho_factor(a, lower=True), b),
        SYMMETRIC,
        VECTOR,
    ),
    "lu": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b), SQUARE, VECTOR),
    "luT": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b, trans=1), SQUARE, VECTOR),
    "lu3": (lambda a: sum(linalg.lu(a)[1:]), SQUARE),
    "lu_p": (lambda a: linalg.lu(a, permute_l=True)[0], SQUARE),
    "chol": (lambda a: linalg.cholesky(a, lower=True), SYMMETRIC),
    "chol_u": (lambda a: linalg.cholesky(a), SYMMETRIC),
    "inv": (linalg.inv, SQUARE),
    "det": (linalg.det, SQUARE),
    "pinv": (linalg.pinv, SQUARE[:, :2]),
    "pinvh": (linalg.pinvh, SYMMETRIC),
    "lstsq": (lambda a, b: linalg.lstsq(a, b)[0], SQUARE[:, :2], VECTOR),
    "norm": (linalg.norm, SQUARE),
    "norm2": (lambda a: linalg.norm(a, 2), SQUARE),
    "norm1": (lambda a: linalg.norm(a, 1), SQUARE),
    "normnuc": (lambda a: linalg.norm(a, "nuc"), SQUARE),
    "norm_ax": (lambda a: linalg.norm(a, axis=1), SQUARE),
    "eigh": (lambda a: linalg.eigh(a)[0], SYMMETRIC),
    "eigh_b": (lambda a, b: linalg.eigh(a, b)[0], SYMMETRIC, SYMMETRIC + np.eye(3)),
    "eigh_sub": (lambda a: linalg.eigh(a, subset_by_index=[0, 1])[0], SYMMETRIC),
    "eigvalsh": (linalg.eigvalsh, SYMMETRIC),
    "eigvalsh_sub": (lambda a: linalg.eigvalsh(a, subset_by_index=[1, 2]), SYMMETRIC),
    "eigh_tri": (
        lambda d, e: linalg.eigvalsh_tridiagonal(d, e),
        np.array([4.0, 5, 6]),
        np.array([1.0, 0.5]),
    ),
    "eigvals": (lambda a: np.real(linalg.eigvals(a)), SQUARE),
    "svd": (lambda a: linalg.svd(a)[1], SQUARE),
    "svdvals": (linalg.svdvals, SQUARE),
    "svd_e": (lambda a: linalg.svd(a, full_matrices=False)[1], SQUARE[:, :2]),
    "qr": (lambda a: linalg.qr(a)[1], SQUARE),
    "qr_e": (lambda a: linalg.qr(a, mode="economic")[1], SQUARE[:, :2]),
    "qr_r": (lambda a: linalg.qr(a, mode="r")[0], SQUARE),
    "rq": (lambda a: linalg.rq(a)[0], SQUARE),
    "polar": (lambda a: linalg.polar(a)[0], SQUARE),
    "expm": (linalg.expm, SQUARE / 4),
    "logm": (linalg.logm, SYMMETRIC),
    "sqrtm": (linalg.sqrtm, SYMMETRIC),
    "sinm": (linalg.sinm, SQUARE / 3),
    "cosm": (linalg.cosm, SQUARE / 3),
    "tanm": (linalg.tanm, SQUARE / 9),
    "coshm": (linalg.coshm, SQUARE / 4),
    "fmp": (lambda a: linalg.fractional_matrix_power(a, 0.5), SYMMETRIC),
    "sylv": (lambda a, b, q: linalg.solve_sylvester(a, b, q), SQUARE, SYMMETRIC, SQUARE),
    "lyap": (lambda a, q: linalg.solve_continuous_lyapunov(a, q), -SYMMETRIC, SYMMETRIC),
    "dlyap": (lambda a, q: linalg.solve_discrete_lyapunov(a, q), SQUARE / 9, SYMMETRIC),
    "care": (
        lambda a, b, q, r: linalg.solve_continuous_are(a, b, q + q.T, r + r.T),
        SQUARE,
        SQUARE[:, :2],
        SYMMETRIC,
        np.eye(2) * 1.0,
    ),
    "dare": (
        lambda a, b, q, r: linalg.solve_discrete_are(a, b, q + q.T, r + r.T),
        SQUARE / 3,
        SQUARE[:, :2],
        SYMMETRIC,
        np.eye(2) * 1.0,
    ),
    "toep": (linalg.toeplitz, VECTOR),
    "toep2": (lambda c, r: linalg.toeplitz(c, r), VECTOR, VECTOR * 2),
    "hankel": (linalg.hankel, VECTOR),
    "circ": (linalg.circulant, VECTOR),
    "comp": (linalg.companion, VECTOR),
    "blk": (lambda a, b: linalg.block_diag(a, b), SQUARE, SYMMETRIC),
    "khatri": (lambda a, b: linalg.khatri_rao(a, b), SQUARE, SYMMETRIC),
    "mt": (lambda c, x: linalg.matmul_toeplitz(c, x), VECTOR, VECTOR),
    "bandwidth": (lambda a: linalg.bandwidth(a)[0] * np.sum(a), SQUARE),
    "proc": (lambda a, b: linalg.orthogonal_procrustes(a, b)[0], SQUARE, SYMMETRIC),
    "conv": (lambda a, b: signal.convolve(a, b, mode="same"), SIGNAL, TAPS),
    "conv_v": (lambda a, b: signal.convolve(a, b, "valid", method="fft"), SIGNAL, TAPS),
    "fftconv": (lambda a, b: signal.fftconvolve(a, b, mode="same"), SIGNAL, TAPS),
    "oaconv": (lambda a, b: signal.oaconvolve(a, b), SIGNAL, TAPS),
    "corr": (lambda a, b: signal.correlate(a, b, mode="full"), SIGNAL, TAPS),
    "conv2": (lambda a, b: signal.convolve2d(a, b, mode="same", boundary="wrap"), IMAGE, SQUARE),
    "conv2s": (lambda a, b: signal.convolve2d(a, b, mode="same", boundary="symm"), IMAGE, SQUARE),
    "corr2": (lambda a, b: signal.correlate2d(a, b, mode="valid"), IMAGE, SQUARE),
    "fftc2": (lambda a, b: signal.fftconvolve(a, b, mode="valid", axes=1), IMAGE, IMAGE[:, :2]),
    "lfilter": (lambda b, a, x: signal.lfilter(b, a, x), TAPS, np.array([1.0, 0.3]), SIGNAL),
    "lfilter_zi": (
        lambda x, zi: signal.lfilter(TAPS, [1.0, 0.3], x, zi=zi)[0],
        SIGNAL,
        np.array([0.1, 0.2]),
    ),
    "filtfilt": (lambda x: signal.filtfilt(TAPS, [1.0, 0.3], x, padlen=3), SIGNAL),
    "sosfilt": (lambda x: signal.sosfilt(signal.butter(2, 0.3, output="sos"), x), SIGNAL),
    "detrend": (lambda x: signal.detrend(x), SIGNAL),
    "detrendc": (lambda x: signal.detrend(x, type="constant"), SIGNAL),
    "savgol": (lambda x: signal.savgol_filter(x, 5, 2), SIGNAL),
    "savgol_d": (lambda x: signal.savgol_filter(x, 5, 2, deriv=1, mode="wrap"), SIGNAL),
    "resample": (lambda x: signal.resample(x, 12), SIGNAL),
    "hilbert": (lambda x: np.abs(signal.hilbert(x)), SIGNAL),
    "welch": (lambda x: signal.welch(x, nperseg=8)[1], RNG.normal(size=32)),
    "periodogram": (lambda x: signal.periodogram(x)[1], SIGNAL),
    "csd": (
        lambda x, y: np.real(signal.csd(x, y, nperseg=8)[1]),
        RNG.normal(size=32),
        RNG.normal(size=32),
    ),
    "stft": (lambda x: np.abs(signal.stft(x, nperseg=8)[2]), RNG.normal(size=32)),
    "spectro": (lambda x: signal.spectrogram(x, nperseg=8)[2], RNG.normal(size=32)),
    "medfilt": (lambda x: signal.medfilt(x, 3), SIGNAL),
    "upfirdn": (lambda h, x: signal.upfirdn(h, x, 2, 3), TAPS, SIGNAL),
    "gauss": (lambda x: signal.windows.gaussian(8, 2.0) * x, SIGNAL),
    "envelope": (lambda x: signal.lfiltic(TAPS, [1.0, 0.3], x[:1]), SIGNAL),
    "coher": (
        lambda x, y: signal.coherence(x, y, nperseg=8)[1],
        RNG.normal(size=32),
        RNG.normal(size=32),
    ),
    "gf": (lambda x: ndimage.gaussian_filter(x, 1.0), IMAGE),
    "gfm": (lambda x: ndimage.gaussian_filter(x, [1.0, 0.5], mode="wrap", order=1), IMAGE),
    "gf1": (lambda x: ndimage.gaussian_filter1d(x, 1.0, axis=0, mode="constant"), IMAGE),
    "uf": (lambda x: ndimage.uniform_filter(x, 3), IMAGE),
    "ndconv": (lambda x, w: ndimage.convolve(x, w, mode="mirror"), IMAGE, SQUARE),
    "ndcorr": (lambda x, w: ndimage.correlate(x, w, mode="constant", cval=1.0), IMAGE, SQUARE),
    "corr1": (lambda x, w: ndimage.correlate1d(x, w), IMAGE, TAPS),
    "conv1": (lambda x, w: ndimage.convolve1d(x, w, mode="nearest", origin=1), IMAGE, TAPS),
    "sobel": (lambda x: ndimage.sobel(x), IMAGE),
    "prewitt": (lambda x: ndimage.prewitt(x, 0), IMAGE),
    "laplace": (lambda x: ndimage.laplace(x), IMAGE),
    "glap": (lambda x: ndimage.gaussian_laplace(x, 1.0), IMAGE),
    "ggm": (lambda x: ndimage.gaussian_gradient_magnitude(x, 1.0), IMAGE),
    "maxf": (lambda x: ndimage.maximum_filter(x, 3), IMAGE),
    "minf": (lambda x: ndimage.minimum_filter(x, 3), IMAGE),
    "medf": (lambda x: ndimage.median_filter(x, 3), IMAGE),
    "percf": (lambda x: ndimage.percentile_filter(x, 30, 3), IMAGE),
    "rankf": (lambda x: ndimage.rank_filter(x, 2, 3), IMAGE),
    "shift": (lambda x: ndimage.shift(x, 0.3), IMAGE),
    "shifts": (lambda s: ndimage.shift(IMAGE, s, order=1), np.array([0.3, 0.4])),
    "zoom": (lambda x: ndimage.zoom(x, 1.5, order=1), IMAGE),
    "rotate": (lambda x: ndimage.rotate(x, 30, reshape=False), IMAGE),
    "affine": (lambda x: ndimage.affine_transform(x, np.array([[0.9, 0.1], [0, 1.0]])), IMAGE),
    "mapc": (lambda x, c: ndimage.map_coordinates(x, c, order=1), IMAGE, RNG.uniform(1, 3, (2, 4))),
    "mapc3": (
        lambda x, c: ndimage.map_coordinates(x, c, order=3),
        IMAGE,
        RNG.uniform(1, 3, (2, 4)),
    ),
    "spl": (lambda x: ndimage.spline_filter(x), IMAGE),
    "sumlab": (lambda x: ndimage.sum_labels(x, np.arange(30).reshape(5, 6) % 3, [0, 1, 2]), IMAGE),
    "mean": (lambda x: ndimage.mean(x, np.arange(30).reshape(5, 6) % 3, [0, 1, 2]), IMAGE),
    "var": (lambda x: ndimage.variance(x), IMAGE),
    "ndmax": (lambda x: ndimage.maximum(x, np.arange(30).reshape(5, 6) % 3, [0, 1, 2]), IMAGE),
    "fft": (lambda x: np.abs(fft.fft(x)) ** 2, SIGNAL),
    "rfft": (lambda x: np.abs(fft.rfft(x, n=10, norm="ortho")) ** 2, SIGNAL),
    "irfft": (lambda x: fft.irfft(fft.rfft(x) * 2, n=8), SIGNAL),
    "dct": (lambda x: fft.dct(x), SIGNAL),
    "dct1": (lambda x: fft.dct(x, type=1, norm="ortho"), SIGNAL),
    "dct4": (lambda x: fft.dct(x, type=4, n=6), SIGNAL),
    "idct": (lambda x: fft.idct(x, type=3), SIGNAL),
    "dst": (lambda x: fft.dst(x, type=2, norm="forward"), SIGNAL),
    "idst": (lambda x: fft.idst(x), SIGNAL),
    "dctn": (lambda x: fft.dctn(x, axes=(0,)), IMAGE),
    "dstn": (lambda x: fft.dstn(x), IMAGE),
    "fft2": (lambda x: np.abs(fft.fft2(x)) ** 2, IMAGE),
    "fftn": (lambda x: np.real(fft.fftn(x, s=(4, 4))), IMAGE),
    "ifftn": (lambda x: np.real(fft.ifftn(x)), IMAGE),
    "rfft2": (lambda x: np.imag(fft.rfft2(x)), IMAGE),
    "hfft": (lambda x: fft.hfft(x), SIGNAL),
    "ihfft": (lambda x: np.imag(fft.ihfft(x)), SIGNAL),
    "shift_": (lambda x: fft.fftshift(x), SIGNAL),
    "trapz": (lambda y: integrate.trapezoid(y), SIGNAL),
    "trapz_x": (lambda y, x: integrate.trapezoid(y, x, axis=0), SIGNAL, np.sort(SIGNAL)),
    "simps": (lambda y: integrate.simpson(y, dx=0.5), SIGNAL),
    "simps_x": (lambda y, x: integrate.simpson(y, x=x), SIGNAL, np.arange(8.0) ** 1.1),
    "cumtr": (lambda y: integrate.cumulative_trapezoid(y, initial=0), SIGNAL),
    "romb": (lambda y: integrate.romb(y), RNG.normal(size=9)),
    "quad": (lambda a: integrate.quad(lambda t, a: np.exp(-a * t * t), 0, 2, args=(a,))[0], 1.3),
    "quad_lim": (lambda b: integrate.quad(lambda t: np.exp(-t * t), 0, b)[0], 1.3),
    "quad_inf": (lambda a: integrate.quad(lambda t: np.exp(-a * t * t), -np.inf, np.inf)[0], 1.3),
    "quadvec": (lambda a: integrate.quad_vec(lambda t: np.array([a * t, t**a]), 0, 1)[0], 1.3),
    "fixq": (lambda a: integrate.fixed_quad(lambda t: t**a, 0, 1, n=5)[0], 1.3),
    "ivp": (
        lambda k, y0: integrate.solve_ivp(
            lambda t, y, k: -k * y, (0, 1), y0, args=(k,), rtol=1e-09, atol=1e-10
        ).y[:, -1],
        1.3,
        np.array([1.0, 2]),
    ),
    "ivp_te": (
        lambda k: (
            integrate.solve_ivp(
                lambda t, y: -k * y,
                (0, 1),
                [1.0, 2.0],
                t_eval=[0.5, 1.0],
                method="BDF",
                rtol=1e-09,
                atol=1e-10,
            ).y
        ),
        1.3,
    ),
    "odeint": (
        lambda k, y0: integrate.odeint(
            lambda y, t, k: -k * y, y0, np.linspace(0, 1, 4), args=(k,), rtol=1e-10, atol=1e-10
        ),
        1.3,
        np.array([1.0, 2]),
    ),
    "root": (
        lambda a: optimize.root(lambda x: x**3 + x - a, np.array([1.0, 1.0]), tol=1e-13).x,
        np.array([1.3, 2.0]),
    ),
    "brentq": (lambda a: optimize.brentq(lambda x: x**3 + x - a, 0, 2, xtol=1e-14), 1.3),
    "newton": (lambda a: optimize.newton(lambda x: x**3 + x - a, 1.0, tol=1e-13), 1.3),
    "fsolve": (
        lambda a: optimize.fsolve(lambda x: x**3 + x - a, np.array([1.0, 1.0]), xtol=1e-13),
        np.array([1.3, 2.0]),
    ),
    "min": (
        lambda a: (
            optimize.minimize(
                lambda x: np.sum((x - a) ** 4 + (x - 1) ** 2), np.zeros(2), tol=1e-12
            ).x
        ),
        np.array([1.3, 2.0]),
    ),
    "mins": (lambda a: optimize.minimize_scalar(lambda x: (x - a) ** 4 + x * x, tol=1e-12).x, 1.3),
    "lsq": (
        lambda a: (
            optimize.least_squares(
                lambda x: np.array([x[0] - a[0], x[1] * x[0] - a[1], x[0] ** 2]),
                np.ones(2),
                xtol=1e-14,
                ftol=1e-14,
                gtol=1e-14,
            ).x
        ),
        np.array([1.3, 2.0]),
    ),
    "fp": (lambda a: optimize.fixed_point(lambda x: np.cos(x) * a, 0.5, xtol=1e-13), 0.7),
    "cf": (
        lambda y: optimize.curve_fit(
            lambda t, a, b: a * np.exp(-b * t), np.linspace(0, 1, 5), y, p0=[1.0, 1.0]
        )[0],
        np.array([2.0, 1.6, 1.2, 1.0, 0.8]),
    ),
    "rosen": (lambda x: optimize.rosen(x), VECTOR),
    "rs": (
        lambda a: optimize.root_scalar(lambda x: x**3 + x - a, bracket=[0, 2], xtol=1e-14).root,
        1.3,
    ),
    "lsa": (lambda c: c[optimize.linear_sum_assignment(c)].sum(), SQUARE),
}


def some(step: int) -> list[Any]:
    return [
        pytest.param(name, marks=() if i % step == 0 else pytest.mark.slow)
        for i, name in enumerate(CALLS)
    ]


def program(name: str) -> tuple[Callable[[Any], Any], tuple[Any, ...], np.random.Generator]:
    """A weighted sum of the call's results, of its arguments."""
    function, *given = CALLS[name]
    rng = np.random.default_rng(5)
    weights = np.asarray(rng.normal(size=np.shape(function(*given))))
    return lambda args: np.sum(weights * function(*args)), tuple(given), rng


def pairing(bars: Any, dots: Any) -> float:
    return float(sum(np.sum(bar * dot) for bar, dot in zip(bars, dots)))


@pytest.mark.parametrize("name", some(4))
def test_both_modes_and_the_second_order(name):
    f, args, rng = program(name)
    dots = tuple(rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()) for a in args)

    def at(step):
        return tuple(a + step * dot for a, dot in zip(args, dots))

    gradient = sourcead.grad(f)
    around = (f(at(1e-5)) - f(at(-1e-5))) / 2e-5
    assert pairing(gradient(args), dots) == pytest.approx(around, rel=2e-4, abs=2e-4)
    assert sourcead.jvp(f, (args,), (dots,))[1] == pytest.approx(around, rel=2e-4, abs=2e-4)
    along = (pairing(gradient(at(1e-4)), dots) - pairing(gradient(at(-1e-4)), dots)) / 2e-4
    found = pairing(sourcead.hvp(f)(args, dots), dots)
    assert found == pytest.approx(along, rel=1e-3, abs=1e-3)


KINDS: dict[str, Callable[[Any], Any]] = {
    "single": lambda a: np.asarray(a, np.float32) if np.ndim(a) else a,
    "list": lambda a: a.tolist() if np.ndim(a) else a,
    "strided": lambda a: np.repeat(a, 2, axis=0)[::2] if np.ndim(a) else a,
    "columns": lambda a: np.asfortranarray(a) if np.ndim(a) else a,
    "NumPy's number": lambda a: a if np.ndim(a) else np.float64(a),
    "0-d": lambda a: a if np.ndim(a) else np.array(a),
}


def entries(bars: Any) -> np.ndarray:
    return np.concatenate([np.ravel(np.asarray(bar, float)) for bar in bars])


@pytest.mark.parametrize(
    "name, kind",
    [
        pytest.param(name, kind, marks=() if (i + 5 * k) % 29 == 0 else pytest.mark.slow)
        for i, name in enumerate(CALLS)
        for k, kind in enumerate(KINDS)
    ],
)
def test_other_kinds_of_arguments(name, kind):
    f, args, _ = program(name)
    others = tuple(KINDS[kind](a) for a in args)
    try:
        f(others)
    except (TypeError, ValueError, AttributeError):
        return  # SciPy itself takes no such argument
    wanted, found = sourcead.grad(f)(args), sourcead.grad(f)(others)
    tolerance = 2e-3 if kind == "single" else 1e-8
    scale = 1.0 + np.max(np.abs(entries(wanted)))
    np.testing.assert_allclose(entries(found), entries(wanted), tolerance, tolerance * scale)
    for other, bar in zip(others, found):
        assert getattr(bar, "dtype", None) == getattr(other, "dtype", None)
