"""The text of an expression: what `ast.unparse` gives, in a tenth of its time.

Whether an expression fits into a line is measured by its text, so that most are written several times.  What
generated code consists of is written out here, and `ast.unparse` asked for the rest.

>>> unparsed(ast.parse("-(a + b[i, 1:]) * math.sin(x ** -2.0, where=(c < d))", mode="eval").body)
'-(a + b[i, 1:]) * math.sin(x ** (-2.0), where=c < d)'
"""

from __future__ import annotations

import ast

__all__ = ["unparsed"]

# how tightly an operator binds its operands
_TEST, _OR, _AND, _NOT, _COMPARISON, _OR_OF_BITS, _XOR, _AND_OF_BITS, _SHIFT = range(9)
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9, 14)

_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", _SUM), ast.Sub: ("-", _SUM),
    ast.Mult: ("*", _PRODUCT), ast.Div: ("/", _PRODUCT), ast.FloorDiv: ("//", _PRODUCT),
    ast.Mod: ("%", _PRODUCT), ast.MatMult: ("@", _PRODUCT), ast.Pow: ("**", _POWER),
    ast.LShift: ("<<", _SHIFT), ast.RShift: (">>", _SHIFT),
    ast.BitOr: ("|", _OR_OF_BITS), ast.BitXor: ("^", _XOR), ast.BitAnd: ("&", _AND_OF_BITS),
}  # fmt: skip

_UNARY: dict[type[ast.unaryop], tuple[str, int]] = {
    ast.USub: ("-", _SIGN), ast.UAdd: ("+", _SIGN), ast.Invert: ("~", _SIGN), ast.Not: ("not ", _NOT),
}  # fmt: skip


def unparsed(syntax: ast.expr) -> str:
    """The text of an expression."""
    return _text(syntax, _TEST)


def _text(syntax: ast.expr, around: int) -> str:
    """`around`: how tightly the operator binds of which it is an operand."""
    if isinstance(syntax, ast.Name):
        return syntax.id
    if isinstance(syntax, ast.BinOp):
        return _binary(syntax, around)
    if isinstance(syntax, ast.Constant):
        value = syntax.value
        is_finite = isinstance(value, (float, int)) and abs(value) < 1e300
        return repr(value) if is_finite else ast.unparse(syntax)
    if isinstance(syntax, ast.Subscript):
        return f"{_text(syntax.value, _ATOM)}[{_index(syntax.slice)}]"
    if isinstance(syntax, ast.Call):
        return _call(syntax)
    if isinstance(syntax, ast.Attribute) and not isinstance(syntax.value, ast.Constant):
        return f"{_text(syntax.value, _ATOM)}.{syntax.attr}"
    if isinstance(syntax, ast.UnaryOp):
        sign, own = _UNARY[type(syntax.op)]
        return _enclosed(sign + _text(syntax.operand, own), own, around)
    return _enclosed(ast.unparse(syntax), _bound_by(syntax), around)


def _enclosed(text: str, own: int, around: int) -> str:
    return f"({text})" if around > own else text


def _binary(syntax: ast.BinOp, around: int) -> str:
    sign, own = _BINARY[type(syntax.op)]
    left, right = (own + 1, own) if own == _POWER else (own, own + 1)
    text = f"{_text(syntax.left, left)} {sign} {_text(syntax.right, right)}"
    return _enclosed(text, own, around)


def _call(syntax: ast.Call) -> str:
    given = [_text(arg, _TEST) for arg in syntax.args]
    for keyword in syntax.keywords:
        name = "**" if keyword.arg is None else f"{keyword.arg}="
        given.append(name + _text(keyword.value, _TEST))
    return f"{_text(syntax.func, _ATOM)}({', '.join(given)})"


def _index(syntax: ast.expr) -> str:
    """What stands between the brackets of a subscript."""
    if isinstance(syntax, ast.Slice):
        bounds = [
            "" if bound is None else unparsed(bound) for bound in (syntax.lower, syntax.upper)
        ]
        return ":".join(bounds if syntax.step is None else [*bounds, unparsed(syntax.step)])
    if isinstance(syntax, ast.Tuple) and syntax.elts:
        shown = [_index(element) for element in syntax.elts]
        if not any(isinstance(element, (ast.Starred, ast.Tuple)) for element in syntax.elts):
            return shown[0] + "," if len(shown) == 1 else ", ".join(shown)
        return ast.unparse(ast.Subscript(ast.Name("_"), syntax, ast.Load()))[2:-1]
    return unparsed(syntax)


def _bound_by(syntax: ast.expr) -> int:
    """How tightly what is not written out here binds its parts."""
    match syntax:
        case ast.IfExp() | ast.Lambda():
            return _TEST
        case ast.BoolOp(op):
            return _OR if isinstance(op, ast.Or) else _AND
        case ast.Compare():
            return _COMPARISON
        case _:
            return _ATOM
