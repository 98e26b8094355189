"""The command: what it prints, what it refuses, and its exit status."""

import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import sourcead
from sourcead.cli import load_function, main

PROGRAM = """
import math

import numpy as np

SCALE = 3.0


def energy(x, y: float = 2.0):
    return math.sin(x) * y


def total(x):
    return np.sum(x * x)


def parts(x):
    return x * x


def power(x, n: int):
    result = 1.0
    for _ in range(n):
        result = result * x
    return result


def opaque(x):
    return sorted.__call__([x])[0] * eval("x")


class Model:
    def __init__(self, k):
        self.k = k

    def energy(self, x):
        return self.k * x * x

    @staticmethod
    def cost(x):
        return x * x * x


def fails(x):
    raise KeyError("missing")


def keyword(x, *, scale):
    return scale * x


def fills(x):
    x[0] = x[1] * x[1]
    return np.sum(x)
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    file = tmp_path / "physics.py"
    file.write_text(PROGRAM)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield str(file)
    for name in [n for n, m in sys.modules.items() if getattr(m, "__file__", None) == str(file)]:
        del sys.modules[name]


def run(capsys, *arguments):
    status = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return status, out, err


# -- show ------------------------------------------------------------------------------------


def test_the_source_that_is_shown_runs_and_is_the_gradient(program, capsys):
    status, out, err = run(capsys, "show", f"{program}:energy", "--kinds", "x=float")
    assert (status, err) == (0, "")
    namespace = {}
    exec("import math\n" + out, namespace)
    assert namespace["energy_grad"](0.5, 2.0) == pytest.approx(2.0 * np.cos(0.5))


def test_each_stage_has_its_text(program, capsys):
    texts = {
        stage: run(capsys, "show", f"{program}:energy", "--stage", stage)[1]
        for stage in ("ast", "wengert", "adjoint", "source")
    }
    assert texts["ast"].startswith("FunctionDef(")
    assert texts["wengert"].startswith("def energy(x, y)")
    assert "_bar" not in texts["wengert"] and "_bar" in texts["adjoint"]
    assert texts["source"].lstrip("# \n").startswith(("def energy_grad", "grad"))
    assert len(set(texts.values())) == 4


def test_forward_mode_shows_tangents(program, capsys):
    _, out, _ = run(capsys, "show", f"{program}:energy", "--mode", "forward", "--wrt", "x,y")
    assert "x_dot" in out and "y_dot" in out and "_bar" not in out


def test_wrt_says_which_adjoints_are_computed(program, capsys):
    _, out, _ = run(capsys, "show", f"{program}:energy", "--wrt", "y")
    assert "y_bar" in out or "math.sin(x)" in out
    assert "x_bar" not in out


def test_kinds_change_the_source(program, capsys):
    number = run(capsys, "show", f"{program}:total", "--kinds", "x=float")
    array = run(capsys, "show", f"{program}:total", "--kinds", "x=float64[:]")
    assert number[0] == array[0] == 0
    assert number[1] != array[1]


def test_annotations_say_the_kind_where_nothing_else_does(program, capsys):
    _, out, _ = run(capsys, "show", f"{program}:power")
    assert "range(n)" in out


def test_a_function_that_returns_an_array_is_shown_as_its_pullback(program, capsys):
    status, out, _ = run(capsys, "show", f"{program}:parts", "--kinds", "x=float64[:]")
    assert status == 0
    assert out.count("def parts") == 2


def test_a_dotted_name_finds_a_method(program, capsys):
    assert run(capsys, "show", f"{program}:Model.cost")[0] == 0


def test_a_method_is_shown_of_an_object(program, capsys):
    assert main(["check", f"{program}:Model(2.0).energy", "--at", "0.7"]) == 0
    assert main(["show", f"{program}:Model(k=2.0).energy", "--kinds", "x=float"]) == 0
    assert "self: Model" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Model.energy", "Model.energy is a method: name an object that has it"),
        ("Model().energy", "raises TypeError"),
    ],
)
def test_a_method_without_object_exits_with_2(program, capsys, name, message):
    assert main(["show", f"{program}:{name}"]) == 2
    assert message in capsys.readouterr().err


def test_a_refused_function_exits_with_1_and_names_the_line(program, capsys):
    status, out, err = run(capsys, "show", f"{program}:opaque")
    assert (status, out) == (1, "")
    line = 1 + PROGRAM[: PROGRAM.index("return sorted")].count("\n")
    assert f"physics.py:{line}" in err and "^" in err


# -- write -----------------------------------------------------------------------------------


def test_a_written_module_runs_without_sourcead(program, capsys, tmp_path):
    target = tmp_path / "written" / "gradient.py"
    target.parent.mkdir()
    status, out, _ = run(
        capsys, "write", f"{program}:total", "--kinds", "x=float64[:]", "-o", target
    )
    assert (status, out) == (0, "")
    script = f"""
        import sys
        sys.modules["sourcead"] = None
        sys.path.insert(0, {str(target.parent)!r})
        import gradient, numpy as np
        print(gradient.total_grad(np.array([1.0, 2.0])))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True
    )
    assert done.stdout == "[2. 4.]\n", done.stderr


def test_a_written_module_says_where_it_comes_from(program, capsys):
    _, out, _ = run(capsys, "write", f"{program}:energy", "-o", "-")
    head = out[: out.index("def ")]
    assert "physics.py" in head and re.search(r"[0-9a-f]{16}", head)


SCIPY = """
import numpy as np
from scipy import special, stats


def log_likelihood(x, df):
    return np.sum(stats.t.logpdf(x, df)) + np.sum(stats.beta.cdf(x, 2.0, df))


def incomplete(x, a):
    return np.sum(special.gammainc(a, x) + special.gammaincc(a, x) * x)
"""


@pytest.mark.parametrize("name", ["log_likelihood", "incomplete"])
def test_distributions_and_special_functions_are_written(name, tmp_path, capsys):
    source, target = tmp_path / "model.py", tmp_path / "gradient.py"
    source.write_text(SCIPY, encoding="utf-8")
    kinds = "x=float64[:], " + ("df=float" if name == "log_likelihood" else "a=float")
    status, _, err = run(capsys, "write", f"{source}:{name}", "--kinds", kinds, "-o", target)
    assert status == 0, err
    script = f"""
        import sys
        sys.modules["sourcead"] = None
        sys.path.insert(0, {str(tmp_path)!r})
        import gradient, model, numpy as np
        x, shape, step = np.array([0.3, 0.8]), 3.0, 1e-5
        found = np.array(gradient.{name}_grad(x, shape))
        for k, e in enumerate(np.eye(2) * step):
            ahead, behind = model.{name}(x + e, shape), model.{name}(x - e, shape)
            assert abs(found[k] - (ahead - behind) / (2 * step)) < 1e-7, found
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_file_that_cannot_be_written_is_named(program, capsys, tmp_path):
    target = tmp_path / "missing" / "out.py"
    status, _, err = run(capsys, "write", f"{program}:energy", "-o", target)
    assert status == 2 and str(target) in err


# -- check -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, at",
    [
        ("energy", "0.3"),
        ("energy", "0.3, y=SCALE"),
        ("total", "np.arange(3.0)"),
        ("parts", "np.arange(1.0, 3.0)"),
        ("power", "1.1, 3"),
        ("keyword", "2.0, scale=3.0"),
        ("fills", "np.array([1.0, 2.0])"),
    ],
)
def test_right_derivatives_are_said_to_be_right(program, capsys, name, at):
    status, out, err = run(capsys, "check", f"{program}:{name}", "--at", at)
    assert (status, err) == (0, "")
    assert f"{name} are right (reverse and forward mode)" in out


def test_wrong_derivatives_exit_with_1_and_a_report(program, capsys, monkeypatch):
    import sourcead

    right = sourcead.jvp
    monkeypatch.setattr(sourcead, "jvp", lambda *a: (right(*a)[0], 1.001 * right(*a)[1]))
    status, out, err = run(capsys, "check", f"{program}:energy", "--at", "0.3", "--mode", "forward")
    assert (status, out) == (1, "")
    assert "forward mode gives" in err and "energy" in err


@pytest.mark.parametrize(
    "name, at, message",
    [
        ("energy", "z", "NameError"),
        ("energy", "1.0,, 2.0", "SyntaxError"),
        ("energy", "1.0, 2.0, 3.0", "too many positional arguments"),
        ("energy", "1", "no argument holds a float"),
        ("fails", "1.0", "fails(1.0) raises KeyError: 'missing'"),
    ],
)
def test_arguments_that_do_not_fit_exit_with_2(program, capsys, name, at, message):
    status, out, err = run(capsys, "check", f"{program}:{name}", "--at", at)
    assert (status, out) == (2, "")
    assert message in err


# -- finding functions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "target, message",
    [
        ("nowhere.py:f", "there is no file nowhere.py"),
        ("no_such_module:f", "no_such_module cannot be imported: No module named 'no_such_module'"),
        ("math", "write FILE.py:NAME or MODULE:NAME"),
        ("{program}:missing", "has no missing; it has energy, total,"),
        ("{program}:SCALE", "SCALE in {program} is a float, not a function"),
    ],
)
def test_a_function_that_is_not_found_exits_with_2(program, capsys, target, message):
    status, out, err = run(capsys, "show", target.format(program=program))
    assert (status, out) == (2, "")
    assert message.format(program=program) in err


@pytest.mark.parametrize(
    "text, message",
    [
        ("def f(:\n", "SyntaxError"),
        ("\n1 / 0\n", "ZeroDivisionError: division by zero ({file}:2)"),
        ("import no_such_module\n", "No module named 'no_such_module'"),
    ],
)
def test_a_module_that_does_not_import_is_reported_with_its_line(tmp_path, capsys, text, message):
    file = tmp_path / "broken_module.py"
    file.write_text(text)
    status, _, err = run(capsys, "show", f"{file}:f")
    assert status == 2
    assert message.format(file=file) in err


def test_a_file_whose_name_is_taken_is_loaded_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    file = tmp_path / "json.py"
    file.write_text("def mine(x):\n    return x\n")
    assert load_function(f"{file}:mine")(5.0) == 5.0
    import json

    assert json.loads("1") == 1


def test_a_file_in_a_package_has_its_relative_imports(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    package = tmp_path / "some_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "constants.py").write_text("SIZE = 2.0\n")
    (package / "model.py").write_text(
        "from .constants import SIZE\n\ndef f(x):\n    return SIZE * x\n"
    )
    function = load_function(f"{package / 'model.py'}:f")
    assert function(3.0) == 6.0 and function.__module__ == "some_package.model"


def test_a_function_is_found_by_module():
    import textwrap

    assert load_function("textwrap:shorten") is textwrap.shorten


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "required"),
        (["show"], "required"),
        (["show", "m:f", "--stage", "tape"], "invalid choice"),
        (["show", "m:f", "--kinds", "x=floaty"], "'floaty' is not a kind"),
        (["show", "m:f", "--wrt", ","], "at least one parameter"),
        (["check", "m:f"], "--at"),
        (["write", "m:f"], "--output"),
    ],
)
def test_a_command_line_that_is_not_understood_exits_with_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("option", [("--wrt", "z"), ("--kinds", "z=float")])
def test_a_parameter_that_does_not_exist_exits_with_2(program, capsys, option):
    status, _, err = run(capsys, "show", f"{program}:energy", *option)
    assert status == 2 and "energy has no parameter z, only x, y" in err


def test_the_package_runs_as_a_module(program):
    done = subprocess.run(
        [sys.executable, "-m", "sourcead", "show", "nowhere.py:f"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "") and "no file nowhere.py" in done.stderr


def test_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"sourcead {sourcead.__version__}\n"
