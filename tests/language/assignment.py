"""Names and values: assignment in all its forms, arithmetic, conditions as values."""

import numpy as np

from tests.language.registry import case


@case("assignment: tuple unpacking", 0.7, 1.3)
def unpacking(x, y):
    a, b = x * y, x + y
    return a * a - b


@case("assignment: nested unpacking", 0.7, 1.3)
def nested_unpacking(x, y):
    (a, [b, c]), d = (x, [y, x * y]), 2.0 * y
    return a * b + c * d * d


@case("assignment: starred unpacking", 0.7, 1.3)
def starred_unpacking(x, y):
    first, *middle, last = [x, y, x * y, y * y, 3.0 * x]
    return first * middle[0] + middle[1] * middle[-1] - last


@case("assignment: unpacking an array", np.array([0.7, 1.3, 0.2]))
def unpacking_array(u):
    a, b, c = u
    return a * b + c * c


@case("assignment: swap", 0.7, 1.3)
def swap(x, y):
    x, y = y, x
    return x * x + y


@case("assignment: rotation of three names", 0.7, 1.3, 0.4)
def rotation(x, y, z):
    x, y, z = z, x, y * x
    x, y, z = z, x, y * x
    return x + 2.0 * y * y + 3.0 * z


@case("assignment: swap of array elements", np.array([0.7, 1.3, 0.2]))
def swap_elements(u):
    u[0], u[2] = u[2], u[0] * u[1]
    return u[0] * u[0] + 3.0 * u[2]


@case("assignment: chained", 0.7)
def chained(x):
    a = b = x * x
    a += 1.0
    return a * b


@case("assignment: chained to name and element", 0.7, np.array([1.0, 2.0]))
def chained_element(x, u):
    a = u[1] = x * u[0]
    a *= 3.0
    return a + u[1] * u[1]


@case("assignment: chained evaluates its right side once", 0.7)
def chained_once(x):
    made = [x * x]
    a = b = made
    a.append(x)
    return b[0] * b[1]


@case("assignment: annotated", 0.7)
def annotated(x: float) -> float:
    y: float = x * x
    z: float
    z = y * x
    return y + z


@case("assignment: augmented, every operator", 0.7, 1.3)
def augmented(x, y):
    a = x
    a += y
    a *= y
    a -= x * x
    a /= y + 1.0
    a **= 2
    a **= y
    return a


@case("assignment: augmented attribute and subscript of a call", 0.7)
def augmented_target_once(x):
    made = []

    def fresh_list():
        made.append([x, 2.0 * x])
        return made[-1]

    fresh_list()[len(made) - 1] += x * x
    return made[0][0] * made[0][1] + len(made)


@case("assignment: augmented on a name rebinds a float", 0.7)
def augmented_rebinds(x):
    a = x
    b = a
    a += x * x
    return a * b


@case("assignment: augmented on an array writes in place", np.array([0.7, 1.3]))
def augmented_writes(u):
    a = u * 1.0
    b = a
    a += u * u
    return np.sum(a * b)


@case("assignment: plain sum on an array makes a new one", np.array([0.7, 1.3]))
def plain_sum_rebinds(u):
    a = u * 1.0
    b = a
    a = a + u * u
    return np.sum(a * b)


@case("assignment: augmented by // and @ on an array and on parts of it", np.array([0.7, 1.3]))
def augmented_whole(u):
    matrix = np.outer(u, u)
    rows = matrix[:1]
    matrix @= np.eye(2) + np.outer(u, [1.0, 2.0])
    w = 5.0 * u
    w[1:] //= 2.0
    w[:] @= matrix
    matrix[0] //= 0.5
    return np.sum(rows) + np.sum(matrix * w)


@case("assignment: augmented on a tuple rebinds", 0.7)
def augmented_tuple(x):
    a = (x,)
    b = a
    a += (x * x, x)
    return sum(a) * sum(b)


@case("assignment: walrus", 0.7)
def walrus(x):
    if (y := x * x) > 0.1:
        y = y * (z := y + x)
        return y + z
    return y


@case("assignment: walrus in a while condition", 0.7)
def walrus_while(x):
    total = x
    while (square := total * total) < 9.0:
        total = total + square
    return total * square


@case("assignment: del of a name", 0.7)
def delete(x):
    y = x * x
    z = y * x
    del y
    y = z + x
    return y * y


@case("assignment: loop variable that reuses an active name", 0.7)
def shadowed(x):
    y = x * x
    for x in range(3):
        y = y + 0.5 * x * y
    return y * (x + 1)


@case("assignment: parameter rebound", 0.7, 1.3)
def rebound_parameter(x, y):
    x = x * y
    x = x * x
    y = x + y
    return x * y


@case("assignment: name bound on one branch only", 0.7)
def one_branch(x):
    if x > 0.5:
        y = x * x
    if x > 0.6:
        return y * x
    return x


@case("assignment: None until set", 0.7)
def none_until_set(x):
    best = None
    for i in range(4):
        candidate = x * (i - 1.3) ** 2
        if best is None or candidate < best:
            best = candidate
    return best * x


@case("assignment: float becomes array", 0.7, np.array([1.0, 2.0]))
def float_becomes_array(x, u):
    total = 0.0
    for i in range(3):
        total = total + x * u * i
    return np.sum(total * total)


@case("assignment: int becomes float", 0.7)
def int_becomes_float(x):
    total = 0
    for i in range(3):
        total = total + x**i
    return total * total


@case("assignment: list becomes array", 0.7, 1.3)
def list_becomes_array(x, y):
    values = []
    for i in range(3):
        values.append(x * y**i)
    values = np.array(values)
    return np.sum(values * values)


@case("arithmetic: every operator", 0.7, 1.3)
def arithmetic(x, y):
    return (x + y) * (x - y) / (1.0 + x * y) + x**y - (-x) ** 3 + (+y) ** 2 - 2.0**x


@case("arithmetic: floor division and remainder", 2.7, 1.3)
def floor_and_remainder(x, y):
    return (x // y) * x + (x % y) * x + divmod(x, y)[1] * y


@case("arithmetic: matrix product", np.array([[0.7, 0.2], [0.1, 1.3]]), np.array([0.5, 0.8]))
def matrix_product(a, u):
    return (a @ u) @ (a @ a @ u)


@case("arithmetic: the same value used several times", 0.7)
def fan_out(x):
    y = x * x
    return y * y + y * x + y


@case("arithmetic: chained comparison", 0.7, 1.3)
def chained_comparison(x, y):
    if 0.0 < x < y < 2.0:
        return x * y
    return x + y


@case("arithmetic: comparison as a number", 0.7, 1.3)
def comparison_as_number(x, y):
    return x * (x < y) + y * y * (x > y) + x * y * (x != y)


@case("arithmetic: `or` returns an operand", 0.7)
def or_operand(x):
    return (0.0 or x) * (x or 5.0) * x


@case("arithmetic: `and` returns an operand", 0.7)
def and_operand(x):
    return (x and x * x) + (1.0 and 3.0 * x)


@case("arithmetic: `or` evaluates lazily", 0.7)
def or_lazily(x):
    log = []

    def note(value):
        log.append(value)
        return value

    value = note(x) or note(x * x)
    return value * sum(log) * len(log)


@case("arithmetic: `not` of an active value", 0.7)
def negation(x):
    return x if not x else x * x


@case("arithmetic: ternary", 0.7, 1.3)
def ternary(x, y):
    return (x * x if x < y else y) * (y * x if x > y else y)


@case("arithmetic: complex intermediate", 0.7, 1.3)
def complex_intermediate(x, y):
    z = (x + 1j * y) ** 2 * (1.0 - 2.0j)
    return z.real * z.imag + abs(z)


@case("arithmetic: constant result", 0.7, constant=True)
def constant_result(x):
    return 3.0


@case("arithmetic: only compared", 0.7, constant=True)
def only_compared(x):
    return 2.0 if x > 0.0 else 1.0


@case("arithmetic: the argument itself", 0.7)
def identity(x):
    return x


@case("assignment: array bound in a loop only", np.array([0.7, 1.3]), 3)
def bound_in_loop_only(u, n):
    for i in range(n):
        v = u * (i + 1.0)
    return np.sum(v * u)


@case("assignment: None until set to a tuple", 0.7, 4)
def none_until_tuple(x, n):
    best = None
    for i in range(n):
        value = np.sin(x * i)
        if best is None or value > best[0]:
            best = value, i
    value, i = best
    return value * x + i
