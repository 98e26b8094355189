"""Mean of the logistic map's orbit: a loop over two floats."""

wrt = (0, 1)
full_scale = 200


def primal(rate, x, n):
    total = 0.0
    for _ in range(n):
        x = rate * x * (1.0 - x)
        total += x
    return total / n


def make_args(scale):
    return (
        2.8,
        0.3,
        50 * scale,
    )  # a rate below 3: the orbit settles, its derivative exists in the limit


def hand_gradient(rate, x, n):
    x_saved = []
    for _ in range(n):
        x_saved.append(x)
        x = rate * x * (1.0 - x)
    total_bar = 1.0 / n
    rate_bar = x_bar = 0.0
    for x in reversed(x_saved):
        x_bar += total_bar
        rate_bar += x_bar * x * (1.0 - x)
        x_bar *= rate * (1.0 - 2.0 * x)
    return rate_bar, x_bar


def autograd_primal(rate, x, n):
    return primal(rate, x, n)


def torch_primal(rate, x, n):
    return primal(rate, x, n)


def jax_primal(rate, x, n):
    from jax import lax

    def turn(_, state):
        x, total = state
        x = rate * x * (1.0 - x)
        return x, total + x

    return lax.fori_loop(0, n, turn, (x, 0.0))[1] / n
