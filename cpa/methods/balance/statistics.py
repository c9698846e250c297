"""The few distribution functions that tests need, without importing scipy for a plant of fifty flows."""

import math
from statistics import NormalDist

_NORMAL = NormalDist()


def chi_square_tail(value: float, degrees: int) -> float:
    """The probability that χ² at `degrees` degrees of freedom exceeds `value`.

    Q(n/2, x/2) by its series or its continued fraction (Abramowitz and Stegun 6.5.29 and 6.5.31), to about 1e-14.
    """
    a, x = degrees / 2, value / 2
    if x < 1e-300 or a <= 0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        count = a
        while term > total * 1e-17:
            count += 1
            term *= x / count
            total += term
        return max(1 - total * scale, 0.0)
    # Lentz's method as modified by Thompson and Barnett.
    b = x + 1 - a
    c, d = 1e300, 1 / b
    fraction = d
    for step in range(1, 10_000):
        numerator = -step * (step - a)
        b += 2
        d = 1 / (numerator * d + b)
        c = b + numerator / c
        fraction *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return scale * fraction


def chi_square_limit(probability: float, degrees: int) -> float:
    """The value that χ² at `degrees` degrees of freedom exceeds with `probability`."""
    low, high = 0.0, degrees + 10.0
    while chi_square_tail(high, degrees) > probability:
        high *= 2
    for _step in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if chi_square_tail(middle, degrees) > probability:
            low = middle
        else:
            high = middle
    return high


def normal_limit(probability: float, tests: int) -> float:
    """What the largest of `tests` independent standard normal magnitudes exceeds with `probability` (Šidák 1967)."""
    single = -math.expm1(math.log1p(-probability) / max(tests, 1))
    return -_NORMAL.inv_cdf(single / 2)
