"""Phase 2, pre-assessment (预评估): forms 2-1 to 2-13 and 4-1."""

from typing import Annotated as A
from typing import Literal

from cpa.messages import _
from cpa.schema.types import (
    Amount,
    Aspects,
    ByMonth,
    ByYear,
    Category,
    Content,
    Cost,
    Date,
    Direction,
    Document,
    File,
    Ground,
    Heat,
    Id,
    Item,
    MoneyByYear,
    MoneyPerYear,
    Pressure,
    Price,
    Quantity,
    Ref,
    Share,
    Temperature,
    Text,
    Toxic,
    UnitName,
    Whole,
    Word,
    Year,
)  # fmt: skip


class Profile(Item, frozen=True):
    """The enterprise in figures (form 2-1); its name and address stand in audit.yaml."""

    products: A[Text, _("Main products, capacity and processes")]
    key_equipment: A[Text, _("Key equipment")] = ""
    employees: A[Whole | None, _("Employees at the end of the year")] = None
    technicians: A[Whole | None, _("Technical staff")] = None
    fixed_assets: A[Cost | None, _("Fixed assets")] = None
    output_value: A[MoneyPerYear | None, _("Annual output value")] = None
    profit_and_tax: A[MoneyPerYear | None, _("Annual profit and tax")] = None
    founded: A[Text, _("Date of construction")] = ""
    in_operation: A[Text, _("Start of production")] = ""
    organisation: A[Text, _("Organisation")] = ""
    other: A[Text, _("Other")] = ""


class Workshop(Item, frozen=True):
    """A workshop, section or auxiliary department."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    function: A[Text, _("Function")] = ""
    process: A[Text, _("Process description")] = ""
    waste_points: A[tuple[Text, ...], _("Points where waste arises")] = ()


class Product(Item, frozen=True):
    """A product with its history (forms 2-4 and 2-7)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    output: A[ByYear, _("Output by year")]
    kind: A[Text, _("Kind")] = ""
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""
    unit: A[UnitName, _("Unit")] = ""
    capacity: A[Quantity | None, _("Design capacity")] = None
    value: A[MoneyByYear, _("Output value by year")] = {}
    hazardous_component: A[Text, _("Hazardous component and its properties")] = ""
    hazardous_amount: A[Amount | None, _("Hazardous component a year")] = None
    transport: A[Text, _("Transport")] = ""
    packaging: A[Text, _("Packaging")] = ""
    storage: A[Text, _("Storage on site")] = ""
    packaging_recovered: A[Text, _("Packaging recovered")] = ""
    storage_life: A[Text, _("Storage life")] = ""
    accepts_other: A[Text, _("Customers accept other specifications or packaging")] = ""
    carrier: A[Word, _("Energy carrier, where the product is energy that is sold")] = ""
    monthly: A[ByMonth, _("Output by month")] = {}
    note: A[Text, _("Remark")] = ""


AllocatedBy = Literal["", "output", "value"]


class Input(Item, frozen=True):
    """A raw or auxiliary material, water or energy with its history (forms 2-3 and 2-6)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    kind: A[Literal["raw_material", "auxiliary", "water", "energy"], _("Raw material, auxiliary, water or energy")]
    consumption: A[ByYear, _("Consumption by year")]
    carrier: A[Word, _("Energy carrier in the list of factors")] = ""
    unit: A[UnitName, _("Unit")] = ""
    used_at: A[Text, _("Where it is used")] = ""
    product: A[Id, Ref(("product",)), _("Product that unit consumption refers to")] = ""
    unit_consumption: A[ByYear, _("Unit consumption by year as the enterprise reports it")] = {}
    shares: A[dict[A[Id, Ref(("product",))], Share], _("How it is divided among products")] = {}
    allocated_by: A[AllocatedBy, _("Shared between all products by output or output value")] = ""
    workshops: A[dict[A[Id, Ref(("workshop",))], ByYear], _("Consumption of workshops by year")] = {}
    monthly: A[ByMonth, _("Consumption by month")] = {}
    quota: A[Amount | None, _("Quota per unit of product")] = None
    design: A[Amount | None, _("Design value per unit of product")] = None
    price: A[Price | None, _("Price")] = None
    calorific_value: A[Heat | None, _("Measured net calorific value")] = None
    temperature: A[Temperature | None, _("Temperature of steam")] = None
    pressure: A[Pressure | None, _("Absolute pressure of steam")] = None
    feedstock: A[Share | None, _("Share of it that is used as raw material")] = None
    toxic: A[Toxic | None, _("Class of toxic or hazardous matter")] = None
    function: A[Text, _("Function")] = ""
    hazardous_component: A[Text, _("Hazardous component and its properties")] = ""
    hazardous_content: A[Content | None, _("Content of the hazardous component")] = None
    active_component: A[Text, _("Active component and its properties")] = ""
    conveyance: A[Text, _("Conveyance")] = ""
    packaging: A[Text, _("Packaging")] = ""
    storage: A[Text, _("Storage")] = ""
    internal_transport: A[Text, _("Transport inside the plant")] = ""
    packaging_management: A[Text, _("Management of packaging")] = ""
    stock_management: A[Text, _("Management of stocks")] = ""
    storage_life: A[Text, _("Storage life")] = ""
    taken_back: A[Text, _("Taken back by the supplier (expired goods, packaging)")] = ""
    substitutes: A[Text, _("Possible substitutes")] = ""
    other_suppliers: A[Text, _("Other possible suppliers")] = ""
    note: A[Text, _("Remark")] = ""


class Waste(Item, frozen=True):
    """A waste or a pollutant load with its history and characteristics (forms 2-5 and 2-8)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    category: A[Literal["wastewater", "waste_gas", "solid", "hazardous", "noise"], _("Category of waste")]
    discharge: A[ByYear, _("Amount discharged or handed over by year")]
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""
    unit: A[UnitName, _("Unit")] = ""
    product: A[Id, Ref(("product",)), _("Product that unit discharge refers to")] = ""
    shares: A[dict[A[Id, Ref(("product",))], Share], _("How it is divided among products")] = {}
    allocated_by: A[AllocatedBy, _("Shared between all products by output or output value")] = ""
    generation: A[ByYear, _("Amount generated by year")] = {}
    monthly: A[ByMonth, _("Discharge by month")] = {}
    quota: A[Amount | None, _("Discharge quota per unit of product")] = None
    design: A[Amount | None, _("Design value per unit of product")] = None
    toxic: A[Toxic | None, _("Class of toxic or hazardous matter")] = None
    properties: A[Text, _("Physical and chemical properties")] = ""
    hazardous_component: A[Text, _("Hazardous component and its content")] = ""
    standard: A[Text, _("Standard or rule applied")] = ""
    problem: A[Text, _("Problem caused")] = ""
    pattern: A[Literal["", "continuous", "periodic", "occasional"], _("Continuous, periodic or occasional")] = ""
    discharge_mean: A[Amount | None, _("Mean discharge")] = None
    discharge_max: A[Amount | None, _("Largest discharge")] = None
    treatment: A[Text, _("Treatment and disposal")] = ""
    source: A[Text, _("Point of origin")] = ""
    form: A[Text, _("Form in which it arises")] = ""
    segregated: A[bool | None, _("Kept apart from other wastes")] = None
    note: A[Text, _("Remark")] = ""


WaterMeasure = Literal[
    "new",
    "reused",
    "cooling_recycled",
    "cooling_new",
    "process_reused",
    "process_new",
    "condensate",
    "steam",
    "consumed",
    "drained",
    "leaked",
    "domestic",
]


class WaterMeter(Item, frozen=True):
    """An annual water meter of the plant or of a workshop (domain notes §4.3)."""

    measure: A[WaterMeasure, _("What is metered")]
    amount: A[ByYear, _("Amount by year")]
    workshop: A[Id, Ref(("workshop",)), _("Workshop; absent: the plant")] = ""
    name: A[Text, _("Name")] = ""
    unit: A[UnitName, _("Unit")] = ""
    note: A[Text, _("Remark")] = ""


class EnergyQuota(Item, frozen=True):
    """The limit on energy per unit of a product that makes an audit compulsory (decree 38, over_quota)."""

    product: A[Id, Ref(("product",)), _("Product")]
    quota: A[Amount, _("Limit on energy per unit of product")]
    standard: A[Text, _("Standard applied")]
    kind: A[Literal["mandatory", "internal"], _("Mandatory standard, or the enterprise's own limit")] = "mandatory"
    note: A[Text, _("Remark")] = ""


class FurtherLimit(Item, frozen=True):
    """A further standard, or another edition, that a monitoring result has to meet."""

    standard: A[Text, _("Standard applied")]
    low_limit: A[Quantity | None, _("Lower limit")] = None
    limit: A[Quantity | None, _("Limit")] = None


class Monitoring(Item, frozen=True):
    """A monitoring result against its limit or cap (form 2-9)."""

    id: A[Id, _("Id")]
    point: A[Text, _("Monitoring point")]
    pollutant: A[Text, _("Pollutant")]
    year: A[Year, _("Year")]
    value: A[Quantity, _("Monitoring result")]
    standard: A[Text, _("Standard applied")]
    low_limit: A[Quantity | None, _("Lower limit")] = None
    limit: A[Quantity | None, _("Limit")] = None
    further: A[tuple[FurtherLimit, ...], _("Further standards and editions")] = ()
    carried_by: A[Id, Ref(("waste",)), _("Waste stream that carries the pollutant")] = ""
    annual_load: A[Quantity | None, _("Load of the year")] = None
    cap: A[Quantity | None, _("Cap of the year")] = None
    monitored_by: A[Text, _("Monitored by")] = ""
    file: A[File, _("File")] = ""
    note: A[Text, _("Remark")] = ""


class Incident(Item, frozen=True):
    """A pollution incident (form 2-9)."""

    date: A[Date, _("Date")]
    description: A[Text, _("Course of the incident")]
    cause: A[Text, _("Cause")] = ""
    treatment: A[Text, _("Treatment and aftermath")] = ""


class Compliance(Item, frozen=True):
    """Charges, fines and incidents (form 2-9)."""

    charges: A[MoneyByYear, _("Discharge fee or environmental tax by year")] = {}
    fines: A[MoneyByYear, _("Fines and compensation by year")] = {}
    incidents: A[tuple[Incident, ...], _("Incidents")] = ()
    statement: A[Text, _("Statement on compliance")] = ""
    facilities: A[Text, _("Running of the treatment facilities")] = ""
    risk_measures: A[Text, _("Measures against environmental risks")] = ""


class Equipment(Item, frozen=True):
    """A machine of importance."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    model: A[Text, _("Model")] = ""
    count: A[Whole, _("Number")] = 1
    power: A[Quantity | None, _("Power")] = None
    year: A[Year | None, _("Year of commissioning")] = None
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""
    to_be_eliminated: A[bool | None, _("On the elimination catalogue")] = None
    note: A[Text, _("Remark")] = ""


class Visit(Item, frozen=True):
    """A finding of the site visit (handbook, step 2.2)."""

    date: A[Date, _("Date")]
    place: A[Text, _("Place")]
    finding: A[Text, _("What was found")]
    aspect: A[Category | None, _("Aspect")] = None
    file: A[File, _("File")] = ""


class SourceCause(Item, frozen=True):
    """Why a main source of waste exists, by the eight aspects (form 2-10)."""

    id: A[Id, _("Id")]
    source: A[Text, _("Main source of waste")]
    aspects: A[Aspects, _("Causes by the eight aspects")]
    waste: A[Id, Ref(("waste", "input")), _("Waste or input concerned")] = ""


class Policy(Item, frozen=True):
    """Conformity with industrial and environmental policy."""

    requirement: A[Text, _("Requirement")]
    document: A[Text, _("Document")]
    status: A[Literal["conforms", "fails", "not_applicable"], _("Conformity")]
    explanation: A[Text, _("Explanation")] = ""


class IndicatorValue(Item, frozen=True):
    """The enterprise's value of one indicator."""

    indicator: A[Id, _("Indicator in the system")]
    value: A[Quantity | None, _("Actual value")] = None
    level: A[Whole | None, _("Level whose text is met, 1 for the best, 0 for none")] = None
    of: A[tuple[Id, ...], _("Figures of the audit that are summed")] = ()
    per: A[Id, _("Figure of the audit that the sum is divided by")] = ""
    year: A[Year | None, _("Year of the figures, where it is not that of the benchmark")] = None
    source: A[Text, _("Source of the value")] = ""


class Benchmark(Item, frozen=True):
    """The comparison with an indicator system (handbook, step 2.3)."""

    system: A[Id, Ref(("indicator_system",)), _("Indicator system")]
    year: A[Year, _("Year of the values")]
    values: A[tuple[IndicatorValue, ...], _("Values")]
    variables: A[dict[Word, float], _("Figures that the baselines are computed from")] = {}
    conclusion: A[Text, _("Conclusion")] = ""


class Potential(Item, frozen=True):
    """A potential for improvement (handbook, step 2.3)."""

    aspect: A[Category, _("Aspect")]
    finding: A[Text, _("Finding")]
    resource: A[Id, Ref(("input", "waste")), _("Input or waste")] = ""
    product: A[Id, Ref(("product",)), _("Product, where several share the input or waste")] = ""
    actual: A[Amount | None, _("Actual value")] = None
    reference: A[Amount | None, _("Reference value")] = None
    potential: A[Amount | None, _("Amount of the potential")] = None
    basis: A[Text, _("Basis")] = ""


class AmountCost(Item, frozen=True):
    """An amount and what it costs a year."""

    amount: A[Amount, _("Amount")]
    cost: A[MoneyPerYear, _("Cost")]


class EnvironmentalCosts(Item, frozen=True):
    """What a candidate costs the enterprise for the environment (form 2-11)."""

    treatment: A[MoneyPerYear | None, _("End-of-pipe treatment in the plant")] = None
    disposal: A[MoneyPerYear | None, _("Treatment and disposal outside")] = None
    charges: A[MoneyPerYear | None, _("Discharge fee or environmental tax")] = None
    fines: A[MoneyPerYear | None, _("Fines")] = None
    other: A[MoneyPerYear | None, _("Other")] = None


class Candidate(Item, frozen=True):
    """A candidate for the audit focus (form 2-11)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    workshop: A[Id, Ref(("workshop",)), _("Workshop")] = ""
    waste_water: A[Amount | None, _("Waste water")] = None
    waste_solid: A[Amount | None, _("Solid waste")] = None
    material: A[AmountCost | None, _("Raw materials consumed")] = None
    water: A[AmountCost | None, _("Water consumed")] = None
    energy: A[AmountCost | None, _("Energy consumed")] = None
    environmental: A[EnvironmentalCosts | None, _("Environmental costs")] = None
    note: A[Text, _("Remark")] = ""


FigureName = Literal[
    "waste_water",
    "waste_solid",
    "material",
    "water",
    "energy",
    "material_cost",
    "water_cost",
    "energy_cost",
    "consumption",
    "treatment",
    "disposal",
    "charges",
    "fines",
    "environmental",
]
"""Columns of form 2-11; `consumption` and `environmental` are its subtotals."""


class Focus(Item, frozen=True):
    """Choice of the audit focus by weighted sum (form 2-12; handbook, step 2.4)."""

    factors: A[dict[Word, float], _("Weights of the factors, 1 to 10")]
    scores: A[dict[Id, dict[Word, tuple[float, ...]]], _("Scores of the candidates, 1 to 10, one an expert")] = {}
    experts: A[tuple[Text, ...], _("Experts, in the order of their scores")] = ()
    figures: A[dict[Word, FigureName], _("Factors scored by a figure of the candidates")] = {}
    scoring: A[Literal["proportional", "linear"], _("Rule from figures to scores")] = "proportional"
    names: A[dict[Word, Text], _("Names of factors of your own")] = {}
    chosen: A[tuple[A[Id, Ref(("candidate",))], ...], _("Chosen focus")] = ()
    answers: A[tuple[Ground, ...], _("Compulsory grounds that the focus answers")] = ()
    reasons: A[Text, _("Reasons")] = ""


class TargetValue(Item, frozen=True):
    """What is to be reached by a day: a value, or an improvement on the present value."""

    date: A[Date, _("By when")]
    value: A[Quantity | None, _("Target value")] = None
    improvement: A[Share | None, _("Improvement on the present value")] = None


class Target(Item, frozen=True):
    """A cleaner production target (form 2-13; handbook, step 2.5)."""

    id: A[Id, _("Id")]
    item: A[Text, _("Item")]
    resource: A[
        Id, Ref(("input", "waste", "monitoring", "product")), _("Input, waste or monitoring result concerned")
    ] = ""
    direction: A[Direction, _("Lower or higher is better")] = "lower"
    baseline: A[Quantity | None, _("Present value")] = None
    baseline_year: A[Year | None, _("Year of the present value")] = None
    near: A[TargetValue | None, _("Near-term target")] = None
    long: A[TargetValue | None, _("Long-term target")] = None
    basis: A[Text, _("Basis of the target")] = ""
    grounded_on: A[
        Literal["", "level", "law", "quota", "peers", "history", "design"], _("Kind of basis of the target")
    ] = ""
    indicator: A[Id, Ref(("indicator",)), _("Indicator of the benchmark")] = ""
    options: A[tuple[A[Id, Ref(("option",))], ...], _("Options that serve it")] = ()
    focus: A[Id, Ref(("candidate",)), _("Audit focus concerned")] = ""
    answers: A[tuple[Ground, ...], _("Compulsory grounds that the target answers")] = ()


class Suggestion(Item, frozen=True):
    """A suggestion of the staff (form 4-1)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Full name")]
    content: A[Text, _("Suggestion")]
    department: A[Text, _("Department")] = ""
    phone: A[Text, _("Telephone")] = ""
    benefit: A[Text, _("Estimated benefit")] = ""
    expense: A[Text, _("Estimated expense")] = ""
    opinion: A[Text, _("Opinion of the audit group")] = ""


class Preassessment(Item, frozen=True):
    """All sections of phase 2."""

    profile: A[Profile | None, _("Profile of the enterprise")] = None
    documents: A[tuple[Document, ...], _("Documents looked for")] = ()
    workshops: A[tuple[Workshop, ...], _("Workshops and processes")] = ()
    products: A[tuple[Product, ...], _("Products")] = ()
    inputs: A[tuple[Input, ...], _("Raw materials, water and energy")] = ()
    wastes: A[tuple[Waste, ...], _("Wastes")] = ()
    monitoring: A[tuple[Monitoring, ...], _("Monitoring results")] = ()
    water_meters: A[tuple[WaterMeter, ...], _("Water meters of the year")] = ()
    energy_quotas: A[tuple[EnergyQuota, ...], _("Limits on energy per product")] = ()
    compliance: A[Compliance | None, _("Compliance and incidents")] = None
    equipment: A[tuple[Equipment, ...], _("Main equipment")] = ()
    visits: A[tuple[Visit, ...], _("Site visit")] = ()
    source_causes: A[tuple[SourceCause, ...], _("Causes of the main wastes")] = ()
    policies: A[tuple[Policy, ...], _("Policy conformity")] = ()
    benchmark: A[Benchmark | None, _("Benchmark")] = None
    potentials: A[tuple[Potential, ...], _("Potential for cleaner production")] = ()
    candidates: A[tuple[Candidate, ...], _("Candidates for the focus")] = ()
    focus: A[Focus | None, _("Choice of the focus")] = None
    targets: A[tuple[Target, ...], _("Targets")] = ()
    suggestions: A[tuple[Suggestion, ...], _("Suggestions")] = ()
