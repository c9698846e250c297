"""The layered layout of a block diagram: layers are columns of units in process order, folded to fit a page.

Within a column the main flow runs straight down. Every other line leaves and arrives on a row of its own at the
left or right side of a box, where there is room for its label; it changes rows only in the channels between the
columns, on a track of its own, and passes a column that is not its own on a lane between two boxes. So no line runs
through a box or a label and no two lines share a piece, whatever the network.
"""

from itertools import pairwise
from typing import Literal

import msgspec

from cpa.figures.network import Edge, Network, measure, wrap
from cpa.figures.placement import LABEL, NAME, NAME_ROOM, NOTE, PITCH, Plan, Stop, arrange, foldings
from cpa.figures.tracks import Segment, assign

STUB, SPACE, TRACK, MARGIN = 22.0, 4.0, 8.0, 16.0
PAGE = (1040.0, 690.0)
"""What an A4 landscape page holds at full size, beside its margins and a caption."""

Point = tuple[float, float]


class Box(msgspec.Struct, frozen=True):
    """A unit's place; `name` and `note` are its lines."""

    id: str
    x: float
    y: float
    width: float
    height: float
    name: tuple[str, ...] = ()
    note: str = ""


class Label(msgspec.Struct, frozen=True):
    """The text of a flow and the rectangle it fills; `repeated` at the arriving end of a long line."""

    edge: Edge
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float
    anchor: Literal["start", "end"] = "start"
    repeated: bool = False


class Route(msgspec.Struct, frozen=True):
    """The corners of a flow's line, from its source to its arrow head."""

    edge: Edge
    points: tuple[Point, ...]


class Layout(msgspec.Struct, frozen=True):
    """A drawing in px: everything within (0, 0) and (`width`, `height`)."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    labels: tuple[Label, ...]
    crossings: int = 0


def layout(network: Network) -> Layout:
    """The drawing of `network`, in as many columns as suit an A4 page."""
    network = network.clean()
    found = [draw(arrange(network, columns)) for columns in foldings(network)]
    return min(found, key=_unfit)


def _unfit(drawing: Layout) -> float:
    """How far the drawing must be shrunk for the page, and a little for crossings and for folds."""
    shrink = max(drawing.width / PAGE[0], drawing.height / PAGE[1], 0.85)
    columns = len({box.x for box in drawing.boxes})
    return shrink + 0.1 * drawing.crossings / (1 + len(drawing.routes)) + 0.02 * columns


Hop = tuple[Stop, Stop, Segment]


def draw(plan: Plan) -> Layout:
    """Turn a plan into coordinates."""
    count = len(plan.columns)
    channels: list[list[Hop]] = [[] for _ in range(count + 1)]
    for stops in plan.lines:
        for start, end in pairwise(stops):
            number = _channel(start, end)
            segment = Segment((start.y, end.y), (start.column < number, end.column < number))
            channels[number].append((start, end, segment))
    tracks = [assign([segment for *_ends, segment in channel]) for channel in channels]
    wide = _box_width(plan)
    x = MARGIN
    lefts: list[float] = []
    turns: dict[int, float] = {}
    for c, channel in enumerate(channels):
        turns |= {id(start): x + (segment.track + 1) * TRACK for start, _end, segment in channel}
        x += (tracks[c][0] + 1) * TRACK if channel else 0.0
        if c < count:
            x += _zone(plan, c, -1, wide)
            lefts.append(x)
            x += wide + _zone(plan, c, 1, wide)
            x += 0.0 if channels[c + 1] or c + 1 == count else 2 * TRACK
    boxes = tuple(_box(plan, c, r, lefts[c], wide) for c, column in enumerate(plan.columns) for r in range(len(column)))
    drawing = [*_straights(plan, lefts, wide), *_lines(plan, lefts, wide, turns)]
    return Layout(
        x + MARGIN,
        plan.height + 2 * MARGIN,
        boxes,
        tuple(item for item in drawing if isinstance(item, Route)),
        tuple(item for item in drawing if isinstance(item, Label)),
        sum(crossings for _count, crossings in tracks),
    )


def _channel(start: Stop, end: Stop) -> int:
    """The channel between two stops; channel c lies left of column c."""
    if start.column == end.column:
        return start.column + (start.side == 1)
    return max(start.column, end.column)


def _box_width(plan: Plan) -> float:
    """One width for all boxes: that of the longest line."""
    names = [measure(line, NAME) for node in plan.network.nodes for line in wrap(node.name, NAME, NAME_ROOM)]
    notes = [measure(node.note, NOTE) for node in plan.network.nodes]
    return max([*names, *notes, 60.0]) + 24


def _box(plan: Plan, c: int, r: int, x: float, wide: float) -> Box:
    node = plan.network.nodes[plan.columns[c][r]]
    y, height = plan.tops[c, r] + MARGIN, plan.heights[c, r]
    return Box(node.id, x, y, wide, height, wrap(node.name, NAME, NAME_ROOM), node.note)


def _offset(plan: Plan, stop: Stop) -> float:
    """From the box to the label of a port."""
    edge = plan.network.edges[stop.edge]
    if not (edge.source and edge.target):
        return STUB + SPACE
    return 8.0 if stop.leaves else STUB - 4


def _width(lines: tuple[str, ...]) -> float:
    return max((measure(line, LABEL) for line in lines), default=0.0)


def _zone(plan: Plan, c: int, side: int, wide: float) -> float:
    """The room beside the boxes of a column for stubs and labels."""
    needed = [0.0]
    for r, unit in enumerate(plan.columns[c]):
        ports = plan.ports.get((c, r, side), ())
        needed += [_offset(plan, port) + _width(port.lines) + 6 if port.lines else STUB - 6 for port in ports]
        for index, offset, anchor in _shafts(plan, plan.network.nodes[unit].id):
            if (anchor == "start") == (side == 1):
                needed.append(side * offset + 6 + _width(plan.straight[index]) + 4 - wide / 2)
    return max(needed)


def _shafts(plan: Plan, unit: str) -> list[tuple[int, float, Literal["start", "end"]]]:
    """The flows straight down from a unit, with their place beside the middle of the box and the side of the label."""
    found = [index for index in plan.straight if plan.network.edges[index].source == unit]
    if len(found) == 1:
        return [(found[0], 0.0, "start")]
    sides: tuple[Literal["start", "end"], ...] = ("end", "start")
    return [(index, offset, side) for index, offset, side in zip(found, (-12.0, 12.0), sides, strict=False)]


def _straights(plan: Plan, lefts: list[float], wide: float) -> list[Route | Label]:
    drawing: list[Route | Label] = []
    for c, column in enumerate(plan.columns):
        for r, unit in enumerate(column):
            for index, offset, anchor in _shafts(plan, plan.network.nodes[unit].id):
                edge, lines = plan.network.edges[index], plan.straight[index]
                x = lefts[c] + wide / 2 + offset
                top = plan.tops[c, r] + plan.heights[c, r] + MARGIN
                drawing.append(Route(edge, ((x, top), (x, plan.tops[c, r + 1] + MARGIN))))
                room = _width(lines) + 4
                left = x + 5 if anchor == "start" else x - 5 - room
                drawing.append(Label(edge, lines, left, top + 3, room, PITCH * len(lines) - 1, anchor))
    return drawing


def _lines(plan: Plan, lefts: list[float], wide: float, turns: dict[int, float]) -> list[Route | Label]:
    drawing: list[Route | Label] = []
    for stops in plan.lines:
        edge = plan.network.edges[stops[0].edge]
        points: list[Point] = []
        for stop in stops:
            y = stop.y + MARGIN
            if stop.side:
                wall = lefts[stop.column] + (wide if stop.side == 1 else 0.0)
                points.append((wall, y))
                if stop.lines:
                    drawing.append(_label(plan, stop, edge, wall, y))
            if len(stops) == 1:
                away = (wall + stop.side * STUB, y)
                points.insert(1 if stop.leaves else 0, away)
            elif stop is not stops[-1]:
                following = stops[stops.index(stop) + 1]
                points += [(turns[id(stop)], y), (turns[id(stop)], following.y + MARGIN)]
        drawing.append(Route(edge, tuple(points)))
    return drawing


def _label(plan: Plan, stop: Stop, edge: Edge, wall: float, y: float) -> Label:
    width, offset = _width(stop.lines) + 4, _offset(plan, stop) - 2
    x = wall + offset if stop.side == 1 else wall - offset - width
    repeated = bool(edge.source and edge.target and not stop.leaves)
    anchor: Literal["start", "end"] = "start" if stop.side == 1 else "end"
    return Label(edge, stop.lines, x, y - 6.5, width, PITCH * len(stop.lines) - 1, anchor, repeated)
