"""Random nests of loops over elements and slices of one array: what is written later decides what must be kept."""

from __future__ import annotations

import random

__all__ = ["loop_nest"]

SIZE = 6  # of the array, in each direction


def loop_nest(seed: int) -> str:
    """The source of `program(A)`, for an array of SIZE by SIZE."""
    return _Writer(random.Random(seed)).program()


class _Writer:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []

    def program(self) -> str:
        self.lines = ["def program(A):"]
        for _ in range(self.chance.choice((1, 1, 2))):
            self.loop([], "    ")
        self.lines.append("    return np.sum(A * A) + A[2, 3]")
        return "\n".join(self.lines) + "\n"

    def loop(self, counters: list[str], indent: str) -> None:
        """Counters run from 1 to SIZE - 2, so that `i - 1` and `i + 1` are there."""
        counter = "ijk"[len(counters)]
        self.lines.append(f"{indent}for {counter} in {self.range(counters)}:")
        inner, depth = [*counters, counter], indent + "    "
        for _ in range(self.chance.choice((1, 2))):
            if len(inner) < 3 and self.chance.random() < 0.6 / len(inner):
                self.loop(inner, depth)
            elif self.chance.random() < 0.15:
                self.lines.append(f"{depth}if A[{self.place(inner)}, 2] > 0.5:")
                self.lines.append(f"{depth}    {self.statement(inner)}")
            else:
                self.lines.append(f"{depth}{self.statement(inner)}")
        if self.chance.random() < 0.7:
            self.lines.append(f"{depth}{self.statement(inner)}")

    def range(self, counters: list[str]) -> str:
        low, high = "1", str(SIZE - 1)
        if counters and self.chance.random() < 0.7:
            other = self.chance.choice(counters)
            if self.chance.random() < 0.5:
                low = self.chance.choice((other, f"{other} + 1"))
            else:
                high = self.chance.choice((other, f"{other} + 1"))
        if self.chance.random() < 0.3:
            return f"range({high} - 1, {low} - 1, -1)"
        step = self.chance.choice(("", "", "", ", 2"))
        return f"range({low}, {high}{step})"

    def place(self, counters: list[str]) -> str:
        counter = self.chance.choice(counters)
        return self.chance.choice(
            (counter, counter, counter, f"{counter} - 1", f"{counter} + 1", "2")
        )

    def element(self, counters: list[str]) -> str:
        return f"A[{self.place(counters)}, {self.place(counters)}]"

    def span(self, counters: list[str]) -> str:
        counter = self.chance.choice(counters)
        return self.chance.choice((f":{counter}", f"{counter}:", ":", "1:-1", f"{counter} + 1:"))

    def statement(self, counters: list[str]) -> str:
        kind = self.chance.random()
        if kind < 0.7:
            return f"{self.element(counters)} {self.written(self.element, counters)}"
        span = self.span(counters)

        def row(counters: list[str]) -> str:
            return f"A[{self.place(counters)}, {span}]"

        def column(counters: list[str]) -> str:
            return f"A[{span}, {self.place(counters)}]"

        if kind < 0.8:
            product = f"{row(counters)} @ {row(counters)}"
            return f"{self.element(counters)} = np.sin({product}) + {self.element(counters)}"
        part = row if kind < 0.9 else column
        return f"{part(counters)} {self.written(part, counters)}"

    def written(self, part, counters: list[str]) -> str:  # type: ignore[no-untyped-def]
        a, b, c = (part(counters) for _ in range(3))
        return self.chance.choice((
            f"= np.sin({a} * {b}) + 0.5 * {c}",
            f"= {a} / (1.5 + {b} * {b})",
            f"+= np.tanh({a} * {b})",
            f"-= 0.3 * {a}",
            f"*= np.cos({a})",
            f"/= 1.0 + {a} * {b} * {b} * {a}",
            f"= np.exp(-{a} * {b})",
        ))  # fmt: skip
