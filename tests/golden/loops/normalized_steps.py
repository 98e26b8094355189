# wrt: p
# at: np.array([0.2, 0.5, 0.3]), np.array([[0.7, 0.2, 0.1], [0.3, 0.4, 0.3], [0.1, 0.3, 0.6]]), 3
import numpy as np


def normalized_steps(p, A, n):
    total = 0.0
    for _ in range(n):
        s = p.sum()
        total += np.log(s)
        p = (p / s) @ A
    return total + np.log(p.sum())
# output
# grad(normalized_steps), p: float64[:], A: float64[:, :], n: int
def normalized_steps_grad(p, A, n, out_bar=1.0):
    saved = []
    for _ in range(n):
        s = p.sum()
        t = p / s
        saved.append((s, t))
        p = t @ A
    p_bar = np.full(p.shape, out_bar / p.sum())  # for _ in range(n):
    for _ in range(n):
        s, t = saved.pop()
        p_bar = A @ p_bar / s                    # p = (p / s) @ A
        s_bar = out_bar / s - (p_bar * t).sum()  # total += np.log(s)
        p_bar += s_bar                           # s = p.sum()
    return p_bar
