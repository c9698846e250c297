"""`cpa explain CODE`: the manual of a rule."""

from typing import Annotated

import typer

from cpa.commands.common import Format, Language, help_text, refuse
from cpa.messages import _, listed, locale_language


def main(
    code: Annotated[
        str | None, typer.Argument(help=help_text(_("Code of a finding, such as CPA401; without it, all codes")))
    ] = None,
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.checks import RULES
    from cpa.render.manual import manual_data, print_manual, print_rules
    from cpa.schema.walk import nearest

    language = lang or locale_language()
    if code is None:
        if output == "json":
            from cpa.render.json import print_data

            print_data({"rules": [manual_data(rule, language) for rule in RULES.values()]})
        else:
            print_rules(RULES.values(), language)
        return
    rule = RULES.get(code.upper())
    if rule is None:
        near = nearest(code.upper(), tuple(RULES))
        refuse(
            _("there is no code {code}; did you mean {names}?", code=code, names=listed(near))
            if near
            else _("there is no code {code}", code=code),
            language,
        )
    if output == "json":
        from cpa.render.json import print_data

        print_data(manual_data(rule, language))
    else:
        print_manual(rule, language)
