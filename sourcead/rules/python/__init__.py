"""Rules of the language and its standard library; importing the package registers them."""

from __future__ import annotations

from sourcead.rules.python import builtins, cmath, math, operators

__all__ = ["builtins", "cmath", "math", "operators"]
