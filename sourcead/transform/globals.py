"""Global names, closure variables and module attributes that the program rebinds or writes into.

Data behind a name that is only read is read by that name, wherever it is needed.  A name that the
program stores to (or whose array, list or object it changes) is read once, at the start, and is a
variable like all others from there on:

    SCALE = 2.0                        def f(x):
    def f(x):                              SCALE = SCALE          # the entry value, kept
        global SCALE              ->       y = SCALE * x
        y = SCALE * x                      global SCALE = x       # StoreVariable, for the world outside
        SCALE = x                          return y * x
        return y * SCALE
"""

from __future__ import annotations

from collections.abc import Hashable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sourcead.ir.nodes import Const, Name, Op, Operand, Ref, Store, StoreVariable
from sourcead.transform.builder import Val
from sourcead.transform.calls import Calls

__all__ = ["Again", "Globals"]

LIBRARIES = ("numpy", "math", "scipy", "cmath")  # whose module data is constant


class Again(Exception):
    """Something was found out that an earlier statement should have known: write the program once more."""


class Globals(Calls):
    """The part of the specialiser that reads and writes variables which outlive the call."""

    at_start: bool
    rebound: dict[
        Hashable, Ref | None
    ]  # places that the program changes, with a way to read them; kept from run to run

    if TYPE_CHECKING:
        active: list[int]

    # -- where a name lives ------------------------------------------------------------------

    def current_function(self) -> Any:
        return self.seen[self.active[-1]][0] if self.active else None

    def place(self, ref: Ref) -> Hashable | None:
        """What tells the variable behind a name from all others: its namespace or cell, and its name there."""
        function = ref.scope or self.current_function()
        first, *rest = ref.path.split(".")
        code = getattr(function, "__code__", None)
        if code is None:
            return None
        if first in code.co_freevars:
            cell = (function.__closure__ or ())[code.co_freevars.index(first)]
            return None if rest else ("cell", id(cell))
        scope: Any = function.__globals__
        for part in rest:
            module = scope.get(first)
            if not isinstance(module, ModuleType):
                return None
            scope, first = vars(module), part
        return ("global", id(scope), first)

    def reference(self, ref: Ref) -> Ref:
        """Live data as it is read from here: constants of libraries are fixed, other modules' data is theirs."""
        function = self.current_function()
        scope = getattr(function, "__globals__", {})
        root = scope.get(ref.path.partition(".")[0])
        if isinstance(root, ModuleType) and root.__name__.partition(".")[0] in LIBRARIES:
            return Ref(ref.path, ref.value)
        top = getattr(self.seen[0][0], "__globals__", {}) if self.seen else {}
        if function is self.seen[0][0] or not scope:
            return ref
        if scope is top and ref.path.partition(".")[0] not in function.__code__.co_freevars:
            return ref
        return Ref(ref.path, ref.value, True, function)

    # -- reading -----------------------------------------------------------------------------

    def read_variable(self, ref: Ref) -> Val:
        found = self.reference(ref)
        place = self.place(ref) if found.live else None
        if place is None or place not in self.rebound:
            return found
        if self.rebound[place] is None:
            self.rebound[place] = found
            raise Again
        held = self.memory.get(self.cell_of(place), "")
        return held if held is not None else self.load(place, found)

    def cell_of(self, place: Hashable) -> Name:
        """The name under which the memory keeps a variable."""
        return Name(f"global {place}", 0)

    def load_rebound(self) -> None:
        """At the start: what the variables hold that the program changes."""
        for place, ref in self.rebound.items():
            cell = self.cell_of(place)
            self.heap.enter(str(cell), True)
            self.memory.begin(cell, str(cell), "cell", {})
            if ref is not None:
                self.load(place, ref)

    def load(self, place: Hashable, ref: Ref) -> Name:
        site = str(self.cell_of(place))
        if self.heap.is_varied(site):
            if not self.at_start:
                self.refuse(
                    f"`{ref.path}` may hold a value that carries a derivative, and what it is cannot be followed",
                    "return the value instead of storing it",
                )
        name = self.emit(Op("copy", (ref,)), self.kind_of_ref(ref), ref.path.rpartition(".")[2])
        self.memory.learn(self.cell_of(place), "", name)
        return name

    # -- writing -----------------------------------------------------------------------------

    def store_global(self, name: str, value: Val) -> None:
        function = self.current_function()
        scope = getattr(function, "__globals__", None)
        if scope is None:
            self.refuse(
                f"the variable `{name}` is rebound by code without a module",
                "return the value instead",
            )
        place = ("global", id(scope), name)
        if place not in self.rebound:
            self.rebound[place] = None
            raise Again
        cell = self.cell_of(place)
        held: Operand = self.operand(value)
        self.heap.store(str(cell), "", self.kind(held), self.holds_varied(held))
        if scope is getattr(self.seen[0][0], "__globals__", None):
            self.add(StoreVariable(name, None, held, self.origin))
        else:  # a variable of a callee's module
            module = Ref(f"{function.__module__.rpartition('.')[2]}_globals", scope)
            self.add(Store(module, Const(name), held, None, self.origin))
        self.memory.put(cell, str(cell), "", held)

    def changes(self, base: Val) -> None:
        """Something is written into `base`: where that is read by its name, the name is kept from the start."""
        if not isinstance(base, Ref) or not base.live:
            return
        place = self.place(base)
        if place is None or place in self.rebound:
            self.refuse(
                f"`{base.path}` is changed, and it cannot be followed", "pass it as an argument"
            )
        self.rebound[place] = base
        raise Again
