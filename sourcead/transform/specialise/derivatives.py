"""Derivatives taken inside the function: `grad(g)(x)`, `jvp(g, (x,), (v,))`, `value, pullback = vjp(g, x)`.

The compiler writes the derivative of `g` for the kinds that its arguments have here, and the statements
stand in place of the call, like those of any callee: whatever mode is applied to the whole is applied to
them.  `g` may be made inside, too: what it captures are further arguments of the inner derivative, which
does not differentiate by them, and the outer one does (so no perturbation is taken for another).

    def f(x):
        return grad(lambda y: x * y * y)(x)         # 2 x y at y = x; f' is 4 x
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from sourcead.api import grad, jvp, value_and_grad, vjp
from sourcead.callables import Mode, Source
from sourcead.derivative import Derivative, Spread
from sourcead.errors import UnknownArgument, WrongCotangent
from sourcead.ir.kinds import (
    Array,
    Np,
    Py,
    Value,
    dtype_of,
)
from sourcead.ir.nodes import UNDEFINED, Const, Function, Ref
from sourcead.jacobians import Hvp, Jacobian, hessian, hvp, jacobian
from sourcead.linear import ElementwiseGradient, elementwise_grad, linearize
from sourcead.sparse import sparse_hessian, sparse_jacobian
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.cotangents import fitted
from sourcead.transform.specialise.inner import Inner, derived, inlined, inner_of, of_live, pair

__all__ = ["DERIVATIVES", "call_derivative"]


# -- grad(g), jacobian(g), ...: functions to be called ---------------------------------------------


@dataclass(frozen=True)
class Taken:
    """`grad`, `jacobian` or another with its options, waiting for a function and its arguments."""

    maker: Callable[..., Any]
    options: tuple[tuple[str, Any], ...] = ()

    @property
    def __name__(self) -> str:
        return self.maker.__name__

    def __call__(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return self.maker(function, **dict(self.options))(*args, **kwargs)


def _maker(maker: Callable[..., Any], *names: str) -> Handler:
    """The handler of `grad(g, argnums, has_aux=...)`: `names` are its parameters after the function."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        function, *rest = args
        given = [*zip(names, rest), *kwargs]
        options = tuple((str(k), _constant(s, maker, v)) for k, v in given)
        known = s.kind(function)
        if isinstance(known, Value):
            made = maker(known.value, **dict(options))
            return Ref(made.__name__, made)  # the object that the program itself would make
        taken = Ref(maker.__name__, Taken(maker, options))
        return s.call(Ref("functools.partial", partial), [taken, function], [], hint)

    return handler


def _constant(s: Context, maker: Any, value: Val) -> Any:
    found = constant_value(s, value)
    if found is UNDEFINED:
        s.refuse(
            f"an option of `{maker.__name__}` is known only at run time",
            "write it as a constant",
        )
    return found


def constant_value(s: Context, value: Val) -> Any:
    """The live object that an operand stands for, UNDEFINED where it is not known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Virtual) and value.form in ("tuple", "list"):
        items = tuple(map(partial(constant_value, s), value.items))
        return UNDEFINED if UNDEFINED in items else items
    kind = s.kind(value)
    return kind.value if isinstance(kind, Value) else UNDEFINED


def call_derivative(s: Context, derivative: Any, args: list[Any], kwargs: Kwargs) -> Val | None:
    """A call of `grad(g)`, of a pullback and the like: its statements in place of it; None for other objects."""
    match derivative:
        case Taken(maker, options):
            function, *args = args
            return _by_maker(s, maker, function, dict(options), args, kwargs)
        case Pulled():
            return _pulled(s, derivative, args)
        case Pushed(source, wrt):
            *values, dot = args
            return _pushed(s, Inner(source, tuple(values), wrt, True), [dot])
        case Jacobian() | Hvp() | ElementwiseGradient():
            maker, live, options_ = derivative.__taken__
            called = Ref(derivative.__name__, live)
            return _by_maker(s, maker, called, options_, args, kwargs)
        case Spread():
            return call_derivative(s, derivative.for_count(len(args)), args, kwargs)
        case Derivative() if derivative.gradient_mode is not None:
            inner = of_live(s, derivative.__wrapped_primal__, 0, args, kwargs)
            (function,) = derived(s, inner, derivative.gradient_mode)
            return inlined(s, function, inner.source, inner.values)
        case Derivative():
            s.refuse(
                f"`{derivative.__name__}` is called inside a function that is differentiated",
                "call sourcead.vjp or sourcead.jvp there",
            )
        case _:
            return None


def _gradient(
    s: Context, function: Val, options: dict[str, Any], args: list[Any], kwargs: Kwargs, value: bool
) -> Val:
    inner = inner_of(s, function, options.get("argnums", 0), args, kwargs)
    aux = bool(options.get("has_aux", False))
    (written,) = derived(s, inner, Mode("gradient", inner.wrt, value, aux, inner.single))
    return inlined(s, written, inner.source, inner.values)


# -- jvp and vjp -----------------------------------------------------------------------------------


def _jvp(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    named: dict[Any, Val] = {**dict(zip(("function", "primals", "tangents"), args)), **dict(kwargs)}
    primals, tangents = s.components(named["primals"]), s.components(named["tangents"])
    if primals is None or tangents is None or len(primals) != len(tangents):
        s.refuse(
            "the arguments and tangents of `jvp` are not two tuples of one length",
            "write them out: jvp(f, (x, y), (v, w))",
        )
    aux = bool(_constant(s, jvp, named.get("has_aux", Const(False))))
    inner = inner_of(s, named["function"], None, primals, [])
    value, dot = pair(s, _pushed(s, inner, tangents, aux))
    if not aux:
        return Virtual((value, dot))
    out, rest = pair(s, value)
    return Virtual((out, dot, rest))


def _pushed(s: Context, inner: Inner, tangents: Sequence[Val], aux: bool = False) -> Val:
    """`(value, tangent)`"""
    (written,) = derived(s, inner, Mode("tangent", inner.wrt, aux=aux))
    dots = [fitted(s, inner.values[i], v, "tangent") for i, v in zip(inner.wrt, tangents)]
    return inlined(s, written, inner.source, [*inner.values, *dots])


@dataclass(frozen=True, eq=False)
class Pulled:
    """The reverse half of a pullback, waiting for the value, what was saved, and a cotangent."""

    reverse: Function
    source: Source

    __name__ = "pullback"

    def __call__(self, value: Any, saved: Any, out_bar: Any) -> Any:
        raise TypeError("a pullback that is made inside a differentiated function is called there")


def _vjp(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    function, *primals = args
    options = {str(k): _constant(s, vjp, v) for k, v in kwargs}
    argnums = options.get("argnums")
    inner = inner_of(
        s, function, (argnums,) if isinstance(argnums, (int, str)) else argnums, primals, []
    )
    aux = bool(options.get("has_aux", False))
    value, pullback = _vjp_of(s, inner, aux)
    if not aux:
        return Virtual((value, pullback))
    out, rest = pair(s, value)
    return Virtual((out, pullback, rest))


def _vjp_of(s: Context, inner: Inner, aux: bool = False) -> tuple[Val, Val]:
    forward, reverse = derived(s, inner, Mode("pullback", inner.wrt, aux=aux))
    value, saved = pair(s, inlined(s, forward, inner.source, inner.values))
    out = pair(s, value)[0] if aux else value
    pulled = Ref("pullback", Pulled(reverse, inner.source))
    made = s.call(Ref("functools.partial", partial), [pulled, out, saved], [], "pullback")
    return value, made


def _pulled(s: Context, pulled: Pulled, args: list[Any]) -> Val:
    """A call of a pullback: the statements of its reverse half."""
    if len(args) != 3:
        s.refuse("a pullback takes one cotangent", "pass a tuple for a tuple", WrongCotangent)
    value, saved, out_bar = args
    seed = fitted(s, value, out_bar, "cotangent")
    return inlined(s, pulled.reverse, pulled.source, [saved, seed])


# -- products and matrices -------------------------------------------------------------------------


def _hvp(
    s: Context, function: Val, options: dict[str, Any], args: list[Any], kwargs: Kwargs
) -> Val:
    *primals, v = args
    aux = bool(options.get("has_aux", False))
    inner = _second(s, inner_of(s, function, options.get("argnums", 0), primals, kwargs), aux)
    vectors = [v] if inner.single else s.components(v)
    if vectors is None or len(vectors) != len(inner.wrt):
        s.refuse(
            f"the vector of a Hessian by {len(inner.wrt)} arguments is no tuple of {len(inner.wrt)}",
            "pass one vector for each of argnums",
            UnknownArgument,
        )
    value, product = pair(s, _pushed(s, inner, vectors, aux))
    return Virtual((product, pair(s, value)[1])) if aux else product


def _second(s: Context, inner: Inner, aux: bool = False) -> Inner:
    """The gradient of a function, to be differentiated in turn."""
    assert s.tools is not None
    mode = Mode("gradient", inner.wrt, aux=aux, single=inner.single)
    return replace(inner, source=s.tools.gradient(inner.source, mode))


def _jacobian(
    s: Context, function: Val, options: dict[str, Any], args: list[Any], kwargs: Kwargs
) -> Val:
    inner = inner_of(s, function, options.get("argnums", 0), args, kwargs)
    return _matrix(s, inner, options)


def _hessian(
    s: Context, function: Val, options: dict[str, Any], args: list[Any], kwargs: Kwargs
) -> Val:
    aux = bool(options.get("has_aux", False))
    inner = inner_of(s, function, options.get("argnums", 0), args, kwargs)
    return _matrix(s, _second(s, inner, aux), {**options, "mode": "forward"})


def _matrix(s: Context, inner: Inner, options: dict[str, Any]) -> Val:
    """The Jacobian of one array or number by one: a sweep for each number of one of the two."""
    if not inner.single or len(inner.wrt) != 1:
        s.refuse(
            "a Jacobian by several arguments inside a function that is differentiated",
            "take one for each of them",
        )
    if options.get("has_aux", False):
        s.refuse("has_aux of a Jacobian inside a function that is differentiated", "leave it out")
    x = inner.values[inner.wrt[0]]
    _require_numbers(s, x, "argument")
    if isinstance(s.kind(x), (Py, Np)):
        return pair(s, _pushed(s, inner, [Const(1.0)]))[1]
    if options.get("mode") == "forward":
        push = s.call(
            Ref("functools.partial", partial),
            [Ref("push", Pushed(inner.source, inner.wrt)), *inner.values],
            [],
            "push",
        )
        return s.inline(s.lower(by_columns), by_columns, [push, x], [])
    value, pullback = _vjp_of(s, inner)
    _require_numbers(s, value, "result")
    if isinstance(s.kind(value), (Py, Np)):
        return s.getitem(s.call(pullback, [Const(1.0)], []), Const(0))
    return s.inline(s.lower(by_rows), by_rows, [pullback, value, x], [])


@dataclass(frozen=True)
class Pushed:
    """The tangent of a function by one argument, waiting for values and a direction."""

    source: Source
    wrt: tuple[int, ...]

    __name__ = "push"

    def __call__(self, *values: Any) -> Any:
        raise TypeError(
            "the tangent of a function that is made inside a differentiated one is called there"
        )


def _require_numbers(s: Context, value: Val, what: str) -> None:
    kind = s.kind(value)
    dtype = dtype_of(kind)
    if not isinstance(kind, (Py, Np, Array)) or dtype is None or dtype.kind != "f":
        s.refuse(
            f"a Jacobian inside a function that is differentiated, of which the {what} is {kind}",
            "use functions from one float or array of floats to one",
        )


def by_columns(push, x):  # type: ignore[no-untyped-def]
    """Directions along each number of `x`."""
    value, _ = push(np.zeros_like(x))
    shape = np.shape(value)
    columns = np.empty((x.size, *shape))
    units = np.eye(x.size).reshape((x.size, *x.shape))
    for i in range(x.size):
        columns[i] = push(units[i])[1]
    return np.moveaxis(columns, 0, -1).reshape(shape + x.shape)


def by_rows(pullback, value, x):  # type: ignore[no-untyped-def]
    """Cotangents along each number of `value`."""
    rows = np.empty((value.size, *x.shape))
    units = np.eye(value.size).reshape((value.size, *value.shape))
    for i in range(value.size):
        rows[i] = pullback(units[i])[0]
    return rows.reshape(value.shape + x.shape)


def _elementwise(
    s: Context, function: Val, options: dict[str, Any], args: list[Any], kwargs: Kwargs
) -> Val:
    inner = inner_of(s, function, options.get("argnums", 0), args, kwargs)
    aux = bool(options.get("has_aux", False))
    value, pullback = _vjp_of(s, inner, aux)
    out, rest = pair(s, value) if aux else (value, None)
    seed: Val = Const(1.0)
    if isinstance(s.kind(out), Array):
        seed = s.call(Ref("np.ones_like", np.ones_like), [out], [])
    bars = s.call(pullback, [seed], [])
    slopes = s.getitem(bars, Const(0)) if inner.single else bars
    return slopes if rest is None else Virtual((slopes, rest))


def _refused(maker: Callable[..., Any], way_out: str) -> Handler:
    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        s.refuse(f"`{maker.__name__}` inside a function that is differentiated", way_out)

    return handler


def _by_maker(
    s: Context,
    maker: Any,
    function: Val,
    options: dict[str, Any],
    args: list[Any],
    kwargs: Kwargs,
) -> Val:
    found: Val = _BY_MAKER[maker](s, function, options, args, kwargs)
    return found


_BY_MAKER: dict[Any, Any] = {
    grad: partial(_gradient, value=False), value_and_grad: partial(_gradient, value=True), hvp: _hvp,
    jacobian: _jacobian, hessian: _hessian, elementwise_grad: _elementwise,
}  # fmt: skip

DERIVATIVES: dict[Any, Handler] = {
    grad: _maker(grad, "argnums"), value_and_grad: _maker(value_and_grad, "argnums"), jvp: _jvp, vjp: _vjp,
    jacobian: _maker(jacobian, "argnums"), hessian: _maker(hessian, "argnums"), hvp: _maker(hvp, "argnums"),
    elementwise_grad: _maker(elementwise_grad, "argnums"),
    linearize: _refused(linearize, "use jvp, or vjp"),
    sparse_jacobian: _refused(sparse_jacobian, "use jacobian"),
    sparse_hessian: _refused(sparse_hessian, "use hessian"),
}  # fmt: skip
