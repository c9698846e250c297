"""S = B Bᵀ for a matrix B with more columns than rows: dense by QR when small, sparse factors or iteration when large."""

from typing import Any

from cpa.methods.balance.problem import Array

_ITERATED = 5000
STEPS = 120
"""Rows from which conjugate gradients are tried before factors, and the steps that they get."""
MANY_STEPS = 5000
"""Steps for a network on which iteration is known to be fast; factors would fill up there."""
_SHIFT = 1e-13
"""What keeps the factors of dependent rows finite; a pivot of this size says that a row adds nothing."""
_DOUBTFUL = 1e-9
"""Pivots of this size may be rounding."""
_DEPENDENT = 1e-10
"""A row of unit length that lies closer than this to the rows before it depends on them."""


class Dense:
    """QR of Bᵀ by numpy. Rows that depend on rows before them are left out; `inconsistent` says whether they disagree."""

    def __init__(self, matrix: Array, _steps: int = 0, _weight: Array | None = None) -> None:
        import numpy as np

        self.keep = np.arange(len(matrix))
        while True:
            orthogonal, triangle = np.linalg.qr(matrix[self.keep].T)
            size = min(triangle.shape)
            sound = np.zeros(len(self.keep), dtype=bool)
            sound[:size] = np.abs(np.diag(triangle)) > _DEPENDENT
            if sound.all():
                break
            # Only up to the first dependent row is the diagonal a measure of independence.
            self.keep = np.delete(self.keep, np.argmin(sound))
        self.matrix, self.orthogonal, self.triangle = matrix, orthogonal, triangle
        self.rank = len(self.keep)

    next_steps = 0

    def inconsistent(self, residual: Array) -> bool:
        """Whether no z gives B z = residual."""
        return _inconsistent(self, residual)

    @staticmethod
    def assembled(row: Array, column: Array, value: Array, shape: tuple[int, int]) -> Array:
        import numpy as np

        matrix, gross = np.zeros(shape), np.zeros(shape)
        np.add.at(matrix, (row, column), value)
        np.add.at(gross, (row, column), np.abs(value))
        matrix[np.abs(matrix) <= 1e-14 * gross] = 0.0
        return matrix

    @staticmethod
    def scaled(matrix: Array) -> tuple[Array, Array, Array]:
        """The rows that hold something, their lengths, and the rows at unit length."""
        import numpy as np

        length = np.linalg.norm(matrix, axis=1)
        filled = np.flatnonzero(length)
        return filled, length[filled], matrix[filled] / length[filled, None]

    def whitened(self, vectors: Array) -> Array:
        """R⁻ᵀ f: inner products of these are fᵀ S⁻¹ g."""
        import numpy as np

        return np.linalg.solve(self.triangle.T, vectors[self.keep])

    def closed(self, residual: Array) -> tuple[Array, Array]:
        """The shortest z with B z = residual, and λ = S⁻¹ residual, 0 for rows that were left out; z is Bᵀ λ."""
        import numpy as np

        whitened = self.whitened(residual)
        multipliers = np.zeros_like(residual)
        multipliers[self.keep] = np.linalg.solve(self.triangle, whitened)
        return self.orthogonal @ whitened, multipliers

    def projected(self, vectors: Array) -> Array:
        """Vectors v − Bᵀ S⁻¹ B v, in two passes, because the first leaves rounding of the size of v."""
        for _pass in range(2):
            vectors = vectors - self.orthogonal @ (self.orthogonal.T @ vectors)
        return vectors

    def inner(self, one: Array, other: Array) -> Array:
        """oneᵀ S⁻¹ other."""
        return self.whitened(one).T @ self.whitened(other)


class Sparse:
    """S = B Bᵀ by SuperLU with a minimum-degree ordering, or by conjugate gradients on networks that factors would fill."""

    def __init__(self, matrix: Array, steps: int = STEPS, weight: Array | None = None) -> None:
        import numpy as np

        self.matrix = matrix
        self._factor: Any = None
        self.across = matrix.T
        normal = matrix @ self.across.tocsc()
        self._keep(np.arange(matrix.shape[0]), normal)
        self.steps = steps
        if self.rank <= _ITERATED and self._regular():
            return
        dependent, sure = _closed_parts(matrix, normal, np.ones(matrix.shape[0]) if weight is None else weight)
        self._keep(np.delete(self.keep, dependent), normal)
        if not sure:
            self.steps = 0
            self._drop_dependent(normal)

    def _keep(self, rows: Array, normal: Array) -> None:
        self.keep, self.rank = rows, len(rows)
        self.kept, self.normal = self.matrix, normal
        if self.rank < self.matrix.shape[0]:
            self.kept, self.normal = self.matrix[rows], normal[rows][:, rows].tocsc()
            self.across = self.kept.T

    def _regular(self) -> bool:
        """Whether S has no pivot near zero, which would make S⁻¹ of some vector chosen at random huge."""
        import numpy as np

        if not self.rank:
            return True
        try:
            self._factor = _factorised(self.normal)
        except RuntimeError:  # exactly singular
            return False
        probe = self._factor.solve(1.0 + (np.arange(self.rank) * 0.6180339887498949) % 1.0)
        if np.abs(probe).max() < 1 / _DOUBTFUL:
            return True
        self._factor = None
        return False

    def _drop_dependent(self, normal: Array) -> None:
        """Leaves out rows whose pivot vanishes: relations that say again what the balances say."""
        import numpy as np
        from scipy.sparse import eye_array

        if not self.rank:
            return
        try:
            factor = _factorised(self.normal)
        except RuntimeError:  # exactly singular
            pass
        else:
            if np.abs(factor.U.diagonal()).min() >= 10 * _SHIFT:
                self._factor = factor
                return
        factor = _factorised((self.normal + _SHIFT * eye_array(self.rank, format="csc")).tocsc())
        place = np.argsort(factor.perm_c)
        lost = place[np.flatnonzero(np.abs(factor.U.diagonal()) < 10 * _SHIFT)]
        if len(lost):
            self._keep(np.delete(self.keep, lost), normal)

    def inconsistent(self, residual: Array) -> bool:
        """Whether no z gives B z = residual."""
        return _inconsistent(self, residual)

    @staticmethod
    def assembled(row: Array, column: Array, value: Array, shape: tuple[int, int]) -> Array:
        import numpy as np
        from scipy.sparse import csc_array

        if (column[1:] < column[:-1]).any():
            order = np.argsort(column, kind="stable")
            row, column, value = row[order], column[order], value[order]
        start = np.zeros(shape[1] + 1, dtype=np.int32)
        np.cumsum(np.bincount(column, minlength=shape[1]), out=start[1:])
        matrix = csc_array((value, row.astype(np.int32), start), shape=shape)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    @staticmethod
    def scaled(matrix: Array) -> tuple[Array, Array, Array]:
        """The rows that hold something, their lengths, and the rows at unit length."""
        import numpy as np

        row = matrix.indices
        length = np.sqrt(np.bincount(row, weights=matrix.data**2, minlength=matrix.shape[0]))
        matrix.data = matrix.data / length[row]
        filled = np.flatnonzero(length)
        return filled, length[filled], matrix if len(filled) == len(length) else matrix[filled]

    def _solved(self, vectors: Array) -> Array:
        """S⁻¹ v. Iteration is tried first on large systems; where it is slow the network is long and factors stay thin."""
        import numpy as np

        if self._factor is None and self.steps and self.rank > _ITERATED:
            columns = vectors.reshape(self.rank, -1).T
            found = [self._iterated(column) for column in columns]
            if all(part is not None for part in found):
                return np.array(found).T.reshape(vectors.shape)
        if not self.rank:
            return vectors
        if self._factor is None:
            self._factor = _factorised(self.normal)
        return self._factor.solve(vectors)

    @property
    def next_steps(self) -> int:
        """What to grant iteration on a network that differs little from this one."""
        return 0 if self._factor is not None else MANY_STEPS

    def _iterated(self, vector: Array) -> Array | None:
        """Conjugate gradients; rows of unit length make the diagonal of S one, which is Jacobi's preconditioner."""
        from scipy.sparse.linalg import cg

        found, steps_left = cg(self.normal, vector, rtol=1e-12, maxiter=self.steps)
        return None if steps_left else found

    def closed(self, residual: Array) -> tuple[Array, Array]:
        """The shortest z with B z = residual, and λ = S⁻¹ residual, 0 for rows that were left out; z is Bᵀ λ.

        Both are refined once, so that z closes to rounding.
        """
        import numpy as np

        kept = residual[self.keep]
        first = self._solved(kept)
        found = self.across @ first
        more = self._solved(kept - self.kept @ found)
        multipliers = np.zeros_like(residual)
        multipliers[self.keep] = first + more
        return found + self.across @ more, multipliers

    def projected(self, vectors: Array) -> Array:
        """Vectors v − Bᵀ S⁻¹ B v, in two passes, because the first leaves rounding of the size of v."""
        for _pass in range(2):
            vectors = vectors - self.across @ self._solved(self.kept @ vectors)
        return vectors

    def inner(self, one: Array, other: Array) -> Array:
        """oneᵀ S⁻¹ other."""
        return one[self.keep].T @ self._solved(other[self.keep])


def _factorised(normal: Array) -> Any:
    from scipy.sparse.linalg import splu

    # Factors this thin gain nothing from wide panels, whose work space costs more than a small factorisation.
    return splu(
        normal, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, panel_size=2, options={"SymmetricMode": True}
    )


def _closed_parts(by_column: Array, normal: Array, weight: Array) -> tuple[Array, bool]:
    """One row of every part of the network that nothing leaves or enters, and whether no other rows can be dependent.

    The columns of such a part have two entries that cancel when rows are multiplied by `weight`: adding up the balances
    of all its units gives nothing. A part in which they do not cancel may still depend on itself by way of relations.
    """
    import numpy as np
    from scipy.sparse.csgraph import connected_components

    ends = np.diff(by_column.indptr)
    simple = bool(np.max(ends, initial=0) <= 2)
    count, part = connected_components(normal, directed=False)
    closed = np.ones(count, dtype=bool)
    closed[part[by_column.indices[np.repeat(ends != 2, ends)]]] = False
    if not closed.any():
        return np.zeros(0, dtype=np.int64), simple
    first = by_column.indptr[:-1][ends == 2]
    one, other = by_column.indices[first], by_column.indices[first + 1]
    left = by_column.data[first] * weight[one] + by_column.data[first + 1] * weight[other]
    tied = np.abs(left) > 1e-9 * np.abs(by_column.data[first] * weight[one])
    gained = np.zeros(count, dtype=bool)
    gained[part[one[tied]]] = True
    _names, leading = np.unique(part, return_index=True)
    return leading[closed & ~gained], not (closed & gained).any() and simple


def _inconsistent(factors: "Dense | Sparse", residual: Array) -> bool:
    import numpy as np

    if factors.rank == factors.matrix.shape[0]:
        return False
    left = np.abs(residual - factors.matrix @ factors.closed(residual)[0])
    return bool(np.max(left, initial=0.0) > 1e-6 * (1 + np.max(np.abs(residual), initial=0.0)))
