"""Programs that are refused: the right class, at the marked line, with a caret and a way out.

A file of `tests/refused/` has a `program`, a `call` that asks for its derivative, and a comment
`# error: ClassName` on each offending line, or `# error: ClassName without a place` where there is
no line to point at.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

import sourcead

FOLDER = Path(__file__).parent / "refused"
MARK = re.compile(r"# error: (\w+)( without a place)?$")
PLACE = re.compile(r"^  (\S.*):(\d+)(?:, in \S+)?$")

every_file = pytest.mark.parametrize("name", sorted(p.stem for p in FOLDER.glob("[a-z]*.py")))


@dataclass(frozen=True, slots=True)
class Mark:
    """An offence that a file announces; `line` is None where it has no place."""

    error: str
    line: int | None


def marks(name: str) -> list[Mark]:
    lines = (FOLDER / f"{name}.py").read_text().splitlines()
    found = [(number, MARK.search(line)) for number, line in enumerate(lines, start=1)]
    return [Mark(m[1], None if m[2] else number) for number, m in found if m]


@every_file
def test_program_announces_what_is_wrong(name: str) -> None:
    announced = marks(name)
    assert announced, "no `# error: ClassName` in the file"
    assert {m.error for m in announced} <= set(_error_classes())
    assert len({m.error for m in announced}) == 1


@every_file
def test_program_is_refused(name: str) -> None:
    error = _refusal(name)
    announced = marks(name)
    assert type(error).__name__ == announced[0].error
    assert str(error).startswith(f"sourcead.{announced[0].error}: ")


@every_file
def test_refusal_points_at_the_line(name: str) -> None:
    lines = str(_refusal(name)).splitlines()
    places = [(number, place) for number, line in enumerate(lines) if (place := PLACE.match(line))]
    expected = [m.line for m in marks(name) if m.line is not None]
    assert [int(place[2]) for _, place in places] == expected
    for number, place in places:
        assert Path(place[1]).name == f"{name}.py"
        assert set(lines[number + 2].strip()) == {"^"}, "no caret below the source line"


@every_file
def test_refusal_says_what_to_do(name: str) -> None:
    for offence in _refusal(name).offences:
        assert len(offence.cause.split()) > 2
        assert len(offence.way_out.split()) > 2
        assert offence.way_out != offence.cause


@every_file
def test_refusal_is_the_same_the_second_time(name: str) -> None:
    assert str(_refusal(name)) == str(_refusal(name))


def test_every_class_of_error_has_a_program() -> None:
    shown = {m.error for path in FOLDER.glob("[a-z]*.py") for m in marks(path.stem)}
    planted = {"CompilerFailure"}  # no program of a user's: tests/test_unforeseen.py
    assert set(_error_classes()) - shown - planted == set()


def _refusal(name: str) -> sourcead.SourceADError:
    module = importlib.import_module(f"tests.refused.{name}")
    with pytest.raises(sourcead.SourceADError) as caught:
        module.call()
    return caught.value


def _error_classes() -> list[str]:
    """The public ones; a command's own error is tested with the command."""
    classes = [*sourcead.SourceADError.__subclasses__()]
    for each in classes:
        classes += each.__subclasses__()
    return [c.__name__ for c in classes if c.__module__ == "sourcead.errors"]
