"""Indicators of a series of cash flows: present value, rates of return, payback (docs/spec-options.md §5).

Flows are amounts at the ends of year 0, 1, 2, …; rates are fractions a year.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

_LEAST = 1e-15
"""1 + r of the lowest rate that floating point tells from −100 %."""
_TOUCH = 1e-11
"""A turning point this near to zero, measured by the sum of the absolute terms, is a root."""


def annuity_factor(rate: float, years: float) -> float:
    """Present value of 1 a year, (P/A, i, n) = ((1+i)^n − 1) / (i (1+i)^n) (handbook, appendix 1).

    Its limit n at rate zero. Raises ValueError for a rate of −100 % or less.
    """
    if rate <= -1:
        raise ValueError("a discount rate is above -100 %")
    if rate == 0:
        return years
    exponent = -years * math.log1p(rate)
    return math.inf if exponent > _LARGEST_EXPONENT else -math.expm1(exponent) / rate


_LARGEST_EXPONENT = 700.0
"""Beyond it the exponential leaves the range of floating point."""


def present_value(flows: Sequence[float], rate: float) -> float:
    """Σ CF_t / (1 + i)^t; of arrays of draws too, in place."""
    factor = 1 / (1 + rate)
    total = 0.0 * factor
    for flow in reversed(flows):
        total *= factor
        total += flow
    return total


class Roots(msgspec.Struct, frozen=True):
    """The internal rates of return of a series, ascending.

    `conventional`: costs come first and benefits after them, so that the NPV falls through a single root; only then does
    a comparison with a discount rate mean what the rule of decision takes it to mean.
    """

    rates: tuple[float, ...]
    conventional: bool

    @property
    def status(self) -> Literal["none", "unique", "multiple"]:
        return "none" if not self.rates else "unique" if len(self.rates) == 1 else "multiple"

    @property
    def rate(self) -> float | None:
        """The one rate where there is one."""
        return self.rates[0] if len(self.rates) == 1 else None


def internal_rates(flows: Sequence[float]) -> Roots:
    """All real roots r > −1 of Σ CF_t / (1 + r)^t = 0.

    In x = 1/(1 + r) the sum is a polynomial on (0, ∞). Between the roots of its derivative it is monotone, so bisection on
    each such interval finds every root, and each turning point that touches zero is one: no root is missed, none is
    guessed. With a single change of sign there is exactly one root (Descartes), found at once.
    """
    first = next((index for index, flow in enumerate(flows) if flow), None)
    if first is None:
        return Roots((), False)
    last = max(index for index, flow in enumerate(flows) if flow)
    terms = [float(flow) for flow in flows[first : last + 1]]
    signs = [flow > 0 for flow in terms if flow]
    changes = sum(one != other for one, other in pairwise(signs))
    if changes == 0:
        return Roots((), False)
    if changes == 1:
        high = 1.0
        while (_value(terms, high) < 0) == (terms[0] < 0):
            high *= 2
        found = [_bisected(terms, 0.0, high)]
    else:
        found = _positive_roots(terms, _bound(terms))
    rates = sorted({_snapped(1 / root - 1, terms) for root in found if root > 0 and 1 / root > _LEAST})
    return Roots(tuple(rates), changes == 1 and not signs[0])


def _snapped(rate: float, terms: Sequence[float]) -> float:
    """Rates of whole hundredths of a per cent are such exactly where they are roots as good as the one found."""
    near = round(rate, 6)
    if near <= -1:
        return rate
    scale = math.fsum(abs(term) / (1 + near) ** index for index, term in enumerate(terms))
    return near if abs(near - rate) < 1e-12 and abs(present_value(terms, near)) <= 1e-13 * scale else rate


def _value(terms: Sequence[float], x: float) -> float:
    total = 0.0
    for term in reversed(terms):
        total = total * x + term
    return total


def _bisected(terms: Sequence[float], low: float, high: float) -> float:
    """The root between `low` and `high`, where the polynomial has different signs, to machine precision."""
    rising = _value(terms, low) < 0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if (_value(terms, middle) < 0) == rising:
            low = middle
        else:
            high = middle


def _bound(terms: Sequence[float]) -> float:
    """Above all roots (Fujiwara's bound)."""
    count = len(terms) - 1
    return float(2 * max(abs(term / terms[-1]) ** (1 / (count - index)) for index, term in enumerate(terms[:-1])))


def _positive_roots(terms: Sequence[float], bound: float) -> list[float]:
    """The roots in (0, bound], from the turning points upwards through all derivatives."""
    chain = [list(terms)]
    while len(chain[-1]) > 2:
        derived = [index * term for index, term in enumerate(chain[-1])][1:]
        largest = max(map(abs, derived)) or 1.0
        chain.append([term / largest for term in derived])
    turning: list[float] = []
    for polynomial in reversed(chain):
        edges = [0.0, *turning, bound]
        found: list[float] = []
        for low, high in pairwise(edges):
            below, above = _value(polynomial, low), _value(polynomial, high)
            if high != bound and _touches(polynomial, high, above):
                found.append(high)
            elif below and above and (below < 0) != (above < 0) and not (low and _touches(polynomial, low, below)):
                found.append(_bisected(polynomial, low, high))
        turning = found
    return turning


def _touches(terms: Sequence[float], x: float, value: float) -> bool:
    return abs(value) <= _TOUCH * math.fsum(abs(term) * x**index for index, term in enumerate(terms))


def interpolated_rate(flows: Sequence[float], exact: float | None) -> tuple[float, float, float, float, float] | None:
    """The handbook's IRR: i₁ + (i₂ − i₁) × NPV₁ / (NPV₁ + |NPV₂|) with i₂ = i₁ + 1 %.

    Returns i₁, NPV₁ ≥ 0, i₂, NPV₂ < 0 and the rate; None without a single IRR or with one below zero, where the handbook
    has no table.
    """
    if exact is None or exact < 0:
        return None
    first = math.floor(exact * 100 + 1e-9) / 100
    second = first + 0.01
    npv1, npv2 = present_value(flows, first), present_value(flows, second)
    return first, npv1, second, npv2, first + (second - first) * npv1 / (npv1 + abs(npv2))


def modified_rate(flows: Sequence[float], finance: float, reinvestment: float) -> float | None:
    """MIRR = (FV of the benefits at the reinvestment rate / −PV of the costs at the finance rate)^(1/n) − 1; as in Excel."""
    years = len(flows) - 1
    costs = present_value([min(flow, 0.0) for flow in flows], finance)
    benefits = present_value([max(flow, 0.0) for flow in flows], reinvestment) * (1 + reinvestment) ** years
    if costs >= 0 or benefits <= 0 or years < 1:
        return None
    return float((benefits / -costs) ** (1 / years) - 1)


def payback(flows: Sequence[float], rate: float = 0.0) -> float | None:
    """Years from year 0 until the flows, discounted at `rate`, have come back, interpolated within the year.

    The first time that the sum reaches zero after being below; 0 where it never is below, None where it stays there.
    """
    total, factor, below = 0.0, 1.0, False
    for year, flow in enumerate(flows):
        step = flow * factor
        if below and total + step >= -1e-12 * abs(step):
            return year - 1 + -total / step
        total += step
        below = below or total < 0
        factor /= 1 + rate
    return None if below else 0.0


def annual_worth(npv: float, rate: float, years: float) -> float | None:
    """The even amount a year over `years` that is worth `npv` today."""
    factor = annuity_factor(rate, years)
    return npv / factor if factor else None
