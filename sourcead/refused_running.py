"""What a helper of generated code finds only while it runs, and cannot differentiate, is a refusal like any other.

`np.pad(x, 1, mode=mode)` with a mode that no rule knows: the helper raises `NotImplementedError`, since saved
sources have no more than NumPy; the caller of the gradient gets `NotDifferentiable` with the line of the primal.

So is a number that is complex where the program went on with a float's derivative: of `abs(x**0.5)`, at -2.0.
"""

from __future__ import annotations

from types import TracebackType

from sourcead.emit.load import user_origin
from sourcead.errors import NotDifferentiable
from sourcead.ir.origin import Origin

__all__ = ["refusal_of"]

_HELPERS = ("sourcead.runtime.", "sourcead.rules.")


def refusal_of(error: BaseException) -> NotDifferentiable | None:
    """The refusal, if a helper raised the error; what comes after "; " in its text is the way out."""
    at = user_origin(error)
    if type(error) is TypeError and _is_order_of_complex(str(error)) and at and at.sweep:
        cause = (
            "a number is complex here (a negative float to a fractional power is complex), "
            "and the gradient of a float is a float"
        )
        return NotDifferentiable.at(
            at, cause, "make it complex before: complex(x) ** n, or np.abs(x) ** n"
        )
    if type(error) is not NotImplementedError or not _is_of_helper(error.__traceback__):
        return None
    cause, _, way_out = str(error).partition("; ")
    return NotDifferentiable.at(at or Origin.none(), cause, way_out)


def _is_order_of_complex(text: str) -> bool:
    """`(x > 0.0) - (x < 0.0)` of a complex x"""
    return "not supported between instances of" in text and "'complex'" in text


def _is_of_helper(traceback: TracebackType | None) -> bool:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = "" if traceback is None else traceback.tb_frame.f_globals.get("__name__", "")
    return module.startswith(_HELPERS)
