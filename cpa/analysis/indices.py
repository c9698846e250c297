"""Phase 3: indices of water and energy (domain notes §4.3 and §4.4), yields, and where mass and money leave."""

import math
from collections.abc import Iterable

import msgspec

from cpa.analysis.assessment import LayerBalance, members_of
from cpa.analysis.factors import Factor, carbon_factor
from cpa.analysis.layers import LIQUID, NOT_MATTER, flow_amount, flows_of, water_mass
from cpa.analysis.water import NAMES
from cpa.audit import Audit
from cpa.messages import Message, _, listed
from cpa.methods.water import shares
from cpa.schema.assessment import Flow
from cpa.schema.labels import BASES
from cpa.schema.quantity import Quantity
from cpa.schema.units import Unit, UnitError, parse_unit

_CARRIERS = (*NOT_MATTER, "steam")


class Index(msgspec.Struct, frozen=True):
    """An index with what it was made of; value None where the audit does not say enough, with the reason.

    A share has no unit. `formula` names the symbols, `terms` their values in the unit of the layer.
    """

    id: str
    name: Message
    value: float | None
    unit: str
    formula: str
    terms: tuple[tuple[str, float], ...]
    reason: Message | None = None


class LossShare(msgspec.Struct, frozen=True):
    """A way by which something leaves without being product: a stream, a known loss, or the gap of a unit operation."""

    id: str
    name: str
    unit: str
    kind: str
    """`waste`, `loss`, `known`, or `gap`."""
    amount: float
    share: float
    money: float | None = None


def _total(result: LayerBalance, flows: Iterable[Flow]) -> float:
    return math.fsum(result.flows[flow.id].amount or 0.0 for flow in flows)


_NONE = _("there is no such water in the audit")


def water_indices(audit: Audit, result: LayerBalance) -> tuple[Index, ...]:
    """Reuse, cooling water circulation, process water reuse, condensate return, leakage, new water per product.

    Source: domain notes §4.3 (formula set as in CJ 42-1999): R = Vr/(Vr + Vf), rc, rg, rb, leak rate Vl/Vf, Vyf/Q.
    """
    phase = audit.phase("assessment")
    members = set(members_of(audit, result.request))
    inside = [flow for flow in flows_of(audit) if {flow.source, flow.target} & members]
    new = [flow for flow in inside if not flow.source and flow.target in members and flow.medium == "water"]
    reused = [flow for flow in inside if flow.kind == "recycle" and flow.medium in LIQUID and flow.target in members]
    turning = [
        (item.use, water_mass(audit, item.amount, result.layer_unit) or 0.0)
        for item in phase.circulations
        if item.unit in members
    ]
    turned = {use: math.fsum(amount for kind, amount in turning if kind == use) for use in ("cooling", "process")}
    amounts = {
        "new": _total(result, new),
        "reused": _total(result, reused) + math.fsum(amount for _use, amount in turning),
    }
    for use, again_name, fresh_name in (
        ("cooling", "cooling_recycled", "cooling_new"),
        ("process", "process_reused", "process_new"),
    ):
        again = _total(result, (flow for flow in reused if flow.use == use)) + turned[use]
        supplied = (
            flow
            for flow in inside
            if flow.use == use and flow.medium == "water" and flow.kind != "recycle" and flow.target in members
        )
        fresh = _total(result, supplied)
        if again or fresh:
            amounts |= {again_name: again, fresh_name: fresh}
    steam = [flow for flow in inside if flow.medium == "steam" and flow.source in members]
    boilers = {flow.source for flow in steam if flow.target}
    made = _total(result, (flow for flow in steam if flow.source in boilers and flow.kind not in ("loss", "waste")))
    if made:
        returned = (flow for flow in inside if flow.medium == "condensate" and flow.target in boilers)
        amounts |= {"steam": made, "condensate": _total(result, returned)}
    leaks = _total(result, (flow for flow in inside if flow.use == "leak" and not flow.target))
    if amounts["new"] and leaks:
        amounts["leaked"] = leaks
    found = [
        Index(
            share.id,
            NAMES[share.id],
            share.value,
            "",
            share.formula,
            share.terms,
            None if share.value is not None else _NONE,
        )
        for share in shares(amounts)
    ]
    cubic = parse_unit("m³" + result.layer_unit.basis)
    volume = water_mass(audit, Quantity(amounts["new"], result.layer_unit), cubic)
    if volume is not None:
        found += _per_product(
            audit, cubic, members, _("New water per product"), "Vyf/Q", ("Vyf", volume), result.request.period
        )
    return tuple(found)


def _per_product(
    audit: Audit,
    amount_unit: Unit,
    members: set[str],
    title: Message,
    formula: str,
    amount: tuple[str, float],
    period: str,
) -> list[Index]:
    """`amount` over the output of products, in the unit in which the audit gives them; nothing where they differ."""
    products = [
        (flow, flow_amount(audit, flow, period))
        for flow in flows_of(audit)
        if flow.kind == "product" and not flow.target and flow.source in members
    ]
    known = [quantity for _flow, quantity in products if quantity is not None]
    if not known or len(known) < len(products) or not amount[1]:
        return []
    unit = known[0].unit
    try:
        output = math.fsum(quantity.value * quantity.unit.scale(unit, audit.calendar) for quantity in known)
        quotient = amount_unit.times(unit, -1)
    except UnitError:
        return []
    if not output or any(base == "time" for base, _power in quotient.dimension):
        return []
    name = _("{title} ({products})", title=title, products=listed([flow.name for flow, _quantity in products]))
    return [Index("per-product", name, amount[1] / output, quotient.text, formula, (amount, ("Q", output)))]


def energy_indices(audit: Audit, result: LayerBalance) -> tuple[Index, ...]:
    """Comprehensive energy consumption of the scope, per product, and CO₂ where the audit's factors give it.

    E = Σ eᵢ·pᵢ over what comes from outside less what leaves as energy (domain notes §4.4); the basis of electricity is
    the audit's own and stands in the name.
    """
    members = set(members_of(audit, result.request))
    entering = [flow for flow in flows_of(audit) if not flow.source and flow.target in members and _is_energy(flow)]
    leaving = [
        flow
        for flow in flows_of(audit)
        if not flow.target
        and flow.source in members
        and flow.medium in _CARRIERS
        and flow.kind in ("product", "byproduct")
    ]
    if not entering:
        return ()
    missing = [flow.name for flow in (*entering, *leaving) if result.flows[flow.id].amount is None]
    consumed = _total(result, entering) - _total(result, leaving)
    energy = audit.identity.energy if audit.identity is not None else None
    basis = BASES[energy.electricity] if energy is not None else _("basis of electricity not stated")
    title = _("Comprehensive energy consumption ({basis})", basis=basis)
    if missing:
        reason = _("not measured: {flows}", flows=listed(missing))
        return (Index("energy", title, None, result.unit, "Σ e·p", (), reason),)
    found = [Index("energy", title, consumed, result.unit, "Σ e·p", (("E", consumed),))]
    unit = parse_unit(result.unit)
    coal = parse_unit("kgce" + result.layer_unit.basis)
    if coal.dimension == unit.dimension:
        equivalent = consumed * unit.scale(coal, audit.calendar)
        found.append(
            Index("coal", _("the same in coal equivalent"), equivalent, coal.text, "Σ e·p", (("E", equivalent),))
        )
    found += _per_product(
        audit, result.layer_unit, members, _("Energy per product"), "E/M", ("E", consumed), result.request.period
    )
    found += _carbon(audit, entering, leaving, result)
    return tuple(found)


def _is_energy(flow: Flow) -> bool:
    return flow.medium in _CARRIERS or bool(flow.carrier)


def _carbon(audit: Audit, entering: list[Flow], leaving: list[Flow], result: LayerBalance) -> list[Index]:
    """CO₂ by the audit's factors or the set that it names; absent where a carrier has none, with the names."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    title, unit = _("Carbon dioxide"), "t" + result.layer_unit.basis
    found = {flow.id: carbon_factor(audit, flow.carrier, year) for flow in (*entering, *leaving)}
    if not any(isinstance(factor, Factor) for factor in found.values()):
        return []
    total, origins, lacking = 0.0, [], []
    for flow in (*entering, *leaving):
        factor, quantity = found[flow.id], flow_amount(audit, flow, result.request.period)
        if not isinstance(factor, Factor):
            lacking.append(flow.name)
            continue
        if quantity is None:
            return []
        origins.append(factor.origin)
        try:
            product = quantity.unit.times(factor.value.unit)
            amount = quantity.value * factor.value.value * product.scale(parse_unit(unit), audit.calendar)
        except UnitError as error:
            return [Index("co2", title, None, unit, "Σ AD·EF", (), error.message)]
        total += -amount if flow in leaving else amount
    if lacking:
        return [Index("co2", title, None, "t", "Σ AD·EF", (), _("no CO₂ factor: {flows}", flows=listed(lacking)))]
    sources = _("factors: {sources}", sources=listed(list(dict.fromkeys(origins)), "; "))
    return [Index("co2", title, total, unit, "Σ AD·EF", (("CO₂", total),), sources)]


def yields(audit: Audit, result: LayerBalance) -> tuple[Index, ...]:
    """Shares of the input of the scope that leave as product and by-product."""
    members = set(members_of(audit, result.request))
    total = result.total.sheet.total_in
    found = []
    for kind, title in (("product", _("Yield of product")), ("byproduct", _("Share of by-products"))):
        leaving = [
            flow
            for flow in flows_of(audit)
            if flow.source in members
            and flow.target not in members
            and (flow.kind == kind or (kind == "product" and flow.target and flow.kind in ("", "input")))
        ]
        amount = _total(result, leaving)
        if amount and total:
            found.append(Index(f"yield-{kind}", title, amount / total, "", "P/Σin", (("P", amount), ("Σin", total))))
    return tuple(found)


def loss_shares(audit: Audit, result: LayerBalance, money: dict[str, float] | None = None) -> tuple[LossShare, ...]:
    """All ways by which the layer leaves the scope as waste, loss, or unexplained, the largest first, as shares of the input.

    `money` is what each flow carries away, by id, where costs are accounted for.
    """
    phase = audit.phase("assessment")
    members = set(members_of(audit, result.request))
    total = result.total.sheet.total_in
    if not total:
        return ()
    names = {unit.id: unit.name for unit in phase.units}
    found: list[tuple[str, str, str, str, float]] = []
    for flow in flows_of(audit):
        amount = result.flows[flow.id].amount
        if amount and flow.source in members and flow.target not in members and flow.kind in ("waste", "loss"):
            found.append((flow.id, flow.name, flow.source, flow.kind, amount))
    known = {entry.id: entry.amount for entry in result.total.sheet.losses}
    found += [
        (item.id, item.name, item.unit, "known", known[item.id] or 0.0) for item in phase.losses if known.get(item.id)
    ]
    for scope in result.scopes:
        sheet = scope.sheet
        if scope.kind == "unit" and sheet.verdict in ("within", "outside") and sheet.difference > 0:
            found.append(("", "", scope.id, "gap", sheet.difference))
    return tuple(
        LossShare(name, title, names.get(unit, unit), kind, amount, amount / total, (money or {}).get(name))
        for name, title, unit, kind, amount in sorted(found, key=lambda item: -item[4])
    )


def indices(audit: Audit, result: LayerBalance) -> tuple[Index, ...]:
    """The indices of a layer."""
    if result.layer == "water":
        return water_indices(audit, result)
    if result.layer == "energy":
        return energy_indices(audit, result)
    return yields(audit, result)
