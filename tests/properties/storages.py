"""Random programs of all that writes storage: short ones, each with other constructs.

Beside what `mixtures` writes: Fortran-ordered matrices and views of views, `out=`, `ufunc.at`, `copyto`, `put`,
`fill`, masks, repeated indices, `flat`, whole-matrix updates, rows of the transpose, a buffer of the module and one of a
closure, containers in containers, `while`, callees that return early:

    BUFFER = np.zeros(3)

    def program(A, u, x):
        BUFFER[...] = (0.3, -0.2, 0.5)
        held = {"rows": [A[0], u], "in": {"w": BUFFER}}
        np.multiply(A.T[1], u, out=held["in"]["w"])
        np.add.at(u, [0, 2, 0], 0.4 * A[1])
        ...
"""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from tests.programs.registry import define
from tests.properties import mixtures
from tests.properties.mixtures import Scope, write_callees
from tests.strategies import RandomProgram

__all__ = ["storages"]

START = "(0.3, -0.2, 0.5)"


class Writer(mixtures.Writer):
    """Statements on storage of every form."""

    # -- places ------------------------------------------------------------------------------------

    def vector(self) -> str:
        if not self.scope.matrices or self.whole(0, 2):
            return super().vector()
        m, i = self.pick(self.scope.matrices), self.whole(0, 2)
        return self.pick([
            f"{m}[::-1][{i}]", f"{m}[:, ::-1].T[{i}]", f"{m}.swapaxes(0, 1)[{i}]", f"{m}[{i}:][0]",
            f'{m}.ravel("F")[{i}:{i + 3}]', f'{m}.ravel("K")[{i + 1}:{i + 4}]', f"np.asarray({m}[{i}])",
            f"{m}.T[::-1][{i}]", f"np.squeeze({m}[:, {i}:{i + 1}], axis=1)", f"{m}.T.reshape(9)[{i}:{i + 3}]",
            f"{m}[{i}, None][0]", f"{m}.T.T[{i}][::-1]", f"{m}[{i}].view()", f"np.ravel({m})[{i}:{i + 3}]",
        ])  # fmt: skip

    def values(self) -> str:
        match self.whole(0, 9):
            case 0 if self.scope.matrices:
                return f"0.8 * {self.pick(self.scope.matrices)}.diagonal()"
            case 1 if self.scope.matrices:
                return f"np.sum(np.sin({self.pick(self.scope.matrices)}), axis={self.whole(0, 1)})"
            case 2:
                return f"np.where({self.vector()} > 0.{self.whole(1, 5)}, {self.vector()}, 0.3)"
            case 3:
                return f"{self.vector()}[[{self.whole(0, 2)}, {self.whole(-2, 2)}, 1]]"
            case 4:
                return f"np.array([{self.number()}, x, {self.number()}])"
            case _:
                return super().values()

    # -- statements --------------------------------------------------------------------------------

    def statement(self) -> None:
        own = [
            self.into, self.at, self.copy_to, self.fill, self.put, self.swap, self.repeated, self.names,
            self.nested, self.flat, self.whole_matrix, self.rows_of_transpose, self.slots, self.masked,
        ]  # fmt: skip
        if self.inside < 2:
            own += [self.while_loop, self.counted]
        if self.whole(0, 2):
            self.pick(own)()
        else:
            super().statement()

    def into(self) -> None:
        function = self.pick(
            ["np.sin({0}, out={1})", "np.multiply({0}, {2}, out={1})", "np.add({0}, {2}, {1})"]
        )
        self.line(function.format(self.values(), self.vector(), f"0.4 * {self.vector()}"))

    def at(self) -> None:
        index = self.pick(["[0, 2, 0]", "[1, 1, 1]", "slice(None)", "[-1, 0, 1]"])
        function = self.pick(["np.add", "np.subtract", "np.multiply"])
        self.line(f"{function}.at({self.vector()}, {index}, 0.5 * {self.values()})")

    def copy_to(self) -> None:
        where = self.pick(["", f", where={self.vector()} > 0.{self.whole(1, 5)}"])
        self.line(f"np.copyto({self.vector()}, {self.values()}{where})")

    def fill(self) -> None:
        self.line(f"{self.vector()}{self.pick(['', '[1:]'])}.fill({self.scalar()})")

    def put(self) -> None:
        self.line(f"np.put({self.vector()}, [2, {self.whole(0, 1)}], ({self.values()})[:2])")

    def swap(self) -> None:
        place = self.vector()
        self.line(f"{place}[[0, 2]] = {place}[[2, {self.whole(0, 1)}]]")

    def repeated(self) -> None:
        op = self.pick(["=", "+=", "*="])
        self.line(f"{self.vector()}[[0, 1, 0]] {op} 0.6 * {self.values()}")

    def names(self) -> None:
        one, other = self.fresh("a"), self.fresh("a")
        right = self.pick([f"{self.vector()}", f"{self.values()}"])
        self.line(
            self.pick([f"{one} = {other} = {right}", f"{one}, {other} = {right}, {self.vector()}"])
        )
        self.scope.vectors += [one, other]

    def nested(self) -> None:
        name = self.fresh("n")
        self.line(
            f'{name} = {{"rows": [{self.vector()}, {self.vector()}], "in": {{"w": {self.vector()}}}}}'
        )
        self.scope.vectors += [f'{name}["rows"][{self.whole(-1, 1)}]', f'{name}["in"]["w"]']

    def flat(self) -> None:
        if self.scope.matrices:
            m = self.pick(self.scope.matrices)
            self.line(f"{m}.flat[{self.whole(0, 8)}] {self.pick(['=', '+='])} {self.scalar()}")

    def whole_matrix(self) -> None:
        if not self.scope.matrices:
            return self.store()
        m = self.pick(self.scope.matrices)
        self.line(self.pick([
            f"{m} *= 0.7 + 0.1 * np.sin({m}.T)", f"{m}[...] = np.tanh({m}) * {self.number()}",
            f"{m} += 0.2 * np.outer({self.vector()}, {self.vector()})", f"{m}[1:, :2] -= 0.3 * {m}[:-1, 1:]",
            f"{m}[{m} > 0.{self.whole(2, 8)}] *= 0.5", f"{m}[:] = {m}[::-1]", f"{m}.T[...] = 0.8 * {m}",
            f"np.fill_diagonal({m}, {self.scalar()})", f"{m}[[0, 2], [1, 1]] = {self.vector()}[:2]",
            f"{m}[:, [0, 2]] *= {self.scalar()}",
        ]))  # fmt: skip

    def rows_of_transpose(self) -> None:
        if not self.scope.matrices or self.inside > 1:
            return self.update()
        row, matrix = self.fresh("r"), self.pick(self.scope.matrices)
        with self.block(f"for {row} in {matrix}{self.pick(['.T', '[::-1]', '[:, ::-1]'])}:"):
            self.scope.vectors.append(row)
            self.line(f"{row} *= 0.{self.whole(5, 9)} + 0.1 * {self.number()}")
            self.turns()

    def slots(self) -> None:
        """Lists whose rows are replaced, taken out and put in by slices."""
        if not self.scope.rows or self.inside:
            return self.element()
        name, length = self.pick(self.scope.rows.items())
        match self.whole(0, 3):
            case 0:
                self.line(f"{name}[0:1] = [{self.vector()}, {self.values()}]")
                self.scope.rows[name] = length + 1
            case 1 if length > 1:
                self.line(f"del {name}[{self.pick(['0', '-1'])}]")
                self.scope.rows[name] = length - 1
            case 2:
                self.line(f"{name}[0], {name}[-1] = {name}[-1], {name}[0]")
            case _:
                self.line(f"{name} += [{self.vector()}]")
                self.scope.rows[name] = length + 1
        return None

    def masked(self) -> None:
        mask = self.fresh("k")
        self.line(f"{mask} = {self.vector()} > 0.{self.whole(1, 6)}")
        right = self.pick([self.scalar(), f"{self.vector()}[{mask}]"])
        self.line(f"{self.vector()}[{mask}] {self.pick(['=', '+=', '*='])} {right}")

    def while_loop(self) -> None:
        counter = self.fresh("n")
        self.line(f"{counter} = {self.whole(1, 3)}")
        with self.block(f"while {counter} > 0:"):
            self.line(f"{counter} -= 1")
            self.scope.counters.append(counter)
            self.turns()

    def counted(self) -> None:
        """Elements in a nest of loops."""
        i, j = self.fresh("i"), self.fresh("j")
        place = self.vector()
        self.line(f"for {i} in range(1, 3):")
        self.line(f"    for {j} in range({i}):")
        op = self.pick(["+=", "-="])
        self.line(f"        {place}[{i}] {op} 0.3 * {place}[{j}] * {self.number()}")


EARLY = """def early(a, k):
    if k > 0.3:
        a[1] *= k
        return a[::-1]
    a[:2] = k * a[1:]
    return a


def counter():
    held = np.array({start})

    def add(a):
        held[1:] += 0.3 * a[:-1]
        return held
    return add


"""


@st.composite
def storages(draw: st.DrawFn) -> RandomProgram:
    callees = write_callees(draw)
    writer = Writer(draw, Scope(["x"], ["u", "BUFFER[:]"], ["A"]))
    writer.line(f"BUFFER[...] = {START}")
    if writer.whole(0, 1):
        writer.line(f"rows = [{writer.vector()}, {writer.values()}]")
        writer.scope.rows["rows"] = 2
    if writer.whole(0, 1):
        writer.line(f"c = early({writer.vector()}, {writer.scalar()})")
        writer.scope.vectors.append("c")
    if writer.whole(0, 2) == 0:
        writer.line("add = counter()")
        writer.line(f"h = add({writer.vector()})")
        writer.scope.vectors += ["h", f"add({writer.vector()})"]
    if writer.whole(0, 2) == 0:
        writer.line(f"m = Model({writer.vector()}, {writer.scalar()})")
        writer.scope.models.append("m")
    writer.statements(draw(st.integers(2, 5)))
    writer.line(f"return {writer.result()}")
    program = "\n".join(["def program(A, u, x):", *writer.lines, ""])
    used = [text for name, text in callees.items() if f"{name}(" in program + callees["Model"]]
    used += [EARLY.format(start=START)] if "early(" in program or "counter(" in program else []
    text = "BUFFER = np.zeros(3)\n\n\n" + "".join(used) + program
    function = define(text, "program", {"np": np, "math": math})
    rng = np.random.default_rng(draw(st.integers(0, 3)))
    A = rng.uniform(-1.2, 1.2, (3, 3))
    A = draw(st.sampled_from([A, np.asfortranarray(A)]))
    return RandomProgram(
        text, function, (A, rng.uniform(-1.2, 1.2, 3), float(rng.uniform(0.2, 1.2)))
    )
