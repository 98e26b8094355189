"""Functions, `partial` objects, methods and callable objects in containers of the module, of objects and of arguments."""

from functools import partial
from typing import ClassVar

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])
W = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])


class Factor:
    def __init__(self, k):
        self.k = k

    def __call__(self, v):
        return v * self.k

    def quadratic(self, v):
        return v * v + self.k


class Product(Factor):
    def __init__(self, k, w):
        self.k = k * w


def wsum(w, u, p=1.0):
    return (w * u**p).sum()


D = {"a": Factor, "b": partial(Product, w=2.0)}
F = {
    "wsum": partial(wsum, W),
    "w2": partial(wsum, W * 2, p=2.0),
    "meth": lambda u: u.sum(),
    "bound": Factor(3.0).__call__,
}
LIST = [partial(wsum, W), Factor(2.0).quadratic, Factor(1.5), np.sum, lambda u: u.prod()]
PARTIAL = partial(wsum, W, p=3.0)


class Cfg:
    act = partial(np.multiply, 2.0)
    table: ClassVar = {"p": partial(wsum, p=2.0, w=W)}

    def __init__(self):
        self.f = partial(wsum, W)
        self.g = Factor(2.0).quadratic


CFG = Cfg()


@program(X)
def dict_of_partials(x):
    s = 0.0
    for n, v in zip(["a", "b", "a", "b", "a", "b"], x):
        s = s + D[n](v)(v)
    return s


@program(X)
def constant_keys(x):
    return D["b"](x[0])(x[1]) + F["wsum"](x) * F["w2"](x) + np.sum(F["bound"](x))


@program(X)
def unknown_keys(x):
    s = 0.0
    for i in range(len(x)):
        s = s + np.sum(F[["wsum", "w2", "meth", "bound"][i % 4]](x)) * x[i]
    return s


@program(X)
def list_of_live(x):
    s = 0.0
    for f in LIST:
        s = s + np.sum(f(x))
    for i in range(len(x)):
        s = s + np.sum(LIST[i % 5](x * x[i]))
    return s


@program(X)
def named_and_attributes(x):
    return (
        PARTIAL(x)
        + CFG.f(x)
        + np.sum(CFG.g(x))
        + Cfg.act(x).sum()
        + CFG.table["p"](u=x)
        + PARTIAL.keywords["p"] * x[0]
        + PARTIAL.func(W, x)
    )


@program(partial(wsum, W), X)
def partial_given(f, x):
    return f(x) * f(x * x)


@program({"f": partial(wsum, W), "g": Factor(2.0)}, X)
def given_in_dict(fs, x):
    s = 0.0
    for name in fs:
        s = s + np.sum(fs[name](x))
    return s


@program([partial(wsum, W), np.square, np.cos], X)
def given_in_list(fs, x):
    s = 0.0
    for f in fs:
        s = s + np.sum(f(x))
    for i in range(3):
        s = s * np.mean(fs[i](x))
    return s


class Shift(Factor):
    def __call__(self, v):
        return v + self.k**2


@program([np.sin, np.cos, lambda u: u * u], X)
def functions_given(fs, x):
    s = 0.0
    for f in fs:
        s = s + np.sum(f(x))
    return s


@program((np.sin, np.cos, partial(np.multiply, 3.0)), X)
def functions_given_in_a_tuple(fs, x):
    s = 0.0
    for f in fs:
        s = s + np.sum(f(x))
    return s


@program([np.sin, np.cos, partial(np.multiply, 3.0)], X)
def functions_given_by_index(fs, x):
    s = 0.0
    for i in range(len(fs)):
        s = s + np.sum(fs[i](x))
    return s


@program([Factor(2.0), Shift(3.0), Factor(1.5)], X)
def objects_given(fs, x):
    s = 0.0
    for f in fs:
        s = s + np.sum(f(x)) * f.k
    return s


@program([("a", np.sin), ("b", np.cos)], X)
def pairs_with_functions(fs, x):
    s = 0.0
    for name, f in fs:
        s = s + np.sum(f(x)) * len(name)
    return s


class Net:
    def __init__(self, *layers):
        self.layers = list(layers)
        self.hooks = [np.tanh]

    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        for h in self.hooks:
            x = h(x)
        return x


@program(Net(Factor(2.0), Shift(3.0), np.sin, Factor(1.5)), X)
def model_of_unlike_layers(n, x):
    return n(x).sum()


@program(Net(Factor(2.0), Shift(3.0)), X)
def model_of_two_classes(n, x):
    return n(x).sum()


NET = Net(Factor(2.0), Shift(3.0), np.sin)


@program(X)
def model_of_the_module(x):
    return NET(x).sum()
