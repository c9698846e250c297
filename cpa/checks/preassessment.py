"""CPA5xx: focus, grounds as stated, monitoring; benchmark, targets and the data behind grounds have modules of their own."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.compulsory import excesses
from cpa.analysis.preassessment import candidate_figures
from cpa.analysis.specifics import amount_unit, annual_fitted
from cpa.analysis.specifics import years as years_of
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
    analysis: Analysis, section: object, scores: dict[str, dict[str, tuple[float, ...]]]
) -> Iterator[Issue]:
    """Scores of a weighted sum that lie outside 1 to 10."""
    for name, row in scores.items():
        for factor, given in row.items():
            for score in given:
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
        typed = {name: weight for name, weight in phase.focus.factors.items() if name not in phase.focus.figures}
        scores = {
            name: {factor: given for factor, given in row.items() if factor not in phase.focus.figures}
            for name, row in phase.focus.scores.items()
        }  # what is scored by figures is CPA537's
        yield from check_grid(analysis, phase.focus, typed, scores, known, _("candidate for the focus"))
        for name in known:
            if name not in phase.focus.scores and typed:
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
    if ranking.best and not set(ranking.best) & set(focus.chosen):
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
                _("in the baseline year: {excess}", excess=listed(excesses(verdict), "; ")),
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
        pairs = [(item, "limit", item.value), (item, "low_limit", item.value), (item, "cap", item.annual_load)]
        pairs += [(one, key, item.value) for one in item.further for key in ("limit", "low_limit")]
        for holder, key, value in pairs:
            limit = getattr(holder, key)
            if limit is None or value is None or limit.unit.dimension == value.unit.dimension:
                continue
            if key != "cap" or annual_fitted(value, amount_unit(limit), analysis.audit.calendar) is None:
                yield Issue(
                    _(
                        "{unit} cannot be compared with {other}",
                        unit=limit.unit.text or "1",
                        other=value.unit.text or "1",
                    ),
                    analysis.audit.places.of(holder, key),
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
    after = {item.year for item in analysis.audit.phase("implementation").benchmark_after}
    found = [year for year in years_of(analysis.audit) if year not in after]
    if identity is not None and found and identity.baseline_year != found[-1]:
        years = listed([str(year) for year in found])
        yield Issue(
            _(
                "the baseline year {year} is not the last year with figures ({years})",
                year=identity.baseline_year,
                years=years,
            ),
            analysis.audit.places.of(identity, "baseline_year"),
        )


@rule("CPA537", "error", "preassessment")
def scores_by_rule(analysis: Analysis) -> Iterator[Issue]:
    """Scores from figures or from experts are not complete.

    What: A factor under `figures` has a weight and no typed scores, and every candidate has the figure; every score has one number an expert.

    Why: A candidate without the figure could not be ranked; experts of whom some are silent cannot be compared.

    Example: figures: {consumption: consumption} where a candidate has no costs

    Remedy: Add the figure to the candidate (0 if there is none), or type scores for the factor.

    Source: Handbook, step 2.4 (forms 2-11 and 2-12).
    """
    phase, places = analysis.audit.phase("preassessment"), analysis.audit.places
    focus = phase.focus
    if focus is None:
        return
    for factor, figure in focus.figures.items():
        if factor not in focus.factors:
            yield Issue(
                _("`{factor}` has no weight", factor=factor),
                places.of(focus, "figures", factor, key=True),
                _("factors: {names}", names=listed(list(focus.factors))),
            )
        found = candidate_figures(analysis.audit, figure)
        lacking = [
            item
            for item in phase.candidates
            if item.id not in found and not analysis.audit.spoiled(item, figure.removesuffix("_cost"))
        ]
        if lacking:
            yield Issue(
                _(
                    "no figure `{figure}`, or not in the same unit: {names}",
                    figure=figure,
                    names=listed([item.name for item in lacking]),
                ),
                places.of(focus, "figures", factor),
                _("add the figure to the candidate, or type scores for the factor"),
            )
    counts = {len(given) for row in focus.scores.values() for given in row.values()}
    wanted = len(focus.experts) or max(counts, default=1)
    for name, row in focus.scores.items():
        for factor, given in row.items():
            if factor in focus.figures:
                yield Issue(
                    _("`{factor}` is scored by a figure and typed as well", factor=factor),
                    places.of(focus, "scores", name, factor, key=True),
                    _("delete one of the two"),
                )
            elif len(given) != wanted and (len(given) > 1 or focus.experts):
                yield Issue(
                    _("scores: {count}, experts: {wanted}", count=len(given), wanted=wanted),
                    places.of(focus, "scores", name, factor),
                    _("one score an expert, in the order of `experts`"),
                )
