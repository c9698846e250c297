"""CPA412 to CPA414 and CPA423: what a network determines, and which readings contradict the others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cpa.analysis import Analysis
from cpa.analysis.assessment import LayerBalance
from cpa.analysis.layers import content_of, flow_amount
from cpa.checks.assessment import layer_of, network_names
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related, Span
from cpa.messages import Message, _, fixed, listed, plain
from cpa.schema.labels import layer_name
from cpa.schema.quantity import Quantity
from cpa.schema.types import Item

if TYPE_CHECKING:  # what reconciles is imported when something is reconciled
    from cpa.analysis.reconciliation import SuspectMember


@rule("CPA412", "warning", "assessment")
def cannot_be_determined(analysis: Analysis) -> Iterator[Issue]:
    """Flows that were not measured cannot be computed either.

    What: The balances of a layer leave flows open, because several unmeasured ones hang together.

    Why: Whatever is written for them is a guess, and losses there stay invisible.

    Example: two unmeasured flows between the same two unit operations

    Remedy: Measure one of the sets that the finding names; each is a smallest one.

    Source: cpa, balance specification, step 3; Kretsovalis and Mah 1988.
    """
    names = network_names(analysis)
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    said: set[tuple[str, ...]] = set()
    for result in analysis.balances:
        if result.no_data:
            continue
        for island in analysis.islands(result):
            if island.flows in said or any(
                name in flows and analysis.audit.spoiled(flows[name], "amount") for name in island.flows
            ):
                continue
            said.add(island.flows)
            if not any(name in flows for name in island.flows):
                yield from _open_reactions(analysis, result, island.flows)
                continue
            first = next((flows[name] for name in island.flows if name in flows), None)
            sets = listed([listed([names.get(name, name) for name in chosen], " + ") for chosen in island.sets], "; ")
            more = plain("") if island.complete else _(" or other sets of as many")
            yield Issue(
                _(
                    "the {layer} balance cannot determine {flows}",
                    layer=layer_of(result),
                    flows=listed([names.get(name, name) for name in island.flows]),
                ),
                analysis.audit.places.of(first, "id") if first is not None else None,
                _("measure any one of: {sets}{more}", sets=sets, more=more)
                if island.needed == 1
                else _("measure {needed}, any of these sets: {sets}{more}", needed=island.needed, sets=sets, more=more),
            )


def _open_reactions(analysis: Analysis, result: LayerBalance, names: tuple[str, ...]) -> Iterator[Issue]:
    """Reactions whose extent nothing determines."""
    units = network_names(analysis)
    for number, reaction in enumerate(analysis.audit.phase("assessment").reactions, 1):
        if f"reaction-{number}" in names:
            yield Issue(
                _(
                    "the {layer} balance cannot determine how far {equation} goes in {unit}",
                    layer=layer_of(result),
                    equation=reaction.equation,
                    unit=units.get(reaction.unit, reaction.unit),
                ),
                analysis.audit.places.of(reaction, "equation"),
                _("give `of:` and `conversion:`, or measure what it makes"),
            )


@rule("CPA413", "warning", "assessment")
def suspect_reading(analysis: Analysis) -> Iterator[Issue]:
    """A reading contradicts the others by more than its uncertainty explains.

    What: Data reconciliation was asked for, and its tests fail (χ² of all, or of one measurement at 5 %). Suspects are named in the order in which to look; those that no test can tell apart stand together.

    Why: A gross error spreads into all reconciled figures, and a leak is worth more than a corrected meter.

    Example: 100 t in, 60 t and 30 t out, each ± 1 %

    Remedy: Check the meter, its unit and its period, in the order given; measure again; state the loss if it is one.

    Source: Narasimhan and Mah 1987; Serth and Heenan 1986; Mah and Tamhane 1982.
    """
    for result in analysis.balances:
        if not result.request.reconcile:
            continue
        reconciled = analysis.reconciled(result.request)
        tests = reconciled.tests
        if tests.passed or reconciled.forced:
            continue
        for number, group in enumerate(reconciled.suspects, 1):
            first, *others = group.members
            words = [_member(analysis, result, member) for member in group.members]
            related = tuple(
                Related(span, _("cannot be told apart from it: {what}", what=word))
                for span, word in zip((_member_place(analysis, member) for member in others), words[1:], strict=True)
                if span is not None
            )
            yield Issue(
                _(
                    "{layer} balance, suspect {number}: {what}",
                    layer=layer_of(result),
                    number=number,
                    what=words[0],
                ),
                _member_place(analysis, first),
                _(
                    "check the meter, its unit and its period first; without it χ² falls from {before} to {left} (degrees of freedom {degrees}); all readings: {chi}, limit {limit}",
                    before=f"{max(group.remaining, 0.0) + group.statistic:.1f}",
                    left=f"{max(group.remaining, 0.0):.1f}",
                    degrees=group.remaining_degrees,
                    chi=f"{tests.chi_square:.1f}",
                    limit=f"{tests.limit:.1f}",
                ),
                related,
            )


def _member(analysis: Analysis, result: LayerBalance, member: "SuspectMember") -> Message:
    """What is suspected, with figures as they stand in the files."""
    name = network_names(analysis).get(member.id, member.id)
    if member.kind == "leak":
        text = (
            _("at {unit} {size} ± {sigma} {of} ({layer}) get lost (a leak, or an output that is missing)")
            if member.size > 0
            else _("at {unit} {size} ± {sigma} {of} ({layer}) come in besides (an input that is missing)")
        )
        size, sigma = fixed(abs(member.size)), fixed(member.sigma, 2)
        values = {"unit": name, "size": size, "sigma": sigma, "of": result.unit, "layer": layer_name(member.layer)}
        return Message(text.text, tuple(values.items()))
    if member.part == "relation":
        return _(
            "the ratio of {flow} does not fit", flow=network_names(analysis).get(member.id.partition("/")[0], member.id)
        )
    measured, needed, unit = member.measured or 0.0, member.needed or 0.0, result.unit
    written = _written(analysis, result, member)
    if written is not None and measured:
        measured, needed, unit = written.value, needed * written.value / measured, written.unit.text
    values = {"flow": name, "measured": fixed(measured, 5), "needed": fixed(needed, 5), "unit": unit}
    if member.part == "content":
        return _(
            "the {substance} content of {flow} is given as {measured} {unit}; {needed} {unit} would fit the others",
            substance=layer_name(member.layer),
            **values,
        )
    return _("{flow} was measured as {measured} {unit}; {needed} {unit} would fit the others", **values)


def _written(analysis: Analysis, result: LayerBalance, member: "SuspectMember") -> Quantity | None:
    """The figure of a flow in its own unit, whatever the unit of the table is."""
    flow = next((flow for flow in analysis.audit.phase("assessment").flows if flow.id == member.id), None)
    if flow is None:
        return None
    if member.part == "content":
        return content_of(analysis.audit, flow, member.layer)
    return flow_amount(analysis.audit, flow, result.request.period)


def _member_place(analysis: Analysis, member: "SuspectMember") -> Span | None:
    phase, places = analysis.audit.phase("assessment"), analysis.audit.places
    sections: dict[str, tuple[tuple[Item, ...], str, tuple[str, ...]]] = {
        "unit": (phase.units, "id", ("id",)),
        "amount": (phase.flows, "id", ("amount",)),
        "content": (phase.flows, "id", ("contains", member.layer)),
        "loss": (phase.losses, "id", ("amount",)),
        "stock": (phase.stocks, "unit", ("change",)),
        "relation": (phase.relations, "flow", ("ratio",)),
    }
    items, key, path = sections[member.part]
    name, _slash, base = member.id.partition("/")
    for item in items:
        if getattr(item, key) == name and base in ("", getattr(item, "of", ""), getattr(item, "of_input", "")):
            return places.of(item, *path) or places.of(item)
    return None


@rule("CPA414", "warning", "assessment")
def negative_result(analysis: Analysis) -> Iterator[Issue]:
    """The balance would make a flow negative.

    What: In data reconciliation a flow is held at zero because the other figures ask for less than nothing.

    Why: The direction of the flow is wrong, or one of its neighbours is.

    Example: 100 t in, 110 t out, and a second output that was not measured

    Remedy: Check `from` and `to`, and the measured flows of the same unit operation.

    Source: cpa, balance specification, step 4.
    """
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    for result in analysis.balances:
        if result.request.reconcile:
            for name, estimate in analysis.reconciled(result.request).flows.items():
                if (
                    estimate.held
                    and estimate.status != "unobservable"
                    and not analysis.audit.spoiled(flows[name], "amount")
                ):
                    yield Issue(
                        _(
                            "the {layer} balance would make {flow} negative; it is held at zero",
                            layer=layer_of(result),
                            flow=flows[name].name,
                        ),
                        analysis.audit.places.of(flows[name], "id"),
                        _("check its direction and the measured flows beside it"),
                    )


@rule("CPA423", "error", "assessment")
def no_solution(analysis: Analysis) -> Iterator[Issue]:
    """Data reconciliation finds no solution.

    What: Relations or exact amounts contradict the balances, or the steps for amounts and contents do not come to rest.

    Why: The figures shown are the nearest that were found, and do not close.

    Example: all of the input goes to one output by a relation, and another output was measured

    Remedy: Take relations out one by one, or give them an uncertainty, until the balance closes.

    Source: cpa, balance specification, step 4.
    """
    relations = analysis.audit.phase("assessment").relations
    for result in analysis.balances:
        if not result.request.reconcile or analysis.reconciled(result.request).converged:
            continue
        asked = analysis.audit.places.of(result.request, "layer")
        forced = analysis.reconciled(result.request).forced
        if forced:
            flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
            touching = [item for item in relations if {item.flow, item.of} & set(forced)]
            related = (analysis.audit.places.of(item, "ratio") for item in touching)
            yield Issue(
                _(
                    "{layer} balance: relations and balances leave {flows} no value but zero",
                    layer=layer_of(result),
                    flows=listed([flows[name].name for name in forced]),
                ),
                analysis.audit.places.of(flows[forced[0]], "amount") or analysis.audit.places.of(flows[forced[0]]),
                _("give the ratios an uncertainty (96 % ± 2 %), or take out the one that does not hold"),
                tuple(Related(span, _("a relation that takes part")) for span in related if span is not None),
            )
            continue
        steps = analysis.reconciled(result.request).steps
        if steps > 1:
            yield Issue(
                _(
                    "{layer} balance: amounts and contents do not come to rest in {steps} steps",
                    layer=layer_of(result),
                    steps=steps,
                ),
                asked,
                _("look for contents that are off by far, or measure one of the amounts that are open"),
            )
        else:
            yield Issue(
                _("{layer} balance: relations and balances contradict each other", layer=layer_of(result)),
                analysis.audit.places.of(relations[0]) if relations else asked,
                _("give the ratios an uncertainty (96 % ± 2 %), or take out the one that does not hold"),
            )
