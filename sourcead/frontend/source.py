"""Where is the source text of a running function, and is it really what runs?

The whole file (notebook cell, doctest, registered text) is parsed; the candidates are the function
nodes of the code object's name; the one whose compilation gives the live code object is taken.  So
several lambdas on one line, functions redefined under one name and edited files are told apart by
what they do, not by where they stand.

>>> import textwrap
>>> find_source(textwrap.shorten).tree.name
'shorten'
"""

from __future__ import annotations
import __future__

import ast
import copy
import functools
import inspect
import linecache
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, TypeAlias, TypeVar, cast

from sourcead.errors import NoSource, NotAFunction, SourceADError, SourceChanged
from sourcead.ir.nodes import Origin

__all__ = ["FunctionTree", "Source", "find_source", "unwrap"]

FunctionTree: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Placed = TypeVar("Placed", ast.expr, ast.stmt, ast.alias)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The syntax tree of a function with true positions, and the lines of its file."""

    tree: FunctionTree
    file: str
    lines: tuple[str, ...]
    function: str  # its name, for messages

    def origin(self, node: ast.AST, statement: ast.AST | None = None) -> Origin:
        """The place of `node`, with the text of the statement that it belongs to."""
        line, end_line = getattr(node, "lineno", 0), getattr(node, "end_lineno", None)
        end_line = line if end_line is None else end_line
        first = getattr(node if statement is None else statement, "lineno", line)
        return Origin(
            self.file, line, self._column(line, getattr(node, "col_offset", 0)),
            end_line, self._column(end_line, getattr(node, "end_col_offset", None) or 0),
            self.function, self._text(first).strip(),
        )  # fmt: skip

    def _text(self, line: int) -> str:
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def _column(self, line: int, byte: int) -> int:
        """The parser counts bytes; a caret counts letters."""
        text = self._text(line)
        return byte if text.isascii() else len(text.encode()[:byte].decode(errors="replace"))


# -- from callables to functions ---------------------------------------------------------------


def unwrap(function: Any) -> FunctionType:
    """The Python function that runs when `function` is called.

    Only wrappers that add nothing to the value are looked through: bound methods, `lru_cache`, Numba
    dispatchers.  A wrapper written in Python is itself the function.
    """
    seen = function
    while not isinstance(seen, FunctionType):
        inner = _inside(seen)
        if inner is None:
            raise _not_python(function)
        seen = inner
    return seen


def _inside(wrapper: Any) -> Any:
    if inspect.ismethod(wrapper) or isinstance(wrapper, staticmethod | classmethod):
        return wrapper.__func__
    if isinstance(wrapper, functools._lru_cache_wrapper):
        return wrapper.__wrapped__
    if type(wrapper).__module__.startswith("numba."):
        return getattr(wrapper, "py_func", None)
    return None


def _not_python(function: Any) -> SourceADError:
    name = getattr(function, "__qualname__", None) or repr(function)
    if not callable(function):
        cause = f"{name} is a {type(function).__name__}, which cannot be called"
        return NotAFunction.at(Origin.none(), cause, "Give a function.")
    cause = f"`{name}` is not written in Python, so it has no source to transform"
    way_out = (
        "Give its derivative with @sourcead.rule, or wrap it in a Python function that has one."
    )
    return NoSource.at(Origin.none(), cause, way_out)


# -- from functions to trees -------------------------------------------------------------------


def find_source(function: Any) -> Source:
    """The source of a function, method or lambda; raises NoSource or SourceChanged."""
    plain = unwrap(function)
    code = plain.__code__
    file = code.co_filename
    lines = _lines(file, plain)
    if not lines:
        raise _no_source(code)
    return Source(_matching(code, lines), file, tuple(lines), code.co_name)


def _lines(file: str, function: FunctionType) -> list[str]:
    """All lines of a file, cell or registered text."""
    linecache.checkcache(file)
    lines = linecache.getlines(file, function.__globals__)
    if lines:
        return lines
    try:
        return list(inspect.findsource(function)[0])
    except (OSError, TypeError, IndexError):
        return _command(file, function)


def _command(file: str, function: FunctionType) -> list[str]:
    """The text of `python -c TEXT`, for the functions of that program."""
    given = sys.orig_argv
    is_command = file == "<string>" and sys.argv[:1] == ["-c"] and "-c" in given[:-1]
    if not is_command or function.__module__ != "__main__":
        return []
    text = given[given.index("-c") + 1]
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    return text.splitlines(True)


_WITHOUT_TEXT = {
    "<stdin>": "what is piped into Python, or typed into one before 3.13, is not kept",
    "<string>": "text given to exec is not kept",
}


def _no_source(code: CodeType) -> NoSource:
    origin = _origin_of(code)
    why = _WITHOUT_TEXT.get(code.co_filename, f"there is no text for {code.co_filename}")
    cause = f"the source text of `{code.co_name}` cannot be found: {why}"
    way_out = "Put the function in a file, register its text with linecache, or give a rule for it."
    return NoSource.at(origin, cause, way_out)


def _origin_of(code: CodeType) -> Origin:
    """Where the code says that it stands; nowhere if that is no file but a name such as `<string>`."""
    if code.co_filename.startswith("<"):
        return Origin.none()
    line = code.co_firstlineno
    return Origin(code.co_filename, line, 0, line, 0, code.co_name, "")


def _matching(code: CodeType, lines: list[str]) -> FunctionTree:
    """The function in the file whose compilation is `code`; those at its line come first."""
    found = _functions("".join(lines))
    named = [place for place in found if _name(place.tree) == code.co_name]
    named.sort(key=lambda place: abs(_first_line(place.tree) - code.co_firstlineno))
    if not named and code.co_filename.startswith("<"):  # another text of this name
        raise _no_source(code)
    for place in named:
        if _compiles_to(place, code):
            return place.tree_mangled()
    origin = _origin_of(code)
    cause = f"the source of `{code.co_name}` has changed since it was loaded"
    way_out = "Load the module again (or restart), so that what runs is what is read."
    raise SourceChanged.at(origin, cause, way_out)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A function in a file and the class that it stands in directly or through functions.

    `imported` are the names that the file imports: Python calls attributes of those differently.
    """

    tree: FunctionTree
    owner: str | None
    imported: tuple[str, ...]

    def tree_mangled(self) -> FunctionTree:
        """Private names (`self.__x` in class C) spelled as they are looked up (`_C__x`)."""
        if self.owner is None or not self.owner.strip("_"):
            return self.tree
        text = ast.unparse(self.tree)
        return (
            self.tree if "__" not in text else _Mangler(self.owner).visit(copy.deepcopy(self.tree))
        )


def _name(tree: FunctionTree) -> str:
    return "<lambda>" if isinstance(tree, ast.Lambda) else tree.name


def _first_line(tree: FunctionTree) -> int:
    """The line that a code object calls its first: that of the first decorator."""
    decorators = [] if isinstance(tree, ast.Lambda) else tree.decorator_list
    return min([tree.lineno, *(d.lineno for d in decorators)])


@functools.lru_cache(maxsize=64)
def _functions(text: str) -> tuple[_Place, ...]:
    """Every function of a file; nothing if the text is not Python any more."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    return tuple(_places(module, None, tuple(dict.fromkeys(_imported(module)))))


def _places(node: ast.AST, owner: str | None, imported: tuple[str, ...]) -> Iterator[_Place]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionTree):
            yield _Place(child, owner, imported)
        inner = child.name if isinstance(child, ast.ClassDef) else owner
        yield from _places(child, inner, imported)


def _imported(node: ast.AST) -> Iterator[str]:
    """The names that are bound by imports at the top of a module."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for alias in child.names:
                yield alias.asname or alias.name.partition(".")[0]
        elif not isinstance(child, FunctionTree | ast.ClassDef):
            yield from _imported(child)


# -- is it what runs? --------------------------------------------------------------------------

_FUTURE = functools.reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag,
    __future__.all_feature_names,
    0,
)


def _compiles_to(place: _Place, code: CodeType) -> bool:
    """Whether the function, compiled in a scope like its own, gives the live code object."""
    imports: list[ast.stmt] = [
        _placed(ast.Import([_placed(ast.alias(name))])) for name in place.imported if name != "*"
    ]
    module = ast.Module([*imports, _scope(place, code.co_freevars)], type_ignores=[])
    flags = code.co_flags & _FUTURE
    try:
        compiled = compile(module, code.co_filename, "exec", flags=flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    around = next(_nested(compiled))  # `scope`
    if place.owner is not None:
        around = next(_nested(around))  # the class
    # the first of its name: others are inside of it
    mine = next(found for found in _nested(around) if found.co_name == _name(place.tree))
    return _same(mine, code)


def _scope(place: _Place, free: Iterable[str]) -> ast.stmt:
    """`def scope(<free variables>): <the function, without what is evaluated outside of it>`."""
    bare = _bare(place.tree)
    inner: ast.stmt = _placed(ast.Expr(bare)) if isinstance(bare, ast.expr) else bare
    if place.owner is not None:
        inner = ast.ClassDef(
            name=place.owner, bases=[], keywords=[], body=[inner], decorator_list=[]
        )
        inner = _placed(inner)
        if sys.version_info >= (3, 12):
            inner.type_params = []
    names = [name for name in free if name != "__class__"]
    parameters = ", ".join(names)
    outer = cast(ast.FunctionDef, ast.parse(f"def scope({parameters}): pass").body[0])
    outer.body = [inner]
    defined = place.owner or _name(place.tree)
    if defined not in names and defined != "<lambda>":  # else a local of `scope`
        outer.body.insert(0, _placed(ast.Global([defined])))
    return outer


def _placed(node: Placed) -> Placed:
    """A node that is none of the file's, at its start: which line it is on does not matter."""
    node.lineno = node.end_lineno = 1
    node.col_offset = node.end_col_offset = 0
    return node


def _bare(tree: FunctionTree) -> FunctionTree:
    """The function without decorators, defaults and annotations, which its code does not contain."""
    tree, given = copy.copy(tree), tree.args
    tree.args = ast.arguments(
        posonlyargs=list(map(_bare_arg, given.posonlyargs)),
        args=list(map(_bare_arg, given.args)),
        vararg=given.vararg and _bare_arg(given.vararg),
        kwonlyargs=list(map(_bare_arg, given.kwonlyargs)),
        kw_defaults=[default and _placed(ast.Constant(None)) for default in given.kw_defaults],
        kwarg=given.kwarg and _bare_arg(given.kwarg),
        defaults=[_placed(ast.Constant(None)) for _ in given.defaults],
    )
    if not isinstance(tree, ast.Lambda):
        tree.decorator_list, tree.returns = [], None
    return tree


def _bare_arg(arg: ast.arg) -> ast.arg:
    return ast.copy_location(ast.arg(arg.arg), arg)


def _nested(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _nested(constant)


def _same(found: CodeType, live: CodeType) -> bool:
    """Whether two code objects do the same; where they stand does not matter."""
    if _is_rewritten_by_pytest(live):
        return _same_names(found, live)
    return (
        found.co_code == live.co_code
        and found.co_names == live.co_names
        and _same_names(found, live)
        and len(found.co_consts) == len(live.co_consts)
        and all(map(_same_constant, found.co_consts, live.co_consts))
    )


def _same_names(found: CodeType, live: CodeType) -> bool:
    variables = tuple(name for name in live.co_varnames if not name.startswith("@"))
    return (
        found.co_varnames == variables
        and found.co_freevars == live.co_freevars
        and found.co_argcount == live.co_argcount
    )


def _is_rewritten_by_pytest(live: CodeType) -> bool:
    """pytest compiles the `assert`s of test files in its own way: their bytecode cannot be compared."""
    return any(name.startswith("@py") for name in (*live.co_varnames, *live.co_names))


def _same_constant(found: object, live: object) -> bool:
    if isinstance(found, CodeType) and isinstance(live, CodeType):
        return found.co_name == live.co_name and _same(found, live)
    if isinstance(found, str) and isinstance(live, str) and ".<locals>." in live:
        # Python 3.10 keeps the path of a nested function, which begins with where it was compiled
        return found.rpartition(".<locals>.")[2] == live.rpartition(".<locals>.")[2]
    if isinstance(found, frozenset):  # its order is not fixed
        return found == live
    return type(found) is type(live) and repr(found) == repr(live)


# -- private names -----------------------------------------------------------------------------


class _Mangler(ast.NodeTransformer):
    """`__x` in class `_C` is `_C__x` to Python; the tree is made to say so."""

    def __init__(self, owner: str) -> None:
        self.prefix = f"_{owner.lstrip('_')}"

    def mangled(self, name: str) -> str:
        is_private = name.startswith("__") and not name.endswith("__") and "." not in name
        return self.prefix + name if is_private else name

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in ("id", "attr", "arg", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and not isinstance(node, ast.alias | ast.ClassDef):
                setattr(node, field, self.mangled(name))
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [self.mangled(name) for name in node.names]
        return super().generic_visit(node)
