"""Material flow cost accounting: what the losses cost, with all that was spent on them on the way (ISO 14051:2011).

A quantity centre is a unit of the network. Material, energy and system costs that come into it, with flows or as its
own, leave it with its products and its losses; costs of managing waste leave with the losses. An intermediate flow
carries its costs on to the next centre; recycles make that a system of linear equations, solved exactly. The four
kinds of cost stay apart throughout.

Amounts of money share one unit, masses another. Growth of stock is a flow to an end that is not a unit ("stock"): it
keeps its cost there.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Kind = Literal["material", "energy", "system", "waste"]
KINDS: tuple[Kind, ...] = ("material", "energy", "system", "waste")

Reason = Literal["no_output", "mass_unknown", "no_mass", "closed_loop", "no_loss", "no_product"]


class Costs(msgspec.Struct, frozen=True):
    """Money by kind: material, energy, system (labour, depreciation, upkeep, transport), waste management."""

    material: float = 0.0
    energy: float = 0.0
    system: float = 0.0
    waste: float = 0.0

    @property
    def total(self) -> float:
        return math.fsum((self.material, self.energy, self.system, self.waste))


class Flow(msgspec.Struct, frozen=True):
    """A flow; an end that is no unit is the outside. `mass` None: not known.

    is_loss: what leaves its source as a loss, to the outside or, collected or recycled, to another unit. cost: what a
    flow from outside costs as material (mass × price). material_key: by what material cost is shared between the
    outputs of a unit where mass would be wrong because materials of different price part ways (say, Σ mass × price of
    what is in it); for all outputs of a unit or for none.
    """

    id: str
    source: str
    target: str
    mass: float | None
    is_loss: bool = False
    cost: float = 0.0
    material_key: float | None = None


class Unit(msgspec.Struct, frozen=True):
    """A quantity centre with the costs that arise in it.

    energy_share and system_share: the part of its own energy or system cost that products take, where something other
    than mass says so (machine hours, metered energy); None: by mass. Carried costs are always shared by mass.
    """

    id: str
    energy: float = 0.0
    system: float = 0.0
    waste: float = 0.0
    energy_share: float | None = None
    system_share: float | None = None


class FlowCosts(msgspec.Struct, frozen=True):
    """What a flow carries. Not complete: costs upstream of it could not be allocated and are missing in it."""

    id: str
    costs: Costs
    complete: bool


class Unallocated(msgspec.Struct, frozen=True):
    """Costs that stay in a unit, and why.

    "no_output": nothing leaves it; "mass_unknown", "no_mass": the masses of its outputs do not say how to share;
    "closed_loop": what leaves it goes round and never ends outside; "no_loss", "no_product": a cost is for losses
    (waste management, a share given) or for products, and there are none with mass.
    """

    unit: str
    reason: Reason
    costs: Costs


class UnitCosts(msgspec.Struct, frozen=True):
    """The account of a unit: carried + own = product + loss + kept (what could not be allocated)."""

    id: str
    carried: Costs
    own: Costs
    product: Costs
    loss: Costs
    kept: Costs
    complete: bool


class Account(msgspec.Struct, frozen=True):
    """The whole: entered = product + loss + unallocated, of what leaves the network."""

    flows: tuple[FlowCosts, ...]
    units: tuple[UnitCosts, ...]
    entered: Costs
    product: Costs
    loss: Costs
    unallocated: tuple[Unallocated, ...]

    @property
    def kept(self) -> Costs:
        """All that could not be allocated."""
        return _sum(item.costs for item in self.unallocated)

    @property
    def loss_share(self) -> float | None:
        """The part of all cost that losses take; None without cost."""
        return self.loss.total / self.entered.total if self.entered.total else None


def account(units: Sequence[Unit], flows: Sequence[Flow]) -> Account:
    """The cost of every flow by kind, of every unit, and of the whole.

    Shares (ISO 14051, 5.3 and annex B): material and carried energy and system costs by mass, own energy and system
    costs by mass or by the share given, waste management costs to the losses alone; carried ones, where a unit
    without losses takes back a loss, by mass to all it makes. A single output takes all, its mass known or not. What
    cannot be shared stays in its unit and is reported. Raises ValueError for an id given twice, a number that is not
    finite, a mass or key below zero, a share outside 0 to 1, a cost on a flow that does not come from outside, and
    material keys on some outputs of a unit only.
    """
    network = _Network(units, flows)
    carried = {kind: network.carried(kind) for kind in KINDS}
    costs = {flow.id: {kind: network.cost(flow, kind, carried[kind]) for kind in KINDS} for flow in flows}
    kept = [item for unit in units for item in network.kept(unit, carried)]
    short = network.downstream({item.unit for item in kept})
    found = {flow.id: Costs(**costs[flow.id]) for flow in flows}
    leaving = [flow for flow in flows if flow.target not in network.units]
    return Account(
        flows=tuple(FlowCosts(flow.id, found[flow.id], flow.source not in short) for flow in flows),
        units=tuple(network.unit_costs(unit, carried, found, kept, short) for unit in units),
        entered=_sum([*(Costs(material=flow.cost) for flow in flows), *(_own(unit) for unit in units)]),
        product=_sum(found[flow.id] for flow in leaving if not flow.is_loss),
        loss=_sum(found[flow.id] for flow in leaving if flow.is_loss),
        unallocated=tuple(kept),
    )


class _Network:
    """Units, their outputs, and the parts of their costs that each output takes."""

    def __init__(self, units: Sequence[Unit], flows: Sequence[Flow]) -> None:
        self.units = {unit.id: unit for unit in units}
        self.flows = flows
        _check(units, flows, self.units)
        self.outputs: dict[str, list[Flow]] = {unit.id: [] for unit in units}
        for flow in flows:
            if flow.source in self.units:
                self.outputs[flow.source].append(flow)
        self.blocked = {name: reason for name, outputs in self.outputs.items() if (reason := _blocked(outputs))}
        self.through = {kind: self._through(kind) for kind in KINDS}
        self.closed = {kind: self._closed(kind) for kind in KINDS}
        self.own = {kind: self._own_shares(kind) for kind in KINDS}

    def holds(self, name: str, kind: Kind) -> Reason | None:
        """Why a unit keeps what comes into it, if it does."""
        return self.blocked.get(name) or ("closed_loop" if name in self.closed[kind] else None)

    def _through(self, kind: Kind) -> dict[str, float]:
        """By flow, the part of its source's carried cost that it takes; no flow of a blocked unit is in it."""
        shares: dict[str, float] = {}
        for name, outputs in self.outputs.items():
            if name not in self.blocked:
                losses = [flow for flow in outputs if flow.is_loss] if kind == "waste" else []
                shares |= _shares(losses, kind) or _shares(outputs, kind)
        return shares

    def _own_shares(self, kind: Kind) -> dict[str, float]:
        """By flow, the part of its source's own cost that it takes."""
        found: dict[str, float] = {}
        for name, outputs in self.outputs.items():
            if not self.holds(name, kind):
                products = _shares([flow for flow in outputs if not flow.is_loss], kind)
                losses = _shares([flow for flow in outputs if flow.is_loss], kind)
                share = _product_share(self.units[name], kind)
                if share is None:
                    found |= _shares(outputs, kind)
                else:
                    found |= {flow: share * part for flow, part in products.items()}
                    found |= {flow: (1 - share) * part for flow, part in losses.items()}
        return found

    def _closed(self, kind: Kind) -> set[str]:
        """Units whose costs of a kind go round for ever: neither the outside nor a unit that keeps costs is reached."""
        shares = self.through[kind]
        ends = set(self.blocked)
        sources: dict[str, set[str]] = {}
        for flow in self.flows:
            if shares.get(flow.id, 0.0) > 0:
                if flow.target in self.units:
                    sources.setdefault(flow.target, set()).add(flow.source)
                else:
                    ends.add(flow.source)
        return set(self.units) - _reached(ends, sources)

    def carried(self, kind: Kind) -> dict[str, float]:
        """What the flows into each unit carry: the solution of carried = entering + Σ share × carried upstream."""
        given = dict.fromkeys(self.units, 0.0)
        onward: dict[str, dict[str, float]] = {name: {} for name in self.units}
        outside = {name: 1.0 if self.holds(name, kind) else 0.0 for name in self.units}
        for flow in self.flows:
            if flow.source not in self.units:
                if flow.target in self.units and kind == "material":
                    given[flow.target] += flow.cost
                continue
            own = self.own[kind].get(flow.id, 0.0) * getattr(_own(self.units[flow.source]), kind)
            share = 0.0 if self.holds(flow.source, kind) else self.through[kind].get(flow.id, 0.0)
            if flow.target in self.units:
                given[flow.target] += own
                if share > 0:
                    onward[flow.source][flow.target] = onward[flow.source].get(flow.target, 0.0) + share
            else:
                outside[flow.source] += share
        return _solve(given, onward, outside)

    def cost(self, flow: Flow, kind: Kind, carried: Mapping[str, float]) -> float:
        if flow.source not in self.units:
            return flow.cost if kind == "material" else 0.0
        if self.holds(flow.source, kind):
            return 0.0
        own = self.own[kind].get(flow.id, 0.0) * getattr(_own(self.units[flow.source]), kind)
        return float(self.through[kind].get(flow.id, 0.0) * carried[flow.source] + own)

    def kept(self, unit: Unit, carried: Mapping[Kind, Mapping[str, float]]) -> list[Unallocated]:
        """What stays in a unit, by reason."""
        reasons: dict[Reason, dict[str, float]] = {}
        for kind in KINDS:
            own = getattr(_own(unit), kind)
            if reason := self.holds(unit.id, kind):
                reasons.setdefault(reason, {})[kind] = carried[kind][unit.id] + own
                continue
            share = _product_share(unit, kind)
            if share is not None and own:
                outputs = self.outputs[unit.id]
                if share > 0 and not _shares([flow for flow in outputs if not flow.is_loss], kind):
                    reasons.setdefault("no_product", {})[kind] = share * own
                if share < 1 and not _shares([flow for flow in outputs if flow.is_loss], kind):
                    reasons.setdefault("no_loss", {})[kind] = (1 - share) * own
        return [
            Unallocated(unit.id, reason, Costs(**costs)) for reason, costs in reasons.items() if any(costs.values())
        ]

    def downstream(self, names: set[str]) -> set[str]:
        """The units from which costs are missing: those named and all that follow them."""
        targets: dict[str, set[str]] = {}
        for flow in self.flows:
            if flow.target in self.units:
                targets.setdefault(flow.source, set()).add(flow.target)
        return _reached(names, targets)

    def unit_costs(
        self,
        unit: Unit,
        carried: Mapping[Kind, Mapping[str, float]],
        found: Mapping[str, Costs],
        kept: Sequence[Unallocated],
        short: set[str],
    ) -> UnitCosts:
        outputs = self.outputs[unit.id]
        return UnitCosts(
            id=unit.id,
            carried=Costs(**{kind: carried[kind][unit.id] for kind in KINDS}),
            own=_own(unit),
            product=_sum(found[flow.id] for flow in outputs if not flow.is_loss),
            loss=_sum(found[flow.id] for flow in outputs if flow.is_loss),
            kept=_sum(item.costs for item in kept if item.unit == unit.id),
            complete=unit.id not in short,
        )


def _check(units: Sequence[Unit], flows: Sequence[Flow], names: Mapping[str, Unit]) -> None:
    if len(names) < len(units) or len({flow.id for flow in flows}) < len(flows):
        raise ValueError("an id is given twice")
    for unit in units:
        shares = [share for share in (unit.energy_share, unit.system_share) if share is not None]
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError(f"{unit.id}: a share is between 0 and 1")
        if not math.isfinite(_own(unit).total):
            raise ValueError(f"{unit.id}: a cost is a finite number")
    keyed: dict[str, bool] = {}
    for flow in flows:
        if not all(0 <= amount < math.inf for amount in (flow.mass or 0.0, flow.material_key or 0.0)):
            raise ValueError(f"{flow.id}: a mass or a key is zero or more, and finite")
        if not math.isfinite(flow.cost) or (flow.cost and flow.source in names):
            raise ValueError(f"{flow.id}: only what comes from outside has a cost of its own, a finite number")
        has_key = flow.material_key is not None
        if flow.source in names and keyed.setdefault(flow.source, has_key) != has_key:
            raise ValueError(f"{flow.source}: material keys for all outputs or none")


def _blocked(outputs: Sequence[Flow]) -> Reason | None:
    """Why the costs of a unit cannot be shared between its outputs."""
    if not outputs:
        return "no_output"
    if len(outputs) > 1 and any(flow.mass is None for flow in outputs):
        return "mass_unknown"
    if any(not any(_key(flow, kind) for flow in outputs) for kind in KINDS):
        return "no_mass"
    return None


def _key(flow: Flow, kind: Kind) -> float:
    """What a flow counts for in sharing a kind of cost; one of unknown mass is the only output of its unit."""
    if kind == "material" and flow.material_key is not None:
        return flow.material_key
    return 1.0 if flow.mass is None else flow.mass


def _shares(outputs: Sequence[Flow], kind: Kind) -> dict[str, float]:
    """The parts that flows take of a cost, by flow; empty where none has mass."""
    total = math.fsum(_key(flow, kind) for flow in outputs)
    return {flow.id: _key(flow, kind) / total for flow in outputs} if total > 0 else {}


def _product_share(unit: Unit, kind: Kind) -> float | None:
    """The part of a unit's own cost that its products take; None: by mass."""
    return {"energy": unit.energy_share, "system": unit.system_share, "waste": 0.0}.get(kind)


def _own(unit: Unit) -> Costs:
    return Costs(energy=unit.energy, system=unit.system, waste=unit.waste)


def _sum(costs: Iterable[Costs]) -> Costs:
    terms = list(costs)
    return Costs(**{kind: math.fsum(getattr(term, kind) for term in terms) for kind in KINDS})


def _reached(start: Iterable[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    found, open_ends = set(start), list(start)
    while open_ends:
        for name in following.get(open_ends.pop(), ()):
            if name not in found:
                found.add(name)
                open_ends.append(name)
    return found


def _solve(given: dict[str, float], onward: dict[str, dict[str, float]], outside: dict[str, float]) -> dict[str, float]:
    """What arrives in each unit in all: arriving = given + Σ onward share × arriving upstream.

    Units are eliminated one by one, what passes through one being passed on at once to where it goes next. No
    subtraction occurs (W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107), so that costs are
    conserved to rounding however nearly a recycle is closed. Each unit leads to the outside in the end.
    """
    order = list(given)
    before: dict[str, tuple[float, dict[str, float], float]] = {}
    arriving_from: dict[str, dict[str, float]] = {name: {} for name in order}
    for name, targets in onward.items():
        for target, share in targets.items():
            arriving_from[target][name] = share
    for name in order:
        ahead = {target: share for target, share in onward.pop(name).items() if target != name}
        behind = {source: share for source, share in arriving_from.pop(name).items() if source != name}
        passing = math.fsum((*ahead.values(), outside[name]))
        before[name] = (given[name], behind, passing)
        for target, share in ahead.items():
            arriving_from[target].pop(name)
            given[target] += given[name] * share / passing
        for source, share in behind.items():
            onward[source].pop(name)
            outside[source] += share * outside[name] / passing
            for target, part in ahead.items():
                onward[source][target] = onward[source].get(target, 0.0) + share * part / passing
                arriving_from[target][source] = onward[source][target]
    arriving: dict[str, float] = {}
    for name in reversed(order):
        first, behind, passing = before[name]
        arriving[name] = math.fsum((first, *(arriving[source] * share for source, share in behind.items()))) / passing
    return arriving
