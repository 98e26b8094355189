# mypy: allow-untyped-defs
"""Methods of dicts said in Python, by what dicts are differentiated for: indexing, stores, `del` and `in`.

A call of the method is transformed as if it were a call of the function here, where keys are known
only while the program runs.  Keys themselves carry no derivative.
"""

__all__ = [
    "added_counts", "at_keys",
    "cleared", "copied", "counted", "entry_or", "count_in", "from_keys", "items_of", "made_of", "most_common", "popped",
    "popped_end", "popped_last", "popped_or", "put_entries", "put_pairs", "set_default", "values_of",
]  # fmt: skip


def entry_or(mapping, key, default=None):
    """`mapping.get(key, default)`"""
    if key in mapping:
        return mapping[key]
    return default


def set_default(mapping, key, default=None):
    """`mapping.setdefault(key, default)`"""
    if key not in mapping:
        mapping[key] = default
    return mapping[key]


def popped(mapping, key):
    """`mapping.pop(key)`"""
    value = mapping[key]
    del mapping[key]
    return value


def popped_or(mapping, key, default):
    """`mapping.pop(key, default)`"""
    if key in mapping:
        value = mapping[key]
        del mapping[key]
        return value
    return default


def popped_last(mapping):
    """`mapping.popitem()`"""
    if not mapping:
        raise KeyError("popitem(): dictionary is empty")
    key = list(mapping)[-1]
    value = mapping[key]
    del mapping[key]
    return key, value


def popped_end(mapping, last):
    """`mapping.popitem(last)` of an `OrderedDict`"""
    if not mapping:
        raise KeyError("dictionary is empty")
    key = list(mapping)[-1 if last else 0]
    value = mapping[key]
    del mapping[key]
    return key, value


def added_counts(counter, other, sign):
    """`counter.update(other)` and `counter.subtract(other)` of a dict"""
    for key in list(other):
        counter[key] = counter[key] + sign * other[key]


def counted(counter, items, sign):
    """`counter.update(items)` and `counter.subtract(items)` of anything else that is iterated"""
    for key in items:
        counter[key] = counter[key] + sign


def most_common(counter, n=None):
    """`counter.most_common(n)`"""
    found = sorted([(key, counter[key]) for key in list(counter)], key=count_in, reverse=True)
    return found if n is None else found[:n]


def count_in(item):
    """The second of a pair."""
    return item[1]


def values_of(mapping):
    """`mapping.values()`, as they are now"""
    return [mapping[key] for key in list(mapping)]


def at_keys(mapping, keys):
    """The values at these keys."""
    return [mapping[key] for key in keys]


def items_of(mapping):
    """`mapping.items()`, as they are now"""
    return [(key, mapping[key]) for key in list(mapping)]


def put_entries(mapping, other):
    """`mapping.update(other)` of a dict"""
    for key in list(other):
        mapping[key] = other[key]


def put_pairs(mapping, pairs):
    """`mapping.update(pairs)`"""
    for key, value in pairs:
        mapping[key] = value


def made_of(pairs):
    """`dict(pairs)`"""
    made = {}
    for key, value in pairs:
        made[key] = value
    return made


def from_keys(keys, value):
    """`dict.fromkeys(keys, value)`"""
    made = {}
    for key in keys:
        made[key] = value
    return made


def copied(mapping):
    """`mapping.copy()`"""
    made = {}
    for key in list(mapping):
        made[key] = mapping[key]
    return made


def cleared(mapping):
    """`mapping.clear()`"""
    for key in list(mapping):
        del mapping[key]
