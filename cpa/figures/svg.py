"""Bar charts as SVG: no library, no randomness, the same bytes for the same figures."""

from collections.abc import Sequence
from html import escape

FONT = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC','WenQuanYi Micro Hei',sans-serif"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
"""Okabe and Ito's palette, told apart by colour-blind readers too."""
INK = "#222222"


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


_VALUE = 64.0
"""Room for the number beside a bar."""


def _open(width: float, height: float) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" font-family="{FONT}">\n<rect width="100%" height="100%" fill="#FFFFFF"/>'


def _text(x: float, y: float, text: str, size: int, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}" text-anchor="{anchor}">{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.1f}" if abs(value) < 1e4 else f"{value:,.0f}"
