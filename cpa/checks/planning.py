"""CPA534 to CPA536: the audit group and the plan."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.planning import lacking, misplaced
from cpa.checks.registry import Issue, rule
from cpa.messages import _, listed
from cpa.schema.labels import PLAN_ROWS


@rule("CPA534", "warning", "planning")
def group_incomplete(analysis: Analysis) -> Iterator[Issue]:
    """The audit group lacks a function.

    What: Members from the enterprise stand for top management, production, environment, equipment, finance, and every workshop of the chosen focus. Not judged where no member states `functions`.

    Why: Without finance there is no economics, without the workshop no data; reviewers send such groups back.

    Example: a team in which nobody has functions: [finance]

    Remedy: Add a member, or state `functions` and `workshop` of those who are there.

    Source: Handbook, step 1.2 (form 1-1); pack team (recalled).
    """
    found = lacking(analysis.audit)
    if found:
        place = analysis.audit.places.section("planning", "team")
        names = listed([one.name for one in found])
        yield Issue(
            _("nobody in the audit group stands for: {names}", names=names),
            place,
            _("add `functions:` or `workshop:` to the member who does"),
        )


@rule("CPA535", "warning", "planning")
def outside_the_plan(analysis: Analysis) -> Iterator[Issue]:
    """Something happened outside its row of the plan.

    What: Site visits lie in the days of pre-assessment, the measuring campaign in those of assessment, training within the whole plan.

    Why: A plan that contradicts the rest of the report was written afterwards, or not followed.

    Example: plan row assessment 2025-05-12 to 2025-06-27, measurement from 2025-07-01

    Remedy: Correct the day, or the plan.

    Source: Handbook, step 1.3 (form 1-2); domain notes §1.2, step 1.3.
    """
    for one in misplaced(analysis.audit):
        yield Issue(
            _(
                "{what} on {day} lies outside the plan, {start} to {finish}",
                what=one.what,
                day=one.day,
                start=one.start,
                finish=one.finish,
            ),
            analysis.audit.places.of(one.item, one.key),
            _("the row of the plan is {row}", row=PLAN_ROWS[one.row.phase]) if one.phase else None,
        )


@rule("CPA536", "warning", "planning")
def led_from_outside(analysis: Analysis) -> Iterator[Issue]:
    """Somebody from outside stands in the leading group.

    What: The leading group consists of the enterprise's own people; consultants work in the working group.

    Why: The audit is the enterprise's; a consultant as leader is sent back.

    Example: - {name: 示例癸, group: leading, role: 组长, external: true}

    Remedy: Move the consultant to the working group.

    Source: Handbook, step 1.2; domain notes §1.2, step 1.2 (recalled), and §8.1 (enterprise-led).
    """
    for member in analysis.audit.phase("planning").team:
        if member.external and member.group == "leading":
            yield Issue(
                _("{name} comes from outside and stands in the leading group", name=member.name),
                analysis.audit.places.of(member, "group"),
                _("a consultant belongs to the working group"),
            )
