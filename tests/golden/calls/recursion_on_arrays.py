# wrt: points, t
# at: np.array([[0.0, 0.2], [1.0, 0.7], [2.0, -0.4], [3.0, 0.1]]), 0.3
import numpy as np


def de_casteljau(points, t):
    if len(points) == 1:
        return points[0]
    return de_casteljau((1.0 - t) * points[:-1] + t * points[1:], t)


def recursion_on_arrays(points, t):
    return np.sum(de_casteljau(points, t) ** 2)
# output
def de_casteljau_forward(points, t):
    t_1 = len(points) == 1
    if t_1:
        t_2 = points[0]
        t_3 = None
        t_4 = None
        t_5 = None
        saved = None
    else:
        t_3 = 1.0 - t
        t_4, t_5 = points[:-1], points[1:]
        t_2, saved = de_casteljau_forward(t_3 * t_4 + t * t_5, t)
    return t_2, (t_1, points, saved, t_5, t, t_4, t_3)


def de_casteljau_reverse(saved, out_bar):
    t, points, saved, t_1, t_2, t_3, t_4 = saved
    if t:                                 # if len(points) == 1:
        points_bar = np.zeros_like(points)
        points_bar[0] = out_bar
        t_bar = 0.0
    else:
        # return de_casteljau((1.0 - t) * points[:-1] + t * points[1:], t)
        points_bar_1, t_bar = de_casteljau_reverse(saved, out_bar)
        points_bar = np.zeros_like(points)
        points_bar[1:] = points_bar_1 * t_2
        t_bar_1 = np.vdot(points_bar_1, t_3)
        points_bar[:-1] += points_bar_1 * t_4
        t_bar = t_bar + np.vdot(points_bar_1, t_1) - t_bar_1
    return points_bar, float(t_bar)


# grad(recursion_on_arrays), points: float64[:, :], t: float
def recursion_on_arrays_grad(points, t, out_bar=1.0):
    t, saved = de_casteljau_forward(points, t)
    # return np.sum(de_casteljau(points, t) ** 2)
    points_bar, t_bar = de_casteljau_reverse(saved, 2.0 * out_bar * t)
    return points_bar, t_bar
