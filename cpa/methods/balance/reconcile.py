"""Data reconciliation: the smallest weighted change of the measured amounts that closes every balance exactly.

Weighted least squares with linear constraints (Kuehn and Davidson 1961; Narasimhan and Jordache 2000, chapters 3 and 4):
x = y − V Aᵀ (A V Aᵀ)⁻¹ (A y − b) on the constraints that classification leaves, then the unmeasured amounts from those.
Amounts are not negative: columns that would be are held at zero and released when the others push them up again
(primal–dual active set, Hintermüller, Ito and Kunisch 2003).
"""

from functools import cached_property
from typing import NamedTuple, get_args

from cpa.methods.balance import recovery
from cpa.methods.balance.algebra import STEPS
from cpa.methods.balance.forest import GROUND
from cpa.methods.balance.problem import Array, Problem, Status
from cpa.methods.balance.structure import Structure, classify
from cpa.methods.balance.system import System, correlated_groups

_ROUNDS = 200
_PATIENCE = 2
"""Rounds without fewer wrong columns after which columns are held first, and half of them released when none is negative."""
_CARE = 12
"""Rounds of that after which columns are held and released one at a time, so that the objective falls with every step."""


class Solution(NamedTuple):
    """What one set of held columns gives."""

    structure: Structure
    system: System
    values: Array


class Reconciliation:
    """The reconciled amounts of a problem, and what can be asked about them.

    `values` holds an estimate for every column; those of unobservable columns close the balances but mean nothing.
    `held` are the columns that non-negativity keeps at zero; `start` is a guess of them. `settled` is False when the
    bounds did not come to rest or the constraints contradict each other. `free` is the solution without bounds, on
    which classification and tests rest.
    """

    def __init__(self, problem: Problem, *, bounded: bool = True, start: frozenset[int] = frozenset()) -> None:
        self.problem = problem
        self.held = start if bounded else frozenset()
        self.settled = True
        self._steps = STEPS
        self._solution = self._solved(self.held, even=bounded)
        if not self.held:
            self.free = self._solution
        if bounded:
            self._hold()

    @cached_property
    def free(self) -> "Solution":
        return self._solved(frozenset(), even=False)

    @property
    def values(self) -> Array:
        return self._solution.values

    @property
    def structure(self) -> Structure:
        return self.free.structure

    @property
    def bound_structure(self) -> Structure:
        """The structure with the held columns taken as known."""
        return self._solution.structure

    @property
    def system(self) -> System:
        return self.free.system

    def _hold(self) -> None:
        held = self.held
        structure, system, values = self._solution
        feasible = values
        fewest, patience = len(values) + 1, _PATIENCE
        for _round in range(_ROUNDS):
            below = self._negative(values, held)
            pulled = self._pulled(structure, system, values, held)
            if not below and not pulled:
                break
            wrong = len(below) + len(pulled)
            patience = _PATIENCE if wrong < fewest else patience - 1
            fewest = min(fewest, wrong)
            if patience > 0:
                held = (held | below.keys()) - pulled.keys()
            elif below and patience < -_CARE:
                feasible, blocking = self._towards(feasible, values, held)
                held = held | {blocking}
            elif below:
                held = held | below.keys()
            else:
                feasible = values
                strongest = sorted(pulled, key=pulled.__getitem__, reverse=True)
                held = held - frozenset(strongest[: len(strongest) // 2 if patience > -_CARE else 1] or strongest)
            structure, system, values = self._solved(held, values)
        else:
            self.settled = False
        self.held, self._solution = held, Solution(structure, system, values)
        self.settled = self.settled and not system.conflict

    def _towards(self, point: Array, goal: Array, held: frozenset[int]) -> tuple[Array, int]:
        """From the feasible `point` towards `goal` up to the first bound, and the column whose bound it is."""
        import numpy as np

        falling = np.flatnonzero(self.problem.bounded & (goal < -1e-11 * self._scale))
        falling = falling[~np.isin(falling, sorted(held))]
        room = np.maximum(point[falling], 0.0)
        share = room / (room - goal[falling])
        first = int(np.argmin(share))
        return point + share[first] * (goal - point), int(falling[first])

    def _solved(self, held: frozenset[int], guess: Array | None = None, *, even: bool = True) -> "Solution":
        structure = classify(self.problem, held)
        system = System(self.problem, structure, held, self._steps)
        values = recovery.completed(self.problem, structure, system.estimate(), guess)
        self._steps = system.factors.next_steps
        return Solution(structure, system, recovery.evened(self.problem, structure, values) if even else values)

    @cached_property
    def _scale(self) -> Array:
        """A size for every column, so that rounding can be told from a negative amount: the largest of its rows or its σ."""
        import numpy as np

        problem = self.problem
        size = np.abs(problem.entry_values * self.values[problem.entry_columns])
        largest = np.zeros(len(problem.constants))
        np.maximum.at(largest, problem.entry_rows, size)
        scale = np.full(len(problem.measured), 1e-12 * np.max(largest, initial=0.0) + 1e-300)
        np.maximum.at(scale, problem.entry_columns, largest[problem.entry_rows])
        return np.maximum(scale, problem.spread)

    def _negative(self, values: Array, held: frozenset[int]) -> dict[int, float]:
        """Columns below zero, and how far in units of their scale."""
        below = self.problem.bounded & (values < -1e-11 * self._scale)
        below[list(held)] = False
        found = below.nonzero()[0]
        return dict(zip(found.tolist(), (-values[found] / self._scale[found]).tolist(), strict=True))

    def _pulled(self, structure: Structure, system: System, values: Array, held: frozenset[int]) -> dict[int, float]:
        """Held columns whose bound the objective would rather leave, and how strongly."""
        if not held:
            return {}
        import numpy as np

        problem, columns = self.problem, np.fromiter(sorted(held), dtype=np.int64)
        inside = np.zeros(len(values), dtype=bool)
        inside[columns] = True
        use = np.flatnonzero(inside[problem.entry_columns])
        place = np.searchsorted(columns, problem.entry_columns[use])
        terms = problem.entry_values[use] * _row_multipliers(structure, system)[problem.entry_rows[use]]
        push = np.bincount(place, weights=terms, minlength=len(columns))
        slope = self._slope(values, held)[columns]
        # Where both ends of a column share one multiplier, their difference is rounding of that multiplier.
        size = np.abs(slope) + np.abs(push)
        np.maximum.at(size, place, np.abs(terms))
        gradient = slope + push
        found = gradient < -1e-9 * size
        return dict(zip(columns[found].tolist(), (-gradient[found] / size[found]).tolist(), strict=True))

    def _slope(self, values: Array, held: frozenset[int]) -> Array:
        """V⁻¹ (x − y) of the held columns."""
        import numpy as np

        problem = self.problem
        found = np.zeros(len(problem.measured))
        columns = np.fromiter(held, dtype=np.int64)
        columns = columns[problem.spread[columns] > 0]
        found[columns] = (values[columns] - problem.amounts[columns]) / problem.spread[columns] ** 2
        for members, covariance in correlated_groups(problem):
            away = np.array([values[column] - (problem.measured[column] or 0.0) for column in members])
            found[members] = np.linalg.solve(covariance, away)
        return found

    @cached_property
    def statuses(self) -> list[Status]:
        """What is known of every column; non-negativity is not used for it."""
        import numpy as np

        kind = np.where(self.problem.known, 1, 2)
        kind[self.system.noisy[self.system.checked]] = 0
        kind[list(self.structure.unobservable)] = 3
        names: tuple[Status, ...] = get_args(Status)
        return [names[number] for number in kind.tolist()]

    @property
    def objective(self) -> float:
        """Σ ((x − y)/σ)² of the reconciled amounts, with correlations where given."""
        return self._objective(self.values)

    @property
    def chi_square(self) -> float:
        """The objective without bounds, which the global test compares with χ² at `degrees` degrees of freedom."""
        return self._objective(self.free.values)

    @property
    def degrees(self) -> int:
        return self.system.rank

    def _objective(self, values: Array) -> float:
        import numpy as np

        problem = self.problem
        total = 0.0
        grouped: set[int] = set()
        for members, covariance in correlated_groups(problem):
            away = np.array([values[column] - (problem.measured[column] or 0.0) for column in members])
            total += float(away @ np.linalg.solve(covariance, away))
            grouped.update(members)
        noisy = self.system.noisy if not grouped else np.setdiff1d(self.system.noisy, list(grouped))
        return total + float(np.sum(((values - self.system.known)[noisy] / self.system.sigma[noisy]) ** 2))

    @property
    def closure(self) -> float:
        """The largest |A x − b| of a row, over the largest amount in it, measured or reconciled."""
        import numpy as np

        problem = self.problem
        left = np.abs(problem.times(self.values) - problem.right)
        size = np.abs(problem.right)
        amounts = np.maximum(np.abs(self.values), self._scale)
        np.maximum.at(size, problem.entry_rows, np.abs(problem.entry_values) * amounts[problem.entry_columns])
        return float(np.max(left[size > 0] / size[size > 0], initial=0.0))

    def combinations(self, weights: Array) -> Array:
        """Vectors p with pᵢ·pⱼ the covariance of the reconciled wᵢᵀx and wⱼᵀx; `weights` is columns × k.

        Bounds that bind count as known values. Unobservable columns must have no weight.
        """
        structure, system, _values = self._solution
        unknown = ~self.problem.known
        unknown[list(self.held)] = False
        targets = (unknown & weights.any(axis=1)).nonzero()[0].tolist()
        if targets:
            weights = weights + recovery.gradients(self.problem, structure, targets) @ weights[targets]
        return system.projected(weights[system.noisy])

    def product_uncertainty(self, one: int, other: int) -> float:
        """Standard uncertainty of the product of two columns, to first order."""
        import numpy as np

        weights = np.zeros((len(self.values), 1))
        weights[one, 0], weights[other, 0] = self.values[other], self.values[one]
        return float(np.linalg.norm(self.combinations(weights)))

    def uncertainties(self, columns: list[int]) -> list[float]:
        """Standard uncertainty of the reconciled amounts in `columns`; NaN for what cannot be determined."""
        import numpy as np

        found = [float("nan")] * len(columns)
        known = [index for index, column in enumerate(columns) if column not in self.structure.unobservable]
        for start in range(0, len(known), 64):
            part = known[start : start + 64]
            weights = np.zeros((len(self.problem.measured), len(part)))
            weights[[columns[index] for index in part], range(len(part))] = 1.0
            for index, vector in zip(part, self.combinations(weights).T, strict=True):
                found[index] = float(np.linalg.norm(vector))
        return found


def _row_multipliers(structure: Structure, system: System) -> Array:
    """λ of the original rows: a merged row passes its own on to all its members, a rewritten one to what it is made of."""
    import numpy as np

    count = structure.forest.trees
    reduced = np.zeros(count + len(structure.rewritten) + 1)
    reduced[system.filled] = system.multipliers()
    for number, (_entries, combination) in enumerate(structure.rewritten):
        for row, factor in combination.items():
            reduced[row] += factor * reduced[count + number]
    label = np.asarray(structure.forest.label, dtype=np.int64)
    return np.where(label == GROUND, 0.0, reduced[label])
