"""What a compiled derivative assumed is noticed at the next call when it no longer holds."""

from __future__ import annotations

import contextlib
import math
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import sourcead

SCALE: Any = 2.0
TABLE: Any = {"w": 3.0}


def helper(x: Any) -> Any:
    return x * x


def cube(x: Any) -> Any:
    return x * x * x


def uses_helper(x: Any) -> Any:
    return helper(x)


def uses_scale(x: Any) -> Any:
    return np.sum(SCALE * x * x)


def uses_table(x: Any) -> Any:
    return np.sum(x * x * TABLE["w"])


def uses_math(x: Any) -> Any:
    return math.sin(x)


def uses_numpy(x: Any) -> Any:
    return np.sum(x * x)


def uses_builtin(x: Any) -> Any:
    return abs(x) * x


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], None]:
    """Rebind a name of this module."""
    here = __import__("sys").modules[__name__]
    return lambda name, value: monkeypatch.setattr(here, name, value, raising=False)


# -- names -------------------------------------------------------------------------------------


def test_a_global_rebound_to_another_function(patch: Any) -> None:
    gradient = sourcead.grad(uses_helper)
    assert gradient(3.0) == 6.0
    patch("helper", cube)
    assert gradient(3.0) == 27.0


def test_a_function_whose_code_is_replaced() -> None:
    def inner(x: Any) -> Any:
        return x * x

    def outer(x: Any) -> Any:
        return inner(x) + x

    gradient = sourcead.grad(outer)
    assert gradient(3.0) == 7.0
    inner.__code__ = cube.__code__
    assert gradient(3.0) == 28.0


def test_the_code_of_the_function_itself_is_replaced() -> None:
    def program(x: Any) -> Any:
        return x * x

    gradient = sourcead.grad(program)
    assert gradient(3.0) == 6.0
    program.__code__ = cube.__code__
    assert gradient(3.0) == 27.0


def test_code_with_other_parameters() -> None:
    def program(x: Any) -> Any:
        return x * x

    def wider(x: Any, y: Any = 5.0, *, z: Any = 7.0) -> Any:
        return x * y * z

    gradient = sourcead.grad(program)
    assert gradient(3.0) == 6.0
    program.__code__ = wider.__code__
    program.__defaults__, program.__kwdefaults__ = wider.__defaults__, wider.__kwdefaults__
    assert gradient(3.0) == 35.0
    assert gradient(3.0, 2.0, z=3.0) == 6.0


def test_defaults_of_the_function() -> None:
    def program(x: Any, y: Any = 5.0) -> Any:
        return x * y

    gradient = sourcead.grad(program)
    assert gradient(3.0) == 5.0
    program.__defaults__ = (6.0,)
    assert gradient(3.0) == 6.0


def test_defaults_of_a_callee() -> None:
    def inner(x: Any, y: Any = 5.0, *, z: Any = 2.0) -> Any:
        return x * y * z

    def outer(x: Any) -> Any:
        return inner(x)

    gradient = sourcead.grad(outer)
    assert gradient(3.0) == 10.0
    inner.__defaults__ = (6.0,)
    assert gradient(3.0) == 12.0
    inner.__kwdefaults__["z"] = 3.0
    assert gradient(3.0) == 18.0


def test_data_of_another_kind(patch: Any) -> None:
    gradient = sourcead.grad(uses_scale)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(gradient(x), 4.0 * x)
    patch("SCALE", 5.0)
    np.testing.assert_array_equal(gradient(x), 10.0 * x)
    patch("SCALE", np.array([1.0, 3.0]))
    np.testing.assert_array_equal(gradient(x), [2.0, 12.0])


def test_data_within_data(patch: Any) -> None:
    gradient = sourcead.grad(uses_table)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(gradient(x), 6.0 * x)
    patch("TABLE", {"w": np.array([1.0, 3.0])})
    np.testing.assert_array_equal(gradient(x), [2.0, 12.0])
    TABLE["w"] = np.array([[1.0], [3.0]])
    np.testing.assert_array_equal(gradient(x), 8.0 * x)


def test_a_patched_module_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_math)
    assert gradient(0.5) == math.cos(0.5)
    monkeypatch.setattr(math, "sin", math.exp)
    assert gradient(0.5) == math.exp(0.5)
    monkeypatch.undo()
    assert gradient(0.5) == math.cos(0.5)


def test_a_patched_function_of_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_numpy)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(gradient(x), 2.0 * x)
    monkeypatch.setattr(np, "sum", np.mean)
    np.testing.assert_array_equal(gradient(x), x)


def test_a_module_rebound(patch: Any) -> None:
    gradient = sourcead.grad(uses_math)
    assert gradient(0.5) == math.cos(0.5)
    other: Any = types.ModuleType("other")
    other.sin = math.exp
    patch("math", other)
    assert gradient(0.5) == pytest.approx(np.exp(0.5))


def test_a_builtin_hidden_by_a_global(patch: Any) -> None:
    gradient = sourcead.grad(uses_builtin)
    assert gradient(-3.0) == 6.0
    patch("abs", cube)
    assert gradient(-3.0) == 4.0 * -27.0


def test_a_closure_variable_rebound_to_another_function() -> None:
    def make() -> Any:
        inner: Any = helper

        def program(x: Any) -> Any:
            return inner(x)

        def change(to: Any) -> None:
            nonlocal inner
            inner = to

        return program, change

    program, change = make()
    gradient = sourcead.grad(program)
    assert gradient(3.0) == 6.0
    change(cube)
    assert gradient(3.0) == 27.0


def test_a_closure_variable_of_another_kind() -> None:
    def make() -> Any:
        w: Any = 2.0

        def program(x: Any) -> Any:
            return np.sum(w * x * x)

        def change(to: Any) -> None:
            nonlocal w
            w = to

        return program, change

    program, change = make()
    gradient = sourcead.grad(program)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(gradient(x), 4.0 * x)
    change(7.0)
    np.testing.assert_array_equal(gradient(x), 14.0 * x)
    change(np.array([1.0, 3.0]))
    np.testing.assert_array_equal(gradient(x), [2.0, 12.0])


def test_second_derivatives_depend_on_what_the_first_depends_on(patch: Any) -> None:
    second = sourcead.grad(sourcead.grad(uses_helper))
    assert second(3.0) == 2.0
    patch("helper", cube)
    assert second(3.0) == 18.0


def test_a_gradient_inside_a_function(patch: Any) -> None:
    def slope(x: Any) -> Any:
        return sourcead.grad(uses_helper)(x) * x

    gradient = sourcead.grad(slope)
    assert gradient(3.0) == 12.0
    patch("helper", cube)
    assert gradient(3.0) == 81.0


# -- classes -----------------------------------------------------------------------------------


def model_class() -> Any:
    class Base:
        def energy(self, x: Any) -> Any:
            return self.w * x  # type: ignore[attr-defined]

    class Model(Base):
        offset = 10.0

        def __init__(self, w: Any) -> None:
            self.w = w

        def energy(self, x: Any) -> Any:
            return super().energy(x) + self.offset * x

        @property
        def doubled(self) -> Any:
            return 2.0 * self.w

        @staticmethod
        def square(x: Any) -> Any:
            return x * x

        @classmethod
        def scaled(cls, x: Any) -> Any:
            return cls.offset * x

        def __mul__(self, x: Any) -> Any:
            return self.w * x

    return Model


def energy(x: Any, model: Any) -> Any:
    return model.energy(x)


def test_a_method_replaced_on_the_class() -> None:
    cls = model_class()
    gradient = sourcead.grad(energy)
    assert gradient(3.0, cls(2.0)) == 12.0
    cls.energy = lambda self, x: self.w * x * x
    assert gradient(3.0, cls(2.0)) == 12.0
    assert gradient(5.0, cls(2.0)) == 20.0


def test_a_method_replaced_on_the_parent() -> None:
    cls = model_class()
    gradient = sourcead.grad(energy)
    assert gradient(3.0, cls(2.0)) == 12.0
    cls.__base__.energy = lambda self, x: self.w * x * x
    assert gradient(3.0, cls(2.0)) == 22.0


def test_a_method_removed_from_the_class() -> None:
    cls = model_class()
    gradient = sourcead.grad(energy)
    assert gradient(3.0, cls(2.0)) == 12.0
    del cls.energy
    assert gradient(3.0, cls(2.0)) == 2.0


def test_a_method_replaced_on_the_instance() -> None:
    model = model_class()(2.0)
    gradient = sourcead.grad(energy)
    assert gradient(3.0, model) == 12.0
    model.energy = cube
    assert gradient(3.0, model) == 27.0


def test_a_class_attribute() -> None:
    cls = model_class()
    gradient = sourcead.grad(energy)
    assert gradient(3.0, cls(2.0)) == 12.0
    cls.offset = 20.0
    assert gradient(3.0, cls(2.0)) == 22.0


@pytest.mark.parametrize(
    ("program", "name", "before", "member", "after"),
    [
        (lambda x, m: m.doubled * x, "doubled", 4.0, property(lambda self: 3.0 * self.w), 6.0),
        (lambda x, m: m.square(x), "square", 6.0, staticmethod(cube), 27.0),
        (lambda x, m: m.scaled(x), "scaled", 10.0, classmethod(lambda cls, x: cls.offset * x * x), 60.0),
        (lambda x, m: m * x, "__mul__", 2.0, lambda self, x: self.w * x * x, 12.0),
    ],
    ids=["property", "static method", "class method", "operator"],
)  # fmt: skip
def test_other_members(program: Any, name: str, before: float, member: Any, after: float) -> None:
    cls = model_class()
    gradient = sourcead.grad(program)
    assert gradient(3.0, cls(2.0)) == before
    setattr(cls, name, member)
    assert gradient(3.0, cls(2.0)) == after


def test_a_constructor() -> None:
    cls = model_class()

    def program(x: Any) -> Any:
        return cls(x).w * x

    gradient = sourcead.grad(program)
    assert gradient(3.0) == 6.0

    def init(self: Any, w: Any) -> None:
        self.w = w * w

    cls.__init__ = init
    assert gradient(3.0) == 27.0


def test_an_attribute_of_a_global_object(patch: Any) -> None:
    patch("MODEL", model_class()(2.0))

    def program(x: Any) -> Any:
        return np.sum(MODEL.w * x)  # type: ignore[name-defined]  # noqa: F821

    gradient = sourcead.grad(program)
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(gradient(x), [2.0, 2.0])
    MODEL.w = np.array([3.0, 4.0])  # type: ignore[name-defined]  # noqa: F821
    np.testing.assert_array_equal(gradient(x), [3.0, 4.0])


def test_a_bound_method_of_an_object_that_changes() -> None:
    model = model_class()(2.0)
    gradient = sourcead.grad(model.energy)
    assert gradient(3.0) == 12.0
    model.w = 5.0
    assert gradient(3.0) == 15.0
    model.w = np.float32(5.0)
    assert gradient(3.0) == 15.0


# -- rules -------------------------------------------------------------------------------------


def test_a_rule_registered_later() -> None:
    def slope(x: Any) -> Any:
        return x * x

    def program(x: Any) -> Any:
        return slope(x) * 1.0

    gradient = sourcead.grad(program)
    assert gradient(3.0) == 6.0

    @sourcead.rule(slope)
    def straight_through(y_bar: Any, y: Any, x: Any) -> Any:
        return y_bar

    assert gradient(3.0) == 1.0


# -- nothing is compiled again without need ------------------------------------------------------


def test_what_still_holds_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from sourcead import derivative

    count = 0
    compile_derivative = derivative._compile_derivative

    def counted(*args: Any) -> Any:
        nonlocal count
        count += 1
        return compile_derivative(*args)

    monkeypatch.setattr(derivative, "_compile_derivative", counted)
    model = model_class()(2.0)
    gradient = sourcead.grad(energy)
    for value in (2.0, 3.0, 4.0):
        model.w = value
        assert gradient(value, model) == value + 10.0
    assert count == 1


class Spring:
    stiffness = 2.0

    def force(self, x: Any) -> Any:
        return x * self.stiffness

    @property
    def length(self) -> float:
        return 3.0


SPRING = Spring()


def uses_spring(x: Any) -> Any:
    return SPRING.force(x) * SPRING.length


def test_the_class_of_a_global_object(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_spring)
    assert gradient(1.5) == 6.0
    monkeypatch.setattr(Spring, "force", lambda self, x: 7.0 * x)
    assert gradient(1.5) == 21.0
    monkeypatch.setattr(Spring, "length", property(lambda self: 4.0))
    assert gradient(1.5) == 28.0
    monkeypatch.setattr(Spring, "force", lambda self, x: self.stiffness * x)
    monkeypatch.setattr(Spring, "stiffness", 5.0)
    assert gradient(1.5) == 20.0
    monkeypatch.setattr(SPRING, "force", lambda x: 9.0 * x, raising=False)
    assert gradient(1.5) == 36.0


def twice(x: Any) -> Iterator[Any]:
    yield 2.0 * x


def thrice(x: Any) -> Iterator[Any]:
    yield 3.0 * x


scaled = contextlib.contextmanager(twice)


def uses_manager(x: Any) -> Any:
    with scaled(x) as y:
        return y * y


def test_a_context_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_manager)
    assert gradient(1.0) == 8.0
    monkeypatch.setattr(twice, "__code__", thrice.__code__)
    assert gradient(1.0) == 18.0
    monkeypatch.setitem(globals(), "scaled", contextlib.nullcontext)
    assert gradient(1.0) == 2.0


def uses_local_class(x: Any) -> Any:
    class Area:
        def of(self, r: Any) -> Any:
            return helper(r)

    return Area().of(x)


def test_what_a_local_class_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_local_class)
    assert gradient(1.5) == 3.0
    monkeypatch.setitem(globals(), "helper", cube)
    assert gradient(1.5) == 6.75


PARTS: Any = (2.0, np.array([1.0, 3.0]), (4.0, 5.0))
WHICH: Any = 0


def uses_one_part(x: Any) -> Any:
    return x * np.sum(PARTS[WHICH])


def test_an_integer_that_picks_one_of_unlike_things(monkeypatch: pytest.MonkeyPatch) -> None:
    gradient = sourcead.grad(uses_one_part)
    assert gradient(1.0) == 2.0
    monkeypatch.setitem(globals(), "WHICH", 2)
    assert gradient(1.0) == 9.0
    monkeypatch.setitem(globals(), "WHICH", 1)
    monkeypatch.setitem(globals(), "PARTS", (2.0, np.array([1.0, 7.0]), (4.0, 5.0)))
    assert gradient(1.0) == 8.0
    monkeypatch.setitem(globals(), "WHICH", -3)
    assert gradient(1.0) == 2.0


def weighted(a: Any, b: Any, c: Any) -> Any:
    return a * a * b * np.sum(c**2)


@pytest.mark.parametrize("args", [(2.0, 3.0, np.array([1.0, 2.0]))])
def test_one_argument_among_others(args: tuple[Any, ...]) -> None:
    def of_argument(i: int) -> Any:
        return lambda z: weighted(*args[:i], z, *args[i + 1 :])

    slopes = [sourcead.grad(of_argument(i))(args[i]) for i in range(3)]
    assert slopes[:2] == [60.0, 20.0]
    np.testing.assert_allclose(slopes[2], 2 * 12.0 * args[2])


def test_the_place_of_an_argument_changes() -> None:
    args, i = (2.0, 3.0, np.array([1.0, 2.0])), 0

    def changed(z: Any) -> Any:
        return weighted(*args[:i], z, *args[i + 1 :])

    gradient = sourcead.grad(changed)
    assert gradient(2.0) == 60.0
    i = 1
    assert gradient(2.0) == 20.0
    i = 0
    assert gradient(2.0) == 60.0
