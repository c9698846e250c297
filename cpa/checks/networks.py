"""CPA415 to CPA427: what a network may not say."""

from collections.abc import Iterator
from itertools import combinations

from cpa.analysis import Analysis
from cpa.analysis.assessment import members_of
from cpa.analysis.layers import content_of, flow_amount, layers_of, water_mass
from cpa.checks.assessment import layer_of
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import Message, _, listed
from cpa.schema.assessment import Flow
from cpa.schema.labels import layer_name
from cpa.schema.quantity import Quantity
from cpa.schema.types import Item

NETWORK_CODES = tuple(f"CPA{number}" for number in range(412, 429))


def _names(analysis: Analysis) -> dict[str, str]:
    phase = analysis.audit.phase("assessment")
    return {item.id: item.name for items in (phase.units, phase.flows, phase.losses) for item in items}


@rule("CPA415", "error", "assessment")
def water_content_against_medium(analysis: Analysis) -> Iterator[Issue]:
    """A flow of water states a water content below 100 %.

    What: `medium: water` (steam, condensate) counts the whole flow as water, `contains: {water: …}` only a part.

    Why: Mass and water balance would contradict each other.

    Example: medium: water, contains: {water: 80 %}

    Remedy: A slurry or solution is `medium: material` with its water content; for water itself leave the content out.

    Source: Balance specification, layers; domain notes §12.1 (mixed wet and dry bases).
    """
    for flow in analysis.audit.phase("assessment").flows:
        content = flow.contains.get("water")
        share = content.fitted("") if content is not None else None
        if share is not None and share < _WATER and flow.medium in ("water", "steam", "condensate"):
            yield Issue(
                _(
                    "{flow}: its medium is water, and its water content {share} %",
                    flow=flow.name,
                    share=f"{share * 100:g}",
                ),
                analysis.audit.places.of(flow, "contains", "water"),
                _("write `medium: material`, or leave the water content out"),
            )


_WATER = 0.95
"""A water content from which on a stream is called water in practice; waste water with some solids is not at fault."""


@rule("CPA416", "error", "assessment")
def contradictory_relations(analysis: Analysis) -> Iterator[Issue]:
    """A relation cannot hold.

    What: A relation has neither `of` nor `of_input`, or both; its ratio is negative; two relations give one flow two ratios; or the shares of one input add up to more than 100 %.

    Why: The only amount that fits two ratios is zero.

    Example: condensate is 96 % of the steam, and 80 % of the steam

    Remedy: Keep the ratio that was measured; give it an uncertainty (96 % ± 2 %) if it is not exact.

    Source: cpa, balance specification.
    """
    places, names = analysis.audit.places, _names(analysis)
    phase = analysis.audit.phase("assessment")
    relations = phase.relations
    held = layers_of(analysis.audit)
    for item in relations:
        if bool(item.of) == bool(item.of_input):
            yield Issue(
                _("a relation names either `of` or `of_input`"),
                places.of(item, "flow"),
                _("`of:` another flow, or `of_input:` the unit operation whose whole input it is a share of"),
            )
        elif item.flow == item.of:
            yield Issue(
                _("{flow} is related to itself", flow=names.get(item.flow, item.flow)),
                places.of(item, "of"),
                _("name the flow that it follows"),
            )
        if item.layer not in held:
            yield Issue(
                _("no flow holds `{layer}`", layer=item.layer),
                places.of(item, "layer"),
                _("the relation takes part in no balance; there are {names}", names=listed(list(held))),
            )
        if item.ratio.value < 0:
            yield Issue(
                _("the ratio is negative"), places.of(item, "ratio"), _("turn the direction of the flow instead")
            )
    for one, other in combinations(relations, 2):
        same = (one.flow, one.of, one.of_input, one.layer) == (other.flow, other.of, other.of_input, other.layer)
        if same and one.ratio.to("") != other.ratio.to(""):
            first = places.of(one, "ratio")
            yield Issue(
                _(
                    "{flow} has two ratios to the same base: {one} and {other}",
                    flow=names.get(one.flow, one.flow),
                    one=one.ratio.format(),
                    other=other.ratio.format(),
                ),
                places.of(other, "ratio"),
                _("keep one of them"),
                (Related(first, _("first given here")),) if first is not None else (),
            )
    for unit, layer in dict.fromkeys((item.of_input, item.layer) for item in relations if item.of_input):
        shares = [item for item in relations if (item.of_input, item.layer) == (unit, layer)]
        total = sum(item.ratio.to("") for item in shares)
        if total > 1 + 1e-9:
            yield Issue(
                _(
                    "the shares of what enters {unit} add up to {total} %",
                    unit=names.get(unit, unit),
                    total=f"{total * 100:g}",
                ),
                places.of(shares[-1], "ratio"),
                _("they cannot exceed 100 %"),
                tuple(
                    Related(span, _("another share"))
                    for span in (places.of(item, "ratio") for item in shares[:-1])
                    if span is not None
                ),
            )


@rule("CPA417", "warning", "assessment")
def zero_uncertainty(analysis: Analysis) -> Iterator[Issue]:
    """An uncertainty of zero.

    What: A measured amount or content states ± 0, or an instrument an accuracy of 0.

    Why: No reading is exact; one that may not move pushes all errors into its neighbours. The default of its method is used instead.

    Example: amount: 42.6 t/d ± 0 t/d

    Remedy: State the uncertainty, or leave ± out to use the default of the method.

    Source: JCGM 100:2008, 3.1.
    """
    places, phase = analysis.audit.places, analysis.audit.phase("assessment")
    found: list[tuple[Item, str, Quantity | None, tuple[str, ...], Message]] = []
    for flow in phase.flows:
        found.append((flow, flow.name, flow.amount, ("amount",), _("the amount")))
        found += [
            (flow, flow.name, content, ("contains", name), _("the content of {name}", name=layer_name(name)))
            for name, content in flow.contains.items()
        ]
    found += [(item, item.name, item.amount, ("amount",), _("the amount")) for item in phase.losses]
    names = _names(analysis)
    found += [
        (item, names.get(item.unit, item.unit), item.change, ("change",), _("the growth of stock"))
        for item in phase.stocks
    ]
    for item, name, quantity, path, what in found:
        if (
            quantity is not None
            and quantity.value
            and quantity.standard_uncertainty() == 0
            and len(quantity.readings) < 2
        ):
            yield Issue(
                _("{name}: {what} has an uncertainty of zero", name=name, what=what),
                places.of(item, *path),
                _("state it, or leave it out: the default of the method is used"),
            )
    for point in phase.points:
        if point.accuracy is not None and point.accuracy.value == 0:
            yield Issue(
                _("{name}: {what} has an uncertainty of zero", name=point.name, what=_("the instrument")),
                places.of(point, "accuracy"),
                _("state it, or leave it out: the default of the method is used"),
            )


@rule("CPA418", "note", "assessment")
def separate_parts(analysis: Analysis) -> Iterator[Issue]:
    """The network falls into parts that no flow joins.

    What: Some unit operations of a balance have no flow to the others.

    Why: Separate lines are fine; a flow that was forgotten is not.

    Example: two lines that share nothing

    Remedy: Add the flow that joins them, or nothing if there is none.

    Source: Balance specification, step 1.
    """
    phase = analysis.audit.phase("assessment")
    around: dict[str, set[str]] = {unit.id: set() for unit in phase.units}
    for flow in phase.flows:
        if flow.source in around and flow.target in around:
            around[flow.source].add(flow.target)
            around[flow.target].add(flow.source)
    touched = {end for flow in phase.flows for end in (flow.source, flow.target)}
    left = [unit for unit in phase.units if unit.id in touched]
    parts: list[list[str]] = []
    seen: set[str] = set()
    for unit in left:
        if unit.id in seen:
            continue
        stack, part = [unit.id], []
        seen.add(unit.id)
        while stack:
            here = stack.pop()
            part.append(here)
            for other in around[here] - seen:
                seen.add(other)
                stack.append(other)
        parts.append(part)
    if len(parts) > 1:
        names = {unit.id: unit.name for unit in phase.units}
        least = min(parts[1:], key=len)
        first = next(unit for unit in phase.units if unit.id in least)
        yield Issue(
            _(
                "no flow joins {units} with the other unit operations",
                units=listed([names[unit.id] for unit in phase.units if unit.id in least]),
            ),
            analysis.audit.places.of(first, "id"),
            _("there are {count} separate parts; add the flow that joins them, if there is one", count=len(parts)),
        )


@rule("CPA419", "warning", "assessment")
def flow_twice(analysis: Analysis) -> Iterator[Issue]:
    """The same flow seems to stand twice.

    What: Two flows have the same ends, name and medium, and the same amount or measuring point.

    Why: It counts twice, and a unit operation seems to make or lose it.

    Example: the same pipe in two files under two ids

    Remedy: Delete one, or name what tells them apart.

    Source: cpa, balance specification, step 1.
    """
    first: dict[tuple[object, ...], Flow] = {}
    for flow in analysis.audit.phase("assessment").flows:
        figure = flow.point or (flow.amount.format() if flow.amount is not None else "")
        if not figure:
            continue
        key = (flow.source, flow.target, flow.name, flow.medium, figure)
        if key in first:
            place = analysis.audit.places.of(first[key], "id")
            yield Issue(
                _(
                    "{flow} ({id}) seems to be the same flow as {other}",
                    flow=flow.name,
                    id=flow.id,
                    other=first[key].id,
                ),
                analysis.audit.places.of(flow, "id"),
                _("delete one of the two, or tell them apart by name"),
                (Related(place, _("first given here")),) if place is not None else (),
            )
        else:
            first[key] = flow


@rule("CPA420", "warning", "assessment")
def nothing_measured(analysis: Analysis) -> Iterator[Issue]:
    """A balance has no measured flow.

    What: No flow of the layer in the scope has an amount.

    Why: There is nothing to balance.

    Example: flows without any amount

    Remedy: Measure the inputs and outputs of the scope first.

    Source: Handbook, step 3.2.
    """
    known = layers_of(analysis.audit)
    for result in analysis.balances:
        members = set(members_of(analysis.audit, result.request))
        inside = [
            result.flows[flow.id]
            for flow in analysis.audit.phase("assessment").flows
            if {flow.source, flow.target} & members and result.flows[flow.id].amount != 0.0
        ]
        if not inside and result.layer in known:
            yield Issue(
                _("{layer} balance: there is no flow in its scope", layer=layer_of(result)),
                analysis.audit.places.of(result.request, "layer"),
                _("enter the streams under `flows:`"),
            )
        elif result.request.reconcile and any(
            flow.value is not None for flow in analysis.reconciled(result.request).flows.values()
        ):
            continue  # contents and other substances determine what was not measured
        elif len(inside) > 1 and not result.no_data and all(amount.missing == "amount" for amount in inside):
            yield Issue(
                _(
                    "{layer} balance: none of its {count} flows was measured",
                    layer=layer_of(result),
                    count=len(inside),
                ),
                analysis.audit.places.of(result.request, "layer"),
                _("measure what enters and what leaves first"),
            )


@rule("CPA421", "error", "assessment")
def impossible_reaction(analysis: Analysis) -> Iterator[Issue]:
    """A reaction or a formula cannot be used.

    What: A formula cannot be read, an equation does not balance in some element, no flow names its substances, or a conversion lacks the substance that it is of.

    Why: Stoichiometry that does not close makes mass out of nothing.

    Example: C6H12O6 -> C2H5OH + 2 CO2

    Remedy: Balance the equation; give the formula of each substance under `substances:`.

    Source: Conservation of elements; IUPAC standard atomic weights.
    """
    phase, places = analysis.audit.phase("assessment"), analysis.audit.places
    if not (phase.substances or phase.reactions):
        return
    from cpa.methods.balance.chemistry import FormulaError, imbalance, parse_equation, parse_formula

    formulas: dict[frozenset[tuple[str, float]], str] = {}
    for substance in phase.substances:
        try:
            elements = frozenset(parse_formula(substance.formula).items())
        except FormulaError as error:
            yield Issue(
                _formula_problem(error.text, error.reason),
                places.of(substance, "formula"),
                _("write ZnSO4·7H2O, Ca(OH)2"),
            )
            continue
        if elements in formulas:
            yield Issue(
                _(
                    "{one} and {other} have the same formula, and equations cannot tell them apart",
                    one=formulas[elements],
                    other=substance.id,
                ),
                places.of(substance, "formula"),
                _("keep the one that reacts under `substances`"),
            )
        formulas.setdefault(elements, substance.id)
    for reaction in phase.reactions:
        place = places.of(reaction, "equation")
        try:
            parsed = parse_equation(reaction.equation)
            left = imbalance(parsed)
            known = {formulas.get(frozenset(parse_formula(formula).items())) for formula, _count in parsed.terms}
        except FormulaError as error:
            yield Issue(_formula_problem(error.text, error.reason), place, _("write C6H12O6 -> 2 C2H5OH + 2 CO2"))
            continue
        if left:
            yield Issue(
                _(
                    "the equation does not balance: {elements}",
                    elements=listed([f"{element} {count:+g}" for element, count in left.items()]),
                ),
                place,
                _("positive: too much on the right"),
            )
        elif known == {None}:
            yield Issue(
                _("no substance of the equation has its formula under `substances`"),
                place,
                _("add `substances: [{id: glucose, formula: C6H12O6}]`"),
            )
        if reaction.conversion is not None and reaction.of not in known:
            yield Issue(
                _("the conversion needs `of:`, a substance of the equation"),
                places.of(reaction, "conversion"),
                _("substances: {names}", names=listed(sorted(filter(None, known)))),
            )


def _formula_problem(text: str, reason: str) -> Message:
    """What is wrong with a formula or an equation, at which piece."""
    words = {
        "empty": _("nothing stands here"),
        "unknown_element": _("there is no element {text}; symbols tell capitals from small letters", text=text),
        "charge": _("{text}: charges of ions have no place here, write the neutral substance", text=text),
        "ambiguous": _("{text} can be read in two ways; water of crystallisation takes a ·: CuSO4·5H2O", text=text),
        "arrow": _("an equation has exactly one arrow (->, → or =)"),
        "bracket": _("a bracket is not closed, or was not opened: {text}", text=text),
    }
    return words.get(reason, _("the formula cannot be read at `{text}`", text=text))


@rule("CPA422", "error", "assessment")
def impossible_correlation(analysis: Analysis) -> Iterator[Issue]:
    """A correlation between measurements cannot be.

    What: The coefficient does not lie between -1 and 1, a flow of it was not measured, or the coefficients contradict each other.

    Why: It is left out of the reconciliation.

    Example: correlations: [{flows: [a, b], coefficient: 1.2}]

    Remedy: For two flows read on one meter a value below 1, such as 0.8, is usual; correlate measured flows only.

    Source: JCGM 100:2008, 5.2.
    """
    audit = analysis.audit
    flows = {flow.id: flow for flow in audit.phase("assessment").flows}
    for item in audit.phase("assessment").correlations:
        value = item.coefficient
        if not -1 < value < 1:
            yield Issue(
                _("a coefficient of {value} is not possible: it lies above -1 and below 1", value=f"{value:g}"),
                audit.places.of(item, "coefficient"),
                _("errors that go together wholly have nearly 1, such as 0.95"),
            )
        if len(set(item.flows)) < 2:
            yield Issue(
                _("a correlation needs two different flows"),
                audit.places.of(item, "flows"),
                _("name the flows that were read on one meter"),
            )
        for index, name in enumerate(item.flows):
            if name in flows and flow_amount(audit, flows[name]) is None and not audit.spoiled(flows[name], "amount"):
                yield Issue(
                    _("{flow} was not measured, so its error correlates with nothing", flow=flows[name].name),
                    audit.places.of(item, "flows", index),
                    _("take it out, or measure it"),
                )
    for result in analysis.balances:
        if result.request.reconcile and analysis.reconciled(result.request).bad_correlations:
            first = audit.phase("assessment").correlations[0]
            yield Issue(
                _("{layer} balance: the correlations contradict each other", layer=layer_of(result)),
                audit.places.of(first),
                _("three flows cannot all run against each other: lower the coefficients"),
            )
            break


@rule("CPA424", "error", "assessment")
def unknown_period(analysis: Analysis) -> Iterator[Issue]:
    """A figure is given for a period that does not exist, or a period has none.

    What: `by_period` names a period that is not in `periods:`, or a balance asks for a period in which no flow has a figure of its own.

    Why: The figure counts nowhere, or the balance repeats the average of all periods.

    Example: by_period: {run-4: 42 t} with periods run-1 to run-3

    Remedy: Add the period, or correct its id; name the column of periods in the readings.

    Source: Handbook, step 3.2 (three cycles).
    """
    audit = analysis.audit
    phase = audit.phase("assessment")
    periods = [period.id for period in phase.periods]
    for flow in phase.flows:
        for name in flow.by_period:
            if name not in periods:
                yield Issue(
                    _("there is no period `{name}`", name=name),
                    audit.places.of(flow, "by_period", name, key=True),
                    _("add it to `periods:`; there are {names}", names=listed(periods)),
                )
    for flow in phase.flows:
        amounts = list(flow.by_period.items())
        for name, amount in amounts[1:]:
            if amount.unit.dimension != amounts[0][1].unit.dimension:
                yield Issue(
                    _(
                        "{flow}: {one} and {other} do not add up",
                        flow=flow.name,
                        one=amounts[0][1].format(),
                        other=amount.format(),
                    ),
                    audit.places.of(flow, "by_period", name),
                    _("give all periods in one unit"),
                )
    own = {period for flow in phase.flows for period in flow.by_period} | {
        period for _point, period in audit.period_readings
    }
    for result in analysis.balances:
        period = result.request.period
        if period in periods and period not in own:
            yield Issue(
                _("no flow has a figure of its own for the period {period}", period=period),
                audit.places.of(result.request, "period"),
                _("give `by_period:` to flows, or `periods:` (the column) to readings"),
            )


@rule("CPA425", "error", "assessment")
def impossible_water_use(analysis: Analysis) -> Iterator[Issue]:
    """A water use cannot be targeted.

    What: A use by load gives water no dirtier than it may take, or a use limits a substance whose content in other water is nowhere stated.

    Why: Water of unknown quality cannot be reused, so the potential would look smaller than it is.

    Example: limits_in: {cod: 50 mg/L} while no use states contents_out for cod

    Remedy: Give `contents_out` of each use for every substance that another use limits.

    Source: El-Halwagi 2003; Wang and Smith 1994.
    """
    audit = analysis.audit
    uses = audit.phase("assessment").water_uses
    yield from _no_water(analysis)
    for use in uses:
        lone = sorted(use.limits_in.keys() ^ use.contents_out.keys()) if use.by_load else []
        if lone:
            key = "limits_in" if lone[0] in use.limits_in else "contents_out"
            yield Issue(
                _(
                    "{use} is a use by load: `limits_in` and `contents_out` name the same substances, and {names} stands in one only",
                    use=use.name,
                    names=listed([layer_name(name) for name in lone]),
                ),
                audit.places.of(use, key, lone[0]),
                _("add the limit of {name} to `limits_in`, or leave `by_load` out", name=lone[0])
                if key == "contents_out"
                else _("add {name} to `contents_out`, or leave `by_load` out", name=lone[0]),
            )
        for name, limit in use.limits_in.items():
            stated = [other for other in uses if other.id != use.id and name in other.contents_out]
            if len(uses) > 1 and not stated:
                yield Issue(
                    _(
                        "{use} limits {name}, and no other use states how much of it it gives",
                        use=use.name,
                        name=layer_name(name),
                    ),
                    audit.places.of(use, "limits_in", name),
                    _("add `contents_out: {{{name}: …}}` to the others", name=name),
                )
            out = use.contents_out.get(name)
            if (
                use.by_load
                and out is not None
                and (difference := _difference(out, limit)) is not None
                and difference <= 0
            ):
                yield Issue(
                    _(
                        "{use} takes up no {name}: it gives water as clean as it may take",
                        use=use.name,
                        name=layer_name(name),
                    ),
                    audit.places.of(use, "contents_out", name),
                    _("state what it gives, or leave `by_load` out"),
                )


def _no_water(analysis: Analysis) -> Iterator[Issue]:
    """Amounts that are none of water, and contents that are no concentration."""
    audit = analysis.audit
    phase = audit.phase("assessment")
    first = phase.water_uses[0].flow.unit if phase.water_uses else None
    figures: list[tuple[Item, str, str, Quantity | None]] = [
        (item, item.name, key, getattr(item, key)) for item in phase.water_uses for key in ("flow", "gives", "fresh")
    ]
    figures += [(item, item.name, "available", item.available) for item in phase.fresh_waters]
    figures += [(item, item.name, "amount", item.amount) for item in phase.circulations]
    for item, name, key, quantity in figures:
        if quantity is None:
            continue
        if all(base not in ("mass", "length") for base, _power in quantity.unit.dimension):
            yield Issue(
                _("{name}: {unit} is no amount of water", name=name, unit=quantity.unit.text or "1"),
                audit.places.of(item, key),
                _("give it in m³/d or t/d"),
            )
        elif first is not None and item not in phase.circulations and water_mass(audit, quantity, first) is None:
            yield Issue(
                _(
                    "{name}: given in {unit}, other water uses in {other}",
                    name=name,
                    unit=quantity.unit.text,
                    other=first.text,
                ),
                audit.places.of(item, key),
                _("give all of them on one basis"),
            )


def _difference(one: Quantity, other: Quantity) -> float | None:
    value = other.fitted(one.unit)
    return None if value is None else one.value - value


@rule("CPA426", "error", "assessment")
def steam_state(analysis: Analysis) -> Iterator[Issue]:
    """The state of water or steam is given twice.

    What: A flow states an absolute and a gauge pressure, or a dryness together with a temperature and a pressure.

    Why: Two of them decide the enthalpy; the third contradicts or is ignored.

    Example: pressure: 0.8 MPa, gauge_pressure: 0.7 MPa

    Remedy: Keep one pressure; wet steam has a pressure and a dryness.

    Source: IAPWS R7-97(2012).
    """
    for flow in analysis.audit.phase("assessment").flows:
        if flow.pressure is not None and flow.gauge_pressure is not None:
            yield Issue(
                _("{flow} has an absolute and a gauge pressure", flow=flow.name),
                analysis.audit.places.of(flow, "gauge_pressure"),
                _("keep one of them"),
            )
        elif (
            flow.dryness is not None
            and flow.temperature is not None
            and (flow.pressure is not None or flow.gauge_pressure is not None)
        ):
            yield Issue(
                _("{flow} has a dryness, a temperature and a pressure", flow=flow.name),
                analysis.audit.places.of(flow, "dryness"),
                _("wet steam has a pressure and a dryness; leave the temperature out"),
            )


@rule("CPA427", "warning", "assessment")
def content_twice(analysis: Analysis) -> Iterator[Issue]:
    """An element and the substances that hold it contradict each other.

    What: A flow states the content of an element, and substances with a formula hold more of it than that.

    Why: One layer would count what the other denies.

    Example: contains: {zn: 1 %, znso4: 10 %}

    Remedy: Leave the element out: it is computed from the substances.

    Source: Conservation of elements.
    """
    audit = analysis.audit
    if not audit.phase("assessment").substances:
        return
    for flow in audit.phase("assessment").flows:
        for name, stated in flow.contains.items():
            rest = {key: value for key, value in flow.contains.items() if key != name}
            computed = content_of(audit, _Only(rest), name)  # type: ignore[arg-type]
            value = computed.fitted(stated.unit) if computed is not None else None
            if value is not None and value > stated.value * 1.05:
                yield Issue(
                    _(
                        "{flow}: {name} is {stated}, its substances hold {computed} {unit}",
                        flow=flow.name,
                        name=name,
                        stated=stated.format(),
                        computed=f"{value:.4g}",
                        unit=stated.unit.text,
                    ),
                    audit.places.of(flow, "contains", name),
                    _("leave the element out: it is computed from the substances"),
                )


class _Only:
    """The contents of a flow without one of them."""

    def __init__(self, contains: dict[str, Quantity]) -> None:
        self.contains = contains
