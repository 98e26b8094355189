"""One differentiated function: from a specialised program to the Wengert list of its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sourcead.ir.kinds import Kind, NoneKind
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Function,
    MethodCall,
    Name,
    Op,
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
    Try,
)
from sourcead.runtime.undo import redo
from sourcead.simplify.gathered import gathered
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.clean import clean, is_pure, storage_of
from sourcead.transform.reverse.needed import Needed
from sourcead.transform.reverse.sweeps import Sweeps, sweeps
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.given import is_data

__all__ = ["Gradient", "gradient"]


@dataclass
class Gradient:
    """A gradient's Wengert list, and what was found out on the way (for reports)."""

    function: Function
    specialised: Specialised
    needed: Needed
    kinds: dict[Name, Kind]
    primal: Function


def gradient(
    done: Specialised,
    wrt: Sequence[int],
    *,
    value: bool,
    name: str,
    aux: bool = False,
    single: bool = True,
    compared: bool = False,
    reopened: bool = False,
    scalar: bool = True,
) -> Gradient:
    """The gradient with respect to parameters `wrt` of a program with a real scalar result.

    The function takes the primal's parameters and `out_bar`, and returns the adjoints (a tuple unless
    `single`), after the value if `value`, together with the auxiliary output if `aux`.  `compared`: for
    the verifying mode; `reopened`: it is differentiated again; not `scalar`: the result may be anything,
    and `out_bar` has its structure.
    """
    b = done.builder
    s = sweeps(
        done, wrt, scalar=scalar, aux=aux, single=single, compared=compared, reopened=reopened
    )
    body, returned = _with_callers_storage(b, s)
    final: Val = returned
    if value:
        first: Val = s.result if s.auxiliary is None else Virtual((s.result, s.auxiliary))
        final = Virtual((first, returned))
    elif s.auxiliary is not None:
        final = Virtual((returned, s.auxiliary))
    with b.block() as tail:
        result = b.operand(final)
    parameters = (*s.primal.params, Param(s.out_bar, "seed"))
    whole = Function(name, parameters, (*s.forward, *body, *tail), result, s.primal.origin)
    whole = clean(whole, b)
    whole = gathered(whole, b, lambda f: storage_of(f, b), lambda e: is_pure(e, b))
    return Gradient(whole, done, s.needed, b.kinds, s.primal)


def _with_callers_storage(b: Specialiser, s: Sweeps) -> tuple[list[Stmt], Val]:
    """The reverse sweep; what it undoes in the caller's arrays is as the primal left it when it ends."""
    params = [p.name for p in s.primal.params]
    callers = [n for n in s.undone if n in params or n not in b.definitions or is_data(b, n)]
    if not callers and s.redo is None:
        return s.backward, s.returned
    finals = [b.fresh(f"{n.hint}_final", b.kind(n)) for n in callers]
    head: list[Stmt] = [
        Assign(f, MethodCall(n, "copy", ()), Origin.none()) for n, f in zip(callers, finals)
    ]
    put_back: tuple[Stmt, ...] = tuple(
        Store(n, Const(Ellipsis), f, None, Origin.none()) for n, f in zip(callers, finals)
    )
    if s.redo is not None:
        head.append(Assign(s.redo, Op("list", ()), Origin.none()))
        again = Call(Ref("redo", redo), (s.redo,))
        put_back = (Assign(b.fresh("_", NoneKind()), again, Origin.none()), *put_back)
    hint = s.returned.hint if isinstance(s.returned, Name) else "gradient"
    kept = b.fresh(hint, b.kind(s.returned))
    swept = Try(tuple(s.backward), (), (), put_back, (kept,), (s.returned,), (), Origin.none())
    return [*head, swept], kept
