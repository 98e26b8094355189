"""Where was it hot? The initial state of a rod, recovered from noisy measurements made later.

The simulation writes its array in place, step after step.  Its gradient runs the steps backwards;
L-BFGS does the rest.  The problem is ill-posed, so roughness costs a little.
"""

import numpy as np
from scipy.optimize import minimize

import sourcead

STEPS = 60


def diffuse(u, steps):
    for _ in range(steps):
        u[1:-1] += 0.4 * (u[2:] - 2.0 * u[1:-1] + u[:-2])


def misfit(u, measured):
    roughness = np.sum((u[1:] - u[:-1]) ** 2)
    diffuse(u, STEPS)
    return np.sum((u - measured) ** 2) + 1e-3 * roughness


misfit_and_gradient = sourcead.value_and_grad(misfit)


def recover(measured):
    def objective(u):
        return misfit_and_gradient(u.copy(), measured)  # misfit writes its argument

    bounds = [(0.0, None)] * len(measured)
    return minimize(objective, measured, jac=True, method="L-BFGS-B", bounds=bounds)


def drawn(u):
    """The state as one line of blocks."""
    blocks = " ▁▂▃▄▅▆▇█"
    return "".join(blocks[round(8 * min(max(value, 0.0), 1.0))] for value in u)


def main():
    position = np.linspace(0.0, 1.0, 72)
    true = np.exp(-(((position - 0.3) / 0.05) ** 2)) + 0.7 * np.exp(
        -(((position - 0.6) / 0.08) ** 2)
    )
    measured = true.copy()
    diffuse(measured, STEPS)
    measured += 0.002 * np.random.default_rng(0).normal(size=len(measured))
    found = recover(measured)

    print(f"initially  {drawn(true)}")
    print(f"measured   {drawn(measured)}")
    print(f"recovered  {drawn(found.x)}")
    print(f"\n{found.nit} iterations; greatest error", end=" ")
    print(
        f"{np.max(np.abs(found.x - true)):.2f}, of the measurement {np.max(np.abs(measured - true)):.2f}"
    )
    print(f"\n{misfit_and_gradient.source}")


if __name__ == "__main__":
    main()
