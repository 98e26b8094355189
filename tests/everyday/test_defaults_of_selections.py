"""`max` and `min` of a sequence that may be empty: then all of the derivative goes to the default."""

import numpy as np
import pytest

from tests.numeric import check


def largest_of_growing_lists(x):
    total = 0.0
    for k in range(3):
        y = max([x[i] ** 2 for i in range(k)], default=x[2])
        total += y**3
    return total


def smallest_by_a_key(x):
    total = 0.0
    for k in range(3):
        y = min([x[i] ** 2 for i in range(k)], default=x[2], key=lambda u: -u)
        total += y**3
    return total


def largest_of_none(x):
    return max([], default=x[0] * x[1]) ** 2


@pytest.mark.parametrize(
    "f", [largest_of_growing_lists, smallest_by_a_key, largest_of_none], ids=lambda f: f.__name__
)
def test_both_orders_follow_the_default(f):
    check(f, np.array([0.3, 0.9, 1.5]))
