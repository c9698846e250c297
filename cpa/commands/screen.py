"""`cpa screen`: screening of the options."""

from pathlib import Path

from cpa.commands.common import Folder, Format, Language, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.tables.options import comparison, screening, screening_list, screening_order

    analysis = opened(folder, ("options",))
    language = language_of(analysis, lang)
    if not analysis.options:
        refuse(_("there are no options in 4-options"), language)
    tables = [screening_list(analysis) if output == "text" else comparison(analysis)]
    if analysis.screening is not None:
        tables += [screening_order(analysis)] if output == "text" else [screening(analysis), screening_order(analysis)]
    show(tables, output, language)
    warn_of_problems(analysis, language)
