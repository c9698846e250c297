"""The figures of pre-assessment: trends, shares, indicator levels, candidates, potential."""

from cpa.analysis import Analysis
from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.figures.model import Figure
from cpa.figures.plots import levels, lines, radar, stacked_bars
from cpa.figures.svg import ranked_bars
from cpa.messages import _, both
from cpa.schema.indicators import Words
from cpa.schema.labels import ASPECTS, BASES, FACTORS, label
from cpa.schema.preassessment import Input

_MOST = 8
"""Lines that a person can still tell apart."""


def trends(analysis: Analysis, _language: str) -> Figure | None:
    """Unit consumption by year as a percentage of the first year: of water, energy and what moved most."""
    years = analysis.years[-5:]
    found = [
        one for one in analysis.specifics if isinstance(one.item, Input) and all(one.computed.get(y) for y in years)
    ]
    if len(years) < 2 or not found:
        return None
    first = years[0]
    carriers = [one for one in found if isinstance(one.item, Input) and one.item.kind in ("water", "energy")]
    others = sorted((one for one in found if one not in carriers), key=lambda one: -abs(one.change(first, years[-1])))
    shown = [*carriers, *others][:_MOST]
    series = [(one.name, [one.computed[y] / one.computed[first] * 100 for y in years]) for one in shown]
    title = _("Unit consumption by year, {year} = 100", year=first)
    return Figure("trends", title, lines(series, [str(y) for y in years], f"{first} = 100"))


def energy_shares(analysis: Analysis, _language: str) -> Figure | None:
    """What each carrier contributes to comprehensive energy by year."""
    result = analysis.energy
    scopes = result.plant[-3:] if result is not None else ()
    if result is None or not scopes or any(scope.total.unknown for scope in scopes):
        return None
    names = {use.item.id: use.item.name for scope in scopes for use in scope.uses if not use.use.sold}
    bars = []
    for scope in scopes:
        gross = {use.item.id: use.use.gross for use in scope.uses if not use.use.sold}
        bars.append((str(scope.year), [gross.get(name) for name in names]))
    title = _("Comprehensive energy consumption by carrier ({basis})", basis=BASES[result.basis])
    return Figure("energy-shares", title, stacked_bars(bars, list(names.values()), "tce", shares=True))


def indicator_levels(analysis: Analysis, language: str) -> Figure | None:
    """The level that each judged indicator reaches, with the relative distance to the next."""
    return _levels(analysis.benchmark, "indicator-levels", language)


def indicator_levels_after(analysis: Analysis, language: str) -> Figure | None:
    return _levels(analysis.benchmark_after, "indicator-levels-after", language)


def _levels(result: BenchmarkResult | None, name: str, language: str) -> Figure | None:
    if result is None or result.system.method == "trial":
        return None
    judged = [each for each in result.results if each.met is not None]
    if not judged:
        return None
    rows = [(_named(each.row.name, language), each.level, _distance(each)) for each in judged]
    heads = [*(_named(words, language) for words in result.system.levels), _("below^levels").to(language)]
    title = (
        _("Levels of the indicators") if name == "indicator-levels" else _("Levels of the indicators after the audit")
    )
    return Figure(name, title, levels(rows, heads))


def _named(words: Words, language: str) -> str:
    return both(words.zh, words.en).to(language)


def _distance(each: IndicatorResult) -> float | None:
    return each.gap / abs(each.value) if each.gap is not None and each.value else None


def class_scores(analysis: Analysis, language: str) -> Figure | None:
    """Points of the classes at the best level, before and after, each as a percentage of its weight."""
    before, after = _class_points(analysis.benchmark), _class_points(analysis.benchmark_after)
    if before is None or analysis.benchmark is None or len(before) < 3:
        return None
    names = {each.id: _named(each.name, language) for each in analysis.benchmark.system.classes}
    other = [after[name] for name in before] if after is not None and set(after) == set(before) else None
    legend = (_("before the audit").to(language), _("after the audit").to(language) if other else "")
    best = _named(analysis.benchmark.system.levels[0], language)
    title = _("Points of the classes at {level}, per cent of their weights", level=best)
    if sum(value > 0 for value in before.values()) < 3:  # a polygon of one or two corners is a line
        return Figure("class-scores", title, ranked_bars([(names[name], before[name]) for name in before], "%"))
    return Figure("class-scores", title, radar([names[name] for name in before], list(before.values()), other, legend))


def _class_points(result: BenchmarkResult | None) -> dict[str, float] | None:
    """Points of each judged class at the best level, as a percentage of what its rows could bring."""
    index = result.index if result is not None else None
    if result is None or index is None or index.scores is None:
        return None
    most: dict[str, float] = {}
    for each in result.results:
        if each.met is not None:
            most[each.row.group] = most.get(each.row.group, 0.0) + (index.weights.get(each.row.id) or 0.0)
    return {name: index.groups[name][0] / whole * 100 for name, whole in most.items() if whole and name in index.groups}


def candidate_scores(analysis: Analysis, language: str) -> Figure | None:
    """R×W of every candidate by factor, the chosen one bold."""
    stated, ranking = analysis.audit.phase("preassessment").focus, analysis.focus
    if stated is None or ranking is None:
        return None
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    factors = [stated.names.get(factor) or label(FACTORS, factor).to(language) for factor in ranking.factors]
    rows = [(names.get(row.id, row.id), list(row.products)) for row in ranking.in_order]
    chosen = [names.get(name, name) for name in stated.chosen]
    return Figure(
        "focus",
        _("Scores of the candidates by factor"),
        stacked_bars(rows, factors, _("points").to(language), mark=chosen),
    )


def potentials(analysis: Analysis, language: str) -> Figure | None:
    """Money of the potentials by aspect and stream, the largest first."""
    found = [
        (f"{label(ASPECTS, one.item.aspect).to(language)} {_stream(analysis, one.item.resource)}".strip(), one.money)
        for one in analysis.aspect_potentials
        if one.money
    ]
    if not found:
        return None
    unit = f"{analysis.money_unit}/a"
    return Figure("potentials", _("Potential by aspect and stream ({unit})", unit=unit), ranked_bars(found, unit))


def _stream(analysis: Analysis, name: str) -> str:
    phase = analysis.audit.phase("preassessment")
    return next((item.name for item in (*phase.inputs, *phase.wastes) if item.id == name), "")
