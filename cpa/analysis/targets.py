"""Phase 2, step 2.5: targets, and whether limits, benchmark and options agree with them."""

import math
from collections.abc import Container, Sequence

import msgspec

from cpa.analysis.options import OptionResult
from cpa.analysis.specifics import amount_unit, amounts_of, annual_fitted
from cpa.audit import Audit
from cpa.schema.preassessment import Product, Target, TargetValue
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar, UnitError, parse_unit


class TargetResult(msgspec.Struct, frozen=True):
    """A target with its values and relative changes (positive: an improvement), None where something is missing.

    Values that are stated as an improvement are computed from the baseline.
    """

    target: Target
    near: Quantity | None
    long: Quantity | None
    near_change: float | None
    long_change: float | None


class Delivery(msgspec.Struct, frozen=True):
    """What a target asks of its resource in a year, and what the feasible options save of it together."""

    target: Target
    needed: float
    delivered: float
    unit: str
    options: tuple[str, ...]


def targets(audit: Audit) -> tuple[TargetResult, ...]:
    """Form 2-13: relative change = (baseline − target) / baseline, with the sign of the target's direction."""
    results = []
    for target in audit.phase("preassessment").targets:
        near, long = target_value(target, target.near), target_value(target, target.long)
        changes = (relative_change(target, value, audit.calendar) for value in (near, long))
        results.append(TargetResult(target, near, long, *changes))
    return tuple(results)


def target_value(target: Target, stated: TargetValue | None) -> Quantity | None:
    """The value to be reached: as stated, or the baseline less (or plus) the improvement."""
    if stated is None or stated.value is not None or stated.improvement is None or target.baseline is None:
        return stated.value if stated is not None else None
    sign = -1 if target.direction == "lower" else 1
    value = target.baseline.value + sign * abs(target.baseline.value) * stated.improvement.to("")
    return Quantity(value, target.baseline.unit)


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


def deliveries(
    audit: Audit, found: Sequence[TargetResult], options: Sequence[OptionResult], out: Container[str]
) -> tuple[Delivery, ...]:
    """Near-term targets on inputs and wastes beside what options save of these in a year.

    Options count that are feasible, not rejected and not `out`; those that the target names, where it names any. A target per unit of
    product is multiplied by the output of the year of its baseline.
    """
    phase = audit.phase("preassessment")
    items = {item.id: item for item in (*phase.inputs, *phase.wastes)}
    products = {product.id: product for product in phase.products}
    results = []
    for result in found:
        target, item = result.target, items.get(result.target.resource)
        if item is None or target.direction != "lower" or target.baseline is None or result.near is None:
            continue
        near = result.near.fitted(target.baseline.unit, audit.calendar)
        if near is None:
            continue
        change = Quantity(target.baseline.value - near, target.baseline.unit)
        product = products.get(item.product) or (phase.products[0] if len(phase.products) == 1 else None)
        needed = _in_a_year(change, product, target.baseline_year, audit.calendar)
        if needed is None:
            continue
        unit = amount_unit(next(iter(amounts_of(item).values()), needed))
        counting = [each for each in options if each.option.id not in out]
        results.append(_delivery(audit, target, needed, unit, counting))
    return tuple(one for one in results if one is not None)


def _in_a_year(change: Quantity, product: Product | None, year: int | None, calendar: Calendar) -> Quantity | None:
    """An amount a year; a change per unit of product times the output of `year`."""
    if ("time", -1) in change.unit.dimension or "/" not in change.unit.text:
        return change
    output = product.output.get(year or 0) if product is not None else None
    if output is None:
        return None
    unit = amount_unit(output)
    divisor, product_unit = (
        parse_unit(text.strip("()").lstrip("百千万亿")) for text in (change.unit.text.partition("/")[2], unit)
    )
    if (divisor.dimension, divisor.factor) != (product_unit.dimension, product_unit.factor):
        return None  # mg/L has the dimension of an amount per volume of product, and is none
    made = annual_fitted(output, unit, calendar)
    try:
        return None if made is None else Quantity(change.value * made, change.unit.times(parse_unit(unit)))
    except UnitError:
        return None


def _delivery(
    audit: Audit, target: Target, needed: Quantity, unit: str, options: Sequence[OptionResult]
) -> Delivery | None:
    amount = annual_fitted(needed, unit, audit.calendar)
    parts: dict[str, float] = {}
    for result in options:
        option = result.option
        wanted = option.id in target.options if target.options else True
        if not wanted or result.verdict != "feasible" or option.status == "rejected":
            continue
        for saving in option.savings:
            saved = annual_fitted(saving.amount, unit, audit.calendar) if saving.resource == target.resource else None
            if saved is not None:
                parts[option.id] = parts.get(option.id, 0.0) + saved
    if amount is None:
        return None
    return Delivery(target, amount, math.fsum(parts.values()), unit, tuple(parts))
