"""The compiler itself failed: said with the user's line, as everything else that is refused.

In the verifying mode (`SOURCEAD_CHECK`) the exception passes as it is: it is a defect to be seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from sourcead.errors import CompilerFailure, SourceADError
from sourcead.ir.origin import Origin
from sourcead.transform.cannot_separate import CannotSeparate

__all__ = ["failures_named"]


@contextmanager
def failures_named(function: Origin) -> Iterator[None]:
    """Exceptions of the compiler inside become refusals at the statement that it was at."""
    try:
        yield
    except (SourceADError, CannotSeparate, MemoryError):
        raise
    except Exception as error:
        if os.environ.get("SOURCEAD_CHECK"):
            raise
        at = statement_at(error.__traceback__) or function
        raise CompilerFailure.at(
            at,
            f"sourcead failed on this statement ({type(error).__name__}: {error})",
            "this is a defect of sourcead: write the statement in another way, and report it, please",
        ) from error


def statement_at(traceback: TracebackType | None) -> Origin | None:
    """The innermost statement of the user's that the compiler's functions had at hand."""
    found: Origin | None = None
    while traceback is not None:
        for value in traceback.tb_frame.f_locals.values():
            origin = value if isinstance(value, Origin) else getattr(value, "origin", None)
            if isinstance(origin, Origin) and origin.file and origin.text:
                found = origin
        traceback = traceback.tb_next
    return found
