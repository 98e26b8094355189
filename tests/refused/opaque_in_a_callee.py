"""The refusal names the line inside the callee."""

import pickle

import sourcead


def copied(value):
    return pickle.loads(pickle.dumps(value))  # error: NoRule


def program(x):
    return copied(x) * x


def call():
    sourcead.grad(program)(0.7)
