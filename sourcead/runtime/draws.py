"""Reading a standard draw off one that was shifted and scaled.

>>> float(standardised(7.0, 1.0, 3.0)), float(standardised(1.0, 1.0, 0.0))
(2.0, 0.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["standardised"]


def standardised(draw: Any, loc: Any, scale: Any) -> Any:
    """`(draw - loc) / scale`; 0 where the scale is 0, because the draw does not tell there."""
    return (draw - loc) / np.where(scale == 0, 1.0, scale)
