"""`cpa report`: the audit report and the work tables."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from cpa.cli import FINDINGS
from cpa.commands.common import Folder, Language, help_text, language_of, opened, progress, refuse, say
from cpa.messages import _


def main(
    folder: Folder = Path(),
    output: Annotated[
        Literal["all", "md", "xlsx"],
        typer.Option(
            "--format", "-f", help=help_text(_("Report as Markdown, work tables as an Excel workbook, or both"))
        ),
    ] = "all",
    kind: Annotated[
        Literal["audit", "disclosure"],
        typer.Option("--kind", "-k", help=help_text(_("Audit report, or the sheet that listed enterprises disclose"))),
    ] = "audit",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=help_text(_("Folder to write to; otherwise reports/ in the audit"))),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help=help_text(_("Print in spite of findings, and list them in the report")))
    ] = False,
    lang: Language = None,
) -> None:
    from cpa.checks import check
    from cpa.render.terminal import print_findings, summary
    from cpa.reports.document import build, written
    from cpa.reports.writing import REPORT, write_markdown, write_tables, write_workbook
    from cpa.tables.disclosure import disclosure

    analysis = opened(folder)
    language = language_of(analysis, lang)
    if output in ("all", "md") and not written(kind, language):
        refuse(
            _("report chapters exist in Chinese only; use --lang zh, or --format xlsx for the work tables"), language
        )
    findings = [finding for finding in check(analysis) if finding.severity != "note"]
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors and not draft:
        print_findings(errors, analysis.audit.texts, language)
        say(_("no report was written: {summary}; mend them, or use --draft", summary=summary(findings)), language)
        raise typer.Exit(FINDINGS)
    target = out or folder / "reports"
    files: list[Path] = []
    problems: tuple[object, ...] = ()
    with progress(_("writing the report …"), language):
        if output in ("all", "md"):
            base = os.path.relpath(folder, target).replace(os.sep, "/")
            document = build(analysis, language, findings if draft else (), base, kind)
            problems = document.findings
            files += write_markdown(document, target, REPORT if kind == "audit" else f"{kind}.md")
        if output in ("all", "xlsx") and kind == "audit":
            files.append(write_workbook(analysis, target, language))
        elif output in ("all", "xlsx"):
            sheet = disclosure(analysis)
            files.append(write_tables([sheet], target / f"{kind}.xlsx", language, sheet.title))
    for path in files:
        typer.echo(path.as_posix())
    if problems:
        print_findings(list(document.findings), {}, language)
        raise typer.Exit(FINDINGS)
