"""What is refused in the text of a derivative that is differentiated in turn is said of the user's function.

The lines of a table of adjoints, or of a copy of an argument, are none that a user wrote or can change.
"""

from __future__ import annotations

import os
from dataclasses import replace

from sourcead.errors import Offence, SourceADError
from sourcead.ir.origin import Origin

__all__ = ["said_of_the_function"]

_OWN = tuple(
    os.path.join(os.path.dirname(__file__), *place)
    for place in (
        ("runtime", ""),
        ("transform", "specialise", "adjoint_lists.py"),
        ("transform", "specialise", "structured_adjoints.py"),
        ("transform", "specialise", "structured_tangents.py"),
    )
)

_NO_USERS = (os.path.dirname(__file__) + os.sep, "<sourcead")


def said_of_the_function(error: SourceADError, function: Origin) -> SourceADError:
    """The error, with what lies in sourcead's own helpers at the user's line that leads there, or at `function`."""
    if not any(o.origin.file.startswith(_OWN) for o in error.offences):
        return error
    return type(error)(*(_said(o, function) for o in error.offences))


def _said(offence: Offence, function: Origin) -> Offence:
    if not offence.origin.file.startswith(_OWN):
        return offence
    outside = [o for o in offence.called_from if o.file and not o.file.startswith(_NO_USERS)]
    place, *calls = outside or [function]
    return replace(
        offence,
        origin=place,
        called_from=tuple(calls),
        cause=f"of a derivative a derivative is taken, and there {offence.cause}",
        way_out="another order of modes may do: sourcead.hessian, sourcead.hvp, or a jvp of a jvp",
    )
