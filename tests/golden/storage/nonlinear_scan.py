# wrt: x
# at: np.linspace(0.1, 1.0, 5)
def nonlinear_scan(x):
    A = x.copy()
    for i in range(1, len(A)):
        A[i] = A[i] * A[i - 1]
    return A[-1]
# output
def nonlinear_scan_grad(x, out_bar=1.0):  # grad(nonlinear_scan), x: float64[:]
    A = x.copy()
    t = len(A)
    A_undo = []
    for i in range(1, t):
        A_undo.append(A[i])
        A[i] = A[i] * A[i - 1]
    A_bar = np.zeros_like(A)              # return A[-1]
    A_bar[-1] += out_bar
    for i in reversed(range(1, t)):       # for i in range(1, len(A)):
        A[i] = A_undo.pop()
        t = A_bar[i]                      # A[i] = A[i] * A[i - 1]
        A_bar[i] = 0.0
        t_1 = i - 1
        t_bar = t * A[t_1]                # A[i] = A[i] * A[i - 1]
        A_bar[t_1] += t * A[i]
        A_bar[i] += t_bar
    return A_bar
