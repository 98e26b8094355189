"""The public functions grad, value_and_grad, vjp and jvp, and the decorator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, TypeVar, overload

from sourcead.adapters import spread
from sourcead.callables import Mode, Source, origin_of, source_of
from sourcead.derivative import Applied, Derivative, Pullback, Pushforward, Spread
from sourcead.errors import UnknownArgument, WrongCotangent
from sourcead.importable import importable

__all__ = [
    "Derivative",
    "Differentiable",
    "differentiate",
    "grad",
    "jvp",
    "pushforward",
    "value_and_grad",
    "vjp",
]

F = TypeVar("F", bound=Callable[..., Any])
Argnums = int | str | Sequence[int | str]


# -- argnums ---------------------------------------------------------------------------------


def positions(function: Any, argnums: Argnums) -> tuple[tuple[int, ...], bool]:
    """Positions of the parameters asked for, and whether it was a single one."""
    source = source_of(function)
    shift = 0 if source.receiver is None else 1
    names = [p.name for p in source.parameters][shift:]
    single = isinstance(argnums, (int, str))
    found = []
    for item in _several(argnums):
        position = names.index(item) if isinstance(item, str) and item in names else item
        if (
            isinstance(position, bool)
            or not isinstance(position, int)
            or not -len(names) <= position < len(names)
        ):
            raise UnknownArgument.at(
                origin_of(source),
                f"`{source.name}` has no parameter {item!r}",
                f"its parameters are: {', '.join(names) or 'none'}",
            )
        found.append(position % len(names) + shift)
    return tuple(found), single


def _asked_for(function: Any, argnums: Argnums) -> tuple[tuple[int, ...], bool]:
    """As `positions`, of at least one parameter."""
    found, single = positions(function, argnums)
    if not found:
        source = source_of(function)
        raise UnknownArgument.at(
            origin_of(source),
            f"the gradient of `{source.name}` is asked for with respect to nothing",
            "name a parameter: argnums=0, argnums='x'",
        )
    return found, single


def _several(argnums: Argnums) -> list[Any]:
    return list(argnums) if isinstance(argnums, (tuple, list, range)) else [argnums]


def addresses_star(function: Any, argnums: Argnums) -> bool:
    """Is a position meant that is an element of `*values`?"""
    if not isinstance(function, FunctionType):
        return False
    kinds = [p.kind for p in inspect.signature(function, follow_wrapped=False).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        return False
    first = kinds.index(inspect.Parameter.VAR_POSITIONAL)
    return any(isinstance(i, int) and i >= first for i in _several(argnums))


# -- the functions ---------------------------------------------------------------------------


def grad(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Derivative:
    """The gradient of a real scalar function: a callable with the same parameters.

    argnums: parameter positions or names; a tuple of them gives a tuple of gradients, each of its
    argument's structure, shape and dtype.  has_aux: the function returns `(value, aux)`; the result
    is `(gradient, aux)`.
    """
    if addresses_star(function, argnums):
        return Spread(function, argnums, lambda fixed: grad(fixed, argnums, has_aux=has_aux))  # type: ignore[return-value]
    wrt, single = _asked_for(function, argnums)
    return Derivative(function, Mode("gradient", wrt, False, has_aux, single), "grad")


def value_and_grad(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Derivative:
    """`(value, gradient)` in one call; with has_aux `((value, aux), gradient)`."""
    if addresses_star(function, argnums):
        return Spread(
            function, argnums, lambda fixed: value_and_grad(fixed, argnums, has_aux=has_aux)
        )  # type: ignore[return-value]
    wrt, single = _asked_for(function, argnums)
    return Derivative(function, Mode("gradient", wrt, True, has_aux, single), "value_and_grad")


def vjp(
    function: Any, *primals: Any, argnums: Argnums | None = None, has_aux: bool = False
) -> tuple[Any, ...]:
    """`(value, pullback)`: `pullback(out_bar)` gives the adjoints of the arguments as a tuple.

    The pullback may be called any number of times, also after its caller has changed the arrays.
    argnums: the arguments whose adjoints are wanted (all where it is None).  has_aux: the function
    returns `(out, aux)`; the result is `(out, pullback, aux)`.
    """
    make = _derivative(function, "pullback", argnums, len(primals), has_aux)
    return make(*primals)  # type: ignore[no-any-return]


def jvp(
    function: Any, primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False
) -> tuple[Any, ...]:
    """`(value, tangent)`: the derivative of `function` at `primals` in the direction `tangents`.

    tangents: one for each argument, of its structure and shape.  has_aux: the function returns
    `(out, aux)`; the result is `(out, tangent, aux)`.
    """
    _check_tangents(function, primals, tangents)
    derivative = _derivative(function, "tangent", None, len(primals), has_aux)
    value, tangent = derivative(*primals, *tangents)
    return (value[0], tangent, value[1]) if has_aux else (value, tangent)


def _check_tangents(function: Any, primals: Any, tangents: Any) -> None:
    """Refuse anything but two sequences of the same length."""
    cause = ""
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            cause = cause or f"the {what} are a {type(given).__name__}"
    if not cause and len(primals) != len(tangents):
        cause = f"there are {len(primals)} primals and {len(tangents)} tangents"
    if cause:
        source = source_of(function)
        way_out = "pass two tuples: jvp(f, (x, y), (x_dot, y_dot))"
        raise WrongCotangent.at(origin_of(source), cause, way_out)


def _kept(make: Any) -> Any:
    """The derivatives made last are made once; each holds its function, and what that closes over."""
    known = functools.lru_cache(maxsize=256)(make)

    @functools.wraps(make)
    def found(function: Any, *options: Any) -> Any:
        try:
            hash(function)
        except TypeError:
            return make(function, *options)
        return known(function, *options)

    return found


def _derivative(
    function: Any, form: str, argnums: Argnums | None, count: int, has_aux: bool = False
) -> Any:
    at = tuple(argnums) if isinstance(argnums, list) else argnums
    return _make(function, form, at, count, has_aux)


@_kept
def _make(
    function: Any, form: str, argnums: Argnums | None, count: int, has_aux: bool = False
) -> Any:
    argnums = tuple(range(count)) if argnums is None else argnums
    if isinstance(function, Spread):
        function = function.for_count(count)
    if addresses_star(function, argnums):
        function = spread(function, count)
    wrt, _ = positions(function, argnums)
    made = Pullback if form == "pullback" else Pushforward
    return made(function, Mode(form, wrt, aux=has_aux))


@_kept
def pushforward(function: Any, wrt: tuple[int, ...], has_aux: bool = False) -> Any:
    """`(out, out_dot)` from arguments and tangents of the parameters at `wrt`."""
    return Pushforward(function, Mode("tangent", wrt, aux=has_aux))


class Vjp(Applied):
    """`sourcead.vjp` of one function: called with its arguments, it gives `(value, pullback)`.

    source: the text of the two halves; `source_for(*args)` for these arguments.
    """

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__name__ = f"{source_of(function).name}_vjp"
        self.__doc__ = f"Value and pullback of `{source_of(function).name}`."

    def __call__(self, *primals: Any) -> Any:
        return vjp(self._function, *primals)

    def _applied(self) -> Derivative:
        return _for_all(self._function, "pullback")  # type: ignore[no-any-return]

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated text for these arguments; nothing is run."""
        made = _derivative(self._function, "pullback", None, len(args))
        return made.source_for(*args, **kwargs)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<vjp of {source_of(self._function).name}>"

    def __reduce__(self) -> Any:
        return Vjp, (importable(self._function),)


class Jvp(Applied):
    """`sourcead.jvp` of one function: called with primals and tangents, it gives `(value, tangent)`.

    source: the text that runs; `source_for(primals, tangents)` for these arguments.
    """

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__name__ = f"{source_of(function).name}_jvp"
        self.__doc__ = f"Value and tangent of `{source_of(function).name}`."

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        return jvp(self._function, primals, tangents)

    def _applied(self) -> Derivative:
        return _for_all(self._function, "tangent")  # type: ignore[no-any-return]

    def source_for(self, primals: Sequence[Any], tangents: Sequence[Any] = ()) -> str:
        """The generated text for these primals (tangents are like them); nothing is run."""
        made = _derivative(self._function, "tangent", None, len(primals))
        return made.source_for(*primals)  # type: ignore[no-any-return]

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self.__call__)

    def __repr__(self) -> str:
        return f"<jvp of {source_of(self._function).name}>"

    def __reduce__(self) -> Any:
        return Jvp, (importable(self._function),)


def _for_all(function: Any, form: str) -> Any:
    """The derivative with respect to all positional parameters."""
    forms = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    source = source_of(function)
    count = sum(p.kind in forms for p in source.parameters) - (source.receiver is not None)
    return _derivative(function, form, None, count)


# -- the decorator ---------------------------------------------------------------------------


class Differentiable:
    """A function with its derivatives as attributes; calling it is calling the function."""

    def __init__(
        self, function: Any, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
    ) -> None:
        functools.update_wrapper(self, function)
        self._argnums = argnums
        self._mode = mode
        if mode not in ("reverse", "forward") or backend not in ("python",):
            raise ValueError(
                f"mode={mode!r}, backend={backend!r}: mode is 'reverse' or 'forward', backend 'python'"
            )
        self._backend = backend
        self.function = function
        self._made: dict[str, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def _get(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def grad(self) -> Derivative:
        return self._get("grad", lambda: self._gradient(False))  # type: ignore[no-any-return]

    @property
    def value_and_grad(self) -> Derivative:
        return self._get("value_and_grad", lambda: self._gradient(True))  # type: ignore[no-any-return]

    def _gradient(self, value: bool) -> Derivative:
        if self._mode == "reverse":
            return (value_and_grad if value else grad)(self.function, self._argnums)
        from sourcead.forward_gradient import ForwardGradient

        wrt, single = _asked_for(self.function, self._argnums)
        return ForwardGradient(self.function, Mode("gradient", wrt, value, False, single))

    @property
    def vjp(self) -> Vjp:
        return self._get("vjp", lambda: Vjp(self.function))  # type: ignore[no-any-return]

    @property
    def jvp(self) -> Jvp:
        return self._get("jvp", lambda: Jvp(self.function))  # type: ignore[no-any-return]

    @property
    def jacobian(self) -> Any:
        from sourcead.jacobians import jacobian

        return self._get("jacobian", lambda: jacobian(self.function, self._argnums))

    @property
    def hessian(self) -> Any:
        from sourcead.jacobians import hessian

        return self._get("hessian", lambda: hessian(self.function, self._argnums))

    @property
    def hvp(self) -> Any:
        from sourcead.jacobians import hvp

        return self._get("hvp", lambda: hvp(self.function, self._argnums))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        bound = self.function.__get__(instance, owner)
        return Differentiable(bound, self._argnums, self._mode, self._backend)

    def __differentiable_source__(self) -> Source:
        return source_of(self.function)

    def __reduce__(self) -> Any:
        if importable(self.function) is self:
            return self.__qualname__
        return Differentiable, (self.function, self._argnums, self._mode, self._backend)

    def __repr__(self) -> str:
        return f"<differentiable {source_of(self.function).name}>"


@overload
def differentiate(function: F, /) -> Differentiable: ...
@overload
def differentiate(
    *, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
) -> Callable[[F], Differentiable]: ...
def differentiate(
    function: Any = None, /, *, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
) -> Any:
    """Give a function its derivatives as attributes; bare (`@differentiate`) or with options.

    argnums: the differentiated parameters; of a method, positions count behind `self`.  mode: "reverse",
    or "forward": gradients by one sweep of the tangent for each element of the differentiated
    arguments, for functions of few numbers.
    """
    if function is None:
        return lambda f: Differentiable(f, argnums, mode, backend)
    return Differentiable(function, argnums, mode, backend)
