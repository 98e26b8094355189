"""What a Wengert list means: an interpreter that follows the list step by step, as Python would run it.

It knows nothing of kinds, storage or derivatives, so a function, its list, and what passes make of
the list can be compared by running them:

>>> from sourcead.frontend.lower import lower
>>> def cube(x): return x * x * x
>>> interpreted(lower(cube), cube)(2.0)
8.0
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import operator
import sys
from collections.abc import Callable, Iterable
from types import CellType, FunctionType
from typing import Any

from sourcead.frontend.source import unwrap
from sourcead.ir.nodes import (
    UNDEFINED,
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
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Undefined,
    Unpack,
    While,
    With,
)

__all__ = ["FORMS", "IN_PLACE", "OPERATIONS", "Frame", "interpreted", "variable"]

FORMS = {
    "positional": inspect.Parameter.POSITIONAL_ONLY,
    "normal": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "keyword": inspect.Parameter.KEYWORD_ONLY,
    "args": inspect.Parameter.VAR_POSITIONAL,
    "kwargs": inspect.Parameter.VAR_KEYWORD,
}


def interpreted(function: Function, live: Any) -> Callable[..., Any]:
    """A callable that interprets `function`; globals and defaults are those of the `live` function."""
    plain = unwrap(live)
    signature = inspect.signature(plain, follow_wrapped=False)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        frame = Frame(plain)
        for param, value in zip(function.params, bound.arguments.values(), strict=True):
            frame.bind(param.name, value)
        frame.block(function.body)
        return frame.read(function.result)

    return call


# -- operations ----------------------------------------------------------------------------------


def _format(value: Any, conversion: str | None, spec: str) -> str:
    convert = {None: lambda v: v, "s": str, "r": repr, "a": ascii}[conversion]
    return format(convert(value), spec)


def _unbound(name: str) -> Any:
    raise UnboundLocalError(f"local variable '{name}' referenced before assignment")


def _cell_get(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NameError("free variable referenced before assignment in enclosing scope") from None


def _dict(*items: Any) -> dict[Any, Any]:
    return dict(zip(items[::2], items[1::2], strict=True))


OPERATIONS: dict[str, Callable[..., Any]] = {
    **{
        op: getattr(operator, op)
        for op in (
            "add sub mul truediv floordiv mod pow matmul lshift rshift and_ or_ xor neg pos invert "
            "not_ eq ne lt le gt ge is_ is_not contains iadd isub imul itruediv ifloordiv imod ipow "
            "imatmul ilshift irshift iand ior ixor getitem"
        ).split()
    },
    "not_contains": lambda container, item: item not in container,
    "slice": slice,
    "tuple": lambda *items: items,
    "list": lambda *items: list(items),
    "set": lambda *items: set(items),
    "dict": _dict,
    "dict_merge": lambda d, mapping: {**d, **mapping},
    "format": _format,
    "join": lambda *pieces: "".join(pieces),
    "copy": lambda value: value,
    "iter": iter,
    "next": next,
    "cell": lambda *initial: CellType(*initial),
    "cell_get": _cell_get,
    "import_": importlib.import_module,
    "super_": super,
    "unbound_": _unbound,
}
IN_PLACE = {
    op: OPERATIONS[f"i{op.rstrip('_')}"]
    for op in ("add sub mul truediv floordiv mod pow matmul lshift rshift and_ or_ xor".split())
}


def variable(scope: FunctionType, name: str, default: Any) -> Any:
    """A cell, global or builtin of a live function."""
    cells = dict(zip(scope.__code__.co_freevars, scope.__closure__ or (), strict=True))
    if name in cells:
        return cells[name].cell_contents
    found = scope.__globals__.get(name, default)
    return getattr(builtins, name, default) if found is default else found


# -- one call --------------------------------------------------------------------------------------


class Frame:
    """The names of one call.  `clock` counts bindings, so that a handler finds the latest one."""

    def __init__(self, live: FunctionType) -> None:
        self.live = live
        self.values: dict[Name, Any] = {}
        self.bound_at: dict[Name, int] = {}
        self.clock = 0

    # operands

    def bind(self, name: Name, value: Any) -> None:
        self.clock += 1
        self.values[name] = value
        self.bound_at[name] = self.clock

    def carry(self, operand: Operand) -> Any:
        """The value of an operand that may be undefined, to be bound to another name."""
        if isinstance(operand, Undefined):
            return UNDEFINED
        return self.values[operand] if isinstance(operand, Name) else self.read(operand)

    def read(self, operand: Operand) -> Any:
        match operand:
            case Name(hint=hint):
                value = self.values[operand]
                return _unbound(hint) if value is UNDEFINED else value
            case Const(value):
                return value
            case Ref(path, value, live, scope):
                return self.look_up(path, value, scope or self.live) if live else value
            case Undefined():
                return _unbound("?")

    def look_up(self, path: str, default: Any, scope: FunctionType) -> Any:
        """A global or cell as it is now."""
        root, *attrs = path.split(".")
        value = variable(scope, root, UNDEFINED)
        if value is UNDEFINED:
            return default
        for attr in attrs:
            value = getattr(value, attr)
        return value

    def arguments(
        self, args: Iterable[Argument], kwargs: Iterable[tuple[str | None, Operand]]
    ) -> tuple[list[Any], dict[str, Any]]:
        positional: list[Any] = []
        for arg in args:
            if isinstance(arg, Star):
                positional.extend(self.read(arg.value))
            else:
                positional.append(self.read(arg))
        named: dict[str, Any] = {}
        for key, operand in kwargs:
            given = self.read(operand) if key is None else {key: self.read(operand)}
            named = dict(**named, **given)  # the same keyword twice is an error
        return positional, named

    # expressions

    def value(self, expr: Expr) -> Any:
        match expr:
            case Op("global_", (Const(name),)):
                found = variable(self.live, name, UNDEFINED)
                if found is UNDEFINED:
                    raise NameError(f"name '{name}' is not defined")
                return found
            case Op(op, args):
                return OPERATIONS[op](*map(self.read, args))
            case Attr(value, attr):
                return getattr(self.read(value), attr)
            case Call(func, args, kwargs):
                callee = self.read(func)
                positional, named = self.arguments(args, kwargs)
                return callee(*positional, **named)
            case MethodCall(value, method, args, kwargs):
                base = self.read(value)
                positional, named = self.arguments(args, kwargs)
                return getattr(base, method)(*positional, **named)
            case MakeFunction():
                return self.make_function(expr)

    def make_function(self, made: MakeFunction) -> Callable[..., Any]:
        captured = {capture.name: self.read(capture.value) for capture in made.captures}
        defaults = {name: self.read(value) for name, value in made.defaults}
        live = self.live

        def nested(*args: Any, **kwargs: Any) -> Any:
            function = made.template()
            own = [param for param in function.params if param.form != "captured"]
            signature = inspect.Signature(
                [
                    inspect.Parameter(
                        param.name.hint, FORMS[param.form],
                        default=defaults.get(param.name.hint, inspect.Parameter.empty),
                    )
                    for param in own
                ]
            )  # fmt: skip
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            frame = Frame(live)
            values = [*captured.values(), *bound.arguments.values()]
            for param, value in zip(function.params, values, strict=True):
                frame.bind(param.name, value)
            frame.block(function.body)
            return frame.read(function.result)

        nested.__name__ = nested.__qualname__ = made.name
        return nested

    # statements

    def block(self, block: Block) -> None:
        for stmt in block:
            self.statement(stmt)

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, expr):
                self.bind(target, self.value(expr))
            case Unpack(targets, star, value):
                for target, item in zip(targets, self.unpack(stmt, star, value), strict=True):
                    self.bind(target, item)
            case Store(base, index, value, op):
                self.store(self.read(base), self.read(index), self.read(value), op)
            case StoreAttr(base, attr, value, op):
                into, given = self.read(base), self.read(value)
                setattr(
                    into, attr, given if op is None else IN_PLACE[op](getattr(into, attr), given)
                )
            case StoreVariable(name, cell, value):
                if cell is None:
                    self.live.__globals__[name] = self.read(value)
                else:
                    self.read(cell).cell_contents = self.read(value)
            case Delete(base, index, attr):
                if index is None:
                    delattr(self.read(base), str(attr))
                else:
                    del self.read(base)[self.read(index)]
            case Raise(exception, cause):
                self.throw(exception, cause)
            case If():
                self.branch(stmt)
            case For():
                self.for_loop(stmt)
            case While():
                self.while_loop(stmt)
            case Try():
                self.attempt(stmt)
            case With(context, target, body):
                with self.read(context) as entered:
                    if target is not None:
                        self.bind(target, entered)
                    self.block(body)

    def unpack(self, stmt: Unpack, star: int | None, value: Operand) -> list[Any]:
        """As Python does: no more items are taken than are needed to know."""
        count = len(stmt.targets)
        if star is not None:
            items = list(self.items(value))
            behind = count - star - 1
            if len(items) < count - 1:
                raise ValueError(f"not enough values to unpack (expected at least {count - 1})")
            stop = len(items) - behind
            return [*items[:star], self.starred(items[star:stop]), *items[stop:]]
        iterator = iter(self.items(value))
        items = []
        for item in iterator:
            items.append(item)
            if len(items) > count:
                raise ValueError(f"too many values to unpack (expected {count})")
        if len(items) < count:
            raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
        return items

    def items(self, operand: Operand) -> Iterable[Any]:
        """What iterating over it gives."""
        return iter(self.read(operand))

    def starred(self, items: list[Any]) -> Any:
        """What `*rest` is bound to."""
        return items

    def store(self, base: Any, index: Any, value: Any, op: str | None) -> None:
        base[index] = value if op is None else IN_PLACE[op](base[index], value)

    def throw(self, exception: Operand | None, cause: Operand | None) -> None:
        if exception is None:
            current = sys.exc_info()[1]
            if current is None:
                raise RuntimeError("No active exception to reraise")
            raise current
        raised = self.read(exception)
        if cause is None:
            raise raised
        raise raised from self.read(cause)

    # control flow

    def branch(self, stmt: If) -> None:
        if self.read(stmt.test):
            self.block(stmt.then)
            values = [self.carry(merge.then) for merge in stmt.merges]
        else:
            self.block(stmt.orelse)
            values = [self.carry(merge.orelse) for merge in stmt.merges]
        for merge, value in zip(stmt.merges, values, strict=True):
            self.bind(merge.target, value)

    def enter(self, carried: tuple[Carried, ...]) -> None:
        values = [self.carry(c.initial) for c in carried]
        for c, value in zip(carried, values, strict=True):
            self.bind(c.inner, value)

    def turn(self, stmt: For | While) -> bool:
        """Run the body once; whether the loop is to be left."""
        self.block(stmt.body)
        leave = stmt.exit is not None and bool(self.read(stmt.exit))
        values = [self.carry(c.next) for c in stmt.carried]
        for c, value in zip(stmt.carried, values, strict=True):
            self.bind(c.inner, value)
        return leave

    def finish(self, stmt: For | While) -> None:
        for c in stmt.carried:
            self.bind(c.result, self.values[c.inner])

    def for_loop(self, stmt: For) -> None:
        self.enter(stmt.carried)
        for item in self.items(stmt.items):
            self.bind(stmt.target, item)
            if self.turn(stmt):
                break
        self.finish(stmt)

    def while_loop(self, stmt: While) -> None:
        self.enter(stmt.carried)
        while True:
            self.block(stmt.condition)
            if not self.read(stmt.test) or self.turn(stmt):
                break
        self.finish(stmt)

    def attempt(self, stmt: Try) -> None:
        entered = self.clock
        try:
            leaves = self.guarded(stmt, entered)
        finally:
            self.see(stmt, entered)
            self.block(stmt.final)
        if leaves is None:  # no exception: `final` may have bound some of them
            leaves = [self.carry(leaf) for leaf in stmt.leaves]
        for target, value in zip(stmt.targets, leaves, strict=True):
            self.bind(target, value)

    def guarded(self, stmt: Try, entered: int) -> list[Any] | None:
        """The body and, if it fails, its handler; the values that a handler leaves."""
        try:
            self.block(stmt.body)
        except BaseException as error:
            self.see(stmt, entered)
            for handler in stmt.handlers:
                if handler.type is None or isinstance(error, self.read(handler.type)):
                    if handler.name is not None:
                        self.bind(handler.name, error)
                    self.block(handler.body)
                    return [self.carry(leaf) for leaf in handler.leaves]
            raise
        self.block(stmt.orelse)
        return None

    def see(self, stmt: Try, entered: int) -> None:
        """What a variable of the body is now: its latest binding since the `try` was entered."""
        for name, entry, names in stmt.interrupted:
            done = [n for n in names if self.bound_at.get(n, 0) > entered]
            latest = max(done, key=lambda n: self.bound_at[n], default=None)
            self.bind(name, self.carry(entry) if latest is None else self.values[latest])
