"""Lines of generated text, and where the comments with the primal's lines go.

A statement of a derivative sweep names the user's statement that it belongs to: behind the line, at one
column for a run of statements, or above it where the line is long.  Of consecutive statements with one
origin only the first does.
"""

from __future__ import annotations

from dataclasses import dataclass

from sourcead.ir.nodes import Origin

__all__ = ["Line", "lay_out"]

COLUMN = 42  # where comments stand unless lines are longer
FARTHEST = 66  # lines that reach beyond do not push the comments of the others out
LONGEST = 110


@dataclass(frozen=True, slots=True)
class Line:
    depth: int
    text: str
    origin: Origin
    comment: str = ""  # of its own, as on the line of the `def`

    @property
    def code(self) -> str:
        return "    " * self.depth + self.text


def lay_out(lines: list[Line]) -> tuple[str, dict[int, Origin]]:
    """The text, and for each of its lines (counted from 1) the user's statement that it came from."""
    comments = _comments(lines)
    columns = _columns(lines, comments)
    out: list[str] = []
    origins: dict[int, Origin] = {}
    for line, comment, column in zip(lines, comments, columns, strict=True):
        out += _with_comment(line, comment, column)
        if line.origin.line:
            origins[len(out)] = line.origin
    return "\n".join(out) + "\n", origins


def _with_comment(line: Line, comment: str, column: int) -> list[str]:
    if not comment:
        return [line.code]
    padded = f"{line.code:<{column - 2}}  # {comment}"
    if len(padded) <= LONGEST:
        return [padded]
    return ["    " * line.depth + f"# {comment}"[: LONGEST - 4 * line.depth], line.code]


def _comments(lines: list[Line]) -> list[str]:
    comments: list[str] = []
    last: tuple[str, int, str] | None = None
    for line in lines:
        origin = line.origin
        here = (origin.file, origin.line, origin.text) if origin.sweep else None
        comments.append(line.comment or (origin.text if here and here != last else ""))
        last = here
    return comments


def _columns(lines: list[Line], comments: list[str]) -> list[int]:
    """One column for each run of lines of a sweep."""
    columns: list[int] = []
    run: list[int] = []
    for number, line in enumerate(lines):
        if not line.origin.sweep:
            columns += _column_of(lines, comments, run)
            run = []
        run.append(number)
    return columns + _column_of(lines, comments, run)


def _column_of(lines: list[Line], comments: list[str], run: list[int]) -> list[int]:
    ends = [len(lines[number].code) + 2 for number in run if comments[number]]
    column = max([COLUMN, *(end for end in ends if end <= FARTHEST)])
    return [column] * len(run)
