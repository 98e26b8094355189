"""What does a name mean that is not local?  Closure cells, globals and builtins give live objects.

>>> import math
>>> def area(r): return math.pi * r * r
>>> names = Names(area)
>>> found = names.attribute(names.resolve("math"), "pi")
>>> found.path, found.value, found.live
('math.pi', 3.141592653589793, True)
"""

from __future__ import annotations

import builtins
import collections.abc
import sys
from types import CellType, FunctionType, ModuleType
from typing import Any

from sourcead.ir.nodes import Ref
from sourcead.runtime.frames import Frame, drawn_at, positions
from sourcead.runtime.mappings import without

__all__ = ["MISSING", "SPECIAL", "Names", "is_data"]

# Names that the frontend itself introduces; a dot cannot begin a name of the user's.
SPECIAL: dict[str, Ref] = {
    f".{value.__name__}": Ref(value.__name__, value)
    for value in (isinstance, len, hasattr, tuple, list, BaseException, StopIteration)
} | {
    ".Sequence": Ref("collections.abc.Sequence", collections.abc.Sequence),
    ".Mapping": Ref("collections.abc.Mapping", collections.abc.Mapping),
    ".without": Ref("without", without),
    **{f".{each.__name__}": Ref(each.__name__, each) for each in (Frame, positions, drawn_at)},
    ".text": Ref("(str, bytes, bytearray)", (str, bytes, bytearray)),
}

MISSING: Any = object()


def is_data(value: object) -> bool:
    """Whether a global is data, which programs rebind, rather than a module, class or callable."""
    return not (isinstance(value, ModuleType) or callable(value))


class Names:
    """Resolves names as the running function does, and remembers the answers given."""

    def __init__(self, function: FunctionType) -> None:
        self.function = function
        self.found: dict[str, Any] = {}
        self.attributes: dict[tuple[ModuleType, str], Any] = {}
        self.modules: dict[str, ModuleType] = {}  # that it imports
        closure = function.__closure__ or ()
        self.cells: dict[str, CellType] = dict(
            zip(function.__code__.co_freevars, closure, strict=True)
        )

    def resolve(self, name: str) -> Ref | None:
        """The object that a name from outside means now; None where it is not bound (yet)."""
        value = self._value(name)
        self.found[name] = value
        return None if value is MISSING else Ref(name, value, is_data(value))

    def _value(self, name: str) -> Any:
        if name in self.cells:
            try:
                return self.cells[name].cell_contents
            except ValueError:  # not bound yet
                return MISSING
        namespace = self.function.__globals__
        if name in namespace:
            return namespace[name]
        return _builtins(namespace).get(name, MISSING)

    def attribute(self, base: Ref, attr: str) -> Ref | None:
        """`base.attr` of a module; attributes of anything else are looked up while running."""
        if not isinstance(base.value, ModuleType):
            return None
        value = getattr(base.value, attr, MISSING)
        self.attributes[base.value, attr] = value
        return None if value is MISSING else Ref(f"{base.path}.{attr}", value, is_data(value))

    def module(self, name: str) -> ModuleType | None:
        """A module that is loaded, as an import in the function finds it."""
        module = sys.modules.get(name)
        if module is not None:
            self.modules[name] = module
        return module

    def still_hold(self) -> bool:
        """Whether every answer given so far would be given again."""
        return (
            all(self._value(name) is value for name, value in self.found.items())
            and all(
                getattr(module, attr, MISSING) is value
                for (module, attr), value in self.attributes.items()
            )
            and all(sys.modules.get(name) is module for name, module in self.modules.items())
        )


def _builtins(namespace: dict[str, Any]) -> dict[str, Any]:
    found = namespace.get("__builtins__", builtins)
    return vars(found) if isinstance(found, ModuleType) else found
