"""CPA6xx: approved decisions, and the plan of phase 7 against what stayed open."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.approvals import fingerprint
from cpa.checks.registry import Issue, rule
from cpa.messages import _, listed
from cpa.schema.labels import NEXT_STEPS

_SHOWN = 3


@rule("CPA644", "warning")
def stale_decision(analysis: Analysis) -> Iterator[Issue]:
    """The figures that an approved decision rests on have changed.

    What: A study, ranking or target that `cpa approve` recorded still rests on the same figures.

    Why: A decision on yesterday's prices or scores may no longer hold; nobody notices when figures change under it.

    Example: the price of gas rose from 3.45 to 3.6 元/m³ after F6 was approved

    Remedy: Look at the decision again; then `cpa approve ID` records the figures of today.

    Source: Docs, options, §10.
    """
    if any(finding.severity == "error" for finding in analysis.audit.findings):
        return  # what cannot be read has not changed
    for one in analysis.standings:
        if fingerprint(one.approval) != one.approval.fingerprint:
            continue
        place = analysis.audit.places.of(one.approval, "decision")
        if one.gone:
            yield Issue(_("{id} was approved, but is no longer in the audit", id=one.approval.decision), place)
        elif one.changes:
            parts = [f"{name} {before or '–'} → {now or '–'}" for name, before, now in one.changes[:_SHOWN]]
            more = len(one.changes) - _SHOWN
            yield Issue(
                _("{id} is to be looked at again: {changes}", id=one.approval.decision, changes=listed(parts, "; "))
                if more <= 0
                else _(
                    "{id} is to be looked at again: {changes}; and {count} more figures",
                    id=one.approval.decision,
                    changes=listed(parts, "; "),
                    count=more,
                ),
                place,
                _("`cpa approve {id}` records the figures of today", id=one.approval.decision),
            )


@rule("CPA645", "error")
def edited_approval(analysis: Analysis) -> Iterator[Issue]:
    """An approval was edited by hand.

    What: The fingerprint of an approval is that of its decision, day, approver and figures.

    Why: An approval says what somebody saw; figures put in afterwards were seen by nobody.

    Example: a figure changed in approvals.yaml

    Remedy: Undo the edit, or look at the decision again and run `cpa approve ID`.

    Source: Docs, options, §10.
    """
    for approval in analysis.audit.approvals:
        if fingerprint(approval) != approval.fingerprint:
            yield Issue(
                _("the approval of {id} does not have the fingerprint of what it says", id=approval.decision),
                analysis.audit.places.of(approval, "fingerprint"),
            )


@rule("CPA646", "note", "continuation")
def open_option_not_planned(analysis: Analysis) -> Iterator[Issue]:
    """An option that stayed open is not in the plan of phase 7.

    What: Options that are kept or put off, and not finished, are named in `options` of a step of the plan.

    Why: Form 7-2 has a part for options that are still to be carried out; acceptance looks for it.

    Example: F12 put off, and no step with options: [F12]

    Remedy: Name the option in `options:` of a step, or add a step; `cpa table next-round` lists what is open.

    Source: Handbook, step 7.3; form 7-2.
    """
    if not analysis.audit.phase("continuation").next_steps:
        return
    missing = [one.id for one in analysis.proposals if one.why in ("option", "deferred") and not one.planned]
    if missing:
        yield Issue(
            _("the plan names no step for {options}", options=listed(missing)),
            analysis.audit.places.section("continuation", "next_steps"),
        )


@rule("CPA647", "warning", "continuation")
def plan_lacks_part(analysis: Analysis) -> Iterator[Issue]:
    """The plan for continuing cleaner production lacks a part.

    What: Form 7-2 plans the next round, research, and training; options that are open only where there are some.

    Why: Acceptance examines whether cleaner production goes on.

    Example: next_steps without kind: training

    Remedy: Add a step of the kind that is missing.

    Source: Handbook, step 7.3; domain notes §7.
    """
    steps = analysis.audit.phase("continuation").next_steps
    if not steps:
        return
    found = {step.kind for step in steps}
    missing = [name for name in ("next_round", "research", "training") if name not in found]
    if any(one.why in ("option", "deferred") for one in analysis.proposals) and "open_options" not in found:
        missing.append("open_options")
    if missing:
        yield Issue(
            _("the plan has no part: {names}", names=listed([NEXT_STEPS[name] for name in missing])),
            analysis.audit.places.section("continuation", "next_steps"),
        )
