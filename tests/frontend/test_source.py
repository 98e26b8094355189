"""The text of a function is found wherever Python can find it, and is what runs."""

from __future__ import annotations

import ast
import functools
import importlib.util
import linecache
import sys

import pytest

from sourcead.errors import NoSource, NotAFunction, SourceChanged
from sourcead.frontend.source import find_source, unwrap

plus, times = lambda x: x + 1, lambda x: x * 2


def text(function):
    return ast.unparse(find_source(function).tree)


def registered(name, source, **namespace):
    """Execute text as a notebook does: compiled under a name for which linecache knows the lines."""
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec"), namespace)
    return namespace


class Owner:
    def method(self, x):
        return self.__private(x)

    @staticmethod
    @functools.lru_cache
    def cached(x):
        return {1, 2} if x in {"a", "b"} else [i for i in x if (lambda: x)]

    def __private(self, x):
        """With super and a name of the class, seen from inside."""
        return super().__init__(), Owner, lambda: self.__private


def test_lambdas_on_one_line_are_told_apart():
    assert text(plus) == "lambda x: x + 1"
    assert text(times) == "lambda x: x * 2"


def test_methods_are_unwrapped_and_private_names_spelled_out():
    assert "self._Owner__private(x)" in text(Owner().method)
    assert text(Owner.cached).startswith("@staticmethod\n@functools.lru_cache\ndef cached")
    assert "self._Owner__private)" in text(Owner._Owner__private)


def test_nested_functions_and_their_free_variables():
    def outer(a):
        b = 2

        def inner(x):
            return a * b * x

        return inner, lambda q: q + a

    inner, shift = outer(1)
    assert text(inner) == "def inner(x):\n    return a * b * x"
    assert text(shift) == "lambda q: q + a"


def test_a_function_that_calls_itself():
    def local(n):
        return local(n - 1) if n else 0

    assert text(local).startswith("def local")
    assert text(text).startswith("def text")
    assert text(recursive).startswith("def recursive")


def recursive(n):
    return recursive(n - 1) if n else n


def test_functions_redefined_under_one_name():
    found = registered(
        "<redefined>", "def f(x):\n    return 1\nfirst = f\ndef f(x):\n    return 2\n"
    )
    assert text(found["first"]).endswith("1")
    assert text(found["f"]).endswith("2")


def test_positions_are_those_of_the_file():
    source = find_source(recursive)
    line = recursive.__code__.co_firstlineno
    assert source.tree.lineno == line
    origin = source.origin(source.tree.body[0])
    assert (origin.line, origin.column) == (line + 1, 4)
    assert origin.text == "return recursive(n - 1) if n else n"


def test_columns_count_letters_not_bytes():
    found = registered("<letters>", "def f(α):\n    ω = 'ä'; return α\n")
    source = find_source(found["f"])
    assert source.origin(source.tree.body[1]).column == 13


def test_wrappers_that_add_nothing_are_looked_through():
    def plain(x):
        return x

    @functools.wraps(plain)
    def wrapper(x):
        return 2 * plain(x)

    assert unwrap(functools.lru_cache(plain)) is plain
    assert unwrap(wrapper) is wrapper


def test_numba_dispatchers_are_looked_through():
    numba = pytest.importorskip("numba")
    assert unwrap(numba.njit(recursive)) is recursive


def test_module_whose_file_was_edited(tmp_path):
    path = tmp_path / "edited.py"
    path.write_text("def f(x):\n    return x + 1\n\ndef g(x):\n    return x\n")
    spec = importlib.util.spec_from_file_location("edited", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert text(module.f).endswith("x + 1")
    path.write_text("import sys\n\ndef f(x):\n    return x + 222\n\ndef g(x):\n    return x\n")
    with pytest.raises(SourceChanged, match="source of `f` has changed"):
        find_source(module.f)
    assert find_source(module.g).tree.lineno == 6  # moved, but the same
    path.write_text("def f(x:\n")
    with pytest.raises(SourceChanged):
        find_source(module.g)


def test_constants_that_only_look_equal_are_a_change():
    found = registered("<zero>", "def f(x):\n    return x + 0.0\n")
    registered("<zero>", "def f(x):\n    return x + -0.0\n")
    with pytest.raises(SourceChanged):
        find_source(found["f"])


SCOPES = [
    """
import os, sys as system
def f(x):
    return os.getcwd(), system.exit()
""",
    """
class f:
    def f(self):
        return f, super().f
f = f.f
""",
    """
def outer(y):
    class C:
        def m(self):
            return C, y, __class__
    return C.m
f = outer(1)
""",
    """
from __future__ import annotations
def f(x: no) -> such:
    def g(y: nor) -> that: pass
    return g
""",
    """
def f(x):
    '''doc
      string'''
    def g():
        def h(): return x
        return h
    return g
""",
    """
def f(a, /, b=lambda: 1, *c, d={1: [2]}, **e) -> {3: 4}:
    return a
""",
    """
def deco(g): return g
@deco
@(lambda g: g)
def f(x):
    return x
""",
    """
def f(x):
    global k
    k = x
    return [lambda: (k, y) for y in x]
""",
]


@pytest.mark.parametrize("body", SCOPES)
def test_code_is_compared_in_a_scope_like_its_own(body):
    found = registered("<scope>", body)
    assert isinstance(find_source(found["f"]).tree, ast.FunctionDef)


def test_what_has_no_source():
    namespace = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(NoSource, match="source text of `f` cannot be found"):
        find_source(namespace["f"])
    with pytest.raises(NoSource, match="`len` is not written in Python"):
        find_source(len)
    with pytest.raises(NotAFunction, match="int, which cannot be called"):
        find_source(3)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_type_parameters():
    found = registered("<generic>", "def f[T](x: T) -> T:\n    return x\n")
    assert text(found["f"]).startswith("def f[T]")


NESTED = """
outer = lambda x: (lambda x: x * x)(x) + 1.0
inner = (lambda x: lambda x: x * x)(0.0)
def same(x):
    def same(x):
        return x * x
    return same
"""


def test_a_function_inside_of_one_that_has_its_name():
    found = registered("<nested>", NESTED)
    assert text(found["outer"]) == "lambda x: (lambda x: x * x)(x) + 1.0"
    assert text(found["inner"]) == "lambda x: x * x"
    assert text(found["same"](0.0)) == "def same(x):\n    return x * x"
