"""A plain function around a callable that is not one (a partial, a ufunc, a built-in), with source text.

>>> import functools, math
>>> adapter(functools.partial(pow, 2.0))(3.0), adapter(math.sin)(0.0)
(8.0, 0.0)
"""

from __future__ import annotations

import inspect
import linecache
import types
from typing import Any

__all__ = ["ADAPTED", "adapter", "function_of_text", "spread"]

ADAPTED = "sourcead.adapted"
"""The module of functions that are made here."""


def adapter(target: Any) -> types.FunctionType:
    """`def name(parameters): return target(parameters)`, registered so that its source is found."""
    name = (
        getattr(target, "__name__", None)
        or getattr(getattr(target, "func", None), "__name__", None)
        or "function"
    )
    name = name if name.isidentifier() else "function"
    return _made(target, name, _parameters(target))


def _made(target: Any, name: str, parameters: list[inspect.Parameter]) -> types.FunctionType:
    arguments = ", ".join(
        f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name for p in parameters
    )
    heads = []
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and "*" not in heads:
            heads.append("*")
        heads.append(p.name)
    text = f"def {name}({', '.join(heads)}):\n    return target({arguments})\n"
    made = function_of_text(name, text, {"target": target})
    defaults = [
        p.default for p in parameters if p.kind is not p.KEYWORD_ONLY and p.default is not p.empty
    ]
    made.__defaults__ = tuple(defaults) or None
    made.__kwdefaults__ = {
        p.name: p.default
        for p in parameters
        if p.kind is p.KEYWORD_ONLY and p.default is not p.empty
    }
    return made


_KEPT: list[str] = []


def function_of_text(name: str, text: str, names: dict[str, Any]) -> types.FunctionType:
    """The function `name` that the text defines, with these global names; its source is found."""
    filename = f"<sourcead adapter {name} {len(_KEPT)}>"
    _KEPT.append(text)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {**names, "__name__": ADAPTED}
    exec(compile(text, filename, "exec"), scope)
    made = scope[name]
    assert isinstance(made, types.FunctionType)
    return made


def spread(target: Any, count: int) -> types.FunctionType:
    """A function of `count` positional parameters in place of one with `*values`.

    >>> def total(x, *values, scale=1.0): return scale * (x + sum(values))
    >>> spread(total, 3)(1.0, 2.0, 3.0, scale=2.0)
    12.0
    """
    parameters: list[inspect.Parameter] = []
    for p in inspect.signature(target, follow_wrapped=False).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            names = [f"{p.name}_{i}" for i in range(count - len(parameters))]
            parameters += [
                inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names
            ]
        elif p.kind is not p.VAR_KEYWORD:
            parameters.append(p)
    name = target.__name__
    return _made(target, name if name.isidentifier() else "function", parameters)


def _parameters(target: Any) -> list[inspect.Parameter]:
    count = getattr(target, "nin", None)
    if isinstance(count, int):
        names = ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]
        return [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in names]
    x = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        found = list(inspect.signature(target).parameters.values())
    except ValueError:
        found = [x]
    inner = getattr(target, "func", target)
    is_python = isinstance(inner, (types.FunctionType, types.MethodType))
    if not is_python and not hasattr(target, "__taken__"):  # options stay as they are
        found = found[:1] + [
            p for p in found[1:] if p.default is p.empty or p.kind is p.KEYWORD_ONLY
        ]
    named = [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in found)
    if takes_any and all(p.kind is p.KEYWORD_ONLY for p in named):
        return [x, *named]
    return named
