"""The derivative at a point as a linear map: the primal is run once, the map applied many times.

>>> import numpy as np
>>> value, push = linearize(lambda x: x * np.sum(x), np.array([1.0, 2.0]))
>>> value.tolist(), push(np.array([1.0, 0.0])).tolist(), push(np.array([0.0, 1.0])).tolist()
([3.0, 6.0], [4.0, 2.0], [1.0, 5.0])
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.adapters import spread
from sourcead.api import Argnums, addresses_star, positions
from sourcead.callables import Compiled, Mode, source_of
from sourcead.derivative import Applied, Derivative, Spread, annotated
from sourcead.importable import importable
from sourcead.ir.origin import Origin
from sourcead.nested import Spot, flatten, unflatten
from sourcead.seeds import fitted

if TYPE_CHECKING:
    from sourcead.ir.kinds import Kind

__all__ = [
    "ElementwiseGradient",
    "Linearization",
    "LinearMap",
    "elementwise_grad",
    "linear_map",
    "linearize",
    "transposed_map",
]


@dataclass(frozen=True)
class LinearMap:
    """The derivative of a function at a point.

    many: applies it to stacks of seeds: of tangents of the arguments (a tuple), or, where
      `is_transposed`, of cotangents of the value.
    """

    value: Any
    aux: Any
    primals: tuple[Any, ...]
    many: Callable[[Any], Any]
    is_transposed: bool
    source: str
    origin: Origin


class Linearization(Derivative):
    """Makes the linear maps of a function: its tangent, or its adjoint, in two halves."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, mode, "linear" if mode.form == "linear" else "vjp")

    def __reduce__(self) -> Any:
        return type(self), (importable(self._function), self._mode)

    def _target(self, compiled: Compiled) -> Callable[..., Any]:
        """The derivative at the arguments, as a `LinearMap`."""
        forward, second, origin = compiled.call, compiled.reverse, self._origin()
        reverse, aux = self._mode.form == "pullback", self._mode.aux

        def at(*full: Any) -> LinearMap:
            primals = tuple(_as_now(full[i]) for i in self._mode.wrt)
            value, saved = forward(*full)
            value, rest = value if aux else (value, None)

            def many(seeds: Any) -> Any:
                """The stack of results for a stack of seeds."""
                with annotated():
                    return second(saved, seeds) if reverse else second(saved, *seeds)

            return LinearMap(value, rest, primals, many, reverse, compiled.source, origin)

        return at

    def primals(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The arguments that are differentiated."""
        full = self._bind(args, kwargs)
        return tuple(full[i] for i in self._mode.wrt)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


def _as_now(value: Any) -> Any:
    """An argument as it is on entry: the primal may change how many parts a list or dict has."""
    leaves, structure = flatten(value)
    return value if structure is Spot.LEAF else unflatten(structure, leaves)


def linearize(
    function: Any, *primals: Any, argnums: Argnums | None = None, has_aux: bool = False
) -> tuple[Any, ...]:
    """`(value, push)`: `push(*tangents)` is the derivative of `function` at `primals`, as in `jvp`.

    The function is run once; what its derivative needs is kept, so each `push` costs about as much as
    the linear part of the code, and what the caller changes later does not matter.  tangents: one for
    each of `argnums` (all arguments where it is None), of the argument's structure and shape.
    has_aux: the function returns `(out, aux)`; the result is `(out, push, aux)`.
    """
    wrt = tuple(range(len(primals))) if argnums is None else argnums
    if isinstance(function, Spread):
        function = function.for_count(len(primals))
    if addresses_star(function, wrt):
        function = spread(function, len(primals))
    at, _ = positions(function, wrt)
    found: LinearMap = _linearization(function, Mode("linear", at, aux=has_aux))(*primals)

    def push(*tangents: Any) -> Any:
        """The derivative in the direction of `tangents`, one for each argument."""
        if len(tangents) != len(found.primals):
            raise TypeError(f"{len(found.primals)} tangents are expected, {len(tangents)} given")
        pairs = zip(found.primals, tangents)
        return found.many([fitted(p, t, "tangent", found.origin) for p, t in pairs])

    return (found.value, push, found.aux) if has_aux else (found.value, push)


def elementwise_grad(
    function: Any, argnums: Argnums = 0, *, has_aux: bool = False
) -> ElementwiseGradient:
    """The sums of the Jacobian's columns, in one sweep: of a function that works element by element, its slopes.

    The result has the structure and shape of the argument (a tuple of such for several `argnums`): for
    `np.tanh` of an array the derivative of each element.  has_aux: the function returns `(out, aux)`;
    the result is `(slopes, aux)`.
    """
    return ElementwiseGradient(function, argnums, has_aux)


class ElementwiseGradient(Applied):
    """The slopes of `function`, a callable with its parameters."""

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool) -> None:
        self._function, self._argnums, self._aux = function, argnums, has_aux
        self._wrt, self._single = positions(function, argnums)
        self.__name__ = f"{source_of(function).name}_elementwise_grad"
        self.__doc__ = f"The slopes of `{source_of(function).name}`, element by element."
        self.__taken__ = elementwise_grad, function, {"argnums": argnums, "has_aux": has_aux}

    def __reduce__(self) -> Any:
        return ElementwiseGradient, (importable(self._function), self._argnums, self._aux)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found: LinearMap = self._applied()(*args, **kwargs)
        leaves, structure = flatten(found.value)
        ones = [np.ones_like(leaf) if np.ndim(leaf) else type(leaf)(1.0) for leaf in leaves]
        bars = found.many(unflatten(structure, ones))
        slopes = bars[0] if self._single else bars
        return (slopes, found.aux) if self._aux else slopes

    def _applied(self) -> Linearization:
        return _linearization(self._function, Mode("pullback", self._wrt, aux=self._aux))

    def __repr__(self) -> str:
        return f"<elementwise_grad of {source_of(self._function).name}>"


def linear_map(function: Any, wrt: tuple[int, ...], aux: bool) -> Linearization:
    """Linear maps of `function` that take stacks of tangents."""
    return _linearization(function, Mode("linear", wrt, aux=aux, batch=True))


def transposed_map(function: Any, wrt: tuple[int, ...], aux: bool) -> Linearization:
    """Linear maps of `function` that take stacks of cotangents."""
    return _linearization(function, Mode("pullback", wrt, aux=aux, batch=True))


def _linearization(function: Any, mode: Mode) -> Linearization:
    try:
        return _kept(function, mode)
    except TypeError:  # not hashable
        return Linearization(function, mode)


@functools.lru_cache(maxsize=512)
def _kept(function: Any, mode: Mode) -> Linearization:
    return Linearization(function, mode)
