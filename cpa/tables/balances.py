"""Tables of reconciled balances, indices, losses, flow costs and water targets."""

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.assessment import LayerBalance
from cpa.analysis.reconciliation import COVERAGE, Estimate
from cpa.messages import Message, _, listed, plain
from cpa.schema.assessment import Balance
from cpa.schema.labels import balance_title, label, layer_name
from cpa.tables.assessment import balance, balance_flows
from cpa.tables.build import REMARK, number, report, text
from cpa.tables.model import Cell, Derived, Table, decimals_for

STATUSES: dict[str, Message] = {
    "redundant": _("reconciled^status"),
    "determined": _("measured, nothing checks it"),
    "observable": _("filled in by the balance"),
    "unobservable": _("cannot be determined"),
}
LOSS_KINDS: dict[str, Message] = {
    "waste": _("waste^loss"),
    "loss": _("loss^stream"),
    "known": _("known loss"),
    "product": _("product"),
    "byproduct": _("by-product"),
    "": _("other^loss"),
    "gap": _("unexplained difference"),
}


def reconciliation(analysis: Analysis, result: LayerBalance) -> Table:
    """Every flow of a layer before and after data reconciliation, with 95 % intervals."""
    reconciled = analysis.reconciled(result.request)
    phase = analysis.audit.phase("assessment")
    names = {item.id: item.name for items in (phase.flows, phase.losses, phase.units) for item in items}
    suspects = {member.id for group in reconciled.suspects for member in group.members if group.significant}
    rows: list[tuple[Cell, ...]] = []
    defaults = False
    for estimate in (*reconciled.flows.values(), *reconciled.others):
        interval = estimate.interval
        alarm = estimate.id in suspects
        defaults = defaults or (estimate.default and estimate.measured is not None)
        name = names.get(estimate.id, estimate.id)
        mark = plain(name)
        if estimate.kind in ("stock", "mass"):
            mark = _("stock in {unit}", unit=name) if estimate.kind == "stock" else _("mass of {flow}", flow=name)
        rows.append(
            (
                mark,
                estimate.measured,
                None if estimate.sigma is None else COVERAGE * estimate.sigma,
                plain("*") if estimate.default and estimate.measured is not None else plain(""),
                estimate.value,
                None if interval is None or estimate.uncertainty is None else COVERAGE * estimate.uncertainty,
                None if estimate.adjustment is None else Derived(estimate.adjustment, "{value}-{measured}"),
                estimate.z,
                _status(estimate, alarm=alarm),
            )
        )
    columns = (
        text("name", _("Flow")),
        number("measured", _("Measured^value"), -1),
        number("sigma", plain("± 95 %"), -1),
        text("default", plain("")),
        number("value", _("Reconciled^value"), -1),
        number("uncertainty", plain("± 95 %"), -1),
        number("adjustment", _("Adjustment"), -1),
        number("z", plain("z"), 2),
        text("status", _("Status^reconciliation")),
    )
    tests = reconciled.tests
    notes = [_("Unit: {unit}.", unit=result.unit), _("No reading is checked by others: there is nothing to test.")]
    if tests.degrees:
        notes[1] = _(
            "Global test: χ² = {chi} (degrees of freedom {degrees}, limit at 5 % {limit}): {verdict}. Measurement test: |z| up to {critical}.",
            chi=f"{tests.chi_square:.2f}",
            degrees=tests.degrees,
            limit=f"{tests.limit:.2f}",
            verdict=_("passed") if tests.passed else _("failed"),
            critical=f"{tests.measurement_limit:.2f}",
        )
    failing = [names.get(unit, unit) for unit, z in reconciled.nodal.items() if abs(z) > tests.nodal_limit]
    if failing:
        notes.append(
            _(
                "Nodal test (|z| up to {limit}) fails at: {units}.",
                limit=f"{tests.nodal_limit:.2f}",
                units=listed(failing),
            )
        )
    if defaults:
        notes.append(_("* No uncertainty was stated: the default of the method is used."))
    if any(estimate.status == "observable" for estimate in reconciled.flows.values()):
        notes.append(
            _("What the balance filled in proves nothing: a unit operation with such a flow is not assessed by it.")
        )
    if reconciled.unbalanced:
        notes.append(
            _(
                "Not balanced, since only inputs or only outputs are known: {units}.",
                units=listed([names.get(unit, unit) for unit in dict.fromkeys(reconciled.unbalanced)]),
            )
        )
    made = report(
        f"reconciled-{result.layer}",
        _("Data reconciliation: {title}", title=balance_title(result.request)),
        columns,
        rows,
        notes=notes,
        by_row=True,
    )
    shown = (*reconciled.flows.values(), *reconciled.others)
    return msgspec.structs.replace(made, row_decimals=tuple({None: _decimals(estimate)} for estimate in shown))


def _decimals(estimate: Estimate) -> int:
    """Decimals that show two digits of the smallest uncertainty: more would be noise."""
    known = [value for value in (estimate.sigma, estimate.uncertainty) if value]
    if not known:
        return decimals_for([estimate.value or estimate.measured])
    return decimals_for([COVERAGE * min(known)], 2)


def balance_tables(analysis: Analysis, *, flows: bool = False, further: bool = False) -> list[Table]:
    """All that is asked for: balances, with their streams, reconciliation where it is asked for, and `further` results."""
    tables: list[Table | None] = []
    for result in analysis.balances:
        tables.append(balance(result))
        if flows:
            tables.append(balance_flows(analysis, result))
        if result.request.reconcile:
            tables.append(reconciliation(analysis, result))
        if further:
            tables += [indices(analysis, result), losses(analysis, result)]
            if result.layer == "water":
                tables.append(water_target(analysis))
    for request in analysis.asked:
        if request.layer == "cost":
            tables += costs(analysis, request)
    return [table for table in tables if table is not None]


def _status(estimate: Estimate, *, alarm: bool) -> Message:
    if estimate.status == "unobservable":
        return STATUSES["unobservable"]
    if estimate.held:
        return _("held at zero")
    if alarm:
        return _("suspect")
    moved = abs(estimate.adjustment or 0.0) > 1e-9 * abs(estimate.measured or 0.0)
    return STATUSES["redundant"] if estimate.status == "determined" and moved else STATUSES[estimate.status]


def indices(analysis: Analysis, result: LayerBalance) -> Table | None:
    """The indices of a layer; None where it has none."""
    rows: list[tuple[Cell, ...]] = []
    for index in analysis.indices(result):
        value = index.value if index.unit or index.value is None else index.value * 100
        terms = ", ".join(
            f"{symbol} = {amount:,.5g}" if abs(amount) < 1e5 else f"{symbol} = {amount:,.0f}"
            for symbol, amount in index.terms
        )
        rows.append((index.name, value, index.unit or "%", index.formula, terms, index.reason or plain("")))
    if not rows:
        return None
    remark = any(row[5] != plain("") for row in rows)
    columns = [
        text("name", _("Index^table")),
        number("value", _("Value"), -1),
        text("unit", _("Unit")),
        text("formula", _("Formula^index")),
        text("terms", _("Figures ({unit})", unit=result.unit), wide=True),
        text("reason", REMARK),
    ]
    return report(
        f"indices-{result.layer}",
        _("Indices: {title}", title=balance_title(result.request)),
        columns if remark else columns[:-1],
        rows if remark else [row[:-1] for row in rows],
    )


def losses(analysis: Analysis, result: LayerBalance, most: int | None = None) -> Table | None:
    """Where mass and money leave, the largest first, `most` of them; None where nothing leaves but product."""
    found = analysis.loss_shares(result)
    if not found:
        return None
    priced = any(item.money for item in found)
    costs_unit = analysis.costs(result.request.scope, result.request.period).unit if priced else ""
    running = 0.0
    rows: list[tuple[Cell, ...]] = []
    for rank, item in enumerate(found[:most], 1):
        running += item.share
        cells: tuple[Cell, ...] = (
            rank,
            item.name or _("unexplained difference"),
            item.unit,
            label(LOSS_KINDS, item.kind),
            item.amount,
            item.share,
            running,
        )
        rows.append((*cells, item.money) if priced else cells)
    columns = [
        text("no", _("No.")),
        text("name", _("Flow")),
        text("unit_operation", _("Unit operation")),
        text("kind", _("Kind^loss")),
        number("amount", _("Amount ({unit})", unit=result.unit), -1),
        number("share", _("Share of input"), 2, share=True),
        number("sum", _("Running total"), 2, share=True),
    ]
    if priced:
        columns.append(
            number("money", _("Cost ({unit})", unit=costs_unit), decimals_for([item.money for item in found]))
        )
    left = len(found) - len(rows)
    notes = [_("{count} smaller ones are left out.", count=left)] if left else []
    return report(
        f"losses-{result.layer}",
        _("Where it leaves: {title}", title=balance_title(result.request)),
        columns,
        rows,
        notes=notes,
        by_row=True,
    )


def costs(analysis: Analysis, request: Balance) -> tuple[Table, ...]:
    """Material flow cost accounting: unit by unit, and what leaves, the dearest first."""
    found = analysis.costs(request.scope, request.period)
    phase = analysis.audit.phase("assessment")
    names = {item.id: item.name for items in (phase.units, phase.flows) for item in items}
    account = found.account
    members = {unit.id for unit in account.units}
    if not account.entered.total:
        note = _("No prices and no costs: give `price:` to flows and `costs:` to unit operations.")
        return (
            report(
                "costs", _("Costs of the unit operations"), (text("operation", _("Unit operation")),), [], notes=[note]
            ),
        )
    rows: list[tuple[Cell, ...]] = []
    for unit in account.units:
        carried, own = unit.carried, unit.own
        entering = (
            carried.material + own.material,
            carried.energy + own.energy,
            carried.system + own.system,
            carried.waste + own.waste,
        )
        total = sum(entering)
        rows.append(
            (
                names[unit.id],
                *entering,
                unit.product.total,
                unit.loss.total,
                unit.loss.total / total if total else None,
            )
        )
    whole = account.entered
    rows.append(
        (
            _("Whole scope"),
            whole.material,
            whole.energy,
            whole.system,
            whole.waste,
            account.product.total,
            account.loss.total,
            account.loss_share,
        )
    )
    columns = (
        text("operation", _("Unit operation")),
        number("material", _("material^cost"), -1),
        number("energy", _("energy"), -1),
        number("system", _("system^cost"), -1),
        number("waste", _("waste management"), -1),
        number("product", _("of products"), -1),
        number("loss", _("of losses"), -1),
        number("share", _("Share of losses"), 1, share=True),
    )
    notes = [
        _("Unit: {unit}.", unit=found.unit),
        _(
            "Material flow cost accounting (ISO 14051): the costs of a unit operation go to its products and losses by their mass without water, by the whole mass where all of it is water; costs of waste management go to the losses."
        ),
    ]
    if found.unpriced:
        notes.append(_("No price, counted as 0: {flows}.", flows=listed(list(found.unpriced))))
    if found.filled:
        notes.append(_("Mass filled in by the balance: {flows}.", flows=listed([names[name] for name in found.filled])))
    notes += [_("{what}: {reason}", what=names.get(name, name), reason=reason) for name, reason in found.misfits]
    if account.unallocated:
        units = listed([names[item.unit] for item in account.unallocated])
        notes.append(
            _(
                "Not allocated, for lack of the masses that leave: {units} ({total}).",
                units=units,
                total=f"{account.kept.total:,.4g}",
            )
        )
    by_unit = report("costs", _("Costs of the unit operations"), columns, rows, notes=notes, total=True)
    leaving = [
        (flow, item.costs)
        for item in account.flows
        for flow in phase.flows
        if flow.id == item.id and flow.target not in members and item.costs.total
    ]
    leaving.sort(key=lambda pair: -pair[1].total)
    total = whole.total
    ranked: list[tuple[Cell, ...]] = [
        (
            rank,
            flow.name,
            names.get(flow.source, ""),
            label(LOSS_KINDS, flow.kind),
            each.total,
            each.total / total if total else None,
        )
        for rank, (flow, each) in enumerate(leaving, 1)
    ]
    flows = report(
        "cost-flows",
        _("Where the money leaves"),
        (
            text("no", _("No.")),
            text("name", _("Flow")),
            text("operation", _("Unit operation")),
            text("kind", _("Kind^loss")),
            number("cost", _("Cost ({unit})", unit=found.unit), -1),
            number("share", _("Share^cost"), 1, share=True),
        ),
        ranked,
    )
    return (by_unit, flows)


def water_target(analysis: Analysis) -> Table | None:
    """Today's water use beside the least that reuse between the uses allows; None without water uses."""
    found = analysis.water_target
    if found is None:
        return None
    target, uses = found.target, {item.id: item for item in analysis.audit.phase("assessment").water_uses}
    title = _("Potential of water reuse ({unit})", unit=found.unit)
    if not target.feasible:
        short = listed([f"{found.names[name]} {amount:.4g}" for name, amount in target.shortfall.items()])
        note = _("No plan meets all limits; clean water lacks at: {uses}.", uses=short)
        return report("water-target", title, (text("use", _("Water use")),), [], notes=[note])
    rows: list[tuple[Cell, ...]] = []
    for use in target.uses:
        fresh = sum(match.flow for match in target.matches if match.target == use.id and match.fresh)
        others = [match for match in target.matches if match.target == use.id and not match.fresh]
        rows.append(
            (
                uses[use.id].name,
                uses[use.id].flow.fitted(found.unit, analysis.audit.calendar),
                use.flow,
                fresh,
                listed([f"{found.names.get(match.source, match.source)} {match.flow:.4g}" for match in others], "; "),
                listed([layer_name(name) for name in dict.fromkeys((*use.binding_in, *use.binding_out))]),
            )
        )
    rows.append(
        (
            _("Sum"),
            sum(use.flow.fitted(found.unit, analysis.audit.calendar) or 0.0 for use in uses.values()),
            sum(use.flow for use in target.uses),
            target.fresh_total,
            plain(""),
            "",
        )
    )
    columns = (
        text("use", _("Water use")),
        number("today", _("Today"), -1),
        number("flow", _("Needed"), -1),
        number("fresh", _("Fresh water"), -1),
        text("reused", _("Reused water"), wide=True),
        text("binding", _("What limits it")),
    )
    notes = [
        _(
            "Least fresh water {fresh}, waste water {waste} ({unit}); today {today}. A potential by quality limits alone: pipes, tanks and times are not considered.",
            fresh=f"{target.fresh_total:,.4g}",
            waste=f"{target.waste_total:,.4g}",
            today=f"{target.today:,.4g}",
            unit=found.unit,
        )
    ]
    if not target.proven:
        notes.append(
            _("Not proven to be the least; no plan takes less than {bound}.", bound=f"{target.lower_bound:,.4g}")
        )
    return report("water-target", title, columns, rows, notes=notes, total=True)
