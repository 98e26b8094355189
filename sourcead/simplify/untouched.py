"""Does a statement leave arrays as they are?  Asked by passes that compute something earlier, or later."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sourcead.ir.nodes import Assign, Call, Expr, MethodCall, Name, Op, Operand, Stmt, Store
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.transform.operations import INPLACE

__all__ = ["Untouched"]


class Untouched:
    """`storage()`: a function's storage classes, made where they are asked for; `is_pure`: see there."""

    def __init__(
        self, storage: Callable[[], StorageClasses], is_pure: Callable[[Expr], bool]
    ) -> None:
        self.storage, self.is_pure = storage, is_pure

    def by(self, stmt: Stmt, operands: Iterable[Operand]) -> bool:
        """Does the statement write nothing that is seen through these?"""
        match stmt:
            case Assign(_, Op(op)):
                return op not in INPLACE
            case Assign(_, Call() | MethodCall() as call):
                return self.is_pure(call)
            case Assign():
                return True
            case Store(Name() as base):
                names = [o for o in operands if isinstance(o, Name)]
                reached = {c for name in names for c in self.storage().reach(name)}
                return self.storage().of(base) not in reached
            case _:
                return False
