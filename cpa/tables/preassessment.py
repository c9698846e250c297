"""Forms 2-10 to 2-13 and the tables of benchmark and potential: causes, focus, targets."""

from cpa.analysis import Analysis
from cpa.analysis.preassessment import candidate_costs
from cpa.messages import Message, _, plain
from cpa.methods.ranking import Ranking
from cpa.schema.labels import ASPECTS, FACTORS, label
from cpa.tables.build import (
    DASH,
    EIGHT,
    NAME,
    NUMBER,
    REMARK,
    form,
    in_unit,
    number,
    report,
    text,
    words,
)
from cpa.tables.model import Cell, Column, Derived, Table


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
            _factor(own_factors, factor),
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


def _factor(own: dict[str, str], factor: str) -> Message:
    return plain(own[factor]) if factor in own else label(FACTORS, factor)


def focus_robustness(analysis: Analysis) -> tuple[Table, ...]:
    """How firmly the first candidate stands: against the others, and against its weights."""
    found, focus = analysis.focus_robustness, analysis.audit.phase("preassessment").focus
    if found is None or focus is None:
        return ()
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    factors = {factor: _factor(focus.names, factor) for factor in found.bands}
    challengers = {each.id: each for each in found.challengers}
    rows: list[tuple[Cell, ...]] = []
    for name, share in found.wins.items():
        each = challengers.get(name)
        change: Cell = plain(DASH)
        if each is not None and each.factor is not None and each.score is not None and each.needed is not None:
            moved = (("factor", factors[each.factor]), ("score", f"{each.score:g}"), ("needed", f"{each.needed:.3g}"))
            change = Message("{factor} {score} → {needed}", moved)
        rows.append((name, names.get(name, ""), share, each.behind if each is not None else None, change))
    by_candidate = report(
        "focus-robustness",
        _("How firmly the first place stands"),
        (
            text("id", _("Id")),
            text("name", NAME, wide=True),
            number("wins", _("Share of first places"), 1, share=True),
            number("behind", _("Behind by"), 1),
            text("change", _("One score that would draw level")),
        ),
        rows,
        notes=[_("Shares of first places in 100,000 rankings with weights drawn evenly from their bands.")],
    )
    by_factor = report(
        "focus-weights",
        _("Weights at which the first place changes"),
        (
            text("factor", _("Factor")),
            number("weight", _("Weight"), 1),
            text("band", _("Band")),
            number("below", _("Changes below"), 2),
            number("above", _("Changes above"), 2),
        ),
        [
            (
                factors[each.factor],
                each.weight,
                "–".join(f"{bound:g}" for bound in found.bands[each.factor]),
                each.below,
                each.above,
            )
            for each in found.weights
        ],
        notes=[
            _("Empty: no weight from 1 to 10 changes it. Bands of the handbook are recalled; other factors vary by 1.")
        ],
    )
    return by_candidate, by_factor


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
