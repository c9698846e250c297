"""The 41 work tables of the handbook's set (domain notes §2), by number, and the further tables of the report."""

from collections.abc import Callable

from cpa.analysis import Analysis
from cpa.messages import _
from cpa.tables import (
    assessment,
    benchmark,
    compulsory,
    continuation,
    disclosure,
    doubt,
    economics,
    energy,
    feasibility,
    focus,
    implementation,
    options,
    origins,
    packages,
    planning,
    potential,
    preassessment,
    screening,
    site,
    status,
)
from cpa.tables.build import number, report, text
from cpa.tables.model import Cell, Table

FORMS: dict[str, Callable[[Analysis], Table]] = {
    "1-1": planning.members, "1-2": planning.plan,
    "2-1": status.profile, "2-2": status.documents, "2-3": status.inputs, "2-4": status.products, "2-5": status.wastes,
    "2-6": status.hazardous_inputs, "2-7": status.product_sheets, "2-8": status.waste_sheets, "2-9": site.compliance,
    "2-10": preassessment.source_causes, "2-11": preassessment.candidates, "2-12": focus.ranking, "2-13": preassessment.targets,
    "3-1": assessment.documents, "3-2": assessment.units, "3-3": assessment.points, "3-4": assessment.readings, "3-5": assessment.causes,
    "4-1": options.suggestions, "4-2": options.options, "4-3": screening.screening, "4-4": options.verdicts, "4-5": options.sheets, "4-6": options.results,
    "5-1": feasibility.investment, "5-2": feasibility.operation, "5-3": economics.indicators, "5-4": feasibility.summaries,
    "6-1": implementation.schedule, "6-2": implementation.effects_no_low, "6-3": implementation.effects_medium_high, "6-4": implementation.money_no_low,
    "6-5": implementation.money_medium_high, "6-6": implementation.totals, "6-7": implementation.checked, "6-8": implementation.design_and_actual, "6-9": implementation.indicators,
    "7-1": continuation.organisation, "7-2": continuation.next_steps,
}  # fmt: skip

REPORT_TABLES: dict[str, Callable[[Analysis], Table]] = {
    "training": planning.training, "barriers": planning.barriers, "monitoring": site.monitoring, "equipment": site.equipment,
    "visits": site.visits, "policies": site.policies, "benchmark": benchmark.benchmark, "benchmark-after": benchmark.benchmark_after,
    "benchmark-levels": benchmark.summary, "benchmark-classes": benchmark.classes, "benchmark-counts": benchmark.counts,
    "focus": focus.order, "focus-robustness": focus.by_candidate, "focus-weights": focus.by_weight, "focus-experts": focus.experts, "focus-scores": focus.expert_scores,
    "potentials": potential.potentials, "potential-aspects": potential.aspects, "potential-streams": potential.streams,
    "energy": energy.energy, "energy-calorific": energy.calorific, "energy-equivalent": energy.equivalent, "energy-products": energy.energy_products, "energy-workshops": energy.energy_workshops, "water": energy.water,
    "specifics": status.specifics, "grounds": compulsory.grounds, "timeline": compulsory.timeline, "elimination": compulsory.elimination, "disclosure": disclosure.disclosure,
    "comparison": screening.comparison, "screening-robustness": screening.by_option, "screening-weights": screening.by_weight, "screening-experts": screening.experts, "screening-scores": screening.expert_scores, "screening-methods": screening.cross_checks,
    "options-coverage": origins.coverage, "options-suggested": origins.suggestions, "option-effects": origins.effects, "savings": options.savings, "variants": feasibility.variants,
    "economics": economics.economics, "further-indicators": economics.further, "cash-flow": economics.cash_flow, "sensitivity": doubt.sensitivity, "swings": doubt.swings, "monte-carlo": doubt.monte_carlo,
    "technical": feasibility.technical, "environmental": feasibility.environmental, "packages": packages.packages, "package-prices": packages.conditions, "abatement": packages.abatement, "funds": implementation.funds, "attainment": implementation.attainment, "saved": implementation.saved, "verification": implementation.verification, "next-round": continuation.next_round, "approvals": continuation.approvals, "rules": continuation.rules,
}  # fmt: skip


TABLES = {**FORMS, **REPORT_TABLES}


def table(analysis: Analysis, name: str) -> Table:
    """A work table by number or a report table by name. Raises KeyError for any other name."""
    return TABLES[name](analysis)


def index(analysis: Analysis) -> Table:
    """All tables with their titles and how many rows the audit gives them."""
    rows: list[tuple[Cell, ...]] = []
    for name in TABLES:
        made = table(analysis, name)
        rows.append((name, made.title, len(made.rows)))
    columns = (text("name", _("Name")), text("title", _("Title"), wide=True), number("rows", _("Rows"), 0))
    return report("tables", _("Tables"), columns, rows)
