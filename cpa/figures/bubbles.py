"""Options as bubbles over investment and benefit, as SVG."""

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from cpa.figures.axes import (
    DASHED,
    EDGE,
    GREEN,
    GRID,
    LEADER,
    ORANGE,
    QUIET,
    RED,
    SKY,
    Axis,
    box,
    short_number,
)
from cpa.figures.svg import (
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
    text,
    widest,
    wrapped,
)


class Bubble(NamedTuple):
    """An option with its place, its size (None: unknown) and the class that gives its colour."""

    id: str
    name: str
    x: float
    y: float
    size: float | None
    kind: int


class BubbleWords(NamedTuple):
    """The words of the axes, of the size and of the guides."""

    x: str
    y: str
    size: str
    none: str
    guide: str


def bubble_chart(bubbles: Sequence[Bubble], kinds: Sequence[str], words: BubbleWords) -> str:
    """Bubbles of areas by size, hollow where there is none; dashed guides where x is one and five times y."""
    most = max((bubble.size or 0.0 for bubble in bubbles), default=0.0)
    used = sorted({bubble.kind for bubble in bubbles})
    guided = any(bubble.x > 0 and bubble.y > 0 for bubble in bubbles)
    samples = [(kinds[kind], f'<circle r="6" fill="{_KINDS[kind]}" fill-opacity="0.75"/>') for kind in used]
    if any(not (bubble.size or 0.0) > 0 for bubble in bubbles):
        samples.append((words.none, f'<circle r="{_HOLLOW:g}" fill="#FFFFFF" stroke="{QUIET}" stroke-width="1.6"/>'))
    guides = rule((-11, 0), (11, 0), LEADER, 1.2, DASHED)
    out, y = key([*samples, (words.guide, guides)] if guided else samples)
    sizes, y = _sizes(most, words.size, y)
    out += sizes
    top, bottom = y + 26, y + 26 + 400
    ends = [_marked([bubble.y for bubble in bubbles], bottom - 30, top + 34)]
    left = max(widest(word for _at, word in ends[0][1]) + 20, 40.0)
    ends.insert(0, _marked([bubble.x for bubble in bubbles], left + 36, WIDTH - 64))
    (x_at, x_ticks, x_start), (y_at, y_ticks, y_start) = ends
    frame = (left, top, WIDTH - 34, bottom)
    if x_start > x_ticks[0][0]:
        out.append(box(left, top, x_start - 12 - left, bottom - top, "#F4F6F8"))
    if y_start < y_ticks[0][0]:
        out.append(box(left, y_start + 12, frame[2] - left, bottom - y_start - 12, "#F4F6F8"))
    for x, word in x_ticks:
        out.append(rule((x, top), (x, bottom), GRID))
        out.append(text(x, bottom + 16, word, 11, "middle", ink=QUIET))
    for height, word in y_ticks:
        out.append(rule((left, height), (frame[2], height), GRID))
        out.append(text(left - 6, height + 4, word, 11, "end", ink=QUIET))
    out += [rule((left, bottom), (frame[2], bottom), QUIET), rule((left, top), (left, bottom), QUIET)]
    out += [text(EDGE, top - 10, words.y, 11, ink=QUIET), text(frame[2], bottom + 34, words.x, 11, "end", ink=QUIET)]
    out += _payback_guides(bubbles, x_at, y_at, (max(left, x_start - 12), top, frame[2], min(bottom, y_start + 12)))
    circles = [(x_at(b.x), y_at(b.y), _radius(b.size, most)) for b in bubbles]
    for index in sorted(range(len(bubbles)), key=lambda index: -circles[index][2]):
        bubble, (x, height, r) = bubbles[index], circles[index]
        hollow = not (bubble.size or 0.0) > 0
        paint = (
            f'fill="#FFFFFF" fill-opacity="0.6" stroke="{_KINDS[bubble.kind]}" stroke-width="1.6"'
            if hollow
            else f'fill="{_KINDS[bubble.kind]}" fill-opacity="0.7" stroke="#FFFFFF"'
        )
        told = f"{bubble.id} {bubble.name}: {words.x} {short_number(bubble.x)}, {words.y} {short_number(bubble.y)}"
        told += "" if bubble.size is None else f", {words.size} {short_number(bubble.size)}"
        out.append(f'<g><title>{escape(told)}</title><circle cx="{x:.1f}" cy="{height:.1f}" r="{r:.1f}" {paint}/></g>')
    out += _bubble_labels([bubble.id for bubble in bubbles], circles, frame)
    return "\n".join([opened(WIDTH, bottom + 44), *out, "</svg>\n"])


_KINDS = (GREEN, SKY, ORANGE, RED)
_HOLLOW, _LARGEST = 5.0, 26.0


def _radius(size: float | None, most: float) -> float:
    return max(_LARGEST * math.sqrt((size or 0.0) / most), 4.0) if size and size > 0 and most else _HOLLOW


def _sizes(most: float, words: str, y: float) -> tuple[list[str], float]:
    """Bubbles of round sizes with their numbers; and where they end."""
    if not most > 0:
        return [], y
    power = 10.0 ** math.floor(math.log10(most))
    largest = max(power * part for part in (1, 2, 5) if power * part <= most)
    tall = 2 * _radius(largest, most) + 6
    title = wrapped(words, WIDTH - 260)
    tall = max(tall, PITCH * len(title) + 6)
    out = paragraph(EDGE, y + tall / 2, title)
    x = EDGE + widest(title) + 16
    for size in (largest, largest / 4, largest / 20):
        r = _radius(size, most)
        out.append(f'<circle cx="{x + r:.1f}" cy="{y + tall / 2:.1f}" r="{r:.1f}" fill="#D5DADF" stroke="#FFFFFF"/>')
        out.append(text(x + 2 * r + 5, y + tall / 2 + 4, short_number(size), 11))
        x += 2 * r + measured(short_number(size), 11) + 22
    return out, y + tall


def _marked(
    values: Sequence[float], start: float, end: float
) -> tuple[Callable[[float], float], list[tuple[float, str]], float]:
    """Where values stand, and the numbers of the axis: by powers of ten where they are far apart, zero then apart.

    Also where the powers begin.
    """
    positive = [value for value in values if value > 0]
    if not positive or min(values) < 0 or max(positive) / min(positive) <= 30:
        steps = Axis(axis([0.0, *values]), start, end)
        numbers = axis_numbers(list(steps.ticks))
        return steps.at, [(steps.at(tick), number) for tick, number in zip(steps.ticks, numbers, strict=True)], start
    first, last = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    parts = (1, 2, 5) if last - first <= 4 else (1,)
    ticks = [part * 10.0**power for power in range(first, last + 1) for part in parts]
    low = max(tick for tick in ticks if tick <= min(positive) * (1 + 1e-9))
    high = min([tick for tick in ticks if tick >= max(positive) * (1 - 1e-9)])
    ticks = [tick for tick in ticks if low <= tick <= high]
    apart = math.copysign(48.0, end - start) if min(values) == 0 else 0.0
    scale = Axis(ticks, start + apart, end, math.log10)

    def at(value: float) -> float:
        return scale.at(value) if value > 0 else start

    room = widest(f"{tick:,.12g}" for tick in ticks) + 8 if end > start else 18.0
    shown = ticks
    if any(abs(scale.at(one) - scale.at(other)) < room for one, other in pairwise(ticks)):
        shown = [tick for tick in ticks if abs(math.log10(tick) - round(math.log10(tick))) < 1e-9] or ticks
    apart_by = abs(scale.at(shown[1]) - scale.at(shown[0])) if len(shown) > 1 else room
    shown = shown[:: max(math.ceil(room / apart_by), 1)]
    return at, [*([(start, "0")] if apart else []), *((scale.at(tick), f"{tick:,.12g}") for tick in shown)], scale.start


def _payback_guides(
    bubbles: Sequence[Bubble], x_at: Callable[[float], float], y_at: Callable[[float], float], frame: Sequence[float]
) -> list[str]:
    """Where the investment is one and five years' benefit, with the years outside the frame."""
    known = [bubble.x for bubble in bubbles if bubble.x > 0 and bubble.y > 0]
    if not known:
        return []
    low, high = min(known) / 100, max(known) * 100
    out = []
    taken: list[float] = []
    for years in (1, 5):
        run = []
        for index in range(401):
            x = low * (high / low) ** (index / 400)
            place = (x_at(x), y_at(x / years))
            if frame[0] <= place[0] <= frame[2] and frame[1] <= place[1] <= frame[3]:
                run.append(place)
        if len(run) < 2:
            continue
        out.append(polyline(run, f'fill="none" stroke="{LEADER}" stroke-width="1.2"{DASHED}'))
        x, y = run[-1]
        if frame[2] - x < y - frame[1]:
            out.append(text(frame[2] + 4, y + 4, f"{years} a", 11, ink=QUIET))
        elif all(abs(x - other) > 34 for other in taken):
            out.append(text(x, frame[1] - 5, f"{years} a", 11, "middle", ink=QUIET))
            taken.append(x)
    return out


def _bubble_labels(
    names: Sequence[str], circles: Sequence[tuple[float, float, float]], frame: Sequence[float]
) -> list[str]:
    """Names in or beside their bubbles, none on another; thin lines to those that had to move away."""
    boxes: list[tuple[float, float, float, float]] = []
    out = []
    for index in sorted(range(len(names)), key=lambda index: (-circles[index][2], circles[index][:2])):
        x, y, r = circles[index]
        wide = measured(names[index], 11)
        best: tuple[float, Point, float] | None = None
        for distance in (0.0, 1.0, 6.0, 14.0, 24.0, 36.0, 50.0, 66.0, 84.0, 104.0):
            if distance == 0 and wide + 4 > 2 * r:
                continue
            for turn in range(1 if distance == 0 else 16):
                angle = math.pi * turn / 8
                reach = r + distance if distance else 0.0
                middle = (
                    x + math.cos(angle) * (reach + (wide / 2 if distance else 0.0)),
                    y - math.sin(angle) * (reach + (6 if distance else 0.0)),
                )
                cost = distance + _crowding(middle, wide, boxes, circles, index, frame)
                if best is None or cost < best[0]:
                    best = (cost, middle, distance)
        if best is None:
            continue
        _cost, (a, b), distance = best
        boxes.append((a - wide / 2 - 1, b - 6, a + wide / 2 + 1, b + 6))
        if distance > 6:
            near = (min(max(x, a - wide / 2), a + wide / 2), min(max(y, b - 6), b + 6))
            away = math.dist((x, y), near)
            out.append(rule((x + (near[0] - x) * r / away, y + (near[1] - y) * r / away), near, QUIET, 0.7))
        out.append(text(a, b + 4, names[index], 11, "middle"))
    return out


def _crowding(
    middle: Point,
    wide: float,
    boxes: Sequence[tuple[float, float, float, float]],
    circles: Sequence[tuple[float, float, float]],
    own: int,
    frame: Sequence[float],
) -> float:
    """How bad a place of a name is: on another name or outside hardly ever, on another bubble if it must."""
    x, y = middle
    one = (x - wide / 2 - 1, y - 6, x + wide / 2 + 1, y + 6)
    cost = 0.0
    if one[0] < frame[0] or one[1] < frame[1] or one[2] > frame[2] or one[3] > frame[3]:
        cost += 1e4
    for other in boxes:
        if min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1]):
            cost += 1e3
    for index, (cx, cy, r) in enumerate(circles):
        near = (min(max(cx, one[0]), one[2]), min(max(cy, one[1]), one[3]))
        if index != own and math.dist(near, (cx, cy)) < r:
            cost += 60
    return cost


# Before and after.
