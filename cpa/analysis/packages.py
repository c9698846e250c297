"""Phase 5: which options together – the best package under stated conditions, and what avoiding a tonne costs (docs/spec-options.md §7)."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from cpa.analysis.effects import MEASURES, Effect, Lessening, Stock, excluded_by_done, together
from cpa.analysis.money import money_unit
from cpa.analysis.options import OptionResult
from cpa.analysis.specifics import annual_fitted
from cpa.analysis.studies import StudyResult, Worth, worth_of
from cpa.audit import Audit
from cpa.messages import Message, _, listed, plain
from cpa.methods.selection import Choice, Limit, Overlap, Priced, Selection, Turned, best, prices, turned
from cpa.schema.feasibility import Goal, Package
from cpa.schema.labels import CATEGORIES, COST_CLASSES, label

_NEXT = 4
"""The best package and the three next ones."""


class Programme(msgspec.Struct, frozen=True):
    """The conditions of a package as a programme, and how its constraints are called; or why there is none, and where.

    `estimated` are options without study, whose NPV is by the audit's conventions; `left_out` have no figure for the
    objective.
    """

    package: Package
    selection: Selection
    names: dict[str, Message]
    estimated: tuple[str, ...]
    left_out: tuple[str, ...]
    problem: Message | None = None
    at: tuple[str | int, ...] = ("id",)
    """Where in the conditions the problem stands."""


class PackageResult(msgspec.Struct, frozen=True):
    """The best packages under the conditions of a programme, the best first, with the price of each condition."""

    programme: Programme
    choices: tuple[Choice, ...] = ()
    effects: tuple[Effect, ...] = ()
    prices: tuple[Priced, ...] = ()
    problem: Message | None = None

    @property
    def package(self) -> Package:
        return self.programme.package

    def reasons(self) -> list[Turned]:
        """Why each option is, or is not, in the best package: a programme is solved for each."""
        return turned(self.programme.selection, self.choices[0]) if self.choices else []


class Market(msgspec.Struct, frozen=True):
    """What packages are chosen from: the options that the screening keeps, with effect and worth, and their overlaps."""

    results: dict[str, OptionResult]
    effects: dict[str, Effect]
    worths: dict[str, Worth]
    overlaps: tuple[Lessening, ...]
    stocks: dict[str, Stock]


def market(
    audit: Audit,
    results: Sequence[OptionResult],
    effects: Mapping[str, Effect],
    overlaps: Sequence[Lessening],
    stocks: Mapping[str, Stock],
    studies: Sequence[StudyResult],
) -> Market:
    """The options that may be chosen."""
    by_option = {study.study.option: study for study in studies}
    out = excluded_by_done(audit)
    kept = {result.option.id: result for result in results if result.kept and result.option.id not in out}
    worths = {
        name: worth
        for name, result in kept.items()
        if (worth := worth_of(audit, by_option.get(name), result.investment, result.money)) is not None
    }
    return Market(kept, dict(effects), worths, tuple(overlaps), dict(stocks))


def package_result(offered: Market, conditions: Programme) -> PackageResult:
    """The best packages; the problem where the conditions contradict each other or no set of options meets them."""
    if conditions.problem is not None:
        return PackageResult(conditions, problem=conditions.problem)
    choices = tuple(best(conditions.selection, _NEXT))
    if not choices:
        problem = _("no set of options meets all conditions together")
        return PackageResult(conditions, problem=problem)
    effects = tuple(together(offered.effects, offered.overlaps, _in_order(offered, choice)) for choice in choices)
    stated = tuple(one for one in prices(conditions.selection, choices[0].value) if one.label in conditions.names)
    return PackageResult(conditions, choices, effects, stated)


def programme(audit: Audit, offered: Market, package: Package) -> Programme:
    """The programme of a package; nothing is solved, but what cannot be met by any set of options is said."""
    amounts = {name: _quantities(offered, name) for name in offered.results}
    usable = {name: found for name, found in amounts.items() if package.objective in found}
    by_conventions = (name for name in usable if offered.worths.get(name, _STUDIED).basis == "conventions")
    limits, names = _limits(audit, offered, package)
    selection = Selection(
        options=usable,
        objective=package.objective,
        minimise=package.objective == "investment",
        limits=(*limits, *_bounds(offered)),
        overlaps=_overlaps(offered),
        exclusive=tuple(map(frozenset, _ordered(audit, "exclusive"))),
        requires=tuple((one, frozenset(rest)) for one, *rest in _ordered(audit, "requires")),
        include=frozenset(package.include),
        exclude=frozenset(package.exclude),
        shares=tuple(
            (f"share-{name}", "investment", _group(offered, name), share.to(""))
            for name, share in package.shares.items()
        ),
        most=package.most,
        tie="benefit" if package.objective == "investment" else "",
    )
    problem, at = _problem(audit, offered, package, selection) or (None, ("id",))
    return Programme(
        package,
        selection,
        names,
        tuple(by_conventions) if package.objective == "npv" else (),
        tuple(name for name in amounts if name not in usable),
        problem,
        at,
    )


_STUDIED = Worth(0.0, 0.0, "study")


def _limits(audit: Audit, offered: Market, package: Package) -> tuple[list[Limit], dict[str, Message]]:
    """Budget and goals as limits, and what every constraint is called."""
    unit, limits = money_unit(audit), []
    names: dict[str, Message] = {}
    if package.budget is not None:
        budget = package.budget.to(unit)
        limits.append(Limit("budget", "investment", "most", budget))
        names["budget"] = _("budget {amount} {unit}", amount=f"{budget:g}", unit=unit)
    for index, goal in enumerate(package.goals):
        found = _goal(audit, offered, goal)
        if found is not None:
            names[f"goal-{index}"], quantity, bound = found
            limits.append(Limit(f"goal-{index}", quantity, "least", bound))
    for name in package.shares:
        words = label(COST_CLASSES | CATEGORIES, name)
        names[f"share-{name}"] = _("least share of {name}", name=words)
    names |= {f"+{name}": _("{id} must be in it", id=name) for name in package.include}
    names |= {f"-{name}": _("{id} must not be in it", id=name) for name in package.exclude}
    names["most"] = _("at most {count} options", count=package.most or 0)
    return limits, names


def _problem(
    audit: Audit, offered: Market, package: Package, selection: Selection
) -> tuple[Message, tuple[str | int, ...]] | None:
    """What no set of options can meet, and where it is asked for; None leaves it to the programme."""
    if not selection.options:
        return _("no option that the screening keeps has a figure for the objective"), ("id",)
    clash = next((group for group in selection.exclusive if len(group & selection.include) > 1), None)
    if clash is not None:
        return _("{options} exclude each other", options=listed(sorted(clash & selection.include))), ("include",)
    missing = [name for name in package.include if name not in selection.options]
    if missing:
        message = _(
            "{options} must be in it, but the screening does not keep them, or they have no figures",
            options=listed(missing),
        )
        return message, ("include",)
    for index, goal in enumerate(package.goals):
        found = _goal(audit, offered, goal)
        if found is None:
            stock = offered.stocks.get(goal.resource)
            unit = stock.unit if stock is not None else {"co2": "t", "tce": "tce"}.get(goal.measure, "")
            message = (
                _("the goal {amount} does not fit; it is counted in {unit}", amount=goal.amount.format(), unit=unit)
                if unit
                else _("no option saves anything of `{name}`", name=goal.resource)
            )
            return message, ("goals", index)
        words, quantity, bound = found
        most = math.fsum(max(amounts.get(quantity, 0.0), 0.0) for amounts in selection.options.values())
        if most < bound:
            return _("{goal}: all options together reach {most}", goal=words, most=f"{most:.6g}"), ("goals", index)
    for name in package.shares:
        if package.shares[name].value > 0 and not _group(offered, name) & selection.options.keys():
            return _("no option that is kept is of {name}", name=label(COST_CLASSES | CATEGORIES, name)), (
                "shares",
                name,
            )
    least = math.fsum(selection.options[name]["investment"] for name in package.include)
    if package.budget is not None and least > package.budget.to(money_unit(audit)):
        unit = money_unit(audit)
        budget = f"{package.budget.to(unit):g}"
        message = _(
            "the options that must be in it cost {amount} {unit}, beyond the budget of {budget}",
            amount=f"{least:g}",
            unit=unit,
            budget=budget,
        )
        return message, ("budget",)
    return None


def _in_order(offered: Market, choice: Choice) -> list[str]:
    return [name for name in offered.results if name in choice.options]


def _quantities(offered: Market, name: str) -> dict[str, float]:
    """What an option adds to a package, by the names that objectives and limits use."""
    result, effect, worth = offered.results[name], offered.effects[name], offered.worths.get(name)
    found = {"investment": result.investment, **{f"save-{key}": value for key, value in effect.amounts.items()}}
    if worth is not None:
        found["npv"] = worth.npv
    for key in ("money", *MEASURES):
        value = effect.money if key == "money" else effect.of(key)
        if value is not None:
            found["benefit" if key == "money" else key] = value
    return found


def _goal(audit: Audit, offered: Market, goal: Goal) -> tuple[Message, str, float] | None:
    """A goal in words, the quantity that it is of, and its bound; None where options save nothing of the kind."""
    words: Message | str
    if goal.measure:
        unit, quantity = {"tce": "tce", "co2": "t"}[goal.measure], str(goal.measure)
        words = plain("CO₂") if quantity == "co2" else _("coal equivalent")
    elif goal.resource in offered.stocks:
        stock = offered.stocks[goal.resource]
        unit, quantity, words = stock.unit, f"save-{goal.resource}", stock.item.name
    else:
        return None
    bound = annual_fitted(goal.amount, unit, audit.calendar)
    if bound is None:
        return None
    return _("at least {amount} {unit}/a of {name}", amount=f"{bound:g}", unit=unit, name=words), quantity, bound


def _bounds(offered: Market) -> list[Limit]:
    """Nothing is saved that is not there; only where the options together could."""
    limits = []
    for name, stock in offered.stocks.items():
        saved = math.fsum(max(effect.amounts.get(name, 0.0), 0.0) for effect in offered.effects.values())
        if stock.bound is not None and saved > stock.bound:
            limits.append(Limit(f"bound-{name}", f"save-{name}", "most", stock.bound))
    return limits


def _group(offered: Market, name: str) -> frozenset[str]:
    """The options of a cost class or a category."""
    return frozenset(
        option for option, result in offered.results.items() if name in (result.cost_class, result.option.category)
    )


def _overlaps(offered: Market) -> tuple[Overlap, ...]:
    found = []
    for one in offered.overlaps:
        if not one.options <= offered.results.keys() or (one.any_of and not one.any_of & offered.results.keys()):
            continue
        amounts = {f"save-{name}": value for name, value in one.effect.amounts.items()}
        amounts |= {"benefit": one.effect.money or 0.0, "tce": one.effect.tce or 0.0, "co2": one.effect.co2 or 0.0}
        worth = _ratio(offered, one)
        found.append(Overlap(one.options, {**amounts, "npv": amounts["benefit"] * worth}, one.any_of))
    return tuple(found)


def _ratio(offered: Market, one: Lessening) -> float:
    """Present value of a yearly benefit that is not there twice, after tax: the least annuity after tax of the options."""
    found = []
    for name in one.options:
        worth, result = offered.worths.get(name), offered.results[name]
        if worth is not None and result.money:
            found.append((worth.npv + result.investment) / result.money)
    return max(min(found, default=0.0), 0.0)


def _ordered(audit: Audit, kind: str) -> list[tuple[str, ...]]:
    return [one.options for one in audit.phase("feasibility").interactions if one.kind == kind and one.options]


class Abatement(msgspec.Struct, frozen=True):
    """An option on the marginal abatement cost curve: amount avoided a year, and cost per unit of it (negative: it pays)."""

    option: str
    name: str
    amount: float
    cost: float


def abatement_curve(offered: Market, quantity: str, *, resource: bool = False) -> tuple[Abatement, ...]:
    """The kept options that avoid tce or CO₂, or a `resource`, the cheapest first: cost = − annual worth / amount."""
    found = []
    for name, worth in offered.worths.items():
        effect = offered.effects[name]
        amount = effect.amounts.get(quantity) if resource else effect.of(quantity)
        if amount is not None and amount > 0:
            found.append(Abatement(name, offered.results[name].option.name, amount, -worth.annual / amount))
    return tuple(sorted(found, key=lambda one: (one.cost, one.option)))
