"""Products with a Hessian where the tangent of the gradient is refused: derivatives of a directional derivative.

>>> float(Otherwise(lambda x: x**3, 0, False).product((2.0,), (1.0,))[0])
12.0

The two halves of a recursive function that writes its argument cannot be differentiated, nor those of a
solver of differential equations; their tangents can, and the derivative of the slope along v, by reverse
mode, is the Hessian times v.  Where that is refused too, forward mode gives it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.adapters import function_of_text
from sourcead.api import Argnums, Derivative, grad, jvp, positions
from sourcead.callables import source_of
from sourcead.errors import NoRule, NotDifferentiable
from sourcead.ir.origin import Origin
from sourcead.nested import flatten, unflatten
from sourcead.seeds import fitted

if TYPE_CHECKING:
    from sourcead.jacobians import Jacobian

__all__ = ["Otherwise"]

REFUSALS = (NoRule, NotDifferentiable)


class Otherwise:
    """Products with the Hessian as derivatives of a directional derivative.

    was_taken: by the last call, because the tangent of the gradient is refused.
    """

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool) -> None:
        self._function, self._aux = function, has_aux
        self._gradient: Derivative = grad(function, argnums, has_aux=has_aux)
        self._wrt, _ = positions(function, argnums)
        self._refused: set[Any] = set()  # the kinds of arguments for which it is
        self._by_forward = False
        self.was_taken = False

    def where_refused(
        self,
        usual: Callable[[], Any],
        ran: Callable[[], bool],
        other: Callable[[Any], Any],
        args: Any,
        kwargs: Any,
    ) -> Any:
        """`usual()`, and `other(arguments)` where it is refused; its refusal, if both are.

        ran: whether the refusal came while the program ran, which is not to be run once more.
        """
        self.was_taken = bool(self._refused) and self._key(args, kwargs) in self._refused
        if self.was_taken:
            return other(self._gradient._bind(args, kwargs))
        try:
            return usual()
        except REFUSALS as refusal:
            if ran() or not self._is_possible(args, kwargs):
                raise
            self.was_taken = True
            try:
                found = other(self._gradient._bind(args, kwargs))
            except REFUSALS:
                self.was_taken = False
                raise refusal from None
            self._refused.add(self._key(args, kwargs))
            return found

    def product(self, full: Sequence[Any], dots: Sequence[Any]) -> Any:
        """The Hessian times `dots`: the gradient, as a tuple, of the slope in that direction."""
        along = [fitted(full[i], v, "tangent", Origin.none()) for i, v in zip(self._wrt, dots)]
        if not self._by_forward and is_refused(self._reverse, *full, *along):
            self._by_forward = True
        return (self._forward if self._by_forward else self._reverse)(*full, *along)

    def products(self, full: Sequence[Any], seeds: Any) -> Any:
        """The products with a stack of directions, as a stack.

        The program runs once for each: all but the last time on copies.  Raises NotDifferentiable where that
        would be noticed.
        """
        leaves, structure = flatten(tuple(seeds))
        directions = [unflatten(structure, list(each)) for each in zip(*leaves)]
        copies = [self._copied(full) for _ in directions[1:]]
        rows = [flatten(self.product(*each))[0] for each in zip([*copies, full], directions)]
        return unflatten(structure, [np.stack(parts) for parts in zip(*rows)])

    def _copied(self, full: Sequence[Any]) -> tuple[Any, ...]:
        from sourcead.repeatable import calls_back_harmlessly, is_repeatable
        from sourcead.runtime.contents import for_another_call

        primal = self._gradient._compiled(self._gradient._kinds(tuple(full)), tuple(full)).primal
        known = is_repeatable(primal) and calls_back_harmlessly(primal)
        copies = for_another_call(tuple(full)) if known else None
        if copies is None:
            raise NotDifferentiable.at(
                primal.origin,
                "this Hessian takes a call for each direction, and the function changes or draws what is outside of it",
                "use sourcead.hvp, which takes one call",
            )
        return copies

    @property
    def applied(self) -> Derivative:
        """The derivative whose code runs."""
        return self._forward._applied() if self._by_forward else self._reverse

    @functools.cached_property
    def _reverse(self) -> Derivative:
        return grad(self._slope, self._wrt)

    @functools.cached_property
    def _forward(self) -> Jacobian:
        from sourcead.jacobians import Jacobian

        return Jacobian(self._slope, self._wrt, "forward", False)

    @functools.cached_property
    def _slope(self) -> Any:
        """`f_slope(x, n, x_dot)`: the derivative of `f(x, n)` in the direction x_dot, as a function of all three."""
        source = source_of(self._function)
        names = [p.name for p in source.parameters]
        given = [
            f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name for p in source.parameters
        ]
        varied = [names[i] for i in self._wrt]
        dots = [_unlike(names, f"{name}_dot") for name in varied]
        push, target = _unlike(names, "jvp"), _unlike(names, "target")
        of_all = varied == given
        along = target if of_all else f"lambda {', '.join(varied)}: {target}({', '.join(given)})"
        name = f"{source.name}_slope" if source.name.isidentifier() else "slope"
        text = (
            f"def {name}({', '.join([*names, *dots])}):\n"
            f"    return {push}({along}, ({', '.join(varied)},), ({', '.join(dots)},))[1]\n"
        )
        return function_of_text(name, text, {push: jvp, target: self._function})

    def _key(self, args: Any, kwargs: Any) -> Any:
        return self._gradient._kinds(self._gradient._bind(args, kwargs))

    def _is_possible(self, args: Any, kwargs: Any) -> bool:
        """The parameters have names, the arguments are real, and there is nothing beside the value to return."""
        parameters = source_of(self._function).parameters
        if self._aux or any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
            return False
        full = self._gradient._bind(args, kwargs)
        leaves = flatten(tuple(full[i] for i in self._wrt))[0]
        return not any(map(np.iscomplexobj, leaves))


def is_refused(derivative: Any, *args: Any, **kwargs: Any) -> bool:
    """For these arguments; nothing is run."""
    try:
        derivative.source_for(*args, **kwargs)
    except REFUSALS:
        return True
    return False


def _unlike(names: Sequence[str], name: str) -> str:
    return name if name not in names else _unlike(names, f"{name}_")
