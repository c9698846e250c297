"""Form 5-3, the worked calculation of an option, cash flow by year, further indicators, the annuity table."""

from collections.abc import Iterable, Sequence

from cpa.analysis import Analysis
from cpa.analysis.money import conventions
from cpa.analysis.studies import StudyResult, yearly_reasons
from cpa.messages import Message, _, listed, plain
from cpa.methods.economics import Appraisal
from cpa.methods.rates import annuity_factor, present_value
from cpa.schema.feasibility import Study
from cpa.schema.labels import CONCLUSIONS, COST_CLASSES, MONEY_RULES, RECOMMENDATIONS, label
from cpa.schema.walk import meaning
from cpa.tables.build import DASH, form, number, report, text, without_empty
from cpa.tables.model import Cell, Column, Derived, Table

_SIGNS = {"payback": "N", "npv": "NPV", "irr": "IRR"}
PROFILE = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Rates at which the NPV is shown where there is not exactly one IRR."""


def names_of(analysis: Analysis) -> dict[str, str]:
    """The names of the options by id."""
    return {option.id: option.name for option in analysis.audit.phase("options").options}


def studied(analysis: Analysis, only: Sequence[str]) -> list[StudyResult]:
    """The studies of the options `only`; all of them where none is named."""
    return [result for result in analysis.studies if not only or result.study.option in only]


def indicators(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """5-3: an option a row; with constant F every indicator is a live formula over the given figures of its row."""
    unit, names = analysis.money_unit, names_of(analysis)
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found = result.appraisal
        head = (result.study.option, names.get(result.study.option, ""), label(COST_CLASSES, result.cost_class))
        tail = label(RECOMMENDATIONS, result.study.recommendation)
        if found is None:
            reason = _("not computed: {reason}", reason=result.reason or plain(""))
            rows.append((*head, result.investment.total, *[None] * 15, reason, tail))
            continue
        given = (
            found.investment,
            found.saving,
            found.depreciation_years,
            found.tax_rate,
            found.life,
            found.discount_rate,
        )
        figures = _constant(found) if found.method == "constant" else _yearly(found)
        rows.append((*head, *given, *figures, result.payback_limit, verdict(result), tail))
    given_head, flow = _("Given"), _("Cash flow ({unit}/a)", unit=unit)
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("class", _("Cost class")),
        number("i", _("Total investment I ({unit})", unit=unit), group=given_head),
        number("p", _("Saving P ({unit}/a)", unit=unit), group=given_head),
        number("y", _("Depreciation period Y (a)"), 0, group=given_head),
        number("tax_rate", _("Tax rate"), 1, share=True, group=given_head),
        number("n", _("Life n (a)"), 0, group=given_head),
        number("rate", _("Discount rate i"), 1, share=True, group=given_head),
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
    return form("5-3", _("Economic indicators"), columns, rows, notes=_conventions(analysis, only))


def _constant(found: Appraisal) -> tuple[Cell, ...]:
    chain = found.chain
    derived: tuple[Cell, ...] = (None, None, None, None, found.cash_flow)
    if chain is not None:
        derived = (
            Derived(chain.depreciation, "{i}/{y}"),
            Derived(chain.taxable, "{p}-{d}"),
            Derived(chain.tax, "MAX({t},0)*{tax_rate}"),
            Derived(chain.profit, "{t}-{tax}"),
            Derived(found.cash_flow, "{e}+{d}"),
        )
    return (
        *derived,
        Derived(found.payback, "{i}/{f}") if found.payback is not None else None,
        Derived(found.npv, "-PV({rate},{n},{f})-{i}"),
        Derived(found.npvr, "{npv}/{i}") if found.npvr is not None else None,
        Derived(found.irr, f"RATE({{n}},{{f}},-{{i}}{_guess(found.irr)})") if found.irr is not None else None,
    )


def _guess(rate: float) -> str:
    """A spreadsheet starts its search for a rate at 10 %; far from it, it needs a hint."""
    return f",0,0,{rate:.6g}" if abs(rate) > _FAR else ""


def _yearly(found: Appraisal) -> tuple[Cell, ...]:
    """The indicators of a cash flow by year; the table of that flow holds their formulas."""
    return (None, None, None, None, None, found.payback, found.npv, found.npvr, found.irr)


def _conventions(analysis: Analysis, only: Sequence[str]) -> list[Message]:
    """How the cash flows were set up, option by option where they differ."""
    shown = studied(analysis, only)
    constant = [one.study.option for one in shown if one.appraisal and one.appraisal.method == "constant"]
    yearly = [one for one in shown if one.appraisal is not None and one.appraisal.method == "yearly"]
    notes = []
    agreed = conventions(analysis.audit)
    if shown:
        notes.append(_TAX_BASIS[agreed.losses if agreed is not None else "lost"])
    if constant:
        notes.append(
            _(
                "{options}: constant F (the handbook's shortcut): the investment stands in year 0, flows fall at the end of a year and are the same every year; N = I/F, NPV = F·(P/A,i,n) − I, NPVR = NPV/I.",
                options=listed(constant),
            )
        )
    if yearly:
        notes.append(
            _(
                "{options}: cash flow year by year, at the end of each year, from the start of building (table of cash flows).",
                options=listed([one.study.option for one in yearly]),
            )
        )
        for one in yearly:
            words = [meaning(Study.__annotations__[key]) for key in yearly_reasons(analysis.audit, one.study)]
            if words:
                notes.append(_("{id} year by year because of: {keys}.", id=one.study.option, keys=listed(words)))
    return notes


_TAX_BASIS: dict[str, Message] = {
    "lost": _("Tax on T = P − D; loss years pay none and are not carried forward. Amounts without value added tax."),
    "carried_forward": _("Tax on T = P − D; losses lower the profit of later years. Amounts without value added tax."),
    "set_off": _(
        "Tax on T = P − D; losses lower the tax of the rest of the enterprise. Amounts without value added tax."
    ),
}


def verdict(result: StudyResult) -> Message:
    """Feasible, or the rules that are not met."""
    failed = [MONEY_RULES[name] for name, passed in result.passes if not passed]
    return _("not met: {rules}", rules=listed(failed)) if failed else _("financially feasible")


def _short_verdict(result: StudyResult) -> Message:
    failed = [_SIGNS[name] for name, passed in result.passes if not passed]
    return _("fails: {signs}", signs=listed(failed)) if failed else label(CONCLUSIONS, "feasible")


def economics(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """The indicators of form 5-3 that a terminal has room for."""
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found, name = result.appraisal, result.study.option
        if found is None:
            rows.append((name, result.investment.total, *[None] * 6, result.reason or plain("")))
        else:
            figures = (found.saving, found.cash_flow, found.payback, found.npv, found.npvr, found.irr)
            rows.append((name, found.investment, *figures, _short_verdict(result)))
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
        _("Money in {unit}, P and F a year.", unit=analysis.money_unit),
        *_conventions(analysis, only),
    ]
    unstudied = [
        result.option.id
        for result in analysis.options
        if result.cost_class in ("medium", "high")
        and result.verdict == "feasible"
        and result.option.id not in {study.study.option for study in analysis.studies}
    ]
    if unstudied and not only:
        notes.append(_("Medium-cost and high-cost options without a study: {options}.", options=listed(unstudied)))
    return report("economics", _("Economics of the options"), columns, rows, notes=notes)


def further(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """What form 5-3 has no column for: discounted payback, all IRRs, the trial rate, MIRR, annual worth, cost per tonne."""
    unit = analysis.money_unit
    rows: list[tuple[Cell, ...]] = []
    for result in studied(analysis, only):
        found = result.appraisal
        if found is None:
            continue
        effect = analysis.option_effects.get(result.study.option)
        own = found.own
        rows.append(
            (
                result.study.option,
                found.discounted_payback,
                irr_words(found),
                found.trial[4] if found.trial is not None else None,
                found.mirr,
                found.annual_worth,
                _cost_per(found, effect.tce if effect is not None else None),
                _cost_per(found, effect.co2 if effect is not None else None),
                own.npv if own is not None else None,
                own.irr if own is not None else None,
            )
        )
    own_money = _("On own money")
    columns = (
        text("id", _("Id")),
        number("discounted", _("Discounted payback (a)")),
        text("irr", _("All IRRs")),
        number("trial", _("IRR by trial"), 2, share=True),
        number("mirr", _("MIRR"), 2, share=True),
        number("worth", _("Annual worth ({unit}/a)", unit=unit)),
        number("tce", _("Net cost per tce ({unit})", unit=unit), 3),
        number("co2", _("Net cost per t CO₂ ({unit})", unit=unit), 3),
        number("own_npv", _("NPV ({unit})", unit=unit), group=own_money),
        number("own_irr", _("IRR"), 2, share=True, group=own_money),
    )
    notes = [_("Net cost = − annual worth / amount avoided a year; below zero the option pays.")]
    made = report("further-indicators", _("Further economic indicators"), columns, rows, notes=notes)
    return without_empty(made, ("tce", "co2", "own_npv", "own_irr"))


def _cost_per(found: Appraisal, amount: float | None) -> float | None:
    if found.annual_worth is None or amount is None or amount <= 0:
        return None
    return -found.annual_worth / amount


def irr_words(found: Appraisal) -> Message:
    """The IRRs, or that there is none."""
    if not found.roots.rates:
        return _("none^IRR")
    rates = listed([f"{rate * 100:.2f} %" for rate in found.roots.rates])
    if found.irr is not None:
        return plain(f"{found.irr * 100:.2f} %")
    return _("not unique: {rates}", rates=rates)


def cash_flow(analysis: Analysis, only: Sequence[str] = ()) -> Table:
    """The cash flow of every studied option by year, with live sums, discounting and indicators."""
    rows: list[tuple[Cell, ...]] = []
    shown = [
        (result.study.option, result.appraisal) for result in studied(analysis, only) if result.appraisal is not None
    ]
    used = [key for place, key in enumerate(_LINES) if any(line[place] for _id, one in shown for line in _lines(one))]
    for option, found in shown:
        rows += _cash_flow(option, found, used, len(rows))
    columns: list[Column] = [text("id", _("Id")), text("year", _("Year"))]
    columns += [number(key, _LINES[key]) for key in used]
    columns += [
        number("flow", _("Net cash flow")),
        number("sum", _("Cumulative")),
        number("factor", _("Discount factor"), 4),
        number("present", _("Present value^cash flow")),
        number("present_sum", _("Cumulative present value")),
    ]
    notes = [_("Money in {unit}.", unit=analysis.money_unit)]
    return report("cash-flow", _("Cash flow by year"), columns, rows, notes=notes)


_LINES: dict[str, Message] = {
    "saving": _("Saving^cash flow"),
    "credit": _("VAT credited"),
    "surcharges": _("Surcharges"),
    "depreciation": _("Depreciation"),
    "taxable": _("Taxable profit"),
    "loss_used": _("Loss carried forward"),
    "tax": _("Tax"),
    "construction": _("Construction and interest"),
    "working_capital": _("Working capital"),
    "subsidy": _("Subsidy"),
    "sale": _("Sale"),
}
_SIGN = {
    "saving": "+",
    "credit": "+",
    "surcharges": "-",
    "tax": "-",
    "construction": "-",
    "working_capital": "-",
    "subsidy": "+",
    "sale": "+",
}
"""How the lines make the net cash flow."""


def _lines(found: Appraisal) -> Iterable[tuple[float | None, ...]]:
    """The figures of each year under the heads of `_LINES`."""
    if found.statement is not None:
        return (tuple(float(getattr(year, key)) or None for key in _LINES) for year in found.statement.years)
    chain, count = found.chain, len(_LINES)
    first = tuple(found.investment if key == "construction" else None for key in _LINES)
    if chain is None:
        later: tuple[float | None, ...] = (found.cash_flow, *[None] * (count - 1))
    else:
        known = {
            "saving": chain.saving, "depreciation": chain.depreciation, "taxable": chain.taxable, "tax": chain.tax,
        }  # fmt: skip
        later = tuple(known.get(key) for key in _LINES)
    return (first, *[later] * (len(found.flows) - 1))


def _cash_flow(option: str, found: Appraisal, used: Sequence[str], offset: int) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    places = [list(_LINES).index(key) for key in used]
    formula = "".join(f"{_SIGN[key]}{{{key}}}" for key in used if key in _SIGN)
    rate = found.discount_rate
    total = present_total = 0.0
    last = offset + len(found.flows) - 1
    for year, (line, flow) in enumerate(zip(_lines(found), found.flows, strict=True)):
        at, factor = offset + year, (1 + rate) ** -year
        total, present_total = total + flow, present_total + flow * factor
        before = f"{{sum[{at - 1}]}}+" if year else ""
        before_present = f"{{present_sum[{at - 1}]}}+" if year else ""
        rows.append(
            (
                option,
                year,
                *(line[place] for place in places),
                Derived(flow, formula),
                Derived(total, f"{before}{{flow}}"),
                Derived(factor, f"(1+{rate:.15g})^-{{year}}"),
                Derived(flow * factor, "{flow}*{factor}"),
                Derived(present_total, f"{before_present}{{present}}"),
            )
        )
    span = f"{{flow[{offset}]}}:{{flow[{last}]}}"
    npv = f"NPV({rate:.15g},{{flow[{offset + 1}]}}:{{flow[{last}]}})+{{flow[{offset}]}}"
    blank = (None,) * len(used)
    rows.append((option, plain("NPV"), *blank, Derived(found.npv, npv), None, None, None, None))
    if found.irr is not None:
        guess = f",{found.irr:.6g}" if abs(found.irr) > _FAR else ""
        rows.append((option, plain("IRR"), *blank, None, None, Derived(found.irr, f"IRR({span}{guess})"), None, None))
    return rows


_FAR = 0.5


def work(result: StudyResult, unit: str) -> Table:
    """Every indicator of one option: formula, substituted numbers, result."""
    found = result.appraisal
    invested = result.investment
    rows: list[tuple[Cell, ...]] = [
        (
            plain("I"),
            _("construction + interest + working capital − subsidy"),
            f"{invested.construction:.2f} + {invested.interest:.2f} + {invested.working_capital:.2f} − {invested.subsidy:.2f}",
            f"{invested.total:.2f} {unit}",
        )
    ]
    if found is not None:
        if result.operation is not None and found.saving is not None:
            revenue, reduction = result.operation.revenue, result.operation.cost_reduction
            rows.append(
                (
                    plain("P"),
                    _("increase of revenue + decrease of running cost"),
                    f"{revenue:.2f} + {reduction:.2f}",
                    f"{result.operation.saving:.2f} {unit}/a",
                )
            )
        rows += _constant_work(found, unit) if found.method == "constant" else _yearly_work(found, unit)
        rows += _rate_work(found, unit)
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


def _constant_work(found: Appraisal, unit: str) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    chain, flow = found.chain, found.cash_flow or 0.0
    if chain is not None:
        taxed = f"{max(chain.taxable, 0):.2f} × {found.tax_rate * 100:g} %"
        rows += [
            (plain("D"), plain("I / Y"), f"{found.investment:.2f} / {found.depreciation_years:g}", f"{chain.depreciation:.2f} {unit}/a"),
            (plain("T"), plain("P − D"), f"{chain.saving:.2f} − {chain.depreciation:.2f}", f"{chain.taxable:.2f} {unit}/a"),
            (_("Tax"), _("max(T, 0) × tax rate"), taxed, f"{chain.tax:.2f} {unit}/a"),
            (plain("E"), _("T − tax"), f"{chain.taxable:.2f} − {chain.tax:.2f}", f"{chain.profit:.2f} {unit}/a"),
            (plain("F"), plain("E + D"), f"{chain.profit:.2f} + {chain.depreciation:.2f}", f"{flow:.2f} {unit}/a"),
        ]  # fmt: skip
    else:
        rows.append((plain("F"), _("given directly"), "", f"{flow:.2f} {unit}/a"))
    payback = f"{found.payback:.2f} a" if found.payback is not None else DASH
    rate = f"i = {found.discount_rate * 100:g} %, n = {found.life:g}"
    factor = found.annuity or 0.0
    rows += [
        (plain("N"), plain("I / F"), f"{found.investment:.2f} / {flow:.2f}", payback),
        (plain("(P/A,i,n)"), plain("((1+i)^n − 1) / (i·(1+i)^n)"), rate, f"{factor:.4f}"),
        (plain("NPV"), plain("F × (P/A,i,n) − I"), f"{flow:.2f} × {factor:.4f} − {found.investment:.2f}", f"{found.npv:.2f} {unit}"),
    ]  # fmt: skip
    if found.npvr is not None:
        rows.append(_npvr_work(found, found.investment))
    return rows


def _npvr_work(found: Appraisal, invested: float) -> tuple[Cell, ...]:
    formula = (
        plain("NPV / I × 100 %") if found.method == "constant" else _("NPV / present value of the investment × 100 %")
    )
    return plain("NPVR"), formula, f"{found.npv:.2f} / {invested:.2f}", f"{(found.npvr or 0.0) * 100:.2f} %"


def _yearly_work(found: Appraisal, unit: str) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    if found.payback is not None and found.payback > 0:
        year = max(1, -int(-found.payback // 1))
        before = sum(found.flows[:year])
        substituted = f"{year - 1} + {abs(before):.2f} / {found.flows[year]:.2f}"
        rows.append(
            (plain("N"), _("years before + what is missing / flow of the year"), substituted, f"{found.payback:.2f} a")
        )
    else:
        rows.append((plain("N"), _("years before + what is missing / flow of the year"), "", DASH))
    terms = [
        f"{'−' if flow < 0 else '+'} {abs(flow):.2f}/{1 + found.discount_rate:g}^{year}"
        for year, flow in enumerate(found.flows)
        if flow
    ]
    rows.append((plain("NPV"), plain("Σ CFₜ / (1+i)^t"), " ".join(terms), f"{found.npv:.2f} {unit}"))
    if found.npvr:
        rows.append(_npvr_work(found, found.npv / found.npvr))
    return rows


def _rate_work(found: Appraisal, unit: str) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
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
    formula = plain("F × (P/A,IRR,n) − I = 0") if found.method == "constant" else plain("Σ CFₜ / (1+IRR)^t = 0")
    rows.append((plain("IRR"), formula, "", irr_words(found)))
    if found.roots.status != "unique":
        profile = ", ".join(f"{rate * 100:g} %: {present_value(found.flows, rate):.2f}" for rate in PROFILE)
        rows.append((_("NPV profile"), _("NPV at several rates"), profile, plain(unit)))
    if found.discounted_payback is not None:
        rows.append((_("discounted N"), _("the same with discounted flows"), "", f"{found.discounted_payback:.2f} a"))
    if found.mirr is not None:
        rows.append((plain("MIRR"), plain("(FV⁺ / −PV⁻)^(1/n) − 1"), "", f"{found.mirr * 100:.2f} %"))
    return rows


def spreadsheet(result: StudyResult) -> Table:
    """The formulas that give the same numbers in a spreadsheet."""
    found = result.appraisal
    rows: list[tuple[Cell, ...]] = []
    if found is not None:
        rate, flows = f"{found.discount_rate:.10g}", ",".join(f"{flow:.10g}" for flow in found.flows)
        first, _comma, rest = flows.partition(",")
        rows.append((plain("NPV"), f"=NPV({rate},{rest})+({first})", found.npv))
        if found.method == "constant":
            flow = f"{found.cash_flow or 0.0:.10g}"
            rows.append((plain("NPV"), f"=-PV({rate},{found.life:g},{flow})-{found.investment:.10g}", found.npv))
            if found.irr is not None:
                rows.append(
                    (
                        plain("IRR"),
                        f"=RATE({found.life:g},{flow},-{found.investment:.10g}{_guess(found.irr)})",
                        found.irr,
                    )
                )
        elif found.irr is not None:
            rows.append((plain("IRR"), f"=IRR({{{flows}}})", found.irr))
        if found.mirr is not None:
            rows.append((plain("MIRR"), f"=MIRR({{{flows}}},{rate},{found.reinvestment_rate:.10g})", found.mirr))
    columns = (
        text("sign", _("Indicator")),
        text("formula", _("In a spreadsheet"), wide=True),
        number("value", _("Value^result"), 4),
    )
    return report(
        f"spreadsheet-{result.study.option}",
        _("The same in a spreadsheet: {id}", id=result.study.option),
        columns,
        rows,
    )


def annuity(rates: Sequence[float], years: Sequence[int]) -> Table:
    """Present value of an annuity (P/A, i, n) (handbook, appendix 1): a row a year, a column a rate."""
    columns = [
        number("n", plain("n"), 0),
        *(number(f"r{index}", plain(f"{rate * 100:g} %"), 4) for index, rate in enumerate(rates)),
    ]
    rows: list[tuple[Cell, ...]] = [
        (year, *(Derived(annuity_factor(rate, year), f"-PV({rate:.15g},{{n}},1)") for rate in rates)) for year in years
    ]
    return report("annuity", _("Present value of an annuity (P/A, i, n)"), columns, rows)
