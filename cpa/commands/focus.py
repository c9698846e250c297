"""`cpa focus`: ranking of the candidates for the audit focus."""

from pathlib import Path

from cpa.commands.common import Folder, Format, Language, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.tables import focus as tables

    analysis = opened(folder, ("preassessment",))
    language = language_of(analysis, lang)
    if analysis.focus is None:
        refuse(_("there is no section `focus` in 2-preassessment"), language)
    shown = [tables.order, tables.by_candidate, tables.by_weight, tables.experts]
    made = [make(analysis) for make in (shown if output == "text" else [tables.ranking, *shown])]
    show([table for table in made if table.rows], output, language)
    warn_of_problems(analysis, language)
