"""How often is each name read?

Most passes ask, one after the other and of a function that the pass before has left as it was: the answer
for the block that was asked about last is kept.

>>> from sourcead.ir.nodes import *
>>> x, a = Name("x", 0), Name("a", 0)
>>> square = Assign(a, Op("mul", (x, x)), Origin.none())
>>> dict(use_counts(Function("f", (), (square,), a, Origin.none()))) == {x: 2, a: 1}
True
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from sourcead.ir.nodes import Block, Function, Name
from sourcead.ir.walk import read_operands, statements

__all__ = ["use_counts_in", "use_counts"]


def use_counts(function: Function) -> Counter[Name]:
    """By statements at any depth, and as the result."""
    found = use_counts_in(function.body)
    if isinstance(function.result, Name):
        found[function.result] += 1
    return found


def use_counts_in(block: Block) -> Counter[Name]:
    """By the statements of a block, at any depth."""
    return _counted(_Same(block)).copy()


class _Same:
    """A block as a key: blocks are compared by identity, for comparing them takes as long as counting."""

    __slots__ = ("block",)

    def __init__(self, block: Block) -> None:
        self.block = block

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.block is other.block

    def __hash__(self) -> int:
        return id(self.block)


@lru_cache(maxsize=2)
def _counted(key: _Same) -> Counter[Name]:
    found: list[object] = []
    for stmt in statements(key.block):
        found += read_operands(stmt)
    return Counter([operand for operand in found if type(operand) is Name])
