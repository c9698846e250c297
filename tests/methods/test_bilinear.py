"""Amounts and contents together: against scipy's optimisers, a Newton method on the Lagrangian, and closed forms."""

import math
import random
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import dense, plant, problem_of

from cpa.methods.balance import recovery, structure, system
from cpa.methods.balance.bilinear import Coupled, Products
from cpa.methods.balance.problem import Problem
from cpa.methods.balance.reconcile import Reconciliation

np = pytest.importorskip("numpy")
optimize = pytest.importorskip("scipy.optimize")


class Case(NamedTuple):
    problem: Problem
    products: Products
    truth: list[float]


def circuit(
    seed: int,
    units: int = 4,
    *,
    noise: float = 1.0,
    no_amount: float = 0.0,
    no_content: float = 0.0,
    traces: float = 0.0,
) -> Case:
    """A plant with one substance: separators that split it unevenly, paths laid over each other, and a recycle.

    Amounts of flows come first, then a content for every flow, or an amount of the substance where the content was not
    measured. `traces`: the share of contents whose uncertainty is as large as they are.
    """
    chance = random.Random(seed)
    arcs: dict[tuple[int, int], list[float]] = {}

    def lay(path: list[int], amount: float, content: float) -> None:
        for arc in pairwise(path):
            whole, part = arcs.setdefault(arc, [0.0, 0.0])
            arcs[arc] = [whole + amount, part + amount * content]

    for _path in range(units + 2):
        inside = sorted(chance.sample(range(units), chance.randint(1, units)))
        lay([-1, *inside, -1], chance.uniform(1, 20), chance.choice([0.02, 0.1, 0.3, 0.6]))
    one, other = sorted(chance.sample(range(units), 2))
    lay([one, other, one], chance.uniform(0.5, 5), 0.2)
    flows = sorted(arcs)
    count = len(flows)
    truth = [arcs[arc][0] for arc in flows]
    rows = [[0.0] * count for _unit in range(units)]
    for number, (source, target) in enumerate(flows):
        if source >= 0:
            rows[source][number] = -1.0
        if target >= 0:
            rows[target][number] = 1.0
    sigmas = [0.02 * amount * chance.uniform(0.5, 2) for amount in truth]
    measured: list[float | None] = [a + noise * s * chance.gauss(0, 1) for a, s in zip(truth, sigmas, strict=True)]
    for number in range(count):
        if chance.random() < no_amount:
            measured[number] = None
    entries = [(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v]
    terms: list[tuple[int, float, int, int]] = []
    for number, arc in enumerate(flows):
        column = len(truth)
        whole, part = arcs[arc]
        ends = [(units + unit, sign) for unit, sign in ((arc[0], -1.0), (arc[1], 1.0)) if unit >= 0]
        if chance.random() < no_content:
            truth.append(part)
            measured.append(None)
            sigmas.append(0.0)
            entries += [(row, column, sign) for row, sign in ends]
        else:
            content = part / whole
            sigma = content * (1.0 if chance.random() < traces else 0.05)
            truth.append(content)
            sigmas.append(sigma)
            measured.append(content + noise * sigma * chance.gauss(0, 1))
            terms += [(row, sign, number, column) for row, sign in ends]
    problem = Problem(
        [r for r, _c, _v in entries],
        [c for _r, c, _v in entries],
        [v for _r, _c, v in entries],
        [0.0] * (2 * units),
        measured,
        sigmas,
    )
    return Case(problem, Products(*(list(part) for part in zip(*terms, strict=True))), truth)


class Constraints:
    """A x + products − b and its Jacobian, dense; rows over the size of their terms at `at`."""

    def __init__(self, case: Case) -> None:
        self.matrix = np.array(dense(case.problem))
        self.right = np.array(case.problem.constants, dtype=float)
        self.terms = list(zip(*case.products, strict=True))
        at = np.array(case.truth)
        size = np.abs(self.matrix * at).max(axis=1)
        for row, factor, one, other in self.terms:
            size[row] = max(size[row], abs(factor * at[one] * at[other]))
        self.size = np.where(size > 0, size, 1.0)

    def __call__(self, x: object) -> object:
        found = self.matrix @ x - self.right
        for row, factor, one, other in self.terms:
            found[row] += factor * x[one] * x[other]
        return found / self.size

    def jacobian(self, x: object) -> object:
        found = self.matrix.copy()
        for row, factor, one, other in self.terms:
            found[row, one] += factor * x[other]
            found[row, other] += factor * x[one]
        return found / self.size[:, None]

    def curvature(self, multipliers: object) -> object:
        found = np.zeros((self.matrix.shape[1],) * 2)
        for row, factor, one, other in self.terms:
            found[one, other] += factor * multipliers[row] / self.size[row]
            found[other, one] += factor * multipliers[row] / self.size[row]
        return found


def weighted(case: Case) -> tuple[object, object]:
    """y and 1/σ, 0 where nothing was measured."""
    known = [value is not None for value in case.problem.measured]
    y = np.array([value or 0.0 for value in case.problem.measured])
    return y, np.where(known, 1 / np.where(known, case.problem.sigmas, 1.0), 0.0)


def newton(case: Case) -> object:
    """Lagrange–Newton with the exact Hessian (Nocedal and Wright 2006, 18.1), without bounds, from the true amounts."""
    constraints = Constraints(case)
    y, weight = weighted(case)
    x, multipliers = np.array(case.truth), np.zeros(len(constraints.right))
    size = len(x)
    scale = np.maximum(np.abs(x), 1e-3)
    for step in range(60):
        jacobian = constraints.jacobian(x) * scale
        hessian = np.diag(weight**2 * scale**2)
        if step > 2:
            hessian = hessian + np.outer(scale, scale) * constraints.curvature(multipliers)
        system = np.block([[hessian, jacobian.T], [jacobian, np.zeros((len(multipliers),) * 2)]])
        slope = weight**2 * (x - y) * scale
        move = np.linalg.lstsq(system, np.concatenate([-slope, -constraints(x)]), rcond=1e-13)[0]
        x = x + move[:size] * scale
        multipliers = move[size:]
        if np.abs(move[:size]).max() < 1e-13:
            break
    assert np.abs(constraints(x)).max() < 1e-10
    return x


def scipys(case: Case, start: object) -> float:
    """The objective with x ≥ 0 by SLSQP, from the true amounts and from `start`; the better one."""
    constraints = Constraints(case)
    y, weight = weighted(case)
    scale = np.maximum(np.abs(np.array(case.truth)), 1e-3)
    best = math.inf
    for begin in (np.array(case.truth), np.array(start)):
        found = optimize.minimize(
            lambda u: float(np.sum((weight * (u * scale - y)) ** 2)),
            begin / scale,
            jac=lambda u: 2 * weight**2 * (u * scale - y) * scale,
            bounds=[(0, None)] * len(scale),
            constraints={
                "type": "eq",
                "fun": lambda u: constraints(u * scale),
                "jac": lambda u: constraints.jacobian(u * scale) * scale,
            },
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 300},
        )
        if np.abs(constraints(found.x * scale)).max() < 1e-9:
            best = min(best, float(found.fun))
    return best


def closes(case: Case, values: object) -> bool:
    return bool(np.abs(Constraints(case)(np.array(values))).max() <= 1e-9)


@pytest.fixture(params=["small", "sparse"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of computing, whatever the size."""
    if request.param == "sparse":
        for module in (structure, system, recovery):
            monkeypatch.setattr(module, "SMALL", 0)
    return str(request.param)


@pytest.mark.parametrize("seed", range(20))
def test_without_bounds_the_result_is_that_of_newtons_method_on_the_lagrangian(seed: int, way: str) -> None:
    """The linearised constraints have the true gradients where the steps end, so it is a point of the same conditions."""
    case = circuit(seed, 3 + seed % 3, no_amount=(0, 0.2)[seed % 2], no_content=(0, 0.3)[seed // 2 % 2])
    found = Coupled(case.problem, case.products, bounded=False)
    assert found.converged
    assert closes(case, found.values)
    y, weight = weighted(case)
    expected = float(np.sum((weight * (newton(case) - y)) ** 2))
    assert found.objective == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("seed", range(2, 26))
def test_with_bounds_the_objective_is_scipys(seed: int) -> None:
    case = circuit(
        seed,
        3 + seed % 3,
        no_amount=(0, 0.2)[seed % 2],
        no_content=(0, 0.3)[seed // 2 % 2],
        traces=(0, 0, 0.3)[seed % 3],
    )
    found = Coupled(case.problem, case.products)
    assert found.converged
    assert closes(case, found.values)
    assert min(found.values) >= -1e-9
    assert found.objective == pytest.approx(scipys(case, found.values), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_the_lagrangian_is_stationary_at_the_result(seed: int, way: str) -> None:
    """V⁻¹(x − y) + Jᵀλ vanishes where nothing is held, by least squares for λ, and points upwards where it is."""
    case = circuit(seed, 3 + seed % 4, noise=1.5, no_amount=0.1, no_content=0.2, traces=0.2)
    found = Coupled(case.problem, case.products)
    assert found.converged
    y, weight = weighted(case)
    x = np.array(found.values)
    scale = np.maximum(np.abs(x), np.where(weight > 0, 1 / np.where(weight > 0, weight, 1.0), 1e-3))
    slope = weight**2 * (x - y) * scale
    jacobian = Constraints(case).jacobian(x) * scale
    held = sorted(found.linear.held)
    loose = np.setdiff1d(np.arange(len(x)), held)
    multipliers = np.linalg.lstsq(jacobian[:, loose].T, -slope[loose], rcond=1e-12)[0]
    left = slope + jacobian.T @ multipliers
    assert np.abs(left[loose]).max() <= 1e-6 * max(np.abs(slope).max(), 1.0)
    if len(held) and np.linalg.matrix_rank(jacobian[:, loose]) == len(jacobian):
        assert left[held].min() >= -1e-6 * max(np.abs(slope).max(), 1.0)


@pytest.mark.parametrize("seed", range(12))
def test_without_products_the_result_is_the_linear_one(seed: int, way: str) -> None:
    problem = plant(seed, 3 + seed % 5, missing=0.3, decades=2, relations=seed % 3, noise=5).problem
    joint = Coupled(problem, Products([], [], [], []))
    alone = Reconciliation(problem)
    assert joint.converged
    assert joint.steps <= 2
    assert joint.objective == pytest.approx(alone.objective, rel=1e-9, abs=1e-12)
    known = [c for c, status in enumerate(alone.statuses) if status != "unobservable"]
    scale = float(np.max(np.abs(alone.values)))
    assert joint.values[known] == pytest.approx(alone.values[known], rel=1e-9, abs=1e-11 * scale)


@pytest.mark.parametrize("seed", range(12))
def test_exact_contents_make_the_problem_linear(seed: int) -> None:
    """Contents with σ = 0 are numbers: the substance rows become rows of amounts."""
    case = circuit(seed, 3 + seed % 3, no_amount=0.2)
    problem = case.problem
    flows = len(problem.measured) - len(set(case.products.others))
    exact = [value if c < flows else case.truth[c] for c, value in enumerate(problem.measured)]
    sigmas = [sigma if c < flows else 0.0 for c, sigma in enumerate(problem.sigmas)]
    joint = Coupled(
        Problem(problem.rows, problem.columns, problem.values, problem.constants, exact, sigmas), case.products
    )
    rows = [row[:flows] for row in dense(problem)]
    for row, factor, one, other in zip(*case.products, strict=True):
        rows[row][one] += factor * case.truth[other]
    linear = Reconciliation(problem_of(rows, exact[:flows], sigmas[:flows]))
    assert joint.converged
    known = [c for c in range(flows) if linear.statuses[c] != "unobservable"]
    scale = max(linear.values)
    assert joint.values[known] == pytest.approx(linear.values[known], rel=1e-7, abs=1e-9 * scale)


@given(st.integers(0, 5000), st.integers(2, 5))
def test_figures_that_agree_already_stay_as_they_are(seed: int, units: int) -> None:
    case = circuit(seed, units, noise=0.0)
    found = Coupled(case.problem, case.products)
    assert found.converged
    assert found.values == pytest.approx(case.truth, rel=1e-9)
    assert found.objective <= 1e-12


@given(st.integers(0, 5000), st.integers(2, 4), st.sampled_from([1e-3, 1e3]))
def test_another_unit_of_amounts_scales_amounts_and_leaves_contents(seed: int, units: int, factor: float) -> None:
    case = circuit(seed, units, no_amount=0.15)
    problem = case.problem
    flows = len(problem.measured) - len(set(case.products.others))
    sizes = [factor if c < flows else 1.0 for c in range(len(problem.measured))]
    other = Problem(
        problem.rows,
        problem.columns,
        problem.values,
        problem.constants,
        [None if y is None else y * s for y, s in zip(problem.measured, sizes, strict=True)],
        [sigma * s for sigma, s in zip(problem.sigmas, sizes, strict=True)],
    )
    one, two = Coupled(problem, case.products), Coupled(other, case.products)
    if not (one.converged and two.converged):
        return
    assert two.objective == pytest.approx(one.objective, rel=1e-6, abs=1e-8)


def test_a_mixer_by_hand() -> None:
    """10 kg at 20 % and an unmeasured brine at 60 % give 25 kg at 44 %: 15 kg of brine, nothing left to adjust."""
    problem = problem_of(
        [[1, 1, -1, 0, 0, 0], [0] * 6], [10.0, None, 25.0, 0.2, 0.6, 0.44], [0.1, 0.0, 0.2, 0.01, 0.01, 0.01]
    )
    found = Coupled(problem, Products([1, 1, 1], [1.0, 1.0, -1.0], [0, 1, 2], [3, 4, 5]))
    assert found.converged
    assert found.values == pytest.approx([10, 15, 25, 0.2, 0.6, 0.44])
    assert found.linear.degrees == 1
    assert found.linear.statuses[1] == "observable"


def test_a_tie_substance_gives_the_flow_that_no_meter_reads() -> None:
    """100 kg at 10 % solids evaporate to an unmeasured liquor at 40 %: 25 kg liquor and 75 kg vapour.

    u(liquor)² = (0.1/0.4·u_F)² + (F/0.4·u_w)² + (F·0.1/0.16·u_v)² with 1 kg, 0.002 and 0.004: 0.0625 + 0.25 + 0.0625.
    """
    problem = problem_of([[1, -1, -1, 0, 0], [0] * 5], [100.0, None, None, 0.1, 0.4], [1.0, 0.0, 0.0, 0.002, 0.004])
    found = Coupled(problem, Products([1, 1], [1.0, -1.0], [0, 1], [3, 4]))
    assert found.converged
    assert found.values == pytest.approx([100, 25, 75, 0.1, 0.4])
    assert found.linear.uncertainties([1])[0] == pytest.approx(math.sqrt(0.375))


def test_steps_that_do_not_come_to_rest_are_said() -> None:
    """x · x = −1 has no answer."""
    found = Coupled(problem_of([[0]], [1.0], [1.0], [-1]), Products([0], [1.0], [0], [0]), bounded=False)
    assert not found.converged


def test_the_uncertainty_of_a_product_is_that_of_its_gradient() -> None:
    """A substance amount F·w with independent σ: √((w u_F)² + (F u_w)²)."""
    problem = problem_of([[0, 0, 1, -1]], [10.0, 0.5, 3.0, 3.0], [0.2, 0.03, 1.0, 1.0])
    found = Coupled(problem, Products([], [], [], []))
    vector = found.linear.combinations(found.weights([(1.0, 0, 1)])[:, None])
    assert float(np.linalg.norm(vector)) == pytest.approx(math.hypot(0.5 * 0.2, 10 * 0.03))
