"""Tests for gross errors: against re-solving in exact arithmetic, over simulated noise, and scipy's distributions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import Oracle, dense, plant, problem_of

from cpa.methods.balance.gross_errors import Candidate, Suspect, examined
from cpa.methods.balance.gross_errors import Tests as Outcome
from cpa.methods.balance.problem import Problem
from cpa.methods.balance.reconcile import Reconciliation
from cpa.methods.balance.statistics import chi_square_limit, chi_square_tail, normal_limit

np = pytest.importorskip("numpy")
stats = pytest.importorskip("scipy.stats")

DRAWS = 2000


# Distributions


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 20, 101, 1000, 20_000])
def test_the_tail_of_chi_square_is_scipys(degrees: int) -> None:
    for share in (0.01, 0.3, 0.7, 0.95, 1.0, 1.05, 1.3, 2.0, 4.0):
        value = degrees * share
        expected = float(stats.chi2.sf(value, degrees))
        assert chi_square_tail(value, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-13)


def test_the_tail_of_chi_square_at_its_ends() -> None:
    assert chi_square_tail(0, 3) == chi_square_tail(-1, 3) == chi_square_tail(5, 0) == 1
    assert chi_square_tail(1e6, 3) == 0
    # Two degrees of freedom: exp(−x/2).
    assert chi_square_tail(600, 2) == pytest.approx(math.exp(-300), rel=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 5, 30, 400, 10_000])
@pytest.mark.parametrize("probability", [0.5, 0.1, 0.05, 0.01, 1e-6])
def test_the_limit_of_chi_square_is_scipys(degrees: int, probability: float) -> None:
    expected = float(stats.chi2.isf(probability, degrees))
    assert chi_square_limit(probability, degrees) == pytest.approx(expected, rel=1e-9)


@given(st.floats(0, 1e4), st.integers(1, 2000))
def test_the_tail_is_a_probability_and_falls(value: float, degrees: int) -> None:
    one, other = chi_square_tail(value, degrees), chi_square_tail(value * 1.1 + 0.1, degrees)
    assert 0 <= other <= one + 1e-14 <= 1 + 1e-13


@pytest.mark.parametrize("tests", [1, 2, 6, 28, 1000, 100_000])
def test_the_limit_of_many_normal_magnitudes_is_scipys(tests: int) -> None:
    single = -math.expm1(math.log1p(-0.05) / tests)
    assert normal_limit(0.05, tests) == pytest.approx(float(stats.norm.isf(single / 2)), rel=1e-10)
    assert 1 - (1 - 2 * stats.norm.sf(normal_limit(0.05, tests))) ** tests == pytest.approx(0.05, rel=1e-8)


# Against re-solving with a suspect taken out


def without(problem: Problem, candidates: list[Candidate]) -> Problem:
    """The problem with biased columns unmeasured and leaks as further unmeasured columns that may have any sign."""
    columns = {candidate.index for candidate in candidates if candidate.kind == "bias"}
    leaks = [candidate.index for candidate in candidates if candidate.kind == "leak"]
    rows = [[*row, *(-1.0 if number == leak else 0.0 for leak in leaks)] for number, row in enumerate(dense(problem))]
    return problem_of(
        rows,
        [None if c in columns else value for c, value in enumerate(problem.measured)] + [None] * len(leaks),
        [*problem.sigmas, *([0.0] * len(leaks))],
        problem.constants,
        problem.signed,
        tuple(item for item in problem.correlations if not columns.intersection(item[:2])),
    )


def size_of(problem: Problem, before: list[Candidate], candidate: Candidate) -> tuple[float, float]:
    """The bias or leak and its standard uncertainty when it is a further error beside those in `before`."""
    oracle = Oracle(without(problem, [*before, candidate]))
    if candidate.kind == "leak":
        column = len(problem.measured) + sum(one.kind == "leak" for one in before)
        return oracle.values[column], oracle.uncertainty(column)
    return (
        problem.measured[candidate.index] - oracle.values[candidate.index],
        math.hypot(oracle.uncertainty(candidate.index), problem.sigmas[candidate.index]),
    )


def disturbed(seed: int, *, correlated: int = 0, relations: int = 0) -> tuple[Problem, int]:
    """A plant with two biased readings."""
    network = plant(
        seed, 4 + seed % 4, missing=0.15, decades=1, doubled=0.2, correlated=correlated, relations=relations
    )
    problem = network.problem
    redundant = sorted(Oracle(problem).redundant - problem.signed)
    values = list(problem.measured)
    for column in redundant[seed % 3 :: 5][:2]:
        values[column] += 9 * problem.sigmas[column]
    fields = {name: getattr(problem, name) for name in problem.__struct_fields__}
    return Problem(**{**fields, "measured": values}), network.balances


@pytest.mark.parametrize("seed", range(24))
def test_every_suspect_takes_off_what_re_solving_without_it_takes_off(seed: int) -> None:
    """Statistic, remainder and degrees of each step; every member's size and σ; no reading would take off more."""
    problem, balances = disturbed(seed, correlated=(0, 0, 1)[seed % 3], relations=(0, 2)[seed % 2])
    tests = examined(Reconciliation(problem), tuple(range(balances)))
    before: list[Candidate] = []
    chi_square = Oracle(problem).chi_square
    for suspect in tests.suspects:
        scale = max(chi_square, 1.0)
        for member in suspect.members:
            oracle = Oracle(without(problem, [*before, member]))
            assert oracle.chi_square == pytest.approx(suspect.remaining, rel=1e-6, abs=1e-8 * scale)
            assert oracle.degrees == suspect.remaining_degrees
        assert suspect.statistic == pytest.approx(chi_square - suspect.remaining, rel=1e-6, abs=1e-8 * scale)
        if not any(problem.correlations):
            size, sigma = size_of(problem, before, suspect.members[0])
            assert (suspect.members[0].size, suspect.members[0].sigma) == pytest.approx((size, sigma), rel=1e-6)
        now = Oracle(without(problem, before))
        for column in now.redundant:
            if column < len(problem.measured):
                other = Oracle(without(problem, [*before, Candidate("bias", column, 0, 0)]))
                assert other.chi_square >= suspect.remaining - 1e-6 * scale
        before.append(suspect.members[0])
        chi_square = suspect.remaining


@pytest.mark.parametrize("seed", range(24))
def test_members_of_a_suspect_are_those_that_nothing_tells_apart(seed: int) -> None:
    """Without one member, no other is checked by anything; all others still are."""
    problem, balances = disturbed(seed)
    tests = examined(Reconciliation(problem), tuple(range(balances)))
    oracle = Oracle(problem)
    for suspect in tests.suspects[:1]:
        together = {member.index for member in suspect.members if member.kind == "bias"}
        for column in sorted(oracle.redundant):
            gone = without(problem, [suspect.members[0]])
            left = Oracle(gone).redundant
            same = column not in left or suspect.members[0] == Candidate("bias", column, 0, 0)
            assert (column in together) == same


@pytest.mark.parametrize("seed", range(30))
def test_the_measurement_test_is_the_adjustment_over_its_standard_deviation(seed: int) -> None:
    """z = (y − x)/√(σ² − u²) without correlations; its square is what re-solving without the reading takes off."""
    problem = plant(seed, 3 + seed % 6, missing=0.2, decades=1.5, relations=seed % 3, noise=3).problem
    oracle = Oracle(problem)
    tests = examined(Reconciliation(problem))
    assert set(tests.measurement) == oracle.redundant
    assert tests.chi_square == pytest.approx(oracle.chi_square, rel=1e-8)
    assert tests.limit == pytest.approx(float(stats.chi2.isf(0.05, oracle.degrees)) if oracle.degrees else 0, rel=1e-9)
    for column, z in tests.measurement.items():
        variance = problem.sigmas[column] ** 2 - oracle.uncertainty(column) ** 2
        expected = (problem.measured[column] - oracle.values[column]) / math.sqrt(variance)
        assert z == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_with_correlations_the_square_of_z_is_what_re_solving_takes_off(seed: int) -> None:
    problem = plant(seed, 3 + seed % 5, missing=0.1, decades=1, correlated=2, noise=3).problem
    chi_square = Oracle(problem).chi_square
    for column, z in examined(Reconciliation(problem)).measurement.items():
        other = Oracle(without(problem, [Candidate("bias", column, 0, 0)]))
        assert z**2 == pytest.approx(chi_square - other.chi_square, rel=1e-6, abs=1e-7)


def test_the_nodal_test_is_a_gap_over_its_standard_deviation() -> None:
    """100 − 60 − 30 = 10 with variances 1, 4, 4; 60 − 59 = 1 with 4 and 5."""
    problem = problem_of([[1, -1, -1, 0], [0, 1, 0, -1]], [100.0, 60.0, 30.0, 59.0], [1.0, 2.0, 2.0, math.sqrt(5)])
    tests = examined(Reconciliation(problem), (0, 1))
    assert tests.nodal == pytest.approx({0: 10 / 3, 1: 1 / 3})
    assert tests.nodal_limit == pytest.approx(normal_limit(0.05, 2))


# Over simulated noise

EXCHANGER = [  # 1 → 2 + 3; 2 → 4; 3 → 5; 4 + 5 → 6 (Narasimhan and Jordache 2000)
    [1, -1, -1, 0, 0, 0],
    [0, 1, 0, -1, 0, 0],
    [0, 0, 1, 0, -1, 0],
    [0, 0, 0, 1, 1, -1],
]
FLOWS = [100.0, 64.0, 36.0, 64.0, 36.0, 100.0]
SIGMAS = [1.0, 0.6, 0.5, 0.9, 0.4, 1.2]


def simulated(
    bias: dict[int, float] | None = None, leak: dict[int, float] | None = None, count: int = DRAWS
) -> list[Outcome]:
    generator = np.random.default_rng(20260101)
    true = np.array(FLOWS)
    if leak:
        # What is lost in a row is missing in every stream behind it: of 100 in, `size` less comes out at the end.
        for row, size in leak.items():
            true = true - size * np.array({1: [0, 0, 0, 1, 0, 1], 0: [0, 0.5, 0.5, 0.5, 0.5, 1]}[row])
    for column, size in (bias or {}).items():
        true[column] += size
    found = []
    for _draw in range(count):
        values = true + np.array(SIGMAS) * generator.standard_normal(len(true))
        found.append(examined(Reconciliation(problem_of(EXCHANGER, values.tolist(), SIGMAS)), (0, 1, 2, 3)))
    return found


@pytest.fixture(scope="module")
def sound() -> list[Outcome]:
    return simulated()


def rate(count: int, draws: int) -> tuple[float, float]:
    """A rate and four standard errors of it."""
    share = count / draws
    return share, 4 * math.sqrt(max(share * (1 - share), 0.01) / draws)


def test_chi_square_is_on_average_its_degrees_of_freedom(sound: list[Outcome]) -> None:
    values = np.array([tests.chi_square for tests in sound])
    assert {tests.degrees for tests in sound} == {4}
    assert abs(values.mean() - 4) <= 4 * math.sqrt(8 / DRAWS)
    assert stats.kstest(values, stats.chi2(4).cdf).pvalue > 1e-4
    probabilities = [tests.probability for tests in sound]
    assert stats.kstest(probabilities, "uniform").pvalue > 1e-4


def test_the_global_test_gives_a_false_alarm_once_in_twenty(sound: list[Outcome]) -> None:
    share, error = rate(sum(tests.chi_square > tests.limit for tests in sound), DRAWS)
    assert abs(share - 0.05) <= error


def test_the_measurement_test_as_a_whole_gives_no_more_false_alarms_than_one_in_twenty(sound: list[Outcome]) -> None:
    alarms = sum(any(abs(z) > tests.measurement_limit for z in tests.measurement.values()) for tests in sound)
    share, error = rate(alarms, DRAWS)
    assert 0.02 <= share <= 0.05 + error


def test_independent_balances_give_false_alarms_at_exactly_the_level() -> None:
    """Six pairs of meters in line: six independent directions, two readings each that say the same."""
    generator = np.random.default_rng(7)
    rows = [[0.0] * 12 for _pair in range(6)]
    for pair in range(6):
        rows[pair][2 * pair], rows[pair][2 * pair + 1] = 1.0, -1.0
    alarms = nodal = 0
    for _draw in range(DRAWS):
        values = 50 + generator.standard_normal(12)
        tests = examined(Reconciliation(problem_of(rows, values.tolist(), [1.0] * 12)), tuple(range(6)))
        alarms += any(abs(z) > tests.measurement_limit for z in tests.measurement.values())
        nodal += any(abs(z) > tests.nodal_limit for z in tests.nodal.values())
    for count in (alarms, nodal):
        share, error = rate(count, DRAWS)
        assert abs(share - 0.05) <= error


def first(tests: Outcome) -> set[tuple[str, int]]:
    return {(member.kind, member.index) for member in tests.suspects[0].members} if tests.suspects else set()


@pytest.mark.parametrize("column", range(6))
def test_a_planted_bias_is_found_and_its_size_is_right(column: int) -> None:
    """Twelve standard deviations on one reading: the first suspect holds it, and on average names its size."""
    size = 12 * SIGMAS[column]
    found = simulated({column: size}, count=300)
    hits = [tests.suspects[0] for tests in found if ("bias", column) in first(tests)]
    assert len(hits) >= 0.95 * len(found)
    assert all(tests.chi_square > tests.limit for tests in found)
    members = [next(m for m in hit.members if (m.kind, m.index) == ("bias", column)) for hit in hits]
    mean = sum(member.size for member in members) / len(members)
    assert abs(mean - size) <= 5 * members[0].sigma / math.sqrt(len(members))


def test_a_planted_leak_is_found_where_it_is() -> None:
    """Seven are lost between the branch's two meters: the pair of readings and the leak are one suspect or the leak alone."""
    found = simulated(leak={1: 7.0}, count=300)
    hits = [tests.suspects[0] for tests in found if ("leak", 1) in first(tests)]
    assert len(hits) >= 0.95 * len(found)
    leaks = [next(m for m in hit.members if (m.kind, m.index) == ("leak", 1)) for hit in hits]
    mean = sum(leak.size for leak in leaks) / len(leaks)
    assert abs(mean - 7) <= 5 * leaks[0].sigma / math.sqrt(len(leaks))


def test_a_leak_at_the_end_cannot_be_told_from_the_last_meter() -> None:
    """Nothing checks the outlet but the balance of the last unit."""
    values = [100.0, 64.0, 36.0, 64.0, 36.0, 90.0]
    tests = examined(Reconciliation(problem_of(EXCHANGER, values, SIGMAS)), (0, 1, 2, 3))
    suspect = tests.suspects[0]
    assert first(tests) == {("bias", 5), ("leak", 3)}
    sizes = {member.kind: member.size for member in suspect.members}
    assert sizes["bias"] == pytest.approx(-10)
    assert sizes["leak"] == pytest.approx(10)
    assert suspect.significant
    assert suspect.remaining == pytest.approx(0, abs=1e-9)


def test_meters_in_parallel_are_one_suspect() -> None:
    """Two streams between the same units, one of them off: their errors open the same gaps."""
    rows = [[1, -1, -1, 0, 0], [0, 1, 1, -1, -1]]
    tests = examined(Reconciliation(problem_of(rows, [100.0, 50.0, 40.0, 70.0, 30.0], [0.5] * 5)))
    assert first(tests) == {("bias", 1), ("bias", 2)}
    assert abs(tests.measurement[1]) == pytest.approx(abs(tests.measurement[2]))


def test_two_biases_are_named_one_after_the_other() -> None:
    rows = [
        [1, -1, -1, 0, 0, 0, 0],
        [0, 1, 0, -1, 0, 0, 0],
        [0, 0, 1, 0, -1, 0, 0],
        [0, 0, 0, 1, 1, -1, 0],
        [0, 0, 0, 0, 0, 1, -1],
    ]
    values = [100.0, 70.0, 40.0, 60.0, 40.0, 108.0, 100.0]
    tests = examined(Reconciliation(problem_of(rows, values, [0.5] * 7)), ())
    assert [sorted(member.index for member in suspect.members) for suspect in tests.suspects] == [[1], [5]]
    # The first one's size is what it would be if it were alone; with it out of the way the second one's is exact.
    assert tests.suspects[-1].members[0].size == pytest.approx(8)
    assert tests.suspects[-1].remaining == pytest.approx(0, abs=1e-9)
    assert tests.suspects[-1].remaining_degrees == 3


def test_figures_that_pass_name_no_suspect() -> None:
    tests = examined(Reconciliation(problem_of(EXCHANGER, FLOWS, SIGMAS)), (0, 1, 2, 3))
    assert tests.passed
    assert tests.suspects == ()
    assert (tests.chi_square, tests.probability) == (0, 1)


def test_without_redundancy_there_is_nothing_to_test() -> None:
    tests = examined(Reconciliation(problem_of([[1, -1, -1]], [5.0, None, None], [1.0, 0.0, 0.0])), (0,))
    assert (tests.degrees, tests.measurement, tests.suspects) == (0, {}, ())
    assert tests.passed


def test_elimination_ends_when_nothing_is_left_to_check() -> None:
    """One balance that fails by far: one suspect of all its readings and its leak, then no degree of freedom is left."""
    tests = examined(Reconciliation(problem_of([[1, -1, -1]], [100.0, 60.0, 30.0], [0.1] * 3)), (0,))
    (suspect,) = tests.suspects
    assert isinstance(suspect, Suspect)
    assert first(tests) == {("bias", 0), ("bias", 1), ("bias", 2), ("leak", 0)}
    assert (suspect.remaining_degrees, round(suspect.remaining, 9)) == (0, 0)
    assert {member.kind: round(member.size, 9) for member in suspect.members if member.kind == "leak"} == {"leak": 10}
