"""`sourcead.adjoint_of`: the forward sweep does nothing (`transform/reverse/hooks.py` does)."""

from __future__ import annotations

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import NoneKind
from sourcead.rules.registry import Effects, Rule, register

register(
    Rule(
        "adjoint_of",
        "constant",
        (adjoint_of,),
        effects=Effects(returns="scalar", pure=True, may_raise=False),
        kind=lambda *args, **kwargs: NoneKind(),
    )
)
