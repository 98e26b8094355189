"""Where a statement comes from; in a file of its own, for every error has one and few need the other nodes.

>>> Origin("model.py", 3, 4, 3, 17, "energy", "y = x * sin(x)").line
3
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """The user's statement: file, 1-based line, 0-based columns, function and its source text."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    text: str  # the statement's first line, stripped: what comments show
    sweep: str = (
        ""  # "" primal; "reverse" or "tangent": derivative of that statement, gets a comment
    )
    at: tuple[int, ...] = ()  # position of that primal statement, see `transform/position.py`

    def of_sweep(self, sweep: str) -> Origin:
        """The origin of derivative code of this statement."""
        return Origin(
            self.file, self.line, self.column, self.end_line, self.end_column,
            self.function, self.text, sweep, self.at,
        )  # fmt: skip

    def placed(self, at: tuple[int, ...]) -> Origin:
        """The origin of the statement at this position."""
        return Origin(
            self.file, self.line, self.column, self.end_line, self.end_column,
            self.function, self.text, self.sweep, at,
        )  # fmt: skip

    @staticmethod
    def none() -> Origin:
        return Origin("", 0, 0, 0, 0, "", "")
