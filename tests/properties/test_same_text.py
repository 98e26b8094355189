"""The generated source is the same in every process, whatever was compiled before."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


def generated(every: int, seed: int) -> dict[str, str]:
    """In a process of its own: sets of names have another order there, and objects other addresses."""
    command = [sys.executable, "-m", "tests.properties.texts", str(every), str(seed)]
    env = {**os.environ, "PYTHONHASHSEED": str(seed)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_every_process_generates_the_same_source(every: int) -> None:
    first, second = generated(every, 1), generated(every, 3)
    assert len(first) > 1000 // every
    for name, text in first.items():
        assert second[name] == text, name
