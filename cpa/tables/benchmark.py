"""Tables of the comparison with an indicator system (handbook, step 2.3)."""

from cpa.analysis import Analysis
from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.messages import Message, _, listed, plain
from cpa.methods.guideline import Reason
from cpa.schema.indicators import Words
from cpa.schema.labels import CONFIDENCE, label
from cpa.tables.build import DASH, number, report, text
from cpa.tables.model import Cell, Column, Table


def benchmark(analysis: Analysis) -> Table:
    return _comparison("benchmark", _("Comparison with the indicator system"), analysis.benchmark)


def benchmark_after(analysis: Analysis) -> Table:
    return _comparison(
        "benchmark-after", _("Comparison with the indicator system after the audit"), analysis.benchmark_after
    )


def summary(analysis: Analysis) -> Table:
    """What a terminal has room for: value, level, what is missing for the next one; before and after."""
    before, after = analysis.benchmark, analysis.benchmark_after
    title = _("Comparison with the indicator system")
    if before is None:
        return report("benchmark-levels", title, (text("indicator", _("Indicator")),), ())
    later = {each.row.id: each for each in after.results} if after is not None else {}
    shown_after = any(each.met is not None for each in later.values())
    rows: list[tuple[Cell, ...]] = []
    for each in before.results:
        if each.met is None and each.problem is None:
            continue
        rows.append(
            (
                _name(each),
                _value(each),
                _reached(before, each),
                _gap(each),
                *((_value(later[each.row.id]), _reached(before, later[each.row.id])) if shown_after else ()),
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
    return report("benchmark-levels", title, columns, rows, notes=[*notes, *_about(before)])


def classes(analysis: Analysis) -> Table | None:
    """Points of the classes at each level; None where the system has no weights."""
    result = analysis.benchmark
    index = result.index if result is not None else None
    scores = index.scores if index is not None else None
    if result is None or index is None or scores is None:
        return None
    system = result.system
    rows: list[tuple[Cell, ...]] = []
    for each in system.classes:
        points: tuple[Cell, ...] = index.groups[each.id]
        rows.append((_words(each.name), each.weight, *points))
    rows.append((_("Sum"), None, *scores))
    columns = (
        text("class", _("Class")),
        number("weight", _("Weight"), 2),
        *(number(f"level{k}", _("Y of {level}", level=_words(words)), 2) for k, words in enumerate(system.levels)),
    )
    return report("benchmark-classes", _("Points by class"), columns, rows, total=True)


def _comparison(name: str, title: Message, result: BenchmarkResult | None) -> Table:
    if result is None:
        return report(name, title, (text("indicator", _("Indicator")),), ())
    system = result.system
    groups = {each.id: _words(each.name) for each in system.classes}
    weighted = result.index is not None and result.index.scores is not None
    rows = [
        (
            groups.get(each.row.group, plain(each.row.group)),
            _name(each),
            each.row.unit or plain(DASH),
            *((result.index.weights.get(each.row.id),) if weighted and result.index is not None else ()),
            *(_baseline(each, level) for level in range(len(system.levels))),
            _value(each, with_unit=False),
            _reached(result, each),
            _gap(each, with_unit=False),
            each.source,
        )
        for each in result.results
    ]
    columns = (
        text("class", _("Class")),
        text("indicator", _("Indicator")),
        text("unit", _("Unit")),
        *((number("weight", _("Points of 100"), 2),) if weighted else ()),
        *(text(f"level{k}", _words(words), group=_("Baselines")) for k, words in enumerate(system.levels)),
        text("value", _("Value of the enterprise")),
        text("reached", _("Level reached")),
        text("gap", _("To the next level")),
        text("source", _("Source")),
    )
    return report(name, title, columns, rows, notes=[*_verdict(result), *_about(result)])


def _name(each: IndicatorResult) -> Message:
    name = _words(each.row.name)
    return Message("* {name}", (("name", name),)) if each.row.limiting else name


def _baseline(each: IndicatorResult, level: int) -> Cell:
    if each.row.texts:
        words = each.row.texts[level]
        return plain(DASH) if words is None else _words(words)
    if each.baselines:
        found = each.baselines[level]
        return plain(DASH) if found is None else f"{found.sign} {found.value:g}"
    written = each.row.baselines[level] if each.row.baselines else None
    return written or plain(DASH)


def _value(each: IndicatorResult, *, with_unit: bool = True) -> Cell:
    if each.value is None:
        return plain(DASH)
    unit = f" {each.row.unit}" if with_unit and each.row.unit else ""
    return f"{each.value:.4g}{unit}"


def _reached(result: BenchmarkResult, each: IndicatorResult) -> Message:
    if each.met is None:
        return plain(DASH)
    return _level(result, each.level)


def _level(result: BenchmarkResult, level: int | None) -> Message:
    return _("below the last level") if level is None else _words(result.system.levels[level])


def _gap(each: IndicatorResult, *, with_unit: bool = True) -> Cell:
    if each.gap is None:
        return plain(DASH)
    unit = f" {each.row.unit}" if with_unit and each.row.unit else ""
    return f"{each.gap:+.3g}{unit}".replace("-", "−")


def _verdict(result: BenchmarkResult) -> list[Message]:
    """The level in words, why it is no better, and what a better one would take."""
    if not any(each.met is not None for each in result.results):
        return []
    names = {each.row.id: _words(each.row.name) for each in result.results}
    level, wanted = _level(result, result.level), result.next_level
    if result.index is None:
        compared = sum(result.counts)
        found = [_("Level that all {count} indicators compared reach: {level}.", count=compared, level=level)]
    else:
        found = [_("Level of the enterprise: {level}.", level=level)]
        found += [_reason(result, reason, names) for reason in result.index.reasons if reason.level == wanted]
        found += _unjudged(result, names)
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
                level=_words(result.system.levels[wanted]),
                names=listed([names[name] for name in short]),
            )
        )
    return found


def _unjudged(result: BenchmarkResult, names: dict[str, Message]) -> list[Message]:
    """What the level does not rest on: who leaves a limiting indicator out has not shown that it is met."""
    absent = [each.row for each in result.results if each.met is None]
    if not absent:
        return []
    found = [
        _("{count} of {all} indicators were judged.", count=len(result.results) - len(absent), all=len(result.results))
    ]
    limiting = [names[row.id] for row in absent if row.limiting]
    if limiting:
        found.append(
            _(
                "Limiting indicators not judged: {names}. Until they are, the level is provisional.",
                names=listed(limiting),
            )
        )
    return found


def _reason(result: BenchmarkResult, reason: Reason, names: dict[str, Message]) -> Message:
    """Why a level is not reached."""
    level = _words(result.system.levels[reason.level])
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


def _about(result: BenchmarkResult) -> list[Message]:
    system = result.system
    notes = [
        _(
            "Indicator system: {document}; the values of the pack are {confidence}.",
            document=system.document,
            confidence=label(CONFIDENCE, system.confidence),
        )
    ]
    if system.method == "guideline" and result.index is None:
        notes.append(_("No weights and limiting marks that could be used: compared level by level."))
    return [*notes, _words(system.missing)] if system.missing is not None else notes


def _words(words: Words) -> Message:
    """The words of a data pack, which carries both languages itself."""
    return Message("{words}", (("words", _Pair(words.zh, words.en)),))


class _Pair(Message):
    """A message whose wordings come from a data pack instead of the catalogue."""

    __slots__ = ()

    def __new__(cls, zh: str, en: str) -> "_Pair":
        return super().__new__(cls, en, (("zh", zh),))

    def to(self, language: str) -> str:
        return str(self.values[0][1]) if language == "zh" else self.text
