"""The stages by name and order; the only file that knows all of them.

    function --lower--> Wengert list --specialise--> kinds known --gradient/tangent--> derivative
             --simplify--> Wengert list --emit--> text --load--> callable
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sourcead.rules.numpy
import sourcead.rules.python
import sourcead.rules.scipy  # noqa: F401
from sourcead.emit.load import load
from sourcead.emit.source import emit
from sourcead.errors import NotAFunction
from sourcead.frontend.lower import lower
from sourcead.guards import Guards, guards_for
from sourcead.ir.kinds import Kind, carries
from sourcead.ir.nodes import Const, Function, Param, Store
from sourcead.ir.show import show
from sourcead.ir.walk import statements, substitute
from sourcead.transform.forward import tangent
from sourcead.transform.gradient import clean, gradient, pullback
from sourcead.transform.specialise import Specialised, specialise

__all__ = ["Compiled", "Mode", "Source", "compile_derivative", "source_of"]


@dataclass(frozen=True)
class Mode:
    """Which derivative: `form` is gradient, pullback or tangent; `wrt` the positions of the parameters."""

    form: str
    wrt: tuple[int, ...]
    value: bool = False
    aux: bool = False
    single: bool = True  # one adjoint by itself rather than a tuple of one


@dataclass(frozen=True)
class Source:
    """Something that can be differentiated: how to get its Wengert list for arguments of given kinds."""

    name: str
    template: Callable[[Sequence[Kind]], Function]
    live: types.FunctionType  # whose globals and closure cells the code reads
    parameters: tuple[inspect.Parameter, ...]
    receiver: Any = None


@dataclass
class Compiled:
    """A derivative for one signature: the callable, its text and its Wengert list."""

    call: Callable[..., Any]
    source: str
    functions: tuple[Function, ...]
    primal: Function
    reverse: Callable[..., Any]  # the second half of a pullback
    writes_arguments: bool
    details: Any = None
    guards: Guards | None = None

    @property
    def wengert(self) -> str:
        return show(self.primal)

    def valid(self) -> bool:
        """Do the assumptions about live objects still hold?"""
        return self.guards is None or self.guards.hold()


def source_of(function: Any) -> Source:
    """The differentiable view of a live callable."""
    view = getattr(function, "__differentiable_source__", None)
    if view is not None:
        return view()  # type: ignore[no-any-return]
    plain, receiver = function, None
    if isinstance(function, functools._lru_cache_wrapper):
        plain = function.__wrapped__
    elif not isinstance(function, types.FunctionType) and hasattr(function, "py_func"):
        plain = function.py_func
    if isinstance(plain, (staticmethod, classmethod)):
        plain = plain.__func__
    if isinstance(plain, types.MethodType):
        plain, receiver = plain.__func__, plain.__self__
    elif isinstance(plain, functools.partial) or not isinstance(plain, types.FunctionType):
        plain, receiver = _adapted(function)
    parameters = tuple(inspect.signature(plain, follow_wrapped=False).parameters.values())
    return Source(plain.__name__, lambda kinds: lower(plain), plain, parameters, receiver)


def _adapted(function: Any) -> tuple[types.FunctionType, Any]:
    """Partials, callable objects and functions without source of their own: called by a small function."""
    call = getattr(type(function), "__call__", None)
    if isinstance(call, types.FunctionType):
        return call, function
    if callable(function):
        from sourcead.adapters import adapter

        return adapter(function), None
    raise NotAFunction.at(
        Function("", (), (), None, None).origin or _nowhere(),  # type: ignore[arg-type]
        f"{type(function).__name__} object is not a function", "pass a Python function",
    )


def _nowhere() -> Any:
    from sourcead.ir.nodes import Origin

    return Origin.none()


@dataclass
class Derived:
    """The derivative's Wengert list for one signature, before it becomes text."""

    functions: tuple[Function, ...]  # one, or the two halves of a pullback
    done: Specialised
    details: Any


def derive(source: Source, kinds: Sequence[Kind], mode: Mode) -> Derived:
    """The stages up to the derivative's Wengert list."""
    template = source.template(kinds)
    varied = [i in mode.wrt and carries(k) for i, k in enumerate(kinds)]
    done = specialise(template, kinds, varied, lower=lower, live=source.live)
    name = f"{source.name.strip('<>')}_{_label(mode)}"
    if mode.form == "gradient":
        made = gradient(done, mode.wrt, value=mode.value, name=name, aux=mode.aux, single=mode.single)
        return Derived((made.function,), done, made)
    if mode.form == "pullback":
        split = pullback(done, mode.wrt, name=name)
        return Derived((split.forward, split.reverse), done, split)
    function = clean(tangent(done, mode.wrt, name=name), done.builder)
    return Derived((function,), done, None)


def template_of_gradient(source: Source, mode: Mode, kinds: Sequence[Kind]) -> Function:
    """A gradient as something that can itself be differentiated: seed 1, parameters of the primal."""
    function = derive(source, kinds, mode).functions[0]
    seed = next(p.name for p in function.params if p.form == "seed")
    body = tuple(substitute(s, {seed: Const(1.0)}) for s in function.body)
    result = Const(1.0) if function.result == seed else function.result
    params = tuple(p for p in function.params if p.form != "seed")
    return replace(function, body=body, params=params, result=result)


def compile_derivative(source: Source, kinds: Sequence[Kind], mode: Mode) -> Compiled:
    """All stages for arguments of these kinds."""
    derived = derive(source, kinds, mode)
    header = _header(source, kinds, mode)
    calls, texts = [], []
    inlined = [live for live, _ in derived.done.builder.seen]
    cells = _cells(source.live)
    scope = {**source.live.__globals__, **{n: c.cell_contents for n, c in cells.items() if _is_bound(c)}}
    for function in map(_positional, derived.functions):
        seeds = {p.name.hint: 1.0 for p in function.params if p.form == "seed"} if mode.form == "gradient" else {}
        emitted = emit(function, header=header, scope=scope, inlined=inlined, closure=cells, defaults=seeds)
        texts.append(emitted.text)
        calls.append(load(emitted, None, source.live.__globals__, cells, seeds))
    params = [p.name for p in derived.done.function.params]
    writes = any(isinstance(s, Store) for s in statements(derived.done.function.body)) and len(params) > 1
    return Compiled(calls[0], "\n\n".join(texts), derived.functions, derived.done.function, calls[-1], writes,
                    derived.details, guards_for(derived.done.builder.seen))


def _positional(function: Function) -> Function:
    """Generated functions take one value for each parameter of the primal."""
    params = tuple(p if p.form == "seed" else Param(p.name) for p in function.params)
    return replace(function, params=params)


def _is_bound(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _label(mode: Mode) -> str:
    return {"gradient": "value_and_grad" if mode.value else "grad", "pullback": "vjp", "tangent": "jvp"}[mode.form]


def _header(source: Source, kinds: Sequence[Kind], mode: Mode) -> str:
    label = _label(mode)
    args = ", ".join(f"{p.name}: {_plain_kind(k)}" for p, k in zip(source.parameters, kinds))
    return f"{label}({source.name}), {args}"


def _plain_kind(kind: Kind) -> str:
    from sourcead.ir.kinds import Array

    if isinstance(kind, Array):
        return f"{kind.dtype}[{', '.join('1' if d == 1 else ':' for d in kind.dims)}]"
    return str(kind)


def _cells(function: types.FunctionType) -> dict[str, Any]:
    return dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
