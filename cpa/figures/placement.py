"""Where the units of a block diagram stand, and in which order the lines leave them, lane by lane and row by row."""

from collections.abc import Iterator, Sequence

import msgspec

from cpa.figures.network import Edge, Network, wrap

PITCH = 14.0
"""Height of a row: one line of a label."""
NAME, NOTE, LABEL = 12.5, 9.5, 10.5
"""Sizes of the texts."""
ROOM, NAME_ROOM = 156.0, 128.0
"""The widest line of a label and of a unit's name."""


class Stop(msgspec.Struct):
    """Where a line passes: a port at the side of a unit, or a lane in the gap above the `row`-th box of a column."""

    edge: int
    column: int
    row: int
    side: int = 0
    """-1 the left side of the box, 1 the right one, 0 a lane."""
    leaves: bool = True
    lines: tuple[str, ...] = ()
    y: float = 0.0
    order: tuple[float, ...] = ()

    @property
    def rows(self) -> int:
        return max(1, len(self.lines))


class Plan(msgspec.Struct):
    """A layout in the making."""

    network: Network
    columns: list[list[int]]
    place: dict[str, tuple[int, int]]
    straight: dict[int, tuple[str, ...]]
    """Edges that run straight down to the next box, with their labels."""
    ports: dict[tuple[int, int, int], list[Stop]]
    """By column, row and side."""
    lanes: dict[tuple[int, int], list[Stop]]
    lines: list[list[Stop]]
    """The stops of each flow that is not straight, in the direction of the flow."""
    tops: dict[tuple[int, int], float] = {}
    heights: dict[tuple[int, int], float] = {}
    gaps: dict[tuple[int, int], float] = {}
    height: float = 0.0


def foldings(network: Network) -> Iterator[list[list[int]]]:
    """The units in one, two, … columns of about the same height, in process order."""
    sizes = [_rows(network, node.id) for node in network.nodes]
    index = {node.id: place for place, node in enumerate(network.nodes)}
    follows = {index[edge.source] for edge in network.edges if _next(index, edge)}
    for count in range(1, min(6, len(sizes)) + 1):
        yield _fold(sizes, follows, count)
    if not sizes:
        yield []


def _next(index: dict[str, int], edge: Edge) -> bool:
    return bool(edge.source and edge.target) and index[edge.target] == index[edge.source] + 1


def _rows(network: Network, unit: str) -> int:
    """About how many rows a unit takes: those of its fuller side, and the gap below it."""
    entering = sum(edge.target == unit for edge in network.edges)
    leaving = sum(edge.source == unit for edge in network.edges)
    return max(entering, leaving, 2) + 3


def _fold(sizes: Sequence[int], follows: set[int], count: int) -> list[list[int]]:
    """Cut the list into `count` runs of even size, rather where no flow leads from one unit to the next."""
    aim = sum(sizes) / count
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _run in range(count):
        ends: dict[int, tuple[float, int]] = {}
        for start, (cost, _before) in best[-1].items():
            for end in range(start + 1, len(sizes) + 1):
                broken = (aim * 0.4) ** 2 if end - 1 in follows and end < len(sizes) else 0.0
                total = cost + (sum(sizes[start:end]) - aim) ** 2 + broken
                if end not in ends or total < ends[end][0]:
                    ends[end] = (total, start)
        best.append(ends)
    columns: list[list[int]] = []
    end = len(sizes)
    for ends in reversed(best[1:]):
        start = ends[end][1]
        columns.insert(0, list(range(start, end)))
        end = start
    return columns


def arrange(network: Network, columns: list[list[int]]) -> Plan:
    """Decide for every flow how it runs, and in which order the rows, lanes and tracks lie."""
    place = {network.nodes[unit].id: (c, r) for c, column in enumerate(columns) for r, unit in enumerate(column)}
    plan = Plan(network, columns, place, {}, {}, {}, [])
    for index in _straight(network, place):
        edge = network.edges[index]
        plan.straight[index] = wrap(edge.name, LABEL, ROOM, network.amount(edge))
    for index, edge in enumerate(network.edges):
        if index not in plan.straight:
            plan.lines.append(_ports(plan, index, edge))
    _stack(plan)
    for stops in plan.lines:
        _cross(plan, stops)
    for _sweep in range(6):
        _stack(plan)
        _reorder(plan)
    _stack(plan)
    return plan


def _straight(network: Network, place: dict[str, tuple[int, int]]) -> list[int]:
    """At most two flows from a box to the one below it, the largest ones."""
    found: dict[str, list[int]] = {}
    for index, edge in enumerate(network.edges):
        if edge.source and edge.target and edge.kind not in {"recycle", "loss"}:
            (c, r), (d, s) = place[edge.source], place[edge.target]
            if c == d and s == r + 1:
                found.setdefault(edge.source, []).append(index)
    chosen: list[int] = []
    for indices in found.values():
        chosen += sorted(indices, key=lambda index: -abs(network.edges[index].amount or 0.0))[:2]
    return sorted(chosen)


def _ports(plan: Plan, index: int, edge: Edge) -> list[Stop]:
    """The stops of a flow at its units' sides: to the right and in from the left, unless it leads back."""
    text = wrap(edge.name, LABEL, ROOM, plan.network.amount(edge))
    source, target = plan.place.get(edge.source), plan.place.get(edge.target)
    leaving, arriving = 1, -1
    if source and target:
        if target[0] < source[0]:
            leaving, arriving = -1, 1
        elif target[0] == source[0]:
            leaving = arriving = -1 if target[1] < source[1] else 1
    stops = []
    if source:
        stops.append(Stop(index, *source, leaving, leaves=True, lines=text))
    if target:
        far = not source or source[0] != target[0] or abs(source[1] - target[1]) > 1
        stops.append(Stop(index, *target, arriving, leaves=False, lines=text if far else ()))
    for stop in stops:
        plan.ports.setdefault((stop.column, stop.row, stop.side), []).append(stop)
    return stops


def _cross(plan: Plan, stops: list[Stop]) -> None:
    """Give a flow a lane through every column between its ends."""
    if len(stops) < 2:
        return
    source, target = stops
    step = 1 if target.column > source.column else -1
    y = source.y
    for column in range(source.column + step, target.column, step):
        gaps = range(len(plan.columns[column]) + 1)
        row = min(gaps, key=lambda row: _lane_cost(plan, column, row, y, target.y))
        lane = Stop(source.edge, column, row)
        lane.y = y = plan.gaps[column, row]
        plan.lanes.setdefault((column, row), []).append(lane)
        stops.insert(-1, lane)


def _lane_cost(plan: Plan, column: int, row: int, start: float, end: float) -> float:
    y = plan.gaps[column, row]
    inner = 0 < row < len(plan.columns[column])
    return abs(y - start) + abs(y - end) + (60 if inner else 0) + 8 * len(plan.lanes.get((column, row), ()))


def _stack(plan: Plan) -> None:
    """Set every y, from top to bottom of each column; shorter columns get wider gaps."""
    top = max((_gap(plan, c, 0) for c in range(len(plan.columns))), default=0.0)
    for c, column in enumerate(plan.columns):
        for r in range(len(column)):
            plan.heights[c, r] = _height(plan, c, r)
    totals = [
        sum(plan.heights[c, r] + _gap(plan, c, r + 1) for r in range(len(column)))
        for c, column in enumerate(plan.columns)
    ]
    plan.height = top + max(totals, default=0.0)
    for c, column in enumerate(plan.columns):
        spare = (max(totals) - totals[c]) // PITCH // max(1, len(column) - 1)
        _place(plan, c, top, PITCH * min(spare, 3))


def _place(plan: Plan, c: int, y: float, spare: float) -> None:
    size = len(plan.columns[c])
    for r in range(size + 1):
        gap = _gap(plan, c, r)
        text = _label_room(plan, c, r)
        start = y - gap if r == 0 else y + (spare if r < size else 0)
        plan.gaps[c, r] = start + gap / 2
        for index, lane in enumerate(plan.lanes.get((c, r), [])):
            lane.y = start + text + PITCH * index + _phase(c)
        if r == size:
            break
        y = y if r == 0 else y + gap + spare
        plan.tops[c, r] = y
        for side in (-1, 1):
            _spread(plan.ports.get((c, r, side), []), y, plan.heights[c, r], _phase(c))
        y += plan.heights[c, r]


def _phase(column: int) -> float:
    """Rows of neighbouring columns are half a row apart, so that their lines never meet head-on in a channel."""
    return 11.0 if column % 2 == 0 else 4.0


def _spread(ports: Sequence[Stop], top: float, height: float, phase: float) -> None:
    free = height // PITCH - sum(port.rows for port in ports)
    y = top + phase + PITCH * (free // 2 + (1 if phase < PITCH / 2 and free % 2 else 0))
    for port in ports:
        port.y = y
        y += PITCH * port.rows


def _label_room(plan: Plan, c: int, r: int) -> float:
    """The room in a gap above its lanes, for the label of the straight flow."""
    if r == 0:
        return 0.0
    if r == len(plan.columns[c]):
        return PITCH
    above = plan.network.nodes[plan.columns[c][r - 1]].id
    rows = [len(text) for index, text in plan.straight.items() if plan.network.edges[index].source == above]
    return PITCH * max([*rows, 1])


def _gap(plan: Plan, c: int, r: int) -> float:
    """The room above the r-th box: for the label of the straight flow, for the lanes, for an arrow head."""
    lanes = len(plan.lanes.get((c, r), ()))
    if r in {0, len(plan.columns[c])}:
        return PITCH * (lanes + 1) if lanes else 0.0
    return _label_room(plan, c, r) + PITCH * (lanes + 1)


def _height(plan: Plan, c: int, r: int) -> float:
    node = plan.network.nodes[plan.columns[c][r]]
    own = len(wrap(node.name, NAME, NAME_ROOM)) * 16 + (12 if node.note else 0) + 12
    rows = max((sum(port.rows for port in plan.ports.get((c, r, side), ())) for side in (-1, 1)), default=0) + 1
    return PITCH * max(rows, -(-own // PITCH))


def _reorder(plan: Plan) -> None:
    """Sort the rows of every side and the lanes of every gap by where their lines lead."""
    for stops in plan.lines:
        for before, stop, after in zip([None, *stops[:-1]], stops, [*stops[1:], None], strict=True):
            near = [other for other in (before, after) if other is not None]
            stop.order = _port_key(plan, stop, near) if stop.side else (sum(o.y for o in near) / len(near),)
    for group in (*plan.ports.values(), *plan.lanes.values()):
        group.sort(key=lambda stop: (stop.order, stop.edge, not stop.leaves))


def _port_key(plan: Plan, stop: Stop, near: Sequence[Stop]) -> tuple[float, ...]:
    """Loops upwards first, loops downwards last and each nested in the next, everything else by its other end."""
    own = plan.tops[stop.column, stop.row] + plan.heights[stop.column, stop.row] / 2
    if not near:
        return (1.0, own)
    other = near[0]
    if (other.column, other.side) != (stop.column, stop.side) or other.row == stop.row:
        return (1.0, other.y)
    return (0.0, -other.y) if other.y < own else (2.0, -other.y)
