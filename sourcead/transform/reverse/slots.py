"""Reverse of dicts and objects: the adjoint of an entry or attribute, by name or in the table.

A slot that the program never stores to has an adjoint under a name of its own (`parts.py`); one that is
stored to, in the table by holder and slot (`table.py`).
"""

from __future__ import annotations

from sourcead.ir.kinds import Dict, Np, Object, Py
from sourcead.ir.nodes import Attr, Call, Const, Expr, MethodCall, Name, Op, Operand, Ref
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of
from sourcead.transform.reverse.state import State
from sourcead.transform.rule_calls import ZERO

__all__ = ["dict_item", "field", "made_structure", "record_adjoint", "slot_store"]


def made_structure(s: State, target: Name, expr: Expr) -> bool:
    """Reverse of making a dict, or an object: its entries' adjoints go to what was put in."""
    kind = s.kind(target)
    if not isinstance(kind, (Dict, Object)) or not s.is_active(target):
        return False
    match expr:
        case Op("dict", items) if s.is_in_table(target):
            for slot, value in zip(items[::2], items[1::2]):
                slot_store(s, target, slot, value, None)
        case Op("dict", items):
            for slot, value in zip(items[::2], items[1::2]):
                _entry(s, target, slot, value)
        case Call(Ref("object.__new__" | "SimpleNamespace")):
            pass
        case MethodCall(Name() as source, "copy") if not s.is_active(source):
            pass  # of what is inactive, and changed later
        case Op("getitem") | Attr() if not s.structures.is_dynamic(target):
            assert s.structures.source(target) is not None, (
                target
            )  # it has the adjoints of the part
        case Call() | MethodCall() if registry.lookup(function_of(expr, s.b.kinds)) is not None:
            return False  # a result with several values by attributes
        case _ if s.structures.is_dynamic(target):
            return False  # a reference, or refused
        case _:
            s.b.refuse(
                "a dict or object that carries derivatives is made here",
                "use a display or the class",
            )
    return True


def record_adjoint(s: State, target: Name, kind: Object) -> Val:
    """What a rule gets of a result that has several values by attributes: a tuple of their adjoints."""
    if kind.site in s.at.mutated_sites:
        s.b.refuse(
            "the attributes of a result are changed, and carry derivatives",
            "put what you need into local variables",
        )
    slots = s.b.heap.known(kind.site)
    parts = tuple(s.adj.take(s.adj.parts.part(target, slot)) for slot in slots)
    return ZERO if all(part == ZERO for part in parts) else Virtual(parts)


def _entry(s: State, target: Name, slot: Operand, value: Operand) -> None:
    if s.is_active(value):
        if not isinstance(slot, Const):
            s.b.refuse("a dict with computed keys carries derivatives", "use keys that are known")
        s.adj.contribute(value, s.adj.take(s.adj.parts.part(target, slot.value)))


def dict_item(s: State, base: Name, index: Operand, seed: Val) -> None:
    """Reverse of reading an entry."""
    if isinstance(index, Const) and not s.is_in_table(base):
        s.adj.contribute_part(base, index.value, seed)
    else:
        s.adj.table.add_slot(base, index, seed)


def field(s: State, target: Name, base: Operand, attr: str, seed: Val) -> None:
    """Reverse of reading an attribute."""
    if not isinstance(base, Name):
        s.b.refuse(
            f"attribute `{attr}` of a global object carries a derivative",
            "pass the object as an argument",
        )
    if s.is_in_table(base) and (target not in s.b.entry_reads or s.structures.is_dynamic(base)):
        s.adj.table.add_slot(base, Const(attr), seed)
    else:
        s.adj.contribute_part(base, attr, seed)


def slot_store(s: State, base: Operand, slot: Operand, value: Operand, op: str | None) -> None:
    """Reverse of a store to an attribute or an entry of a dict: what is in the slot moves to the value."""
    kind = s.kind(value)
    if s.adj.is_reference(value):
        return  # adjoints stay with what it refers to
    if op is not None:
        s.b.refuse(f"an entry of a dict is changed by `{op}`", "write `d[k] = d[k] ...`")
    like = (
        Const(0.0) if isinstance(kind, (Py, Np)) else value if s.is_active(value) else Const(None)
    )
    seed = s.adj.table.take_slot(base, slot, like, kind)
    s.adj.contribute(value, seed, shared=True)
