"""The public functions: grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp and the decorator.

A derivative is a callable object: it finds the code compiled for its arguments' kinds (a dictionary
look-up on a cheap key), runs it, and can show it (`source`, `source_for`, `wengert`).
"""

from __future__ import annotations

import functools
import html
import inspect
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, TypeVar, overload

import numpy as np

from sourcead.adapters import spread
from sourcead.callables import Compiled, Mode, Source, source_of
from sourcead.errors import (
    AliasedArguments,
    IntegerArgument,
    NotDifferentiable,
    UnknownArgument,
    WrongCotangent,
)
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.nodes import Function, Origin
from sourcead.signature import fast_key, kind_of

__all__ = [
    "Derivative",
    "Differentiable",
    "differentiate",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]

F = TypeVar("F", bound=Callable[..., Any])
Argnums = int | str | Sequence[int | str]


# -- the compiler, imported when it is first needed ----------------------------------------------


def _compile_derivative(source: Source, kinds: Sequence[Kind], mode: Mode) -> Compiled:
    from sourcead.pipeline import compile_derivative

    return compile_derivative(source, kinds, mode)


def _template_of_gradient(source: Source, mode: Mode, kinds: Sequence[Kind]) -> Function:
    from sourcead.pipeline import template_of_gradient

    return template_of_gradient(source, mode, kinds)


def _annotate(error: BaseException) -> None:
    from sourcead.emit.load import annotate

    annotate(error)


# -- derivatives as callable objects -------------------------------------------------------------


class Derivative:
    """A derivative of `function`; calling it compiles for the arguments' kinds when they are new.

    source: the text that was run last (before any call: for annotated parameters, others taken as
      floats).  source_for(*args): the text for these arguments.  wengert: the primal's SSA listing.
    """

    def __init__(self, function: Any, mode: Mode, label: str) -> None:
        self._function = function
        self._source: Source = source_of(function)
        self._mode = mode
        self._label = label
        self._cache: dict[Any, Compiled] = {}
        self._fast: dict[Any, Compiled] = {}
        self._last: Compiled | None = None
        self.__name__ = f"{self._source.name}_{label}"
        self.__qualname__ = self.__name__
        self.__module__ = getattr(function, "__module__", __name__)
        self.__doc__ = f"The {label} of `{self._source.name}` with respect to {self._wrt_text()}."
        self.__wrapped_primal__ = function

    def _wrt_text(self) -> str:
        names = [p.name for p in self._source.parameters]
        return ", ".join(f"`{names[i]}`" for i in self._mode.wrt if i < len(names))

    # -- calling -----------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            compiled = self._fast.get(tuple(map(type, args)))
            if compiled is not None and compiled.valid():
                try:
                    return compiled.call(*args)
                except Exception as error:
                    _annotate(error)
                    raise
        full = self._bind(args, kwargs)
        compiled = self._compiled(full)
        try:
            return compiled.call(*full)
        except Exception as error:
            _annotate(error)
            raise

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """One value for each parameter, in order."""
        receiver = () if self._source.receiver is None else (self._source.receiver,)
        args = (*receiver, *args)
        parameters = self._source.parameters
        plain = (
            not kwargs
            and len(args) == len(parameters)
            and not any(p.kind in (2, 3, 4) for p in parameters)
        )
        if plain:
            return args
        bound = inspect.Signature(parameters).bind(*args, **kwargs)
        bound.apply_defaults()
        return tuple(bound.arguments[p.name] for p in parameters)

    def _compiled(self, full: tuple[Any, ...]) -> Compiled:
        key = fast_key(full)
        found = self._cache.get(key) if key is not None else None
        if found is None or not found.valid():
            kinds = tuple(
                kind_of(v, p.name) for v, p in zip(full, self._source.parameters, strict=True)
            )
            if key is None:
                key = kinds
                found = self._cache.get(key)
            if found is None or not found.valid():
                found = self._compile(kinds, full)
                self._cache[key] = found
        types = tuple(map(type, full))
        if all(t is float or t is int for t in types):
            self._fast[types] = found
        self._last = found
        if found.writes_arguments:
            self._check_aliases(full)
        return found

    def _compile(self, kinds: tuple[Kind, ...], full: tuple[Any, ...]) -> Compiled:
        for i in self._mode.wrt:
            self._check_argument(kinds[i], full[i], self._source.parameters[i].name)
        return _compile_derivative(self._source, kinds, self._mode)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        foreign = isinstance(value, np.ndarray) and type(value) is not np.ndarray
        if foreign or isinstance(value, (str, bytes)):
            raise NotDifferentiable.at(
                self._origin(),
                f"the argument `{name}` is a {type(value).__name__}, which is not differentiated",
                "pass a float or a plain array: np.asarray(...)",
            )
        if not has_float(kind):
            what = f"is {kind}" if not isinstance(kind, (Py, Np, Array)) else f"has kind {kind}"
            raise IntegerArgument.at(
                self._origin(),
                f"the argument `{name}` {what}, which carries no derivative",
                "pass a float (2.0 instead of 2), or an array of floats",
            )

    def _check_aliases(self, full: tuple[Any, ...]) -> None:
        """Arguments that share what the function writes have no gradients of their own."""
        reached = [_mutable(v) for v in full]
        for i in self._mode.wrt:
            for j, others in enumerate(reached):
                if i != j and _meet(reached[i], others):
                    names = [self._source.parameters[k].name for k in (i, j)]
                    raise AliasedArguments.at(
                        self._origin(),
                        f"arguments `{names[0]}` and `{names[1]}` share memory, and one is written in place",
                        "pass a copy for one of them",
                    )

    def _origin(self) -> Origin:
        code = self._source.live.__code__
        return Origin(
            code.co_filename, code.co_firstlineno, 0, code.co_firstlineno, 0, self._source.name, ""
        )

    # -- looking -----------------------------------------------------------------------------

    def compiled_for(self, *args: Any, **kwargs: Any) -> Compiled:
        """The compiled derivative for these arguments; nothing is run."""
        return self._compiled(self._bind(args, kwargs))

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for these arguments; nothing is run."""
        return self.compiled_for(*args, **kwargs).source

    @property
    def source(self) -> str:
        return self._latest().source

    @property
    def wengert(self) -> str:
        return self._latest().wengert

    def _latest(self) -> Compiled:
        if self._last is None:
            kinds = tuple(self._assumed(p, i) for i, p in enumerate(self._source.parameters))
            self._last = _compile_derivative(self._source, kinds, self._mode)
        return self._last

    def _assumed(self, parameter: inspect.Parameter, index: int) -> Kind:
        """The kind of an argument before any call: from the annotation or default, else a float."""
        annotation = parameter.annotation
        if isinstance(annotation, str):
            annotation = {
                "float": float,
                "int": int,
                "bool": bool,
                "str": str,
                "complex": complex,
            }.get(annotation, annotation)
        if annotation in (int, bool, float, complex):
            return Py(annotation)
        if parameter.default is not inspect.Parameter.empty and index not in self._mode.wrt:
            return kind_of(parameter.default, parameter.name)
        if self._source.receiver is not None and index == 0:
            return kind_of(self._source.receiver, parameter.name)
        return Py(float)

    @property
    def __signature__(self) -> inspect.Signature:
        parameters = list(self._source.parameters)
        return inspect.Signature(
            parameters[1:] if self._source.receiver is not None else parameters
        )

    def __repr__(self) -> str:
        return f"<{self._label} of {self._source.name} with respect to {self._wrt_text()}>"

    def _repr_html_(self) -> str:
        text = html.escape(self._latest().source)
        try:
            from pygments import highlight
            from pygments.formatters import HtmlFormatter
            from pygments.lexers import PythonLexer
        except ImportError:
            return f"<pre>{text}</pre>"
        return str(highlight(self._latest().source, PythonLexer(), HtmlFormatter(noclasses=True)))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __differentiable_source__(self) -> Source:
        """This derivative as a function that can be differentiated in turn."""
        source, mode = self._source, self._mode
        return Source(
            self.__name__,
            lambda kinds: _template_of_gradient(source, mode, kinds),
            source.live,
            source.parameters,
            source.receiver,
        )

    def template_for(self, kinds: Sequence[Kind]) -> Any:
        """The Wengert list for arguments of these kinds (a function that calls this derivative inlines it)."""
        return _template_of_gradient(self._source, self._mode, kinds)

    def __reduce__(self) -> Any:
        return Derivative, (self._function, self._mode, self._label)


def _mutable(value: Any, depth: int = 0) -> list[Any]:
    """The arrays, lists, dicts and objects that can be reached from an argument."""
    if isinstance(value, np.ndarray):
        return [value]
    if depth > 4 or isinstance(value, (str, bytes, int, float, complex, type)) or callable(value):
        return []
    if isinstance(value, (list, tuple)):
        inner = list(value)
    elif isinstance(value, dict):
        inner = list(value.values())
    elif hasattr(value, "__dict__"):
        inner = list(vars(value).values())
    else:
        return []
    own = [] if isinstance(value, tuple) else [value]
    return own + [each for v in inner for each in _mutable(v, depth + 1)]


def _meet(a: list[Any], b: list[Any]) -> bool:
    return any(
        x is y
        or (isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and np.shares_memory(x, y))
        for x in a
        for y in b
    )


def has_float(kind: Kind) -> bool:
    match kind:
        case Py() | Np() | Array():
            dtype = dtype_of(kind)
            return dtype is not None and dtype.kind in "fc"
        case Tuple(items):
            return any(map(has_float, items))
        case List(item, _, items):
            return any(map(has_float, items if items is not None else (item,)))
        case Dict(_, _, fields):
            return fields is None or any(has_float(k) for _, k in fields)
        case Object(_, _, fields):
            return any(has_float(k) for _, k in fields)
        case Number() | Unknown():
            return True
        case _:
            return False


# -- argnums ---------------------------------------------------------------------------------


def positions(function: Any, argnums: Argnums) -> tuple[tuple[int, ...], bool]:
    """Positions of the parameters asked for, and whether it was a single one."""
    source = source_of(function)
    shift = 0 if source.receiver is None else 1
    names = [p.name for p in source.parameters][shift:]
    single = isinstance(argnums, (int, str))
    wanted: Sequence[int | str] = [argnums] if isinstance(argnums, (int, str)) else list(argnums)
    found = []
    for item in wanted:
        position = names.index(item) if isinstance(item, str) and item in names else item
        if (
            isinstance(position, bool)
            or not isinstance(position, int)
            or not -len(names) <= position < len(names)
        ):
            code = source.live.__code__
            origin = Origin(
                code.co_filename, code.co_firstlineno, 0, code.co_firstlineno, 0, source.name, ""
            )
            raise UnknownArgument.at(
                origin,
                f"`{source.name}` has no parameter {item!r}",
                f"its parameters are: {', '.join(names) or 'none'}",
            )
        found.append(position % len(names) + shift)
    return tuple(found), single


def addresses_star(function: Any, argnums: Argnums) -> bool:
    """Is a position meant that is an element of `*values`?"""
    if not isinstance(function, FunctionType):
        return False
    kinds = [p.kind for p in inspect.signature(function, follow_wrapped=False).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        return False
    wanted = [argnums] if isinstance(argnums, (int, str)) else argnums
    return any(
        isinstance(i, int) and i >= kinds.index(inspect.Parameter.VAR_POSITIONAL) for i in wanted
    )


class Spread:
    """A derivative with respect to elements of `*values`: one derivative for each number of arguments."""

    def __init__(
        self, function: FunctionType, argnums: Argnums, make: Callable[[Any], Derivative]
    ) -> None:
        self.__wrapped_primal__ = function
        self._argnums = argnums
        self._make = make
        self._made: dict[int, Derivative] = {}
        self.__name__ = f"{function.__name__}_grad"

    def for_count(self, count: int) -> Derivative:
        found = self._made.get(count)
        if found is None:
            found = self._made[count] = self._make(spread(self.__wrapped_primal__, count))
        return found

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.for_count(len(args))(*args, **kwargs)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for these arguments; nothing is run."""
        return self.for_count(len(args)).source_for(*args, **kwargs)


# -- the functions ---------------------------------------------------------------------------


def grad(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Derivative:
    """The gradient of a real scalar function: a callable with the same parameters.

    argnums: parameter positions or names; a tuple of them gives a tuple of gradients, each of its
    argument's structure, shape and dtype.  has_aux: the function returns `(value, aux)`; the result
    is `(gradient, aux)`.
    """
    if addresses_star(function, argnums):
        return Spread(function, argnums, lambda fixed: grad(fixed, argnums, has_aux=has_aux))  # type: ignore[return-value]
    wrt, single = positions(function, argnums)
    return Derivative(function, Mode("gradient", wrt, False, has_aux, single), "grad")


def value_and_grad(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Derivative:
    """`(value, gradient)` in one call; with has_aux `((value, aux), gradient)`."""
    if addresses_star(function, argnums):
        return Spread(
            function, argnums, lambda fixed: value_and_grad(fixed, argnums, has_aux=has_aux)
        )  # type: ignore[return-value]
    wrt, single = positions(function, argnums)
    return Derivative(function, Mode("gradient", wrt, True, has_aux, single), "value_and_grad")


# Applied inside a function that is itself differentiated, these are evaluated when the code is written.
grad.__makes_derivatives__ = True  # type: ignore[attr-defined]
value_and_grad.__makes_derivatives__ = True  # type: ignore[attr-defined]


def vjp(
    function: Any, *primals: Any, argnums: Argnums | None = None
) -> tuple[Any, Callable[[Any], Any]]:
    """`(value, pullback)`: `pullback(out_bar)` gives the adjoints of the arguments as a tuple.

    The pullback may be called any number of times, also after its caller has changed the arrays.
    """
    return _derivative(function, "pullback", argnums, len(primals))(*primals)  # type: ignore[no-any-return]


def jvp(function: Any, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """`(value, tangent)`: the derivative of `function` at `primals` in the direction `tangents`."""
    derivative = _derivative(function, "tangent", None, len(primals))
    return derivative(*primals, *tangents)  # type: ignore[no-any-return]


_DERIVATIVES: dict[Any, Any] = {}


def _derivative(function: Any, form: str, argnums: Argnums | None, count: int) -> Any:
    key = (function, form, argnums if not isinstance(argnums, list) else tuple(argnums), count)
    try:
        found = _DERIVATIVES.get(key)
    except TypeError:
        return _make(function, form, argnums, count)
    if found is None:
        found = _DERIVATIVES[key] = _make(function, form, argnums, count)
    return found


def _make(function: Any, form: str, argnums: Argnums | None, count: int) -> Any:
    argnums = tuple(range(count)) if argnums is None else argnums
    if isinstance(function, Spread):
        function = function.for_count(count)
    if addresses_star(function, argnums):
        function = spread(function, count)
    wrt, _ = positions(function, argnums)
    return (Pullback if form == "pullback" else Pushforward)(function, Mode(form, wrt))


class Pushforward(Derivative):
    """`(out, out_dot)` from the primals followed by the tangents."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, mode, "jvp")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        count = len(self._mode.wrt)
        primals, tangents = args[: len(args) - count], args[len(args) - count :]
        full = self._bind(primals, kwargs)
        compiled = self._compiled_active(full)
        origin = self._origin()
        tangents = tuple(
            fitted(full[i], tangent, "tangent", origin)
            for i, tangent in zip(self._mode.wrt, tangents)
        )
        try:
            return compiled.call(*full, *tangents)
        except Exception as error:
            _annotate(error)
            raise

    def _compiled_active(self, full: tuple[Any, ...]) -> Compiled:
        return self._compiled(full)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


class Pullback(Derivative):
    """`(out, pullback)` from the primals."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, mode, "vjp")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        full = self._bind(args, kwargs)
        compiled = self._compiled(full)
        try:
            out, saved = compiled.call(*full)
        except Exception as error:
            _annotate(error)
            raise
        reverse, origin = compiled.reverse, self._origin()

        def pullback(out_bar: Any) -> Any:
            """The adjoints of the arguments for the cotangent `out_bar` of the value."""
            out_bar = fitted(out, out_bar, "cotangent", origin)
            try:
                return reverse(saved, out_bar)
            except Exception as error:
                _annotate(error)
                raise

        return out, pullback

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


def fitted(value: Any, given: Any, what: str, origin: Origin) -> Any:
    """A cotangent (or tangent) that was given for a value: of its structure and shape, in its dtype."""
    if isinstance(value, (tuple, list)):
        if not isinstance(given, (tuple, list)) or len(given) != len(value):
            raise WrongCotangent.at(
                origin,
                f"the {what} of a {type(value).__name__} of {len(value)} is {_described(given)}",
                f"pass a {type(value).__name__} of {len(value)}",
            )
        items = [fitted(v, g, what, origin) for v, g in zip(value, given)]
        if all(new is old for new, old in zip(items, given)):
            return given
        kind = type(given)
        return kind(*items) if hasattr(given, "_fields") else kind(items)
    if isinstance(value, np.ndarray) and value.dtype.kind not in "fc":
        return given
    if not isinstance(value, (float, complex, np.ndarray, np.inexact)):
        return given
    is_number = isinstance(given, (int, float, complex, np.ndarray, np.generic))
    if not is_number or np.shape(given) != np.shape(value):
        raise WrongCotangent.at(
            origin,
            f"the {what} of a value of shape {np.shape(value)} is {_described(given)}",
            f"pass a number or array of shape {np.shape(value)}",
        )
    if type(given) is type(value) and getattr(given, "dtype", None) == getattr(
        value, "dtype", None
    ):
        return given
    if np.iscomplexobj(given) and not np.iscomplexobj(value):
        raise WrongCotangent.at(
            origin, f"the {what} of a real value is complex", "pass its real part"
        )
    if isinstance(value, np.ndarray):
        return np.asarray(given, value.dtype)
    number = given.item() if isinstance(given, (np.ndarray, np.generic)) else given
    return type(value)(number)


def _described(value: Any) -> str:
    if isinstance(value, (np.ndarray, np.generic)):
        return f"an array of shape {value.shape}"
    return f"{value!r}"[:60]


def jacobian(function: Any, argnums: int | str = 0, *, mode: str = "auto") -> Callable[..., Any]:
    """The derivative of every output element by every input element: shape `out.shape + x.shape`.

    mode: "reverse" (a sweep for each output element), "forward" (one for each input element), or
    "auto": the smaller side.
    """
    (at,), _ = positions(function, argnums)

    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        full = _derivative(function, "pullback", argnums, 1)._bind(args, kwargs)
        shift = len(full) - len(_plain_args(function, full))
        x = full[at]
        forward = mode == "forward"
        if mode == "auto":
            out, pullback = _derivative(function, "pullback", argnums, 1)(
                *_plain_args(function, full)
            )
            forward = np.size(out) > np.size(x)
        elif not forward:
            out, pullback = _derivative(function, "pullback", argnums, 1)(
                *_plain_args(function, full)
            )
        del shift
        return _by_columns(function, full, at) if forward else _by_rows(out, pullback, x)

    jacobian_of.__name__ = f"{source_of(function).name}_jacobian"
    return jacobian_of


def _plain_args(function: Any, full: tuple[Any, ...]) -> tuple[Any, ...]:
    return full if source_of(function).receiver is None else full[1:]


def _by_rows(out: Any, pullback: Any, x: Any) -> Any:
    if np.ndim(out) == 0:
        return pullback(
            type(out)(1.0) if not isinstance(out, np.ndarray) else np.ones((), out.dtype)
        )[0]
    rows = np.empty(np.shape(out) + np.shape(x), dtype=np.result_type(out, x))
    seed = np.zeros(np.shape(out), dtype=np.asarray(out).dtype)
    for index in np.ndindex(*np.shape(out)):
        seed[index] = 1.0
        rows[index] = pullback(seed.copy())[0]
        seed[index] = 0.0
    return rows


def _by_columns(function: Any, full: tuple[Any, ...], at: int) -> Any:
    x = full[at]
    derivative = _make(
        function, "tangent", (at if source_of(function).receiver is None else at - 1,), 1
    )
    args = _plain_args(function, full)
    if np.ndim(x) == 0:
        return derivative(*args, type(x)(1.0))[1]
    columns = []
    for index in np.ndindex(*np.shape(x)):
        direction = np.zeros_like(x)
        direction[index] = 1.0
        copied = tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)
        columns.append(np.asarray(derivative(*copied, direction)[1]))
    stacked = np.stack(columns, axis=-1) if columns else np.zeros(np.shape(x))
    return stacked.reshape(columns[0].shape + np.shape(x)) if columns else stacked


def hvp(function: Any, argnums: int | str = 0) -> Callable[..., Any]:
    """Hessian times vector, forward over reverse: `hvp(f)(*args, v)` with `v` of the argument's shape."""
    gradient = grad(function, argnums)
    (at,), _ = positions(function, argnums)
    shift = 0 if source_of(function).receiver is None else 1

    def hvp_of(*args: Any) -> Any:
        *primals, v = args
        return _second(gradient, at - shift)(*primals, v)[1]

    hvp_of.__name__ = f"{source_of(function).name}_hvp"
    return hvp_of


@functools.lru_cache(maxsize=256)
def _second(gradient: Derivative, at: int) -> Any:
    return _make(gradient, "tangent", (at,), 1)


def hessian(function: Any, argnums: int | str = 0) -> Callable[..., Any]:
    """The matrix of second derivatives, forward over reverse: shape `x.shape + x.shape`."""
    return jacobian(grad(function, argnums), argnums, mode="forward")


# -- the decorator ---------------------------------------------------------------------------


class Differentiable:
    """A function with its derivatives as attributes; calling it is calling the function."""

    def __init__(
        self, function: Any, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
    ) -> None:
        functools.update_wrapper(self, function)
        self._argnums = argnums
        self._mode = mode
        if mode != "reverse" or backend != "python":
            raise ValueError(
                f"mode={mode!r}, backend={backend!r}: there is mode='reverse' and backend='python'; "
                "sourcead.jvp is the forward mode"
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
        return self._get("grad", lambda: grad(self.function, self._argnums))  # type: ignore[no-any-return]

    @property
    def value_and_grad(self) -> Derivative:
        return self._get("value_and_grad", lambda: value_and_grad(self.function, self._argnums))  # type: ignore[no-any-return]

    def vjp(self, *primals: Any) -> Any:
        return vjp(self.function, *primals)

    def jvp(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        return jvp(self.function, primals, tangents)

    @property
    def jacobian(self) -> Any:
        return self._get("jacobian", lambda: jacobian(self.function, self._argnums))  # type: ignore[arg-type]

    @property
    def hessian(self) -> Any:
        return self._get("hessian", lambda: hessian(self.function, self._argnums))  # type: ignore[arg-type]

    @property
    def hvp(self) -> Any:
        return self._get("hvp", lambda: hvp(self.function, self._argnums))  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        bound = self.function.__get__(instance, owner)
        return Differentiable(bound, self._argnums, self._mode, self._backend)

    def __differentiable_source__(self) -> Source:
        return source_of(self.function)

    def __repr__(self) -> str:
        return f"<differentiable {self.__wrapped__!r}>"  # type: ignore[attr-defined]


@overload
def differentiate(function: F, /) -> Differentiable: ...
@overload
def differentiate(
    *, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
) -> Callable[[F], Differentiable]: ...
def differentiate(
    function: Any = None, /, *, argnums: Argnums = 0, mode: str = "reverse", backend: str = "python"
) -> Any:
    """Give a function its derivatives as attributes; bare (`@differentiate`) or with options."""
    if function is None:
        return lambda f: Differentiable(f, argnums, mode, backend)
    return Differentiable(function, argnums, mode, backend)
