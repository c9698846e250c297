"""`cpa appraise`: the handbook's economic indicators of the studied options."""

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
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.tables.feasibility import economics, indicators, work
    from cpa.tables.model import only

    analysis = opened(folder, ("options", "feasibility"))
    language = language_of(analysis, lang)
    studied = [result.study.option for result in analysis.studies]
    if not studied:
        refuse(_("there are no studies in 5-feasibility"), language)
    for name in option or ():
        if name not in studied:
            refuse(_("there is no study of `{name}`; there are {names}", name=name, names=listed(studied)), language)
    wanted = option or studied
    tables = [only(economics(analysis) if output == "text" else indicators(analysis), "id", wanted)]
    if show_work:
        tables += [work(result, analysis.money_unit) for result in analysis.studies if result.study.option in wanted]
    show(tables, output, language)
    warn_of_problems(analysis, language)
