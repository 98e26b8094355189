"""The built-in functions that the specialiser understands itself, and who handles each."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from sourcead.transform.builder import Val
from sourcead.transform.specialise.adjoint_lists import ADJOINT_LISTS
from sourcead.transform.specialise.again import AGAIN
from sourcead.transform.specialise.collections_calls import COLLECTIONS
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.conversions import CONVERSIONS
from sourcead.transform.specialise.derivatives import DERIVATIVES
from sourcead.transform.specialise.generators import as_manager
from sourcead.transform.specialise.heaps import HEAPS
from sourcead.transform.specialise.hooks import HOOKS
from sourcead.transform.specialise.itertools_calls import ITERTOOLS
from sourcead.transform.specialise.module_variables import of_globals, of_vars_of_module
from sourcead.transform.specialise.namespaces import of_vars
from sourcead.transform.specialise.nested import as_wrapper
from sourcead.transform.specialise.numpy_calls import NUMPY_CALLS
from sourcead.transform.specialise.objects import OBJECTS
from sourcead.transform.specialise.questions import QUESTIONS
from sourcead.transform.specialise.quotients import QUOTIENTS
from sourcead.transform.specialise.resuming import RESUMING
from sourcead.transform.specialise.sequences import SEQUENCES
from sourcead.transform.specialise.splitting import SPLITTING
from sourcead.transform.specialise.states import STATES
from sourcead.transform.specialise.structured_adjoints import STRUCTURED_ADJOINTS
from sourcead.transform.specialise.structured_tangents import STRUCTURED_TANGENTS

__all__ = ["STRUCTURAL"]


def vars_called(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Of an object or a module; without one it is `locals`."""
    found = of_vars(s, args, kwargs, hint) or of_vars_of_module(s, args, kwargs, hint)
    return found or OBJECTS[vars](s, args, kwargs, hint)


STRUCTURAL: dict[Any, Handler] = {
    **QUESTIONS, **CONVERSIONS, **COLLECTIONS, **SEQUENCES, **OBJECTS, **AGAIN, **NUMPY_CALLS, **ITERTOOLS,
    **HOOKS, **ADJOINT_LISTS, **STATES, **SPLITTING, **DERIVATIVES, **QUOTIENTS, **HEAPS, **RESUMING,
    **STRUCTURED_TANGENTS, **STRUCTURED_ADJOINTS,
    contextlib.contextmanager: as_manager,
    globals: of_globals, vars: vars_called,
    functools.update_wrapper: as_wrapper,
}  # fmt: skip
