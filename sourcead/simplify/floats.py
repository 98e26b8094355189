"""Which values become Python floats when elements are read from lists instead of arrays?

An element of `x.tolist()` is a Python float where that of `x` is an `np.float64`, and so is what is
computed from it.  For `+`, `-`, `*`, comparisons and powers with whole exponents the two agree bit for
bit; where they do not agree (a zero divisor, an overflowing power) Python raises an exception, which
the caller of the function catches (see `pipeline`).  Whatever else could tell the two apart is an
objection.

>>> from sourcead.ir.nodes import Assign, Const, Name, Op, Origin
>>> x, a, b = Name("x", 0), Name("a", 0), Name("b", 0)
>>> body = (Assign(a, Op("getitem", (x, Const(0))), Origin.none()),
...         Assign(b, Op("mul", (a, Const(2.0))), Origin.none()))
>>> found = Floats(body, {x}, {x: Array("float64", (None,)), a: Np("float64"), b: Np("float64")})
>>> found.status(b), found.objections
('float', [])
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, Union

from sourcead.ir.kinds import Array, Kind, Np, Object, Py, Tuple, Value
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Carried,
    Const,
    Expr,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
)
from sourcead.ir.walk import operands, reads, statements

__all__ = ["FLOAT", "Floats", "is_float_array"]

FLOAT, TRUTH = "float", "truth"
Status: TypeAlias = Union[str, tuple["Status | None", ...], None]  # None: as its kind says

ARITHMETIC = frozenset(
    {"add", "sub", "mul", "truediv", "neg", "pos", "iadd", "isub", "imul", "itruediv"}
)
COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


def is_float_array(kind: Kind | None) -> bool:
    return isinstance(kind, Array) and kind.dtype == "float64"


class Floats:
    """The status of every name, given the arrays (by name) whose elements are read from lists."""

    def __init__(self, body: Block, listed: set[Name], kinds: dict[Name, Kind]) -> None:
        self.body, self.listed, self.kinds = body, listed, kinds
        self.logs = {
            s.target for s in statements(body) if isinstance(s, Assign) and s.expr == Op("list", ())
        }
        hoped = {c.inner for c in self.carried() if self.starts_as_float(c)}
        self.solve(hoped)
        while wrong := {c.inner for c in self.carried() if c.inner in hoped and not self.stays(c)}:
            hoped -= wrong
            self.solve(hoped)
        self.objections = [s for s in statements(body) if not self.is_fine(s)]

    def solve(self, hoped: set[Name]) -> None:
        """Statuses, given that the carried values `hoped` are floats in every turn."""
        self.found: dict[Name, Status] = dict.fromkeys(hoped, FLOAT)
        self.logged: dict[Name, Status] = {}
        self.grown = True
        while self.grown:
            self.grown = False
            for stmt in statements(self.body):
                self.visit(stmt)

    def carried(self) -> Iterator[Carried]:
        for stmt in statements(self.body):
            if isinstance(stmt, (For, While)):
                yield from stmt.carried

    def starts_as_float(self, c: Carried) -> bool:
        """`total = 0.0`, which an `np.float64` is then added to, or what has become of one."""
        kind = self.kinds.get(c.inner)
        return isinstance(kind, Np) and (self.is_number(c.initial) or not kind.exact)

    def stays(self, c: Carried) -> bool:
        return self.is_like(c.initial, FLOAT) and self.is_like(c.next, FLOAT)

    def status(self, operand: Operand | Star | None) -> Status:
        return self.found.get(operand) if isinstance(operand, Name) else None

    def is_float(self, operand: Operand | Star) -> bool:
        """Is this surely a Python number: by its status, or by its kind?"""
        return self.status(operand) == FLOAT or self.is_number(operand)

    def is_number(self, operand: Operand | Star) -> bool:
        """Is it a Python number by its kind?"""
        match operand:
            case Const(value):
                return type(value) in (int, float)
            case Name():
                kind = self.kinds.get(operand)
                return isinstance(kind, Py) and kind.type in (bool, int, float)
            case Ref(_, value):
                return type(value) in (int, float)  # guarded: of another type, compiled again
            case _:
                return False

    def is_touched(self, operand: Operand | Star) -> bool:
        return self.status(operand) is not None

    # -- what follows from what ------------------------------------------------------------------

    def give(self, name: Name, status: Status) -> None:
        if status is not None and self.found.get(name) != status:
            merged = _joined(self.found.get(name), status)
            if merged != self.found.get(name):
                self.found[name] = merged
                self.grown = True

    def visit(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, MethodCall(Name() as log, "append", (value,))) if log in self.logs:
                merged = _joined(self.logged.get(log), self.status(value))
                if merged != self.logged.get(log):
                    self.logged[log] = merged
                    self.grown = True
            case Assign(target, expr):
                self.give(target, self.of(expr))
            case Unpack(targets, None, value):
                status = self.status(value)
                if isinstance(status, tuple) and len(status) == len(targets):
                    for each, part in zip(targets, status):
                        self.give(each, part)
            case If(merges=merges):
                for m in merges:
                    self.give(m.target, self.status(m.then))
                    self.give(m.target, self.status(m.orelse))
            case For() | While():
                if isinstance(stmt, For):
                    self.give(stmt.target, self.logged.get(self.iterated(stmt.items)))
                for c in stmt.carried:
                    for source in (c.initial, c.next):
                        self.give(c.inner, self.status(source))
                        self.give(c.result, self.status(source))
            case Try(targets=targets, leaves=leaves):
                for each, leaf in zip(targets, leaves):
                    self.give(each, self.status(leaf))
            case _:
                pass

    def iterated(self, items: Operand) -> Name:
        """The log that a loop runs over: `reversed(saved)` is defined in the same block."""
        for stmt in statements(self.body):
            match stmt:
                case Assign(target, Call(Ref(value=function), (Name() as log,))) if (
                    target == items and function is reversed
                ):
                    return log
        return items if isinstance(items, Name) else Name("", 0)

    def of(self, expr: Expr) -> Status:
        match expr:
            case Op("getitem", (Name() as base, _)) if base in self.listed:
                return FLOAT
            case Op("getitem", (base, Const(int() as i))) if isinstance(self.status(base), tuple):
                parts = self.status(base)
                assert isinstance(parts, tuple)
                return parts[i] if -len(parts) <= i < len(parts) else None
            case Op("copy", (value,)):
                return self.status(value)
            case Op("tuple", args):
                parts = tuple(map(self.status, args))
                return parts if any(p is not None for p in parts) else None
            case Op(op, args) if op in ARITHMETIC or op == "pow":
                touched = any(self.status(a) == FLOAT for a in args)
                return FLOAT if touched and all(map(self.is_float, args)) else None
            case Op(op, args) if op in COMPARISONS:
                touched = any(self.status(a) == FLOAT for a in args)
                return TRUTH if touched and all(map(self.is_float, args)) else None
            case Op("not_", (value,)):
                return self.status(value)
            case MethodCall(Name() as log, "pop", ()) if log in self.logs:
                return self.logged.get(log)
            case Call(Ref(value=function), args) if function in (abs, min, max):
                touched = any(self.status(a) == FLOAT for a in args)
                return FLOAT if touched and all(map(self.is_float, args)) else None
            case _:
                return None

    # -- what could tell ---------------------------------------------------------------------------

    def is_fine(self, stmt: Stmt) -> bool:
        match stmt:
            case Assign(_, MethodCall(Name() as log, "append", (value,))) if log in self.logs:
                return self.is_like(value, self.logged.get(log))
            case Assign(target, expr):
                if any(self.logged.get(o) is not None for o in operands(expr)):  # type: ignore[arg-type]
                    return self.looks_at_log(expr)
                return not any(map(self.is_touched, operands(expr))) or self.may_read(target, expr)
            case Store(base, index, value):
                if self.is_touched(index):
                    return False
                return (
                    not self.is_touched(value)
                    or base in self.listed
                    or is_float_array(self.kind(base))
                )
            case If(merges=merges):
                return all(
                    self.is_like(o, self.status(m.target))
                    for m in merges
                    for o in (m.then, m.orelse)
                )
            case For() | While():
                return all(
                    self.is_like(o, self.status(c.inner))
                    for c in stmt.carried
                    for o in (c.initial, c.next)
                )
            case Unpack(targets, star, value):
                status = self.status(value)
                return star is None and (
                    status is None or (isinstance(status, tuple) and len(status) == len(targets))
                )
            case Try():
                return True
            case _:
                return not any(map(self.is_touched, reads(stmt)))

    def looks_at_log(self, expr: Expr) -> bool:
        """Is the expression one of those by which the elements of a log are followed?"""
        match expr:
            case MethodCall(_, "pop", ()):
                return True
            case Call(Ref(value=function), (_,), ()):
                return function in (reversed, len)
            case _:
                return False

    def is_like(self, operand: Operand | Star, status: Status) -> bool:
        """May a variable of this status hold the operand?"""
        mine = self.status(operand)
        if status is None or mine == status:
            return mine == status
        if isinstance(status, tuple) and isinstance(mine, tuple) and len(mine) == len(status):
            return mine == status
        return status == FLOAT and self.is_float(operand)

    def kind(self, operand: object) -> Kind | None:
        return self.kinds.get(operand) if isinstance(operand, Name) else None

    def may_read(self, target: Name, expr: Expr) -> bool:
        """Does an expression that reads Python floats mean the same as with `np.float64`?"""
        match expr:
            case Op("copy" | "tuple", _):
                return True
            case Op("getitem", (base, Const(int()))):
                return isinstance(self.status(base), tuple)
            case Op("pow", (base, exponent)):
                return self.is_float(base) and self.is_whole(exponent)
            case Op(op, args) if op in ARITHMETIC | COMPARISONS:
                return all(self.is_float(a) or self.is_double(a) for a in args)
            case Op("not_", (value,)):
                return self.status(value) == TRUTH
            case Call(Ref(value=function), args, ()) if function in (abs, float):
                return True
            case Call(Ref(value=function), args, ()) if function in (min, max):
                return all(map(self.is_float, args))
            case Call(Ref(path), args, ()) if path.startswith(("math.", "np.")):
                return all(self.is_float(a) or self.is_double(a) for a in args)
            case _:
                return False

    def is_whole(self, exponent: Operand) -> bool:
        match exponent:
            case Const(value):
                return isinstance(value, (int, float)) and float(value).is_integer()
            case _:
                return self.kind(exponent) == Py(int)

    def is_double(self, operand: Operand | Star) -> bool:
        """Does the operand make `np.float64` (or complex128) of a Python float that it meets?"""
        match self.kind(operand):
            case Np(dtype, exact):
                return exact and dtype in ("float64", "complex128")
            case Array(dtype):
                return dtype in ("float64", "complex128")
            case Py() | Tuple() | Object() | Value():
                return True
            case _:
                return isinstance(operand, Const)


def _joined(a: Status, b: Status) -> Status:
    if a is None or b is None:
        return a if b is None else b
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(_joined(x, y) for x, y in zip(a, b))
    return a
