"""CPA4xx: the network of flows and its balances."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.assessment import LayerBalance, ScopeBalance
from cpa.analysis.layers import layers_of
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related, Span
from cpa.messages import Message, _, fixed, listed, plain
from cpa.schema.assessment import Stock
from cpa.schema.labels import layer_name
from cpa.schema.walk import nearest

BALANCE_CODES = ("CPA401", "CPA402", "CPA403", "CPA404", "CPA405", "CPA406", "CPA407")
"""Findings that speak of a balance itself; `cpa balance` prints them under its tables."""


def network_names(analysis: Analysis) -> dict[str, str]:
    """The names of unit operations, flows and known losses, by id."""
    phase = analysis.audit.phase("assessment")
    return {item.id: item.name for items in (phase.units, phase.flows, phase.losses) for item in items}


def layer_of(result: LayerBalance) -> Message:
    """The layer of a balance in words, with the period that it is of."""
    name = layer_name(result.layer)
    return _("{layer} ({period})", layer=name, period=result.request.period) if result.request.period else name


def scope_name(scope: ScopeBalance) -> Message:
    return plain(scope.name) if scope.kind != "total" else _("the whole scope")


def distinct_scopes(result: LayerBalance) -> tuple[ScopeBalance, ...]:
    """The scopes without the whole where it is one unit operation only."""
    return result.scopes if len(result.scopes) != 2 else result.scopes[:1]


def _place(analysis: Analysis, result: LayerBalance, scope: ScopeBalance) -> Span | None:
    assessment = analysis.audit.phase("assessment")
    items = assessment.units if scope.kind == "unit" else assessment.groups if scope.kind == "group" else ()
    for item in items:
        if item.id == scope.id:
            return analysis.audit.places.of(item, "id")
    return analysis.audit.places.of(result.request, "layer")


def _related(analysis: Analysis, result: LayerBalance, scope: ScopeBalance) -> tuple[Related, ...]:
    """Where the balance is asked for, and the flow to look at first if a neighbour's gap cancels this one."""
    places = analysis.audit.places
    found = []
    for flow in analysis.audit.phase("assessment").flows:
        if flow.id in result.suspects and scope.kind == "unit" and scope.id in (flow.source, flow.target):
            other = flow.target if scope.id == flow.source else flow.source
            name = next((item.name for item in result.scopes if item.kind == "unit" and item.id == other), "")
            if not name:
                continue
            message = _(
                "look here first: the gap of {other} cancels this one, and {flow} joins the two",
                other=name,
                flow=flow.name,
            )
            span = places.of(flow, "amount") or places.of(flow)
            if span is not None:
                found.append(Related(span, message))
    asked = places.of(result.request, "tolerance") or places.of(result.request)
    if asked is not None:
        found.append(Related(asked, _("the balance is asked for here")))
    return tuple(found)


@rule("CPA401", "error", "assessment")
def outside_tolerance(analysis: Analysis) -> Iterator[Issue]:
    """A balance does not close within its tolerance.

    What: δ = |Σin − Σout − known losses − growth of stock| / Σin exceeds the stated tolerance (5 % where none is stated).

    Why: Above it the figures cannot carry conclusions: find the cause and measure again.

    Example: in 100 t, out 90 t, tolerance 5 %

    Remedy: Look for a stream that was not measured, a wrong basis, or a faulty meter; a loss that is known is stated as a loss.

    Source: Handbook, step 3.3; domain notes §4.1 (5 % for ordinary materials).
    """
    for result in analysis.balances:
        for scope in distinct_scopes(result):
            sheet = scope.sheet
            if sheet.verdict == "outside" and not sheet.gains and sheet.deviation is not None:
                yield Issue(
                    _(
                        "{layer} balance of {scope}: {difference} {unit} are unexplained, {deviation} % of the input; {tolerance} % are allowed",
                        layer=layer_of(result),
                        scope=scope_name(scope),
                        difference=fixed(sheet.difference),
                        unit=result.unit,
                        deviation=f"{sheet.deviation * 100:.1f}",
                        tolerance=f"{sheet.tolerance * 100:g}",
                    ),
                    _place(analysis, result, scope),
                    _(
                        "in {total_in}, out {total_out}, known losses {losses} {unit}; largest streams: {streams}",
                        total_in=fixed(sheet.total_in),
                        total_out=fixed(sheet.total_out),
                        losses=fixed(sheet.total_loss),
                        unit=result.unit,
                        streams=_largest(analysis, scope),
                    ),
                    _related(analysis, result, scope),
                )


def _largest(analysis: Analysis, scope: ScopeBalance) -> Message:
    names = {
        item.id: item.name
        for section in ("flows", "losses")
        for item in getattr(analysis.audit.phase("assessment"), section)
    }
    entries = sorted(
        (*scope.sheet.inputs, *scope.sheet.outputs, *scope.sheet.losses), key=lambda entry: -(entry.amount or 0)
    )
    return listed([names.get(entry.id, entry.id) for entry in entries[:3]])


@rule("CPA402", "error", "assessment")
def more_out_than_in(analysis: Analysis) -> Iterator[Issue]:
    """More comes out than goes in.

    What: The outputs, known losses and growth of stock exceed the inputs by more than the tolerance.

    Why: A unit operation cannot make what it balances: an input is missing or a figure is wrong.

    Example: in 90 t, out 100 t

    Remedy: Look for an input that is missing (rinse water, steam, additives, stock) and for outputs on another basis.

    Source: Handbook, step 3.3.
    """
    for result in analysis.balances:
        for scope in distinct_scopes(result):
            sheet = scope.sheet
            if sheet.verdict == "outside" and sheet.gains:
                share = f"{sheet.deviation * 100:.1f} %" if sheet.deviation is not None else "–"
                yield Issue(
                    _(
                        "{layer} balance of {scope}: {difference} {unit} more come out than go in ({share} of the input)",
                        layer=layer_of(result),
                        scope=scope_name(scope),
                        difference=fixed(-sheet.difference),
                        unit=result.unit,
                        share=share,
                    ),
                    _place(analysis, result, scope),
                    _(
                        "an input is missing, or one of these is too large: {streams}",
                        streams=_largest(analysis, scope),
                    ),
                    _related(analysis, result, scope),
                )


_MISSING: dict[str, Message] = {
    "density": _("add `density: … t/m³` to the flow"),
    "basis": _("give all flows of a balance on one basis: all per day, or all per batch"),
    "dimension": _("state it as mass (t) or volume (m³); energy is `medium: electricity`, `heat` or `fuel`"),
    "not_steam": _("check temperature and pressure, or write `medium: condensate`"),
    "state": _("give `temperature:` and `pressure:` (absolute) or `gauge_pressure:`, or the factor of a `carrier:`"),
    "factor": _("add `carrier:` to the flow, or its factor to audit.yaml under energy.factors"),
    "content": _("give the content as a share (%) or as mass by volume (mg/L)"),
}


@rule("CPA403", "warning", "assessment")
def not_measured(analysis: Analysis) -> Iterator[Issue]:
    """A flow was not measured, and a balance stays incomplete.

    What: The flow has neither an amount nor readings, and a balance that is asked for needs it.

    Why: A balance with a gap proves nothing; the difference could be the flow or a loss.

    Example: - {id: mashed, name: 醪液, from: mash, to: lauter}

    Remedy: Measure it, estimate it with a reason (~ 120 t), or leave the unit out of the scope.

    Source: Handbook, step 3.2 (all inputs and outputs of the focus).
    """
    yield from _missing_amounts(analysis, ("amount",))


@rule("CPA404", "error", "assessment")
def unusable_amount(analysis: Analysis) -> Iterator[Issue]:
    """A flow cannot be counted in a balance.

    What: A volume lacks its density, the time basis differs, an energy factor is missing, or the content is in an unsuitable unit.

    Why: Adding it anyway would mix bases; leaving it out would make a false loss.

    Example: amount: 12 t beside flows in t/d

    Remedy: Follow the hint.

    Source: Domain notes §1.2, step 3.3 (mixed units and bases).
    """
    yield from _missing_amounts(analysis, tuple(_MISSING))
    for result in analysis.balances:
        for item, reason in result.uncounted:
            key = "change" if isinstance(item, Stock) else "amount"
            yield Issue(
                _("the {layer} balance cannot count this: {reason}", layer=layer_of(result), reason=reason),
                analysis.audit.places.of(item, key),
                _("give it in {unit}", unit=result.unit),
            )


def _said_elsewhere(analysis: Analysis, result: LayerBalance) -> set[str]:
    """Unmeasured flows that reconciliation computes, or of which CPA412 says what to measure."""
    found = {name for island in analysis.islands(result) for name in island.flows}
    if result.request.reconcile:
        found |= {name for name, flow in analysis.reconciled(result.request).flows.items() if flow.value is not None}
    return found


def _missing_amounts(analysis: Analysis, kinds: tuple[str, ...]) -> Iterator[Issue]:
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    seen: set[tuple[str, str]] = set()
    for result in analysis.balances:
        needed = {name for scope in result.scopes for name in scope.sheet.unknown}
        if kinds == ("amount",):
            if result.no_data:
                continue
            needed -= _said_elsewhere(analysis, result)
        for name in needed if len(needed) < 2 else sorted(needed):
            amount = result.flows.get(name)
            if amount is None or amount.missing not in kinds or (name, amount.missing) in seen:
                continue
            seen.add((name, amount.missing))
            flow = flows[name]
            spoiled = ("amount", f"contains.{result.layer}", *(f"by_period.{period}" for period in flow.by_period))
            bases = {part.unit.dimension for part in flow.by_period.values()}
            if any(analysis.audit.spoiled(flow, field) for field in spoiled) or len(bases) > 1:
                continue  # said where it is wrong
            message = _(
                "the {layer} balance cannot count {flow} ({id}): {reason}",
                layer=layer_of(result),
                flow=flow.name,
                id=name,
                reason=amount.reason,
            )
            hint = (
                amount.hint
                or _MISSING.get(amount.missing)
                or _(
                    "measure it, estimate it with a reason (amount: ~ 120 t), or let the balance compute it: reconcile: true"
                )
            )
            yield Issue(message, analysis.audit.places.of(flow, "amount"), hint)


@rule("CPA405", "error", "assessment")
def no_ends(analysis: Analysis) -> Iterator[Issue]:
    """A flow leads nowhere.

    What: A flow has neither `from` nor `to`, or both are the same unit operation.

    Why: It takes no part in any balance.

    Example: - {id: steam, name: 蒸汽, amount: 12 t/d}

    Remedy: Name the unit operation that it leaves or enters; a missing end is the outside.

    Source: Handbook, step 3.2.
    """
    for flow in analysis.audit.phase("assessment").flows:
        if not flow.source and not flow.target:
            yield Issue(
                _("the flow {id} has neither `from` nor `to`", id=flow.id),
                analysis.audit.places.of(flow, "id"),
                _("add `from:` or `to:` with the id of a unit operation"),
            )
        elif flow.source == flow.target:
            yield Issue(
                _("the flow {id} leads from {unit} to itself", id=flow.id, unit=flow.source),
                analysis.audit.places.of(flow, "to"),
                _("a recycle inside one unit operation does not show in its balance: leave it out, or split the unit"),
            )


@rule("CPA406", "warning", "assessment")
def one_sided(analysis: Analysis) -> Iterator[Issue]:
    """A unit operation has only inputs or only outputs.

    What: No stream that the balance counts leaves, or none enters.

    Why: A stream was forgotten; such a unit is not assessed.

    Example: a mash tun with malt and water going in and nothing coming out

    Remedy: Add the missing streams, without amount if they were not measured.

    Source: Handbook, step 3.2; balance specification, step 1.
    """
    for result in analysis.balances:
        if result.layer not in ("mass", "water"):
            continue
        for scope in result.scopes:
            if scope.kind == "unit" and scope.sheet.one_sided:
                side = _("inputs") if scope.sheet.inputs else _("outputs")
                yield Issue(
                    _(
                        "{layer} balance: {scope} has only {side}",
                        layer=layer_of(result),
                        scope=scope_name(scope),
                        side=side,
                    ),
                    _place(analysis, result, scope),
                )


@rule("CPA407", "error", "assessment")
def reported_totals(analysis: Analysis) -> Iterator[Issue]:
    """A reported total is not the sum of its streams.

    What: `reported_in` or `reported_out` of a balance differs from the sum over the streams by more than 0.5 %.

    Why: A published balance called 0.91 % reliable where its own figures differ by 2.1 %: totals are always added again.

    Example: reported_in: 4746025 kg beside streams that add up to less

    Remedy: Correct the total or the stream that is missing from it.

    Source: Domain notes §0.6 and §12.1 [S27].
    """
    for result in analysis.balances:
        sheet = result.total.sheet
        if sheet.unknown:
            continue
        for key, total in (("reported_in", sheet.total_in), ("reported_out", sheet.total_out + sheet.total_loss)):
            stated = getattr(result.request, key)
            if stated is None:
                continue
            place = analysis.audit.places.of(result.request, key)
            try:
                value = stated.to(result.unit, analysis.audit.calendar)
            except ValueError:
                yield Issue(
                    _("{unit} cannot be compared with a balance in {other}", unit=stated.unit.text, other=result.unit),
                    place,
                )
                continue
            if abs(value - total) > 0.005 * max(abs(total), abs(value)):
                yield Issue(
                    _(
                        "the streams add up to {sum} {unit}, {value} {unit} are reported",
                        sum=fixed(total, 6),
                        value=fixed(value, 6),
                        unit=result.unit,
                    ),
                    place,
                )


@rule("CPA408", "warning", "assessment")
def too_few_cycles(analysis: Analysis) -> Iterator[Issue]:
    """A measuring point has fewer than three readings.

    What: Batch processes are measured over at least three cycles, continuous ones over 72 hours.

    Why: One cycle shows chance, not the process.

    Example: a CSV column with one line

    Remedy: Measure again, or say in `repeats` and the note why fewer must do.

    Source: Handbook, step 3.2; domain notes §4.1.
    """
    audit = analysis.audit
    for point in audit.phase("assessment").points:
        readings = audit.readings.get(point.id)
        count = len(readings.readings) if readings is not None else None
        if point.repeats < 3 and not point.note:
            yield Issue(
                _("{point} is measured {count} times; three cycles are needed", point=point.name, count=point.repeats),
                audit.places.of(point, "repeats"),
            )
        elif count is not None and count < min(point.repeats, 3):
            yield Issue(
                _(
                    "{point} has {count} readings, {planned} are planned",
                    point=point.name,
                    count=count,
                    planned=point.repeats,
                ),
                audit.places.of(point, "id"),
            )


@rule("CPA409", "error", "assessment")
def amount_against_readings(analysis: Analysis) -> Iterator[Issue]:
    """A flow's amount is not the mean of its readings.

    What: The flow states an amount and a measuring point, and the two differ by more than 1 %.

    Why: Two figures for one thing; the balance can use only one.

    Example: amount: 42.6 t/d with readings of 40 t/d

    Remedy: Leave the amount out: it is taken from the readings.

    Source: Domain notes §12.2.
    """
    audit = analysis.audit
    for flow in audit.phase("assessment").flows:
        readings = audit.readings.get(flow.point) if flow.point else None
        if flow.amount is None or readings is None:
            continue
        try:
            mean = readings.to(flow.amount.unit, audit.calendar)
        except ValueError as error:
            yield Issue(
                error.message if hasattr(error, "message") else _("the units differ"), audit.places.of(flow, "amount")
            )
            continue
        if abs(mean - flow.amount.value) > 0.01 * abs(mean):
            yield Issue(
                _(
                    "{flow}: the amount is {amount}, the readings of {point} give {mean} {unit}",
                    flow=flow.name,
                    amount=flow.amount.format(),
                    point=flow.point,
                    mean=fixed(mean, 5),
                    unit=flow.amount.unit.text,
                ),
                audit.places.of(flow, "amount"),
                _("leave `amount` out: it is taken from the readings"),
            )


@rule("CPA410", "warning", "assessment")
def idle_unit(analysis: Analysis) -> Iterator[Issue]:
    """A unit operation has no flow at all.

    What: No flow comes from it or leads to it.

    Why: A step of the process is missing from the network, or its id is misspelt in the flows.

    Example: units: [{id: cooling, name: 冷却}] and no flow that names it

    Remedy: Add its streams, or delete the unit.

    Source: Handbook, step 3.1.
    """
    assessment = analysis.audit.phase("assessment")
    used = {end for flow in assessment.flows for end in (flow.source, flow.target)}
    if not assessment.flows:
        return
    for unit in assessment.units:
        if unit.id not in used:
            yield Issue(_("no flow leads to or from {unit}", unit=unit.name), analysis.audit.places.of(unit, "id"))


@rule("CPA411", "error", "assessment")
def unknown_layer(analysis: Analysis) -> Iterator[Issue]:
    """A balance is asked for of something that no flow holds.

    What: A layer is mass, water, energy, or a substance that at least one flow names under `contains`.

    Why: A mistyped layer gives an empty balance that looks like no problem.

    Example: balances: [{layer: extrakt}]

    Remedy: Correct the name, or give the contents of the flows.

    Source: cpa, balance specification.
    """
    assessment = analysis.audit.phase("assessment")
    known = list(layers_of(analysis.audit))
    if not assessment.flows and not assessment.balances:
        return
    for section in ("balances", "losses", "stocks"):
        for item in getattr(assessment, section):
            if item.layer not in known:
                near = nearest(item.layer, known)
                hint = (
                    _("did you mean {names}?", names=listed(near))
                    if near
                    else _("allowed here: {names}", names=listed(known))
                )
                yield Issue(
                    _("no flow holds `{layer}`", layer=item.layer), analysis.audit.places.of(item, "layer"), hint
                )
