"""A split call: one function for the forward sweep, one for the reverse sweep.

The reverse half may be called any number of times, whatever happens in between: it reads its lists by
index, and puts the content that the forward sweep saw into storage that its caller may have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sourcead.ir.kinds import Array, Kind, NoneKind, Unknown
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
)
from sourcead.ir.walk import operands, reads, statements, substitute
from sourcead.runtime.undo import copy_of, redo
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.clean import clean
from sourcead.transform.locations import binds_all
from sourcead.transform.reverse.needed import Needed
from sourcead.transform.reverse.sweeps import Sweeps, sweeps
from sourcead.transform.specialise import Specialised, Specialiser

__all__ = ["Pullback", "pullback"]


@dataclass
class Pullback:
    """The two halves of a split call: `forward(args) -> (value, saved)`, `reverse(saved, out_bar) -> bars`."""

    forward: Function
    reverse: Function
    specialised: Specialised
    needed: Needed
    result: Val
    kinds: dict[Name, Kind]


def pullback(
    done: Specialised, wrt: Sequence[int], *, name: str, again: bool = True, aux: bool = False
) -> Pullback:
    """A split call whose reverse half may be called any number of times, whatever happens in between.

    Not `again`: it is called once, when all storage of the caller is as the forward half left it.  With
    `aux` the value is a pair, and the cotangent is that of its first item.
    """
    b = done.builder
    s = sweeps(done, wrt, scalar=False, aux=aux, single=False, split=True, again=again)
    halves = _Halves(b, s, list(s.forward), list(s.backward))
    halves.redo()
    for owner in _owners(b, s) if again else ():
        halves.keep_content(owner)
    free = halves.saved(copied=again)
    returned = halves.close()
    with b.block() as tail:
        value: Val = s.result if s.auxiliary is None else Virtual((s.result, s.auxiliary))
        pair = b.operand(Virtual((value, Virtual(tuple(free)))))
    origin = s.primal.origin
    first = Function(f"{name}_forward", s.primal.params, (*halves.forward, *tail), pair, origin)
    saved = b.fresh("saved", Unknown())
    unpack: list[Stmt] = [Unpack(tuple(free), None, saved, Origin.none())] if free else []
    second = Function(
        f"{name}_reverse",
        (Param(saved), Param(s.out_bar)),
        (*unpack, *halves.copies, *halves.before, *halves.backward),
        returned,
        origin,
    )
    return Pullback(clean(first, b), clean(second, b), done, s.needed, s.result, b.kinds)


@dataclass
class _Halves:
    """The two halves while they are completed: `before` and `after` go around the reverse sweep."""

    b: Specialiser
    s: Sweeps
    forward: list[Stmt]
    backward: list[Stmt]
    copies: list[Stmt] = field(default_factory=list)
    before: list[Stmt] = field(default_factory=list)
    after: list[Stmt] = field(default_factory=list)

    def redo(self) -> None:
        """What the reverse sweep takes back is noted, and done again at its end."""
        noted = self.s.redo
        if noted is not None:
            self.before.append(Assign(noted, Op("list", ()), Origin.none()))
            call = Call(Ref("redo", redo), (noted,))
            self.after.append(Assign(self.b.fresh("_", NoneKind()), call, Origin.none()))

    def keep_content(self, owner: Name) -> None:
        """Keep what is in an array now, for the reverse sweep."""
        found = self.s.program.definitions.get(owner)
        if found is not None and self.s.program.loop_home(found.home) is not None:
            return  # of one turn of a loop: nobody else can have it but through what is copied here
        copy = self.b.fresh(f"{owner.hint}_kept", self.b.kind(owner))
        seen = self.s.kept.exported.get(owner, owner)
        if seen != owner:  # of a branch: None where that was not taken
            self.forward.append(Assign(copy, Call(Ref("copy_of", copy_of), (seen,)), Origin.none()))
            self.read_instead(seen, copy)
            return
        kind = self.b.kind(owner)
        many = isinstance(kind, Array) and len(kind.dims) > 1
        layout = (("order", Const("K")),) if many else ()  # some functions follow the layout
        made = MethodCall(owner, "copy", (), layout)
        self.forward.append(Assign(copy, made, Origin.none()))
        if owner in self.s.undone or not self.s.locations.is_static(owner):
            self.swap(owner, copy)
        else:
            self.read_instead(owner, copy)

    def swap(self, owner: Name, copy: Name) -> None:
        """Put the content in place while the reverse sweep runs, and what is there now back."""
        now = self.b.fresh(f"{owner.hint}_now", self.b.kind(owner))
        self.before += [
            Assign(now, MethodCall(owner, "copy", ()), Origin.none()),
            Store(owner, Const(Ellipsis), copy, None, Origin.none()),
        ]
        self.after.append(Store(owner, Const(Ellipsis), now, None, Origin.none()))

    def read_instead(self, name: Operand, copy: Name) -> None:
        if isinstance(name, Name):
            self.backward = [substitute(stmt, {name: copy}) for stmt in self.backward]

    def saved(self, *, copied: bool) -> list[Name]:
        """The names that go from half to half; of lists the reverse half takes copies, and pops those."""
        lists = [saved.name for saved in self.s.kept.lists.values()]
        used = _free_names([*self.before, *self.backward, *self.after])
        free = [n for n in used if n != self.s.out_bar]
        for name in lists:
            if copied and name in free:
                again = self.b.fresh(name.hint, self.b.kind(name))
                made = MethodCall(name, "copy", ())
                self.copies.append(Assign(again, made, Origin.none()))
                self.read_instead(name, again)
        return free

    def close(self) -> Operand:
        """`after` in a `finally`; the adjoints."""
        returned = self.s.returned
        if not self.after:
            return returned
        out = self.b.fresh("gradient", self.b.kind(returned))
        swept = Try(
            tuple(self.backward),
            (),
            (),
            tuple(self.after),
            (out,),
            (returned,),
            (),
            Origin.none(),
        )
        self.backward = [swept]
        return out


# -- whose content must be kept ----------------------------------------------------------------


def _owners(b: Specialiser, s: Sweeps) -> list[Name]:
    """Arrays that the reverse sweep reads or undoes, and that the caller could change in between."""
    params = [p.name for p in s.primal.params]
    read = dict.fromkeys(u.name for u in s.uses if u.content)
    exposed = [n for n in read if _is_exposed(b, s, n)]
    undone = [n for n in s.undone if n in params or n not in b.definitions or _is_exposed(b, s, n)]
    return list(dict.fromkeys(_source_of_copy(b, s, n) for n in [*undone, *exposed]))


def _source_of_copy(b: Specialiser, s: Sweeps, name: Name) -> Name:
    """The owner of an array; of one that may or may not be a view, the owner of what it may look at."""
    owner, _ = s.locations.owner(name)
    while owner in s.locations.maybe:
        expr: Expr = b.definitions[owner]
        first = next((o for o in operands(expr) if isinstance(o, Name)), None)
        if first is None:
            break
        owner, _ = s.locations.owner(first)
    return owner


def _is_exposed(b: Specialiser, s: Sweeps, name: Name) -> bool:
    """Could the caller change what is in this array between the sweeps (an argument, a global, a result)?"""
    if not isinstance(b.kind(name), Array):
        return False
    owner, _ = s.locations.owner(name)
    params = [p.name for p in s.primal.params]
    cls = s.locations.cls(name)
    aux = () if s.auxiliary is None else _names(s.auxiliary)
    shared = [n for n in [*params, *_names(s.result), *aux] if isinstance(b.kind(n), Array)]
    return (
        owner in params
        or owner not in b.definitions
        or any(s.locations.cls(n) == cls for n in shared)
    )


def _names(value: Val) -> list[Name]:
    if isinstance(value, Virtual):
        return [n for v in value.items for n in _names(v)]
    return [value] if isinstance(value, Name) else []


def _free_names(block: Sequence[Stmt]) -> list[Name]:
    """Names that the statements read and do not bind, in the order of their first use."""
    every = list(statements(tuple(block)))
    bound = {n for stmt in every for n in binds_all(stmt)}
    return list(dict.fromkeys(n for stmt in every for n in reads(stmt) if n not in bound))
