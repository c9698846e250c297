"""Amounts and contents together: reconciliation with products of two unknowns in the constraints.

Successive linearisation (Knepper and Gorman 1980; Pai and Fisher 1988) with the exact Jacobian of the products: at each
step the constraints are linearised at the last estimate and the linear problem is solved, non-negativity included.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cpa.methods.balance.problem import Array, Problem
from cpa.methods.balance.reconcile import Reconciliation

_STEPS = 60
CONVERGED = 1e-10
"""Largest relative change of a determined amount, and largest relative residual, at which the steps end."""


class Products(NamedTuple):
    """Terms `values[k]` · x[`ones[k]`] · x[`others[k]`] in constraint `rows[k]`."""

    rows: Sequence[int]
    values: Sequence[float]
    ones: Sequence[int]
    others: Sequence[int]


class Coupled:
    """The reconciled amounts and contents; `linear` is the problem at the solution, on which uncertainty and tests rest.

    `problem` holds the linear terms of the constraints. `converged` is False where the steps did not come to rest.
    """

    def __init__(self, problem: Problem, products: Products, *, bounded: bool = True) -> None:
        self.problem = problem
        self.products = products
        self.bounded = bounded
        self._prepare()
        self.values = self._first_guess()
        self.steps = 0
        self.converged = False
        self._iterate()

    def _prepare(self) -> None:
        """Where the terms of the linearised constraints go: an entry for each place, and the terms that make it up."""
        import numpy as np

        problem, (rows, values, ones, others) = self.problem, self.products
        self.rows = np.asarray(rows, dtype=np.int64)
        self.factor = np.asarray(values, dtype=float)
        self.ones, self.others = np.asarray(ones, dtype=np.int64), np.asarray(others, dtype=np.int64)
        columns = len(problem.measured)
        places = np.concatenate(
            [
                problem.entry_rows * columns + problem.entry_columns,
                self.rows * columns + self.ones,
                self.rows * columns + self.others,
            ]
        )
        unique, self.place = np.unique(places, return_inverse=True)
        self.entry_rows, self.entry_columns = unique // columns, unique % columns

    def _linearised(self, at: Array) -> Problem:
        import numpy as np

        problem = self.problem
        terms = np.concatenate([problem.entry_values, self.factor * at[self.others], self.factor * at[self.ones]])
        values = np.bincount(self.place, weights=terms, minlength=len(self.entry_rows))
        constants = problem.right + np.bincount(
            self.rows, weights=self.factor * at[self.ones] * at[self.others], minlength=len(problem.constants)
        )
        return Problem(
            self.entry_rows,
            self.entry_columns,
            values,
            constants,
            problem.measured,
            problem.sigmas,
            problem.signed,
            problem.correlations,
        )

    def _first_guess(self) -> Array:
        """Measured values; what was not measured from the constraints without products, else the mean of its kind."""
        import numpy as np

        problem = self.problem
        guess = problem.amounts.copy()
        missing = ~problem.known
        used = np.zeros(len(guess), dtype=bool)
        used[self.ones] = used[self.others] = True
        wanted = np.flatnonzero(missing & used)
        if not len(wanted):
            return guess
        linear = np.ones(len(problem.constants), dtype=bool)
        linear[self.rows] = False
        use = linear[problem.entry_rows]
        part = Problem(
            problem.entry_rows[use],
            problem.entry_columns[use],
            problem.entry_values[use],
            problem.constants,
            problem.measured,
            problem.sigmas,
            problem.signed,
            problem.correlations,
        )
        found = Reconciliation(part)
        typical = float(np.mean(guess[self.ones][problem.known[self.ones]])) if problem.known[self.ones].any() else 1.0
        for column in wanted:
            settled = column not in found.structure.unobservable and found.values[column] > 0
            guess[column] = found.values[column] if settled else typical
        return guess

    def _iterate(self) -> None:
        import numpy as np

        held: frozenset[int] = frozenset()
        at, before = self.values, np.inf
        for self.steps in range(1, _STEPS + 1):
            self.linear = Reconciliation(self._linearised(at), bounded=self.bounded, start=held)
            held = self.linear.held
            goal = self.linear.values
            change, residual = self._change(at, goal), self._residual(goal)
            if change <= CONVERGED and residual <= CONVERGED:
                self.values, self.converged = goal, self.linear.settled
                return
            # Half a step where a whole one leads away; the products of two changes are what linearising leaves out.
            share = 1.0 if residual <= max(10 * before, 1e-6) or self.steps < 3 else 0.5
            before = residual
            at = at + share * (goal - at)
        self.values = goal

    def _change(self, at: Array, goal: Array) -> float:
        import numpy as np

        determined = np.ones(len(goal), dtype=bool)
        determined[list(self.linear.bound_structure.unobservable)] = False
        size = np.maximum(np.maximum(np.abs(at), np.abs(goal)), self.problem.spread)
        moved = np.abs(goal - at)[determined & (size > 0)] / size[determined & (size > 0)]
        return float(np.max(moved, initial=0.0))

    def _residual(self, at: Array) -> float:
        """The largest |constraint| over the largest term in it."""
        import numpy as np

        problem = self.problem
        terms = self.factor * at[self.ones] * at[self.others]
        count = len(problem.constants)
        left = problem.times(at) + np.bincount(self.rows, weights=terms, minlength=count) - problem.right
        size = np.abs(problem.right) + 1e-300
        np.maximum.at(size, self.rows, np.abs(terms))
        np.maximum.at(size, problem.entry_rows, np.abs(problem.entry_values * at[problem.entry_columns]))
        return float(np.max(np.abs(left) / np.maximum(size, 1e-12 * np.max(size)), initial=0.0))

    @property
    def objective(self) -> float:
        """Σ ((x − y)/σ)² of the reconciled amounts and contents."""
        return self.linear.objective

    def weights(self, terms: Sequence[tuple[float, int, int]]) -> Any:
        """The gradient of Σ factor · x[one] · x[other] at the solution, an array of columns."""
        import numpy as np

        found = np.zeros(len(self.problem.measured))
        for factor, one, other in terms:
            found[one] += factor * self.values[other]
            found[other] += factor * self.values[one]
        return found
