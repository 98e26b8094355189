"""Variables of modules by other ways than their names.

    config.scale = 3.0                the variable `scale` of `config`, as after `global scale` there
    config.__dict__["scale"]          the same
    update.__globals__["scale"]       the same, of the module of `update`; also `globals()`, `vars(config)`

Any other use of such a dict is left to Python: it is refused where it changes the dict, and where one of the
variables that are written holds what carries a derivative (`outer_storage.py`).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sourcead.frontend.resolve import is_data
from sourcead.ir.kinds import Unknown, Value
from sourcead.ir.nodes import Call, Const, Name, Ref, StoreAttr
from sourcead.module_names import module_of
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.variables import current_function, read_of_module, rebind

__all__ = [
    "of_globals", "of_vars_of_module", "refuse_method", "set_attribute", "set_entry_of_module", "variable_of_module",
]  # fmt: skip

CHANGING = frozenset(
    {"__delitem__", "__ior__", "__setitem__", "clear", "pop", "popitem", "setdefault", "update"}
)


# -- which dicts there are -------------------------------------------------------------------------


def of_globals(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`globals()`"""
    scope: Any = getattr(current_function(s), "__globals__", None)
    if args or kwargs or scope is None:
        return None
    is_own: bool = scope is getattr(s.seen[0][0], "__globals__", None)
    if not is_own:
        return Ref(f"{scope.get('__name__', '').rpartition('.')[2]}_globals", scope)
    return _noted(s, Call(Ref("globals", globals), ()), scope, hint)


def of_vars_of_module(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`vars(module)`"""
    module = getattr(s.kind(args[0]), "value", None) if len(args) == 1 else None
    if kwargs or not isinstance(module, ModuleType):
        return None
    return _noted(s, Call(Ref("vars", vars), (s.operand(args[0]),)), vars(module), hint)


def _noted(s: Context, call: Call, names: dict[str, Any], hint: str) -> Name:
    made = s.emit(call, Unknown(), hint)
    s.module_names[made] = names
    return made


def _module(s: Context, base: Val) -> ModuleType | None:
    """The module of which this is the dict."""
    if isinstance(base, Name):
        return module_of(s.module_names.get(base))
    return module_of(base.value) if isinstance(base, Ref) else None


# -- reading ---------------------------------------------------------------------------------------


def variable_of_module(s: Context, base: Val, index: Val) -> Val | None:
    """The variable that an entry of a module's dict is."""
    module = _module(s, base)
    name = index.value if isinstance(index, Const) else None
    if module is None or not isinstance(name, str) or not name.isidentifier():
        return None
    if name not in vars(module):
        return None
    look_at(s, module, name)
    path, value = _path(s, base, module, name), vars(module)[name]
    if is_data(value):
        return read_of_module(s, module, name, path)
    return Ref(path or name, value)


def _path(s: Context, base: Val, module: ModuleType, name: str) -> str:
    """The text by which the variable is read from here, if there is one."""
    if isinstance(base, Ref) and base.path.endswith(".__dict__"):
        return f"{base.path.removesuffix('.__dict__')}.{name}"
    function = current_function(s)
    if getattr(function, "__globals__", None) is not vars(module):
        return ""
    code = function.__code__
    return "" if name in {*code.co_varnames, *code.co_freevars, *code.co_cellvars} else name


# -- changing --------------------------------------------------------------------------------------


def set_attribute(s: Context, base: Val, attr: str, value: Val, op: str | None) -> bool:
    """`module.x = value`; was it that?"""
    kind = s.kind(base)
    module = kind.value if isinstance(kind, Value) else None
    if not isinstance(module, ModuleType):
        return False
    if op is not None:
        value = s.op(f"i{op.rstrip('_')}", [s.attr(base, attr), value])
    _set(s, base if isinstance(base, Ref) else _by_name(module), module, attr, value)
    return True


def set_entry_of_module(s: Context, base: Val, index: Val, value: Val, op: str | None) -> bool:
    """`module.__dict__["x"] = value`; was it that?"""
    module = _module(s, base)
    if module is None:
        return False
    name = index.value if isinstance(index, Const) else None
    if not isinstance(name, str) or not name.isidentifier():
        s.refuse(
            "which variable of a module is set is known only while the program runs",
            "write its name, or keep the values in a dict",
        )
    if op is not None:
        value = s.op(f"i{op.rstrip('_')}", [s.getitem(base, index), value])
    _set(s, _by_name(module), module, name, value)
    return True


def _by_name(module: ModuleType) -> Ref:
    return Ref(module.__name__.rpartition(".")[2], module)


def _set(s: Context, owner: Ref, module: ModuleType, name: str, value: Val) -> None:
    place = "global", id(vars(module)), name
    rebind(s, place, value, lambda held: StoreAttr(owner, name, held, None, s.origin))


def refuse_method(s: Context, base: Val, method: str) -> None:
    """Refuse what changes variables of a module otherwise than one by one."""
    if method in CHANGING and _module(s, base) is not None:
        s.refuse(
            f"`{method}` changes variables of a module by their names",
            "assign them one by one, or keep the values in a dict",
        )
