"""The derivatives of NumPy's functions, one module for each family."""

from sourcead.rules.numpy import elementwise, extrema, reductions

__all__ = ["elementwise", "extrema", "reductions"]
