"""`cpa appraise`: the economic indicators of the studied options, and the doubt about them."""

from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import Folder, Format, Language, help_text, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _, listed


def main(
    folder: Folder = Path(),
    option: Annotated[list[str] | None, typer.Option("--option", "-o", help=help_text(_("Only these options")))] = None,
    show_work: Annotated[
        bool,
        typer.Option(
            "--show-work", "-w", help=help_text(_("Formula, substituted numbers and result of every indicator"))
        ),
    ] = False,
    yearly: Annotated[bool, typer.Option("--yearly", "-y", help=help_text(_("Cash flow year by year")))] = False,
    doubt: Annotated[
        bool, typer.Option("--doubt", "-d", help=help_text(_("Sensitivity, break-even, and Monte Carlo where stated")))
    ] = False,
    draws: Annotated[
        int, typer.Option(min=1000, max=10_000_000, help=help_text(_("Draws of the Monte Carlo")))
    ] = 1_000_000,
    seed: Annotated[int, typer.Option(min=0, help=help_text(_("Seed of the Monte Carlo")))] = 20150101,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.tables import economics as tables

    analysis = opened(folder, ("preassessment", "options", "feasibility"))
    language = language_of(analysis, lang)
    studied = [result.study.option for result in analysis.studies]
    if not studied:
        refuse(_("there are no studies in 5-feasibility"), language)
    for name in option or ():
        if name not in studied:
            refuse(_("there is no study of `{name}`; there are {names}", name=name, names=listed(studied)), language)
    wanted = option or studied
    made = [tables.economics(analysis, option or ()) if output == "text" else tables.indicators(analysis, option or ())]
    if show_work or output == "json":
        made.append(tables.further(analysis, wanted))
    if show_work:
        for result in analysis.studies:
            if result.study.option in wanted:
                made += [tables.work(result, analysis.money_unit), tables.spreadsheet(result)]
    if yearly:
        made.append(tables.cash_flow(analysis, wanted))
    if doubt:
        from cpa.tables import doubt as doubts

        made += [doubts.sensitivity(analysis, wanted), doubts.swings(analysis, wanted)]
        made.append(doubts.monte_carlo(analysis, wanted, draws, seed))
    show([table for table in made if table.rows], output, language)
    warn_of_problems(analysis, language)
