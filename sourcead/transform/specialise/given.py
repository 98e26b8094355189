"""Which of the arrays that it is given does a function write?

    def put(x, y, i):            def halves(x):
        z = x[1:]                    y = np.zeros(3)
        z[i] = y[0]                  y[0] = x[0]
        return z                     return y if x[0] > 0.0 else x

`put` writes `x`, through a view.  `halves` writes an array that it made; that its result may be the one or
the other does not make them one.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sourcead.ir.kinds import Array
from sourcead.ir.nodes import (
    Assign,
    Call,
    Delete,
    MethodCall,
    Name,
    Op,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.transform.clean import is_pure, shared_bases
from sourcead.transform.effects import CalledByName, function_of, written_arguments
from sourcead.transform.locations import Locations
from sourcead.transform.operations import OPERATORS

if TYPE_CHECKING:
    from sourcead.transform.specialise.specialiser import Specialised

__all__ = ["is_made", "reaches_out", "written_parameters"]


def written_parameters(done: Specialised) -> tuple[frozenset[int], list[bool]]:
    """The positions of the parameters that are written, and for each parameter: is it, by what varies?"""
    b, params = done.builder, [p.name for p in done.function.params]
    locations = Locations(done.function.body, b.kinds, done.heap, params)
    written: set[int] = set()
    for stmt in statements(done.function.body):
        for base in _bases(stmt, b):
            owner = locations.owner(base)[0]
            if owner in params:
                written.add(params.index(owner))
            elif not is_made(b, owner):
                written |= {i for i, p in enumerate(params) if _may_be(locations, owner, p)}
    return frozenset(written), [i in written and b.is_varied(p) for i, p in enumerate(params)]


ERRORS = tuple(
    cls for cls in vars(builtins).values() if isinstance(cls, type) and issubclass(cls, Exception)
)


def reaches_out(done: Specialised) -> bool:
    """May it change a list, dict or object that it has not made?"""
    b = done.builder
    for stmt in statements(done.function.body):
        match stmt:
            case Store(Name() as base) if isinstance(b.kinds.get(base), Array):
                continue
            case Store(Name() as base) | StoreAttr(Name() as base) | Delete(Name() as base):
                if not is_made(b, base):
                    return True
            case Store() | StoreAttr() | StoreVariable() | Delete():
                return True
            case Assign(_, Call(Ref(_, CalledByName() as called))):
                if called.reaches_out:
                    return True
            case Assign(_, MethodCall(Name() as base)) if is_made(b, base):
                continue  # `append` of a list that it has made
            case Assign(_, Call(Ref(_, type() as cls))) if cls in ERRORS:
                continue  # it only makes one
            case Assign(_, Call() | MethodCall() as call) if not is_pure(call, b):
                return True
            case _:
                continue
    return False


def _bases(stmt: Stmt, b: Any) -> Iterator[Name]:
    """The arrays that a statement writes."""
    match stmt:
        case Store(Name() as base) if isinstance(b.kinds.get(base), Array):
            yield base
        case Assign(_, Call() | MethodCall() as call):
            yield from (n for n in written_arguments(call, b.kinds) if isinstance(n, Name))


def _may_be(locations: Locations, array: Name, param: Name) -> bool:
    is_array = isinstance(locations.kinds.get(param), Array)
    return is_array and locations.cls(array) == locations.cls(param)


def is_made(b: Any, owner: Name) -> bool:
    """Is this an array, list or dict that the function made itself?"""
    expr = b.definitions.get(owner)
    match expr:
        case Op(op, _):
            return op in OPERATORS or op in ("list", "dict")
        case Call() | MethodCall():
            return is_pure(expr, b) and not shared_bases(expr, b) and not _shows_data(expr, b)
        case _:
            return False


def is_data(b: Any, name: Name) -> bool:
    """Is it what a variable of a module holds, as it is read at the start?"""
    match b.definitions.get(name):
        case Op("copy", (Ref(live=True),)):
            return True
        case _:
            return False


def _shows_data(expr: Call | MethodCall, b: Any) -> bool:
    """May the value share memory with an array of a module or object that is read by its name?"""
    rule = registry.lookup(function_of(expr, b.kinds))
    if rule is None or rule.effects.returns in ("fresh", "scalar"):
        return False
    given = (expr.value, *expr.args) if isinstance(expr, MethodCall) else expr.args
    return any(isinstance(a, Ref) and a.live for a in given)
