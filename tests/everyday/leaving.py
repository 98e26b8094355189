"""Exceptions that leave a `with`, or a loop with a tuple in hand, and are caught outside."""

import contextlib
import threading
import warnings

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])
LOCK = threading.Lock()


class Noting:
    """Notes how its block was left."""

    def __init__(self, notes):
        self.notes = notes

    def __enter__(self):
        return self

    def __exit__(self, cls, exception, traceback):
        self.notes.append("out" if cls is None else cls.__name__)
        return False


class Doubled:
    """Doubles a setting inside its block, and puts it back."""

    def __init__(self, settings):
        self.settings = settings

    def __enter__(self):
        self.before = self.settings["k"]
        self.settings["k"] = self.before * 2.0
        return self.settings["k"]

    def __exit__(self, *exception):
        self.settings["k"] = self.before


@contextlib.contextmanager
def changed(settings):
    before = settings["k"]
    settings["k"] = before * 3.0
    try:
        yield before
    finally:
        settings["k"] = before * 1.5


@program(X)
def leaves_errstate_of_a_callee(x):
    def rooted(a):
        with np.errstate(all="ignore"), LOCK:
            if a < 0.5:
                raise ValueError("small")
            return a * a

    total = 0.0
    for a in x:
        try:
            total += rooted(a)
        except ValueError:
            total += a
    return total


@program(X)
def leaves_a_manager_that_notes_it(x):
    notes, total = [], 0.0
    for a in x:
        try:
            with Noting(notes):
                total += a * x[1]
                if a < 0.5:
                    raise ValueError("small")
                total = total * a
        except ValueError as error:
            total += a * len(str(error))
    return total * notes.count("ValueError") + total * len(notes)


@program(X)
def leaves_a_manager_that_restores(x):
    settings, total = {"k": x[0]}, 0.0
    for a in x:
        try:
            with Doubled(settings) as k:
                total += a * k * settings["k"]
                if a < 0.5:
                    raise ValueError("small")
                settings["k"] *= a
                total += settings["k"]
        except ValueError:
            total += a * settings["k"]
        settings["k"] *= 1.1
    return total + settings["k"]


@program(X)
def leaves_a_manager_of_a_generator(x):
    settings, total = {"k": x[0]}, 0.0
    for a in x:
        try:
            with changed(settings) as k:
                total += a * k * settings["k"]
                if a < 0.5:
                    raise ValueError("small")
                if a > 1.0:
                    settings["missing"]
                settings["k"] *= a
                total += settings["k"]
        except (ValueError, KeyError):
            total += a * settings["k"]
    return total + settings["k"]


@program(X)
def key_that_is_missing(x):
    rates, notes, total = {"a": x[0]}, [], 0.0
    for key in ("a", "b"):
        try:
            with warnings.catch_warnings(), Noting(notes):
                warnings.simplefilter("ignore")
                total += rates[key] * x[1]
        except KeyError as error:
            total += x[2] * len(error.args)
    return total * len(notes)


@program(X)
def returns_out_of_with_and_finally(x):
    def one(a, notes):
        try:
            with Noting(notes):
                if a > 0.5:
                    return a * a
                raise LookupError("a")
        except LookupError:
            return a * 3.0
        finally:
            notes.append("finally")

    notes = []
    return sum(one(a, notes) for a in x) * len(notes)


@program(0.7)
def tuple_returned_out_of_a_loop(x):
    def grown(x, limit):
        for turn in range(9):
            if x > limit:
                return x, turn
            x = x * 1.5
        raise RuntimeError("too small")

    a, turns = grown(x, 2.0)
    b, _ = grown(a, 3.0)
    return a * b * turns


@program(0.7)
def tuple_bound_in_a_loop(x):
    for turn in range(5):
        if x > 2.0:
            found = x, turn
            break
        x = x * 1.5
    else:
        found = x, -1
    value, turn = found
    return value * x * turn


@program(X)
def finally_sets_what_the_handler_reads(x):
    total = 0.0

    def checked(a):
        if a < 0.5:
            raise ValueError("small")

    for a in x:
        y = a
        try:
            try:
                y = a * 2.0
                checked(a)
                y = a * 3.0
            finally:
                total += y
            total += 1.0
        except ValueError:
            total += y * x[2]
    return total


@program(X)
def handlers_and_finally_in_each_other(x):
    total, turns = 0.0, 0
    for a in x:
        try:
            try:
                turns += 1
                if a < 0.5:
                    raise ValueError("a")
                if a > 1.0:
                    raise KeyError("b")
                total += a * turns
            except KeyError:
                total -= a
                turns += 1
                raise LookupError("c")  # noqa: B904
            finally:
                turns += 1
                total = total * turns
        except ValueError:
            total += turns * a
        except LookupError:
            total *= turns
    return total * turns


@program(X)
def finally_of_a_callee_writes(x):
    held = {"k": x[0]}

    def step(a):
        try:
            held["k"] *= a
            if a < 0.5:
                raise ValueError("small")
            held["k"] += 1.0
            return held["k"]
        finally:
            held["k"] = held["k"] * x[2]

    total = 0.0
    for a in x:
        try:
            total += step(a)
        except ValueError:
            total += held["k"]
    return total


@program([X, 2.0 * X, 0.5 * X])
def comprehension_over_a_list_of_arrays(rows):
    try:
        scaled = [row * row[0] for row in rows]
    except (ValueError, IndexError):
        scaled = [rows[0]]
    return np.sum(scaled[1]) * scaled[2][0]


@program([X, np.zeros(0), 0.5 * X])
def comprehension_that_fails_half_way(rows):
    firsts = []
    try:
        for row in rows:
            firsts.append(row[0] ** 2)
    except (ValueError, IndexError):
        firsts.append(3.0 * rows[2][1])
    return sum(firsts) * firsts[-1]
