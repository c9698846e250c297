"""Phase 3: the flows of a layer as the numerical problem that the balance engine solves."""

from collections.abc import Callable
from typing import Literal

import msgspec

from cpa.analysis.assessment import LayerBalance, members_of
from cpa.analysis.conversion import mass_terms
from cpa.analysis.layers import (
    WATERY,
    content_uncertainty,
    flow_amount,
    flows_of,
    known_amount,
    layer_amount,
    relative_uncertainty,
)
from cpa.audit import Audit
from cpa.methods.balance.problem import Problem
from cpa.schema.assessment import Balance, Flow
from cpa.schema.network import Relation
from cpa.schema.quantity import Quantity

Kind = Literal["flow", "loss", "stock", "reaction", "slack", "content", "substance"]


class Column(msgspec.Struct, frozen=True):
    """A column of the problem: what it is, of which flow, loss, stock (by its unit) or reaction, in which layer."""

    kind: Kind
    id: str
    layer: str


class Network(msgspec.Struct, frozen=True):
    """A problem with the names of its columns and rows; rows that are no unit operation have an empty unit.

    `defaults` are measured columns whose uncertainty is that of their class of method. `unbalanced` are units that have
    only inputs or only outputs, whose balance would force all of them to zero.
    """

    problem: Problem
    columns: tuple[Column, ...]
    units: tuple[tuple[str, str], ...]
    """(unit operation, layer) of each row."""
    defaults: frozenset[int]
    unbalanced: tuple[str, ...]
    products: tuple[tuple[int, float, int, int], ...] = ()
    """Terms (row, factor, column, column) of amount × content."""

    @property
    def unit_rows(self) -> tuple[int, ...]:
        return tuple(row for row, (unit, _layer) in enumerate(self.units) if unit)


class Builder:
    """Collects columns, rows and entries; layers add to the same problem where they are coupled."""

    def __init__(self, audit: Audit, members: list[str]) -> None:
        self.audit = audit
        self.members = set(members)
        self.columns: list[Column] = []
        self.measured: list[float | None] = []
        self.sigmas: list[float] = []
        self.signed: set[int] = set()
        self.defaults: set[int] = set()
        self.units: list[tuple[str, str]] = []
        self.entries: dict[tuple[int, int], float] = {}
        self.products: list[tuple[int, float, int, int]] = []
        self.constants: list[float] = []
        self.place: dict[tuple[Kind, str, str], int] = {}

    def column(
        self,
        kind: Kind,
        name: str,
        layer: str,
        value: float | None = None,
        sigma: float = 0.0,
        *,
        default: bool = False,
    ) -> int:
        key = (kind, name, layer)
        self.place[key] = len(self.columns)
        self.columns.append(Column(kind, name, layer))
        self.measured.append(value)
        self.sigmas.append(sigma)
        if default:
            self.defaults.add(self.place[key])
        if kind in ("stock", "slack"):
            self.signed.add(self.place[key])
        return self.place[key]

    def row(self, unit: str, layer: str) -> int:
        self.units.append((unit, layer))
        self.constants.append(0.0)
        return len(self.units) - 1

    def add(self, row: int, column: int, value: float) -> None:
        if not value:
            return
        self.entries[row, column] = self.entries.get((row, column), 0.0) + value

    def ends(self, flow: Flow) -> tuple[tuple[str, float], ...]:
        """The units of the scope that a flow leaves (-1) and enters (+1)."""
        found = ((flow.source, -1.0), (flow.target, 1.0)) if flow.source != flow.target else ()
        return tuple((unit, sign) for unit, sign in found if unit in self.members)

    def relate(self, relation: Relation, term: Callable[[str], tuple[int, ...]], sizes: dict[int, float]) -> None:
        """The row flow − ratio × base = e, with e measured as 0 ± u(ratio) × base where the ratio is uncertain."""
        if relation.of_input and relation.of_input not in self.members:
            return  # what enters it is not all in the problem
        one = term(relation.flow)
        base = [
            column
            for flow in flows_of(self.audit)
            if (flow.id == relation.of or (relation.of_input and flow.target == relation.of_input))
            for column in term(flow.id)
        ]
        if len(one) != 1 or not base or relation.flow == relation.of:
            return
        ratio = relation.ratio.to("")
        row = self.row("", "")
        self.add(row, one[0], 1.0)
        for column in base:
            self.add(row, column, -ratio)
        sigma = relation.ratio.standard_uncertainty()
        if sigma:
            size = sum(abs(sizes.get(column, self.measured[column] or 0.0)) for column in base)
            slack = self.column("slack", f"{relation.flow}/{relation.of or relation.of_input}", "", 0.0)
            self.sigmas[slack] = sigma * relation.ratio.unit.factor * size
            self.add(row, slack, -1.0)

    def built(self) -> Network:
        """The network without the rows of units that have only one side."""
        sides: dict[int, set[float]] = {}
        for (row, _column), value in self.entries.items():
            sides.setdefault(row, set()).add(1.0 if value > 0 else -1.0)
        for row, factor, _one, _other in self.products:
            sides.setdefault(row, set()).add(1.0 if factor > 0 else -1.0)
        kept = [row for row, (unit, _layer) in enumerate(self.units) if len(sides.get(row, ())) == 2 or not unit]
        number = {row: index for index, row in enumerate(kept)}
        entries = [(number[row], column, value) for (row, column), value in self.entries.items() if row in number]
        problem = Problem(
            [row for row, _column, _value in entries],
            [column for _row, column, _value in entries],
            [value for _row, _column, value in entries],
            [self.constants[row] for row in kept],
            self.measured,
            self.sigmas,
            frozenset(self.signed),
            self._correlations(),
        )
        return Network(
            problem,
            tuple(self.columns),
            tuple(self.units[row] for row in kept),
            frozenset(self.defaults),
            tuple(unit for row, (unit, _layer) in enumerate(self.units) if unit and row not in number and row in sides),
            tuple((number[row], factor, one, other) for row, factor, one, other in self.products if row in number),
        )

    def _correlations(self) -> tuple[tuple[int, int, float], ...]:
        found = []
        for correlation in self.audit.phase("assessment").correlations:
            columns = [
                place
                for (kind, name, _layer), place in self.place.items()
                if kind == "flow" and name in correlation.flows and self.measured[place] and self.sigmas[place] > 0
            ]
            coefficient = correlation.coefficient
            if -1 < coefficient < 1:
                found += [(one, other, coefficient) for one in columns for other in columns if one < other]
        return tuple(found)


def flow_uncertainty(audit: Audit, flow: Flow, request: Balance, amount: float) -> tuple[float, bool]:
    """Standard uncertainty of what a flow carries in a linear layer: of its amount, and of its content where one counts."""
    quantity = flow_amount(audit, flow, request.period)
    parts = [relative_uncertainty(audit, quantity)] if quantity is not None else []
    content = flow.contains.get(request.layer)
    if content is not None and content.value and not (request.layer == "water" and flow.medium in WATERY):
        parts.append(content_uncertainty(audit, content))
    relative = sum(share**2 for share, _default in parts) ** 0.5
    return relative * abs(amount), any(default for _share, default in parts)


def linear_network(audit: Audit, result: LayerBalance, sizes: dict[int, float] | None = None) -> Network:
    """The problem of a layer in which only amounts are unknown.

    `sizes` are amounts of columns from an earlier solution, for the uncertainty of ratios of unmeasured flows.
    """
    request = result.request
    builder = Builder(audit, members_of(audit, request))
    rows = {unit: builder.row(unit, request.layer) for unit in members_of(audit, request)}
    add_amounts(audit, builder, rows, result)
    for relation in sound_relations(audit):
        if holds_in(audit, relation, request.layer):
            builder.relate(relation, lambda name: _columns(builder, name, request.layer), sizes or {})
    return builder.built()


def add_amounts(audit: Audit, builder: Builder, rows: dict[str, int], result: LayerBalance) -> None:
    """Flows, known losses, stocks and conversions of a layer as columns, with their entries in the units' `rows`."""
    request, layer = result.request, result.layer
    for flow in flows_of(audit):
        amount = result.flows[flow.id].amount
        ends = builder.ends(flow)
        if not ends:
            continue
        sigma, default = flow_uncertainty(audit, flow, request, amount) if amount is not None else (0.0, False)
        if amount == 0.0:
            sigma = _uncertain_zero(audit, flow, result)
            if not sigma:
                continue
        column = builder.column("flow", flow.id, layer, amount, sigma, default=default)
        for unit, sign in ends:
            if unit in rows:
                builder.add(rows[unit], column, sign)
    add_known(audit, builder, rows, result)
    for conversion in result.conversions:
        if conversion.unit in rows:
            # Outside the substances that are solved together, a reaction is what its conversion says.
            share = conversion.relative
            amount = conversion.amount
            column = builder.column("reaction", conversion.id, layer, amount, share * (amount or 0.0))
            builder.add(rows[conversion.unit], column, 1.0 if conversion.made else -1.0)


def _uncertain_zero(audit: Audit, flow: Flow, result: LayerBalance) -> float:
    """Standard uncertainty of a flow that was measured as zero; 0 where none is stated or it has no part in the layer."""
    quantity = flow_amount(audit, flow, result.request.period)
    sigma = quantity.standard_uncertainty() if quantity is not None and quantity.value == 0 else None
    if quantity is None or not sigma:
        return 0.0
    as_amount = msgspec.structs.replace(flow, amount=msgspec.structs.replace(quantity, value=sigma, readings=()))
    basis = result.layer_unit.basis
    return layer_amount(audit, as_amount, result.request, result.layer_unit, basis).amount or 0.0


def add_known(audit: Audit, builder: Builder, rows: dict[str, int], result: LayerBalance) -> None:
    """Known losses, stocks and conversions of a layer."""
    assessment, request, layer = audit.phase("assessment"), result.request, result.layer
    known: list[tuple[Kind, str, str, str, Quantity]] = [
        ("loss", item.id, item.unit, item.period, item.amount) for item in assessment.losses if item.layer == layer
    ]
    known += [
        ("stock", item.unit, item.unit, item.period, item.change) for item in assessment.stocks if item.layer == layer
    ]
    for kind, name, unit, period, quantity in known:
        value, _reason = known_amount(audit, quantity, period, request, result.layer_unit)
        if unit not in rows or value == 0.0:
            continue
        share, default = relative_uncertainty(audit, quantity)
        column = builder.column(kind, name, layer, value, share * abs(value or 0.0), default=default)
        builder.add(rows[unit], column, -1.0)


def add_reactions(audit: Audit, builder: Builder, rows: dict[tuple[str, str], int]) -> None:
    """A column for the extent of each reaction, with what it makes of each substance in its unit's row."""
    for index, reaction in enumerate(audit.phase("assessment").reactions, 1):
        terms = mass_terms(audit, reaction)
        touched = [(rows[reaction.unit, name], mass) for name, mass in terms.items() if (reaction.unit, name) in rows]
        if not touched:
            continue
        column = builder.column("reaction", f"reaction-{index}", "")
        for row, mass in touched:
            builder.add(row, column, mass)


def sound_relations(audit: Audit) -> tuple[Relation, ...]:
    """The relations that can hold: CPA416 names the others, and they are left out."""
    found: dict[tuple[str, str, str, str], Relation] = {}
    shares: dict[tuple[str, str], float] = {}
    for item in audit.phase("assessment").relations:
        if bool(item.of) == bool(item.of_input) or item.flow == item.of or item.ratio.value < 0:
            continue
        found.setdefault((item.flow, item.of, item.of_input, item.layer), item)
    for item in found.values():
        if item.of_input:
            key = (item.of_input, item.layer)
            shares[key] = shares.get(key, 0.0) + item.ratio.to("")
    return tuple(item for item in found.values() if shares.get((item.of_input, item.layer), 0.0) <= 1 + 1e-9)


def holds_in(audit: Audit, relation: Relation, layer: str) -> bool:
    """Whether a relation is one of the layer's: the layer that it names; by default mass, and water between water flows."""
    if relation.layer == layer:
        return True
    flows = flows_of(audit)
    media = {flow.medium for flow in flows if flow.id in (relation.flow, relation.of)}
    media |= {flow.medium for flow in flows if relation.of_input and flow.target == relation.of_input}
    return layer == "water" and relation.layer == "mass" and media <= set(WATERY)


def _columns(builder: Builder, name: str, layer: str) -> tuple[int, ...]:
    place = builder.place.get(("flow", name, layer))
    return () if place is None else (place,)
