"""Module files that need NumPy and nothing of this package."""

from __future__ import annotations

import ast
import builtins
import dis
import importlib
import inspect
import pkgutil
import subprocess
import sys
import textwrap
from fractions import Fraction
from math import hypot
from types import CodeType

import numpy as np
import pytest

import sourcead.runtime
from sourcead.emit.load import load
from sourcead.emit.source import emit
from sourcead.emit.standalone import CannotBeWritten, module
from sourcead.ir.nodes import Call, Function, Op, Ref, StoreVariable
from sourcead.runtime.accumulate import unbroadcast
from tests.emit.build import HERE, assign, call, function, let, n
from tests.structures import titled


def own_function(x):
    return x


def written(*functions: Function, **options) -> str:
    return module([emit(each, **options) for each in functions], title="Written.", origin=HERE)


def namespace(text: str) -> dict:
    made: dict = {}
    exec(compile(text, "written.py", "exec"), made)
    return made


def test_modules_and_functions_are_imported():
    text = written(
        function(
            "x",
            assign("t", Call(Ref("np.sin", np.sin), (n("x"),))),
            assign("t.1", Call(Ref("hypot", hypot), (n("t"), n("x")))),
            result="t.1",
        )
    )
    assert "import numpy as np\nfrom math import hypot\n" in text
    assert namespace(text)["f"](0.5) == hypot(np.sin(0.5), 0.5)


def test_helpers_are_pasted_with_what_they_use():
    text = written(
        function(
            "x y", assign("t", Call(Ref("unbroadcast", unbroadcast), (n("x"), n("y")))), result="t"
        )
    )
    assert "def unbroadcast" in text and "sourcead" not in text
    found = namespace(text)["f"](np.ones((2, 3)), np.zeros((2, 1)))
    assert found.tolist() == [[3.0], [3.0]]


def _helpers():
    """Every public helper of the runtime that the package offers to generated code."""
    for info in pkgutil.iter_modules(sourcead.runtime.__path__):
        found = importlib.import_module(f"sourcead.runtime.{info.name}")
        for name in getattr(found, "__all__", ()):
            value = getattr(found, name)
            if callable(value) and value.__module__ == found.__name__:
                yield pytest.param(name, value, id=f"{info.name}.{name}")


@pytest.mark.parametrize("name, helper", _helpers())
def test_every_helper_can_be_pasted(name, helper):
    text = written(function("x", assign("t", Call(Ref(name, helper), (n("x"),))), result="t"))
    imported = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    assert not [node for node in imported if (node.module or "").startswith("sourcead")]
    made = namespace(text)
    assert callable(made[name])
    for each in list(made.values()):
        if inspect.isfunction(each) and each.__globals__ is made:
            assert _globals_read(each.__code__) <= made.keys() | vars(builtins).keys()


def _globals_read(code: CodeType) -> set[str]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    own = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    return own.union(*map(_globals_read, inner))


def test_data_is_written_as_it_is():
    scale = Ref("scale", (2.0, "a", -1), live=True)
    text = written(function("x", let("t", "getitem", scale, "x"), result="t"))
    assert "scale = (2.0, 'a', -1)\n" in text
    assert namespace(text)["f"](0) == 2.0


@pytest.mark.parametrize(
    "value", [np.ones(2), [1.0], Fraction(1, 2), float("nan"), lambda x: x], ids=titled
)
def test_objects_are_refused(value):
    made = function("x", let("t", "mul", "x", Ref("thing", value, live=True)), result="t")
    with pytest.raises(CannotBeWritten, match=r"`thing`.* is neither a literal nor"):
        written(made)


def test_functions_of_modules_are_imported_from_there():
    text = written(
        function("x", assign("t", Call(Ref("mine", own_function), (n("x"),))), result="t")
    )
    assert f"from {__name__} import own_function as mine\n" in text


def test_assignments_to_outer_variables_are_refused():
    with pytest.raises(CannotBeWritten, match="assigned outside"):
        written(function("x", StoreVariable("count", None, n("x"), HERE)))


def test_default_values_that_are_objects_are_refused():
    with pytest.raises(CannotBeWritten, match="default value"):
        written(function("x"), defaults={"x": [1.0]})


def test_generated_functions_come_along():
    inner = load(emit(function("x", let("t", "mul", "x", 2.0), result="t", name="inner_forward")))
    text = written(
        function("x", assign("t", Call(Ref("inner_forward", inner), (n("x"),))), result="t")
    )
    assert text.index("def inner_forward") < text.index("def f(")
    assert namespace(text)["f"](4.0) == 8.0


def test_the_file_runs_without_the_package(tmp_path):
    text = written(
        function(
            "x y", assign("t", Call(Ref("unbroadcast", unbroadcast), (n("x"), n("y")))), result="t"
        )
    )
    (tmp_path / "written.py").write_text(text)
    script = """
        import sys
        sys.modules["sourcead"] = None
        import numpy as np, written
        print(written.f(np.ones((2, 3)), 0.0))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout == "6.0\n", done.stderr


def test_the_title_is_the_docstring():
    assert namespace(written(function("x")))["__doc__"] == "Written."


def test_one_helper_is_pasted_once():
    ref = Ref("unbroadcast", unbroadcast)
    both = [
        function("x y", assign("t", Call(ref, (n("x"), n("y")))), result="t", name=name)
        for name in ("f", "g")
    ]
    assert written(*both).count("def unbroadcast") == 1


def test_builtins_need_nothing():
    text = written(
        function("x", call("t", abs, "x"), assign("a", Op("neg", (n("t"),))), result="a")
    )
    assert "import abs" not in text and namespace(text)["f"](-2.0) == -2.0
