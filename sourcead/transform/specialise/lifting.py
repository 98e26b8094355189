"""Functions passed to a library function that calls them: closures become functions of all that they use.

`brentq(f, 0, 4)` finds a root of a function that carries values along: captured variables, attributes
of `self`, bound arguments.  Here the call becomes one whose function takes those values as arguments, so
that the rule of `brentq` has only arguments to differentiate:

    def solve(a):                                   def f(x, a):
        def f(x):                                       return x ** 3 - a * x - 1.0
            return x ** 3 - a * x - 1.0   becomes
        return brentq(f, 0, 4)                      brentq(f, 0, 4, args=(a,))

The function is written down by calling it once, as any callee is, with arguments of the kinds that the
library passes (`Rule.calls`); what the statements read from around it are its further parameters.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Object,
    Partial,
    Tuple,
    Value,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Delete,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.walk import bound, free, statements, substitute
from sourcead.rules.registry import Rule
from sourcead.rules.variants import refuses_complex
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.passed import given_items, is_no_function
from sourcead.transform.specialise.context import Context, Kwargs, Unreached, values_of
from sourcead.transform.specialise.stand_ins import bound_anyway

__all__ = [
    "MAX_LOADS", "Sketch", "aside", "formula_of", "function_name", "lifted", "lists_inside", "loads_in",
    "parameter_names", "with_plain_functions", "without_unread", "written",
]  # fmt: skip

MAX_LOADS = 20
KINDS = (
    "__own_kinds__",
    "__state_kind__",
    "__varies_from__",
)  # what functions that the compiler has made say of themselves
CHANGING = frozenset(
    {
        "append",
        "extend",
        "insert",
        "pop",
        "sort",
        "reverse",
        "clear",
        "update",
        "setdefault",
        "fill",
    }
)


@dataclass(frozen=True)
class Sketch:
    """A function's statements for one call: its own parameters, and what it reads from around it."""

    name: str
    own: tuple[Name, ...]
    body: tuple[Stmt, ...]
    result: Operand
    returned: Kind
    taken: tuple[Name, ...]


def with_plain_functions(
    s: Context, rule: Rule, function: Any, args: list[Any], kwargs: Kwargs
) -> tuple[list[Any], Kwargs]:
    """The arguments of the call, with functions that carry nothing and all that they use in `args`."""
    if any(isinstance(a, Star) for a in args) or any(k is None for k, _ in kwargs):
        return args, kwargs
    given = _bound(function, args, kwargs)
    if given is None:
        return args, kwargs
    kinds = {name: s.kind(value) for name, value in given.items()}
    extra = given_items(s, given.get(rule.captured))
    found = {
        name: (given[name], own(kinds))
        for name, own in rule.calls.items()
        if name in given and not is_no_function(s, given[name])
    }
    if extra is None or (
        not needs_values(rule, given)
        and not any(isinstance(s.kind(v), (Dict, List, Object)) for v in extra)
        and all(_is_plain(s, f, len(own) + len(extra)) for f, own in found.values())
    ):
        return args, kwargs
    sketches = {
        name: sketch(s, f, own, [] if name in rule.alone else extra, name)
        for name, (f, own) in found.items()
    }
    taken = list(dict.fromkeys(n for sk in sketches.values() for n in sk.taken))
    made: dict[str, Val] = {
        name: _with_value(s, rule, name, given[name], sk, taken) for name, sk in sketches.items()
    }
    made[rule.captured] = Virtual(bound_anyway(s, taken))
    return _rebound(function, args, kwargs, made)


def needs_values(rule: Rule, given: dict[str, Any]) -> bool:
    """Is something made of a function's result, as of the pair with `jac=True`?"""
    flags = [given.get(name) for name in rule.calls]
    made = any(made_of is not None for made_of in rule.values.values())
    return made or any(isinstance(f, Const) and f.value is True for f in flags)


def _bound(function: Any, args: list[Any], kwargs: Kwargs) -> dict[str, Any] | None:
    try:
        found = inspect.signature(function).bind(*args, **{str(k): v for k, v in kwargs})
    except TypeError:
        return None  # the call itself will raise
    return dict(found.arguments)


def _rebound(
    function: Any, args: list[Any], kwargs: Kwargs, made: dict[str, Val]
) -> tuple[list[Any], Kwargs]:
    """The call with other values of some arguments, each where it was."""
    names = list(inspect.signature(function).parameters)
    positional = [made.pop(n, a) for n, a in zip(names, args)] + args[len(names) :]
    keywords = [(k, made.pop(str(k), v)) for k, v in kwargs]
    return positional, [*keywords, *made.items()]


def _is_plain(s: Context, function: Val, count: int) -> bool:
    """A function of a module that takes so many arguments: nothing is to be done.

    Nor of one that the compiler has written, whose cells hold functions only.
    """
    kind = s.kind(function)
    live = kind.value if isinstance(kind, Value) else None
    if not isinstance(live, FunctionType) or not isinstance(function, Ref):
        return False
    if live.__closure__ and not hasattr(live, "__result_kind__"):
        return False
    parameters = inspect.signature(live).parameters.values()
    return len(parameters) == count and all(
        p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters
    )


def formula_of(
    s: Context, rule: Rule, args: list[Any], kwargs: Kwargs
) -> tuple[Ref, tuple[Name, ...]]:
    """A rule's formula for this call as a function of the values that the call has."""
    assert rule.formula is not None
    unknown = [k for k, _ in kwargs if k not in inspect.signature(rule.formula).parameters]
    if unknown or any(isinstance(a, Star) for a in args):
        what = f"the keyword `{unknown[0]}`" if unknown else "* of unknown length"
        s.refuse(
            f"the rule for `{rule.name}` does not handle {what}",
            "leave it out, or compute the same without it",
            NoRule,
        )
    if refuses_complex(rule, list(map(s.kind, values_of(args, kwargs)))):
        s.refuse(
            f"the derivative of `{rule.name}` at complex numbers is not known",
            "pass real numbers, or give it a rule with sourcead.rule",
            NoRule,
        )
    if rule.reverse is None:  # or else `wrt` is that of the reverse rule
        _check_parameters(s, rule, args, kwargs)
    args = [_apart(s, value) for value in args]
    for _ in range(MAX_LOADS):
        with aside(s), s.block() as body:
            template = s.lower(rule.formula)
            try:
                result = s.operand(s.inline(template, rule.formula, args, kwargs))
            except Unreached:
                _refuse_what_raises(s, body)
                raise
            returned = s.kind(result)
            block, result = without_unread(s, tuple(body), result)
            known = set(bound(block))
            read = [*free(block), *([result] if isinstance(result, Name) else [])]
            taken = tuple(dict.fromkeys(n for n in read if n not in known))
            loads = list(dict.fromkeys(loads_in(s, block, set(taken))))
        if not loads:
            break
        for base, key in loads:
            s.getitem(base, key) if isinstance(key, Const) else s.attr(base, key, key)
    else:
        s.refuse(f"what `{rule.name}` reads of an object cannot be followed", "", NoRule)
    name = f"{rule.formula.__name__}_formula"
    return written(s, Sketch(name, (), block, result, returned, taken), list(taken)), taken


def _apart(s: Context, value: Val) -> Val:
    """A tuple as its items: the formula is one of them, not of the tuple."""
    items = s.components(value) if type(s.kind(value)) is Tuple else None
    return value if items is None else Virtual(tuple(items))


ANOTHER_WAY = "compute the same in another way, or give it a rule"


def _refuse_what_raises(s: Context, body: Sequence[Stmt]) -> None:
    """A formula that raises on every path for these arguments, NotImplementedError on one of them, says why."""
    written = list(statements(tuple(body)))
    made: dict[Operand | None, Any] = {x.target: x.expr for x in written if isinstance(x, Assign)}
    for stmt in written:
        error = made.get(stmt.exception) if isinstance(stmt, Raise) else None
        match error:
            case Call(Ref(value=exception), (Const(str() as why) | Ref(value=str() as why),)) if (
                exception is NotImplementedError
            ):
                cause, _, way_out = why.partition("; ")
                s.refuse(cause, way_out or ANOTHER_WAY, NoRule)


def _check_parameters(s: Context, rule: Rule, args: list[Any], kwargs: Kwargs) -> None:
    """A parameter that is not in `wrt` does not vary."""
    assert rule.formula is not None
    given = inspect.signature(rule.formula).bind(*args, **{str(k): v for k, v in kwargs})
    for parameter, value in given.arguments.items():
        if parameter not in rule.wrt and s.holds_varied(value):
            s.refuse(
                f"the rule for `{rule.name}` has no derivative in its argument `{parameter}`",
                "keep what carries a derivative out of that argument (sourcead.stop_gradient)",
                NoRule,
            )


# -- the statements of the function ----------------------------------------------------------


def sketch(s: Context, function: Val, own: Sequence[Kind], extra: list[Val], label: str) -> Sketch:
    """The statements of one call; attributes of objects that it reads are read outside first."""
    for _ in range(MAX_LOADS):
        made, loads = _attempt(s, function, own, extra, label)
        if not loads:
            return made
        for base, key in loads:
            if isinstance(key, Const):
                s.getitem(base, key)
            else:
                s.attr(base, key, key)
    s.refuse("a function reads more attributes than can be followed", "pass them in `args`")
    raise AssertionError


def _attempt(
    s: Context, function: Val, own: Sequence[Kind], extra: list[Val], label: str
) -> tuple[Sketch, list[tuple[Name, Any]]]:
    names = parameter_names(s, function, len(own))
    with aside(s), s.block() as body:
        params = tuple(s.fresh(n, _entered(s, k, n), True) for n, k in zip(names, own))
        result = s.operand(s.call(function, [*params, *extra], [], label))
        returned = s.kind(result)
        block = tuple(body)
        known = {*params, *bound(block)}
        taken = [n for n in free(block) if n not in known]
        if isinstance(result, Name) and result not in known:
            taken.append(result)
        taken = list(dict.fromkeys(taken))
        loads = list(dict.fromkeys(loads_in(s, block, set(taken))))
        if not loads:
            _check(s, block, params, taken)
            block, result = without_unread(s, block, result)
            known = {*params, *bound(block)}
            read = {*free(block), *([result] if isinstance(result, Name) else [])}
            block, taken = lists_inside(s, block, [n for n in taken if n in read], result)
    name = function_name(s, function, label)
    return Sketch(name, params, block, result, returned, tuple(taken)), loads


def _entered(s: Context, kind: Kind, name: str) -> Kind:
    """The kind of a parameter; what a list, dict or object holds is known as that of an argument is."""
    path = f"{name}@{'/'.join(s.entered)}"
    s.paths.add(path.partition(".")[0].partition("[")[0])
    return s.enter(kind, path, True)


def lists_inside(
    s: Context, block: tuple[Stmt, ...], taken: Sequence[Name], *kept: Operand
) -> tuple[tuple[Stmt, ...], list[Name]]:
    """Lists that vary, and of which all items are known, are made inside: numbers and arrays are `taken`.

    They are not changed there.  `kept` are results, which stay what they are.
    """
    made: list[Stmt] = []
    names: dict[Name, Name] = {}
    left = list(taken)
    for name in left:  # which grows by the items
        items = s.memory.list_items(name) if isinstance(s.kind(name), List) else None
        if items is None or not s.holds_varied(name) or name in kept:
            continue
        with aside(s), s.block() as inside:
            operands = tuple(map(s.operand, items))
            names[name] = s.fresh(name.hint, s.kind(name))
        made[:0] = [*inside, Assign(names[name], Op("list", operands), Origin.none())]
        read = dict.fromkeys(n for n in free(tuple(made)) if n not in left)
        left.extend(n for n in read if n not in bound(tuple(made)))
    block = (*(substitute(m, names) for m in made), *(substitute(stmt, names) for stmt in block))
    return block, [n for n in left if n not in names]


def without_unread(s: Context, block: tuple[Stmt, ...], result: Operand) -> tuple[Any, Operand]:
    assert s.tools is not None
    cleaned = s.tools.clean(Function("", (), block, result, s.origin), s)
    return cleaned.body, cleaned.result


@contextmanager
def aside(s: Context) -> Iterator[None]:
    """Statements that are no part of the program; loops in them are written for good.

    Their names are not given again: what is known of the storage that they share stays.
    """
    forks, numbers = s.forks, s.numbers
    try:
        with s.trial():
            trials, s.trials = s.trials, 0
            try:
                yield
            finally:
                s.trials, s.forks, numbers = trials, forks, s.numbers
    finally:
        s.numbers = numbers


def loads_in(s: Context, block: tuple[Stmt, ...], outside: set[Name]) -> Iterator[tuple[Name, Any]]:
    """Attributes and entries of containers from outside that are read."""
    for stmt in statements(block):
        match stmt:
            case Assign(target, Attr(Name() as base, attr)) if (
                base in outside
                and isinstance(s.kind(base), Object)
                and not isinstance(s.kind(target), Bound)
            ):
                yield base, attr
            case Assign(_, Op("getitem", (Name() as base, Const() as key))) if (
                base in outside and isinstance(s.kind(base), Dict)
            ):
                yield base, key


def parameter_names(s: Context, function: Val, count: int) -> list[str]:
    """The user's names for the parameters, where they can be seen."""
    kind = s.kind(function)
    found: list[str] = []
    if isinstance(kind, Closure):
        params = kind.make.template().params[len(kind.make.captures) :]
        found = [p.name.hint for p in params if p.form in ("normal", "positional")]
    else:
        live = kind.function if isinstance(kind, Bound) else getattr(kind, "value", None)
        if isinstance(live, FunctionType):
            found = list(live.__code__.co_varnames[: live.__code__.co_argcount])
            found = found[1:] if isinstance(kind, Bound) else found
    return [*found, *(f"x{i}" for i in range(len(found), count))][:count]


def function_name(s: Context, function: Val, label: str) -> str:
    kind = s.kind(function)
    match kind:
        case Closure(make):
            name = make.name
        case Bound(_, live):
            name = getattr(live, "__name__", label)
        case Partial(inner):
            name = function_name(s, inner, label)
        case Value(value=live):
            name = getattr(live, "__name__", label)
        case _:
            name = label
    return name if name.isidentifier() else label


def _check(s: Context, block: tuple[Stmt, ...], own: Sequence[Name], taken: Sequence[Name]) -> None:
    """The function changes nothing but what it makes itself: derivative code calls it again."""
    outside = {*own, *taken}
    roots = {s.heap.find(str(n)) for n in outside if isinstance(s.kind(n), Array)}
    for stmt in statements(block):
        base: Any = None
        match stmt:
            case Store(base) | StoreAttr(base) | Delete(base):
                pass
            case StoreVariable():
                _refuse_change(s)
            case Assign(_, MethodCall(base, method)) if method not in CHANGING:
                base = None
            case _:
                pass
        if isinstance(base, Ref) or base in outside:
            _refuse_change(s)
        if isinstance(s.kind(base), Array) and s.heap.find(str(base)) in roots:
            _refuse_change(s)


def _refuse_change(s: Context) -> None:
    s.refuse(
        "a function that is passed on changes something outside of itself, and carries a derivative",
        "compute its value only; keep counters and records out of it",
        NoRule,
    )


def _with_value(
    s: Context, rule: Rule, name: str, function: Val, made: Sketch, taken: list[Name]
) -> Ref:
    """The function, which knows another one that gives what is differentiated of its result."""
    ref = written(s, made, taken)
    live = getattr(s.kind(function), "value", None)
    ref.value.__dict__.update({k: v for k, v in vars(live).items() if k in KINDS} if live else {})
    made_of = rule.values.get(name, first_item if isinstance(made.returned, Tuple) else None)
    if made_of is not None:
        with aside(s), s.block() as body:
            body.extend(made.body)
            result = s.operand(s.call(Ref(made_of.__name__, made_of), [made.result], []))
            block, result = without_unread(s, tuple(body), result)
            returned = s.kind(result)
        value = Sketch(f"{made.name}_value", made.own, block, result, returned, made.taken)
        ref.value.__differentiated__ = written(s, value, taken).value
    return ref


def first_item(pair: Any) -> Any:
    """The value of a function that gives its derivative along with it."""
    return pair[0]


# -- the function ----------------------------------------------------------------------------


def lifted(s: Context, function: Val, own: Sequence[Kind]) -> tuple[Function, tuple[Name, ...]]:
    """A function that carries values along as one of its own parameters and of those values."""
    made = sketch(s, function, own, [], "function")
    return as_function(s, made, list(made.taken)), made.taken


def as_function(s: Context, made: Sketch, taken: list[Name]) -> Function:
    """The function of its own parameters and of `taken`."""
    names = _unique([*made.own, *taken])
    body = tuple(substitute(stmt, names) for stmt in made.body)
    result = names.get(made.result, made.result) if isinstance(made.result, Name) else made.result
    params = tuple(Param(names[n]) for n in (*made.own, *taken))
    return Function(made.name, params, body, result, s.origin)


def written(s: Context, made: Sketch, taken: list[Name]) -> Ref:
    """The function as a live one, of its own parameters and of `taken`."""
    function = as_function(s, made, taken)
    assert s.tools is not None
    live: Any = s.tools.live(function, [f for f, _ in s.seen])
    live.__result_kind__ = made.returned  # rules may ask what an integrand returns
    return Ref(made.name, live)


def _unique(params: list[Name]) -> dict[Name, Name]:
    """Parameters have different identifiers in Python.

    >>> list(_unique([Name("t", 0), Name("t", 1), Name("t_1", 0)]).values())
    [Name(hint='t', number=0), Name(hint='t_2', number=1), Name(hint='t_1', number=0)]
    """
    called, given = {name.hint for name in params}, set[str]()
    out: dict[Name, Name] = {}
    for name in params:
        further = (f"{name.hint}_{number}" for number in itertools.count(1))
        hint = name.hint
        if hint in given:
            hint = next(each for each in further if each not in called | given)
        given.add(hint)
        out[name] = Name(hint, name.number)
    return out
