"""The figures of the report: which numbers are drawn, by name."""

from collections.abc import Callable

import msgspec

from cpa.analysis import Analysis
from cpa.figures.mermaid import block_diagram
from cpa.figures.svg import ranked_bars
from cpa.messages import Message, _, plain
from cpa.schema.labels import layer_name


class Figure(msgspec.Struct, frozen=True):
    """A drawing: `svg` text, or `mermaid` text, never both."""

    name: str
    title: Message
    svg: str = ""
    mermaid: str = ""


def unit_consumption(analysis: Analysis, _language: str) -> Figure | None:
    """How far unit consumption and unit discharge moved from the first to the last of three years, item by item."""
    years = analysis.years
    if len(years) < 2:
        return None
    first, last = years[0], years[-1]
    found: list[tuple[str, float]] = [
        (specific.item.name, specific.change(first, last) * 100)
        for specific in analysis.specifics
        if specific.computed.get(first) and last in specific.computed
    ]
    if not found:
        return None
    title = _("Change of unit consumption and unit discharge, {last} against {first}", first=first, last=last)
    rising = [name for name, change in found if change > 0]
    ordered = sorted(found, key=lambda item: item[1])
    return Figure("unit-consumption", title, ranked_bars(ordered, "%", rising))


def focus(analysis: Analysis, language: str) -> Figure | None:
    """Totals of the candidates, the chosen one marked."""
    stated, ranking = analysis.audit.phase("preassessment").focus, analysis.focus
    if stated is None or ranking is None:
        return None
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    items = [(names.get(row.id, row.id), row.total) for row in ranking.in_order]
    return Figure(
        "focus",
        _("Total scores of the candidates for the audit focus"),
        ranked_bars(items, _("points").to(language), [names.get(name, name) for name in stated.chosen]),
    )


def net_present_values(analysis: Analysis, _language: str) -> Figure | None:
    """NPV of the studied options, the largest first."""
    found = sorted(
        (
            (f"{result.study.option} {result.option.name if result.option else ''}", result.appraisal.npv)
            for result in analysis.studies
            if result.appraisal is not None
        ),
        key=lambda item: -item[1],
    )
    return (
        Figure("npv", _("Net present value of the options"), ranked_bars(found, analysis.money_unit)) if found else None
    )


def attainment(analysis: Analysis, _language: str) -> Figure | None:
    """How far the targets were reached, in per cent of the improvement aimed at."""
    found = [
        (result.target.item, result.completion * 100 if result.completion is not None else None)
        for result in analysis.attainments
        if result.attainment is not None
    ]
    return Figure("attainment", _("Completion of the near-term targets"), ranked_bars(found, "%")) if found else None


def network(analysis: Analysis, index: int) -> Figure | None:
    """The block diagram of the balance at `index`."""
    if index >= len(analysis.balances):
        return None
    result = analysis.balances[index]
    phase = analysis.audit.phase("assessment")
    name = (
        plain(result.request.name) if result.request.name else _("Balance of {layer}", layer=layer_name(result.layer))
    )
    return Figure(
        f"balance-{index}",
        _("{name}: block diagram ({unit})", name=name, unit=result.unit),
        mermaid=block_diagram(result, phase.units, phase.flows, phase.losses),
    )


CHARTS: dict[str, Callable[[Analysis, str], Figure | None]] = {
    "unit-consumption": unit_consumption,
    "focus": focus,
    "npv": net_present_values,
    "attainment": attainment,
}


def figure(analysis: Analysis, name: str, language: str) -> Figure | None:
    """The figure called `name`, None where there is nothing to draw. Raises KeyError for an unknown name."""
    if name.startswith("balance-"):
        return network(analysis, int(name.removeprefix("balance-")))
    return CHARTS[name](analysis, language)
