"""What holds for all tests, the examples of docstrings among them."""

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def printed_as_always() -> Iterator[None]:
    """Some packages change how NumPy prints arrays when they are imported (colour does)."""
    with np.printoptions(legacy=False):
        yield
