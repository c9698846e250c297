"""`cpa status`: how far the audit is."""

from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import Folder, Format, Language, help_text, language_of, opened, show, warn_of_problems
from cpa.messages import _, listed


def main(
    folder: Folder = Path(),
    steps: Annotated[bool, typer.Option("--steps", help=help_text(_("Every step instead of every phase")))] = False,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.tables import progress
    from cpa.tables.continuation import approvals

    analysis = opened(folder)
    language = language_of(analysis, lang)
    following = progress.next_step(analysis)
    tables = [progress.steps(analysis)] if steps else [progress.phases(analysis)]
    show(
        tables if output == "text" else [progress.phases(analysis), progress.steps(analysis), approvals(analysis)],
        output,
        language,
        next=following.to(language),
    )
    if output == "text":
        from cpa.render.terminal import print_text

        print_text(following.to(language))
        stale = [one.approval.decision for one in analysis.standings if one.stale]
        if stale:
            print_text(
                _("To be looked at again: {decisions} (`cpa table approvals`).", decisions=listed(stale)).to(language)
            )
    warn_of_problems(analysis, language)
