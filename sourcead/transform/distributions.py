"""SciPy's distributions, as objects that a program calls.  SciPy is not imported: without it there are none."""

from __future__ import annotations

import sys
import types
from typing import Any

__all__ = ["bound_by", "distribution_of", "has_parameters_bound", "is_distribution"]


def is_distribution(value: Any) -> bool:
    """Is it one such as `stats.norm`, of numbers or of vectors?"""
    numbers = sys.modules.get("scipy.stats._distn_infrastructure")
    vectors = sys.modules.get("scipy.stats._multivariate")
    if numbers is None or vectors is None:
        return False
    return isinstance(value, (numbers.rv_generic, vectors.multi_rv_generic))


def bound_by(value: Any) -> Any:
    """The distribution that calling `value` binds to parameters: `stats.norm`, or `stats.norm.freeze`; or None."""
    if isinstance(value, types.MethodType) and value.__name__ == "freeze":
        value = value.__self__
    return value if is_distribution(value) else None


def has_parameters_bound(cls: type) -> bool:
    """Is it the class of `stats.norm(m, s)`?"""
    numbers = sys.modules.get("scipy.stats._distn_infrastructure")
    return numbers is not None and issubclass(cls, numbers.rv_frozen)


def distribution_of(cls: Any) -> Any:
    """SciPy's own object of a class of distributions; or None.  What has parameters bound holds a copy of it."""
    if not isinstance(cls, type):
        return None
    own = getattr(sys.modules["scipy.stats"], cls.__name__.removesuffix("_gen"), None)
    return own if type(own) is cls else None
