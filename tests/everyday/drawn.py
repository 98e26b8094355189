"""Iterators that a class defines by `__next__`: one element is drawn before each turn of a loop."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.2, 0.5])


class Decay:
    """Shrinks its value with each element that is drawn."""

    def __init__(self, value, count):
        self.value, self.count = value, count

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == 0:
            raise StopIteration
        self.count -= 1
        self.value = self.value * 0.9
        return self.value


class Decays:
    """Starts anew with each loop."""

    def __init__(self, value, count):
        self.value, self.count = value, count

    def __iter__(self):
        return Decay(self.value * 2.0, self.count)


class Batches:
    def __init__(self, data, size):
        self.data, self.size = data, size

    def __iter__(self):
        self.at = 0
        return self

    def __next__(self):
        if self.at >= len(self.data):
            raise StopIteration
        batch = self.data[self.at : self.at + self.size]
        self.at += self.size
        return batch, self.at


@program(0.7)
def loop_changes_what_is_drawn(x):
    total = 0.0
    decay = Decay(x, 4)
    for value in decay:
        total += value * decay.value * decay.count
        decay.value = decay.value * x + 0.2
    for _ in decay:
        total += 1e6  # it is empty
    return total * decay.value


@program(0.7)
def left_early_then_taken_further(x):
    total = 0.0
    decay = Decay(x, 5)
    for value in decay:
        if value < 0.55:
            break
        if value > 0.6:
            continue
        total += value
    else:
        total = 100.0
    for other in decay:
        total += other * value
    return total


@program(0.7)
def loops_in_each_other(x):
    decays = Decays(x, 3)
    total = 0.0
    for a in decays:
        for b in decays:
            total += a * b
    return total


@program(0.7)
def given_to_functions_that_take_all(x):
    a, b = Decays(x, 2)
    total = sum(Decay(x, 3)) * max(list(Decay(x, 2))) + a * b
    total += sum(v * i for i, v in enumerate(Decay(x, 3)))
    for p, q in zip(Decay(x, 3), [1.0, x, 2.0]):
        total += p * q
    return total


@program(X)
def batches_of_an_array(x):
    total = 0.0
    for batch, end in Batches(x, 2):
        total = total * 0.5 + np.sum(batch**2) * end
    return total


@program(X)
def elements_that_do_not_vary(x):
    total = 0.0
    for weight in Decay(1.0, 3):
        total += weight * x[0]
    return total


@program(X)
def drawn_by_hand(x):
    decay = Decay(x[0], 2)
    total = next(decay) + next(decay)
    try:
        total += next(decay)
    except StopIteration:
        total *= x[1]
    return total + next(decay, x[2])
