"""Programs around searching, queues, pairs and tables: what surrounds the mathematics has no derivative."""

import bisect
import heapq
import itertools
import logging
import math
import re

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.9])
log = logging.getLogger("workaday")


@program(np.log(np.array([[0.6, 0.4], [0.3, 0.7]])))
def most_likely_path(log_a):
    observed = [0, 1, 1, 0]
    log_b = np.log([[0.5, 0.5], [0.1, 0.9]])
    score = [log_b[s][observed[0]] for s in range(2)]
    back = []
    for o in observed[1:]:
        new, pointers = [], []
        for s in range(2):
            best = max(range(2), key=lambda p: score[p] + log_a[p, s])
            new.append(score[best] + log_a[best, s] + log_b[s][o])
            pointers.append(best)
        score = new
        back.append(pointers)
    s = int(np.argmax(score))
    path = [s]
    for pointers in reversed(back):
        s = pointers[s]
        path.append(s)
    return max(score) + 0.1 * sum(log_a[a, b] for a, b in zip(path, path[1:]))


@program(X)
def key_that_sees_a_rebound_variable(x):
    a = 1.0
    b = max(range(2), key=lambda p: a * p)
    a = x[0]
    b += max(range(2), key=lambda p: a * p)
    score = [x[0], x[1]]
    for _ in range(len(x)):
        best = max(range(2), key=lambda p: score[p] * a)
        score = [score[best] * x[2], score[0] + x[3]]
    return a * b + score[0]


@program(X)
def events_from_a_heap(x):
    queue = [(0.5, 0), (0.2, 1), (0.9, 2)]
    heapq.heapify(queue)
    balance, seen = 1.0, []
    while queue:
        t, i = heapq.heappop(queue)
        balance = balance * math.exp(x[i] * t) + x[3]
        if t > 0.8:
            heapq.heappush(queue, (0.1, 1))
        seen.append(balance)
    return balance + sum(seen) / len(seen)


@program(np.outer(X, [1.0, 2.0, 0.5]))
def forces_over_pairs(position):
    energy = 0.0
    near = [
        (i, j)
        for i, j in itertools.combinations(range(len(position)), 2)
        if np.linalg.norm(position[i] - position[j]) < 5.0
    ]
    forces = np.zeros_like(position)
    for i, j in near:
        d = position[i] - position[j]
        r2 = d @ d
        energy += 1.0 / r2
        forces[i] += d
        forces[j] -= d
    for i, j in itertools.product(range(2), range(len(position))):
        energy += position[i, 0] * position[j, 1]
    return energy * forces.sum(axis=0)[0] + np.sum(forces**2)


@program(np.array([0.0, 1.0, 0.5, 2.0]), 1.3)
def interval_by_bisection(y, t):
    xs = [0.0, 1.0, 2.0, 3.0]
    i = min(max(bisect.bisect_right(xs, t) - 1, 0), len(xs) - 2)
    u = (t - xs[i]) / (xs[i + 1] - xs[i])
    slopes = [(y[min(j + 1, 3)] - y[max(j - 1, 0)]) / 2 for j in range(4)]
    h = (2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, 3 * u**2 - 2 * u**3, u**3 - u**2)
    value = h[0] * y[i] + h[1] * slopes[i] + h[2] * y[i + 1] + h[3] * slopes[i + 1]
    return value * sorted(y)[bisect.bisect(sorted(y), 0.7)]


@program(X)
def settings_in_text(x):
    settings = dict(item.split("=") for item in "alpha=0.5;power=2;mode=fast".split(";"))
    y = x ** int(settings["power"]) * float(settings["alpha"])
    if settings.get("mode", "slow").startswith("fast") and re.match(r"^f", settings["mode"]):
        y = np.tanh(y)
    log.debug("y=%s", y)
    return 2.0 * y.sum()


@program(X)
def namespace_of_an_array(x):
    namespace = getattr(x, "__array_namespace__", None)
    xp = np if namespace is None else namespace(api_version=None)
    return xp.sum(xp.sin(x)) * getattr(x, "ndim", 2) * getattr(x, "weight", 1.5)
