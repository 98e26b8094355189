"""Methods that no derivative goes into change lists, dicts, arrays and attributes of an object made here."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Plain:
    size = 5

    def __init__(self):
        self.items = [1.0, 2.0]
        self.d = {"a": 1.0, "b": 2.0}
        self.buf = np.array([1.0, 2.0])
        self.k = 3.0
        self.order = [2.0, 1.0]

    def reset(self):
        self.items.clear()

    def drop(self):
        self.items.remove(1.0)

    def drop_first(self):
        del self.items[0]

    def drop_key(self):
        del self.d["a"]

    def pop_key(self):
        self.d.popitem()

    def flip(self):
        self.order.reverse()

    def copyto(self):
        np.copyto(self.buf, [5.0, 6.0])

    def out(self):
        np.multiply(self.buf, 2.0, out=self.buf)

    def at(self):
        np.add.at(self.buf, [0], 3.0)

    def rm(self):
        del self.k

    def fill(self):
        self.buf.fill(7.0)

    def flat(self):
        self.buf.flat[0] = 9.0

    def view(self):
        v = self.buf[:1]
        v[0] = 4.0

    def swap(self):
        self.items[0], self.items[1] = self.items[1], self.items[0]

    def setit(self):
        self.__dict__["k"] = 8.0

    def upd(self):
        vars(self).update(k=9.0)

    def set2(self):
        self.k = 11.0

    def set3(self):
        object.__setattr__(self, "k", 12.0)

    k2 = 4.0

    def set4(self):
        self.k2 = 5.0


class Setting(Plain):
    k = 100.0

    def __setattr__(self, n, v):
        super().__setattr__(n, v)


class Derived(Setting):
    def __init__(self):
        super().__init__()
        self.extra = 1.0


def weighed(a, x):
    return (
        x[0] * len(a.items)
        + x[1] * len(a.d)
        + (x[:2] * a.buf).sum()
        + x[2] * a.k
        + sum(v * w for v, w in zip(x[3:], a.items))
        + x[4] * a.order[0]
        + x[5] * a.k2
        + sum(x[3] * v for v in a.d.values())
    )


@program(X)
def changed_by_reset(x):
    a = Plain()
    a.reset()
    return weighed(a, x)


@program(X)
def changed_by_reset_of_a_derived_class(x):
    a = Derived()
    a.reset()
    return weighed(a, x)


@program(X)
def changed_by_drop(x):
    a = Plain()
    a.drop()
    return weighed(a, x)


@program(X)
def changed_by_drop_of_a_derived_class(x):
    a = Derived()
    a.drop()
    return weighed(a, x)


@program(X)
def changed_by_drop_first(x):
    a = Plain()
    a.drop_first()
    return weighed(a, x)


@program(X)
def changed_by_drop_first_of_a_derived_class(x):
    a = Derived()
    a.drop_first()
    return weighed(a, x)


@program(X)
def changed_by_drop_key(x):
    a = Plain()
    a.drop_key()
    return weighed(a, x)


@program(X)
def changed_by_drop_key_of_a_derived_class(x):
    a = Derived()
    a.drop_key()
    return weighed(a, x)


@program(X)
def changed_by_pop_key(x):
    a = Plain()
    a.pop_key()
    return weighed(a, x)


@program(X)
def changed_by_pop_key_of_a_derived_class(x):
    a = Derived()
    a.pop_key()
    return weighed(a, x)


@program(X)
def changed_by_flip(x):
    a = Plain()
    a.flip()
    return weighed(a, x)


@program(X)
def changed_by_flip_of_a_derived_class(x):
    a = Derived()
    a.flip()
    return weighed(a, x)


@program(X)
def changed_by_copyto(x):
    a = Plain()
    a.copyto()
    return weighed(a, x)


@program(X)
def changed_by_copyto_of_a_derived_class(x):
    a = Derived()
    a.copyto()
    return weighed(a, x)


@program(X)
def changed_by_out(x):
    a = Plain()
    a.out()
    return weighed(a, x)


@program(X)
def changed_by_out_of_a_derived_class(x):
    a = Derived()
    a.out()
    return weighed(a, x)


@program(X)
def changed_by_at(x):
    a = Plain()
    a.at()
    return weighed(a, x)


@program(X)
def changed_by_at_of_a_derived_class(x):
    a = Derived()
    a.at()
    return weighed(a, x)


@program(X)
def changed_by_rm_of_a_derived_class(x):
    a = Derived()
    a.rm()
    return weighed(a, x)


@program(X)
def changed_by_fill(x):
    a = Plain()
    a.fill()
    return weighed(a, x)


@program(X)
def changed_by_fill_of_a_derived_class(x):
    a = Derived()
    a.fill()
    return weighed(a, x)


@program(X)
def changed_by_flat(x):
    a = Plain()
    a.flat()
    return weighed(a, x)


@program(X)
def changed_by_flat_of_a_derived_class(x):
    a = Derived()
    a.flat()
    return weighed(a, x)


@program(X)
def changed_by_view(x):
    a = Plain()
    a.view()
    return weighed(a, x)


@program(X)
def changed_by_view_of_a_derived_class(x):
    a = Derived()
    a.view()
    return weighed(a, x)


@program(X)
def changed_by_swap(x):
    a = Plain()
    a.swap()
    return weighed(a, x)


@program(X)
def changed_by_swap_of_a_derived_class(x):
    a = Derived()
    a.swap()
    return weighed(a, x)


@program(X)
def changed_by_setit(x):
    a = Plain()
    a.setit()
    return weighed(a, x)


@program(X)
def changed_by_setit_of_a_derived_class(x):
    a = Derived()
    a.setit()
    return weighed(a, x)


@program(X)
def changed_by_upd(x):
    a = Plain()
    a.upd()
    return weighed(a, x)


@program(X)
def changed_by_upd_of_a_derived_class(x):
    a = Derived()
    a.upd()
    return weighed(a, x)


@program(X)
def changed_by_set2(x):
    a = Plain()
    a.set2()
    return weighed(a, x)


@program(X)
def changed_by_set2_of_a_derived_class(x):
    a = Derived()
    a.set2()
    return weighed(a, x)


@program(X)
def changed_by_set3(x):
    a = Plain()
    a.set3()
    return weighed(a, x)


@program(X)
def changed_by_set3_of_a_derived_class(x):
    a = Derived()
    a.set3()
    return weighed(a, x)


@program(X)
def changed_by_set4(x):
    a = Plain()
    a.set4()
    return weighed(a, x)


@program(X)
def changed_by_set4_of_a_derived_class(x):
    a = Derived()
    a.set4()
    return weighed(a, x)
