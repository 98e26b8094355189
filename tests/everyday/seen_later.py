"""Lists and dicts that a loop fills and reads: tables of recurrences, histories, bases, stages of Runge and Kutta."""

import math

import numpy as np

from tests.everyday.registry import program

STAGES = [[], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9]]


def field(y, mu):
    return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])


@program(1.2)
def stages_of_a_tableau(mu):
    y = np.array([0.3, 0.5])
    t, h = 0.0, 0.3
    while t < 1.0:
        h = min(h, 1.0 - t)
        k = []
        for row in range(len(STAGES)):
            yi = y.copy()
            for j, weight in enumerate(STAGES[row]):
                yi = yi + h * weight * k[j]
            k.append(field(yi, mu))
        y = y + h * sum(b * ki for b, ki in zip([0.1, 0.2, 0.3, 0.4], k))
        t += h
    return y[0] * y[1]


@program(0.7)
def stages_by_their_number(x):
    k = []
    y = np.array([x, 2 * x])
    for i in range(3):
        s = y.copy()
        for j in range(i):
            s = s + STAGES[i][j] * k[j]
        k.append(np.array([s[1], s[0]]))
    return k[2][0]


@program(0.7)
def methods_of_what_was_kept(x):
    k = []
    y = np.array([x, 2 * x])
    for i in range(3):
        s = y.copy()
        for j in range(i):
            s = np.sin(s) + np.sin(k[j]).sum() + k[j][0] * 2
        k.append(np.array([s[1], s[0]]))
    return k[2][0]


@program(0.7)
def romberg_extrapolation(x):
    def integrand(t):
        return math.exp(-x * t * t)

    rows = []
    for k in range(5):
        n = 2**k
        h = 1.0 / n
        row = [
            h
            * (
                0.5 * integrand(0.0)
                + 0.5 * integrand(1.0)
                + sum(integrand(i * h) for i in range(1, n))
            )
        ]
        for j in range(1, k + 1):
            row.append(row[j - 1] + (row[j - 1] - rows[k - 1][j - 1]) / (4**j - 1))
        rows.append(row)
    return rows[-1][-1]


@program(0.7)
def recurrence_in_a_dict(x):
    values = {}
    for n in range(5):
        values[n] = x if n < 2 else values[n - 1] * values[n - 2] + math.sin(values[n - 1])
    return values[4]


@program(0.7)
def arrays_in_a_dict(x):
    y = np.array([x, 2 * x])
    values = {}
    for n in range(5):
        v = y if n < 2 else np.array([values[n - 1][1], values[n - 2][0] ** 2])
        values[n] = v * 2
    return values[4][0]


@program(0.7)
def table_of_soft_alignment(x):
    w = [0.1, 0.5, 0.3]
    table = {}
    for i in range(4):
        for j in range(4):
            if i == 0 or j == 0:
                table[i, j] = 0.0 * x
            else:
                ways = (
                    table[i - 1, j],
                    table[i, j - 1],
                    table[i - 1, j - 1] + x * w[i - 1] * w[j - 1],
                )
                table[i, j] = math.log(sum(math.exp(way) for way in ways))
    return table[3, 3]


@program(np.array([[0.7, 1.0, 2.0], [0.5, 0.49, 1.0], [1.0, 0.0, 0.7]]))
def gram_schmidt_by_rows(a):
    basis = []
    for v in a.T:
        w = v - sum(np.dot(q, v) * q for q in basis)
        basis.append(w / np.linalg.norm(w))
    return basis[2] @ np.array([1.0, 2.0, 3.0])


@program(np.array([[0.7, 1.0], [0.5, 2.0]]))
def differences_to_all_before(a):
    kept = []
    for v in a:
        kept.append(v - sum(2 * q for q in kept))
    return np.sum(kept[1] ** 3)


@program(0.7)
def anderson_mixing(x):
    v = np.array([0.3, 0.4])
    residuals, images = [], []
    for _ in range(5):
        image = np.array([math.cos(v[1] * x), 0.5 * math.sin(v[0])])
        residual = image - v
        if residuals:
            change = residual - residuals[-1]
            v = image - (change @ residual) / (change @ change) * (image - images[-1])
        else:
            v = image
        residuals.append(residual)
        images.append(image)
    return v[0]


@program(0.7)
def history_of_a_multistep_method(x):
    history = []
    y = np.array([x, 1.0])
    for _ in range(6):
        slope = np.array([y[1], -np.sin(y[0])])
        if len(history) < 2:
            y = y + 0.1 * slope
        else:
            y = y + 0.1 * (23 * slope - 16 * history[-1] + 5 * history[-2]) / 12
        history.append(slope)
    return y[0]


@program(0.7)
def chosen_from_what_was_kept(x):
    kept = []
    y = np.array([x, 2 * x])
    for i in range(3):
        s = y
        if i:
            s = s + kept[i - 1]
        kept.append(np.array([s[1], s[0] ** 2]))
    return kept[2][0]


@program(0.7)
def nothing_is_ever_kept(x):
    kept = []
    total = x
    for i in range(3):
        for value in kept:
            total = total + value * i
        total = total * x + sum(kept)
    return total
