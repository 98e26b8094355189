"""What did the compiled code assume of live objects?  Conditions, tested at each call.

Assumed are the objects that names stand for (globals, closure variables, attributes of modules), the
kinds of data behind such names, the code and defaults of every function that was looked into, what
classes have under the names that are used, and the rules that users registered.

>>> import math
>>> from sourcead.frontend.lower import lower
>>> def area(r): return math.pi * r * r
>>> area.__module__ = "model"  # a user's, so to say
>>> pool = Pool()
>>> print(*(test(pool) for test in assumptions([(area, lower(area))], ())), sep="\\n")
names['math'] is math
names_1['pi'] is pi
area.__code__ is code
registry['generation'] is generation
"""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from sourcead.dispatch import Pool, Test, kind_test
from sourcead.frontend.lower import names_of
from sourcead.frontend.resolve import MISSING, is_data
from sourcead.ir.kinds import Kind
from sourcead.ir.nodes import Assign, Attr, Function, MethodCall, StoreAttr
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.signature import kind_of
from sourcead.transform.specialise.descriptors import is_descriptor
from sourcead.transform.specialise.looked_at import KIND

__all__ = ["assumptions"]

Seen = Iterable[tuple[Any, Function]]
"""Functions looked into, with their Wengert lists as written (before kinds)."""

Objects = Mapping[tuple[int, str], tuple[Any, bool]]
NONE: Objects = types.MappingProxyType({})

_LIBRARIES = ("numpy", "math", "scipy", "cmath", "sourcead")  # their data is constant


def assumptions(
    seen: Seen,
    classes: Iterable[type],
    objects: Objects = NONE,
    numbers: Collection[str] = (),
) -> list[Test]:
    """The conditions for the functions looked into, the classes whose instances are met, and live objects.

    `objects`: of which an attribute was looked up, or the kind taken, as `specialise/looked_at.py` notes them.
    `numbers`: variables whose values it depends on, as `specialise/fixed_numbers.py` notes them.
    """
    own = [
        (f, t)
        for f, t in seen
        if isinstance(f, types.FunctionType) and not _is_library(f.__module__)
    ]  # a function may come with its own Wengert list, and with that of a derivative of it
    tests: list[Test] = []
    for function in {id(f): f for f, _ in own}.values():
        tests += _name_tests(function, numbers)
        tests += _function_tests(function)
    used = {name for _, template in own for name in _attributes(template)}
    functions = {id(f) for f, _ in own}
    for cls in dict.fromkeys(classes):
        tests += _class_tests(cls, used, functions)
    named = {id(v) for f, _ in own for v in _data_behind_names(f)}
    for (identity, attr), (obj, exact) in objects.items():
        if attr != KIND or identity not in named:
            tests += _object_tests(obj, attr, exact)
    tests.append(_same(vars(registry), "generation", registry.generation, "registry"))
    return tests


def _is_library(module: Any) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in _LIBRARIES


# -- names -------------------------------------------------------------------------------------


def _name_tests(function: types.FunctionType, numbers: Collection[str]) -> Iterator[Test]:
    names = names_of(function)
    if names is None:
        return
    for name, value in names.found.items():
        if name in names.cells:
            yield from _cell_tests(names.cells[name], name, value, name in numbers)
        else:
            yield from _global_tests(function.__globals__, name, value, name in numbers)
    for name, module in names.modules.items():
        if not _is_library(name):
            yield _same(sys.modules, name, module, "modules")
    for (module, attr), value in names.attributes.items():
        if value is MISSING:
            continue
        if attr not in vars(module):  # made when it is read
            yield _attribute(module, attr, value)
        elif is_data(value) and not _is_library(module.__name__):
            yield _kind(vars(module), attr, value)
        else:
            yield _same(vars(module), attr, value)


def _global_tests(scope: dict[str, Any], name: str, value: Any, is_fixed: bool) -> Iterator[Test]:
    if name in scope and value is not MISSING:
        if is_fixed:
            yield lambda pool: f"{pool.give('names', scope)}[{name!r}] == {value!r}"
        yield _kind(scope, name, value) if is_data(value) else _same(scope, name, value)
        return
    yield lambda pool: f"{name!r} not in {pool.give('names', scope)}"
    if value is not MISSING and getattr(builtins, name, MISSING) is value:
        yield _same(vars(builtins), name, value, "builtins")


def _cell_tests(cell: types.CellType, name: str, value: Any, is_fixed: bool) -> Iterator[Test]:
    def content(pool: Pool) -> str:
        return f"{pool.give(f'{name}_cell', cell)}.cell_contents"

    if value is MISSING:
        return
    if not is_data(value):
        yield lambda pool: f"{content(pool)} is {pool.give(name, value)}"
        return
    if is_fixed:
        yield lambda pool: f"{content(pool)} == {value!r}"
    kind = kind_of(value, name)
    yield lambda pool: kind_test(kind, content(pool), name, pool)


def _same(scope: dict[str, Any], name: str, value: Any, hint: str = "names") -> Test:
    return lambda pool: f"{pool.give(hint, scope)}[{name!r}] is {pool.give(name, value)}"


def _attribute(holder: Any, name: str, value: Any) -> Test:
    hint = getattr(holder, "__name__", "holder").rpartition(".")[2]
    return lambda pool: f"{pool.give(hint, holder)}.{name} is {pool.give(name, value)}"


def _kind(scope: dict[str, Any], name: str, value: Any) -> Test:
    kind: Kind = kind_of(value, name)
    return lambda pool: kind_test(kind, f"{pool.give('names', scope)}[{name!r}]", name, pool)


def _data_behind_names(function: types.FunctionType) -> Iterator[Any]:
    """What is tested under the name that it has."""
    names = names_of(function)
    if names is not None:
        yield from filter(is_data, (*names.found.values(), *names.attributes.values()))


# -- objects -----------------------------------------------------------------------------------


def _object_tests(obj: Any, attr: str, exact: bool) -> Iterator[Test]:
    """What an object has under a name, or (without one) of which kind it is."""
    hint = getattr(obj, "__name__", type(obj).__name__).rpartition(".")[2]
    if attr == KIND:
        kind = kind_of(obj, hint)
        yield lambda pool: kind_test(kind, pool.give(hint, obj), hint, pool)
        return
    of_library = _is_library(getattr(obj, "__module__", None)) and not isinstance(obj, np.vectorize)
    value = getattr(obj, attr, MISSING)
    if of_library or value is MISSING:
        return
    if isinstance(obj, functools.partial) and attr == "keywords":
        yield _attribute(obj, attr, value)
        yield lambda pool: f"(*{pool.give('given', value)},) == {tuple(value)!r}"
        yield from (_same(value, name, each, "given") for name, each in value.items())
    elif isinstance(value, types.MappingProxyType):
        entries = tuple(value.items())
        yield (
            lambda pool: (
                f"(*{pool.give(hint, obj)}.{attr}.items(),) == {pool.give('entries', entries)}"
            )
        )
    elif isinstance(value, types.MethodType):  # made anew whenever it is read
        function = value.__func__
        yield lambda pool: f"{pool.give(hint, obj)}.{attr}.__func__ is {pool.give(attr, function)}"
    elif is_data(value) and type(value) is not tuple and not exact:
        yield lambda pool: kind_test(
            kind_of(value, attr), f"{pool.give(hint, obj)}.{attr}", attr, pool
        )
    elif value is getattr(obj, attr):
        yield _attribute(obj, attr, value)


# -- functions and classes -----------------------------------------------------------------------


def _function_tests(function: types.FunctionType) -> Iterator[Test]:
    code, defaults, named = function.__code__, function.__defaults__, function.__kwdefaults__
    hint = function.__name__
    yield lambda pool: f"{pool.give(hint, function)}.__code__ is {pool.give('code', code)}"
    if defaults is not None:
        yield (
            lambda pool: (
                f"{pool.give(hint, function)}.__defaults__ is {pool.give('defaults', defaults)}"
            )
        )
    if named:
        yield (
            lambda pool: (
                f"{pool.give(hint, function)}.__kwdefaults__ is {pool.give('named', named)}"
            )
        )
        yield from (_same(named, name, value, "defaults") for name, value in named.items())


def _class_tests(cls: type, used: set[str], functions: set[int]) -> Iterator[Test]:
    """What the class and its parents have under the names used, and the functions looked into."""
    for each in cls.__mro__:
        if not each.__flags__ & _HEAP_TYPE or _is_library(each.__module__):
            continue
        own = vars(each) if each is not cls else {n: None for c in cls.__mro__ for n in vars(c)}
        for name in own:
            raw, holder = _raw(each, name)
            if (name in used or _behind(raw) & functions) and _is_user(holder):
                yield from _member_tests(each, name, raw, holder)


_HEAP_TYPE = 1 << 9  # made by a class statement


def _is_user(cls: type) -> bool:
    return bool(cls.__flags__ & _HEAP_TYPE) and not _is_library(cls.__module__)


def _raw(cls: type, name: str) -> tuple[Any, type]:
    holder = next(c for c in cls.__mro__ if name in vars(c))
    return vars(holder)[name], holder


def _behind(raw: Any) -> set[int]:
    """The functions that a member of a class runs."""
    inner = getattr(raw, "__func__", raw)  # static and class methods
    both = [inner, getattr(raw, "fget", None), getattr(raw, "func", None)]  # properties
    return {id(f) for f in both if isinstance(f, types.FunctionType)}


def _member_tests(cls: type, name: str, raw: Any, holder: type) -> Iterator[Test]:
    is_plain = not is_descriptor(raw)  # which may not work without an object
    value = getattr(cls, name) if is_plain else raw
    if is_plain and value is getattr(cls, name):
        yield _attribute(cls, name, value)
    else:  # made anew when it is read
        hint = f"{holder.__name__}_names"
        yield (
            lambda pool: (
                f"{pool.give(holder.__name__, holder)}.__dict__[{name!r}] is {pool.give(hint, raw)}"
            )
        )
    if isinstance(value, (list, dict)):
        kind = kind_of(value, name)
        read = f".{name}"
        yield lambda pool: kind_test(kind, pool.give(cls.__name__, cls) + read, name, pool)


def _attributes(template: Function) -> Iterator[str]:
    """The names of attributes and methods that a function reads or writes."""
    for stmt in statements(template.body):
        match stmt:
            case Assign(_, Attr(_, attr), _):
                yield attr
            case Assign(_, MethodCall(_, method, _, _), _):
                yield method
            case StoreAttr(_, attr):
                yield attr
