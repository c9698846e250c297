"""Ranking by weighted sum (权重总和计分排序法): Σ R × W, handbook steps 2.4 and 4.3.

Weights and scores are taken as they are given: nothing is rescaled, and a missing score leaves its row unranked.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

_DIGITS = 6
"""Totals are compared after rounding, so that sums of the same parts in another order tie."""


class RankedRow(msgspec.Struct, frozen=True):
    """One alternative: its score and score × weight by factor, its total, its rank; None where a score is missing."""

    id: str
    scores: tuple[float | None, ...]
    products: tuple[float | None, ...]
    total: float | None
    rank: int | None
    tied: bool = False


class Ranking(msgspec.Struct, frozen=True):
    """Factors with weights, and the rows in the order in which they were given."""

    factors: tuple[str, ...]
    weights: tuple[float, ...]
    rows: tuple[RankedRow, ...]

    @property
    def best(self) -> tuple[str, ...]:
        """The alternatives of rank 1; several when they tie."""
        return tuple(row.id for row in self.rows if row.rank == 1)

    @property
    def in_order(self) -> tuple[RankedRow, ...]:
        """Rows by rank, unranked ones last, ties in the order in which they were given."""
        return tuple(sorted(self.rows, key=lambda row: row.rank or math.inf))


def weighted_sum(weights: Mapping[str, float], scores: Mapping[str, Mapping[str, float | Sequence[float]]]) -> Ranking:
    """Ranks the alternatives of `scores`; several scores of one factor (experts) enter as their mean.

    Equal totals share the better rank, and the ranks behind them are skipped (1, 2, 2, 4).
    """
    factors = tuple(weights)
    rows: list[tuple[str, tuple[float | None, ...], tuple[float | None, ...], float | None]] = []
    for name, given in scores.items():
        means = tuple(_mean(given[factor]) if factor in given else None for factor in factors)
        products = tuple(
            None if mean is None else mean * weights[factor] for factor, mean in zip(factors, means, strict=True)
        )
        known = [product for product in products if product is not None]
        total = round(math.fsum(known), _DIGITS) if known and len(known) == len(factors) else None
        rows.append((name, means, products, total))
    totals = [total for _name, _means, _products, total in rows if total is not None]
    return Ranking(
        factors,
        tuple(weights.values()),
        tuple(
            RankedRow(
                name,
                means,
                products,
                total,
                None if total is None else 1 + sum(other > total for other in totals),
                total is not None and totals.count(total) > 1,
            )
            for name, means, products, total in rows
        ),
    )


def _mean(given: float | Sequence[float]) -> float | None:
    if isinstance(given, int | float):
        return float(given)
    return math.fsum(given) / len(given) if given else None
