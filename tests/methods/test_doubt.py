"""Sensitivity, break-even and simulation against closed forms, and the arrays against the numbers one by one."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpa.methods.cashflow import Part, Plan, WriteOff, statement
from cpa.methods.doubt import (
    CHANGES,
    Project,
    Sensitivity,
    Spread,
    _paybacks,
    inputs_of,
    internal_rates_of,
    sensitivities,
    simulate,
    simulated_npvs,
    varied,
)
from cpa.methods.rates import annuity_factor, internal_rates, payback, present_value

BOUNDED = settings(max_examples=100, deadline=None, derandomize=True)
RATE = 0.1


def project(rate: float = RATE, **changes: Any) -> Project:
    """100 over five years, saving 40 a year, tax 25 % with losses set off: NPV = a(0.75 P + 0.25 × 20) − 100."""
    given_keys: dict[str, Any] = {
        "construction": 100.0, "parts": (Part("all", 40.0),), "life": 5.0,
        "write_off": WriteOff("straight_line", 5), "tax_rate": 0.25, "losses": "set_off",
    }  # fmt: skip
    return Project(Plan(**{**given_keys, **changes}), rate)


FEW = settings(parent=BOUNDED, max_examples=30)
"""A break-even takes a hundred statements."""
REACH = 3.0
"""Changes beyond it are not looked at for a break-even."""


def of(name: str, one: Project) -> Sensitivity:
    return next(found for found in sensitivities(one) if found.input == name)


# --- what is varied -------------------------------------------------------------------------------------------------


def test_inputs() -> None:
    assert inputs_of(project()) == ("investment", "saving", "life", "discount_rate", "tax_rate")
    assert inputs_of(project(tax_rate=0.0, salvage=0.0)) == ("investment", "saving", "life", "discount_rate")
    parts = (Part("water", 10.0), Part("power", 30.0), Part("none", 0.0))
    assert inputs_of(project(parts=parts, salvage=5.0)) == (
        "investment", "saving", "water", "power", "life", "discount_rate", "tax_rate", "salvage",
    )  # fmt: skip


def test_factors() -> None:
    one = project(
        parts=(Part("water", 10.0), Part("power", 30.0)), interest=4.0, working_capital=8.0, subsidy=20.0, salvage=6.0
    )
    found = varied(
        one, {"investment": 2.0, "saving": 3.0, "power": 0.5, "discount_rate": 1.1, "salvage": 1.5, "x": 9.0}
    )
    plan = found.plan
    assert (plan.construction, plan.interest, plan.working_capital, plan.subsidy) == (200, 8, 16, 20)
    assert [part.amount for part in plan.parts] == [30, 45]
    assert (found.rate, plan.salvage, plan.life, plan.tax_rate) == (pytest.approx(0.11), 9, 5, 0.25)
    assert varied(one, {}) == varied(one, {"x": 2.0}) == one


def test_a_part_named_saving() -> None:
    """As that of a study without the parts of operation."""
    found = varied(project(parts=(Part("saving", 40.0),)), {"saving": 1.1})
    assert [part.amount for part in found.plan.parts] == pytest.approx([44])


def test_what_is_not_stated_is_not_varied() -> None:
    """Interest that the debts decide, and a sale at the residual share."""
    found = varied(project(interest=None), {"investment": 2.0, "salvage": 2.0}).plan
    assert (found.interest, found.salvage, found.construction) == (None, None, 200)


# --- sensitivity ----------------------------------------------------------------------------------------------------


@given(st.floats(10, 1000), st.floats(1, 500), st.floats(0.01, 0.4), st.sampled_from([0.0, 0.15, 0.25]))
@FEW
def test_npv_is_linear_in_the_saving(investment: float, saving: float, rate: float, tax: float) -> None:
    """Where losses are set off: each change brings a(1 − tax) P times itself."""
    one = project(rate, construction=investment, parts=(Part("all", saving),), tax_rate=tax)
    base, worth = one.npv(), annuity_factor(rate, 5) * (1 - tax) * saving
    every = {found.input: found for found in sensitivities(one)}
    found = every["saving"]
    margin = 1e-9 * max(worth, investment)
    assert found.npvs == pytest.approx([base + change * worth for change in CHANGES], abs=margin)
    assume(abs(base) > 1e-3 * investment)
    assert found.coefficient == pytest.approx(worth / base)
    if found.break_even is not None:
        assert found.break_even == pytest.approx(-base / worth, abs=1e-9)
    else:
        assert not -1 <= -base / worth <= REACH
    shield = annuity_factor(rate, 5) * tax / 5  # of the depreciation of 1
    assert every["investment"].npvs == pytest.approx(
        [base + change * investment * (shield - 1) for change in CHANGES], abs=margin
    )


def test_sensitivity_by_hand() -> None:
    """a = 3.790787: NPV = 35a − 100 = 32.6775; P at zero (100/a − 5)/0.75 = 28.5063, 28.73 % less; the rate at zero is the
    IRR; at tax 120 % nothing is left: a(40(1 − x) + 20x) = 100 where x = (40 − 100/a)/20 = 0.68102, 172.4 % more."""
    factor = annuity_factor(RATE, 5)
    one = project()
    assert one.npv() == pytest.approx(35 * factor - 100)
    assert of("saving", one).break_even == pytest.approx((100 / factor - 5) / 30 - 1)
    assert of("saving", one).coefficient == pytest.approx(30 * factor / one.npv())
    assert of("investment", one).break_even == pytest.approx(30 * factor / (100 - 5 * factor) - 1)
    irr = internal_rates([-100.0] + [35.0] * 5).rate
    assert irr is not None
    assert of("discount_rate", one).break_even == pytest.approx(irr / RATE - 1)
    assert of("tax_rate", one).break_even == pytest.approx((40 - 100 / factor) / 20 / 0.25 - 1)
    assert of("discount_rate", one).irrs == pytest.approx([irr] * 4)
    for change, rate in zip(CHANGES, of("saving", one).irrs, strict=True):
        assert rate == internal_rates([-100.0] + [30 * (1 + change) + 5] * 5).rate


@given(
    st.floats(10, 1000),
    st.floats(1, 500),
    st.floats(0.01, 0.4),
    st.sampled_from(["lost", "carried_forward", "set_off"]),
)
@FEW
def test_npv_at_break_even_is_zero(investment: float, saving: float, rate: float, losses: Any) -> None:
    one = project(rate, construction=investment, parts=(Part("all", saving),), losses=losses)
    for found in sensitivities(one):
        if found.break_even is None:
            # Neither nothing nor nearly four times as much turns it.
            signs = {varied(one, {found.input: factor}).npv() > 0 for factor in (0.002, 1.0, 1 + REACH)}
            assert len(signs) == 1 or found.input == "life"
        elif found.input != "life":
            assert -1 <= found.break_even <= REACH
            at_zero = varied(one, {found.input: 1 + found.break_even}).npv()
            assert at_zero == pytest.approx(0, abs=1e-6 * max(investment, saving))


def test_break_even_of_the_life() -> None:
    """Written off at once, 25 a year without tax: at 0 % paid back after 4 of 5 years, 20 % less."""
    one = project(0.0, tax_rate=0.0, parts=(Part("all", 25.0),))
    assert of("life", one).break_even == pytest.approx(-0.2)
    assert of("life", one).npvs == pytest.approx([0, 12.5, 37.5, 50])


@pytest.mark.parametrize(("rate", "change"), [(0.18, 0.2 / 0.18 - 1), (0.12, 0.1 / 0.12 - 1), (0.25, 0.2 / 0.25 - 1)])
def test_the_nearest_of_two_break_evens(rate: float, change: float) -> None:
    """−1000, 2300, −1320 is worth something between 10 and 20 % only."""
    one = project(rate, construction=1000.0, parts=(Part("all", 1.0),), ramp=(2300.0, -1320.0), life=2.0, tax_rate=0.0)
    assert of("discount_rate", one).break_even == pytest.approx(change)


def test_no_coefficient_where_the_npv_is_zero() -> None:
    one = project(0.0, tax_rate=0.0, parts=(Part("all", 20.0),))
    assert one.npv() == 0
    assert of("saving", one).coefficient is None
    assert of("saving", one).break_even == pytest.approx(0, abs=0.05)


# --- simulation -----------------------------------------------------------------------------------------------------

DRAWS = 40_000
"""More than two blocks, and not a whole number of them."""


def test_the_same_seed_gives_the_same_numbers() -> None:
    spreads = [Spread("saving", -0.2, 0.2, "normal"), Spread("investment", -0.1, 0.3, "triangular")]
    first = simulate(project(), spreads, DRAWS, 7)
    assert first == simulate(project(), spreads, DRAWS, 7)
    assert first.npv != simulate(project(), spreads, DRAWS, 8).npv
    npvs = simulated_npvs(project(), spreads, DRAWS, 7)
    assert npvs.shape == (DRAWS,)
    assert first.npv.mean == pytest.approx(npvs.mean())
    assert (first.npv.low, first.npv.middle, first.npv.high) == pytest.approx(
        tuple(np.quantile(npvs, [0.05, 0.5, 0.95]))
    )
    assert first.negative == pytest.approx((npvs < 0).mean())
    assert (first.draws, first.seed, first.npv.missing) == (DRAWS, 7, 0)
    assert len(first.histogram) == 40
    assert sum(count for _middle, count in first.histogram) == pytest.approx(0.998 * DRAWS, rel=1e-3)


def moments(spread: Spread) -> tuple[float, float]:
    """Mean and variance of a factor."""
    low, high = 1 + spread.low, 1 + spread.high
    if spread.distribution == "uniform":
        return (low + high) / 2, (high - low) ** 2 / 12
    if spread.distribution == "normal":
        return (low + high) / 2, ((high - low) / 2 / 1.6448536) ** 2
    mode = min(max(1.0, low), high)
    squares = low**2 + high**2 + mode**2 - low * high - low * mode - high * mode
    return (low + high + mode) / 3, squares / 18


@pytest.mark.parametrize(
    "spreads",
    [
        [Spread("saving", -0.2, 0.2, "uniform")],
        [Spread("saving", -0.2, 0.1, "normal")],
        [Spread("saving", -0.3, 0.1, "triangular")],
        [Spread("saving", 0.1, 0.3, "triangular")],  # the stated value outside: mode at the end next to it
        [Spread("saving", -0.3, -0.1, "triangular")],
        [Spread("investment", -0.1, 0.3, "uniform"), Spread("saving", -0.2, 0.2, "normal")],
        [
            Spread("water", -0.5, 0.5, "normal"),
            Spread("power", -0.1, 0.1, "uniform"),
            Spread("investment", 0, 0.4, "triangular"),
        ],
    ],
    ids=lambda spreads: "+".join(f"{spread.input} {spread.distribution}" for spread in spreads),
)
def test_moments_of_a_linear_plan(spreads: list[Spread]) -> None:
    """NPV = Σ worth × factor + rest with independent factors: mean and variance add up; within five standard errors."""
    one = project(parts=(Part("water", 15.0), Part("power", 25.0)))
    factor = annuity_factor(RATE, 5)
    worth = {
        "water": 0.75 * 15 * factor,
        "power": 0.75 * 25 * factor,
        "saving": 0.75 * 40 * factor,
        "investment": 5 * factor - 100,
    }
    mean = one.npv() + math.fsum(worth[spread.input] * (moments(spread)[0] - 1) for spread in spreads)
    deviation = math.sqrt(math.fsum(worth[spread.input] ** 2 * moments(spread)[1] for spread in spreads))
    found = simulate(one, spreads, DRAWS).npv
    assert abs(found.mean - mean) < 5 * deviation / math.sqrt(DRAWS)
    # No distribution here has heavier tails than the normal one, of which the deviation has the error σ/√(2n).
    assert abs(found.deviation - deviation) < 5 * deviation / math.sqrt(2 * DRAWS)


def test_low_and_high_of_a_normal_spread_are_its_5_and_95_per_cent_points() -> None:
    """Error of a quantile √(p(1 − p)/n)/density, the density of the standard normal being 0.10314 there."""
    one = project(0.0, tax_rate=0.0, life=1.0, construction=0.0, parts=(Part("all", 1.0),))
    found = simulate(one, [Spread("saving", -0.3, 0.2, "normal")], DRAWS).npv
    error = math.sqrt(0.05 * 0.95 / DRAWS) / 0.10314 * 0.25 / 1.645
    assert abs(found.low - 0.7) < 5 * error
    assert abs(found.high - 1.2) < 5 * error
    assert abs(found.middle - 0.95) < 5 * error


def test_without_doubt_every_draw_is_the_appraisal() -> None:
    one = project(losses="lost")
    for spreads in ([], [Spread("saving", 0.0, 0.0, "uniform"), Spread("investment", 0.0, 0.0, "normal")]):
        found = simulate(one, spreads, 50)
        flows = statement(one.plan).flows
        assert found.payback is not None
        assert found.irr is not None
        for quantiles, wanted in (
            (found.npv, one.npv()), (found.payback, payback(flows)), (found.irr, internal_rates(flows).rate),
        ):  # fmt: skip
            assert (quantiles.low, quantiles.middle, quantiles.high, quantiles.mean) == pytest.approx((wanted,) * 4)
            assert quantiles.deviation == pytest.approx(0, abs=1e-9)
            assert quantiles.missing == 0
        assert found.negative == 0


def test_what_never_pays_back_is_missing() -> None:
    """Saving of 16 to 24 a year for five years against 100, evenly: half of the draws pay back."""
    one = project(0.0, tax_rate=0.0, parts=(Part("all", 20.0),))
    found = simulate(one, [Spread("saving", -0.2, 0.2, "uniform")], DRAWS)
    assert found.payback is not None
    assert found.irr is not None
    assert found.payback.missing == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(DRAWS))
    assert found.negative == pytest.approx(found.payback.missing)
    assert found.irr.missing == 0
    never = simulate(project(tax_rate=0.0, parts=(Part("all", -5.0),)), [], 20)
    assert (never.payback, never.irr, never.negative) == (None, None, 1)


@pytest.mark.parametrize("losses", ["lost", "carried_forward", "set_off"])
def test_every_draw_is_the_plan_one_by_one(losses: str) -> None:
    one = project(
        losses=losses,
        parts=(Part("water", 15.0), Part("power", 25.0, 0.03)),
        working_capital=10.0,
        salvage=20.0,
        start=0.5,
    )
    spreads = [Spread(name, -0.4, 0.4, "uniform") for name in inputs_of(one) if name != "life"]
    random = np.random.default_rng(11)
    factors = {spread.input: random.uniform(0.6, 1.4, 300) for spread in spreads}
    found = np.asarray(varied(one, factors).npv())
    wanted = [varied(one, {name: drawn[index].item() for name, drawn in factors.items()}).npv() for index in range(300)]
    assert found == pytest.approx(np.array(wanted), rel=1e-9, abs=1e-9)


# --- rates and payback of arrays ------------------------------------------------------------------------------------

AMOUNTS = st.one_of(st.just(0.0), st.floats(0.01, 1e4), st.integers(1, 200).map(float))
SIGNED = st.one_of(AMOUNTS, AMOUNTS.map(lambda amount: -amount))


@st.composite
def series(draw: st.DrawFn) -> list[list[float]]:
    """Several flows of one length; half of them with costs first and benefits after."""
    length = draw(st.integers(2, 12))
    rows = []
    for _row in range(draw(st.integers(1, 6))):
        row = draw(st.lists(SIGNED, min_size=length, max_size=length))
        if draw(st.booleans()):
            turn = draw(st.integers(1, length - 1))
            row = [-abs(flow) if year < turn else abs(flow) for year, flow in enumerate(row)]
        rows.append(row)
    return rows


@given(series())
@BOUNDED
def test_rates_of_arrays(rows: list[list[float]]) -> None:
    found = internal_rates_of(np.array(rows).T)
    for rate, row in zip(found.tolist(), rows, strict=True):
        one = internal_rates(row)
        if not one.conventional:
            assert math.isnan(rate)
            continue
        assert one.rate is not None
        assert 1 + rate == pytest.approx(1 + one.rate, rel=1e-9)
        margin = 1e-9 * math.fsum(abs(flow) / (1 + rate) ** year for year, flow in enumerate(row))
        assert abs(present_value(row, rate)) <= margin


def test_rates_of_many_series() -> None:
    """More than are worked on at a time, with others between."""
    random = np.random.default_rng(5)
    flows = np.abs(random.normal(size=(9, 5000)))
    flows[0] *= -random.uniform(0.1, 20, 5000)
    flows[0, ::7] *= -1
    found = internal_rates_of(flows)
    assert np.isnan(found[::7]).all()
    for index in (1, 2, 2047, 2048, 2400, 4095, 4999):
        assert found[index] == pytest.approx(internal_rates(flows[:, index].tolist()).rate) or index % 7 == 0


@given(series())
@BOUNDED
def test_paybacks_of_arrays(rows: list[list[float]]) -> None:
    found = _paybacks(np.array(rows).T)
    for years, row in zip(found.tolist(), rows, strict=True):
        wanted = payback(row)
        assert math.isnan(years) if wanted is None else years == pytest.approx(wanted)


def test_a_project_is_its_plan_at_a_rate() -> None:
    one = project()
    assert one.npv() == present_value(statement(one.plan).flows, RATE)
    assert msgspec.structs.replace(one, rate=0.0).npv() == pytest.approx(75)
