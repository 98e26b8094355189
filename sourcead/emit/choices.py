"""`a and b`, `a or b` and `a if test else b` again, where a branch only chooses a value.

    t = x > 0.0
    if t:
        t_1 = y > 0.0               ->      t_2 = x > 0.0 and y > 0.0
    merge t_2 = t_1 | t

The statements of the branches move in front of the choice and are named: they have to be printed inside
of it (`nest` does), where they are evaluated when Python gets there.  Branches qualify if they hold
nothing but the temporaries of one expression, in the order in which the expression evaluates them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sourcead.emit.expressions import Expressions
from sourcead.emit.flow import IN_PLACE
from sourcead.emit.order import expression_operands
from sourcead.emit.shapes import count_uses
from sourcead.emit.text import unparsed
from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    Merge,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Undefined,
    While,
)
from sourcead.ir.walk import map_blocks, renewed, statements, with_body

__all__ = ["CHOICES", "choices"]

CHOICES = ("and", "or", "choose")
_WIDTH = 60
_STATEMENTS_ONLY = IN_PLACE | {"cell", "import_", "unbound_"}


def choices(function: Function) -> tuple[Function, dict[Name, Expr]]:
    """The function with such branches replaced, and the names that must be printed inside."""
    return _Chooser(function).result()


class _Chooser:
    def __init__(self, function: Function) -> None:
        self.function = function
        self.uses: Counter[Name] = count_uses(function)
        self.inside: dict[Name, Expr] = {}
        # conditions of `break`, which are recognised as branches
        self.exits = {
            stmt.exit for stmt in statements(function.body) if isinstance(stmt, (For, While))
        }

    def result(self) -> tuple[Function, dict[Name, Expr]]:
        return with_body(self.function, self.block(self.function.body)), self.inside

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            out += self.converted(stmt) if isinstance(stmt, If) else (stmt,)
        return renewed(block, out)

    def converted(self, stmt: If) -> Block:
        merges = [merge for merge in stmt.merges if self.uses[merge.target]]
        if len(merges) != 1 or not self.is_choice(merges[0]):
            return (stmt,)
        merge = merges[0]
        parts = [self.parts(stmt.then, merge.then), self.parts(stmt.orelse, merge.orelse)]
        if parts[0] is None or parts[1] is None:
            return (stmt,)
        chosen = Assign(merge.target, self.choice(stmt, merge), stmt.origin)
        inside = {**parts[0], **parts[1]}
        if _width(chosen.expr, {**self.inside, **inside}) > _WIDTH:
            return (stmt,)
        self.inside.update(inside)
        return (*stmt.then, *stmt.orelse, chosen)

    def is_choice(self, merge: Merge) -> bool:
        values = (merge.then, merge.orelse)
        if merge.target.hint.startswith("result") or merge.target in self.exits:
            return False  # early `return` and `break`
        if all(isinstance(value, Const) and isinstance(value.value, bool) for value in values):
            return False  # a flag
        return not any(isinstance(value, Undefined) for value in values)

    def choice(self, stmt: If, merge: Merge) -> Op:
        if merge.orelse == stmt.test and stmt.then:
            return Op("and", (stmt.test, merge.then))
        if merge.then == stmt.test and stmt.orelse:
            return Op("or", (stmt.test, merge.orelse))
        if stmt.test in (merge.then, merge.orelse) and isinstance(stmt.test, Name):
            op, other = ("or", merge.orelse) if merge.then == stmt.test else ("and", merge.then)
            return Op(op, (stmt.test, other))
        return Op("choose", (stmt.test, merge.then, merge.orelse))

    def parts(self, block: Block, value: Operand) -> dict[Name, Expr] | None:
        """The temporaries of the expression that the block computes; None if it does more."""
        found: dict[Name, Expr] = {}
        for stmt in block:
            if not (isinstance(stmt, Assign) and self.is_part(stmt)):
                return None
            found[stmt.target] = stmt.expr
        order = list(_evaluated(value, found))
        return found if order == list(found) else None

    def is_part(self, stmt: Assign) -> bool:
        if stmt.target.hint != "t" or self.uses[stmt.target] != 1:
            return False
        match stmt.expr:
            case Op(op):
                return op not in _STATEMENTS_ONLY
            case MakeFunction():
                return False
            case _:
                return True


def _evaluated(value: Operand, parts: dict[Name, Expr]) -> Iterator[Name]:
    """The temporaries in the order in which the nested expression evaluates them."""
    if isinstance(value, Name) and value in parts:
        for operand in expression_operands(parts[value]):
            yield from _evaluated(operand, parts)
        yield value


def _width(expr: Expr, nested: dict[Name, Expr]) -> int:
    def identifier(name: Name) -> str:
        return name.hint

    def reference(ref: Ref) -> str:
        return ref.path

    return len(unparsed(Expressions(identifier, reference, nested).expression(expr)))
