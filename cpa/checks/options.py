"""CPA6xx of phase 4: options and their screening."""

from collections.abc import Iterator
from typing import get_args

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.options import cost_class
from cpa.analysis.specifics import annual
from cpa.checks.origins import counted
from cpa.checks.preassessment import check_grid, check_scores, check_weights
from cpa.checks.registry import Issue, rule
from cpa.messages import _, listed
from cpa.schema.labels import CATEGORIES, COST_CLASSES, STATUS, VERDICTS, label
from cpa.schema.preassessment import Product
from cpa.schema.types import Category
from cpa.schema.units import UnitError


@rule("CPA602", "warning", "options")
def verdict_without_reason(analysis: Analysis) -> Iterator[Issue]:
    """A verdict on an option has no reason.

    What: Options that are infeasible or for later stay in the list and say why; one that is kept has passed the simple comparison, or says why.

    Why: A list without rejected options looks cherry-picked; a rejection without reason looks arbitrary.

    Example: verdict: infeasible without reason

    Remedy: Add `reason:`.

    Source: Handbook, step 4.3; domain notes §1.2.
    """
    for result in analysis.options:
        unexplained = result.verdict in ("later", "infeasible") or (
            result.verdict == "feasible" and result.option.comparison is None
        )
        if unexplained and not result.option.reason:
            yield Issue(
                _("the option {id} is not kept, and no reason is given", id=result.option.id)
                if result.verdict != "feasible"
                else _("the option {id} is kept without comparison or reason", id=result.option.id),
                analysis.audit.places.of(result.option, "verdict" if result.option.verdict else "comparison"),
            )


@rule("CPA603", "warning", "options")
def category_without_option(analysis: Analysis) -> Iterator[Issue]:
    """One of the eight categories has no option.

    What: Options are looked for from all eight aspects.

    Why: Only end-of-pipe or only energy options is a named complaint of evaluators.

    Example: no option with category: staff

    Remedy: Ask staff, suppliers and peers for options of that category; one that was looked at and rejected counts.

    Source: Handbook, step 4.1; domain notes §1.2 [S45].
    """
    if not analysis.options:
        return
    found = {result.option.category for result in analysis.options}
    missing = [name for name in get_args(Category) if name not in found]
    if missing:
        yield Issue(
            _("no option of these categories: {names}", names=listed([CATEGORIES[name] for name in missing])),
            analysis.audit.places.section("options", "options"),
        )


@rule("CPA604", "error", "options")
def saves_more_than_used(analysis: Analysis) -> Iterator[Issue]:
    """Options save more than there is.

    What: The savings of all kept options on one input or waste, overlaps taken off, exceed its amount in the baseline year.

    Why: Effects were counted twice, or a unit slipped.

    Example: two options that each save 60 % of the water

    Remedy: Count overlapping effects once.

    Source: Domain notes §7 and §12.2.
    """
    audit = analysis.audit
    year = audit.identity.baseline_year if audit.identity is not None else 0
    for result in analysis.options:
        for index, saving in enumerate(result.option.savings):
            stock = analysis.stocks.get(saving.resource)
            if stock is not None and stock.bound is not None:
                try:
                    annual(saving.amount, stock.unit, audit.calendar)
                except UnitError as error:
                    yield Issue(
                        error.message,
                        audit.places.of(result.option, "savings", index),
                        _("{resource} is counted in {unit}", resource=saving.resource, unit=stock.unit),
                    )
    saved: dict[str, float] = {}
    for result, index, amount in counted(analysis, lambda saving: saving.resource):
        name = result.option.savings[index].resource
        stock = analysis.stocks[name]
        if stock.bound is None or isinstance(stock.item, Product):
            continue
        before = saved.get(name, 0.0)
        saved[name] = before + amount
        if before <= stock.bound < before + amount:
            yield Issue(
                _(
                    "with {id} the options save {saved} {unit} of {resource}; {year} had {total}",
                    id=result.option.id,
                    saved=f"{before + amount:.6g}",
                    unit=stock.unit,
                    resource=stock.item.name,
                    year=year,
                    total=f"{stock.bound:.6g}",
                ),
                audit.places.of(result.option, "savings", index),
            )


@rule("CPA605", "warning", "options")
def benefit_differs(analysis: Analysis) -> Iterator[Issue]:
    """The stated benefit is not savings × price.

    What: Where every saving has a price, their sum less running cost differs from `benefit` by more than 2 %.

    Why: Physical savings and money of one option would tell two stories.

    Example: 10,000 m³/a at 4 元/m³ beside benefit: 6 万元/a

    Remedy: Correct amount, price or benefit; a part that has no price makes the comparison void.

    Source: Domain notes §5 (savings by physical quantity × price).
    """
    for result in analysis.options:
        stated, computed = result.benefit, result.priced_benefit
        if stated is not None and computed is not None and abs(stated - computed) > max(0.02 * abs(computed), 0.005):
            yield Issue(
                _(
                    "{id}: benefit {stated}, savings × price less running cost {computed} {unit}/a",
                    id=result.option.id,
                    stated=f"{stated:.4g}",
                    computed=f"{computed:.4g}",
                    unit=analysis.money_unit,
                ),
                analysis.audit.places.of(result.option, "benefit"),
                _("correct the amount, the price, or the benefit"),
            )


@rule("CPA610", "warning", "options")
def cause_without_option(analysis: Analysis) -> Iterator[Issue]:
    """A cause of loss has no option.

    What: Every cause that phase 3 finds is the origin of at least one option.

    Why: Options that do not follow from the balances and their causes are what evaluators call unrelated.

    Example: a cause C3 that no option names in origin

    Remedy: Add the cause to `origin` of an option, or an option that answers it.

    Source: Handbook, steps 3.5 and 3.6; domain notes §1.2.
    """
    answered = {name for result in analysis.options for name in result.option.origin}
    for cause in analysis.audit.phase("assessment").causes:
        if analysis.options and cause.id not in answered:
            yield Issue(
                _("no option answers the cause {id} ({place})", id=cause.id, place=cause.place),
                analysis.audit.places.of(cause, "id"),
            )


@rule("CPA612", "error", "options")
def screening_scores(analysis: Analysis) -> Iterator[Issue]:
    """The ranking of options has weights or scores outside 1 to 10, or holes.

    What: Weights and every expert's scores lie between 1 and 10; every ranked option has scores for every factor.

    Why: The method fixes the range; a missing score is not a zero.

    Example: scores: {F1: {environment: [8, 11, 7]}}

    Remedy: Correct or complete the scores.

    Source: Handbook, step 4.3 (form 4-3).
    """
    phase = analysis.audit.phase("options")
    if phase.screening is not None:
        yield from check_weights(analysis, phase.screening, phase.screening.factors)
        yield from check_scores(analysis, phase.screening, phase.screening.scores)
        yield from check_grid(
            analysis,
            phase.screening,
            phase.screening.factors,
            phase.screening.scores,
            [option.id for option in phase.options],
            _("option"),
        )


@rule("CPA614", "warning", "options")
def class_differs(analysis: Analysis) -> Iterator[Issue]:
    """A stated cost class contradicts the thresholds.

    What: `cost_class` of an option is not the class of its investment.

    Why: Classes are set by the enterprise once and hold for all options.

    Example: investment: 120 万元 with cost_class: low

    Remedy: Leave `cost_class` out, or change the thresholds in audit.yaml.

    Source: Domain notes §0.8.
    """
    for result in analysis.options:
        computed = cost_class(analysis.audit, msgspec.structs.replace(result.option, cost_class=None))
        if result.option.cost_class is not None and computed is not None and computed != result.option.cost_class:
            yield Issue(
                _(
                    "{id}: stated as {stated}, its investment makes it {computed}",
                    id=result.option.id,
                    stated=COST_CLASSES[result.option.cost_class],
                    computed=COST_CLASSES[computed],
                ),
                analysis.audit.places.of(result.option, "cost_class"),
            )


@rule("CPA617", "error", "options")
def done_although_rejected(analysis: Analysis) -> Iterator[Issue]:
    """An option is carried out although it was not kept.

    What: The status is `implementing` or `done`, the verdict `infeasible` or `later`.

    Why: One of the two is out of date; the chapters of the report would contradict each other.

    Example: verdict: infeasible with status: done

    Remedy: Change the verdict or the status.

    Source: Domain notes §1.2, steps 4.3 and 6.2.
    """
    for result in analysis.options:
        if result.verdict in ("infeasible", "later") and result.option.status in ("implementing", "done"):
            yield Issue(
                _(
                    "{id} is {status}, but its verdict is {verdict}",
                    id=result.option.id,
                    status=label(STATUS, result.option.status),
                    verdict=label(VERDICTS, result.verdict),
                ),
                analysis.audit.places.of(result.option, "status"),
            )
