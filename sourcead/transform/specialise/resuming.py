"""Generators that are taken piece by piece (`next(g)`, `g.send(v)`, kept in an attribute): objects with a frame.

    g = powers(x)                          g = Frame(); g.x = x; g.resumes_at = 0
    a = next(g)                   ->       <the statements up to the `yield`>; g.resumes_at = 1
    b = next(g)                            <those from there>

That a generator is taken so is found out when it is; then the program is written anew, with a frame where it
is called (`frontend/resumable.py` takes its statements apart).  Where the frame stopped is known in a straight
piece of the program; in a loop it is a number like any other.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

from sourcead.frontend.generators import NotInTurns
from sourcead.ir.kinds import Closure, Dict, Object
from sourcead.ir.nodes import Function, Name, Ref
from sourcead.runtime.frames import (
    Frame,
    Items,
    Reader,
    Values,
    drawn_at,
    item_at,
    positions,
    resumed,
)
from sourcead.transform.builder import Val
from sourcead.transform.specialise import library
from sourcead.transform.specialise.context import Again, Context, Handler, Kwargs
from sourcead.transform.specialise.making import fresh_object

__all__ = [
    "RESUMING",
    "begun",
    "here",
    "is_resumed",
    "read_by_position",
    "reader",
    "resume_instead",
]


def here(s: Context) -> str:
    """The place of a call, the same in each writing of the program."""
    return f"{'/'.join(s.entered)}:{s.place}"


def is_resumed(s: Context) -> bool:
    return not s.derivative and here(s) in s.heap.resumed


def begun(s: Context, found: Any) -> Val:
    """The frame of a generator that is called here."""
    function = found.function
    cls = _frame_class(
        function.make.syntax if isinstance(function, Closure) else function, found.name
    )
    s.frame_classes.append(cls)
    try:
        frame = _run_part(s, found, "begin", found.args, found.kwargs)
    finally:
        s.frame_classes.pop()
    assert isinstance(frame, Name)
    s.frames[frame] = found
    s.derived.add(getattr(s.kind(frame), "site", ""))
    s.frames.setdefault(cls, found)
    if captured_by(s.frames[cls]) != captured_by(found):
        s.frames[cls] = None  # by its name only
    return frame


def captured_by(found: Any) -> Any:
    function = getattr(found, "function", None)
    return function.captured if isinstance(function, Closure) else function


@functools.lru_cache(maxsize=1024)
def _frame_class(_: Any, name: str) -> type:
    """The class of a generator function's frames: by it they are told from those of others."""
    return type(f"{name}_frame", (Frame,), {})


def _frame(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    cls = s.frame_classes[-1]
    return fresh_object(s, cls, Ref(cls.__name__, cls), hint)


def _run_part(s: Context, found: Any, name: str, args: list[Any], kwargs: Kwargs) -> Val:
    template = _part(s, found, name)
    if isinstance(found.function, Closure):
        return s.call_with_template(found.function, template, args, kwargs)
    return s.inline(template, found.function, args, kwargs)


def _part(s: Context, found: Any, name: str) -> Function:
    function = found.function
    if isinstance(function, Closure):
        part: Function = function.make.part(name)
        return part
    return s.lower(function, part=name)


def resume_instead(s: Context, found: Any) -> None:
    """Write the program anew, with a frame for this generator; returns where that cannot be."""
    if not found.here or found.here in s.heap.resumed:
        return
    try:
        _part(s, found, "resume")
    except NotInTurns:
        return
    s.heap.resumed.add(found.here)
    raise Again


def read_by_position(s: Context, place: str) -> None:
    """The same for an `iter(items)`, which was called at `place`."""
    if place not in s.heap.resumed:
        s.heap.resumed.add(place)
        raise Again


def reader(s: Context, items: Val, hint: str) -> Val:
    """`iter(items)` as an object that knows how far it is."""
    made = s.call(Ref("Reader", Reader), [_positions(s, [items], [], hint)], [], hint)
    s.derived.add(getattr(s.kind(made), "site", ""))
    return made


def _resumed(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    found = s.frames.get(args[0])
    if found is None and isinstance(kind, Object):
        found = s.frames.get(kind.cls)
    if found is None:
        s.refuse(
            "a generator is taken of which it is not known which one it is",
            "call `next` where it was made, or loop over a list",
        )
    return _run_part(s, found, "resume", list(args), [])


_READ_LATER: dict[Any, type] = {type({}.values()): Values, type({}.items()): Items}


def _positions(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """What can be read by position: a list of what an iterator gives, of a dict's keys; a generator's frame."""
    items: Val = args[0]
    found = s.generators.get(items) if isinstance(items, Name) else None
    if found is not None:
        resume_instead(s, found)
        return s.operand(items)  # refused there
    viewed = s.iterators.get(items) if isinstance(items, Name) else None
    if viewed is not None and viewed[0] in _READ_LATER and s.holds_varied(viewed[1][0]):
        made = _READ_LATER[viewed[0]]
        return s.call(Ref(made.__name__, made), list(viewed[1]), [], hint)
    if isinstance(s.kind(items), Dict) or (isinstance(items, Name) and items in s.iterators):
        return s.call(Ref("list", list), [items], [], hint)
    kind = s.kind(items)
    begins = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if not isinstance(begins, FunctionType) or draws(s, items):
        return items
    begun = s.call_method_of(items, begins, [], hint)
    return s.call(Ref("positions", positions), [begun], [])


def draws(s: Context, items: Val) -> bool:
    """Does an object give its items itself?"""
    kind = s.kind(items)
    return isinstance(kind, Object) and hasattr(kind.cls, "__next__")


def _drawn_at(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    items, at = args
    if draws(s, items):
        return s.inline(s.lower(library.next_of), library.next_of, [items], [])
    return s.inline(s.lower(item_at), item_at, [items, at], [])


RESUMING: dict[Any, Handler] = {
    Frame: _frame, resumed: _resumed, positions: _positions, drawn_at: _drawn_at,
}  # fmt: skip
