"""CPA6xx of phase 4: where options come from, and whether their effects fit what there is."""

from collections.abc import Callable, Iterator, Sequence

from cpa.analysis import Analysis
from cpa.analysis.coverage import traced
from cpa.analysis.effects import Stock, rivals
from cpa.analysis.library import entry_ids
from cpa.analysis.money import prices
from cpa.analysis.options import OptionResult, priced
from cpa.analysis.specifics import annual_fitted
from cpa.checks.registry import Issue, rule
from cpa.messages import _, listed
from cpa.schema.assessment import Flow
from cpa.schema.options import Option, Saving
from cpa.schema.preassessment import Input, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit
from cpa.schema.walk import nearest


@rule("CPA618", "warning", "options")
def option_without_origin(analysis: Analysis) -> Iterator[Issue]:
    """An option does not say what it answers.

    What: Every option names a cause, an indicator, a suggestion, a stream with a loss, or an entry of the library; or it comes from an expert or a peer.

    Why: Options that do not follow from the balances and causes are what evaluators call unrelated.

    Example: an option with neither `origin`, `streams` nor `library`

    Remedy: Add `origin: [C3]`, `streams: [vapour-boil]` or `library: gen-condensate-return`.

    Source: Handbook, steps 3.6 and 4.1; domain notes §12.2 (option-cause-balance links).
    """
    for result in analysis.options:
        if not traced(result):
            yield Issue(
                _("the option {id} does not say what it answers", id=result.option.id),
                analysis.audit.places.of(result.option, "id"),
                _(
                    "name a cause, indicator or suggestion in `origin`, a stream in `streams`, or its entry in `library`"
                ),
            )


@rule("CPA619", "error", "options")
def unknown_library_entry(analysis: Analysis) -> Iterator[Issue]:
    """An option follows an entry that the option library does not have.

    What: `library` names an entry of the packs of cpa, or of `library/*.yaml` beside the audit.

    Why: The source of the option could not be found again.

    Example: library: gen-condensat

    Remedy: Use one of the nearest ids, or leave the key out; `cpa options suggest` lists entries.

    Source: cpa, option library.
    """
    named = [result.option for result in analysis.options if result.option.library]
    known = entry_ids(analysis.audit) if named else ()
    for option in named:
        if option.library not in known:
            near = nearest(option.library, known)
            yield Issue(
                _("the option library has no entry `{id}`", id=option.library),
                analysis.audit.places.of(option, "library"),
                _("did you mean {names}?", names=listed([f"`{name}`" for name in near])) if near else None,
            )


@rule("CPA620", "warning", "options")
def one_kind_of_option(analysis: Analysis) -> Iterator[Issue]:
    """All options that are kept are of one kind.

    What: Of two options and more that the screening keeps, some lower an input, and some save more than energy.

    Why: Only end-of-pipe treatment, or only energy saving, is no cleaner production audit; evaluators say so.

    Example: three options, all of them waste-water treatment

    Remedy: Look for options at the source, from all eight aspects; `cpa options suggest` offers some.

    Source: Domain notes §12.1 [S45].
    """
    found = analysis.coverage
    place = analysis.audit.places.section("options", "options")
    if found.only_end_of_pipe:
        yield Issue(_("all options that are kept cut what leaves; none lowers what enters"), place)
    if found.only_energy:
        yield Issue(_("all options that are kept save energy only"), place)


@rule("CPA621", "error", "options")
def saves_more_than_flow(analysis: Analysis) -> Iterator[Issue]:
    """Options save more of a stream than flows in it.

    What: The savings that name one `flow` of phase 3, added up over the kept options, stay below that flow in a year.

    Why: Nothing can be saved that is not there; an effect was counted twice, or a unit slipped.

    Example: 30,000 m³/a saved from a stream of 24,000 m³/a

    Remedy: Correct the amount, or state the overlap under `interactions` of phase 5.

    Source: Domain notes §7 and §12.2.
    """
    flows = {flow.id: flow for flow in analysis.audit.phase("assessment").flows}
    saved: dict[tuple[str, str], float] = {}
    for result, index, amount in counted(analysis, lambda saving: saving.flow):
        saving = result.option.savings[index]
        flow, stock = flows.get(saving.flow), analysis.stocks.get(saving.resource)
        carried = _carried(analysis, flow, stock) if flow is not None and stock is not None else None
        if flow is None or stock is None or carried is None:
            continue
        place = flow.id, saving.resource
        before = saved.get(place, 0.0)
        saved[place] = before + amount
        if before <= carried * _SLACK < before + amount:
            yield Issue(
                _(
                    "with {id} the options save {saved} {unit} a year from {flow}, which carries {carried}",
                    id=result.option.id,
                    saved=f"{before + amount:.6g}",
                    unit=stock.unit,
                    flow=flow.name,
                    carried=f"{carried:.6g}",
                ),
                analysis.audit.places.of(result.option, "savings", index, "amount"),
            )


_SLACK = 1.0001


def counted(analysis: Analysis, key: Callable[[Saving], str]) -> Iterator[tuple[OptionResult, int, float]]:
    """The savings of the options that may be carried out, in the unit of the resource, with their index in the option.

    An overlap is taken off once, by the option that completes it, where the savings of all its options on the resource have
    the same `key`: the resource itself, or the stream.
    """
    seen: dict[str, Option] = {}
    out = rivals(analysis.audit, analysis.options)
    for result in analysis.options:
        option = result.option
        if result.verdict in ("later", "infeasible") or option.status == "rejected":
            continue
        if option.id in out:
            continue
        before = set(seen)
        seen[option.id] = option
        left: dict[tuple[str, str], float] = {}
        for one in analysis.lessenings:
            if one.holds(seen.keys()) and not one.holds(before):
                concerned = [seen[each] for each in (*one.options, *(one.any_of & seen.keys()))]
                for name, less in one.effect.amounts.items():
                    for place in _shared_places(concerned, name, key):
                        left[name, place] = left.get((name, place), 0.0) + less
        for index, saving in enumerate(option.savings):
            stock = analysis.stocks.get(saving.resource)
            amount = annual_fitted(saving.amount, stock.unit, analysis.audit.calendar) if stock is not None else None
            if amount is not None:
                yield result, index, amount - left.pop((saving.resource, key(saving)), 0.0)


def _shared_places(options: Sequence[Option], resource: str, key: Callable[[Saving], str]) -> set[str]:
    """The keys at which all of `options` save a resource."""
    found = [{key(saving) for saving in option.savings if saving.resource == resource} for option in options]
    return set.intersection(*found) if found else set()


def _carried(analysis: Analysis, flow: Flow, stock: Stock) -> float | None:
    """A flow of phase 3 as an amount of a year in the unit of the stock: as stated, or of the layer whose unit fits.

    Water in tonnes is taken for cubic metres, one for one.
    """
    calendar = analysis.audit.calendar
    stated = flow.amount or analysis.audit.readings.get(flow.point)
    layers = (
        Quantity(amount, parse_unit(result.unit))
        for result in analysis.balances
        if (amount := result.flows[flow.id].amount if flow.id in result.flows else None) is not None
    )
    for quantity in (*((stated,) if stated is not None else ()), *layers):
        found = annual_fitted(quantity, stock.unit, calendar)
        if found is None and _is_water(stock):
            tonnes = annual_fitted(quantity, "t", calendar)
            found = Quantity(tonnes, parse_unit("m³")).fitted(stock.unit) if tonnes is not None else None
        if found is not None:
            return found
    return None


def _is_water(stock: Stock) -> bool:
    item = stock.item
    return (isinstance(item, Input) and item.kind == "water") or (
        isinstance(item, Waste) and item.category == "wastewater"
    )


@rule("CPA628", "warning", "options")
def saving_without_price(analysis: Analysis) -> Iterator[Issue]:
    """A saving has no price that it could be counted with.

    What: Where no benefit is stated, each saving of an input names a price whose unit fits; wastes may go without.

    Why: Money that leaves a part out without a word is too low, and the option too far down in every ranking.

    Example: savings of water with a price and of steam without, and no `benefit`

    Remedy: Add `price:` to the saving and the price to audit.yaml, or state `benefit`.

    Source: Domain notes §5 (savings by physical quantity × price).
    """
    unit, calendar, known = analysis.money_unit, analysis.audit.calendar, prices(analysis.audit)
    for result in analysis.options:
        if result.money is not None:
            continue
        for index, saving in enumerate(result.option.savings):
            stock = analysis.stocks.get(saving.resource)
            if stock is None or (isinstance(stock.item, Waste) and not saving.price):
                continue
            if annual_fitted(saving.amount, stock.unit, calendar) is None:
                continue  # CPA604
            price = known.get(saving.price)
            if price is not None and priced(saving.amount, price, unit, calendar) is None:
                yield Issue(
                    _(
                        "{id}: the price in {unit} does not fit the saving of {resource}",
                        id=result.option.id,
                        unit=price.unit.text,
                        resource=stock.item.name,
                    ),
                    analysis.audit.places.of(result.option, "savings", index, "price"),
                )
            elif price is None:
                yield Issue(
                    _(
                        "{id}: the saving of {resource} has no price, and no benefit is stated",
                        id=result.option.id,
                        resource=stock.item.name,
                    ),
                    analysis.audit.places.of(result.option, "savings", index),
                )


@rule("CPA630", "warning", "options")
def pair_comparisons(analysis: Analysis) -> Iterator[Issue]:
    """The pair comparisons of the factors are incomplete or contradict each other.

    What: Every two factors of the ranking are compared once; the consistency ratio CR is at most 0.1.

    Why: If environment counts twice economy, economy twice technology, and technology more than environment, no weights follow.

    Example: CR = 0.35

    Remedy: Compare the factors again, or leave `pairs` out: the stated weights decide.

    Source: Saaty 1980, analytic hierarchy process.
    """
    phase = analysis.audit.phase("options")
    ranking, found = analysis.screening, analysis.cross_checks
    if phase.screening is None or ranking is None or not phase.screening.pairs:
        return
    place = analysis.audit.places.of(phase.screening, "pairs", key=True)
    strange = sorted(
        {name for pair in phase.screening.pairs for name in (pair.factor, pair.over)} - set(ranking.factors)
    )
    if strange:
        yield Issue(_("the ranking has no factor {names}", names=listed(strange)), place)
    elif found is not None and found.hierarchy is None:
        yield Issue(_("not every two factors are compared; no weights follow"), place)
    elif found is not None and found.hierarchy is not None and found.hierarchy.ratio > _RATIO:
        yield Issue(
            _(
                "the pair comparisons contradict each other: CR = {ratio}, above 0.1",
                ratio=f"{found.hierarchy.ratio:.2f}",
            ),
            place,
        )


_RATIO = 0.1


@rule("CPA631", "note", "options")
def methods_differ(analysis: Analysis) -> Iterator[Issue]:
    """Another method puts another option first.

    What: TOPSIS, PROMETHEE II, or the weighted sum with other weights, has another option in the first place than the ranking.

    Why: Where the order depends on the method, the ranking alone is a weak reason; `cpa screen` shows all places.

    Example: F25 first by weighted sum, F28 first by PROMETHEE II

    Remedy: Say in `conclusion` of the screening why the first option is nevertheless preferred.

    Source: Docs, options, §3.
    """
    found, phase = analysis.cross_checks, analysis.audit.phase("options")
    if found is None or phase.screening is None or phase.screening.conclusion:
        return
    first = {name for name, rank in found.ranks["weighted"].items() if rank == 1}
    other = {name for ranks in found.ranks.values() for name, rank in ranks.items() if rank == 1} - first
    if other:
        yield Issue(
            _(
                "{first} is first by weighted sum, {other} by another method",
                first=listed(sorted(first)),
                other=listed(sorted(other)),
            ),
            analysis.audit.places.of(phase.screening, "scores", key=True),
        )
