# wrt: x
# at: 0.5, [1.0, -2.0, 3.0]
def horner(x, coefficients):
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y
# output
def horner_grad(x, coefficients, out_bar=1.0):  # grad(horner), x: float, coefficients: list[float]
    y_saved = []
    y = 0.0
    for c in coefficients:
        y_saved.append(y)
        y = y * x + c
    y_bar, x_bar = out_bar, 0.0
    for y in reversed(y_saved):           # for c in coefficients:
        x_bar += y_bar * y                # y = y * x + c
        y_bar *= x
    return x_bar
