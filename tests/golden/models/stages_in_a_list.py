# wrt: y, k
# at: np.array([1.0, 0.0]), 4.0, 0.1, 3
import numpy as np


def slope(y, k):
    return np.array([y[1], -k * y[0]])


def stages_in_a_list(y, k, h, n):
    for _ in range(n):
        ks = []
        for c in (0.0, 0.5, 0.5, 1.0):
            ks.append(slope(y + h * c * ks[-1] if ks else y, k))
        y = y + h / 6.0 * (ks[0] + 2.0 * ks[1] + 2.0 * ks[2] + ks[3])
    return np.sum(y**2)
# output
# grad(stages_in_a_list), y: float64[:], k: float, h: float, n: int
def stages_in_a_list_grad(y, k, h, n, out_bar=1.0):
    t, t_1 = h * 0.5, h * 1.0
    t_2 = h / 6.0
    saved = []
    for _ in range(n):
        t_3 = -k
        t_4 = y[0]
        t_5 = np.array([y[1], t_3 * t_4])
        y_1 = y + t * t_5
        t_6 = y_1[0]
        t_7 = np.array([y_1[1], t_3 * t_6])
        y_2 = y + t * t_7
        t_8 = y_2[0]
        t_9 = np.array([y_2[1], t_3 * t_8])
        y_3 = y + t_1 * t_9
        t_10 = y_3[0]
        saved.append((t_10, y_3.shape, t_8, y_2.shape, t_6, y_1.shape, t_4))
        y = y + t_2 * (t_5 + 2.0 * t_7 + 2.0 * t_9 + np.array([y_3[1], t_3 * t_10]))
    y_bar = 2.0 * out_bar * y             # return np.sum(y**2)
    k_bar = 0.0
    for _ in range(n):
        t_3, t_4, t_5, t_6, t_7, t_8, t_9 = saved.pop()
        t_bar = y_bar * t_2               # y = y + h / 6.0 * (ks[0] + 2.0 * ks[1] + 2.0 * ks[2] + ks[3])
        t_bar_1 = 2.0 * t_bar
        t_bar_2 = 2.0 * t_bar
        t_bar_3 = t_bar[1]                # return np.array([y[1], -k * y[0]])
        t_10 = -k
        y_bar_1 = np.zeros(t_4)           # return np.array([y[1], -k * y[0]])
        y_bar_1[0] = t_bar_3 * t_10
        k_bar -= t_bar_3 * t_3
        y_bar_1[1] = t_bar[0]
        y_bar = y_bar + y_bar_1           # ks.append(slope(y + h * c * ks[-1] if ks else y, k))
        t_bar_1 += y_bar_1 * t_1
        t_bar_3 = t_bar_1[1]              # return np.array([y[1], -k * y[0]])
        y_bar_1 = np.zeros(t_6)
        y_bar_1[0] = t_bar_3 * t_10
        k_bar -= t_bar_3 * t_5
        y_bar_1[1] = t_bar_1[0]
        y_bar += y_bar_1                  # ks.append(slope(y + h * c * ks[-1] if ks else y, k))
        t_bar_2 += y_bar_1 * t
        t_bar_1 = t_bar_2[1]              # return np.array([y[1], -k * y[0]])
        y_bar_1 = np.zeros(t_8)
        y_bar_1[0] = t_bar_1 * t_10
        k_bar -= t_bar_1 * t_7
        y_bar_1[1] = t_bar_2[0]
        y_bar += y_bar_1                     # ks.append(slope(y + h * c * ks[-1] if ks else y, k))
        t_bar += y_bar_1 * t
        t_bar_1, t_bar = t_bar[0], t_bar[1]  # return np.array([y[1], -k * y[0]])
        y_bar[0] += t_bar * t_10
        k_bar -= t_bar * t_9
        y_bar[1] += t_bar_1
    return y_bar, k_bar
