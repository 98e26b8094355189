"""The command `sourcead`: any stage of the transformation in the terminal, derivatives as files.

sourcead show model.py:energy --stage wengert --wrt x,y --kinds "x=float64[:,:], y=float"
sourcead write scipy.optimize:rosen --kinds "x=float64[:]" -o rosen_gradient.py
sourcead check model.py:energy --at "np.ones((2, 3)), y=2.0"
"""

from __future__ import annotations

import argparse
import copy
import functools
import importlib
import importlib.util
import inspect
import math
import os
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from sourcead import __version__
from sourcead.errors import SourceADError
from sourcead.ir.kinds import Kind
from sourcead.kind_text import parse_kinds

__all__ = ["main"]

STAGES = ("ast", "wengert", "adjoint", "source")
MODES = ("reverse", "forward")

_EPILOG = """\
FUNCTION is FILE.py:NAME or MODULE:NAME; NAME may be dotted, as in Model.cost, and go through an
object that is made, as in Model(2.0).energy.

exit status: 0 done; 1 the function is refused, or its derivatives are wrong; 2 the command was not understood
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Unusable as error:
        return _complain(2, f"sourcead: {error}")
    except SourceADError as error:
        return _complain(1, str(error))
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class Unusable(Exception):
    """What was asked cannot be done as it was written: a file, a name, a kind."""


def _complain(status: int, text: str) -> int:
    print(text, file=sys.stderr)
    return status


# -- the command line ------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sourcead",
        description="Derivatives of Python functions by source transformation.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sourcead {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_show(commands)
    _add_write(commands)
    _add_check(commands)
    return parser


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str) -> Any:
    command = commands.add_parser(
        name, help=text, description=text, epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("function", metavar="FUNCTION", help="FILE.py:NAME or MODULE:NAME")
    command.set_defaults(run=run)
    return command


def _add_show(commands: Any) -> None:
    command = _command(commands, "show", _show, "print a stage of the transformation")
    command.add_argument(
        "--stage", choices=STAGES, default="source",
        help="syntax tree, Wengert list of the primal, Wengert list of the derivative, or its source (default)",
    )  # fmt: skip
    _add_derivative(command)


def _add_write(commands: Any) -> None:
    command = _command(
        commands, "write", _write, "write a module with the derivative that runs without sourcead"
    )
    command.add_argument(
        "-o", "--output", metavar="OUT.py", required=True, help="the file; - is the terminal"
    )
    _add_derivative(command)


def _add_check(commands: Any) -> None:
    command = _command(commands, "check", _check, "compare derivatives with numerical ones")
    command.add_argument(
        "--at", metavar="ARGUMENTS", required=True,
        help='the arguments, as in a call: "np.ones(3), n=4"; names of the module, np and math are known',
    )  # fmt: skip
    command.add_argument("--mode", choices=MODES, help="default: both")
    command.add_argument(
        "--wrt", metavar="NAMES", type=_names, help="default: every argument that holds floats"
    )
    command.add_argument(
        "--order", type=int, choices=(1, 2), help="2 compares second derivatives too"
    )


def _add_derivative(command: Any) -> None:
    command.add_argument("--mode", choices=MODES, default="reverse")
    command.add_argument(
        "--wrt", metavar="NAMES", type=_names, help="parameters, as in x,y (default: the first)"
    )
    command.add_argument(
        "--kinds", metavar="KINDS", type=_kinds, default={},
        help='of parameters, as in "x=float64[:,:], n=int"; else annotations and defaults say',
    )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("name at least one parameter")
    return names


def _kinds(text: str) -> dict[str, Kind]:
    try:
        return parse_kinds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


# -- the commands ----------------------------------------------------------------------------


def _show(options: argparse.Namespace) -> int:
    function = load_function(options.function)
    _require_parameters(function, (*(options.wrt or ()), *options.kinds))
    print(_stage(options.stage, function, options).rstrip("\n"))
    return 0


def _write(options: argparse.Namespace) -> int:
    function = load_function(options.function)
    _require_parameters(function, (*(options.wrt or ()), *options.kinds))
    text = _module(function, options)
    if options.output == "-":
        print(text, end="")
        return 0
    try:
        Path(options.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{options.output} cannot be written: {error.strerror}") from None
    print(f"wrote {options.output}", file=sys.stderr)
    return 0


def _check(options: argparse.Namespace) -> int:
    from sourcead.testing import check_grad  # here: the other commands need no numerical checks

    function = load_function(options.function)
    _require_parameters(function, options.wrt or ())
    function, args = _call(function, options.at)
    modes = (options.mode,) if options.mode else MODES
    try:
        check_grad(function, *args, argnums=options.wrt, modes=modes, order=options.order)
    except AssertionError as error:
        return _complain(1, str(error))
    except ValueError as error:
        raise Unusable(str(error)) from None
    print(f"derivatives of {options.function} are right ({' and '.join(modes)} mode)")
    return 0


def _require_parameters(function: Callable[..., Any], names: Sequence[str]) -> None:
    known = inspect.signature(function).parameters
    for name in names:
        if name not in known:
            raise Unusable(
                f"{function.__name__} has no parameter {name}, only {', '.join(known) or 'none'}"
            )


def _call(function: Callable[..., Any], at: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function and positional arguments for a call written as text; keyword-only ones are bound."""
    known = {**vars(sys.modules[function.__module__]), "np": np, "numpy": np, "math": math}
    try:
        args, kwargs = eval(f"(lambda *args, **kwargs: (args, kwargs))({at})", known)
    except Exception as error:  # it is the user's expression: anything may happen
        raise Unusable(f"--at {at!r}: {_last(error)}") from None
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        raise Unusable(f"--at {at!r}: {error}") from None
    try:
        function(*copy.deepcopy(bound.args), **copy.deepcopy(bound.kwargs))
    except Exception as error:
        raise Unusable(f"{function.__name__}({at}) raises {_last(error)}") from None
    return (functools.partial(function, **bound.kwargs) if bound.kwargs else function), bound.args


# -- the compiler: what the commands need of it ----------------------------------------------


def _stage(name: str, function: Callable[..., Any], options: argparse.Namespace) -> str:
    from sourcead.stages import stage  # here: --help answers at once

    return stage(name, function, mode=options.mode, wrt=options.wrt, kinds=options.kinds)


def _module(function: Callable[..., Any], options: argparse.Namespace) -> str:
    from sourcead.stages import standalone

    return standalone(function, mode=options.mode, wrt=options.wrt, kinds=options.kinds)


# -- functions from files and modules --------------------------------------------------------


def load_function(target: str) -> Callable[..., Any]:
    """The live function for `FILE.py:NAME` or `MODULE:NAME`; a method as `FILE.py:Class(...).NAME`."""
    place, suffix, name = target.partition(".py:")
    if suffix:
        place += ".py"
    else:
        place, _, name = target.partition(":")
    if not place or not name:
        raise Unusable(f"{target!r}: write FILE.py:NAME or MODULE:NAME")
    is_file = place.endswith(".py") or os.sep in place
    module = _import(lambda: _load_file(Path(place)) if is_file else _load_module(place), place)
    function = _found(module, place, name)
    if not callable(function):
        raise Unusable(f"{name} in {place} is a {type(function).__name__}, not a function")
    return function  # type: ignore[no-any-return]


def _found(module: ModuleType, place: str, name: str) -> Any:
    """What a dotted name stands for; `Spring(2.0).energy` is a method of the object that this makes."""
    if not all(part.isidentifier() for part in name.split(".")):
        try:
            return eval(name, {**vars(module)})
        except Exception as error:  # it is the user's expression: anything may happen
            raise Unusable(f"{name} in {place} raises {_last(error)}") from None
    owner, _, last = name.rpartition(".")
    try:
        holder: Any = functools.reduce(getattr, owner.split("."), module) if owner else module
        function = getattr(holder, last)
    except AttributeError:
        raise Unusable(f"{place} has no {name}{_functions(module)}") from None
    is_method = isinstance(inspect.getattr_static(holder, last), types.FunctionType)
    if isinstance(holder, type) and is_method:
        raise Unusable(
            f"{name} is a method: name an object that has it, as in {place}:{owner}(...).{last}"
        )
    return function


def _import(load: Callable[[], ModuleType], place: str) -> ModuleType:
    try:
        return load()
    except Unusable:
        raise
    except ModuleNotFoundError as error:
        raise Unusable(f"{place} cannot be imported: {error}") from None
    except Exception as error:  # it is the user's module: anything may happen
        raise Unusable(f"{place} cannot be imported: {_last(error)}") from None


def _load_module(name: str) -> ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as `python -m` has it
    return importlib.import_module(name)


def _load_file(path: Path) -> ModuleType:
    """Import a file under the name that its own imports expect: dotted where it lies in a package."""
    if not path.is_file():
        raise Unusable(f"there is no file {path}")
    path = path.resolve()
    root, name = path.parent, path.stem
    while (root / "__init__.py").is_file():
        root, name = root.parent, f"{root.name}.{name}"
    sys.path.insert(0, str(root))  # as `python FILE` has it
    found = importlib.util.find_spec(name)
    if found and found.origin and os.path.samefile(found.origin, path):
        return importlib.import_module(name)
    return _load_as(
        f"_sourcead_{path.stem}", path
    )  # the name belongs to another module, such as `math`


def _load_as(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader, f"{path} is a Python file"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _functions(module: ModuleType) -> str:
    """The names that could have been meant."""
    own = [
        name
        for name, value in vars(module).items()
        if inspect.isroutine(value) and getattr(value, "__module__", None) == module.__name__
    ]
    return f"; it has {', '.join(own)}" if own else ""


def _last(error: BaseException) -> str:
    """The exception, and the user's line that raised it."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    frames = [f for f in frames if not f.filename.startswith("<")]
    place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    if isinstance(error, SyntaxError) and error.filename:
        place = f" ({error.filename}:{error.lineno})"
        return f"SyntaxError: {error.msg}{place}"
    return f"{type(error).__name__}: {error}{place}"
