"""Reactions of the audit: what they make and use up of a substance, by their equations and conversions."""

import math
from collections.abc import Callable, Mapping

import msgspec

from cpa.analysis.layers import flows_of
from cpa.audit import Audit
from cpa.schema.network import Reaction


class Conversion(msgspec.Struct, frozen=True):
    """What one reaction makes (`made`) or uses up of the layer's substance in its unit; amount None where unknown."""

    id: str
    unit: str
    made: bool
    amount: float | None
    relative: float = 0.0
    """Relative standard uncertainty of the amount."""


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


def conversions(
    audit: Audit, layer: str, amounts: Callable[[str], Mapping[str, float | None]]
) -> tuple[Conversion, ...]:
    """What reactions do to the substance `layer`; `amounts` gives what each flow carries of a substance.

    Known where the conversion of some substance of the reaction is; otherwise the balance of the unit stays incomplete.
    """
    assessment = audit.phase("assessment")
    found = []
    for index, reaction in enumerate(assessment.reactions, 1):
        terms = mass_terms(audit, reaction)
        if not terms.get(layer):
            continue
        amount, relative = None, 0.0
        if terms.get(reaction.of) and reaction.conversion is not None:
            carried = amounts(reaction.of)
            entering = [carried.get(flow.id) for flow in flows_of(audit) if flow.target == reaction.unit]
            if entering and all(value is not None for value in entering):
                used = reaction.conversion.to("") * sum(value for value in entering if value is not None)
                amount = used * abs(terms[layer] / terms[reaction.of])
            sigma = reaction.conversion.standard_uncertainty() or 0.0
            relative = math.hypot(_TYPICAL, sigma / reaction.conversion.value if reaction.conversion.value else 0.0)
        found.append(Conversion(f"reaction-{index}", reaction.unit, terms[layer] > 0, amount, relative))
    return tuple(found)


_TYPICAL = 0.02
"""Relative uncertainty of what enters a reaction, in layers that do not solve for it."""
