"""Kendall's W against published examples and scipy, and scores from figures by hand (tests/cases/ranking/experts.yaml)."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from cpa.methods.experts import concordance, mean_and_spread, scores_from_figures

np = pytest.importorskip("numpy")
stats = pytest.importorskip("scipy.stats")

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases/ranking/experts.yaml").read_text("utf-8"))


def rows(case: dict[str, Any]) -> list[list[float]]:
    """What each expert gives: larger is better, so published ranks change their sign."""
    return case["values"] if "values" in case else [[-rank for rank in row] for row in case["ranks"]]


def quotient(text: str) -> float:
    """The value of `12*25.5/(9*210)`."""
    return float(eval(text, {"__builtins__": {}}))  # our own case file


@pytest.mark.parametrize("case", CASES["concordance"], ids=lambda case: case["name"])
def test_agreement(case: dict[str, Any]) -> None:
    given_rows = rows(case)
    if "sums" in case:  # the published rank sums belong to the data as typed here
        ranks = np.array([stats.rankdata(row) for row in case.get("ranks", case.get("values"))])
        assert ranks.sum(axis=0).tolist() == case["sums"]
    found = concordance(given_rows)
    assert found is not None
    assert (found.experts, found.alternatives) == (len(given_rows), len(given_rows[0]))
    if "w" in case:
        assert found.w == pytest.approx(quotient(case["w"]), abs=1e-12)
    for key, value in case.get("published", {}).items():
        assert getattr(found, key) == pytest.approx(value, abs=0.5000001 * 10 ** -case["digits"])
    assert found.chi_square == pytest.approx(found.experts * (found.alternatives - 1) * found.w)
    assert found.p == pytest.approx(stats.chi2.sf(found.chi_square, found.alternatives - 1), rel=1e-9)


@pytest.mark.parametrize("case", CASES["concordance"], ids=lambda case: case["name"])
def test_friedman_is_the_same_statistic(case: dict[str, Any]) -> None:
    """scipy's Friedman statistic is m(n − 1)W, with the same correction for ties."""
    given_rows = rows(case)
    found = concordance(given_rows)
    friedman = stats.friedmanchisquare(*np.array(given_rows).T)
    assert found is not None
    assert found.chi_square == pytest.approx(friedman.statistic, abs=1e-9)
    assert found.p == pytest.approx(friedman.pvalue, rel=1e-9)


TOTALS = st.integers(2, 6).flatmap(
    lambda n: st.lists(st.lists(st.integers(1, 10), min_size=n, max_size=n), min_size=2, max_size=6)
)


@given(TOTALS, st.randoms(use_true_random=False))
def test_agreement_knows_no_order_and_no_scale(totals: list[list[int]], random_: Any) -> None:
    found = concordance(totals)
    assume(found is not None)
    assert found is not None
    assert -1e-12 <= found.w <= 1 + 1e-12
    columns = list(range(len(totals[0])))
    random_.shuffle(columns)
    experts = random_.sample(totals, len(totals))
    other = concordance([[3.7 * row[column] - 20 for column in columns] for row in experts])
    assert other is not None
    assert other.w == pytest.approx(found.w, abs=1e-9)
    assert other.p == pytest.approx(found.p, abs=1e-9)
    turned = concordance([[-value for value in row] for row in totals])  # from the smallest up: the same agreement
    assert turned is not None
    assert turned.w == pytest.approx(found.w, abs=1e-9)


@given(TOTALS)
def test_any_scores_against_friedman(totals: list[list[int]]) -> None:
    assume(len(totals[0]) >= 3)
    assume(any(len(set(row)) > 1 for row in totals))
    found = concordance(totals)
    friedman = stats.friedmanchisquare(*np.array(totals).T)
    assert found is not None
    assert found.chi_square == pytest.approx(friedman.statistic, abs=1e-8)


@given(st.lists(st.permutations(range(5)), min_size=3, max_size=6))
def test_agreement_is_the_mean_rank_correlation(orders: list[list[int]]) -> None:
    """Without ties the mean Spearman coefficient of all pairs is (mW − 1)/(m − 1) (Kendall and Babington Smith 1939)."""
    found = concordance(orders)
    assert found is not None
    m = len(orders)
    pairs = [stats.spearmanr(orders[i], orders[k]).statistic for i in range(m) for k in range(i)]
    assert (m * found.w - 1) / (m - 1) == pytest.approx(np.mean(pairs), abs=1e-9)


@pytest.mark.parametrize("totals", [[], [[1, 2, 3]], [[1], [2]], [[4, 4, 4], [7, 7, 7]]])
def test_where_there_is_no_agreement_to_speak_of(totals: list[list[float]]) -> None:
    assert concordance(totals) is None


def test_sums_of_the_same_parts_are_a_tie() -> None:
    """0.1 + 0.2 is 0.3: the first two are level, so by hand the sums are 3, 3, 6 and W = 12·6/(4·24 − 2·12) = 1."""
    found = concordance([[0.1 + 0.2, 0.3, 0.1], [0.3, 0.1 + 0.2, 0.1]])
    assert found is not None
    assert found.w == pytest.approx(1)


@pytest.mark.parametrize("case", CASES["scores"], ids=lambda case: case["name"])
def test_scores_from_figures(case: dict[str, Any]) -> None:
    assert scores_from_figures(case["figures"], case["rule"]) == case["scores"]


@given(
    st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(0, 10**6), min_size=1),
    st.sampled_from(["proportional", "linear"]),
)
def test_scores_keep_the_order_and_the_scale(figures: dict[str, int], rule: Any) -> None:
    scores = scores_from_figures(figures, rule)
    assert list(scores) == list(figures)
    assert set(scores.values()) <= {float(score) for score in range(1, 11)}
    ascending = [scores[name] for name in sorted(figures, key=lambda name: figures[name])]
    assert ascending == sorted(ascending)
    if max(figures.values()) > 0:
        assert max(scores.values()) == 10
    assert scores_from_figures({name: value * 4.0 for name, value in figures.items()}, rule) == scores  # t or kg


def test_no_figures_no_scores() -> None:
    assert scores_from_figures({}, "proportional") == {}
    assert scores_from_figures({}, "linear") == {}


def test_mean_and_spread() -> None:
    """By hand: (2 + 4 + 4 + 4 + 5 + 5 + 7 + 9)/8 = 5, squares 32, √(32/7)."""
    assert mean_and_spread([2, 4, 4, 4, 5, 5, 7, 9]) == (5, pytest.approx((32 / 7) ** 0.5))
    assert mean_and_spread([8, 8]) == (8, 0)
