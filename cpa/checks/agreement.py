"""CPA6xx: the same figure in several phases – prices, studies, effects, results, targets."""

import math
from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.implementation import EffectResult
from cpa.analysis.money import money_a_year, prices
from cpa.analysis.options import priced
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import _, listed
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit

_ROUNDED, _LOOSE = 0.02, 0.1


@rule("CPA648", "warning")
def prices_with_and_without_tax(analysis: Analysis) -> Iterator[Issue]:
    """Some prices contain value added tax and others do not.

    What: `tax_included` is the same for all prices of audit.yaml that state it.

    Why: Benefits of options would be compared on two bases; 13 % more of one is no gain.

    Example: power at 0.77 元/kWh with tax beside gas at 3.45 元/m³ without

    Remedy: Give all prices without value added tax, as the cash flow takes them.

    Source: Domain notes §6.3 (practice notes: VAT in or excluded).
    """
    identity = analysis.audit.identity
    stated = [price for price in identity.prices if price.tax_included is not None] if identity is not None else []
    included = [price for price in stated if price.tax_included]
    if included and len(included) < len(stated):
        yield Issue(
            _(
                "with value added tax are {ids}, the other prices are without",
                ids=listed([price.id for price in included]),
            ),
            analysis.audit.places.of(included[0], "tax_included"),
        )


@rule("CPA649", "warning", "implementation")
def effect_against_prices(analysis: Analysis) -> Iterator[Issue]:
    """The benefit of an effect is not what its amounts are worth.

    What: Where every input that changed has a price in the option, Σ saving × price less running cost is the stated benefit within 10 %.

    Why: A slip by a factor of ten in one benefit decides the sum of the audit.

    Example: 12,000 m³ at 4 元/m³ beside benefit: 48 万元/a

    Remedy: Correct the benefit, or the amounts before and after.

    Source: Domain notes §5 (savings by physical quantity × price) and §12.2.
    """
    for result in analysis.effect_results:
        stated = money_a_year(result.effect.benefit, analysis.money_unit, analysis.audit.calendar)
        worth = _worth(analysis, result)
        if stated is None or worth is None or abs(stated - worth) <= max(_LOOSE * max(abs(stated), abs(worth)), 0.05):
            continue
        yield Issue(
            _(
                "{id}: benefit {stated}, amounts × prices less running cost {worth} {unit}/a",
                id=result.effect.option,
                stated=f"{stated:.4g}",
                worth=f"{worth:.4g}",
                unit=analysis.money_unit,
            ),
            analysis.audit.places.of(result.effect, "benefit"),
        )


def _worth(analysis: Analysis, result: EffectResult) -> float | None:
    """What the changes of an effect are worth at the prices of its option; None where one has none."""
    option = next((one.option for one in analysis.options if one.option.id == result.effect.option), None)
    known = prices(analysis.audit)
    by_resource = {saving.resource: known.get(saving.price) for saving in option.savings} if option is not None else {}
    parts = []
    for one in result.changes:
        if one.change.resource not in analysis.stocks:
            continue  # a concentration is worth nothing by itself
        price = by_resource.get(one.change.resource)
        if one.saving is None or price is None:
            return None
        amount = Quantity(one.saving, parse_unit(one.unit))
        value = priced(amount, price, analysis.money_unit, analysis.audit.calendar)
        parts.append(value if value is not None else math.nan)
    cost = money_a_year(result.effect.operating_cost, analysis.money_unit, analysis.audit.calendar) or 0.0
    total = math.fsum((*parts, -cost))
    return total if parts and math.isfinite(total) else None


@rule("CPA650", "error", "implementation")
def result_against_effect(analysis: Analysis) -> Iterator[Issue]:
    """An option has two records that differ.

    What: An option with a result in phase 4 (form 4-6) and an effect in phase 6 has the same investment and benefit in both, within 1 %.

    Why: Forms 4-6 and 6-7 of one report would contradict each other.

    Example: investment 60 万元 in form 4-6, 6 万元 in form 6-7

    Remedy: Correct one of the two, or keep only the effect.

    Source: Domain notes §12.2.
    """
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    effects = {effect.option: effect for effect in analysis.audit.phase("implementation").effects}
    for result in analysis.audit.phase("options").results:
        effect = effects.get(result.option)
        if effect is None:
            continue
        for key, name in (("investment", unit), ("benefit", f"{unit}/a")):
            one, other = getattr(result, key), getattr(effect, key)
            first = one.fitted(name, calendar) if one is not None else None
            second = other.fitted(name, calendar) if other is not None else None
            if first is None or second is None or math.isclose(first, second, rel_tol=0.01, abs_tol=0.005):
                continue
            place = analysis.audit.places.of(effect, key)
            yield Issue(
                _("{id}: {one} here, {other} in phase 6", id=result.option, one=one.format(), other=other.format()),
                analysis.audit.places.of(result, key),
                related=(Related(place, _("stated here")),) if place is not None else (),
            )


@rule("CPA651", "warning", "implementation")
def attainment_against_figures(analysis: Analysis) -> Iterator[Issue]:
    """What was reached of a target is not what the audit's figures give.

    What: Where form 6-9 computes an indicator of the target's resource in the target's unit, the value reached is that figure within 2 %.

    Why: A target would count as attained by a figure that no other chapter knows.

    Example: value: 5.0 m³/kL beside 6.23 m³/kL in form 6-9

    Remedy: Correct the value, or the effects that the figure rests on.

    Source: Domain notes §12.2.
    """
    computed = {one.item.resource: one for one in analysis.unit_results if one.item.resource}
    for result in analysis.attainments:
        one = computed.get(result.target.resource) if result.target.resource else None
        if one is None or one.computed_after is None or result.attainment is None:
            continue
        reached = result.attainment.value.fitted(one.unit, analysis.audit.calendar)
        if reached is None or math.isclose(reached, one.computed_after, rel_tol=_ROUNDED):
            continue
        yield Issue(
            _(
                "{id}: reached {value} {unit} by the statement, {computed} by the figures",
                id=result.target.id,
                value=f"{reached:.4g}",
                unit=one.unit,
                computed=f"{one.computed_after:.4g}",
            ),
            analysis.audit.places.of(result.attainment, "value"),
        )


@rule("CPA652", "warning", "options")
def price_of_another(analysis: Analysis) -> Iterator[Issue]:
    """A saving is counted at a price unlike that of its input.

    What: The price that a saving names is the price of the input in phase 2, within 10 %.

    Why: A price of the wrong material slips in by one id, and changes the benefit several times.

    Example: chromic acid saved at the price of hydrochloric acid

    Remedy: Name the right price, or correct one of the two.

    Source: Domain notes §12.2.
    """
    known = prices(analysis.audit)
    for result in analysis.options:
        for index, saving in enumerate(result.option.savings):
            stock, price = analysis.stocks.get(saving.resource), known.get(saving.price)
            own = getattr(stock.item, "price", None) if stock is not None else None
            value = price.fitted(own.unit, analysis.audit.calendar) if price is not None and own is not None else None
            if own is None or price is None or value is None or math.isclose(value, own.value, rel_tol=_LOOSE):
                continue
            yield Issue(
                _(
                    "{id}: {name} is counted at {price}, its price in phase 2 is {own}",
                    id=result.option.id,
                    name=stock.item.name if stock is not None else saving.resource,
                    price=price.format(),
                    own=own.format(),
                ),
                analysis.audit.places.of(result.option, "savings", index, "price"),
            )
