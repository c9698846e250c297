"""Phase 2: indices of water use by year, of the plant and of workshops, from annual meters (domain notes §4.3)."""

import math

import msgspec

from cpa.analysis.money import money_unit
from cpa.analysis.specifics import amount_unit, annual_fitted, per, sharing, years
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.water import WaterShare, plant_gap, shares
from cpa.schema.preassessment import Input, Product

NAMES: dict[str, Message] = {
    "reuse": _("Water reuse rate R"),
    "cooling": _("Circulation rate of indirect cooling water rc"),
    "process": _("Reuse rate of process water rg"),
    "condensate": _("Steam condensate return rate rb"),
    "leak": _("Leakage rate"),
}


class WaterIndex(msgspec.Struct, frozen=True):
    """An index that is no share: new water per product, per output value, or per head and day."""

    name: Message
    formula: str
    value: float
    unit: str


class WaterYear(msgspec.Struct, frozen=True):
    """The water of a year, plant (`workshop` empty) or workshop: amounts by measure in m³ (steam in t), indices, gap."""

    year: int
    workshop: str
    amounts: dict[str, float]
    shares: tuple[WaterShare, ...]
    indices: tuple[WaterIndex, ...]
    gap: float | None

    def share(self, name: str) -> float | None:
        return next((one.value for one in self.shares if one.id == name), None)


def water_years(audit: Audit) -> tuple[WaterYear, ...]:
    """The plant by year, then the workshops; only scopes of which something is metered."""
    phase = audit.phase("preassessment")
    found = []
    for workshop in ("", *(item.id for item in phase.workshops)):
        for year in sorted({*years(audit), *(year for meter in phase.water_meters for year in meter.amount)}):
            amounts = _amounts(audit, workshop, year)
            if amounts:
                indices = _indices(audit, workshop, year, amounts)
                gap = plant_gap(amounts) if not workshop else None
                found.append(WaterYear(year, workshop, amounts, shares(amounts), indices, gap))
    return tuple(found)


def _amounts(audit: Audit, workshop: str, year: int) -> dict[str, float]:
    """What is metered, meters of one measure added up; new water that is not comes from the inputs."""
    phase = audit.phase("preassessment")
    found: dict[str, float] = {}
    for meter in phase.water_meters:
        unit = "t" if meter.measure == "steam" else "m³"
        amount = annual_fitted(meter.amount.get(year), unit, audit.calendar) if meter.workshop == workshop else None
        if amount is None and meter.workshop == workshop and unit == "m³":
            amount = annual_fitted(meter.amount.get(year), "t", audit.calendar)
        if amount is not None:
            found[meter.measure] = found.get(meter.measure, 0.0) + amount
    bought = new_water(audit, workshop, year)
    if "new" not in found and bought is not None:
        found["new"] = bought
    return found


def new_water(audit: Audit, workshop: str, year: int) -> float | None:
    """New water of a year in m³ by the inputs of kind water; None where there are none, or one has no figure."""
    parts = [_new(audit, item, workshop, year) for item in audit.phase("preassessment").inputs if item.kind == "water"]
    known = [part for part in parts if part is not None]
    return math.fsum(known) if known and len(known) == len(parts) else None


def _new(audit: Audit, item: Input, workshop: str, year: int) -> float | None:
    amounts = item.workshops.get(workshop, {}) if workshop else item.consumption
    cubic = annual_fitted(amounts.get(year), "m³", audit.calendar)
    return cubic if cubic is not None else annual_fitted(amounts.get(year), "t", audit.calendar)


def _indices(audit: Audit, workshop: str, year: int, amounts: dict[str, float]) -> tuple[WaterIndex, ...]:
    phase = audit.phase("preassessment")
    found = []
    new = amounts.get("new")
    if new:
        for product in phase.products:
            unit = amount_unit(next(iter(product.output.values()))) if product.output else ""
            output = annual_fitted(product.output.get(year), unit, audit.calendar) if unit else None
            own = _of_product(audit, product, workshop, year, new)
            if own and output:
                name = _("New water per product ({product})", product=product.name)
                found.append(WaterIndex(name, "Vf/Q", own / output, per("m³", unit)))
        if not workshop:
            value = output_value(audit, year)
            if value:
                money = money_unit(audit)
                found.append(WaterIndex(_("New water per output value"), "Vf/Z", new / value, f"m³/{money}"))
    people = phase.profile.employees if phase.profile is not None else None
    days = audit.calendar.days_per_year
    if amounts.get("domestic") and people and days and not workshop:
        value = amounts["domestic"] * 1000 / people / days
        found.append(WaterIndex(_("Domestic water per head and day"), "Vlf/(n·d)", value, "L"))
    return tuple(found)


def _of_product(audit: Audit, product: Product, workshop: str, year: int, new: float) -> float | None:
    """The product's part of the new water: its shares in the inputs.

    All of a workshop's, where only this product takes water, or the workshop makes only this one.
    """
    phase = audit.phase("preassessment")
    waters = [item for item in phase.inputs if item.kind == "water"]
    if workshop:
        takers = {name for item in waters for name in sharing(audit, item)} or {each.id for each in phase.products}
        here = {each.id for each in phase.products if each.workshop == workshop} & takers
        return new if {product.id} in (takers, here) else None
    if not waters:
        return new if len(phase.products) == 1 else None
    parts = []
    for item in waters:
        sharers = sharing(audit, item)
        amount = _new(audit, item, "", year)
        if amount is None or not any(year in of_product for of_product in sharers.values()):
            return None
        parts.append((sharers.get(product.id, {}).get(year, 0.0) * amount, amount))
    whole = math.fsum(amount for _part, amount in parts)
    return new * math.fsum(part for part, _amount in parts) / whole if whole else None


def output_value(audit: Audit, year: int) -> float | None:
    """Output value of all products in a year, in the audit's unit of money; None where a product states none."""
    products = audit.phase("preassessment").products
    money = money_unit(audit)
    values = [
        annual_fitted(product.value.get(year), money, audit.calendar) for product in products if not product.carrier
    ]
    known = [value for value in values if value is not None]
    return math.fsum(known) if known and len(known) == len(values) else None
