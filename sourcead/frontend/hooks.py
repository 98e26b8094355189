"""`with sourcead.adjoint_of(h) as h_bar: block` becomes a function of the adjoints, and a call that hands it over.

    with adjoint_of(h) as h_bar, adjoint_of(c) as c_bar:        def with_h_bar(h_bar, c_bar):
        h_bar *= scale                                   ->         h_bar *= scale
                                                                    return h_bar, c_bar
                                                                adjoint_of(h, c, with_h_bar)

A `with` inside of the block is one of its adjoints, too: the whole block runs where the outer one stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from sourcead.frontend.build import load, located
from sourcead.frontend.scopes import assigned
from sourcead.hooks import adjoint_of

__all__ = ["as_function", "is_hook", "misplaced"]

Resolve = Callable[[Any], Any]

UNNAMED = (
    gast.BinOp, gast.UnaryOp, gast.BoolOp, gast.Compare, gast.IfExp, gast.Call, gast.Constant,
)  # fmt: skip
"""Values that have no name: nothing behind the block uses them."""


def is_hook(item: Any, resolve: Resolve) -> bool:
    """Is this the context `adjoint_of(h)`?"""
    context = item.context_expr
    callee = resolve(context.func) if isinstance(context, gast.Call) else None
    return callee is not None and callee.value is adjoint_of


class _Taken(gast.NodeTransformer):  # type: ignore[misc]
    """Takes the contexts out of a block; `found` are the calls and the names of their adjoints."""

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve
        self.found: list[tuple[Any, Any]] = []

    def visit(self, node: Any) -> Any:
        match node:
            case gast.FunctionDef() | gast.AsyncFunctionDef() | gast.ClassDef() | gast.Lambda():
                return node
            case gast.With():
                return self.block_of(node)
            case _:
                return self.generic_visit(node)

    def block_of(self, node: Any) -> Any:
        hooks = [item for item in node.items if is_hook(item, self.resolve)]
        self.found += [(item.context_expr, item.optional_vars) for item in hooks]
        node = self.generic_visit(node)
        if not hooks:
            return node
        others = [item for item in node.items if item not in hooks]
        return located(gast.With(others, node.body, None), node) if others else node.body


def misplaced(node: Any, resolve: Resolve) -> bool:
    """Does a context inside of a block ask for the adjoint of what only the block itself gives?"""
    own = set(assigned(node.body))
    taken = _Taken(resolve)
    for each in node.body:
        taken.visit(gast.parse(gast.unparse(each)).body[0])
    outer = [i.optional_vars.id for i in node.items if isinstance(i.optional_vars, gast.Name)]
    targets = [*outer, *(getattr(target, "id", None) for _, target in taken.found)]
    own -= {t for t in targets if t is not None}
    return len(set(targets)) < len(targets) or any(
        target is None
        or len(call.args) != 1
        or not isinstance(call.args[0], gast.Name)
        or call.args[0].id in (*own, *targets)
        for call, target in taken.found
    )


def as_function(
    node: Any, resolve: Resolve, number: int, read: Callable[[Sequence[Any], set[str]], list[str]]
) -> list[Any] | None:
    """The function and the call; None where the `with` is none of these. `read`: variables that the block reads."""
    if not is_hook(node.items[0], resolve):
        return None
    taken = _Taken(resolve)
    body = taken.visit(node)
    body = body if isinstance(body, list) else [body]
    names = [target.id if isinstance(target, gast.Name) else None for _, target in taken.found]
    contexts = [context for context, _ in taken.found]
    if None in names or any(len(c.args) != 1 or isinstance(c.args[0], UNNAMED) for c in contexts):
        return None
    targets = [str(name) for name in names]
    name = f"with_{targets[0]}_{number}"
    kept = "".join(f", {n}={n}" for n in read(body, set(targets)))
    bars = ", ".join(targets)
    made = gast.parse(f"def {name}({bars}{kept}):\n    return {bars}").body[0]
    for part in gast.walk(made):
        located(part, node)
    made.body = [*body, *made.body]
    values = [context.args[0] for context in contexts]
    handed = gast.Call(contexts[0].func, [*values, load(name)], [])
    return [made, located(gast.Expr(located(handed, node)), node)]
