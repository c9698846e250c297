"""Form 2-12 and the tables of the choice of focus: order, robustness, experts; rankings in general."""

from cpa.analysis import Analysis
from cpa.analysis.preassessment import focus_scores
from cpa.messages import Message, _, plain
from cpa.methods.experts import Agreement, mean_and_spread
from cpa.methods.ranking import Ranking
from cpa.schema.labels import FACTORS, label
from cpa.tables.build import DASH, NAME, REMARK, form, number, report, text
from cpa.tables.model import Cell, Chart, Column, Derived, Table


def ranking(analysis: Analysis) -> Table:
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


def order(analysis: Analysis) -> Table:
    """The candidates by rank."""
    phase = analysis.audit.phase("preassessment")
    names = {item.id: item.name for item in phase.candidates}
    chosen = phase.focus.chosen if phase.focus is not None else ()
    return order_table("focus", _("Candidates for the audit focus by weighted sum"), analysis.focus, names, chosen)


def _factor(own: dict[str, str], factor: str) -> Message:
    return plain(own[factor]) if factor in own else label(FACTORS, factor)


def by_candidate(analysis: Analysis) -> Table:
    """How firmly the first candidate stands against the others."""
    found, focus = analysis.focus_robustness, analysis.audit.phase("preassessment").focus
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    if found is not None and focus is not None:
        notes = [_("Shares of first places in 100,000 rankings with weights drawn evenly from their bands.")]
        challengers = {each.id: each for each in found.challengers}
        for name, share in found.wins.items():
            each = challengers.get(name)
            change: Cell = plain(DASH)
            if each is not None and each.factor is not None and each.score is not None and each.needed is not None:
                factor = _factor(focus.names, each.factor)
                moved = (("factor", factor), ("score", f"{each.score:g}"), ("needed", f"{each.needed:.3g}"))
                change = Message("{factor} {score} → {needed}", moved)
            rows.append((name, names.get(name, ""), share, each.behind if each is not None else None, change))
    columns = (
        text("id", _("Id")),
        text("name", NAME, wide=True),
        number("wins", _("Share of first places"), 1, share=True),
        number("behind", _("Behind by"), 1),
        text("change", _("One score that would draw level")),
    )
    return report("focus-robustness", _("How firmly the first place stands"), columns, rows, notes=notes)


def by_weight(analysis: Analysis) -> Table:
    """The weights at which the first place changes."""
    found, focus = analysis.focus_robustness, analysis.audit.phase("preassessment").focus
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    if found is not None and focus is not None:
        notes = [
            _("Empty: no weight from 1 to 10 changes it. Bands of the handbook are recalled; other factors vary by 1.")
        ]
        rows = [
            (
                _factor(focus.names, each.factor),
                each.weight,
                "–".join(f"{bound:g}" for bound in found.bands[each.factor]),
                each.below,
                each.above,
            )
            for each in found.weights
        ]
    columns = (
        text("factor", _("Factor")),
        number("weight", _("Weight"), 1),
        text("band", _("Band")),
        number("below", _("Changes below"), 2),
        number("above", _("Changes above"), 2),
    )
    return report("focus-weights", _("Weights at which the first place changes"), columns, rows, notes=notes)


def experts(analysis: Analysis) -> Table:
    """The sum of each expert's own scores for every candidate, with mean, spread, and Kendall's W."""
    focus, totals = analysis.audit.phase("preassessment").focus, analysis.expert_totals or {}
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    count = len(next(iter(totals.values()), ()))
    heads = [plain(name) for name in focus.experts] if focus is not None else []
    heads += [_("Expert {number}", number=number) for number in range(len(heads) + 1, count + 1)]
    rows = [(names.get(name, name), *given, *mean_and_spread(given)) for name, given in totals.items()]
    columns = (
        text("name", _("Candidate")),
        *(number(f"e{index}", head, 1) for index, head in enumerate(heads[:count])),
        number("mean", _("Mean^experts"), 1),
        number("spread", _("Spread"), 1),
    )
    found = analysis.agreement
    notes = [_agreement(found)] if found is not None else []
    return report("focus-experts", _("Totals of the experts and their agreement"), columns, rows, notes=notes)


def _agreement(found: Agreement) -> Message:
    return _(
        "Agreement of {m} experts on {n} candidates: Kendall's W = {w}, χ² = {chi}, p = {p}.",
        m=found.experts,
        n=found.alternatives,
        w=f"{found.w:.3f}",
        chi=f"{found.chi_square:.2f}",
        p=f"{found.p:.3f}",
    )


def expert_scores(analysis: Analysis) -> Table:
    """What the experts gave each candidate for each factor, with mean and spread."""
    focus, ranking = analysis.audit.phase("preassessment").focus, analysis.focus
    names = {item.id: item.name for item in analysis.audit.phase("preassessment").candidates}
    rows: list[tuple[Cell, ...]] = []
    if focus is not None and ranking is not None:
        scores = focus_scores(analysis.audit, focus)
        for row in ranking.rows:
            for factor in ranking.factors:
                given = scores.get(row.id, {}).get(factor, ())
                if len(given) > 1:
                    name, each = names.get(row.id, row.id), " ".join(f"{score:g}" for score in given)
                    rows.append((name, _factor(focus.names, factor), each, *mean_and_spread(given)))
    columns = (
        text("name", _("Candidate")),
        text("factor", _("Factor")),
        text("scores", _("Scores of the experts")),
        number("mean", _("Mean^experts"), 2),
        number("spread", _("Spread"), 2),
    )
    return report("focus-scores", _("Scores of the experts by factor"), columns, rows)


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
    return report(name, title, columns, rows, chart=Chart("bar", "name", ("total",)))
