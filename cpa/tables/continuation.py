"""Forms 7-1 and 7-2, management rules, proposals for the next round, approved decisions."""

from cpa.analysis import Analysis
from cpa.analysis.proposals import Proposal
from cpa.messages import Message, _, plain
from cpa.schema.labels import DECISIONS, NEXT_STEPS, PROPOSALS, label
from cpa.tables.build import DASH, NUMBER, form, joined, report, text
from cpa.tables.model import Cell, Table


def organisation(analysis: Analysis) -> Table:
    """7-1."""
    rows = [
        (item.name, item.belongs_to, item.tasks, item.head)
        for item in analysis.audit.phase("continuation").organisation
    ]
    columns = (
        text("name", _("Name of the organisation")),
        text("belongs", _("Administrative place")),
        text("tasks", _("Main tasks and duties"), wide=True),
        text("head", _("Head")),
    )
    return form("7-1", _("Organisation of cleaner production^form 7-1"), columns, rows)


def next_steps(analysis: Analysis) -> Table:
    """7-2."""
    rows = [
        (label(NEXT_STEPS, item.kind), item.content, item.start, item.finish, item.responsible)
        for item in analysis.audit.phase("continuation").next_steps
    ]
    columns = (
        text("kind", _("Kind of plan")),
        text("content", _("Main content"), wide=True),
        text("start", _("Start")),
        text("finish", _("Finish")),
        text("responsible", _("Responsible department or person")),
    )
    return form("7-2", _("Plan for continuing cleaner production"), columns, rows)


def next_round(analysis: Analysis) -> Table:
    """What stayed open, for the plan of the next round."""
    rows: list[tuple[Cell, ...]] = [
        (
            label(PROPOSALS, one.why),
            one.id,
            one.name,
            _open_part(one),
            _("in the plan") if one.planned else plain(""),
        )
        for one in analysis.proposals
    ]
    columns = (
        text("why", _("Why it is open")),
        text("id", _("Id")),
        text("name", _("Content"), wide=True),
        text("gap", _("What is missing")),
        text("planned", _("Plan")),
    )
    return report("next-round", _("Proposed for the next round"), columns, rows)


def _open_part(one: Proposal) -> Message:
    if one.gap is None:
        return plain("")
    if one.why == "target":
        return _("{share} % of the improvement", share=f"{one.gap * 100:.0f}")
    return plain(f"{one.gap:+.4g} {one.unit}")


def approvals(analysis: Analysis) -> Table:
    """Approved decisions, and what changed since."""
    rows: list[tuple[Cell, ...]] = []
    for one in analysis.standings:
        changes = [f"{name} {before or DASH} → {now or DASH}" for name, before, now in one.changes]
        state = _("no longer in the audit") if one.gone else _("to be looked at again") if one.changes else _("stands")
        rows.append(
            (
                one.approval.decision,
                label(DECISIONS, one.approval.kind),
                one.approval.date,
                one.approval.by,
                state,
                joined(*changes, separator="; "),
            )
        )
    columns = (
        text("id", _("Id")),
        text("kind", _("Decision")),
        text("date", _("Approved on")),
        text("by", _("Approved by")),
        text("state", _("State")),
        text("changes", _("What changed"), wide=True),
    )
    return report("approvals", _("Approved decisions"), columns, rows)


def rules(analysis: Analysis) -> Table:
    rows = [
        (index, item.name, joined(item.content), item.date)
        for index, item in enumerate(analysis.audit.phase("continuation").rules, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("name", _("Rule")),
        text("content", _("Main content"), wide=True),
        text("date", _("In force from")),
    )
    return report("rules", _("Management rules"), columns, rows)
