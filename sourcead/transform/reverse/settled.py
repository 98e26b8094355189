"""Arrays that may be views, but of what nobody writes afterwards: as good as copies.

Of `np.diag(L)`, `u.reshape(2, -1)`, `u.ravel()` it is open whether they look at the memory of their argument.
Where no write follows them, in the order of the program, that makes no difference to any value or adjoint.
"""

from __future__ import annotations

from sourcead.ir.nodes import Name
from sourcead.transform.locations import Locations
from sourcead.transform.reverse.program import Program

__all__ = ["settled_views"]


def settled_views(locations: Locations, program: Program) -> set[Name]:
    return {
        name
        for name in locations.maybe
        if not any(
            program.may_follow(write, program.definitions[name].at)
            for write in locations.written.get(locations.cls(name), ())
        )
    }
