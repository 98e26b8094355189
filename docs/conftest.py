"""The documentation runs: `>>>` examples as doctests, and before them the page's ```python blocks."""

import linecache
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info < (3, 11):  # `ast.unparse` there puts targets in parentheses: `(a, b) = ...`
    collect_ignore = ["teaching.md"]

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def page_code(
    request: pytest.FixtureRequest, doctest_namespace: dict[str, object]
) -> Iterator[None]:
    """Run the page's code in its examples' namespace; the blocks' source can be found, as a notebook's can."""
    before = dict(doctest_namespace)  # shared by all doctests: what a page defines goes with it
    path = Path(request.path)
    for number, match in enumerate(BLOCK.finditer(path.read_text(encoding="utf-8"))):
        name = f"<{path.name}, block {number}>"
        code = match[1]
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        exec(compile(code, name, "exec"), doctest_namespace)
    yield
    doctest_namespace.clear()
    doctest_namespace.update(before)
