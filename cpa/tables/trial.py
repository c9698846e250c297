"""Tables of the comparison with a trial system of 2006 to 2009: ratios, weights, points, and the index P."""

import math

from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.analysis.trial import PARTS
from cpa.messages import Message, _, listed, plain
from cpa.methods.trial import TrialIndex
from cpa.tables.build import DASH, number, report, text
from cpa.tables.indicators import PLACE, about, gap_of, level_of, name_of, place_of, unjudged, value_of, words_of
from cpa.tables.model import Cell, Column, Table

_S, _WEIGHT, _POINTS = _("S^trial system"), _("K′^trial system"), _("Points S·K′")
_GAP = _("To the reference value")


def summary(name: str, title: Message, before: BenchmarkResult, after: BenchmarkResult | None) -> Table:
    """What a terminal has room for: value, S, K′, points, what is missing; before and after."""
    later = {each.row.id: each for each in after.results} if after is not None else {}
    shown_after = after is not None and any(each.met is not None for each in later.values())
    rows: list[tuple[Cell, ...]] = []
    for each in before.results:
        if each.met is None and each.problem is None:
            continue
        cells: tuple[Cell, ...] = (name_of(each), _value(each), *_score(before, each), gap_of(each))
        if shown_after and after is not None:
            then = later[each.row.id]
            cells += (_value(then), _score(after, then)[0])
        rows.append(cells)
    columns: tuple[Column, ...] = (
        text("indicator", _("Indicator"), wide=True),
        text("value", _("Value")),
        *_score_columns(),
        text("gap", _GAP),
    )
    if shown_after:
        columns += (text("after", _("After^audit")), number("after-ratio", _("S after"), 3))
    notes = verdict(before)
    if after is not None and shown_after:
        notes += [_("After the audit:"), *verdict(after)]
    return report(name, title, columns, rows, notes=[*notes, *about(before)])


def comparison(name: str, title: Message, result: BenchmarkResult) -> Table:
    """Every row of the document with its reference value, S, whether it was capped, K′ and points."""
    rows = [
        (
            *place_of(result, each),
            each.row.weight,
            _reference(each),
            _value(each, with_unit=False),
            *_score(result, each),
            _capped(result, each),
            gap_of(each, with_unit=False),
            each.source,
        )
        for each in result.results
    ]
    columns = (
        *PLACE,
        text("points", _("Weight K")),
        text("reference", _("Reference value^trial system")),
        text("value", _("Value of the enterprise")),
        *_score_columns(),
        text("capped", _("S was capped")),
        text("gap", _GAP),
        text("source", _("Source")),
    )
    return report(name, title, columns, rows, notes=[*verdict(result), *about(result)])


def classes(result: BenchmarkResult, index: TrialIndex) -> Table:
    """Points of the classes, then P1, P2 and P."""
    rows: list[tuple[Cell, ...]] = []
    for group in result.system.classes:
        members = [each.row for each in result.results if each.row.group == group.id]
        found = [index.scores[row.id].points for row in members if row.id in index.scores]
        part = PARTS[bool(members[0].texts)] if members else plain(DASH)
        rows.append((words_of(group.name), part, index.weights.get(group.id), math.fsum(found) if found else None))
    rows += [
        (plain("P1"), PARTS[False], None, index.quantitative),
        (plain("P2"), PARTS[True], None, index.qualitative),
        (plain("P"), None, None, index.total),
    ]
    columns = (
        text("class", _("Class")),
        text("part", _("Part^trial system")),
        number("weight", _("Weight"), 2),
        number("points", _("Points"), 2),
    )
    return report("benchmark-classes", _("Points by class"), columns, rows, total=True)


def _score_columns() -> tuple[Column, ...]:
    return number("ratio", _S, 3), number("weight", _WEIGHT, 2), number("contribution", _POINTS, 2)


def _score(result: BenchmarkResult, each: IndicatorResult) -> tuple[Cell, ...]:
    """S (or F) after the cap, K′, and their product; nothing for a row that takes no part."""
    score = result.trial.scores.get(each.row.id) if result.trial is not None else None
    return (None, None, None) if score is None else (score.ratio, score.weight, score.points)


def _capped(result: BenchmarkResult, each: IndicatorResult) -> bool | None:
    score = result.trial.scores.get(each.row.id) if result.trial is not None else None
    return None if score is None or score.qualitative else score.capped


def _reference(each: IndicatorResult) -> Cell:
    if each.row.texts:
        words = each.row.texts[0]
        return plain(DASH) if words is None else words_of(words)
    reference = each.baselines[0] if each.baselines else None
    if reference is not None:
        return f"{reference.sign} {reference.value:g}"
    return each.row.baselines[0] or plain(DASH)


def _value(each: IndicatorResult, *, with_unit: bool = True) -> Cell:
    if each.row.texts:
        return plain(DASH) if each.ratio is None else bool(each.ratio)
    return value_of(each, with_unit=with_unit)


def verdict(result: BenchmarkResult) -> list[Message]:
    """P1, P2, P and the level in words, why it is no better, and what a better one would take."""
    if result.unusable:
        return [_("P cannot be computed: {reasons}.", reasons=listed(list(result.unusable), "; "))]
    index = result.trial
    if index is None or not any(each.met is not None for each in result.results):
        return []
    names = {each.row.id: words_of(each.row.name) for each in result.results}
    found = [*_sums(index), *_level(result, index), *unjudged(result, names)]
    capped = [names[name] for name, score in index.scores.items() if score.capped]
    if capped:
        found.append(_("S was capped for: {names}.", names=listed(capped)))
    if index.provisional:
        found.append(_("Not all classes of the system were seen: the level is provisional."))
    wanted, short = result.next_level, result.to_next
    if wanted is not None and short:
        level = words_of(result.system.levels[wanted])
        found.append(_("To reach {level}: {names}.", level=level, names=listed([names[name] for name in short])))
    return found


def _sums(index: TrialIndex) -> list[Message]:
    if index.total is None:
        missing = [
            PARTS[qualitative]
            for qualitative, value in ((False, index.quantitative), (True, index.qualitative))
            if value is None
        ]
        return [_("P cannot be computed: no indicator of these parts was judged: {parts}.", parts=listed(missing))]
    # A part that counts nothing in P may have no value.
    parts = (("P1", index.rule.quantitative, index.quantitative), ("P2", index.rule.qualitative, index.qualitative))
    terms = [
        (f"{share:g}·{name}", f"{share:g} × {value:.2f}") for name, share, value in parts if share and value is not None
    ]
    formula, numbers = (" + ".join(part) for part in zip(*terms, strict=True))
    return [
        _(
            "Index P = {formula} = {numbers} = {total} (P1 quantitative, P2 qualitative).",
            formula=formula,
            numbers=numbers,
            total=f"{index.total:.2f}",
        )
    ]


def _level(result: BenchmarkResult, index: TrialIndex) -> list[Message]:
    """The level, the score that it asks for, and the one that the next level asks for."""
    if index.total is None:
        return []
    found = [_("Level of the enterprise: {level}.", level=level_of(result, result.level))]
    asked = result.asked(result.level) if result.level is not None else None
    if result.level is not None and asked is not None:
        level = words_of(result.system.levels[result.level])
        found.append(_("{level} asks for P ≥ {asked}.", level=level, asked=f"{asked:g}"))
    wanted = result.next_level
    asked = result.asked(wanted) if wanted is not None else None
    if wanted is not None and asked is not None:
        reason = plain(f"P = {_below(index.total, asked)} < {asked:g}")
        level = words_of(result.system.levels[wanted])
        found.append(_("{level} is not reached: {reasons}.", level=level, reasons=reason))
    return found


def _below(value: float, bound: float) -> str:
    """A value with as many decimals as it takes to see that it is below: 89.997 and not 90.00."""
    written = (f"{value:.{digits}f}" for digits in range(2, 8))
    return next((each for each in written if float(each) < bound), f"{value:.7f}")
