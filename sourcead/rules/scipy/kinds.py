"""What kinds SciPy's functions and their rules return, where samples of the arguments cannot tell.

Two square matrices that come from one another have the same size; samples only see equal numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    Value,
    broadcast_dims,
    dtype_of,
)
from sourcead.ir.nodes import Const
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.registry import all_rules, lookup

__all__ = [
    "array_at",
    "as_double",
    "is_single",
    "eigenpairs",
    "eigenpairs_of_bands",
    "filtered",
    "filtered_in_sections",
    "like",
    "number",
    "record",
    "one_float",
    "of_ivp",
    "of_path",
    "path",
    "started_at",
    "stretched_like",
    "state_kinds_of_adjoints",
    "two_numbers",
    "unknowns",
]

# Adjoints that may be larger than the argument, which the transform then sums to its shape.
STRETCHED = {"ellipj", "logsumexp", "fftconvolve", "oaconvolve"}


def like(
    function: Callable[..., Any], name: str, double: bool = False
) -> Callable[..., Kind | None]:
    """The result has the shape of parameter `name`, and a type wide enough for all arguments.

    `double`: the function computes in double precision whatever it is given.
    """
    found = kind_like(function, name)

    def kind(*args: Any, **kwargs: Any) -> Kind | None:
        result = found(*args, **kwargs)
        unknown = isinstance(result, Unknown)
        if double and isinstance(result, Array):
            return replace(result, dtype=str(np.result_type(result.dtype, np.float64)))
        return Number() if unknown and any(isinstance(a, Number) for a in args) else result

    return kind


def number(*args: Any, **kwargs: Any) -> Kind:
    """One Python float, whatever the arguments are."""
    return Py(float)


def one_float(kinds: dict[str, Kind]) -> tuple[Kind, ...]:
    """What a function of one number is given."""
    return (Py(float),)


def unknowns(func: Any, x0: Any, *args: Any, **kwargs: Any) -> Array:
    """Of several equations: always a vector, also where one number or a list is the start."""
    if isinstance(x0, Array) and len(x0.dims) == 1:
        return Array("float64", x0.dims)
    listed = x0.items if isinstance(x0, (List, Tuple)) else None
    return Array("float64", (None if listed is None else len(listed),))


def started_at(func: Any, x0: Any, *args: Any, **kwargs: Any) -> Kind:
    """`newton`: like the start."""
    return Array("float64", x0.dims) if isinstance(x0, Array) else Np("float64")


def array_at(func: Any, x0: Any, *args: Any, **kwargs: Any) -> Kind:
    """`fixed_point`: an array like the start, also of no axes."""
    return Array("float64", x0.dims if isinstance(x0, Array) else ())


def of_path(
    path_bar: Any, path: Any, f_forward: Any, f_reverse: Any, at: Any, t: Any, args: Any, *rest: Any
) -> Kind:
    """Adjoints of the start, of the times, and of args of a path."""
    like_args = kind_like(_of_args, "args")(args=args)
    if isinstance(path, Array) and isinstance(t, Array) and like_args is not None:
        return Tuple((Array("float64", path.dims[1:]), Array("float64", t.dims), like_args))
    return Unknown()


def _of_args(args: Any) -> Any:
    return args


def two_numbers(*args: Any, **kwargs: Any) -> Kind:
    """`quad`: an integral and its error estimate."""
    return Tuple((Py(float), Py(float)))


def of_ivp(
    times_bar: Any, path_bar: Any, found: Any, f_forward: Any, f_reverse: Any, t_span: Any, y0: Any,
    t_eval: Any, args: Any, *rest: Any
) -> Kind:  # fmt: skip
    """Adjoints of the ends, of the start, of the output times, and of args."""
    like_args = kind_like(_of_args, "args")(args=args)
    times = t_eval if isinstance(t_eval, Array) else NoneKind()
    start = unknowns(None, y0)
    return Tuple((Tuple((Py(float), Py(float))), start, times, like_args or Unknown()))


def filtered(b: Any, a: Any, x: Any, axis: Any = None, zi: Any = None, **options: Any) -> Kind:
    """`lfilter`: like x, and with an initial state the final one."""
    return _with_state(x, zi)


def filtered_in_sections(sos: Any, x: Any, axis: Any = None, zi: Any = None) -> Kind:
    """`sosfilt`."""
    return _with_state(x, zi)


def _with_state(x: Any, zi: Any) -> Kind:
    if not isinstance(x, Array):
        return Unknown()
    dtype = x.dtype if x.dtype in ("float32", "float64") else "float64"
    if zi is None or getattr(zi, "value", zi) is None:
        return Array(dtype, x.dims)
    dtype = str(np.result_type(dtype, zi.dtype)) if isinstance(zi, Array) else dtype
    dims = zi.dims if isinstance(zi, Array) else ()
    return Tuple((Array(dtype, x.dims), Array(dtype, dims)))


def eigenpairs(a: Any, *, right: Any = None, **options: Any) -> Kind:
    """`eig`: complex eigenvalues, and vectors that are real where all eigenvalues are."""
    dtype = dtype_of(a)
    if dtype is None or not isinstance(a, Array):
        return Unknown()
    values = Array(str(np.result_type(dtype, np.complex64)), a.dims[:-1])
    if right is None or getattr(right, "value", None) is True:
        return Tuple((values, Number(real=False)))
    return values if getattr(right, "value", None) is False else Unknown()


def eigenpairs_of_bands(d: Any, e: Any, eigvals_only: Any = None, **options: Any) -> Kind:
    """`eigh_tridiagonal`: a number for each entry of the diagonal, and a vector for each of them."""
    (size,) = unknowns(None, d).dims
    values = Array("float64", (size,))
    if eigvals_only is None or getattr(eigvals_only, "value", None) is False:
        return Tuple((values, Array("float64", (size, size))))
    return values if getattr(eigvals_only, "value", None) is True else Unknown()


def stretched_like(count: int, *positions: int) -> Callable[..., Kind]:
    """`count` arrays of the shape that the arguments at these positions are stretched to."""

    def kind(*args: Any, **kwargs: Any) -> Kind:
        given = [args[i] for i in positions]
        dims = broadcast_dims([k.dims for k in given if isinstance(k, Array)])
        one: Kind = Array("float64", dims) if dims else Np("float64", False)
        return (
            Tuple((one,) * count)
            if all(isinstance(k, (Array, Const, Py, Np)) for k in given)
            else Unknown()
        )

    return kind


def record(cls: type, opaque: tuple[str, ...] = (), **fields: Kind) -> Kind:
    """A result with values by attributes; those in `opaque` vary too, but no rule says how."""
    return Object(cls, "", (*fields.items(), *((name, Unknown()) for name in opaque)))


def as_double(kind: Kind) -> Kind:
    """A number, an array or a tuple of them in double precision, as `in_double` has it."""
    match kind:
        case Array("float32" | "complex64") | Np("float32" | "complex64"):
            return replace(kind, dtype=str(np.promote_types(kind.dtype, np.float64)))
        case Tuple(items):
            return replace(kind, items=tuple(map(as_double, items)))
        case _:
            return kind


def is_single(kind: Kind) -> bool:
    """Does `in_double` change it, as far as that is known?"""
    return as_double(kind) != kind


def vector_integral(f: Any, a: Any, b: Any, *args: Any, **kwargs: Any) -> Kind:
    """`quad_vec`: like what the integrand returns, where that was written down as a function."""
    returned = getattr(getattr(f, "value", None), "__result_kind__", None)
    match returned:
        case Array(_, dims):
            value: Kind = Array("float64", tuple(d if isinstance(d, int) else None for d in dims))
        case Py() | Np():
            value = Np("float64")
        case _:
            value = Number()
    return Tuple((value, Py(float)))


def path(func: Any, y0: Any, t: Any, *args: Any, **kwargs: Any) -> Kind:
    """`odeint`: a row for each output time, of as many numbers as the start has."""
    if isinstance(t, Array) and len(t.dims) == 1:
        return Array("float64", (t.dims[0], unknowns(None, y0).dims[0]))
    return Unknown()


def by_points(points: Any, values: Any, xi: Any, *args: Any, **options: Any) -> Kind:
    """`interpn`: an entry of the table for each point, whose coordinates stand on the last axis."""
    grids = len_of(points)
    if not isinstance(values, Array) or not isinstance(xi, Array) or grids is None:
        return Unknown()
    return Array("float64", ((xi.dims[:-1] if len(xi.dims) > 1 else (None,)) + values.dims[grids:]))


def held(self: Object, name: str) -> Kind | None:
    """The kind of an object's array; of live objects it may be a private attribute behind a property."""
    fields = dict(self.fields)
    return fields.get(name, fields.get(f"_{name}"))


def len_of(points: Any) -> int | None:
    """How many grids, where that is known."""
    return len(points.items) if isinstance(points, Tuple) else None


def density_of_vectors(x: Any, mean: Any = None, cov: Any = None) -> Kind:
    """A multivariate density: a number for each point, whose coordinates stand on the last axis."""
    several = any(isinstance(k, Array) and len(k.dims) > 0 for k in (mean, cov))
    if not isinstance(x, Array) or not several:
        return Unknown()
    return Array("float64", x.dims[:-1]) if len(x.dims) > 1 else Np("float64")


def density_of_columns(x: Any, alpha: Any) -> Kind:
    """The Dirichlet density: the coordinates of a point stand on the first axis."""
    if not isinstance(x, Array):
        return Unknown()
    return Array("float64", x.dims[1:]) if len(x.dims) > 1 else Np("float64")


def pairs_of_rows(X: Any, *args: Any, **options: Any) -> Kind:
    """`pdist`: a number for each pair."""
    return Array("float64", (None,))


def other_form(X: Any, *args: Any, **options: Any) -> Kind:
    """`squareform`: a matrix of a vector, and a vector of a matrix."""
    if not isinstance(X, Array):
        return Unknown()
    return Array(X.dtype, (None, None) if len(X.dims) == 1 else (None,))


def values_of_bands(d: Any, *args: Any, **options: Any) -> Kind:
    """`eigvalsh_tridiagonal`: a number for each entry of the diagonal."""
    return Array("float64", unknowns(None, d).dims)


def without_axis(y: Any, dx: Any = None, axis: Any = -1) -> Kind:
    """`romb`: the axis is summed over."""
    axis = getattr(axis, "value", axis)
    if not isinstance(y, Array) or not isinstance(axis, int):
        return Unknown()
    dims = [d for i, d in enumerate(y.dims) if i != axis % len(y.dims)]
    return Array(_filtered_dtype(y.dtype), tuple(dims)) if dims else Np("float64")


def _filtered_dtype(dtype: str) -> str:
    return dtype if dtype in ("float32", "float64", "complex128") else "float64"


def product(matrix: Any, other: Any) -> Kind:
    """A sparse matrix times a dense array: only the array's further axes are known."""
    if not isinstance(other, Array) or _is_complex(matrix):
        return Unknown()
    return Array(_floating(other.dtype), (None, *other.dims[1:]))


def product_behind(matrix: Any, other: Any) -> Kind:
    """A dense array times a sparse matrix."""
    if not isinstance(other, Array) or _is_complex(matrix):
        return Unknown()
    return Array(_floating(other.dtype), (*other.dims[:-1], None))


def solution(matrix: Any, b: Any, *args: Any, **kwargs: Any) -> Kind:
    """Of a sparse system: like the right-hand side."""
    return (
        Array(_floating(b.dtype), b.dims)
        if isinstance(b, Array) and not _is_complex(matrix)
        else Unknown()
    )


def solution_and_state(matrix: Any, b: Any, *args: Any, **kwargs: Any) -> Kind:
    """Of an iterative solver."""
    return Tuple((solution(matrix, b), Py(int)))


def _is_complex(matrix: Any) -> bool:
    return isinstance(matrix, Value) and np.dtype(getattr(matrix.value, "dtype", float)).kind == "c"


def _floating(dtype: str) -> str:
    return str(np.result_type(np.dtype(dtype), np.float64))


def state_kinds_of_adjoints() -> None:
    """A rule that is called by name returns adjoints like its arguments, or a tangent like its result."""
    for rule in all_rules():
        if rule.name in STRETCHED:
            rule.also["broadcasts"] = True
        if rule.form not in ("general", "linear") or rule.name in STRETCHED:
            continue
        for body, names in ((rule.reverse, rule.wrt), (rule.forward, None)):
            named = lookup(body)
            if body is None or named is None or named.form != "source" or named.kind is not None:
                continue
            first = body.__code__.co_varnames[0]
            wanted = first if names is None else names[0] if len(names) == 1 else names
            named.kind = kind_like(body, wanted)
