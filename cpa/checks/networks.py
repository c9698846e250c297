"""CPA415, CPA417 to CPA420, CPA424 and CPA427: what the flows of a network may not say."""

from collections.abc import Iterator

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.assessment import members_of
from cpa.analysis.layers import content_of, layers_of
from cpa.checks.assessment import layer_of, network_names
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import Message, _, listed
from cpa.schema.assessment import Flow
from cpa.schema.labels import layer_name
from cpa.schema.quantity import Quantity
from cpa.schema.types import Item

NETWORK_CODES = tuple(f"CPA{number}" for number in range(412, 429))


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
    names = network_names(analysis)
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
            others = {key: value for key, value in flow.contains.items() if key != name}
            computed = content_of(audit, msgspec.structs.replace(flow, contains=others), name)
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
