"""What a gradient does and why: what carries a derivative, what is kept for the reverse sweep, what is not.

>>> import math, sourcead
>>> def damped(x, n):
...     y = x
...     for _ in range(n):
...         y = y * math.cos(x)
...     return y
>>> print(sourcead.grad(damped).report(0.7, 3))  # doctest: +SKIP
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.callables import Mode

if TYPE_CHECKING:
    from sourcead.derivative import Derivative
    from sourcead.ir.nodes import Function, Name

__all__ = ["Entry", "Report", "report"]


@dataclass(frozen=True)
class Entry:
    """A variable at a line of the program, and what is said of it."""

    variable: str
    line: int
    text: str
    said: str


@dataclass(frozen=True)
class Report:
    """What a gradient does for arguments of one signature; printing it gives the text.

    active: variables that vary with the differentiated arguments and reach the result.
    pruned: variables that do not, with the reason.
    kept: values that the reverse sweep reads and cannot have otherwise, with the reason.
    again: values that it reads and has otherwise: still there, or computed again.
    saved: what the reverse sweep is handed, with the bytes that it takes for the arguments of the report.
    """

    title: str
    active: tuple[Entry, ...]
    pruned: tuple[Entry, ...]
    kept: tuple[Entry, ...]
    again: tuple[Entry, ...]
    saved: tuple[tuple[str, int], ...]

    @property
    def bytes(self) -> int:
        """The memory of all that is handed to the reverse sweep."""
        return sum(size for _, size in self.saved)

    def __str__(self) -> str:
        parts = [self.title]
        for head, entries in (
            ("carries a derivative", self.active),
            ("carries none", self.pruned),
            ("kept for the reverse sweep", self.kept),
            ("read by the reverse sweep, not kept", self.again),
        ):
            parts += ["", f"{head}:", *(_lines(entries) or ["  nothing"])]
        parts += ["", f"handed to the reverse sweep: {self.bytes} bytes"]
        parts += [f"  {name:20} {size:>12}" for name, size in self.saved]
        return "\n".join(parts)

    __repr__ = __str__


def _lines(entries: tuple[Entry, ...]) -> list[str]:
    return [
        f"  {e.line:4}  {e.variable:12} {e.said:44}  {e.text}".rstrip()
        for e in sorted(entries, key=lambda e: e.line)
    ]


def report(derivative: Derivative, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Report:
    """Of a gradient, for these arguments: the forward sweep runs once, on copies of them."""
    from sourcead.derivative import Pullback

    mode = replace(derivative._mode, form="pullback", value=False, single=False)
    pullback = Pullback(derivative._function, Mode("pullback", mode.wrt, aux=mode.aux))
    own_args, own_kwargs = copy.deepcopy((args, kwargs))
    compiled = pullback.compiled_for(*own_args, **own_kwargs)
    details = compiled.details
    primal, needed = details.specialised.function, details.needed
    places = dict(_places(primal))
    active, pruned = _activity(details, places)
    plans = [(name, plan) for name, plan in needed.plans.items() if name in places]
    kept = _unique([_entry(n, places, p.why) for n, p in plans if p.how == "save"])
    others = [(n, p) for n, p in plans if p.how not in ("save", "remake")]
    again = _unique([_entry(n, places, f"{p.how}: {p.why}") for n, p in others])
    full = pullback._bind(own_args, own_kwargs)
    _, saved = compiled.call(*full)
    names = _saved_names(compiled.functions[1])
    sizes = tuple((n, _size(v, set())) for n, v in zip(names, saved))
    title = f"{derivative.__name__} with respect to {derivative._wrt_text()}"
    return Report(title, active, pruned, kept, again, sizes)


def _places(primal: Function) -> Iterator[tuple[Name, tuple[int, str]]]:
    """Where the user's variables (and temporaries) are computed."""
    from sourcead.ir.walk import binds, inner_binds, statements

    for param in primal.params:
        yield param.name, (primal.origin.line, primal.origin.text)
    for stmt in statements(primal.body):
        for name in (*binds(stmt), *inner_binds(stmt)):
            if stmt.origin.line:
                yield name, (stmt.origin.line, stmt.origin.text)


def _unique(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(entries))


def _entry(name: Name, places: dict[Any, tuple[int, str]], said: str) -> Entry:
    line, text = places[name]
    shown = "(temporary)" if name.hint == "t" else name.hint
    return Entry(shown, line, text, said)


def _activity(details: Any, places: Any) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    from sourcead.transform.activity import find_useful

    done = details.specialised
    useful = find_useful(
        done.function.body, done.result, done.heap, done.kinds, done.builder.formula_of
    )
    active: dict[Entry, None] = {}
    pruned: dict[Entry, None] = {}
    for name in places:
        if name.hint in ("t", "_"):
            continue
        if name not in done.varied:
            pruned[_entry(name, places, "does not vary with the arguments")] = None
        elif name not in useful:
            pruned[_entry(name, places, "does not reach the result")] = None
        else:
            active[_entry(name, places, str(done.kinds[name]))] = None
    return tuple(active), tuple(pruned)


def _saved_names(reverse: Function) -> list[str]:
    """The variables that the reverse half unpacks what it is handed into."""
    from sourcead.ir.nodes import Unpack

    first = reverse.body[0] if reverse.body else None
    given = reverse.params[0].name
    if not isinstance(first, Unpack) or first.value != given:
        return []
    return ["(temporary)" if t.hint == "t" else t.hint for t in first.targets]


def _size(value: Any, seen: set[int]) -> int:
    """Bytes of a saved value: arrays by their memory, each counted once."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    if isinstance(value, (list, tuple)):
        return sys.getsizeof(value) + sum(_size(v, seen) for v in value)
    return sys.getsizeof(value)
