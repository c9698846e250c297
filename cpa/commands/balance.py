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
    layers = dict.fromkeys(
        ("mass", "water", "energy", *(substance for flow in phase.flows for substance in flow.contains))
    )
    for name in layer or ():
        if name not in layers:
            refuse(_("no flow holds `{layer}`; there are {names}", layer=name, names=listed(list(layers))), language)
    asked = [item.layer for item in analysis.balances]
    results = [item for item in analysis.balances if not layer or item.layer in layer] if not scope else []
    for name in layer or (dict.fromkeys(asked) or ["mass"] if scope else ()):
        if scope or name not in asked:
            unit = next((item.request.unit for item in analysis.balances if item.layer == name), "")
            results.append(analysis.balance(Balance(layer=name, scope=tuple(scope or ()), unit=unit)))
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
