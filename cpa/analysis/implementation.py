"""Phase 6: what the options brought, resource by resource, and whether the targets were reached (docs/spec-options.md §8)."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from cpa.analysis.effects import Effect as Saved
from cpa.analysis.effects import Lessening, Stock, measured
from cpa.analysis.options import OptionResult
from cpa.analysis.specifics import amount_unit, annual_fitted, sharing
from cpa.analysis.targets import relative_change, target_value
from cpa.audit import Audit
from cpa.methods.verification import VerificationError, VerifiedSaving, verified
from cpa.schema.implementation import (
    Attainment,
    Change,
    Effect,
    Measuring,
    Money,
    Observation,
    UnitIndicator,
    Verification,
)
from cpa.schema.preassessment import Product, Target, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import UnitError, parse_unit


class ChangeResult(msgspec.Struct, frozen=True):
    """A figure before, as designed and after, in the unit of `before`; `annualised` what the measured amount comes to.

    `uncertainty` is twice the standard uncertainty of the saving, None where nothing is known of it.
    """

    change: Change
    unit: str
    before: float
    design: float | None
    after: float | None
    annualised: float | None
    uncertainty: float | None

    @property
    def saving(self) -> float | None:
        return None if self.after is None else self.before - self.after

    @property
    def proven(self) -> bool | None:
        """Whether the saving is larger than its uncertainty; None where nothing is known of that."""
        if self.saving is None or self.uncertainty is None:
            return None
        return abs(self.saving) > self.uncertainty


class EffectResult(msgspec.Struct, frozen=True):
    """A carried-out option with its changes, and what they come to in tce and t CO₂."""

    effect: Effect
    changes: tuple[ChangeResult, ...]
    tce: float | None
    co2: float | None


class ResourceEffect(msgspec.Struct, frozen=True):
    """What all carried-out options together cut of one resource or waste; `lessened` is what overlaps took off."""

    resource: str
    unit: str
    total: float
    options: tuple[tuple[str, float], ...]
    lessened: float = 0.0


class Rate(msgspec.Struct, frozen=True):
    """How many of the medium-cost and high-cost options that the studies recommend are carried out."""

    planned: tuple[str, ...]
    done: tuple[str, ...]

    @property
    def share(self) -> float | None:
        return len(self.done) / len(self.planned) if self.planned else None


class AttainmentResult(msgspec.Struct, frozen=True):
    """A target and what was reached; `attained` None where it cannot be compared."""

    target: Target
    attainment: Attainment | None
    change: float | None
    completion: float | None
    attained: bool | None


class VerificationResult(msgspec.Struct, frozen=True):
    """A verification with its saving in `unit` over the periods afterwards, or the reason why there is none."""

    verification: Verification
    unit: str
    drivers: tuple[str, ...]
    saving: VerifiedSaving | None
    reason: str = ""


class UnitResult(msgspec.Struct, frozen=True):
    """An indicator per unit of product before and after, in `unit`; computed where a resource and a product are named."""

    item: UnitIndicator
    unit: str
    before: float | None
    after: float | None
    computed_before: float | None
    computed_after: float | None


def effect_results(audit: Audit, stocks: Mapping[str, Stock]) -> tuple[EffectResult, ...]:
    """Every effect with its changes made annual."""
    results = []
    for effect in audit.phase("implementation").effects:
        changes = tuple(_change(audit, effect, change, stocks) for change in effect.changes)
        amounts: dict[str, float] = {}
        for one in changes:
            stock = stocks.get(one.change.resource)
            if one.saving is not None and stock is not None and not isinstance(stock.item, Waste):
                saved = annual_fitted(Quantity(one.saving, parse_unit(one.unit)), stock.unit, audit.calendar)
                if saved is not None:
                    amounts[one.change.resource] = saved
        tce, co2 = measured(audit, stocks, amounts)
        results.append(EffectResult(effect, changes, tce, co2))
    return tuple(results)


def _change(audit: Audit, effect: Effect, change: Change, stocks: Mapping[str, Stock]) -> ChangeResult:
    unit, calendar = change.before.unit, audit.calendar
    annualised = None
    factor = annual_factor(audit, effect.measuring) if effect.measuring is not None else None
    additive = change.resource in stocks
    if change.measured is not None and factor is not None and additive:
        name = amount_unit(change.before)
        amount = change.measured.fitted(name, calendar)  # a rate or a concentration is not scaled
        annualised = _rate(audit, amount * factor if amount is not None else None, name, unit.text)
    stated = change.after.fitted(unit, calendar) if change.after is not None else None
    design = change.design.fitted(unit, calendar) if change.design is not None else None
    return ChangeResult(
        change,
        unit.text,
        change.before.value,
        design,
        annualised if change.after is None else stated,
        annualised,
        _uncertainty(audit, change, factor),
    )


def _rate(audit: Audit, amount: float | None, name: str, unit: str) -> float | None:
    """An amount of a year in `unit`, which is that of an amount or of a rate."""
    if amount is None:
        return None
    stated = Quantity(0.0, parse_unit(unit))
    written = name if amount_unit(stated) == stated.unit.text else f"{name}/a"
    return Quantity(amount, parse_unit(written)).fitted(unit, audit.calendar)


def annual_factor(audit: Audit, measuring: Measuring) -> float | None:
    """What an amount of the measuring period is multiplied by: operating days of a year, or output of the baseline year."""
    if measuring.rule == "days":
        days = measuring.days.fitted("d") if measuring.days is not None else None
        in_year = audit.calendar.days_per_year
        return in_year / days if days and in_year else None
    made = _baseline_output(audit, measuring.product)
    if made is None or measuring.output is None:
        return None
    output = annual_fitted(measuring.output, amount_unit(made), audit.calendar)
    whole = annual_fitted(made, amount_unit(made), audit.calendar)
    return whole / output if output and whole is not None else None


def _baseline_output(audit: Audit, product: str) -> Quantity | None:
    """The output of the baseline year of a product; of the only one where none is named."""
    products = [one for one in audit.phase("preassessment").products if not one.carrier]
    year = audit.identity.baseline_year if audit.identity is not None else 0
    chosen = [one for one in products if one.id == product] if product else products
    found: Quantity | None = chosen[0].output.get(year) if len(chosen) == 1 else None
    return found


def _uncertainty(audit: Audit, change: Change, factor: float | None) -> float | None:
    """U = 2 √(u(before)² + u(after)²) where both are known."""
    before = change.before.standard_uncertainty()
    later = change.after if change.after is not None else change.measured
    if before is None or later is None or later.standard_uncertainty() is None:
        return None
    scale = 1.0 if change.after is not None else factor or 0.0
    spread = Quantity((later.standard_uncertainty() or 0.0) * scale, later.unit)
    unit = change.before.unit
    after = spread.fitted(unit, audit.calendar)
    if after is None:
        name = amount_unit(change.before)
        after = _rate(audit, annual_fitted(spread, name, audit.calendar), name, unit.text)
    return None if after is None else 2 * math.hypot(before, after)


def resource_effects(
    audit: Audit, effects: Sequence[EffectResult], overlaps: Sequence[Lessening], stocks: Mapping[str, Stock]
) -> tuple[ResourceEffect, ...]:
    """Form 6-6 added up over all effects, less the stated overlaps; resources in the order of first mention.

    Monitoring results do not add up. An overlap that the audit does not quantify takes nothing off: these are measured.
    """
    phase = audit.phase("preassessment")
    additive = {item.id for item in (*phase.inputs, *phase.wastes)}
    units: dict[str, str] = {}
    parts: dict[str, list[tuple[str, float]]] = {}
    for result in effects:
        for one in result.changes:
            name = one.change.resource
            if name not in additive or one.saving is None:
                continue
            unit = units.setdefault(name, one.unit)
            made, written = Quantity(one.saving, parse_unit(one.unit)), amount_unit(Quantity(0.0, parse_unit(unit)))
            amount = _rate(audit, annual_fitted(made, written, audit.calendar), written, unit)
            if amount is not None:
                parts.setdefault(name, []).append((result.effect.option, amount))
    done = {result.effect.option for result in effects}
    found = []
    for name, own in parts.items():
        lessened = math.fsum(
            _rate(audit, one.effect.amounts[name], stocks[name].unit, units[name]) or 0.0
            for one in overlaps
            if not one.assumed and one.options <= done and name in one.effect.amounts
        )
        found.append(
            ResourceEffect(
                name, units[name], math.fsum((*(each for _id, each in own), -lessened)), tuple(own), lessened
            )
        )
    return tuple(found)


def saved_together(audit: Audit, totals: Sequence[ResourceEffect], stocks: Mapping[str, Stock]) -> Saved:
    """What all carried-out options save together, in the units of `stocks`, with tce and CO₂."""
    amounts = {}
    for one in totals:
        stock = stocks.get(one.resource)
        amount = (
            annual_fitted(Quantity(one.total, parse_unit(one.unit)), stock.unit, audit.calendar)
            if stock is not None
            else None
        )
        if amount is not None:
            amounts[one.resource] = amount
    return Saved(amounts, None, *measured(audit, stocks, amounts))


def implementation_rate(results: Sequence[OptionResult], recommended: Mapping[str, str]) -> Rate:
    """Medium-cost and high-cost options that are kept and not deferred by their study, and those of them that are done."""
    planned = [
        result.option
        for result in results
        if result.cost_class in ("medium", "high")
        and result.kept
        and recommended.get(result.option.id, "recommended") == "recommended"
    ]
    return Rate(
        tuple(option.id for option in planned), tuple(option.id for option in planned if option.status == "done")
    )


def attainments(audit: Audit) -> tuple[AttainmentResult, ...]:
    """Every target of phase 2 with what phase 6 reports; completion = change reached / change aimed at."""
    given = {item.target: item for item in audit.phase("implementation").attainments}
    results = []
    for target in audit.phase("preassessment").targets:
        item = given.get(target.id)
        change = relative_change(target, item.value, audit.calendar) if item is not None else None
        aim = relative_change(target, target_value(target, target.near), audit.calendar)
        attained = None if change is None or aim is None else change >= aim - 1e-9
        results.append(
            AttainmentResult(target, item, change, change / aim if change is not None and aim else None, attained)
        )
    return tuple(results)


def money_benefits(audit: Audit, unit: str) -> tuple[tuple[Effect, float], ...]:
    """For every effect with money before and after: more output value and less cost, in `unit` a year (forms 6-4, 6-5)."""
    results = []
    for effect in audit.phase("implementation").effects:
        if effect.money_before is None or effect.money_after is None:
            continue
        gains = []
        for name in Money.__struct_fields__:
            before, after = getattr(effect.money_before, name), getattr(effect.money_after, name)
            if before is None or after is None:
                continue
            try:
                gain = before.to(f"{unit}/a", audit.calendar) - after.to(f"{unit}/a", audit.calendar)
            except UnitError:
                continue
            gains.append(-gain if name == "output_value" else gain)
        if gains:
            results.append((effect, math.fsum(gains)))
    return tuple(results)


_CONFIDENCE = 0.9


def verifications(audit: Audit) -> tuple[VerificationResult, ...]:
    """Every saving that is proven by a baseline model, in the unit of its first amount."""
    return tuple(_verification(audit, one) for one in audit.phase("implementation").verifications)


def _verification(audit: Audit, one: Verification) -> VerificationResult:
    first = next((observation.amount for observation in one.before), None)
    names = tuple(dict.fromkeys(name for observation in one.before for name in observation.drivers))
    if first is None:
        return VerificationResult(one, "", names, None, "few")
    units = {name: found.unit for observation in one.before for name, found in observation.drivers.items()}

    def rows(observations: Sequence[Observation], reason: str) -> list[tuple[float, list[float]]]:
        found = []
        for observation in observations:
            amount = observation.amount.fitted(first.unit, audit.calendar)
            drivers = [
                observation.drivers[name].fitted(units[name], audit.calendar) if name in observation.drivers else None
                for name in names
            ]
            if amount is None or any(driver is None for driver in drivers):
                raise VerificationError(reason)
            found.append((amount, [driver or 0.0 for driver in drivers]))
        return found

    changes = [each.amount.fitted(first.unit, audit.calendar) for each in one.adjustments]
    spread = math.fsum(
        (Quantity(observation.amount.standard_uncertainty() or 0.0, observation.amount.unit).fitted(first.unit) or 0.0)
        ** 2
        for observation in one.after
    )
    confidence = one.confidence.to("") if one.confidence is not None else _CONFIDENCE
    try:
        known = [change for change in changes if change is not None]
        if len(known) < len(changes):
            raise VerificationError("adjustments")
        before, after = rows(one.before, "drivers"), rows(one.after, "drivers_after")
        saving = verified(before, after, math.fsum(known), confidence, spread)
    except VerificationError as error:
        return VerificationResult(one, first.unit.text, names, None, error.reason)
    return VerificationResult(one, first.unit.text, names, saving)


def unit_results(audit: Audit, totals: Sequence[ResourceEffect], stocks: Mapping[str, Stock]) -> tuple[UnitResult, ...]:
    """Form 6-9: stated figures beside those that follow from the baseline year and what the options saved."""
    saved = {one.resource: one for one in totals}
    results = []
    for item in audit.phase("implementation").indicators:
        stated = item.before or item.after
        unit = item.unit or (stated.unit.text if stated is not None else "")
        before, after = _computed(audit, item, stocks.get(item.resource), saved.get(item.resource), unit)
        results.append(
            UnitResult(
                item,
                unit,
                before if item.before is None else item.before.fitted(unit, audit.calendar),
                after if item.after is None else item.after.fitted(unit, audit.calendar),
                before,
                after,
            )
        )
    return tuple(results)


def _computed(
    audit: Audit, item: UnitIndicator, stock: Stock | None, saved: ResourceEffect | None, unit: str
) -> tuple[float | None, float | None]:
    """Baseline amount by output, before and less what the options save."""
    product_id, share = _share(audit, item, stock)
    made = _baseline_output(audit, product_id)
    if made is None or share is None or stock is None or stock.baseline is None or not unit:
        return None, None
    name, product, whole = stock.unit, amount_unit(made), stock.baseline
    output = annual_fitted(made, product, audit.calendar)
    if not output:
        return None, None
    less = annual_fitted(Quantity(saved.total, parse_unit(saved.unit)), name, audit.calendar) if saved else 0.0
    ratio = parse_unit(name).times(parse_unit(product), -1)
    before = Quantity(share * whole / output, ratio).fitted(unit, audit.calendar)
    after = Quantity(share * (whole - less) / output, ratio).fitted(unit, audit.calendar) if less is not None else None
    return before, after


def _share(audit: Audit, item: UnitIndicator, stock: Stock | None) -> tuple[str, float | None]:
    """The product of an indicator and its share in the resource: as phase 2 divides it, else all."""
    if stock is None or isinstance(stock.item, Product):
        return item.product, None
    year = audit.identity.baseline_year if audit.identity is not None else 0
    shares = sharing(audit, stock.item)
    name = item.product or stock.item.product
    if name in shares:
        return name, shares[name].get(year)
    return name, None if shares and name else 1.0
