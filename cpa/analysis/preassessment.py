"""Phase 2: compliance, ranking of the candidates."""

import math

import msgspec

from cpa import reference
from cpa.analysis.money import money_unit
from cpa.analysis.specifics import amount_unit, annual, annual_fitted
from cpa.audit import Audit
from cpa.methods.experts import Agreement, concordance, scores_from_figures
from cpa.methods.ranking import Ranking, weighted_sum
from cpa.methods.robustness import Robustness, banded, robustness
from cpa.schema.preassessment import Candidate, Focus, FurtherLimit, Monitoring, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar, UnitError, parse_unit


class Verdict(msgspec.Struct, frozen=True):
    """A monitoring result against its limits and cap; None where there is nothing to compare with.

    `limit` and `low_limit` are the strictest of several standards, `standard` and `low_standard` where they stand. `load`
    is concentration × the carrying stream of the year, in the unit of the stated load or in t/a.
    """

    item: Monitoring
    within_limit: bool | None
    within_cap: bool | None
    limit_ratio: float | None
    cap_ratio: float | None
    limit: Quantity | None = None
    standard: str = ""
    low_limit: Quantity | None = None
    low_standard: str = ""
    load: Quantity | None = None

    @property
    def complies(self) -> bool | None:
        """None where neither a limit nor a cap could be compared."""
        judged = [verdict for verdict in (self.within_limit, self.within_cap) if verdict is not None]
        return all(judged) if judged else None


def compliance(audit: Audit) -> tuple[Verdict, ...]:
    """Every monitoring result judged; a result below the detection limit complies with any limit above it."""
    wastes = {waste.id: waste for waste in audit.phase("preassessment").wastes}
    return tuple(
        _verdict(item, wastes.get(item.carried_by), audit.calendar) for item in audit.phase("preassessment").monitoring
    )


def _verdict(item: Monitoring, carrier: Waste | None, calendar: Calendar) -> Verdict:
    limit, standard = _strictest(item, "limit", calendar)
    low_limit, low_standard = _strictest(item, "low_limit", calendar)
    limit_ratio, low_ratio = (_ratio(item.value, each, calendar) for each in (limit, low_limit))
    load = _load(item, carrier, calendar)
    cap_ratio = _cap_ratio(item.annual_load or load, item.cap, calendar)
    within = (
        None
        if limit_ratio is None and low_ratio is None
        else (limit_ratio is None or limit_ratio <= 1) and (low_ratio is None or low_ratio >= 1)
    )
    within_cap = None if cap_ratio is None else cap_ratio <= 1
    return Verdict(item, within, within_cap, limit_ratio, cap_ratio, limit, standard, low_limit, low_standard, load)


def _strictest(item: Monitoring, key: str, calendar: Calendar) -> tuple[Quantity | None, str]:
    """The lowest upper or highest lower limit of the standards that the result is judged by, and its standard."""
    found = []
    standards: tuple[Monitoring | FurtherLimit, ...] = (item, *item.further)
    for stated in standards:
        limit: Quantity | None = getattr(stated, key)
        value = limit.fitted(item.value.unit, calendar) if limit is not None else None
        if limit is not None and value is not None:
            found.append((value, limit, stated.standard))
    if not found:
        return None, ""
    chosen = min(found, key=lambda one: one[0]) if key == "limit" else max(found, key=lambda one: one[0])
    return chosen[1], chosen[2]


def _load(item: Monitoring, carrier: Waste | None, calendar: Calendar) -> Quantity | None:
    """Concentration × amount of the carrying stream in the year."""
    stream = carrier.discharge.get(item.year) if carrier is not None else None
    if stream is None:
        return None
    try:
        product = Quantity(item.value.value * stream.value, item.value.unit.times(stream.unit))
        unit = parse_unit(item.annual_load.unit.text if item.annual_load is not None else "t/a")
        return Quantity(annual(product, amount_unit(Quantity(0.0, unit)), calendar), unit, sign=item.value.sign)
    except UnitError:
        return None


def _cap_ratio(load: Quantity | None, cap: Quantity | None, calendar: Calendar) -> float | None:
    """Load by cap, either written as an amount or as an amount a year."""
    if load is None or cap is None:
        return None
    unit = amount_unit(cap)
    found, most = annual_fitted(load, unit, calendar), annual_fitted(cap, unit, calendar)
    return _ratio(Quantity(found), Quantity(most), calendar) if found is not None and most is not None else None


def _ratio(value: Quantity | None, limit: Quantity | None, calendar: Calendar) -> float | None:
    """Result by limit; any result above a limit of zero (must not be found) exceeds it without bound."""
    found = value.fitted(limit.unit, calendar) if value is not None and limit is not None else None
    if value is None or limit is None or found is None:
        return None
    if limit.value == 0:
        return math.inf if found > 0 and value.sign != "<" else 0.0
    return found / limit.value


def focus_ranking(audit: Audit) -> Ranking | None:
    """Form 2-12; None without a focus section. Candidates in the order of the candidate list."""
    focus = audit.phase("preassessment").focus
    if focus is None:
        return None
    scores = focus_scores(audit, focus)
    order = [candidate.id for candidate in audit.phase("preassessment").candidates if candidate.id in scores]
    names = [*order, *(name for name in scores if name not in order)]
    return weighted_sum(focus.factors, {name: scores[name] for name in names})


def focus_scores(audit: Audit, focus: Focus) -> dict[str, dict[str, tuple[float, ...]]]:
    """The scores as typed, and for factors with a figure those that the stated rule makes of the candidates' figures."""
    scores = {name: dict(row) for name, row in focus.scores.items()}
    for factor, figure in focus.figures.items():
        found = candidate_figures(audit, figure)
        for name, score in scores_from_figures(found, focus.scoring).items():
            scores.setdefault(name, {})[factor] = (score,)
    return scores


def candidate_figures(audit: Audit, figure: str) -> dict[str, float]:
    """A column of form 2-11 by candidate, in the unit of the first that has it; what does not fit is left out."""
    unit, found = "", {}
    for candidate in audit.phase("preassessment").candidates:
        quantity = _figure(candidate, figure, audit)
        if quantity is None:
            continue
        unit = unit or quantity.unit.text
        value = quantity.fitted(unit, audit.calendar)
        if value is not None:
            found[candidate.id] = value
    return found


def _figure(candidate: Candidate, figure: str, audit: Audit) -> Quantity | None:
    if figure in ("consumption", "environmental"):
        money = money_unit(audit)
        value = candidate_costs(candidate, money, audit.calendar)[figure == "environmental"]
        return None if value is None else Quantity(value, parse_unit(f"{money}/a"))
    name = figure.removesuffix("_cost")
    if name in ("material", "water", "energy"):
        part = getattr(candidate, name)
        return None if part is None else part.cost if figure.endswith("_cost") else part.amount
    holder = candidate if figure.startswith("waste_") else candidate.environmental
    found: Quantity | None = getattr(holder, figure, None)
    return found


def expert_totals(audit: Audit, ranking: Ranking) -> dict[str, list[float]] | None:
    """The weighted sum of each expert's own scores for every ranked candidate; None without several experts.

    Factors that figures or one score for all decide are left out: they are no agreement of experts.
    """
    scores = focus_scores(audit, audit.phase("preassessment").focus)
    names = [row.id for row in ranking.rows if row.total is not None]
    counts = {factor: {len(scores[name][factor]) for name in names} for factor in ranking.factors}
    count = max((each for of_factor in counts.values() for each in of_factor), default=0)
    own = [factor for factor in ranking.factors if counts[factor] == {count}]
    if count < 2 or any(found not in ({count}, {1}) for found in counts.values()):
        return None
    weights = dict(zip(ranking.factors, ranking.weights, strict=True))
    return {
        name: [math.fsum(weights[factor] * scores[name][factor][expert] for factor in own) for expert in range(count)]
        for name in names
    }


def focus_agreement(totals: dict[str, list[float]]) -> Agreement | None:
    """How far the experts agree on the candidates by their totals."""
    return concordance(list(zip(*totals.values(), strict=True))) if totals else None


def focus_robustness(ranking: Ranking) -> Robustness | None:
    """How firmly the first candidate stands when the weights move in the usual bands (pack `ranking`)."""
    pack = reference.load("ranking")
    return robustness(ranking, banded(ranking, pack["bands"], pack["other"]))


def candidate_costs(candidate: Candidate, unit: str, calendar: Calendar) -> tuple[float | None, float | None]:
    """Subtotals of form 2-11 in `unit` a year: consumption, and environmental costs; None where nothing is stated."""
    consumption = [part.cost for part in (candidate.material, candidate.water, candidate.energy) if part is not None]
    costs = candidate.environmental
    environmental = (
        [
            part
            for part in (costs.treatment, costs.disposal, costs.charges, costs.fines, costs.other)
            if part is not None
        ]
        if costs is not None
        else []
    )
    return _total(consumption, unit, calendar), _total(environmental, unit, calendar)


def _total(parts: list[Quantity], unit: str, calendar: Calendar) -> float | None:
    try:
        return math.fsum(part.to(f"{unit}/a", calendar) for part in parts) if parts else None
    except UnitError:
        return None
