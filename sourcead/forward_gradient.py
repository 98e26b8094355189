"""Gradients by forward mode: one sweep of the tangent for each element of the differentiated arguments.

For few inputs (up to about five numbers) this is the quicker way, and it keeps nothing: memory does not
grow with the length of loops.

>>> def decay(k, n):
...     y = 1.0
...     for _ in range(n):
...         y = y - k * y
...     return y
>>> gradient = ForwardGradient(decay, Mode("gradient", (0,)))
>>> gradient(0.5, 3), round(-3 * 0.5**2, 12)
(-0.75, -0.75)

The primal runs once for each element, on copies of the arguments all times but the last.  Where a run
gives another value than the one before (random numbers, files, a global that it changes), there is no
gradient by this mode, and the call is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sourcead.arguments import check_argument
from sourcead.callables import Mode, Source
from sourcead.derivative import Derivative, Pushforward, annotated
from sourcead.errors import NonScalarOutput, NotDifferentiable
from sourcead.importable import importable
from sourcead.ir.kinds import Kind
from sourcead.nested import Structure, flatten, unflatten
from sourcead.runtime.checks import checksum

__all__ = ["ForwardGradient"]


class ForwardGradient(Pushforward):
    """A gradient with the parameters of the primal; `value`: returns `(value, gradient)`."""

    def __init__(self, function: Any, mode: Mode) -> None:
        super().__init__(function, Mode("tangent", mode.wrt))
        self._asked = mode
        self._label = "value_and_grad" if mode.value else "grad"
        self.__name__ = self.__qualname__ = f"{self._source.name.strip('<>')}_{self._label}"

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        compiled, full = Derivative.__call__(self, *args, **kwargs)
        shape = self._shape(full)  # before the function writes its arguments
        with annotated():
            value, slopes = self._swept(compiled.call, full)
        bars = self._shaped(shape, slopes)
        gradient = bars[0] if self._asked.single else bars
        return (value, gradient) if self._asked.value else gradient

    def __differentiable_source__(self) -> Source:
        """A derivative of it is one of the same function in reverse mode."""
        return Derivative(self._function, self._asked, self._label).__differentiable_source__()

    @property
    def gradient_mode(self) -> Mode | None:
        return self._asked

    def __reduce__(self) -> Any:
        return ForwardGradient, (importable(self._function), self._asked)

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        check_argument(kind, value, name, self._origin())

    def _swept(self, run: Callable[..., Any], full: tuple[Any, ...]) -> tuple[Any, list[Any]]:
        """The value, and the derivative by each element in turn."""
        directions = list(self._directions(full))
        slopes: list[Any] = []
        before: Any = None
        for turn, direction in enumerate(directions):
            is_last = turn == len(directions) - 1
            values = full if is_last else self._copied(full)
            value, slope = run(*values, *direction)
            self._require_number(value)
            if turn and checksum(value) != before:
                raise NotDifferentiable.at(
                    self._origin(),
                    "the function gives another value each time it runs, and forward mode runs it once"
                    " for each element",
                    "use reverse mode",
                )
            before = checksum(value)
            slopes.append(slope)
        if not directions:  # arguments without elements
            return self._source.live(*full), []
        return value, slopes

    def _copied(self, full: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            return copy.deepcopy(full)
        except Exception as error:  # an object of the user's: anything may happen
            raise NotDifferentiable.at(
                self._origin(),
                f"an argument cannot be copied ({error}), and forward mode runs the function once for each"
                " element",
                "use reverse mode",
            ) from None

    def _require_number(self, value: Any) -> None:
        if (
            np.ndim(value)
            or np.iscomplexobj(value)
            or not isinstance(value, (int, float, np.number, np.ndarray))
        ):
            raise NonScalarOutput.at(
                self._origin(),
                f"the function returns {_described(value)}, and a gradient needs one real number",
                "reduce the result (np.sum), or use sourcead.jacobian or sourcead.jvp",
            )

    def _directions(self, full: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Tangents for the differentiated arguments: one element is one, all others are zero."""
        chosen = tuple(full[i] for i in self._mode.wrt)
        leaves, structure = flatten(chosen)
        zeros = [_zero(leaf) for leaf in leaves]
        for spot, leaf in enumerate(leaves):
            for unit in _units(leaf):
                yield unflatten(structure, [*zeros[:spot], unit, *zeros[spot + 1 :]])

    def _shape(self, full: tuple[Any, ...]) -> tuple[list[Any], Structure]:
        leaves, structure = flatten(tuple(full[i] for i in self._mode.wrt))
        return [_zero(leaf) for leaf in leaves], structure

    def _shaped(self, shape: tuple[list[Any], Structure], slopes: list[Any]) -> tuple[Any, ...]:
        zeros, structure = shape
        supply = iter(slopes)
        bars = [_collected(zero, supply) for zero in zeros]
        found: tuple[Any, ...] = unflatten(structure, bars)
        return found


def _zero(leaf: Any) -> Any:
    return np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else type(leaf)(0.0)


def _units(leaf: Any) -> Iterator[Any]:
    """The directions along each element; of a complex one along its real and imaginary axes."""
    steps = (1.0, 1j) if np.iscomplexobj(leaf) else (1.0,)
    for index in np.ndindex(*np.shape(leaf)):
        for step in steps:
            if isinstance(leaf, np.ndarray):
                unit = np.zeros_like(leaf)
                unit[index] = step
                yield unit
            else:
                yield type(leaf)(step)


def _collected(leaf: Any, slopes: Iterator[Any]) -> Any:
    """The slopes along the units of a leaf, in its shape and dtype."""
    is_complex = np.iscomplexobj(leaf)

    def one() -> Any:
        real = next(slopes)
        return real - 1j * next(slopes) if is_complex else real

    if not isinstance(leaf, np.ndarray):
        slope = one()
        return type(leaf)(slope.item() if isinstance(slope, (np.ndarray, np.generic)) else slope)
    bar = np.zeros(leaf.shape, leaf.dtype)
    for index in np.ndindex(*leaf.shape):
        bar[index] = one()
    return bar


def _described(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    return f"a {type(value).__name__}"
