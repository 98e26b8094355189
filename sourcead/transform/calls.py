"""Calls while specialising: rules, Python functions (inlined), classes, methods, and what is left opaque."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.analysis.prototypes import SizeOf, result_kind
from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.errors import NoRule, SourceADError
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Partial,
    Py,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
    is_number,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Call,
    Const,
    Function,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Param,
    Ref,
    Star,
    Store,
    StoreAttr,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.builtins import STRUCTURAL, picked
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import Operations, method_class
from sourcead.transform.rewrites import REWRITES, without_out

__all__ = ["Calls"]

Kwargs = list[tuple[str | None, Val]]
_MISSING = dataclasses.MISSING
_TEXT_TO_TEXT = frozenset(
    {
        "format",
        "join",
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "title",
        "capitalize",
        "ljust",
        "rjust",
        "center",
        "zfill",
        "removeprefix",
        "removesuffix",
        "encode",
        "decode",
    }
)


@dataclass
class Attempt:
    """A callee's statements, written but not yet part of the program."""

    statements: list[Any]
    escapes: int
    kept: bool = False

    def keep(self) -> None:
        self.kept = True

    def writes(self) -> bool:
        return any(map(_writes, statements(tuple(self.statements))))


MAX_DEPTH = 40
NEUTRAL = (("axis", None), ("keepdims", False), ("where", True), ("dtype", None), ("out", None))
"""Options of NumPy's reductions that say nothing: left out of derivative code."""


class Calls(Operations):
    """The part of the specialiser that evaluates calls."""

    lower: Callable[[Any], Function]
    stack: list[Any]
    seen: list[tuple[Any, Function]]
    trials: int  # how many loops are on trial
    calls_tried: dict[Any, tuple[Kind, bool]]  # inactive calls: result kind, and whether they write
    forks: int  # how many undecided branches and loops are open
    active: list[int]

    if TYPE_CHECKING:

        def choose(
            self,
            func: Name,
            index: Any,
            options: list[Any],
            args: list[Any],
            kwargs: Any,
            hint: str,
        ) -> Val: ...
        def run(self, block: Any, env: dict[Name, Val]) -> bool: ...
        def value(self, operand: Any, env: dict[Name, Val]) -> Val: ...

    # -- entry -------------------------------------------------------------------------------

    def call(self, func: Val, args: list[Any], kwargs: Kwargs, hint: str = "t") -> Val:
        chosen = self.choices.get(func) if isinstance(func, Name) else None
        if chosen is not None:
            return self.choose(func, chosen[0], list(chosen[1].items()), args, kwargs, hint)  # type: ignore[arg-type]
        match self.kind(func):
            case Value(value=obj):
                return self.call_object(func, obj, args, kwargs, hint)
            case Closure() as closure:
                return self.call_closure(closure, args, kwargs)
            case Bound(receiver, function):
                return self.call_object(
                    func, function, [receiver, *args], kwargs, hint, method=True
                )
            case Partial(inner, bound, given):
                named = {**dict(given), **{k: v for k, v in kwargs if k is not None}}
                return self.call(
                    inner,
                    [*bound, *args],
                    [*named.items(), *((k, v) for k, v in kwargs if k is None)],
                    hint,
                )
            case Object(cls) if callable(getattr(cls, "__call__", None)):  # noqa: B004
                return self.call_object(
                    func, cls.__call__, [func, *args], kwargs, hint, method=True
                )
        return self.opaque(func, args, kwargs, hint)

    def call_object(
        self, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str, method: bool = False
    ) -> Val:
        structural = (STRUCTURAL.get(obj) or REWRITES.get(obj)) if _hashable(obj) else None
        if structural is not None:
            done = structural(self, args, kwargs, hint)
            if done is not None:
                return done
        rule = registry.lookup(obj)
        if (
            rule is not None
            and rule.form == "source"
            and not self.derivative
            and any(map(self.holds_varied, _plain(args, kwargs)))
        ):
            return self.call_function(func, obj, args, kwargs, hint, method)
        if rule is not None:
            if (
                isinstance(obj, np.ufunc)
                and len(args) > obj.nin
                and not any(isinstance(a, Star) for a in args)
            ):
                args, kwargs = args[: obj.nin], [*kwargs, ("out", args[obj.nin])]
            if rule.effects.pure and any(k == "out" for k, _ in kwargs):
                written = without_out(self, func, obj, args, kwargs, hint)
                if written is not None:
                    return written
                self.check_out(kwargs, args)
            return self.call_rule(rule, func, obj, args, kwargs, hint, method)
        if isinstance(getattr(obj, "__self__", None), np.ufunc) and obj.__name__ == "at":
            return self.add_at(func, obj, args, hint)
        if getattr(obj, "__makes_derivatives__", False):
            return self.make_derivative(obj, args, kwargs)
        if hasattr(type(obj), "template_for"):
            return self.call_derivative(obj, args, kwargs)
        if hasattr(type(obj), "__differentiable_source__"):
            return self.call_object(func, obj.function, args, kwargs, hint, method)
        match obj:
            case functools.partial():
                path = func.path if isinstance(func, Ref) else "partial"
                inner = Ref(f"{path}.func", obj.func)
                bound: list[Any] = [
                    _reference(f"{path}.args[{i}]", v) for i, v in enumerate(obj.args)
                ]
                given: Kwargs = [
                    (k, _reference(f"{path}.keywords[{k!r}]", v)) for k, v in obj.keywords.items()
                ]
                merged = {**dict(given), **dict(kwargs)}
                return self.call(inner, [*bound, *args], list(merged.items()), hint)
            case types.MethodType():
                path = func.path if isinstance(func, Ref) else "method"
                receiver = Ref(
                    f"{path}.__self__", obj.__self__, live=not isinstance(obj.__self__, type)
                )
                return self.call_object(
                    Ref(f"{path}.__func__", obj.__func__),
                    obj.__func__,
                    [receiver, *args],
                    kwargs,
                    hint,
                )
            case types.FunctionType():
                return self.call_function(func, obj, args, kwargs, hint, method)
            case type():
                return self.construct(func, obj, args, kwargs, hint)
        transparent = isinstance(obj, (functools._lru_cache_wrapper, type(np.polydiv)))
        inner_function = getattr(obj, "__wrapped__", None) if transparent else None
        inner_function = inner_function or getattr(obj, "py_func", None)
        if inner_function is not None and any(map(self.holds_varied, _plain(args, kwargs))):
            return self.call_object(func, inner_function, args, kwargs, hint, method)
        if isinstance(inner_function, types.FunctionType):
            return self.inactive_call(func, inner_function, args, kwargs, hint, method)
        found = picked(self, obj, args, hint)
        if found is not None:
            return found
        call = getattr(type(obj), "__call__", None)  # noqa: B004
        if isinstance(func, Ref) and registry.lookup(call) is not None:
            named = Ref(f"{type(obj).__name__}.__call__", call)
            return self.call_object(named, call, [Ref(func.path, obj, True), *args], kwargs, hint)
        if isinstance(call, types.FunctionType) and isinstance(func, Ref):
            return self.call_function(
                Ref(f"{func.path}.__call__", call),
                call,
                [Ref(func.path, obj, True), *args],
                kwargs,
                hint,
                method,
            )
        return self.opaque(func, args, kwargs, hint)

    # -- rules -------------------------------------------------------------------------------

    def check_out(self, kwargs: Kwargs, args: list[Any]) -> None:
        """`out=` that could not be written as a store."""
        out = dict(kwargs).get("out")
        if (
            out is not None
            and not isinstance(self.kind(out), NoneKind)
            and any(map(self.holds_varied, (out, *_plain(args, kwargs))))
        ):
            self.refuse(
                "`out=` together with `where=`, or into something of unknown kind",
                "assign the result: `out[...] = f(x)`",
                NoRule,
            )

    def call_rule(
        self,
        rule: Rule,
        func: Val,
        obj: Any,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        method: bool,
    ) -> Val:
        plain = _plain(args, kwargs)
        varied = rule.form != "constant" and any(map(self.holds_varied, plain))
        kind = self.rule_kind(rule, obj, args, kwargs)
        if isinstance(kind, (Const, Ref)):
            return kind  # the value itself: it follows from the arguments' kinds
        operands = tuple(a if isinstance(a, Star) else self.operand(a) for a in args)
        if self.derivative:
            kwargs = [
                (k, v)
                for k, v in kwargs
                if not (isinstance(v, Const) and _says_nothing(obj, k, v.value))
            ]
        keywords = tuple((k, self.operand(v)) for k, v in kwargs)
        if method and isinstance(func, Name):
            bound = self.definitions[func]
            expr: Any = MethodCall(operands[0], getattr(bound, "attr"), operands[1:], keywords)  # noqa: B009
        else:
            expr = Call(self.operand(func), operands, keywords)
        name = self.emit(expr, kind, hint, varied)
        self.note_effects(rule, name, args)
        return name

    def note_effects(self, rule: Rule, name: Name, args: list[Any]) -> None:
        if (
            rule.effects.returns in ("view", "maybe", "same")
            and args
            and not isinstance(args[0], Star)
        ):
            self.share(name, args[0])
        items = self.kinds[name]
        if isinstance(items, List):
            site = self.new_site(name.hint)
            self.kinds[name] = List(Unknown(), site)
            self.heap.store(site, ITEM, items.item, name in self.varied)

    def rule_kind(
        self, rule: Rule, obj: Any, args: list[Any], kwargs: Kwargs
    ) -> Kind | Const | Ref:
        if any(isinstance(a, Star) for a in args) or any(k is None for k, _ in kwargs):
            return Unknown()
        kinds = [a if isinstance(a, Const) else self.deep_kind(a) for a in args]
        named = {str(k): v if isinstance(v, Const) else self.deep_kind(v) for k, v in kwargs}
        if rule.kind is not None:
            found = rule.kind(*kinds, **named)
            return found if found is not None else Unknown()
        flat: list[Any] = [k for k in (*kinds, *named.values()) if not isinstance(k, Const)]
        if rule.form == "elementwise" and not named and all(is_number(k) for k in flat):
            plain = [self.kind(a) for a in args]
            operands = [a if isinstance(a, Const) else UNDEFINED for a in args]
            return self.elementwise_kind(obj, plain, operands)
        if any(isinstance(getattr(k, "item", k), Number) for k in flat):
            return Number()
        if not rule.effects.pure:
            return Unknown()
        return inferred_kind(obj, kinds, named)

    def deep_kind(self, value: Val) -> Any:
        """The kind with the contents of lists written out and constants kept, for samples."""
        if isinstance(value, Const):
            return value
        if isinstance(value, Virtual):
            if value.form == "slice":
                return self.kind(value)
            items = tuple(map(self.deep_kind, value.items))
            if value.form == "tuple":
                return Tuple(items, value.cls)
            first = items[0] if items else Unknown()
            return List(self.kind(first) if isinstance(first, Const) else first, "", items)
        kind = self.kind(value)
        made = self.definitions.get(value) if isinstance(value, Name) else None
        if (
            isinstance(made, Op)
            and made.op == "tuple"
            and isinstance(kind, Tuple)
            and kind.cls is tuple
        ):
            return Tuple(tuple(map(self.deep_kind, made.args)))
        sized = self.size_of(value)
        if sized is not None:
            return sized  # type: ignore[return-value]
        if isinstance(kind, List) and kind.site:
            items = self.memory.list_items(value)
            held = self.heap.read(kind.site, ITEM)
            return List(held, "", None if items is None else tuple(map(self.deep_kind, items)))
        return kind

    def size_of(self, value: Val) -> SizeOf | None:
        """A shape, or one entry of it, as the axes of the array that it was read from."""
        expr = self.definitions.get(value) if isinstance(value, Name) else None
        match expr:
            case Attr(Name() as array, "shape"):
                kind = self.kind(array)
                return SizeOf(kind.dims) if isinstance(kind, Array) else None
            case Op("getitem", (Name() as shape, Const(i))):
                inner = self.size_of(shape)
                return (
                    SizeOf((inner.dims[i],), True)
                    if inner is not None and not inner.single
                    else None
                )
            case Call(Ref("len"), (Name() as array,)):
                kind = self.kind(array)
                return (
                    SizeOf(kind.dims[:1], True) if isinstance(kind, Array) and kind.dims else None
                )
            case _:
                return None

    def add_at(self, func: Val, obj: Any, args: list[Any], hint: str) -> Val:
        """`np.add.at(u, index, v)`: an in-place sum in which repeated indices all count."""
        ufunc = obj.__self__
        active = any(map(self.holds_varied, args))
        if active and (
            ufunc not in (np.add, np.subtract) or not isinstance(self.kind(args[0]), Array)
        ):
            self.refuse(
                f"`np.{ufunc.__name__}.at` with values that carry a derivative",
                "use np.add.at or np.subtract.at, or a loop over the elements",
                NoRule,
            )
        if active:
            self.vary(self.operand(args[0]))
        return self.emit(Call(self.operand(func), tuple(map(self.operand, args))), NoneKind(), hint)

    # -- Python functions --------------------------------------------------------------------

    def call_function(
        self,
        func: Val,
        function: types.FunctionType,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        method: bool = False,
    ) -> Val:
        plain = _plain(args, kwargs)
        active = any(map(self.holds_varied, plain))
        if not active and not self.derivative:
            return self.inactive_call(func, function, args, kwargs, hint, method)
        if self.is_open_recursion(function.__code__):
            self.refuse(
                f"`{function.__name__}` calls itself with values that carry a derivative",
                "write the recursion as a loop, or give the function a rule",
            )
        if any(isinstance(a, Star) for a in args) or any(k is None for k, _ in kwargs):
            self.refuse(
                f"`{function.__name__}` is called with * or ** of something of unknown length",
                "unpack a tuple, or name the arguments",
            )
        return self.inline(self.lower(function), function, args, kwargs)

    def is_open_recursion(self, code: Any) -> bool:
        """Does a function call itself below a test or loop that is not decided while writing? It would never end."""
        outer = [forks for known, forks in self.stack if known is code]
        return len(self.stack) > MAX_DEPTH or (bool(outer) and outer[-1] != self.forks)

    def make_derivative(self, maker: Any, args: list[Any], kwargs: Kwargs) -> Val:
        """`grad(g)` inside a function, of a function that is known: the derivative is made here, once."""
        given = [self.constant_value(a) for a in args]
        named = {str(k): self.constant_value(v) for k, v in kwargs}
        if any(v is UNDEFINED for v in (*given, *named.values())):
            self.refuse(
                f"`{maker.__name__}` is applied to a function that is known only at run time",
                "take the derivative outside, or of a function of a module",
            )
        made = maker(*given, **named)
        return Ref(made.__name__, made)

    def constant_value(self, value: Val) -> Any:
        """The live object that an operand stands for, UNDEFINED where it is not known."""
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Virtual) and value.form == "tuple":
            items = tuple(map(self.constant_value, value.items))
            return UNDEFINED if UNDEFINED in items else items
        kind = self.kind(value)
        return kind.value if isinstance(kind, Value) else UNDEFINED

    def call_derivative(self, derivative: Any, args: list[Any], kwargs: Kwargs) -> Val:
        """`grad(g)(x)` inside a function: the gradient's statements in place of the call."""
        parameters = tuple(inspect.signature(derivative).parameters)
        named = dict(zip(parameters, args))
        named.update({str(k): v for k, v in kwargs})
        defaults = _live_defaults(derivative)
        values = [named.get(p, defaults.get(p, Const(None))) for p in parameters]
        kinds = [self.kind(v) if isinstance(v, Const) else self.deep_kind(v) for v in values]
        template = derivative.template_for(kinds)
        return self.inline(template, derivative, values, [])

    def inactive_call(
        self,
        func: Val,
        function: types.FunctionType,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        method: bool,
    ) -> Val:
        """No derivative goes in: the call stays as it is, unless it writes into storage we must follow."""
        key = self.call_key(function, args, kwargs)
        if key is not None and key in self.calls_tried:
            kind, blind = self.calls_tried[key]
            return self.opaque(func, args, kwargs, hint, kind, method, blind=blind)
        kind = Unknown()
        blind = True
        if (
            not any(code is function.__code__ for code, _ in self.stack)
            and len(self.stack) <= MAX_DEPTH
        ):
            with self.attempt_inline() as attempt:
                value = self.inline(self.lower(function), function, args, kwargs)
                kind = without_new_axes(self.kind(value), map(self.kind, _plain(args, kwargs)))
                blind = attempt.writes() or self.escapes != attempt.escapes
                reads_storage = any(
                    isinstance(self.kind(a), (Array, List, Dict, Object))
                    for a in _plain(args, kwargs)
                )
                if (blind and reads_storage) or _has_sites(kind):
                    attempt.keep()
            if attempt.kept:
                return value
        if key is not None:
            self.calls_tried[key] = kind, blind
        return self.opaque(func, args, kwargs, hint, kind, method, blind=blind)

    def call_key(self, function: types.FunctionType, args: list[Any], kwargs: Kwargs) -> Any:
        """What the kind of an inactive call depends on, where that is numbers, arrays and text only."""
        plain = _plain(args, kwargs)
        kinds = [v if isinstance(v, Const) else self.kind(v) for v in plain]
        simple = all(isinstance(k, (Const, Py, Np, Array, Text, NoneKind)) for k in kinds)
        if not simple or any(isinstance(a, Star) for a in args) or function.__closure__:
            return None
        return function, tuple(kinds), tuple(k for k, _ in kwargs)

    @contextmanager
    def attempt_inline(self) -> Iterator[Attempt]:
        """Write a callee's statements, and take them back unless they are to be kept."""
        saved = dict(self.numbers), set(self.varied), self.memory.snapshot(), self.ordinal
        depth, logs, calls = len(self.open), len(self.memory.logs), len(self.stack)
        attempt = Attempt([], self.escapes)
        forks, trials, self.trials = self.forks, self.trials, 0
        self.open.append(attempt.statements)
        try:
            yield attempt
        except SourceADError:
            attempt.kept = False
        finally:
            self.forks, self.trials = forks, trials
            del self.open[depth:], self.memory.logs[logs:], self.stack[calls:]
        if attempt.kept:
            self.open[-1].extend(attempt.statements)
        else:
            self.numbers, self.varied, _, self.ordinal = saved
            self.memory.restore(saved[2])

    def inline(self, template: Function, function: Any, args: list[Any], kwargs: Kwargs) -> Val:
        """The callee's statements in place of the call, with the arguments under its parameters' names."""
        env = self.bind_arguments(template.params, function, args, kwargs)
        self.stack.append((getattr(function, "__code__", function), self.forks))
        self.active.append(len(self.seen))
        self.seen.append((function, template))
        self.entered.append(self.origin)
        depth = self.origin
        try:
            reached = self.run(template.body, env)
            return self.value(template.result, env) if reached else Const(None)
        finally:
            self.stack.pop()
            self.active.pop()
            self.entered.pop()
            self.origin = depth

    def bind_arguments(
        self,
        params: Sequence[Param],
        function: Any,
        args: list[Any],
        kwargs: Kwargs,
        defaults: Any = None,
    ) -> dict[Name, Val]:
        """Python's binding of arguments to parameters, with values of the specialiser."""
        if defaults is None:
            defaults = _live_defaults(function)
        env: dict[Name, Val] = {}
        positional = list(args)
        named = {str(k): v for k, v in kwargs}
        label = getattr(function, "__name__", "function")
        for param in params:
            hint = param.name.hint
            match param.form:
                case "args":
                    env[param.name] = Virtual(tuple(positional))
                    positional = []
                case "kwargs":
                    flat: list[Val] = []
                    for k, v in named.items():
                        flat += [Const(k), v]
                    env[param.name] = self.fresh_dict(flat, hint)
                    named = {}
                case "normal" | "positional" if positional:
                    env[param.name] = positional.pop(0)
                case _ if hint in named and param.form != "positional":
                    env[param.name] = named.pop(hint)
                case _ if hint in defaults:
                    env[param.name] = defaults[hint]
                case _:
                    self.refuse(f"{label}() misses its argument `{hint}`", "pass it")
        if positional or named:
            extra = next(iter(named), None)
            self.refuse(
                f"{label}() got an unexpected argument" + (f" `{extra}`" if extra else ""),
                "leave it out",
            )
        return env

    # -- nested functions --------------------------------------------------------------------

    def make_function(self, expr: MakeFunction, env: dict[Name, Val], hint: str) -> Val:
        captured = tuple(self.value(c.value, env) for c in expr.captures)
        defaults = tuple((n, self.value(v, env)) for n, v in expr.defaults)
        active = any(map(self.holds_varied, captured))
        name = self.fresh(hint, Closure(expr, captured, defaults), False)
        if not any(isinstance(c, Virtual) for c in captured) or not active:
            from dataclasses import replace

            held = tuple(
                replace(c, value=self.operand(v))
                for c, v in zip(expr.captures, captured)
                if not _is_cell(self, v)
            )
            made = replace(
                expr, captures=held, defaults=tuple((n, self.operand(v)) for n, v in defaults)
            )
            self.definitions[name] = made
            self.add(Assign(name, made, self.origin))
        return name

    def call_closure(self, closure: Closure, args: list[Any], kwargs: Kwargs) -> Val:
        make: MakeFunction = closure.make
        template = make.template()
        if self.is_open_recursion(make.syntax):
            self.refuse(
                f"the nested function `{make.name}` calls itself with values that carry a derivative",
                "write the recursion as a loop",
            )
        split = len(make.captures)
        env = self.bind_arguments(
            template.params[split:], make, args, kwargs, dict(closure.defaults)
        )
        env.update({p.name: v for p, v in zip(template.params[:split], closure.captured)})
        self.stack.append((make.syntax, self.forks))
        self.entered.append(self.origin)
        saved = self.origin
        try:
            reached = self.run(template.body, env)
            return self.value(template.result, env) if reached else Const(None)
        finally:
            self.stack.pop()
            self.entered.pop()
            self.origin = saved

    # -- methods -----------------------------------------------------------------------------

    def method(
        self, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str = "t"
    ) -> Val:
        kind = self.kind(receiver)
        if isinstance(receiver, Virtual) and receiver.form == "super":
            return self.parent_method(receiver, method, args, kwargs, hint)
        match kind:
            case Value(value=obj) if not isinstance(obj, (np.dtype,)) and hasattr(obj, method):
                path = f"{receiver.path}.{method}" if isinstance(receiver, Ref) else method
                rule = registry.lookup(getattr(getattr(obj, method), "__func__", None))
                if rule is not None and rule.form == "constant":
                    return self.opaque_method(receiver, method, args, kwargs, hint, Unknown())
                return self.call(Ref(path, getattr(obj, method)), args, kwargs, hint)
            case Object():
                return self.object_method(receiver, kind, method, args, kwargs, hint)
            case Array() | Py() | Np() | Number():
                return self.number_method(receiver, kind, method, args, kwargs, hint)
            case List(_, site):
                from sourcead.transform.containers import list_method

                return list_method(self, receiver, site, method, args, kwargs, hint)
            case Dict(_, site):
                from sourcead.transform.containers import dict_method

                return dict_method(self, receiver, site, method, args, kwargs, hint)
            case Tuple(_, cls) if cls is not tuple and isinstance(
                getattr(cls, method, None), types.FunctionType
            ):
                if method == "_replace":
                    found = dict(zip(cls._fields, self.components(receiver) or []))  # type: ignore[attr-defined]
                    return Virtual(tuple({**found, **dict(kwargs)}.values()), "tuple", cls)  # type: ignore[arg-type]
                return self.call_object(
                    Const(None), getattr(cls, method), [receiver, *args], kwargs, hint
                )
        plain = _plain(args, kwargs)
        if isinstance(kind, Text):
            return self.text_method(receiver, method, args, kwargs, hint)
        if self.holds_varied(receiver) or any(map(self.holds_varied, plain)):
            self.refuse(
                f"method `{method}` of a value of unknown kind, with a value that carries a derivative",
                "make its kind known, or give the method a rule with @sourcead.rule",
                NoRule,
            )
        return self.opaque_method(receiver, method, args, kwargs, hint, Unknown())

    def parent_method(
        self, receiver: Virtual, method: str, args: list[Any], kwargs: Kwargs, hint: str
    ) -> Val:
        """`super().method(...)`"""
        found = self.parent_attribute(receiver, method)
        instance = receiver.items[1]
        if found is object.__setattr__:
            found = None
        if found is object.__init__ or (
            found is None and method in ("__init__", "__init_subclass__")
        ):
            return Const(None)
        if found is None and method == "__setattr__":
            return self.call(
                Ref("object.__setattr__", object.__setattr__), [instance, *args], kwargs, hint
            )
        if isinstance(found, staticmethod):
            return self.call_object(Ref(method, found.__func__), found.__func__, args, kwargs, hint)
        if isinstance(found, classmethod):
            kind = self.kind(instance)
            cls = instance if isinstance(kind, Value) else Ref(kind.cls.__name__, kind.cls)  # type: ignore[union-attr]
            return self.call_object(
                Ref(method, found.__func__), found.__func__, [cls, *args], kwargs, hint
            )
        if not isinstance(found, types.FunctionType):
            self.refuse(
                f"`super().{method}` is not a plain method",
                "name the class: `Base.method(self, ...)`",
            )
        return self.call_object(
            Ref(found.__qualname__, found), found, [instance, *args], kwargs, hint
        )

    def text_method(
        self, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str
    ) -> Val:
        if isinstance(receiver, Const) and all(isinstance(a, Const) for a in args) and not kwargs:
            made = getattr(receiver.value, method)(*(a.value for a in args))
            if isinstance(made, (str, bool, int)):
                return Const(made)
        return self.opaque_method(
            receiver, method, args, kwargs, hint, Text() if method in _TEXT_TO_TEXT else Unknown()
        )

    def opaque_method(
        self, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str, kind: Kind
    ) -> Val:
        if not isinstance(self.kind(receiver), (Text, Array, Py, Np, Value)):
            self.escape([receiver, *_plain(args, kwargs)], blind=True)
        operands = tuple(a if isinstance(a, Star) else self.operand(a) for a in args)
        keywords = tuple((k, self.operand(v)) for k, v in kwargs)
        return self.emit(MethodCall(self.operand(receiver), method, operands, keywords), kind, hint)

    def object_method(
        self, receiver: Val, kind: Object, method: str, args: list[Any], kwargs: Kwargs, hint: str
    ) -> Val:
        held = self.heap.read(kind.site, method)
        if not isinstance(held, Never):
            return self.call(self.field(receiver, kind, method, hint), args, kwargs, hint)
        if (
            kind.cls is set
            and method in ("add", "update")
            and not any(map(self.holds_varied, _plain(args, kwargs)))
        ):
            self.heap.store(kind.site, ITEM, self.kind(args[0]) if method == "add" else Unknown())
            return self.opaque_method(receiver, method, args, kwargs, hint, NoneKind())
        function = None
        raw: Any = None
        for base in kind.cls.__mro__:
            if method in vars(base):
                raw = vars(base)[method]
                function = getattr(kind.cls, method)
                break
        if function is None:
            return self.opaque_method(receiver, method, args, kwargs, hint, Unknown())
        if isinstance(raw, property):
            return self.call(self.call_method_of(receiver, raw.fget, [], hint), args, kwargs, hint)
        if isinstance(raw, (staticmethod, classmethod)):
            return self.call(Ref(f"{kind.cls.__name__}.{method}", function), args, kwargs, hint)
        rule = registry.lookup(function)
        if rule is not None or isinstance(function, types.FunctionType):
            bound = self.bind_field(receiver, function, method, hint)
            return self.call(bound, args, kwargs, hint)
        if self.holds_varied(receiver) or any(map(self.holds_varied, _plain(args, kwargs))):
            self.refuse(
                f"no derivative rule for method `{kind.cls.__name__}.{method}`, and it has no Python source",
                f"give it a rule with @sourcead.rule({kind.cls.__name__}.{method})",
                NoRule,
            )
        return self.opaque_method(receiver, method, args, kwargs, hint, Unknown())

    def number_method(
        self, receiver: Val, kind: Kind, method: str, args: list[Any], kwargs: Kwargs, hint: str
    ) -> Val:
        cls = method_class(kind)
        function = getattr(cls, method, None)
        if function is None:
            self.refuse(f"`{kind}` has no method `{method}`", "see the kinds of the arguments")
        if REWRITES.get(function) is not None:
            done = REWRITES[function](self, [receiver, *args], kwargs, hint)
            if done is not None:
                return done  # type: ignore[no-any-return]
        if any(k == "out" for k, _ in kwargs):
            given = dict(kwargs)
            out = given.pop("out")
            if isinstance(self.kind(out), Array) and "where" not in given:
                self.store(
                    out,
                    Const(Ellipsis),
                    self.number_method(receiver, kind, method, args, list(given.items()), "t"),
                    None,
                )
                return out
        if method == "item" and not args and isinstance(kind, (Np, Array)):
            found = result_kind(lambda a: a.item() if a.size == 1 else a.flat[0].item(), [kind])
            return self.emit(
                MethodCall(self.operand(receiver), "item", ()),
                found,
                hint,
                self.is_varied(receiver),
            )
        rule = registry.lookup(function)
        if rule is None and isinstance(kind, Np):
            function = getattr(np.ndarray, method, None)
            rule = registry.lookup(function)
        if rule is None:
            active = [a for a in (receiver, *_plain(args, kwargs)) if self.holds_varied(a)]
            if active:
                self.refuse(
                    f"no derivative rule for method `{method}` of {kind}",
                    "use another formulation, or give it a rule with @sourcead.rule",
                    NoRule,
                )
            return self.opaque_method(receiver, method, args, kwargs, hint, Unknown())
        varied = rule.form != "constant" and any(
            map(self.holds_varied, (receiver, *_plain(args, kwargs)))
        )
        found = self.rule_kind(rule, getattr(cls, method, function), [receiver, *args], kwargs)
        operands = tuple(a if isinstance(a, Star) else self.operand(a) for a in args)
        keywords = tuple((k, self.operand(v)) for k, v in kwargs)
        name = self.emit(
            MethodCall(self.operand(receiver), method, operands, keywords), found, hint, varied
        )
        self.note_effects(rule, name, [receiver])
        return name

    def call_method_of(self, receiver: Val, function: Any, args: list[Any], hint: str) -> Val:
        """A method found on the class, called with `receiver` as self."""
        path = getattr(function, "__qualname__", "method")
        return self.call_object(Ref(path, function), function, [receiver, *args], [], hint)

    # -- classes -----------------------------------------------------------------------------

    def construct(self, func: Val, cls: type, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
        fields = getattr(cls, "_fields", None)
        if (
            issubclass(cls, tuple)
            and fields is not None
            and not any(isinstance(a, Star) for a in args)
        ):
            found = dict(zip(fields, args))
            found.update({str(k): v for k, v in kwargs})
            defaults = getattr(cls, "_field_defaults", {})
            values = [found.get(f, Const(defaults[f]) if f in defaults else None) for f in fields]
            if len(args) <= len(fields) and None not in values:
                return Virtual(tuple(values), "tuple", cls)  # type: ignore[arg-type]
        init = cls.__init__
        plain_new = cls.__new__ is object.__new__
        active = any(map(self.holds_varied, _plain(args, kwargs)))
        if (
            plain_new
            and type(cls) is type
            and isinstance(init, types.FunctionType)
            and not issubclass(cls, BaseException)
        ):
            made = self.fresh_object(cls, self.operand(func), hint)
            self.inline_init(init, [made, *args], kwargs)
            return made
        if active and not issubclass(cls, BaseException):
            self.refuse(
                f"no derivative rule for the class `{cls.__name__}`, and its construction is not plain Python",
                f"give it a rule with @sourcead.rule({cls.__name__})",
                NoRule,
            )
        return self.opaque(func, args, kwargs, hint)

    def inline_init(self, init: types.FunctionType, args: list[Any], kwargs: Kwargs) -> None:
        fields = getattr(args[0] and self.kind(args[0]), "cls", None)
        dataclass_fields = getattr(fields, "__dataclass_fields__", None)
        if dataclass_fields is not None and "__init__" in vars(fields) and not _has_source(init):
            self.init_dataclass(fields, args, kwargs)  # type: ignore[arg-type]
            return
        self.inline(self.lower(init), init, args, kwargs)

    def init_dataclass(self, cls: type, args: list[Any], kwargs: Kwargs) -> None:
        """The generated `__init__` of a dataclass: a store for each field, then `__post_init__`."""
        bound = inspect.signature(cls).bind(*args[1:], **{str(k): v for k, v in kwargs})
        for field in cls.__dataclass_fields__.values():  # type: ignore[attr-defined]
            if field.name in bound.arguments:
                value = bound.arguments[field.name]
            elif field.default_factory is not _MISSING:
                value = self.call(
                    Ref(
                        getattr(field.default_factory, "__name__", "factory"), field.default_factory
                    ),
                    [],
                    [],
                )
            else:
                value = _reference(f"{cls.__name__}.{field.name}", field.default)
            self.store_field(args[0], self.kind(args[0]), field.name, value)  # type: ignore[arg-type]
        post = getattr(cls, "__post_init__", None)
        if post is not None:
            self.call_method_of(args[0], post, [], "_")

    # -- opaque ------------------------------------------------------------------------------

    def opaque(
        self,
        func: Val,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        kind: Kind | None = None,
        method: bool = False,
        blind: bool | None = None,
    ) -> Val:
        """A call left as it is: no derivative may go through it."""
        plain = _plain(args, kwargs)
        raised = isinstance(self.kind(func), Value) and _is_exception(self.kind(func).value)  # type: ignore[union-attr]
        if raised and any(map(self.holds_varied, plain)):
            self.heap.exceptions_carry()
        elif any(map(self.holds_varied, plain)) or self.holds_varied(func):
            label = func.path if isinstance(func, Ref) else str(self.kind(func))
            self.refuse(
                f"no derivative rule for `{label}`, and it has no Python source that could be transformed",
                f"give it a rule with @sourcead.rule({label}), declare it with sourcead.nondifferentiable, "
                "or keep the active value out of this call",
                NoRule,
            )
        if blind is None:
            blind = not isinstance(self.kind(func), Value) or is_blind(self.kind(func).value)  # type: ignore[union-attr]
            if blind or not _is_harmless(self.kind(func)):
                self.escape([func, *plain], blind)
        elif blind:
            self.escape([func, *plain], blind)
        if method:
            args = args[1:]
        operands = tuple(a if isinstance(a, Star) else self.operand(a) for a in args)
        keywords = tuple((k, self.operand(v)) for k, v in kwargs)
        return self.emit(Call(self.operand(func), operands, keywords), kind or Unknown(), hint)


# -- helpers ---------------------------------------------------------------------------------


def _plain(args: Sequence[Any], kwargs: Kwargs) -> list[Val]:
    return [a.value if isinstance(a, Star) else a for a in args] + [v for _, v in kwargs]


def _hashable(obj: Any) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True


def _reference(path: str, value: Any) -> Val:
    """A live object as an operand: a constant where it is one."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str, bytes):
        return Const(value)
    if type(value) is tuple and not value:
        return Virtual(())
    return Ref(path, value, live=not callable(value))


def _says_nothing(function: Any, name: str | None, value: Any) -> bool:
    """Is this option of a call what it is without being given? (`axis=None` is not, for `np.argsort`.)"""
    if not any(name == n and value is v for n, v in NEUTRAL):
        return False
    try:
        default = inspect.signature(function).parameters[str(name)].default
    except (TypeError, ValueError, KeyError):
        return name != "axis"
    return default is value or default is np._NoValue


def _live_defaults(function: Any) -> dict[str, Val]:
    signature = inspect.signature(function, follow_wrapped=False)
    label = getattr(function, "__name__", "function")
    return {
        name: _reference(f"{label}_{name}_default", parameter.default)
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


def _has_source(function: Any) -> bool:
    try:
        inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return True


def _writes(statement: Any) -> bool:
    return isinstance(statement, (Store, StoreAttr)) or (
        isinstance(statement, Assign)
        and isinstance(statement.expr, MethodCall)
        and statement.expr.method
        in ("append", "extend", "insert", "pop", "sort", "fill", "update", "setdefault")
    )


def _has_sites(kind: Kind) -> bool:
    match kind:
        case List(_, site) | Dict(_, site) | Object(_, site):
            return bool(site) or True
        case Tuple(items):
            return any(map(_has_sites, items))
        case Closure() | Bound():
            return True
        case _:
            return False


def without_new_axes(kind: Kind, known: Iterable[Kind]) -> Kind:
    """The kind without axes that are named after arrays of a callee whose statements are not kept."""
    names = {d.name for k in known for d in getattr(k, "dims", ()) if isinstance(d, Sym)}

    def cleaned(kind: Kind) -> Kind:
        match kind:
            case Array(dtype, dims):
                keep = tuple(
                    None if isinstance(d, Sym) and d.name not in names else d for d in dims
                )
                return Array(dtype, keep)
            case Tuple(items, cls):
                return Tuple(tuple(map(cleaned, items)), cls)
            case _:
                return kind

    return cleaned(kind)


def is_blind(function: Any) -> bool:
    """Can this function write to objects that it is not given? Functions written in C, as far as known, cannot."""
    return not isinstance(function, _WRITTEN_IN_C)


def _is_exception(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def _is_harmless(kind: Kind) -> bool:
    """A function that does not write to what it is given."""
    return isinstance(kind, Value) and any(kind.value is f for f in _HARMLESS)


_WRITTEN_IN_C = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    np.ufunc,
    type,
)
_HARMLESS = (
    print,
    len,
    repr,
    str,
    format,
    min,
    max,
    sum,
    sorted,
    any,
    all,
    isinstance,
    id,
    hash,
    range,
    zip,
    enumerate,
    list,
    tuple,
    dict,
    set,
    frozenset,
    int,
    float,
    bool,
    complex,
    type,
    round,
    abs,
    iter,
    reversed,
    getattr,
    hasattr,
)


def _is_cell(s: Any, value: Val) -> bool:
    held = s.memory.known(value)
    return held is not None and held.form == "cell"
