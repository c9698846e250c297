"""Phase 5: the financial assessment of the studied options (docs/spec-options.md §4, §5)."""

import math
from typing import Literal, cast

import msgspec

from cpa.analysis.money import conventions, money, money_a_year, money_unit, natural, years_of
from cpa.analysis.options import OptionResult, cost_class, option_results
from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.cashflow import Debt, Part, Plan, WriteOff
from cpa.methods.economics import Appraisal, appraise, appraise_yearly
from cpa.schema.feasibility import Investment, Operation, Study
from cpa.schema.options import Option
from cpa.schema.types import CostClass, Vat
from cpa.schema.units import Calendar

CONSTRUCTION = (
    "equipment",
    "site",
    "utilities",
    "licences",
    "land",
    "capacity_fee",
    "preparation",
    "management",
    "training",
    "commissioning",
    "contingency",
)
WORKING_CAPITAL = ("materials", "in_process", "finished", "cash", "receivable")
REVENUE = ("output", "quality", "fiscal", "other_revenue")
COST_REDUCTION = ("materials", "energy", "maintenance", "other_cost", "disposal", "sales")
PARTS = (*REVENUE, *COST_REDUCTION)
_ALL = "all"


class InvestmentSum(msgspec.Struct, frozen=True):
    """Form 5-1 added up: construction, interest, working capital, subsidy, and the total I."""

    construction: float
    interest: float
    working_capital: float
    subsidy: float
    total: float


def investment_sum(investment: Investment, unit: str) -> InvestmentSum:
    """I = construction + interest while building + working capital − subsidy (form 5-1)."""

    def part(name: str) -> float:
        return money(getattr(investment, name), unit) or 0.0

    construction = math.fsum(map(part, CONSTRUCTION))
    working = math.fsum((*map(part, WORKING_CAPITAL), -part("payable")))
    return InvestmentSum(
        construction,
        part("interest"),
        working,
        part("subsidy"),
        math.fsum((construction, part("interest"), working, -part("subsidy"))),
    )


class OperationSum(msgspec.Struct, frozen=True):
    """Form 5-2 added up: more revenue, less running cost, and P."""

    revenue: float
    cost_reduction: float
    saving: float


def operation_sum(operation: Operation, unit: str, calendar: Calendar) -> OperationSum:
    """P = increase of revenue + decrease of running cost (form 5-2), in `unit` a year."""

    def part(name: str) -> float:
        return money_a_year(getattr(operation, name), unit, calendar) or 0.0

    revenue, reduction = math.fsum(map(part, REVENUE)), math.fsum(map(part, COST_REDUCTION))
    return OperationSum(revenue, reduction, math.fsum((revenue, reduction)))


class StudyResult(msgspec.Struct, frozen=True):
    """A study with its sums and indicators; `appraisal` None with the reason where something is missing.

    `passes` judges by the handbook's rules: payback within the limit of the class, NPV ≥ 0, IRR ≥ the
    discount rate; a rule that cannot be judged is left out. `plan` is what the appraisal rests on, for questions of doubt.
    """

    study: Study
    option: Option | None
    cost_class: CostClass | None
    investment: InvestmentSum
    operation: OperationSum | None
    appraisal: Appraisal | None
    reason: Message | None
    payback_limit: float | None
    passes: tuple[tuple[str, bool], ...] = ()
    plan: Plan | None = None
    reason_at: str = "option"
    """The key of the study at which the reason stands."""


class _Terms(msgspec.Struct, frozen=True):
    """Rates and durations of a study, its own or by the audit's conventions."""

    tax: float
    rate: float
    life: float
    period: float
    reinvestment: float | None


def study_results(audit: Audit) -> tuple[StudyResult, ...]:
    """Every feasibility study, F2 before F10."""
    options = {result.option.id: result for result in option_results(audit)}
    studies = sorted(audit.phase("feasibility").studies, key=lambda study: natural(study.option))
    return tuple(_study_result(audit, study, options.get(study.option)) for study in studies)


def _study_result(audit: Audit, study: Study, known: OptionResult | None) -> StudyResult:
    unit, calendar = money_unit(audit), audit.calendar
    option = known.option if known is not None else None
    invested = investment_sum(study.investment, unit)
    operated = operation_sum(study.operation, unit, calendar) if study.operation is not None else None
    own_class = cost_class(audit, option) if option is not None else None
    limit = _limit(audit, own_class)
    saving = operated.saving if operated is not None else None
    if saving is None and study.net_cash_flow is None and known is not None:
        saving = known.money if known.benefit is None else known.benefit
    terms = _terms(audit, study, saving, invested)
    if isinstance(terms, Message):
        return StudyResult(study, option, own_class, invested, operated, None, terms, limit)
    flow = money_a_year(study.net_cash_flow, unit, calendar)
    plan = _plan(audit, study, terms, saving=saving, flow=flow)
    if is_constant(audit, study):
        result = appraise(
            investment=invested.total,
            saving=saving if flow is None else None,
            cash_flow=flow,
            depreciation_years=terms.period,
            life=round(terms.life),
            tax_rate=terms.tax,
            discount_rate=terms.rate,
            reinvestment_rate=terms.reinvestment,
        )
    else:
        try:
            result = appraise_yearly(
                plan, terms.rate, investment=invested.total, saving=saving if flow is None else None,
                reinvestment_rate=terms.reinvestment,
            )  # fmt: skip
        except ValueError:
            reason = _("the shares of `outlay` do not add up to 100 %")
            return StudyResult(study, option, own_class, invested, operated, None, reason, limit, reason_at="outlay")
        if result.statement is not None and plan.interest is None:
            interest = float(result.statement.interest)
            total = math.fsum((invested.total, interest))
            invested = msgspec.structs.replace(invested, interest=interest, total=total)
            result = msgspec.structs.replace(result, investment=total)
    return StudyResult(study, option, own_class, invested, operated, result, None, limit, _judged(result, limit), plan)


def _limit(audit: Audit, own_class: CostClass | None) -> float | None:
    stated = conventions(audit)
    if stated is None or stated.payback_limits is None or own_class not in ("medium", "high"):
        return None
    return years_of(getattr(stated.payback_limits, own_class), audit.calendar)


def _terms(audit: Audit, study: Study, saving: float | None, invested: InvestmentSum) -> _Terms | Message:
    """Rates and durations, or why the study cannot be computed."""
    stated, calendar = conventions(audit), audit.calendar
    tax = study.tax_rate or (stated.tax_rate if stated else None)
    rate = study.discount_rate or (stated.discount_rate if stated else None)
    period = study.depreciation_period or (stated.depreciation_period if stated else None)
    if rate is None:
        return _("no discount rate is given")
    if tax is None and study.net_cash_flow is None:
        return _("no tax rate is given")
    if saving is None and study.net_cash_flow is None:
        return _("neither running cost and revenue nor a cash flow is given")
    if invested.total <= 0:
        return _("the investment adds up to nothing")
    if not -1 < rate.to("") < math.inf:
        return _("the discount rate {rate} is impossible", rate=rate.format())
    life = years_of(study.life, calendar)
    years = life if period is None else years_of(period, calendar)
    if life is None or years is None:
        return _("life and depreciation period cannot be given in years without a calendar")
    if life <= 0 or years <= 0:
        return _("life and depreciation period must be longer than zero")
    reinvestment = stated.reinvestment_rate.to("") if stated and stated.reinvestment_rate is not None else None
    if reinvestment is not None and reinvestment <= -1:
        return _("the reinvestment rate {rate} % is impossible", rate=f"{reinvestment * 100:g}")
    if any(rate.to("") <= -1 for rate in (*study.growth.values(), *(loan.rate for loan in study.loans))):
        return _("a yearly change of price, or a rate of interest, of -100 % or less is impossible")
    spans = (study.building, study.delay, *(span for loan in study.loans for span in (loan.term, loan.grace)))
    durations = [years_of(span, calendar) for span in spans if span is not None]
    if any(span is None for span in durations):
        return _("a duration cannot be given in years without a calendar")
    if life + math.fsum(span or 0.0 for span in durations) > _LONGEST:
        return _("life and building period are longer than {years} years", years=_LONGEST)
    return _Terms(tax.to("") if tax is not None else 0.0, rate.to(""), life, years, reinvestment)


_LONGEST = 200


YEARLY = (
    "building", "delay", "outlay", "ramp", "growth", "depreciation", "salvage", "losses", "vat", "vat_credit", "loans",
)  # fmt: skip
"""What only a cash flow year by year knows."""


_CONTAINED = ("growth", "depreciation", "losses", "vat", "vat_credit")
"""What a cash flow that is given directly already contains."""


def yearly_reasons(audit: Audit, study: Study) -> tuple[str, ...]:
    """Why the constant F of the handbook would be wrong for a study: the keys that say so; empty where it would not."""
    stated = conventions(audit)
    given = study.net_cash_flow is not None
    found = dict.fromkeys(key for key in YEARLY if getattr(study, key) and not (given and key in _CONTAINED))
    if stated is not None and stated.losses != "lost" and not given:
        found["losses"] = None
    if stated is not None and stated.vat is not None and not given:
        found["vat"] = None
    life = years_of(study.life, audit.calendar) or 0.0
    if abs(life - round(life)) > _WHOLE:
        found["life"] = None
    period = years_of(study.depreciation_period or (stated.depreciation_period if stated else None), audit.calendar)
    tax = study.tax_rate or (stated.tax_rate if stated else None)
    taxed = study.net_cash_flow is None and tax is not None and tax.value != 0
    if period is not None and abs(period - life) > _WHOLE and taxed:
        found["depreciation_period"] = None
    return tuple(found)


_WHOLE = 1e-9


def is_constant(audit: Audit, study: Study) -> bool:
    """Whether the handbook's constant F is computed: where the study, or the audit, says so, or where it is exact."""
    stated = conventions(audit)
    method = study.method or (stated.method if stated is not None else None)
    life = years_of(study.life, audit.calendar) or 0.0
    whole = abs(life - round(life)) <= _WHOLE
    return whole if method == "constant" else method is None and not yearly_reasons(audit, study)


def _plan(audit: Audit, study: Study, terms: _Terms, *, saving: float | None, flow: float | None) -> Plan:
    """The study in the words of the cash flow; with constant F everything is written off and nothing comes back."""
    unit, stated = money_unit(audit), conventions(audit)
    invested = investment_sum(study.investment, unit)
    parts = _parts(audit, study, saving if flow is None else flow)
    if is_constant(audit, study):
        share = 1 / terms.period
        write_off = WriteOff("table", terms.period, 0.0, (share,) * round(terms.life), rest_deducted=False)
        if flow is not None:
            return Plan(invested.total, parts, terms.life, WriteOff("none", terms.period), 0.0)
        return Plan(invested.total, parts, terms.life, write_off, terms.tax)
    vat = _vat(audit, study)
    debts = tuple(
        Debt(
            loan.amount.to(unit),
            loan.rate.to(""),
            years_of(loan.term, audit.calendar) or 0.0,
            loan.repayment,
            years_of(loan.grace, audit.calendar) or 0.0,
        )
        for loan in study.loans
    )
    return Plan(
        construction=invested.construction,
        parts=parts,
        life=terms.life,
        write_off=_write_off(study, terms) if flow is None else WriteOff("none", terms.period),
        tax_rate=terms.tax if flow is None else 0.0,
        interest=None if debts and study.investment.interest is None else invested.interest,
        working_capital=invested.working_capital,
        subsidy=invested.subsidy,
        start=(years_of(study.building, audit.calendar) or 0.0) + (years_of(study.delay, audit.calendar) or 0.0),
        outlay=tuple(share.to("") for share in study.outlay) or (1.0,),
        ramp=tuple(share.to("") for share in study.ramp),
        salvage=money(study.salvage, unit),
        vat_rate=vat.rate.to("") if vat is not None else 0.0,
        vat_credit=money(study.vat_credit, unit) or 0.0,
        surcharge=vat.surcharge.to("") if vat is not None and vat.surcharge is not None else 0.0,
        losses=study.losses or (stated.losses if stated is not None else "lost"),
        carry_years=stated.carry_years if stated is not None else 5,
        debts=debts,
    )


def _vat(audit: Audit, study: Study) -> Vat | None:
    stated = conventions(audit)
    return study.vat or (stated.vat if stated is not None else None)


def _write_off(study: Study, terms: _Terms) -> WriteOff:
    stated = study.depreciation
    if stated is None:
        return WriteOff("straight_line", terms.period)
    return WriteOff(
        stated.method,
        terms.period,
        stated.residual.to("") if stated.residual is not None else 0.0,
        tuple(rate.to("") for rate in stated.rates),
        stated.rest != "lost",
    )


def _parts(audit: Audit, study: Study, whole: float | None) -> tuple[Part, ...]:
    """The parts of form 5-2 without VAT; one part where only their sum is known."""
    unit, vat = money_unit(audit), _vat(audit, study)
    growth = {name: rate.to("") for name, rate in study.growth.items()}
    if study.operation is None or study.net_cash_flow is not None:
        return (Part("saving", whole or 0.0, growth.get(_ALL, 0.0) if study.net_cash_flow is None else 0.0),)
    parts = []
    for name in PARTS:
        amount = money_a_year(getattr(study.operation, name), unit, audit.calendar)
        if not amount:
            continue
        taxed = vat is not None and name in vat.parts
        if vat is not None and taxed and vat.prices == "included":
            amount /= 1 + vat.rate.to("")
        parts.append(Part(name, amount, growth.get(name, growth.get(_ALL, 0.0)), taxed))
    return tuple(parts) or (Part("saving", 0.0),)


def _judged(result: Appraisal, limit: float | None) -> tuple[tuple[str, bool], ...]:
    """The rules of decision; the IRR is judged where the flows turn from cost to benefit once, or never pay at all."""
    rules = [("npv", result.npv >= 0)]
    if result.roots.conventional and result.irr is not None:
        rules.append(("irr", result.irr >= result.discount_rate))
    elif not result.roots.rates:
        rules.append(("irr", False))
    if limit is not None:
        rules.insert(0, ("payback", result.payback is not None and result.payback <= limit))
    return tuple(rules)


class CostPer(msgspec.Struct, frozen=True):
    """What avoiding a unit of a resource, of coal equivalent or of CO₂ costs: − annual worth / amount a year."""

    name: str
    unit: str
    amount: float
    cost: float


Basis = Literal["study", "conventions"]


class Worth(msgspec.Struct, frozen=True):
    """NPV and annual worth of an option, from its study, or by the audit's conventions where it has none."""

    npv: float
    annual: float
    basis: Basis


def worth_of(audit: Audit, study: StudyResult | None, investment: float, benefit: float | None) -> Worth | None:
    """What an option is worth; without a study its benefit over the depreciation period, at the audit's rates."""
    if study is not None:
        found = study.appraisal
        return None if found is None or found.annual_worth is None else Worth(found.npv, found.annual_worth, "study")
    stated = conventions(audit)
    years = years_of(stated.depreciation_period, audit.calendar) if stated is not None else None
    if stated is None or years is None or benefit is None or years < 1:
        return None
    rate = stated.discount_rate.to("")
    if not 0 <= rate < 1:
        return None
    found = appraise(
        investment=investment,
        saving=benefit,
        depreciation_years=years,
        life=round(years),
        tax_rate=stated.tax_rate.to(""),
        discount_rate=rate,
    )
    return Worth(found.npv, cast("float", found.annual_worth), "conventions")
