"""`checkpoint(f)(x)`: the callee becomes a function of all that it uses, free of effects, and one call of it.

    def push(u, w):                                     def push(w, u):
        u[1:] += w * u[:-1] ** 2                            u = u.copy()
        return u[0]                           ->            u[1:] += w * u[:-1] ** 2
                                                            return u[0], u
    y = checkpoint(push)(u, w)                          y, u[...] = run_again(push, (u,), (w,))

What it writes is handed in and out, so that it can run any number of times: the gradient's own rules keep
the content that `u[...] = ` overwrites, which is the snapshot that the callee is run again from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sourcead.checkpointing import called_again, checkpoint, run_again
from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Const,
    MethodCall,
    Name,
    Operand,
    Origin,
    Raise,
    Ref,
    Stmt,
    Undefined,
)
from sourcead.ir.walk import bound, free, statements, substitute
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.lifting import (
    MAX_LOADS,
    Sketch,
    aside,
    function_name,
    loads_in,
    without_unread,
    written,
)
from sourcead.transform.specialise.outside import check_repeatable, storage_written
from sourcead.transform.specialise.stand_ins import bound_anyway

__all__ = ["AGAIN"]


def _checkpoint(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`checkpoint(f)`: a function that is called with the arguments of f."""
    if len(args) != 1 or kwargs:
        s.refuse("`checkpoint` takes a function", "write `checkpoint(f)(x)`")
    called = Ref("called_again", called_again)
    return s.call(Ref("functools.partial", partial), [called, args[0]], [], hint)


def _called_again(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    function, *items = args
    if s.at_once or not any(map(s.holds_varied, [function, *items, *(v for _, v in kwargs)])):
        return s.call(function, items, kwargs, hint)
    callee = _callee(s, function, items, kwargs)
    results = _returned(callee)
    made = _sketch(s, callee, results)
    varies = [n for n in made.taken if s.holds_varied(n) or not _is_plain(s.kind(n))]
    rest = [n for n in made.taken if n not in varies]
    ref = written(s, made, [*rest, *varies])
    given = [
        Virtual(bound_anyway(s, names)) for names in (varies, rest) if names or names is varies
    ]
    packed = s.call(Ref("run_again", run_again), [ref, *given], [], hint)
    returned = [*results, *callee.own]
    parts = (
        [packed]
        if len(returned) == 1
        else [s.getitem(packed, Const(i)) for i in range(len(returned))]
    )
    found = dict(zip(results, parts))
    for result, part in found.items():  # it may be, or look at, what the function was given
        others = (
            _looking_at(s, result, [*callee.taken, *results]) if isinstance(result, Name) else []
        )
        for other in others:
            s.share(part, found.get(other, other))
    for name, content in zip(callee.own, parts[len(results) :]):
        s.store(name, Const(Ellipsis), content, None)
    values = iter([found.get(r, r) for r in callee.results])
    return callee.shape.filled(s, values, hint)


def _run_again(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A call in a derivative that is differentiated in turn: what varies here may have been fixed there."""
    match args:
        case [function, given, fixed] if s.holds_varied(fixed):
            every = [*(s.components(fixed) or []), *(s.components(given) or [])]
            return s.call(Ref("run_again", run_again), [function, Virtual(tuple(every))], [], hint)
        case _:
            return None


def _returned(callee: Callee) -> tuple[Operand, ...]:
    """The results that the function has to return: not those that are known without it."""
    raises = any(isinstance(stmt, Raise) for stmt in statements(callee.body))
    known = callee.own if raises else callee.taken  # one that may raise is called in any case
    return tuple(dict.fromkeys(r for r in callee.results if isinstance(r, Name) and r not in known))


def _is_plain(kind: Kind) -> bool:
    return not isinstance(kind, (List, Dict, Object, Tuple, Unknown))


# -- the callee --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Callee:
    """Its statements, what it reads from around it, which arrays of that it writes, and what it returns."""

    name: str
    body: tuple[Stmt, ...]
    taken: tuple[Name, ...]
    own: tuple[Name, ...]
    results: tuple[Operand, ...]
    shape: Shape


def _callee(s: Context, function: Val, items: list[Val], kwargs: Kwargs) -> Callee:
    """The callee, written down once; attributes of objects that it reads are read outside first."""
    for _ in range(MAX_LOADS):
        made, loads = _attempt(s, function, items, kwargs)
        if not loads:
            return made
        for base, key in loads:
            s.getitem(base, key) if isinstance(key, Const) else s.attr(base, key, key)
    s.refuse("a function reads more attributes than can be followed", "pass what it reads")


def _attempt(
    s: Context, function: Val, items: list[Val], kwargs: Kwargs
) -> tuple[Callee, list[tuple[Name, Any]]]:
    with aside(s), s.block() as body:
        value = s.call(function, items, kwargs, "t")
        shape, leaves = Shape.of(s, value)
        results = tuple(map(s.operand, leaves))
        known = set(bound(tuple(body)))
        every = dict.fromkeys([*free(tuple(body)), *(r for r in results if isinstance(r, Name))])
        taken = [n for n in every if n not in known]
        loads = list(dict.fromkeys(loads_in(s, tuple(body), set(taken))))
        own = storage_written(s, body, taken)
        if not loads:
            check_repeatable(s, body, taken, own)
            _check_apart(s, taken, own, results)
    name = function_name(s, function, "function")
    return Callee(name, tuple(body), tuple(taken), tuple(own), results, shape), loads


def _check_apart(
    s: Context, taken: Sequence[Name], own: Sequence[Name], results: Sequence[Operand]
) -> None:
    """What is written is known under one name, and what is returned is no other view of it."""
    for name in own:
        if len(_looking_at(s, name, taken)) > 1:
            s.refuse(
                f"a checkpointed function writes `{name.hint}`, which it also reads under another name",
                "pass a copy, or index the array that is written",
            )
        if any(r != name for r in _looking_at(s, name, results)):
            s.refuse(
                f"a checkpointed function returns a view of `{name.hint}`, into which it writes",
                "return a copy of it",
            )


def _looking_at(s: Context, name: Name, others: Sequence[Operand]) -> list[Name]:
    """Those of the others that may share memory with an array."""
    if not isinstance(s.kind(name), Array):
        return []
    arrays = [n for n in others if isinstance(n, Name) and isinstance(s.kind(n), Array)]
    return [n for n in arrays if s.heap.find(str(n)) == s.heap.find(str(name))]


def _sketch(s: Context, callee: Callee, results: tuple[Operand, ...]) -> Sketch:
    """The function: of what it writes it takes a copy first, and returns it behind the results."""
    here = Origin.none()
    with aside(s), s.block() as body:
        copies = {n: s.fresh(n.hint, s.kind(n), s.is_varied(n)) for n in callee.own}
        body.extend(Assign(c, MethodCall(n, "copy", ()), here) for n, c in copies.items())
        body.extend(substitute(stmt, copies) for stmt in callee.body)
        returned = [*results, *copies.values()]
        result: Operand = returned[0] if len(returned) == 1 else s.operand(Virtual(tuple(returned)))
        kind = s.kind(result)
        block, result = without_unread(s, tuple(body), result)
        known = set(bound(block))
        every = [*free(block), *([result] if isinstance(result, Name) else [])]
        taken = tuple(dict.fromkeys(n for n in every if n not in known))
    return Sketch(callee.name, (), block, result, kind, taken)


# -- what it returns ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """The tuples, lists and dicts of a result; `form` is empty for anything else."""

    form: str = ""
    cls: type = tuple
    keys: tuple[Any, ...] = ()
    parts: tuple[Shape, ...] = ()

    @staticmethod
    def of(s: Context, value: Val) -> tuple[Shape, list[Val]]:
        kind = s.kind(value)
        held = s.memory.known(value)
        if isinstance(value, Undefined):
            s.refuse("a checkpointed function never returns", "let a path of it end")
        if isinstance(kind, Tuple):
            return Shape._made(s, "tuple", kind.cls, s.components(value) or [], ())
        items = s.components(value) if isinstance(kind, List) else None
        if items is not None:
            return Shape._made(s, "list", list, items, ())
        if isinstance(kind, Dict) and held is not None and held.complete:
            return Shape._made(s, "dict", dict, list(held.slots.values()), tuple(held.slots))
        if isinstance(kind, (List, Dict, Object)) and s.holds_varied(value):
            s.refuse(
                f"a checkpointed function returns a {kind} that carries a derivative",
                "return numbers and arrays, in a tuple, a list or a dict",
            )
        return Shape(), [value]

    @staticmethod
    def _made(
        s: Context, form: str, cls: type, items: Sequence[Val], keys: tuple[Any, ...]
    ) -> tuple[Shape, list[Val]]:
        found = [Shape.of(s, item) for item in items]
        parts = tuple(shape for shape, _ in found)
        return Shape(form, cls, keys, parts), [leaf for _, leaves in found for leaf in leaves]

    def filled(self, s: Context, values: Iterator[Val], hint: str) -> Val:
        """The result with these leaves."""
        if not self.form:
            return next(values)
        items = tuple(part.filled(s, values, "t") for part in self.parts)
        if self.form == "dict":
            return s.fresh_dict([o for k, v in zip(self.keys, items) for o in (Const(k), v)], hint)
        if self.form == "list":
            return s.fresh_list(s.operand(Virtual(items, "list"), hint))
        return Virtual(items, "tuple", self.cls)


AGAIN: dict[Any, Handler] = {
    checkpoint: _checkpoint, called_again: _called_again, run_again: _run_again,
}  # fmt: skip
