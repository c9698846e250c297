"""How firmly a first place stands, by hand, in closed form, and by brute force."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cpa.methods.ranking import weighted_sum
from cpa.methods.robustness import robustness

CASE = yaml.safe_load((Path(__file__).parents[1] / "cases/ranking/handbook.yaml").read_text("utf-8"))


def test_the_handbooks_example() -> None:
    ranking = weighted_sum(CASE["weights"], CASE["scores"])
    assert {row.id: row.total for row in ranking.rows} == CASE["totals"]
    found = robustness(ranking, {})
    assert found is not None
    assert found.first == "two"
    assert {one.factor: one.below for one in found.weights if one.below is not None} == pytest.approx(CASE["below"])
    assert {one.factor: one.above for one in found.weights if one.above is not None} == CASE["above"]
    for one in found.challengers:
        behind, factor, needed = CASE["challengers"][one.id]
        assert (one.behind, one.factor) == (pytest.approx(behind), factor)
        assert one.needed == (pytest.approx(needed) if needed is not None else None)
    assert found.wins == {"one": 0, "two": 1, "three": 0}  # no band: the weights stay


def test_the_share_of_first_places_in_closed_form() -> None:
    """One wins where its weight, even in (1, 3), exceeds the other's, even in (2, 4): a triangle of 1/8 of the square."""
    ranking = weighted_sum({"x": 2, "y": 3}, {"one": {"x": 1, "y": 0}, "two": {"x": 0, "y": 1}})
    found = robustness(ranking, {"x": (1, 3), "y": (2, 4)})
    assert found is not None
    assert found.wins["one"] == pytest.approx(1 / 8, abs=0.005)
    assert sum(found.wins.values()) == pytest.approx(1)
    assert found == robustness(ranking, {"x": (1, 3), "y": (2, 4)})


def test_a_tie_has_no_first_place() -> None:
    assert robustness(weighted_sum({"x": 2}, {"one": {"x": 1}, "two": {"x": 1}}), {}) is None
    assert robustness(weighted_sum({"x": 2}, {}), {}) is None


SCORES = st.lists(st.lists(st.integers(1, 10), min_size=3, max_size=3), min_size=2, max_size=5)


@given(SCORES, st.lists(st.integers(1, 10), min_size=3, max_size=3))
def test_margins_are_where_the_first_place_turns(scores: list[list[int]], weights: list[int]) -> None:
    names = "abc"
    given_scores = {str(k): dict(zip(names, row, strict=True)) for k, row in enumerate(scores)}
    own = dict(zip(names, map(float, weights), strict=True))
    found = robustness(weighted_sum(own, given_scores), {}, draws=10)
    if found is None:
        return
    for one in found.weights:
        for limit, step in ((one.below, 1), (one.above, -1)):
            if limit is None:
                continue
            inside = weighted_sum({**own, one.factor: limit + step * 1e-3}, given_scores).best
            beyond = weighted_sum({**own, one.factor: limit - step * 1e-3}, given_scores).best
            assert found.first in inside
            assert found.first not in beyond
    for each in found.challengers:
        if each.factor is not None and each.needed is not None:
            changed = {**given_scores, each.id: {**given_scores[each.id], each.factor: each.needed + 1e-3}}
            totals = {row.id: row.total or 0.0 for row in weighted_sum(own, changed).rows}
            assert totals[each.id] > totals[found.first]
