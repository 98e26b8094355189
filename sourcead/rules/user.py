"""Rules of users: `sourcead.rule`, `sourcead.nondifferentiable`, `sourcead.stop_gradient`.

@sourcead.rule(fastlib.lookup, form="elementwise")
def lookup(y, x):
    return fastlib.lookup_slope(x)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sourcead.rules.registry import Effects, Rule, changed, lookup, register

if TYPE_CHECKING:
    from sourcead.ir.kinds import Kind

__all__ = ["nondifferentiable", "rule", "stop_gradient"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def rule(
    *functions: Any, form: str = "reverse", wrt: tuple[str, ...] | None = None, pure: bool = True
) -> Callable[[F], F]:
    """State the derivative of `functions` (also of functions without Python source, and of your own).

    form="reverse": the decorated `r(y_bar, y, *parameters)` returns the adjoints of `wrt` (default: all
      parameters), a tuple if several, None for zero.
    form="elementwise": `r(y, *parameters)` returns the partial derivatives dy/dx of a function applied
      element by element.
    form="linear": `r(y_bar, *parameters)` is the transpose in the first parameter (or `wrt`).
    form="forward": `r(y, *parameters, *, x_dot, ...)` returns the tangent; after a reverse rule.  Without
      one, forward mode transposes the reverse rule, whose code it differentiates for that.
    pure: the function has no effects, and may be called again or dropped.
    """

    def decorate(body: F) -> F:
        names = tuple(inspect.signature(body).parameters)
        effects = Effects(pure=pure)
        name = getattr(functions[0], "__name__", body.__name__)
        _check_order(names, form)
        match form:
            case "elementwise":
                found = Rule(
                    name,
                    form,
                    functions,
                    wrt or names[1:],
                    partials=body,
                    effects=effects,
                    kind=_elementwise_kind,
                )
            case "linear":
                found = Rule(
                    name,
                    form,
                    functions,
                    wrt or names[1:2],
                    reverse=body,
                    effects=effects,
                    kind=_any_number,
                )
            case "reverse":
                from sourcead.rules.transposed import forward_of

                found = Rule(
                    name,
                    "general",
                    functions,
                    wrt or names[2:],
                    reverse=body,
                    forward=forward_of(body, wrt or names[2:]),
                    effects=effects,
                    kind=_any_number,
                )
            case "forward":
                for function in functions:
                    known = lookup(function)
                    if known is None:
                        raise ValueError(
                            f"{function!r} has no reverse rule yet: state that one first"
                        )
                    known.forward = body
                changed()
                return body
            case _:
                raise ValueError(
                    f"form is 'reverse', 'forward', 'elementwise' or 'linear', not {form!r}"
                )
        lookup(functions[0])  # loads the rules that come with sourcead: the later one wins
        register(found)
        changed()
        return body

    return decorate


def _check_order(names: tuple[str, ...], form: str) -> None:
    """An adjoint among the parameters of the primal is a rule in another order."""
    behind = names[1:] if form in ("reverse", "linear") else names
    shifted = [n for n in behind if n.endswith("_bar")]
    if shifted and form != "forward":
        expected = {"reverse": "y_bar, y, ", "linear": "y_bar, ", "elementwise": "y, "}
        raise ValueError(
            f"`{shifted[0]}` stands among the parameters of the function: "
            f"a rule of form {form!r} takes ({expected.get(form, '')}*parameters)"
        )


def _elementwise_kind(*kinds: Any, **named: Any) -> Kind:
    from sourcead.ir.kinds import Array, Np, Number, Py, broadcast_dims, is_number

    plain = [k for k in kinds if is_number(k)]
    arrays = [k for k in plain if isinstance(k, Array)]
    if arrays and len(plain) == len(kinds):
        return Array(arrays[0].dtype, broadcast_dims([k.dims for k in arrays]))
    if all(isinstance(k, (Py, Np)) or not is_number(k) for k in kinds):
        return Py(float)
    return Number()


def _any_number(*kinds: Any, **named: Any) -> Kind:
    from sourcead.ir.kinds import Number

    return Number()


def nondifferentiable(function: F) -> F:
    """Declare that the results of `function` do not vary with its inputs (its derivative is zero)."""
    lookup(function)  # loads the rules that come with sourcead: the later one wins
    register(
        Rule(
            getattr(function, "__name__", "function"),
            "constant",
            (function,),
            effects=Effects(pure=False),
        )
    )
    changed()
    return function


def stop_gradient(x: T) -> T:
    """`x`, as a constant for differentiation.

    >>> stop_gradient(2.0)
    2.0
    """
    return x


register(
    Rule(
        "stop_gradient",
        "constant",
        (stop_gradient,),
        effects=Effects(returns="same"),
        kind=lambda x: x,
    )
)
