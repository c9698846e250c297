"""Comprehensive energy consumption (综合能耗): E = Σ eᵢ·kᵢ (domain notes §4.4, after GB/T 2589)."""

import math
from collections.abc import Sequence

import msgspec


class Use(msgspec.Struct, frozen=True):
    """What one carrier counts: `amount` · `factor` in tce, of which the share `feedstock` was raw material.

    `sold` energy has a negative sign in the total. None where its factor is not known.
    """

    id: str
    gross: float | None
    feedstock: float = 0.0
    sold: bool = False

    @property
    def excluded(self) -> float | None:
        """Energy that became raw material."""
        return None if self.gross is None else self.gross * self.feedstock


class Comprehensive(msgspec.Struct, frozen=True):
    """The total with its parts, in the unit of the uses: E = gross − feedstock − sold; incomplete where a use is unknown."""

    gross: float
    feedstock: float
    sold: float
    unknown: tuple[str, ...]

    @property
    def net(self) -> float | None:
        return None if self.unknown else self.gross - self.feedstock - self.sold


def comprehensive(uses: Sequence[Use], *, feedstock_counts: bool = False) -> Comprehensive:
    """Adds the uses of a scope up; `feedstock_counts` leaves energy used as raw material in."""
    known = [use for use in uses if use.gross is not None]
    own = [use for use in known if not use.sold]
    return Comprehensive(
        math.fsum(use.gross or 0.0 for use in own),
        0.0 if feedstock_counts else math.fsum(use.excluded or 0.0 for use in own),
        math.fsum(use.gross or 0.0 for use in known if use.sold),
        tuple(use.id for use in uses if use.gross is None),
    )
