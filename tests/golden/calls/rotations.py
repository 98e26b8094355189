# wrt: x, y, angle
# at: 0.7, -0.3, 0.4
import math


def rotated(point, angle):
    x, y = point
    c, s = math.cos(angle), math.sin(angle)
    return c * x - s * y, s * x + c * y


def rotations(x, y, angle):
    p = rotated((x, y), angle)
    q = rotated((p[0] * x, p[1]), 2.0 * angle)
    return q[0] * q[1]
# output
def rotations_grad(x, y, angle, out_bar=1.0):  # grad(rotations), x: float, y: float, angle: float
    c = math.cos(angle)
    s = math.sin(angle)
    p_0 = c * x - s * y
    p_1 = s * x + c * y
    x_1 = p_0 * x
    angle_1 = 2.0 * angle
    c_1 = math.cos(angle_1)
    s_1 = math.sin(angle_1)
    q_0_bar = out_bar * (s_1 * x_1 + c_1 * p_1)  # return q[0] * q[1]
    q_1_bar = out_bar * (c_1 * x_1 - s_1 * p_1)
    # return c * x - s * y, s * x + c * y
    s_bar, p_1_bar = q_1_bar * x_1 - q_0_bar * p_1, q_1_bar * c_1 - q_0_bar * s_1
    c_bar, x_bar = q_1_bar * p_1 + q_0_bar * x_1, q_1_bar * s_1 + q_0_bar * c_1
    # c, s = math.cos(angle), math.sin(angle)
    angle_bar = s_bar * math.cos(angle_1) - c_bar * math.sin(angle_1)
    p_0_bar = x_bar * x                          # q = rotated((p[0] * x, p[1]), 2.0 * angle)
    s_bar, y_bar = p_1_bar * x - p_0_bar * y, p_1_bar * c - p_0_bar * s  # return c * x - s * y, s * x + c * y
    c_bar = p_1_bar * y + p_0_bar * x
    x_bar = x_bar * p_0 + p_1_bar * s + p_0_bar * c
    # c, s = math.cos(angle), math.sin(angle)
    angle_bar = 2.0 * angle_bar + s_bar * math.cos(angle) - c_bar * math.sin(angle)
    return x_bar, y_bar, angle_bar
