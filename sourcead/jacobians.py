"""Whole matrices of derivatives: what is varied, in how many directions, and how the columns become blocks.

>>> import numpy as np
>>> jacobian(lambda x: x[1:] * x[:-1])(np.array([1.0, 2.0, 3.0])).tolist()
[[2.0, 1.0, 0.0], [0.0, 3.0, 2.0]]

Reverse mode takes a sweep for each number of the result, forward mode a direction for each number of
the arguments.  Both take many seeds at once where the generated code can be given a leading axis for
them (`transform/batch.py`), and one after the other where it cannot.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sourcead.api import Argnums, Derivative, addresses_star, grad, positions, pushforward
from sourcead.callables import source_of
from sourcead.derivative import Applied, Spread
from sourcead.errors import NonScalarOutput, NotDifferentiable, NotSeparable, UnknownArgument
from sourcead.importable import importable
from sourcead.ir.origin import Origin
from sourcead.linear import Linearization, LinearMap, linear_map, transposed_map
from sourcead.nested import Structure, flatten, flatten_like, unflatten
from sourcead.otherwise import Otherwise, is_refused

__all__ = ["Hvp", "Jacobian", "hessian", "hvp", "jacobian"]

MODES = ("auto", "forward", "reverse")
AT_ONCE = 1 << 18  # numbers of one intermediate array: 2 MB, what stays in a core's cache


def jacobian(
    function: Any, argnums: Argnums = 0, *, mode: str = "auto", has_aux: bool = False
) -> Jacobian | Spread:
    """The derivative of every number of the result by every number of the arguments `argnums`.

    For an array result and one array argument: an array of shape `out.shape + x.shape`.  A result that
    is nested gives the same nesting, with such a block in place of each number or array; an argument
    that is nested gives, in place of each block, its own nesting of blocks; several `argnums` give a
    tuple in each place (as in `jax.jacobian`).

    mode: "reverse" (a sweep for each number of the result), "forward" (a direction for each number of
      the arguments), or "auto": whichever are fewer.
    has_aux: the function returns `(out, aux)`; the result is `(jacobian, aux)`.

    A complex result of complex arguments has a derivative of this shape only if the function is
    holomorphic; one that is not is refused while it runs.
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
    if addresses_star(function, argnums):
        return Spread(function, argnums, lambda f: jacobian(f, argnums, mode=mode, has_aux=has_aux))
    return Jacobian(function, argnums, mode, has_aux)


def hessian(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Jacobian | Spread:
    """The matrix of second derivatives of a real scalar function, forward over reverse.

    Shape `x.shape + x.shape` for an array argument; nested arguments and several `argnums` give blocks
    as in `jacobian`.  The two triangles agree to rounding.
    """
    if addresses_star(function, argnums):
        return Spread(function, argnums, lambda f: hessian(f, argnums, has_aux=has_aux))
    return Hessian(function, argnums, has_aux)


def hvp(function: Any, argnums: Argnums = 0, *, has_aux: bool = False) -> Hvp | Spread:
    """Hessian times vector: `hvp(f)(*args, v)`, with `v` (a tuple for several argnums) like the argument.

    Forward over reverse: the cost of a few gradients, whatever the size.  has_aux: the function returns
    `(value, aux)`; the result is `(product, aux)`.
    """
    if addresses_star(function, argnums):
        return Spread(function, argnums, lambda f: hvp(f, argnums, has_aux=has_aux), behind=1)
    return Hvp(function, argnums, has_aux)


class Jacobian(Applied):
    """A Jacobian of `function`; calling it gives the blocks.

    source: the text that was run last, with the leading axis for the seeds where it has one.
    """

    def __init__(self, function: Any, argnums: Argnums, mode: str, has_aux: bool) -> None:
        self._function = function
        self._wrt, self._single = positions(function, argnums)
        self._argnums = argnums
        self._mode = mode
        self._aux = has_aux
        self._forward: dict[Any, bool] = {}  # the cheaper mode, by the arguments' shapes
        self._last: LinearMap | None = None
        self.__name__ = f"{source_of(function).name}_jacobian"
        self.__doc__ = f"The Jacobian of `{source_of(function).name}`."
        options = {"argnums": argnums, "mode": mode, "has_aux": has_aux}
        self.__taken__ = jacobian, function, options  # for a function that calls it

    def __reduce__(self) -> Any:
        return type(self), (importable(self._function), self._argnums, self._mode, self._aux)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = self._linearized(args, kwargs)
        self._last = found
        matrix = self._matrix(found)
        return (matrix, found.aux) if self._aux else matrix

    def _matrix(self, found: LinearMap) -> Any:
        inputs = _Side.of(tuple(found.primals))
        outputs = _Side.of(found.value)
        by = _by_rows if found.is_transposed else _by_columns
        return self._assembled(by(found, inputs, outputs), inputs, outputs)

    def _applied(self) -> Linearization:
        """By the mode that ran last; before any call, by forward mode unless reverse was asked for."""
        by_rows = self._mode == "reverse" if self._last is None else self._last.is_transposed
        return (transposed_map if by_rows else linear_map)(self._function, self._wrt, self._aux)

    def _linearized(self, args: Any, kwargs: Any) -> LinearMap:
        """The derivative at the arguments as a linear map, in the mode with fewer seeds."""
        forward = linear_map(self._function, self._wrt, self._aux)
        if self._mode == "forward":
            return forward(*args, **kwargs)  # type: ignore[no-any-return]
        reverse = transposed_map(self._function, self._wrt, self._aux)
        if self._mode == "reverse":
            return reverse(*args, **kwargs)  # type: ignore[no-any-return]
        return self._cheaper(forward, reverse, args, kwargs)

    def _cheaper(
        self, forward: Linearization, reverse: Linearization, args: Any, kwargs: Any
    ) -> LinearMap:
        """The map of the mode that was cheaper for arguments of these shapes before, or a guess.

        How many numbers the result has is known when it has been computed: a wrong guess costs time
        once, and is not repeated.
        """
        inputs = _Side.of(forward.primals(*args, **kwargs))
        key = tuple(inputs.shapes)
        by_columns = self._forward.get(key, inputs.size == 1)
        found: LinearMap = (
            _first_that_can(forward, reverse, args, kwargs)
            if by_columns
            else reverse(*args, **kwargs)
        )
        outputs = _Side.of(found.value)
        is_forward = outputs.size > inputs.size and outputs.is_complex >= inputs.is_complex
        self._forward[key] = is_forward
        return found

    def _assembled(self, blocks: list[list[Any]], inputs: _Side, outputs: _Side) -> Any:
        rows = []
        for row in blocks:
            parts = unflatten(inputs.structure, row)
            rows.append(parts[0] if self._single else parts)
        return unflatten(outputs.structure, rows)

    def __repr__(self) -> str:
        return f"<jacobian of {source_of(self._function).name}>"


class Hessian(Jacobian):
    """The Jacobian of the gradient of `function`.

    By forward mode over reverse, by reverse over reverse where the tangent cannot be kept, and by reverse over
    forward where the gradient cannot be differentiated.
    """

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool) -> None:
        super().__init__(grad(function, argnums, has_aux=has_aux), argnums, "forward", has_aux)
        self._primal, self._otherwise = function, Otherwise(function, argnums, has_aux)
        name = source_of(function).name
        self.__name__, self.__doc__ = f"{name}_hessian", f"The Hessian of `{name}`."

    def __reduce__(self) -> Any:
        return Hessian, (importable(self._primal), self._argnums, self._aux)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        usual = functools.partial(super().__call__, *args, **kwargs)

        def ran() -> bool:
            ways = (linear_map, transposed_map)
            maps = [way(self._function, self._wrt, self._aux) for way in ways]
            return not all(is_refused(each, *args, **kwargs) for each in maps)

        return self._otherwise.where_refused(usual, ran, self._of_products, args, kwargs)

    def _of_products(self, full: Sequence[Any]) -> Any:
        primals = tuple(full[i] for i in self._wrt)

        def many(seeds: Any) -> Any:
            found = self._otherwise.products(full, seeds)
            return found[0] if self._single else found

        value = primals[0] if self._single else primals  # a gradient is like its argument
        return self._matrix(LinearMap(value, None, primals, many, False, "", Origin.none()))

    def _applied(self) -> Derivative:  # type: ignore[override]
        return self._otherwise.applied if self._otherwise.was_taken else super()._applied()

    def __repr__(self) -> str:
        return f"<hessian of {self.__name__.removesuffix('_hessian')}>"

    def _linearized(self, args: Any, kwargs: Any) -> LinearMap:
        forward = linear_map(self._function, self._wrt, self._aux)
        reverse = transposed_map(self._function, self._wrt, self._aux)
        return _first_that_can(forward, reverse, args, kwargs)


def _first_that_can(
    forward: Linearization, reverse: Linearization, args: Any, kwargs: Any
) -> LinearMap:
    """By forward mode; by reverse mode where the tangent cannot be kept as a linear map."""
    try:
        return forward(*args, **kwargs)  # type: ignore[no-any-return]
    except NotSeparable as refusal:
        try:
            return reverse(*args, **kwargs)  # type: ignore[no-any-return]
        except NotDifferentiable:
            raise refusal from None


class _Side:
    """The arguments, or the result: a structure of leaves, laid out one after the other."""

    def __init__(self, leaves: list[Any], structure: Structure) -> None:
        self.leaves = leaves
        self.structure = structure
        self.shapes = [np.shape(leaf) for leaf in leaves]
        self.sizes = [int(np.prod(shape)) for shape in self.shapes]
        self.size = sum(self.sizes)
        self.is_complex = any(np.iscomplexobj(leaf) for leaf in leaves)

    @staticmethod
    def of(value: Any) -> _Side:
        return _Side(*flatten(value))

    def seeds(self, start: int, stop: int, unit: complex = 1.0) -> Any:
        """Unit directions number `start` to `stop`, along a leading axis of each leaf.

        With an imaginary `unit`, leaves that are real have none.
        """
        stacks = []
        first = 0
        for leaf, shape, size in zip(self.leaves, self.shapes, self.sizes):
            stack = np.zeros((stop - start, size), np.asarray(leaf).dtype)
            at = np.arange(max(start, first), min(stop, first + size))
            if np.iscomplexobj(leaf) or not isinstance(unit, complex):
                stack[at - start, at - first] = unit
            stacks.append(stack.reshape((stop - start, *shape)))
            first += size
        return unflatten(self.structure, stacks)

    def complex_numbers(self) -> Any:
        """Which of the numbers, laid out one after the other, are complex."""
        return np.repeat([np.iscomplexobj(leaf) for leaf in self.leaves], self.sizes)

    def chunks(self, other: _Side) -> Iterator[tuple[int, int]]:
        """Ranges of directions that are taken at once."""
        widest = max([*self.sizes, *other.sizes, 1])
        step = max(16, AT_ONCE // widest)
        return ((k, min(k + step, self.size)) for k in range(0, self.size, step))


def _by_columns(derivative: LinearMap, inputs: _Side, outputs: _Side) -> list[list[Any]]:
    """One direction for each number of the arguments."""
    if outputs.is_complex and inputs.is_complex:
        _check_holomorphic(derivative, inputs)
    if inputs.is_complex and not outputs.is_complex:
        raise _no_matrix(derivative.origin, "arguments are complex and results real", "reverse")
    columns = _stacked(derivative.many, inputs, outputs)
    blocks = []
    for k, shape in enumerate(outputs.shapes):
        # (inputs, *out) -> (*out, inputs)
        matrix = np.moveaxis(columns[k], 0, -1) if inputs.size else np.zeros((*shape, 0))
        cut = np.split(matrix, np.cumsum(inputs.sizes)[:-1], axis=-1)
        blocks.append(
            [
                _block(part.reshape(shape + inner), outputs.leaves[k], inputs.leaves[j])
                for j, (part, inner) in enumerate(zip(cut, inputs.shapes))
            ]
        )
    return blocks


def _by_rows(derivative: LinearMap, inputs: _Side, outputs: _Side) -> list[list[Any]]:
    """One sweep for each number of the result, two where it is complex."""
    rows = _stacked(derivative.many, outputs, inputs)
    if outputs.is_complex:
        turned = _stacked(derivative.many, outputs, inputs, unit=1j)
        is_complex = outputs.complex_numbers()
        rows = [_complex_rows(derivative.origin, r, t, is_complex) for r, t in zip(rows, turned)]
    bounds = np.cumsum(outputs.sizes)[:-1]
    parts = [np.split(row, bounds) for row in rows]
    return [
        [
            _block(parts[j][k].reshape(shape + inner), outputs.leaves[k], inputs.leaves[j])
            for j, inner in enumerate(inputs.shapes)
        ]
        for k, shape in enumerate(outputs.shapes)
    ]


def _complex_rows(origin: Origin, rows: Any, turned: Any, is_complex: Any) -> Any:
    """Rows from the sweeps with cotangents 1 and 1j: for a real x those give Re(dy/dx) and -Im(dy/dx)."""
    if not np.iscomplexobj(rows):
        return rows - 1j * turned
    if not np.allclose(turned[is_complex], 1j * rows[is_complex], rtol=1e-6, atol=1e-12):
        raise _no_matrix(origin, "the function is not holomorphic", "")
    return rows


def _stacked(
    apply: Callable[[Any], Any], seeds: _Side, results: _Side, unit: complex = 1.0
) -> list[Any]:
    """The results of all unit directions, for each leaf along a leading axis."""
    found: list[list[Any]] = [[] for _ in results.leaves]
    for start, stop in seeds.chunks(results):
        leaves = flatten_like(results.structure, apply(seeds.seeds(start, stop, unit)))
        for kept, leaf, shape in zip(found, leaves, results.shapes, strict=True):
            kept.append(_spread(leaf, shape))
    return [
        np.concatenate(parts) if parts else np.zeros((0, *shape))
        for parts, shape in zip(found, results.shapes)
    ]


def _spread(leaf: Any, shape: tuple[int, ...]) -> Any:
    """The derivative zero of a result whose kind was not known is one number for each direction."""
    if np.ndim(leaf) != 1 or not shape:
        return leaf
    return np.broadcast_to(np.reshape(leaf, (-1, *(1 for _ in shape))), (len(leaf), *shape))


def _block(matrix: Any, out: Any, x: Any) -> Any:
    """A block as it is handed out: a Python number by a Python number is one too."""
    if type(out) in (float, complex) and type(x) in (float, complex):
        return matrix.item() if type(out) is complex or type(x) is complex else matrix.real.item()
    kind = np.result_type(np.asarray(out).dtype, np.asarray(x).dtype)
    matrix = matrix if kind.kind == "c" or not np.iscomplexobj(matrix) else matrix.real
    return np.ascontiguousarray(matrix, dtype=kind).reshape(matrix.shape)


def _check_holomorphic(derivative: LinearMap, inputs: _Side) -> None:
    """Is the derivative linear over the complex numbers, in one direction taken for all?"""
    rng = np.random.default_rng(0)
    along = [np.asarray(rng.standard_normal(shape)) for shape in inputs.shapes]
    stack = [np.stack([d, 1j * d]) if np.iscomplexobj(leaf) else np.stack([d, 0 * d])
             for d, leaf in zip(along, inputs.leaves)]  # fmt: skip
    for leaf in flatten(derivative.many(unflatten(inputs.structure, stack)))[0]:
        if not np.allclose(leaf[1], 1j * leaf[0], rtol=1e-6, atol=1e-12):
            raise _no_matrix(derivative.origin, "the function is not holomorphic", "")


def _no_matrix(origin: Origin, cause: str, other: str) -> NonScalarOutput:
    way_out = f"use mode={other!r}" if other else "differentiate its real and imaginary parts"
    return NonScalarOutput.at(origin, f"{cause}: this Jacobian is not defined", way_out)


class Hvp(Applied):
    """Hessian times vector of `function`."""

    def __init__(self, function: Any, argnums: Argnums, has_aux: bool = False) -> None:
        self._function, self._argnums, self._aux = function, argnums, has_aux
        self._gradient: Derivative = grad(function, argnums, has_aux=has_aux)
        self._wrt, self._single = positions(self._gradient, argnums)
        self._otherwise = Otherwise(function, argnums, has_aux)
        self.__name__ = f"{source_of(function).name}_hvp"
        self.__doc__ = f"Hessian times vector of `{source_of(function).name}`."
        options = {"argnums": argnums, "has_aux": has_aux}
        self.__taken__ = hvp, function, options  # for a function that calls it

    def __reduce__(self) -> Any:
        return Hvp, (importable(self._function), self._argnums, self._aux)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not args:
            raise TypeError(f"{self.__name__}() takes the arguments, then the vector")
        *primals, v = args
        dots = self._dots(v)

        def usual() -> Any:
            value, product = self._usual()(*primals, *dots, **kwargs)
            return (product, value[1]) if self._aux else product

        def other(full: Sequence[Any]) -> Any:
            found = self._otherwise.product(full, dots)
            return found[0] if self._single else found

        def ran() -> bool:
            return not is_refused(self._usual(), *primals, **kwargs)

        return self._otherwise.where_refused(usual, ran, other, primals, kwargs)

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for these arguments and vector; nothing is run."""
        *primals, _ = args
        return super().source_for(*primals, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        """That of the function, and the vector behind it."""
        given = list(super().__signature__.parameters.values())
        taken = {p.name for p in given}
        name = next(n for n in ("v", "vector", "hvp_vector") if n not in taken)
        plain = [p.replace(default=p.empty) for p in given if p.kind is not p.KEYWORD_ONLY]
        last = inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY)
        rest = [p for p in given if p.kind is p.KEYWORD_ONLY]
        positional = [p.replace(kind=p.POSITIONAL_ONLY) for p in plain]
        return inspect.Signature([*positional, last, *rest])

    def _dots(self, v: Any) -> Sequence[Any]:
        if self._single:
            return (v,)
        if not isinstance(v, (tuple, list)) or len(v) != len(self._wrt):
            raise UnknownArgument.at(
                Origin.none(),
                f"the vector of a Hessian by {len(self._wrt)} arguments is not a tuple of {len(self._wrt)}",
                "pass one vector for each of argnums",
            )
        return tuple(v)

    def _usual(self) -> Derivative:
        return pushforward(self._gradient, self._wrt, self._aux)  # type: ignore[no-any-return]

    def _applied(self) -> Derivative:
        return self._otherwise.applied if self._otherwise.was_taken else self._usual()

    def __repr__(self) -> str:
        return f"<hvp of {self.__name__.removesuffix('_hvp')}>"
