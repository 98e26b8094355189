"""Nested values are taken apart and put together with the same types."""

import collections
import enum
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcead.nested import (
    Node,
    Spot,
    StructureMismatch,
    flatten,
    flatten_like,
    is_leaf,
    paths,
    replace,
    unflatten,
)


class Point(NamedTuple):
    x: float
    label: str


@dataclass(frozen=True)
class Frozen:
    mass: float
    count: int = 2


@dataclass(slots=True)
class Slotted:
    position: Any
    inner: Any = field(default=None, kw_only=True)


class Plain:
    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._private = 2.0 * weight


class BySlots:
    __slots__ = ("__hidden", "unset", "value")

    def __init__(self, value: float) -> None:
        self.value = value
        self.__hidden = value + 1.0


class Colour(enum.Enum):
    RED = 1.5


class Stack(list):
    pass


@pytest.mark.parametrize(
    "value", [1.0, 1j, np.float32(1.0), np.complex64(1.0), np.zeros(2), np.zeros(0), np.array(1.0)]
)
def test_real_and_complex_numbers_and_arrays_are_leaves(value):
    assert is_leaf(value)
    leaves, structure = flatten(value)
    assert leaves[0] is value and structure is Spot.LEAF


@pytest.mark.parametrize(
    "value",
    [1, True, None, "x", b"x", np.int64(1), np.bool_(True), np.zeros(2, int), {1.0}, len, Colour.RED, Plain, 1.0 .hex,
     np.random.default_rng(0), np.array([None]), object()],
)  # fmt: skip
def test_what_carries_no_derivative_becomes_none(value):
    leaves, structure = flatten((value, 1.0))
    assert leaves == [1.0]
    assert unflatten(structure, leaves) == (None, 1.0)


def test_every_container_comes_back_in_its_own_type():
    value = (
        [1.0, (2.0,)],
        {"a": 3.0, 5: 4.0},
        collections.OrderedDict(z=5.0),
        collections.defaultdict(list, k=[6.0]),
        Point(7.0, "p"),
        Stack([8.0]),
    )
    leaves, structure = flatten(value)
    assert leaves == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    twin = unflatten(structure, [10.0 * leaf for leaf in leaves])
    assert twin == (
        [10.0, (20.0,)],
        {"a": 30.0, 5: 40.0},
        {"z": 50.0},
        {"k": [60.0]},
        Point(70.0, None),
        [80.0],
    )
    assert [type(part) for part in twin] == [type(part) for part in value]


def test_dataclasses_come_back_in_their_own_type_and_are_not_validated_again():
    leaves, structure = flatten(Frozen(2.0))
    assert unflatten(structure, leaves) == Frozen(2.0, None)
    leaves, structure = flatten(Slotted([1.0], inner=Frozen(3.0)))
    twin = unflatten(structure, [10.0 * leaf for leaf in leaves])
    assert twin == Slotted([10.0], inner=Frozen(30.0, None))


def test_a_dataclass_without_leaf_keeps_its_structure():
    @dataclass
    class Options:
        steps: int
        method: str

    leaves, structure = flatten(Options(3, "euler"))
    assert leaves == []
    assert unflatten(structure, []) == Options(None, None)


def test_attributes_of_objects_come_back_as_attributes():
    leaves, structure = flatten(Plain(3.0))
    assert leaves == [3.0, 6.0]
    twin = unflatten(structure, [1.0, 2.0])
    assert type(twin) is Plain and vars(twin) == {"weight": 1.0, "_private": 2.0}


def test_slots_are_attributes_and_unset_ones_stay_unset():
    leaves, structure = flatten(BySlots(3.0))
    assert sorted(leaves) == [3.0, 4.0]
    twin = unflatten(structure, leaves)
    assert twin.value == 3.0 and twin._BySlots__hidden == 4.0 and not hasattr(twin, "unset")


def test_an_object_in_which_no_leaf_is_reached_is_none():
    class Counter:
        def __init__(self) -> None:
            self.calls = 3

    assert flatten(Counter())[1] is Spot.ABSENT


def test_an_object_that_contains_itself_has_no_derivative_at_the_inner_place():
    outer = Plain(1.0)
    outer.self = outer
    leaves, structure = flatten(outer)
    assert leaves == [1.0, 2.0]
    assert unflatten(structure, leaves).self is None


def test_one_object_at_two_places_has_its_leaves_twice():
    row = [1.0]
    leaves, structure = flatten([row, row])
    twin = unflatten(structure, [5.0, 6.0])
    assert leaves == [1.0, 1.0] and twin == [[5.0], [6.0]]


def test_replaced_leaves_leave_everything_else_as_it_is():
    marker = object()
    value = {
        "p": Point(1.0, "p"),
        "o": Plain(2.0),
        "m": marker,
        "d": collections.defaultdict(list, k=[3.0]),
    }
    twin = replace(value, [10.0, 20.0, 30.0, 40.0])
    assert twin["p"] == Point(10.0, "p") and twin["m"] is marker
    assert vars(twin["o"]) == {"weight": 20.0, "_private": 30.0}
    assert twin["d"] == {"k": [40.0]} and twin["d"]["missing"] == []
    assert value["p"].x == 1.0 and value["o"].weight == 2.0 and value["d"]["k"] == [3.0]


def test_structures_are_compared_by_content():
    assert flatten({"a": [1.0, "x"]})[1] == flatten({"a": [2.0, 7]})[1]
    assert flatten({"a": [1.0]})[1] != flatten({"b": [1.0]})[1]
    assert flatten([1.0])[1] != flatten((1.0,))[1]
    assert flatten([1.0])[1] == Node(list, (0,), (Spot.LEAF,))


def test_paths_are_what_is_written_behind_the_name():
    structure = flatten({"w": [1.0, Plain(2.0)], "p": Point(3.0, "p")})[1]
    assert paths(structure, "a") == [
        "a['w'][0]",
        "a['w'][1].weight",
        "a['w'][1]._private",
        "a['p'][0]",
    ]


def test_a_cotangent_is_read_at_the_places_of_the_leaves():
    structure = flatten({"a": 1.0, "b": [2.0, "text"], "n": 1})[1]
    assert flatten_like(structure, {"b": [1, None], "a": np.float32(2.0), "n": None}) == [2.0, 1]


@pytest.mark.parametrize(
    "cotangent, path, message",
    [
        (1.0, "", "a dict is expected, a float is given"),
        ({"a": 1.0}, "", "a, b expected, a given"),
        ({"a": 1.0, "b": (2.0, None)}, "['b']", "a list is expected, a tuple is given"),
        ({"a": 1.0, "b": [2.0]}, "['b']", "2 items expected, 1 item given"),
    ],
)
def test_a_cotangent_of_another_structure_is_refused_with_its_place(cotangent, path, message):
    structure = flatten({"a": 1.0, "b": [2.0, 3.0]})[1]
    with pytest.raises(StructureMismatch) as caught:
        flatten_like(structure, cotangent)
    assert (caught.value.path, str(caught.value)) == (path, message)


def test_a_wrong_number_of_leaves_is_an_error():
    structure = flatten([1.0, 2.0])[1]
    with pytest.raises(ValueError, match="fewer"):
        unflatten(structure, [1.0])
    with pytest.raises(ValueError, match="more"):
        unflatten(structure, [1.0, 2.0, 3.0])


values = st.recursive(
    st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.builds(Slotted, inner, inner=inner)
    ),
    max_leaves=12,
)


@given(values)
def test_taking_apart_and_putting_together_is_the_identity(value):
    leaves, structure = flatten(value)
    twin = unflatten(structure, leaves)
    assert twin == value and type(twin) is type(value)
    assert flatten_like(structure, value) == leaves
    assert len(paths(structure)) == len(leaves) == len(set(paths(structure)))
