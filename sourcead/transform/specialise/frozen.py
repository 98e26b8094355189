"""Distributions with parameters bound: `stats.norm(m, s).logpdf(x)` is differentiated as `stats.norm.logpdf(x, m, s)`.

The object is made as ever; what it was made of is kept as of a `functools.partial`.
"""

from __future__ import annotations

from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Object, Partial, Unknown
from sourcead.ir.nodes import Call, Const, MethodCall, Ref
from sourcead.rules.registry import lookup
from sourcead.transform.builder import Val
from sourcead.transform.distributions import bound_by, distribution_of, has_parameters_bound
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.sequences import has_star

__all__ = ["freeze", "frozen_method", "met_method"]

AT_POINTS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")


def freeze(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """The binding of parameters; None for any other call."""
    distribution = bound_by(obj)
    if distribution is None or has_star(args) or any(k is None for k, _ in kwargs):
        return None
    named = tuple((str(k), v) for k, v in kwargs)
    operands = tuple((k, s.operand(v)) for k, v in named)
    made = s.emit(Call(s.operand(func), tuple(map(s.operand, args)), operands), Unknown(), hint)
    function = (
        func if isinstance(func, Ref) and func.value is distribution else _named(distribution)
    )
    s.kinds[made] = Partial(function, tuple(args), named)
    return made


def met_method(
    s: Context, receiver: Val, kind: Object, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """A method of an object from outside that has parameters bound: they are read off it."""
    if method not in AT_POINTS or not has_parameters_bound(kind.cls):
        return None
    distribution = distribution_of(getattr(s.kind(s.attr(receiver, "dist")), "cls", None))
    given, named = s.components(s.attr(receiver, "args")), s.attr(receiver, "kwds")
    site = getattr(s.kind(named), "site", "")
    names = s.heap.known(site)
    certain = site and ITEM not in names and all(s.heap.is_certain(site, k) for k in names)
    if distribution is None or given is None or not certain:
        return None
    keywords = [(str(k), s.getitem(named, Const(k))) for k in names]
    return s.method(_named(distribution), method, [*args, *given], [*kwargs, *keywords], hint)


def _named(distribution: Any) -> Ref:
    name = getattr(distribution, "name", None) or type(distribution).__name__.removesuffix("_gen")
    return Ref(f"scipy.stats.{name}", distribution)


def _has_rule(distribution: Any, method: str) -> bool:
    """Of a moment, say: some families have rules for theirs."""
    found = getattr(getattr(distribution, "value", None), method, None)
    return found is not None and lookup(found) is not None


def frozen_method(
    s: Context,
    receiver: Val,
    kind: Partial,
    method: str,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
) -> Val:
    """A method of what has been made so: of the distribution itself, with the parameters behind the points."""
    if method in AT_POINTS or _has_rule(kind.function, method):
        return s.method(kind.function, method, [*args, *kind.args], [*kwargs, *kind.kwargs], hint)
    if any(map(s.holds_varied, [receiver, *values_of(args, kwargs)])):
        s.refuse(
            f"`{method}` of a distribution with parameters bound, with a value that carries a derivative",
            "compute it from the parameters; densities and distribution functions are differentiated",
            NoRule,
        )
    operands = tuple(map(s.operand, args))
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(MethodCall(s.operand(receiver), method, operands, keywords), Unknown(), hint)
