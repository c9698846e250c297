"""What an evaluator would send back: rules over the `Analysis`, one module a family."""

from cpa.analysis import Analysis
from cpa.checks import (
    agreement,
    assessment,
    compulsory,
    decisions,
    economics,
    energy,
    feasibility,
    implementation,
    indicators,
    networks,
    options,
    origins,
    packages,
    planning,
    preassessment,
    progress,
    quantities,
    reading,
    reconciliation,
    references,
    relations,
    reports,
    targets,
    water,
)
from cpa.checks.registry import RULES, Issue, Rule, run
from cpa.diagnostics import SEVERITIES, Finding, in_order
from cpa.messages import _, listed
from cpa.schema.walk import nearest

FAMILIES = (
    reading,
    references,
    quantities,
    assessment,
    planning,
    preassessment,
    targets,
    compulsory,
    energy,
    indicators,
    options,
    origins,
    feasibility,
    economics,
    packages,
    implementation,
    agreement,
    decisions,
    reconciliation,
    networks,
    relations,
    water,
    reports,
    progress,
)

# In the order of their codes, whatever family they stand in.
for _code in sorted(RULES):
    RULES[_code] = RULES.pop(_code)


def check(analysis: Analysis) -> list[Finding]:
    """All findings in reading order, without those that audit.yaml suppresses with a reason."""
    return in_order(by_importance(analysis))


def by_importance(analysis: Analysis) -> list[Finding]:
    """The same with errors before warnings and notes, and otherwise in the order in which the rules name them."""
    findings = sorted(run(analysis), key=lambda finding: SEVERITIES.index(finding.severity))
    identity = analysis.audit.identity
    if identity is None or not identity.suppressions:
        return findings
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
            known = suppression.code in RULES
            message = (
                _("nothing is suppressed here any more: {code} does not occur", code=suppression.code)
                if known
                else _("there is no code {code}", code=suppression.code)
            )
            hint = (
                _("delete the suppression")
                if known
                else _("did you mean {names}?", names=listed(nearest(suppression.code, tuple(RULES)) or ["CPA401"]))
            )
            kept.append(
                Finding(unused.code, unused.severity, message, analysis.audit.places.of(suppression, "code"), hint=hint)
            )
    return kept


__all__ = ["FAMILIES", "RULES", "Issue", "Rule", "by_importance", "check"]
