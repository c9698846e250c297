"""CPA6xx of phase 5: studies."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.money import money_a_year
from cpa.analysis.studies import StudyResult
from cpa.checks.economics import has_wrong_rate
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import _, listed
from cpa.schema.labels import COST_CLASSES, MONEY_RULES


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
                _(
                    "add a study with `option: {id}` in 5-feasibility, or change the verdict with a reason",
                    id=result.option.id,
                ),
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
        if _differs(result, stated):
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


@rule("CPA653", "warning", "feasibility")
def chosen_variant_differs(analysis: Analysis) -> Iterator[Issue]:
    """The chosen variant costs another sum than the study appraises.

    What: `investment` of the variant with `chosen: true` is the total I of form 5-1 within 1 %.

    Why: One variant would be chosen by its investment, and another sum be shown to pay.

    Example: the chosen variant at 168 万元, form 5-1 adds up to 186 万元

    Remedy: Correct the variant, or the parts of form 5-1.

    Source: Domain notes §12.2; handbook, step 5.3; form 5-1.
    """
    for result in analysis.studies:
        for variant in result.study.variants:
            stated = variant.investment.to(analysis.money_unit) if variant.chosen and variant.investment else None
            if stated is None or not _differs(result, stated):
                continue
            yield Issue(
                _(
                    "{id}: the study adds up to {total} {unit}, the chosen variant costs {stated}",
                    id=result.study.option,
                    total=f"{result.investment.total:.6g}",
                    unit=analysis.money_unit,
                    stated=f"{stated:.6g}",
                ),
                analysis.audit.places.of(variant, "investment"),
                related=_at(analysis, result.study, "investment"),
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
        if result.appraisal is None and result.reason is not None and not has_wrong_rate(analysis, result.study):
            yield Issue(
                _("{id} cannot be appraised: {reason}", id=result.study.option, reason=result.reason),
                analysis.audit.places.of(result.study, result.reason_at),
            )


@rule("CPA609", "error", "feasibility")
def saving_differs(analysis: Analysis) -> Iterator[Issue]:
    """Option and study state different benefits.

    What: `benefit` of the option, or what its savings are worth where none is stated, differs from P of form 5-2 by more than 1 %.

    Why: Chapters 4 and 5 of the report would contradict each other.

    Example: benefit: 35 万元/a beside parts that add up to 42 万元/a

    Remedy: Correct the option, or the parts of `operation`.

    Source: Domain notes §12.2; form 5-2.
    """
    for result in analysis.studies:
        if result.option is None or result.operation is None:
            continue
        stated = money_a_year(result.option.benefit, analysis.money_unit, analysis.audit.calendar)
        if stated is None:
            stated = next(one.money for one in analysis.options if one.option is result.option)
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


def _differs(result: StudyResult, stated: float) -> bool:
    """Whether `stated` is the total I of form 5-1 neither with nor without the interest that follows from the loans."""
    before_loans = result.investment.total - (result.investment.interest if _computes_interest(result) else 0.0)
    return all(
        abs(stated - total) > 0.01 * max(abs(stated), abs(total)) for total in (result.investment.total, before_loans)
    )


def _computes_interest(result: StudyResult) -> bool:
    """Whether the interest while building follows from the loans, and is not stated in form 5-1."""
    return bool(result.study.loans) and result.study.investment.interest is None


def _at(analysis: Analysis, item: object, key: str) -> tuple[Related, ...]:
    span = analysis.audit.places.of(item, key)
    return (Related(span, _("stated here")),) if span is not None else ()
