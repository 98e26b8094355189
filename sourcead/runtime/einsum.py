"""The adjoint of `np.einsum` in one operand, for every form of its subscripts.

The seed takes the operand's place: `ij,jk->ik` gives `ik,jk->ij`.  What the plain exchange lacks is
put in as further operands: a vector of ones for an index that only this operand has (it was summed
away), an identity matrix for an index that it repeats (its diagonal was taken).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "einsum_adjoint",
    "einsum_adjoint_change",
    "einsum_adjoint_seeds",
    "einsum_adjoints",
    "einsum_tangents",
    "exchanged",
]


def exchanged(subscripts: str, k: int) -> Any:
    """The subscripts of the k-th operand's adjoint, or None where that needs more than an exchange.

    The operands are then the seed and the other operands in their order.

    >>> exchanged("ij,jk->ik", 1), exchanged("ij,jk", 0), exchanged("ii->i", 0), exchanged("ij->i", 0)
    ('ik,ij->jk', 'ik,jk->ij', None, None)
    """
    if not isinstance(subscripts, str) or "." in subscripts:
        return None
    inputs, output = _split(subscripts)
    target = inputs[k]
    others = inputs[:k] + inputs[k + 1 :]
    if len(set(target)) < len(target) or set(target) - set(output.join(others)) - set(output):
        return None
    return ",".join([output, *others]) + "->" + target


def _split(subscripts: str) -> tuple[list[str], str]:
    """The operands' and the result's subscripts; without `->` the result has the unrepeated ones in order."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        right = ("..." if "..." in left else "") + "".join(
            sorted(c for c in set(letters) if letters.count(c) == 1)
        )
    return left.split(","), right


def einsum_adjoint(y_bar: Any, k: int, subscripts: Any, *operands: Any) -> Any:
    """The adjoint of operand number `k` of `np.einsum(subscripts, *operands)`."""
    arrays, inputs, output = _labelled(subscripts, operands)
    sizes: dict[Any, int] = {}
    for array, labels in zip(arrays, inputs):
        for label, size in zip(labels, np.shape(array)):
            sizes[label] = max(size, sizes.get(label, size)) if size else 0
    dtype = np.result_type(y_bar)
    terms: list[Any] = [y_bar, output]
    known = {label for label, size in zip(output, np.shape(y_bar)) if size == sizes[label]}
    plain = True  # NumPy cannot choose an order where an index is stretched
    for i, (array, labels) in enumerate(zip(arrays, inputs)):
        long = [label for label, size in zip(labels, np.shape(array)) if size == sizes[label]]
        plain = plain and len(long) == len(labels)
        if i != k:
            terms += [array, labels]
            known |= set(long)
    target: list[int] = []
    fresh = len(sizes)
    for label, size in zip(inputs[k], np.shape(arrays[k])):
        if size == 1 and sizes[label] != 1:  # stretched along this index: summed over
            continue
        if label not in known:
            terms += [np.ones(size, dtype), [label]]
            known.add(label)
        if label in target:
            terms += [np.eye(size, dtype=dtype), [label, fresh]]
            target.append(fresh)
            fresh += 1
        else:
            target.append(label)
    return np.reshape(
        np.einsum(*terms, target, optimize=plain and len(terms) > 4), np.shape(arrays[k])
    )


def einsum_adjoints(y_bar: Any, subscripts: Any, *operands: Any) -> tuple[Any, ...]:
    """The adjoints of all arguments, None for those that are no arrays (lists of subscripts)."""
    if isinstance(subscripts, str):
        return (
            None,
            *[einsum_adjoint(y_bar, k, subscripts, *operands) for k in range(len(operands))],
        )
    given = (subscripts, *operands)
    count = len(given) // 2
    bars: list[Any] = [None] * len(given)
    for k in range(count):
        bars[2 * k] = einsum_adjoint(y_bar, k, *given)
    return tuple(bars)


def einsum_adjoint_seeds(
    x_bar: Any, y_bar: Any, k: int, subscripts: Any, operands: tuple[Any, ...]
) -> tuple[Any, tuple[Any, ...]]:
    """Adjoints of `einsum_adjoint(y_bar, k, subscripts, *operands)`, by the seed in operand k's place.

    It is linear in y_bar, where the transpose is `np.einsum` itself, and in each other operand.
    """
    arrays, inputs, output = _labelled(subscripts, operands)
    arrays[k] = x_bar
    terms: list[Any] = []
    for array, labels in zip(arrays, inputs):
        terms += [array, labels]
    others = [
        np.zeros_like(operands[k]) if i == k else einsum_adjoint(y_bar, i, *terms, output)
        for i in range(len(arrays))
    ]
    if not isinstance(subscripts, str):
        raise NotImplementedError("einsum without a string of subscripts has no second derivative")
    return np.einsum(*terms, output), tuple(others)


def einsum_adjoint_change(
    x: Any,
    y_bar: Any,
    k: int,
    subscripts: Any,
    operands: tuple[Any, ...],
    y_bar_dot: Any,
    operands_dot: Any,
) -> Any:
    """The tangent of `einsum_adjoint`: of the seed and of each other operand in turn."""
    x_dot: Any = np.zeros_like(x)
    if y_bar_dot is not None:
        x_dot = x_dot + einsum_adjoint(y_bar_dot, k, subscripts, *operands)
    for i, dot in enumerate(operands_dot or ()):
        if dot is not None and i != k:
            x_dot = x_dot + einsum_adjoint(
                y_bar, k, subscripts, *operands[:i], dot, *operands[i + 1 :]
            )
    return x_dot


def einsum_tangents(
    subscripts: Any, operands: Any, subscripts_dot: Any, operands_dot: Any, optimize: Any
) -> Any:
    """The tangent of `np.einsum`: each array in turn replaced by its tangent (None: it has none)."""
    given, dots = (
        [subscripts, *operands],
        [subscripts_dot, *(operands_dot or [None] * len(operands))],
    )
    total: Any = 0.0
    for k, (array, dot) in enumerate(zip(given, dots)):
        if dot is not None and not isinstance(array, (str, list, tuple)):
            total = total + np.einsum(*given[:k], dot, *given[k + 1 :], optimize=optimize)
    return total


def _labelled(
    subscripts: Any, operands: tuple[Any, ...]
) -> tuple[list[Any], list[list[int]], list[int]]:
    """Arrays, their labels and the result's labels: small integers, the ellipsis written out."""
    if isinstance(subscripts, str):
        arrays = list(operands)
        inputs, output = _split(subscripts)
        texts: list[Any] = [_letters(text) for text in inputs]
        result: Any = _letters(output)
    else:
        given = [subscripts, *operands]
        arrays, texts = given[0 : len(given) - 1 : 2], [list(each) for each in given[1::2]]
        if len(given) % 2:
            result = list(given[-1])
        else:
            flat = [label for text in texts for label in text if label is not Ellipsis]
            result = sorted(label for label in set(flat) if flat.count(label) == 1)
            if any(Ellipsis in text for text in texts):
                result = [Ellipsis, *result]
    rank = max(
        (np.ndim(array) - len(text) + 1 for array, text in zip(arrays, texts) if Ellipsis in text),
        default=0,
    )
    numbers: dict[Any, int] = {}
    inputs_ = [
        [numbers.setdefault(label, len(numbers)) for label in _written_out(text, np.ndim(array))]
        for array, text in zip(arrays, texts)
    ]
    return (
        arrays,
        inputs_,
        [numbers[label] for label in _written_out(result, len(result) - 1 + rank)],
    )


def _letters(text: str) -> list[Any]:
    """
    >>> _letters("i...j")
    ['i', Ellipsis, 'j']
    """
    before, dots, behind = text.partition("...")
    return [*before, *([Ellipsis] if dots else []), *behind]


def _written_out(text: list[Any], rank: int) -> list[Any]:
    """The ellipsis replaced by labels that count from the last axis it stands for."""
    if Ellipsis not in text:
        return text
    at = text.index(Ellipsis)
    count = rank - (len(text) - 1)
    return [*text[:at], *(("...", -i) for i in range(count, 0, -1)), *text[at + 1 :]]
