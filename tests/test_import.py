"""What `import sourcead` may load: as a program that differentiates nothing yet pays for it."""

from __future__ import annotations

import subprocess
import sys

# sourcead's own modules that define what is public, and what these are made of
LIGHT = {
    "adapters", "api", "callables", "checkpointing", "coloring", "derivative", "errors", "hooks", "implicit",
    "importable", "ir", "ir.origin", "jacobians", "linear", "nested", "otherwise", "rules", "rules.registry", "rules.user",
    "runtime", "runtime.attributes", "runtime.checkpoints", "runtime.lists", "seeds", "sparse", "transform",
    "transform.cannot_separate", "unforeseen",
}  # fmt: skip

# of the standard library and of NumPy: slow to load, and needed for few functions
HEAVY = {
    "ast",
    "doctest",
    "hashlib",
    "html",
    "numpy.random",
    "platform",
    "secrets",
    "typing_extensions",
    "unittest",
}

CODE = """
import sys, numpy
before = set(sys.modules)
import sourcead
print(*set(sys.modules) - before)
"""


def test_the_compiler_is_not_loaded_by_the_import():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    own = {name.partition(".")[2] for name in loaded if name.startswith("sourcead.")}
    assert own <= LIGHT
    assert not loaded & HEAVY
    tops = {name.partition(".")[0] for name in loaded}
    assert tops <= {"sourcead", *sys.stdlib_module_names}  # no SciPy, Numba, gast
