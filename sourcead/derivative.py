"""Derivatives as callable objects: compiled for the kinds of arguments that they meet, and shown to people.

A derivative keeps the code that it has compiled, and a generated function that finds the right one
(`sourcead/dispatch.py`).  It can show what runs (`source`, `source_for`, `wengert`).

What deals with kinds is imported where a derivative is made, the compiler when the first one is compiled:
`import sourcead` needs neither.
"""

from __future__ import annotations

import functools
import inspect
import operator
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

from sourcead.adapters import ADAPTED, adapter, spread
from sourcead.callables import Compiled, Mode, Source, call_primal, gradient_source, source_of
from sourcead.errors import NeverReturns
from sourcead.importable import importable
from sourcead.ir.origin import Origin
from sourcead.seeds import fitted
from sourcead.unforeseen import failures_named

if TYPE_CHECKING:
    from sourcead.dispatch import Candidate, Pool
    from sourcead.ir.kinds import Kind
    from sourcead.report import Report

__all__ = ["Applied", "Derivative", "Pullback", "Pushforward", "Spread"]

_AT_ONCE = 4  # signatures that the dispatcher tests for, the latest first
_KEPT = 256  # signatures that stay compiled
_PATIENCE = 16  # calls that the dispatcher does not know, until it is written anew for the latest


# -- the compiler, imported when it is first needed ----------------------------------------------


def _compile_derivative(source: Source, kinds: Sequence[Kind], mode: Mode) -> Compiled:
    from sourcead.collecting import without_collections
    from sourcead.pipeline import compile_derivative

    code = source.live.__code__
    line = code.co_firstlineno
    with (
        without_collections(),
        failures_named(Origin(code.co_filename, line, 0, line, 0, source.name, "")),
    ):
        return compile_derivative(source, kinds, mode)


def _annotate(error: BaseException) -> None:
    """Say which line of the primal it comes from; what a helper refuses is raised as a refusal."""
    from sourcead.emit.load import annotate
    from sourcead.refused_running import refusal_of

    annotate(error)
    if (refusal := refusal_of(error)) is not None:
        raise refusal from error


# -- derivatives -----------------------------------------------------------------------------------


@contextmanager
def annotated() -> Iterator[None]:
    """An exception inside says which line of the primal it comes from."""
    try:
        yield
    except Exception as error:
        _annotate(error)
        raise


class _Stale(Exception):
    """The primal's parameters may be others than those that the arguments were bound to."""


class Derivative:
    """A derivative of `function`; calling it compiles for the arguments' kinds when they are new.

    source: the text that was run last (before any call: for annotated parameters, others taken as
      floats).  source_for(*args): the text for these arguments.  wengert: the primal's SSA listing.
    """

    def __init__(self, function: Any, mode: Mode, label: str) -> None:
        self._function = function
        self._mode = mode
        self._label = label
        self._start(source_of(function))
        self.__name__ = f"{self._source.name.strip('<>')}_{label}"
        self.__qualname__ = self.__name__
        self.__module__ = getattr(function, "__module__", __name__)
        self.__doc__ = f"The {label} of `{self._source.name}` with respect to {self._wrt_text()}."
        self.__wrapped_primal__ = function

    def _start(self, source: Source) -> None:
        """Nothing is compiled yet."""
        self._source = source
        self._as_bound = _binding(source)
        self._cache: dict[tuple[Kind, ...], Compiled] = {}
        self._sharing: dict[tuple[tuple[Kind, ...], tuple[int, ...]], Compiled] = {}
        self._last: Compiled | None = None
        self._misses = 0
        self._enter = self._dispatcher()

    def _is_bound(self) -> bool:
        """Are the parameters still those that were read?"""
        now = _binding(self._source)
        return len(now) == len(self._as_bound) and all(map(operator.is_, now, self._as_bound))

    def _wrt_text(self) -> str:
        names = [p.name for p in self._source.parameters]
        return ", ".join(f"`{names[i]}`" for i in self._mode.wrt if i < len(names))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._enter(*args, **kwargs) if kwargs else self._enter(*args)
        except (TypeError, _Stale) as error:
            if self._is_bound():
                _annotate(error)
                raise
        except Exception as error:
            _annotate(error)
            raise
        self._start(source_of(self._function))
        return Derivative.__call__(self, *args, **kwargs)  # of a pushforward: without the tangents

    # -- finding the compiled code -------------------------------------------------------------

    @property
    def _parameters(self) -> tuple[inspect.Parameter, ...]:
        """The parameters of a call: those of the primal without a bound receiver."""
        parameters = self._source.parameters
        return parameters if self._source.receiver is None else parameters[1:]

    def _dispatcher(self) -> Callable[..., Any]:
        """The function that a call enters: it knows the signatures that were met last."""
        from sourcead.dispatch import dispatcher

        latest = list(self._cache.items())[: -_AT_ONCE - 1 : -1]
        known = [self._candidate(kinds, compiled, len(latest) > 1) for kinds, compiled in latest]
        return dispatcher(
            self._text_name(), self._parameters, known, self._with_receiver(self._other)
        )

    def _candidate(self, kinds: tuple[Kind, ...], compiled: Compiled, is_noted: bool) -> Candidate:
        from sourcead.dispatch import Candidate, kind_test

        receiver = self._source.receiver
        reads = [p.name for p in self._source.parameters]

        def test(at: int, pool: Pool) -> str:
            is_receiver = receiver is not None and at == 0
            read = pool.give(reads[0], receiver) if is_receiver else reads[at]
            return kind_test(kinds[at], read, reads[at], pool)

        own = [functools.partial(test, at) for at in range(len(kinds))]
        call = self._with_receiver(self._checked(kinds, compiled))
        note = (self, "_last", compiled) if is_noted else None
        return Candidate([*own, *compiled.assumptions], call, note)

    def _with_receiver(self, call: Callable[..., Any]) -> Callable[..., Any]:
        receiver = self._source.receiver
        return call if receiver is None else functools.partial(call, receiver)

    def _text_name(self) -> str:
        name = f"{self._source.name.strip('<>')}_{self._label}"
        return name if name.isidentifier() else self._label

    def _other(self, *full: Any) -> Any:
        """The call of a signature that the dispatcher does not know, or no longer."""
        if not self._is_bound():
            raise _Stale
        kinds = self._kinds(full)
        known = self._cache.get(kinds)
        try:
            compiled = self._compiled(kinds, full)
        except NeverReturns:
            call_primal(self._source, full)  # raises what the program raises
            raise
        if compiled is not known and self._is_verified():
            from sourcead.verify import verified

            if not (self._may_share(kinds, compiled) and self._shared(full, compiled)):
                return verified(self._source, self._mode, kinds, compiled, full)
            # the copies that verifying works on would share nothing
        return self._checked(kinds, compiled)(*full)

    def _is_verified(self) -> bool:
        return bool(os.environ.get("SOURCEAD_CHECK")) and self._mode.form == "gradient"

    def _checked(self, kinds: tuple[Kind, ...], compiled: Compiled) -> Callable[..., Any]:
        """What is called with one value for each parameter."""
        call = self._target(compiled)
        if not self._may_share(kinds, compiled):
            return call

        def checked(*full: Any) -> Any:
            shared = self._shared(full, compiled)
            if not shared:
                return call(*full)
            return self._target(self._compiled_sharing(kinds, shared))(*full)

        return checked

    def _may_share(self, kinds: tuple[Kind, ...], compiled: Compiled) -> bool:
        """Could the arguments share storage, and would it matter?"""
        from sourcead.arguments import storages

        if compiled.written:
            return sum(map(storages, kinds)) >= 2
        return compiled.finds_by_identity and sum(storages(k, arrays=False) for k in kinds) >= 2

    def _shared(self, full: tuple[Any, ...], compiled: Compiled) -> tuple[int, ...]:
        from sourcead.arguments import shared_arguments

        names = [p.name for p in self._source.parameters]
        written = compiled.written
        return shared_arguments(full, self._mode.wrt, names, self._origin(), written=written)

    def _compiled_sharing(self, kinds: tuple[Kind, ...], shared: tuple[int, ...]) -> Compiled:
        """The code for arguments of which those at `shared` share memory that is written."""
        found = self._sharing.get((kinds, shared))
        if found is None or not found.valid():
            mode = replace(self._mode, shared=shared)
            found = self._sharing[kinds, shared] = _compile_derivative(self._source, kinds, mode)
        self._last = found
        return found

    def _target(self, compiled: Compiled) -> Callable[..., Any]:
        return compiled.call

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """One value for each parameter, in order."""
        from sourcead.dispatch import dispatcher

        bound = dispatcher(self._text_name(), self._parameters, (), self._with_receiver(_together))
        return bound(*args, **kwargs)  # type: ignore[no-any-return]

    def _kinds(self, full: tuple[Any, ...]) -> tuple[Kind, ...]:
        from sourcead.signature import argument_kind

        return tuple(
            argument_kind(v, p.name) for v, p in zip(full, self._source.parameters, strict=True)
        )

    def _compiled(self, kinds: tuple[Kind, ...], full: tuple[Any, ...]) -> Compiled:
        found = self._cache.get(kinds)
        is_new = found is None or not found.valid()
        if found is None or is_new:
            found = self._compile(kinds, full)
        self._last = found
        self._misses += 1
        if is_new or self._misses % _PATIENCE == 0:
            self._put_first(kinds, found)
        return found

    def _put_first(self, kinds: tuple[Kind, ...], compiled: Compiled) -> None:
        """Test for this signature before all others from now on."""
        self._cache.pop(kinds, None)
        self._cache[kinds] = compiled
        while len(self._cache) > _KEPT:
            del self._cache[next(iter(self._cache))]
        self._enter = self._dispatcher()

    def _compile(self, kinds: tuple[Kind, ...], full: tuple[Any, ...]) -> Compiled:
        from sourcead.arguments import check_classes

        for i in self._mode.wrt:
            check_classes(kinds[i], full[i], self._source.parameters[i].name, self._origin())
            self._check_argument(kinds[i], full[i], self._source.parameters[i].name)
        return _compile_derivative(self._source, kinds, self._mode)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        from sourcead.arguments import check_argument

        check_argument(kind, value, name, self._origin())

    def _origin(self) -> Origin:
        code = self._source.live.__code__
        return Origin(
            code.co_filename, code.co_firstlineno, 0, code.co_firstlineno, 0, self._source.name, ""
        )

    # -- looking -----------------------------------------------------------------------------

    def compiled_for(self, *args: Any, **kwargs: Any) -> Compiled:
        """The compiled derivative for these arguments; nothing is run."""
        full = self._bind(args, kwargs)
        return self._compiled(self._kinds(full), full)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for these arguments; nothing is run."""
        return self.compiled_for(*args, **kwargs).source

    def report(self, *args: Any, **kwargs: Any) -> Report:
        """What is active, what is kept for the reverse sweep and how many bytes that takes, and why; print it."""
        from sourcead.report import report

        return report(self, args, kwargs)

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
        from sourcead.ir.kinds import Py
        from sourcead.signature import kind_of

        annotation = _NAMED.get(parameter.annotation, parameter.annotation)
        if annotation in _NAMED.values():
            return Py(annotation)
        if parameter.default is not inspect.Parameter.empty and index not in self._mode.wrt:
            return kind_of(parameter.default, parameter.name)
        if self._source.receiver is not None and index == 0:
            return kind_of(self._source.receiver, parameter.name)
        return Py(float)

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.Signature(self._parameters)

    def __repr__(self) -> str:
        return f"<{self._label} of {self._source.name} with respect to {self._wrt_text()}>"

    def _repr_html_(self) -> str:
        text = self._latest().source
        try:
            from pygments import highlight
            from pygments.formatters import HtmlFormatter
            from pygments.lexers import PythonLexer
        except ImportError:
            import html

            return f"<pre>{html.escape(text)}</pre>"
        return str(highlight(text, PythonLexer(), HtmlFormatter(noclasses=True)))

    # -- as a function -------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else functools.partial(self, instance)

    def __differentiable_source__(self) -> Source:
        """This derivative as a function that can be differentiated in turn."""
        return replace(gradient_source(self._source, self._mode), name=self.__name__)

    @property
    def gradient_mode(self) -> Mode | None:
        """What is asked of `function` by a call, if that is a gradient (a function that calls it inlines that)."""
        return self._mode if self._mode.form == "gradient" else None

    def __reduce__(self) -> Any:
        return Derivative, (importable(self._function), self._mode, self._label)


_NAMED: dict[Any, Any] = {"float": float, "int": int, "bool": bool, "complex": complex}


def _together(*full: Any) -> tuple[Any, ...]:
    return full


def _binding(source: Source) -> tuple[Any, ...]:
    """The objects that the parameters were read from."""
    live = source.live
    called = live.__globals__.get("target") if live.__module__ == ADAPTED else None
    if isinstance(called, functools.partial):  # of which a small function was made
        return called.func, called.args, *called.keywords, *called.keywords.values()
    named = live.__kwdefaults__ or {}
    return live.__code__, live.__defaults__, *named, *named.values()


class Applied:
    """What applies a derivative (a matrix of them, a product with one), and is shown by its text."""

    __name__: str

    def _applied(self) -> Derivative:
        """The derivative whose code runs."""
        raise NotImplementedError

    @property
    def source(self) -> str:
        """The generated text that was run last; before any call, the one for floats and what is annotated."""
        return self._applied().source

    @property
    def wengert(self) -> str:
        """The primal's list, as `Derivative.wengert`."""
        return self._applied().wengert

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated text for these arguments; nothing is run."""
        return self._applied().source_for(*args, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        return self._applied().__signature__

    def __differentiable_source__(self) -> Source:
        """This as a function that can be differentiated in turn: one that calls it."""
        return source_of(self._as_function)

    @functools.cached_property
    def _as_function(self) -> FunctionType:
        return adapter(self)

    def _repr_html_(self) -> str:
        return self._applied()._repr_html_()


class Pushforward(Derivative):
    """`(out, out_dot)` from the primals followed by the tangents."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, mode, "jvp")

    def __reduce__(self) -> Any:
        return type(self), (importable(self._function), self._mode)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        count = len(args) - len(self._mode.wrt)
        compiled, full = super().__call__(*args[:count], **kwargs)
        origin = self._origin()
        tangents = tuple(
            fitted(full[i], tangent, "tangent", origin)
            for i, tangent in zip(self._mode.wrt, args[count:])
        )
        try:
            return compiled.call(*full, *tangents)
        except Exception as error:
            _annotate(error)
            raise

    def _target(self, compiled: Compiled) -> Callable[..., Any]:
        return lambda *full: (compiled, full)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


class Pullback(Derivative):
    """`(out, pullback)` from the primals; `(out, pullback, aux)` of a function that returns `(out, aux)`."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, mode, "vjp")

    def __reduce__(self) -> Any:
        return type(self), (importable(self._function), self._mode)

    def _target(self, compiled: Compiled) -> Callable[..., Any]:
        reverse, origin, has_aux = compiled.reverse, self._origin(), self._mode.aux

        def forward(*full: Any) -> Any:
            out, saved = compiled.call(*full)
            out, aux = out if has_aux else (out, None)

            def pullback(out_bar: Any) -> Any:
                """The adjoints of the arguments for the cotangent `out_bar` of the value."""
                out_bar = fitted(out, out_bar, "cotangent", origin)
                try:
                    return reverse(saved, out_bar)
                except Exception as error:
                    _annotate(error)
                    raise

            return (out, pullback, aux) if has_aux else (out, pullback)

        return forward

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


class Spread:
    """A derivative with respect to elements of `*values`: one derivative for each number of arguments.

    behind: so many arguments come behind them, as the vector of a product.
    """

    def __init__(
        self, function: FunctionType, argnums: Any, make: Callable[[Any], Any], behind: int = 0
    ) -> None:
        self.__wrapped_primal__ = function
        self._argnums = argnums
        self._make = make
        self._made: dict[int, Any] = {}
        self._behind = behind
        self.__name__ = f"{function.__name__}_grad"

    def for_count(self, count: int) -> Any:
        found = self._made.get(count)
        if found is None:
            found = self._made[count] = self._make(spread(self.__wrapped_primal__, count))
        return found

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.for_count(len(args) - self._behind)(*args, **kwargs)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for these arguments; nothing is run."""
        found: str = self.for_count(len(args) - self._behind).source_for(*args, **kwargs)
        return found
