"""What is said to a user whose function cannot be differentiated, one class per cause.

Every error names the file, the line (with a caret), the cause in one sentence and the way out in
another.  All offences of a function are reported at once:

    sourcead.UnsupportedSyntax: `yield` makes this function a generator
      model.py:31, in rows
        yield x * x
        ^^^^^^^^^^^
      collect the values in a list and return it.
"""

from __future__ import annotations

import functools
import linecache
import os
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sourcead.ir.origin import Origin

__all__ = [
    "AliasedArguments", "CompilerFailure", "IntegerArgument", "NoRule", "NoSource", "NonScalarOutput",
    "NeverReturns", "NotAFunction", "NotDifferentiable", "Offence", "SourceADError", "SourceChanged", "UnknownArgument",
    "UnsupportedSyntax", "WrongCotangent", "WrongPattern",
]  # fmt: skip

_Error = TypeVar("_Error", bound="SourceADError")


@dataclass(frozen=True, slots=True)
class Offence:
    """One thing that is wrong: where, why (a sentence), and what to do instead (a sentence).

    `called_from`: the calls that lead there from the differentiated function, the innermost first.
    `title`: the class of the error, where it is not the one that was raised for several.
    """

    origin: Origin
    cause: str
    way_out: str
    called_from: tuple[Origin, ...] = ()
    title: str = ""

    @property
    def place(self) -> Origin:
        """What is pointed at: the innermost call in the user's own files, or the offence itself.

        A line of the standard library, or of an installed package, is none that he could change;
        where the differentiated function is such a one, nothing else is there.
        """
        return _way_to(self)[1][0]

    @property
    def calls(self) -> list[Origin]:
        """The calls that lead to that place, the innermost first."""
        return _way_to(self)[1][1:]


class SourceADError(Exception):
    """Anything that sourcead refuses to do.  `offences` are all the places that were found."""

    def __init__(self, *offences: Offence) -> None:
        self.offences = offences
        super().__init__(format_offences(type(self).__name__, offences))

    def __reduce__(self) -> tuple[type[SourceADError], tuple[Offence, ...]]:
        return type(self), self.offences

    @classmethod
    def at(cls: type[_Error], origin: Origin, cause: str, way_out: str) -> _Error:
        """The error with a single offence."""
        return cls(Offence(origin, cause, way_out))

    def reached_from(self: _Error, *calls: Origin) -> _Error:
        """The error, of something that these calls lead to (the innermost first)."""
        longer = (
            replace(o, called_from=(*o.called_from, *(c for c in calls if c != o.origin)))
            for o in self.offences
        )
        return type(self)(*longer)


class NoSource(SourceADError):
    """The source text of a function cannot be found."""


class SourceChanged(SourceADError):
    """The source text found is not what was compiled into the running function."""


class UnsupportedSyntax(SourceADError):
    """A construct of Python that is not transformed."""


class NoRule(SourceADError):
    """An active value enters a callable that has neither a rule nor Python source."""


class NotDifferentiable(SourceADError):
    """A value on the way from input to output has no derivative."""


class NotSeparable(NotDifferentiable):
    """A tangent is wanted for many directions, and what they share cannot be computed once and kept."""


class NeverReturns(NotDifferentiable):
    """The function ends in an exception for arguments of these kinds: called with them, it is run to raise that."""


class NonScalarOutput(SourceADError):
    """`grad` needs a function with one real number as its result."""


class IntegerArgument(SourceADError):
    """The derivative is asked with respect to integers or booleans."""


class UnknownArgument(SourceADError):
    """`argnums` names a parameter that the function does not have."""


class WrongCotangent(SourceADError):
    """A cotangent or tangent does not have the structure, shape or dtype of its value."""


class WrongPattern(SourceADError):
    """A sparse Jacobian has entries outside of the pattern that was given for it."""


class AliasedArguments(SourceADError):
    """Differentiated arguments share memory and one of them is written in place."""


class CompilerFailure(SourceADError):
    """Sourcead itself failed on the function: a defect of sourcead, to be reported."""


class NotAFunction(SourceADError):
    """The object to be differentiated cannot be called, or is not a Python function."""


# -- the one formatter -----------------------------------------------------------------------


def format_offences(title: str, offences: Iterable[Offence]) -> str:
    """The message of an error: one paragraph per offence, in the order of the source."""
    ordered = sorted(offences, key=_shown_at)
    return "\n".join(format_offence(offence.title or title, offence) for offence in ordered)


def _shown_at(offence: Offence) -> tuple[str, int, int]:
    shown = offence.place
    return shown.file, shown.line, shown.column


def format_offence(title: str, offence: Offence) -> str:
    inside, (shown, *outside) = _way_to(offence)
    lines = [f"sourcead.{title}: {offence.cause}"]
    if shown.file:
        lines.append(f"  {_place(shown)}")
    lines.extend(f"    {line}" for line in _pointed(shown))
    lines.extend(f"  which reaches {_place(call)}: `{call.text}`" for call in inside)
    lines.extend(f"  called from {_place(call)}: `{call.text}`" for call in outside)
    if offence.way_out:
        lines.append(f"  {offence.way_out}")
    return "\n".join(lines)


def _way_to(offence: Offence) -> tuple[list[Origin], list[Origin]]:
    """The calls that lead from the place that is pointed at to the offence; that place, and the calls to it."""
    way = [o for o in (offence.origin, *offence.called_from) if o.file] or [offence.origin]
    at = next((i for i, o in enumerate(way) if not _is_installed(o.file)), 0)
    return way[:at][::-1], way[at:]


@functools.lru_cache(maxsize=256)
def _is_installed(file: str) -> bool:
    """Is this a file of the standard library, of an installed package, or of sourcead (or made by it)?"""
    if file.startswith("<sourcead"):
        return True
    folders = {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
    folders.add(os.path.dirname(_way_to.__code__.co_filename))
    return file.startswith(tuple(f + os.sep for f in folders if f))


def _place(origin: Origin) -> str:
    inside = f", in {origin.function}" if origin.function else ""
    return f"{origin.file}:{origin.line}{inside}"


def _pointed(origin: Origin) -> list[str]:
    """The source line and carets under the offending columns."""
    line = linecache.getline(origin.file, origin.line).rstrip("\n") if origin.line else ""
    if not line.strip():
        return [origin.text] if origin.text else []
    margin = len(line) - len(line.lstrip())
    end = origin.end_column if origin.end_line == origin.line else len(line)
    width = max(1, min(end, len(line)) - origin.column)
    return [line.strip(), " " * (origin.column - margin) + "^" * width]
