"""Records of `types.SimpleNamespace`: made, changed, held in lists, configured at the module's level, as arguments."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from tests.everyday.registry import program

X = np.array([1.3, 0.4, -0.7])
CONFIG = SimpleNamespace(rate=0.3, steps=2)


@program(X)
def record_in_a_record(x):
    n = SimpleNamespace(a=x[0], b=SimpleNamespace(c=x[1]))
    m = n.b
    n.b = SimpleNamespace(c=m.c * n.a)
    m.c = 5.0
    return n.b.c**2 + m.c * x[2]


@program(X, 3)
def records_in_a_list(x, n):
    points = []
    for i in range(n):
        points.append(SimpleNamespace(place=x * i, mass=x[0]))
    for p in points:
        p.place = p.place + p.mass
        p.place[0] *= 2
        p.extra = p.mass**2
    return sum(np.sum(p.place**2) * p.extra for p in points)


@program(X)
def records_of_entries(x):
    settings = SimpleNamespace(scale=2.0, n=3)
    entries = {"u": x**2, "k": 1}
    made = SimpleNamespace(**entries)
    made.__dict__.update(v=made.u * settings.scale)
    return np.sum(made.v) * settings.n + vars(made)["u"][0]


@program(X)
def record_of_the_module(x):
    u = x * 1.0
    for _ in range(CONFIG.steps):
        u = u - CONFIG.rate * np.sin(u)
    return np.sum(u**2)


@program(SimpleNamespace(a=2.0, w=X))
def record_as_an_argument(p):
    p.a = p.a**2
    p.w[0] *= p.a
    return p.a * np.sum(p.w**2)


@dataclass(slots=True)
class Slotted:
    place: np.ndarray
    mass: float


@dataclass
class Called:
    place: np.ndarray
    mass: float

    def __call__(self, t):
        return t * self.mass


@program(0.6, Slotted(np.array([0.3, 0.4]), 0.7))
def slots_of_an_argument_changed(s, body):
    body.place[0] += s * body.mass
    body.mass *= s
    return body.mass * body.place.sum()


@program(0.6, Called(np.array([0.3, 0.4]), 0.7))
def attributes_of_a_callable_argument_changed(s, body):
    body.place[0] += body(s)
    body.mass *= s
    return body.mass * body.place.sum()
