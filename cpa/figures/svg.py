"""Ranked bars as SVG, and what drawings are made of: no library, no randomness, the same bytes for the same figures."""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""
INK = "#222222"
WIDTH = 760.0
SIZE = 12.0
"""The size of most letters, in px, and the distance of their lines."""
PITCH = 15.0

Point = tuple[float, float]


def text_width(text: str, size: float) -> float:
    """The width of `text` in a sans-serif face: a CJK character is one em, others about half."""
    return sum(size if ord(character) > 0x2E7F else size * 0.56 for character in text)


def ranked_bars(
    items: Sequence[tuple[str, float]] | Sequence[tuple[str, float | None]], unit: str, mark: Sequence[str] = ()
) -> str:
    """Horizontal bars with their values; negative ones to the left of the axis, `mark`ed ones in another colour."""
    width, row, top = 760.0, 28.0, 26.0
    label = min(max((text_width(name, 13) for name, _value in items), default=60), 300) + 12
    known = [value for _name, value in items if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known]) or 1.0
    left = label + (_VALUE if low < 0 else 0)
    scale = (width - left - _VALUE) / (high - low or 1.0)
    zero = left - low * scale
    height = top + row * len(items) + 10
    parts = [opened(width, height), text(zero, 16, unit, 11, "start")]
    parts.append(f'<line x1="{zero:.1f}" y1="{top - 4:.1f}" x2="{zero:.1f}" y2="{height - 6:.1f}" stroke="{INK}"/>')
    for index, (name, value) in enumerate(items):
        y = top + row * index
        parts.append(text(label - 8, y + 17, name, 13, "end"))
        if value is None:
            continue
        length = abs(value) * scale
        start = zero if value >= 0 else zero - length
        colour = COLOURS[1] if name in mark else COLOURS[0]
        parts.append(
            f'<rect x="{start:.1f}" y="{y + 4:.1f}" width="{length:.1f}" height="{row - 9:.1f}" fill="{colour}"/>'
        )
        parts.append(
            text(
                start + length + 5 if value >= 0 else start - 5,
                y + 17,
                number_text(value),
                11,
                "start" if value >= 0 else "end",
            )
        )
    parts.append("</svg>\n")
    return "\n".join(parts)


_VALUE = 64.0
"""Room for the number beside a bar."""


def opened(width: float, height: float) -> str:
    """The start of a drawing on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="{FONT}">\n<rect width="100%" height="100%" fill="#FFFFFF"/>'
    )


def text(
    x: float, y: float, content: str, size: float, anchor: str = "start", bold: bool = False, ink: str = INK
) -> str:
    """One line of text on the base line `y`."""
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{ink}" text-anchor="{anchor}"'
    return f"<text {place}{weight}>{lowered(content, size)}</text>"


def lowered(content: str, size: float) -> str:
    """The text escaped, its subscript digits as small lowered ones: with those, faces without them change all of it."""
    drop = f"{size * 0.18:.1f}"
    found = _SUBSCRIPTS.split(content)
    parts = [escape(found[0])]
    for digits, rest in zip(found[1::2], found[2::2], strict=True):
        plain = "".join(str(ord(digit) - 0x2080) for digit in digits)
        parts.append(f'<tspan dy="{drop}" font-size="{size * 0.72:.1f}">{plain}</tspan>')
        parts.append(f'<tspan dy="-{drop}">{escape(rest)}</tspan>' if rest else "")
    return "".join(parts)


_SUBSCRIPTS = re.compile("([₀-₉]+)")


def number_text(value: float) -> str:
    """Three significant digits below 100, one decimal below 10,000, whole numbers above."""
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}" if abs(value) < 1e4 else f"{value:,.0f}"


def measured(content: str, size: float = SIZE) -> float:
    """`text_width` with room for broad letters and for the signs that a Chinese face draws as wide as a character."""
    broad = sum(0.44 if 0x2010 <= ord(c) <= 0x2E7F else 0.4 if c in "%@&MWmw" else 0.14 * c.isupper() for c in content)
    return text_width(content, size) + size * broad


def widest(contents: Iterable[str]) -> float:
    return max(map(measured, contents), default=0.0)


def wrapped(content: str, room: float) -> list[str]:
    """The text in as few lines within `room` as it takes, of about the same length."""
    content = " ".join(content.split())
    found = _filled(content, room)
    while len(closer := _filled(content, room * 0.95)) == len(found) > 1 and room > 2 * SIZE:
        found, room = closer, room * 0.95
    return found


def _filled(content: str, room: float) -> list[str]:
    filled = [""]
    for token in _TOKEN.findall(content):
        for piece in [token] if measured(token.rstrip()) <= room else token:
            if filled[-1] and measured((filled[-1] + piece).rstrip()) > room:
                filled.append("")
            filled[-1] += piece
    return [line.strip() for line in filled]


_WIDE = "⺀-\U0010ffff"
_CLOSING = "）】》」』，。、；：！？％"
_TOKEN = re.compile(f"[（【《「『]*(?:[^\\s{_WIDE}]+|[^{_CLOSING}])?[{_CLOSING}]*\\s*")
"""What stays on one line: a wide character or a word, with its brackets, stops and the blanks after it."""


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles as near to the wanted ones as can be without overlaps, all between `low` and `high` if there is room."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[tuple[float, int]] = []
    above = 0.0
    for index in order:
        groups.append((wanted[index] - heights[index] / 2 - above, 1))
        above += heights[index]
        while len(groups) > 1 and groups[-2][0] >= groups[-1][0]:
            (first, many), (second, more) = groups[-2:]
            groups[-2:] = [((first * many + second * more) / (many + more), many + more)]
    starts = [max(low, min(start, high - above)) for start, count in groups for _ in range(count)]
    middles = [0.0] * len(wanted)
    above = 0.0
    for start, index in zip(starts, order, strict=True):
        middles[index] = start + above + heights[index] / 2
        above += heights[index]
    return middles


def paragraph(x: float, middle: float, rows: Sequence[str], anchor: str = "start", bold: bool = False) -> list[str]:
    """Lines of text around the height `middle`."""
    first = middle - PITCH * (len(rows) - 1) / 2 + SIZE * 0.36
    return [text(x, first + PITCH * row, line, SIZE, anchor, bold) for row, line in enumerate(rows)]


def rule(start: Point, end: Point, colour: str, width: float = 1, dash: str = "") -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"{dash}/>'


def axis(values: Sequence[float]) -> list[float]:
    """Round numbers around the values; with zero where the values are no farther from it than from each other."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    if high - low <= 1e-6 * max(abs(low), abs(high)):
        around = abs(low) * 0.1 or 1.0
        low, high = (low - around if low else low), high + around
    if abs(low if low > 0 else high) <= high - low:
        low, high = min(low, 0.0), max(high, 0.0)
    power = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= (high - low) / 5 * 0.999)
    return [step * index for index in range(math.floor(low / step + 1e-6), math.ceil(high / step - 1e-6) + 1)]


def axis_numbers(axis: Sequence[float]) -> list[str]:
    """The numbers of an axis with as many decimals as its step needs."""
    step = axis[1] - axis[0]
    for digits in range(7):
        if abs(round(step, digits) - step) < step * 1e-4:
            return [f"{value:,.{digits}f}" if abs(value) < 1e10 else f"{value:.6g}" for value in axis]
    return [f"{value:.6g}" for value in axis]


def key(entries: Sequence[tuple[str, str]]) -> tuple[list[str], float]:
    """Samples, drawn around (0, 0), with their names, in as many rows as it takes; and where they end."""
    out, x, y, tallest = [], 8.0, 8.0, 0.0
    for name, sample in entries:
        rows = wrapped(name, WIDTH - 60)
        width, height = widest(rows) + 48, PITCH * len(rows) + 5
        if x > 8 and x + width - 18 > WIDTH:
            x, y, tallest = 8.0, y + tallest, 0.0
        tallest = max(tallest, height)
        out.append(f'<g transform="translate({x + 11:.1f} {y + PITCH / 2:.1f})">{sample}</g>')
        out += paragraph(x + 26, y + PITCH * len(rows) / 2, rows)
        x += width
    return out, y + tallest


def polygon(points: Sequence[Point], style: str) -> str:
    return f'<polygon points="{_corners(points)}" {style}/>'


def polyline(points: Sequence[Point], style: str) -> str:
    return f'<polyline points="{_corners(points)}" {style}/>'


def _corners(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def line_colour(index: int) -> str:
    """The palette without its yellow, which is too pale for a line."""
    return COLOURS[index % 6]


def dashes(index: int) -> str:
    return ("", ' stroke-dasharray="5 3"', ' stroke-dasharray="1.5 2.5"')[index // 6 % 3]


def marker(at: Point, index: int) -> str:
    """A disc, square, diamond or triangle with a white edge."""
    (x, y), style = at, f'fill="{line_colour(index)}" stroke="#FFFFFF"'
    if index % 4 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {style}/>'
    shapes = {
        1: ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        2: ((0, -5), (5, 0), (0, 5), (-5, 0)),
        3: ((0, -5), (5, 4), (-5, 4)),
    }
    return polygon([(x + dx, y + dy) for dx, dy in shapes[index % 4]], style)
