"""The handbook's economics against published figures, other libraries, and its own algebra."""

import math

import numpy as np
import numpy_financial
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpa.methods.economics import (
    annuity_factor,
    appraise,
    internal_rate,
    interpolated_rate,
    net_present_value,
)

BOUNDED = settings(max_examples=150, deadline=None, derandomize=True)
MONEY = st.floats(1, 1e5)
YEARS = st.integers(1, 40)


# --- published ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "years", "factor"),
    [
        (0.05, 10, 7.7217), (0.06, 10, 7.3601), (0.08, 10, 6.7101), (0.10, 10, 6.1446), (0.12, 10, 5.6502),
        (0.15, 10, 5.0188), (0.17, 10, 4.6586), (0.18, 10, 4.4941), (0.10, 5, 3.7908), (0.10, 15, 7.6061),
        (0.10, 20, 8.5136),
    ],
)  # fmt: skip
def test_present_value_factors(rate: float, years: int, factor: float) -> None:
    """Domain notes §6.3; 17 % and 18 % as printed in S23."""
    assert round(annuity_factor(rate, years), 4) == factor


def test_s23() -> None:
    """Domain notes §6.3, S23: I = 150, F = 32.5, n = 10, i = 5 %, with F given directly."""
    result = appraise(investment=150, cash_flow=32.5, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert result.direct
    assert result.payback == pytest.approx(4.6154, abs=5e-5)
    assert result.npv == pytest.approx(100.956, abs=5e-4)
    assert result.npvr == pytest.approx(0.6730, abs=5e-5)
    assert result.irr == pytest.approx(0.172570, abs=5e-7)
    assert result.trial is not None
    first, npv1, second, npv2, rate = result.trial
    assert (first, second) == (pytest.approx(0.17), pytest.approx(0.18))
    assert npv1 == pytest.approx(1.4046, abs=5e-5)
    assert npv2 == pytest.approx(-3.9422, abs=5e-5)
    assert rate == pytest.approx(0.172627, abs=5e-7)
    assert (result.depreciation, result.taxable, result.tax, result.profit) == (None, None, None, None)


def test_s23_with_the_rounded_factors_of_the_printed_table() -> None:
    """The source prints NPV1 1.4045 and NPV2 −3.9418; four-decimal factors differ by less than 0.001."""
    assert net_present_value(32.5, 150, 0.17, 10) == pytest.approx(1.4045, abs=0.001)
    assert net_present_value(32.5, 150, 0.18, 10) == pytest.approx(-3.9418, abs=0.001)


def test_the_chain_from_saving_to_cash_flow() -> None:
    """By hand: I = 200, P = 60, Y = 10, tax 25 %: D = 20, T = 40, tax = 10, E = 30, F = 50, N = 4 a.

    (P/A, 10 %, 10) = 6.14457, NPV = 50 × 6.14457 − 200 = 107.228, NPVR = 0.53614.
    """
    result = appraise(investment=200, saving=60, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.10)
    assert (result.depreciation, result.taxable, result.tax, result.profit, result.cash_flow, result.payback) == (
        20, 40, 10, 30, 50, 4,
    )  # fmt: skip
    assert result.npv == pytest.approx(107.228, abs=5e-4)
    assert result.npvr == pytest.approx(0.53614, abs=5e-6)
    assert not result.direct


def test_depreciation_and_life_are_two_things() -> None:
    """I = 100, Y = 5, n = 8, P = 40, tax 25 %: D = 20, T = 20, tax = 5, F = 35; NPV over 8 years at 0 % = 180."""
    result = appraise(investment=100, saving=40, depreciation_years=5, life=8, tax_rate=0.25, discount_rate=0)
    assert result.cash_flow == 35
    assert result.annuity == 8
    assert result.npv == 180


def test_a_loss_year_pays_no_tax() -> None:
    """I = 100, Y = 10, P = 6: D = 10, T = −4, tax 0, E = −4, F = 6."""
    result = appraise(investment=100, saving=6, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert (result.taxable, result.tax, result.profit, result.cash_flow) == (-4, 0, -4, 6)
    assert result.npv < 0
    assert result.irr is not None
    assert result.irr < 0
    assert result.trial is None


# --- algebra --------------------------------------------------------------------------------------------------------


@given(MONEY, MONEY, YEARS)
@BOUNDED
def test_npv_at_the_irr_is_zero(cash_flow: float, investment: float, years: int) -> None:
    rate = internal_rate(cash_flow, investment, years)
    if rate is None:
        assert cash_flow * years < investment  # nothing that pays back is without a rate
        return
    assert net_present_value(cash_flow, investment, rate, years) == pytest.approx(
        0, abs=1e-6 * max(investment, cash_flow)
    )


@given(MONEY, MONEY, YEARS, st.floats(0, 1), st.floats(1e-4, 1))
@BOUNDED
def test_npv_falls_with_the_rate(cash_flow: float, investment: float, years: int, rate: float, more: float) -> None:
    assert net_present_value(cash_flow, investment, rate + more, years) < net_present_value(
        cash_flow, investment, rate, years
    )


@given(MONEY, MONEY, YEARS, st.floats(0, 0.5), st.floats(0, 0.5), st.sampled_from([1e-4, 0.5, 10.0, 1e4]))
@BOUNDED
def test_the_unit_of_money_changes_no_ratio(
    saving: float, investment: float, years: int, tax: float, rate: float, unit: float
) -> None:
    one = appraise(
        investment=investment, saving=saving, depreciation_years=10, life=years, tax_rate=tax, discount_rate=rate
    )
    other = appraise(
        investment=investment * unit,
        saving=saving * unit,
        depreciation_years=10,
        life=years,
        tax_rate=tax,
        discount_rate=rate,
    )
    assert other.payback == (None if one.payback is None else pytest.approx(one.payback, rel=1e-9))
    assert other.npv == pytest.approx(one.npv * unit, rel=1e-9, abs=1e-9 * unit * max(saving, investment))
    assert other.npvr == pytest.approx(one.npvr, rel=1e-9, abs=1e-9 * max(1, saving / investment))
    assert other.irr == (None if one.irr is None else pytest.approx(one.irr, rel=1e-6, abs=1e-9))


@given(st.floats(0.001, 2), YEARS)
@BOUNDED
def test_factor_is_the_sum_of_the_discounted_years(rate: float, years: int) -> None:
    assert annuity_factor(rate, years) == pytest.approx(
        math.fsum((1 + rate) ** -year for year in range(1, years + 1)), rel=1e-12
    )


@given(st.floats(1e-16, 1e-7), YEARS)
@BOUNDED
def test_factor_near_rate_zero(rate: float, years: int) -> None:
    assert annuity_factor(rate, years) == pytest.approx(years, rel=years * 1e-6)
    assert annuity_factor(0, years) == years


@given(MONEY, MONEY, YEARS)
@BOUNDED
def test_the_trial_rates_enclose_the_irr(cash_flow: float, investment: float, years: int) -> None:
    trial = interpolated_rate(cash_flow, investment, years)
    exact = internal_rate(cash_flow, investment, years)
    if trial is None:
        assert exact is None or exact < 0
        return
    first, npv1, second, npv2, rate = trial
    assert exact is not None
    assert second - first == pytest.approx(0.01)
    assert first * 100 == pytest.approx(round(first * 100), abs=1e-6)
    assert npv1 >= -1e-6 * investment
    assert npv2 < 0
    assert first - 1e-9 <= exact <= second
    assert first - 1e-9 <= rate <= second
    assert rate >= exact - 1e-9  # NPV is convex: the chord lies above it


# --- other libraries ------------------------------------------------------------------------------------------------


@given(st.floats(0.05, 3), st.floats(10, 1000), st.integers(1, 25))
@BOUNDED
def test_irr_agrees_with_other_libraries(ratio: float, investment: float, years: int) -> None:
    pyxirr = pytest.importorskip("pyxirr")
    cash_flow = investment * ratio
    assume(cash_flow * years > 0.6 * investment)
    ours = internal_rate(cash_flow, investment, years)
    assert ours is not None
    flows = [-investment] + [cash_flow] * years
    theirs = pyxirr.irr(flows)
    if theirs is not None:
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-7)
    # Independently: the one real root of the polynomial in v = 1/(1 + i) above zero.
    roots = np.roots(flows[::-1])
    real = [root.real for root in roots if abs(root.imag) < 1e-7 and root.real > 0]
    assert any(1 / root - 1 == pytest.approx(ours, rel=1e-4, abs=1e-6) for root in real)


@pytest.mark.parametrize(
    ("cash_flow", "investment", "years"), [(32.5, 150, 10), (10, 100, 10), (8, 100, 10), (60, 50, 3)]
)
def test_irr_and_npv_agree_with_numpy_financial(cash_flow: float, investment: float, years: int) -> None:
    flows = [-investment] + [cash_flow] * years
    assert internal_rate(cash_flow, investment, years) == pytest.approx(numpy_financial.irr(flows), abs=1e-9)
    for rate in (0.0, 0.05, 0.12):
        assert net_present_value(cash_flow, investment, rate, years) == pytest.approx(numpy_financial.npv(rate, flows))


def test_money_back_without_interest_is_rate_zero() -> None:
    assert internal_rate(10, 100, 10) == pytest.approx(0, abs=1e-12)


# --- what does not exist --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cash_flow", "investment"), [(0, 100), (-5, 100), (10, 0), (10, -5), (-1, -1)])
def test_no_irr(cash_flow: float, investment: float) -> None:
    assert internal_rate(cash_flow, investment, 10) is None
    assert interpolated_rate(cash_flow, investment, 10) is None


def test_what_does_not_pay_back_has_no_payback() -> None:
    result = appraise(investment=100, cash_flow=-5, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert result.payback is None
    assert result.irr is None
    assert result.trial is None
    free = appraise(investment=0, saving=10, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert free.npvr is None
    assert free.irr is None
    assert free.payback == 0


@pytest.mark.parametrize("rate", [-1, -1.5])
def test_rates_of_minus_one_and_less(rate: float) -> None:
    with pytest.raises(ValueError):
        annuity_factor(rate, 10)


@pytest.mark.parametrize(
    "wrong",
    [
        {"saving": 1, "cash_flow": 1},
        {},
        {"saving": 1, "life": 0},
        {"saving": 1, "depreciation_years": 0},
        {"cash_flow": 1, "life": -1},
    ],
)
def test_wrong_calls(wrong: dict[str, float]) -> None:
    good = {"investment": 100, "depreciation_years": 10, "life": 10, "tax_rate": 0.25, "discount_rate": 0.05}
    with pytest.raises(ValueError):
        appraise(**{**good, **wrong})  # type: ignore[arg-type]
