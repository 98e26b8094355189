"""What is generated for programs of this test-suite: `python -m tests.properties.texts EVERY SEED` prints it as JSON.

Every EVERYth program, in an order that depends on SEED; refusals are texts, too.
"""

from __future__ import annotations

import copy
import json
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from sourcead.callables import Mode
from sourcead.derivative import Derivative
from tests.everyday import test_everyday  # noqa: F401  (registers its programs)
from tests.everyday.registry import PROGRAMS
from tests.language import test_language  # noqa: F401
from tests.language.registry import CASES
from tests.structures import has_leaf

__all__ = ["texts"]


def texts(every: int, seed: int) -> dict[str, str]:
    """The gradient and the tangent of each, by its name."""
    chosen = list(_programs())[::every]
    random.Random(seed).shuffle(chosen)
    return {name: _without_places(_text(*program)) for name, *program in chosen}


def _programs() -> Iterator[tuple[str, Callable[..., Any], tuple[Any, ...]]]:
    for name, program in PROGRAMS.items():
        yield name, program.function, program.args
    for name, case in CASES.items():
        yield name, case.function, case.args


def _text(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    wrt = tuple(i for i, arg in enumerate(args) if has_leaf(arg)) or (0,)
    found = []
    for form in ("gradient", "tangent"):
        derivative = Derivative(function, Mode(form, wrt), form)
        try:
            found.append(derivative.source_for(*copy.deepcopy(args)))
        except Exception as error:
            found.append(f"{type(error).__name__}: {error}")
    return "\n".join(found)


def _without_places(text: str) -> str:
    """Objects in messages show where they are."""
    return re.sub(r" at 0x[0-9a-f]+", "", text)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump(texts(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
