"""Factors of energy carriers: coal equivalent and carbon dioxide, from the audit or from the packs, with their origin."""

from functools import cache
from typing import Any, Literal, get_args

import msgspec

from cpa import reference
from cpa.audit import Audit
from cpa.messages import Message, _, both, listed, plain
from cpa.methods.steam import SteamError, enthalpy
from cpa.schema.identity import EnergyBasis, EnergyFactor
from cpa.schema.labels import CONFIDENCE
from cpa.schema.preassessment import Input
from cpa.schema.quantity import Quantity, parse_quantity
from cpa.schema.units import parse_unit
from cpa.schema.walk import nearest

Basis = Literal["calorific", "equivalent"]
BASES: tuple[Basis, ...] = get_args(Basis)


class Factor(msgspec.Struct, frozen=True):
    """A factor, where it comes from, and the year that it is of where it is not the one asked for."""

    value: Quantity
    origin: Message
    year: int | None = None


class NoFactor(msgspec.Struct, frozen=True):
    """Why there is no factor, and what to do about it."""

    message: Message
    hint: Message | None = None


_OWN = _("give a factor under `energy.factors` in audit.yaml")


def conventions(audit: Audit) -> EnergyBasis:
    """How the audit counts energy; calorific where it does not say."""
    stated = audit.identity.energy if audit.identity is not None else None
    return stated if stated is not None else EnergyBasis(electricity="calorific")


def item_factor(audit: Audit, item: Input, year: int, basis: Basis) -> Factor | NoFactor:
    """Coal equivalent of an input, or why there is none: measured calorific value, state of steam, then its carrier."""
    if item.calorific_value is not None:
        return Factor(item.calorific_value, _("measured net calorific value"))
    if item.pressure is not None or item.temperature is not None:
        pressure, temperature = item.pressure, item.temperature
        try:
            value = enthalpy_of(
                audit,
                "steam",
                temperature.to("℃") if temperature is not None else None,
                pressure.to("MPa") if pressure is not None else None,
            )
        except SteamError as error:
            return NoFactor(
                STATES[error.reason], _("give its `pressure` (absolute) or `temperature`, or `calorific_value`")
            )
        return Factor(value, _("enthalpy of steam (IAPWS-IF97)"))
    if not item.carrier:
        return NoFactor(_("no `carrier` is named"), _("there are: {names}", names=listed(list(_carriers()))))
    return carrier_factor(audit, item.carrier, year, basis)


STATES: dict[str, Message] = {
    "no_state": _("its enthalpy needs a temperature or a pressure"),
    "out_of_range": _("its temperature or pressure is outside the range of steam tables"),
    "not_water": _("at this temperature and pressure it is steam, not water"),
    "not_steam": _("at this temperature and pressure it is liquid water, not steam"),
}


def enthalpy_of(
    audit: Audit,
    phase: Literal["steam", "water"],
    temperature: float | None,
    pressure: float | None,
    dryness: float | None = None,
) -> Quantity:
    """Specific enthalpy (℃, MPa absolute) above the audit's reference temperature. Raises SteamError."""
    reference_at = conventions(audit).reference_temperature
    at = reference_at.to("℃") if reference_at is not None else 0.01
    return Quantity(enthalpy(phase, temperature, pressure, dryness, at), parse_unit("MJ/kg"))


def carrier_factor(audit: Audit, carrier: str, year: int, basis: Basis) -> Factor | NoFactor:
    """Coal equivalent of a carrier in a year: the audit's own factor, else that of the packs; or why there is none."""
    stated = conventions(audit)
    own = [
        factor
        for factor in stated.factors
        if factor.carrier == carrier
        and (carrier != "electricity" or (factor.basis or stated.electricity) == basis)
        and factor.year in (None, year)
    ]
    if own:
        best = next((factor for factor in own if factor.year == year), own[0])
        return Factor(best.factor, plain(best.source))
    dated = [
        str(factor.year)
        for factor in stated.factors
        if factor.carrier == carrier and factor.year is not None and (factor.basis or stated.electricity) == basis
    ]
    if dated and carrier == "electricity" and basis == "equivalent":
        return NoFactor(
            _("`energy.factors` has an equivalent value for {years}, none for {year}", years=listed(dated), year=year),
            _("give that of {year} too", year=year),
        )
    if carrier == "electricity" and basis == "equivalent":
        return _equivalent(stated.region, year)
    entry = _carriers().get(carrier)
    if entry is None:
        near = nearest(carrier, tuple(_carriers()))
        hint = (
            _("did you mean {names}?", names=listed([f"`{name}`" for name in near]))
            if near
            else _("there are: {names}", names=listed(list(_carriers())))
        )
        return NoFactor(_("no energy factor for `{carrier}`", carrier=carrier), hint)
    if "factor" not in entry:
        choices = listed([choice["factor"] for choice in entry.get("choices", ())] or list(entry.get("range", ())))
        return NoFactor(
            _("`{carrier}` has no single factor; in use are {choices}", carrier=carrier, choices=choices),
            _("give its `pressure` (absolute) or `temperature`, or `calorific_value`") if carrier == "steam" else _OWN,
        )
    return Factor(parse_quantity(entry["factor"]), _origin(entry))


def energy_factor(audit: Audit, carrier: str) -> Quantity | None:
    """Coal equivalent of a carrier in the baseline year on the audit's own basis; None where there is none."""
    year = audit.identity.baseline_year if audit.identity is not None else 0
    found = carrier_factor(audit, carrier, year, conventions(audit).electricity)
    return found.value if isinstance(found, Factor) else None


def _equivalent(region: str, year: int) -> Factor | NoFactor:
    rows = reference.load_words("energy/electricity")["equivalent"]
    for row in rows:
        if row["region"] == region and row.get("year", str(year)) == str(year):
            return Factor(parse_quantity(row["factor"]), _origin(row))
    return NoFactor(
        _("no equivalent value of electricity for `{region}` in {year}", region=region, year=year),
        _(
            "give one under `energy.factors` in audit.yaml: {{carrier: electricity, year: {year}, factor: …}}",
            year=year,
        ),
    )


@cache
def _carriers() -> dict[str, dict[str, Any]]:
    return {entry["carrier"]: entry for entry in reference.load_words("energy/default")["factors"]}


def is_medium(carrier: str) -> bool:
    """Whether a carrier is an energy-carrying medium (耗能工质), such as compressed air."""
    return bool(_carriers().get(carrier, {}).get("medium"))


def _origin(entry: dict[str, Any]) -> Message:
    source, confidence = entry.get("source"), CONFIDENCE[entry["confidence"]]
    if not source:
        return confidence
    words = both(**source) if isinstance(source, dict) else plain(source)
    return _("{source} ({confidence})", source=words, confidence=confidence)


def carbon_sets() -> tuple[str, ...]:
    """Ids of the sets of CO₂ factors."""
    return tuple(reference.names("carbon"))


def carbon_factor(audit: Audit, carrier: str, year: int) -> Factor | NoFactor:
    """CO₂ by amount of a carrier: the audit's own, else of the set it names; electricity of the latest earlier year."""
    stated = conventions(audit)
    own = [one for one in stated.factors if one.carrier == carrier and one.co2 is not None and one.year in (None, year)]
    if own:
        best: EnergyFactor = next((one for one in own if one.year == year), own[0])
        return Factor(best.co2 or Quantity(0.0), plain(best.source))
    if stated.carbon not in carbon_sets():
        return NoFactor(_("the audit names no set of CO₂ factors"))
    pack = reference.load_words(f"carbon/{stated.carbon}")
    if carrier == "electricity":
        return _grid(pack, stated.region, year)
    if carrier in ("heat", "steam") and "heat" in pack:
        return Factor(parse_quantity(pack["heat"]["co2"]), _origin(pack["heat"]))
    for entry in pack["fuels"]:
        if entry["carrier"] == carrier:
            return Factor(parse_quantity(entry["co2"]), _origin(entry))
    return NoFactor(_("the set `{name}` has no CO₂ factor for `{carrier}`", name=stated.carbon, carrier=carrier))


def _grid(pack: dict[str, Any], region: str, year: int) -> Factor | NoFactor:
    rows = [row for row in pack["electricity"] if row["region"] == region and int(row["year"]) <= year]
    if not rows:
        return NoFactor(_("no CO₂ factor of electricity for `{region}` in {year} or before", region=region, year=year))
    row = max(rows, key=lambda one: int(one["year"]))
    return Factor(parse_quantity(row["co2"]), _origin(row), int(row["year"]) if int(row["year"]) != year else None)
