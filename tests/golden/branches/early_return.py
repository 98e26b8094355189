# wrt: x
# at: 0.5
import math


def early_return(x):
    if x < 0.0:
        return 0.0
    y = math.sqrt(x)
    return y * x
# output
def early_return_grad(x, out_bar=1.0):    # grad(early_return), x: float
    t = x < 0.0
    if not t:
        y = math.sqrt(x)
    if t:                                      # if x < 0.0:
        x_bar = 0.0
    else:
        y_bar = out_bar * x                    # return y * x
        x_bar = out_bar * y + 0.5 * y_bar / y  # y = math.sqrt(x)
    return x_bar
