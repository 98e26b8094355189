"""Tests that fail today, each with its reason: known defects, in one place.

Entries are strict: a test that passes again fails the suite until its line here is gone, and so
does a line that names no test.  A refusal is no defect and has no line (`tests/refusals.py`).
"""

from __future__ import annotations

__all__ = ["KNOWN_WRONG"]

_INTEGER_LEAF = (
    "an integer leaf among float leaves gets None, it is not refused where it reaches the output"
)
_INSIDE_NUMPY = "refused, but as NoRule at the line in NumPy where the masked array is made"

KNOWN_WRONG: dict[str, str] = {
    # -- not refused, or refused in other words --
    "tests/test_refused.py::test_program_is_refused[integer_leaf]": _INTEGER_LEAF,
    "tests/test_refused.py::test_refusal_points_at_the_line[integer_leaf]": _INTEGER_LEAF,
    "tests/test_refused.py::test_refusal_says_what_to_do[integer_leaf]": _INTEGER_LEAF,
    "tests/test_refused.py::test_refusal_is_the_same_the_second_time[integer_leaf]": _INTEGER_LEAF,
    "tests/test_refused.py::test_program_is_refused[masked_array]": _INSIDE_NUMPY,
    "tests/test_refused.py::test_refusal_points_at_the_line[masked_array]": _INSIDE_NUMPY,
    "tests/test_refused.py::test_refusal_points_at_the_line[opaque_closure]": "refused at the line in threading, not at the user's",
    "tests/test_refused.py::test_refusal_points_at_the_line[two_offences]": "the first offence is reported alone",
}  # fmt: skip
