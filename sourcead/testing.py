"""Are the derivatives of this function right?  `check_grad` compares them with numerical ones.

>>> from sourcead.testing import check_grad
>>> def energy(x, y):
...     return x * x * y + y
>>> check_grad(energy, 3.0, 2.0)

Everything is compared along random directions, so that a function of any number of variables costs
a few dozen calls.  With the primal's differential d, the tangent out_dot of forward mode and the
adjoint x_bar of reverse mode, for a seed out_bar and a direction x_dot:

    <x_bar, x_dot>  =  <out_bar, out_dot>  =  <out_bar, d f(x) x_dot>

The right-hand side comes from differences (`sourcead.differences`).  To second order the same is
done for the gradient itself.  In tests with pytest, the fixture `assert_gradients` is `check_grad`.
"""

from __future__ import annotations

import copy
import functools
import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

import numpy as np

import sourcead
from sourcead.differences import Estimate, derivative, richardson
from sourcead.directions import inner, moved, pairing, random_like, size
from sourcead.errors import NoRule
from sourcead.nested import (
    StructureMismatch,
    flatten,
    flatten_like,
    is_leaf,
    paths,
    unflatten,
)
from sourcead.runtime.contents import copied

__all__ = ["check_grad"]

_Found = TypeVar("_Found")

_RTOL = {"single": 2e-3, "double": 1e-6}  # against differences
_INNER = {"single": 1e-4, "double": 1e-10}  # forward against reverse: sums of the same products
_LISTED = 64  # elements of an argument that a report looks at one by one


def check_grad(
    f: Callable[..., Any],
    *args: Any,
    argnums: int | str | Sequence[int | str] | None = None,
    modes: Sequence[str] | None = None,
    order: int | None = None,
    rtol: float | None = None,
    directions: int = 2,
    seed: int = 0,
    bisect: bool = True,
) -> None:
    """Raise AssertionError, with a report, unless the derivatives of `f` at `args` are right.

    `argnums`: the differentiated arguments, by position or name; None: all that hold floats.
    `modes`: "reverse", "forward" or both; both are also compared with each other.  None: those that
    there are.  A rule of a user's may have no forward mode, or no second derivatives; a warning says
    what was not compared for that.  What is asked for by name raises `NoRule` instead.
    `order`: 2 compares second derivatives too, of the result's product with a random seed; None
    means 2 for a function that returns a number or an array, 1 for one that returns a structure.
    `rtol`: relative to the sum of absolute values of the products compared; None: 1e-6, with
    float32 anywhere in arguments or result 2e-3.
    `directions`: how many random directions, drawn with `seed`.
    `bisect`: where the derivatives are wrong, the report names the first statement whose own derivative is.

    `f` is called many times, with a copy of the arguments each time, and must return the same result
    for the same arguments.  Arguments that share memory, as `x` and `x[1:]`, do so in the copies: what
    is only read is moved for each argument by itself; where it is written, `AliasedArguments` is
    raised, as by `grad`.  At a kink, where differences have no limit, the report says so.
    """
    rng = np.random.default_rng(seed)
    problem = _Problem.of(f, args, argnums, rtol, rng)
    compared = _Modes(("reverse", "forward") if modes is None else tuple(modes), modes is not None)
    unknown = set(compared.wanted) - {"reverse", "forward"}
    if unknown:
        raise ValueError(f"modes are 'reverse' and 'forward', not {sorted(unknown)}")
    try:
        _check_directions(problem, directions, rng, compared, order)
    except AssertionError as error:
        if bisect and not isinstance(error, _NoVerdict):
            raise AssertionError(f"{error}\n  {_blamed(problem)}") from None
        raise
    for what, missing in compared.missing.items():
        warnings.warn(f"{what} of {problem.name} is not compared: {missing}", stacklevel=2)


@dataclass(frozen=True, slots=True)
class _Modes:
    """The modes to compare, and those that turned out not to be there, unless they `are_told`."""

    wanted: tuple[str, ...]
    are_told: bool
    missing: dict[str, NoRule] = field(default_factory=dict)

    def found(self, what: str, compute: Callable[[], _Found]) -> _Found | None:
        """What is computed, or None where a rule is missing for it."""
        if what in self.missing:
            return None
        try:
            return compute()
        except NoRule as error:
            if self.are_told:
                raise
            self.missing[what] = error
            return None


class _NoVerdict(AssertionError):
    """Differences do not say what the derivative is."""


def _check_directions(
    problem: _Problem,
    directions: int,
    rng: np.random.Generator,
    modes: _Modes,
    order: int | None,
) -> None:
    for _ in range(directions):
        _check_first(problem, problem.direction(rng), modes)
    if "reverse mode" in modes.missing:
        return
    if order == 2 or (order is None and not problem.is_structured):
        scalar = problem.contracted()
        for _ in range(directions):
            _check_second(scalar, scalar.direction(rng), scalar.direction(rng), modes)


def _blamed(problem: _Problem) -> str:
    """The first statement whose derivative is wrong by itself, for the report."""
    from sourcead.blame import first_wrong_statement  # here: only where something is wrong

    try:
        found = first_wrong_statement(problem.f, problem.args, problem.argnums)
    except Exception as error:  # the search may fail for a reason of its own: the report stands
        return f"the statement was not found: {error}"
    if found is None:
        return (
            "each statement's derivative is right by itself: the defect is in how sourcead puts them together\n"
            "    (with SOURCEAD_CHECK=2 in the environment, gradients check themselves)"
        )
    return f"the first statement that is wrong is {found}"


# -- the function at its arguments -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Problem:
    """A function, its arguments, what is differentiated, and what one call returns and leaves behind."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    out_bar: Any
    value: Any
    after: tuple[Any, ...]
    rtol: float
    inner: float

    @staticmethod
    def of(
        f: Callable[..., Any],
        args: tuple[Any, ...],
        argnums: int | str | Sequence[int | str] | None,
        rtol: float | None,
        rng: np.random.Generator,
    ) -> _Problem:
        after = copied(args)
        value = copy.deepcopy(f(*after))
        scalar = _is_real_number(value)
        precision = "single" if _has_single((args, value)) else "double"
        return _Problem(
            f,
            args,
            _positions(f, args, argnums),
            1.0 if scalar else random_like(value, rng),
            value,
            after,
            _RTOL[precision] if rtol is None else rtol,
            _INNER[precision],
        )

    @property
    def is_structured(self) -> bool:
        return not isinstance(self.value, (float, complex, np.generic, np.ndarray))

    @property
    def name(self) -> str:
        code = getattr(inspect.unwrap(self.f), "__code__", None)
        place = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
        return getattr(self.f, "__name__", repr(self.f)) + place

    def direction(self, rng: np.random.Generator) -> tuple[Any, ...]:
        """One tangent for each argument, zero for those that are not differentiated."""
        return tuple(
            random_like(arg, rng, 1.0 if position in self.argnums else 0.0)
            for position, arg in enumerate(self.args)
        )

    def contracted(self) -> _Problem:
        """The real number <out_bar, f(...)> as a function of the same arguments."""
        if self.is_structured:
            raise ValueError("order=2 needs a function that returns a number or an array")
        if _is_real_number(self.value):
            return self
        f, out_bar = self.f, self.out_bar

        def contracted(*args: Any) -> Any:
            return np.real(np.sum(out_bar * f(*args)))

        value = contracted(*copied(self.args))
        return _Problem(
            contracted, self.args, self.argnums, 1.0, value, self.after, self.rtol, self.inner
        )

    def bars(self) -> tuple[Any, ...]:
        """Adjoints of the differentiated arguments, by reverse mode."""
        args = copied(self.args)
        if _is_real_number(self.value):
            value, bars = sourcead.value_and_grad(self.f, argnums=self.argnums)(*args)
        else:
            value, pullback = sourcead.vjp(self.f, *args)
            pulled = pullback(copy.deepcopy(self.out_bar))
            bars = tuple(pulled[i] for i in self.argnums)
        self._same_primal("reverse", value, args)
        for position, bar in zip(self.argnums, bars):
            self._same_type("reverse", f"argument {position}", self.args[position], bar)
        return tuple(bars)

    def out_dot(self, direction: tuple[Any, ...]) -> Any:
        """Tangent of the result, by forward mode."""
        args = copied(self.args)
        value, out_dot = sourcead.jvp(self.f, args, copy.deepcopy(direction))
        self._same_primal("forward", value, args)
        self._same_type("forward", "the result", self.value, out_dot)
        return out_dot

    def _same_primal(self, mode: str, value: Any, args: tuple[Any, ...]) -> None:
        if not _same_numbers(value, self.value):
            self.fail(f"{mode} mode returns the value {value!r}, the function {self.value!r}")
        if not _same_numbers(args, self.after):
            self.fail(
                f"{mode} mode leaves the arguments as {args!r}, the function as {self.after!r}"
            )

    def _same_type(self, mode: str, what: str, value: Any, derivative: Any) -> None:
        leaves, structure = flatten(value)
        try:
            found = flatten_like(structure, derivative)
        except StructureMismatch as error:
            self.fail(
                f"{mode} mode: the derivative of {what}{error.path} has another structure: {error}"
            )
        for path, leaf, dot in zip(paths(structure), leaves, found):
            expected, given = _type_text(leaf), _type_text(dot)
            if expected != given:
                self.fail(f"{mode} mode: the derivative of {what}{path} is {given}, not {expected}")

    def fail(self, *report: str, error: type[AssertionError] = AssertionError) -> NoReturn:
        raise error("\n  ".join((f"derivatives of {self.name} are wrong", *report)))


# -- first order -----------------------------------------------------------------------------


def _check_first(problem: _Problem, direction: tuple[Any, ...], modes: _Modes) -> None:
    reference = _along(problem, direction)
    bars = modes.found("reverse mode", problem.bars) if "reverse" in modes.wanted else None
    chosen = tuple(direction[i] for i in problem.argnums)
    scale = max(abs(reference.value), size(bars, chosen))
    _require_precise(problem, reference, scale)
    slack = problem.rtol * scale + 10.0 * reference.error

    def along() -> float:
        return inner(problem.out_bar, problem.out_dot(direction))

    forward = modes.found("forward mode", along) if "forward" in modes.wanted else None
    if forward is None and bars is None:
        raise next(iter(modes.missing.values()))
    if forward is not None and not abs(forward - reference.value) <= slack:
        problem.fail(*_headline("forward", "<out_bar, out_dot>", forward, reference))
    if bars is None:
        return
    reverse = inner(bars, chosen)
    if not abs(reverse - reference.value) <= slack:
        head = _headline("reverse", "<x_bar, x_dot>", reverse, reference)
        problem.fail(*head, *_by_argument(problem, bars, direction))
    if forward is not None and not abs(reverse - forward) <= problem.inner * _norm(bars) * _norm(
        chosen
    ):
        problem.fail(f"reverse mode gives {reverse!r} along a direction, forward mode {forward!r}")


def _along(problem: _Problem, direction: tuple[Any, ...]) -> Estimate:
    """<out_bar, d f(args) direction> by differences or complex step."""

    def value(step: complex) -> complex:
        return pairing(problem.out_bar, problem.f(*_moved(problem.args, direction, step)))

    return derivative(value)


def _require_precise(problem: _Problem, reference: Estimate, scale: float) -> None:
    if not reference.error <= 1e-3 * max(scale, 1e-8):
        problem.fail(
            f"no verdict: differences do not converge ({reference});",
            "the function has a kink or jump here, is not deterministic, or is only defined at this point",
            error=_NoVerdict,
        )


# -- second order ----------------------------------------------------------------------------


def _check_second(
    problem: _Problem, first: tuple[Any, ...], second: tuple[Any, ...], modes: _Modes
) -> None:
    """<second, H first>: differences of the gradient along `first` against derivatives of the gradient."""
    gradient = sourcead.grad(problem.f, argnums=problem.argnums)
    chosen = tuple(second[i] for i in problem.argnums)

    def slope(step: float) -> float:
        return inner(gradient(*_moved(problem.args, first, step)), chosen)

    reference = richardson(slope)
    scale = max(abs(reference.value), _norm(chosen) * _norm(gradient(*copied(problem.args))))
    _require_precise(problem, reference, scale)
    slack = problem.rtol * scale + 10.0 * reference.error
    for mode in modes.wanted:
        product = functools.partial(_second, problem, gradient, first, chosen, mode)
        found = modes.found(f"{mode} mode over reverse mode", product)
        if found is None:
            continue
        if not abs(found - reference.value) <= slack:
            problem.fail(*_headline(f"{mode} over reverse", "<H x_dot, y_dot>", found, reference))


def _second(
    problem: _Problem, gradient: Any, first: tuple[Any, ...], chosen: tuple[Any, ...], mode: str
) -> float:
    args = copied(problem.args)
    if mode == "forward":
        _, bars_dot = sourcead.jvp(gradient, args, first)
        return inner(bars_dot, chosen)
    _, pullback = sourcead.vjp(gradient, *args)
    bars = pullback(chosen)
    return sum(inner(bars[i], first[i]) for i in problem.argnums)


# -- the report ------------------------------------------------------------------------------


def _headline(mode: str, product: str, found: float, reference: Estimate) -> tuple[str, str]:
    off = abs(found - reference.value) / max(abs(reference.value), abs(found), 1e-300)
    return (
        f"{mode} mode gives {product} = {found:.12g} along a random direction,",
        f"differences give {reference} (relative difference {off:.1e})",
    )


def _by_argument(
    problem: _Problem, bars: tuple[Any, ...], direction: tuple[Any, ...]
) -> Iterator[str]:
    """For each leaf of the arguments, what both sides say; element by element where they differ."""
    for bar, position in zip(bars, problem.argnums):
        leaves, structure = flatten(problem.args[position])
        dots, found = flatten_like(structure, direction[position]), flatten_like(structure, bar)
        for spot, path in enumerate(paths(structure, _parameter(problem, position))):
            only = [dot if i == spot else 0.0 * dot for i, dot in enumerate(dots)]
            product = inner(found[spot], dots[spot])
            reference = _along_leaves(problem, position, structure, only)
            if (
                abs(product - reference.value)
                <= problem.rtol * abs(product) + 10.0 * reference.error
            ):
                yield f"{path}: right"
                continue
            yield f"{path}: wrong{_worst_element(problem, position, structure, leaves, found, spot)}"


def _along_leaves(problem: _Problem, position: int, structure: Any, dots: list[Any]) -> Estimate:
    moves: list[Any] = [None] * len(problem.args)
    moves[position] = unflatten(structure, dots)
    return _along(problem, tuple(moves))


def _worst_element(
    problem: _Problem, position: int, structure: Any, leaves: list[Any], bars: list[Any], spot: int
) -> str:
    """The element of a leaf whose derivative is farthest from differences, among the first few."""
    shape = np.shape(leaves[spot])
    worst, text = 0.0, ""
    for flat in range(min(int(np.prod(shape)), _LISTED)):
        index = np.unravel_index(flat, shape)
        unit = np.zeros(shape)
        unit[index] = 1.0
        only = [unit if i == spot else 0.0 * np.asarray(leaf) for i, leaf in enumerate(leaves)]
        reference = _along_leaves(problem, position, structure, only)
        found = float(np.real(np.asarray(bars[spot])[index]))
        off = abs(found - reference.value)
        if off > max(worst, 10.0 * reference.error):
            worst = off
            where = f" at [{', '.join(map(str, index))}]" if shape else ""
            text = f"{where}: {found:.12g}, differences give {reference}"
    return text


def _parameter(problem: _Problem, position: int) -> str:
    try:
        return list(inspect.signature(problem.f).parameters)[position]
    except (TypeError, ValueError, IndexError):
        return f"argument {position}"


# -- arguments -------------------------------------------------------------------------------


def _positions(
    f: Callable[..., Any], args: tuple[Any, ...], argnums: int | str | Sequence[int | str] | None
) -> tuple[int, ...]:
    if argnums is None:
        chosen = tuple(i for i, arg in enumerate(args) if flatten(arg)[0])
        if not chosen:
            raise ValueError("no argument holds a float, complex number or array of these")
        return chosen
    if isinstance(argnums, (int, str)):
        argnums = (argnums,)
    names = (
        list(inspect.signature(f).parameters) if any(isinstance(a, str) for a in argnums) else []
    )
    return tuple(
        names.index(a) if isinstance(a, str) else range(len(args))[a]  # also from the end
        for a in argnums
    )


def _moved(args: tuple[Any, ...], direction: tuple[Any, ...], step: complex) -> tuple[Any, ...]:
    """Copies of the arguments, moved along the direction, which may be None for some."""
    return tuple(moved(arg, dot, step) for arg, dot in zip(copy.deepcopy(args), direction))


# -- numbers ---------------------------------------------------------------------------------


def _norm(value: Any) -> float:
    return float(np.sqrt(sum(np.sum(np.abs(leaf) ** 2) for leaf in flatten(value)[0])))


def _is_real_number(value: Any) -> bool:
    return is_leaf(value) and np.ndim(value) == 0 and not np.iscomplexobj(value)


def _has_single(value: Any) -> bool:
    return any(
        getattr(leaf, "dtype", None) in (np.float32, np.complex64) for leaf in flatten(value)[0]
    )


def _same_numbers(left: Any, right: Any) -> bool:
    """Equal leaves, bit by bit (NaNs too)."""
    mine, theirs = flatten(left)[0], flatten(right)[0]
    return len(mine) == len(theirs) and all(
        _type_text(a) == _type_text(b) and np.asarray(a).tobytes() == np.asarray(b).tobytes()
        for a, b in zip(mine, theirs)
    )


def _type_text(leaf: Any) -> str:
    """`float64[2, 3]` for an array, `float64` for a number."""
    shape = f"[{', '.join(map(str, leaf.shape))}]" if isinstance(leaf, np.ndarray) else ""
    return f"{np.asarray(leaf).dtype}{shape}"
