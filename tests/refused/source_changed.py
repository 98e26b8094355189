"""The text that is found is not what runs: the file was edited after it was imported."""

# error: SourceChanged without a place
import linecache

import sourcead

NAME = "<edited after import>"
space = {}
exec(compile("def program(x):\n    return x * x\n", NAME, "exec"), space)
program = space["program"]


def call():
    text = "def program(x):\n    return x * x * x\n"
    linecache.cache[NAME] = (len(text), None, text.splitlines(keepends=True), NAME)
    sourcead.grad(program)(0.7)
