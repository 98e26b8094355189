"""Names that stand for one of several containers, and arrays, lists and objects that may be None."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, -1.2, 0.7, 1.5])


class Node:
    def __init__(self, value, rest=None):
        self.value, self.rest = value, rest


@program(X, -0.5)
def one_of_two_dicts(x, s):
    a, b = {"k": x * 2}, {"k": x * 3}
    chosen = a if s < 0 else b
    chosen["k"] = chosen["k"] * s
    chosen["j"] = s
    return np.sum(a["k"] ** 2) + np.sum(b["k"]) * chosen["j"]


@program(X, 0.5)
def one_of_two_objects(x, s):
    a, b = Node(x * 2), Node(x * 3)
    chosen = a if s > 0 else b
    chosen.value[1:] *= s
    chosen.value = chosen.value**2
    return np.sum(a.value * b.value)


@program(X, 0.5)
def swapped_objects(x, s):
    a, b = Node(x * 1.0), Node(x * s)
    for _ in range(3):
        b.value[:] = a.value * b.value + s
        a, b = b, a
    return np.sum(a.value) + np.sum(b.value**2)


@program(X, 0.5)
def array_or_none(x, s):
    before, total = None, 0.0
    for i in range(4):
        now = x * s + i
        if before is not None:
            total += np.sum((now - before) ** 2) * i
        before = now**2
    return total


@program(X, 0.5)
def written_array_or_none(x, s):
    buffer = None
    for i in range(3):
        if buffer is None:
            buffer = x * s
        else:
            buffer[i] *= x[0]
    return np.sum(buffer**2)


@program(X, 0.5)
def returned_array_or_none(x, s):
    buffer = None
    for i in range(3):
        if buffer is None:
            buffer = x * s
        else:
            buffer[i] *= buffer[0] * x[0]
    return buffer


@program(X, 0.5)
def object_or_none(x, s):
    last = None
    for i in range(3):
        node = Node(x[i] * s)
        if last is not None:
            node.value = node.value * last.value
        last = node
    return last.value


@program(X, 0.5)
def linked(x, s):
    head = None
    for i in range(4):
        head = Node(x[i] * s, head)
    total = 0.0
    while head is not None:
        total += head.value**2
        head = head.rest
    return total


@program(X, 0.5)
def pairs_into_a_dict(x, s):
    d = {}
    for key, value in zip("abcd", x):
        d[key] = value * s
    return d["a"] * d["d"] + d["c"] ** 2


@program(X, 0.5)
def view_of_what_one_branch_made(x, s):
    """The pullback looks the adjoint up by the array, whose content the caller may have changed."""
    if x[0] > s:
        out = np.sin(x)
    else:
        u = np.zeros(4)
        u[0] = np.sqrt(x[0]) * s
        u[1:] = x[1:] / u[0]
        u[2:] = np.outer(u[1:3], u[2:])[1] * u[1]
        out = u[1:]
    return out
