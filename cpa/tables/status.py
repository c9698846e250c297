"""Forms 2-1 to 2-8 and the trend of unit consumption: the present state in figures."""

import math

from cpa.analysis import Analysis
from cpa.analysis.specifics import Specific, annual, annual_fitted
from cpa.messages import Message, _
from cpa.schema.labels import INPUT_KINDS, PATTERNS, WASTE_CATEGORIES, label
from cpa.schema.preassessment import Input, Product, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.types import Document
from cpa.schema.units import UnitError, parse_unit
from cpa.tables.build import (
    NAME,
    NUMBER,
    REMARK,
    form,
    in_unit,
    joined,
    number,
    report,
    text,
    turned,
    words,
    year,
)
from cpa.tables.model import Cell, Chart, Column, Derived, Table


def profile(analysis: Analysis) -> Table:
    """2-1."""
    identity, item = analysis.audit.identity, analysis.audit.phase("preassessment").profile
    enterprise = identity.enterprise if identity is not None else None
    rows: list[tuple[Cell, Cell]] = []
    if enterprise is not None:
        rows += [
            (_("Name of the enterprise"), enterprise.name),
            (_("Industry"), joined(enterprise.industry, enterprise.industry_code, separator=" ")),
            (_("Type of enterprise"), enterprise.ownership),
            (_("Legal representative"), enterprise.legal_representative),
            (_("Address and postcode"), joined(enterprise.address, enterprise.postcode, separator=" ")),
            (_("Telephone and fax"), joined(enterprise.phone, enterprise.fax, separator=" / ")),
            (_("Contact person"), joined(enterprise.contact, enterprise.email, separator=" ")),
        ]
    if item is not None:
        rows += [
            (_("Main products, capacity and processes"), item.products),
            (_("Key equipment"), item.key_equipment),
            (_("Employees at the end of the year"), item.employees),
            (_("Technical staff"), item.technicians),
            (_("Fixed assets"), words(item.fixed_assets)),
            (_("Annual output value"), words(item.output_value)),
            (_("Annual profit and tax"), words(item.profit_and_tax)),
            (_("Date of construction"), item.founded),
            (_("Start of production"), item.in_operation),
            (_("Other"), item.other),
        ]
    return form(
        "2-1",
        _("Profile of the enterprise^form 2-1"),
        (text("field", _("Field")), text("value", _("Content"), wide=True)),
        rows,
    )


def documents(analysis: Analysis) -> Table:
    """2-2."""
    return document_list("2-2", _("Documents collected"), analysis.audit.phase("preassessment").documents)


def document_list(number: str, title: Message, items: tuple[Document, ...]) -> Table:
    """The columns that forms 2-2 and 3-1 share."""
    rows = [
        (index, item.content, item.available, item.source, item.obtained_by, item.note)
        for index, item in enumerate(items, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("content", _("Content"), wide=True),
        text("available", _("Available")),
        text("source", _("Source")),
        text("obtained", _("How it was obtained")),
        text("note", REMARK),
    )
    return form(number, title, columns, rows)


def inputs(analysis: Analysis) -> Table:
    """2-3: consumption, output of the product, and unit consumption computed from them."""
    return _by_year(
        analysis,
        "2-3",
        _("Consumption of raw materials and energy by year"),
        analysis.audit.phase("preassessment").inputs,
        _("Consumption"),
        _("Unit consumption"),
        _("Main materials and energy"),
    )


def wastes(analysis: Analysis) -> Table:
    """2-5."""
    return _by_year(
        analysis,
        "2-5",
        _("Waste streams by year"),
        analysis.audit.phase("preassessment").wastes,
        _("Discharge"),
        _("Unit discharge"),
        NAME,
    )


def _by_year(
    analysis: Analysis,
    form_number: str,
    title: Message,
    items: tuple[Input | Waste, ...],
    amounts: Message,
    ratios: Message,
    name: Message,
) -> Table:
    years = analysis.years[-3:]
    specifics: dict[int, list[Specific | None]] = {}
    for specific in analysis.specifics:
        specifics.setdefault(id(specific.item), []).append(specific)
    first = (
        [text("name", name), text("unit", _("Unit")), text("used", _("Where it is used"))]
        if form_number == "2-3"
        else [text("category", _("Category")), text("name", name), text("unit", _("Unit"))]
    )
    columns: list[Column] = [
        *first,
        *(number(f"a{value}", year(value), -1, group=amounts) for value in years),
        *(number(f"p{value}", year(value), 0, group=_("Output of the product")) for value in years),
        text("ratio_unit", _("Unit"), group=ratios),
        *(
            number(
                f"r{value}",
                _("Consumed, {year}", year=value) if form_number == "2-3" else _("Discharged, {year}", year=value),
                -1,
                group=ratios,
            )
            for value in years
        ),
        number("quota", _("Quota"), -1, group=ratios),
        text("note", REMARK),
    ]
    rows = [_row_by_year(analysis, item, specific) for item in items for specific in specifics.get(id(item)) or [None]]
    shared = any(one is not None and one.shared for each in specifics.values() for one in each)
    notes = [_("Items that products share show the part of each product.")] if shared else []
    return form(form_number, title, columns, rows, notes=notes)


def _row_by_year(analysis: Analysis, item: Input | Waste, specific: Specific | None) -> tuple[Cell, ...]:
    """An item, with one of the products that share it: amounts, outputs, and their ratios."""
    years, calendar = analysis.years[-3:], analysis.audit.calendar
    by_year = item.consumption if isinstance(item, Input) else item.discharge
    unit = item.unit or (next(iter(by_year.values())).unit.text if by_year else "")
    name: Cell = specific.name if specific is not None else item.name
    start: list[Cell] = (
        [name, unit, item.used_at] if isinstance(item, Input) else [label(WASTE_CATEGORIES, item.category), name, unit]
    )
    output: dict[int, float] = {}
    scale = None
    if specific is not None:
        product_unit = specific.product.unit or next(iter(specific.product.output.values())).unit.text
        output = {
            value: annual(quantity, product_unit, calendar) for value, quantity in specific.product.output.items()
        }
        scale = _scale(unit, specific.unit, product_unit)
    shares = specific.shares if specific is not None else {}
    ratio_cells: list[Cell] = []
    for value in years:
        computed = specific.computed.get(value) if specific is not None else None
        if computed is None or scale is None:
            ratio_cells.append(computed)
            continue
        ratio_cells.append(Derived(computed, f"{{a{value}}}/{{p{value}}}" + (f"*{scale:.12g}" if scale != 1 else "")))
    amounts = [_annual(by_year.get(value), unit, analysis) for value in years]
    return (
        *start,
        *(
            None if amount is None else amount * shares.get(value, 1.0)
            for value, amount in zip(years, amounts, strict=True)
        ),
        *(output.get(value) for value in years),
        specific.unit if specific else "",
        *ratio_cells,
        specific.quota if specific else None,
        item.note,
    )


def specifics(analysis: Analysis) -> Table:
    """Unit consumption and unit discharge by year with their change, and the year that lies farthest off the trend."""
    years = analysis.years[-3:]
    jumps = {id(trend.item): trend.found for trend in analysis.trends if trend.ratio}
    rows: list[tuple[Cell, ...]] = []
    for specific in analysis.specifics:
        values = [specific.computed.get(value) for value in years]
        known = [value for value in years if specific.computed.get(value)]
        jump, first = jumps.get(id(specific.item)), values[0] if values else None
        rows.append(
            (
                specific.item.name,
                specific.product.name,
                specific.unit,
                *values,
                *(
                    Derived(100 * value / first, f"{{r{when}}}/{{r{years[0]}}}*100") if value and first else None
                    for when, value in zip(years, values, strict=True)
                ),
                specific.change(known[0], known[-1]) if len(known) > 1 else None,
                jump.year if jump is not None else None,
                jump.deviation if jump is not None else None,
                specific.quota,
                specific.design,
                specific.best_month[1] if specific.best_month is not None else None,
            )
        )
    columns = (
        text("name", NAME),
        text("product", _("Product")),
        text("unit", _("Unit")),
        *(number(f"r{value}", year(value), -1, group=_("Per unit of product")) for value in years),
        *(number(f"i{value}", year(value), 1, group=_("First year = 100")) for value in years),
        number("change", _("Change"), 1, share=True),
        text("year", _("Year farthest from the trend")),
        number("deviation", _("Deviation from the trend"), 1, share=True),
        number("quota", _("Quota"), -1, group=_("Per unit of product")),
        number("design", _("Design value^column"), -1, group=_("Per unit of product")),
        number("best", _("Own best month"), -1, group=_("Per unit of product")),
    )
    notes = [_("Trend: the log-linear line through the other years.")]
    chart = Chart("line", "name", tuple(f"i{value}" for value in years), _LINES, by_row=True) if years else None
    title = _("Unit consumption and unit discharge by year")
    return report("specifics", title, columns, rows, notes=notes, by_row=True, chart=chart)


_LINES = 12
"""Lines that a chart can still show."""


def _scale(amount_unit: str, ratio_unit: str, product_unit: str) -> float | None:
    """What amount / output has to be multiplied by to be in the unit of the ratio."""
    try:
        return (
            parse_unit(amount_unit.removesuffix("/a")).times(parse_unit(product_unit), -1).scale(parse_unit(ratio_unit))
        )
    except UnitError:
        return None


def _annual(quantity: Quantity | None, unit: str, analysis: Analysis) -> float | None:
    return annual_fitted(quantity, unit, analysis.audit.calendar)


def products(analysis: Analysis) -> Table:
    """2-4."""
    years, money, calendar = analysis.years[-3:], analysis.money_unit, analysis.audit.calendar
    items: tuple[Product, ...] = analysis.audit.phase("preassessment").products
    workshops = {item.id: item.name for item in analysis.audit.phase("preassessment").workshops}
    totals = {
        value: math.fsum(in_unit(item.value.get(value), money, calendar) or 0.0 for item in items) for value in years
    }
    last = max(len(items) - 1, 0)
    rows = []
    for item in items:
        unit = item.unit or (next(iter(item.output.values())).unit.text if item.output else "")
        shares: list[Cell] = []
        for value in years:
            own = in_unit(item.value.get(value), money, calendar)
            shares.append(
                Derived(own / totals[value], f"{{v{value}}}/SUM({{v{value}[0]}}:{{v{value}[{last}]}})")
                if own is not None and totals[value]
                else None
            )
        rows.append(
            (
                item.name,
                workshops.get(item.workshop, ""),
                unit,
                *(_annual(item.output.get(value), unit, analysis) for value in years),
                *(in_unit(item.value.get(value), money, calendar) for value in years),
                *shares,
                item.note,
            )
        )
    columns = [
        text("name", _("Product^form 2-4")),
        text("workshop", _("Workshop^form 2-4")),
        text("unit", _("Unit^form 2-4")),
        *(number(f"a{value}", year(value), 0, group=_("Output")) for value in years),
        *(number(f"v{value}", year(value), 0, group=_("Output value ({unit})", unit=money)) for value in years),
        *(number(f"s{value}", year(value), 1, share=True, group=_("Share of output value")) for value in years),
        text("note", REMARK),
    ]
    return form("2-4", _("Products by year"), columns, rows)


def hazardous_inputs(analysis: Analysis) -> Table:
    """2-6: one column an input."""
    items: tuple[Input, ...] = analysis.audit.phase("preassessment").inputs
    base = analysis.audit.identity.baseline_year if analysis.audit.identity is not None else 0
    fields: list[tuple[Message, list[Cell]]] = [
        (_("Kind"), [label(INPUT_KINDS, item.kind) for item in items]),
        (_("Function"), [item.function for item in items]),
        (_("Hazardous component and its properties"), [item.hazardous_component for item in items]),
        (_("Active component and its properties"), [item.active_component for item in items]),
        (_("Content of the hazardous component"), [words(item.hazardous_content) for item in items]),
        (_("Consumption a year: total"), [words(item.consumption.get(base)) for item in items]),
        (_("Consumption a year: hazardous component"), [_hazardous_amount(item, base) for item in items]),
        (_("Price"), [words(item.price) for item in items]),
        (_("Cost a year ({unit})", unit=analysis.money_unit), [_cost(item, base, analysis) for item in items]),
        (_("Conveyance"), [item.conveyance for item in items]),
        (_("Packaging"), [item.packaging for item in items]),
        (_("Storage"), [item.storage for item in items]),
        (_("Transport inside the plant"), [item.internal_transport for item in items]),
        (_("Management of packaging"), [item.packaging_management for item in items]),
        (_("Management of stocks"), [item.stock_management for item in items]),
        (_("Storage life"), [item.storage_life for item in items]),
        (_("Taken back by the supplier (expired goods, packaging)"), [item.taken_back for item in items]),
        (_("Possible substitutes"), [item.substitutes for item in items]),
        (_("Other possible suppliers"), [item.other_suppliers for item in items]),
        (_("Other"), [item.note for item in items]),
    ]
    return turned("2-6", _("Summary of input materials"), fields, [item.name for item in items], first=_("Material"))


def _hazardous_amount(item: Input, base: int) -> str:
    amount, content = item.consumption.get(base), item.hazardous_content
    if amount is None or content is None or content.unit.dimension != ():
        return ""
    return f"{amount.value * content.to(''):,.4g} {amount.unit.text}"


def _cost(item: Input, base: int, analysis: Analysis) -> float | str:
    amount = item.consumption.get(base)
    if amount is None or item.price is None:
        return ""
    try:
        product = Quantity(amount.value * item.price.value, amount.unit.times(item.price.unit))
        return round(
            product.to(
                analysis.money_unit if ("time", -1) not in product.unit.dimension else f"{analysis.money_unit}/a"
            ),
            2,
        )
    except UnitError:
        return ""


def product_sheets(analysis: Analysis) -> Table:
    """2-7: one column a product."""
    items: tuple[Product, ...] = analysis.audit.phase("preassessment").products
    base = analysis.audit.identity.baseline_year if analysis.audit.identity is not None else 0
    fields: list[tuple[Message, list[Cell]]] = [
        (_("Kind"), [item.kind for item in items]),
        (_("Hazardous component and its properties"), [item.hazardous_component for item in items]),
        (_("Output a year: total"), [words(item.output.get(base)) for item in items]),
        (_("Output a year: hazardous component"), [words(item.hazardous_amount) for item in items]),
        (_("Transport"), [item.transport for item in items]),
        (_("Packaging"), [item.packaging for item in items]),
        (_("Storage on site"), [item.storage for item in items]),
        (_("Packaging recovered"), [item.packaging_recovered for item in items]),
        (_("Storage life"), [item.storage_life for item in items]),
        (_("Customers accept other specifications or packaging"), [item.accepts_other for item in items]),
        (_("Other"), [item.note for item in items]),
    ]
    return turned("2-7", _("Summary of products"), fields, [item.name for item in items], first=_("Product"))


def waste_sheets(analysis: Analysis) -> Table:
    """2-8: one column a waste."""
    phase = analysis.audit.phase("preassessment")
    items: tuple[Waste, ...] = phase.wastes
    base = analysis.audit.identity.baseline_year if analysis.audit.identity is not None else 0
    workshops = {item.id: item.name for item in phase.workshops}
    fields: list[tuple[Message, list[Cell]]] = [
        (_("Section of the plant"), [workshops.get(item.workshop, "") for item in items]),
        (_("Physical and chemical properties"), [item.properties for item in items]),
        (_("Hazardous component and its content"), [item.hazardous_component for item in items]),
        (_("Standard or rule applied"), [item.standard for item in items]),
        (_("Problem caused"), [item.problem for item in items]),
        (_("Kind of discharge"), [label(PATTERNS, item.pattern) for item in items]),
        (_("Amount generated"), [words(item.generation.get(base)) for item in items]),
        (_("Discharge: largest"), [words(item.discharge_max) for item in items]),
        (_("Discharge: mean"), [words(item.discharge_mean) for item in items]),
        (_("Treatment and disposal"), [item.treatment for item in items]),
        (_("Point of origin"), [item.source for item in items]),
        (_("Form in which it arises"), [item.form for item in items]),
        (_("Kept apart from other wastes"), [item.segregated for item in items]),
    ]
    return turned(
        "2-8", _("Characteristics of the main wastes"), fields, [item.name for item in items], first=_("Waste")
    )
