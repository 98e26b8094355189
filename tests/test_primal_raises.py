"""A function that certainly raises for the arguments given: the user gets the function's own exception."""

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


def test_there_is_no_source_to_show():
    with pytest.raises(sourcead.NeverReturns, match="`missing` never returns"):
        sourcead.grad(missing).source_for(1.0, None)
