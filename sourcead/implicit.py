"""Values that an equation defines: the derivative follows from the equation, the solver is any code.

>>> import sourcead
>>> def residual(x, a): return x * x - a
>>> def root(a):
...     x = sourcead.stop_gradient(a) ** 0.5  # or any other code, compiled or not
...     return sourcead.implicit_root(residual, x, args=(a,))
>>> sourcead.grad(root)(4.0)
0.25

Source: the implicit function theorem.  A root x of f(x, a) = 0 with regular df/dx moves by
dx/da = -(df/dx)**-1 df/da.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

__all__ = ["fixed_point", "implicit_root"]

T = TypeVar("T")


def implicit_root(residual: Any, x: T, args: tuple[Any, ...] = ()) -> T:
    """`x`, as the root of `residual(x, *args) = 0` that it is.

    x: a float, or an array of n numbers where residual gives as many: one solve with df/dx (n, n) at the
    root, in either mode.  What x was computed from does not matter: its derivative is that of the root, by `args`
    and by all that `residual` uses from around it.  It is as exact as the root; a singular df/dx gives
    inf or `LinAlgError`.  Differentiable again to any order.
    """
    return _own(x)  # type: ignore[no-any-return]


def fixed_point(step: Any, x: T, args: tuple[Any, ...] = ()) -> T:
    """`x`, as the fixed point `x = step(x, *args)` that it is; as `implicit_root` otherwise."""
    return _own(x)  # type: ignore[no-any-return]


def _own(x: Any) -> Any:
    return np.array(x) if isinstance(x, np.ndarray) else x
