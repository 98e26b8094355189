# mypy: allow-untyped-defs
"""What the patterns of a `match` statement do with a mapping."""

__all__ = ["without"]


def without(mapping, *keys):
    """A dict of the other items: `case {"a": a, **rest}`."""
    return {key: value for key, value in mapping.items() if key not in keys}
