"""Random plant-like networks whose true values close every balance, and the solvers that the engine is held against.

2.5 flows per unit: a main line through all units, recycles over a few units, feeds, discharges, and long-range arcs, half
of them recycles and half bypasses. What is measured is the true value with noise of the standard uncertainty that the
problem states.
"""

import time
from typing import Any, NamedTuple

import numpy as np

from cpa.methods.balance.bilinear import Products
from cpa.methods.balance.problem import Problem

Array = Any
OUTSIDE = -1
LOCAL = 20
"""Units that a recycle spans at most."""


class Network(NamedTuple):
    """A linear problem, the true amounts behind it, and the unit that each flow leaves and enters."""

    problem: Problem
    truth: Array
    source: Array
    target: Array


class Coupled(NamedTuple):
    """A problem with products: flows first, then contents or amounts substance by substance."""

    problem: Problem
    products: Products
    truth: Array


def plant(flows: int, *, far: float = 0.02, unmeasured: float = 0.3, noise: float = 0.05, seed: int = 1) -> Network:
    """A plant with `far` of its flows as long-range arcs, and σ = `noise` of the true values."""
    random = np.random.default_rng(seed)
    units = round(flows / 2.5)
    long = round(far * flows)
    pairs = (flows - units - 1 - long) // 3
    recycles = flows - units - 1 - long - 2 * pairs
    entry = random.integers(0, units, pairs)
    leaving = np.minimum(entry + random.integers(0, LOCAL, pairs), units - 1)
    passed = random.uniform(5, 50, pairs)
    back = random.integers(1, units, recycles)
    ahead = np.sort(random.integers(0, units, (long, 2)), axis=1)
    ahead[:, 1] += ahead[:, 0] == ahead[:, 1]
    ahead = np.minimum(ahead, units - 1)
    turned = np.where(np.arange(long)[:, None] % 2 == 0, ahead, ahead[:, ::-1])
    outside = np.full(pairs, OUTSIDE)
    source = np.concatenate([outside, leaving, back, turned[:, 0]])
    target = np.concatenate([entry, outside, np.maximum(back - random.integers(1, LOCAL, recycles), 0), turned[:, 1]])
    amount = np.concatenate([passed, passed, random.uniform(5, 50, recycles), random.uniform(1, 5, long)])
    # The main line carries what the others leave over.
    gained = np.bincount(target[target >= 0], amount[target >= 0], units)
    gained -= np.bincount(source[source >= 0], amount[source >= 0], units)
    line = np.concatenate([[0.0], np.cumsum(gained)])
    line += max(400.0, 100.0 - line.min())
    source = np.concatenate([np.arange(-1, units), source])
    target = np.concatenate([np.arange(units), [OUTSIDE], target])
    truth = np.concatenate([line, amount])
    sigma = noise * truth
    measured = np.maximum(truth + sigma * random.standard_normal(len(truth)), 0.0)
    missing = np.zeros(len(truth), dtype=bool)
    missing[random.permutation(len(truth))[: round(unmeasured * len(truth))]] = True
    rows, columns, values = _entries(source, target)
    given = [None if gone else value for gone, value in zip(missing.tolist(), measured.tolist(), strict=True)]
    return Network(Problem(rows, columns, values, np.zeros(units), given, sigma), truth, source, target)


def _entries(source: Array, target: Array) -> tuple[Array, Array, Array]:
    leaves, enters = np.flatnonzero(source >= 0), np.flatnonzero(target >= 0)
    return (
        np.concatenate([source[leaves], target[enters]]),
        np.concatenate([leaves, enters]),
        np.concatenate([-np.ones(len(leaves)), np.ones(len(enters))]),
    )


def solution(flows: int, substances: int, *, unmeasured: int = 0, noise: float = 0.05, seed: int = 1) -> Coupled:
    """Substances in all flows of a plant: units that separate a little, balanced in mass and in every substance.

    `unmeasured` contents are missing, which makes amounts of them, as in `cpa balance`. The last substance is a trace,
    at or below its limit of detection, so that bounds bind.
    """
    random = np.random.default_rng(seed)
    network = plant(flows, unmeasured=0.0, noise=noise, seed=seed)
    units, count = len(network.problem.constants), len(network.truth)
    missing = np.zeros(count * substances, dtype=bool)
    missing[random.permutation(len(missing))[:unmeasured]] = True
    rows, columns, values = (
        [np.asarray(part)] for part in (network.problem.rows, network.problem.columns, network.problem.values)
    )
    measured, sigmas, truths = list(network.problem.measured), [network.problem.sigmas], [network.truth]
    terms: list[tuple[Array, Array, Array, Array]] = []
    for number in range(substances):
        trace = number == substances - 1
        amount = _substance(network, random, 1e-4 if trace else 0.15)
        content, gone = amount / network.truth, missing[number * count : (number + 1) * count]
        sigma = np.maximum(noise * content, 3e-4 if trace else 0.0)
        read = np.maximum(content + sigma * random.standard_normal(count), 0.0)
        measured += [None if lost else value for lost, value in zip(gone.tolist(), read.tolist(), strict=True)]
        sigmas.append(sigma)
        truths.append(np.where(gone, amount, content))
        row, column, value = network.problem.rows, network.problem.columns, network.problem.values
        linear = gone[column]
        rows.append(units * (number + 1) + row[linear])
        columns.append(count * (number + 1) + column[linear])
        values.append(value[linear])
        own = ~linear
        terms.append((units * (number + 1) + row[own], value[own], column[own], count * (number + 1) + column[own]))
    problem = Problem(
        *(np.concatenate(part) for part in (rows, columns, values)),
        np.zeros(units * (substances + 1)),
        measured,
        np.concatenate(sigmas),
    )
    products = Products(*(np.concatenate(part) for part in zip(*terms, strict=True)))
    return Coupled(problem, products, np.concatenate(truths))


def _substance(network: Network, random: Any, content: float) -> Array:
    """The amount in every flow: feeds bring about `content`, units give each outlet its share of it, unevenly."""
    from scipy.sparse import coo_array, eye_array
    from scipy.sparse.linalg import spsolve

    source, target = network.source, network.target
    units = len(network.problem.constants)
    out = source >= 0
    weight = np.where(out, network.truth * random.uniform(0.7, 1.3, len(source)), 0.0)
    share = weight / np.bincount(source[out], weight[out], units)[source]
    fed = network.truth * content * random.uniform(0.2, 1.0, len(source))
    inlet = np.bincount(target[~out], fed[~out], units)
    inner = out & (target >= 0)
    moved = coo_array((share[inner], (target[inner], source[inner])), shape=(units, units))
    passing = spsolve((eye_array(units) - moved).tocsc(), inlet)
    return np.where(out, share * passing[source], fed)


# References


def scaled(problem: Problem) -> Any:
    """A·V^½ of the whole network, measured or not, as CSR."""
    from scipy.sparse import coo_array

    values = problem.entry_values * np.asarray(problem.sigmas, dtype=float)[problem.entry_columns]
    shape = (len(problem.constants), len(problem.measured))
    return coo_array((values, (problem.entry_rows, problem.entry_columns)), shape=shape).tocsr()


def factorised(normal: Any) -> Any:
    """The fastest `splu` of a symmetric positive definite matrix that scipy offers."""
    from scipy.sparse.linalg import splu

    return splu(normal, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def dense_reconciliation(problem: Problem, columns: list[int]) -> tuple[Array, Array, Array]:
    """Reconciliation as in the textbooks (Crowe et al. 1983) by dense numpy, no bounds: values, σ of `columns`, what is
    not observable. Unmeasured columns are projected out by a singular value decomposition.
    """
    matrix = np.zeros((len(problem.constants), len(problem.measured)))
    matrix[np.asarray(problem.rows), np.asarray(problem.columns)] = problem.values
    known = np.array([value is not None for value in problem.measured])
    amounts = np.array([value for value in problem.measured if value is not None])
    sigma = np.asarray(problem.sigmas, dtype=float)[known]
    left, size, right = np.linalg.svd(matrix[:, ~known])
    rank = int(np.sum(size > 1e-10))
    reduced = (left[:, rank:].T @ matrix[:, known]) * sigma
    residual = (reduced / sigma) @ amounts - left[:, rank:].T @ problem.constants
    # Reduced rows on unmeasured columns alone hold nothing.
    inverse = np.linalg.pinv(reduced @ reduced.T)
    gain = reduced.T @ inverse
    covariance = sigma[:, None] * (np.eye(len(sigma)) - gain @ reduced) * sigma
    solved = right[:rank].T / size[:rank] @ left[:, :rank].T
    values = np.empty(len(known))
    values[known] = amounts - sigma * (gain @ residual)
    values[~known] = solved @ (problem.constants - matrix[:, known] @ values[known])
    # Every column by the measured ones.
    map_ = np.zeros((len(known), len(sigma)))
    map_[known] = np.eye(len(sigma))
    map_[~known] = -solved @ matrix[:, known]
    part = map_[columns]
    unobservable = np.flatnonzero(~known)[np.linalg.norm(right[rank:], axis=0) > 1e-10]
    return values, np.sqrt(np.einsum("ij,jk,ik->i", part, covariance, part)), unobservable


def linearised(problem: Problem, products: Products, at: Array) -> tuple[Any, Array]:
    """The Jacobian of the constraints at `at` as CSR, and the constants of the linearised constraints."""
    from scipy.sparse import coo_array

    rows, values, ones, others = (np.asarray(part) for part in products)
    matrix = coo_array(
        (
            np.concatenate([problem.entry_values, values * at[others], values * at[ones]]),
            (
                np.concatenate([problem.entry_rows, rows, rows]),
                np.concatenate([problem.entry_columns, ones, others]),
            ),
        ),
        shape=(len(problem.constants), len(at)),
    ).tocsr()
    return matrix, problem.right + np.bincount(rows, values * at[ones] * at[others], len(problem.constants))


def plain_linearisation(problem: Problem, products: Products) -> tuple[Array, int]:
    """Successive linearisation of a problem with everything measured, without bounds: one `splu` a step."""
    given, sigma = problem.amounts, np.asarray(problem.sigmas, dtype=float)
    at = given
    for step in range(1, 61):
        matrix, constants = linearised(problem, products, at)
        spread = matrix.multiply(sigma[None, :]).tocsr()
        multipliers = factorised((spread @ spread.T).tocsc()).solve(matrix @ given - constants)
        goal = given - sigma * (spread.T @ multipliers)
        moved = np.max(np.abs(goal - at) / np.maximum(np.maximum(np.abs(at), np.abs(goal)), sigma))
        at = goal
        if moved <= 1e-10:
            break
    return at, step


# Oracles


def _objective(problem: Problem, values: Array) -> float:
    sigma = np.asarray(problem.sigmas, dtype=float)
    return float(np.sum(((values - problem.amounts)[problem.known] / sigma[problem.known]) ** 2))


def quadratic(problem: Problem, matrix: Any, constants: Array) -> tuple[Array, float]:
    """The bounded problem with constraints `matrix` x = `constants` by Clarabel's interior point, and its objective."""
    import clarabel
    from scipy.sparse import coo_array, diags_array, vstack

    count = matrix.shape[1]
    sigma = np.where(problem.known, np.asarray(problem.sigmas, dtype=float), np.maximum(1.0, np.abs(constants).max()))
    scaled_matrix = (matrix @ diags_array(sigma)).tocsc()
    place = np.flatnonzero(problem.known)
    weight = coo_array((np.ones(len(place)), (place, place)), shape=(count, count)).tocsc()
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
    result = clarabel.DefaultSolver(
        weight,
        -np.where(problem.known, problem.amounts / sigma, 0.0),
        vstack([scaled_matrix, -diags_array(np.ones(count))]).tocsc(),
        np.concatenate([constants, np.zeros(count)]),
        [clarabel.ZeroConeT(matrix.shape[0]), clarabel.NonnegativeConeT(count)],
        settings,
    ).solve()
    values = np.array(result.x) * sigma
    return values, _objective(problem, values)


def linear_oracle(problem: Problem) -> float:
    """The objective of the bounded linear problem."""
    from scipy.sparse import coo_array

    shape = (len(problem.constants), len(problem.measured))
    matrix = coo_array((problem.entry_values, (problem.entry_rows, problem.entry_columns)), shape=shape).tocsc()
    return quadratic(problem, matrix, problem.right)[1]


def bilinear_oracle(problem: Problem, products: Products, start: Array) -> tuple[str, float, float]:
    """The bounded problem by IPOPT where casadi is installed, else by successive linearisation with Clarabel.

    What solved it, its objective, and seconds.
    """
    began = time.perf_counter()
    try:
        import casadi
    except ImportError:
        at = np.maximum(start, 0.0)
        for _step in range(60):
            goal, objective = quadratic(problem, *linearised(problem, products, at))
            moved = np.max(np.abs(goal - at) / np.maximum(np.abs(at), np.asarray(problem.sigmas)))
            at = goal
            if moved <= 1e-7:
                break
        return "successive Clarabel", objective, time.perf_counter() - began
    size = np.maximum(np.abs(start), np.asarray(problem.sigmas, dtype=float))
    scaled_variable = casadi.MX.sym("x", len(start))
    amount = scaled_variable * casadi.DM(size)
    shape = (len(problem.constants), len(start))
    linear = casadi.DM.triplet(
        problem.entry_rows.tolist(), problem.entry_columns.tolist(), casadi.DM(problem.entry_values), *shape
    )
    rows, values, ones, others = (np.asarray(part) for part in products)
    gathered = casadi.DM.triplet(
        rows.tolist(), list(range(len(rows))), casadi.DM(values), len(problem.constants), len(rows)
    )
    constraint = casadi.mtimes(linear, amount) + casadi.mtimes(
        gathered, amount[ones.tolist()] * amount[others.tolist()]
    )
    known = np.flatnonzero(problem.known)
    sigma = np.asarray(problem.sigmas, dtype=float)[known]
    objective = casadi.sumsqr((amount[known.tolist()] - casadi.DM(problem.amounts[known])) / casadi.DM(sigma))
    row_size = np.full(shape[0], 1e-300)
    np.maximum.at(row_size, problem.entry_rows, np.abs(problem.entry_values) * size[problem.entry_columns])
    np.maximum.at(row_size, rows, np.abs(values) * size[ones] * size[others])
    solver = casadi.nlpsol(
        "oracle",
        "ipopt",
        {"x": scaled_variable, "f": objective, "g": (constraint - casadi.DM(problem.right)) / casadi.DM(row_size)},
        {
            "print_time": False,
            "ipopt": {"print_level": 0, "sb": "yes", "tol": 1e-9, "max_iter": 500, "bound_relax_factor": 0.0},
        },
    )
    result = solver(x0=np.maximum(start, 0.0) / size, lbx=0.0, lbg=0.0, ubg=0.0)
    return f"IPOPT ({solver.stats()['return_status']})", float(result["f"]), time.perf_counter() - began
