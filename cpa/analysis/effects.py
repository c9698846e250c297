"""What options save in a year: amounts, money, coal equivalent, CO₂ – one by one, and together (docs/spec-options.md §1, §2)."""

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import combinations

import msgspec

from cpa.analysis import factors
from cpa.analysis.energy import carrier_use
from cpa.analysis.money import money_unit, prices
from cpa.analysis.options import OptionResult, priced
from cpa.analysis.specifics import amount_unit, annual_fitted
from cpa.audit import Audit
from cpa.schema.feasibility import Interaction
from cpa.schema.preassessment import Input, Product, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit

MEASURES = ("tce", "co2")
"""Coal equivalent (tce) and CO₂ (t): what amounts of energy carriers come to."""


class Stock(msgspec.Struct, frozen=True):
    """An input, waste or product with the unit in which its savings are counted and its amount in the baseline year.

    Of a waste `baseline` is what is discharged or generated, whichever the options mean, and `bound` the larger of the two.
    """

    item: Input | Waste | Product
    unit: str
    baseline: float | None
    bound: float | None

    @property
    def carries_energy(self) -> bool:
        return isinstance(self.item, Input) and self.item.kind == "energy"


class Effect(msgspec.Struct, frozen=True):
    """What an option, or several together, save a year: amounts by resource in the units of `stocks`, money in the audit's
    unit, tce and t CO₂. None where a part is not known: no price and no stated benefit, or a carrier without factor.
    """

    amounts: dict[str, float]
    money: float | None
    tce: float | None
    co2: float | None
    stated: bool = False
    """The money was stated and does not follow from amounts and prices."""

    def of(self, measure: str) -> float | None:
        """Coal equivalent (`tce`) or CO₂ (`co2`)."""
        found: float | None = getattr(self, measure)
        return found


def stocks(audit: Audit) -> dict[str, Stock]:
    """Everything that savings can name, by id."""
    phase = audit.phase("preassessment")
    year = audit.identity.baseline_year if audit.identity is not None else 0
    stated = _first_units(audit)
    found = {}
    for item in (*phase.inputs, *phase.wastes, *phase.products):
        series = _series(audit, item, year)
        first = series.get(year) or next(iter(series.values()), None) or stated.get(item.id)
        if first is None:
            continue
        unit = amount_unit(first)
        baseline = annual_fitted(series.get(year), unit, audit.calendar)
        both = (item.generation.get(year), item.discharge.get(year)) if isinstance(item, Waste) else ()
        amounts = [baseline, *(annual_fitted(each, unit, audit.calendar) for each in both)]
        found[item.id] = Stock(item, unit, baseline, max((each for each in amounts if each is not None), default=None))
    return found


def _series(audit: Audit, item: Input | Waste | Product, year: int) -> Mapping[int, Quantity]:
    """The amounts by year that savings of the item are measured by.

    Of a waste with both figures: what the effects of options start from; without effects what is discharged, unless the
    options would avoid more than that.
    """
    if isinstance(item, Input):
        return item.consumption
    if isinstance(item, Product):
        return item.output
    if year not in item.discharge or year not in item.generation:
        return item.discharge or item.generation
    unit = amount_unit(item.discharge[year])
    discharged, generated = (
        annual_fitted(each[year], unit, audit.calendar) for each in (item.discharge, item.generation)
    )
    if discharged is None or generated is None:
        return item.discharge
    changes = (change for effect in audit.phase("implementation").effects for change in effect.changes)
    starts = [annual_fitted(one.before, unit, audit.calendar) for one in changes if one.resource == item.id]
    start = next((one for one in starts if one is not None), None)
    if start is not None:
        return item.discharge if abs(start - discharged) <= abs(start - generated) else item.generation
    savings = (saving for option in audit.phase("options").options for saving in option.savings)
    avoided = math.fsum(
        annual_fitted(saving.amount, unit, audit.calendar) or 0.0 for saving in savings if saving.resource == item.id
    )
    return item.generation if avoided > discharged else item.discharge


def _first_units(audit: Audit) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for option in audit.phase("options").options:
        for saving in option.savings:
            found.setdefault(saving.resource, saving.amount)
    for effect in audit.phase("implementation").effects:
        for change in effect.changes:
            found.setdefault(change.resource, change.before)
    return found


def effect_of(audit: Audit, known: Mapping[str, Stock], result: OptionResult) -> Effect:
    """The effect of one option."""
    amounts: dict[str, float] = {}
    for saving in result.option.savings:
        stock = known.get(saving.resource)
        amount = annual_fitted(saving.amount, stock.unit, audit.calendar) if stock is not None else None
        if amount is not None:
            amounts[saving.resource] = amounts.get(saving.resource, 0.0) + amount
    tce, co2 = measured(audit, known, amounts)
    return Effect(amounts, result.money, tce, co2, result.priced_benefit is None and result.benefit is not None)


def measured(
    audit: Audit, known: Mapping[str, Stock], amounts: Mapping[str, float]
) -> tuple[float | None, float | None]:
    """Coal equivalent and CO₂ of amounts of energy carriers, by the factors of the baseline year."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    basis = factors.conventions(audit).electricity
    tce, co2 = [], []
    for name, amount in amounts.items():
        stock = known[name]
        item = stock.item
        if not isinstance(item, Input) or item.kind != "energy":
            continue
        use = carrier_use(audit, item, Quantity(amount, parse_unit(stock.unit)), year, basis)
        tce.append(None if use.use.gross is None else use.use.gross - (use.use.excluded or 0.0))
        co2.append(use.co2)
    return _sum(tce), _sum(co2)


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return math.fsum(known) if len(known) == len(parts) else None


def compatible(audit: Audit, results: Sequence[OptionResult]) -> tuple[str, ...]:
    """The kept options that may be carried out together: not those that their study defers or rejects, and of options that
    exclude each other the one that is done, else the one with the larger benefit.
    """
    phase = audit.phase("feasibility")
    against = {study.option for study in phase.studies if study.recommendation != "recommended"}
    kept = {result.option.id: result for result in results if result.kept and result.option.id not in against}
    for one in phase.interactions:
        rivals = [name for name in one.options if name in kept] if one.kind == "exclusive" else []
        best = max(rivals, key=lambda name: (kept[name].option.status == "done", kept[name].money or 0.0), default="")
        for name in rivals:
            if name != best:
                del kept[name]
    return tuple(kept)


def rivals(audit: Audit, results: Sequence[OptionResult]) -> set[str]:
    """Kept options that stand back behind one that excludes them."""
    chosen = set(compatible(audit, results))
    named = {name for one in audit.phase("feasibility").interactions if one.kind == "exclusive" for name in one.options}
    return {result.option.id for result in results if result.option.id in named and result.option.id not in chosen}


def excluded_by_done(audit: Audit) -> set[str]:
    """Options that an option already carried out excludes."""
    done = {option.id for option in audit.phase("options").options if option.status == "done"}
    return {
        name
        for one in audit.phase("feasibility").interactions
        if one.kind == "exclusive" and done & set(one.options)
        for name in one.options
        if name not in done
    }


class Lessening(msgspec.Struct, frozen=True):
    """What is saved less than the sum when all of `options` are carried out, and one of `any_of` where it names some;
    `assumed` where the audit does not say how much.
    """

    options: frozenset[str]
    effect: Effect
    interaction: Interaction
    any_of: frozenset[str] = frozenset()
    assumed: bool = False

    def holds(self, chosen: Set[str]) -> bool:
        """Whether it counts among the options chosen."""
        return self.options <= chosen and (not self.any_of or bool(self.any_of & chosen))


def lessenings(
    audit: Audit, known: Mapping[str, Stock], effects: Mapping[str, Effect], results: Sequence[OptionResult]
) -> tuple[Lessening, ...]:
    """The overlaps between options; of those that are not quantified only the largest saving of each resource counts."""
    by_id = {result.option.id: result for result in results}
    stated = [one for one in audit.phase("feasibility").interactions if one.kind == "overlaps"]
    found = [_quantified(audit, known, by_id, one) for one in stated if one.reduction and not one.counted]
    said = {frozenset(pair) for one in stated if one.reduction or one.counted for pair in combinations(one.options, 2)}
    links = [
        (pair, one)
        for one in stated
        if not one.reduction and not one.counted
        for pair in combinations(one.options, 2)
        if set(pair) <= effects.keys() and frozenset(pair) not in said
    ]
    resources = dict.fromkeys(name for pair, _one in links for each in pair for name in effects[each].amounts)
    for name in resources:
        saving = {
            option: effect.amounts[name] for option, effect in effects.items() if effect.amounts.get(name, 0.0) > 0
        }
        shared = [(pair, one) for pair, one in links if set(pair) <= saving.keys()]
        for group in _groups([set(pair) for pair, _one in shared]):
            ordered = sorted(group, key=lambda option: (-saving[option], option))
            for place, option in enumerate(ordered[1:], 1):
                linked = [(each, one) for pair, one in shared if option in pair for each in pair if each != option]
                larger = [each for each in ordered[:place] if any(each == other for other, _one in linked)]
                if larger:
                    effect = _counted_twice(audit, known, by_id, (option, *larger), name, saving[option])
                    one = frozenset((option,))
                    found.append(Lessening(one, effect, linked[0][1], frozenset(larger), assumed=True))
    return tuple(found)


def _quantified(
    audit: Audit, known: Mapping[str, Stock], by_id: Mapping[str, OptionResult], one: Interaction
) -> Lessening:
    amounts: dict[str, float] = {}
    money, unit = [], money_unit(audit)
    for part in one.reduction:
        stock = known.get(part.resource)
        amount = annual_fitted(part.amount, stock.unit, audit.calendar) if stock is not None else None
        if amount is not None:
            amounts[part.resource] = amounts.get(part.resource, 0.0) + amount
        price = part.price or _price_of(by_id, one.options, part.resource)
        money.append(priced(part.amount, prices(audit).get(price), unit, audit.calendar) or 0.0)
    return Lessening(frozenset(one.options), Effect(amounts, math.fsum(money), *measured(audit, known, amounts)), one)


def _groups(sets: Iterable[set[str]]) -> list[set[str]]:
    """Sets that share a member, joined."""
    groups: list[set[str]] = []
    for one in sets:
        joined = [group for group in groups if group & one]
        groups = [group for group in groups if not group & one]
        groups.append(set.union(one, *joined))
    return groups


def _price_of(by_id: Mapping[str, OptionResult], options: Iterable[str], resource: str) -> str:
    """The price at which the options themselves count a resource."""
    for name in options:
        if name in by_id:
            for saving in by_id[name].option.savings:
                if saving.resource == resource and saving.price:
                    return saving.price
    return ""


def _counted_twice(
    audit: Audit,
    known: Mapping[str, Stock],
    by_id: Mapping[str, OptionResult],
    options: Sequence[str],
    name: str,
    amount: float,
) -> Effect:
    """A saving that another option already makes, at the price at which the options count it."""
    price = prices(audit).get(_price_of(by_id, options, name))
    quantity = Quantity(amount, parse_unit(f"{known[name].unit}/a"))
    money = priced(quantity, price, money_unit(audit), audit.calendar) or 0.0
    return Effect({name: amount}, money, *measured(audit, known, {name: amount}))


def together(effects: Mapping[str, Effect], overlaps: Sequence[Lessening], chosen: Iterable[str]) -> Effect:
    """The effect of several options: the sum of theirs less the overlaps that lie wholly among them."""
    names = [name for name in dict.fromkeys(chosen) if name in effects]
    members = [effects[name] for name in names]
    less = [one.effect for one in overlaps if one.holds(set(names))]
    resources = dict.fromkeys(name for member in members for name in member.amounts)
    amounts = {
        name: math.fsum(
            (*(one.amounts.get(name, 0.0) for one in members), *(-one.amounts.get(name, 0.0) for one in less))
        )
        for name in resources
    }

    def summed(name: str) -> float | None:
        plus, minus = [getattr(one, name) for one in members], [getattr(one, name) for one in less]
        return _sum([*plus, *(None if part is None else -part for part in minus)])

    stated = any(member.stated for member in members)
    return Effect(amounts, summed("money"), summed("tce"), summed("co2"), stated)
