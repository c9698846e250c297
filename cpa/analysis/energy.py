"""Phase 2: comprehensive energy consumption and carbon dioxide by year, product and workshop (domain notes §4.4)."""

import math
from collections.abc import Iterable

import msgspec

from cpa.analysis.factors import Basis, Factor, carbon_factor, carrier_factor, conventions, is_medium, item_factor
from cpa.analysis.specifics import amount_unit, annual, annual_fitted, per, sharing, years
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.energy import Comprehensive, Use, comprehensive
from cpa.schema.preassessment import Input, Product
from cpa.schema.quantity import Quantity
from cpa.schema.units import UnitError, dimension_of

UNIT = "tce"
_ENERGY = dimension_of("energy")


class CarrierUse(msgspec.Struct, frozen=True):
    """What one input (or energy sold) counts in a year: its energy in tce, its CO₂ in t, and why one is missing."""

    item: Input | Product
    year: int
    amount: Quantity | None
    use: Use
    factor: Factor | None
    problem: Message | None
    hint: Message | None
    co2: float | None
    carbon: Factor | None
    carbon_problem: Message | None


class Scope(msgspec.Struct, frozen=True):
    """The energy of a year in tce and its CO₂ in t: of the plant, or of a workshop by its sub-meters."""

    year: int
    workshop: str
    uses: tuple[CarrierUse, ...]
    total: Comprehensive
    co2: float | None


class PerProduct(msgspec.Struct, frozen=True):
    """Comprehensive energy (in `unit`) and CO₂ (kg) per unit of a product in a year; None where incomplete."""

    product: Product
    year: int
    unit: str
    value: float | None
    co2_unit: str
    co2: float | None


class EnergyResult(msgspec.Struct, frozen=True):
    """Energy on one basis of electricity: the plant and its workshops by year, and products."""

    basis: Basis
    plant: tuple[Scope, ...]
    workshops: tuple[Scope, ...]
    products: tuple[PerProduct, ...]

    def of_year(self, year: int) -> Scope | None:
        return next((scope for scope in self.plant if scope.year == year), None)

    def of_product(self, product: str, year: int) -> PerProduct | None:
        return next((one for one in self.products if one.product.id == product and one.year == year), None)


def energy(audit: Audit, basis: Basis) -> EnergyResult | None:
    """E = Σ (amount · factor) − feedstock − energy sold, on a basis of electricity; None without energy among the inputs."""
    phase = audit.phase("preassessment")
    inputs = [item for item in phase.inputs if item.kind == "energy"]
    if not inputs:
        return None
    every = [year for year in years(audit) if any(year in item.consumption for item in inputs)]
    plant = tuple(_scope(audit, year, "", _uses(audit, inputs, year, basis)) for year in every)
    workshops = tuple(
        scope
        for workshop in phase.workshops
        for year in every
        if (scope := _scope(audit, year, workshop.id, _sub_metered(audit, inputs, workshop.id, year, basis))).uses
    )
    products = tuple(
        _per_product(audit, scope, product)
        for product in phase.products
        if not product.carrier
        for scope in plant
        if product.output.get(scope.year)
    )
    return EnergyResult(basis, plant, workshops, tuple(one for one in products if one is not None))


def _scope(audit: Audit, year: int, workshop: str, uses: tuple[CarrierUse, ...]) -> Scope:
    counts = conventions(audit).feedstock == "included"
    parts = [use.co2 for use in uses]
    known = [part for part in parts if part is not None]
    co2 = math.fsum(known) if known and len(known) == len(parts) else None
    return Scope(year, workshop, uses, comprehensive([use.use for use in uses], feedstock_counts=counts), co2)


def _uses(audit: Audit, inputs: list[Input], year: int, basis: Basis) -> tuple[CarrierUse, ...]:
    """Every carrier of the year; one that had figures before and has none now is unknown, and not nothing."""
    bought = [
        carrier_use(audit, item, item.consumption[year], year, basis)
        if year in item.consumption
        else _absent(item, year)
        for item in inputs
        if any(before <= year for before in item.consumption)
    ]
    sold = [
        carrier_use(audit, product, product.output[year], year, basis)
        for product in audit.phase("preassessment").products
        if product.carrier and year in product.output
    ]
    return (*bought, *sold)


def _absent(item: Input, year: int) -> CarrierUse:
    problem = _("no figure for {year}; write 0 if none was used", year=year)
    return CarrierUse(item, year, None, Use(item.id, None), None, problem, None, None, None, problem)


def _sub_metered(audit: Audit, inputs: list[Input], workshop: str, year: int, basis: Basis) -> tuple[CarrierUse, ...]:
    return tuple(
        carrier_use(audit, item, amounts[year], year, basis)
        for item in inputs
        if year in (amounts := item.workshops.get(workshop, {}))
    )


def carrier_use(audit: Audit, item: Input | Product, amount: Quantity, year: int, basis: Basis) -> CarrierUse:
    """What an amount of a carrier counts in a year on a basis of electricity."""
    sold = isinstance(item, Product)
    found = (
        carrier_factor(audit, item.carrier, year, basis)
        if isinstance(item, Product)
        else item_factor(audit, item, year, basis)
    )
    gross, problem, hint = None, None, None
    factor = found if isinstance(found, Factor) else None
    is_heat = amount.unit.dimension[:1] == _ENERGY and item.carrier != "electricity"
    if is_heat and not (factor is not None and not factor.value.unit.dimension):
        factor, gross = None, annual_fitted(amount, UNIT, audit.calendar)  # what is metered in GJ needs no factor
    elif isinstance(found, Factor):
        try:
            gross = _converted(audit, amount, found.value, UNIT)
        except UnitError:
            problem = _("its unit does not fit its factor in {unit}", unit=found.value.unit.text)
            hint = _("give the amount in another unit, or a factor under `energy.factors` in audit.yaml")
    else:
        problem, hint = found.message, None if sold else found.hint
    feedstock = item.feedstock.to("") if isinstance(item, Input) and item.feedstock is not None else 0.0
    carbon = carbon_factor(audit, item.carrier, year)
    co2, carbon_problem = None, None
    if isinstance(carbon, Factor):
        try:
            share = -1.0 if sold else 1 - feedstock
            co2 = share * _carbon(audit, amount, factor, carbon.value)
        except UnitError:
            carbon_problem = _("its CO₂ factor in {unit} does not fit its amount", unit=carbon.value.unit.text)
    elif is_medium(item.carrier):
        co2 = 0.0  # what it took to make it was burnt elsewhere
    else:
        carbon_problem = carbon.message
    use = Use(item.id, gross, feedstock, sold)
    known = carbon if isinstance(carbon, Factor) else None
    return CarrierUse(item, year, amount, use, factor, problem, hint, co2, known, carbon_problem)


def _converted(audit: Audit, amount: Quantity, factor: Quantity, unit: str) -> float:
    """Amount × factor in `unit` a year. Raises UnitError where the two do not give one."""
    return annual(Quantity(amount.value * factor.value, amount.unit.times(factor.unit)), unit, audit.calendar)


def _carbon(audit: Audit, amount: Quantity, energy_factor: Factor | None, carbon: Quantity) -> float:
    """CO₂ of an amount; a factor by energy (heat, steam) takes the energy content of the amount."""
    try:
        return _converted(audit, amount, carbon, "t")
    except UnitError:
        if energy_factor is None:
            raise
        content = Quantity(amount.value * energy_factor.value.value, amount.unit.times(energy_factor.value.unit))
        return _converted(audit, content, carbon, "t")


def _per_product(audit: Audit, scope: Scope, product: Product) -> PerProduct | None:
    """The shares of a product in each carrier, over its output; energy sold is taken off in proportion to them.

    None for a product with no share in any; without values where a carrier is divided among no products.
    """
    unit = amount_unit(next(iter(product.output.values())))
    output = annual_fitted(product.output[scope.year], unit, audit.calendar)
    if not output:
        return None
    bought = [use for use in scope.uses if not use.use.sold]
    shares = [_share(audit, use.item, product, scope.year) for use in bought]
    if all(share == 0 for share in shares):
        return None
    # A carrier that nobody divided among the products would be missing in every product's figure.
    divided = all(_is_divided(audit, use.item, scope.year) for use in bought)
    net = (
        None
        if not divided
        else _net(((share, use.use) for share, use in zip(shares, bought, strict=True)), scope.total, audit)
    )
    co2 = None
    if scope.co2 is not None and divided:
        own = math.fsum(share * (use.co2 or 0.0) for share, use in zip(shares, bought, strict=True))
        emitted = math.fsum(use.co2 or 0.0 for use in bought)
        co2 = own + (scope.co2 - emitted) * (own / emitted if emitted else 0.0)
    small = net is None or abs(net) / output < 1
    return PerProduct(
        product,
        scope.year,
        per("kgce" if small else "tce", unit),
        None if net is None else net / output * (1000 if small else 1),
        per("kg", unit),
        None if co2 is None else co2 / output * 1000,
    )


def _is_divided(audit: Audit, item: Input | Product, year: int) -> bool:
    return isinstance(item, Input) and any(year in shares for shares in sharing(audit, item).values())


def _share(audit: Audit, item: Input | Product, product: Product, year: int) -> float:
    return sharing(audit, item).get(product.id, {}).get(year, 0.0) if isinstance(item, Input) else 0.0


def _net(shared: Iterable[tuple[float, Use]], total: Comprehensive, audit: Audit) -> float | None:
    """The part of the shares in E: their own feedstock off, and energy sold in proportion to what is left."""
    if total.unknown:
        return None
    counts = conventions(audit).feedstock == "included"
    own = math.fsum(share * ((use.gross or 0.0) - (0.0 if counts else use.excluded or 0.0)) for share, use in shared)
    whole = total.gross - total.feedstock
    return own - total.sold * (own / whole if whole else 0.0)
