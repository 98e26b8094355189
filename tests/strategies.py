"""Random programs as source text: slices, views, aliases, stores, loops, branches, callees, lists.

A program takes two arrays and a number and returns a number:

    def program(u, v, x):
        a0 = u[1:4]
        for i0 in range(3):
            u[i0] = 0.6 * np.sin(v[2] + x)
            a0 *= 0.7 + 0.2 * np.sin(v[:3])
        return 0.9 * np.sum(u * u) + np.sum(np.cos(a0)) + 1.1 * x

Programs are tame: what is stored is bounded (sines, small coefficients), and only comparisons have
kinks, which are met with probability zero.  Names made in a block are not read behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.programs.registry import define
from tests.writing import ProgramWriter

__all__ = ["RandomProgram", "programs"]

LENGTH = 5  # of the program's arrays
HELPER_LENGTH = 3  # of a callee's


@dataclass(frozen=True, slots=True)
class RandomProgram:
    """The text, and the function that it defines."""

    text: str
    function: Callable[..., Any]
    args: tuple[Any, ...]

    def __repr__(self) -> str:  # what Hypothesis prints of a failure
        return f"\n{self.text}\nat {self.args!r}"


@dataclass(slots=True)
class Scope:
    """Names that can be read: arrays with their length, numbers, loop counters, lists of arrays."""

    arrays: dict[str, int]
    numbers: list[str]
    counters: list[str] = field(default_factory=list)
    lists: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def copy(self) -> Scope:
        return Scope(dict(self.arrays), list(self.numbers), list(self.counters), dict(self.lists))


@dataclass(frozen=True, slots=True)
class Helper:
    """A callee `name(a, b, s)`: takes arrays of HELPER_LENGTH, returns a number or such an array."""

    name: str
    gives: str


class Writer(ProgramWriter):
    """Statements on arrays, numbers and lists of arrays."""

    def __init__(self, draw: st.DrawFn, scope: Scope, helpers: list[Helper], length: int) -> None:
        super().__init__(draw)
        self.scope = scope
        self.helpers = helpers
        self.length = length

    def number(self) -> str:
        return f"{self.whole(2, 9) / 10}"

    def counters(self) -> list[str]:
        return self.scope.counters

    @contextmanager
    def own_names(self) -> Iterator[None]:
        outer = self.scope
        self.scope = outer.copy()
        yield
        self.scope = outer

    # -- expressions ----------------------------------------------------------------------------

    def array(self) -> tuple[str, int]:
        """Any array that can be read or written in place, also out of a list."""
        places = list(self.scope.arrays.items())
        for name, lengths in self.scope.lists.items():
            places += [(f"{name}[{i}]", length) for i, length in enumerate(lengths)]
        place: tuple[str, int] = self.pick(places)
        return place

    def part(self, length: int | None = None) -> tuple[str, int]:
        """A slice of an array: of any length, or of the given one where an array is long enough."""
        base, size = self.array()
        if length is not None and size < length:
            base, size = self.pick([(n, s) for n, s in self.scope.arrays.items() if s >= length])
        if length is None:
            length = self.whole(1, size)
        if length == size and self.whole(0, 1):
            return self.pick([base, f"{base}[::-1]", f"{base}[:]"]), size
        step = self.pick([1, 1, 1, -1, 2]) if length > 1 else 1
        if step == 2 and 2 * length - 1 > size:
            step = 1
        span = (length - 1) * abs(step) + 1
        start = self.whole(0, size - span)
        return f"{base}{self.slice_text(start, span, step)}", length

    @staticmethod
    def slice_text(start: int, span: int, step: int) -> str:
        stop = start + span
        if step > 0:
            return f"[{start or ''}:{stop}{f':{step}' if step > 1 else ''}]"
        return f"[{stop - 1}:{start - 1 if start else ''}:{step}]"

    def scalar(self) -> str:
        match self.whole(0, 3):
            case 0:
                return self.element()
            case 1:
                return f"{self.number()} * {self.pick(self.scope.numbers)}"
            case 2:
                return f"math.sin({self.pick(self.scope.numbers)} + {self.element()})"
            case _:
                part, length = self.part()
                return f"np.sum(np.cos({part})) / {float(length)}"

    def element(self) -> str:
        base, size = self.array()
        if self.scope.counters and self.whole(0, 1):
            return f"{base}[{self.pick(self.scope.counters)} % {size}]"
        return f"{base}[{self.whole(-size, size - 1)}]"

    def vector(self, length: int) -> str:
        """A bounded array expression of the given length; may be a bare view, so that stores overlap."""
        part, _ = self.part(length)
        match self.whole(0, 5):
            case 0:
                return part
            case 1:
                return f"{self.number()} * np.sin({part} + {self.part(length)[0]})"
            case 2:
                return f"np.sin({part}) * {self.pick(self.scope.numbers)} * {self.number()}"
            case 3:
                return f"{self.number()} * np.tanh({part} * {self.part(length)[0]})"
            case 4:
                return f"np.where({part} > {self.number()}, np.cos({part}), {self.part(length)[0]} * 0.5)"
            case _:
                base, size = self.array()
                index = [self.whole(0, size - 1) for _ in range(length)]
                return f"{self.number()} * {base}[{index}]"

    def factor(self, length: int) -> str:
        return f"{self.number()} + 0.2 * np.sin({self.part(length)[0]})"

    # -- statements -----------------------------------------------------------------------------

    def statement(self) -> None:
        simple = [
            self.store_slice, self.store_slice, self.update_slice, self.update_slice, self.scale_slice,
            self.store_element, self.update_element, self.masked, self.scatter, self.new_name,
            self.new_name, self.new_number, self.rebind, self.keep_in_list, self.write_out,
        ]  # fmt: skip
        nested = [self.loop, self.while_loop, self.branch] if self.depth < 3 else []
        calls = [self.call, self.call] if self.helpers else []
        self.pick(simple + nested + calls)()

    def store_slice(self) -> None:
        part, length = self.part()
        self.line(f"{self.target(part)} = {self.vector(length)}")

    def update_slice(self) -> None:
        part, length = self.part()
        self.line(f"{self.target(part)} {self.pick(['+=', '-='])} 0.5 * {self.vector(length)}")

    def scale_slice(self) -> None:
        part, length = self.part()
        right = self.pick([self.factor(length), self.part(1)[0], "0.9"])
        self.line(f"{self.target(part)} *= {right}")

    @staticmethod
    def target(part: str) -> str:
        """A store needs an index: a bare name would be rebound."""
        return part if part.endswith("]") and ":" in part else f"{part}[:]"

    def store_element(self) -> None:
        self.line(f"{self.element()} = {self.scalar()}")

    def update_element(self) -> None:
        self.line(f"{self.element()} {self.pick(['+=', '-=', '*='])} {self.scalar()}")

    def masked(self) -> None:
        base, _ = self.array()
        self.line(
            f"{base}[{base} > {self.number()}] *= {self.pick(['0.5', '-0.8', self.scalar()])}"
        )

    def scatter(self) -> None:
        base, size = self.array()
        count = self.whole(1, min(3, self.length))
        index = [self.whole(0, size - 1) for _ in range(count)]
        if self.whole(0, 1):
            self.line(f"np.add.at({base}, {index}, 0.5 * {self.vector(count)})")
        else:
            self.line(f"{base}[{index}] {self.pick(['=', '+='])} {self.vector(count)}")

    def new_name(self) -> None:
        """An alias, a view, a copy or a fresh array."""
        name = self.fresh("a")
        part, length = self.part()
        right = self.pick([part, part, f"{part}.copy()", self.vector(length)])
        self.line(f"{name} = {right}")
        self.scope.arrays[name] = length

    def new_number(self) -> None:
        name = self.fresh("s")
        self.line(f"{name} = {self.scalar()}")
        self.scope.numbers.append(name)

    def rebind(self) -> None:
        """Give a known name another value of the same kind."""
        if self.whole(0, 1):
            name = self.pick(self.scope.numbers)
            self.line(f"{name} = 0.5 * {name} + {self.scalar()}")
        else:
            name, length = self.pick(self.scope.arrays.items())
            self.line(f"{name} = {self.vector(length)}")

    def keep_in_list(self) -> None:
        if self.scope.lists and self.whole(0, 1):
            name, lengths = self.pick(self.scope.lists.items())
            position = self.whole(0, len(lengths) - 1)
            self.line(f"{name}[{position}] = {self.vector(lengths[position])}")
            return
        name = self.fresh("rows")
        parts = [self.part() for _ in range(self.whole(1, 3))]
        self.line(f"{name} = [{', '.join(text for text, _ in parts)}]")
        self.scope.lists[name] = tuple(length for _, length in parts)

    def write_out(self) -> None:
        part, length = self.part()
        self.line(f"np.sin({self.vector(length)}, out={self.target(part)})")

    def loop(self) -> None:
        counter = self.fresh("i")
        items = self.pick(["range(3)", "range(2, 0, -1)", "range(0)", "(1, 3)"])
        with self.block(f"for {counter} in {items}:"):
            self.scope.counters.append(counter)
            self.turns()

    def while_loop(self) -> None:
        counter = self.fresh("n")
        self.line(f"{counter} = {self.whole(1, 3)}")
        with self.block(f"while {counter} > 0:"):
            self.line(f"{counter} -= 1")
            self.scope.counters.append(counter)
            self.statements(self.whole(1, 3))

    def call(self) -> None:
        helper = self.pick(self.helpers)
        first, second = self.part(HELPER_LENGTH)[0], self.part(HELPER_LENGTH)[0]
        name = self.fresh("s" if helper.gives == "number" else "a")
        self.line(f"{name} = {helper.name}({first}, {second}, {self.scalar()})")
        if helper.gives == "number":
            self.scope.numbers.append(name)
        else:
            self.scope.arrays[name] = HELPER_LENGTH

    def result(self) -> str:
        terms = [f"0.{i + 2} * np.sum(np.cos({n}) * {n})" for i, n in enumerate(self.scope.arrays)]
        return " + ".join([*terms, *(f"1.1 * {n}" for n in self.scope.numbers)])


def write_helper(draw: st.DrawFn, helper: Helper, others: list[Helper]) -> list[str]:
    """A callee that may write its arguments, which may overlap."""
    arrays = {"a": HELPER_LENGTH, "b": HELPER_LENGTH}
    writer = Writer(draw, Scope(arrays, ["s"]), others, HELPER_LENGTH)
    writer.line("a *= 0.6 + 0.3 * np.sin(b)" if writer.whole(0, 1) else "a[1:] += 0.4 * b[:-1]")
    writer.statements(writer.whole(0, 3))
    if helper.gives == "number":
        writer.line(f"return {writer.scalar()} + np.sum(a * b) * 0.2")
    else:
        writer.line(f"return {writer.pick(['a', 'a[::-1]', 'np.sin(a) * s', 'b'])}")
    return [f"def {helper.name}(a, b, s):", *writer.lines]


@st.composite
def programs(draw: st.DrawFn) -> RandomProgram:
    """A function of two arrays and a number, with up to two callees in the same file."""
    kinds = draw(st.lists(st.sampled_from(["number", "array"]), max_size=2))
    helpers = [Helper(f"helper_{i}", gives) for i, gives in enumerate(kinds)]
    lines: list[str] = []
    for position, helper in enumerate(helpers):
        lines += [*write_helper(draw, helper, helpers[:position]), "", ""]
    writer = Writer(draw, Scope({"u": LENGTH, "v": LENGTH}, ["x"]), helpers, LENGTH)
    writer.statements(draw(st.integers(2, 7)))
    writer.line(f"return {writer.result()}")
    text = "\n".join([*lines, "def program(u, v, x):", *writer.lines, ""])
    function = define(text, "program", {"np": np, "math": math})
    rng = np.random.default_rng(draw(st.integers(0, 3)))
    args = (
        rng.uniform(-1.2, 1.2, LENGTH),
        rng.uniform(-1.2, 1.2, LENGTH),
        float(rng.uniform(0.2, 1.2)),
    )
    return RandomProgram(text, function, args)
