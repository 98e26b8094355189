"""What one of two functions captures, where it is passed on whichever of the two is meant.

    if n == 2:                                  if n == 2:
        k = r[0] * p                                held = r[0] * p; which_g = 0
        def g(t): return t - k                  else:
    elif n == 3:                                    held_1 = r[1] + p; which_g = 1
        m = r[1] + p                      ->    given = held if which_g == 0 else 0.0
        def g(t): return t * t - m              given_1 = held_1 if which_g == 1 else 0.0
    brentq(g, 0, 10)                            brentq(g, 0, 10, (given, given_1, which_g))

The function reads only what its own branch has bound; a number or an empty array stands in for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sourcead.ir.kinds import Array, Kind, NoneKind, Np, Number, Py, Text, Tuple
from sourcead.ir.nodes import Const, Name, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context

__all__ = ["bound_anyway"]


def bound_anyway(s: Context, names: Sequence[Name]) -> tuple[Val, ...]:
    """The values of these names, with something in the place of those that are not bound on this way."""
    return tuple(_bound(s, name) for name in names)


def _bound(s: Context, name: Name) -> Val:
    condition = s.bound_if.get(name)
    if condition is None:
        return name
    which, key = condition
    test = s.operand(s.op("eq", [which, Const(key)]))
    given: list[Val]
    _, given = s.fork(
        test, lambda: (True, [name]), lambda: (True, [_stand_in(s, s.kind(name))]), [name.hint]
    )
    return given[0]


def _stand_in(s: Context, kind: Kind) -> Val:
    """Something of this kind."""
    match kind:
        case Py(cls):
            return Const(cls(0))
        case Number():
            return Const(0.0)
        case Np(dtype):
            scalar = np.dtype(dtype).type
            return s.call(Ref(f"np.{scalar.__name__}", scalar), [Const(0)], [])
        case Array(dtype, dims):
            shape = Virtual(tuple(Const(d if isinstance(d, int) else 0) for d in dims))
            held = Ref(f"np.{np.dtype(dtype).name}", np.dtype(dtype).type)
            return s.call(Ref("np.zeros", np.zeros), [shape, held], [])
        case Tuple(items, cls):
            return Virtual(tuple(_stand_in(s, each) for each in items), "tuple", cls)
        case NoneKind():
            return Const(None)
        case Text():
            return Const("")
    s.refuse(
        f"a function that is made on one branch, and passed on behind it, uses a {kind} of that branch",
        "make the function with its values on both branches, or pass it on inside of the branch",
    )
