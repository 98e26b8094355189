"""Automatic differentiation of Python and NumPy functions by source transformation."""

from importlib import import_module
from types import ModuleType

from sourcead.api import differentiate, grad, jvp, value_and_grad, vjp
from sourcead.checkpointing import checkpoint, checkpointed
from sourcead.errors import (
    AliasedArguments,
    CompilerFailure,
    IntegerArgument,
    NeverReturns,
    NonScalarOutput,
    NoRule,
    NoSource,
    NotAFunction,
    NotDifferentiable,
    NotSeparable,
    SourceADError,
    SourceChanged,
    UnknownArgument,
    UnsupportedSyntax,
    WrongCotangent,
    WrongPattern,
)
from sourcead.hooks import adjoint_of
from sourcead.implicit import fixed_point, implicit_root
from sourcead.jacobians import hessian, hvp, jacobian
from sourcead.linear import elementwise_grad, linearize
from sourcead.rules.user import nondifferentiable, rule, stop_gradient
from sourcead.sparse import sparse_hessian, sparse_jacobian

__version__ = "0.1.0"

__all__ = [
    "differentiate", "grad", "hessian", "hvp", "jacobian", "jvp", "linearize",
    "adjoint_of", "elementwise_grad", "checkpoint", "checkpointed", "fixed_point", "implicit_root",
    "sparse_hessian", "sparse_jacobian", "value_and_grad", "vjp",
    "nondifferentiable", "rule", "stop_gradient",
    "AliasedArguments", "CompilerFailure", "IntegerArgument", "NoRule", "NoSource", "NonScalarOutput",
    "NeverReturns", "NotAFunction", "NotDifferentiable", "NotSeparable", "SourceADError", "SourceChanged",
    "UnknownArgument", "UnsupportedSyntax", "WrongCotangent", "WrongPattern",
]  # fmt: skip


def __getattr__(name: str) -> ModuleType:
    """`sourcead.testing`, imported where it is used first."""
    if name == "testing":
        return import_module("sourcead.testing")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
