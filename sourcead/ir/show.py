"""The Wengert list as text: the same text for the same list, for people, golden tests and the CLI.

>>> from sourcead.ir.nodes import *
>>> x, a = Name("x", 0), Name("a", 0)
>>> body = (Assign(a, Op("mul", (x, Const(2.0))), Origin.none()),)
>>> print(show(Function("double", (Param(x),), body, a, Origin.none())))
def double(x):
    a = x * 2.0
    return a

Values that travel through control flow are spelled out: `carry` and `next` are a loop's carried
values on entry and at the end of a turn, `after` names them behind the loop, `merge` joins branches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Argument,
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    MethodCall,
    Op,
    Operand,
    Raise,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)

__all__ = ["show", "show_block", "show_expr", "show_stmt"]

BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "matmul": "@", "lshift": "<<", "rshift": ">>", "and_": "&", "or_": "|", "xor": "^",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is",
    "is_not": "is not",
}  # fmt: skip
IN_PLACE = {f"i{op.rstrip('_')}": f"{sign}=" for op, sign in BINARY.items()}
UNARY = {"neg": "-", "pos": "+", "invert": "~", "not_": "not "}


def show(function: Function) -> str:
    """The whole function, without a final line break."""
    params = ", ".join(_show_params(function))
    lines = [*show_block(function.body), f"return {function.result}"]
    return "\n".join([f"def {function.name}({params}):", *_indented(lines)])


def _show_params(function: Function) -> Iterator[str]:
    marks = {"normal": "", "positional": "", "keyword": "", "args": "*", "kwargs": "**"}
    forms = [param.form for param in function.params]
    for at, param in enumerate(function.params):
        before = forms[:at]
        if param.form == "captured":
            yield f"[{param.name}]"
            continue
        if param.form == "keyword" and not {"keyword", "args"} & set(before):
            yield "*"
        yield marks.get(param.form, "") + str(param.name)
        if param.form == "positional" and "positional" not in forms[at + 1 :]:
            yield "/"


def show_block(block: Block) -> list[str]:
    """The lines of a block; an empty block is `pass`."""
    return [line for stmt in block for line in show_stmt(stmt)] or ["pass"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def show_stmt(stmt: Stmt) -> list[str]:
    """The lines of a statement."""
    match stmt:
        case Assign(target, expr):
            return [f"{target} = {show_expr(expr)}"]
        case Unpack(targets, star, value):
            names = [f"*{name}" if at == star else str(name) for at, name in enumerate(targets)]
            return [f"{', '.join(names)}{',' * (len(names) == 1)} = unpack {value}"]
        case Store(base, index, value, op):
            return [f"{base}[{index}] {_augmented(op)} {value}"]
        case StoreAttr(base, attr, value, op):
            return [f"{base}.{attr} {_augmented(op)} {value}"]
        case StoreVariable(name, cell, value):
            where = f"global {name}" if cell is None else f"cell {cell}"
            return [f"{where} = {value}"]
        case Delete(base, index, attr):
            return [f"del {base}.{attr}" if index is None else f"del {base}[{index}]"]
        case Raise(exception, cause):
            source = "" if cause is None else f" from {cause}"
            return ["raise" if exception is None else f"raise {exception}{source}"]
        case If():
            return _show_if(stmt)
        case For():
            return _show_for(stmt)
        case While():
            return _show_while(stmt)
        case Try():
            return _show_try(stmt)
        case With(context, target, body):
            name = "" if target is None else f" as {target}"
            return [f"with {context}{name}:", *_indented(show_block(body))]
        case _:
            assert_never(stmt)


def _augmented(op: str | None) -> str:
    return "=" if op is None else f"{BINARY[op]}="


def _show_if(stmt: If) -> list[str]:
    lines = [f"if {stmt.test}:", *_indented(show_block(stmt.then))]
    if stmt.orelse:
        lines += ["else:", *_indented(show_block(stmt.orelse))]
    return lines + [f"{m.target} = merge({m.then}, {m.orelse})" for m in stmt.merges]


def _show_for(stmt: For) -> list[str]:
    head = [f"for {stmt.target} in {stmt.items}:"]
    return head + _show_turn(stmt.carried, stmt.body, stmt.exit)


def _show_while(stmt: While) -> list[str]:
    head = [f"while {stmt.test}:"]
    if not stmt.condition:
        return head + _show_turn(stmt.carried, stmt.body, stmt.exit)
    carry, *_ = _show_carried(stmt.carried)
    condition = ["while:", *_indented([*carry, *show_block(stmt.condition), f"test {stmt.test}"])]
    _, following, after = _show_carried(stmt.carried)
    turn = [*show_block(stmt.body), *following, *_show_exit(stmt.exit)]
    return [*condition, "do:", *_indented(turn), *after]


def _show_turn(carried: tuple[Carried, ...], body: Block, leave: Operand | None) -> list[str]:
    carry, following, after = _show_carried(carried)
    turn = [*carry, *show_block(body), *following, *_show_exit(leave)]
    return [*_indented(turn), *after]


def _show_carried(carried: tuple[Carried, ...]) -> tuple[list[str], list[str], list[str]]:
    return (
        [f"carry {c.inner} = {c.initial}" for c in carried],
        [f"next {c.inner} = {c.next}" for c in carried],
        [f"{c.result} = after {c.inner}" for c in carried],
    )


def _show_exit(leave: Operand | None) -> list[str]:
    return [] if leave is None else [f"exit if {leave}"]


def _show_try(stmt: Try) -> list[str]:
    seen = [
        f"{name} = interrupted({', '.join(map(str, (entry, *names)))})"
        for name, entry, names in stmt.interrupted
    ]
    lines = ["try:", *_indented(show_block(stmt.body)), *seen]
    for handler in stmt.handlers:
        caught = "" if handler.type is None else f" {handler.type}"
        name = "" if handler.name is None else f" as {handler.name}"
        inside = show_block(handler.body) + _show_leaves(handler.leaves)
        lines += [f"except{caught}{name}:", *_indented(inside)]
    if stmt.orelse:
        lines += ["else:", *_indented(show_block(stmt.orelse))]
    if stmt.final:
        lines += ["finally:", *_indented(show_block(stmt.final))]
    if stmt.targets:
        targets = ", ".join(map(str, stmt.targets))
        lines.append(f"{targets} = leaves({', '.join(map(str, stmt.leaves))})")
    return lines


def _show_leaves(leaves: tuple[Operand, ...]) -> list[str]:
    return [f"leave {', '.join(map(str, leaves))}"] if leaves else []


# -- expressions -------------------------------------------------------------------------------


def show_expr(expr: Expr) -> str:
    """An expression on one line."""
    match expr:
        case Op(op, args):
            return _show_op(op, args)
        case Attr(value, attr):
            return f"{_primary(value)}.{attr}"
        case Call(func, args, kwargs):
            return f"{_primary(func)}({_show_arguments(args, kwargs)})"
        case MethodCall(value, method, args, kwargs):
            return f"{_primary(value)}.{method}({_show_arguments(args, kwargs)})"
        case MakeFunction(name, _, captures, defaults):
            seen = [f"{c.name}={'cell ' if c.is_cell else ''}{c.value}" for c in captures]
            given = [f"{key}={value}" for key, value in defaults]
            return f"function {name}[{', '.join(seen)}]({', '.join(given)})"
        case _:
            assert_never(expr)


def _show_op(op: str, args: tuple[Operand, ...]) -> str:
    shown = list(map(str, args))
    match op, shown:
        case _, [left, right] if op in BINARY:
            return f"{left} {BINARY[op]} {right}"
        case _, [left, right] if op in IN_PLACE:
            return f"{left} {IN_PLACE[op]} {right}"
        case _, [value] if op in UNARY:
            return f"{UNARY[op]}{value}"
        case "contains", [container, item]:
            return f"{item} in {container}"
        case "not_contains", [container, item]:
            return f"{item} not in {container}"
        case "getitem", [_, index]:
            return f"{_primary(args[0])}[{index}]"
        case "tuple", _:
            return f"({', '.join(shown)}{',' * (len(shown) == 1)})"
        case "list", _:
            return f"[{', '.join(shown)}]"
        case "set", [_, *_]:
            return f"{{{', '.join(shown)}}}"
        case "dict", _:
            pairs = zip(shown[::2], shown[1::2], strict=True)
            return f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"
        case "copy", [value]:
            return value
        case _:
            return f"{op}({', '.join(shown)})"


def _primary(operand: Operand) -> str:
    """An operand in front of a dot or bracket: numbers need parentheses there."""
    if isinstance(operand, Const) and isinstance(operand.value, int | float | complex):
        return f"({operand})"
    return str(operand)


def _show_arguments(
    args: tuple[Argument, ...], kwargs: tuple[tuple[str | None, Operand], ...]
) -> str:
    given = [f"*{arg.value}" if isinstance(arg, Star) else str(arg) for arg in args]
    given += [f"**{value}" if key is None else f"{key}={value}" for key, value in kwargs]
    return ", ".join(given)
