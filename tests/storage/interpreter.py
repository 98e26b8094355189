"""A reference interpreter: runs the Wengert list of a live function with shadows, as docs/storage.md says.

It follows the list that the frontend makes, before anything is specialised, inlined or simplified, and
uses nothing else of the compiler; derivatives of elementary operations come from a table of its own.
What control flow means is said in `tests/ir/interpreter.py`; here a name is bound to a `Box`, and every
operation and write is a step of the `Machine`.

>>> def f(u):
...     u[1:] *= u[:-1]
...     return np.sum(u)
>>> value, (u_bar,) = gradient(f, (np.array([2.0, 3.0, 5.0]),))
>>> float(value), u_bar.tolist()
(23.0, [4.0, 7.0, 3.0])
>>> value, value_dot = jvp(f, (np.array([2.0, 3.0, 5.0]),), (np.array([1.0, 0.0, 0.0]),))
>>> float(value_dot)
4.0
"""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import FunctionType, GeneratorType
from typing import Any

import numpy as np

from sourcead.frontend.lower import lower
from sourcead.ir.nodes import (
    UNDEFINED,
    Argument,
    Attr,
    Call,
    Delete,
    Expr,
    Function,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    With,
)
from tests.ir.interpreter import FORMS, OPERATIONS, Frame
from tests.storage import calls
from tests.storage.calls import NotInterpreted
from tests.storage.derivatives import PARTIALS
from tests.storage.machine import Machine
from tests.storage.shadows import CELL, Box, is_number
from tests.structures import children, rebuild

__all__ = ["NotInterpreted", "gradient", "jvp"]


# -- the two modes -----------------------------------------------------------------------------------


def gradient(
    f: Callable[..., Any], args: tuple[Any, ...], out_bar: Any = 1.0
) -> tuple[Any, tuple[Any, ...]]:
    """The value, and the adjoints of `args` where the result's is `out_bar`."""
    machine = Machine(forward=False)
    boxes = [machine.box(arg) for arg in args]
    result = Interpreter.of(f, machine).run(boxes)
    _seed(result, out_bar)
    with machine.storage_as_left():
        machine.reverse_sweep()
        bars = tuple(map(_beside, boxes))  # in the structure that the arguments had on entry
    return result.value, bars


def jvp(f: Callable[..., Any], args: tuple[Any, ...], dots: tuple[Any, ...]) -> tuple[Any, Any]:
    """The value, and its tangent where those of `args` are `dots`."""
    machine = Machine(forward=True)
    boxes = [machine.box(arg) for arg in args]
    for box, dot in zip(boxes, dots, strict=True):
        _seed(box, dot)
    result = Interpreter.of(f, machine).run(boxes)
    return result.value, _beside(result)


def _seed(box: Box, given: Any) -> None:
    """Put an adjoint or tangent of the same structure beside a value."""
    if is_number(box.value):
        box.shadow = box.shadow + given
    elif isinstance(box.value, np.ndarray):
        if box.shadow is not None:
            box.shadow += given
    else:
        for key, part in children(given).items():
            slot = Box(children(box.value)[key], box.shadow[key])
            _seed(slot, part)
            box.shadow[key] = slot.shadow


def _beside(box: Box) -> Any:
    """What stands beside a value, in its structure; None where nothing varies."""
    if is_number(box.value):
        return box.shadow
    if isinstance(box.value, np.ndarray):
        return None if box.shadow is None else box.shadow.copy()
    parts = children(box.value)
    if not parts:
        return box.value if isinstance(box.value, (list, tuple, dict)) else None
    found = {key: _beside(Box(part, box.shadow[key])) for key, part in parts.items()}
    return rebuild(box.value, found)


def varies(box: Box) -> bool:
    return is_number(box.value) or (isinstance(box.value, np.ndarray) and box.shadow is not None)


# -- one call ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closure:
    """A nested function: what to run, what it captured, what its parameters are by default."""

    name: str
    make: Callable[[], Function]
    captured: tuple[Box, ...]
    defaults: dict[str, Box]
    live: FunctionType
    machine: Machine

    def run(self, args: Iterable[Box], kwargs: dict[str, Box] | None = None) -> Box:
        interpreter = Interpreter(self.live, self.machine)
        return interpreter.call(self.make(), self.captured, self.defaults, args, kwargs or {})


class Interpreter(Frame):
    """The names of one call, bound to boxes."""

    def __init__(self, live: FunctionType, machine: Machine) -> None:
        super().__init__(live)
        self.machine = machine

    @staticmethod
    def of(live: Callable[..., Any], machine: Machine) -> Closure:
        """A live function as one that can be interpreted."""
        given = inspect.signature(live).parameters.items()
        defaults = {n: machine.box(p.default) for n, p in given if p.default is not p.empty}
        return Closure(live.__name__, lambda: lower(live), (), defaults, live, machine)

    def call(
        self,
        function: Function,
        captured: Iterable[Box],
        defaults: dict[str, Box],
        args: Iterable[Box],
        kwargs: dict[str, Box],
    ) -> Box:
        own = [param for param in function.params if param.form != "captured"]
        parameters = [
            inspect.Parameter(
                param.name.hint, FORMS[param.form],
                default=defaults.get(param.name.hint, inspect.Parameter.empty),
            )
            for param in own
        ]  # fmt: skip
        bound = inspect.Signature(parameters).bind(*args, **kwargs)
        bound.apply_defaults()
        values = [*captured, *map(self.gathered, bound.arguments.values())]
        for param, box in zip(function.params, values, strict=True):
            self.bind(param.name, box)
        self.block(function.body)
        return self.box(function.result)

    def gathered(self, given: Any) -> Box:
        """What came for `*args` and `**kwargs` is a new tuple, a new dict."""
        match given:
            case Box():
                return given
            case tuple():
                return self.machine.display(tuple, list(given))
            case _:
                return self.mapping([(self.machine.box(key), box) for key, box in given.items()])

    # operands

    def bind(self, name: Name, value: Any) -> None:
        given = isinstance(value, Box) or value is UNDEFINED
        super().bind(name, value if given else self.machine.box(value))

    def box(self, operand: Operand) -> Box:
        if isinstance(operand, Name):
            found: Box = super().read(operand)
            return found
        if isinstance(operand, Ref) and operand.live:
            return self.variable(operand.path, operand.scope or self.live)
        return self.machine.box(super().read(operand))

    def variable(self, path: str, scope: FunctionType) -> Box:
        """A global, or a variable that a live function has captured: slots of storage."""
        root, *attributes = path.split(".")
        cells = dict(zip(scope.__code__.co_freevars, scope.__closure__ or (), strict=True))
        if root in cells:
            found = self.machine.read_slot(self.machine.box(cells[root]), CELL)
        elif root in scope.__globals__:
            found = self.machine.read_slot(self.machine.box(scope.__globals__), root)
        else:
            found = self.machine.box(getattr(builtins, root))
        for attribute in attributes:
            found = calls.attribute(self, found, attribute)
        return found

    def read(self, operand: Operand) -> Any:
        return self.box(operand).value

    def boxes(
        self, args: Iterable[Argument], kwargs: Iterable[tuple[str | None, Operand]]
    ) -> tuple[list[Box], dict[str, Box]]:
        positional: list[Box] = []
        for arg in args:
            positional += self.items(arg.value) if isinstance(arg, Star) else [self.box(arg)]
        named: dict[str, Box] = {}
        for key, operand in kwargs:
            box = self.box(operand)
            given = {key: box} if key else {k: self.machine.read_slot(box, k) for k in box.value}
            named = dict(**named, **given)  # the same keyword twice is an error
        return positional, named

    def items(self, operand: Operand) -> Iterator[Box]:
        return self.each(self.box(operand))

    def starred(self, items: list[Any]) -> Any:
        return self.machine.display(list, items)

    def each(self, box: Box) -> Iterator[Box]:
        """What iterating over a value gives: slots, rows and elements are read when they are met."""
        match box.value:
            case GeneratorType():
                found: Iterator[Box] = box.value
                return found
            case list() | tuple():
                return self.slots(box)
            case np.ndarray():
                return (self.machine.read(box, place) for place in range(len(box.value)))
            case range() | str() | dict():
                return map(self.machine.box, box.value)
            case _:
                raise NotInterpreted(f"items of {type(box.value)}")

    def slots(self, box: Box) -> Iterator[Box]:
        place = 0
        while place < len(box.value):
            yield self.machine.read_slot(box, place)
            place += 1

    # expressions

    def value(self, expr: Expr) -> Box:
        match expr:
            case Op("copy", (operand,)):
                return self.box(operand)
            case Op("global_", (name,)):
                return self.variable(self.read(name), self.live)
            case Op(op, args):
                return self.operation(op, [self.box(arg) for arg in args])
            case Attr(value, attr):
                return calls.attribute(self, self.box(value), attr)
            case Call(func, args, kwargs):
                callee = self.read(func)
                return calls.call(self, callee, *self.boxes(args, kwargs))
            case MethodCall(value, method, args, kwargs):
                return calls.method(self, self.box(value), method, *self.boxes(args, kwargs))
            case MakeFunction(name, template, captures, defaults):
                captured = tuple(self.box(capture.value) for capture in captures)
                given = {name: self.box(value) for name, value in defaults}
                made = Closure(name, template, captured, given, self.live, self.machine)
                return Box(made, None)

    def operation(self, op: str, args: list[Box]) -> Box:
        machine = self.machine
        match op:
            case "list" | "tuple":
                return machine.display(list if op == "list" else tuple, args)
            case "dict":
                return self.mapping(list(zip(args[::2], args[1::2], strict=True)))
            case "getitem":
                return self.item(*args)
            case "cell":
                cell = machine.box(OPERATIONS["cell"]())
                for given in args:
                    machine.store_slot(cell, CELL, given)
                return cell
            case "cell_get":
                OPERATIONS["cell_get"](args[0].value)  # raises if it is empty
                return machine.read_slot(args[0], CELL)
            case "iter":
                return Box(self.each(args[0]), None)
            case "next":
                return next(args[0].value)
            case "matmul":
                return machine.matmul(*args)
            case "add" | "mul" if isinstance(args[0].value, (list, tuple)):
                items = list(self.each(args[0]))
                more = self.each(args[1]) if op == "add" else items * (args[1].value - 1)
                return machine.display(type(args[0].value), [*items, *more])
            case "dict_merge":
                pairs = [(box, key) for box in args for key in box.value]
                return self.mapping([(machine.box(k), machine.read_slot(b, k)) for b, k in pairs])
            case _ if op in PARTIALS and any(varies(box) for box in args):
                return machine.elementwise(OPERATIONS[op], PARTIALS[op], *args)
            case _ if op.startswith("i") and op.rstrip("_")[1:] in PARTIALS:
                return self.in_place(op[1:], *args)
            case _:
                return self.plain(op, args)

    def plain(self, op: str, args: list[Box]) -> Box:
        """An operation whose result carries no derivative: comparisons, whole numbers, text."""
        result = self.machine.box(OPERATIONS[op](*(box.value for box in args)))
        lost = result.shadow is not None or isinstance(result.value, set)
        if lost and any(box.shadow is not None for box in args):
            raise NotInterpreted(f"the operation {op} on {[type(box.value) for box in args]}")
        return result

    def mapping(self, items: list[tuple[Box, Box]]) -> Box:
        made = self.machine.box({})
        for key, box in items:
            self.machine.store_slot(made, key.value, box)
        return made

    def item(self, base: Box, index: Box) -> Box:
        match base.value:
            case np.ndarray():
                return self.machine.read(base, index.value)
            case list() | tuple() if isinstance(index.value, slice):
                places = range(len(base.value))[index.value]
                slots = [self.machine.read_slot(base, place) for place in places]
                return self.machine.display(type(base.value), slots)
            case list() | tuple() | dict():
                return self.machine.read_slot(base, index.value)
            case str() | range():
                return self.machine.box(base.value[index.value])
            case _:
                raise NotInterpreted(f"an item of {type(base.value)}")

    def in_place(self, op: str, base: Box, given: Box) -> Box:
        """`x op= v` on a name: arrays and lists are written, everything else is rebound."""
        match base.value:
            case np.ndarray():
                self.machine.update(base, ..., op, given)
            case list():
                self.machine.change(base, lambda xs, new: xs.extend(new), *self.each(given))
            case _:
                return self.operation(op, [base, given])
        return base

    # statements

    def statement(self, stmt: Stmt) -> None:
        match stmt:
            case Store(base, index, value, op):
                self.put(self.box(base), self.read(index), self.box(value), op)
            case StoreAttr(base, attr, value, op):
                box, given = self.box(base), self.box(value)
                if op is not None:
                    given = self.in_place(op, calls.attribute(self, box, attr), given)
                calls.set_attribute(self, box, attr, given)
            case StoreVariable(name, cell, value):
                globals_ = self.live.__globals__
                holder = self.machine.box(globals_) if cell is None else self.box(cell)
                self.machine.store_slot(holder, name if cell is None else CELL, self.box(value))
            case Delete(base, index, attr):
                self.remove(self.box(base), attr if index is None else self.read(index))
            case With(context) if not calls.is_library(type(self.read(context))):
                raise NotInterpreted("a context manager of the user's")
            case _:
                super().statement(stmt)

    def put(self, base: Box, index: Any, given: Box, op: str | None) -> None:
        """`base[index] = given`, `base[index] op= given`"""
        match base.value:
            case np.ndarray() if op is None:
                self.machine.store(base, index, given)
            case np.ndarray():
                self.machine.update(base, index, op, given)
            case list() if isinstance(index, slice) and op is None:
                slots = list(self.each(given))
                self.machine.change(base, lambda xs, new: xs.__setitem__(index, new), *slots)
            case list() | dict() if not isinstance(index, slice):
                if op is not None:
                    given = self.in_place(op, self.machine.read_slot(base, index), given)
                self.machine.store_slot(base, index, given)
            case _:
                raise NotInterpreted(f"a store into {type(base.value)}")

    def remove(self, base: Box, key: Any) -> None:
        if isinstance(base.value, list):
            self.machine.change(base, lambda xs, _: xs.__delitem__(key))
        else:
            self.machine.remove_slot(base, key)
