"""A module file with generated functions that needs NumPy and nothing of this package.

Objects that the text reads become imports; helpers of the runtime are pasted with whatever of their
modules they use; data is written where it is a literal.  Anything else (an array of a closure, an
object, a function of the script that runs) is refused: the file could not have it.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import sys
from collections.abc import Sequence
from types import FunctionType, ModuleType
from typing import Any

from sourcead.emit.load import emitted_text
from sourcead.emit.source import Emitted
from sourcead.errors import SourceADError
from sourcead.ir.nodes import Origin, Ref

__all__ = ["CannotBeWritten", "module"]

_RUNTIME = "sourcead.runtime"
_PASTED = (_RUNTIME, "sourcead.rules")  # rules that are called by name, too


class CannotBeWritten(SourceADError):
    """The derivative reads something that a file of its own cannot have."""


def module(functions: Sequence[Emitted], *, title: str, origin: Origin) -> str:
    """The file with `functions`; `title` is its docstring, `origin` what a refusal points at."""
    collected = _Collected(origin)
    for emitted in functions:
        collected.function(emitted)
    head = f'"""{title}"""\n\nfrom __future__ import annotations'
    parts = (head, *collected.tables(), *(f"\n{text}" for text in collected.functions.values()))
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


class _Collected:
    """The parts of the file, each under the name by which the others read it."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.imports: dict[str, str] = {}  # name -> line
        self.data: dict[str, str] = {}
        self.functions: dict[str, str] = {}  # in order of definition
        self.known: dict[str, Any] = {}

    def tables(self) -> list[str]:
        imports = sorted(
            set(self.imports.values()), key=lambda line: (line.startswith("from"), line)
        )
        return ["\n".join(lines) for lines in (imports, self.data.values()) if lines]

    # -- generated functions -----------------------------------------------------------------

    def function(self, emitted: Emitted) -> None:
        tree = ast.parse(emitted.text)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                raise self.refusal(
                    emitted, f"`{node.names[0]}` is assigned outside of the function"
                )
            if isinstance(node, ast.arguments) and _has_objects(node):
                raise self.refusal(emitted, "the default value of a parameter is not a literal")
        self.claim(emitted.name, emitted, emitted)
        text = emitted.text
        for name, found in _names_read(emitted).items():
            if found is None:
                raise self.refusal(emitted, f"where `{name}` comes from is not known")
            if isinstance(found[0], ModuleType) and found[0].__name__.startswith(_PASTED):
                text = self.without_module(text, name, found[0])
            else:
                self.add(name, found[0], emitted)
        self.functions[emitted.name] = text

    def add(self, name: str, value: Any, emitted: Emitted) -> None:
        """Make `name` mean `value` in the file."""
        generated = _generated(value)
        if self.claim(name, generated or value, emitted):
            return
        if isinstance(value, ModuleType):
            self.imports[name] = self.import_line(value, name, emitted)
        elif generated is not None:
            self.generated(name, generated)
        elif _is_literal(value):
            self.data[name] = f"{name} = {value!r}"
        elif (getattr(value, "__module__", None) or "").startswith(_PASTED):
            self.paste(name, value.__name__, sys.modules[value.__module__])
        else:
            self.imports[name] = self.from_line(name, value, emitted)

    def claim(self, name: str, value: Any, emitted: Emitted) -> bool:
        """Whether `name` is there already."""
        if self.known.get(name, value) is not value:
            raise self.refusal(emitted, f"`{name}` would have to mean two things")
        is_there = name in self.known
        self.known[name] = value
        return is_there

    def generated(self, name: str, emitted: Emitted) -> None:
        if emitted.name not in self.functions:
            self.function(emitted)
        if emitted.name != name:
            self.functions[name] = f"{name} = {emitted.name}"

    def refusal(self, emitted: Emitted, cause: str) -> CannotBeWritten:
        way_out = "Pass it as an argument."
        return CannotBeWritten.at(
            self.origin, f"{emitted.name} cannot be written to a file: {cause}", way_out
        )

    def import_line(self, module: ModuleType, name: str, emitted: Emitted) -> str:
        full = module.__name__
        if full.partition(".")[0] == "sourcead" or full == "__main__":
            raise self.refusal(emitted, f"`{full}` cannot be imported by a file of its own")
        return f"import {full}" if full == name else f"import {full} as {name}"

    def from_line(self, name: str, value: Any, emitted: Emitted) -> str:
        home, original = getattr(value, "__module__", None), getattr(value, "__name__", name)
        if home is None and getattr(sys.modules.get("scipy.special"), original, None) is value:
            home = "scipy.special"  # ufuncs do not say where they are from
        found = getattr(sys.modules.get(home or ""), original, None)
        if home in (None, "__main__") or str(home).startswith("sourcead") or found is not value:
            what = f"`{name}`, a {type(value).__name__},"
            raise self.refusal(emitted, f"{what} is neither a literal nor can it be imported")
        return f"from {home} import {original}" + (f" as {name}" if name != original else "")

    # -- helpers of the runtime --------------------------------------------------------------

    def without_module(self, text: str, name: str, module: ModuleType) -> str:
        """`densities.t_scores(x)` as `t_scores(x)`, with a copy of that."""

        def copied(used: re.Match[str]) -> str:
            return self.dependency(used[1], getattr(module, used[1]), module)

        return re.sub(rf"(?<![\w.]){re.escape(name)}\.(\w+)", copied, text)

    def paste(self, name: str, original: str, module: ModuleType) -> None:
        """Copy what `original` is in a module of the runtime, under `name`, with what it uses."""
        node, text = _definition(module, original)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sourcead."):
                return self.paste(name, original, sys.modules[node.module or ""])
            self.imports[name] = _bound_to(text, name)
            return None
        if module.__name__.startswith("sourcead.rules"):  # decorators register rules: not here
            text = "\n".join(
                inspect.getsource(module).splitlines()[node.lineno - 1 : node.end_lineno]
            )
            node = ast.parse(text).body[0]
        own = vars(module)
        behind = [used for used in _used(node) if used in own and used != original]
        for used in behind:
            text = _renamed(text, used, self.dependency(used, own[used], module))
        text = _renamed(text, original, name)
        plain = isinstance(node, (ast.Assign, ast.AnnAssign)) and not (
            self.functions.keys() & set(behind)
        )  # other data is made by functions, and stands behind them
        place = self.data if plain else self.functions
        place[name] = text
        return None

    def dependency(self, original: str, value: Any, module: ModuleType) -> str:
        name, number = original, 0
        while name in self.known and self.known[name] is not value:
            number += 1
            name = f"{original}_{number}"
        if name not in self.known:
            self.known[name] = value
            self.paste(name, original, module)
        return name


# -- what a generated text reads -------------------------------------------------------------------


def _names_read(emitted: Emitted) -> dict[str, tuple[Any] | None]:
    """The names that come from outside the text, with their objects where these can be found."""
    given: dict[str, tuple[Any] | None] = {name: (value,) for name, value in emitted.extra.items()}
    given.update({name: (cell.cell_contents,) for name, cell in emitted.cells.items()})
    for text, ref in emitted.references:
        root = text.partition(".")[0]
        if root not in given and not _is_builtin(root, ref):
            given[root] = _root_value(text, ref)
    return given


def _is_builtin(root: str, ref: Ref) -> bool:
    names = {node.id for node in ast.walk(ast.parse(ref.path)) if isinstance(node, ast.Name)}
    return not ref.live and all(hasattr(builtins, name) for name in names | {root})


def _root_value(text: str, ref: Ref) -> tuple[Any] | None:
    """The object behind the first name of `text`, found in the scope that the reference came from."""
    root, *rest = text.split(".")
    if not rest:
        return (ref.value,)
    home = getattr(ref.value, "__module__", None) or ""
    alias = {"np": "numpy", "sp": "scipy"}.get(root, root)
    for candidate in (alias, home, *sys.modules):
        value = sys.modules.get(candidate)
        if isinstance(value, ModuleType) and _leads(value, rest, ref.value):
            return (value,)
    return None


def _leads(value: Any, path: list[str], wanted: Any) -> bool:
    for part in path:
        value = (
            vars(value).get(part) if isinstance(value, ModuleType) else getattr(value, part, None)
        )
    return value is wanted


def _generated(value: Any) -> Emitted | None:
    return emitted_text(value.__code__) if isinstance(value, FunctionType) else None


def _is_literal(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_literal, value))
    if type(value) is float:
        return repr(value) not in ("nan", "inf", "-inf")
    return value is None or type(value) in (bool, int, str, bytes)


def _has_objects(arguments: ast.arguments) -> bool:
    defaults = [*arguments.defaults, *arguments.kw_defaults]
    return any(isinstance(d, ast.Constant) and d.value is Ellipsis for d in defaults)


# -- modules of the runtime as text ------------------------------------------------------------------


def _definition(module: ModuleType, name: str) -> tuple[ast.stmt, str]:
    """The statement of a module that binds `name`, with its text."""
    source = inspect.getsource(module)
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef(name=bound) | ast.ClassDef(name=bound) if bound == name:
                return node, _lines(source, node)
            case (
                ast.Assign(targets=[ast.Name(id=bound)]) | ast.AnnAssign(target=ast.Name(id=bound))
            ) if bound == name:
                return node, _lines(source, node)
            case ast.Import(names) | ast.ImportFrom(names=names):
                for alias in names:
                    if name in (alias.asname, alias.name.partition(".")[0]):
                        return node, _one_alias(node, alias)
            case _:
                pass
    raise LookupError(f"{module.__name__} does not define {name}")


def _lines(source: str, node: ast.stmt) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _one_alias(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(node, ast.Import):
        return ast.unparse(ast.Import([alias]))
    return ast.unparse(ast.ImportFrom(node.module, [alias], node.level))


def _bound_to(text: str, name: str) -> str:
    """An import of one thing, under this name."""
    node = ast.parse(text).body[0]
    assert isinstance(node, (ast.Import, ast.ImportFrom))
    (alias,) = node.names
    if name == (alias.asname or alias.name.partition(".")[0]):
        return text
    node.names = [ast.alias(alias.name, name)]
    return ast.unparse(node)


def _used(node: ast.AST) -> list[str]:
    return list(dict.fromkeys(n.id for n in ast.walk(node) if isinstance(n, ast.Name)))


def _renamed(text: str, old: str, new: str) -> str:
    return text if old == new else re.sub(rf"(?<![\w.]){re.escape(old)}\b", new, text)
