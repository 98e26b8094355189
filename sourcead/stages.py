"""What does each stage of the transformation make of this function?  Text for people, tests and the command line.

    print(stage("wengert", f, mode="reverse", wrt=("x",), kinds=parse_kinds("x=float64[:]")))

ast: the syntax tree.  wengert: the primal as a Wengert list, with kinds resolved and small callees
inlined.  adjoint: the derivative as a Wengert list.  source: the text of the derivative that runs.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sourcead
from sourcead.api import positions
from sourcead.callables import Compiled, Mode, Source, source_of
from sourcead.emit.source import emit
from sourcead.emit.standalone import module
from sourcead.errors import NonScalarOutput
from sourcead.frontend.source import Source as FoundSource
from sourcead.frontend.source import find_source
from sourcead.ir.kinds import Kind, Py
from sourcead.ir.nodes import Function, Param
from sourcead.ir.show import show
from sourcead.kind_text import parse_kind
from sourcead.pipeline import compile_derivative
from sourcead.signature import kind_of

__all__ = ["compiled", "stage", "standalone"]


def stage(
    name: str,
    function: Callable[..., Any],
    *,
    mode: str,
    wrt: Sequence[str] | None,
    kinds: Mapping[str, Kind],
) -> str:
    """The text of one stage for parameters of these kinds; see `compiled`."""
    if name == "ast":
        return syntax_tree(function)
    made = compiled(function, mode=mode, wrt=wrt, kinds=kinds)
    match name:
        case "wengert":
            return made.wengert
        case "adjoint":
            return "\n\n".join(show(each).rstrip("\n") for each in made.functions)
        case "source":
            return made.source
        case _:
            raise ValueError(f"there is no stage {name!r}")


def syntax_tree(function: Callable[..., Any]) -> str:
    """The function's syntax tree, in the form that is the same for all versions of Python."""
    import astunparse  # here: nothing else needs the two
    import gast

    text: str = astunparse.dump(gast.ast_to_gast(find_source(source_of(function).live).tree))
    return text


def compiled(
    function: Callable[..., Any],
    *,
    mode: str,
    wrt: Sequence[str] | None,
    kinds: Mapping[str, Kind],
    careful: bool = False,
) -> Compiled:
    """The derivative by `mode` ("reverse" or "forward") with respect to the parameters `wrt` (None: the first).

    Reverse mode gives the gradient, or, where the result is not a real number, the two halves of the
    pullback.  A parameter without kind has that of its annotation or default, else it is a float.
    """
    source = source_of(function)
    at, single = positions(function, 0 if wrt is None else tuple(wrt))
    all_kinds = tuple(
        kinds[p.name] if p.name in kinds else assumed_kind(p, i in at, source)
        for i, p in enumerate(source.parameters)
    )
    compile_as = functools.partial(compile_derivative, source, all_kinds, careful=careful)
    if mode == "forward":
        return compile_as(Mode("tangent", at))
    try:
        return compile_as(Mode("gradient", at, single=single or len(at) == 1))
    except NonScalarOutput:
        return compile_as(Mode("pullback", at))


def standalone(
    function: Callable[..., Any],
    *,
    mode: str,
    wrt: Sequence[str] | None,
    kinds: Mapping[str, Kind],
) -> str:
    """A module with the derivative that runs without sourcead; see `compiled`."""
    made = compiled(function, mode=mode, wrt=wrt, kinds=kinds, careful=True)
    found = find_source(source_of(function).live)
    functions = [
        emit(
            _one_value_each(each),
            defaults={p.name.hint: 1.0 for p in each.params if p.form == "seed"},
            is_number=made.is_number,
        )
        for each in made.functions
    ]
    title = _title(function, found, mode, wrt or [made.primal.params[0].name.hint])
    return module(functions, title=title, origin=found.origin(found.tree))


def _one_value_each(function: Function) -> Function:
    """A written function takes one value for each parameter of the primal, however the primal takes it."""
    params = tuple(p if p.form == "seed" else Param(p.name) for p in function.params)
    return replace(function, params=params)


def _title(function: Callable[..., Any], found: FoundSource, mode: str, wrt: Sequence[str]) -> str:
    """Whose derivative it is, and of which text: the docstring of a written module."""
    first, last = found.tree.lineno, found.tree.end_lineno or found.tree.lineno
    digest = hashlib.sha256("\n".join(found.lines[first - 1 : last]).encode()).hexdigest()[:16]
    what = "Adjoints" if mode == "reverse" else "Tangents"
    return (
        f"{what} of `{getattr(function, '__qualname__', found.function)}` with respect to"
        f" {', '.join(wrt)}.\n\n"
        f"Written by sourcead {sourcead.__version__} from {Path(found.file).name}, lines {first}-{last},"
        f" SHA-256 {digest}.\nConstants of the module have the values that they had then.\n"
    )


def assumed_kind(parameter: inspect.Parameter, is_differentiated: bool, source: Source) -> Kind:
    """The kind of an argument that nobody has described."""
    if source.receiver is not None and parameter is source.parameters[0]:
        return kind_of(source.receiver, parameter.name)
    if parameter.annotation is not parameter.empty:
        try:
            return parse_kind(
                inspect.formatannotation(parameter.annotation).strip("'\""), parameter.name
            )
        except ValueError:
            pass  # an annotation that says something else
    if parameter.default is not parameter.empty and not is_differentiated:
        return kind_of(parameter.default, parameter.name)
    return Py(float)
