"""`cpa check`: findings with their places."""

from pathlib import Path

import typer

from cpa.commands.common import READING, Folder, Format, Language, exit_code, language_of, progress
from cpa.messages import locale_language


def main(folder: Folder = Path(), output: Format = "text", lang: Language = None) -> None:
    from cpa.analysis import Analysis
    from cpa.audit import open_audit
    from cpa.checks import check

    with progress(READING, locale_language()):
        analysis = Analysis(open_audit(folder))
        findings = check(analysis)
    language = language_of(analysis, lang)
    if output == "json":
        from cpa.render.json import findings_data, print_data

        print_data({"findings": findings_data(findings, language)})
    elif findings:
        from cpa.render.terminal import print_findings

        print_findings(findings, analysis.audit.texts, language)
    raise typer.Exit(exit_code(findings))
