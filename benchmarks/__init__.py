"""Measurements of sourcead against hand-written adjoints and against other tools."""
