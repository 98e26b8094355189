"""Automatic differentiation of Python and NumPy functions by source transformation."""

__version__ = "0.1.0"
