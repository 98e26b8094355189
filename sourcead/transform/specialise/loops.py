"""Loops: the body is written on trial until the kinds of what is carried stand still; then that is kept.

What is carried starts as on entry and is widened by what a turn leaves: variables, and the slots of
containers that a turn stores to."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NoReturn

from sourcead.errors import SourceADError
from sourcead.ir.kinds import List, Never, Np, Py, Text, Unknown
from sourcead.ir.nodes import UNDEFINED, Carried, Const, For, Name, Op, Operand, Stmt, While
from sourcead.ir.walk import free
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.memory import Contents, Key
from sourcead.transform.specialise.absent import is_maybe, maybe_parts
from sourcead.transform.specialise.branches import fork
from sourcead.transform.specialise.context import Again, Context, Env, Unreached, slot_hint
from sourcead.transform.specialise.dict_views import entries_in_turns, sites_in_view
from sourcead.transform.specialise.drawing import loop_drawing
from sourcead.transform.specialise.flags import flag, guarded_block, is_unwinding, set_flag
from sourcead.transform.specialise.generators import (
    cells_seen,
    check_effects,
    check_interleaving,
    draws_itself,
    interleaved,
    is_followed,
    opened,
)
from sourcead.transform.specialise.iteration import UNROLLED, Iteration, Sequenced, iteration
from sourcead.transform.specialise.shapes import Shape, flattened, fresh_inner, shape_of, widen
from sourcead.transform.specialise.steps import loop_in_steps
from sourcead.transform.specialise.turns import in_turns, loop_in_turns
from sourcead.transform.specialise.unrolling import Changing, unroll

__all__ = ["loop_over", "loop_while"]


class FillsList(Exception):
    """A loop puts objects, lists or functions on a list: they can be followed only if it is written out."""


@dataclass
class Held:
    """What containers hold where a loop is entered, and the slots that its turns change (with their shapes)."""

    entry: dict[Name, Contents]
    changed: dict[Key, Shape]

    def replaced(self, values: dict[Key, Val]) -> dict[Name, Contents]:
        out = dict(self.entry)
        for (name, slot), value in values.items():
            out[name] = replace(out[name], slots={**out[name].slots, slot: value})
        return out

    def drop(self, name: Name, slot: Hashable = None) -> None:
        before = self.entry.get(name)
        if before is None:
            return
        gone = [s for s in before.slots if slot is None or s == slot or before.form == "list"]
        for s in gone:
            self.changed.pop((name, s), None)
        if before.form == "list":
            del self.entry[name]
        else:
            rest = {s: v for s, v in before.slots.items() if s not in gone}
            self.entry[name] = replace(before, slots=rest, complete=False)

    def open(self, name: Name) -> None:
        self.entry[name] = replace(self.entry[name], complete=False)


@dataclass(frozen=True)
class Entered:
    """A loop, and what is known where it is entered."""

    carried: tuple[Carried, ...]
    env: Env
    turn: Any
    initial: list[Val]
    memory: dict[Name, Contents]
    present: set[Any]


@dataclass(frozen=True)
class Written:
    """A turn: what `build` is given, and the values of carried variables and slots behind the loop."""

    entries: list[Carried]
    body: list[Stmt]
    head: Any
    outs: list[Val]
    slots: dict[Key, Val]


WRITTEN_OUT = 16  # turns of a loop that fills a list

MAX_TURNS = 12  # of a loop's fixed point; kinds have bounded height, so this is a safety net


def _begins_with_none(s: Context, loop: For, env: Env) -> bool:
    """May a loop that is not left early take what a generator gives from a list?

    Where a variable is None before the first turn, what it is afterwards may be a tuple: a loop carries that, a
    cell of the memory does not.
    """
    begins = [s.value(carried.initial, env) for carried in loop.carried]
    return loop.exit is None and any(isinstance(v, Const) and v.value is None for v in begins)


def loop_over(s: Context, statement: For, env: Env) -> bool:
    if loop_in_steps(s, statement, env):
        return True
    items = opened(s, s.value(statement.items, env))
    started = s.generators.get(items) if isinstance(items, Name) else None
    in_turn = started is not None and started.at_once is None and is_followed(s, started)
    if started is not None and in_turn and not _begins_with_none(s, statement, env):
        template = in_turns(s, started)
        if template is not None:
            loop_in_turns(s, statement, started, template, env, run_turn)
            return True
    items, generator = interleaved(s, items, statement)
    if draws_itself(s, items):
        loop_drawing(s, statement, items, env, settled_loop, run_turn)
        return True
    if _is_empty(s, items):
        env.update({c.result: s.value(c.initial, env) for c in statement.carried})
        return True
    here, start = _place(s), len(s.statements)
    in_view = sites_in_view(s, items)
    plan = entries_in_turns(s, items) if in_view and here in s.heap.growing else iteration(s, items)
    if generator is None:
        with s.heap.storing() as stored:
            reached = _loop_as_planned(s, statement, plan, env)
        if in_view & stored and here not in s.heap.growing:
            _read_in_turns(s, here)
        return reached
    outside = [s.value(name, env) for name in free(statement.body)]
    check_effects(s, generator, s.statements[start:], outside)
    start, cells = len(s.statements), cells_seen(s, generator)
    reached = _loop_as_planned(s, statement, plan, env)
    check_interleaving(s, generator, s.statements[start:], cells)
    return reached


def _is_empty(s: Context, items: Val) -> bool:
    """A list that nothing is ever put into, as far as is known: if that turns out otherwise, all is written anew."""
    kind = s.kind(items)
    if not isinstance(kind, List) or not kind.site or kind.site in s.heap.escaped:
        return False
    if s.heap.is_external(kind.site) and s.heap.called_blindly:
        return False
    return all(isinstance(s.heap.read(kind.site, x), Never) for x in s.heap.known(kind.site))


def _place(s: Context) -> str:
    return f"{'/'.join(s.entered)}:{s.place}"


def _read_in_turns(s: Context, here: str) -> NoReturn:
    """Write the program once more, with the entries of the dict read in their turns."""
    s.heap.growing.add(here)
    raise Again


def _loop_as_planned(s: Context, statement: For, plan: Iteration, env: Env) -> bool:
    here = _place(s)
    if plan.by_position is not None and here in s.heap.growing:
        loop_by_position(s, statement, plan.by_position, env)
        return True
    if plan.unrolled is not None:
        try:
            unroll(s, statement, plan.unrolled, env)
        except Changing:
            grows(s, plan, here)
        return True
    sequence = plan.items

    def turn(env: Env) -> tuple[Name, Operand | None]:
        target = s.fresh(plan.hint or statement.target.hint, plan.target_kind, plan.target_varied)

        def take() -> None:
            env[statement.target] = plan.element(s, target)

        return target, run_turn(s, statement, env, take)

    def build(carried: tuple[Carried, ...], body: list[Stmt], head: Any) -> None:
        target, leave = head
        s.add(For(target, sequence, carried, tuple(body), leave, s.origin))

    out = plan.writable_out
    count = None if out is None else out.count()
    forks, turns = s.forks, s.turns
    with s.heap.resizing() as resized:
        try:
            settled_loop(s, statement.carried, env, turn, build, count)
        except FillsList:
            assert out is not None
            s.forks, s.turns = forks, turns
            unroll(s, statement, out, env)
            return True
    if any(site in resized for site in plan.watched):
        grows(s, plan, here)
    return True


def grows(s: Context, plan: Iteration, here: str) -> NoReturn:
    """Write the program once more, with this loop by position."""
    if plan.by_position is None:
        s.refuse(
            "a list that carries derivatives is made longer or shorter while it is iterated",
            "loop over a copy, or over range(len(...))",
        )
    s.heap.growing.add(here)
    raise Again


def loop_by_position(s: Context, statement: For, items: Sequenced, env: Env) -> None:
    """`for x in xs` of a list that the turns may make longer or shorter, as Python has it:

    i = 0
    while i < len(xs):
        x = xs[i]; i += 1
        ...
    """
    s.stepped += 1
    own = -3 * s.stepped  # names that are none of the template's
    place, behind, after = Name("i", own), Name("i", own - 1), Name("i", own - 2)
    carried = (*statement.carried, Carried(place, Const(0), behind, after))

    def turn(env: Env) -> tuple[list[Stmt], Operand, Operand | None]:
        position = env[place]
        with s.block() as condition:
            test = s.operand(s.op("lt", [position, items.length()]))
        env[statement.target] = items.get(position)
        env[behind] = s.op("add", [position, Const(1)])
        return condition, test, run_turn(s, statement, env)

    settled_loop(s, carried, env, turn, partial(_add_while, s))
    s.stepped -= 1


def _add_while(s: Context, carried: tuple[Carried, ...], body: list[Stmt], head: Any) -> None:
    condition, test, leave = head
    s.add(While(tuple(condition), test, carried, tuple(body), leave, s.origin))


def run_turn(
    s: Context, statement: For | While, env: Env, take: Callable[[], None] | None = None
) -> Operand | None:
    """One turn; what says whether the loop is left behind it.

    `take`: gets the turn's item, which may raise what is caught around the loop.
    """
    if s.catches:
        set_flag(s, Const(0))  # a turn begins where nothing was raised
    leave, depth = statement.exit, len(s.open)
    operands = [c.next for c in statement.carried]
    leaves = operands if leave is None else [*operands, leave]
    guarded_block(s, env, leaves, lambda: _taken(take) and s.run(statement.body, env, leaves))
    assert len(s.open) == depth
    left = None if leave is None else s.value(leave, env)
    if not is_unwinding(s):
        return None if left is None else s.operand(left)
    raised = s.operand(flag(s))
    if isinstance(raised, Const):
        return Const(True)
    here = s.emit(Op("ne", (raised, Const(0))), Py(bool))
    if left is None or left == UNDEFINED:
        return here
    _, (either,) = fork(s, here, lambda: (True, [Const(True)]), lambda: (True, [left]), ["left"])
    return s.operand(either)


def _taken(take: Callable[[], None] | None) -> bool:
    """Get a turn's item; False where that raises for certain."""
    try:
        if take is not None:
            take()
    except Unreached:
        return False
    return True


def loop_while(s: Context, statement: While, env: Env) -> None:
    unsettled: set[Key] = set()  # what the condition stores: done once more than the body

    def turn(env: Env) -> tuple[list[Stmt], Operand, Operand | None]:
        if s.catches:
            set_flag(s, Const(0))  # a turn begins where nothing was raised
        s.memory.logs.append(unsettled)
        with s.block() as condition:
            s.run(statement.condition, env)
            test = s.operand(s.tested(s.value(statement.test, env)))
        s.memory.logs.pop()
        if is_unwinding(s):
            s.refuse(
                "the test of a `while` may raise an exception that is caught outside of the loop",
                "compute the test in the loop's body",
            )
        return condition, test, run_turn(s, statement, env)

    settled_loop(s, statement.carried, env, turn, partial(_add_while, s))
    for name, _ in unsettled:
        s.memory.forget(name)


def settled_loop(
    s: Context,
    carried: tuple[Carried, ...],
    env: Env,
    turn: Any,
    build: Any,
    count: int | None = None,
) -> None:
    """Write a turn until the kinds of what is carried stand still; the last one is the loop's body.

    `count`: how many turns it has, where it can be written out instead.
    """
    initial = [s.value(c.initial, env) for c in carried]
    loop = Entered(carried, env, turn, initial, s.memory.snapshot(), set(s.present))
    held = Held(s.memory.snapshot(), {})
    s.forks += 1
    s.turns += 1
    shapes, written = settle(s, loop, held, count)
    if written is None and s.trials:  # an outer loop is on trial, and will be written once more
        s.memory.restore(held.replaced(start_turn(s, held)))
        env.update(zip((c.result for c in carried), at_turn(s, carried, shapes, initial)))
        s.forks -= 1
        s.turns -= 1
        return
    if written is None:  # what was let pass on trial is refused now
        s.present = set(loop.present)
        with s.block():
            written = end_of_turn(s, loop, shapes, *write_turn(s, loop, shapes, held))
    s.forks -= 1
    s.turns -= 1
    s.present = loop.present
    build(tuple(written.entries), written.body, written.head)
    s.memory.restore(held.replaced(written.slots))
    for c, out in zip(carried, written.outs):
        env[c.result] = out


def settle(
    s: Context, loop: Entered, held: Held, count: int | None
) -> tuple[list[Shape | None], Written | None]:
    """The shapes of what is carried; and a turn written for them, unless that let something pass."""
    key = (tuple(s.entered), s.origin, tuple(shape_of(s, v) for v in loop.initial))
    shapes: list[Shape | None] = s.shapes_found.get(key) or [None] * len(loop.initial)
    written: Written | None = None
    for _ in range(MAX_TURNS):
        s.present, tolerated = set(loop.present), s.tolerated
        s.formulas.clear()
        with s.trial() as trial:
            turn = _, _, body_env, _ = write_turn(s, loop, shapes, held)
            wider = [
                widened_by(s, shape, v, s.value(c.next, body_env))
                for c, shape, v in zip(loop.carried, shapes, loop.initial)
            ]
            is_settled = compare_memory(s, held, count) and wider == shapes
            if is_settled and s.tolerated == tolerated:
                written = ended_on_trial(s, loop, shapes, *turn)
                trial.is_kept = written is not None
        s.formulas.clear()
        shapes = wider
        if is_settled:
            break
    s.shapes_found[key] = shapes
    return shapes, written


def write_turn(
    s: Context, loop: Entered, shapes: list[Shape | None], held: Held
) -> tuple[list[Val], dict[Key, Val], Env, Any]:
    inner = at_turn(s, loop.carried, shapes, loop.initial)
    body_env = {**loop.env, **{c.inner: v for c, v in zip(loop.carried, inner)}}
    slots = start_turn(s, held)
    return inner, slots, body_env, loop.turn(body_env)


def ended_on_trial(s: Context, *turn: Any) -> Written | None:
    """`end_of_turn`; None where that is refused, and an outer loop is on trial: it will be different then."""
    try:
        return end_of_turn(s, *turn)
    except SourceADError:
        if s.trials == 1:
            raise
        s.tolerated += 1
        return None


def end_of_turn(
    s: Context,
    loop: Entered,
    shapes: list[Shape | None],
    inner: list[Val],
    slots: dict[Key, Val],
    env: Env,
    head: Any,
) -> Written:
    """The end of the turn whose block is open: what it carries on."""
    entries: list[Carried] = []
    body = s.statements
    outs = []
    for c, shape, value, first in zip(loop.carried, shapes, inner, loop.initial):
        following = s.value(c.next, env)
        outs.append(
            first
            if shape is None
            else carry(s, c.inner.hint, value, first, following, entries, body)
        )
    after = s.memory.snapshot()
    results = {
        (n, slot): carry(
            s, "t", value, loop.memory[n].slots[slot], after[n].slots[slot], entries, body
        )
        for (n, slot), value in slots.items()
    }
    return Written(entries, body, head, outs, results)


def at_turn(
    s: Context, carried: tuple[Carried, ...], shapes: list[Shape | None], initial: list[Val]
) -> list[Val]:
    """What the carried variables are at the start of a turn: what they were, if the loop never rebinds them."""
    return [
        v if shape is None else fresh_inner(s, c.inner.hint, shape)
        for c, shape, v in zip(carried, shapes, initial)
    ]


def widened_by(s: Context, shape: Shape | None, first: Val, following: Val) -> Shape | None:
    """The shape after one more turn; None: no turn rebinds it (`x += y` of an array writes in place)."""
    if shape is None and following == first:
        return None
    return widen(s, shape_of(s, first) if shape is None else shape, shape_of(s, following))


def start_turn(s: Context, held: Held) -> dict[Key, Val]:
    """The memory at the start of a turn, with names for the slots that the loop changes."""
    slots = {
        (n, slot): fresh_inner(s, slot_hint(n, slot), shape)
        for (n, slot), shape in held.changed.items()
    }
    s.memory.restore(held.replaced(slots))
    return slots


def is_written_out(s: Context, site: str, count: int | None) -> bool:
    """Is a loop of so many turns, which fills this list, to be written out?"""
    if count is None or count > UNROLLED:
        return False
    held = s.heap.read(site, ITEM)
    return site in s.heap.followed or (
        count <= WRITTEN_OUT and not isinstance(held, (Py, Np, Text))
    )


def compare_memory(s: Context, held: Held, count: int | None) -> bool:
    """Widen what is held by what a turn has left; is it settled?"""
    settled = True
    for name, before in list(held.entry.items()):
        after = s.memory.contents.get(name)
        if after is None or (before.form == "list" and len(after.slots) != len(before.slots)):
            if after is not None and is_written_out(s, before.site, count):
                raise FillsList
            held.drop(name)
            settled = False
            continue
        for slot, value in before.slots.items():
            settled &= compare_slot(s, held, name, slot, value, after)
        if (
            before.complete
            and not (after.complete and after.slots.keys() == before.slots.keys())
            and name in held.entry
        ):
            held.open(name)
            settled = False
    return settled


def compare_slot(
    s: Context, held: Held, name: Name, slot: Hashable, before: Val, after: Contents
) -> bool:
    key = name, slot
    if slot not in after.slots:
        held.drop(name, slot)
        return False
    shape = held.changed.get(key)
    if shape is None and after.slots[slot] == before:
        return True
    known = shape if shape is not None else shape_of(s, before)
    found = shape_of(s, after.slots[slot])
    kind = s.heap.cover(flattened(known)[0], flattened(found)[0])
    if isinstance(kind, Unknown) and flattened(known)[0] != Unknown():
        held.drop(name, slot)
        return False
    held.changed[key] = widen(s, known, found)
    return shape is not None and held.changed[key] == shape


@contextmanager
def before_loop(s: Context) -> Iterator[None]:
    """What is written inside stands before the loop whose body is open."""
    body = s.open.pop()
    try:
        yield
    finally:
        s.open.append(body)


def _parts(s: Context, value: Val, like: Virtual) -> list[Val] | None:
    """The items of a tuple, or of a name that is not bound to one yet."""
    count = len(like.items)
    if is_maybe(like):
        return maybe_parts(s, value, count - 1)
    return [UNDEFINED] * count if value == UNDEFINED else s.components(value)


def carry(
    s: Context,
    hint: str,
    inner: Val,
    first: Val,
    following: Val,
    entries: list[Carried],
    body: list[Stmt],
) -> Val:
    if isinstance(inner, Virtual):
        with before_loop(s):
            firsts = _parts(s, first, inner)
        nexts = _parts(s, following, inner)
        if firsts is None or nexts is None:
            s.refuse(f"`{hint}` changes its structure in the loop", "keep one structure")
        items = tuple(
            carry(s, f"{hint}_{i}", v, f, n, entries, body)
            for i, (v, f, n) in enumerate(zip(inner.items, firsts, nexts))
        )
        return Virtual(items, inner.form, inner.cls)
    assert isinstance(inner, Name)
    following = s.operand(following)
    with before_loop(s):
        start = s.operand(first)
    result = s.fresh(inner.hint, s.kinds[inner], inner in s.varied)
    for other in (start, following, result):
        s.share(inner, other)
    entries.append(Carried(inner, start, following, result))
    return result
