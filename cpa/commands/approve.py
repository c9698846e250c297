"""`cpa approve`: records the figures that a study, ranking or target rests on, so that a later change shows."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import Language, help_text, language_of, opened, refuse, say
from cpa.messages import _, listed


def main(
    decision: Annotated[
        list[str], typer.Argument(help=help_text(_("Option of a study, target, `focus` or `screening`")))
    ],
    folder: Annotated[Path, typer.Option("--folder", "-C", help=help_text(_("Folder of the audit")))] = Path(),
    by: Annotated[str, typer.Option("--by", help=help_text(_("Who approves it")))] = "",
    lang: Language = None,
) -> None:
    from cpa.approving import approve

    analysis = opened(folder)
    language = language_of(analysis, lang)
    if any(finding.severity == "error" for finding in analysis.audit.findings):
        refuse(_("the files have errors; `cpa check` names them, and what stands on them cannot be approved"), language)
    problem = approve(analysis, decision, by, datetime.datetime.now().astimezone().date())
    if problem is not None:
        refuse(problem, language)
    say(_("approvals.yaml: {decisions}", decisions=listed(decision)), language)
