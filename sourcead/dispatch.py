"""Which compiled derivative is right for these arguments?  One generated function answers.

For each derivative a small function is written that has the primal's own parameters, so that Python
binds keywords and defaults.  It tests the kinds of the arguments and what the compiled code assumed
of live objects, for the latest signature first, and calls the compiled code:

    def energy_grad(x, n):
        try:
            if type(x) is float and type(n) is int and math_names['sin'] is sin:
                found = call
            else:
                found = otherwise
        except (AttributeError, KeyError, ValueError):  # an object that was there is not
            found = otherwise
        return found(x, n)

Written out like this, an assumption costs 0.02 us; a look-up by a key made of the arguments takes
three times as long as the tests.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Np, Object, Py, Text, Tuple, Value
from sourcead.signature import argument_kind, kind_of

__all__ = ["Candidate", "Pool", "Test", "dispatcher", "kind_test", "predicate"]


class Pool:
    """Names for live objects in generated text; `taken` are names that they must not hide.

    >>> pool = Pool(["x"])
    >>> pool.give("x", "one"), pool.give("x", "two"), pool.give("y", "one")
    ('x_1', 'x_2', 'x_1')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.names: dict[str, Any] = {}
        self._taken = set(taken)
        self._given: dict[int, str] = {}

    def give(self, hint: str, value: Any) -> str:
        """The name under which the text reads `value`."""
        name = self._given.get(id(value))
        if name is None:
            name = self._given[id(value)] = self.new(hint)
            self.names[name] = value
        return name

    def new(self, hint: str) -> str:
        """A name that is not in use."""
        hint = hint if hint.isidentifier() else "value"
        number, name = 0, hint
        while name in self._taken:
            number += 1
            name = f"{hint}_{number}"
        self._taken.add(name)
        return name


Test = Callable[[Pool], str]
"""Writes a condition; the objects that it compares with have names of the pool."""


@dataclass(frozen=True)
class Candidate:
    """What is called where all of the tests hold; `note` is an attribute (of, name, value) to set then."""

    tests: Sequence[Test]
    call: Callable[..., Any]
    note: tuple[Any, str, Any] | None = None


# -- kinds -------------------------------------------------------------------------------------


def kind_test(kind: Kind, read: str, path: str, pool: Pool, depth: int = 0) -> str:
    """The condition that the value of the expression `read` is of this kind, as `kind_of` tells it.

    path: how `kind_of` names the value.  depth: how deep it lies in the argument.

    >>> kind_test(Tuple((Py(float), NoneKind())), "p", "p", Pool())
    'type(p) is tuple and len(p) == 2 and type(p[0]) is float and p[1] is None'
    """
    match kind:
        case Py(cls, True):
            return _type_test(cls, read, pool)
        case Np(dtype, True):
            return _type_test(np.dtype(dtype).type, read, pool)
        case Array():
            return _array_test(kind, read, pool)
        case NoneKind():
            return f"{read} is None"
        case Text():
            texts = pool.give("texts", _TEXTS)
            return f"{pool.give('type', type)}({read}) in {texts}"
        case Value(value=value):
            return _value_test(value, read, pool)
        case Tuple(items, cls):
            counted = f"{pool.give('len', len)}({read}) == {len(items)}"
            parts = [
                kind_test(each, f"{read}[{i}]", f"{path}_{i}", pool, depth + 1)
                for i, each in enumerate(items)
            ]
            return " and ".join([_type_test(cls, read, pool), counted, *parts])
        case List(cls=own) | Dict(cls=own) if own not in (list, dict):
            look = pool.give("argument_kind", argument_kind)
            return f"{look}({read}, {path!r}) == {pool.give('kind', kind)}"
        case List(Py(cls, True), _, None):
            types = f"{{*{pool.give('map', map)}({pool.give('type', type)}, {read})}}"
            wanted = f"{{{pool.give(cls.__name__, cls)}}}"
            return f"{_type_test(list, read, pool)} and {types} == {wanted}"
        case List(Tuple() as item, _, None):  # `kind_of` joins what is alike
            each = pool.new("each")
            alike = kind_test(item, each, f"{path}_", pool, depth + 1)
            every = f"{pool.give('all', all)}({alike} for {each} in {read})"
            return f"{_type_test(list, read, pool)} and {read} and {every}"
        case Dict(_, _, fields) if fields is not None:
            same = _type_test(dict, read, pool)
            return f"{same} and {_fields_test(fields, read, f'{path}_', pool, depth)}"
        case Object(cls, _, fields) if fields and _has_only_a_dictionary(cls):
            same = _type_test(cls, read, pool)
            held = f"{read}.__dict__"
            return f"{same} and {_fields_test(fields, held, f'{path}.', pool, depth)}"
        case _:
            look = pool.give("kind_of", kind_of)
            return f"{look}({read}, {path!r}, {depth}) == {pool.give('kind', kind)}"


_TEXTS = (str, bytes)


def _type_test(cls: type, read: str, pool: Pool) -> str:
    return f"{pool.give('type', type)}({read}) is {pool.give(cls.__name__, cls)}"


def _array_test(kind: Array, read: str, pool: Pool) -> str:
    dtype = np.dtype(kind.dtype)
    ones = [d == 1 for d in kind.dims]
    tests = [
        _type_test(np.ndarray, read, pool),
        f"{read}.dtype == {pool.give(dtype.name, dtype)}",
        f"{read}.ndim == {len(ones)}",
    ]
    if any(ones):
        tests += [f"{read}.shape[{i}] {'==' if one else '!='} 1" for i, one in enumerate(ones)]
    elif len(ones) == 1:
        tests.append(f"{pool.give('len', len)}({read}) != 1")
    elif ones:
        tests.append(f"1 not in {read}.shape")
    return " and ".join(tests)


def _value_test(value: Any, read: str, pool: Pool) -> str:
    name = pool.give(getattr(value, "__name__", type(value).__name__), value)
    if hasattr(value, "__self__"):  # bound methods are made anew whenever they are read
        same = _type_test(type(value), read, pool)
        return f"({read} is {name} or {same} and {read} == {name})"
    return f"{read} is {name}"


def _fields_test(
    fields: Sequence[tuple[Any, Kind]], read: str, path: str, pool: Pool, depth: int
) -> str:
    """The keys of a dictionary, in their order, and the kinds of what it holds."""
    tests = [f"(*{read},) == {pool.give('keys', tuple(k for k, _ in fields))}"]
    for key, kind in fields:
        place = repr(key) if type(key) in (str, int) else pool.give("key", key)
        tests.append(kind_test(kind, f"{read}[{place}]", f"{path}{key}", pool, depth + 1))
    return " and ".join(tests)


def _has_only_a_dictionary(cls: type) -> bool:
    """Are all attributes of its instances in `__dict__`?"""
    return cls.__dictoffset__ != 0 and not any(vars(c).get("__slots__") for c in cls.__mro__)


# -- functions ---------------------------------------------------------------------------------


def predicate(tests: Sequence[Test]) -> Callable[[], bool]:
    """A function without parameters: do all the conditions hold?"""
    return dispatcher("hold", (), [Candidate(tests, _yes)], _no)


def _yes() -> bool:
    return True


def _no() -> bool:
    return False


def dispatcher(
    name: str,
    parameters: Sequence[inspect.Parameter],
    candidates: Sequence[Candidate],
    otherwise: Callable[..., Any],
) -> Callable[..., Any]:
    """A function with these parameters that calls the first candidate whose conditions hold.

    What is called gets one value for each parameter, in order: a tuple for `*args`, a dict for
    `**kwargs`.
    """
    pool = Pool([name, *(p.name for p in parameters)])
    found = pool.new("found")
    last = f"{found} = {pool.give('otherwise', otherwise)}"
    lines = [f"def {name}({_written(parameters)}):"]
    if candidates:
        lines.append("    try:")
        for number, each in enumerate(candidates):
            condition = " and ".join(dict.fromkeys(test(pool) for test in each.tests)) or "True"
            lines.append(f"        {'elif' if number else 'if'} {condition}:")
            lines.append(f"            {found} = {pool.give('call', each.call)}")
            if each.note is not None:
                holder, attribute, value = each.note
                place = f"{pool.give('holder', holder)}.{attribute}"
                lines.append(f"            {place} = {pool.give(attribute, value)}")
        lines += ["        else:", f"            {last}"]
        failures = pool.give("failures", (AttributeError, KeyError, ValueError))
        lines.append(f"    except {failures}:  # an object that was there is not")
    lines.append(f"    {'    ' * bool(candidates)}{last}")
    lines.append(f"    return {found}({', '.join(p.name for p in parameters)})")
    return _function(name, "\n".join(lines) + "\n", pool.names, parameters)


def _written(parameters: Sequence[inspect.Parameter]) -> str:
    """The parameter list; defaults are given to the function when it has been made."""
    plain = [p.replace(annotation=p.empty, default=p.empty) for p in parameters]
    return str(inspect.Signature(plain))[1:-1]


def _function(
    name: str, text: str, names: dict[str, Any], parameters: Sequence[inspect.Parameter]
) -> Callable[..., Any]:
    filename = f"<sourcead dispatch {name}>"
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
    scope: dict[str, Any] = dict(names)
    exec(compile(text, filename, "exec"), scope)
    made = scope.pop(name)
    given = [p for p in parameters if p.default is not p.empty]
    made.__defaults__ = tuple(p.default for p in given if p.kind is not p.KEYWORD_ONLY) or None
    made.__kwdefaults__ = {p.name: p.default for p in given if p.kind is p.KEYWORD_ONLY} or None
    return made  # type: ignore[no-any-return]
