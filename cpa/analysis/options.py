"""Phase 4: cost classes, benefits, verdicts and the rankings of options."""

import math
from collections.abc import Container
from typing import Literal

import msgspec

from cpa import reference
from cpa.analysis.money import money_a_year, money_unit, natural, prices
from cpa.audit import Audit
from cpa.methods.crosschecks import (
    METHODS,
    HierarchyWeights,
    Reversal,
    entropy_weights,
    hierarchy_weights,
    places,
    reversals,
)
from cpa.methods.ranking import Ranking, weighted_sum
from cpa.methods.robustness import Robustness, banded, robustness
from cpa.schema.options import Option
from cpa.schema.quantity import Quantity
from cpa.schema.types import CostClass
from cpa.schema.units import Calendar, UnitError

Verdict = Literal["feasible", "later", "infeasible"]


class OptionResult(msgspec.Struct, frozen=True):
    """An option with what follows from its figures, money in the audit's unit.

    `priced_benefit` is Σ savings × price − running cost where every saving of an input has a price, else None.
    """

    option: Option
    cost_class: CostClass | None
    investment: float
    benefit: float | None
    priced_benefit: float | None
    verdict: Verdict | None
    failed: tuple[str, ...]

    @property
    def money(self) -> float | None:
        """The benefit a year by which options are compared: from amounts and prices, else as stated."""
        return self.benefit if self.priced_benefit is None else self.priced_benefit

    @property
    def kept(self) -> bool:
        """Whether the screening leaves it among those that may be carried out."""
        return self.verdict == "feasible" and self.option.status != "rejected"


def option_results(audit: Audit) -> tuple[OptionResult, ...]:
    """Every option, F2 before F10."""
    unit, calendar, known = money_unit(audit), audit.calendar, prices(audit)
    wastes = {waste.id for waste in audit.phase("preassessment").wastes}
    results = []
    for option in sorted(audit.phase("options").options, key=lambda option: natural(option.id)):
        failed = tuple(
            name
            for name in ("technical", "environmental", "economic", "implementable")
            if option.comparison is not None and not getattr(option.comparison, name)
        )
        computed: Verdict | None = None if option.comparison is None else "infeasible" if failed else "feasible"
        results.append(
            OptionResult(
                option,
                cost_class(audit, option),
                option.investment.to(unit),
                money_a_year(option.benefit, unit, calendar),
                _priced(option, known, wastes, unit, calendar),
                option.verdict or computed,
                failed,
            )
        )
    return tuple(results)


def cost_class(audit: Audit, option: Option) -> CostClass | None:
    """The class as stated, or by the audit's thresholds; None where there are none."""
    if option.cost_class is not None:
        return option.cost_class
    limits = audit.identity.cost_classes if audit.identity is not None else None
    if limits is None:
        return None
    amount = option.investment.to("元")
    if amount == 0:
        return "none"
    if amount < limits.low.to("元"):
        return "low"
    return "medium" if amount < limits.medium.to("元") else "high"


def priced(amount: Quantity, price: Quantity | None, unit: str, calendar: Calendar) -> float | None:
    """Amount × price in `unit` a year; None without a price, or where the two do not fit."""
    if price is None:
        return None
    try:
        made = Quantity(amount.value * price.value, amount.unit.times(price.unit))
    except UnitError:
        return None
    return made.fitted(f"{unit}/a", calendar)


def _priced(
    option: Option, known: dict[str, Quantity], wastes: Container[str], unit: str, calendar: Calendar
) -> float | None:
    """Σ savings × price − running cost; a waste may go without price, an input may not."""
    parts = [
        priced(saving.amount, known.get(saving.price), unit, calendar)
        for saving in option.savings
        if saving.price or saving.resource not in wastes
    ]
    if option.operating_cost is not None:
        cost = money_a_year(option.operating_cost, unit, calendar)
        parts.append(None if cost is None else -cost)
    found = [part for part in parts if part is not None]
    valued = any(saving.price for saving in option.savings)
    return math.fsum(found) if valued and len(found) == len(parts) else None


def screening_ranking(audit: Audit) -> Ranking | None:
    """Form 4-3; None without a screening section. Options in the order of the option list."""
    screening = audit.phase("options").screening
    if screening is None:
        return None
    order = [option.id for option in audit.phase("options").options if option.id in screening.scores]
    names = [*order, *(name for name in screening.scores if name not in order)]
    return weighted_sum(screening.factors, {name: screening.scores[name] for name in names})


def screening_totals(audit: Audit, ranking: Ranking) -> dict[str, list[float]] | None:
    """The weighted sum of each expert's own scores for every ranked option; None without several experts."""
    scores = audit.phase("options").screening.scores
    names = [row.id for row in ranking.rows if row.total is not None]
    counts = {len(scores[name][factor]) for name in names for factor in ranking.factors}
    experts = max(counts, default=0)
    if counts != {experts} or experts < 2:
        return None
    weights = dict(zip(ranking.factors, ranking.weights, strict=True))
    return {
        name: [math.fsum(weights[one] * scores[name][one][expert] for one in weights) for expert in range(experts)]
        for name in names
    }


def screening_robustness(ranking: Ranking) -> Robustness | None:
    """How firmly the first option stands when the weights move in the usual bands (domain notes §5)."""
    return robustness(
        ranking, banded(ranking, reference.load("ranking")["options"], reference.load("ranking")["other"])
    )


class CrossChecks(msgspec.Struct, frozen=True):
    """Ranks of the scored options by several methods, and with several weights; who changes places, and because of whom.

    `ranks` by method and option; `weights` by source (stated, entropy, hierarchy) and factor, adding up to 1; `differing` are
    pairs that a method puts the other way round than the weighted sum.
    """

    ranks: dict[str, dict[str, int]]
    weights: dict[str, dict[str, float]]
    hierarchy: HierarchyWeights | None
    differing: tuple[tuple[str, str, str], ...]
    reversals: tuple[Reversal, ...]


def cross_checks(audit: Audit, ranking: Ranking) -> CrossChecks | None:
    """TOPSIS, PROMETHEE II, and the weighted sum with other weights; None for fewer than two options with all scores."""
    stated = audit.phase("options").screening
    rows = {row.id: [score or 0.0 for score in row.scores] for row in ranking.rows if row.rank}
    if len(rows) < 2 or not sum(ranking.weights) > 0:
        return None
    names, scores = list(rows), list(rows.values())
    total = math.fsum(ranking.weights)
    weights = {"stated": [weight / total for weight in ranking.weights]}
    if all(value > 0 for row in scores for value in row):
        weights["entropy"] = entropy_weights(scores)
    pairs = {(pair.factor, pair.over): pair.times for pair in stated.pairs}
    hierarchy = hierarchy_weights(ranking.factors, pairs) if pairs else None
    if hierarchy is not None:
        weights["hierarchy"] = list(hierarchy.weights.values())
    ranks = {name: _ranked(names, values(scores, weights["stated"])) for name, values in METHODS.items()}
    for source in list(weights)[1:]:
        ranks[source] = _ranked(names, METHODS["weighted"](scores, weights[source]))
    base = ranks["weighted"]
    differing = tuple(
        (method, one, other)
        for method, found in ranks.items()
        for one in names
        for other in names
        if base[one] < base[other] and found[one] > found[other]
    )
    return CrossChecks(
        ranks,
        {source: dict(zip(ranking.factors, values, strict=True)) for source, values in weights.items()},
        hierarchy,
        differing,
        tuple(reversals(names, scores, weights["stated"])),
    )


def _ranked(names: list[str], values: list[float]) -> dict[str, int]:
    return dict(zip(names, places(values), strict=True))
