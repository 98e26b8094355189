"""Slopes of incomplete elliptic integrals in the parameter m, by Carlson's R_D.

F = sin(phi) R_F(cos(phi)**2, 1 - m sin(phi)**2, 1) for |phi| <= pi / 2, and F grows by 2 K for each
further turn by pi; the same holds for E.  Nothing here divides by m.  Source: DLMF 19.18, 19.25.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

__all__ = ["ellipeinc_in_m", "ellipkinc_in_m"]


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
