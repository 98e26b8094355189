"""The last passes: a derivative as a person would write it down, in order.

They change how values are computed, never which; the exception is `on_lists`, whose function leaves
exceptions to another one.
"""

from __future__ import annotations

from sourcead.ir.nodes import Function, Name
from sourcead.simplify.added_zeros import added_zeros
from sourcead.simplify.before_stores import before_stores
from sourcead.simplify.carried_last import carried_last
from sourcead.simplify.common import common
from sourcead.simplify.contractions import contractions
from sourcead.simplify.decays import decays
from sourcead.simplify.doubles import doubles
from sourcead.simplify.drawn_out import drawn_out
from sourcead.simplify.element_lists import element_lists
from sourcead.simplify.factors import factors
from sourcead.simplify.first_stores import first_stores
from sourcead.simplify.first_sums import first_sums
from sourcead.simplify.idle_turns import idle_turns
from sourcead.simplify.in_place import in_place
from sourcead.simplify.indices import indices
from sourcead.simplify.kept import kept, without_twins
from sourcead.simplify.kept_shapes import kept_shapes
from sourcead.simplify.last_copies import last_copies
from sourcead.simplify.late_stores import late_stores
from sourcead.simplify.list_adjoints import list_adjoints
from sourcead.simplify.new_axes import new_axes
from sourcead.simplify.numbers_first import numbers_first
from sourcead.simplify.numbers_of_numpy import numbers_of_numpy
from sourcead.simplify.one_copy import one_copy
from sourcead.simplify.one_log import one_log
from sourcead.simplify.outer_products import outer_products
from sourcead.simplify.parts import parts
from sourcead.simplify.rolled import rolled
from sourcead.simplify.row_elements import row_elements
from sourcead.simplify.shapes import shapes
from sourcead.simplify.signs import signs
from sourcead.simplify.spent import spent
from sourcead.simplify.stores import stores
from sourcead.simplify.transposed import transposed
from sourcead.simplify.unchanged import unchanged
from sourcead.simplify.undone import undone
from sourcead.simplify.unpacking import unpacked
from sourcead.simplify.versions import versions
from sourcead.simplify.zeros import zeros_by_shape
from sourcead.transform.builder import Builder
from sourcead.transform.clean import clean, is_pure, shared_bases, storage_of

__all__ = ["on_lists", "polished"]


def polished(
    function: Function, b: Builder, apart: bool = False, stacked: bool = False
) -> Function:
    """The function as it is printed.

    apart: parameters share no memory with each other.  stacked: numbers may be arrays of such, and arrays
    have an axis more.
    """
    given = function
    function = given if stacked else list_adjoints(function, b)
    function = late_stores(function, b.kinds, lambda: storage_of(given, b))
    function = versions(function, b, lambda: storage_of(given, b))
    function = cleaned = clean(function, b)
    decided = idle_turns(function, lambda e: is_pure(e, b))
    if decided is not function:
        function = cleaned = clean(added_zeros(one_log(decided, b), b), b)
    if apart:
        function = undone(function, b, lambda: storage_of(cleaned, b), lambda e: is_pure(e, b))
    function = shapes(parts(function, b), b.kinds)
    function = shaped = function if stacked else numbers_first(function, b)
    function = doubles(function, b, lambda: storage_of(shaped, b), lambda e: is_pure(e, b))
    function = function if function is cleaned else clean(function, b)
    function = contractions(outer_products(unchanged(signs(function, b.kinds)), b), b)
    function = contracted = function if stacked else transposed(function, b)
    function = drawn_out(function, b, lambda: storage_of(contracted, b))
    function = kept(first_stores(function, b), b.kinds)
    function = kept_shapes(without_twins(common(stores(function, b), b.kinds)), b)
    function = function if stacked else new_axes(function, b)
    function = indices(spent(function, b), b)
    function = copied = last_copies(function if stacked else factors(function, b))
    function = before_stores(
        function, b.kinds, lambda: storage_of(copied, b), lambda e: is_pure(e, b)
    )
    if not stacked:
        function = first_sums(function, b, lambda: storage_of(copied, b), lambda e: is_pure(e, b))
    function = numbers_of_numpy(function, b)
    function = in_place(function, b.kinds, lambda: storage_of(function, b))
    function = rolled(zeros_by_shape(unpacked(function, b.kind), b), b)
    if stacked:
        return function
    scaled = decays(function, b, lambda: storage_of(function, b), lambda e: is_pure(e, b))
    function = function if scaled is function else clean(scaled, b)
    return carried_last(function, b.is_number)


def on_lists(function: Function, b: Builder, apart: frozenset[Name]) -> Function | None:
    """With lists for the arrays that loops go over element by element; see `element_lists`."""
    function = row_elements(function, b)
    made = element_lists(function, b, lambda e: is_pure(e, b), lambda e: shared_bases(e, b), apart)
    return None if made is None else one_copy(made, b)
