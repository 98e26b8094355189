"""Methods of lists and dicts while specialising: what they put into, and take out of, a site's slots."""

from __future__ import annotations

from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Dict, List, Never, NoneKind, Py, Unknown, join
from sourcead.ir.nodes import Const, MethodCall, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM

__all__ = ["dict_method", "list_method"]


def _emit(s: Any, receiver: Val, method: str, args: list[Any], kwargs: Any, kind: Any, hint: str, varied: bool) -> Any:
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(MethodCall(s.operand(receiver), method, operands, keywords), kind, hint, varied)


def list_method(s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    match method:
        case "append":
            s.heap.store(site, ITEM, s.kind(args[0]), s.is_varied(args[0]))
            return _emit(s, receiver, method, args, kwargs, NoneKind(), hint, False)
        case "insert":
            s.heap.store(site, ITEM, s.kind(args[1]), s.is_varied(args[1]))
            return _emit(s, receiver, method, args, kwargs, NoneKind(), hint, False)
        case "extend":
            items = s.components(args[0])
            if items is not None:
                for item in items:
                    list_method(s, receiver, site, "append", [item], (), hint)
                return Const(None)
            other = s.kind(args[0])
            if isinstance(other, List):
                s.heap.store(site, ITEM, s.heap.read(other.site, ITEM), s.heap.is_varied(other.site, ITEM))
            elif s.holds_varied(args[0]):
                s.refuse("a list is extended by something of unknown structure that carries a derivative",
                         "extend by a list or tuple")
            else:
                s.heap.store(site, ITEM, Unknown())
            return _emit(s, receiver, method, args, kwargs, NoneKind(), hint, False)
        case "pop":
            return _emit(s, receiver, method, args, kwargs, s.heap.read(site, ITEM), hint, s.heap.is_varied(site, ITEM))
        case "copy":
            made = _emit(s, receiver, method, args, kwargs, Unknown(), hint, False)
            s.kinds[made] = List(Unknown(), str(made))
            s.heap.store(str(made), ITEM, s.heap.read(site, ITEM), s.heap.is_varied(site, ITEM))
            return made
        case "reverse" | "clear":
            return _emit(s, receiver, method, args, kwargs, NoneKind(), hint, False)
        case "index" | "count":
            return _emit(s, receiver, method, args, kwargs, Py(int), hint, False)
    if s.heap.is_varied(site):
        s.refuse(f"`{method}` of a list that carries derivatives", "use an array, or append and index", NoRule)
    return _emit(s, receiver, method, args, kwargs, NoneKind() if method == "sort" else Unknown(), hint, False)


def dict_method(s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    match method:
        case "get" | "pop" | "setdefault" if args and isinstance(args[0], Const):
            slot = args[0].value
            kind = s.slot(site, slot)
            varied = s.heap.is_varied(site, slot) or s.heap.is_varied(site, ITEM)
            if len(args) > 1 or method == "get":
                default = args[1] if len(args) > 1 else Const(None)
                if isinstance(kind, Never):
                    kind = s.kind(default)
                if method == "setdefault":
                    s.heap.store(site, slot, s.kind(default), s.is_varied(default))
                kind, varied = join(kind, s.kind(default)), varied or s.is_varied(default)
                if s.is_varied(default) or varied:
                    s.refuse(f"`{method}` with a default, of a dict that carries derivatives",
                             "test with `in` and index") if method != "get" or kind != s.slot(site, slot) else None
            return _emit(s, receiver, method, args, kwargs, kind, hint, varied)
        case "copy":
            made = _emit(s, receiver, method, args, kwargs, Unknown(), hint, False)
            s.kinds[made] = Dict(Unknown(), str(made))
            for slot in s.heap.known(site):
                s.heap.store(str(made), slot, s.heap.read(site, slot), s.heap.is_varied(site, slot))
            return made
        case "keys" | "values" | "items":
            return views(s, receiver, site, method, args, kwargs, hint)
        case "update" if not args or isinstance(s.kind(args[0]), Dict):
            for key, value in kwargs:
                s.store(receiver, Const(key), value, None)
            if args:
                other = s.kind(args[0])
                for slot in s.heap.known(other.site):
                    s.heap.store(site, slot, s.heap.read(other.site, slot), s.heap.is_varied(other.site, slot))
                return _emit(s, receiver, method, args, (), NoneKind(), hint, False)
            return Const(None)
    if s.heap.is_varied(site) or any(s.holds_varied(a) for a in args if not isinstance(a, Star)):
        s.refuse(f"`{method}` of a dict that carries derivatives", "use indexing with known keys", NoRule)
    return _emit(s, receiver, method, args, kwargs, Unknown(), hint, False)


def views(s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    """Keys that are all known: the view is a tuple of known length."""
    known = s.heap.known(site)
    if not s.heap.is_varied(site):
        return _emit(s, receiver, method, args, kwargs, Unknown(), hint, False)
    if ITEM in known:
        s.refuse(f"`{method}()` of a dict with computed keys that carries derivatives", "loop over a list of the keys")
    if method == "keys":
        return Virtual(tuple(map(Const, known)))
    values = [s.getitem(receiver, Const(k)) for k in known]
    return Virtual(tuple(values)) if method == "values" else Virtual(
        tuple(Virtual((Const(k), v)) for k, v in zip(known, values))
    )


