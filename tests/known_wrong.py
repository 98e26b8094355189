"""Tests that fail today, each with its reason: known defects, in one place.

Entries are strict: a test that passes again fails the suite until its line here is gone, and so
does a line that names no test.  A refusal is no defect and has no line (`tests/refusals.py`).
"""

from __future__ import annotations

__all__ = ["KNOWN_WRONG"]

KNOWN_WRONG: dict[str, str] = {}
