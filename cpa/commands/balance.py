"""`cpa balance`: the balances of phase 3."""

from pathlib import Path
from typing import Annotated

import typer

from cpa.commands.common import (
    Folder,
    Format,
    Language,
    exit_code,
    help_text,
    language_of,
    opened,
    refuse,
    show,
    warn_of_problems,
)
from cpa.messages import _, listed


def main(
    folder: Folder = Path(),
    layer: Annotated[
        list[str] | None,
        typer.Option(
            "--layer",
            "-l",
            help=help_text(_("mass, water, energy or a substance; otherwise the balances that the audit asks for")),
        ),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", "-s", help=help_text(_("Unit operations or groups; otherwise the plant"))),
    ] = None,
    flows: Annotated[bool, typer.Option("--flows", help=help_text(_("Show the streams too")))] = False,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.checks import assessment as rules
    from cpa.checks import check
    from cpa.schema.assessment import Balance
    from cpa.schema.walk import nearest
    from cpa.tables.assessment import balance, balance_flows

    analysis = opened(folder, ("assessment",))
    language = language_of(analysis, lang)
    phase = analysis.audit.phase("assessment")
    known = [item.id for item in (*phase.units, *phase.groups)]
    for name in scope or ():
        if name not in known:
            near = nearest(name, known) or known
            refuse(
                _("there is no unit operation or group `{name}`; there are {names}", name=name, names=listed(near)),
                language,
            )
    if layer or scope:
        layers = layer or list(dict.fromkeys(item.layer for item in phase.balances)) or ["mass"]
        units = {item.layer: item.unit for item in phase.balances}
        results = tuple(
            analysis.balance(Balance(layer=name, scope=tuple(scope or ()), unit=units.get(name, ""))) for name in layers
        )
    else:
        results = analysis.balances
    if not results:
        refuse(_("the audit asks for no balance; add `balances:` in 3-assessment, or use --layer"), language)
    tables = [
        table
        for result in results
        for table in ((balance(result), balance_flows(analysis, result)) if flows else (balance(result),))
    ]
    findings = [finding for finding in check(analysis) if finding.code in rules.BALANCE_CODES]
    if output == "json":
        from cpa.render.json import findings_data

        show(tables, output, language, findings=findings_data(findings, language))
    else:
        show(tables, output, language)
        if findings:
            from cpa.render.terminal import print_findings

            print_findings(findings, analysis.audit.texts, language)
    warn_of_problems(analysis, language)
    raise typer.Exit(exit_code(findings))
