"""Calls of Python functions: their statements are written in place of the call.

A call into which no derivative goes is tried: where it writes nothing that must be followed, it stays a call."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sourcead.errors import NeverReturns, SourceADError
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Object,
    Py,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Call,
    Const,
    Delete,
    Function,
    MethodCall,
    Name,
    Origin,
    Param,
    Raise,
    Ref,
    Star,
    Store,
    StoreAttr,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of
from sourcead.transform.heap import LIVE, functions_in
from sourcead.transform.specialise.certain_errors import wrong_call
from sourcead.transform.specialise.context import (
    Again,
    CallNoted,
    Context,
    Env,
    Kwargs,
    Unreached,
    values_of,
)
from sourcead.transform.specialise.flags import guard
from sourcead.transform.specialise.formulas import is_formula, name_argument, write_formula
from sourcead.transform.specialise.frozen_distributions import refuse_frozen
from sourcead.transform.specialise.generators import (
    is_generator_function,
    is_manager,
    managed,
    started,
)
from sourcead.transform.specialise.iterators import taken_once
from sourcead.transform.specialise.library import at_least, of_length
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.recursion import call_unit, is_unit_call
from sourcead.transform.specialise.variables import reads_varied
from sourcead.transform.specialise.was_there import was_there

__all__ = [
    "bind_arguments",
    "call_function",
    "inactive_call",
    "inline",
    "never_returns",
    "noted_call",
    "note_recursion",
    "live_defaults",
    "spread",
]


@dataclass
class Attempt:
    """A callee's statements, written but not yet part of the program."""

    statements: list[Any]
    escapes: int
    kept: bool = False
    refusal: SourceADError | None = None  # why the callee cannot be followed

    def keep(self) -> None:
        self.kept = True

    def writes(self, s: Context) -> bool:
        return any(_writes(s, each) for each in statements(tuple(self.statements)))


MAX_DEPTH = 40


def call_function(
    s: Context,
    func: Val,
    function: types.FunctionType,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    method: bool = False,
) -> Val:
    plain = values_of(args, kwargs)
    if is_manager(function) and not s.derivative:
        return managed(s, func, function, args, kwargs)
    if is_generator_function(function) and not s.derivative:
        return started(s, func, function, args, kwargs)
    active = any(map(s.holds_varied, plain))
    if not active and not s.derivative:
        return inactive_call(s, func, function, args, kwargs, hint, method)
    refuse_frozen(s, function)
    template = s.lower(function)
    args = spread(s, template.params, live_defaults(function), args, kwargs, function.__name__)
    note_recursion(s, function.__code__, function.__name__, values_of(args, kwargs))
    if is_unit_call(s, function.__code__):
        env = bind_arguments(s, template.params, function, args, kwargs)
        values = [env[p.name] for p in template.params]
        return call_unit(s, function.__code__, template, values, hint, function)
    return s.inline(template, function, args, kwargs)


def spread(
    s: Context,
    params: Sequence[Param],
    defaults: Iterable[str],
    args: list[Any],
    kwargs: Kwargs,
    label: str,
) -> list[Any]:
    """The arguments with `*x` written out: a list or array gives what the parameters leave open."""
    stars = [i for i, a in enumerate(args) if isinstance(a, Star)]
    if not stars and all(k is not None for k, _ in kwargs):
        return args
    named = {k for k, _ in kwargs}
    places = [p.name.hint for p in params if p.form in ("normal", "positional")]
    open_ = [hint for hint in places[len(args) - 1 :] if hint not in named]
    at = stars[0] if stars else 0
    value = args[at].value if stars else UNDEFINED
    known = isinstance(s.kind(value), (Array, List))
    behind = args[at + 1 :]
    if known and any(p.form == "args" for p in params) and not behind and len(stars) == 1:
        if None not in named:
            return into_rest(s, args[:-1], value, len(places), label)
    known = known and not any(p.form == "args" for p in params)
    if len(stars) != 1 or None in named or not known or set(open_) & set(defaults) or behind:
        s.refuse(
            f"`{label}` is called with * or ** of something of unknown length",
            "unpack a tuple, or name the arguments",
        )
    checked = s.inline(s.lower(of_length), of_length, [value, Const(len(open_)), Const(label)], [])
    items = [s.getitem(checked, Const(i), hint) for i, hint in enumerate(open_)]
    return [*args[:at], *items]


def into_rest(s: Context, given: list[Any], value: Val, count: int, label: str) -> list[Any]:
    """The arguments of `f(*value)`, where f takes `count` of them and `*rest`: the rest is a tuple, in a Star."""
    missing = max(count - len(given), 0)
    if missing:
        value = s.inline(s.lower(at_least), at_least, [value, Const(missing), Const(label)], [])
        given = [*given, *(s.getitem(value, Const(i)) for i in range(missing))]
        rest: Val = Virtual((Const(missing), Const(None), Const(None)), "slice")
        value = s.getitem(value, rest)
    elif len(given) > count:
        front = s.call(Ref("list", list), [Virtual(tuple(given[count:]))], [])
        value = s.op("add", [front, s.call(Ref("list", list), [value], [])])
    return [*given[:count], Star(s.operand(s.call(Ref("tuple", tuple), [value], [])))]


def note_recursion(s: Context, code: Any, name: str, values: Sequence[Val]) -> None:
    """A function that calls itself below a test or loop that is not decided while writing: known from now on.

    One that goes down in what it is given (the elements of a list of lists, the children of a node) comes to
    an end while it is written, and so does one that is given another function each time: there are only
    so many in the program (`integral(lambda x: integral(lambda y: f(x, y), 0, x), 0, 1)`).
    """
    while s.heights and s.heights[-1].position >= len(s.stack):
        s.heights.pop()
    outer = [forks for known, forks in s.stack if known is code]
    around = [call for call in s.heights if call.code is code]
    here = noted_call(s, code, len(s.stack), values)
    s.heights.append(here)
    goes_down = outer and here.goes_down(around) and len(s.stack) <= MAX_DEPTH
    if outer and (outer[-1] != s.forks or len(s.stack) > MAX_DEPTH) and code not in s.recursive:
        if goes_down:
            return
        s.recursive.add(code)
        raise Again
    if not outer and len(s.stack) > MAX_DEPTH:
        s.refuse(f"`{name}` is called {MAX_DEPTH} calls deep", "give the function a rule")


def noted_call(s: Context, code: Any, position: int, values: Sequence[Val]) -> CallNoted:
    """What decides whether calls of a function in each other come to an end."""
    kinds = [s.kind(v) for v in values]
    nested = [syntax for kind in kinds for syntax in functions_in(kind) if syntax is not LIVE]
    live = [k.value for k in kinds if isinstance(k, Value) and callable(k.value)]
    return CallNoted(code, position, height_of(s, values), frozenset(map(id, (*nested, *live))))


def height_of(s: Context, values: Sequence[Val]) -> float:
    """How far a function can go down in what it is given; what carries no derivative does not count."""
    return sum(_height(s, s.kind(v)) for v in values if s.holds_varied(v))


def _height(s: Context, kind: Kind, inside: tuple[str, ...] = ()) -> float:
    """How many lists, dicts and objects lie in each other; infinite where one may lie in itself."""
    match kind:
        case Tuple(items):
            held: Iterable[Kind] = items
        case List(_, site) | Dict(_, site) | Object(_, site) if site:
            if site in inside:
                return math.inf
            inside = (*inside, site)
            held = [s.heap.read(site, slot) for slot in s.heap.known(site)]
        case _:
            return 0.0
    return 1.0 + max((_height(s, each, inside) for each in held), default=0.0)


NESTED_OBJECTS = 3  # calls of one method in each other: a sum of kernels that are sums


MOST_LOOKED_INTO = 1000
"""Statements below a call that no derivative goes into (`re.match` compiles its pattern): more, it stays."""


def inactive_call(
    s: Context,
    func: Val,
    function: types.FunctionType,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    method: bool,
) -> Val:
    """No derivative goes in: the call stays as it is, unless it writes into storage we must follow."""
    key = call_key(s, function, args, kwargs)
    if key is not None and key in s.calls_tried and not s.rebound:
        kind, blind = s.calls_tried[key]
        return _left(s, s.opaque(func, args, kwargs, hint, kind, method, blind=blind))
    kind = Unknown()
    blind = True
    inside = sum(code is function.__code__ for code, _ in s.stack)
    of_object = bool(args) and isinstance(args[0], Name) and isinstance(s.kind(args[0]), Object)
    of_object = of_object or function.__name__ == "__new__"  # of a class, by that of another one
    if inside <= (NESTED_OBJECTS if of_object else 0) and len(s.stack) <= MAX_DEPTH:
        with attempt_inline(s) as attempt:
            value = s.inline(s.lower(function), function, args, kwargs)
            kind = without_new_axes(s.kind(value), map(s.kind, values_of(args, kwargs)))
            blind = attempt.writes(s) or s.escapes != attempt.escapes
            reads_storage = any(
                isinstance(s.kind(a), (Array, List, Dict, Object)) for a in values_of(args, kwargs)
            )
            if (blind and reads_storage) or _has_sites(kind):
                attempt.keep()
            if s.holds_varied(value) or was_there(s, value, attempt.statements):
                attempt.keep()
        if attempt.refusal is not None and reads_varied(s, function):
            raise attempt.refusal
        if attempt.kept and s.catches:  # what it may raise must be followed as well
            return s.inline(s.lower(function), function, args, kwargs)
        if attempt.kept:
            return value
    if key is not None:
        s.calls_tried[key] = kind, blind
    return _left(s, s.opaque(func, args, kwargs, hint, kind, method, blind=blind))


def _left(s: Context, made: Val) -> Val:
    """What a call gives that is left as it is: an array of known kind was made in it."""
    if isinstance(made, Name) and isinstance(s.kind(made), Array):
        s.made_in_callees[made] = s.definitions[made]
    return made


def call_key(s: Context, function: types.FunctionType, args: list[Any], kwargs: Kwargs) -> Any:
    """What the kind of an inactive call depends on, where that is numbers, arrays and text only."""
    plain = values_of(args, kwargs)
    kinds = [v if isinstance(v, Const) else s.kind(v) for v in plain]
    simple = all(isinstance(k, (Const, Py, Np, Array, Text, NoneKind)) for k in kinds)
    if not simple or any(isinstance(a, Star) for a in args) or function.__closure__:
        return None
    return function, tuple(kinds), tuple(k for k, _ in kwargs)


@contextmanager
def attempt_inline(s: Context) -> Iterator[Attempt]:
    """Write a callee's statements, and take them back unless they are to be kept."""
    saved = dict(s.numbers), set(s.varied), s.memory.snapshot(), s.ordinal
    depth, logs, calls = len(s.open), len(s.memory.logs), len(s.stack)
    attempt = Attempt([], s.escapes)
    forks, trials, s.trials = s.forks, s.trials, 0
    catches, s.catches = s.catches, []
    dead_end = s.dead_end
    s.open.append(attempt.statements)
    s.looked_into = s.looked_into if s.attempts else 0
    s.attempts += 1
    try:
        yield attempt
    except SourceADError as refusal:
        attempt.kept, attempt.refusal = False, refusal
    finally:
        s.attempts -= 1
        s.forks, s.trials, s.catches = forks, trials, catches
        del s.open[depth:], s.memory.logs[logs:], s.stack[calls:]
    if attempt.kept and not s.catches:
        s.open[-1].extend(attempt.statements)
    else:
        s.numbers, s.varied, _, s.ordinal = saved
        s.dead_end = dead_end
        s.memory.restore(saved[2])


def inline(s: Context, template: Function, function: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """The callee's statements in place of the call, with the arguments under its parameters' names."""
    if s.attempts:
        s.looked_into += sum(1 for _ in statements(template.body))
    if s.attempts and s.looked_into > MOST_LOOKED_INTO:
        s.refuse("too many calls to look into", "give the function a rule")
    env = bind_arguments(s, template.params, function, args, kwargs)
    if s.derivative and not s.attempts and is_formula(s, template, env):
        s.seen.append((function, template))
        return write_formula(s, template, env)
    s.active.append(len(s.seen))
    s.seen.append((function, template))
    try:
        with s.callee(getattr(function, "__code__", function), template):
            env = {name: taken_once(s, template, name, value) for name, value in env.items()}
            run_to_its_end(s, template, env)
        found = s.returned(template, env)
    finally:
        s.active.pop()
    guard(s)
    return found


def run_to_its_end(s: Context, template: Function, env: Env) -> None:
    """Write the statements; of a function that ends on no path, the first one that does not is remembered."""
    try:
        if not s.run(template.body, env, [template.result]):
            raise Unreached
    except Unreached:
        if s.dead_end is None and not s.forks and not s.catches:
            s.dead_end = never_returns(template, s.origin, _raised_last(s))
            for called_at in reversed(s.calls):
                s.dead_end = s.dead_end.reached_from(called_at)
        raise


def _raised_last(s: Context) -> str:
    """The exception that the statements end with, for certain."""
    last = s.open[-1][-1] if s.open and s.open[-1] else None
    made = (
        s.definitions.get(last.exception)
        if isinstance(last, Raise) and isinstance(last.exception, Name)
        else None
    )
    match made:
        case Call(Ref(value=type() as cls), (Const(value=str() as why) | Ref(value=str() as why),)):
            return f"{cls.__name__}: {why}"
    return ""


def never_returns(template: Function, origin: Origin, raised: str = "") -> SourceADError:
    cause = f"`{template.name}` never returns"
    cause = f"{cause}: it raises {raised}" if raised else cause
    return NeverReturns.at(origin, cause, "let a path of it end with a value")


def bind_arguments(
    s: Context,
    params: Sequence[Param],
    function: Any,
    args: list[Any],
    kwargs: Kwargs,
    defaults: Any = None,
) -> dict[Name, Val]:
    """Python's binding of arguments to parameters, with values of the specialiser."""
    if defaults is None:
        defaults = live_defaults(function)
    env: dict[Name, Val] = {}
    positional = list(args)
    named = {str(k): v for k, v in kwargs}
    label = getattr(function, "__name__", "function")
    for param in params:
        hint = param.name.hint
        match param.form:
            case "args":
                rest = positional[0] if positional else None
                env[param.name] = (
                    rest.value if isinstance(rest, Star) else Virtual(tuple(positional))
                )
                positional = []
            case "kwargs":
                flat: list[Val] = []
                for k, v in named.items():
                    flat += [Const(k), v]
                env[param.name] = s.fresh_dict(flat, hint)
                named = {}
            case "normal" | "positional" if positional:
                env[param.name] = positional.pop(0)
                name_argument(s, param.name, env[param.name], function)
            case _ if hint in named and param.form != "positional":
                env[param.name] = named.pop(hint)
                name_argument(s, param.name, env[param.name], function)
            case _ if hint in defaults:
                env[param.name] = defaults[hint]
            case _:
                wrong_call(s, f"{label}() missing 1 required positional argument: '{hint}'")
    if positional or named:
        extra = next(iter(named), None)
        what = f"keyword argument '{extra}'" if extra else "positional argument"
        wrong_call(s, f"{label}() got an unexpected {what}")
    return env


def live_defaults(function: Any) -> dict[str, Val]:
    if not getattr(function, "__defaults__", True) and not function.__kwdefaults__:
        return {}
    label = getattr(function, "__name__", "function")
    return {
        name: live_operand(f"{label}_{name}_default", default)
        for name, default in _defaults_of(function).items()
    }


def _defaults_of(function: Any) -> dict[str, Any]:
    """As a call finds them: `__signature__`, which says what a decorated function takes, has no say."""
    if isinstance(function, types.FunctionType):
        code, given = function.__code__, function.__defaults__ or ()
        names = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
        return {**dict(zip(names, given)), **(function.__kwdefaults__ or {})}
    signature = inspect.signature(function, follow_wrapped=False)
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }


READING = frozenset(
    {
        "__contains__", "__getitem__", "__len__", "copy", "count", "get", "index", "items", "keys",
        "most_common", "total", "values",
    }
)  # fmt: skip
"""Methods of lists and dicts that change nothing."""


def _writes(s: Context, statement: Any) -> bool:
    """Does it change a list, dict, object or array?"""
    match statement:
        case Store() | StoreAttr() | Delete():
            return True
        case Assign(_, MethodCall(base, method)) if isinstance(s.kind(base), (List, Dict)):
            return method not in READING
        case Assign(_, Call(Ref(value=setter))) if (
            setter is object.__setattr__ or setter is object.__delattr__
        ):
            return True
        case Assign(_, (Call() | MethodCall()) as called):
            rule = registry.lookup(function_of(called, s.kinds))
            return any(k == "out" for k, _ in called.kwargs) or (
                rule is not None and bool(rule.effects.writes)
            )
        case _:
            return False


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
