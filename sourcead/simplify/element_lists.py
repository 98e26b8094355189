"""Arrays that loops go over element by element are held in lists meanwhile.

    x_bar = np.zeros_like(x)                    x = x.tolist()
    for i in range(len(x)):                     x_bar = [0.0] * len(x)
        x_bar[i] += 2.0 * x[i]        ->        for i in range(len(x)):
    return x_bar                                    x_bar[i] += 2.0 * x[i]
                                                return np.array(x_bar)

To read an element of an array costs 45 ns and makes an `np.float64`, with which arithmetic costs 60 ns;
of a list it costs 12 ns, and 15 ns.

A list is made where the function's own block first needs single elements, an array again where it needs
the whole.  The caller's arrays are written at the very end, when nothing can fail any more.  So a
function on lists can be given up at any time, and another one called instead that works on the arrays:
that is what happens when it raises an exception, because there alone the two differ (a quotient by zero
is infinite in NumPy, an index error has another text).  It must not do anything that cannot be done
twice: see `simplify/repeatable.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, List, Np, Py, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    Try,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import blocks, bound, map_blocks, reads, statements, substitute
from sourcead.simplify.floats import FLOAT, Floats
from sourcead.simplify.listable import Uses, element_of, is_shape_use, listable, roots_of
from sourcead.simplify.repeatable import can_be_repeated

__all__ = ["element_lists"]

Ask = Callable[[Any], Any]
HERE = Origin.none()


def element_lists(
    function: Function, builder: Any, is_pure: Ask, bases_of: Ask, apart: frozenset[Name]
) -> Function | None:
    """The function with such lists; None where there are none, or where it must not be given up.

    `apart`: the parameters that are known to share no memory with others.
    """
    body = _without_finally(function.body)
    if body is None or not any(isinstance(s, (For, While)) for s in body):
        return None
    function = replace(function, body=body)
    chosen = listable(function, builder.kinds, bases_of, is_pure)
    shapes = _parameters_by_shape(function, builder.kinds)
    chosen = {n: uses for n, uses in chosen.items() if _shape(n, builder.kinds) in shapes}
    while chosen:
        lister = _Lister(function, builder, chosen, shapes)
        made = lister.run()
        typed = Floats(made.body, lister.rows, builder.kinds)
        if not typed.objections:
            lists = frozenset(lister.array_of)
            if not can_be_repeated(made, builder.kinds, is_pure, bases_of, lists, apart):
                return None
            return _with_types_of_numpy(made, typed, builder)
        blamed = {lister.array_of[n] for s in typed.objections for n in _blamed(s, made, lister)}
        if not blamed:
            return None
        chosen = {name: uses for name, uses in chosen.items() if name not in blamed}
    return None


def _without_finally(block: Block) -> Block | None:
    """`try: ... finally: put back` becomes plain statements; None where exceptions mean something."""
    out: list[Stmt] = []
    for stmt in block:
        if isinstance(stmt, Try):
            if stmt.handlers or stmt.interrupted:
                return None
            copies = (Assign(t, Op("copy", (v,)), HERE) for t, v in zip(stmt.targets, stmt.leaves))
            out += (*stmt.body, *stmt.orelse, *copies, *stmt.final)
        else:
            out.append(stmt)
    return tuple(out)


def _shape(name: Name, kinds: dict[Name, Kind]) -> Any:
    """Rank one needs no shape; of rank two, the sizes of the axes as far as they are known."""
    kind = kinds[name]
    assert isinstance(kind, Array)
    return kind.dims if len(kind.dims) == 2 else 1


def _parameters_by_shape(function: Function, kinds: dict[Name, Kind]) -> dict[Any, Name | None]:
    """For each shape of rank two, a parameter that has it."""
    found: dict[Any, Name | None] = {1: None}
    for param in function.params:
        kind = kinds.get(param.name)
        if isinstance(kind, Array) and len(kind.dims) == 2 and None not in kind.dims:
            found.setdefault(kind.dims, param.name)
    return found


def _blamed(objection: Stmt, function: Function, lister: _Lister) -> set[Name]:
    """The lists from which the values may come that a statement must not read."""
    wanted = set(reads(objection))
    grown = True
    while grown:
        more = {
            name
            for stmt in statements(function.body)
            if wanted.intersection(bound((stmt,)))
            for name in reads(stmt)
        }
        grown = not more <= wanted
        wanted |= more
    return wanted & set(lister.array_of)


# -- rewriting ---------------------------------------------------------------------------------


@dataclass
class _State:
    """What holds an array's content at this point: an array, a list, or both."""

    array: Name | None
    items: Name | None = None


class _Lister:
    """Goes through the function's own block and keeps track of what holds which content."""

    def __init__(
        self,
        function: Function,
        builder: Any,
        chosen: dict[Name, Uses],
        shapes: dict[Any, Name | None],
    ) -> None:
        self.function, self.b, self.chosen, self.shapes = function, builder, chosen, shapes
        self.kinds: dict[Name, Kind] = builder.kinds
        self.roots = roots_of(function)
        self.uses = use_counts(function)
        self.params = {p.name for p in function.params}
        self.indices = {
            s.target: s.expr.args
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op == "tuple"
        }
        self.states = {p: _State(p) for p in self.params if p in chosen}
        self.rows: set[Name] = set()  # lists of floats
        self.array_of: dict[Name, Name] = {}  # lists and rows of lists: of which array
        self.put_back: set[Name] = set()
        self.out: list[Stmt] = []

    def run(self) -> Function:
        for param in self.function.params:
            if param.name in self.states:
                self.need_list(param.name)
        for stmt in self.function.body:
            self.statement(stmt)
        result = self.function.result
        root = self.root(result)
        if root is not None:
            result = self.need_array(root, "t")
        for name in (p.name for p in self.function.params if p.name not in self.put_back):
            if name in self.chosen and self.chosen[name].written:
                final = self.states[name].array or self.states[name].items
                assert final is not None
                self.out.append(Store(name, Const(Ellipsis), final, None, HERE))
        return replace(self.function, body=tuple(self.out), result=result)

    def root(self, operand: Operand | None) -> Name | None:
        if not isinstance(operand, Name):
            return None
        root = self.roots.get(operand, operand)
        return root if root in self.chosen else None

    def statement(self, stmt: Stmt) -> None:
        if blocks(stmt):
            self.compound(stmt)
        elif self.root(element_of(stmt, self.kinds)[0]) is not None:
            self.single(stmt)
        elif isinstance(stmt, Store) and self.root(stmt.base) in self.params:
            self.out.append(self.with_arrays(stmt))  # puts back the final content
            assert isinstance(stmt.base, Name)
            self.put_back.add(stmt.base)
        else:
            self.whole(stmt)

    # -- single elements -----------------------------------------------------------------------

    def compound(self, stmt: Stmt) -> None:
        inside = tuple(statements((stmt,)))
        for each in inside:
            root = self.root(element_of(each, self.kinds)[0])
            if root is not None:
                self.need_list(root)
        self.out.append(map_blocks(stmt, self.inside))
        for each in inside:
            if isinstance(each, Store) and (root := self.root(each.base)) is not None:
                self.states[root].array = None

    def inside(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            if self.root(element_of(stmt, self.kinds)[0]) is not None:
                out += self.rewritten(stmt)
            else:
                out.append(map_blocks(self.of_shape(stmt), self.inside))
        return tuple(out)

    def single(self, stmt: Stmt) -> None:
        """An element outside of loops: of whatever is at hand."""
        base, _ = element_of(stmt, self.kinds)
        root = self.root(base)
        assert root is not None and base is not None
        state = self.states[root]
        if not isinstance(stmt, Store) and state.items is None:
            assert state.array is not None
            self.out.append(substitute(stmt, {base: state.array}))
            return
        self.need_list(root)
        self.out.extend(self.rewritten(stmt))
        if isinstance(stmt, Store):
            state.array = None

    def rewritten(self, stmt: Stmt) -> list[Stmt]:
        """An element of the list: `u[i, j]` is the element j of the row `u[i]`."""
        base, index = element_of(stmt, self.kinds)
        root = self.root(base)
        assert root is not None and index is not None
        items = self.states[root].items
        assert items is not None
        before: list[Stmt] = []
        if items not in self.rows:
            assert isinstance(index, Name)
            row_index, index = self.row_and_column(index, before, stmt.origin)
            row = self.new(f"{root.hint}_row", List(Py(float), "row"), root)
            before.append(Assign(row, Op("getitem", (items, row_index)), stmt.origin))
            items = row
        if isinstance(stmt, Store):
            value = self.number(stmt.value, before, stmt.origin)
            return [*before, replace(stmt, base=items, index=index, value=value)]
        assert isinstance(stmt, Assign)
        return [*before, replace(stmt, expr=Op("getitem", (items, index)))]

    def row_and_column(
        self, index: Name, before: list[Stmt], origin: Origin
    ) -> tuple[Operand, Operand]:
        """The two places of an index, which may be a pair that was made elsewhere."""
        if index in self.indices:
            row, column = self.indices[index]
            return row, column
        places = [self.b.fresh("t", Py(int)) for _ in range(2)]
        before += [
            Assign(place, Op("getitem", (index, Const(i))), origin)
            for i, place in enumerate(places)
        ]
        return places[0], places[1]

    def number(self, value: Operand, before: list[Stmt], origin: Origin) -> Operand:
        """What is stored, as a Python float; an `np.float64` may be one by now."""
        if isinstance(value, Const) and type(value.value) in (int, bool):
            return Const(float(value.value))
        kind = self.kinds.get(value) if isinstance(value, Name) else None
        if kind == Py(float) or kind == Np("float64") or isinstance(value, Const):
            return value
        name: Name = self.b.fresh("t", Py(float))
        before.append(Assign(name, Call(Ref("float", float), (value,)), origin))
        return name

    # -- the whole -----------------------------------------------------------------------------

    def whole(self, stmt: Stmt) -> None:
        if isinstance(stmt, Assign) and self.zeros(stmt):
            return
        written = self.root(stmt.base) if isinstance(stmt, Store) else None
        stmt = self.with_arrays(self.of_shape(stmt))
        self.out.append(stmt)
        if written is not None:
            self.states[written].items = None
        if not isinstance(stmt, Assign):
            return
        if stmt.target in self.chosen:
            self.states[stmt.target] = _State(stmt.target)
        elif (root := self.root(stmt.target)) is not None:  # `x_bar += ...`
            self.states[root] = _State(stmt.target)

    def zeros(self, stmt: Assign) -> bool:
        """A new array of zeros is a list from the start."""
        match stmt:
            case Assign(target, Call(Ref("np.zeros_like"), (Name() as like,), ())):
                uses = self.chosen.get(target)
                if uses is None or uses.remade or self.rank(target) > 1 or self.rank(like) > 1:
                    return False
            case _:
                return False
        zero, length = self.b.fresh("t", List(Py(float))), self.length(like, stmt.origin)
        items = self.new(target.hint, List(Py(float), "row"), target)
        self.states[target] = _State(None, items)
        self.out += [
            Assign(zero, Op("list", (Const(0.0),)), stmt.origin),
            Assign(items, Op("mul", (zero, length)), stmt.origin),
        ]
        return True

    def length(self, like: Name, origin: Origin) -> Name:
        """The name that this length has already, if it is printed."""
        measured = Call(Ref("len", len), (self.longest_lived(like),))
        for stmt in self.out:
            if isinstance(stmt, Assign) and stmt.expr == measured and self.uses[stmt.target] > 1:
                return stmt.target
        name: Name = self.b.fresh("t", Py(int))
        self.out.append(Assign(name, measured, origin))
        return name

    def rank(self, name: Name) -> int:
        kind = self.kinds[name]
        return len(kind.dims) if isinstance(kind, Array) else 2

    def with_arrays(self, stmt: Stmt) -> Stmt:
        """The statement with arrays for the lists that it reads as a whole."""
        match stmt:
            case Assign(target, MethodCall(Name() as value, "copy", ())):
                root = self.root(value)
                if root is not None and self.states[root].array is None:
                    return Assign(target, self.array_again(root), stmt.origin)
            case Store(Name() as base) if self.root(base) in self.params:
                return stmt
        shaped = is_shape_use(stmt)
        roots = {n: r for n in reads(stmt) if n != shaped and (r := self.root(n)) is not None}
        match stmt:
            case Assign(_, Op("tuple")):
                hint = "t"  # printed inside the result
            case _:
                hint = ""
        return substitute(stmt, {n: self.need_array(r, hint) for n, r in roots.items()})

    def of_shape(self, stmt: Stmt) -> Stmt:
        """What only reads a shape reads it off the parameter, or off what holds the content."""
        name = is_shape_use(stmt)
        root = self.root(name)
        if name is None or root is None:
            return stmt
        match stmt:
            case Assign(_, Call(Ref("len"))):
                return substitute(stmt, {name: self.longest_lived(name)})
        if root in self.params:
            return stmt
        return substitute(stmt, {name: self.need_array(root)})

    def need_list(self, root: Name) -> None:
        state = self.states[root]
        if state.items is not None:
            return
        assert state.array is not None
        rank = self.rank(root)
        stays = root in self.params and (self.chosen[root].written or rank > 1)  # it is needed too
        hint = f"{root.hint}_list" if stays else root.hint
        kind = List(Py(float), "row") if rank == 1 else List(List(Py(float)), "rows")
        state.items = self.new(hint, kind, root)
        if rank == 2:
            self.rows.discard(state.items)
        self.make_list(state.array, state.items, rank)

    def make_list(self, array: Name, items: Name, rank: int) -> None:
        """Where the array is made if nobody has used it since, else in front of what only counts."""
        at = self.made_at(array)
        if at is None:
            at = len(self.out)
            while array not in self.params and at > 0 and self.only_counts(self.out[at - 1], array):
                at -= 1
            self.out.insert(at, Assign(items, MethodCall(array, "tolist", ()), HERE))
            return
        made = self.out[at]
        assert isinstance(made, Assign)
        self.states[self.array_of[items]].array = None
        self.out[at + 1 :] = [substitute(s, {array: items}) for s in self.out[at + 1 :]]
        match made.expr:
            case MethodCall(source, "copy", ()):
                self.out[at] = Assign(items, MethodCall(source, "tolist", ()), made.origin)
            case _:
                first = self.b.fresh("t", self.kinds[array])
                self.out[at : at + 1] = [
                    replace(made, target=first),
                    Assign(items, MethodCall(first, "tolist", ()), made.origin),
                ]

    def made_at(self, array: Name) -> int | None:
        """The statement that makes the array, if all that looks at it later is `len`."""
        for at in range(len(self.out) - 1, -1, -1):
            stmt = self.out[at]
            if isinstance(stmt, Assign) and stmt.target == array:
                return at
            counts = isinstance(stmt, Assign) and isinstance(stmt.expr, Call)
            is_length = counts and stmt.expr.func == Ref("len", len)  # type: ignore[union-attr]
            if not is_length and any(array in reads(s) for s in statements((stmt,))):
                return None
        return None

    def only_counts(self, stmt: Stmt, array: Name) -> bool:
        """Ranges, lengths and new lists in front of a loop, which have nothing to do with the array."""
        if not isinstance(stmt, Assign) or array in (stmt.target, *reads(stmt)):
            return False
        match stmt.expr:
            case Call(Ref("range" | "reversed" | "len" | "np.zeros_like")):
                return True
            case MethodCall(_, "tolist") | Op("list"):
                return True
            case Op(_, args):
                return all(isinstance(a, Const) or self.is_counted(a) for a in args)
            case _:
                return False

    def is_counted(self, operand: Operand) -> bool:
        kind = self.kinds.get(operand) if isinstance(operand, Name) else None
        return kind == Py(int) or operand in self.array_of or isinstance(kind, List)

    def longest_lived(self, like: Name) -> Name:
        """A list in place of the array that it was made of: as long, and then the array is not needed."""
        root = self.root(like)
        if root is None or self.states[root].items is None:
            return like
        items = self.states[root].items
        assert items is not None
        return items

    def need_array(self, root: Name, hint: str = "") -> Name:
        state = self.states[root]
        if state.array is None:
            state.array = self.b.fresh(hint or root.hint, self.kinds[root])
            self.out.append(Assign(state.array, self.array_again(root), HERE))
        return state.array

    def array_again(self, root: Name) -> Expr:
        """The content as an array; a list without rows does not know how long they would be."""
        items = self.states[root].items
        assert items is not None
        made = Call(Ref("np.array", np.array), (items,))
        like = self.shapes[_shape(root, self.kinds)]
        if like is None:
            return made
        array, shape = self.b.fresh("t", self.kinds[root]), self.b.fresh("t", Unknown())
        self.out.append(Assign(array, made, HERE))
        self.out.append(Assign(shape, Attr(like, "shape"), HERE))
        return MethodCall(array, "reshape", (shape,))

    def new(self, hint: str, kind: Kind, root: Name) -> Name:
        name: Name = self.b.fresh(hint, kind)
        self.array_of[name] = root
        self.rows.add(name)
        return name


# -- results -----------------------------------------------------------------------------------


def _with_types_of_numpy(function: Function, typed: Floats, builder: Any) -> Function:
    """What the function returns has the types that it has without lists."""
    made: dict[Name, Assign] = {s.target: s for s in function.body if isinstance(s, Assign)}
    out: list[Stmt] = []

    def converted(operand: Any) -> Any:
        status = typed.status(operand)
        if status == FLOAT and isinstance(builder.kinds.get(operand), Np):
            name = builder.fresh(operand.hint, builder.kinds[operand])
            out.append(Assign(name, Call(Ref("np.float64", np.float64), (operand,)), HERE))
            return name
        found = made.get(operand) if isinstance(operand, Name) else None
        match found.expr if found is not None else None:
            case Op("tuple" | "copy" as op, args):
                parts = tuple(map(converted, args))
                if parts != args:
                    name = builder.fresh(operand.hint, builder.kinds.get(operand))
                    out.append(Assign(name, Op(op, parts), HERE))
                    return name
        return operand

    result = converted(function.result)
    return replace(function, body=(*function.body, *out), result=result)
