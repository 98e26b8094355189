"""Combinations of which the default run takes some in turn, and `pytest -m slow` the others.

Every program is there in the default run, and every variant: the first program in the first variant, the
second one in the second, and so on.

>>> [(p.id, bool(p.marks)) for p in in_turn({"f": 1, "g": 2}, ["reverse", "forward"])]
[('f-reverse', False), ('f-forward', True), ('g-reverse', True), ('g-forward', False)]
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pytest

__all__ = ["in_turn"]


def in_turn(
    values: Mapping[str, Any] | Iterable[str],
    variants: Sequence[str],
    *,
    kept: int = 1,
    always: Collection[str] = (),
    id: str = "{name}-{variant}",
) -> list[Any]:
    """Parameters `(value, variant)`: of each value `kept` variants in turn, and those that are `always` taken.

    The other ones have the mark `slow`.
    """
    items = values.items() if isinstance(values, Mapping) else [(name, name) for name in values]
    rest = [variant for variant in variants if variant not in always]
    found = []
    for at, (name, value) in enumerate(items):
        taken = {*always, *(rest[(at * kept + k) % len(rest)] for k in range(kept))}
        for variant in variants:
            marks = () if variant in taken else pytest.mark.slow
            title = id.format(name=name, variant=variant)
            found.append(pytest.param(value, variant, id=title, marks=marks))
    return found
