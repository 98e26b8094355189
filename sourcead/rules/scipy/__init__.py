"""Rules of SciPy, each module's rules registered when SciPy's module is in use.

Importing this package imports nothing of SciPy: a program that uses none of it does not pay for it.
"""

from __future__ import annotations

import importlib.util
import sys

from sourcead.rules.registry import on_miss

__all__ = ["load"]

MODULES = (
    "special", "linalg", "fft", "stats", "signal", "integrate", "optimize", "interpolate", "sparse",
    "ndimage", "spatial",
)  # fmt: skip

# Module of rules here -> SciPy's module whose import makes them wanted.
_waiting = {
    name: f"scipy.{name}"
    for name in MODULES
    if importlib.util.find_spec(f"{__name__}.{name}") is not None
} | {
    "curve_fit": "scipy.optimize",
    "array_api": "scipy._lib._array_api",
    "interpolants": "scipy.interpolate",
    "sampled_images": "scipy.ndimage",
    "spectral": "scipy.signal",
    "splines": "scipy.interpolate",
    "sparse_matrices": "scipy.sparse.linalg",
}

_imported = 0  # modules, when this was asked last


def load() -> bool:
    """Register the rules of the parts of SciPy imported by now; False where nothing was added."""
    global _imported
    if len(sys.modules) == _imported:  # asked for each function without a rule
        return False
    _imported = len(sys.modules)
    ready = [name for name, module in _waiting.items() if module in sys.modules]
    for name in ready:  # all of them first: their own imports look rules up
        del _waiting[name]
    for name in ready:
        importlib.import_module(f"{__name__}.{name}")
    if ready:
        importlib.import_module(f"{__name__}.kinds").state_kinds_of_adjoints()
    return bool(ready)


on_miss(load)
