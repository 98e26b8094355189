"""Builds Wengert lists statement by statement, with the kind of every name known as it is made.

Both the specialiser and the derivative transforms write through this class.  What can be decided
while writing (constants, folded tests) is decided here, so that no pass has to clean up after it.

>>> b = Builder()
>>> x = b.fresh("x", Py(float))
>>> b.emit(Op("mul", (x, Const(2.0))), Py(float), "y")
Name(hint='y', number=0)
>>> len(b.statements)
1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

from sourcead.ir.kinds import (
    Array,
    Kind,
    NoneKind,
    Np,
    Py,
    Sym,
    Text,
    Tuple,
    Unknown,
    Value,
    is_scalar,
)
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    Undefined,
)
from sourcead.ir.walk import operands
from sourcead.transform.called import Called, Titled

__all__ = ["Builder", "Val", "Virtual", "constant_slice", "constants"]


@dataclass(frozen=True, slots=True)
class Virtual:
    """A tuple, list display or slice that exists only in the compiler until somebody needs the object.

    `form` is "tuple", "list", "slice", "super" (class and instance of a `super()`) or "maybe" (a tuple or
    None: `specialise/absent.py`); `cls` the namedtuple class or tuple.
    """

    items: tuple[Val, ...]
    form: str = "tuple"
    cls: type = tuple


Val: TypeAlias = Union[Name, Const, Ref, Undefined, Virtual]

_UNKNOWN = Unknown()


def constants(values: Iterable[object]) -> list[Any] | None:
    """The Python values, if all of these are constants."""
    found = list(values)
    return (
        [v.value for v in found if isinstance(v, Const)]
        if all(isinstance(v, Const) for v in found)
        else None
    )


def constant_slice(index: Val) -> slice | None:
    """The slice that an index is, if it is one with constant bounds."""
    bounds = (
        constants(index.items) if isinstance(index, Virtual) and index.form == "slice" else None
    )
    return None if bounds is None else slice(*bounds)


@dataclass
class Trial:
    """Statements that were written to see what follows from them."""

    statements: list[Stmt]
    is_kept: bool = False


class Builder:
    """A stack of open blocks, the names given so far and their kinds."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.kinds: dict[Name, Kind] = {}
        self.called = Called()
        self.varied: set[Name] = set()
        self.divided: dict[Name, tuple[Name, ...]] = {}  # arrays by the parts that make them up
        self.definitions: dict[Name, Expr] = {}
        self.new: set[Name] = set()  # names made in derivative code
        self.formulas: dict[Name, Op] = {}  # products, quotients and negations that still hold
        self.open: list[list[Stmt]] = [[]]
        self.aside: list[list[Stmt]] = []  # blocks that are written to from anywhere
        self.storage_known: Any = (
            None  # body, parameters, their storage classes (`clean.storage_of`)
        )
        self.origin = Origin.none()

    # -- names and kinds ---------------------------------------------------------------------

    def fresh(self, hint: str, kind: Kind, varied: bool = False) -> Name:
        """A new name with the user's (or a readable) hint."""
        title = hint.called if isinstance(hint, Titled) else None
        hint = str(hint)
        number = self.numbers.get(hint, 0)
        self.numbers[hint] = number + 1
        name = Name(hint, number)
        self.called.forget(name)
        if title is not None:
            self.called.names[name] = title
        self.kinds[name] = kind = _with_own_symbols(kind, name)
        self.definitions.pop(name, None)  # of the same name on trial
        if varied or (isinstance(kind, Array) and self.is_stored_active(name)):
            self.varied.add(name)
        return name

    def note_kind(self, name: Name, kind: Kind) -> None:
        """Say more of a name that is there already."""
        self.kinds[name] = _with_own_symbols(kind, name)

    def is_stored_active(self, name: Name) -> bool:
        """Does this array receive an active value somewhere in the program?"""
        return False

    def is_number(self, name: Name) -> bool:
        """A single number, which nobody can write in place."""
        return is_scalar(self.kinds.get(name, _UNKNOWN))

    def kind(self, value: Val) -> Kind:
        if isinstance(value, Name):  # asked all the time: patterns take ten times as long
            return self.kinds.get(value, _UNKNOWN)
        if isinstance(value, Const):
            return kind_of_constant(value.value)
        match value:
            case Ref():
                return self.kind_of_ref(value)
            case Virtual(_, "super" | "maybe"):
                return Unknown()
            case Virtual(items, "tuple", cls):
                return Tuple(tuple(map(self.kind, items)), cls)
            case Virtual():
                return self.kind_of_virtual(value)
            case _:
                from sourcead.ir.kinds import Never

                return Never()

    def kind_of_ref(self, ref: Ref) -> Kind:
        return Value(ref.value)

    def kind_of_virtual(self, value: Virtual) -> Kind:
        from sourcead.ir.kinds import List, Never, Slice, join

        if value.form == "slice":
            return Slice()
        item: Kind = Never()
        for each in value.items:
            item = join(item, self.kind(each))
        return List(item, "", tuple(map(self.kind, value.items)))

    def is_varied(self, value: Any) -> bool:
        if isinstance(value, Virtual):
            return any(map(self.is_varied, value.items))
        return value in self.varied if isinstance(value, Name) else False

    # -- statements --------------------------------------------------------------------------

    @property
    def statements(self) -> list[Stmt]:
        return self.open[-1]

    def add(self, statement: Stmt) -> None:
        if isinstance(statement, Store):
            self.forget_written(statement.base)
        elif isinstance(statement, Assign) and statement.target.hint == "_":
            self.formulas.clear()  # a call that may write anything
        self.open[-1].append(statement)

    # -- formulas ----------------------------------------------------------------------------

    def formula(self, value: Val) -> Op | None:
        """What a value is the product, quotient, power or negative of, where that may be used instead.

        Not any more once an array in it has been written in place: `b_bar = -a_bar; b_bar += c`.
        """
        return self.formulas.get(value) if isinstance(value, Name) else None

    def forget_written(self, base: Operand) -> None:
        """Formulas that read the storage written, or that it held, hold no longer."""
        root = self.root(base)
        for name, formula in list(self.formulas.items()):
            if name == root or not all(self.is_apart(arg, root) for arg in formula.args):
                del self.formulas[name]

    def is_apart(self, value: Any, root: Operand) -> bool:
        """Is this surely not (a view of) the storage `root`?"""
        if not isinstance(value, Name) or isinstance(self.kind(value), (Py, Np)):
            return True
        mine = self.root(value)
        return mine != root and (self.is_made_here(mine) or self.is_made_here(root))

    def root(self, value: Operand) -> Operand:
        """The storage that a value looks at, as far back as its definitions show."""
        while (
            isinstance(value, Name) and value in self.definitions and not self.is_made_here(value)
        ):
            base = next((o for o in operands(self.definitions[value]) if isinstance(o, Name)), None)
            if base is None:
                return value
            value = base
        return value

    def is_made_here(self, value: Operand) -> bool:
        match self.definitions.get(value) if isinstance(value, Name) else None:
            case Op() as made:
                return made.op in ("add", "sub", "mul", "truediv", "neg", "pow", "matmul")
            case MethodCall(method="copy") | Call(Ref("np.zeros_like")):
                return True
            case _:
                return False

    def emit(self, expr: Expr, kind: Kind, hint: str = "t", varied: bool = False) -> Name:
        name = self.fresh(hint, kind, varied)
        self.definitions[name] = expr
        self.new.add(name)
        self.add(Assign(name, expr, self.origin))
        if isinstance(expr, Op) and expr.op in ("mul", "truediv", "neg", "pow"):
            if len(self.formulas) >= 200:  # keeps writes in long functions cheap
                self.formulas.clear()
            self.formulas[name] = expr
        return name

    def emit_into(
        self, block: list[Stmt], expr: Expr, kind: Kind, origin: Origin, hint: str = "t"
    ) -> Name:
        """Write to an already closed block."""
        self.open.append(block)
        try:
            with self.at(origin):
                return self.emit(expr, kind, hint)
        finally:
            self.open.pop()

    @contextmanager
    def block(self) -> Iterator[list[Stmt]]:
        """Statements written inside go to the list yielded."""
        statements: list[Stmt] = []
        depth = len(self.open)
        self.open.append(statements)
        self.formulas.clear()  # what a later statement of a loop writes, an earlier one reads
        try:
            yield statements
        except BaseException:
            del self.open[depth:]  # also what a refusal inside has left open
            raise
        finally:
            self.formulas.clear()
        popped = self.open.pop()
        assert popped is statements

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Whatever is written inside is thrown away, names and all (fixed points of loops), unless it is kept."""
        numbers, varied, depth = dict(self.numbers), set(self.varied), len(self.open)
        lengths = [len(block) for block in self.aside]
        trial = Trial([])
        self.open.append(trial.statements)
        try:
            yield trial
        finally:
            del self.open[depth:]
            if not trial.is_kept:
                self.numbers, self.varied = numbers, varied
                for block, length in zip(self.aside, lengths):
                    del block[length:]

    @contextmanager
    def at(self, origin: Origin) -> Iterator[None]:
        saved, self.origin = self.origin, origin
        try:
            yield
        finally:
            self.origin = saved

    # -- virtual values ----------------------------------------------------------------------

    def operand(self, value: Val, hint: str = "t") -> Operand:
        """The value as an operand: a virtual tuple, list or slice becomes an object here."""
        if not isinstance(value, Virtual):
            return value
        items = tuple(self.operand(v) for v in value.items)
        if value.form == "super":
            return self.emit(Op("super_", items), Unknown(), hint)
        varied = any(map(self.is_varied, items))
        if value.form == "tuple" and value.cls is not tuple:
            return self.emit(
                Call(Ref(value.cls.__name__, value.cls), items), self.kind(value), hint, varied
            )
        return self.emit(Op(value.form, items), self.kind(value), hint, varied)


def _with_own_symbols(kind: Kind, name: Name) -> Kind:
    """Axes of unknown size get symbols of this name, so that what follows from it is known to agree."""
    if isinstance(kind, Array) and None in kind.dims:
        label = f"{name.hint}.{name.number}."
        dims = tuple(Sym(f"{label}{i}") if d is None else d for i, d in enumerate(kind.dims))
        return Array(kind.dtype, dims, kind.optional)
    return kind


_KINDS_OF_CONSTANTS: dict[type, Kind] = {
    type(None): NoneKind(), **{cls: Py(cls) for cls in (bool, int, float, complex)},
}  # fmt: skip


def kind_of_constant(value: Any) -> Kind:
    found = _KINDS_OF_CONSTANTS.get(type(value))
    if found is not None:
        return found
    if isinstance(value, (str, bytes)):
        return Text()
    return Value(value)
