# wrt: spring
# at: Spring(2.0, 0.3), 1.5
from dataclasses import dataclass


@dataclass
class Spring:
    stiffness: float
    rest: float


def dataclass_parameter(spring, x):
    return 0.5 * spring.stiffness * (x - spring.rest) ** 2
# output
def dataclass_parameter_grad(spring, x, out_bar=1.0):  # grad(dataclass_parameter), spring: Spring, x: float
    t = x - spring.rest
    t_bar = -(out_bar * spring.stiffness * t)  # return 0.5 * spring.stiffness * (x - spring.rest) ** 2
    spring_bar = {'stiffness': 0.5 * (out_bar * t ** 2), 'rest': t_bar}
    spring_bar = like_object(spring, spring_bar)
    return spring_bar
