"""Python's collector of reference cycles rests while a derivative is compiled.

The compiler makes a hundred thousand small objects, nearly all without cycles.  Their number alone would set
the collector going again and again, over all objects of the program: up to a third of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["without_collections"]


@contextmanager
def without_collections() -> Iterator[None]:
    """Nothing is collected inside, unless by an explicit call; afterwards all is as before."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
