"""Forms 6-1 to 6-9, funds, and the attainment of targets."""

import math

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.implementation import EffectResult
from cpa.analysis.targets import target_value
from cpa.messages import Message, _, listed, plain
from cpa.schema.implementation import Effect, Money
from cpa.schema.labels import CATEGORIES, VERIFICATION_REASONS, label
from cpa.schema.walk import meaning
from cpa.tables.build import (
    NUMBER,
    REMARK,
    amount,
    form,
    in_unit,
    joined,
    number,
    report,
    resource_names,
    summed,
    text,
    without_empty,
    words,
)
from cpa.tables.model import Cell, Column, Derived, Table, decimals_for

_NO_LOW, _MEDIUM_HIGH = ("none", "low"), ("medium", "high")


def schedule(analysis: Analysis) -> Table:
    """6-1."""
    names = {option.id: option.name for option in analysis.audit.phase("options").options}
    rows = [
        (
            f"{item.option} {names.get(item.option, '')}",
            item.content,
            f"{item.start:%Y-%m}",
            f"{item.finish:%Y-%m}",
            item.responsible,
        )
        for item in analysis.audit.phase("implementation").schedule
    ]
    time = _("Time (months)")
    columns = (
        text("option", _("Name of the option")),
        text("content", _("Content"), wide=True),
        text("start", _("Start"), group=time),
        text("finish", _("Finish"), group=time),
        text("responsible", _("Responsible department or person")),
    )
    return form("6-1", _("Schedule of implementation"), columns, rows)


def funds(analysis: Analysis) -> Table:
    unit = analysis.money_unit
    items = analysis.audit.phase("implementation").funds
    rows: list[tuple[Cell, ...]] = [
        (item.source, in_unit(item.amount, unit, analysis.audit.calendar), "、".join(item.options), item.note)
        for item in items
    ]
    if rows:
        rows.append(
            (_("Total"), *summed(("amount",), len(items), [math.fsum(item.amount.to(unit) for item in items)]), "", "")
        )
    columns = (
        text("source", _("Source of funds")),
        number("amount", _("Amount of money ({unit})", unit=unit)),
        text("options", _("Options")),
        text("note", REMARK),
    )
    return report("funds", _("Funds"), columns, rows, total=bool(rows))


def _effects(analysis: Analysis, classes: tuple[str, ...] | None = None) -> list[tuple[EffectResult, str, str]]:
    """Effects of the options of some classes, with name and category of the option."""
    known = {result.option.id: result for result in analysis.options}
    found: list[tuple[EffectResult, str, str]] = []
    for one in analysis.effect_results:
        result = known.get(one.effect.option)
        if classes is None or (result is not None and (result.cost_class or "none") in classes):
            found.append(
                (
                    one,
                    result.option.name if result is not None else "",
                    result.option.category if result is not None else "",
                )
            )
    return found


def effects_no_low(analysis: Analysis) -> Table:
    """6-2."""
    return _before_after(analysis, "6-2", _("Environmental effects of no-cost and low-cost options"), _NO_LOW)


def effects_medium_high(analysis: Analysis) -> Table:
    """6-3."""
    return _before_after(analysis, "6-3", _("Environmental effects of medium-cost and high-cost options"), _MEDIUM_HIGH)


def _before_after(analysis: Analysis, number_of_form: str, title: Message, classes: tuple[str, ...]) -> Table:
    resources = resource_names(analysis)
    rows: list[tuple[Cell, ...]] = []
    unproven = []
    for effect, name, _category in _effects(analysis, classes):
        for one in effect.changes:
            cut: Cell = Derived(one.saving, "{before}-{after}") if one.saving is not None else None
            item = resources.get(one.change.resource, one.change.resource)
            rows.append((effect.effect.option, name, item, one.unit, one.before, one.after, cut, one.uncertainty))
            if one.proven is False:
                unproven.append(f"{effect.effect.option} {item}")
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("item", _("Resource or waste compared")),
        text("unit", _("Unit")),
        number("before", _("Before"), -1),
        number("after", _("After"), -1),
        number("cut", _("Reduction"), -1),
        number("uncertainty", _("Its uncertainty (k = 2)"), -1),
    )
    notes = [_("Smaller than its uncertainty, and unproven: {items}.", items=listed(unproven))] if unproven else []
    return without_empty(form(number_of_form, title, columns, rows, notes=notes), ("uncertainty",))


def money_no_low(analysis: Analysis) -> Table:
    """6-4."""
    return _money(analysis, "6-4", _("Economic effects of no-cost and low-cost options"), _NO_LOW)


def money_medium_high(analysis: Analysis) -> Table:
    """6-5."""
    return _money(analysis, "6-5", _("Economic effects of medium-cost and high-cost options"), _MEDIUM_HIGH)


def _money(analysis: Analysis, number_of_form: str, title: Message, classes: tuple[str, ...]) -> Table:
    """Before, after and benefit of every kind of money: more output value and less cost are benefits.

    The net profit of a side exists only where its output value is given; the benefit is the sum of the differences.
    """
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    names = [field.name for field in msgspec.structs.fields(Money)]
    rows: list[tuple[Cell, ...]] = []
    for one, name, _category in _effects(analysis, classes):
        effect = one.effect
        if effect.money_before is None or effect.money_after is None:
            rows.append(
                (
                    effect.option,
                    name,
                    _("benefit"),
                    *[None] * len(names),
                    in_unit(effect.benefit, f"{unit}/a", calendar),
                )
            )
            continue
        before, after = (
            [in_unit(getattr(side, key), f"{unit}/a", calendar) for key in names]
            for side in (effect.money_before, effect.money_after)
        )
        for word, values in ((_("before"), before), (_("after"), after)):
            profit = None
            if values[0] is not None:
                spent = math.fsum(value or 0.0 for value in values[1:])
                profit = Derived(values[0] - spent, f"{{{names[0]}}}-SUM({{{names[1]}}}:{{{names[-1]}}})")
            rows.append((effect.option, name, word, *values, profit))
        line = len(rows)
        gains: list[Cell] = []
        total = []
        for key, earlier, later in zip(names, before, after, strict=True):
            if earlier is None or later is None:
                gains.append(None)
                continue
            first, second = (line - 1, line - 2) if key == names[0] else (line - 2, line - 1)
            gain = later - earlier if key == names[0] else earlier - later
            total.append(gain)
            gains.append(Derived(gain, f"{{{key}[{first}]}}-{{{key}[{second}]}}"))
        rows.append(
            (
                effect.option,
                name,
                _("benefit"),
                *gains,
                Derived(math.fsum(total), f"SUM({{{names[0]}}}:{{{names[-1]}}})"),
            )
        )
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("side", _("Before, after, benefit")),
        *(number(key, meaning(Money.__annotations__[key])) for key in names),
        number("profit", _("Net profit or benefit ({unit}/a)", unit=unit)),
    )
    return form(number_of_form, title, columns, rows)


def totals(analysis: Analysis) -> Table:
    """6-6: an option a row, a resource or waste a column, the sums last."""
    resources = resource_names(analysis)
    results = analysis.effects
    effects = _effects(analysis)
    by_option: dict[str, dict[str, float]] = {}
    for result in results:
        own = by_option.setdefault(result.resource, {})
        for option, cut in result.options:
            own[option] = own.get(option, 0.0) + cut
    rows: list[tuple[Cell, ...]] = []
    for effect, name, _category in effects:
        option = effect.effect.option
        rows.append((option, name, *(by_option[result.resource].get(option) for result in results)))
    if any(result.lessened for result in results):
        rows.append((_("Overlaps"), "", *(-result.lessened or None for result in results)))
    if rows and results:
        rows.append(
            (
                _("Total"),
                "",
                *summed(
                    [f"e{index}" for index in range(len(results))], len(rows), [result.total for result in results]
                ),
            )
        )
    columns: list[Column] = [text("id", _("Id")), text("name", _("Name of the option"))]
    for index, result in enumerate(results):
        columns.append(
            number(
                f"e{index}",
                _("{name} ({unit})", name=resources.get(result.resource, result.resource), unit=result.unit),
                decimals_for([result.total]),
                group=_("Reduction of resources and wastes"),
            )
        )
    return form(
        "6-6", _("Environmental effects of the options carried out"), columns, rows, total=bool(rows and results)
    )


def _benefit(analysis: Analysis, effect: Effect) -> float | None:
    """The benefit of an effect as stated, else from the money before and after."""
    stated = in_unit(effect.benefit, f"{analysis.money_unit}/a", analysis.audit.calendar)
    computed = next((value for one, value in analysis.money_benefits if one is effect), None)
    return computed if stated is None else stated


def checked(analysis: Analysis) -> Table:
    """6-7."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    resources = resource_names(analysis)
    effects = _effects(analysis)
    figures = [
        (
            in_unit(one.effect.investment, unit, calendar),
            in_unit(one.effect.operating_cost, f"{unit}/a", calendar),
            _benefit(analysis, one.effect),
        )
        for one, _name, _category in effects
    ]
    rows: list[tuple[Cell, ...]] = []
    for (effect, name, category), row in zip(effects, figures, strict=True):
        cuts = [
            f"{resources.get(one.change.resource, one.change.resource)} {'−' if one.saving >= 0 else '+'}{amount(abs(one.saving))} {one.unit}"
            for one in effect.changes
            if one.saving is not None
        ]
        option, date = effect.effect.option, effect.effect.date
        rows.append((label(CATEGORIES, category), option, name, date, *row, joined(*cuts)))
    if rows:
        sums = [math.fsum(value for value in column if value is not None) for column in zip(*figures, strict=True)]
        rows.append((_("Total"), "", "", "", *summed(("investment", "operating", "benefit"), len(effects), sums), ""))
    columns = (
        text("category", _("Kind of option")),
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("date", _("Date of implementation")),
        number("investment", _("Investment ({unit})", unit=unit)),
        number("operating", _("Running cost ({unit}/a)", unit=unit)),
        number("benefit", _("Economic benefit ({unit}/a)", unit=unit)),
        text("effect", _("Environmental effect"), wide=True),
    )
    return form("6-7", _("Checked effects of the options carried out"), columns, rows, total=bool(rows))


def design_and_actual(analysis: Analysis) -> Table:
    """6-8."""
    resources = resource_names(analysis)
    rows: list[tuple[Cell, ...]] = []
    for effect, name, _category in _effects(analysis, _MEDIUM_HIGH):
        for one in effect.changes:
            missed = one.design is not None and one.after is not None
            rows.append(
                (
                    f"{effect.effect.option} {name}",
                    resources.get(one.change.resource, one.change.resource),
                    one.unit,
                    one.before,
                    one.design,
                    one.after,
                    Derived(one.saving, "{before}-{after}") if one.saving is not None else None,
                    Derived((one.design or 0.0) - (one.after or 0.0), "{design}-{after}") if missed else None,
                )
            )
    difference = _("Difference")
    columns = (
        text("option", _("Option")),
        text("item", _("Resource or waste compared")),
        text("unit", _("Unit")),
        number("before", _("Before the option"), -1),
        number("design", _("As designed"), -1),
        number("after", _("After the option"), -1),
        number("saved", _("before − after"), -1, group=difference),
        number("missed", _("design − after"), -1, group=difference),
    )
    return form("6-8", _("Medium-cost and high-cost options: before, design and actual"), columns, rows)


def indicators(analysis: Analysis) -> Table:
    """6-9."""
    rows: list[tuple[Cell, ...]] = []
    for one in analysis.unit_results:
        levels = [
            in_unit(level, one.unit, analysis.audit.calendar) for level in (one.item.domestic, one.item.international)
        ]
        difference: Cell = None
        if one.before is not None and one.after is not None:
            difference = Derived(one.before - one.after, "{before}-{after}")
        rows.append((one.item.item, one.unit, one.before, one.after, difference, *levels))
    columns = (
        text("item", _("Indicator")),
        text("unit", _("Unit")),
        number("before", _("Before the audit"), -1),
        number("after", _("After the audit"), -1),
        number("difference", _("Difference"), -1),
        number("domestic", _("Advanced at home"), -1),
        number("international", _("Advanced abroad"), -1),
    )
    return form("6-9", _("Indicators per unit of product before and after the audit"), columns, rows)


def saved(analysis: Analysis) -> Table:
    """The audit in sum: options carried out, money, and what is saved of every resource, in tce and CO₂."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    names, rate = resource_names(analysis), analysis.implementation_rate
    done = [result.option.id for result in analysis.options if result.option.status == "done"]
    effects = analysis.audit.phase("implementation").effects
    rows: list[tuple[Cell, ...]] = []
    if done or effects:
        invested = math.fsum(in_unit(effect.investment, unit, calendar) or 0.0 for effect in effects)
        gained = math.fsum(_benefit(analysis, effect) or 0.0 for effect in effects)
        rows = [
            (_("options carried out"), "", len(done), None),
            (_("investment"), unit, invested, None),
            (_("economic benefit"), f"{unit}/a", gained, None),
        ]
    if rate.share is not None:
        rows.append((_("recommended medium-cost and high-cost options carried out"), "%", rate.share * 100, None))
    for one in analysis.effects:
        stock = analysis.stocks.get(one.resource)
        amount = analysis.saved.amounts.get(one.resource)
        share = amount / stock.baseline if stock is not None and stock.baseline and amount is not None else None
        rows.append((names.get(one.resource, one.resource), one.unit, one.total, share))
    for words_, unit_, value in (
        (_("coal equivalent"), "tce/a", analysis.saved.tce),
        (plain("CO₂"), "t/a", analysis.saved.co2),
    ):
        if value:
            rows.append((words_, unit_, value, None))
    columns = (
        text("item", _("Item"), wide=True),
        text("unit", _("Unit")),
        number("value", _("Value^result"), -1),
        number("share", _("Share of the baseline"), 1, share=True),
    )
    unproven = [
        f"{result.effect.option} {names.get(one.change.resource, one.change.resource)}"
        for result in analysis.effect_results
        for one in result.changes
        if one.proven is False
    ]
    notes = [_("Contains savings smaller than their uncertainty: {items}.", items=listed(unproven))] if unproven else []
    return report("saved", _("Results of the audit in sum"), columns, rows, notes=notes)


def verification(analysis: Analysis) -> Table:
    """Savings proven by a baseline model."""
    rows: list[tuple[Cell, ...]] = []
    resources = resource_names(analysis)
    for one in analysis.verifications:
        name, found = resources.get(one.verification.resource, one.verification.resource), one.saving
        head = (one.verification.id, "、".join(one.verification.options), name, one.unit)
        if found is None:
            rows.append((*head, *[None] * 6, VERIFICATION_REASONS[one.reason]))
            continue
        proven = _("proven") if found.proven else _("unproven: smaller than its uncertainty")
        terms = [f"{found.model.coefficients[0]:.5g}"]
        terms += [
            f"{value:+.5g} {driver}" for value, driver in zip(found.model.coefficients[1:], one.drivers, strict=True)
        ]
        rows.append(
            (
                *head,
                " ".join(terms),
                found.model.r2,
                found.model.cv,
                found.predicted,
                found.saving,
                found.half_width,
                proven,
            )
        )
    columns = (
        text("id", _("Id")),
        text("options", _("Options")),
        text("item", _("Resource or waste compared")),
        text("unit", _("Unit")),
        text("model", _("Baseline model"), wide=True),
        number("r2", plain("R²"), 3),
        number("cv", _("CV(RMSE)"), 1, share=True),
        number("predicted", _("Expected without the options"), -1),
        number("saving", _("Saving^verification"), -1),
        number("half", _("± at the level of confidence"), -1),
        text("verdict", _("Verdict")),
    )
    return report("verification", _("Savings by a baseline model"), columns, rows)


def attainment(analysis: Analysis) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for index, result in enumerate(analysis.attainments, 1):
        target, found = result.target, result.attainment
        state = plain("–") if result.attained is None else _("attained") if result.attained else _("not attained")
        rows.append(
            (
                index,
                target.item,
                words(target.baseline),
                words(target_value(target, target.near)),
                words(found.value) if found else "",
                result.change,
                result.completion,
                state,
                found.explanation if found else "",
            )
        )
    columns = (
        text("no", NUMBER),
        text("item", _("Item")),
        text("baseline", _("Present value")),
        text("near", _("Near-term target")),
        text("value", _("Value reached")),
        number("change", _("Improvement"), 1, share=True),
        number("completion", _("Completion"), 0, share=True),
        text("state", _("Attained")),
        text("explanation", _("Explanation"), wide=True),
    )
    return report("attainment", _("Attainment of the targets"), columns, rows)
