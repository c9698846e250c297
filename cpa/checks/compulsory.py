"""CPA5xx: grounds against the data, timeline, emissions, superseded documents and elimination catalogues."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from cpa import reference
from cpa.analysis import Analysis
from cpa.analysis.compulsory import toxic_classes
from cpa.analysis.policy import eliminated, outdated
from cpa.checks.registry import Issue, rule
from cpa.diagnostics import Span
from cpa.messages import _, fixed
from cpa.schema.identity import Identity
from cpa.schema.labels import GROUNDS


@rule("CPA516", "warning", "preassessment")
def focus_misses_ground(analysis: Analysis) -> Iterator[Issue]:
    """The chosen focus does not answer a ground of the compulsory audit.

    What: `answers` of the focus names every ground, also those that a target answers.

    Why: A focus that passes by the reason for which the enterprise is on the list fails the evaluation.

    Example: grounds: [over_limit]; focus with chosen: [logistics] and no answers

    Remedy: Choose the step that the ground comes from, or say in `answers` that the focus deals with it.

    Source: Domain notes §1.2, step 2.4 (recalled), and §8.3 (wrong focus fails).
    """
    focus = analysis.audit.phase("preassessment").focus
    if focus is None or not focus.chosen:
        return
    for result in analysis.grounds:
        # A ground that nobody answers at all is CPA505.
        if result.stated and not result.by_focus and result.by_targets:
            yield Issue(
                _(
                    "the chosen focus does not answer the ground `{ground}`: {name}",
                    ground=result.ground,
                    name=GROUNDS[result.ground],
                ),
                analysis.audit.places.of(focus, "chosen"),
                _("add `answers: [{ground}]` if the focus deals with it", ground=result.ground),
            )


@rule("CPA517", "error", "preassessment")
def quota_exceeded_not_named(analysis: Analysis) -> Iterator[Issue]:
    """Energy per product exceeds its limit, and the audit does not say so.

    What: Energy per unit of product in the baseline year lies above `energy_quotas`, but `grounds` lacks over_quota; or it cannot be compared with them.

    Why: Consumption over the quota makes an audit compulsory.

    Example: energy_quotas: [{product: beer, quota: 60 kgce/kL, standard: …}] at 79.7 kgce/kL

    Remedy: Name the ground and set a target, or correct the figure.

    Source: Decree 38 (2016), compulsory audits; domain notes §8.1.
    """
    identity = analysis.audit.identity
    for verdict in analysis.quotas:
        if verdict.problem is not None:
            yield Issue(
                _("it cannot be compared with the energy per product: {reason}", reason=verdict.problem),
                analysis.audit.places.of(verdict.item, "quota"),
            )
        listed_for_it = identity is not None and "over_quota" in identity.grounds
        if verdict.exceeded and verdict.item.kind == "mandatory" and not listed_for_it:
            yield Issue(
                _(
                    "energy per product is {value} {unit} in the baseline year, above the limit of {limit} {unit}",
                    value=fixed(verdict.value or 0.0),
                    limit=fixed(verdict.limit),
                    unit=verdict.item.quota.unit.text,
                ),
                analysis.audit.places.of(verdict.item, "quota"),
                _(
                    "add `over_quota` to `grounds` in audit.yaml, or `kind: internal` to a limit of the enterprise's own"
                ),
            )


@rule("CPA518", "warning", "preassessment")
def ground_without_evidence(analysis: Analysis) -> Iterator[Issue]:
    """A ground is named that the data do not show.

    What: over_limit needs a result of the baseline year over its limit or cap, over_quota energy over its limit, toxic a toxic input or a hazardous waste.

    Why: The report has to state why the enterprise is on the list, with figures.

    Example: grounds: [over_quota] without `energy_quotas`

    Remedy: Add the figures of the baseline year, or the limit that is exceeded.

    Source: Domain notes §1.2, step 2.3 (statement why the firm is listed), and §8.1.
    """
    identity, phase = analysis.audit.identity, analysis.audit.phase("preassessment")
    if identity is None or not (phase.inputs or phase.monitoring):
        return
    for result in analysis.grounds:
        if result.stated and not result.evidence:
            yield Issue(
                _(
                    "the data of {year} do not show the ground `{ground}`",
                    year=identity.baseline_year,
                    ground=result.ground,
                ),
                analysis.audit.places.of(identity, "grounds", identity.grounds.index(result.ground)),
                _REMEDIES[result.ground],
            )


_REMEDIES = {
    "over_limit": _("add the monitoring result that exceeds its limit or cap"),
    "over_quota": _("add `energy_quotas:` with the limit, and the energy of the year"),
    "toxic": _("state `toxic:` at the input or waste"),
}


@rule("CPA520", "error", "preassessment")
def load_recomputed(analysis: Analysis) -> Iterator[Issue]:
    """The load of a year is not concentration × amount of the stream.

    What: `annual_load` lies more than 5 % away from the result times the amount of the stream that `carried_by` names.

    Why: Load, concentration and amount stand in three tables, in the permit report and in the tax return; evaluators multiply.

    Example: {value: 92 mg/L, carried_by: wastewater, annual_load: 57.1 t/a} at 512,300 m³

    Remedy: Find out which of the three is wrong, or leave the load out: cpa computes it.

    Source: Domain notes §12.2 and §8.3 (mismatch with environmental statistics).
    """
    for verdict in analysis.compliance:
        stated, computed = verdict.item.annual_load, verdict.load
        if stated is None or computed is None or computed.sign:
            continue
        value = computed.fitted(stated.unit, analysis.audit.calendar)
        if value is not None and abs(value - stated.value) > 0.05 * max(abs(value), abs(stated.value)):
            yield Issue(
                _(
                    "{pollutant}: a load of {stated} is stated, concentration × stream gives {computed} {unit}",
                    pollutant=verdict.item.pollutant,
                    stated=stated.format(),
                    computed=fixed(value),
                    unit=stated.unit.text,
                ),
                analysis.audit.places.of(verdict.item, "annual_load"),
                _("check concentration, amount of the stream and load of {year}", year=verdict.item.year),
            )


@rule("CPA521", "warning")
def superseded_document(analysis: Analysis) -> Iterator[Issue]:
    """A document is quoted that no longer holds.

    What: Standards, catalogues and rules quoted in the audit's files are compared with a list of superseded ones, the audit's own in `policies/` included.

    Why: An obsolete standard is among the first things that reviewers send back.

    Example: standard: GB 13271-2001

    Remedy: Quote the edition in force, and check limits and conclusions against it. Where the old edition is meant, suppress the finding with the reason.

    Source: Pack documents (recalled and secondary); domain notes §1.2, step 2.3 (obsolete standard used).
    """
    for one in outdated(analysis.audit):
        since = _(" since {day}", day=one.since) if one.since else ""
        hint = _("in force: {document}", document=one.by) if one.by else None
        yield Issue(
            _("{number} no longer holds{since}", number=one.number, since=since),
            Span(one.file, one.line, one.column, one.line, one.end),
            hint,
        )


@rule("CPA522", "warning", "preassessment")
def on_elimination_catalogue(analysis: Analysis) -> Iterator[Issue]:
    """A machine looks like one of an elimination catalogue.

    What: Models of the equipment are compared with the catalogues at hand; a machine that matches is marked `to_be_eliminated`.

    Why: Eliminated equipment that the audit does not name is a reason to fail an evaluation.

    Example: - {id: T1, name: 变压器, model: S7-500/10}

    Remedy: Compare with the catalogue; set `to_be_eliminated: true` and say when it goes, or suppress the finding with the reason.

    Source: Packs in reference/elimination (secondary); domain notes §1.2, step 2.2, and §8.3.
    """
    for hit in eliminated(analysis.audit):
        if not hit.item.to_be_eliminated:
            yield Issue(
                _(
                    "{model} may be one of “{name}” in {catalogue}",
                    model=hit.item.model,
                    name=hit.entry.name,
                    catalogue=hit.entry.catalogue,
                ),
                analysis.audit.places.of(hit.item, "model"),
                _("compare it with the catalogue and set `to_be_eliminated: true`, or say why not"),
            )


@rule("CPA533", "warning", "preassessment")
def deadline_missed(analysis: Analysis) -> Iterator[Issue]:
    """A step of a compulsory audit was late.

    What: Disclosure, start and end are compared with their due days, counted from `listed_on`; the application with that counted from the end.

    Why: Missing a due day costs money and puts the enterprise on the next list.

    Example: listed_on: 2024-06-03; period: {start: 2025-01-06, finish: 2025-12-31}

    Remedy: Correct the day, or be ready to explain it.

    Source: Pack deadlines (decree 38 of 2016; secondary); domain notes §8.1.
    """
    identity = analysis.audit.identity
    if identity is None or identity.kind != "compulsory":
        return
    yield from _order(analysis, identity)
    for step in analysis.timeline:
        if step.late:
            yield Issue(
                _("{step}: due on {due}, planned for {done}", step=step.name, due=step.due, done=step.done)
                if step.planned
                else _("{step}: due on {due}, done on {done}", step=step.name, due=step.due, done=step.done),
                _place_of_day(analysis, identity, step.id),
                step.rule,
            )


def _order(analysis: Analysis, identity: Identity) -> Iterator[Issue]:
    """Milestones that come before one that they follow."""
    stated = identity.milestones
    last: tuple[str, datetime.date] | None = None
    for key in ("started", "finished", "applied", "evaluated", "accepted"):
        day = getattr(stated, key) if stated is not None else None
        if day is not None and last is not None and day < last[1]:
            yield Issue(
                _(
                    "`{key}` on {day} comes before `{other}` on {other_day}",
                    key=key,
                    day=day,
                    other=last[0],
                    other_day=last[1],
                ),
                analysis.audit.places.of(stated, key),
                _("correct one of the two days"),
            )
        if day is not None:
            last = (key, day)


_DAYS = {
    "disclosure": "disclosed",
    "start": "started",
    "finish": "finished",
    "apply": "applied",
    "interval": "started",
}


def _place_of_day(analysis: Analysis, identity: Identity, step: str) -> Span | None:
    """Where the day stands on which a step was done: among the milestones, or as begin or end of the audit."""
    places, milestones = analysis.audit.places, identity.milestones
    if milestones is not None and getattr(milestones, _DAYS[step]) is not None:
        return places.of(milestones, _DAYS[step])
    if identity.period is not None:
        return places.of(identity.period, "finish" if step == "finish" else "start")
    return places.of(identity, "listed_on")


@rule("CPA540", "note", "preassessment")
def maybe_toxic(analysis: Analysis) -> Iterator[Issue]:
    """An input may be toxic or hazardous matter.

    What: Name or hazardous component of an input holds a word that hints at a class of toxic matter, and `toxic` is not stated.

    Why: Who uses or discharges such matter may be listed for a compulsory audit.

    Example: - {id: chrome, name: 铬酸酐, kind: raw_material, …}

    Remedy: State `toxic:` with the class; if it is harmless, say so in `note`.

    Source: Pack toxic (classes of decree 38; the words are cpa's selection); domain notes §8.1.
    """
    names = toxic_classes()
    for item in analysis.audit.phase("preassessment").inputs:
        if item.toxic is not None or item.note:
            continue
        for entry in reference.load_words("toxic")["classes"]:
            word = _hint(entry, item.name) or _hint(entry, item.hazardous_component)
            if word:
                yield Issue(
                    _("{name}: `{word}` hints at {kind}", name=item.name, word=word, kind=names[entry["id"]]),
                    analysis.audit.places.of(item, "name"),
                    _("state `toxic: {id}`, or say in `note` why not", id=entry["id"]),
                )
                break


def _hint(entry: dict[str, Any], text: str) -> str:
    """The word, formula or code in a text that hints at a class of toxic matter."""
    lower = text.lower()
    parts = re.split(r"[\s、，,；;（）()]+", lower)
    words = (word for word in entry["words"] if word.lower() in lower)
    exact = (word for word in entry.get("exact", ()) if word.lower() in parts)
    formulas = (
        formula
        for formula in entry.get("formulas", ())
        if re.search(rf"(?<![A-Za-z0-9]){re.escape(formula)}(?![A-Za-z0-9])", text)
    )
    codes = (match[0] for pattern in entry.get("patterns", ()) if (match := re.search(pattern, text)))
    return next((found for group in (words, exact, formulas, codes) for found in group), "")


@rule("CPA541", "error", "preassessment")
def unreadable_pattern(analysis: Analysis) -> Iterator[Issue]:
    """A pattern of the audit's own catalogue cannot be read.

    What: `pattern` in `policies/*.yaml` is a regular expression.

    Why: The entry would match nothing.

    Example: pattern: "S7-("

    Remedy: Close brackets, and put a backslash before characters that are meant as they are.

    Source: cpa, audit format (Python regular expressions).
    """
    for pack in analysis.audit.policies.values():
        for item in pack.items:
            try:
                re.compile(item.pattern)
            except re.error as error:
                yield Issue(
                    _(
                        "`{pattern}` is no regular expression, from character {place} on",
                        pattern=item.pattern,
                        place=(error.pos or 0) + 1,
                    ),
                    analysis.audit.places.of(item, "pattern"),
                )
