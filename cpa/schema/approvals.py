"""`approvals.yaml`: decisions that somebody approved, with the figures that they rest on. `cpa approve` writes it."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.indicators import FigureText
from cpa.schema.types import Date, Id, Item, Text


class Approval(Item, frozen=True):
    """An approved decision."""

    decision: A[Id, _("Study, ranking or target")]
    kind: A[Literal["study", "focus", "screening", "target"], _("Kind of decision")]
    date: A[Date, _("Day of the approval")]
    fingerprint: A[Text, _("SHA-256 over the figures")]
    figures: A[dict[Text, FigureText], _("Figures that it rests on")]
    by: A[Text, _("Who approved it")] = ""


class Approvals(Item, frozen=True):
    """The whole of `approvals.yaml`."""

    approvals: A[tuple[Approval, ...], _("Approvals")] = ()
