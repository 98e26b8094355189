"""Only what is read travels through control flow."""

from __future__ import annotations

from sourcead.frontend.lower import lower
from sourcead.ir.nodes import For, If, Try, While
from sourcead.ir.show import show
from sourcead.ir.walk import statements


def first(function, kind):
    return next(stmt for stmt in statements(lower(function).body) if isinstance(stmt, kind))


def carried(function, kind=For):
    return [c.result.hint for c in first(function, kind).carried]


def test_a_variable_bound_in_every_turn_is_not_carried():
    def f(n):
        total = 0.0
        for i in range(n):
            t = i * 2.0
            total += t
        return total

    assert carried(f) == ["total"]


def test_it_is_when_it_is_read_behind_the_loop():
    def f(n):
        for i in range(n):
            last = i * 2.0
        return i, last

    assert carried(f) == ["i", "last"]


def test_values_that_only_feed_themselves_go():
    def f(n):
        x = 0.0
        for i in range(n):
            for j in range(i):
                if i == j:
                    x = 1.0  # noqa: F841
        return n

    assert carried(f) == []
    assert "merge" not in show(lower(f))


def test_values_that_feed_what_is_read_stay():
    def f(n):
        a, b = 0.0, 1.0
        while a < n:
            a, b = b, a + b
        return a

    assert carried(f, While) == ["a", "b"]


def test_merges_that_nobody_reads_go():
    def f(x):
        if x:
            x = 1
            z = 2
        else:
            x = 3
            z = 4
        return z

    assert [merge.target.hint for merge in first(f, If).merges] == ["z"]


def test_a_handler_keeps_what_it_may_see():
    def f(x):
        total = 0.0
        try:
            for item in x:
                total += 1.0 / item
        except ZeroDivisionError:
            return total
        return -1.0

    stmt = first(f, Try)
    ((seen, _, names),) = stmt.interrupted
    assert seen.hint == "total"
    assert len(names) == 3  # at the start of a turn, in it, behind the loop
    assert carried(f) == ["total"]


def test_variables_that_a_try_binds_and_nobody_reads_do_not_leave_it():
    def f(x):
        y = 0
        try:
            y += 1 / x
        except ZeroDivisionError:
            y = 1
        return x

    assert first(f, Try).targets == first(f, Try).interrupted == ()


def test_a_flag_that_is_known_is_no_value_at_all():
    def f(x):
        try:
            return 1 / x
        except ZeroDivisionError:
            return None

    assert [target.hint for target in first(f, Try).targets] == ["result"]
    assert not any(isinstance(stmt, If) for stmt in statements(lower(f).body))
