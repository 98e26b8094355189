# ruff: noqa: C400, C408  (written as people write it)
"""Lists, dicts, sets, tuples, comprehensions and generators."""

import collections
import copy
import itertools

import numpy as np

from tests.language.registry import case


@case("lists: append and index", 0.7)
def list_append(x):
    values = []
    for i in range(4):
        values.append(x * (i + 1))
        values.append(values[i] * x)
    return values[-1] * values[2]


@case("lists: element written", [0.7, 1.3, 0.2])
def list_write(values):
    values[1] = values[0] * values[2]
    values[0] += values[1]
    return values[0] * values[1] + values[2]


@case("lists: of a length that is known, filled by index", 0.7, 5)
def list_filled(x, n):
    values = [0.0] * n
    for i in range(1, n):
        values[i] = values[i - 1] * x + i
    return values[n - 1] * values[2]


@case("lists: of pairs, written as pairs", 0.7, 4)
def list_of_pairs(x, n):
    pairs = n * [(0.0, 1.0)]
    for i in range(n):
        pairs[i] = (x**i, x)
    first, second = pairs[2]
    pairs[2] = (second, first * second)
    return pairs[2][0] * pairs[1][0] + pairs[2][1]


@case("lists: extend, insert, pop", 0.7, 1.3)
def list_edit(x, y):
    values = [x, y]
    values.extend([x * y, 2.0 * x])
    values.insert(1, y * y)
    last = values.pop()
    second = values.pop(1)
    return last * values[1] + second * values[-1]


@case("lists: remove, index, count, clear of inactive values", 0.7)
def list_search(x):
    order = [3, 1, 2, 1]
    order.remove(1)
    power = order.index(2) + order.count(1)
    order.clear()
    return x**power + len(order) * x


@case("lists: reverse and sort in place", [0.7, 1.3, 0.2])
def list_sort(values):
    values.reverse()
    first = values[0] ** 2
    values.sort(key=lambda v: -v)
    return first * values[0] + values[1] ** 3 + values[2] * 5.0


@case("lists: del of an item and of a slice", [0.7, 1.3, 0.2, 0.5])
def list_delete(values):
    del values[0]
    kept = list(values)
    del values[1:]
    return values[0] ** 2 * kept[-1]


@case("lists: sum and repetition", 0.7, 1.3)
def list_sum(x, y):
    values = [x, y] + [x * y] * 3
    values += [x]
    values *= 2
    return values[4] * values[-1] * values[1] + sum(values)


@case("lists: slices read and written", [0.7, 1.3, 0.2, 0.5])
def list_slices(values):
    values[1:3] = [values[0] * values[3], values[1], values[2] * 2.0]
    tail = values[::2]
    tail[0] = values[1] ** 2
    return tail[0] * tail[1] + values[0] * tail[2]


@case("lists: slice assignment of overlapping slices", [0.7, 1.3, 0.2, 0.5])
def list_overlap(values):
    values[1:] = values[:-1]
    return values[1] * values[2] + values[3] ** 2


@case("lists: copies are shallow", 0.7)
def list_copy(x):
    inner = [x]
    first = [inner, x]
    second = first.copy()
    second[1] = x * x
    inner[0] = x**3
    return first[0][0] * first[1] + second[0][0] * second[1]


@case("lists: deepcopy", 0.7)
def list_deepcopy(x):
    first = [[x], x]
    second = copy.deepcopy(first)
    second[0][0] *= x
    return first[0][0] * second[0][0]


@case("lists: nested, written through one name, read through another", 0.7)
def list_nested(x):
    row = [x, x * x]
    rows = [row, row]
    rows[0][1] = x**3
    return rows[1][1] * row[0]


@case("lists: aliased rows, [[x] * 2] * 2", 0.7)
def list_aliased(x):
    rows = [[x] * 2] * 2
    rows[0][0] = x * x
    return rows[1][0] * rows[1][1]


@case("lists: row rebound while another name keeps the old one", 0.7)
def row_rebound(x):
    rows = [np.array([x, 1.0]), np.array([x * x, 2.0])]
    kept = rows[0]
    rows[0] = rows[1]
    rows[0][0] *= x
    return np.sum(kept) * np.sum(rows[0]) * np.sum(rows[1])


@case("lists: of arrays, written in place", np.array([0.7, 1.3]))
def list_of_arrays(u):
    layers = [u * (i + 1.0) for i in range(3)]
    layers[1] *= layers[0]
    layers[2][0] = layers[1][1]
    return np.sum(layers[2] * layers[1])


@case(
    "lists: list given as the argument, element kinds mixed", [0.7, np.array([1.3, 0.2]), "skip", 3]
)
def list_mixed(values):
    return values[0] * np.sum(values[1] ** values[3]) * len(values[2])


@case("lists: multiplication table by comprehension", [0.7, 1.3])
def comprehension(values):
    table = [[a * b for b in values] for a in values]
    return table[0][1] * table[1][1] + sum(sum(row) for row in table)


@case("comprehensions: with a condition and a nested loop", [0.7, 1.3, 0.2])
def comprehension_condition(values):
    pairs = [a * b * b for i, a in enumerate(values) for b in values[i:] if a < 1.0]
    return sum(pairs)


@case("comprehensions: variable does not leak", 0.7)
def comprehension_scope(x):
    i = x * x
    values = [x * i for i in range(3)]
    return i * values[-1]


@case("comprehensions: dict", {"a": 0.7, "b": 1.3})
def dict_comprehension(d):
    squares = {key + key: value * value for key, value in d.items() if value > 0.0}
    return squares["aa"] * squares["bb"]


@case("comprehensions: set of inactive values", 0.7)
def set_comprehension(x):
    return sum(x**power for power in sorted({i % 3 for i in range(7)}))


@case("comprehensions: generator consumed at once", [0.7, 1.3])
def generator_expression(values):
    return sum(v * v * values[0] for v in values) * max(v * 2.0 for v in values)


@case("comprehensions: generator given to list, tuple, np.array", [0.7, 1.3])
def generator_to_container(values):
    a = list(v * v for v in values)
    b = tuple(v + 1.0 for v in a)
    c = np.array([v * b[0] for v in values])
    return a[0] * b[1] + np.sum(c * c)


@case("comprehensions: tuple of a generator of known length", 0.7)
def tuple_of_generator(x):
    a, b, c = tuple(x * i + 1.0 for i in range(3))
    powers = tuple(x**p for p in range(3))
    return a * b * c * powers[-1]


@case("comprehensions: tuple of a length known at run time", [0.7, 1.3, 0.4])
def tuple_of_list(values):
    squares = tuple(v * v for v in values)
    total = sum(squares) * max(squares)
    for i, square in enumerate(squares + tuple(values)):
        total = total * 0.5 + square * i
    return total + len(squares) * squares[-1]


@case("tuples: indexed by a loop variable", 0.7)
def tuple_by_position(x):
    weights = (x, x * x, 2.0 * x)
    total = 1.0
    for i in range(5):
        total = total * weights[i % 3] + weights[-1 - i % 2]
    return total


@case("lists: copied, joined and repeated, of unknown length", [0.7, 1.3, 0.4])
def lists_of_unknown_length(values):
    both = 2 * [v * v for v in values] + list(values)
    both.append(both[0] * both[-1])
    return both[1] * both[4] + sum(both) * both[-1]


@case(
    "containers: dicts inside dicts and tuples",
    {"m": {"a": 0.7, "b": 1.3}, "t": (0.4, {"c": 1.1}), "n": {"a": 0.2}},
)
def dicts_inside(p):
    inner = p["m"]
    total = inner["a"] * p["m"]["b"] * p["t"][1]["c"]
    for key in ("a", "b", "a"):
        total = total * p["m"][key] + p["n"]["a"]
    return total * p["t"][0]


@case("containers: list of dicts", [{"w": 0.7, "b": [0.1]}, {"w": 1.3, "b": [0.4]}])
def list_of_dicts(layers):
    total = 1.0
    for layer in layers:
        total = total * layer["w"] + layer["b"][0]
    return total * layers[0]["w"] * layers[-1]["b"][0]


@case("dicts: display read by computed keys", 0.7)
def display_by_key(x):
    table = {"a": x, "b": x * x}
    total = 1.0
    for key in ("a", "b", "b"):
        total = total * table[key] + 1.0
    return total * table["a"]


def multiples(x, n):
    value = x
    for _ in range(n):
        yield value
        value = value * x


@case("generators: consumed by for", 0.7)
def generator_for(x):
    total = 1.0
    for value in multiples(x, 4):
        total = total * value + value
    return total


@case("generators: consumed by list and sum", 0.7)
def generator_list(x):
    return sum(multiples(x, 3)) * list(multiples(x * x, 3))[2]


@case("generators: consumed by unpacking", 0.7)
def generator_unpacked(x):
    a, b, c = multiples(x, 3)
    return a * b + c


def pairs(values):
    for i, a in enumerate(values):
        if a > 1.0:
            continue
        for b in values[i:]:
            yield a * b
    yield from multiples(values[0], 2)


@case("generators: continue, nested loops, yield from", [0.7, 1.3, 0.2])
def generator_nested(values):
    products = tuple(pairs(values))
    collected = [values[1]]
    collected.extend(multiples(values[2], 2))
    return sum(pairs(values)) * products[0] + collected[2] * max(v for v in products)


def halvings(x):
    while True:
        yield x
        x = 0.5 * x * x


def partial_sums(values):
    total = 0.0
    for value in values:
        total = total + value
        yield total


@case("generators: break over an endless one", 1.3)
def generator_left(x):
    total = 0.0
    for value in halvings(x):
        if value < 0.1:
            break
        total += value * value
    return total * value


@case("generators: over a generator argument", [0.7, 1.3, 0.2])
def generator_pipeline(values):
    total = 1.0
    for value in partial_sums(v * v for v in partial_sums(values)):
        total = total * value + value
    return total


@case("generators: zip, enumerate, islice of endless ones", [0.7, 1.3, 0.2])
def generator_zipped(values):
    total = sum(a * b for a, b in zip(values, halvings(values[1])))
    for i, value in enumerate(halvings(values[0])):
        total += i * value
        if i == 3:
            break
    return total * sum(itertools.islice(halvings(values[2]), 3))


@case("generators: loop changes what the generator looks at", [0.7, 1.3, 0.2])
def generator_in_turns(values):
    kept = list(values)
    total = 1.0
    for value in partial_sums(kept):
        total = total * value
        kept[2] = kept[2] * 2.0 + value
    return total


@case("generators: next by hand, then a loop over the rest", [0.7, 1.3, 0.2])
def generator_by_hand(values):
    sums = partial_sums(values)
    total = next(sums) * 2.0
    for value in sums:
        total = total * value
    return total + next(sums, values[1] * values[1])


@case("generators: next in a loop", [0.7, 1.3, 0.2])
def generator_next_in_a_loop(values):
    factors = halvings(values[1])
    total = 0.0
    for value in values:
        total += next(factors) * value
    return total


def weighted_totals(weight):
    total = 0.0
    while True:
        value = yield total
        total = total + weight * value * value


@case("generators: send", [0.7, 1.3, 0.2])
def generator_sent(values):
    totals = weighted_totals(values[0])
    product = 1.0 + next(totals)
    for value in values:
        product *= totals.send(value)
    return product


@case("generators: two in turns by zip", [0.7, 1.3, 0.2])
def generators_zipped(values):
    return sum(a * b for a, b in zip(halvings(values[1]), partial_sums(values)))


@case("iterators: iter and next, then a loop over the rest", [0.7, 1.3, 0.2])
def iterator_by_hand(values):
    rest = iter(values)
    total = next(rest)
    for value in rest:
        total = total * total + value
    return total


@case("dicts: read, write, augmented", 0.7, 1.3)
def dict_write(x, y):
    d = {"a": x, "b": y}
    d["c"] = d["a"] * d["b"]
    d["a"] += d["c"]
    d["b"] = d["a"] ** 2
    return d["a"] * d["b"] * d["c"]


@case("dicts: get, setdefault, pop, update", 0.7, 1.3)
def dict_methods(x, y):
    d = dict(a=x, b=y)
    first = d.get("a") * d.get("z", y)
    d.setdefault("c", x * y)
    d.setdefault("a", 100.0)
    d.update({"b": x * x}, e=y * y)
    return first * d.pop("b") * d["c"] + d["e"] * d.pop("zz", x) * d["a"]


@case("dicts: merge and unpacking in a display", {"a": 0.7, "b": 1.3})
def dict_merge(d):
    merged = {**d, "b": d["a"] ** 2, "c": d["b"]} | {"d": d["a"]}
    return merged["a"] * merged["b"] * merged["c"] + merged["d"]


@case("dicts: membership, length, del", {"a": 0.7, "b": 1.3})
def dict_membership(d):
    total = d["a"] if "a" in d else 0.0
    del d["a"]
    return total * (d["b"] if "a" not in d else 1.0) * (len(d) + 2)


@case(
    "dicts: nested as parameters of a model",
    {"layer": {"w": np.array([[0.7, 0.1], [0.2, 1.3]]), "b": [0.1, 0.4]}},
)
def dict_parameters(params):
    h = params["layer"]["w"] @ np.array([1.0, 2.0]) + np.array(params["layer"]["b"])
    return np.sum(np.tanh(h))


@case("dicts: two entries that overlap in memory", np.array([0.7, 1.3, 0.2]))
def dict_overlap(u):
    work = u * 2.0
    parts = {"left": work[:2], "right": work[1:]}
    parts["left"] *= u[2]
    parts["right"][0] += parts["left"][0]
    return np.sum(parts["left"] ** 2) + np.sum(parts["right"] ** 3)


@case("dicts: defaultdict and Counter", 0.7)
def default_dict(x):
    groups = collections.defaultdict(list)
    for i in range(5):
        groups[i % 2].append(x * i)
    count = collections.Counter("aab")
    return sum(groups[0]) * groups[1][1] + count["a"] * x


@case("containers: tuple results of indexing and slicing", (0.7, 1.3, 0.2))
def tuples(values):
    first, *others = values[1:] + values[:1]
    return first * others[0] + sum(values[::-1]) ** 2


@case("containers: sets of inactive values", 0.7)
def sets(x):
    seen = set()
    total = x
    for i in [1, 2, 1, 3, 2]:
        if i in seen:
            continue
        seen.add(i)
        total = total * x + i
    return total * len(seen | {9})


@case("containers: deque", 0.7)
def deque(x):
    window = collections.deque([x, x * x], maxlen=3)
    for i in range(3):
        window.append(window[0] * window[-1] + i)
    return sum(window) * window.popleft()


@case("containers: nested argument of tuples, lists, dicts", ({"a": [0.7, (1.3,)]}, 0.2))
def nested_argument(tree):
    d, y = tree
    return d["a"][0] * d["a"][1][0] * y


@case("containers: list passed to a callee that writes it", [0.7, 1.3])
def list_in_callee(values):
    def accumulate(items):
        for i in range(1, len(items)):
            items[i] = items[i] * items[i - 1]
        items.append(items[-1] * items[0])

    accumulate(values)
    return values[-1] * values[1]


@case("containers: *-unpacking in displays", [0.7, 1.3])
def star_display(values):
    longer = [*values, *(v * v for v in values), values[0]]
    return longer[2] * longer[3] + longer[4]


@case("containers: pairs of constants that are replaced by pairs that vary", 0.7)
def replaced_pairs(x):
    first, second, pairs = [], [], {}
    for k in range(3):
        first.append((1.0, 0.0))
        second.insert(0, (1.0, 0.0))
        pairs[str(k)] = (1.0, 0.0)
    also_first, also_second = first, second
    for k in range(3):
        a, b = first[k]
        also_first[k] = (a + x * k, b + np.sin(x))
        c, d = second[k]
        also_second[k] = (c * x, d + x)
        pairs[str(k)] = (x * k, pairs[str(k)][1])
    total = 0.0
    for k in range(3):
        a, b = also_first[k]
        c, d = also_second[k]
        total = total + a * b * c + d * d * pairs[str(k)][0]
    return total


@case("lists: index and count of what varies", np.array([0.7, 1.3, 0.2]))
def varied_index(u):
    values = [u[0], u[1], u[0] * u[2]]
    return values[values.index(max(values))] * values.count(u[0]) * u[2]


@case("dicts: numbers that vary as keys of what is remembered", 0.7, 1.3)
def remembered(x, y):
    known = {}

    def square(v):
        if v not in known:
            known[v] = v * v * y
        return known[v]

    return square(x) + square(x) * square(2.0 * x) + len(known)


@case("NumPy: joined by r_ and c_", np.array([0.7, 1.3, 0.2]))
def joined_by_index(u):
    row = np.r_[u[:2], 1.0, u[0] * u[2], [0.5, u[1]]]
    columns = np.c_[u, np.ones(3), u**2]
    return row[3] * row[5] + columns[1] @ columns[2] + np.r_[np.outer(u, u), np.eye(3)][1, 2]


@case("lists: pairs with lists, that are sorted and changed", np.array([0.5, 1.5, -0.7, 0.2]))
def sorted_pairs_with_lists(u):
    groups = collections.defaultdict(list)
    for i, v in enumerate(u):
        groups["even" if i % 2 == 0 else "odd"].append(v * v)
    total = 0.0
    for _, values in sorted(groups.items()):
        values[0] = values[0] * values[1]
        total = 0.7 * total + len(values) * values[0]
    return total + groups["even"][0]


@case("lists: given to functions that take arrays", np.array([0.7, 1.3, 0.2, 0.5]))
def lists_for_arrays(u):
    solved = np.linalg.solve([[2.0, u[0]], [u[1], 3.0]], [1.0, u[2]])
    joined = np.append(u, [1.5, u[0]])
    return np.dot([1.0, u[0], 2.0, u[1]], u) * solved[0] + joined[5] * np.interp(
        u[3], [0.0, 1.0], [u[1], 2.0]
    )
