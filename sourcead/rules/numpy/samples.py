"""Small words for stating the calls on which a rule is tested, and for functions of newer NumPy.

>>> call([1.0, 2.0], axis=0)
(([1.0, 2.0],), {'axis': 0})
>>> [function.__name__ for function in present(np, "sum", "a_function_of_some_later_numpy")]
['sum']
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "Symmetric",
    "call",
    "masked",
    "methods",
    "positive_definite",
    "present",
    "reduced",
    "symmetric",
    "well_conditioned",
]


class Symmetric(np.ndarray):
    """A sample that the function takes as a symmetric matrix only: tests move it along symmetric directions.

    >>> symmetric(np.array([[1.0, 2.0], [0.0, 1.0]])).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """


def symmetric(a: Any) -> Any:
    """The symmetric part, marked as what it is."""
    return (0.5 * (a + a.T)).view(Symmetric)


Call = tuple[tuple[Any, ...], dict[str, Any]]


def call(*args: Any, **kwargs: Any) -> Call:
    """One call, as `samples` gives them."""
    return args, kwargs


def present(owner: Any, *names: str) -> tuple[Any, ...]:
    """Those of `owner`'s functions that the installed NumPy has."""
    return tuple(getattr(owner, name) for name in names if hasattr(owner, name))


def methods(*names: str) -> tuple[Any, ...]:
    """The methods of arrays and of NumPy's scalars (`np.float64(2.0).sum()`)."""
    return present(np.ndarray, *names) + present(np.generic, *names)


def well_conditioned(rng: np.random.Generator, *shape: int) -> Any:
    """Random square matrices whose inverse is harmless."""
    return rng.normal(size=shape) + 4.0 * np.eye(shape[-1])


def positive_definite(rng: np.random.Generator, *shape: int) -> Any:
    """Random symmetric positive definite matrices."""
    a = rng.normal(size=shape)
    return a @ np.swapaxes(a, -1, -2) + shape[-1] * np.eye(shape[-1])


def reduced(rng: np.random.Generator) -> list[Call]:
    """An array with every form of `axis` and `keepdims`."""
    a = rng.normal(size=(2, 3, 4))
    return [
        call(a),
        call(a, keepdims=True),
        call(a, axis=0),
        call(a, axis=-1),
        call(a, axis=1, keepdims=True),
        call(a, axis=(0, -1)),
        call(a, axis=(2, 0), keepdims=True),
        call(rng.normal(size=(3,)).astype(np.float32)),
        call(rng.normal(size=(2, 3)).astype(np.float32), axis=0),
    ]


def masked(rng: np.random.Generator, **kwargs: Any) -> list[Call]:
    """With `where`, of the array's shape and broadcast."""
    a = rng.normal(size=(3, 4))
    mask = rng.random((3, 4)) < 0.6
    mask[:, 0] = mask[0] = True
    row = np.array([True, True, False, True])
    return [
        call(a, where=mask, **kwargs),
        call(a, axis=1, where=mask, **kwargs),
        call(a, axis=(0, 1), keepdims=True, where=mask, **kwargs),
        call(a, axis=-1, where=row, **kwargs),
    ]
