"""Forms 2-10 to 2-13 and the tables of benchmark and potential: causes, focus, targets."""

from cpa.analysis import Analysis
from cpa.analysis.preassessment import candidate_costs
from cpa.messages import _
from cpa.schema.labels import ASPECTS, TARGET_BASES, label
from cpa.tables.build import (
    EIGHT,
    NUMBER,
    form,
    in_unit,
    number,
    text,
    words,
)
from cpa.tables.model import Cell, Derived, Table


def source_causes(analysis: Analysis) -> Table:
    """2-10."""
    rows = [
        (item.source, *(getattr(item.aspects, name) for name in EIGHT))
        for item in analysis.audit.phase("preassessment").source_causes
    ]
    columns = (
        text("source", _("Main source of waste")),
        *(text(name, ASPECTS[name], group=_("Causes")) for name in EIGHT),
    )
    return form("2-10", _("Causes of the main wastes^form 2-10"), columns, rows)


def candidates(analysis: Analysis) -> Table:
    """2-11."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    rate = f"{unit}/a"
    rows: list[tuple[Cell, ...]] = []
    for index, item in enumerate(analysis.audit.phase("preassessment").candidates, 1):
        consumption, environmental = candidate_costs(item, unit, calendar)
        costs = item.environmental
        parts = (
            [None] * 5
            if costs is None
            else [
                in_unit(part, rate, calendar)
                for part in (costs.treatment, costs.disposal, costs.charges, costs.fines, costs.other)
            ]
        )
        rows.append(
            (
                index,
                item.name,
                words(item.waste_water),
                words(item.waste_solid),
                *(
                    cell
                    for part in (item.material, item.water, item.energy)
                    for cell in (
                        (words(part.amount), in_unit(part.cost, rate, calendar)) if part is not None else ("", None)
                    )
                ),
                Derived(consumption, "{material_cost}+{water_cost}+{energy_cost}") if consumption is not None else None,
                *parts,
                Derived(environmental, "SUM({treatment}:{other})") if environmental is not None else None,
            )
        )
    waste, use = _("Amount of waste"), _("Main consumption ({unit}/a for costs)", unit=unit)
    environment = _("Environmental costs ({unit}/a)", unit=unit)
    columns = (
        text("no", NUMBER),
        text("name", _("Candidate")),
        text("waste_water", _("Waste water"), group=waste),
        text("waste_solid", _("Solid waste"), group=waste),
        text("material", _("Raw materials^form 2-11"), group=use),
        number("material_cost", _("Cost of raw materials"), group=use),
        text("water", _("Water^form 2-11"), group=use),
        number("water_cost", _("Cost of water"), group=use),
        text("energy", _("Energy^form 2-11"), group=use),
        number("energy_cost", _("Cost of energy"), group=use),
        number("consumption", _("Subtotal"), group=use),
        number("treatment", _("Treatment in the plant"), group=environment),
        number("disposal", _("Disposal outside"), group=environment),
        number("charges", _("Fee or tax"), group=environment),
        number("fines", _("Fines"), group=environment),
        number("other", _("Other"), group=environment),
        number("environmental", _("Subtotal"), group=environment),
    )
    return form("2-11", _("Candidates for the audit focus"), columns, rows)


def targets(analysis: Analysis) -> Table:
    """2-13."""
    rows = []
    for index, result in enumerate(analysis.targets, 1):
        target = result.target
        unit = target.baseline.unit.text if target.baseline is not None else ""
        calendar = analysis.audit.calendar
        base = target.baseline.value if target.baseline is not None else None
        cells: list[Cell] = []
        for key, stated, value, change in (
            ("near", target.near, result.near, result.near_change),
            ("long", target.long, result.long, result.long_change),
        ):
            sign = (
                f"({{baseline}}-{{{key}}})/{{baseline}}"
                if target.direction == "lower"
                else f"({{{key}}}-{{baseline}})/{{baseline}}"
            )
            cells += [
                in_unit(value, unit, calendar) if target.baseline is not None else None,
                Derived(change, sign) if change is not None else None,
                stated.date if stated is not None else None,
            ]
        basis = target.basis or label(TARGET_BASES, target.grounded_on)
        rows.append((index, target.item, unit, base, target.baseline_year, *cells, basis))
    near, long = _("Near-term target"), _("Long-term target")
    columns = (
        text("no", NUMBER),
        text("item", _("Item")),
        text("unit", _("Unit")),
        number("baseline", _("Present value"), -1),
        text("year", _("Year")),
        number("near", _("Value^form 2-13"), -1, group=near),
        number("near_change", _("Improvement"), 1, share=True, group=near),
        text("near_date", _("By when"), group=near),
        number("long", _("Value^form 2-13"), -1, group=long),
        number("long_change", _("Improvement"), 1, share=True, group=long),
        text("long_date", _("By when"), group=long),
        text("basis", _("Basis of the target"), wide=True),
    )
    return form("2-13", _("Cleaner production targets"), columns, rows)
