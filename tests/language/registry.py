"""The table of language constructs: for each a small function whose derivative depends on it.

    @case("assignment: swap", 0.7, 1.3)
    def swap(x, y):
        x, y = y, x
        return x * x + y

The topic before the colon is the section of the generated page, the rest names the construct.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["CASES", "Case", "case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One construct: the function, where it is differentiated, and with respect to what."""

    construct: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: int | Sequence[int] | None
    constant: bool  # the derivative is zero, and that is the point

    @property
    def topic(self) -> str:
        return self.construct.partition(": ")[0]

    @property
    def title(self) -> str:
        return self.construct.partition(": ")[2]


CASES: dict[str, Case] = {}


def case(
    construct: str, *args: Any, argnums: int | Sequence[int] | None = None, constant: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function under `construct`; it stays an ordinary function."""
    topic, colon, _ = construct.partition(": ")
    assert colon and topic, f"{construct!r} has no topic"

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        assert construct not in CASES, f"{construct!r} is registered twice"
        CASES[construct] = Case(construct, function, args, argnums, constant)
        return function

    return register
