"""Phase 7, continuing cleaner production (持续清洁生产): forms 7-1 and 7-2."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import Date, File, Id, Item, Ref, Text


class Organisation(Item, frozen=True):
    """The permanent organisation (form 7-1)."""

    name: A[Text, _("Name of the organisation")]
    tasks: A[Text, _("Main tasks and duties")]
    belongs_to: A[Text, _("Administrative place")] = ""
    head: A[Text, _("Head")] = ""


class ManagementRule(Item, frozen=True):
    """A rule of management that makes the results last."""

    name: A[Text, _("Rule")]
    content: A[Text, _("Content")]
    date: A[Date | None, _("In force from")] = None
    file: A[File, _("File")] = ""


class NextStep(Item, frozen=True):
    """A line of the plan for continuing cleaner production (form 7-2)."""

    kind: A[Literal["next_round", "open_options", "research", "training"], _("Kind of plan")]
    content: A[Text, _("Main content")]
    start: A[Date, _("Start")]
    finish: A[Date, _("Finish")]
    responsible: A[Text, _("Department and person responsible")] = ""
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options")] = ()


class Continuation(Item, frozen=True):
    """All sections of phase 7."""

    organisation: A[tuple[Organisation, ...], _("Organisation of cleaner production")] = ()
    rules: A[tuple[ManagementRule, ...], _("Management rules")] = ()
    incentives: A[Text, _("Incentives")] = ""
    funds: A[Text, _("Funds for cleaner production")] = ""
    next_steps: A[tuple[NextStep, ...], _("Plan for continuing cleaner production")] = ()
    conclusion: A[Text, _("Conclusion of the audit")] = ""
