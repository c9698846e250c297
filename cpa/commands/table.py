"""`cpa table`: any work table or report table by its name."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cpa.commands.common import Folder, Language, help_text, language_of, opened, refuse, show, warn_of_problems
from cpa.messages import _


def main(
    name: Annotated[
        str,
        typer.Argument(help=help_text(_("Form number, such as 2-3, or name of a table; without it all are listed"))),
    ] = "",
    folder: Folder = Path(),
    output: Annotated[
        Literal["text", "json", "csv", "md"],
        typer.Option("--format", "-f", help=help_text(_("For the terminal, programs, spreadsheets, or Markdown"))),
    ] = "text",
    lang: Language = None,
) -> None:
    from cpa.schema.walk import nearest
    from cpa.tables.forms import TABLES, index, table

    if name and name not in TABLES and folder == Path() and (Path(name) / "audit.yaml").exists():
        name, folder = "", Path(name)
    analysis = opened(folder)
    language = language_of(analysis, lang)
    if name and name not in TABLES:
        near = nearest(name, tuple(TABLES))
        message = (
            _("there is no table `{name}`; did you mean {near}?", name=name, near=near[0])
            if near
            else _("there is no table `{name}`; `cpa table` lists them", name=name)
        )
        refuse(message, language)
    made = table(analysis, name) if name else index(analysis)
    if output == "csv":
        from cpa.render.csv import tables_text

        typer.echo(tables_text([made], language), nl=False)
    elif output == "md":
        from cpa.reports.markdown import table_text

        typer.echo(f"**{made.title.to(language)}**\n\n{table_text(made, language)}", nl=False)
    else:
        show([made], output, language)
    warn_of_problems(analysis, language)
