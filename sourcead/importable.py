"""What does a pickle hold instead of a function that its own name does not lead to?

A decorated function is found in its module as the decorator's object, so that `pickle` cannot name
the plain function inside.  That object stands for it: it is found by name, and differentiated alike.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["importable"]


def importable(function: Any) -> Any:
    """The object of the decorator that stands where the name of `function` leads, else `function`."""
    found: Any = sys.modules.get(getattr(function, "__module__", None) or "")
    for part in getattr(function, "__qualname__", "").split("."):
        found = getattr(found, part, None)
    return found if getattr(found, "function", None) is function else function
