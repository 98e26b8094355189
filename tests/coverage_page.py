"""`docs/coverage.md`: what becomes of each of the functions in `docs/coverage.csv`, read off the registry.

python -m tests.coverage_page          writes the page, and the states into the list

The list keeps the states because no one version of Python, NumPy and SciPy has all functions: `math.cbrt` is not in Python 3.10.
"""

from __future__ import annotations

import builtins
import csv
import importlib
import types
from pathlib import Path
from typing import Any

import numpy as np

from sourcead.rules.registry import lookup
from sourcead.transform.specialise.builtins import STRUCTURAL
from sourcead.transform.specialise.rewrites import REWRITES

__all__ = ["PAGE", "page", "recorded", "rows", "status"]

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "coverage.md"
LIST = DOCS / "coverage.csv"

STATES = {
    "rule": "Rule",
    "constant": "Declared constant",
    "compiler": "Known to the compiler",
    "source": "By its own Python source (what that uses may be refused)",
    "refused": "Refused by name, where a derivative goes in",
}

HEAD = """# Coverage

What becomes of a function that a derivative enters: it has a **rule**; it is **declared constant** (its result does not vary: a
count, a test, an index); the **compiler** itself knows what it means (operators, indexing, stores, built-ins); it has no rule, and **its own Python source**
is differentiated, as that of any function; or it is **refused**, with the line. Nothing is taken to be zero because nobody said otherwise.

The lists are read off the registry of rules by `python -m tests.coverage_page`, and a test compares them with it. What follows a name below is a
trap: where the derivative is easily wrong, so that the tests look there.
"""


def page() -> str:
    families: dict[str, dict[str, list[dict[str, str]]]] = {}
    for row in rows():
        states = families.setdefault(row["family"], {})
        states.setdefault(row["state"], []).append(row)
    text = [HEAD]
    for family, states in families.items():
        text.append(f"\n## {family[:1].upper()}{family[1:]}\n")
        for state, title in STATES.items():
            if state in states:
                names = ", ".join(f"`{row['name']}`" for row in states[state])
                text.append(f"\n{title}: {names}.\n")
        traps = [row for state in states.values() for row in state if row["trap"]]
        if traps:
            text.append(
                "\n" + "\n".join(f"- `{row['name']}`: {row['trap']}" for row in traps) + "\n"
            )
    return "".join(text)


def recorded() -> list[dict[str, str]]:
    """The list as it is written."""
    with LIST.open(newline="") as file:
        return list(csv.DictReader(file))


def rows() -> list[dict[str, str]]:
    """The list, each row with its state; of what this Python, NumPy or SciPy has not, the state on record."""
    found = recorded()
    for row in found:
        row["state"] = status(row["name"]) or row["state"]
    return found


def status(name: str) -> str | None:
    """One of STATES; None for what is no function (an operator, an attribute) or is not installed.

    `norm.mean/var` are two functions: their common state, if they have one.
    """
    if "/" in name and " " not in name:
        first, *others = name.split("/")
        family = first.rpartition(".")[0]
        states = {status(first), *(status(f"{family}.{each}") for each in others)}
        return states.pop() if len(states) == 1 else None
    try:
        found = _resolved(name)
    except (AttributeError, ImportError):
        return None
    rule = lookup(found)
    if rule is not None and rule.form != "source":
        return rule.form if rule.form in ("constant", "refused") else "rule"
    if _is_structural(found):
        return "compiler"
    inner = getattr(found, "__wrapped__", found)
    return "source" if isinstance(inner, types.FunctionType) else None


def _is_structural(found: Any) -> bool:
    if isinstance(getattr(found, "__self__", None), np.ufunc):
        return found in (np.add.at, np.subtract.at)
    try:
        return found in STRUCTURAL or found in REWRITES or found is np.vectorize
    except TypeError:
        return False


def _resolved(name: str) -> Any:
    parts = name.split(".")
    if len(parts) == 1:
        return getattr(builtins, name)
    for count in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part)
        return found
    raise AttributeError(name)


def _record() -> None:
    """Write the states as found now into the list."""
    found = rows()
    with LIST.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    _record()
    PAGE.write_text(page())
