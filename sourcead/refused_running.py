"""What a helper of generated code finds only while it runs, and cannot differentiate, is a refusal like any other.

`np.pad(x, 1, mode=mode)` with a mode that no rule knows: the helper raises `NotImplementedError`, since saved
sources have no more than NumPy; the caller of the gradient gets `NotDifferentiable` with the line of the primal.
The formula of a rule that was written into generated code raises it there.

So is a number that is complex where the program went on with a float's derivative: of `abs(x**0.5)`, at -2.0.
"""

from __future__ import annotations

import os
from types import TracebackType

from sourcead.emit.load import user_origins
from sourcead.errors import NotDifferentiable
from sourcead.ir.origin import Origin

__all__ = ["refusal_of"]

_HELPERS = ("sourcead.runtime.", "sourcead.rules.")
_FOLDERS = tuple(os.path.join(os.path.dirname(__file__), part, "") for part in ("runtime", "rules"))


def refusal_of(error: BaseException) -> NotDifferentiable | None:
    """The refusal, if a helper raised the error; what comes after "; " in its text is the way out."""
    origins = list(user_origins(error.__traceback__))
    at = next((o for o in reversed(origins) if not _is_of_formula(o)), None)
    if type(error) is TypeError and _is_order_of_complex(str(error)) and at and at.sweep:
        cause = (
            "a number is complex here (a negative float to a fractional power is complex), "
            "and the gradient of a float is a float"
        )
        return NotDifferentiable.at(
            at, cause, "make it complex before: complex(x) ** n, or np.abs(x) ** n"
        )
    if type(error) is not NotImplementedError:
        return None
    if not _is_of_helper(error.__traceback__) and not (origins and _is_of_formula(origins[-1])):
        return None
    cause, _, way_out = str(error).partition("; ")
    way_out = way_out or "compute the same in another way, or give it a rule"
    return NotDifferentiable.at(at or Origin.none(), cause, way_out)


def _is_order_of_complex(text: str) -> bool:
    """`(x > 0.0) - (x < 0.0)` of a complex x"""
    return "not supported between instances of" in text and "'complex'" in text


def _is_of_helper(traceback: TracebackType | None) -> bool:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = "" if traceback is None else traceback.tb_frame.f_globals.get("__name__", "")
    return module.startswith(_HELPERS)


def _is_of_formula(origin: Origin) -> bool:
    """No line of the user's: one of a formula, which was written out as a function, or of a helper's source."""
    written = origin.file.startswith("<sourcead ") and "_formula" in origin.function
    return written or origin.file.startswith(_FOLDERS)
