"""`check` itself: it accepts right derivatives and notices each way of being wrong.

The derivatives come from a small hand-written stand-in for the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests import numeric
from tests.numeric import check

U = np.array([0.7, 1.3, 0.2])


def doubled(u: Any) -> Any:
    """Writes its argument."""
    u *= 2.0
    return np.sum(u**3)


def exact(u: Any) -> Any:
    return 24.0 * u**2


class Derivatives:
    """What `sourcead` would give for `doubled`; a test replaces one of the parts by a wrong one."""

    def __init__(
        self,
        *,
        gradient: Callable[[Any], Any] = exact,
        run: Callable[[Any], Any] = doubled,
        tangent: Callable[[Any, Any], Any] = lambda u, u_dot: np.sum(exact(u) * u_dot),
    ) -> None:
        self.gradient, self.run, self.tangent = gradient, run, tangent

    def installed(self) -> SimpleNamespace:
        return SimpleNamespace(
            value_and_grad=lambda f, argnums: self._value_and_grad,
            grad=lambda f, argnums: lambda u: self._value_and_grad(u)[1],
            vjp=self._vjp,
            jvp=self._jvp,
        )

    def _value_and_grad(self, u: Any) -> Any:
        u_bar = self.gradient(u.copy())
        return self.run(u), (u_bar,)

    def _vjp(self, f: Any, u: Any) -> Any:
        u_bar = self.gradient(u.copy())
        return self.run(u), lambda out_bar: (out_bar * u_bar,)

    def _jvp(self, f: Any, primals: Any, tangents: Any) -> Any:
        out_dot = self.tangent(primals[0].copy(), tangents[0])
        return self.run(primals[0]), out_dot


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Derivatives], None]:
    return lambda derivatives: monkeypatch.setattr(numeric, "sourcead", derivatives.installed())


def untouched(u: Any) -> Any:
    return np.sum((2.0 * u) ** 3)


def one_bit_off(u: Any) -> Any:
    return np.nextafter(doubled(u), np.inf)


_draws = iter(range(1000))


@pytest.mark.parametrize("modes", [["reverse"], ["forward"], ["reverse", "forward"]], ids="+".join)
def test_right_derivatives_pass(use: Callable[[Derivatives], None], modes: list[str]) -> None:
    use(Derivatives())
    check(doubled, U, modes=modes)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Derivatives(gradient=lambda u: 24.0 * u**2 * (1.0 + 1e-6)), "reverse .* differences"),
        (Derivatives(gradient=lambda u: 12.0 * u**2), "reverse .* differences"),
        (
            Derivatives(tangent=lambda u, u_dot: np.sum(12.0 * u**2 * u_dot)),
            "forward .* differences",
        ),
        (
            Derivatives(tangent=lambda u, d: np.sum(exact(u) * d) * (1 + 1e-9)),
            "reverse .*, forward",
        ),
        (Derivatives(run=untouched), "arguments left as"),
        (Derivatives(run=one_bit_off), "value"),
        (Derivatives(gradient=lambda u: exact(u).astype(np.float32)), "gradient like"),
        (Derivatives(gradient=lambda u: exact(u)[None]), "gradient like"),
        (Derivatives(gradient=lambda u: exact(u) + 1e-13 * next(_draws)), "other bits"),
    ],
)
def test_wrong_derivatives_are_noticed(
    use: Callable[[Derivatives], None], wrong: Derivatives, said: str
) -> None:
    use(wrong)
    with pytest.raises(AssertionError, match=said):
        check(doubled, U)


def test_a_gradient_that_is_the_argument_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """d/du of u @ u / 2 is u: handing out the argument itself would be an alias."""
    fake = Derivatives().installed()
    fake.value_and_grad = lambda f, argnums: lambda u: (f(u), (u,))
    monkeypatch.setattr(numeric, "sourcead", fake)
    with pytest.raises(AssertionError, match="shares memory"):
        check(lambda u: 0.5 * np.sum(u * u), U, modes=["reverse"])
