"""Functions made inside the function: what they capture, and their calls."""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Closure
from sourcead.ir.nodes import Assign, Const, MakeFunction, Name
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.inlining import bind_arguments, is_open_recursion

__all__ = ["call_closure", "make_function"]


def make_function(s: Context, expr: MakeFunction, env: dict[Name, Val], hint: str) -> Val:
    captured = tuple(s.value(c.value, env) for c in expr.captures)
    defaults = tuple((n, s.value(v, env)) for n, v in expr.defaults)
    active = any(map(s.holds_varied, captured))
    name = s.fresh(hint, Closure(expr, captured, defaults), False)
    if not any(isinstance(c, Virtual) for c in captured) or not active:
        from dataclasses import replace

        held = tuple(
            replace(c, value=s.operand(v))
            for c, v in zip(expr.captures, captured)
            if not _is_cell(s, v)
        )
        made = replace(expr, captures=held, defaults=tuple((n, s.operand(v)) for n, v in defaults))
        s.definitions[name] = made
        s.add(Assign(name, made, s.origin))
    return name


def call_closure(s: Context, closure: Closure, args: list[Any], kwargs: Kwargs) -> Val:
    make: MakeFunction = closure.make
    template = make.template()
    if is_open_recursion(s, make.syntax):
        s.refuse(
            f"the nested function `{make.name}` calls itself with values that carry a derivative",
            "write the recursion as a loop",
        )
    split = len(make.captures)
    env = bind_arguments(s, template.params[split:], make, args, kwargs, dict(closure.defaults))
    env.update({p.name: v for p, v in zip(template.params[:split], closure.captured)})
    s.stack.append((make.syntax, s.forks))
    s.entered.append(s.origin)
    saved = s.origin
    try:
        reached = s.run(template.body, env)
        return s.value(template.result, env) if reached else Const(None)
    finally:
        s.stack.pop()
        s.entered.pop()
        s.origin = saved


def _is_cell(s: Context, value: Val) -> bool:
    held = s.memory.known(value)
    return held is not None and held.form == "cell"
