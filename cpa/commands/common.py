"""What the commands share: their common options, opening an audit, and how results are shown."""

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from cpa.cli import FINDINGS, USAGE
from cpa.messages import Message, _, locale_language

if TYPE_CHECKING:  # help is printed without the model
    from cpa.analysis import Analysis
    from cpa.diagnostics import Finding
    from cpa.schema.types import Phase


def help_text(message: Message) -> str:
    return message.to(locale_language())


Folder = Annotated[Path, typer.Argument(help=help_text(_("Folder of the audit")), show_default=True)]
Format = Annotated[
    Literal["text", "json"], typer.Option("--format", "-f", help=help_text(_("For people or for programs")))
]
Language = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--lang", help=help_text(_("Language of the output; otherwise the audit's"))),
]


def opened(folder: Path, phases: "Iterable[Phase] | None" = None) -> "Analysis":
    """The analysis of the audit in `folder`; ends the command with its findings where there is no audit to speak of."""
    from cpa.analysis import Analysis
    from cpa.audit import PHASES, open_audit

    with progress(READING, locale_language()):
        analysis = Analysis(open_audit(folder, PHASES if phases is None else phases))
    if analysis.audit.identity is None:
        from cpa.diagnostics import in_order
        from cpa.render.terminal import print_findings

        language = locale_language()
        print_findings(in_order(analysis.audit.findings), analysis.audit.texts, language, sys.stderr)
        raise typer.Exit(FINDINGS)
    return analysis


READING = _("reading the audit …")


def language_of(analysis: "Analysis", chosen: str | None) -> str:
    return chosen or analysis.audit.language or locale_language()


def show(tables: Sequence[Any], kind: str, language: str, **data: Any) -> None:
    """Tables as text or as one JSON document with further `data`."""
    if kind == "json":
        from cpa.render.json import print_data, tables_data

        print_data({**data, "tables": tables_data(tables, language)})
    else:
        from cpa.render.terminal import print_table

        for table in tables:
            print_table(table, language)


def warn_of_problems(analysis: "Analysis", language: str) -> None:
    """A line on stderr when the figures above rest on files with problems."""
    count = sum(finding.severity == "error" for finding in analysis.audit.findings)
    if count:
        say(_("{count} errors in the files; `cpa check` names them", count=count), language)


def say(message: Message, language: str) -> None:
    """A remark to the person at the terminal, apart from the result."""
    sys.stderr.write(message.to(language) + "\n")


def refuse(message: Message, language: str | None = None) -> NoReturn:
    """Ends the command: it was used wrongly."""
    sys.stderr.write(f"cpa: {message.to(language or locale_language())}\n")
    raise typer.Exit(USAGE)


def exit_code(findings: "Iterable[Finding]") -> int:
    """1 for errors and warnings, 0 when there are only notes."""
    return FINDINGS if any(finding.severity != "note" for finding in findings) else 0


@contextmanager
def progress(message: Message, language: str) -> Iterator[None]:
    """Says on stderr what is being done, once it takes more than a second and somebody is watching."""
    timer = threading.Timer(1.0, say, (message, language))
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
