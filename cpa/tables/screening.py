"""Form 4-3 and the tables of the screening: simple comparison, ranking, cross-checks with other methods."""

from cpa.analysis import Analysis
from cpa.messages import Message, _
from cpa.methods.crosschecks import ACCEPTED_RATIO
from cpa.schema.labels import COMPARISON, COST_CLASSES, RANKINGS, VERDICTS, label
from cpa.tables import rankings
from cpa.tables.build import number, report, text
from cpa.tables.model import Cell, Table


def contest(analysis: Analysis) -> rankings.Contest:
    """The options as they were ranked."""
    phase = analysis.audit.phase("options")
    names = {option.id: option.name for option in phase.options}
    if phase.screening is None:
        return rankings.Contest("screening", _("Option"), None, names)
    return rankings.Contest(
        "screening",
        _("Option"),
        analysis.screening,
        names,
        phase.screening.names,
        (),
        phase.screening.scores,
        analysis.screening_robustness,
        analysis.screening_totals or {},
        analysis.screening_agreement,
    )


def screening(analysis: Analysis) -> Table:
    """4-3."""
    found = contest(analysis)
    return rankings.ranking_table(
        "4-3",
        _("Ranking of the options by weighted sum"),
        rankings.Contest(
            found.prefix,
            found.alternative,
            found.ranking,
            {k: f"{k} {v}" for k, v in found.names.items()},
            found.factors,
        ),
    )


def order(analysis: Analysis) -> Table:
    """The scored options by rank."""
    return rankings.order_table("screening", _("Options by weighted sum"), contest(analysis))


def by_option(analysis: Analysis) -> Table:
    """How firmly the first option stands against the others."""
    return rankings.by_alternative(contest(analysis))


def by_weight(analysis: Analysis) -> Table:
    """The weights at which the first place changes."""
    return rankings.by_weight(contest(analysis))


def experts(analysis: Analysis) -> Table:
    """The experts' own sums and how far they agree."""
    return rankings.experts(contest(analysis))


def expert_scores(analysis: Analysis) -> Table:
    """What the experts gave each option for each factor."""
    return rankings.expert_scores(contest(analysis))


def cross_checks(analysis: Analysis) -> Table:
    """The ranks of the options by other methods and other weights; pairs that change places are named below."""
    found = analysis.cross_checks
    names = contest(analysis).names
    rows: list[tuple[Cell, ...]] = []
    notes: list[Message] = []
    methods = list(found.ranks) if found is not None else []
    if found is not None:
        order = sorted(found.ranks["weighted"], key=lambda name: found.ranks["weighted"][name])
        rows = [(name, names.get(name, ""), *(found.ranks[method][name] for method in methods)) for name in order]
        notes = [
            _("{method} puts {other} before {one}.", method=RANKINGS[method], one=one, other=other)
            for method, one, other in found.differing
        ] or [_("All methods give the same order.")]
        notes += [
            _(
                "Rank reversal: without {without}, {method} puts {other} before {one}.",
                without=each.without,
                method=RANKINGS[each.method],
                one=each.first,
                other=each.second,
            )
            for each in found.reversals
        ]
        if found.hierarchy is not None:
            consistent = (
                _("consistent") if found.hierarchy.ratio <= ACCEPTED_RATIO else _("contradictory: compare again")
            )
            notes.append(
                _(
                    "Pair comparisons: CR = {ratio}, {verdict}.",
                    ratio=f"{found.hierarchy.ratio:.3f}",
                    verdict=consistent,
                )
            )
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option"), wide=True),
        *(number(method, RANKINGS[method], 0) for method in methods),
    )
    return report("screening-methods", _("Ranks by several methods"), columns, rows, notes=notes)


def comparison(analysis: Analysis) -> Table:
    """Simple comparison: one no is enough."""
    rows: list[tuple[Cell, ...]] = []
    for result in analysis.options:
        given = result.option.comparison
        marks = [("√" if getattr(given, name) else "×") if given is not None else "" for name in COMPARISON]
        rows.append(
            (
                result.option.id,
                result.option.name,
                label(COST_CLASSES, result.cost_class),
                *marks,
                label(VERDICTS, result.verdict),
                result.option.reason,
            )
        )
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("class", _("Cost class")),
        *(text(name, word, group=_("Feasibility")) for name, word in COMPARISON.items()),
        text("verdict", _("Verdict")),
        text("reason", _("Reason"), wide=True),
    )
    return report("comparison", _("Screening of options by simple comparison"), columns, rows)


def screening_list(analysis: Analysis) -> Table:
    """The simple comparison in short: four marks an option, and the reasons of those that are not kept."""
    rows = []
    notes = []
    for result in analysis.options:
        given = result.option.comparison
        marks = "".join("√" if getattr(given, name) else "×" for name in COMPARISON) if given is not None else ""
        rows.append(
            (
                result.option.id,
                result.option.name,
                label(COST_CLASSES, result.cost_class),
                marks,
                label(VERDICTS, result.verdict),
            )
        )
        if result.verdict in ("later", "infeasible"):
            notes.append(_("{id}: {reason}", id=result.option.id, reason=result.option.reason))
    columns = (
        text("id", _("Id")),
        text("name", _("Name of the option")),
        text("class", _("Cost class")),
        text("marks", _("Tech., env., econ., impl.")),
        text("verdict", _("Verdict")),
    )
    return report("screening-list", _("Screening of options by simple comparison"), columns, rows, notes=notes)
