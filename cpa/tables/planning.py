"""Forms 1-1 and 1-2, and the barrier and training tables."""

from cpa.analysis import Analysis
from cpa.messages import _
from cpa.schema.labels import BARRIERS, GROUPS, PLAN_ROWS, label
from cpa.tables.build import NUMBER, form, joined, report, text, words
from cpa.tables.model import Table


def members(analysis: Analysis) -> Table:
    """1-1."""
    rows = [
        (
            member.name,
            label(GROUPS, member.group),
            member.role,
            joined(member.department, member.position, separator=" "),
            member.profession,
            member.duty,
            words(member.time),
        )
        for member in analysis.audit.phase("planning").team
    ]
    columns = (
        text("name", _("Full name")),
        text("group", _("Group")),
        text("role", _("Role in the audit group")),
        text("origin", _("Department, position and title")),
        text("profession", _("Profession")),
        text("duty", _("Duty"), wide=True),
        text("time", _("Time to be given")),
    )
    return form("1-1", _("Members of the audit group"), columns, rows)


def plan(analysis: Analysis) -> Table:
    """1-2."""
    rows = [
        (
            label(PLAN_ROWS, row.phase),
            row.content,
            f"{row.start} – {row.finish}",
            row.responsible,
            row.checked_by,
            row.product,
        )
        for row in analysis.audit.phase("planning").plan
    ]
    columns = (
        text("phase", _("Phase")),
        text("content", _("Work to be done"), wide=True),
        text("time", _("Time")),
        text("responsible", _("Responsible department and person")),
        text("checked", _("Checking department and person")),
        text("product", _("Product of the work")),
    )
    return form("1-2", _("Work plan of the audit"), columns, rows)


def training(analysis: Analysis) -> Table:
    rows = [
        (index, item.date, item.topic, item.audience, item.participants, words(item.time), item.result)
        for index, item in enumerate(analysis.audit.phase("planning").training, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("date", _("Date")),
        text("topic", _("Topic"), wide=True),
        text("audience", _("Audience")),
        text("participants", _("Participants")),
        text("time", _("Length")),
        text("result", _("Effect of the event"), wide=True),
    )
    return report("training", _("Publicity, education and training"), columns, rows)


def barriers(analysis: Analysis) -> Table:
    rows = [
        (label(BARRIERS, item.kind), item.problem, item.solution) for item in analysis.audit.phase("planning").barriers
    ]
    columns = (
        text("kind", _("Kind of barrier")),
        text("problem", _("Problem"), wide=True),
        text("solution", _("Solution"), wide=True),
    )
    return report("barriers", _("Barriers and solutions"), columns, rows)
