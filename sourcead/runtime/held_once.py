"""Is a structure as its parts are followed, one by one: nothing in it at two places, no attribute unforeseen?"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.structures import slots_of

__all__ = ["check_attributes", "check_held_once"]


def check_held_once(value: Any) -> None:
    """Raises NotImplementedError where a list, dict, object or array stands at two places of a structure.

    >>> check_held_once([[1.0], [1.0]])
    >>> row = [1.0]; check_held_once([row, row])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    NotImplementedError: in an argument a list stands at two places, ...
    """
    seen: dict[int, Any] = {}
    waiting = [value]
    while waiting:
        each = waiting.pop()
        held = slots_of(each)
        if held is None and not isinstance(each, np.ndarray):
            continue
        if not isinstance(each, tuple):
            if id(each) in seen:
                raise NotImplementedError(
                    f"in an argument a {type(each).__name__} stands at two places, "
                    "where the derivative is differentiated once more; pass a copy at one of them"
                )
            seen[id(each)] = each
        waiting += [v for _, v in held or ()]


def check_attributes(value: Any, names: tuple[str, ...]) -> None:
    """Raises NotImplementedError where an object has other attributes than these.

    >>> class Spring: pass
    >>> check_attributes(Spring(), ())
    """
    found = {name for name, _ in slots_of(value) or ()}
    if found != set(names):
        other = ", ".join(map(str, sorted(found ^ set(names))))
        raise NotImplementedError(
            f"objects of class {type(value).__name__} have different attributes ({other}), "
            "where the derivative is differentiated once more; set them all in `__init__`"
        )
