"""Forms 4-1 to 4-6."""

import math

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.options import OptionResult
from cpa.messages import Message, _, listed
from cpa.schema.labels import CATEGORIES, COST_CLASSES, STATUS, label
from cpa.schema.options import Saving
from cpa.tables.build import NAME, form, in_unit, number, report, resource_names, summed, text, turned, words
from cpa.tables.model import Cell, Table


def suggestions(analysis: Analysis) -> Table:
    """4-1."""
    rows = [
        (item.name, item.department, item.phone, item.content, item.benefit, item.expense, item.opinion)
        for item in analysis.audit.phase("preassessment").suggestions
    ]
    columns = (
        text("name", _("Full name")),
        text("department", _("Department")),
        text("phone", _("Telephone")),
        text("content", _("Suggestion"), wide=True),
        text("benefit", _("Estimated benefit")),
        text("expense", _("Estimated expense")),
        text("opinion", _("Opinion of the audit group")),
    )
    return form("4-1", _("Suggestions for cleaner production"), columns, rows)


def options(analysis: Analysis) -> Table:
    """4-2: by category, in the order of the eight."""
    order = list(CATEGORIES)
    results = sorted(analysis.options, key=lambda result: order.index(result.option.category))
    rows = [
        (
            label(CATEGORIES, result.option.category),
            result.option.id,
            result.option.name,
            result.option.content,
            result.investment,
            result.option.effect,
            _shown(result),
            label(COST_CLASSES, result.cost_class),
            label(STATUS, result.option.status),
        )
        for result in results
    ]
    expected = _("Expected effect")
    columns = (
        text("category", _("Kind of option")),
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("content", _("Brief description"), wide=True),
        number("investment", _("Expected investment ({unit})", unit=analysis.money_unit)),
        text("effect", _("Environmental"), group=expected, wide=True),
        number("benefit", _("Economic ({unit}/a)", unit=analysis.money_unit), group=expected),
        text("class", _("Cost class")),
        text("status", _("Status")),
    )
    stated = [result.option.id for result in results if analysis.option_effects[result.option.id].stated]
    notes = [_("Benefit stated, not from amounts and prices: {options}.", options=listed(stated))] if stated else []
    return form("4-2", _("Summary of options"), columns, rows, notes=notes)


def verdicts(analysis: Analysis) -> Table:
    """4-4."""

    def kept(classes: tuple[str, ...]) -> list[str]:
        return [
            f"{result.option.id} {result.option.name}"
            for result in analysis.options
            if result.verdict == "feasible" and (result.cost_class or "none") in classes
        ]

    later = [f"{result.option.id} {result.option.name}" for result in analysis.options if result.verdict == "later"]
    rejected = [
        f"{result.option.id} {result.option.name}" for result in analysis.options if result.verdict == "infeasible"
    ]
    groups = (
        (_("feasible no-cost and low-cost options"), kept(("none", "low"))),
        (_("promising medium-cost and high-cost options"), kept(("medium", "high"))),
        (_("options for later"), later),
        (_("infeasible options"), rejected),
    )
    rows: list[tuple[Cell, ...]] = [
        (group, len(names), *entry.split(" ", 1)) for group, names in groups for entry in names
    ]
    columns = (
        text("verdict", _("Result of the screening")),
        text("count", _("Number of the group")),
        text("id", _("Id")),
        text("name", _("Name of the option")),
    )
    return form("4-4", _("Results of the screening"), columns, rows)


def _shown(result: OptionResult) -> float | None:
    """The benefit as stated, else from amounts and prices."""
    return result.money if result.benefit is None else result.benefit


def sheets(analysis: Analysis) -> Table:
    """4-5: a column an option of the medium and high classes that was kept."""
    kept = [
        result
        for result in analysis.options
        if result.cost_class in ("medium", "high") and result.verdict != "infeasible"
    ]
    results = {result.study.option: result for result in analysis.studies}

    def figures(option_id: str, investment: float, benefit: float | None) -> Cell:
        study = results.get(option_id)
        payback = study.appraisal.payback if study is not None and study.appraisal is not None else None
        return _(
            "investment {investment} {unit}, benefit {benefit} {unit}/a, payback {payback} a",
            investment=f"{investment:g}",
            unit=analysis.money_unit,
            benefit="–" if benefit is None else f"{benefit:.4g}",
            payback="–" if payback is None else f"{payback:.2f}",
        )

    fields: list[tuple[Message, list[Cell]]] = [
        (_("Main points"), [result.option.content for result in kept]),
        (_("Main equipment"), [result.option.equipment for result in kept]),
        (
            _("Main technical and economic figures"),
            [figures(result.option.id, result.investment, _shown(result)) for result in kept],
        ),
        (_("Possible environmental impact"), [result.option.impact for result in kept]),
    ]
    return turned(
        "4-5",
        _("Description of the options"),
        fields,
        [f"{result.option.id} {result.option.name}" for result in kept],
        first=_("Id and name"),
    )


def results(analysis: Analysis) -> Table:
    """4-6."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    names = {option.id: option.name for option in analysis.audit.phase("options").options}
    items = analysis.audit.phase("options").results
    figures = [
        (
            in_unit(item.investment, unit, calendar),
            in_unit(item.operating_cost, f"{unit}/a", calendar),
            in_unit(item.benefit, f"{unit}/a", calendar),
        )
        for item in items
    ]
    rows: list[tuple[Cell, ...]] = [
        (item.option, names.get(item.option, ""), item.date, *row, item.effect)
        for item, row in zip(items, figures, strict=True)
    ]
    if rows:
        totals = [math.fsum(value for value in column if value is not None) for column in zip(*figures, strict=True)]
        rows.append((_("Total"), "", "", *summed(("investment", "operating", "benefit"), len(items), totals), ""))
    columns = (
        text("id", _("Id")),
        text("name", NAME),
        text("date", _("Date of implementation")),
        number("investment", _("Investment ({unit})", unit=unit)),
        number("operating", _("Running cost ({unit}/a)", unit=unit)),
        number("benefit", _("Economic benefit ({unit}/a)", unit=unit)),
        text("effect", _("Environmental effect"), wide=True),
    )
    return form("4-6", _("Checked effects of no-cost and low-cost options"), columns, rows, total=bool(rows))


def savings(analysis: Analysis) -> Table:
    """Physical savings option by option; what an option uses more of is said to be so."""
    names = resource_names(analysis)

    def part(saving: Saving) -> Message:
        amount = msgspec.structs.replace(saving.amount, value=abs(saving.amount.value))
        template = _("{name} {amount}", name=names.get(saving.resource, saving.resource), amount=words(amount))
        return (
            template
            if saving.amount.value >= 0
            else _("{name} {amount} more", name=names.get(saving.resource, saving.resource), amount=words(amount))
        )

    rows = [
        (
            result.option.id,
            result.option.name,
            listed([part(saving) for saving in result.option.savings], "; "),
            _shown(result),
        )
        for result in analysis.options
        if result.option.savings
    ]
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("savings", _("Savings a year"), wide=True),
        number("benefit", _("Economic benefit ({unit}/a)", unit=analysis.money_unit)),
    )
    return report("savings", _("Physical savings of the options"), columns, rows)
