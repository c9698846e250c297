"""Doubt about money: sensitivity, break-even and Monte Carlo of the NPV of a plan (docs/spec-options.md §6).

An input is varied by a factor on its stated value. The simulation runs the same statement as the appraisal, on arrays.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from cpa.methods.cashflow import Amount, Plan, statement
from cpa.methods.rates import internal_rates, present_value

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

CHANGES = (-0.2, -0.1, 0.1, 0.2)
SEED, DRAWS = 20150101, 1_000_000
_BLOCK = 1 << 14
_Z95 = 1.6448536269514722
"""95 % point of the standard normal distribution."""

_HOLDERS: dict[str, tuple[str, ...]] = {
    "investment": ("construction", "interest", "working_capital"),
    "life": ("life",),
    "tax_rate": ("tax_rate",),
    "salvage": ("salvage",),
}


class Project(msgspec.Struct, frozen=True):
    """A plan and the rate at which it is discounted."""

    plan: Plan
    rate: Amount

    def npv(self) -> Amount:
        return present_value(statement(self.plan).flows, self.rate)


def inputs_of(project: Project) -> tuple[str, ...]:
    """What may be varied: investment, saving and its parts where there are several, life, rates and a stated sale."""
    plan = project.plan
    names = ["investment", "saving"]
    if len(plan.parts) > 1:
        names += [part.name for part in plan.parts if part.amount]
    names += ["life", "discount_rate"]
    names += ["tax_rate"] if plan.tax_rate else []
    return (*names, *(["salvage"] if plan.salvage else []))


def varied(project: Project, factors: Mapping[str, Amount]) -> Project:
    """The project with inputs multiplied by factors; unknown names change nothing."""
    plan, rate = project.plan, project.rate
    changes: dict[str, Any] = {}
    for name, factor in factors.items():
        for field in _HOLDERS.get(name, ()):
            stated = changes.get(field, getattr(plan, field))
            if stated is not None:
                changes[field] = stated * factor
        if name == "discount_rate":
            rate = rate * factor
    every = factors.get("saving", 1.0)
    if "saving" in factors or any(part.name in factors for part in plan.parts):
        changes["parts"] = tuple(
            msgspec.structs.replace(
                part, amount=part.amount * every * (1.0 if part.name == "saving" else factors.get(part.name, 1.0))
            )
            for part in plan.parts
        )
    return Project(msgspec.structs.replace(plan, **changes) if changes else plan, rate)


class Sensitivity(msgspec.Struct, frozen=True):
    """How one input moves the NPV: NPV and IRR at each of `CHANGES`, the coefficient (ΔNPV/NPV)/(Δx/x) at +10 %, and the
    relative change at which the NPV is zero (None: none within −100 % to +300 %).
    """

    input: str
    npvs: tuple[float, ...]
    irrs: tuple[float | None, ...]
    coefficient: float | None
    break_even: float | None


def sensitivities(project: Project) -> tuple[Sensitivity, ...]:
    """Every input of the project, one at a time."""
    base = project.npv()
    results = []
    for name in inputs_of(project):
        cases = [varied(project, {name: 1 + change}) for change in CHANGES]
        npvs = tuple(case.npv() for case in cases)
        irrs = tuple(internal_rates(statement(case.plan).flows).rate for case in cases)
        raised = npvs[CHANGES.index(0.1)]
        results.append(
            Sensitivity(name, npvs, irrs, (raised - base) / base / 0.1 if base else None, _break_even(project, name))
        )
    return tuple(results)


def _break_even(project: Project, name: str) -> float | None:
    """The change nearest to none at which the NPV is zero; NPV moves one way with every input of a usual project."""

    def npv(factor: float) -> float:
        return float(varied(project, {name: factor}).npv())

    if name == "discount_rate":
        rates = internal_rates(statement(project.plan).flows).rates if project.rate else ()
        found = [rate / project.rate for rate in rates if 0 <= rate <= project.rate * _FARTHEST]
        return min(found, key=lambda factor: abs(factor - 1)) - 1 if found else None
    here = npv(1.0)
    turns = [_crossing(npv, here, end) for end in (1e-3 if name == "life" else 0.0, _FARTHEST)]
    found = [turn for turn in turns if turn is not None]
    return min(found, key=lambda factor: abs(factor - 1)) - 1 if found else None


_FARTHEST = 4.0


def _crossing(npv: Callable[[float], float], here: float, end: float) -> float | None:
    """Where the NPV is zero between factor 1 and `end`, by the Illinois form of false position; None for no change of sign."""
    low, high = (1.0, here), (end, npv(end))
    if low[1] == 0:
        return 1.0
    if (low[1] > 0) == (high[1] > 0):
        return None
    side = 0
    for _step in range(200):
        factor = (low[0] * high[1] - high[0] * low[1]) / (high[1] - low[1])
        value = npv(factor)
        if value == 0 or abs(high[0] - low[0]) < _CLOSE * abs(factor) or factor in (low[0], high[0]):
            return factor
        if (value > 0) == (high[1] > 0):
            high, low, side = (factor, value), (low[0], low[1] / 2 if side == 1 else low[1]), 1
        else:
            low, high, side = (factor, value), (high[0], high[1] / 2 if side == -1 else high[1]), -1
    return factor


class Spread(msgspec.Struct, frozen=True):
    """The factor of an input: its least and largest change, and how it is distributed between them."""

    input: str
    low: float
    high: float
    distribution: Literal["uniform", "triangular", "normal"]


class Quantiles(msgspec.Struct, frozen=True):
    """Mean, standard deviation, and the 5 %, 50 % and 95 % points; `missing` the share of draws without a value."""

    mean: float
    deviation: float
    low: float
    middle: float
    high: float
    missing: float = 0.0


class Simulation(msgspec.Struct, frozen=True):
    """What the draws say: NPV, its chance to be negative, payback from year 0, and the IRR of the first 131,072 draws; None
    where no draw has one.
    """

    draws: int
    seed: int
    npv: Quantiles
    negative: float
    payback: Quantiles | None
    irr: Quantiles | None
    histogram: tuple[tuple[float, int], ...]
    """Middle and count of 40 classes of the NPV between its 0.1 % and 99.9 % points."""


def simulate(project: Project, spreads: Sequence[Spread], draws: int = DRAWS, seed: int = SEED) -> Simulation:
    """Draws independent factors of the inputs; the same seed gives the same draws.

    A triangular distribution has its mode at the stated value, or at the end that is nearest to it.
    """
    import numpy as np

    npv, years = (np.empty(draws) for _ in range(2))
    rates = np.empty(draws if draws < _RATES else _RATES)
    for place, one in _blocks(project, spreads, draws, seed):
        series = statement(one.plan).flows
        npv[place] = present_value(series, one.rate)
        flows = np.array([np.broadcast_to(flow, (place.stop - place.start,)) for flow in series])
        years[place] = _paybacks(flows)
        if place.start < len(rates):
            rates[place] = internal_rates_of(flows)
    low, high = np.quantile(npv, (0.001, 0.999))
    counts, edges = np.histogram(npv, bins=40, range=(low, high if high > low else low + 1))
    return Simulation(
        draws,
        seed,
        _quantiles(npv),  # type: ignore[arg-type]
        float((npv < 0).mean()),
        _quantiles(years),
        _quantiles(rates),
        tuple(zip(((edges[:-1] + edges[1:]) / 2).tolist(), counts.tolist(), strict=True)),
    )


_RATES = 1 << 17
"""Draws whose IRR is computed: the rates take ten times as long as all the rest, and their quantiles need no more."""


def simulated_npvs(project: Project, spreads: Sequence[Spread], draws: int = DRAWS, seed: int = SEED) -> "Array":
    """The NPV of every draw, shape (draws,)."""
    import numpy as np

    npv = np.empty(draws)
    for place, one in _blocks(project, spreads, draws, seed):
        npv[place] = one.npv()
    return npv


def _blocks(project: Project, spreads: Sequence[Spread], draws: int, seed: int) -> Iterator[tuple[slice, Project]]:
    """Blocks of draws that stay near the processor: where each stands, and the project with its draws."""
    import numpy as np

    random = np.random.default_rng(seed)
    for start in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - start)
        drawn = {spread.input: _factors(random, spread, count) for spread in spreads}
        yield slice(start, start + count), varied(project, drawn)


def _factors(random: Any, spread: Spread, count: int) -> "Array":
    low, high = 1 + spread.low, 1 + spread.high
    drawn: Array
    if spread.distribution == "normal":
        drawn = random.normal((low + high) / 2, (high - low) / (2 * _Z95), count)
    elif spread.distribution == "uniform" or low == high:
        drawn = random.uniform(low, high, count)
    else:
        drawn = random.triangular(low, min(max(1.0, low), high), high, count)
    return drawn


def _quantiles(values: "Array") -> Quantiles | None:
    import numpy as np

    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, middle, high = np.quantile(known, (0.05, 0.5, 0.95)).tolist()
    return Quantiles(float(known.mean()), float(known.std()), low, middle, high, 1 - known.size / values.size)


def _paybacks(flows: "Array") -> "Array":
    """Payback of each column, as `rates.payback`; NaN for never."""
    import numpy as np

    found = np.full(flows.shape[1], np.nan)
    total, below = flows[0].copy(), flows[0] < 0
    for year in range(1, len(flows)):
        reached = below & np.isnan(found) & (total + flows[year] >= -1e-12 * np.abs(flows[year]))
        found[reached] = year - 1 - total[reached] / flows[year][reached]
        total += flows[year]
        below |= total < 0
    found[~below] = 0.0
    return found


def internal_rates_of(flows: "Array") -> "Array":
    """The IRR of every column of `flows` (years, series) whose flows turn once from cost to benefit; NaN for any other.

    Newton's method on the NPV as a function of 1/(1 + r), kept inside a bracket that shrinks at every step.
    """
    import numpy as np

    signs = np.sign(flows)
    turned, last = np.zeros(flows.shape[1], dtype=int), np.zeros(flows.shape[1])
    for sign in signs:
        turned += (sign != 0) & (last != 0) & (sign != last)
        last = np.where(sign != 0, sign, last)
    first = np.take_along_axis(signs, (signs != 0).argmax(axis=0)[None], axis=0)[0]
    wanted = np.flatnonzero((turned == 1) & (first < 0))
    rates = np.full(flows.shape[1], np.nan)
    for start in range(0, wanted.size, _NARROW):
        some = wanted[start : start + _NARROW]
        rates[some] = _newton(flows[:, some])
    return rates


_NARROW = 1 << 11
"""Series that are worked on at a time, so that they stay near the processor."""


def _newton(terms: "Array") -> "Array":
    import numpy as np

    low, high = np.zeros(terms.shape[1]), np.ones(terms.shape[1])
    while (short := _horner(terms, high)[0] < 0).any():
        low[short], high[short] = high[short], high[short] * 2
    x = (low + high) / 2
    for _step in range(200):
        value, slope = _horner(terms, x)
        below = value < 0
        low, high = np.where(below, x, low), np.where(below, high, x)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = x - value / slope
        moved = np.where((moved >= low) & (moved <= high), moved, (low + high) / 2)
        done = np.abs(moved - x) <= _CLOSE * x
        x = moved
        if done.all():
            break
    with np.errstate(divide="ignore"):
        return 1 / x - 1


_CLOSE = 1e-14


def _horner(terms: "Array", x: "Array") -> tuple["Array", "Array"]:
    """Value and slope of the polynomials with coefficients `terms` (ascending) at `x`."""
    import numpy as np

    value, slope = np.zeros_like(x), np.zeros_like(x)
    for term in terms[::-1]:
        slope *= x
        slope += value
        value *= x
        value += term
    return value, slope
