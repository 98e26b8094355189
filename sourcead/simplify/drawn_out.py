"""Factors that do not vary along a summed axis are drawn out of the sum.

    t = np.einsum("ij,ij->i", a, m * b / r)             t = np.einsum("ij,ij->i", a, b)
    u = np.expand_dims(t, 1)                    ->      u = np.expand_dims(t, 1) * m / r
    s = np.einsum("ij,ij->", a, b)                      s = t.sum()

    a = x / r                                           t = np.einsum("ij,ij->i", x, b) / r[:, 0]
    t = np.einsum("ij,ij->i", a, b)             ->      y = x * (m / r)
    y = a * m

An array with an axis of length one, as a product stretches it, multiplies each of the sums instead of each of
the summands, and what has to be multiplied with a large array is multiplied with each other before.  Of adjoints only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Py, Slice, Tuple
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)  # fmt: skip
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.simplify.storage_classes import StorageClasses

__all__ = ["drawn_out"]

EINSUM, EXPAND = Ref("np.einsum", np.einsum), Ref("np.expand_dims", np.expand_dims)


def drawn_out(function: Function, builder: Any, storage: Callable[[], StorageClasses]) -> Function:
    """`storage()`: the function's storage classes, which are only made where they are asked for."""
    if not any(_contraction(s) for s in statements(function.body)):
        return function
    return with_body(function, _Pass(function, builder, storage).block(function.body))


def _contraction(stmt: Stmt) -> tuple[list[str], str, tuple[Name, Name]] | None:
    """Of a contraction of two arrays over one axis: their letters, those of the result, and the arrays."""
    match stmt:
        case Assign(
            _, Call(Ref(value=called), (Const(str() as text), Name() as a, Name() as b))
        ) if called is np.einsum and "->" in text:
            letters, _, rest = text.partition("->")
            return letters.split(","), rest, (a, b)
        case _:
            return None


class _Pass:
    def __init__(
        self, function: Function, builder: Any, storage: Callable[[], StorageClasses]
    ) -> None:
        self.b, self.storage = builder, storage
        self.uses: Counter[Name] = use_counts(function)

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for stmt in [s for s in out if s.origin.sweep == "reverse" and _contraction(s)]:
            if stmt in out and isinstance(stmt, Assign):
                self.step(out, stmt)
        return renewed(block, out)

    def step(self, out: list[Stmt], stmt: Assign) -> None:
        found = _contraction(stmt)
        assert found is not None
        (first, second), rest, _ = found
        summed = sorted({*first, *second} - {*rest})
        whole = max(first, second, key=len)
        if len(summed) != 1 or rest != whole.replace(summed[0], ""):
            return
        axis = whole.index(summed[0])
        stretched = self.stretched(out, stmt, axis)
        if stretched is not None:
            while (closer := self.without_factor(out, stmt, stretched, axis)) is not None:
                stmt, stretched = closer
        self.sums_of(out, stmt)
        self.divided(out, stmt, axis)

    def stretched(self, out: list[Stmt], stmt: Assign, axis: int) -> Assign | None:
        """`np.expand_dims(t, axis)`, the only one to read the sums, next to them."""
        at = out.index(stmt)
        match out[at + 1] if at + 1 < len(out) else None:
            case Assign(_, Call(Ref(value=called), (t, Const(k)), ())) as found if (
                called is np.expand_dims and (t, k) == (stmt.target, axis)
            ):
                return found if self.uses[stmt.target] == 1 else None
            case _:
                return None

    # -- factors of one operand ---------------------------------------------------------------

    def without_factor(
        self, out: list[Stmt], stmt: Assign, stretched: Assign, axis: int
    ) -> tuple[Assign, Assign] | None:
        """Both statements without a factor, which multiplies the second one instead."""
        assert isinstance(stmt.expr, Call)
        text, *operands = stmt.expr.args
        contraction = _contraction(stmt)
        assert contraction is not None
        letters, _, _ = contraction
        for place, operand in enumerate(operands):
            if len(letters[place]) < max(map(len, letters)):
                continue  # its axes are others
            made = self.product(out, operand, stmt)
            if made is None or not isinstance(operand, Name) or self.uses[operand] != 1:
                continue
            parts = self.split(made, axis)
            if parts is None:
                continue
            inner, factor, op = parts
            operands[place] = inner
            at = out.index(stmt)
            closer = replace(stmt, expr=replace(stmt.expr, args=(text, *operands)))
            short = self.b.fresh("t", self.b.kind(stretched.target))
            self.uses[short] = 1
            again = replace(stretched, target=short)
            out[at : at + 2] = [closer, again, replace(stretched, expr=Op(op, (short, factor)))]
            out.remove(made)
            return closer, again
        return None

    def product(self, out: list[Stmt], operand: object, reader: Stmt) -> Assign | None:
        """The product or quotient of arrays that an operand is, with nothing but arithmetic in between."""
        for stmt in reversed(out[: out.index(reader)]):
            if not isinstance(stmt, Assign) or not isinstance(stmt.expr, Op):
                return None
            if stmt.target == operand:
                return stmt if stmt.expr.op in ("mul", "truediv") else None
        return None

    def split(self, made: Assign, axis: int) -> tuple[Name, Name, str] | None:
        """A product as what varies along the axis, what does not, and the operation that joins them."""
        assert isinstance(made.expr, Op)
        first, second = made.expr.args
        pairs = (
            [(first, second)] if made.expr.op == "truediv" else [(first, second), (second, first)]
        )
        for large, small in pairs:
            if self.is_constant_along(small, axis, made.target) and self.is_like(
                large, made.target
            ):
                assert isinstance(large, Name) and isinstance(small, Name)
                return large, small, made.expr.op
        return None

    def is_constant_along(self, operand: Operand, axis: int, like: Name) -> bool:
        kind, whole = self.b.kind(operand), self.b.kind(like)
        return self.is_like(operand, like) and kind.dims[axis] == 1 and whole.dims[axis] != 1

    def is_like(self, operand: Operand, other: Name) -> bool:
        """Arrays of doubles with as many axes?"""
        kind, like = (self.b.kind(o) for o in (operand, other))
        return (
            isinstance(operand, Name)
            and isinstance(kind, Array)
            and isinstance(like, Array)
            and kind.dtype == like.dtype == "float64"
            and len(kind.dims) == len(like.dims)
        )

    # -- sums of the sums ---------------------------------------------------------------------

    def sums_of(self, out: list[Stmt], stmt: Assign) -> None:
        """Contractions of the same arrays over more axes, as sums of this one."""
        found = _contraction(stmt)
        assert found is not None
        letters, rest, operands = found
        for at in range(out.index(stmt) + 1, len(out)):
            other = out[at]
            if not isinstance(other, Assign) and set(operands).intersection(reads(other)):
                return  # a store, perhaps
            match _contraction(other):
                case (its, fewer, (a, b)) if (its, a, b) == (letters, *operands):
                    axes = [k for k, letter in enumerate(rest) if letter not in fewer]
                    if fewer == "".join(c for c in rest if c in fewer) and len(axes) == 1:
                        assert isinstance(other, Assign)
                        total = MethodCall(stmt.target, "sum", (), (("axis", Const(axes[0])),))
                        out[at] = replace(other, expr=total)
                        self.uses[stmt.target] += 1
                        self.uses.subtract(operands)

    # -- quotients that are contracted and multiplied ------------------------------------------

    def divided(self, out: list[Stmt], stmt: Assign, axis: int) -> None:
        """`x / r`, contracted once and multiplied once by what is as small as r, is not computed as a whole."""
        found = _contraction(stmt)
        assert found is not None
        letters, rest, operands = found
        for place, operand in enumerate(operands):
            quotient = next((s for s in out if isinstance(s, Assign) and s.target == operand), None)
            product = self.multiplied(out, operand, stmt, axis)
            if quotient is None or product is None or not isinstance(quotient.expr, Op):
                continue
            if len(letters[place]) < max(map(len, letters)):
                continue
            between = out[out.index(quotient) : out.index(product)]
            parts = self.split(quotient, axis) if quotient.expr.op == "truediv" else None
            if parts is None:
                continue
            large, divisor, _ = parts
            if not self.stay((large, divisor), between):
                continue
            self.join(out, (quotient, stmt, product), large, divisor, axis)
            given, its = self.without_new_axis(out, large, letters[place])
            args: list[Operand] = list(operands)
            args[place], letters[place] = given, its
            self.contract(out, stmt, Const(",".join(letters) + "->" + rest), args, divisor, axis)
            return

    def stay(self, arrays: tuple[Name, ...], between: list[Stmt]) -> bool:
        """Is nothing written to them?"""
        writes = [s for s in between if not isinstance(s, Assign)]
        if not writes:
            return True
        reached = {c for name in arrays for c in self.storage().reach(name)}
        return all(
            isinstance(s, Store)
            and isinstance(s.base, Name)
            and self.storage().of(s.base) not in reached
            for s in writes
        )

    def multiplied(self, out: list[Stmt], operand: Name, stmt: Assign, axis: int) -> Assign | None:
        """The other statement that reads the operand, if it multiplies it by a small array."""
        readers = [s for s in out if operand in reads(s)]
        if len(readers) != 2 or self.uses[operand] != 2 or stmt not in readers:
            return None
        match next(s for s in readers if s is not stmt):
            case Assign(target, Op("mul", args), origin) as product if origin.sweep == "reverse":
                other = args[0] if args[1] == operand else args[1]
                return product if self.is_constant_along(other, axis, target) else None
            case _:
                return None

    def join(
        self,
        out: list[Stmt],
        steps: tuple[Assign, Assign, Assign],
        large: Name,
        divisor: Name,
        axis: int,
    ) -> None:
        """The product with the quotient of the small arrays; the large quotient goes."""
        quotient, _, product = steps
        assert isinstance(product.expr, Op)
        small = next(a for a in product.expr.args if a != quotient.target)
        dims = tuple(
            mine if mine == its else its if mine == 1 else mine if its == 1 else None
            for mine, its in zip(self.b.kind(small).dims, self.b.kind(divisor).dims)
        )
        ratio = self.b.fresh("t", Array("float64", dims))
        self.uses[ratio] = 1
        at = out.index(product)
        out[at : at + 1] = [
            Assign(ratio, Op("truediv", (small, divisor)), product.origin),
            replace(product, expr=Op("mul", (large, ratio))),
        ]
        out.remove(quotient)

    def without_new_axis(self, out: list[Stmt], operand: Name, letters: str) -> tuple[Name, str]:
        """`np.expand_dims(a, 1)` as a, with its letters."""
        for stmt in out:
            match stmt:
                case Assign(
                    target, Call(Ref(value=called), (Name() as inner, Const(int() as k)), ())
                ) if target == operand and called is np.expand_dims:
                    return inner, letters[:k] + letters[k + 1 :]
        return operand, letters

    def contract(
        self,
        out: list[Stmt],
        stmt: Assign,
        text: Const,
        args: list[Operand],
        divisor: Name,
        axis: int,
    ) -> None:
        """The contraction of these arrays, divided by a small one without its axis of length one."""
        kind = self.b.kind(stmt.target)
        rank = len(kind.dims) + 1
        entries: list[Operand] = []
        at = out.index(stmt)
        made: list[Stmt] = []
        everything: Expr = Op("slice", (Const(None),) * 3)
        for k in range(rank):
            if k == axis:
                entries.append(Const(0))
                continue
            entry = self.b.fresh("t", Slice())
            made.append(Assign(entry, everything, stmt.origin))
            entries.append(entry)
        index = self.b.fresh(
            "t", Tuple(tuple(Py(int) if k == axis else Slice() for k in range(rank)))
        )
        dims = tuple(d for k, d in enumerate(self.b.kind(divisor).dims) if k != axis)
        flat, total = self.b.fresh("t", Array("float64", dims)), self.b.fresh("t", kind)
        out[at : at + 1] = [
            *made,
            Assign(total, Call(EINSUM, (text, *args)), stmt.origin),
            Assign(index, Op("tuple", tuple(entries)), stmt.origin),
            Assign(flat, Op("getitem", (divisor, index)), stmt.origin),
            replace(stmt, expr=Op("truediv", (total, flat))),
        ]
