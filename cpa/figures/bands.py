"""Where the bars and bands of a Sankey diagram lie: ranks from left to right, loops around them above or below."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec

from cpa.figures.network import KINDS, Edge, Network, measure, wrap

LABEL, NUMBER, NAME, NOTE = 10.5, 12.0, 12.0, 9.5
LINE = 13.0
"""Height of a line of a label."""
BAR, STUB, TIP = 12.0, 13.0, 8.0
"""Width of a bar, length of a band from or to the outside, and of its arrow tip."""
THIN = 1.5
"""Width of the band of an unknown amount, and least width of any."""
_FULL, _LOOP, _NAME_ROOM = 190.0, 60.0, 62.0
"""Width of the fullest unit's bands and of the widest loop, and of the widest line of a name, in px."""


class Slot(msgspec.Struct):
    """Where a band meets a bar: `band` is its width, `room` what it takes with its label, `y` its middle."""

    edge: int
    band: float
    lines: tuple[str, ...]
    kind: str
    """"stub" from or to the outside, "link" to a later rank, "loop" to the same or an earlier one."""
    room: float = 0.0
    y: float = 0.0


class Item(msgspec.Struct):
    """A unit's bar, or (`node` -1) a band's passage through a rank that is not its own."""

    rank: int
    node: int
    left: list[Slot] = []
    right: list[Slot] = []
    name: tuple[str, ...] = ()
    note: str = ""
    top: float = 0.0

    @property
    def head(self) -> float:
        """The room above the bar for the name and the note."""
        return LINE * (len(self.name) + bool(self.note)) + 3 if self.name else 0.0

    @property
    def bar(self) -> float:
        least = 12.0 if self.node >= 0 else 0.0
        return max(sum(slot.room for slot in self.left), sum(slot.room for slot in self.right), least)

    @property
    def height(self) -> float:
        return self.head + self.bar


Link = tuple[Item, Slot, Item, Slot]


class Loop(msgspec.Struct):
    """A band that leads back: from `link`'s first slot around to its second one, on the lane at `y`."""

    link: Link
    below: bool = True
    y: float = 0.0
    out: float = 0.0
    back: float = 0.0
    """Places of its two vertical pieces: x within their channels first, then in the drawing."""


class Bands(msgspec.Struct):
    """A Sankey diagram in the making; `labels` by flow, at both ends of every flow if `both`, else of far ones."""

    network: Network
    labels: Sequence[tuple[str, ...]]
    both: bool
    size: float
    """Of the labels."""
    ranks: list[list[Item]]
    links: list[Link]
    loops: list[Loop]

    @property
    def items(self) -> Iterator[Item]:
        return (item for rank in self.ranks for item in rank)


def ranks(network: Network) -> list[int]:
    """The rank of each unit: after all it is fed from, loops aside; with room to choose, near its larger flows."""
    place = {node.id: index for index, node in enumerate(network.nodes)}
    inner: dict[tuple[int, int], float] = {}
    for edge in network.edges:
        if edge.source and edge.target and edge.source != edge.target and edge.kind != "recycle":
            pair = place[edge.source], place[edge.target]
            inner[pair] = inner.get(pair, 1e-9) + abs(edge.amount or 0.0)
    reached = [_reached(start, inner) for start in range(len(place))]
    ahead = {(a, b): inner[a, b] for a, b in sorted(inner) if a < b or a not in reached[b]}
    found = [0] * len(place)
    for _round in place:
        for a, b in ahead:
            found[b] = max(found[b], found[a] + 1)
    for _pass in range(4):
        for unit in range(len(place)):
            found[unit] = _shifted(unit, found, ahead)
    return found


def _shifted(unit: int, found: Sequence[int], ahead: dict[tuple[int, int], float]) -> int:
    """The rank of a unit, moved towards where most of its flow comes from or goes to, within its slack."""
    before = [(found[a], amount) for (a, b), amount in ahead.items() if b == unit]
    after = [(found[b], amount) for (a, b), amount in ahead.items() if a == unit]
    entering, leaving = sum(amount for _rank, amount in before), sum(amount for _rank, amount in after)
    if not after or (before and entering >= leaving):
        return max((rank + 1 for rank, _amount in before), default=0)
    return min(rank for rank, _amount in after) - 1


def _reached(start: int, pairs: Iterable[tuple[int, int]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        unit = todo.pop()
        new = [b for a, b in pairs if a == unit and b not in seen]
        seen.update(new)
        todo += new
    return seen


def arrange(
    network: Network, level: Sequence[int], labels: Sequence[tuple[str, ...]], both: bool, scale: float
) -> Bands:
    """Order and heights of bars and bands, `scale` px for a unit of amount; x is left to the drawing."""
    bands = Bands(
        network, labels, both, NUMBER if both else LABEL, [[] for _ in range(max(level, default=-1) + 1)], [], []
    )
    items = {}
    for index, node in enumerate(network.nodes):
        items[node.id] = Item(level[index], index, [], [], _name(node.name), node.note)
        bands.ranks[level[index]].append(items[node.id])
    for index, edge in enumerate(network.edges):
        _attach(bands, items, index, edge, max(THIN, abs(edge.amount or 0.0) * scale))
    _order(bands)
    middle = sum(item.top + item.height / 2 for item in bands.items) / max(1, sum(1 for _ in bands.items))
    for loop in bands.loops:
        source, _out, target, _back = loop.link
        loop.below = (source.top + source.height / 2 + target.top + target.height / 2) / 2 >= middle - 1
    for _sweep in range(12):
        _sort_slots(bands)
        _settle(bands, forwards=True)
        _settle(bands, forwards=False)
    highest = min((item.top for item in bands.items), default=0.0)
    for item in bands.items:
        item.top -= highest
        _spread(item)
    return bands


def _name(name: str) -> tuple[str, ...]:
    """The lines of a name: narrow, but not narrower than its longest word."""
    longest = max((measure(word, NAME) for word in name.split() if word.isascii()), default=0.0)
    return wrap(name, NAME, min(max(_NAME_ROOM, longest + 1, measure(name, NAME) / 2.4), 2 * _NAME_ROOM))


def scale_of(network: Network, level: Sequence[int]) -> float:
    """Px for one unit of amount, so that the fullest unit and the widest loop keep within bounds."""
    rank = {node.id: level[index] for index, node in enumerate(network.nodes)}
    sums: dict[tuple[str, bool], float] = {}
    looped = 0.0
    for edge in network.edges:
        amount = abs(edge.amount or 0.0)
        for key in ((edge.source, True), (edge.target, False)):
            if key[0]:
                sums[key] = sums.get(key, 0.0) + amount
        if edge.source and edge.target and rank[edge.source] >= rank[edge.target]:
            looped = max(looped, amount)
    return 1 / (max(max(sums.values(), default=0.0) / _FULL, looped / _LOOP) or 1.0)


def _attach(bands: Bands, items: dict[str, Item], index: int, edge: Edge, width: float) -> None:
    """Give a flow its slots, and a passage through every rank between them."""
    source, target = items.get(edge.source), items.get(edge.target)
    stub = source is None or target is None
    loop = not stub and source is not None and target is not None and source.rank >= target.rank
    kind = "stub" if stub else "loop" if loop else "link"
    far = source is not None and target is not None and (loop or target.rank - source.rank > 1)
    text = bands.labels[index]
    out = Slot(index, width, text, kind)
    back = Slot(index, width, text if stub or far or bands.both else (), kind)
    for slot in (out, back):
        slot.room = max(width + 2, LINE * len(slot.lines) + (1 if slot.lines else 0))
    if source is not None:
        source.right.append(out)
    if target is not None:
        target.left.append(back)
    if source is None or target is None:
        return
    if loop:
        bands.loops.append(Loop((source, out, target, back)))
        return
    chain = [(source, out)]
    for rank in range(source.rank + 1, target.rank):
        passage = Slot(index, width, (), "link", width + 2)
        chain.append((Item(rank, -1, [passage], [passage]), passage))
        bands.ranks[rank].append(chain[-1][0])
    chain.append((target, back))
    bands.links += [(a, s, b, t) for (a, s), (b, t) in pairwise(chain)]


def _order(bands: Bands) -> None:
    """Sort every rank by the middle of its neighbours, forwards and backwards; keep the order with fewest crossings."""
    for rank in bands.ranks:
        _stack(rank)
    best, fewest = [list(rank) for rank in bands.ranks], _crossings(bands)
    for sweep in range(10):
        forwards = sweep % 2 == 0
        for rank in bands.ranks if forwards else reversed(bands.ranks):
            wanted = {id(item): _wanted(item, bands, forwards) for item in rank}
            rank.sort(key=lambda item: wanted[id(item)])
            _stack(rank)
        _sort_slots(bands)
        if (count := _crossings(bands)) < fewest:
            best, fewest = [list(rank) for rank in bands.ranks], count
    bands.ranks = best
    for rank in bands.ranks:
        _stack(rank)


def _crossings(bands: Bands) -> int:
    total = 0
    for number in range(len(bands.ranks) - 1):
        links = [link for link in bands.links if link[0].rank == number]
        for place, (_a, s, _b, t) in enumerate(links):
            total += sum((s.y - u.y) * (t.y - v.y) < 0 for _c, u, _d, v in links[place + 1 :])
    return total


def _stack(rank: Sequence[Item]) -> None:
    y = 0.0
    for before, item in zip([None, *rank[:-1]], rank, strict=True):
        y += _gap(before, item) if before is not None else 0.0
        item.top = y
        _spread(item)
        y += item.height


def _gap(above: Item, below: Item) -> float:
    return 5.0 if above.node < 0 and below.node < 0 else 14.0


def _spread(item: Item) -> None:
    for side in (item.left, item.right):
        y = item.top + item.head
        for slot in side:
            slot.y = y + slot.room / 2
            y += slot.room


def _near(item: Item, bands: Bands, forwards: bool) -> Iterable[tuple[Slot, Slot]]:
    """The slots of an item and what they are linked to, on the side a sweep comes from."""
    if forwards:
        return ((t, s) for _a, s, b, t in bands.links if b is item)
    return ((s, t) for a, s, _b, t in bands.links if a is item)


def _wanted(item: Item, bands: Bands, forwards: bool) -> float:
    """The top at which the item's bands would run straight."""
    pairs = [(own.band, other.y - own.y) for own, other in _near(item, bands, forwards)]
    weight = sum(band for band, _shift in pairs)
    return item.top + (sum(band * shift for band, shift in pairs) / weight if weight else 0.0)


def _sort_slots(bands: Bands) -> None:
    """Loops above first, then bands by where they lead, then the outside, loops below last: so the main flow is straight."""
    other = {id(s): t.y for _a, s, _b, t in bands.links} | {id(t): s.y for _a, s, _b, t in bands.links}
    for loop in bands.loops:
        _source, out, _target, back = loop.link
        for slot in (out, back):
            other[id(slot)] = 1e6 if loop.below else -1e6
    for item in bands.items:
        if item.node >= 0:
            item.left.sort(key=lambda slot: (other.get(id(slot), 1e5), slot.edge))
            item.right.sort(key=lambda slot: (other.get(id(slot), 1e5), *_last(bands, slot)))
            _spread(item)


def _last(bands: Bands, slot: Slot) -> tuple[int, float, int]:
    """The order of what goes out: products and large amounts first, losses last."""
    edge = bands.network.edges[slot.edge]
    outside = slot.kind == "stub"
    return KINDS.index(edge.kind) if outside else 0, -slot.band if outside else 0.0, slot.edge


def _settle(bands: Bands, forwards: bool) -> None:
    """Move the items of every rank to where their bands run straightest, in their order and without overlap."""
    for rank in bands.ranks if forwards else reversed(bands.ranks):
        wanted = [_wanted(item, bands, forwards) for item in rank]
        weights = [sum(own.band for own, _other in _near(item, bands, forwards)) + 0.5 for item in rank]
        offsets = [0.0]
        for above, below in pairwise(rank):
            offsets.append(offsets[-1] + above.height + _gap(above, below))
        settled = _isotonic([y - o for y, o in zip(wanted, offsets, strict=True)], weights) if rank else []
        for item, y, offset in zip(rank, settled, offsets, strict=False):
            item.top = y + offset
            _spread(item)


def _isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest never-falling sequence (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, total, count = value, weight, 1
        while pools and pools[-1][0] > mean:
            above, more, size = pools.pop()
            mean, total, count = (above * more + mean * total) / (more + total), more + total, count + size
        pools.append((mean, total, count))
    return [mean for mean, _total, count in pools for _ in range(count)]


def widest(lines: Sequence[str], size: float) -> float:
    return max((measure(line, size) for line in lines), default=0.0)
