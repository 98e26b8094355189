# wrt: x
# at: np.linspace(0.1, 1.0, 5)
def nonlinear_scan(x):
    A = x.copy()
    for i in range(1, len(A)):
        A[i] = A[i] * A[i - 1]
    return A[-1]
# output
def nonlinear_scan_grad(x, out_bar=1.0):  # grad(nonlinear_scan), x: float64[:]
    A = x.tolist()
    n = len(A)
    saved = []
    for i in range(1, n):
        t = A[i]
        saved.append(t)
        A[i] = t * A[i - 1]
    A_bar = [0.0] * n                     # return A[-1]
    A_bar[-1] += out_bar
    for i in reversed(range(1, n)):       # for i in range(1, len(A)):
        t_bar = A_bar[i]                  # A[i] = A[i] * A[i - 1]
        A_bar[i - 1] += t_bar * saved.pop()
        A_bar[i] = t_bar * A[i - 1]
    return np.array(A_bar)
