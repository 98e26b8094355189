"""What the reverse sweep reads in two places is kept once."""

import numpy as np

import sourcead
from benchmarks.programs import squares
from tests.numeric import check


def test_a_factor_that_is_squared_is_kept_once():
    text = sourcead.grad(squares).source_for(np.ones(5), 0.5)
    assert "saved.append(t)" in text
    check(squares, np.linspace(0.1, 0.9, 7), 0.5)
