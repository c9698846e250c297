"""CPA6xx: options, studies and effects."""

from collections.abc import Iterator
from typing import get_args

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.options import cost_class, money_a_year
from cpa.analysis.preassessment import annual
from cpa.checks.preassessment import check_grid, check_scores, check_weights
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import _, listed
from cpa.schema.labels import CATEGORIES, COST_CLASSES, MONEY_RULES
from cpa.schema.types import Category
from cpa.schema.units import UnitError


@rule("CPA601", "error", "feasibility")
def option_without_study(analysis: Analysis) -> Iterator[Issue]:
    """A medium-cost or high-cost option has no feasibility study.

    What: Every option of these classes that the screening keeps is studied in phase 5.

    Why: Whether it pays and works must be proven before money is spent.

    Example: an option of 120 万元 with verdict: feasible and no study

    Remedy: Add a study with `option: ID` in 5-feasibility, or change the verdict with a reason.

    Source: Handbook, phase 5.
    """
    studied = {study.option for study in analysis.audit.phase("feasibility").studies}
    for result in analysis.options:
        if result.cost_class in ("medium", "high") and result.verdict == "feasible" and result.option.id not in studied:
            yield Issue(
                _(
                    "the {cost} option {id} has no feasibility study",
                    cost=COST_CLASSES[result.cost_class],
                    id=result.option.id,
                ),
                analysis.audit.places.of(result.option, "id"),
            )


@rule("CPA602", "warning", "options")
def verdict_without_reason(analysis: Analysis) -> Iterator[Issue]:
    """An option is put off or rejected without a reason.

    What: Options that are infeasible or for later stay in the list and say why.

    Why: A list without rejected options looks cherry-picked; a rejection without reason looks arbitrary.

    Example: verdict: infeasible without reason

    Remedy: Add `reason:`.

    Source: Handbook, step 4.3; domain notes §1.2.
    """
    for result in analysis.options:
        if result.verdict in ("later", "infeasible") and not result.option.reason:
            yield Issue(
                _("the option {id} is not kept, and no reason is given", id=result.option.id),
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

    What: The savings of all kept options on one input or waste exceed its amount in the baseline year.

    Why: Effects were counted twice, or a unit slipped.

    Example: two options that each save 60 % of the water

    Remedy: Count overlapping effects once.

    Source: Domain notes §7 and §12.2.
    """
    audit = analysis.audit
    year = audit.identity.baseline_year if audit.identity is not None else 0
    phase = audit.phase("preassessment")
    totals = {
        item.id: (
            getattr(item, "consumption", None) or getattr(item, "generation", None) or getattr(item, "discharge", {})
        ).get(year)
        for item in (*phase.inputs, *phase.wastes)
    }
    names = {item.id: item.name for item in (*phase.inputs, *phase.wastes)}
    saved: dict[str, float] = {}
    for result in analysis.options:
        if result.verdict in ("later", "infeasible") or result.option.status == "rejected":
            continue
        for index, saving in enumerate(result.option.savings):
            total = totals.get(saving.resource)
            if total is None:
                continue
            place = audit.places.of(result.option, "savings", index)
            try:
                amount = annual(saving.amount, total.unit, audit.calendar)
            except UnitError as error:
                yield Issue(
                    error.message,
                    place,
                    _("{resource} is counted in {unit}", resource=saving.resource, unit=total.unit.text),
                )
                continue
            before = saved.get(saving.resource, 0.0)
            saved[saving.resource] = before + amount
            if before <= total.value < before + amount:
                yield Issue(
                    _(
                        "with {id} the options save {saved} {unit} of {resource}; {year} had {total}",
                        id=result.option.id,
                        saved=f"{before + amount:.6g}",
                        unit=total.unit.text,
                        resource=names.get(saving.resource, saving.resource),
                        year=year,
                        total=f"{total.value:.6g}",
                    ),
                    place,
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
            )


@rule("CPA606", "error", "feasibility")
def investment_differs(analysis: Analysis) -> Iterator[Issue]:
    """Option and study state different investments.

    What: `investment` of the option differs from the total I of form 5-1 by more than 1 %.

    Why: Chapters 4 and 5 of the report would contradict each other.

    Example: investment: 120 万元 beside parts that add up to 135 万元

    Remedy: Correct the option, or the part that is missing in the study.

    Source: Domain notes §12.2; form 5-1.
    """
    for result in analysis.studies:
        if result.option is None:
            continue
        stated = result.option.investment.to(analysis.money_unit)
        if abs(stated - result.investment.total) > 0.01 * max(abs(stated), abs(result.investment.total)):
            yield Issue(
                _(
                    "{id}: the study adds up to {total} {unit}, the option states {stated}",
                    id=result.study.option,
                    total=f"{result.investment.total:.6g}",
                    unit=analysis.money_unit,
                    stated=f"{stated:.6g}",
                ),
                analysis.audit.places.of(result.study, "investment", key=True),
                related=_at(analysis, result.option, "investment"),
            )


@rule("CPA607", "error", "feasibility")
def recommended_without_merit(analysis: Analysis) -> Iterator[Issue]:
    """An option is recommended although its study speaks against it.

    What: A recommended option passes the technical, the environmental and the financial assessment.

    Why: An IRR below the loan rate, a negative NPV or a payback beyond the limit is what evaluators look at first.

    Example: recommendation: recommended with NPV < 0

    Remedy: Defer the option, correct the figures, or give `reason:` why it is carried out nevertheless (compliance, safety).

    Source: Handbook, step 5.5 and 5.6; domain notes §6.2 [S22].
    """
    for result in analysis.studies:
        study = result.study
        if study.recommendation != "recommended":
            continue
        place = analysis.audit.places.of(study, "recommendation")
        for key in ("technical", "environmental"):
            part = getattr(study, key)
            if part is not None and part.conclusion == "infeasible":
                yield Issue(
                    _(
                        "{id} is recommended, but its {kind} assessment says infeasible",
                        id=study.option,
                        kind=_("technical") if key == "technical" else _("environmental"),
                    ),
                    place,
                )
        failed = [MONEY_RULES[name] for name, passed in result.passes if not passed]
        if failed and not study.reason:
            yield Issue(
                _("{id} is recommended, but does not meet: {rules}", id=study.option, rules=listed(failed)),
                place,
                _("defer it, or say in `reason:` why it is carried out nevertheless"),
            )


@rule("CPA608", "error", "feasibility")
def study_incomplete(analysis: Analysis) -> Iterator[Issue]:
    """A study cannot be computed.

    What: Tax rate, discount rate, investment, or running cost and revenue are missing, or a life is zero.

    Why: Without them there is no payback period, NPV or IRR.

    Example: a study without operation, and no benefit of the option

    Remedy: Add what the message names, in the study or under `economics:` in audit.yaml.

    Source: Handbook, step 5.5; domain notes §6.1.
    """
    for result in analysis.studies:
        if result.appraisal is None and result.reason is not None:
            yield Issue(
                _("{id} cannot be appraised: {reason}", id=result.study.option, reason=result.reason),
                analysis.audit.places.of(result.study, "option"),
            )


@rule("CPA609", "error", "feasibility")
def saving_differs(analysis: Analysis) -> Iterator[Issue]:
    """Option and study state different benefits.

    What: `benefit` of the option differs from P of form 5-2 by more than 1 %.

    Why: Chapters 4 and 5 of the report would contradict each other.

    Example: benefit: 35 万元/a beside parts that add up to 42 万元/a

    Remedy: Correct the option, or the parts of `operation`.

    Source: Domain notes §12.2; form 5-2.
    """
    for result in analysis.studies:
        if result.option is None or result.option.benefit is None or result.operation is None:
            continue
        stated = money_a_year(result.option.benefit, analysis.money_unit, analysis.audit.calendar)
        if stated is not None and abs(stated - result.operation.saving) > 0.01 * max(
            abs(stated), abs(result.operation.saving)
        ):
            yield Issue(
                _(
                    "{id}: P of the study is {saving} {unit}/a, the option states {stated}",
                    id=result.study.option,
                    saving=f"{result.operation.saving:.6g}",
                    unit=analysis.money_unit,
                    stated=f"{stated:.6g}",
                ),
                analysis.audit.places.of(result.study, "operation", key=True),
                related=_at(analysis, result.option, "benefit"),
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


@rule("CPA611", "warning", "implementation")
def done_without_proof(analysis: Analysis) -> Iterator[Issue]:
    """A carried-out option has neither effect nor evidence.

    What: An option with status `done` has a result in phase 4 or an effect in phase 6, with a file that proves it.

    Why: Without bills or records the benefit is a claim.

    Example: status: done and no effect

    Remedy: Add an effect with `files:`, or a result with `file:`.

    Source: Handbook, step 6.2; domain notes §12.2.
    """
    audit = analysis.audit
    shown = {item.option: bool(item.file) for item in audit.phase("options").results}
    for item in audit.phase("implementation").effects:
        shown[item.option] = shown.get(item.option, False) or bool(item.files)
    for result in analysis.options:
        option = result.option
        if option.status != "done":
            continue
        if option.id not in shown:
            yield Issue(
                _("the option {id} is done, but its effect is not recorded", id=option.id),
                audit.places.of(option, "status"),
            )
        elif not shown[option.id] and not option.file:
            yield Issue(_("the effect of {id} has no evidence", id=option.id), audit.places.of(option, "status"))


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


@rule("CPA613", "error", "feasibility")
def impossible_rate(analysis: Analysis) -> Iterator[Issue]:
    """A tax or discount rate is impossible.

    What: Rates lie between 0 % and 100 %.

    Why: 2500 % is 25 % with a slip of the unit; every figure of the study would be wrong.

    Example: tax_rate: 2500 %

    Remedy: Write the rate in per cent: 25 %.

    Source: Handbook, step 5.5.
    """
    audit = analysis.audit
    holders = [
        *audit.phase("feasibility").studies,
        *filter(None, (audit.identity.economics if audit.identity is not None else None,)),
    ]
    for holder in holders:
        for key in ("tax_rate", "discount_rate"):
            rate = getattr(holder, key)
            if rate is not None and not 0 <= rate.to("") < 1:
                yield Issue(
                    _("{value} is not a rate between 0 % and 100 %", value=rate.format()), audit.places.of(holder, key)
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


@rule("CPA615", "warning", "implementation")
def more_effect_than_designed(analysis: Analysis) -> Iterator[Issue]:
    """An effect is larger than what there was.

    What: The figure after an option is negative, or before and after are in different units.

    Why: Nothing can be cut by more than there was.

    Example: before: 100 t/a, after: -20 t/a

    Remedy: Correct the figures.

    Source: Domain notes §12.2: option effect ≤ baseline.
    """
    for effect in analysis.audit.phase("implementation").effects:
        for index, change in enumerate(effect.changes):
            place = analysis.audit.places.of(effect, "changes", index)
            if change.after.value < 0:
                yield Issue(
                    _("{id}: {resource} is negative after the option", id=effect.option, resource=change.resource),
                    place,
                )
            elif change.after.unit.dimension != change.before.unit.dimension:
                yield Issue(
                    _(
                        "{id}: before in {unit}, after in {other}",
                        id=effect.option,
                        unit=change.before.unit.text,
                        other=change.after.unit.text,
                    ),
                    place,
                )


@rule("CPA616", "warning", "implementation")
def benefit_against_money(analysis: Analysis) -> Iterator[Issue]:
    """The benefit of an effect is not what its money before and after says.

    What: `benefit` differs from the sum of the changes between `money_before` and `money_after` by more than 1 %.

    Why: Forms 6-4, 6-5 and 6-7 of one report would contradict each other.

    Example: benefit: 30 万元/a beside energy that falls from 100 to 90 万元/a

    Remedy: Correct the benefit, or the kind of money that is missing.

    Source: Domain notes §12.2.
    """
    unit = f"{analysis.money_unit}/a"
    for effect, computed in analysis.money_benefits:
        stated = money_a_year(effect.benefit, analysis.money_unit, analysis.audit.calendar)
        if stated is not None and abs(stated - computed) > max(0.01 * abs(computed), 0.005):
            yield Issue(
                _(
                    "{id}: benefit {stated}, money before and after differ by {computed} {unit}",
                    id=effect.option,
                    stated=f"{stated:.5g}",
                    computed=f"{computed:.5g}",
                    unit=unit,
                ),
                analysis.audit.places.of(effect, "benefit"),
            )


def _at(analysis: Analysis, item: object, key: str) -> tuple[Related, ...]:
    span = analysis.audit.places.of(item, key)
    return (Related(span, _("stated here")),) if span is not None else ()
