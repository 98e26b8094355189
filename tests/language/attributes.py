"""Attributes that are computed when they are read: descriptors of the user's own, `__getattr__`."""

# mypy: ignore-errors
from __future__ import annotations

import functools
import math

import numpy as np

from tests.language.registry import case


class Positive:
    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return math.exp(obj.log)

    def __set__(self, obj, value):
        obj.log = math.log(value)


class Scaled:
    scale = Positive()

    def __init__(self, value):
        self.scale = value

    def of(self, x):
        return self.scale * x


@case("attributes: descriptor with __get__ and __set__", 0.7, 1.3)
def descriptor(x, y):
    scaled = Scaled(x * y)
    scaled.scale += y
    return scaled.of(x) * scaled.scale


class Squared:
    def __set_name__(self, owner, name):
        self.name = f"_{name}"

    def __get__(self, obj, owner=None):
        return 2.0 * getattr(obj, self.name)

    def __set__(self, obj, value):
        setattr(obj, self.name, value * value)


class Pair:
    first = Squared()
    second = Squared()


@case("attributes: descriptor that knows its name", 0.7, 1.3)
def named_descriptor(x, y):
    pair = Pair()
    pair.first = x
    pair.second = y * pair.first
    return pair.first * pair.second


class Once:
    def __init__(self, function):
        self.function = function
        self.name = function.__name__

    def __get__(self, obj, owner=None):
        value = self.function(obj)
        obj.__dict__[self.name] = value
        return value


class Cubed:
    def __init__(self, x):
        self.x = x

    @Once
    def cube(self):
        return self.x**3


@case("attributes: descriptor that replaces itself by the value", 0.7)
def computed_once(x):
    cubed = Cubed(x)
    return cubed.cube * cubed.cube + cubed.x


class Times:
    def __init__(self, factor):
        self.factor = factor

    def __get__(self, obj, owner=None):
        return functools.partial(self.apply, obj)

    def apply(self, obj, x):
        return obj.w * x * self.factor


class Weighted:
    times = Times(3.0)

    def __init__(self, w):
        self.w = w


@case("attributes: descriptor that gives a function", 0.7, 1.3)
def method_by_descriptor(x, w):
    return Weighted(w).times(x)


class Found:
    def __init__(self, x):
        self.data = {"u": x, "v": x * x}

    def __getattr__(self, name):
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None


@case("attributes: __getattr__, hasattr and getattr with a default", 0.7)
def found_by_getattr(x):
    found = Found(x)
    u = found.u if hasattr(found, "u") else 1.0
    w = found.w if hasattr(found, "w") else x**3
    return u * w + getattr(found, "v", 2.0) + getattr(found, "z", x) * found.v


class Passing:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


@case("attributes: an object that passes everything on", 0.7, 1.3)
def passed_on(x, w):
    passing = Passing(Scaled(w))
    before = passing.of(x)
    passing.log = 2.0 * x  # its own from now on
    return before * passing.log * passing.scale


class Backend:
    def __getattr__(self, name):
        return getattr(np, name)


backend = Backend()


@case("attributes: function of a library, found by __getattr__", 0.7)
def found_function(x):
    return backend.square(x) * x
