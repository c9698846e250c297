"""CPA5xx: targets, by themselves and against limits, benchmark and options."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.specifics import amount_unit, amounts_of, annual_fitted
from cpa.analysis.targets import TargetResult
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Span
from cpa.messages import _, both, fixed, listed
from cpa.methods.benchmark import levels_met
from cpa.schema.preassessment import Target
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit


def _place(analysis: Analysis, target: Target, key: str) -> Span | None:
    """Where the value of a target stands, or the improvement that it follows from."""
    stated = getattr(target, key)
    name = "value" if stated is None or stated.value is not None else "improvement"
    return analysis.audit.places.of(target, key, name)


@rule("CPA501", "error", "preassessment")
def incomplete_target(analysis: Analysis) -> Iterator[Issue]:
    """A target lacks its baseline, its year, or its value and day.

    What: A target states where it starts, in which year, and what is to be reached by when.

    Why: A target in per cent without baseline can be neither tracked nor proven.

    Example: - {id: T1, item: 取水量, near: {value: 6.3 m³/kL, date: 2026-02-28}}

    Remedy: Add `baseline`, `baseline_year` and `near: {value, date}`.

    Source: Handbook, step 2.5; domain notes §3.4.
    """
    for target in analysis.audit.phase("preassessment").targets:
        lacking = [
            name
            for name in ("baseline", "baseline_year", "near")
            if getattr(target, name) is None and not analysis.audit.spoiled(target, name)
        ]
        if lacking:
            yield Issue(
                _(
                    "the target {id} ({item}) has no {keys}",
                    id=target.id,
                    item=target.item,
                    keys=listed([f"`{name}`" for name in lacking]),
                ),
                analysis.audit.places.of(target, "id"),
            )


@rule("CPA507", "error", "preassessment")
def target_does_not_improve(analysis: Analysis) -> Iterator[Issue]:
    """A target is no better than its baseline.

    What: With `direction: lower` a target lies below its baseline, with `higher` above it; the long-term one is not behind the near one.

    Why: Direction, baseline or target is wrong, or the target is none.

    Example: {baseline: 7.0 m³/kL, near: {value: 7.2 m³/kL, date: 2026-02-28}}

    Remedy: Correct the figure or `direction`.

    Source: Handbook, step 2.5; domain notes §3.4.
    """
    for result in analysis.targets:
        target = result.target
        for key, change in (("near", result.near_change), ("long", result.long_change)):
            if change is not None and change <= 0:
                yield Issue(
                    _(
                        "the target {id} does not improve on its baseline {baseline}",
                        id=target.id,
                        baseline=target.baseline.format() if target.baseline else "",
                    ),
                    _place(analysis, target, key),
                    _("is `direction: {direction}` right?", direction=target.direction),
                )
        if (
            result.near_change is not None
            and result.long_change is not None
            and 0 < result.long_change < result.near_change
        ):
            yield Issue(
                _("the long-term target of {id} is weaker than the near-term one", id=target.id),
                _place(analysis, target, "long"),
            )
        for key, value in (("near", result.near), ("long", result.long)):
            if (
                value is not None
                and target.baseline is not None
                and value.unit.dimension != target.baseline.unit.dimension
            ):
                yield Issue(
                    _(
                        "the target is in {unit}, its baseline in {other}",
                        unit=value.unit.text,
                        other=target.baseline.unit.text,
                    ),
                    _place(analysis, target, key),
                )


@rule("CPA514", "warning", "preassessment")
def deadline_before_audit(analysis: Analysis) -> Iterator[Issue]:
    """A target is due before the audit begins.

    What: The day of a target lies before the first day of the audit, or the long-term one before the near-term one.

    Why: A target that is due already cannot guide the audit; it is usually a slip of the year.

    Example: near: {value: 6.3 m³/kL, date: 2019-01-31} in an audit of 2025

    Remedy: Correct the day.

    Source: Handbook, step 2.5.
    """
    identity = analysis.audit.identity
    start = identity.period.start if identity is not None and identity.period is not None else None
    for target in analysis.audit.phase("preassessment").targets:
        for key in ("near", "long"):
            stated = getattr(target, key)
            if stated is not None and start is not None and stated.date < start:
                yield Issue(
                    _(
                        "{item}: {date} lies before the audit begins ({start})",
                        item=target.item,
                        date=stated.date,
                        start=start,
                    ),
                    analysis.audit.places.of(target, key, "date"),
                )
        if target.near is not None and target.long is not None and target.long.date < target.near.date:
            yield Issue(
                _("{item}: the long-term target is due before the near-term one", item=target.item),
                analysis.audit.places.of(target, "long", "date"),
            )


@rule("CPA530", "warning", "preassessment")
def target_below_last_level(analysis: Analysis) -> Iterator[Issue]:
    """A target does not even reach the last level of its indicator.

    What: The near-term value of a target with `indicator`, or whose resource is what an indicator is computed from, against the baselines of the indicator system.

    Why: A target below the last level leaves the enterprise below what the industry calls basic.

    Example: near: {value: 13 kg/kL} where the last level is ≤ 12.5 kg/kL

    Remedy: Set a target that reaches at least the last level.

    Source: Domain notes §1.2, step 2.5 (targets below level Ⅲ are sent back; recalled).
    """
    found, stated = analysis.benchmark, analysis.audit.phase("preassessment").benchmark
    if found is None or stated is None or found.system.method == "trial":
        return
    by_resource = {value.of: value.indicator for value in stated.values if len(value.of) == 1}
    rows = {result.row.id: result for result in found.results}
    for aim in analysis.targets:
        row = rows.get(aim.target.indicator or by_resource.get((aim.target.resource,), ""))
        if row is None or aim.near is None or not any(row.baselines):
            continue
        value = aim.near.fitted(row.row.unit, analysis.audit.calendar)
        last = next((each for each in reversed(row.baselines) if each is not None), None)
        if value is not None and last is not None and not any(levels_met(value, row.baselines)):
            yield Issue(
                _(
                    "{item}: {value} {unit} does not reach the last level of “{indicator}”, {sign} {last}",
                    item=aim.target.item,
                    indicator=both(row.row.name.zh, row.row.name.en),
                    value=fixed(value),
                    unit=row.row.unit,
                    sign=last.sign,
                    last=fixed(last.value),
                ),
                _place(analysis, aim.target, "near"),
                _("set a target that reaches at least the last level"),
            )


@rule("CPA531", "error", "preassessment")
def target_misses_limit(analysis: Analysis) -> Iterator[Issue]:
    """A target that answers over_limit does not keep the limit.

    What: The near-term value of a target on a monitoring result, against the strictest of its upper and lower limits.

    Why: Who is listed for exceeding a limit has to comply within the term.

    Example: limit 80 mg/L, near: {value: 85 mg/L}, answers: [over_limit]

    Remedy: Set a target within the limit.

    Source: Domain notes §3.4 (targets of listed enterprises; recalled from the guide of 2018).
    """
    verdicts = {verdict.item.id: verdict for verdict in analysis.compliance}
    for aim in analysis.targets:
        verdict = verdicts.get(aim.target.resource)
        if "over_limit" in aim.target.answers and aim.near is not None:
            yield from _over_cap(analysis, aim)
        if verdict is None or "over_limit" not in aim.target.answers or aim.near is None:
            continue
        for limit, standard, sign in (
            (verdict.limit, verdict.standard, 1),
            (verdict.low_limit, verdict.low_standard, -1),
        ):
            value = aim.near.fitted(limit.unit, analysis.audit.calendar) if limit is not None else None
            if limit is not None and value is not None and sign * (value - limit.value) > 0:
                yield Issue(
                    _(
                        "{item}: {value} does not keep the limit {limit} ({standard})",
                        item=aim.target.item,
                        value=aim.near.format(),
                        limit=limit.format(),
                        standard=standard,
                    ),
                    _place(analysis, aim.target, "near"),
                    _("set a target within the limit"),
                )


def _over_cap(analysis: Analysis, aim: TargetResult) -> Iterator[Issue]:
    """A target on a yearly load over the cap of a monitoring result of the same stream or resource."""
    calendar = analysis.audit.calendar
    for verdict in analysis.compliance:
        cap = verdict.item.cap
        if cap is None or aim.near is None or verdict.item.id != aim.target.resource:
            continue
        load, most = (annual_fitted(each, amount_unit(cap), calendar) for each in (aim.near, cap))
        if load is not None and most is not None and load > most:
            yield Issue(
                _(
                    "{item}: {value} lies over the cap {cap}",
                    item=aim.target.item,
                    value=aim.near.format(),
                    cap=cap.format(),
                ),
                _place(analysis, aim.target, "near"),
                _("set a target within the cap"),
            )


@rule("CPA532", "warning", "options")
def options_cannot_deliver(analysis: Analysis) -> Iterator[Issue]:
    """The options cannot deliver a target.

    What: The feasible options that save of the target's input or waste save less of it in a year, all together, than the near-term target asks for; those that the target names, where it names any.

    Why: A target that nothing carries will be missed, and the acceptance compares one by one.

    Example: the target asks for 64,600 m³ of water a year, the options save 21,000 m³

    Remedy: Add options, state their `savings`, or lower the target.

    Source: Domain notes §8.2 (options able to carry targets) and §1.2, step 2.5.
    """
    if not analysis.audit.phase("options").options:
        return
    for one in analysis.deliveries:
        if one.delivered < one.needed * 0.995:
            names = listed(list(one.options)) if one.options else _("none")
            yield Issue(
                _(
                    "{item}: {needed} {unit}/a are asked for, the options save {delivered} {unit}/a ({names})",
                    item=one.target.item,
                    needed=fixed(one.needed),
                    unit=one.unit,
                    delivered=fixed(one.delivered) if one.delivered else "0",
                    names=names,
                ),
                _place(analysis, one.target, "near"),
                _("add options or their `savings`, or lower the target"),
            )


@rule("CPA538", "error", "preassessment")
def two_aims(analysis: Analysis) -> Iterator[Issue]:
    """A target has no value, or a value and an improvement that contradict each other.

    What: `near` and `long` state a value, an improvement on the baseline, or both; both agree within 0.1 percentage points.

    Why: Absolute and relative target stand side by side in form 2-13.

    Example: baseline: 7.0 m³/kL, near: {value: 6.3 m³/kL, improvement: 15 %, date: 2026-02-28}

    Remedy: State one of the two: cpa computes the other.

    Source: Handbook, step 2.5 (form 2-13); domain notes §3.4.
    """
    for aim in analysis.targets:
        for key, change in (("near", aim.near_change), ("long", aim.long_change)):
            stated = getattr(aim.target, key)
            if stated is None:
                continue
            if stated.value is None and stated.improvement is None and not analysis.audit.spoiled(stated, "value"):
                yield Issue(
                    _("{item}: neither a value nor an improvement", item=aim.target.item),
                    analysis.audit.places.of(aim.target, key),
                    _("add `value: …` or `improvement: 10 %`"),
                )
            elif stated.improvement is not None and aim.target.baseline is not None and not aim.target.baseline.value:
                yield Issue(
                    _("{item}: an improvement on zero says nothing", item=aim.target.item),
                    analysis.audit.places.of(aim.target, key, "improvement"),
                    _("state the value"),
                )
            elif stated.value is not None and stated.improvement is not None and change is not None:
                wanted = stated.improvement.to("")
                if abs(wanted - change) > 0.001:
                    yield Issue(
                        _(
                            "{item}: the value is an improvement of {computed} %, {stated} % is stated",
                            item=aim.target.item,
                            computed=fixed(change * 100, 3),
                            stated=fixed(wanted * 100, 3),
                        ),
                        analysis.audit.places.of(aim.target, key, "improvement"),
                        _("state one of the two"),
                    )


@rule("CPA545", "warning", "preassessment")
def baseline_is_not_the_figure(analysis: Analysis) -> Iterator[Issue]:
    """The present value of a target is not the audit's own figure.

    What: The baseline of a target on an input, waste or monitoring result lies more than 1 % away from the unit amount, the amount, or the result of the baseline year in forms 2-3, 2-5 and 2-9.

    Why: Relative targets and attainment are counted from it; evaluators compare the tables.

    Example: baseline: 6.5 m³/kL where form 2-3 has 7.08 m³/kL

    Remedy: Take the figure of the table, or correct the table.

    Source: Domain notes §12.2 (totals equal in all chapters).
    """
    for target in analysis.audit.phase("preassessment").targets:
        if target.baseline is None or not target.resource:
            continue
        known = [
            quantity.to(target.baseline.unit, analysis.audit.calendar)
            for quantity in _own_figures(analysis, target)
            if quantity.fitted(target.baseline.unit, analysis.audit.calendar) is not None
        ]
        stated = target.baseline.value
        if known and all(abs(stated - value) > 0.01 * max(abs(stated), abs(value)) for value in known):
            yield Issue(
                _(
                    "{item}: {stated} is stated, the audit's figures give {known} {unit}",
                    item=target.item,
                    stated=target.baseline.format(),
                    known=listed([fixed(value) for value in known]),
                    unit=target.baseline.unit.text,
                ),
                analysis.audit.places.of(target, "baseline"),
                _("take the figure of the table, or correct the table"),
            )


def _own_figures(analysis: Analysis, target: Target) -> Iterator[Quantity]:
    """What the tables say of the resource in the year of the baseline."""
    year, phase = target.baseline_year or 0, analysis.audit.phase("preassessment")
    for result in phase.monitoring:
        if result.id == target.resource and result.year == year:
            yield from (each for each in (result.value, result.annual_load) if each is not None)
    for specific in analysis.specifics:
        if specific.item.id == target.resource and year in specific.computed:
            yield Quantity(specific.computed[year], parse_unit(specific.unit))
    for item in (*phase.inputs, *phase.wastes):
        amount = amounts_of(item).get(year) if item.id == target.resource else None
        if amount is not None:
            yield amount
            yield Quantity(amount.value, parse_unit(f"{amount_unit(amount)}/a"))
