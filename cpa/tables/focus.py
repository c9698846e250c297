"""Form 2-12 and the tables of the choice of focus."""

from cpa.analysis import Analysis
from cpa.analysis.preassessment import focus_scores
from cpa.messages import _
from cpa.tables import rankings
from cpa.tables.model import Table


def contest(analysis: Analysis) -> rankings.Contest:
    """The candidates for the focus as they were ranked."""
    phase = analysis.audit.phase("preassessment")
    names = {item.id: item.name for item in phase.candidates}
    if phase.focus is None or analysis.focus is None:
        return rankings.Contest("focus", _("Candidate"), None, names)
    return rankings.Contest(
        "focus",
        _("Candidate"),
        analysis.focus,
        names,
        phase.focus.names,
        phase.focus.experts,
        focus_scores(analysis.audit, phase.focus),
        analysis.focus_robustness,
        analysis.expert_totals or {},
        analysis.agreement,
    )


def ranking(analysis: Analysis) -> Table:
    """2-12."""
    return rankings.ranking_table("2-12", _("Ranking of the candidates by weighted sum"), contest(analysis))


def order(analysis: Analysis) -> Table:
    """The candidates by rank."""
    focus = analysis.audit.phase("preassessment").focus
    chosen = focus.chosen if focus is not None else ()
    return rankings.order_table("focus", _("Candidates for the audit focus by weighted sum"), contest(analysis), chosen)


def by_candidate(analysis: Analysis) -> Table:
    """How firmly the first candidate stands against the others."""
    return rankings.by_alternative(contest(analysis))


def by_weight(analysis: Analysis) -> Table:
    """The weights at which the first place changes."""
    return rankings.by_weight(contest(analysis))


def experts(analysis: Analysis) -> Table:
    """The experts' own sums and how far they agree."""
    return rankings.experts(contest(analysis))


def expert_scores(analysis: Analysis) -> Table:
    """What the experts gave each candidate for each factor."""
    return rankings.expert_scores(contest(analysis))
