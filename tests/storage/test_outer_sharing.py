"""Variables of modules and closures that share what is written: refused, at the call, by their names."""

import importlib
import sys

import numpy as np
import pytest

import sourcead

whole = np.zeros(3)
part = whole[:2]
named = {"w": whole, "own": np.zeros(2)}
listed = [whole, 1.0]
items = [0.0, 1.0]
same_items = items
this = sys.modules[__name__]


class Model:
    def __init__(self):
        self.state = np.zeros(3)
        self.inner = self.state[:2]
        self.trace = []

    def put(self, x):
        self.inner[0] = x

    def total(self):
        return np.sum(self.state**2)

    def note(self, x):
        self.trace.append(x)
        return np.sum(self.state**2) + np.sum(self.inner**2) + self.trace[-1] ** 2


model = Model()
twin = Model()
twin.state = model.state


def total():
    return np.sum(part**2)


def a_view(x):
    whole[0] = x
    return np.sum(part**2)


def an_entry(x):
    whole[0] = x
    return np.sum(named["w"] ** 2)


def written_as_an_entry(x):
    named["w"][0] = x
    return np.sum(whole**2)


def an_item(x):
    whole[0] = x
    return np.sum(listed[0] ** 2)


def items_of_values(x):
    whole[0] = x
    return sum(np.sum(v**2) for v in named.values())


def in_a_callee(x):
    whole[0] = x
    return total()


def an_attribute(x):
    model.inner[0] = x
    return np.sum(model.state**2)


def in_methods(x):
    model.put(x)
    return model.total()


def of_another_object(x):
    model.state[0] = x
    return twin.total()


def a_list(x):
    items[0] = x
    return same_items[0] ** 2


def by_default(x, a=part):
    whole[0] = x
    return np.sum(a**2)


def a_coefficient(x):
    """No derivative is in it, and the reverse sweep reads it."""
    y = 0.0
    for _ in range(3):
        y += x * part[0]
        whole[0] *= 0.5
    return y


def an_argument(x, a):
    a[0] = x
    return np.sum(whole**2)


def read_as_an_argument(x, a):
    whole[0] = x
    return np.sum(a**2)


def closures():
    held = np.zeros(3)
    inner = held[:1]

    def f(x):
        inner[0] = x
        return np.sum(held**2)

    return f


SHARING = (
    a_view, an_entry, written_as_an_entry, an_item, items_of_values, in_a_callee, an_attribute, in_methods,
    of_another_object, a_list, a_coefficient, closures(),
)  # fmt: skip


@pytest.fixture(autouse=True)
def empty():
    for array in (whole, model.state, twin.inner):
        array[...] = 0.0
    items[:] = [0.0, 1.0]


def refused():
    return pytest.raises(
        sourcead.SourceADError, match=r"share storage|share memory|not followed|global object"
    )


@pytest.mark.parametrize("f", SHARING, ids=[f.__name__ for f in SHARING])
def test_refused(f):
    with refused():
        sourcead.grad(f)(0.7)
    with refused():
        sourcead.jvp(f, (0.7,), (1.0,))
    with refused():
        sourcead.vjp(f, 0.7)
    assert not whole.any() and not model.state.any()  # before anything ran


@pytest.mark.parametrize(
    "f", [an_argument, read_as_an_argument, by_default], ids=lambda f: f.__name__
)
def test_arguments_that_are_in_variables(f):
    with refused():
        sourcead.grad(f)(0.7, whole)
    alone = np.zeros(2)
    np.testing.assert_allclose(sourcead.grad(f)(0.7, alone), 0.0, atol=0.0)
    if f is an_argument:
        assert alone[0] == 0.7


def test_what_is_shared_and_only_read_is_no_matter():
    x = sourcead.grad(model.note)(0.7)
    np.testing.assert_allclose(x, 1.4, rtol=1e-14)


def test_sharing_is_asked_for_at_each_call():
    apart = np.zeros(2)
    this.part = apart
    try:
        df = sourcead.grad(a_view)
        assert df(0.7) == 0.0
        this.part = whole[:1]
        with refused():
            df(0.7)
    finally:
        this.part = whole[:2]


# -- variables by their names --------------------------------------------------------------------------


def by_globals(x):
    whole[0] = x
    return np.sum(globals()["whole"] ** 2)


def by_globals_of_another_name(x):
    whole[0] = x
    read = globals
    return np.sum(read().get("whole") ** 2)


def by_vars(x):
    whole[0] = x
    return np.sum(vars(this)["whole"] ** 2)


def by_modules(x):
    whole[0] = x
    return np.sum(sys.modules[__name__].whole ** 2)


def by_import(x):
    whole[0] = x
    return np.sum(importlib.import_module(__name__).whole ** 2)


def by_get(x):
    names = this.__dict__
    whole[0] = x
    return np.sum(names.get("whole") ** 2) * x


def by_memory(x):
    whole[0] = x
    return whole.data[0] ** 2


BY_NAME = (
    by_globals, by_globals_of_another_name, by_vars, by_modules, by_import, by_get, by_memory,
)  # fmt: skip


@pytest.mark.parametrize("f", BY_NAME, ids=[f.__name__ for f in BY_NAME])
def test_variables_by_their_names_are_refused(f):
    words = r"by their names|share storage|is the memory of an array"
    with pytest.raises(sourcead.SourceADError, match=words):
        sourcead.grad(f)(0.7)
    with pytest.raises(sourcead.SourceADError, match=words):
        sourcead.jvp(f, (0.7,), (1.0,))


def by_attribute(x):
    whole[0] = x
    return np.sum(getattr(this, "whole") ** 2)  # noqa: B009


def by_dict(x):
    whole[0] = x
    return np.sum(this.__dict__["whole"] ** 2)


def by_globals_of_a_function(x):
    whole[0] = x
    return np.sum(total.__globals__["whole"] ** 2)


@pytest.mark.parametrize("f", [by_attribute, by_dict, by_globals_of_a_function])
def test_names_that_are_resolved_are_followed(f):
    np.testing.assert_allclose(sourcead.grad(f)(0.7), 1.4, rtol=1e-14)


def read_by_globals(x):
    return x * globals()["items"][1]


def test_names_of_what_carries_no_derivative_may_be_looked_up():
    assert sourcead.grad(read_by_globals)(0.7) == 1.0


class Nowhere:
    """As functions of some versions of Cython: the `__module__` of the class is no text."""

    __module__ = property(lambda self: "somewhere")  # type: ignore[assignment]


NOWHERE = Nowhere()
BESIDE = np.zeros(2)


def with_an_object_of_it(x):
    BESIDE[0] = x * 2.0
    return BESIDE[0] * x if NOWHERE is not None else 0.0


def test_a_class_whose_module_is_no_text():
    assert not isinstance(Nowhere.__module__, str)
    assert sourcead.grad(with_an_object_of_it)(1.5) == 6.0
