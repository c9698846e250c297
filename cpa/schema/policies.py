"""Lists of eliminated and restricted matter, and of superseded documents, beside an audit (`policies/*.yaml`)."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.indicators import Words
from cpa.schema.types import Date, Id, Item, Text, Whole, Word, Year

Confidence = Literal["official", "secondary", "recalled"]


class ListedItem(Item, frozen=True, rename={"kind": "class"}):
    """An entry of a catalogue; with a `pattern` it is looked for among the models of the equipment."""

    name: A[Words, _("Name")]
    pattern: A[Text, _("Regular expression at the start of a model, upper case")] = ""
    kind: A[Literal["restricted", "eliminated"], _("Restricted or eliminated")] = "eliminated"
    made_until: A[Year | None, _("Only machines commissioned in this year or before")] = None
    industry: A[tuple[Word, ...], _("Indicator systems of the industries concerned; absent: all")] = ()
    batch: A[Whole | None, _("Batch")] = None
    confidence: A[Confidence, _("How far the entry is confirmed")] = "recalled"
    note: A[Words | None, _("Remark")] = None


class Superseded(Item, frozen=True):
    """A document that no longer holds."""

    number: A[Text, _("Number or title as it is quoted")]
    by: A[Text, _("What holds now")] = ""
    since: A[Date | None, _("No longer in force since")] = None
    confidence: A[Confidence, _("How far the entry is confirmed")] = "recalled"


class PolicyPack(Item, frozen=True):
    """A dated list, with its document."""

    id: A[Id, _("Id")]
    name: A[Words, _("Name")]
    document: A[Text, _("Document")] = ""
    date: A[Date | None, _("Date")] = None
    items: A[tuple[ListedItem, ...], _("Entries")] = ()
    superseded: A[tuple[Superseded, ...], _("Superseded documents")] = ()
