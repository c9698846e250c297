"""Reconciliation against exact rational arithmetic, Clarabel, the conditions of optimality, and laws that must hold."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import FloatOracle, Network, Oracle, dense, optimality, plant, problem_of

from cpa.methods.balance import recovery, structure, system
from cpa.methods.balance.problem import Problem
from cpa.methods.balance.reconcile import Reconciliation

np = pytest.importorskip("numpy")

NETWORKS = st.builds(
    plant,
    st.integers(0, 100_000),
    st.integers(2, 7),
    missing=st.sampled_from([0.0, 0.3, 0.6]),
    decades=st.sampled_from([1, 3, 6]),
    relations=st.sampled_from([0, 0, 2]),
    correlated=st.sampled_from([0, 0, 1]),
    constants=st.integers(0, 1),
    noise=st.sampled_from([1, 10]),
)


@pytest.fixture(params=["small", "sparse"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of computing, whatever the size."""
    if request.param == "sparse":
        for module in (structure, system, recovery):
            monkeypatch.setattr(module, "SMALL", 0)
    return str(request.param)


def varied(seed: int, noise: float = 1) -> Network:
    return plant(
        seed,
        3 + seed % 7,
        missing=(0, 0.2, 0.4, 0.6)[seed % 4],
        decades=((1, 3, 6) if noise == 1 else (1, 2, 4))[seed % 3],
        relations=(0, 0, 1, 3)[seed // 2 % 4],
        correlated=(0, 0, 1, 2)[seed // 3 % 4],
        exact_share=(0, 0, 0.12)[seed // 5 % 3] if noise == 1 else 0,
        constants=(0, 1, 2)[seed // 7 % 3],
        noise=noise,
    )


def changed(problem: Problem, **parts: object) -> Problem:
    fields = {name: getattr(problem, name) for name in problem.__struct_fields__}
    return Problem(**{**fields, **parts})


@pytest.mark.parametrize("seed", range(72))
def test_estimates_uncertainties_and_chi_square_are_those_of_exact_arithmetic(seed: int, way: str) -> None:
    problem = varied(seed).problem
    oracle = Oracle(problem)
    result = Reconciliation(problem, bounded=False)
    assert result.degrees == oracle.degrees
    assert result.system.conflict == oracle.contradiction
    if oracle.contradiction:
        return
    assert result.chi_square == pytest.approx(oracle.chi_square, rel=1e-8, abs=1e-12)
    columns = list(range(len(problem.measured)))
    for column, found in zip(columns, result.uncertainties(columns), strict=True):
        expected, value = oracle.uncertainty(column), oracle.values[column]
        if expected is None:
            assert math.isnan(found)
        else:
            size = max(abs(v) for v in problem.spread)
            assert found == pytest.approx(expected, rel=1e-8, abs=1e-13 * size)
            # Signed columns hold what a ratio is off: rounding is that of the amounts it joins.
            assert result.values[column] == pytest.approx(value, rel=1e-8, abs=1e-11 if column in problem.signed else 0)


@pytest.mark.parametrize(("missing", "relations", "correlated"), [(0.0, 0, 0), (0.2, 40, 10)])
def test_a_network_of_over_a_thousand_streams_agrees_with_dense_orthogonal_algebra(
    missing: float, relations: int, correlated: int
) -> None:
    problem = plant(5, 280, missing=missing, decades=2, relations=relations, correlated=correlated).problem
    assert len(problem.measured) > 1000
    oracle = FloatOracle(problem)
    result = Reconciliation(problem, bounded=False)
    statuses = result.statuses
    assert {c for c, status in enumerate(statuses) if status == "unobservable"} == oracle.unobservable
    assert result.degrees == oracle.degrees
    assert result.chi_square == pytest.approx(oracle.chi_square, rel=1e-8)
    known = [c for c in range(len(statuses)) if c not in oracle.unobservable]
    scale = float(np.max(np.abs(oracle.values[known])))
    assert result.values[known] == pytest.approx(oracle.values[known], rel=1e-8, abs=1e-12 * scale)
    some = known[:: max(1, len(known) // 200)]
    assert result.uncertainties(some) == pytest.approx(oracle.uncertainty[some], rel=1e-7, abs=1e-12 * scale)


@pytest.mark.parametrize("seed", range(72))
def test_bounds_are_held_where_the_conditions_of_optimality_say(seed: int, way: str) -> None:
    """In exact arithmetic with the same columns held: no amount below zero, no multiplier below zero, same objective."""
    problem = varied(seed, noise=(1, 5, 20)[seed // 5 % 3]).problem
    result = Reconciliation(problem)
    objective, amount, multiplier = optimality(problem, sorted(result.held))
    assert result.settled
    assert result.closure <= 1e-12
    assert amount >= -1e-10
    assert multiplier >= -1e-6
    assert result.objective == pytest.approx(objective, rel=1e-8, abs=1e-10)
    bounded = [value for column, value in enumerate(result.values) if column not in problem.signed]
    assert min(bounded) >= -1e-9


def clarabel_objective(problem: Problem) -> float:
    """min ½ eᵀ C⁻¹ e with x = y + σ e, A x = b, x ≥ 0, C the correlation matrix."""
    clarabel = pytest.importorskip("clarabel")
    from scipy import sparse

    size = len(problem.measured)
    noisy = [c for c, value in enumerate(problem.measured) if value is not None]
    extra = len(noisy)
    correlation = np.eye(extra)
    place = {column: number for number, column in enumerate(noisy)}
    for one, other, coefficient in problem.correlations:
        correlation[place[one], place[other]] = correlation[place[other], place[one]] = coefficient
    quadratic = sparse.block_diag([sparse.csc_matrix((size, size)), np.linalg.inv(correlation)], format="csc")
    sigma = np.array([problem.sigmas[c] for c in noisy])
    link = sparse.hstack(
        [sparse.eye_array(size).tocsr()[noisy] / sigma[:, None], -sparse.eye_array(extra)]
    )  # x/σ − e = y/σ
    balances = sparse.hstack(
        [sparse.csc_matrix(np.array(dense(problem))), sparse.csc_matrix((len(problem.constants), extra))]
    )
    bounded = [c for c in range(size) if c not in problem.signed]
    bounds = sparse.hstack([-sparse.eye_array(size).tocsr()[bounded], sparse.csc_matrix((len(bounded), extra))])
    right = np.concatenate(
        [problem.constants, np.array([problem.measured[c] for c in noisy]) / sigma, np.zeros(len(bounded))]
    )
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    cones = [clarabel.ZeroConeT(len(right) - len(bounded)), clarabel.NonnegativeConeT(len(bounded))]
    solver = clarabel.DefaultSolver(
        sparse.triu(quadratic, format="csc"),
        np.zeros(size + extra),
        sparse.vstack([balances, link, bounds]).tocsc(),
        right,
        cones,
        settings,
    )
    found = solver.solve()
    assert str(found.status) in ("Solved", "AlmostSolved")
    return 2 * float(found.obj_val)


@pytest.mark.parametrize("seed", range(40))
def test_the_objective_with_bounds_is_clarabels(seed: int) -> None:
    problem = plant(
        seed,
        4 + seed % 9,
        missing=(0, 0.2, 0.4)[seed % 3],
        decades=0.5,
        relations=seed % 3,
        correlated=seed % 2,
        noise=12,
    ).problem
    assert Reconciliation(problem).objective == pytest.approx(clarabel_objective(problem), rel=1e-7, abs=1e-7)


def test_a_large_network_with_bounds_has_clarabels_objective_and_meets_the_conditions() -> None:
    problem = plant(11, 290, missing=0.15, decades=0.5, noise=8, relations=20).problem
    assert len(problem.measured) > 1000
    result = Reconciliation(problem)
    assert result.settled
    assert len(result.held) > 10
    assert result.closure <= 1e-12
    assert result.objective == pytest.approx(clarabel_objective(problem), rel=1e-6)
    # Stationarity by least squares: V⁻¹(x − y) + Aᵀλ = μ on held columns, 0 on all others.
    matrix = np.array(dense(problem))
    known = np.array([value is not None for value in problem.measured])
    sigma = np.where(known, problem.sigmas, 1.0)
    slope = np.where(known, (result.values - problem.amounts) / sigma, 0.0)
    loose = np.setdiff1d(np.arange(len(sigma)), sorted(result.held))
    scaled = (matrix * sigma).T
    multipliers, *_rest = np.linalg.lstsq(scaled[loose], -slope[loose], rcond=1e-12)
    left = slope + scaled @ multipliers
    assert np.abs(left[loose]).max() <= 1e-6 * np.abs(slope).max()


# Laws


@given(NETWORKS)
def test_balances_close_to_rounding(network: Network) -> None:
    assert Reconciliation(network.problem, bounded=False).closure <= 1e-12
    result = Reconciliation(network.problem)
    assert result.closure <= 1e-12 or not result.settled


@given(NETWORKS, st.sampled_from([1e-3, 0.1, 7.0, 1e4]))
def test_scaling_all_uncertainties_moves_no_estimate(network: Network, factor: float) -> None:
    problem = network.problem
    one = Reconciliation(problem)
    other = Reconciliation(changed(problem, sigmas=[sigma * factor for sigma in problem.sigmas]))
    scale = float(np.max(np.abs(one.values)))
    known = [c for c, status in enumerate(one.statuses) if status != "unobservable"]
    assert other.values[known] == pytest.approx(one.values[known], rel=1e-9, abs=1e-9 * scale)
    assert other.chi_square == pytest.approx(one.chi_square / factor**2, rel=1e-7, abs=1e-12)


@given(NETWORKS, st.integers(0, 1000))
def test_the_order_of_streams_and_units_means_nothing(network: Network, seed: int) -> None:
    problem = network.problem
    chance = random.Random(seed)
    columns, rows = list(range(len(problem.measured))), list(range(len(problem.constants)))
    chance.shuffle(columns)
    chance.shuffle(rows)
    entries = list(zip(problem.rows, problem.columns, problem.values, strict=True))
    chance.shuffle(entries)
    other = Problem(
        [rows[row] for row, _c, _v in entries],
        [columns[column] for _r, column, _v in entries],
        [value for _r, _c, value in entries],
        [problem.constants[rows.index(row)] for row in range(len(rows))],
        [problem.measured[columns.index(column)] for column in range(len(columns))],
        [problem.sigmas[columns.index(column)] for column in range(len(columns))],
        frozenset(columns[column] for column in problem.signed),
        tuple((columns[a], columns[b], c) for a, b, c in problem.correlations),
    )
    first, second = Reconciliation(problem), Reconciliation(other)
    assert [second.statuses[columns[c]] for c in range(len(columns))] == first.statuses
    assert second.degrees == first.degrees
    assert second.chi_square == pytest.approx(first.chi_square, rel=1e-8, abs=1e-9)
    assert second.objective == pytest.approx(first.objective, rel=1e-8, abs=1e-9)
    known = [c for c, status in enumerate(first.statuses) if status != "unobservable"]
    scale = float(np.max(np.abs(first.values)))
    for column in known:
        assert second.values[columns[column]] == pytest.approx(first.values[column], rel=1e-8, abs=1e-9 * scale)


@given(NETWORKS)
def test_figures_that_agree_already_stay_as_they_are(network: Network) -> None:
    problem = network.problem
    agreed = Oracle(problem).values
    if any(v is not None and v < 0 for c, v in enumerate(agreed) if c not in problem.signed):
        return
    values = [None if old is None else new for old, new in zip(problem.measured, agreed, strict=True)]
    result = Reconciliation(changed(problem, measured=values), bounded=False)
    scale = max(abs(v) for v in agreed if v is not None) if any(agreed) else 1.0
    for column, value in enumerate(agreed):
        if value is not None:
            assert result.values[column] == pytest.approx(value, rel=1e-10, abs=1e-12 * scale)


@given(NETWORKS)
def test_a_branch_that_nothing_determines_changes_nothing_else(network: Network) -> None:
    """A second stream between the same ends as one that cannot be determined."""
    problem = network.problem
    before = Reconciliation(problem, bounded=False)
    unknown = [c for c, status in enumerate(before.statuses) if status == "unobservable"]
    if not unknown:
        return
    column = unknown[0]
    new = len(problem.measured)
    twins = [(r, v) for r, c, v in zip(problem.rows, problem.columns, problem.values, strict=True) if c == column]
    after = Reconciliation(
        changed(
            problem,
            rows=[*problem.rows, *(r for r, _v in twins)],
            columns=[*problem.columns, *(new for _twin in twins)],
            values=[*problem.values, *(v for _r, v in twins)],
            measured=[*problem.measured, None],
            sigmas=[*problem.sigmas, 0.0],
        ),
        bounded=False,
    )
    assert after.statuses == [*before.statuses, "unobservable"]
    assert after.chi_square == pytest.approx(before.chi_square, rel=1e-9, abs=1e-12)
    known = [c for c in range(new) if before.statuses[c] != "unobservable"]
    scale = float(np.max(np.abs(before.values[known]), initial=0.0))
    assert after.values[known] == pytest.approx(before.values[known], rel=1e-9, abs=1e-11 * scale)
    assert after.uncertainties(known) == pytest.approx(before.uncertainties(known), rel=1e-8, abs=1e-12 * scale)


@given(NETWORKS, st.sampled_from([1e-6, 1e3, 1e6]))
def test_another_unit_scales_everything(network: Network, factor: float) -> None:
    problem = network.problem
    before = Reconciliation(problem)
    after = Reconciliation(
        changed(
            problem,
            constants=[value * factor for value in problem.constants],
            measured=[None if value is None else value * factor for value in problem.measured],
            sigmas=[sigma * factor for sigma in problem.sigmas],
        )
    )
    known = [c for c, status in enumerate(before.statuses) if status != "unobservable"]
    scale = float(max(np.max(np.abs(before.values)), np.max(problem.spread), np.max(np.abs(problem.amounts))))
    assert after.values[known] == pytest.approx(before.values[known] * factor, rel=1e-9, abs=1e-10 * scale * factor)
    assert after.objective == pytest.approx(before.objective, rel=1e-8, abs=1e-10)


@given(NETWORKS, st.sampled_from([1.0, -2.0, 0.01]))
def test_saying_a_balance_twice_changes_nothing(network: Network, factor: float) -> None:
    problem = network.problem
    row = 0
    again = [(c, v) for r, c, v in zip(problem.rows, problem.columns, problem.values, strict=True) if r == row]
    if any(problem.measured[c] is None for c, _v in again):
        return  # an unmeasured stream with three entries is no longer an edge; the next test has it
    before = Reconciliation(problem)
    after = Reconciliation(
        changed(
            problem,
            rows=[*problem.rows, *(len(problem.constants) for _part in again)],
            columns=[*problem.columns, *(c for c, _v in again)],
            values=[*problem.values, *(v * factor for _c, v in again)],
            constants=[*problem.constants, problem.constants[row] * factor],
        )
    )
    same(before, after)


@given(NETWORKS)
def test_saying_a_balance_with_unmeasured_streams_twice_changes_nothing(network: Network) -> None:
    problem = network.problem
    row = next(
        (
            r
            for r, c in zip(problem.rows, problem.columns, strict=True)
            if problem.measured[c] is None and r < network.balances
        ),
        0,
    )
    again = [(c, v) for r, c, v in zip(problem.rows, problem.columns, problem.values, strict=True) if r == row]
    after = Reconciliation(
        changed(
            problem,
            rows=[*problem.rows, *(len(problem.constants) for _part in again)],
            columns=[*problem.columns, *(c for c, _v in again)],
            values=[*problem.values, *(v for _c, v in again)],
            constants=[*problem.constants, problem.constants[row]],
        )
    )
    same(Reconciliation(problem), after)


def same(before: Reconciliation, after: Reconciliation) -> None:
    assert after.settled
    assert after.statuses == before.statuses
    assert after.degrees == before.degrees
    assert after.objective == pytest.approx(before.objective, rel=1e-8, abs=1e-9)
    known = [c for c, status in enumerate(before.statuses) if status != "unobservable"]
    scale = float(np.max(np.abs(before.values)))
    assert after.values[known] == pytest.approx(before.values[known], rel=1e-8, abs=1e-10 * scale)


@given(NETWORKS)
def test_a_reconciled_amount_is_never_less_certain_than_its_measurement(network: Network) -> None:
    problem = network.problem
    result = Reconciliation(problem, bounded=False)
    measured = [c for c, value in enumerate(problem.measured) if value is not None]
    for column, found in zip(measured, result.uncertainties(measured), strict=True):
        assert found <= problem.sigmas[column] * (1 + 1e-9)


def test_a_contradiction_is_said_and_not_raised(way: str) -> None:
    """The same two streams, equal in one row and one apart in the other."""
    result = Reconciliation(problem_of([[1, -1], [1, -1]], [5.0, 6.0], [1.0, 1.0], [0, 1]))
    assert not result.settled
    assert result.degrees == 1


def test_exact_figures_that_contradict_each_other_are_said(way: str) -> None:
    assert not Reconciliation(problem_of([[1, -1]], [100.0, 101.0], [0.0, 0.0])).settled
    assert Reconciliation(problem_of([[1, -1]], [100.0, 100.0], [0.0, 0.0])).settled


def test_bounds_that_contradict_a_balance_are_said(way: str) -> None:
    """Nothing enters and 5 accumulate: − out = 5 has no answer with out ≥ 0."""
    result = Reconciliation(problem_of([[-1]], [1.0], [1.0], [5]))
    assert not result.settled


def test_nothing_measured_determines_nothing(way: str) -> None:
    result = Reconciliation(problem_of([[1, -1, 0], [0, 1, -1]], [None] * 3, [0.0] * 3))
    assert result.statuses == ["unobservable"] * 3
    assert (result.degrees, result.chi_square, result.settled) == (0, 0.0, True)
    assert all(math.isnan(u) for u in result.uncertainties([0, 1, 2]))


def test_nothing_measured_but_stock_determines_what_hangs_on_it(way: str) -> None:
    """One stream enters, 3 accumulate: 3 came."""
    result = Reconciliation(problem_of([[1]], [None], [0.0], [3]))
    assert result.statuses == ["observable"]
    assert result.values == pytest.approx([3])
    assert result.uncertainties([0]) == [0.0]


def test_a_problem_without_rows_or_without_anything(way: str) -> None:
    lone = Reconciliation(problem_of([], [5.0, None], [1.0, 0.0]))
    assert lone.statuses == ["determined", "unobservable"]
    assert lone.values[0] == 5.0
    empty = Reconciliation(Problem([], [], [], [], [], []))
    assert (empty.degrees, empty.statuses, empty.closure) == (0, [], 0.0)


def test_a_single_balance_shares_its_gap_by_variance(way: str) -> None:
    """100 in, 60 and 30 out: a gap of 10 over variances 1, 4 and 0.25; 10/5.25 of each variance."""
    result = Reconciliation(problem_of([[1, -1, -1]], [100.0, 60.0, 30.0], [1.0, 2.0, 0.5]))
    assert result.values == pytest.approx([100 - 10 / 5.25, 60 + 40 / 5.25, 30 + 2.5 / 5.25])
    assert result.chi_square == pytest.approx(100 / 5.25)
    # u² = σ² − σ⁴/5.25
    assert result.uncertainties([0, 1, 2]) == pytest.approx(
        [math.sqrt(1 - 1 / 5.25), math.sqrt(4 - 16 / 5.25), math.sqrt(0.25 - 0.0625 / 5.25)]
    )


def test_parts_without_a_connection_are_solved_as_if_alone(way: str) -> None:
    one = [[1, -1, -1]]
    both = [[1, -1, -1, 0, 0], [0, 0, 0, 1, -1]]
    alone = Reconciliation(problem_of(one, [10.0, 4.0, 7.0], [1.0, 1.0, 2.0]))
    together = Reconciliation(problem_of(both, [10.0, 4.0, 7.0, 3.0, 5.0], [1.0, 1.0, 2.0, 1.0, 1.0]))
    assert together.values == pytest.approx([*alone.values, 4, 4])
    assert together.chi_square == pytest.approx(alone.chi_square + 2)


def test_a_held_amount_moves_what_is_expected_of_a_correlated_one(way: str) -> None:
    """10 in, 12 and −5 out with coefficient 0.6: at z = 0 the second is expected at 12 + 0.6·5 = 15, variance 0.64.

    x = 10 + 5/1.64 of the gap of 5 shared by variances 1 and 0.64; objective 5²/1.64 + 5² = 40.24.
    """
    problem = problem_of([[1, -1, -1]], [10.0, 12.0, -5.0], [1.0] * 3, correlations=((1, 2, 0.6),))
    result = Reconciliation(problem)
    assert result.held == {2}
    assert result.values == pytest.approx([10 + 5 / 1.64, 10 + 5 / 1.64, 0])
    assert result.objective == pytest.approx(25 / 1.64 + 25)


def test_whole_numbers_as_uncertainties_are_numbers(way: str) -> None:
    """σ = 1 written without a point: the correlation still counts. Var(a − b) = 2 − 2·0.6 = 0.8; χ² = 4/0.8."""
    problem = problem_of([[1, -1]], [10, 12], [1, 1], correlations=((0, 1, 0.6),))
    assert Reconciliation(problem).chi_square == pytest.approx(5)
