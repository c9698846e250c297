"""Enthalpy of water and steam by the industrial formulation IAPWS-IF97."""

from typing import Any, Literal

ATMOSPHERE = 0.101325
"""Standard atmosphere, MPa (ISO 2533)."""


class SteamError(ValueError):
    """A state that cannot be computed; `reason` says why in a word."""

    def __init__(self, reason: Literal["no_state", "out_of_range", "not_steam", "not_water"]) -> None:
        super().__init__(reason)
        self.reason = reason


def enthalpy(
    phase: Literal["steam", "water"],
    temperature: float | None,
    pressure: float | None,
    dryness: float | None = None,
    reference: float = 0.01,
) -> float:
    """Specific enthalpy in MJ/kg above liquid water at `reference` (°C) and one atmosphere.

    `temperature` in °C, `pressure` absolute in MPa, `dryness` the mass share of vapour. Steam needs a pressure or a
    temperature and is saturated where only one is given; water without a pressure is at one atmosphere, above 100 °C at
    saturation. Raises SteamError without a state, outside the formulation's range (0–800 °C up to 100 MPa), for steam that
    is liquid and for water that is vapour at its temperature and pressure. Source: IAPWS R7-97(2012).
    """
    if temperature is None and (pressure is None or phase == "water"):
        raise SteamError("no_state")
    if phase == "water" and temperature is not None:
        state = _liquid(temperature, pressure)
    else:
        state = _vapour(temperature, pressure, dryness)
    return float(state.h - _state(T=max(reference, 0.01) + 273.15, P=ATMOSPHERE).h) / 1000


def _state(**given: float) -> Any:
    from iapws import IAPWS97

    try:
        state = IAPWS97(**given)
    except NotImplementedError:  # what iapws raises outside the range of the formulation
        raise SteamError("out_of_range") from None
    # Zero counts as not given there, and leaves the state empty.
    if getattr(state, "T", None) is None or getattr(state, "h", None) is None:
        raise SteamError("out_of_range")
    return state


_NEAR = 0.5
"""Kelvin from saturation within which a reading is taken as saturated: tables and gauges are rounded."""
_CRITICAL = 22.064
"""Critical pressure of water, MPa (IAPWS R2-83)."""


def _liquid(temperature: float, pressure: float | None) -> Any:
    kelvin = temperature + 273.15
    if pressure is None:
        return _state(T=kelvin, P=ATMOSPHERE) if temperature < 100 - _NEAR else _state(T=kelvin, x=0)
    if pressure < _CRITICAL:
        boiling = _state(P=pressure, x=0)
        if kelvin > boiling.T + _NEAR:
            raise SteamError("not_water")
        if kelvin > boiling.T - _NEAR:
            return boiling
    return _state(T=kelvin, P=pressure)


def _vapour(temperature: float | None, pressure: float | None, dryness: float | None) -> Any:
    vapour = 1.0 if dryness is None else dryness
    if pressure is None:
        return _state(T=(temperature or 0.0) + 273.15, x=vapour)
    if dryness is not None or temperature is None:
        return _state(P=pressure, x=vapour)
    kelvin = temperature + 273.15
    if pressure < _CRITICAL:
        saturated = _state(P=pressure, x=1)
        if kelvin < saturated.T - _NEAR:
            raise SteamError("not_steam")
        if kelvin < saturated.T + _NEAR:
            return saturated
    return _state(T=kelvin, P=pressure)
