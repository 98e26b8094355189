"""Small functions over every construct that the frontend accepts, each with arguments to run it on.

`@on(args, args, ...)` registers a function; arguments are copied for every run, so that what is
written in place is compared too.
"""

# ruff: noqa: B023, C400, C402, C416, C417, F821  (written as people write, and to say what it says)

from __future__ import annotations

import collections
import contextlib
import dataclasses
import enum
import functools
import math
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

CASES: list[tuple[Callable[..., Any], list[tuple[Any, ...]]]] = []

SCALE = 2.5
TABLE = [1.0, 2.0, 3.0]
counter = 0


def on(*arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        CASES.append((function, list(arguments)))
        return function

    return register


# -- expressions ---------------------------------------------------------------------------------


@on((2.0, 3.0), (-1.5, 0.5))
def arithmetic(x, y):
    return (x + y) * (x - y) / (1.0 + x * x) - x**2 // 3.0 + -x % 0.7


@on((5, 3), (12, 10))
def bits(a, b):
    return a & b | (a ^ b) << 2 >> 1, ~a, +b, not a


@on((np.eye(2), np.ones((2, 2))))
def matrices(a, b):
    c = a @ b
    c @= b
    return c


@on((1.0, 2.0, 3.0), (3.0, 2.0, 1.0), (2.0, 2.0, 2.0))
def chained_comparison(a, b, c):
    return a < b < c, a <= b <= c != 5, a == b == c, a is b is not c


@on((1, [1, 2]), (5, (3, 4)), ("a", "abc"))
def membership(x, items):
    return x in items, x not in items


@on((0, 1, []), (1, 0, []), (1, 1, []), (0, 0, []))
def short_circuit(a, b, log):
    def seen(x):
        log.append(x)
        return x

    first = seen(a) and seen(b) and seen(7)
    second = seen(a) or seen(b) or seen(8)
    third = (seen(a) and seen(b)) or not seen(9)
    return first, second, third


@on((0, []), (3, []))
def ternary(x, log):
    y = log.append("yes") or x if x else log.append("no") or -1
    return y if y > 0 else (0 if y == 0 else -y)


@on((1.0,), (-4.0,))
def walrus(x):
    if (y := x * 2) > 0:
        z = y + (w := y * y)
        return z, w, y
    return [y, (v := y + 1), v]


@on((3,))
def evaluation_order(x):
    return x + (x := 2) * x, (x := x + 1, x, (x := 5), x)


@on(([],))
def order_of_arguments(log):
    def say(x):
        log.append(x)
        return x

    def take(*args, **kwargs):
        return args, kwargs

    say("a"), say("b")
    return take(say(1), *say([2, 3]), k=say(4), **say({"m": 5})), {say(6): say(7)}, [say(8)][say(0)]


@on((2.0, "pi"), (math.pi, "x"))
def text(x, name):
    return f"{name!r:>6}: {x:.3f} {x} {name!s} {name!a} {{}} {x:{len(name)}.{1}}" + f"{x!r}"


@on(([1, 2, 3, 4, 5, 6], 2))
def slices(a, n):
    b = a[n:], a[:n], a[::n], a[1:-1:2], a[-1], a[::-1]
    return b[0], b


@on((np.arange(24.0).reshape(2, 3, 4),))
def array_indices(a):
    return a[0, 1, 2], a[..., 1], a[:, None, 1:], a[a > 3.0], a[[0, 1], [1, 2]], a[-1][::2]


@on(([1], (2, 3), {4: 5}))
def starred_displays(a, b, m):
    return [*a, 0, *b], (*b, *a), {*a, *b, 9}, {**m, "x": 1, "y": 2}, {**m}, [*a], (*a,)


@on(())
def empty_displays():
    return [], (), {}, set()


@on((1.0,))
def constants(x):
    return None, True, 1, 2.5, 3j, "s", b"b", ..., -1, -0.0, (1, (2,)), x


@on((3.0,))
def globals_and_modules(x):
    return SCALE * x + math.pi * np.sin(x) + np.linalg.norm([x, 1.0]) + len(TABLE) + TABLE[1]


@on((2.0,))
def attributes_of_classes(x):
    return Colour.RED, Colour.RED.value, Point.origin().x + x, Point(x, 1.0).shifted(2.0).y


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


@dataclasses.dataclass
class Point:
    x: float
    y: float

    @staticmethod
    def origin():
        return Point(0.0, 0.0)

    def shifted(self, by):
        return Point(self.x + by, self.y + by)


# -- assignment ----------------------------------------------------------------------------------


@on((1.0, 2.0))
def swap(a, b):
    a, b = b, a
    a, b, c = b + 1, a, b
    [a, b] = (b, a)
    (a, (b, c)), d = (a, (c, b)), a
    return a, b, c, d


@on(([1, [2, 3], (4, 5, 6)],), ([1, [2, 3], (4, 5)],), ([1, [2], (4, 5)],))
def unpacking(items):
    a, (b, c), [d, *e] = items
    *f, g = e
    return a, b, c, d, e, f, g


@on(([0, 0, 0], 1))
def targets(a, i):
    a[0], i, a[i] = i, 2, 7
    i, a[i - 1] = 0, 9
    b = c = a
    b[1] = c[0] + 10
    x = y = i + 1
    y += 1
    return a, i, b is c, x, y


@on((1.0,))
def annotated(x: float) -> float:
    y: float = x * 2
    z: int
    if y > 0:
        z = 3
    return y + z


@on((1.0, [1, 2], np.ones(3)))
def augmented(x, items, array):
    x += 2
    x -= 0.5
    x *= 3
    x /= 2
    x //= 1
    x **= 2
    x %= 7
    items += [3]
    items *= 2
    array += x
    array[1:] *= 2
    array[0] -= 1
    items[0] += 5
    n = 6
    n <<= 2
    n >>= 1
    n |= 1
    n &= 13
    n ^= 2
    return x, items, array, n


@on(([1, 2, 3],))
def augmented_interference(a):
    def change():
        a[0] = 100
        return 1

    a[0] += change()
    return a


@on(({"a": 1}, [1, 2, 3]))
def deletion(d, a):
    x = 5
    del d["a"], a[0]
    del x
    x = 6
    y = x
    del (x, y)
    return d, a


@on((Point(1.0, 2.0),))
def attribute_stores(p):
    p.x = p.y + 1
    p.y += p.x
    p.x, p.y = p.y, p.x
    p.z = [1]
    p.z += [2]
    q, p.w = p, 3
    del p.z
    return q.x, q.y, p.w, hasattr(p, "z")


@on((1,), (-1,))
def maybe_unbound(x):
    if x > 0:
        y = 1
    return y


@on(())
def unbound():
    print(later)
    later = 1
    return later


@on(())
def unknown_name():
    return no_such_name_anywhere


# -- branches and exits --------------------------------------------------------------------------


@on((1,), (0,), (-1,), (5,))
def early_returns(x):
    if x > 3:
        return "big"
    y = x + 1
    if x > 0:
        y *= 2
    elif x == 0:
        return "zero"
    else:
        y = -y
        if y > 0:
            return y, "negative"
    return y


@on((1,), (0,))
def no_result(x):
    if x:
        return
    x += 1


@on((1,), (2,), (3,), (4,))
def partial_exits(x):
    y = 0
    if x > 1:
        if x > 2:
            if x > 3:
                return "deep"
            y += 100
        y += 10
    y += 1
    return y


@on((3,), (0,))
def docstring(n):
    """The string is not a statement of the function."""
    "neither is this"
    return n


@on(([1, 2, 3, 4], 3), ([1, 2], 3), ([], 3))
def break_and_else(items, limit):
    for item in items:
        if item == limit:
            found = item
            break
    else:
        found = None
    return found


@on(([1, -2, 3, -4, 50, 6],), ([],), ([1],))
def continue_and_break(items):
    total = 0
    for i, item in enumerate(items):
        if item < 0:
            if item < -3:
                continue
            total += 1000
        if item > 20:
            break
        total += item * i
    return total, [item for item in items]


@on(([[1, 2], [3, 4], [5, 6]], 4), ([[1, 2], []], 4), ([], 4))
def return_from_nested_loops(rows, wanted):
    seen = []
    for row in rows:
        for value in row:
            if value == wanted:
                return row, seen
            seen.append(value)
        seen.append("row")
    return None, seen


@on((10,), (3,), (0,))
def all_exits(n):
    out = []
    for i in range(n):
        if i == 1:
            continue
        for j in range(i):
            if j == 2:
                break
            if i + j > 12:
                return out, i, j
            out.append((i, j))
        else:
            out.append("else")
            if i == 0:
                continue
            out.append("behind")
        if i > 7:
            break
    else:
        out.append("end")
        return out
    return out, "broken"


@on((27,), (1,))
def while_loops(n):
    steps = 0
    while n != 1:
        n = 3 * n + 1 if n % 2 else n // 2
        steps += 1
    else:
        steps += 1000
    while True:
        steps -= 7
        if steps < 0:
            break
        if steps % 5 == 0:
            continue
        steps -= 1
    return steps


@on(([3, 2, 1, 0, 5],), ([0],))
def while_walrus(items):
    total = 0
    while (item := items.pop(0)) > 0:
        if item == 2:
            continue
        total += item
    else:
        total += 100
    return total, item, items


@on((5,), (0,))
def while_walrus_break(n):
    while (n := n - 1) > -3 and (m := n * 2) is not None:
        if n == 2:
            break
    else:
        return "ended", n
    return "broke", n, m


@on((4,), (0,))
def endless(n):
    while True:
        n += 1
        if n > 10:
            return n


@on((3,), (0,))
def loop_variable_after(n):
    i = -1
    for i in range(n):
        last = i * 2
    if n:
        return i, last
    return i


@on((3,))
def loop_variable_rebound(n):
    out = []
    for i in range(n):
        i = i * 10
        out.append(i)
    return out, i


@on((3,), (0,))
def loop_only_inside(n):
    total = 0.0
    for i in range(n):
        t = i * 2.0
        total += t
    return total


@on(([(1, (2, 3)), (4, (5, 6))], [0, 0]))
def loop_targets(pairs, a):
    out = []
    for x, (y, *z) in pairs:
        out.append((x, y, z))
    for a[0] in range(3):
        out.append(a[0])
    return out, x, y, z


@on((4, 3))
def nested_loops(n, m):
    grid = np.zeros((n, m))
    for i in range(n):
        row = 0.0
        for j in range(m):
            row += i * j
            grid[i, j] = row
    return grid, row


@on((5,), (1,))
def iterator_not_overrun(n):
    numbers = iter(range(n))
    for i in numbers:
        if i == 2:
            break
    return list(numbers)


@on((5,))
def user_names_like_flags(x):
    result = 1
    returned = 2
    for broke in range(x):
        if broke == 3:
            break
        if broke > 10:
            return "never"
        result += broke
    return result, returned, broke


@on((3,), (0,), (-1,))
def asserts_and_raises(x):
    assert x >= 0, f"negative: {x}"
    assert x is not None
    if x == 0:
        raise ValueError("zero")
    return x


@on((1,))
def raises_from(x):
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise ValueError("outer") from error


@on((1,), (0,))
def always_raises_on_one_path(x):
    if x:
        y = 1
    else:
        raise ValueError
    return y


# -- exceptions and contexts -----------------------------------------------------------------------


@on((1.0,), (0.0,), ("a",))
def try_except(x):
    y = 1
    try:
        y = 2
        z = 1 / x
        y = 3
    except ZeroDivisionError:
        return "zero", y
    except TypeError as error:
        y += 10
        z = str(type(error))
    else:
        y += 100
    return y, z


@on((1.0, []), (0.0, []))
def try_finally(x, log):
    try:
        log.append(1)
        value = 1 / x
        log.append(2)
        return value
    finally:
        log.append(3)


@on((1.0, []), (0.0, []), ("a", []))
def try_everything(x, log):
    state = "entered"
    try:
        state = "began"
        x = 1 / x
        state = "divided"
    except ZeroDivisionError as error:
        state = f"{state}, {error}"
        return state, x
    else:
        state += ", else"
    finally:
        log.append(state)
        state = "final"
    return state, x


@on(([1, 2, 0, 4],), ([],), ([0],))
def try_in_loop(items):
    out, last = [], None
    for item in items:
        try:
            last = item
            if item == 2:
                continue
            out.append(1 / item)
            if item == 4:
                break
        except ZeroDivisionError:
            out.append("zero")
        finally:
            out.append("f")
    else:
        out.append("else")
    return out, last


@on(([1, 2, 0, 4],), ([0, 1],))
def loop_in_try(items):
    total, i = 0, None
    try:
        for i, item in enumerate(items):
            total += 1 / item
            if i > 2:
                return "long"
    except ZeroDivisionError:
        return total, i
    return total


@on((0,), (1,), (2,))
def nested_try(x):
    log = []
    try:
        try:
            log.append(1 / x)
            if x == 2:
                raise KeyError
        except ZeroDivisionError:
            log.append("inner")
            raise ValueError from None
        finally:
            log.append("finally")
    except (ValueError, KeyError) as error:
        log.append(type(error).__name__)
        y = 1
    else:
        y = 2
    return log, y


@on((0,), (1,))
def handler_falls_through(x):
    y = "before"
    try:
        y = "inside"
        1 / x
    except ZeroDivisionError:
        pass
    return y


@on((0,), (1,))
def bare_raise(x):
    try:
        return 1 / x
    except:
        x = 5
        raise


class Recorder:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("enter")
        return self

    def __exit__(self, kind, value, trace):
        self.log.append("exit" if kind is None else kind.__name__)
        return False


@on((1, []), (0, []))
def with_statement(x, log):
    with Recorder(log) as r, Recorder(log):
        y = 1 / x
        log.append(r is not None)
    return y, log


@on((1, []), (0, []), (-1, []))
def return_inside_with(x, log):
    with Recorder(log):
        if x > 0:
            return "positive", log
        log.append("more")
        for i in range(3):
            with Recorder(log):
                if i + x == 0:
                    return i, log
    return "end", log


@on((0,), (1,))
def suppressed(x):
    y = 0
    with contextlib.suppress(ZeroDivisionError, KeyError):
        y = 1
        y = 5 / x
        return "returned", y
    return y


@on(())
def lock_and_errstate():
    with threading.Lock(), np.errstate(divide="ignore"):
        return float(np.float64(1.0) / 0.0)


# -- functions -------------------------------------------------------------------------------------


@on((2.0,), (2.0, 3.0))
def defaults(x, y=10.0, *args, z=TABLE[0], **kwargs):
    return x, y, args, z, kwargs


@on((1, 2, 3, 4))
def positional_only(a, b, /, c, *rest):
    return a, b, c, rest


@on((2.0,))
def closures(x):
    y = x * 2

    def inner(z, w=y):
        return x + y + z + w

    double = lambda v, /, *a, k=3: v * 2 + y + k
    return inner(1.0), inner(1.0, w=2.0), double(x), double(1, k=x)


@on((2.0,))
def late_binding(x):
    def show():
        return x, y

    y = 1
    first = show()
    x = 3.0
    y += 1
    return first, show()


@on((3,))
def counters(n):
    count = 0

    def tick(by=1):
        nonlocal count
        count += by
        return count

    for i in range(n):
        tick(i)
    return tick(), count


@on((3,))
def lambdas_in_loop(n):
    functions = []
    for i in range(n):
        square = i * i
        functions.append(lambda: (i, square))
    return [f() for f in functions]


@on((3,))
def lambdas_in_comprehension(n):
    late = [lambda: i for i in range(n)]
    early = [lambda i=i: i for i in range(n)]
    return [f() for f in late], [f() for f in early]


@on((5,))
def recursion_inside(n):
    def factorial(k):
        return 1 if k <= 1 else k * factorial(k - 1)

    def even(k):
        return True if k == 0 else odd(k - 1)

    def odd(k):
        return False if k == 0 else even(k - 1)

    return factorial(n), even(n)


@on((2.0,))
def deep_nesting(x):
    def outer(y):
        def middle(z):
            return lambda w: x + y + z + w

        return middle(y + 1)

    return outer(1.0)(5.0)


def doubled(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 2 * function(*args)

    return wrapper


@on((2.0,))
def decorated_inside(x):
    @doubled
    @doubled
    def inner(y):
        return x * y

    return inner(3.0), inner.__name__


@on((1,), (0,))
def defined_on_one_branch(x):
    if x:

        def f():
            return "then"
    else:
        f = lambda: "else"
    return f()


@on((3,))
def captured_parameter_changes(n):
    f = lambda: n
    n += 1
    return f()


@on((2.0,))
def functions_as_values(x):
    operations = {"double": lambda v: 2 * v, "sin": math.sin}
    total = sum(map(lambda v: v * x, [1, 2]))
    best = max([3, 1, 2], key=lambda v: -v)
    part = functools.partial(pow, x)
    return operations["double"](x), operations["sin"](x), total, best, part(2)


@on(([1.0, 2.0],))
def shadowed_builtin(list):
    len = 5
    return len, list


@on((1,))
def imports_inside(x):
    import math as m
    import os.path
    from collections import OrderedDict
    from math import sqrt as root
    from math import tau

    return m.floor(x + 0.5), os.path.join("a", "b"), OrderedDict(a=x), root(x), tau


@on((2,))
def global_write(x):
    global counter
    counter = x
    counter += 1
    return counter, read_counter()


def read_counter():
    return counter


def bump():
    global counter
    counter += 1
    return counter


@on((1,))
def global_read_before_call(x):
    return counter * 0 + (counter - counter), (counter + bump()) - 2 * counter


# -- methods ---------------------------------------------------------------------------------------


class Base:
    factor = 3.0

    def __init__(self, value):
        self.value = value

    def scaled(self, by):
        return self.value * by * self.factor


class Derived(Base):
    def __init__(self, value):
        super().__init__(value + 1)
        self.__hidden = value

    @on((None, 2.0))
    def scaled(self, by):
        if self is None:
            self = Derived(1.0)
            return Derived.scaled(self, by)
        return super().scaled(by) + self.__hidden + super().scaled(1)

    @classmethod
    def make(cls, value):
        return cls(value)


@on((2.0,))
def methods(x):
    d = Derived.make(x)
    d.value += 1
    d.value *= 2
    return d.scaled(x), d.value, Base.scaled(d, x), d.factor


# -- comprehensions and generators -----------------------------------------------------------------


@on(([1, 2, 3, 4],), ([],))
def comprehensions(items):
    squares = [i * i for i in items if i % 2 if i > 0]
    pairs = [(i, j) for i in items for j in range(i) if i != j]
    table = {i: [j for j in range(i)] for i in items}
    return squares, pairs, table, {i % 2 for i in items}


@on(([1, 2],))
def comprehension_scope(i):
    x = "outer"
    out = [[x for x in i] for i in [i, i]]
    return x, i, out


@on(([1, 5, 2],), ([],))
def comprehension_walrus(items):
    last = None
    out = [last := i for i in items if i > 1]
    return out, last


@on(([3, 1, 2], []), ([], []))
def generator_expressions(items, log):
    def seen(x):
        log.append(x)
        return x

    a = sum(i * 2 for i in items)
    b = max((i for i in items), default=None)
    c = any(seen(i) < 3 for i in items)
    d = all(seen(i) < 3 for i in items if i)
    e = tuple(i for i in items), list(i for i in items), sorted((i for i in items), reverse=True)
    f = dict((i, j) for i in items for j in items), ",".join(str(i) for i in items)
    g = any(seen((i, j)) == (1, 2) for i in items for j in items), math.fsum(i for i in items)
    h = max(*(i for i in [1, 2]))
    return a, b, c, d, e, f, g, h


@on(([3, 1, 2, 9, 4],), ([],))
def loops_over_generators(items):
    x, out = "mine", []
    for y in (x * 10 for x in items if x != 1 if x > 0):
        if y == 20:
            continue
        if y == 90:
            break
        out.append((x, y))
    else:
        out.append("else")
    for a, b in ((i, j) for i, j in enumerate(items)):
        out.append(a + b)
    a, *b = (x + 1 for x in range(3))
    return out, x, a, b


@on(([[1, 2], [3]],))
def comprehension_unpacking(rows):
    return [a + sum(rest) for a, *rest in rows], {k: v for k, v in enumerate(rows)}


@on((2,))
def comprehension_with_conditions(n):
    return [a if a > 1 else -a for a in range(n + 2) if (a and a != 7) or n]


# -- match -----------------------------------------------------------------------------------------


@on(
    (1,),
    ("a",),
    (None,),
    ([1, 2],),
    ((1, [2, 3]),),
    ([0, 1, 2, 3],),
    (Point(1, 2),),
    (Point(3, 4),),
)
@on((2.5,), ([5],), ({"k": 1},), ("text",), (True,), (Colour.GREEN,), ([7, 8, 9, 7],), (range(2),))
def matching(x):
    match x:
        case None | True:
            return "singleton"
        case 1 | "a":
            return "value"
        case Colour.GREEN:
            return "dotted"
        case [0, *rest]:
            return "rest", rest
        case [a, [b, c]]:
            return a, b, c
        case [a, *_, b] if a == b:
            return "same ends", a
        case Point(x=1, y=y):
            return "keyword", y
        case Point(a, b) as whole:
            return whole, a, b
        case float(f) if f > 2:
            return "float", f
        case [(1 | 5) as one]:
            return one
        case str():
            kind = "str"
        case _:
            kind = "other"
    return kind, x


@on((1,), (2,), (3,))
def match_without_default(x):
    out = []
    for i in range(x):
        match i:
            case 0:
                continue
            case 1:
                out.append("one")
            case n:
                out.append(n)
                break
    return out


@on(((1, 2),), (("a", 1),), (3,))
def match_alternatives_that_bind(x):
    match x:
        case (int(a), b) | (b, a):
            return a, b
    return "none"


# -- containers and arrays -------------------------------------------------------------------------


@on(([1.0, 2.0],))
def list_methods(a):
    a.append(3.0)
    a.extend(x * 2 for x in a[:2])
    a.insert(0, -1.0)
    b = a.pop()
    a.sort(reverse=True)
    return a + [b] * 2


@on(({"a": 1.0},))
def dict_methods(d):
    d["b"] = d.get("a", 0.0) * 2
    d.setdefault("c", []).append(1)
    d.update(x=5, y=6)
    return [(k, v) for k, v in d.items()], d.pop("a"), "b" in d


@on((np.linspace(0.0, 1.0, 8),))
def stencil(u):
    for _ in range(3):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    view = u[::2]
    view *= 2.0
    return np.sum(u**2), view.sum(axis=0)


@on((collections.namedtuple("P", "a b")(1.0, 2.0),))
def namedtuples(p):
    a, b = p
    return p._replace(a=b), a * p.b


@on((1.0,))
def complicated_flow(x):
    total = 0.0
    for i in range(10):
        x = x * 1.1 if i % 3 else x - 0.1
        if x > 1.5:
            y = x
            for j in range(i):
                if j > 3:
                    total += y
                    break
                y -= j
            else:
                continue
            total -= 1
        elif x < 0:
            return x
        total += x
    return total, x


several = [lambda x: x + 1, lambda x: x * 2, lambda x, y=3: (x, y)]
on((5,))(several[0])
on((5,))(several[1])
on((5,))(several[2])
