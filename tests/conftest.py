"""Hypothesis' profile: how many random programs are differentiated, two hundred unless told otherwise. Known defects.

`RANDOM_PROGRAMS=4000 pytest tests/properties` runs thousands.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.known_wrong import KNOWN_WRONG

os.environ.setdefault("SOURCEAD_CHECK", "1")  # the verifying mode: sourcead/verify.py

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

RANDOM_PROGRAMS = int(os.environ.get("RANDOM_PROGRAMS", "200"))
"""How many random programs all property tests together differentiate and compare."""

IN_ONE_EXAMPLE_OF_EACH = 11
"""How many they are if each of these tests has one example: `tests/properties/test_counts.py` counts them."""

settings.register_profile(
    "programs",
    max_examples=max(1, RANDOM_PROGRAMS // IN_ONE_EXAMPLE_OF_EACH),
    deadline=None,
    derandomize=True,
    suppress_health_check=_SLOW,
)
settings.load_profile("programs")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the expected sources under tests/golden; read the diff like code",
    )


@pytest.hookimpl(tryfirst=True)  # before `-k` and `-m` take tests away
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what `tests/known_wrong.py` lists as failing; every line of that list must name a test."""
    unused = dict(KNOWN_WRONG)
    for item in items:
        reason = unused.pop(item.nodeid, None)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=f"known wrong: {reason}", strict=True))
    if unused and not _is_partial(config):
        raise pytest.UsageError(f"tests/known_wrong.py names no test: {', '.join(unused)}")


def _is_partial(config: pytest.Config) -> bool:
    """Were only some of the tests asked for?"""
    return config.args_source is not pytest.Config.ArgsSource.TESTPATHS
