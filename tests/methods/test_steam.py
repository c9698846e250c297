"""Enthalpy of water and steam against the verification values of the standard, and states that there are not."""

import pytest

from cpa.methods.steam import SteamError, enthalpy


def test_verification_values_of_the_standard() -> None:
    """IAPWS R7-97(2012), tables 5 and 15: h at 300 K and 3 MPa, 500 K and 3 MPa, 700 K and 0.0035 MPa, 700 K and 30 MPa."""
    cold, hot = (enthalpy("water", kelvin - 273.15, 3.0) for kelvin in (300.0, 500.0))
    thin, dense = (enthalpy("steam", 700 - 273.15, pressure) for pressure in (0.0035, 30.0))
    assert hot - cold == pytest.approx((975.542239 - 115.331273) / 1000, rel=1e-8)
    assert thin - dense == pytest.approx((3335.68375 - 2631.49474) / 1000, rel=1e-8)
    assert thin - cold == pytest.approx((3335.68375 - 115.331273) / 1000, rel=1e-8)


@pytest.mark.parametrize(
    ("phase", "temperature", "pressure", "dryness", "reason"),
    [
        ("water", None, 1.0, None, "no_state"),
        ("steam", None, None, None, "no_state"),
        ("water", 20.0, 0.0, None, "out_of_range"),
        ("steam", 200.0, 0.0, None, "out_of_range"),
        ("steam", None, 0.0, 0.9, "out_of_range"),
        ("steam", 5000.0, 1.0, None, "out_of_range"),
        ("water", -273.15, None, None, "out_of_range"),
        ("steam", 100.0, 1.0, None, "not_steam"),
        ("water", 200.0, 0.2, None, "not_water"),
    ],
)
def test_states_that_cannot_be_computed(
    phase: str, temperature: float | None, pressure: float | None, dryness: float | None, reason: str
) -> None:
    with pytest.raises(SteamError) as found:
        enthalpy(phase, temperature, pressure, dryness)  # type: ignore[arg-type]
    assert found.value.reason == reason
