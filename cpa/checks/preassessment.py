"""CPA5xx: grounds, focus, targets, monitoring; the benchmark stands in indicators.py."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.checks.registry import Issue, rule
from cpa.messages import Message, _, listed
from cpa.schema.labels import GROUNDS


def check_weights(analysis: Analysis, section: object, factors: dict[str, float]) -> Iterator[Issue]:
    """Weights of a weighted sum that lie outside 1 to 10."""
    for name, weight in factors.items():
        if not 1 <= weight <= 10:
            yield Issue(
                _("the weight {value} of `{name}` lies outside 1 to 10", value=f"{weight:g}", name=name),
                analysis.audit.places.of(section, "factors", name),
            )


def check_scores(
    analysis: Analysis, section: object, scores: dict[str, dict[str, float | tuple[float, ...]]]
) -> Iterator[Issue]:
    """Scores of a weighted sum that lie outside 1 to 10."""
    for name, row in scores.items():
        for factor, given in row.items():
            for score in given if isinstance(given, tuple) else (given,):
                if not 1 <= score <= 10:
                    yield Issue(
                        _(
                            "the score {value} of `{name}` for `{factor}` lies outside 1 to 10",
                            value=f"{score:g}",
                            name=name,
                            factor=factor,
                        ),
                        analysis.audit.places.of(section, "scores", name, factor),
                    )


def check_grid(
    analysis: Analysis,
    section: object,
    factors: dict[str, float],
    scores: dict[str, dict[str, object]],
    known: list[str],
    kind: Message,
) -> Iterator[Issue]:
    """Rows that nobody knows, and cells of the score table that are missing or too many."""
    places = analysis.audit.places
    for name, row in scores.items():
        if name not in known:
            yield Issue(
                _("there is no {kind} `{id}`", kind=kind, id=name),
                places.of(section, "scores", name, key=True),
                _("there are: {names}", names=listed([*known[:12], *(["…"] if len(known) > 12 else [])]))
                if known
                else None,
            )
        for factor in factors:
            if factor not in row:
                yield Issue(
                    _("`{name}` has no score for `{factor}`; it is not ranked", name=name, factor=factor),
                    places.of(section, "scores", name, key=True),
                    _("add `{factor}: …` with a score from 1 to 10", factor=factor),
                )
        for factor in row:
            if factor not in factors:
                yield Issue(
                    _("`{factor}` has no weight", factor=factor),
                    places.of(section, "scores", name, factor, key=True),
                    _("factors: {names}", names=listed(list(factors))),
                )


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


@rule("CPA502", "error", "preassessment")
def weight_range(analysis: Analysis) -> Iterator[Issue]:
    """A weight lies outside 1 to 10.

    What: The weights of the ranking of candidates.

    Why: The method fixes the range; cpa never rescales.

    Example: factors: {waste_amount: 15}

    Remedy: Choose weights from 1 to 10.

    Source: Handbook, step 2.4 (form 2-12).
    """
    focus = analysis.audit.phase("preassessment").focus
    if focus is not None:
        yield from check_weights(analysis, focus, focus.factors)


@rule("CPA503", "error", "preassessment")
def score_range(analysis: Analysis) -> Iterator[Issue]:
    """A score lies outside 1 to 10.

    What: The scores of the ranking of candidates.

    Why: The method fixes the range; cpa never rescales.

    Example: scores: {packaging: {waste_amount: 12}}

    Remedy: Choose scores from 1 to 10.

    Source: Handbook, step 2.4 (form 2-12).
    """
    focus = analysis.audit.phase("preassessment").focus
    if focus is not None:
        yield from check_scores(analysis, focus, focus.scores)


@rule("CPA504", "error", "preassessment")
def score_grid(analysis: Analysis) -> Iterator[Issue]:
    """The score table of the candidates has holes or strangers.

    What: Every candidate has one score for every factor, and nothing else is scored.

    Why: A missing score is not a zero: the candidate cannot be ranked.

    Example: scores: {packaging: {waste_amount: 9}} with two factors

    Remedy: Add the score, or delete the row.

    Source: Handbook, step 2.4 (form 2-12).
    """
    phase = analysis.audit.phase("preassessment")
    if phase.focus is not None:
        known = [candidate.id for candidate in phase.candidates]
        yield from check_grid(
            analysis, phase.focus, phase.focus.factors, phase.focus.scores, known, _("candidate for the focus")
        )
        for name in known:
            if name not in phase.focus.scores:
                yield Issue(
                    _("the candidate `{name}` has no scores", name=name),
                    analysis.audit.places.of(phase.focus, "scores", key=True),
                )


@rule("CPA505", "error", "preassessment")
def unanswered_ground(analysis: Analysis) -> Iterator[Issue]:
    """A ground of the compulsory audit is answered by no focus or no target.

    What: Every entry of `grounds` is named under `answers` of the focus or of a target.

    Why: Why the enterprise is on the list must be what the audit works on: evaluations fail for it.

    Example: grounds: [over_limit] and no target with answers: [over_limit]

    Remedy: Set a target that ends the ground within the term, and name the ground in its `answers`.

    Source: Measures for cleaner production audits (NDRC and MEP decree 38), grounds of compulsory audits; domain notes §1.2 steps 2.4 and 2.5 (recalled).
    """
    identity, phase = analysis.audit.identity, analysis.audit.phase("preassessment")
    if identity is None or (phase.focus is None and not phase.targets):
        return
    answered = {ground for target in phase.targets for ground in target.answers} | set(
        phase.focus.answers if phase.focus is not None else ()
    )
    for index, ground in enumerate(identity.grounds):
        if ground not in answered:
            yield Issue(
                _("no focus and no target answers the ground `{ground}`: {name}", ground=ground, name=GROUNDS[ground]),
                analysis.audit.places.of(identity, "grounds", index),
                _("add `answers: [{ground}]` to the target that ends it", ground=ground),
            )


@rule("CPA506", "error", "planning")
def grounds_and_kind(analysis: Analysis) -> Iterator[Issue]:
    """The kind of the audit and its grounds contradict each other.

    What: A compulsory audit names its grounds; a voluntary one has none.

    Why: Deadlines, disclosure and evaluation depend on it.

    Example: kind: compulsory without grounds

    Remedy: Add `grounds: [over_limit | over_quota | toxic]`, or change `kind`.

    Source: Decree 38 (2016); domain notes §8.1.
    """
    identity = analysis.audit.identity
    if identity is None:
        return
    if identity.kind == "compulsory" and not identity.grounds:
        yield Issue(
            _("a compulsory audit has at least one ground"),
            analysis.audit.places.of(identity, "kind"),
            _("add `grounds:` with over_limit, over_quota or toxic"),
        )
    if identity.kind == "voluntary" and identity.grounds:
        yield Issue(
            _("a voluntary audit has no compulsory grounds"), analysis.audit.places.of(identity, "grounds", key=True)
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
                    analysis.audit.places.of(target, key, "value"),
                    _("is `direction: {direction}` right?", direction=target.direction),
                )
        if (
            result.near_change is not None
            and result.long_change is not None
            and 0 < result.long_change < result.near_change
        ):
            yield Issue(
                _("the long-term target of {id} is weaker than the near-term one", id=target.id),
                analysis.audit.places.of(target, "long", "value"),
            )
        for key in ("near", "long"):
            stated = getattr(target, key)
            if (
                stated is not None
                and target.baseline is not None
                and stated.value.unit.dimension != target.baseline.unit.dimension
            ):
                yield Issue(
                    _(
                        "the target is in {unit}, its baseline in {other}",
                        unit=stated.value.unit.text,
                        other=target.baseline.unit.text,
                    ),
                    analysis.audit.places.of(target, key, "value"),
                )


@rule("CPA508", "warning", "preassessment")
def focus_not_first(analysis: Analysis) -> Iterator[Issue]:
    """The chosen focus is not first in the ranking.

    What: The ranking puts another candidate first, and no reasons are given.

    Why: The choice must follow from the ranking, or say why it does not.

    Example: chosen: [boiler] where packaging is first

    Remedy: Choose the first, or give `reasons:`.

    Source: Handbook, step 2.4.
    """
    focus, ranking = analysis.audit.phase("preassessment").focus, analysis.focus
    if focus is None or ranking is None or not focus.chosen or focus.reasons:
        return
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    if not set(ranking.best) & set(focus.chosen):
        best, chosen = (listed([names.get(name, name) for name in group]) for group in (ranking.best, focus.chosen))
        yield Issue(
            _("the ranking puts {best} first, chosen is {chosen}", best=best, chosen=chosen),
            analysis.audit.places.of(focus, "chosen"),
            _("choose the first, or give `reasons:`"),
        )


@rule("CPA509", "warning", "preassessment")
def few_candidates(analysis: Analysis) -> Iterator[Issue]:
    """Fewer than three candidates for the focus.

    What: The focus is chosen among several candidates.

    Why: A choice among one or two looks made beforehand.

    Example: candidates: with a single item

    Remedy: Add workshops or auxiliary departments with large consumption or waste.

    Source: Domain notes §1.2, step 2.4 (usually three or more; not confirmed).
    """
    phase = analysis.audit.phase("preassessment")
    if phase.focus is not None and len(phase.candidates) < 3:
        place = analysis.audit.places.section("preassessment", "candidates") or analysis.audit.places.of(phase.focus)
        yield Issue(_("there are {count} candidates for the focus", count=len(phase.candidates)), place)


@rule("CPA511", "error", "preassessment")
def exceeding_not_named(analysis: Analysis) -> Iterator[Issue]:
    """A limit or cap is exceeded, and the audit does not say so.

    What: A monitoring result of the baseline year exceeds its limit or cap, but `grounds` lacks over_limit.

    Why: Discharge over the limit makes an audit compulsory; leaving it out is a false report.

    Example: {value: 92 mg/L, limit: 80 mg/L} in a voluntary audit

    Remedy: Name the ground and set a target, or correct the figure.

    Source: Decree 38 (2016), compulsory audits; domain notes §8.1.
    """
    identity = analysis.audit.identity
    if identity is None or "over_limit" in identity.grounds:
        return
    for verdict in analysis.compliance:
        if verdict.complies is False and verdict.item.year == identity.baseline_year:
            yield Issue(
                _(
                    "{pollutant} at {point} exceeds its limit or cap in the baseline year",
                    pollutant=verdict.item.pollutant,
                    point=verdict.item.point,
                ),
                analysis.audit.places.of(verdict.item, "value"),
                _("add `over_limit` to `grounds` in audit.yaml"),
            )


@rule("CPA512", "error", "preassessment")
def incomparable_limit(analysis: Analysis) -> Iterator[Issue]:
    """A monitoring result cannot be compared with its limit.

    What: Result and limit, or yearly load and cap, are in units that do not fit each other.

    Why: The result would count as compliant without having been judged.

    Example: {value: 92 mg/L, limit: 80 kg}

    Remedy: Give both in the same kind of unit.

    Source: Handbook, step 2.1 (form 2-9).
    """
    for item in analysis.audit.phase("preassessment").monitoring:
        for key, value in (("limit", item.value), ("low_limit", item.value), ("cap", item.annual_load)):
            limit = getattr(item, key)
            if limit is not None and value is not None and limit.unit.dimension != value.unit.dimension:
                yield Issue(
                    _(
                        "{unit} cannot be compared with {other}",
                        unit=limit.unit.text or "1",
                        other=value.unit.text or "1",
                    ),
                    analysis.audit.places.of(item, key),
                )


@rule("CPA513", "error", "preassessment")
def baseline_year_without_data(analysis: Analysis) -> Iterator[Issue]:
    """The baseline year has no data.

    What: `baseline_year` of audit.yaml is a year for which products, inputs and wastes have figures, and the last of them.

    Why: Targets, savings and compliance are all measured against it.

    Example: baseline_year: 2030 with figures for 2022 to 2024

    Remedy: Correct the year, or add its figures.

    Source: Handbook, steps 2.1 and 2.5.
    """
    identity = analysis.audit.identity
    if identity is not None and analysis.years and identity.baseline_year != analysis.years[-1]:
        years = listed([str(year) for year in analysis.years])
        yield Issue(
            _(
                "the baseline year {year} is not the last year with figures ({years})",
                year=identity.baseline_year,
                years=years,
            ),
            analysis.audit.places.of(identity, "baseline_year"),
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
