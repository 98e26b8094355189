# wrt: u, rate
# at: np.array([0.3, 1.2, -0.7, 0.9]), 0.2
def diffusion(u, rate):
    for _ in range(3):
        u[1:-1] += rate * (u[2:] + u[:-2] - 2.0 * u[1:-1])
    return np.sum(u**2)
# output
def diffusion_grad(u, rate, out_bar=1.0):  # grad(diffusion), u: float64[:], rate: float
    saved = []
    for _ in range(3):
        t = u[2:] + u[:-2] - 2.0 * u[1:-1]
        saved.append(t)
        u[1:-1] += rate * t
    u_bar = 2.0 * out_bar * u             # return np.sum(u**2)
    rate_bar = 0.0
    for _ in range(3):
        t_bar = u_bar[1:-1]               # u[1:-1] += rate * (u[2:] + u[:-2] - 2.0 * u[1:-1])
        rate_bar += t_bar @ saved.pop()
        t_bar = t_bar * rate
        u_bar[1:-1] *= 1.0 - 2.0 * rate
        u_bar[2:] += t_bar
        u_bar[:-2] += t_bar
    return u_bar, rate_bar
