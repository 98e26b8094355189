"""Generic Wengert list + kinds of the arguments -> specialised Wengert list.

An abstract interpretation that writes as it goes: every name gets a kind and a flag that says
whether it varies with a differentiated input; tests that the kinds decide are decided; Python
functions that active values enter are inlined; tuples that only travel disappear.  Loops are run
on trial until the kinds of what they carry stand still.

>>> from sourcead.frontend.lower import lower
>>> from sourcead.ir.kinds import NoneKind, Py
>>> from sourcead.ir.show import show
>>> def f(x, y=None):
...     if y is None:
...         y = 2.0
...     return x * y
>>> kinds = [Py(float), NoneKind()]
>>> print(show(specialise(lower(f), kinds, varied=[True, False], lower=lower, live=f).function))
def f(x, y):
    t = x * 2.0
    return t
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sourcead.errors import NotDifferentiable
from sourcead.ir.kinds import Array, Dict, Kind, List
from sourcead.ir.nodes import UNDEFINED, Function, Name, Param, Ref
from sourcead.signature import added_to
from sourcead.transform.builder import Val
from sourcead.transform.heap import Heap
from sourcead.transform.passed import Tools
from sourcead.transform.specialise import (
    absent,
    attributes,
    branches,
    calls,
    catching,
    decisions,
    dicts,
    entry,
    generators,
    inlining,
    making,
    methods,
    nested,
    opaque_calls,
    operators,
    reading,
    results,
    rule_calls,
    statements,
    stores,
    variables,
)
from sourcead.transform.specialise.context import Again, Context, Env, Unreached
from sourcead.transform.specialise.derived import check_derived, made_derived
from sourcead.transform.specialise.entry import entwine, load_assigned, may_vary
from sourcead.transform.specialise.leaves import Leaf, leaves_of
from sourcead.transform.specialise.same_lists import refuse_changes_of_same
from sourcead.transform.specialise.variables import load_rebound

__all__ = ["Specialised", "Specialiser", "specialise"]

MAX_RUNS = 100


@dataclass
class Specialised:
    """The result: the program, its facts, and what it assumed of live objects."""

    function: Function
    kinds: dict[Name, Kind]
    varied: set[Name]
    heap: Heap
    builder: Specialiser
    result: Val
    leaves: tuple[Leaf, ...]  # what the result holds, where it has no adjoint of its own


def specialise(
    template: Function,
    kinds: Sequence[Kind],
    varied: Sequence[bool],
    *,
    lower: Callable[..., Function],
    live: Any = None,
    tools: Tools | None = None,
    caller: Context | None = None,
    solving: Any = None,
    shared: Sequence[int] = (),
    opened: bool = False,
    copied: frozenset[Hashable] = frozenset(),
    at_once: bool = False,
) -> Specialised:
    """Specialise `template` for parameters of these kinds; `live` is the function object itself.

    `shared`: parameters that share memory, in what they hold or with each other; `opened`: what the
    result holds is read at the end (`leaves.py`); `copied`: where lists are read as a whole that the program
    changes later (`whole_lists.py`); `at_once`: without checkpointing; `caller`, `solving`: where a
    recursive function is specialised by itself, from where, and as what.
    """
    recursive, units = (set(), []) if caller is None else (caller.recursive, caller.units)
    heap = Heap()
    rebound: dict[Any, Ref | None] = {}
    for _ in range(MAX_RUNS):
        heap.changed = False
        heap.forget_sharing()
        run = Specialiser(heap, lower, rebound, tools)
        run.recursive, run.units, run.solving = recursive, units, solving
        run.copied = copied
        run.at_once = at_once if caller is None else caller.at_once
        try:
            done = run.top(template, kinds, varied, live, shared, opened)
        except Again:
            continue
        if not heap.changed:
            refuse_changes_of_same(done)
            return done
    raise NotDifferentiable.at(
        template.origin, "what the function's containers hold does not come to rest", "simplify it"
    )


def _plain(kind: Kind) -> Kind:
    """An argument of a class that adds to dict is an object that has a dict (`derived.py`)."""
    return replace(kind, cls=dict) if isinstance(kind, Dict) and added_to(kind.cls) else kind


class Specialiser(Context):
    """Walks a template's statements; each question is answered by the module named here."""

    enter = entry.enter
    value = statements.value
    run = statements.run
    fork = branches.fork
    merge = branches.merge
    merge_memory = branches.merge_memory
    is_tried = catching.is_tried
    note_raised = catching.note_raised
    in_block = branches.in_block
    read_variable = variables.read_variable
    changes = variables.changes
    method = methods.method
    call_method_of = methods.call_method_of
    inline = inlining.inline
    call_with_template = nested.call_with_template
    call_rule = rule_calls.call_rule
    deep_kind = rule_calls.deep_kind
    call = calls.call
    call_object = calls.call_object
    opaque = opaque_calls.opaque
    kind_of_ref = attributes.kind_of_ref
    attr = attributes.attr
    field = attributes.field
    op = operators.op
    generator = generators.as_object
    as_seen_now = nested.as_seen_now
    truth = decisions.truth
    tested = decisions.tested
    whole = absent.made_object
    components = reading.components
    getitem = reading.getitem
    slot = reading.slot
    operator_kind = results.operator_kind
    store = stores.store
    delete_item = statements.delete_item_of
    store_attr = stores.store_attr
    store_field = stores.store_field
    new_site = making.new_site
    fresh_list = making.fresh_list
    list_like = making.list_like
    fresh_dict = making.fresh_dict
    entries = dicts.entries

    def never_returns(self, template: Function) -> None:
        if self.solving is not None:
            raise Unreached
        if template.result == UNDEFINED:
            return
        raise self.dead_end or inlining.never_returns(template, template.origin)

    def top(
        self,
        template: Function,
        kinds: Sequence[Kind],
        varied: Sequence[bool],
        live: Any,
        shared: Sequence[int] = (),
        opened: bool = False,
    ) -> Specialised:
        env: Env = {}
        params = []
        self.paths = {p.name.hint for p in template.params}
        for param, kind, active in zip(template.params, kinds, varied, strict=True):
            active = active and may_vary(kind)
            entered = self.enter(_plain(kind), param.name.hint, active)
            name = self.fresh(param.name.hint, entered, active)
            env[param.name] = name
            params.append(Param(name, param.form))
            if isinstance(kind, Array):
                self.shapes.setdefault(kind.dims, name)
        entwine(self, [params[i].name for i in shared])
        key = getattr(live, "__code__", live)
        self.heights.append(inlining.noted_call(self, key, 0, [p.name for p in params]))
        self.stack.append((key, 0))
        self.active.append(len(self.seen))
        self.seen.append((live, template))
        self.templates.append(template)
        with self.block() as body:
            for param, kind in zip(params, kinds):
                load_assigned(self, param.name, kind, param.name.hint)
            load_rebound(self)
            for own, param, kind in zip(template.params, params, kinds):
                if isinstance(kind, (List, Dict)) and added_to(kind.cls) is not None:
                    given = param.name
                    made = made_derived(self, kind.cls, [], [], given.hint, given)
                    env[own.name] = given if made is None else made
            self.at_start = False
            if not self.run(template.body, env):
                self.never_returns(template)
            result = self.value(template.result, env)
            returned = self.operand(result)
            leaves = leaves_of(self, result) if opened else (Leaf((), result),)
            for site in self.reachable([result]):  # its caller reads them
                for slot in self.heap.known(site):
                    self.heap.read_blindly(site, slot)
        self.memory.close()
        function = Function(template.name, tuple(params), tuple(body), returned, template.origin)
        check_derived(self, function)
        return Specialised(function, self.kinds, self.varied, self.heap, self, result, leaves)
