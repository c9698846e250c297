"""The numerical problem behind a balance: linear constraints between amounts, some of which were measured."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import msgspec

from cpa.methods.balance.forest import GROUND, Edges

Array = Any
"""numpy.ndarray; numpy is imported only when something is solved."""
Status = Literal["redundant", "determined", "observable", "unobservable"]
"""What is known of an amount: measured and checked by others, measured and not checked, computed from others, neither."""
SMALL = 1000
"""Up to so many columns plain Python and dense numpy are as fast as scipy together with its import (libraries.md, 4)."""


class Problem(msgspec.Struct, frozen=True, dict=True):
    """min (x − y)ᵀ V⁻¹ (x − y) subject to A x = b and x ≥ 0 but for the `signed` columns.

    A is given by its entries: `values[k]` stands in row `rows[k]`, column `columns[k]`, once each; b is `constants`,
    one a row. `measured` is y, None for what was not measured; `sigmas` are standard uncertainties in the unit of the
    column, 0 for exact values, and mean nothing where `measured` is None. `correlations` holds (column, column,
    coefficient) of measured columns; V must be positive definite.
    """

    rows: Sequence[int] | Array
    columns: Sequence[int] | Array
    values: Sequence[float] | Array
    constants: Sequence[float] | Array
    measured: Sequence[float | None]
    sigmas: Sequence[float] | Array
    signed: frozenset[int] = frozenset()
    correlations: tuple[tuple[int, int, float], ...] = ()

    @cached_property
    def _entries(self) -> tuple[Array, Array, Array]:
        """Rows, columns and values of the entries that are not zero, column by column."""
        import numpy as np

        columns, values = np.asarray(self.columns, dtype=np.int64), np.asarray(self.values, dtype=float)
        order = np.argsort(columns, kind="stable")
        order = order[values[order] != 0]
        return np.asarray(self.rows, dtype=np.int64)[order], columns[order], values[order]

    @property
    def entry_rows(self) -> Array:
        return self._entries[0]

    @property
    def entry_columns(self) -> Array:
        return self._entries[1]

    @property
    def entry_values(self) -> Array:
        return self._entries[2]

    @cached_property
    def edges(self) -> tuple[Edges, Array]:
        """The columns with one entry, or with two that cancel, as edges between rows; and which columns are none."""
        import numpy as np

        rows, columns, values = self._entries
        count = np.bincount(columns, minlength=len(self.measured))
        start = np.cumsum(count) - count
        twos = np.flatnonzero(count == 2)
        twos = twos[values[start[twos]] == -values[start[twos] + 1]]
        column = np.concatenate([np.flatnonzero(count == 1), twos])
        first, second = start[column], start[twos] + 1
        other, at_other = np.full(len(column), GROUND), np.zeros(len(column))
        other[len(column) - len(twos) :], at_other[len(column) - len(twos) :] = rows[second], values[second]
        none = np.ones(len(self.measured), dtype=bool)
        none[column] = False
        return Edges(column, rows[first], values[first], other, at_other), none

    @cached_property
    def right(self) -> Array:
        """The constants as an array."""
        import numpy as np

        return np.asarray(self.constants, dtype=float)

    @cached_property
    def known(self) -> Array:
        """Which columns were measured."""
        import numpy as np

        return ~np.isnan(self._readings)

    @cached_property
    def amounts(self) -> Array:
        """y, with 0 for what was not measured."""
        import numpy as np

        return np.where(self.known, self._readings, 0.0)

    @cached_property
    def _readings(self) -> Array:
        import numpy as np

        return np.array(self.measured, dtype=float)

    @cached_property
    def spread(self) -> Array:
        """σ, with 0 for what was not measured."""
        import numpy as np

        return np.where(self.known, np.asarray(self.sigmas, dtype=float), 0.0)

    @cached_property
    def bounded(self) -> Array:
        """Which columns cannot be negative."""
        import numpy as np

        found = np.ones(len(self.measured), dtype=bool)
        found[list(self.signed)] = False
        return found

    @cached_property
    def typical(self) -> Array:
        """An amount for every column that would not stand out among the measured ones of its rows; 0 for signed columns."""
        import numpy as np

        rows, columns, values = self._entries
        weights = np.abs(values * self.amounts[columns])
        total = np.bincount(rows, weights=weights, minlength=len(self.constants))
        count = np.bincount(rows[weights > 0], minlength=len(self.constants))
        found = np.full(len(self.measured), np.inf)
        seen = count[rows] > 0
        np.minimum.at(found, columns[seen], (total[rows] / np.maximum(count[rows], 1) / np.abs(values))[seen])
        near = np.isfinite(found)
        found[~near] = np.median(found[near]) if near.any() else 0.0
        found[~self.bounded] = 0.0
        return found

    def times(self, amounts: Array) -> Array:
        """A x."""
        import numpy as np

        weights = self.entry_values * amounts[self.entry_columns]
        return np.bincount(self.entry_rows, weights=weights, minlength=len(self.constants))

    def transposed_times(self, multipliers: Array) -> Array:
        """Aᵀ λ."""
        import numpy as np

        weights = self.entry_values * multipliers[self.entry_rows]
        return np.bincount(self.entry_columns, weights=weights, minlength=len(self.measured))
