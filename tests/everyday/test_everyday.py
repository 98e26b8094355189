"""Every program: right in both modes, or refused; of some modules, nothing is refused."""

from __future__ import annotations

import copy
from contextlib import nullcontext

import pytest

from tests.everyday import (  # noqa: F401  (they register their programs)
    beyond,
    by_name,
    changed_inside,
    class_variables,
    constructs,
    derived,
    drawn,
    function_lists,
    functions_given,
    functions_kept,
    generators,
    holding,
    idioms,
    in_turns,
    iterators,
    keyed,
    language,
    leaving,
    lists_of_lists,
    local_classes,
    longer,
    made_at_once,
    managers,
    members,
    models,
    more_science,
    names_of_attributes,
    nested_calls,
    nested_objects,
    numerics,
    of_libraries,
    one_of_two,
    passed_on,
    programs_of_classes,
    queues,
    records,
    recursion,
    recursion_containers,
    recursion_storage,
    recursion_taken_over,
    recursion_trees,
    recursion_writes,
    remembered,
    results,
    resumed,
    running_totals,
    science,
    seen_later,
    services,
    several_classes,
    storage,
    structures,
    tables_and_draws,
    taken_whole,
    until_set,
    views_in_lists,
    workaday,
    writes,
)
from tests.everyday.registry import PROGRAMS, Program
from tests.numeric import check
from tests.refusals import right_or_refused

SUPPORTED = {
    m.__name__
    for m in (
        by_name,
        changed_inside,
        class_variables,
        derived,
        drawn,
        function_lists,
        functions_given,
        functions_kept,
        generators,
        in_turns,
        keyed,
        leaving,
        lists_of_lists,
        local_classes,
        longer,
        managers,
        members,
        nested_calls,
        models,
        more_science,
        names_of_attributes,
        nested_objects,
        of_libraries,
        one_of_two,
        passed_on,
        queues,
        records,
        recursion_containers,
        recursion_trees,
        recursion_taken_over,
        remembered,
        results,
        resumed,
        running_totals,
        science,
        seen_later,
        services,
        several_classes,
        tables_and_draws,
        taken_whole,
        until_set,
        views_in_lists,
        workaday,
        writes,
    )
}


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_derivative(program: Program, mode: str) -> None:
    supported = program.function.__module__ in SUPPORTED
    with nullcontext() if supported else right_or_refused():
        check(program.function, *copy.deepcopy(program.args), modes=[mode])
