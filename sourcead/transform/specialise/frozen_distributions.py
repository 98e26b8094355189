"""Distributions of SciPy with parameters bound, `stats.norm(m, s)`: refused with the way out.

Rules belong to the methods of the distributions themselves.  What SciPy does to bind parameters is Python,
but binds them by `*args` that are counted while running.
"""

from __future__ import annotations

import types

from sourcead.errors import NoRule
from sourcead.transform.specialise.context import Context

__all__ = ["refuse_frozen"]

_MODULE = "scipy.stats._distn_infrastructure"
_BINDING = ("rv_generic.__call__", "rv_generic.freeze")
_BOUND = ("rv_frozen.", "rv_continuous_frozen.", "rv_discrete_frozen.")


def refuse_frozen(s: Context, function: types.FunctionType) -> None:
    """Refuse the call of a function that binds a distribution's parameters, or of a method of what is bound."""
    if function.__module__ != _MODULE:
        return
    name = function.__qualname__
    way_out = "call the distribution's own method: `stats.norm.logpdf(x, loc, scale)`"
    if name in _BINDING:
        s.refuse("a distribution is bound to parameters that carry a derivative", way_out, NoRule)
    if name.startswith(_BOUND):
        cause = f"`{function.__name__}` of a distribution with parameters bound, with a value that carries a derivative"
        s.refuse(cause, way_out, NoRule)
