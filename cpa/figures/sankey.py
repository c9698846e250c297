"""The Sankey diagram of a balance: bands as wide as their amounts, recycles led around, losses hatched."""

from collections.abc import Sequence
from html import escape

import msgspec

from cpa.figures.bands import (
    BAR,
    LABEL,
    LINE,
    NAME,
    NOTE,
    STUB,
    TIP,
    Bands,
    Item,
    Loop,
    Slot,
    arrange,
    ranks,
    scale_of,
    widest,
)
from cpa.figures.block import legend, opening, text
from cpa.figures.network import KIND_COLOURS, MARK_COLOURS, Edge, Network, measure, shorten, wrap

MARGIN = 16.0
_WIDEST = 1500.0
"""Beyond this width in px labels give way to numbers, so that the drawing fits an A4 page."""
_MOST = 14
"""The most ranks side by side; more are drawn in strips, one below the other."""
_CURVE, _LANE, _ROOM = 34.0, 8.0, 118.0


class Frame(msgspec.Struct):
    """The x of the bars and of the ends of the room beside them; `top` is the y of the highest bar, `height` from there."""

    bars: list[float]
    starts: list[float]
    ends: list[float]
    width: float
    top: float
    height: float


def sankey(network: Network) -> str:
    """The Sankey diagram as SVG text."""
    network = network.clean()
    strips, key = drawn_strips(network)
    width = max([300.0, *(frame.width for _bands, frame in strips)])
    height = max((frame.top + frame.height for _bands, frame in strips), default=2 * MARGIN)
    listed, more = _key(network, height, width) if key else ([], 0.0)
    below, last = legend(network, height + more, width, LOSS)
    parts = [opening(width, height + more + last), _HATCH]
    for bands, frame in strips:
        titles = [f"<title>{escape(network.title(edge))}</title>" for edge in _originals(network, bands)]
        parts += _shapes(bands, frame, titles)
        parts += [_node(bands.network, item, frame) for item in bands.items if item.node >= 0]
        parts += [
            _label(slot, bands.size, titles[slot.edge], label_box(bands, item, slot, frame, side))
            for item, slot, side in labelled(bands)
        ]
    return "\n".join([*parts, *listed, *below, "</svg>\n"])


def drawn_strips(network: Network) -> tuple[list[tuple[Bands, Frame]], bool]:
    """The strips of the drawing from top to bottom, and whether their labels are numbers that need a key."""
    level = ranks(network)
    labels = [wrap(edge.name, LABEL, _ROOM, network.amount(edge)) for edge in network.edges]
    scale = scale_of(network, level)
    bands = arrange(network, level, labels, both=False, scale=scale)
    frame = measure_frame(bands, 0.0)
    if frame.width <= _WIDEST:
        return [(bands, frame)], False
    count = -(-len(bands.ranks) // _MOST)
    size = -(-len(bands.ranks) // count)
    strips: list[tuple[Bands, Frame]] = []
    y = 0.0
    for start in range(0, len(bands.ranks), size):
        bands = _strip(network, level, range(start, start + size), scale)
        strips.append((bands, measure_frame(bands, y)))
        y = strips[-1][1].top + strips[-1][1].height
    return strips, True


def _strip(network: Network, level: Sequence[int], span: range, scale: float) -> Bands:
    """The part of the network in some ranks; flows to other strips end outside, with the name of the other end."""
    names = {node.id: node.name for node in network.nodes}
    members = {node.id: rank - span.start for node, rank in zip(network.nodes, level, strict=True) if rank in span}
    edges: list[Edge] = []
    labels: list[tuple[str, ...]] = []
    for index, edge in enumerate(network.edges):
        inside = edge.source in members, edge.target in members
        if not any(inside):
            continue
        number, other = str(index + 1), edge.target if inside[0] else edge.source
        if not all(inside) and other:
            name = shorten(names[other], LABEL, 60.0)
            number = f"{number} → {name}" if inside[0] else f"{name} → {number}"
        labels.append((number,))
        source, target = (end if there else "" for end, there in zip((edge.source, edge.target), inside, strict=True))
        edges.append(msgspec.structs.replace(edge, source=source, target=target))
    nodes = tuple(node for node in network.nodes if node.id in members)
    part = msgspec.structs.replace(network, nodes=nodes, edges=tuple(edges))
    return arrange(part, list(members.values()), labels, both=True, scale=scale)


def _originals(network: Network, bands: Bands) -> list[Edge]:
    """The flows of a strip as they were before it was cut off."""
    whole = {edge.id: edge for edge in network.edges}
    return [whole[edge.id] for edge in bands.network.edges]


LOSS = "url(#loss)"
_HATCH = (
    '<defs><pattern id="loss" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="#E3E5E8"/><rect width="2" height="5" fill="{KIND_COLOURS["loss"]}"/>'
    "</pattern></defs>"
)


def labelled(bands: Bands) -> list[tuple[Item, Slot, int]]:
    """Every slot that carries a label, with its side."""
    return [
        (item, slot, side)
        for item in bands.items
        if item.node >= 0
        for side, slots in ((-1, item.left), (1, item.right))
        for slot in slots
        if slot.lines
    ]


def measure_frame(bands: Bands, y: float) -> Frame:
    """Lay out the ranks from left to right, with room for labels, curves and loops, below `y`."""
    x = MARGIN
    frame = Frame([], [], [], 0.0, 0.0, 0.0)
    for number in range(len(bands.ranks) + 1):
        leaving = [loop for loop in bands.loops if loop.link[0].rank + 1 == number]
        arriving = [loop for loop in bands.loops if loop.link[2].rank == number]
        x = _channel(bands, number, x, leaving, arriving)
        if number < len(bands.ranks):
            rank = bands.ranks[number]
            names = [max(widest(item.name, NAME), measure(item.note, NOTE)) for item in rank]
            half = max(names) / 2 - BAR / 2 + 4
            frame.starts.append(x)
            frame.bars.append(x + max([half, *(_reach(item.left, bands.size) for item in rank)]))
            frame.ends.append(frame.bars[-1] + BAR + max([half, *(_reach(item.right, bands.size) for item in rank)]))
            x = frame.ends[-1]
    frame.width = x + MARGIN
    _lanes(bands, frame, y)
    return frame


def _reach(slots: Sequence[Slot], size: float) -> float:
    """The room beside a bar for labels."""
    return max((_offset(slot) + widest(slot.lines, size) + 5 for slot in slots if slot.lines), default=8.0)


def _offset(slot: Slot) -> float:
    return STUB + TIP + 3 if slot.kind == "stub" else 6.0


def _channel(bands: Bands, number: int, x: float, leaving: list[Loop], arriving: list[Loop]) -> float:
    """Place the verticals of the loops in a channel that starts at `x`; returns where it ends."""
    start = x
    for loop in sorted(leaving, key=lambda loop: (loop.below, loop.link[1].y * (-1 if loop.below else 1))):
        loop.out = x + _bend(loop)
        x = loop.out + _band(loop) / 2
    shifts = [abs(s.y - t.y) for a, s, _b, t in bands.links if a.rank + 1 == number]
    if 0 < number < len(bands.ranks):
        x = max(x + 8, start + _CURVE, start + min(70.0, 0.25 * max(shifts, default=0.0)))
    ordered = sorted(arriving, key=lambda loop: (loop.below, loop.link[3].y * (-1 if loop.below else 1)))
    for loop in reversed(ordered):
        loop.back = x + _band(loop) / 2 + 5
        x = loop.back + _band(loop) / 2
    return x + (max(_bend(loop) - _band(loop) / 2 for loop in arriving) if arriving else 0.0)


def _band(loop: Loop) -> float:
    return loop.link[1].band


def _bend(loop: Loop) -> float:
    """The radius of a loop's corners."""
    return _band(loop) / 2 + 5


def _lanes(bands: Bands, frame: Frame, y: float) -> None:
    """Give every loop a lane above or below what it leads around, short loops nearest, and fit the drawing around it."""
    bottom = max((item.top + item.height for item in bands.items), default=0.0)
    highest, lowest = 0.0, bottom
    placed: list[Loop] = []
    for loop in sorted(bands.loops, key=lambda loop: (abs(loop.out - loop.back), loop.link[1].edge)):
        spanned = [item for rank in bands.ranks[loop.link[2].rank : loop.link[0].rank + 1] for item in rank]
        beside = [other for other in placed if other.below == loop.below and _beside(loop, other)]
        half = _band(loop) / 2
        if loop.below:
            edges = [item.top + item.height for item in spanned] + [other.y + _band(other) / 2 for other in beside]
            loop.y = max(edges) + _LANE + half
            lowest = max(lowest, loop.y + half)
        else:
            loop.y = min([item.top for item in spanned] + [o.y - _band(o) / 2 for o in beside]) - _LANE - half
            highest = min(highest, loop.y - half)
        placed.append(loop)
    frame.top = y + MARGIN - highest
    frame.height = lowest + MARGIN


def _beside(a: Loop, b: Loop) -> bool:
    """Whether two loops share some of their way from right to left."""
    room = _band(a) + _band(b)
    return min(a.back, a.out) - room < max(b.out, b.back) and min(b.back, b.out) - room < max(a.out, a.back)


def _shapes(bands: Bands, frame: Frame, titles: Sequence[str]) -> list[str]:
    """The bands, wide ones first so that thin ones stay visible."""
    edges = bands.network.edges
    chains: dict[int, list[tuple[Item, Slot, Item, Slot]]] = {}
    for link in bands.links:
        chains.setdefault(link[1].edge, []).append(link)
    drawn: list[tuple[float, int, str]] = []
    for index, chain in chains.items():
        drawn.append((-chain[0][1].band, index, _stroke(edges[index], chain[0][1].band, _link_path(chain, frame))))
    for loop in bands.loops:
        index, width = loop.link[1].edge, _band(loop)
        shape = _stroke(edges[index], width, _loop_path(loop, frame)) + _pointer(loop, frame, edges[index])
        drawn.append((-width, index, shape))
    for item in bands.items:
        for side, slots in ((-1, item.left), (1, item.right)):
            stubs = [slot for slot in slots if slot.kind == "stub"]
            drawn += [(-slot.band, slot.edge, _stub(edges[slot.edge], item, slot, frame, side)) for slot in stubs]
    return [f"<g>{titles[index]}{shape}</g>" for _width, index, shape in sorted(drawn)]


def _stroke(edge: Edge, width: float, path: str) -> str:
    if edge.amount is None:
        return f'<path d="{path}" fill="none" stroke="{KIND_COLOURS[edge.kind]}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    paint = f"{LOSS} {KIND_COLOURS[edge.kind]}" if width >= 3 and edge.kind == "loss" else KIND_COLOURS[edge.kind]
    return (
        f'<path d="{path}" fill="none" stroke="{paint}" stroke-width="{width:.2f}" stroke-opacity="{_opacity(width)}"/>'
    )


def _opacity(width: float) -> float:
    """Thin bands in full colour, wide ones light enough for a label."""
    return 0.9 if width < 4 else 0.45


def _link_path(chain: Sequence[tuple[Item, Slot, Item, Slot]], frame: Frame) -> str:
    first, slot, _b, _t = chain[0]
    steps = [f"M{frame.bars[first.rank] + BAR:.1f} {slot.y + frame.top:.2f}"]
    for a, s, b, t in chain:
        start, end = frame.ends[a.rank], frame.starts[b.rank]
        middle, y, z = (start + end) / 2, s.y + frame.top, t.y + frame.top
        steps.append(f"L{start:.1f} {y:.2f}C{middle:.1f} {y:.2f} {middle:.1f} {z:.2f} {end:.1f} {z:.2f}")
    last, slot = chain[-1][2:]
    steps.append(f"L{frame.bars[last.rank]:.1f} {slot.y + frame.top:.2f}")
    return "".join(steps)


def _loop_path(loop: Loop, frame: Frame) -> str:
    source, out, target, back = loop.link
    lane, y, z = loop.y + frame.top, out.y + frame.top, back.y + frame.top
    r = min(_bend(loop), abs(lane - y) / 2, abs(lane - z) / 2)
    down = 1 if loop.below else -1
    turn = 1 if loop.below else 0
    arc = f"A{r:.1f} {r:.1f} 0 0 {turn}"
    return (
        f"M{frame.bars[source.rank] + BAR:.1f} {y:.2f}L{loop.out - r:.1f} {y:.2f}"
        f"{arc} {loop.out:.1f} {y + down * r:.2f}L{loop.out:.1f} {lane - down * r:.2f}"
        f"{arc} {loop.out - r:.1f} {lane:.2f}L{loop.back + r:.1f} {lane:.2f}"
        f"{arc} {loop.back:.1f} {lane - down * r:.2f}L{loop.back:.1f} {z + down * r:.2f}"
        f"{arc} {loop.back + r:.1f} {z:.2f}L{frame.bars[target.rank]:.1f} {z:.2f}"
    )


def _pointer(loop: Loop, frame: Frame, edge: Edge) -> str:
    """An arrow head in the middle of a loop's lane, for it runs against the drawing's direction."""
    x, y, half = (loop.out + loop.back) / 2, loop.y + frame.top, max(3.5, min(_band(loop) * 0.35, 9.0))
    points = f"{x - half:.1f},{y:.1f} {x + half:.1f},{y - half:.1f} {x + half:.1f},{y + half:.1f}"
    return f'<polygon points="{points}" fill="{KIND_COLOURS[edge.kind]}"/>'


def _stub(edge: Edge, item: Item, slot: Slot, frame: Frame, side: int) -> str:
    """A short band from or to the outside, with an arrow tip where it goes out."""
    y = slot.y + frame.top
    wall = frame.bars[item.rank] + (BAR if side == 1 else 0.0)
    away = wall + side * (STUB if side == 1 else STUB + TIP)
    band = _stroke(edge, slot.band, f"M{min(wall, away):.1f} {y:.2f}L{max(wall, away):.1f} {y:.2f}")
    if side == -1:
        return band
    half = max(slot.band / 2, 3.0)
    colour = KIND_COLOURS[edge.kind]
    return (
        f'{band}<polygon points="{away:.1f},{y - half:.1f} {away + TIP:.1f},{y:.1f} {away:.1f},{y + half:.1f}" '
        f'fill="{colour}" fill-opacity="{0.9 if half < 6 else 0.6}"/>'
    )


def _node(network: Network, item: Item, frame: Frame) -> str:
    node = network.nodes[item.node]
    x, y = frame.bars[item.rank], item.top + frame.top
    lines = "".join(
        text(x + BAR / 2, y + LINE * row + LINE / 2, line, NAME, "middle", ' font-weight="bold"')
        for row, line in enumerate(item.name)
    )
    if item.note:
        lines += text(x + BAR / 2, y + LINE * len(item.name) + LINE / 2, item.note, NOTE, "middle")
    title = f"{node.name} {node.note}".strip()
    return (
        f'<g><title>{escape(title)}</title><rect x="{x:.1f}" y="{y + item.head:.1f}" width="{BAR:.0f}" '
        f'height="{item.bar:.1f}" rx="1.5" fill="{MARK_COLOURS[node.mark]}"/>{lines}</g>'
    )


def label_box(bands: Bands, item: Item, slot: Slot, frame: Frame, side: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of a label; a negative width for one that ends at its left edge."""
    wall = frame.bars[item.rank] + (BAR if side == 1 else 0.0)
    width, height = widest(slot.lines, bands.size), LINE * len(slot.lines) - 1
    return wall + side * _offset(slot), slot.y + frame.top - height / 2, side * width, height


def _label(slot: Slot, size: float, title: str, place: tuple[float, float, float, float]) -> str:
    x, y, width, height = place
    anchor = "start" if width > 0 else "end"
    lines = "".join(text(x, y + 6 + LINE * row, line, size, anchor) for row, line in enumerate(slot.lines))
    halo = ""
    if slot.kind != "stub" and slot.band < height - 1:
        left = min(x, x + width) - 2
        halo = f'<rect x="{left:.1f}" y="{y:.1f}" width="{abs(width) + 4:.1f}" height="{height:.1f}" fill="#FFFFFF"/>'
    return f"<g>{title}{halo}{lines}</g>"


def _key(network: Network, y: float, width: float) -> tuple[list[str], float]:
    """The list of the numbered flows in columns, with the height it fills."""
    entries = [(edge.name, f" {network.amount(edge)}") for edge in network.edges]
    room = (width - 2 * MARGIN) / max(1, width // 350) - 54
    room = min(max(measure(name + amount, _KEY) for name, amount in entries), room)
    column = room + 54
    columns = max(1, int((width - 2 * MARGIN + 17) // column))
    rows = -(-len(entries) // columns)
    parts: list[str] = []
    for index, (name, amount) in enumerate(entries):
        x, line = MARGIN + column * (index // rows), y + _ROW * (index % rows) + 8
        colour = KIND_COLOURS[network.edges[index].kind]
        parts.append(f'<rect x="{x:.1f}" y="{line - 5:.1f}" width="4" height="10" fill="{colour}"/>')
        parts.append(text(x + 31, line, str(index + 1), _KEY, "end"))
        parts.append(text(x + 37, line, shorten(name, _KEY, room - measure(amount, _KEY)) + amount, _KEY))
    return parts, _ROW * rows + 10


_KEY, _ROW = 13.0, 17.5
"""Size of the texts of the key, and the distance of its lines."""
