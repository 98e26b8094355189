"""What did the user call a temporary?

    x, y, z = moved(r, h, v)        # the parts of what `moved` returns are `x`, `y` and `z`
    a = acceleration(mu, (x, y, z))     # ... `a_0`, `a_1` and `a_2`, and their adjoints `a_0_bar`, ...

A callee's results and its arguments are computed before they get the names by which the user knows them.  Where
such a temporary is printed, it has that name; it stays a temporary, which may be printed where it is read.

>>> called = Called()
>>> t, u = Name("t", 0), Name("t", 1)
>>> called.note("r", (t, u), is_argument=True)
>>> called.note("x", t)
>>> called.names
{Name(hint='t', number=0): 'x', Name(hint='t', number=1): 'r_1'}
>>> bar = called.hint(u, "_bar")
>>> str(bar), bar.called
('t_bar', 'r_1_bar')
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.nodes import Name

__all__ = ["Called", "Titled"]

NAMELESS = ("t", "_")


class Titled(str):
    """The hint of a temporary that has a name of the user's."""

    __slots__ = ("called",)
    called: str


class Called:
    """Temporaries with their names."""

    def __init__(self) -> None:
        self.names: dict[Name, str] = {}
        self.changeable: set[Name] = set()

    def note(self, name: str, value: Any, is_argument: bool = False) -> None:
        """`name = value`, or the same of its parts.

        The first name stays, but for parts of an argument, for which the callee may have names.
        """
        if name in NAMELESS:
            return
        if isinstance(value, Name):
            self._call(value, name)
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                if isinstance(item, Name):
                    self._call(item, f"{name}_{i}", is_argument)

    def note_adjoint(self, of: Name, bar: Any) -> None:
        """`bar` is what starts the adjoint of a variable, perhaps also of others."""
        if isinstance(bar, Name) and bar.hint == "t" and bar not in self.names:
            variable = self.names.get(of, of.hint)
            if variable not in NAMELESS:
                self.names[bar] = f"{variable}_bar"

    def note_result(self, param: Name, bar: Any) -> None:
        """`bar` is returned as the adjoint of a parameter."""
        if isinstance(bar, Name) and bar.hint in ("t", "t_bar"):
            self.names[bar] = f"{param.hint}_bar"

    def _call(self, value: Name, name: str, may_change: bool = False) -> None:
        if value.hint == "t" and (value not in self.names or value in self.changeable):
            self.names[value] = name
            (self.changeable.add if may_change else self.changeable.discard)(value)

    def forget(self, name: Name) -> None:
        """It was made on trial."""
        self.names.pop(name, None)

    def hint(self, name: Name, suffix: str = "") -> str:
        """For another name of the same value, or of its adjoint (`suffix` is "_bar")."""
        hint = f"{name.hint}{suffix}"
        if name not in self.names:
            return hint
        made = Titled(hint)
        made.called = self.names[name] + suffix
        return made
