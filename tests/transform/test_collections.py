"""`deque`, `defaultdict`, `Counter`, `OrderedDict` that hold what carries a derivative: windows, queues, grouped sums, caches.

Each program is compared with differences in both modes; none may be refused.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check

Program = Callable[[Any], Any]
PROGRAMS: list[Program] = []
X = np.array([0.71, 0.33, 0.25])


def program(function: Program) -> Program:
    PROGRAMS.append(function)
    return function


# -- deque -------------------------------------------------------------------------------------------


@program
def window_of_greatest_length(x):
    window = deque(maxlen=3)
    total = 0.0
    for i in range(6):
        window.append(x[i % 3] * (i + 1))
        total += sum(window) / len(window) * x[0] + max(window)
    return total


def moving_means(series, n):
    window = deque(maxlen=n)
    total = 0.0
    found = []
    for v in series:
        if len(window) == n:
            total -= window[0]
        window.append(v)
        total += v
        found.append(total / len(window))
    return found


@program
def running_sum_over_a_window(x):
    y = moving_means([v * v for v in x] + [x[0] * x[1]], 2)
    return sum(a * b for a, b in zip(y, y[::-1], strict=True))


@program
def queue_of_pairs(x):
    queue = deque([(x[0], 0)])
    total = 0.0
    while queue:
        v, depth = queue.popleft()
        total += v * v
        if depth < 2:
            queue.append((v * x[1], depth + 1))
            queue.append((v + x[2], depth + 1))
    return total


@program
def queue_of_rows(x):
    queue = deque()
    queue.append([x[0], x[1]])
    queue.append([x[1], x[2]])
    total = 0.0
    while queue:
        row = queue.popleft()
        if len(row) < 4:
            row.append(row[0] * row[1])
            queue.append(row)
        total += sum(row)
    return total


@program
def both_ends(x):
    q = deque(x)
    for i in range(3):
        q.extend([x[0] * i])
        q.extendleft([x[1], q[0]])
        q.rotate(-2)
        q.rotate(i)
        q.insert(1, q[1] * x[2])
        del q[0]
    q.reverse()
    r = q.copy()
    r[0] *= x[0]
    last = r.pop()
    return sum(v * k for k, v in enumerate(q)) + r[0] * r[1] * last


@program
def full_from_both_ends(x):
    q = deque([v * x[0] for v in x], maxlen=2)
    q.extend([x[2], x[1] * x[0], x[0]])
    q.extendleft([x[1] * 2])
    q += [x[2] * 3]
    q.appendleft(x[0] ** 2)
    return q[0] * q[1] * len(q) + q.maxlen


@program
def history_of_arrays(x):
    history = deque(maxlen=2)
    u = x * 1.0
    for _ in range(4):
        history.append(u.copy())
        u = u * x[0] + history[0] * x[1]
        u[0] *= 2.0
    return (np.array(history) ** 2).sum() + u.sum()


@program
def one_of_two_deques(x):
    a, b = deque([x[0]]), deque([x[1]])
    for i in range(3):
        q = a if x[i] > 0.3 else b
        q.append(q[0] * x[i])
        if len(q) > 2:
            q.popleft()
    return sum(a) * 2 + sum(b) * a[-1]


def longer(q, w):
    q.append(q[-1] * w)
    return q


@program
def deque_as_argument_and_result(x):
    q = deque(sorted(x))
    for _ in range(3):
        q = longer(q, x[1])
    first, *_, last = q
    return first * last + sum(v for v in reversed(q)) + list(q)[1] * tuple(q)[2]


class Average:
    def __init__(self, n):
        self.window = deque(maxlen=n)

    def push(self, v):
        self.window.append(v)
        return sum(self.window) / len(self.window)


@program
def deque_in_an_object(x):
    average = Average(2)
    total = 0.0
    for i in range(4):
        total += average.push(x[i % 3] * (total + i))
    return total


# -- defaultdict ---------------------------------------------------------------------------------------


@program
def grouped_sums(x):
    total, count = defaultdict(float), defaultdict(int)
    for v, k in zip(x, ["a", "b", "a"]):
        total[k] += v * x[1]
        count[k] += 1
    return (
        sum((total[k] / count[k]) ** 2 for k in sorted(total)) + total["none"] * x[0] + len(total)
    )


@program
def groups(x):
    found = defaultdict(list)
    for i in range(6):
        found["high" if x[i % 3] > 0.3 else "low"].append(x[i % 3] * (i + 1))
    return sum(sum(v) ** 2 for v in found.values()) + len(found)


@program
def sums_of_arrays(x):
    found = defaultdict(lambda: np.zeros(3))
    for i in range(4):
        found[i % 2] += x * x[i % 3]
        found[i % 2][0] *= 2.0
    return sum((v**2).sum() for v in found.values())


@program
def what_is_made_carries_a_derivative(x):
    found = defaultdict(lambda: x[0] * 2)
    found["a"] += x[1]
    for k in ("a", "b"):
        found[k] *= x[2]
    return sum(found.values())


@program
def groups_in_groups(x):
    found = defaultdict(lambda: defaultdict(float))
    for i in range(4):
        found[i % 2]["a" if i > 1 else "b"] += x[i % 3] * x[0]
    return sum(sum(d.values()) ** 2 for d in found.values())


@program
def keys_of_two_numbers(x):
    m = defaultdict(float)
    for i in range(3):
        for j in range(3):
            m[i, j] += x[i] * x[j]
            m[j, i] -= 0.5 * x[i]
    return sum(v**2 for v in m.values()) + m[0, 1] * m[5, 5]


@program
def other_methods_make_nothing(x):
    d = defaultdict(float, {"a": x[0]})
    v = d.get("none", x[1])
    d["b"]
    n = len(d)
    d.setdefault("c", x[2])
    w = d.pop("a")
    d.update(e=x[0] * x[1])
    return v * w * n + sum(d.values()) * (1 if "q" in d else 2)


# -- Counter and OrderedDict -----------------------------------------------------------------------------


@program
def weighted_counts(x):
    c = Counter({"a": x[0], "b": x[1]})
    c.subtract({"a": x[2], "c": x[0]})
    c.update(["a", "b"])
    c["d"] -= x[1]
    return c["a"] * c["b"] + c["c"] ** 2 + c["none"] + sum(c.values()) * c["d"]


@program
def ends_of_an_ordered_dict(x):
    d = OrderedDict([("a", x[0]), ("b", x[1] * x[0])])
    d["c"] = x[2]
    d.move_to_end("a")
    _, v = d.popitem()
    _, w = d.popitem(last=False)
    for k in reversed(d):
        d[k] = d[k] * x[0]
    return v * w + sum(d.values())


class Cache:
    def __init__(self, size):
        self.size = size
        self.held = OrderedDict()

    def get(self, k, x):
        if k in self.held:
            self.held.move_to_end(k)
            return self.held[k]
        v = x[k] * x[0]
        self.held[k] = v
        if len(self.held) > self.size:
            self.held.popitem(last=False)
        return v


@program
def cache_of_the_latest(x):
    cache = Cache(2)
    return sum(cache.get(k, x) * (k + 1) for k in (0, 1, 0, 2, 1))


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("function", PROGRAMS, ids=[f.__name__ for f in PROGRAMS])
def test_right(function: Program, mode: str) -> None:
    check(function, X.copy(), modes=[mode])


# -- refused -----------------------------------------------------------------------------------------------


def number_or_array(x):
    a = x * 2
    y = a if x[0] > 0 else 0.0
    a[0] = 5.0 * x[1]
    return np.sum(y)


def arrays_and_numbers_by_computed_keys(x):
    d = {"w": x[:2] * 2.0, "b": x[2]}
    d["w"][0] *= d["b"]
    for i in range(len(x)):
        if i == 5:
            d[str(i)] = x[1]
    return sum(np.sum(v) for v in d.values())


@pytest.mark.parametrize("function", [number_or_array, arrays_and_numbers_by_computed_keys])
def test_what_may_be_a_number_or_a_written_array_is_refused(function: Program) -> None:
    check(function, X.copy(), modes=["forward"])
    with pytest.raises(sourcead.NotDifferentiable, match="is a number or an array here"):
        sourcead.grad(function)(X.copy())
