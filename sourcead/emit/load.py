"""Generated text as a callable in the user's own world, with tracebacks that lead to the user's lines.

The function runs with the user's module as its globals and with the user's live closure cells, so that
it reads what the primal reads.  What it needs besides (helpers, NumPy under another name) comes as cells
of its own; for that the text is compiled inside an outer function that declares those names, line
numbers and all else as printed.

The text is registered with `linecache`: tracebacks, `pdb` and `inspect.getsource` show it.
"""

from __future__ import annotations

import ast
import linecache
import threading
from collections.abc import Iterator, Mapping
from types import CellType, CodeType, FunctionType, TracebackType
from typing import Any

from sourcead.emit.source import Emitted
from sourcead.ir.nodes import Origin

__all__ = [
    "annotate",
    "emitted_text",
    "load",
    "register",
    "texts_behind",
    "user_origin",
    "user_origins",
]

_lock = threading.Lock()
_texts: dict[tuple[Any, ...], str] = {}  # text and what belongs to it -> file name
_counts: dict[str, int] = {}
_emitted: dict[str, Emitted] = {}  # file name -> what was loaded from it


def register(emitted: Emitted) -> str:
    """The file name under which tools find the text: `<sourcead f_grad 1>`, one for each text."""
    objects = tuple(map(id, emitted.extra.values()))  # kept alive by `_emitted`
    key = emitted.name, emitted.text, tuple(emitted.lines.items()), objects
    with _lock:
        filename = _texts.get(key)
        if filename is None:
            number = _counts[emitted.name] = _counts.get(emitted.name, 0) + 1
            filename = _texts[key] = f"<sourcead {emitted.name} {number}>"
            _emitted[filename] = emitted
    lines = emitted.text.splitlines(keepends=True)
    linecache.cache[filename] = (len(emitted.text), None, lines, filename)
    return filename


def load(
    emitted: Emitted,
    filename: str | None = None,
    globals: dict[str, Any] | None = None,
    cells: Mapping[str, CellType] | None = None,
    defaults: Mapping[str, Any] | None = None,
    made_later: Mapping[Any, CellType] | None = None,
) -> FunctionType:
    """The function that the text defines.

    `globals` is the user's module namespace itself, `cells` the user's live closure cells by name;
    `made_later`: cells of objects in the text that get their value afterwards.
    `defaults` gives the parameters' default values.  `filename` is the name by `register`.
    """
    filename = register(emitted) if filename is None else filename
    later = {id(made): cell for made, cell in (made_later or {}).items()}
    extra = {name: later.get(id(v)) or CellType(v) for name, v in emitted.extra.items()}
    free = {**(cells or {}), **emitted.cells, **extra}
    code = _compiled(emitted, filename, tuple(free))
    closure = tuple(free[name] for name in code.co_freevars)
    namespace = {} if globals is None else globals
    function = FunctionType(code, namespace, emitted.name, None, closure)
    _set_defaults(function, defaults or {})
    function.__module__ = namespace.get("__name__", __name__)
    return function


def _compiled(emitted: Emitted, filename: str, free: tuple[str, ...]) -> CodeType:
    module = ast.parse(emitted.text, filename)
    definition = module.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.args.defaults = []  # objects, given when the function is made
    definition.args.kw_defaults = [None] * len(definition.args.kwonlyargs)
    outer = ast.parse("def outer(): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    outer.args.args = [ast.arg(name, lineno=1, col_offset=0) for name in free]
    outer.body = [definition]
    module.body = [outer]
    compiled = compile(module, filename, "exec")
    code = _inner(_inner(compiled, "outer"), emitted.name)
    if hasattr(code, "co_qualname"):  # Python 3.11
        code = code.replace(co_qualname=emitted.name)
    return code


def _inner(code: CodeType, name: str) -> CodeType:
    found = [c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name]
    return found[0]


def _set_defaults(function: FunctionType, defaults: Mapping[str, Any]) -> None:
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    keyword = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    given = tuple(defaults[name] for name in positional if name in defaults)
    function.__defaults__ = given or None
    function.__kwdefaults__ = {name: defaults[name] for name in keyword if name in defaults} or None


def emitted_text(code: CodeType) -> Emitted | None:
    """The generated text that a code object was compiled from."""
    return _emitted.get(code.co_filename)


def texts_behind(emitted: Emitted) -> list[str]:
    """The texts of the generated functions that this text calls, those called first."""
    found: dict[str, None] = {}
    for _, ref in emitted.references:
        inner = emitted_text(ref.value.__code__) if isinstance(ref.value, FunctionType) else None
        if inner is not None and inner is not emitted:
            found.update((text, None) for text in (*texts_behind(inner), inner.text))
    return list(found)


# -- exceptions ----------------------------------------------------------------------------------


def annotate(exception: BaseException) -> None:
    """Add to an exception that passed through generated code which of the user's lines it comes from.

    >>> from sourcead.ir.nodes import Origin
    >>> from sourcead.emit.source import Emitted
    >>> here = Origin("model.py", 31, 4, 31, 9, "energy", "y = 1 / x", "reverse")
    >>> function = load(Emitted("energy_grad", "def energy_grad(x):\\n    return 1 / x\\n", {2: here}))
    >>> try:
    ...     function(0)
    ... except ZeroDivisionError as exception:
    ...     annotate(exception)
    ...     exception.__notes__
    ['in the reverse sweep of model.py:31, in energy: y = 1 / x']
    """
    notes: list[str] = list(getattr(exception, "__notes__", ()))
    for origin in user_origins(exception.__traceback__):
        sweep = f"in the {origin.sweep} sweep of " if origin.sweep else "at "
        note = f"{sweep}{origin.file}:{origin.line}, in {origin.function}: {origin.text}"
        if note not in notes:
            notes.append(note)
            _add_note(exception, note, notes)


def _add_note(exception: BaseException, note: str, notes: list[str]) -> None:
    if hasattr(exception, "add_note"):  # Python 3.11
        exception.add_note(note)
    else:
        exception.__notes__ = notes


def user_origins(traceback: TracebackType | None) -> Iterator[Origin]:
    """The user's statements behind the generated frames of a traceback, outermost first."""
    while traceback is not None:
        emitted = emitted_text(traceback.tb_frame.f_code)
        if emitted is not None and traceback.tb_lineno in emitted.lines:
            yield emitted.lines[traceback.tb_lineno]
        traceback = traceback.tb_next


def user_origin(exception: BaseException) -> Origin | None:
    """The innermost of the user's statements that an exception came from, if it passed generated code."""
    origins = list(user_origins(exception.__traceback__))
    return origins[-1] if origins else None
