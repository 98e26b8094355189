"""Rules of SciPy, each module's rules registered when SciPy's module is in use.

Importing this package imports nothing of SciPy: a program that uses none of it does not pay for it.
"""

from __future__ import annotations

import importlib.util
import sys

from sourcead.rules.registry import all_rules, on_miss

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
    "filtered_signals": "scipy.signal",
    "grids": "scipy.interpolate",
    "image_spectra": "scipy.ndimage",
    "linear_programs": "scipy.optimize",
    "operators": "scipy.sparse.linalg",
    "radial": "scipy.interpolate",
    "rank_filters": "scipy.ndimage",
    "sampled_images": "scipy.ndimage",
    "spectral": "scipy.signal",
    "scattered": "scipy.interpolate",
    "splines": "scipy.interpolate",
    "sparse_matrices": "scipy.sparse.linalg",
    "sparse_parts": "scipy.sparse.linalg",
}

_imported = 0  # modules, when this was asked last


REAL = (
    "stats", "spatial", "optimize", "curve_fit", "linear_programs", "interpolate", "interpolants", "grids",
    "radial", "scattered", "splines", "sampled_images",
)  # fmt: skip
"""Modules whose derivatives are stated for real numbers only: complex ones are refused."""


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
        _restrict_to_real_numbers()
    return bool(ready)


def _restrict_to_real_numbers() -> None:
    within = tuple(f"{__name__}.{name}" for name in REAL)
    for rule in all_rules():
        stated = rule.partials or rule.reverse or rule.formula
        if stated is not None and stated.__module__.startswith(within):
            rule.also["complex"] = None


on_miss(load)
