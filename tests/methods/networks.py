"""Random plant-like networks, and an oracle that shares nothing with the engine: exact rational arithmetic, by the book."""

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from cpa.methods.balance.problem import Problem

Matrix = list[list[Fraction]]


class Network(NamedTuple):
    """A problem with the true amounts behind it."""

    problem: Problem
    truth: list[float]
    balances: int
    """The first so many rows are balances of units; relations follow."""


def exact(value: float) -> Fraction:
    """The decimal that was written: 0.3 and 0.7 add up to one."""
    return Fraction(repr(float(value)))


def problem_of(
    rows: Sequence[Sequence[float]],
    measured: Sequence[float | None],
    sigmas: Sequence[float],
    constants: Sequence[float] | None = None,
    signed: frozenset[int] = frozenset(),
    correlations: tuple[tuple[int, int, float], ...] = (),
) -> Problem:
    """A problem from the rows of its matrix."""
    places = [(r, c, float(v)) for r, row in enumerate(rows) for c, v in enumerate(row) if v]
    return Problem(
        [r for r, _c, _v in places],
        [c for _r, c, _v in places],
        [v for _r, _c, v in places],
        list(constants) if constants is not None else [0.0] * len(rows),
        list(measured),
        list(sigmas),
        signed,
        correlations,
    )


def dense(problem: Problem) -> list[list[float]]:
    """A."""
    matrix = [[0.0] * len(problem.measured) for _row in problem.constants]
    for row, column, value in zip(problem.rows, problem.columns, problem.values, strict=True):
        matrix[row][column] += value
    return matrix


def plant(
    seed: int,
    units: int = 6,
    *,
    missing: float = 0.3,
    decades: float = 2.0,
    relations: int = 0,
    uncertain_ratios: float = 0.5,
    correlated: int = 0,
    exact_share: float = 0.0,
    constants: int = 0,
    noise: float = 1.0,
    doubled: float = 0.15,
) -> Network:
    """A plant as paths from outside to outside and recycles laid over each other, then measured with noise.

    `decades`: relative uncertainties run over so many powers of ten below 10 %. Relations follow the units' rows; one
    with an uncertain ratio has a signed column of its own for what it is off.
    """
    chance = random.Random(seed)
    amounts: dict[tuple[int, int], float] = {}
    for _path in range(max(2, units)):
        path = sorted(chance.sample(range(units), chance.randint(1, min(units, 5))))
        amount = chance.choice([0.5, 1, 3, 10, 40]) * chance.uniform(0.5, 2)
        for one, other in zip([-1, *path], [*path, -1], strict=True):
            amounts[one, other] = amounts.get((one, other), 0.0) + amount
    for _recycle in range(units // 3):
        one, other = sorted(chance.sample(range(units), 2)) if units > 1 else (0, 0)
        if one != other:
            amount = chance.uniform(0.2, 5)
            for arc in ((one, other), (other, one)):
                amounts[arc] = amounts.get(arc, 0.0) + amount
    columns: list[tuple[int, int, float]] = []
    for (one, other), amount in amounts.items():
        share = chance.uniform(0.2, 0.8) if chance.random() < doubled else 1.0
        columns.append((one, other, amount * share))
        if share < 1.0:
            columns.append((one, other, amount * (1 - share)))
    right = [0.0] * units
    for _stock in range(constants):
        outside = [number for number, (one, other, _amount) in enumerate(columns) if other == -1 and one != -1]
        if len(outside) > 1:
            one, _other, amount = columns.pop(chance.choice(outside))
            right[one] += round(amount, 3)
    used = sorted({end for one, other, _amount in columns for end in (one, other) if end >= 0})
    entries = [
        (used.index(unit), number, sign)
        for number, (one, other, _amount) in enumerate(columns)
        for unit, sign in ((one, -1.0), (other, 1.0))
        if unit >= 0
    ]
    right = [right[unit] for unit in used]
    truth = [amount for _one, _other, amount in columns]
    sigmas, measured = [], []
    for amount in truth:
        relative = 0.1 * 10 ** -chance.uniform(0, decades)
        sigma = 0.0 if chance.random() < exact_share else float(f"{amount * relative:.4g}")
        sigmas.append(sigma)
        value = float(f"{amount + noise * sigma * chance.gauss(0, 1):.9g}")
        measured.append(None if chance.random() < missing else value)
    signed = set()
    for _relation in range(min(relations, len(columns) // 3)):
        one, other = chance.sample(range(len(columns)), 2)
        ratio = float(f"{truth[one] / truth[other]:.2g}")
        row = len(right)
        right.append(0.0)
        entries += [(row, one, 1.0), (row, other, -ratio)]
        if chance.random() < uncertain_ratios:
            off = len(truth)
            signed.add(off)
            truth.append(truth[one] - ratio * truth[other])
            measured.append(0.0)
            sigmas.append(float(f"{truth[other] * ratio * 0.03:.3g}"))
            entries.append((row, off, -1.0))
    pairs = []
    noisy = [column for column, value in enumerate(measured) if value is not None and sigmas[column] > 0]
    chance.shuffle(noisy)
    for _group in range(correlated):
        group, noisy = noisy[:3], noisy[3:]
        coefficient = chance.choice([0.3, 0.6, 0.9])
        pairs += [(a, b, coefficient) for number, a in enumerate(group) for b in group[:number]]
    problem = Problem(
        [row for row, _column, _value in entries],
        [column for _row, column, _value in entries],
        [value for _row, _column, value in entries],
        right,
        measured,
        sigmas,
        frozenset(signed),
        tuple(pairs),
    )
    return Network(problem, truth, len(used))


def reduced_echelon(matrix: Matrix, columns: Sequence[int]) -> tuple[list[int], list[int]]:
    """Gauss–Jordan in place on the given columns; the pivot columns and their rows."""
    pivots, used = [], []
    for column in columns:
        row = next((r for r in range(len(matrix)) if r not in used and matrix[r][column]), None)
        if row is None:
            continue
        scale = matrix[row][column]
        matrix[row] = [value / scale if value else value for value in matrix[row]]
        for other in range(len(matrix)):
            factor = matrix[other][column]
            if other != row and factor:
                matrix[other] = [a - factor * b if b else a for a, b in zip(matrix[other], matrix[row], strict=True)]
        pivots.append(column)
        used.append(row)
    return pivots, used


def solved(matrix: Matrix, right: Matrix) -> Matrix:
    """The solution of a regular system."""
    size = len(matrix)
    both = [[*row, *other] for row, other in zip(matrix, right, strict=True)]
    _pivots, rows = reduced_echelon(both, range(size))
    assert len(rows) == size, "singular"
    return [both[row][size:] for row in rows]


class Oracle:
    """Reconciliation without bounds: elimination of what was not measured, then x = y − V Aᵀ (A V Aᵀ)⁻¹ (A y − b)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        width = len(problem.measured)
        self.width = width
        matrix = [
            [exact(v) for v in row] + [exact(b)] for row, b in zip(dense(problem), problem.constants, strict=True)
        ]
        self.unknown = [column for column, value in enumerate(problem.measured) if value is None]
        self.noisy = [c for c, value in enumerate(problem.measured) if value is not None and problem.sigmas[c] > 0]
        self.pivots, rows = reduced_echelon(matrix, self.unknown)
        self.recovery = [matrix[row] for row in rows]
        rest = [row for number, row in enumerate(matrix) if number not in rows]
        self._null_space()
        self._reconcile(rest)

    def _null_space(self) -> None:
        free = [column for column in self.unknown if column not in self.pivots]
        self.null: list[dict[int, Fraction]] = []
        for column in free:
            vector = {column: Fraction(1)}
            for pivot, row in zip(self.pivots, self.recovery, strict=True):
                if row[column]:
                    vector[pivot] = -row[column]
            self.null.append(vector)
        self.unobservable = {column for vector in self.null for column in vector}

    def _covariance(self) -> Matrix:
        sigma = [exact(self.problem.sigmas[column]) for column in self.noisy]
        place = {column: number for number, column in enumerate(self.noisy)}
        size = len(sigma)
        found = [[sigma[i] ** 2 if i == j else Fraction(0) for j in range(size)] for i in range(size)]
        for one, other, coefficient in self.problem.correlations:
            i, j = place[one], place[other]
            found[i][j] = found[j][i] = exact(coefficient) * sigma[i] * sigma[j]
        return found

    def _reconcile(self, rest: Matrix) -> None:
        known = [exact(value) if value is not None else Fraction(0) for value in self.problem.measured]
        noisy, width = self.noisy, self.width
        reduced = [
            [row[column] for column in noisy]
            + [row[width] - sum((row[c] * known[c] for c in range(width) if c not in set(noisy)), Fraction(0))]
            for row in rest
        ]
        _pivots, rows = reduced_echelon(reduced, range(len(noisy)))
        self.contradiction = any(row[-1] for number, row in enumerate(reduced) if number not in rows)
        reduced = [reduced[row] for row in rows]
        self.degrees = len(reduced)
        self.redundant = {column for place, column in enumerate(noisy) if any(row[place] for row in reduced)}
        covariance = self._covariance()
        size = len(noisy)
        weighted = [
            [sum((row[k] * covariance[k][j] for k in range(size) if row[k]), Fraction(0)) for j in range(size)]
            for row in reduced
        ]
        schur = [[sum((a[k] * b[k] for k in range(size) if b[k]), Fraction(0)) for b in reduced] for a in weighted]
        residual = [sum((row[k] * known[noisy[k]] for k in range(size)), Fraction(0)) - row[-1] for row in reduced]
        if not reduced:
            inverse = []
        else:
            identity = [[Fraction(int(i == j)) for j in range(len(reduced))] for i in range(len(reduced))]
            inverse = solved(schur, identity)
        multipliers = [sum((a * r for a, r in zip(row, residual, strict=True)), Fraction(0)) for row in inverse]
        self.chi_square = float(sum((m * r for m, r in zip(multipliers, residual, strict=True)), Fraction(0)))
        for place, column in enumerate(noisy):
            known[column] -= sum((weighted[row][place] * multipliers[row] for row in range(len(reduced))), Fraction(0))
        self.posterior = [
            [
                covariance[i][j]
                - sum(
                    (
                        weighted[a][i] * inverse[a][b] * weighted[b][j]
                        for a in range(len(reduced))
                        if weighted[a][i]
                        for b in range(len(reduced))
                        if weighted[b][j]
                    ),
                    Fraction(0),
                )
                for j in range(size)
            ]
            for i in range(size)
        ]
        self.exact_values: list[Fraction | None] = [None] * width
        for column in range(width):
            if column not in self.unknown:
                self.exact_values[column] = known[column]
        for pivot, row in zip(self.pivots, self.recovery, strict=True):
            if pivot not in self.unobservable:
                amount = row[width] - sum(
                    (row[c] * known[c] for c in range(width) if c not in self.unknown and row[c]), Fraction(0)
                )
                self.exact_values[pivot] = amount
        self.values = [None if value is None else float(value) for value in self.exact_values]

    def uncertainty(self, column: int) -> float | None:
        """The standard uncertainty of an estimate, None for what cannot be determined."""
        if column in self.unobservable:
            return None
        weights = [Fraction(0)] * len(self.noisy)
        if column in self.pivots:
            row = self.recovery[self.pivots.index(column)]
            weights = [-row[c] for c in self.noisy]
        elif column in self.noisy:
            weights[self.noisy.index(column)] = Fraction(1)
        variance = sum(
            (a * b * self.posterior[i][j] for i, a in enumerate(weights) if a for j, b in enumerate(weights) if b),
            Fraction(0),
        )
        return math.sqrt(variance)

    @property
    def statuses(self) -> list[str]:
        return [
            ("unobservable" if column in self.unobservable else "observable")
            if column in self.unknown
            else ("redundant" if column in self.redundant else "determined")
            for column in range(self.width)
        ]


def with_rows_held(problem: Problem, held: Sequence[int]) -> Problem:
    """The problem with x = 0 as further constraints."""
    rows = dense(problem) + [[float(column == one) for column in range(len(problem.measured))] for one in held]
    return problem_of(
        rows,
        problem.measured,
        problem.sigmas,
        [*problem.constants, *([0.0] * len(held))],
        problem.signed,
        problem.correlations,
    )


def optimality(problem: Problem, held: Sequence[int]) -> tuple[float, float, float]:
    """Whether holding these columns at zero is optimal, in exact arithmetic: (objective, worst amount, worst multiplier).

    Amounts that balances and held columns determine must be ≥ 0, and there must be multipliers ≥ 0 of the held columns
    for which the Lagrangian is stationary; "worst" is the most negative one, 0 when none is.
    """
    oracle = Oracle(with_rows_held(problem, held))
    assert not oracle.contradiction
    values = oracle.exact_values
    bounded = [c for c in range(len(values)) if c not in problem.signed and values[c] is not None]
    worst_amount = float(min((values[c] for c in bounded), default=Fraction(0)))
    away = [values[c] - exact(problem.measured[c]) for c in oracle.noisy]
    slope = [row[0] for row in solved(oracle._covariance(), [[a] for a in away])] if away else []
    right = [Fraction(0)] * len(values)
    for column, value in zip(oracle.noisy, slope, strict=True):
        right[column] = -value
    matrix = dense(problem)
    count = len(matrix)
    # Σ λ_r A_rj − μ_j [held] = −slope_j for every column that is not exact.
    free = [c for c in range(len(values)) if problem.measured[c] is None or problem.sigmas[c] > 0]
    place = {column: count + number for number, column in enumerate(held)}
    system = []
    for column in free:
        row = [exact(matrix[r][column]) for r in range(count)] + [Fraction(0)] * len(held) + [right[column]]
        if column in place:
            row[place[column]] = Fraction(-1)
        system.append(row)
    pivots, rows = reduced_echelon(system, range(count + len(held)))
    assert not any(row[-1] for number, row in enumerate(system) if number not in rows), "not stationary"
    loose = [c for c in range(count + len(held)) if c not in pivots]
    spread = [max(abs(s), Fraction(1, 10**9)) for s in right]
    cuts, ends = [], []
    for number, column in enumerate(held):
        scale = spread[column]
        index = count + number
        if index in pivots:
            row = system[rows[pivots.index(index)]]
            cuts.append([float(row[c] / scale) for c in loose])
            ends.append(float(row[-1] / scale))
        else:
            cuts.append([-float(c == index) / float(scale) for c in loose])
            ends.append(0.0)
    objective = float(sum((a * s for a, s in zip(away, slope, strict=True)), Fraction(0)))
    if not any(any(row) for row in cuts):
        return objective, min(worst_amount, 0.0), min([0.0, *ends])
    from scipy.optimize import linprog

    # The largest t with μ ≥ t: cuts·z + t ≤ ends.
    found = linprog(
        [0.0] * len(loose) + [-1.0],
        A_ub=[[*row, 1.0] for row in cuts],
        b_ub=ends,
        bounds=[(None, None)] * len(loose) + [(None, 0.0)],
    )
    assert found.status == 0
    return objective, min(worst_amount, 0.0), float(found.x[-1])


class FloatOracle:
    """The same by numpy alone, orthogonal throughout, for networks that exact arithmetic would take hours for."""

    def __init__(self, problem: Problem) -> None:
        import numpy as np

        matrix, right = np.array(dense(problem)), np.array(problem.constants, dtype=float)
        known = np.array([value is not None for value in problem.measured])
        y = np.array([0.0 if value is None else value for value in problem.measured])
        sigma = np.array(problem.sigmas, dtype=float)
        covariance = np.diag(sigma**2)
        for one, other, coefficient in problem.correlations:
            covariance[one, other] = covariance[other, one] = coefficient * sigma[one] * sigma[other]
        unknown = np.flatnonzero(~known)
        noisy = np.flatnonzero(known & (sigma > 0))
        left, singular, rights = np.linalg.svd(matrix[:, unknown])
        rank = int(np.sum(singular > 1e-9))
        null = rights[rank:]
        self.unobservable = {int(unknown[i]) for i in np.flatnonzero(np.abs(null).max(axis=0, initial=0.0) > 1e-9)}
        projector = left[:, rank:].T
        reduced = projector @ matrix[:, noisy]
        residual = projector @ (matrix[:, known] @ y[known] - right)
        factor = np.linalg.cholesky(covariance[np.ix_(noisy, noisy)])
        u, s, v = np.linalg.svd(reduced @ factor, full_matrices=False)
        self.degrees = int(np.sum(s > 1e-9 * s.max(initial=1.0)))
        u, s, v = u[:, : self.degrees], s[: self.degrees], v[: self.degrees]
        move = v.T @ ((u.T @ residual) / s)
        self.chi_square = float(move @ move)
        self.values = y.copy()
        self.values[noisy] -= factor @ move
        rest = right - matrix[:, known] @ self.values[known]
        inverse = np.linalg.pinv(matrix[:, unknown], rcond=1e-10)
        self.values[unknown] = inverse @ rest
        spread = factor - (factor @ v.T) @ v
        self.uncertainty = np.zeros(len(y))
        self.uncertainty[noisy] = np.linalg.norm(spread, axis=1)
        self.uncertainty[unknown] = np.linalg.norm(inverse @ matrix[:, noisy] @ spread, axis=1)
