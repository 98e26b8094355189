"""SciPy's array namespaces: `xp = array_namespace(x)` is a module, `xp.sum` a function with a rule.

SciPy's functions ask their arguments which array library they belong to and go different ways.
Here the library is always NumPy; the answers follow from the kinds of the arguments, so that they are
found when a function is compiled, and `xp.sum(x)` becomes `np.sum(x)`.  The wrappers of SciPy's copy
of array-api-compat that only rename a parameter (`xp.astype`, `xp.asarray`) are Python functions and
differentiated as such.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import scipy._lib._array_api as array_api

from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import Array, Kind, List, NoneKind, Np, Number, Py, Tuple, Value
from sourcead.ir.nodes import Const, Ref
from sourcead.rules.forms import constant

__all__: list[str] = []

Answer = Kind | Const | Ref | None
OF_NUMPY = (Array, Np, Py, Number, NoneKind, Tuple, List)  # nothing of another array library


def declare(name: str, kind: Callable[..., Answer]) -> None:
    """A function of SciPy's, where the installed release has it, by the rule for its answer."""
    function = getattr(array_api, name, None)
    if function is not None:
        constant(function, kind=kind)


NO = Const(False)

# -- which library ----------------------------------------------------------------------------


def namespace(*arrays: Any) -> Answer:
    """The module that stands for NumPy: its functions that are NumPy's own are printed as `np.…`."""
    known = all(isinstance(array, (*OF_NUMPY, Const)) for array in arrays)
    return Ref("np", array_api.array_namespace(np.zeros(()))) if known else None


def is_module(name: str) -> Callable[[Any], Answer]:
    def answer(xp: Any) -> Answer:
        match xp:
            case Value(value=ModuleType() as module):
                return Const(bool(getattr(array_api, name)(module)))
        return None

    return answer


def is_foreign(array: Any) -> Answer:
    return Const(False) if isinstance(array, (*OF_NUMPY, Const)) else None


def is_numpy_array(array: Any) -> Answer:
    return Const(isinstance(array, Array)) if isinstance(array, (*OF_NUMPY, Const)) else None


declare("array_namespace", namespace)
for library in ("numpy", "cupy", "torch", "jax", "dask", "array_api_strict"):
    declare(f"is_{library}", is_module(f"is_{library}"))
for library in ("cupy", "torch", "jax", "dask", "lazy"):
    declare(f"is_{library}_array", is_foreign)
declare("is_marray", is_module("is_marray"))
declare("is_numpy_array", is_numpy_array)


# -- which type -------------------------------------------------------------------------------


def result_type(*args: Any, force_floating: Any = NO, xp: Any) -> Answer:
    kind = result_kind(array_api.xp_result_type, args, {"force_floating": force_floating, "xp": xp})
    return _dtype(kind)


def default_dtype(xp: Any) -> Answer:
    return _dtype(result_kind(array_api.xp_default_dtype, (xp,)))


def _dtype(kind: Kind) -> Answer:
    match kind:
        case Value(value=np.dtype() | type() as value):
            dtype = np.dtype(value)
            return Ref(f"np.dtype({dtype.name!r})", dtype)
    return None


declare("xp_result_type", result_type)
declare("xp_default_dtype", default_dtype)
