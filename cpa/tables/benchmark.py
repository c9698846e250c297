"""Tables of the comparison with an indicator system (handbook, step 2.3)."""

from cpa.analysis import Analysis
from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.messages import Message, _, listed, plain
from cpa.methods.guideline import Reason
from cpa.tables import trial
from cpa.tables.build import DASH, number, report, text
from cpa.tables.indicators import (
    PLACE,
    about,
    gap_of,
    level_of,
    name_of,
    outside_of,
    place_of,
    unjudged,
    value_of,
    words_of,
)
from cpa.tables.model import Cell, Chart, Column, Table


def benchmark(analysis: Analysis) -> Table:
    return _comparison("benchmark", _("Comparison with the indicator system"), analysis.benchmark, analysis.money_unit)


def benchmark_after(analysis: Analysis) -> Table:
    return _comparison(
        "benchmark-after",
        _("Comparison with the indicator system after the audit"),
        analysis.benchmark_after,
        analysis.money_unit,
    )


def summary(analysis: Analysis) -> Table:
    """What a terminal has room for: value, level, what is missing for the next one; before and after."""
    before, after = analysis.benchmark, analysis.benchmark_after
    title = _("Comparison with the indicator system")
    if before is None:
        return report("benchmark-levels", title, (text("indicator", _("Indicator")),), ())
    if before.system.method == "trial":
        return trial.summary("benchmark-levels", title, before, after)
    later = {each.row.id: each for each in after.results} if after is not None else {}
    shown_after = any(each.met is not None for each in later.values())
    rows: list[tuple[Cell, ...]] = []
    for each in before.results:
        if each.met is None and each.problem is None:
            continue
        rows.append(
            (
                name_of(each),
                value_of(each),
                _reached(before, each),
                gap_of(each)
                if each.outside is None
                else _("{gap} ({plant})", gap=gap_of(each), plant=outside_of(each, analysis.money_unit)),
                *((value_of(later[each.row.id]), _reached(before, later[each.row.id])) if shown_after else ()),
            )
        )
    columns: tuple[Column, ...] = (
        text("indicator", _("Indicator"), wide=True),
        text("value", _("Value")),
        text("reached", _("Level")),
        text("gap", _("To the next level")),
    )
    if shown_after:
        columns += (text("after", _("After^audit")), text("after-level", _("Level after")))
    notes = _verdict(before)
    if after is not None and shown_after:
        notes += [_("After the audit:"), *_verdict(after)]
    return report("benchmark-levels", title, columns, rows, notes=[*notes, *about(before)])


def classes(analysis: Analysis) -> Table:
    """Points of the classes at each level; no rows where the system has no weights."""
    result = analysis.benchmark
    if result is not None and result.trial is not None:
        return trial.classes(result, result.trial)
    index = result.index if result is not None else None
    rows: list[tuple[Cell, ...]] = []
    columns: tuple[Column, ...] = (text("class", _("Class")), number("weight", _("Weight"), 2))
    if result is not None and index is not None and index.scores is not None:
        rows = [(words_of(each.name), each.weight, *index.groups[each.id]) for each in result.system.classes]
        rows.append((_("Sum"), None, *index.scores))
        columns += tuple(
            number(f"level{k}", _("Y of {level}", level=words_of(words)), 2)
            for k, words in enumerate(result.system.levels)
        )
    chart = Chart("radar", "class", ("level0",), len(rows) - 1) if len(rows) > 3 else None
    return report("benchmark-classes", _("Points by class"), columns, rows, total=bool(rows), chart=chart)


def counts(analysis: Analysis) -> Table:
    """How many indicators reach each level, before and after the audit."""
    before, after = analysis.benchmark, analysis.benchmark_after
    shown_after = after is not None and any(each.met is not None for each in after.results)
    rows: list[tuple[Cell, ...]] = []
    if before is not None and before.system.method != "trial":
        names = [*(words_of(words) for words in before.system.levels), _("below the last level")]
        later = after.counts if after is not None and shown_after else ()
        rows = [(name, before.counts[index], *((later[index],) if later else ())) for index, name in enumerate(names)]
    columns = (
        text("level", _("Level^count")),
        number("before", _("Indicators before"), 0),
        *((number("after", _("Indicators after"), 0),) if shown_after else ()),
    )
    values = ("before", "after") if shown_after else ("before",)
    title = _("Indicators by the level that they reach")
    return report("benchmark-counts", title, columns, rows, chart=Chart("column", "level", values))


def _comparison(name: str, title: Message, result: BenchmarkResult | None, money_unit: str) -> Table:
    if result is None:
        return report(name, title, (text("indicator", _("Indicator")),), ())
    if result.system.method == "trial":
        return trial.comparison(name, title, result)
    system = result.system
    weighted = result.index is not None and result.index.scores is not None
    shown_outside = any(each.outside is not None for each in result.results)
    rows = [
        (
            *place_of(result, each),
            *((result.index.weights.get(each.row.id),) if weighted and result.index is not None else ()),
            *(_baseline(each, level) for level in range(len(system.levels))),
            value_of(each, with_unit=False),
            _reached(result, each),
            gap_of(each, with_unit=False),
            *((outside_of(each, money_unit),) if shown_outside else ()),
            each.source,
        )
        for each in result.results
    ]
    columns = (
        *PLACE,
        *((number("weight", _("Points of 100"), 2),) if weighted else ()),
        *(text(f"level{k}", words_of(words), group=_("Baselines")) for k, words in enumerate(system.levels)),
        text("value", _("Value of the enterprise")),
        text("reached", _("Level reached")),
        text("gap", _("To the next level")),
        *((text("outside", _("In the plant a year")),) if shown_outside else ()),
        text("source", _("Source")),
    )
    return report(name, title, columns, rows, notes=[*_verdict(result), *about(result)])


def _baseline(each: IndicatorResult, level: int) -> Cell:
    if each.row.texts:
        words = each.row.texts[level]
        return plain(DASH) if words is None else words_of(words)
    if each.baselines:
        found = each.baselines[level]
        return plain(DASH) if found is None else f"{found.sign} {found.value:g}"
    written = each.row.baselines[level] if each.row.baselines else None
    return written or plain(DASH)


def _reached(result: BenchmarkResult, each: IndicatorResult) -> Message:
    if each.met is None:
        return plain(DASH)
    return level_of(result, each.level)


def _verdict(result: BenchmarkResult) -> list[Message]:
    """The level in words, why it is no better, and what a better one would take."""
    if not any(each.met is not None for each in result.results):
        return []
    names = {each.row.id: words_of(each.row.name) for each in result.results}
    level, wanted = level_of(result, result.level), result.next_level
    if result.index is None:
        compared = sum(result.counts)
        found = [_("Level that all {count} indicators compared reach: {level}.", count=compared, level=level)]
    else:
        found = [_("Level of the enterprise: {level}.", level=level)]
        found += [_reason(result, reason, names) for reason in result.index.reasons if reason.level == wanted]
        found += unjudged(result, names)
        if result.index.provisional:
            found.append(
                _("The weights were not seen: judged by the limiting indicators alone.")
                if result.index.scores is None
                else _("Not all classes of the system were seen: the level is provisional.")
            )
    short = result.to_next
    if wanted is not None and short:
        found.append(
            _(
                "To reach {level}: {names}.",
                level=words_of(result.system.levels[wanted]),
                names=listed([names[name] for name in short]),
            )
        )
    return found


def benchmark_verdict(analysis: Analysis) -> list[Message]:
    """The level of the enterprise with its reason, in sentences; none for systems without a rule for it."""
    result = analysis.benchmark
    return _verdict(result) if result is not None and result.index is not None else []


def _reason(result: BenchmarkResult, reason: Reason, names: dict[str, Message]) -> Message:
    """Why a level is not reached."""
    level = words_of(result.system.levels[reason.level])
    parts = []
    if reason.limiting:
        parts.append(_("limiting indicators below it: {names}", names=listed([names[one] for one in reason.limiting])))
    if reason.others:
        parts.append(_("other indicators too low: {names}", names=listed([names[one] for one in reason.others])))
    if reason.score is not None and reason.asked is not None:
        parts.append(
            _("Y of {level} = {score} < {asked}", level=level, score=f"{reason.score:.1f}", asked=f"{reason.asked:g}")
        )
    return _("{level} is not reached: {reasons}.", level=level, reasons=listed(parts, "; "))
