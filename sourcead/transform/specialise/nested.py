"""Functions made inside the function: what they capture, and their calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Closure
from sourcead.ir.nodes import Assign, Capture, Const, Function, MakeFunction, Name, Ref, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.closures import closure_template
from sourcead.transform.specialise.context import Context, Kwargs, Unreached, values_of
from sourcead.transform.specialise.flags import guard
from sourcead.transform.specialise.function_objects import function_object
from sourcead.transform.specialise.generators import managed, started
from sourcead.transform.specialise.inlining import bind_arguments, note_recursion, spread
from sourcead.transform.specialise.iterators import taken_once
from sourcead.transform.specialise.recursion import call_unit, is_unit_call

__all__ = ["as_seen_now", "as_wrapper", "call_closure", "call_with_template", "make_function"]


def make_function(s: Context, expr: MakeFunction, env: dict[Name, Val], hint: str) -> Val:
    captured = tuple(s.value(c.value, env) for c in expr.captures)
    defaults = tuple((n, s.value(v, env)) for n, v in expr.defaults)
    made_object = function_object(s, expr, captured, defaults, hint)
    if made_object is not None:
        return made_object
    active = any(map(s.holds_varied, captured))
    name = s.fresh(hint, Closure(expr, captured, defaults), False)
    if not any(isinstance(c, Virtual) for c in captured) or not active:
        made = _as_object(s, expr, captured, defaults)
        s.definitions[name] = made
        s.add(Assign(name, made, s.origin))
    return name


def as_seen_now(s: Context, name: Name) -> Name:
    """The object of a nested function that is handed to other code: it sees its variables as they are now."""
    closure = s.kind(name)
    made = s.definitions.get(name)
    if not isinstance(closure, Closure) or not isinstance(made, MakeFunction):
        return name
    now = _as_object(s, closure.make, closure.captured, closure.defaults)
    if now.captures == made.captures:
        return name
    return s.emit(now, closure, name.hint)


def _as_object(
    s: Context,
    expr: MakeFunction,
    captured: Sequence[Val],
    defaults: Sequence[tuple[str, Val]],
) -> MakeFunction:
    """The making of the function, of variables that are rebound with what they hold at this point."""
    held = []
    for capture, value in zip(expr.captures, captured):
        if not _is_cell(s, value):
            held.append(replace(capture, value=s.operand(value)))
            continue
        inside = s.memory.get(value, "")
        if isinstance(inside, (Name, Const, Ref)):
            held.append(Capture(capture.name, inside, False))
    given = tuple((n, s.operand(v)) for n, v in defaults)
    return replace(expr, captures=tuple(held), defaults=given)


def call_closure(s: Context, func: Val, closure: Closure, args: list[Any], kwargs: Kwargs) -> Val:
    make: MakeFunction = closure.make
    if make.is_manager:
        return managed(s, func, closure, args, kwargs)
    if make.is_generator:
        return started(s, func, closure, args, kwargs)
    template = make.template()
    note_recursion(s, make.syntax, make.name, values_of(args, kwargs))
    if not is_unit_call(s, make.syntax):
        return call_with_template(s, closure, template, args, kwargs)
    split = len(make.captures)
    args = spread(s, template.params[split:], dict(closure.defaults), args, kwargs, make.name)
    env = bind_arguments(s, template.params[split:], make, args, kwargs, dict(closure.defaults))
    alone, captured = closure_template(s, closure)
    values = [*captured, *(env[p.name] for p in template.params[split:])]
    return call_unit(s, make.syntax, alone, values, "t", s.seen[s.active[-1]][0])


def call_with_template(
    s: Context, closure: Closure, template: Function, args: list[Any], kwargs: Kwargs
) -> Val:
    """The statements of a nested function in place of its call."""
    make: MakeFunction = closure.make
    split = len(make.captures)
    args = spread(s, template.params[split:], dict(closure.defaults), args, kwargs, make.name)
    env = bind_arguments(s, template.params[split:], make, args, kwargs, dict(closure.defaults))
    env.update({p.name: v for p, v in zip(template.params[:split], closure.captured)})
    with s.callee(make.syntax, template):
        env = {name: taken_once(s, template, name, value) for name, value in env.items()}
        if not s.run(template.body, env, [template.result]):
            raise Unreached
    found = s.returned(template, env)
    guard(s)
    return found


def _is_cell(s: Context, value: Val) -> bool:
    held = s.memory.known(value)
    return held is not None and held.form == "cell"


def as_wrapper(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`functools.wraps(f)(wrapper)` of a function made here: it only gets the name and text of another."""
    plain = args and not isinstance(args[0], Star) and isinstance(s.kind(args[0]), Closure)
    return args[0] if plain else None
