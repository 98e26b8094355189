"""Branches, loops and ways out of them."""

import math

import numpy as np

from tests.language.registry import case


@case("branches: if, elif, else", 0.7)
def if_elif_else(x):
    if x > 1.0:
        y = x
    elif x > 0.5:
        y = x * x
    else:
        y = x**3
    return y * x


@case("branches: nested", 0.7, 1.3)
def nested_if(x, y):
    if x < y:
        if x * y > 0.5:
            x = x * y
        else:
            y = x + y
    elif y > 0.0:
        y = -y
    return x * y


@case("branches: match on a constant and a guard", 0.7, "square")
def match_constant(x, how):
    match how:
        case "square" if x > 0.0:
            return x * x
        case "cube" | "third":
            return x**3
        case _:
            return x


@case("branches: match on a sequence", 0.7, 1.3)
def match_sequence(x, y):
    total = 0.0
    for item in [(x,), (x, y), [x, y, x * y]]:
        match item:
            case (a,):
                total += a * a
            case (a, b):
                total += a * b
            case [first, *rest]:
                total += first * sum(rest)
    return total


@case("branches: match on a mapping and a class", 0.7)
def match_mapping(x):
    match {"kind": "power", "base": x, "exponent": 3}:
        case {"kind": "power", "base": float(base), "exponent": int(exponent)}:
            return base**exponent
        case _:
            return 0.0


@case("loops: range", 0.7)
def for_range(x):
    total = 1.0
    for i in range(5):
        total = total * x + i
    return total


@case("loops: range with start and negative step", 0.7)
def range_backwards(x):
    total = 1.0
    for i in range(7, 0, -3):
        total = total * x + i * total * total * 0.01
    return total


@case("loops: zero trips", 0.7)
def zero_trips(x):
    y = x * x
    for _ in range(0):
        y = y * x
    while x > 100.0:
        y = y * x
    return y


@case("loops: loop variable after the loop", 0.7)
def variable_after(x):
    for i in range(4):
        y = x * i
    return y * x**i


@case("loops: loop variable changed in the body", 0.7)
def variable_changed(x):
    total = x
    for i in range(4):
        i = i * 2
        total = total * x + i
    return total * i


@case("loops: enumerate with a start", np.array([0.7, 1.3, 0.2]))
def enumerated(u):
    total = 0.0
    for i, value in enumerate(u, start=2):
        total += value**i
    return total


@case("loops: zip of unequal lengths", np.array([0.7, 1.3, 0.2]), np.array([0.3, 0.4]))
def zipped(u, v):
    total = 1.0
    for a, b in zip(u, v):
        total = total * a + b * b
    return total


@case("loops: enumerate of zip", np.array([0.7, 1.3]), np.array([0.3, 0.4]))
def enumerate_zip(u, v):
    total = 1.0
    for i, (a, b) in enumerate(zip(u, v)):
        total = total * a + b**2 * (i + 1)
    return total


@case("loops: reversed", [0.7, 1.3, 0.2])
def reversed_list(values):
    total = 1.0
    for value in reversed(values):
        total = total * value + value
    return total


@case("loops: reversed range", np.array([0.7, 1.3, 0.2]))
def reversed_range(u):
    total = 1.0
    for i in reversed(range(len(u))):
        total = total * u[i] + i
    return total


@case("loops: rows of an array", np.array([[0.7, 1.3], [0.2, 0.5]]))
def rows(a):
    total = np.ones(2)
    for row in a:
        total = total * row + row[::-1]
    return np.sum(total)


@case("loops: rows written through the loop variable", np.array([[0.7, 1.3], [0.2, 0.5]]))
def rows_written(a):
    for row in a:
        row *= row[0]
    return np.sum(a * a)


@case("loops: elements of a list, a tuple", 0.7, 1.3)
def list_and_tuple(x, y):
    total = 0.0
    for value in [x, y, x * y]:
        for factor in (y, 2.0):
            total += value * factor * total + value
    return total


@case("loops: dict items, keys, values", {"a": 0.7, "b": 1.3})
def dict_views(d):
    total = 1.0
    for key, value in d.items():
        total = total * value + len(key)
    for key in d:
        total = total + d[key] * total
    for value in d.values():
        total = total * value
    return total


@case("loops: characters of a string", 0.7, "aab")
def characters(x, word):
    total = x
    for letter in word:
        total = total * x if letter == "a" else total + x * x
    return total


@case("loops: an inactive one-shot iterator", 0.7)
def one_shot(x):
    source = iter([2, 3, 4])
    total = x
    for power in source:
        total = total + x**power
    return total


@case("loops: an inactive iterator continued after break", 0.7)
def iterator_continued(x):
    source = iter([2, 3, 4, 5])
    total = x
    for power in source:
        if power == 3:
            break
        total = total * x**power
    for power in source:
        total = total + x**power
    return total


@case("loops: an inactive generator object", 0.7)
def generator_argument(x):
    total = x
    for power in (i * i for i in range(3)):
        total = total * x + x**power
    return total


@case("loops: else after a loop that ran to its end", 0.7)
def for_else(x):
    y = x
    for i in range(3):
        if i == 7:
            break
        y = y * x
    else:
        y = y * y
    return y


@case("loops: else skipped by break", 0.7)
def for_else_skipped(x):
    y = x
    for i in range(3):
        y = y * x
        if i == 1:
            break
    else:
        y = y * 100.0
    return y


@case("loops: while with else", 0.7)
def while_else(x):
    y = x
    while y < 5.0:
        y = y * y + 1.0
    else:
        y = y * x
    return y


@case("loops: break", 0.7)
def broken(x):
    total = 0.0
    for i in range(10):
        term = x**i
        total += term
        if term < 0.3:
            break
        total *= 1.1
    return total * i


@case("loops: break out of the inner loop only", 0.7)
def broken_inner(x):
    total = x
    for i in range(3):
        for j in range(5):
            if j > i:
                break
            total = total * x + j
        total = total + x
    return total


@case("loops: continue", 0.7)
def continued(x):
    total = 1.0
    for i in range(6):
        if i % 2:
            continue
        total = total * x + i
    return total


@case("loops: continue and break in a while", 0.7)
def continued_while(x):
    total, i = 1.0, 0
    while True:
        i += 1
        if i % 3 == 0:
            continue
        total = total * x + i
        if total > 12.0 or i > 7:
            break
    return total


@case("loops: early return", 0.7)
def early_return(x):
    total = x
    for i in range(10):
        total = total + x * i
        if total > 4.0:
            return total * x
    return -total


@case("loops: early return from nested loops", 0.7)
def nested_return(x):
    total = x
    for i in range(4):
        for j in range(4):
            total = total * x + j
            if i * j == 2:
                return total * total
    return total


@case("loops: early return from the second of two branches", 0.7)
def second_return(x):
    total = x
    for i in range(6):
        total = total * x
        if total > 2.0:
            return total * x
        elif i > 2:
            return total * i
    return -0.5 * total


@case("loops: early return from both branches of a test", 0.7)
def both_return(x):
    total = x
    for i in range(6):
        total = total + x * i
        if total > 2.0:
            if i % 2:
                return total * x
            else:
                return total * total
    return -0.5 * total


@case("loops: break from both branches of a test, else", 0.7)
def both_break(x):
    total = x
    for i in range(6):
        if total > 2.0:
            if i % 2:
                total = total * x
                break
            else:  # noqa: RET508  (both branches end here: that is the point)
                break
        total = total + x * i
    else:
        return -total
    return total * i


@case("loops: early return before code", 0.7)
def guard_return(x):
    if x > 0.5:
        return x * x
    y = x * 3.0
    return y


@case("loops: trip count that depends on an active value", 0.7)
def newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@case("loops: for over int of an active value", 3.7)
def active_range(x):
    y = x
    for _ in range(int(x)):
        y = y * x * 0.5
    return y


@case("loops: inner variable initialised anew", 0.7)
def reinitialised(x):
    total = 0.0
    for i in range(3):
        inner = x
        for j in range(i + 1):
            inner = inner * x + j
        total = total + inner * inner
    return total


@case("loops: triangular, by elements", np.array([[0.7, 1.3], [0.2, 0.5]]))
def triangular(a):
    for i in range(2):
        for j in range(i + 1):
            a[i, j] = a[i, j] * a[j, i] + a[i, i]
    return np.sum(a * a)


@case("loops: two carried values that depend on each other", 0.7, 1.3)
def two_carried(x, y):
    for _ in range(4):
        x, y = x * y * 0.5, x + y
    return x - y * y


@case("loops: bounds that change in the body", 0.7)
def bounds_change(x):
    values = [x, 2.0 * x]
    for _ in range(len(values)):
        values.append(values[-1] * values[-2])
    return values[-1]


@case("loops: list that grows while iterated", 0.7)
def grows_while_iterated(x):
    values = [x]
    total = 0.0
    for value in values:
        total = total + value * value
        if len(values) < 4:
            values.append(value * x + 0.1)
    return total


@case("loops: while over a stack", 0.7)
def stack(x):
    pending = [(x, 3)]
    total = 0.0
    while pending:
        value, depth = pending.pop()
        if depth == 0:
            total = total + math.sin(value)
            continue
        pending.append((value * x, depth - 1))
        pending.append((value + x, depth - 1))
    return total


@case("views: an index made by slice()", np.array([0.1, 0.4, 0.9, 1.3]), 0.7)
def made_slice(u, w):
    inner = slice(1, -1)
    v = u[inner]
    u[inner] += w * v * (u[2:] - u[:-2])
    return np.sum(u**2)
