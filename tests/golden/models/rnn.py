# wrt: W, U
# at: np.arange(4.0).reshape(2, 2) / 10.0, np.array([[0.3, 0.1], [0.2, -0.4]]), np.arange(6.0).reshape(3, 2) / 10.0
import numpy as np


def rnn(W, U, xs):
    h = np.zeros(len(W))
    for x in xs:
        h = np.tanh(W @ h + U @ x)
    return np.sum(h * h)
# output
def rnn_grad(W, U, xs, out_bar=1.0):      # grad(rnn), W: float64[:, :], U: float64[:, :], xs: float64[:, :]
    h = np.zeros(len(W))
    n = len(xs)
    saved = []
    for i in range(n):
        h_1 = np.tanh(W @ h + U @ xs[i])
        saved.append((h, h_1))
        h = h_1
    h_bar = 2.0 * out_bar * h                          # return np.sum(h * h)
    U_bar, W_bar = np.zeros_like(U), np.zeros_like(W)  # for x in xs:
    t_bars, rows, hs = [], [], []
    for i in reversed(range(n)):                       # for x in xs:
        h, h_1 = saved.pop()
        t_bar = h_bar * (1.0 - h_1 * h_1)              # h = np.tanh(W @ h + U @ x)
        t_bars.append(t_bar)
        rows.append(xs[i])
        h_bar = t_bar @ W                              # h = np.tanh(W @ h + U @ x)
        hs.append(h)
    t_bars = np.array(t_bars)
    U_bar += t_bars.T @ np.array(rows)                 # h = np.tanh(W @ h + U @ x)
    W_bar += t_bars.T @ np.array(hs)
    return W_bar, U_bar
