"""The verifying mode: with `SOURCEAD_CHECK` in the environment, the first call of a signature is checked.

What is checked, and what each check finds:

- the Wengert lists assign every name once and before it is read (`sourcead/ir/check.py`): broken passes;
- what the reverse sweep reads is what the forward sweep had (`sourcead/transform/reverse/compared.py`): a value
  kept, computed again or undone wrongly, at the line that reads it;
- value and side effects on the arguments are those of one call of the primal, bit by bit;
- reverse agrees with forward mode: <x_bar, x_dot> = <out_bar, out_dot> in a random direction;
- what is returned shares memory with nothing;
- the same text is generated twice.

`SOURCEAD_CHECK=1` makes the checks that compile the function once more (comparison of the sweeps, forward
mode, the same text) on one in four signatures, chosen by the text; `SOURCEAD_CHECK=2` on all.
A failure is a `CheckFailed`, an AssertionError: it is a defect of sourcead, never of the user's program.
"""

from __future__ import annotations

import math
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sourcead.callables import Compiled, Mode, Source, call_primal
from sourcead.directions import inner, random_like, size
from sourcead.errors import SourceADError
from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Kind
from sourcead.ir.nodes import Assign, Call, Function
from sourcead.ir.walk import statements
from sourcead.nested import flatten
from sourcead.pipeline import compile_derivative
from sourcead.repeatable import is_repeatable
from sourcead.runtime.checks import CheckFailed, checksum
from sourcead.runtime.contents import copied, for_another_call

__all__ = ["CheckFailed", "is_wanted", "verified"]

_ONE_IN = 4


def is_wanted() -> bool:
    """Is the verifying mode on?"""
    return bool(os.environ.get("SOURCEAD_CHECK"))


def verified(
    source: Source, mode: Mode, kinds: Sequence[Kind], compiled: Compiled, full: tuple[Any, ...]
) -> Any:
    """What the gradient gives for the arguments, after all checks."""
    call = _Call(source, mode, tuple(kinds), compiled, full)
    is_derivative = (
        source.name != source.live.__name__
    )  # of `source.live`: the primal is not at hand
    repeatable = (
        not is_derivative
        and is_repeatable(compiled.primal)
        and not _is_also_global(source.live, full)
    )
    before = for_another_call(full) if repeatable else None
    thorough = before is not None and call.is_chosen()
    result = compiled.call(*full)
    call.check_memory(result)
    if before is None:
        return result
    call.check_primal(before, result)
    if thorough:
        call.check_sweeps(before, result)
        call.check_forward(before, result)
        call.check_text()
    return result


@dataclass
class _Call:
    """One call of a gradient."""

    source: Source
    mode: Mode
    kinds: tuple[Kind, ...]
    compiled: Compiled
    full: tuple[Any, ...]

    def fail(self, what: str) -> None:
        code = self.source.live.__code__
        place = f"{code.co_filename}:{code.co_firstlineno}, in {self.source.name}"
        raise CheckFailed(f"{what}\n  {place}\n\n{self.compiled.source}")

    def is_chosen(self) -> bool:
        if os.environ.get("SOURCEAD_CHECK") == "2":
            return True
        return zlib.crc32(self.compiled.source.encode()) % _ONE_IN == 0

    # -- the result ------------------------------------------------------------------------------

    def value_of(self, result: Any) -> Any:
        """What the primal returns, where the result holds it."""
        if self.mode.value:
            return result[0]
        return None

    def bars_of(self, result: Any) -> tuple[Any, ...]:
        """The gradients, one for each differentiated argument."""
        if self.mode.value:
            found = result[1]
        else:
            found = result[0] if self.mode.aux else result
        return (found,) if self.mode.single else tuple(found)

    # -- the checks ------------------------------------------------------------------------------

    def check_memory(self, result: Any) -> None:
        """A gradient shares no memory with an argument, or with another one."""
        own = [a for bar in self.bars_of(result) for a in _arrays(bar)]
        others = [a for value in self.full for a in _arrays(value)]
        for i, array in enumerate(own):
            if any(_overlap(array, other) for other in others):
                self.fail("a returned gradient shares memory with an argument")
            if any(_overlap(array, other) for other in own[:i]):
                self.fail("two returned gradients share memory")

    def check_primal(self, before: tuple[Any, ...], result: Any) -> None:
        """The value and what is left in the arguments are those of one call of the primal."""
        args = copied(before)
        value = call_primal(self.source, args)
        if self.mode.value and not _same_bits(value, self.value_of(result)):
            self.fail(f"the value is {self.value_of(result)!r}, the function gives {value!r}")
        if not _same_bits(args, self.full):
            self.fail(f"the arguments are left as {self.full!r}, the function leaves {args!r}")

    def check_sweeps(self, before: tuple[Any, ...], result: Any) -> None:
        """The same gradient, by code that compares what the two sweeps read."""
        compared = compile_derivative(self.source, self.kinds, self.mode, compared=True)
        again = compared.call(*copied(before))
        for bar, other in zip(self.bars_of(again), self.bars_of(result)):
            if not all(map(_close, flatten(bar)[0], flatten(other)[0])):
                self.fail(f"the gradient is {bar!r} the second time, and was {other!r}")

    def check_forward(self, before: tuple[Any, ...], result: Any) -> None:
        """<x_bar, x_dot> against <1, out_dot> in a random direction."""
        rng = np.random.default_rng(0)
        dots = tuple(random_like(before[i], rng) for i in self.mode.wrt)
        try:
            tangent = compile_derivative(self.source, self.kinds, Mode("tangent", self.mode.wrt))
            _, out_dot = tangent.call(*copied(before), *dots)
        except SourceADError:
            return  # refused in this mode
        if changes_adjoints(tangent.primal):
            return
        if self.mode.aux:
            out_dot = out_dot[0]
        bars = self.bars_of(result)
        reverse, scale = inner(bars, dots), size(bars, dots)
        forward = float(np.real(out_dot)) if out_dot is not None else 0.0
        if not (math.isfinite(reverse) and math.isfinite(forward)):
            return
        precision = 1e-3 if _has_single((before, out_dot)) else 1e-8
        if abs(reverse - forward) > precision * (scale + abs(forward) + 1e-4):  # 1e-4: terms cancel
            self.fail(f"reverse mode gives {reverse!r} along a direction, forward mode {forward!r}")

    def check_text(self) -> None:
        """Compiling again gives the same text."""
        again = compile_derivative(self.source, self.kinds, self.mode)
        if again.source != self.compiled.source:
            self.fail(f"another text is generated the second time:\n\n{again.source}\n\nafter")


# -- values --------------------------------------------------------------------------------------


def _same_bits(left: Any, right: Any) -> bool:
    mine, theirs = flatten(left)[0], flatten(right)[0]
    return list(map(checksum, mine)) == list(map(checksum, theirs))


def _close(x: Any, y: Any) -> bool:
    precision = 1e-3 if _has_single(x) else 1e-9
    return bool(np.allclose(x, y, rtol=precision, atol=precision, equal_nan=True))


def _arrays(value: Any) -> list[np.ndarray[Any, Any]]:
    return [leaf for leaf in flatten(value)[0] if isinstance(leaf, np.ndarray)]


def _overlap(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> bool:
    return bool(np.may_share_memory(x, y) and np.shares_memory(x, y))


def _is_also_global(function: Any, full: tuple[Any, ...]) -> bool:
    """Is an argument an array that the function also reads as a global?  A copy of it would be another program."""
    names = getattr(getattr(function, "__code__", None), "co_names", ())
    globals_ = getattr(function, "__globals__", {})
    held = [globals_[n] for n in names if isinstance(globals_.get(n), np.ndarray)]
    return any(_overlap(a, b) for value in full for a in _arrays(value) for b in held)


def _has_single(value: Any) -> bool:
    singles = (np.float32, np.complex64, np.float16)
    return any(getattr(leaf, "dtype", None) in singles for leaf in flatten(value)[0])


def changes_adjoints(primal: Function) -> bool:
    """Is there a block `with adjoint_of(h) as h_bar`, after which the modes need not agree?"""
    calls = [s.expr for s in statements(primal.body) if isinstance(s, Assign)]
    return any(isinstance(c, Call) and getattr(c.func, "value", None) is adjoint_of for c in calls)
