"""`cpa screen`: screening of the options."""

from pathlib import Path

from cpa.commands.common import Folder, Format, Language, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.tables import screening as tables

    analysis = opened(folder, ("options",))
    language = language_of(analysis, lang)
    if not analysis.options:
        refuse(_("there are no options in 4-options"), language)
    shown = [tables.screening_list if output == "text" else tables.comparison]
    if analysis.screening is not None:
        shown += [tables.order, tables.cross_checks, tables.by_option, tables.by_weight, tables.experts]
        shown += [] if output == "text" else [tables.screening]
    made = [make(analysis) for make in shown]
    show([table for table in made if table.rows], output, language)
    warn_of_problems(analysis, language)
