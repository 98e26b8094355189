"""Where a line comes from that prints a statement of our own around what the user's program says.

    t = 0.5 * real_power(x, -0.5)     # from `np.abs(x**0.5)`
    x_bar = float(t)                  # from nowhere        ->  x_bar = float(0.5 * real_power(x, -0.5))

The one line is that of the user's statement: an error in it names the statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sourcead.ir.nodes import Assign, Block, Expr, Function, Name, Origin, Stmt
from sourcead.ir.walk import map_blocks, operands, renewed, statements, with_body

__all__ = ["with_origins_of_nested"]


def with_origins_of_nested(function: Function, nested: Mapping[Name, Expr]) -> Function:
    """Assignments of no line have that of the first name that is printed inside of them."""
    made = {
        stmt.target: stmt
        for stmt in statements(function.body)
        if isinstance(stmt, Assign) and stmt.target in nested
    }

    def origin(stmt: Assign) -> Origin:
        if stmt.origin.line:
            return stmt.origin
        inside = (made.get(o) for o in operands(stmt.expr) if isinstance(o, Name))
        known = (origin(inner) for inner in inside if inner is not None)
        return next((each for each in known if each.line), stmt.origin)

    def told(stmt: Stmt) -> Stmt:
        stmt = map_blocks(stmt, block)
        if not isinstance(stmt, Assign) or stmt.origin.line or stmt.target in made:
            return stmt
        found = origin(stmt)
        return replace(stmt, origin=found) if found.line else stmt

    def block(statements: Block) -> Block:
        return renewed(statements, [told(stmt) for stmt in statements])

    return with_body(function, block(function.body))
