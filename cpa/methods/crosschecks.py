"""Other rankings beside the weighted sum, and where they differ from it (docs/spec-options.md §3).

Scores are benefits: more is better. numpy is not needed for a dozen options and a handful of factors.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec

Matrix = Sequence[Sequence[float]]
"""A row an alternative, a column a factor."""

_RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random matrices of 0 to 10 factors (Saaty 1980)."""
ACCEPTED_RATIO = 0.1
_DIGITS = 9
"""Values are compared after rounding, so that sums of the same parts in another order tie."""


class HierarchyWeights(msgspec.Struct, frozen=True):
    """Weights from pair comparisons, adding up to 1; `ratio` CR above 0.1 says that the comparisons contradict each other."""

    weights: dict[str, float]
    largest: float
    ratio: float


class Reversal(msgspec.Struct, frozen=True):
    """Without `without`, `first` and `second` change places in a ranking."""

    method: str
    without: str
    first: str
    second: str


def topsis(scores: Matrix, weights: Sequence[float]) -> list[float]:
    """Closeness to the ideal, 0 to 1: d⁻/(d⁺ + d⁻) on vector-normalised weighted scores (Hwang and Yoon 1981).

    Alternatives that are all alike get ½.
    """
    shares = _shares(weights)
    norms = [math.sqrt(math.fsum(value * value for value in column)) or 1.0 for column in zip(*scores, strict=True)]
    rows = [[share * value / norm for share, value, norm in zip(shares, row, norms, strict=True)] for row in scores]
    best, worst = ([pick(column) for column in zip(*rows, strict=True)] for pick in (max, min))
    result = []
    for row in rows:
        near, far = math.dist(row, worst), math.dist(row, best)
        result.append(near / (near + far) if near + far else 0.5)
    return result


def promethee(scores: Matrix, weights: Sequence[float]) -> list[float]:
    """Net flow φ, −1 to 1, with linear preference up to the range of each factor (Brans and Vincke 1985)."""
    shares, count = _shares(weights), len(scores)
    ranges = [max(column) - min(column) for column in zip(*scores, strict=True)]

    def preferred(one: Sequence[float], other: Sequence[float]) -> float:
        return math.fsum(
            share * max(a - b, 0.0) / spread
            for share, a, b, spread in zip(shares, one, other, ranges, strict=True)
            if spread
        )

    if count == 1:
        return [0.0]
    return [
        math.fsum(preferred(one, other) - preferred(other, one) for other in scores if other is not one) / (count - 1)
        for one in scores
    ]


def weighted(scores: Matrix, weights: Sequence[float]) -> list[float]:
    """Σ R × W."""
    return [math.fsum(share * value for share, value in zip(weights, row, strict=True)) for row in scores]


METHODS: dict[str, Callable[[Matrix, Sequence[float]], list[float]]] = {
    "weighted": weighted,
    "topsis": topsis,
    "promethee": promethee,
}


def entropy_weights(scores: Matrix) -> list[float]:
    """Weights by how much a factor tells the alternatives apart: w ∝ 1 − e, e = −Σ p ln p / ln n (Shannon).

    Equal where no factor tells anything apart. Raises ValueError for a score that is not positive.
    """
    if any(value <= 0 for row in scores for value in row):
        raise ValueError("entropy weights need positive scores")
    count = len(scores)
    told = []
    for column in zip(*scores, strict=True):
        total = math.fsum(column)
        entropy = (
            -math.fsum(value / total * math.log(value / total) for value in column) / math.log(count or 1)
            if count > 1
            else 1.0
        )
        told.append(max(1 - entropy, 0.0))
    total = math.fsum(told)
    return [part / total for part in told] if total > _NOTHING else [1 / len(told)] * len(told)


_NOTHING = 1e-12


def hierarchy_weights(factors: Sequence[str], pairs: Mapping[tuple[str, str], float]) -> HierarchyWeights | None:
    """Weights as the principal eigenvector of the pair comparisons (Saaty 1980), by the power method.

    A comparison that is not stated is its inverse, or 1 with itself; None where one of a pair of factors is missing.
    """
    matrix = []
    for one in factors:
        row = []
        for other in factors:
            value = 1.0 if one == other else pairs.get((one, other))
            if value is None:
                inverse = pairs.get((other, one))
                if inverse is None:
                    return None
                value = 1 / inverse
            row.append(value)
        matrix.append(row)
    count = len(factors)
    vector, largest = [1 / count] * count, float(count)
    for _step in range(1000):
        product = weighted(matrix, vector)
        largest = math.fsum(product)
        following = [value / largest for value in product]
        if max(abs(a - b) for a, b in zip(vector, following, strict=True)) < _CLOSE:
            break
        vector = following
    index = (largest - count) / (count - 1) if count > 1 else 0.0
    random = _RANDOM_INDEX[min(count, len(_RANDOM_INDEX) - 1)]
    return HierarchyWeights(dict(zip(factors, following, strict=True)), largest, index / random if random else 0.0)


_CLOSE = 1e-14


def places(values: Sequence[float]) -> list[int]:
    """Ranks, 1 for the largest; equal values share the better rank."""
    rounded = [round(value, _DIGITS) for value in values]
    return [1 + sum(other > value for other in rounded) for value in rounded]


def reversals(names: Sequence[str], scores: Matrix, weights: Sequence[float]) -> list[Reversal]:
    """Where two alternatives change places because a third is left out, by each method."""
    found = []
    for method, values_of in METHODS.items():
        whole = dict(zip(names, places(values_of(scores, weights)), strict=True))
        for index, left_out in enumerate(names):
            rest = [*names[:index], *names[index + 1 :]]
            if len(rest) < 2:
                continue
            part = dict(zip(rest, places(values_of([*scores[:index], *scores[index + 1 :]], weights)), strict=True))
            found += [
                Reversal(method, left_out, one, other)
                for one in rest
                for other in rest
                if whole[one] < whole[other] and part[one] > part[other]
            ]
    return found


def _shares(weights: Sequence[float]) -> list[float]:
    total = math.fsum(weights)
    return [weight / total for weight in weights]
