"""What Python certainly raises for operands of these types: `x + "a"`, `x[0]`, `x()` of a float.

The operation is done on values of the same types.  If these raise a `TypeError` or an `AttributeError`, so will the
program's own, whatever they are: what stands behind is not reached.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from sourcead.ir.kinds import Dict, Kind, List, NoneKind, Np, Py, Tuple
from sourcead.ir.nodes import Const
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.decisions import is_exact
from sourcead.transform.specialise.flags import fails

__all__ = ["raise_if_certain", "wrong_call"]

_NONE: Any = object()


def raise_if_certain(s: Context, function: Callable[..., Any], values: list[Val]) -> None:
    """Raise here, in the program, what `function` raises for all values of the types of these."""
    if s.derivative or s.trials:
        return
    given = [_of_same_type(s, v) for v in values]
    if any(v is _NONE for v in given):
        return
    try:
        function(*given)
    except (TypeError, AttributeError) as error:
        fails(s, type(error), Const(str(error)))
    except ZeroDivisionError as error:
        if isinstance(values[-1], Const):  # the divisor itself
            fails(s, ZeroDivisionError, Const(str(error)))
    except Exception:  # it depends on the values: the program will raise it, or will not
        return


def wrong_call(s: Context, message: str) -> NoReturn:
    """A function is called with arguments that do not fit its parameters."""
    fails(s, TypeError, Const(message))


def _of_same_type(s: Context, value: Val) -> Any:
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Virtual) and value.form != "tuple":
        return slice(None) if value.form == "slice" else _NONE
    return _sample(s.kind(value))


def _sample(kind: Kind) -> Any:
    if not is_exact(kind):
        return _NONE
    match kind:
        case Py(cls):
            return cls(1)
        case Np(dtype):
            return np.dtype(dtype).type(1)
        case NoneKind():
            return None
        case Tuple(items, cls) if cls is tuple:
            parts = tuple(map(_sample, items))
            return _NONE if any(p is _NONE for p in parts) else parts
        case List(cls=cls) if cls is list:
            return []
        case Dict(cls=cls) if cls is dict:
            return {}
        case _:
            return _NONE
