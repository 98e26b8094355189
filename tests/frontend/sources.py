"""Functions as people hand them over: lambdas, decorated, bound, wrapped, chosen by class.

Each entry of `FUNCTIONS`: the callable, and its derivative at 2.0 worked out by hand.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial, partialmethod, singledispatch, singledispatchmethod
from typing import Any

import numpy as np

__all__ = ["FUNCTIONS"]

# fmt: off
square, cube = (lambda x: x * x), (lambda x: x * x * x)
same, again = (lambda x: x * 2.0), (lambda x: x * 2.0)
over_lines = (lambda x:
              x
              * x)
table = {"square": lambda x: x**2,
         "cube": lambda x: x**3, "fourth": lambda x: (
             x**4)}
# fmt: on
scaled_by = [lambda x, k=k: x * k for k in range(4)]


def times(factor: float) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return factor * function(*args, **kwargs)

        return wrapper

    return decorate


@times(2.0)
@times(3.0)
def decorated(x: float, power: int = 2) -> float:
    return x**power


class Model:
    scale = 2.0

    def __init__(self, k: float) -> None:
        self.k = k

    def method(self, x: float) -> float:
        return self.k * x * self.scale

    @staticmethod
    def static(x: float) -> float:
        return 5 * x

    @classmethod
    def of_class(cls, x: float) -> float:
        return cls.scale * x

    @property
    def squared(self) -> float:
        return self.k**2

    @cached_property
    def cubed(self) -> float:
        return self.k**3

    def __call__(self, x: float) -> float:
        return self.k * x

    weighted = partialmethod(lambda self, w, x: self.k * w * x, 4.0)

    def from_properties(self, x: float) -> float:
        return self.squared * x + self.cubed * x

    @singledispatchmethod
    def by_class(self, x: Any) -> Any:
        return x

    @by_class.register
    def _(self, x: float) -> float:
        return 7 * x


@singledispatch
def by_class(x: Any) -> Any:
    return x


@by_class.register
def _(x: float) -> float:
    return 3 * x


@by_class.register(np.ndarray)
def _(x: Any) -> Any:
    return np.sum(4 * x)


@dataclass
class Linear:
    k: float

    def __call__(self, x: float) -> float:
        return self.k * x


def with_local_functions(k: float) -> Any:
    class Local:
        def method(self, x: float) -> float:
            return k * x

    def nested(x: float) -> float:
        def deep(y: float) -> float:
            return y * k

        return deep(x)

    return Local().method, nested


local_method, nested = with_local_functions(3.0)


def redefined(x: float) -> float:
    return x**2


first = redefined


def redefined(x: float) -> float:  # type: ignore[no-redef]
    return x**3


model = Model(3.0)
FUNCTIONS: dict[str, tuple[Any, float]] = {
    "the first lambda of a line": (square, 4.0),
    "the second lambda of a line": (cube, 12.0),
    "the second of two equal lambdas": (again, 2.0),
    "a lambda over several lines": (over_lines, 4.0),
    "a lambda in a dict, over several lines": (table["fourth"], 32.0),
    "a lambda with a default out of a loop": (scaled_by[3], 3.0),
    "decorated twice": (decorated, 24.0),
    "a method": (model.method, 6.0),
    "a static method": (Model.static, 5.0),
    "a static method of an instance": (model.static, 5.0),
    "a class method": (Model.of_class, 2.0),
    "a callable instance": (model, 3.0),
    "a callable dataclass": (Linear(3.0), 3.0),
    "the method that makes it callable": (Linear(3.0).__call__, 3.0),
    "a partial method": (model.weighted, 12.0),
    "properties, one of them cached": (model.from_properties, 36.0),
    "a function chosen by class": (by_class, 3.0),
    "a function chosen by class, inside": (lambda x: by_class(x) * x, 12.0),
    "a function chosen by the class of an array": (lambda x: by_class(np.array([x, x])), 8.0),
    "partial": (partial(lambda w, x: w * x, 4.0), 4.0),
    "partial with a keyword": (partial(decorated, power=3), 72.0),
    "partial of partial": (partial(partial(lambda a, b, x: a * b * x, 2.0), 3.0), 6.0),
    "partial of a method": (partial(model.method), 6.0),
    "lru_cache": (functools.lru_cache(lambda x: x * x), 4.0),
    "lru_cache, inside": (lambda x: functools.lru_cache(lambda y: y * y)(x), 4.0),
    "the method of a local class": (local_method, 3.0),
    "a nested function": (nested, 3.0),
    "redefined: the first": (first, 4.0),
    "redefined: the second": (redefined, 12.0),
    "itemgetter": (lambda x: operator.itemgetter(1)([x, x * x]), 4.0),
    "attrgetter": (lambda x: operator.attrgetter("k")(Model(x)), 1.0),
}
