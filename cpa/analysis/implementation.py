"""Phase 6: what the options brought, resource by resource, and whether the targets were reached."""

import math

import msgspec

from cpa.analysis.targets import relative_change, target_value
from cpa.audit import Audit
from cpa.schema.implementation import Attainment, Effect, Money
from cpa.schema.preassessment import Target
from cpa.schema.units import UnitError


class ResourceEffect(msgspec.Struct, frozen=True):
    """What all carried-out options together cut of one resource or waste, in the unit of the first statement."""

    resource: str
    unit: str
    total: float
    options: tuple[tuple[str, float], ...]


class AttainmentResult(msgspec.Struct, frozen=True):
    """A target and what was reached; `attained` None where it cannot be compared."""

    target: Target
    attainment: Attainment | None
    change: float | None
    completion: float | None
    attained: bool | None


def resource_effects(audit: Audit) -> tuple[ResourceEffect, ...]:
    """Form 6-6 added up over all effects; resources in the order of first mention. Monitoring results do not add up."""
    phase = audit.phase("preassessment")
    additive = {item.id for item in (*phase.inputs, *phase.wastes)}
    units: dict[str, str] = {}
    parts: dict[str, list[tuple[str, float]]] = {}
    for effect in audit.phase("implementation").effects:
        for change in effect.changes:
            if change.resource not in additive:
                continue
            try:
                unit = units.setdefault(change.resource, change.before.unit.text)
                amount = change.before.to(unit, audit.calendar) - change.after.to(unit, audit.calendar)
            except UnitError:
                continue
            parts.setdefault(change.resource, []).append((effect.option, amount))
    return tuple(
        ResourceEffect(name, units[name], math.fsum(amount for _option, amount in found), tuple(found))
        for name, found in parts.items()
    )


def attainments(audit: Audit) -> tuple[AttainmentResult, ...]:
    """Every target of phase 2 with what phase 6 reports; completion = change reached / change aimed at."""
    given = {item.target: item for item in audit.phase("implementation").attainments}
    results = []
    for target in audit.phase("preassessment").targets:
        item = given.get(target.id)
        change = relative_change(target, item.value, audit.calendar) if item is not None else None
        aim = relative_change(target, target_value(target, target.near), audit.calendar)
        attained = None if change is None or aim is None else change >= aim - 1e-9
        results.append(
            AttainmentResult(target, item, change, change / aim if change is not None and aim else None, attained)
        )
    return tuple(results)


def money_benefits(audit: Audit, unit: str) -> tuple[tuple[Effect, float], ...]:
    """For every effect with money before and after: more output value and less cost, in `unit` a year (forms 6-4, 6-5)."""
    results = []
    for effect in audit.phase("implementation").effects:
        if effect.money_before is None or effect.money_after is None:
            continue
        gains = []
        for name in Money.__struct_fields__:
            before, after = getattr(effect.money_before, name), getattr(effect.money_after, name)
            if before is None or after is None:
                continue
            try:
                gain = before.to(f"{unit}/a", audit.calendar) - after.to(f"{unit}/a", audit.calendar)
            except UnitError:
                continue
            gains.append(-gain if name == "output_value" else gain)
        if gains:
            results.append((effect, math.fsum(gains)))
    return tuple(results)
