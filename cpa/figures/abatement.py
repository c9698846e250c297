"""Plots about amounts as SVG: marginal abatement cost, before and after."""

import math
from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise
from typing import NamedTuple

from cpa.figures.axes import (
    BLUE,
    EDGE,
    GREEN,
    LEADER,
    ORANGE,
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
    WIDTH,
    Point,
    axis,
    axis_numbers,
    key,
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


class Avoided(NamedTuple):
    """An option with the amount that it avoids a year and the cost of a unit of it."""

    id: str
    name: str
    amount: float
    cost: float


def abatement_chart(steps: Sequence[Avoided], unit: str, money: str, words: str) -> str:
    """Bars as wide as the amount and as high as the cost, side by side; ids at the bars, what they mean below."""
    total = math.fsum(step.amount for step in steps) or 1.0
    ticks = axis([0.0, *(step.cost for step in steps)])
    left, right = max(widest(axis_numbers(ticks)) + 16, 40.0), WIDTH - EDGE - widest(axis_numbers(_ruler(total))) / 2
    across = Axis([0.0, total], left, right)
    starts = [*accumulate((step.amount for step in steps), initial=0.0)]
    spans = [(across.at(start), across.at(end)) for start, end in pairwise(starts)]
    narrow = [
        index
        for index, (step, (start, end)) in enumerate(zip(steps, spans, strict=True))
        if measured(step.id, 11) + 4 > end - start
    ]
    pitch = min(14.0, (right - left) / max(len(narrow), 1))
    size = min(11.0, pitch * 0.86)
    flat = sum(measured(steps[index].id, 11) + 6 for index in narrow) <= (right - left) * 0.6
    tall = 0.0
    if narrow:
        tall = 18.0 if flat else max(measured(steps[index].id, size) for index in narrow) + 8
    top = 30 + tall + (26 if narrow else 12)
    up = Axis(ticks, top + 250, top)
    zero = up.at(0.0)
    out = [text(EDGE, 16, f"{money}/{unit}", 11, ink=QUIET), *level_grid(up, Axis([0.0, 1.0], left, right))]
    for index, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        height = up.at(step.cost)
        told = f"{step.id} {step.name}: {short_number(step.amount)} {unit}/a, {short_number(step.cost)} {money}/{unit}"
        out.append(f"<g><title>{escape(told)}</title>")
        paint = f'{GREEN if step.cost < 0 else ORANGE}" stroke="#FFFFFF" stroke-width="0.6'
        out += [box(start, min(zero, height), end - start, max(abs(height - zero), 0.8), paint), "</g>"]
        if index not in narrow:
            out.append(text((start + end) / 2, min(zero, height) - 5, step.id, 11, "middle"))
    out.append(rule((left, zero), (right, zero), INK))
    wide = [measured(steps[index].id, 11) + 6 if flat else pitch for index in narrow]
    wanted = [sum(spans[index]) / 2 for index in narrow]
    for index, x, middle in zip(narrow, wanted, spread(wanted, wide, left, right), strict=True):
        foot = min(zero, up.at(steps[index].cost)) - 1
        out.append(polyline([(middle, top - 22), (x, top - 6), (x, foot)], f'fill="none" stroke="{LEADER}"'))
        place = (middle, top - 26) if flat else (middle + size * 0.36, top - 25)
        out.append(text(*place, steps[index].id, size, "middle") if flat else _upright(place, steps[index].id, size))
    out += across_axis(Axis(_ruler(total), left, across.at(_ruler(total)[-1])), up.start, "")
    out.append(text(right, up.start + 34, f"{words} ({unit}/a)", 11, "end", ink=QUIET))
    figures = [f"({short_number(step.amount)} {unit}/a, {short_number(step.cost)} {money}/{unit})" for step in steps]
    entries = [(step.id, step.name, figure) for step, figure in zip(steps, figures, strict=True)]
    listed, y = _columns(entries, up.start + 52)
    return "\n".join([opened(WIDTH, y + 6), *out, *listed, "</svg>\n"])


def _ruler(total: float) -> list[float]:
    """Round numbers from zero to no more than the total."""
    return [tick for tick in even_steps(0.0, total, 8) if tick <= total * (1 + 1e-9)]


def _upright(at: Point, content: str, size: float) -> str:
    """Text that runs upwards from a place."""
    place = f'transform="translate({at[0]:.1f} {at[1]:.1f}) rotate(-90)"'
    return f'<text {place} font-size="{size:.3g}" fill="{INK}">{escape(content)}</text>'


def _columns(entries: Sequence[tuple[str, str, str]], top: float) -> tuple[list[str], float]:
    """Ids with names and figures in two columns, read down; and where they end."""
    room = (WIDTH - 2 * EDGE - 20) / 2
    broad = min(max((measured(name) * 1.06 + 10 for name, *_rest in entries), default=0.0), room / 2)
    rows = []
    for _id, name, figure in entries:
        fits = measured(f"{name} {figure}") <= room - broad
        rows.append([f"{name} {figure}"] if fits else [*wrapped(name, room - broad), *wrapped(figure, room - broad)])
    half = math.ceil(len(entries) / 2)
    out, bottoms = [], [top]
    for column, part in enumerate((range(half), range(half, len(entries)))):
        x, y = EDGE + column * (room + 20), top
        for index in part:
            ids = wrapped(entries[index][0], (broad - 10) / 1.06 + 0.1)
            height = PITCH * max(len(rows[index]), len(ids)) + 3
            out += paragraph(x, y + PITCH * len(ids) / 2, ids, bold=True)
            out += paragraph(x + broad, y + PITCH * len(rows[index]) / 2, rows[index])
            y += height
        bottoms.append(y)
    return out, max(bottoms)


# Cash flow.


class Moved(NamedTuple):
    """A resource with its amounts before and after."""

    name: str
    unit: str
    before: float
    after: float


def change_chart(items: Sequence[Moved], words: Sequence[str]) -> str:
    """Bars of what is left of each amount, in per cent of before; `words` for what is left, saved and added."""
    names = [wrapped(item.name, 150) for item in items]
    left = widest(row for name in names for row in name) + 24
    changes = [percent((item.after - item.before) / item.before, signed=True) for item in items]
    amounts = [f"{short_number(item.before)} → {short_number(item.after)} {item.unit}" for item in items]
    lines = [wrapped(amount, 190) for amount in amounts]
    side = max(widest(changes) * 1.06 + 14, 30.0)
    broad = widest(row for rows in lines for row in rows)
    steps = axis([0.0, 100.0, *(max(item.after, 0.0) / item.before * 100 for item in items)])
    steps = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0] if steps[-1] <= 100 else steps
    across = Axis(steps, left, WIDTH - EDGE - broad - side - 10)
    entries = [(words[0], swatch(BLUE))]
    entries += [(words[1], swatch(_SAVED, GREEN))] if any(item.after < item.before for item in items) else []
    entries += [(words[2], swatch(RED))] if any(item.after > item.before for item in items) else []
    out, y = key(entries)
    top = y + 10
    heights = [max(PITCH * max(len(name), len(rows)) + 8, 30.0) for name, rows in zip(names, lines, strict=True)]
    bottom = top + sum(heights) + 4
    out += upright_grid(across, top, bottom)
    y = top + 2
    for item, name, rows, change, amount, height in zip(items, names, lines, changes, amounts, heights, strict=True):
        middle, share = y + height / 2, item.after / item.before * 100
        out += [f"<g><title>{escape(f'{item.name}: {amount} ({change})')}</title>"]
        out += paragraph(left - 8, middle, name, "end")
        kept, whole = across.at(min(max(share, 0.0), 100.0)), across.at(100.0)
        out.append(box(left, middle - 9, kept - left, 18, BLUE))
        if share < 100:
            out.append(box(kept, middle - 9, whole - kept, 18, f'{_SAVED}" stroke="{GREEN}'))
        elif share > 100:
            out.append(box(whole, middle - 9, across.at(share) - whole, 18, RED))
        out += paragraph(across.end + side, middle, [change], "end", bold=True)
        out += [*paragraph(across.end + side + 10, middle, rows), "</g>"]
        y += height
    out += [rule((left, top), (left, bottom), INK), *across_axis(across, bottom, "%")]
    return "\n".join([opened(WIDTH, bottom + 42), *out, "</svg>\n"])


_SAVED = "#BFE6D9"


# What the drawings share.
