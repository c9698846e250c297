"""Forms 6-1 to 6-9, funds, and the attainment of targets."""

import math

import msgspec

from cpa.analysis import Analysis
from cpa.analysis.targets import target_value
from cpa.messages import Message, _, plain
from cpa.schema.implementation import Effect, Money
from cpa.schema.labels import CATEGORIES, label
from cpa.schema.walk import meaning
from cpa.tables.build import NUMBER, REMARK, form, in_unit, joined, number, report, resource_names, summed, text, words
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


def _effects(analysis: Analysis, classes: tuple[str, ...] | None = None) -> list[tuple[Effect, str, str]]:
    """Effects of the options of some classes, with name and category of the option."""
    known = {result.option.id: result for result in analysis.options}
    found: list[tuple[Effect, str, str]] = []
    for effect in analysis.audit.phase("implementation").effects:
        result = known.get(effect.option)
        if classes is None or (result is not None and (result.cost_class or "none") in classes):
            found.append(
                (
                    effect,
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
    rows = []
    for effect, name, _category in _effects(analysis, classes):
        for change in effect.changes:
            unit = change.before.unit.text
            after = in_unit(change.after, unit, analysis.audit.calendar)
            cut: Cell = Derived(change.before.value - after, "{before}-{after}") if after is not None else None
            rows.append(
                (
                    effect.option,
                    name,
                    resources.get(change.resource, change.resource),
                    unit,
                    change.before.value,
                    after,
                    cut,
                )
            )
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("item", _("Resource or waste compared")),
        text("unit", _("Unit")),
        number("before", _("Before"), -1),
        number("after", _("After"), -1),
        number("cut", _("Reduction"), -1),
    )
    return form(number_of_form, title, columns, rows)


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
    for effect, name, _category in _effects(analysis, classes):
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
        for key, one, other in zip(names, before, after, strict=True):
            if one is None or other is None:
                gains.append(None)
                continue
            first, second = (line - 1, line - 2) if key == names[0] else (line - 2, line - 1)
            gain = other - one if key == names[0] else one - other
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
        for option, amount in result.options:
            own[option] = own.get(option, 0.0) + amount
    rows: list[tuple[Cell, ...]] = []
    for effect, name, _category in effects:
        rows.append((effect.option, name, *(by_option[result.resource].get(effect.option) for result in results)))
    if rows and results:
        rows.append(
            (
                _("Total"),
                "",
                *summed(
                    [f"e{index}" for index in range(len(results))], len(effects), [result.total for result in results]
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


def checked(analysis: Analysis) -> Table:
    """6-7."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    resources = resource_names(analysis)
    effects = _effects(analysis)
    figures = [
        (
            in_unit(effect.investment, unit, calendar),
            in_unit(effect.operating_cost, f"{unit}/a", calendar),
            in_unit(effect.benefit, f"{unit}/a", calendar),
        )
        for effect, _name, _category in effects
    ]
    rows: list[tuple[Cell, ...]] = []
    for (effect, name, category), row in zip(effects, figures, strict=True):
        cuts = []
        for change in effect.changes:
            after = in_unit(change.after, change.before.unit.text, calendar)
            if after is not None:
                cuts.append(
                    f"{resources.get(change.resource, change.resource)} −{change.before.value - after:,.4g} {change.before.unit.text}"
                )
        rows.append((label(CATEGORIES, category), effect.option, name, effect.date, *row, joined(*cuts)))
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
        for change in effect.changes:
            unit = change.before.unit.text
            design, after = (
                in_unit(change.design, unit, analysis.audit.calendar),
                in_unit(change.after, unit, analysis.audit.calendar),
            )
            rows.append(
                (
                    f"{effect.option} {name}",
                    resources.get(change.resource, change.resource),
                    unit,
                    change.before.value,
                    design,
                    after,
                    Derived(change.before.value - after, "{before}-{after}") if after is not None else None,
                    Derived(design - after, "{design}-{after}") if design is not None and after is not None else None,
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
    for item in analysis.audit.phase("implementation").indicators:
        unit = item.unit or item.before.unit.text
        values = [
            in_unit(quantity, unit, analysis.audit.calendar)
            for quantity in (item.before, item.after, item.domestic, item.international)
        ]
        before, after = values[0], values[1]
        rows.append(
            (
                item.item,
                unit,
                before,
                after,
                Derived(before - after, "{before}-{after}") if before is not None and after is not None else None,
                values[2],
                values[3],
            )
        )
    columns = (
        text("item", _("Indicator")),
        text("unit", _("Unit")),
        number("before", _("Before the audit"), 2),
        number("after", _("After the audit"), 2),
        number("difference", _("Difference"), 2),
        number("domestic", _("Advanced at home"), 2),
        number("international", _("Advanced abroad"), 2),
    )
    return form("6-9", _("Indicators per unit of product before and after the audit"), columns, rows)


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
