"""What is kept for the reverse sweep: not what is one operation on what is kept anyway."""

import sourcead


def fall(x, v, mu, n):
    for _ in range(n):
        r3 = (x * x + 1.0) ** 1.5
        k = -mu / r3
        v = v + 0.01 * k * x
        x = x + 0.01 * v
    return x * x


def quotients_of_quotients(x, n):
    for _ in range(n):
        a = 1.0 / x
        b = a / x
        c = b / a
        x = a * b + b * c + c * a + 0.1 * x
    return x


def checked(program, at, wrt):
    gradient = sourcead.grad(program, tuple(range(wrt)))
    for k, found in enumerate(gradient(*at)):
        moved = [value + 1e-30j * (i == k) for i, value in enumerate(at[:wrt])]
        exact = program(*moved, *at[wrt:]).imag / 1e-30
        assert abs(found - exact) < 1e-12 * max(1.0, abs(exact))
    return gradient.source


def test_a_quotient_of_what_is_kept_is_computed_again():
    source = checked(fall, (0.8, 0.3, 1.7, 5), 3)
    assert "saved.append((x, r3))" in source or "saved.append((r3, x))" in source


def test_quotients_that_hang_on_each_other_keep_their_values():
    checked(quotients_of_quotients, (1.3, 4), 1)
