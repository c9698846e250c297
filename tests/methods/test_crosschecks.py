"""Rankings beside the weighted sum against pymcdm, numpy and published examples: tests/cases/ranking/mcdm.yaml."""

import itertools
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pymcdm.methods import PROMETHEE_II, TOPSIS
from pymcdm.normalizations import vector_normalization
from pymcdm.weights import entropy_weights as their_entropy_weights
from pymcdm.weights.subjective import AHP

from cpa.methods.crosschecks import (
    METHODS,
    HierarchyWeights,
    Reversal,
    entropy_weights,
    hierarchy_weights,
    places,
    promethee,
    reversals,
    topsis,
    weighted,
)

BOUNDED = settings(max_examples=80, deadline=None, derandomize=True)
FILE = Path(__file__).parents[1] / "cases" / "ranking" / "mcdm.yaml"
CASES = {
    section: {case["name"]: case for case in cases}
    for section, cases in yaml.safe_load(FILE.read_text("utf-8")).items()
}


@st.composite
def tables(draw: st.DrawFn, rows: int = 2) -> tuple[list[list[float]], list[float]]:
    """Means of experts' scores, and weights; in every factor at least two scores differ."""
    count = draw(st.integers(1, 6))
    score = st.integers(2, 20).map(lambda half: half / 2)
    table = draw(st.lists(st.lists(score, min_size=count, max_size=count), min_size=rows, max_size=9))
    assume(all(len(set(column)) > 1 for column in zip(*table, strict=True)))
    return table, [float(weight) for weight in draw(st.lists(st.integers(1, 10), min_size=count, max_size=count))]


def shares(weights: list[float]) -> Any:
    return np.array(weights) / sum(weights)


def their_topsis(table: list[list[float]], weights: list[float]) -> list[float]:
    return TOPSIS(vector_normalization)(
        np.array(table), shares(weights), np.ones(len(weights)), validation=False
    ).tolist()


def their_promethee(table: list[list[float]], weights: list[float]) -> list[float]:
    """Linear preference is theirs of shape V, p being the range of the factor."""
    matrix = np.array(table)
    method = PROMETHEE_II("vshape", p=list(matrix.max(axis=0) - matrix.min(axis=0)))
    return method(matrix, shares(weights), np.ones(len(weights)), validation=False).tolist()


# --- another library ------------------------------------------------------------------------------------------------


@given(tables())
@BOUNDED
def test_topsis_as_in_pymcdm(table: tuple[list[list[float]], list[float]]) -> None:
    assert topsis(*table) == pytest.approx(their_topsis(*table), abs=1e-9)


@given(tables())
@BOUNDED
def test_promethee_as_in_pymcdm(table: tuple[list[list[float]], list[float]]) -> None:
    assert promethee(*table) == pytest.approx(their_promethee(*table), abs=1e-9)


@given(tables())
@BOUNDED
def test_entropy_weights_as_in_pymcdm(table: tuple[list[list[float]], list[float]]) -> None:
    scores, _weights = table
    assert entropy_weights(scores) == pytest.approx(their_entropy_weights(np.array(scores)).tolist(), abs=1e-7)


JUDGEMENTS = st.sampled_from([Fraction(1, n) for n in range(9, 1, -1)] + [Fraction(n) for n in range(1, 10)])


@st.composite
def judgements(draw: st.DrawFn, least: int = 2, most: int = 10) -> list[list[Fraction]]:
    """A reciprocal matrix of Saaty's scale."""
    count = draw(st.integers(least, most))
    matrix = [[Fraction(1)] * count for _row in range(count)]
    for one, other in itertools.combinations(range(count), 2):
        matrix[one][other] = draw(JUDGEMENTS)
        matrix[other][one] = 1 / matrix[one][other]
    return matrix


def hierarchy(matrix: list[list[Fraction]]) -> HierarchyWeights:
    names = [f"f{index}" for index in range(len(matrix))]
    pairs = {
        (names[one], names[other]): float(matrix[one][other])
        for one, other in itertools.combinations(range(len(names)), 2)
    }
    found = hierarchy_weights(names, pairs)
    assert found is not None
    assert list(found.weights) == names
    return found


@given(judgements())
@BOUNDED
def test_hierarchy_weights_as_in_pymcdm_and_numpy(matrix: list[list[Fraction]]) -> None:
    values = np.array(matrix, dtype=float)
    found = hierarchy(matrix)
    largest = max(np.linalg.eigvals(values).real)
    assert list(found.weights.values()) == pytest.approx(AHP(matrix=values)().tolist(), abs=1e-9)
    assert found.largest == pytest.approx(largest)
    assert math.fsum(found.weights.values()) == pytest.approx(1)
    # Their mean indices of random matrices are of another source than Saaty's table, which ours is.
    saaty = [0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49][len(matrix) - 1]
    index = (largest - len(matrix)) / (len(matrix) - 1)
    assert found.ratio == pytest.approx(index / saaty if saaty else 0, abs=1e-9)
    assert found.ratio >= -1e-12


@given(judgements(3, 3))
@BOUNDED
def test_three_factors_in_closed_form(matrix: list[list[Fraction]]) -> None:
    """Geometric means of the rows, and λ = 1 + δ + 1/δ with δ³ = a₁₂ a₂₃ / a₁₃."""
    found = hierarchy(matrix)
    means = [float(row[0] * row[1] * row[2]) ** (1 / 3) for row in matrix]
    delta = float(matrix[0][1] * matrix[1][2] / matrix[0][2]) ** (1 / 3)
    assert list(found.weights.values()) == pytest.approx([mean / sum(means) for mean in means])
    assert found.largest == pytest.approx(1 + delta + 1 / delta)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=9))
@BOUNDED
def test_comparisons_that_agree_give_back_their_weights(weights: list[int]) -> None:
    found = hierarchy([[Fraction(one, other) for other in weights] for one in weights])
    assert list(found.weights.values()) == pytest.approx([weight / sum(weights) for weight in weights])
    assert found.ratio == pytest.approx(0, abs=1e-9)


# --- published ------------------------------------------------------------------------------------------------------


def benefits(case: dict[str, Any]) -> list[list[float]]:
    costs = case.get("costs", ())
    return [[-value if index in costs else value for index, value in enumerate(row)] for row in case["scores"]]


@pytest.mark.parametrize(
    ("method", "name"), [(method, name) for method in ("topsis", "promethee") for name in CASES[method]]
)
def test_published_rankings(method: str, name: str) -> None:
    case = CASES[method][name]
    found = METHODS[method](benefits(case), case["weights"])
    assert found == pytest.approx(case["expected"], rel=0, abs=case["tolerance"])


@pytest.mark.parametrize("name", CASES["entropy"])
def test_published_entropy_weights(name: str) -> None:
    case = CASES["entropy"][name]
    assert entropy_weights(case["scores"]) == pytest.approx(case["expected"], rel=0, abs=case["tolerance"])


@pytest.mark.parametrize("name", CASES["ahp"])
def test_published_hierarchy_weights(name: str) -> None:
    case = CASES["ahp"][name]
    count = len(case["pairs"]) + 1
    matrix = [[Fraction(1)] * count for _row in range(count)]
    for one, row in enumerate(case["pairs"]):
        for other, value in enumerate(row, one + 1):
            matrix[one][other] = Fraction(value)
            matrix[other][one] = 1 / matrix[one][other]
    found = hierarchy(matrix)
    assert list(found.weights.values()) == pytest.approx(case["expected"], rel=0, abs=case["tolerance"])
    if "lambda" in case:
        assert found.largest == pytest.approx(case["lambda"], rel=0, abs=0.005)
    if "cr" in case:
        decimals = len(str(case["cr"]).partition(".")[2])
        assert found.ratio == pytest.approx(case["cr"], rel=0, abs=0.5 * 10**-decimals)


@pytest.mark.parametrize("name", CASES["reversals"])
def test_published_reversals(name: str) -> None:
    case = CASES["reversals"][name]
    names = [f"A{index}" for index in range(1, len(case["scores"]) + 1)]
    found = [one for one in reversals(names, case["scores"], case["weights"]) if one.method == case["method"]]
    expected = {
        Reversal(case["method"], without, *pair)
        for without, order in case["without"].items()
        for pair in itertools.combinations([name for name in case["whole"] if name != without], 2)
        if order.index(pair[0]) > order.index(pair[1])
    }
    assert set(found) == expected
    values = METHODS[case["method"]](case["scores"], case["weights"])
    assert [name for _value, name in sorted(zip(values, names, strict=True), reverse=True)] == case["whole"]


# --- rank reversal --------------------------------------------------------------------------------------------------


@given(tables(3))
@BOUNDED
def test_reversals_against_pymcdm(table: tuple[list[list[float]], list[float]]) -> None:
    """Every alternative left out in turn; orders are theirs, to seven digits."""
    scores, weights = table
    names = [f"o{index}" for index in range(len(scores))]
    found = {one for one in reversals(names, scores, weights) if one.method == "topsis"}
    wanted = set()
    whole = dict(zip(names, their_topsis(scores, weights), strict=True))
    for index, left_out in enumerate(names):
        rest = [row for place, row in enumerate(scores) if place != index]
        assume(all(len(set(column)) > 1 for column in zip(*rest, strict=True)))  # theirs divides by zero otherwise
        kept = [name for name in names if name != left_out]
        part = dict(zip(kept, their_topsis(rest, weights), strict=True))
        for one, other in itertools.permutations(kept, 2):
            gaps = whole[one] - whole[other], part[other] - part[one]
            assume(all(abs(gap) > 1e-7 or abs(gap) < 1e-11 for gap in gaps))
            if min(gaps) > 1e-7:
                wanted.add(Reversal("topsis", left_out, one, other))
    assert found == wanted


@given(tables(3))
@BOUNDED
def test_the_weighted_sum_never_reverses(table: tuple[list[list[float]], list[float]]) -> None:
    scores, weights = table
    found = reversals([f"o{index}" for index in range(len(scores))], scores, weights)
    assert {one.method for one in found} <= {"topsis", "promethee"}


def test_two_alternatives_have_nothing_to_reverse() -> None:
    assert reversals(["a", "b"], [[1, 2], [2, 1]], [1, 1]) == []
    assert reversals([], [], [1, 1]) == []


# --- algebra --------------------------------------------------------------------------------------------------------


@given(tables())
@BOUNDED
def test_promethee_over_whole_ranges_is_a_weighted_sum(table: tuple[list[list[float]], list[float]]) -> None:
    """π(a,b) − π(b,a) = Σ w (a − b)/range: φ = n/(n − 1) of the weighted distance from the mean."""
    scores, weights = table
    matrix = np.array(scores)
    parts = (matrix - matrix.mean(axis=0)) / (matrix.max(axis=0) - matrix.min(axis=0))
    wanted = parts @ shares(weights) * len(scores) / (len(scores) - 1)
    found = promethee(scores, weights)
    assert found == pytest.approx(wanted.tolist(), abs=1e-12)
    assert math.fsum(found) == pytest.approx(0, abs=1e-12)
    assert all(-1 - 1e-12 <= value <= 1 + 1e-12 for value in found)


@given(tables(), st.sampled_from([0.01, 3.0, 1e6]))
@BOUNDED
def test_units_change_nothing(table: tuple[list[list[float]], list[float]], unit: float) -> None:
    """Of a factor, in every method but the weighted sum; of the weights, in all."""
    scores, weights = table
    scaled = [[row[0] * unit, *row[1:]] for row in scores]
    for method in (topsis, promethee):
        assert method(scaled, weights) == pytest.approx(method(scores, weights), abs=1e-9)
        assert method(scores, [weight * unit for weight in weights]) == pytest.approx(method(scores, weights), abs=1e-9)
    assert entropy_weights(scaled) == pytest.approx(entropy_weights(scores), abs=1e-6)
    assert places(weighted(scores, [weight * 2 for weight in weights])) == places(weighted(scores, weights))


@given(tables())
@BOUNDED
def test_what_is_better_throughout_is_ranked_first(table: tuple[list[list[float]], list[float]]) -> None:
    scores, weights = table
    best = [max(column) + 1 for column in zip(*scores, strict=True)]
    for name, method in METHODS.items():
        assert places(method([*scores, best], weights))[-1] == 1, name
    assert topsis([*scores, best], weights)[-1] == 1


def test_the_weighted_sum() -> None:
    assert weighted([[10, 5], [6, 10]], [10, 9]) == [145, 150]
    assert weighted([], [1]) == []


def test_equal_values_share_the_better_place() -> None:
    assert places([3, 5, 3, 1]) == [2, 1, 2, 4]
    assert places([0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.5]) == [1, 1, 3]
    assert places([]) == []


# --- what tells nothing apart ---------------------------------------------------------------------------------------


def test_alternatives_that_are_alike() -> None:
    scores = [[4.0, 7.0]] * 3
    assert topsis(scores, [1, 2]) == [0.5] * 3
    assert promethee(scores, [1, 2]) == [0.0] * 3
    assert entropy_weights(scores) == [0.5, 0.5]
    assert reversals(["a", "b", "c"], scores, [1, 2]) == []


def test_a_single_alternative() -> None:
    assert topsis([[4.0, 7.0]], [1, 2]) == [0.5]
    assert promethee([[4.0, 7.0]], [1, 2]) == [0.0]
    assert entropy_weights([[4.0, 7.0]]) == [0.5, 0.5]


def test_a_factor_of_zeros_counts_for_nothing() -> None:
    assert topsis([[0.0, 7.0], [0.0, 1.0]], [1, 2]) == [1, 0]
    assert promethee([[0.0, 7.0], [0.0, 1.0]], [1, 2]) == [pytest.approx(2 / 3), pytest.approx(-2 / 3)]


@pytest.mark.parametrize("score", [0.0, -1.0])
def test_entropy_needs_positive_scores(score: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        entropy_weights([[1.0, score], [2.0, 3.0]])


def test_pairs_that_are_missing_or_turned_round() -> None:
    assert hierarchy_weights(["a", "b", "c"], {("a", "b"): 2, ("b", "c"): 3}) is None
    turned = hierarchy_weights(["a", "b", "c"], {("b", "a"): 1 / 2, ("c", "b"): 1 / 2, ("a", "c"): 4})
    assert turned is not None
    assert turned.weights == {"a": pytest.approx(4 / 7), "b": pytest.approx(2 / 7), "c": pytest.approx(1 / 7)}
    one = hierarchy_weights(["a"], {})
    assert one == HierarchyWeights({"a": 1.0}, 1.0, 0.0)
    two = hierarchy_weights(["a", "b"], {("a", "b"): 9})
    assert two is not None
    assert (two.ratio, two.weights["a"]) == (0, pytest.approx(0.9))
