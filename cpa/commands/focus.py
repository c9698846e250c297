"""`cpa focus`: ranking of the candidates for the audit focus."""

from pathlib import Path

from cpa.commands.common import Folder, Format, Language, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.tables.preassessment import focus, focus_order, focus_robustness

    analysis = opened(folder, ("preassessment",))
    language = language_of(analysis, lang)
    if analysis.focus is None:
        refuse(_("there is no section `focus` in 2-preassessment"), language)
    first = [focus_order(analysis)] if output == "text" else [focus(analysis), focus_order(analysis)]
    show([*first, *focus_robustness(analysis)], output, language)
    warn_of_problems(analysis, language)
