"""The steps of docs/storage.md, one method for each of its sections: primal, tangent, adjoint, undone.

In forward mode a step does the primal's and the tangent's part, and shadows hold tangents.  In reverse
mode it does the primal's part and logs what is to be done when the reverse sweep comes back to it:
first what is *undone*, then the adjoint step.  Everything that is overwritten is kept.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CellType
from typing import Any

import numpy as np

from tests.ir.interpreter import IN_PLACE, OPERATIONS
from tests.storage.derivatives import PARTIALS, products
from tests.storage.shadows import (
    CELL,
    Box,
    Shadows,
    base_of,
    get_slot,
    has_slot,
    is_number,
    put_slot,
    remove_slot,
)

__all__ = ["Machine"]


class Machine:
    """Storage, its shadows, and the log of one gradient call."""

    def __init__(self, *, forward: bool) -> None:
        self.forward = forward
        self.shadows = Shadows()
        self.log: list[Callable[[], None]] = []

    # -- allocation, entry, view ------------------------------------------------------------------

    def box(self, value: Any) -> Box:
        """A value and what stands beside it: zeros where it is new, else what its memory has."""
        return Box(value, self.shadows.beside(value))

    def display(self, make: Callable[[list[Any]], Any], items: list[Box]) -> Box:
        """A list or tuple: each number that is given in receives the adjoint of its place."""
        made = self.box(make([item.value for item in items]))
        for place, item in enumerate(items):
            made.shadow[place] = item.shadow

        def back() -> None:
            for place, item in enumerate(items):
                if is_number(item.value):
                    add(item, made.shadow[place])

        self.log.append(back)
        return made

    # -- values --------------------------------------------------------------------------------------

    def elementwise(
        self, function: Callable[..., Any], partials: tuple[Any, ...], *args: Box
    ) -> Box:
        """A number, or an array in fresh storage, whose partial derivatives are known."""
        args = tuple(map(self.array, args))
        values = [arg.value for arg in args]
        result = self.box(function(*values))
        if result.shadow is None:
            return result

        def along(bar: Any, partial: Any) -> Any:
            return product(bar, lambda: partial(result.value, *values))

        pairs = [(a, p) for a, p in zip(args, partials, strict=True) if a.shadow is not None and p]
        if self.forward:
            put(result, sum((along(arg.shadow, partial) for arg, partial in pairs), 0.0))

        def back() -> None:
            for arg, partial in pairs:
                add(arg, along(result.shadow, partial))

        self.log.append(back)
        return result

    def linear(
        self, function: Callable[[Any], Any], transposed: Callable[[Any], Any], arg: Box
    ) -> Box:
        """Fresh storage that is a linear function of one array."""
        result = self.box(function(arg.value))
        if result.shadow is None:
            return result
        if self.forward:
            put(result, function(arg.shadow))
        self.log.append(lambda: add(arg, transposed(result.shadow)))
        return result

    def matmul(self, a: Box, b: Box) -> Box:
        """`a @ b` of vectors and matrices."""
        result = self.box(a.value @ b.value)
        if self.forward:
            pairs = (a.shadow, b.value), (a.value, b.shadow)
            put(result, sum(x @ y for x, y in pairs if x is not None and y is not None))

        def back() -> None:
            for operand, bar in zip((a, b), products(a.value, b.value, result.shadow)):
                add(operand, bar)

        self.log.append(back)
        return result

    def rearranged(self, function: Callable[..., Any], *args: Box) -> Box:
        """A view, or else an allocation that the elements of `args` are stored in: decided by memory.

        Where each element comes from is seen by giving `function` their positions.
        """
        value = function(*(arg.value for arg in args))
        sources = [leaf for arg in args for leaf in self.leaves(arg)]
        bases = [base_of(s.value) for s in sources if isinstance(s.value, np.ndarray)]
        result = self.box(value)
        if result.shadow is None or any(base_of(np.asarray(value)) is base for base in bases):
            return result
        ends = np.cumsum([0, *(np.size(s.value) for s in sources)])
        counter = iter(ends)
        positions = np.asarray(function(*(marked(arg.value, counter) for arg in args))).astype(int)
        if self.forward:
            put(result, np.concatenate([flat(source) for source in sources])[positions])

        def back() -> None:
            bars = np.zeros(ends[-1], value.dtype)
            np.add.at(bars, positions, result.shadow)
            for source, start, end in zip(sources, ends, ends[1:]):
                add(source, bars[start:end].reshape(np.shape(source.value)))

        self.log.append(back)
        return result

    def leaves(self, arg: Box) -> Iterator[Box]:
        """The numbers and arrays of an argument that may be a list of them; slots are read."""
        if isinstance(arg.value, (list, tuple)):
            for place in range(len(arg.value)):
                yield from self.leaves(self.read_slot(arg, place))
        else:
            yield arg

    def array(self, arg: Box) -> Box:
        """An operand of arithmetic with arrays: of a list an array is made."""
        return self.rearranged(np.array, arg) if isinstance(arg.value, list) else arg

    # -- read ----------------------------------------------------------------------------------------

    def read(self, base: Box, index: Any) -> Box:
        """`u[i]`: a number, a view, or a copy."""
        index = kept(index)
        value = base.value[index]
        if isinstance(value, np.ndarray):
            return self.rearranged(lambda array: array[index], base)
        result = self.box(value)
        if base.shadow is None:
            return result
        if self.forward:
            result.shadow = base.shadow[index]

        def back() -> None:
            base.shadow[index] += result.shadow

        self.log.append(back)
        return result

    def read_slot(self, holder: Box, key: Any) -> Box:
        value = get_slot(holder.value, key)
        result = Box(value, holder.shadow[key])
        if is_number(value) and not self.forward:
            result.shadow = 0.0

            def back() -> None:
                holder.shadow[key] += result.shadow

            self.log.append(back)
        return result

    # -- store of numbers ----------------------------------------------------------------------------

    def store(self, base: Box, index: Any, given: Box) -> None:
        """`u[i] = v`; of repeated indices the last write wins."""
        u, u_bar, index = base.value, base.shadow, kept(index)
        v = self.array(given)
        old, wins = np.array(u[index]), last_writes(u, index)
        u[index] = v.value
        if self.forward and u_bar is not None:
            u_bar[index] = like(u_bar, 0.0 if v.shadow is None else v.shadow)

        def back() -> None:
            u[index] = old
            if u_bar is not None:
                t = np.array(u_bar[index]) * wins
                u_bar[index] = 0
                add(v, t)

        self.log.append(back)

    def update(self, base: Box, index: Any, op: str, given: Box) -> None:
        """`u[i] op= v`: what `u[i] = u[i] op v` does, in place."""
        u, u_bar, index = base.value, base.shadow, kept(index)
        v = self.array(given)
        old, wins = np.array(u[index]), last_writes(u, index)
        by_old, by_v = PARTIALS[op]

        def along(bar: Any, partial: Any) -> Any:
            if partial is None:
                return np.zeros(np.shape(bar))
            return product(bar, lambda: partial(OPERATIONS[op](old, v.value), old, v.value))

        if self.forward and u_bar is not None:
            moved = along(u_bar[index], by_old)
            if v.shadow is not None:
                moved = moved + along(v.shadow, by_v)
        u[index] = IN_PLACE[op](u[index], v.value)
        if self.forward and u_bar is not None:
            u_bar[index] = like(u_bar, moved)

        def back() -> None:
            u[index] = old
            if u_bar is not None:
                t = np.array(u_bar[index]) * wins
                u_bar[index] = 0
                np.add.at(u_bar, index, like(u_bar, along(t, by_old)))
                add(v, along(t, by_v))

        self.log.append(back)

    def add_at(self, base: Box, index: Any, given: Box) -> None:
        """`np.add.at(u, i, v)`"""
        u, u_bar, index = base.value, base.shadow, kept(index)
        v = self.array(given)
        old = np.array(u[index])
        np.add.at(u, index, v.value)
        if self.forward and u_bar is not None and v.shadow is not None:
            np.add.at(u_bar, index, v.shadow)

        def back() -> None:
            u[index] = old
            if u_bar is not None:
                add(v, u_bar[index])

        self.log.append(back)

    def store_slot(self, holder: Box, key: Any, given: Box) -> None:
        """A store into a slot: a number moves its adjoint, a reference is rebound, a new slot comes."""
        place, shadow = holder.value, holder.shadow
        there = has_slot(place, key)
        old = get_slot(place, key) if there else None
        old_shadow = shadow[key] if there else None
        put_slot(place, key, given.value)
        shadow[key] = given.shadow  # of a number: its tangent, or in the forward sweep 0

        def back() -> None:
            bar = shadow[key]
            if there:
                put_slot(place, key, old)
                shadow[key] = 0.0 if is_number(old) else old_shadow
            else:
                remove_slot(place, key)
                del shadow[key]
            if is_number(given.value):
                add(given, bar)

        self.log.append(back)

    # -- insertion, removal, delete --------------------------------------------------------------------

    def change(
        self, holder: Box, operation: Callable[[list[Any], list[Any]], Any], *incoming: Box
    ) -> Box:
        """Slots of a list come, go and change places: `operation(items, coming)` in any way.

        Where they went is seen by doing the same to their places, and to -1, -2, ... for what comes.
        The result is what was popped.
        """
        items, shadow = holder.value, holder.shadow
        before, shadows = list(items), list(shadow)
        places = list(range(len(items)))
        gone = operation(places, [-1 - j for j in range(len(incoming))])
        popped = self.box(operation(items, [b.value for b in incoming]))
        shadow[:] = [shadows[p] if p >= 0 else incoming[-1 - p].shadow for p in places]
        if gone is not None and (self.forward or not is_number(popped.value)):
            popped.shadow = shadows[gone]

        def back() -> None:
            items[:] = before
            bars = list(shadow)
            shadow[:] = [0.0 if is_number(v) else s for v, s in zip(before, shadows, strict=True)]
            for place, bar in zip(places, bars, strict=True):
                if place >= 0:
                    shadow[place] = bar
                elif is_number(incoming[-1 - place].value):
                    add(incoming[-1 - place], bar)
            if gone is not None and is_number(popped.value):
                shadow[gone] += popped.shadow

        self.log.append(back)
        return popped

    def remove_slot(self, holder: Box, key: Any) -> Box:
        """`del d[k]`, `d.pop(k)`, `del obj.attr`: the slot comes back, a dict in the same order."""
        place, shadow = holder.value, holder.shadow
        removed = self.read_slot(holder, key)
        before, old_shadow = contents(place), shadow[key]
        remove_slot(place, key)
        del shadow[key]

        def back() -> None:
            refill(place, before)
            shadow[key] = 0.0 if is_number(removed.value) else old_shadow

        self.log.append(back)
        return removed

    # -- calls -----------------------------------------------------------------------------------------

    def opaque(self, call: Callable[[], Any], *written: Any) -> Box:
        """A callee without derivative that may write `written`: a store like any other."""
        before = [(w, contents(w)) for w in written if isinstance(w, (np.ndarray, list, dict))]
        value = call()

        def back() -> None:
            for place, content in before:
                refill(place, content)

        self.log.append(back)
        return self.box(value)

    # -- the reverse sweep -----------------------------------------------------------------------------

    def reverse_sweep(self) -> None:
        for back in reversed(self.log):
            back()

    @contextmanager
    def storage_as_left(self) -> Iterator[None]:
        """Behind it, storage holds again what it holds now: what the primal left."""
        left = [(place, contents(place)) for place, _ in self.shadows.known.values()]
        try:
            yield
        finally:
            for place, content in left:
                refill(place, content)


# -- contents ----------------------------------------------------------------------------------------


def contents(place: Any) -> Any:
    """A copy of what an array, list, dict, object or cell holds."""
    match place:
        case np.ndarray() | list() | dict():
            return place.copy()
        case CellType():
            return [place.cell_contents] if has_slot(place, CELL) else []
        case tuple():
            return place
        case _:
            return dict(vars(place))


def refill(place: Any, content: Any) -> None:
    match place:
        case np.ndarray():
            if place.flags.writeable:
                place[...] = content
        case list():
            place[:] = content
        case CellType():
            remove_slot(place, CELL) if has_slot(place, CELL) else None
            for value in content:
                put_slot(place, CELL, value)
        case tuple():
            pass
        case _:
            slots = place if isinstance(place, dict) else vars(place)
            slots.clear()
            slots.update(content)


def kept(index: Any) -> Any:
    """An index as it is now: what it was computed from may be written by this very statement."""
    return copy.deepcopy(index)


def last_writes(u: np.ndarray, index: Any) -> Any:
    """1 for each element of a store through `index` that stays, 0 for one that a later one overwrites."""
    writer = np.zeros(u.shape, int)
    order = np.arange(np.size(writer[index])).reshape(np.shape(writer[index]))
    writer[index] = order
    return (writer[index] == order).astype(float)


def marked(value: Any, starts: Iterator[int]) -> Any:
    """The structure and layout of `value`, with positions for its elements."""
    if isinstance(value, (list, tuple)):
        return type(value)([marked(item, starts) for item in value])
    start = int(next(starts))
    if not isinstance(value, np.ndarray):
        return start
    positions = np.empty_like(value, dtype=int)
    positions[...] = np.arange(start, start + value.size).reshape(value.shape)
    return positions


def flat(source: Box) -> np.ndarray:
    zeros = np.zeros(np.shape(source.value))
    return np.ravel(zeros if source.shadow is None else source.shadow)


# -- adjoints and tangents ---------------------------------------------------------------------------


def product(bar: Any, partial: Callable[[], Any]) -> Any:
    """Zero times anything is zero: a lane that is not selected contributes nothing."""
    with np.errstate(all="ignore"):
        by = partial()
        return np.where(np.equal(bar, 0.0) | np.equal(by, 0.0), 0.0, bar * by)


def like(target: np.ndarray, value: Any) -> Any:
    """A cast: into real storage goes the real part."""
    return np.real(value) if target.dtype.kind == "f" else value


def add(box: Box, bar: Any) -> None:
    """Add into the adjoint of a value, which may have been broadcast."""
    if box.shadow is None:
        return
    bar = np.asarray(bar)
    shape = np.shape(box.value)
    bar = np.sum(bar, axis=tuple(range(bar.ndim - len(shape))))
    wide = tuple(i for i, n in enumerate(shape) if n == 1 and bar.shape[i] != 1)
    bar = np.sum(bar, axis=wide, keepdims=True)
    if isinstance(box.shadow, np.ndarray):
        everywhere = tuple(np.indices(shape))  # a broadcast array shows one place several times
        np.add.at(box.shadow, everywhere, like(box.shadow, bar))
    else:
        box.shadow = box.shadow + (bar[()] if np.iscomplexobj(box.value) else np.real(bar)[()])


def put(box: Box, dot: Any) -> None:
    """Give a new value its tangent."""
    if isinstance(box.shadow, np.ndarray):
        box.shadow[...] = like(box.shadow, dot)
    else:
        box.shadow = np.asarray(dot)[()]
