"""How long is a gradient to read, and how much memory does it take?"""

from __future__ import annotations

import ast
import inspect
import tracemalloc
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.workload import Args, leaves

__all__ = ["function_lines", "peak_memory", "source_lines", "written_bytes"]


def source_lines(source: str) -> int:
    """Lines of code as a reader counts them: without blank lines, comments and docstrings.

    >>> source_lines("def f(x):\\n    '''Twice.'''\\n\\n    # a comment\\n    return 2 * x\\n")
    2
    """
    tree = ast.parse(source)
    silent: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        bool(text) and not text.startswith("#") and number not in silent
        for number, text in enumerate(map(str.strip, source.splitlines()), start=1)
    )


def function_lines(function: Callable[..., Any]) -> int:
    """Lines of a function together with those of the functions of its module that it calls.

    Functions that it takes as parameters count as its defaults name them.
    """
    assert isinstance(function, FunctionType)
    reached = [function]
    for caller in reached:
        named = [caller.__globals__.get(name) for name in caller.__code__.co_names]
        for callee in [*named, *(caller.__defaults__ or ())]:
            match callee:
                case FunctionType(__module__=function.__module__) if callee not in reached:
                    reached.append(callee)
    return sum(source_lines(inspect.getsource(each)) for each in reached)


def peak_memory(function: Callable[..., Any], args: Args) -> int:
    """Bytes allocated at most at any one time during a call, its arguments not counted."""
    tracemalloc.start()
    try:
        function(*args)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def written_bytes(primal: Callable[..., Any], args: Args) -> int:
    """Bytes of the arrays among the arguments that the program writes.

    A gradient leaves in them what the program does, though it may need their earlier content on its way: that
    takes a copy of each, which the hand-written ones are spared.
    """
    arrays = [leaf for leaf in leaves(args) if isinstance(leaf, np.ndarray)]
    before = [array.copy() for array in arrays]
    primal(*args)
    return sum(a.nbytes for a, old in zip(arrays, before) if not np.array_equal(a, old))
