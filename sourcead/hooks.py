"""Looking into the reverse sweep, and changing what flows there.

    def f(x):
        h = np.tanh(x)
        with sourcead.adjoint_of(h) as h_bar:      # runs in the reverse sweep only
            print(np.abs(h_bar).max())
            h_bar = np.clip(h_bar, -1.0, 1.0)
        return np.sum(h**3)

In a gradient the block is a function that the reverse sweep calls when it comes to this place; called as it
stands, the function skips the block.
"""

from __future__ import annotations

import sys
from types import FrameType, TracebackType
from typing import Any

__all__ = ["adjoint_of"]


class _Skipped(BaseException):
    """Raised at the first instruction of a block, and caught at its end."""


class _Skip:
    """A context whose block does not run."""

    def __enter__(self) -> None:
        frame = sys._getframe(1)
        tracing, local, opcodes = sys.gettrace(), frame.f_trace, frame.f_trace_opcodes

        def leave(found: FrameType, event: str, arg: Any) -> Any:
            frame.f_trace, frame.f_trace_opcodes = local, opcodes
            sys.settrace(tracing)
            raise _Skipped

        sys.settrace(
            tracing or (lambda *_: None)
        )  # local tracing works while there is a global one
        frame.f_trace, frame.f_trace_opcodes = leave, True

    def __exit__(
        self,
        cls: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        return cls is _Skipped


def adjoint_of(value: Any, block: Any = None) -> Any:
    """`with adjoint_of(h) as h_bar: ...`: the block runs in the reverse sweep, with the adjoint of `h`.

    h: a variable that holds a float or an array.  The block stands behind the statement that computes h; it
    sees the adjoint of all that h is used for from there on, may print it, stop at a breakpoint, write into
    it or assign it anew: what `h_bar` is at its end goes on.  Variables that it assigns are its own.
    Forward mode has no adjoints: the block does not run.
    """
    return _Skip()
