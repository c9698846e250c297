"""The index P of the trial systems of 2006 to 2009 (清洁生产评价指标体系（试行）), its level, and what the next would take.

Levels are counted from 0, the best. docs/spec-benchmark.md states the formulas; their sources are the domain notes §10.4.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from cpa.methods.guideline import FULL, AbsentRule, Group, LevelRule

WHOLE = 100.0
"""What the weights of a part add up to."""
Cap = float | Literal["k_over_m"] | None


class Row(msgspec.Struct, frozen=True):
    """A row with its weight K in points of its part; `ratio` is S before the cap, or F as 1 and 0; None: absent."""

    id: str
    group: str
    weight: float
    qualitative: bool
    ratio: float | None


class TrialRule(msgspec.Struct, frozen=True):
    """What a document says of the calculation: α and β, the cap of S, and what becomes of what does not take part."""

    quantitative: float
    qualitative: float
    cap: Cap
    absent_indicators: AbsentRule
    absent_groups: AbsentRule


class Score(msgspec.Struct, frozen=True):
    """What a row that takes part counts: S before the cap (`given`), its `cap`, and its `weight` K′."""

    given: float
    weight: float
    cap: float | None = None
    qualitative: bool = False

    @property
    def capped(self) -> bool:
        return self.cap is not None and self.given > self.cap + FULL

    @property
    def ratio(self) -> float:
        """S_i, after the cap; F_i as 1 or 0."""
        return self.given if self.cap is None else min(self.given, self.cap)

    @property
    def points(self) -> float:
        """S·K′, in points of the part."""
        return self.ratio * self.weight


class TrialIndex(msgspec.Struct, frozen=True):
    """P1, P2 and P = α·P1 + β·P2, each None where no row of it takes part; `scores` by row, `weights` A1 by class.

    `level` None: below the last, or no P. `provisional`: classes are missing, their weights do not add up to 100.
    """

    rule: TrialRule
    scores: dict[str, Score]
    weights: dict[str, float]
    quantitative: float | None
    qualitative: float | None
    total: float | None
    level: int | None
    provisional: bool


def ratio(value: float, reference: float, better: Literal["lower", "higher"]) -> float:
    """S_i = S_xi/S_oi where more is better, S_oi/S_xi where less is: 1 where they are equal, infinite for S_xi = 0.

    Raises ValueError for a reference that is not above zero and for a value below zero: S would mean nothing.
    """
    if reference <= 0 or value < 0:
        raise ValueError("a ratio needs a reference above zero and a value that is not below")
    if better == "higher":
        return value / reference
    return reference / value if value else math.inf


def trial_index(
    groups: Sequence[Group], rows: Sequence[Row], rule: TrialRule, thresholds: Sequence[LevelRule]
) -> TrialIndex:
    """P1 = Σ S_i·K_i′, P2 = Σ F_i·K_i′, P = α·P1 + β·P2, and the first level whose score P reaches.

    A ratio without bound (a zero where less is better) needs a cap; without one the row is absent.
    """
    rows = [_bounded(row, rule.cap) for row in rows]
    used = [(group, [row for row in rows if row.group == group.id]) for group in groups]
    weights = {group.id: class_weight(group.weight, members) for group, members in used if members}
    scores: dict[str, Score] = {}
    parts: list[float | None] = []
    provisional = False
    for qualitative in (False, True):
        part = [row for row in rows if row.qualitative is qualitative]
        there = {row.group for row in part}
        found = _scores(part, {name: weight for name, weight in weights.items() if name in there}, rule)
        # Without a row that was looked at there is no P1 or P2, whatever the rule makes of absent ones.
        judged = any(row.ratio is not None for row in part)
        parts.append(math.fsum(score.points for score in found.values()) if judged else None)
        provisional |= bool(part) and abs(math.fsum(weights[name] for name in there) - WHOLE) > FULL
        scores |= found
    first, second = parts
    total = _total(rule, first, second)
    return TrialIndex(rule, scores, weights, first, second, total, _level(total, thresholds), provisional)


def class_weight(stated: float | None, members: Sequence[Row]) -> float:
    """A1, which is also k: the weight of the class, or where the document gives none the sum of K over its rows."""
    return stated if stated is not None else math.fsum(row.weight for row in members)


def _bounded(row: Row, cap: Cap) -> Row:
    lost = row.ratio is not None and math.isinf(row.ratio) and cap is None
    return msgspec.structs.replace(row, ratio=None) if lost else row


def _scores(rows: Sequence[Row], weights: Mapping[str, float], rule: TrialRule) -> dict[str, Score]:
    """The rows of one part that count. K_i′ = K_i·A1/A2, A2 the weights of the class that take part."""
    counted = [row for row in rows if row.ratio is not None or rule.absent_indicators == "fail"]
    there = math.fsum(weights[name] for name in {row.group for row in counted})
    grown = WHOLE / there if rule.absent_groups == "renormalise" and there > 0 else 1.0
    found: dict[str, Score] = {}
    for name, whole in weights.items():
        part = [row for row in counted if row.group == name]
        total = math.fsum(row.weight for row in part)
        # Where absent rows count as not met, all weights stay as the document has them.
        factor = whole / total if rule.absent_indicators == "renormalise" and total > 0 else 1.0
        given = sum(row.ratio is not None for row in part)
        for row in part:
            cap = None if row.qualitative else _cap(rule.cap, whole, given)
            found[row.id] = Score(row.ratio or 0.0, row.weight * factor * grown, cap, row.qualitative)
    return found


def _cap(cap: Cap, whole: float, given: int) -> float | None:
    """k/m: k the weight of the class, m its rows that really take part."""
    if cap == "k_over_m":
        return whole / given if given else None
    return cap


def _total(rule: TrialRule, first: float | None, second: float | None) -> float | None:
    """P = α·P1 + β·P2. A part that counts and has no value leaves P without one: zero would be a verdict."""
    counted = [(share, value) for share, value in ((rule.quantitative, first), (rule.qualitative, second)) if share]
    values = [share * value for share, value in counted if value is not None]
    return math.fsum(values) if values and len(values) == len(counted) else None


def _level(total: float | None, thresholds: Sequence[LevelRule]) -> int | None:
    if total is None:
        return None
    return next((one.level for one in thresholds if one.score is not None and total >= one.score - FULL), None)


def to_threshold(index: TrialIndex, asked: float) -> tuple[str, ...] | None:
    """The fewest rows that have to reach their reference, or be met, so that P is `asked`; None where all would not do.

    Every row brings what it is short of S = 1, so that those which bring most are the fewest.
    """
    if index.total is None:
        return None
    gains: dict[str, float] = {}
    for name, score in index.scores.items():
        share = index.rule.qualitative if score.qualitative else index.rule.quantitative
        full = 1.0 if score.cap is None else min(1.0, score.cap)
        gains[name] = share * score.weight * (full - score.ratio)
    missing, chosen = asked - index.total, []
    for name in sorted(gains, key=lambda one: -gains[one]):
        if missing <= FULL or gains[name] <= FULL:
            break
        chosen.append(name)
        missing -= gains[name]
    return tuple(chosen) if missing <= FULL else None
