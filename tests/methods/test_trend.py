"""A year against the trend of the others: laws, closed forms, and numpy's own line."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpa.methods.trend import Jump, gaps, jump

np = pytest.importorskip("numpy")

VALUES = st.floats(1e-3, 1e6)
SERIES = st.dictionaries(st.integers(2010, 2026), VALUES, min_size=3, max_size=10)
RATES = st.floats(0.5, 2.0)


def distance(found: Jump | None) -> float:
    """ln(value/expected), which is what years are compared by."""
    assert found is not None
    return math.log(found.value / found.expected)


@given(VALUES, RATES, st.sets(st.integers(2000, 2030), min_size=3, max_size=10))
def test_a_geometric_series_has_no_deviation(start: float, rate: float, years: set[int]) -> None:
    found = jump({year: start * rate ** (year - 2015) for year in years})
    assert found is not None
    assert found.deviation == pytest.approx(0, abs=1e-7)
    assert found.expected == pytest.approx(start * rate ** (found.year - 2015))


@given(SERIES, st.floats(1e-3, 1e3))
def test_units_change_nothing(series: dict[int, float], factor: float) -> None:
    one, other = jump(series), jump({year: value * factor for year, value in series.items()})
    assert abs(distance(other)) == pytest.approx(abs(distance(one)), abs=1e-6)
    assert one is not None
    assert other is not None
    if one.year == other.year:
        assert other.expected == pytest.approx(one.expected * factor)


@given(SERIES, st.integers(-90, 60))
def test_the_era_changes_nothing(series: dict[int, float], shift: int) -> None:
    one, other = jump(series), jump({year + shift: value for year, value in series.items()})
    assert abs(distance(other)) == pytest.approx(abs(distance(one)), abs=1e-6)
    assert one is not None
    assert other is not None
    if one.year + shift == other.year:
        assert (other.value, other.expected) == (one.value, pytest.approx(one.expected))


@given(SERIES, RATES)
def test_growth_of_every_year_changes_no_deviation(series: dict[int, float], rate: float) -> None:
    """A constant rate of growth is part of the line, whatever else the figures do; three years are told apart by closeness."""
    assume(len(series) > 3)
    one, other = jump(series), jump({year: value * rate ** (year - 2015) for year, value in series.items()})
    assert abs(distance(other)) == pytest.approx(abs(distance(one)), abs=1e-6)


@given(VALUES, RATES, st.integers(5, 15), st.data())
def test_one_multiplied_year_of_a_long_series_is_the_one_found(
    start: float, rate: float, count: int, data: st.DataObject
) -> None:
    """From five years on; with four, the odd one can be any two of them."""
    series = {2000 + place: start * rate**place for place in range(count)}
    year = data.draw(st.sampled_from(sorted(series)))
    factor = data.draw(st.one_of(st.floats(1.31, 20), st.floats(0.05, 0.69)))
    regular = series[year]
    series[year] = regular * factor
    found = jump(series)
    assert found is not None
    assert (found.year, found.value) == (year, series[year])
    assert found.expected == pytest.approx(regular)
    assert found.deviation == pytest.approx(factor - 1)


@given(SERIES)
def test_the_line_is_numpys(series: dict[int, float]) -> None:
    found = jump(series)
    assert found is not None
    deviations = {}
    for left_out in series:
        years = [year for year in series if year != left_out]
        slope, level = np.polyfit([year - 2015 for year in years], np.log([series[year] for year in years]), 1)
        deviations[left_out] = math.log(series[left_out]) - (level + slope * (left_out - 2015))
    assert distance(found) == pytest.approx(deviations[found.year], abs=1e-6)
    x = np.array(sorted(series), float) - np.mean(list(series))
    leverages = 1 / len(x) + x**2 / np.sum(x**2)
    misfits = {
        year: abs(deviations[year]) * math.sqrt(1 - leverage)
        for year, leverage in zip(sorted(series), leverages, strict=True)
    }
    assert misfits[found.year] == pytest.approx(max(misfits.values()), abs=1e-6)


def test_three_years_by_hand() -> None:
    """100, 200, 800. Left out by turns: 200²/800 = 50 → ×2; √(100·800) = 282.8 → ×0.707; 200²/100 = 400 → ×2, the later."""
    found = jump({2022: 100, 2023: 200, 2024: 800})
    assert found is not None
    assert (found.year, found.value) == (2024, 800)
    assert found.expected == pytest.approx(400)
    assert found.deviation == pytest.approx(1)


@pytest.mark.parametrize(
    ("series", "odd", "expected"),
    [
        ({2022: 90, 2023: 190, 2024: 100}, 2023, 90**0.5 * 10),
        ({2021: 9, 2022: 90, 2023: 100}, 2021, 81),
        ({2022: 100, 2023: 100, 2024: 140}, 2024, 100),
        ({2021: 100, 2022: 140, 2023: 100, 2024: 100}, 2022, 100),
    ],
)
def test_the_odd_one_out(series: dict[int, float], odd: int, expected: float) -> None:
    """√(90·100), 90²/100, and two constant lines: the year without which the others agree best is the one that is named."""
    found = jump(series)
    assert found is not None
    assert (found.year, found.expected) == (odd, pytest.approx(expected))


@pytest.mark.parametrize("series", [{1924: 1.0, 2023: 1.0, 2024: 1e4}, {1924: 1.0, 2023: 1e4, 2024: 1.0}])
def test_a_mistyped_year_is_a_figure_like_another(series: dict[int, float]) -> None:
    """A line that is followed for a century passes what a float holds: 1e4^±99.5; a finding is wanted, not an error."""
    found = jump(series)
    assert found is not None
    assert found.year in series


def test_years_that_are_missing_are_steps_of_time() -> None:
    """2, 4 and 16 in 2020, 2021 and 2023 double every year; 32 in 2024 goes on, 64 would be twice that."""
    assert jump({2020: 2, 2021: 4, 2023: 16, 2024: 32}).deviation == pytest.approx(0, abs=1e-12)  # type: ignore[union-attr]
    found = jump({2020: 2, 2021: 4, 2023: 16, 2024: 64})
    assert found is not None
    assert (found.year, found.expected, found.deviation) == (2024, pytest.approx(32), pytest.approx(1))


def test_a_doubling_and_a_halving_weigh_the_same() -> None:
    """Flat but for the last year: ×2 deviates by 100 %, ×½ by −50 %, and both are found."""
    for factor, deviation in ((2, 1.0), (0.5, -0.5)):
        found = jump({2020: 10, 2021: 10, 2022: 10, 2023: 10, 2024: 10, 2025: 10 * factor})
        assert found is not None
        assert (found.year, found.deviation) == (2025, pytest.approx(deviation))


@given(SERIES, st.sampled_from([0.0, -1.0, -0.001]), st.data())
def test_a_zero_says_nothing(series: dict[int, float], nothing: float, data: st.DataObject) -> None:
    year = data.draw(st.sampled_from(sorted(series)))
    assert jump({**series, year: nothing}) is None


@given(st.dictionaries(st.integers(2000, 2030), VALUES, max_size=2))
def test_two_years_are_no_trend(series: dict[int, float]) -> None:
    assert jump(series) is None


def test_gaps() -> None:
    every = (2020, 2021, 2022, 2023, 2024)
    assert gaps({2020: 1, 2023: 1}, every) == (2021, 2022)
    assert gaps({2021: 1, 2022: 1}, every) == ()  # before its first and after its last year an item may not exist
    assert gaps({}, every) == ()
    assert gaps({2020: 1, 2024: 1}, (2020, 2024)) == ()  # years that nobody has figures for
