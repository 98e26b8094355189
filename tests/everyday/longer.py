"""Longer programs: in-place arrays and views, records, generators, state in closures, searches."""

import collections
import itertools
import math
from dataclasses import dataclass, field

import numpy as np

from tests.everyday.registry import program


@program(np.array([0.3, 1.2, -0.5, 0.7]), 0.2)
def stencil_with_ghost_cells(u0, k):
    grid = np.zeros((2, u0.size + 2))
    now, then = grid[0], grid[1]
    now[1:-1] = u0
    inner = slice(1, -1)
    steps = 0
    try:
        while True:
            now[0], now[-1] = now[1], now[-2]
            change = now[2:] - 2 * now[inner] + now[:-2]
            then[inner] = now[inner]
            then[inner] += k * change
            then[inner][then[inner] < 0] *= 0.5
            now, then = then, now
            steps += 1
            if steps >= 6 or np.max(np.abs(change)) < 1e-12:
                break
    finally:
        now[0] = 0.0
    return float(np.sum(now[inner] ** 2)) + now[0]


@program(0.7, 0.8)
def window_of_an_endless_source(x, decay):
    count = 0

    def source():
        nonlocal count
        v = x
        while True:
            count += 1
            yield v
            v = v * decay + 0.1 * math.sin(v)

    def smooth(values, width=3):
        window = collections.deque(maxlen=width)
        for v in values:
            window.append(v)
            if len(window) == width:
                yield sum(window) / width

    means = list(itertools.islice(smooth(source()), 5))
    faded = list(itertools.accumulate(means, lambda a, b: a * 0.5 + b))
    return faded[-1] * faded[0] + count * x


@program(np.array([[0.1, 2.0, 1.0], [3.0, 0.5, -1.0], [1.0, 1.0, 2.0]]), np.array([1.0, 2.0, 3.0]))
def elimination_with_pivots(a, b):
    a, b = a.copy(), b.copy()
    n = len(b)
    for c in range(n):
        p = c + int(np.argmax(np.abs(a[c:, c])))
        if p != c:
            a[[c, p]] = a[[p, c]]
            b[c], b[p] = b[p], b[c]
        for r in range(c + 1, n):
            factor = a[r, c] / a[c, c]
            a[r, c:] -= factor * a[c, c:]
            b[r] -= factor * b[c]
    x = np.empty(n)
    i = n - 1
    while i >= 0:
        x[i] = (b[i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
        i -= 1
    else:
        x *= 1.5
    return x @ x


@dataclass
class Link:
    value: float
    following: "Link | None" = None


@program(0.8)
def list_turned_round(x):
    head = None
    for i in range(4):
        head = Link(x * (i + 1), head)
    here, before = head, None
    while here is not None:
        here.following, before, here = before, here, here.following
    total, k, link = 0.0, 1, before
    while link:
        total += link.value**k
        if link.following is not None and k == 2:
            link.following.value *= 2
        link, k = link.following, k + 1
    return total


@dataclass
class Estimate:
    mean: np.ndarray
    spread: np.ndarray
    likelihood: float = 0.0
    trace: list = field(default_factory=list)

    def predict(self, step, noise):
        self.mean = step @ self.mean
        self.spread = step @ self.spread @ step.T + noise
        return self

    def update(self, seen, noise):
        total = self.spread[0, 0] + noise
        gain = self.spread[:, 0] / total
        rest = seen - self.mean[0]
        self.mean += gain * rest
        self.spread -= np.outer(gain, self.spread[0].copy())
        self.likelihood -= 0.5 * (math.log(total) + rest * rest / total)
        self.trace.append(self.mean[1])
        return self


@program(0.1, 0.5)
def filter_that_changes_its_state(q, r):
    step = np.array([[1.0, 0.5], [0.0, 1.0]])
    state = Estimate(np.zeros(2), np.eye(2))
    for seen in (0.1, 0.4, 0.35, 0.8):
        state.predict(step, q * np.eye(2)).update(seen, r)
    return state.likelihood + sum(t * t for t in state.trace)


@program(np.array([1.0, 1.2, 3.0, 3.1, 0.5]), 0.1)
def best_segments(u, price):
    n = len(u)
    best = np.full(n + 1, np.inf)
    best[0] = 0.0
    start = np.zeros(n + 1, int)
    sums = np.concatenate(([0.0], np.cumsum(u)))
    squares = np.concatenate(([0.0], np.cumsum(u**2)))
    for j in range(1, n + 1):
        for i in range(j):
            mean = (sums[j] - sums[i]) / (j - i)
            cost = best[i] + squares[j] - squares[i] - (j - i) * mean * mean + price
            if cost < best[j]:
                best[j], start[j] = cost, i
    means, j = [], n
    while (i := start[j]) or j:
        means.append(u[i:j].mean())
        j = i
    return best[n] + np.prod(means)


@program(2.5, 0.05)
def machine_of_states(x, tolerance):
    state, energy, history = "start", x, []

    def go(to, *, cost=0.0):
        nonlocal state, energy
        history.append((state, to))
        state = to
        energy -= cost

    while state != "end":
        if state == "start":
            go("run", cost=x * 0.1)
        elif state == "run":
            if energy > 1.0:
                go("run", cost=energy * 0.3)
            else:
                go("cool", cost=tolerance)
        elif state == "cool":
            energy **= 2
            go("end")
    return energy * len(history) + x


@program(np.array([1.0, 2.0, 0.5, 1.5]), 1.3)
def assembled_in_views(k, load):
    n = 5
    stiff = np.zeros((n, n))
    flat = stiff.reshape(-1)
    h = 1.0 / (n - 1)
    for e in range(n - 1):
        part = stiff[e : e + 2, e : e + 2]
        part += k[e] / h * np.array([[1.0, -1.0], [-1.0, 1.0]])
    flat[:: n + 1] += 0.1 * k.mean()
    right = np.full(n, h)
    right[[0, -1]] *= 0.5
    right *= load
    stiff[0, :] = 0
    stiff.T[0, :] = 0
    stiff[0, 0] = 1
    right[0] = 0
    u = np.linalg.solve(stiff, right)
    diagonal = stiff.diagonal()
    return u[-1] + (diagonal * u**2).sum()


@program(np.array([0.5, 1.5, 0.8]), np.array([1.0, 0.3, 0.9]))
def seen_from_all_sides(a, b):
    table = np.outer(a, b)
    top, bottom = table[:1], table[1:]
    turned = table.T
    diagonal = np.einsum("ii->i", table)
    bottom *= top
    turned[0] += b[::-1]
    every_other = table.ravel()[::2]
    every_other -= diagonal.mean()
    table[table > 1.0] = a.max()
    first, *_, last = table
    first[:] = last * first
    return np.sum(top) + diagonal @ diagonal + every_other[1]


@program(0.7, 1.2)
def rows_that_are_lists(x, y):
    rows = [[x, y], [y * x], [x, x, y]]
    rows.append(rows[0])
    rows[0][1] += 1.0
    rows[1:2] = [[y], [x * 2]]
    del rows[2]
    flat = [v for row in rows for v in row]
    rows[0].extend(rows[-1][:1])
    flat[::2] = [v * 2 for v in flat[::2]]
    return sum(a * b for a, b in zip(flat, reversed(flat))) + len(rows[0]) * rows[-1][-1]
