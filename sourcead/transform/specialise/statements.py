"""Statements and expressions, one by one: which part of the specialiser each is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sourcead.errors import SourceADError
from sourcead.ir.kinds import Array, List, Object, Unknown
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Delete,
    For,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Raise,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import goes_on, statements
from sourcead.simplify.unpacking import not_so_many
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.attempts import attempt, finished
from sourcead.transform.specialise.branches import branch
from sourcead.transform.specialise.catching import caught, raised_here
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import Context, Env, Unreached
from sourcead.transform.specialise.contexts import within
from sourcead.transform.specialise.deleting import delete_item
from sourcead.transform.specialise.derived import as_contents
from sourcead.transform.specialise.flags import fails, guard, guarded_block
from sourcead.transform.specialise.formulas import call_by, hint_of
from sourcead.transform.specialise.iteration import iterable
from sourcead.transform.specialise.iterators import taken_once
from sourcead.transform.specialise.library import apart, listed
from sourcead.transform.specialise.lists import note_length
from sourcead.transform.specialise.loops import loop_over, loop_while
from sourcead.transform.specialise.namespaces import copied
from sourcead.transform.specialise.nested import make_function
from sourcead.transform.specialise.sequences import by
from sourcead.transform.specialise.variables import store_global

__all__ = ["delete_item_of", "run", "value"]


def value(s: Context, operand: Operand, env: Env) -> Val:
    if isinstance(operand, Name):
        return env.get(operand, UNDEFINED)
    if isinstance(operand, Ref) and operand.live and operand.scope is None:
        return s.read_variable(operand)
    return operand


def run(s: Context, block: Block, env: Env, leaves: Sequence[Operand] = ()) -> bool:
    """Write the block's statements; False where its end is never reached.

    `leaves` are read behind it: where a part of the block stands under a guard, they are merged.
    """
    return guarded_block(s, env, leaves, lambda: _run(s, block, env))


def _run(s: Context, block: Block, env: Env) -> bool:
    for statement in block:
        saved, ordinal, loop = s.origin, s.ordinal, s.loop
        s.ordinal = _first_ordinal(statement)
        if isinstance(statement, For):
            s.loop = f".{statement.target.hint}"
        if not s.derivative:
            s.origin = statement.origin
        try:
            reached = write_statement(s, statement, env)
            if reached and s.catches:
                guard(s)
        except Unreached:
            reached = False
        finally:
            s.origin, s.ordinal, s.loop = saved, ordinal, loop
        if not reached:
            return False
    return True


def _first_ordinal(statement: Stmt) -> int:
    """Statements of a derivative may come from one line, or none: those that make something differ by name."""
    return 1000 * statement.target.number if isinstance(statement, Assign) else 0


def _only_names(block: Block) -> bool:
    """Does it only name what is known: modules that were found, functions of them?"""
    return all(
        isinstance(each, Assign)
        and isinstance(each.expr, Op)
        and each.expr.op == "copy"
        and isinstance(each.expr.args[0], (Ref, Const))
        for each in block
    )


def plain(s: Context, statement: Try, env: Env) -> bool:
    """A `try` whose body raises nothing."""
    inside = dict(env)
    s.run(statement.body, inside)
    for name, before, versions in statement.interrupted:
        inside[name] = s.value(versions[-1] if versions else before, inside)
    reached = s.run(statement.orelse, inside, statement.leaves)
    reached = s.run(statement.final, inside, statement.leaves) and reached
    env.update((t, s.value(v, inside)) for t, v in zip(statement.targets, statement.leaves))
    return reached


def _is_followed(s: Context, statement: Try, env: Env) -> bool:
    """Does a `try` compute or write what carries a derivative?

    (What does not stays as it is, or only goes on by raising.)
    """
    if statement.handlers and not s.catches and not goes_on(statement):
        return False
    if s.catches:
        return True
    before = set(s.varied)
    try:
        with s.trial():
            attempt(s, statement, dict(env))
            return bool(s.varied - before) or any(
                s.changes_varied(each) for each in statements(tuple(s.statements))
            )
    except SourceADError:
        return True


def write_statement(s: Context, statement: Stmt, env: Env) -> bool:
    match statement:
        case Assign():
            target = statement.target
            value = expression(s, statement.expr, env, hint_of(s, target))
            call_by(s, target, value)
            env[target] = taken_once(s, s.templates[-1], target, value)
        case Unpack():
            unpack(s, statement, env)
        case Store(base, index, value, op):
            s.store(s.value(base, env), s.value(index, env), s.value(value, env), op)
        case StoreAttr(base, attr, value, op):
            s.store_attr(s.value(base, env), attr, s.value(value, env), op)
        case StoreVariable(name, cell, value):
            store_variable(s, name, cell, s.value(value, env), env)
        case Delete(base, index, attr):
            delete(s, s.value(base, env), None if index is None else s.value(index, env), attr)
        case If():
            return branch(s, statement, env)
        case For():
            return loop_over(s, statement, env)
        case While(test=test, exit=leave):
            loop_while(s, statement, env)
            return s.derivative or test != Const(True) or leave is not None
        case Try() if _only_names(statement.body):
            return plain(s, statement, env)
        case Try():
            if not s.derivative and _is_followed(s, statement, env):
                return (caught if statement.handlers else finished)(s, statement, env)
            return attempt(s, statement, env)
        case With():
            return within(s, statement, env)
        case Raise(exception, cause):
            given = None if exception is None else s.value(exception, env)
            raised_here(s, given, None if cause is None else s.value(cause, env))
            return False
        case _:
            assert_never(statement)
    return True


def operator(s: Context, expr: Op, env: Env, hint: str) -> Val:
    match expr.op:
        case "cell":
            cell = s.fresh(hint, Unknown())
            content = s.value(expr.args[0], env) if expr.args else UNDEFINED
            s.memory.begin(cell, str(cell), "cell", {"": content})
            s.cell_turns[cell] = s.turns
            return cell
        case "cell_get":
            held = s.value(expr.args[0], env)
            known = s.memory.known(held)
            if known is not None and known.form == "cell":
                if "" not in known.slots:
                    s.refuse(
                        "a variable of an enclosing function is rebound on the way, and cannot be followed",
                        "return the value, or keep it in a list",
                    )
                return known.slots[""]
            return s.emit(Op("cell_get", (s.operand(held),)), Unknown(), hint)
        case op:
            return s.op(op, [s.value(a, env) for a in expr.args], hint)


def expression(s: Context, expr: Any, env: Env, hint: str) -> Val:
    match expr:
        case Op():
            return operator(s, expr, env, hint)
        case Attr(value, attr):
            return s.attr(s.value(value, env), attr, hint)
        case Call(func, args, kwargs):
            return s.call(
                s.value(func, env),
                arguments(s, args, env),
                keywords(s, kwargs, env),
                hint,
            )
        case MethodCall(value, method, args, kwargs):
            return s.method(
                s.value(value, env),
                method,
                arguments(s, args, env),
                keywords(s, kwargs, env),
                hint,
            )
        case MakeFunction():
            return make_function(s, expr, env, hint)
        case _:
            assert_never(expr)


def arguments(s: Context, args: Sequence[Any], env: Env) -> list[Any]:
    """Positional arguments; `*x` of known length is spread, otherwise it stays a Star."""
    out: list[Any] = []
    for arg in args:
        if not isinstance(arg, Star):
            out.append(s.value(arg, env))
            continue
        items = s.components(iterable(s, s.value(arg.value, env)))
        out.extend(items if items is not None else [Star(s.operand(s.value(arg.value, env)))])
    return out


def keywords(
    s: Context, kwargs: Sequence[tuple[str | None, Operand]], env: Env
) -> list[tuple[str | None, Val]]:
    """Keyword arguments; `**mapping` with known keys is spread."""
    out: list[tuple[str | None, Val]] = []
    for key, operand in kwargs:
        value = s.value(operand, env)
        value = as_contents(s, copied(s, value)) if key is None else value
        held = s.memory.known(value) if key is None else None
        if held is not None and held.complete:
            out.extend((str(k), v) for k, v in held.slots.items())
        else:
            out.append((key, value))
    return out


def delete(s: Context, base: Val, index: Val | None, attr: str | None) -> None:
    s.changes(base)
    kind = s.kind(base)
    if index is not None and isinstance(kind, Object) and hasattr(kind.cls, "__delitem__"):
        s.call_method_of(base, kind.cls.__delitem__, [index], "_")
        return
    is_slice = isinstance(index, Virtual) and index.form == "slice"
    size = note_length(s, base, kind.site) if isinstance(kind, List) and is_slice else None
    where = None if index is None else s.operand(index)
    if size is not None and isinstance(where, Name):
        s.lengths[where] = size
    s.add(Delete(s.operand(base), where, attr, s.origin))
    if index is not None:
        delete_item(s, base, index)
    elif isinstance(kind, Object):
        assert attr is not None
        s.heap.assign(kind.site, attr)
        s.heap.remove(kind.site)
        s.memory.forget_slot(kind.site, attr)


def delete_item_of(s: Context, base: Val, index: Val) -> None:
    delete(s, base, index, None)


def unpack(s: Context, statement: Unpack, env: Env) -> None:
    value = iterable(s, s.value(statement.value, env))
    items = s.components(value)
    targets, star = statement.targets, statement.star
    if items is None and isinstance(s.kind(value), (Array, List)):
        if star is not None and s.holds_varied(value):
            unpack_starred(s, statement, value, star, env)
            return
        if star is None:
            held = _of_length(s, value, len(targets))
            items = [s.getitem(held, Const(i), t.hint) for i, t in enumerate(targets)]
    if items is not None:
        after = 0 if star is None else len(targets) - star - 1
        if len(items) == len(targets) or (star is not None and len(items) >= len(targets) - 1):
            if star is not None:
                middle = Virtual(tuple(items[star : len(items) - after]), "list")
                listed = s.operand(middle, targets[star].hint)
                items = [*items[:star], s.fresh_list(listed), *items[len(items) - after :]]
            for target, item in zip(targets, items):
                call_by(s, target, item)
                env[target] = item
            return
    held = s.operand(value)
    names = tuple(s.fresh(t.hint, Unknown()) for t in targets)
    if items is not None:
        few = len(items) < len(targets)
        fails(s, ValueError, Const(f"{'not enough' if few else 'too many'} values to unpack"))
    if s.holds_varied(held):
        raise_if_certain(s, iter, [value])
        s.refuse(
            "a value of unknown structure that carries a derivative is unpacked here",
            "unpack tuples, or lists and arrays of known kind",
        )
    s.add(Unpack(names, star, held, s.origin))
    env.update(zip(targets, names))


def _of_length(s: Context, value: Val, count: int) -> Val:
    """The array or list, of which it is checked that it has so many items, unless that is known."""
    kind = s.kind(value)
    known = kind.dims[0] if isinstance(kind, Array) and kind.dims else None
    if known == count:
        return value
    iterator = s.taken_out.pop(id(value), None)  # whose items there are already
    checked = by(s, apart, [value, Const(count), Const(not_so_many(count))])
    if iterator is not None:
        s.taken_out[id(value)] = iterator
    return checked


def unpack_starred(s: Context, statement: Unpack, value: Val, star: int, env: Env) -> None:
    """`a, *b, c = value` of a list or array of unknown length: `b` is a list of what is between."""
    targets = statement.targets
    behind = len(targets) - star - 1
    bounds = Virtual((Const(star), Const(-behind or None), Const(None)), "slice")
    middle = s.getitem(value, bounds, targets[star].hint)
    for i, target in enumerate(targets):
        if i == star:
            env[target] = middle if isinstance(s.kind(value), List) else by(s, listed, [middle])
        else:
            at = i if i < star else i - len(targets)
            env[target] = s.getitem(value, Const(at), target.hint)


def store_variable(s: Context, name: str, cell: Operand | None, value: Val, env: Env) -> None:
    held = None if cell is None else s.value(cell, env)
    known = s.memory.known(held)
    if held is not None and known is not None and known.form == "cell":
        s.memory.put(held, known.site, "", value)
        return
    if held is None:
        store_global(s, name, value)
        return
    if s.holds_varied(value):
        s.refuse(
            f"an active value is stored to `{name}`, which outlives the call",
            "return it instead",
        )
    s.add(StoreVariable(name, s.operand(held), s.operand(value), s.origin))
