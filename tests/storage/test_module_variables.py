"""Variables of modules that a program sets and reads as attributes of the module, or as entries of its dict."""

import sys
import threading
import types

import numpy as np
import pytest

import sourcead
from tests.storage import settings

scale = 2.0
this = sys.modules[__name__]
holder = types.SimpleNamespace(module=settings)


def own():
    return scale


def set_after_use(x):
    y = settings.scale * x
    settings.scale = 5.0
    return y + settings.scaled(x)


def imported_inside(x):
    from tests.storage import settings as inside

    y = settings.scale * x
    inside.scale = 5.0
    return y + inside.scaled(x) + settings.scale * x


def imported_around():
    from tests.storage import settings as around

    def f(x):
        y = around.scale * x
        around.scale = 5.0
        return y + around.scaled(x) + settings.scale * x

    return f


def held_by_an_object(x):
    module = holder.module
    y = module.scale * x
    module.scale = 5.0
    return y + module.scaled(x) + settings.scale * x


def given(x, module=settings):
    y = module.scale * x
    module.scale = 5.0
    return y + module.scaled(x)


def set_by_a_callee(x):
    y = settings.scaled(x)
    settings.put(5.0)
    return y + settings.scaled(x)


def multiplied_by_what_varies(x):
    y = settings.scale * x
    settings.scale *= x
    return y + settings.scaled(x)


def set_in_turns(x):
    for i in range(3):
        settings.scale = settings.scale + x * i
    return settings.scaled(x)


def set_on_a_branch(x):
    if x > 0:
        settings.scale = x
    return settings.scaled(x)


def put_back(x):
    old = settings.scale
    settings.scale = x * old
    try:
        return settings.scaled(x)
    finally:
        settings.scale = old


def another_array(x):
    settings.grid = np.array([x, x * x, 1.0])
    settings.grid[1] = x
    return settings.first_of_grid() * np.sum(settings.grid)


def rebound_beside_an_array(x):
    settings.grid[0] = x
    settings.rebind(x)
    return settings.scaled(x) + settings.first_of_grid()


class Patched:
    def __init__(self, module, **values):
        self.module, self.values = module, values

    def __enter__(self):
        self.old = self.module.scale
        self.module.scale = self.values["scale"]

    def __exit__(self, *error):
        self.module.scale = self.old


def patched_meanwhile(x):
    with Patched(settings, scale=x * 3):
        y = settings.scaled(x)
    return y + settings.scaled(x)


def by_setattr(x):
    y = settings.scale * x
    for name, value in {"scale": 5.0}.items():
        setattr(settings, name, value)
    return y


def by_entries(x):
    vars(settings)["scale"] = x
    return settings.__dict__["scale"] * settings.scaled.__globals__["scale"]


def own_by_entry(x):
    y = scale * x
    this.__dict__["scale"] = x
    return y + scale * x


def own_by_globals(x):
    y = scale * x
    globals()["scale"] = 5.0
    return y


def own_by_globals_of_a_function(x):
    y = scale * x
    own.__globals__["scale"] = 5.0
    return y + own() * x


PROGRAMS = [
    (set_after_use, 7.0, 0.0),
    (imported_inside, 12.0, 0.0),
    (imported_around(), 12.0, 0.0),
    (held_by_an_object, 12.0, 0.0),
    (given, 7.0, 0.0),
    (set_by_a_callee, 7.0, 0.0),
    (multiplied_by_what_varies, 2.0 + 4.0 * 0.7, 4.0),
    (set_in_turns, 2.0 + 6.0 * 0.7, 6.0),
    (set_on_a_branch, 1.4, 2.0),
    (put_back, 2.8, 4.0),
    (another_array, 3.8, 4.0),
    (rebound_beside_an_array, 2.4, 2.0),
    (patched_meanwhile, 6.2, 6.0),
    (by_setattr, 2.0, 0.0),
    (by_entries, 1.4, 2.0),
    (own_by_entry, 3.4, 2.0),
    (own_by_globals, 2.0, 0.0),
    (own_by_globals_of_a_function, 7.0, 0.0),
]


@pytest.fixture(autouse=True)
def _as_before():
    begin()
    yield
    begin()


def begin():
    settings.scale, settings.grid, this.scale = 2.0, np.zeros(3), 2.0


@pytest.mark.parametrize("f, slope, curvature", PROGRAMS, ids=[f.__name__ for f, *_ in PROGRAMS])
def test_a_variable_has_the_value_that_it_had_where_it_was_read(f, slope, curvature):
    f(0.7)
    left = settings.scale, this.scale
    runs = [
        (lambda: sourcead.grad(f)(0.7), slope),
        (lambda: sourcead.jvp(f, (0.7,), (1.0,))[1], slope),
        (lambda: sourcead.hessian(f)(0.7), curvature),
        (lambda: sourcead.grad(sourcead.grad(f))(0.7), curvature),
    ]
    for run, expected in runs:
        begin()
        np.testing.assert_allclose(run(), expected, rtol=1e-12)
        assert (settings.scale, this.scale) == left


def all_at_once(x):
    vars(settings).update(scale=5.0)
    return settings.scale * x


def under_any_name(x, name="scale"):
    setattr(settings, name.strip(), 5.0)
    return settings.scale * x


def any_entry(x, name="scale"):
    globals()[name.strip()] = 5.0
    return scale * x


@pytest.mark.parametrize("f", [all_at_once, under_any_name, any_entry])
def test_variables_whose_names_are_not_known_here_are_not_changed(f):
    with pytest.raises(sourcead.NotDifferentiable, match=r"known only while|by their names"):
        sourcead.grad(f)(0.7)


# -- equal data of two modules ----------------------------------------------------------------------


def of_both(x):
    return settings.scaled(x) * x + scale * x


def powers(k):
    def power(x):
        return x * k

    def change(value):
        nonlocal k
        k = value

    return power, change


first, change_first = powers(2)
second, change_second = powers(2)


def of_two_closures(k):
    def f(x):
        return first(x) + 10.0 * second(x) + 100.0 * k * x

    return f


def test_variables_of_one_name_that_were_equal_once():
    settings.scale = this.scale
    gradient = sourcead.grad(of_both)
    assert gradient(1.0) == 6.0
    settings.scale = 3.0
    assert gradient(1.0) == 8.0
    settings.scale, this.scale = 2.0, 5.0
    assert gradient(1.0) == 9.0


def test_variables_of_closures_that_were_equal_once():
    gradient = sourcead.grad(of_two_closures(2))
    assert gradient(1.0) == 222.0
    change_first(3)
    assert gradient(1.0) == 223.0
    change_second(4)
    assert gradient(1.0) == 243.0
    change_first(2), change_second(2)


# -- attributes of functions ------------------------------------------------------------------------


def step(x):
    return step.size * x


def set_after_a_call(x):
    y = step.size * x
    step.size = 5.0
    return y + step(x)


def set_to_what_varies(x):
    y = step.size * x
    setattr(step, "size", step.size + x)  # noqa: B010
    return y + step(x)


def counted(x):
    counted.calls += 1
    return x * counted.calls


@pytest.mark.parametrize("f, slope", [(set_after_a_call, 7.0), (set_to_what_varies, 5.4)])
def test_attributes_of_functions(f, slope):
    step.size = 2.0
    np.testing.assert_allclose(sourcead.grad(f)(0.7), slope, rtol=1e-12)
    step.size = 2.0
    np.testing.assert_allclose(sourcead.jvp(f, (0.7,), (1.0,))[1], slope, rtol=1e-12)
    step.size = 2.0
    np.testing.assert_allclose(
        sourcead.grad(sourcead.grad(f))(0.7), 2.0 * (f is set_to_what_varies), rtol=1e-12
    )


def test_a_function_that_counts_its_calls():
    counted.calls = 0
    assert [sourcead.grad(counted)(0.7) for _ in range(3)] == [1.0, 2.0, 3.0]


def of_a_function_inside(x):
    def inner(t):
        return inner.size * t

    inner.size = x
    return inner(x)


def test_attributes_of_functions_made_inside_are_refused():
    with pytest.raises(sourcead.NotDifferentiable, match=r"has no name outside is set") as refused:
        sourcead.grad(of_a_function_inside)(0.7)
    assert "inner.size = x" in str(refused.value)


def labelled(x):
    def inner(t):
        return t * x

    inner.label = "inner"
    return inner


def of_a_function_that_is_read(x):
    inner = labelled(x)
    inner.size = 2.0
    return inner(x) * inner.size


def test_attributes_of_functions_made_inside_that_nobody_reads():
    assert sourcead.grad(lambda x: labelled(x)(x))(0.7) == 1.4
    with pytest.raises(
        sourcead.NotDifferentiable, match="`size` of a function that is made here is"
    ):
        sourcead.grad(of_a_function_that_is_read)(0.7)


# -- attributes of a thread's own --------------------------------------------------------------------

local = threading.local()


def of_this_thread(x):
    y = local.size * x
    local.size = 5.0
    return y + local.size * x


def test_attributes_of_this_thread():
    local.size = 2.0
    assert sourcead.grad(of_this_thread)(0.7) == 7.0
    assert local.size == 5.0
    local.size = 2.0
    assert sourcead.jvp(of_this_thread, (0.7,), (1.0,))[1] == 7.0
