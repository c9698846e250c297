"""CPA416, CPA421 and CPA422: relations, reactions and correlations that cannot be."""

from collections.abc import Iterator
from itertools import combinations

from cpa.analysis import Analysis
from cpa.analysis.layers import flow_amount, layers_of
from cpa.checks.assessment import layer_of, network_names
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Related
from cpa.messages import Message, _, listed


@rule("CPA416", "error", "assessment")
def contradictory_relations(analysis: Analysis) -> Iterator[Issue]:
    """A relation cannot hold.

    What: A relation has neither `of` nor `of_input`, or both; its ratio is negative; two relations give one flow two ratios; or the shares of one input add up to more than 100 %.

    Why: The only amount that fits two ratios is zero.

    Example: condensate is 96 % of the steam, and 80 % of the steam

    Remedy: Keep the ratio that was measured; give it an uncertainty (96 % ± 2 %) if it is not exact.

    Source: cpa, balance specification.
    """
    places, names = analysis.audit.places, network_names(analysis)
    phase = analysis.audit.phase("assessment")
    relations = phase.relations
    held = layers_of(analysis.audit)
    for item in relations:
        if bool(item.of) == bool(item.of_input):
            yield Issue(
                _("a relation names either `of` or `of_input`"),
                places.of(item, "flow"),
                _("`of:` another flow, or `of_input:` the unit operation whose whole input it is a share of"),
            )
        elif item.flow == item.of:
            yield Issue(
                _("{flow} is related to itself", flow=names.get(item.flow, item.flow)),
                places.of(item, "of"),
                _("name the flow that it follows"),
            )
        if item.layer not in held:
            yield Issue(
                _("no flow holds `{layer}`", layer=item.layer),
                places.of(item, "layer"),
                _("the relation takes part in no balance; there are {names}", names=listed(list(held))),
            )
        if item.ratio.value < 0:
            yield Issue(
                _("the ratio is negative"), places.of(item, "ratio"), _("turn the direction of the flow instead")
            )
    for one, other in combinations(relations, 2):
        same = (one.flow, one.of, one.of_input, one.layer) == (other.flow, other.of, other.of_input, other.layer)
        if same and one.ratio.to("") != other.ratio.to(""):
            first = places.of(one, "ratio")
            yield Issue(
                _(
                    "{flow} has two ratios to the same base: {one} and {other}",
                    flow=names.get(one.flow, one.flow),
                    one=one.ratio.format(),
                    other=other.ratio.format(),
                ),
                places.of(other, "ratio"),
                _("keep one of them"),
                (Related(first, _("first given here")),) if first is not None else (),
            )
    for unit, layer in dict.fromkeys((item.of_input, item.layer) for item in relations if item.of_input):
        shares = [item for item in relations if (item.of_input, item.layer) == (unit, layer)]
        total = sum(item.ratio.to("") for item in shares)
        if total > 1 + 1e-9:
            yield Issue(
                _(
                    "the shares of what enters {unit} add up to {total} %",
                    unit=names.get(unit, unit),
                    total=f"{total * 100:g}",
                ),
                places.of(shares[-1], "ratio"),
                _("they cannot exceed 100 %"),
                tuple(
                    Related(span, _("another share"))
                    for span in (places.of(item, "ratio") for item in shares[:-1])
                    if span is not None
                ),
            )


@rule("CPA421", "error", "assessment")
def impossible_reaction(analysis: Analysis) -> Iterator[Issue]:
    """A reaction or a formula cannot be used.

    What: A formula cannot be read, an equation does not balance in some element, no flow names its substances, or a conversion lacks the substance that it is of.

    Why: Stoichiometry that does not close makes mass out of nothing.

    Example: C6H12O6 -> C2H5OH + 2 CO2

    Remedy: Balance the equation; give the formula of each substance under `substances:`.

    Source: Conservation of elements; IUPAC standard atomic weights.
    """
    phase, places = analysis.audit.phase("assessment"), analysis.audit.places
    if not (phase.substances or phase.reactions):
        return
    from cpa.methods.balance.chemistry import FormulaError, imbalance, parse_equation, parse_formula

    formulas: dict[frozenset[tuple[str, float]], str] = {}
    for substance in phase.substances:
        try:
            elements = frozenset(parse_formula(substance.formula).items())
        except FormulaError as error:
            yield Issue(
                _formula_problem(error.text, error.reason),
                places.of(substance, "formula"),
                _("write ZnSO4·7H2O, Ca(OH)2"),
            )
            continue
        if elements in formulas:
            yield Issue(
                _(
                    "{one} and {other} have the same formula, and equations cannot tell them apart",
                    one=formulas[elements],
                    other=substance.id,
                ),
                places.of(substance, "formula"),
                _("keep the one that reacts under `substances`"),
            )
        formulas.setdefault(elements, substance.id)
    for reaction in phase.reactions:
        place = places.of(reaction, "equation")
        try:
            parsed = parse_equation(reaction.equation)
            left = imbalance(parsed)
            known = {formulas.get(frozenset(parse_formula(formula).items())) for formula, _count in parsed.terms}
        except FormulaError as error:
            yield Issue(_formula_problem(error.text, error.reason), place, _("write C6H12O6 -> 2 C2H5OH + 2 CO2"))
            continue
        if left:
            yield Issue(
                _(
                    "the equation does not balance: {elements}",
                    elements=listed([f"{element} {count:+g}" for element, count in left.items()]),
                ),
                place,
                _("positive: too much on the right"),
            )
        elif known == {None}:
            yield Issue(
                _("no substance of the equation has its formula under `substances`"),
                place,
                _("add `substances: [{id: glucose, formula: C6H12O6}]`"),
            )
        if reaction.conversion is not None and reaction.of not in known:
            yield Issue(
                _("the conversion needs `of:`, a substance of the equation"),
                places.of(reaction, "conversion"),
                _("substances: {names}", names=listed(sorted(filter(None, known)))),
            )


def _formula_problem(text: str, reason: str) -> Message:
    """What is wrong with a formula or an equation, at which piece."""
    words = {
        "empty": _("nothing stands here"),
        "unknown_element": _("there is no element {text}; symbols tell capitals from small letters", text=text),
        "charge": _("{text}: charges of ions have no place here, write the neutral substance", text=text),
        "ambiguous": _("{text} can be read in two ways; water of crystallisation takes a ·: CuSO4·5H2O", text=text),
        "arrow": _("an equation has exactly one arrow (->, → or =)"),
        "bracket": _("a bracket is not closed, or was not opened: {text}", text=text),
    }
    return words.get(reason, _("the formula cannot be read at `{text}`", text=text))


@rule("CPA422", "error", "assessment")
def impossible_correlation(analysis: Analysis) -> Iterator[Issue]:
    """A correlation between measurements cannot be.

    What: The coefficient does not lie between -1 and 1, a flow of it was not measured, or the coefficients contradict each other.

    Why: It is left out of the reconciliation.

    Example: correlations: [{flows: [a, b], coefficient: 1.2}]

    Remedy: For two flows read on one meter a value below 1, such as 0.8, is usual; correlate measured flows only.

    Source: JCGM 100:2008, 5.2.
    """
    audit = analysis.audit
    flows = {flow.id: flow for flow in audit.phase("assessment").flows}
    for item in audit.phase("assessment").correlations:
        value = item.coefficient
        if not -1 < value < 1:
            yield Issue(
                _("a coefficient of {value} is not possible: it lies above -1 and below 1", value=f"{value:g}"),
                audit.places.of(item, "coefficient"),
                _("errors that go together wholly have nearly 1, such as 0.95"),
            )
        if len(set(item.flows)) < 2:
            yield Issue(
                _("a correlation needs two different flows"),
                audit.places.of(item, "flows"),
                _("name the flows that were read on one meter"),
            )
        for index, name in enumerate(item.flows):
            if name in flows and flow_amount(audit, flows[name]) is None and not audit.spoiled(flows[name], "amount"):
                yield Issue(
                    _("{flow} was not measured, so its error correlates with nothing", flow=flows[name].name),
                    audit.places.of(item, "flows", index),
                    _("take it out, or measure it"),
                )
    for result in analysis.balances:
        if result.request.reconcile and analysis.reconciled(result.request).bad_correlations:
            first = audit.phase("assessment").correlations[0]
            yield Issue(
                _("{layer} balance: the correlations contradict each other", layer=layer_of(result)),
                audit.places.of(first),
                _("three flows cannot all run against each other: lower the coefficients"),
            )
            break
