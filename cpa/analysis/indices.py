"""Phase 3: indices of water and energy (domain notes §4.3 and §4.4), yields, and where mass and money leave."""

import math
from collections.abc import Iterable

import msgspec

from cpa.analysis.assessment import LayerBalance, members_of
from cpa.analysis.layers import LIQUID, NOT_MATTER, flow_amount, flows_of, water_mass
from cpa.audit import Audit
from cpa.messages import Message, _, listed
from cpa.schema.assessment import Flow
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


def _share(name: str, title: Message, formula: str, part: tuple[str, float], rest: tuple[str, float]) -> Index:
    """The share part / (part + rest)."""
    whole = part[1] + rest[1]
    reason = None if whole > 0 else _("there is no such water in the audit")
    return Index(name, title, part[1] / whole if whole > 0 else None, "", formula, (part, rest), reason)


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
    total_new = _total(result, new)
    total_reused = _total(result, reused) + math.fsum(amount for _use, amount in turning)
    found = [_share("reuse", _("Water reuse rate R"), "Vr/(Vr+Vf)", ("Vr", total_reused), ("Vf", total_new))]
    for use, name, title, formula, symbols in (
        ("cooling", "cooling", _("Circulation rate of indirect cooling water rc"), "Vcr/(Vcr+Vcf)", ("Vcr", "Vcf")),
        ("process", "process", _("Reuse rate of process water rg"), "Vgr/(Vgr+Vgf)", ("Vgr", "Vgf")),
    ):
        again = _total(result, (flow for flow in reused if flow.use == use))
        again += math.fsum(amount for kind, amount in turning if kind == use)
        supplied = (
            flow
            for flow in inside
            if flow.use == use and flow.medium == "water" and flow.kind != "recycle" and flow.target in members
        )
        fresh = _total(result, supplied)
        if again or fresh:
            found.append(_share(name, title, formula, (symbols[0], again), (symbols[1], fresh)))
    steam = [flow for flow in inside if flow.medium == "steam" and flow.source in members]
    boilers = {flow.source for flow in steam if flow.target}
    steam = [flow for flow in steam if flow.source in boilers and flow.kind not in ("loss", "waste")]
    returned = _total(result, (flow for flow in inside if flow.medium == "condensate" and flow.target in boilers))
    made = _total(result, steam)
    if made:
        found.append(
            Index(
                "condensate",
                _("Steam condensate return rate rb"),
                returned / made,
                "",
                "Vbr/D",
                (("Vbr", returned), ("D", made)),
            )
        )
    leaks = _total(result, (flow for flow in inside if flow.use == "leak" and not flow.target))
    if total_new and leaks:
        found.append(
            Index("leak", _("Leakage rate"), leaks / total_new, "", "Vl/Vf", (("Vl", leaks), ("Vf", total_new)))
        )
    cubic = parse_unit("m³" + result.layer_unit.basis)
    volume = water_mass(audit, Quantity(total_new, result.layer_unit), cubic)
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
    basis = {
        "calorific": _("electricity by its calorific value"),
        "equivalent": _("electricity by the fuel it took"),
    }.get(energy.electricity if energy is not None else "", _("basis of electricity not stated"))
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
    """CO₂ by the audit's own factors; absent where a carrier has none, with their names."""
    energy = audit.identity.energy if audit.identity is not None else None
    factors = (
        {factor.carrier: factor for factor in energy.factors if factor.co2 is not None} if energy is not None else {}
    )
    if not factors:
        return []
    title = _("Carbon dioxide")
    sources = _(
        "factors: {sources}", sources=listed(list(dict.fromkeys(factor.source for factor in factors.values())), "; ")
    )
    lacking = [flow.name for flow in (*entering, *leaving) if flow.carrier not in factors]
    if lacking:
        return [Index("co2", title, None, "t", "Σ AD·EF", (), _("no CO₂ factor: {flows}", flows=listed(lacking)))]
    total = 0.0
    basis = result.layer_unit.basis
    for flow in (*entering, *leaving):
        quantity, factor = flow_amount(audit, flow, result.request.period), factors[flow.carrier].co2
        if quantity is None or factor is None:
            return []
        try:
            product = quantity.unit.times(factor.unit)
            total += (
                (-1 if flow in leaving else 1)
                * quantity.value
                * factor.value
                * product.scale(parse_unit("t" + basis), audit.calendar)
            )
        except UnitError as error:
            return [Index("co2", title, None, "t" + basis, "Σ AD·EF", (), error.message)]
    return [Index("co2", title, total, "t" + basis, "Σ AD·EF", (("CO₂", total),), sources)]


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
