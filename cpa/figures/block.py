"""The block diagram of a balance: units as boxes, flows as labelled arrows, recycles led around, losses dashed."""

import re
from html import escape

from cpa.figures.layout import Box, Label, Point, Route, layout
from cpa.figures.network import KIND_COLOURS, KINDS, MARK_COLOURS, Kind, Mark, Network, measure
from cpa.figures.placement import LABEL, NAME, NOTE, PITCH
from cpa.figures.svg import FONT, INK

_HEAD = 7.0
_CORNER = 4.0


def block_diagram(network: Network) -> str:
    """The block diagram as SVG text."""
    network = network.clean()
    drawing = layout(network)
    marks = {node.id: node for node in network.nodes}
    width = max(drawing.width, 300.0)
    below, more = legend(network, drawing.height - 4, width)
    parts = [opening(width, drawing.height + more)]
    parts += [_route(network, route) for route in drawing.routes]
    parts += [_label(network, label) for label in drawing.labels]
    parts += [_box(box, marks[box.id].name, marks[box.id].mark) for box in drawing.boxes]
    return "\n".join([*parts, *below, "</svg>\n"])


def opening(width: float, height: float) -> str:
    """The start of a drawing on white."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="{FONT}">\n<rect width="100%" height="100%" fill="#FFFFFF"/>'
    )


def text(x: float, y: float, content: str, size: float, anchor: str = "start", extra: str = "") -> str:
    """A line of text with its middle at the height `y`; `extra` are more attributes."""
    fill = "" if "fill=" in extra else f' fill="{INK}"'
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:g}" text-anchor="{anchor}"{fill}{extra}>'
        f"{_lowered(content, size)}</text>"
    )


def _lowered(content: str, size: float) -> str:
    """The text with its subscript digits as small lowered ones, for which every face has glyphs."""
    parts: list[str] = []
    drop = f"{size * 0.18:.1f}"
    for index, part in enumerate(re.split("([₀-₉]+)", content)):
        if index % 2:
            digits = part.translate(_SUBSCRIPTS)
            parts.append(f'<tspan dy="{drop}" font-size="{size * 0.72:.1f}">{digits}</tspan>')
        elif part:
            parts.append(f'<tspan dy="-{drop}">{escape(part)}</tspan>' if index else escape(part))
    return "".join(parts)


_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def head(point: Point, before: Point, colour: str) -> str:
    """An arrow head at the end of a line along one of the axes."""
    (x, y), (dx, dy) = point, (point[0] - before[0], point[1] - before[1])
    ux, uy = (dx > 0) - (dx < 0), (dy > 0) - (dy < 0)
    back, half = (x - _HEAD * ux, y - _HEAD * uy), _HEAD * 0.42
    corners = [(x, y), (back[0] - half * uy, back[1] + half * ux), (back[0] + half * uy, back[1] - half * ux)]
    return f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}" fill="{colour}"/>'


def _route(network: Network, route: Route) -> str:
    edge = route.edge
    colour = KIND_COLOURS[edge.kind]
    dash = ' stroke-dasharray="5 3"' if edge.kind == "loss" else ""
    width = 2.0 if edge.kind == "product" else 1.3
    return (
        f'<g><title>{escape(network.title(edge))}</title><path d="{_path(route.points)}" fill="none" '
        f'stroke="{colour}" stroke-width="{width}"{dash}/>{head(route.points[-1], route.points[-2], colour)}</g>'
    )


def _path(points: tuple[Point, ...]) -> str:
    """The line with rounded corners, ending inside its arrow head."""
    (x, y), (fx, fy) = points[-1], points[-2]
    end = (x - _HEAD * 0.8 * ((x > fx) - (x < fx)), y - _HEAD * 0.8 * ((y > fy) - (y < fy)))
    corners = [*points[:-1], end]
    steps = [f"M{corners[0][0]:.1f} {corners[0][1]:.1f}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, stop = _towards(corner, before), _towards(corner, after)
        steps.append(f"L{start[0]:.1f} {start[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {stop[0]:.1f} {stop[1]:.1f}")
    steps.append(f"L{end[0]:.1f} {end[1]:.1f}")
    return "".join(steps)


def _towards(corner: Point, other: Point) -> Point:
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = max(abs(dx), abs(dy)) or 1.0
    part = min(_CORNER, length / 2) / length
    return corner[0] + dx * part, corner[1] + dy * part


def _label(network: Network, label: Label) -> str:
    colour = ' fill="#6B7178"' if label.repeated else ""
    x = label.x + 2 if label.anchor == "start" else label.x + label.width - 2
    lines = "".join(
        text(x, label.y + 6.5 + PITCH * row, line, LABEL, label.anchor, colour) for row, line in enumerate(label.lines)
    )
    width = measure(label.lines[0], LABEL) + 4
    left = label.x if label.anchor == "start" else label.x + label.width - width
    return (
        f'<g><title>{escape(network.title(label.edge))}</title><rect x="{left:.1f}" y="{label.y:.1f}" '
        f'width="{width:.1f}" height="13" fill="#FFFFFF"/>{lines}</g>'
    )


def _box(box: Box, title: str, mark: Mark) -> str:
    middle = box.x + box.width / 2
    y = box.y + box.height / 2 - (len(box.name) - 1) * 8 - (6 if box.note else 0)
    frame = (
        f'<g><title>{escape(title)}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}" rx="3" fill="#F4F6F8" stroke="{MARK_COLOURS[mark]}" '
        f'stroke-width="{2.4 if mark else 1.2}"/>'
    )
    parts = [frame]
    parts += [
        text(middle, y + 16 * row, line, NAME, "middle", ' font-weight="bold"') for row, line in enumerate(box.name)
    ]
    if box.note:
        parts.append(text(middle, y + 16 * len(box.name) - 1, box.note, NOTE, "middle"))
    return "".join(parts) + "</g>"


def legend(network: Network, y: float, room: float, loss: str = "") -> tuple[list[str], float]:
    """The key of the kinds that occur and the unit, in lines within `room` below `y`; with the height they fill.

    `loss` is the paint of losses where the drawing has bands instead of lines.
    """
    words = network.legend
    items = [(kind, words.kind(kind)) for kind in KINDS if any(edge.kind == kind for edge in network.edges)]
    notes = [f"{words.unit}: {network.unit}"] if network.unit and network.edges else []
    if any(edge.filled for edge in network.edges):
        notes.append(words.filled)
    if any(edge.amount is None for edge in network.edges):
        notes.append(f"{network.unknown} {words.unknown}")
    parts: list[str] = []
    x, row = _LEFT, 0
    for kind, content in [*items, *((None, note) for note in notes)]:
        width = measure(content, LABEL) + (32 if kind else 0)
        if x > _LEFT and x + width > room - _LEFT:
            x, row = _LEFT, row + 1
        middle = y + 18 * row + 9
        if kind:
            parts.append(_sample(kind, x, middle, loss))
        parts.append(text(x + (32 if kind else 0), middle, content, LABEL))
        x += width + 22
    return parts, 18.0 * (row + 1) + 8 if parts else 0.0


def _sample(kind: Kind, x: float, y: float, loss: str) -> str:
    if loss:
        paint = loss if kind == "loss" else KIND_COLOURS[kind]
        opacity = 1 if kind == "loss" else 0.6
        return f'<rect x="{x:.1f}" y="{y - 4:.1f}" width="26" height="8" fill="{paint}" fill-opacity="{opacity}"/>'
    dash = ' stroke-dasharray="5 3"' if kind == "loss" else ""
    return f'<path d="M{x:.1f} {y:.1f}h26" stroke="{KIND_COLOURS[kind]}" stroke-width="1.8"{dash}/>'


_LEFT = 16.0
