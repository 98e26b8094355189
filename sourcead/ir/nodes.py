"""The Wengert list: structured SSA, the one representation between frontend and backend.

A function is a block of statements.  Every operand is a name, a constant or a reference to a live
object; every name is assigned once.  Control flow is structured (``If``, ``For``, ``While``,
``Try``, ``With``); values that travel through it are listed on the node (``Merge``, ``Carried``),
there are no phi nodes.  ``break``, ``continue`` and early ``return`` have become flags before this
form; a loop keeps one exit condition, tested at the end of a turn and printed as ``break``.

>>> x, y = Name("x", 0), Name("y", 0)
>>> Assign(Name("a", 0), Op("mul", (x, y)), Origin.none()).target
Name(hint='a', number=0)
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, Union

from sourcead.ir.origin import Origin
from sourcead.ir.quick import quick

__all__ = [
    "Assign", "Attr", "Block", "Call", "Capture", "Carried", "Const", "Delete", "Expr", "For",
    "Function", "Handler", "If", "MakeFunction", "Merge", "MethodCall", "Name", "Op", "Operand",
    "Origin", "Param", "Raise", "Ref", "Star", "Stmt", "Store", "StoreAttr", "StoreVariable", "Try",
    "UNDEFINED", "Undefined", "Unpack", "While", "With",
]  # fmt: skip

quick(Origin)  # here: its file is loaded by `import sourcead`, which is to be quick itself


# -- operands --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Name:
    """An SSA name. `hint` is the user's variable name (or `t` for temporaries), `number` makes it unique.

    There is one object for each name, so that names are told apart by identity: they are the keys of most
    tables of the compiler, and comparing fields took a tenth of its time.
    """

    hint: str
    number: int

    def __new__(cls, hint: str, number: int) -> Name:
        known = _NAMES.get((hint, number))
        if known is None:
            made = object.__new__(cls)
            object.__setattr__(made, "hint", hint)
            object.__setattr__(made, "number", number)
            known = _NAMES.setdefault(
                (hint, number), made
            )  # the first one wins, of several threads
        return known

    def __reduce__(self) -> tuple[type[Name], tuple[str, int]]:
        return Name, (self.hint, self.number)

    def __str__(self) -> str:
        return self.hint if self.number == 0 else f"{self.hint}.{self.number}"


_NAMES: dict[tuple[str, int], Name] = {}


@quick
@dataclass(frozen=True, slots=True, eq=False)
class Const:
    """A literal: None, bool, int, float, complex, str, bytes, Ellipsis."""

    value: Any

    def _key(self) -> tuple[type, str]:
        return type(self.value), repr(self.value)  # tells 1, 1.0, True and -0.0, 0.0 apart

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return repr(self.value)


@quick
@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """A global, builtin, closure variable or module attribute, as the user wrote it (`np.sin`).

    `value` is the object found when the function was compiled; a guard checks it at each call.
    `live`: the name is data that may be rebound between calls, so code reads it by name.
    `scope`: the function of another module whose globals or closure cells it is read from.
    """

    path: str
    value: Any
    live: bool = False
    scope: Any = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref) or self.path != other.path or self.value is not other.value:
            return False
        return self.scope is other.scope or self._home() is other._home()

    def _home(self) -> object:
        """The cell or the namespace that the name is looked up in; None: that of the program."""
        if not self.live or self.scope is None:
            return None
        free, root = self.scope.__code__.co_freevars, self.path.partition(".")[0].partition("[")[0]
        return self.scope.__closure__[free.index(root)] if root in free else self.scope.__globals__

    def __hash__(self) -> int:
        return hash(self.path)

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Undefined:
    """The value of a name on a path that does not bind it."""

    def __str__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()
Operand: TypeAlias = Union[Name, Const, Ref, Undefined]


# -- expressions -----------------------------------------------------------------------------


@quick
@dataclass(frozen=True, slots=True)
class Op:
    """A Python operator or display applied to operands.

    Arithmetic: add sub mul truediv floordiv mod pow matmul lshift rshift and_ or_ xor neg pos invert
    Truth and comparison: not_ eq ne lt le gt ge is_ is_not contains not_contains  (`a in b`: contains(b, a))
    In place (`x += y` on a name; what it does depends on the kind of x): iadd isub imul itruediv
      ifloordiv imod ipow imatmul ilshift irshift iand ior ixor
    Structure: getitem(base, index) slice(lower, upper, step) tuple list set dict(k1, v1, k2, v2, ...)
      dict_merge(d, mapping) list_extend via methods
    Text: format(value, conversion, spec) join(pieces...)
    Other: copy(x) (the same object under another name), iter(x), next(it), cell(x) (new variable
      cell), cell_get(cell), import_(module name), super_(cls, self)
    """

    op: str
    args: tuple[Operand, ...]


@quick
@dataclass(frozen=True, slots=True)
class Attr:
    """`value.attr`"""

    value: Operand
    attr: str


@dataclass(frozen=True, slots=True)
class Star:
    """`*value` in a call's arguments or a display."""

    value: Operand


Argument: TypeAlias = Union[Name, Const, Ref, Undefined, Star]


@quick
@dataclass(frozen=True, slots=True)
class Call:
    """`func(*args, **kwargs)`; a keyword of None is `**mapping`."""

    func: Operand
    args: tuple[Argument, ...]
    kwargs: tuple[tuple[str | None, Operand], ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class MethodCall:
    """`value.method(*args, **kwargs)`, attribute look-up and call in one."""

    value: Operand
    method: str
    args: tuple[Argument, ...]
    kwargs: tuple[tuple[str | None, Operand], ...] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """A variable of the enclosing function as a nested function sees it.

    Bound once before the nested function is made: `value` is its value.  Otherwise (`is_cell`)
    `value` is the cell that holds it (late binding, `nonlocal`).
    """

    name: str
    value: Operand
    is_cell: bool


@dataclass(frozen=True, slots=True, eq=False)
class MakeFunction:
    """`lambda` or nested `def`: a function object over captured variables.

    `template` gives the nested function's own (unspecialised) `Function`; it is lowered on demand.
    Its parameters are the captured names first (in the order of `captures`), then its own.
    `syntax` is its Python syntax tree (FunctionDef or Lambda), for printing it unchanged.
    `defaults` are evaluated where the function is made; aligned with the parameters by name.
    """

    name: str
    template: Callable[[], Function]
    captures: tuple[Capture, ...]
    defaults: tuple[tuple[str, Operand], ...]
    syntax: ast.AST
    is_generator: bool = False  # the template returns the list of what it yields
    part: Callable[[str], Function] | None = None  # of a generator: as a context manager
    is_manager: bool = False  # `contextlib.contextmanager` was applied


Expr: TypeAlias = Union[Op, Attr, Call, MethodCall, MakeFunction]


# -- statements ------------------------------------------------------------------------------


@quick
@dataclass(frozen=True, slots=True)
class Assign:
    """`target = expr`. An expression statement assigns to a name that nobody reads (hint `_`)."""

    target: Name
    expr: Expr
    origin: Origin


@dataclass(frozen=True, slots=True)
class Unpack:
    """`a, *b, c = value` by Python's iteration protocol; `star` is the position of the starred target."""

    targets: tuple[Name, ...]
    star: int | None
    value: Operand
    origin: Origin


@quick
@dataclass(frozen=True, slots=True)
class Store:
    """`base[index] = value`, or `base[index] op= value` with `op` in add, sub, mul, ..."""

    base: Operand
    index: Operand
    value: Operand
    op: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StoreAttr:
    """`base.attr = value`, or `base.attr op= value`."""

    base: Operand
    attr: str
    value: Operand
    op: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class StoreVariable:
    """Assign to a cell (`cell` is its operand) or to a global (`cell` None) of the given name."""

    name: str
    cell: Operand | None
    value: Operand
    origin: Origin


@dataclass(frozen=True, slots=True)
class Delete:
    """`del base[index]`, or `del base.attr` where `index` is None."""

    base: Operand
    index: Operand | None
    attr: str | None
    origin: Origin


@quick
@dataclass(frozen=True, slots=True)
class Merge:
    """After a branch, `target` is `then` or `orelse` (`UNDEFINED` where that path binds nothing)."""

    target: Name
    then: Operand
    orelse: Operand


@quick
@dataclass(frozen=True, slots=True)
class If:
    test: Operand
    then: Block
    orelse: Block
    merges: tuple[Merge, ...]
    origin: Origin


@quick
@dataclass(frozen=True, slots=True)
class Carried:
    """A value carried from turn to turn.

    `inner` names it at the start of a turn (also in a `While`'s test), `initial` is its value before
    the first turn, `next` its value at the end of a turn, `result` names it after the loop.
    """

    inner: Name
    initial: Operand
    next: Operand
    result: Name


@quick
@dataclass(frozen=True, slots=True)
class For:
    """`for target in items: body; if exit: break`."""

    target: Name
    items: Operand
    carried: tuple[Carried, ...]
    body: Block
    exit: Operand | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class While:
    """`while (condition; test): body; if exit: break`; `condition` is evaluated before each turn.

    `condition` may read the `inner` names only; names that it binds are visible in `body`.
    """

    condition: Block
    test: Operand
    carried: tuple[Carried, ...]
    body: Block
    exit: Operand | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class Handler:
    """`except type as name: body`; `type` None catches everything."""

    type: Operand | None
    name: Name | None
    body: Block
    leaves: tuple[Operand, ...]  # one value per entry of Try.targets


@dataclass(frozen=True, slots=True)
class Try:
    """`try: body / except ...: / else: / finally:`.

    A variable that `body` (or a handler) rebinds and that is read afterwards by a handler, by
    `final` or behind the statement appears in `targets`; `leaves` gives its value when body and
    orelse ran to the end, each handler gives its own.  Inside handlers and `final`, variables
    rebound by `body` are read through `interrupted`: (name in handler, its name at entry, all names
    that body gives it), because the point of the exception is not known statically.
    """

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block
    targets: tuple[Name, ...]
    leaves: tuple[Operand, ...]
    interrupted: tuple[tuple[Name, Operand, tuple[Name, ...]], ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class With:
    """`with context as target: body`; names bound in `body` stay visible behind it."""

    context: Operand
    target: Name | None
    body: Block
    origin: Origin


@dataclass(frozen=True, slots=True)
class Raise:
    """`raise exception from cause`; a bare `raise` has neither. Nothing follows it in its block."""

    exception: Operand | None
    cause: Operand | None
    origin: Origin


Stmt: TypeAlias = Union[
    Assign, Unpack, Store, StoreAttr, StoreVariable, Delete, If, For, While, Try, With, Raise
]
Block: TypeAlias = tuple[Stmt, ...]


# -- functions -------------------------------------------------------------------------------


@quick
@dataclass(frozen=True, slots=True)
class Param:
    """A parameter. `form` is one of: positional, normal, keyword, args (`*args`), kwargs (`**kwargs`), captured."""

    name: Name
    form: str = "normal"


@dataclass(frozen=True, slots=True)
class Function:
    """A lowered function: `result` is what it returns when its block has run to the end."""

    name: str
    params: tuple[Param, ...]
    body: Block
    result: Operand
    origin: Origin
    annotations: dict[str, Any] = field(default_factory=dict, compare=False)
