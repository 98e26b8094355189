"""What was looked up in live objects, and is something else later, is noticed at the next call.

Each scenario makes a program and a change; the derivative must be that of the program before and after it, in
both modes.
"""

# mypy: ignore-errors
from __future__ import annotations

import dataclasses
import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead

SCENARIOS: dict[str, Callable[[], tuple[Any, Any]]] = {}


def scenario(make: Callable[[], tuple[Any, Any]]) -> Callable[[], tuple[Any, Any]]:
    SCENARIOS[make.__name__] = make
    return make


def square(x):
    return x * x


def cube(x):
    return x * x * x


class Layer:
    """Callable, as layers and models are."""

    rate = 2.0

    def __init__(self) -> None:
        self.w, self.bias, self.functions = 3.0, None, [square]

    def __call__(self, x):
        y = self.helper(self.w * x)
        return y if self.bias is None else y + self.bias * x

    def method(self, x):
        return self.rate * x * self.helper(x)

    def first(self, x):
        return self.functions[0](x)

    def helper(self, x):
        return x * x

    @classmethod
    def of_class(cls, x):
        return cls.rate * x * x

    @staticmethod
    def of_none(x):
        return x * x


class Holder:
    pass


def deep(inner):
    """The program calls `inner` three calls deep."""

    def lowest(x):
        return inner(x) + x

    def middle(x):
        return 2.0 * lowest(x)

    return lambda x: middle(x) * x


@scenario
def method_on_a_callable_instance():
    layer = Layer()
    return deep(lambda x: layer.method(x)), lambda: setattr(layer, "helper", cube)


@scenario
def attribute_on_an_instance_over_that_of_the_class():
    layer = Layer()
    return deep(lambda x: layer.method(x)), lambda: setattr(layer, "rate", 7.0)


@scenario
def attribute_that_was_none():
    layer = Layer()
    return deep(layer), lambda: setattr(layer, "bias", 3.0)


@scenario
def class_of_an_instance():
    layer = Layer()
    other = type("Other", (Layer,), {"helper": lambda self, x: x**4})
    return deep(lambda x: layer(x)), lambda: setattr(layer, "__class__", other)


@scenario
def bound_method_whose_object_changes():
    layer = Layer()
    method = layer.method
    return deep(lambda x: method(x)), lambda: setattr(layer, "helper", cube)


@scenario
def list_in_the_object_of_a_bound_method():
    layer = Layer()
    method = layer.first
    return deep(lambda x: method(x)), lambda: layer.functions.__setitem__(0, cube)


@scenario
def class_method_of_a_class_by_name():
    cls = type("Own", (Layer,), {})
    return (
        deep(lambda x: cls.of_class(x)),
        lambda: setattr(cls, "of_class", classmethod(lambda cls, x: 5.0 * x)),
    )


@scenario
def static_method_of_a_callable_instance():
    cls = type("Own", (Layer,), {})
    layer = cls()
    return deep(lambda x: layer.of_none(x)), lambda: setattr(cls, "of_none", staticmethod(cube))


@scenario
def object_in_a_dict():
    layers = {"a": Layer()}
    return deep(lambda x: layers["a"](x)), lambda: setattr(layers["a"], "bias", 2.0)


@scenario
def object_in_a_partial():
    layer = Layer()
    call = functools.partial(lambda inner, x: inner(x), layer)
    return deep(lambda x: call(x)), lambda: setattr(layer, "bias", 2.0)


@scenario
def object_in_an_object():
    holder = Holder()
    holder.layer = Layer()
    return deep(lambda x: holder.layer(x)), lambda: setattr(holder.layer, "helper", cube)


@scenario
def function_in_a_list():
    functions = [square, square]
    return deep(lambda x: sum(f(x) for f in functions)), lambda: functions.__setitem__(1, cube)


@scenario
def function_appended_to_a_list():
    functions = [square, square]
    return deep(lambda x: sum(f(x) for f in functions)), lambda: functions.append(square)


@scenario
def function_in_a_tuple_in_a_list():
    steps = [("a", square), ("b", cube)]
    return (
        deep(lambda x: sum(f(x) for _, f in steps)),
        lambda: steps.__setitem__(1, ("b", square)),
    )


@scenario
def function_in_a_list_of_an_object():
    holder = Holder()
    holder.functions = [square]
    return deep(lambda x: holder.functions[0](x)), lambda: holder.functions.append(
        holder.functions.pop() and cube
    )


def scaled(x, k=2.0, *, inner=square):
    return k * inner(x)


def copy_of(function):
    made = types.FunctionType(function.__code__, globals(), "copy", function.__defaults__)
    made.__kwdefaults__ = dict(function.__kwdefaults__)
    return made


@scenario
def keyword_defaults_replaced():
    function = copy_of(scaled)
    return (
        deep(lambda x: function(x)),
        lambda: setattr(function, "__kwdefaults__", {"inner": cube}),
    )


@scenario
def keyword_defaults_of_the_function_itself():
    function = copy_of(scaled)
    return function, lambda: setattr(function, "__kwdefaults__", {"inner": cube})


@scenario
def code_of_the_function_itself():
    function = copy_of(scaled)
    other = lambda x, k=2.0, *, inner=square: inner(x)
    return function, lambda: setattr(function, "__code__", other.__code__)


@scenario
def keywords_of_a_partial():
    call = functools.partial(scaled, k=3.0)
    return deep(lambda x: call(x)), lambda: call.keywords.__setitem__("k", 9.0)


@scenario
def keywords_of_a_partial_itself():
    call = functools.partial(scaled, k=3.0)
    return call, lambda: call.keywords.__setitem__("k", 9.0)


@scenario
def function_of_a_partial():
    call = functools.partial(scaled, inner=square)
    return deep(lambda x: call(x)), lambda: call.__setstate__((scaled, (), {"inner": cube}, None))


@scenario
def default_of_a_dataclass():
    @dataclasses.dataclass
    class Options:
        k: float = 2.0

    def change():
        Options.__init__.__defaults__ = (5.0,)

    return deep(lambda x: Options().k * x * x), change


@scenario
def module_behind_an_import():
    sys.modules["imported_by_a_test"] = types.SimpleNamespace(f=square)

    def program(x):
        import imported_by_a_test

        return imported_by_a_test.f(x)

    other = types.ModuleType("imported_by_a_test")
    other.f = cube
    return deep(program), lambda: sys.modules.__setitem__("imported_by_a_test", other)


@scenario
def implementation_of_a_generic_function():
    generic = functools.singledispatch(square)
    return deep(lambda x: generic(x)), lambda: generic.register(float, cube)


@scenario
def function_of_a_vectorized_one():
    each = np.vectorize(square)
    return lambda x: each(x) * 1.0, lambda: setattr(each, "pyfunc", cube)


@scenario
def name_in_a_descriptor():
    class Other:
        def __init__(self, name):
            self.name = name

        def __get__(self, obj, owner=None):
            return getattr(obj, self.name)

    class Model:
        value = Other("a")

        def __init__(self, x):
            self.a, self.b = x, x * x

    return deep(lambda x: Model(x).value), lambda: setattr(vars(Model)["value"], "name", "b")


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_change_is_noticed(name: str, mode: str) -> None:
    program, change = SCENARIOS[name]()
    derivative = sourcead.grad(program)
    if mode == "forward":
        derivative = lambda x: sourcead.jvp(program, (x,), (1.0,))[1]
    before = _difference(program)
    assert derivative(0.7) == pytest.approx(before, rel=1e-7)
    change()
    after = _difference(program)
    assert abs(after - before) > 1e-2
    assert derivative(0.7) == pytest.approx(after, rel=1e-7)


def _difference(program: Any, x: float = 0.7, h: float = 1e-4) -> float:
    """Two central differences, extrapolated."""
    coarse, fine = ((program(x + k) - program(x - k)) / (2.0 * k) for k in (2.0 * h, h))
    return float((4.0 * fine - coarse) / 3.0)
