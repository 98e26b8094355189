"""Operators, indexing, attributes and stores while specialising: what they are for operands of these kinds."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Partial,
    Py,
    Slice,
    Text,
    Tuple,
    Unknown,
    Value,
    broadcast_dims,
    dtype_of,
    is_number,
    is_scalar,
    same_dim,
)
from sourcead.ir.nodes import (
    Attr,
    Call,
    Const,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Store,
    StoreAttr,
)
from sourcead.runtime.numbers import as_number
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM, Heap
from sourcead.transform.indexing import element_kind, is_basic
from sourcead.transform.slots import TRACKED, Slots, class_attribute

__all__ = ["INPLACE", "OPERATORS", "Operations", "class_of", "method_class"]

OPERATORS: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "matmul": operator.matmul,
    "lshift": operator.lshift, "rshift": operator.rshift, "and_": operator.and_, "or_": operator.or_,
    "xor": operator.xor, "neg": operator.neg, "pos": operator.pos, "invert": operator.invert,
    "not_": operator.not_, "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le,
    "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
"""The operators that compute a value from values: IR name -> Python function (the key of its rule)."""

INPLACE = {f"i{name.rstrip('_')}": name for name in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and_", "or_", "xor",
)}  # fmt: skip
CONSTANT = frozenset(
    {
        "not_",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "is_",
        "is_not",
        "contains",
        "not_contains",
        "floordiv",
        "lshift",
        "rshift",
        "and_",
        "or_",
        "xor",
        "invert",
        "format",
        "join",
    }
)
FOLDED = frozenset(
    {
        "add",
        "sub",
        "mul",
        "neg",
        "not_",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "truediv",
        "pow",
        "floordiv",
        "mod",
    }
)
DUNDER = {"and_": "and", "or_": "or"}
REFLECTED = {
    "__lt__": "__gt__",
    "__gt__": "__lt__",
    "__le__": "__ge__",
    "__ge__": "__le__",
    "__eq__": "__eq__",
    "__ne__": "__ne__",
}


def class_of(kind: Kind) -> type | None:
    """The exact class of a value of this kind, where that is known."""
    match kind:
        case Py(_, False) | Np(_, False):
            return None
        case Py(t):
            return t
        case Np(dtype):
            return np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Tuple(_, cls):
            return cls
        case List():
            return list
        case Dict():
            return dict
        case Object(cls):
            return cls
        case NoneKind():
            return type(None)
        case Slice():
            return slice
        case Value(value=value):
            return type(value)
        case _:
            return None


def method_class(kind: Kind) -> type | None:
    """The class whose methods a number or array of this kind is used through."""
    match kind:
        case Py(t):
            return t
        case Np(dtype):
            return np.dtype(dtype).type
        case Number():
            return np.ndarray
        case _:
            return class_of(kind)


def is_exact(kind: Kind) -> bool:
    """Is a number certainly of its type, and not None?"""
    return not isinstance(kind, (Py, Np)) or kind.exact


class Operations(Slots):
    """The part of the specialiser that evaluates operators."""

    heap: Heap
    derivative: bool
    shapes: dict[Any, Name]  # arguments by their axes

    if TYPE_CHECKING:

        def call(
            self, func: Val, args: list[Any], kwargs: list[tuple[str | None, Val]], hint: str
        ) -> Val: ...
        def call_method_of(
            self, receiver: Val, function: Any, args: list[Any], hint: str
        ) -> Val: ...
        def changes(self, base: Val) -> None: ...
        def refuse(self, cause: str, way_out: str, error: Any = ...) -> Any: ...

    # -- kinds of references -----------------------------------------------------------------

    def kind_of_ref(self, ref: Ref) -> Kind:
        from sourcead.signature import kind_of

        if not ref.live and type(ref.value) not in (float, int, complex, bool, np.float64):
            return Value(ref.value)
        kind = kind_of(ref.value, ref.path)
        return self.enter(kind, ref.path, False)

    def enter(self, kind: Kind, path: str, varied: bool) -> Kind:
        raise NotImplementedError

    # -- truth and structure -----------------------------------------------------------------

    def truth(self, value: Val) -> bool | None:
        """What `bool(value)` is, where the kinds decide it."""
        match value:
            case Const(constant):
                return bool(constant)
            case Virtual(items, form):
                return bool(items) if form in ("tuple", "list") else True
        match self.kind(value):
            case NoneKind():
                return False
            case Value(value=obj) if isinstance(obj, (type, type(len))) or callable(obj):
                return True
            case Closure() | Bound() | Partial():
                return True
            case Tuple(items):
                return bool(items)
            case _:
                return None

    def tested(self, value: Val) -> Val:
        """What a test asks: an object's class may say what its truth is."""
        kind = self.kind(value)
        if isinstance(kind, Object):
            for name in ("__bool__", "__len__"):
                function = getattr(kind.cls, name, None)
                if isinstance(function, FunctionType):
                    return self.call_method_of(value, function, [], "t")
            if not hasattr(kind.cls, "__bool__") and not hasattr(kind.cls, "__len__"):
                return Const(True)
        items = self.memory.list_items(value)
        return value if items is None else Const(bool(items))

    def components(self, value: Val, block: list[Any] | None = None) -> list[Val] | None:
        """The items of a tuple (or unmutated list display) of known length."""
        if isinstance(value, Virtual) and value.form in ("tuple", "list"):
            return list(value.items)
        held = self.memory.list_items(value)
        if held is not None:
            return list(held)
        kind = self.kind(value)
        if not isinstance(kind, Tuple) or not isinstance(value, (Name, Ref)):
            return None
        known = self.definitions.get(value) if isinstance(value, Name) else None
        if isinstance(known, Op) and known.op == "tuple":
            return list(known.args)
        if block is not None:
            self.open.append(block)
        items: list[Val] = [
            self.emit(Op("getitem", (value, Const(i))), k, "t", self.is_varied(value))
            for i, k in enumerate(kind.items)
        ]
        if block is not None:
            self.open.pop()
        return items

    # -- operators ---------------------------------------------------------------------------

    def op(self, op: str, args: list[Val], hint: str = "t") -> Val:
        match op:
            case "tuple":
                return Virtual(tuple(self.spread(args)))
            case "slice" | "super_":
                return Virtual(tuple(args), op.rstrip("_"))
            case "list":
                return self.fresh_list(self.operand(Virtual(tuple(args), "list"), hint))
            case "dict":
                return self.fresh_dict(args, hint)
            case "set":
                return self.fresh_set(args, hint)
            case "dict_merge" | "or_" if all(isinstance(self.kind(a), Dict) for a in args):
                return self.merged_dicts(op, args, hint)
            case "getitem":
                return self.getitem(args[0], args[1], hint)
            case "copy":
                return args[0]
            case "is_" | "is_not":
                return self.identity(op, args, hint)
            case "contains" | "not_contains":
                return self.contains(op, args, hint)
        if op in INPLACE:
            return self.inplace(op, args, hint)
        if op in OPERATORS:
            return self.operator(op, args, hint)
        operands = tuple(map(self.operand, args))
        kind: Kind = Text_ if op in ("format", "join") else Unknown()
        varied = op not in CONSTANT and any(map(self.holds_varied, operands))
        if varied:
            self.refuse(
                f"`{op}` of a value that carries a derivative", "keep active values out of it"
            )
        return self.emit(Op(op, operands), kind, hint)

    def merged_dicts(self, op: str, args: list[Val], hint: str) -> Val:
        """`{**a, **b}` and `a | b`: a new dict of both."""
        from sourcead.transform.containers import dict_like, dict_method

        first = self.emit(MethodCall(self.operand(args[0]), "copy", ()), Unknown(), hint)
        made = dict_like(self, first, args[0])
        kind = self.kind(made)
        assert isinstance(kind, Dict)
        dict_method(self, made, kind.site, "update", [args[1]], (), "_")
        return made

    def spread(self, args: Sequence[Any]) -> list[Val]:
        out: list[Val] = []
        for arg in args:
            value = getattr(arg, "value", None) if type(arg).__name__ == "Star" else None
            items = self.components(value) if value is not None else None
            out.extend(items if items is not None else [arg])
        return out

    def operator(self, op: str, args: list[Val], hint: str) -> Val:
        if op == "not_":
            args = [self.tested(args[0])]
        folded = self.fold(op, args)
        if folded is not None:
            return folded
        kinds = list(map(self.kind, args))
        if any(isinstance(kind, Object) for kind in kinds):
            return self.overloaded(op, args, hint)
        if any(isinstance(k, Unknown) for k in kinds) and any(map(self.is_varied, args)):
            args = [self.as_number(a) for a in args]
            kinds = list(map(self.kind, args))
        if self.derivative and op in ("add", "sub", "mul", "truediv"):
            args = self.unstretched(args)
            kinds = list(map(self.kind, args))
        if self.derivative and op in ("mul", "truediv", "neg"):
            pushed = self.pushed_inside(op, args, hint)
            if pushed is not None:
                return pushed
        structural = self.structural_operator(op, args, kinds, hint)
        if structural is not None:
            return structural
        operands = tuple(map(self.operand, args))
        varied = op not in CONSTANT and any(map(self.is_varied, operands))
        return self.emit(Op(op, operands), self.operator_kind(op, kinds, operands), hint, varied)

    def as_number(self, value: Val) -> Val:
        """An inactive value of unknown kind meets an active one: it is checked when it is there."""
        if not isinstance(self.kind(value), Unknown) or self.holds_varied(value):
            return value
        return self.emit(Call(Ref("as_number", as_number), (self.operand(value),)), Number())

    def pushed_inside(self, op: str, args: list[Val], hint: str) -> Val | None:
        """An operation of a stretched number with a number, or its sign: done before stretching."""
        for _this, arg in enumerate(args):
            expr = self.definitions.get(arg) if isinstance(arg, Name) else None
            if (
                not isinstance(expr, Call)
                or getattr(expr.func, "value", None) is not np.broadcast_to
            ):
                continue
            number, shape = expr.args
            if is_scalar(self.kind(number)) and all(
                is_scalar(self.kind(a)) for a in args if a is not arg
            ):  # type: ignore[arg-type]
                inner = self.operand(self.op(op, [number if a is arg else a for a in args]))  # type: ignore[misc]
                kind = self.kind(arg)
                return self.emit(Call(expr.func, (inner, shape)), kind, hint)
        return None

    def unstretched(self, args: list[Val]) -> list[Val]:
        """A number stretched to the shape of the other operand: the number will do."""
        for this, other in ((0, 1), (1, 0)):
            expr = self.definitions.get(args[this]) if isinstance(args[this], Name) else None  # type: ignore[arg-type]
            if (
                not isinstance(expr, Call)
                or getattr(expr.func, "value", None) is not np.broadcast_to
            ):
                continue
            mine, theirs = self.kind(args[this]), self.kind(args[other])
            if (
                isinstance(mine, Array)
                and isinstance(theirs, Array)
                and len(mine.dims) <= len(theirs.dims)
            ):
                if all(map(same_dim, mine.dims[::-1], theirs.dims[::-1])) and is_scalar(
                    self.kind(expr.args[0])
                ):  # type: ignore[arg-type]
                    args = list(args)
                    args[this] = expr.args[0]  # type: ignore[call-overload]
        return args

    def fold(self, op: str, args: list[Val]) -> Val | None:
        """Constants, and the algebra of ones that derivative code is free to use."""
        if op in FOLDED and all(
            isinstance(a, Const) and isinstance(a.value, (bool, int, float)) for a in args
        ):
            try:
                value = OPERATORS[op](*(a.value for a in args))  # type: ignore[union-attr]
            except ArithmeticError:
                return None
            if isinstance(value, (bool, int, float)) and (
                self.derivative or isinstance(value, int) or op not in ("truediv", "pow")
            ):
                return Const(value)
        if op == "not_" and (decided := self.truth(args[0])) is not None:
            return Const(not decided)
        if op in ("eq", "ne") and any(isinstance(self.kind(a), NoneKind) for a in args):
            others = [k for k in map(self.kind, args) if not isinstance(k, NoneKind)]
            if not others or all(
                class_of(k) in (bool, int, float, complex, tuple, list, str) for k in others
            ):
                return Const((not others) == (op == "eq"))
        if op in ("eq", "ne") and all(isinstance(a, Const) for a in args):
            same = args[0].value == args[1].value  # type: ignore[union-attr]
            return Const(same if op == "eq" else not same)
        return self.algebra(op, args) if self.derivative else None

    def algebra(self, op: str, args: list[Val]) -> Val | None:
        one = [
            isinstance(a, Const) and type(a.value) in (int, float) and a.value == 1 for a in args
        ]
        match op:
            case "mul" if one[0] and is_number(self.kind(args[1])):
                return args[1]
            case "mul" | "truediv" | "pow" if one[1] and is_number(self.kind(args[0])):
                return args[0]
            case "neg" if isinstance(args[0], Name):
                inner = self.formula(args[0])
                if inner is not None and inner.op == "neg":
                    return inner.args[0]
            case "mul" if isinstance(args[1], Const) and not isinstance(args[0], Const):
                return self.op(op, [args[1], args[0]])  # constants first
            case "mul" if isinstance(args[1], Name) and isinstance(args[0], Const):
                inner = self.formula(args[1])
                if inner is not None and inner.op == "mul" and isinstance(inner.args[0], Const):
                    product = self.fold("mul", [args[0], inner.args[0]])
                    if product is not None:
                        return self.op("mul", [product, inner.args[1]])
        return None

    def operator_kind(self, op: str, kinds: list[Kind], operands: Sequence[Operand]) -> Kind:
        if any(isinstance(k, Unknown) for k in kinds):
            return Unknown()
        if any(isinstance(k, Number) for k in kinds):
            return Number() if op in OPERATORS and op != "not_" else Py(bool)
        if op == "matmul":
            return result_kind(operator.matmul, kinds)
        if all(is_number(k) for k in kinds):
            return self.elementwise_kind(OPERATORS[op], kinds, operands)
        return result_kind(
            OPERATORS[op], [o if isinstance(o, Const) else k for o, k in zip(operands, kinds)]
        )

    def elementwise_kind(
        self, function: Any, kinds: Sequence[Kind], operands: Sequence[Operand]
    ) -> Kind:
        """Dtype and rank from a sample with one element; dims by NumPy's broadcasting."""
        if any(isinstance(k, Number) for k in kinds):
            return Number()
        shapes = [k.dims if isinstance(k, Array) else () for k in kinds]
        plain: list[Any] = [
            Array(k.dtype, (1,) * len(k.dims))
            if isinstance(k, Array)
            else (o if isinstance(o, Const) else k)
            for k, o in zip(kinds, operands)
        ]
        kind = result_kind(function, plain)
        return Array(kind.dtype, broadcast_dims(shapes)) if isinstance(kind, Array) else kind

    def structural_operator(
        self, op: str, args: list[Val], kinds: list[Kind], hint: str
    ) -> Val | None:
        """`+` and `*` of tuples and lists, comparison of known things."""
        if op == "add" and len(args) == 2:
            left, right = self.components(args[0]), self.components(args[1])
            if left is not None and right is not None and all(isinstance(k, Tuple) for k in kinds):
                return Virtual((*left, *right))
            if all(isinstance(k, List) for k in kinds):
                return self.join_lists(args, kinds, hint)
        if op == "mul":
            for this, other in ((0, 1), (1, 0)):
                items = self.components(args[this]) if isinstance(kinds[this], Tuple) else None
                if items is not None and isinstance(args[other], Const):
                    return Virtual(tuple(items * args[other].value))  # type: ignore[union-attr]
                if isinstance(kinds[this], List) and kinds[other] == Py(int):
                    return self.join_lists(args, [kinds[this]], hint, "mul")
        if op in ("eq", "ne") and all(isinstance(k, Value) for k in kinds):
            same = kinds[0].value == kinds[1].value  # type: ignore[union-attr]
            if isinstance(same, bool):
                return Const(same if op == "eq" else not same)
        return None

    def join_lists(self, args: list[Val], kinds: list[Kind], hint: str, op: str = "add") -> Val:
        operands = tuple(map(self.operand, args))
        name = self.emit(Op(op, operands), Unknown(), hint, any(map(self.is_varied, operands)))
        site = self.new_site(hint)
        self.kinds[name] = List(Unknown(), site)
        for kind in kinds:
            assert isinstance(kind, List)
            self.heap.store(
                site, ITEM, self.heap.read(kind.site, ITEM), self.heap.is_varied(kind.site, ITEM)
            )
        known = [self.memory.list_items(a) for a in args]
        times = [a.value for a in args if isinstance(a, Const)]
        if op == "add" and all(k is not None for k in known):
            self.memory.begin(name, site, "list", dict(enumerate(known[0] + known[1])))  # type: ignore[operator]
        elif (
            op == "mul"
            and times
            and (items := known[0] or known[1])
            and len(items) * times[0] <= TRACKED
        ):
            self.memory.begin(name, site, "list", dict(enumerate(items * times[0])))
        return name

    def overloaded(self, op: str, args: list[Val], hint: str) -> Val:
        """`a + b` of instances: the class's `__add__`, or `__radd__` of the right operand, in Python's order."""
        word = DUNDER.get(op, op)
        tries = [(0, f"__{word}__")]
        if len(args) == 2:
            tries.append((1, REFLECTED.get(f"__{word}__", f"__r{word}__")))
        for at, name in tries:
            kind = self.kind(args[at])
            function = getattr(kind.cls, name, None) if isinstance(kind, Object) else None
            if isinstance(function, FunctionType):
                result = self.call_method_of(
                    args[at], function, [a for i, a in enumerate(args) if i != at], hint
                )
                if self.kind(result) != Value(NotImplemented):
                    return result
        if op == "ne" and isinstance(
            getattr(getattr(self.kind(args[0]), "cls", None), "__eq__", None), FunctionType
        ):
            return self.op("not_", [self.overloaded("eq", args, hint)], hint)
        operands = tuple(map(self.operand, args))
        if op not in CONSTANT and any(map(self.holds_varied, operands)):
            self.refuse(
                f"no class of the operands says what `{op}` of them is", "give the class the method"
            )
        return self.emit(
            Op(op, operands), Py(bool) if op in ("eq", "ne", "not_") else Unknown(), hint
        )

    def identity(self, op: str, args: list[Val], hint: str) -> Val:
        a, b = map(self.kind, args)
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
            isinstance(a, Value) != isinstance(b, Value)
            and not ({type(a), type(b)} & {Unknown, Never})
        ) or (
            class_of(a) is not None and class_of(b) is not None and class_of(a) is not class_of(b)
        ):
            known = False
        if known is not None:
            return Const(known == (op == "is_"))
        return self.emit(Op(op, tuple(map(self.operand, args))), Py(bool), hint)

    def contains(self, op: str, args: list[Val], hint: str) -> Val:
        container, item = args
        kind = self.kind(container)
        function = getattr(kind.cls, "__contains__", None) if isinstance(kind, Object) else None
        if isinstance(function, FunctionType):
            found_ = self.call_method_of(container, function, [item], hint)
            return found_ if op == "contains" else self.op("not_", [found_], hint)
        items = self.components(container)
        if items is not None and all(isinstance(i, Const) for i in (*items, item)):
            found = any(i.value == item.value for i in items)  # type: ignore[union-attr]
            return Const(found == (op == "contains"))
        if isinstance(container, Const) and isinstance(item, Const):
            return Const((item.value in container.value) == (op == "contains"))
        kind = self.kind(container)
        held = self.memory.known(container)
        if (
            held is not None
            and held.form == "dict"
            and isinstance(item, Const)
            and (held.complete or item.value in held.slots)
        ):
            return Const((item.value in held.slots) == (op == "contains"))
        return self.emit(Op(op, (self.operand(container), self.operand(item))), Py(bool), hint)

    # -- indexing ----------------------------------------------------------------------------

    def getitem(self, base: Val, index: Val, hint: str = "t") -> Val:
        items = None if isinstance(self.kind(base), List) else self.components(base)
        if items is not None:
            picked = self.pick(base, items, index)
            if picked is not None:
                return picked
        kind = self.kind(base)
        match kind:
            case Array():
                return self.element(base, kind, index, hint)
            case List(_, site):
                return self.list_item(base, site, index, hint)
            case Dict(_, site):
                return self.dict_item(base, site, index, hint)
            case Object(cls) if hasattr(cls, "__getitem__"):
                return self.call_method_of(base, cls.__getitem__, [index], hint)
            case Number():
                varied = self.is_varied(base)
                return self.emit(
                    Op("getitem", (self.operand(base), self.operand(index))), Number(), hint, varied
                )
        varied = self.is_varied(base)
        if varied:
            self.refuse(
                "a value of unknown kind that carries a derivative is indexed here",
                "convert it with np.asarray, or annotate the parameter",
            )
        return self.emit(
            Op("getitem", (self.operand(base), self.operand(index))),
            self.tuple_item(kind),
            hint,
            varied,
        )

    def tuple_item(self, kind: Kind) -> Kind:
        from sourcead.ir.kinds import join

        if not isinstance(kind, Tuple):
            return Text_ if kind == Text_ else Unknown()
        item: Kind = Never()
        for each in kind.items:
            item = join(item, each)
        return item

    def pick(self, base: Val, items: list[Val], index: Val) -> Val | None:
        if (
            isinstance(index, Const)
            and isinstance(index.value, int)
            and -len(items) <= index.value < len(items)
        ):
            return items[index.value]
        if (
            isinstance(index, Virtual)
            and index.form == "slice"
            and all(isinstance(i, Const) for i in index.items)
        ):
            return Virtual(tuple(items[slice(*(i.value for i in index.items))]))  # type: ignore[union-attr]
        if isinstance(base, Virtual):
            return self.getitem(self.operand(base), index)
        return None

    def element(self, base: Val, kind: Array, index: Val, hint: str) -> Val:
        parts = self.index_parts(index)
        bounds = [p.items if isinstance(p, Virtual) and p.form == "slice" else None for p in parts]
        found = element_kind(kind, list(map(self.written_out, parts)), bounds)
        varied = self.is_varied(base)
        name = self.emit(
            Op("getitem", (self.operand(base), self.operand(index))), found, hint, varied
        )
        if is_basic(list(map(self.kind, parts))) is not False:
            self.share(name, base)
        return name

    def written_out(self, value: Val) -> Kind:
        """The kind of a list with what it holds."""
        kind = self.kind(value)
        items = self.memory.list_items(value)
        if isinstance(kind, List) and kind.site:
            known = None if items is None else tuple(map(self.written_out, items))
            return List(self.heap.read(kind.site, ITEM), "", known)
        return kind

    def index_parts(self, index: Val) -> list[Val]:
        items = (
            self.components(index)
            if not (isinstance(index, Virtual) and index.form != "tuple")
            else None
        )
        return items if items is not None and isinstance(self.kind(index), Tuple) else [index]

    # -- attributes --------------------------------------------------------------------------

    def attr(self, base: Val, attr: str, hint: str = "t") -> Val:
        kind = self.kind(base)
        if isinstance(base, Virtual) and base.form == "super":
            return self.inherited(base, attr, hint)
        match kind:
            case Value(value=obj):
                return self.live_attr(base, obj, attr, hint)
            case Object():
                return self.field(base, kind, attr, hint)
            case Array() | Np() | Py():
                return self.number_attr(base, kind, attr, hint)
            case Tuple(_, cls) if cls is not tuple and attr in getattr(cls, "_fields", ()):
                found = self.components(base)
                assert found is not None
                return found[cls._fields.index(attr)]  # type: ignore[attr-defined]
            case Number():
                integer = attr in ("shape", "ndim", "size", "dtype")
                varied = self.is_varied(base) and not integer
                return self.emit(
                    Attr(self.operand(base), attr), Unknown() if integer else Number(), hint, varied
                )
        if self.is_varied(base):
            self.refuse(
                f"attribute `{attr}` of a value of unknown kind that carries a derivative",
                "make its kind known: an annotation, np.asarray, or a dataclass",
            )
        return self.emit(Attr(self.operand(base), attr), Unknown(), hint)

    def inherited(self, base: Virtual, attr: str, hint: str) -> Val:
        """`super().attr`: what the classes behind the given one say."""
        function = self.parent_attribute(base, attr)
        if isinstance(function, property):
            return self.call_method_of(base.items[1], function.fget, [], hint)
        if not isinstance(function, FunctionType):
            self.refuse(
                f"`super().{attr}` is not a plain method or property",
                "name the class: `Base.method(self, ...)`",
            )
        return self.bind_field(base.items[1], function, attr, hint)

    def parent_attribute(self, base: Virtual, attr: str) -> Any:
        cls, receiver = map(self.kind, base.items)
        own = receiver.cls if isinstance(receiver, Object) else getattr(receiver, "value", None)
        if not isinstance(cls, Value) or not isinstance(own, type) or cls.value not in own.__mro__:
            self.refuse(
                "`super()` of something of unknown class",
                "name the class: `Base.method(self, ...)`",
            )
        behind = own.__mro__[own.__mro__.index(cls.value) + 1 :]
        return next((vars(c)[attr] for c in behind if attr in vars(c)), None)

    def live_attr(self, base: Val, obj: Any, attr: str, hint: str) -> Val:
        if not hasattr(obj, attr):
            return self.emit(Attr(self.operand(base), attr), Unknown(), hint)
        value = getattr(obj, attr)
        path = f"{base.path}.{attr}" if isinstance(base, Ref) else attr
        live = not (callable(value) or isinstance(value, type(np)))
        return Ref(path, value, live)

    def number_attr(self, base: Val, kind: Kind, attr: str, hint: str) -> Val:
        if isinstance(kind, Array):
            if attr == "ndim":
                return Const(len(kind.dims))
            if attr == "shape":
                if all(isinstance(d, int) for d in kind.dims):
                    return Virtual(tuple(Const(d) for d in kind.dims))
                held = self.shapes.get(kind.dims, base) if self.derivative else base
                return self.emit(
                    Attr(self.operand(held), "shape"), Tuple((Py(int),) * len(kind.dims)), hint
                )
            if attr == "size":
                held = self.shapes.get(kind.dims, base) if self.derivative else base
                return self.emit(Attr(self.operand(held), "size"), Py(int), hint)
            if attr == "dtype":
                return (
                    Ref(f"np.dtype('{kind.dtype}')", np.dtype(kind.dtype))
                    if self.derivative
                    else self.emit(
                        Attr(self.operand(base), "dtype"), Value(np.dtype(kind.dtype)), hint
                    )
                )
            if attr == "flat":
                self.needs_flat(base)
        cls = method_class(kind)
        found = result_kind(lambda v: getattr(v, attr), [kind])
        constant = attr in (
            "itemsize",
            "nbytes",
            "strides",
            "flags",
            "base",
            "ctypes",
            "data",
            "numerator",
            "denominator",
        )
        if callable(getattr(cls, attr, None)) and not isinstance(getattr(cls, attr), property):
            return self.bind(base, getattr(cls, attr), hint)
        name = self.emit(
            Attr(self.operand(base), attr), found, hint, self.is_varied(base) and not constant
        )
        if isinstance(kind, Array) and isinstance(found, Array):
            self.share(name, base)
        return name

    def needs_flat(self, base: Val) -> None:
        if self.is_varied(base):
            self.refuse(
                "`.flat` of an array that carries a derivative", "use `.reshape(-1)` or `.ravel()`"
            )

    def bind(self, base: Val, function: Any, hint: str) -> Val:
        name = self.emit(Attr(self.operand(base), function.__name__), Unknown(), hint)
        self.kinds[name] = Bound(base, function)
        return name

    # -- stores ------------------------------------------------------------------------------

    def store(self, base: Val, index: Val, value: Val, op: str | None) -> None:
        kind = self.kind(base)
        target = self.operand(base)
        self.changes(base)
        match kind:
            case List(_, site):
                self.store_list(base, site, index, value, op)
                return
            case Dict(_, site):
                self.store_dict(base, site, index, value, op)
                return
            case Object(cls) if hasattr(cls, "__setitem__"):
                if op is not None:
                    value = self.op(op, [self.getitem(base, index), value])
                self.call_method_of(base, cls.__setitem__, [index, value], "_")
                return
            case Array():
                if self.is_varied(value):
                    self.vary(target)
            case _:
                if self.is_varied(value) or self.is_varied(base):
                    self.refuse(
                        "an active value is stored into something of unknown kind",
                        "make its kind known: np.asarray, a list, a dict, or an annotation",
                    )
        self.add(Store(target, self.operand(index), self.operand(value), op, self.origin))

    def vary(self, name: Operand) -> None:
        """Storage receives an active value: it varies, and so does every array that may share it."""
        dtype = dtype_of(self.kind(name))
        if isinstance(name, Name) and dtype is not None and dtype.kind in "fc":
            self.heap.vary(str(name))

    def store_attr(self, base: Val, attr: str, value: Val, op: str | None) -> None:
        self.changes(base)
        kind = self.kind(base)
        target = self.operand(base)
        if isinstance(kind, Object):
            found = class_attribute(kind.cls, attr)
            if isinstance(found, property) and found.fset is not None:
                if op is not None:
                    value = self.op(op, [self.attr(base, attr), value])
                self.call_method_of(base, found.fset, [value], "_")
                return
            if op is not None:
                value = self.op(f"i{op.rstrip('_')}", [self.attr(base, attr), value])
                op = None
            own = kind.cls.__setattr__
            if isinstance(own, FunctionType) and not hasattr(kind.cls, "__dataclass_fields__"):
                self.call_method_of(base, own, [Const(attr), value], "_")
                return
            held = self.operand(value)
            self.store_field(base, kind, attr, held)
            return
        if isinstance(kind, Array) and attr == "shape":
            self.refuse("the shape of an array is assigned", "use reshape")
        if self.is_varied(value):
            self.refuse(
                f"an active value is stored to attribute `{attr}` of something of unknown kind",
                "make its kind known",
            )
        self.add(StoreAttr(target, attr, self.operand(value), op, self.origin))

    def inplace(self, op: str, args: list[Val], hint: str) -> Val:
        """`x += y`: rebinds a number or tuple, writes an array or list in place."""
        plain = INPLACE[op]
        target, value = args
        match self.kind(target):
            case Array():
                self.changes(target)
                held = self.operand(target)
                if self.is_varied(value):
                    self.vary(held)
                self.add(Store(held, Const(Ellipsis), self.operand(value), plain, self.origin))
                return held
            case List(_, site) if plain == "add":
                return self.extend_list(target, site, value)
            case Object(cls) if hasattr(cls, f"__{op}__"):
                return self.call_method_of(target, getattr(cls, f"__{op}__"), [value], hint)
            case Number() | Unknown() if self.is_varied(target) or self.is_varied(value):
                self.refuse(
                    "`op=` on a value whose kind is not known: a number would be rebound, an array written in place",
                    "annotate the parameter, or convert it first",
                )
        return self.op(plain, args, hint)

    def extend_list(self, target: Val, site: str, value: Val) -> Val:
        from sourcead.transform.containers import list_method

        list_method(self, target, site, "extend", [value], (), "_")
        return target


Text_ = Text()
