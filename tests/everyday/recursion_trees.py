"""Functions that go down in trees that are arguments: of objects, dicts and lists, of any shape."""

import math

from tests.everyday.registry import program


class Node:
    def __init__(self, value, *children):
        self.value = value
        self.children = list(children)


def branching():
    deep = Node(0.5, Node(0.1, Node(0.7, Node(0.9))))
    return Node(1.0, Node(2.0, Node(0.3)), Node(3.0, deep))


def total(node):
    return math.sin(node.value) + sum(total(c) for c in node.children)


@program(branching())
def total_of_a_tree(node):
    return total(node) * node.value


@program(Node(1.0, *[Node(0.1 * i, Node(0.2)) for i in range(20)]))
def total_of_a_broad_tree(node):
    return total(node)


def scale(node, k):
    node.value = node.value * k
    for child in node.children:
        scale(child, k * node.value)


@program(branching(), 0.7)
def tree_changed_by_recursion(node, k):
    scale(node, k)
    return total(node)


class Pair:
    def __init__(self, v, left=None, right=None):
        self.v = v
        self.left = left
        self.right = right


def weighed(b):
    if b is None:
        return 0.0
    return b.v * b.v + weighed(b.left) * b.v + 2 * weighed(b.right)


@program(Pair(0.3, Pair(0.5, None, Pair(0.2)), Pair(0.7)))
def tree_of_two_branches(b):
    return weighed(b)


def summed(entry):
    s = entry["v"] * entry["v"]
    for kid in entry["kids"]:
        s += summed(kid) * entry["v"]
    return s


ENTRIES = {
    "v": 0.3,
    "kids": [
        {"v": 0.5, "kids": []},
        {"v": 0.7, "kids": [{"v": 0.2, "kids": [{"v": 0.9, "kids": []}]}]},
    ],
}


@program(ENTRIES)
def tree_of_dicts(entry):
    return summed(entry)


def squares(t):
    if isinstance(t, (list, tuple)):
        return sum(squares(c) for c in t)
    return t * t


@program([0.3, [0.4, [0.5, 0.2]], [[[0.1]]]])
def tree_of_lists(t):
    return squares(t)


@program([[0.3, 0.2], [], [0.5]])
def lists_some_of_which_are_empty(rows):
    s = 0.0
    for row in rows:
        for v in row:
            s += v * v
    return s


@program([[], []], 0.7)
def lists_that_are_empty(rows, x):
    s = x * x
    for row in rows:
        for v in row:
            s += squares(v) * x
    return s


def of_values_two_below(node):
    s = node.value
    for child in node.children:
        for below in child.children:
            s += below.value * below.value
    return s


@program(Node(1.0, Node(2.0), Node(3.0, Node(0.5, Node(0.1)))))
def values_two_below(node):
    """The first child has no children, the second has."""
    return of_values_two_below(node)
