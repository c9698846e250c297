"""Phase 2: unit consumption, compliance, benchmark, ranking of the candidates, targets."""

import math

import msgspec

from cpa import reference
from cpa.audit import Audit
from cpa.methods.ranking import Ranking, weighted_sum
from cpa.methods.robustness import SCALE, Robustness, robustness
from cpa.schema.preassessment import Candidate, Input, Monitoring, Product, Target, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar, Unit, UnitError, parse_unit


def years(audit: Audit) -> tuple[int, ...]:
    """The years that phase 2 has figures for, in order."""
    phase = audit.phase("preassessment")
    found: set[int] = set()
    for item in (*phase.products, *phase.inputs, *phase.wastes):
        found.update(
            getattr(item, "output", None) or getattr(item, "consumption", None) or getattr(item, "discharge", {})
        )
    return tuple(sorted(found))


def annual(quantity: Quantity, unit: str | Unit, calendar: Calendar) -> float:
    """A year's amount in `unit`, whether it is written as an amount (`t`) or as a rate (`t/a`). Raises UnitError."""
    target = parse_unit(unit) if isinstance(unit, str) else unit
    try:
        return quantity.to(target, calendar)
    except UnitError:
        rate = target.times(parse_unit("a"), -1)
        if rate.dimension != quantity.unit.dimension:
            raise
        return quantity.to(rate, calendar)


class Specific(msgspec.Struct, frozen=True):
    """Amounts of an input or waste per unit of its product, by year, beside what the enterprise reports."""

    item: Input | Waste
    product: Product
    unit: str
    computed: dict[int, float]
    reported: dict[int, float]
    quota: float | None

    def change(self, first: int, last: int) -> float:
        """How far the figure of year `last` lies above that of `first`, as a fraction."""
        return self.computed[last] / self.computed[first] - 1


def specifics(audit: Audit) -> tuple[Specific, ...]:
    """Unit consumption (form 2-3) and unit discharge (form 2-5) of every item that names a product.

    Items without a product refer to the only product, where there is only one.
    """
    phase = audit.phase("preassessment")
    products = {product.id: product for product in phase.products}
    results = []
    for item in (*phase.inputs, *phase.wastes):
        product = products.get(item.product) or (
            phase.products[0] if len(phase.products) == 1 and not item.product else None
        )
        if product is not None:
            result = _specific(item, product, audit.calendar)
            if result is not None:
                results.append(result)
    return tuple(results)


def _specific(item: Input | Waste, product: Product, calendar: Calendar) -> Specific | None:
    amounts = item.consumption if isinstance(item, Input) else item.discharge
    reported = item.unit_consumption if isinstance(item, Input) else {}
    stated = next(iter(reported.values()), None) or item.quota
    try:
        output = {year: annual(quantity, _amount_unit(quantity), calendar) for year, quantity in product.output.items()}
        product_unit = _amount_unit(next(iter(product.output.values())))
        unit = stated.unit if stated is not None else _readable_ratio(amounts, output, product_unit, calendar)
        if unit is None:
            return None
        own = unit.times(parse_unit(product_unit))
        computed = {
            year: annual(quantity, own, calendar) / output[year]
            for year, quantity in amounts.items()
            if output.get(year)
        }
        return Specific(
            item,
            product,
            unit.text,
            computed,
            {year: quantity.to(unit, calendar) for year, quantity in reported.items()},
            item.quota.to(unit, calendar) if item.quota is not None else None,
        )
    except (UnitError, StopIteration):
        return None


def _amount_unit(quantity: Quantity) -> str:
    """The unit of a year's amount, without `/a`."""
    text = quantity.unit.text
    return text.removesuffix("/a").removesuffix("/年")


def _readable_ratio(
    amounts: dict[int, Quantity], output: dict[int, float], product_unit: str, calendar: Calendar
) -> Unit | None:
    quantity = next(iter(amounts.values()), None)
    if quantity is None:
        return None
    name = _amount_unit(quantity)
    year = next((year for year in amounts if output.get(year)), None)
    if year is not None and name in ("t", "吨") and annual(quantity, "t", calendar) / output[year] < 1:
        name = "kg"
    name = {"万kWh": "kWh", "万m³": "m³", "万m3": "m³"}.get(name, name)
    return parse_unit(f"{name}/{product_unit}" if "/" not in product_unit else f"{name}/({product_unit})")


class Verdict(msgspec.Struct, frozen=True):
    """A monitoring result against its limit and cap; None where there is nothing to compare with."""

    item: Monitoring
    within_limit: bool | None
    within_cap: bool | None
    limit_ratio: float | None
    cap_ratio: float | None

    @property
    def complies(self) -> bool | None:
        """None where neither a limit nor a cap could be compared."""
        judged = [verdict for verdict in (self.within_limit, self.within_cap) if verdict is not None]
        return all(judged) if judged else None


def compliance(audit: Audit) -> tuple[Verdict, ...]:
    """Every monitoring result judged; a result below the detection limit complies with any limit above it."""
    results = []
    for item in audit.phase("preassessment").monitoring:
        limit_ratio = _ratio(item.value, item.limit, audit.calendar)
        low_ratio = _ratio(item.value, item.low_limit, audit.calendar)
        cap_ratio = _ratio(item.annual_load, item.cap, audit.calendar) if item.annual_load is not None else None
        within = (
            None
            if limit_ratio is None and low_ratio is None
            else (limit_ratio is None or limit_ratio <= 1) and (low_ratio is None or low_ratio >= 1)
        )
        results.append(Verdict(item, within, None if cap_ratio is None else cap_ratio <= 1, limit_ratio, cap_ratio))
    return tuple(results)


def _ratio(value: Quantity, limit: Quantity | None, calendar: Calendar) -> float | None:
    """Result by limit; any result above a limit of zero (must not be found) exceeds it without bound."""
    found = value.fitted(limit.unit, calendar) if limit is not None else None
    if limit is None or found is None:
        return None
    if limit.value == 0:
        return math.inf if found > 0 and value.sign != "<" else 0.0
    return found / limit.value


def focus_ranking(audit: Audit) -> Ranking | None:
    """Form 2-12; None without a focus section. Candidates in the order of the candidate list."""
    focus = audit.phase("preassessment").focus
    if focus is None:
        return None
    order = [candidate.id for candidate in audit.phase("preassessment").candidates if candidate.id in focus.scores]
    names = [*order, *(name for name in focus.scores if name not in order)]
    return weighted_sum(focus.factors, {name: focus.scores[name] for name in names})


def focus_robustness(ranking: Ranking) -> Robustness | None:
    """How firmly the first candidate stands when the weights move in the usual bands (pack `ranking`).

    A band is widened to the audit's own weight; a factor without one varies by the pack's `other` inside 1 to 10.
    """
    pack = reference.load("ranking")
    low, high = SCALE
    bands = {}
    for factor, weight in zip(ranking.factors, ranking.weights, strict=True):
        least, most = pack["bands"].get(factor, (weight - pack["other"], weight + pack["other"]))
        bands[factor] = (min(max(least, low), weight), max(min(most, high), weight))
    return robustness(ranking, bands)


def candidate_costs(candidate: Candidate, unit: str, calendar: Calendar) -> tuple[float | None, float | None]:
    """Subtotals of form 2-11 in `unit` a year: consumption, and environmental costs; None where nothing is stated."""
    consumption = [part.cost for part in (candidate.material, candidate.water, candidate.energy) if part is not None]
    costs = candidate.environmental
    environmental = (
        [
            part
            for part in (costs.treatment, costs.disposal, costs.charges, costs.fines, costs.other)
            if part is not None
        ]
        if costs is not None
        else []
    )
    return _total(consumption, unit, calendar), _total(environmental, unit, calendar)


def _total(parts: list[Quantity], unit: str, calendar: Calendar) -> float | None:
    try:
        return math.fsum(part.to(f"{unit}/a", calendar) for part in parts) if parts else None
    except UnitError:
        return None


class TargetResult(msgspec.Struct, frozen=True):
    """A target with its relative change (positive: an improvement) near and long; None where something is missing."""

    target: Target
    near_change: float | None
    long_change: float | None


def targets(audit: Audit) -> tuple[TargetResult, ...]:
    """Form 2-13: relative change = (baseline − target) / baseline, with the sign of the target's direction."""
    return tuple(
        TargetResult(
            target,
            relative_change(target, target.near.value if target.near else None, audit.calendar),
            relative_change(target, target.long.value if target.long else None, audit.calendar),
        )
        for target in audit.phase("preassessment").targets
    )


def relative_change(target: Target, value: Quantity | None, calendar: Calendar) -> float | None:
    """How far `value` improves on the baseline of `target`, as a fraction of the baseline."""
    if value is None or target.baseline is None or target.baseline.value == 0:
        return None
    try:
        reached = value.to(target.baseline.unit, calendar)
    except UnitError:
        return None
    change = (target.baseline.value - reached) / abs(target.baseline.value)
    return change if target.direction == "lower" else -change
