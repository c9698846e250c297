"""CPA9xx: what is still to do."""

from collections.abc import Iterator

from cpa.analysis import Analysis
from cpa.analysis.progress import phase_of
from cpa.audit import FOLDERS, PHASES
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Span
from cpa.messages import _, listed


@rule("CPA901", "note")
def to_do(analysis: Analysis) -> Iterator[Issue]:
    """A step of the audit is not done yet.

    What: Something that shows the step was taken is missing.

    Why: It is a reminder, no fault: notes never fail a run.

    Example: a fresh scaffold

    Remedy: Fill in the sections that are named; `cpa status` shows all steps.

    Source: Handbook, contents: seven phases and their steps.
    """
    identity = analysis.audit.identity
    reached = len(PHASES) if identity is None or identity.stage is None else PHASES.index(identity.stage) + 1
    for state in analysis.progress:
        phase = phase_of(state.step)
        unread = any(owner in analysis.audit.damaged for owner, _section, _name in state.lacking)
        if state.state == "done" or PHASES.index(phase) >= reached or unread:
            continue
        sections = list(dict.fromkeys((owner, section) for owner, section, _name in state.lacking))
        place = next(filter(None, (analysis.audit.places.section(owner, section) for owner, section in sections)), None)
        yield Issue(
            _(
                "to do, step {number} {name}: {lacking}",
                number=state.step.number,
                name=state.step.name,
                lacking=listed([name for _owner, _section, name in state.lacking]),
            ),
            place or Span(f"{FOLDERS[phase]}/", 1, 1, 1, 2),
            _("fill in: {sections}", sections=listed([f"{FOLDERS[owner]}/ {section}" for owner, section in sections])),
        )
