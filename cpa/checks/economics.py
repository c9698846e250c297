"""CPA6xx of phase 5: the terms of a financial assessment."""

from collections.abc import Iterable, Iterator
from typing import Any

from cpa.analysis import Analysis
from cpa.analysis.money import conventions, money, years_of
from cpa.analysis.studies import PARTS, StudyResult, is_constant, yearly_reasons
from cpa.checks.registry import Issue, rule
from cpa.messages import Message, _, listed
from cpa.methods.cashflow import building_interest
from cpa.methods.doubt import Project, inputs_of
from cpa.schema.feasibility import Study
from cpa.schema.labels import ECONOMIC_INPUTS, STAGES, label
from cpa.schema.quantity import Quantity

_CLOSE = 1e-6


@rule("CPA613", "error", "feasibility")
def impossible_rate(analysis: Analysis) -> Iterator[Issue]:
    """A rate is impossible.

    What: Rates of tax, discount, reinvestment and loans lie between 0 % and 100 %, yearly changes of price above −100 % and below 100 %.

    Why: 2500 % is 25 % with a slip of the unit; every figure of the study would be wrong.

    Example: tax_rate: 2500 %

    Remedy: Write the rate in per cent: 25 %.

    Source: Handbook, step 5.5.
    """
    for _study, holder, path, rate, low in _wrong_rates(analysis):
        yield Issue(
            _("{value} is not a rate between {low} % and 100 %", value=rate.format(), low=f"{low * 100:g}"),
            analysis.audit.places.of(holder, *path),
        )


def has_wrong_rate(analysis: Analysis, study: Study) -> bool:
    """Whether CPA613 speaks of a study, or of the conventions that it rests on."""
    return any(one is study or one is None for one, *_rest in _wrong_rates(analysis))


_Rate = tuple[Study | None, Any, tuple[str | int, ...], Quantity, float]


def _wrong_rates(analysis: Analysis) -> Iterator[_Rate]:
    for one in _rates(analysis):
        if not (one[-1] <= (value := one[-2].to("")) < 1 and value > -1):
            yield one


def _rates(analysis: Analysis) -> Iterator[_Rate]:
    """Every rate: its study (None for the conventions), its holder, the path to it, and how low it may be."""
    stated = conventions(analysis.audit)
    studies = analysis.audit.phase("feasibility").studies
    for holder in (*studies, *((stated,) if stated is not None else ())):
        for key in ("tax_rate", "discount_rate", "reinvestment_rate"):
            rate = getattr(holder, key, None)
            if rate is not None:
                yield (None if holder is stated else holder), holder, (key,), rate, 0.0
    for study in studies:
        for loan in study.loans:
            yield study, loan, ("rate",), loan.rate, 0.0
        for name, rate in study.growth.items():
            yield study, study, ("growth", name), rate, -1.0


@rule("CPA625", "warning", "feasibility")
def life_shorter_than_depreciation(analysis: Analysis) -> Iterator[Issue]:
    """A project lives shorter than it is written off, and no rule says what becomes of the rest.

    What: Where the life of a study is shorter than its depreciation period, `depreciation: {rest: …}` says whether the book value left at the end is written off or lost; it is written off where nothing is said.

    Why: The tax of the last year, and with it NPV and IRR, depend on it.

    Example: life: 5 a with depreciation_period: 10 a

    Remedy: Add `depreciation: {rest: written_off}` or `{rest: lost}`, or shorten the depreciation period.

    Source: Docs, options, §4.
    """
    stated = conventions(analysis.audit)
    for study in analysis.audit.phase("feasibility").studies:
        period = study.depreciation_period or (stated.depreciation_period if stated is not None else None)
        life, years = years_of(study.life, analysis.audit.calendar), years_of(period, analysis.audit.calendar)
        if life is None or years is None or not 0 < life < years - _CLOSE or study.net_cash_flow is not None:
            continue
        tax = study.tax_rate or (stated.tax_rate if stated is not None else None)
        if tax is None or tax.value == 0 or study.salvage is not None or is_constant(analysis.audit, study):
            continue
        rule_given = study.depreciation is not None and (study.depreciation.rest or study.depreciation.method == "none")
        if not rule_given:
            yield Issue(
                _(
                    "{id} lives {life} a and is written off over {years} a; what becomes of the rest is not said",
                    id=study.option,
                    life=f"{life:g}",
                    years=f"{years:g}",
                ),
                analysis.audit.places.of(study, "life"),
                _("add `depreciation: {rest: written_off}` or `{rest: lost}`, or a shorter `depreciation_period`"),
            )


@rule("CPA626", "error", "feasibility")
def terms_of_a_study(analysis: Analysis) -> Iterator[Issue]:
    """A term of the cash flow is impossible.

    What: The rates of a depreciation table add up to at most 100 %; `growth`, `vat.parts` and `doubts` name parts that there are, those of audit.yaml included; the low end of a distribution lies below its high end, and not below −100 %; loans and credits are not more than the investment; nothing is stated that a given cash flow already contains.

    Why: A term that is not understood would leave the cash flow as it is, without a word.

    Example: growth: {gas: 2 %}

    Remedy: Correct the key that the message names.

    Source: Docs, options, §4 and §6.
    """
    places = analysis.audit.places
    stated = conventions(analysis.audit)
    for holder in (*analysis.audit.phase("feasibility").studies, *((stated,) if stated is not None else ())):
        for name in holder.vat.parts if holder.vat is not None else ():
            if name not in PARTS:
                yield Issue(_no_part(name), places.of(holder, "vat", "parts"), _parts_hint(PARTS))
        for doubt in holder.doubts:
            if doubt.low.to("") >= doubt.high.to(""):
                yield Issue(_("the low end is not below the high end"), places.of(doubt, "low"))
            elif holder is stated and doubt.input not in ECONOMIC_INPUTS:
                yield Issue(
                    _("no study has an input `{name}`", name=doubt.input),
                    places.of(doubt, "input"),
                    _parts_hint(ECONOMIC_INPUTS),
                )
    for result in analysis.studies:
        yield from _terms(analysis, result)


def _terms(analysis: Analysis, result: StudyResult) -> Iterator[Issue]:
    places, study = analysis.audit.places, result.study
    written = study.depreciation
    if written is not None and written.method == "table":
        total = sum(rate.to("") for rate in written.rates)
        if not written.rates:
            yield Issue(_("a depreciation by table states its `rates`"), places.of(study, "depreciation", key=True))
        elif total > 1 + _CLOSE:
            message = _("the `rates` of the depreciation add up to {total} %", total=f"{total * 100:g}")
            yield Issue(message, places.of(study, "depreciation", "rates", key=True))
    parts = [name for name in PARTS if study.operation is not None and getattr(study.operation, name) is not None]
    for name in study.growth:
        if name != "all" and name not in parts:
            yield Issue(_no_part(name), places.of(study, "growth", name, key=True), _parts_hint(("all", *parts)))
    unit = analysis.money_unit
    if study.net_cash_flow is not None:
        idle = [key for key in _IDLE if getattr(study, key)]
        if idle:
            message = _("`net_cash_flow` is after tax and goes before {keys}, which have no effect", keys=listed(idle))
            yield Issue(message, places.of(study, "net_cash_flow", key=True))
    credit = money(study.vat_credit, unit)
    if credit is not None and study.net_cash_flow is None:
        if result.plan is not None and not result.plan.vat_rate:
            yield Issue(_("without `vat` the credit never comes back"), places.of(study, "vat_credit"))
        elif credit > result.investment.construction:
            yield Issue(_("the credit is more than the construction costs"), places.of(study, "vat_credit"))
    for loan in study.loans:
        if loan.amount.to(unit) > result.investment.total * (1 + _CLOSE):
            yield Issue(_("the loan is more than the investment"), places.of(loan, "amount"))
        grace = years_of(loan.grace, analysis.audit.calendar) or 0.0
        term = years_of(loan.term, analysis.audit.calendar)
        if term is not None and grace >= term > 0:
            yield Issue(_("nothing is left of the term after the years without repayment"), places.of(loan, "grace"))
    known = _known_inputs(result)
    for doubt in study.doubts:
        if doubt.low.to("") < -1:
            yield Issue(_("an input cannot fall by more than 100 %"), places.of(doubt, "low"))

        if known and doubt.input not in known and doubt.low.to("") < doubt.high.to(""):
            message = _("the study has no input `{name}`", name=doubt.input)
            yield Issue(message, places.of(doubt, "input"), _parts_hint(known))


_IDLE = ("operation", "growth", "depreciation", "vat", "vat_credit", "losses", "tax_rate")
"""What a cash flow that is given directly already contains."""


def _no_part(name: str) -> Message:
    return _("`operation` has no part {names}", names=f"`{name}`")


def _parts_hint(names: Iterable[str]) -> Message:
    return _("there are: {names}", names=listed(list(names)))


def _known_inputs(result: StudyResult) -> tuple[str, ...]:
    if result.plan is None or result.appraisal is None:
        return ()
    names = inputs_of(Project(result.plan, result.appraisal.discount_rate))
    return tuple(dict.fromkeys((*names, *(part.name for part in result.plan.parts))))


@rule("CPA627", "warning", "feasibility")
def constant_although_not(analysis: Analysis) -> Iterator[Issue]:
    """A constant cash flow is asked for, but the study says that it is not constant.

    What: `method: constant` stands beside a building period, loans, another depreciation, a life unlike the depreciation period, or loss years that are carried forward.

    Why: The handbook's shortcut ignores them; NPV and IRR would be those of another project.

    Example: method: constant with building: 6 month

    Remedy: Delete `method`, so that the cash flow is computed year by year, or delete the key.

    Source: Docs, options, §4.
    """
    for study in analysis.audit.phase("feasibility").studies:
        keys = yearly_reasons(analysis.audit, study)
        if keys and is_constant(analysis.audit, study):
            place = analysis.audit.places.of(study, "method") or analysis.audit.places.of(study, "option")
            yield Issue(
                _("{id}: the constant cash flow leaves `{key}` out of account", id=study.option, key=keys[0]), place
            )


@rule("CPA629", "warning", "feasibility")
def building_interest_differs(analysis: Analysis) -> Iterator[Issue]:
    """The interest while building is not what the loans cost.

    What: `interest` of form 5-1 differs by more than 10 % from the interest on the loans until operation starts.

    Why: Form 5-1 and the terms of the loans would contradict each other.

    Example: interest: 3 万元 beside a loan of 100 万元 at 4 % over a building period of 6 months

    Remedy: Leave `interest` out, so that it is computed, or correct loan, rate or building period.

    Source: Form 5-1; docs, options, §4.
    """
    unit = analysis.money_unit
    for result in analysis.studies:
        stated = money(result.study.investment.interest, unit)
        if stated is None or result.plan is None or not result.plan.debts:
            continue
        computed = building_interest(result.plan)
        if abs(stated - computed) > max(0.1 * max(stated, computed), 0.05):
            yield Issue(
                _(
                    "{id}: interest while building {stated} {unit}, but the loans cost {computed} until operation starts",
                    id=result.study.option,
                    stated=f"{stated:g}",
                    unit=unit,
                    computed=f"{computed:.3g}",
                ),
                analysis.audit.places.of(result.study, "investment", "interest"),
            )


@rule("CPA632", "note", "feasibility")
def rate_not_unique(analysis: Analysis) -> Iterator[Issue]:
    """A study has no single internal rate of return.

    What: The cash flow changes its sign more than once, and several rates, or none, make its NPV zero; the rule IRR ≥ discount rate is then not judged.

    Why: Taking one of several rates would be arbitrary.

    Example: −1000, 2300, −1320: 10 % and 20 %

    Remedy: Decide by NPV, and say so in the conclusion; `cpa appraise --show-work` prints the profile.

    Source: Docs, options, §5.
    """
    for result in analysis.studies:
        found = result.appraisal
        if found is not None and found.roots.status == "multiple":
            rates = listed([f"{rate * 100:.2f} %" for rate in found.roots.rates])
            yield Issue(
                _("{id} has several internal rates of return: {rates}", id=result.study.option, rates=rates),
                analysis.audit.places.of(result.study, "option"),
            )


@rule("CPA633", "warning", "feasibility")
def immature_technology(analysis: Analysis) -> Iterator[Issue]:
    """An option is recommended although its technology is not proven.

    What: A recommended option of the stage `laboratory` or `pilot` gives a reason; one that is called mature or demonstrated names a reference plant, or says what is known of it.

    Why: Maturity and references are the first question of the technical assessment.

    Example: stage: pilot with recommendation: recommended

    Remedy: Defer the option, add `references`, or give `reason`.

    Source: Handbook, step 5.3.
    """
    for result in analysis.studies:
        study, found = result.study, result.study.technical
        if study.recommendation != "recommended" or found is None:
            continue
        if found.stage in ("laboratory", "pilot") and not study.reason:
            yield Issue(
                _(
                    "{id} is recommended, but its technology is only at the stage of {stage}",
                    id=study.option,
                    stage=label(STAGES, found.stage),
                ),
                analysis.audit.places.of(found, "stage"),
            )
        elif found.stage in ("demonstration", "mature") and not found.references and not found.maturity:
            yield Issue(
                _("{id}: no reference plant shows that the technology is proven", id=study.option),
                analysis.audit.places.of(found, "stage"),
            )


@rule("CPA634", "warning", "feasibility")
def assessment_missing(analysis: Analysis) -> Iterator[Issue]:
    """A recommended option lacks its technical or environmental assessment, or says nothing of secondary pollution.

    What: A recommended option has both assessments, and the environmental one names secondary pollution or the wastes that the option brings forth.

    Why: An option that moves pollution elsewhere is no gain; evaluators ask for it.

    Example: a recommended study without `environmental`

    Remedy: Add `technical`, `environmental`, and `secondary:` in it.

    Source: Handbook, steps 5.3 and 5.4.
    """
    for result in analysis.studies:
        study = result.study
        if study.recommendation != "recommended":
            continue
        place = analysis.audit.places.of(study, "recommendation")
        missing = [f"`{key}`" for key in ("technical", "environmental") if getattr(study, key) is None]
        if missing:
            yield Issue(_("{id} is recommended without {keys}", id=study.option, keys=listed(missing)), place)
        elif study.environmental is not None and not (study.environmental.secondary or study.environmental.new_wastes):
            yield Issue(
                _("{id}: nothing is said of secondary pollution", id=study.option),
                analysis.audit.places.of(study, "environmental", key=True),
                _("write `secondary: none` where there is none"),
            )
