"""Undoing in a pullback: what is taken back is noted, and done again at its end.

So the storage is, after every call of the pullback, what it was before.
"""

from __future__ import annotations

from typing import Any

__all__ = ["copy_of", "redo", "undo"]


def undo(base: Any, index: Any, old: Any, done: list[Any]) -> None:
    """`base[index] = old`, noting what was there."""
    now = base[index]
    done.append((base, index, now.copy() if hasattr(now, "copy") else now))
    base[index] = old


def redo(done: list[Any]) -> None:
    """Put back what `undo` has taken back, the last first.

    >>> import numpy as np
    >>> u = np.array([1.0, 2.0]); done = []
    >>> undo(u, 0, 5.0, done); undo(u, ..., np.zeros(2), done); redo(done); u.tolist()
    [1.0, 2.0]
    """
    for base, index, now in reversed(done):
        base[index] = now


def copy_of(value: Any) -> Any:
    """A copy in the same layout; None for the value of a branch that was not taken."""
    return None if value is None else value.copy(order="K")
