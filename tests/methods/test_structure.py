"""Classification and islands against the null space in exact arithmetic, and against trying every set."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import Network, Oracle, plant, problem_of

from cpa.methods.balance import recovery, structure, system
from cpa.methods.balance.problem import Problem
from cpa.methods.balance.reconcile import Reconciliation
from cpa.methods.balance.structure import classify, islands

SEEDS = range(60)


@pytest.fixture(params=["small", "sparse"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of computing, whatever the size."""
    if request.param == "sparse":
        for module in (structure, system, recovery):
            monkeypatch.setattr(module, "SMALL", 0)
    return str(request.param)


def varied(seed: int) -> Network:
    return plant(
        seed,
        3 + seed % 8,
        missing=(0.2, 0.4, 0.6, 0.8)[seed % 4],
        decades=(1, 3, 6)[seed % 3],
        relations=(0, 0, 2, 4)[seed // 2 % 4],
        correlated=(0, 1)[seed // 3 % 2],
        exact_share=(0, 0.2)[seed // 5 % 2],
        constants=seed % 2,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_status_is_what_the_null_space_says(seed: int, way: str) -> None:
    problem = varied(seed).problem
    assert Reconciliation(problem, bounded=False).statuses == Oracle(problem).statuses


@pytest.mark.parametrize("seed", SEEDS)
def test_null_vectors_leave_every_constraint_as_it_is(seed: int, way: str) -> None:
    """The unobservable columns are those that a basis of the null space moves, and the basis has its dimension."""
    problem = varied(seed).problem
    found, oracle = classify(problem), Oracle(problem)
    vectors = structure._null_vectors(problem, found)
    assert len(vectors) == len(oracle.null)
    assert {column for vector in vectors for column in vector} == oracle.unobservable == found.unobservable
    for vector in vectors:
        amounts = [vector.get(column, 0.0) for column in range(len(problem.measured))]
        for row in range(len(problem.constants)):
            terms = [
                v * amounts[c]
                for r, c, v in zip(problem.rows, problem.columns, problem.values, strict=True)
                if r == row
            ]
            assert abs(sum(terms)) <= 1e-9 * max(map(abs, terms), default=1.0) + 1e-15


def resolves(problem: Problem, columns: tuple[int, ...], measured: tuple[int, ...]) -> bool:
    values = [0.0 if c in measured else value for c, value in enumerate(problem.measured)]
    closer = Problem(problem.rows, problem.columns, problem.values, problem.constants, values, problem.sigmas)
    return not Oracle(closer).unobservable.intersection(columns)


@pytest.mark.parametrize("seed", range(48))
def test_islands_are_resolved_by_their_sets_and_by_nothing_smaller(seed: int, way: str) -> None:
    problem = plant(
        seed, 2 + seed % 4, missing=(0.5, 0.7, 0.9)[seed % 3], relations=(0, 2)[seed % 2], doubled=0.1
    ).problem
    problem = problem_of_same(problem)
    found = islands(problem, classify(problem))
    oracle = Oracle(problem)
    assert sorted(c for island in found for c in island.columns) == sorted(oracle.unobservable)
    assert sum(island.needed for island in found) == len(oracle.null)
    for island in found:
        assert island.sets
        assert len(set(island.sets)) == len(island.sets)
        assert all(len(one) == island.needed and set(one) <= set(island.columns) for one in island.sets)
        # An island stays whole for the null vectors: no vector of the basis of another one touches it.
        if len(island.columns) > 9:
            continue
        assert all(resolves(problem, island.columns, one) for one in island.sets)
        smaller = combinations(island.columns, island.needed - 1)
        assert not any(resolves(problem, island.columns, one) for one in smaller)
        if island.complete:
            possible = [s for s in combinations(island.columns, island.needed) if resolves(problem, island.columns, s)]
            assert sorted(island.sets) == possible


def problem_of_same(problem: Problem) -> Problem:
    """Without correlations: they mean nothing where nothing is measured."""
    return Problem(problem.rows, problem.columns, problem.values, problem.constants, problem.measured, problem.sigmas)


def test_two_branches_between_the_same_units_are_one_island() -> None:
    """1 → 2 along a and b; the outside known: either resolves both, and nothing else is in doubt."""
    problem = problem_of([[1, -1, -1, 0], [0, 1, 1, -1]], [10.0, None, None, 10.0], [1.0, 0, 0, 1.0])
    (island,) = islands(problem, classify(problem))
    assert (island.columns, island.needed, island.complete) == ((1, 2), 1, True)
    assert sorted(island.sets) == [(1,), (2,)]


def test_separate_doubts_are_separate_islands() -> None:
    """Two pairs of parallel branches, a measured stream between: measuring in one says nothing of the other."""
    rows = [[1, -1, -1, 0, 0, 0, 0], [0, 1, 1, -1, 0, 0, 0], [0, 0, 0, 1, -1, -1, 0], [0, 0, 0, 0, 1, 1, -1]]
    problem = problem_of(rows, [9.0, None, None, 9.1, None, None, 9.2], [1.0] * 7)
    found = islands(problem, classify(problem))
    assert [island.columns for island in found] == [(1, 2), (4, 5)]
    assert [island.needed for island in found] == [1, 1]


def test_a_relation_resolves_an_island() -> None:
    """The branches once more, and b = 0.25 a: 8 and 2 of 10."""
    rows = [[1, -1, -1, 0], [0, 1, 1, -1], [0, -0.25, 1, 0]]
    problem = problem_of(rows, [10.0, None, None, 10.0], [1.0, 0, 0, 1.0])
    assert not islands(problem, classify(problem))
    assert Reconciliation(problem).values == pytest.approx([10, 8, 2, 10])


def test_two_rows_that_hold_one_unmeasured_stream_check_each_other(way: str) -> None:
    """A stream computed twice: a − x = 0 and x − b = 0 make a and b redundant."""
    problem = problem_of([[1, -1, 0], [0, 1, -1]], [10.0, None, 11.0], [1.0, 0, 1.0])
    result = Reconciliation(problem)
    assert result.statuses == ["redundant", "observable", "redundant"]
    assert result.values == pytest.approx([10.5, 10.5, 10.5])


def test_a_full_split_beside_its_balance_counts_once(way: str) -> None:
    """Shares of 30 % and 70 % imply the balance: two independent constraints, not three."""
    problem = problem_of([[1, -1, -1], [-0.3, 1, 0], [-0.7, 0, 1]], [100.0, 32.0, 69.0], [1.0] * 3)
    assert Reconciliation(problem).degrees == 2


def test_a_network_in_which_every_stream_stands_in_two_rows_need_not_be_closed(way: str) -> None:
    """Each stream in the balance and in one relation: three independent constraints on four streams."""
    rows = [[1, -1, -1, 1], [-0.3, 1, 0, 0], [0, 0, 1, -0.5]]
    problem = problem_of(rows, [100.0, 32.0, 60.0, 9.0], [1.0] * 4)
    result = Reconciliation(problem, bounded=False)
    assert result.degrees == 3
    assert result.values == pytest.approx(Oracle(problem).values)


def test_a_circuit_that_nothing_enters_or_leaves_has_one_constraint_less(way: str) -> None:
    problem = problem_of([[1, -1, 0], [0, 1, -1], [-1, 0, 1]], [10.0, 11.0, 12.0], [1.0] * 3)
    result = Reconciliation(problem)
    assert result.degrees == 2
    assert result.values == pytest.approx([11, 11, 11])


@given(st.integers(0, 10_000), st.integers(2, 7), st.sampled_from([0.3, 0.6, 0.9]), st.integers(0, 3))
def test_statuses_follow_the_network_and_not_the_figures(seed: int, units: int, missing: float, relations: int) -> None:
    problem = plant(seed, units, missing=missing, relations=relations).problem
    others = Problem(
        problem.rows,
        problem.columns,
        problem.values,
        problem.constants,
        [None if value is None else 7.0 + value * 1e4 for value in problem.measured],
        [1.0 / (1 + column) for column in range(len(problem.measured))],
        problem.signed,
    )
    assert Reconciliation(problem, bounded=False).statuses == Reconciliation(others, bounded=False).statuses


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(0, 3))
def test_measuring_one_more_stream_makes_nothing_less_known(seed: int, units: int, relations: int) -> None:
    problem = plant(seed, units, missing=0.6, relations=relations).problem
    before = Reconciliation(problem, bounded=False).statuses
    unknown = [column for column, value in enumerate(problem.measured) if value is None]
    if not unknown:
        return
    column = unknown[seed % len(unknown)]
    values = [1.0 if c == column else value for c, value in enumerate(problem.measured)]
    sigmas = [0.5 if c == column else sigma for c, sigma in enumerate(problem.sigmas)]
    more = Problem(problem.rows, problem.columns, problem.values, problem.constants, values, sigmas, problem.signed)
    after = Reconciliation(more, bounded=False).statuses
    assert (after[column] == "redundant") == (before[column] == "observable")
    known = {"redundant", "determined", "observable"}
    assert all(b in known for a, b in zip(before, after, strict=True) if a in known)
    assert all(b == "redundant" for a, b in zip(before, after, strict=True) if a == "redundant")
