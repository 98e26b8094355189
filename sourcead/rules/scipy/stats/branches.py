# mypy: allow-untyped-defs, allow-untyped-calls
"""How SciPy's formulas choose between two: by functions that are called with some of the elements each.

The functions are elementwise: their derivatives are those of a choice of elements, where what is not chosen
contributes zero.
"""

from __future__ import annotations

import numpy as np
import scipy._lib._util as util

from sourcead.rules.forms import instead_of

__all__ = ["apply_where", "lazyselect", "lazywhere"]


def apply_where(cond, args, f1, f2=None, /, *, fill_value=None, xp=None):
    """Of all elements, where SciPy takes those that it needs."""
    values = args if isinstance(args, tuple) else (args,)
    with np.errstate(all="ignore"):
        if f2 is None:
            return np.where(cond, f1(*values), fill_value)
        return np.where(cond, f1(*values), f2(*values))


def lazywhere(cond, arrays, f, fillvalue=None, f2=None):
    with np.errstate(all="ignore"):
        if f2 is None:
            return np.where(cond, f(*arrays), fillvalue)
        return np.where(cond, f(*arrays), f2(*arrays))


def lazyselect(condlist, choicelist, arrays, default=0):
    """The last of the conditions that hold decides."""
    out = default
    with np.errstate(all="ignore"):
        for cond, choice in zip(condlist, choicelist):
            out = np.where(cond, choice(*arrays), out)
    return out


_lazyselect, _lazywhere = getattr(util, "_lazyselect", None), getattr(util, "_lazywhere", None)
if _lazyselect is not None:
    instead_of(_lazyselect)(lazyselect)
if _lazywhere is not None:
    instead_of(_lazywhere)(lazywhere)
try:
    from scipy._lib import array_api_extra
except ImportError:  # older releases
    pass
else:
    if hasattr(array_api_extra, "apply_where"):
        instead_of(array_api_extra.apply_where)(apply_where)
