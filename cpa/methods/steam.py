"""Enthalpy of water and steam by the industrial formulation IAPWS-IF97."""

from typing import Literal

ATMOSPHERE = 0.101325
"""Standard atmosphere, MPa (ISO 2533)."""


class SteamError(ValueError):
    """A state that cannot be computed; `reason` says why in a word."""

    def __init__(self, reason: Literal["no_state", "out_of_range", "not_steam"]) -> None:
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
    saturation. Raises SteamError without a state, outside the formulation's range (0–800 °C up to 100 MPa), and for steam
    that is liquid at its temperature and pressure. Source: IAPWS R7-97(2012).
    """
    from iapws import IAPWS97

    if temperature is None and (pressure is None or phase == "water"):
        raise SteamError("no_state")
    kelvin = None if temperature is None else temperature + 273.15
    try:
        if phase == "water":
            if pressure is None and temperature is not None and temperature > 99:
                state = IAPWS97(T=kelvin, x=0)
            else:
                state = IAPWS97(T=kelvin, P=pressure or ATMOSPHERE)
        elif dryness is not None or temperature is None or pressure is None:
            vapour = 1.0 if dryness is None else dryness
            state = IAPWS97(P=pressure, x=vapour) if pressure is not None else IAPWS97(T=kelvin, x=vapour)
        else:
            state = IAPWS97(T=kelvin, P=pressure)
            if kelvin < IAPWS97(P=pressure, x=1).T - 0.5 if pressure < 22.0 else False:
                raise SteamError("not_steam")
        base = IAPWS97(T=max(reference, 0.01) + 273.15, P=ATMOSPHERE)
        if getattr(state, "h", None) is None:
            raise SteamError("out_of_range")
        return float(state.h - base.h) / 1000
    except (NotImplementedError, ZeroDivisionError, OverflowError, AttributeError):
        raise SteamError("out_of_range") from None
