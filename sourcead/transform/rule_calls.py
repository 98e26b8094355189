"""A call for which there is a rule: its arguments by the rule's names, the rule's source written in place.

Both modes go through here.  Of `z = x * y` the rule of `mul` gives the partial derivatives `y` and `x`;
reverse mode multiplies them with `z_bar`, forward mode with `x_dot` and `y_dot`.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import Array, Bound, Closure, Kind, List, Np, Number, Partial, Py, is_scalar
from sourcead.ir.nodes import (
    Call,
    Const,
    For,
    Function,
    If,
    Merge,
    Name,
    Op,
    Ref,
    Star,
    Try,
    While,
)
from sourcead.rules import registry
from sourcead.rules.registry import Rule
from sourcead.rules.variants import is_singular, partials_for, refuses_complex
from sourcead.runtime.accumulate import unless_zero
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.formulas import weigh
from sourcead.transform.nonnegative import is_nonnegative
from sourcead.transform.operations import OPERATORS
from sourcead.transform.specialise import Specialiser
from sourcead.transform.specialise.quotients import without_factor
from sourcead.transform.wild import Wild

__all__ = ["ZERO", "Arguments", "Bindings", "Formula", "Keywords", "RuleCalls", "default_of"]

ZERO = Const(None)
"""A structural zero: no derivative at all."""

NUMBERS = (Py(float), Py(int))

Formula: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = Sequence[Val | Star]
Keywords: TypeAlias = Sequence[tuple[str | None, Val]]
Bindings: TypeAlias = dict[str, Val]


@dataclass
class RuleCalls:
    """Applies rules through the specialiser that made the program.

    `selected`: values of which a part may be left out on the way to the result; `chosen`: by `where`
    and its like only.  `wild`: of reverse mode, says whether an operand may be infinite or NaN there.
    """

    b: Specialiser
    is_active: Callable[[object], bool]
    mutated_sites: Collection[str]
    selected: set[Name] = field(default_factory=set)
    chosen: set[Name] = field(default_factory=set)
    wild: Wild | None = None
    templates: dict[Formula, Function] = field(default_factory=dict)

    def find(self, function: Any, label: str) -> Rule:
        """The rule of a function; refused where there is none."""
        rule = registry.lookup(function)
        if rule is None:
            name = label or getattr(function, "__name__", str(function))
            self.b.refuse(
                f"no derivative rule for `{name}`, and it has no Python source",
                f"give it a rule with @sourcead.rule({name}) (docs/rules.md), or keep active values out of it",
                NoRule,
            )
        return rule

    # -- arguments ---------------------------------------------------------------------------

    def bound(
        self, rule: Rule, body: Formula, skip: int, args: Arguments, kwargs: Keywords
    ) -> Bindings:
        """The call's arguments by the names of the rule's parameters; what the rule does not name is refused."""
        parameters = _parameters(body)[skip:]
        bound = self._positional(rule, parameters, args)
        for key, value in kwargs:
            if all(p.name != key for p in parameters):
                self.b.refuse(
                    f"the rule for `{rule.name}` does not handle the keyword `{key}`",
                    "leave it out, or compute the same without it",
                    NoRule,
                )
            bound[str(key)] = value
        if refuses_complex(rule, list(map(self.b.kind, bound.values()))):
            self.b.refuse(
                f"the derivative of `{rule.name}` at complex numbers is not known",
                "pass real numbers, or give it a rule with sourcead.rule",
                NoRule,
            )
        for name, value in bound.items():
            if name not in rule.wrt and self._holds_active(value):
                self.b.refuse(
                    f"the rule for `{rule.name}` has no derivative in its argument `{name}`",
                    "keep active values out of that argument (sourcead.stop_gradient)",
                    NoRule,
                )
        return bound

    def _positional(
        self, rule: Rule, parameters: Sequence[inspect.Parameter], args: Arguments
    ) -> Bindings:
        bound: Bindings = {}
        places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        variadic = next((p for p in parameters if p.kind is p.VAR_POSITIONAL), None)
        for i, arg in enumerate(args):
            if isinstance(arg, Star):
                self.b.refuse(f"`{rule.name}` is called with * of unknown length", "unpack a tuple")
            if i < len(places):
                bound[places[i].name] = arg
            elif variadic is not None:
                bound[variadic.name] = Virtual((*_items(bound, variadic.name), arg))
            else:
                self.b.refuse(
                    f"the rule for `{rule.name}` takes fewer arguments",
                    "pass options by keyword",
                    NoRule,
                )
        return bound

    def _holds_active(self, value: Val) -> bool:
        """Does a derivative enter with this value, or with what a function carries along?"""
        if isinstance(value, Virtual):
            return any(map(self._holds_active, value.items))
        if self.is_active(value):
            return True
        return isinstance(self.b.kind(value), (Closure, Bound, Partial)) and bool(
            self.b.holds_varied(value)
        )

    def structured(self, value: Val) -> Val:
        """A list display made for this call stands for its items."""
        definition = self.b.definitions.get(value) if isinstance(value, Name) else None
        kind = self.b.kind(value)
        match definition:
            case Op("list", items) if (
                isinstance(kind, List) and kind.site not in self.mutated_sites
            ):
                return Virtual(tuple(map(self.structured, items)), "list")
            case Op("tuple", items):
                return Virtual(tuple(map(self.structured, items)))
            case _:
                return value

    # -- partial derivatives -----------------------------------------------------------------

    def partials(
        self,
        rule: Rule,
        target: Name,
        args: Arguments,
        kwargs: Keywords,
        has_derivative: Callable[[Any], bool],
        *,
        is_regular: bool = False,
    ) -> list[tuple[Val, Val]]:
        """The arguments of an elementwise call that may vary, each with its partial derivative.

        `is_regular`: this is known while running (see `raising_apart`).
        """
        is_active = list(map(has_derivative, args))
        read, made = args, target
        raises = not is_regular and self._raises_where_left_out(rule, target, args)
        if raises:
            read, made = [self._as_numpy(arg) for arg in args], self._as_numpy(target)
        kinds = [self.b.kind(arg) for arg in read if not isinstance(arg, Star)]
        body = partials_for(rule, read, kinds, is_active, self._is_nonnegative)
        result = self.inline(body, [made], self.bound(rule, body, 1, read, kwargs))
        names = [p.name for p in _parameters(body)[1:]]
        bound = self.bound(rule, body, 1, args, kwargs)
        pairs = self._paired(result, [n for n in rule.wrt if n in names], bound)
        return [(v, self._as_python(slope, v)) for v, slope in pairs] if raises else pairs

    def raising_apart(
        self,
        rule: Rule,
        target: Name,
        args: Arguments,
        kwargs: Keywords,
        seed: Val,
        has_derivative: Callable[[Any], bool],
    ) -> Val | None:
        """The slope of a Python number by which Python cannot divide where it is singular; None for others.

        Where the seed is zero as well it counts as zero, where the seed is False (of forward mode) as infinite:
        the number may be left out.
        """
        regular: Formula | None = rule.also.get("regular")
        active = [has_derivative(arg) for arg in args]
        if regular is None or kwargs or active != [True, *[False] * (len(args) - 1)]:
            return None
        if any(isinstance(v, Star) or self.b.kind(v) not in NUMBERS for v in (target, *args)):
            return None
        if is_singular(rule, args) is not True or target not in self.selected:
            return None
        bound = self.bound(rule, regular, 2, args, ())
        test = self.b.operand(self.inline(regular, [seed, target], bound))
        with self.b.block() as then:
            pairs = self.partials(rule, target, args, kwargs, has_derivative, is_regular=True)
            ((_, partial),) = pairs[:1]
            slope = self.b.operand(partial)
        other = Ref("math.inf", math.inf) if seed == Const(False) else Const(0.0)
        found = self.b.fresh("t", Py(float), True)
        merges = (Merge(found, slope, other),)
        self.b.add(If(test, tuple(then), (), merges, self.b.origin))
        return found

    def _is_nonnegative(self, value: Val) -> bool:
        return is_nonnegative(value, self.b.definitions)

    def along_length(
        self, rule: Rule, target: Name, args: Arguments, kwargs: Keywords, seed: Val
    ) -> tuple[Val, list[tuple[Val, Val]]] | None:
        """Of a length whose seed is a product with it: the other factor, and the slopes times the length.

        `np.abs(x) ** 2` is smooth at 0, where the sign is not: `2.0 * np.abs(x)` times the sign is `2.0 * x`.
        """
        times: Formula | None = rule.also.get("times")
        if times is None or (rest := without_factor(self.b, seed, target)) is None:
            return None
        bound = self.bound(rule, times, 1, args, kwargs)
        return rest, self._paired(self.inline(times, [target], bound), list(rule.wrt), bound)

    def _paired(self, result: Val, wrt: list[str], bound: Bindings) -> list[tuple[Val, Val]]:
        if len(wrt) == 1 and isinstance(bound.get(wrt[0]), Virtual):  # *args
            return list(zip(_items(bound, wrt[0]), self.b.components(result) or []))
        if len(wrt) == 1:
            return [(bound[wrt[0]], result)] if wrt[0] in bound else []
        items = self.b.components(result)
        if items is None:
            items = [result]
        return [(bound[n], p) for n, p in zip(wrt, items) if n in bound]

    def partials_of_update(self, op: str, old: Val, value: Val, active: bool) -> list[Val]:
        """Of `place op= value` with respect to the old content, and to the value where it may vary."""
        rule = registry.lookup(OPERATORS[op])
        assert rule is not None
        kinds = [self.b.kind(old), self.b.kind(value)]
        body = partials_for(rule, [old, value], kinds, [True, active], self._is_nonnegative)
        names = [p.name for p in _parameters(body)]
        new = self.b.op(op, [old, value])
        result = self.inline(body, [new], dict(zip(names[1:], [old, value])))
        items = self.b.components(result)
        return [result] if items is None else items

    def term(self, rule: Rule, target: Name, args: Arguments, seed: Val, partial: Val) -> Val:
        """`seed * partial`; a zero of the seed wins where a lane of `target` may be left out."""
        if self.needs_guard(rule, target, args) or self._is_wild(target, partial):
            return self.guarded(seed, partial)
        return weigh(self.b, seed, partial)

    def term_of_update(
        self, op: str, base: Name, old: Val, value: Val, seed: Val, partial: Val
    ) -> Val:
        """`seed * partial` of `base[...] op= value`; a zero of the seed wins where `base` may be left out."""
        rule = registry.lookup(OPERATORS[op])
        assert rule is not None
        by_element = isinstance(self.b.kind(value), Array)  # a number divides all or nothing
        if (by_element and self.needs_guard(rule, base, [old, value])) or self._is_wild(
            base, partial
        ):
            return self.guarded(seed, partial)
        return weigh(self.b, seed, partial)

    def taken(self, partial: Val, dot: Val) -> Val:
        """The tangent where an operand was taken: what was not taken may have been infinite or NaN."""
        if is_scalar(self.b.kind(partial)) and is_scalar(self.b.kind(dot)):
            return self.guarded(partial, dot)
        return self.b.call(Ref("np.where", np.where), [partial, dot, Const(0.0)], [])

    def _is_wild(self, target: Name, partial: Val) -> bool:
        """May a lane of `target` be left out where an operand is infinite, though the rule's partial is not?"""
        if self.wild is None or target not in self.selected or isinstance(partial, Const):
            return False
        return any(
            map(self.wild.has, partial.items if isinstance(partial, Virtual) else (partial,))
        )

    def needs_guard(self, rule: Rule, target: Name, args: Arguments) -> bool:
        """May a lane of `target` be left out where a partial is infinite?"""
        singular = is_singular(rule, args)
        if singular == "pole" and isinstance(self.b.kind(target), Py):
            return False  # an exception of the program's own
        if singular == "pole" and not self._varies_by_element(
            args[0] if isinstance(args[-1], Const) else args[-1]
        ):
            return target in self.chosen
        return bool(singular) and target in self.selected

    def _raises_where_left_out(self, rule: Rule, target: Name, args: Arguments) -> bool:
        """Python's division by zero is an exception, also in the slope of what is left out."""
        read = [target, *(arg for arg in args if isinstance(arg, Name))]
        is_python = any(self.b.kind(name) in NUMBERS for name in read)
        return is_python and self.needs_guard(rule, target, args)

    def _as_numpy(self, value: Any) -> Any:
        """The number as NumPy's, whose quotients may be infinite."""
        if not isinstance(value, Name) or self.b.kind(value) not in NUMBERS:
            return value
        return self.b.emit(Call(Ref("np.float64", np.float64), (value,)), Np("float64"))

    def _as_python(self, slope: Val, value: Val) -> Val:
        """The slope by a Python number as one, which may be infinite in turn."""
        if self.b.kind(slope) != Np("float64") or self.b.kind(value) not in NUMBERS:
            return slope
        assert isinstance(slope, Name)
        return self.b.emit(Call(Ref("float", float), (slope,)), Py(float))

    def _varies_by_element(self, divisor: Val | Star) -> bool:
        """Of an array that carries a derivative any element may be zero, where others are not."""
        return (
            not isinstance(divisor, Star)
            and isinstance(self.b.kind(divisor), Array)
            and self.is_active(divisor)
        )

    def guarded(self, seed: Val, partial: Val) -> Val:
        """Their product, and zero where the seed is zero."""
        pair = (self.b.operand(seed), self.b.operand(partial))
        kind = self.b.operator_kind("mul", list(map(self.b.kind, pair)), pair)
        return self.b.emit(Call(Ref("unless_zero", unless_zero), pair), kind)

    # -- the rule's source -------------------------------------------------------------------

    def inline(self, body: Formula, leading: list[Val], bound: Mapping[str, Val]) -> Val:
        """The rule's own source, with its names bound, as statements; a rule with loops is called."""
        self.b.in_selected = leading[-1] in self.selected
        named_rule = registry.found(body)
        if named_rule is not None and named_rule.form == "source":
            return self._by_name(body, leading, bound)
        template = self._template(body)
        if any(isinstance(s, (For, While, Try)) for s in template.body):
            unknown: Kind = Number()
            made = Call(
                Ref(body.__name__, body),
                tuple(map(self.b.operand, leading)),
                tuple((k, self.b.operand(v)) for k, v in bound.items()),
            )
            return self.b.emit(made, unknown, "t")
        names = [p.name.hint for p in template.params]
        variadic = next((p.name.hint for p in template.params if p.form == "args"), None)
        named: list[tuple[str | None, Val]]
        if variadic is None:
            named = list(bound.items())
            return self.b.inline(template, body, leading, named)
        split = names.index(variadic)
        ordered = [bound[n] for n in names[len(leading) : split] if n in bound]
        named = [(n, bound[n]) for n in names[split + 1 :] if n in bound]
        rest = _items(bound, variadic)
        return self.b.inline(template, body, [*leading, *ordered, *rest], named)

    def _template(self, body: Formula) -> Function:
        """The rule's source, which does not change while a derivative is written."""
        found = self.templates.get(body)
        if found is None:
            found = self.templates[body] = self.b.lower(body)
        return found

    def _by_name(self, body: Formula, leading: list[Val], bound: Mapping[str, Val]) -> Val:
        """A rule that is called, not written out: positional arguments where the rule takes them so."""
        values = dict(bound)
        args: list[Val] = list(leading)
        for parameter in _parameters(body)[len(leading) :]:
            if parameter.kind is parameter.VAR_POSITIONAL:
                args += _items(values, parameter.name)
                values.pop(parameter.name, None)
            if (
                parameter.kind is not parameter.POSITIONAL_OR_KEYWORD
                or parameter.name not in values
            ):
                break
            args.append(values.pop(parameter.name))
        name = body.__name__ if body.__name__.endswith("_tangent") else f"{body.__name__}_adjoint"
        return self.b.call(Ref(name, body), args, list(values.items()))


def _items(bound: Mapping[str, Val], name: str) -> tuple[Val, ...]:
    """What was given for `*args`."""
    found = bound.get(name, Virtual(()))
    assert isinstance(found, Virtual)
    return found.items


def default_of(rule: Rule, name: str) -> Const:
    """What the primal takes for an option that the call does not give."""
    assert rule.reverse is not None
    return Const(next(p.default for p in _parameters(rule.reverse) if p.name == name))


@functools.cache
def _parameters(body: Formula) -> list[inspect.Parameter]:
    """Of a rule's body, which does not change."""
    return list(inspect.signature(body).parameters.values())
