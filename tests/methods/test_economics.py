"""The handbook's economics against published figures and its own algebra, and the indicators of a plan year by year."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpa.methods.cashflow import Debt, Part, Plan, WriteOff, statement
from cpa.methods.economics import appraise, appraise_yearly, judged
from cpa.methods.rates import annuity_factor, internal_rates, interpolated_rate, payback, present_value

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
    assert (result.method, result.chain, result.saving, result.statement, result.own) == (
        "constant", None, None, None, None,
    )  # fmt: skip
    assert result.annuity == pytest.approx(7.7217, abs=5e-5)
    assert result.payback == pytest.approx(4.6154, abs=5e-5)
    assert result.npv == pytest.approx(100.956, abs=5e-4)
    assert result.npvr == pytest.approx(0.6730, abs=5e-5)
    assert result.irr == pytest.approx(0.172570, abs=5e-7)
    assert (result.roots.status, result.roots.conventional) == ("unique", True)
    assert result.trial is not None
    first, npv1, second, npv2, rate = result.trial
    assert (first, second) == (pytest.approx(0.17), pytest.approx(0.18))
    assert npv1 == pytest.approx(1.4046, abs=5e-5)
    assert npv2 == pytest.approx(-3.9422, abs=5e-5)
    assert rate == pytest.approx(0.172627, abs=5e-7)


def test_s23_with_the_rounded_factors_of_the_printed_table() -> None:
    """The source prints NPV1 1.4045 and NPV2 −3.9418; four-decimal factors differ by less than 0.001."""
    flows = [-150] + [32.5] * 10
    assert present_value(flows, 0.17) == pytest.approx(1.4045, abs=0.001)
    assert present_value(flows, 0.18) == pytest.approx(-3.9418, abs=0.001)


def test_the_chain_from_saving_to_cash_flow() -> None:
    """By hand: I = 200, P = 60, Y = 10, tax 25 %: D = 20, T = 40, tax = 10, E = 30, F = 50, N = 4 a.

    (P/A, 10 %, 10) = 6.14457, NPV = 50 × 6.14457 − 200 = 107.228, NPVR = 0.53614, annual worth = 50 − 200/6.14457.
    """
    result = appraise(investment=200, saving=60, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.10)
    chain = result.chain
    assert chain is not None
    assert (chain.saving, chain.depreciation, chain.taxable, chain.tax, chain.profit) == (60, 20, 40, 10, 30)
    assert (result.cash_flow, result.payback, result.flows) == (50, 4, (-200, *[50] * 10))
    assert (result.life, result.depreciation_years, result.tax_rate) == (10, 10, 0.25)
    assert result.npv == pytest.approx(107.228, abs=5e-4)
    assert result.npvr == pytest.approx(0.53614, abs=5e-6)
    assert result.annual_worth == pytest.approx(17.451, abs=5e-4)
    # (50 × (1.1^10 − 1)/0.1 / 200)^(1/10) − 1, the FV factor of the tables being 15.9374.
    assert result.mirr == pytest.approx((50 * 15.9374 / 200) ** 0.1 - 1, abs=1e-6)


def test_depreciation_and_life_are_two_things() -> None:
    """I = 100, Y = 5, n = 8, P = 40, tax 25 %: D = 20, T = 20, tax = 5, F = 35; NPV over 8 years at 0 % = 180."""
    result = appraise(investment=100, saving=40, depreciation_years=5, life=8, tax_rate=0.25, discount_rate=0)
    assert result.cash_flow == 35
    assert result.annuity == 8
    assert result.npv == 180
    assert result.annual_worth == 22.5


def test_a_loss_year_pays_no_tax() -> None:
    """I = 100, Y = 10, P = 6: D = 10, T = −4, tax 0, E = −4, F = 6."""
    result = appraise(investment=100, saving=6, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert result.chain is not None
    assert (result.chain.taxable, result.chain.tax, result.chain.profit, result.cash_flow) == (-4, 0, -4, 6)
    assert result.npv < 0
    assert result.irr is not None
    assert result.irr < 0
    assert result.trial is None
    assert result.payback == pytest.approx(100 / 6)  # N = I/F, beyond the life


# --- algebra --------------------------------------------------------------------------------------------------------


@given(MONEY, MONEY, YEARS, st.floats(0, 0.5), st.floats(0, 0.5), st.sampled_from([1e-4, 0.5, 10.0, 1e4]))
@BOUNDED
def test_the_unit_of_money_changes_no_ratio(
    saving: float, investment: float, years: int, tax: float, rate: float, unit: float
) -> None:
    one, other = (
        appraise(
            investment=investment * size,
            saving=saving * size,
            depreciation_years=10,
            life=years,
            tax_rate=tax,
            discount_rate=rate,
        )
        for size in (1.0, unit)
    )
    assert other.payback == (None if one.payback is None else pytest.approx(one.payback, rel=1e-9))
    assert other.npv == pytest.approx(one.npv * unit, rel=1e-9, abs=1e-9 * unit * max(saving, investment))
    assert other.npvr == pytest.approx(one.npvr, rel=1e-9, abs=1e-9 * max(1, saving / investment))
    assert other.irr == (None if one.irr is None else pytest.approx(one.irr, rel=1e-6, abs=1e-9))
    assert other.mirr == (None if one.mirr is None else pytest.approx(one.mirr, rel=1e-9, abs=1e-9))


@given(MONEY, MONEY, YEARS, st.floats(0, 0.5), st.floats(0.001, 0.5))
@BOUNDED
def test_the_letters_of_form_5_3(saving: float, investment: float, years: int, tax: float, rate: float) -> None:
    """NPV = F (P/A, i, n) − I, NPVR = NPV/I, N = I/F, annual worth = F − I/(P/A, i, n)."""
    result = appraise(
        investment=investment, saving=saving, depreciation_years=10, life=years, tax_rate=tax, discount_rate=rate
    )
    flow, factor = result.cash_flow, annuity_factor(rate, years)
    assert flow is not None
    scale = 1e-9 * max(saving * factor, investment)
    assert result.npv == pytest.approx(flow * factor - investment, abs=scale)
    assert result.npvr == pytest.approx(result.npv / investment)
    assert result.annual_worth == pytest.approx(flow - investment / factor, abs=scale)
    assert result.payback == pytest.approx(investment / flow)
    assert flow == pytest.approx(saving - tax * max(saving - investment / 10, 0))


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
    flows = [-investment] + [cash_flow] * years
    exact = internal_rates(flows).rate
    trial = interpolated_rate(flows, exact)
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


# --- year by year ---------------------------------------------------------------------------------------------------


def plan(**changes: object) -> Plan:
    """I = 100 over five years, straight line, P = 40 a year, tax 25 %: D = 20, F = 35."""
    given_keys = {
        "construction": 100.0,
        "parts": (Part("saving", 40.0),),
        "life": 5.0,
        "write_off": WriteOff("straight_line", 5),
        "tax_rate": 0.25,
    }
    return Plan(**{**given_keys, **changes})  # type: ignore[arg-type]


def test_npvr_divides_by_the_present_value_of_the_investment() -> None:
    """Paid by halves at years 0 and 1, with 10 of working capital and a grant of 20: 50 + 10 − 20 + 50/1.1."""
    one = plan(outlay=(0.5, 0.5), working_capital=10.0, subsidy=20.0)
    result = appraise_yearly(one, 0.1, investment=110, saving=40)
    assert result.npvr == pytest.approx(result.npv / (40 + 50 / 1.1))
    assert (result.investment, result.saving, result.life, result.depreciation_years) == (110, 40, 5, 5)
    assert (result.method, result.cash_flow, result.annuity, result.chain) == ("yearly", None, None, None)
    assert result.statement == statement(one)
    assert result.flows == statement(one).flows
    assert result.own is None


def test_own_money() -> None:
    """A loan of 60 over 2 years at 10 %: own money 40; interest 6 and 3 after tax 4.5 and 2.25; principal 30 each."""
    result = appraise_yearly(plan(debts=(Debt(60, 0.1, 2),)), 0.1, investment=100, saving=40)
    assert result.own is not None
    assert result.own.flows == pytest.approx((-40, 35 - 4.5 - 30, 35 - 2.25 - 30, 35, 35, 35))
    assert result.own.investment == pytest.approx(40)
    assert result.own.npvr == pytest.approx(result.own.npv / 40)
    assert result.flows == pytest.approx((-100, *[35] * 5))  # before loans


def test_all_on_loans_has_no_ratio() -> None:
    result = appraise_yearly(plan(debts=(Debt(100, 0.1, 5, "equal_payment"),)), 0.1, investment=100, saving=40)
    assert result.own is not None
    assert (result.own.npvr, result.own.roots.status, result.own.mirr) == (None, "none", None)


def test_the_reinvestment_rate() -> None:
    """(35 × (1.05⁵ − 1)/0.05 / 100)^(1/5) − 1; without one it is the discount rate."""
    fixed = appraise_yearly(plan(), 0.1, investment=100, saving=40, reinvestment_rate=0.05)
    assert (fixed.discount_rate, fixed.reinvestment_rate) == (0.1, 0.05)
    assert fixed.mirr == pytest.approx((35 * (1.05**5 - 1) / 0.05 / 100) ** 0.2 - 1)
    assert judged(fixed.flows, 0.1, 100).reinvestment_rate == 0.1


# --- what does not exist --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cash_flow", "investment"), [(0, 100), (-5, 100), (10, 0), (10, -5), (-1, 1)])
def test_no_irr(cash_flow: float, investment: float) -> None:
    flows = [-investment] + [cash_flow] * 10
    assert internal_rates(flows).rates == ()
    assert interpolated_rate(flows, None) is None


def test_what_does_not_pay_back_has_no_payback() -> None:
    result = appraise(investment=100, cash_flow=-5, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert (result.payback, result.discounted_payback, result.irr, result.trial, result.mirr) == (None,) * 5
    free = appraise(investment=0, saving=10, depreciation_years=10, life=10, tax_rate=0.25, discount_rate=0.05)
    assert (free.npvr, free.irr, free.mirr) == (None, None, None)
    assert payback(free.flows) == 0  # nothing was ever owed


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
