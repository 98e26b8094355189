"""Lists that are read as a whole, by a rule.

A rule gives one contribution for the whole list.  Each part of it goes to what is in the list at this point
of the program, as if each element were read there: the list, and the arrays and lists in it, are noted
(`Heap.read_whole`), so that their adjoints are found where they are.  Of a display that nobody changes, the
elements themselves are known.

Lists are not undone.  Where the derivative of the read has to look into a list that the program changes
later (`total += max(window)`, then `window.pop(0)`), a copy is read: `list_reads.py` asks for it.
"""

from __future__ import annotations

from collections.abc import Hashable

from sourcead.ir.kinds import List, Tuple
from sourcead.ir.nodes import Name, Op
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context

__all__ = ["copied", "note_whole", "read_at"]


def note_whole(s: Context, value: Val) -> None:
    """A rule reads all that a list (or a tuple of lists) holds."""
    if isinstance(value, Virtual):
        for item in value.items:
            note_whole(s, item)
        return
    made = s.definitions.get(value) if isinstance(value, Name) else None
    if isinstance(made, Op) and made.op == "tuple":
        for arg in made.args:
            note_whole(s, arg)
    kind = s.kind(value)
    if not isinstance(kind, List) or not kind.site or not s.holds_varied(value):
        return
    if isinstance(made, Op) and _is_unchanged_display(s, value):
        for arg in made.args:
            note_whole(s, arg)
    else:
        _note_site(s, kind.site)


def read_at(s: Context) -> Hashable:
    """Where the program is, the same in each run: the statement, and the calls that lead there."""
    return tuple((o.file, o.line, o.column) for o in (*s.calls, s.origin))


def copied(s: Context, value: Val) -> Val:
    """A list as it is now, which stays as it is: the program changes the other one later."""
    kind = s.kind(value)
    if not isinstance(value, Name) or not isinstance(kind, List) or kind.cls is tuple:
        return value
    return s.method(value, "copy", [], [], value.hint) if s.holds_varied(value) else value


def _is_unchanged_display(s: Context, value: Val) -> bool:
    kind = s.kind(value)
    made = s.definitions.get(value) if isinstance(value, Name) else None
    is_display = isinstance(made, Op) and made.op == "list"
    return is_display and isinstance(kind, List) and not s.heap.is_assigned(kind.site, ITEM)


def _note_site(s: Context, site: str) -> None:
    s.heap.read_whole(site)
    todo = [s.heap.read(site, ITEM)]
    while todo:
        match todo.pop():
            case List(_, inner) if inner and inner not in s.heap.whole:
                _note_site(s, inner)
            case Tuple(items):
                todo.extend(items)
