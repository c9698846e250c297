"""Phase 5, feasibility analysis (可行性分析): forms 5-1 to 5-4."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import Cost, Duration, Id, Item, MoneyPerYear, Rate, Ref, Text


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


class TechnicalAssessment(Item, frozen=True):
    """Technical assessment (handbook, step 5.3)."""

    conclusion: A[Literal["feasible", "infeasible"], _("Conclusion")]
    maturity: A[Text, _("Maturity and references")] = ""
    match: A[Text, _("Match with products, site and process")] = ""
    safety: A[Text, _("Safety and law")] = ""
    operation: A[Text, _("Operation and maintenance")] = ""


class EnvironmentalAssessment(Item, frozen=True):
    """Environmental assessment (handbook, step 5.4)."""

    conclusion: A[Literal["feasible", "infeasible"], _("Conclusion")]
    resources: A[Text, _("Consumption of resources")] = ""
    wastes: A[Text, _("Wastes and pollutants")] = ""
    secondary: A[Text, _("Secondary pollution")] = ""
    toxicity: A[Text, _("Toxicity and health")] = ""
    carbon: A[Text, _("Carbon emissions")] = ""


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
    financing: A[Text, _("Financing")] = ""
    reason: A[Text, _("Reason")] = ""


class Interaction(Item, frozen=True):
    """Options that exclude, require or overlap each other."""

    kind: A[Literal["exclusive", "requires", "overlaps"], _("Kind of interaction")]
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options; for `requires` the first needs the others")]
    note: A[Text, _("Remark")] = ""


class Feasibility(Item, frozen=True):
    """All sections of phase 5."""

    studies: A[tuple[Study, ...], _("Feasibility studies")] = ()
    interactions: A[tuple[Interaction, ...], _("Interactions between options")] = ()
    conclusion: A[Text, _("Conclusion")] = ""
