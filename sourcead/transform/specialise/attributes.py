"""`base.attr`: of instances, arrays, modules and `super()`, in Python's order of look-up."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections import deque
from types import FunctionType
from typing import Any

import numpy as np

from sourcead.analysis.prototypes import result_kind
from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    Np,
    Number,
    Object,
    Partial,
    Py,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.nodes import UNDEFINED, Attr, Const, Name, Ref
from sourcead.rules import registry
from sourcead.signature import added_to, kind_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.operations import method_class
from sourcead.transform.specialise.absent import definite
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.class_variables import class_variable, refuse_to_show
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.descriptors import computed, is_descriptor, named_entry
from sourcead.transform.specialise.each_class import by_class, is_one_of_several, possible
from sourcead.transform.specialise.flags import fails, throw
from sourcead.transform.specialise.function_attributes import (
    attribute_of_function,
    check_read_of_made,
)
from sourcead.transform.specialise.function_objects import PARTS, method_object, part_of_function
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.namespaces import namespace
from sourcead.transform.specialise.nothing_yet import is_nothing_yet, of_nothing
from sourcead.transform.specialise.reading import note_entry_read
from sourcead.transform.specialise.variables import read_of_module

__all__ = [
    "fields_of",
    "attr",
    "bind_field",
    "class_attribute",
    "raw_class_attribute",
    "field",
    "kind_of_ref",
    "parent_attribute",
]


def kind_of_ref(s: Context, ref: Ref) -> Kind:
    if not ref.live and type(ref.value) not in (float, int, complex, bool, np.float64):
        return Value(ref.value)
    known = s.entered_live.get(ref)
    if known is None:
        s.entered_live[ref] = known = _entered(s, ref)
    return known


def _entered(s: Context, ref: Ref) -> Kind:
    kind = kind_of(ref.value, ref.path)
    if isinstance(kind, (Object, Tuple, List, Dict)):
        look_at(s, ref.value)
        if kind not in s.live_kinds:
            s.live_kinds.append(kind)
    return s.enter(kind, ref.path, False)


BY_FUNCTION = {"real": np.real, "imag": np.imag, "T": np.transpose}
"""Attributes of numbers and arrays of unknown kind, by the functions that give the same."""


def fields_of(cls: type) -> tuple[str, ...]:
    """The names of a namedtuple's items."""
    return getattr(cls, "_fields", ())


def attr(s: Context, base: Val, attr: str, hint: str = "t") -> Val:
    base = definite(s, base, f"'NoneType' object has no attribute '{attr}'")
    if is_nothing_yet(s, [base]):
        return of_nothing(s, hint)
    kind = s.kind(base)
    if isinstance(base, Virtual) and base.form == "super":
        return inherited(s, base, attr, hint)
    match kind:
        case Value(value=obj):
            return live_attr(s, base, obj, attr, hint)
        case Object() if is_one_of_several(s, base) and not _is_plain_slot(s, base, kind, attr):
            return by_class(s, base, lambda each: s.attr(each, attr, hint), hint)
        case Object(cls) if cls in s.function_classes and attr != "receiver":
            part = part_of_function(s, base, cls, attr, hint)
            return s.field(base, kind, attr, hint) if part is None else part
        case Object() if attr == "__dict__":
            return namespace(s, base, hint)
        case Object():
            return s.field(base, kind, attr, hint)
        case Partial(function, args, named) if attr in PARTS:
            return _part_of_partial(s, attr, function, args, named, hint)
        case Closure():
            check_read_of_made(s, attr)
        case Array() | Np() | Py():
            return number_attr(s, base, kind, attr, hint)
        case Tuple(_, cls) if cls is not tuple and attr == "_fields":
            return Virtual(tuple(map(Const, fields_of(cls))))
        case Tuple(_, cls) if cls is not tuple and isinstance(getattr(cls, attr, None), property):
            return s.call_method_of(base, getattr(cls, attr).fget, [], hint)
        case Tuple(_, cls) if cls is not tuple and attr in fields_of(cls):
            found = s.components(base)
            assert found is not None
            return found[fields_of(cls).index(attr)]
        case List(cls=cls) if callable(getattr(cls, attr, None)):
            return bind_name(s, base, attr, hint)
        case List(cls=cls) if cls is deque and attr == "maxlen":
            return s.emit(Attr(s.operand(base), attr), Py(int, False), hint)
        case Dict(cls=cls) if added_to(cls) and not hasattr(dict, attr):
            return _added_to_dict(s, base, cls, attr, hint)
        case Dict(cls=cls) if callable(getattr(cls, attr, None)):
            return bind_name(s, base, attr, hint)
        case Number():
            integer = attr in ("shape", "ndim", "size", "dtype")
            varied = s.is_varied(base) and not integer
            if varied and attr in BY_FUNCTION:
                return s.call(
                    Ref(f"np.{BY_FUNCTION[attr].__name__}", BY_FUNCTION[attr]), [base], [], hint
                )
            return s.emit(
                Attr(s.operand(base), attr), Unknown() if integer else Number(), hint, varied
            )
    if attr == "f_locals":
        s.refuse("`f_locals` reads variables by their names", "write the expression itself")
    if s.is_varied(base):
        s.refuse(
            f"attribute `{attr}` of a value of unknown kind that carries a derivative",
            "make its kind known: an annotation, np.asarray, or a dataclass",
        )
    return s.emit(Attr(s.operand(base), attr), Unknown(), hint)


def _part_of_partial(
    s: Context,
    attr: str,
    function: Val,
    args: tuple[Val, ...],
    named: tuple[tuple[str, Val], ...],
    hint: str,
) -> Val:
    """`f.func`, `f.args` and `f.keywords` of a `functools.partial` made here."""
    match attr:
        case "func":
            return function
        case "args":
            return Virtual(args)
        case _:
            return s.fresh_dict([part for n, v in named for part in (Const(n), v)], hint)


def _added_to_dict(s: Context, base: Val, cls: type, attr: str, hint: str) -> Val:
    """What a class derived from dict says beside it: a method, a property, or an entry by `__getattr__`."""
    found, other = class_attribute(cls, attr), getattr(cls, "__getattr__", None)
    if isinstance(found, property):
        return s.call_method_of(base, found.fget, [], hint)
    if found is not None:
        return class_field(s, base, cls, attr, found, hint)
    if other is dict.__getitem__:
        return s.getitem(base, Const(attr), hint)
    if isinstance(other, FunctionType):
        return s.call_method_of(base, other, [Const(attr)], hint)
    fails(s, AttributeError, Const(f"'{cls.__name__}' object has no attribute '{attr}'"))


def _is_plain_slot(s: Context, base: Val, kind: Object, attr: str) -> bool:
    """Is it an attribute of the object itself, whichever of several classes that is of?"""
    if isinstance(s.heap.read(kind.site, attr), Never):
        return False
    for each in possible(s, base):
        if isinstance(each, Value):
            if hasattr(each.value, attr):
                return False
        elif class_attribute(each, attr) is not None or hasattr(each, "__getattr__"):
            return False
    return True


def inherited(s: Context, base: Virtual, attr: str, hint: str) -> Val:
    """`super().attr`: what the classes behind the given one say."""
    function = parent_attribute(s, base, attr)
    if isinstance(function, property):
        return s.call_method_of(base.items[1], function.fget, [], hint)
    if not isinstance(function, FunctionType):
        s.refuse(
            f"`super().{attr}` is not a plain method or property",
            "name the class: `Base.method(self, ...)`",
        )
    return bind_field(s, base.items[1], function, attr, hint)


def parent_attribute(s: Context, base: Virtual, attr: str) -> Any:
    cls, receiver = map(s.kind, base.items)
    own = receiver.cls if isinstance(receiver, Object) else getattr(receiver, "value", None)
    if not isinstance(cls, Value) or not isinstance(own, type) or cls.value not in own.__mro__:
        s.refuse(
            "`super()` of something of unknown class",
            "name the class: `Base.method(self, ...)`",
        )
    behind = own.__mro__[own.__mro__.index(cls.value) + 1 :]
    return next((vars(c)[attr] for c in behind if attr in vars(c)), None)


def live_attr(s: Context, base: Val, obj: Any, attr: str, hint: str) -> Val:
    if not hasattr(obj, attr):
        return s.emit(Attr(s.operand(base), attr), Unknown(), hint)
    value = getattr(obj, attr)
    look_at(s, obj, attr)
    if isinstance(value, str) and is_descriptor(obj):  # the name of an attribute, so to say
        look_at(s, obj, attr, exact=True)
        return Const(value)
    if attr == "__name__" and isinstance(value, str) and isinstance(obj, (type, FunctionType)):
        look_at(s, obj, attr, exact=True)
        return Const(value)
    if isinstance(obj, dataclasses.Field) and isinstance(value, str):
        return Const(value)  # which of the fields it is
    if isinstance(obj, np.dtype) and isinstance(value, (str, int)):
        return Const(value)  # nobody can change it
    path = f"{base.path}.{attr}" if isinstance(base, Ref) else attr
    if isinstance(obj, type):
        if attr == "__dict__":
            refuse_to_show(s, base)
        path = path if isinstance(base, Ref) else f"{obj.__name__}.{attr}"
        changed = class_variable(s, obj, attr, path)
        if changed is not None:
            return changed
    live = not (callable(value) or isinstance(value, types.ModuleType))
    if live and isinstance(obj, types.ModuleType) and attr in vars(obj):
        return read_of_module(s, obj, attr, path)
    found = Ref(path, value, live, base.scope if isinstance(base, Ref) else None)
    if live and isinstance(obj, FunctionType):
        return attribute_of_function(s, obj, found, attr)
    return found


def number_attr(s: Context, base: Val, kind: Kind, attr: str, hint: str) -> Val:
    if isinstance(kind, Array):
        if attr == "ndim":
            return Const(len(kind.dims))
        if attr == "shape":
            if all(isinstance(d, int) for d in kind.dims):
                return Virtual(tuple(Const(d) for d in kind.dims))
            held = s.shapes.get(kind.dims, base) if s.derivative else base
            return s.emit(Attr(s.operand(held), "shape"), Tuple((Py(int),) * len(kind.dims)), hint)
        if attr == "size":
            held = s.shapes.get(kind.dims, base) if s.derivative else base
            return s.emit(Attr(s.operand(held), "size"), Py(int), hint)
        if attr == "dtype":
            return (
                Ref(f"np.dtype('{kind.dtype}')", np.dtype(kind.dtype))
                if s.derivative
                else s.emit(Attr(s.operand(base), "dtype"), Value(np.dtype(kind.dtype)), hint)
            )
        if attr == "flat" and not s.derivative:
            return flat_of(s, base, hint)
    if attr in ("ctypes", "data") and isinstance(kind, Array) and s.is_varied(base):
        s.refuse(
            f"`{attr}` is the memory of an array that carries a derivative, and what is read there is not followed",
            "read the array itself",
        )
    cls = method_class(kind)
    found = result_kind(getattr, [kind, Const(attr)])
    if isinstance(found, Unknown):
        raise_if_certain(s, lambda v: getattr(v, attr), [base])
    constant = attr in (
        "itemsize",
        "nbytes",
        "strides",
        "flags",
        "base",
        "ctypes",
        "data",
        "numerator",
        "denominator",
    )
    if callable(getattr(cls, attr, None)) and not isinstance(getattr(cls, attr), property):
        return bind_method(s, base, getattr(cls, attr), hint)
    name = s.emit(Attr(s.operand(base), attr), found, hint, s.is_varied(base) and not constant)
    if isinstance(kind, Array) and isinstance(found, Array):
        s.share(name, base)
    return name


def flat_of(s: Context, base: Val, hint: str) -> Val:
    """`u.flat`: its elements are read and written by place in u."""
    name = s.emit(Attr(s.operand(base), "flat"), Unknown(), hint, s.is_varied(base))
    s.flats[name] = base
    return name


def bind_method(s: Context, base: Val, function: Any, hint: str) -> Val:
    name = s.emit(Attr(s.operand(base), function.__name__), Unknown(), hint)
    s.kinds[name] = Bound(base, function)
    return name


def bind_name(s: Context, base: Val, method: str, hint: str) -> Val:
    """`xs.append` as a value: a method of a built-in container, known by its name."""
    name = s.emit(Attr(s.operand(base), method), Unknown(), hint)
    s.kinds[name] = Bound(base, method)
    return name


def field(s: Context, base: Val, kind: Object, attr: str, hint: str) -> Val:
    """An instance's attribute: property, own field, method, or class attribute, in Python's order."""
    if isinstance(kind.cls.__getattribute__, FunctionType) and s.holds_varied(base):
        s.refuse(
            f"`{kind.cls.__name__}` has a `__getattribute__` of its own",
            "use properties, or `__getattr__`",
        )
    raw = raw_class_attribute(kind.cls, attr)
    if is_descriptor(raw):
        made = computed(s, base, kind, attr, raw, hint)
        if made is not None:
            return made
    found, entry = class_attribute(kind.cls, attr), named_entry(kind.cls, attr)
    if entry is not None:
        found = None
        attr = attr if isinstance(s.heap.read(kind.site, entry), Never) else entry
    is_stated = kind.site in s.records and not isinstance(s.heap.read(kind.site, attr), Never)
    if isinstance(found, property) and not is_stated:
        if registry.lookup(found.fget) is not None:
            getter = Ref(f"{kind.cls.__name__}.{attr}.fget", found.fget)
            return s.call_object(getter, found.fget, [base], [], hint)
        return s.call_method_of(base, found.fget, [], hint)
    known = s.memory.get(base, attr)
    if known is not None and known != UNDEFINED:
        return known
    other = getattr(kind.cls, "__getattr__", None)
    if known == UNDEFINED and found is None:
        if isinstance(other, FunctionType):
            return s.call_method_of(base, other, [Const(attr)], hint)
        throw(s, AttributeError)
    if issubclass(kind.cls, BaseException) and s.heap.raised and not callable(found):
        s.refuse(
            f"attribute `{attr}` of an exception that may carry a derivative",
            "keep the value in a variable",
        )
    if isinstance(found, functools.cached_property):
        return cached_field(s, base, kind, attr, found, hint)
    contents = s.memory.known(base)
    absent = contents is not None and contents.complete
    absent = absent and (found is not None or isinstance(other, FunctionType))
    held = s.heap.read(kind.site, attr)
    functions = live_functions(s, base, kind.site, attr)
    if functions is not None:
        return functions
    if (kind.site, attr) in s.opaque_fields:
        s.refuse(
            f"`{attr}` of a {kind.cls.__name__} varies with values that carry a derivative, and no rule says how",
            "use the values that it is made of",
            NoRule,
        )
    if not isinstance(held, Never) and not absent:
        if isinstance(other, FunctionType) and s.heap.is_assigned(kind.site, attr):
            s.refuse(
                f"`{attr}` is set on some paths only, and found by `__getattr__` on others",
                "set the attribute on all paths",
            )
        name = s.emit(Attr(s.operand(base), attr), held, hint, s.heap.is_varied(kind.site, attr))
        note_entry_read(s, name, kind.site, attr)
        s.share_slot(name, kind.site, attr, read=True)
        if isinstance(base, Name):
            s.memory.learn(base, attr, name)
        return name
    if found is not None:
        return class_field(s, base, kind.cls, attr, found, hint)
    if isinstance(other, FunctionType):
        return s.call_method_of(base, other, [Const(attr)], hint)
    name = s.emit(Attr(s.operand(base), attr), Unknown(), hint)
    if isinstance(base, Name) and kind.site in s.records:
        s.memory.learn(base, attr, name)
    return name


def live_functions(s: Context, base: Val, site: str, attr: str) -> Ref | None:
    """A list of functions that a live object has as an attribute: `self.layers` of a model that is a global."""
    if not isinstance(base, Ref) or not base.live or s.heap.is_assigned(site, attr):
        return None
    held = getattr(base.value, "__dict__", {}).get(attr)
    if type(held) is not list or not any(map(callable, held)):
        return None
    return Ref(f"{base.path}.{attr}", held, live=True)


def cached_field(
    s: Context,
    base: Val,
    kind: Object,
    attr: str,
    found: functools.cached_property[Any],
    hint: str,
) -> Val:
    """The first reading of a cached property calls its function and sets the attribute."""
    held = s.heap.read(kind.site, attr)
    contents = s.memory.known(base)
    absent = isinstance(held, Never) or (contents is not None and contents.complete)
    if absent:
        value = s.call_method_of(base, found.func, [], hint)
        s.store_attr(base, attr, value, None)
        return value
    varied = s.heap.is_varied(kind.site, attr)
    if varied and s.heap.is_assigned(kind.site, attr):
        s.refuse(
            f"the cached property `{attr}` has been computed on some paths only, and carries a derivative",
            "read it once before the branch or loop",
        )
    return s.emit(Attr(s.operand(base), attr), held, hint, varied)


def class_field(s: Context, base: Val, cls: type, attr: str, found: Any, hint: str) -> Val:
    raw = raw_class_attribute(cls, attr)
    path = f"{cls.__name__}.{attr}"
    if isinstance(raw, (staticmethod, classmethod)):
        return Ref(path, getattr(cls, attr))
    if callable(found) and hasattr(found, "__get__"):
        made = method_object(s, base, found, hint)
        return made if made is not None else bind_field(s, base, found, attr, hint)
    changed = class_variable(s, cls, attr, path)
    return live_value(s, path, found) if changed is None else changed


def live_value(s: Context, path: str, value: Any) -> Val:
    """A live object as an operand: a constant where it is one."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str, bytes):
        return Const(value)
    if type(value) is tuple and not value:
        return Virtual(())
    return Ref(path, value, live=not callable(value))


def bind_field(s: Context, base: Val, function: Any, attr: str, hint: str) -> Val:
    name = s.emit(Attr(s.operand(base), attr), Unknown(), hint)
    s.kinds[name] = Bound(base, function)
    return name


def class_attribute(cls: type, attr: str) -> Any:
    """What the class gives for the name: a property itself, otherwise what look-up on the class finds."""
    raw = raw_class_attribute(cls, attr)
    if isinstance(raw, property):
        return raw
    if isinstance(raw, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        return None  # a slot of the instance
    return getattr(cls, attr, None)


def raw_class_attribute(cls: type, attr: str) -> Any:
    for base in cls.__mro__:
        if attr in vars(base):
            return vars(base)[attr]
    return None
