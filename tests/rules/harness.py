"""Calls every rule's Python functions directly, with numbers, and compares the derivatives they state.

Nothing of the compiler is used: what it does around a rule (sum a broadcast adjoint, take the real
part for a real argument, round to its dtype) is done here again in a few lines.

`calls(rule)` gives the calls on which a rule is tested; tests of the compiled code use the same.
"""

from __future__ import annotations

import copy
import inspect
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import sourcead
from sourcead.rules.registry import Programs, Rule

GENERATORS = (
    np.random.Generator,
    np.random.RandomState,
    random.Random,
)  # drawn from anew at each evaluation
STEPS = 2.0 ** -np.arange(6.0, 15.0)


def stated_in(rule: Rule) -> str:
    """The module in which the rule's derivative is written; "" for one that has none."""
    body = rule.partials or rule.reverse or rule.formula
    return "" if body is None else body.__module__


# -- the calls on which a rule is tested -----------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One call of one function of a rule."""

    rule: Rule
    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __str__(self) -> str:
        shown = [describe(a) for a in self.args] + [
            f"{k}={describe(v)}" for k, v in self.kwargs.items()
        ]
        return f"{getattr(self.function, '__qualname__', self.function)}({', '.join(shown)})"


def calls(rule: Rule, seed: int = 0) -> Iterator[Call]:
    """Every function of the rule on every sample that it can take."""
    rng = np.random.default_rng(seed)
    for function in rule.functions:
        for args, kwargs in samples(rule, rng):
            fitted = _fitted(function, args)
            if fitted is not None and _takes(call := Call(rule, function, fitted, kwargs)):
                yield call


def samples(rule: Rule, rng: np.random.Generator) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    if rule.form == "elementwise" and not isinstance(rule.domain, Programs):
        return list(_elementwise_samples(rule, rng))
    sampled = rule.domain if isinstance(rule.domain, Programs) else rule.samples
    assert sampled is not None, f"the rule {rule.name} has no samples"
    return list(sampled(rng))


def _fitted(function: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """A method of arrays takes arrays, a method of NumPy's scalars numbers."""
    if (getattr(function, "__qualname__", None) or "").startswith("RandomState."):
        return np.random.RandomState(5), *args[1:]
    owner = getattr(function, "__objclass__", None)
    if owner is np.ndarray:
        return (np.asarray(args[0]), *args[1:]) if not isinstance(args[0], list) else None
    if owner is np.generic:
        return (
            (np.float64(args[0]), *args[1:])
            if np.ndim(args[0]) == 0 and not np.iscomplexobj(args[0])
            else None
        )
    return args


def _takes(call: Call) -> bool:
    """Not every function of a rule takes what the first one takes: `a.var` no `mean`, `np.clip` no two None."""
    if call.function is call.rule.functions[0] and call.rule.form != "elementwise":
        return True
    try:
        evaluate(call)
    except (TypeError, ValueError):
        return False
    return True


def _elementwise_samples(
    rule: Rule, rng: np.random.Generator
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    parameters = list(inspect.signature(rule.partials).parameters.values())[1:]
    domains = (
        rule.domain
        if isinstance(rule.domain, tuple) and not _is_pair(rule.domain)
        else (rule.domain,)
    )
    domains = [*domains, *[None] * (len(parameters) - len(domains))]
    first_of = lambda domain, shape: draw(domain, shape, rng)
    required = [p.default is p.empty for p in parameters]
    shapes: list[tuple[Any, ...]] = [((2, 3),), ("scalar",), ((),), ((0, 2),)]
    if sum(required) > 1:
        shapes = [
            ((2, 3), (2, 3)),
            ((2, 3), "scalar"),
            ("scalar", (2, 3)),
            ((3, 1), (1, 4)),
            ((3,), (2, 3)),
            ("scalar", "scalar"),
            ((0, 2), (2,)),
            ((), (2,)),
        ]
    rest: Any = ()  # of the third operand and later ones
    if rule.effects.returns == "scalar":  # of `math`: numbers only
        shapes, rest = [shape for shape in shapes if set(shape) == {"scalar"}], "scalar"
    for shape in shapes:
        values = []
        for i, (parameter, domain) in enumerate(zip(parameters, domains)):
            if domain is None:
                break
            if parameter.name not in rule.wrt:
                values.append(domain if isinstance(domain, list) else [first_of(domain, "scalar")])
                continue
            values.append([first_of(domain, shape[i] if i < len(shape) else rest)])
            if parameter.default is not parameter.empty:
                values[-1].append(parameter.default)
        yield from ((_without_defaults(args), {}) for args in _product(values))


def _without_defaults(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments at the end that are None are left out: not every function takes a None there."""
    while args and args[-1] is None:
        args = args[:-1]
    return args


def _product(values: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    if not values:
        yield ()
        return
    for rest in _product(values[:-1]):
        for value in values[-1]:
            yield (*rest, value)


def _is_pair(domain: Any) -> bool:
    return len(domain) == 2 and all(isinstance(v, (int, float)) for v in domain)


def draw(domain: Any, shape: Any, rng: np.random.Generator) -> Any:
    """Numbers of a domain; `shape` "scalar" gives a Python float."""
    size = () if shape == "scalar" else shape
    match domain:
        case "real":
            value = rng.uniform(-2.0, 2.0, size)
        case "positive":
            value = rng.uniform(0.3, 2.5, size)
        case "nonzero":
            value = rng.choice([-1.0, 1.0], size) * rng.uniform(0.4, 2.0, size)
        case "unit":
            value = rng.uniform(-0.9, 0.9, size)
        case "integer":
            value = rng.integers(1, 5, size)
        case (low, high):
            value = rng.uniform(low, high, size)
        case _:
            raise ValueError(f"unknown domain {domain!r}")
    if shape == "scalar":
        return int(value) if domain == "integer" else float(value)
    return np.asarray(value)


def describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(map(describe, value)) + ")"
    return repr(value)


# -- leaves of nested lists and tuples -------------------------------------------------------


def is_leaf(value: Any) -> bool:
    """Can this carry a derivative?"""
    return (
        isinstance(value, (float, complex, np.ndarray, np.inexact))
        and np.asarray(value).dtype.kind in "fc"
    )


def map_leaves(function: Callable[..., Any], value: Any, *others: Any) -> Any:
    """`function` at each leaf; None at what is no leaf; lists become tuples."""
    if isinstance(value, (list, tuple)):
        rest = [o if o is not None else [None] * len(value) for o in others]
        return tuple(map_leaves(function, v, *(r[i] for r in rest)) for i, v in enumerate(value))
    return function(value, *others) if is_leaf(value) else None


def leaves(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in leaves(v)]
    return [value] if is_leaf(value) else []


def moved(value: Any, dot: Any, step: float) -> Any:
    """`value + step * dot`, in the same structure (lists stay lists)."""
    if dot is None:
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, d, step) for v, d in zip(value, dot))
    if isinstance(value, np.ndarray):
        out = np.empty_like(value)  # the layout matters to order="A"
        out[...] = value + step * dot
        return out
    return value + step * dot


def inner(bar: Any, dot: Any) -> float:
    """The real part of the sum of products, without conjugation: JAX's pairing."""
    if bar is None or dot is None:
        return 0.0
    if isinstance(bar, (list, tuple)):
        return sum((inner(b, d) for b, d in zip(bar, dot, strict=True)), 0.0)
    return float(np.real(np.sum(np.asarray(bar) * np.asarray(dot))))


def scale(bar: Any, dot: Any) -> float:
    if bar is None or dot is None:
        return 0.0
    if isinstance(bar, (list, tuple)):
        return sum((scale(b, d) for b, d in zip(bar, dot)), 0.0)
    return float(np.sum(np.abs(np.asarray(bar) * np.asarray(dot))))


def random_like(leaf: Any, rng: np.random.Generator) -> Any:
    dot = rng.normal(size=np.shape(leaf))
    if np.iscomplexobj(leaf):
        dot = dot + 1j * rng.normal(size=np.shape(leaf))
    dtype = np.asarray(leaf).dtype
    if isinstance(leaf, np.ndarray):
        return np.asarray(dot, dtype)
    return dtype.type(dot) if isinstance(leaf, np.generic) else type(leaf)(dot)


# -- the primal, forward and reverse ---------------------------------------------------------


def evaluate(call: Call) -> Any:
    """The primal. NumPy's own warnings (the mean of nothing) are not the subject."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        args = tuple(copy.deepcopy(a) if isinstance(a, GENERATORS) else a for a in call.args)
        if getattr(call.function, "__objclass__", None) is np.ndarray:
            args = (np.asarray(args[0]), *args[1:])
        if inspect.isgetsetdescriptor(call.function):
            return call.function.__get__(*args)
        return call.function(*args, **call.kwargs)


def bound(call: Call) -> dict[str, Any]:
    """The call's arguments by the rule's own names for them: `*args` as a tuple."""
    return dict(_signature(call.rule).bind(*call.args, **call.kwargs).arguments)


def active(call: Call) -> dict[str, Any]:
    """The arguments that can carry a derivative."""
    return {
        name: value
        for name, value in bound(call).items()
        if name in call.rule.wrt and leaves(value)
    }


def _signature(rule: Rule) -> inspect.Signature:
    """The primal's parameters as the rule names them: without results, seeds and tangents."""
    function = rule.partials or rule.reverse or rule.formula
    by_formula = rule.partials is None and rule.reverse is None
    skipped = 0 if by_formula else {"elementwise": 1, "linear": 1, "general": 2}[rule.form]
    parameters = list(inspect.signature(function).parameters.values())[skipped:]
    asked = {f"{f}_{part}" for f in rule.calls for part in PARTS}
    parameters = [p for p in parameters if p.name not in asked]
    return inspect.Signature(parameters)


def variadic(call: Call) -> str | None:
    """The name of the rule's `*args`."""
    parameters = _signature(call.rule).parameters.values()
    return next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), None)


def with_values(call: Call, changes: dict[str, Any]) -> Call:
    """The same call with other values of some arguments."""
    signature = _signature(call.rule)
    positional = signature.bind_partial(*call.args).arguments if call.args else {}
    kwargs = {name: changes.get(name, value) for name, value in call.kwargs.items()}
    args: list[Any] = []
    for name, value in positional.items():
        value = changes.get(name, value)
        variadic = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        args += value if variadic else [value]
    return replace(call, args=tuple(args), kwargs=kwargs)


def forward(call: Call, y: Any, dots: dict[str, Any]) -> Any:
    """The tangent of the result, in its dtype and shape."""
    rule = call.rule
    values = bound(call)
    with np.errstate(all="ignore"):
        if rule.form == "elementwise":
            partials = _partials(call, y)
            y_dot = sum(partials[n] * d for n, d in dots.items() if partials[n] is not None)
        elif rule.form == "linear":
            (name,) = rule.wrt
            y_dot = evaluate(
                with_values(call, {name: _tangent_structure(values[name], dots[name])})
            )
        else:
            assert rule.forward is not None, f"{rule.name} has no forward rule"
            extra = {f"{n}_dot": dots.get(n) for n in rule.wrt}
            extra |= functions_asked_for(call, rule.forward)
            y_dot = rule.forward(y, *call.args, **call.kwargs, **extra)
    return fitted_tangent(y, y_dot)


PARTS = ("forward", "reverse", "tangent")


def functions_asked_for(call: Call, body: Any) -> dict[str, Any]:
    """The derivatives of functions among the arguments that the rule's function asks for."""
    asked, found = inspect.signature(body).parameters, {}
    for name in call.rule.calls:
        if name in bound(call):
            made = _derivatives(bound(call)[name])
            found |= {f"{name}_{p}": made[p] for p in PARTS if f"{name}_{p}" in asked}
    return found


def _derivatives(function: Any) -> dict[str, Any]:
    def tangent(*values: Any) -> Any:
        half = len(values) // 2
        return sourcead.jvp(function, values[:half], values[half:])

    return {
        "forward": lambda *values: sourcead.vjp(function, *values),
        "reverse": lambda saved, out_bar: saved(out_bar),
        "tangent": tangent,
    }


def _tangent_structure(value: Any, dot: Any) -> Any:
    """Tangents in the structure of `value`, zeros where there is none (at integers, say)."""
    if isinstance(value, (list, tuple)):
        dots = dot or [None] * len(value)
        return type(value)(_tangent_structure(v, d) for v, d in zip(value, dots))
    return np.zeros_like(value) if dot is None else dot


def fitted_tangent(y: Any, y_dot: Any) -> Any:
    if isinstance(y, (list, tuple)):
        return tuple(
            fitted_tangent(v, None if y_dot is None else d)
            for v, d in zip(y, y_dot or [None] * len(y))
        )
    if y_dot is None or not is_leaf(y):
        return None
    if np.isrealobj(y):
        y_dot = np.real(y_dot)
    assert np.ndim(y_dot) <= np.ndim(y), (
        f"tangent of shape {np.shape(y_dot)} for a result of {np.shape(y)}"
    )
    return np.broadcast_to(y_dot, np.shape(y))


def reverse(call: Call, y: Any, y_bar: Any) -> dict[str, Any]:
    """The bars of the active arguments, as the rule gives them."""
    rule = call.rule
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if rule.form == "elementwise":
            partials = _partials(call, y)
            return {n: None if partials[n] is None else y_bar * partials[n] for n in active(call)}
        if rule.form == "linear":
            bars = rule.reverse(y_bar, *call.args, **call.kwargs)
        else:
            extra = functions_asked_for(call, rule.reverse)
            bars = rule.reverse(y_bar, y, *call.args, **call.kwargs, **extra)
    if len(rule.wrt) == 1:
        bars = (bars,)
    if bars is None:
        bars = [None] * len(rule.wrt)
    assert len(bars) == len(rule.wrt), f"{len(bars)} bars for {rule.wrt}"
    return {n: bar for n, bar in zip(rule.wrt, bars) if n in active(call)}


def _partials(call: Call, y: Any) -> dict[str, Any]:
    rule = call.rule
    with np.errstate(all="ignore"):
        partials = rule.partials(y, *call.args, **call.kwargs)
    return dict(zip(rule.wrt, partials if len(rule.wrt) > 1 else (partials,), strict=True))


def fitted_bar(value: Any, bar: Any) -> Any:
    """Summed to the argument's shape, its real part for a real argument, in its dtype."""
    if bar is None:
        return None
    if isinstance(value, (list, tuple)):
        assert not isinstance(bar, np.ndarray) or bar.shape[0] == len(
            value
        )  # one array for a list of numbers
        assert len(bar) == len(value), f"{len(bar)} bars for {len(value)} entries"
        return tuple(fitted_bar(v, b) for v, b in zip(value, bar))
    if not is_leaf(value):
        return None
    bar = np.asarray(bar)
    assert bar.ndim >= np.ndim(value), f"bar of shape {bar.shape} for {describe(value)}"
    bar = bar.sum(axis=tuple(range(bar.ndim - np.ndim(value))))
    stretched = tuple(i for i, n in enumerate(np.shape(value)) if n == 1 and bar.shape[i] != 1)
    bar = bar.sum(axis=stretched, keepdims=True)
    assert bar.shape == np.shape(value), f"bar of shape {bar.shape} for {describe(value)}"
    return np.real(bar) if np.isrealobj(value) else bar


# -- differences -----------------------------------------------------------------------------


def difference(call: Call, dots: dict[str, Any], y_bar: Any) -> tuple[float, float]:
    """<y_bar, dy> along `dots` by Ridders' extrapolation of central differences, and its error."""
    values = active(call)
    slopes = []
    for step in STEPS:
        ahead, behind = (
            evaluate(with_values(call, {n: moved(values[n], dots[n], s) for n in dots}))
            for s in (step, -step)
        )
        slopes.append((inner(y_bar, known(ahead)) - inner(y_bar, known(behind))) / (2.0 * step))
    best, error = np.nan, np.inf
    row: list[float] = []
    for slope in slopes:
        new = [slope]
        for order, coarser in enumerate(row, start=1):
            better = new[-1] + (new[-1] - coarser) / (4.0**order - 1.0)
            off = max(abs(better - new[-1]), abs(better - coarser))
            if off < error:
                best, error = better, off
            new.append(better)
        row = new
    return best, error


def known(y: Any) -> Any:
    """Entries that are NaN in the primal as well say nothing."""
    return map_leaves(lambda v: np.where(np.isnan(v), 0.0, v), y)
