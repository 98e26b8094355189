"""Attributes by their names: `__dict__`, `vars`, `getattr` of text that is put together; members of enums."""

import enum
import functools
import math
from collections import namedtuple

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def total(self):
        return sum(self.__dict__.values())

    def get(self, name):
        return self.__dict__[name]


class Settings:
    """Takes any name, and has a value for one that nobody gave."""

    def __init__(self, **given):
        self.__dict__.update(given)

    def __getattr__(self, name):
        if name == "missing":
            return 2.0
        raise AttributeError(name)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 3.0)


class Law:
    def __init__(self, k):
        self.k = k

    def _sin(self, x):
        return math.sin(x) * self.k

    def _exp(self, x):
        return math.exp(x) * self.k

    def value(self, name, x):
        function = getattr(self, "_%s" % name.lower(), None)  # noqa: UP031
        if function is None:
            raise ValueError(f"no law {name!r}")
        return function(x)


class Kind(enum.Enum):
    LINEAR = "lin"
    CUBIC = "cub"

    def value_at(self, x):
        return x if self is Kind.LINEAR else x**3


class Doubled(namedtuple("Doubled", "x y")):
    def __new__(cls, x, y):
        return super().__new__(cls, 2.0 * x, y)


class Counted:
    def __new__(cls, *args):
        made = super().__new__(cls)
        made.count = len(args) + 2.0
        return made

    def __init__(self, value):
        self.value = value


@program(X)
def entries_of_an_object(x):
    pair = Pair(x[0], x[1])
    total = pair.total() * pair.get("b") + pair.__dict__["a"]
    for name, value in vars(pair).items():
        total += value * value * len(name)
    return total + ("a" in vars(pair)) * x[2]


@program(X)
def entries_that_are_set(x):
    pair = Pair(x[0], x[1])
    entries = pair.__dict__
    pair.a = x[2] * x[2]
    entries["b"] = x[0] * 5.0
    vars(pair).update({"b": pair.b * x[1]}, c=x[2])
    return entries["a"] * pair.b * pair.c


@program(X)
def copies_of_entries(x):
    pair = Pair(x[0], x[1])
    copy = vars(pair).copy()
    copy["a"] = x[2]
    other, changed = dict(vars(pair)), {**vars(pair), "b": x[2]}
    return pair.a * copy["a"] * other["b"] * changed["b"] + Pair(**copy).a * Pair(**vars(pair)).b


@program(X)
def settings_of_any_name(x):
    settings = Settings(a=x[0])
    settings.b = x[1]
    return settings.a * settings.b * settings.missing


@program(0.3)
def methods_by_name(x):
    law = Law(x)
    return sum(law.value(name, x) for name in ("SIN", "exp"))


@program(X)
def members_by_name_and_value(x):
    return Kind["CUBIC"].value_at(x[0]) * Kind("lin").value_at(x[1]) + Kind.LINEAR.value_at(x[2])


@program(0.7, 1.3)
def classes_with_new(a, b):
    doubled, counted = Doubled(a, b), Counted(a)
    return doubled.x * doubled.y**2 + counted.value * counted.count * b


@program(X)
def wrapper_made_on_the_spot(x):
    def remembered(f):
        known = {}

        @functools.wraps(f)
        def wrapper(n):
            if n not in known:
                known[n] = f(n)
            return known[n]

        return wrapper

    @remembered
    def term(n):
        return x[n] if n < 2 else term(n - 1) * x[2] + term(n - 2)

    return term(6)
