"""The weighted index of the indicator systems after the 编制通则, its level, and what the next level would take.

Levels are counted from 0, the best. docs/spec-benchmark.md states the formulas; their sources are the domain notes §10.2
and §10.3.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

FULL = 1e-6
"""A weighted sum that falls short of a threshold by less reaches it: Y_Ⅲ = 100 is 100 in floating point too."""


class Graded(msgspec.Struct, frozen=True):
    """An indicator with its class, weight, and the levels it belongs to; `met` None: absent."""

    id: str
    group: str
    weight: float | None
    limiting: bool
    met: tuple[bool, ...] | None


class Group(msgspec.Struct, frozen=True):
    """A first-level class. `incomplete`: not all its rows are known, so that its weights need not add up."""

    id: str
    weight: float | None
    bonus: bool = False
    incomplete: bool = False


class LevelRule(msgspec.Struct, frozen=True):
    """What a level asks for, levels from 0: of limiting indicators, of the others, and of its weighted sum."""

    level: int
    limiting: int | None = None
    others: int | None = None
    score: float | None = None


class WeightError(ValueError):
    """Weights that follow neither convention, or both; `sums` are those of the classes."""

    def __init__(self, sums: dict[str, float]) -> None:
        super().__init__(str(sums))
        self.sums = sums


def convention(groups: Sequence[Group], graded: Sequence[Graded]) -> Literal["relative", "absolute", "none"]:
    """How second-level weights are meant, by their sums (domain notes §0.2, §10.2). Raises WeightError for a mixture."""
    sums = {
        group.id: math.fsum(one.weight or 0.0 for one in graded if one.group == group.id)
        for group in groups
        if not group.incomplete
    }
    if not any(group.weight for group in groups) or not any(sums.values()):
        return "none"
    weights = {group.id: group.weight or 0.0 for group in groups}
    if all(abs(total - 1) < FULL for total in sums.values()):
        return "relative"
    if all(abs(total - weights[name]) < FULL for name, total in sums.items()):
        return "absolute"
    raise WeightError(sums)


class Index(msgspec.Struct, frozen=True):
    """The weighted index. `scores` are Y of the levels, None where weights are not known; `groups` the same by class, in
    points of the whole; `weights` what each indicator that takes part counts, in points; `level` None: below the last.

    `reasons` say for every entry of the level rule what kept it from holding: ids of limiting indicators, of others, and
    the score that was reached and asked for. `provisional`: judged without the weighted sum,
    or with classes whose weights were not seen.
    """

    scores: tuple[float, ...] | None
    groups: dict[str, tuple[float, ...]]
    weights: dict[str, float]
    level: int | None
    reasons: tuple["Reason", ...]
    provisional: bool
    absent: tuple[str, ...]


class Reason(msgspec.Struct, frozen=True):
    """Why an entry of the level rule does not hold; nothing in it where it holds."""

    level: int
    limiting: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    score: float | None = None
    asked: float | None = None

    @property
    def holds(self) -> bool:
        return not self.limiting and not self.others and self.score is None


AbsentRule = Literal["renormalise", "fail"]


def guideline(
    groups: Sequence[Group],
    graded: Sequence[Graded],
    rules: Sequence[LevelRule],
    levels: int,
    *,
    absent_indicators: AbsentRule,
    absent_groups: AbsentRule,
) -> Index:
    """The weighted index and the level (编制通则; domain notes §10.2 and §10.3). Raises WeightError."""
    kind = convention(groups, graded)
    weights = {} if kind == "none" else _points(groups, graded, kind, absent_indicators, absent_groups)
    met = {one.id: one.met or (False,) * levels for one in graded}
    members = {group.id: [one.id for one in graded if one.group == group.id] for group in groups}
    by_group = {
        name: tuple(math.fsum(weights.get(one, 0.0) for one in ids if met[one][level]) for level in range(levels))
        for name, ids in members.items()
    }
    scores = tuple(math.fsum(points[level] for points in by_group.values()) for level in range(levels))
    part = [one for one in graded if one.met is not None or absent_indicators == "fail"]
    reasons = tuple(_judged(rule, part, met, scores if weights else None) for rule in rules)
    reached = next((rule.level for rule, reason in zip(rules, reasons, strict=True) if reason.holds), None)
    return Index(
        scores if weights else None,
        by_group if weights else {},
        weights,
        reached,
        reasons,
        not weights or abs(math.fsum(group.weight or 0.0 for group in groups if not group.bonus) - 1) > FULL,
        tuple(one.id for one in graded if one.met is None),
    )


def _points(
    groups: Sequence[Group],
    graded: Sequence[Graded],
    kind: Literal["relative", "absolute"],
    absent_indicators: AbsentRule,
    absent_groups: AbsentRule,
) -> dict[str, float]:
    """Points of a hundred of every indicator that takes part; those of bonus classes come on top."""
    shares: dict[str, dict[str, float]] = {}
    for group in groups:
        members = [one for one in graded if one.group == group.id]
        part = members if absent_indicators == "fail" else [one for one in members if one.met is not None]
        total = math.fsum(one.weight or 0.0 for one in (part if absent_indicators == "renormalise" else members))
        if absent_indicators == "fail" and not group.incomplete:
            total = 1.0 if kind == "relative" else group.weight or 0.0
        if total > 0:
            shares[group.id] = {one.id: (one.weight or 0.0) / total for one in part}
    there = math.fsum(group.weight or 0.0 for group in groups if not group.bonus and group.id in shares)
    grown = 1.0 / there if absent_groups == "renormalise" and there > 0 else 1.0
    return {
        name: 100.0 * (group.weight or 0.0) * (1.0 if group.bonus else grown) * share
        for group in groups
        for name, share in shares.get(group.id, {}).items()
    }


def _judged(
    rule: LevelRule, graded: Sequence[Graded], met: Mapping[str, tuple[bool, ...]], scores: tuple[float, ...] | None
) -> Reason:
    def short(level: int | None, *, limiting: bool) -> tuple[str, ...]:
        return (
            ()
            if level is None
            else tuple(one.id for one in graded if one.limiting is limiting and not met[one.id][level])
        )

    reached = scores[rule.level] if scores is not None else None
    missed = rule.score is not None and reached is not None and reached < rule.score - FULL
    return Reason(
        rule.level,
        short(rule.limiting, limiting=True),
        short(rule.others, limiting=False),
        reached if missed else None,
        rule.score if missed else None,
    )


def to_reach(index: Index, graded: Sequence[Graded], rule: LevelRule) -> tuple[str, ...] | None:
    """The fewest indicators that have to reach the level of `rule` so that it holds; None where none would do.

    First those that the rule asks for, then those of largest weight until the score suffices.
    """
    reason = next(one for one in index.reasons if one.level == rule.level)
    chosen = [*reason.limiting, *reason.others]
    if index.scores is None or rule.score is None:
        return tuple(chosen)
    met = {one.id: one.met for one in graded}
    missing = rule.score - index.scores[rule.level]
    missing -= math.fsum(index.weights.get(name, 0.0) for name in chosen if not _meets(met[name], rule.level))
    rest = [name for name in index.weights if name not in chosen and not _meets(met[name], rule.level)]
    for name in sorted(rest, key=lambda one: -index.weights[one]):
        if missing <= FULL:
            break
        chosen.append(name)
        missing -= index.weights[name]
    return tuple(chosen) if missing <= FULL else None


def _meets(met: tuple[bool, ...] | None, level: int) -> bool:
    return met is not None and met[level]
