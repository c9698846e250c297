"""`cpa annuity`: the table of present values of an annuity (handbook, appendix 1), for any range."""

import math
from typing import Annotated

import typer

from cpa.commands.common import Format, Language, help_text, refuse, show
from cpa.messages import _, locale_language

_MOST, _LARGEST = 200, 10_000


def main(
    rates: Annotated[
        str, typer.Option("--rates", "-r", help=help_text(_("Rates in per cent: 1-20, or 3.45,8,10")))
    ] = "1-12",
    years: Annotated[str, typer.Option("--years", "-n", help=help_text(_("Years: 1-30, or 5,10,15")))] = "1-20",
    output: Format = "text",
    lang: Language = None,
) -> None:
    from cpa.tables.economics import annuity

    language = lang or locale_language()
    percents, counts = _numbers(rates, language), _numbers(years, language)
    if any(percent <= -100 for percent in percents) or any(count < 1 or count != int(count) for count in counts):
        refuse(_("rates lie above -100 %, years are whole numbers from 1"), language)
    show([annuity([percent / 100 for percent in percents], [int(count) for count in counts])], output, language)


def _numbers(text: str, language: str) -> list[float]:
    """`1-5` as 1, 2, 3, 4, 5; `3.45,8` as they stand."""
    found: list[float] = []
    try:
        for part in text.replace("，", ",").split(","):
            low, dash, high = part.strip().removesuffix("%").partition("-")
            if dash and low:
                found += [float(number) for number in range(int(low), min(int(high), int(low) + _MOST) + 1)]
            else:
                found.append(float(part.strip(" %")))
    except ValueError:
        refuse(_("`{text}` is no range; write 1-20 or 5,8,10", text=text), language)
    if not 0 < len(found) <= _MOST or not all(map(math.isfinite, found)) or max(map(abs, found)) > _LARGEST:
        refuse(_("`{text}` names no number, or too many", text=text), language)
    return found
