"""Programs in the in-place style of numerical kernels, and the scalar functions made of them.

A kernel writes some of its arguments and may return something.  `results` names what is to be
differentiated: arguments, or "return".  Two scalar functions are generated as source text, so that
the compiler sees what a user would write:

    def scalar(u, steps):                       def scalar(u, steps):
        u = u.copy()                                out = jacobi(u, steps)
        out = jacobi(u, steps)                      return np.sum(u_weight * u)
        return np.sum(u_weight * u)
"""

from __future__ import annotations

import inspect
import itertools
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import sourcead
from tests.structures import fresh, has_leaf

__all__ = ["PROGRAMS", "Program", "define", "program"]

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Program:
    """A kernel, its arguments, and what of its outcome counts."""

    kernel: Callable[..., Any]
    make_args: Callable[[np.random.Generator], tuple[Any, ...]]
    results: tuple[str, ...]
    analytic: bool  # runs with complex arguments too, as the complex step needs

    @property
    def name(self) -> str:
        return self.kernel.__name__

    @property
    def parameters(self) -> list[str]:
        return list(inspect.signature(self.kernel).parameters)

    def args(self) -> tuple[Any, ...]:
        return self.make_args(np.random.default_rng(1))

    def argnums(self) -> tuple[int, ...]:
        return tuple(i for i, arg in enumerate(self.args()) if has_leaf(arg))

    def scalar(self, *, copied: bool) -> Callable[..., Any]:
        """A weighted sum of the results; of copies of the arrays, or of the arguments themselves."""
        weights, terms = self._weights()
        lines = [f"def {self.name}_sum({', '.join(self.parameters)}):"]
        if copied:
            lines += [f"    {name} = {name}.copy()" for name in self._arrays()]
        lines += [
            f"    out = {self.name}({', '.join(self.parameters)})",
            f"    return {' + '.join(terms)}",
        ]
        namespace = {"np": np, self.name: self.kernel, **weights}
        return define("\n".join(lines) + "\n", f"{self.name}_sum", namespace)

    def gradient_along(self, direction: tuple[Any, ...]) -> Callable[..., float]:
        """The gradient of the scalar function, times a direction, as a function of the same arguments."""
        argnums = self.argnums()
        given = ", ".join(self.parameters)
        terms = [f"np.sum(bars[{at}] * direction_{i})" for at, i in enumerate(argnums)]
        lines = [
            f"def {self.name}_along({given}):",
            f"    bars = gradient_of_it({given})",
            f"    return {' + '.join(terms)}",
        ]
        namespace = {f"direction_{i}": direction[i] for i in argnums}
        gradient = sourcead.grad(self.scalar(copied=True), argnums)
        namespace |= {"np": np, "gradient_of_it": gradient}
        return define("\n".join(lines) + "\n", f"{self.name}_along", namespace)

    def _arrays(self) -> list[str]:
        named = zip(self.parameters, self.args(), strict=True)
        return [
            name
            for name, value in named
            if isinstance(value, np.ndarray) and value.dtype.kind in "fc"
        ]

    def _weights(self) -> tuple[dict[str, Any], list[str]]:
        rng = np.random.default_rng(2)
        weights: dict[str, Any] = {}
        terms = []
        for text, value in self._outcomes():
            name = f"weight_{len(weights)}"
            weights[name] = rng.uniform(0.5, 1.5, np.shape(value))
            terms.append(f"np.sum({name} * {text})")
        return weights, terms

    def _outcomes(self) -> Iterator[tuple[str, Any]]:
        """Each result as an expression, with its value."""
        args = fresh(self.args())
        out = self.kernel(*args)
        for result in self.results:
            if result != "return":
                yield result, args[self.parameters.index(result)]
            elif isinstance(out, tuple):
                yield from ((f"out[{i}]", part) for i, part in enumerate(out))
            else:
                yield "out", out


PROGRAMS: dict[str, Program] = {}


def program(
    make_args: Callable[[np.random.Generator], tuple[Any, ...]],
    *results: str,
    analytic: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated kernel; it stays an ordinary function."""

    def register(kernel: Callable[..., Any]) -> Callable[..., Any]:
        assert kernel.__name__ not in PROGRAMS, f"two programs called {kernel.__name__}"
        PROGRAMS[kernel.__name__] = Program(kernel, make_args, results or ("return",), analytic)
        return kernel

    return register


def define(text: str, name: str, namespace: dict[str, Any]) -> Callable[..., Any]:
    """Run source text and return the function `name` from it; its source can be found as a file's can."""
    file = f"<generated {name} {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace.setdefault("__name__", __name__)
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]
