"""Phase 3: mass and contents of substances as one problem, so that a wrong content and a wrong amount are told apart."""

from cpa.analysis.assessment import LayerBalance, layer_balance, members_of
from cpa.analysis.conversion import mass_terms
from cpa.analysis.layers import LIQUID, content_of, content_uncertainty, flows_of
from cpa.analysis.network import (
    Builder,
    Network,
    add_amounts,
    add_known,
    add_reactions,
    flow_uncertainty,
    sound_relations,
)
from cpa.audit import Audit
from cpa.schema.assessment import Balance, Flow
from cpa.schema.network import Relation
from cpa.schema.quantity import Quantity

LINEAR = ("mass", "water", "energy", "cost")
"""Layers whose amounts are taken as they are. Water is one of them: what it adds up are water meters, and gases that
a mass balance lacks would spoil it."""


def coupled_network(audit: Audit, result: LayerBalance, sizes: dict[int, float]) -> Network:
    """Amounts, contents, and amounts of substances for the substance of `result` and those that react with it.

    `sizes` are amounts and contents of an earlier solution, for the uncertainty of ratios. Mass is balanced in the units
    for which the audit asks for a mass balance too; elsewhere amounts are only measured.
    """
    request = result.request
    members = members_of(audit, request)
    assessment = audit.phase("assessment")
    with_mass = {
        unit for item in assessment.balances if item.layer == "mass" for unit in members_of(audit, item)
    }.intersection(members)
    builder = Builder(audit, members)
    mass_request = Balance(layer="mass", scope=tuple(members), unit=result.unit, period=request.period)
    mass = layer_balance(audit, mass_request)
    add_amounts(audit, builder, {unit: builder.row(unit, "mass") for unit in members if unit in with_mass}, mass)
    substances = _reacting(audit, request.layer, members)
    rows = {(unit, name): builder.row(unit, name) for name in substances for unit in members}
    for name in substances:
        layer = result if name == request.layer else layer_balance(audit, _alike(request, name, result.unit))
        own = {unit: rows[unit, name] for unit in members}
        for flow in flows_of(audit):
            _add_substance(audit, builder, own, flow, layer, mass)
        add_known(audit, builder, own, layer)
    add_reactions(audit, builder, rows)
    _relate(audit, builder, substances, rows, sizes)
    return builder.built()


def _alike(request: Balance, layer: str, unit: str) -> Balance:
    return Balance(layer=layer, scope=request.scope, unit=unit, period=request.period)


def _reacting(audit: Audit, layer: str, members: list[str]) -> tuple[str, ...]:
    """The substance and all that reactions of the scope tie to it, as far as flows name them."""
    carried = {layer, *(name for flow in flows_of(audit) for name in flow.contains)}
    found = {layer: None}
    groups = [
        set(mass_terms(audit, reaction)) & carried
        for reaction in audit.phase("assessment").reactions
        if reaction.unit in members
    ]
    grown = True
    while grown:
        before = len(found)
        for group in groups:
            if group & found.keys():
                found.update(dict.fromkeys(sorted(group)))
        grown = len(found) > before
    return tuple(found)


def _add_substance(
    audit: Audit, builder: Builder, rows: dict[str, int], flow: Flow, layer: LayerBalance, mass: LayerBalance
) -> None:
    """A flow's substance: amount × content where the content is known, else an amount of its own."""
    ends = [(rows[unit], sign) for unit, sign in builder.ends(flow)]
    carried = layer.flows[flow.id].amount
    if carried == 0.0 or not ends:
        return
    amount = builder.place.get(("flow", flow.id, "mass"))
    content = content_of(audit, flow, layer.layer)
    share = _share(flow, content, carried, mass.flows[flow.id].amount)
    if content is None or amount is None or share is None:
        sigma, default = flow_uncertainty(audit, flow, layer.request, carried) if carried is not None else (0.0, False)
        column = builder.column("substance", flow.id, layer.layer, carried, sigma, default=default)
        for row, sign in ends:
            builder.add(row, column, sign)
        return
    relative, default = content_uncertainty(audit, content)
    column = builder.column("content", flow.id, layer.layer, share, relative * share, default=default)
    for row, sign in ends:
        builder.products.append((row, sign, amount, column))


def _share(flow: Flow, content: Quantity | None, carried: float | None, whole: float | None) -> float | None:
    """The content as a share of mass; None where that would need a density nobody stated."""
    if carried is not None:
        return carried / whole if whole else None
    if content is None:
        return None
    share, by_volume = content.fitted(""), content.fitted("t/m³")
    density = flow.density.to("t/m³") if flow.density is not None else 1.0 if flow.medium in LIQUID else None
    if share is None and by_volume is not None and density:
        return by_volume / density
    return share


def _relate(
    audit: Audit,
    builder: Builder,
    substances: tuple[str, ...],
    rows: dict[tuple[str, str], int],
    sizes: dict[int, float],
) -> None:
    """Relations of mass and of the substances, and conversions that are known."""
    assessment = audit.phase("assessment")
    for relation in sound_relations(audit):
        if relation.layer == "mass":
            builder.relate(relation, lambda name: _amount(builder, name), sizes)
        elif relation.layer in substances:
            _relate_substance(audit, builder, relation, sizes)
    for index, reaction in enumerate(assessment.reactions, 1):
        extent = builder.place.get(("reaction", f"reaction-{index}", ""))
        mass = mass_terms(audit, reaction).get(reaction.of)
        if extent is None or not mass or reaction.conversion is None or (reaction.unit, reaction.of) not in rows:
            continue
        row = builder.row("", "")
        builder.add(row, extent, abs(mass))
        entering = [flow for flow in flows_of(audit) if flow.target == reaction.unit]
        share = reaction.conversion.to("")
        entering_sizes = [_add_term(builder, row, flow.id, reaction.of, -share, sizes) for flow in entering]
        sigma = reaction.conversion.standard_uncertainty()
        if sigma:
            slack = builder.column("slack", f"reaction-{index}", "", 0.0)
            builder.sigmas[slack] = sigma * reaction.conversion.unit.factor * sum(entering_sizes)
            builder.add(row, slack, -1.0)


def _amount(builder: Builder, name: str) -> tuple[int, ...]:
    place = builder.place.get(("flow", name, "mass"))
    return () if place is None else (place,)


def _relate_substance(audit: Audit, builder: Builder, relation: Relation, sizes: dict[int, float]) -> None:
    """Flow − ratio × base = e in amounts of a substance, which are products where contents are known."""
    base = [
        flow.id
        for flow in flows_of(audit)
        if flow.id == relation.of or (relation.of_input and flow.target == relation.of_input)
    ]
    if not base or (relation.of_input and relation.of_input not in builder.members):
        return
    row = builder.row("", "")
    _add_term(builder, row, relation.flow, relation.layer, 1.0, sizes)
    ratio = relation.ratio.to("")
    size = sum(_add_term(builder, row, name, relation.layer, -ratio, sizes) for name in base)
    sigma = relation.ratio.standard_uncertainty()
    if sigma:
        slack = builder.column("slack", f"{relation.flow}/{relation.of or relation.of_input}", relation.layer, 0.0)
        builder.sigmas[slack] = sigma * relation.ratio.unit.factor * size
        builder.add(row, slack, -1.0)


def _add_term(builder: Builder, row: int, flow: str, layer: str, factor: float, sizes: dict[int, float]) -> float:
    """Adds factor × the flow's amount of the substance to a row; returns its size, 0 where it is not known."""

    def size(column: int) -> float:
        return abs(sizes.get(column, builder.measured[column] or 0.0))

    single = builder.place.get(("substance", flow, layer))
    if single is not None:
        builder.add(row, single, factor)
        return size(single)
    amount, content = builder.place.get(("flow", flow, "mass")), builder.place.get(("content", flow, layer))
    if amount is None or content is None:
        return 0.0
    builder.products.append((row, factor, amount, content))
    return size(amount) * size(content)
