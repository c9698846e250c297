"""Phase 3: flows of the audit to balances in every layer that is asked for.

What counts in a layer (docs/spec-balance.md has the table):

- mass: amounts of mass; volumes × density (water and condensate 1 t/m³); electricity, heat and fuel never.
- water: water, steam and condensate wholly; other flows by their water content.
- energy: amounts of energy; others by the factor of their carrier.
- a substance: amount × content. A flow of known amount that does not name the substance holds none of it;
  a flow that was not measured and states no contents is unknown.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from cpa import reference
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.balance.raw import DEFAULT_TOLERANCE, Sheet, Stream, balance, between_opposite_gaps, streams_by_unit
from cpa.schema.assessment import Balance, Flow, Loss, Stock
from cpa.schema.quantity import Quantity, QuantityError, parse_quantity
from cpa.schema.units import Calendar, Unit, UnitError, parse_unit

_WATERY = ("water", "steam", "condensate")
_NOT_MATTER = ("electricity", "heat", "fuel")
_MASS, _VOLUME, _ENERGY = (("mass", 1),), (("length", 3),), (("energy", 1),)


class LayerAmount(msgspec.Struct, frozen=True):
    """What a flow carries in one layer, in the layer's unit; None with the reason where that is not known."""

    amount: float | None
    missing: Literal["", "amount", "density", "basis", "factor", "content"] = ""
    reason: Message | None = None


class ScopeBalance(msgspec.Struct, frozen=True):
    """The balance of one unit operation, group, or the whole scope that was asked for."""

    kind: Literal["unit", "group", "total"]
    id: str
    name: str
    sheet: Sheet


class LayerBalance(msgspec.Struct, frozen=True):
    """All balances of one request: unit by unit, group by group, and the whole."""

    request: Balance
    unit: str
    tolerance_stated: bool
    flows: dict[str, LayerAmount]
    scopes: tuple[ScopeBalance, ...]
    uncounted: tuple[tuple[Loss | Stock, Message], ...] = ()
    """Known losses and changes of stock whose unit does not fit, and why."""
    suspects: tuple[str, ...] = ()
    """Flows whose wrong amount would explain the gaps of both units that they join."""

    @property
    def layer(self) -> str:
        return self.request.layer

    @property
    def total(self) -> ScopeBalance:
        return self.scopes[-1]


def flow_amount(audit: Audit, flow: Flow) -> Quantity | None:
    """The flow's own amount, or the mean of the readings of its measuring point."""
    if flow.amount is not None:
        return flow.amount
    return audit.readings.get(flow.point) if flow.point else None


def layer_balances(audit: Audit) -> tuple[LayerBalance, ...]:
    """The balances that phase 3 asks for."""
    return tuple(layer_balance(audit, request) for request in audit.phase("assessment").balances)


def layer_balance(audit: Audit, request: Balance) -> LayerBalance:
    """One balance with all its scopes; also for a layer that the audit does not ask for."""
    assessment = audit.phase("assessment")
    calendar = audit.calendar
    groups = {group.id: group for group in assessment.groups}
    units = {unit.id: unit for unit in assessment.units}
    wanted = [name for name in (request.scope or tuple(units)) if name in units or name in groups]
    members = list(
        dict.fromkeys(
            unit for name in wanted for unit in (groups[name].units if name in groups else (name,)) if unit in units
        )
    )
    unit, basis = _layer_unit(audit, request, assessment.flows)
    amounts = {flow.id: _layer_amount(audit, flow, request.layer, unit, basis, calendar) for flow in assessment.flows}
    streams = [
        Stream(flow.id, flow.source, flow.target, amounts[flow.id].amount, flow.kind == "loss" and not flow.target)
        for flow in assessment.flows
        if amounts[flow.id].amount != 0.0
    ]
    growth: dict[str, float] = {}
    uncounted: list[tuple[Loss | Stock, Message]] = []
    for loss in assessment.losses:
        if loss.layer == request.layer:
            amount, reason = _converted(loss.amount, unit, calendar)
            streams.append(Stream(loss.id, loss.unit, "", amount, known_loss=True))
            if reason is not None:
                uncounted.append((loss, reason))
    for stock in assessment.stocks:
        if stock.layer == request.layer:
            amount, reason = _converted(stock.change, unit, calendar)
            growth[stock.unit] = growth.get(stock.unit, 0.0) + (amount or 0.0)
            if reason is not None:
                # An unknown stream keeps the scope from being called balanced.
                streams.append(Stream(f"stock {stock.unit}", stock.unit, "", None, known_loss=True))
                uncounted.append((stock, reason))
    tolerance, stated = _tolerance(audit, request)
    touching = streams_by_unit(streams)
    scopes = [
        ScopeBalance("unit", name, units[name].name, balance(touching.get(name, ()), (name,), tolerance, growth))
        for name in members
    ]
    scopes += [
        ScopeBalance("group", group.id, group.name, balance(streams, group.units, tolerance, growth))
        for group in assessment.groups
        if set(group.units) <= set(members) and len(group.units) > 1 and set(group.units) != set(members)
    ]
    scopes.append(ScopeBalance("total", "", "", balance(streams, members, tolerance, growth)))
    suspects = between_opposite_gaps(streams, {scope.id: scope.sheet for scope in scopes if scope.kind == "unit"})
    return LayerBalance(request, unit.text, stated, amounts, tuple(scopes), tuple(uncounted), suspects)


def _tolerance(audit: Audit, request: Balance) -> tuple[float, bool]:
    stated = request.tolerance
    if stated is None and audit.identity is not None:
        stated = audit.identity.tolerances.get(request.layer)
    return (stated.to("") if stated is not None else DEFAULT_TOLERANCE), stated is not None


def _layer_unit(audit: Audit, request: Balance, flows: Iterable[Flow]) -> tuple[Unit, str]:
    """The unit of the layer and its time basis ("" or "/d" …): as asked for, or what most flows are given on."""
    if request.unit:
        try:
            unit = parse_unit(request.unit)
            return unit, _basis(unit)
        except UnitError:
            pass
    counted: Counter[str] = Counter()
    for flow in flows:
        quantity = flow_amount(audit, flow)
        if quantity is not None:
            counted[_basis(quantity.unit)] += 1
    basis = counted.most_common(1)[0][0] if counted else ""
    return parse_unit(("GJ" if request.layer == "energy" else "t") + basis), basis


def _basis(unit: Unit) -> str:
    for symbol, exponent in unit.calendar:
        if exponent == -1:
            return (
                {"shift": "/班", "batch": "/批", "month": "/月"}.get(symbol, f"/{symbol}")
                if symbol != "month"
                else "/month"
            )
    return "/h" if ("time", -1) in unit.dimension and not unit.calendar else ""


def _converted(quantity: Quantity, unit: Unit, calendar: Calendar) -> tuple[float | None, Message | None]:
    try:
        return quantity.to(unit, calendar), None
    except UnitError as error:
        return None, error.message


def _layer_amount(audit: Audit, flow: Flow, layer: str, unit: Unit, basis: str, calendar: Calendar) -> LayerAmount:
    quantity = flow_amount(audit, flow)
    content = flow.contains.get(layer)
    if layer in ("mass", "water") and flow.medium in _NOT_MATTER:
        return LayerAmount(0.0)
    if layer == "energy":
        return _energy_amount(audit, flow, quantity, unit, calendar)
    whole = layer == "mass" or (layer == "water" and flow.medium in _WATERY)
    if quantity is None:
        if whole or content is not None or (not flow.contains and flow.medium not in _NOT_MATTER):
            return LayerAmount(None, "amount", _("not measured"))
        return LayerAmount(0.0)
    if not whole and content is None:
        return LayerAmount(0.0)
    dimension = _without_time(quantity.unit)
    if dimension not in (_MASS, _VOLUME):
        if content is None:
            reason = _("{unit} is neither mass nor volume", unit=quantity.unit.text)
            return LayerAmount(None, "basis", reason)
        return LayerAmount(None, "content", _("a content needs an amount of mass or volume"))
    if (("time", -1) in quantity.unit.dimension and not basis) or (
        ("time", -1) not in quantity.unit.dimension and basis
    ):
        return LayerAmount(
            None, "basis", _("given in {unit}, the balance is in {other}", unit=quantity.unit.text, other=unit.text)
        )
    density = (
        flow.density.to("t/m³") if flow.density is not None else 1.0 if flow.medium in ("water", "condensate") else None
    )
    try:
        mass, volume = _mass_and_volume(quantity, dimension == _MASS, density, basis, calendar)
    except UnitError as error:
        return LayerAmount(None, "basis", error.message)
    scale = (
        parse_unit("t" + basis).scale(unit, calendar) if unit.dimension == parse_unit("t" + basis).dimension else None
    )
    if scale is None:
        return LayerAmount(None, "basis", _("the balance is in {unit}, which is no mass", unit=unit.text))
    if whole or content is None or content.unit.dimension == ():
        if mass is None:
            return LayerAmount(None, "density", _("its volume has no density"))
        share = 1.0 if whole or content is None else content.to("")
        return LayerAmount(mass * share * scale)
    if volume is None:
        return LayerAmount(None, "density", _("its mass has no density, its content is by volume"))
    try:
        return LayerAmount(content.to("t/m³") * volume * scale)
    except UnitError:
        return LayerAmount(None, "content", _("the content is neither a share nor mass by volume"))


def _mass_and_volume(
    quantity: Quantity, is_mass: bool, density: float | None, basis: str, calendar: Calendar
) -> tuple[float | None, float | None]:
    """Tonnes and cubic metres on the basis; None for the one that would need a density."""
    if is_mass:
        mass = quantity.to(parse_unit("t" + basis), calendar)
        return mass, mass / density if density else None
    volume = quantity.to(parse_unit("m³" + basis), calendar)
    return volume * density if density else None, volume


def _without_time(unit: Unit) -> tuple[tuple[str, int], ...]:
    return tuple(part for part in unit.dimension if part[0] != "time")


def _energy_amount(audit: Audit, flow: Flow, quantity: Quantity | None, unit: Unit, calendar: Calendar) -> LayerAmount:
    content = flow.contains.get("energy")
    carries = flow.medium in (*_NOT_MATTER, "steam", "condensate") or content is not None or bool(flow.carrier)
    if not carries:
        return LayerAmount(0.0)
    if quantity is None:
        return LayerAmount(None, "amount", _("not measured"))
    try:
        if _without_time(quantity.unit) == _ENERGY:
            return LayerAmount(quantity.to(unit, calendar))
        factor = content or energy_factor(audit, flow.carrier)
        if factor is None:
            return LayerAmount(
                None, "factor", _("no energy factor for `{carrier}`", carrier=flow.carrier or flow.medium)
            )
        product = Quantity(quantity.value * factor.value, quantity.unit.times(factor.unit))
        return LayerAmount(product.to(unit, calendar))
    except UnitError as error:
        return LayerAmount(None, "basis", error.message)


def energy_factor(audit: Audit, carrier: str) -> Quantity | None:
    """Energy content of a carrier: the audit's own factor, else the reference pack's."""
    own = audit.identity.energy.factors if audit.identity is not None and audit.identity.energy is not None else ()
    for factor in own:
        if factor.carrier == carrier:
            return factor.factor
    for entry in reference.load_words("energy/default")["factors"]:
        if entry["carrier"] == carrier:
            try:
                return parse_quantity(entry["factor"])
            except QuantityError:
                return None
    return None
