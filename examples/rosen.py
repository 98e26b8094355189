"""Differentiate SciPy's own `rosen`, unmodified, from its installed source; minimise it with the result.

SciPy also ships the gradient and the Hessian's product with a vector, written by hand: what the
generated code is compared with.
"""

import ast
import inspect

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der, rosen_hess_prod

import sourcead

gradient = sourcead.grad(rosen)
hessian_product = sourcead.hvp(rosen)


def source_without_docstring(function):
    text = inspect.getsource(function)
    docstring = ast.parse(text).body[0].body[0]
    lines = text.splitlines()
    del lines[docstring.lineno - 1 : docstring.end_lineno]
    return "\n".join(lines)


def largest_differences(trials, n):
    """Of generated and hand-written code, relative to the largest element, at random points."""
    rng = np.random.default_rng(0)
    in_gradient = in_product = 0.0
    for _ in range(trials):
        x, v = rng.normal(size=(2, n))
        right, right_product = rosen_der(x), rosen_hess_prod(x, v)
        error = np.max(np.abs(gradient(x) - right)) / np.max(np.abs(right))
        product_error = np.max(np.abs(hessian_product(x, v) - right_product))
        in_gradient = max(in_gradient, error)
        in_product = max(in_product, product_error / np.max(np.abs(right_product)))
    return in_gradient, in_product


def main():
    start = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    print("SciPy's source:\n")
    print(source_without_docstring(rosen))
    print("\nthe generated gradient:\n")
    print(gradient.source_for(start))

    in_gradient, in_product = largest_differences(trials=100, n=50)
    print("largest relative difference at 100 random points of 50 dimensions")
    print(f"  gradient        and rosen_der:       {in_gradient:.1e}")
    print(f"  hessian product and rosen_hess_prod: {in_product:.1e}")

    print("\nminimising from", start)
    for method, options in (("BFGS", {}), ("Newton-CG", {"hessp": hessian_product})):
        found = minimize(rosen, start, jac=gradient, method=method, **options)
        print(f"  {method:10} x = {found.x.round(5)} after {found.nit} iterations")


if __name__ == "__main__":
    main()
