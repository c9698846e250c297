"""The words of closed lists as people read them."""

from cpa.messages import Message, _, listed, plain
from cpa.schema.assessment import Balance

GROUNDS: dict[str, Message] = {
    "over_limit": _("discharge over the limit or the cap"),
    "over_quota": _("energy consumption over the quota"),
    "toxic": _("toxic or hazardous materials or discharges"),
}
KINDS: dict[str, Message] = {"compulsory": _("compulsory"), "voluntary": _("voluntary")}
CATEGORIES: dict[str, Message] = {
    "materials": _("substitution of materials and energy"),
    "technology": _("change of process technology"),
    "equipment": _("maintenance and renewal of equipment"),
    "control": _("optimised process control"),
    "product": _("change or improvement of products"),
    "waste": _("recovery and reuse of wastes"),
    "management": _("better management"),
    "staff": _("training and motivation of staff"),
}
ASPECTS: dict[str, Message] = {
    "materials": _("Raw materials and energy"), "technology": _("Process technology"), "equipment": _("Equipment"),
    "control": _("Process control"), "product": _("Product"), "waste": _("Waste characteristics"),
    "management": _("Management"), "staff": _("Staff"),
}  # fmt: skip
COST_CLASSES: dict[str, Message] = {
    "none": _("no-cost"),
    "low": _("low-cost"),
    "medium": _("medium-cost"),
    "high": _("high-cost"),
}
VERDICTS: dict[str, Message] = {"feasible": _("feasible"), "later": _("for later"), "infeasible": _("infeasible")}
RECOMMENDATIONS: dict[str, Message] = {
    "recommended": _("recommended"),
    "deferred": _("deferred"),
    "rejected": _("rejected"),
}
STATUS: dict[str, Message] = {
    "proposed": _("proposed"), "selected": _("selected"), "implementing": _("being carried out"), "done": _("done"), "rejected": _("rejected"),
}  # fmt: skip
BALANCE_VERDICTS: dict[str, Message] = {
    "within": _("WITHIN"), "outside": _("OUTSIDE"), "incomplete": _("INCOMPLETE"), "not_assessed": _("NOT ASSESSED"),
}  # fmt: skip
STATES: dict[str, Message] = {"done": _("complete"), "begun": _("begun"), "missing": _("missing")}
MEDIA: dict[str, Message] = {
    "mass": _("mass"),
    "water": _("water"),
    "energy": _("energy"),
    "cost": _("cost"),
    "extract": _("extract"),
    "cod": plain("COD"),
    "ss": _("suspended solids"),
    "salt": _("salt"),
}
WASTE_CATEGORIES: dict[str, Message] = {
    "wastewater": _("waste water"), "waste_gas": _("waste gas"), "solid": _("solid waste"), "hazardous": _("hazardous waste"), "noise": _("noise"),
}  # fmt: skip
PATTERNS: dict[str, Message] = {"continuous": _("continuous"), "periodic": _("periodic"), "occasional": _("occasional")}
INPUT_KINDS: dict[str, Message] = {
    "raw_material": _("raw material"),
    "auxiliary": _("auxiliary material"),
    "water": _("water"),
    "energy": _("energy carrier"),
}
FACTORS: dict[str, Message] = {
    "waste_amount": _("amount of waste"), "consumption": _("main consumption"), "environmental_cost": _("environmental costs"), "toxicity": _("toxicity of waste"),
    "potential": _("market potential"), "enthusiasm": _("enthusiasm of the workshop"), "energy": _("energy consumption"),
    "environment": _("environmental effect"), "economy": _("economic feasibility"), "technology": _("technical feasibility"), "implementability": _("ease of implementation"),
}  # fmt: skip
BARRIERS: dict[str, Message] = {
    "attitude": _("attitude"), "technical": _("technology"), "financial": _("funds and materials"), "organisational": _("organisation"), "policy": _("policies and rules"),
}  # fmt: skip
PLAN_ROWS: dict[str, Message] = {
    "planning": _("1 Planning and organisation"), "preassessment": _("2 Pre-assessment"), "assessment": _("3 Assessment"),
    "options": _("4 Generation and screening of options"), "midterm_report": _("5 Mid-term audit report"), "feasibility": _("6 Feasibility analysis"),
    "implementation": _("7 Implementation of options"), "continuation": _("8 Continuing cleaner production"), "audit_report": _("9 Audit report"),
}  # fmt: skip
NEXT_STEPS: dict[str, Message] = {
    "next_round": _("next round of the audit"), "open_options": _("options of this round that are not carried out yet"),
    "research": _("research on new cleaner production technology"), "training": _("training of the staff"),
}  # fmt: skip
GROUPS: dict[str, Message] = {"leading": _("leading group"), "working": _("working group")}
CONFORMITY: dict[str, Message] = {
    "conforms": _("conforms"),
    "fails": _("does not conform"),
    "not_applicable": _("not applicable"),
}
CONCLUSIONS: dict[str, Message] = {"feasible": _("feasible"), "infeasible": _("infeasible")}
MONEY_RULES: dict[str, Message] = {
    "payback": _("payback period within the limit"),
    "npv": _("NPV not below zero"),
    "irr": _("IRR not below the discount rate"),
}
STAGES: dict[str, Message] = {
    "laboratory": _("laboratory"), "pilot": _("pilot plant"), "demonstration": _("demonstration"), "mature": _("mature"),
}  # fmt: skip
ECONOMIC_INPUTS: dict[str, Message] = {
    "investment": _("investment"), "saving": _("running saving P"), "life": _("life"), "discount_rate": _("discount rate"),
    "tax_rate": _("tax rate"), "salvage": _("sale at the end"), "output": _("higher output"), "quality": _("quality and price"),
    "fiscal": _("fiscal benefits"), "other_revenue": _("other revenue"), "materials": _("raw materials"), "energy": _("power and fuel"),
    "maintenance": _("wages and repair"), "other_cost": _("other running cost"), "disposal": _("treatment and disposal"), "sales": _("cost of sales"),
}  # fmt: skip
"""What of a study may be varied, and the parts of form 5-2 in short."""
DISTRIBUTIONS: dict[str, Message] = {
    "uniform": _("uniform"), "triangular": _("triangular"), "normal": _("normal^distribution"),
}  # fmt: skip
RANKINGS: dict[str, Message] = {
    "weighted": _("weighted sum"), "topsis": plain("TOPSIS"), "promethee": plain("PROMETHEE II"),
    "entropy": _("weighted sum, weights by entropy"), "hierarchy": _("weighted sum, weights by AHP"),
}  # fmt: skip
OBJECTIVES: dict[str, Message] = {
    "npv": _("highest NPV"), "benefit": _("highest benefit a year"), "investment": _("least investment"),
    "co2": _("most CO₂ avoided"), "tce": _("most coal equivalent saved"),
}  # fmt: skip
PROPOSALS: dict[str, Message] = {
    "option": _("option kept and not finished"), "deferred": _("option put off"), "indicator": _("indicator below the best level"),
    "target": _("target not attained"), "candidate": _("next candidate for the focus"), "cause": _("cause without finished option"),
}  # fmt: skip
DECISIONS: dict[str, Message] = {
    "study": _("study^decision"), "focus": _("ranking of the candidates"), "screening": _("ranking of the options"), "target": _("target^decision"),
}  # fmt: skip
VERIFICATION_REASONS: dict[str, Message] = {
    "few": _("too few periods before"),
    "after": _("no period afterwards"),
    "confidence": _("a level of confidence lies between 0 % and 100 %"),
    "apart": _("the drivers cannot be told apart, or do not vary"),
    "adjustments": _("the unit of an adjustment does not fit"),
    "drivers_after": _("a period lacks an amount or a driver, or its unit does not fit"),
    "drivers": _("a period lacks an amount or a driver, or its unit does not fit"),
}
COMPARISON: dict[str, Message] = {
    "technical": _("technical"),
    "environmental": _("environmental"),
    "economic": _("economic"),
    "implementable": _("implementation"),
}
BASES: dict[str, Message] = {
    "calorific": _("electricity by its calorific value"),
    "equivalent": _("electricity by the fuel it took"),
}
WATER_MEASURES: dict[str, Message] = {
    "new": _("new water Vf"),
    "reused": _("reused water Vr"),
    "cooling_recycled": _("recirculated cooling water Vcr"),
    "cooling_new": _("new cooling water Vcf"),
    "process_reused": _("reused process water Vgr"),
    "process_new": _("new process water Vgf"),
    "condensate": _("condensate returned Vbr"),
    "steam": _("steam made D"),
    "consumed": _("water consumed Vco"),
    "drained": _("water drained Vd"),
    "leaked": _("water leaked Vl"),
    "domestic": _("domestic new water Vlf"),
}
REFERENCES: dict[str, Message] = {
    "level-1": _("level Ⅰ"),
    "level-2": _("level Ⅱ"),
    "quota": _("quota"),
    "design": _("design value"),
    "best-month": _("own best month"),
}
TARGET_BASES: dict[str, Message] = {
    "level": _("level of the indicator system"),
    "law": _("law or standard"),
    "quota": _("quota^target"),
    "peers": _("peers in the industry"),
    "history": _("own best"),
    "design": _("design value"),
}
CONFIDENCE: dict[str, Message] = {
    "official": _("official text"),
    "secondary": _("seen in a copy"),
    "recalled": _("recalled, not compared with the official text"),
}


def label(words: dict[str, Message], value: str | None) -> Message:
    """The word for a value of a closed list; the value itself where the list does not have it."""
    if not value:
        return plain("")
    return words.get(value) or plain(value)


def layer_name(layer: str) -> Message:
    """A layer in words; a substance that has no name here is called what the audit calls it."""
    return label(MEDIA, layer)


def balance_title(request: Balance) -> Message:
    """The title of a balance: its own name, else that of its layer, with the period that it is of."""
    title = plain(request.name) if request.name else _("Balance of {layer}", layer=layer_name(request.layer))
    if request.scope and not request.name:
        title = _("{title}: {scope}", title=title, scope=listed(list(request.scope)))
    return _("{title}, period {period}", title=title, period=request.period) if request.period else title
