"""The functions that a generator function is made into, by name.

turns           runs to its end, and hands each item to the body of a loop (`generators.in_turns`)
begin, resume   makes a frame; runs from where a frame stopped to the next `yield` (`resumable`)
enter, leave, failed    of a context manager (`managers`)
"""

from __future__ import annotations

from typing import Any

from sourcead.frontend import generators, managers, resumable

__all__ = ["part"]

GENERATORS = {
    "turns": generators.in_turns,
    "begin": resumable.begin,
    "resume": resumable.resume,
}


def part(function: Any, name: str) -> Any:
    """The FunctionDef of one part. Raises NotInParts, NotInTurns."""
    made = GENERATORS.get(name)
    return managers.part(function, name) if made is None else made(function)
