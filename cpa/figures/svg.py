"""Bar charts as SVG: no library, no randomness, the same bytes for the same figures."""

from collections.abc import Sequence
from html import escape

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""
INK, FAINT = "#222222", "#D9D9D9"


def text_width(text: str, size: float) -> float:
    """The width of `text` in a sans-serif face: a CJK character is one em, others about half."""
    return sum(size if ord(character) > 0x2E7F else size * 0.56 for character in text)


def grouped_bars(categories: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], unit: str) -> str:
    """Vertical bars, a group a category and a colour a series; values stand above the bars."""
    width, plot, left, top = 760.0, 220.0, 56.0, 46.0
    slot = (width - left - 16) / max(len(categories), 1)
    bar = min(slot * 0.8 / max(len(series), 1), 40)
    largest = max((value for _name, values in series for value in values if value is not None), default=1.0) or 1.0
    step = _step(largest)
    ceiling = step * -(-largest // step)
    rows = max((len(_wrapped(name, slot - 4, 12)) for name in categories), default=1)
    height = top + plot + 16 + rows * 16
    parts = [_open(width, height)]
    tick = 0.0
    while tick <= ceiling + step / 2:
        y = top + plot * (1 - tick / ceiling)
        parts.append(f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{width - 16:.1f}" y2="{y:.1f}" stroke="{FAINT}"/>')
        parts.append(_text(left - 6, y + 4, _number(tick), 11, "end"))
        tick += step
    parts.append(_text(left - 6, 16, unit, 11, "start"))
    x = left + 80
    for index, (name, _values) in enumerate(series):
        parts.append(f'<rect x="{x:.1f}" y="8" width="12" height="12" fill="{COLOURS[index % len(COLOURS)]}"/>')
        parts.append(_text(x + 16, 18, name, 12, "start"))
        x += 34 + text_width(name, 12)
    for place, category in enumerate(categories):
        centre = left + slot * (place + 0.5)
        for index, (_name, values) in enumerate(series):
            value = values[place]
            if value is None:
                continue
            high = plot * value / ceiling
            start = centre + bar * (index - len(series) / 2)
            parts.append(
                f'<rect x="{start:.1f}" y="{top + plot - high:.1f}" width="{bar * 0.92:.1f}" height="{high:.1f}" fill="{COLOURS[index % len(COLOURS)]}"/>'
            )
            if bar >= 22:
                parts.append(_text(start + bar * 0.46, top + plot - high - 3, _number(value), 10, "middle"))
        for row, line in enumerate(_wrapped(category, slot - 4, 12)):
            parts.append(_text(centre, top + plot + 18 + row * 16, line, 12, "middle"))
    parts.append("</svg>\n")
    return "\n".join(parts)


def ranked_bars(items: Sequence[tuple[str, float | None]], unit: str, mark: Sequence[str] = ()) -> str:
    """Horizontal bars with their values; negative ones to the left of the axis, `mark`ed ones in another colour."""
    width, row, top = 760.0, 28.0, 26.0
    label = min(max((text_width(name, 13) for name, _value in items), default=60), 300) + 12
    known = [value for _name, value in items if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known]) or 1.0
    room = width - label - 80
    scale = room / (high - low or 1.0)
    zero = label - low * scale + (30 if low < 0 else 0)
    height = top + row * len(items) + 10
    parts = [_open(width, height), _text(zero, 16, unit, 11, "start")]
    parts.append(f'<line x1="{zero:.1f}" y1="{top - 4:.1f}" x2="{zero:.1f}" y2="{height - 6:.1f}" stroke="{INK}"/>')
    for index, (name, value) in enumerate(items):
        y = top + row * index
        parts.append(_text(label - 8, y + 17, name, 13, "end"))
        if value is None:
            continue
        length = abs(value) * scale
        start = zero if value >= 0 else zero - length
        colour = COLOURS[1] if name in mark else COLOURS[0]
        parts.append(
            f'<rect x="{start:.1f}" y="{y + 4:.1f}" width="{length:.1f}" height="{row - 9:.1f}" fill="{colour}"/>'
        )
        parts.append(
            _text(
                start + length + 5 if value >= 0 else start - 5,
                y + 17,
                _number(value),
                11,
                "start" if value >= 0 else "end",
            )
        )
    parts.append("</svg>\n")
    return "\n".join(parts)


def _open(width: float, height: float) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" font-family="{FONT}">\n<rect width="100%" height="100%" fill="#FFFFFF"/>'


def _text(x: float, y: float, text: str, size: int, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _step(largest: float) -> float:
    """A round distance of axis marks that gives about five of them."""
    power = 10.0
    while power > largest:
        power /= 10
    while power * 10 <= largest:
        power *= 10
    for factor in (0.2, 0.5, 1, 2):
        if largest / (power * factor) <= 6:
            return power * factor
    return power * 2


def _wrapped(text: str, room: float, size: float) -> list[str]:
    lines = [""]
    for character in text:
        if text_width(lines[-1] + character, size) > room and lines[-1]:
            lines.append("")
        lines[-1] += character
    return lines[:3]
