"""The numerical problem behind a balance: linear constraints between amounts, some of which were measured."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import msgspec

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
    def entry_rows(self) -> Array:
        import numpy as np

        return np.asarray(self.rows, dtype=np.int64)

    @cached_property
    def entry_columns(self) -> Array:
        import numpy as np

        return np.asarray(self.columns, dtype=np.int64)

    @cached_property
    def entry_values(self) -> Array:
        import numpy as np

        return np.asarray(self.values, dtype=float)

    @cached_property
    def right(self) -> Array:
        """B as an array."""
        import numpy as np

        return np.asarray(self.constants, dtype=float)

    @cached_property
    def known(self) -> Array:
        """Which columns were measured."""
        import numpy as np

        return ~np.isnan(np.array(self.measured, dtype=float))

    @cached_property
    def amounts(self) -> Array:
        """y, with 0 for what was not measured."""
        import numpy as np

        return np.where(self.known, np.array(self.measured, dtype=float), 0.0)

    @cached_property
    def spread(self) -> Array:
        """σ, with 0 for what was not measured."""
        import numpy as np

        return np.where(self.known, np.asarray(self.sigmas, dtype=float), 0.0)

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
