"""CPA6xx of phase 6: what carried-out options brought."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from cpa.analysis import Analysis
from cpa.analysis.implementation import annual_factor
from cpa.analysis.money import money_a_year
from cpa.checks.registry import Issue, rule
from cpa.messages import Message, _, listed
from cpa.schema.implementation import Effect, Fund
from cpa.schema.labels import VERIFICATION_REASONS
from cpa.schema.preassessment import Product
from cpa.tables.build import resource_names


@rule("CPA611", "warning", "implementation")
def done_without_proof(analysis: Analysis) -> Iterator[Issue]:
    """A carried-out option has neither effect nor evidence.

    What: An option with status `done` has a result in phase 4 or an effect in phase 6, with a file that proves it.

    Why: Without bills or records the benefit is a claim.

    Example: status: done and no effect

    Remedy: Add an effect with `files:`, or a result with `file:`.

    Source: Handbook, step 6.2; domain notes §12.2.
    """
    audit = analysis.audit
    shown = {item.option: bool(item.file) for item in audit.phase("options").results}
    for item in audit.phase("implementation").effects:
        shown[item.option] = shown.get(item.option, False) or bool(item.files)
    for result in analysis.options:
        option = result.option
        if option.status != "done":
            continue
        if option.id not in shown:
            yield Issue(
                _("the option {id} is done, but its effect is not recorded", id=option.id),
                audit.places.of(option, "status"),
            )
        elif not shown[option.id] and not option.file:
            yield Issue(_("the effect of {id} has no evidence", id=option.id), audit.places.of(option, "status"))


@rule("CPA615", "warning", "implementation")
def impossible_effect(analysis: Analysis) -> Iterator[Issue]:
    """An effect is impossible.

    What: The figure after an option is negative, or before and after are in different units.

    Why: Nothing can be cut by more than there was.

    Example: before: 100 t/a, after: -20 t/a

    Remedy: Correct the figures.

    Source: Domain notes §12.2: option effect ≤ baseline.
    """
    for effect in analysis.audit.phase("implementation").effects:
        for index, change in enumerate(effect.changes):
            place = analysis.audit.places.of(effect, "changes", index)
            if change.after is None:
                continue
            if change.after.value < 0:
                yield Issue(
                    _(
                        "{id}: {resource} is negative after the option",
                        id=effect.option,
                        resource=resource_name(analysis, change.resource),
                    ),
                    place,
                )
            elif change.after.unit.dimension != change.before.unit.dimension:
                yield Issue(
                    _(
                        "{id}: before in {unit}, after in {other}",
                        id=effect.option,
                        unit=change.before.unit.text,
                        other=change.after.unit.text,
                    ),
                    place,
                )


@rule("CPA616", "warning", "implementation")
def benefit_against_money(analysis: Analysis) -> Iterator[Issue]:
    """The benefit of an effect is not what its money before and after says.

    What: `benefit` differs from the sum of the changes between `money_before` and `money_after` by more than 1 %.

    Why: Forms 6-4, 6-5 and 6-7 of one report would contradict each other.

    Example: benefit: 30 万元/a beside energy that falls from 100 to 90 万元/a

    Remedy: Correct the benefit, or the kind of money that is missing.

    Source: Domain notes §12.2.
    """
    unit = f"{analysis.money_unit}/a"
    for effect, computed in analysis.money_benefits:
        stated = money_a_year(effect.benefit, analysis.money_unit, analysis.audit.calendar)
        if stated is not None and abs(stated - computed) > max(0.01 * abs(computed), 0.005):
            yield Issue(
                _(
                    "{id}: benefit {stated}, money before and after differ by {computed} {unit}",
                    id=effect.option,
                    stated=f"{stated:.5g}",
                    computed=f"{computed:.5g}",
                    unit=unit,
                ),
                analysis.audit.places.of(effect, "benefit"),
            )


@rule("CPA635", "warning", "implementation")
def funds_do_not_cover(analysis: Analysis) -> Iterator[Issue]:
    """The funds do not cover the options that they are for.

    What: The money of a source, and of all sources of an option together, is at least what these options cost; an option counts with its actual investment, else with the expected one.

    Why: Options without money are not carried out.

    Example: amount: 200 万元 for options of 260 万元

    Remedy: Correct the amount, or name the further source.

    Source: Handbook, step 6.1.
    """
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    phase = analysis.audit.phase("implementation")
    cost = {result.option.id: result.investment for result in analysis.options}
    cost |= {one.option: one.investment.to(unit) for one in analysis.audit.phase("options").results}
    cost |= {one.option: one.investment.to(unit) for one in phase.effects}
    for funds in _short(phase.funds, cost, unit):
        named = _paid_only_by(phase.funds, funds)
        amount = math.fsum(fund.amount.fitted(unit, calendar) or 0.0 for fund in funds)
        yield Issue(
            _(
                "{source}: {amount} {unit} for options of {needed}",
                source=listed([fund.source for fund in funds]),
                amount=f"{amount:g}",
                unit=unit,
                needed=f"{math.fsum(cost.get(name, 0.0) for name in named):.6g}",
            ),
            analysis.audit.places.of(funds[0], "amount"),
        )


def _paid_only_by(funds: Sequence[Fund], some: Sequence[Fund]) -> list[str]:
    """The options that no other source pays for than `some`."""
    elsewhere = {name for fund in funds if fund not in some for name in fund.options}
    return [name for name in dict.fromkeys(name for fund in some for name in fund.options) if name not in elsewhere]


_JOINT = 10
"""Sources of one option whose every combination is looked at."""


def _short(funds: Sequence[Fund], cost: Mapping[str, float], unit: str) -> Iterator[list[Fund]]:
    """The smallest sets of sources that cannot pay for what they alone are to pay for, one for each group of sources."""
    for group in _sharing(funds):
        sizes = range(1, len(group) + 1) if len(group) <= _JOINT else [len(group)]
        for some in (list(each) for size in sizes for each in combinations(group, size)):
            needed = math.fsum(cost.get(name, 0.0) for name in _paid_only_by(funds, some))
            if needed > math.fsum(fund.amount.to(unit) for fund in some) * _ROUNDED:
                yield some
                break


def _sharing(funds: Sequence[Fund]) -> list[list[Fund]]:
    """Sources of funds in groups, those together that pay for the same option."""
    groups: list[list[Fund]] = []
    for fund in funds:
        joined = [group for group in groups if any(set(fund.options) & set(other.options) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(other for group in joined for other in group), fund])
    return groups


_ROUNDED = 1.005


@rule("CPA638", "error", "implementation")
def annualised_differs(analysis: Analysis) -> Iterator[Issue]:
    """An amount made annual is not what the stated rule gives.

    What: `measured` × the factor of the rule (operating days or output) is `after`, within 1 %; the rule has what it needs; a change has `after` or `measured`.

    Why: An effect of two months is multiplied by six or by five point two, and nobody can check which.

    Example: measured: 82,000 m³ in 56 d, 300 d/a, with after: 480,000 m³/a

    Remedy: Correct `after`, leave it out, or add `days` or `output` to `measuring`.

    Source: Domain notes §7 (annualised with stated hours).
    """
    for result in analysis.effect_results:
        effect, places = result.effect, analysis.audit.places
        measured = [one for one in result.changes if one.change.measured is not None]
        problem = _measuring(analysis, effect) if measured else None
        if problem is not None:
            place = places.of(effect, "measuring", key=True) if effect.measuring is not None else None
            yield Issue(problem, place or places.of(effect, "changes", result.changes.index(measured[0])))
            continue
        for index, one in enumerate(result.changes):
            name = resource_name(analysis, one.change.resource)
            if one.after is None and one.change.after is None:
                yield Issue(
                    _(
                        "{id}: {resource} has neither `after` nor an amount that can be made annual",
                        id=effect.option,
                        resource=name,
                    ),
                    places.of(effect, "changes", index),
                    _(
                        "`measured` is an amount over the measuring period, of an input, waste or product, in a unit that fits"
                    ),
                )
            elif one.annualised is not None and one.after is not None and not _near(one.annualised, one.after):
                yield Issue(
                    _(
                        "{id}: {resource} after is {after} {unit}, made annual by the rule {computed}",
                        id=effect.option,
                        resource=name,
                        after=f"{one.after:.6g}",
                        unit=one.unit,
                        computed=f"{one.annualised:.6g}",
                    ),
                    places.of(effect, "changes", index, "after"),
                )


def _measuring(analysis: Analysis, effect: Effect) -> Message | None:
    """What the rule lacks that makes the amounts of a measuring period annual."""
    rule_of, calendar = effect.measuring, analysis.audit.calendar
    if rule_of is None:
        return _("{id}: `measured` needs `measuring`, the period and the rule that makes it annual", id=effect.option)
    length = (rule_of.period.finish - rule_of.period.start).days + 1
    days = rule_of.days.fitted("d") if rule_of.days is not None else None
    if days is not None and days > length > 0:
        return _(
            "{id}: {days} operating days in a period of {length}", id=effect.option, days=f"{days:g}", length=length
        )
    if annual_factor(analysis.audit, rule_of) is not None:
        return None
    if rule_of.rule == "days":
        missing = _("`calendar` of audit.yaml") if days else _("`days` of `measuring`")
        if days and calendar.days_per_year:
            return None
    else:
        missing = (
            _("`output` of `measuring`")
            if rule_of.output is None
            else _("the output of the baseline year in the same unit")
        )
    return _("{id}: the rule that makes amounts annual needs {missing}", id=effect.option, missing=missing)


@rule("CPA639", "warning", "implementation")
def unproven_saving(analysis: Analysis) -> Iterator[Issue]:
    """A saving is smaller than its uncertainty.

    What: Where the figures before and after carry uncertainties, or a baseline model stands behind a saving, zero lies outside its interval.

    Why: "Saved 4 % ± 6 %" is no proven saving.

    Example: before: 100 ± 4 t/a, after: 97 ± 4 t/a

    Remedy: Measure longer or better, at the option itself, or say in the report that the saving is not proven.

    Source: IPMVP; ASHRAE Guideline 14; domain notes §7.
    """
    places = analysis.audit.places
    for result in analysis.effect_results:
        for index, one in enumerate(result.changes):
            product = isinstance(getattr(analysis.stocks.get(one.change.resource), "item", None), Product)
            if one.proven is False and one.saving is not None and one.saving > 0 and not product:
                yield Issue(
                    _(
                        "{id}: {resource} saved {saving} ± {uncertainty} {unit}, which is not proven",
                        id=result.effect.option,
                        resource=resource_name(analysis, one.change.resource),
                        saving=f"{one.saving:.4g}",
                        uncertainty=f"{one.uncertainty:.4g}",
                        unit=one.unit,
                    ),
                    places.of(result.effect, "changes", index),
                )
    for item in analysis.verifications:
        if item.saving is not None and not item.saving.proven:
            yield Issue(
                _(
                    "{id}: saved {saving} ± {uncertainty} {unit}, which is not proven",
                    id=item.verification.id,
                    saving=f"{item.saving.saving:.4g}",
                    uncertainty=f"{item.saving.half_width:.4g}",
                    unit=item.unit,
                ),
                places.of(item.verification, "id"),
            )


@rule("CPA640", "error", "implementation")
def effects_beyond_baseline(analysis: Analysis) -> Iterator[Issue]:
    """The options carried out saved more than there was.

    What: What all effects together cut of an input or waste, overlaps taken off, is at most its amount in the baseline year.

    Why: Effects on the same stream were counted twice.

    Example: 700,000 m³ saved of 672,600 m³

    Remedy: Correct the effects, or state the overlap under `interactions` of phase 5.

    Source: Domain notes §7 (overlap rule).
    """
    for one in analysis.effects:
        stock, amount = analysis.stocks.get(one.resource), analysis.saved.amounts.get(one.resource)
        if stock is None or stock.bound is None or amount is None or amount <= stock.bound:
            continue
        stated = [
            (result.effect, index, change)
            for result in analysis.effect_results
            for index, change in enumerate(result.changes)
            if change.change.resource == one.resource
        ]
        if any((change.after or 0.0) < 0 for _effect, _index, change in stated):
            continue  # CPA615
        yield Issue(
            _(
                "the options carried out saved {saved} {unit} of {resource}; the baseline year had {total}",
                saved=f"{amount:.6g}",
                unit=stock.unit,
                resource=stock.item.name,
                total=f"{stock.bound:.6g}",
            ),
            analysis.audit.places.of(stated[-1][0], "changes", stated[-1][1]),
        )


@rule("CPA641", "error", "implementation")
def verification_impossible(analysis: Analysis) -> Iterator[Issue]:
    """A saving cannot be verified by its baseline model.

    What: There are at least two more periods before than coefficients, each with all drivers; drivers vary, and not together; there is a period afterwards.

    Why: A model through as many points as it has coefficients fits everything and proves nothing.

    Example: three months before, with two drivers

    Remedy: Add periods, or leave a driver out.

    Source: ASHRAE Guideline 14; IPMVP option C.
    """
    for one in analysis.verifications:
        if one.saving is None:
            yield Issue(
                _("{id} cannot be verified: {reason}", id=one.verification.id, reason=VERIFICATION_REASONS[one.reason]),
                analysis.audit.places.of(one.verification, _REASON_AT.get(one.reason, "before"), key=True),
            )


_REASON_AT = {
    "after": "after", "confidence": "confidence", "drivers_after": "after", "adjustments": "adjustments",
}  # fmt: skip


@rule("CPA642", "warning", "implementation")
def unit_indicator_differs(analysis: Analysis) -> Iterator[Issue]:
    """An indicator before or after the audit is not what the figures give.

    What: Where form 6-9 names a resource, its figures are the baseline amount by output, before and less what the options saved, within 1 %.

    Why: Chapters 2 and 6 of the report would contradict each other.

    Example: after: 6.0 m³/kL beside 591,830 m³ by 95,000 kL

    Remedy: Correct the figure, leave it out, or complete the effects.

    Source: Domain notes §12.2; form 6-9.
    """
    for one in analysis.unit_results:
        misfits = [
            key
            for key, value in (("before", one.before), ("after", one.after))
            if getattr(one.item, key) is not None and value is None
        ]
        if misfits:
            given = getattr(one.item, misfits[0])
            yield Issue(
                _(
                    "{item}: {value} does not fit its unit {unit}",
                    item=one.item.item,
                    value=given.format(),
                    unit=one.unit,
                ),
                analysis.audit.places.of(one.item, misfits[0]),
            )
            continue
        if one.item.resource and one.computed_before is None:
            yield Issue(
                _(
                    "{item} cannot be computed: the amount or the output of the baseline year is missing, or the unit does not fit",
                    item=one.item.item,
                ),
                analysis.audit.places.of(one.item, "resource"),
            )
        for key, stated, computed in (
            ("before", one.before, one.computed_before),
            ("after", one.after, one.computed_after),
        ):
            if getattr(one.item, key) is None or stated is None or computed is None or _near(stated, computed):
                continue
            yield Issue(
                _(
                    "{item}: stated {stated} {unit}, the figures give {computed}",
                    item=one.item.item,
                    stated=f"{stated:.4g}",
                    unit=one.unit,
                    computed=f"{computed:.4g}",
                ),
                analysis.audit.places.of(one.item, key),
            )


def _near(one: float, other: float) -> bool:
    """Within 1 %, which allows for rounding."""
    return abs(one - other) <= 0.01 * max(abs(one), abs(other))


def resource_name(analysis: Analysis, name: str) -> str:
    """An input, waste, product or monitoring result as people call it."""
    return resource_names(analysis).get(name, name)
