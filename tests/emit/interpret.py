"""A direct interpreter of the Wengert list: every SSA name has a place of its own.

What it computes is what printed text must compute, however names were united and expressions nested.
"""

from __future__ import annotations

import operator
from typing import Any

from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Delete,
    Expr,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Star,
    Store,
    StoreAttr,
    Try,
    Undefined,
    Unpack,
    While,
)

_OPERATORS = {
    "truediv": operator.truediv,
    "contains": operator.contains,
    "getitem": operator.getitem,
    "copy": lambda value: value,
    "slice": slice,
    "tuple": lambda *values: values,
    "list": lambda *values: list(values),
    "iter": iter,
    "next": next,
}


class _Unbound:
    pass


UNBOUND = _Unbound()


def interpret(function: Function, *args: Any) -> Any:
    names = dict(zip((param.name for param in function.params), args, strict=True))
    interpreter = Interpreter(names)
    interpreter.block(function.body)
    return interpreter.read(function.result)


class Interpreter:
    def __init__(self, names: dict[Name, Any]) -> None:
        self.names = names
        self.clock = 0
        self.order: dict[Name, int] = {}  # when each name was bound last

    def read(self, operand: Operand) -> Any:
        match operand:
            case Name():
                value = self.names[operand]
                if value is UNBOUND:
                    raise UnboundLocalError(str(operand))
                return value
            case Const(value) | Ref(_, value):
                return value
            case Undefined():
                return UNBOUND

    def carry(self, operand: Operand) -> Any:
        return self.names[operand] if isinstance(operand, Name) else self.read(operand)

    def bind(self, name: Name, value: Any) -> None:
        self.names[name] = value
        self.clock += 1
        self.order[name] = self.clock

    def block(self, block: Block) -> None:
        for stmt in block:
            self.statement(stmt)

    def statement(self, stmt: Any) -> None:
        match stmt:
            case Assign(target, expr):
                self.bind(target, self.expression(expr))
            case Unpack(targets, None, value):
                values = list(self.read(value))
                assert len(values) == len(targets)
                for target, each in zip(targets, values, strict=True):
                    self.bind(target, each)
            case Store(base, index, value, None):
                self.read(base)[self.read(index)] = self.read(value)
            case Store(base, index, value, op):
                place, at = self.read(base), self.read(index)
                place[at] = _operator("i" + op)(place[at], self.read(value))
            case StoreAttr(base, attr, value, None):
                setattr(self.read(base), attr, self.read(value))
            case Delete(base, index, None):
                del self.read(base)[self.read(index)]
            case Raise(exception, None):
                raise self.read(exception)
            case If():
                taken = bool(self.read(stmt.test))
                self.block(stmt.then if taken else stmt.orelse)
                values = [self.carry(m.then if taken else m.orelse) for m in stmt.merges]
                for merge, each in zip(stmt.merges, values, strict=True):
                    self.bind(merge.target, each)
            case For():
                self.loop(stmt, iter(self.read(stmt.items)))
            case While():
                self.loop(stmt, None)
            case Try():
                self.attempt(stmt)
            case _:
                raise NotImplementedError(type(stmt))

    def loop(self, stmt: Any, items: Any) -> None:
        self.together([(c.inner, self.carry(c.initial)) for c in stmt.carried])
        while True:
            if items is None:
                self.block(stmt.condition)
                if not self.read(stmt.test):
                    break
            else:
                try:
                    self.bind(stmt.target, next(items))
                except StopIteration:
                    break
            self.block(stmt.body)
            leave = stmt.exit is not None and self.read(stmt.exit)
            self.together([(c.inner, self.carry(c.next)) for c in stmt.carried])
            if leave:
                break
        self.together([(c.result, self.carry(c.inner)) for c in stmt.carried])

    def together(self, values: list[tuple[Name, Any]]) -> None:
        for name, value in values:
            self.bind(name, value)

    def attempt(self, stmt: Try) -> None:
        entered = self.clock
        try:
            self.block(stmt.body)
        except Exception as exception:
            for handler in stmt.handlers:
                if handler.type is None or isinstance(exception, self.read(handler.type)):
                    self.interrupt(stmt, entered)
                    if handler.name is not None:
                        self.bind(handler.name, exception)
                    self.block(handler.body)
                    self.leave(stmt, handler.leaves)
                    return
            raise
        self.block(stmt.orelse)
        self.leave(stmt, stmt.leaves)

    def interrupt(self, stmt: Try, entered: int) -> None:
        """Handlers see the binding that was done last."""
        for seen, entry, bound in stmt.interrupted:
            done = [name for name in bound if self.order.get(name, 0) > entered]
            last = max(done, key=lambda name: self.order[name], default=entry)
            self.bind(seen, self.carry(last))

    def leave(self, stmt: Try, leaves: tuple[Operand, ...]) -> None:
        self.together(list(zip(stmt.targets, map(self.carry, leaves), strict=True)))

    def expression(self, expr: Expr) -> Any:
        match expr:
            case Op(op, args):
                return _operator(op)(*self.arguments(args))
            case Attr(value, attr):
                return getattr(self.read(value), attr)
            case Call(func, args, kwargs):
                return self.read(func)(*self.arguments(args), **self.keywords(kwargs))
            case MethodCall(value, method, args, kwargs):
                bound = getattr(self.read(value), method)
                return bound(*self.arguments(args), **self.keywords(kwargs))
            case _:
                raise NotImplementedError(type(expr))

    def arguments(self, args: Any) -> list[Any]:
        values: list[Any] = []
        for arg in args:
            values += self.read(arg.value) if isinstance(arg, Star) else [self.read(arg)]
        return values

    def keywords(self, kwargs: Any) -> dict[str, Any]:
        return {key: self.read(value) for key, value in kwargs}


def _operator(op: str) -> Any:
    return _OPERATORS.get(op) or getattr(operator, op)
