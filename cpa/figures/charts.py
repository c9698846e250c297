"""The figures of the report: which numbers are drawn, by name."""

from collections.abc import Callable

from cpa.analysis import Analysis
from cpa.analysis.assessment import LayerBalance
from cpa.figures import economics, survey
from cpa.figures.gantt import gantt
from cpa.figures.model import Figure
from cpa.figures.network import Edge, Kind, Mark, Network, Node, Words
from cpa.figures.svg import ranked_bars
from cpa.messages import _
from cpa.methods.balance.raw import Sheet
from cpa.schema.labels import balance_title


def unit_consumption(analysis: Analysis, _language: str) -> Figure | None:
    """How far unit consumption and unit discharge moved from the first to the last of three years, item by item."""
    years = analysis.years
    if len(years) < 2:
        return None
    first, last = years[0], years[-1]
    found: list[tuple[str, float]] = [
        (specific.name, specific.change(first, last) * 100)
        for specific in analysis.specifics
        if specific.computed.get(first) and last in specific.computed
    ]
    if not found:
        return None
    title = _("Change of unit consumption and unit discharge, {last} against {first}", first=first, last=last)
    rising = [name for name, change in found if change > 0]
    ordered = sorted(found, key=lambda item: item[1])
    return Figure("unit-consumption", title, ranked_bars(ordered, "%", rising))


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


def network(analysis: Analysis, result: LayerBalance, language: str) -> Network:
    """The network of a balance as it is drawn; flows that only a reconciliation knows are marked as filled in."""
    phase = analysis.audit.phase("assessment")
    sheets = {scope.id: scope.sheet for scope in result.scopes if scope.kind == "unit"}
    nodes = [
        Node(unit.id, unit.name, _deviation(sheets[unit.id]), _MARKS[sheets[unit.id].verdict])
        for unit in phase.units
        if unit.id in sheets
    ]
    filled = analysis.reconciled(result.request).flows if result.request.reconcile else {}
    edges = []
    for flow in phase.flows:
        amount = result.flows[flow.id].amount
        source, target = (end if end in sheets else "" for end in (flow.source, flow.target))
        if amount == 0.0 or not (source or target) or source == target:
            continue
        computed = filled[flow.id].value if amount is None and flow.id in filled else None
        edges.append(
            Edge(
                flow.id,
                flow.name,
                source,
                target,
                computed if amount is None else amount,
                _KINDS.get(flow.kind, "flow"),
                computed is not None,
            )
        )
    known = {entry.id: entry.amount for entry in result.total.sheet.losses}
    edges += [
        Edge(loss.id, loss.name, loss.unit, "", known[loss.id], "loss")
        for loss in phase.losses
        if loss.id in known and loss.unit in sheets and loss.layer == result.layer
    ]
    return Network(tuple(nodes), tuple(edges), result.unit, legend=_words(language))


_KINDS: dict[str, Kind] = {
    "recycle": "recycle", "product": "product", "byproduct": "product", "waste": "waste", "loss": "loss",
}  # fmt: skip
_MARKS: dict[str, Mark] = {"within": "", "outside": "bad", "incomplete": "open", "not_assessed": ""}


def _deviation(sheet: Sheet) -> str:
    return (
        f"δ {sheet.deviation * 100:.1f} %"
        if sheet.verdict in ("within", "outside") and sheet.deviation is not None
        else ""
    )


def _words(language: str) -> Words:
    return Words(
        flow=_("flow^figure").to(language),
        recycle=_("recycle^figure").to(language),
        product=_("product^figure").to(language),
        waste=_("waste^figure").to(language),
        loss=_("loss^figure").to(language),
        outside=_("outside").to(language),
        filled=_("(…) computed, not measured").to(language),
        unknown=_("unknown amount").to(language),
        unit=_("Unit").to(language),
    )


def balance_figures(analysis: Analysis, result: LayerBalance, language: str) -> tuple[Figure, Figure]:
    """The block diagram and the Sankey of a balance."""
    from cpa.figures.block import block_diagram
    from cpa.figures.mermaid import block_diagram as mermaid_text
    from cpa.figures.sankey import sankey

    drawn = network(analysis, result, language)
    name = balance_title(result.request)
    scope = "-".join((result.layer, *result.request.scope, *filter(None, (result.request.period,))))
    return (
        Figure(
            f"balance-{scope}",
            _("{name}: block diagram ({unit})", name=name, unit=result.unit),
            block_diagram(drawn),
            mermaid_text(drawn),
        ),
        Figure(f"sankey-{scope}", _("{name}: Sankey diagram ({unit})", name=name, unit=result.unit), sankey(drawn)),
    )


CHARTS: dict[str, Callable[[Analysis, str], Figure | None]] = {
    "unit-consumption": unit_consumption,
    "trends": survey.trends,
    "energy-shares": survey.energy_shares,
    "indicator-levels": survey.indicator_levels,
    "indicator-levels-after": survey.indicator_levels_after,
    "class-scores": survey.class_scores,
    "potentials": survey.potentials,
    "focus": survey.candidate_scores,
    "npv": net_present_values,
    "attainment": attainment,
    "option-bubbles": economics.option_bubbles,
    "macc": economics.macc,
    "gantt": gantt,
    "before-after": economics.before_after,
}
OPTION_CHARTS: dict[str, Callable[[Analysis, str, str], Figure | None]] = {
    "tornado": economics.tornado,
    "npv-profile": economics.npv_profile,
    "cash-flow": economics.cash_flow,
    "monte-carlo": economics.monte_carlo,
}
"""Figures of one studied option, whose id follows behind a dash: `tornado-F6`."""
_PARAMETERS = {**OPTION_CHARTS, "macc": economics.abatement}


def figure(analysis: Analysis, name: str, language: str) -> Figure | None:
    """The figure called `name`, None where there is nothing to draw. Raises KeyError for an unknown name.

    Behind the dash stands the place of a balance (`block-0`, `balance-0`, `sankey-0`), the id of an option
    (`tornado-F6`), or a quantity (`macc-co2`, `macc-water`).
    """
    if name in CHARTS:
        return CHARTS[name](analysis, language)
    for kind, draw in _PARAMETERS.items():
        if name.startswith(f"{kind}-"):
            return draw(analysis, name.removeprefix(f"{kind}-"), language)
    kind, _dash, number = name.partition("-")
    if kind not in ("block", "balance", "sankey") or not number.isdecimal():
        raise KeyError(name)
    index = int(number)
    if index >= len(analysis.balances):
        return None
    return balance_figures(analysis, analysis.balances[index], language)[kind == "sankey"]
