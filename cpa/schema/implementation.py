"""Phase 6, implementation of options (方案实施): forms 6-1 to 6-9."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.identity import Period
from cpa.schema.indicators import FigureText
from cpa.schema.preassessment import IndicatorValue
from cpa.schema.types import (
    Amount,
    Cost,
    Date,
    Direction,
    Duration,
    File,
    Id,
    Item,
    MoneyPerYear,
    Quantity,
    Ref,
    Share,
    Text,
    UnitName,
    Word,
)


class Task(Item, frozen=True):
    """A line of the schedule (form 6-1)."""

    option: A[Id, Ref(("option",)), _("Option")]
    content: A[Text, _("Content")]
    start: A[Date, _("Start")]
    finish: A[Date, _("Finish")]
    responsible: A[Text, _("Department and person responsible")] = ""


class Fund(Item, frozen=True):
    """Where the money comes from."""

    source: A[Text, _("Source of funds")]
    amount: A[Cost, _("Amount of money")]
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options")] = ()
    note: A[Text, _("Remark")] = ""


class Change(Item, frozen=True):
    """One figure before and after an option (forms 6-2, 6-3 and 6-8); a year's amount."""

    resource: A[Id, Ref(("input", "waste", "monitoring", "product")), _("Input or waste")]
    before: A[Quantity, _("Before")]
    after: A[Quantity | None, _("After; absent: the measured amount made annual")] = None
    design: A[Quantity | None, _("Designed")] = None
    measured: A[Quantity | None, _("Amount measured in the measuring period after the option")] = None


class Measuring(Item, frozen=True):
    """The measuring period after an option, and how its amounts become those of a year."""

    rule: A[Literal["days", "output"], _("By operating days, or by output")]
    period: A[Period, _("Measuring period")]
    days: A[Duration | None, _("Operating days in it")] = None
    product: A[Id, Ref(("product",)), _("Product")] = ""
    output: A[Amount | None, _("Output in it")] = None


class Money(Item, frozen=True):
    """The money side before or after (forms 6-4 and 6-5)."""

    output_value: A[MoneyPerYear | None, _("Output value")] = None
    materials: A[MoneyPerYear | None, _("Cost of raw materials")] = None
    energy: A[MoneyPerYear | None, _("Cost of energy")] = None
    utilities: A[MoneyPerYear | None, _("Utilities")] = None
    water: A[MoneyPerYear | None, _("Cost of water")] = None
    pollution_control: A[MoneyPerYear | None, _("Pollution control")] = None
    charges: A[MoneyPerYear | None, _("Discharge fee or environmental tax")] = None
    maintenance: A[MoneyPerYear | None, _("Maintenance")] = None
    taxes: A[MoneyPerYear | None, _("Taxes")] = None
    other: A[MoneyPerYear | None, _("Other expenses")] = None


class Effect(Item, frozen=True):
    """What a carried-out option brought (forms 6-2 to 6-8)."""

    option: A[Id, Ref(("option",)), _("Option")]
    date: A[Date, _("Date of implementation")]
    investment: A[Cost, _("Actual investment")]
    operating_cost: A[MoneyPerYear | None, _("Running cost")] = None
    changes: A[tuple[Change, ...], _("Before and after")] = ()
    money_before: A[Money | None, _("Money before")] = None
    money_after: A[Money | None, _("Money after")] = None
    benefit: A[MoneyPerYear | None, _("Economic benefit")] = None
    annualised: A[Text, _("How the figures were made annual")] = ""
    measuring: A[Measuring | None, _("Measuring period, and the rule that makes its amounts annual")] = None
    files: A[tuple[File, ...], _("Evidence")] = ()
    note: A[Text, _("Remark")] = ""


class Attainment(Item, frozen=True):
    """What was reached of a target."""

    target: A[Id, Ref(("target",)), _("Target")]
    value: A[Quantity, _("Value reached")]
    date: A[Date, _("Date")]
    explanation: A[Text, _("Explanation")] = ""


class Observation(Item, frozen=True):
    """The amount of one period with what drives it."""

    period: A[FigureText, _("Period")]
    amount: A[Amount, _("Amount")]
    drivers: A[dict[Word, Quantity], _("Drivers, such as output or degree days")] = {}


class Adjustment(Item, frozen=True):
    """A change that has nothing to do with the options; positive amounts add to the baseline."""

    amount: A[Quantity, _("Amount over the periods afterwards")]
    reason: A[Text, _("Reason")]


class Verification(Item, frozen=True):
    """A saving proven by a baseline model: amounts before, explained by drivers, against amounts after."""

    id: A[Id, _("Id")]
    resource: A[Id, Ref(("input", "waste")), _("Input or waste")]
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options whose saving it proves")]
    before: A[tuple[Observation, ...], _("Periods before")]
    after: A[tuple[Observation, ...], _("Periods afterwards")]
    adjustments: A[tuple[Adjustment, ...], _("Non-routine adjustments")] = ()
    confidence: A[Share | None, _("Level of confidence; absent: 90 %")] = None
    note: A[Text, _("Remark")] = ""


class UnitIndicator(Item, frozen=True):
    """An indicator per unit of product before and after the audit (form 6-9)."""

    item: A[Text, _("Indicator")]
    before: A[Quantity | None, _("Before the audit; absent: computed")] = None
    after: A[Quantity | None, _("After the audit; absent: computed")] = None
    resource: A[Id, Ref(("input", "waste")), _("Input or waste that it is computed from")] = ""
    product: A[Id, Ref(("product",)), _("Product by whose output it is divided")] = ""
    unit: A[UnitName, _("Unit")] = ""
    direction: A[Direction, _("Lower or higher is better")] = "lower"
    domestic: A[Quantity | None, _("Advanced at home")] = None
    international: A[Quantity | None, _("Advanced abroad")] = None


class Implementation(Item, frozen=True):
    """All sections of phase 6."""

    schedule: A[tuple[Task, ...], _("Schedule")] = ()
    funds: A[tuple[Fund, ...], _("Funds")] = ()
    effects: A[tuple[Effect, ...], _("Effects of carried-out options")] = ()
    verifications: A[tuple[Verification, ...], _("Savings proven by a baseline model")] = ()
    attainments: A[tuple[Attainment, ...], _("Attainment of targets")] = ()
    indicators: A[tuple[UnitIndicator, ...], _("Unit indicators before and after")] = ()
    benchmark_after: A[tuple[IndicatorValue, ...], _("Indicator values after the audit")] = ()
    impact: A[Text, _("Influence of the audit on the enterprise")] = ""
