"""What generated code calls where it works on many seeds at once.

A stack holds one value for each seed along its first axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sourcead.nested import flatten, unflatten
from sourcead.runtime.accumulate import room_for
from sourcead.runtime.lists import added
from sourcead.runtime.shadows import Shadows, owner_of

__all__ = [
    "StackedShadows", "for_each_seed", "laid_out_each", "one_by_one", "seeds_in", "spread", "stacked",
    "unbroadcast_each", "unpacked_each",
]  # fmt: skip


def spread(value: Any, seeds: int) -> Any:
    """A stack that holds `value` for every seed.

    >>> spread(np.array([1.0, 2.0]), 2).tolist()
    [[1.0, 2.0], [1.0, 2.0]]
    """
    made = np.empty((seeds, *np.shape(value)), np.asarray(value).dtype)
    made[...] = value
    return made


def seeds_in(stack: Any) -> int:
    """How many seeds a nested stack holds.

    >>> seeds_in({"w": np.zeros((3, 2)), "b": np.zeros(3)})
    3
    """
    return len(flatten(stack)[0][0])


def for_each_seed(
    function: Callable[..., Any], is_stack: Sequence[bool], *args: Any, **kwargs: Any
) -> Any:
    """`function` of each element of the stacks among `args`, as a stack.

    >>> for_each_seed(np.outer, (True, False), np.ones((3, 2)), np.ones(4)).shape
    (3, 2, 4)
    """
    seeds = next(len(a) for a, each in zip(args, is_stack) if each)
    return stacked(
        [
            function(*[a[k] if each else a for a, each in zip(args, is_stack)], **kwargs)
            for k in range(seeds)
        ]
    )


def one_by_one(linear: Callable[..., Any]) -> Callable[..., Any]:
    """The second half of a split derivative, `linear(saved, *seeds)`, for stacks of seeds.

    >>> one_by_one(lambda saved, v: saved * v)(2.0, np.array([1.0, 3.0]))
    array([2., 6.])
    """

    def for_stacks(saved: Any, *seeds: Any) -> Any:
        parts, structures = zip(*map(flatten, seeds))
        count = len(next(leaf for leaves in parts for leaf in leaves))
        return stacked(
            [
                linear(saved, *[unflatten(s, [a[k] for a in p]) for p, s in zip(parts, structures)])
                for k in range(count)
            ]
        )

    return for_stacks


def stacked(values: Sequence[Any]) -> Any:
    """One stack of equal structures of arrays and numbers; None where there is no number.

    >>> stacked([(1.0, np.ones(2)), (2.0, np.zeros(2))])
    (array([1., 2.]), array([[1., 1.],
           [0., 0.]]))
    """
    parts, structures = zip(*map(flatten, values))
    return unflatten(structures[0], [np.stack(each) for each in zip(*parts)])


def unbroadcast_each(adjoint: Any, like: Any) -> Any:
    """`unbroadcast` of each element of a stack: sums over the axes along which `like` was stretched.

    >>> unbroadcast_each(np.ones((5, 2, 3)), np.zeros((2, 1))).shape
    (5, 2, 1)
    """
    shape = np.shape(like)
    if np.shape(adjoint)[1:] == shape:
        return adjoint
    extra = np.ndim(adjoint) - 1 - len(shape)
    if extra > 0:
        adjoint = np.sum(adjoint, axis=tuple(range(1, 1 + extra)))
    elif extra < 0:
        adjoint = np.reshape(adjoint, (len(adjoint), *[1] * -extra, *np.shape(adjoint)[1:]))
    stretched = tuple(
        axis for axis in range(-len(shape), 0) if shape[axis] == 1 and np.shape(adjoint)[axis] != 1
    )
    if stretched:
        adjoint = np.sum(adjoint, axis=stretched, keepdims=True)
    return np.broadcast_to(adjoint, (len(adjoint), *shape))


def unpacked_each(bar: Any, nested: Any) -> Any:
    """The adjoint of `np.array(nested)` for each seed: stacks in the structure of the list.

    >>> unpacked_each(np.array([[1.0, 2.0], [3.0, 4.0]]), [0.0, 0.0])
    (array([1., 3.]), array([2., 4.]))
    """
    if isinstance(nested, (list, tuple)):
        return tuple([unpacked_each(bar[:, i], entry) for i, entry in enumerate(nested)])
    return np.reshape(bar, (len(bar), *np.shape(nested)))


def laid_out_each(values: Any, like: Any) -> Any:
    """A copy of a stack, each element with the memory layout of `like`.

    >>> laid_out_each(np.ones((4, 2, 3)), np.zeros((2, 3), order="F"))[0].flags.f_contiguous
    True
    """
    one, seeds = np.empty_like(like), len(values)
    size, offset = room_for(like, like.strides)
    if not size or one.strides == like.strides:
        size, offset = one.nbytes, 0
    else:
        one = like
    memory = np.zeros(seeds * size, np.uint8)
    made: Any = np.ndarray((seeds, *one.shape), one.dtype, memory, offset, (size, *one.strides))
    made[...] = values
    return made


class StackedShadows(Shadows):
    """The adjoints of the reverse sweeps of many seeds at once, by memory: a stack for each array.

    >>> u = np.zeros((2, 3)); shadows = StackedShadows(4)
    >>> shadows.of(u[1])[...] += 1.0
    >>> shadows.of(u).shape, float(shadows.of(u).sum())
    ((4, 2, 3), 12.0)
    """

    def __init__(self, seeds: int) -> None:
        super().__init__()
        self.seeds = seeds

    def memory(self, owner: Any) -> Any:
        return np.zeros(self.seeds * owner.nbytes, np.uint8)

    def window(self, array: Any, owner: Any, memory: Any) -> Any:
        shape = (self.seeds, *array.shape)
        if array.size == 0:
            return np.zeros(shape, array.dtype)
        offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        return np.ndarray(shape, array.dtype, memory, offset, (owner.nbytes, *array.strides))

    def zeros(self, like: Any) -> Any:
        if isinstance(like, tuple):
            return tuple([self.zeros(each) for each in like])
        if isinstance(like, np.ndarray):
            return np.zeros((self.seeds, *like.shape), like.dtype)
        zero = super().zeros(like)
        return None if zero is None else stacked([zero] * self.seeds)

    def leaf(self, value: Any, adjoint: Any) -> Any:
        if isinstance(value, np.ndarray) and id(owner_of(value)) in self.table:
            adjoint = added(self.of(value).copy(), adjoint)
        if not isinstance(value, (float, complex, np.inexact, np.ndarray)):
            return None
        return self.zeros(value) if adjoint is None else adjoint
