"""The index of the trial systems of 2006 to 2009 (docs/spec-benchmark.md; domain notes §10.4)."""

import math
from collections.abc import Sequence
from typing import Literal

import msgspec


class Row(msgspec.Struct, frozen=True):
    """A row with its weight in points; `ratio` is S_i of a quantitative row, 1 or 0 of a qualitative one, None: absent."""

    id: str
    group: str
    weight: float
    ratio: float | None


class TrialIndex(msgspec.Struct, frozen=True):
    """P1, P2 and P = α·P1 + β·P2; the ratios and weights that took part, by id."""

    quantitative: float
    qualitative: float
    total: float
    ratios: dict[str, float]
    weights: dict[str, float]


def ratio(value: float, reference: float, better: Literal["lower", "higher"]) -> float:
    """S_i: how a value compares with its reference, 1 where they are equal, more where it is better.

    Raises ValueError for a reference that is not above zero, and for a value below zero.
    """
    if reference <= 0 or value < 0:
        raise ValueError("a ratio needs a reference above zero and a value that is not below")
    if better == "higher":
        return value / reference
    return reference / value if value else math.inf


def trial_index(
    quantitative: Sequence[Row], qualitative: Sequence[Row], *, alpha: float, beta: float, capped: bool
) -> TrialIndex:
    """The index P. `capped`: S_i is at most k/m, k the weight of its class, m the rows of it that take part."""
    weights = {**_shared(quantitative), **_shared(qualitative)}
    ratios = {}
    for row in (*quantitative, *qualitative):
        if row.ratio is not None:
            ratios[row.id] = min(row.ratio, _cap(row, quantitative)) if capped and row in quantitative else row.ratio
    first, second = (
        math.fsum(ratios[row.id] * weights[row.id] for row in rows if row.ratio is not None and weights[row.id])
        for rows in (quantitative, qualitative)
    )
    return TrialIndex(first, second, alpha * first + beta * second, ratios, weights)


def _cap(row: Row, rows: Sequence[Row]) -> float:
    members = [one for one in rows if one.group == row.group]
    return math.fsum(one.weight for one in members) / sum(one.ratio is not None for one in members)


def _shared(rows: Sequence[Row]) -> dict[str, float]:
    """K' = K·A1/A2: the weight of a class is shared by those of its rows that take part."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(row.group for row in rows):
        members = [row for row in rows if row.group == name]
        part = [row for row in members if row.ratio is not None]
        total = math.fsum(row.weight for row in part)
        whole = math.fsum(row.weight for row in members)
        found |= {row.id: row.weight * whole / total if total else 0.0 for row in part}
    return found
