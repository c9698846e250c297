"""What a network of flows may say beyond units, flows and balances: periods, relations, reactions, costs, water uses."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import (
    Amount,
    Content,
    Id,
    Item,
    Rate,
    Ref,
    RunningCost,
    Share,
    Text,
    Word,
)


class Period(Item, frozen=True):
    """A period or batch of the measuring campaign; flows and readings may be given for each."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name, as the readings write it")] = ""


class Correlation(Item, frozen=True):
    """Amounts whose measuring errors go together, such as flows read on one meter."""

    flows: A[tuple[A[Id, Ref(("flow",))], ...], _("Flows whose errors go together")]
    coefficient: A[float, _("Correlation coefficient between any two of them, from -1 to 1")]
    reason: A[Text, _("Reason")] = ""


class Relation(Item, frozen=True):
    """A known share: `flow` = `ratio` × `of`, another flow, or all that enters a unit operation (`of_input`)."""

    flow: A[Id, Ref(("flow",)), _("Flow")]
    ratio: A[Rate, _("Ratio; ± gives its standard uncertainty")]
    of: A[Id, Ref(("flow",)), _("Flow that it follows")] = ""
    of_input: A[Id, Ref(("unit",)), _("Unit operation of whose whole input it is a share")] = ""
    layer: A[Word, _("Layer in which it holds; absent: mass, and water where both flows are water")] = "mass"
    reason: A[Text, _("Reason")] = ""


class Substance(Item, frozen=True):
    """A substance that flows contain, with its formula: so its elements are counted and it may react."""

    id: A[Word, _("Name under `contains`")]
    formula: A[Text, _("Chemical formula, such as ZnSO4·7H2O")]
    name: A[Text, _("Name")] = ""


class Reaction(Item, frozen=True):
    """A reaction in a unit operation: substances convert, elements stay."""

    unit: A[Id, Ref(("unit",)), _("Unit operation")]
    equation: A[Text, _("Equation, such as C6H12O6 -> 2 C2H5OH + 2 CO2")]
    of: A[Word, _("Substance whose conversion is known")] = ""
    conversion: A[Share | None, _("Share of it that converts; absent: the balance solves it")] = None
    reason: A[Text, _("Reason")] = ""


class UnitCost(Item, frozen=True):
    """A cost of a unit operation for material flow cost accounting (ISO 14051)."""

    unit: A[Id, Ref(("unit",)), _("Unit operation")]
    kind: A[
        Literal["energy", "system", "waste"],
        _("Energy cost, system cost (labour, depreciation, maintenance), or cost of waste management"),
    ]
    amount: A[RunningCost, _("Cost on the basis of the flows, such as 1200 CNY/d")]
    note: A[Text, _("Remark")] = ""


class Circulation(Item, frozen=True):
    """Water that goes round inside a unit operation, such as cooling water over a tower; part of the reused water."""

    unit: A[Id, Ref(("unit",)), _("Unit operation")]
    name: A[Text, _("Name")]
    use: A[Literal["cooling", "process"], _("Indirect cooling, or process")]
    amount: A[Amount, _("Amount of water that goes round")]
    note: A[Text, _("Remark")] = ""


class WaterUse(Item, frozen=True):
    """A use of water with the quality that it takes and gives: for targeting the least fresh water."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    flow: A[Amount, _("Water that it takes today")]
    limits_in: A[
        dict[Word, Content], _("Largest contents of what it may take; a substance that is not named is no limit")
    ] = {}
    contents_out: A[dict[Word, Content], _("Contents of what it gives")] = {}
    returned: A[Share | None, _("Share of the water that leaves as water; absent: all")] = None
    gives: A[Amount | None, _("Water that leaves, instead of `returned`; a source alone has a flow of 0")] = None
    fresh: A[Amount | None, _("Fresh water in it today; absent: all of it")] = None
    by_load: A[bool, _("Less water would do, as long as it takes up the load")] = False
    unit: A[Id, Ref(("unit",)), _("Unit operation")] = ""
    note: A[Text, _("Remark")] = ""


class FreshWater(Item, frozen=True):
    """A source of fresh water for targeting."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    contains: A[dict[Word, Content], _("Contents^water")] = {}
    available: A[Amount | None, _("Largest amount")] = None
