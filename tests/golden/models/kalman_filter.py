# wrt: q, r
# at: 0.1, 0.5, [1.0, 0.4, 0.7]
import math


def kalman_filter(q, r, measured):
    mean, variance, cost = 0.0, 1.0, 0.0
    for y in measured:
        variance += q
        s = variance + r
        error = y - mean
        cost += 0.5 * (math.log(s) + error * error / s)
        gain = variance / s
        mean += gain * error
        variance *= 1.0 - gain
    return cost
# output
# grad(kalman_filter), q: float, r: float, measured: list[float]
def kalman_filter_grad(q, r, measured, out_bar=1.0):
    saved = []
    variance = 1.0
    mean = 0.0
    for y in measured:
        variance = variance + q
        s = variance + r
        error = y - mean
        saved.append((variance, error))
        math.log(s)
        gain = variance / s
        mean = mean + gain * error
        variance = variance * (1.0 - gain)
    # cost += 0.5 * (math.log(s) + error * error / s)
    t_bar = 0.5 * out_bar
    variance_bar, mean_bar, q_bar, r_bar = 0.0, 0.0, 0.0, 0.0
    for variance, error in reversed(saved):                    # for y in measured:
        s = variance + r
        gain_bar = mean_bar * error - variance_bar * variance  # mean += gain * error
        gain, t_bar_1, t_bar_2 = variance / s, gain_bar / s, t_bar / s  # gain = variance / s
        # cost += 0.5 * (math.log(s) + error * error / s)
        error_bar = mean_bar * gain + 2.0 * t_bar_2 * error
        s_bar = -(t_bar_1 * gain) - t_bar_2 * (error * error / s) + t_bar_2
        mean_bar -= error_bar                                  # error = y - mean
        variance_bar = variance_bar * (1.0 - gain) + t_bar_1 + s_bar  # s = variance + r
        r_bar += s_bar
        q_bar += variance_bar                                  # variance += q
    return q_bar, r_bar
