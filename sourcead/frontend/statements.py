"""Statements -> single assignment.

A variable is a name for each value that it takes.  Where two paths meet, the variables that they
leave with different values are merged; what a loop's turn binds is carried to the next one.  `env`
has the present value of each variable; flags and the result of the function are not copied, so that
a flag whose value is known decides its `if` here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import gast

from sourcead.errors import UnsupportedSyntax
from sourcead.frontend.attempt import Attempt
from sourcead.frontend.definitions import Definitions
from sourcead.frontend.exits import Normalised, is_endless
from sourcead.frontend.flatten import BINARY
from sourcead.frontend.prune import prune, renumber
from sourcead.frontend.resolve import Names
from sourcead.frontend.scopes import Scope, assigned
from sourcead.frontend.source import Source
from sourcead.ir.nodes import (
    UNDEFINED,
    Block,
    Call,
    Capture,
    Carried,
    Const,
    For,
    Function,
    If,
    Name,
    Op,
    Operand,
    Param,
    Raise,
    Ref,
    Stmt,
    Undefined,
    While,
    With,
)

__all__ = ["LowerTree", "Statements"]

LowerTree = Callable[
    [Any, Source, Names, tuple[Capture, ...], dict[str, Operand]], Function
]  # a syntax tree to its list, see `lower.py`


class Statements(Definitions):
    """Lowers the statements of one function."""

    def __init__(
        self, source: Source, names: Names, scope: Scope, body: Normalised, lower_tree: LowerTree
    ) -> None:
        super().__init__(source, names, scope)
        self.normalised = body
        self.lower_tree = lower_tree
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

    def lower_nested(
        self,
        node: Any,
        source: Source,
        captures: tuple[Capture, ...],
        inherited: dict[str, Operand],
    ) -> Function:
        return self.lower_tree(node, source, self.names, captures, inherited)

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
            case gast.ClassDef():
                self.class_definition(node)
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
        assigned = self.variables([*node.body, *node.orelse])
        changed = [n for n in assigned if then_env.get(n, UNDEFINED) != else_env.get(n, UNDEFINED)]
        # a flag that both paths set holds the same constant on both: there is nothing to merge
        self.env.update({n: then_env[n] for n in assigned if n in then_env and n not in changed})
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
        Attempt(self, node).lower()


# -- shapes of syntax --------------------------------------------------------------------------


def _is_exit(node: Any) -> bool:
    return (
        isinstance(node, gast.If) and len(node.body) == 1 and isinstance(node.body[0], gast.Break)
    )


def _names(node: Any) -> set[str]:
    return {inner.id for inner in gast.walk(node) if isinstance(inner, gast.Name)}


def _is_name(node: Any) -> bool:
    return isinstance(node, gast.Name)
