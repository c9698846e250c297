"""The figures of process networks, checked by their geometry."""

import random
import time
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from cpa.figures import block, mermaid, sankey
from cpa.figures.bands import BAR, NAME, THIN, _isotonic, ranks, widest
from cpa.figures.layout import Layout, layout
from cpa.figures.network import Edge, Network, Node, Words, measure, number, wrap

UNITS = [
    "粉碎",
    "糖化",
    "麦汁过滤",
    "煮沸",
    "回旋沉淀",
    "麦汁冷却",
    "发酵",
    "啤酒过滤",
    "清酒罐",
    "洗瓶",
    "灌装机",
    "杀菌",
    "贴标装箱",
    "锅炉房",
    "污水处理站",
]
FLOWS = [
    "新鲜水",
    "蒸汽",
    "冷凝水",
    "清洗废水（排地沟）",
    "中间产品",
    "碱液（30%）",
    "冷却循环水回用",
    "洗糟残水及过滤槽清洗废水",
    "粉尘",
    "CO₂",
]
SIZES = [(1, 5), (2, 9), (5, 16), (15, 50), (16, 80), (40, 120)]

Rectangle = tuple[float, float, float, float]
Piece = tuple[Edge, float, float, float, float]


def generate(units: int, flows: int, seed: int = 7) -> Network:
    """A chain (a tree for an even seed) with side streams, parallel flows, by-passes, recycles, losses and unknown amounts."""
    chance = random.Random(seed)
    nodes = tuple(
        Node(f"u{i}", UNITS[i % 15] + (f"{i // 15 + 1}号" if i >= 15 else ""), "δ 1.2 %" * (i % 4 == 0))
        for i in range(units)
    )
    edges: list[Edge] = []

    def add(source: str, target: str, kind: str = "flow", low: float = -1, high: float = 1.6) -> None:
        amount = None if chance.random() < 0.06 else 10 ** chance.uniform(low, high)
        name = chance.choice(FLOWS)
        edges.append(Edge(f"e{len(edges)}", name, source, target, amount, kind, chance.random() < 0.15))  # type: ignore[arg-type]

    for i in range(units - 1):
        following = i + 1 if seed % 2 else chance.randrange(i + 1, units)
        add(f"u{i}", f"u{following}", "flow", 1.9, 2.2)
    if units > 1:
        for _parallel in range(2):
            add("u0", "u1")
    for i in range(0, units, 2):
        add("", f"u{i}")
        add(f"u{i}", "", chance.choice(["loss", "waste"]))
    while len(edges) < flows:
        i, shape = chance.randrange(units), chance.random()
        j = min(units - 1, max(0, i + chance.choice([-6, -3, -2, -1, 0, 2, 3, 5])))
        if shape < 0.3:
            add("", f"u{i}")
        elif shape < 0.55:
            add(f"u{i}", "", chance.choice(["loss", "waste", "product"]))
        else:
            add(f"u{i}", f"u{j}", "recycle" if j <= i else "flow")
    return Network(nodes, tuple(edges), "t/d")


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def boxes(drawing: Layout) -> list[Rectangle]:
    return [(box.x, box.y, box.x + box.width, box.y + box.height) for box in drawing.boxes]


def labels(drawing: Layout) -> list[Rectangle]:
    return [(label.x, label.y, label.x + label.width, label.y + label.height) for label in drawing.labels]


def pieces(drawing: Layout) -> list[Piece]:
    return [
        (route.edge, min(x, v), min(y, w), max(x, v), max(y, w))
        for route in drawing.routes
        for (x, y), (v, w) in pairwise(route.points)
    ]


@pytest.fixture(scope="module", params=[(*size, seed) for size in SIZES for seed in range(4)], ids=str)
def network(request: pytest.FixtureRequest) -> Network:
    return generate(*request.param)


@pytest.fixture(scope="module")
def drawing(network: Network) -> Layout:
    return layout(network)


def test_everything_is_drawn_within_the_page(network: Network, drawing: Layout) -> None:
    assert [box.id for box in drawing.boxes] == [node.id for node in network.nodes]
    assert {route.edge.id for route in drawing.routes} == {edge.id for edge in network.edges}
    assert {label.edge.id for label in drawing.labels} == {edge.id for edge in network.edges}
    page = (0.0, 0.0, drawing.width, drawing.height)
    for left, top, right, bottom in [*boxes(drawing), *labels(drawing), *(piece[1:] for piece in pieces(drawing))]:
        assert page[0] <= left <= right <= page[2]
        assert page[1] <= top <= bottom <= page[3]


def test_labels_keep_clear_of_each_other_and_of_boxes(drawing: Layout) -> None:
    places = labels(drawing)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]
    assert not [(label, box) for label in places for box in boxes(drawing) if overlap(label, box)]
    assert not [pair for pair in combinations(boxes(drawing), 2) if overlap(*pair)]


def test_labels_stand_on_no_line_but_their_own(drawing: Layout) -> None:
    for label, place in zip(drawing.labels, labels(drawing), strict=True):
        assert not [p for p in pieces(drawing) if p[0] is not label.edge and overlap(place, p[1:])], label.lines


def test_lines_are_orthogonal_and_run_through_no_box(drawing: Layout) -> None:
    for piece in pieces(drawing):
        _edge, left, top, right, bottom = piece
        assert left == right or top == bottom
        assert not [box for box in boxes(drawing) if overlap((left, top, right, bottom), box)]


def test_lines_start_and_end_at_their_units(drawing: Layout) -> None:
    at = {box.id: (box.x, box.y, box.x + box.width, box.y + box.height) for box in drawing.boxes}
    for route in drawing.routes:
        for unit, (x, y) in ((route.edge.source, route.points[0]), (route.edge.target, route.points[-1])):
            if unit:
                left, top, right, bottom = at[unit]
                beside = x in {left, right} and top < y < bottom
                assert beside or (y in {top, bottom} and left < x < right)


def test_no_two_flows_share_a_piece_of_line(drawing: Layout) -> None:
    for a, b in combinations(pieces(drawing), 2):
        if a[0] is b[0]:
            continue
        upright = a[1] == a[3] and b[1] == b[3] and abs(a[1] - b[1]) < 4
        level = a[2] == a[4] and b[2] == b[4] and abs(a[2] - b[2]) < 4
        assert not (upright and min(a[4], b[4]) > max(a[2], b[2]))
        assert not (level and min(a[3], b[3]) > max(a[1], b[1]))


def test_the_same_network_gives_the_same_bytes(network: Network) -> None:
    for draw in (block.block_diagram, sankey.sankey, mermaid.block_diagram):
        assert draw(network) == draw(network)


def test_drawings_are_well_formed_and_explain_every_flow(network: Network) -> None:
    for draw in (block.block_diagram, sankey.sankey):
        root = ElementTree.fromstring(draw(network))
        titles = {element.text for element in root.iter("{http://www.w3.org/2000/svg}title")}
        assert {network.title(edge) for edge in network.edges} <= titles
        assert {"viewBox", "width", "height"} <= set(root.attrib)


def test_sankey_labels_keep_clear_of_each_other_and_of_bars(network: Network) -> None:
    strips, _key = sankey.drawn_strips(network)
    labelled: list[Rectangle] = []
    bars: list[Rectangle] = []
    for bands, frame in strips:
        for item, slot, side in sankey.labelled(bands):
            x, y, width, height = sankey.label_box(bands, item, slot, frame, side)
            labelled.append((min(x, x + width), y, max(x, x + width), y + height))
            assert frame.starts[item.rank] - 1 <= labelled[-1][0]
            assert labelled[-1][2] <= frame.ends[item.rank] + 1
        for item in bands.items:
            if item.node >= 0:
                x, top = frame.bars[item.rank], item.top + frame.top
                bars.append((x, top + item.head, x + BAR, top + item.height))
                half = widest(item.name, NAME) / 2
                bars.append((x + BAR / 2 - half, top, x + BAR / 2 + half, top + item.head))
    assert not [pair for pair in combinations(labelled, 2) if overlap(*pair)]
    assert not [(label, bar) for label in labelled for bar in bars if overlap(label, bar)]
    assert not [pair for pair in combinations(bars, 2) if overlap(*pair)]


def test_loops_run_between_the_ranks_and_past_everything(network: Network) -> None:
    for bands, frame in sankey.drawn_strips(network)[0]:
        for loop in bands.loops:
            source, target, half = loop.link[0], loop.link[2], loop.link[1].band / 2
            assert loop.out - half >= frame.ends[source.rank]
            assert source.rank + 1 == len(bands.ranks) or loop.out + half <= frame.starts[source.rank + 1]
            assert loop.back + half <= frame.starts[target.rank]
            assert target.rank == 0 or loop.back - half >= frame.ends[target.rank - 1]
            for rank in bands.ranks[target.rank : source.rank + 1]:
                assert all(loop.y - half > item.top + item.height or loop.y + half < item.top for item in rank)


def test_bands_are_as_wide_as_their_amounts(network: Network) -> None:
    for bands, _frame in sankey.drawn_strips(network)[0]:
        flows = bands.network.edges
        slots = [slot for item in bands.items for slot in (*item.left, *item.right)]
        scales = [slot.band / (flows[slot.edge].amount or 1.0) for slot in slots if slot.band > THIN]
        assert not scales or max(scales) == pytest.approx(min(scales))
        assert all(slot.band == THIN for slot in slots if flows[slot.edge].amount is None)


def test_forty_units_take_less_than_two_seconds() -> None:
    large = generate(40, 120)
    for draw in (block.block_diagram, sankey.sankey):
        start = time.perf_counter()
        draw(large)
        assert time.perf_counter() - start < 2


def test_a_plant_of_sixteen_units_fits_a_page() -> None:
    for seed in range(5):
        drawing = layout(generate(16, 60, seed))
        assert max(drawing.width / 1040, drawing.height / 690) < 1.5
        assert 1 / 3 < drawing.width / drawing.height < 3


@pytest.mark.parametrize("draw", [block.block_diagram, sankey.sankey, mermaid.block_diagram])
def test_odd_networks(draw: object) -> None:
    assert callable(draw)
    unit = Node("a", "A")
    for odd in (
        Network((), (), ""),
        Network((unit,), (), "t"),
        Network((unit, Node("b", "B"), Node("c", "")), (), "t"),
        Network((unit,), (Edge("x", "round", "a", "a", 3.0, "recycle"),), "t"),
        Network((unit,), (Edge("x", "from elsewhere", "gone", "a", 0.0), Edge("y", "past", "", "gone", 1.0)), "t"),
        Network((unit,), (Edge("x", "", "", "a", None), Edge("y", "long" * 60, "a", "", -12345.678, "loss")), "t"),
        Network((unit, Node("b", "B")), (Edge("x", "a\nb", "a", "b", 1.0), Edge("y", "back", "b", "a", 1.0)), "t"),
    ):
        text = draw(odd)
        assert text.endswith("\n")
        assert draw is mermaid.block_diagram or ElementTree.fromstring(text) is not None


def test_marks_in_names_are_escaped() -> None:
    nodes = (Node("a", "A & B <c>"), Node("b", "\"quoted\" 'so'"))
    network = Network(nodes, (Edge("x", "1 < 2 & \"3\" > '2'", "a", "b", 1.0),), "<t>", legend=Words(flow="a & b"))
    for draw in (block.block_diagram, sankey.sankey):
        words = "".join(ElementTree.fromstring(draw(network)).itertext())
        assert "1 < 2 & \"3\" > '2'" in words
        assert "A & B <c>" in words
    lines = mermaid.block_diagram(network).splitlines()
    assert lines[1:] == ['  u0["A & B ＜c＞"]', "  u1[\"'quoted' 'so'\"]", "  u0 -->|\"1 ＜ 2 & '3' ＞ '2' 1\"| u1"]


def test_unknown_and_computed_amounts_are_told_apart() -> None:
    edges = (Edge("x", "seen", "a", "", None, "waste"), Edge("y", "made", "", "a", 1234.56, filled=True))
    network = Network((Node("a", "A"),), edges, "kg", unknown="n.d.")
    for draw in (block.block_diagram, sankey.sankey, mermaid.block_diagram):
        assert "seen n.d." in draw(network)
        assert "made (1,235)" in draw(network)
    assert 'stroke-dasharray="5 4"' in sankey.sankey(network)


def test_bands_run_as_straight_as_the_order_allows() -> None:
    assert _isotonic([1.0, 3.0, 2.0, 5.0], [1.0, 1.0, 3.0, 1.0]) == [1.0, 2.25, 2.25, 5.0]
    assert _isotonic([3.0, 2.0, 1.0], [1.0] * 3) == [2.0] * 3


def test_ranks_follow_the_flow_and_keep_the_listed_order_in_loops() -> None:
    def ranked(*pairs: str) -> list[int]:
        edges = tuple(Edge(pair, "", pair[0], pair[1], 1.0) for pair in pairs)
        return ranks(Network(tuple(Node(name, name) for name in "abcd"), edges, ""))

    assert ranked("ab", "bc", "cd") == [0, 1, 2, 3]
    assert ranked("ab", "bc", "cd", "da", "ca") == [0, 1, 2, 3]
    assert ranked("da", "ab", "bc") == [1, 2, 3, 0]


def test_the_legend_speaks_the_language_of_its_words() -> None:
    network = Network(
        (Node("a", "A"),), (Edge("x", "f", "a", "", 1.0, "loss"),), "t", legend=Words(loss="损失", unit="单位")
    )
    for draw in (block.block_diagram, sankey.sankey):
        assert "损失" in draw(network)
        assert "单位: t" in draw(network)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (12345.678, "12,350"),
        (1.23456, "1.235"),
        (0.00123456, "0.001235"),
        (999.96, "1,000"),
        (51.0, "51"),
        (-1234567.0, "-1,235,000"),
        (1.5e-09, "1.5e-09"),
        (0.1, "0.1"),
        (100.0, "100"),
    ],
)
def test_numbers_have_four_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize("name", [*FLOWS, "Wash water from the lauter tun", "x" * 200, "洗" * 200, "a（b c）d" * 9])
@pytest.mark.parametrize("room", [40.0, 90.0, 156.0])
def test_wrapped_lines_keep_within_their_room(name: str, room: float) -> None:
    lines = wrap(name, 10.5, room, "12.3")
    assert lines[-1].endswith("12.3")
    assert len(lines) <= 3
    assert all(measure(line, 10.5) <= room for line in lines)
