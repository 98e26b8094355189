"""A class that is made inside a function: made once, when the function is transformed.

    def energy(x):
        class Spring: ...          # no variable of `energy` in it: the same class in every call
        return Spring(x).energy()

It is built from the function's own code, so its methods have their source where they always had it.
What makes it another class in each call is refused: methods that use variables of the function, and
attributes of the class itself that change.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType
from typing import Any

import gast

from sourcead.ir.nodes import Ref

__all__ = ["NotMade", "made_class"]

Static = Callable[[Any], "Ref | None"]

HERE = "Define the class at the top of the module, and pass what it needs to `__init__`."


class NotMade(Exception):
    """Why a class cannot be made once for all calls: cause and way out."""

    def __init__(self, cause: str, way_out: str = HERE) -> None:
        super().__init__(cause, way_out)
        self.cause, self.way_out = cause, way_out


def made_class(node: Any, around: Any, function: Any, static: Static) -> type:
    """The class of a ClassDef in `function`; `static`: what an expression means without running.

    `around`: the tree of the function (or nested function) that has the statement.

    Raises NotMade.
    """
    _check_body(node)
    _check_stores(around, node.name)
    code = _code_of(node, function.__code__)
    if code is None:
        raise NotMade("the code of this class is not found in that of the function")
    cells = {name: _cell(name, node, static) for name in code.co_freevars}
    bases = [_value(base, static, "a base class") for base in node.bases]
    if node.keywords:
        raise NotMade("a class with a metaclass or other keywords is defined inside the function")
    body = FunctionType(code, function.__globals__, code.co_name, None, tuple(cells.values()))
    made: Any = builtins.__build_class__(body, node.name, *bases)
    for decorator in reversed(node.decorator_list):
        made = _value(decorator, static, "a decorator")(made)
    if not isinstance(made, type):
        raise NotMade("a decorator makes something else of this class")
    if node.name in cells:
        cells[node.name].cell_contents = made
    return made


def _code_of(node: Any, code: CodeType) -> CodeType | None:
    """The code of the class's body, among the constants of the function's."""
    lines = {node.lineno, *(d.lineno for d in node.decorator_list)}
    for inner in (each for each in code.co_consts if isinstance(each, CodeType)):
        is_body = inner.co_name == node.name and "__qualname__" in inner.co_names
        if is_body and inner.co_firstlineno in lines:
            return inner
        found = _code_of(node, inner)
        if found is not None:
            return found
    return None


def _cell(name: str, node: Any, static: Static) -> CellType:
    """What a method sees by this name: the class itself, or something known such as an imported module."""
    if name == node.name:
        return CellType()
    found = static(gast.Name(name, gast.Load(), None, None))
    if found is None:
        raise NotMade(
            f"a class that uses the variable `{name}` of the function around it is another one in each call",
            f"Pass `{name}` to the class's `__init__`.",
        )
    return CellType(found.value)


def _value(node: Any, static: Static, what: str) -> Any:
    """A base or decorator, of names that are known and constants."""
    found = static(node)
    if found is not None:
        return found.value
    if isinstance(node, gast.Call):
        function = _value(node.func, static, what)
        given = [_constant(arg, what) for arg in node.args]
        return function(*given, **{k.arg: _constant(k.value, what) for k in node.keywords})
    raise NotMade(f"{what} of a class inside the function is not known before it runs")


def _constant(node: Any, what: str) -> Any:
    try:
        return ast.literal_eval(gast.gast_to_ast(node))
    except ValueError:
        raise NotMade(
            f"{what} of a class inside the function is given something that is not constant"
        ) from None


def _check_body(node: Any) -> None:
    """Methods, annotations and constants: nothing that a call could find changed by an earlier one."""
    for statement in node.body:
        match statement:
            case gast.FunctionDef() | gast.Pass() | gast.Expr(value=gast.Constant()):
                pass
            case gast.AnnAssign(value=value) | gast.Assign(value=value):
                if value is not None and not _is_constant(value):
                    raise NotMade("an attribute of a class inside the function is no constant")
            case _:
                raise NotMade("the body of a class inside the function does more than define")


def _is_constant(node: Any) -> bool:
    match node:
        case gast.Constant() | gast.UnaryOp(operand=gast.Constant()):
            return True
        case gast.Tuple(elts=elts):
            return all(map(_is_constant, elts))
        case gast.Call(func=gast.Name(id="field")) | gast.Call(func=gast.Attribute(attr="field")):
            return True  # of a dataclass: made anew for each instance
        case _:
            return False


def _check_stores(around: Any, name: str) -> None:
    """No attribute of the class itself is stored to, in its methods or in the function around it."""
    for base in _bases_of_stores(around):
        is_class = getattr(base, "id", "") in (name, "cls")
        is_class |= getattr(base, "attr", "") == "__class__"
        is_class |= getattr(getattr(base, "func", None), "id", "") == "type"
        if is_class:
            raise NotMade("a class inside the function has attributes that change")


def _bases_of_stores(around: Any) -> Iterator[Any]:
    """What attributes are stored to in a tree of Python's or of gast's."""
    for node in ast.walk(around):
        inner: Any = node
        is_store = type(getattr(inner, "ctx", None)).__name__ in ("Store", "Del")
        if type(inner).__name__ == "Attribute" and is_store:
            yield inner.value
        elif getattr(getattr(inner, "func", None), "id", "") in ("setattr", "delattr"):
            yield inner.args[0]
