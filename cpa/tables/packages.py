"""Packages of options, the price of their conditions, and the marginal abatement cost."""

from cpa.analysis import Analysis
from cpa.analysis.effects import MEASURES
from cpa.analysis.packages import PackageResult, abatement_curve
from cpa.messages import Message, _, listed, plain
from cpa.schema.labels import OBJECTIVES
from cpa.schema.preassessment import Input, Waste
from cpa.tables.build import number, report, text
from cpa.tables.model import Cell, Table


def packages(analysis: Analysis) -> Table:
    """The best package under each set of conditions that phase 5 states, and the next ones."""
    return chosen(analysis, analysis.packages)


def chosen(analysis: Analysis, results: tuple[PackageResult, ...]) -> Table:
    """The best packages, the best first, with what they cost and bring."""
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    unit = analysis.money_unit
    for result in results:
        name = result.package.name
        if result.problem is not None:
            notes.append(_("{name}: {problem}", name=name, problem=result.problem))
        for place, (choice, effect) in enumerate(zip(result.choices, result.effects, strict=True), 1):
            ids = [option for option in analysis.market.results if option in choice.options]
            rows.append(
                (
                    name,
                    place,
                    " ".join(ids),
                    choice.totals.get("investment"),
                    effect.money,
                    choice.totals.get("npv"),
                    effect.tce,
                    effect.co2,
                )
            )
        if result.programme.estimated:
            notes.append(
                _(
                    "{name}: NPV of options without study by the audit's conventions over the depreciation period: {options}.",
                    name=name,
                    options=listed(list(result.programme.estimated)),
                )
            )
        if result.programme.left_out:
            notes.append(
                _(
                    "{name}: without a figure for the objective, and left out: {options}.",
                    name=name,
                    options=listed(list(result.programme.left_out)),
                )
            )
    objectives = dict.fromkeys(result.package.objective for result in results if result.choices)
    if objectives:
        notes.append(
            _(
                "Best by {objectives}; proven optimal by mixed-integer programming.",
                objectives=listed([OBJECTIVES[one] for one in objectives]),
            )
        )
    columns = (
        text("package", _("Package")),
        number("place", _("Rank"), 0),
        text("options", _("Options"), wide=True),
        number("investment", _("Investment ({unit})", unit=unit), 1),
        number("money", _("Benefit ({unit}/a)", unit=unit), 1),
        number("npv", _("NPV ({unit})", unit=unit), 1),
        number("tce", plain("tce/a"), 1),
        number("co2", plain("t CO₂/a"), 1),
    )
    return report("packages", _("Packages of options"), columns, rows, notes=notes if results else ())


def conditions(analysis: Analysis) -> Table:
    """What each condition of a package costs."""
    return prices(analysis, analysis.packages)


def prices(analysis: Analysis, results: tuple[PackageResult, ...]) -> Table:
    """The objective without a condition less the objective with it."""
    rows: list[tuple[Cell, ...]] = [
        (result.package.name, result.programme.names[one.label], _gain_unit(analysis, result), one.gain)
        for result in results
        for one in result.prices
    ]
    columns = (
        text("package", _("Package")),
        text("condition", _("Condition"), wide=True),
        text("unit", _("Unit")),
        number("gain", _("What it costs"), 2),
    )
    notes = [_("What the objective would gain without the condition; 0: it does not bind.")] if rows else []
    return report("package-prices", _("The price of each condition"), columns, rows, notes=notes)


def reasons(analysis: Analysis, results: tuple[PackageResult, ...]) -> Table:
    """Why each option is, or is not, in the best package."""
    rows: list[tuple[Cell, ...]] = []
    for result in results:
        for one in result.reasons():
            option = analysis.market.results[one.option]
            state = _("chosen") if one.chosen else plain("–")
            loss: Cell = _("no set meets the conditions then") if one.loss is None else f"{max(one.loss, 0.0):.2f}"
            name, unit = result.package.name, _gain_unit(analysis, result)
            rows.append((name, one.option, option.option.name, option.investment, state, loss, unit))
    columns = (
        text("package", _("Package")),
        text("id", _("Id")),
        text("name", _("Name of the option"), wide=True),
        number("investment", _("Investment ({unit})", unit=analysis.money_unit), 1),
        text("state", _("State")),
        text("loss", _("Loss were it the other way")),
        text("unit", _("Unit")),
    )
    return report("package-options", _("Why each option is in the best package, or not"), columns, rows)


def _gain_unit(analysis: Analysis, result: PackageResult) -> str:
    return {"benefit": f"{analysis.money_unit}/a", "tce": "tce/a", "co2": "t/a"}.get(
        result.package.objective, analysis.money_unit
    )


def abatement(analysis: Analysis) -> Table:
    """Marginal abatement cost of coal equivalent, CO₂, and of every resource that options save; the cheapest first."""
    rows: list[tuple[Cell, ...]] = []
    for index, (quantity, name, unit) in enumerate(quantities(analysis)):
        total = 0.0
        for one in abatement_curve(analysis.market, quantity, resource=index >= len(MEASURES)):
            total += one.amount
            rows.append((name, unit, f"{one.option} {one.name}", one.amount, total, one.cost))
    columns = (
        text("quantity", _("Avoided")),
        text("unit", _("Unit")),
        text("option", _("Option"), wide=True),
        number("amount", _("Amount a year"), 1),
        number("total", _("Cumulative"), 1),
        number("cost", _("Cost ({money} per unit)", money=analysis.money_unit), 4),
    )
    notes = [
        _("Cost = − annual worth / amount avoided a year; below zero the option pays. Overlaps are not taken off.")
    ]
    return report("abatement", _("Marginal abatement cost"), columns, rows, notes=notes)


def quantities(analysis: Analysis) -> list[tuple[str, Message, str]]:
    """What abatement costs are of: tce, CO₂, wastes that an option avoids, and inputs that at least two options save."""
    found = [
        (name, _("coal equivalent") if name == "tce" else plain("CO₂"), "tce" if name == "tce" else "t")
        for name in MEASURES
    ]
    counts: dict[str, int] = {}
    for name in analysis.market.worths:
        for resource, amount in analysis.market.effects[name].amounts.items():
            counts[resource] = counts.get(resource, 0) + (amount > 0)
    stocks = analysis.stocks
    return found + [
        (name, plain(stocks[name].item.name), stocks[name].unit)
        for name, count in counts.items()
        if count > (0 if isinstance(stocks[name].item, Waste) else 1)
    ]


def abated(analysis: Analysis) -> list[str]:
    """What further abatement curves are drawn of beside CO₂: energy, water, and wastes that several options cut."""
    found = []
    for name, _words, _unit in quantities(analysis)[len(MEASURES) :]:
        item = analysis.stocks[name].item
        if isinstance(item, Waste) or (isinstance(item, Input) and item.kind == "water"):
            found += [name] if len(abatement_curve(analysis.market, name, resource=True)) > 1 else []
    return ["tce", *found] if abatement_curve(analysis.market, "tce") else found
