"""Tests of the Wengert list: text form, checker, traversal, and what it means (the interpreter)."""
