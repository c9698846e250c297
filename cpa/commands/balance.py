"""`cpa balance`: the balances of phase 3, as measured and reconciled, with figures."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cpa.commands.common import (
    Folder,
    Language,
    exit_code,
    help_text,
    language_of,
    opened,
    refuse,
    warn_of_problems,
)
from cpa.messages import _

if TYPE_CHECKING:
    from cpa.analysis import Analysis
    from cpa.diagnostics import Finding
    from cpa.tables.model import Table


def main(
    folder: Folder = Path(),
    layer: Annotated[
        list[str] | None,
        typer.Option(
            "--layer",
            "-l",
            help=help_text(
                _("mass, water, energy, cost or a substance; otherwise the balances that the audit asks for")
            ),
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope", "-s", help=help_text(_("Unit operations or groups, balanced together; otherwise the plant"))
        ),
    ] = None,
    period: Annotated[
        list[str] | None,
        typer.Option("--period", "-p", help=help_text(_("Period or batch, or `all` for each of them"))),
    ] = None,
    reconcile: Annotated[
        bool | None,
        typer.Option(
            "--reconcile/--raw",
            help=help_text(_("With data reconciliation, or as measured; otherwise as the audit asks")),
        ),
    ] = None,
    flows: Annotated[bool, typer.Option("--flows", help=help_text(_("Show the streams too")))] = False,
    losses: Annotated[
        bool, typer.Option("--losses", help=help_text(_("Show indices, and where mass and money leave")))
    ] = False,
    output: Annotated[
        Literal["text", "json", "csv", "md", "xlsx"],
        typer.Option("--format", "-f", help=help_text(_("For people, for programs, or as a file"))),
    ] = "text",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help=help_text(_("File to write to (xlsx: otherwise balances.xlsx)")))
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", "-g", help=help_text(_("Folder to draw block diagrams and Sankeys into")))
    ] = None,
    png: Annotated[
        bool, typer.Option("--png", help=help_text(_("The drawings as PNG too, for Word and Excel")))
    ] = False,
    lang: Language = None,
) -> None:
    from cpa.analysis.requests import RequestError, requested
    from cpa.checks import by_importance
    from cpa.checks.assessment import BALANCE_CODES
    from cpa.checks.networks import NETWORK_CODES
    from cpa.tables.balances import balance_tables

    analysis = opened(folder, ("assessment",))
    language = language_of(analysis, lang)
    if png and figure is None:
        refuse(_("--png needs a folder to draw into: --figure FOLDER"), language)
    try:
        analysis = requested(analysis, tuple(layer or ()), tuple(scope or ()), tuple(period or ()), reconcile)
    except RequestError as error:
        warn_of_problems(analysis, language)
        refuse(error.message, language)
    tables = balance_tables(analysis, flows=flows, further=losses)
    findings = [finding for finding in by_importance(analysis) if finding.code in (*BALANCE_CODES, *NETWORK_CODES)]
    _show(tables, findings, output, out, analysis.audit.texts, language)
    if figure is not None:
        _draw(analysis, figure, language, png=png)
    warn_of_problems(analysis, language)
    raise typer.Exit(exit_code(findings))


def _draw(analysis: "Analysis", folder: Path, language: str, *, png: bool) -> None:
    """Block diagrams and Sankeys as files, whose names are printed."""
    from cpa.reports.writing import write_figures

    if png:
        from cpa.figures.raster import has_chinese_font

        if language == "zh" and not has_chinese_font():
            refuse(
                _("this system has no font with Chinese characters, which PNG needs: install one, or leave --png out"),
                language,
            )
    for path in write_figures(analysis, folder, language, pictures=png):
        typer.echo(path.as_posix())


def _show(
    tables: "list[Table]",
    findings: "list[Finding]",
    output: str,
    out: Path | None,
    texts: dict[str, str],
    language: str,
) -> None:
    """Tables and findings in the format that was asked for, to the terminal or to a file."""
    if output == "xlsx":
        from cpa.reports.writing import write_tables

        typer.echo(write_tables(tables, out or Path("balances.xlsx"), language, _("Balances")).as_posix())
    elif output == "json":
        from cpa.render.json import findings_data, json_text, tables_data

        _put(json_text({"findings": findings_data(findings, language), "tables": tables_data(tables, language)}), out)
    elif output == "csv":
        from cpa.render.csv import tables_text

        _put(tables_text(tables, language), out)
    elif output == "md":
        from cpa.reports.markdown import titled_tables

        _put(titled_tables(tables, language), out)
    else:
        from cpa.render.terminal import print_table

        for table in tables:
            print_table(table, language)
    if findings and output != "json":
        from cpa.render.terminal import print_findings

        print_findings(findings, texts, language, None if output == "text" else sys.stderr)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        from cpa.files.writing import write_text

        write_text(out, text)
        typer.echo(out.as_posix())
