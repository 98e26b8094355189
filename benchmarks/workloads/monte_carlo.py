"""An Asian call by Monte Carlo: paths of a geometric Brownian motion from drawn normals."""

import math

import numpy as np

wrt = (0, 1, 2)
full_scale = 100


def primal(spot, rate, sigma, maturity, strike, normals):
    steps, paths = normals.shape
    dt = maturity / steps
    price = np.full(paths, spot)
    total = np.zeros(paths)
    for z in normals:
        price *= np.exp((rate - 0.5 * sigma**2) * dt + sigma * math.sqrt(dt) * z)
        total += price
    payoff = np.maximum(total / steps - strike, 0.0)
    return math.exp(-rate * maturity) * np.mean(payoff)


def make_args(scale):
    normals = np.random.default_rng(0).normal(size=(50, 100 * scale))
    return 100.0, 0.03, 0.2, 1.0, 100.0, normals


def hand_gradient(spot, rate, sigma, maturity, strike, normals):
    steps, paths = normals.shape
    dt = maturity / steps
    drift = (rate - 0.5 * sigma**2) * dt
    volatility = sigma * math.sqrt(dt)
    growths, prices = np.empty_like(normals), np.empty_like(normals)  # prices before each step
    price = np.full(paths, spot)
    total = np.zeros(paths)
    for z, growth, before in zip(normals, growths, prices):
        np.multiply(volatility, z, out=growth)
        growth += drift
        np.exp(growth, out=growth)
        before[...] = price
        price *= growth
        total += price
    payoff = np.maximum(total / steps - strike, 0.0)
    discount = math.exp(-rate * maturity)
    total_bar = np.where(payoff > 0.0, discount / (paths * steps), 0.0)

    price_bar = np.zeros(paths)
    drift_bar = volatility_bar = 0.0
    for z, growth, before in zip(normals[::-1], growths[::-1], prices[::-1]):
        price_bar += total_bar
        price_bar *= growth
        before *= price_bar  # adjoint of the exponent
        drift_bar += before.sum()
        volatility_bar += before @ z
    spot_bar = price_bar.sum()
    rate_bar = drift_bar * dt - maturity * discount * payoff.mean()
    sigma_bar = volatility_bar * math.sqrt(dt) - drift_bar * sigma * dt
    return spot_bar, rate_bar, sigma_bar


def derived_gradient(spot, rate, sigma, maturity, strike, normals):
    """In logarithms of prices: their adjoint is a running sum, and one array a step is kept, not two."""
    steps, paths = normals.shape
    dt = maturity / steps
    drift = (rate - 0.5 * sigma**2) * dt
    volatility = sigma * math.sqrt(dt)
    prices = np.empty_like(normals)
    price = np.full(paths, spot)
    for z, row in zip(normals, prices):
        np.multiply(volatility, z, out=row)
        row += drift
        np.exp(row, out=row)
        price = np.multiply(row, price, out=row)
    payoff = prices.sum(axis=0)
    payoff /= steps
    payoff -= strike
    np.maximum(payoff, 0.0, out=payoff)
    discount = math.exp(-rate * maturity)
    total_bar = np.where(payoff > 0.0, discount / (paths * steps), 0.0)

    log_bar = np.zeros(paths)  # adjoint of the price's logarithm: steps add to it, none scales it
    drift_bar = volatility_bar = 0.0
    for z, price in zip(normals[::-1], prices[::-1]):
        price *= total_bar
        log_bar += price
        drift_bar += log_bar.sum()
        volatility_bar += log_bar @ z
    spot_bar = log_bar.sum() / spot
    rate_bar = drift_bar * dt - maturity * discount * payoff.mean()
    sigma_bar = volatility_bar * math.sqrt(dt) - drift_bar * sigma * dt
    return spot_bar, rate_bar, sigma_bar


def autograd_primal(spot, rate, sigma, maturity, strike, normals):
    import autograd.numpy as anp

    dt = maturity / len(normals)
    price = spot
    total = 0.0
    for z in normals:
        price = price * anp.exp((rate - 0.5 * sigma**2) * dt + sigma * math.sqrt(dt) * z)
        total = total + price
    payoff = anp.maximum(total / len(normals) - strike, 0.0)
    return anp.exp(-rate * maturity) * anp.mean(payoff)


def torch_primal(spot, rate, sigma, maturity, strike, normals):
    import torch

    dt = maturity / len(normals)
    price = spot
    total = 0.0
    for z in normals:
        price = price * torch.exp((rate - 0.5 * sigma**2) * dt + sigma * math.sqrt(dt) * z)
        total = total + price
    payoff = torch.relu(total / len(normals) - strike)
    return torch.exp(-rate * maturity) * payoff.mean()


def jax_primal(spot, rate, sigma, maturity, strike, normals):
    import jax.numpy as jnp
    from jax import lax

    dt = maturity / len(normals)

    def step(state, z):
        price, total = state
        price = price * jnp.exp((rate - 0.5 * sigma**2) * dt + sigma * jnp.sqrt(dt) * z)
        return (price, total + price), None

    paths = normals.shape[1]
    start = (jnp.full(paths, spot), jnp.zeros(paths))
    (_, total), _ = lax.scan(step, start, normals)
    payoff = jnp.maximum(total / len(normals) - strike, 0.0)
    return jnp.exp(-rate * maturity) * jnp.mean(payoff)
