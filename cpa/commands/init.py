"""`cpa init`: scaffold an audit."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cpa.commands.common import help_text, refuse
from cpa.messages import _, listed, locale_language


def main(
    folder: Annotated[
        Path, typer.Argument(help=help_text(_("Folder to make, or an existing one without audit files")))
    ],
    name: Annotated[
        str | None, typer.Option("--name", help=help_text(_("Name of the enterprise; otherwise the folder's name")))
    ] = None,
    industry: Annotated[
        str, typer.Option("--industry", help=help_text(_("Industry: an id such as beer, or words of your own")))
    ] = "",
    kind: Annotated[
        Literal["compulsory", "voluntary"], typer.Option("--kind", help=help_text(_("Compulsory or voluntary audit")))
    ] = "voluntary",
    year: Annotated[
        int | None, typer.Option("--year", min=1990, max=2099, help=help_text(_("Baseline year; otherwise last year")))
    ] = None,
    lang: Annotated[
        Literal["zh", "en"] | None, typer.Option("--lang", help=help_text(_("Language of the audit")))
    ] = None,
) -> None:
    from datetime import date

    from cpa.scaffold import Answers, obstacles, scaffold_files, write_scaffold

    language: Literal["zh", "en"] = lang or ("zh" if locale_language() == "zh" else "en")
    if folder.exists() and not folder.is_dir():
        refuse(_("{folder} is a file", folder=str(folder)))
    baseline = year or date.today().year - 1  # noqa: DTZ011 -- the day where the user sits
    files = scaffold_files(
        Answers(
            name=name or folder.resolve().name,
            kind=kind,
            language=language,
            industry=industry,
            baseline_year=baseline,
            start=date(baseline + 1, 3, 1),
            finish=date(baseline + 2, 2, 28),
        )
    )
    taken = obstacles(folder, files)
    if taken:
        refuse(
            _(
                "nothing was written: these files exist already: {files}",
                files=listed([path.as_posix() for path in taken]),
            )
        )
    write_scaffold(folder, files)
    typer.echo(
        _(
            "{count} files in {folder}. Next: `cpa status {folder}`, then fill in 1-planning/.",
            count=len(files),
            folder=folder.as_posix(),
        ).to(language)
    )
