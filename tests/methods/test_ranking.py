"""Ranking by weighted sum: the handbook's example, ties, and what the order of rows does not change."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpa.methods.ranking import weighted_sum

FACTORS = ["waste_amount", "consumption", "environmental_cost", "toxicity", "potential", "enthusiasm"]
WEIGHTS = dict(zip(FACTORS, [10, 9, 8, 7, 5, 2], strict=True))
"""Domain notes §3.1, the handbook's worked example."""
SCORES = {
    "workshop-1": dict(zip(FACTORS, [10, 5, 10, 4, 6, 5], strict=True)),
    "workshop-2": dict(zip(FACTORS, [6, 10, 4, 10, 10, 10], strict=True)),
    "workshop-3": dict(zip(FACTORS, [4, 8, 1, 5, 8, 7], strict=True)),
}


def test_the_handbooks_example() -> None:
    ranking = weighted_sum(WEIGHTS, SCORES)
    assert [row.total for row in ranking.rows] == [293, 322, 209]
    assert [row.rank for row in ranking.rows] == [2, 1, 3]
    assert ranking.rows[0].products == (100, 45, 80, 28, 30, 10)
    assert ranking.rows[1].products == (60, 90, 32, 70, 50, 20)
    assert ranking.rows[2].products == (40, 72, 8, 35, 40, 14)
    assert ranking.best == ("workshop-2",)
    assert [row.id for row in ranking.in_order] == ["workshop-2", "workshop-1", "workshop-3"]
    assert not any(row.tied for row in ranking.rows)


def test_the_order_of_rows_and_of_scores_changes_nothing() -> None:
    expected = {row.id: (row.total, row.rank) for row in weighted_sum(WEIGHTS, SCORES).rows}
    for names in itertools.permutations(SCORES):
        scores = {name: dict(reversed(SCORES[name].items())) for name in names}
        ranking = weighted_sum(WEIGHTS, scores)
        assert {row.id: (row.total, row.rank) for row in ranking.rows} == expected
        assert [row.id for row in ranking.rows] == list(names)


def test_ties_share_the_better_rank() -> None:
    ranking = weighted_sum({"a": 1}, {"x": {"a": 5}, "y": {"a": 3}, "z": {"a": 5}, "w": {"a": 7}})
    assert [(row.id, row.rank, row.tied) for row in ranking.rows] == [
        ("x", 2, True), ("y", 4, False), ("z", 2, True), ("w", 1, False),
    ]  # fmt: skip
    assert [row.id for row in ranking.in_order] == ["w", "x", "z", "y"]


def test_sums_of_the_same_parts_tie_whatever_their_order() -> None:
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in binary arithmetic."""
    weights = {"a": 1, "b": 1, "c": 1}
    ranking = weighted_sum(weights, {"x": {"a": 0.1, "b": 0.2, "c": 0.3}, "y": {"a": 0.3, "b": 0.2, "c": 0.1}})
    assert [row.rank for row in ranking.rows] == [1, 1]
    assert ranking.best == ("x", "y")


def test_a_missing_score_leaves_its_row_unranked() -> None:
    scores = {**SCORES, "workshop-2": {**SCORES["workshop-2"]}}
    del scores["workshop-2"]["toxicity"]
    ranking = weighted_sum(WEIGHTS, scores)
    assert [(row.total, row.rank) for row in ranking.rows] == [(293, 1), (None, None), (209, 2)]
    assert ranking.rows[1].products[3] is None
    assert ranking.rows[1].products[0] == 60
    assert ranking.in_order[-1].id == "workshop-2"


def test_a_score_of_zero_is_a_score() -> None:
    ranking = weighted_sum({"a": 2}, {"x": {"a": 0}, "y": {"a": -1}})
    assert [(row.total, row.rank) for row in ranking.rows] == [(0, 1), (-2, 2)]


def test_experts_enter_as_their_mean() -> None:
    """(8 + 9 + 10) / 3 = 9, 9 × 10 = 90; an empty list of scores is a missing score."""
    ranking = weighted_sum({"a": 10}, {"x": {"a": [8, 9, 10]}, "y": {"a": []}})
    assert ranking.rows[0].total == pytest.approx(90)
    assert ranking.rows[1].rank is None


def test_nothing_to_rank() -> None:
    assert weighted_sum(WEIGHTS, {}).rows == ()
    assert weighted_sum({}, {"x": {}}).rows[0].rank is None


def test_scores_of_factors_without_a_weight_do_not_count() -> None:
    assert weighted_sum({"a": 1}, {"x": {"a": 5, "b": 9}}).rows[0].total == 5


TABLES = st.dictionaries(
    st.sampled_from([f"o{number}" for number in range(8)]),
    st.fixed_dictionaries({factor: st.integers(1, 10) for factor in ("a", "b", "c")}),
    min_size=1,
)


@given(TABLES, st.fixed_dictionaries({factor: st.integers(1, 10) for factor in ("a", "b", "c")}), st.randoms())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_ranks_are_those_of_the_totals(
    scores: dict[str, dict[str, int]], weights: dict[str, int], random_: object
) -> None:
    ranking = weighted_sum(weights, scores)
    totals = {name: sum(weights[factor] * score for factor, score in row.items()) for name, row in scores.items()}
    for row in ranking.rows:
        assert row.total == totals[row.id]
        assert row.rank == 1 + sum(total > totals[row.id] for total in totals.values())
        assert row.tied == (list(totals.values()).count(totals[row.id]) > 1)
    shuffled = list(scores)
    random_.shuffle(shuffled)  # type: ignore[attr-defined]
    again = weighted_sum(weights, {name: scores[name] for name in shuffled})
    assert {row.id: row.rank for row in again.rows} == {row.id: row.rank for row in ranking.rows}
    doubled = weighted_sum({factor: 2 * weight for factor, weight in weights.items()}, scores)
    assert [row.rank for row in doubled.rows] == [row.rank for row in ranking.rows]
