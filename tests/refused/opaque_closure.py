"""An active value enters by what a function argument closes over."""

import threading

import sourcead


def program(x):
    results = []
    worker = threading.Thread(target=lambda: results.append(x * x))  # error: NoRule
    worker.start()
    worker.join()
    return results[0]


def call():
    sourcead.grad(program)(0.7)
