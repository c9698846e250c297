"""Phase 1: whether the audit group is complete, and whether the plan agrees with the days in other phases."""

import datetime
from collections.abc import Iterator

import msgspec

from cpa import reference
from cpa.audit import Audit
from cpa.messages import Message, _, both
from cpa.schema.planning import PlanRow
from cpa.schema.types import Item


class Lacking(msgspec.Struct, frozen=True):
    """A function, or a workshop of the focus, for which nobody in the group stands."""

    name: Message
    function: str
    workshop: str = ""


def functions() -> dict[str, Message]:
    """The functions in the enterprise by id."""
    return {entry["id"]: both(**entry["name"]) for entry in reference.load_words("team")["functions"]}


def lacking(audit: Audit) -> tuple[Lacking, ...]:
    """What the group lacks of the functions that must be present (pack `team`); members from outside do not count.

    Empty where no member states a function: nothing can be said then.
    """
    own = [member for member in audit.phase("planning").team if not member.external]
    if not any(member.functions for member in own):
        return ()
    present = {function for member in own for function in member.functions}
    found = [
        Lacking(both(**entry["name"]), entry["id"])
        for entry in reference.load_words("team")["functions"]
        if entry["required"] == "true" and entry["id"] not in (*present, "workshop")
    ]
    seen = {member.workshop for member in own}
    unseen = [(key, name) for key, name in _focus_workshops(audit) if key not in seen]
    return (*found, *(Lacking(_("workshop {name}", name=name), "workshop", key) for key, name in unseen))


def _focus_workshops(audit: Audit) -> Iterator[tuple[str, str]]:
    phase = audit.phase("preassessment")
    names = {workshop.id: workshop.name for workshop in phase.workshops}
    chosen = phase.focus.chosen if phase.focus is not None else ()
    for candidate in phase.candidates:
        if candidate.id in chosen and candidate.workshop:
            yield candidate.workshop, names.get(candidate.workshop, candidate.workshop)


class Misplaced(msgspec.Struct, frozen=True):
    """A day outside the row of the plan that it belongs to."""

    item: Item
    key: str
    what: Message
    day: datetime.date
    row: PlanRow
    phase: str
    start: datetime.date
    finish: datetime.date


def misplaced(audit: Audit) -> tuple[Misplaced, ...]:
    """Days of visits, measurements and training that lie outside their rows of the plan; all of them, in the order of phases.

    Visits belong to pre-assessment, periods of measurement to assessment, events of training to the whole plan.
    """
    plan = audit.phase("planning").plan
    found = []
    for phase, item, key, what, day in _days(audit):
        rows = [row for row in plan if not phase or row.phase == phase]
        if not rows or (not phase and not _is_whole(plan)):
            continue
        start, finish = min(row.start for row in rows), max(row.finish for row in rows)
        if not start <= day <= finish:
            found.append(Misplaced(item, key, what, day, rows[0], phase, start, finish))
    return tuple(found)


def _is_whole(plan: tuple[PlanRow, ...]) -> bool:
    """Whether the plan reaches from the first phase to the last or the report."""
    phases = {row.phase for row in plan}
    return "planning" in phases and bool(phases & {"continuation", "audit_report"})


def _days(audit: Audit) -> Iterator[tuple[str, Item, str, Message, datetime.date]]:
    for event in audit.phase("planning").training:
        yield "", event, "date", _("training {topic}", topic=event.topic), event.date
    for visit in audit.phase("preassessment").visits:
        yield "preassessment", visit, "date", _("visit to {place}", place=visit.place), visit.date
    measurement = audit.phase("assessment").measurement
    if measurement is not None:
        yield "assessment", measurement, "start", _("measuring campaign"), measurement.start
        yield "assessment", measurement, "finish", _("measuring campaign"), measurement.finish
