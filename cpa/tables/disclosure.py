"""What an enterprise on the compulsory list has to disclose (decree 38 of 2016; domain notes §8.1), ground by ground."""

import math
from collections.abc import Callable, Iterator

from cpa import reference
from cpa.analysis import Analysis
from cpa.analysis.compulsory import excesses
from cpa.analysis.factors import conventions
from cpa.analysis.preassessment import Verdict
from cpa.analysis.water import output_value
from cpa.messages import Message, _, both, fixed, listed, plain
from cpa.schema.labels import BASES, GROUNDS, PATTERNS, label
from cpa.schema.quantity import Quantity
from cpa.tables.build import report, text, words
from cpa.tables.model import Cell, Table

_MISSING = _("(to be filled in)")


def disclosure(analysis: Analysis) -> Table:
    """The sheet: what everybody discloses, then what each stated ground asks for; gaps are named as such."""
    identity = analysis.audit.identity
    grounds = identity.grounds if identity is not None else ()
    content = reference.load_words("deadlines")["disclosure_content"]
    rows: list[tuple[Cell, ...]] = []
    for ground in ("common", *grounds):
        heading = _("basic information") if ground == "common" else label(GROUNDS, ground)
        for entry in content[ground]:
            said = list(_CONTENT[f"{ground}.{entry['id']}"](analysis))
            rows.append((heading, both(**entry["name"]), listed(said, "; ") if said else _MISSING))
    columns = (
        text("ground", _("Ground")),
        text("item", _("Item^disclosure")),
        text("content", _("Content"), wide=True),
    )
    return report("disclosure", _("Information to be disclosed"), columns, rows)


def _year(analysis: Analysis) -> int:
    return analysis.audit.identity.baseline_year if analysis.audit.identity is not None else 0


def _amount(quantity: Quantity | None) -> str:
    return words(quantity) if quantity is not None else ""


def _enterprise(field: str) -> Callable[[Analysis], Iterator[Message]]:
    def said(analysis: Analysis) -> Iterator[Message]:
        value = getattr(analysis.audit.identity.enterprise, field) if analysis.audit.identity is not None else ""
        if value:
            yield plain(value)

    return said


def _materials_products(analysis: Analysis) -> Iterator[Message]:
    phase, year = analysis.audit.phase("preassessment"), _year(analysis)
    for item in phase.inputs:
        if item.kind in ("raw_material", "auxiliary"):
            yield plain(f"{item.name} {_amount(item.consumption.get(year))}".strip())
    for product in phase.products:
        yield _("product {name} {amount}", name=product.name, amount=_amount(product.output.get(year)))


def _exceeding(analysis: Analysis) -> list[Verdict]:
    """The results of the year over a limit or cap."""
    of_year = [verdict for verdict in analysis.compliance if verdict.item.year == _year(analysis)]
    return [verdict for verdict in of_year if verdict.complies is False]


def _pollutants(analysis: Analysis) -> Iterator[Message]:
    for verdict in _exceeding(analysis):
        yield plain(f"{verdict.item.point} {verdict.item.pollutant}")


def _way(analysis: Analysis) -> Iterator[Message]:
    wastes = {waste.id: waste for waste in analysis.audit.phase("preassessment").wastes}
    for name in dict.fromkeys(verdict.item.carried_by for verdict in _exceeding(analysis)):
        if name in wastes:
            waste = wastes[name]
            parts = [label(PATTERNS, waste.pattern)] if waste.pattern else []
            parts += [plain(waste.treatment)] if waste.treatment else []
            if parts:
                yield listed(parts, "; ")


def _concentrations(analysis: Analysis) -> Iterator[Message]:
    for verdict in _exceeding(analysis):
        yield from excesses(verdict)


def _loads(analysis: Analysis) -> Iterator[Message]:
    for verdict in _exceeding(analysis):
        load = verdict.item.annual_load or verdict.load
        if load is not None:
            cap = _(" (cap {cap})", cap=words(verdict.item.cap)) if verdict.item.cap is not None else plain("")
            yield _("{pollutant} {load}{cap}", pollutant=verdict.item.pollutant, load=words(load), cap=cap)


def _excess(analysis: Analysis) -> Iterator[Message]:
    for verdict in _exceeding(analysis):
        for ratio, what in ((verdict.limit_ratio, _("limit^excess")), (verdict.cap_ratio, _("cap^excess"))):
            if ratio is not None and 1 < ratio < math.inf:
                yield _(
                    "{pollutant} exceeds the {what} by {share} %",
                    pollutant=verdict.item.pollutant,
                    what=what,
                    share=fixed((ratio - 1) * 100, 2),
                )
        if verdict.within_limit is False and (verdict.limit_ratio is None or verdict.limit_ratio <= 1):
            yield _("{pollutant} lies below the lower limit", pollutant=verdict.item.pollutant)


def _energy_kinds(analysis: Analysis) -> Iterator[Message]:
    for item in analysis.audit.phase("preassessment").inputs:
        if item.kind == "energy":
            yield plain(item.name)


def _energy_amounts(analysis: Analysis) -> Iterator[Message]:
    for item in analysis.audit.phase("preassessment").inputs:
        if item.kind == "energy" and _year(analysis) in item.consumption:
            yield plain(f"{item.name} {words(item.consumption[_year(analysis)])}")
    total = _total(analysis)
    if total is not None:
        basis = BASES[conventions(analysis.audit).electricity]
        yield _("comprehensive energy consumption {value} tce ({basis})", value=fixed(total, 5), basis=basis)


def _total(analysis: Analysis) -> float | None:
    scope = analysis.energy.of_year(_year(analysis)) if analysis.energy is not None else None
    return scope.total.net if scope is not None else None


def _per_value(analysis: Analysis) -> Iterator[Message]:
    total, value = _total(analysis), output_value(analysis.audit, _year(analysis))
    if total is not None and value:
        yield plain(f"{fixed(total / value)} tce/{analysis.money_unit}")


def _per_product(analysis: Analysis) -> Iterator[Message]:
    for product in analysis.audit.phase("preassessment").products:
        one = analysis.energy.of_product(product.id, _year(analysis)) if analysis.energy is not None else None
        if one is not None and one.value is not None:
            yield plain(f"{product.name} {fixed(one.value)} {one.unit}")


def _over_quota(analysis: Analysis) -> Iterator[Message]:
    for verdict in analysis.quotas:
        if verdict.exceeded and verdict.value is not None and verdict.limit:
            yield _(
                "limit {limit} {unit} ({standard}), exceeded by {share} %",
                limit=fixed(verdict.limit),
                unit=verdict.item.quota.unit.text,
                standard=verdict.item.standard,
                share=fixed((verdict.value / verdict.limit - 1) * 100, 3),
            )


def _toxic_inputs(analysis: Analysis) -> Iterator[Message]:
    for item in analysis.audit.phase("preassessment").inputs:
        if item.toxic is not None:
            amount = _amount(item.consumption.get(_year(analysis)))
            yield plain(f"{item.name} {amount} {item.function or item.used_at}".strip())


def _toxic_discharges(analysis: Analysis) -> Iterator[Message]:
    """What is monitored in toxic streams; the composition before treatment is not what is discharged."""
    streams = {waste.id: waste for waste in analysis.audit.phase("preassessment").wastes if waste.toxic is not None}
    for verdict in analysis.compliance:
        item = verdict.item
        if item.year == _year(analysis) and item.carried_by in streams:
            load = item.annual_load or verdict.load
            parts = [plain(f"{item.pollutant} {words(item.value)}")]
            yield listed([*parts, plain(words(load))] if load is not None else parts)


def _hazardous_waste(analysis: Analysis) -> Iterator[Message]:
    for waste in analysis.audit.phase("preassessment").wastes:
        if waste.category == "hazardous":
            amount = waste.generation.get(_year(analysis)) or waste.discharge.get(_year(analysis))
            yield plain(f"{waste.name} {_amount(amount)} {waste.treatment}".strip())


def _stated(field: str) -> Callable[[Analysis], Iterator[Message]]:
    def said(analysis: Analysis) -> Iterator[Message]:
        stated = analysis.audit.phase("preassessment").compliance
        if stated is not None and getattr(stated, field):
            yield plain(getattr(stated, field))

    return said


_CONTENT: dict[str, Callable[[Analysis], Iterator[Message]]] = {
    "common.name": _enterprise("name"),
    "common.representative": _enterprise("legal_representative"),
    "common.address": _enterprise("address"),
    "common.materials_products": _materials_products,
    "over_limit.pollutants": _pollutants,
    "over_limit.way": _way,
    "over_limit.concentration": _concentrations,
    "over_limit.amount": _loads,
    "over_limit.excess": _excess,
    "over_limit.facilities": _stated("facilities"),
    "over_quota.energy_kinds": _energy_kinds,
    "over_quota.energy_amounts": _energy_amounts,
    "over_quota.per_value": _per_value,
    "over_quota.per_product": _per_product,
    "over_quota.excess": _over_quota,
    "toxic.materials": _toxic_inputs,
    "toxic.discharges": _toxic_discharges,
    "toxic.hazardous_waste": _hazardous_waste,
    "toxic.risk": _stated("risk_measures"),
}
