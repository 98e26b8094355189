"""What reverses a block: handed to the reverse of branches and loops, which contain blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sourcead.ir.nodes import Block

__all__ = ["Sweep"]

Sweep: TypeAlias = Callable[[Block], None]
