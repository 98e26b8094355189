"""The assertions of `numpy.testing`, which tests and guards of array code call.

They are stated when the module is in use: its import would take as long as that of the whole compiler.
"""

from __future__ import annotations

import sys

from sourcead.rules.forms import constant
from sourcead.rules.registry import Effects, on_miss

__all__ = ["load"]

_waiting = ["numpy.testing"]


def load() -> bool:
    """State them if the module has been imported by now; False where nothing was added."""
    if not _waiting or _waiting[0] not in sys.modules:
        return False
    testing = sys.modules[_waiting.pop()]
    constant(
        testing.assert_allclose,
        testing.assert_array_equal,
        testing.assert_array_almost_equal,
        effects=Effects(pure=False),
    )
    return True


on_miss(load)
