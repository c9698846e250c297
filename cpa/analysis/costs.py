"""Phase 3: what the flows cost (material flow cost accounting, ISO 14051), and the least fresh water that would do."""

import math
from collections.abc import Container

import msgspec

from cpa.analysis.assessment import LayerBalance, layer_balance, members_of
from cpa.analysis.layers import LIQUID, NOT_MATTER, WATERY, flow_amount, flows_of, known_amount, water_mass
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.balance import material_cost, water_reuse
from cpa.schema.assessment import Balance, Flow
from cpa.schema.quantity import Quantity
from cpa.schema.units import Unit, UnitError, parse_unit


class CostResult(msgspec.Struct, frozen=True):
    """Costs of flows and units in `unit` of money on the time basis of the masses; flows without a price are named."""

    account: material_cost.Account
    unit: str
    unpriced: tuple[str, ...]
    filled: tuple[str, ...]
    """Flows whose mass was computed by the balance."""
    misfits: tuple[tuple[str, Message], ...]
    """Flows and costs whose price does not fit, and why."""


def flow_costs(audit: Audit, scope: tuple[str, ...] = (), period: str = "") -> CostResult:
    """Material flow cost accounting over the units of `scope`.

    Masses are those measured; where one is missing, what the balance of masses determines. Costs of a unit go to its
    outputs by their mass without water, or by their whole mass where all of them are water: rinse water that leaves
    a mash tun does not carry the price of malt. Energy that comes in with a price is an energy cost of its unit; a
    price on what leaves as waste is a cost of waste management of its unit.
    """
    request = Balance(layer="mass", scope=scope, period=period)
    mass = layer_balance(audit, request)
    amounts, filled = _masses(audit, mass)
    keys = _allocation_keys(audit, request, mass, amounts)
    members = members_of(audit, request)
    money = parse_unit((audit.identity.money_unit if audit.identity is not None else "元") + mass.layer_unit.basis)
    own: dict[str, dict[str, float]] = {unit: {"energy": 0.0, "system": 0.0, "waste": 0.0} for unit in members}
    flows: list[material_cost.Flow] = []
    unpriced: list[str] = []
    misfits: list[tuple[str, Message]] = []
    for flow in flows_of(audit):
        if not {flow.source, flow.target} & own.keys() or flow.source == flow.target:
            continue
        filled_in = amounts.get(flow.id) if flow.id in filled else None
        cost, problem = _price(
            audit, flow, money, period, None if filled_in is None else Quantity(filled_in, mass.layer_unit)
        )
        if problem is not None:
            misfits.append((flow.id, problem))
        if flow.medium in NOT_MATTER:
            if flow.target in own and flow.source not in own:
                own[flow.target]["energy"] += cost
            continue
        is_loss = flow.kind in ("waste", "loss")
        if mass.flows[flow.id].amount == 0.0:
            continue
        entering = flow.source not in own
        if entering and not flow.price and (flow.kind != "recycle" or flow.source):
            unpriced.append(flow.name)
        if not entering and flow.target not in own and is_loss:
            own[flow.source]["waste"] += cost
        flows.append(
            material_cost.Flow(
                flow.id,
                flow.source,
                flow.target,
                keys.get(flow.id),
                is_loss and flow.target not in own,
                cost if entering else 0.0,
            )
        )
    flows += _other_ends(audit, request, mass, own)
    for item in audit.phase("assessment").costs:
        if item.unit in own:
            try:
                own[item.unit][item.kind] += item.amount.to(money, audit.calendar)
            except UnitError as error:
                misfits.append((item.unit, error.message))
    units = [
        material_cost.Unit(unit, values["energy"], values["system"], values["waste"]) for unit, values in own.items()
    ]
    return CostResult(material_cost.account(units, flows), money.text, tuple(unpriced), filled, tuple(misfits))


def _other_ends(audit: Audit, request: Balance, mass: LayerBalance, units: Container[str]) -> list[material_cost.Flow]:
    """Known losses of mass as losses, growth of stock as something that keeps its cost."""
    phase = audit.phase("assessment")
    found = []
    for loss in phase.losses:
        amount, _reason = known_amount(audit, loss.amount, loss.period, request, mass.layer_unit)
        if loss.layer == "mass" and loss.unit in units and amount != 0.0:
            found.append(material_cost.Flow(loss.id, loss.unit, "", amount, is_loss=True))
    for stock in phase.stocks:
        amount, _reason = known_amount(audit, stock.change, stock.period, request, mass.layer_unit)
        if stock.layer == "mass" and stock.unit in units and amount is not None and amount > 0:
            found.append(material_cost.Flow(f"stock {stock.unit}", stock.unit, "stock", amount))
    return found


def _allocation_keys(audit: Audit, request: Balance, mass: LayerBalance, amounts: dict[str, float]) -> dict[str, float]:
    """What costs are shared by, for every flow: its mass without water, as far as it has any.

    A trace of the whole mass stays in, so that what is nothing but water is shared by its amount.
    """
    water = layer_balance(
        audit, Balance(layer="water", scope=request.scope, unit=mass.unit, period=request.period)
    ).flows
    # Air and flue gas cost nothing: what a boiler burns goes to its steam.
    burning = {flow.target for flow in flows_of(audit) if flow.medium == "fuel"}
    found = {}
    for flow in flows_of(audit):
        whole = amounts.get(flow.id)
        if whole is None:
            continue
        if flow.medium in WATERY:
            dry = max(
                (_held(content, flow) for name, content in flow.contains.items() if name != "energy"), default=0.0
            )
        else:
            wet = water[flow.id].amount
            dry = 1 - (wet or 0.0) / whole if whole else 0.0
        if flow.source in burning and flow.medium == "gas":
            dry = 0.0
        found[flow.id] = whole * (min(max(dry, 0.0), 1.0) + (0.0 if flow.medium == "gas" and not dry else _TRACE))
    return found


_TRACE = 1e-6


def _held(content: Quantity, flow: Flow) -> float:
    """A content of watery flow as a share of its mass."""
    share, by_volume = content.fitted(""), content.fitted("t/m³")
    if share is not None:
        return share
    density = flow.density.to("t/m³") if flow.density is not None else 1.0
    return (by_volume or 0.0) / density if density else 0.0


def _masses(audit: Audit, mass: LayerBalance) -> tuple[dict[str, float], tuple[str, ...]]:
    known = {
        name: amount.amount
        for name, amount in mass.flows.items()
        if amount.amount is not None and 0 <= amount.amount < math.inf
    }
    missing = [name for name, amount in mass.flows.items() if amount.amount is None]
    if not missing:
        return known, ()
    from cpa.analysis.reconciliation import reconciled

    estimates = reconciled(audit, mass).flows
    filled = {
        name: estimates[name].value for name in missing if name in estimates and estimates[name].value is not None
    }
    return known | {name: max(value, 0.0) for name, value in filled.items() if value is not None}, tuple(filled)


def _price(audit: Audit, flow: Flow, money: Unit, period: str, filled: Quantity | None) -> tuple[float, Message | None]:
    prices = {item.id: item.price for item in audit.identity.prices} if audit.identity is not None else {}
    price, quantity = prices.get(flow.price), flow_amount(audit, flow, period) or filled
    if price is None or quantity is None:
        return 0.0, None
    try:
        return _worth(quantity, price, flow).to(money, audit.calendar), None
    except UnitError as error:
        return 0.0, error.message


def _worth(quantity: Quantity, price: Quantity, flow: Flow) -> Quantity:
    """Quantity × price; a volume priced by mass, or a mass priced by volume, goes through the density."""
    product = Quantity(quantity.value * price.value, quantity.unit.times(price.unit))
    lengths = dict(product.unit.dimension).get("length", 0)
    if not lengths:
        return product
    density = flow.density or Quantity(1.0, parse_unit("t/m³"))
    power = 1 if lengths == 3 else -1
    if not density.value or (flow.density is None and flow.medium not in LIQUID):
        raise UnitError(_("its price is by mass and its amount by volume, and it has no density"))
    return Quantity(product.value * density.value**power, product.unit.times(density.unit, power))


class WaterTarget(msgspec.Struct, frozen=True):
    """The least fresh water for the water uses of the audit; amounts in `unit`."""

    target: water_reuse.Target
    unit: str
    names: dict[str, str]


def water_target(audit: Audit) -> WaterTarget | None:
    """The potential of water reuse between the audit's water uses; None where it names none.

    Concentrations count in g/m³, whatever they were written in; a share by mass counts for water of 1 t/m³.
    """
    phase = audit.phase("assessment")
    if not phase.water_uses:
        return None
    try:
        return _target(audit)
    except ValueError:
        return None  # CPA425 says what is wrong with the uses


def _target(audit: Audit) -> WaterTarget | None:
    phase = audit.phase("assessment")
    unit = parse_unit("m³" + phase.water_uses[0].flow.unit.basis)
    uses, today = [], 0.0
    for item in phase.water_uses:
        flow = water_mass(audit, item.flow, unit)
        returned = None if flow is None else flow * (item.returned.to("") if item.returned is not None else 1.0)
        if item.gives is not None:
            returned = water_mass(audit, item.gives, unit)
        fresh = flow if item.fresh is None else water_mass(audit, item.fresh, unit)
        if flow is None or returned is None or fresh is None:
            return None  # CPA425 says of which figure; a target without it would be another one
        today += fresh
        uses.append(
            water_reuse.WaterUse(
                item.id, flow, _grams(item.limits_in), _grams(item.contents_out), returned, not item.by_load
            )
        )
    sources = []
    for water in phase.fresh_waters:
        available = water_mass(audit, water.available, unit) if water.available is not None else None
        if water.available is not None and available is None:
            return None
        sources.append(water_reuse.Source(water.id, available, _grams(water.contains)))
    names = {item.id: item.name for item in (*phase.water_uses, *phase.fresh_waters)}
    target = water_reuse.target(
        uses,
        sources or [water_reuse.Source("fresh")],
        forbidden=[(use.id, use.id) for use in uses if use.fixed_flow],
        today=today,
    )
    return WaterTarget(target, unit.text, names)


def _grams(contents: dict[str, Quantity]) -> dict[str, float]:
    found = {}
    for name, content in contents.items():
        by_volume = content.fitted("g/m³")
        found[name] = by_volume if by_volume is not None else content.to("") * 1e6
    return found
