"""Arrays written in place, views and aliases: the traps of storage."""

import numpy as np

from tests.language.registry import case

U = np.array([0.7, 1.3, 0.2, -0.5])
A = np.array([[0.7, 1.3, 0.4], [0.2, 0.5, 0.9], [1.1, 0.3, 0.6]])
COEFFICIENTS = np.array([0.3, 0.5, 1.1])


def weighted(u):
    return np.sum(u * u * np.arange(1.0, u.size + 1.0).reshape(u.shape))


@case("overlap: u[1:] = u[:-1]", U)
def shift(u):
    u[1:] = u[:-1]
    return weighted(u)


@case("overlap: u[:-1] = u[1:] in a loop", U)
def shift_loop(u):
    for _ in range(2):
        u[:-1] = u[1:]
        u[-1] *= u[0]
    return weighted(u)


@case("overlap: u[:] = u[::-1]", U)
def flip(u):
    u[:] = u[::-1]
    return weighted(u)


@case("overlap: u[1:] *= u[:-1]", U)
def multiply_shifted(u):
    u[1:] *= u[:-1]
    return weighted(u)


@case("overlap: u[1:] += u[:-1]", U)
def add_shifted(u):
    u[1:] += u[:-1]
    return weighted(u)


@case("overlap: u -= u[0]", U)
def subtract_own_element(u):
    u -= u[0]
    return weighted(u)


@case("overlap: u /= u[1:2], broadcast from itself", U)
def divide_own_element(u):
    u /= u[1:2] * 1.0
    u *= u[2]
    return weighted(u)


@case("overlap: a[...] = a.T", A)
def transpose_in_place(a):
    a[...] = a.T
    a *= a[0]
    return weighted(a)


@case("overlap: u[::2], u[1::2] = u[1::2], u[::2]", U)
def swap_halves(u):
    u[::2], u[1::2] = u[1::2].copy(), u[::2]
    return weighted(u)


@case("masks: u[u > 0] *= -2.0", U)
def mask_scaled(u):
    u[u > 0] *= -2.0
    u[u > 0] *= 3.0
    return weighted(u)


@case("masks: u[mask] = v[mask]", U, np.array([2.0, 0.1, 0.3, 0.9]))
def mask_selected(u, v):
    mask = u < v
    u[mask] = v[mask] * u[mask]
    return weighted(u)


@case("masks: power of a masked selection", U)
def mask_power(u):
    u[u > 0] = u[u > 0] ** -1.5
    return weighted(u)


@case("masks: mask changed afterwards", U)
def mask_changed(u):
    mask = u > 0
    u[mask] *= u[mask]
    mask[:] = False
    mask[0] = True
    u[mask] += 3.0 * u[mask] ** 3
    return weighted(u)


@case("masks: on one axis", A)
def mask_rows(a):
    a[a[:, 0] > 0.5] *= a[1]
    return weighted(a)


@case("stores: element by element", U)
def elements(u):
    for i in range(1, len(u)):
        u[i] = u[i] * u[i - 1] + u[0]
    return weighted(u)


@case("stores: negative index and overwritten element", U)
def negative_index(u):
    u[-1] = u[0] * u[1]
    u[-1] = u[-1] * u[2]
    u[0] = 3.0
    return weighted(u)


@case("stores: every augmented operator on elements", U)
def augmented_elements(u):
    u[0] += u[1]
    u[1] -= u[0] * u[1]
    u[2] *= u[0]
    u[3] /= u[1] + 5.0
    u[0] **= 2
    return weighted(u)


@case("stores: every augmented operator on slices", U)
def augmented_slices(u):
    u[1:] += u[0] * 2.0
    u[:2] *= u[2:]
    u[::2] -= u[1::2]
    u[1:3] /= 2.0 + u[0] ** 2
    u[::-2] **= 2
    return weighted(u)


@case("stores: negative steps", U)
def negative_steps(u):
    u[::-1] += u * 0.5
    u[3:0:-2] *= u[0]
    return weighted(u)


@case("stores: two-dimensional slices", A)
def planes(a):
    a[1:, :-1] = a[:-1, 1:] * a[0, 0]
    a[:, 1] += a[:, 0]
    a[2] -= a[0] * a[1]
    return weighted(a)


@case("stores: newaxis and ellipsis", U, A)
def newaxis(u, a):
    a[..., 0] = u[:3]
    a += u[1:, None] * u[np.newaxis, :3]
    a[...] *= u[3]
    return weighted(a)


@case("stores: scalar broadcast into an array", 0.7, U)
def broadcast_store(x, u):
    u[1:3] = x
    u[:] *= x
    return weighted(u)


@case("stores: row broadcast into a matrix", U, A)
def row_broadcast(u, a):
    a[:, :] = u[:3]
    a[1:] += u[1:, np.newaxis][:2] * a[0]
    return weighted(a)


@case("stores: np.empty filled piecewise", U)
def empty_filled(u):
    out = np.empty((2, 4))
    out[0] = u * u
    out[1, :2] = u[:2]
    out[1, 2:] = out[0, :2] * u[2:]
    return weighted(out)


@case("stores: np.zeros filled in a loop, read while filled", 0.7)
def recurrence(x):
    values = np.zeros(6)
    values[0] = x
    for i in range(1, 6):
        values[i] = values[i - 1] * x + 0.1 * values[i // 2]
    return weighted(values)


@case("stores: storage used again for something else", U)
def reused(u):
    work = np.empty(4)
    total = 0.0
    for i in range(3):
        work[:] = u * (i + 1)
        work *= work[i]
        total = total + np.sum(work)
    return total * work[0]


@case("stores: into integer storage carries no derivative", np.array([1.7, 2.3]))
def integer_storage(u):
    counts = np.zeros(2, dtype=np.int64)
    counts[:] = u * 1.0
    counts[0] += 1
    return np.sum(counts * u * u)


@case("stores: into float32 storage", 0.75, argnums=0)
def single_storage(x):
    work = np.zeros(2, np.float32)
    work[0] = 2.0
    work[1] = work[0] * 3
    return x * x * float(work[1])


@case("stores: complex storage, real and imaginary parts", U)
def complex_storage(u):
    z = np.zeros(2, complex)
    z.real = u[:2]
    z.imag[0] = u[2] * u[3]
    z[1] += 1j * u[3]
    z *= z[0]
    return np.sum(np.abs(z) ** 2) + np.sum(z.real * u[:2])


@case("indices: fancy store", U)
def fancy_store(u):
    u[[2, 0]] = u[[0, 1]] * u[3]
    return weighted(u)


@case("indices: y[[0, 0]] += v adds once", U, np.array([0.3, 0.9]))
def fancy_add_once(u, v):
    u[[0, 0]] += v * u[1]
    return weighted(u)


@case("indices: y[[0, 0]] = v, the last wins", U, np.array([0.3, 0.9]))
def fancy_last_wins(u, v):
    u[[0, 0]] = v * u[1]
    return weighted(u)


@case("indices: y[[1, 1, 2]] *= v", U, np.array([0.3, 0.9, 0.4]))
def fancy_multiply(u, v):
    u[[1, 1, 2]] *= v
    return weighted(u)


@case("indices: np.add.at adds all", U, np.array([0.3, 0.9, 0.4]))
def add_at(u, v):
    np.add.at(u, [0, 0, 2], v * v)
    return weighted(u)


@case("indices: np.subtract.at, np.multiply.at", U, np.array([0.3, 0.9]))
def other_at(u, v):
    np.subtract.at(u, [1, 1], v)
    np.multiply.at(u, [2, 3], v)
    return weighted(u)


@case("indices: repeated gather x[idx]", U)
def repeated_gather(u):
    index = np.array([0, 2, 0, 0, 1])
    return weighted(u[index]) + np.sum(u[[1, 1]] ** 3)


@case("indices: gather with an index that changes later", U)
def index_changes(u):
    index = np.array([0, 2])
    picked = u[index] * u[0]
    index[:] = 3
    u[index] += picked
    return weighted(u) * picked[1]


@case("indices: pairs of index arrays", A)
def index_pairs(a):
    a[[0, 1, 0], [1, 2, 1]] = a[[2, 2, 1], [0, 0, 1]] * 2.0
    return weighted(a) + np.sum(a[[0, 0], [1, 1]])


@case("indices: slice mixed with an index array", A)
def mixed_indices(a):
    a[1:, [0, 2, 0]] += a[0] * a[:2, [1, 1, 0]]
    return weighted(a)


@case("indices: np.ix_", A)
def open_mesh(a):
    rows, columns = np.ix_([0, 2], [1, 2])
    a[rows, columns] *= a[1, 1]
    return weighted(a)


@case("indices: index computed from active values", U)
def active_index(u):
    k = int(np.argmax(u))
    u[k] = u[k] * u[0]
    order = np.argsort(u)
    return weighted(u[order])


@case("views: slice of a slice", U)
def slice_of_slice(u):
    inner = u[1:]
    inner[1:][0] *= u[0]
    inner[::2] += inner[1]
    return weighted(u)


@case("views: written through the base, read through the view", U)
def through_base(u):
    view = u[1:3]
    u[2] = u[0] * u[3]
    total = np.sum(view * view)
    u[1] *= view[1]
    return total * np.sum(view)


@case("views: transpose", A)
def transposed(a):
    b = a.T
    b[0] *= a[0]
    a.T[1, :] = b[2]
    return weighted(a)


@case("views: reshape that is a view", A)
def reshaped(a):
    flat = a.reshape(-1)
    flat[1:] *= flat[:-1]
    return weighted(a)


@case("views: reshape that is a copy", A)
def reshaped_copy(a):
    flat = a.T.reshape(-1)
    flat *= flat[1]
    return weighted(a) + weighted(flat)


@case("views: ravel of a Fortran-ordered array is a copy", np.asfortranarray(A))
def ravel_fortran(a):
    flat = a.ravel()
    flat *= flat[1]
    return weighted(a) * np.sum(flat)


@case("views: ravel of a Fortran-ordered copy made inside", A)
def ravel_inside(a):
    b = np.asfortranarray(a * 2.0)
    flat = b.ravel(order="K")
    flat[1] *= flat[0]
    return weighted(b) * np.sum(flat * flat)


@case("views: a part of ravel written, read through the base", A)
def ravel_part(a):
    a = a.copy()
    a.ravel()[1:4] += 2.0 * a[0, 0]
    a.reshape(-1)[0] *= a[1, 1]
    return np.sum(np.cos(a) * a)


@case("views: np.asarray, np.atleast_2d, np.squeeze", U)
def pass_through(u):
    same = np.asarray(u)
    same *= same[1]
    matrix = np.atleast_2d(u)
    matrix[0, 0] += u[1]
    np.squeeze(matrix)[2] = 5.0 * u[3]
    return weighted(u)


@case("views: astype(copy=False) and np.array(copy)", U)
def maybe_copies(u):
    same = u.astype(float, copy=False)
    other = np.array(u)
    same[0] *= u[1]
    other[1] *= u[0]
    return weighted(u) + weighted(other)


@case("views: diagonal written through its flat form", A)
def diagonal(a):
    a.reshape(-1)[:: a.shape[0] + 1] *= a[0]
    return weighted(a) * np.trace(a)


@case("views: np.diagonal read after a write", A)
def diagonal_view(a):
    d = np.diagonal(a)
    a[1, 1] = a[0, 1] * a[2, 0]
    return np.sum(d * d) * a[0, 0]


@case("views: split and unpacked parts", U)
def split_parts(u):
    left, right = np.split(u, 2)
    left *= right
    right[0] = left[1]
    return weighted(u)


@case("views: hsplit of a reshaped array, parts written in a loop", U)
def split_in_loop(u):
    v = (u * 1.0).reshape(2, 2)
    left, right = np.hsplit(v, 2)
    left *= right
    for part in np.split(u, 2):
        part[0] = part[1] * part[0]
    return np.sum(v**2) + weighted(u)


@case("views: broadcast_to reads what is written later", U)
def broadcast_view(u):
    wide = np.broadcast_to(u, (3, 4))
    u[0] *= u[1]
    return weighted(wide)


@case("views: flat", A)
def flat(a):
    a.flat[1:4] = a.flat[0] * a[2]
    a.flat[8] *= a.flat[7]
    return weighted(a)


@case("views: passed to a callee and returned", U)
def returned_view(u):
    def tail(v):
        v[0] *= v[1]
        return v[1:]

    rest = tail(tail(u))
    rest[0] += u[0] * u[1]
    return weighted(u)


@case("views: kept in a list, written later", A)
def views_in_list(a):
    rows = [a[i] for i in range(3)]
    a[1] *= rows[0]
    rows[2][:] = rows[1] * a[0]
    return weighted(a)


@case("views: same array under two parameters of a callee", U)
def two_parameters(u):
    def combine(a, b):
        a[1:] *= b[:-1]
        b[0] = a[2]

    combine(u, u)
    return weighted(u)


@case("views: swap of names of two arrays", U)
def swapped_names(u):
    a, b = u * 1.0, u * u
    for _ in range(3):
        a[1:] = b[:-1] * a[1:]
        a, b = b, a
    return weighted(a) + np.sum(b)


@case("in place: out=", U)
def out_argument(u):
    work = np.empty_like(u)
    np.multiply(u, u[0], out=work)
    np.add(work, u, out=work)
    np.exp(work, work)
    return weighted(work)


@case("in place: out= overwrites the differentiated argument", U)
def out_overwrites(u):
    np.sin(u, out=u)
    np.multiply(u[1:], u[:-1], out=u[1:])
    return weighted(u)


@case("in place: out= with where=", U)
def out_where(u):
    work = u * 2.0
    np.sqrt(u, out=work, where=u > 0.0)
    return weighted(work)


@case("in place: np.copyto", U)
def copyto(u):
    work = np.zeros(4)
    np.copyto(work, u * u[0])
    np.copyto(work, u[1] * 3.0, where=u < 0.0)
    return weighted(work)


@case("in place: np.put, np.fill_diagonal, fill", A)
def put(a):
    np.put(a, [1, 5], a[0, 0] * a[2, :2])
    np.fill_diagonal(a, a[1, 0])
    a[2].fill(a[0, 1])
    return weighted(a)


@case("in place: sort", U)
def sorted_in_place(u):
    u *= u
    u.sort()
    return weighted(u)


@case("in place: sort along an axis", A)
def sorted_axis(a):
    a.sort(axis=0)
    return weighted(a)


@case("in place: np.ndarray(shape) as storage", U)
def raw_storage(u):
    work = np.ndarray((4,))
    work[:2] = u[:2] * u[2:]
    work[2:] = work[:2] * u[0]
    return weighted(work)


@case("inactive storage: coefficients overwritten in a loop", U)
def coefficients(u):
    w = np.array([1.0, 2.0, 3.0, 4.0])
    y = np.zeros(4)
    for _ in range(3):
        y += u * u * w
        w *= 0.9
        w[0] = w[1]
    return weighted(y) + np.sum(w * u)


@case("inactive storage: coefficients shuffled by rng.shuffle", U)
def shuffled(u):
    rng = np.random.default_rng(4)
    w = np.array([1.0, 2.0, 3.0, 4.0])
    total = 0.0
    for _ in range(3):
        total = total + np.sum(u * u * w)
        rng.shuffle(w)
    return total * np.sum(w * u)


@case("inactive storage: filled by rng.random(out=)", U)
def random_out(u):
    rng = np.random.default_rng(4)
    buffer = np.empty(4)
    total = 1.0
    for _ in range(3):
        rng.random(out=buffer)
        total = total * np.sum(u * u * buffer)
    return total


@case("inactive storage: argument overwritten by the primal", U, np.array([1, 2, 3, 4]), argnums=0)
def inactive_argument(u, counts):
    total = np.sum(u * u * counts)
    counts[1:] = counts[:-1]
    return total * np.sum(u * counts)


@case("inactive storage: index array overwritten in a loop", U)
def index_overwritten(u):
    index = np.array([0, 1, 2, 3])
    total = 1.0
    for _ in range(3):
        total = total + np.sum(u[index] ** 2 * u[::-1])
        index[1:] = index[:-1].copy()
    return total


@case("inactive storage: list of ints popped", U)
def popped_indices(u):
    order = [0, 2, 1, 3]
    total = 1.0
    while order:
        total = total * u[order.pop()] + u[0]
    return total


@case("arrays: broadcasting in every direction", 0.7, U, A)
def broadcasting(x, u, a):
    return (
        np.sum((a + u[:3]) * u[1:, None] * x) + np.sum(a[:, :1] * u) + np.sum(x * u[None, None, :2])
    )


@case("arrays: sizes one and zero, 0-d", np.ones((1, 3)) * 0.7, np.zeros((0,)), np.array(1.3))
def odd_sizes(a, empty, scalar):
    grown = a * np.ones((2, 3)) * scalar
    return np.sum(grown * grown) + np.sum(empty * 2.0) * scalar + scalar[()] ** 2


@case("arrays: float32 stays float32", np.array([0.7, 1.3], np.float32))
def single_precision(u):
    v = u * u
    v[0] *= u[1]
    return np.sum(v)


@case("arrays: complex argument, real result", np.array([0.7 + 0.2j, 1.3 - 0.5j]))
def complex_argument(z):
    w = z * z[::-1]
    w[0] += z[1] * 2.0j
    return np.sum(np.abs(w) ** 2) + np.sum((z * 1.0j).real)


@case("arrays: array result", U)
def array_result(u):
    out = np.zeros((2, 4))
    out[0] = u * u[0]
    out[1, 1:] = out[0, :-1]
    return out


@case("arrays: result is a view of the written argument", U)
def view_result(u):
    u[1:] *= u[:-1]
    return u[::2]


@case("lanes: where with a singular lane that is not taken", np.array([0.7, -1.3, 0.2]))
def singular_lane(u):
    with np.errstate(invalid="ignore"):
        return np.sum(np.where(u > 0.0, np.sqrt(u), u * u))


@case("lanes: singular element that is sliced away", np.array([0.0, 1.3, 0.2]))
def singular_sliced(u):
    with np.errstate(invalid="ignore"):
        return np.sum(np.sqrt(u)[1:] * u[1:])


@case("lanes: singular element that is overwritten", np.array([0.0, 1.3, 0.2]))
def singular_overwritten(u):
    with np.errstate(invalid="ignore"):
        root = np.sqrt(u)
    root[0] = u[1] * u[2]
    return np.sum(root * root[::-1])


@case("lanes: minimum with a large lane", np.array([0.7, 1.3, 0.2]))
def minimum_lane(u):
    return np.sum(np.minimum(1.0, 1.0 / u) * u)


@case("lanes: np.select and np.clip", np.array([0.7, -1.3, 0.2]))
def selected(u):
    return np.sum(np.select([u > 0.5, u < 0.0], [u * u, u**3], 2.0 * u)) + np.sum(
        np.clip(u * u, 0.3, 1.0) ** 2
    )


@case("aliases: an array in a tuple that a try leaves behind", [0.7, 1.2, 0.4])
def tuple_out_of_try(values):
    u = np.array(values)
    try:
        pair = (u, 1)
    finally:
        values = None
    total = np.sum(u**3)
    pair[0][pair[1]] *= total
    return np.sum(u**2) + total


class Holder:
    def __init__(self, u):
        self.u = u


@case(
    "aliases: arrays of constants in a list, an object and a dict, written through them later", 0.7
)
def constants_written_in_containers(x):
    first, second = COEFFICIENTS.copy(), COEFFICIENTS * 2.0
    rows = [first, second]
    for k in range(1, 2):
        rows[k][:] = rows[k] * rows[k - 1] + x
    holder = Holder(COEFFICIENTS.copy())
    for each in [holder, holder]:
        each.u[:] = each.u * x
    by_key = {"u": COEFFICIENTS.copy()}
    for key in ("u", "u"):
        by_key[key][1:] = by_key[key][:-1] * x
    return np.sum(first) + np.sum(second * holder.u) + np.sum(by_key["u"] ** 2)
