"""An indicator system as a data pack (docs/spec-benchmark.md): those of cpa, and the audit's own in `indicators/`."""

from typing import Annotated as A
from typing import Literal

from msgspec import Meta

from cpa.messages import _
from cpa.schema.types import Direction, Figure, Id, Item, Text, UnitName, Word

FigureText = A[str, Meta(pattern=r"\S"), Figure()]
"""Text that may be written as a number."""
Level = A[int, Meta(ge=1)]


class Words(Item, frozen=True):
    """A text in both languages."""

    zh: A[Text, _("Chinese")]
    en: A[Text, _("English")]


class Variable(Item, frozen=True):
    """A figure of the enterprise that baselines or weights are computed from."""

    name: A[Words, _("Name")]
    low: A[float | None, _("Smallest value")] = None
    high: A[float | None, _("Largest value")] = None


class IndicatorClass(Item, frozen=True):
    """A first-level class."""

    id: A[Id, _("Id")]
    name: A[Words, _("Name")]
    weight: A[float | None, _("Weight")] = None
    bonus: A[bool, _("Outside the sum of weights")] = False
    incomplete: A[bool, _("Not all rows were seen")] = False


class AbsentRules(Item, frozen=True):
    """What becomes of the weight of what does not take part."""

    indicators: A[Literal["renormalise", "fail"], _("Absent indicators")]
    classes: A[Literal["renormalise", "fail"], _("Absent classes")]


class Requirement(Item, frozen=True):
    """What a level asks for; levels count from 1."""

    level: A[Level, _("Level")]
    limiting: A[Level | None, _("Level that limiting indicators reach")] = None
    others: A[Level | None, _("Level that the other indicators reach")] = None
    score: A[float | None, _("Score of the level")] = None


class TrialParts(Item, frozen=True):
    """How a trial system of 2006 to 2009 joins its two parts, and what limits a single ratio."""

    quantitative: A[float, Meta(ge=0, le=1), _("Share of the quantitative part")]
    qualitative: A[float, Meta(ge=0, le=1), _("Share of the qualitative part")]
    cap: A[FigureText, _("Cap of a ratio: k_over_m, a number, or none")]


class IndicatorRow(Item, frozen=True, rename={"group": "class"}):
    """A row of the document: with baselines, or with a text for each level; in a trial system one of either."""

    id: A[Id, _("Id")]
    group: A[Id, _("Class")]
    name: A[Words, _("Name")]
    unit: A[UnitName, _("Unit")] = ""
    weight: A[FigureText, _("Weight, or a formula for it")] = ""
    limiting: A[bool, _("Limiting indicator")] = False
    better: A[Direction, _("Lower or higher is better")] = "lower"
    baselines: A[tuple[FigureText | None, ...], _("Baseline of each level")] = ()
    texts: A[tuple[Words | None, ...], _("Text of each level")] = ()
    product_of: A[Word, _("Product group")] = ""
    clause: A[FigureText, _("Clause")] = ""
    page: A[FigureText, _("Page")] = ""
    note: A[Words | None, _("Remark")] = None


class IndicatorSystem(Item, frozen=True):
    """An indicator system with its levels, the best first."""

    id: A[Id, _("Id")]
    name: A[Words, _("Name")]
    document: A[FigureText, _("Document")]
    edition: A[FigureText, _("Edition")]
    confidence: A[Literal["official", "secondary", "recalled"], _("How sure the values are")]
    method: A[Literal["levels", "guideline", "trial"], _("Method")]
    levels: A[tuple[Words, ...], _("Names of the levels")]
    classes: A[tuple[IndicatorClass, ...], _("Classes")]
    indicators: A[tuple[IndicatorRow, ...], _("Indicators")]
    source: A[Words | None, _("Source")] = None
    denominator: A[Words | None, _("What amounts are related to")] = None
    missing: A[Words | None, _("What the pack leaves out")] = None
    variables: A[dict[Word, Variable], _("Figures that formulas use")] = {}
    absent: A[AbsentRules | None, _("Rule for what does not take part")] = None
    level_rule: A[tuple[Requirement, ...], _("Rule for the levels")] = ()
    trial: A[TrialParts | None, _("Parts of a trial system and their cap")] = None
