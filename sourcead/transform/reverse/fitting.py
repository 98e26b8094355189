"""An adjoint has the shape and the dtype of its value: broadcasting and promotion are undone.

Done once for all rules: the rule of `x * y` says `x_bar = z_bar * y`, and if `x` was stretched to the
shape of `y`, the sum over the axes along which it was stretched is added here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sourcead.analysis.sizes import STRETCHING, Sizes
from sourcead.ir.kinds import Array, Dim, Kind, Np, Number, Py, dtype_of
from sourcead.ir.nodes import Attr, Call, Const, MethodCall, Name, Op, Operand, Ref
from sourcead.runtime.accumulate import unbroadcast
from sourcead.transform.builder import Virtual
from sourcead.transform.precision import narrowed
from sourcead.transform.reverse.cuts import cut_alike
from sourcead.transform.reverse.parts import Parts
from sourcead.transform.specialise import Specialiser
from sourcead.transform.specialise.algebra import stretched_number

__all__ = ["Fitting"]


NEW = frozenset({"add", "sub", "mul", "truediv", "pow", "neg", "matmul"})


@dataclass
class Fitting:
    """`reopened`: is the derivative to be differentiated again, so that it matters what shares memory?"""

    b: Specialiser
    parts: Parts
    sizes: Sizes
    reopened: bool = False

    def fit(self, amount: Operand, value: Name, kind: Kind, exact: bool = False) -> Operand:
        """`amount` with the rank, shape and dtype of `value`.

        `exact`: it has the shape of the value (a rule says so), unless a stack of matrices was stretched.
        """
        have = self.b.kind(amount)
        if isinstance(have, Py) and isinstance(kind, Py) and have.type is kind.type:  # as most
            return amount
        amount = self._fit_dtype(amount, have, kind)
        have = self.b.kind(amount)
        if isinstance(kind, Number) or not isinstance(have, (Py, Np, Array)):
            if have == kind == Number() and not isinstance(amount, Name):
                return amount
            return self._unbroadcast(amount, value, kind)
        match have, kind:
            case Array(), Py() | Np():
                if not have.dims and (number := self._stretched(amount)) is not None:
                    return number
                if not have.dims:  # a number from here on: `+=` would write into the array
                    item = Op("getitem", (amount, self.b.operand(Virtual(()))))
                    return self.b.emit(item, Np(have.dtype), self.b.called.hint(value, "_bar"))
                made = MethodCall(amount, "sum", ())
                return self.b.emit(made, Np(have.dtype), self.b.called.hint(value, "_bar"))
            case Array(), Array():
                if exact and len(have.dims) == len(kind.dims) <= 2:
                    return amount
                return self._fit_shape(amount, have, value, kind)
            case _, Array() if kind.dims:
                return self._stretch(amount, value, kind)
            case _:
                return amount

    def _stretched(self, amount: Operand) -> Operand | None:
        """The number that is stretched to no axes, which is what it was."""
        found = stretched_number(self.b, amount)
        if found is None or self.b.kind(found[1]) not in (Py(float), Np("float64")):
            return None
        return found[1]

    def _unbroadcast(self, amount: Operand, value: Name, kind: Kind) -> Operand:
        have = self.b.kind(amount)
        if self.reopened and isinstance(have, Array) and not self._is_new(amount):
            amount = self.b.emit(
                Call(Ref("np.copy", np.copy), (amount,)), have, self.b.called.hint(value, "_bar")
            )
        made = Call(Ref("unbroadcast", unbroadcast), (amount, self.parts.value(value)))
        return self.b.emit(made, kind, self.b.called.hint(value, "_bar"))

    def _is_new(self, amount: Operand) -> bool:
        """Is it an array that was just computed?  What fits already is given back as it is."""
        made = self.b.definitions.get(amount) if isinstance(amount, Name) else None
        return isinstance(made, Op) and made.op in NEW

    def _fit_dtype(self, amount: Operand, have: Kind, kind: Kind) -> Operand:
        its, mine = dtype_of(have), dtype_of(kind)
        if its is None or mine is None or isinstance(amount, Const):
            return amount
        if its.kind == "c" and mine.kind != "c":
            have = _real(have, its)
            amount, its = self.b.emit(Attr(amount, "real"), have), dtype_of(have)
        return narrowed(self.b, amount, kind)

    def _fit_shape(self, amount: Operand, have: Array, value: Name, kind: Array) -> Operand:
        extra = len(have.dims) - len(kind.dims)
        if extra < 0:
            ends = list(zip(have.dims, kind.dims[-extra:]))
            if any(1 in pair or self._is_open(pair) for pair in ends):
                return self._unbroadcast(amount, value, kind)  # stored in a place of lower rank
            return self._stretch(amount, value, kind)
        dims = [self._size(amount, axis) for axis in range(len(have.dims))]
        pairs = list(zip(dims[extra:], kind.dims))
        alike = {i for i, pair in enumerate(pairs) if self._is_open(pair)}
        if not all(cut_alike(self.b, amount, value, len(pairs) - 1 - i) for i in alike):
            return self._unbroadcast(amount, value, kind)
        if alike and isinstance(amount, Name):
            mine = (
                kind.dims[i - extra] if i - extra in alike else d for i, d in enumerate(have.dims)
            )
            have = self._known(amount, replace(have, dims=tuple(mine)))
        if extra:
            summed = MethodCall(amount, "sum", (), (("axis", self._axes(list(range(extra)))),))
            amount = self.b.emit(
                summed, Array(have.dtype, have.dims[extra:]), self.b.called.hint(value, "_bar")
            )
        kept = [i for i, (h, k) in enumerate(pairs) if k == 1 and h != 1]
        if kept:
            options = (("axis", self._axes(kept)), ("keepdims", Const(True)))
            amount = self.b.emit(
                MethodCall(amount, "sum", (), options), kind, self.b.called.hint(value, "_bar")
            )
        return amount

    def _known(self, amount: Name, kind: Array) -> Array:
        """From here on the amount is known to be of this kind, and what it is the negative of."""
        self.b.kinds[amount] = kind
        match self.b.definitions.get(amount):
            case Op("neg", (Name() as positive,)):
                self.b.kinds[positive] = kind
        return kind

    def _is_open(self, pair: tuple[Dim, Dim]) -> bool:
        """Is it open until the gradient runs whether this axis was stretched?"""
        have, mine = pair
        if mine == 1:
            return have is None
        return not self.sizes.same(have, mine, self.b.origin.at)

    def _size(self, value: object, axis: int, depth: int = 0) -> Dim:
        """The size of an axis, by that of an operand which is as long as it."""
        kind = self.b.kinds.get(value) if isinstance(value, Name) else None
        if not isinstance(kind, Array) or axis >= len(kind.dims):
            return 1
        made = self.b.definitions.get(value) if isinstance(value, Name) else None
        if depth > 6 or not isinstance(made, Op) or made.op not in STRETCHING | {"neg"}:
            return kind.dims[axis]
        ranks = {o: len(k.dims) for o in made.args if isinstance(k := self.b.kind(o), Array)}
        places = ((o, axis - len(kind.dims) + rank) for o, rank in ranks.items())
        sizes = [self._size(o, place, depth + 1) for o, place in places if place >= 0]
        largest = self.sizes.largest(sizes, self.b.origin.at)
        return kind.dims[axis] if largest is None else largest

    def _axes(self, axes: list[int]) -> Operand:
        if len(axes) == 1:
            return Const(axes[0])
        return self.b.operand(Virtual(tuple(map(Const, axes))))

    def _stretch(self, amount: Operand, value: Name, kind: Array) -> Operand:
        shape = self.b.operand(self.b.attr(self.parts.value(value), "shape"))
        made = Call(Ref("np.broadcast_to", np.broadcast_to), (amount, shape))
        return self.b.emit(made, kind, self.b.called.hint(value, "_bar"))


def _real(kind: Kind, dtype: np.dtype[np.generic]) -> Kind:
    """The kind of the real part of a complex number or array."""
    name = str(np.zeros(0, dtype).real.dtype)
    if isinstance(kind, Array):
        return Array(name, kind.dims)
    return Py(float) if isinstance(kind, Py) else Np(name)
