"""Lists, dicts, objects and variables that a recursive function is given: it is given what they hold.

What a function that is called by name may be given is numbers, arrays and tuples.  A list of numbers goes
in as an array, an object as its attributes; the function makes its own of them, and hands back what it
has changed, which its caller stores:

    def walk(steps, x, n):                          def walk(steps, x, n):
        if n == 0: return x                             steps = steps.tolist()
        steps.append(x)                                 if n == 0: return x, np.array(steps)
        return walk(steps, x * x, n - 1)     ->         steps.append(x)
                                                        t = walk(np.array(steps), x * x, n - 1)
                                                        steps[:] = t[1].tolist()
                                                        return t[0], np.array(steps)

So the two are equal, and not the same: of what a function keeps, returns, or asks the identity of, that
would be another program, and it is refused.  A call costs the length of what it is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import (
    Array,
    Kind,
    Tuple,
)
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Delete,
    Function,
    MethodCall,
    Name,
    Op,
    Origin,
    Param,
    Ref,
    Stmt,
    Store,
    StoreAttr,
)
from sourcead.ir.walk import reads, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import CalledByName
from sourcead.transform.locations import READING
from sourcead.transform.specialise.context import Context, Unreached
from sourcead.transform.specialise.plans import (
    Entries,
    Manner,
    Numbers,
    Parts,
    Path,
    Plan,
    Whole,
    containers_of,
    hints_of,
    items_of,
    leaf_plans,
    leaves_of_plan,
    listed_again,
    part_of,
    plan_of,
    put,
    put_together,
    refill,
    refuse_call,
    remade,
    slot_hint,
    without_keys,
)

if TYPE_CHECKING:
    from sourcead.transform.specialise.specialiser import Specialised

__all__ = ["Opened", "opened_in"]


@dataclass(eq=False)
class Opened:
    """A recursive function as one of what its arguments hold."""

    template: Function  # of the arguments themselves
    plans: tuple[Plan, ...]
    live: Any
    code: Any
    written: set[Path] = field(default_factory=set)  # what it hands back
    noted: set[Path] = field(default_factory=set)  # what it is seen to change
    sites: dict[str, tuple[Path, Plan]] = field(default_factory=dict)  # of what it has made of them
    making: list[Stmt] = field(default_factory=list)  # the statements that make its arguments
    result: Plan | None = None
    returns_given: bool = False  # may it return a list that it was given?

    def __repr__(self) -> str:
        return "opened"

    def function(self, origin: Origin) -> Function:
        """The template to specialise: its parameters are the leaves."""
        params: list[Name] = []
        for param, plan in zip(self.template.params, self.plans):
            hint = param.name.hint.removesuffix("_cell")
            for each in hints_of(plan, hint):
                taken = {p.hint for p in params}
                free = next(h for h in _numbered(each) if h not in taken)
                params.append(Name(free, 2000 + len(params)))
        result = Name("result", 2000)
        body = (Assign(result, Call(Ref("opened", self), tuple(params)), origin),)
        return Function(
            self.template.name, tuple(map(Param, params)), body, result, self.template.origin
        )

    # -- the caller's side --------------------------------------------------------------------

    def given(self, s: Context, values: Sequence[Val]) -> list[Val]:
        """The leaves of the arguments of a call."""
        return [leaf for plan, v in zip(self.plans, values) for leaf in leaves_of_plan(s, plan, v)]

    def of_any_length(self, kinds: Sequence[Kind]) -> tuple[Kind, ...]:
        """The kinds of the leaves, where a list or dict may be longer in another call."""
        plans = [leaf for plan in self.plans for leaf in leaf_plans(plan)]
        return tuple(
            Array(kind.dtype, (None,))
            if isinstance(kind, Array) and not isinstance(plan, Whole)
            else kind
            for plan, kind in zip(plans, kinds, strict=True)
        )

    def taken(self, s: Context, found: Val, values: Sequence[Val]) -> Val:
        """The result of a call, after what was handed back with it has been stored."""
        call, start = found, len(s.open[-1])
        if self.written:
            items = items_of(s, found, [Whole(), *self._handed()])
            found, rest = items[0], iter(items[1:])
            for i, (plan, value) in enumerate(zip(self.plans, values)):
                self._store(s, plan, value, (i,), rest)
        assert self.result is not None
        if isinstance(self.result, Whole):
            return found
        if isinstance(self.result, Numbers):
            made = listed_again(s, self.result, found)
        else:
            made = remade(s, self.result, iter(items_of(s, found, leaf_plans(self.result))), "t")
        if self.returns_given:
            lists = [v for _, v in containers_of(s, self.plans, values)]
            own = s.open[-1][start:]
            s.may_be_same += [(call, v, own) for v in (made, *lists)]
        return made

    def carrying(self, result: Kind) -> Kind:
        """The kind of what a call gives, without the keys of dicts."""
        if not self.written:
            return self._without_keys(result)
        assert isinstance(result, Tuple)
        handed = zip(self._handed(), result.items[1:], strict=True)
        return Tuple((self._without_keys(result.items[0]), *without_keys(handed)))

    def _without_keys(self, result: Kind) -> Kind:
        if not isinstance(result, Tuple) or not isinstance(self.result, (Parts, Entries)):
            return result
        return Tuple(without_keys(zip(leaf_plans(self.result), result.items, strict=True)))

    def _handed(self) -> list[Plan]:
        """The leaves that are handed back."""

        def inside(plan: Plan, path: Path) -> Iterator[Plan]:
            match plan:
                case Parts(_, slots):
                    for slot, part in slots:
                        yield from inside(part, (*path, slot))
                case _ if path in self.written:
                    yield from leaf_plans(plan)

        return [leaf for i, plan in enumerate(self.plans) for leaf in inside(plan, (i,))]

    def _store(self, s: Context, plan: Plan, value: Val, path: Path, rest: Iterator[Val]) -> None:
        if isinstance(plan, Parts):
            for slot, part in plan.slots:
                at = (*path, slot)
                if at in self.written and isinstance(part, Whole):
                    put(s, plan, value, slot, next(rest))
                elif isinstance(part, Whole):
                    continue
                else:
                    self._store(s, part, part_of(s, plan, value, slot), at, rest)
        elif path not in self.written:
            return
        elif isinstance(plan, Numbers):
            whole = Virtual((Const(None), Const(None), Const(None)), "slice")
            s.store(value, whole, listed_again(s, plan, next(rest)), None)
        elif isinstance(plan, Entries):
            refill(s, plan, value, next(rest), next(rest))

    # -- its own side ---------------------------------------------------------------------------

    def run(self, s: Context, leaves: Sequence[Val]) -> Val:
        """The function's statements, between the making of its arguments and what is handed back."""
        self.sites = {}
        rest = iter(leaves)
        env: dict[Name, Val] = {}
        start = len(s.open[-1])
        for i, (plan, param) in enumerate(zip(self.plans, self.template.params)):
            env[param.name] = self._made(s, plan, rest, (i,), param.name.hint)
        self.making = s.open[-1][start:]
        before = {i: s.memory.get(v, "") for i, _, v in self._cells(env)}
        s.active.append(len(s.seen))
        s.seen.append((self.live, self.template))
        try:
            with s.callee(self.code, self.template):
                if not s.run(self.template.body, env, [self.template.result]):
                    raise Unreached
            found = s.returned(self.template, env)
        finally:
            s.active.pop()
        for i, plan, cell in self._cells(env):
            if s.memory.get(cell, "") != before[i]:
                self._note((i,), "", plan)
        return self._handed_back(s, env, found)

    def _handed_back(self, s: Context, env: dict[Name, Val], found: Val) -> Val:
        made = {s.heap.site(site) for site in self.sites}
        plan = plan_of(s, found, Manner(forced=True))
        if made & {s.heap.site(site) for site in s.reachable([found])}:
            if not isinstance(plan, Numbers):
                refuse_call(s, "returns (what holds) a list, dict or object that it is given")
            self.returns_given = True
        if self.result is not None and plan != self.result:
            refuse_call(s, "returns lists, dicts or objects that are not alike")
        self.result = plan
        result: Val = found
        if isinstance(plan, Numbers):
            (result,) = leaves_of_plan(s, plan, found)
        elif not isinstance(plan, Whole):
            result = Virtual(tuple(leaves_of_plan(s, plan, found)))
        if not self.written:
            return result
        leaves = [
            leaf
            for i, (p, param) in enumerate(zip(self.plans, self.template.params))
            for leaf in self._changed(s, p, env[param.name], (i,))
        ]
        return Virtual((result, *leaves))

    def _changed(self, s: Context, plan: Plan, value: Val, path: Path) -> Iterator[Val]:
        if isinstance(plan, Parts):
            for slot, part in plan.slots:
                at = (*path, slot)
                if isinstance(part, Whole) and at not in self.written:
                    continue
                held = part_of(s, plan, value, slot)
                yield from [held] if isinstance(part, Whole) else self._changed(s, part, held, at)
        elif path in self.written:
            yield from leaves_of_plan(s, plan, value)

    def _made(self, s: Context, plan: Plan, rest: Iterator[Val], path: Path, hint: str) -> Val:
        if not isinstance(plan, Parts):
            made = remade(s, plan, rest, hint)
        else:
            parts = [
                (slot, self._made(s, part, rest, (*path, slot), slot_hint(slot, hint)))
                for slot, part in plan.slots
            ]
            made = put_together(s, plan, parts, hint)
        site = getattr(s.kind(made), "site", "")
        if site and not isinstance(plan, Whole):
            self.sites[site] = path, plan
        return made

    def _cells(self, env: dict[Name, Val]) -> Iterator[tuple[int, Parts, Val]]:
        for i, (plan, param) in enumerate(zip(self.plans, self.template.params)):
            if isinstance(plan, Parts) and plan.form == "cell":
                yield i, plan, env[param.name]

    # -- what it changes ------------------------------------------------------------------------

    def grows(self, done: Specialised) -> bool:
        """Is more changed than was known to be handed back?"""
        b = done.builder
        sites = {b.heap.site(site): at for site, at in self.sites.items()}

        def at(value: Any) -> tuple[Path, Plan] | None:
            site = getattr(b.kinds.get(value), "site", "") if isinstance(value, Name) else ""
            return sites.get(b.heap.site(site)) if site else None

        for site in sites:
            if site in b.heap.escaped:
                refuse_call(
                    b, "gives a list, dict or object that it was given to an unknown function"
                )
        for (site, _), kind in b.heap.slots.items():
            held = b.heap.site(getattr(kind, "site", "") or "")
            inside = sites.get(b.heap.site(site))
            if held in sites and inside is not None and sites[held][0][:-1] != inside[0]:
                refuse_call(b, "puts a list, dict or object that it was given into another")
        made = set(map(id, self.making))
        for stmt in statements(done.function.body):
            if id(stmt) not in made:
                self._look(b, stmt, at)
        if self.noted <= self.written:
            return False
        self.written |= self.noted
        return True

    def _look(self, b: Context, stmt: Stmt, at: Any) -> None:
        match stmt:
            case StoreAttr(base, attr) if at(base) is not None:
                self._note(at(base)[0], attr, at(base)[1])
            case Store(base, index) if at(base) is not None:
                key = index.value if isinstance(index, Const) else None
                self._note(at(base)[0], key, at(base)[1])
            case Delete(base) if at(base) is not None:
                self._note(at(base)[0], None, at(base)[1])
            case Assign(_, MethodCall(base, method)) if at(base) is not None:
                if method not in READING:
                    self._note(at(base)[0], None, at(base)[1])
            case Assign(_, Op("is_" | "is_not", args)) if any(at(a) is not None for a in args):
                if Const(None) not in args:
                    refuse_call(b, "asks whether what it was given is the same as something else")
            case Assign(_, Call(Ref(_, CalledByName()))):
                if any(at(name) is not None for name in reads(stmt)):
                    refuse_call(b, "passes on a list, dict or object that it was given")
            case Assign(_, Call(Ref(_, setter), (base, Const(attr), *_))) if (
                setter is object.__setattr__ and at(base) is not None
            ):
                self._note(at(base)[0], attr, at(base)[1])
            case _:
                pass

    def _note(self, path: Path, slot: Hashable, plan: Plan) -> None:
        if not isinstance(plan, Parts):
            self.noted.add(path)
            return
        if not isinstance(dict(plan.slots).get(slot), Whole):
            raise NotDifferentiable.at(
                self.template.origin,
                f"`{self.template.name}` calls itself and gives what it is passed another list, dict or "
                "object to hold, or another attribute",
                "change what is there, or return it",
            )
        self.noted.add((*path, slot))


def _numbered(hint: str) -> Iterator[str]:
    yield hint
    yield from (f"{hint}_{i}" for i in itertools.count(1))


def opened_in(template: Function) -> Opened | None:
    """What a template that was made by `Opened.function` runs."""
    match template.body:
        case (Assign(_, Call(Ref(_, Opened() as opened))),):
            return opened
        case _:
            return None
