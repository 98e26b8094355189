# ruff: noqa: B009, B010  (reflection is the point)
"""Objects: methods, attributes, properties, inheritance, operators, dataclasses."""

from collections import namedtuple
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import ClassVar, NamedTuple

import numpy as np

from tests.language.registry import case


class Spring:
    """Stiffness and rest length."""

    unit = 2.0

    def __init__(self, stiffness, rest=1.0):
        self.stiffness = stiffness
        self.rest = rest
        self.calls = 0

    def force(self, length):
        self.calls += 1
        return -self.stiffness * (length - self.rest)

    def harden(self, factor):
        self.stiffness *= factor
        return self

    @property
    def energy(self):
        return 0.5 * self.stiffness * self.rest**2

    @property
    def length(self):
        return self.rest * self.unit

    @length.setter
    def length(self, value):
        self.rest = value * value / self.unit

    @classmethod
    def stiff(cls, factor):
        return cls(factor * cls.unit)

    @staticmethod
    def combined(a, b):
        return a * b / (a + b)


@case("objects: made inside, method called", 0.7, 1.3)
def made_inside(x, y):
    return Spring(x).force(y) * Spring(y, rest=x).force(2.0 * y)


@case("objects: attribute written by a method", 0.7, 1.3)
def attribute_written(x, y):
    spring = Spring(x)
    first = spring.force(y)
    spring.harden(y).harden(x)
    return first * spring.force(y) + spring.calls * x


@case("objects: attribute written from outside", 0.7)
def attribute_from_outside(x):
    spring = Spring(2.0)
    spring.stiffness = x * x
    spring.extra = x
    return spring.force(3.0) * spring.extra


@case("objects: two names of one object", 0.7)
def two_names(x):
    a = Spring(x)
    b = a
    b.stiffness = x * x
    return a.force(2.0 * x)


@case("objects: property read", 0.7)
def property_read(x):
    return Spring(x, rest=x).energy


@case("objects: property written", 0.7)
def property_written(x):
    spring = Spring(x)
    spring.length = x * x
    return spring.force(2.0) * spring.length


@case("objects: class and static methods", 0.7, 1.3)
def class_and_static(x, y):
    return Spring.stiff(x).force(y) + Spring.combined(x, y) + Spring(x).combined(x, 2.0 * y)


@case("objects: bound method as a value", 0.7, 1.3)
def bound_method(x, y):
    force = Spring(x, y).force
    return force(2.0) * force(x)


@case("objects: method called through the class", 0.7)
def unbound_method(x):
    return Spring.force(Spring(x), x * x)


class Damped(Spring):
    def __init__(self, stiffness, damping):
        super().__init__(stiffness, rest=damping)
        self.damping = damping

    def force(self, length, speed=1.0):
        return super().force(length) - self.damping * speed


class Heavy(Damped):
    unit = 5.0

    @property
    def energy(self):
        return super().energy * self.damping


@case("objects: inheritance and super()", 0.7, 1.3)
def inheritance(x, y):
    heavy = Heavy(x, y)
    return heavy.force(2.0, speed=x) * heavy.energy + heavy.length


@case("objects: class attribute and instance attribute", 0.7)
def class_attribute(x):
    spring = Spring(x)
    before = spring.length
    spring.unit = x
    return before * spring.length * Spring.unit


@case("objects: method found on the instance", 0.7)
def instance_method(x):
    spring = Spring(x)
    spring.force = lambda length: length * x * x
    return spring.force(3.0)


@case("objects: chosen at run time", 0.7, 1.3)
def chosen_object(x, y):
    total = 0.0
    for thing in [Spring(x), Damped(y, x), Heavy(x, y)]:
        total = total + thing.force(2.0) * thing.energy
    return total


@case("objects: array attribute written in place", np.array([0.7, 1.3]))
def array_attribute(u):
    class_like = Spring(u)
    class_like.stiffness[0] *= u[1]
    return np.sum(class_like.force(u))


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, factor):
        if isinstance(factor, Vector):
            return self.x * factor.x + self.y * factor.y
        return Vector(self.x * factor, self.y * factor)

    def __rmul__(self, factor):
        return self * factor

    def __neg__(self):
        return self * -1.0

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __abs__(self):
        return (self * self) ** 0.5

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __setitem__(self, index, value):
        if index == 0:
            self.x = value
        else:
            self.y = value

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self.x, self.y))

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __contains__(self, value):
        return value > 0.0

    def __call__(self, t):
        return self.x + t * self.y

    def __bool__(self):
        return True


@case("operators: arithmetic of a class", 0.7, 1.3)
def vector_arithmetic(x, y):
    a, b = Vector(x, y), Vector(y * y, 2.0)
    return (a + b * x) * (3.0 * a - b) + abs(-b)


@case("operators: in place of a class", 0.7, 1.3)
def vector_in_place(x, y):
    a = Vector(x, y)
    b = a
    a += Vector(x * y, 1.0)
    return b * b


@case("operators: indexing of a class", 0.7, 1.3)
def vector_indexing(x, y):
    a = Vector(x, y)
    a[0] = a[1] * x
    a[1] += x
    return a[0] * a[1] * len(a)


@case("operators: iteration over a class", 0.7, 1.3)
def vector_iteration(x, y):
    total = 1.0
    for value in Vector(x, y):
        total = total * value + value
    a, b = Vector(y, x)
    return total * a + b


@case("operators: comparison, truth, membership of a class", 0.7, 1.3)
def vector_comparison(x, y):
    a, b = Vector(x, y), Vector(y, y)
    return (a if a < b else b) * (b if b else a) if 1.0 in a else x


@case("operators: __call__", 0.7, 1.3)
def vector_called(x, y):
    line = Vector(x, y)
    return line(2.0) * line(x)


@dataclass
class Model:
    slope: float
    offset: float = 0.5
    history: list = field(default_factory=list)

    def __call__(self, x):
        self.history.append(x * self.slope)
        return self.slope * x + self.offset


@case("dataclasses: made inside", 0.7, 1.3)
def dataclass_inside(x, y):
    model = Model(x, offset=y * y)
    return model(x) * model(y) + sum(model.history)


@dataclass
class Well:
    depth: float
    position: np.ndarray
    name: str = "well"
    turns: int = 2


@case("dataclasses: as the argument", Well(0.7, np.array([0.3, 1.3])))
def dataclass_argument(well):
    total = well.depth
    for _ in range(well.turns):
        total = total * np.sum(well.position**2)
    return total


@dataclass(frozen=True)
class Ray:
    origin: float
    slope: float

    def at(self, t):
        return self.origin + t * self.slope


@case("dataclasses: frozen, with replace", Ray(0.7, 1.3))
def dataclass_frozen(ray):
    turned = replace(ray, slope=ray.origin * ray.slope)
    return turned.at(2.0) * ray.at(3.0)


@dataclass
class Checked:
    value: float

    def __post_init__(self):
        self.square = self.value * self.value


@case("dataclasses: __post_init__", 0.7)
def post_init(x):
    return Checked(x * 3.0).square * x


class Point(NamedTuple):
    x: float
    y: float

    def norm2(self):
        return self.x * self.x + self.y * self.y


@case("namedtuples: as the argument, with a method", Point(0.7, 1.3))
def namedtuple_argument(point):
    a, b = point
    return point.x * point[1] + point.norm2() * a - b


Box = namedtuple("Box", "low high")


@case("namedtuples: made inside, _replace", 0.7, 1.3)
def namedtuple_inside(x, y):
    box = Box(x, high=y)
    wider = box._replace(high=box.high * box.low)
    return (wider.high - wider.low) * box.high


class Law(Enum):
    LINEAR = 1
    SQUARE = 2


@case("objects: enums as constants", 0.7, Law.SQUARE)
def enum_constant(x, law):
    if law is Law.LINEAR:
        return x
    return x**law.value * (2.0 if law == Law.SQUARE else 1.0)


class Tracker:
    """An attribute that is a view of another attribute."""

    def __init__(self, u):
        self.work = u * 1.0
        self.inner = self.work[1:-1]

    def relax(self):
        self.inner *= self.work[:-2]
        self.work[2] = self.inner[0] * self.work[0]


@case("objects: attribute that is a view of another attribute", np.array([0.7, 1.3, 0.2, 0.5]))
def attribute_view(u):
    tracker = Tracker(u)
    tracker.relax()
    tracker.inner[1] += tracker.work[1]
    return np.sum(tracker.work * tracker.work)


class Lazy:
    def __init__(self, x):
        self.x = x

    @property
    def square(self):
        try:
            return self._square
        except AttributeError:
            self._square = self.x * self.x
            return self._square


@case("objects: value computed on first access", 0.7)
def lazy(x):
    thing = Lazy(x)
    return thing.square * thing.square


@case("objects: isinstance, hasattr, getattr, type", 0.7)
def reflection(x):
    spring = Spring(x)
    y = x * 2.0 if isinstance(x, float) and type(x) is float else x
    if hasattr(spring, "stiffness") and not hasattr(spring, "mass"):
        y = y * getattr(spring, "stiffness") * getattr(spring, "mass", 3.0)
    setattr(spring, "rest", y)
    return spring.energy


@case("objects: local class without active body", 0.7)
def local_class(x):
    class Square:
        def __init__(self, side):
            self.side = side

        def area(self):
            return self.side * self.side

    return Square(x).area() * x


@case("objects: linked list", 0.7)
def linked(x):
    head = None
    for i in range(4):
        head = Cell(x * (i + 1), head)
    total, cell = 1.0, head
    while cell is not None:
        total = total * cell.value + 1.0
        cell = cell.next
    return total


class Cell:
    __slots__ = ("next", "value")

    def __init__(self, value, next):
        self.value = value
        self.next = next


@case("objects: identity of the user's objects", [0.7, 1.3])
def identity_kept(values):
    same = values
    other = list(values)
    return values[0] ** 2 if same is values and other is not values else values[1]


class Shrinking:
    def __init__(self, value, count):
        self.value, self.count = value, count

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == 0:
            raise StopIteration
        self.count -= 1
        self.value = self.value * 0.5
        return self.value


@case("operators: __next__", 0.7)
def drawn(x):
    shrinking, total = Shrinking(x, 4), 0.0
    for value in shrinking:
        total += value * shrinking.value
        shrinking.value += x
    return total * shrinking.value


class Scaled(namedtuple("Scaled", "x y")):
    def __new__(cls, x, y):
        return super().__new__(cls, x * y, y)

    @staticmethod
    def product(a, b):
        return a.x * b.y


@case("objects: __new__ written in Python", 0.7, 1.3)
def own_new(x, y):
    a, b = Scaled(x, y), Scaled(y, x)
    return a.product(a, b) + b.x


class Chosen:
    """As some libraries do: the class of the instance is chosen by what it is made of."""

    def __new__(cls, *coefficients):
        if cls is Chosen:
            return Straight.__new__(Straight) if len(coefficients) == 1 else Bent.__new__(Bent)
        return super().__new__(cls)


class Straight(Chosen):
    def __init__(self, slope):
        self.slope = 2.0 * slope

    def at(self, x):
        return self.slope * x


class Bent(Chosen):
    def __init__(self, slope, curvature):
        self.slope, self.curvature = slope, curvature

    def at(self, x):
        return self.slope * x + self.curvature * x**2


@case("objects: __new__ that returns an instance of another class", 0.7, 1.3)
def chosen_by_new(x, y):
    return Chosen(x).at(y) + Chosen(x, y).at(x) * Chosen(2.0).slope


class Kept:
    made: ClassVar[dict[float, object]] = {}

    def __new__(cls, key):
        if key not in cls.made:
            cls.made[key] = super().__new__(cls)
        return cls.made[key]

    def __init__(self, key):
        self.scale = 2.0 * key


@case("objects: __new__ that returns what was made before", 0.7)
def kept_by_new(x):
    return Kept(3.0).scale * x**2


@case("objects: __dict__ and vars", 0.7, 1.3)
def namespace_of_object(x, y):
    spring = Spring(x, rest=y)
    spring.__dict__.update(stiffness=x * y)
    return sum(vars(spring).values()) * spring.__dict__["rest"] * spring.stiffness


@case("objects: attribute by a name that is put together", 0.7)
def attribute_by_text(x):
    spring = Spring(x)
    return getattr(spring, f"{'har'}den")(x).stiffness * getattr(spring, "REST".lower())


@case("objects: enum members by name and value", 0.7)
def enum_members(x):
    return x ** Law["SQUARE"].value * (3.0 if Law(2) is Law.SQUARE else 1.0)


class Entries(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


class Track(list):
    def __init__(self, items, weight):
        super().__init__(items)
        self.weight = weight

    def append(self, value):
        super().append(value * self.weight)

    def total(self):
        return sum(self)


@case("classes: derived from dict, entries as attributes", 0.7, 1.3)
def entries(x, y):
    p = Entries(mass=x, rates=[y, x * y])
    p.mass = p.mass * p.rates[1] + p["mass"]
    for rate in p.rates:
        p.rate = rate * rate
    return p.mass * p.rate * len(p)


@case("classes: derived from list, with methods and attributes", [0.7, 1.3, 0.2])
def track(values):
    path = Track([values[0]], values[1])
    for value in values:
        path.append(value * path[-1])
    return path.total() * path.weight + len(path) * path.pop()


@case("classes: instance derived from dict as an argument", Entries(mass=0.7, rate=1.3))
def entries_given(p):
    p.mass = p.mass * p.rate
    return p.mass * sum(p.values())


class Tally:
    total = 0.0
    count = 0

    def __init__(self, value):
        type(self).count += 1
        Tally.total += value * self.count


@case("classes: attributes of the class, written", [0.7, 1.3, 0.2])
def tallied(values):
    Tally.total, Tally.count = 0.0, 0
    for value in values:
        Tally(value * Tally.count + value)
    return Tally.total * Tally.total * Tally.count


class Linear:
    def __init__(self, k):
        self.k = k

    def __call__(self, v):
        return self.k * v


class Squaring:
    def __init__(self, k, weight=2.0):
        self.k, self.weight = k, weight

    def __call__(self, v):
        return self.k + v * v * self.weight


@case("classes: objects of several, put on a list in a loop of unknown length", [0.7, 1.3, 0.2])
def several_classes(values):
    layers = []
    for i, value in enumerate(values):
        layers.append(Squaring(value) if i % 2 else Linear(value))
    total = 1.0
    for layer in layers:
        total = layer(total) * (0.5 if isinstance(layer, Squaring) else layer.k)
    return total
