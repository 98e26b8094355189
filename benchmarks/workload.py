"""What a workload is: one program that scientists write, with the gradients it is measured against.

A workload is a module of `benchmarks.workloads` that defines

    primal(*args)            plain NumPy/Python, unmodified: what sourcead differentiates; may write its arguments
    wrt                      position of the differentiated argument, or a tuple of positions
    full_scale               the scale at which it is timed; at scale 1 it is small enough to be verified
    make_args(scale)         the arguments: fresh ones at each call, always the same
    hand_gradient(*args)     the gradient as an expert writes it by hand: the reverse sweep of this very program, with
                             the least saved and all that can be done in place; may leave written arguments in any state
    derived_gradient(*args)  where there is one: a gradient that mathematics or other loops make cheaper than a reverse
                             sweep of this program (products of matrices for sums over pairs, all steps at once)
    autograd_primal(*args)   the program for autograd: without in-place writes, element loops on lists
    torch_primal(*args)      the program in idiomatic eager PyTorch: arrays and differentiated floats come as tensors
    jax_primal(*args)        the program in idiomatic JAX: integers are static

A gradient has the structure of the differentiated argument, or is a tuple of such for a tuple `wrt`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks import workloads

__all__ = ["Args", "Workload", "differentiated", "leaves", "load", "map_leaves", "names"]

Args = tuple[Any, ...]


@dataclass(frozen=True)
class Workload:
    name: str
    title: str  # the first line of the module's docstring
    primal: Callable[..., Any]
    wrt: int | tuple[int, ...]
    full_scale: int
    make_args: Callable[[int], Args]
    hand_gradient: Callable[..., Any]
    derived_gradient: Callable[..., Any] | None
    autograd_primal: Callable[..., Any]
    torch_primal: Callable[..., Any]
    jax_primal: Callable[..., Any]


def names() -> list[str]:
    """The workloads in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(workloads.__path__))


def load(name: str) -> Workload:
    module = importlib.import_module(f"{workloads.__name__}.{name}")
    assert module.__doc__ is not None
    return Workload(
        name=name,
        title=module.__doc__.splitlines()[0].rstrip("."),
        primal=module.primal,
        wrt=module.wrt,
        full_scale=module.full_scale,
        make_args=module.make_args,
        hand_gradient=module.hand_gradient,
        derived_gradient=getattr(module, "derived_gradient", None),
        autograd_primal=module.autograd_primal,
        torch_primal=module.torch_primal,
        jax_primal=module.jax_primal,
    )


def differentiated(workload: Workload) -> tuple[int, ...]:
    """`wrt` as a tuple of positions."""
    return workload.wrt if isinstance(workload.wrt, tuple) else (workload.wrt,)


# -- nested arguments --------------------------------------------------------------------------


def map_leaves(function: Callable[[Any], Any], value: Any) -> Any:
    """The same structure of tuples, lists and dicts with `function` applied to what is in it.

    >>> map_leaves(lambda x: 2 * x, [1.0, (2.0, 3.0)])
    [2.0, (4.0, 6.0)]
    """
    match value:
        case tuple() | list():
            return type(value)(map_leaves(function, item) for item in value)
        case dict():
            return {key: map_leaves(function, item) for key, item in value.items()}
        case _:
            return function(value)


def leaves(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The floats and arrays in a nested value, as arrays, from left to right.

    >>> [leaf.tolist() for leaf in leaves([1.0, (2.0, np.array([3.0, 4.0]))])]
    [1.0, 2.0, [3.0, 4.0]]
    """
    match value:
        case tuple() | list():
            for item in value:
                yield from leaves(item)
        case dict():
            for item in value.values():
                yield from leaves(item)
        case _:
            yield np.asarray(value)
