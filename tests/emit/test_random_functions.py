"""Printed text computes what the Wengert list says: values, effects and their order."""

from __future__ import annotations

from typing import Any

import pytest

from sourcead.emit.load import load
from sourcead.emit.source import emit
from sourcead.ir.nodes import Function, Name
from tests.emit.interpret import interpret
from tests.emit.random_functions import Broken, Random


class _World:
    """Where the effects of a random function are seen; `maybe` raises at every seventh call."""

    def __init__(self) -> None:
        self.log: list[Any] = []

    def trace(self, value: int) -> int:
        self.log.append(value)
        return value + 1

    def maybe(self, value: int) -> int:
        self.log.append(("maybe", value))
        if len(self.log) % 7 == 6:
            raise Broken
        return value

    def run(self, call: Any) -> tuple[Any, ...]:
        self.log.clear()
        array = [3, 1, 2]
        try:
            result = call(5, 7, array)
        except Broken:
            result = "broken"
        return result, array, list(self.log)


def _function(seed: int) -> tuple[_World, Function]:
    world = _World()
    return world, Random(seed, world.trace, world.maybe).function()


@pytest.mark.parametrize("first", range(0, 200, 40))
def test_the_text_computes_what_the_list_says(first: int) -> None:
    _check(range(first, first + 40))


@pytest.mark.slow
def test_the_text_of_many_functions_computes_what_the_list_says() -> None:
    _check(range(200, 4000))


def _check(seeds: range) -> None:
    for seed in seeds:
        world, function = _function(seed)
        expected = world.run(lambda *args, f=function: interpret(f, *args))
        for may_nest in (lambda name: name.hint == "t", lambda name: True, lambda name: False):
            emitted = emit(function, may_nest=may_nest)
            assert world.run(load(emitted)) == expected, (seed, emitted.text)


def test_the_same_function_gives_the_same_text() -> None:
    for seed in range(30):
        texts = {emit(_function(seed)[1]).text for _ in range(2)}
        assert len(texts) == 1


def test_names_of_parameters_stay() -> None:
    for seed in range(30):
        text = emit(_function(seed)[1]).text
        assert text.startswith("def f(x, y, u):")


def test_the_interpreter_tells_versions_apart() -> None:
    _, function = _function(3)
    assert isinstance(function.result, Name)
