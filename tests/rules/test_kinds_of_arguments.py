"""NumPy's functions on all kinds of arguments: each call of a family with each kind of its family.

A call is written with `{a}` (and `{b}`) for its arguments; a kind is an expression of the program's parameter, and the
number or array that is the parameter.  Where NumPy takes the argument, both modes agree with differences, and
derivatives have the type, dtype and shape of what they belong to; or the call is in `REFUSED`.
"""

from __future__ import annotations

import copy
import itertools
import linecache
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.testing import check_grad

pytestmark = pytest.mark.filterwarnings(
    "ignore::RuntimeWarning", "ignore::numpy.exceptions.ComplexWarning"
)

V = np.array([0.4, -1.2, 0.7, 1.9])
W = np.array([1.1, 0.3, -0.8, 2.2])
M = np.array([[1.3, -0.2, 0.4], [0.15, -1.1, 0.8], [0.5, 0.3, 2.1]])
N = np.array([[0.9, 0.6, -0.5], [-0.3, 1.4, 0.2], [0.8, -0.7, 1.6]])

NUMBERS = [
    ("x", 0.7),
    ("x", np.float64(0.7)),
    ("x", np.float32(0.7)),
    ("x", np.array(0.7)),
    ("x", 0.7 + 0.2j),
    ("[x, 2.0, 3]", 0.7),
]
VECTORS = [
    ("x", V),
    ("x[::-1]", V),
    ("x[:0]", V),
    ("x.tolist()", V),
    ("[x[0], 2.0, x[1], 3]", V),
    ("tuple(x)", V),
    ("(x + 0.5j)", V),
    ("x", V.astype(np.float32)),
    ("x", V + 0.3j * W),
]
MATRICES = [
    ("x", M),
    ("x.T", M),
    ("x[::-1, ::-1]", M),
    ("x.tolist()", M),
    ("list(x)", M),
    ("[[x[0, 0], 1, 2], [3, x[1, 0], 2.0], [1.0, 2.0, x[2, 2]]]", M),
    ("(x + 1j)", M),
    ("x", M.astype(np.float32)),
    ("x", M + 0.3j * N),
]
ARRAYS = [
    (a, v) for a, v in MATRICES if a not in ("x.tolist()", "list(x)") and not a.startswith("[[")
]

NOT_EMPTY = [(a, v) for a, v in VECTORS if a != "x[:0]"]

OTHER_VECTORS = [
    ("[1, 2, 3, 5]", None),
    ("np.array([1, 2, 3, 5])", None),
    ("y", W),
    ("y", W.astype(np.float32)),
    ("y", W + 0.4j),
    ("y.tolist()", W),
]
OTHER_MATRICES = [
    ("[[1, 2, 3], [4, 5, 6], [7, 8, 11]]", None),
    ("np.array([[1, 2, 3], [4, 5, 6], [7, 8, 11]])", None),
    ("y.T", N),
    ("y", N.astype(np.float32)),
    ("list(y)", N),
]

REDUCTIONS = [
    f"np.{name}({{a}}{options})"
    for name in "sum prod mean var std max ptp median nansum nanprod nanvar nanstd cumsum cumprod nancumprod".split()
    for options in ("", ", axis=-1")
]

FAMILIES: dict[str, tuple[list[tuple[str, Any]], list[str]]] = {
    "reductions": (NUMBERS + MATRICES, REDUCTIONS),
    "running": (
        NUMBERS + VECTORS,
        ["np.diff({a})", "np.ediff1d({a}, to_end=[1.0])", "np.multiply.accumulate({a})", "np.maximum.accumulate({a})",
         "np.add.reduce({a}, initial=1.5)", "np.multiply.reduce({a})", "np.maximum.reduce({a}, keepdims=True)",
         "np.add.reduceat({a}, [0, 2])", "np.sum({a}, where=[True, False, True, True])", "np.mean({a}, where=[True, False, True, True])",
         "np.gradient({a})", "np.trapezoid({a}, dx=0.5)", "np.cumulative_prod({a}, include_initial=True)"],
    ),
    "one after the other": (
        NOT_EMPTY,
        ["np.multiply.reduceat({a}, [0, 2, 1])", "np.subtract.reduce({a})", "np.hypot.reduce(np.real({a}))",
         "np.logaddexp.accumulate(np.real({a}))", "np.divide.accumulate({a})", "np.fmax.reduceat({a}, [0, 2])"],
    ),
    "shapes": (
        NUMBERS + MATRICES,
        ["np.reshape({a}, -1)", "np.ravel({a}, 'F')", "np.transpose({a})", "np.broadcast_to({a}, (2, 3, 3))",
         "np.full((2, 3, 3), {a})", "np.trace({a})", "np.roll({a}, 1)", "np.tile({a}, 2)", "np.repeat({a}, 2)",
         "np.pad({a}, 1, mode='edge')", "np.diag({a})", "np.tril({a})", "np.array({a}, dtype=np.float32)",
         "np.take({a}, [0, 2])", "np.delete({a}, 1, axis=0)", "np.stack({a}, axis=1)", "np.hstack({a})",
         "np.append({a}, 3)", "np.meshgrid({a}, [1, 2])", "np.nan_to_num({a})", "np.array_split({a}, 2)"],
    ),
    "order": (
        VECTORS + MATRICES,
        ["np.sort({a}, axis=0)", "np.partition({a}, 1)", "np.percentile(np.real({a}), 30, axis=0)",
         "np.quantile(np.real({a}), [0.2, 0.6])", "np.average({a}, axis=0)", "np.cov({a})",
         "np.select([[True, False, True]], [np.asarray({a})[..., :3]], default=2)",
         "np.clip(np.real({a}), a_min=[0.1], a_max=None)", "np.choose([0, 1, 0], {a}[:3])"],
    ),
    "linear algebra": (
        MATRICES,
        ["np.linalg.inv({a})", "np.linalg.det({a})", "np.linalg.svd({a})[1]", "np.linalg.norm({a}, 'nuc')",
         "np.linalg.norm({a}, -2)", "np.linalg.cond({a})", "np.linalg.solve({a}, [1, 2, 3])",
         "np.linalg.solve([[2, 1, 0], [1, 3, 1], [0, 1, 4]], {a})", "np.linalg.lstsq({a}, np.array([1, 2, 3]))[0]",
         "np.linalg.lstsq([[2, 1], [1, 3], [0, 1]], {a})[0]", "np.linalg.multi_dot([{a}, {a}, {a}])",
         "np.linalg.matrix_power({a}, 3)", "np.linalg.eigvals({a})", "np.linalg.pinv({a})"],
    ),
    "numbers beside constants": (
        NUMBERS[:5] + [("x", np.complex64(0.7 + 0.2j))],
        ["np.polymul({a}, [1, 2])", "np.polyadd([1, 2], {a})", "np.poly({a})", "np.linspace({a}, 2, 3)", "np.r_[{a}, 1, 2.0]",
         "np.geomspace(1, {a}, 3)", "np.append([1, 2], {a})", "np.outer({a}, [1, 2])", "np.kron([1, 2], {a})",
         "np.insert([1.0, 2], 1, {a})", "np.where([True, False], {a}, [1, 2])", "np.select([[True, False]], [{a}], [1, 2])",
         "np.einsum(',i', {a}, [1, 2])", "np.diff([1, 2], append={a})", "np.cross([1, 2, 3], [{a}, 1, 2])",
         "np.average([1, 2], weights=[{a}, 2])", "np.polyval([1, {a}], [2, 3])", "np.linalg.solve([[1, {a}], [2, 3]], [1, 2])",
         "np.cov([1, {a}, 3])", "np.gradient([1, {a}, 5])"],
    ),
    "Fourier": (VECTORS + MATRICES, ["np.fft.fft({a})", "np.fft.irfft({a})", "np.fft.fft2({a})", "np.fft.fftshift({a})"]),
    "polynomials": (
        NOT_EMPTY,
        ["np.polyval({a}, [0.5, 2])", "np.polyval([1, 2, 3], {a})", "np.polymul({a}, [1, 2])", "np.polyint({a})",
         "np.polyadd([1, 2], {a})", "np.polyder({a})", "np.polyfit([0, 1, 2, 3], {a}, 1)", "np.vander({a}, 3)",
         "np.interp(0.5, [0, 1, 2, 3], {a})", "np.linspace({a}, 2, 3)"],
    ),
    "methods": (
        ARRAYS,
        ["{a}.sum(axis=-1)", "{a}.std()", "{a}.cumprod(0)", "{a}.reshape(-1)", "{a}.dot([1, 2, 3])", "{a}.dot({a})",
         "{a}.real.clip(-0.1, 0.45)", "{a}.real", "{a}.astype(np.float32)", "{a}.astype(complex)", "{a}.flat[1:4]",
         "{a}[[0, 2]]", "{a}.sum(where=np.abs({a}) > 0.25)", "{a}.mean(dtype=complex)", "{a}.take([0, 1], axis=1)"],
    ),
}  # fmt: skip

OF_TWO: dict[str, tuple[list[tuple[str, Any]], list[tuple[str, Any]], list[str]]] = {
    "vectors": (
        VECTORS,
        OTHER_VECTORS,
        ["np.dot({a}, {b})", "np.outer({b}, {a})", "np.vdot({a}, {b})", "np.kron({a}, {b})", "np.convolve({a}, {b})",
         "np.tensordot({a}, {b}, axes=1)", "np.einsum('i,j->ij', {a}, {b})", "np.multiply.outer({b}, {a})",
         "np.add.outer({a}, {b})", "np.hypot.outer(np.real({a}), np.real({b}))", "np.r_[{a}, {b}]", "np.c_[{a}, {b}]",
         "np.concatenate([{a}, {b}])", "np.vstack(({b}, {a}))", "np.insert({a}, 1, {b})", "np.interp(0.5, {b}, {a})",
         "np.select([np.array([True, False, False, True])], [{a}], {b})", "np.choose([0, 1, 1, 0], [{a}, {b}])",
         "np.average({a}, weights=np.abs({b}))", "np.average({a}, weights={b})"],
    ),
    "polynomials": (
        NOT_EMPTY,
        OTHER_VECTORS,
        ["np.polymul({a}, {b})", "np.polyadd({b}, {a})", "np.gradient({b}, np.cumsum(np.abs({a})))"],
    ),
    "matrices": (
        MATRICES,
        OTHER_MATRICES,
        ["np.matmul({a}, {b})", "np.einsum({a}, [0, 1], {b}, [1, 2])", "np.linalg.multi_dot([{a}, {b}, {a}])",
         "np.linalg.solve({b}, {a})", "np.linalg.lstsq({b}, {a})[0]", "np.cross({a}, {b})", "np.tensordot({a}, {b})",
         "np.append({a}, {b}, axis=1)", "np.cov({a}, {b})"],
    ),
}  # fmt: skip

REFUSED = {
    "np.divide.accumulate({a})": "complex arrays",
    "np.fmax.reduceat({a}, [0, 2])": "complex arrays",
    "np.multiply.reduceat({a}, [0, 2, 1])": "complex arrays",
    "np.subtract.reduce({a})": "complex arrays",
}
"""Calls that are refused for some kinds of arguments: which."""

_NUMBERS = itertools.count()


def _program(expression: str, parameters: str) -> Any:
    text = f"def program({parameters}):\n    return {expression}\n"
    file = f"<argument {next(_NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = {"np": np, "__name__": __name__}
    exec(compile(text, file, "exec"), namespace)
    return namespace["program"]


def _disagreement(expression: str, call: str, *args: Any) -> str | None:
    """What is wrong with the derivatives of an expression; None where NumPy does not take the arguments."""
    program = _program(expression, ", ".join("xy"[: len(args)]))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = program(*copy.deepcopy(args))
        except Exception:
            return None
        try:
            if not _is_finite(value):
                sourcead.vjp(program, *args)  # means of nothing
            else:
                check_grad(
                    program,
                    *args,
                    order=1,
                    directions=1,
                    bisect=False,
                    modes=("reverse", "forward"),
                )
        except sourcead.NoRule as error:
            return None if call in REFUSED else str(error)
        except Exception as error:  # an AssertionError, or another defect
            return f"{type(error).__name__}: {error}"
    return None


def _is_finite(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_is_finite, value))
    return bool(np.all(np.isfinite(value)))


def _calls_of_one() -> Iterator[Any]:
    for family, (kinds, calls) in FAMILIES.items():
        for call in calls:
            yield pytest.param(kinds, call, id=f"{family}: {call}")


def _calls_of_two() -> Iterator[Any]:
    for family, (kinds, others, calls) in OF_TWO.items():
        for call in calls:
            yield pytest.param(kinds, others, call, id=f"{family}: {call}")


@pytest.mark.parametrize("kinds, call", _calls_of_one())
def test_every_kind_of_argument(kinds: list[tuple[str, Any]], call: str) -> None:
    reports = []
    for written, value in kinds:
        wrong = _disagreement(call.format(a=written), call, value)
        if wrong is not None:
            reports.append(f"{call.format(a=written)} at {value!r}:\n{wrong}")
    assert not reports, "\n\n".join(reports)


@pytest.mark.parametrize("kinds, others, call", _calls_of_two())
def test_every_kind_beside_every_other(
    kinds: list[tuple[str, Any]], others: list[tuple[str, Any]], call: str
) -> None:
    """In a cycle over both: each kind meets a few of the other's kinds, each of which meets some of it."""
    reports = []
    for i, (written, value) in enumerate(kinds):
        for other, second in (others[i % len(others)], others[(i + 2) % len(others)]):
            expression = call.format(a=written, b=other)
            args = (value,) if second is None else (value, second)
            wrong = _disagreement(expression, call, *args)
            if wrong is not None:
                reports.append(f"{expression} at {args!r}:\n{wrong}")
    assert not reports, "\n\n".join(reports)
