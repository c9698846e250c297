"""Forms 5-1, 5-2 and 5-4, variants, and the sheets of the technical and the environmental assessment."""

from cpa.analysis import Analysis
from cpa.analysis.studies import CONSTRUCTION, COST_REDUCTION, REVENUE, WORKING_CAPITAL, StudyResult
from cpa.messages import Message, _, plain
from cpa.methods.economics import Chain
from cpa.schema.feasibility import Investment, Operation
from cpa.schema.labels import CATEGORIES, CONCLUSIONS, RECOMMENDATIONS, STAGES, label
from cpa.schema.walk import meaning
from cpa.tables.build import form, in_unit, joined, number, report, text, turned
from cpa.tables.economics import verdict
from cpa.tables.model import Cell, Column, Derived, Table


def _columns(analysis: Analysis, first: Message, unit: str) -> list[Column]:
    names = {option.id: option.name for option in analysis.audit.phase("options").options}
    columns = [text("field", first, wide=True)]
    for index, result in enumerate(analysis.studies):
        columns.append(
            number(
                f"s{index}",
                _("{id} {name} ({unit})", id=result.study.option, name=names.get(result.study.option, ""), unit=unit),
            )
        )
    return columns


def investment(analysis: Analysis) -> Table:
    """5-1: the parts, the sums 1 to 4, and I, for every study."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    studies = analysis.studies
    rows: list[tuple[Cell, ...]] = []

    def line(name: str) -> None:
        rows.append(
            (
                meaning(Investment.__annotations__[name]),
                *(in_unit(getattr(result.study.investment, name), unit, calendar) for result in studies),
            )
        )

    for name in CONSTRUCTION:
        line(name)
    construction = len(rows)
    rows.append(
        (
            _("1 Construction"),
            *(
                Derived(result.investment.construction, f"SUM({{s{index}[0]}}:{{s{index}[{construction - 1}]}})")
                for index, result in enumerate(studies)
            ),
        )
    )
    interest = len(rows)
    rows.append(
        (
            _("2 Interest while building"),
            *(
                result.investment.interest
                if result.investment.interest
                else in_unit(result.study.investment.interest, unit, calendar)
                for result in studies
            ),
        )
    )
    first_capital = len(rows)
    for name in WORKING_CAPITAL:
        line(name)
    line("payable")
    payable = len(rows) - 1
    capital = len(rows)
    rows.append(
        (
            _("3 Working capital"),
            *(
                Derived(
                    result.investment.working_capital,
                    f"SUM({{s{index}[{first_capital}]}}:{{s{index}[{payable - 1}]}})-{{s{index}[{payable}]}}",
                )
                for index, result in enumerate(studies)
            ),
        )
    )
    subsidy = len(rows)
    rows.append((_("4 Subsidy"), *(in_unit(result.study.investment.subsidy, unit, calendar) for result in studies)))
    rows.append(
        (
            _("Total investment I = 1 + 2 + 3 − 4"),
            *(
                Derived(
                    result.investment.total,
                    f"{{s{index}[{construction}]}}+{{s{index}[{interest}]}}+{{s{index}[{capital}]}}-{{s{index}[{subsidy}]}}",
                )
                for index, result in enumerate(studies)
            ),
        )
    )
    return form("5-1", _("Investment^form 5-1"), _columns(analysis, _("Part"), unit), rows, total=True)


def operation(analysis: Analysis) -> Table:
    """5-2: revenue, running cost, P, D, T, tax, and net profit, for every study."""
    unit, calendar = analysis.money_unit, analysis.audit.calendar
    studies = analysis.studies
    rows: list[tuple[Cell, ...]] = []

    def lines(names: tuple[str, ...]) -> tuple[int, int]:
        start = len(rows)
        for name in names:
            rows.append(
                (
                    meaning(Operation.__annotations__[name]),
                    *(
                        in_unit(getattr(result.study.operation, name), f"{unit}/a", calendar)
                        if result.study.operation is not None
                        else None
                        for result in studies
                    ),
                )
            )
        return start, len(rows) - 1

    def sums(head: Message, span: tuple[int, int], pick: str) -> int:
        rows.append(
            (
                head,
                *(
                    Derived(getattr(result.operation, pick), f"SUM({{s{index}[{span[0]}]}}:{{s{index}[{span[1]}]}})")
                    if result.operation is not None
                    else None
                    for index, result in enumerate(studies)
                ),
            )
        )
        return len(rows) - 1

    revenue = sums(_("1 Increase of revenue"), lines(REVENUE), "revenue")
    reduction = sums(_("2 Decrease of running cost"), lines(COST_REDUCTION), "cost_reduction")
    saving = len(rows)
    rows.append(
        (
            _("P = 1 + 2"),
            *(
                Derived(result.operation.saving, f"{{s{index}[{revenue}]}}+{{s{index}[{reduction}]}}")
                if result.operation is not None
                else None
                for index, result in enumerate(studies)
            ),
        )
    )
    rows.append(
        (
            _("D depreciation"),
            *(_depreciation(result) for result in studies),
        )
    )
    rows.append(
        (
            _("T = P − D"),
            *(
                Derived(chain.taxable, f"{{s{index}[{saving}]}}-{{s{index}[{saving + 1}]}}")
                if (chain := _chain(result)) is not None and result.operation is not None
                else None
                for index, result in enumerate(studies)
            ),
        )
    )
    rows.append((_("Taxes^form 5-2"), *(_tax(result, index, saving + 2) for index, result in enumerate(studies))))
    rows.append(
        (
            _("Net profit"),
            *(
                Derived(chain.profit, f"{{s{index}[{saving + 2}]}}-{{s{index}[{saving + 3}]}}")
                if (chain := _chain(result)) is not None and result.operation is not None
                else None
                for index, result in enumerate(studies)
            ),
        )
    )
    return form(
        "5-2", _("Running cost and revenue^form 5-2"), _columns(analysis, _("Part"), f"{unit}/a"), rows, total=True
    )


def _chain(result: StudyResult) -> Chain | None:
    """From P to F, where the cash flow is the same every year."""
    return result.appraisal.chain if result.appraisal is not None else None


def _depreciation(result: StudyResult) -> Cell:
    found, chain = result.appraisal, _chain(result)
    if found is None or chain is None or found.depreciation_years is None or result.operation is None:
        return None
    return Derived(chain.depreciation, f"{found.investment:.15g}/{found.depreciation_years:.15g}")


def _tax(result: StudyResult, index: int, taxable_row: int) -> Cell:
    found, chain = result.appraisal, _chain(result)
    if found is None or chain is None or result.operation is None:
        return None
    return Derived(chain.tax, f"MAX({{s{index}[{taxable_row}]}},0)*{found.tax_rate:.15g}")


def summaries(analysis: Analysis) -> Table:
    """5-4: a column a study."""
    studies = analysis.studies

    def money(result: StudyResult) -> Cell:
        found = result.appraisal
        if found is None:
            return result.reason
        return _(
            "N = {payback} a, NPV = {npv} {unit}, IRR = {irr} %; {verdict}",
            payback="–" if found.payback is None else f"{found.payback:.2f}",
            npv=f"{found.npv:.2f}",
            unit=analysis.money_unit,
            irr="–" if found.irr is None else f"{found.irr * 100:.2f}",
            verdict=verdict(result),
        )

    def technical(result: StudyResult) -> Cell:
        found = result.study.technical
        return (
            ""
            if found is None
            else _(
                "{verdict}: {text}",
                verdict=label(CONCLUSIONS, found.conclusion),
                text=joined(found.maturity, found.match, found.safety, found.law, found.operation),
            )
        )

    def environmental(result: StudyResult) -> Cell:
        found = result.study.environmental
        return (
            ""
            if found is None
            else _(
                "{verdict}: {text}",
                verdict=label(CONCLUSIONS, found.conclusion),
                text=joined(found.resources, found.wastes, found.secondary, found.toxicity, found.carbon),
            )
        )

    fields: list[tuple[Message, list[Cell]]] = [
        (
            _("Kind of option"),
            [label(CATEGORIES, result.option.category) if result.option is not None else "" for result in studies],
        ),
        (_("Principle"), [result.study.principle for result in studies]),
        (_("Description in brief"), [result.study.description for result in studies]),
        (_("Kind of benefit"), [result.study.benefit for result in studies]),
        (_("Level in the industry at home and abroad"), [result.study.level for result in studies]),
        (_("Investment ({unit})", unit=analysis.money_unit), [f"{result.investment.total:.2f}" for result in studies]),
        (_("Wastes, materials and products affected"), [result.study.affects for result in studies]),
        (_("Technical assessment"), [technical(result) for result in studies]),
        (_("Environmental assessment"), [environmental(result) for result in studies]),
        (_("Economic assessment"), [money(result) for result in studies]),
        (_("Recommendation"), [label(RECOMMENDATIONS, result.study.recommendation) for result in studies]),
    ]
    heads = [
        joined(result.study.option, result.option.name if result.option is not None else "", separator=" ")
        for result in studies
    ]
    return turned(
        "5-4", _("Options in brief and results of the feasibility analysis"), fields, heads, first=_("Option")
    )


def variants(analysis: Analysis) -> Table:
    """Technical variants that were compared."""
    rows = [
        (
            result.study.option,
            item.name,
            item.content,
            in_unit(item.investment, analysis.money_unit, analysis.audit.calendar),
            item.assessment,
            item.chosen,
        )
        for result in analysis.studies
        for item in result.study.variants
    ]
    columns = (
        text("option", _("Option")),
        text("name", _("Variant")),
        text("content", _("Content"), wide=True),
        number("investment", _("Investment ({unit})", unit=analysis.money_unit)),
        text("assessment", _("Result of the comparison"), wide=True),
        text("chosen", _("Chosen")),
    )
    return report("variants", _("Technical variants"), columns, rows)


def technical(analysis: Analysis) -> Table:
    """The technical assessment as a sheet: a row a study."""
    rows = []
    for result in analysis.studies:
        found = result.study.technical
        if found is None:
            continue
        plants = joined(
            *(
                joined(plant.name, str(plant.year or ""), plant.scale, plant.experience, separator="，")
                for plant in found.references
            )
        )
        rows.append(
            (
                result.study.option,
                label(STAGES, found.stage),
                found.maturity,
                plants,
                found.match,
                found.safety,
                found.law,
                found.operation,
                label(CONCLUSIONS, found.conclusion),
                joined(found.assessor, str(found.date or ""), separator=" "),
            )
        )
    columns = (
        text("option", _("Option")),
        text("stage", _("Stage of the technology")),
        text("maturity", _("Maturity and references"), wide=True),
        text("plants", _("Reference plants"), wide=True),
        text("match", _("Match with products, site and process"), wide=True),
        text("safety", _("Safety"), wide=True),
        text("law", _("Law, permits and industrial policy"), wide=True),
        text("operation", _("Operation and maintenance"), wide=True),
        text("conclusion", _("Conclusion")),
        text("assessor", _("Who assessed it, and when")),
    )
    return report("technical", _("Technical assessment"), columns, rows)


def environmental(analysis: Analysis) -> Table:
    """Before and after of everything that a studied option saves, with coal equivalent and CO₂; then what it brings forth."""
    rows: list[tuple[Cell, ...]] = []
    for result in analysis.studies:
        name = result.study.option
        effect = analysis.option_effects.get(name)
        if effect is None:
            continue
        for resource, amount in effect.amounts.items():
            stock = analysis.stocks[resource]
            before = stock.baseline
            after: Cell = Derived(before - amount, "{before}-{saved}") if before is not None else None
            share: Cell = Derived(amount / before, "{saved}/{before}") if before else None
            rows.append((name, stock.item.name, f"{stock.unit}/a", before, after, amount, share))
        for words, unit, value in ((_("coal equivalent"), "tce/a", effect.tce), (plain("CO₂"), "t/a", effect.co2)):
            if value:
                rows.append((name, words, unit, None, None, value, None))
        found = result.study.environmental
        for new in found.new_wastes if found is not None else ():
            unit = new.amount.unit.text if new.amount is not None else ""
            added = new.amount.value if new.amount is not None else None
            rows.append(
                (
                    name,
                    _("new: {name} ({handling})", name=new.name, handling=new.handling),
                    unit,
                    None,
                    added,
                    None,
                    None,
                )
            )
    columns = (
        text("option", _("Option")),
        text("item", _("Resource or waste compared"), wide=True),
        text("unit", _("Unit")),
        number("before", _("Before"), -1),
        number("after", _("After"), -1),
        number("saved", _("Reduction"), -1),
        number("share", _("Share of the baseline"), 1, share=True),
    )
    return report("environmental", _("Environmental assessment: before and after"), columns, rows)
