"""Forms 7-1 and 7-2, and the management rules."""

from cpa.analysis import Analysis
from cpa.messages import _
from cpa.schema.labels import NEXT_STEPS, label
from cpa.tables.build import NUMBER, form, joined, report, text
from cpa.tables.model import Table


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
