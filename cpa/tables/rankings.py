"""Tables of a ranking by weighted sum: scores, order, robustness, experts. Focus and options are ranked alike."""

from collections.abc import Mapping, Sequence

import msgspec

from cpa.messages import Message, _, plain
from cpa.methods.experts import Agreement, mean_and_spread
from cpa.methods.ranking import Ranking
from cpa.methods.robustness import Robustness
from cpa.schema.labels import FACTORS, label
from cpa.tables.build import DASH, NAME, REMARK, form, number, report, text
from cpa.tables.model import Cell, Chart, Column, Derived, Table


class Contest(msgspec.Struct, frozen=True):
    """A ranking with what is known about it; `prefix` begins the names of its tables, `factors` are names of the audit's own."""

    prefix: str
    alternative: Message
    ranking: Ranking | None
    names: Mapping[str, str]
    factors: Mapping[str, str] = {}
    experts: tuple[str, ...] = ()
    scores: Mapping[str, Mapping[str, Sequence[float]]] = {}
    robustness: Robustness | None = None
    totals: Mapping[str, Sequence[float]] = {}
    agreement: Agreement | None = None

    def factor(self, name: str) -> Message:
        return plain(self.factors[name]) if name in self.factors else label(FACTORS, name)


def ranking_table(number_of_form: str, title: Message, contest: Contest) -> Table:
    """Forms 2-12 and 4-3: a row a factor, R and R×W an alternative, then the sums and the ranks."""
    ranking = contest.ranking
    if ranking is None:
        return form(number_of_form, title, (text("factor", _("Factor")),), ())
    columns: list[Column] = [text("factor", _("Factor")), number("w", _("Weight W"), 0)]
    for index, row in enumerate(ranking.rows):
        group = plain(contest.names.get(row.id, row.id))
        columns += [number(f"r{index}", plain("R"), 1, group=group), number(f"p{index}", plain("R×W"), 1, group=group)]
    rows: list[tuple[Cell, ...]] = []
    count = len(ranking.factors)
    for line, factor in enumerate(ranking.factors):
        cells: list[Cell] = [contest.factor(factor), ranking.weights[line]]
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


def order_table(name: str, title: Message, contest: Contest, chosen: tuple[str, ...] = ()) -> Table:
    """Alternatives by rank with their totals; what cannot be ranked stands last."""
    rows: list[tuple[Cell, ...]] = []
    for row in contest.ranking.in_order if contest.ranking is not None else ():
        remark = _("tied") if row.tied else _("not ranked: a score is missing") if row.rank is None else plain("")
        picked = _("chosen") if row.id in chosen else plain("")
        rows.append((row.rank, row.id, contest.names.get(row.id, ""), row.total, picked, remark))
    columns = (
        text("rank", _("Rank")),
        text("id", _("Id")),
        text("name", NAME),
        number("total", _("Total ΣR×W"), 1),
        text("chosen", _("Choice")),
        text("remark", REMARK),
    )
    return report(name, title, columns, rows, chart=Chart("bar", "name", ("total",)))


def by_alternative(contest: Contest) -> Table:
    """How firmly the first alternative stands against the others."""
    found = contest.robustness
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    if found is not None:
        notes = [_("Shares of first places in 100,000 rankings with weights drawn evenly from their bands.")]
        challengers = {each.id: each for each in found.challengers}
        for name, share in found.wins.items():
            each = challengers.get(name)
            change: Cell = plain(DASH)
            if each is not None and each.factor is not None and each.score is not None and each.needed is not None:
                factor = contest.factor(each.factor)
                moved = (("factor", factor), ("score", f"{each.score:.3g}"), ("needed", f"{each.needed:.3g}"))
                change = Message("{factor} {score} → {needed}", moved)
            behind = each.behind if each is not None else None
            rows.append((name, contest.names.get(name, ""), share, behind, change))
    columns = (
        text("id", _("Id")),
        text("name", NAME, wide=True),
        number("wins", _("Share of first places"), 1, share=True),
        number("behind", _("Behind by"), 1),
        text("change", _("One score that would draw level")),
    )
    return report(f"{contest.prefix}-robustness", _("How firmly the first place stands"), columns, rows, notes=notes)


def by_weight(contest: Contest) -> Table:
    """The weights at which the first place changes."""
    found = contest.robustness
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    if found is not None:
        notes = [
            _("Empty: no weight from 1 to 10 changes it. Bands of the handbook are recalled; other factors vary by 1.")
        ]
        rows = [
            (
                contest.factor(each.factor),
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
    return report(
        f"{contest.prefix}-weights", _("Weights at which the first place changes"), columns, rows, notes=notes
    )


def experts(contest: Contest) -> Table:
    """The sum of each expert's own scores for every alternative, with mean, spread, and Kendall's W."""
    count = len(next(iter(contest.totals.values()), ()))
    heads = [plain(name) for name in contest.experts]
    heads += [_("Expert {number}", number=number) for number in range(len(heads) + 1, count + 1)]
    rows: list[tuple[Cell, ...]] = [
        (contest.names.get(name, name), *given, *mean_and_spread(given)) for name, given in contest.totals.items()
    ]
    columns = (
        text("name", contest.alternative),
        *(number(f"e{index}", head, 1) for index, head in enumerate(heads[:count])),
        number("mean", _("Mean^experts"), 1),
        number("spread", _("Spread"), 1),
    )
    notes = [_agreement(contest.agreement)] if contest.agreement is not None else []
    title = _("Totals of the experts and their agreement")
    return report(f"{contest.prefix}-experts", title, columns, rows, notes=notes)


def _agreement(found: Agreement) -> Message:
    return _(
        "Agreement of {m} experts on {n} alternatives: Kendall's W = {w}, χ² = {chi}, p = {p}.",
        m=found.experts,
        n=found.alternatives,
        w=f"{found.w:.3f}",
        chi=f"{found.chi_square:.2f}",
        p=f"{found.p:.3f}",
    )


def expert_scores(contest: Contest) -> Table:
    """What the experts gave each alternative for each factor, with mean and spread."""
    rows: list[tuple[Cell, ...]] = []
    for row in contest.ranking.rows if contest.ranking is not None else ():
        for factor in contest.ranking.factors if contest.ranking is not None else ():
            given = contest.scores.get(row.id, {}).get(factor, ())
            if len(given) > 1:
                name, each = contest.names.get(row.id, row.id), " ".join(f"{score:g}" for score in given)
                rows.append((name, contest.factor(factor), each, *mean_and_spread(given)))
    columns = (
        text("name", contest.alternative),
        text("factor", _("Factor")),
        text("scores", _("Scores of the experts")),
        number("mean", _("Mean^experts"), 2),
        number("spread", _("Spread"), 2),
    )
    return report(f"{contest.prefix}-scores", _("Scores of the experts by factor"), columns, rows)
