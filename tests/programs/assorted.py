"""Statistics, dynamic programming, filters, particles, images, neural layers."""

import math

import numpy as np

from tests.programs.registry import program


@program(lambda rng: (rng.random((6, 3)),), "data", "return", analytic=True)
def covariance(data):
    n = data.shape[0]
    mean = np.empty(data.shape[1], dtype=data.dtype)
    for j in range(data.shape[1]):
        mean[j] = 0.0
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    data -= mean
    cov = np.zeros((data.shape[1], data.shape[1]), dtype=data.dtype)
    for i in range(data.shape[1]):
        for j in range(i, data.shape[1]):
            cov[i, j] = data[:, i] @ data[:, j] / (n - 1.0)
            cov[j, i] = cov[i, j]
    return cov


@program(lambda rng: (rng.random((6, 3)),), "data", "return")
def correlation(data):
    m, n = data.shape
    mean = np.mean(data, axis=0)
    stddev = np.std(data, axis=0)
    stddev[stddev <= 0.1] = 1.0
    data -= mean
    data /= np.sqrt(m) * stddev
    corr = np.eye(n, dtype=data.dtype)
    for i in range(n - 1):
        corr[i + 1 :, i] = corr[i, i + 1 :] = data[:, i] @ data[:, i + 1 :]
    return corr


@program(lambda rng: (rng.uniform(1.0, 9.0, (5, 5)),), "path")
def floyd_warshall(path):
    for k in range(path.shape[0]):
        for i in range(path.shape[0]):
            path[i] = np.minimum(path[i], path[i, k] + path[k])


@program(lambda rng: (rng.uniform(1.0, 9.0, (4, 4)),), "path")
def floyd_warshall_by_elements(path):
    n = len(path)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if path[i, k] + path[k, j] < path[i, j]:
                    path[i, j] = path[i, k] + path[k, j]


@program(lambda rng: (rng.random((6, 6)),), "return")
def nussinov(weight):
    """Best pairing of a sequence: maxima over earlier entries of the table."""
    n = weight.shape[0]
    table = np.zeros((n, n))
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            if j - 1 >= 0:
                table[i, j] = max(table[i, j], table[i, j - 1])
            if i + 1 < n:
                table[i, j] = max(table[i, j], table[i + 1, j])
            if j - 1 >= 0 and i + 1 < n:
                table[i, j] = max(
                    table[i, j], table[i + 1, j - 1] + (weight[i, j] if i < j - 1 else 0.0)
                )
            for k in range(i + 1, j):
                table[i, j] = max(table[i, j], table[i, k] + table[k + 1, j])
    return table


@program(lambda rng: (0.25, rng.random((4, 5))), "return", analytic=True)
def deriche(alpha, image):
    """Recursive edge filter: two sweeps along each axis."""
    k = (1.0 - np.exp(-alpha)) ** 2 / (1.0 + alpha * np.exp(-alpha) - np.exp(2.0 * alpha) * 0.5)
    a1 = a5 = k
    a2 = a6 = k * np.exp(-alpha) * (alpha - 1.0)
    a3 = a7 = k * np.exp(-alpha) * (alpha + 1.0)
    a4 = a8 = -k * np.exp(-2.0 * alpha)
    b1 = 2.0 ** (-alpha)
    b2 = -np.exp(-2.0 * alpha)
    y1 = np.empty_like(image)
    y2 = np.empty_like(image)
    y1[:, 0] = a1 * image[:, 0]
    y1[:, 1] = a1 * image[:, 1] + a2 * image[:, 0] + b1 * y1[:, 0]
    for j in range(2, image.shape[1]):
        y1[:, j] = a1 * image[:, j] + a2 * image[:, j - 1] + b1 * y1[:, j - 1] + b2 * y1[:, j - 2]
    y2[:, -1] = 0.0
    y2[:, -2] = a3 * image[:, -1]
    for j in range(image.shape[1] - 3, -1, -1):
        y2[:, j] = (
            a3 * image[:, j + 1] + a4 * image[:, j + 2] + b1 * y2[:, j + 1] + b2 * y2[:, j + 2]
        )
    out = y1 + y2
    y1[0, :] = a5 * out[0, :]
    y1[1, :] = a5 * out[1, :] + a6 * out[0, :] + b1 * y1[0, :]
    for i in range(2, image.shape[0]):
        y1[i, :] = a5 * out[i, :] + a6 * out[i - 1, :] + b1 * y1[i - 1, :] + b2 * y1[i - 2, :]
    y2[-1, :] = 0.0
    y2[-2, :] = a7 * out[-1, :]
    for i in range(image.shape[0] - 3, -1, -1):
        y2[i, :] = a7 * out[i + 1, :] + a8 * out[i + 2, :] + b1 * y2[i + 1, :] + b2 * y2[i + 2, :]
    return y1 + y2


def acceleration(pos, mass, g, softening):
    x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
    dx, dy, dz = x.T - x, y.T - y, z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    inv_r3[inv_r3 > 0] = inv_r3[inv_r3 > 0] ** (-1.5)
    ax = g * (dx * inv_r3) @ mass
    ay = g * (dy * inv_r3) @ mass
    az = g * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


@program(
    lambda rng: (rng.uniform(0.5, 1.0, (4, 1)), rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), 3, 0.01, 1.0, 0.3),
    "pos", "vel", "return",
)  # fmt: skip
def nbody(mass, pos, vel, steps, dt, g, softening):
    vel -= np.mean(mass * vel, axis=0) / np.mean(mass)
    acc = acceleration(pos, mass, g, softening)
    energy = np.zeros(steps + 1)
    energy[0] = 0.5 * np.sum(mass * vel**2)
    for i in range(steps):
        vel += acc * dt / 2.0
        pos += vel * dt
        acc = acceleration(pos, mass, g, softening)
        vel += acc * dt / 2.0
        energy[i + 1] = 0.5 * np.sum(mass * vel**2)
    return energy


@program(lambda rng: (rng.standard_normal((5, 2)), rng.uniform(0.5, 1.5, 5)), "force", "return")
def lennard_jones(position, force):
    """Pairs in a triangular loop, cut off; forces are accumulated in place, action and reaction."""
    energy = 0.0
    n = len(position)
    for i in range(n - 1):
        for j in range(i + 1, n):
            separation = position[i] - position[j]
            r2 = separation @ separation + 0.5
            if r2 > 6.0:
                continue
            s6 = (1.0 / r2) ** 3
            energy += 4.0 * (s6 * s6 - s6)
            pull = 24.0 * (2.0 * s6 * s6 - s6) / r2 * separation
            force[i] += pull[0] * pull[1]
            force[j] -= pull[0]
    return energy


@program(
    lambda rng: (rng.random((5, 5, 2)), rng.random((2, 2, 2, 3)), rng.random(3)),
    "return",
    analytic=True,
)
def conv2d(image, kernel, bias):
    k = kernel.shape[0]
    rows, columns = image.shape[0] - k + 1, image.shape[1] - k + 1
    out = np.empty((rows, columns, kernel.shape[3]), dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            out[i, j, :] = np.sum(
                image[i : i + k, j : j + k, :, np.newaxis] * kernel, axis=(0, 1, 2)
            )
    return out + bias


@program(lambda rng: (rng.standard_normal((2, 4, 4)),), "return")
def max_pool(x):
    out = np.empty((x.shape[0], x.shape[1] // 2, x.shape[2] // 2))
    for i in range(x.shape[1] // 2):
        for j in range(x.shape[2] // 2):
            out[:, i, j] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2], axis=(1, 2))
    return out


@program(lambda rng: (rng.standard_normal((3, 5)),), "return")
def softmax(x):
    largest = np.max(x, axis=-1, keepdims=True)
    out = np.exp(x - largest)
    total = np.sum(out, axis=-1, keepdims=True)
    return out / total


def relu(x):
    return np.maximum(x, 0.0)


@program(
    lambda rng: tuple(
        rng.standard_normal(shape) for shape in ((4, 3), (3, 5), (5,), (5, 4), (4,), (4, 2), (2,))
    ),
    "return",
)
def mlp(x, w1, b1, w2, b2, w3, b3):
    h = relu(x @ w1 + b1)
    h = relu(h @ w2 + b2)
    h = h @ w3 + b3
    out = np.exp(h - np.max(h, axis=-1, keepdims=True))
    out /= np.sum(out, axis=-1, keepdims=True)
    return out


@program(lambda rng: (rng.random((4, 4)),), "return", analytic=True)
def go_fast(a):
    trace = 0.0
    for i in range(a.shape[0]):
        trace += np.tanh(a[i, i])
    return a + trace


@program(lambda rng: (rng.uniform(-1.4, 0.4, 6), rng.uniform(0.1, 0.5, 6), 5, 2.0), "return")
def mandelbrot(re, im, turns, horizon):
    """Masked updates: points that have escaped stay where they are."""
    zr = np.zeros_like(re)
    zi = np.zeros_like(im)
    count = np.zeros(re.shape, dtype=np.int64)
    for turn in range(turns):
        inside = zr * zr + zi * zi < horizon**2
        count[inside] = turn
        new = zr[inside] ** 2 - zi[inside] ** 2 + re[inside]
        zi[inside] = 2.0 * zr[inside] * zi[inside] + im[inside]
        zr[inside] = new
    return zr + 0.5 * zi + count


@program(
    lambda rng: (rng.uniform(0.0, 2.0, 30), rng.standard_normal(30), np.linspace(0.0, 2.0, 5)),
    "return",
)
def azimuthal_integration(radius, data, edges):
    """Histogram weighted by data: masks from values that move, means per bin."""
    out = np.zeros(len(edges) - 1)
    for i in range(len(edges) - 1):
        mask = np.logical_and(edges[i] <= radius, radius < edges[i + 1])
        out[i] = (data[mask] * radius[mask]).mean()
    return out


@program(
    lambda rng: (
        rng.random(6),
        rng.random(6),
        np.array([0, 2, 3, 6]),
        np.array([0, 2, 1, 0, 3, 2]),
    ),
    "return",
    analytic=True,
)
def spmv(values, x, starts, columns):
    y = np.empty(len(starts) - 1, dtype=values.dtype)
    for i in range(len(y)):
        chosen = columns[starts[i] : starts[i + 1]]
        y[i] = values[starts[i] : starts[i + 1]] @ x[chosen]
    return y


@program(
    lambda rng: (rng.random(5), rng.uniform(2.0, 3.0, 6), rng.random(5), rng.random(6)),
    "rhs",
    analytic=True,
)
def thomas(lower, diagonal, upper, rhs):
    n = len(diagonal)
    for i in range(1, n):
        factor = lower[i - 1] / diagonal[i - 1]
        diagonal[i] -= factor * upper[i - 1]
        rhs[i] -= factor * rhs[i - 1]
    rhs[n - 1] /= diagonal[n - 1]
    for i in range(n - 2, -1, -1):
        rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diagonal[i]


@program(lambda rng: (rng.standard_normal(8), rng.standard_normal(8)), "re", "im", analytic=True)
def fft_in_place(re, im):
    """Radix two, decimation in time: bit reversal by swaps, then butterflies on two real arrays."""
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    length = 2
    while length <= n:
        for start in range(0, n, length):
            for k in range(length // 2):
                angle = -2.0 * math.pi * k / length
                wr, wi = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + length // 2
                tr = re[q] * wr - im[q] * wi
                ti = re[q] * wi + im[q] * wr
                re[q], im[q] = re[p] - tr, im[p] - ti
                re[p] += tr
                im[p] += ti
        length *= 2


@program(lambda rng: (np.array([1.0, 0.5]), 0.05, 6, 1.1), "state", analytic=True)
def van_der_pol(state, dt, steps, mu):
    """Runge-Kutta with stages kept in rows of one array."""
    stages = np.empty((4, 2), dtype=state.dtype)
    weights = (0.0, 0.5, 0.5, 1.0)
    for _ in range(steps):
        for s in range(4):
            at = state if s == 0 else state + dt * weights[s] * stages[s - 1]
            stages[s, 0] = at[1]
            stages[s, 1] = mu * (1.0 - at[0] ** 2) * at[1] - at[0]
        state += dt / 6.0 * (stages[0] + 2.0 * stages[1] + 2.0 * stages[2] + stages[3])


@program(lambda rng: (100.0, 105.0, 0.05, 0.3, 1.5, 8), "return")
def american_option(spot, strike, rate, volatility, maturity, steps):
    """Binomial tree, early exercise by a maximum, one array shrunk in place."""
    dt = maturity / steps
    up = math.exp(volatility * math.sqrt(dt))
    down = 1.0 / up
    chance = (math.exp(rate * dt) - down) / (up - down)
    discount = math.exp(-rate * dt)
    value = np.empty(steps + 1)
    for i in range(steps + 1):
        value[i] = max(strike - spot * up**i * down ** (steps - i), 0.0)
    for level in range(steps - 1, -1, -1):
        for i in range(level + 1):
            hold = discount * (chance * value[i + 1] + (1.0 - chance) * value[i])
            value[i] = max(hold, strike - spot * up**i * down ** (level - i))
    return value[0]


@program(
    lambda rng: (0.2 * rng.random((3, 3)), rng.random(4), rng.random((5, 3))),
    "return",
    analytic=True,
)
def hidden_markov(transition, start, likelihood):
    """Forward algorithm, scaled per step; log-likelihood."""
    step = transition + np.eye(3)
    step /= step.sum(axis=1)[:, None]
    alpha = start[:3] / np.sum(start) * likelihood[0]
    total = 0.0
    for t in range(1, likelihood.shape[0]):
        scale = alpha.sum()
        total += np.log(scale)
        alpha /= scale
        alpha = (alpha @ step) * likelihood[t]
    return total + np.log(alpha.sum())


@program(lambda rng: (rng.random(7), 0.3), "return", analytic=True)
def scatter_and_gather(weights, radius):
    """Repeated scatter and gather through index arrays."""
    order = np.array([3, 1, 3, 0, 6, 6, 2])
    out = np.zeros(8, dtype=weights.dtype)
    for turn in range(3):
        np.add.at(out, order, weights * radius**turn)
        out[order] += weights[::-1] * out[order[::-1]]
    return out
