"""Something that cannot be called."""

# error: NotAFunction without a place
import sourcead

program = 3.0


def call():
    sourcead.grad(program)(0.7)
