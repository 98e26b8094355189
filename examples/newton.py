"""Differentiate through a `while` loop: Kepler's equation, solved by Newton's method.

How many turns the loop takes depends on the arguments.  The gradient records the turns that were
taken and goes back over them.  The implicit function theorem gives the same derivatives on paper.
"""

import math

import sourcead


def eccentric_anomaly(eccentricity, mean_anomaly):
    """The root of E - e sin E = M."""
    anomaly = mean_anomaly
    step = 1.0
    while abs(step) > 1e-10:
        residual = anomaly - eccentricity * math.sin(anomaly) - mean_anomaly
        step = residual / (1.0 - eccentricity * math.cos(anomaly))
        anomaly -= step
    return anomaly


gradient = sourcead.grad(eccentric_anomaly, argnums=(0, 1))
curvature = sourcead.grad(sourcead.grad(eccentric_anomaly))


def by_theorem(eccentricity, mean_anomaly):
    """dE/de and dE/dM from the equation itself, and the second derivative in e."""
    anomaly = eccentric_anomaly(eccentricity, mean_anomaly)
    sin, slope = math.sin(anomaly), 1.0 - eccentricity * math.cos(anomaly)
    by_e = sin / slope
    second = by_e * (2.0 * math.cos(anomaly) - eccentricity * sin * by_e) / slope
    return by_e, 1.0 / slope, second


def main():
    print("   e        E      dE/de      dE/dM    d2E/de2   greatest difference to theory")
    for eccentricity in (0.1, 0.3, 0.5, 0.7, 0.9):
        args = (eccentricity, 1.0)
        found = (*gradient(*args), curvature(*args))
        error = max(abs(a - b) for a, b in zip(found, by_theorem(*args)))
        numbers = "".join(f"{value:11.6f}" for value in found)
        print(f"{eccentricity:4} {eccentric_anomaly(*args):8.5f}{numbers}   {error:.0e}")
    print(f"\n{gradient.source}")


if __name__ == "__main__":
    main()
