"""What the plots of phases 4 to 6 share: axes, grids, colours, numbers."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cpa.figures.svg import (
    COLOURS,
    INK,
    axis_numbers,
    number_text,
    rule,
    text,
    widest,
)

GRID = "#E3E6EA"
QUIET = "#6B7178"
LEADER = "#AEB4BB"
BLUE, ORANGE, GREEN, PURPLE, SKY, RED = COLOURS[:6]
DASHED = ' stroke-dasharray="5 3"'
EDGE = 8.0
"""Between the drawing and its margin."""


class Axis(NamedTuple):
    """Round numbers, and where they stand between two places of the drawing; `turned` where it counts by powers."""

    ticks: Sequence[float]
    start: float
    end: float
    turned: Callable[[float], float] = float

    def at(self, value: float) -> float:
        low, high = self.turned(self.ticks[0]), self.turned(self.ticks[-1])
        return self.start + (self.turned(value) - low) / (high - low) * (self.end - self.start)


# The tornado.


def short_number(value: float) -> str:
    return number_text(value).removesuffix(".0")


def percent(fraction: float, *, signed: bool = False) -> str:
    percent = fraction * 100
    digits = 0 if abs(percent) >= 999.5 or abs(percent - round(percent)) < 1e-9 else 1 if abs(percent) >= 0.95 else 2
    return f"{percent:+,.{digits}f} %" if signed else f"{percent:,.{digits}f} %"


def swatch(fill: str, edge: str = "none") -> str:
    return f'<rect x="-9" y="-6" width="18" height="12" fill="{fill}" stroke="{edge}"/>'


def box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def level_grid(up: Axis, across: Axis) -> list[str]:
    """Level lines with their numbers on the left."""
    out = []
    for tick, number in zip(up.ticks, axis_numbers(list(up.ticks)), strict=True):
        y = up.at(tick)
        out.append(rule((across.start, y), (across.end, y), INK if tick == 0 else GRID))
        out.append(text(across.start - 6, y + 4, number, 11, "end", ink=QUIET))
    return out


def upright_grid(across: Axis, top: float, bottom: float, zero: str = QUIET) -> list[str]:
    """Upright lines at the round numbers; that of zero in its own colour."""
    return [
        rule((across.at(tick), top), (across.at(tick), bottom), zero if tick == 0 else GRID, 1.2 if tick == 0 else 1)
        for tick in across.ticks
    ]


def across_axis(across: Axis, y: float, unit: str) -> list[str]:
    """The numbers of a level axis, every so many that they keep clear of each other, and its unit below their end."""
    numbers = axis_numbers(list(across.ticks)) if len(across.ticks) > 1 else [short_number(across.ticks[0])]
    room = (across.end - across.start) / max(len(numbers) - 1, 1)
    every = math.ceil((widest(numbers) + 8) / (room or 1.0))
    out = []
    for index, (tick, number) in enumerate(zip(across.ticks, numbers, strict=True)):
        x = across.at(tick) if len(across.ticks) > 1 else across.start
        out.append(rule((x, y), (x, y + 4), QUIET))
        if index % every == 0:
            out.append(text(x, y + 17, number, 11, "middle", ink=QUIET))
    return [*out, text(across.end, y + 34, unit, 11, "end", ink=QUIET)] if unit else out


def even_steps(low: float, high: float, count: int) -> list[float]:
    """Round numbers around a range in about so many steps, not from zero: what lies far from it is to be seen as well."""
    power = 10.0 ** math.floor(math.log10((high - low) / count))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= (high - low) / count * 0.999)
    return [step * index for index in range(math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6) + 1)]


# Investment and benefit.
