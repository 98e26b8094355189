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

import linecache
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sourcead.ir.nodes import Origin

__all__ = [
    "AliasedArguments", "CompilerFailure", "IntegerArgument", "NoRule", "NoSource", "NonScalarOutput",
    "NotAFunction", "NotDifferentiable", "Offence", "SourceADError", "SourceChanged", "UnknownArgument",
    "UnsupportedSyntax", "WrongCotangent", "WrongPattern",
]  # fmt: skip

_Error = TypeVar("_Error", bound="SourceADError")


@dataclass(frozen=True, slots=True)
class Offence:
    """One thing that is wrong: where, why (a sentence), and what to do instead (a sentence)."""

    origin: Origin
    cause: str
    way_out: str


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
    ordered = sorted(offences, key=lambda o: (o.origin.file, o.origin.line, o.origin.column))
    return "\n".join(format_offence(title, offence) for offence in ordered)


def format_offence(title: str, offence: Offence) -> str:
    lines = [f"sourcead.{title}: {offence.cause}"]
    if offence.origin.file:
        lines.append(f"  {_place(offence.origin)}")
    lines.extend(f"    {line}" for line in _pointed(offence.origin))
    if offence.way_out:
        lines.append(f"  {offence.way_out}")
    return "\n".join(lines)


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
