"""An indicator system as a data pack (docs/spec-benchmark.md)."""

from typing import Literal

from cpa.schema.types import Direction, Id, Item, Text, Word


class Words(Item, frozen=True):
    """A text in both languages."""

    zh: Text
    en: Text


class Variable(Item, frozen=True):
    """A figure of the enterprise that baselines or weights are computed from."""

    name: Words
    low: float | None = None
    high: float | None = None


class IndicatorClass(Item, frozen=True):
    """A first-level class."""

    id: Id
    name: Words
    weight: float | None = None
    bonus: bool = False
    incomplete: bool = False


class AbsentRules(Item, frozen=True):
    """What becomes of the weight of what does not take part."""

    indicators: Literal["renormalise", "fail"]
    classes: Literal["renormalise", "fail"]


class Requirement(Item, frozen=True):
    """What a level asks for; levels count from 1."""

    level: int
    limiting: int | None = None
    others: int | None = None
    score: float | None = None


class IndicatorRow(Item, frozen=True, rename={"group": "class"}):
    """A row of the document: with baselines, or with a text for each level."""

    id: Id
    group: Id
    name: Words
    unit: str = ""
    weight: Text = ""
    limiting: bool = False
    better: Direction = "lower"
    baselines: tuple[Text | None, ...] = ()
    texts: tuple[Words | None, ...] = ()
    product_of: Word = ""
    clause: Text = ""
    page: Text = ""
    note: Words | None = None


class IndicatorSystem(Item, frozen=True):
    """An indicator system with its levels, the best first."""

    id: Id
    name: Words
    document: Text
    edition: Text
    confidence: Literal["official", "secondary", "recalled"]
    method: Literal["levels", "guideline", "trial"]
    levels: tuple[Words, ...]
    classes: tuple[IndicatorClass, ...]
    indicators: tuple[IndicatorRow, ...]
    source: Words | None = None
    denominator: Words | None = None
    missing: Words | None = None
    variables: dict[Word, Variable] = {}
    absent: AbsentRules | None = None
    level_rule: tuple[Requirement, ...] = ()
