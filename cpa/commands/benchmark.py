"""`cpa benchmark`: the enterprise against its indicator system."""

from pathlib import Path

from cpa.commands.common import Folder, Format, Language, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.analysis.derivation import needs_flows
    from cpa.tables import benchmark as tables

    analysis = opened(folder, ("preassessment", "implementation"))
    if needs_flows(analysis.audit):
        analysis = opened(folder, ("preassessment", "assessment", "implementation"))
    language = language_of(analysis, lang)
    if analysis.benchmark is None:
        refuse(_("there is no section `benchmark` with a known indicator system in 2-preassessment"), language)
    first = tables.summary(analysis) if output == "text" else tables.benchmark(analysis)
    further = [tables.classes(analysis), *([] if output == "text" else [tables.benchmark_after(analysis)])]
    show([first, *(table for table in further if table.rows)], output, language)
    warn_of_problems(analysis, language)
