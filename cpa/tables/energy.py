"""Comprehensive energy consumption, carbon dioxide and water by year (domain notes §4.3 and §4.4)."""

import math
from collections.abc import Iterable

from cpa.analysis import Analysis
from cpa.analysis.energy import CarrierUse, Scope
from cpa.analysis.factors import Basis, conventions
from cpa.analysis.specifics import amount_unit, annual_fitted
from cpa.analysis.water import NAMES
from cpa.messages import Message, _, fixed, listed, plain
from cpa.schema.labels import BASES, WATER_MEASURES
from cpa.tables.build import NAME, number, report, text, year
from cpa.tables.model import Cell, Chart, Column, Derived, Table


def energy(analysis: Analysis, basis: Basis | None = None) -> Table:
    """Carriers by year in tce, what is taken off, and the total; CO₂ beside it where the audit names factors."""
    result = analysis.energy if basis is None else analysis.energy_on(basis)
    columns: list[Column] = [text("name", NAME), text("unit", _("Unit"))]
    if result is None or not result.plant:
        return report("energy", _("Comprehensive energy consumption"), columns, ())
    scopes = result.plant[-3:]
    shown = [scope.year for scope in scopes]
    carbon = any(use.co2 is not None for scope in scopes for use in scope.uses)
    columns += [
        *(number(f"a{value}", year(value), -1, group=_("Consumption")) for value in shown),
        number("factor", _("Factor^energy"), 4),
        text("factor_unit", _("Unit of the factor")),
        *(number(f"e{value}", year(value), 1, group=_("Coal equivalent (tce)")) for value in shown),
        number("share", _("Share"), 1, share=True),
        *(number(f"c{value}", year(value), 1, group=_("Carbon dioxide (t)")) for value in shown if carbon),
    ]
    uses = _by_item(scopes)
    bought = [item for item in uses.values() if not next(iter(item.values())).use.sold]
    rows: list[tuple[Cell, ...]] = [_carrier_row(analysis, item, scopes, shown, carbon, len(bought)) for item in bought]
    rows += _reductions(scopes, shown, carbon)
    rows += [
        _carrier_row(analysis, item, scopes, shown, carbon, len(bought)) for item in uses.values() if item not in bought
    ]
    total: list[Cell] = [_("Comprehensive energy consumption"), "tce", *(None for _value in shown), None, ""]
    total += [_sum(f"e{scope.year}", scope.total.net, len(rows)) for scope in scopes]
    total += [None, *(_sum(f"c{scope.year}", scope.co2, len(rows)) for scope in scopes if carbon)]
    chart = Chart("column", "name", tuple(f"e{value}" for value in shown), len(bought), by_row=True, stacked=True)
    name = "energy" if basis is None else f"energy-{basis}"
    title = _("Comprehensive energy consumption ({basis})", basis=BASES[result.basis])
    return report(
        name,
        title,
        columns,
        [*rows, tuple(total)],
        notes=_notes(scopes, carbon_asked=carbon or bool(conventions(analysis.audit).carbon)),
        total=True,
        chart=chart,
    )


def calorific(analysis: Analysis) -> Table:
    return energy(analysis, "calorific")


def equivalent(analysis: Analysis) -> Table:
    return energy(analysis, "equivalent")


def _by_item(scopes: Iterable[Scope]) -> dict[str, dict[int, CarrierUse]]:
    found: dict[str, dict[int, CarrierUse]] = {}
    for scope in scopes:
        for use in scope.uses:
            found.setdefault(use.item.id, {})[scope.year] = use
    return found


def _carrier_row(
    analysis: Analysis,
    uses: dict[int, CarrierUse],
    scopes: tuple[Scope, ...],
    shown: list[int],
    carbon: bool,
    count: int,
) -> tuple[Cell, ...]:
    last = uses[max(uses)]
    sign = -1 if last.use.sold else 1
    amounts_by_year = {value: use.amount for value, use in uses.items() if use.amount is not None}
    unit = amount_unit(next(iter(reversed(amounts_by_year.values())))) if amounts_by_year else ""
    amounts = [
        annual_fitted(uses[value].amount, unit, analysis.audit.calendar) if value in uses else None for value in shown
    ]
    gross = {value: use.use.gross for value, use in uses.items()}
    base, whole = gross.get(shown[-1]), scopes[-1].total.gross
    share: Cell = None
    if base is not None and whole and not last.use.sold and not scopes[-1].total.unknown:
        share = Derived(base / whole, f"{{e{shown[-1]}}}/SUM({{e{shown[-1]}[0]}}:{{e{shown[-1]}[{count - 1}]}})")
    return (
        last.item.name,
        unit,
        *amounts,
        *_factor(last, amounts[-1], unit),
        *(sign * found if (found := gross.get(value)) is not None else None for value in shown),
        share,
        *((uses[value].co2 if value in uses else None) for value in shown if carbon),
    )


def _factor(use: CarrierUse, amount: float | None, unit: str) -> tuple[Cell, Cell]:
    """The factor of the last year in coal equivalent by amount, whatever it was given in."""
    if use.factor is None or use.use.gross is None or not amount:
        return None, ""
    return use.use.gross * 1000 / amount, f"kgce/{unit}"


def _reductions(scopes: tuple[Scope, ...], shown: list[int], carbon: bool) -> list[tuple[Cell, ...]]:
    """A row for energy that became raw material, where there is any."""
    if not any(scope.total.feedstock for scope in scopes):
        return []
    cells: list[Cell] = [_("less: used as raw material"), "tce", *(None for _value in shown), None, ""]
    cells += [-scope.total.feedstock for scope in scopes]
    cells += [None, *(None for _value in shown if carbon)]
    return [tuple(cells)]


def _sum(key: str, value: float | None, count: int) -> Cell:
    return None if value is None else Derived(value, f"SUM({{{key}[0]}}:{{{key}[{count - 1}]}})")


def _notes(scopes: tuple[Scope, ...], *, carbon_asked: bool) -> list[Message]:
    """Where factors come from, factors of other years, and what is missing."""
    notes: list[Message] = []
    for title, chosen in ((_("Factors: {origins}."), "factor"), (_("CO₂ factors: {origins}."), "carbon")):
        found: dict[tuple[str, Message], list[str]] = {}
        for scope in scopes:
            for use in scope.uses:
                factor = getattr(use, chosen)
                if factor is not None:
                    found.setdefault((use.item.name, factor.origin), []).append(str(scope.year))
        origins = [
            _("{name}: {origin}", name=name, origin=origin)
            if len(years) == len(scopes)
            else _("{name} {years}: {origin}", name=name, years=listed(years), origin=origin)
            for (name, origin), years in found.items()
        ]
        if origins:
            notes.append(Message(title.text, (("origins", listed(origins, "; ")),)))
    for scope in scopes:
        for use in scope.uses:
            if use.carbon is not None and use.carbon.year is not None:
                notes.append(
                    _(
                        "{year}: the CO₂ factor of {name} is that of {other}, the latest before.",
                        year=scope.year,
                        name=use.item.name,
                        other=use.carbon.year,
                    )
                )
            missing = use.carbon_problem if carbon_asked else None
            notes += [
                _("{year}, incomplete: {name}: {problem}", year=scope.year, name=use.item.name, problem=problem)
                for problem in (use.problem, missing)
                if problem is not None
            ]
    return list(dict.fromkeys(notes))


def energy_products(analysis: Analysis) -> Table:
    """Comprehensive energy and CO₂ per unit of product by year, with the limit on it."""
    result = analysis.energy
    shown = [scope.year for scope in result.plant[-3:]] if result is not None else []
    quotas = {verdict.item.product: verdict.item for verdict in analysis.quotas}
    rows: list[tuple[Cell, ...]] = []
    names = {one.product.id: one.product for one in result.products} if result is not None else {}
    for name, product in names.items():
        found = [result.of_product(name, value) if result is not None else None for value in shown]
        for key, unit_key, title in (
            ("value", "unit", _("comprehensive energy consumption")),
            ("co2", "co2_unit", plain("CO₂")),
        ):
            values = [getattr(one, key) if one is not None else None for one in found]
            known = next((one for one in found if one is not None and getattr(one, key) is not None), None)
            if known is not None:
                quota = quotas.get(name) if key == "value" else None
                limit = (
                    quota.quota.fitted(getattr(known, unit_key), analysis.audit.calendar) if quota is not None else None
                )
                rows.append(
                    (
                        product.name,
                        title,
                        getattr(known, unit_key),
                        *values,
                        limit,
                        quota.standard if quota is not None else "",
                    )
                )
    columns = (
        text("product", _("Product")),
        text("what", _("Item")),
        text("unit", _("Unit")),
        *(number(f"v{value}", year(value), -1) for value in shown),
        number("limit", _("Limit"), -1),
        text("standard", _("Standard applied")),
    )
    basis = BASES[result.basis] if result is not None else plain("")
    return report("energy-products", _("Energy and CO₂ per unit of product ({basis})", basis=basis), columns, rows)


def energy_workshops(analysis: Analysis) -> Table:
    """Energy of workshops by their sub-meters, and what no workshop is charged with."""
    result = analysis.energy
    scopes = result.plant[-3:] if result is not None else ()
    shown = [scope.year for scope in scopes]
    columns = [
        text("workshop", _("Workshop")),
        *(number(f"e{value}", year(value), 1, group=_("Coal equivalent (tce)")) for value in shown),
        number("share", _("Share"), 1, share=True),
    ]
    rows: list[tuple[Cell, ...]] = []
    if result is not None and result.workshops:
        for workshop in analysis.audit.phase("preassessment").workshops:
            found = {scope.year: scope for scope in result.workshops if scope.workshop == workshop.id}
            if found:
                rows.append(_workshop_row(workshop.name, [_net(found.get(value)) for value in shown], scopes))
        rest: list[float | None] = []
        for scope in scopes:
            parts = [_net(one) for one in result.workshops if one.year == scope.year]
            known = [part for part in parts if part is not None]
            whole = _used(scope)
            rest.append(whole - math.fsum(known) if whole is not None and known and len(known) == len(parts) else None)
        rows.append(_workshop_row(_("not metered by workshop, losses"), rest, scopes))
    title = (
        _("Energy of workshops ({basis})", basis=BASES[result.basis])
        if result is not None
        else _("Energy of workshops")
    )
    return report("energy-workshops", title, columns, rows)


def _net(scope: Scope | None) -> float | None:
    return scope.total.net if scope is not None else None


def _used(scope: Scope) -> float | None:
    """What the plant uses itself and passes on: energy sold comes out of what workshops are metered for."""
    return None if scope.total.unknown else scope.total.gross - scope.total.feedstock


def _workshop_row(name: Cell, values: list[float | None], scopes: tuple[Scope, ...]) -> tuple[Cell, ...]:
    last, whole = values[-1], _used(scopes[-1])
    return (name, *values, last / whole if last is not None and whole else None)


def water(analysis: Analysis) -> Table:
    """Amounts and indices of water by year, the plant first; indices with their formulas (domain notes §4.3)."""
    shown = sorted({*analysis.years, *(one.year for one in analysis.water)})[-3:]
    workshops = {item.id: item.name for item in analysis.audit.phase("preassessment").workshops}
    rows: list[tuple[Cell, ...]] = []
    for scope in dict.fromkeys(one.workshop for one in analysis.water):
        found = {one.year: one for one in analysis.water if one.workshop == scope}
        place: Cell = workshops.get(scope, scope) if scope else _("whole plant")
        for measure in dict.fromkeys(name for one in found.values() for name in one.amounts):
            values = [found[value].amounts.get(measure) if value in found else None for value in shown]
            rows.append((place, WATER_MEASURES[measure], "", "t" if measure == "steam" else "m³", *values))
        for name in NAMES:
            shares = {value: one.share(name) for value, one in found.items()}
            if any(share is not None for share in shares.values()):
                formula = next(one.formula for each in found.values() for one in each.shares if one.id == name)
                percent = [None if shares.get(value) is None else (shares[value] or 0.0) * 100 for value in shown]
                rows.append((place, NAMES[name], formula, "%", *percent))
        for index in dict.fromkeys(
            (one.name, one.formula, one.unit) for each in found.values() for one in each.indices
        ):
            of_year = {value: {one.name: one.value for one in each.indices} for value, each in found.items()}
            rows.append((place, *index, *(of_year.get(value, {}).get(index[0]) for value in shown)))
    columns = (
        text("scope", _("Scope^water")),
        text("name", _("Quantity or index"), wide=True),
        text("formula", _("Formula")),
        text("unit", _("Unit")),
        *(number(f"v{value}", year(value), -1) for value in shown),
    )
    notes = [
        _(
            "{year}: new water − consumed − drained − leaked = {gap} % of new water",
            year=one.year,
            gap=fixed(one.gap * 100, 3),
        )
        for one in analysis.water
        if one.gap is not None
    ]
    if any(one.share("reuse") is not None and "reused" not in one.amounts for one in analysis.water):
        notes.append(
            _("Reused water Vr is the sum of recirculated cooling, reused process and returned condensate water.")
        )
    return report("water", _("Water use of the year"), columns, rows, notes=notes, by_row=True)
