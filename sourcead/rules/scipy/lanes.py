"""Functions with poles, with ends or with values that overflow: their slopes are guarded in lanes not selected."""

from __future__ import annotations

from collections.abc import Collection

from sourcead.rules.registry import all_rules

__all__ = ["guard"]


def guard(package: str, bounded: Collection[str] = ()) -> None:
    """Guard the slopes of all elementwise rules of a package but those whose slopes are `bounded`."""
    for rule in all_rules():
        if rule.partials is not None and rule.partials.__module__.startswith(package):
            rule.singular = rule.singular or rule.name not in bounded
