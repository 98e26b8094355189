"""The names of a module under the look of a dict: `module.__dict__`, `function.__globals__`.

What such a dict holds is everything that a module has, and what that reaches; it is no value of the program.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__all__ = ["module_of"]


def module_of(namespace: Any) -> ModuleType | None:
    """The module of which this dict holds the names; None of any other value.

    >>> import math
    >>> module_of(vars(math)).__name__, module_of({"__name__": "math"})
    ('math', None)
    """
    name = namespace.get("__name__") if type(namespace) is dict else None
    module = sys.modules.get(name) if isinstance(name, str) else None
    return module if isinstance(module, ModuleType) and vars(module) is namespace else None
