# ruff: noqa: B023, C417, RET501, UP033  (written as people write it)
"""Calls, parameters, closures, recursion, functions as values."""

import contextlib
import functools
import inspect
import math
import operator

import numpy as np

from tests.language.registry import case


def poly(x, a=2.0, b=3.0, *, c=1.0):
    return a * x * x + b * x + c * x**3


@case("functions: positional arguments", 0.7, 1.3)
def positional(x, y):
    return poly(x, y, x)


@case("functions: keyword arguments out of order", 0.7, 1.3)
def keywords(x, y):
    return poly(b=y, x=x, c=x * y)


@case("functions: defaults", 0.7)
def defaults(x):
    return poly(x) * poly(x, b=x)


@case("functions: mutable default", 0.7)
def mutable_default(x):
    def keep(value, kept=[]):  # noqa: B006
        kept.append(value)
        return kept

    keep(x)
    keep(x * x)
    return sum(keep(3.0 * x)) * keep(x)[1]


@case("functions: default evaluated at definition", 0.7)
def default_early(x):
    y = x * x

    def times(z, factor=y):
        return z * factor

    y = 100.0
    return times(x) + y * x


def varied(*args, **kwargs):
    total = 0.0
    for i, arg in enumerate(args):
        total += arg ** (i + 1)
    for key, value in kwargs.items():
        total += value * len(key)
    return total


@case("functions: *args and **kwargs received", 0.7, 1.3)
def star_received(x, y):
    return varied(x, y, x * y, ab=x, c=y * y)


@case("functions: *args and **kwargs passed", 0.7, 1.3)
def star_passed(x, y):
    values = [x, y]
    named = {"b": x * y, "c": y}
    return poly(*values, **named) + varied(*values, *values, **named)


@case("functions: forwarding to another callee", 0.7, 1.3)
def forwarding(x, y):
    def forward(*args, **kwargs):
        return poly(*args, **kwargs)

    return forward(x, y, c=x)


@case("functions: *args as parameters of the differentiated function", 0.7, 1.3)
def own_star(*values):
    return values[0] * values[1] + sum(values) ** 2


@case("functions: keyword-only parameter", 0.7)
def keyword_only(x):
    def f(value, *, power):
        return value**power

    return f(x, power=3) + f(x, power=x)


def pair(x):
    return x * x, {"third": x**3, "rest": [x, 2.0 * x]}


@case("functions: several results", 0.7)
def several_results(x):
    square, others = pair(x)
    return square * others["third"] + others["rest"][1]


@case("functions: result ignored, effect kept", np.array([0.7, 1.3]))
def effect_kept(u):
    def scale(v):
        v *= v[0]
        return None

    scale(u)
    return np.sum(u * u)


@case("functions: no return statement", np.array([0.7, 1.3]))
def no_return(u):
    def change(v):
        v[0] = v[1] * v[0]

    result = change(u)
    return u[0] * u[1] if result is None else 0.0


@case("functions: callee called several times with different kinds", 0.7, np.array([0.7, 1.3]))
def polymorphic(x, u):
    return poly(x) * np.sum(poly(u)) + poly(2)


@case("functions: recursion", 0.7)
def recursion(x):
    def power(base, exponent):
        if exponent == 0:
            return 1.0
        half = power(base, exponent // 2)
        return half * half * base if exponent % 2 else half * half

    return power(x, 5)


def even_part(x, n):
    return x if n == 0 else odd_part(x * x + 0.1, n - 1)


def odd_part(x, n):
    return x if n == 0 else even_part(x * 1.5, n - 1)


@case("functions: mutual recursion", 0.7)
def mutual(x):
    return even_part(x, 5)


def tree_sum(tree):
    if isinstance(tree, list):
        return sum(tree_sum(branch) for branch in tree) ** 2
    return tree * tree


@case("functions: recursion over a nested list", [0.7, [1.3, [0.2]], 0.5])
def nested_recursion(tree):
    return tree_sum(tree)


def square_up(u, i):
    if i < len(u):
        u[i] = u[i] * u[i - 1] + u[i] ** 2
        square_up(u, i + 1)


@case("functions: recursion that writes its argument", np.array([0.7, -0.4, 1.2]))
def writing_recursion(u):
    v = np.sin(u)
    square_up(v, 1)
    return np.sum(v * v)


def halved(u):
    if len(u) < 2:
        return np.sqrt(u)
    out = np.zeros(len(u))
    middle = len(u) // 2
    out[:middle] = halved(u[:middle])
    out[middle:] = halved(u[middle:]) * out[0]
    return out


@case("functions: recursion that returns an array it filled", np.array([0.7, 0.4, 1.2]))
def filling_recursion(u):
    return np.sum(halved(u) ** 3)


def first_part(x, n):
    return x if n <= 0 else second_part(x * x + 0.1, n - 1)


def second_part(x, n):
    return x if n <= 0 else third_part(x * 1.5, n - 1) + first_part(x, n - 2)


def third_part(x, n):
    return x if n <= 0 else x * first_part(x, n - 1)


@case("functions: three functions that call each other", 0.7)
def three_recursions(x):
    return first_part(x, 6)


@case("functions: recursion of a lambda", 0.7, 4)
def lambda_recursion(x, n):
    power = lambda k: 1.0 if k == 0 else x * power(k - 1)
    return power(n) + x


def after(u, start):
    for i in range(start, len(u)):
        if u[i] > 0.0:
            return u[i] ** 2 + after(u, i + 1)
        elif i > 3:
            return u[i]
    return 0.5 * u[0]


@case("functions: recursion out of a loop", np.array([0.7, -0.4, 1.2, -0.2, -0.9]))
def recursion_out_of_a_loop(u):
    return after(u, 0)


class Branch:
    def __init__(self, value, *parts):
        self.value, self.parts = value, parts

    def total(self):
        total = self.value
        for part in self.parts:
            total = total + part.total() ** 2
        return total


@case("functions: recursion of a method over a tree of objects", 0.7, 1.3)
def tree_recursion(x, y):
    return Branch(x, Branch(y), Branch(x * y, Branch(x))).total()


def appended(values, x, n):
    values.append(x)
    if n > 0:
        appended(values, x * x, n - 1)


@case("functions: recursion that fills a list", 0.7, 3)
def list_recursion(x, n):
    values = []
    appended(values, x, n)
    return sum(v * v for v in values)


def powers_of(x, n):
    yield x
    if n > 0:
        yield from powers_of(x * x, n - 1)


@case("functions: recursion of a generator", 0.7, 3)
def generator_recursion(x, n):
    return sum(powers_of(x, n))


@case("closures: nested function reads an active variable", 0.7, 1.3)
def closure(x, y):
    factor = x * y

    def scaled(z):
        return factor * z * z

    return scaled(x) + scaled(y)


@case("closures: late binding of a name rebound later", 0.7)
def late_binding(x):
    factor = x

    def scaled(z):
        return factor * z

    first = scaled(x)
    factor = x * x
    return first * scaled(x)


@case("closures: lambdas made in a loop share the variable", 0.7)
def lambdas_share(x):
    scaled = []
    for i in range(3):
        scaled.append(lambda z: z * x + i)
    return scaled[0](x) * scaled[1](x)


@case("closures: lambdas made in a loop with a default", 0.7)
def lambdas_default(x):
    scaled = []
    for i in range(3):
        scaled.append(lambda z, i=i: z * x + i)
    return scaled[0](x) * scaled[1](x)


@case("closures: function returned by a function", 0.7, 1.3)
def returned_function(x, y):
    def make(slope):
        return lambda z: slope * z * z

    f, g = make(x), make(y)
    return f(y) * g(x) + f(1.0)


@case("closures: function that closes over an array that is written", np.array([0.7, 1.3]))
def closed_array(u):
    def total():
        return np.sum(u * u)

    before = total()
    u[0] *= u[1]
    return before * total()


@case("closures: two levels", 0.7)
def two_levels(x):
    def outer(y):
        def inner(z):
            return x * y * z

        return inner(y) + inner(x)

    return outer(x * x)


@case("closures: nonlocal", 0.7)
def nonlocal_write(x):
    total = 0.0

    def add(value):
        nonlocal total
        total += value * x

    add(x)
    add(x * x)
    return total * x


@case("closures: nonlocal counter, inactive", 0.7)
def nonlocal_counter(x):
    calls = 0

    def square(value):
        nonlocal calls
        calls += 1
        return value * value

    return square(square(x)) * calls


@case("closures: lambda", 0.7)
def lambda_called(x):
    return (lambda y, z=x: y * z * x)(x * x)


@case("values: function as an argument", 0.7)
def function_argument(x):
    def twice(f, value):
        return f(f(value))

    return twice(math.sin, x) + twice(lambda v: v * x, x) + twice(poly, 0.1 * x)


@case("values: functions in a list", 0.7)
def functions_in_list(x):
    total = x
    for f in [math.sin, math.exp, poly, lambda v: v * x]:
        total = f(0.3 * total)
    return total


@case("values: functions in a dict, chosen by name", 0.7, "exp")
def function_by_name(x, name):
    table = {"exp": math.exp, "poly": poly}
    return table[name](x) * table["poly"](x)


@case("values: functools.partial with an active argument", 0.7, 1.3)
def partial_active(x, y):
    f = functools.partial(poly, a=x, c=y)
    return f(y) * f(x, b=x)


@case("values: functools.reduce", [0.7, 1.3, 0.2])
def reduced(values):
    return functools.reduce(lambda a, b: a * b + a, values) + functools.reduce(
        operator.mul, values, 2.0
    )


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs) ** 2

    return wrapper


@doubled
def wrapped(x):
    return x * x


@case("values: decorated callee whose wrapper does something", 0.7)
def decorated(x):
    return wrapped(x) * x


def with_signature(f):
    def wrapper(*args, _plain=False, **kwargs):
        return f(*args, **kwargs) if _plain else 3.0 * f(*args, **kwargs)

    wrapper.__signature__ = inspect.signature(f)
    return wrapper


@with_signature
def signed(x, power=2):
    return x**power


@case("values: decorated callee that says another signature", 0.7)
def decorated_with_signature(x):
    return signed(x) * signed(x, power=3)


@functools.lru_cache(maxsize=None)
def cached_table(n):
    return tuple(1.0 / (i + 1) for i in range(n))


@case("values: lru_cache around an inactive callee", 0.7)
def cached(x):
    return sum(c * x**i for i, c in enumerate(cached_table(4)))


@case("values: map with a lambda", [0.7, 1.3])
def mapped(values):
    return sum(map(lambda v: v * v * values[0], values))


@case("values: map over two lists", [0.7, 1.3], [0.2, 0.4])
def mapped_two(a, b):
    return sum(map(operator.mul, a, b)) + sum(map(lambda p, q: p * q * q, a, b))


@case("values: filter", [0.7, -1.3, 0.2])
def filtered(values):
    return sum(v * v for v in filter(lambda v: v > 0.0, values))


@case("values: sorted with a key", [0.7, -1.3, 0.2])
def sorted_key(values):
    a, b, c = sorted(values, key=lambda v: -v)
    return a + 2.0 * b * b + 3.0 * c**3


@case("values: sorted, reverse", [0.7, 1.3, 0.2])
def sorted_reverse(values):
    a, b, c = sorted(values, reverse=True)
    return a + 2.0 * b * b + 3.0 * c**3


@case("values: sum with a start", [0.7, 1.3], 0.4)
def summed(values, start):
    return sum(values, start) ** 2 + sum([v * v for v in values])


@case("values: min and max, of arguments and of a list", [0.7, 1.3, 0.2])
def least_and_most(values):
    return max(values) * min(values) + max(values[0], 0.1) ** 2 + min(values[1], 9.0) ** 3


@case("values: min and max with key and default", [0.7, -1.3, 0.2])
def most_by_key(values):
    return (
        max(values, key=abs) ** 3
        + min(values, key=lambda v: (v - 0.3) ** 2)
        + max([], default=values[0])
    )


@case("values: any and all", [0.7, 1.3])
def any_and_all(values):
    x, y = values
    if any(v > 1.0 for v in values) and all(v > 0.0 for v in values):
        return x * y
    return x + y


@case("values: operator functions", 0.7, 1.3)
def operator_functions(x, y):
    first = operator.itemgetter(1)([x, y])
    return operator.add(operator.mul(x, y), operator.pow(first, 2)) - operator.neg(
        operator.truediv(x, y)
    )


@case("values: float, abs, round, pow, int, bool", 0.7, 1.3)
def conversions(x, y):
    return float(x) * abs(-y) + pow(x, 3) + pow(x, y) * int(y * 3.0) + bool(x) * x + round(y) * x


@case("values: math functions", 0.7, 1.3)
def math_functions(x, y):
    return (
        math.sqrt(x) * math.exp(-y) + math.log(y) * math.atan2(x, y) + math.hypot(x, y) * math.tanh(x)
        + math.fsum([x, y, x]) + math.prod([x, y, x]) + math.pow(x, 2.5) + math.floor(y) * x
    )  # fmt: skip


def collected(items):
    total = 0.0
    for i, item in enumerate(items):
        total += (i + 1) * item
    return total


@case("generators: expression given to a function", np.array([0.7, 1.3, -0.4]))
def generator_given(x):
    return collected(v * v for v in x) * sum(collected(v * w for w in x) for v in x)


@case("generators: next of an expression, with a default", np.array([0.7, 1.3, -0.4]))
def generator_first(x):
    return next(v * v for v in x if v > 1.0) * next((v for v in x if v > 9.0), x[0])


@case("values: method of a list as a callback", 0.7)
def callback(x):
    history = []

    def run(step, y):
        for _ in range(3):
            y = y * x
            step(y)
        return y

    return run(history.append, x) * sum(history)


@case("values: keys that hold an active value", np.array([0.7, 1.3, -0.4]), 0.5)
def active_keys(x, a):
    rows = [[v, v * a] for v in x]
    nearest = min(rows, key=lambda row: abs(row[0] - a))
    return nearest[1] * sorted(rows, key=lambda row: -row[1] * a)[0][0]


@contextlib.contextmanager
def setting(options, name, value):
    before = options[name]
    options[name] = value
    try:
        yield value * value
    finally:
        options[name] = before


@case("contexts: generator function with contextmanager", 0.7, 1.3)
def generator_manager(x, y):
    options = {"scale": x}
    with setting(options, "scale", y) as squared:
        z = options["scale"] * squared
    return z * options["scale"]


@case("lists: rows of an array by tolist, given back to NumPy", np.array([[0.7, 1.3], [-0.4, 0.9]]))
def nested_tolist(x):
    rows = x.tolist()
    rows[0][1] *= 2.0
    return rows[0][1] * np.sum(np.array(rows) ** 2) + np.sum(x * rows)


def positional_only(value, /, factor, *, power=2):
    return value * factor**power


@case("functions: positional-only parameters", 0.7, 1.3)
def positional_only_called(x, y):
    return positional_only(x, y) * positional_only(y, factor=x, power=3)


@case("values: functions passed on through keyword arguments", 0.7)
def passed_through_keywords(x):
    def run(step, **options):
        return options.get("after", float)(step(x, factor=options["k"]))

    return run(positional_only, k=x * x, after=math.exp)


@case("functions: tuple returned out of a loop", 0.7)
def tuple_out_of_a_loop(x):
    def grown(value):
        for turn in range(9):
            if value > 2.0:
                return value, turn
            value = value * 1.5
        raise RuntimeError("too small")

    value, turn = grown(x)
    return value * x * turn


@case("functions: tuple or None", 0.7, 2.0)
def tuple_or_none(x, limit):
    def grown(value, limit):
        for turn in range(5):
            if value > limit:
                return value, turn

            value = value * 1.5

    found = grown(x, 100.0) or grown(x, limit)
    return found[0] * x if found is not None else x


@case("values: wraps on a function made inside", 0.7)
def wrapped_inside(x):
    def squared(f):
        @functools.wraps(f)
        def wrapper(*args):
            return f(*args) ** 2

        return wrapper

    @squared
    def scaled(y):
        return x * y

    return scaled(x + 1.0)


@case("functions: *row of several lengths, with defaults", [0.7, 1.3, 0.2])
def rows_of_lengths(values):
    rows = []
    for i in range(len(values)):
        rows.append([v * v for v in values[: i + 1]])
    return sum(poly(*row, c=values[0]) for row in rows)


def powers(x):
    for i in range(4):
        yield x**i


def discounted(items):
    total = 0.0
    for item in items:
        total = 0.5 * total + item * item
    return total


@case("generators: expression over a generator, given to a function that loops", 0.7)
def expression_over_a_generator(x):
    return discounted(x * power for power in powers(x)) * discounted(powers(x))


@case("functions: lambdas put on a list in a loop of unknown length", [0.7, 1.3, 0.2])
def listed_functions(values):
    steps = []
    for value in values:
        steps.append(lambda v, k=value: v * k + 0.5)
    total = 1.0
    for step in steps:
        total = step(total)
    return total


@case(
    "functions: partial objects, methods and lambdas put on a list in a loop of unknown length",
    [0.7, 1.3, 0.2],
)
def mixed_functions(values):
    steps = []
    for i, value in enumerate(values):
        steps.append(
            functools.partial(operator.mul, value) if i % 2 else lambda v, k=value: v + k * k
        )
    total = 1.0
    for step in steps:
        total = step(total)
    return total


@case("functions: lambdas that see the last value of a variable", [0.7, 1.3, 0.2])
def late_functions(values):
    steps = [lambda v: v * value for value in values]
    total = 1.0
    for step in steps:
        total = step(total) + 0.5
    return total
