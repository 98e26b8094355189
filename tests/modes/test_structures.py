"""Results and arguments that are lists, dicts, tuples and objects, in every mode, against differences."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

import sourcead
from sourcead.differences import derivative, richardson
from sourcead.directions import moved
from sourcead.nested import Spot, flatten, flatten_like, unflatten

X = np.array([1.0, -2.0, 3.0])


def drawn(value: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure of `value`."""
    leaves, structure = flatten(value)
    made = [rng.standard_normal(np.shape(leaf)) for leaf in leaves]
    return unflatten(structure, [m if m.shape else float(m) for m in made])


def product(a: Any, b: Any) -> Any:
    return sum(np.sum(x * y) for x, y in zip(flatten(a)[0], flatten(b)[0], strict=True))


class Pair(NamedTuple):
    a: Any
    v: Any


@dataclass
class Layer:
    w: Any
    b: Any
    name: str = "layer"


@dataclass(frozen=True)
class Frozen:
    w: Any
    b: Any


class Slotted:
    __slots__ = ("v",)

    def __init__(self, v: Any) -> None:
        self.v = v


class Watched:
    """Whose attributes are set by a method of its own."""

    def __init__(self) -> None:
        self.v = self.w = None

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def slope(f: Callable[..., Any], args: tuple[Any, ...], dots: tuple[Any, ...], bar: Any) -> float:
    """<bar, df(args) dots> by differences."""

    def along(step: complex) -> complex:
        at = [a if d is None else moved(a, d, step) for a, d in zip(args, dots)]
        return product(bar, f(*at))  # type: ignore[no-any-return]

    return derivative(along).value


# -- lists that are built step by step --------------------------------------------------------------


def of_arrays(x, n):
    return [x * k for k in range(n)]


def of_numbers(x, n):
    return [x[0] * k for k in range(n)]


def of_tuples(x, n):
    return [(x * k, x[0] * k) for k in range(n)]


def appended(x, n):
    out = [x[0]]
    for _ in range(n):
        out.append(out[-1] * x[1])
    return out


def appended_beside_the_argument(x, n):
    out = [x[0]]
    for _ in range(n):
        out.append(out[-1] * x[1])
    return out, x


def returned_twice(x, n):
    out = [(x[0], x[1])]
    for k in range(n):
        out.append((out[-1][0] * x[1], x[2] * k))
    return out, out


def appended_on_a_branch(x, n):
    out = [(x[0], x[1])]
    if n > 1:
        out.append((out[-1][0] * x[1], x[2] * 2.0))
    return out


# -- results of every form -------------------------------------------------------------------------


def a_dict(x, n):
    return {"y": x * x, "n": x[0] * n}


def a_dict_of_everything(x, n):
    return {
        "pair": Pair(x[0] * 2.0, x * 3.0), "list": [x[1] * x[2], x[0]], "layer": Layer(x * x, x[0]),
        "deeper": {"tuple": (x, (x[1] ** 2,)), "nothing": None, "text": "text", "count": 3}, "empty": ((), []),
        "constant": 2.0,
    }  # fmt: skip


def a_namedtuple(x, n):
    return Pair(x[0] * n, x * x)


def a_tuple_of_dicts(x, n):
    y = x * x
    return {"y": y, "k": n}, {"y": y, "x": x}


def an_object(x, n):
    return Layer(x * x, x[0] * x[1])


def a_frozen_object(x, n):
    return Frozen(x * x, x[0] * x[1])


def an_object_with_slots(x, n):
    return [Slotted(x * x), Slotted(x[0])]


def an_object_that_watches(x, n):
    made = Watched()
    made.v = x * x
    made.w = Slotted(x[0] * x[1])
    return made


def an_object_in_a_list(x, n):
    return [Layer(x * k, x[0] * k) for k in range(n)]


def a_list_of_dicts(x, n):
    return [{"b": x * x}, {"b": x}]


def a_list_of_several_kinds(x, n):
    return [x[0] * 2.0, x * x, (x, 3)]


def dicts_in_a_list_that_is_built(x, n):
    out = []
    for k in range(n):
        out.append({"a": x * (k + 1.0), "b": [x[0], x[k] ** 2]})
    return out


def lists_in_a_list_that_is_built(x, n):
    out = []
    for k in range(n):
        out.append([x * (k + 1.0), x * x])
    return out


def namedtuples_in_a_list_that_is_built(x, n):
    out = []
    for k in range(n):
        out.append(Pair(x[k], x * k))
    return out


def computed_keys(x, n):
    d = {}
    for k in range(n):
        d[f"k{k}"] = x * (k + 1.0)
    return d


def a_dict_comprehension(x, n):
    return {k: x * k for k in range(n)}


def a_key_on_a_branch(x, n):
    d = {"a": x * x, "b": x}
    if n > 2:
        d["c"] = x * 3.0
    return d


def an_entry_that_is_changed_in_a_loop(x, n):
    d = {"s": 0.0, "v": x * 1.0}
    for _ in range(n):
        d["s"] += d["v"][1]
        d["v"] = d["v"] * x
    return d


def an_object_that_is_changed(x, n):
    p = Layer(x, 0.0)
    for _ in range(n):
        p.w = p.w * x
        p.b += x[0]
    return p


def an_array_twice(x, n):
    y = x * x
    return {"whole": y, "part": y[1:], "again": [y]}


def written_after_it_was_stored(x, n):
    y = x * x
    d = {"y": y}
    y[0] = x[1] * 3.0
    return d


def arrays_of_objects_in_a_list_written_later(x, n):
    made = []
    for k in range(n):
        y = x * (k + 1.0)
        made.append(Layer(y, x[0]))
        if k == 1:
            y[0] *= 3.0
    for each in made:
        each.w += each.b * x
    return made


def arrays_of_objects_on_one_branch(x, n):
    made = []
    for k in range(n):
        y = x * 2.0 if k != 1 else None
        made.append(Slotted(y))
    return made


def one_array_in_two_places_of_a_structure(x, n):
    y = x * 2.0
    d = {"a": (y, [x**2]), "l": []}
    for _ in range(n):
        y[0] *= x[1]
        d["l"].append(y[:1])
    return d


def a_list_as_an_attribute(x, n):
    p = Layer(x * 2.0, 0.0)
    p.b = []
    for k in range(n):
        p.b.append(p.w.copy())
        p.w[0] *= x[k]
    return p


def the_argument_itself(x, n):
    return {"x": x, "twice": [x, 2.0 * x]}


def a_list_and_a_tuple_of_unknown_length(x, n):
    return {"l": [x * k for k in range(n)], "t": tuple(x[k] * k for k in range(n))}


RESULTS = [
    of_arrays, of_numbers, of_tuples, appended, appended_beside_the_argument, returned_twice, appended_on_a_branch,
    a_dict, a_dict_of_everything, a_namedtuple, a_tuple_of_dicts, an_object, a_frozen_object, an_object_with_slots,
    an_object_that_watches, an_object_in_a_list, a_list_of_dicts, a_list_of_several_kinds,
    dicts_in_a_list_that_is_built, lists_in_a_list_that_is_built, namedtuples_in_a_list_that_is_built, computed_keys,
    a_dict_comprehension, a_key_on_a_branch, an_entry_that_is_changed_in_a_loop, an_object_that_is_changed,
    an_array_twice, written_after_it_was_stored, the_argument_itself, a_list_and_a_tuple_of_unknown_length,
    arrays_of_objects_in_a_list_written_later, arrays_of_objects_on_one_branch,
    one_array_in_two_places_of_a_structure, a_list_as_an_attribute,
]  # fmt: skip
results = pytest.mark.parametrize("f", RESULTS, ids=lambda f: f.__name__)


def close(found: Any, expected: float) -> bool:
    return bool(abs(found - expected) < 1e-7 * max(1.0, abs(expected)))


@results
@pytest.mark.parametrize("has_aux", [False, True], ids=["", "has_aux"])
def test_pullback(f: Callable[..., Any], has_aux: bool) -> None:
    def with_aux(x, n):
        return f(x, n), {"n": n}

    rng = np.random.default_rng(3)
    if has_aux:
        out, pullback, aux = sourcead.vjp(with_aux, X, 3, argnums=0, has_aux=True)
        assert aux == {"n": 3}
    else:
        out, pullback = sourcead.vjp(f, X, 3, argnums=0)
    for _ in range(2):
        bar, dot = drawn(out, rng), drawn(X, rng)
        expected = slope(f, (X, 3), (dot, None), bar)
        before = flatten(bar)[0]
        kept = [np.copy(leaf) for leaf in before]
        (x_bar,) = pullback(bar)
        assert close(product(x_bar, dot), expected) and abs(expected) > 1e-3
        for leaf, copy in zip(before, kept):  # what was passed is as it was, and not handed on
            np.testing.assert_array_equal(leaf, copy)
            assert not np.shares_memory(leaf, x_bar)


@results
def test_pushforward(f: Callable[..., Any]) -> None:
    rng = np.random.default_rng(4)
    dot = drawn(X, rng)
    out, out_dot = sourcead.jvp(lambda x: f(x, 3), (X,), (dot,))
    bar = drawn(out, rng)
    expected = slope(f, (X, 3), (dot, None), bar)
    assert close(product(bar, like(out, out_dot)), expected)
    _, push, aux = sourcead.linearize(lambda x: (f(x, 3), "aux"), X, has_aux=True)
    assert aux == "aux"
    assert close(product(bar, like(out, push(dot))), expected)


def like(out: Any, dot: Any) -> Any:
    """A tangent in the structure of its value, None for what carries no derivative."""
    leaves, structure = flatten(out)
    found = flatten_like(structure, dot)
    assert [np.shape(a) for a in found] == [np.shape(a) for a in leaves]
    return unflatten(structure, found)


@results
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobian(f: Callable[..., Any], mode: str) -> None:
    rng = np.random.default_rng(5)
    dot = drawn(X, rng)
    out = f(X, 3)
    bar = drawn(out, rng)
    J = sourcead.jacobian(f, mode=mode)(X, 3)
    blocks, structure = flatten(J)
    found = unflatten(structure, [block @ dot for block in blocks])
    assert flatten(found)[1] == flatten(out)[1]
    assert close(product(bar, found), slope(f, (X, 3), (dot, None), bar))


@results
def test_elementwise(f: Callable[..., Any]) -> None:
    out = f(X, 3)
    leaves, structure = flatten(out)
    ones = unflatten(structure, [np.ones_like(leaf) for leaf in leaves])
    dot = np.array([0.3, -1.2, 0.8])
    found = sourcead.elementwise_grad(f)(X, 3)
    assert found.shape == X.shape
    assert close(product(found, dot), slope(f, (X, 3), (dot, None), ones))


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        ({"y": X}, "y, n expected"),
        ({"y": X, "n": 1.0, "m": 1.0}, "y, n expected"),
        ((X, 1.0), "a dict is expected"),
        ({"y": X[:2], "n": 1.0}, "shape"),
        (SimpleNamespace(y=X, n=1.0), "a dict is expected"),
    ],
    ids=["missing", "too many", "a tuple", "a shape", "an object"],
)
def test_a_cotangent_of_another_structure_is_refused(bar: Any, words: str) -> None:
    _, pullback = sourcead.vjp(a_dict, X, 3)
    with pytest.raises(sourcead.WrongCotangent, match=words):
        pullback(bar)


def test_the_text_reads_the_cotangent_where_it_is() -> None:
    J = sourcead.jacobian(a_dict, mode="reverse")
    J(X, 3)
    assert "out_bar['y']" in J.source and "out_bar['n']" in J.source


# -- several structured arguments --------------------------------------------------------------------


def total(p, q, n):
    return (
        np.sum(p["w"] ** 2 * q.w) * q.b
        + p["b"] * p["list"][0] ** n * p["tuple"][1][0]
        + np.sum(q.w) ** 3
    )


def parts(p, q, n):
    return {
        "y": p["w"] ** n * q.w * q.b,
        "rest": Pair(p["b"] * p["list"][0], p["tuple"][1][0] * q.w),
    }


def total_and_aux(p, q, n):
    return total(p, q, n), {"n": n, "w": p["w"]}


def parts_and_aux(p, q, n):
    return parts(p, q, n), {"n": n, "w": p["w"]}


def arguments() -> tuple[Any, Any, int]:
    p = {
        "w": np.array([1.0, 2.0, 3.0]),
        "b": 0.5,
        "list": [1.5, 2.5],
        "tuple": (1.5, (2.0,)),
        "name": "p",
    }
    return p, Layer(np.array([0.3, -1.0, 2.0]), 1.25), 2


def contracted(J: Any, dots: tuple[Any, ...], out: Any, single: bool) -> Any:
    """What a Jacobian's blocks make of tangents: for each leaf of the result, the sum over the arguments'."""
    leaves, structure = flatten(out)
    rows = [J] if structure is Spot.LEAF else blocks_at(structure, J)
    made = []
    for row, leaf in zip(rows, leaves, strict=True):
        sums = 0.0
        for block, dot in zip((row,) if single else row, dots, strict=True):
            for part, d in zip(flatten(block)[0], flatten(dot)[0], strict=True):
                sums = sums + np.tensordot(part, d, axes=np.ndim(d))
        assert np.shape(sums) == np.shape(leaf)
        made.append(sums)
    return unflatten(structure, made)


def blocks_at(structure: Any, J: Any) -> list[Any]:
    """The blocks for each leaf of the result."""
    return flatten_like(structure, J)


ARGNUMS = [0, 1, "q", (0, 1), ("q", "p"), (1,), [0, -2]]
by_arguments = pytest.mark.parametrize("argnums", ARGNUMS, ids=str)
with_or_without = pytest.mark.parametrize("has_aux", [False, True], ids=["", "has_aux"])


@dataclass(frozen=True)
class Asked:
    """What is differentiated: positions, whether it is one, directions, and those as arguments' tangents."""

    at: tuple[int, ...]
    single: bool
    dots: tuple[Any, ...]

    @staticmethod
    def of(argnums: Any, rng: np.random.Generator) -> Asked:
        single = isinstance(argnums, (int, str))
        listed = [argnums] if single else list(argnums)
        at = tuple("pqn".index(a) if isinstance(a, str) else range(3)[a] for a in listed)
        return Asked(at, single, tuple(drawn(arguments()[i], rng) for i in at))

    def all(self) -> tuple[Any, ...]:
        """A direction for each argument, None for those that stay."""
        return tuple(self.dots[self.at.index(i)] if i in self.at else None for i in range(3))

    def bars(self, found: Any) -> tuple[Any, ...]:
        bars = (found,) if self.single else found
        assert isinstance(bars, tuple) and len(bars) == len(self.at)
        for bar, i in zip(bars, self.at):
            assert flatten(bar)[1] == flatten(arguments()[i])[1]
        return bars


def without_aux(found: Any, has_aux: bool) -> Any:
    if not has_aux:
        return found
    result, aux = found
    assert aux["n"] == 2 and np.array_equal(aux["w"], arguments()[0]["w"])
    return result


@by_arguments
@with_or_without
def test_gradients_by_several_structures(argnums: Any, has_aux: bool) -> None:
    asked = Asked.of(argnums, np.random.default_rng(0))
    f = total_and_aux if has_aux else total
    expected = slope(total, arguments(), asked.all(), 1.0)
    bars = asked.bars(
        without_aux(sourcead.grad(f, argnums, has_aux=has_aux)(*arguments()), has_aux)
    )
    assert close(product(bars, asked.dots), expected)
    first, bars = sourcead.value_and_grad(f, argnums, has_aux=has_aux)(*arguments())
    assert without_aux(first, has_aux) == total(*arguments())
    assert close(product(asked.bars(bars), asked.dots), expected)


@by_arguments
@with_or_without
def test_pullbacks_by_several_structures(argnums: Any, has_aux: bool) -> None:
    rng = np.random.default_rng(1)
    asked = Asked.of(argnums, rng)
    f = parts_and_aux if has_aux else parts
    out, pullback, *aux = sourcead.vjp(f, *arguments(), argnums=argnums, has_aux=has_aux)
    assert [a["n"] for a in aux] == [2] * has_aux
    bar = drawn(out, rng)
    bars = pullback(bar)
    assert isinstance(bars, tuple)
    asked.bars(bars[0] if asked.single else bars)
    assert close(product(bars, asked.dots), slope(parts, arguments(), asked.all(), bar))


@with_or_without
def test_tangents_of_several_structures(has_aux: bool) -> None:
    rng = np.random.default_rng(2)
    asked = Asked.of((0, 1), rng)
    p, q, n = arguments()
    f = parts_and_aux if has_aux else parts
    first = sourcead.jvp(lambda p, q: f(p, q, n), (p, q), asked.dots, has_aux=has_aux)
    second = sourcead.linearize(lambda p, q: f(p, q, n), p, q, has_aux=has_aux)
    out, out_dot, *aux = first
    assert [a["n"] for a in aux] == [a["n"] for a in second[2:]] == [2] * has_aux
    bar = drawn(out, rng)
    expected = slope(parts, arguments(), asked.all(), bar)
    assert close(product(bar, out_dot), expected)
    assert close(product(bar, second[1](*asked.dots)), expected)
    assert type(out_dot["rest"]) is Pair


@by_arguments
@with_or_without
@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobians_by_several_structures(argnums: Any, has_aux: bool, mode: str) -> None:
    rng = np.random.default_rng(3)
    asked = Asked.of(argnums, rng)
    f = parts_and_aux if has_aux else parts
    J = without_aux(
        sourcead.jacobian(f, argnums, mode=mode, has_aux=has_aux)(*arguments()), has_aux
    )
    out = parts(*arguments())
    bar = drawn(out, rng)
    found = contracted(J, asked.dots, out, asked.single)
    assert close(product(bar, found), slope(parts, arguments(), asked.all(), bar))


@by_arguments
@with_or_without
def test_hessians_by_several_structures(argnums: Any, has_aux: bool) -> None:
    rng = np.random.default_rng(4)
    asked, other = Asked.of(argnums, rng), Asked.of(argnums, rng)
    f = total_and_aux if has_aux else total

    def slopes(step: float) -> float:
        at = [a if d is None else moved(a, d, step) for a, d in zip(arguments(), asked.all())]
        return slope(total, tuple(at), other.all(), 1.0)

    expected = richardson(slopes).value
    H = without_aux(sourcead.hessian(f, argnums, has_aux=has_aux)(*arguments()), has_aux)
    gradient = tuple(arguments()[i] for i in asked.at)
    out = gradient[0] if asked.single else gradient
    rows = contracted(H, asked.dots, out, asked.single)
    rows = (rows,) if asked.single else rows
    assert abs(product(rows, other.dots) - expected) < 1e-5 * max(1.0, abs(expected))

    v = asked.dots[0] if asked.single else asked.dots
    made = without_aux(sourcead.hvp(f, argnums, has_aux=has_aux)(*arguments(), v), has_aux)
    for bar, row in zip(asked.bars(made), rows):
        for a, b in zip(flatten(bar)[0], flatten(row)[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@by_arguments
@with_or_without
def test_slopes_by_several_structures(argnums: Any, has_aux: bool) -> None:
    asked = Asked.of(argnums, np.random.default_rng(5))
    f = parts_and_aux if has_aux else parts
    found = sourcead.elementwise_grad(f, argnums, has_aux=has_aux)(*arguments())
    bars = asked.bars(without_aux(found, has_aux))
    leaves, structure = flatten(parts(*arguments()))
    ones = unflatten(structure, [np.ones_like(leaf) for leaf in leaves])
    assert close(product(bars, asked.dots), slope(parts, arguments(), asked.all(), ones))


# -- what is shown of matrices and products ----------------------------------------------------------


MADE = {
    "jacobian": lambda f: (sourcead.jacobian(f, mode="forward"), ()),
    "jacobian in reverse": lambda f: (sourcead.jacobian(f, mode="reverse"), ()),
    "hessian": lambda f: (sourcead.hessian(f), ()),
    "hvp": lambda f: (sourcead.hvp(f), (X,)),
    "elementwise_grad": lambda f: (sourcead.elementwise_grad(f), ()),
    "sparse_jacobian": lambda f: (sourcead.sparse_jacobian(lambda x, k: x * f(x, k)), ()),
    "sparse_hessian": lambda f: (sourcead.sparse_hessian(f), ()),
}


def wave(x, k):
    return np.sum(np.sin(k * x))


@pytest.mark.parametrize("name", MADE)
def test_the_text_can_be_read(name: str) -> None:
    made, more = MADE[name](wave)
    text = made.source_for(X, 2.0, *more)
    assert "np.sin" in text or "np.cos" in text
    made(X, 2.0, *more)
    assert made.source == text
    assert "np.sin" in made.wengert or "np.cos" in made.wengert
    assert list(inspect.signature(made).parameters)[:2] == ["x", "k"]
    assert len(inspect.signature(made).parameters) == 2 + len(more)
    assert "wave" in repr(made) or "lambda" in repr(made)


def test_a_product_is_pickled() -> None:
    for made, more in (MADE["elementwise_grad"](wave), MADE["hvp"](wave), MADE["jacobian"](wave)):
        again = pickle.loads(pickle.dumps(made))
        np.testing.assert_array_equal(again(X, 2.0, *more), made(X, 2.0, *more))
