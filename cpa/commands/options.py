"""`cpa options`: where the options come from, what they save, and what none answers; `cpa options suggest`: the library."""

from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import Format, Language, help_text, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _

SUGGEST = "suggest"


def main(
    what: Annotated[
        str, typer.Argument(help=help_text(_("`suggest` for options of the library, or the folder of the audit")))
    ] = "",
    folder: Annotated[
        Path | None, typer.Argument(help=help_text(_("Folder of the audit, behind `suggest`")), show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help=help_text(_("With `suggest`: the whole library for the industry")))
    ] = False,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.tables import origins as tables

    asked = what == SUGGEST and not (folder is None and Path(what, "audit.yaml").exists())
    if not asked and folder is not None:
        refuse(_("there is no `cpa options {what}`; there is `cpa options suggest`", what=what))
    place = (folder or Path()) if asked else Path(what or ".")
    analysis = opened(place)
    language = language_of(analysis, lang)
    if asked and everything:
        made = [tables.shortened(tables.library(analysis)) if output == "text" else tables.library(analysis)]
    elif asked:
        if analysis.benchmark is None and not analysis.balances:
            refuse(
                _("suggestions follow from the benchmark of phase 2 and the balances of phase 3; there are none yet"),
                language,
            )
        if not analysis.suggestions:
            refuse(_("nothing is below the best level, and no balance names a large loss"), language)
        made = [tables.shortened(tables.suggestions(analysis)) if output == "text" else tables.suggestions(analysis)]
    else:
        if not analysis.options:
            refuse(_("there are no options in 4-options"), language)
        made = [
            tables.effects(analysis),
            tables.open_points(analysis) if output == "text" else tables.coverage(analysis),
        ]
    show(made, output, language)
    warn_of_problems(analysis, language)
