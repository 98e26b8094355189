"""A function whose text nobody kept."""

# error: NoSource without a place
import sourcead

space = {}
exec("def program(x): return x * x", space)
program = space["program"]


def call():
    sourcead.grad(program)(0.7)
