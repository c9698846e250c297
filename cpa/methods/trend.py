"""Figures by year against their own trend."""

import math
from collections.abc import Mapping

import msgspec


class Jump(msgspec.Struct, frozen=True):
    """The year that lies farthest from the trend of the others; `distance` is ln(value/expected)."""

    year: int
    value: float
    distance: float

    @property
    def expected(self) -> float:
        return self.value * math.exp(min(max(-self.distance, -_MOST), _MOST))

    @property
    def deviation(self) -> float:
        return math.exp(min(self.distance, _MOST)) - 1


_MOST = 600.0
"""Exponents beyond this leave the range of floating point; a figure that far off is only shown as very large."""


def jump(values: Mapping[int, float]) -> Jump | None:
    """The year whose figure fits the log-linear trend of the others least.

    That is the largest residual of the line through all years over √(1 − leverage) (Cook and Weisberg 1982, §2.2.1: the
    internally studentised residual up to a factor), since ends of a line pull it towards themselves. With three years all
    are equal in this, and the one is taken without which the other two lie closest together; then the latest. Its
    distance is from the line through the other years. None for fewer than three years, or with a figure that is not above
    zero: a ratio says nothing there.
    """
    if len(values) < 3 or min(values.values()) <= 0:
        return None
    logs = {year: math.log(value) for year, value in values.items()}
    misfits = {year: abs(_distance(logs, year)) * math.sqrt(1 - _leverage(logs, year)) for year in logs}
    largest = max(misfits.values())
    alike = [year for year, misfit in misfits.items() if misfit >= largest * (1 - 1e-9)]
    year = min(alike, key=lambda one: (round(_spread(logs, one), 9), -one))
    return Jump(year, values[year], _distance(logs, year))


def _leverage(logs: Mapping[int, float], year: int) -> float:
    mean = math.fsum(logs) / len(logs)
    return 1 / len(logs) + (year - mean) ** 2 / math.fsum((x - mean) ** 2 for x in logs)


def _distance(logs: Mapping[int, float], left_out: int) -> float:
    """How far a year lies above the least-squares line through the other years."""
    points = [(year, y) for year, y in logs.items() if year != left_out]
    mean_x = math.fsum(x for x, _y in points) / len(points)
    mean_y = math.fsum(y for _x, y in points) / len(points)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in points) / math.fsum((x - mean_x) ** 2 for x, _y in points)
    return logs[left_out] - mean_y - slope * (left_out - mean_x)


def _spread(logs: Mapping[int, float], left_out: int) -> float:
    rest = [y for year, y in logs.items() if year != left_out]
    return max(rest) - min(rest)


def gaps(years: Mapping[int, object], all_years: tuple[int, ...]) -> tuple[int, ...]:
    """The years between the first and the last of `years` that others have figures for and these lack."""
    if not years:
        return ()
    return tuple(year for year in all_years if min(years) < year < max(years) and year not in years)
