"""Forms 5-1 to 5-4, and the worked calculation of an option."""

from cpa.analysis import Analysis
from cpa.analysis.options import CONSTRUCTION, COST_REDUCTION, REVENUE, WORKING_CAPITAL, StudyResult
from cpa.messages import Message, _, listed, plain
from cpa.schema.feasibility import Investment, Operation
from cpa.schema.labels import CATEGORIES, CONCLUSIONS, COST_CLASSES, MONEY_RULES, RECOMMENDATIONS, label
from cpa.schema.walk import meaning
from cpa.tables.build import form, in_unit, joined, number, report, text, turned
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
            *(in_unit(result.study.investment.interest, unit, calendar) for result in studies),
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
                Derived(result.appraisal.taxable, f"{{s{index}[{saving}]}}-{{s{index}[{saving + 1}]}}")
                if result.appraisal is not None
                and result.appraisal.taxable is not None
                and result.operation is not None
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
                Derived(result.appraisal.profit, f"{{s{index}[{saving + 2}]}}-{{s{index}[{saving + 3}]}}")
                if result.appraisal is not None and result.appraisal.profit is not None and result.operation is not None
                else None
                for index, result in enumerate(studies)
            ),
        )
    )
    return form(
        "5-2", _("Running cost and revenue^form 5-2"), _columns(analysis, _("Part"), f"{unit}/a"), rows, total=True
    )


def _depreciation(result: StudyResult) -> Cell:
    found = result.appraisal
    if found is None or found.depreciation is None:
        return None
    return Derived(found.depreciation, f"{found.investment:.15g}/{found.depreciation_years:.15g}")


def _tax(result: StudyResult, index: int, taxable_row: int) -> Cell:
    found = result.appraisal
    if found is None or found.tax is None:
        return None
    return Derived(found.tax, f"MAX({{s{index}[{taxable_row}]}},0)*{found.tax_rate:.15g}")


def indicators(analysis: Analysis) -> Table:
    """5-3: an option a row; every indicator is a live formula over the given figures of its row."""
    unit = analysis.money_unit
    names = {option.id: option.name for option in analysis.audit.phase("options").options}
    rows: list[tuple[Cell, ...]] = []
    for result in analysis.studies:
        found = result.appraisal
        name = names.get(result.study.option, "")
        if found is None:
            rows.append(
                (
                    result.study.option,
                    name,
                    label(COST_CLASSES, result.cost_class),
                    result.investment.total,
                    *[None] * 15,
                    _("not computed: {reason}", reason=result.reason or plain("")),
                    label(RECOMMENDATIONS, result.study.recommendation),
                )
            )
            continue
        derived = not found.direct
        rows.append(
            (
                result.study.option,
                name,
                label(COST_CLASSES, result.cost_class),
                found.investment,
                found.saving,
                found.depreciation_years,
                found.tax_rate,
                found.life,
                found.discount_rate,
                Derived(found.depreciation, "{i}/{y}") if derived else None,
                Derived(found.taxable, "{p}-{d}") if derived else None,
                Derived(found.tax, "MAX({t},0)*{tax_rate}") if derived else None,
                Derived(found.profit, "{t}-{tax}") if derived else None,
                Derived(found.cash_flow, "{e}+{d}") if derived else found.cash_flow,
                Derived(found.payback, "{i}/{f}") if found.payback is not None else None,
                Derived(found.npv, "-PV({rate},{n},{f})-{i}"),
                Derived(found.npvr, "{npv}/{i}") if found.npvr is not None else None,
                Derived(found.irr, "RATE({n},{f},-{i})") if found.irr is not None else None,
                result.payback_limit,
                verdict(result),
                label(RECOMMENDATIONS, result.study.recommendation),
            )
        )
    given, flow = _("Given"), _("Cash flow ({unit}/a)", unit=unit)
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("class", _("Cost class")),
        number("i", _("Total investment I ({unit})", unit=unit), group=given),
        number("p", _("Saving P ({unit}/a)", unit=unit), group=given),
        number("y", _("Depreciation period Y (a)"), 0, group=given),
        number("tax_rate", _("Tax rate"), 1, share=True, group=given),
        number("n", _("Life n (a)"), 0, group=given),
        number("rate", _("Discount rate i"), 1, share=True, group=given),
        number("d", _("Depreciation D"), group=flow),
        number("t", _("Taxable T"), group=flow),
        number("tax", _("Tax"), group=flow),
        number("e", _("Net profit E"), group=flow),
        number("f", _("Net cash flow F"), group=flow),
        number("payback", _("Payback N (a)")),
        number("npv", _("NPV ({unit})", unit=unit)),
        number("npvr", _("NPVR"), 1, share=True),
        number("irr", _("IRR"), 2, share=True),
        number("limit", _("Payback limit (a)"), 0),
        text("verdict", _("Financial verdict")),
        text("recommendation", _("Recommendation")),
    )
    notes = [_("Flows fall at the end of a year and are the same every year; the investment stands in year 0.")]
    return form("5-3", _("Economic indicators"), columns, rows, notes=notes)


def verdict(result: StudyResult) -> Message:
    """Feasible, or the rules that are not met."""
    failed = [MONEY_RULES[name] for name, passed in result.passes if not passed]
    return _("not met: {rules}", rules=listed(failed)) if failed else _("financially feasible")


_SIGNS = {"payback": "N", "npv": "NPV", "irr": "IRR"}


def _short_verdict(result: StudyResult) -> Message:
    failed = [_SIGNS[name] for name, passed in result.passes if not passed]
    return _("fails: {signs}", signs=listed(failed)) if failed else label(CONCLUSIONS, "feasible")


def economics(analysis: Analysis) -> Table:
    """The indicators of form 5-3 that a terminal has room for."""
    rows: list[tuple[Cell, ...]] = []
    for result in analysis.studies:
        found = result.appraisal
        if found is None:
            rows.append(
                (
                    result.study.option,
                    result.investment.total,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    result.reason or plain(""),
                )
            )
        else:
            rows.append(
                (
                    result.study.option,
                    found.investment,
                    found.saving,
                    found.cash_flow,
                    found.payback,
                    found.npv,
                    found.npvr,
                    found.irr,
                    _short_verdict(result),
                )
            )
    columns = (
        text("id", _("Id")),
        number("i", plain("I")),
        number("p", plain("P")),
        number("f", plain("F")),
        number("payback", plain("N (a)")),
        number("npv", plain("NPV")),
        number("npvr", plain("NPVR"), 1, share=True),
        number("irr", plain("IRR"), 2, share=True),
        text("verdict", _("Verdict")),
    )
    notes = [
        _("Money in {unit}, P and F a year. N = I/F, NPV = F·(P/A,i,n) − I, NPVR = NPV/I.", unit=analysis.money_unit)
    ]
    unstudied = [
        result.option.id
        for result in analysis.options
        if result.cost_class in ("medium", "high")
        and result.verdict == "feasible"
        and result.option.id not in {study.study.option for study in analysis.studies}
    ]
    if unstudied:
        notes.append(_("Medium-cost and high-cost options without a study: {options}.", options=listed(unstudied)))
    return report("economics", _("Economics of the options"), columns, rows, notes=notes)


def work(result: StudyResult, unit: str) -> Table:
    """Every indicator of one option: formula, substituted numbers, result."""
    found = result.appraisal
    rows: list[tuple[Cell, ...]] = []
    invested = result.investment
    rows.append(
        (
            plain("I"),
            _("construction + interest + working capital − subsidy"),
            f"{invested.construction:.2f} + {invested.interest:.2f} + {invested.working_capital:.2f} − {invested.subsidy:.2f}",
            f"{invested.total:.2f} {unit}",
        )
    )
    if found is not None:
        i, n = found.discount_rate, found.life
        if result.operation is not None and not found.direct:
            rows.append(
                (
                    plain("P"),
                    _("increase of revenue + decrease of running cost"),
                    f"{result.operation.revenue:.2f} + {result.operation.cost_reduction:.2f}",
                    f"{result.operation.saving:.2f} {unit}/a",
                )
            )
        if (
            found.depreciation is not None
            and found.taxable is not None
            and found.tax is not None
            and found.profit is not None
            and found.saving is not None
        ):
            rows += [
                (
                    plain("D"),
                    plain("I / Y"),
                    f"{found.investment:.2f} / {found.depreciation_years:g}",
                    f"{found.depreciation:.2f} {unit}/a",
                ),
                (
                    plain("T"),
                    plain("P − D"),
                    f"{found.saving:.2f} − {found.depreciation:.2f}",
                    f"{found.taxable:.2f} {unit}/a",
                ),
                (
                    _("Tax"),
                    _("max(T, 0) × tax rate"),
                    f"{max(found.taxable, 0):.2f} × {found.tax_rate * 100:g} %",
                    f"{found.tax:.2f} {unit}/a",
                ),
                (plain("E"), _("T − tax"), f"{found.taxable:.2f} − {found.tax:.2f}", f"{found.profit:.2f} {unit}/a"),
                (
                    plain("F"),
                    plain("E + D"),
                    f"{found.profit:.2f} + {found.depreciation:.2f}",
                    f"{found.cash_flow:.2f} {unit}/a",
                ),
            ]
        else:
            rows.append((plain("F"), _("given directly"), "", f"{found.cash_flow:.2f} {unit}/a"))
        rows.append(
            (
                plain("N"),
                plain("I / F"),
                f"{found.investment:.2f} / {found.cash_flow:.2f}",
                f"{found.payback:.2f} a" if found.payback is not None else "–",
            )
        )
        rows.append(
            (
                plain("(P/A,i,n)"),
                plain("((1+i)^n − 1) / (i·(1+i)^n)"),
                f"i = {i * 100:g} %, n = {n:g}",
                f"{found.annuity:.4f}",
            )
        )
        rows.append(
            (
                plain("NPV"),
                plain("F × (P/A,i,n) − I"),
                f"{found.cash_flow:.2f} × {found.annuity:.4f} − {found.investment:.2f}",
                f"{found.npv:.2f} {unit}",
            )
        )
        if found.npvr is not None:
            rows.append(
                (
                    plain("NPVR"),
                    plain("NPV / I × 100 %"),
                    f"{found.npv:.2f} / {found.investment:.2f}",
                    f"{found.npvr * 100:.2f} %",
                )
            )
        if found.trial is not None:
            rate1, npv1, rate2, npv2, interpolated = found.trial
            rows.append(
                (
                    _("IRR, by trial"),
                    plain("i₁ + (i₂ − i₁) × NPV₁ / (NPV₁ + |NPV₂|)"),
                    f"{rate1 * 100:g} % + ({rate2 * 100:g} % − {rate1 * 100:g} %) × {npv1:.4f} / ({npv1:.4f} + {abs(npv2):.4f})",
                    f"{interpolated * 100:.2f} %",
                )
            )
        rows.append(
            (
                plain("IRR"),
                plain("F × (P/A,IRR,n) − I = 0"),
                "",
                f"{found.irr * 100:.2f} %" if found.irr is not None else "–",
            )
        )
    columns = (
        text("sign", _("Indicator")),
        text("formula", _("Formula")),
        text("substituted", _("With the numbers"), wide=True),
        text("result", _("Value^result")),
    )
    name = f" {result.option.name}" if result.option is not None else ""
    return report(
        f"work-{result.study.option}", _("Calculation for {id}", id=f"{result.study.option}{name}"), columns, rows
    )


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
                text=joined(found.maturity, found.match, found.safety, found.operation),
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
