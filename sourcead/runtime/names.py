"""Names of attributes that the running program computes."""

__all__ = ["is_attribute"]


def is_attribute(name: str, last: str) -> None:
    """`getattr(obj, name)`: none of the other attributes that the object has is meant, so the last one is.

    >>> is_attribute("rate", "rate")
    """
    if name != last:
        raise NotImplementedError(
            f"the attribute `{name}`, which is named while the program runs, is none that holds a value here; "
            "write `obj.name`, or keep the values in a dict"
        )
