"""Nested expressions -> a list of statements with one operation each (A-normal form).

`f(x) + a[i] * 2.0` becomes `t = f(x)`, `t.1 = a[i]`, `t.2 = t.1 * 2.0`, `t.3 = t + t.2`, in Python's
order of evaluation.  What is evaluated only sometimes (`and`, `or`, `a if b else c`, `a < b < c`)
becomes an `If` that merges its value; comprehensions become loops that fill a fresh container.

`Flattener` knows expressions; `comprehensions`, `assignments`, `definitions` and `statements` build
on it.  Its state is where lowering stands: the variables' present values (`env`), and the statements
written so far (`out`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import gast

from sourcead.errors import Offence
from sourcead.frontend.build import load, nodes
from sourcead.frontend.generators import as_function
from sourcead.frontend.resolve import SPECIAL, Names
from sourcead.frontend.scopes import Scope
from sourcead.frontend.source import Source
from sourcead.ir.nodes import (
    UNDEFINED,
    Argument,
    Assign,
    Attr,
    Call,
    Const,
    Expr,
    If,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Star,
    Stmt,
    StoreVariable,
    Undefined,
)

__all__ = ["BINARY", "Flattener"]

BINARY: dict[type, str] = {
    gast.Add: "add", gast.Sub: "sub", gast.Mult: "mul", gast.Div: "truediv", gast.FloorDiv: "floordiv",
    gast.Mod: "mod", gast.Pow: "pow", gast.MatMult: "matmul", gast.LShift: "lshift",
    gast.RShift: "rshift", gast.BitAnd: "and_", gast.BitOr: "or_", gast.BitXor: "xor",
}  # fmt: skip
UNARY: dict[type, str] = {
    gast.UAdd: "pos",
    gast.USub: "neg",
    gast.Invert: "invert",
    gast.Not: "not_",
}
COMPARE: dict[type, str] = {
    gast.Eq: "eq", gast.NotEq: "ne", gast.Lt: "lt", gast.LtE: "le", gast.Gt: "gt", gast.GtE: "ge",
    gast.Is: "is_", gast.IsNot: "is_not", gast.In: "contains", gast.NotIn: "not_contains",
}  # fmt: skip
CONVERSIONS = {-1: None, ord("s"): "s", ord("r"): "r", ord("a"): "a"}


class Flattener(ABC):
    """Lowers the expressions of one function."""

    def __init__(self, source: Source, names: Names, scope: Scope) -> None:
        self.source = source
        self.names = names
        self.scope = scope
        self.env: dict[str, Operand] = {}
        self.cells: dict[str, Operand] = {}  # variables that live in a cell
        self.out: list[Stmt] = []
        self.offences: list[Offence] = []
        self.statement: Any = source.tree  # the user's, for comments and messages
        self.given: list[tuple[str, Name]] = []  # each binding of a variable, in order
        self.taken: set[Name] = set()  # names that belong to a variable
        self.numbers: dict[str, int] = {}
        self.hidden_count = 0
        self.hidden_variables: set[str] = set()  # of the comprehensions around

    # what statements add

    @abstractmethod
    def comprehension(self, node: Any, hint: str) -> Operand:
        """A fresh container, and loops that fill it."""

    @abstractmethod
    def quantified(self, is_all: bool, generator: Any, hint: str, node: Any) -> Operand:
        """`any(...)` and `all(...)` of a generator expression."""

    @abstractmethod
    def first_item(self, generator: Any, default: Any, node: Any) -> Operand:
        """`next(...)` of a generator expression."""

    @abstractmethod
    def desugared(self, statements: Sequence[Any]) -> None:
        """Lower statements that stand for an expression of the present statement."""

    @abstractmethod
    def make_function(self, node: Any, hint: str) -> Operand:
        """Lower a lambda or nested `def` (without decorators)."""

    # -- writing statements

    def origin(self, node: Any) -> Origin:
        return self.source.origin(
            node if hasattr(node, "lineno") else self.statement, self.statement
        )

    def refuse(self, node: Any, cause: str, way_out: str) -> None:
        self.offences.append(Offence(self.origin(node), cause, way_out))

    def fresh(self, hint: str) -> Name:
        number = self.numbers.get(hint, 0)
        self.numbers[hint] = number + 1
        return Name(hint, number)

    def new(self, expr: Expr, hint: str, node: Any) -> Name:
        """A new name for the value of `expr`."""
        target = self.fresh(hint)
        self.out.append(Assign(target, expr, self.origin(node)))
        return target

    @contextmanager
    def block(self) -> Iterator[list[Stmt]]:
        """Statements written inside go into the list; the variables keep their values of before."""
        around, env = self.out, dict(self.env)
        inner: list[Stmt] = []
        self.out = inner
        yield inner
        self.out, self.env = around, env

    # -- variables

    def hint(self, variable: str) -> str:
        """The word for a variable: its own name; for hidden ones what they stand for."""
        return variable.lstrip(".").rstrip("0123456789") if variable[0] == "." else variable

    def hidden(self, word: str) -> str:
        self.hidden_count += 1
        return f".{word}{self.hidden_count}"

    def is_alias(self, variable: str) -> bool:
        """Variables of the frontend need no copies: they are never written after what they stand for."""
        return variable.startswith(".")

    def is_local(self, variable: str) -> bool:
        return variable in self.env or (
            variable in self.scope.locals and variable not in self.scope.globals
        )

    def bind(self, variable: str, operand: Operand) -> None:
        self.env[variable] = operand
        if isinstance(operand, Name):
            self.taken.add(operand)
            if variable not in self.hidden_variables:
                self.given.append((variable, operand))

    def set(self, variable: str, operand: Operand, node: Any) -> None:
        """`variable = operand`, wherever the variable lives."""
        if variable in self.cells:
            cell = self.cells[variable]
            self.out.append(StoreVariable(variable, cell, operand, self.origin(node)))
        elif variable in self.scope.globals:
            self.out.append(StoreVariable(variable, None, operand, self.origin(node)))
        elif self.is_alias(variable):
            self.env[variable] = self.settled(operand, node)
        else:
            self.bind(variable, self.own(operand, variable, node))

    def own(self, operand: Operand, variable: str, node: Any) -> Operand:
        """The operand under a name of the variable's own: SSA names are not shared by variables."""
        if isinstance(operand, Name) and operand not in self.taken:
            if operand.hint == self.hint(variable):
                return operand
        return self.new(Op("copy", (operand,)), self.hint(variable), node)

    def read(self, node: Any) -> Operand:
        """The present value of a variable."""
        name = node.id
        if name in self.cells:
            return self.new(Op("cell_get", (self.cells[name],)), name, node)
        if self.is_local(name):
            operand = self.env.get(name, UNDEFINED)
            if isinstance(operand, Undefined):
                return self.new(Op("unbound_", (Const(name),)), name, node)
            return operand
        found = SPECIAL.get(name) or self.names.resolve(name)
        if found is not None and name in self.scope.globals:
            return Ref(name, found.value, live=True)  # written here, whatever it is
        return found or self.missing(name, node)

    def missing(self, name: str, node: Any) -> Operand:
        """A name that means nothing yet: it may by the time it is read, or that is a NameError."""
        if name in self.names.cells:
            cell = Ref(name, self.names.cells[name])
            return self.new(Op("cell_get", (cell,)), name, node)
        return self.new(Op("global_", (Const(name),)), name, node)

    def static(self, node: Any) -> Ref | None:
        """What an expression means, if that is known without running: names from outside, `np.sin`."""
        match node:
            case gast.Name(id=name):
                if name in self.cells or name in self.scope.globals:
                    return None
                if self.is_local(name):
                    value = self.env.get(name)
                    return value if isinstance(value, Ref) else None
                return SPECIAL.get(name) or self.names.resolve(name)
            case gast.Attribute(value=value, attr=attr):
                base = self.static(value)
                return None if base is None else self.names.attribute(base, attr)
            case _:
                return None

    # -- expressions

    def value(self, node: Any, hint: str = "t") -> Operand:
        """The operand that holds the value of an expression; `hint` names it if it is new."""
        match node:
            case gast.Constant(value=value):
                return Const(value)
            case gast.Name():
                return self.read(node)
            case gast.Attribute():
                return self.attribute(node, hint)
            case gast.Subscript(value=base, slice=index):
                args = self.values([base, index])
                return self.new(Op("getitem", args), hint, node)
            case gast.Slice(lower=lower, upper=upper, step=step):
                none = gast.Constant(None, None)
                return self.op("slice", [lower or none, upper or none, step or none], hint, node)
            case gast.BinOp(left=left, op=op, right=right):
                return self.op(BINARY[type(op)], [left, right], hint, node)
            case gast.UnaryOp(op=op, operand=operand):
                return self.unary(op, operand, hint, node)
            case gast.Compare():
                return self.comparison(node, hint)
            case gast.BoolOp(op=op, values=values):
                return self.boolean(isinstance(op, gast.And), values, hint, node)
            case gast.IfExp(test=test, body=body, orelse=orelse):
                return self.ternary(test, body, orelse, hint, node)
            case gast.NamedExpr(target=target, value=value):
                self.set(target.id, self.value(value, target.id), node)
                return self.value(load(target.id))
            case gast.Call():
                return self.call(node, hint)
            case gast.Tuple(elts=elts):
                return self.display("tuple", elts, hint, node)
            case gast.List(elts=elts):
                return self.display("list", elts, hint, node)
            case gast.Set(elts=elts):
                return self.display("set", elts, hint, node)
            case gast.Dict(keys=keys, values=values):
                return self.dictionary(keys, values, hint, node)
            case gast.GeneratorExp() if getattr(node, "is_lazy", False):
                made = self.make_function(as_function(node), "generator")
                items = self.value(node.generators[0].iter)
                return self.new(Call(made, (items,)), "generator", node)
            case gast.ListComp() | gast.GeneratorExp() | gast.SetComp() | gast.DictComp():
                return self.comprehension(node, hint)
            case gast.Lambda():
                return self.make_function(node, hint)
            case gast.JoinedStr(values=values):
                return self.text(values, hint, node)
            case gast.FormattedValue():
                return self.formatted(node, hint)
            case _:
                cause = f"`{type(node).__name__}` expressions are not transformed"
                self.refuse(node, cause, "Write it in another way.")
                return Const(None)

    def values(self, nodes: Sequence[Any]) -> tuple[Operand, ...]:
        """The operands of several expressions, from left to right."""
        return tuple(
            self.settled(self.value(node), node, nodes[at + 1 :]) for at, node in enumerate(nodes)
        )

    def settled(self, operand: Operand, node: Any, later: Sequence[Any] | None = None) -> Operand:
        """The operand, read now if what is evaluated later could rebind it (a global, by a call)."""
        may_change = later is None or any(map(_may_rebind, later))
        if isinstance(operand, Ref) and operand.live and may_change:
            return self.new(Op("copy", (operand,)), operand.path.rpartition(".")[2], node)
        return operand

    def op(self, op: str, nodes: Sequence[Any], hint: str, node: Any) -> Operand:
        return self.new(Op(op, self.values(nodes)), hint, node)

    def unary(self, op: Any, operand: Any, hint: str, node: Any) -> Operand:
        value = self.value(operand)
        if isinstance(op, gast.USub) and isinstance(value, Const):
            if type(value.value) in (int, float, complex):
                return Const(-value.value)
        return self.new(Op(UNARY[type(op)], (value,)), hint, node)

    def attribute(self, node: Any, hint: str) -> Operand:
        found = self.static(node)
        if found is not None:
            return found
        return self.new(Attr(self.value(node.value), node.attr), hint, node)

    # -- evaluated only sometimes

    def choice(
        self,
        test: Operand,
        then: Callable[[], Operand],
        orelse: Callable[[], Operand],
        hint: str,
        node: Any,
    ) -> Operand:
        """`then` if `test` else `orelse`, each evaluated in its branch; what they bind is merged."""
        with self.block() as then_block:
            then_value = then()
            then_env = self.env
        with self.block() as else_block:
            else_value = orelse()
            else_env = self.env
        changed = [
            name
            for name in dict.fromkeys([*then_env, *else_env])
            if then_env.get(name) is not else_env.get(name)
        ]
        merges = self.merged(changed, then_env, else_env)
        target = self.fresh(hint)
        merges.append(Merge(target, then_value, else_value))
        origin = self.origin(node)
        self.out.append(If(test, tuple(then_block), tuple(else_block), tuple(merges), origin))
        return target

    def merged(
        self,
        variables: Sequence[str],
        then: dict[str, Operand],
        orelse: dict[str, Operand],
    ) -> list[Merge]:
        """New values of variables that two paths leave with different ones."""
        merges = []
        for variable in variables:
            target = self.fresh(self.hint(variable))
            values = then.get(variable, UNDEFINED), orelse.get(variable, UNDEFINED)
            merges.append(Merge(target, *values))
            self.bind(variable, target)
        return merges

    def ternary(self, test: Any, body: Any, orelse: Any, hint: str, node: Any) -> Operand:
        return self.choice(
            self.value(test), lambda: self.value(body), lambda: self.value(orelse), hint, node
        )

    def boolean(self, is_and: bool, values: Sequence[Any], hint: str, node: Any) -> Operand:
        first, *others = values
        left = self.settled(self.value(first), first, others)
        if not others:
            return left

        def right() -> Operand:
            return self.boolean(is_and, others, "t", node)

        def same() -> Operand:
            return left

        return self.choice(left, *((right, same) if is_and else (same, right)), hint, node)

    def comparison(self, node: Any, hint: str) -> Operand:
        left = self.value(node.left)
        left = self.settled(left, node.left, node.comparators)
        return self.compared(left, node.ops, node.comparators, hint, node)

    def compared(
        self, left: Operand, ops: Sequence[Any], others: Sequence[Any], hint: str, node: Any
    ) -> Operand:
        """`left < a < b`: the second comparison is made only where the first one holds."""
        right = self.settled(self.value(others[0]), others[0], others[1:])
        op = COMPARE[type(ops[0])]
        args = (right, left) if op in ("contains", "not_contains") else (left, right)
        first = self.new(Op(op, args), hint if len(ops) == 1 else "t", node)
        if len(ops) == 1:
            return first
        return self.choice(
            first,
            lambda: self.compared(right, ops[1:], others[1:], "t", node),
            lambda: first,
            hint,
            node,
        )

    # -- calls

    def call(self, node: Any, hint: str) -> Operand:
        callee = self.static(node.func)
        if callee is not None and callee.value in (any, all) and _is_generator_call(node):
            return self.quantified(callee.value is all, node.args[0], hint, node)
        if callee is not None and callee.value is next and is_generator_with_default(node):
            default = node.args[1] if len(node.args) == 2 else None
            return self.first_item(node.args[0], default, node)
        if callee is not None and callee.value is super and not node.args:
            return self.parent(hint, node)
        if callee is None and isinstance(node.func, gast.Attribute):
            base = self.value(node.func.value)
            base = self.settled(base, node, [*node.args, *node.keywords])
            args, kwargs = self.arguments(node)
            return self.new(MethodCall(base, node.func.attr, args, kwargs), hint, node)
        func = self.value(node.func)
        args, kwargs = self.arguments(node)
        return self.new(Call(func, args, kwargs), hint, node)

    def arguments(
        self, node: Any
    ) -> tuple[tuple[Argument, ...], tuple[tuple[str | None, Operand], ...]]:
        nodes = [arg.value if isinstance(arg, gast.Starred) else arg for arg in node.args]
        found = self.values([*nodes, *(keyword.value for keyword in node.keywords)])
        args = tuple(
            Star(operand) if isinstance(arg, gast.Starred) else operand
            for arg, operand in zip(node.args, found, strict=False)
        )
        names = [keyword.arg for keyword in node.keywords]
        return args, tuple(zip(names, found[len(node.args) :], strict=True))

    def parent(self, hint: str, node: Any) -> Operand:
        """`super()`: Python passes the class that the method stands in and its first argument."""
        cls = self.names.resolve("__class__")
        if cls is None or not self.scope.params:
            self.refuse(node, "`super()` has no class here", "Name it: `super(Class, self)`.")
            return Const(None)
        first = self.read(load(self.scope.params[0][0]))
        return self.new(Op("super_", (cls, first)), hint, node)

    # -- displays

    def display(self, op: str, elts: Sequence[Any], hint: str, node: Any) -> Operand:
        if not any(isinstance(elt, gast.Starred) for elt in elts):
            return self.op(op, elts, hint, node)
        is_tuple = op == "tuple"
        filled = self.new(Op("list" if is_tuple else op, ()), "t" if is_tuple else hint, node)
        one, many = ("add", "update") if op == "set" else ("append", "extend")
        for elt in elts:
            is_starred = isinstance(elt, gast.Starred)
            item = self.value(elt.value if is_starred else elt)
            self.new(MethodCall(filled, many if is_starred else one, (item,)), "_", node)
        return self.new(Call(SPECIAL[".tuple"], (filled,)), hint, node) if is_tuple else filled

    def dictionary(
        self, keys: Sequence[Any], values: Sequence[Any], hint: str, node: Any
    ) -> Operand:
        """`{k: v, **m, ...}`: pairs are collected into displays, mappings merged in between."""
        pairs: list[Operand] = []
        so_far: Operand | None = None

        def flush(merged: Operand | None, name: str) -> Operand:
            shown = self.new(Op("dict", tuple(pairs)), "t" if merged else name, node)
            pairs.clear()
            return (
                shown if merged is None else self.new(Op("dict_merge", (merged, shown)), name, node)
            )

        for key, value in zip(keys, values, strict=True):
            if key is not None:
                pairs.extend(self.values([key, value]))
                continue
            mapping = self.value(value)
            if pairs or so_far is None:
                so_far = flush(so_far, "t")
            so_far = self.new(Op("dict_merge", (so_far, mapping)), "t", node)
        if pairs or so_far is None:
            return flush(so_far, hint)
        return so_far

    # -- text

    def text(self, values: Sequence[Any], hint: str, node: Any) -> Operand:
        pieces = self.values(values)
        return self.new(Op("join", pieces), hint, node)

    def formatted(self, node: Any, hint: str) -> Operand:
        value = self.value(node.value)
        spec = Const("") if node.format_spec is None else self.value(node.format_spec)
        conversion = Const(CONVERSIONS[node.conversion])
        return self.new(Op("format", (value, conversion, spec)), hint, node)


def _may_rebind(node: Any) -> bool:
    return any(isinstance(inner, gast.Call | gast.NamedExpr) for inner in nodes(node))


def is_generator_with_default(node: Any) -> bool:
    """Is this a call of one generator expression, or of one and something else?"""
    return (
        1 <= len(node.args) <= 2
        and isinstance(node.args[0], gast.GeneratorExp)
        and not node.keywords
        and not any(isinstance(arg, gast.Starred) for arg in node.args)
    )


def _is_generator_call(node: Any) -> bool:
    return len(node.args) == 1 and isinstance(node.args[0], gast.GeneratorExp) and not node.keywords
