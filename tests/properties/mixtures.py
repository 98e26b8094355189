"""Random programs in which arrays, lists, dicts, objects, cells and callees share storage.

A program takes a matrix, a vector and a number.  Vectors have three elements, matrices are 3 by 3, so
that any vector can stand where another does; what is known of a place is its sort alone:

    def program(A, u, x):
        rows = [A[0], u]
        m = Model(A.T[1], x)
        d = {"v": rows[0], "n": x}
        for i1 in range(2):
            m.step(0.4 * x)
            rows[i1 % 2] = m.a[::-1]
            d["v"] *= 0.6 + 0.2 * np.sin(u)
        ...

What is stored is bounded, so that programs stay tame; names made in a block are not read behind it, and
lists and dicts have the same length behind a loop's turn as before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from tests.programs.registry import define
from tests.strategies import RandomProgram
from tests.writing import ProgramWriter

__all__ = ["mixtures"]


@dataclass(slots=True)
class Scope:
    """The places that can be read and written, and containers with what is in them."""

    numbers: list[str]
    vectors: list[str]
    matrices: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)  # lists of vectors: their length
    items: dict[str, int] = field(default_factory=dict)  # lists of numbers: their length
    dicts: dict[str, dict[str, str]] = field(default_factory=dict)  # key -> "number" or "vector"
    models: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)


class Writer(ProgramWriter):
    """Statements on everything that a `Scope` knows."""

    def __init__(self, draw: st.DrawFn, scope: Scope, depth: int = 1) -> None:
        super().__init__(draw, depth)
        self.scope = scope
        self.inside = 0  # blocks around: containers keep their length there

    def counters(self) -> list[str]:
        return self.scope.counters

    @contextmanager
    def own_names(self) -> Iterator[None]:
        outer, self.scope = self.scope, deepcopy(self.scope)
        self.inside += 1
        yield
        self.inside -= 1
        self.scope = outer

    # -- places ------------------------------------------------------------------------------------

    def vector(self) -> str:
        """A place that holds a vector, or a view of three elements."""
        s = self.scope
        places = list(s.vectors)
        places += [f"{name}[{i}]" for name, n in s.rows.items() for i in range(-1, n)]
        places += [
            f'{d}["{k}"]' for d, e in s.dicts.items() for k, sort in e.items() if sort == "vector"
        ]
        places += [f"{m}.{a}" for m in s.models for a in "ab"]
        for matrix in s.matrices:
            i = self.whole(0, 2)
            places += [f"{matrix}[{i}]", f"{matrix}[:, {i}]", f"{matrix}.T[{i}]"]
            places += [f"{matrix}.reshape(9)[{i}:{i + 3}]", f"{matrix}.ravel()[{i}:{i + 5}:2]"]
        place = self.pick(places)
        return place if self.whole(0, 3) else f"{place}[::-1]"

    def number(self) -> str:
        s = self.scope
        places = [*s.numbers, f"{self.vector()}[{self.index()}]"]
        places += [f"{name}[{i}]" for name, n in s.items.items() for i in range(-1, n)]
        places += [
            f'{d}["{k}"]' for d, e in s.dicts.items() for k, sort in e.items() if sort == "number"
        ]
        places += [f"{m}.k" for m in s.models]
        return self.pick(places)

    def index(self) -> str:
        if self.scope.counters and self.whole(0, 1):
            return f"{self.pick(self.scope.counters)} % 3"
        return str(self.whole(-3, 2))

    # -- expressions -------------------------------------------------------------------------------

    def scalar(self) -> str:
        match self.whole(0, 4):
            case 0:
                return self.number()
            case 1:
                return f"0.{self.whole(2, 9)} * {self.number()}"
            case 2:
                return f"math.sin({self.number()} + {self.number()})"
            case 3:
                return f"0.5 * np.sum(np.cos({self.vector()}))"
            case _:
                return f"math.tanh({self.number()}) * {self.number()}"

    def values(self) -> str:
        """An expression with three elements; may be a bare view, so that stores overlap."""
        match self.whole(0, 5):
            case 0 | 1:
                return self.vector()
            case 2:
                return f"np.sin({self.vector()}) * {self.number()}"
            case 3:
                return f"0.{self.whole(3, 9)} * np.tanh({self.vector()} + {self.vector()})"
            case 4:
                return f"{self.vector()}[[2, 0, 2]]"
            case _ if self.scope.matrices:
                return f"0.3 * np.cos({self.pick(self.scope.matrices)} @ {self.vector()})"
            case _:
                return f"np.cos({self.vector()})"

    # -- statements --------------------------------------------------------------------------------

    def statement(self) -> None:
        s = self.scope
        choices = [self.store, self.store, self.update, self.update, self.element, self.element]
        choices += [self.new_number, self.new_vector, self.scale_number]
        choices += [self.rebind] * (2 if s.rows or s.dicts or s.models else 0)
        choices += [self.change_rows] * (2 if s.rows else 0)
        choices += [self.change_items] * (2 if s.items else 0)
        choices += [self.change_dict] * (2 if s.dicts else 0)
        choices += [self.method] * (2 if s.models else 0)
        if self.depth == 1 or self.inside:
            choices += [self.call, self.call, self.close]
        if self.inside < 2:
            choices += [self.loop, self.loop, self.branch, self.attempt]
        self.pick(choices)()

    def store(self) -> None:
        part = self.pick(["[:]", "[:]", "[1:]", "[:-1]", "[::2]"])
        right = self.values()
        right = right if part == "[:]" else f"({right}){self.pick(['[1:]', '[:2]', '[::2]'])}"
        self.line(f"{self.vector()}{part} = {right}")

    def update(self) -> None:
        place = self.vector()
        name = (
            place
            if place.isidentifier() or place[-1] == "]" or place[-2:] in (".a", ".b")
            else f"{place}[:]"
        )
        match self.whole(0, 2):
            case 0:
                self.line(f"{name} *= 0.{self.whole(4, 9)} + 0.2 * np.sin({self.vector()})")
            case 1:
                self.line(f"{name} {self.pick(['+=', '-='])} 0.4 * {self.values()}")
            case _:
                self.line(f"{place}[{self.vector()} > 0.{self.whole(1, 5)}] *= {self.scalar()}")

    def element(self) -> None:
        place = f"{self.vector()}[{self.index()}]"
        self.line(f"{place} {self.pick(['=', '=', '+=', '*='])} {self.scalar()}")

    def new_number(self) -> None:
        name = self.fresh("s")
        self.line(f"{name} = {self.scalar()}")
        self.scope.numbers.append(name)

    def scale_number(self) -> None:
        names = [n for n in self.scope.numbers if n.isidentifier()]
        if names:
            self.line(f"{self.pick(names)} {self.pick(['*=', '+='])} 0.5 * {self.scalar()}")

    def new_vector(self) -> None:
        name = self.fresh("a")
        self.line(
            f"{name} = {self.pick([self.vector(), self.vector() + '.copy()', self.values()])}"
        )
        self.scope.vectors.append(name)

    def rebind(self) -> None:
        """A slot refers to another vector, or gets another number."""
        s = self.scope
        slots = [f"{name}[{i}]" for name, n in s.rows.items() for i in range(-1, n)]
        slots += [f'{d}["{k}"]' for d, e in s.dicts.items() for k in e]
        slots += [f"{m}.{a}" for m in s.models for a in "abk"]
        slot = self.pick(slots)
        sort = "number" if slot.endswith(('"n"]', ".k")) else "vector"
        self.line(f"{slot} = {self.scalar() if sort == 'number' else self.values()}")

    def change_rows(self) -> None:
        name, length = self.pick(self.scope.rows.items())
        if self.inside:  # the length stays
            self.line(
                f"{name}.{self.pick(['append(' + self.values() + ')', 'insert(0, ' + self.vector() + ')'])}"
            )
            self.line(f"{self.vector()}[:] = {name}.pop({self.pick(['', '0', '1'])})")
            return
        match self.whole(0, 3):
            case 0 if length > 1:
                taken = self.fresh("a")
                self.line(f"{taken} = {name}.pop({self.pick(['', '0', '-2'])})")
                self.scope.vectors.append(taken)
                self.scope.rows[name] -= 1
            case 1:
                self.line(f"{name}.reverse()")
            case 2:
                other = self.fresh("rows")
                self.line(f"{other} = {self.pick([name, name + '[:]', f'[*{name}]'])}")
                self.scope.vectors.append(
                    f"{other}[0]"
                )  # only read and written: its length is that of `name`
            case _:
                self.line(f"{name}.append({self.vector()})")
                self.scope.rows[name] += 1

    def change_items(self) -> None:
        name, length = self.pick(self.scope.items.items())
        if self.inside:
            self.line(f"{name}.append({self.scalar()})")
            self.line(
                f"{name}[{self.whole(0, length - 1)}] += 0.5 * {name}.pop({self.pick(['', '0'])})"
            )
            return
        match self.whole(0, 2):
            case 0:
                self.line(f"{name}.append({self.scalar()})")
                self.scope.items[name] += 1
            case 1:
                self.line(f"{name}[{self.whole(0, length - 1)}] *= {self.scalar()}")
            case _:
                self.line(f"{name}.insert({self.whole(0, length)}, {self.scalar()})")
                self.scope.items[name] += 1

    def change_dict(self) -> None:
        name, entries = self.pick(self.scope.dicts.items())
        key = self.pick(entries)
        value = self.scalar() if entries[key] == "number" else self.vector()
        choices = [f'{name}["{key}"] = {value}', f'{name}["{key}"] *= 0.{self.whole(3, 9)}']
        choices += [
            f'{name}.update({{"{key}": {value}}})',
            f'{name}["{key}"] = {name}.pop("{key}")',
        ]
        self.line(self.pick(choices))

    def method(self) -> None:
        model = self.pick(self.scope.models)
        calls = [f"step({self.scalar()})", "swap()", f"take({self.vector()})"]
        self.line(f"{model}.{self.pick(calls)}")

    def call(self) -> None:
        match self.whole(0, 2):
            case 0:
                name = self.fresh("a")
                self.line(f"{name} = mix({self.vector()}, {self.values()}, {self.scalar()})")
                self.scope.vectors.append(name)
            case 1 if self.scope.rows and not self.inside:
                name = self.pick(self.scope.rows)
                self.line(f"keep({name}, {self.vector()})")
                self.scope.rows[name] += 1
            case _:
                name = self.fresh("s")
                self.line(f"{name} = measure({self.vector()}, {self.scalar()})")
                self.scope.numbers.append(name)

    def close(self) -> None:
        """A nested function over a variable that it assigns, or that is assigned later."""
        count, bump = self.fresh("c"), self.fresh("bump")
        self.line(f"{count} = {self.scalar()}")
        if self.whole(0, 1):
            with self.block(f"def {bump}(k):"):
                self.line(f"nonlocal {count}") if self.depth > 1 else None
                self.line(f"{count} = {count} * k + {self.number()}")
                self.line(f"return math.sin({count})")
        else:
            held = self.vector()
            with self.block(f"def {bump}(k):"):
                self.line(f"{held}[{self.whole(0, 2)}] += k * {count}")
                self.line(f"return k * {held}[1]")
        self.line(f"s_{bump} = {bump}({self.scalar()})")
        self.line(f"{count} = {self.scalar()}")
        self.line(f"s_{bump} += {bump}(0.{self.whole(2, 9)})")
        self.scope.numbers += [count, f"s_{bump}"]

    def loop(self) -> None:
        counter = self.fresh("i")
        heads = [f"for {counter} in range(3):", f"for {counter} in range(2, 0, -1):"]
        row = self.fresh("r")
        heads += [f"for {counter}, {row} in enumerate({m}):" for m in self.scope.matrices]
        heads += [f"for {counter}, {row} in enumerate([{self.vector()}, {self.vector()}]):"]
        head = self.pick(heads)
        with self.block(head):
            self.scope.counters.append(counter)
            if row in head:
                self.scope.vectors.append(row)
            self.turns()

    def attempt(self) -> None:
        """A callee that raises half-way, or does not."""
        with self.block("try:"):
            self.line(f"fragile({self.vector()}, {self.scalar()}, {self.whole(0, 1)})")
            if self.whole(0, 1):
                self.statement()
        with self.block("except ValueError:"):
            self.statement()

    # -- the end -----------------------------------------------------------------------------------

    def result(self) -> str:
        s = self.scope
        vectors = [*s.vectors, *(f"{n}[{i}]" for n, k in s.rows.items() for i in range(k))]
        vectors += [f"{m}.{a}" for m in s.models for a in "ab"]
        vectors += [f'{d}["{k}"]' for d, e in s.dicts.items() for k in e if e[k] == "vector"]
        numbers = [*s.numbers, *(f"{m}.k" for m in s.models)]
        numbers += [f"{n}[{i}]" for n, k in s.items.items() for i in range(k)]
        numbers += [f'{d}["{k}"]' for d, e in s.dicts.items() for k in e if e[k] == "number"]
        terms = [
            f"0.{i % 7 + 2} * np.sum(np.cos({v}) * {v})"
            for i, v in enumerate([*vectors, *s.matrices])
        ]
        return " + ".join([*terms, *(f"{1.1 + i / 10:.1f} * {n}" for i, n in enumerate(numbers))])


MODEL = """class Model:
    def __init__(self, a, k):
        self.a = a
        self.b = {b}
        self.k = k

    def step(self, c):
{step}
    def swap(self):
        self.a, self.b = self.b, self.a

    def take(self, v):
        self.b = v


"""


def write_callees(draw: st.DrawFn) -> dict[str, str]:
    """A class and functions that write what they are given, return views of it, keep it, or raise."""
    inner = Writer(draw, Scope(["self.k", "c"], ["self.a", "self.b"]), depth=2)
    inner.statements(draw(st.integers(1, 2)))
    inner.line("self.k = 0.7 * self.k + c * self.a[0]")
    b = inner.pick(["a[::-1]", "np.zeros(3)", "a", "np.sin(a)"])
    text = {"Model": MODEL.format(b=b, step="\n".join(inner.lines) + "\n")}
    for name, params, last in (
        ("mix", "a, b, k", inner.pick(["a[::-1]", "b", "a + k * b", "a"])),
        ("measure", "a, k", "k * np.sum(np.sin(a))"),
        ("keep", "kept, a", "None"),
        ("fragile", "a, k, fails", "None"),
    ):
        vectors = [p for p in params.split(", ") if p in "ab"]
        writer = Writer(draw, Scope(["k"] if "k" in params.split(", ") else ["a[0]"], vectors))
        writer.inside = 2  # straight-line
        writer.pick([writer.store, writer.update, writer.element])()
        if name == "keep":
            writer.line("kept.append(a)")
        if name == "fragile":
            writer.line("if fails:")
            writer.line("    raise ValueError")
            writer.pick([writer.store, writer.update, writer.element])()
        text[name] = "\n".join(
            [f"def {name}({params}):", *writer.lines, f"    return {last}", "", "", ""]
        )
    return text


@st.composite
def mixtures(draw: st.DrawFn) -> RandomProgram:
    callees = write_callees(draw)
    writer = Writer(draw, Scope(["x"], ["u"], ["A"]))
    writer.line(f"rows = [{writer.vector()}, {writer.values()}]")
    writer.scope.rows["rows"] = 2
    if writer.whole(0, 1):
        writer.line(f"xs = [x, {writer.scalar()}]")
        writer.scope.items["xs"] = 2
    if writer.whole(0, 1):
        writer.line(f"m = Model({writer.vector()}, {writer.scalar()})")
        writer.scope.models.append("m")
    if writer.whole(0, 1):
        writer.line(
            f'd = {{"v": {writer.vector()}, "n": {writer.scalar()}, "w": {writer.vector()}}}'
        )
        writer.scope.dicts["d"] = {"v": "vector", "n": "number", "w": "vector"}
    writer.statements(draw(st.integers(2, 6)))
    writer.line(f"return {writer.result()}")
    program = "\n".join(["def program(A, u, x):", *writer.lines, ""])
    text = (
        "".join(text for name, text in callees.items() if f"{name}(" in program + callees["Model"])
        + program
    )
    function = define(text, "program", {"np": np, "math": math})
    rng = np.random.default_rng(draw(st.integers(0, 3)))
    args = (rng.uniform(-1.2, 1.2, (3, 3)), rng.uniform(-1.2, 1.2, 3), float(rng.uniform(0.2, 1.2)))
    return RandomProgram(text, function, args)
