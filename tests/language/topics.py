"""Imports every topic, in the order of the generated page, so that its cases are registered."""

from tests.language import (
    assignment,
    attributes,
    chosen,
    classes,
    containers,
    control_flow,
    effects,
    errors,
    functions,
    storage,
)

__all__ = ["TOPICS"]

TOPICS = (
    assignment, control_flow, functions, chosen, classes, attributes, containers, effects, errors, storage,
)  # fmt: skip
