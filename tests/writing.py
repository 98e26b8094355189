"""What all writers of random programs do: choose, name, indent, and write statements one after another."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

__all__ = ["ProgramWriter"]


class ProgramWriter:
    """Lines of a function's body. A subclass says what a statement, a number and a counter are."""

    def __init__(self, draw: st.DrawFn, depth: int = 1) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.depth = depth
        self.made = 0

    # -- choices ------------------------------------------------------------------------------

    def pick(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(list(choices)))

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def fresh(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}"

    # -- lines --------------------------------------------------------------------------------

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Lines further in; names that are made there are not read behind it."""
        self.line(head)
        self.depth += 1
        with self.own_names():
            yield
        self.depth -= 1

    def statements(self, count: int) -> None:
        for _ in range(count):
            self.statement()

    def condition(self) -> str:
        counters = self.counters()
        if counters and self.whole(0, 1):
            return f"{self.pick(counters)} % 2 == {self.whole(0, 1)}"
        return f"{self.scalar()} > 0.{self.whole(1, 9)}"

    def branch(self) -> None:
        with self.block(f"if {self.condition()}:"):
            self.statements(self.whole(1, 2))
        if self.whole(0, 1):
            with self.block("else:"):
                self.statements(self.whole(1, 2))

    def turns(self) -> None:
        """The body of a loop, which may be left early."""
        self.statements(self.whole(1, 3))
        if self.whole(0, 3) == 0:
            with self.block(f"if {self.condition()}:"):
                self.line(self.pick(["break", "continue"]))
            self.statement()

    # -- what a program is made of ---------------------------------------------------------------

    @abstractmethod
    def own_names(self) -> Any:
        """A context in which names that are made are forgotten at its end."""

    @abstractmethod
    def counters(self) -> list[str]:
        """The variables of the loops around."""

    @abstractmethod
    def scalar(self) -> str:
        """An expression that is a number."""

    @abstractmethod
    def statement(self) -> None:
        """Write any statement."""
