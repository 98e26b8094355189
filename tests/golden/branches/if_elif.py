# wrt: x
# at: 0.5
def if_elif(x):
    if x < 0.0:
        y = -x
    elif x < 1.0:
        y = x * x
    else:
        y = 2.0 * x - 1.0
    return y
# output
def if_elif_grad(x, out_bar=1.0):         # grad(if_elif), x: float
    if x < 0.0:
        x_bar = -out_bar                  # y = -x
    elif x < 1.0:
        x_bar = 2.0 * out_bar * x         # y = x * x
    else:                                 # elif x < 1.0:
        x_bar = 2.0 * out_bar             # y = 2.0 * x - 1.0
    return x_bar
