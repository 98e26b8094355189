"""Assignments that share a line are independent of each other, and of what they are moved across."""

import ast

import sourcead
from sourcead.emit.together import Start, groups

LONG = "y" * 50


def start(text, **known):
    target, value = text.split(" = ")
    return Start(target, ast.parse(value, mode="eval").body, **known)


def printed(*texts, **known):
    made = groups([start(text, **known) for text in texts], lambda _: True)
    return [" ".join(each.target for each in group) for group in made]


def test_alike_assignments_share_a_line_three_at_most():
    assert printed("a = p * x", "b = q * y", "c = r * z", "d = s * w") == ["a b c", "d"]


def test_an_assignment_that_reads_one_before_it_stands_alone():
    assert printed("a = p * x", "b = a * y") == ["a", "b"]


def test_a_variable_is_assigned_once_on_a_line():
    assert printed("a = p * x", "a = q * y") == ["a", "a"]


def test_nothing_moves_across_an_assignment_that_it_reads_or_that_reads_it():
    assert printed("a = p * x", "q = a + x", "b = q * y") == ["a", "q", "b"]
    assert printed("a = p * x", f"k = b + {LONG}", "b = q * y") == ["a", "k", "b"]
    assert printed("a = p * x", "b = a + x", "b = q * y") == ["a", "b", "b"]


def test_others_are_moved_across():
    assert printed("a = p * x", "k = a + x", "b = q * y") == ["a b", "k"]


def test_what_may_not_move_shares_a_line_with_its_neighbour_only():
    assert printed("a = p * x", "b = q * y", moves=False) == ["a b"]
    assert printed("a = p * x", "k = a + x", "b = q * y", moves=False) == ["a", "k", "b"]


def test_neither_constants_nor_which_item_make_a_difference():
    assert printed("a = 2.0 * x", "b = 3.0 * y", moves=False) == ["a b"]
    assert printed("a = 2.0 * x[0]", "b = 2.0 * y[1]", moves=False) == ["a b"]
    assert printed("a = 2.0 * x", "b = 3 * y", moves=False) == ["a", "b"]


def test_two_short_ones_need_not_be_of_one_form():
    assert printed("a = p * x", "b = q + x * y", "c = r") == ["a b", "c"]
    assert printed("a = p * x", "b = b + x * y") == ["a", "b"]
    assert printed("a = p * x", f"b = q + {LONG}") == ["a", "b"]
    assert printed("a = p * x", "b = q + x * y", moves=False) == ["a", "b"]


def test_a_sum_that_grows_is_written_as_such():
    assert printed("a = a + x", "b = b + y") == ["a", "b"]


def rotated(x, y, h, n):
    for _ in range(n):
        x, y = x + h * y, y - h * x
        x, y = x * y, y * y
        y, x = x - h * y, y - h * x
    return x + 2.0 * y


def test_variables_that_change_places_keep_their_values():
    at = (0.9, 0.4, 0.1, 3)
    step = 1e-30
    for k, found in enumerate(sourcead.grad(rotated, (0, 1, 2))(*at)):
        moved = [value + 1j * step * (i == k) for i, value in enumerate(at[:3])]
        exact = rotated(*moved, at[3]).imag / step
        assert abs(found - exact) < 1e-13 * max(1.0, abs(exact))


def test_updates_of_three_parts_share_a_line():
    assert printed("a = a + p", "b = b + q", "c = c + r") == ["a b c"]
    assert printed("a = a + p", "b = b + q", "c = c * r") == ["a", "b", "c"]
