# wrt: w
# at: np.linspace(0.1, 1.0, 3), np.arange(12.0).reshape(4, 3) / 10.0, np.linspace(0.0, 1.0, 4)
def least_squares(w, X, y):
    r = X @ w - y
    return 0.5 * r @ r
# output
# grad(least_squares), w: float64[:], X: float64[:, :], y: float64[:]
def least_squares_grad(w, X, y, out_bar=1.0):
    r = X @ w - y
    r_bar = out_bar * r                   # return 0.5 * r @ r
    w_bar = r_bar @ X                     # r = X @ w - y
    return w_bar
