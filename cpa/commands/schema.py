"""`cpa schema`: JSON Schemas for editors."""

from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import Language, help_text
from cpa.messages import _, locale_language


def main(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help=help_text(
                _(
                    "Folder of an audit, to whose .cpa/schema/ the files are written; without it they go to standard output"
                )
            )
        ),
    ] = None,
    lang: Language = None,
) -> None:
    from cpa.schema.export import json_schemas

    schemas = json_schemas(lang or locale_language())
    if folder is None:
        import json

        typer.echo(json.dumps(schemas, ensure_ascii=False, indent=2))
        return
    from cpa.scaffold import write_schemas

    for path in write_schemas(folder, lang or locale_language()):
        typer.echo(path.as_posix())
