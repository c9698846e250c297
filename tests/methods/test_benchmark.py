"""The level that a value reaches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpa.methods.benchmark import level_reached

# HJ/T 183-2006 style: three levels of water per product; less is better. And of a rate of reuse; more is better.
WATER = (6.0, 8.0, 9.5)
REUSE = (95.0, 90.0, 80.0)


@pytest.mark.parametrize(
    ("value", "level"), [(5.0, 0), (6.0, 0), (6.01, 1), (8.0, 1), (8.2, 2), (9.5, 2), (9.51, None), (0.0, 0)]
)
def test_lower_is_better(value: float, level: int | None) -> None:
    assert level_reached(value, WATER, "lower") == level


@pytest.mark.parametrize(
    ("value", "level"), [(99.0, 0), (95.0, 0), (94.9, 1), (90.0, 1), (80.0, 2), (79.9, None), (0.0, None)]
)
def test_higher_is_better(value: float, level: int | None) -> None:
    assert level_reached(value, REUSE, "higher") == level


def test_rounding_in_binary_does_not_cost_a_level() -> None:
    assert level_reached(0.1 + 0.2, (0.3, 0.5), "lower") == 0
    assert level_reached(1 - 0.9, (0.1, 0.05), "higher") == 0


def test_equal_baselines_give_the_better_level() -> None:
    assert level_reached(5, (5, 5, 7), "lower") == 0
    assert level_reached(5, (), "lower") is None


BASELINES = st.lists(st.floats(0.1, 1e6), min_size=1, max_size=4).map(sorted)


@given(st.floats(0, 1e6), st.floats(0, 1e6), BASELINES)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_better_value_never_reaches_a_worse_level(one: float, other: float, baselines: list[float]) -> None:
    better, worse = sorted((one, other))
    levels = [level_reached(value, baselines, "lower") for value in (better, worse)]
    assert (levels[0] if levels[0] is not None else 99) <= (levels[1] if levels[1] is not None else 99)


@given(st.floats(0.1, 1e6), BASELINES)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_both_directions_are_mirror_images(value: float, baselines: list[float]) -> None:
    mirrored = [-baseline for baseline in baselines]
    assert level_reached(value, baselines, "lower") == level_reached(-value, mirrored, "higher")
