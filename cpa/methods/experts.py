"""Scores for a ranking: from figures by a rule, and from several experts with their agreement."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Literal

import msgspec


def scores_from_figures(figures: Mapping[str, float], rule: Literal["proportional", "linear"]) -> dict[str, float]:
    """Whole scores from 1 to 10: 10·x/max, at least 1, or 1 + 9·(x − min)/(max − min), by the audit's choice of `rule`.

    Figures are of one unit and not negative. Where all are equal, `linear` cannot tell them apart and gives each 10.
    """
    if not figures:
        return {}
    low, high = min(figures.values()), max(figures.values())
    if rule == "proportional":
        found = {name: 10 * value / high if high > 0 else 1.0 for name, value in figures.items()}
    else:
        found = {name: 1 + 9 * (value - low) / (high - low) if high > low else 10.0 for name, value in figures.items()}
    return {name: float(max(1, math.floor(value + 0.5))) for name, value in found.items()}


def mean_and_spread(scores: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation of at least two scores."""
    mean = math.fsum(scores) / len(scores)
    return mean, math.sqrt(math.fsum((score - mean) ** 2 for score in scores) / (len(scores) - 1))


class Agreement(msgspec.Struct, frozen=True):
    """Kendall's coefficient of concordance of m experts over n alternatives: W in [0, 1], χ² = m(n−1)W and its tail."""

    experts: int
    alternatives: int
    w: float
    chi_square: float
    p: float


def concordance(totals: Sequence[Sequence[float]]) -> Agreement | None:
    """Agreement of experts by what each gives the alternatives (a row an expert, a column an alternative).

    W = 12 S / (m²(n³ − n) − m ΣT), S the squared deviations of the rank sums, T = Σ(t³ − t) over an expert's ties, which
    share the mean of their ranks. None for fewer than two experts or alternatives, and where every expert puts all
    alternatives level. Source: Kendall and Babington Smith 1939, Annals of Mathematical Statistics 10(3), 275–287; the
    tail of χ² is the usual approximation and rough below seven alternatives.
    """
    from cpa.methods.balance.statistics import chi_square_tail

    m, n = len(totals), len(totals[0]) if totals else 0
    if m < 2 or n < 2:
        return None
    ranked = [_ranks(row) for row in totals]
    sums = [math.fsum(ranks[column] for ranks, _ties in ranked) for column in range(n)]
    mean = m * (n + 1) / 2
    spread = math.fsum((total - mean) ** 2 for total in sums)
    whole = m**2 * (n**3 - n) - m * sum(ties for _ranks_of_one, ties in ranked)
    if whole == 0:
        return None
    w = 12 * spread / whole
    chi_square = m * (n - 1) * w
    return Agreement(m, n, w, chi_square, chi_square_tail(chi_square, n - 1))


def _ranks(row: Sequence[float]) -> tuple[list[float], int]:
    """Ranks from the largest down, ties at their mean, and Σ(t³ − t) of the ties."""
    order = sorted(range(len(row)), key=lambda index: -row[index])
    ranks, ties, place = [0.0] * len(row), 0, 1
    for _value, group in groupby(order, key=lambda index: round(row[index], 9)):
        members = list(group)
        for index in members:
            ranks[index] = place + (len(members) - 1) / 2
        ties += len(members) ** 3 - len(members)
        place += len(members)
    return ranks, ties
