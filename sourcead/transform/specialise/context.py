"""What the parts of the specialiser know and may ask of each other.

Each module of this package is a handful of functions that take a `Context` first.  A function asks
its own module, or one that it imports, directly; what would go round in a circle (the value of an
operand asks a statement, which asks a call, which asks a statement) is asked through the context.
`specialiser.py` says which module answers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

from sourcead.errors import NotDifferentiable, SourceADError
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Object,
    Partial,
    Tuple,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
    Delete,
    Expr,
    Function,
    Merge,
    MethodCall,
    Name,
    Operand,
    Origin,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Builder, Trial, Val, Virtual
from sourcead.transform.effects import written_arguments
from sourcead.transform.heap import ITEM, Again, Heap, place_of, places
from sourcead.transform.left_out import LEFT_OUT, LeftOut
from sourcead.transform.memory import Contents, Key, Memory
from sourcead.transform.passed import Tools

__all__ = [
    "Again",
    "Context",
    "Env",
    "Handler",
    "Kwargs",
    "TRACKED",
    "Unreached",
    "slot_hint",
    "values_of",
]

Env = dict[Name, Val]


@dataclass
class Catch:
    """A `try` whose body is being written: see `catching.py`.

    `handlers`: (number of the handler, classes that it catches); `operands`: number -> these classes as
    they are written.  `env`: the variables at this point, of the function (`depth`) that has the `try`.
    `variables`: (cell of the memory, names that the body gives) of each variable that handlers may read.
    `in_cells`: of these names, those whose value a loop over a generator keeps in a cell meanwhile.
    """

    handlers: tuple[tuple[int, tuple[type[BaseException], ...]], ...]
    operands: dict[int, Operand | None]
    depth: int
    env: Env
    variables: tuple[tuple[Name, tuple[Name, ...]], ...]
    thrown: set[int] = field(default_factory=set)  # handlers that something may go to
    in_cells: dict[Name, Name] = field(default_factory=dict)


@dataclass(frozen=True)
class CallNoted:
    """A call that is being written, for those of the same function inside of it."""

    code: Any
    position: int  # in `Context.stack`
    height: float  # how far it can go down in what it is given
    functions: frozenset[int]  # identities of those that it is given

    def goes_down(self, around: Sequence[CallNoted]) -> bool:
        """Given less than the call around it, or functions that no call around it was given?"""
        lower = self.height < (around[-1].height if around else 0.0)
        return lower or (
            bool(self.functions) and all(self.functions != c.functions for c in around)
        )


@dataclass(frozen=True)
class Guard:
    """An open block under `if test`: where it is in the stack of blocks, and the memory before it."""

    position: int
    test: Operand
    entry: dict[Name, Contents]


class Unreached(Exception):
    """What follows in this block is never come to, as far as is known yet."""


Kwargs = list[tuple[str | None, Val]]


def values_of(args: Sequence[Any], kwargs: Kwargs) -> list[Val]:
    return [a.value if isinstance(a, Star) else a for a in args] + [v for _, v in kwargs]


def slot_hint(name: Name, slot: Hashable) -> str:
    """What the value of a container's slot is called: by its key, if that can be a name."""
    is_key = isinstance(slot, str) and slot.isidentifier()
    return str(slot) if is_key else name.hint.partition(" ")[0]  # of a variable `COUNT outside`


class Handler(Protocol):
    """What the specialiser does with a call: the value, or None where it is a call like any other."""

    def __call__(self, s: Any, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None: ...


def _each_with_each(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    """Each of the one with each of the other."""
    return [x for x in a for _ in b], [y for _ in a for y in b]


TRACKED = 64  # lists with more elements are not followed element by element


class Context(Builder):
    """The state of one specialisation, and the questions that its parts ask each other."""

    def __init__(
        self,
        heap: Heap,
        lower: Callable[..., Function],
        rebound: dict[Any, Ref | None],
        tools: Tools | None = None,
    ) -> None:
        super().__init__()
        self.heap = heap
        self.rebound = rebound
        self.at_start = True
        self.sharing: frozenset[Name] = frozenset()  # parameters that share memory
        self._lower = lower
        self.tools = tools
        self.stack: list[Any] = []
        self.active: list[int] = []  # positions in `seen` of the functions being looked into
        self.seen: list[tuple[Any, Function]] = []  # functions looked into
        self.derivative = False
        self.at_once = False  # is what is checkpointed written down as if it were not?
        self.in_selected = False  # may lanes of the result at hand be left out later?
        self.shapes: dict[Any, Name] = {}
        self.memory = Memory()
        self.paths: set[str] = set()
        self.shapes_found: dict[
            Hashable, Any
        ] = {}  # of loops met on trial: where to start when met again
        self.entered: list[str] = []  # where the calls are that the program is in
        self.calls: list[Origin] = []  # these calls
        self.ways: dict[
            tuple[str, str], tuple[Origin, ...]
        ] = {}  # file, function -> calls to there
        self.entry_reads: set[Name] = set()
        self.formula_of: dict[Name, tuple[Ref, tuple[Name, ...]]] = {}  # of calls with such a rule
        self.records: set[str] = set()  # sites of objects that rules have made
        self.lengths: dict[Name, Name] = {}  # see `note_length`
        self.fixed_numbers: dict[str, None] = {}  # variables with integers that it is compiled for
        self.nothing: set[Name] = (
            set()
        )  # made of a variable that is not bound on this way, or not yet
        self.opaque_fields: set[tuple[str, str]] = set()  # of results: they vary, no rule says how
        self.choices: dict[Name, tuple[Operand, dict[Any, Any]]] = {}
        self.bound_if: dict[Name, tuple[Operand, Any]] = {}  # bound where the first is the second
        self.ordinal = 0
        self.loop = ""  # the variable of the loop that is written: nested ones may share a line
        self.iterators: dict[Name, Any] = {}
        self.factories: dict[str, Val] = {}  # of dicts that make what is missing
        self.maxlens: dict[str, Val] = {}  # of deques
        self.whole_reads: dict[Name, Hashable] = {}  # results of rules that read lists -> where
        self.list_tests: dict[Name, set[Hashable]] = {}  # lists that an `if` asks -> where
        self.copied: frozenset[Hashable] = frozenset()  # where copies of the lists are read instead
        self.to_copy: set[Hashable] = set()  # where they have to be
        self.taken_out: dict[int, Val] = {}  # what calls of iterators gave (`iterators.py`), by id
        self.read_again: dict[int, Any] = {}  # by id of the template
        self.templates: list[Function] = []  # whose statements are written now
        self.flats: dict[Name, Val] = {}  # `u.flat` -> u
        self.iterated: set[str] = set()  # lists that a loop runs over by position
        self.forks = 0
        self.trials = 0
        self.tolerated = 0  # what was let pass because it was on trial
        self.stepped = 0  # loops around that read a list by position while it grows
        self.escapes = 0
        self.heights: list[CallNoted] = []
        self.recursive: set[Any] = set()  # functions that call themselves without a known end
        self.units: list[Any] = []  # what they are specialised to (`recursion.Unit`)
        self.solving: Any = None  # the unit that is specialised here
        self.may_be_same: list[tuple[Val, Val, list[Stmt]]] = []  # see `same_lists.py`
        self.raises: set[type[BaseException]] = set()  # what may leave it
        self.generators: dict[Name, Any] = {}  # calls that have not run yet (`generators.Started`)
        self.frames: dict[Any, Any] = {}  # names and classes of frames -> the same
        self.function_classes: dict[
            type, Any
        ] = {}  # of objects in place of functions -> their making
        self.class_attributes: dict[
            str, Any
        ] = {}  # path -> place, class, name (`class_variables.py`)
        self.derived: set[str] = set()  # sites of objects that stand in for others (`derived.py`)
        self.frame_classes: list[type] = []  # of those that are being made
        self.readers: dict[Name, str] = {}  # `iter(...)` -> the place of the call
        self.entries_in_turns = False  # a loop is planned that reads entries of dicts in its turns
        self.looked_at: dict[tuple[int, str], tuple[Any, bool]] = {}  # see `looked_at.py`
        self.live_kinds: list[Kind] = []  # of objects that are read as globals
        self.entered_live: dict[Ref, Kind] = {}  # the same, once they are on the heap
        self.loaded: dict[Hashable, Name] = {}  # variables of modules, as they were read last
        # Arrays that calls return which are not followed: made there, or kept by an `lru_cache`.
        self.made_in_callees: dict[Operand, Expr] = {}
        self.kept_by_caches: dict[Operand, Expr] = {}
        self.attempts = 0  # calls without derivatives that are being looked into, in each other
        self.looked_into = 0  # calls below the outermost of them
        self.managers: dict[Name, Any] = {}  # calls that made context managers (`contexts.Managed`)
        self.namespaces: dict[Name, Val] = {}  # `__dict__` of these objects
        self.module_names: dict[Name, dict[str, Any]] = {}  # `globals()`, `vars(module)`
        self.present: set[Any] = set()  # flags of tuples that are known not to be None here
        self.negations: dict[Name, Name] = {}  # tests that such a tuple is None
        self.possible: dict[
            Name, tuple[Any, ...]
        ] = {}  # what objects can be here (`each_class.py`)
        self.class_tests: dict[
            Name, Any
        ] = {}  # tests of it -> the object, its classes if so, if not
        self.turns = 0  # loops that are being written, in each other
        self.cell_turns: dict[Name, int] = {}  # variables of functions -> loops around their making
        self.taken_at_once = False  # is the next call that gives an iterator written as a list?
        self.early: dict[Name, Any] = {}  # iterators over what a generator gave (`Started`)
        self.calls_tried: dict[Any, tuple[Kind, bool]] = {}
        self.catches: list[Catch] = []  # the `try`s around, the innermost last
        self.dead_end: SourceADError | None = None  # of a function that no path leads out of
        self.open_guards: list[Guard] = []
        self.handling: list[Val | None] = []  # the exceptions of the handlers around

    def fresh(self, hint: str, kind: Kind, varied: bool = False) -> Name:
        name = super().fresh(hint, kind, varied)
        self.iterators.pop(name, None)
        self.flats.pop(name, None)
        self.entry_reads.discard(name)
        self.lengths.pop(name, None)
        self.nothing.discard(name)
        for noted in self._of_names():
            noted.pop(name, None)  # of a name on trial, which had the same number
        return name

    def _of_names(self) -> tuple[dict[Any, Any], ...]:
        """What is noted of names alone."""
        return (
            self.choices, self.bound_if, self.possible, self.class_tests, self.namespaces, self.generators,
            self.module_names, self.managers, self.early, self.readers, self.negations, self.frames,
        )  # fmt: skip

    def lower(self, function: Callable[..., Any], **options: Any) -> Function:
        """The Wengert list of a callee; what is refused in its source is refused at this call."""
        try:
            return self._lower(function, **options)
        except SourceADError as error:
            raise error.reached_from(self.origin) from error.__cause__

    @property
    def place(self) -> str:
        """Where the program is: in a derivative many statements come from one line, so that alone would not do."""
        return f"{self.origin.line}.{self.origin.column}.{self.ordinal}{self.loop}"

    @contextmanager
    def callee(self, key: Any, template: Function) -> Iterator[None]:
        """The statements of a function are written inside; what is refused there is reached by this call."""
        called_at = self.origin
        if not self.derivative:
            at = template.origin
            self.ways.setdefault((at.file, at.function), (called_at, *reversed(self.calls)))
        self.stack.append((key, self.forks))
        self.entered.append(self.place)
        self.calls.append(called_at)
        self.templates.append(template)
        try:
            yield
        except SourceADError as error:
            if self.derivative:
                raise
            raise error.reached_from(called_at) from error.__cause__
        finally:
            self.stack.pop()
            self.entered.pop()
            self.calls.pop()
            self.templates.pop()
            self.origin = called_at

    @contextmanager
    def ways_named(self) -> Iterator[None]:
        """What is refused inside, of the statements of a function that was called, names the way there."""
        try:
            yield
        except SourceADError as error:
            (first, *others) = error.offences
            way = self.ways.get((first.origin.file, first.origin.function), ())
            if others or first.called_from or not way:
                raise
            raise error.reached_from(*way) from error.__cause__

    def returned(self, template: Function, env: Env) -> Val:
        """What a function's statements, which were written, return."""
        if template.result == LEFT_OUT:
            raise LeftOut.at(self.origin, "", "")
        return self.value(template.result, env)

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        saved, logs, ordinal = self.memory.snapshot(), len(self.memory.logs), self.ordinal
        turns, possible = self.turns, dict(self.possible)
        forks, guards, catches = self.forks, len(self.open_guards), list(self.catches)
        self.trials += 1
        try:
            with super().trial() as trial:
                yield trial
        finally:
            self.trials -= 1
            if not trial.is_kept:
                self.memory.restore(saved)
                del self.memory.logs[logs:], self.open_guards[guards:]
                self.ordinal, self.forks, self.catches = ordinal, forks, catches
                self.turns, self.possible = turns, possible

    def operand(self, value: Val, hint: str = "t") -> Operand:
        if isinstance(value, Name):
            return self._handed_on(value)
        if not isinstance(value, Virtual):
            return value
        if value.form == "maybe":
            return self.whole(value)
        made = super().operand(value, hint)
        if value.form == "tuple" and not self.derivative:
            definition = self.definitions.get(made) if isinstance(made, Name) else None
            for i, item in enumerate(getattr(definition, "args", ())):
                self.share_part(item, made, i)
        return made

    def _handed_on(self, name: Name) -> Operand:
        """A name as an operand: some stand for more than an object."""
        if name in self.managers:
            self.refuse(
                f"the context manager `{self.managers[name].name}` is used otherwise than by one `with`",
                "write `with` and its call: `with manager(...) as value:`",
            )
        if name in self.generators:
            return self.operand(self.generator(self.generators[name]))
        if isinstance(self.kinds.get(name), Closure):
            return self.as_seen_now(name)
        if name in self.namespaces and self.holds_varied(self.namespaces[name]):
            self.refuse(
                "the `__dict__` of an object that carries derivatives is handed on here",
                "read and set its entries, or make a copy: `dict(vars(obj))`",
            )
        return name

    def add(self, statement: Stmt) -> None:
        """Write a statement; one that may raise what is caught around gets a `try` of its own."""
        if self.solving is not None and not self.derivative:
            self.note_raised(statement)
        if not self.catches or self.derivative or not self.is_tried(statement):
            super().add(statement)

    def write(self, statement: Stmt) -> None:
        """Write a statement as it stands."""
        super().add(statement)

    def whole(self, value: Virtual) -> Operand:
        """A tuple or None, as one object."""
        raise NotImplementedError

    def note_raised(self, statement: Stmt) -> None:
        """Note what a statement may raise that leaves the recursive function."""
        raise NotImplementedError

    def is_tried(self, statement: Stmt) -> bool:
        """Was the statement written in a `try` of its own?"""
        raise NotImplementedError

    def merge_memory(
        self,
        after_then: dict[Name, Contents],
        stored: set[Key],
        merges: list[Merge],
        then: list[Stmt],
        orelse: list[Stmt],
    ) -> None:
        """What containers hold behind a branch: slots that it stores to are merged like variables."""
        raise NotImplementedError

    def is_made_in_callee(self, value: Operand) -> bool:
        return isinstance(value, Name) and self.is_one_of(value, self.made_in_callees)

    def is_kept_by_cache(self, value: Operand) -> bool:
        return isinstance(value, Name) and self.is_one_of(value, self.kept_by_caches)

    def is_one_of(self, name: Name, calls: dict[Operand, Expr]) -> bool:
        """Is it the result of one of these calls? On trial, the name may have stood for something else."""
        call = calls.get(name)
        return call is not None and self.definitions.get(name) is call

    def is_stored_active(self, name: Name) -> bool:
        return self.heap.shares_varied(str(name))

    def is_varied(self, value: Any) -> bool:
        if super().is_varied(value):
            return True
        if not self.heap.changed or not isinstance(value, Name):
            return False
        # Found out after the name was made: the next run would have it so from the start, and find
        # what follows from it only then.
        return isinstance(self.kind(value), Array) and self.is_stored_active(value)

    def refuse(
        self, cause: str, way_out: str, error: type[SourceADError] = NotDifferentiable
    ) -> NoReturn:
        raise error.at(self.origin, cause, way_out)

    def holds_varied(self, value: Val) -> bool:
        """Does the value vary, or anything that can be reached from it?"""
        return (
            self.is_varied(value)
            or any(map(self.heap.is_varied, self.reachable([value])))
            or any(map(self.is_varied, self.carried_by(value)))
        )

    def changes_varied(self, statement: Stmt) -> bool:
        """Does a statement write storage that varies, or something that varies into storage?"""
        match statement:
            case Store(base, _, value) | StoreAttr(base, _, value):
                return self.holds_varied(base) or self.holds_varied(value)
            case StoreVariable(_, _, value):
                return self.holds_varied(value)
            case Delete(base):
                return self.holds_varied(base)
            case Assign(_, Call() | MethodCall() as called):
                return any(map(self.holds_varied, written_arguments(called, self.kinds)))
            case _:
                return False

    def carried_by(self, value: Val) -> list[Val]:
        """The values that a function or tuple carries along; a recursive function carries itself."""
        found: list[Val] = []
        todo = self._carried_at_once(value)
        while todo:
            held = todo.pop()
            if held != value and held not in found:
                found.append(held)
                todo += self._carried_at_once(held)
        return found

    def _carried_at_once(self, value: Val) -> list[Val]:
        match self.kind(value):
            case Closure(_, captured, defaults):
                return [*captured, *(v for _, v in defaults)]
            case Bound(receiver):
                return [receiver]
            case Partial(function, args, kwargs):
                return [function, *args, *(v for _, v in kwargs)]
        cell = self.memory.known(value)
        inner = list(value.items) if isinstance(value, Virtual) else []
        if isinstance(value, Name) and value in self.iterators:  # a zip, say
            _, args, kwargs = self.iterators[value]
            inner = [*args, *kwargs.values()]
        if cell is not None and cell.form == "cell":
            inner = [v for v in cell.slots.values() if v is not UNDEFINED]
        return inner

    def reachable(self, values: Sequence[Val]) -> set[str]:
        """The sites of all containers that these values lead to."""
        found: set[str] = set()
        todo: list[Kind] = [self.kind(w) for v in values for w in (v, *self.carried_by(v))]
        while todo:
            match todo.pop():
                case List(_, site) | Dict(_, site) | Object(_, site) if site and site not in found:
                    found.add(site)
                    todo.extend(self.heap.read(site, slot) for slot in self.heap.known(site))
                case Tuple(items):
                    todo.extend(items)
                case Closure(_, captured, defaults):
                    todo.extend(self.kind(v) for v in (*captured, *(d for _, d in defaults)))
                case Bound(receiver):
                    todo.append(self.kind(receiver))
        return found

    def escape(self, values: Sequence[Val], blind: bool) -> None:
        """An unknown function got hold of these values: it may write what they lead to, now or later.

        `blind`: it may also write what earlier calls kept, and the caller's objects.
        """
        sites = self.reachable(values)
        self.escapes += bool(sites) or blind
        self.heap.escape(sites)
        if blind:
            self.heap.call_blindly()
        for name, held in list(self.memory.contents.items()):
            if held.site in sites or (
                blind and (held.site in self.heap.escaped or self.heap.is_external(held.site))
            ):
                self.memory.forget(name)

    def put(self, site: str, slot: Hashable, value: Val) -> None:
        """The heap learns of a store."""
        self.heap.store(site, slot, self.kind(value), self.holds_varied(value))
        self.share_slot(value, site, slot)

    # -- which arrays may share storage ----------------------------------------------------------

    def share_slot(self, value: Val, site: str, slot: Hashable, read: bool = False) -> None:
        """An array that is read out of a slot, not knowing which, may be any that is stored there."""
        if not isinstance(value, Name) or not list(places("", self.kind(value))):
            return
        for each in self._slots_met(site, slot):
            if read:
                self.heap.read_blindly(site, each)
            if self.heap.is_read_blindly(site, each):
                self._share_place(value, place_of(site, each), self.kind(value))

    def _slots_met(self, site: str, slot: Hashable) -> list[Hashable]:
        """The slots that this one may be: a key that is known may be one that is computed elsewhere."""
        known = self.heap.known(site)
        if slot == ITEM:
            return [ITEM, *(k for k in known if k != ITEM)]
        return [slot, ITEM] if ITEM in known else [slot]

    def share(self, a: Val, b: Val) -> None:
        """Two arrays, or those in two tuples, may have storage in common."""
        if isinstance(a, Name) and isinstance(b, Name):
            self._share_place(a, str(b), self.kind(b), b)

    def share_part(self, part: Val, whole: Val, position: int | None) -> None:
        """`part` is an item of a tuple (None: any of them)."""
        kind = self.kind(whole)
        if not isinstance(part, Name) or not isinstance(whole, Name):
            return
        if not isinstance(kind, Tuple):
            self.share(part, whole)
            return
        for i, each in enumerate(kind.items):
            if position in (None, i):
                self._share_place(part, f"{whole}[{i}]", each, whole)

    def _share_place(self, value: Name, key: str, kind: Kind, other: Name | None = None) -> None:
        """What `value` refers to may be what is at the place `key`, in the value `other`."""
        mine, theirs = list(places(str(value), self.kind(value))), list(places(key, kind))
        if len(mine) != len(theirs):
            mine, theirs = _each_with_each(mine, theirs)
        for one, another in zip(mine, theirs):
            self.heap.share(one, another)
            if self.heap.shares_varied(one):
                met = [n for n in (value, other) if n is not None]
                self.varied.update(n for n in met if isinstance(self.kind(n), (Array, Tuple)))

    # -- asked of the parts: `specialiser.py` says who answers -----------------------------------

    def enter(self, kind: Kind, path: str, varied: bool) -> Kind:
        """A container argument becomes a site of the heap named by the path that leads to it."""
        raise NotImplementedError

    def value(self, operand: Operand, env: Env) -> Val:
        raise NotImplementedError

    def run(self, block: Block, env: Env, leaves: Sequence[Operand] = ()) -> bool:
        """Write the block's statements; False where its end is never reached."""
        raise NotImplementedError

    def merge(
        self, hint: str, a: Val, b: Val, merges: list[Merge], then: list[Stmt], orelse: list[Stmt]
    ) -> Val:
        """One value out of two; tuples are merged item by item and stay virtual."""
        raise NotImplementedError

    def in_block(self, value: Val, block: list[Stmt]) -> Operand:
        """Make a virtual value an object at the end of an already written block."""
        raise NotImplementedError

    def read_variable(self, ref: Ref) -> Val:
        raise NotImplementedError

    def changes(self, base: Val) -> None:
        """Something is written into `base`: where that is read by its name, the name is kept from the start."""
        raise NotImplementedError

    def method(
        self, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str = "t"
    ) -> Val:
        raise NotImplementedError

    def call_method_of(self, receiver: Val, function: Any, args: list[Any], hint: str) -> Val:
        """A method found on the class, called with `receiver` as self."""
        raise NotImplementedError

    def inline(self, template: Function, function: Any, args: list[Any], kwargs: Kwargs) -> Val:
        """The callee's statements in place of the call, with the arguments under its parameters' names."""
        raise NotImplementedError

    def call_with_template(
        self, closure: Closure, template: Function, args: list[Any], kwargs: Kwargs
    ) -> Val:
        """The statements of a nested function in place of its call."""
        raise NotImplementedError

    def call_rule(
        self,
        rule: Rule,
        func: Val,
        obj: Any,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        method: bool,
    ) -> Val:
        raise NotImplementedError

    def deep_kind(self, value: Val) -> Any:
        """The kind with the contents of lists written out and constants kept, for samples."""
        raise NotImplementedError

    def call(self, func: Val, args: list[Any], kwargs: Kwargs, hint: str = "t") -> Val:
        raise NotImplementedError

    def call_object(
        self, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str, method: bool = False
    ) -> Val:
        raise NotImplementedError

    def opaque(
        self,
        func: Val,
        args: list[Any],
        kwargs: Kwargs,
        hint: str,
        kind: Kind | None = None,
        method: bool = False,
        blind: bool | None = None,
    ) -> Val:
        """A call left as it is: no derivative may go through it."""
        raise NotImplementedError

    def kind_of_ref(self, ref: Ref) -> Kind:
        raise NotImplementedError

    def attr(self, base: Val, attr: str, hint: str = "t") -> Val:
        raise NotImplementedError

    def field(self, base: Val, kind: Object, attr: str, hint: str) -> Val:
        """An instance's attribute: property, own field, method, or class attribute, in Python's order."""
        raise NotImplementedError

    def fork(self, test: Operand, then: Any, orelse: Any, hints: Sequence[str]) -> Any:
        """Write `if test: then, else: orelse`; each arm says whether its end is reached, and its values there."""
        raise NotImplementedError

    def as_seen_now(self, name: Name) -> Name:
        """The object of a nested function that is handed to other code: it sees its variables as they are now."""
        raise NotImplementedError

    def generator(self, found: Any) -> Val:
        """A generator that is not taken at once, as the object that it is."""
        raise NotImplementedError

    def op(self, op: str, args: list[Val], hint: str = "t") -> Val:
        raise NotImplementedError

    def truth(self, value: Val) -> bool | None:
        """What `bool(value)` is, where the kinds decide it."""
        raise NotImplementedError

    def tested(self, value: Val) -> Val:
        """What a test asks: an object's class may say what its truth is."""
        raise NotImplementedError

    def components(self, value: Val, block: list[Any] | None = None) -> list[Val] | None:
        """The items of a tuple (or unmutated list display) of known length."""
        raise NotImplementedError

    def getitem(self, base: Val, index: Val, hint: str = "t") -> Val:
        raise NotImplementedError

    def slot(self, site: str, slot: Hashable) -> Kind:
        """What a dict may hold under a key (all keys: ITEM)."""
        raise NotImplementedError

    def operator_kind(self, op: str, kinds: list[Kind], operands: Sequence[Operand]) -> Kind:
        raise NotImplementedError

    def store(self, base: Val, index: Val, value: Val, op: str | None) -> None:
        raise NotImplementedError

    def delete_item(self, base: Val, index: Val) -> None:
        """`del base[index]`"""
        raise NotImplementedError

    def store_attr(self, base: Val, attr: str, value: Val, op: str | None) -> None:
        raise NotImplementedError

    def store_field(self, base: Val, kind: Object, attr: str, value: Val) -> None:
        """`base.attr = value` of an instance, where no property or `__setattr__` takes it."""
        raise NotImplementedError

    def new_site(self, hint: str) -> str:
        """The name of the place where a container is made: the same whenever this place is come by."""
        raise NotImplementedError

    def fresh_list(self, name: Operand, items: Sequence[Any] | None = None) -> Name:
        """Register a list just made as a site of its own; `items` if they are not those of its display."""
        raise NotImplementedError

    def list_like(
        self, name: Name, site: str, items: Sequence[Any] | None = None, cls: type = list
    ) -> Name:
        """`name` is a new list of the elements of the list at `site`."""
        raise NotImplementedError

    def entries(self, receiver: Val, view: type) -> Val:
        raise NotImplementedError

    def fresh_dict(self, args: Sequence[Val], hint: str) -> Name:
        raise NotImplementedError
