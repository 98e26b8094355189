# wrt: x
# at: 1.7
def early_return_in_loop(x):
    y = x
    for _ in range(20):
        if y > 10.0:
            return y
        y = y * y
    return -y
# output
def early_return_in_loop_grad(x, out_bar=1.0):  # grad(early_return_in_loop), x: float
    y_saved = []
    returned = False
    y = x
    for _ in range(20):
        y_saved.append(y)
        if y > 10.0:
            returned = True
            break
        y = y * y
        returned = False
    if not returned:                      # for _ in range(20):
        y_bar = -out_bar                  # return -y
        y_bar_1 = 0.0
    else:                                 # for _ in range(20):
        y_bar, y_bar_1 = 0.0, out_bar
    for y in reversed(y_saved):
        if y > 10.0:
            y_bar_1 += y_bar
            y_bar = y_bar_1
        else:
            y_bar = 2.0 * y_bar * y       # y = y * y
        y_bar_1 = 0.0
    return y_bar
