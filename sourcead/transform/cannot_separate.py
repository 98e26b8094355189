"""What says that a derivative cannot be taken apart; in a file of its own, for `import sourcead` reads it."""

__all__ = ["CannotSeparate"]


class CannotSeparate(Exception):
    """What depends on the seed cannot be told from what does not; the message says why."""
