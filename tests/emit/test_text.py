"""The text of an expression is what `ast.unparse` says."""

import ast
from pathlib import Path

import sourcead
from sourcead.emit.text import unparsed

BINARY = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.MatMult, ast.Pow, ast.LShift, ast.RShift,
    ast.BitOr, ast.BitXor, ast.BitAnd,
)  # fmt: skip
UNARY = (ast.USub, ast.UAdd, ast.Invert, ast.Not)


def operands():
    """Expressions of every form that may need parentheses."""
    a, b = ast.Name("a", ast.Load()), ast.Name("b", ast.Load())
    yield from (a, ast.Constant(2), ast.Constant(-2.5), ast.Constant("it's"), ast.Constant(...))
    yield from (ast.Constant(1e308 * 10), ast.Constant(3j), ast.Constant(True))
    yield from (ast.BinOp(a, op(), b) for op in BINARY)
    yield from (ast.UnaryOp(op(), a) for op in UNARY)
    yield from (ast.BoolOp(op(), [a, b]) for op in (ast.And, ast.Or))
    yield ast.Compare(a, [ast.Lt()], [b])
    yield ast.IfExp(a, b, a)
    yield ast.parse("lambda x: x", mode="eval").body
    yield from (
        kind(elements, ast.Load()) for kind in (ast.Tuple, ast.List) for elements in ([], [a])
    )


def around(inner):
    """Each has it in one place: `ast.unparse` takes an object that it meets twice for the one of before."""
    a = ast.Name("a", ast.Load())
    for op in BINARY:
        yield ast.BinOp(inner, op(), a)
        yield ast.BinOp(a, op(), inner)
    yield from (ast.UnaryOp(op(), inner) for op in UNARY)
    yield ast.Attribute(inner, "T", ast.Load())
    yield ast.Call(inner, [], [])
    yield ast.Call(a, [inner], [])
    yield from (ast.Call(a, [], [ast.keyword(key, inner)]) for key in ("key", None))
    yield ast.Subscript(inner, a, ast.Load())
    for index in (inner, ast.Slice(None, inner, None), ast.Slice(a, None, inner)):
        yield ast.Subscript(a, index, ast.Load())
        yield ast.Subscript(a, ast.Tuple([index], ast.Load()), ast.Load())
        yield ast.Subscript(a, ast.Tuple([index, a], ast.Load()), ast.Load())


def test_an_operand_has_the_parentheses_that_it_needs():
    for inner in operands():
        for syntax in (inner, *around(inner)):
            assert unparsed(syntax) == ast.unparse(syntax)


def test_expressions_as_people_write_them():
    package = Path(sourcead.__file__).parent
    for path in (package / "rules" / "numpy" / "linalg.py", package / "emit" / "source.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
        shown = [
            n for n in found if not isinstance(n, (ast.Slice, ast.Starred, ast.FormattedValue))
        ]
        assert len(shown) > 1000
        for node in shown:
            assert unparsed(node) == ast.unparse(node)
