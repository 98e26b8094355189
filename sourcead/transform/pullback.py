"""A split call: one function for the forward sweep, one for the reverse sweep.

The reverse half may be called any number of times, whatever happens in between: it reads its lists by
index, and puts the content that the forward sweep saw into storage that its caller may have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sourcead.ir.kinds import Array, Kind, List, NoneKind, Np, Py, Tuple, Unknown, is_optional
from sourcead.ir.nodes import (
    Assign,
    Attr,
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
from sourcead.rules import registry
from sourcead.runtime.contents import (
    arrays_in,
    containers_in,
    contents_of,
    put_back,
    put_in_place,
    slots_now,
)
from sourcead.runtime.undo import copy_of, redo
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.clean import clean
from sourcead.transform.effects import function_of
from sourcead.transform.halves import Half
from sourcead.transform.heap import ITEM, place_of, places
from sourcead.transform.locations import binds_all
from sourcead.transform.reverse.needed import Needed
from sourcead.transform.reverse.sweeps import Sweeps, sweeps
from sourcead.transform.reverse.uses import reverse_uses
from sourcead.transform.specialise import Specialised, Specialiser
from sourcead.transform.specialise.given import is_data
from sourcead.transform.trees import site_of, sites_in

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
    done: Specialised,
    wrt: Sequence[int],
    *,
    name: str,
    again: bool = True,
    aux: bool = False,
    callee: Half | None = None,
) -> Pullback:
    """A split call whose reverse half may be called any number of times, whatever happens in between.

    Not `again`: it is called once, when all storage of the caller is as the forward half left it.  With
    `aux` the value is a pair, and the cotangent is that of its first item.  `callee`: see `sweeps`; the
    adjoints of the arrays that it writes are further parameters of the reverse half.
    """
    b = done.builder
    s = sweeps(
        done, wrt, scalar=False, aux=aux, single=False, split=True, again=again, callee=callee
    )
    halves = _Halves(b, s, list(s.forward), list(s.backward))
    halves.redo()
    if again:
        exposed = _exposed(b, s)
        for owner in exposed.owners:
            halves.keep_content(owner)
        for owner in s.whole:
            if owner not in exposed.owners:
                halves.start_from_copy(owner)
        halves.keep_contents(exposed.holders)
        halves.keep_slots()
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
        (Param(saved), Param(s.out_bar), *map(Param, s.shadows)),
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
    lists: set[Name] = field(default_factory=set)  # copies of arguments that are lists of numbers

    def redo(self) -> None:
        """What the reverse sweep takes back is noted, and done again at its end."""
        noted = self.s.redo
        if noted is not None:
            self.before.append(Assign(noted, Op("list", ()), Origin.none()))
            call = Call(Ref("redo", redo), (noted,))
            self.after.append(Assign(self.b.fresh("_", NoneKind()), call, Origin.none()))

    def keep_contents(self, holders: Sequence[Name]) -> None:
        """Keep what is in the arrays that arguments hold: those of the start, and those of the end."""
        if not holders:
            return
        here = Origin.none()
        given = [n for n in holders if n in {p.name for p in self.s.primal.params}]
        first = [self.b.fresh(f"{n.hint}_arrays", Unknown()) for n in given]
        taken = Ref("arrays_in", arrays_in)
        self.forward[:0] = [Assign(f, Call(taken, (n,)), here) for n, f in zip(given, first)]
        kept, now = self.b.fresh("contents", Unknown()), self.b.fresh("contents_now", Unknown())
        made = Call(Ref("contents_of", contents_of), (*first, *holders))
        put = Ref("put_in_place", put_in_place)
        self.forward.append(Assign(kept, made, here))
        self.before.insert(0, Assign(now, Call(put, (kept,)), here))
        self.after.append(Assign(self.b.fresh("_", NoneKind()), Call(put, (now,)), here))

    def keep_slots(self) -> None:
        """Keep what the lists, dicts and objects hold that arguments and the result lead to, if any is read.

        Those of the start, too: the caller may still have what the program takes out of an argument.
        """
        heap, kind = self.s.locations.heap, self.b.kind
        own = {self._kept_numbers(p.name) for p in self.s.primal.params}
        read = [*self.before, *self.backward, *self.after]
        used = {s for n in _free_names(read) if n not in own for s in sites_in(heap, kind(n))}
        params = [p.name for p in self.s.primal.params]
        results = self.s.result.items if isinstance(self.s.result, Virtual) else (self.s.result,)
        held = [n for n in (*params, *results) if isinstance(n, Name)]
        holders = [n for n in dict.fromkeys(held) if used & sites_in(heap, kind(n))]
        if not holders:
            return
        here = Origin.none()
        given = tuple(n for n in holders if n in params)
        first, kept = self.b.fresh("containers", Unknown()), self.b.fresh("slots", Unknown())
        now = self.b.fresh("slots_now", Unknown())
        put = Ref("put_back", put_back)
        made = Call(Ref("slots_now", slots_now), (first, *holders))
        self.forward.insert(
            0, Assign(first, Call(Ref("containers_in", containers_in), given), here)
        )
        self.forward.append(Assign(kept, made, here))
        self.before.insert(0, Assign(now, Call(put, (kept,)), here))
        self.after.append(Assign(self.b.fresh("_", NoneKind()), Call(put, (now,)), here))

    def _kept_numbers(self, name: Name) -> Name | None:
        """Of an argument that is a list of numbers, which nobody here writes, a copy is all that is needed."""
        heap, kind = self.s.locations.heap, self.b.kind
        found = kind(name)
        if not isinstance(found, List) or found.cls is not list or found.optional or not found.site:
            return None
        is_plain = isinstance(heap.read(found.site, ITEM), (Py, Np))
        if not is_plain or found.site in self.s.locations.mutated_sites:
            return None
        if self.s.table is not None:
            return None  # adjoints are found by the lists themselves: a copy has none
        free = _free_names([*self.before, *self.backward, *self.after])
        here = [n for n in free if found.site in sites_in(heap, kind(n))]
        others = {p.name for p in self.s.primal.params if p.name != name}
        same = [n for n in here if n not in others and n not in self.lists]
        if not same or not all(site_of(kind(n)) == found.site for n in here):
            return None
        if same != [name] and any(site_of(kind(n)) == found.site for n in others):
            return (
                None  # of several lists that a program puts into one, which is which is not known
            )
        copy = self.b.fresh(f"{name.hint}_kept", found)
        self.lists.add(copy)
        self.forward.append(Assign(copy, MethodCall(name, "copy", ()), Origin.none()))
        for each in same:
            self.read_instead(each, copy)
        return copy

    def keep_content(self, owner: Name) -> None:
        """Keep what is in an array now, for the reverse sweep."""
        found = self.s.program.definitions.get(owner)
        if found is not None and self.s.program.loop_home(found.home) is not None:
            return  # of one turn of a loop: nobody else can have it but through what is copied here
        copy = self.b.fresh(f"{owner.hint}_kept", self.b.kind(owner))
        seen = self.s.kept.exported.get(owner, owner)
        # its adjoint is found by the array itself, or views of it are read too: no copy can stand for it
        is_itself = owner in self.s.undone or not self.s.locations.is_static(owner)
        if isinstance(seen, Name) and seen != owner:  # of a branch: None where that was not taken
            if is_itself:
                self.keep_contents([seen])
            else:
                self.forward.append(
                    Assign(copy, Call(Ref("copy_of", copy_of), (seen,)), Origin.none())
                )
                self.read_instead(seen, copy)
            return
        kind = self.b.kind(owner)
        many = isinstance(kind, Array) and len(kind.dims) > 1
        layout = (("order", Const("K")),) if many else ()  # some functions follow the layout
        made = MethodCall(owner, "copy", (), layout)
        self.forward.append(Assign(copy, made, Origin.none()))
        if is_itself:
            self.swap(owner, copy)
        else:
            self.read_instead(owner, copy)

    def start_from_copy(self, owner: Name) -> None:
        """Put the content at the end of the forward sweep in place: nobody else sees this array."""
        copy = self.b.fresh(f"{owner.hint}_kept", self.b.kind(owner))
        self.forward.append(Assign(copy, MethodCall(owner, "copy", ()), Origin.none()))
        self.before.append(Store(owner, Const(Ellipsis), copy, None, Origin.none()))

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
        free = [n for n in used if n != self.s.out_bar and n not in self.s.shadows]
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


@dataclass(frozen=True)
class _Exposed:
    """`owners`: arrays whose content is kept; `holders`: arguments of which all arrays' contents are."""

    owners: list[Name]
    holders: list[Name]


def _exposed(b: Specialiser, s: Sweeps) -> _Exposed:
    """What the reverse sweep reads or undoes, and the caller could change in between."""
    params = [p.name for p in s.primal.params]
    uses = [*s.uses, *reverse_uses(s.backward, s.program, s.table, bounds=False)]
    read = dict.fromkeys(u.name for u in uses if u.content and isinstance(b.kind(u.name), Array))
    exposed = [n for n in read if _is_exposed(b, s, n)]
    undone = [n for n in s.undone if n in params or n not in b.definitions or _is_exposed(b, s, n)]
    owners = [n if not s.locations.is_written(n) else _source_of_copy(b, s, n) for n in exposed]
    owners += [_source_of_copy(b, s, n) for n in undone]
    holders = [p for p in params if _is_holder(b, s, p, [*read, *s.undone])]
    if isinstance(s.result, Name) and _is_holder(b, s, s.result, [*read, *s.undone]):
        holders.append(s.result)
    held = dict.fromkeys(u.name for u in uses if u.content and _holds_arrays(b, s, u.name))
    apart = [n for n in dict.fromkeys(owners) if not _is_held(s, n)]
    by_name = [n for n in apart if not is_optional(b.kind(n)) and _is_named(s, n)]
    found = [n for n in apart if n not in by_name and not s.program.definitions[n].home]
    return _Exposed(by_name, list(dict.fromkeys([*holders, *held, *found])))


def _is_named(s: Sweeps, name: Name) -> bool:
    return s.locations.is_static(name) or s.locations.is_written(name)


def _holds_arrays(b: Specialiser, s: Sweeps, name: Name) -> bool:
    """Is it a list, dict, object or tuple, visible at the end, with arrays that the reverse sweep may look at?"""
    kind, heap = b.kind(name), s.locations.heap
    if isinstance(kind, Array) or s.program.definitions[name].home:
        return False
    sites = sites_in(heap, kind)
    if not sites and _is_known_here_only(b, s, name):
        return False
    inside = (held for (site, _), held in heap.slots.items() if site in sites)
    return any(list(places("", each)) for each in (kind, *inside))


def _is_known_here_only(b: Specialiser, s: Sweeps, name: Name) -> bool:
    """Is it what a rule's function has made anew, and nothing that the caller knows shows what is in it?"""
    expr = s.program.definitions[name].expr
    rule = registry.lookup(function_of(expr, b.kinds))
    if rule is None or rule.effects.returns != "fresh":
        return False
    params = [p.name for p in s.primal.params]
    aux = () if s.auxiliary is None else _names(s.auxiliary)
    heap = s.locations.heap
    known = [(str(n), b.kind(n)) for n in (*params, *_names(s.result), *aux)]
    known += [(place_of(*slot), kind) for slot, kind in heap.slots.items()]
    seen = {heap.find(at) for key, kind in known for at in places(key, kind)}
    return seen.isdisjoint(heap.find(at) for at in _places_read(b, s, name))


def _places_read(b: Specialiser, s: Sweeps, name: Name) -> list[str]:
    """Where the arrays of a tuple are that the reverse sweep reads: those of the items that it takes out."""
    kind = b.kind(name)
    items = kind.items if isinstance(kind, Tuple) else ()
    found: list[str] = []
    for stmt in statements(tuple(s.backward)):
        if name not in reads(stmt):
            continue
        match stmt:
            case Assign(_, Op("getitem", (base, Const(int() as i)))) if base == name and items:
                found += places(f"{name}[{i}]", items[i])
            case _:
                found += places(str(name), kind)
    return found


def _is_holder(b: Specialiser, s: Sweeps, holder: Name, names: Sequence[Name]) -> bool:
    """Do arrays of these names lie in an argument, or in the result? A view that a turn of a loop takes does."""
    at, kind = s.locations, b.kind(holder)
    if isinstance(kind, Array):
        definitions = s.program.definitions
        turns = [n for n in names if s.program.loop_home(definitions[n].home) is not None]
        same = [n for n in turns if at.cls(n) == at.cls(holder)]
        return any(not at.is_written(n) or not at.is_static(n) for n in same)
    sites = sites_in(at.heap, kind)
    return any(at.is_in(n, sites) or at.is_in_tuple(n, holder) for n in names)


def _is_held(s: Sweeps, name: Name) -> bool:
    """Is it an array that an argument has held from the start?"""
    heap, kinds = s.locations.heap, s.locations.kinds
    match s.program.made(name):
        case Op("getitem", (Name() as base, index)):
            slot = index.value if isinstance(index, Const) else ITEM
        case Attr(Name() as base, attr):
            slot = attr
        case _:
            return False
    site = site_of(kinds.get(base))
    if site is None:
        return isinstance(kinds.get(base), Tuple) and base in {p.name for p in s.primal.params}
    slot = ITEM if isinstance(kinds[base], List) else slot
    return heap.is_external(site) and not heap.is_assigned(site, slot)


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
        or is_data(b, owner)
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
