"""The table of `cpa status`."""

from cpa.analysis import Analysis
from cpa.analysis.progress import PHASE_NAMES, STEPS, phase_of
from cpa.audit import FOLDERS, PHASES
from cpa.messages import Message, _, listed
from cpa.schema.labels import STATES, label
from cpa.tables.build import report, text
from cpa.tables.model import Table


def steps(analysis: Analysis) -> Table:
    """A line a step, with what it lacks."""
    rows = [
        (
            state.step.number,
            state.step.name,
            label(STATES, state.state),
            listed([name for _phase, _section, name in state.lacking]) if state.lacking else "",
        )
        for state in analysis.progress
    ]
    columns = (
        text("step", _("Step")),
        text("name", _("Name")),
        text("state", _("State")),
        text("lacking", _("Still lacking"), wide=True),
    )
    return report("status", _("Progress of the audit"), columns, rows)


def phases(analysis: Analysis) -> Table:
    """A line a phase: how many of its steps are complete."""
    rows = []
    for number, phase in enumerate(PHASES, 1):
        own = [state for state in analysis.progress if phase_of(state.step) == phase]
        rows.append(
            (
                number,
                PHASE_NAMES[phase],
                f"{sum(state.state == 'done' for state in own)}/{len(own)}",
                f"{FOLDERS[phase]}/",
            )
        )
    columns = (
        text("no", _("No.")),
        text("phase", _("Phase")),
        text("done", _("Steps complete")),
        text("folder", _("Folder")),
    )
    return report("phases", _("Phases"), columns, rows)


def next_step(analysis: Analysis) -> Message:
    """The first step that lacks something, and where to fill it in."""
    for state in analysis.progress:
        if state.lacking:
            phase, section, name = state.lacking[0]
            return _(
                "Next: step {number} {name} – {what} (section `{section}` in {folder}/)",
                number=state.step.number,
                name=state.step.name,
                what=name,
                section=section,
                folder=FOLDERS[phase],
            )
    return _("All {count} steps are complete.", count=len(STEPS))
