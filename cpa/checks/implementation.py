"""CPA6xx of phase 6: what carried-out options brought."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.options import money_a_year
from cpa.checks.registry import Issue, rule
from cpa.messages import _


@rule("CPA611", "warning", "implementation")
def done_without_proof(analysis: Analysis) -> Iterator[Issue]:
    """A carried-out option has neither effect nor evidence.

    What: An option with status `done` has a result in phase 4 or an effect in phase 6, with a file that proves it.

    Why: Without bills or records the benefit is a claim.

    Example: status: done and no effect

    Remedy: Add an effect with `files:`, or a result with `file:`.

    Source: Handbook, step 6.2; domain notes §12.2.
    """
    audit = analysis.audit
    shown = {item.option: bool(item.file) for item in audit.phase("options").results}
    for item in audit.phase("implementation").effects:
        shown[item.option] = shown.get(item.option, False) or bool(item.files)
    for result in analysis.options:
        option = result.option
        if option.status != "done":
            continue
        if option.id not in shown:
            yield Issue(
                _("the option {id} is done, but its effect is not recorded", id=option.id),
                audit.places.of(option, "status"),
            )
        elif not shown[option.id] and not option.file:
            yield Issue(_("the effect of {id} has no evidence", id=option.id), audit.places.of(option, "status"))


@rule("CPA615", "warning", "implementation")
def impossible_effect(analysis: Analysis) -> Iterator[Issue]:
    """An effect is impossible.

    What: The figure after an option is negative, or before and after are in different units.

    Why: Nothing can be cut by more than there was.

    Example: before: 100 t/a, after: -20 t/a

    Remedy: Correct the figures.

    Source: Domain notes §12.2: option effect ≤ baseline.
    """
    for effect in analysis.audit.phase("implementation").effects:
        for index, change in enumerate(effect.changes):
            place = analysis.audit.places.of(effect, "changes", index)
            if change.after.value < 0:
                yield Issue(
                    _("{id}: {resource} is negative after the option", id=effect.option, resource=change.resource),
                    place,
                )
            elif change.after.unit.dimension != change.before.unit.dimension:
                yield Issue(
                    _(
                        "{id}: before in {unit}, after in {other}",
                        id=effect.option,
                        unit=change.before.unit.text,
                        other=change.after.unit.text,
                    ),
                    place,
                )


@rule("CPA616", "warning", "implementation")
def benefit_against_money(analysis: Analysis) -> Iterator[Issue]:
    """The benefit of an effect is not what its money before and after says.

    What: `benefit` differs from the sum of the changes between `money_before` and `money_after` by more than 1 %.

    Why: Forms 6-4, 6-5 and 6-7 of one report would contradict each other.

    Example: benefit: 30 万元/a beside energy that falls from 100 to 90 万元/a

    Remedy: Correct the benefit, or the kind of money that is missing.

    Source: Domain notes §12.2.
    """
    unit = f"{analysis.money_unit}/a"
    for effect, computed in analysis.money_benefits:
        stated = money_a_year(effect.benefit, analysis.money_unit, analysis.audit.calendar)
        if stated is not None and abs(stated - computed) > max(0.01 * abs(computed), 0.005):
            yield Issue(
                _(
                    "{id}: benefit {stated}, money before and after differ by {computed} {unit}",
                    id=effect.option,
                    stated=f"{stated:.5g}",
                    computed=f"{computed:.5g}",
                    unit=unit,
                ),
                analysis.audit.places.of(effect, "benefit"),
            )
