"""Phase 1, planning and organisation (筹划和组织): forms 1-1, 1-2 and the barrier table."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import Date, Duration, File, Id, Item, Ref, Text, Whole


class Support(Item, frozen=True):
    """The decision of the top management (handbook, step 1.1)."""

    decision: A[Text, _("What the management decided")]
    document: A[Text, _("Document and its number")] = ""
    date: A[Date | None, _("Date")] = None
    signed_by: A[Text, _("Signed by")] = ""
    benefits: A[Text, _("Expected benefits")] = ""
    file: A[File, _("File")] = ""


Function = Literal[
    "management",
    "production",
    "technology",
    "environment",
    "energy",
    "equipment",
    "finance",
    "purchasing",
    "quality",
    "personnel",
    "workshop",
]
"""What a member stands for in the enterprise; which ones must be there says the pack `team`."""


class Member(Item, frozen=True):
    """A member of the audit group (form 1-1)."""

    name: A[Text, _("Full name")]
    group: A[Literal["leading", "working"], _("Leading group or working group")]
    role: A[Text, _("Role in the audit group")]
    department: A[Text, _("Department")] = ""
    position: A[Text, _("Position and title")] = ""
    profession: A[Text, _("Profession")] = ""
    duty: A[Text, _("Duty")] = ""
    time: A[Duration | None, _("Time to be given")] = None
    external: A[bool, _("From outside the enterprise")] = False
    functions: A[tuple[Function, ...], _("Functions in the enterprise")] = ()
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""


class PlanRow(Item, frozen=True):
    """A row of the work plan (form 1-2)."""

    phase: A[
        Literal[
            "planning",
            "preassessment",
            "assessment",
            "options",
            "midterm_report",
            "feasibility",
            "implementation",
            "continuation",
            "audit_report",
        ],
        _("Phase or report"),
    ]
    content: A[Text, _("Work to be done")]
    start: A[Date, _("Start")]
    finish: A[Date, _("Finish")]
    responsible: A[Text, _("Department and person responsible")] = ""
    checked_by: A[Text, _("Checking department and person")] = ""
    product: A[Text, _("Product of the work")] = ""


class Training(Item, frozen=True):
    """A training or publicity event (handbook, step 1.4)."""

    date: A[Date, _("Date")]
    topic: A[Text, _("Topic")]
    kind: A[Literal["training", "publicity"], _("Training or publicity")] = "training"
    audience: A[Text, _("Audience")] = ""
    participants: A[Whole | None, _("Number of participants")] = None
    time: A[Duration | None, _("Length")] = None
    result: A[Text, _("Effect of the event")] = ""
    file: A[File, _("File")] = ""


class Barrier(Item, frozen=True):
    """A barrier and how it is overcome (handbook, step 1.4)."""

    kind: A[Literal["attitude", "technical", "financial", "organisational", "policy"], _("Kind of barrier")]
    problem: A[Text, _("Problem")]
    solution: A[Text, _("Solution")]


class Planning(Item, frozen=True):
    """All sections of phase 1."""

    support: A[Support | None, _("Decision of the management")] = None
    team: A[tuple[Member, ...], _("Audit group")] = ()
    plan: A[tuple[PlanRow, ...], _("Work plan")] = ()
    training: A[tuple[Training, ...], _("Publicity and training")] = ()
    barriers: A[tuple[Barrier, ...], _("Barriers and solutions")] = ()
