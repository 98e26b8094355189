"""Functions whose loops are left in many ways: nested tests with `return`, `break` and `continue`.

text = exits_program(Random(3))     # def f(x, n): ... with x: float64[4], n: int
"""

from __future__ import annotations

from random import Random

__all__ = ["exits_program"]

STATEMENTS = (
    "s += x[j % 4] * {}",
    "s = s * x[(j + 1) % 4] + {}",
    "t = x[j % 4] * s + {}",
    "s -= {} * t",
)
DEEPEST = 3


def exits_program(rng: Random) -> str:
    """The text of a function that returns a number."""
    lines = ["def f(x, n):", "    s = t = x[0]", "    j = 0", "    for j in range(n, 4):"]
    lines += _block(rng, 1, True, 2)
    lines += _block(rng, 0, False, 1)
    return "\n".join([*lines, "    return s + 0.5 * t", ""])


def _block(rng: Random, depth: int, in_loop: bool, indent: int) -> list[str]:
    """One to three statements; behind an exit nothing follows."""
    out: list[str] = []
    for _ in range(rng.randint(1, 3)):
        found = _statement(rng, depth, in_loop, indent)
        out += found
        if found[-1].split()[0] in ("return", "break", "continue"):
            break
    return out


def _statement(rng: Random, depth: int, in_loop: bool, indent: int) -> list[str]:
    space, choice = "    " * indent, rng.random()
    if choice < 0.4 and depth < DEEPEST:
        return _test(rng, depth, in_loop, indent)
    if choice < 0.5 and depth < DEEPEST - 1:
        return _loop(rng, depth, in_loop, indent)
    if in_loop and choice < 0.65:
        return [space + rng.choice(["break", "continue"])]
    if depth > 0 and choice < 0.75:
        return [f"{space}return s * {_number(rng)} + {rng.choice('st')}"]
    return [space + rng.choice(STATEMENTS).format(_number(rng))]


def _test(rng: Random, depth: int, in_loop: bool, indent: int) -> list[str]:
    space = "    " * indent
    place, relation, bound = rng.randint(0, 3), rng.choice("<>"), round(rng.uniform(-1.0, 1.0), 2)
    lines = [f"{space}if x[(j + {place}) % 4] * s {relation} {bound}:"]
    lines += _block(rng, depth + 1, in_loop, indent + 1)
    if rng.random() < 0.3:
        lines.append(f"{space}elif j > {rng.randint(0, 3)}:")
        lines += _block(rng, depth + 1, in_loop, indent + 1)
    if rng.random() < 0.5:
        lines += [f"{space}else:", *_block(rng, depth + 1, in_loop, indent + 1)]
    return lines


def _loop(rng: Random, depth: int, in_loop: bool, indent: int) -> list[str]:
    space = "    " * indent
    if rng.random() < 0.5:
        lines = [f"{space}for j in range({rng.choice('01n')}, 4):"]
    else:
        lines = [f"{space}while j < 6:", f"{space}    j += 1"]
    lines += _block(rng, depth + 1, True, indent + 1)
    if rng.random() < 0.3:
        lines += [f"{space}else:", *_block(rng, depth + 1, in_loop, indent + 1)]
    return lines


def _number(rng: Random) -> str:
    return f"{rng.uniform(0.2, 1.0):.1f}"
