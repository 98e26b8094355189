"""What is differentiated, how, and what comes of it: the types between the public functions and the stages.

This module is light: the compiler itself (`sourcead/pipeline.py`) is imported when the first derivative
is compiled, so that `import sourcead` costs next to nothing.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sourcead.errors import NotAFunction
from sourcead.ir.origin import Origin

if TYPE_CHECKING:
    from sourcead.dispatch import Test
    from sourcead.ir.kinds import Kind
    from sourcead.ir.nodes import Function, Name

__all__ = [
    "Compiled", "Mode", "Source", "Written", "call_primal", "gradient_source", "origin_of", "source_of",
]  # fmt: skip


@dataclass(frozen=True)
class Mode:
    """Which derivative: `form` is gradient, pullback, tangent or linear; `wrt` the positions of the parameters.

    adjoint: a pullback in one function, which is called with the cotangent.  linear: the tangent in two
    halves, as a pullback.  batch: the second half takes stacks of seeds.  shared: positions of arguments
    that share memory, in what they hold or with each other.
    """

    form: str
    wrt: tuple[int, ...]
    value: bool = False
    aux: bool = False
    single: bool = True  # one adjoint by itself rather than a tuple of one
    batch: bool = False
    shared: tuple[int, ...] = ()


@dataclass(frozen=True)
class Source:
    """Something that can be differentiated: how to get its Wengert list for arguments of given kinds."""

    name: str
    template: Callable[[Sequence[Kind]], Function]
    live: types.FunctionType  # whose globals and closure cells the code reads
    parameters: tuple[inspect.Parameter, ...]
    receiver: Any = None


def origin_of(source: Source) -> Origin:
    """The first line of its function."""
    code = source.live.__code__
    line = code.co_firstlineno
    return Origin(code.co_filename, line, 0, line, 0, source.name, "")


@dataclass
class Compiled:
    """A derivative for one signature: the callable, its text and its Wengert list."""

    call: Callable[..., Any]
    source: str
    functions: tuple[Function, ...]
    primal: Function
    reverse: Callable[..., Any]  # the second half of a pullback
    written: frozenset[int]  # positions of arguments whose storage is written
    finds_by_identity: bool  # what containers hold, by `runtime/structures.py`
    details: Any = None
    assumptions: Sequence[Test] = ()  # about live objects
    is_number: Callable[[Name], bool] = lambda name: False  # of names in `functions`
    unchecked: Callable[..., Any] | None = (
        None  # `call`, for a caller that has looked at what is shared
    )

    @property
    def wengert(self) -> str:
        from sourcead.ir.show import show

        return show(self.primal)

    def valid(self) -> bool:
        """Do the assumptions about live objects still hold?"""
        return self._hold()

    @functools.cached_property
    def _hold(self) -> Callable[[], bool]:
        from sourcead.dispatch import predicate

        return predicate(self.assumptions)


def source_of(function: Any) -> Source:
    """The differentiable view of a live callable."""
    view = getattr(function, "__differentiable_source__", None)
    if view is not None:
        return view()  # type: ignore[no-any-return]
    plain, receiver = function, None
    if isinstance(function, types.FunctionType) and has_stated_rule(function):
        plain = _called_by_rule(function)
    elif isinstance(function, functools._lru_cache_wrapper):
        plain = function.__wrapped__
    elif not isinstance(function, types.FunctionType) and hasattr(function, "py_func"):
        plain = function.py_func
    if isinstance(plain, (staticmethod, classmethod)):
        plain = plain.__func__
    if isinstance(plain, types.MethodType):
        receiver, plain = plain.__self__, plain.__func__
    elif isinstance(plain, functools.partial) or not isinstance(plain, types.FunctionType):
        plain, receiver = _adapted(function)
    parameters = tuple(inspect.signature(plain, follow_wrapped=False).parameters.values())
    return Source(plain.__name__, Lowered(plain), plain, parameters, receiver)


@dataclass(frozen=True)
class Lowered:
    """The template of a live function: its own Wengert list, whatever the kinds are."""

    function: types.FunctionType

    def __call__(self, kinds: Sequence[Kind]) -> Function:
        from sourcead.frontend.lower import lower

        return lower(self.function)


@dataclass(frozen=True)
class Written:
    """The template of a Wengert list that has been written down for given kinds already."""

    function: Function

    def __call__(self, kinds: Sequence[Kind]) -> Function:
        return self.function


@dataclass(frozen=True)
class GradientOf:
    """The template of a gradient, with seed 1 and the parameters of the primal, that is differentiated in turn."""

    template: Callable[[Sequence[Kind]], Function]
    source: Source = field(compare=False)
    mode: Mode

    def __call__(self, kinds: Sequence[Kind]) -> Function:
        from sourcead.pipeline import template_of_gradient

        return template_of_gradient(self.source, self.mode, kinds)


def gradient_source(source: Source, mode: Mode) -> Source:
    """The gradient as a function that can be differentiated in turn."""
    template = GradientOf(source.template, source, mode)
    return replace(source, name=f"{source.name}_grad", template=template)


def has_stated_rule(function: types.FunctionType) -> bool:
    """Has somebody stated the derivative of a Python function? Then it is taken, and not that of its source."""
    from sourcead.rules.registry import found

    rule = found(function)
    return rule is not None and rule.form in ("general", "elementwise", "linear", "constant")


@functools.cache
def _called_by_rule(function: types.FunctionType) -> types.FunctionType:
    """A function that calls it, of which the derivative is that of the call: by its rule."""
    from sourcead.adapters import adapter

    return adapter(function)


def _adapted(function: Any) -> tuple[types.FunctionType, Any]:
    """Partials, callable objects and functions without source of their own: called by a small function."""
    call = getattr(type(function), "__call__", None)  # noqa: B004  (the function itself is wanted)
    if isinstance(call, types.FunctionType):
        return call, function
    if callable(function):
        from sourcead.adapters import adapter

        return adapter(function), None
    raise NotAFunction.at(
        Origin.none(),
        f"{type(function).__name__} object is not a function",
        "pass a Python function",
    )


def call_primal(source: Source, full: tuple[Any, ...]) -> Any:
    """The function itself, with one value for each parameter."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for parameter, value in zip(source.parameters, full, strict=True):
        match parameter.kind:
            case parameter.VAR_POSITIONAL:
                positional += value
            case parameter.KEYWORD_ONLY:
                named[parameter.name] = value
            case parameter.VAR_KEYWORD:
                named.update(value)
            case _:
                positional.append(value)
    return source.live(*positional, **named)
