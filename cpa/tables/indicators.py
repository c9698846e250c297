"""Cells and sentences that all comparisons with an indicator system share."""

from cpa.analysis.benchmark import BenchmarkResult, IndicatorResult
from cpa.messages import Message, _, both, fixed, listed, plain
from cpa.schema.indicators import Words
from cpa.schema.labels import CONFIDENCE, label
from cpa.tables.build import DASH, text
from cpa.tables.model import Cell

PLACE = (text("class", _("Class")), text("indicator", _("Indicator")), text("unit", _("Unit")))
"""The columns that every comparison row by row begins with."""


def place_of(result: BenchmarkResult, each: IndicatorResult) -> tuple[Cell, ...]:
    """The cells of `PLACE`."""
    name = next((group.name for group in result.system.classes if group.id == each.row.group), None)
    return (words_of(name) if name else plain(each.row.group), name_of(each), each.row.unit or plain(DASH))


def name_of(each: IndicatorResult) -> Message:
    name = words_of(each.row.name)
    return Message("* {name}", (("name", name),)) if each.row.limiting else name


def value_of(each: IndicatorResult, *, with_unit: bool = True) -> Cell:
    if each.value is None:
        return plain(DASH)
    unit = f" {each.row.unit}" if with_unit and each.row.unit else ""
    return f"{each.value:.4g}{unit}"


def level_of(result: BenchmarkResult, level: int | None) -> Message:
    return _("below the last level") if level is None else words_of(result.system.levels[level])


def gap_of(each: IndicatorResult, *, with_unit: bool = True) -> Cell:
    if each.gap is None:
        return plain(DASH)
    unit = f" {each.row.unit}" if with_unit and each.row.unit else ""
    return f"{each.gap:+.3g}{unit}".replace("-", "−")


def unjudged(result: BenchmarkResult, names: dict[str, Message]) -> list[Message]:
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


def about(result: BenchmarkResult) -> list[Message]:
    system = result.system
    notes = [
        _(
            "Indicator system: {document}; the values of the pack are {confidence}.",
            document=system.document,
            confidence=label(CONFIDENCE, system.confidence),
        )
    ]
    if any(each.row.limiting for each in result.results):
        notes.append(_("* limiting indicator"))
    if system.method == "guideline" and result.index is None:
        notes.append(_("No weights and limiting marks that could be used: compared level by level."))
    return [*notes, words_of(system.missing)] if system.missing is not None else notes


def words_of(words: Words) -> Message:
    """The words of a data pack, which carries both languages itself."""
    return both(words.zh, words.en)


def outside_of(each: IndicatorResult, money_unit: str) -> Cell:
    """The gap as an amount of the plant in a year, and its money."""
    if each.outside is None:
        return plain(DASH)
    parts = [f"{fixed(each.outside.amount, 3)} {each.outside.unit}/a"]
    if each.outside.money is not None:
        parts.append(f"{fixed(each.outside.money, 3)} {money_unit}/a")
    return listed([part.replace("-", "−") for part in parts], "; ")
