"""Generated text as a callable: the user's globals and cells, tracebacks, default values."""

from __future__ import annotations

import inspect
import linecache
import threading
import traceback
from types import CellType

import numpy as np
import pytest

from sourcead.emit.load import annotate, load, register, user_origin
from sourcead.emit.source import Emitted, emit
from sourcead.ir.nodes import Call, Const, Function, Op, Ref, StoreVariable
from tests.emit.build import HERE, assign, at, call, function, let, n, put


def test_globals_are_read_when_the_function_runs():
    world = {"scale": 2.0, "__name__": "model"}
    made = function("x", let("t", "mul", "x", Ref("scale", 2.0, live=True)), result="t")
    called = load(emit(made, scope=world), None, world)
    assert called(3.0) == 6.0
    world["scale"] = 5.0
    assert called(3.0) == 15.0
    assert called.__globals__ is world and called.__module__ == "model"


def test_cells_are_read_when_the_function_runs():
    cell = CellType(2.0)
    made = function("x", let("t", "mul", "x", Ref("scale", 2.0, live=True)), result="t")
    called = load(emit(made, scope={"scale": 2.0}), None, {}, {"scale": cell})
    cell.cell_contents = 4.0
    assert called(3.0) == 12.0
    assert called.__closure__ == (cell,)


def test_variables_of_functions_around_are_assigned():
    cell = CellType(2.0)
    ref = Ref("count", cell)
    made = function(
        "x",
        let("t", "cell_get", ref),
        let("t.1", "add", "t", "x"),
        StoreVariable("count", ref, n("t.1"), HERE),
    )
    emitted = emit(made, scope={"count": 2.0})
    assert emitted.text == "def f(x):\n    nonlocal count\n    count = count + x\n"
    load(emitted, None, {}, {"count": cell})(3.0)
    assert cell.cell_contents == 5.0


def test_globals_are_assigned():
    world = {"count": 1}
    made = function("x", StoreVariable("count", None, n("x"), HERE))
    load(emit(made, scope=world), None, world)(7)
    assert world["count"] == 7


def test_what_the_scope_does_not_have_comes_with_the_text():
    made = function("x", call("t", np.sin, "x"), result="t")
    emitted = emit(made, scope={})
    assert list(emitted.extra) == ["numpy"]
    assert load(emitted, None, {})(0.0) == 0.0


def test_an_object_that_is_hidden_by_a_parameter_gets_a_number():
    made = function("numpy", call("t", np.sin, "numpy"), result="t")
    emitted = emit(made)
    assert emitted.text == "def f(numpy):\n    return numpy_1.sin(numpy)\n"
    assert load(emitted)(0.0) == 0.0


def test_a_closure_variable_behind_a_parameter_is_read_under_another_name():
    cell = CellType(2.0)
    scale = Ref("scale", 2.0, live=True)
    made = function("scale", let("t", "mul", "scale", scale), result="t")
    emitted = emit(made, scope={"scale": 2.0}, closure={"scale": cell})
    assert emitted.text == "def f(scale):\n    return scale * scale_1\n"
    called = load(emitted, None, {}, {"scale": cell})
    cell.cell_contents = 5.0
    assert called(3.0) == 15.0


def test_a_global_behind_a_parameter_is_read_from_the_module():
    world = {"scale": 2.0}
    scale = Ref("scale", 2.0, live=True)
    made = function("scale", let("t", "mul", "scale", scale), result="t")
    called = load(emit(made, scope=world), None, world)
    world["scale"] = 5.0
    assert called(3.0) == 15.0


def test_an_object_that_has_the_name_of_another_one_gets_a_number():
    first, second = Ref("helper", abs), Ref("helper", len)
    made = function(
        "x",
        assign("t", Call(first, (n("x"),))),
        assign("t.1", Call(second, (Const("ab"),))),
        let("t.2", "add", "t", "t.1"),
        result="t.2",
    )
    emitted = emit(made, scope={"helper": abs})
    assert "helper(x) + helper_1('ab')" in emitted.text
    assert load(emitted, None, {"helper": abs})(-3) == 5


def test_data_of_inlined_functions_is_read_in_their_module():
    world = {"__name__": "another_module", "scale": 2.0}
    exec("def inlined(x):\n    return x * scale", world)
    made = function("x", let("t", "mul", "x", Ref("scale", world["scale"], live=True)), result="t")
    emitted = emit(made, scope={"scale": 77.0}, inlined=[world["inlined"]])
    called = load(emitted, None, {"scale": 77.0})
    assert called(1.0) == 2.0
    world["scale"] = 3.0
    assert called(1.0) == 3.0


def test_default_values_are_the_objects_themselves():
    table = [1.0]
    made = function("x table", let("t", "getitem", "table", "x"), result="t")
    called = load(emit(made, defaults={"table": table}), defaults={"table": table})
    assert called.__defaults__[0] is table and called(0) == 1.0


def test_the_text_is_found_by_tools():
    made = load(emit(function("x", let("t", "neg", "x"), result="t", name="shown")))
    assert inspect.getsource(made) == "def shown(x):\n    return -x\n"
    assert made.__code__.co_filename.startswith("<sourcead shown ")
    assert made.__qualname__ == made.__name__ == "shown"


def test_a_text_has_one_file_name_and_another_text_another_one():
    first = Emitted("named", "def named(x):\n    return x\n", {})
    second = Emitted("named", "def named(x):\n    return -x\n", {})
    names = register(first), register(first), register(second)
    assert names[0] == names[1] != names[2]
    assert linecache.getline(names[2], 2) == "    return -x\n"


def test_texts_are_registered_once_when_many_threads_do():
    emitted = Emitted("together", "def together():\n    return 1\n", {})
    found = []
    threads = [threading.Thread(target=lambda: found.append(register(emitted))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def _failing() -> Function:
    return function(
        "x u",
        let("y", "copy", "x", origin=at(30, "y = x")),
        let("t", "truediv", 1.0, "y", origin=at(31, "out = 1.0 / x", "reverse")),
        put("u", 0, "t", origin=at(31, "out = 1.0 / x", "reverse")),
        name="failing",
    )


def test_an_exception_names_the_users_line():
    called = load(emit(_failing()))
    with pytest.raises(ZeroDivisionError) as caught:
        called(0.0, [1.0])
    annotate(caught.value)
    annotate(caught.value)
    note = "in the reverse sweep of model.py:31, in f: out = 1.0 / x"
    assert caught.value.__notes__ == [note]
    origin = user_origin(caught.value)
    assert origin is not None and origin.line == 31


def test_a_traceback_shows_the_generated_line():
    called = load(emit(_failing()))
    try:
        called(0.0, [1.0])
    except ZeroDivisionError:
        shown = traceback.format_exc()
    assert "u[0] = 1.0 / y" in shown


def test_exceptions_from_elsewhere_are_left_alone():
    with pytest.raises(KeyError) as caught:
        _ = {}[0]
    annotate(caught.value)
    assert not hasattr(caught.value, "__notes__") and user_origin(caught.value) is None


def test_local_functions_see_the_variables_of_the_text():
    made = function(
        "x",
        assign("c", Op("cell", (n("x"),))),
        let("t", "cell_get", "c"),
        result="t",
    )
    assert load(emit(made))(4.0) == 4.0
