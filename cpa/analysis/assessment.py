"""Phase 3: the flows of the audit to balances in every layer that is asked for."""

from typing import Literal

import msgspec

from cpa.analysis.conversion import Conversion, conversions
from cpa.analysis.layers import LayerAmount, flows_of, known_amount, layer_amount, layer_unit
from cpa.audit import Audit
from cpa.messages import Message
from cpa.methods.balance.raw import DEFAULT_TOLERANCE, Sheet, Stream, balance, between_opposite_gaps, streams_by_unit
from cpa.schema.assessment import Balance, Loss, Stock
from cpa.schema.units import Unit


class ScopeBalance(msgspec.Struct, frozen=True):
    """The balance of one unit operation, group, or the whole scope that was asked for."""

    kind: Literal["unit", "group", "total"]
    id: str
    name: str
    sheet: Sheet


class LayerBalance(msgspec.Struct, frozen=True):
    """All balances of one request: unit by unit, group by group, and the whole."""

    request: Balance
    layer_unit: Unit
    tolerance_stated: bool
    flows: dict[str, LayerAmount]
    scopes: tuple[ScopeBalance, ...]
    uncounted: tuple[tuple[Loss | Stock, Message], ...] = ()
    """Known losses and changes of stock whose unit does not fit, and why."""
    conversions: tuple[Conversion, ...] = ()
    """What reactions make and use up of the substance."""
    suspects: tuple[str, ...] = ()
    """Flows whose wrong amount would explain the gaps of both units that they join."""
    no_data: bool = False
    """The period asked for has no figure of its own."""

    @property
    def unit(self) -> str:
        return self.layer_unit.text

    @property
    def layer(self) -> str:
        return self.request.layer

    @property
    def total(self) -> ScopeBalance:
        return self.scopes[-1]


def layer_balance(audit: Audit, request: Balance) -> LayerBalance:
    """One balance with all its scopes; also for a layer that the audit does not ask for."""
    assessment = audit.phase("assessment")
    units = {unit.id: unit for unit in assessment.units}
    members = members_of(audit, request)
    unit, basis = layer_unit(audit, request, flows_of(audit))
    amounts = {flow.id: layer_amount(audit, flow, request, unit, basis) for flow in flows_of(audit)}
    streams = [
        Stream(flow.id, flow.source, flow.target, amounts[flow.id].amount, flow.kind == "loss" and not flow.target)
        for flow in flows_of(audit)
        if amounts[flow.id].amount != 0.0
    ]
    growth: dict[str, float] = {}
    uncounted: list[tuple[Loss | Stock, Message]] = []
    for loss in assessment.losses:
        if loss.layer == request.layer:
            amount, reason = known_amount(audit, loss.amount, loss.period, request, unit)
            if amount != 0.0:
                streams.append(Stream(loss.id, loss.unit, "", amount, known_loss=True))
            if reason is not None:
                uncounted.append((loss, reason))
    for stock in assessment.stocks:
        if stock.layer == request.layer:
            amount, reason = known_amount(audit, stock.change, stock.period, request, unit)
            growth[stock.unit] = growth.get(stock.unit, 0.0) + (amount or 0.0)
            if reason is not None:
                # An unknown stream keeps the scope from being called balanced.
                streams.append(Stream(f"stock {stock.unit}", stock.unit, "", None, known_loss=True))
                uncounted.append((stock, reason))

    def carried(substance: str) -> dict[str, float | None]:
        if substance == request.layer:
            return {name: amount.amount for name, amount in amounts.items()}
        other = msgspec.structs.replace(request, layer=substance)
        return {flow.id: layer_amount(audit, flow, other, unit, basis).amount for flow in flows_of(audit)}

    made = conversions(audit, request.layer, carried)
    streams += [
        Stream(entry.id, "" if entry.made else entry.unit, entry.unit if entry.made else "", entry.amount)
        for entry in made
    ]
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
    period = request.period
    no_data = bool(period) and not (
        any(period in flow.by_period for flow in flows_of(audit))
        or any(name == period for _point, name in audit.period_readings)
    )
    suspects = between_opposite_gaps(streams, {scope.id: scope.sheet for scope in scopes if scope.kind == "unit"})
    return LayerBalance(request, unit, stated, amounts, tuple(scopes), tuple(uncounted), made, suspects, no_data)


def members_of(audit: Audit, request: Balance) -> list[str]:
    """The unit operations that a balance is asked for, groups resolved; all of them where it names none."""
    assessment = audit.phase("assessment")
    units = {unit.id for unit in assessment.units}
    groups = {group.id: group.units for group in assessment.groups}
    wanted = request.scope or tuple(unit.id for unit in assessment.units)
    return [
        unit
        for unit in dict.fromkeys(name for known in wanted for name in groups.get(known, (known,)))
        if unit in units
    ]


def _tolerance(audit: Audit, request: Balance) -> tuple[float, bool]:
    stated = request.tolerance
    if stated is None and audit.identity is not None:
        stated = audit.identity.tolerances.get(request.layer)
    return (stated.to("") if stated is not None else DEFAULT_TOLERANCE), stated is not None
