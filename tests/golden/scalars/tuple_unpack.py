# wrt: x, y
# at: 1.5, 0.5
def tuple_unpack(x, y):
    a, b = x * y, x + y
    return a * b
# output
def tuple_unpack_grad(x, y, out_bar=1.0):  # grad(tuple_unpack), x: float, y: float
    a = x * y
    b = x + y
    a_bar, y_bar = out_bar * b, out_bar * a              # return a * b
    x_bar, y_bar = y_bar + a_bar * y, y_bar + a_bar * x  # a, b = x * y, x + y
    return x_bar, y_bar
