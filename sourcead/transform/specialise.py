"""Generic Wengert list + kinds of the arguments -> specialised Wengert list.

An abstract interpretation that writes as it goes: every name gets a kind and a flag that says
whether it varies with a differentiated input; tests that the kinds decide are decided; Python
functions that active values enter are inlined; tuples that only travel disappear.  Loops are run
on trial until the kinds of what they carry stand still.

>>> from sourcead.frontend.lower import lower
>>> def f(x, y=None):
...     if y is None:
...         y = 2.0
...     return x * y
>>> from sourcead.ir.show import show
>>> print(show(specialise(lower(f), [Py(float), NoneKind()], varied=[True, False]).function))  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from sourcead.errors import NotDifferentiable, SourceADError
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Object,
    Py,
    Text,
    Tuple,
    Unknown,
    carries,
    join,
)
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Block,
    Call,
    Carried,
    Const,
    Delete,
    For,
    Function,
    If,
    MakeFunction,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Param,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Undefined,
    Unpack,
    While,
    With,
)
from sourcead.transform.attempts import Attempts
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.containers import delete_item
from sourcead.transform.globals import Again
from sourcead.transform.heap import ITEM, Heap
from sourcead.transform.iteration import UNROLLED, Sequenced, iterable, iteration
from sourcead.transform.memory import Contents, Key, Memory

__all__ = ["Specialised", "Specialiser", "specialise"]

Env = dict[Name, Val]


class FillsList(Exception):
    """A loop puts objects, lists or functions on a list: they can be followed only if it is written out."""


@dataclass
class Held:
    """What containers hold where a loop is entered, and the slots that its turns change (with their shapes)."""

    entry: dict[Name, Contents]
    changed: dict[Key, Any]

    def replaced(self, values: dict[Key, Val]) -> dict[Name, Contents]:
        out = dict(self.entry)
        for (name, slot), value in values.items():
            out[name] = replace(out[name], slots={**out[name].slots, slot: value})
        return out

    def drop(self, name: Name, slot: Any = None) -> None:
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


MAX_RUNS = 40
WRITTEN_OUT = 16  # turns of a loop that fills a list
SAME: Any = (
    "same",
)  # of a variable that a loop never rebinds (`x += y` of an array writes in place)
MAX_TURNS = 12  # of a loop's fixed point; kinds have bounded height, so this is a safety net


@dataclass
class Specialised:
    """The result: the program, its facts, and what it assumed of live objects."""

    function: Function
    kinds: dict[Name, Kind]
    varied: set[Name]
    heap: Heap
    builder: Specialiser
    result: Val
    guards: dict[str, Any] = field(default_factory=dict)


def specialise(
    template: Function,
    kinds: Sequence[Kind],
    varied: Sequence[bool],
    *,
    lower: Callable[[Any], Function],
    live: Any = None,
) -> Specialised:
    """Specialise `template` for parameters of these kinds; `live` is the function object itself."""
    heap = Heap()
    rebound: dict[Any, Ref | None] = {}
    for _ in range(MAX_RUNS):
        heap.changed = False
        run = Specialiser(heap, lower, rebound)
        try:
            done = run.top(template, kinds, varied, live)
        except Again:
            continue
        if not heap.changed:
            return done
    raise NotDifferentiable.at(
        template.origin, "what the function's containers hold does not come to rest", "simplify it"
    )


class Specialiser(Attempts):
    """Walks a template's statements; operations and calls are in the two other bases."""

    def __init__(
        self, heap: Heap, lower: Callable[[Any], Function], rebound: dict[Any, Ref | None]
    ) -> None:
        super().__init__()
        self.heap = heap
        self.rebound = rebound
        self.at_start = True
        self.lower = lower
        self.stack: list[Any] = []
        self.active: list[int] = []  # positions in `seen` of the functions being looked into
        self.seen: list[tuple[Any, Function]] = []  # functions looked into
        self.guards: dict[str, Any] = {}
        self.derivative = False
        self.shapes: dict[Any, Name] = {}
        self.memory = Memory()
        self.paths: set[str] = set()
        self.shapes_found: dict[
            Any, Any
        ] = {}  # of loops met on trial: where to start when met again
        self.entered: list[Origin] = []
        self.entry_reads: set[Name] = set()
        self.choices: dict[Name, tuple[Operand, dict[Any, Any]]] = {}
        self.ordinal = 0
        self.iterators: dict[Name, Any] = {}
        self.iterated: set[str] = set()  # lists that a loop runs over by position
        self.forks = 0
        self.trials = 0
        self.escapes = 0
        self.calls_tried: dict[Any, tuple[Kind, bool]] = {}

    def fresh(self, hint: str, kind: Kind, varied: bool = False) -> Name:
        name = super().fresh(hint, kind, varied)
        self.iterators.pop(name, None)
        self.entry_reads.discard(name)
        self.choices.pop(name, None)
        return name

    @contextmanager
    def trial(self) -> Iterator[None]:
        saved, logs, ordinal = self.memory.snapshot(), len(self.memory.logs), self.ordinal
        self.trials += 1
        try:
            with super().trial():
                yield
        finally:
            self.trials -= 1
            self.memory.restore(saved)
            del self.memory.logs[logs:]
            self.ordinal = ordinal

    def is_stored_active(self, name: Name) -> bool:
        return self.heap.shares_varied(str(name))

    # -- functions ---------------------------------------------------------------------------

    def top(
        self, template: Function, kinds: Sequence[Kind], varied: Sequence[bool], live: Any
    ) -> Specialised:
        env: Env = {}
        params = []
        self.paths = {p.name.hint for p in template.params}
        for param, kind, active in zip(template.params, kinds, varied, strict=True):
            active = active and may_vary(kind)
            name = self.fresh(param.name.hint, self.enter(kind, param.name.hint, active), active)
            env[param.name] = name
            params.append(Param(name, param.form))
            if isinstance(kind, Array):
                self.shapes.setdefault(kind.dims, name)
        self.stack.append((getattr(live, "__code__", live), 0))
        self.active.append(len(self.seen))
        self.seen.append((live, template))
        with self.block() as body:
            for param, kind in zip(params, kinds):
                self.load_assigned(param.name, kind, param.name.hint)
            self.load_rebound()
            self.at_start = False
            self.run(template.body, env)
            result = self.value(template.result, env)
            returned = self.operand(result)
        self.memory.close()
        function = Function(template.name, tuple(params), tuple(body), returned, template.origin)
        return Specialised(function, self.kinds, self.varied, self.heap, self, result, self.guards)

    def enter(self, kind: Kind, path: str, varied: bool) -> Kind:
        """A container argument becomes a site of the heap named by the path that leads to it."""
        if isinstance(kind, (List, Dict, Object)) and not kind.site:
            self.heap.enter(
                path,
                path not in self.paths
                and path.partition(".")[0].partition("[")[0] not in self.paths,
            )
        match kind:
            case List(item, "", None):
                held = self.enter(item, f"{path}[]", varied)
                self.heap.store(path, ITEM, held, varied and carries(item))
                return List(Unknown(), path)
            case List(_, "", tuple() as items):
                for i, each in enumerate(items):
                    held = self.enter(each, f"{path}[{i}]", varied)
                    self.heap.enter_slot(path, i, held, varied and carries(each))
                self.heap.store(path, ITEM, Unknown(), varied and any(map(carries, items)))
                return List(Unknown(), path)
            case Dict(item, "", fields) if fields is not None:
                for key, each in fields:
                    self.heap.certain.add((path, key))
                    self.heap.enter_slot(
                        path,
                        key,
                        self.enter(each, f"{path}[{key!r}]", varied),
                        varied and carries(each),
                    )
                return Dict(Unknown(), path)
            case Object(cls, "", fields):
                for attr, each in fields:
                    self.heap.enter_slot(
                        path,
                        attr,
                        self.enter(each, f"{path}.{attr}", varied),
                        varied and carries(each),
                    )
                return Object(cls, path)
            case Tuple(items, cls):
                return Tuple(
                    tuple(self.enter(k, f"{path}[{i}]", varied) for i, k in enumerate(items)), cls
                )
            case _:
                return kind

    def load_assigned(self, base: Name, kind: Kind, path: str) -> None:
        """Read what the program will overwrite in the caller's objects, so that later reads know what was there."""
        slots: list[tuple[Any, Kind, Any]]
        match kind:
            case Object(_, "", fields):
                slots = [(a, k, Attr(base, a)) for a, k in fields]
                inner = [f"{path}.{a}" for a, _ in fields]
            case Dict(_, "", fields) if fields is not None:
                slots = [(key, k, Op("getitem", (base, Const(key)))) for key, k in fields]
                inner = [f"{path}[{key!r}]" for key, _ in fields]
            case List(_, "", tuple() as items):
                self.load_elements(base, items, path)
                return
            case _:
                return
        self.memory.begin(
            base, path, "dict" if isinstance(kind, Dict) else "object", {}, complete=False
        )
        for (slot, each, read), place in zip(slots, inner):
            if self.heap.is_assigned(path, slot) or self.heap.holds_assigned(place):
                varied = self.heap.is_entry_varied(path, slot)
                name = self.emit(
                    read,
                    self.enter(each, place, varied),
                    str(slot) if str(slot).isidentifier() else "t",
                    varied,
                )
                self.entry_reads.add(name)
                self.share_slot(name, path, slot, read=True)
                self.memory.learn(base, slot, name)
                self.load_assigned(name, each, place)

    def load_elements(self, base: Name, items: tuple[Kind, ...], path: str) -> None:
        """The elements of a list of several kinds are read at the start, each for itself."""
        found = []
        for i, each in enumerate(items):
            varied = self.heap.is_entry_varied(path, i)
            held = self.enter(each, f"{path}[{i}]", varied)
            name = self.emit(Op("getitem", (base, Const(i))), held, base.hint, varied)
            self.entry_reads.add(name)
            self.load_assigned(name, each, f"{path}[{i}]")
            found.append(name)
        self.memory.begin(base, path, "list", dict(enumerate(found)))

    # -- statements --------------------------------------------------------------------------

    def value(self, operand: Operand, env: Env) -> Val:
        if isinstance(operand, Name):
            return env.get(operand, UNDEFINED)
        if isinstance(operand, Ref) and operand.live and operand.scope is None:
            return self.read_variable(operand)
        return operand

    def run(self, block: Block, env: Env) -> bool:
        """Write the block's statements; False where its end is never reached."""
        for statement in block:
            saved, ordinal = self.origin, self.ordinal
            self.ordinal = 0
            if not self.derivative:
                self.origin = statement.origin
            try:
                reached = self.statement(statement, env)
            finally:
                self.origin, self.ordinal = saved, ordinal
            if not reached:
                return False
        return True

    def hint(self, target: Name) -> str:
        """What a statement's variable is called; a rule's `a_bar` is not the adjoint of the user's `a`."""
        of_rule = self.derivative and target.hint.endswith(("_bar", "_dot"))
        return "t" if of_rule else target.hint

    def statement(self, statement: Stmt, env: Env) -> bool:
        match statement:
            case Assign(target, expr):
                env[target] = self.expression(expr, env, self.hint(target))
            case Unpack():
                self.unpack(statement, env)
            case Store(base, index, value, op):
                self.store(
                    self.value(base, env), self.value(index, env), self.value(value, env), op
                )
            case StoreAttr(base, attr, value, op):
                self.store_attr(self.value(base, env), attr, self.value(value, env), op)
            case StoreVariable(name, cell, value):
                self.store_variable(name, cell, self.value(value, env), env)
            case Delete(base, index, attr):
                self.delete(
                    self.value(base, env), None if index is None else self.value(index, env), attr
                )
            case If():
                return self.branch(statement, env)
            case For():
                return self.loop_over(statement, env)
            case While():
                self.loop_while(statement, env)
            case Try():
                return self.attempt(statement, env)
            case With():
                return self.within(statement, env)
            case Raise(exception, cause):
                self.add(
                    Raise(
                        None if exception is None else self.operand(self.value(exception, env)),
                        None if cause is None else self.operand(self.value(cause, env)),
                        self.origin,
                    )
                )
                return False
            case _:
                assert_never(statement)
        return True

    def expression(self, expr: Any, env: Env, hint: str) -> Val:
        match expr:
            case Op("cell", args):
                cell = self.fresh(hint, Unknown())
                self.memory.begin(
                    cell, str(cell), "cell", {"": self.value(args[0], env) if args else UNDEFINED}
                )
                return cell
            case Op("cell_get", (cell,)):
                held = self.value(cell, env)
                known = self.memory.known(held)
                if known is not None and known.form == "cell":
                    if "" not in known.slots:
                        self.refuse(
                            "a variable of an enclosing function is rebound on the way, and cannot be followed",
                            "return the value, or keep it in a list",
                        )
                    return known.slots[""]  # type: ignore[no-any-return]
                return self.emit(Op("cell_get", (self.operand(held),)), Unknown(), hint)
            case Op(op, args):
                return self.op(op, [self.value(a, env) for a in args], hint)
            case Attr(value, attr):
                return self.attr(self.value(value, env), attr, hint)
            case Call(func, args, kwargs):
                return self.call(
                    self.value(func, env),
                    self.arguments(args, env),
                    self.keywords(kwargs, env),
                    hint,
                )
            case MethodCall(value, method, args, kwargs):
                return self.method(
                    self.value(value, env),
                    method,
                    self.arguments(args, env),
                    self.keywords(kwargs, env),
                    hint,
                )
            case MakeFunction():
                return self.make_function(expr, env, hint)
            case _:
                assert_never(expr)

    def arguments(self, args: Sequence[Any], env: Env) -> list[Any]:
        """Positional arguments; `*x` of known length is spread, otherwise it stays a Star."""
        out: list[Any] = []
        for arg in args:
            if not isinstance(arg, Star):
                out.append(self.value(arg, env))
                continue
            items = self.components(iterable(self, self.value(arg.value, env)))
            out.extend(
                items if items is not None else [Star(self.operand(self.value(arg.value, env)))]
            )
        return out

    def keywords(
        self, kwargs: Sequence[tuple[str | None, Operand]], env: Env
    ) -> list[tuple[str | None, Val]]:
        """Keyword arguments; `**mapping` with known keys is spread."""
        out: list[tuple[str | None, Val]] = []
        for key, operand in kwargs:
            value = self.value(operand, env)
            held = self.memory.known(value) if key is None else None
            if held is not None and held.complete:
                out.extend((str(k), v) for k, v in held.slots.items())
            else:
                out.append((key, value))
        return out

    def delete(self, base: Val, index: Val | None, attr: str | None) -> None:
        self.changes(base)
        kind = self.kind(base)
        if index is not None and isinstance(kind, Object) and hasattr(kind.cls, "__delitem__"):
            self.call_method_of(base, kind.cls.__delitem__, [index], "_")
            return
        self.add(
            Delete(
                self.operand(base),
                None if index is None else self.operand(index),
                attr,
                self.origin,
            )
        )
        if index is not None:
            delete_item(self, base, index)
        elif isinstance(kind, Object):
            assert attr is not None
            self.heap.assign(kind.site, attr)
            self.heap.remove(kind.site)
            self.memory.forget_slot(kind.site, attr)

    def unpack(self, statement: Unpack, env: Env) -> None:
        value = iterable(self, self.value(statement.value, env))
        items = self.components(value)
        targets, star = statement.targets, statement.star
        if items is None and star is None and isinstance(self.kind(value), (Array, List)):
            items = [self.getitem(value, Const(i), t.hint) for i, t in enumerate(targets)]
        if items is not None:
            after = 0 if star is None else len(targets) - star - 1
            if len(items) == len(targets) or (star is not None and len(items) >= len(targets) - 1):
                if star is not None:
                    middle = Virtual(tuple(items[star : len(items) - after]), "list")
                    listed = self.operand(middle, targets[star].hint)
                    items = [*items[:star], self.fresh_list(listed), *items[len(items) - after :]]
                for target, item in zip(targets, items):
                    env[target] = item
                return
        held = self.operand(value)
        names = tuple(self.fresh(t.hint, Unknown()) for t in targets)
        if self.holds_varied(held):
            self.refuse(
                "a value of unknown structure that carries a derivative is unpacked here",
                "unpack tuples, or lists and arrays of known kind",
            )
        self.add(Unpack(names, star, held, self.origin))
        env.update(zip(targets, names))

    def store_variable(self, name: str, cell: Operand | None, value: Val, env: Env) -> None:
        held = None if cell is None else self.value(cell, env)
        known = self.memory.known(held)
        if known is not None and known.form == "cell":
            self.memory.put(held, known.site, "", value)
            return
        if held is None:
            self.store_global(name, value)
            return
        if self.holds_varied(value):
            self.refuse(
                f"an active value is stored to `{name}`, which outlives the call",
                "return it instead",
            )
        self.add(StoreVariable(name, self.operand(held), self.operand(value), self.origin))

    # -- branches ----------------------------------------------------------------------------

    def branch(self, statement: If, env: Env) -> bool:
        asked = self.tested(self.value(statement.test, env))
        decided = self.truth(asked)
        if decided is not None:
            taken = statement.then if decided else statement.orelse
            reached = self.run(taken, env)
            for merge in statement.merges:
                env[merge.target] = self.value(merge.then if decided else merge.orelse, env)
            return reached
        test = self.operand(asked)
        then_env, else_env = dict(env), dict(env)
        self.forks += 1
        entry = self.memory.snapshot()
        self.memory.logs.append(set())
        with self.block() as then:
            then_reached = self.run(statement.then, then_env)
            then_values = [
                self.value(m.then, then_env) if then_reached else UNDEFINED
                for m in statement.merges
            ]
        after_then = self.memory.snapshot()
        self.memory.restore(entry)
        with self.block() as orelse:
            else_reached = self.run(statement.orelse, else_env)
            else_values = [
                self.value(m.orelse, else_env) if else_reached else UNDEFINED
                for m in statement.merges
            ]
        self.forks -= 1
        stored = self.memory.logs.pop()
        merges: list[Merge] = []
        for merge, a, b in zip(statement.merges, then_values, else_values):
            env[merge.target] = self.merge(merge.target.hint, a, b, merges, then, orelse)
        if not else_reached:
            self.memory.restore(after_then)
        elif then_reached:
            self.merge_memory(after_then, stored, merges, then, orelse)
        self.add(If(test, tuple(then), tuple(orelse), tuple(merges), self.origin))
        return then_reached or else_reached

    def merge(
        self, hint: str, a: Val, b: Val, merges: list[Merge], then: list[Stmt], orelse: list[Stmt]
    ) -> Val:
        """One value out of two; tuples are merged item by item and stay virtual."""
        if a == b:
            return a
        left, right = self.components(a, then), self.components(b, orelse)
        if isinstance(a, Undefined) and right is not None:
            left = [UNDEFINED] * len(right)
        if isinstance(b, Undefined) and left is not None:
            right = [UNDEFINED] * len(left)
        if left is not None and right is not None and len(left) == len(right):
            items = tuple(
                self.merge(f"{hint}_{i}", x, y, merges, then, orelse)
                for i, (x, y) in enumerate(zip(left, right))
            )
            like = a if isinstance(a, Virtual) else b
            return Virtual(
                items,
                like.form if isinstance(like, Virtual) else "tuple",
                like.cls if isinstance(like, Virtual) else tuple,
            )
        kind = join(self.kind(a), self.kind(b))
        varied = self.holds_varied(a) or self.holds_varied(b)
        x, y = self.in_block(a, then), self.in_block(b, orelse)
        if varied and isinstance(kind, Unknown):
            self.refuse(
                f"`{hint}` holds a {self.kind(a)} on one branch and a {self.kind(b)} on the other, "
                "and carries a derivative",
                "give it one kind on both branches",
            )
        target = self.fresh(hint, kind, varied)
        self.share(target, x)
        self.share(target, y)
        merges.append(Merge(target, x, y))
        return target

    def choose(
        self,
        func: Name,
        index: Operand,
        options: list[tuple[Any, Val]],
        args: list[Any],
        kwargs: Any,
        hint: str,
    ) -> Val:
        """The call of one of several functions: `if index == key: ... elif ...`."""
        (key, function), *rest = options
        if not rest:
            return self.call(function, args, kwargs, hint)
        test = self.operand(self.op("eq", [index, Const(key)]))
        entry = self.memory.snapshot()
        self.memory.logs.append(set())
        self.forks += 1
        with self.block() as then:
            a = self.call(function, args, kwargs, hint)
        after_then = self.memory.snapshot()
        self.memory.restore(entry)
        with self.block() as orelse:
            b = self.choose(func, index, rest, args, kwargs, hint)
        self.forks -= 1
        stored = self.memory.logs.pop()
        merges: list[Merge] = []
        found = self.merge(hint, a, b, merges, then, orelse)
        self.merge_memory(after_then, stored, merges, then, orelse)
        self.add(If(test, tuple(then), tuple(orelse), tuple(merges), self.origin))
        return found

    def merge_memory(
        self,
        after_then: dict[Name, Contents],
        stored: set[Key],
        merges: list[Merge],
        then: list[Stmt],
        orelse: list[Stmt],
    ) -> None:
        """What containers hold behind a branch: slots that it stores to are merged like variables."""
        after_else = self.memory.snapshot()
        merged: dict[Key, Val] = {}
        for name, slot in self.memory.differences(after_then, after_else):
            a, b = after_then[name].slots[slot], after_else[name].slots[slot]
            varied = self.is_varied(a) or self.is_varied(b)
            if (name, slot) in stored and not (
                varied and isinstance(join(self.kind(a), self.kind(b)), Unknown)
            ):
                hint = slot if isinstance(slot, str) and slot.isidentifier() else name.hint
                merged[name, slot] = self.merge(hint, a, b, merges, then, orelse)
        self.memory.join(after_then, after_else, merged)

    def in_block(self, value: Val, block: list[Stmt]) -> Operand:
        """Make a virtual value an object at the end of an already written block."""
        if not isinstance(value, Virtual):
            return value
        self.open.append(block)
        try:
            return self.operand(value)
        finally:
            self.open.pop()

    # -- loops -------------------------------------------------------------------------------

    def loop_over(self, statement: For, env: Env) -> bool:
        plan = iteration(self, self.value(statement.items, env))
        if plan.unrolled is not None:
            self.unroll(statement, plan.unrolled, env)
            return True
        items = plan.items

        def turn(env: Env) -> tuple[Name, Operand | None]:
            target = self.fresh(
                plan.hint or statement.target.hint, plan.target_kind, plan.target_varied
            )
            env[statement.target] = plan.element(self, target)
            return target, self.turn(statement.body, statement.exit, env)

        def build(carried: tuple[Carried, ...], body: list[Stmt], head: Any) -> None:
            target, leave = head
            self.add(For(target, items, carried, tuple(body), leave, self.origin))

        out = plan.writable_out
        count = None if out is None else out.count()
        forks = self.forks
        with self.heap.resizing() as resized:
            try:
                self.loop(
                    statement.carried, env, turn, build, grows=count is None or count > WRITTEN_OUT
                )
            except FillsList:
                assert out is not None
                self.forks = forks
                self.unroll(statement, out, env)
                return True
        if any(site in resized for site in plan.watched):
            self.refuse(
                "a list that carries derivatives is made longer or shorter while it is iterated",
                "loop over a copy, or over range(len(...))",
            )
        return True

    def turn(self, body: Block, leave: Operand | None, env: Env) -> Operand | None:
        self.run(body, env)
        return None if leave is None else self.operand(self.value(leave, env))

    def loop_while(self, statement: While, env: Env) -> None:
        unsettled: set[Key] = set()  # what the condition stores: done once more than the body

        def turn(env: Env) -> tuple[list[Stmt], Operand, Operand | None]:
            self.memory.logs.append(unsettled)
            with self.block() as condition:
                self.run(statement.condition, env)
                test = self.operand(self.tested(self.value(statement.test, env)))
            self.memory.logs.pop()
            return condition, test, self.turn(statement.body, statement.exit, env)

        def build(carried: tuple[Carried, ...], body: list[Stmt], head: Any) -> None:
            condition, test, leave = head
            self.add(While(tuple(condition), test, carried, tuple(body), leave, self.origin))

        self.loop(statement.carried, env, turn, build)
        for name, _ in unsettled:
            self.memory.forget(name)

    def loop(
        self, carried: tuple[Carried, ...], env: Env, turn: Any, build: Any, grows: bool = True
    ) -> None:
        """Find the kinds of what is carried (on trial), then write the loop once."""
        initial = [self.value(c.initial, env) for c in carried]
        entry = self.memory.snapshot()
        held = Held(self.memory.snapshot(), {})
        key = (tuple(self.entered), self.origin, tuple(map(_frozen, map(self.shape_of, initial))))
        shapes = self.shapes_found.get(key) or [SAME] * len(initial)
        self.forks += 1
        for _ in range(MAX_TURNS):
            with self.trial():
                inner = self.at_turn(carried, shapes, initial)
                body_env = {**env, **{c.inner: v for c, v in zip(carried, inner)}}
                self.start_turn(held)
                turn(body_env)
                wider = [
                    self.wider(s, v, self.value(c.next, body_env))
                    for c, s, v in zip(carried, shapes, initial)
                ]
                settled = self.compare_memory(held, grows)
            if wider == shapes and settled:
                break
            shapes = wider
        self.shapes_found[key] = shapes
        if self.trials:  # an outer loop is on trial: what this one leaves is all that is asked
            self.memory.restore(held.replaced(self.start_turn(held)))
            env.update(zip((c.result for c in carried), self.at_turn(carried, shapes, initial)))
            self.forks -= 1
            return
        inner = self.at_turn(carried, shapes, initial)
        body_env = {**env, **{c.inner: v for c, v in zip(carried, inner)}}
        entries: list[Carried] = []
        with self.block() as body:
            slots = self.start_turn(held)
            head = turn(body_env)
            outs = []
            for c, shape, value, first in zip(carried, shapes, inner, initial):
                following = self.value(c.next, body_env)
                same = shape is SAME
                outs.append(
                    first
                    if same
                    else self.carry(c.inner.hint, value, first, following, entries, body)
                )
            after = self.memory.snapshot()
            results = {
                (n, s): self.carry("t", value, entry[n].slots[s], after[n].slots[s], entries, body)
                for (n, s), value in slots.items()
            }
        self.forks -= 1
        build(tuple(entries), body, head)
        self.memory.restore(held.replaced(results))
        for c, out in zip(carried, outs):
            env[c.result] = out

    def at_turn(
        self, carried: tuple[Carried, ...], shapes: list[Any], initial: list[Val]
    ) -> list[Val]:
        """What the carried variables are at the start of a turn: what they were, if the loop never rebinds them."""
        return [
            v if s is SAME else self.inner(c.inner.hint, s)
            for c, s, v in zip(carried, shapes, initial)
        ]

    def wider(self, shape: Any, first: Val, following: Val) -> Any:
        if shape is SAME:
            return (
                SAME
                if following == first
                else self.widen(self.shape_of(first), self.shape_of(following))
            )
        return self.widen(shape, self.shape_of(following))

    def start_turn(self, held: Held) -> dict[Key, Val]:
        """The memory at the start of a turn, with names for the slots that the loop changes."""
        slots = {
            (n, s): self.inner(s if isinstance(s, str) and s.isidentifier() else n.hint, shape)
            for (n, s), shape in held.changed.items()
        }
        self.memory.restore(held.replaced(slots))
        return slots

    def compare_memory(self, held: Held, grows: bool) -> bool:
        """Widen what is held by what a turn has left; is it settled?"""
        settled = True
        for name, before in list(held.entry.items()):
            after = self.memory.contents.get(name)
            if after is None or (before.form == "list" and len(after.slots) != len(before.slots)):
                if (
                    not grows
                    and after is not None
                    and not isinstance(self.heap.read(before.site, ITEM), (Py, Np, Text))
                ):
                    raise FillsList
                held.drop(name)
                settled = False
                continue
            for slot, value in before.slots.items():
                settled &= self.compare_slot(held, name, slot, value, after)
            if (
                before.complete
                and not (after.complete and after.slots.keys() == before.slots.keys())
                and name in held.entry
            ):
                held.open(name)
                settled = False
        return settled

    def compare_slot(self, held: Held, name: Name, slot: Any, before: Val, after: Contents) -> bool:
        key = name, slot
        if slot not in after.slots:
            held.drop(name, slot)
            return False
        shape = held.changed.get(key)
        if shape is None and after.slots[slot] == before:
            return True
        known = shape if shape is not None else self.shape_of(before)
        found = self.shape_of(after.slots[slot])
        kind = join(self.flat(known)[0], self.flat(found)[0])
        if isinstance(kind, Unknown) and self.flat(known)[0] != Unknown():
            held.drop(name, slot)
            return False
        held.changed[key] = self.widen(known, found)
        return bool(shape is not None and held.changed[key] == shape)

    def shape_of(self, value: Val) -> Any:
        """What is carried: nested tuples of (kind, varied), or one such pair."""
        if isinstance(value, Virtual) and value.form == "tuple":
            return [value.cls, *map(self.shape_of, value.items)]
        kind = self.kind(value)
        if isinstance(kind, Tuple):
            return [kind.cls, *((k, self.is_varied(value)) for k in kind.items)]
        return kind, self.holds_varied(value)

    def widen(self, a: Any, b: Any) -> Any:
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and a[0] is b[0]:
            return [a[0], *(self.widen(x, y) for x, y in zip(a[1:], b[1:]))]
        (ka, va), (kb, vb) = self.flat(a), self.flat(b)
        kind = join(ka, kb)
        if isinstance(kind, Unknown) and (va or vb) and Unknown() not in (ka, kb):
            self.refuse(
                f"a variable is a {ka} at the first turn of the loop and a {kb} later, and carries a derivative",
                "give it one kind",
            )
        return kind, va or vb

    def flat(self, shape: Any) -> tuple[Kind, bool]:
        if isinstance(shape, list):
            items = [self.flat(s) for s in shape[1:]]
            return Tuple(tuple(k for k, _ in items), shape[0]), any(v for _, v in items)
        kind, varied = shape
        return kind, varied

    def inner(self, hint: str, shape: Any) -> Val:
        if isinstance(shape, list):
            return Virtual(
                tuple(self.inner(f"{hint}_{i}", s) for i, s in enumerate(shape[1:])),
                "tuple",
                shape[0],
            )
        kind, varied = shape
        return self.fresh(hint, kind, varied)

    def carry(
        self,
        hint: str,
        inner: Val,
        first: Val,
        following: Val,
        entries: list[Carried],
        body: list[Stmt],
    ) -> Val:
        if isinstance(inner, Virtual):
            firsts, nexts = self.components(first), self.components(following)
            if firsts is None or nexts is None:
                self.refuse(f"`{hint}` changes its structure in the loop", "keep one structure")
                raise AssertionError
            items = tuple(
                self.carry(f"{hint}_{i}", v, f, n, entries, body)
                for i, (v, f, n) in enumerate(zip(inner.items, firsts, nexts))
            )
            return Virtual(items, "tuple", inner.cls)
        assert isinstance(inner, Name)
        following = self.operand(following)
        saved = self.open.pop()  # `first` lives outside the loop
        start = self.operand(first)
        self.open.append(saved)
        result = self.fresh(inner.hint, self.kinds[inner], inner in self.varied)
        for other in (start, following, result):
            self.share(inner, other)
        entries.append(Carried(inner, start, following, result))
        return result

    def unroll(self, statement: For, elements: Sequenced, env: Env) -> None:
        """A loop over a tuple whose items differ in kind: the body once for each."""
        values = [self.value(c.initial, env) for c in statement.carried]
        done = self.unroll_from(statement, elements, 0, values, env)
        for c, v in zip(statement.carried, done):
            env[c.result] = v

    def unroll_from(
        self, statement: For, elements: Sequenced, at: int, values: list[Val], env: Env
    ) -> list[Val]:
        count = elements.count()
        if count is None or at > UNROLLED:
            self.refuse(
                "what is iterated is changed by the loop in a way that cannot be followed",
                "loop over a copy",
            )
        if at >= count:
            return values
        turn_env = {
            **env,
            statement.target: elements.get(Const(at)),
            **{c.inner: v for c, v in zip(statement.carried, values)},
        }
        self.run(statement.body, turn_env)
        values = [self.value(c.next, turn_env) for c in statement.carried]
        if statement.exit is None:
            return self.unroll_from(statement, elements, at + 1, values, env)
        leave = self.value(statement.exit, turn_env)
        decided = self.truth(leave)
        if decided is not None:
            return values if decided else self.unroll_from(statement, elements, at + 1, values, env)
        test = self.operand(leave)
        left = self.memory.snapshot()
        self.memory.logs.append(set())
        with self.block() as stay:
            pass
        self.forks += 1
        with self.block() as more:
            later = self.unroll_from(statement, elements, at + 1, values, env)
        self.forks -= 1
        stored = self.memory.logs.pop()
        merges: list[Merge] = []
        out = [
            self.merge(c.result.hint, a, b, merges, stay, more)
            for c, a, b in zip(statement.carried, values, later)
        ]
        self.merge_memory(left, stored, merges, stay, more)
        self.add(If(test, tuple(stay), tuple(more), tuple(merges), self.origin))
        return out

    # -- with, try ---------------------------------------------------------------------------

    def within(self, statement: With, env: Env) -> bool:
        context = self.operand(self.value(statement.context, env))
        if self.holds_varied(context):
            self.refuse(
                "a context manager holds values that carry a derivative",
                "compute them outside of the `with`",
            )
        if self.holds_varied(context):
            self.refuse(
                "the context manager of a `with` holds a value that carries a derivative",
                "keep the value out of it",
            )
        target = None
        if statement.target is not None:
            target = self.fresh(statement.target.hint, Unknown())
            env[statement.target] = target
        self.escape([context], blind=True)
        with self.block() as body:
            reached = self.run(statement.body, env)
        self.add(With(context, target, tuple(body), self.origin))
        self.escape([context], blind=True)
        return reached

    # -- refusing ----------------------------------------------------------------------------

    def refuse(
        self, cause: str, way_out: str, error: type[SourceADError] = NotDifferentiable
    ) -> NoReturn:
        raise error.at(self.origin, cause, way_out)


def may_vary(kind: Kind) -> bool:
    """Does an argument hold a number that can carry a derivative?"""
    match kind:
        case Object(_, "", fields):
            return any(may_vary(k) for _, k in fields)
        case Dict(_, "", fields) if fields is not None:
            return any(may_vary(k) for _, k in fields)
        case _:
            return carries(kind)


def _frozen(shape: Any) -> Any:
    """A shape as a key."""
    return tuple(map(_frozen, shape)) if isinstance(shape, list) else shape
