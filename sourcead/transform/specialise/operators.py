"""Operators: what `a + b`, `a in b`, `a is b` are for operands of these kinds."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from sourcead.ir.kinds import (
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Number,
    Object,
    Py,
    Text,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.nodes import Call, Const, Op, Ref
from sourcead.rules import registry
from sourcead.runtime.numbers import as_number, product_after, product_before
from sourcead.transform.builder import Val, Virtual, constants
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import CONSTANT, INPLACE, OPERATORS, class_of
from sourcead.transform.specialise.absent import MAYBE, definite, is_none
from sourcead.transform.specialise.algebra import fold, pushed_inside, unstretched
from sourcead.transform.specialise.attributes import bind_field
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import TRACKED, Context
from sourcead.transform.specialise.decisions import is_exact
from sourcead.transform.specialise.derived import as_contents, contents_of, is_derived
from sourcead.transform.specialise.dicts import dict_method
from sourcead.transform.specialise.each_class import by_class, is_of_class, is_one_of_several
from sourcead.transform.specialise.either_function import is_no_function
from sourcead.transform.specialise.flags import fails
from sourcead.transform.specialise.making import fresh_set
from sourcead.transform.specialise.namespaces import copied
from sourcead.transform.specialise.nothing_yet import is_nothing_yet, of_nothing
from sourcead.transform.specialise.rows import beside_arrays
from sourcead.transform.specialise.stores import inplace

__all__ = ["op"]

DUNDER = {"and_": "and", "or_": "or"}

COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})

REFLECTED = {
    "__lt__": "__gt__",
    "__gt__": "__lt__",
    "__le__": "__ge__",
    "__ge__": "__le__",
    "__eq__": "__eq__",
    "__ne__": "__ne__",
}


def op(s: Context, op: str, args: list[Val], hint: str = "t") -> Val:
    if s.namespaces and op in ("dict_merge", "or_"):
        args = [copied(s, a) for a in args]
    if s.derived and op == "dict_merge":
        args = [as_contents(s, a) for a in args]
    match op:
        case "tuple":
            return Virtual(tuple(spread(s, args)))
        case "slice" | "super_":
            return Virtual(tuple(args), op.rstrip("_"))
        case "list":
            return s.fresh_list(s.operand(Virtual(tuple(args), "list"), hint))
        case "dict":
            return s.fresh_dict(args, hint)
        case "set":
            return fresh_set(s, args, hint)
        case "dict_merge" | "or_" if all(isinstance(s.kind(a), Dict) for a in args):
            return merged_dicts(s, op, args, hint)
        case "getitem":
            return s.getitem(args[0], args[1], hint)
        case "copy":
            return args[0]
        case "is_" | "is_not":
            return identity(s, op, args, hint)
        case "contains" | "not_contains":
            return contains(s, op, [copied(s, args[0]), *args[1:]], hint)
        case "format" | "join" | "add" | "mod" if (text := known_text(op, args)) is not None:
            return text
    if op in INPLACE:
        return inplace(s, op, args, hint)
    if op in OPERATORS:
        return operation(s, op, args, hint)
    operands = tuple(map(s.operand, args))
    kind: Kind = Text() if op in ("format", "join") else Unknown()
    varied = op not in CONSTANT and any(map(s.holds_varied, operands))
    if varied:
        s.refuse(f"`{op}` of a value that carries a derivative", "keep active values out of it")
    return s.emit(Op(op, operands), kind, hint)


CONVERSIONS: dict[str, Callable[[object], str]] = {"s": str, "r": repr, "a": ascii}


def known_text(op: str, args: Sequence[Val]) -> Const | None:
    """Text that is put together of known pieces: `getattr(self, f"_{method}")`."""
    known = constants(args)
    if known is None or not all(v is None or type(v) in (str, int, bool) for v in known):
        return None
    if op in ("add", "mod") and not isinstance(known[0], str):
        return None
    try:
        match op:
            case "format":
                value, conversion, spec = known
                shown = CONVERSIONS[conversion](value) if conversion else value
                return Const(format(shown, spec))
            case "join":
                return Const("".join(known))
            case _:
                return Const(known[0] + known[1] if op == "add" else known[0] % known[1])
    except (TypeError, ValueError):
        return None  # raised by the program, where it runs


def merged_dicts(s: Context, op: str, args: list[Val], hint: str) -> Val:
    """`{**a, **b}` and `a | b`: a new dict of both."""
    made = s.method(args[0], "copy", [], [], hint)
    kind = s.kind(made)
    assert isinstance(kind, Dict)
    dict_method(s, made, kind.site, "update", [args[1]], [], "_")
    return made


def spread(s: Context, args: Sequence[Any]) -> list[Val]:
    out: list[Val] = []
    for arg in args:
        value = getattr(arg, "value", None) if type(arg).__name__ == "Star" else None
        items = s.components(value) if value is not None else None
        out.extend(items if items is not None else [arg])
    return out


def plain_number(s: Context, value: Val) -> Val:
    """A member of an IntEnum as the number that it is for arithmetic."""
    kind = s.kind(value)
    if not isinstance(kind, Value):
        return value
    held = kind.value
    is_number = isinstance(held, enum.Enum) and isinstance(held, (int, float))
    return Const(held.value) if is_number else value


def operation(s: Context, op: str, args: list[Val], hint: str) -> Val:
    args = [plain_number(s, definite(s, a, "unsupported operand type: 'NoneType'")) for a in args]
    if op not in CONSTANT or op in COMPARISONS:
        args = beside_arrays(s, args)
    if op == "not_":
        args = [s.tested(args[0])]
    folded = fold(s, op, args)
    if folded is not None:
        return folded
    kinds = list(map(s.kind, args))
    known = set(map(type, kinds))
    several = next(
        (a for a in args if op not in ("is_", "is_not") and is_one_of_several(s, a)), None
    )
    if several is not None:
        return by_class(
            s,
            several,
            lambda each: s.op(op, [each if a == several else a for a in args], hint),
            hint,
        )
    if Tuple in known and any(isinstance(k, Tuple) and k.cls is not tuple for k in kinds):
        said = said_by_classes(s, op, args, hint)
        if said is not None:
            return said
    if Object in known:
        return overloaded(s, op, args, hint)
    if is_nothing_yet(s, args):
        return of_nothing(s, hint)
    if Unknown in known and any(map(s.is_varied, args)):
        if op == "matmul" and not all(map(s.holds_varied, args)):
            return product_with_unknown(s, args, kinds, hint)
        args = [checked_number(s, a) for a in args]
        kinds = list(map(s.kind, args))
    if s.derivative and op in ("add", "sub", "mul", "truediv"):
        args = unstretched(s, args)
        kinds = list(map(s.kind, args))
    if s.derivative and op in ("mul", "truediv", "neg"):
        pushed = pushed_inside(s, op, args, hint)
        if pushed is not None:
            return pushed
    structural = structural_operator(s, op, args, kinds, hint)
    if structural is not None:
        return structural
    operands = tuple(map(s.operand, args))
    found = s.operator_kind(op, kinds, operands)
    if isinstance(found, Unknown):
        raise_if_certain(s, OPERATORS[op], args)
    if op not in CONSTANT and not s.derivative:
        refuse_containers(s, op, args)
    varied = op not in CONSTANT and any(map(s.is_varied, operands))
    return s.emit(Op(op, operands), found, hint, varied)


def refuse_containers(s: Context, op: str, args: list[Val]) -> None:
    """A list, tuple or dict beside something of which it is not known that it is an array."""
    for arg in args:
        if isinstance(s.kind(arg), (List, Tuple, Dict)) and s.holds_varied(arg):
            s.refuse(
                f"`{op}` of a {s.kind(arg)} that carries derivatives, and of something that is not known as an array",
                "make an array of it: np.asarray(...)",
            )


def product_with_unknown(s: Context, args: list[Val], kinds: list[Kind], hint: str) -> Val:
    """Of something that may be a sparse matrix: which one, is known when it is there."""
    before = s.holds_varied(args[1])
    other = kinds[0] if before else kinds[1]
    function = product_before if before else product_after
    if not isinstance(other, Unknown):
        args = [checked_number(s, a) for a in args]
        operands = tuple(map(s.operand, args))
        found = s.operator_kind("matmul", list(map(s.kind, args)), operands)
        return s.emit(Op("matmul", operands), found, hint, True)
    return s.call(Ref(function.__name__, function), args, [], hint)


def checked_number(s: Context, value: Val) -> Val:
    """An inactive value of unknown kind meets an active one: it is checked when it is there."""
    if not isinstance(s.kind(value), Unknown) or s.holds_varied(value):
        return value
    return s.emit(Call(Ref("as_number", as_number), (s.operand(value),)), Number())


def structural_operator(
    s: Context, op: str, args: list[Val], kinds: list[Kind], hint: str
) -> Val | None:
    """`+` and `*` of tuples and lists, comparison of known things."""
    if op == "add" and len(args) == 2:
        left, right = s.components(args[0]), s.components(args[1])
        if left is not None and right is not None and all(isinstance(k, Tuple) for k in kinds):
            return Virtual((*left, *right))
        if all(isinstance(k, List) for k in kinds) and class_of(kinds[0]) is class_of(kinds[1]):
            return join_lists(s, args, kinds, hint)
    if op == "mul":
        for this, other in ((0, 1), (1, 0)):
            items = s.components(args[this]) if isinstance(kinds[this], Tuple) else None
            times = args[other]
            if items is not None and isinstance(times, Const) and type(times.value) is int:
                return Virtual(tuple(items * times.value))
            if items is not None and kinds[other] == Py(int):
                return _repeated_tuple(s, op, args, items, times, hint)
            if isinstance(kinds[this], List) and kinds[other] == Py(int):
                return join_lists(s, args, [kinds[this]], hint, "mul")
    if op in ("eq", "ne"):
        match kinds:
            case [Value(value=a), Value(value=b)]:
                same = a == b
                return Const(same == (op == "eq")) if isinstance(same, bool) else None
    return None


def _repeated_tuple(
    s: Context, op: str, args: list[Val], items: list[Val], times: Val, hint: str
) -> Val | None:
    """`(a, b) * n` where n is known only while running."""
    if any(map(s.holds_varied, items)):
        held = s.fresh_list(s.operand(Virtual(tuple(items), "list")))
        return s.call(Ref("tuple", tuple), [s.op("mul", [held, times])], [], hint)
    if not items or any(s.kind(item) != Py(float) for item in items):
        return None
    name = s.emit(Op(op, tuple(map(s.operand, args))), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[name] = List(Unknown(), site, None, tuple)
    s.heap.store(site, ITEM, Py(float))
    return name


def join_lists(s: Context, args: list[Val], kinds: list[Kind], hint: str, op: str = "add") -> Val:
    operands = tuple(map(s.operand, args))
    name = s.emit(Op(op, operands), Unknown(), hint, any(map(s.is_varied, operands)))
    site = s.new_site(hint)
    cls = class_of(kinds[0])
    s.kinds[name] = List(Unknown(), site, None, tuple if cls is tuple else list)
    for kind in kinds:
        assert isinstance(kind, List)
        s.heap.copy(kind.site, ITEM, site)
    known = [items for a in args if (items := s.memory.list_items(a)) is not None]
    times = [a.value for a in args if isinstance(a, Const)]
    if op == "add" and len(known) == len(args):
        s.memory.begin(name, site, "list", dict(enumerate(known[0] + known[1])))
    elif op == "mul" and times and known and known[0] and len(known[0]) * times[0] <= TRACKED:
        s.memory.begin(name, site, "list", dict(enumerate(known[0] * times[0])))
    return name


def _methods(op: str, args: list[Val]) -> list[tuple[int, str]]:
    """Which operand's class is asked for the operator, and by which name, in Python's order."""
    word = DUNDER.get(op, op)
    tries = [(0, f"__{word}__")]
    if len(args) == 2:
        tries.append((1, REFLECTED.get(f"__{word}__", f"__r{word}__")))
    return tries


def said_by_classes(s: Context, op: str, args: list[Val], hint: str) -> Val | None:
    """What a method of an operand's class, written in Python, gives; None where no class has one."""
    for at, name in _methods(op, args):
        kind = s.kind(args[at])
        function = getattr(kind.cls, name, None) if isinstance(kind, (Object, Tuple)) else None
        if isinstance(function, FunctionType) and registry.lookup(function) is not None:
            bound = bind_field(s, args[at], function, name, hint)
            return s.call(bound, [a for i, a in enumerate(args) if i != at], [], hint)
        if isinstance(function, FunctionType):
            result = s.call_method_of(
                args[at], function, [a for i, a in enumerate(args) if i != at], hint
            )
            if s.kind(result) != Value(NotImplemented):
                return result
    return None


def overloaded(s: Context, op: str, args: list[Val], hint: str) -> Val:
    """`a + b` of instances: the class's `__add__`, or `__radd__` of the right operand, in Python's order."""
    said = said_by_classes(s, op, args, hint)
    if said is not None:
        return said
    if s.derived and any(is_derived(s, a) for a in args):
        return s.op(op, [contents_of(s, a) if is_derived(s, a) else a for a in args], hint)
    if op == "ne" and isinstance(
        getattr(getattr(s.kind(args[0]), "cls", None), "__eq__", None), FunctionType
    ):
        return s.op("not_", [overloaded(s, "eq", args, hint)], hint)
    operands = tuple(map(s.operand, args))
    names = [name for _, name in _methods(op, args)]
    if op not in CONSTANT and all(_says_nothing(s.kind(a), names) for a in args):
        types = " and ".join(f"'{cls.__name__}'" for a in args if (cls := class_of(s.kind(a))))
        fails(s, TypeError, Const(f"unsupported operand type(s) for {op}: {types}"))
    if op not in CONSTANT and any(map(s.holds_varied, operands)):
        s.refuse(
            f"no class of the operands says what `{op}` of them is", "give the class the method"
        )
    return s.emit(Op(op, operands), Py(bool) if op in ("eq", "ne", "not_") else Unknown(), hint)


def _says_nothing(kind: Kind, methods: Sequence[str]) -> bool:
    """Is it a number, or of a class that has none of these methods?"""
    if isinstance(kind, Object):
        return not any(hasattr(kind.cls, name) for name in methods)
    return isinstance(kind, Py) and is_exact(kind)


def identity(s: Context, op: str, args: list[Val], hint: str) -> Val:
    a, b = map(s.kind, args)
    for one, other in ((args[0], b), (args[1], a)):
        answer = is_of_class(s, one, other)
        if answer is not None:
            return answer if op == "is_" else s.op("not_", [answer])
    for one, other in ((args[0], b), (args[1], a)):
        absent = is_no_function(s, one) if isinstance(other, NoneKind) else None
        if absent is not None:
            return absent if op == "is_" else s.op("not_", [absent])
    for one, other in ((args[0], b), (args[1], a)):
        if isinstance(one, Virtual) and one.form == MAYBE and isinstance(other, NoneKind):
            return is_none(s, one, op)
    known: bool | None = None
    if isinstance(a, NoneKind) and isinstance(b, NoneKind):
        known = True
    elif (
        NoneKind() in (a, b)
        and not ({type(a), type(b)} & {Unknown, Never, Number})
        and is_exact(a)
        and is_exact(b)
    ):
        known = False
    elif isinstance(a, Value) and isinstance(b, Value):
        known = a.value is b.value
    elif (
        isinstance(args[0], Const)
        and isinstance(args[1], Const)
        and isinstance(args[0].value, bool)
    ):
        known = args[0].value is args[1].value
    elif (
        isinstance(a, Value) != isinstance(b, Value) and not ({type(a), type(b)} & {Unknown, Never})
    ) or (class_of(a) is not None and class_of(b) is not None and class_of(a) is not class_of(b)):
        known = False
    if known is not None:
        return Const(known == (op == "is_"))
    return s.emit(Op(op, tuple(map(s.operand, args))), Py(bool), hint)


def contains(s: Context, op: str, args: list[Val], hint: str) -> Val:
    container, item = args
    kind = s.kind(container)
    function = getattr(kind.cls, "__contains__", None) if isinstance(kind, Object) else None
    if isinstance(function, FunctionType):
        found_ = s.call_method_of(container, function, [item], hint)
        return found_ if op == "contains" else s.op("not_", [found_], hint)
    if s.derived and is_derived(s, container):
        return s.op(op, [contents_of(s, container), item], hint)
    items = s.components(container)
    known = None if items is None else constants((*items, item))
    if known is not None:
        found = any(k == known[-1] for k in known[:-1])
        return Const(found == (op == "contains"))
    if isinstance(container, Const) and isinstance(item, Const):
        return Const((item.value in container.value) == (op == "contains"))
    kind = s.kind(container)
    held = s.memory.known(container)
    if (
        held is not None
        and held.form == "dict"
        and isinstance(item, Const)
        and (held.complete or item.value in held.slots)
    ):
        return Const((item.value in held.slots) == (op == "contains"))
    return s.emit(Op(op, (s.operand(container), s.operand(item))), Py(bool), hint)
