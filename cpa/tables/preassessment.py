"""Forms 2-1 to 2-13 and the tables of monitoring, equipment, policy, benchmark and potential."""

import math

from cpa.analysis import Analysis
from cpa.analysis.preassessment import BenchmarkResult, Specific, annual, candidate_costs
from cpa.messages import Message, _, plain
from cpa.methods.ranking import Ranking
from cpa.schema.labels import ASPECTS, CONFIDENCE, CONFORMITY, FACTORS, INPUT_KINDS, PATTERNS, WASTE_CATEGORIES, label
from cpa.schema.preassessment import Input, Product, Waste
from cpa.schema.quantity import Quantity
from cpa.schema.types import Document
from cpa.schema.units import UnitError, parse_unit
from cpa.tables.build import (
    DASH,
    EIGHT,
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
from cpa.tables.model import Cell, Column, Derived, Table


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
    specifics = {id(specific.item): specific for specific in analysis.specifics}
    return _by_year(
        analysis,
        "2-3",
        _("Consumption of raw materials and energy by year"),
        analysis.audit.phase("preassessment").inputs,
        specifics,
        _("Consumption"),
        _("Unit consumption"),
        _("Main materials and energy"),
    )


def wastes(analysis: Analysis) -> Table:
    """2-5."""
    specifics = {id(specific.item): specific for specific in analysis.specifics}
    return _by_year(
        analysis,
        "2-5",
        _("Waste streams by year"),
        analysis.audit.phase("preassessment").wastes,
        specifics,
        _("Discharge"),
        _("Unit discharge"),
        NAME,
    )


def _by_year(
    analysis: Analysis,
    form_number: str,
    title: Message,
    items: tuple[Input | Waste, ...],
    specifics: dict[int, Specific],
    amounts: Message,
    ratios: Message,
    name: Message,
) -> Table:
    years, calendar = analysis.years[-3:], analysis.audit.calendar
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
    rows = []
    for item in items:
        by_year = item.consumption if isinstance(item, Input) else item.discharge
        unit = item.unit or (next(iter(by_year.values())).unit.text if by_year else "")
        specific = specifics.get(id(item))
        start: list[Cell] = (
            [item.name, unit, item.used_at]
            if isinstance(item, Input)
            else [label(WASTE_CATEGORIES, item.category), item.name, unit]
        )
        output: dict[int, float] = {}
        scale = None
        if specific is not None:
            product_unit = specific.product.unit or next(iter(specific.product.output.values())).unit.text
            output = {
                value: annual(quantity, product_unit, calendar) for value, quantity in specific.product.output.items()
            }
            scale = _scale(unit, specific.unit, product_unit)
        ratio_cells: list[Cell] = []
        for value in years:
            computed = specific.computed.get(value) if specific is not None else None
            ratio_cells.append(
                computed
                if computed is None or scale is None
                else Derived(computed, f"{{a{value}}}/{{p{value}}}" + (f"*{scale:.12g}" if scale != 1 else ""))
            )
        rows.append(
            (
                *start,
                *(_annual(by_year.get(value), unit, analysis) for value in years),
                *(output.get(value) for value in years),
                specific.unit if specific else "",
                *ratio_cells,
                specific.quota if specific else None,
                item.note,
            )
        )
    return form(form_number, title, columns, rows)


def _scale(amount_unit: str, ratio_unit: str, product_unit: str) -> float | None:
    """What amount / output has to be multiplied by to be in the unit of the ratio."""
    try:
        return (
            parse_unit(amount_unit.removesuffix("/a")).times(parse_unit(product_unit), -1).scale(parse_unit(ratio_unit))
        )
    except UnitError:
        return None


def _annual(quantity: Quantity | None, unit: str, analysis: Analysis) -> float | None:
    if quantity is None:
        return None
    try:
        return annual(quantity, unit, analysis.audit.calendar)
    except UnitError:
        return None


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


def compliance(analysis: Analysis) -> Table:
    """2-9: standards and compliance, charges, fines, incidents."""
    stated = analysis.audit.phase("preassessment").compliance
    rows: list[tuple[Cell, ...]] = []
    for verdict in analysis.compliance:
        item = verdict.item
        found = _("complies") if verdict.complies else _("exceeds")
        rows.append(
            (
                _("Standard applied^form 2-9"),
                joined(item.point, item.pollutant, separator=" "),
                item.standard,
                f"{words(item.value)} / {words(item.limit) or DASH}",
                found,
            )
        )
    if stated is not None:
        rows += [
            (_("Discharge fee or environmental tax"), str(when), "", words(amount), "")
            for when, amount in stated.charges.items()
        ]
        rows += [
            (_("Fines and compensation"), str(when), "", words(amount), "") for when, amount in stated.fines.items()
        ]
        rows += [
            (_("Incident"), f"{item.date} {item.description}", joined(item.cause, item.treatment), "", "")
            for item in stated.incidents
        ]
        if not stated.incidents:
            rows.append((_("Incident"), stated.statement or DASH, "", "", ""))
    columns = (
        text("kind", _("Field")),
        text("item", _("Object"), wide=True),
        text("basis", _("Standard, or cause and treatment"), wide=True),
        text("value", _("Result / limit, or amount")),
        text("verdict", _("Compliance")),
    )
    return form("2-9", _("Environmental compliance and pollution incidents"), columns, rows)


def monitoring(analysis: Analysis) -> Table:
    rows = [
        (
            verdict.item.point,
            verdict.item.pollutant,
            verdict.item.year,
            words(verdict.item.value),
            words(verdict.item.limit),
            words(verdict.item.annual_load),
            words(verdict.item.cap),
            verdict.item.standard,
            _("complies") if verdict.complies else _("exceeds"),
        )
        for verdict in analysis.compliance
    ]
    columns = (
        text("point", _("Monitoring point")),
        text("pollutant", _("Pollutant")),
        text("year", _("Year")),
        text("value", _("Monitoring result")),
        text("limit", _("Limit")),
        text("load", _("Load of the year")),
        text("cap", _("Cap of the year")),
        text("standard", _("Standard applied")),
        text("verdict", _("Compliance")),
    )
    return report("monitoring", _("Monitoring results against limits and caps"), columns, rows)


def equipment(analysis: Analysis) -> Table:
    phase = analysis.audit.phase("preassessment")
    workshops = {item.id: item.name for item in phase.workshops}
    rows = [
        (
            index,
            item.name,
            item.model,
            item.count,
            words(item.power),
            item.year,
            workshops.get(item.workshop, ""),
            item.to_be_eliminated,
            item.note,
        )
        for index, item in enumerate(phase.equipment, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("name", NAME),
        text("model", _("Model")),
        text("count", _("Number")),
        text("power", _("Power")),
        text("year", _("Year of commissioning")),
        text("workshop", _("Workshop")),
        text("eliminated", _("On the elimination catalogue")),
        text("note", REMARK),
    )
    return report("equipment", _("Main equipment"), columns, rows)


def visits(analysis: Analysis) -> Table:
    rows = [
        (index, item.date, item.place, item.finding, label(ASPECTS, item.aspect))
        for index, item in enumerate(analysis.audit.phase("preassessment").visits, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("date", _("Date")),
        text("place", _("Place")),
        text("finding", _("What was found"), wide=True),
        text("aspect", _("Aspect")),
    )
    return report("visits", _("Findings of the site visit"), columns, rows)


def policies(analysis: Analysis) -> Table:
    rows = [
        (index, item.requirement, item.document, label(CONFORMITY, item.status), item.explanation)
        for index, item in enumerate(analysis.audit.phase("preassessment").policies, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("requirement", _("Requirement"), wide=True),
        text("document", _("Document")),
        text("status", _("Conformity")),
        text("explanation", _("Explanation"), wide=True),
    )
    return report("policies", _("Conformity with policies"), columns, rows)


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


def benchmark(analysis: Analysis) -> Table:
    return _benchmark("benchmark", _("Comparison with the indicator system"), analysis.benchmark)


def benchmark_after(analysis: Analysis) -> Table:
    return _benchmark(
        "benchmark-after", _("Comparison with the indicator system after the audit"), analysis.benchmark_after
    )


def _benchmark(name: str, title: Message, result: BenchmarkResult | None) -> Table:
    if result is None:
        return report(name, title, (text("indicator", _("Indicator")),), ())
    system = result.system
    levels = [_bilingual(level) for level in system["levels"]]
    rows = []
    for entry in result.results:
        indicator = entry.indicator
        sign = "≤" if indicator["better"] == "lower" else "≥"
        reached: Message = (
            plain(DASH)
            if entry.value is None
            else _("below the last level")
            if entry.level is None
            else levels[entry.level]
        )
        rows.append(
            (
                _bilingual(system["classes"][indicator["class"]]),
                _bilingual(indicator["name"]),
                indicator["unit"],
                *(f"{sign} {value:g}" for value in indicator["baselines"]),
                plain(DASH) if entry.value is None else f"{entry.value:.4g}",
                reached,
                entry.source,
            )
        )
    columns = (
        text("class", _("Class")),
        text("indicator", _("Indicator")),
        text("unit", _("Unit")),
        *(text(f"level{index}", level, group=_("Baselines")) for index, level in enumerate(levels)),
        text("value", _("Value of the enterprise")),
        text("reached", _("Level reached")),
        text("source", _("Source")),
    )
    notes = [
        _(
            "Indicator system: {document}; the values of the pack are {confidence}.",
            document=system["document"],
            confidence=label(CONFIDENCE, system["confidence"]),
        )
    ]
    if system.get("missing"):
        notes.append(_bilingual(system["missing"]))
    return report(name, title, columns, rows, notes=notes)


def _bilingual(words: dict[str, str]) -> Message:
    """The words of a data pack, which carries both languages itself."""
    return Message("{words}", (("words", _Pair(words["zh"], words["en"])),))


class _Pair(Message):
    """A message whose wordings come from a data pack instead of the catalogue."""

    __slots__ = ()

    def __new__(cls, zh: str, en: str) -> "_Pair":
        return super().__new__(cls, en, (("zh", zh),))

    def to(self, language: str) -> str:
        return str(self.values[0][1]) if language == "zh" else self.text


def potentials(analysis: Analysis) -> Table:
    rows = [
        (
            label(ASPECTS, item.aspect),
            item.finding,
            words(item.actual),
            words(item.reference),
            words(item.potential),
            item.basis,
        )
        for item in analysis.audit.phase("preassessment").potentials
    ]
    columns = (
        text("aspect", _("Aspect")),
        text("finding", _("Finding"), wide=True),
        text("actual", _("Actual value")),
        text("reference", _("Reference value")),
        text("potential", _("Amount of the potential")),
        text("basis", _("Basis"), wide=True),
    )
    return report("potentials", _("Potential for cleaner production"), columns, rows)


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


def focus(analysis: Analysis) -> Table:
    """2-12."""
    phase = analysis.audit.phase("preassessment")
    names = {item.id: item.name for item in phase.candidates}
    return ranking_table(
        "2-12",
        _("Ranking of the candidates by weighted sum"),
        analysis.focus,
        names,
        phase.focus.names if phase.focus is not None else {},
    )


def ranking_table(
    number_of_form: str, title: Message, ranking: Ranking | None, names: dict[str, str], own_factors: dict[str, str]
) -> Table:
    """Forms 2-12 and 4-3: a row a factor, R and R×W an alternative, then the sums and the ranks."""
    if ranking is None:
        return form(number_of_form, title, (text("factor", _("Factor")),), ())
    columns: list[Column] = [text("factor", _("Factor")), number("w", _("Weight W"), 0)]
    for index, row in enumerate(ranking.rows):
        group = plain(names.get(row.id, row.id))
        columns += [number(f"r{index}", plain("R"), 1, group=group), number(f"p{index}", plain("R×W"), 1, group=group)]
    rows: list[tuple[Cell, ...]] = []
    count = len(ranking.factors)
    for line, factor in enumerate(ranking.factors):
        cells: list[Cell] = [
            plain(own_factors[factor]) if factor in own_factors else label(FACTORS, factor),
            ranking.weights[line],
        ]
        for index, row in enumerate(ranking.rows):
            product = row.products[line]
            cells += [row.scores[line], Derived(product, f"{{w}}*{{r{index}}}") if product is not None else None]
        rows.append(tuple(cells))
    total: list[Cell] = [_("Total ΣR×W"), None]
    rank: list[Cell] = [_("Rank"), None]
    for index, row in enumerate(ranking.rows):
        total += [
            None,
            Derived(row.total, f"ROUND(SUM({{p{index}[0]}}:{{p{index}[{count - 1}]}}),6)")
            if row.total is not None
            else None,
        ]
        others = "".join(
            f"+({{p{other}[{count}]}}>{{p{index}[{count}]}})"
            for other in range(len(ranking.rows))
            if other != index and ranking.rows[other].total is not None
        )
        rank += [_("tied") if row.tied else None, Derived(row.rank, f"1{others}") if row.rank is not None else None]
    notes = [_("Alternatives with the same total share a rank.")] if any(row.tied for row in ranking.rows) else []
    return form(number_of_form, title, columns, [*rows, tuple(total), tuple(rank)], notes=notes, total=True)


def targets(analysis: Analysis) -> Table:
    """2-13."""
    rows = []
    for index, result in enumerate(analysis.targets, 1):
        target = result.target
        unit = target.baseline.unit.text if target.baseline is not None else ""
        calendar = analysis.audit.calendar
        base = target.baseline.value if target.baseline is not None else None
        cells: list[Cell] = []
        for key, stated, change in (
            ("near", target.near, result.near_change),
            ("long", target.long, result.long_change),
        ):
            sign = (
                f"({{baseline}}-{{{key}}})/{{baseline}}"
                if target.direction == "lower"
                else f"({{{key}}}-{{baseline}})/{{baseline}}"
            )
            cells += [
                in_unit(stated.value, unit, calendar) if stated is not None and target.baseline is not None else None,
                Derived(change, sign) if change is not None else None,
                stated.date if stated is not None else None,
            ]
        rows.append((index, target.item, unit, base, target.baseline_year, *cells, target.basis))
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


def focus_order(analysis: Analysis) -> Table:
    """The candidates by rank."""
    phase = analysis.audit.phase("preassessment")
    names = {item.id: item.name for item in phase.candidates}
    chosen = phase.focus.chosen if phase.focus is not None else ()
    return order_table("focus", _("Candidates for the audit focus by weighted sum"), analysis.focus, names, chosen)


def order_table(
    name: str, title: Message, ranking: Ranking | None, names: dict[str, str], chosen: tuple[str, ...] = ()
) -> Table:
    """Alternatives by rank with their totals; what cannot be ranked stands last."""
    rows: list[tuple[Cell, ...]] = []
    for row in ranking.in_order if ranking is not None else ():
        remark = _("tied") if row.tied else _("not ranked: a score is missing") if row.rank is None else plain("")
        rows.append(
            (row.rank, row.id, names.get(row.id, ""), row.total, _("chosen") if row.id in chosen else plain(""), remark)
        )
    columns = (
        text("rank", _("Rank")),
        text("id", _("Id")),
        text("name", NAME),
        number("total", _("Total ΣR×W"), 1),
        text("chosen", _("Choice")),
        text("remark", REMARK),
    )
    return report(name, title, columns, rows)
