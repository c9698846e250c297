"""Plots about money as SVG: tornado, NPV profile, cash flow, histogram."""

import math
from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise
from typing import NamedTuple

from cpa.figures.axes import (
    BLUE,
    DASHED,
    EDGE,
    GREEN,
    ORANGE,
    PURPLE,
    QUIET,
    RED,
    Axis,
    across_axis,
    box,
    even_steps,
    level_grid,
    percent,
    short_number,
    swatch,
    upright_grid,
)
from cpa.figures.svg import (
    INK,
    PITCH,
    SIZE,
    WIDTH,
    Point,
    axis,
    axis_numbers,
    key,
    marker,
    measured,
    opened,
    paragraph,
    polyline,
    rule,
    spread,
    text,
    widest,
    wrapped,
)
from cpa.methods.rates import present_value


class Bar(NamedTuple):
    """An input with the words for its two ends and the results there."""

    name: str
    low: str
    high: str
    at_low: float
    at_high: float


def tornado_chart(bars: Sequence[Bar], base: float, unit: str, words: Sequence[str]) -> str:
    """Bars around the `base`, each with both ends named; `words` for both ends, the base and the axis."""
    bars = [bar for bar in bars if math.isfinite(bar.at_low) and math.isfinite(bar.at_high)]
    names = [wrapped(bar.name, 170) for bar in bars]
    ends = [[(bar.at_low, bar.low, ORANGE), (bar.at_high, bar.high, BLUE)] for bar in bars]
    labels = [[f"{word}: {short_number(value)}" for value, word, _colour in pair] for pair in ends]
    side = max(widest(label for pair in labels for label in pair), 40.0) + 10
    start, end = widest(row for name in names for row in name) + 20, WIDTH - EDGE
    ticks = axis([base, *(value for pair in ends for value, _word, _colour in pair)])
    across = Axis(ticks, start + side, end - side)
    places = [across.at(value) for pair in ends for value, _word, _colour in pair]
    room = min(places, default=across.start) - across.start, across.end - max(places, default=across.end)
    half = widest(axis_numbers(ticks)) / 2
    across = Axis(ticks, start + max(side - room[0], half), end - max(side - room[1], half))
    out, y = key([(words[0], swatch(ORANGE)), (words[1], swatch(BLUE))])
    centre = across.at(base)
    caption = f"{words[2]} {short_number(base)} {unit}"
    half = measured(caption) / 2 * 1.06
    out.append(text(min(max(centre, EDGE + half), WIDTH - EDGE - half), y + 16, caption, SIZE, "middle", bold=True))
    top = y + 24
    heights = [max(PITCH * len(name) + 8, 30.0) for name in names]
    bottom = top + sum(heights) + 6
    out += upright_grid(across, top, bottom, zero=RED)
    y = top + 3
    for bar, name, pair, written, height in zip(bars, names, ends, labels, heights, strict=True):
        middle = y + height / 2
        told = f"{bar.name}: {', '.join(written)} {unit}"
        out += [f"<g><title>{escape(told)}</title>", *paragraph(start - 8, middle, name, "end")]
        out += _swing(across, base, pair, written, middle)
        out.append("</g>")
        y += height
    out.append(rule((centre, top), (centre, bottom), INK, 1.5))
    return "\n".join([opened(WIDTH, bottom + 42), *out, *across_axis(across, bottom, words[3]), "</svg>\n"])


def _swing(
    across: Axis, base: float, pair: Sequence[tuple[float, str, str]], written: Sequence[str], middle: float
) -> list[str]:
    """Both ends of a bar; where they lie on one side, they share its height."""
    centre = across.at(base)
    (first, _low, _colour), (second, _high, _other) = pair
    together = (first - base) * (second - base) > 0
    out = []
    for index, (value, _word, colour) in enumerate(pair):
        x = across.at(value)
        y, height = (middle - 10 + 10 * index, 10.0) if together else (middle - 10, 20.0)
        out.append(box(min(x, centre), y, abs(x - centre), height, colour))
    if together:
        onwards = first > base
        x = max(across.at(first), across.at(second)) + 6 if onwards else min(across.at(first), across.at(second)) - 6
        anchor = "start" if onwards else "end"
        return [*out, *(text(x, middle - 1 + 11 * index, row, 10, anchor) for index, row in enumerate(written))]
    backwards = first > second or (first == second and first > base)
    for index, (value, _word, _colour) in enumerate(pair):
        onwards = (index == 1) != backwards
        x = across.at(value)
        wide = measured(written[index], 11)
        out.append(box(x + 5 if onwards else x - 7 - wide, middle - 7, wide + 2, 14, "#FFFFFF"))
        out.append(text(x + 6 if onwards else x - 6, middle + 4, written[index], 11, "start" if onwards else "end"))
    return out


# The NPV over the discount rate.


def profile_chart(flows: Sequence[float], roots: Sequence[float], rate: float, unit: str, words: Sequence[str]) -> str:
    """NPV over the discount rate with its roots; `words` for a root, the audit's rate, NPV and the axis."""
    steps = axis([0.0, max([0.3, rate * 1.25, *(root * 1.15 for root in roots)]) * 100])
    lowest = min([0.0, rate, *roots])
    if lowest < 0:
        steps = axis([max(lowest * 115, -97.5), steps[-1]])
        steps = [step for step in steps if step > -100] if steps[0] <= -100 else steps
    worth = present_value(flows, rate)
    own = [worth, present_value(flows, 0.0), present_value(flows, steps[-1] / 100)]
    points = _sampled(flows, steps[0] / 100, steps[-1] / 100)
    within = 3 * max(map(abs, own)) or 1.0
    known = [value for _rate, value in points if abs(value) <= within]
    ticks = axis([0.0, *own, *known])
    flags = [
        (rate, [f"{words[1]} {percent(rate)}", f"{words[2]} {short_number(worth)} {unit}"], worth, BLUE),
        *((root, [words[0], percent(root)], 0.0, RED) for root in roots),
    ]
    left = max(widest(axis_numbers(ticks)) + 16, 40.0)
    across = Axis(steps, left, WIDTH - EDGE - widest(axis_numbers(steps)) / 2)
    band = _FLAGS + 12
    up = Axis(ticks, band + 270, band)
    out = [*level_grid(up, across), *across_axis(across, up.start, words[3])]
    for run in _within_frame(points, ticks[0], ticks[-1]):
        style = f'fill="none" stroke="{INK}" stroke-width="2" stroke-linejoin="round"'
        out.append(polyline([(across.at(one * 100), up.at(value)) for one, value in run], style))
    marks = [((across.at(place * 100), up.at(value)), rows, colour) for place, rows, value, colour in flags]
    out += _flags(marks, band, up.start, f"{words[2]} ({unit})" if unit else words[2])
    return "\n".join([opened(WIDTH, up.start + 40), *out, "</svg>\n"])


def _sampled(flows: Sequence[float], low: float, high: float) -> list[tuple[float, float]]:
    """The NPV at rates that stand close where it is steep."""
    count, whole = 240, math.log((1 + high) / (1 + low))
    rates = [(1 + low) * math.exp(whole * index / count) - 1 for index in range(count + 1)]
    return [(rate, float(present_value(flows, rate))) for rate in rates]


def _within_frame(points: Sequence[Point], low: float, high: float) -> list[list[Point]]:
    """The runs of a curve that lie between two heights, cut where they cross them."""
    runs: list[list[Point]] = [[]]
    for one, other in pairwise(points):
        inside = [low <= point[1] <= high for point in (one, other)]
        if inside[0]:
            runs[-1].append(one)
        if inside[0] != inside[1]:
            runs[-1].append(_cut(one, other, high if max(one[1], other[1]) > high else low))
            runs += [] if inside[1] else [[]]
    if points and low <= points[-1][1] <= high:
        runs[-1].append(points[-1])
    return [run for run in runs if len(run) > 1]


def _cut(one: Point, other: Point, height: float) -> Point:
    share = (height - one[1]) / (other[1] - one[1])
    return one[0] + share * (other[0] - one[0]), height


_FLAGS = 2 * PITCH + 16.0
"""The height of the words above a plot with its marks."""


def _flags(marks: Sequence[tuple[Point, Sequence[str], str]], top: float, bottom: float, unit: str) -> list[str]:
    """Marked places with their words above the plot, moved apart, lines to them, and the unit on their left."""
    wide = [widest(rows) + 14 for _at, rows, _colour in marks]
    middles = spread([at[0] for at, _rows, _colour in marks], wide, EDGE + measured(unit, 11) + 4, WIDTH - EDGE)
    out = [text(EDGE, PITCH * 2, unit, 11, ink=QUIET)] if unit else []
    for (at, rows, colour), middle in zip(marks, middles, strict=True):
        foot = PITCH * 2 + 6
        out.append(polyline([(middle, foot), (at[0], top - 8), (at[0], bottom)], _thin(colour)))
        out += paragraph(middle, 4 + PITCH * 2 - PITCH * len(rows) / 2, rows, "middle")
    return out + [_dot(at, colour) for at, _rows, colour in marks]


def _thin(colour: str) -> str:
    return f'fill="none" stroke="{colour}" stroke-width="1"{DASHED}'


def _dot(at: Point, colour: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4.5" fill="{colour}" stroke="#FFFFFF"/>'


# Marginal abatement costs.


def cash_chart(
    flows: Sequence[float], rate: float, paybacks: tuple[float | None, float | None], unit: str, words: Sequence[str]
) -> str:
    """Net flows as bars and their sums as lines; `words` for flow, sum, discounted sum, both paybacks and the year."""
    sums = list(accumulate(flows))
    worths = list(accumulate(flow / (1 + rate) ** year for year, flow in enumerate(flows)))
    ticks = axis([0.0, *flows, *sums, *worths])
    left = max(widest(axis_numbers(ticks)) + 16, 40.0)
    slot = (WIDTH - EDGE - 8 - left) / max(len(flows), 1)
    across = Axis([0.0, 1.0], left + slot / 2, left + slot * 1.5)
    line_1 = rule((-11, 0), (11, 0), GREEN, 2) + marker((0, 0), 2)
    line_2 = rule((-11, 0), (11, 0), PURPLE, 2, DASHED) + marker((0, 0), 3)
    out, y = key([(words[0], swatch(BLUE)), (words[1], line_1), (words[2], line_2)])
    found = [
        (years, [words[3 + index], f"{short_number(years)} a"], (GREEN, PURPLE)[index])
        for index, years in enumerate(paybacks)
        if years is not None and math.isfinite(years)
    ]
    out.append(f'<g transform="translate(0 {y + 6:.1f})">')
    band = _FLAGS + 12 if found else 44.0
    up = Axis(ticks, band + 270, band)
    out += level_grid(up, Axis([0.0, 1.0], left, WIDTH - EDGE - 8))
    zero, broad = up.at(0.0), min(slot * 0.62, 40.0)
    for year, flow in enumerate(flows):
        x, height = across.at(year), up.at(flow)
        out.append(f"<g><title>{escape(f'{words[5]} {year}: {short_number(flow)} {unit}')}</title>")
        colour = BLUE if flow >= 0 else ORANGE
        out += [box(x - broad / 2, min(zero, height), broad, abs(height - zero), colour), "</g>"]
    out.append(rule((left, zero), (WIDTH - EDGE - 8, zero), INK))
    for values, colour, dash, shape in ((worths, PURPLE, DASHED, 3), (sums, GREEN, "", 2)):
        places = [(across.at(year), up.at(value)) for year, value in enumerate(values)]
        out.append(polyline(places, f'fill="none" stroke="{colour}" stroke-width="2"{dash}'))
        out += [marker(place, shape) for place in places] if slot >= 12 else []
    out += _flags([((across.at(years), zero), rows, colour) for years, rows, colour in found], band, zero, unit)
    every = math.ceil((measured(str(len(flows))) + 8) / slot)
    for year in range(0, len(flows), every):
        out.append(text(across.at(year), up.start + 16, str(year), 11, "middle", ink=QUIET))
    out.append(text(WIDTH - EDGE - 8, up.start + 32, words[5], 11, "end", ink=QUIET))
    return "\n".join([opened(WIDTH, y + 6 + up.start + 42), *out, "</g>", "</svg>\n"])


# Monte Carlo.


def histogram_chart(
    classes: Sequence[tuple[float, int]],
    draws: int,
    marks: Sequence[tuple[str, float]],
    unit: str,
    words: Sequence[str],
) -> str:
    """Shares of the draws by class, what lies below zero in another colour; `words` for both parts and the height."""
    middles = [middle for middle, _count in classes]
    half = (middles[-1] - middles[0]) / (len(middles) - 1) / 2 if len(middles) > 1 else abs(middles[0]) * 0.05 or 0.5
    shares = [count / max(draws, 1) * 100 for _middle, count in classes]
    ticks = axis([0.0, *shares])
    reach = [middles[0] - half, middles[-1] + half]
    steps = even_steps(reach[0], reach[1], 6)
    ends = widest(axis_numbers(steps)) / 2 + EDGE
    left = max(widest(axis_numbers(ticks)) + 16, 40.0, ends)
    across = Axis(steps, left, WIDTH - ends)
    entries = [(words[0], swatch(RED))] if reach[0] < 0 else []
    out, y = key([*entries, (words[1], swatch(BLUE))] if reach[1] > 0 else entries)
    out.append(f'<g transform="translate(0 {y + 6:.1f})">')
    band = _FLAGS + 12
    up = Axis(ticks, band + 240, band)
    out += level_grid(up, across)
    for middle, share in zip(middles, shares, strict=True):
        told = f"{short_number(middle - half)} – {short_number(middle + half)} {unit}: {share:.2f} %"
        out.append(f"<g><title>{escape(told)}</title>")
        edges = [middle - half, *([0.0] if middle - half < 0 < middle + half else []), middle + half]
        for low, high in pairwise(edges):
            x, end = across.at(low), across.at(high)
            out.append(box(x, up.at(share), end - x, up.start - up.at(share), RED if high <= 0 else BLUE))
        out.append("</g>")
    known = [(name, value) for name, value in marks if steps[0] <= value <= steps[-1]]
    out += _flags(
        [((across.at(v), up.start), [name, short_number(v)], INK) for name, v in known], band, up.start, words[2]
    )
    out += across_axis(across, up.start, unit)
    return "\n".join([opened(WIDTH, y + 6 + up.start + 42), *out, "</g>", "</svg>\n"])
