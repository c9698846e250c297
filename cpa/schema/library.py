"""The option library as data packs: those of cpa, and an enterprise's own in `library/*.yaml` beside the audit."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.indicators import Words
from cpa.schema.policies import Confidence
from cpa.schema.types import Category, Id, Item, Quantity, Text

Topic = Literal[
    "water", "wastewater", "electricity", "fuel", "steam", "heat", "cooling", "compressed_air", "materials", "solvent",
    "product_loss", "cod", "nutrients", "heavy_metals", "voc", "dust", "flue_gas", "solid_waste", "hazardous_waste",
    "management",
]  # fmt: skip
"""What an option acts on; indicators and losses are brought to the same words (pack `topics`)."""


class Typical(Item, frozen=True):
    """A typical range of an effect, as a share or in a unit."""

    of: A[Words, _("What the range is of")]
    low: A[Quantity | None, _("Low end")] = None
    high: A[Quantity | None, _("High end")] = None


class LibraryOption(Item, frozen=True):
    """An option that was found useful elsewhere; its ranges are a hint where to look, never a saving of this audit."""

    id: A[Id, _("Id")]
    category: A[Category, _("Category of the option")]
    name: A[Words, _("Name")]
    content: A[Words, _("Description of the option")]
    topics: A[tuple[Topic, ...], _("What it acts on")]
    confidence: A[Confidence, _("How far the entry is confirmed")]
    source: A[Text, _("Source")]
    typical: A[tuple[Typical, ...], _("Typical ranges")] = ()
    condition: A[Words | None, _("Where it fits")] = None


class OptionPack(Item, frozen=True):
    """Options of an industry, or of every industry where no code is named."""

    id: A[Id, _("Id")]
    name: A[Words, _("Name")]
    options: A[tuple[LibraryOption, ...], _("Options")]
    codes: A[tuple[Text, ...], _("Codes of the industries (GB/T 4754) that it is for, or how they begin")] = ()
