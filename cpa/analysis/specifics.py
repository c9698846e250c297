"""Phase 2: amounts per unit of product by year (forms 2-3 and 2-5), shared between products, and their trend."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from cpa.audit import Audit
from cpa.methods.trend import Jump, jump
from cpa.schema.preassessment import Input, Product, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar, Unit, UnitError, dimension_of, parse_unit


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


def annual_fitted(quantity: Quantity | None, unit: str | Unit, calendar: Calendar) -> float | None:
    """`annual`, with None instead of an error, and for None."""
    try:
        return None if quantity is None else annual(quantity, unit, calendar)
    except UnitError:
        return None


def amounts_of(item: Input | Waste) -> dict[int, Quantity]:
    """The amounts of the item that unit consumption and unit discharge are made of."""
    return item.consumption if isinstance(item, Input) else item.discharge


def sharing(audit: Audit, item: Input | Waste) -> dict[str, dict[int, float]]:
    """The share of each product in an item, by product and year.

    Wholly to the product named, or as stated in `shares`, or by the output (of products in one unit) or output value of
    the year; wholly to the only product there is. Empty where none of these says anything.
    """
    products = audit.phase("preassessment").products
    every = dict.fromkeys(amounts_of(item), 1.0)
    if item.product:
        return {item.product: every}
    if item.shares:
        return {name: dict.fromkeys(every, share.to("")) for name, share in item.shares.items()}
    if item.allocated_by:
        return _by_weight([each for each in products if not each.carrier], item.allocated_by, audit.calendar)
    made = [each for each in products if not each.carrier]
    return {made[0].id: every} if len(made) == 1 else {}


def _by_weight(products: list[Product], rule: str, calendar: Calendar) -> dict[str, dict[int, float]]:
    """Shares by output or output value; a product that was first made later has none before. Empty where units differ."""
    series = {product.id: product.output if rule == "output" else product.value for product in products}
    first = next((quantity for amounts in series.values() for quantity in amounts.values()), None)
    unit = amount_unit(first) if first is not None else ""
    found: dict[str, dict[int, float]] = {name: {} for name in series}
    for year in sorted({year for amounts in series.values() for year in amounts}):
        weights: dict[str, float] = {}
        for name, amounts in series.items():
            if year in amounts:
                weight = annual_fitted(amounts[year], unit, calendar)
                if weight is None:
                    return {}
                weights[name] = weight
            elif amounts and year < min(amounts):
                weights[name] = 0.0
        total = math.fsum(weights.values())
        if len(weights) == len(products) and total > 0:
            for name, weight in weights.items():
                found[name][year] = weight / total
    return found


class Specific(msgspec.Struct, frozen=True):
    """Amounts of an input or waste per unit of a product, by year, beside what the enterprise reports.

    `shares` is the part of the item that is the product's; `best_month` the least ratio among at least three months. Quota,
    design value and months of an item belong to the item, and are compared only where one product has all of it.
    """

    item: Input | Waste
    product: Product
    unit: str
    computed: dict[int, float]
    reported: dict[int, float]
    quota: float | None
    design: float | None
    shares: dict[int, float]
    best_month: tuple[str, float] | None = None

    def change(self, first: int, last: int) -> float:
        """How far the figure of year `last` lies above that of `first`, as a fraction."""
        return self.computed[last] / self.computed[first] - 1

    @property
    def name(self) -> str:
        """The item, with the product where several share it."""
        return f"{self.item.name}（{self.product.name}）" if self.shared else self.item.name

    @property
    def shared(self) -> bool:
        return any(share != 1 for share in self.shares.values())


def specifics(audit: Audit) -> tuple[Specific, ...]:
    """Unit consumption (form 2-3) and unit discharge (form 2-5) of every item, for every product that has a share in it."""
    phase = audit.phase("preassessment")
    products = {product.id: product for product in phase.products}
    results = []
    for item in (*phase.inputs, *phase.wastes):
        for name, shares in sharing(audit, item).items():
            product = products.get(name)
            result = _specific(item, product, shares, audit.calendar) if product is not None else None
            if result is not None:
                results.append(result)
    return tuple(results)


def _specific(item: Input | Waste, product: Product, shares: dict[int, float], calendar: Calendar) -> Specific | None:
    amounts = amounts_of(item)
    reported = item.unit_consumption if isinstance(item, Input) else {}
    stated = next(iter(reported.values()), None) or item.quota or item.design
    alone = all(share == 1 for share in shares.values())
    try:
        product_unit = amount_unit(next(iter(product.output.values())))
        output = {year: annual(quantity, product_unit, calendar) for year, quantity in product.output.items()}
        unit = stated.unit if stated is not None else _readable_ratio(amounts, output, product_unit, calendar)
        if unit is None:
            return None
        own = unit.times(parse_unit(product_unit))
        computed = {
            year: annual(quantity, own, calendar) * shares[year] / output[year]
            for year, quantity in amounts.items()
            if output.get(year) and year in shares
        }
        return Specific(
            item,
            product,
            unit.text,
            computed,
            {year: quantity.to(unit, calendar) for year, quantity in reported.items()},
            item.quota.fitted(unit, calendar) if item.quota is not None and alone else None,
            item.design.fitted(unit, calendar) if item.design is not None and alone else None,
            shares,
            _best_month(item.monthly, product.monthly, own, product_unit, calendar) if alone else None,
        )
    except (UnitError, StopIteration):
        return None


_FEWEST_MONTHS = 3


def _best_month(
    amounts: Mapping[str, Quantity], outputs: Mapping[str, Quantity], own: Unit, product_unit: str, calendar: Calendar
) -> tuple[str, float] | None:
    ratios = []
    for month, quantity in amounts.items():
        amount = quantity.fitted(own, calendar)
        output = outputs[month].fitted(product_unit, calendar) if month in outputs else None
        if amount and output:
            ratios.append((amount / output, month))
    return (min(ratios)[1], min(ratios)[0]) if len(ratios) >= _FEWEST_MONTHS else None


def amount_unit(quantity: Quantity) -> str:
    """The unit of a year's amount: without the time of a rate such as `t/a` or `t/d`."""
    text = quantity.unit.text
    amount, slash, time = text.rpartition("/")
    return amount if slash and parse_unit(time).dimension == _TIME else text


_TIME = dimension_of("time")


def _readable_ratio(
    amounts: dict[int, Quantity], output: dict[int, float], product_unit: str, calendar: Calendar
) -> Unit | None:
    quantity = next(iter(amounts.values()), None)
    if quantity is None:
        return None
    name = amount_unit(quantity)
    year = next((year for year in amounts if output.get(year)), None)
    if year is not None and name in ("t", "吨") and annual(quantity, "t", calendar) / output[year] < 1:
        name = "kg"
    name = {"万kWh": "kWh", "万m³": "m³", "万m3": "m³"}.get(name, name)
    return parse_unit(per(name, product_unit))


def per(name: str, product_unit: str) -> str:
    """The unit `name` for each `product_unit`."""
    return f"{name}/{product_unit}" if "/" not in product_unit else f"{name}/({product_unit})"


class Trend(msgspec.Struct, frozen=True):
    """The year of an item that lies farthest from its trend; `ratio` says whether unit amounts were compared."""

    item: Input | Waste
    found: Jump
    unit: str
    ratio: bool


def trends(audit: Audit, found: tuple[Specific, ...]) -> Iterator[Trend]:
    """The farthest year of every input and waste: of its unit amount, or of its amount where it has no product."""
    by_item: dict[int, Specific] = {}
    for specific in found:
        by_item.setdefault(id(specific.item), specific)
    phase = audit.phase("preassessment")
    for item in (*phase.inputs, *phase.wastes):
        own = by_item.get(id(item))
        if own is not None:
            figures, unit = own.computed, own.unit
        else:
            amounts = amounts_of(item)
            unit = next((amount_unit(quantity) for quantity in amounts.values()), "")
            fitted = {year: annual_fitted(quantity, unit, audit.calendar) for year, quantity in amounts.items()}
            figures = {year: value for year, value in fitted.items() if value is not None}
        result = jump(figures)
        if result is not None:
            yield Trend(item, result, unit, own is not None)
