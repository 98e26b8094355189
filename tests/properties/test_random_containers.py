"""Random programs on lists and dicts of numbers: changed in every way, under several names, in loops."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import event, given, reject
from hypothesis import strategies as st

import sourcead
from tests.numeric import check
from tests.programs.registry import define


@dataclass(slots=True)
class Writer:
    """Writes statements and follows how long each list is, so that every index is there."""

    draw: st.DrawFn
    lists: dict[str, list[int]] = field(default_factory=dict)  # name -> [length], shared by aliases
    dicts: dict[str, list[int]] = field(default_factory=dict)  # name -> keys
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    made: int = 0

    def whole(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def pick(self, choices: list[str]) -> str:
        return self.draw(st.sampled_from(choices))

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def fresh(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.made}"

    # -- reading -----------------------------------------------------------------------------

    def value(self) -> str:
        reads = ["x", f"x * 0.{self.whole(1, 9)}", f"math.sin({self.element()})"]
        return self.pick([*reads, f"{self.element()} * {self.element()}"])

    def element(self) -> str:
        choices = ["x"]
        for name, (length,) in self.lists.items():
            if length:
                choices.append(f"{name}[{self.whole(-length, length - 1)}]")
        for name, keys in self.dicts.items():
            if keys:
                choices.append(f"{name}[{self.draw(st.sampled_from(keys))}]")
        return self.pick(choices)

    # -- writing -----------------------------------------------------------------------------

    def statement(self) -> None:
        if self.whole(0, 5) == 0:
            self.entry()
        elif self.whole(0, 4) == 0 and self.depth == 1:
            self.another()
        else:
            self.change()

    def change(self) -> None:
        """One change of a list, of the same length in every turn of a loop (`grows` is the difference)."""
        name = self.pick(list(self.lists))
        length = self.lists[name]
        size = length[0]
        match self.whole(0, 9):
            case 0 | 1:
                self.line(f"{name}.append({self.value()})")
                length[0] += 1
            case 2:
                self.line(f"{name}.insert({self.whole(-size - 1, size + 1)}, {self.value()})")
                length[0] += 1
            case 3 if size > 1:
                self.line(f"x = x + 0.1 * {name}.pop({self.pick(['', '0', '-1', str(size - 1)])})")
                length[0] -= 1
            case 4 if size > 1:
                self.line(f"del {name}[{self.whole(-size, size - 1)}]")
                length[0] -= 1
            case 5:
                self.line(f"{name}.reverse()")
            case 6 if size > 1:
                start = self.whole(0, size - 1)
                stop = self.whole(start, size)
                new = self.whole(0, 3)
                self.line(
                    f"{name}[{start}:{stop}] = [{', '.join(self.value() for _ in range(new))}]"
                )
                length[0] += new - (stop - start)
            case 7 if size:
                operator = self.pick(["+=", "-=", "*="])
                self.line(f"{name}[{self.whole(-size, size - 1)}] {operator} {self.value()}")
            case _ if size:
                self.line(f"{name}[{self.whole(-size, size - 1)}] = {self.value()}")
            case _:
                self.line(f"{name}.append({self.value()})")
                length[0] += 1

    def another(self) -> None:
        """A second name, a copy, or a list made of others."""
        name, made = self.pick(list(self.lists)), self.fresh("l")
        size = self.lists[name][0]
        match self.whole(0, 5):
            case 0:
                self.line(f"{made} = {name}")
                self.lists[made] = self.lists[name]
            case 1:
                self.line(
                    f"{made} = {self.pick([f'list({name})', f'{name}.copy()', f'{name}[:]'])}"
                )
                self.lists[made] = [size]
            case 2:
                other = self.pick(list(self.lists))
                self.line(f"{made} = {name} + {other}")
                self.lists[made] = [size + self.lists[other][0]]
            case 3 if size < 8:
                self.line(f"{made} = {name} * 2")
                self.lists[made] = [2 * size]
            case 4:
                step = self.pick(["2", "-1", "-2"])
                self.line(f"{made} = {name}[::{step}]")
                self.lists[made] = [len(range(size)[:: int(step)])]
            case _:
                other = self.pick(list(self.lists))
                if size + self.lists[other][0] < 30:
                    self.line(f"{name}.extend({other})")
                    self.lists[name][0] += self.lists[other][0]

    def entry(self) -> None:
        name = self.pick(list(self.dicts))
        keys = self.dicts[name]
        key = self.whole(0, 3)
        match self.whole(0, 3):
            case 0 if key in keys and len(keys) > 1:
                self.line(f"del {name}[{key}]")
                keys.remove(key)
            case 1 if key in keys:
                self.line(f"{name}[{key}] {self.pick(['+=', '*='])} {self.value()}")
            case _:
                self.line(f"{name}[{key}] = {self.value()}")
                keys[:] = [*[k for k in keys if k != key], key]

    def loop(self) -> None:
        """Appends, stores and pops in a loop that leaves the lengths that are known."""
        name = self.pick(list(self.lists))
        turns = self.whole(1, 3)
        self.line(f"for i in range({turns}):")
        self.depth += 1
        size = self.lists[name][0]
        self.line(f"{name}.append({self.value()} + 0.1 * i * x)")
        self.lists[name][0] += 1  # at least, in the turns' other statements
        if size and self.whole(0, 1):
            self.line(f"{name}[i % {size}] = {name}[-1] * {self.value()}")
        if size > turns and self.whole(0, 1):
            self.line(f"x = x + 0.1 * {name}.pop({self.pick(['0', '', '-2'])})")
            turns = 0
        self.lists[name][0] = size + turns
        self.depth -= 1


@st.composite
def containers(draw: st.DrawFn) -> str:
    writer = Writer(draw, {"a": [2]}, {"d": [0]})
    writer.line("a = [x, x * x]")
    writer.line("d = {0: x}")
    for _ in range(draw(st.integers(2, 7))):
        if writer.whole(0, 4) == 0:
            writer.loop()
        else:
            writer.statement()
    writer.line("total = x")
    for name in writer.lists:
        writer.line(f"for v in {name}:")
        writer.line("    total = 0.7 * total * x + math.sin(v)")
    for name, keys in writer.dicts.items():
        for key in keys:
            writer.line(f"total = total * 0.9 + math.sin({name}[{key}])")
    return "def program(x):\n" + "\n".join([*writer.lines, "    return total"]) + "\n"


@given(containers())
def test_derivatives_of_programs_with_containers(text: str) -> None:
    """Right or refused; too many refusals are Hypothesis' Unsatisfiable."""
    program = define(text, "program", {"math": math})
    try:
        check(program, 0.7, rtol=1e-6, directions=1)
    except sourcead.SourceADError as error:
        event(f"refused: {str(error).splitlines()[0]}")
        reject()
