"""The kinds of values that fields hold, and the marks that the walker and the editor schemas read from them."""

from datetime import date
from typing import Annotated as A
from typing import Literal

import msgspec
from msgspec import Meta

from cpa.messages import _
from cpa.schema.quantity import Method
from cpa.schema.quantity import Quantity as Quantity


class Dim(msgspec.Struct, frozen=True):
    """What a quantity may measure (names of `units.dimension_of`; `money/*`: money for anything), its limits, an example."""

    names: tuple[str, ...]
    example: str
    low: float | None = None
    high: float | None = None


class Measure(msgspec.Struct, frozen=True):
    """The field names a unit, of a dimension where one is given."""

    dimension: str = ""


class Figure(msgspec.Struct, frozen=True):
    """The field holds text in which a bare number is welcome too."""


class Ref(msgspec.Struct, frozen=True):
    """The field names something by its id: an item of one of these kinds."""

    kinds: tuple[str, ...]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that stands in an audit file."""


Id = A[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A short ASCII word, or the auditor's own code."""

Word = A[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
"""A name in lower-case ASCII, such as a layer, a substance, or a factor."""

Text = A[str, Meta(pattern=r"\S")]
Year = A[int, Meta(ge=1900, le=2099)]
Date = date
Whole = A[int, Meta(ge=0)]
UnitName = A[str, Meta(pattern=r"\S"), Measure()]
MoneyUnit = A[str, Meta(pattern=r"\S"), Measure("money")]
File = A[str, Meta(pattern=r"\S"), Ref(("file",))]
"""A path relative to the audit folder."""

Money = A[Quantity, Dim(("money",), "12.5 万元")]
Cost = A[Quantity, Dim(("money",), "12.5 万元", low=0)]
MoneyPerYear = A[Quantity, Dim(("money/time",), "35 万元/a")]
RunningCost = A[Quantity, Dim(("money/time", "money"), "1200 元/d", low=0)]
"""Money on the basis of the flows that it goes with."""
Share = A[Quantity, Dim(("share",), "5 %", low=0, high=1)]
Rate = A[Quantity, Dim(("share",), "8 %")]
Duration = A[Quantity, Dim(("time",), "10 a", low=0)]
Amount = A[Quantity, Dim((), "42.6 t/d", low=0)]
Price = A[Quantity, Dim(("money/*",), "4.1 元/m³", low=0)]
Content = A[Quantity, Dim(("share", "mass/volume", "energy/mass", "energy/volume"), "11.8 %", low=0, high=1)]
Temperature = A[Quantity, Dim(("temperature",), "170 ℃")]
Pressure = A[Quantity, Dim(("pressure",), "0.8 MPa", low=0)]
Density = A[Quantity, Dim(("mass/volume",), "1.05 t/m³", low=0)]
ByYear = dict[Year, Amount]
MoneyByYear = dict[Year, Cost]
Month = A[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
ByMonth = dict[Month, Amount]
Heat = A[Quantity, Dim(("energy/mass", "energy/volume"), "35.6 MJ/m³", low=0)]

Phase = Literal["planning", "preassessment", "assessment", "options", "feasibility", "implementation", "continuation"]
Ground = Literal["over_limit", "over_quota", "toxic"]
Toxic = Literal["hazardous_waste", "highly_toxic", "heavy_metal", "pop", "other"]
"""Classes of toxic and hazardous matter in decree 38 (2016); the pack `toxic` says what they hold."""
Category = Literal["materials", "technology", "equipment", "control", "product", "waste", "management", "staff"]
"""The eight aspects (domain of causes) and, for options, the eight categories: one list, one order."""
CostClass = Literal["none", "low", "medium", "high"]
Direction = Literal["lower", "higher"]


Losses = Literal["lost", "carried_forward", "set_off"]
"""Loss years pay no tax and are forgotten, lower the taxable profit of later years, or that of the rest of the enterprise."""


class Doubt(Item, frozen=True):
    """How an input of a study may differ from its stated value (docs/spec-options.md §6)."""

    input: A[Word, _("Investment, saving, a part of `operation`, life, discount_rate, tax_rate or salvage")]
    low: A[Rate, _("Low end as a change from the stated value, such as -10 %")]
    high: A[Rate, _("High end as a change from the stated value")]
    distribution: A[
        Literal["uniform", "triangular", "normal"], _("Distribution; for `normal` the ends are the 5 % and 95 % points")
    ] = "triangular"


class Vat(Item, frozen=True):
    """How value added tax and its surcharges enter."""

    rate: A[Share, _("Rate of value added tax")]
    prices: A[Literal["excluded", "included"], _("Whether amounts contain it")] = "excluded"
    parts: A[tuple[Word, ...], _("Parts of `operation` that bear it")] = (
        "output",
        "quality",
        "other_revenue",
        "materials",
        "energy",
    )
    surcharge: A[Share | None, _("Surcharges as a share of the value added tax")] = None


class QuantityRecord(Item, frozen=True):
    """A quantity with where it comes from: the long form of every quantity."""

    value: A[Quantity, _("Number with unit")]
    method: A[Method, _("How it was obtained")] = "unrecorded"
    meter: A[Text, _("Meter or instrument")] = ""
    accuracy: A[Quantity | None, _("Error limits of the instrument")] = None
    period: A[Text, _("Period that it covers")] = ""
    document: A[File, _("File that proves it")] = ""
    page: A[Text, _("Page")] = ""
    note: A[Text, _("Remark")] = ""


class Aspects(Item, frozen=True):
    """The eight aspects from which causes are looked for (forms 2-10 and 3-5; handbook, steps 2.3 and 3.5)."""

    materials: A[Text, _("Raw materials and energy")] = ""
    technology: A[Text, _("Process technology")] = ""
    equipment: A[Text, _("Equipment")] = ""
    control: A[Text, _("Process control")] = ""
    product: A[Text, _("Product")] = ""
    waste: A[Text, _("Waste characteristics")] = ""
    management: A[Text, _("Management")] = ""
    staff: A[Text, _("Staff")] = ""


class Document(Item, frozen=True):
    """A document that is looked for (forms 2-2 and 3-1)."""

    content: A[Text, _("Content")]
    available: A[bool, _("Available")]
    source: A[Text, _("Source")] = ""
    obtained_by: A[Text, _("How it was obtained")] = ""
    file: A[File, _("File")] = ""
    note: A[Text, _("Remark")] = ""
