"""Indicators of a series of flows against other libraries, the roots of polynomials, and their own algebra."""

import itertools
import math

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cpa.methods.rates import (
    annual_worth,
    annuity_factor,
    internal_rates,
    interpolated_rate,
    modified_rate,
    payback,
    present_value,
)

BOUNDED = settings(max_examples=150, deadline=None, derandomize=True)
AMOUNTS = st.one_of(st.integers(1, 1000).map(float), st.floats(0.01, 1e4))
RATES = st.floats(0, 0.5)
FLOWS = st.lists(st.one_of(st.just(0.0), AMOUNTS, AMOUNTS.map(lambda amount: -amount)), min_size=2, max_size=13)


@st.composite
def conventional(draw: st.DrawFn) -> list[float]:
    """Costs first, then benefits, with years without either between."""
    nothing = st.just(0.0)
    costs = draw(st.lists(st.one_of(nothing, AMOUNTS.map(lambda amount: -amount)), min_size=1, max_size=4))
    benefits = draw(st.lists(st.one_of(nothing, AMOUNTS), min_size=1, max_size=20))
    assume(any(costs))
    assume(any(benefits))
    return [*costs, *benefits]


def scale(flows: list[float], rate: float) -> float:
    return math.fsum(abs(flow) / (1 + rate) ** year for year, flow in enumerate(flows))


def changes(flows: list[float]) -> int:
    signs = [flow > 0 for flow in flows if flow]
    return sum(one != other for one, other in itertools.pairwise(signs))


# --- internal rates of return ---------------------------------------------------------------------------------------


@given(conventional())
@BOUNDED
def test_one_change_of_sign_is_one_rate_as_in_other_libraries(flows: list[float]) -> None:
    found = internal_rates(flows)
    assert (found.status, found.conventional, found.rate) == ("unique", True, found.rates[0])
    # Theirs search from a guess: what they return is the root where it is one, and may be missing.
    for theirs in (pyxirr.irr(flows), numpy_financial.irr(flows)):
        if theirs is not None and math.isfinite(theirs) and theirs > -0.99:
            assert found.rates[0] == pytest.approx(theirs, rel=1e-6, abs=1e-6)
    turned = internal_rates([-flow for flow in flows])
    assert (turned.rates, turned.conventional) == (pytest.approx(found.rates), False)


def test_the_other_libraries_do_answer() -> None:
    """Otherwise the comparison above would compare nothing."""
    assert pyxirr.irr([-100, 60, 60]) == pytest.approx(internal_rates([-100, 60, 60]).rate)
    assert numpy_financial.irr([-100, 60, 60]) == pytest.approx(internal_rates([-100, 60, 60]).rate)


@st.composite
def unconventional(draw: st.DrawFn) -> list[float]:
    """Two to four changes of sign within twelve years."""
    runs = draw(st.lists(st.lists(AMOUNTS, min_size=1, max_size=4), min_size=3, max_size=5))
    sign = draw(st.sampled_from([1, -1]))
    flows = [sign * (-1) ** index * amount for index, run in enumerate(runs) for amount in run][:13]
    assume(changes(flows) >= 2)
    return flows


NEAR = 1e-6
"""A turning point this near to zero, by the sum of the absolute terms, makes two roots that nobody can tell apart."""


def turning_points(flows: list[float]) -> list[float]:
    """Where the polynomial in x = 1/(1 + r) turns, x > 0."""
    derivative = np.polynomial.Polynomial(flows).deriv()
    return [root.real for root in derivative.roots() if abs(root.imag) < 1e-3 * abs(root) and root.real > 0]


def doubtful(flows: list[float]) -> bool:
    value = np.polynomial.Polynomial(flows)
    size = np.polynomial.Polynomial(np.abs(flows))
    return any(abs(value(x)) <= NEAR * size(x) for x in turning_points(flows))


@given(unconventional())
@settings(parent=BOUNDED, max_examples=400)
def test_several_rates_are_the_roots_of_the_polynomial(flows: list[float]) -> None:
    assume(not doubtful(flows))
    roots = np.polynomial.Polynomial(flows).roots()
    wanted = sorted(1 / root.real - 1 for root in roots if root.real > 0 and abs(root.imag) < 1e-7 * abs(root))
    assume(all(1e-4 < 1 + rate < 1e4 for rate in wanted))  # the eigenvalues behind `wanted` lose digits beyond
    found = internal_rates(flows)
    assert [1 + rate for rate in found.rates] == pytest.approx([1 + rate for rate in wanted], rel=1e-5)
    assert found.status == ("none", "unique", "multiple")[min(len(wanted), 2)]
    assert not found.conventional
    assert len(found.rates) <= changes(flows)  # Descartes
    assert len(found.rates) % 2 == changes(flows) % 2  # no double root is left here


@given(FLOWS)
@settings(parent=BOUNDED, max_examples=200)
def test_npv_at_every_rate_is_zero(flows: list[float]) -> None:
    for rate in internal_rates(flows).rates:
        assert rate > -1
        assert abs(present_value(flows, rate)) <= 1e-9 * scale(flows, rate)


@given(FLOWS, st.sampled_from([1e-6, 0.3, 7.0, 1e4, -1.0]), st.integers(0, 3), st.integers(0, 3))
@BOUNDED
def test_the_unit_of_money_and_empty_years_change_no_rate(
    flows: list[float], unit: float, before: int, after: int
) -> None:
    assume(not doubtful(flows) or changes(flows) < 2)
    one = internal_rates(flows)
    other = internal_rates([0.0] * before + [unit * flow for flow in flows] + [0.0] * after)
    assert [1 + rate for rate in other.rates] == pytest.approx([1 + rate for rate in one.rates], rel=1e-9)
    assert other.status == one.status
    assert other.conventional == (one.conventional if unit > 0 else changes(flows) == 1 and not one.conventional)


@given(conventional(), RATES, st.floats(1e-4, 1))
@BOUNDED
def test_npv_of_conventional_flows_falls_with_the_rate(flows: list[float], rate: float, more: float) -> None:
    """As long as it is positive: afterwards the costs of later years weigh less, too."""
    higher, lower = present_value(flows, rate + more), present_value(flows, rate)
    if lower >= 0:
        first = next(year for year, flow in enumerate(flows) if flow)
        assert higher * (1 + rate + more) ** first < lower * (1 + rate) ** first
    found = internal_rates(flows).rates[0]
    margin = 1e-9 * scale(flows, rate)
    assert lower >= -margin if rate <= found else lower <= margin


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=20), RATES, st.floats(1e-4, 1))
@BOUNDED
def test_npv_of_one_investment_falls_throughout(
    investment: float, benefits: list[float], rate: float, more: float
) -> None:
    flows = [-investment, *benefits]
    assert present_value(flows, rate + more) < present_value(flows, rate)


@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        ([], ()),
        ([0, 0, 0], ()),
        ([-5], ()),
        ([1, 2, 3], ()),
        ([-1, -2, -3], ()),
        ([0, 5, 0], ()),
        ([1000, -3000, 2500], ()),  # discriminant negative
        ([-100, 50, 50], (0.0,)),
        ([-10] + [1] * 10, (0.0,)),
        ([-100, 110], (0.1,)),
        ([-1, 2, -1], (0.0,)),  # −(x − 1)²: touches zero and is below it everywhere else
        ([-100, 220, -121], (0.1,)),
        ([-1, 3, -3, 1], (0.0,)),  # a threefold root
        ([1, -4, 6, -4, 1], (0.0,)),
        ([-1600, 10000, -10000], (0.25, 4.0)),
        ([-1000, 2300, -1320], (0.1, 0.2)),
        ([-4, 1], (-0.75,)),
        ([0, 0, -100, 121, 0], (0.21,)),
        ([-1, 0, 0, 8], (1.0,)),
        ([-1, 0, 5, 0, -4], (0.0, 1.0)),  # −(x² − 1)(x² − 4) with x = 1 + r: ±1 and ±2, those below zero are no rates
    ],
)
def test_rates_by_hand(flows: list[float], rates: tuple[float, ...]) -> None:
    assert internal_rates(flows).rates == pytest.approx(rates, abs=1e-9)


@pytest.mark.parametrize("back", [1e-9, 1e-11, 1e-13, 1e-17])
def test_hardly_anything_comes_back(back: float) -> None:
    """A rate next to −100 %, or none: never an error, and never −100 %."""
    assert all(-1 < rate < -0.99 for rate in internal_rates([-1.0, back]).rates)


@given(st.lists(st.integers(-9, 30).map(lambda tenth: tenth / 10), min_size=1, max_size=5, unique=True))
@BOUNDED
def test_roots_chosen_beforehand_are_found(rates: list[float]) -> None:
    """Flows of Π (q − (1 + r)), whose roots are a tenth apart or more."""
    flows = [1.0]
    for rate in rates:
        flows = [a - (1 + rate) * b for a, b in zip([*flows, 0.0], [0.0, *flows], strict=True)]
    assert internal_rates(flows).rates == pytest.approx(sorted(rates), abs=1e-6)


# --- the handbook's interpolation -----------------------------------------------------------------------------------


@given(conventional())
@BOUNDED
def test_interpolation_encloses_the_rate(flows: list[float]) -> None:
    exact = internal_rates(flows).rate
    trial = interpolated_rate(flows, exact)
    assert (trial is None) == (exact is None or exact < 0)
    if trial is None or exact is None:
        return
    first, npv1, second, npv2, rate = trial
    assert first <= exact + 1e-9 <= second + 2e-9
    assert second == pytest.approx(first + 0.01)
    assert (npv1, npv2) == (present_value(flows, first), present_value(flows, second))
    assert rate == pytest.approx(first + 0.01 * npv1 / (npv1 + abs(npv2)))
    assert first - 1e-9 <= rate <= second + 1e-9


# --- payback --------------------------------------------------------------------------------------------------------


def straightforward_payback(flows: list[float], rate: float) -> float | None:
    """The first year end at which the sum has come back from below zero, and how far into that year."""
    discounted = [flow / (1 + rate) ** year for year, flow in enumerate(flows)]
    sums = list(itertools.accumulate(discounted))
    for year in range(1, len(flows)):
        if min(sums[:year]) < 0 and sums[year - 1] < 0 <= sums[year]:
            return year - 1 + -sums[year - 1] / discounted[year]
    return 0.0 if all(total >= 0 for total in sums) else None


@given(FLOWS, RATES)
@settings(parent=BOUNDED, max_examples=200)
def test_payback_against_a_plain_loop(flows: list[float], rate: float) -> None:
    sums = list(itertools.accumulate(flow / (1 + rate) ** year for year, flow in enumerate(flows)))
    largest = max(map(abs, flows))
    assume(all(abs(total) > 1e-9 * largest for total in sums if total))  # neither side of zero by rounding alone
    wanted = straightforward_payback(flows, rate)
    assert payback(flows, rate) == (None if wanted is None else pytest.approx(wanted, rel=1e-9, abs=1e-9))


@pytest.mark.parametrize(
    ("flows", "rate", "years"),
    [
        ([-100, 50, 50], 0.0, 2),
        ([-100, 40, 40, 40], 0.0, 2.5),
        ([-100, 0, 0, 100], 0.0, 3),
        ([-50, -50, 40, 40, 40], 0.0, 3.5),  # from year 0, with two years of building
        ([-100, 110], 0.1, 1),
        ([-100, 30], 0.0, None),
        ([-100, 150, -80, 10], 0.0, 2 / 3),  # what is owed again later is not counted
        ([100, 50], 0.0, 0),  # nothing is owed
        ([10, -30, 40], 0.0, 1.5),
        ([-0.3, 0.1, 0.1, 0.1], 0.0, 3),  # the sum misses zero by rounding
        ([], 0.0, 0),
    ],
)
def test_payback_by_hand(flows: list[float], rate: float, years: float | None) -> None:
    assert payback(flows, rate) == (None if years is None else pytest.approx(years))


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=20), st.floats(0.01, 0.5))
@BOUNDED
def test_discounting_never_shortens_the_payback(investment: float, benefits: list[float], rate: float) -> None:
    flows = [-investment, *benefits]
    plain, discounted = payback(flows), payback(flows, rate)
    assert discounted is None or (plain is not None and discounted >= plain - 1e-9)
    # It is reached where the NPV is not negative.
    assume(abs(present_value(flows, rate)) > 1e-9 * scale(flows, rate))
    assert (discounted is not None) == (present_value(flows, rate) > 0)


# --- MIRR, annual worth, present value ------------------------------------------------------------------------------


@given(FLOWS, RATES, RATES)
@BOUNDED
def test_mirr_as_in_numpy_financial(flows: list[float], finance: float, reinvestment: float) -> None:
    found = modified_rate(flows, finance, reinvestment)
    if not any(flow > 0 for flow in flows) or not any(flow < 0 for flow in flows):
        assert found is None
        return
    assert found == pytest.approx(numpy_financial.mirr(flows, finance, reinvestment), rel=1e-9, abs=1e-9)


@given(conventional())
@BOUNDED
def test_mirr_at_the_irr_is_the_irr(flows: list[float]) -> None:
    """Money that goes in and out at one and the same rate earns that rate."""
    rate = internal_rates(flows).rates[0]
    assume(-0.9 < rate < 50)
    # Years without flow at either end lengthen the term of the MIRR, and bring nothing.
    found = modified_rate(np.trim_zeros(flows), rate, rate)  # type: ignore[arg-type]
    assert found == pytest.approx(rate, rel=1e-6, abs=1e-6)


@given(FLOWS, st.floats(-0.5, 1))
@BOUNDED
def test_present_value_as_in_numpy_financial(flows: list[float], rate: float) -> None:
    assert present_value(flows, rate) == pytest.approx(
        numpy_financial.npv(rate, flows), rel=1e-9, abs=1e-9 * scale(flows, rate)
    )


@given(FLOWS, st.floats(0, 1), st.floats(-0.5, 1))
@BOUNDED
def test_a_project_in_two_parts_is_worth_as_much(flows: list[float], share: float, rate: float) -> None:
    """Two half investments in the same year change nothing, nor does any other division."""
    parts = [[share * flow for flow in flows], [(1 - share) * flow for flow in flows]]
    assert math.fsum(present_value(part, rate) for part in parts) == pytest.approx(
        present_value(flows, rate), abs=1e-12 * scale(flows, rate)
    )
    again = [one + other for one, other in zip(*parts, strict=True)]
    assume(not doubtful(flows) or changes(flows) < 2)
    assert [1 + found for found in internal_rates(again).rates] == pytest.approx(
        [1 + found for found in internal_rates(flows).rates], rel=1e-9
    )


def test_present_value_of_draws() -> None:
    """Arrays of flows, of rates, or of both are the numbers one by one; the flows stay as they were."""
    random = np.random.default_rng(1)
    flows, rates = random.normal(size=(6, 50)), random.uniform(0, 0.3, 50)
    kept = flows.copy()
    found = present_value(list(flows), rates)  # type: ignore[arg-type]
    one_by_one = [present_value(column.tolist(), rate) for column, rate in zip(flows.T, rates.tolist(), strict=True)]
    assert np.asarray(found) == pytest.approx(np.array(one_by_one))
    assert np.array_equal(flows, kept)
    assert np.asarray(present_value([-1.0, 0.5, 0.7], rates)).shape == (50,)  # type: ignore[arg-type]


@given(st.floats(-1e5, 1e5), st.floats(-0.5, 0.5), st.integers(1, 40))
@BOUNDED
def test_annual_worth_is_worth_the_npv(npv: float, rate: float, years: int) -> None:
    even = annual_worth(npv, rate, years)
    assert even is not None
    assert present_value([0.0] + [even] * years, rate) == pytest.approx(npv, rel=1e-9, abs=1e-9)
    if abs(rate) > 1e-9:  # the formula of the specification
        assert even == pytest.approx(npv * rate / (1 - (1 + rate) ** -years), rel=1e-5, abs=1e-9)


def test_annual_worth_over_no_time() -> None:
    assert annual_worth(100, 0.1, 0) is None
    assert annual_worth(100, 0.0, 4) == 25


def test_factors_beyond_floating_point_are_infinite() -> None:
    """A rate near −100 % over many years."""
    assert annuity_factor(-0.999, 200) == math.inf
