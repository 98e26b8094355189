"""`typing.assert_never`, which Python 3.10 does not have."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["assert_never"]


def assert_never(value: NoReturn) -> NoReturn:
    """The type checker proves that this is not reached; a new node class makes it complain."""
    raise AssertionError(f"unexpected {type(value).__name__}: {value!r}")
