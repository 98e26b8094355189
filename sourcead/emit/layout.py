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
GAP = 4  # lines without comment that end a run


@dataclass(frozen=True, slots=True)
class Line:
    depth: int
    text: str
    origin: Origin
    comment: str = ""  # of its own, as on the line of the `def`
    is_copy: bool = False  # put in for leaving SSA: says nothing about the user's statement

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
        if line.is_copy:
            comments.append("")
            continue
        here = (origin.file, origin.line, origin.text)
        says_more = here != last and origin.text != line.text
        comments.append(line.comment or (origin.text if origin.sweep and says_more else ""))
        if origin.sweep or here != last:  # what is read again for a statement belongs to it
            last = here if origin.sweep else None
    return comments


def _columns(lines: list[Line], comments: list[str]) -> list[int]:
    """One column for each run of commented lines; a few lines without comment do not end a run."""
    columns = [COLUMN] * len(lines)
    run: list[int] = []
    for number, comment in enumerate(comments):
        if comment and not lines[number].comment:
            if run and number - run[-1] > GAP:
                _align(run, lines, columns)
                run = []
            run.append(number)
    _align(run, lines, columns)
    return columns


def _align(run: list[int], lines: list[Line], columns: list[int]) -> None:
    ends = [len(lines[number].code) + 2 for number in run]
    column = max([COLUMN, *(end for end in ends if end <= FARTHEST)])
    for number in run:
        columns[number] = column
