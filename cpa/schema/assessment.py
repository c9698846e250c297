"""Phase 3, assessment (评估): forms 3-1 to 3-5 and the balances."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.network import (
    Circulation,
    Correlation,
    FreshWater,
    Period,
    Reaction,
    Relation,
    Substance,
    UnitCost,
    WaterUse,
)
from cpa.schema.types import (
    Amount,
    Aspects,
    Content,
    Date,
    Density,
    Document,
    File,
    Id,
    Item,
    Pressure,
    Quantity,
    Ref,
    Share,
    Temperature,
    Text,
    UnitName,
    Whole,
    Word,
)


class UnitOperation(Item, frozen=True):
    """A unit operation (form 3-2)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    function: A[Text, _("Function")] = ""
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""


class Group(Item, frozen=True):
    """Unit operations that are balanced together."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    units: A[tuple[A[Id, Ref(("unit",))], ...], _("Unit operations")]


class Point(Item, frozen=True):
    """A measuring point and what is measured there (form 3-3)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Position and name")]
    item: A[Text, _("Item measured")]
    frequency: A[Text, _("Frequency")] = ""
    repeats: A[Whole, _("Repetitions (cycles)")] = 3
    method: A[Text, _("Method and instrument")] = ""
    accuracy: A[Share | None, _("Error limits of the instrument, as a share of the reading")] = None
    note: A[Text, _("Remark")] = ""


class Reading(Item, frozen=True):
    """The readings of a measuring point: a column of a CSV file (form 3-4)."""

    point: A[Id, Ref(("point",)), _("Measuring point")]
    file: A[File, _("CSV file, relative to the audit folder")]
    column: A[Text, _("Column")]
    periods: A[Text, _("Column that names the period of each line")] = ""
    sampled: A[Text, _("Sampling time")] = ""
    note: A[Text, _("Remark")] = ""


class Flow(Item, frozen=True, rename={"source": "from", "target": "to"}):
    """A stream between two unit operations; a missing end is the outside of the plant."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    source: A[Id, Ref(("unit",)), _("From which unit operation; absent: from outside")] = ""
    target: A[Id, Ref(("unit",)), _("To which unit operation; absent: to outside")] = ""
    amount: A[Amount | None, _("Amount; absent: not measured")] = None
    point: A[Id, Ref(("point",)), _("Measuring point whose readings give the amount")] = ""
    points: A[tuple[A[Id, Ref(("point",))], ...], _("Measuring points whose readings add up to the amount")] = ()
    by_period: A[dict[Id, Amount], _("Amount by period")] = {}
    medium: A[
        Literal["material", "water", "steam", "condensate", "gas", "fuel", "electricity", "heat"],
        _("What flows; water, steam and condensate count as water"),
    ] = "material"
    kind: A[
        Literal["", "input", "product", "byproduct", "waste", "loss", "recycle"],
        _("What it is for the plant; a loss is a known loss"),
    ] = ""
    contains: A[
        dict[Word, Content], _("Content of water and of substances; a substance that is not named is not in it")
    ] = {}
    density: A[Density | None, _("Density, for a flow that is measured by volume")] = None
    carrier: A[Word, _("Energy carrier in the list of factors")] = ""
    temperature: A[Temperature | None, _("Temperature, for the enthalpy of water and steam")] = None
    pressure: A[Pressure | None, _("Absolute pressure; steam without a temperature is saturated")] = None
    gauge_pressure: A[Pressure | None, _("Pressure above the atmosphere, instead of `pressure`")] = None
    dryness: A[Share | None, _("Dryness of wet steam; absent: dry")] = None
    use: A[
        Literal["", "cooling", "process", "boiler", "domestic", "leak"],
        _("What the water is for, or `leak`, for the water indices"),
    ] = ""
    price: A[Id, Ref(("price",)), _("Price of what comes in, or of getting rid of what leaves")] = ""
    resource: A[Id, Ref(("input", "waste", "product")), _("Input, waste or product of phase 2")] = ""
    note: A[Text, _("Remark")] = ""


class Loss(Item, frozen=True):
    """A loss whose place and amount are known without a stream of its own."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    unit: A[Id, Ref(("unit",)), _("Unit operation")]
    layer: A[Word, _("Layer")]
    amount: A[Amount, _("Amount of the loss")]
    period: A[Id, Ref(("period",)), _("Only in this period")] = ""
    reason: A[Text, _("Reason")] = ""


class Stock(Item, frozen=True):
    """A change of stock in a unit operation during the measurement; growth is positive."""

    unit: A[Id, Ref(("unit",)), _("Unit operation")]
    layer: A[Word, _("Layer")]
    change: A[Quantity, _("Growth of the stock")]
    period: A[Id, Ref(("period",)), _("Only in this period")] = ""
    note: A[Text, _("Remark")] = ""


class Balance(Item, frozen=True):
    """A balance that is wanted (handbook, step 3.3)."""

    layer: A[Word, _("Layer: mass, water, energy, cost or a substance")]
    name: A[Text, _("Name")] = ""
    scope: A[tuple[A[Id, Ref(("unit", "group"))], ...], _("Unit operations or groups; absent: the plant")] = ()
    period: A[Id, Ref(("period",)), _("Period; absent: all together")] = ""
    tolerance: A[Share | None, _("Largest deviation")] = None
    reconcile: A[bool, _("Reconcile the measured data too, and test them for gross errors")] = False
    unit: A[UnitName, _("Unit of the table")] = ""
    reported_in: A[Amount | None, _("Total input as reported")] = None
    reported_out: A[Amount | None, _("Total output as reported")] = None
    conclusion: A[Text, _("Conclusion")] = ""


class Cause(Item, frozen=True):
    """Why a loss or waste of the focus arises, by the eight aspects (form 3-5)."""

    id: A[Id, _("Id")]
    place: A[Text, _("Where it arises")]
    waste: A[Text, _("Waste or loss")]
    aspects: A[Aspects, _("Causes by the eight aspects")]
    unit: A[Id, Ref(("unit",)), _("Unit operation")] = ""
    flow: A[Id, Ref(("flow", "loss")), _("Flow or loss in the balance")] = ""


class Measurement(Item, frozen=True):
    """When and under which conditions the streams were measured."""

    start: A[Date, _("First day")]
    finish: A[Date, _("Last day")]
    conditions: A[Text, _("Operating conditions")] = ""
    basis: A[Text, _("Basis of the figures")] = ""


class Assessment(Item, frozen=True):
    """All sections of phase 3."""

    documents: A[tuple[Document, ...], _("Documents on the focus")] = ()
    description: A[Text, _("Description of the focus")] = ""
    measurement: A[Measurement | None, _("Measuring campaign")] = None
    units: A[tuple[UnitOperation, ...], _("Unit operations")] = ()
    groups: A[tuple[Group, ...], _("Groups of unit operations")] = ()
    points: A[tuple[Point, ...], _("Measuring points")] = ()
    readings: A[tuple[Reading, ...], _("Readings")] = ()
    flows: A[tuple[Flow, ...], _("Flows")] = ()
    losses: A[tuple[Loss, ...], _("Known losses")] = ()
    stocks: A[tuple[Stock, ...], _("Changes of stock")] = ()
    periods: A[tuple[Period, ...], _("Periods or batches of the measurement")] = ()
    relations: A[tuple[Relation, ...], _("Relations between flows")] = ()
    correlations: A[tuple[Correlation, ...], _("Correlated measurements")] = ()
    substances: A[tuple[Substance, ...], _("Formulas of substances")] = ()
    reactions: A[tuple[Reaction, ...], _("Reactions")] = ()
    costs: A[tuple[UnitCost, ...], _("Costs of unit operations")] = ()
    circulations: A[tuple[Circulation, ...], _("Circulating water")] = ()
    water_uses: A[tuple[WaterUse, ...], _("Water uses, for targeting")] = ()
    fresh_waters: A[tuple[FreshWater, ...], _("Fresh water sources, for targeting")] = ()
    balances: A[tuple[Balance, ...], _("Balances")] = ()
    causes: A[tuple[Cause, ...], _("Causes of losses")] = ()
