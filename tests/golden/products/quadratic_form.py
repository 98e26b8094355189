# wrt: A, x
# at: np.arange(9.0).reshape(3, 3), np.linspace(0.1, 1.0, 3)
def quadratic_form(A, x):
    return x @ A @ x
# output
def quadratic_form_grad(A, x, out_bar=1.0):  # grad(quadratic_form), A: float64[:, :], x: float64[:]
    t_bar = out_bar * x                   # return x @ A @ x
    x_bar = out_bar * (x @ A)
    A_bar = np.outer(x, t_bar)
    x_bar += A @ t_bar
    return A_bar, x_bar
