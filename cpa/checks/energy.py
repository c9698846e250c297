"""CPA52x: energy, water, shares between products, and figures by year against their trend."""

import math
from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.energy import CarrierUse
from cpa.analysis.factors import carbon_sets, conventions
from cpa.analysis.specifics import amount_unit, amounts_of, annual_fitted, sharing
from cpa.analysis.water import NAMES, new_water
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Span
from cpa.messages import _, fixed, listed
from cpa.schema.preassessment import Input, Product
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit

_SLACK = 0.01
_JUMP = 0.3


@rule("CPA519", "warning", "preassessment")
def off_the_trend(analysis: Analysis) -> Iterator[Issue]:
    """A year lies far off the trend of the others.

    What: Unit consumption, unit discharge, or the amount of an item without product, in one year more than 30 % away from the log-linear line through its other years.

    Why: A jump is a slip of the pen, a change of the statistics, or the most interesting fact of the audit; an evaluator asks which.

    Example: consumption: {2022: 9,000 t, 2023: 9,100 t, 2024: 19,200 t}

    Remedy: Correct the figure, or explain it in the item's `note`.

    Source: Handbook, step 2.1; the 30 % is cpa's own.
    """
    for trend in analysis.trends:
        found = trend.found
        if abs(found.deviation) > _JUMP and not trend.item.note:
            key = "consumption" if isinstance(trend.item, Input) else "discharge"
            yield Issue(
                _(
                    "{name}: {value} {unit} in {year}, by the other years {expected} {unit} were to be expected",
                    name=trend.item.name,
                    value=fixed(found.value),
                    unit=trend.unit,
                    year=found.year,
                    expected=fixed(found.expected),
                ),
                analysis.audit.places.of(trend.item, key, str(found.year)),
                _("correct the figure, or say in `note` what changed"),
            )


@rule("CPA523", "error", "preassessment")
def energy_without_factor(analysis: Analysis) -> Iterator[Issue]:
    """Energy cannot be counted in coal equivalent.

    What: Every input of kind energy, and every product that is energy sold, has a factor that fits its unit.

    Why: Without it comprehensive energy consumption is incomplete, and so is everything that rests on it.

    Example: - {id: gas, name: 天然气, kind: energy, carrier: nat_gas, consumption: {2024: 5320000 m³}}

    Remedy: Name a `carrier` of the list, give `calorific_value` or the state of steam, or a factor under `energy.factors` in audit.yaml.

    Source: Domain notes §4.4 (GB/T 2589); packs energy/default and energy/electricity.
    """
    if analysis.energy is None:
        return
    first: dict[str, CarrierUse] = {}
    years: dict[str, list[str]] = {}
    for scope in analysis.energy.plant:
        for use in scope.uses:
            if use.problem is not None:
                first.setdefault(use.item.id, use)
                years.setdefault(use.item.id, []).append(str(scope.year))
    for name, use in first.items():
        yield Issue(
            _("{name}, {year}: {problem}", name=use.item.name, year=listed(years[name]), problem=use.problem),
            _place_of_factor(analysis, use),
            use.hint,
        )


def _place_of_factor(analysis: Analysis, use: CarrierUse) -> Span | None:
    places = analysis.audit.places
    amounts = "output" if isinstance(use.item, Product) else "consumption"
    if use.factor is not None:
        return places.of(use.item, amounts, str(use.year))
    return places.of(use.item, "carrier") or places.of(use.item, "id")


@rule("CPA524", "error", "preassessment")
def mixed_electricity(analysis: Analysis) -> Iterator[Issue]:
    """A factor of electricity is on another basis than it says.

    What: On the calorific basis a kilowatt-hour is 3.6 MJ (0.1229 kgce) by definition; on the equivalent basis it is the fuel that it took.

    Why: Two bases in one total give a figure that means nothing and that no indicator system knows.

    Example: energy: {electricity: calorific, factors: [{carrier: electricity, factor: 0.305 kgce/kWh, source: …}]}

    Remedy: Correct the factor, change `electricity`, or state the factor's own `basis`.

    Source: Domain notes §0.5 and §4.4 (GB/T 2589).
    """
    stated = conventions(analysis.audit)
    for factor in stated.factors:
        value = factor.factor.fitted("kgce/kWh", analysis.audit.calendar) if factor.carrier == "electricity" else None
        if value is None:
            continue
        basis = factor.basis or stated.electricity
        calorific = abs(value / _KWH - 1) <= _SLACK
        if calorific != (basis == "calorific"):
            message = (
                _("{value} kgce/kWh is not the calorific value of electricity, 0.1229 kgce/kWh", value=fixed(value))
                if basis == "calorific"
                else _(
                    "{value} kgce/kWh is the calorific value of electricity, not its equivalent value",
                    value=fixed(value),
                )
            )
            yield Issue(message, analysis.audit.places.of(factor, "factor"), _("correct it, or state its `basis`"))


_KWH = 3.6 / 29.3076


@rule("CPA525", "error", "preassessment")
def workshops_exceed_total(analysis: Analysis) -> Iterator[Issue]:
    """Workshops use more of an input than was used.

    What: The sub-metered amounts of a year add up to no more than the amount of the plant.

    Why: A meter, a unit or the total is wrong, and shares of workshops are wrong with it.

    Example: consumption: {2024: 1000 t}, workshops: {brewing: {2024: 700 t}, packaging: {2024: 400 t}}

    Remedy: Correct the meters, or the total.

    Source: Domain notes §12.2 (totals equal in all tables).
    """
    for item in analysis.audit.phase("preassessment").inputs:
        for year, total in item.consumption.items():
            parts = [
                annual_fitted(amounts.get(year), amount_unit(total), analysis.audit.calendar)
                for amounts in item.workshops.values()
            ]
            known = math.fsum(part for part in parts if part is not None)
            whole = annual_fitted(total, amount_unit(total), analysis.audit.calendar)
            if whole is not None and known > whole * (1 + _SLACK):
                yield Issue(
                    _(
                        "{year}: the workshops use {sum} {unit}, the plant {total} {unit}",
                        year=year,
                        sum=fixed(known),
                        total=fixed(whole),
                        unit=amount_unit(total),
                    ),
                    analysis.audit.places.of(item, "workshops", key=True),
                    _("correct the meters, or the total of {year}", year=year),
                )


@rule("CPA526", "warning", "preassessment")
def plant_water_open(analysis: Analysis) -> Iterator[Issue]:
    """The water meters of the plant do not add up.

    What: New water = consumed + drained + leaked water of the year, within the tolerance of the water layer (5 % where none is given); metered new water is what the inputs say; no share exceeds 100 %.

    Why: Reuse rates and new water per product rest on these meters.

    Example: water_meters: new 1000 m³, consumed 300 m³, drained 500 m³

    Remedy: Look for the missing stream: evaporation, water in the product, leaks, water from other sources.

    Source: Domain notes §4.3 (plant equation).
    """
    identity = analysis.audit.identity
    stated = identity.tolerances.get("water") if identity is not None else None
    tolerance = stated.to("") if stated is not None else 0.05
    for one in analysis.water:
        place = _meter_of(analysis, one.workshop, one.year)
        if one.gap is not None and abs(one.gap) > tolerance:
            share = fixed(abs(one.gap) * 100, 2)
            yield Issue(
                _("{year}: {gap} % of the new water is not accounted for", year=one.year, gap=share)
                if one.gap > 0
                else _("{year}: {gap} % more water goes out than comes in", year=one.year, gap=share),
                place,
                _("new water = consumed + drained + leaked"),
            )
        bought = new_water(analysis.audit, one.workshop, one.year)
        metered = one.amounts.get("new")
        if bought is not None and metered is not None and abs(metered - bought) > tolerance * max(metered, bought):
            yield Issue(
                _(
                    "{year}: {metered} m³ of new water are metered, the inputs say {bought} m³",
                    year=one.year,
                    metered=fixed(metered),
                    bought=fixed(bought),
                ),
                place,
                _("correct one of the two, or leave the meter out"),
            )
        for index in one.shares:
            if index.value is not None and index.value > 1 + _SLACK:
                yield Issue(
                    _(
                        "{year}: {name} is {value} %",
                        year=one.year,
                        name=NAMES[index.id],
                        value=fixed(index.value * 100, 3),
                    ),
                    place,
                    _("a share lies between 0 % and 100 %"),
                )


def _meter_of(analysis: Analysis, workshop: str, year: int) -> Span | None:
    meters = [
        meter
        for meter in analysis.audit.phase("preassessment").water_meters
        if meter.workshop == workshop and year in meter.amount
    ]
    balance = (meter for meter in meters if meter.measure in ("consumed", "drained", "leaked", "new"))
    meter = next(balance, None) or next(iter(meters), None)
    return analysis.audit.places.of(meter, "amount", str(year))


@rule("CPA527", "error", "preassessment")
def shares_of_products(analysis: Analysis) -> Iterator[Issue]:
    """How products share an item is not clear.

    What: An item names one product, or shares that add up to 1, or a rule; with the rule `output` all products are in one unit, with `value` all have an output value.

    Why: Unit consumption and everything behind it would be wrong, or absent without a word.

    Example: shares: {beer: 80 %, soda: 30 %}

    Remedy: Correct the shares, or keep one of `product`, `shares` and `allocated_by`.

    Source: Handbook, step 2.1 (form 2-3); domain notes §12.2 (sum of shares).
    """
    phase = analysis.audit.phase("preassessment")
    sold = {product.id for product in phase.products if product.carrier}
    for item in (*phase.inputs, *phase.wastes):
        ways = [name for name in ("product", "shares", "allocated_by") if getattr(item, name)]
        if len(ways) > 1:
            yield Issue(
                _("{keys} stand side by side", keys=listed([f"`{name}`" for name in ways])),
                analysis.audit.places.of(item, ways[1], key=True),
                _("keep one of them"),
            )
        for name in sold & {*item.shares, item.product}:
            path = ("product",) if name == item.product else ("shares", name)
            yield Issue(
                _("`{name}` is energy that is sold; it takes no share", name=name),
                analysis.audit.places.of(item, *path, key=True),
                _("energy sold is deducted as such"),
            )
        total = math.fsum(share.to("") for share in item.shares.values())
        if item.shares and abs(total - 1) > 1e-6:
            yield Issue(
                _("the shares add up to {sum} %", sum=fixed(total * 100)),
                analysis.audit.places.of(item, "shares", key=True),
                _("they must add up to 100 %"),
            )
        if item.allocated_by and not any(sharing(analysis.audit, item).values()) and amounts_of(item):
            yield Issue(
                _("the products cannot share it by `{rule}`", rule=item.allocated_by),
                analysis.audit.places.of(item, "allocated_by"),
                _(
                    "with `output` all products have outputs in one unit, with `value` output values above zero; or give `shares:`"
                ),
            )


@rule("CPA539", "error", "preassessment")
def no_carbon_factor(analysis: Analysis) -> Iterator[Issue]:
    """A CO₂ factor that the audit asks for does not exist.

    What: `energy.carbon` is one of the sets that come with cpa, and the set, or `energy.factors`, has a factor for every energy carrier, its region and year.

    Why: Carbon dioxide would be missing without a word.

    Example: energy: {electricity: calorific, carbon: ipcc}

    Remedy: Use one of the sets named and a region that it has, or give `co2` under `energy.factors`.

    Source: cpa, audit format; domain notes §4.4 (CO2 with factor set and year).
    """
    stated = conventions(analysis.audit)
    if not stated.carbon:
        return
    if stated.carbon not in carbon_sets():
        yield Issue(
            _("there is no set of CO₂ factors `{name}`", name=stated.carbon),
            analysis.audit.places.of(stated, "carbon"),
            _("there are: {names}", names=listed(list(carbon_sets()))),
        )
        return
    seen: set[str] = set()
    for scope in analysis.energy.plant if analysis.energy is not None else ():
        for use in scope.uses:
            if use.carbon_problem is not None and use.problem is None and use.item.id not in seen:
                seen.add(use.item.id)
                yield Issue(
                    _("{name}, {year}: {problem}", name=use.item.name, year=scope.year, problem=use.carbon_problem),
                    analysis.audit.places.of(use.item, "carrier") or analysis.audit.places.of(use.item, "id"),
                    _("give `co2` under `energy.factors` in audit.yaml"),
                )


@rule("CPA529", "warning", "preassessment")
def potential_recomputed(analysis: Analysis) -> Iterator[Issue]:
    """A potential is not (actual − reference) × output.

    What: The amount stated lies more than 5 % away from what the two values and the output of the baseline year give.

    Why: The potential justifies focus and targets; an evaluator recomputes it.

    Example: {actual: 56 m³/kL, reference: 48 m³/kL, potential: 900000 m³/a} at 95000 kL

    Remedy: Correct one of the three, or leave the amount out: cpa computes it.

    Source: Handbook, step 2.3; domain notes §3.3.
    """
    for one in analysis.aspect_potentials:
        stated = one.item.potential
        if stated is None or one.computed is None:
            continue
        unit = parse_unit(amount_unit(stated))
        computed, amount = (annual_fitted(each, unit, analysis.audit.calendar) for each in (one.computed, stated))
        if (
            computed is not None
            and amount is not None
            and abs(computed - amount) > 0.05 * max(abs(computed), abs(amount))
        ):
            yield Issue(
                _(
                    "{stated} {unit} is stated, (actual − reference) × output gives {computed} {unit}",
                    stated=fixed(amount),
                    computed=fixed(computed),
                    unit=f"{unit.text}/a",
                ),
                analysis.audit.places.of(one.item, "potential"),
                _("correct one of the three, or leave the amount out"),
            )


@rule("CPA542", "error", "preassessment")
def months_of_year(analysis: Analysis) -> Iterator[Issue]:
    """The months of a year do not add up to the year.

    What: Where all twelve months of a year are given, their sum lies within 1 % of the amount of the year.

    Why: The best month is a reference for the potential; it must come from the same statistics.

    Example: monthly: twelve months of 2023 that sum up to 9,547 t, consumption: {2023: 10,547 t}

    Remedy: Correct the month, or the year.

    Source: Domain notes §12.2 (totals equal in all tables).
    """
    phase = analysis.audit.phase("preassessment")
    sections = ((phase.products, "output"), (phase.inputs, "consumption"), (phase.wastes, "discharge"))
    for item, key in ((item, key) for items, key in sections for item in items):
        for year, total in getattr(item, key).items():
            months = [amount for month, amount in item.monthly.items() if month.startswith(f"{year}-")]
            unit = amount_unit(total)
            parts = [annual_fitted(amount, unit, analysis.audit.calendar) for amount in months]
            known = [part for part in parts if part is not None]
            whole = annual_fitted(total, unit, analysis.audit.calendar)
            if len(known) == 12 and whole is not None and abs(math.fsum(known) - whole) > _SLACK * whole:
                yield Issue(
                    _(
                        "the months of {year} add up to {sum} {unit}, the year is {total} {unit}",
                        year=year,
                        sum=fixed(math.fsum(known)),
                        total=fixed(whole),
                        unit=unit,
                    ),
                    analysis.audit.places.of(item, "monthly", key=True),
                    _("correct the month, or the year"),
                )


@rule("CPA543", "error", "preassessment")
def more_sold_than_used(analysis: Analysis) -> Iterator[Issue]:
    """More energy is sold than was used.

    What: Comprehensive energy consumption is not below zero in any year.

    Why: A plant that makes more energy than it takes in has an input that is missing, or a unit is wrong.

    Example: coal 1,000 tce, and steam sold of 2,000 tce

    Remedy: Add the missing input, or correct the unit of what is sold.

    Source: Domain notes §4.4.
    """
    for scope in analysis.energy.plant if analysis.energy is not None else ():
        if scope.total.net is not None and scope.total.net < 0:
            product = next(use.item for use in scope.uses if use.use.sold)
            yield Issue(
                _(
                    "{year}: {sold} tce are sold, {used} tce were used",
                    year=scope.year,
                    sold=fixed(scope.total.sold),
                    used=fixed(scope.total.gross - scope.total.feedstock) if scope.total.gross else "0",
                ),
                analysis.audit.places.of(product, "output", str(scope.year)),
                _("add the missing input, or correct the unit"),
            )


@rule("CPA544", "error", "preassessment")
def figure_beside_item(analysis: Analysis) -> Iterator[Issue]:
    """A figure beside an item does not fit it.

    What: Water meters hold volumes of water (steam: its mass) by year; sub-meters of workshops and months are in a unit like that of the item's years; the stream that `carried_by` names has an amount in the year.

    Why: Such a figure would be left out without a word.

    Example: water_meters: [{measure: new, amount: {2024: 5 kWh}}]

    Remedy: Correct the unit, or state the operating calendar in audit.yaml where a rate by day or hour has to become a year's amount.

    Source: cpa, audit format; domain notes §4.3.
    """
    phase, places, calendar = analysis.audit.phase("preassessment"), analysis.audit.places, analysis.audit.calendar
    for meter in phase.water_meters:
        fitting = ("t",) if meter.measure == "steam" else ("m³", "t")
        for year, amount in meter.amount.items():
            if all(annual_fitted(amount, unit, calendar) is None for unit in fitting):
                yield Issue(
                    _("{amount} is no amount of water of a year", amount=amount.format()),
                    places.of(meter, "amount", str(year)),
                    _("give it in {unit}", unit=fitting[0]),
                )
    for items, key in ((phase.products, "output"), (phase.inputs, "consumption"), (phase.wastes, "discharge")):
        for item in items:
            first = next(iter(getattr(item, key).values()), None)
            unit = amount_unit(first) if first is not None else ""
            figures: list[tuple[Quantity, tuple[str, ...]]] = [
                (amount, ("monthly", month)) for month, amount in item.monthly.items()
            ]
            for workshop, years in getattr(item, "workshops", {}).items():
                figures += [(amount, ("workshops", workshop, str(year))) for year, amount in years.items()]
            for amount, path in figures:
                if unit and annual_fitted(amount, unit, calendar) is None:
                    yield Issue(
                        _("{unit} does not fit the years in {other}", unit=amount.unit.text, other=unit),
                        places.of(item, *path),
                    )
    streams = {waste.id: waste for waste in phase.wastes}
    for result in phase.monitoring:
        stream = streams.get(result.carried_by)
        if stream is not None and result.year not in stream.discharge:
            yield Issue(
                _("{name} has no figure for {year}", name=stream.name, year=result.year),
                places.of(result, "carried_by"),
            )
