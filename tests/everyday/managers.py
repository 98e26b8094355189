"""Context managers made of generator functions: settings that are put back, values that are handed in."""

import contextlib
from contextlib import contextmanager

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.9])


@contextmanager
def doubled(v):
    w = v * 2.0
    yield w


@contextmanager
def setting(d, key, value):
    old = d[key]
    d[key] = value
    try:
        yield d
    finally:
        d[key] = old


@contextmanager
def steps(log, first=0):
    log.append(first)
    yield
    log.append(1)


@contextmanager
def between(v):
    w = v * 2.0
    try:
        u = w + 1.0
        yield u
        w = w * u
    finally:
        w = w + 1.0


@contextmanager
def pushed(stack, v):
    stack.append(v)
    try:
        yield stack
    finally:
        stack.pop()


@contextmanager
def kept_content(a):
    saved = a.copy()
    try:
        yield a
    finally:
        a[:] = saved


@contextmanager
def quiet():
    with np.errstate(all="ignore"):
        yield


class Solver:
    def __init__(self, tolerance):
        self.tolerance = tolerance

    @contextmanager
    def at(self, tolerance):
        old, self.tolerance = self.tolerance, tolerance
        try:
            yield self
        finally:
            self.tolerance = old

    def solve(self, v):
        return v * self.tolerance


@program(X)
def manager_hands_a_value_in(x):
    with doubled(x[0]) as w:
        y = w * x[1]
    with doubled(x[0]) as a, doubled(v=x[1]) as b:
        z = a * b
    with contextlib.ExitStack() as stack:
        c = stack.enter_context(doubled(2.0))
    return y * z * c


@program(X)
def setting_put_back(x):
    d, e = {"s": 1.0}, {"s": x[0]}
    with setting(d, "s", 3.0):
        y = d["s"] * x[0]
    with setting(e, "s", x[1] * x[1]) as inner:
        z = inner["s"] * x[0]
    return y * d["s"] * x[1] + z * e["s"]


@program(X)
def setting_of_an_object(x):
    s = Solver(x[0])
    with s.at(x[1]):
        y = s.solve(x[2])
    return y + s.solve(x[3])


@program(X)
def steps_counted(x):
    log = []
    with steps(log), steps(log, first=5), quiet():
        y = x[0] * x[1]
    return y * len(log) + log[1] * x[2]


@program(X)
def manager_in_a_loop(x):
    t = 0.0
    for k in range(3):
        with between(x[k]) as u:
            t += u * u
        with between(t) as u:
            t = t * 0.5 + u
    return t


@program(X)
def return_out_of_a_manager(x):
    def inner(v):
        with doubled(v) as w:
            if w > 1.0:
                return w * w
            return w

    return sum(inner(v) for v in x)


@program(X)
def managers_in_each_other(x):
    stack = [x[0]]
    t = 0.0
    with pushed(stack, x[1]):
        with pushed(stack, x[2] * 2):
            t += stack[-1] * stack[-2]
        t += stack[-1]
    return t * stack[-1] * len(stack)


@program(X)
def array_put_back(x):
    u = x * 2
    with kept_content(u) as w:
        w *= w
        t = w.sum()
    return t * u[1]


@program(X)
def manager_made_inside(x):
    d = {"s": 1.0}

    @contextmanager
    def local(v):
        d["s"] = v
        yield v * 3.0
        d["s"] = 2.0

    with local(x[0]) as w:
        y = d["s"] * x[1] * w
    return y * d["s"]
