"""Trial systems of 2006 to 2009 as packs: what they say of the calculation, and what keeps one from being used."""

import math
from collections.abc import Iterator, Mapping

import msgspec

from cpa.messages import Message, _
from cpa.methods.benchmark import Baseline, FormulaError, formula
from cpa.methods.guideline import FULL
from cpa.methods.trial import WHOLE, Cap, TrialRule
from cpa.schema.indicators import IndicatorClass, IndicatorRow, IndicatorSystem, TrialParts
from cpa.schema.types import Item

PARTS = {False: _("quantitative"), True: _("qualitative")}
"""The two parts of a trial system, by whether their rows are judged by yes and no."""


class Fault(msgspec.Struct, frozen=True):
    """A slip in a pack because of which P cannot be computed; `item` and `field` are where it stands."""

    item: Item
    field: str
    message: Message
    hint: Message | None = None


def trial_rule(system: IndicatorSystem) -> TrialRule | None:
    """The rule of calculation; None where it is not stated, or its cap cannot be read."""
    if system.trial is None or system.absent is None:
        return None
    try:
        cap = _cap(system.trial)
    except ValueError:
        return None
    parts, absent = system.trial, system.absent
    return TrialRule(parts.quantitative, parts.qualitative, cap, absent.indicators, absent.classes)


def _cap(parts: TrialParts) -> Cap:
    """The cap that a pack writes as `k_over_m`, a number, or `none`. Raises ValueError."""
    if parts.cap == "k_over_m":
        return "k_over_m"
    if parts.cap == "none":
        return None
    cap = float(parts.cap)
    if not 0 < cap < math.inf:
        raise ValueError(parts.cap)
    return cap


def trial_weights(system: IndicatorSystem, variables: Mapping[str, float]) -> dict[str, float | None]:
    """K of every row; None where the pack has none, and no entry where its formula cannot be computed."""
    found: dict[str, float | None] = {}
    for row in system.indicators:
        try:
            found[row.id] = formula(row.weight, variables) if row.weight else None
        except FormulaError:
            continue
    return found


def reference_problem(row: IndicatorRow, baselines: tuple[Baseline | None, ...]) -> Message | None:
    """Why nothing can be compared with the reference value of a row."""
    reference = baselines[0] if baselines else None
    if reference is None:
        return _("`{id}` has no reference value", id=row.id)
    if reference.value <= 0:
        return _("the reference value of `{id}` is not above zero: S would mean nothing", id=row.id)
    if (reference.sign in ("≤", "<")) != (row.better == "lower"):
        return _("`{id}`: the sign of the reference value and `better:` contradict each other", id=row.id)
    return None


def faults(system: IndicatorSystem, weights: Mapping[str, float | None]) -> list[Fault]:
    """What keeps P from being computed: parts of the rule that are missing or contradict each other, weights that do not
    add up. `weights` as `trial_weights()` gives them: rows without an entry are left to whoever knows the formula.
    """
    if system.trial is None or system.absent is None or not system.level_rule:
        return [
            Fault(
                system,
                "method",
                _("a system of the method `trial` states `trial:`, `absent:` and `level_rule:`"),
                _("all three stand in the document; there is no default"),
            )
        ]
    return [*_parts(system.trial), *_thresholds(system), *_foreign(system), *_rows(system, weights)]


def _parts(parts: TrialParts) -> Iterator[Fault]:
    total = parts.quantitative + parts.qualitative
    if abs(total - 1) > FULL:
        message = _("the shares of the two parts add up to {sum}, not to 1", sum=f"{total:g}")
        yield Fault(parts, "quantitative", message)
    try:
        _cap(parts)
    except ValueError:
        message = _("`{cap}` is no cap of a ratio", cap=parts.cap)
        yield Fault(parts, "cap", message, _("`k_over_m`, a number, or `none`: as the document has it"))


def _thresholds(system: IndicatorSystem) -> Iterator[Fault]:
    """Every level asks for a score, the best for the highest."""
    levels, count = [each.level for each in system.level_rule], len(system.levels)
    scores = [each.score for each in system.level_rule if each.score is not None]
    if levels != list(range(1, count + 1)) or len(scores) != count:
        message = _("`level_rule:` does not give the levels 1 to {count} in order, each with its score", count=count)
        yield Fault(system, "level_rule", message, _("the score is what P has to reach for the level"))
        return
    for each, better, worse in zip(system.level_rule[1:], scores, scores[1:], strict=False):
        if worse >= better:
            message = _("level {level} asks for no lower score than the level above it", level=each.level)
            yield Fault(each, "score", message)


def _foreign(system: IndicatorSystem) -> Iterator[Fault]:
    """What other methods know and this one would pass over in silence."""
    limiting = _("the method `trial` knows no limiting indicators: P alone decides")
    for each in system.level_rule:
        for field in ("limiting", "others"):
            if getattr(each, field) is not None:
                yield Fault(each, field, limiting)
    for row in system.indicators:
        if row.limiting:
            yield Fault(row, "limiting", limiting)
    for group in system.classes:
        if group.bonus:
            yield Fault(group, "bonus", _("the method `trial` knows no class outside the sum of weights"))


def _rows(system: IndicatorSystem, weights: Mapping[str, float | None]) -> Iterator[Fault]:
    """Weights of rows, classes and parts; sums only where every row has one."""
    bad = [row for row in system.indicators if not (weights.get(row.id, 1.0) or 0.0) > 0]
    for row in bad:
        field = "weight" if row.weight else "id"
        yield Fault(row, field, _("`{id}` needs a weight above zero, in points of its part", id=row.id))
    mixed = [group for group in system.classes if len({bool(row.texts) for row in _members(system, group)}) > 1]
    for group in mixed:
        yield Fault(
            group,
            "id",
            _("the class `{id}` has rows of both parts", id=group.id),
            _("make two classes of it, each with its weight in its part"),
        )
    if bad or mixed or len(weights) < len({row.id for row in system.indicators}):
        return
    yield from _sums(system, {name: weight or 0.0 for name, weight in weights.items()})


def _sums(system: IndicatorSystem, weights: Mapping[str, float]) -> Iterator[Fault]:
    """The weights of the rows of a class against that of the class, those of the classes of a part against 100."""
    totals = dict.fromkeys(PARTS, 0.0)
    for group in system.classes:
        members = _members(system, group)
        total = math.fsum(weights[row.id] for row in members)
        if members:
            totals[bool(members[0].texts)] += total if group.weight is None else group.weight
        if group.weight is not None and abs(total - group.weight) > FULL and not group.incomplete:
            yield Fault(
                group,
                "weight",
                _(
                    "the weights of the rows of `{id}` add up to {sum}, that of the class is {weight}",
                    id=group.id,
                    sum=f"{total:g}",
                    weight=f"{group.weight:g}",
                ),
                _("compare them with the document; `incomplete: true` says that rows were not seen"),
            )
    for qualitative, part in PARTS.items():
        if abs(totals[qualitative] - WHOLE) > FULL and system.missing is None and _share(system, qualitative):
            yield Fault(
                system,
                "classes",
                _(
                    "the weights of the {part} part add up to {sum}, not to 100",
                    part=part,
                    sum=f"{totals[qualitative]:g}",
                ),
                _("compare them with the document; `missing:` says what was not seen"),
            )


def _members(system: IndicatorSystem, group: IndicatorClass) -> list[IndicatorRow]:
    return [row for row in system.indicators if row.group == group.id]


def _share(system: IndicatorSystem, qualitative: bool) -> float:
    """The weight of a part in P: one that counts nothing needs no rows."""
    if system.trial is None:
        return 0.0
    return system.trial.qualitative if qualitative else system.trial.quantitative
