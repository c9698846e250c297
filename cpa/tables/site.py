"""Form 2-9 and the tables of monitoring, equipment, site visit and policy: compliance, and what was seen."""

from cpa.analysis import Analysis
from cpa.analysis.preassessment import Verdict
from cpa.messages import Message, _, listed, plain
from cpa.schema.labels import ASPECTS, CONFORMITY, label
from cpa.tables.build import DASH, NAME, NUMBER, REMARK, form, joined, report, text, words
from cpa.tables.model import Cell, Table


def _judged(complies: bool | None) -> Message:
    return _("not judged") if complies is None else _("complies") if complies else _("exceeds")


def _limits(verdict: Verdict) -> str:
    """The strictest limit, or both limits where there is a lower one too."""
    limit, low_limit = verdict.limit or verdict.item.limit, verdict.low_limit or verdict.item.low_limit
    if low_limit is None:
        return words(limit)
    low, unit = low_limit.value, low_limit.unit.text
    return f"≥ {low:g} {unit}" if limit is None else f"{low:g}–{words(limit)}"


def _standards(verdict: Verdict) -> Message:
    """The standards with their limits, the strictest first."""
    item = verdict.item
    if not item.further:
        return plain(item.standard)
    strictest = verdict.standard or verdict.low_standard or item.standard
    each = [(item.standard, item.limit or item.low_limit)]
    each += [(one.standard, one.limit or one.low_limit) for one in item.further]
    each.sort(key=lambda one: one[0] != strictest)
    return listed([plain(f"{standard} {words(limit)}".strip()) for standard, limit in each], "; ")


def _in_order(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    """By point and pollutant as first named, then by year."""
    places: dict[tuple[str, str], int] = {}
    for verdict in verdicts:
        places.setdefault((verdict.item.point, verdict.item.pollutant), len(places))
    return sorted(verdicts, key=lambda one: (places[(one.item.point, one.item.pollutant)], one.item.year))


def compliance(analysis: Analysis) -> Table:
    """2-9: standards and compliance, charges, fines, incidents."""
    stated = analysis.audit.phase("preassessment").compliance
    rows: list[tuple[Cell, ...]] = []
    for verdict in _in_order(analysis.compliance):
        item = verdict.item
        found = _judged(verdict.complies)
        rows.append(
            (
                _("Standard applied^form 2-9"),
                joined(item.point, item.pollutant, str(item.year), separator=" "),
                _standards(verdict),
                f"{words(item.value)} / {_limits(verdict) or DASH}",
                found,
            )
        )
    if stated is not None:
        rows += [
            (_("Discharge fee or environmental tax"), str(when), "", words(amount), "")
            for when, amount in stated.charges.items()
        ]
        rows += [
            (_("Fines and compensation"), str(when), "", words(amount), "") for when, amount in stated.fines.items()
        ]
        rows += [
            (_("Incident"), f"{item.date} {item.description}", joined(item.cause, item.treatment), "", "")
            for item in stated.incidents
        ]
        if not stated.incidents:
            rows.append((_("Incident"), stated.statement or DASH, "", "", ""))
    columns = (
        text("kind", _("Field")),
        text("item", _("Object"), wide=True),
        text("basis", _("Standard, or cause and treatment"), wide=True),
        text("value", _("Result / limit, or amount")),
        text("verdict", _("Compliance")),
    )
    return form("2-9", _("Environmental compliance and pollution incidents"), columns, rows)


def monitoring(analysis: Analysis) -> Table:
    rows = [
        (
            verdict.item.point,
            verdict.item.pollutant,
            verdict.item.year,
            words(verdict.item.value),
            _limits(verdict),
            words(verdict.item.annual_load or verdict.load),
            words(verdict.item.cap),
            _standards(verdict),
            _judged(verdict.complies),
        )
        for verdict in _in_order(analysis.compliance)
    ]
    columns = (
        text("point", _("Monitoring point")),
        text("pollutant", _("Pollutant")),
        text("year", _("Year")),
        text("value", _("Monitoring result")),
        text("limit", _("Limit")),
        text("load", _("Load of the year")),
        text("cap", _("Cap of the year")),
        text("standard", _("Standard applied")),
        text("verdict", _("Compliance")),
    )
    return report("monitoring", _("Monitoring results against limits and caps"), columns, rows)


def equipment(analysis: Analysis) -> Table:
    phase = analysis.audit.phase("preassessment")
    workshops = {item.id: item.name for item in phase.workshops}
    rows = [
        (
            index,
            item.name,
            item.model,
            item.count,
            words(item.power),
            item.year,
            workshops.get(item.workshop, ""),
            item.to_be_eliminated,
            item.note,
        )
        for index, item in enumerate(phase.equipment, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("name", NAME),
        text("model", _("Model")),
        text("count", _("Number")),
        text("power", _("Power")),
        text("year", _("Year of commissioning")),
        text("workshop", _("Workshop")),
        text("eliminated", _("On the elimination catalogue")),
        text("note", REMARK),
    )
    return report("equipment", _("Main equipment"), columns, rows)


def visits(analysis: Analysis) -> Table:
    rows = [
        (index, item.date, item.place, item.finding, label(ASPECTS, item.aspect))
        for index, item in enumerate(analysis.audit.phase("preassessment").visits, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("date", _("Date")),
        text("place", _("Place")),
        text("finding", _("What was found"), wide=True),
        text("aspect", _("Aspect")),
    )
    return report("visits", _("Findings of the site visit"), columns, rows)


def policies(analysis: Analysis) -> Table:
    rows = [
        (index, item.requirement, item.document, label(CONFORMITY, item.status), item.explanation)
        for index, item in enumerate(analysis.audit.phase("preassessment").policies, 1)
    ]
    columns = (
        text("no", NUMBER),
        text("requirement", _("Requirement"), wide=True),
        text("document", _("Document")),
        text("status", _("Conformity")),
        text("explanation", _("Explanation"), wide=True),
    )
    return report("policies", _("Conformity with policies"), columns, rows)
