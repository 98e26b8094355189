"""Right or refused: in a test that goes over many programs, a refusal is shown, not a failure.

    with right_or_refused():
        check(program, *args)

A program that sourcead refuses with a SourceADError appears as xfailed with the error's first line;
wrong numbers and any other exception fail the test as usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import sourcead

__all__ = ["first_line", "right_or_refused"]


@contextmanager
def right_or_refused() -> Iterator[None]:
    """Show a refusal inside the block as an expected failure of the test."""
    try:
        yield
    except sourcead.SourceADError as error:
        pytest.xfail(f"refused: {first_line(error)}")


def first_line(error: sourcead.SourceADError) -> str:
    return str(error).splitlines()[0].removeprefix("sourcead.")
