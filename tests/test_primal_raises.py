"""A function that certainly raises for the arguments given: the user gets the function's own exception."""

import traceback

import numpy as np
import pytest

import sourcead


class Base:
    def cost(self, x):
        raise NotImplementedError("cost")

    def total(self, x):
        return 2.0 * self.cost(x)


def missing(x, n):
    if n is None:
        raise TypeError("n is needed")
    return x * n


def arrays_only(x):
    if not isinstance(x, np.ndarray):
        raise TypeError("an array, please")
    return np.sum(x * x)


def logged(x, log):
    log.append(1)
    raise ValueError(f"no value at {x}")


@pytest.mark.parametrize("derivative", [sourcead.grad, sourcead.value_and_grad, sourcead.hessian])
def test_the_exception_is_the_programs_own(derivative):
    with pytest.raises(TypeError, match="n is needed"):
        derivative(missing)(1.0, None)
    with pytest.raises(TypeError, match="an array, please"):
        derivative(arrays_only)(1.0)
    with pytest.raises(NotImplementedError, match="cost"):
        derivative(Base().total)(1.0)


def test_it_is_right_where_it_returns():
    gradient = sourcead.grad(arrays_only)
    with pytest.raises(TypeError, match="an array, please"):
        gradient(1.0)
    assert gradient(np.array([1.0, 3.0])).tolist() == [2.0, 6.0]
    assert sourcead.grad(missing)(2.0, 3) == 3.0


def test_the_program_runs_once():
    log: list[int] = []
    with pytest.raises(ValueError, match="no value at 1"):
        sourcead.grad(logged)(1.0, log)
    assert log == [1]


def always(x):
    raise ValueError("not today")


def test_the_message_says_what_is_raised():
    with pytest.raises(sourcead.NeverReturns, match="it raises ValueError: not today"):
        sourcead.grad(lambda x: always(x) + 1.0).source_for(1.0)


def test_there_is_no_source_to_show():
    with pytest.raises(sourcead.NeverReturns, match="`missing` never returns"):
        sourcead.grad(missing).source_for(1.0, None)


class Empty:
    pass


def two(a, b):
    return a * b


TYPES = [
    lambda x: x + "a",
    lambda x: "a" * x,
    lambda x: x - None,
    lambda x: x[0] * 2.0,
    lambda x: x(),
    lambda x: x.foo,
    lambda x: x.dot(x),
    lambda x: x / 0.0,
    lambda x: two(x),
    lambda x: two(x, x, x),
    lambda x: two(x, c=x),
    lambda x: [x] + x,
    lambda x: sum([x, "a"]),
    lambda x: len(x) * x,
    lambda x: Empty() * x,
    lambda x: Empty().a * x,
    lambda x: [a * b for a, b in [x]][0],
]


@pytest.mark.parametrize("at", range(len(TYPES)))
def test_what_follows_from_the_types(at):
    program = TYPES[at]
    line = program.__code__.co_firstlineno
    with pytest.raises(Exception) as own:
        program(0.7)
    for call in (
        sourcead.grad(program),
        sourcead.value_and_grad(program),
        lambda x: sourcead.jvp(program, (x,), (1.0,)),
        lambda x: sourcead.vjp(program, x),
    ):
        with pytest.raises(own.type) as found:
            call(0.7)
        assert str(found.value) == str(own.value)
        lines = traceback.extract_tb(found.value.__traceback__)
        named = [f"{each.filename}:{each.lineno}" for each in lines]
        named += getattr(found.value, "__notes__", ())
        assert any(f"{__file__}:{line}" in each for each in named)
