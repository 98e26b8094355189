"""Global names, closure variables and module attributes that the program rebinds or writes into.

Data behind a name that is only read is read by that name, wherever it is needed.  A name that the
program stores to (or whose array, list or object it changes) is read once, at the start, and is a
variable like all others from there on:

    SCALE = 2.0                        def f(x):
    def f(x):                              SCALE = SCALE          # the entry value, kept
        global SCALE              ->       y = SCALE * x
        y = SCALE * x                      global SCALE = x       # StoreVariable, for the world outside
        SCALE = x                          return y * x
        return y * SCALE
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, TypeAlias

from sourcead.ir.kinds import Array
from sourcead.ir.nodes import (
    Attr,
    Call,
    Const,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.module_names import module_of
from sourcead.outer_sharing import names_in
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Again, Context
from sourcead.transform.specialise.given import is_made

__all__ = [
    "Place", "cell_of", "changes", "load_rebound", "looked_at", "read_at", "read_of_module", "read_variable",
    "reads_varied", "rebind", "store_global",
]  # fmt: skip

Place: TypeAlias = tuple[str, int, str]
"""Of a variable outside: what holds it (a module, a class, a closure), where that is, and its name."""

LIBRARIES = ("numpy", "math", "scipy", "cmath")  # whose module data is constant


def current_function(s: Context) -> Any:
    return s.seen[s.active[-1]][0] if s.active else None


def place_of(s: Context, ref: Ref) -> Place | None:
    """What tells the variable behind a name from all others: its namespace or cell, and its name there."""
    function = ref.scope or current_function(s)
    first, *rest = ref.path.split(".")
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    scope: Any = function.__globals__
    if first in code.co_freevars:
        cell = (function.__closure__ or ())[code.co_freevars.index(first)]
        if not rest:
            return "cell", id(cell), first
        scope = {first: cell.cell_contents}
    for part in rest:
        module = scope.get(first)
        if not isinstance(module, ModuleType):
            return None
        scope, first = vars(module), part
    return "global", id(scope), first


def reference_of(s: Context, ref: Ref) -> Ref:
    """Live data as it is read from here: constants of libraries are fixed, other modules' data is theirs."""
    function = ref.scope or current_function(s)
    scope = getattr(function, "__globals__", {})
    root = scope.get(ref.path.partition(".")[0])
    if isinstance(root, ModuleType) and root.__name__.partition(".")[0] in LIBRARIES:
        return Ref(ref.path, ref.value)
    top = getattr(s.seen[0][0], "__globals__", {}) if s.seen else {}
    if function is s.seen[0][0] or not scope:
        return ref
    if scope is top and ref.path.partition(".")[0] not in function.__code__.co_freevars:
        return ref
    return Ref(ref.path, ref.value, True, function)


def read_variable(s: Context, ref: Ref) -> Val:
    found = reference_of(s, ref)
    place = place_of(s, ref) if found.live else None
    if place is None or place not in s.rebound:
        return found
    return read_at(s, place, found)


def read_of_module(s: Context, module: ModuleType, name: str, path: str = "") -> Val:
    """The variable of a module that is read otherwise than by its name; `path`: a text that may mean it here."""
    value = vars(module)[name]
    by_path = Ref(path, value, True)
    if path and place_of(s, by_path) == ("global", id(vars(module)), name):
        return s.read_variable(by_path)
    inside = FunctionType(_inside.__code__, vars(module))
    return s.read_variable(Ref(name, value, True, inside))


def _inside() -> None:
    """The code of a function of some module, which sees what the module's functions see."""


def read_at(s: Context, place: Place, found: Ref) -> Val:
    """What a variable holds that the program changes; `found` reads it at the start."""
    if s.rebound[place] is None:
        s.rebound[place] = found
        raise Again
    held = s.memory.get(cell_of(s, place), "")
    return held if held is not None else load_variable(s, place, found)


def cell_of(s: Context, place: Place) -> Name:
    """The name under which the memory keeps a variable; its values are called as the program calls it."""
    return Name(f"{place[-1]} outside", list(s.rebound).index(place))


def load_rebound(s: Context) -> None:
    """At the start: what the variables hold that the program changes."""
    for place, ref in s.rebound.items():
        cell = cell_of(s, place)
        s.heap.enter(str(cell), True)
        s.memory.begin(cell, str(cell), "cell", {})
        if ref is not None:
            load_variable(s, place, ref)


def load_variable(s: Context, place: Place, ref: Ref) -> Name:
    site, before = str(cell_of(s, place)), s.loaded.get(place)
    if s.heap.is_varied(site) or (before is not None and s.holds_varied(before)):
        if not s.at_start:
            s.refuse(
                f"`{ref.path}` may hold a value that carries a derivative, and what it is cannot be followed",
                "return the value instead of storing it",
            )
    name = s.emit(Op("copy", (ref,)), s.kind_of_ref(ref), ref.path.rpartition(".")[2])
    s.memory.learn(cell_of(s, place), "", name)
    if before is not None and not s.at_start:
        s.share(name, before)  # it may be the same array, list or object
    s.loaded[place] = name
    return name


def store_global(s: Context, name: str, value: Val) -> None:
    function = current_function(s)
    scope = getattr(function, "__globals__", None)
    if scope is None:
        s.refuse(
            f"the variable `{name}` is rebound by code without a module",
            "return the value instead",
        )

    def written(held: Operand) -> Stmt:
        if scope is getattr(s.seen[0][0], "__globals__", None):
            return StoreVariable(name, None, held, s.origin)
        owner = module_of(scope)
        label = function.__module__.rpartition(".")[2]
        if owner is not None:
            return StoreAttr(Ref(label, owner), name, held, None, s.origin)
        module = Ref(f"{label}_globals", scope)
        return Store(module, Const(name), held, None, s.origin)  # of a callee's module

    rebind(s, ("global", id(scope), name), value, written)


def rebind(s: Context, place: Place, value: Val, written: Callable[[Operand], Stmt]) -> None:
    """A variable becomes another value; `written`: the statement, for the world outside."""
    if place not in s.rebound:
        s.rebound[place] = None
        raise Again
    cell = cell_of(s, place)
    held: Operand = s.operand(value)
    s.heap.store(str(cell), "", s.kind(held), s.holds_varied(held))
    s.add(written(held))
    s.memory.put(cell, str(cell), "", held)


def changes(s: Context, base: Val) -> None:
    """Something is written into `base`: where that is read by its name, the name is kept from the start."""
    base = looked_at(s, base)
    if not isinstance(base, Ref) or not base.live:
        return
    place = place_of(s, base)
    if base.path in s.class_attributes:
        place, owner, attr = s.class_attributes[base.path]
        s.rebound.setdefault(place, None)
        s.attr(Ref(owner.__name__, owner), attr)  # writes the program anew, with it as a variable
    if place is None or place in s.rebound:
        s.refuse(f"`{base.path}` is changed, and it cannot be followed", "pass it as an argument")
    s.rebound[place] = base
    raise Again


def looked_at(s: Context, value: Val) -> Val:
    """The array that a value is a view of, as far back as its definitions show: also one of a module."""
    while isinstance(value, Name) and not is_made(s, value):
        match s.definitions.get(value):
            case Op("getitem", (base, _)) | Op("copy", (Name() as base,)):
                pass
            case Attr(base) | MethodCall(base):
                pass
            case Call(_, (base, *_)) if not isinstance(base, Star):
                pass
            case _:
                return value
        if not isinstance(base, (Name, Ref)) or not isinstance(s.kind(base), Array):
            return value
        value = base
    return value


def reads_varied(s: Context, function: FunctionType) -> bool:
    """May the function, or one that it calls by name, read a variable that holds what carries a derivative?"""
    held = {place: s.memory.get(cell_of(s, place), "") for place in s.rebound}
    varied = {place for place, value in held.items() if value is None or s.holds_varied(value)}
    todo, seen = [function], set[FunctionType]()
    while todo and varied:
        known = todo.pop()
        if known in seen:
            continue
        seen.add(known)
        names = set(names_in(known.__code__))
        if any(("global", id(known.__globals__), name) in varied for name in names):
            return True
        cells = zip(known.__closure__ or (), known.__code__.co_freevars)
        if any(("cell", id(cell), name) in varied for cell, name in cells):
            return True
        if any(place[0] == "class" and place[2] in names for place in varied):
            return True
        called = [known.__globals__.get(name) for name in sorted(names)]
        todo += [f for f in called if isinstance(f, FunctionType)]
    return False
