"""Value of a book of calls by Black and Scholes: long elementwise expressions on whole arrays."""

import math

import numpy as np

wrt = (0, 2, 3)
full_scale = 1000

P = 0.3275911
A1, A2, A3, A4, A5 = 0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429


def erf(x):
    """Abramowitz and Stegun, formula 7.1.26: NumPy itself has no error function."""
    t = 1.0 / (1.0 + P * np.abs(x))
    tail = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5)))) * np.exp(-x * x)
    return np.sign(x) * (1.0 - tail)


def normal_cdf(x):
    return 0.5 * (1.0 + erf(x / math.sqrt(2.0)))


def primal(spot, strike, rate, sigma, maturity):
    spread = sigma * np.sqrt(maturity)
    d1 = (np.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    d2 = d1 - spread
    discounted = strike * np.exp(-rate * maturity)
    return np.sum(spot * normal_cdf(d1) - discounted * normal_cdf(d2))


def make_args(scale):
    rng = np.random.default_rng(0)
    n = 20 * scale
    return (
        100.0 * (0.8 + 0.4 * rng.random(n)),
        100.0 * (0.8 + 0.4 * rng.random(n)),
        0.03,
        0.1 + 0.3 * rng.random(n),
        0.2 + 2.0 * rng.random(n),
    )


def cdf(x):
    """`normal_cdf`, and what its reverse sweep reads."""
    x = x / math.sqrt(2.0)
    t = 1.0 / (1.0 + P * np.abs(x))
    p4 = A4 + t * A5
    p3 = A3 + t * p4
    p2 = A2 + t * p3
    p1 = A1 + t * p2
    bell = np.exp(-x * x)
    tail = t * p1
    tail *= bell
    sign = np.sign(x)
    return 0.5 * (1.0 + sign * (1.0 - tail)), (x, t, p4, p3, p2, p1, bell, tail, sign)


def cdf_bar(y_bar, saved):
    """The adjoint of the argument of `cdf`; Horner's scheme backwards. Overwrites `y_bar`."""
    x, t, p4, p3, p2, p1, bell, tail, sign = saved
    p_bar = y_bar
    p_bar *= -0.5
    p_bar *= sign  # the adjoint of the tail
    x_bar = p_bar * tail
    x_bar *= -2.0
    x_bar *= x
    p_bar *= bell
    t_bar = p_bar * p1
    for p in (p2, p3, p4):
        p_bar *= t
        t_bar += p_bar * p
    p_bar *= t
    p_bar *= A5
    t_bar += p_bar
    t_bar *= t
    t_bar *= t
    t_bar *= P
    t_bar *= sign
    x_bar -= t_bar
    x_bar /= math.sqrt(2.0)
    return x_bar


def hand_gradient(spot, strike, rate, sigma, maturity):
    root = np.sqrt(maturity)
    spread = sigma * root
    moneyness = spot / strike
    d1 = (np.log(moneyness) + (rate + 0.5 * sigma**2) * maturity) / spread
    discounted = strike * np.exp(-rate * maturity)
    cdf1, saved1 = cdf(d1)
    cdf2, saved2 = cdf(d1 - spread)
    d2_bar = cdf_bar(-discounted, saved2)
    d1_bar = cdf_bar(spot.copy(), saved1)
    d1_bar += d2_bar
    spread_bar = d2_bar
    discounted *= cdf2
    rate_bar = discounted @ maturity
    d1_bar /= spread
    spread_bar += d1 * d1_bar
    np.negative(spread_bar, out=spread_bar)
    spot_bar = d1_bar / spot
    spot_bar += cdf1
    d1_bar *= maturity
    rate_bar += d1_bar.sum()
    d1_bar *= sigma
    sigma_bar = spread_bar
    sigma_bar *= root
    sigma_bar += d1_bar
    return spot_bar, rate_bar, sigma_bar


def cdf_and_slope(x):
    """The distribution function as computed by `normal_cdf`, and that computation's derivative."""
    x = x / math.sqrt(2.0)
    size = np.abs(x)
    t = 1.0 / (1.0 + P * size)
    bell = np.exp(-x * x)
    tail = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5)))) * bell
    slope = A1 + t * (2.0 * A2 + t * (3.0 * A3 + t * (4.0 * A4 + t * (5.0 * A5))))
    slope *= P * t * t * bell
    size *= 2.0 * tail
    slope += size
    slope *= 0.5 / math.sqrt(2.0)
    cdf = np.copysign(0.5, x) * (1.0 - tail)
    cdf += 0.5
    return cdf, slope


def derived_gradient(spot, strike, rate, sigma, maturity):
    root = np.sqrt(maturity)
    spread = sigma * root
    d1 = (np.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    discounted = strike * np.exp(-rate * maturity)
    cdf1, slope1 = cdf_and_slope(d1)
    cdf2, slope2 = cdf_and_slope(d1 - spread)
    slope2 *= discounted
    d1_bar = slope1
    d1_bar *= spot
    d1_bar -= slope2
    spread_bar = slope2
    d1_bar /= spread
    d1 *= d1_bar
    spread_bar -= d1
    spot_bar = d1_bar / spot
    spot_bar += cdf1
    discounted *= cdf2
    discounted += d1_bar
    rate_bar = discounted @ maturity
    spread_bar *= root
    d1_bar *= sigma
    d1_bar *= maturity
    spread_bar += d1_bar
    return spot_bar, rate_bar, spread_bar


def autograd_primal(spot, strike, rate, sigma, maturity):
    import autograd.numpy as anp

    def normal_cdf(x):
        x = x / math.sqrt(2.0)
        t = 1.0 / (1.0 + P * anp.abs(x))
        tail = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5)))) * anp.exp(-x * x)
        return 0.5 * (1.0 + anp.sign(x) * (1.0 - tail))

    spread = sigma * anp.sqrt(maturity)
    d1 = (anp.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    discounted = strike * anp.exp(-rate * maturity)
    return anp.sum(spot * normal_cdf(d1) - discounted * normal_cdf(d1 - spread))


def torch_primal(spot, strike, rate, sigma, maturity):
    import torch

    def normal_cdf(x):
        x = x / math.sqrt(2.0)
        t = 1.0 / (1.0 + P * torch.abs(x))
        tail = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5)))) * torch.exp(-x * x)
        return 0.5 * (1.0 + torch.sign(x) * (1.0 - tail))

    spread = sigma * torch.sqrt(maturity)
    d1 = (torch.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    discounted = strike * torch.exp(-rate * maturity)
    return (spot * normal_cdf(d1) - discounted * normal_cdf(d1 - spread)).sum()


def jax_primal(spot, strike, rate, sigma, maturity):
    import jax.numpy as jnp

    def normal_cdf(x):
        x = x / math.sqrt(2.0)
        t = 1.0 / (1.0 + P * jnp.abs(x))
        tail = t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5)))) * jnp.exp(-x * x)
        return 0.5 * (1.0 + jnp.sign(x) * (1.0 - tail))

    spread = sigma * jnp.sqrt(maturity)
    d1 = (jnp.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    discounted = strike * jnp.exp(-rate * maturity)
    return jnp.sum(spot * normal_cdf(d1) - discounted * normal_cdf(d1 - spread))
