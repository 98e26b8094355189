"""The forms in which a derivative is stated; both modes, kinds and saved values follow from them.

A rule is a small Python function whose *source is inlined* into generated code (or called by name
when it has loops or is long).  It may use `np`, `math`, functions of `sourcead.runtime`, other
functions with Python source and other functions that have rules (so that generated code can be
differentiated again).  Its parameters are found by name:

- `y` (the first parameter, under any name): the primal's result; saved only if the body reads it;
- the primal's own parameters, under the primal's names, in its order and with its defaults
  (`*args` of the primal: `*args` of the rule);
- `<y>_bar`: the seed of the reverse sweep; `<x>_dot`: the tangent of parameter `x`.

A parameter that is known when the gradient is written (`axis=None`, a keyword not given) is a
constant in the body, and `if axis is None:` is decided then.  A keyword that a rule does not name
is refused by the compiler, never ignored.  Broadcasting, dtype, accumulation and zeros are the
transform's business: a rule writes `y_bar * np.cos(x)` and no more.

Complex numbers follow JAX's convention: an elementwise rule states the complex partial dy/dx and the
adjoint is `y_bar * partial` without conjugation; a transpose is a plain transpose.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

from sourcead.rules.registry import Effects, Rule, Samples, Singular, lookup, register

__all__ = [
    "by_lane",
    "by_parts",
    "constant",
    "elementwise",
    "formula",
    "forward_rule",
    "helper",
    "helpers",
    "instead_of",
    "leaving_out",
    "linear",
    "of_real_numbers",
    "products",
    "refused",
    "reverse_rule",
    "taking_all",
]

F = TypeVar("F", bound=Callable[..., Any])


def elementwise(
    *functions: Any,
    domain: Any = "real",
    singular: Singular = False,
    selects: bool = False,
    wrt: tuple[str, ...] | None = None,
    kind: Callable[..., Any] | None = None,
    effects: Effects | None = None,
    also: dict[str, Callable[..., Any] | None] | None = None,
) -> Callable[[F], F]:
    """Partials of `y = f(x1, x2, ...)`, applied element by element with broadcasting.

        @elementwise(np.sin, math.sin)
        def sin(y, x):
            return np.cos(x)

        @elementwise(np.multiply, operator.mul, domain=("real", "real"))
        def multiply(y, x1, x2):
            return x2, x1

    The function returns one partial for each differentiable parameter (a tuple if several).
    `domain`: where tests may sample, one entry or one per parameter: "real", "positive", "nonzero",
    "unit" (-1, 1), "integer", or a pair (low, high).  `singular`, `selects`: see `Rule`; lanes that are
    not selected are guarded where a partial can be infinite.
    A parameter with a default may be left out of the call; its partial is then None.
    `also`: better partials for a special case: "scalar" (all operands are Python floats or ints: may
    use `math` and conditional expressions), "constant_exponent" (the second parameter is known when
    the gradient is written), "reciprocal" (the first parameter is 1); "complex" (an operand is complex;
    None refuses these: `of_real_numbers`).  `also={"regular": f}`: `f(seed, y, *parameters)` is false where Python
    cannot divide by a zero of the partial, and the seed is zero too.
    """

    def decorate(function: F) -> F:
        parameters = list(inspect.signature(function).parameters)[1:]
        register(
            Rule(
                function.__name__,
                "elementwise",
                functions,
                wrt=tuple(parameters) if wrt is None else wrt,
                partials=function,
                singular=singular,
                selects=selects,
                domain=domain,
                kind=kind,
                effects=effects or Effects(),
                also=also or {},
            )
        )
        return function

    return decorate


def linear(
    *functions: Any,
    wrt: str,
    samples: Samples,
    effects: Effects | None = None,
    kind: Callable[..., Any] | None = None,
) -> Callable[[F], F]:
    """`f` is linear in parameter `wrt`: forward is the same call on the tangent, reverse this transpose.

        @linear(np.cumsum, np.ndarray.cumsum, wrt="a", samples=...)
        def cumsum(y_bar, a, axis=None):
            if axis is None:
                return np.cumsum(y_bar[::-1])[::-1].reshape(np.shape(a))
            return np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)

    No parameter `y`.  A structured parameter (the list of `np.concatenate`) gets a tuple of bars.
    """

    def decorate(function: F) -> F:
        register(
            Rule(
                function.__name__,
                "linear",
                functions,
                wrt=(wrt,),
                reverse=function,
                samples=samples,
                effects=effects or Effects(),
                kind=kind,
            )
        )
        return function

    return decorate


def reverse_rule(
    *functions: Any,
    wrt: tuple[str, ...],
    samples: Samples,
    singular: Singular = False,
    effects: Effects | None = None,
    kind: Callable[..., Any] | None = None,
    calls: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] | None = None,
    values: dict[str, Callable[..., Any] | None] | None = None,
    alone: tuple[str, ...] = (),
    captured: str = "args",
    also: dict[str, Any] | None = None,
) -> Callable[[F], F]:
    """The general case: `rule(y_bar, y, *primal parameters)` returns the bars of `wrt`, in that order.

        @reverse_rule(np.linalg.solve, wrt=("a", "b"), samples=...)
        def solve(x_bar, x, a, b): ...
            return a_bar, b_bar

    One name in `wrt`: the bar itself; several: a tuple; `None` stands for zero.  Where the primal
    returns a tuple, `y` and `y_bar` are tuples, and an entry of `y_bar` is None where nothing flows
    back (decided when the gradient is written).  Pair it with `forward_rule`.

    `calls`: the parameters that are functions which `f` calls (`Rule.calls`).  A rule may ask for the
    derivatives of such a parameter `g` by parameters of these names:
      `g_forward(*values) -> (value, saved)` and `g_reverse(saved, value_bar) -> bars`, one bar for
        each value;
      `g_tangent(*values, *values_dot) -> (value, value_dot)`;
      `g_gradient_forward`, `g_gradient_reverse`, `g_gradient_tangent`: the same for the gradient of a
        scalar `g` with respect to its first argument.

    `also={"of_objects": h}`: where an argument is an object that carries a derivative, `h` is called for
    `f`: the same, for a function that would change the object. `{cls: h}`: where one is an object of
    that class, whatever carries the derivative.
    """

    def decorate(function: F) -> F:
        register(
            Rule(
                function.__name__,
                "general",
                functions,
                wrt=wrt,
                reverse=function,
                samples=samples,
                singular=singular,
                effects=effects or Effects(),
                kind=kind,
                calls=calls or {},
                values=values or {},
                alone=alone,
                captured=captured,
                also=also or {},
            )
        )
        return function

    return decorate


def formula(
    *functions: Any,
    samples: Samples,
    wrt: tuple[str, ...] | None = None,
    kind: Callable[..., Any] | None = None,
) -> Callable[[F], F]:
    """A Python function with the value of `f`, to rounding: its derivatives are those of `f`.

        @formula(stats.gmean, samples=...)
        def gmean(a):
            return np.exp(np.mean(np.log(a)))

    It has the primal's parameters, or the first of them (a call with others is refused).  The primal is
    called as ever; the formula is written into derivative code only.  Where the primal's result is an
    object with values by attributes (`kind` gives a `record`), the formula returns a tuple of them.
    """

    def decorate(function: F) -> F:
        parameters = tuple(inspect.signature(function).parameters)
        register(
            Rule(
                function.__name__,
                "general",
                functions,
                wrt=parameters if wrt is None else wrt,
                formula=function,
                samples=samples,
                kind=kind,
            )
        )
        return function

    return decorate


def forward_rule(*functions: Any) -> Callable[[F], F]:
    """The tangent of functions that have a `reverse_rule`.

        @forward_rule(np.linalg.solve)
        def solve_tangent(x, a, b, *, a_dot, b_dot):
            return np.linalg.solve(a, b_dot - a_dot @ x)     # with a_dot or b_dot None where zero

    `rule(y, *primal parameters, *, <p>_dot for each p in wrt)`; a `_dot` is None where that argument
    carries no tangent, decided when the code is written.
    """

    def decorate(function: F) -> F:
        for primal in functions:
            rule = lookup(primal)
            if rule is None:
                raise ValueError(f"forward_rule: {primal!r} has no reverse_rule yet")
            rule.forward = function
        return function

    return decorate


def constant(
    *functions: Any, effects: Effects | None = None, kind: Callable[..., Any] | None = None
) -> None:
    """The results of these functions do not vary with any input: counts, tests, integers, shapes.

    `effects` where the call does more than compute a value; `kind` gives the result's kind from the
    arguments' kinds where the usual inference (a call on small prototypes) cannot.
    """
    for function in functions:
        register(
            Rule(
                _name_of(function), "constant", (function,), effects=effects or Effects(), kind=kind
            )
        )


def refused(*functions: Any, way_out: str, kind: Callable[..., Any] | None = None) -> None:
    """No rule, by decision: a derivative that enters is refused by name, with this way out.

    For functions whose own source would be gone into, and be refused there in words about SciPy's insides.
    `kind`: of what they return for constants.
    """
    for function in functions:
        also = {"way_out": way_out}
        register(Rule(_name_of(function), "refused", (function,), kind=kind, also=also))


def _name_of(function: Any) -> str:
    """Its own; or what the module calls it that made it, as SciPy's pairs of ufuncs, which have none."""
    if hasattr(function, "__name__"):
        return str(function.__name__)
    made_in = sys.modules.get(type(function).__module__)
    there = (name for name, value in vars(made_in or object).items() if value is function)
    return next(there, repr(function))


def of_real_numbers(*functions: Any) -> None:
    """The derivatives of these functions are stated for real numbers: complex ones are refused."""
    for function in functions:
        rule = lookup(function)
        assert rule is not None, function
        rule.also["complex"] = None


def leaving_out(*functions: Any) -> None:
    """Elements of an argument may not enter the result of these functions (`Rule.leaves_out`)."""
    for function in functions:
        rule = lookup(function)
        assert rule is not None, function
        rule.leaves_out = True


def taking_all(*functions: Any) -> None:
    """Every element of the arguments enters the result of these functions (`Rule.takes_all`)."""
    for function in functions:
        rule = lookup(function)
        assert rule is not None, function
        assert not rule.leaves_out, function
        rule.takes_all = True


def products(
    *functions: Any, adjoints: Callable[..., Any] | None = None, options: tuple[str, ...] = ()
) -> None:
    """Sums of products: where a part of the result is left out, a factor that is infinite there has no share.

    `adjoints(y_bar, y, *factors, *options)` (the rule itself, unless said otherwise) is called for ones in
    place of the factors: what is not zero then is what a part of the result depends on.
    """
    for function in functions:
        rule = lookup(function)
        assert rule is not None, function
        made = adjoints or rule.reverse
        assert made is not None, function
        rule.product = made, options


def by_lane(*functions: Any, of: str) -> Callable[[F], F]:
    """Functions of whose argument `of` each element enters a part of the result only, in any way.

        @by_lane(np.var, of="a")
        def lanes_of_var(y_bar, y, a, axis=None, *, keepdims=False):
            seeds = y_bar if axis is None or keepdims else np.expand_dims(y_bar, axis)
            return zeros_kept(y, y_bar), zeros_kept(a, seeds)

    What the rule reads in place of the result and of the argument where parts of the result may be left
    out: what is infinite or NaN there is zero instead.
    """

    def decorate(function: F) -> F:
        for primal in functions:
            rule = lookup(primal)
            assert rule is not None, primal
            rule.lanes = function, of
        return function

    return decorate


def by_parts(*functions: Any) -> None:
    """Functions of any numbers, elements of whose result depend on some elements of the arguments only.

    Where a part of the result is left out, what is infinite or NaN and enters no other has no share.  Which
    elements enter is found by the rule itself, at arbitrary numbers.
    """
    for function in functions:
        rule = lookup(function)
        assert rule is not None, function
        rule.parts = True


def helper(function: F) -> F:
    """A function of rules that generated code calls by name; differentiated again, its source is used.

    Also a rule itself that would be too long where it stands: `@helper` next to the function.
    """
    register(Rule(function.__name__, "source", (function,)))
    return function


def instead_of(*functions: Any, kind: Callable[..., Any] | None = None) -> Callable[[F], F]:
    """A function that is followed in place of `functions`, which say the same in words that cannot be.

    Where no derivative enters, the functions themselves are called; `kind`: of what they return.
    """

    def decorate(function: F) -> F:
        also = {"instead": function}
        register(Rule(function.__name__, "source", functions, kind=kind, also=also))
        return function

    return decorate


def helpers(*modules: ModuleType) -> None:
    """All public functions of modules of `sourcead.runtime`, where they have no rule of their own."""
    for module in modules:
        for name in module.__all__:
            function = getattr(module, name)
            if callable(function) and lookup(function) is None:
                helper(function)
