"""Classes that are made inside the function, whose instances hold values that carry derivatives."""

import math

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.9])


@program(X)
def class_with_state(x):
    class Sum:
        scale = 2.0

        def __init__(self):
            self.total = 0.0

        def add(self, v):
            self.total += self.scale * v * v
            return self

    s = Sum()
    for v in x:
        s.add(v)
    return s.add(x[0]).total


@program(X)
def local_dataclasses(x):
    import math as m
    from dataclasses import dataclass, field

    @dataclass
    class Point:
        x: float
        y: float = 2.0

        @property
        def radius(self):
            return math.hypot(self.x, self.y)

    @dataclass(frozen=True)
    class Row:
        a: float
        b: float = 1.0
        history: list = field(default_factory=list)

        def norm(self):
            return m.hypot(self.a, self.b)

    rows = [Row(v) for v in x]
    rows[0].history.append(rows[1].norm())
    return sum(Point(v, v * v).radius for v in x) + rows[2].norm() * rows[0].history[0]


@program(X)
def local_inheritance(x):
    class Base:
        slope = 1.5

        def energy(self, v):
            return self.slope * v

    class Sub(Base):
        def __init__(self, w):
            self.w = w

        def energy(self, v):
            return super().energy(v) * self.w

        def __add__(self, other):
            return Sub(self.w + other.w)

        @staticmethod
        def unit():
            return 2.0

        @classmethod
        def of(cls, v):
            return cls(v * cls.unit())

        @property
        def square(self):
            return self.w**2

    s = Sub(x[0]) + Sub.of(x[1])
    return s.energy(x[2]) * s.square * isinstance(s, Base)


@program(X)
def class_in_a_nested_function(x):
    def boxed(v):
        class Box:
            def __init__(self, v):
                self.v = v

        return Box(v * v)

    return boxed(x[0]).v * boxed(x[1]).v


@program(X)
def empty_class_as_a_record(x):
    class State:
        pass

    s = State()
    s.u = x * 2
    s.t = 0.0
    for _ in range(3):
        s.u = s.u + 0.1 * s.u**2
        s.t += 0.1 * s.u[0]
    return s.u.sum() * s.t


@program(X)
def typed_namedtuple(x):
    from typing import NamedTuple

    class Pair(NamedTuple):
        a: float
        b: float

    p = Pair(x[0], x[1])
    return p.a * p.b + p[1]


@program(X)
def local_exception(x):
    class TooLow(ValueError):
        pass

    try:
        if x[0] < 1.0:
            raise TooLow("low")
        y = x[0]
    except TooLow:
        y = x[1] * x[2]
    return y
