# mypy: allow-untyped-defs, allow-untyped-calls
"""The frames of generators that are taken piece by piece, and readers of sequences (`iter(xs)`).

The compiler writes what `resumed` does: the statements of the generator, from where it stopped.
"""

__all__ = ["Frame", "Reader", "drawn_at", "item_at", "positions", "resumed"]


def resumed(frame, sent):
    """Run to the next `yield`: is there one, and its value."""
    raise RuntimeError(
        "a generator that carries derivatives was handed to code that is not followed"
    )


class Frame:
    """What a generator keeps between two `yield`s: its variables, and where it goes on."""

    def __iter__(self):
        return self

    def __next__(self):
        more, value = resumed(self, None)
        if not more:
            raise StopIteration
        return value

    def send(self, sent):
        more, value = resumed(self, sent)
        if not more:
            raise StopIteration
        return value

    def close(self):
        self.resumes_at = -1


class Reader:
    """`iter(items)` of a sequence"""

    def __init__(self, items):
        self.items, self.at = items, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= len(self.items):
            raise StopIteration
        self.at += 1
        return self.items[self.at - 1]


class Values:
    """`d.values()`, each as it is when it is taken"""

    def __init__(self, mapping):
        self.mapping, self.order = mapping, list(mapping)

    def __len__(self):
        return len(self.order)

    def __getitem__(self, at):
        return self.mapping[self.order[at]]


class Items(Values):
    """`d.items()`, each as it is when it is taken"""

    def __getitem__(self, at):
        return self.order[at], self.mapping[self.order[at]]


def positions(items):
    """What a loop over `items` reads by position, or draws from."""
    return items


def drawn_at(items, at):
    """Whether there is an item at this position, and the item."""
    return item_at(items, at)


def item_at(items, at):
    more = False
    if at < len(items):
        value = items[at]
        more = True
    return more, value
