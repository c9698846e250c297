"""The constraints on measured amounts alone, and the linear algebra on them: dense when small, sparse when large.

With V = L Lᵀ and the reduced constraints A x = b, everything follows from B = A L: the adjustment that closes the
constraints, its uncertainty, and the tests. Small systems take a QR factorisation of Bᵀ, which never forms the normal
equations; large ones factorise S = B Bᵀ, or use conjugate gradients where factors would fill up.
"""

from functools import cached_property

from cpa.methods.balance.algebra import STEPS, Dense, Sparse
from cpa.methods.balance.forest import GROUND
from cpa.methods.balance.problem import SMALL, Array, Problem
from cpa.methods.balance.structure import Structure


class System:
    """The reduced constraints of a problem, scaled to rows of unit length in units of standard uncertainty.

    `noisy` are the columns with an uncertainty, `known` the values of all measured and held columns (y) and 0 for others,
    `residual` is A y − b of the scaled rows.
    """

    def __init__(
        self, problem: Problem, structure: Structure, held: frozenset[int] = frozenset(), steps: int = STEPS
    ) -> None:
        import numpy as np

        self.problem = problem
        count = len(problem.measured)
        self.sigma, self.known = problem.spread, problem.amounts
        if held:
            outside = sorted(held)
            self.sigma, self.known = self.sigma.copy(), self.known.copy()
            self.sigma[outside] = self.known[outside] = 0.0
        self.noisy = np.flatnonzero(self.sigma > 0)
        self.place = np.full(count, -1, dtype=np.int64)
        self.place[self.noisy] = np.arange(len(self.noisy))
        self.spread = Spread(problem, self, held)
        self.known = self.spread.centre
        self._steps = steps
        self._reduce(structure)

    def _reduce(self, structure: Structure) -> None:
        """Entries of the reduced rows: (row, noisy place, value), and what exact columns and constants leave of them."""
        import numpy as np

        problem = self.problem
        count = structure.forest.trees
        label = np.asarray(structure.forest.label, dtype=np.int64) - GROUND  # the outside is row 0 for now
        constants = np.bincount(label, weights=problem.right, minlength=count + 1)[1:]
        row = label[problem.entry_rows]
        weights = problem.entry_values * self.known[problem.entry_columns]
        residual = np.bincount(row, weights=weights, minlength=count + 1)[1:] - constants
        size = np.bincount(row, weights=np.abs(weights), minlength=count + 1)[1:] + np.abs(constants)
        place = self.place[problem.entry_columns]
        use = (row > 0) & (place >= 0)
        if structure.dropped:
            dropped = np.fromiter(structure.dropped, dtype=np.int64)
            residual[dropped] = 0.0
            use &= ~np.isin(row, dropped + 1)
        chosen = np.flatnonzero(use)
        entries = [row[chosen] - 1, place[chosen], problem.entry_values[chosen]]
        if structure.rewritten:
            added = [
                (count + number, int(self.place[column]), value)
                for number, (coefficients, _combination) in enumerate(structure.rewritten)
                for column, value in coefficients.items()
                if self.place[column] >= 0
            ]
            left = [
                sum(value * self.known[column] for column, value in coefficients.items())
                - sum(factor * constants[name] for name, factor in combination.items())
                for coefficients, combination in structure.rewritten
            ]
            residual = np.concatenate([residual, left])
            size = np.concatenate([size, np.full(len(left), np.max(size, initial=0.0))])
            for index, part in enumerate(zip(*added, strict=True)):
                entries[index] = np.concatenate([entries[index], np.asarray(part, dtype=entries[index].dtype)])
        self._factorise((entries[0], entries[1], entries[2]), residual, size)

    def _factorise(self, entries: tuple[Array, Array, Array], residual: Array, size: Array) -> None:
        import numpy as np

        self._kind = Dense if len(self.noisy) <= SMALL else Sparse
        self._entries, self._shape = entries, (len(residual), len(self.noisy))
        if self.spread.blocks:
            matrix = self.spread.applied(self._matrix)
        else:
            row, place, value = entries
            matrix = self._kind.assembled(row, place, value * self.spread.sigma[place], self._shape)
        self.filled, self.length, scaled = self._kind.scaled(matrix)
        # Rows of exact amounts alone have nothing to give way.
        empty = np.delete(np.arange(len(residual)), self.filled)
        self._exact_conflict = bool(np.any(np.abs(residual[empty]) > 1e-9 * size[empty]))
        self.residual = residual[self.filled] / self.length
        self.factors = self._kind(scaled, self._steps, self.length)

    @cached_property
    def _matrix(self) -> Array:
        """The reduced constraints on the noisy columns."""
        return self._kind.assembled(*self._entries, self._shape)

    @cached_property
    def plain(self) -> Array:
        """The reduced constraints on the noisy columns, rows scaled as in `residual`: A without L."""
        rows = self._matrix[self.filled]
        if hasattr(rows, "multiply"):
            return rows.multiply(1.0 / self.length[:, None]).tocsc()
        return rows / self.length[:, None]

    @property
    def checked(self) -> Array:
        """Which of the noisy columns stand in a reduced constraint."""
        import numpy as np

        matrix = self._matrix if self.spread.blocks else self.factors.matrix
        return np.diff(matrix.indptr) > 0 if hasattr(matrix, "indptr") else matrix.any(axis=0)

    @cached_property
    def conflict(self) -> bool:
        """Whether constraints contradict each other whatever the measured amounts are."""
        return self._exact_conflict or self.factors.inconsistent(self.residual)

    @property
    def rank(self) -> int:
        """The number of independent constraints on measured columns: the degrees of freedom of the global test."""
        return self.factors.rank

    def estimate(self) -> Array:
        """Values of all measured and held columns that close the constraints with the least weighted change."""
        found = self.known.copy()
        found[self.noisy] = self.known[self.noisy] - self.spread.times(self._closed[0])
        return found

    def multipliers(self) -> Array:
        """λ of the filled rows, in their own units."""
        return self._closed[1] / self.length

    @cached_property
    def _closed(self) -> tuple[Array, Array]:
        return self.factors.closed(self.residual)

    def projected(self, vectors: Array) -> Array:
        """(I − Bᵀ S⁻¹ B) Lᵀ c for the columns c of `vectors` (noisy × k): its squared length is the variance of cᵀx."""
        return self.factors.projected(self.spread.transposed(vectors))


class Spread:
    """L with V = L Lᵀ: standard uncertainties, and a block for every group of correlated columns."""

    def __init__(self, problem: Problem, system: System, held: frozenset[int]) -> None:
        self.sigma = system.sigma[system.noisy]
        self.centre = system.known.copy()
        self.blocks: list[tuple[Array, Array]] = []
        for members, covariance in correlated_groups(problem):
            self._add(system, members, covariance, held)

    def _add(self, system: System, members: list[int], covariance: Array, held: frozenset[int]) -> None:
        import numpy as np

        inside = [index for index, column in enumerate(members) if column not in held]
        fixed = [index for index, column in enumerate(members) if column in held]
        if not inside:
            return
        block = covariance[np.ix_(inside, inside)]
        if fixed:
            # Knowing a correlated amount moves what is expected of the others.
            gain = np.linalg.solve(covariance[np.ix_(fixed, fixed)], covariance[np.ix_(fixed, inside)]).T
            block = block - gain @ covariance[np.ix_(fixed, inside)]
            away = np.array([-float(system.problem.measured[members[index]] or 0.0) for index in fixed])
            for index, shift in zip(inside, gain @ away, strict=True):
                self.centre[members[index]] += shift
        self.blocks.append((system.place[[members[index] for index in inside]], np.linalg.cholesky(block)))

    def times(self, vector: Array) -> Array:
        """L v."""
        found = (self.sigma * vector.T).T
        for places, factor in self.blocks:
            found[places] = factor @ vector[places]
        return found

    def transposed(self, vector: Array) -> Array:
        """Lᵀ v."""
        found = (self.sigma * vector.T).T
        for places, factor in self.blocks:
            found[places] = factor.T @ vector[places]
        return found

    def applied(self, matrix: Array) -> Array:
        """A L."""
        if hasattr(matrix, "indptr"):
            scaled = matrix.multiply(self.sigma).tolil()
        else:
            scaled = matrix * self.sigma
        for places, factor in self.blocks:
            scaled[:, places] = matrix[:, places] @ factor
        return scaled.tocsc() if hasattr(matrix, "indptr") else scaled


def sound_correlations(problem: Problem) -> bool:
    """Whether all correlations can hold together: whether the covariance matrix is positive definite."""
    import numpy as np

    try:
        for _members, covariance in correlated_groups(problem):
            scale = np.sqrt(np.diag(covariance))
            np.linalg.cholesky(covariance / np.outer(scale, scale) - 1e-9 * np.eye(len(scale)))
    except np.linalg.LinAlgError:
        return False
    return True


def correlated_groups(problem: Problem) -> list[tuple[list[int], Array]]:
    """The covariance matrix of every group of columns that correlations tie together."""
    import numpy as np

    around: dict[int, list[tuple[int, float]]] = {}
    for one, other, coefficient in problem.correlations:
        around.setdefault(one, []).append((other, coefficient))
        around.setdefault(other, []).append((one, coefficient))
    found = []
    seen: set[int] = set()
    for start in sorted(around):
        if start in seen:
            continue
        members, stack = [], [start]
        seen.add(start)
        while stack:
            here = stack.pop()
            members.append(here)
            for other, _coefficient in around[here]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        members.sort()
        matrix = np.diag([float(problem.sigmas[column]) ** 2 for column in members])
        for index, column in enumerate(members):
            for other, coefficient in around[column]:
                matrix[index, members.index(other)] = coefficient * problem.sigmas[column] * problem.sigmas[other]
        found.append((members, matrix))
    return found
