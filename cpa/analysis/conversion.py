"""Reactions of the audit: what they make and use up of a substance, by their equations and conversions."""

from collections.abc import Mapping

import msgspec

from cpa.audit import Audit
from cpa.schema.network import Reaction


class Conversion(msgspec.Struct, frozen=True):
    """What one reaction makes (`made`) or uses up of the layer's substance in its unit; amount None where unknown."""

    id: str
    unit: str
    made: bool
    amount: float | None


def mass_terms(audit: Audit, reaction: Reaction) -> dict[str, float]:
    """Mass by substance that one mole of the reaction makes (negative: uses up), in grams.

    Substances of the equation that the audit does not name count in no layer. Empty when the equation cannot be read,
    a formula is unknown, or it does not balance, all of which are findings.
    """
    from cpa.methods.balance.chemistry import FormulaError, imbalance, molar_mass, parse_equation, parse_formula

    names = {}
    for substance in audit.phase("assessment").substances:
        try:
            names[frozenset(parse_formula(substance.formula).items())] = substance.id
        except FormulaError:
            continue
    try:
        parsed = parse_equation(reaction.equation)
        if imbalance(parsed):
            return {}
        found: dict[str, float] = {}
        for formula, coefficient in parsed.terms:
            name = names.get(frozenset(parse_formula(formula).items()))
            if name is not None:
                found[name] = found.get(name, 0.0) + coefficient * molar_mass(formula)
    except FormulaError:
        return {}
    return found


def conversions(audit: Audit, layer: str, amounts: Mapping[str, float | None]) -> tuple[Conversion, ...]:
    """What reactions do to the substance `layer`, with `amounts` of it in every flow.

    The amount is known where the conversion of this substance is; otherwise the balance of the unit stays incomplete.
    """
    assessment = audit.phase("assessment")
    found = []
    for index, reaction in enumerate(assessment.reactions):
        terms = mass_terms(audit, reaction)
        if not terms.get(layer):
            continue
        amount = None
        if reaction.of == layer and reaction.conversion is not None:
            entering = [amounts.get(flow.id) for flow in assessment.flows if flow.target == reaction.unit]
            if all(value is not None for value in entering):
                amount = reaction.conversion.to("") * sum(value for value in entering if value is not None)
        made = terms[layer] > 0
        found.append(Conversion(f"reaction-{index + 1}", reaction.unit, made, amount))
    return tuple(found)
