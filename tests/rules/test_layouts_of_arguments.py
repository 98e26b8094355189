"""Every rule of NumPy's and Python's functions, on its samples given in other ways: what is in an array decides, not how it lies there.

An array in Fortran's order, with steps, with negative steps, read-only, as a list or a tuple has the same derivatives;
those of single precision are single; one without elements has a gradient without elements.  In each, values have
the bits of the primal's, and a gradient has the kind of its argument; or the call is refused.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.rules.registry import Programs, Rule, all_rules
from tests.rules.compiled import differentiable
from tests.rules.harness import calls, inner, leaves, map_leaves, random_like, stated_in
from tests.rules.programs import Program, program

pytestmark = pytest.mark.filterwarnings("ignore")

importlib.import_module("sourcead.rules.numpy")
importlib.import_module("sourcead.rules.python")


def _of_users(rule: Rule) -> bool:
    """Not one of the functions that generated code calls, nor one whose draws or layout say the value."""
    function = rule.functions[0] if rule.functions else None
    module = getattr(function, "__module__", None) or getattr(type(function), "__module__", "")
    return not module.startswith("sourcead") and rule.name not in BY_LAYOUT


BY_LAYOUT = {"ravel", "flatten", "reshape", "reshape_method", "as_strided"}
RULES = [
    rule
    for rule in all_rules()
    if rule.form not in ("constant", "source", "refused")
    and not isinstance(rule.samples, Programs)
    and stated_in(rule).startswith(("sourcead.rules.numpy", "sourcead.rules.python"))
    and ".random" not in stated_in(rule)
    and _of_users(rule)
]
SOME = 7  # of the rules, one of so many by default: each on one call, in one way


def in_steps(a: np.ndarray) -> Any:
    if not a.size or not a.ndim:
        return None
    wide = np.zeros(tuple(2 * n for n in a.shape), a.dtype)
    shown = wide[(slice(None, None, 2),) * a.ndim]
    shown[...] = a
    return shown


def read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.flags.writeable = False
    return a


SAME: dict[str, Callable[[np.ndarray], Any]] = {
    "Fortran": lambda a: np.asfortranarray(a) if a.ndim > 1 else None,
    "backwards": lambda a: np.flip(np.flip(a).copy()) if a.ndim else None,
    "in steps": in_steps,
    "read-only": read_only,
    "list": lambda a: a.tolist() if a.ndim and a.dtype == float else None,
    "tuple": lambda a: tuple(a.tolist()) if a.ndim == 1 and a.dtype == float else None,
}
OTHER: dict[str, Callable[[np.ndarray], Any]] = {
    "single": lambda a: a.astype(np.float32) if a.dtype == float else None,
    "empty": lambda a: a[:0] if a.ndim else None,
    "one row": lambda a: a[:1] if a.ndim else None,
}
WAYS = SAME | OTHER

KNOWN = {
    ("empty", "sum_"): "`sum` of no rows is its start, a number",
    ("empty", "take_along_axis"): "no rows and one row of places are broadcast",
    ("empty", "norm"): "the largest of no elements, which NumPy takes for 0",
    ("empty", "vector_norm"): "the largest of no elements, which NumPy takes for 0",
    ("empty", "polymul"): "tangents of polynomials without coefficients",
    ("empty", "histogram"): "between 0 and 1, where there is nothing",
    ("one row", "histogram"): "weights for one row, which fill no bin",
    ("single", "histogram"): "edges between numbers that are parameters are in double precision",
    ("single", "tolist"): "of an array without axes it is a Python float",
}
"""(way, rule) -> which call raises an exception, or has a result in double precision."""


def given(rule: Rule) -> list[Program]:
    found = [program(call) for call in calls(rule) if differentiable(call)]
    return [p for p in found if any(isinstance(a, np.ndarray) for a in p.args)]


def changed(made: Program, way: str) -> tuple[Any, ...] | None:
    args = [WAYS[way](a) if isinstance(a, np.ndarray) else None for a in made.args]
    if all(a is None for a in args):
        return None
    return tuple(old if new is None else new for old, new in zip(made.args, args))


def derivatives(made: Program, args: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The value, the seed, and the gradients."""
    rng = np.random.default_rng(0)
    value, pullback = sourcead.vjp(made.function, *args)
    seed = map_leaves(lambda leaf: random_like(leaf, rng), value)
    return value, seed, pullback(seed)


def objection(made: Program, way: str) -> str | None:
    args = changed(made, way)
    if args is None:
        return None
    try:
        primal = made.function(*args)
    except Exception:
        return None  # it does not take them
    try:
        value, seed, bars = derivatives(made, args)
    except sourcead.SourceADError:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if (
        not same_bits(primal, value) and way != "empty"
    ):  # NumPy's transforms of nothing are uninitialised
        return f"the value {value!r} is not {primal!r}"
    unlike = [b for a, b in zip(args, bars) if isinstance(a, np.ndarray) and not is_like(b, a)]
    if unlike:
        return f"gradients {unlike}"
    if way in SAME:
        return disagreement(bars, derivatives(made, made.args)[2])
    if way == "single" or not all(np.all(np.isfinite(leaf)) for leaf in leaves(value)):
        return None
    return against_forward(made, args, seed, bars)


def disagreement(bars: Any, expected: Any) -> str | None:
    found, wanted = _flat(bars), _flat(expected)
    size = np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0.0) + 1e-9
    if np.allclose(found, wanted, rtol=1e-9, atol=1e-9 * size, equal_nan=True):
        return None
    return f"gradients {bars}, of plain arrays {expected}"


def _flat(bars: Any) -> Any:
    return np.concatenate([np.zeros(0), *(np.ravel(leaf) for bar in bars for leaf in leaves(bar))])


def against_forward(made: Program, args: Any, seed: Any, bars: Any) -> str | None:
    rng = np.random.default_rng(1)
    dots = tuple(map_leaves(lambda leaf: random_like(leaf, rng), a) for a in args)
    try:
        ahead = inner(seed, sourcead.jvp(made.function, args, dots)[1])
    except sourcead.SourceADError:
        return None
    except Exception as error:
        return f"forward {type(error).__name__}: {error}"
    back = sum(inner(bar, dot) for bar, dot in zip(bars, dots))
    same = np.isclose(ahead, back, rtol=1e-6, atol=1e-9, equal_nan=True)
    return None if same else f"forward {ahead}, reverse {back}"


def same_bits(a: Any, b: Any) -> bool:
    mine, its = leaves(a), leaves(b)
    return len(mine) == len(its) and all(
        np.asarray(x).dtype == np.asarray(y).dtype and np.array_equal(x, y, equal_nan=True)
        for x, y in zip(mine, its)
    )


def is_like(bar: Any, arg: np.ndarray) -> bool:
    return isinstance(bar, np.ndarray) and (bar.shape, bar.dtype) == (arg.shape, arg.dtype)


def check(rule: Rule, programs: list[Program], ways: Iterator[str]) -> None:
    found = []
    for way in ways:
        wrong = [f"{p.call}: {o}" for p in programs if (o := objection(p, way)) is not None]
        if bool(wrong) != ((way, rule.name) in KNOWN):
            found.append(f"{way}: {wrong or 'is not wrong any more'}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("rule", RULES[::SOME], ids=lambda rule: rule.name)
def test_a_call_in_each_way(rule: Rule) -> None:
    check(rule, given(rule)[:1], iter([w for w in WAYS if (w, rule.name) not in KNOWN]))


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_call_in_each_way(rule: Rule) -> None:
    programs = given(rule)
    check(rule, programs[:: max(1, len(programs) // 4)], iter(WAYS))
