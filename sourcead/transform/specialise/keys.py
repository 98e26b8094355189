"""Keys of dicts as operands: literals, or members of enums, which stay what they are."""

from __future__ import annotations

import enum
from collections.abc import Hashable

from sourcead.ir.kinds import NoneKind, Np, Py, Text
from sourcead.ir.nodes import Const, Ref
from sourcead.transform.specialise.context import Context

__all__ = ["holds_several_kinds", "key_operand", "member_of"]

MAX_ENTRIES = 64  # of a dict that is looked at entry by entry


def key_operand(key: Hashable) -> Const | Ref:
    return member_of(key) if isinstance(key, enum.Enum) else Const(key)


def member_of(member: enum.Enum) -> Ref:
    return Ref(f"{type(member).__name__}.{member.name}", member)


def holds_several_kinds(s: Context, site: str) -> bool:
    """Does a dict of the caller's hold functions or containers under keys that it surely has?"""
    keys = s.heap.known(site)
    plain = (Py, Np, Text, NoneKind)
    return (
        0 < len(keys) <= MAX_ENTRIES
        and all(s.heap.is_certain(site, key) for key in keys)
        and any(not isinstance(s.heap.read(site, key), plain) for key in keys)
    )
