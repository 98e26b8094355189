"""The derivatives of NumPy's functions, one module for each family."""

from sourcead.rules.numpy import elementwise, extrema, joining, products, reductions, shaping

__all__ = ["elementwise", "extrema", "joining", "products", "reductions", "shaping"]
