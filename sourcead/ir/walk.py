"""The one generic traversal of the Wengert list: what a statement reads, binds and contains.

Everything here is built on `map_stmt`, which rebuilds a statement from what it reads, what it binds
and the blocks that it contains.  Every pass asks these questions of every statement: where most of them
are answered, `isinstance` stands before the `match`, whose patterns cost ten times as much (0.6 us).

>>> from sourcead.ir.nodes import *
>>> x, y, a = Name("x", 0), Name("y", 0), Name("a", 0)
>>> stmt = Assign(a, Op("mul", (x, y)), Origin.none())
>>> reads(stmt), binds(stmt)
((Name(hint='x', number=0), Name(hint='y', number=0)), (Name(hint='a', number=0),))
>>> substitute(stmt, {y: Const(2.0)}).expr
Op(op='mul', args=(Name(hint='x', number=0), Const(value=2.0)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import is_
from typing import overload

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Argument,
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Delete,
    Expr,
    For,
    Function,
    Handler,
    If,
    MakeFunction,
    Merge,
    MethodCall,
    Name,
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

__all__ = [
    "binds", "blocks", "bound", "expressions", "free", "goes_on", "inner_binds", "map_blocks",
    "map_expr", "map_function", "map_stmt", "operands", "read_operands", "reads", "rename", "renewed",
    "statements", "substitute", "with_body",
]  # fmt: skip

Read = Callable[[Operand], Operand]
Bind = Callable[[Name], Name]
Inside = Callable[[Block], Block]


# -- rebuilding --------------------------------------------------------------------------------


def map_expr(expr: Expr, read: Read) -> Expr:
    """The expression with `read` applied to each of its operands; itself where that changes nothing."""
    if isinstance(expr, Op):  # as most
        mapped = tuple(map(read, expr.args))
        return expr if _are_same(mapped, expr.args) else Op(expr.op, mapped)
    match expr:
        case Attr(value, attr):
            read_value = read(value)
            return expr if read_value is value else Attr(read_value, attr)
        case Call(func, args, kwargs):
            read_func = read(func)
            new_args, new_kwargs = _arguments(args, read), _keywords(kwargs, read)
            same = read_func is func and new_args is args and new_kwargs is kwargs
            return expr if same else Call(read_func, new_args, new_kwargs)
        case MethodCall(value, method, args, kwargs):
            read_value = read(value)
            new_args, new_kwargs = _arguments(args, read), _keywords(kwargs, read)
            same = read_value is value and new_args is args and new_kwargs is kwargs
            return expr if same else MethodCall(read_value, method, new_args, new_kwargs)
        case MakeFunction():
            captures = tuple(replace(c, value=read(c.value)) for c in expr.captures)
            defaults = tuple((name, read(value)) for name, value in expr.defaults)
            return replace(expr, captures=captures, defaults=defaults)
        case _:
            assert_never(expr)


def _are_same(new: Iterable[object], old: Iterable[object]) -> bool:
    return all(map(is_, new, old))


def _arguments(args: tuple[Argument, ...], read: Read) -> tuple[Argument, ...]:
    mapped = tuple([_starred(arg, read) if isinstance(arg, Star) else read(arg) for arg in args])
    return args if _are_same(mapped, args) else mapped


def _starred(arg: Star, read: Read) -> Star:
    value = read(arg.value)
    return arg if value is arg.value else Star(value)


def _keywords(
    kwargs: tuple[tuple[str | None, Operand], ...], read: Read
) -> tuple[tuple[str | None, Operand], ...]:
    if not kwargs:
        return kwargs
    values = [read(value) for _, value in kwargs]
    if _are_same(values, [value for _, value in kwargs]):
        return kwargs
    return tuple((key, value) for (key, _), value in zip(kwargs, values))


def _same_block(block: Block) -> Block:
    return block


def _same_name(name: Name) -> Name:
    return name


def map_stmt(stmt: Stmt, read: Read, bind: Bind = _same_name, inside: Inside = _same_block) -> Stmt:
    """The statement with `read` applied to what it reads, `bind` to what it binds, `inside` to its blocks.

    The three are applied in the order of execution, so that a `bind` which numbers names meets them
    as a reader does.  The groups of `Try.interrupted` are bindings seen from a handler: they follow
    `bind`, because which of them was the last one done is what matters, not their value.
    """
    if isinstance(stmt, Assign):  # as most
        mapped = map_expr(stmt.expr, read)
        target = bind(stmt.target)
        same = mapped is stmt.expr and target is stmt.target
        return stmt if same else Assign(target, mapped, stmt.origin)
    match stmt:
        case Unpack(targets, _, value):
            return replace(stmt, value=read(value), targets=tuple(map(bind, targets)))
        case Store(base, index, value):
            new = read(base), read(index), read(value)
            if _are_same(new, (base, index, value)):
                return stmt
            return replace(stmt, base=new[0], index=new[1], value=new[2])
        case StoreAttr(base, _, value):
            return replace(stmt, base=read(base), value=read(value))
        case StoreVariable(_, cell, value):
            return replace(stmt, cell=_optional(cell, read), value=read(value))
        case Delete(base, index):
            return replace(stmt, base=read(base), index=_optional(index, read))
        case Raise(exception, cause):
            return replace(stmt, exception=_optional(exception, read), cause=_optional(cause, read))
        case If():
            return _map_if(stmt, read, bind, inside)
        case For():
            return _map_for(stmt, read, bind, inside)
        case While():
            return _map_while(stmt, read, bind, inside)
        case Try():
            return _map_try(stmt, read, bind, inside)
        case With(context, name, body):
            context = read(context)
            name = None if name is None else bind(name)
            return replace(stmt, context=context, target=name, body=inside(body))
        case _:
            assert_never(stmt)


def _optional(operand: Operand | None, read: Read) -> Operand | None:
    return None if operand is None else read(operand)


def _map_if(stmt: If, read: Read, bind: Bind, inside: Inside) -> If:
    test, then, orelse = read(stmt.test), inside(stmt.then), inside(stmt.orelse)
    merges = tuple(Merge(bind(m.target), read(m.then), read(m.orelse)) for m in stmt.merges)
    return If(test, then, orelse, merges, stmt.origin)


def _map_for(stmt: For, read: Read, bind: Bind, inside: Inside) -> For:
    items = read(stmt.items)
    initial = tuple(read(c.initial) for c in stmt.carried)
    inner = tuple(bind(c.inner) for c in stmt.carried)
    target = bind(stmt.target)
    body = inside(stmt.body)
    leave = _optional(stmt.exit, read)
    carried = _carried(stmt.carried, initial, inner, read, bind)
    return For(target, items, carried, body, leave, stmt.origin)


def _map_while(stmt: While, read: Read, bind: Bind, inside: Inside) -> While:
    initial = tuple(read(c.initial) for c in stmt.carried)
    inner = tuple(bind(c.inner) for c in stmt.carried)
    condition = inside(stmt.condition)
    test = read(stmt.test)
    body = inside(stmt.body)
    leave = _optional(stmt.exit, read)
    carried = _carried(stmt.carried, initial, inner, read, bind)
    return replace(stmt, condition=condition, test=test, carried=carried, body=body, exit=leave)


def _carried(
    old: tuple[Carried, ...],
    initial: tuple[Operand, ...],
    inner: tuple[Name, ...],
    read: Read,
    bind: Bind,
) -> tuple[Carried, ...]:
    following = [read(c.next) for c in old]
    results = [bind(c.result) for c in old]
    return tuple(map(Carried, inner, initial, following, results))


def _map_try(stmt: Try, read: Read, bind: Bind, inside: Inside) -> Try:
    body, orelse = inside(stmt.body), inside(stmt.orelse)
    interrupted = tuple(
        (bind(name), read(entry), tuple(map(bind, names)))
        for name, entry, names in stmt.interrupted
    )
    handlers = tuple(_map_handler(h, read, bind, inside) for h in stmt.handlers)
    final = inside(stmt.final)
    leaves = tuple(map(read, stmt.leaves))
    targets = tuple(map(bind, stmt.targets))
    return Try(body, handlers, orelse, final, targets, leaves, interrupted, stmt.origin)


def _map_handler(handler: Handler, read: Read, bind: Bind, inside: Inside) -> Handler:
    caught = _optional(handler.type, read)
    name = None if handler.name is None else bind(handler.name)
    body = inside(handler.body)
    return Handler(caught, name, body, tuple(map(read, handler.leaves)))


def map_function(
    function: Function, read: Read, bind: Bind = _same_name, inside: Inside = _same_block
) -> Function:
    """The function with its parameters, its block and its result mapped, in this order."""
    params = tuple(replace(p, name=bind(p.name)) for p in function.params)
    body = inside(function.body)
    return replace(function, params=params, body=body, result=read(function.result))


def with_body(function: Function, body: Block) -> Function:
    """The function with another body; itself where it is the same."""
    return function if body is function.body else replace(function, body=body)


def renewed(block: Block, statements: Sequence[Stmt]) -> Block:
    """A block of these statements: `block` itself where they are its own, so that passes see that nothing changed."""
    same = len(statements) == len(block) and _are_same(statements, block)
    return block if same else tuple(statements)


def map_blocks(stmt: Stmt, inside: Inside) -> Stmt:
    """The statement with each block that it contains replaced by `inside(block)`."""
    if type(stmt) not in _WITH_BLOCKS:  # as most
        return stmt
    match stmt:  # most blocks stay as they are
        case If(_, then, orelse):
            new, new_orelse = inside(then), inside(orelse)
            same = new is then and new_orelse is orelse
            return stmt if same else If(stmt.test, new, new_orelse, stmt.merges, stmt.origin)
        case For(target, items, carried, body, leave, origin):
            new = inside(body)
            return stmt if new is body else For(target, items, carried, new, leave, origin)
        case With(body=body):
            new = inside(body)
            return stmt if new is body else replace(stmt, body=new)
        case While(condition=condition, body=body):
            new_condition, new = inside(condition), inside(body)
            same = new_condition is condition and new is body
            return stmt if same else replace(stmt, condition=new_condition, body=new)
        case Try():
            mapped = _map_try(stmt, _same_operand, _same_name, inside)
            return stmt if _are_same(blocks(mapped), blocks(stmt)) else mapped
        case _:
            return stmt


def _same_operand(operand: Operand) -> Operand:
    return operand


# -- renaming ----------------------------------------------------------------------------------


@overload
def substitute(node: Stmt, mapping: Mapping[Name, Operand]) -> Stmt: ...
@overload
def substitute(node: Block, mapping: Mapping[Name, Operand]) -> Block: ...
@overload
def substitute(node: Function, mapping: Mapping[Name, Operand]) -> Function: ...
def substitute(
    node: Stmt | Block | Function, mapping: Mapping[Name, Operand]
) -> Stmt | Block | Function:
    """Read other operands instead of the names in `mapping`, at any depth; what is bound stays.

    The names grouped in `Try.interrupted` stay too: they stand for the moment of a binding.
    """

    if not mapping:
        return node

    def read(operand: Operand) -> Operand:
        return mapping.get(operand, operand) if isinstance(operand, Name) else operand

    return _deep(node, read, _same_name)


@overload
def rename(node: Stmt, mapping: Mapping[Name, Name]) -> Stmt: ...
@overload
def rename(node: Block, mapping: Mapping[Name, Name]) -> Block: ...
@overload
def rename(node: Function, mapping: Mapping[Name, Name]) -> Function: ...
def rename(node: Stmt | Block | Function, mapping: Mapping[Name, Name]) -> Stmt | Block | Function:
    """Give other names to the names in `mapping`, where they are bound and where they are read."""

    def read(operand: Operand) -> Operand:
        return mapping.get(operand, operand) if isinstance(operand, Name) else operand

    return _deep(node, read, lambda name: mapping.get(name, name))


def _deep(node: Stmt | Block | Function, read: Read, bind: Bind) -> Stmt | Block | Function:
    def inside(block: Block) -> Block:
        return tuple(map_stmt(stmt, read, bind, inside) for stmt in block)

    if isinstance(node, Function):
        return map_function(node, read, bind, inside)
    if isinstance(node, tuple):
        return inside(node)
    return map_stmt(node, read, bind, inside)


# -- asking ------------------------------------------------------------------------------------


def operands(expr: Expr) -> tuple[Operand, ...]:
    """Everything that an expression reads, from left to right; a starred argument gives its value."""
    if isinstance(expr, Op):  # written out: this is asked more often than anything else
        return expr.args
    if isinstance(expr, Attr):
        return (expr.value,)
    if isinstance(expr, Call):
        return (expr.func, *_given_to(expr))
    if isinstance(expr, MethodCall):
        return (expr.value, *_given_to(expr))
    if isinstance(expr, MakeFunction):
        return (*[c.value for c in expr.captures], *[value for _, value in expr.defaults])
    assert_never(expr)


def _given_to(call: Call | MethodCall) -> list[Operand]:
    given = [arg.value if isinstance(arg, Star) else arg for arg in call.args]
    return given + [value for _, value in call.kwargs] if call.kwargs else given


def reads(stmt: Stmt) -> tuple[Name, ...]:
    """The names that the statement itself reads; what its blocks read is not included.

    For control flow these are also the names it takes over from the end of its blocks (merges, next
    values, `exit`, leaves), which may be bound inside them: see `free` for what enters from outside.
    """
    return tuple([o for o in read_operands(stmt) if type(o) is Name])


def read_operands(stmt: Stmt) -> Sequence[Operand]:
    """Everything that the statement itself reads, in the order of `map_stmt`."""
    if isinstance(stmt, Assign):  # written out, as in `operands`
        return operands(stmt.expr)
    if isinstance(stmt, Store):
        return stmt.base, stmt.index, stmt.value
    match stmt:
        case Unpack(_, _, value):
            return (value,)
        case StoreAttr(base, _, value):
            return base, value
        case StoreVariable(_, cell, value):
            return _given(cell, value)
        case Delete(base, index):
            return _given(base, index)
        case Raise(exception, cause):
            return _given(exception, cause)
        case If(test=test, merges=merges):
            return [test, *[o for m in merges for o in (m.then, m.orelse)]]
        case For(items=items, carried=carried, exit=leave):
            following = [c.next for c in carried]
            return [items, *[c.initial for c in carried], *_given(leave), *following]
        case While(test=test, carried=carried, exit=leave):
            following = [c.next for c in carried]
            return [*[c.initial for c in carried], test, *_given(leave), *following]
        case Try():
            entries = [entry for _, entry, _ in stmt.interrupted]
            handlers = [o for h in stmt.handlers for o in (*_given(h.type), *h.leaves)]
            return [*entries, *handlers, *stmt.leaves]
        case With(context=context):
            return (context,)
        case _:
            assert_never(stmt)


def _given(*operands: Operand | None) -> list[Operand]:
    return [operand for operand in operands if operand is not None]


def goes_on(stmt: Try) -> bool:
    """Does the program go on behind a handler? (Behind one that ends in `raise` it does not.)"""
    return not all(h.body and isinstance(h.body[-1], Raise) for h in stmt.handlers)


def binds(stmt: Stmt) -> tuple[Name, ...]:
    """The names that can be read behind the statement, in its own block."""
    if isinstance(stmt, Assign):
        return (stmt.target,)
    match stmt:
        case Unpack(targets) | Try(targets=targets):
            return targets
        case If(merges=merges):
            return tuple(merge.target for merge in merges)
        case For(carried=carried) | While(carried=carried):
            return tuple(c.result for c in carried)
        case With(_, target, body):
            inner = tuple(name for s in body for name in binds(s))
            return inner if target is None else (target, *inner)
        case Store() | StoreAttr() | StoreVariable() | Delete() | Raise():
            return ()
        case _:
            assert_never(stmt)


def inner_binds(stmt: Stmt) -> tuple[Name, ...]:
    """The names that the statement binds for its blocks only: targets of loops, `inner`, handlers' names."""
    if type(stmt) not in _WITH_BLOCKS:
        return ()
    match stmt:
        case For(target, carried=carried):
            return (*(c.inner for c in carried), target)
        case While(carried=carried):
            return tuple(c.inner for c in carried)
        case Try(handlers=handlers, interrupted=interrupted):
            names = (handler.name for handler in handlers if handler.name is not None)
            return (*(name for name, _, _ in interrupted), *names)
        case _:
            return ()


def blocks(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks that the statement contains, in the order of execution."""
    if type(stmt) not in _WITH_BLOCKS:
        return ()
    match stmt:
        case If(_, then, orelse):
            return then, orelse
        case For(body=body) | With(body=body):
            return (body,)
        case While(condition, body=body):
            return condition, body
        case Try(body, handlers, orelse, final):
            return body, orelse, *(handler.body for handler in handlers), final
        case _:
            return ()


def statements(block: Block) -> Iterator[Stmt]:
    """Every statement of a block at any depth; one that contains blocks comes before what it contains."""
    found: list[Stmt] = []
    _collect(block, found)
    return iter(found)


def _collect(block: Block, found: list[Stmt]) -> None:
    for stmt in block:
        found.append(stmt)
        if type(stmt) in _WITH_BLOCKS:
            for inner in blocks(stmt):
                _collect(inner, found)


_WITH_BLOCKS = frozenset({If, For, While, With, Try})


def expressions(block: Block) -> Iterator[Expr]:
    """Every expression of a block at any depth."""
    for stmt in statements(block):
        if isinstance(stmt, Assign):
            yield stmt.expr


def bound(block: Block) -> tuple[Name, ...]:
    """Every name that is bound anywhere in a block, at any depth, in the order of execution."""
    found: dict[Name, None] = {}
    for stmt in block:
        if type(stmt) in _WITH_BLOCKS:
            found.update(dict.fromkeys(inner_binds(stmt)))
            for inside in blocks(stmt):
                found.update(dict.fromkeys(bound(inside)))
        found.update(dict.fromkeys(binds(stmt)))
    return tuple(found)


def free(block: Block) -> tuple[Name, ...]:
    """The names that a block reads, at any depth, and that are bound outside of it."""
    inside = set(bound(block))
    found = {name: None for stmt in statements(block) for name in reads(stmt)}
    return tuple(name for name in found if name not in inside)
