"""Short forms to write Wengert lists by hand: `n("x")`, `n("x.1")`, `let("x.1", "add", "x", 1.0)`."""

from __future__ import annotations

from typing import Any

from sourcead.emit.load import load
from sourcead.emit.source import emit
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
    Carried,
    Const,
    Expr,
    For,
    Function,
    If,
    Merge,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
    While,
)

HERE = Origin("model.py", 3, 4, 3, 9, "f", "y = f(x)")


def at(line: int, text: str, sweep: str = "") -> Origin:
    return Origin("model.py", line, 4, line, 9, "f", text, sweep)


def n(text: str) -> Name:
    hint, _, number = text.partition(".")
    return Name(hint, int(number or 0))


def value(what: Any) -> Operand:
    if isinstance(what, str):
        return n(what)
    if callable(what):
        module = getattr(what, "__module__", None)
        path = what.__name__ if module in (None, "builtins") else f"{module}.{what.__name__}"
        return Ref(path, what)
    return what if isinstance(what, Ref) or what is UNDEFINED else Const(what)


def let(target: str, op: str, *args: Any, origin: Origin = HERE) -> Assign:
    return Assign(n(target), Op(op, tuple(map(value, args))), origin)


def call(target: str, func: Any, *args: Any, origin: Origin = HERE) -> Assign:
    return Assign(n(target), Call(value(func), tuple(map(value, args))), origin)


def assign(target: str, expr: Expr, origin: Origin = HERE) -> Assign:
    return Assign(n(target), expr, origin)


def put(base: Any, index: Any, what: Any, op: str | None = None, origin: Origin = HERE) -> Store:
    return Store(value(base), value(index), value(what), op, origin)


def carry(inner: str, initial: Any, following: Any, result: str) -> Carried:
    return Carried(n(inner), value(initial), value(following), n(result))


def merge(target: str, then: Any, orelse: Any) -> Merge:
    return Merge(n(target), value(then), value(orelse))


def loop(target: str, items: Any, carried: list[Carried], *body: Stmt, leave: Any = None) -> For:
    leave = None if leave is None else value(leave)
    return For(n(target), value(items), tuple(carried), body, leave, HERE)


def repeat(
    condition: list[Stmt], test: Any, carried: list[Carried], *body: Stmt, leave: Any = None
) -> While:
    leave = None if leave is None else value(leave)
    return While(tuple(condition), value(test), tuple(carried), body, leave, HERE)


def branch(test: Any, then: list[Stmt], orelse: list[Stmt], *merges: Merge) -> If:
    return If(value(test), tuple(then), tuple(orelse), merges, HERE)


def function(params: str, *body: Stmt, result: Any = None, name: str = "f") -> Function:
    named = tuple(Param(n(param)) for param in params.split())
    return Function(name, named, body, value(result), HERE)


def text(made: Function, **options: Any) -> str:
    """The printed body, without the line of the `def`."""
    lines = emit(made, **options).text.splitlines()[1:]
    return "\n".join(line[4:] for line in lines)


def run(made: Function, *args: Any) -> Any:
    return load(emit(made))(*args)


def block(*stmts: Stmt) -> Block:
    return stmts
