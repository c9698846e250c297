"""Phase 6, implementation of options (方案实施): forms 6-1 to 6-9."""

from typing import Annotated as A

from cpa.messages import _
from cpa.schema.preassessment import IndicatorValue
from cpa.schema.types import Cost, Date, Direction, File, Id, Item, MoneyPerYear, Quantity, Ref, Text, UnitName


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
    after: A[Quantity, _("After")]
    design: A[Quantity | None, _("Designed")] = None


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
    files: A[tuple[File, ...], _("Evidence")] = ()
    note: A[Text, _("Remark")] = ""


class Attainment(Item, frozen=True):
    """What was reached of a target."""

    target: A[Id, Ref(("target",)), _("Target")]
    value: A[Quantity, _("Value reached")]
    date: A[Date, _("Date")]
    explanation: A[Text, _("Explanation")] = ""


class UnitIndicator(Item, frozen=True):
    """An indicator per unit of product before and after the audit (form 6-9)."""

    item: A[Text, _("Indicator")]
    before: A[Quantity, _("Before the audit")]
    after: A[Quantity, _("After the audit")]
    unit: A[UnitName, _("Unit")] = ""
    direction: A[Direction, _("Lower or higher is better")] = "lower"
    domestic: A[Quantity | None, _("Advanced at home")] = None
    international: A[Quantity | None, _("Advanced abroad")] = None


class Implementation(Item, frozen=True):
    """All sections of phase 6."""

    schedule: A[tuple[Task, ...], _("Schedule")] = ()
    funds: A[tuple[Fund, ...], _("Funds")] = ()
    effects: A[tuple[Effect, ...], _("Effects of carried-out options")] = ()
    attainments: A[tuple[Attainment, ...], _("Attainment of targets")] = ()
    indicators: A[tuple[UnitIndicator, ...], _("Unit indicators before and after")] = ()
    benchmark_after: A[tuple[IndicatorValue, ...], _("Indicator values after the audit")] = ()
    impact: A[Text, _("Influence of the audit on the enterprise")] = ""
