"""A small program for each call on which a rule is tested: what the compiler is given.

`np.sum(a, axis=0)` of an array becomes

    def program(x0):
        return f(x0, axis=0)

Each number or array of floating type is a parameter, wherever it stands in the arguments; integers,
options and tuples of them are written out, as a user writes them; masks, indices and functions are
globals.  A method of arrays is called as one.

>>> import numpy as np
>>> from sourcead.rules.registry import lookup
>>> from tests.rules.harness import Call
>>> made = program(Call(lookup(np.sum), np.ndarray.sum, (np.ones((2, 2)),), {"axis": 0}))
>>> print(made.text)
def program(x0):
    return x0.sum(axis=0)
>>> made.function(*made.args).tolist()
[2.0, 2.0]
"""

from __future__ import annotations

import inspect
import itertools
import linecache
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sourcead.rules.numpy.samples import Symmetric
from tests.rules.harness import GENERATORS, Call, active, is_leaf, variadic

__all__ = ["Program", "program", "squared"]

_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Program:
    """A function with source, and the arguments that it is differentiated at."""

    text: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    call: Call

    def __str__(self) -> str:
        return f"{self.call}\n{self.text}"


class _Writer:
    """Writes the arguments of one call, and keeps what becomes a parameter or a global."""

    def __init__(self, call: Call) -> None:
        self.parameters: list[Any] = []
        self.globals: dict[str, Any] = {"np": np, "f": call.function}
        active = [id(value) for value in values_of(call)]
        args = [self.argument(value, active) for value in call.args]
        named = [f"{k}={self.argument(value, active)}" for k, value in call.kwargs.items()]
        self.text = _called(call.function, args + named)

    def argument(self, value: Any, active: list[int]) -> str:
        """An argument without a derivative by the rule is an option: no part of it is a parameter."""
        return self.expression(value, id(value) in active)

    def expression(self, value: Any, active: bool) -> str:
        match value:
            case Symmetric() if active:
                self.parameters.append(np.asarray(value))
                return f"symmetric(x{len(self.parameters) - 1})"
            case _ if active and is_leaf(value):
                self.parameters.append(value)
                return f"x{len(self.parameters) - 1}"
            case None | bool() | int() | str():
                return repr(value)
            case float() if np.isfinite(value):
                return repr(value)
            case float() if np.isinf(value):
                return "np.inf" if value > 0 else "-np.inf"
            case list():
                return "[" + ", ".join(self.expression(v, active) for v in value) + "]"
            case tuple() if type(value) is tuple:
                return "(" + "".join(f"{self.expression(v, active)}, " for v in value) + ")"
            case slice():
                return f"slice({value.start}, {value.stop}, {value.step})"
            case _ if isinstance(value, GENERATORS):
                return f"twin({self.kept(value)})"  # the same draws at every call
            case _:
                return self.kept(value)

    def kept(self, value: Any) -> str:
        name = f"c{len(self.globals)}"
        self.globals[name] = value
        return name


def program(call: Call) -> Program:
    """The function `program(x0, x1, ...)` that makes the call."""
    writer = _Writer(call)
    return _compiled(writer, f"    return {writer.text}\n", call)


def squared(call: Call, weights: list[Any], paths: list[str]) -> Program:
    """The real number `sum(weight * y ** 2)` over the results at `paths` (`[0]`, `.real`, ...)."""
    writer = _Writer(call)
    terms = [
        f"np.sum(np.real({writer.kept(w)} * y{path} * y{path}))"
        for w, path in zip(weights, paths, strict=True)
    ]
    body = f"    y = {writer.text}\n    return {' + '.join(terms)}\n"
    return _compiled(writer, body, call)


def values_of(call: Call) -> list[Any]:
    """The arguments that can carry a derivative, those of `*args` one by one."""
    values: list[Any] = []
    for name, value in active(call).items():
        values += value if name == variadic(call) else [value]
    return values


def _called(function: Any, args: list[str]) -> str:
    owner = getattr(function, "__objclass__", None)
    if owner not in (np.ndarray, np.generic):
        return f"f({', '.join(args)})"
    if inspect.isgetsetdescriptor(function):
        return f"{args[0]}.{function.__name__}"
    return f"{args[0]}.{function.__name__}({', '.join(args[1:])})"


def _compiled(writer: _Writer, body: str, call: Call) -> Program:
    names = ", ".join(f"x{i}" for i in range(len(writer.parameters)))
    text = f"def program({names}):\n{body}"
    file = f"<rule program {next(_NUMBERS)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = writer.globals | {"twin": _twin, "symmetric": _symmetric, "__name__": __name__}
    exec(compile(text, file, "exec"), namespace)
    return Program(text.rstrip(), namespace["program"], tuple(writer.parameters), call)


def _symmetric(a: Any) -> Any:
    return 0.5 * (a + a.T)


def _twin(generator: Any) -> Any:
    """A generator of random numbers in the same state."""
    if isinstance(generator, np.random.RandomState):
        twin: Any = np.random.RandomState()
        twin.set_state(generator.get_state())
        return twin
    if isinstance(generator, random.Random):
        twin = random.Random()
        twin.setstate(generator.getstate())
        return twin
    bits = type(generator.bit_generator)()
    bits.state = generator.bit_generator.state
    return np.random.Generator(bits)
