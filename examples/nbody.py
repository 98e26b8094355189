"""Aim a probe: which start velocity takes it from one planet to another, among everything that pulls?

Units: the first planet's distance and year, G = 4 pi^2.  The simulation moves all bodies in place;
the gradient of the miss distance with respect to the probe's velocity steers the aim.
"""

import math

import numpy as np
from scipy.optimize import minimize

import sourcead

G = 4.0 * math.pi**2
SUN, HOME, TARGET, PROBE = range(4)
MASS = np.array([1.0, 3e-6, 3e-4, 0.0])


def acceleration(x):
    a = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                d = x[j] - x[i]
                a[i] += G * MASS[j] * d / (d @ d + 1e-6) ** 1.5
    return a


def miss(launch, x, v, dt, steps):
    """Squared distance of the probe from its target at the end."""
    v[PROBE] += launch
    for _ in range(steps):
        x += 0.5 * dt * v
        v += dt * acceleration(x)
        x += 0.5 * dt * v
    gap = x[PROBE] - x[TARGET]
    return gap @ gap


miss_and_gradient = sourcead.value_and_grad(miss)


def on_circle(radius, angle):
    """Position and velocity of a body on a circular orbit about the sun."""
    position = radius * np.array([math.cos(angle), math.sin(angle)])
    speed = math.sqrt(G / radius)
    return position, speed * np.array([-math.sin(angle), math.cos(angle)])


def system():
    home_x, home_v = on_circle(1.0, 0.0)
    target_x, target_v = on_circle(1.52, 0.75)
    x = np.array([[0.0, 0.0], home_x, target_x, home_x + np.array([0.01, 0.0])])
    v = np.array([[0.0, 0.0], home_v, target_v, home_v])
    return x, v, 0.02, 35


def main():
    def objective(launch):
        return miss_and_gradient(launch, *system())

    def show(launch):
        value, gradient = objective(launch)
        print(f"{launch.round(5)!s:22} {math.sqrt(value):9.6f}   {gradient.round(5)}")

    print("launch velocity       misses by   gradient of the squared miss")
    start = np.array([0.0, 0.6])
    show(start)
    found = minimize(objective, start, jac=True, method="BFGS", callback=show)
    print(f"\n{found.nfev} simulations, each with its gradient")


if __name__ == "__main__":
    main()
