"""The page of the benchmarks, docs/benchmarks.md: one table of all programs, then sections that modules write.

Each module writes its own section with `--write`, and leaves the others as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

__all__ = ["PAGE", "command", "with_others"]

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def command(name: str, description: str | None, section: Callable[[], str]) -> None:
    """What such a module does when it is run: print its section, and with `--write` put it into the page."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("--write", action="store_true", help=f"write into docs/{PAGE.name}")
    options = parser.parse_args()
    found = section()
    print(found)
    if options.write:
        put(found)


def sections(text: str) -> dict[str, str]:
    """The text before the first section (under ""), and each section by its title line.

    >>> sections("# A\\n\\nx\\n\\n## B\\n\\ny\\n")
    {'': '# A\\n\\nx', '## B': '## B\\n\\ny'}
    """
    first, *rest = text.split("\n## ")
    found = {"": first.strip()}
    for each in rest:
        title = "## " + each.partition("\n")[0]
        found[title] = f"## {each}".strip()
    return found


def put(section: str) -> None:
    """Write a section, in place of the one of the same title if there is one."""
    found = sections(PAGE.read_text(encoding="utf-8"))
    found[section.partition("\n")[0]] = section.strip()
    PAGE.write_text("\n\n".join(found.values()) + "\n", encoding="utf-8")


def with_others(page: str) -> str:
    """The page, and behind it the sections that are in the file and not in it."""
    before = sections(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else {}
    return "\n\n".join({**before, **sections(page)}.values()) + "\n"
