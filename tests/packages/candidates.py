"""Functions of other people's packages, written in Python without a thought of differentiation.

Each is called as a user calls it, at one smooth point.  The arguments are positional; numbers and
arrays of floats are differentiated unless `fixed` names their positions.  `call` says how the
function is called where that is not just `f(a0, a1, ...)`, and `result` what of its outcome counts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.programs.registry import define
from tests.structures import fresh, has_leaf

__all__ = ["CANDIDATES", "Candidate"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """`path` is `module:name`; `args` the point; `call` and `result` are expressions."""

    path: str
    args: tuple[Any, ...]
    fixed: tuple[int, ...] = ()
    call: str = ""
    result: str = "out"

    @property
    def package(self) -> str:
        return self.path.partition(".")[0].partition(":")[0]

    @property
    def argnums(self) -> tuple[int, ...]:
        return tuple(i for i, arg in enumerate(self.args) if has_leaf(arg) and i not in self.fixed)

    def target(self) -> Any:
        module, _, names = self.path.partition(":")
        found: Any = importlib.import_module(module)
        for name in names.split("."):
            found = getattr(found, name)
        return found

    def scalar(self) -> Callable[..., Any]:
        """A weighted sum of the result, as a function of the arguments, in source text."""
        names = ", ".join(f"a{i}" for i in range(len(self.args)))
        call = self.call or f"f({names})"
        space: dict[str, Any] = {"np": np, "f": self.target()}
        outcome = define(
            f"def outcome({names}):\n    out = {call}\n    return {self.result}\n", "outcome", space
        )
        shape = np.shape(outcome(*fresh(self.args)))
        space["weight"] = np.random.default_rng(2).uniform(0.5, 1.5, shape) if shape else 1.5
        text = (
            f"def scalar({names}):\n    out = {call}\n    return np.sum(weight * {self.result})\n"
        )
        return define(text, "scalar", space)


X = np.array([0.7, 1.3, 0.2, 0.55])
Y = np.array([1.1, 0.4, 0.9, 0.35])
GRID = np.array([0.0, 0.4, 0.9, 1.7])
M = np.array([[0.7, 1.3, 0.4], [0.2, 0.5, 0.9], [1.1, 0.3, 0.6]])
DATA = np.array([[0.7, 1.3, 0.4, 0.8], [0.2, 0.5, 0.9, 0.1]])

NUMPY = [
    Candidate("numpy:polyval", (X, 0.6)),
    Candidate("numpy:polyval", (X, Y)),
    Candidate("numpy:polyadd", (X, Y[:2])),
    Candidate("numpy:polysub", (X, Y[:2])),
    Candidate("numpy:polymul", (X, Y[:2])),
    Candidate("numpy:polydiv", (X, Y[:2]), result="out[0]"),
    Candidate("numpy:polyder", (X,)),
    Candidate("numpy:polyint", (X,)),
    Candidate("numpy:poly", (X,)),
    Candidate("numpy:vander", (X, 3)),
    Candidate("numpy:gradient", (X,)),
    Candidate("numpy:gradient", (X, GRID)),
    Candidate("numpy:trapezoid", (X, GRID)),
    Candidate("numpy:cov", (DATA,)),
    Candidate("numpy:corrcoef", (DATA,)),
    Candidate("numpy:average", (X,), call="f(a0, weights=[1.0, 2.0, 0.5, 3.0])"),
    Candidate("numpy:cross", (X[:3], Y[:3])),
    Candidate("numpy:kron", (M, DATA)),
    Candidate("numpy:diff", (X, 2)),
    Candidate("numpy:ediff1d", (X,)),
    Candidate("numpy:unwrap", (X * 3.0,)),
    Candidate("numpy:rot90", (M,)),
    Candidate("numpy:roll", (X, 1)),
    Candidate("numpy:sinc", (X,)),
    Candidate("numpy:nanmean", (X,)),
    Candidate("numpy:nanvar", (X,)),
    Candidate("numpy:piecewise", (X,), call="f(a0, [a0 < 0.6, a0 >= 0.6], [lambda v: v * v, lambda v: 2.0 * v])"),
    Candidate("numpy:apply_along_axis", (M,), call="f(lambda row: row * row[0], 1, a0)"),
    Candidate("numpy:fill_diagonal", (M, 0.4), call="f(a0, a1)", result="a0"),
    Candidate("numpy.linalg:matrix_power", (M, 3)),
    Candidate("numpy.linalg:multi_dot", (M, DATA.T[:3], DATA), call="f([a0, a1, a2])"),
    Candidate("numpy.polynomial.polynomial:polyval", (0.6, X)),
    Candidate("numpy.polynomial.polynomial:polyval2d", (0.6, 0.3, M)),
    Candidate("numpy.polynomial.polynomial:polyfromroots", (X,)),
    Candidate("numpy.polynomial.chebyshev:chebval", (Y, X)),
    Candidate("numpy.polynomial.chebyshev:chebder", (X,)),
    Candidate("numpy.polynomial.chebyshev:cheb2poly", (X,)),
    Candidate("numpy.polynomial.chebyshev:chebmul", (X, Y)),
    Candidate("numpy.polynomial.legendre:legval", (0.6, X)),
    Candidate("numpy.polynomial.legendre:legint", (X,)),
    Candidate("numpy.polynomial.hermite:hermval", (0.6, X)),
    Candidate("numpy.polynomial.laguerre:lagvander", (X, 3)),
]  # fmt: skip


def _oscillator(t: float, y: np.ndarray) -> np.ndarray:
    return np.array([y[1], -y[0] + 0.1 * t * y[1] ** 2])


def _rk_step_arguments() -> tuple[Any, ...]:
    return (_oscillator, 0.3, np.array([0.7, 0.2]), np.array([0.2, -0.7]), 0.05)


SCIPY = [
    Candidate("scipy.optimize:rosen", (X,)),
    Candidate("scipy.optimize:rosen_der", (X,)),
    Candidate("scipy.optimize:rosen_hess", (X,)),
    Candidate("scipy.optimize:rosen_hess_prod", (X, Y)),
    Candidate("scipy.optimize._linesearch:_cubicmin", (0.0, 1.0, -1.0, 1.0, 0.7, 2.0, 0.9)),
    Candidate("scipy.optimize._linesearch:_quadmin", (0.0, 1.0, -1.0, 1.0, 0.7)),
    Candidate("scipy.optimize._lsq.common:evaluate_quadratic", (M, X[:3], Y[:3])),
    Candidate("scipy.optimize._lsq.common:build_quadratic_1d", (M, X[:3], Y[:3]), result="out[0] * out[1]"),
    Candidate("scipy.optimize._lsq.least_squares:soft_l1", (X, np.empty((3, 4))), fixed=(1,), call="f(a0, a1, False)", result="a1"),
    Candidate("scipy.optimize:newton", (0.9, 2.3), call="f(lambda v, c: v * v * v - c, a0, args=(a1,), tol=1e-14)"),
    Candidate(
        "scipy.integrate._ivp.rk:rk_step",
        _rk_step_arguments(),
        fixed=(1, 4),
        call=(
            "f(a0, a1, a2, a3, a4, np.array([[0.0, 0.0], [0.5, 0.0]]), np.array([0.0, 1.0]),"
            " np.array([0.0, 0.5]), np.empty((3, 2)))"
        ),
        result="out[0] * out[1]",
    ),
    Candidate("scipy.integrate:simpson", (X,), call="f(a0, dx=0.3)"),
    Candidate("scipy.integrate:trapezoid", (X, GRID)),
    Candidate("scipy.integrate:cumulative_trapezoid", (X, GRID)),
    Candidate("scipy.integrate:fixed_quad", (0.2, 1.4), call="f(lambda t: np.sin(t) * t, a0, a1, n=4)", result="out[0]"),
    Candidate("scipy.linalg:toeplitz", (X, Y)),
    Candidate("scipy.linalg:hankel", (X, Y)),
    Candidate("scipy.linalg:circulant", (X,)),
    Candidate("scipy.linalg:companion", (X,)),
    Candidate("scipy.linalg:block_diag", (M, DATA)),
    Candidate("scipy.signal.windows:gaussian", (7, 1.3)),
    Candidate("scipy.signal.windows:general_gaussian", (7, 1.5, 2.0)),
    Candidate("scipy.signal.windows:general_cosine", (7, X[:3])),
    Candidate("scipy.signal.windows:exponential", (7,), call="f(a0, None, 2.5, False)", fixed=()),
    Candidate("scipy.signal.windows:tukey", (7, 0.45)),
    Candidate("scipy.signal:chirp", (X, 1.3, 2.0, 0.4)),
    Candidate("scipy.signal:gausspulse", (X, 2.0, 0.5)),
    Candidate("scipy.stats:gmean", (X,)),
    Candidate("scipy.stats:hmean", (X,)),
    Candidate("scipy.stats:skew", (X,)),
    Candidate("scipy.stats:zscore", (X,)),
    Candidate("scipy.stats:moment", (X, 3)),
    Candidate("scipy.spatial.distance:sqeuclidean", (X, Y)),
    Candidate("scipy.spatial.distance:minkowski", (X, Y, 3)),
    Candidate("scipy.spatial.distance:cosine", (X, Y)),
    Candidate("scipy.spatial.distance:canberra", (X, Y)),
    Candidate("scipy.spatial.distance:braycurtis", (X, Y)),
    Candidate("scipy.special:softmax", (X,)),
    Candidate("scipy.special:log_softmax", (X,)),
    Candidate("scipy.interpolate:krogh_interpolate", (GRID, X, 0.6)),
    Candidate("scipy.interpolate:barycentric_interpolate", (GRID, X, 0.6), call="f(a0, a1, a2, rng=1)"),
]  # fmt: skip
SCIPY = [candidate for candidate in SCIPY if candidate.argnums]

T = np.linspace(-1.9, 2.2, 6)
LMFIT = [
    Candidate(f"lmfit.lineshapes:{name}", (T + shift, *parameters), fixed=(0,))
    for name, shift, parameters in [
        ("gaussian", 0.0, (1.2, 0.3, 0.9)),
        ("gaussian2d", 0.0, (T[::-1].copy(), 1.2, 0.3, 0.1, 0.9, 1.1)),
        ("lorentzian", 0.0, (1.2, 0.3, 0.9)),
        ("split_lorentzian", 0.0, (1.2, 0.3, 0.9, 1.4)),
        ("pvoigt", 0.0, (1.2, 0.3, 0.9, 0.4)),
        ("moffat", 0.0, (1.2, 0.3, 0.9, 1.5)),
        ("pearson7", 0.0, (1.2, 0.3, 0.9, 1.5)),
        ("breit_wigner", 0.0, (1.2, 0.3, 0.9, 1.3)),
        ("damped_oscillator", 3.0, (1.2, 1.3, 0.2)),
        ("dho", 3.0, (1.2, 0.3, 0.9, 1.3)),
        ("doniach", 0.0, (1.2, 0.3, 0.9, 0.2)),
        ("lognormal", 3.0, (1.2, 0.3, 0.9)),
        ("students_t", 0.0, (1.2, 0.3, 0.9)),
        ("expgaussian", 0.0, (1.2, 0.3, 0.9, 1.1)),
        ("skewed_gaussian", 0.0, (1.2, 0.3, 0.9, 0.4)),
        ("sine", 0.0, (1.2, 0.3, 0.9)),
        ("expsine", 0.0, (1.2, 0.3, 0.9, 0.2)),
        ("exponential", 0.0, (1.2, 0.9)),
        ("powerlaw", 3.0, (1.2, 0.9)),
        ("parabolic", 0.0, (1.2, 0.9, 0.3)),
    ]
]

CHEMICALS = [
    Candidate("chemicals.dippr:EQ100", (300.0, 276370.0, -2090.1, 8.125, -0.014116, 9.3701e-06)),
    Candidate("chemicals.dippr:EQ101", (300.0, 73.649, -7258.2, -7.3037, 4.1653e-06, 2.0)),
    Candidate("chemicals.dippr:EQ102", (300.0, 1.7096e-08, 1.1146, 1.0, 2.0)),
    Candidate("chemicals.dippr:EQ105", (300.0, 0.70824, 0.26411, 507.6, 0.27537)),
    Candidate("chemicals.dippr:EQ107", (300.0, 33363.0, 26790.0, 2610.5, 8896.0, 1169.0)),
    Candidate("chemicals.vapor_pressure:Antoine", (100.0, 8.7687, 395.744, -6.469)),
    Candidate("chemicals.vapor_pressure:Wagner", (100.0, 190.53, 4596420.0, -6.00435, 1.1885, -0.834082, -1.22833)),
    Candidate("chemicals.vapor_pressure:Ambrose_Walton", (347.0, 617.15, 36.0e5, 0.304)),
    Candidate("chemicals.vapor_pressure:Lee_Kesler", (347.0, 617.1, 36e5, 0.299)),
    Candidate("chemicals.heat_capacity:TRCCp", (300.0, 4.0, 7.65e5, 720.0, 3.565, -0.052, -1.55e6, 52.0, 201.0)),
    Candidate("chemicals.heat_capacity:Zabransky_cubic", (298.15, 20.9634, -10.1344, 2.8253, -0.256738)),
    Candidate("chemicals.volume:Rackett", (272.03, 408.0, 3.6e6, 0.2741)),
    Candidate("chemicals.volume:COSTALD", (272.03, 369.8, 0.00020, 0.1532)),
    Candidate("chemicals.virial:BVirial_Pitzer_Curl", (510.0, 425.2, 38e5, 0.193)),
    Candidate("chemicals.rachford_rice:Rachford_Rice_flash_error", (0.5, [0.5, 0.3, 0.2], [1.685, 0.742, 0.532])),
    Candidate("chemicals.rachford_rice:Rachford_Rice_solution", ([0.5, 0.3, 0.2], [1.685, 0.742, 0.532]), result="out[0]"),
    Candidate("chemicals.interface:Brock_Bird", (293.15, 404.75, 633.0, 4530000.0)),
]  # fmt: skip

FLUIDS = [
    Candidate("fluids.friction:Swamee_Jain_1976", (1e5, 1e-4)),
    Candidate("fluids.friction:Haaland", (1e5, 1e-4)),
    Candidate("fluids.friction:Clamond", (1e5, 1e-4)),
    Candidate("fluids.friction:Serghides_1", (1e5, 1e-4)),
    Candidate("fluids.packed_bed:Ergun", (0.0008, 0.4, 0.00132, 1.0, 998.0, 0.00101)),
    Candidate("fluids.drag:Haider_Levenspiel", (200.0,)),
    Candidate("fluids.drag:Morsi_Alexander", (200.0,)),
    Candidate("fluids.compressible:isothermal_gas", (11.3, 0.00185, 1e6, 9e5, 1000.0, None, 0.5)),
    Candidate("fluids.atmosphere:ATMOSPHERE_1976", (5000.0,), result="out.P * out.rho"),
    Candidate("fluids.numerics:horner", ([1.0, 3.0, 2.0], 0.7)),
    Candidate("fluids.numerics:secant", (0.9, 2.3), call="f(lambda v: v * v * v - a1, a0, xtol=1e-14)"),
    Candidate("fluids.two_phase:Friedel", (0.6, 0.1, 915.0, 2.67, 180e-6, 14e-6, 0.0487, 0.05, 0.0, 1.0)),
]  # fmt: skip

ASE = [
    Candidate(f"ase.eos:{name}", (np.array([38.0, 40.0, 42.0]), -3.1, 0.6, 4.2, 40.5))
    for name in ("birch", "birchmurnaghan", "murnaghan", "vinet", "pouriertarantola")
]


def _problem(name: str, module: str, count: int) -> Candidate:
    point = np.linspace(0.21, 0.83, 2 * count).reshape(2, count)
    return Candidate(
        f"pymoo.problems.{module}:{name}",
        (point, {}),
        call=f"f(n_var={count})._evaluate(a0, a1)",
        result='a1["F"]',
    )


PYMOO = [
    _problem("Ackley", "single.ackley", 3),
    _problem("Griewank", "single.griewank", 3),
    _problem("Rastrigin", "single.rastrigin", 3),
    _problem("Rosenbrock", "single.rosenbrock", 3),
    _problem("Schwefel", "single.schwefel", 3),
    _problem("Zakharov", "single.zakharov", 3),
    _problem("ZDT1", "multi.zdt", 4),
    _problem("ZDT2", "multi.zdt", 4),
    _problem("ZDT3", "multi.zdt", 4),
    _problem("DTLZ2", "many.dtlz", 4),
]

COLOUR = [
    Candidate("colour.models:XYZ_to_Lab", (np.array([0.206, 0.122, 0.051]),)),
    Candidate("colour.models:Lab_to_XYZ", (np.array([41.5, 52.6, 26.9]),)),
    Candidate("colour.models:XYZ_to_xyY", (np.array([0.206, 0.122, 0.051]),)),
    Candidate("colour.difference:delta_E_CIE1976", (np.array([48.9, -0.1, -27.3]), np.array([50.6, -1.5, 70.1]))),
    Candidate("colour.difference:delta_E_CIE2000", (np.array([48.9, -0.1, -27.3]), np.array([50.6, -1.5, 70.1]))),
]  # fmt: skip

CANDIDATES = [*NUMPY, *SCIPY, *LMFIT, *CHEMICALS, *FLUIDS, *ASE, *PYMOO, *COLOUR]
