"""Savings by a baseline model: a textbook regression, exact fractions for one driver, printed quantiles, and coverage."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from cpa.methods.verification import VerificationError, student_quantile, verified

BOUNDED = settings(max_examples=100, deadline=None, derandomize=True)
Period = tuple[float, tuple[float, ...]]

# --- published ------------------------------------------------------------------------------------------------------

OXYGEN: list[Period] = [
    (90.01, (0.99,)), (89.05, (1.02,)), (91.43, (1.15,)), (93.74, (1.29,)), (96.73, (1.46,)), (94.45, (1.36,)),
    (87.59, (0.87,)), (91.77, (1.23,)), (99.42, (1.55,)), (93.65, (1.40,)), (93.54, (1.19,)), (92.52, (1.15,)),
    (90.56, (0.98,)), (89.54, (1.01,)), (89.85, (1.11,)), (90.39, (1.20,)), (93.25, (1.26,)), (93.41, (1.32,)),
    (94.98, (1.43,)), (87.33, (0.95,)),
]  # fmt: skip
"""Montgomery & Runger, Applied Statistics and Probability for Engineers, ch. 11 (recalled): oxygen purity in %, by % of
hydrocarbon."""


def test_a_textbook_regression() -> None:
    """As printed there: ŷ = 74.283 + 14.947 x, σ̂² = 1.18, standard errors 1.593 and 1.317, R² = 87.7 %; at x = 1 a purity
    of 89.23, within 86.83 and 91.63 in 95 % of new observations."""
    found = verified(OXYGEN, [(80.0, (1.0,))], confidence=0.95)
    model = found.model
    assert model.coefficients == pytest.approx((74.283, 14.947), abs=6e-4)
    assert model.errors == pytest.approx((1.593, 1.317), abs=6e-4)
    assert model.deviation**2 == pytest.approx(1.18, abs=0.005)
    assert (model.freedom, model.r2) == (18, pytest.approx(0.877, abs=5e-4))
    assert found.predicted == pytest.approx(89.23, abs=0.005)
    # Printed with t = 2.101 and rounded steps.
    assert (found.predicted - found.half_width, found.predicted + found.half_width) == pytest.approx(
        (86.83, 91.63), abs=0.011
    )
    assert found.saving == pytest.approx(9.23, abs=0.005)
    assert model.cv == pytest.approx(math.sqrt(1.18) / 92.1605, abs=1e-4)
    assert found.proven


# --- one driver, exactly --------------------------------------------------------------------------------------------


def exactly(
    before: list[tuple[Fraction, Fraction]], after: list[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Fraction]:
    """Predicted sum, and s²(m + m²/n + (Σ(x − x̄))²/Sxx): the sum of m predictions of a simple regression."""
    count, later = len(before), len(after)
    mean_x = sum((x for _y, x in before), Fraction(0)) / count
    mean_y = sum((y for y, _x in before), Fraction(0)) / count
    squares = sum(((x - mean_x) ** 2 for _y, x in before), Fraction(0))
    slope = sum(((x - mean_x) * (y - mean_y) for y, x in before), Fraction(0)) / squares
    rest = sum(((y - mean_y - slope * (x - mean_x)) ** 2 for y, x in before), Fraction(0)) / (count - 2)
    reach = sum((x - mean_x for _y, x in after), Fraction(0))
    predicted = later * mean_y + slope * reach
    return predicted, rest * (later + Fraction(later**2, count) + reach**2 / squares)


WHOLE = st.integers(0, 100).map(Fraction)


@st.composite
def simple(draw: st.DrawFn) -> tuple[list[tuple[Fraction, Fraction]], list[tuple[Fraction, Fraction]]]:
    before = draw(st.lists(st.tuples(WHOLE, WHOLE), min_size=4, max_size=15))
    assume(len({x for _y, x in before}) > 1)
    return before, draw(st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=12))


def periods(pairs: list[tuple[Fraction, Fraction]]) -> list[Period]:
    return [(float(y), (float(x),)) for y, x in pairs]


T95 = {2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833, 10: 1.812, 11: 1.796,
       12: 1.782, 13: 1.771, 18: 1.734, 20: 1.725, 30: 1.697}  # fmt: skip
"""95 % points of Student's t, for an interval of 90 %, as in every table."""


@given(simple())
@BOUNDED
def test_one_driver_against_fractions(data: Any) -> None:
    before, after = data
    predicted, variance = exactly(before, after)
    found = verified(periods(before), periods(after))
    assert found.predicted == pytest.approx(float(predicted), abs=1e-8)
    assert found.measured == pytest.approx(float(sum(y for y, _x in after)))
    assert found.saving == pytest.approx(float(predicted) - found.measured, abs=1e-8)
    wanted = T95[len(before) - 2] * math.sqrt(variance)
    assert found.half_width == pytest.approx(wanted, rel=3e-4, abs=1e-5)
    assert found.proven == (found.saving > found.half_width)


@pytest.mark.parametrize(
    ("freedom", "confidence", "quantile"),
    [*((freedom, 0.9, quantile) for freedom, quantile in T95.items()),
     (5, 0.95, 2.571), (10, 0.95, 2.228), (18, 0.95, 2.101), (10, 0.99, 3.169), (10, 0.8, 1.372)],
)  # fmt: skip
def test_quantiles_as_printed(freedom: int, confidence: float, quantile: float) -> None:
    random = np.random.default_rng(freedom)
    xs, ys = random.uniform(0, 10, freedom + 2), random.uniform(0, 10, freedom + 2)
    pairs = [(Fraction(y), Fraction(x)) for y, x in zip(ys.tolist(), xs.tolist(), strict=True)]
    _predicted, variance = exactly(pairs, [(Fraction(1), Fraction(4))])
    found = verified(periods(pairs), [(1.0, (4.0,))], confidence=confidence)
    assert found.model.freedom == freedom
    assert found.confidence == confidence
    assert found.half_width / math.sqrt(variance) == pytest.approx(quantile, abs=6e-4)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 6, 9, 10, 29, 30, 99, 365])
def test_quantiles_as_in_scipy(freedom: int) -> None:
    for probability in (0.51, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995):
        assert student_quantile(probability, freedom) == pytest.approx(float(stdtrit(freedom, probability)), rel=1e-9)
    assert student_quantile(0.95, 1) == pytest.approx(6.314, abs=5e-4)


# --- several drivers ------------------------------------------------------------------------------------------------


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[Period], list[Period]]:
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    drivers = draw(st.integers(0, 3))
    slopes, sizes = random.normal(size=drivers), 10 ** random.uniform(-3, 5, drivers)

    def some(count: int) -> list[Period]:
        xs = random.uniform(0.2, 1, (count, drivers)) * sizes
        ys = 50 + xs / sizes @ (20 * slopes) + random.normal(size=count)
        return [(float(y), tuple(x)) for y, x in zip(ys, xs.tolist(), strict=True)]

    return some(drivers + 3 + draw(st.integers(0, 20))), some(draw(st.integers(1, 12)))


@given(drawn())
@BOUNDED
def test_several_drivers_against_the_formula(data: Any) -> None:
    """s²(m + 1ᵀX(XᵀX)⁻¹Xᵀ1) by the normal equations, the drivers being brought to one size before."""
    before, after = data
    scale = np.array([1.0, *np.abs([drivers for _y, drivers in before]).max(axis=0)]) if before[0][1] else np.ones(1)
    x = np.array([[1.0, *drivers] for _y, drivers in before]) / scale
    y = np.array([amount for amount, _drivers in before])
    later = np.array([[1.0, *drivers] for _y, drivers in after]) / scale
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    rest = ((y - x @ beta) ** 2).sum() / (len(y) - x.shape[1])
    ones = np.ones(len(after))
    variance = rest * (len(after) + ones @ later @ inverse @ later.T @ ones)
    found = verified(before, after, measured_variance=4.0)
    without = verified(before, after)
    quantile = without.half_width / math.sqrt(variance)
    assert found.model.coefficients == pytest.approx((beta / scale).tolist(), rel=1e-6, abs=1e-9)
    assert found.model.errors == pytest.approx((np.sqrt(rest * np.diag(inverse)) / scale).tolist(), rel=1e-6)
    assert found.predicted == pytest.approx(float((later @ beta).sum()))
    assert found.half_width == pytest.approx(quantile * math.sqrt(variance + 4.0))
    if without.model.freedom in T95:
        assert quantile == pytest.approx(T95[without.model.freedom], abs=6e-4)
    assert found.model.r2 == pytest.approx(1 - rest * found.model.freedom / ((y - y.mean()) ** 2).sum())
    assert found.model.cv == pytest.approx(math.sqrt(rest) / y.mean())


@given(drawn(), st.sampled_from([1e-3, 7.0, 1e5]), st.floats(-100, 100))
@BOUNDED
def test_units_and_adjustments(data: Any, unit: float, adjustment: float) -> None:
    """Amounts in another unit change the saving with them; drivers in another unit, or order, change nothing."""
    before, after = data
    one = verified(before, after)

    def changed(rows: list[Period], amount: float, driver: float) -> list[Period]:
        return [(y * amount, tuple(x * driver for x in reversed(drivers))) for y, drivers in rows]

    amounts = verified(changed(before, unit, 1.0), changed(after, unit, 1.0))
    assert amounts.saving == pytest.approx(one.saving * unit, rel=1e-6, abs=1e-6 * unit)
    assert amounts.half_width == pytest.approx(one.half_width * unit, rel=1e-6)
    assert (amounts.model.r2, amounts.model.cv) == (pytest.approx(one.model.r2), pytest.approx(one.model.cv))
    drivers = verified(changed(before, 1.0, unit), changed(after, 1.0, unit))
    assert (drivers.saving, drivers.half_width) == (
        pytest.approx(one.saving, rel=1e-6, abs=1e-6), pytest.approx(one.half_width, rel=1e-6),
    )  # fmt: skip
    adjusted = verified(before, after, adjustment)
    assert adjusted.saving == pytest.approx(one.saving + adjustment)
    assert (adjusted.adjusted, adjusted.half_width) == (adjustment, one.half_width)


def test_without_drivers_the_mean_is_the_model() -> None:
    """Mean 12, s² = (4 + 1 + 1 + 4 + 0)/4 = 2.5; over two periods 24 − 15, ± 2.132 √(2.5 (2 + 4/5))."""
    found = verified([(10, ()), (11, ()), (13, ()), (14, ()), (12, ())], [(8, ()), (7, ())])
    assert found.model.coefficients == pytest.approx((12,))
    assert found.model.errors == pytest.approx((math.sqrt(2.5 / 5),))
    assert (found.predicted, found.measured, found.saving) == pytest.approx((24, 15, 9))
    assert found.half_width == pytest.approx(2.132 * math.sqrt(7), abs=2e-3)
    assert found.model.r2 == pytest.approx(0)
    assert found.proven


def test_a_line_without_scatter() -> None:
    """Everything is known: what is saved is proven however little it is, and what was used more is not."""
    before = [(5 + 2 * x, (float(x),)) for x in range(6)]
    found = verified(before, [(24.9, (10.0,))])
    assert found.saving == pytest.approx(0.1)
    assert found.half_width == pytest.approx(0, abs=1e-9)
    assert found.model.r2 == pytest.approx(1)
    assert found.proven
    assert not verified(before, [(25.1, (10.0,))]).proven


def test_amounts_without_scatter() -> None:
    found = verified([(7.0, (float(x),)) for x in range(5)], [(6.0, (2.0,))])
    assert found.model.r2 is None
    assert found.model.coefficients == pytest.approx((7, 0), abs=1e-12)
    assert verified([(0.0, ())] * 4, [(1.0, ())]).model.cv == math.inf


# --- coverage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("drivers", "meter"), [(1, 0.0), (2, 0.0), (1, 1.5)])
def test_nine_of_ten_intervals_hold_the_true_saving(drivers: int, meter: float) -> None:
    """2000 runs of twelve months before and six after, with a saving of 3 a month; error of the share 0.7 %."""
    random = np.random.default_rng(20150101)
    slopes, runs, held = np.arange(1, drivers + 1) * 2.0, 2000, 0
    for _run in range(runs):
        xs = random.uniform(5, 15, (18, drivers))
        ys = 40 + xs @ slopes + random.normal(0, 2, 18)
        ys[12:] -= 3 + random.normal(0, 1, 6) * meter
        rows = [(float(y), tuple(x)) for y, x in zip(ys, xs.tolist(), strict=True)]
        found = verified(rows[:12], rows[12:], measured_variance=6 * meter**2)
        held += abs(found.saving - 18) <= found.half_width
    # With noise of a meter the interval is too wide by little: the t of the model holds for both.
    assert held / runs == pytest.approx(0.9, abs=0.02)


# --- no model -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([], [(1.0, (1.0,))], "few"),
        ([(1.0, (1.0,)), (2.0, (2.0,)), (2.5, (3.0,))], [(1.0, (1.0,))], "few"),  # p + 2 = 4 are needed
        ([(1.0, ()), (2.0, ())], [(1.0, ())], "few"),
        ([(1.0, (1.0,)), (2.0, (2.0,)), (2.5, (3.0,)), (4.0, (4.0,))], [], "after"),
        ([(float(y), (5.0,)) for y in range(6)], [(1.0, (5.0,))], "apart"),  # constant
        ([(float(y), (0.0,)) for y in range(6)], [(1.0, (5.0,))], "apart"),
        ([(float(y), (y + 1.0, 2.0 * y + 2)) for y in range(6)], [(1.0, (5.0, 10.0))], "apart"),  # twice the same
        ([(float(y), (y + 1.0, 3.0 - y)) for y in range(6)], [(1.0, (5.0, 1.0))], "apart"),  # together constant
    ],
)
def test_reasons(before: list[Period], after: list[Period], reason: str) -> None:
    with pytest.raises(VerificationError, match=reason) as raised:
        verified(before, after)
    assert raised.value.reason == reason


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5, -0.9])
def test_a_confidence_is_between_none_and_all(confidence: float) -> None:
    with pytest.raises(VerificationError, match="confidence"):
        verified(OXYGEN, [(80.0, (1.0,))], confidence=confidence)


def test_as_few_periods_as_will_do() -> None:
    found = verified([(1.0, (1.0,)), (2.0, (2.0,)), (2.5, (3.0,)), (4.0, (4.0,))], [(1.0, (2.0,))])
    assert found.model.freedom == 2
    assert not math.isnan(found.half_width)


def test_years_as_a_driver_can_be_told_from_the_constant() -> None:
    """2015 to 2022 differ by a third of a per cent; the trend is found all the same."""
    before = [(100 - 3 * (year - 2015) + (-1) ** year, (float(year),)) for year in range(2015, 2023)]
    exact = exactly([(Fraction(y), Fraction(x[0])) for y, x in before], [(Fraction(0), Fraction(2023))])
    found = verified(before, [(0.0, (2023.0,))])
    assert found.predicted == pytest.approx(float(exact[0]), rel=1e-9)
    assert found.half_width == pytest.approx(T95[6] * math.sqrt(exact[1]), rel=3e-4)
