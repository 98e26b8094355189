# wrt: A, x
# at: np.arange(9.0).reshape(3, 3), np.linspace(0.1, 1.0, 3)
def quadratic_form(A, x):
    return x @ A @ x
# output
def quadratic_form_grad(A, x, out_bar=1.0):  # grad(quadratic_form), A: float64[:, :], x: float64[:]
    t = out_bar * x                       # return x @ A @ x
    x_bar = out_bar * (x @ A)
    t_1 = np.outer(x, t)
    x_bar += A @ t
    return t_1, x_bar
