"""Slopes of incomplete elliptic integrals in the parameter m, by Carlson's R_D.

F = sin(phi) R_F(cos(phi)**2, 1 - m sin(phi)**2, 1) for |phi| <= pi / 2, and F grows by 2 K for each
further turn by pi; the same holds for E.  Nothing here divides by m.  Source: DLMF 19.18, 19.25.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

__all__ = ["ellipeinc_in_m", "ellipkinc_in_m", "elliprc_in_x"]


def ellipkinc_in_m(phi: Any, m: Any) -> Any:
    turns = np.round(phi / math.pi)
    sine, cosine = np.sin(phi - math.pi * turns), np.cos(phi - math.pi * turns)
    part = sine**3 * special.elliprd(cosine * cosine, 1.0, 1.0 - m * sine * sine)
    return (part + 2.0 * turns * special.elliprd(0.0, 1.0, 1.0 - m)) / 6.0


def ellipeinc_in_m(phi: Any, m: Any) -> Any:
    turns = np.round(phi / math.pi)
    sine, cosine = np.sin(phi - math.pi * turns), np.cos(phi - math.pi * turns)
    part = sine**3 * special.elliprd(cosine * cosine, 1.0 - m * sine * sine, 1.0)
    return -(part + 2.0 * turns * special.elliprd(0.0, 1.0 - m, 1.0)) / 6.0


def elliprc_in_x(value: Any, x: Any, y: Any) -> Any:
    """(R_C - 1 / sqrt(x)) / (2 (y - x)), which is 0 / 0 at x = y: there R_D(y, y, x), its limit."""
    near = np.abs(y - x) < 1e-3 * y
    apart = np.where(near, 1.0, y - x)
    inside = np.where(near, x, 1.0)
    limit = -special.elliprd(np.where(near, y, 2.0), np.where(near, y, 3.0), inside) / 6.0
    return np.where(near, limit, (value - 1.0 / np.sqrt(x)) / (2.0 * apart))
