"""Plots as SVG: trend lines, stacked bars, the levels of indicators, radar charts."""

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from cpa.figures.svg import (
    COLOURS,
    INK,
    PITCH,
    SIZE,
    WIDTH,
    Point,
    axis,
    axis_numbers,
    dashes,
    key,
    line_colour,
    marker,
    measured,
    number_text,
    opened,
    paragraph,
    polygon,
    polyline,
    rule,
    spread,
    text,
    widest,
    wrapped,
)

_GRID = "#E3E6EA"
_QUIET = "#6B7178"


def lines(points: Sequence[tuple[str, Sequence[float | None]]], ticks: Sequence[str], unit: str) -> str:
    """Trend lines over `ticks`, named at their right ends with their last values; None makes a gap.

    The axis starts at zero unless the numbers are far from it.
    """
    series = [_known(values, len(ticks)) for _name, values in points]
    scale = axis([value for values in series for value in values if value is not None])
    labels = [wrapped(f"{name} {_last(values)}", 200) for (name, _), values in zip(points, series, strict=True)]
    heights = [PITCH * len(label) + 4 for label in labels]
    side = WIDTH - 8 - widest(line for label in labels for line in label)
    left = max(widest(axis_numbers(scale)) + 14, 30)
    frame = _Frame(left, side - 64 if labels else WIDTH - 8, 32 + max(260.0, sum(heights)), scale)
    shown, more, xs = _tick_labels(ticks, frame)
    drawn: list[list[Point | None]] = [
        [None if value is None else (x, frame.y(value)) for x, value in zip(xs, values, strict=True)]
        for values in series
    ]
    ends = [next((place[1] for place in reversed(places) if place), frame.bottom) for places in drawn]
    middles = spread(ends, heights, frame.top, frame.bottom)
    parts = [opened(WIDTH, frame.bottom + more), text(left, 16, unit, 11), *_grid(frame), *shown]
    for index, (name, _values) in enumerate(points):
        parts += [f"<g><title>{escape(name)}</title>", *_series(drawn[index], index, (side, middles[index]))]
        parts += [*paragraph(side, middles[index], labels[index]), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def stacked_bars(
    items: Sequence[tuple[str, Sequence[float | None]]],
    parts: Sequence[str],
    unit: str,
    *,
    shares: bool = False,
    mark: Sequence[str] = (),
) -> str:
    """Horizontal bars of coloured `parts` with their totals; negative parts left of the axis, `mark`ed names bold.

    With `shares` all bars are equally long, and parts are percentages of what they add up to without their signs.
    """
    rows = [_known(values, len(parts)) for _name, values in items]
    totals = [_total(values) for values in rows]
    bars = [[(value or 0.0) / (_gross(values) if shares else 1.0) for value in values] for values in rows]
    low = min((sum(min(value, 0.0) for value in bar) for bar in bars), default=0.0)
    high = max((sum(max(value, 0.0) for value in bar) for bar in bars), default=0.0)
    names = [wrapped(name, 220) for name, _values in items]
    left = widest(line for name in names for line in name) * 1.06 + 16
    scale = (WIDTH - 22 - widest(totals) * 1.06 - left) / (high - low or 1.0)
    zero = left - low * scale
    out, y = key([(name, _SWATCH.format(_fill(index))) for index, name in enumerate(parts)])
    out.append(text(WIDTH - 8, y + 12, unit, 11, "end") if shares else text(zero, y + 12, unit, 11))
    top = y = y + 20
    for (title, _values), name, bar, values, total in zip(items, names, bars, rows, totals, strict=True):
        height, bold = max(30.0, PITCH * len(name) + 8), title in mark
        middle = y + height / 2
        labels = [
            f"{share * 100:.0f} %" if shares else _figure(value or 0.0)
            for share, value in zip(bar, values, strict=True)
        ]
        segments, end = _segments(zero, middle, [value * scale for value in bar], labels)
        out += [f"<g><title>{escape(title)}</title>", *paragraph(left - 8, middle, name, "end", bold), *segments]
        out += [*paragraph(end + 6, middle, [total], bold=bold), "</g>"]
        y += height
    out.append(rule((zero, top), (zero, y), INK))
    return "\n".join([_with_hatching(opened(WIDTH, y + 10), len(parts)), *out, "</svg>\n"])


def levels(items: Sequence[tuple[str, int | None, float | None]], names: Sequence[str]) -> str:
    """The level that each indicator reaches, 0 the best and None below all; the last of `names` is the word for below.

    The fraction by which a value has to change for the next better level stands in the cell of that level.
    """
    rows = [wrapped(name, 240) for name, _level, _distance in items]
    left = widest(line for row in rows for line in row) + 20
    step, last = (WIDTH - 8 - left) / max(len(names), 1), max(len(names) - 1, 1)
    heads = [wrapped(name, step - 10) for name in names]
    y = PITCH * max(map(len, heads), default=0) + 18
    out = []
    for index, head in enumerate(heads):
        out += paragraph(left + step * (index + 0.5), y - 6 - PITCH * len(head) / 2, head, "middle", bold=True)
    for (name, level, distance), row in zip(items, rows, strict=True):
        height = max(28.0, PITCH * len(row) + 8)
        middle, reached = y + height / 2, len(names) - 1 if level is None else level
        out += [f"<g><title>{escape(name)}</title>", *paragraph(left - 10, middle, row, "end")]
        for index in range(len(names)):
            paint = _LEVEL_COLOURS[round(index * 6 / last)] if index == reached else "#F1F3F5"
            out.append(
                f'<rect x="{left + step * index:.1f}" y="{y + 1.5:.1f}" width="{step - 3:.1f}" '
                f'height="{height - 3:.1f}" rx="2" fill="{paint}"/>'
            )
        centre = left + step * (reached + 0.5) - 1.5
        out += _ball((centre, middle), 1 - reached / last)
        if distance is not None and reached:
            out += paragraph(centre - step, middle, [f"← {_change(distance)}"], "middle")
        out.append("</g>")
        y += height
    return "\n".join([opened(WIDTH, y + 8), *out, "</svg>\n"])


def radar(names: Sequence[str], values: Sequence[float], other: Sequence[float] | None, legend: tuple[str, str]) -> str:
    """Scores from 0 to 100 on axes around a centre, `other` dashed over them; both are printed with the names."""
    drawn = [values] if other is None else [values, other]
    scores = [[_figure(series[index]) for series in drawn] for index in range(len(names))]
    labels = [wrapped(name, 170) for name in names]
    heights = [PITCH * (len(label) + 1) + 6 for label in labels]
    out, y = key([(name, _outline(index)) for index, name in enumerate(legend[: len(drawn)]) if name])
    centre = (WIDTH / 2, y + max(heights[:1], default=0) + _CLEAR)
    turns = (2 * math.pi * index / len(names) for index in range(len(names)))
    places = [(math.sin(turn), -math.cos(turn)) for turn in turns]
    for part in (25, 50, 75, 100):
        out.append(polygon([_at(centre, place, part) for place in places], f'fill="none" stroke="{_GRID}"'))
    out += [rule(centre, _at(centre, place, 100), _GRID) for place in places]
    for index, series in enumerate(drawn):
        corners = [_at(centre, place, score) for place, score in zip(places, series, strict=False)]
        out.append(f"<g><title>{escape(legend[index])}</title>{polygon(corners, _paint(index))}")
        out += [*(marker(corner, _SCORES[index]) for corner in corners), "</g>"]
    for part in (25, 50, 75, 100):
        out.append(_haloed(centre[0] + 4, centre[1] - part / 100 * _RADIUS + 4, str(part)))
    bottom = max([centre[1], *(centre[1] + y * _RADIUS for _x, y in places)])
    for index, (x, middle, anchor) in enumerate(_around(centre, places, heights)):
        out += [f"<g><title>{escape(names[index])}</title>", *paragraph(x, middle - PITCH / 2, labels[index], anchor)]
        out += [_numbers(x, middle + PITCH * len(labels[index]) / 2, scores[index], anchor), "</g>"]
        bottom = max(bottom, middle + heights[index] / 2)
    return "\n".join([opened(WIDTH, bottom + 8), *out, "</svg>\n"])


_SWATCH = '<rect x="-9" y="-6" width="18" height="12" fill="{}"/>'
_LEVEL_COLOURS = ("#0072B2", "#2B93CE", "#56B4E9", "#F0E442", "#F2C230", "#E69F00", "#D55E00")
"""From blue over yellow to vermilion: good to bad for colour-blind readers too."""
_RADIUS = 165.0
_CLEAR = _RADIUS + 12
"""Where labels may start."""
_SCORES = (0, 5)
"""The styles of the two polygons of a radar chart."""


def _known(values: Sequence[float | None], count: int) -> list[float | None]:
    """The first `count` values, None where there is none or it is no number."""
    padded = [*values[:count], *[None] * (count - len(values))]
    return [value if value is not None and math.isfinite(value) else None for value in padded]


def _figure(value: float) -> str:
    return number_text(value).removesuffix(".0")


def _last(values: Sequence[float | None]) -> str:
    return next((_figure(value) for value in reversed(values) if value is not None), "–")


def _total(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _figure(math.fsum(known)) if known else "–"


def _gross(values: Sequence[float | None]) -> float:
    return math.fsum(abs(value or 0.0) for value in values) or 1.0


def _change(fraction: float) -> str:
    percent = fraction * 100
    return f"{percent:+.1f} %" if abs(percent) < 9.95 and percent != round(percent) else f"{percent:+,.0f} %"


class _Frame(NamedTuple):
    """Where trend lines are drawn."""

    left: float
    right: float
    bottom: float
    axis: list[float]
    top: float = 32.0

    def y(self, value: float) -> float:
        low, high = self.axis[0], self.axis[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def _grid(frame: _Frame) -> list[str]:
    out = []
    for value, number in zip(frame.axis, axis_numbers(frame.axis), strict=True):
        y = frame.y(value)
        out.append(rule((frame.left, y), (frame.right, y), _QUIET if value == 0 else _GRID))
        out.append(text(frame.left - 6, y + 4, number, 11, "end", ink=_QUIET))
    return out


def _tick_labels(ticks: Sequence[str], frame: _Frame) -> tuple[list[str], float, list[float]]:
    """The labels below the axis, every so many that they keep clear of each other, the last one always.

    Also the height they fill and where the ticks are.
    """
    step = (frame.right - frame.left) / max(len(ticks), 1)
    labels = [wrapped(tick, max(step - 12, 72)) for tick in ticks]
    broadest = max(map(widest, labels), default=0.0) + 10
    first = min(step, broadest) / 2 if len(ticks) > 1 else step / 2
    step = (frame.right - frame.left - 2 * first) / max(len(ticks) - 1, 1)
    xs = [frame.left + first + step * index for index in range(len(ticks))]
    every = math.ceil(broadest / (step or broadest))
    out = []
    for index, (x, label) in enumerate(zip(xs, labels, strict=True)):
        out.append(rule((x, frame.bottom), (x, frame.bottom + 4), _QUIET))
        if (len(ticks) - 1 - index) % every == 0:
            out += paragraph(x, frame.bottom + 8 + PITCH * len(label) / 2, label, "middle")
    return out, PITCH * max(map(len, labels), default=0) + 16, xs


def _series(places: Sequence[Point | None], index: int, name: Point) -> list[str]:
    """A line through every run of known places, and a sample of it before its name."""
    out = []
    side, middle = name
    if places and (end := places[-1]):
        out.append(rule((end[0] + 7, end[1]), (side - 30, middle), "#AEB4BB", 0.8))
    style = f'fill="none" stroke="{line_colour(index)}" stroke-width="2" stroke-linejoin="round"{dashes(index)}'
    for _drawn, run in groupby(places, bool):
        corners = [place for place in run if place]
        out += [polyline(corners, style)] if len(corners) > 1 else []
    out += [marker(place, index) for place in places if place]
    sample = rule((side - 27, middle), (side - 5, middle), line_colour(index), 2, dashes(index))
    return [*out, sample, marker((side - 16, middle), index)]


def _fill(index: int) -> str:
    """The palette, and after it the palette hatched."""
    count = len(COLOURS)
    return COLOURS[index % count] if index // count % 2 == 0 else f"url(#hatch{index % count})"


def _with_hatching(start: str, parts: int) -> str:
    """The drawing's start with the hatchings that so many parts need."""
    patterns = [
        f'<pattern id="hatch{index}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{colour}" fill-opacity="0.3"/>'
        f'<rect width="1.6" height="6" fill="{colour}" fill-opacity="0.5"/>'
        "</pattern>"
        for index, colour in enumerate(COLOURS[: max(parts - len(COLOURS), 0)])
    ]
    return f"{start}\n<defs>{''.join(patterns)}</defs>" if patterns else start


def _segments(zero: float, middle: float, lengths: Sequence[float], labels: Sequence[str]) -> tuple[list[str], float]:
    """The parts of a bar to both sides of `zero`, with their numbers where those fit; and its end on the right."""
    out, low, high = [], zero, zero
    for index, (length, label) in enumerate(zip(lengths, labels, strict=True)):
        x, low, high = (high, low, high + length) if length > 0 else (low + length, low + length, high)
        paint = f'fill="{_fill(index)}" stroke="#FFFFFF" stroke-width="0.6"'
        if length:
            out.append(f'<rect x="{x:.1f}" y="{middle - 10:.1f}" width="{abs(length):.1f}" height="20" {paint}/>')
        if length and measured(label, 11) + 6 <= abs(length):
            ink = "#FFFFFF" if _fill(index) == COLOURS[0] else INK
            out.append(text(x + abs(length) / 2, middle + 4, label, 11, "middle", ink=ink))
    return out, high


def _ball(at: Point, share: float) -> list[str]:
    """A disc that is black clockwise from the top for a share of it."""
    x, y = at
    out = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#FFFFFF"/>']
    paint = f'fill="{INK if share >= 1 else "none"}" stroke="{INK}" stroke-width="1.2"'
    out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" {paint}/>')
    if 0 < share < 1:
        end = (x + 6 * math.sin(2 * math.pi * share), y - 6 * math.cos(2 * math.pi * share))
        arc = f"A6 6 0 {int(share > 0.5)} 1 {end[0]:.1f} {end[1]:.1f}"
        out.append(f'<path d="M{x:.1f} {y:.1f}V{y - 6:.1f}{arc}Z" fill="{INK}"/>')
    return out


def _at(centre: Point, place: Point, score: float) -> Point:
    reach = min(max(score, 0.0), 100.0) / 100 * _RADIUS
    return centre[0] + place[0] * reach, centre[1] + place[1] * reach


def _paint(index: int) -> str:
    """The style of a polygon of scores: the first filled, the second dashed."""
    colour = line_colour(_SCORES[index])
    more = ('fill-opacity="0.15"', 'fill-opacity="0" stroke-dasharray="6 3"')[index]
    return f'fill="{colour}" stroke="{colour}" stroke-width="2" {more}'


def _outline(index: int) -> str:
    drawn = rule((-11, 0), (11, 0), line_colour(_SCORES[index]), 2, ' stroke-dasharray="6 3"' if index else "")
    return drawn + marker((0, 0), _SCORES[index])


def _around(centre: Point, places: Sequence[Point], heights: Sequence[float]) -> list[tuple[float, float, str]]:
    """Where labels of axes stand: centred above and below the rings, pushed apart and clear of them at the sides."""
    found = [
        (centre[0], centre[1] + y * (_CLEAR + tall / 2), "middle")
        for (_x, y), tall in zip(places, heights, strict=True)
    ]
    for side, anchor in ((1, "start"), (-1, "end")):
        chosen = [index for index, (x, _y) in enumerate(places) if x * side > 0.01]
        wanted = [centre[1] + places[index][1] * _CLEAR for index in chosen]
        tall = [heights[index] for index in chosen]
        for index, middle in zip(chosen, spread(wanted, tall, centre[1] - _CLEAR, centre[1] + _CLEAR), strict=True):
            near = max(abs(middle - centre[1]) - heights[index] / 2, 0.0)
            found[index] = (centre[0] + side * (math.sqrt(max(_CLEAR**2 - near**2, 0.0)) + 2), middle, anchor)
    return found


def _haloed(x: float, y: float, content: str) -> str:
    """A small number on a white ground."""
    ground = f'<rect x="{x - 1:.1f}" y="{y - 8:.1f}" width="{measured(content, 9) + 2:.1f}" height="9" fill="#FFFFFF"/>'
    return ground + text(x, y, content, 9, ink=_QUIET)


def _numbers(x: float, middle: float, numbers: Sequence[str], anchor: str) -> str:
    """The scores of an axis, each in the colour of its polygon."""
    spans = [
        f'<tspan fill="{line_colour(style)}">{number}</tspan>' for style, number in zip(_SCORES, numbers, strict=False)
    ]
    place = f'x="{x:.1f}" y="{middle + SIZE * 0.36:.1f}" font-size="{SIZE:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{INK}" font-weight="bold">{" / ".join(spans)}</text>'
