"""Sparse Jacobians and Hessians: the pattern, a colouring, and a few sweeps.

>>> import numpy as np
>>> def f(x): return x[1:] - x[:-1] ** 2
>>> J = sparse_jacobian(f)
>>> J(np.array([1.0, 2.0, 3.0])).toarray().tolist()
[[-2.0, 1.0, 0.0], [0.0, -4.0, 1.0]]
>>> J.sweeps
2

The pattern follows from the program (`transform/structure.py`): it holds for every value of the
differentiated argument.  It is found at the first call and again when another argument changes.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.api import grad, positions
from sourcead.callables import Compiled, Mode, source_of
from sourcead.coloring import column_coloring, star_coloring
from sourcead.derivative import Applied, Derivative
from sourcead.errors import NotDifferentiable, WrongPattern
from sourcead.linear import Linearization, LinearMap, linear_map, transposed_map
from sourcead.nested import flatten

if TYPE_CHECKING:
    from sourcead.ir.kinds import Kind

__all__ = ["SparseJacobian", "sparse_hessian", "sparse_jacobian"]

AT_ONCE = 1 << 22  # numbers of one stack of seeds: 32 MB
MODES = ("auto", "forward", "reverse")


def sparse_jacobian(
    function: Any,
    argnum: int | str = 0,
    *,
    pattern: Any = None,
    mode: str = "auto",
    as_array: bool = False,
) -> SparseJacobian:
    """The Jacobian of an array function of an array as a `scipy.sparse.csr_array` (out.size, x.size).

    pattern: where entries may be (a sparse or dense matrix of that shape), if it is known; else it is
      found from the program.
    mode: "forward" (a direction for each colour of the columns), "reverse" (a sweep for each colour of the
      rows), or "auto": whichever are fewer.
    as_array: the result is a NumPy array, from as few sweeps: for solvers that take no sparse matrix
      (`scipy.optimize.root`).

    Each call takes one direction more than there are colours, and compares: an entry outside of a
    pattern that was given raises `WrongPattern`.  Source: Curtis, Powell and Reid (1974).
    """
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
    return SparseJacobian(function, argnum, pattern, mode, symmetric=False, as_array=as_array)


def sparse_hessian(
    function: Any, argnum: int | str = 0, *, pattern: Any = None, as_array: bool = False
) -> SparseJacobian:
    """The second derivatives of a real scalar function of an array: `scipy.sparse.csr_array` (x.size, x.size).

    Forward over reverse, one direction for each colour of a star colouring; see `sparse_jacobian`.
    """
    gradient = grad(function, argnum)
    return SparseJacobian(gradient, argnum, pattern, "forward", symmetric=True, as_array=as_array)


@dataclass(frozen=True)
class Plan:
    """A pattern, its colouring, and where each entry is found in the compressed matrix.

    colors: of the columns, or of the rows where `by_rows`.  `color` and `place` give for each entry of
    the pattern (in the order of its `indices`) the sweep and the number in its result.
    """

    pattern: Any
    colors: Any
    by_rows: bool
    color: Any
    place: Any
    others: tuple[Any, ...]

    @property
    def sweeps(self) -> int:
        return int(self.colors.max(initial=-1)) + 1


class SparseJacobian(Applied):
    """A sparse Jacobian (or Hessian); calling it gives a `scipy.sparse.csr_array`, or an array of it.

    pattern: the one used last, a boolean csr_array.  colors: its colouring.  sweeps: how many directions a
    call takes, without the one that compares.  why_dense: why everything may depend on everything, if so.
    """

    def __init__(
        self,
        function: Any,
        argnum: int | str,
        pattern: Any,
        mode: str,
        *,
        symmetric: bool,
        as_array: bool = False,
    ) -> None:
        self._function = function
        self._wrt, _ = positions(function, argnum)
        self._given = None if pattern is None else _as_pattern(pattern)
        self._mode = mode
        self._symmetric = symmetric
        self._as_array = as_array
        self._plan: Plan | None = None
        self._structure = Structure(function, self._wrt)
        self.why_dense = ""
        self.__name__ = (
            f"{source_of(function).name}_sparse_{'hessian' if symmetric else 'jacobian'}"
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        plan = self.prepare(*args, **kwargs)
        derivative: LinearMap = self._applied()(*args, **kwargs)
        matrix = _from_sweeps(plan, derivative)
        self._compare(plan, matrix, derivative)
        return matrix.toarray() if self._as_array else matrix

    def _applied(self) -> Linearization:
        """Before any call, by forward mode unless reverse was asked for."""
        by_rows = self._mode == "reverse" if self._plan is None else self._plan.by_rows
        return (transposed_map if by_rows else linear_map)(self._function, self._wrt, False)

    @property
    def pattern(self) -> Any:
        return self._known().pattern

    @property
    def colors(self) -> Any:
        return self._known().colors

    @property
    def sweeps(self) -> int:
        return self._known().sweeps

    def _known(self) -> Plan:
        if self._plan is None:
            raise ValueError("call it first, or prepare(*args)")
        return self._plan

    def forget(self) -> None:
        """Find the pattern anew at the next call (after a global that the function reads has changed)."""
        self._plan = None

    def prepare(self, *args: Any, **kwargs: Any) -> Plan:
        """Find pattern and colouring for these arguments, if they are not known."""
        full = self._structure.bound(*args, **kwargs)
        at = self._wrt[0]
        others = (*full[:at], np.shape(full[at]), *full[at + 1 :])
        if self._plan is None or not _same(self._plan.others, others):
            self._plan = self._planned(full, copy.deepcopy(others))
        return self._plan

    def _planned(self, full: tuple[Any, ...], others: tuple[Any, ...]) -> Plan:
        pattern = self._given
        if pattern is None:
            pattern, self.why_dense = self._structure.pattern(full)
        if self._symmetric:
            pattern = _as_pattern(pattern + pattern.T)
            return _symmetric_plan(pattern, others)
        return _plan(pattern, self._mode, others)

    def _compare(self, plan: Plan, matrix: Any, derivative: LinearMap) -> None:
        """Does the matrix act as the derivative does, in a direction drawn for this?"""
        size = matrix.shape[0] if plan.by_rows else matrix.shape[1]
        seed = np.random.default_rng(size).standard_normal(size)
        found = _applied(derivative, seed[None], plan)[0]
        expected = (matrix.T if plan.by_rows else matrix) @ seed
        scale = (abs(matrix).T if plan.by_rows else abs(matrix)) @ abs(seed)
        slack = 1e-9 if found.dtype == np.float64 else 1e-3
        if not np.all((abs(found - expected) <= slack * (scale + 1.0)) | ~np.isfinite(found)):
            self._plan = None
            raise WrongPattern.at(
                derivative.origin,
                "the derivative has entries outside of the pattern",
                "leave pattern out, so that it is found from the program",
            )

    def __repr__(self) -> str:
        return f"<{self.__name__}>"


# -- the pattern -----------------------------------------------------------------------------------


class Structure(Derivative):
    """Finds the pattern of a function's Jacobian."""

    def __init__(self, function: Any, wrt: tuple[int, ...]) -> None:
        super().__init__(function, Mode("structure", wrt), "structure")

    def bound(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """One value for each parameter."""
        return self._bind(args, kwargs)

    def pattern(self, full: tuple[Any, ...]) -> tuple[Any, str]:
        """The pattern, and why it is dense if that is so because the program cannot be followed."""
        x = full[self._mode.wrt[0]]
        if not isinstance(x, np.ndarray):
            raise NotDifferentiable.at(
                self._origin(),
                f"a sparse Jacobian is with respect to an array, not a {type(x).__name__}",
                "use sourcead.jacobian",
            )
        own = copy.deepcopy(full)
        try:
            return self._followed(own, x), ""
        except Exception as reason:
            # Whatever goes wrong with sets in place of numbers: all may depend on all, which is never wrong.
            value = linear_map(self._function, self._mode.wrt, False)(*copy.deepcopy(full)).value
            size = sum(np.size(leaf) for leaf in flatten(value)[0])
            return _as_pattern(np.ones((size, x.size), bool)), str(reason).partition("\n")[0]

    def _followed(self, full: tuple[Any, ...], x: Any) -> Any:
        from sourcead.runtime.dependences import Dependences, inputs

        compiled = self._compiled(self._kinds(full), full)
        value, saved = compiled.call(*full)
        with np.errstate(all="ignore"):
            found = compiled.reverse(saved, inputs(x.shape))
        size = np.size(value)
        sets = np.asarray(found, object).ravel()
        if len(sets) != size:
            raise ValueError("the result is not one array")
        own = [s.found() if isinstance(s, Dependences) else () for s in sets.tolist()]
        rows = np.repeat(np.arange(size), [len(s) for s in own])
        columns = np.fromiter((j for s in own for j in s), int, len(rows))
        return _pattern_from(rows, columns, (size, x.size))

    def _target(self, compiled: Compiled) -> Callable[..., Any]:
        return compiled.call

    def _check_argument(self, kind: Kind, value: Any, name: str) -> None:
        return


def _pattern_from(rows: Any, columns: Any, shape: tuple[int, int]) -> Any:
    import scipy.sparse

    ones = np.ones(len(rows), bool)
    return _as_pattern(scipy.sparse.csr_array((ones, (rows, columns)), shape=shape))


def _as_pattern(matrix: Any) -> Any:
    """A boolean csr_array with sorted indices: what is stored counts, whatever its value."""
    import scipy.sparse

    made = scipy.sparse.csr_array(matrix, copy=True)
    made.sum_duplicates()
    made.sort_indices()
    return scipy.sparse.csr_array(
        (np.ones(len(made.indices), bool), made.indices, made.indptr), shape=made.shape
    )


# -- compressing -----------------------------------------------------------------------------------


def _plan(pattern: Any, mode: str, others: tuple[Any, ...]) -> Plan:
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    columns = pattern.indices
    by_column = by_row = None
    if mode != "reverse":
        by_column = column_coloring(pattern)
    if mode != "forward":
        by_row = column_coloring(pattern.T.tocsr())
    if by_column is None or (
        by_row is not None and by_row.max(initial=0) < by_column.max(initial=0)
    ):
        return Plan(pattern, by_row, True, by_row[rows], columns, others)  # type: ignore[index]
    return Plan(pattern, by_column, False, by_column[columns], rows, others)


def _symmetric_plan(pattern: Any, others: tuple[Any, ...]) -> Plan:
    """Entry (i, j) is in row i of the sum of j's colour, or in row j of that of i's."""
    colors = star_coloring(pattern)
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    columns = pattern.indices
    count = int(colors.max(initial=-1)) + 1
    seen = np.bincount(rows * count + colors[columns], minlength=len(colors) * count)
    alone = seen[rows * count + colors[columns]] == 1  # no other column of that colour has row i
    color = np.where(alone, colors[columns], colors[rows])
    place = np.where(alone, rows, columns)
    return Plan(pattern, colors, False, color, place, others)


def _from_sweeps(plan: Plan, derivative: LinearMap) -> Any:
    """The matrix: one direction for each colour, the sum of its columns (or rows)."""
    import scipy.sparse

    size = len(plan.colors)
    data: Any = None
    order = np.argsort(plan.color, kind="stable")
    bounds = np.searchsorted(plan.color[order], np.arange(plan.sweeps + 1))
    step = max(1, AT_ONCE // max(size, 1))
    for first in range(0, plan.sweeps, step):
        last = min(first + step, plan.sweeps)
        seeds = np.equal(plan.colors, np.arange(first, last)[:, None])
        compressed = _applied(derivative, seeds, plan)
        part = order[bounds[first] : bounds[last]]
        if data is None:
            data = np.zeros(len(plan.color), compressed.dtype)
        data[part] = compressed[plan.color[part] - first, plan.place[part]]
    data = np.zeros(len(plan.color)) if data is None else data
    pattern = plan.pattern
    return scipy.sparse.csr_array((data, pattern.indices, pattern.indptr), shape=pattern.shape)


def _applied(derivative: LinearMap, seeds: Any, plan: Plan) -> Any:
    """The derivative in the directions `seeds` (k, size), as (k, size of the other side)."""
    like = derivative.value if plan.by_rows else derivative.primals[0]
    stack = seeds.reshape((len(seeds), *np.shape(like))).astype(np.asarray(like).dtype)
    found = derivative.many(stack if plan.by_rows else (stack,))
    found = found[0] if plan.by_rows else found
    return np.reshape(found, (len(seeds), -1))


def _same(a: Any, b: Any) -> bool:
    """Are two sets of other arguments equal, to the last bit?"""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        alike = type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape
        return alike and a.tobytes() == b.tobytes()
    if isinstance(a, (tuple, list)) and type(a) is type(b):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if a is b:
        return True
    try:
        return type(a) is type(b) and bool(a == b)
    except Exception:  # of the user's __eq__
        return False
