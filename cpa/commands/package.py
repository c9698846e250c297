"""`cpa package`: the best set of options under the conditions of phase 5, or under those given here."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cpa.commands.common import Folder, Format, Language, help_text, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _, listed

if TYPE_CHECKING:
    from cpa.analysis.effects import Stock
    from cpa.analysis.packages import PackageResult
    from cpa.schema.feasibility import Goal
    from cpa.schema.quantity import Quantity


def main(
    folder: Folder = Path(),
    budget: Annotated[str, typer.Option("--budget", "-b", help=help_text(_("Most that may be invested")))] = "",
    goal: Annotated[
        list[str] | None,
        typer.Option("--goal", "-g", help=help_text(_("Reduction to be reached, such as co2=500 or water=20000"))),
    ] = None,
    objective: Annotated[
        Literal["npv", "benefit", "investment", "co2", "tce"] | None,
        typer.Option("--best", help=help_text(_("What is best; otherwise NPV, or investment where a goal is given"))),
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option("--with", help=help_text(_("Options that must be in it")))
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--without", help=help_text(_("Options that must not be in it")))
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", "-e", help=help_text(_("Why each option is in the best package, or not")))
    ] = False,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.schema.feasibility import Package
    from cpa.tables import packages as tables

    analysis = opened(folder, ("preassessment", "options", "feasibility"))
    language = language_of(analysis, lang)
    known = {option.id for option in analysis.audit.phase("options").options}
    for name in (*(include or ()), *(exclude or ())):
        if name not in known:
            refuse(_("there is no option `{name}`", name=name), language)
    if any((budget, goal, objective, include, exclude)):
        asked = Package(
            id="asked",
            name=_("asked^package").to(language),
            objective=objective or ("investment" if goal and not budget else "npv"),
            budget=_quantity(budget, analysis.money_unit, language, analysis.money_unit) if budget else None,
            goals=tuple(_goal(text, analysis.stocks, language) for text in goal or ()),
            include=tuple(include or ()),
            exclude=tuple(exclude or ()),
        )
        results: tuple[PackageResult, ...] = (analysis.package(asked),)
    else:
        results = analysis.packages
        if not results:
            refuse(_("5-feasibility has no `packages`; give a condition, such as --budget 500"), language)
    made = [tables.chosen(analysis, results), tables.prices(analysis, results)]
    if explain:
        made.append(tables.reasons(analysis, results))
    show([table for table in made if table.rows or table.notes], output, language)
    warn_of_problems(analysis, language)


_NEAR = 6


def _goal(text: str, stocks: "dict[str, Stock]", language: str) -> "Goal":
    from cpa.schema.feasibility import Goal
    from cpa.schema.walk import nearest

    name, equals, amount = text.partition("=")
    if not equals or name not in {*stocks, "co2", "tce"}:
        near = nearest(name, tuple(stocks)) or list(stocks)
        refuse(
            _(
                "`{text}` is no goal; write co2=500, tce=100, or an input or waste, such as {names}",
                text=text,
                names=listed([f"{one}=…" for one in near[:_NEAR]]),
            ),
            language,
        )
    if name in ("co2", "tce"):
        unit = "tce" if name == "tce" else "t"
        return Goal(amount=_quantity(amount, unit, language, unit), measure="co2" if name == "co2" else "tce")
    unit = stocks[name].unit
    return Goal(amount=_quantity(amount, unit, language, unit), resource=name)


def _quantity(text: str, unit: str, language: str, wanted: str) -> "Quantity":
    """An amount from the command line, of a year or not, that `wanted` can count."""
    from cpa.schema.quantity import QuantityError, parse_quantity
    from cpa.schema.units import parse_unit

    try:
        found = parse_quantity(text, unit)
    except QuantityError as error:
        refuse(error.message, language)
    counted = parse_unit(wanted)
    if found.value < 0 or found.unit.dimension not in (counted.dimension, counted.times(parse_unit("a"), -1).dimension):
        refuse(_("`{text}` does not fit: a positive amount in {unit} is asked for", text=text, unit=wanted), language)
    return found
