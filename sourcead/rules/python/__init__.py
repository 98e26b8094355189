"""Rules of the language and its standard library; importing the package registers them."""

from __future__ import annotations

from sourcead.rules.forms import helpers
from sourcead.rules.python import (
    builtins,
    checkpoints,
    cmath,
    hooks,
    implicit,
    math,
    messages,
    operators,
    random,
    statistics,
)
from sourcead.runtime import selection, sequences

__all__ = [
    "builtins",
    "checkpoints",
    "cmath",
    "hooks",
    "implicit",
    "math",
    "messages",
    "operators",
    "random",
    "statistics",
]

helpers(selection, sequences)
