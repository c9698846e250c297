"""What an evaluator would send back: rules over the `Analysis`, one module a family."""

from cpa.analysis import Analysis
from cpa.checks import assessment, options, preassessment, progress, quantities, reading, references, reports
from cpa.checks.registry import RULES, Issue, Rule, run
from cpa.diagnostics import Finding, in_order
from cpa.messages import _

FAMILIES = (reading, references, quantities, assessment, preassessment, options, reports, progress)


def check(analysis: Analysis) -> list[Finding]:
    """All findings in reading order, without those that audit.yaml suppresses with a reason."""
    findings = run(analysis)
    identity = analysis.audit.identity
    if identity is None or not identity.suppressions:
        return in_order(findings)
    kept = []
    used: set[int] = set()
    for finding in findings:
        for index, suppression in enumerate(identity.suppressions):
            if finding.code == suppression.code and (
                not suppression.file or (finding.span is not None and finding.span.file == suppression.file)
            ):
                used.add(index)
                break
        else:
            kept.append(finding)
    unused = RULES["CPA204"]
    for index, suppression in enumerate(identity.suppressions):
        if index not in used:
            place = analysis.audit.places.of(suppression, "code")
            kept.append(
                Finding(
                    unused.code,
                    unused.severity,
                    _("nothing is suppressed here any more: {code} does not occur", code=suppression.code),
                    place,
                    hint=_("delete the suppression"),
                )
            )
    return in_order(kept)


__all__ = ["FAMILIES", "RULES", "Issue", "Rule", "check"]
