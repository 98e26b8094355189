# ruff: noqa: PIE790, UP031  (statements without effect, old formatting)
"""Exceptions, contexts, text, imports, globals: what happens once, and what has to be gone back over."""

import contextlib
import logging
import threading
import time
import warnings

import numpy as np

from tests.language.registry import case

U2 = np.array([0.7, 1.3])


@case("exceptions: assert", 0.7)
def asserted(x):
    y = x * x
    assert y > 0.0, f"not positive: {y}"
    return y * x


@case("exceptions: raise not reached", 0.7)
def raise_not_reached(x):
    if x < 0.0:
        raise ValueError("negative")
    return x * x


@case("exceptions: try without exception, with else and finally", 0.7)
def try_without(x):
    y = x
    try:
        y = y * x
    except ValueError:
        y = 0.0
    else:
        y = y * y
    finally:
        y = y + x
    return y


@case("exceptions: half of the body, then the handler", 0.7)
def try_half(x):
    y = x
    z = x
    try:
        y = y * x
        z = [x][3]
        y = 100.0 * x
    except IndexError:
        z = y * y
    return y + z * x


@case("exceptions: callee that raises half-way", np.array([0.7, 1.3]))
def callee_raises(u):
    def change(v):
        v[0] *= v[1]
        if v[0] > 0.0:
            raise ValueError("half-way")
        v[1] = 100.0

    total = 1.0
    try:
        total = u[0] * 2.0
        change(u)
        total = 100.0 * u[0]
    except ValueError:
        total = total * u[0] * u[0]
    return total + u[1]


@case("exceptions: raised in a loop, handled in the loop", [0.7, 1.3, -0.2])
def handled_in_loop(values):
    def root(v):
        if v < 0.0:
            raise ArithmeticError(v)
        return v**0.5

    total = 1.0
    for v in values:
        try:
            total = total * root(v)
        except ArithmeticError:
            total = total + v * v
    return total


@case("exceptions: active value carried by the exception", 0.7)
def carried_by_exception(x):
    try:
        raise KeyError(x * x)
    except KeyError as error:
        return error.args[0] * x


@case("exceptions: several handlers, the second one runs", 0.7)
def second_handler(x):
    try:
        y = {}["missing"]
    except IndexError:
        y = x
    except (KeyError, TypeError):
        y = x * x
    return y * x


@case("exceptions: re-raised and handled outside", 0.7)
def reraised(x):
    y = x
    try:
        try:
            y = y * x
            raise ValueError
        except ValueError:
            y = y * 3.0
            raise
    except ValueError:
        y = y * y
    return y


@case("exceptions: return in try, finally with an effect", 0.7)
def return_in_try(x):
    log = []

    def inner(value):
        try:
            return value * value
        finally:
            log.append(value)

    y = inner(x)
    return y * log[0]


@case("exceptions: finally writes storage", np.array([0.7, 1.3]))
def finally_writes(u):
    try:
        u[0] *= u[1]
    finally:
        u[1] = u[0] * u[0]
    return u[0] * u[1]


class Cache:
    def __init__(self, rate):
        self.rate = rate

    def value(self, x):
        try:
            return self.found * x
        except AttributeError:
            self.found = self.rate * x * x
            return self.found * x


@case("exceptions: attribute computed on the first call", 0.7)
def cached_attribute(x):
    cache = Cache(2.0)
    return cache.value(x) + cache.value(x * x)


@case("exceptions: conversion that fails, or not", 0.7)
def conversion(x):
    total = 1.0
    for item in (x, "text", None):
        try:
            total = total * float(item) + 1.0
        except (TypeError, ValueError):
            total = total * x
    return total


@case("exceptions: look-up of keys that may be missing", 0.7)
def missing_keys(x):
    table = {"a": x, "b": x * x}
    total = 1.0
    for key in ["a", "c", "b"]:
        try:
            total = total * table[key]
        except KeyError:
            total = total + x
    return total


@case("exceptions: a factorization that fails, and another", U2)
def cholesky_or_not(u):
    a = np.outer(u, u)
    try:
        factor = np.linalg.cholesky(a - 5.0 * np.eye(len(u)))
    except np.linalg.LinAlgError:
        factor = np.linalg.cholesky(a + np.eye(len(u)))
    return np.sum(factor**2)


@case("exceptions: division by zero", [0.7, 1.3, 0.0])
def divided(values):
    total = 1.0
    for i in range(3):
        try:
            total = total * values[0] / (i - 1) + values[1]
        except ZeroDivisionError:
            total = total * values[1] * values[1]
    return total


@case("exceptions: raised in a loop, handled behind it", [0.7, 1.3, -0.2, 3.0])
def handled_behind_loop(values):
    total = 1.0
    try:
        for v in values:
            if v < 0.0:
                raise ValueError("negative")
            total = total * v
    except ValueError:
        total = total * total + v
    return total


@case("exceptions: passes an inner handler, reaches an outer one", 0.7)
def outer_handler(x):
    try:
        try:
            y = x * x
            if y > 0.0:
                raise KeyError("outer")
            y = y * 100.0
        except ValueError:
            y = y * 1000.0
        y = y * 10000.0
    except KeyError:
        y = y + x
    else:
        y = y * 7.0
    return y * x


@case("exceptions: half of the writes to an array", U2)
def half_written(u):
    work = u * 1.0
    try:
        work[0] = work[0] * work[1]
        work[7] = work[0]
        work[1] = 1000.0
    except IndexError:
        work[1] = work[0] * work[1]
    return work[0] * work[1]


@case("exceptions: break, continue and finally", 0.7)
def leaving_loops(x):
    total = 0.0
    for k in range(6):
        try:
            if k == 1:
                raise LookupError
            if k == 4:
                raise StopIteration
            total = total + x**k
        except LookupError:
            continue
        except StopIteration:
            break
        finally:
            total = total * x
    return total


@case("exceptions: tried again until it works", 0.7)
def tried_again(x):
    for attempt in range(3):
        try:
            if attempt < 2:
                raise ValueError(attempt)
            result = x * attempt
        except ValueError as error:
            result = x * x * error.args[0]
        else:
            break
    return result * x


@case("exceptions: any exception, of anything", [0.7, 1.3, 0.2])
def any_exception(values):
    best = None
    for v in values:
        try:
            root = np.sqrt(v) * v
        except Exception:
            continue
        best = root if best is None else best + root * root
    return best


@case("exceptions: of a function that is passed", 0.7)
def passed_function_raises(x):
    def safe(function, value):
        try:
            return function(value)
        except (ZeroDivisionError, OverflowError):
            return value * 2.0

    return safe(lambda p: p / (p - p), x) * safe(lambda p: p * p, x)


@case("branches: a name bound on some turns only", [-0.2, 0.7, 1.3])
def bound_on_some_turns(values):
    total = 1.0
    for v in values:
        if v > 0.0:
            square = v * v
        if v > 0.5:
            total = total * square + v
    return total


@case("exceptions: StopIteration default of next", 0.7)
def next_default(x):
    source = iter([2])
    return x ** next(source) * next(source, 3.0) * x


@case("exceptions: stores that are tried for their exception", 0.7)
def tried_stores(x):
    table = np.array([1.0, 2.0])
    total = 0.0
    for i in range(4):
        try:
            table[i] = 3.0
            total = total + x
        except IndexError:
            total = total * x
    return total


@case("contexts: np.errstate", 0.7)
def errstate(x):
    with np.errstate(divide="ignore"):
        y = np.log(x) * x
    return y * y


@case("contexts: lock around active code", 0.7)
def lock(x):
    guard = threading.Lock()
    y = x
    for _ in range(2):
        with guard:
            y = y * x + 1.0
    return y


@case("contexts: contextlib.suppress", 0.7)
def suppress(x):
    y = x
    with contextlib.suppress(KeyError):
        y = y * x
        y = y + {}["missing"]
        y = 100.0 * x
    return y * y


class Doubling:
    """A context manager whose `as` value is active."""

    def __init__(self, x):
        self.x = x

    def __enter__(self):
        return self.x * 2.0

    def __exit__(self, *exception):
        self.x = 0.0


@case("contexts: own context manager with an active value", 0.7)
def own_context(x):
    with Doubling(x * x) as y, Doubling(y) as z:
        return y * z


class Scaled:
    """A context manager that is used several times, and changes on the way out."""

    def __init__(self, factor):
        self.factor = factor

    def __enter__(self):
        return self.factor * 2.0

    def __exit__(self, *exception):
        self.factor = self.factor * self.factor
        return False


@case("contexts: own context manager used again", 0.7)
def context_again(x):
    scaled = Scaled(x)
    total = 1.0
    for _ in range(3):
        with scaled as factor:
            total = total * factor + x
    return total * scaled.factor


class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return True


@case("contexts: one that could swallow an exception, and need not", 0.7)
def context_not_swallowing(x):
    y = x
    with Swallowing():
        y = y * x
    return y * y


@case("text: f-string and print of active values", 0.7)
def printed(x):
    y = x * x
    print(f"{y:.3f} and {x!r}", end="")
    return y * len(f"{y:8.2f}")


@case("text: doc string, pass, ellipsis, expression statement", 0.7)
def documented(x):
    """Nothing of this matters."""
    pass
    ...
    x * x
    return x**3


@case("text: str methods, join, formatting", 0.7)
def text_methods(x):
    words = "-".join(["a", "b", "c"]).upper().split("-")
    return x ** len(words) + len("%d %s" % (3, words[0])) * x


@case("effects: warning, logging", 0.7)
def warned(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn("large", stacklevel=1)
    logging.getLogger("tests").debug("x = %s", x)
    return x * x


@case("effects: inactive work between active lines", 0.7)
def inactive_between(x):
    start = time.perf_counter()
    y = x * x
    elapsed = time.perf_counter() - start
    return y * x if elapsed >= 0.0 else y


@case("effects: random numbers are drawn once", 0.7, np.random.default_rng(5))
def drawn_once(x, rng):
    total = x
    for _ in range(3):
        total = total * x + rng.normal() * x
    return total * rng.random()


@case("effects: generator shared with a callee", 0.7)
def generator_shared(x):
    rng = np.random.default_rng(3)

    def noisy(v):
        return v * rng.standard_normal(2)

    return np.sum(noisy(x) * noisy(x * x))


@case("imports: inside the function", 0.7)
def imports(x):
    import math
    from math import cos as cosine

    return math.sin(x) * cosine(x)


@case("imports: submodule by attribute", np.array([[2.0, 0.3], [0.1, 1.5]]))
def submodule(a):
    import numpy.linalg

    return numpy.linalg.det(a) * a[0, 1]


SCALE = 3.0
COUNT = 0
TABLE = {"low": 2.0, "high": 5.0}
BUFFER = np.zeros(3)
CARRIER = 0.0


@case("globals: read", 0.7)
def global_read(x):
    return SCALE * x * x + TABLE["high"] * x


@case("globals: inactive counter written", 0.7)
def global_counter(x):
    global COUNT
    COUNT = 0
    for _ in range(3):
        COUNT += 1
        x = x * x + COUNT
    return x


@case("globals: rebound after use", 0.7)
def global_rebound(x):
    global SCALE
    SCALE = 3.0
    y = SCALE * x * x
    SCALE = 5.0
    z = SCALE * y * y
    SCALE = 3.0
    return y * z


@case("globals: active value written and read in the same call", 0.7)
def global_active(x):
    global CARRIER
    CARRIER = x * x
    y = CARRIER * x
    CARRIER = 0.0
    return y


@case("globals: array written in place, then read", 0.7)
def global_buffer(x):
    BUFFER[:] = 0.0
    BUFFER[1] = x * x
    BUFFER[2] = BUFFER[1] * x
    total = np.sum(BUFFER * BUFFER)
    BUFFER[:] = 0.0
    return total


def reads_scale(x):
    return SCALE * x


@case("globals: rebound between two calls of a callee", 0.7)
def global_in_callee(x):
    global SCALE
    SCALE = x
    y = reads_scale(x)
    SCALE = 3.0
    return y * reads_scale(x)


@case("exceptions: a finally that it passes binds a variable", 0.3, 1.3)
def finally_passed(x, y):
    z = x
    try:
        try:
            if x < 0.5:
                raise ValueError(x)
        finally:
            z = z * y
    except ValueError:
        z = z * z
    return z * x


@case("contexts: left by an exception that is caught outside", 0.3, 1.3)
def context_left(x, y):
    total, lock = x, threading.Lock()
    try:
        with lock, np.errstate(all="ignore"):
            total = total * y
            if x < 0.5:
                raise ValueError("small")
            total = 0.0
    except ValueError as error:
        total = total * len(error.args) + y
    return total * total


@case("exceptions: the name of one that Python raises", 0.7)
def named_by_python(x):
    rates, y = {"a": x}, x
    for key in ("a", "b"):
        try:
            y = y * rates[key]
        except KeyError as error:
            y = y + x * len(error.args)
    return y


@case("imports: tried, with a way round", np.array([0.7, 1.3]))
def tried_import(u):
    try:
        from math import prod as product
    except ImportError:
        product = None
    return product([u[0], u[1]]) if product is not None else u[0]
