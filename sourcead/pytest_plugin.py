"""The pytest fixture `assert_gradients`: `sourcead.testing.check_grad` in a test.

def test_energy(assert_gradients):
    assert_gradients(energy, 3.0, 2.0)
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

__all__ = ["assert_gradients"]


@pytest.fixture(scope="session")
def assert_gradients() -> Callable[..., None]:
    """`assert_gradients(f, *args, argnums=, modes=, order=, rtol=)`: the derivatives of `f` are right."""
    from sourcead.testing import (
        check_grad,
    )  # here: pytest loads this plugin also where nobody asks for it

    return check_grad
