"""Functions without early exits do what they did."""

from __future__ import annotations

import ast
import copy

import gast
import pytest

from sourcead.frontend.exits import normalise
from sourcead.frontend.source import find_source
from tests.frontend import functions
from tests.frontend.functions import CASES
from tests.frontend.test_lower import outcome

PLAIN = [
    (function, arguments)
    for function, arguments in CASES
    if isinstance(find_source(function).tree, ast.FunctionDef)
    and not any(isinstance(node, ast.Match) for node in ast.walk(find_source(function).tree))
    and not function.__code__.co_freevars
    and function is not functions.suppressed  # which has become a `try` before
]


def rewritten(function):
    """The function with its body normalised, as Python code, and that body."""
    tree = copy.copy(gast.ast_to_gast(find_source(function).tree))
    done = normalise(tree)
    end = gast.parse(f"return {done.result}").body
    tree.body, tree.decorator_list = [*done.body, *end], []
    module = ast.fix_missing_locations(gast.gast_to_ast(gast.Module([tree], [])))
    namespace = vars(functions)
    before = namespace.get(tree.name)
    exec(compile(module, "<rewritten>", "exec"), namespace)
    made, namespace[tree.name] = namespace[tree.name], before
    return made, done.body


@pytest.mark.parametrize("function, arguments", PLAIN, ids=lambda x: getattr(x, "__name__", ""))
def test_normalised_functions_do_the_same(function, arguments):
    made, _ = rewritten(function)
    for args in arguments:
        assert outcome(made, args) == outcome(function, args)


@pytest.mark.parametrize("function, arguments", PLAIN, ids=lambda x: getattr(x, "__name__", ""))
def test_loops_are_left_at_their_end_only(function, arguments):
    _, body = rewritten(function)
    for node in (node for stmt in body for node in gast.walk(stmt)):
        if isinstance(node, gast.For | gast.While):
            assert not node.orelse
            inside = [inner for stmt in node.body[:-1] for inner in own(stmt)]
            assert not any(isinstance(inner, gast.Break) for inner in inside)
        assert not isinstance(node, gast.Continue)


def own(node):
    """The nodes below that do not belong to another loop or function."""
    if isinstance(node, gast.For | gast.While | gast.FunctionDef | gast.Lambda):
        return
    yield node
    for child in gast.iter_child_nodes(node):
        yield from own(child)


def shown(text):
    body = normalise(gast.parse(text).body[0]).body
    return "\n".join(gast.unparse(stmt).strip() for stmt in body)


def test_what_follows_a_branch_that_returns_goes_into_the_other_one():
    source = """
def f(x):
    if x > 1:
        return 1
    if x > 0:
        y = x
    else:
        return 2
    return y
"""
    assert shown(source) == (
        "if x > 1:\n    result = 1\nelif x > 0:\n    y = x\n    result = y\nelse:\n    result = 2"
    )


def test_a_return_in_a_loop_needs_one_flag():
    source = "def f(xs):\n    for x in xs:\n        if x:\n            return x\n"
    assert shown(source) == (
        "returned = False\n"
        "for x in xs:\n"
        "    returned = False\n"
        "    if x:\n"
        "        result = x\n"
        "        returned = True\n"
        "    if returned:\n"
        "        break\n"
        "if not returned:\n"
        "    result = None"
    )


def test_names_of_the_user_are_avoided():
    source = (
        "def f(xs, result):\n    for broke in xs:\n        if broke: break\n    return result\n"
    )
    assert shown(source).endswith("    if broke_1:\n        break\nresult_1 = result")
