"""What the call of a class does after its `__new__`."""

from __future__ import annotations

from typing import Any

__all__ = ["initialised"]


def initialised(made: Any, cls: type, *args: Any, **kwargs: Any) -> Any:
    """`__init__` of what was made, where that is an instance of the class."""
    if isinstance(made, cls):
        type(made).__init__(made, *args, **kwargs)
    return made
