# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions of `itertools` said in Python, for items that carry derivatives: a list in place of an iterator."""

import itertools

__all__ = [
    "accumulated",
    "accumulated_from",
    "compressed",
    "dropped_while",
    "filled",
    "filtered_out",
    "grouped",
    "itself",
    "joined",
    "neighbours",
    "ordered_pairs",
    "pairs",
    "pairs_with_repeats",
    "sliced",
    "starmapped",
    "table",
    "taken_while",
    "triples",
]


def neighbours(items):
    """`itertools.pairwise(items)`"""
    return [(items[i], items[i + 1]) for i in range(len(items) - 1)]


def joined(rows):
    """`itertools.chain.from_iterable(rows)`"""
    return [item for row in rows for item in row]


def pairs(items):
    """`itertools.combinations(items, 2)`"""
    count = len(items)
    return [(items[i], items[j]) for i in range(count) for j in range(i + 1, count)]


def triples(items):
    """`itertools.combinations(items, 3)`"""
    places = itertools.combinations(range(len(items)), 3)
    return [(items[i], items[j], items[k]) for i, j, k in list(places)]


def pairs_with_repeats(items):
    """`itertools.combinations_with_replacement(items, 2)`"""
    count = len(items)
    return [(items[i], items[j]) for i in range(count) for j in range(i, count)]


def ordered_pairs(items):
    """`itertools.permutations(items, 2)`"""
    count = len(items)
    return [(items[i], items[j]) for i in range(count) for j in range(count) if i != j]


def table(first, second):
    """`itertools.product(first, second)`"""
    return [(a, b) for a in first for b in second]


def sliced(items, *bounds):
    """`itertools.islice(items, *bounds)`"""
    return items[slice(*bounds)]


def filled(first, second, fill):
    """`itertools.zip_longest(first, second, fillvalue=fill)`"""
    count = max(len(first), len(second))
    return [
        (first[i] if i < len(first) else fill, second[i] if i < len(second) else fill)
        for i in range(count)
    ]


def starmapped(function, rows):
    """`itertools.starmap(function, rows)`"""
    return [function(*row) for row in rows]


def accumulated(items, function):
    """`itertools.accumulate(items, function)`"""
    found = list(items[:1])
    for i in range(1, len(items)):
        found.append(function(found[i - 1], items[i]))
    return found


def accumulated_from(items, function, initial):
    """`itertools.accumulate(items, function, initial=initial)`"""
    found = [initial]
    for item in items:
        found.append(function(found[-1], item))
    return found


def grouped(items, key):
    """`itertools.groupby(items, key)`"""
    names = [key(item) for item in items]
    found = []
    start = 0
    for end in range(1, len(items) + 1):
        if end == len(items) or names[end] != names[start]:
            found.append((names[start], items[start:end]))
            start = end
    return found


def itself(item):
    return item


def taken_while(test, items):
    """`itertools.takewhile(test, items)`"""
    found = []
    for item in items:
        if not test(item):
            break
        found.append(item)
    return found


def dropped_while(test, items):
    """`itertools.dropwhile(test, items)`"""
    found = []
    dropping = True
    for item in items:
        if dropping and test(item):
            continue
        dropping = False
        found.append(item)
    return found


def filtered_out(test, items):
    """`itertools.filterfalse(test, items)`"""
    return [item for item in items if not test(item)]


def compressed(items, selectors):
    """`itertools.compress(items, selectors)`"""
    return [item for item, selected in zip(items, selectors) if selected]
