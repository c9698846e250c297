"""Plots, checked by their geometry."""

import math
import re
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from cpa.figures.plots import levels, lines, radar, stacked_bars
from cpa.figures.svg import COLOURS, axis, axis_numbers, measured, number_text, ranked_bars, spread, wrapped

NS = "{http://www.w3.org/2000/svg}"
YEARS = ["2021年", "2022年", "2023年"]
NAMES = [
    "综合能耗",
    "新鲜水 <&> \"软\" 'water'",
    "单位产品综合能耗等价值（含外购蒸汽与电）",
    "COD",
    "化学需氧量产生量与排放量",
    "电",
    "WWWWWWWWMMMMMMMM",
    "二氧化碳回收利用率",
    "麦糟",
    "Occupational health and safety",
    "包装材料损耗",
    "Ⅱ级及以上①",
]
LEVELS = ["Ⅰ级 国际清洁生产领先水平", "Ⅱ级", "Ⅲ级", "低于 <Ⅲ> 级"]

Box = tuple[float, float, float, float]

DRAWINGS: list[Callable[[], str]] = [
    lambda: lines([], [], ""),
    lambda: lines([(NAMES[1], [5.0])], ["2023"], "t"),
    lambda: lines([(name, [10 + i, 11.0, 9.5 + i * 0.01]) for i, name in enumerate(NAMES)], YEARS, "kgce/kL"),
    lambda: lines([(NAMES[2], [-1e6, None, 2e6]), ("空", [None, None, None])], YEARS, "万元/年"),
    lambda: lines([("月", [98.0 + i % 3 for i in range(24)])], [f"2023年{i + 1}月" for i in range(24)], "%"),
    lambda: lines([("长", [1.0, 2.0])], ["审核前（基准年，说明文字很长很长很长很长很长）", "After all options " * 4], "t"),
    lambda: stacked_bars([], [], ""),
    lambda: stacked_bars([(NAMES[1], [12345.6])], ["<&>"], "t"),
    lambda: stacked_bars([(n, [i + j for j in range(12)]) for i, n in enumerate(NAMES)], NAMES, "分", mark=NAMES[:3]),
    lambda: stacked_bars([(n, [i + j for j in range(12)]) for i, n in enumerate(NAMES)], NAMES, "分", shares=True),
    lambda: stacked_bars([("甲", [30, -20, None]), ("乙", [-5, -8]), ("丙", []), ("丁", [0, 0, 0])], NAMES[:3], "万元"),
    lambda: levels([], LEVELS),
    lambda: levels([(NAMES[1], None, 0.12)], LEVELS[2:]),
    lambda: levels([(n, [0, 1, 2, None][i % 4], [None, 0.12, -0.034, 25.0][i % 4]) for i, n in enumerate(NAMES)], LEVELS),
    lambda: levels([(n, i if i < 6 else None, -0.5) for i, n in enumerate(NAMES)], [f"{i}级" for i in range(7)]),
    lambda: radar([], [], None, ("", "")),
    *(lambda n=n: radar(NAMES[:n], [9.0 * i for i in range(n)], [100.0] * n, ("前 <&>", "后")) for n in range(1, 13)),
    lambda: radar([name * 2 for name in NAMES], [120.0, -5.0, *[50.0] * 10], None, ("得分", "")),
]  # fmt: skip


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def group(root: ElementTree.Element, title: str) -> ElementTree.Element:
    """The marks that belong to a name."""
    return next(element for element in root.iter(f"{NS}g") if element.findtext(f"{NS}title") == title)


def box(element: ElementTree.Element, dx: float = 0.0, dy: float = 0.0) -> Box:
    """Where the letters of a text stand."""
    size = float(element.attrib["font-size"])
    width = measured("".join(element.itertext()), size)
    x = float(element.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.attrib["text-anchor"]] * width
    y = float(element.attrib["y"])
    return x + dx, y - size * 0.8 + dy, x + width + dx, y + size * 0.2 + dy


def boxes(root: ElementTree.Element) -> list[tuple[str, Box]]:
    return [("".join(text.itertext()), box(text)) for text in root.iter(f"{NS}text")]


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.1 and min(a[3], b[3]) - max(a[1], b[1]) > 0.1


def rectangles(element: ElementTree.Element) -> list[dict[str, Any]]:
    found = [rect.attrib for rect in element.iter(f"{NS}rect")]
    return [{k: float(v) if re.fullmatch(r"-?[\d.]+", v) else v for k, v in one.items()} for one in found]


def corners(element: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in element.attrib["points"].split())]


def circles(element: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in element.iter(f"{NS}circle")]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_drawings_are_well_formed_and_the_same_every_time(draw: Callable[[], str]) -> None:
    root = tree(draw())
    assert root.attrib["width"] == "760"
    assert draw() == draw()
    assert not re.search(r' (?:x|y|x1|y1|x2|y2|cx|cy|width|height)="-?\d+\.\d{2,}"', draw())
    assert "nan" not in draw()


@pytest.mark.parametrize("draw", DRAWINGS)
def test_no_text_is_cut_off_or_on_another(draw: Callable[[], str]) -> None:
    root = tree(draw())
    found = boxes(root)
    assert not [(a, b) for a, b in combinations(found, 2) if overlap(a[1], b[1])]
    height = float(root.attrib["height"])
    assert not [one for one in found if one[1][0] < 0 or one[1][1] < 0 or one[1][2] > 760 or one[1][3] > height]


def test_every_name_is_drawn_whole_and_escaped() -> None:
    numbers = [50.0] * len(NAMES)
    for svg in (
        lines([(name, [1.0, 2.0, 3.0]) for name in NAMES], YEARS, "<t>"),
        stacked_bars([(name, [1.0]) for name in NAMES], ["x"], "<t>"),
        stacked_bars([("x", numbers)], NAMES, "<t>"),
        levels([(name, None, None) for name in NAMES], LEVELS),
        radar(NAMES, numbers, None, ("<t>", "")),
    ):
        drawn = "".join("".join(text.itertext()) for text in tree(svg).iter(f"{NS}text")).replace(" ", "")
        assert not [name for name in NAMES if name.replace(" ", "") not in drawn]
        assert "<&>" not in svg
        assert "&lt;&amp;&gt;" in svg


def test_lines_run_through_their_values_and_break_at_gaps() -> None:
    values = [4.0, 5.0, None, 7.0, 8.0, 6.0, None, 4.0]
    root = group(tree(lines([("甲", values)], [str(i) for i in range(8)], "t")), "甲")
    runs = [corners(run) for run in root.iter(f"{NS}polyline")]
    assert [len(run) for run in runs] == [2, 3]
    places = circles(root)[:-1]  # the last one belongs to the sample before the name
    assert len(places) == 6
    known = [value for value in values if value is not None]
    for (a, (_x, y)), (b, (_v, w)) in pairwise(zip(known, places, strict=True)):
        assert w - y == pytest.approx((a - b) * (places[0][1] - places[1][1]), abs=0.2)
    assert places[2][0] - places[1][0] == pytest.approx(2 * (places[1][0] - places[0][0]), abs=0.2)


def test_names_of_lines_stand_in_the_order_of_their_ends() -> None:
    ends = [5.0, 5.1, 4.9, 5.05, 9.0, 0.0]
    root = tree(lines([(f"系列{i}", [1.0, end]) for i, end in enumerate(ends)], ["a", "b"], "t"))
    heights = [box(group(root, f"系列{i}").findall(f"{NS}text")[0])[1] for i in range(len(ends))]
    assert sorted(range(6), key=lambda i: heights[i]) == sorted(range(6), key=lambda i: -ends[i])


def test_twelve_lines_look_different() -> None:
    root = tree(lines([(name, [1.0, 2.0, 3.0]) for name in NAMES], YEARS, "t"))
    looks = set()
    for name in NAMES:
        attributes = next(group(root, name).iter(f"{NS}polyline")).attrib
        looks.add((attributes["stroke"], attributes.get("stroke-dasharray")))
    assert len(looks) == 12


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        ([98.0, 99.0], 98.0, 99.0),
        ([1.0, 9.0], 0.0, 10.0),
        ([-9.0, -1.0], -10.0, 0.0),
        ([-3.0, 5.0], -4.0, 6.0),
        ([0.0, 0.0], 0.0, 1.0),
        ([], 0.0, 1.0),
        ([0.00123, 0.00123], 0.0011, 0.0014),
        ([-5.0], -5.6, -4.4),
    ],
)
def test_the_axis_is_round_and_starts_at_zero_unless_that_is_far(
    values: list[float], first: float, last: float
) -> None:
    found = axis(values)
    assert (found[0], found[-1]) == pytest.approx((first, last))
    assert 3 <= len(found) <= 9
    assert len(set(axis_numbers(found))) == len(found)
    assert [float(number.replace(",", "")) for number in axis_numbers(found)] == pytest.approx(found)


def test_parts_of_bars_are_as_long_as_their_values() -> None:
    items = [("甲", [30.0, 20.0, 0.0, 10.0]), ("乙", [5.0, -15.0, None, -2.5])]
    root = tree(stacked_bars(items, ["a", "b", "c", "d"], "分"))
    scales = []
    for name, values in items:
        bars = rectangles(group(root, name))
        known = [value for value in values if value]
        scales += [bar["width"] / abs(value) for bar, value in zip(bars, known, strict=True)]
        colours = [COLOURS[index] for index, value in enumerate(values) if value]
        assert [bar["fill"] for bar in bars] == colours
    assert max(scales) == pytest.approx(min(scales), rel=0.01)
    first, second = (rectangles(group(root, name)) for name in "甲乙")
    zero = first[0]["x"]
    assert [bar["x"] for bar in first] == pytest.approx([zero, zero + 30 * scales[0], zero + 50 * scales[0]], abs=0.2)
    assert second[0]["x"] == zero
    assert second[1]["x"] + second[1]["width"] == pytest.approx(zero, abs=0.2)
    assert second[2]["x"] + second[2]["width"] == pytest.approx(second[1]["x"], abs=0.2)


def test_shares_scale_every_bar_to_a_hundred_per_cent() -> None:
    root = tree(
        stacked_bars([("甲", [30.0, 10.0]), ("乙", [1.0, 1.0]), ("丙", [0.0, 0.0])], ["a", "b"], "分", shares=True)
    )
    lengths = [sum(bar["width"] for bar in rectangles(group(root, name))) for name in "甲乙丙"]
    assert lengths[0] == pytest.approx(lengths[1], abs=0.2)
    assert lengths[2] == 0
    assert [text.text for text in group(root, "甲").iter(f"{NS}text")] == ["甲", "75 %", "25 %", "40"]


def test_numbers_stand_only_in_parts_that_are_wide_enough() -> None:
    part = group(tree(stacked_bars([("甲", [1000.0, 1.0])], ["a", "b"], "分", shares=True)), "甲")
    assert [text.text for text in part.iter(f"{NS}text")] == ["甲", "100 %", "1,001"]


def test_totals_add_what_is_known_and_marked_names_are_bold() -> None:
    root = tree(stacked_bars([("甲", [3.0, None]), ("乙", [None, None])], ["a", "b"], "分", mark=["甲"]))
    assert [list(group(root, name).iter(f"{NS}text"))[-1].text for name in "甲乙"] == ["3", "–"]
    assert [text.attrib.get("font-weight") for text in group(root, "甲").findall(f"{NS}text")] == ["bold", None, "bold"]
    assert all("font-weight" not in text.attrib for text in group(root, "乙").findall(f"{NS}text"))


def test_more_parts_than_colours_are_hatched() -> None:
    svg = stacked_bars([("甲", [1.0] * 12)], NAMES, "分")
    root = tree(svg)
    fills = [bar["fill"] for bar in rectangles(group(root, "甲"))]
    assert len(set(fills)) == 12
    known = {f"url(#{pattern.attrib['id']})" for pattern in root.iter(f"{NS}pattern")}
    assert {fill for fill in fills if fill.startswith("url")} == known


@pytest.mark.parametrize(("level", "column"), [(0, 0), (1, 1), (2, 2), (None, 3)])
def test_only_the_cell_of_the_level_is_filled(level: int | None, column: int) -> None:
    row = group(tree(levels([("甲", level, 0.12)], LEVELS)), "甲")
    cells = rectangles(row)
    plain = max((cell["fill"] for cell in cells), key=[cell["fill"] for cell in cells].count)
    assert [cell["fill"] != plain for cell in cells] == [index == column for index in range(4)]
    x, y = circles(row)[0]
    assert x == pytest.approx(cells[column]["x"] + cells[column]["width"] / 2, abs=0.2)
    assert y == pytest.approx(cells[column]["y"] + cells[column]["height"] / 2, abs=0.2)
    distance = [text for text in row.iter(f"{NS}text") if text.text == "← +12 %"]
    assert len(distance) == int(column > 0)
    for text in distance:
        left, _top, right, _bottom = box(text)
        assert cells[column - 1]["x"] < left < right < cells[column - 1]["x"] + cells[column - 1]["width"]


@pytest.mark.parametrize("count", range(2, 8))
def test_levels_differ_in_colour_and_in_sign(count: int) -> None:
    items = [(str(index), index, None) for index in range(count)]
    root = tree(levels(items, [f"{index}级" for index in range(count)]))
    rows = [group(root, name) for name, _level, _distance in items]
    assert len({rectangles(row)[index]["fill"] for index, row in enumerate(rows)}) == count
    arcs = [next((path.attrib["d"].split("A")[1] for path in row.iter(f"{NS}path")), "") for row in rows]
    discs = [list(row.iter(f"{NS}circle"))[-1].attrib["fill"] for row in rows]
    assert len(set(arcs[1:-1])) == count - 2
    assert discs[0] != discs[-1]


@pytest.mark.parametrize(
    ("fraction", "shown"), [(0.12, "+12 %"), (-0.034, "-3.4 %"), (25.0, "+2,500 %"), (0.05, "+5 %"), (-0.5, "-50 %")]
)
def test_distances_are_percentages(fraction: float, shown: str) -> None:
    assert f"← {shown}<" in levels([("甲", None, fraction)], LEVELS)


@pytest.mark.parametrize("count", [3, 6, 7, 12])
def test_scores_are_distances_from_the_centre(count: int) -> None:
    scores = [[10.0 * (index % 10) + 5 for index in range(count)], [100.0] * count]
    root = tree(radar(NAMES[:count], *scores, ("前", "后")))
    outline = next(one for one in root.findall(f"{NS}polygon")[::-1] if one.attrib["fill"] == "none")
    rim = corners(outline)
    centre = (380.0, sum(y for _x, y in rim) / count)
    radius = math.dist(rim[0], centre)
    for name, values in zip(("前", "后"), scores, strict=True):
        polygon = corners(next(group(root, name).iter(f"{NS}polygon")))
        for index, (place, value) in enumerate(zip(polygon, values, strict=True)):
            turn = 2 * math.pi * index / count
            wanted = (380 + math.sin(turn) * value / 100 * radius, centre[1] - math.cos(turn) * value / 100 * radius)
            assert place == pytest.approx(wanted, abs=0.15)


def test_scores_beyond_the_scale_stay_within_the_rings_and_are_printed() -> None:
    root = tree(radar(["a", "b", "c"], [120.0, -5.0, 50.0], None, ("得分", "")))
    rim = corners(root.findall(f"{NS}polygon")[-1])
    drawn = corners(next(group(root, "得分").iter(f"{NS}polygon")))
    assert drawn[0] == rim[0]
    assert drawn[1] == pytest.approx((380, sum(y for _x, y in rim) / 3), abs=0.1)
    assert [group(root, name).findall(f"{NS}text")[-1][0].text for name in "abc"] == ["120", "-5", "50"]


def test_names_of_axes_keep_clear_of_the_rings() -> None:
    for count in range(3, 13):
        root = tree(radar([name * 2 for name in NAMES[:count]], [50.0] * count, None, ("得分", "")))
        rim = corners(root.findall(f"{NS}polygon")[-1])
        centre, radius = (
            (380.0, sum(y for _x, y in rim) / count),
            math.dist(rim[0], (380.0, sum(y for _x, y in rim) / count)),
        )
        for name in NAMES[:count]:
            for text in group(root, name * 2).findall(f"{NS}text"):
                left, top, right, bottom = box(text)
                near = (min(max(centre[0], left), right), min(max(centre[1], top), bottom))
                assert math.dist(near, centre) > radius


def test_spreading_keeps_order_and_room_and_moves_as_little_as_it_must() -> None:
    assert spread([50.0, 10.0], [10.0, 10.0], 0, 100) == [50.0, 10.0]
    assert spread([50.0, 50.0, 52.0], [10.0] * 3, 0, 100) == pytest.approx([40.667, 50.667, 60.667], abs=0.001)
    assert spread([-5.0, 99.0], [10.0, 10.0], 0, 100) == [5.0, 95.0]
    assert spread([], [], 0, 100) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("room", [30.0, 80.0, 200.0])
def test_wrapped_text_loses_nothing_and_fits(name: str, room: float) -> None:
    found = wrapped(name, room)
    assert "".join(found).replace(" ", "") == name.replace(" ", "")
    assert all(measured(line) <= room for line in found)


def test_subscripts_are_drawn_with_the_digits_of_the_face() -> None:
    text = group(tree(levels([("CO₂ <NH₃>", 0, None)], LEVELS)), "CO₂ <NH₃>").findall(f"{NS}text")[0]
    assert "".join(text.itertext()) == "CO2 <NH3>"
    assert sum(float(span.attrib["dy"]) for span in text) == 0


def test_ranked_bars_print_numbers_as_before() -> None:
    root = tree(ranked_bars([("a", 3.0), ("b", -250.0)], "t", ["b"]))
    assert [text.text for text in root.iter(f"{NS}text")] == ["t", "a", "3", "b", "-250.0"]
    assert number_text(12345.6) == "12,346"
