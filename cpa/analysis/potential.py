"""Phase 2, step 2.3: potential = (actual − reference) × output, by stream and by the eight aspects (domain notes §3.3)."""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from cpa.analysis.benchmark import BenchmarkResult
from cpa.analysis.factors import Factor, conventions, item_factor
from cpa.analysis.money import money_unit
from cpa.analysis.specifics import Specific, amount_unit, amounts_of, annual_fitted
from cpa.audit import Audit
from cpa.schema.preassessment import Input, Potential, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import UnitError, parse_unit

Kind = Literal["level-1", "level-2", "quota", "design", "best-month"]


class StreamPotential(msgspec.Struct, frozen=True):
    """What a stream would lose less of in a year at a reference, in its unit, tce (energy) and money (where priced).

    `actual` and `reference` per unit of product, in the unit of `specific`; `amount` is zero where the reference is met.
    """

    specific: Specific
    kind: Kind
    actual: float
    reference: float
    amount: float
    unit: str
    tce: float | None
    money: float | None
    month: str = ""


class AspectPotential(msgspec.Struct, frozen=True):
    """A potential that the auditors found, with its amount a year as stated, else as computed, and what that is worth."""

    item: Potential
    amount: Quantity | None
    computed: Quantity | None
    tce: float | None
    money: float | None


def stream_potentials(
    audit: Audit, specifics: tuple[Specific, ...], benchmark: BenchmarkResult | None
) -> tuple[StreamPotential, ...]:
    """Every stream against every reference that there is in the baseline year; the largest money first, then tce."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    found = []
    for specific in specifics:
        for reference in _references(audit, specific, year, benchmark):
            one = _potential(audit, specific, reference, year)
            if one is not None:
                found.append(one)
    return tuple(sorted(found, key=lambda one: (-(one.money or 0.0), -(one.tce or 0.0))))


class _Reference(NamedTuple):
    kind: Kind
    actual: float
    value: float
    month: str = ""


def _references(audit: Audit, specific: Specific, year: int, benchmark: BenchmarkResult | None) -> Iterator[_Reference]:
    """What there is to compare with; the indicator's own value against its levels, as it may be of what was generated."""
    for level, actual, value in _levels(audit, specific, benchmark):
        yield _Reference(("level-1", "level-2")[level], actual, value)
    actual = specific.computed.get(year, math.nan)
    if math.isnan(actual):
        return
    if specific.quota is not None:
        yield _Reference("quota", actual, specific.quota)
    if specific.design is not None:
        yield _Reference("design", actual, specific.design)
    if specific.best_month is not None:
        yield _Reference("best-month", actual, specific.best_month[1], specific.best_month[0])


def _levels(audit: Audit, specific: Specific, benchmark: BenchmarkResult | None) -> Iterator[tuple[int, float, float]]:
    """Levels Ⅰ and Ⅱ of the indicator that is computed from this item alone: number, value of the plant, baseline."""
    stated = audit.phase("preassessment").benchmark
    if benchmark is None or stated is None or benchmark.system.method == "trial":
        return
    names = {
        value.indicator
        for value in stated.values
        if value.of == (specific.item.id,) and value.per in ("", specific.product.id)
    }
    for result in benchmark.results:
        if result.row.id not in names or result.value is None or result.row.better == "higher":
            continue
        unit = parse_unit(result.row.unit)
        actual = Quantity(result.value, unit).fitted(specific.unit, audit.calendar)
        for level, baseline in enumerate(result.baselines[:2]):
            value = Quantity(baseline.value, unit).fitted(specific.unit, audit.calendar) if baseline else None
            if value is not None and actual is not None:
                yield level, actual, value


def _potential(audit: Audit, specific: Specific, reference: _Reference, year: int) -> StreamPotential | None:
    first = next(iter(amounts_of(specific.item).values()), None)
    if first is None or year not in specific.product.output:
        return None
    unit = amount_unit(first)
    gap = Quantity(max(reference.actual - reference.value, 0.0), parse_unit(specific.unit))
    amount = _times_output(audit, gap, specific, year, unit)
    if amount is None:
        return None
    tce, money = worth(audit, specific.item, Quantity(amount, parse_unit(unit)), year)
    return StreamPotential(
        specific, reference.kind, reference.actual, reference.value, amount, unit, tce, money, reference.month
    )


def _times_output(audit: Audit, gap: Quantity, specific: Specific, year: int, unit: str) -> float | None:
    """A change per unit of product as an amount of the year in `unit`."""
    product_unit = amount_unit(specific.product.output[year])
    output = annual_fitted(specific.product.output[year], product_unit, audit.calendar)
    if output is None:
        return None
    try:
        made = Quantity(gap.value * output, gap.unit.times(parse_unit(product_unit)))
    except UnitError:
        return None
    return annual_fitted(made, unit, audit.calendar)


def worth(audit: Audit, item: Input | Waste, amount: Quantity, year: int) -> tuple[float | None, float | None]:
    """An amount of an item in tce (energy carriers) and in money (inputs with a price); None where there is no factor."""
    if isinstance(item, Waste):
        return None, None
    tce = money = None
    if item.kind == "energy":
        factor = item_factor(audit, item, year, conventions(audit).electricity)
        if isinstance(factor, Factor):
            tce = _product(audit, amount, factor.value, "tce")
    if item.price is not None:
        money = _product(audit, amount, item.price, money_unit(audit))
    return tce, money


def _product(audit: Audit, one: Quantity, other: Quantity, unit: str) -> float | None:
    try:
        made = Quantity(one.value * other.value, one.unit.times(other.unit))
    except UnitError:
        return None
    return annual_fitted(made, unit, audit.calendar)


def aspect_potentials(audit: Audit, specifics: tuple[Specific, ...]) -> tuple[AspectPotential, ...]:
    """The potentials that the auditors state, the largest money first, then tce."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    by_item = {(specific.item.id, specific.product.id): specific for specific in specifics}
    by_item |= {(specific.item.id, ""): specific for specific in specifics if not specific.shared}
    items = {item.id: item for item in (*audit.phase("preassessment").inputs, *audit.phase("preassessment").wastes)}
    found = []
    for potential in audit.phase("preassessment").potentials:
        item = items.get(potential.resource)
        specific = by_item.get((potential.resource, potential.product))
        computed = _computed(audit, potential, item, specific, year)
        amount = potential.potential or computed
        tce, money = worth(audit, item, amount, year) if item is not None and amount is not None else (None, None)
        found.append(AspectPotential(potential, amount, computed, tce, money))
    return tuple(sorted(found, key=lambda one: (-(one.money or 0.0), -(one.tce or 0.0))))


def _computed(
    audit: Audit, potential: Potential, item: Input | Waste | None, specific: Specific | None, year: int
) -> Quantity | None:
    """(actual − reference) × output for figures per unit of product; their difference for amounts a year."""
    first = next(iter(amounts_of(item).values()), None) if item is not None else None
    if potential.actual is None or potential.reference is None or first is None:
        return None
    reference, unit = potential.reference.fitted(potential.actual.unit, audit.calendar), amount_unit(first)
    if reference is None:
        return None
    gap = Quantity(potential.actual.value - reference, potential.actual.unit)
    if annual_fitted(gap, unit, audit.calendar) is not None:
        return gap
    if specific is None or year not in specific.product.output:
        return None
    amount = _times_output(audit, gap, specific, year, unit)
    return None if amount is None else Quantity(amount, parse_unit(f"{unit}/a"))


class AspectSum(msgspec.Struct, frozen=True):
    """The potentials of one aspect added up; streams that several aspects share are not taken apart."""

    aspect: str
    count: int
    tce: float
    money: float


def by_aspect(potentials: tuple[AspectPotential, ...]) -> tuple[AspectSum, ...]:
    """The aspects by the money of their potentials, then tce."""
    groups: dict[str, list[AspectPotential]] = {}
    for one in potentials:
        groups.setdefault(one.item.aspect, []).append(one)
    sums = [
        AspectSum(
            aspect,
            len(members),
            math.fsum(one.tce or 0.0 for one in members),
            math.fsum(one.money or 0.0 for one in members),
        )
        for aspect, members in groups.items()
    ]
    return tuple(sorted(sums, key=lambda one: (-one.money, -one.tce)))
