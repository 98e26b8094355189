"""Price and sensitivities of a call by Monte Carlo, beside the formulas of Black and Scholes.

The paths are simulated step by step, the prices multiplied in place; one gradient gives all
sensitivities of the estimate at a small multiple of its cost.
"""

import math

import numpy as np

import sourcead


def simulated(spot, rate, sigma, maturity, strike, normals):
    steps, paths = normals.shape
    dt = maturity / steps
    price = np.full(paths, spot)
    for z in normals:
        price *= np.exp((rate - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * z)
    return np.exp(-rate * maturity) * np.mean(np.maximum(price - strike, 0.0))


price_and_sensitivities = sourcead.value_and_grad(
    simulated, argnums=("spot", "rate", "sigma", "maturity")
)


def black_scholes(spot, rate, sigma, maturity, strike):
    """Price, delta, rho, vega and the derivative by maturity."""
    spread = sigma * math.sqrt(maturity)
    d1 = (math.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / spread
    d2 = d1 - spread
    discounted = strike * math.exp(-rate * maturity)
    density = math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi)
    vega = spot * density * math.sqrt(maturity)
    return (
        spot * normal_cdf(d1) - discounted * normal_cdf(d2),
        normal_cdf(d1),
        discounted * maturity * normal_cdf(d2),
        vega,
        0.5 * vega * sigma / maturity + rate * discounted * normal_cdf(d2),
    )


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def main():
    market = (100.0, 0.03, 0.2, 1.5, 105.0)
    half = np.random.default_rng(0).normal(size=(12, 100_000))
    normals = np.concatenate((half, -half), axis=1)  # antithetic
    price, sensitivities = price_and_sensitivities(*market, normals)

    print(f"{'':12} {'Monte Carlo':>12} {'formula':>12}")
    names = ("price", "d/d spot", "d/d rate", "d/d sigma", "d/d maturity")
    for name, estimate, exact in zip(names, (price, *sensitivities), black_scholes(*market)):
        print(f"{name:12} {estimate:12.4f} {exact:12.4f}")
    print(f"\n{price_and_sensitivities.source}")


if __name__ == "__main__":
    main()
