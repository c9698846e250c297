"""Phases 4 and 5: classes, screening, benefits and the financial assessment of options."""

import math
import re
from typing import Literal

import msgspec

from cpa.audit import Audit
from cpa.messages import Message, _
from cpa.methods.economics import Appraisal, appraise
from cpa.methods.ranking import Ranking, weighted_sum
from cpa.schema.feasibility import Investment, Operation, Study
from cpa.schema.options import Option
from cpa.schema.quantity import Quantity
from cpa.schema.types import CostClass
from cpa.schema.units import Calendar, UnitError

Verdict = Literal["feasible", "later", "infeasible"]

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


class OptionResult(msgspec.Struct, frozen=True):
    """An option with what follows from its figures, money in the audit's unit.

    `priced_benefit` is Σ savings × price − running cost where every saving has a price, else None.
    """

    option: Option
    cost_class: CostClass | None
    investment: float
    benefit: float | None
    priced_benefit: float | None
    verdict: Verdict | None
    failed: tuple[str, ...]


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key by which F2 stands before F10."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", name) if part)


def money_unit(audit: Audit) -> str:
    return audit.identity.money_unit if audit.identity is not None else "万元"


def money(quantity: Quantity | None, unit: str) -> float | None:
    """An amount of money in `unit`."""
    return None if quantity is None else quantity.to(unit)


def money_a_year(quantity: Quantity | None, unit: str, calendar: Calendar) -> float | None:
    """Money a year in `unit`/a; None too where a rate by day or batch would need a calendar that is not given (CPA312)."""
    return None if quantity is None else quantity.fitted(f"{unit}/a", calendar)


def years_of(quantity: Quantity, calendar: Calendar) -> float | None:
    """A duration in years, on the same terms."""
    return quantity.fitted("a", calendar)


def option_results(audit: Audit) -> tuple[OptionResult, ...]:
    """Every option, F2 before F10."""
    unit, calendar = money_unit(audit), audit.calendar
    prices = {price.id: price.price for price in audit.identity.prices} if audit.identity is not None else {}
    results = []
    for option in sorted(audit.phase("options").options, key=lambda option: natural(option.id)):
        failed = tuple(
            name
            for name in ("technical", "environmental", "economic", "implementable")
            if option.comparison is not None and not getattr(option.comparison, name)
        )
        computed: Verdict | None = None if option.comparison is None else "infeasible" if failed else "feasible"
        results.append(
            OptionResult(
                option,
                cost_class(audit, option),
                option.investment.to(unit),
                money_a_year(option.benefit, unit, calendar),
                _priced(option, prices, unit, calendar),
                option.verdict or computed,
                failed,
            )
        )
    return tuple(results)


def cost_class(audit: Audit, option: Option) -> CostClass | None:
    """The class as stated, or by the audit's thresholds; None where there are none."""
    if option.cost_class is not None:
        return option.cost_class
    limits = audit.identity.cost_classes if audit.identity is not None else None
    if limits is None:
        return None
    amount = option.investment.to("元")
    if amount == 0:
        return "none"
    if amount < limits.low.to("元"):
        return "low"
    return "medium" if amount < limits.medium.to("元") else "high"


def _priced(option: Option, prices: dict[str, Quantity], unit: str, calendar: Calendar) -> float | None:
    if not option.savings or any(saving.price not in prices for saving in option.savings):
        return None
    parts = []
    for saving in option.savings:
        price = prices[saving.price]
        try:
            product = Quantity(saving.amount.value * price.value, saving.amount.unit.times(price.unit))
            parts.append(product.to(f"{unit}/a", calendar))
        except UnitError:
            return None
    if option.operating_cost is not None:
        cost = money_a_year(option.operating_cost, unit, calendar)
        if cost is None:
            return None
        parts.append(-cost)
    return math.fsum(parts)


def screening_ranking(audit: Audit) -> Ranking | None:
    """Form 4-3; None without a screening section. Options in the order of the option list."""
    screening = audit.phase("options").screening
    if screening is None:
        return None
    order = [option.id for option in audit.phase("options").options if option.id in screening.scores]
    names = [*order, *(name for name in screening.scores if name not in order)]
    return weighted_sum(screening.factors, {name: screening.scores[name] for name in names})


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
    discount rate; a rule that cannot be judged is left out.
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


def study_results(audit: Audit) -> tuple[StudyResult, ...]:
    """Every feasibility study, F2 before F10."""
    options = {option.id: option for option in audit.phase("options").options}
    studies = sorted(audit.phase("feasibility").studies, key=lambda study: natural(study.option))
    return tuple(_study_result(audit, study, options.get(study.option)) for study in studies)


def _study_result(audit: Audit, study: Study, option: Option | None) -> StudyResult:
    unit, calendar = money_unit(audit), audit.calendar
    conventions = audit.identity.economics if audit.identity is not None else None
    invested = investment_sum(study.investment, unit)
    operated = operation_sum(study.operation, unit, calendar) if study.operation is not None else None
    own_class = cost_class(audit, option) if option is not None else None
    saving = operated.saving if operated is not None else None
    if saving is None and study.net_cash_flow is None and option is not None:
        saving = money_a_year(option.benefit, unit, calendar)
    tax = study.tax_rate or (conventions.tax_rate if conventions else None)
    rate = study.discount_rate or (conventions.discount_rate if conventions else None)
    period = study.depreciation_period or (conventions.depreciation_period if conventions else None)
    limit = None
    if conventions is not None and conventions.payback_limits is not None and own_class in ("medium", "high"):
        limit = years_of(getattr(conventions.payback_limits, own_class), calendar)
    reason = None
    if rate is None:
        reason = _("no discount rate is given")
    elif tax is None and study.net_cash_flow is None:
        reason = _("no tax rate is given")
    elif saving is None and study.net_cash_flow is None:
        reason = _("neither running cost and revenue nor a cash flow is given")
    elif invested.total <= 0:
        reason = _("the investment adds up to nothing")
    elif not -1 < rate.to("") < math.inf:
        reason = _("the discount rate {rate} is impossible", rate=rate.format())
    elif years_of(study.life, calendar) is None or (period is not None and years_of(period, calendar) is None):
        reason = _("life and depreciation period cannot be given in years without a calendar")
    elif study.life.value <= 0 or (period is not None and period.value <= 0):
        reason = _("life and depreciation period must be longer than zero")
    if reason is not None or rate is None:
        return StudyResult(study, option, own_class, invested, operated, None, reason, limit)
    life = years_of(study.life, calendar) or 0.0
    result = appraise(
        investment=invested.total,
        saving=saving if study.net_cash_flow is None else None,
        cash_flow=money_a_year(study.net_cash_flow, unit, calendar),
        depreciation_years=(years_of(period, calendar) if period is not None else None) or life,
        life=life,
        tax_rate=tax.to("") if tax is not None else 0.0,
        discount_rate=rate.to(""),
    )
    return StudyResult(study, option, own_class, invested, operated, result, None, limit, _judged(result, limit))


def _judged(result: Appraisal, limit: float | None) -> tuple[tuple[str, bool], ...]:
    rules = [("npv", result.npv >= 0), ("irr", result.irr is not None and result.irr >= result.discount_rate)]
    if limit is not None:
        rules.insert(0, ("payback", result.payback is not None and result.payback <= limit))
    return tuple(rules)
