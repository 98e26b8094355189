"""Context managers in generated code: one that swallows an exception is found out while running."""

from __future__ import annotations

import sys
from typing import Any

from sourcead.errors import NotDifferentiable
from sourcead.ir.nodes import Origin

__all__ = ["Watched", "leave", "watched"]


def _swallowed(manager: Any) -> NotDifferentiable:
    return NotDifferentiable.at(
        Origin.none(),
        f"the context manager {type(manager).__name__} swallows an exception, so the rest of its `with` was not run",
        "catch the exception with `try` and `except`",
    )


class Watched:
    """A context manager that may not swallow exceptions, in place of one that may.

    >>> import contextlib
    >>> with Watched(contextlib.suppress(KeyError)):
    ...     {}["missing"]
    Traceback (most recent call last):
        ...
    sourcead.errors.NotDifferentiable: ...
    """

    def __init__(self, manager: Any) -> None:
        self.manager = manager

    def __enter__(self) -> Any:
        return type(self.manager).__enter__(self.manager)

    def __exit__(self, *exception: Any) -> Any:
        swallowed = type(self.manager).__exit__(self.manager, *exception)
        if swallowed and exception[0] is not None:
            raise _swallowed(self.manager) from exception[1]
        return swallowed


def watched(manager: Any) -> Watched:
    return Watched(manager)


def leave(manager: Any) -> None:
    """End a `with` by the exception that is being handled, which goes on behind this call."""
    exception = sys.exc_info()
    if type(manager).__exit__(manager, *exception):
        raise _swallowed(manager) from exception[1]
