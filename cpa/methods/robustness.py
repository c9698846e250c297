"""How firmly the first place of a weighted sum stands: single weights, single scores, and all weights at once.

A chosen focus or option is questioned by weights "chosen to fit" (domain notes §1.2, step 2.4; §3.1): what a small change
would turn round is said, and how often each alternative comes first when all weights vary inside their bands.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

from cpa.methods.ranking import Ranking

SCALE = (1.0, 10.0)
"""Range of weights and scores (handbook, steps 2.4 and 4.3)."""
_SEED, _PART = 20150101, 20_000


class WeightMargin(msgspec.Struct, frozen=True):
    """The weights of one factor, below and above its own, at which another alternative draws level; None: none in the
    scale does.
    """

    factor: str
    weight: float
    below: float | None
    above: float | None


class Challenger(msgspec.Struct, frozen=True):
    """An alternative that is not first: how far behind, and the smallest change of one of its scores that closes the gap.

    `factor` None: no single score inside the scale does.
    """

    id: str
    behind: float
    factor: str | None
    score: float | None
    needed: float | None


class Robustness(msgspec.Struct, frozen=True):
    """What can turn the first place round; `wins` is the share of first places by alternative, ties counted in parts."""

    first: str
    weights: tuple[WeightMargin, ...]
    challengers: tuple[Challenger, ...]
    bands: dict[str, tuple[float, float]]
    wins: dict[str, float]


def banded(ranking: Ranking, bands: Mapping[str, Sequence[float]], other: float) -> dict[str, tuple[float, float]]:
    """The band of each factor's weight inside 1 to 10, widened to the weight itself; ± `other` for one without a band."""
    low, high = SCALE
    found = {}
    for factor, weight in zip(ranking.factors, ranking.weights, strict=True):
        least, most = bands.get(factor, (weight - other, weight + other))
        found[factor] = (min(max(least, low), weight), max(min(most, high), weight))
    return found


def robustness(
    ranking: Ranking, bands: Mapping[str, tuple[float, float]], draws: int = 100_000, seed: int = _SEED
) -> Robustness | None:
    """The robustness of the first place; None where nothing, or more than one alternative, stands first.

    `bands` hold the least and largest weight by factor, between which weights are drawn evenly and independently; a
    factor without a band keeps its weight. Alternatives that are not ranked take no part.
    """
    rows = {row.id: [score for score in row.scores if score is not None] for row in ranking.rows if row.rank}
    if len(ranking.best) != 1:
        return None
    first = ranking.best[0]
    lead = {name: _lead(ranking, rows[first], scores) for name, scores in rows.items() if name != first}
    margins = []
    for place, (factor, weight) in enumerate(zip(ranking.factors, ranking.weights, strict=True)):
        turns = [
            weight - lead[name] / (rows[first][place] - scores[place])
            for name, scores in rows.items()
            if name != first and rows[first][place] != scores[place]
        ]
        below = [turn for turn in turns if SCALE[0] <= turn < weight]
        above = [turn for turn in turns if weight < turn <= SCALE[1]]
        margins.append(WeightMargin(factor, weight, max(below, default=None), min(above, default=None)))
    used = {
        name: bands.get(name, (weight, weight)) for name, weight in zip(ranking.factors, ranking.weights, strict=True)
    }
    return Robustness(
        first,
        tuple(margins),
        tuple(_challenger(ranking, name, rows[name], behind) for name, behind in lead.items()),
        used,
        _wins(rows, list(used.values()), draws, seed),
    )


def _lead(ranking: Ranking, one: list[float], other: list[float]) -> float:
    return math.fsum(w * (a - b) for w, a, b in zip(ranking.weights, one, other, strict=True))


def _challenger(ranking: Ranking, name: str, scores: list[float], behind: float) -> Challenger:
    needed = [
        (behind / weight, factor, score, score + behind / weight)
        for factor, weight, score in zip(ranking.factors, ranking.weights, scores, strict=True)
        if weight > 0 and score + behind / weight <= SCALE[1]
    ]
    if not needed:
        return Challenger(name, behind, None, None, None)
    _change, factor, score, wanted = min(needed)
    return Challenger(name, behind, factor, score, wanted)


def _wins(rows: Mapping[str, list[float]], bands: list[tuple[float, float]], draws: int, seed: int) -> dict[str, float]:
    import numpy as np

    random = np.random.default_rng(seed)
    scores = np.array(list(rows.values()))
    low, high = np.array(bands).T
    won = np.zeros(len(rows))
    for start in range(0, draws, _PART):
        totals = random.uniform(low, high, size=(min(_PART, draws - start), len(bands))) @ scores.T
        best = totals >= totals.max(axis=1, keepdims=True) - 1e-9
        won += (best / best.sum(axis=1, keepdims=True)).sum(axis=0)
    return dict(zip(rows, (won / draws).tolist(), strict=True))
