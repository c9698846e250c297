"""CPA306 to CPA3xx and CPA546: figures that contradict each other or the calendar."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.specifics import amount_unit, annual_fitted
from cpa.analysis.water import output_value
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related, Span
from cpa.messages import _, fixed, listed
from cpa.methods.trend import gaps
from cpa.schema.units import UnitError

_UNIT_CONSUMPTION_SLACK = 0.01
_CONTENT_SLACK = 1.005


@rule("CPA306", "error", "assessment")
def contents_over_whole(analysis: Analysis) -> Iterator[Issue]:
    """The contents of a flow add up to more than the flow.

    What: Water and dry substances of one flow are shares of the same whole.

    Why: Wet and dry basis were mixed, or a decimal point slipped.

    Example: contains: {water: 80 %, extract: 30 %}

    Remedy: Give all contents on the wet basis of the flow.

    Source: Domain notes §1.2, step 3.3 (mixed wet and dry bases).
    """
    for flow in analysis.audit.phase("assessment").flows:
        water = flow.contains.get("water")
        if water is None or water.unit.dimension != ():
            continue
        for name, content in flow.contains.items():
            if name != "water" and content.unit.dimension == () and water.to("") + content.to("") > _CONTENT_SLACK:
                yield Issue(
                    _(
                        "water and {name} of {flow} add up to {sum} %",
                        name=name,
                        flow=flow.name,
                        sum=f"{(water.to('') + content.to('')) * 100:.1f}",
                    ),
                    analysis.audit.places.of(flow, "contains", name),
                    _("give both on the wet basis"),
                )


@rule("CPA307", "error")
def ends_before_start(analysis: Analysis) -> Iterator[Issue]:
    """Something ends before it starts.

    What: Start and finish of a plan row, a task, an option, a campaign or the audit.

    Why: The schedule cannot be drawn, and evaluators stop at it.

    Example: {start: 2025-06-01, finish: 2025-05-01}

    Remedy: Correct one of the two days.

    Source: Domain notes §1.2, step 1.3.
    """
    audit = analysis.audit
    items = [
        *audit.phase("planning").plan,
        *audit.phase("options").options,
        *audit.phase("implementation").schedule,
        *audit.phase("continuation").next_steps,
        *(effect.measuring.period for effect in audit.phase("implementation").effects if effect.measuring is not None),
        *filter(None, (audit.identity.period if audit.identity else None, audit.phase("assessment").measurement)),
    ]
    for item in items:
        if item.start is not None and item.finish is not None and item.finish < item.start:
            start = audit.places.of(item, "start")
            yield Issue(
                _("the finish {finish} lies before the start {start}", finish=item.finish, start=item.start),
                audit.places.of(item, "finish"),
                related=_related(start, "start"),
            )


def _related(span: Span | None, _what: str) -> tuple[Related, ...]:
    return (Related(span, _("the start")),) if span is not None else ()


@rule("CPA308", "error", "preassessment")
def unit_consumption_differs(analysis: Analysis) -> Iterator[Issue]:
    """Reported unit consumption is not consumption by output.

    What: consumption / output of the year differs from the unit consumption that the enterprise reports by more than 1 %.

    Why: Three tables of one report would contradict each other; mismatch with statistics fails an evaluation.

    Example: consumption 7000 t, output 100 kL, unit_consumption 75 t/kL

    Remedy: Find out which of the three figures is wrong, or leave the reported one out: cpa computes it.

    Source: Domain notes §12.2: unit × production = total.
    """
    computable = {id(specific.item) for specific in analysis.specifics}
    for item in analysis.audit.phase("preassessment").inputs:
        if (
            item.unit_consumption
            and item.consumption
            and id(item) not in computable
            and analysis.audit.phase("preassessment").products
        ):
            place = analysis.audit.places.of(item, "unit_consumption", key=True)
            yield Issue(
                _("the unit consumption of {name} cannot be compared with its consumption", name=item.name),
                place,
                _("name the `product`, and give amounts and ratio in units that fit"),
            )
    for specific in analysis.specifics:
        for year, reported in specific.reported.items():
            computed = specific.computed.get(year)
            if computed is not None and abs(computed - reported) > _UNIT_CONSUMPTION_SLACK * abs(computed):
                yield Issue(
                    _(
                        "{year}: {reported} {unit} is reported, consumption by output is {computed} {unit}",
                        year=year,
                        reported=f"{reported:.4g}",
                        computed=f"{computed:.4g}",
                        unit=specific.unit,
                    ),
                    analysis.audit.places.of(specific.item, "unit_consumption", str(year)),
                    _("check consumption and output of {year}, or leave the reported value out", year=year),
                )


@rule("CPA309", "warning", "preassessment")
def fewer_than_three_years(analysis: Analysis) -> Iterator[Issue]:
    """An item has figures for fewer than three years.

    What: Products, inputs and wastes show the last three years.

    Why: Without three years there is no trend, and the tables of phase 2 have holes.

    Example: output: {2024: 95000 kL}

    Remedy: Add the missing years; an item that is new says so in its note.

    Source: Handbook, step 2.1; domain notes §1.2 (at least three years).
    """
    phase = analysis.audit.phase("preassessment")
    every = set(analysis.years[-3:])
    for section, key in (("products", "output"), ("inputs", "consumption"), ("wastes", "discharge")):
        for item in getattr(phase, section):
            found = getattr(item, key)
            if item.note and not gaps(found, analysis.years[-3:]):
                continue
            missing = sorted(every - set(found))
            if len(found) < 3 or missing:
                years = listed([str(year) for year in missing]) if missing else _("earlier years")
                message = (
                    _("{name} has figures for {count} years; three are needed", name=item.name, count=len(found))
                    if len(found) < 3
                    else _("{name} has no figure for {years}", name=item.name, years=years)
                )
                yield Issue(
                    message,
                    analysis.audit.places.of(item, key, key=True),
                    _("missing: {years}; a new item says so in its note", years=years),
                )


@rule("CPA310", "error")
def impossible_calendar(analysis: Analysis) -> Iterator[Issue]:
    """The operating calendar cannot be read.

    What: days_per_year and hours_per_day must be numbers of days and hours that a year and a day can have.

    Why: All conversions between year, day, shift and hour go through it.

    Example: calendar: {days_per_year: 400 d, hours_per_day: 24 h}

    Remedy: State the operating days of the year and the operating hours of a day.

    Source: cpa, audit format, quantities.
    """
    identity = analysis.audit.identity
    if identity is None or identity.calendar is None:
        return
    calendar = analysis.audit.calendar
    limits = (
        ("days_per_year", 366, "330 d"),
        ("hours_per_day", 24, "24 h"),
        ("shifts_per_day", 24, "3 shift/d"),
        ("batches_per_day", 10_000, "8 batch/d"),
    )
    for key, most, example in limits:
        if getattr(identity.calendar, key) is None:
            continue
        value, place = getattr(calendar, key), analysis.audit.places.of(identity.calendar, key)
        hint = _("write it like {example}", example=example)
        if value is None:
            yield Issue(_("{key} is in a unit that does not fit", key=key), place, hint)
        elif not 0 < value <= most:
            yield Issue(_("{key} lies between 0 and {most}", key=key, most=most), place, hint)


@rule("CPA311", "error", "preassessment")
def mixed_units(analysis: Analysis) -> Iterator[Issue]:
    """A yearly amount is in a unit that does not fit its item.

    What: The years of one item are amounts of the same kind.

    Why: A table cannot show tonnes and cubic metres in one row, and trends cannot be computed.

    Example: consumption: {2023: 100 t, 2024: 110 m³}

    Remedy: Give all years in one unit, best as `unit:` of the item.

    Source: GB/T 3101.
    """
    phase = analysis.audit.phase("preassessment")
    for section, key in (("products", "output"), ("inputs", "consumption"), ("wastes", "discharge")):
        for item in getattr(phase, section):
            values = getattr(item, key)
            if not values:
                continue
            first = next(iter(values.values()))
            for year, quantity in values.items():
                try:
                    quantity.unit.scale(first.unit, analysis.audit.calendar)
                except UnitError:
                    yield Issue(
                        _(
                            "{unit} does not fit the other years in {other}",
                            unit=quantity.unit.text,
                            other=first.unit.text,
                        ),
                        analysis.audit.places.of(item, key, str(year)),
                    )


@rule("CPA312", "error")
def calendar_needed(analysis: Analysis) -> Iterator[Issue]:
    """An amount by day, shift or batch cannot be made annual.

    What: Money by day, or a life in days, needs the operating calendar to become money by year or a life in years.

    Why: Without it the figure is left out of every table and of the economics.

    Example: benefit: 0.1 万元/d without a calendar

    Remedy: Give the calendar in audit.yaml, or the figure by year.

    Source: cpa, audit format, quantities.
    """
    audit = analysis.audit
    money, duration = f"{analysis.money_unit}/a", "a"
    studies = audit.phase("feasibility").studies
    economics = audit.identity.economics if audit.identity is not None else None
    wanted: list[tuple[object, str, str]] = [
        (item, key, money) for item in audit.phase("options").options for key in ("benefit", "operating_cost")
    ]
    wanted += [(item, key, money) for item in audit.phase("options").results for key in ("benefit", "operating_cost")]
    wanted += [
        (study.operation, key, money)
        for study in studies
        if study.operation is not None
        for key in study.operation.__struct_fields__
    ]
    wanted += [(study, "net_cash_flow", money) for study in studies]
    wanted += [(study, key, duration) for study in studies for key in ("life", "depreciation_period")]
    wanted += [
        (item, key, money) for item in audit.phase("implementation").effects for key in ("benefit", "operating_cost")
    ]
    if economics is not None:
        wanted.append((economics, "depreciation_period", duration))
    for item, key, unit in wanted:
        quantity = getattr(item, key)
        if quantity is None:
            continue
        try:
            quantity.to(unit, audit.calendar)
        except UnitError as error:
            yield Issue(
                _(
                    "{value} cannot be given in {unit}: {reason}",
                    value=quantity.format(),
                    unit=unit,
                    reason=error.message,
                ),
                audit.places.of(item, key),
                error.hint,
            )


@rule("CPA546", "warning", "preassessment")
def amounts_contradict(analysis: Analysis) -> Iterator[Issue]:
    """Two amounts of the present state contradict each other.

    What: No more is discharged than was generated, no product is made beyond its design capacity, and the output value of the profile is that of the products of the baseline year within 5 %.

    Why: Output beyond the capacity is a matter of permits; the other two are slips that evaluators find.

    Example: generation: {2024: 25,400 m³}, discharge: {2024: 31,900 m³}

    Remedy: Correct one of the two; explain output beyond the capacity in `note`.

    Source: Domain notes §12.2 and §8.3 (mismatch with statistics).
    """
    phase, places, calendar = analysis.audit.phase("preassessment"), analysis.audit.places, analysis.audit.calendar
    for waste in phase.wastes:
        for year, generated in waste.generation.items():
            unit = amount_unit(generated)
            made, left = (annual_fitted(each, unit, calendar) for each in (generated, waste.discharge.get(year)))
            if made is not None and left is not None and left > made * 1.01:
                yield Issue(
                    _(
                        "{year}: {left} {unit} are discharged, {made} {unit} were generated",
                        year=year,
                        left=fixed(left),
                        made=fixed(made),
                        unit=unit,
                    ),
                    places.of(waste, "discharge", str(year)),
                    _("correct one of the two"),
                )
    for product in phase.products:
        for year, amount in product.output.items() if product.capacity is not None and not product.note else ():
            unit = amount_unit(amount)
            output, capacity = (annual_fitted(each, unit, calendar) for each in (amount, product.capacity))
            if output is not None and capacity is not None and output > capacity * 1.001:
                yield Issue(
                    _(
                        "{year}: output of {output} {unit}, design capacity {capacity} {unit}",
                        year=year,
                        output=fixed(output),
                        capacity=fixed(capacity),
                        unit=unit,
                    ),
                    places.of(product, "output", str(year)),
                    _("explain it in `note`, or correct one of the two"),
                )
    year = analysis.audit.identity.baseline_year if analysis.audit.identity is not None else 0
    whole, stated = (
        output_value(analysis.audit, year),
        phase.profile.output_value if phase.profile is not None else None,
    )
    value = stated.fitted(f"{analysis.money_unit}/a", calendar) if stated is not None else None
    if whole is not None and value is not None and abs(whole - value) > 0.05 * max(whole, value):
        yield Issue(
            _(
                "the profile has an output value of {value}, the products of {year} sum up to {sum} {unit}",
                value=stated.format() if stated is not None else "",
                year=year,
                sum=fixed(whole),
                unit=analysis.money_unit,
            ),
            places.of(phase.profile, "output_value"),
            _("correct one of the two"),
        )
