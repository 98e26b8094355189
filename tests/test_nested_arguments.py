"""Arguments that are structures in structures: every number and array gets its own adjoint, or a refusal."""

from __future__ import annotations

import itertools
import linecache
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.refusals import right_or_refused


class Record:
    """A plain object with two attributes."""

    def __init__(self, v: Any, w: Any) -> None:
        self.v = v
        self.w = w


Pair = namedtuple("Pair", ["v", "w"])


@dataclass(frozen=True)
class Form:
    """A structure of two parts: how it is made, and how its parts are read, in text and live."""

    make: Callable[[Any, Any], Any]
    reads: tuple[str, str]
    parts: Callable[[Any], tuple[Any, Any]]


FORMS = {
    "dict": Form(lambda v, w: {"v": v, "w": w}, ("['v']", "['w']"), lambda s: (s["v"], s["w"])),
    "tuple": Form(lambda v, w: (v, w), ("[0]", "[1]"), tuple),
    "list": Form(lambda v, w: [v, w], ("[0]", "[1]"), tuple),
    "object": Form(Record, (".v", ".w"), lambda s: (s.v, s.w)),
    "namedtuple": Form(Pair, (".v", ".w"), tuple),
}
NESTS = [*itertools.product(FORMS, repeat=2), *itertools.product(FORMS, repeat=3)]
X = np.array([1.0, 2.0, 3.0])


def nested(names: tuple[str, ...]) -> Any:
    """`(... (x, 2.0), x + 1) ..., x + 1)` of the named forms, the innermost last."""
    value = FORMS[names[-1]].make(X.copy(), 2.0)
    for name in reversed(names[:-1]):
        value = FORMS[name].make(value, X + 1.0)
    return value


def program(names: tuple[str, ...], by_name: bool) -> Callable[[Any], Any]:
    """sum(v * a * b) * w**2 of the innermost parts v, w and the outer arrays a, b."""
    path = "p" + "".join(FORMS[name].reads[0] for name in names[:-1])
    first = "p" + FORMS[names[0]].reads[1]
    last = "p" + "".join(FORMS[n].reads[0] for n in names[:-2]) + FORMS[names[-2]].reads[1]
    v, w = FORMS[names[-1]].reads
    inner, head = ("q", f"    q = {path}\n") if by_name else (path, "")
    text = f"def f(p):\n{head}    return ({inner}{v} * {first} * {last}).sum() * {inner}{w} ** 2\n"
    file = f"<nested {'-'.join(names)} {by_name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), scope)
    return scope["f"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("by_name", [False, True], ids=["by path", "by name"])
@pytest.mark.parametrize("names", NESTS, ids=" of ".join)
def test_every_part_has_its_adjoint(names: tuple[str, ...], by_name: bool) -> None:
    with right_or_refused():
        bar = sourcead.grad(program(names, by_name))(nested(names))
    outer = []
    for name in names[:-1]:
        bar, beside = FORMS[name].parts(bar)
        outer.append(beside)
    v_bar, w_bar = FORMS[names[-1]].parts(bar)
    a = X + 1.0
    np.testing.assert_allclose(v_bar, 4.0 * a * a, rtol=1e-14)
    np.testing.assert_allclose(w_bar, 4.0 * (X * a * a).sum(), rtol=1e-14)
    if len(outer) == 1:  # a and b are one array
        np.testing.assert_allclose(outer[0], 8.0 * X * a, rtol=1e-14)
    else:
        for each in outer:
            np.testing.assert_allclose(each, 4.0 * X * a, rtol=1e-14)
