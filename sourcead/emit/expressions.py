"""Expressions of the Wengert list as Python syntax.

>>> import ast
>>> from sourcead.ir.nodes import Const, Name, Op
>>> x, i, t = Name("x", 0), Name("i", 0), Name("t", 0)
>>> nested = {t: Op("slice", (i, Const(None), Const(None)))}
>>> syntax = Expressions(str, str, nested).expression(Op("getitem", (x, t)))
>>> ast.unparse(syntax)
'x[i:]'
"""

from __future__ import annotations

import ast
import cmath
import keyword
import math
from collections.abc import Callable, Mapping
from types import CellType
from typing import Any

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Argument,
    Attr,
    Call,
    Const,
    Expr,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Undefined,
)

__all__ = ["AUGMENTED", "Expressions", "builtins_used", "load", "store"]

_BINARY: dict[str, ast.operator] = {
    "add": ast.Add(), "sub": ast.Sub(), "mul": ast.Mult(), "truediv": ast.Div(),
    "floordiv": ast.FloorDiv(), "mod": ast.Mod(), "pow": ast.Pow(), "matmul": ast.MatMult(),
    "lshift": ast.LShift(), "rshift": ast.RShift(), "and_": ast.BitAnd(), "or_": ast.BitOr(),
    "xor": ast.BitXor(),
}  # fmt: skip

_OPERATOR_METHODS = {f"__{name}__": operator for name, operator in _BINARY.items()}

_UNARY: dict[str, ast.unaryop] = {
    "neg": ast.USub(), "pos": ast.UAdd(), "invert": ast.Invert(), "not_": ast.Not(),
}  # fmt: skip

_COMPARE: dict[str, ast.cmpop] = {
    "eq": ast.Eq(), "ne": ast.NotEq(), "lt": ast.Lt(), "le": ast.LtE(), "gt": ast.Gt(),
    "ge": ast.GtE(), "is_": ast.Is(), "is_not": ast.IsNot(),
}  # fmt: skip

# in-place operators by the name of the `Op`, and of the `op` of a store
AUGMENTED: dict[str, ast.operator] = {
    **_BINARY,
    **{"i" + name.rstrip("_"): operator for name, operator in _BINARY.items()},
    **{name.rstrip("_"): operator for name, operator in _BINARY.items()},
}

_CALLED = {
    "iter": "iter", "next": "next", "slice": "slice", "super_": "super", "format": "format",
    "cell": "CellType",
}  # fmt: skip

_BUILTINS: dict[str, tuple[str, ...]] = {
    **{op: (name,) for op, name in _CALLED.items()},
    "set": ("set",),
    "join": ("format", "repr", "str", "ascii"),
    "unbound_": ("UnboundLocalError",),
}


def load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(load(name), list(args), [])


def builtins_used(op: str) -> tuple[str, ...]:
    """Builtins that the text of an operator may call by name."""
    return _BUILTINS.get(op, ())


class Expressions:
    """Operands and expressions as syntax, with the names in `nested` replaced by what they stand for."""

    def __init__(
        self,
        identifier: Callable[[Name], str],
        reference: Callable[[Ref], str],
        nested: Mapping[Name, Expr],
        plain_cells: frozenset[Name] = frozenset(),
    ) -> None:
        self.identifier = identifier
        self.reference = reference
        self.nested = nested
        self.plain_cells = plain_cells

    # -- operands ----------------------------------------------------------------------------

    def operand(self, operand: Operand) -> ast.expr:
        if isinstance(operand, Name):
            if operand in self.nested:
                return self.expression(self.nested[operand])
            return load(self.identifier(operand))
        match operand:
            case Const(value):
                return constant(value)
            case Ref():
                return parsed(self.reference(operand))
            case Undefined():
                raise ValueError("an undefined value has no text")
            case _:
                assert_never(operand)

    def argument(self, argument: Argument) -> ast.expr:
        if isinstance(argument, Star):
            return ast.Starred(self.operand(argument.value), ast.Load())
        return self.operand(argument)

    def index(self, operand: Operand) -> ast.expr:
        """What stands between the brackets of a subscript."""
        expr = self.nested.get(operand) if isinstance(operand, Name) else None
        match expr:
            case Op("slice", args):
                bounds = [None if _is_none(arg) else self.operand(arg) for arg in args]
                return ast.Slice(*bounds)
            case Op("tuple", args) if args and not any(isinstance(arg, Star) for arg in args):
                return ast.Tuple([self.index(arg) for arg in args], ast.Load())
            case _:
                return self.operand(operand)

    # -- expressions -------------------------------------------------------------------------

    def expression(self, expr: Expr) -> ast.expr:
        if isinstance(expr, Op):
            return self._op(expr)
        match expr:
            case Attr(value, attr):
                return ast.Attribute(self.operand(value), attr, ast.Load())
            case Call(func, args, kwargs):
                return self._call(self.operand(func), args, kwargs)
            case MethodCall(value, method, (other,), ()) if (
                method in _OPERATOR_METHODS and not isinstance(other, Star)
            ):
                operator = _OPERATOR_METHODS[method]
                return ast.BinOp(self.operand(value), operator, self.operand(other))
            case MethodCall(value, "__call__", args, kwargs):  # an object that is called
                return self._call(self.operand(value), args, kwargs)
            case MethodCall(value, method, args, kwargs):
                return self._call(
                    ast.Attribute(self.operand(value), method, ast.Load()), args, kwargs
                )
            case MakeFunction():
                from sourcead.emit.closures import lambda_expression

                return lambda_expression(expr, self)
            case _:
                assert_never(expr)

    def _call(
        self,
        func: ast.expr,
        args: tuple[Argument, ...],
        kwargs: tuple[tuple[str | None, Operand], ...],
    ) -> ast.expr:
        keywords = [ast.keyword(key, self.operand(value)) for key, value in kwargs]
        return ast.Call(func, [self.argument(arg) for arg in args], keywords)

    def _op(self, expr: Op) -> ast.expr:
        op, args = expr.op, expr.args
        if op in _BINARY:
            return ast.BinOp(self.operand(args[0]), _BINARY[op], self.operand(args[1]))
        if op in ("iadd", "isub"):  # of a sum of contributions that is printed as one expression
            return ast.BinOp(self.operand(args[0]), AUGMENTED[op], self.operand(args[1]))
        if op in _UNARY:
            return ast.UnaryOp(_UNARY[op], self.operand(args[0]))
        if op in _COMPARE:
            return ast.Compare(self.operand(args[0]), [_COMPARE[op]], [self.operand(args[1])])
        match op:
            case "contains" | "not_contains":
                test: ast.cmpop = ast.In() if op == "contains" else ast.NotIn()
                return ast.Compare(self.operand(args[1]), [test], [self.operand(args[0])])
            case "getitem":
                return ast.Subscript(self.operand(args[0]), self.index(args[1]), ast.Load())
            case "copy":
                return self.operand(args[0])
            case "and" | "or" | "choose":
                return self._choice(op, [self.operand(arg) for arg in args])
            case "cell_get":
                return self.cell(args[0])
            case "global_" if isinstance(args[0], Const):
                return load(args[0].value)
            case "join":
                return self._joined(args)
            case "format":
                return self._joined_values([self._formatted(expr)])
            case "tuple" | "list" | "set" | "dict" | "dict_merge":
                return self._display(op, args)
            case _ if op in _CALLED:
                given = [arg for arg in args if arg != Undefined()]
                return _call(_CALLED[op], *map(self.argument, given))
            case _:
                raise ValueError(f"no text for the operator {op!r}")

    def cell(self, cell: Operand) -> ast.expr:
        """The variable held by a cell: a plain local variable where it can be printed so."""
        if cell in self.plain_cells or (isinstance(cell, Ref) and type(cell.value) is CellType):
            return self.operand(cell)
        return ast.Attribute(self.operand(cell), "cell_contents", ast.Load())

    def _choice(self, op: str, values: list[ast.expr]) -> ast.expr:
        if op == "choose":
            return ast.IfExp(*values)
        joined: ast.boolop = ast.And() if op == "and" else ast.Or()
        first, second = values
        chained = _chained(first, second) if op == "and" else None
        if chained is not None:
            return chained
        if isinstance(first, ast.BoolOp) and type(first.op) is type(joined):
            return ast.BoolOp(joined, [*first.values, second])
        return ast.BoolOp(joined, [first, second])

    def _display(self, op: str, args: tuple[Operand, ...]) -> ast.expr:
        match op:
            case "tuple":
                return ast.Tuple([self.argument(arg) for arg in args], ast.Load())
            case "list":
                return ast.List([self.argument(arg) for arg in args], ast.Load())
            case "set":
                return ast.Set([self.argument(arg) for arg in args]) if args else _call("set")
            case "dict":
                values = [self.operand(arg) for arg in args]
                return ast.Dict(list(values[::2]), values[1::2])
            case _:
                return self._merged(args)

    def _merged(self, args: tuple[Operand, ...]) -> ast.expr:
        first, mapping = (self.operand(arg) for arg in args)
        if isinstance(first, ast.Dict):
            return ast.Dict([*first.keys, None], [*first.values, mapping])
        return ast.Dict([None, None], [first, mapping])

    # -- text --------------------------------------------------------------------------------

    def _joined(self, pieces: tuple[Operand, ...]) -> ast.expr:
        values: list[ast.expr] = []
        for piece in pieces:
            expr = self.nested.get(piece) if isinstance(piece, Name) else None
            if isinstance(piece, Const) and isinstance(piece.value, str):
                values += [ast.Constant(piece.value)] if piece.value else []
            elif isinstance(expr, Op) and expr.op == "format":
                values.append(self._formatted(expr))
            else:
                values.append(ast.FormattedValue(self.operand(piece), -1, None))
        return self._joined_values(values)

    def _joined_values(self, values: list[ast.expr]) -> ast.expr:
        joined = ast.JoinedStr(values)
        return joined if _unparses(joined) else _spelled_out(values)

    def _formatted(self, expr: Op) -> ast.FormattedValue:
        value, conversion, spec = (*expr.args, Const(None), Const(None))[:3]
        code = conversion.value if isinstance(conversion, Const) else None
        number = code if isinstance(code, int) else ord(code[0]) if code else -1
        return ast.FormattedValue(self.operand(value), number, self._spec(spec))

    def _spec(self, spec: Operand) -> ast.JoinedStr | None:
        if isinstance(spec, Const):
            return ast.JoinedStr([ast.Constant(spec.value)]) if spec.value else None
        expr = self.nested.get(spec) if isinstance(spec, Name) else None
        if isinstance(expr, Op) and expr.op == "join":
            syntax = self._joined(expr.args)
            if isinstance(syntax, ast.JoinedStr):
                return syntax
        return ast.JoinedStr([ast.FormattedValue(self.operand(spec), -1, None)])


def _unparses(joined: ast.JoinedStr) -> bool:
    """Before Python 3.12 the expressions of an f-string hold no backslash and few quotes."""
    try:
        return ast.dump(ast.parse(ast.unparse(joined), mode="eval").body) == ast.dump(joined)
    except (SyntaxError, ValueError):
        return False


def _spelled_out(values: list[ast.expr]) -> ast.expr:
    """`"".join([...])` of the pieces, each by `format`, where no f-string can be written."""
    pieces: list[ast.expr] = []
    for value in values:
        if isinstance(value, ast.FormattedValue):
            shown = value.value
            if value.conversion != -1:
                shown = _call({"r": "repr", "s": "str", "a": "ascii"}[chr(value.conversion)], shown)
            spec = [] if value.format_spec is None else [value.format_spec]
            pieces.append(_call("format", shown, *spec))
        else:
            pieces.append(value)
    joiner = ast.Attribute(ast.Constant(""), "join", ast.Load())
    return ast.Call(joiner, [ast.List(pieces, ast.Load())], [])


def _chained(first: ast.expr, second: ast.expr) -> ast.Compare | None:
    """`a < b and b < c` as `a < b < c`, where b is a name or a constant."""
    if not (isinstance(first, ast.Compare) and isinstance(second, ast.Compare)):
        return None
    middle = first.comparators[-1]
    if not isinstance(middle, (ast.Name, ast.Constant)):
        return None
    if len(second.ops) != 1 or ast.dump(middle) != ast.dump(second.left):
        return None
    ops, comparators = [*first.ops, *second.ops], [*first.comparators, *second.comparators]
    return ast.Compare(first.left, ops, comparators)


def _is_none(operand: Operand) -> bool:
    return isinstance(operand, Const) and operand.value is None


# -- constants -----------------------------------------------------------------------------------


def constant(value: Any) -> ast.expr:
    """A literal with exactly this value; signs, infinities and NaN have no literals of their own."""
    if type(value) is float:
        return _float(value)
    if type(value) is complex:
        return _complex(value)
    if type(value) is int and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    if value is None or value is Ellipsis or type(value) in (bool, int, str, bytes):
        return ast.Constant(value)
    raise TypeError(f"not a literal: {value!r}")


def _float(value: float) -> ast.expr:
    if math.isnan(value) or math.isinf(value):
        return _call("float", ast.Constant(repr(value)))
    if math.copysign(1.0, value) < 0.0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _complex(value: complex) -> ast.expr:
    plain = cmath.isfinite(value) and math.copysign(1.0, value.real) > 0 and value.real == 0.0
    if plain and math.copysign(1.0, value.imag) > 0:
        return ast.Constant(value)
    return _call("complex", _float(value.real), _float(value.imag))


def parsed(text: str) -> ast.expr:
    """The syntax of a reference; most are names with attributes, which need no parser.

    >>> ast.unparse(parsed("np.linalg.solve")), ast.unparse(parsed("globals()['x']"))
    ('np.linalg.solve', "globals()['x']")
    """
    first, *rest = text.split(".")
    if keyword.iskeyword(first) or not all(map(str.isidentifier, (first, *rest))):
        return ast.parse(text, mode="eval").body
    found: ast.expr = load(first)
    for name in rest:
        found = ast.Attribute(found, name, ast.Load())
    return found
