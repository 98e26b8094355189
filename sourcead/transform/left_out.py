"""A function without the statements at some places, and without all that depends on them.

What is left shows what else is wrong with a function: its other offences, and none that follow from
one that is known.  A value that the left-out statements may have had a hand in is left out as well,
wherever it stands: whatever reads it, what is stored with it, branches and loops that ask for it.

>>> from sourcead.frontend.lower import lower
>>> from sourcead.ir.show import show
>>> def f(x):
...     a = x.first()
...     b = x.second()
...     c = a + 1.0
...     return b
>>> template = lower(f)
>>> print(show(leave_out(template, {template.body[0].origin})))
def f(x):
    b = x.second()
    return b
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from sourcead.errors import SourceADError
from sourcead.ir.nodes import (
    Assign,
    Block,
    Carried,
    Delete,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Operand,
    Origin,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    While,
    With,
)
from sourcead.ir.walk import binds, inner_binds, map_blocks, reads, statements

__all__ = ["LEFT_OUT", "LeftOut", "leave_out"]

LEFT_OUT = Ref("a value that is left out", object())


class LeftOut(SourceADError):
    """A call whose result is left out: no offence, the call is left out in turn."""


def leave_out(function: Function, places: Collection[Origin]) -> Function:
    """The function without the statements at these places; its result is LEFT_OUT where it depended on them."""
    lost = _lost_in(function, places)

    def kept(block: Block) -> Block:
        return tuple(s for stmt in block for s in _kept(stmt, places, lost, kept))

    result = LEFT_OUT if function.result in lost else function.result
    return replace(function, body=kept(function.body), result=result)


# -- what depends on the statements ----------------------------------------------------------------


def _lost_in(function: Function, places: Collection[Origin]) -> set[Operand]:
    """The names that the statements at these places give a value to, directly or by others."""
    lost: set[Operand] = set()
    everything = list(statements(function.body))
    size = -1
    while size != len(lost):
        size = len(lost)
        for stmt in everything:
            if isinstance(stmt, Assign) and stmt.origin in places:
                lost.add(stmt.target)  # its receiver is as it was: the call may do nothing to it
            elif _is_lost(stmt, places, lost):
                lost.update(_touched(stmt))
            else:
                lost.update(_lost_through(stmt, lost))
    return lost


def _is_lost(stmt: Stmt, places: Collection[Origin], lost: Collection[Operand]) -> bool:
    """Is the whole statement left out?"""
    return stmt.origin in places or any(read in lost for read in _asked(stmt))


def _asked(stmt: Stmt) -> Iterable[Operand]:
    """What decides whether and how the statement runs."""
    match stmt:
        case If(test=test):
            return (test,)
        case For(items=items, exit=leave):
            return (items,) if leave is None else (items, leave)
        case While(test=test, exit=leave):
            return (test,) if leave is None else (test, leave)
        case With(context=context):
            return (context,)
        case Try():
            return ()
        case _:
            return reads(stmt)


def _touched(stmt: Stmt) -> Iterator[Operand]:
    """What a statement binds or writes, with all that it contains."""
    for each in statements((stmt,)):
        yield from binds(each)
        yield from inner_binds(each)
        match each:
            case Store(base=base) | StoreAttr(base=base) | Delete(base=base) if _is_name(base):
                yield base
            case StoreVariable(cell=cell) if cell is not None:
                yield cell
            case Assign(expr=MethodCall(value=value)) if _is_name(value):
                yield value
            case _:
                pass


def _is_name(value: Operand) -> bool:
    return isinstance(value, Name)


def _lost_through(stmt: Stmt, lost: Collection[Operand]) -> Iterator[Operand]:
    """Values that travel through a statement, out of which some are left out."""
    match stmt:
        case If(merges=merges):
            yield from (m.target for m in merges if m.then in lost or m.orelse in lost)
        case For(carried=carried) | While(carried=carried):
            for c in carried:
                if not {c.inner, c.initial, c.next, c.result}.isdisjoint(lost):
                    yield from (c.inner, c.result)
        case Try():
            for i, target in enumerate(stmt.targets):
                if stmt.leaves[i] in lost or any(h.leaves[i] in lost for h in stmt.handlers):
                    yield target
            for inner, before, versions in stmt.interrupted:
                if before in lost or any(v in lost for v in versions):
                    yield inner
        case _:
            return


# -- what remains ----------------------------------------------------------------------------------


def _kept(
    stmt: Stmt,
    places: Collection[Origin],
    lost: Collection[Operand],
    kept: Callable[[Block], Block],
) -> Block:
    if isinstance(stmt, Raise) and _is_lost(stmt, places, lost):
        return (replace(stmt, exception=Ref("RuntimeError", RuntimeError), cause=None),)
    if _is_lost(stmt, places, lost):
        return ()
    stmt = map_blocks(stmt, kept)
    match stmt:
        case Assign(expr=MakeFunction() as made):
            return (replace(stmt, expr=_inside(made, places)),)
        case If(merges=merges):
            return (replace(stmt, merges=tuple(m for m in merges if m.target not in lost)),)
        case For(carried=carried) | While(carried=carried):
            return (replace(stmt, carried=_carried(carried, lost)),)
        case Try():
            return (_attempt(stmt, lost),)
        case _:
            return (stmt,)


def _inside(made: MakeFunction, places: Collection[Origin]) -> Expr:
    template = made.template
    return replace(made, template=lambda: leave_out(template(), places))


def _carried(carried: tuple[Carried, ...], lost: Collection[Operand]) -> tuple[Carried, ...]:
    return tuple(c for c in carried if c.result not in lost)


def _attempt(stmt: Try, lost: Collection[Operand]) -> Try:
    staying = [i for i, target in enumerate(stmt.targets) if target not in lost]

    def some(values: tuple[Operand, ...]) -> tuple[Operand, ...]:
        return tuple(values[i] for i in staying)

    return replace(
        stmt,
        targets=tuple(stmt.targets[i] for i in staying),
        leaves=some(stmt.leaves),
        handlers=tuple(replace(h, leaves=some(h.leaves)) for h in stmt.handlers),
        interrupted=tuple(i for i in stmt.interrupted if i[0] not in lost),
    )
