"""sourcead's derivatives in `scipy.optimize`, and `scipy.optimize` inside a differentiated function.

A damped oscillation is fitted to readings: by `minimize` with its gradient, with Hessian times vector,
by `least_squares` with its Jacobian matrix, and with the Jacobian matrix as an operator that is never
written down.  At last the fit itself is differentiated: how far does the result move with each reading?
"""

import numpy as np
from scipy.optimize import least_squares, minimize
from scipy.sparse.linalg import LinearOperator, lsqr

import sourcead

TIMES = np.linspace(0.0, 4.0, 25)
TRUE = np.array([1.5, 0.4, 3.0])
READINGS = TRUE[0] * np.exp(-TRUE[1] * TIMES) * np.cos(TRUE[2] * TIMES)
READINGS += 0.02 * np.random.default_rng(1).normal(size=TIMES.size)
START = np.array([1.0, 0.2, 2.8])


def residuals(p, readings):
    return p[0] * np.exp(-p[1] * TIMES) * np.cos(p[2] * TIMES) - readings


def loss(p, readings):
    return 0.5 * np.sum(residuals(p, readings) ** 2)


def by_gradient():
    """BFGS: `jac=True` says that the function gives value and gradient together."""
    return minimize(sourcead.value_and_grad(loss), START, args=(READINGS,), jac=True)


def by_curvature():
    """Newton's method with conjugate gradients: the Hessian only ever multiplies a vector."""
    gradient, product = sourcead.grad(loss), sourcead.hvp(loss)
    return minimize(
        loss,
        START,
        args=(READINGS,),
        method="trust-ncg",
        jac=gradient,
        hessp=lambda p, v, readings: product(p, readings, v),
        options={"gtol": 1e-10},
    )


def by_residuals():
    """Levenberg and Marquardt, with the Jacobian matrix of the residuals."""
    return least_squares(residuals, START, jac=sourcead.jacobian(residuals), args=(READINGS,))


def jacobian_operator(p):
    """The Jacobian matrix of the residuals by its products: forward mode with it, reverse mode with its transpose."""
    _, pullback = sourcead.vjp(residuals, p, READINGS)
    still = np.zeros_like(READINGS)
    return LinearOperator(
        (TIMES.size, p.size),
        matvec=lambda v: sourcead.jvp(residuals, (p, READINGS), (v.ravel(), still))[1],
        rmatvec=lambda w: pullback(w.ravel())[0],
        dtype=float,
    )


def by_operator(turns=8):
    """Gauss and Newton: each step is a linear least-squares problem, solved by products alone."""
    p = START.copy()
    for _ in range(turns):
        p -= lsqr(jacobian_operator(p), residuals(p, READINGS), atol=1e-14, btol=1e-14)[0]
    return p


def fitted_frequency(readings):
    """What the fit finds, as a function of the readings."""
    found = least_squares(
        residuals, START, jac="3-point", args=(readings,), xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    return found.x[2]


def main():
    fits = {
        "minimize, value and gradient": by_gradient().x,
        "minimize, Hessian times vector": by_curvature().x,
        "least_squares, Jacobian matrix": by_residuals().x,
        "Gauss and Newton, an operator": by_operator(),
    }
    for name, p in fits.items():
        print(f"{name:32s}{p[0]:10.6f}{p[1]:10.6f}{p[2]:10.6f}")

    influence = sourcead.grad(fitted_frequency)(READINGS)
    most = int(np.argmax(np.abs(influence)))
    change = np.zeros_like(READINGS)
    change[most] = 1e-3
    moved = (fitted_frequency(READINGS + change) - fitted_frequency(READINGS - change)) / 2e-3
    print(f"the frequency depends most on reading {most}: {influence[most]:.5f} per unit")
    print(f"fitting again with that reading changed:  {moved:.5f}")
    return fits, influence[most], moved


if __name__ == "__main__":
    main()
