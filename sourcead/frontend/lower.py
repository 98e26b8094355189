"""A running Python function -> its Wengert list.

The stages: source text, syntax that is refused, long forms for short ones, early exits as flags,
scopes, and here: statements to single assignment.  A variable is a name for each value it takes;
where paths meet, the values that differ are merged; what a loop's turn binds is carried.

>>> from sourcead.ir.show import show
>>> def power(x, n):
...     y = 1.0
...     for _ in range(n):
...         y *= x
...     return y
>>> print(show(lower(power)))
def power(x, n):
    y = 1.0
    t = range(n)
    for _ in t:
        carry y.1 = y
        y.2 = y.1 *= x
        next y.1 = y.2
    y.3 = after y.1
    return y.3
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import gast

from sourcead.errors import Offence, UnsupportedSyntax
from sourcead.frontend.build import load
from sourcead.frontend.exits import Normalised, is_endless, normalise
from sourcead.frontend.flatten import BINARY, Flattener
from sourcead.frontend.prune import prune, renumber
from sourcead.frontend.resolve import Names
from sourcead.frontend.scopes import Scope, assigned
from sourcead.frontend.source import Source, find_source, unwrap
from sourcead.frontend.sugar import Desugar
from sourcead.frontend.syntax import refusals
from sourcead.ir.nodes import (
    UNDEFINED,
    Attr,
    Block,
    Call,
    Capture,
    Carried,
    Const,
    Delete,
    For,
    Function,
    Handler,
    If,
    MakeFunction,
    Name,
    Op,
    Operand,
    Param,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    Try,
    Undefined,
    Unpack,
    While,
    With,
)

__all__ = ["lower"]


# -- entry -------------------------------------------------------------------------------------


def lower(function: Callable[..., Any]) -> Function:
    """The Wengert list of a function, method or lambda, not yet specialised to any arguments.

    Kept per code object, globals and closure cells; made anew when a name that it uses means
    something else by now.
    """
    plain = unwrap(function)
    kept = _kept(_Identity(plain.__code__, plain.__globals__, *(plain.__closure__ or ())))
    if kept.function is None or kept.names is None or not kept.names.still_hold():
        kept.names = Names(plain)
        kept.function = _lower_live(plain, kept.names)
    return kept.function


class _Identity:
    """Objects as one key, told apart by what they are and not by what they equal."""

    def __init__(self, *objects: object) -> None:
        self.objects = objects

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Identity) or len(self.objects) != len(other.objects):
            return False
        return all(map(lambda a, b: a is b, self.objects, other.objects))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.objects)))


@dataclass(slots=True)
class _Kept:
    names: Names | None = None
    function: Function | None = None


@functools.lru_cache(maxsize=1024)
def _kept(key: _Identity) -> _Kept:
    return _Kept()


def _lower_live(function: FunctionType, names: Names) -> Function:
    source = find_source(function)
    tree = gast.ast_to_gast(source.tree)
    lowered = _lower_tree(tree, source, names, (), {})
    annotations = dict(getattr(function, "__annotations__", {}))
    return replace(lowered, name=function.__code__.co_name, annotations=annotations)


def _lower_tree(
    tree: Any,
    source: Source,
    names: Names,
    captures: tuple[Capture, ...],
    inherited: dict[str, Operand],
) -> Function:
    """A FunctionDef or Lambda, live or nested; `inherited` are its names for imported modules."""
    resolve = _resolver(tree, names, captures)
    offences = [
        Offence(source.origin(r.node if hasattr(r.node, "lineno") else r.statement, r.statement),
                r.cause, r.way_out)
        for r in refusals(tree, resolve)
    ]  # fmt: skip
    if offences:
        raise UnsupportedSyntax(*offences)
    body = Normalised([], "result")
    if not isinstance(tree, gast.Lambda):
        plain = copy.copy(tree)
        plain.body = Desugar(resolve).block(tree.body)
        body = normalise(plain)
        plain.body = body.body
        tree = plain
    lowerer = Lowerer(source, names, Scope.of(tree), body)
    return lowerer.function(tree, captures, inherited)


def _resolver(
    tree: Any, names: Names, captures: tuple[Capture, ...]
) -> Callable[[Any], Ref | None]:
    """What names and dotted names from outside mean, before anything is lowered."""
    scope = Scope.of(tree)
    mine = scope.locals | {capture.name for capture in captures}

    def resolve(node: Any) -> Ref | None:
        if isinstance(node, gast.Name):
            return None if node.id in mine else names.resolve(node.id)
        if isinstance(node, gast.Attribute):
            base = resolve(node.value)
            return None if base is None else names.attribute(base, node.attr)
        return None

    return resolve


# -- statements --------------------------------------------------------------------------------


class Lowerer(Flattener):
    """Lowers the statements of one function."""

    def __init__(self, source: Source, names: Names, scope: Scope, body: Normalised) -> None:
        super().__init__(source, names, scope)
        self.normalised = body
        self.is_reachable = True
        self.is_desugaring = False

    def function(
        self, tree: Any, captures: tuple[Capture, ...], inherited: dict[str, Operand]
    ) -> Function:
        params = [*self.captured(captures), *self.parameters()]
        self.env.update(inherited)
        self.make_cells(tree)
        if isinstance(tree, gast.Lambda):
            result = self.value(tree.body)
        else:
            self.statements(tree.body)
            result = self.env.get(self.normalised.result, Const(None))
        if self.offences:
            raise UnsupportedSyntax(*self.offences)
        if isinstance(result, Undefined) or not self.is_reachable:
            result = Const(None)
        name = getattr(tree, "name", "<lambda>")
        origin = self.source.origin(tree)
        return renumber(prune(Function(name, tuple(params), tuple(self.out), result, origin)))

    def captured(self, captures: tuple[Capture, ...]) -> Iterator[Param]:
        for capture in captures:
            name = self.fresh(f"{capture.name}_cell" if capture.is_cell else capture.name)
            if capture.is_cell:
                self.cells[capture.name] = name
            else:
                self.bind(capture.name, name)
            yield Param(name, "captured")

    def parameters(self) -> Iterator[Param]:
        for variable, form in self.scope.params:
            name = self.fresh(variable)
            self.bind(variable, name)
            yield Param(name, form)

    def make_cells(self, tree: Any) -> None:
        """Cells for the variables that nested functions see change, and those of functions around."""
        for variable in sorted(self.scope.cells):
            initial = self.env.pop(variable, None)
            args = () if initial is None else (initial,)
            self.cells[variable] = self.new(Op("cell", args), f"{variable}_cell", tree)
        for variable in sorted(self.scope.nonlocals - set(self.cells)):
            self.cells[variable] = Ref(variable, self.names.cells[variable])

    # -- variables of the frontend

    def hint(self, variable: str) -> str:
        return self.normalised.flags.get(variable) or super().hint(variable)

    def is_alias(self, variable: str) -> bool:
        mine = variable == self.normalised.result or variable in self.normalised.flags
        return mine or super().is_alias(variable)

    def is_single_assignment(self, variable: str) -> bool:
        return variable not in self.cells and variable not in self.scope.globals

    def variables(self, nodes: Sequence[Any]) -> list[str]:
        """What the statements may bind, as far as it is not in cells or global."""
        return [name for name in assigned(nodes) if self.is_single_assignment(name)]

    # -- blocks

    def statements(self, nodes: Sequence[Any]) -> None:
        around = self.statement
        for node in nodes:
            if not self.is_reachable:
                break
            if not self.is_desugaring:
                self.statement = node
            self.lower_statement(node)
        self.statement = around

    def desugared(self, statements: Sequence[Any]) -> None:
        was, self.is_desugaring = self.is_desugaring, True
        self.statements(statements)
        self.is_desugaring = was

    @contextmanager
    def writing(self) -> Iterator[list[Stmt]]:
        """Statements written inside go into the list; variables keep the values given there."""
        around = self.out
        inner: list[Stmt] = []
        self.out = inner
        yield inner
        self.out = around

    def path(self, nodes: Sequence[Any]) -> tuple[Block, dict[str, Operand], bool]:
        """Lower one of several paths: its block, the variables at its end, whether it gets there."""
        reachable = self.is_reachable
        with self.block() as written:
            self.statements(nodes)
            env, completes = self.env, self.is_reachable
        self.is_reachable = reachable
        return tuple(written), env, completes

    def lower_statement(self, node: Any) -> None:
        match node:
            case gast.Assign(targets=targets, value=value):
                self.assign(targets, value, node)
            case gast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.assign([target], value, node)
            case gast.AugAssign(target=target, op=op, value=value):
                self.augment(target, BINARY[type(op)], value, node)
            case gast.Expr(value=value):
                if not isinstance(value, gast.Constant):
                    self.value(value, "_")
            case gast.If():
                self.branch(node)
            case gast.For():
                self.for_loop(node)
            case gast.While():
                self.while_loop(node)
            case gast.Try():
                self.attempt(node)
            case gast.With():
                self.context(node.items, node)
            case gast.Raise(exc=exc, cause=cause):
                self.raises(exc, cause, node)
            case gast.Assert(test=test, msg=message):
                self.assertion(test, message, node)
            case gast.Delete(targets=targets):
                for target in targets:
                    self.delete(target, node)
            case gast.FunctionDef():
                self.definition(node)
            case gast.Import(names=names):
                for alias in names:
                    self.import_module(alias, node)
            case gast.ImportFrom():
                self.import_names(node)
            case gast.Pass() | gast.Global() | gast.Nonlocal():
                pass
            case _:
                cause = f"`{type(node).__name__}` statements are not transformed"
                self.refuse(node, cause, "Write it in another way.")

    # -- assignment

    def assign(self, targets: Sequence[Any], value: Any, node: Any) -> None:
        first = targets[0]
        if len(targets) == 1 and _is_display(first) and _is_display(value):
            if len(first.elts) == len(value.elts):
                self.assign_each(first.elts, value.elts, node)
                return
        operand = self.value(value, self.target_hint(first))
        if len(targets) > 1:
            operand = self.settled(operand, node)
        for target in targets:
            self.store(target, operand, node)

    def assign_each(self, targets: Sequence[Any], values: Sequence[Any], node: Any) -> None:
        """`a, b = b, a`: every value is taken before any variable changes; no tuple is made."""
        operands = []
        for at, (target, value) in enumerate(zip(targets, values, strict=True)):
            operand = self.value(value, self.target_hint(target))
            later = None if at else [*values[at + 1 :], *targets]
            operands.append(self.settled(operand, node, later))
        for target, operand in zip(targets, operands, strict=True):
            self.store(target, operand, node)

    def target_hint(self, target: Any) -> str:
        is_own = isinstance(target, gast.Name) and not self.is_alias(target.id)
        return self.hint(target.id) if is_own else "t"

    def store(self, target: Any, operand: Operand, node: Any) -> None:
        origin = self.origin(node)
        match target:
            case gast.Name(id=variable):
                self.set(variable, operand, node)
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                self.out.append(Store(into, at, operand, None, origin))
            case gast.Attribute(value=base, attr=attr):
                self.out.append(StoreAttr(self.value(base), attr, operand, None, origin))
            case gast.Tuple(elts=elts) | gast.List(elts=elts):
                self.unpack(elts, operand, node)

    def unpack(self, targets: Sequence[Any], operand: Operand, node: Any) -> None:
        star = next((n for n, t in enumerate(targets) if isinstance(t, gast.Starred)), None)
        plain = [t.value if isinstance(t, gast.Starred) else t for t in targets]
        names = [self.fresh(self.target_hint(target)) for target in plain]
        self.out.append(Unpack(tuple(names), star, operand, self.origin(node)))
        for target, name in zip(plain, names, strict=True):
            self.store(target, name, node)

    def augment(self, target: Any, op: str, value: Any, node: Any) -> None:
        in_place = f"i{op.rstrip('_')}"
        match target:
            case gast.Name(id=variable):
                old = self.settled(self.read(load(variable)), node, [value])
                args = (old, self.value(value))
                self.set(variable, self.new(Op(in_place, args), self.hint(variable), node), node)
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                if not self.may_interfere(value):
                    found = self.value(value)
                    self.out.append(Store(into, at, found, op, self.origin(node)))
                    return
                item = self.new(Op("getitem", (into, at)), "t", target)
                found = self.new(Op(in_place, (item, self.value(value))), "t", node)
                self.out.append(Store(into, at, found, None, self.origin(node)))
            case gast.Attribute(value=base, attr=attr):
                into = self.value(base)
                if not self.may_interfere(value):
                    found = self.value(value)
                    self.out.append(StoreAttr(into, attr, found, op, self.origin(node)))
                    return
                item = self.new(Attr(into, attr), "t", target)
                found = self.new(Op(in_place, (item, self.value(value))), "t", node)
                self.out.append(StoreAttr(into, attr, found, None, self.origin(node)))

    def may_interfere(self, value: Any) -> bool:
        """Whether evaluating `value` could change what `a[i] += value` has read from `a[i]` before.

        Python functions and methods could; builtins, ufuncs and classes of other libraries do not
        know of `a`.
        """
        calls = [node for node in gast.walk(value) if isinstance(node, gast.Call)]
        callees = [self.static(call.func) for call in calls]
        return any(
            callee is None or (isinstance(callee.value, FunctionType) and not _is_numpy(callee))
            for callee in callees
        )

    def delete(self, target: Any, node: Any) -> None:
        origin = self.origin(node)
        match target:
            case gast.Name(id=variable):
                if not self.is_single_assignment(variable):
                    cause = f"`{variable}` is deleted while other functions see it"
                    self.refuse(target, cause, "Let it keep its value, or set it to None.")
                self.env[variable] = UNDEFINED
            case gast.Subscript(value=base, slice=index):
                into, at = self.values([base, index])
                self.out.append(Delete(into, at, None, origin))
            case gast.Attribute(value=base, attr=attr):
                self.out.append(Delete(self.value(base), None, attr, origin))
            case gast.Tuple(elts=elts) | gast.List(elts=elts):
                for elt in elts:
                    self.delete(elt, node)

    # -- functions and imports

    def definition(self, node: Any) -> None:
        decorators = self.values(node.decorator_list)
        function = self.make_function(node, node.name)
        for decorator in reversed(decorators):
            function = self.new(Call(decorator, (function,)), node.name, node)
        self.set(node.name, function, node)

    def make_function(self, node: Any, hint: str) -> Operand:
        defaults = tuple(self.defaults(node.args))
        captures, inherited = self.captures(Scope.of(node))
        name = getattr(node, "name", "<lambda>")
        source = replace(self.source, tree=node, function=name)

        @functools.cache
        def template() -> Function:
            return _lower_tree(node, source, self.names, captures, inherited)

        made = MakeFunction(name, template, captures, defaults, _plain_syntax(node))
        return self.new(made, hint, node)

    def defaults(self, args: Any) -> Iterator[tuple[str, Operand]]:
        positional = [*args.posonlyargs, *args.args]
        named = positional[len(positional) - len(args.defaults) :]
        keyword = [
            (arg, default)
            for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if default is not None
        ]
        pairs = [*zip(named, args.defaults, strict=True), *keyword]
        found = self.values([default for _, default in pairs])
        return ((arg.id, value) for (arg, _), value in zip(pairs, found, strict=True))

    def captures(self, inner: Scope) -> tuple[tuple[Capture, ...], dict[str, Operand]]:
        """What a nested function sees of this one's variables; imported modules are simply known."""
        found: list[Capture] = []
        inherited: dict[str, Operand] = {}
        for name in inner.free:
            if name in self.cells:
                found.append(Capture(name, self.cells[name], True))
            elif self.is_local(name):
                value = self.read(load(name))
                if isinstance(value, Ref):
                    inherited[name] = value
                else:
                    found.append(Capture(name, value, False))
        return tuple(found), inherited

    def import_module(self, alias: Any, node: Any) -> None:
        variable = alias.asname or alias.name.partition(".")[0]
        module = self.module(alias.name, variable, node)
        if alias.asname is None and "." in alias.name:
            module = self.module(variable, variable, node)
        self.set_import(variable, module, node)

    def import_names(self, node: Any) -> None:
        package = self.names.function.__globals__.get("__package__")
        path = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            variable = alias.asname or alias.name
            base = self.module(path, path, node)
            found = self.names.attribute(base, alias.name) if isinstance(base, Ref) else None
            if found is None or found.live:
                value: Operand = self.new(Attr(base, alias.name), variable, node)
            else:
                value = Ref(variable, found.value)
            self.set_import(variable, value, node)

    def module(self, name: str, path: str, node: Any) -> Operand:
        """A module that is loaded already is known; any other is imported when the function runs."""
        if name in sys.modules:
            return Ref(path, sys.modules[name])
        return self.new(Op("import_", (Const(name),)), path.rpartition(".")[2], node)

    def set_import(self, variable: str, value: Operand, node: Any) -> None:
        if isinstance(value, Ref) and self.is_single_assignment(variable):
            self.bind(variable, value)
        else:
            self.set(variable, value, node)

    # -- branches

    def known(self, test: Any) -> Any:
        """The test, or its truth where flags decide it here."""
        match test:
            case gast.Name(id=flag) if self.is_alias(flag):
                value = self.env.get(flag)
                is_known = isinstance(value, Const) and isinstance(value.value, bool)
                return value.value if isinstance(value, Const) and is_known else test
            case gast.UnaryOp(op=gast.Not(), operand=operand):
                inner = self.known(operand)
                return not inner if isinstance(inner, bool) else gast.UnaryOp(test.op, inner)
            case gast.BoolOp(op=gast.Or(), values=values) if all(map(_is_name, values)):
                found = [self.known(value) for value in values]
                if True in found:
                    return True
                open_ones = [value for value in found if value is not False]
                if len(open_ones) <= 1:
                    return open_ones[0] if open_ones else False
                return gast.BoolOp(test.op, open_ones)
            case _:
                return test

    def branch(self, node: Any) -> None:
        test = self.known(node.test)
        if isinstance(test, bool):
            self.statements(node.body if test else node.orelse)
        else:
            self.open_branch(test, node)

    def open_branch(self, test: Any, node: Any) -> None:
        before = dict(self.env)
        operand = self.value(test)
        if self.is_guard(test):  # nothing has been returned where it holds
            self.env[self.normalised.result] = UNDEFINED
        then, then_env, then_completes = self.path(node.body)
        self.restore_result(before)
        orelse, else_env, else_completes = self.path(node.orelse)
        changed = [
            name
            for name in self.variables([*node.body, *node.orelse])
            if then_env.get(name, UNDEFINED) != else_env.get(name, UNDEFINED)
        ]
        if not then_completes:
            changed, then_env = self.one_sided(changed, else_env, before), {}
        elif not else_completes:
            changed, else_env = self.one_sided(changed, then_env, before), {}
        merges = self.merged(changed, then_env, else_env)
        self.out.append(If(operand, then, orelse, tuple(merges), self.origin(node)))
        self.is_reachable = then_completes or else_completes

    def is_guard(self, test: Any) -> bool:
        """`not returned`, `not (broke or returned)`: what the frontend puts what follows under."""
        is_negation = isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not)
        return is_negation and self.normalised.returned in _names(test)

    def restore_result(self, before: dict[str, Operand]) -> None:
        result = self.normalised.result
        if result in before:
            self.env[result] = before[result]
        else:
            self.env.pop(result, None)

    def one_sided(
        self, changed: Sequence[str], arriving: dict[str, Operand], before: dict[str, Operand]
    ) -> list[str]:
        """The variables to be merged where the other path raises, so that its values never arrive.

        A value that can be read here anyway needs no merge.
        """
        to_merge = []
        for name in changed:
            value = arriving.get(name, UNDEFINED)
            if isinstance(value, Name) and value != before.get(name):
                to_merge.append(name)
            else:
                self.env[name] = value
        return to_merge

    # -- loops

    def for_loop(self, node: Any) -> None:
        items = self.value(node.iter)
        variables = self.variables([node.target, *node.body])
        before = dict(self.env)
        inner = self.enter(variables)
        target = self.fresh(self.target_hint(node.target))
        with self.writing() as body:
            self.store(node.target, target, node)
            leave = self.turn(node.body)
        carried = self.leave_loop(variables, inner, before)
        origin = self.origin(node)
        self.out.append(For(target, items, carried, tuple(body), leave, origin))
        self.is_reachable = True

    def while_loop(self, node: Any) -> None:
        variables = self.variables(node.body)
        before = dict(self.env)
        inner = self.enter(variables)
        with self.writing() as condition:
            test = self.value(node.test)
        with self.writing() as body:
            leave = self.turn(node.body)
        carried = self.leave_loop(variables, inner, before)
        self.out.append(
            While(tuple(condition), test, carried, tuple(body), leave, self.origin(node))
        )
        self.is_reachable = leave is not None or not is_endless(node)

    def enter(self, variables: Sequence[str]) -> dict[str, Name]:
        inner = {variable: self.fresh(self.hint(variable)) for variable in variables}
        for variable, name in inner.items():
            self.bind(variable, name)
        if self.normalised.result in inner:  # in a loop that is still running it is not set
            self.env[self.normalised.result] = UNDEFINED
        return inner

    def turn(self, nodes: Sequence[Any]) -> Operand | None:
        """A loop's body; its last statement may be `if flag: break`."""
        *others, last = nodes
        if not _is_exit(last):
            self.statements(nodes)
            return None
        self.statements(others)
        test = self.known(last.test) if self.is_reachable else False
        if isinstance(test, bool):
            return Const(True) if test else None
        return self.value(test)

    def leave_loop(
        self, variables: Sequence[str], inner: dict[str, Name], before: dict[str, Operand]
    ) -> tuple[Carried, ...]:
        end = self.env if self.is_reachable else {}
        self.env = before
        carried = []
        for variable in variables:
            initial = before.get(variable, UNDEFINED)
            result = self.fresh(self.hint(variable))
            following = end.get(variable, UNDEFINED)
            carried.append(Carried(inner[variable], initial, following, result))
            self.bind(variable, result)
        return tuple(carried)

    # -- exceptions and contexts

    def raises(self, exception: Any, cause: Any, node: Any) -> None:
        raised = None if exception is None else self.value(exception)
        source = None if cause is None else self.value(cause)
        self.out.append(Raise(raised, source, self.origin(node)))
        self.is_reachable = False

    def assertion(self, test: Any, message: Any, node: Any) -> None:
        if not __debug__:
            return
        operand = self.value(test)
        with self.block() as failed:
            args = () if message is None else (self.value(message),)
            error = self.new(Call(Ref("AssertionError", AssertionError), args), "t", node)
            self.out.append(Raise(error, None, self.origin(node)))
        self.out.append(If(operand, (), tuple(failed), (), self.origin(node)))

    def context(self, items: Sequence[Any], node: Any) -> None:
        first, *others = items
        manager = self.value(first.context_expr)
        target = None
        if first.optional_vars is not None:
            target = self.fresh(self.target_hint(first.optional_vars))
        self.check_context(first.context_expr)
        with self.writing() as body:
            if target is not None:
                self.store(first.optional_vars, target, node)
            if others:
                self.context(others, node)
            else:
                self.statements(node.body)
        self.out.append(With(manager, target, tuple(body), self.origin(node)))

    def check_context(self, context: Any) -> None:
        callee = self.static(context.func) if isinstance(context, gast.Call) else None
        if callee is not None and callee.value is suppress:
            way_out = (
                "Write `try: ... except ...: pass`, or import `suppress` at the top of the module."
            )
            self.refuse(
                context, "`suppress` is not known to be one where the function begins", way_out
            )

    def attempt(self, node: Any) -> None:
        if node.handlers and node.finalbody:
            inner = gast.copy_location(gast.Try(node.body, node.handlers, node.orelse, []), node)
            node = gast.copy_location(gast.Try([inner], [], [], node.finalbody), node)
        _Attempt(self, node).lower()


class _Attempt:
    """Lowers one `try`, which has handlers or a `finally`, not both."""

    def __init__(self, lowerer: Lowerer, node: Any) -> None:
        self.lowerer = lowerer
        self.node = node
        self.before = dict(lowerer.env)
        self.reachable = lowerer.is_reachable

    def lower(self) -> None:
        lowerer, node = self.lowerer, self.node
        start = len(lowerer.given)
        body, body_env, completes = lowerer.path(node.body)
        interrupted = self.interrupted(start)
        orelse: Block = ()
        if node.orelse and completes:
            orelse, body_env, completes = self.continued(node.orelse, body_env)
        ends = [(body_env, completes)]
        handlers = []
        for handler in node.handlers:
            lowered, env, handled = self.handler(handler, interrupted)
            handlers.append(lowered)
            ends.append((env, handled))
        final, final_env, final_completes = self.continued(node.finalbody, self.seen(interrupted))
        if node.finalbody:
            ends = [(self.after_final(body_env, final_env, interrupted), completes)]
        targets, leaves = self.leaves(ends)
        origin = lowerer.origin(node)
        handlers = [
            replace(handler, leaves=values)
            for handler, values in zip(handlers, leaves[1:], strict=True)
        ]
        lowerer.out.append(
            Try(body, tuple(handlers), orelse, final, targets, leaves[0], interrupted, origin)
        )
        lowerer.is_reachable = final_completes and any(reached for _, reached in ends)

    def continued(
        self, nodes: Sequence[Any], env: dict[str, Operand]
    ) -> tuple[Block, dict[str, Operand], bool]:
        """Another part of the statement, which starts with these variables."""
        around, self.lowerer.env = self.lowerer.env, env
        found = self.lowerer.path(nodes)
        self.lowerer.env = around
        return found

    def interrupted(self, start: int) -> tuple[tuple[Name, Operand, tuple[Name, ...]], ...]:
        """For each variable that the body binds: a name for what it is when an exception comes."""
        given: dict[str, dict[Name, None]] = {}
        for variable, name in self.lowerer.given[start:]:
            given.setdefault(variable, {})[name] = None
        self.variables = list(given)
        return tuple(
            (self.lowerer.fresh(variable), self.before.get(variable, UNDEFINED), tuple(names))
            for variable, names in given.items()
        )

    def seen(
        self, interrupted: tuple[tuple[Name, Operand, tuple[Name, ...]], ...]
    ) -> dict[str, Operand]:
        names = [name for name, _, _ in interrupted]
        self.lowerer.taken.update(names)
        return {**self.before, **dict(zip(self.variables, names, strict=True))}

    def handler(
        self, node: Any, interrupted: tuple[tuple[Name, Operand, tuple[Name, ...]], ...]
    ) -> tuple[Handler, dict[str, Operand], bool]:
        lowerer = self.lowerer
        caught = None if node.type is None else lowerer.value(node.type)
        env = self.seen(interrupted)
        variable = None if node.name is None else node.name.id
        name = None if variable is None else lowerer.fresh(variable)
        if variable is not None and name is not None:
            if not lowerer.is_single_assignment(variable):
                cause = f"the exception `{variable}` is seen by another function"
                lowerer.refuse(node, cause, "Give it to the function as an argument.")
            env[variable] = name
            lowerer.taken.add(name)
        body, after, completes = self.continued(node.body, env)
        if variable is not None:
            after[variable] = UNDEFINED  # Python deletes it at the end of the handler
        return Handler(caught, name, body, ()), after, completes

    def after_final(
        self,
        body_env: dict[str, Operand],
        final_env: dict[str, Operand],
        interrupted: tuple[tuple[Name, Operand, tuple[Name, ...]], ...],
    ) -> dict[str, Operand]:
        """What `finally` binds counts; of the rest, what the body has bound."""
        seen = self.seen(interrupted)
        rebound = {name: value for name, value in final_env.items() if seen.get(name) != value}
        return {**body_env, **rebound}

    def leaves(
        self, ends: list[tuple[dict[str, Operand], bool]]
    ) -> tuple[tuple[Name, ...], list[tuple[Operand, ...]]]:
        """Names behind the statement for the variables that its paths leave differently."""
        targets: list[Name] = []
        leaves: list[list[Operand]] = [[] for _ in ends]
        lowerer = self.lowerer
        for variable in lowerer.variables([self.node]):
            old = self.before.get(variable, UNDEFINED)
            reached = [env.get(variable, UNDEFINED) for env, completes in ends if completes]
            if not reached or all(value == old for value in reached):
                continue
            if all(value == reached[0] for value in reached) and not isinstance(reached[0], Name):
                lowerer.env[variable] = reached[0]
                continue
            target = lowerer.fresh(lowerer.hint(variable))
            targets.append(target)
            for found, (env, completes) in zip(leaves, ends, strict=True):
                found.append(env.get(variable, UNDEFINED) if completes else UNDEFINED)
            lowerer.bind(variable, target)
        return tuple(targets), [tuple(found) for found in leaves]


# -- shapes of syntax --------------------------------------------------------------------------


def _is_display(node: Any) -> bool:
    """`a, b` or `[a, b]` without a star."""
    is_display = isinstance(node, gast.Tuple | gast.List)
    return is_display and not any(isinstance(elt, gast.Starred) for elt in node.elts)


def _is_exit(node: Any) -> bool:
    return (
        isinstance(node, gast.If) and len(node.body) == 1 and isinstance(node.body[0], gast.Break)
    )


def _names(node: Any) -> set[str]:
    return {inner.id for inner in gast.walk(node) if isinstance(inner, gast.Name)}


def _is_name(node: Any) -> bool:
    return isinstance(node, gast.Name)


def _is_numpy(callee: Ref) -> bool:
    return (getattr(callee.value, "__module__", None) or "").partition(".")[0] == "numpy"


def _plain_syntax(node: Any) -> ast.AST:
    """The nested function as Python's own tree, without decorators (these are called separately)."""
    bare = copy.copy(node)
    if not isinstance(node, gast.Lambda):
        bare.decorator_list = []
    tree = gast.gast_to_ast(bare)
    assert isinstance(tree, ast.AST)
    return ast.fix_missing_locations(tree)
