"""The primal's stores stay as they are: it rounds as it does without a derivative."""

import numpy as np

import sourcead


def twice(t, x, y):
    def add(k):
        t[0] += k * x

    add(y)
    t[1] = x
    add(0.3)
    return t[0] * t[1]


def test_two_additions_of_one_line_round_twice():
    rng = np.random.default_rng(3)
    for _ in range(40):
        t, (x, y) = rng.normal(size=2), rng.normal(size=2)
        value, _ = sourcead.value_and_grad(twice, (0, 1))(t.copy(), x, y)
        assert value == twice(t.copy(), x, y)
        assert sourcead.jvp(twice, (t.copy(), x, y), (t, x, y))[0] == twice(t.copy(), x, y)
