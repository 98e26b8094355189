"""What a helper of generated code finds only while it runs, and cannot differentiate, is a refusal like any other.

`np.pad(x, 1, mode=mode)` with a mode that no rule knows: the helper raises `NotImplementedError`, since saved
sources have no more than NumPy; the caller of the gradient gets `NotDifferentiable` with the line of the primal.
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
    if type(error) is not NotImplementedError or not _is_of_helper(error.__traceback__):
        return None
    cause, _, way_out = str(error).partition("; ")
    return NotDifferentiable.at(user_origin(error) or Origin.none(), cause, way_out)


def _is_of_helper(traceback: TracebackType | None) -> bool:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    module = "" if traceback is None else traceback.tb_frame.f_globals.get("__name__", "")
    return module.startswith(_HELPERS)
