"""Generators: what is taken to the end on the spot is made all at once, as a list.

A generator object exists in the compiler only.  Its function runs where the generator is consumed,
as in Python: by a loop, an unpacking, or a function that takes all of its argument.  What is kept, or taken
piece by piece, is refused.

A loop runs its body between the pieces; so a generator in a loop may look at nothing that the body
changes, nor change anything itself, and the loop must take all of it.  One that no derivative goes into
stays a generator otherwise.
"""

from __future__ import annotations

import collections
import contextlib
import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from sourcead.errors import SourceADError, UnsupportedSyntax
from sourcead.frontend.syntax import CONSUMERS, CONSUMING_METHODS
from sourcead.ir.kinds import (
    Array,
    Closure,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Object,
    Py,
    Text,
    Tuple,
    Value,
)
from sourcead.ir.nodes import (
    Assign,
    Call,
    Delete,
    For,
    MethodCall,
    Name,
    Op,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.walk import free, statements
from sourcead.transform.builder import Val
from sourcead.transform.effects import written_arguments
from sourcead.transform.specialise import library
from sourcead.transform.specialise.context import Again, Context, Kwargs, values_of
from sourcead.transform.specialise.derived import as_contents
from sourcead.transform.specialise.given_storage import writes_what_it_gave
from sourcead.transform.specialise.outside import check_repeatable
from sourcead.transform.specialise.resuming import begun, here, is_resumed, resume_instead

__all__ = [
    "Started", "all_of", "as_manager", "all_of_first", "as_object", "cells_seen", "check_effects",
    "check_interleaving", "draws_itself", "interleaved", "is_followed", "is_generator_function", "is_manager",
    "is_quiet", "managed", "opened", "started", "taken_early",
]  # fmt: skip


MAKERS = (
    np.zeros,
    np.empty,
    np.ones,
    np.full,
    np.zeros_like,
    np.empty_like,
    np.ones_like,
    np.array,
)
COLLECTING: tuple[Any, ...] = (list, tuple, sorted, collections.deque)
DEEPEST = 30  # generators of one function in each other


@dataclass(frozen=True)
class Started:
    """The call of a generator function of which nothing has run yet."""

    func: Val
    function: types.FunctionType | Closure
    args: list[Any]
    kwargs: Kwargs
    here: str = ""  # the place of the call, where it may be one of a generator with a frame
    at_once: Callable[[], Val] | None = None  # all that it gives, where the compiler has it (`map`)
    has_turns: bool = True  # can it be written in turns with a loop?

    @property
    def values(self) -> list[Val]:
        """All that its body can see of this call's values."""
        captured = self.function.captured if isinstance(self.function, Closure) else ()
        return [*values_of(self.args, self.kwargs), *captured]

    @property
    def name(self) -> str:
        function = self.function
        return str(function.make.name if isinstance(function, Closure) else function.__name__)


def is_generator_function(function: object) -> bool:
    return inspect.isgeneratorfunction(function)


def started(s: Context, func: Val, function: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """The call of a generator function: nothing of it runs yet."""
    found = Started(func, function, list(args), list(kwargs), here(s))
    if is_resumed(s):
        return begun(s, found)
    made = s.fresh("generator", Object(types.GeneratorType))
    s.generators[made] = found
    return made


_MANAGER = contextlib.contextmanager(lambda: iter(())).__code__


def is_manager(function: object) -> bool:
    """Is this what `contextlib.contextmanager` makes of a generator function?"""
    made = getattr(function, "__code__", None) is _MANAGER
    return made and is_generator_function(getattr(function, "__wrapped__", None))


def as_manager(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`contextlib.contextmanager` of a generator function that was made inside the function."""
    kind = s.kind(args[0]) if len(args) == 1 and not isinstance(args[0], Star) else None
    if not isinstance(kind, Closure) or not kind.make.is_generator:
        return None
    return s.fresh(hint, replace(kind, make=replace(kind.make, is_manager=True)))


def managed(s: Context, func: Val, function: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """The call that makes such a context manager: nothing of its generator runs yet."""
    found = Started(func, function, list(args), list(kwargs))
    live = not isinstance(function, Closure)
    if live and not any(map(s.holds_varied, found.values)) and not s.reachable(found.values):
        return s.opaque(func, args, kwargs, "manager")
    made = s.fresh("manager", Object(contextlib._GeneratorContextManager))
    s.managers[made] = found
    return made


def as_object(s: Context, found: Started) -> Val:
    """The generator itself, for what takes it piece by piece: no derivative may go through it."""
    if found.at_once is not None:
        return found.at_once()
    if _is_active(s, found):
        resume_instead(s, found)
        if not isinstance(found.function, Closure):
            s.lower(found.function)  # says which `yield` cannot be followed
        s.refuse(
            f"the generator `{found.name}` is kept, or taken piece by piece",
            f"make a list of it: `list({found.name}(...))`",
            UnsupportedSyntax,
        )
    return s.opaque(found.func, found.args, found.kwargs, "generator", Object(types.GeneratorType))


def all_of(s: Context, value: Val, kept: bool = False) -> Val:
    """A generator as the list of what it gives, `iter(x)` as `x`; anything else as it is.

    `kept`: all elements are drawn before one is looked at.
    """
    if isinstance(value, Name) and s.iterators.get(value, ("",))[0] is iter:
        return all_of(s, s.iterators[value][1][0])
    found = s.generators.get(value) if isinstance(value, Name) else None
    if found is None:
        return value
    start = len(s.statements)
    if found.at_once is not None:
        made: Val = found.at_once()
        return made
    items = _inlined(s, found)
    if not kept and writes_what_it_gave(s, items, s.statements[start:]):
        _refuse_turns(s, found)
    return items


def _inlined(s: Context, found: Started) -> Val:
    if isinstance(found.function, Closure):
        whole = replace(found.function, make=replace(found.function.make, is_generator=False))
        return s.call(s.fresh("generator", whole), found.args, found.kwargs)
    template = s.lower(found.function, all_at_once=True)
    check_depth(s, found.function.__code__, found.name)
    return s.inline(template, found.function, found.args, found.kwargs)


def check_depth(s: Context, code: Any, name: str) -> None:
    """A generator may go into itself where it is known how deep."""
    outer = [forks for known, forks in s.stack if known is code]
    if outer and (outer[-1] != s.forks or len(outer) > DEEPEST):
        s.refuse(
            f"the generator `{name}` goes into itself, and how deep is known only when it runs",
            "let it be a function that returns what becomes of its values: their sum, an array",
        )


def all_of_first(s: Context, callee: object, args: Sequence[Any]) -> list[Any]:
    """The arguments of a function that takes all of a generator, or of any other."""
    takes = any(callee is known for known in CONSUMERS) or callee in CONSUMING_METHODS
    if not takes:
        return list(args)
    kept = callee in COLLECTING
    return [
        a if isinstance(a, Star) else _listed(s, all_of(s, _items(s, a), kept), callee)
        for a in args
    ]


def _listed(s: Context, value: Val, callee: object) -> Val:
    """A zip, an enumeration or something reversed as a list, for those that do not look into it themselves."""
    lazy = isinstance(value, Name) and value in s.iterators and s.holds_varied(value)
    if not lazy or callee in (list, tuple, dict, sorted):
        return value
    return s.call(Ref("list", list), [value], [])


def _items(s: Context, value: Val) -> Val:
    """What an object whose class says how it is iterated gives."""
    kind = s.kind(value)
    function = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if isinstance(function, types.FunctionType) and s.holds_varied(value):
        value = s.call_method_of(value, function, [], "items")
    if draws_itself(s, value):
        return s.call(Ref("drawn", library.drawn), [value], [])
    return value


def interleaved(s: Context, value: Val, loop: For) -> tuple[Val, Started | None]:
    """What a loop runs over: a generator may run before the loop does, or stays one where it is inactive."""
    value = opened(s, value)
    found = s.generators.get(value) if isinstance(value, Name) else None
    early = s.early.get(value) if isinstance(value, Name) else None
    if early is not None and loop.exit is not None:
        _refuse_turns(s, early)
    if found is None:
        return value, early
    if found.at_once is not None:
        if found.has_turns and (loop.exit is not None or s.catches):
            _refuse_turns(s, found)
        return _before_its_turn(s, found), found
    if loop.exit is None and is_quiet(s, found):
        return value, found
    if not _is_active(s, found):
        return as_object(s, found), None
    _refuse_turns(s, found)


def _before_its_turn(s: Context, found: Started) -> Val:
    """All that `map(...)` gives, where nobody can tell when that is computed."""
    assert found.at_once is not None
    start = len(s.statements)
    items = found.at_once()
    if not found.has_turns:
        return items  # what changes one of the two is looked for in the loop
    written = s.statements[start:]
    if any(isinstance(each, Raise) for each in statements(tuple(written))):
        _refuse_turns(s, found)
    try:
        check_repeatable(s, written, free(tuple(written)))
    except SourceADError:
        _refuse_turns(s, found)
    return items


def opened(s: Context, value: Val) -> Val:
    """What an object's `__iter__` returns, where its class has one; a generator that it starts has not run."""
    kind = s.kind(value)
    function = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if not isinstance(function, types.FunctionType):
        contents: Val = as_contents(s, value)
        return contents
    items = s.call_method_of(value, function, [], "items")
    return value if items == value else opened(s, items)


def draws_itself(s: Context, value: Val) -> bool:
    """Is it an object of which `__next__`, in Python, gives one element after the other?

    Left to Python are those from elsewhere that no derivative goes into.
    """
    kind = s.kind(value)
    if not isinstance(kind, Object) or not (kind.site or s.holds_varied(value)):
        return False
    return isinstance(getattr(kind.cls, "__next__", None), types.FunctionType)


def looked_at(s: Context, found: Started) -> list[Val]:
    """What its body can see, with what the generators can see that it is given."""
    values = found.values
    for each in found.values:
        kind = s.kind(each)
        if isinstance(kind, Closure):
            values += kind.captured
        inner = s.generators.get(each) if isinstance(each, Name) else None
        values += [] if inner is None else looked_at(s, inner)
    return values


def _is_active(s: Context, found: Started) -> bool:
    return any(map(s.holds_varied, looked_at(s, found)))


def is_followed(s: Context, found: Started) -> bool:
    """Are its statements written? One that no derivative goes into stays, if it may change what others see."""
    return _is_active(s, found) or is_quiet(s, found)


def is_quiet(s: Context, found: Started) -> bool:
    """Does a generator change nothing, and look at things only of which it is known who changes them?"""
    inside = found.function
    template = (
        inside.make.template() if isinstance(inside, Closure) else s.lower(inside, all_at_once=True)
    )
    body = list(statements(template.body))
    own = {e.target for e in body if isinstance(e, Assign) and _makes_cell(e)}
    made = {e.target for e in body if isinstance(e, Assign) and _makes_storage(e)}
    writes = (Store, StoreAttr, StoreVariable, Delete)
    if any(
        isinstance(each, writes) and not (_writes_cell(each, own) or _writes_own(each, made))
        for each in body
    ):
        return False
    shown = all(
        is_quiet(s, s.generators[v])
        if isinstance(v, Name) and v in s.generators
        else _is_cell(s, v) or _is_seen(s.kind(v))
        for v in found.values
    )
    return shown and not getattr(inside, "__closure__", None)


def _makes_cell(statement: Assign) -> bool:
    return isinstance(statement.expr, Op) and statement.expr.op == "cell"


def _makes_storage(statement: Assign) -> bool:
    """A list or dict display, a new array: nobody else has it."""
    match statement.expr:
        case Op("list" | "dict", _) | MethodCall(_, "copy"):
            return True
        case Call(Ref(value=function)):
            return any(function is maker for maker in MAKERS)
    return False


def _writes_own(statement: Stmt, made: set[Name]) -> bool:
    """Whether what has been given is written again is asked of the statements (`given_storage.py`)."""
    return isinstance(statement, Store) and statement.base in made


def _writes_cell(statement: Stmt, cells: set[Name]) -> bool:
    return isinstance(statement, StoreVariable) and statement.cell in cells


def taken_early(s: Context, value: Val) -> tuple[Val, Started | None]:
    """What `enumerate(...)` or `zip(...)` in the head of a loop goes over: a generator as the list of what it gives."""
    value = opened(s, value)
    found = s.generators.get(value) if isinstance(value, Name) else None
    if found is not None and found.at_once is not None:
        return _before_its_turn(s, found), found
    if found is None or not _is_active(s, found) or not is_quiet(s, found):
        return value, None
    start = len(s.statements)
    items = all_of(s, value)
    check_effects(s, found, s.statements[start:])
    return items, found


def cells_seen(s: Context, found: Started) -> dict[Name, Any]:
    """The variables around a generator that it looks at, with what is in them now."""
    names = [v for v in looked_at(s, found) if isinstance(v, Name) and _is_cell(s, v)]
    return {name: s.memory.known(name) for name in names}


def check_interleaving(
    s: Context, found: Started, written: Sequence[Stmt], before: dict[Name, Any]
) -> None:
    """Does the loop over a generator, which was written, change nothing that the generator looks at?

    `before`: what was in the variables that it looks at.
    """
    if before != cells_seen(s, found):
        _refuse_turns(s, found)
    check_effects(s, found, written)


def check_effects(
    s: Context, found: Started, written: Sequence[Stmt], seen: Sequence[Val] | None = None
) -> None:
    """Do these statements (of the generator itself, or of the loop over it) change nothing that it looks at?

    `seen`: of what they change, only what can be reached from these values counts.
    """
    around = None if seen is None else s.reachable(seen)
    values = looked_at(s, found)
    sites = s.reachable(values)
    arrays = {s.heap.find(str(v)) for v in values if isinstance(v, Name)}
    arrays |= {s.heap.find(f"{site} {slot!r}") for site in sites for slot in s.heap.known(site)}
    cells = {v for v in values if _is_cell(s, v)}
    for base in _written(s, written):
        if base in cells:
            _refuse_turns(s, found)
        kind = s.kind(base)
        site = getattr(kind, "site", "")
        if around is not None and site not in around and not isinstance(kind, Array):
            continue
        if site in sites or (isinstance(kind, Array) and s.heap.find(str(base)) in arrays):
            _refuse_turns(s, found)


def _written(s: Context, block: Sequence[Stmt]) -> Iterator[Name]:
    """Arrays and containers that these statements may write."""
    for each in statements(tuple(block)):
        match each:
            case Store(base=Name() as base) | StoreAttr(base=Name() as base):
                yield base
            case Delete(base=Name() as base) | StoreVariable(cell=Name() as base):
                yield base
            case Assign(expr=(Call() | MethodCall()) as expr):
                yield from written_arguments(expr, s.kinds)
                if isinstance(expr, MethodCall) and isinstance(expr.value, Name):
                    if not isinstance(s.kind(expr.value), Array):
                        yield expr.value
            case _:
                pass


def _refuse_turns(s: Context, found: Started) -> NoReturn:
    """Refused; or written anew, in turns, where it was written before its turn."""
    if found.at_once is not None and found.has_turns:
        s.heap.lazy.add(found.here)
        raise Again
    if found.at_once is not None:
        s.refuse(
            "a loop over groups runs in turns with what finds them: one of the two changes what the other sees",
            "loop over the groups of a copy, `groupby(list(xs), ...)`, if that gives the same",
        )
    whole = "list(...)" if found.name == "__iter__" else f"list({found.name}(...))"
    s.refuse(
        f"the generator `{found.name}` and the loop over it run in turns",
        f"loop over `{whole}` if that gives the same",
    )


def _is_cell(s: Context, value: Val) -> bool:
    held = s.memory.known(value)
    return held is not None and held.form == "cell"


def _is_seen(kind: Kind) -> bool:
    """A value of which it is known who changes it."""
    match kind:
        case Tuple(items):
            return all(map(_is_seen, items))
        case Object(cls):
            return cls in (range, enumerate, zip) or bool(kind.site)
        case _:
            seen = (Py, Np, Text, NoneKind, Value, Closure, Array, List, Dict)
            return isinstance(kind, seen)
