"""The schedule over time, checked by its geometry."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest

from cpa.figures.gantt import Group, Legend, Line, gantt_chart
from cpa.figures.svg import COLOURS, measured

NS = "{http://www.w3.org/2000/svg}"
START = date(2025, 9, 8)
LEGEND = Legend("planned", "carried out", "carried out later than planned")
LONG = "蒸汽冷凝水闭式回收、余热利用与能源管理系统综合改造 <&> including heat recovery of all boilers"

Box = tuple[float, float, float, float]


def after(days: int) -> date:
    return START + timedelta(days=days)


def groups(count: int, span: int, name: str = "方案") -> list[Group]:
    return [
        Group(
            f"F{index} {name}",
            [Line(f"{name} {part}", after(index * span // count), after(index * span // count + 20 * part)) for part in (1, 2, 3)],
            after(index * span // count + 50 + index % 3 * 20) if index % 2 else None,
        )
        for index in range(count)
    ]  # fmt: skip


DRAWINGS: list[Callable[[], str]] = [
    lambda: gantt_chart([], LEGEND),
    lambda: gantt_chart([Group("F1", [])], LEGEND),
    lambda: gantt_chart([Group("F1", [Line("a day", START, START)], START)], LEGEND),
    lambda: gantt_chart([Group("F1", [Line("back to front", after(9), START)])], LEGEND),
    lambda: gantt_chart(groups(1, 10), LEGEND),
    lambda: gantt_chart(groups(8, 150), LEGEND),
    lambda: gantt_chart(groups(12, 400), LEGEND),
    lambda: gantt_chart(groups(40, 1300, LONG), LEGEND),
    lambda: gantt_chart(groups(5, 4000), LEGEND),
    lambda: gantt_chart(groups(5, 20000), LEGEND),
]


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def boxes(root: ElementTree.Element) -> list[tuple[str, Box]]:
    found = []
    for element in root.iter(f"{NS}text"):
        content, size = "".join(element.itertext()), float(element.attrib["font-size"])
        wide = measured(content, size)
        x = float(element.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.attrib["text-anchor"]] * wide
        y = float(element.attrib["y"])
        found.append((content, (x, y - size * 0.8, x + wide, y + size * 0.2)))
    return found


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.2 and min(a[3], b[3]) - max(a[1], b[1]) > 0.2


def bar(root: ElementTree.Element, title: str) -> tuple[float, float]:
    """Start and end of the bar whose tooltip starts so."""
    group = next(one for one in root.iter(f"{NS}g") if (one.findtext(f"{NS}title") or "").startswith(title))
    found = next(group.iter(f"{NS}rect")).attrib
    return float(found["x"]), float(found["x"]) + float(found["width"])


@pytest.mark.parametrize("draw", DRAWINGS)
def test_no_text_is_cut_off_or_on_another(draw: Callable[[], str]) -> None:
    svg = draw()
    assert draw() == svg
    root = tree(svg)
    assert root.attrib["width"] == "760"
    found, height = boxes(root), float(root.attrib["height"])
    assert not [(a, b) for a, b in combinations(found, 2) if overlap(a[1], b[1])]
    assert not [one for one in found if one[1][0] < 0 or one[1][1] < 0 or one[1][2] > 760 or one[1][3] > height]


def test_bars_start_and_end_with_their_days() -> None:
    lines = [Line("one", START, after(6)), Line("two", after(7), after(20)), Line("three", START, START)]
    root = tree(gantt_chart([Group("F1", lines)], LEGEND))
    one, two, three = (bar(root, line.name) for line in lines)
    assert one[1] == pytest.approx(two[0], abs=0.2)
    assert (two[1] - two[0]) == pytest.approx(2 * (one[1] - one[0]), abs=0.2)
    assert (three[1] - three[0]) * 7 == pytest.approx(one[1] - one[0], abs=0.5)


@pytest.mark.parametrize(("days", "colour"), [(20, COLOURS[2]), (21, COLOURS[5]), (None, None)])
def test_marks_tell_options_in_time_from_late_ones(days: int | None, colour: str | None) -> None:
    done = None if days is None else after(days)
    svg = gantt_chart([Group("F1", [Line("one", START, after(20))], done)], LEGEND)
    marks = {one.attrib["fill"] for one in tree(svg).iter(f"{NS}polygon")} & {COLOURS[2], COLOURS[5]}
    assert marks == ({colour} if colour else set())
    assert ("later" in svg) == (days == 21)
    assert ("carried out" in svg) == (days is not None)


@pytest.mark.parametrize(
    ("span", "words"), [(1, "2025-09"), (100, "2025-12"), (400, "2026"), (1200, "Q3"), (9000, "2048")]
)
def test_the_axis_takes_the_steps_that_have_room(span: int, words: str) -> None:
    root = tree(gantt_chart([Group("F1", [Line("one", START, after(span))])], LEGEND))
    assert words in [content for content, _box in boxes(root)]


def test_names_are_escaped_and_whole() -> None:
    svg = gantt_chart([Group(LONG, [Line(LONG, START, after(9))])], LEGEND)
    drawn = "".join(content for content, _box in boxes(tree(svg))).replace(" ", "")
    assert drawn.count(LONG.replace(" ", "")) == 2
    assert "&lt;&amp;&gt;" in svg
