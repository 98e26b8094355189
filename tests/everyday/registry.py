"""Where the programs of this package are kept with the arguments they are differentiated at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

__all__ = ["PROGRAMS", "Program", "program"]

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Program:
    """A function, and arguments that it may change."""

    function: Callable[..., Any]
    args: tuple[Any, ...]


PROGRAMS: dict[str, Program] = {}


def program(*args: Any) -> Callable[[F], F]:
    """Register the decorated function under its own name."""

    def register(function: F) -> F:
        assert function.__name__ not in PROGRAMS, function.__name__
        PROGRAMS[function.__name__] = Program(function, args)
        return function

    return register
