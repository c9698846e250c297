"""`audit.yaml`: who is audited, why, when, and by which conventions."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.quantity import Method
from cpa.schema.types import (
    Amount,
    Cost,
    Date,
    Doubt,
    Duration,
    File,
    Ground,
    Id,
    Item,
    Losses,
    MoneyUnit,
    Phase,
    Price,
    Quantity,
    Rate,
    Share,
    Temperature,
    Text,
    Vat,
    Whole,
    Word,
    Year,
)


class Enterprise(Item, frozen=True):
    """The audited enterprise (form 2-1, in part)."""

    name: A[Text, _("Name of the enterprise")]
    industry: A[Text, _("Industry")] = ""
    industry_code: A[Text, _("Industry code (GB/T 4754)")] = ""
    ownership: A[Text, _("Type of enterprise")] = ""
    legal_representative: A[Text, _("Legal representative")] = ""
    address: A[Text, _("Address")] = ""
    postcode: A[Text, _("Postcode")] = ""
    phone: A[Text, _("Telephone")] = ""
    fax: A[Text, _("Fax")] = ""
    contact: A[Text, _("Contact person")] = ""
    email: A[Text, _("E-mail")] = ""


class Consultant(Item, frozen=True):
    """The body that helps with the audit, where there is one."""

    name: A[Text, _("Name of the consulting body")]
    contact: A[Text, _("Contact person")] = ""
    phone: A[Text, _("Telephone")] = ""


class Period(Item, frozen=True):
    """From when to when the audit runs."""

    start: A[Date, _("First day")]
    finish: A[Date, _("Last day")]


class OperatingCalendar(Item, frozen=True):
    """What a year, a day, a shift and a batch mean in this plant."""

    days_per_year: A[Quantity, _("Operating days a year")]
    hours_per_day: A[Quantity, _("Operating hours a day")]
    shifts_per_day: A[Quantity | None, _("Shifts a day")] = None
    batches_per_day: A[Quantity | None, _("Batches a day")] = None


class PriceItem(Item, frozen=True):
    """A price that savings are counted with."""

    id: A[Id, _("Id")]
    name: A[Text, _("What it is the price of")]
    price: A[Price, _("Price")]
    tax_included: A[bool | None, _("Value added tax included")] = None
    year: A[Year | None, _("Price year")] = None
    source: A[Text, _("Source")] = ""


class CostClasses(Item, frozen=True):
    """Where no-cost, low-cost, medium-cost and high-cost options part. The enterprise sets it by its size."""

    low: A[Cost, _("Investment below which an option is low-cost")]
    medium: A[Cost, _("Investment below which an option is medium-cost")]
    reason: A[Text, _("Reason")] = ""


class PaybackLimits(Item, frozen=True):
    """The longest payback period by which an option of a class may be recommended (handbook, step 5.5)."""

    medium: A[Duration, _("Medium-cost options")]
    high: A[Duration, _("High-cost options")]


class Economics(Item, frozen=True):
    """Conventions of the financial assessment (handbook, step 5.5)."""

    tax_rate: A[Rate, _("Tax rate on taxable profit")]
    discount_rate: A[Rate, _("Discount rate (benchmark rate of return)")]
    depreciation_period: A[Duration, _("Depreciation period")]
    payback_limits: A[PaybackLimits | None, _("Longest acceptable payback period")] = None
    method: A[Literal["constant", "yearly"] | None, _("Constant cash flow, or year by year")] = None
    losses: A[Losses, _("What becomes of loss years")] = "lost"
    carry_years: A[Whole, _("Years for which a loss may be carried forward")] = 5
    reinvestment_rate: A[Rate | None, _("Rate at which benefits are reinvested, for the modified IRR")] = None
    vat: A[Vat | None, _("Value added tax and surcharges")] = None
    doubts: A[tuple[Doubt, ...], _("Distributions of uncertain inputs, for studies that state none")] = ()
    note: A[Text, _("Remark")] = ""


class EnergyFactor(Item, frozen=True):
    """A coal-equivalent or heating-value factor of the audit's own, which goes before the reference factors."""

    carrier: A[Word, _("Energy carrier")]
    factor: A[Amount, _("Energy content, such as 0.0929 kgce/kg")]
    source: A[Text, _("Source")]
    co2: A[Amount | None, _("Carbon dioxide by amount, such as 2.1622 kg/m³")] = None
    year: A[Year | None, _("Only for this year")] = None
    basis: A[
        Literal["", "calorific", "equivalent"], _("Basis of an electricity factor, where it is not that of the audit")
    ] = ""


class EnergyBasis(Item, frozen=True):
    """How energy is counted."""

    electricity: A[Literal["calorific", "equivalent"], _("Electricity by its calorific value or by the fuel it took")]
    factors: A[tuple[EnergyFactor, ...], _("Factors of this audit")] = ()
    reference_temperature: A[
        Temperature | None, _("Temperature of water from which enthalpy is counted; absent: 0.01 ℃")
    ] = None
    region: A[Word, _("Region of the electricity factors")] = "cn"
    carbon: A[Word, _("Set of CO₂ factors")] = ""
    feedstock: A[Literal["excluded", "included"], _("Energy used as raw material")] = "excluded"


class Milestones(Item, frozen=True):
    """Days on which a compulsory audit took its steps."""

    disclosed: A[Date | None, _("Day of disclosure")] = None
    started: A[Date | None, _("Day on which the audit started")] = None
    finished: A[Date | None, _("Day on which the audit was finished")] = None
    applied: A[Date | None, _("Day of the application for evaluation")] = None
    evaluated: A[Date | None, _("Day of evaluation")] = None
    accepted: A[Date | None, _("Day of acceptance")] = None
    previous: A[Date | None, _("Day on which the previous round was finished")] = None


class Suppression(Item, frozen=True):
    """A finding that is accepted, with the reason."""

    code: A[Text, _("Code of the finding")]
    reason: A[Text, _("Reason")]
    file: A[Text, _("Only in this file")] = ""


class Identity(Item, frozen=True):
    """The whole of `audit.yaml`."""

    enterprise: A[Enterprise, _("The enterprise")]
    kind: A[Literal["compulsory", "voluntary"], _("Compulsory or voluntary audit")]
    baseline_year: A[Year, _("Baseline year")]
    grounds: A[tuple[Ground, ...], _("Why the audit is compulsory")] = ()
    round: A[Whole, _("Round of the audit")] = 1
    language: A[Literal["zh", "en"], _("Language of output")] = "zh"
    title: A[Text, _("Title of the report")] = ""
    note: A[Text, _("Note on the audit as a whole")] = ""
    listed_on: A[Date | None, _("Day the compulsory list was published")] = None
    milestones: A[Milestones | None, _("Days on which the steps of a compulsory audit were taken")] = None
    period: A[Period | None, _("Period of the audit")] = None
    consultant: A[Consultant | None, _("Consulting body")] = None
    money_unit: A[MoneyUnit, _("Unit of money in tables")] = "万元"
    calendar: A[OperatingCalendar | None, _("Operating calendar")] = None
    prices: A[tuple[PriceItem, ...], _("Prices")] = ()
    tolerances: A[dict[Word, Share], _("Largest deviation of a balance, by layer")] = {}
    uncertainties: A[dict[Method, Share], _("Standard uncertainty by method, for figures that state none")] = {}
    cost_classes: A[CostClasses | None, _("Cost classes of options")] = None
    economics: A[Economics | None, _("Conventions of the financial assessment")] = None
    energy: A[EnergyBasis | None, _("How energy is counted")] = None
    stage: A[Phase | None, _("Phase that the audit has reached; later phases are not checked")] = None
    suppressions: A[tuple[Suppression, ...], _("Findings that are accepted")] = ()
    cover: A[File, _("Cover picture")] = ""
