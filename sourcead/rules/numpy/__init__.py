"""The derivatives of NumPy's functions, one module for each family."""

from sourcead.rules.numpy import elementwise, extrema, products, reductions, shaping

__all__ = ["elementwise", "extrema", "products", "reductions", "shaping"]
