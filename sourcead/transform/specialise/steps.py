"""`for i in checkpointed(items, slots=k): body` becomes a function for the body and one call that runs it.

    for i in checkpointed(range(n), slots=5):          def step(i, u, s, w):
        u[1:] += w * u[:-1]                    →           u[1:] += w * u[:-1]
        s = s + u[0]                                       s = s + u[0]
                                                           return u, s, w
                                                       (u, s), tape = run_steps(step, range(n), 5, (u, s), (w,))

What the body hands on to the next turn is the state: variables that it rebinds, and arrays that it writes.
What it only reads comes along in `args`; that is returned too, so that the adjoints of all turns add up
in the order of the plain loop.  The derivative of the call runs steps again (`runtime/checkpoints.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sourcead.checkpointing import Checkpointed, run_steps
from sourcead.ir.kinds import Array, Dict, Kind, List, Np, Object, Py, Tuple, carries, join
from sourcead.ir.nodes import (
    Call,
    Const,
    For,
    Name,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import bound, free, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.iteration import Iteration, active, iteration, sequenced
from sourcead.transform.specialise.lifting import (
    Sketch,
    aside,
    lists_inside,
    without_unread,
    written,
)
from sourcead.transform.specialise.outside import check_repeatable
from sourcead.transform.specialise.shapes import Leaf, Shape, shape_of

__all__ = ["loop_in_steps"]

MAX_TURNS = 8


@dataclass(frozen=True)
class Body:
    """One turn: its statements, the state that it hands on, and what it reads from around it.

    Tuples among the variables are there item by item, in `own` and `nexts`.  `fixed` is read, too, and
    carries no derivative: counts, texts, lists of such.
    """

    own: tuple[Name, ...]
    statements: tuple[Stmt, ...]
    nexts: tuple[Val, ...]
    kinds: tuple[Kind, ...]
    taken: tuple[Name, ...]
    fixed: tuple[Name, ...]


def loop_in_steps(s: Context, statement: For, env: Env) -> bool:
    """Write the loop as a call; False where it is not one over `checkpointed`, or carries no derivative."""
    found = _items(s, s.value(statement.items, env))
    if found is None or s.at_once:
        return False
    items, slots = _listed(s, found[0]), found[1]
    plan = _plan(s, items)
    stored = _stored(s, statement, env)
    variables: list[Val] = [s.value(c.initial, env) for c in statement.carried]
    variables += [env[n] for n in stored]
    shapes = [shape_of(s, v) for v in variables]
    initial = [leaf for v, shape in zip(variables, shapes) for leaf in _leaves(s, v, shape)]
    kinds = tuple(map(s.kind, initial))
    for _ in range(MAX_TURNS):
        turn = _turn(s, statement, env, plan, stored, shapes, kinds)
        wider = tuple(map(join, kinds, turn.kinds))
        if wider == kinds:
            break
        kinds = wider
    if not any(map(s.holds_varied, [*initial, *turn.taken])):
        if isinstance(statement.items, Name) and items is not found[0]:
            env[statement.items] = items  # what it was made of has been taken
        return False
    _check(s, statement, turn, initial)
    _write(s, statement, env, turn, initial, stored, shapes, plan.items, s.operand(slots))
    return True


def _leaves(s: Context, value: Val, shape: Shape) -> list[Val]:
    """The items of a tuple, and of tuples in it; of anything else the value itself."""
    if isinstance(shape, Leaf):
        return [value]
    items = (s.getitem(value, Const(i)) for i in range(len(shape.items)))
    return [leaf for item, inner in zip(items, shape.items) for leaf in _leaves(s, item, inner)]


def _whole(shape: Shape, leaves: Iterator[Val]) -> Val:
    """The value of this shape that has these leaves."""
    if isinstance(shape, Leaf):
        return next(leaves)
    assert shape.form == "tuple"
    return Virtual(tuple(_whole(each, leaves) for each in shape.items), "tuple", shape.cls)


def _hints(name: str, shape: Shape) -> list[str]:
    if isinstance(shape, Leaf):
        return [name]
    return [h for i, each in enumerate(shape.items) for h in _hints(f"{name}_{i}", each)]


def _items(s: Context, value: Val) -> tuple[Val, Val] | None:
    """What a checkpointed loop runs over, and its slots; `enumerate` of such a thing is one of the pairs."""
    kind = s.kind(value)
    if isinstance(kind, Object) and kind.cls is Checkpointed:
        return s.attr(value, "items"), s.attr(value, "slots")
    if not isinstance(value, Name) or value not in s.iterators:
        return None
    builtin, args, kwargs = s.iterators[value]
    inner = _items(s, args[0]) if builtin is enumerate else None
    if inner is None:
        return None
    pairs = s.call(Ref("enumerate", enumerate), [inner[0], *args[1:]], list(kwargs.items()))
    return pairs, inner[1]


def _listed(s: Context, items: Val) -> Val:
    """The items as something that can be gone through any number of times."""
    kind = s.kind(items)
    is_kept = isinstance(kind, (Array, List, Tuple)) or kind == Object(range)
    if is_kept or active(s, items) or s.components(items) is not None:
        return items
    return s.call(Ref("list", list), [items], [])


def _plan(s: Context, items: Val) -> Iteration:
    """How the items are read: those of lists by position, so that what varies of them is one of `args`."""
    plan = iteration(s, items)
    sequence = plan.unrolled
    if sequence is None and isinstance(s.kind(plan.items), (List, Tuple)):
        sequence = sequenced(s, plan.items)
    if sequence is None:
        return plan
    numbers = s.emit(Call(Ref("range", range), (sequence.length(),)), Object(range))
    return Iteration(numbers, Py(int), lambda _, at: sequence.get(at))


def _stored(s: Context, statement: For, env: Env) -> list[Name]:
    """Arrays from outside, under the names of the template, into which the body stores."""
    outside = set(free(statement.body))
    found: dict[Name, None] = {}
    for stmt in statements(statement.body):
        if isinstance(stmt, Store) and stmt.base in outside and stmt.base in env:
            assert isinstance(stmt.base, Name)
            if isinstance(s.kind(env[stmt.base]), Array):
                found[stmt.base] = None
    carried = {c.inner for c in statement.carried}
    return [n for n in found if n not in carried]


def _turn(
    s: Context,
    statement: For,
    env: Env,
    plan: Iteration,
    stored: list[Name],
    shapes: list[Shape],
    kinds: tuple[Kind, ...],
) -> Body:
    inside = [c.inner for c in statement.carried] + stored
    names = [h for n, shape in zip(inside, shapes) for h in _hints(n.hint, shape)]
    with aside(s), s.block() as body:
        target = s.fresh(statement.target.hint, plan.target_kind)
        params = [s.fresh(n, k, carries(k)) for n, k in zip(names, kinds)]
        each = iter(params)
        known = {n: _whole(shape, each) for n, shape in zip(inside, shapes)}
        turn_env = {**env, **known, statement.target: plan.element(s, target)}
        s.run(statement.body, turn_env)
        left = [s.value(c.next, turn_env) for c in statement.carried]
        left += [turn_env[n] for n in stored]
        _check_shapes(s, inside, shapes, left)
        nexts = [s.operand(leaf) for v, shape in zip(left, shapes) for leaf in _leaves(s, v, shape)]
        found = tuple(map(s.kind, nexts))
        outside = [n for n in free(tuple(body)) if n not in (target, *params)]
        check_repeatable(
            s, body, outside
        )  # before what nobody reads is left out: an effect would be
        packed = s.operand(Virtual(tuple(nexts)))
        block, packed = without_unread(s, tuple(body), packed)
        inner = {target, *params, *bound(block)}
        read = [*free(block), *(n for n in nexts if isinstance(n, Name))]
        taken = list(dict.fromkeys(n for n in read if n not in inner))
    block, taken = lists_inside(s, block, taken, *nexts)
    fixed = [n for n in taken if not s.holds_varied(n) and not _is_number(s.kind(n))]
    taken = [n for n in taken if n not in fixed]
    return Body((target, *params), block, tuple(nexts), found, tuple(taken), tuple(fixed))


def _is_number(kind: Kind) -> bool:
    return carries(kind) and isinstance(kind, (Py, Np, Array))


def _check_shapes(s: Context, names: list[Name], shapes: list[Shape], left: list[Val]) -> None:
    for name, shape, value in zip(names, shapes, left):
        if len(_hints("", shape)) != len(_hints("", shape_of(s, value))):
            s.refuse(
                f"`{name.hint}` is a tuple of another length behind a turn of a checkpointed loop",
                "use a variable for each item",
            )


def _check(s: Context, statement: For, turn: Body, initial: list[Val]) -> None:
    """A turn may be run again: it changes nothing but its state, and has no other effect."""
    if statement.exit is not None:
        s.refuse(
            "a checkpointed loop is left by `break` or `return`",
            "compute the number of turns first",
        )
    for name in turn.taken:
        kind = s.kind(name)
        is_list = isinstance(kind, List) and s.memory.list_items(name) is None
        if isinstance(kind, (List, Dict, Object)) and s.holds_varied(name) and not is_list:
            s.refuse(
                f"a checkpointed loop reads `{name.hint}`, a {kind} that carries a derivative",
                "put what the turns read into variables or an array before the loop",
            )
    roots = {s.heap.find(str(n)) for n in turn.taken if isinstance(s.kind(n), Array)}
    state = [v for v in initial if isinstance(v, Name) and isinstance(s.kind(v), Array)]
    classes = [s.heap.find(str(v)) for v in state]
    if len(set(classes)) < len(classes) or roots & set(classes):
        s.refuse(
            "arrays of a checkpointed loop's state share memory, or are read under another name",
            "use copies, or index the array that is written",
        )


def _write(
    s: Context,
    statement: For,
    env: Env,
    turn: Body,
    initial: list[Val],
    stored: list[Name],
    shapes: list[Shape],
    items: Operand,
    slots: Operand,
) -> None:
    """The function, the call, and where the state goes behind it."""
    returned = (*turn.nexts, *turn.taken)
    with aside(s), s.block() as body:
        body.extend(turn.statements)
        packed = s.operand(Virtual(returned))
        block = tuple(body)
    item, *state_params = turn.own
    own = (item, *turn.fixed, *state_params)
    made_of = Sketch("step", own, block, packed, s.kind(packed), turn.taken)
    ref = written(s, made_of, list(turn.taken))
    ref.value.__state_kind__ = Tuple(tuple(map(s.kind, state_params)))
    ref.value.__own_kinds__ = tuple(map(s.kind, own))
    ref.value.__varies_from__ = 1 + len(turn.fixed)
    given = [Virtual(tuple(initial)), Virtual(turn.taken)]
    given += [Virtual(turn.fixed)] if turn.fixed else []
    made = s.call(Ref("run_steps", run_steps), [ref, items, slots, *given], [])
    state = s.getitem(made, Const(0))
    parts: list[Val] = [s.getitem(state, Const(k)) for k in range(len(initial))]
    for k, part in enumerate(parts):
        if turn.nexts[k] == turn.own[1 + k] and isinstance(s.kind(part), Array):
            s.store(initial[k], Const(Ellipsis), part, None)  # `u += v` writes the array itself
            parts[k] = initial[k]
    each = iter(parts)
    for c, shape in zip(statement.carried, shapes):
        env[c.result] = _whole(shape, each)
