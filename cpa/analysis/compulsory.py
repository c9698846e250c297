"""Compulsory audits: which grounds the data show, and when what is due (decree 38 of 2016; domain notes §8.1)."""

import calendar
import datetime
from typing import Any

import msgspec

from cpa import reference
from cpa.analysis.energy import EnergyResult
from cpa.analysis.preassessment import Verdict
from cpa.audit import Audit
from cpa.messages import Message, _, both, fixed
from cpa.schema.identity import Identity
from cpa.schema.preassessment import EnergyQuota
from cpa.schema.quantity import Quantity
from cpa.schema.types import Ground
from cpa.schema.units import UnitError, parse_unit


class QuotaVerdict(msgspec.Struct, frozen=True):
    """Energy per product in the baseline year against its limit, both in the unit of the limit; None where incomplete."""

    item: EnergyQuota
    value: float | None
    limit: float
    problem: Message | None = None

    @property
    def exceeded(self) -> bool | None:
        return None if self.value is None else self.value > self.limit


class GroundResult(msgspec.Struct, frozen=True):
    """A ground: what in the data speaks for it, whether the audit names it, and who answers it.

    `firm` says that the data prove it; toxic matter only hints, because who is listed depends on the matter's class.
    """

    ground: Ground
    evidence: tuple[Message, ...]
    firm: bool
    stated: bool
    by_focus: bool
    by_targets: tuple[str, ...]


class Step(msgspec.Struct, frozen=True):
    """A step of the timeline: due day, the day on which it was (or by the period of the audit is planned to be) done."""

    id: str
    name: Message
    rule: Message
    due: datetime.date | None
    done: datetime.date | None
    planned: bool = False

    @property
    def late(self) -> bool | None:
        return None if self.due is None or self.done is None else self.done > self.due


def quota_verdicts(audit: Audit, energy: EnergyResult | None) -> tuple[QuotaVerdict, ...]:
    """Energy per product against the limits on it."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    found = []
    for item in audit.phase("preassessment").energy_quotas:
        result = energy.of_product(item.product, year) if energy is not None else None
        value, problem = None, None
        scope = energy.of_year(year) if energy is not None else None
        if scope is None:
            problem = _("there is no energy among the inputs of {year}", year=year)
        elif (result is None or result.value is None) and not scope.total.unknown:  # unknown factors are CPA523's
            problem = _("not all energy of {year} is divided among the products", year=year)
        elif result is not None and result.value is not None:
            try:
                value = Quantity(result.value, parse_unit(result.unit)).to(item.quota.unit, audit.calendar)
            except UnitError as error:
                problem = error.message
        found.append(QuotaVerdict(item, value, item.quota.value, problem))
    return tuple(found)


def grounds(
    audit: Audit, compliance: tuple[Verdict, ...], quotas: tuple[QuotaVerdict, ...]
) -> tuple[GroundResult, ...]:
    """The three grounds of decree 38, each with its evidence from the baseline year."""
    identity, phase = audit.identity, audit.phase("preassessment")
    if identity is None:
        return ()
    evidence: dict[Ground, tuple[Message, ...]] = {
        "over_limit": _over_limit(identity, compliance),
        "over_quota": _over_quota(quotas),
        "toxic": _toxic(audit, identity),
    }
    answered = phase.focus.answers if phase.focus is not None else ()
    return tuple(
        GroundResult(
            ground,
            found,
            bool(found) and ground != "toxic",
            ground in identity.grounds,
            ground in answered,
            tuple(target.id for target in phase.targets if ground in target.answers),
        )
        for ground, found in evidence.items()
    )


def _over_limit(identity: Identity, compliance: tuple[Verdict, ...]) -> tuple[Message, ...]:
    of_year = (verdict for verdict in compliance if verdict.item.year == identity.baseline_year)
    return tuple(message for verdict in of_year for message in excesses(verdict))


def excesses(verdict: Verdict) -> list[Message]:
    """What a monitoring result exceeds, with its figures."""
    item, found = verdict.item, []
    if verdict.within_limit is False:
        over = verdict.limit_ratio is not None and verdict.limit_ratio > 1
        limit = verdict.limit if over else verdict.low_limit
        found.append(
            _(
                "{point} {pollutant} {value}, limit {limit} ({standard})",
                point=item.point,
                pollutant=item.pollutant,
                value=_said(item.value),
                limit=_said(limit) if limit is not None else "",
                standard=verdict.standard if over else verdict.low_standard,
            )
        )
    load = item.annual_load or verdict.load
    if verdict.within_cap is False and load is not None and item.cap is not None:
        found.append(
            _(
                "{point} {pollutant} {load} a year, cap {cap}",
                point=item.point,
                pollutant=item.pollutant,
                load=_said(load),
                cap=_said(item.cap),
            )
        )
    return found


def _said(quantity: Quantity) -> str:
    return f"{quantity.sign} {quantity.value:,.6g} {quantity.unit.text}".strip()


def _over_quota(quotas: tuple[QuotaVerdict, ...]) -> tuple[Message, ...]:
    return tuple(
        _(
            "energy per product {value} {unit}, limit {limit} {unit} ({standard})",
            value=fixed(verdict.value or 0.0),
            limit=fixed(verdict.limit),
            unit=verdict.item.quota.unit.text,
            standard=verdict.item.standard,
        )
        for verdict in quotas
        if verdict.exceeded and verdict.item.kind == "mandatory"
    )


def _toxic(audit: Audit, identity: Identity) -> tuple[Message, ...]:
    phase, year = audit.phase("preassessment"), identity.baseline_year
    names = toxic_classes()
    found = []
    for item in phase.inputs:
        if item.toxic is not None and year in item.consumption and item.consumption[year].value:
            found.append(
                _(
                    "uses {name}, {amount} ({kind})",
                    name=item.name,
                    amount=_said(item.consumption[year]),
                    kind=names[item.toxic],
                )
            )
    for waste in phase.wastes:
        kind = waste.toxic or ("hazardous_waste" if waste.category == "hazardous" else None)
        amount = waste.generation.get(year) or waste.discharge.get(year)
        if kind is not None and amount is not None and amount.value:
            found.append(
                _("generates {name}, {amount} ({kind})", name=waste.name, amount=_said(amount), kind=names[kind])
            )
    return tuple(found)


def toxic_classes() -> dict[str, Message]:
    """The classes of toxic and hazardous matter, by id."""
    return {entry["id"]: both(**entry["name"]) for entry in reference.load_words("toxic")["classes"]}


def timeline(audit: Audit) -> tuple[Step, ...]:
    """The steps of a compulsory audit with their due days, from the day on which the list was published."""
    identity = audit.identity
    if identity is None or identity.listed_on is None:
        return ()
    pack = reference.load_words("deadlines")
    done = _done(identity)
    found = []
    for step in pack["steps"]:
        start = identity.listed_on if step["after"] == "listed" else done["finish"]
        due = add_months(start, int(step["months"])) if start is not None else None
        found.append(
            Step(
                step["id"],
                both(**step["name"]),
                _rule(pack, step),
                due,
                done.get(step["id"]),
                _planned(identity, step["id"]),
            )
        )
    previous = identity.milestones.previous if identity.milestones is not None else None
    for interval in pack["intervals"]:
        if interval["ground"] in identity.grounds and previous is not None:
            due = add_months(previous, 12 * int(interval["years"]))
            name = _("Start of this round: {rule}", rule=both(**interval["name"]))
            found.append(
                Step("interval", name, _rule(pack, interval), due, done.get("start"), _planned(identity, "start"))
            )
    return tuple(found)


def _planned(identity: Identity, step: str) -> bool:
    """Whether the day of a step comes from the period of the audit, and is not stated as done."""
    key = {"start": "started", "finish": "finished"}.get(step)
    return key is not None and (identity.milestones is None or getattr(identity.milestones, key) is None)


def _done(identity: Identity) -> dict[str, datetime.date | None]:
    """When each step was done: as stated, or for start and finish by the period of the audit."""
    stated, period = identity.milestones, identity.period
    found: dict[str, datetime.date | None] = {
        "start": period.start if period is not None else None,
        "finish": period.finish if period is not None else None,
    }
    if stated is not None:
        found["start"], found["finish"] = stated.started or found["start"], stated.finished or found["finish"]
        found |= {"disclosure": stated.disclosed, "apply": stated.applied}
    return found


def _rule(pack: dict[str, Any], entry: dict[str, Any]) -> Message:
    if "local" in entry:
        return both(**entry["local"])
    document = both(**pack["document"])
    return (
        _("{document}, {clause}", document=document, clause=both(**entry["clause"])) if "clause" in entry else document
    )


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, the last of the month where it has no such day; never after the year 9999."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(day.year + years, datetime.MAXYEAR)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
