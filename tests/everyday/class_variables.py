"""Attributes of classes that the program changes: counters, settings, arrays."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Counted:
    count = 0
    rate = 2.0

    def __init__(self, value):
        type(self).count += 1
        self.value = value * type(self).count

    def scaled(self):
        return self.value * self.rate * self.count


class Derived(Counted):
    pass


class Best:
    found = None

    @classmethod
    def note(cls, value):
        if cls.found is None or value > cls.found:
            cls.found = value
        return cls.found


class Field:
    values = np.zeros(4)


def multiply(factor):
    Counted.rate = Counted.rate * factor


def counted():
    return Counted.count


@program(X)
def counted_instances(x):
    Counted.count = 0
    s = 0.0
    for v in x:
        s += Counted(v).value ** 2 * Counted.count
    return s * counted()


@program(X)
def setting_of_the_class(x):
    Counted.count = 2
    Counted.rate = x[0] * x[1]
    a, b = Counted(x[2]), Counted(x[3])
    s = a.scaled() + b.scaled()
    for v in x:
        if v > 0.5:
            multiply(v)
        else:
            Counted.rate += v
        s += a.rate * Derived.rate
    Counted.rate = 2.0
    return s


@program(X)
def kept_by_a_class_method(x):
    Best.found = None
    s = 0.0
    for v in x:
        s += Best.note(v * v)
    Best.found = None
    return s


@program(X)
def array_of_the_class(x):
    Field.values[:] = 0.0
    for i in range(4):
        Field.values[i] += x[i] * x[0]
    Field.values *= x[1]
    return Field.values.sum() * Field.values[1]


@program(X)
def own_attribute_over_the_class(x):
    one = Counted(x[2])
    one.rate = x[0]
    Counted.rate = x[1]
    s = one.rate * Counted(x[3]).rate * Counted.rate
    Counted.rate = 2.0
    return s


@program(X)
def set_where_something_is_raised(x):
    try:
        Counted.rate = x[0]
        if x[1] > 1.0:
            raise ValueError
        Counted.rate = x[2]
    except ValueError:
        Counted.rate = Counted.rate * x[3]
    s = Counted.rate * x[1]
    Counted.rate = 2.0
    return s
