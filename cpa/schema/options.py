"""Phase 4, generation and screening of options (方案产生和筛选): forms 4-2 to 4-6."""

from typing import Annotated as A
from typing import Literal

from msgspec import Meta

from cpa.messages import _
from cpa.schema.types import Category, Cost, CostClass, Date, File, Id, Item, MoneyPerYear, Quantity, Ref, Text, Word


class Saving(Item, frozen=True):
    """What an option saves of an input, or avoids of a waste, in a year."""

    resource: A[Id, Ref(("input", "waste", "product")), _("Input or waste")]
    amount: A[Quantity, _("Amount a year; negative: more is used")]
    price: A[Id, Ref(("price",)), _("Price in audit.yaml")] = ""
    flow: A[Id, Ref(("flow", "loss")), _("Stream of phase 3 that it is saved from, which bounds it")] = ""


class SimpleComparison(Item, frozen=True):
    """Simple comparison: one no rejects the option (handbook, step 4.3)."""

    technical: A[bool, _("Technically feasible")]
    environmental: A[bool, _("Good for the environment")]
    economic: A[bool, _("Economically feasible")]
    implementable: A[bool, _("Easy to carry out")]


class Option(Item, frozen=True):
    """A cleaner production option (forms 4-2, 4-4 and 4-5)."""

    id: A[Id, _("Id")]
    name: A[Text, _("Name")]
    category: A[Category, _("Category of the option")]
    content: A[Text, _("Description of the option")]
    investment: A[Cost, _("Expected investment")]
    origin: A[
        tuple[A[Id, Ref(("cause", "suggestion", "indicator"))], ...],
        _("Causes, suggestions or indicators that it answers"),
    ] = ()
    streams: A[tuple[A[Id, Ref(("flow", "loss"))], ...], _("Streams of phase 3 whose loss it answers")] = ()
    source: A[
        Literal["cause", "indicator", "balance", "suggestion", "expert", "peer", "library"],
        _("Where the option comes from"),
    ] = "cause"
    library: A[Word, _("Entry of the option library that it follows")] = ""
    problem: A[Text, _("Existing problem")] = ""
    equipment: A[Text, _("Main equipment")] = ""
    cost_class: A[CostClass | None, _("Cost class, where it is stated rather than computed")] = None
    operating_cost: A[MoneyPerYear | None, _("Running cost")] = None
    savings: A[tuple[Saving, ...], _("Savings in physical units")] = ()
    benefit: A[MoneyPerYear | None, _("Expected economic benefit")] = None
    effect: A[Text, _("Expected environmental effect")] = ""
    impact: A[Text, _("Possible environmental impact")] = ""
    comparison: A[SimpleComparison | None, _("Simple comparison")] = None
    verdict: A[Literal["feasible", "later", "infeasible"] | None, _("Verdict of the screening")] = None
    reason: A[Text, _("Reason of the verdict")] = ""
    status: A[Literal["proposed", "selected", "implementing", "done", "rejected"], _("Status")] = "proposed"
    start: A[Date | None, _("Start")] = None
    finish: A[Date | None, _("Finish")] = None
    owner: A[Text, _("Department or person responsible")] = ""
    file: A[File, _("File")] = ""


class PairComparison(Item, frozen=True):
    """How much more one factor matters than another, on the scale 1 to 9 (analytic hierarchy process)."""

    factor: A[Word, _("Factor")]
    over: A[Word, _("The factor that it is compared with")]
    times: A[float, Meta(ge=1, le=9), _("How many times as important, 1 to 9")]


class Screening(Item, frozen=True):
    """Ranking of the promising options by weighted sum (form 4-3; handbook, step 4.3)."""

    factors: A[dict[Word, float], _("Weights of the factors, 1 to 10")]
    scores: A[dict[Id, dict[Word, tuple[float, ...]]], _("Scores of the options, 1 to 10, one an expert")]
    names: A[dict[Word, Text], _("Names of factors of your own")] = {}
    pairs: A[tuple[PairComparison, ...], _("Pair comparisons of the factors, for a cross-check of the weights")] = ()
    conclusion: A[Text, _("Conclusion")] = ""


class Result(Item, frozen=True):
    """The checked effect of a no-cost or low-cost option (form 4-6)."""

    option: A[Id, Ref(("option",)), _("Option")]
    date: A[Date, _("Date of implementation")]
    investment: A[Cost, _("Investment")]
    operating_cost: A[MoneyPerYear | None, _("Running cost")] = None
    benefit: A[MoneyPerYear | None, _("Economic benefit")] = None
    effect: A[Text, _("Environmental effect")] = ""
    file: A[File, _("File")] = ""


class Options(Item, frozen=True):
    """All sections of phase 4."""

    options: A[tuple[Option, ...], _("Cleaner production options")] = ()
    screening: A[Screening | None, _("Screening by weighted sum")] = None
    results: A[tuple[Result, ...], _("Effects of no-cost and low-cost options")] = ()
    summary: A[Text, _("Summary of the audit so far")] = ""
