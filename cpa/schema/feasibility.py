"""Phase 5, feasibility analysis (可行性分析): forms 5-1 to 5-4."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import (
    Amount,
    Cost,
    Date,
    Doubt,
    Duration,
    File,
    Id,
    Item,
    Losses,
    MoneyPerYear,
    Quantity,
    Rate,
    Ref,
    Share,
    Text,
    Vat,
    Whole,
    Word,
    Year,
)


class Investment(Item, frozen=True):
    """Investment by its parts (form 5-1). I = construction + interest while building + working capital - subsidy."""

    equipment: A[Cost | None, _("Purchase of equipment")] = None
    site: A[Cost | None, _("Site preparation")] = None
    utilities: A[Cost | None, _("Connected works")] = None
    licences: A[Cost | None, _("Patents and technology transfer")] = None
    land: A[Cost | None, _("Land use")] = None
    capacity_fee: A[Cost | None, _("Capacity fees")] = None
    preparation: A[Cost | None, _("Project preparation")] = None
    management: A[Cost | None, _("Management while building")] = None
    training: A[Cost | None, _("Training")] = None
    commissioning: A[Cost | None, _("Trial run and acceptance")] = None
    contingency: A[Cost | None, _("Contingency")] = None
    interest: A[Cost | None, _("Interest while building")] = None
    materials: A[Cost | None, _("Working capital: raw materials and fuel")] = None
    in_process: A[Cost | None, _("Working capital: goods in process")] = None
    finished: A[Cost | None, _("Working capital: finished goods")] = None
    cash: A[Cost | None, _("Working capital: cash in hand")] = None
    receivable: A[Cost | None, _("Working capital: accounts receivable")] = None
    payable: A[Cost | None, _("Working capital: accounts payable (deducted)")] = None
    subsidy: A[Cost | None, _("Subsidy (deducted)")] = None


class Operation(Item, frozen=True):
    """Running cost and revenue against today (form 5-2); a rise of cost is a negative saving."""

    output: A[MoneyPerYear | None, _("Revenue: higher output")] = None
    quality: A[MoneyPerYear | None, _("Revenue: quality and price")] = None
    fiscal: A[MoneyPerYear | None, _("Revenue: fiscal benefits")] = None
    other_revenue: A[MoneyPerYear | None, _("Revenue: other")] = None
    materials: A[MoneyPerYear | None, _("Saving: raw materials")] = None
    energy: A[MoneyPerYear | None, _("Saving: power and fuel")] = None
    maintenance: A[MoneyPerYear | None, _("Saving: wages and repair")] = None
    other_cost: A[MoneyPerYear | None, _("Saving: other running cost")] = None
    disposal: A[MoneyPerYear | None, _("Saving: treatment and disposal of waste")] = None
    sales: A[MoneyPerYear | None, _("Saving: cost of sales")] = None


class Variant(Item, frozen=True):
    """A technical variant that was compared."""

    name: A[Text, _("Name")]
    content: A[Text, _("Content")]
    investment: A[Cost | None, _("Investment")] = None
    assessment: A[Text, _("Result of the comparison")] = ""
    chosen: A[bool, _("Chosen")] = False


class ReferencePlant(Item, frozen=True):
    """A plant where the technology already works."""

    name: A[Text, _("Enterprise or plant")]
    year: A[Year | None, _("In operation since")] = None
    scale: A[Text, _("Scale")] = ""
    experience: A[Text, _("Experience")] = ""
    file: A[File, _("File")] = ""


class TechnicalAssessment(Item, frozen=True):
    """Technical assessment (handbook, step 5.3)."""

    conclusion: A[Literal["feasible", "infeasible"], _("Conclusion")]
    stage: A[Literal["laboratory", "pilot", "demonstration", "mature"] | None, _("Stage of the technology")] = None
    references: A[tuple[ReferencePlant, ...], _("Reference plants")] = ()
    maturity: A[Text, _("Maturity and references")] = ""
    match: A[Text, _("Match with products, site and process")] = ""
    safety: A[Text, _("Safety")] = ""
    law: A[Text, _("Law, permits and industrial policy")] = ""
    operation: A[Text, _("Operation and maintenance")] = ""
    assessor: A[Text, _("Who assessed it")] = ""
    date: A[Date | None, _("Date of the assessment")] = None


class NewWaste(Item, frozen=True):
    """A waste that the option itself brings forth."""

    name: A[Text, _("Waste or pollutant")]
    handling: A[Text, _("How it is treated or disposed of")]
    amount: A[Quantity | None, _("Amount a year")] = None


class EnvironmentalAssessment(Item, frozen=True):
    """Environmental assessment (handbook, step 5.4)."""

    conclusion: A[Literal["feasible", "infeasible"], _("Conclusion")]
    resources: A[Text, _("Consumption of resources")] = ""
    wastes: A[Text, _("Wastes and pollutants")] = ""
    secondary: A[Text, _("Secondary pollution")] = ""
    toxicity: A[Text, _("Toxicity and health")] = ""
    carbon: A[Text, _("Carbon emissions")] = ""
    new_wastes: A[tuple[NewWaste, ...], _("Wastes that the option brings forth")] = ()
    assessor: A[Text, _("Who assessed it")] = ""
    date: A[Date | None, _("Date of the assessment")] = None


class Depreciation(Item, frozen=True):
    """How fixed assets are written off."""

    method: A[
        Literal["straight_line", "sum_of_years", "declining_balance", "table", "none"], _("Method of depreciation")
    ] = "straight_line"
    rates: A[tuple[Share, ...], _("Share of the base in each year, for the method `table`")] = ()
    residual: A[Share | None, _("Residual value as a share of the base")] = None
    rest: A[
        Literal["written_off", "lost"] | None,
        _("Book value left at the end of a life shorter than the depreciation period"),
    ] = None


class Loan(Item, frozen=True):
    """A loan, drawn with the investment and repaid from operation."""

    amount: A[Cost, _("Amount of the loan")]
    rate: A[Rate, _("Interest rate a year")]
    term: A[Duration, _("Years of repayment from the start of operation")]
    repayment: A[Literal["equal_principal", "equal_payment", "at_end"], _("How it is repaid")] = "equal_principal"
    grace: A[Duration | None, _("Years of operation without repayment")] = None


class Study(Item, frozen=True):
    """The feasibility study of an option (forms 5-1 to 5-4)."""

    option: A[Id, Ref(("option",)), _("Option")]
    investment: A[Investment, _("Investment by its parts")]
    life: A[Duration, _("Life of the project")]
    recommendation: A[Literal["recommended", "deferred", "rejected"], _("Recommendation")]
    principle: A[Text, _("Principle")] = ""
    description: A[Text, _("Description")] = ""
    benefit: A[Text, _("Kind of benefit")] = ""
    level: A[Text, _("Level in the industry at home and abroad")] = ""
    affects: A[Text, _("Wastes, materials and products affected")] = ""
    variants: A[tuple[Variant, ...], _("Variants compared")] = ()
    technical: A[TechnicalAssessment | None, _("Technical assessment")] = None
    environmental: A[EnvironmentalAssessment | None, _("Environmental assessment")] = None
    operation: A[Operation | None, _("Running cost and revenue")] = None
    net_cash_flow: A[MoneyPerYear | None, _("Annual net cash flow, where it is given directly")] = None
    depreciation_period: A[Duration | None, _("Depreciation period")] = None
    tax_rate: A[Rate | None, _("Tax rate on taxable profit")] = None
    discount_rate: A[Rate | None, _("Discount rate (benchmark rate of return)")] = None
    method: A[Literal["constant", "yearly"] | None, _("Constant cash flow, or year by year")] = None
    building: A[Duration | None, _("Building period")] = None
    delay: A[Duration | None, _("Wait between building and operation")] = None
    outlay: A[tuple[Share, ...], _("Share of the construction that is paid in year 0, 1, …")] = ()
    ramp: A[tuple[Share, ...], _("Share of full operation in the first years of operation")] = ()
    growth: A[dict[Word, Rate], _("Yearly change of price, by part of `operation` or for `all`")] = {}
    depreciation: A[Depreciation | None, _("Depreciation")] = None
    salvage: A[Cost | None, _("Proceeds of a sale at the end of the life")] = None
    losses: A[Losses | None, _("What becomes of loss years")] = None
    vat: A[Vat | None, _("Value added tax and surcharges")] = None
    vat_credit: A[Cost | None, _("Input VAT contained in the investment, to be credited")] = None
    loans: A[tuple[Loan, ...], _("Loans")] = ()
    doubts: A[tuple[Doubt, ...], _("Distributions of uncertain inputs")] = ()
    financing: A[Text, _("Financing")] = ""
    reason: A[Text, _("Reason")] = ""


class Reduction(Item, frozen=True):
    """How much less is saved of an input or waste than the sum of the options says."""

    resource: A[Id, Ref(("input", "waste", "product")), _("Input or waste")]
    amount: A[Amount, _("Amount a year")]
    price: A[Id, Ref(("price",)), _("Price in audit.yaml")] = ""


class Interaction(Item, frozen=True):
    """Options that exclude, require or overlap each other."""

    kind: A[Literal["exclusive", "requires", "overlaps"], _("Kind of interaction")]
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options; for `requires` the first needs the others")]
    reduction: A[tuple[Reduction, ...], _("What is saved less when all of them are carried out")] = ()
    counted: A[bool, _("The stated savings already allow for the overlap")] = False
    note: A[Text, _("Remark")] = ""


class Goal(Item, frozen=True):
    """A reduction that a package has to reach."""

    amount: A[Amount, _("At least this amount a year")]
    resource: A[Id, Ref(("input", "waste")), _("Input or waste")] = ""
    measure: A[Literal["", "co2", "tce"], _("CO₂ or coal equivalent, instead of an input or waste")] = ""


class Package(Item, frozen=True):
    """Conditions under which the best set of options is looked for."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    objective: A[Literal["npv", "benefit", "investment", "co2", "tce"], _("What is best")] = "npv"
    budget: A[Cost | None, _("Most that may be invested")] = None
    goals: A[tuple[Goal, ...], _("Reductions to be reached")] = ()
    include: A[tuple[A[Id, Ref(("option",))], ...], _("Options that must be in it")] = ()
    exclude: A[tuple[A[Id, Ref(("option",))], ...], _("Options that must not be in it")] = ()
    shares: A[dict[Word, Share], _("Least share of the investment, by cost class or category")] = {}
    most: A[Whole | None, _("Most options")] = None


class Feasibility(Item, frozen=True):
    """All sections of phase 5."""

    studies: A[tuple[Study, ...], _("Feasibility studies")] = ()
    interactions: A[tuple[Interaction, ...], _("Interactions between options")] = ()
    packages: A[tuple[Package, ...], _("Packages of options")] = ()
    conclusion: A[Text, _("Conclusion")] = ""
