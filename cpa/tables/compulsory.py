"""Compulsory audits: grounds with their evidence, and the timeline (domain notes §8.1)."""

from cpa.analysis import Analysis
from cpa.analysis.policy import eliminated, to_compare
from cpa.messages import Message, _, listed, plain
from cpa.schema.labels import GROUNDS, label
from cpa.tables.build import DASH, report, text
from cpa.tables.model import Cell, Table


def grounds(analysis: Analysis) -> Table:
    """Which grounds the data of the baseline year show, whether the audit names them, and who answers them."""
    rows = [
        (
            label(GROUNDS, result.ground),
            listed(list(result.evidence), "; ") if result.evidence else _("none in the data"),
            result.stated,
            _answered(result.by_focus, result.by_targets) if result.stated or result.firm else plain(DASH),
        )
        for result in analysis.grounds
    ]
    columns = (
        text("ground", _("Ground")),
        text("evidence", _("Evidence in the data"), wide=True),
        text("stated", _("Named by the audit")),
        text("answered", _("Answered by")),
    )
    notes = []
    if any(result.ground == "toxic" and result.evidence and not result.stated for result in analysis.grounds):
        notes.append(_("Toxic matter: whether the enterprise is listed for it is the authority's decision."))
    return report("grounds", _("Grounds of a compulsory audit"), columns, rows, notes=notes)


def _answered(by_focus: bool, by_targets: tuple[str, ...]) -> Message:
    parts = [_("the audit focus")] if by_focus else []
    parts += [_("target {id}", id=name) for name in by_targets]
    return listed(parts) if parts else _("nobody")


def timeline(analysis: Analysis) -> Table:
    """The steps with their due days from the day on which the list was published."""
    identity = analysis.audit.identity
    rows = [
        (
            step.name,
            step.due,
            _("planned {day}", day=step.done) if step.planned and step.done is not None else step.done,
            plain(DASH) if step.late is None else _("late") if step.late else _("in time"),
            step.rule,
        )
        for step in analysis.timeline
    ]
    columns = (
        text("step", _("Step^timeline")),
        text("due", _("Due")),
        text("done", _("Done on")),
        text("verdict", _("Verdict^timeline")),
        text("rule", _("Rule^timeline"), wide=True),
    )
    listed_on = identity.listed_on if identity is not None else None
    notes = (
        [_("Disclosure, start and end count from {day}, when the list was published.", day=listed_on)]
        if listed_on is not None
        else []
    )
    return report("timeline", _("Timeline of the compulsory audit"), columns, rows, notes=notes)


def elimination(analysis: Analysis) -> Table:
    """Machines that match an elimination catalogue, and the entries of the industry that have to be compared by hand."""
    hits = eliminated(analysis.audit)
    named = {id(hit.item) for hit in hits}
    rows: list[tuple[Cell, ...]] = [
        (
            _("{name} {model}", name=hit.item.name, model=hit.item.model),
            hit.entry.catalogue,
            hit.entry.words,
            _("named by the audit") if hit.item.to_be_eliminated else _("matches, to be compared"),
        )
        for hit in hits
    ]
    rows += [
        (_("{name} {model}", name=item.name, model=item.model), plain(DASH), item.note, _("named by the audit"))
        for item in analysis.audit.phase("preassessment").equipment
        if item.to_be_eliminated and id(item) not in named
    ]
    by_hand = to_compare(analysis.audit)
    rows += [
        (_("whole plant"), entry.catalogue, entry.words, _KINDS[entry.kind]) for entry in by_hand if entry.industry
    ]
    columns = (
        text("object", _("Object")),
        text("catalogue", _("Catalogue")),
        text("entry", _("Entry"), wide=True),
        text("result", _("Result^elimination")),
    )
    general = [entry.name for entry in by_hand if not entry.industry]
    notes = [_("For every industry, to be compared by hand: {names}.", names=listed(general))] if general else []
    notes += [
        _("Entries of the catalogues are recalled or seen in copies; compare with the text before relying on it.")
    ]
    return report(
        "elimination", _("Equipment and processes against elimination catalogues"), columns, rows, notes=notes
    )


_KINDS = {
    "restricted": _("restricted: to be compared by hand"),
    "eliminated": _("eliminated: to be compared by hand"),
}
