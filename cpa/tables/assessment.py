"""Forms 3-1 to 3-5, and the balances."""

from cpa.analysis import Analysis
from cpa.analysis.assessment import LayerBalance, ScopeBalance
from cpa.messages import Message, _, listed, plain
from cpa.schema.labels import ASPECTS, BALANCE_VERDICTS, balance_title, label
from cpa.tables.build import EIGHT, NUMBER, REMARK, form, number, report, text
from cpa.tables.model import Cell, Derived, Table, decimals_for
from cpa.tables.status import document_list


def documents(analysis: Analysis) -> Table:
    """3-1."""
    return document_list(
        "3-1", _("Documents collected on the audit focus"), analysis.audit.phase("assessment").documents
    )


def units(analysis: Analysis) -> Table:
    """3-2."""
    rows = [(index, item.name, item.function) for index, item in enumerate(analysis.audit.phase("assessment").units, 1)]
    return form(
        "3-2",
        _("Unit operations of the audit focus"),
        (text("no", NUMBER), text("name", _("Unit operation^form 3-2")), text("function", _("Function"), wide=True)),
        rows,
    )


def points(analysis: Analysis) -> Table:
    """3-3."""
    rows = [
        (index, item.id, item.name, item.item, item.frequency, item.repeats, item.method, item.note)
        for index, item in enumerate(analysis.audit.phase("assessment").points, 1)
    ]
    measured = _("Items and frequency")
    columns = (
        text("no", NUMBER),
        text("id", _("Point")),
        text("name", _("Position and name"), wide=True),
        text("item", _("Item measured"), group=measured),
        text("frequency", _("Frequency"), group=measured),
        text("repeats", _("Repetitions"), group=measured),
        text("method", _("Method")),
        text("note", REMARK),
    )
    return form("3-3", _("Preparation of the measurements"), columns, rows)


def readings(analysis: Analysis) -> Table:
    """3-4: as many result columns as the point with most readings has."""
    audit = analysis.audit
    phase = audit.phase("assessment")
    sampled = {item.point: item.sampled for item in phase.readings}
    notes = {item.point: item.note for item in phase.readings}
    found = [(point, audit.readings.get(point.id)) for point in phase.points]
    most = min(max((len(quantity.readings) for _point, quantity in found if quantity is not None), default=0), 12)
    rows = []
    for index, (point, quantity) in enumerate(found, 1):
        values = list(quantity.readings[:most]) if quantity is not None else []
        cells: list[Cell] = [*values, *[None] * (most - len(values))]
        mean = (
            Derived(quantity.value, f"AVERAGE({{n1}}:{{n{most}}})")
            if quantity is not None and len(quantity.readings) <= most
            else quantity.value
            if quantity is not None
            else None
        )
        rows.append(
            (
                index,
                point.name,
                sampled.get(point.id, ""),
                point.item,
                quantity.unit.text if quantity is not None else "",
                *cells,
                mean,
                notes.get(point.id, ""),
            )
        )
    results = _("Results")
    columns = (
        text("no", NUMBER),
        text("name", _("Measuring point")),
        text("sampled", _("Sampling time")),
        text("item", _("Item measured")),
        text("unit", _("Unit")),
        *(number(f"n{index}", plain(str(index)), -1, group=results) for index in range(1, most + 1)),
        number("mean", _("Mean"), -1, group=results),
        text("note", REMARK),
    )
    return form("3-4", _("Measured data"), columns, rows)


def causes(analysis: Analysis) -> Table:
    """3-5."""
    rows = [
        (item.place, item.waste, *(getattr(item.aspects, name) for name in EIGHT))
        for item in analysis.audit.phase("assessment").causes
    ]
    columns = (
        text("place", _("Where it arises")),
        text("waste", _("Waste or loss")),
        *(text(name, ASPECTS[name], group=_("Influences")) for name in EIGHT),
    )
    return form("3-5", _("Causes of the wastes of the audit focus"), columns, rows)


def scope_title(scope: ScopeBalance) -> Message:
    return plain(scope.name) if scope.kind != "total" else _("Whole scope")


def balance(result: LayerBalance) -> Table:
    """A line a unit operation and group, and the whole scope last; recycles cancel in groups and in the whole.

    Scopes without a stream of the layer are named in a note; columns that would hold nothing but zeros are left out.
    """
    assessed = [
        scope
        for scope in result.scopes
        if scope.sheet.inputs or scope.sheet.outputs or scope.sheet.losses or scope.kind == "total"
    ]
    losses = any(scope.sheet.losses for scope in assessed)
    stocks = any(scope.sheet.stock_growth for scope in assessed)
    formula = "{in}-{out}" + ("-{loss}" if losses else "") + ("-{stock}" if stocks else "")
    decimals = decimals_for([scope.sheet.total_in for scope in assessed], 5)
    columns = [text("scope", _("Unit operation")), number("in", _("In"), decimals), number("out", _("Out"), decimals)]
    if losses:
        columns.append(number("loss", _("Known losses"), decimals))
    if stocks:
        columns.append(number("stock", _("Growth of stock"), decimals))
    columns += [
        number("difference", _("Gap"), decimals),
        number("deviation", plain("δ"), 2, share=True),
        text("verdict", _("Verdict^balance")),
    ]
    rows: list[tuple[Cell, ...]] = []
    for scope in assessed:
        sheet = scope.sheet
        rows.append(
            (
                scope_title(scope),
                sheet.total_in,
                sheet.total_out,
                *([sheet.total_loss] if losses else []),
                *([sheet.stock_growth] if stocks else []),
                # The gap of a scope with something missing says nothing, and would be copied into reports.
                Derived(sheet.difference, formula) if sheet.verdict in _ASSESSED else None,
                Derived(sheet.deviation, "ABS({difference})/{in}")
                if sheet.deviation is not None and sheet.verdict in _ASSESSED
                else None,
                label(BALANCE_VERDICTS, sheet.verdict),
            )
        )
    notes = [
        _(
            "Unit: {unit}. δ = |in − out − known losses − growth of stock| / in; {tolerance} % are allowed{default}.",
            unit=result.unit,
            tolerance=f"{result.scopes[0].sheet.tolerance * 100:g}",
            default=plain("") if result.tolerance_stated else _(" (the handbook's value, since none is stated)"),
        )
    ]
    if any(scope.sheet.one_sided for scope in assessed):
        notes.append(_("NOT ASSESSED: only inputs, or only outputs, in this layer."))
    idle = [scope_title(scope) for scope in result.scopes if scope not in assessed]
    if idle:
        notes.append(_("No stream of this layer: {scopes}.", scopes=listed(idle)))
    return report(f"balance-{result.layer}", balance_title(result.request), columns, rows, notes=notes, total=True)


_ASSESSED = ("within", "outside")


def balance_flows(analysis: Analysis, result: LayerBalance) -> Table:
    """The streams of a balance, what they carry, and their share of the input of the scope."""
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    names = {unit.id: unit.name for unit in analysis.audit.phase("assessment").units}
    total = result.total.sheet
    members = {scope.id for scope in result.scopes if scope.kind == "unit"}
    crossing = {entry.id for entry in (*total.inputs, *total.outputs, *total.losses)}
    rows: list[tuple[Cell, ...]] = []
    for flow_id, amount in result.flows.items():
        flow = flows[flow_id]
        if amount.amount == 0.0 or not members & {flow.source, flow.target}:
            continue
        share = (
            amount.amount / total.total_in
            if amount.amount is not None and total.total_in and flow_id in crossing
            else None
        )
        outside = _("outside")
        rows.append(
            (
                flow_id,
                flow.name,
                plain(names[flow.source]) if flow.source in names else outside,
                plain(names[flow.target]) if flow.target in names else outside,
                amount.amount if amount.amount is not None else None,
                share,
                amount.reason or "",
            )
        )
    known = {entry.id: entry.amount for entry in total.losses}
    for loss in analysis.audit.phase("assessment").losses:
        if loss.id in known and loss.unit in members:
            amount_lost = known[loss.id]
            share = amount_lost / total.total_in if amount_lost is not None and total.total_in else None
            rows.append((loss.id, loss.name, plain(names[loss.unit]), _("known loss"), amount_lost, share, loss.reason))
    for conversion in result.conversions:
        if conversion.unit in members:
            equation = next(
                reaction.equation
                for number, reaction in enumerate(analysis.audit.phase("assessment").reactions, 1)
                if conversion.id == f"reaction-{number}"
            )
            ends = (_("reaction"), plain(names[conversion.unit]))
            rows.append(
                (
                    conversion.id,
                    equation,
                    *(ends if conversion.made else ends[::-1]),
                    conversion.amount,
                    None,
                    "" if conversion.amount is not None else _("its conversion is not known"),
                )
            )
    columns = (
        text("id", _("Id")),
        text("name", _("Flow")),
        text("from", _("From")),
        text("to", _("To")),
        number("amount", _("Amount ({unit})", unit=result.unit), -1),
        number("share", _("Share of input"), 2, share=True),
        text("reason", REMARK),
    )
    notes = [_("The share is given for streams that cross the border of the scope.")]
    return report(
        f"flows-{result.layer}",
        _("Streams of the balance: {title}", title=balance_title(result.request)),
        columns,
        rows,
        notes=notes,
    )
