"""The figures of money and effect, checked by their geometry."""

import math
import re
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.figures.abatement import Avoided, Moved, abatement_chart, change_chart
from cpa.figures.bubbles import Bubble, BubbleWords, bubble_chart
from cpa.figures.charts import CHARTS, OPTION_CHARTS, figure
from cpa.figures.moneyplots import Bar, cash_chart, histogram_chart, profile_chart, tornado_chart
from cpa.figures.svg import COLOURS, measured
from cpa.methods.rates import internal_rates, payback

NS = "{http://www.w3.org/2000/svg}"
SAMPLE = Path(__file__).parents[2] / "sample-audit"
LONG = "蒸汽冷凝水闭式回收、余热利用与能源管理系统综合改造 <&> including heat recovery of all boilers"
Box = tuple[float, float, float, float]

TORNADO = ("low end", "高值", "NPV as stated", "NPV (万元)")
PROFILE = ("IRR", "discount rate", "NPV", "discount rate (%)")
CASH = ("net flow", "sum", "discounted at 8 %", "payback", "discounted payback", "year")
BUBBLES = BubbleWords("investment", "benefit", "area: CO₂ avoided (t/a)", "none", "simple payback")
CHANGE = ("left", "saved", "added")
HISTOGRAM = ("NPV < 0", "NPV ≥ 0", "share of the draws (%)")
MARKS = [("5 % point", 10.0), ("median", 20.0), ("95 % point", 30.0)]


def steps(count: int, name: str = "F{}", largest: float = 500.0) -> list[Avoided]:
    amounts = [largest / (1 + (index * 7) % count) ** 1.5 for index in range(count)]
    return [
        Avoided(name.format(index), f"{LONG} {index}", amount, -0.5 + index / count)
        for index, amount in enumerate(amounts)
    ]


def bubbles(count: int, spread: float = 1.0) -> list[Bubble]:
    return [
        Bubble(f"F{i}", LONG, (i % 7) ** 3 * spread, 1.5 ** (i % 11), [None, 0.0, 5.0 * i, -3.0][i % 4], i % 4)
        for i in range(count)
    ]


def profile(flows: list[float], rate: float, unit: str = "万元") -> str:
    return profile_chart(flows, internal_rates(flows).rates, rate, unit, PROFILE)


def cash(flows: list[float], rate: float, unit: str = "万元") -> str:
    return cash_chart(flows, rate, (payback(flows), payback(flows, rate)), unit, CASH)


def normal(low: float, high: float) -> list[tuple[float, int]]:
    width = (high - low) / 40
    return [(low + (i + 0.5) * width, round(5e4 * math.exp(-(((i - 20) / 9) ** 2)))) for i in range(40)]


DRAWINGS: list[Callable[[], str]] = [
    lambda: tornado_chart([], 5.0, "万元", TORNADO),
    lambda: tornado_chart([Bar("investment", "-20 %", "+20 %", 12.0, -3.0)], 5.0, "万元", TORNADO),
    lambda: tornado_chart([Bar(LONG, "-20 %", "+20 %", -1e9, 2e9), Bar("b", "-1 %", "0 %", 5e8, 5e8)], 5e8, "元", TORNADO),
    lambda: tornado_chart([Bar(f"i{i}", "-20 %", "+20 %", -9.0 - i, -1.0) for i in range(16)], -8.0, "万元", TORNADO),
    lambda: tornado_chart([Bar("both above", "-20 %", "+20 %", 7.0, 9.0), Bar("below", "-5 %", "+5 %", 1.0, 2.0)], 5.0, "t", TORNADO),
    lambda: tornado_chart([Bar("tiny", "-20 %", "+20 %", 1.0000001, 1.0000002)], 1.0, "万元", TORNADO),
    lambda: tornado_chart([Bar("none", "-20 %", "+20 %", 0.0, 0.0)], 0.0, "万元", TORNADO),
    lambda: profile([-186.0, *[82.45] * 10], 0.08),
    lambda: profile([-350.0, *[48.0] * 10], 0.08),
    lambda: profile([-1.0, 200.0], 0.1),
    lambda: profile([-100.0, *[1.0] * 10], 0.12),
    lambda: profile([-100.0, 230.0, -132.0], 0.12),
    lambda: profile([-1000.0, 3600.0, -4310.0, 1716.0], 0.12),
    lambda: profile([100.0, 5.0, 5.0], 0.05),
    lambda: profile([-1e9, *[3e8] * 40], 0.08, "元"),
    lambda: profile([0.0, 0.0], 0.0),
    lambda: profile([-1e-6, 4e-7, 9e-7], -0.05),
    lambda: abatement_chart([], "t", "万元", "cumulative: CO₂ avoided"),
    lambda: abatement_chart(steps(1), "t", "万元", "cumulative: CO₂ avoided"),
    lambda: abatement_chart(steps(9), "t", "万元", "cumulative: CO₂ avoided"),
    lambda: abatement_chart(steps(40), "tce", "万元", "cumulative: coal equivalent saved"),
    lambda: abatement_chart(steps(70, "option-{}"), "kWh", "元", "cumulative"),
    lambda: abatement_chart(steps(3, "a-very-long-name-of-an-option-{}-and-more", 1e9), "m³", "万元", "cumulative"),
    lambda: abatement_chart(steps(5, largest=1e-5), "t", "万元", "cumulative: CO₂ avoided"),
    lambda: cash([-186.0, *[82.45] * 10], 0.08),
    lambda: cash([-60.0, -70.0, -20.0, 30.0, *[45.0] * 9], 0.08),
    lambda: cash([-100.0, *[1.0] * 40], 0.08),
    lambda: cash([-1.0, 30.0], 0.08),
    lambda: cash([-1e10, *[4e9] * 5], 0.08, "元"),
    lambda: cash([-5.0, -5.0, -5.0], 0.08),
    lambda: cash([], 0.08),
    lambda: histogram_chart(normal(-50, 400), 1_000_000, [("5 % point", 10.0), ("median", 180.0), ("95 % point", 350.0)], "NPV", HISTOGRAM),
    lambda: histogram_chart(normal(1e8, 1.01e8), 1_000_000, [("median", 1.005e8), ("stated", 1.0051e8)], "元", HISTOGRAM),
    lambda: histogram_chart(normal(-9, -8), 1_000_000, [("median", -8.5)], "万元", HISTOGRAM),
    lambda: histogram_chart(normal(15, 25), 1_000_000, MARKS, "万元", HISTOGRAM),
    lambda: bubble_chart([], ["no", "low", "medium", "high"], BUBBLES),
    lambda: bubble_chart([Bubble("F1", LONG, 0.0, 0.0, None, 0)], ["no", "low", "medium", "high"], BUBBLES),
    lambda: bubble_chart([Bubble("F1", LONG, 1e8, 2e7, 3e5, 3)], ["no", "low", "medium", "high"], BUBBLES),
    lambda: bubble_chart(bubbles(40), ["no-cost", "low-cost", "medium-cost", "高费"], BUBBLES),
    lambda: bubble_chart(bubbles(12, 1e5), ["no-cost", "low-cost", "medium-cost", "高费"], BUBBLES),
    lambda: bubble_chart([Bubble("a", "", 9.0, -2.0, 1.0, 2), Bubble("b", "", 5.0, -8.0, 2.0, 2)], ["", "", "中费"], BUBBLES),
    lambda: change_chart([Moved("water", "m³", 100.0, 85.0)], CHANGE),
    lambda: change_chart([Moved(LONG, "万 m³", 1e9, 3e9), Moved("gas", "m³", 5.0, -1.0), Moved("a", "t", 1e-6, 1e-6)], CHANGE),
    lambda: change_chart([Moved(f"{LONG} {i}", "kWh", 1000.0 * i, 990.0 * i) for i in range(1, 31)], CHANGE),
]  # fmt: skip


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def placed(
    element: ElementTree.Element, dx: float = 0.0, dy: float = 0.0
) -> Iterator[tuple[ElementTree.Element, float, float]]:
    """Every element with how far it is moved."""
    moved = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", element.attrib.get("transform", ""))
    if moved:
        dx, dy = dx + float(moved[1]), dy + float(moved[2])
    yield element, dx, dy
    for child in element:
        yield from placed(child, dx, dy)


def boxes(root: ElementTree.Element) -> list[tuple[str, Box]]:
    found = []
    for element, dx, dy in placed(root):
        if element.tag != f"{NS}text":
            continue
        content, size = "".join(element.itertext()), float(element.attrib["font-size"])
        wide = measured(content, size)
        upright = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\) rotate\(-90\)", element.attrib.get("transform", ""))
        if upright:
            x, y = float(upright[1]), float(upright[2])
            found.append((content, (x - size * 0.8 + dx, y - wide + dy, x + size * 0.2 + dx, y + dy)))
            continue
        start = (
            float(element.attrib["x"]) - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.attrib["text-anchor"]] * wide
        )
        y = float(element.attrib["y"])
        found.append((content, (start + dx, y - size * 0.8 + dy, start + wide + dx, y + size * 0.2 + dy)))
    return found


def overlap(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 0.2 and min(a[3], b[3]) - max(a[1], b[1]) > 0.2


def titled(root: ElementTree.Element, start: str) -> ElementTree.Element:
    """The marks whose tooltip starts so."""
    return next(one for one in root.iter(f"{NS}g") if (one.findtext(f"{NS}title") or "").startswith(start))


def rectangle(element: ElementTree.Element) -> Box:
    found = next(element.iter(f"{NS}rect")).attrib
    x, y = float(found["x"]), float(found["y"])
    return x, y, x + float(found["width"]), y + float(found["height"])


def corners(element: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in element.attrib["points"].split())]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_drawings_are_well_formed_and_the_same_every_time(draw: Callable[[], str]) -> None:
    svg = draw()
    assert tree(svg).attrib["width"] == "760"
    assert draw() == svg
    assert not re.search(r' (?:x|y|x1|y1|x2|y2|cx|cy|r|width|height)="-?\d+\.\d{2,}"', svg)
    assert not re.search(r"\b(nan|inf)\b", svg)
    assert not re.search(r'(?:width|height)="-', svg)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_no_text_is_cut_off_or_on_another(draw: Callable[[], str]) -> None:
    root = tree(draw())
    found = boxes(root)
    assert not [(a, b) for a, b in combinations(found, 2) if overlap(a[1], b[1])]
    height = float(root.attrib["height"])
    assert not [one for one in found if one[1][0] < 0 or one[1][1] < 0 or one[1][2] > 760 or one[1][3] > height]


def test_tornado_bars_run_from_the_base_to_both_ends() -> None:
    bars = [Bar("甲", "-20 %", "+20 %", 2.0, 9.0), Bar("乙", "-20 %", "+20 %", 7.0, 4.0)]
    root = tree(tornado_chart(bars, 5.0, "万元", TORNADO))
    scales = []
    for bar in bars:
        group = titled(root, bar.name)
        drawn = [one.attrib for one in group.iter(f"{NS}rect") if one.attrib["fill"] != "#FFFFFF"]
        assert [one["fill"] for one in drawn] == [COLOURS[1], COLOURS[0]]
        scales += [
            float(one["width"]) / abs(end - 5) for one, end in zip(drawn, (bar.at_low, bar.at_high), strict=True)
        ]
        low, high = (float(one["x"]) for one in drawn)
        assert (low < high) == (bar.at_low < bar.at_high)
        assert {"".join(text.itertext()) for text in group.iter(f"{NS}text")} == {
            bar.name,
            f"-20 %: {bar.at_low:g}",
            f"+20 %: {bar.at_high:g}",
        }
    assert max(scales) == pytest.approx(min(scales), rel=0.01)
    assert f'stroke="{COLOURS[5]}"' in tornado_chart(bars, 5.0, "万元", TORNADO)
    far = [Bar("甲", "-20 %", "+20 %", 100.0, 101.0)]
    assert f'stroke="{COLOURS[5]}"' not in tornado_chart(far, 100.5, "万元", TORNADO)


def test_the_profile_crosses_zero_at_its_roots() -> None:
    for flows in ([-186.0, *[82.45] * 10], [-1000.0, 3600.0, -4310.0, 1716.0], [-100.0, *[5.0] * 10]):
        root = tree(profile(flows, 0.12))
        dots = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in root.iter(f"{NS}circle")]
        roots = internal_rates(flows).rates
        assert len(dots) == 1 + len(roots)
        assert len({y for _x, y in dots[1:]}) == 1
        curve = [
            place for one in root.iter(f"{NS}polyline") if one.attrib["stroke-width"] == "2" for place in corners(one)
        ]
        for dot in dots:
            assert min(math.dist(dot, place) for place in curve) < 6


def test_abatement_bars_are_as_wide_as_the_amount_and_as_high_as_the_cost() -> None:
    chosen = steps(9)
    root = tree(abatement_chart(chosen, "t", "万元", "cumulative"))
    found = [rectangle(titled(root, f"{step.id} ")) for step in chosen]
    widths = [(box[2] - box[0]) / step.amount for box, step in zip(found, chosen, strict=True) if box[2] - box[0] > 20]
    assert max(widths) == pytest.approx(min(widths), rel=0.01)
    assert all(one[2] == pytest.approx(other[0], abs=0.2) for one, other in pairwise(found))
    zero = found[0][1]
    heights = [
        ((box[3] if step.cost < 0 else box[1]) - zero) / -step.cost
        for box, step in zip(found, chosen, strict=True)
        if abs(step.cost) > 0.1
    ]
    assert max(heights) == pytest.approx(min(heights), rel=0.01)
    drawn = [content for content, _box in boxes(root)]
    assert all(drawn.count(step.id) == 2 for step in chosen)  # at its bar and in the list


def test_cash_flow_marks_where_the_sums_reach_zero() -> None:
    flows = [-100.0, 30.0, 30.0, 30.0, 30.0]
    root = tree(cash(flows, 0.05))
    marks = [one.attrib for one in root.iter(f"{NS}circle") if one.attrib["r"] == "4.5"]
    lines = [corners(one) for one in root.iter(f"{NS}polyline") if one.attrib["stroke-width"] == "2"]
    assert len(marks) == len(lines) == 2
    for mark, line in zip(marks, reversed(lines), strict=True):
        x, y = float(mark["cx"]), float(mark["cy"])
        one, other = next(pair for pair in pairwise(line) if pair[0][0] <= x <= pair[1][0])
        assert one[1] + (x - one[0]) / (other[0] - one[0]) * (other[1] - one[1]) == pytest.approx(y, abs=0.3)
    bars = [rectangle(titled(root, f"year {year}:")) for year in range(5)]
    assert bars[0][3] - bars[0][1] == pytest.approx((bars[1][3] - bars[1][1]) * 100 / 30, abs=0.5)
    assert "payback" not in "".join(tree(cash([-100.0, 10.0], 0.05)).itertext())


def test_what_lies_below_zero_has_its_own_colour() -> None:
    def shades(low: float, high: float) -> set[str]:
        root = tree(histogram_chart(normal(low, high), 1_000_000, [], "NPV", HISTOGRAM))
        return {one.attrib["fill"] for one in root.iter(f"{NS}rect")} - {"#FFFFFF"}

    assert shades(-50, 400) == {COLOURS[0], COLOURS[5]}
    assert shades(1, 400) == {COLOURS[0]}
    assert shades(-9, -8) == {COLOURS[5]}


def test_bubbles_have_areas_by_size_and_every_name_once() -> None:
    some = bubbles(40)
    root = tree(bubble_chart(some, ["a", "b", "c", "d"], BUBBLES))
    drawn = [content for content, _box in boxes(root)]
    assert all(drawn.count(bubble.id) == 1 for bubble in some)
    radii = {bubble.id: float(next(titled(root, f"{bubble.id} ").iter(f"{NS}circle")).attrib["r"]) for bubble in some}
    large = [bubble for bubble in some if bubble.size and radii[bubble.id] > 8]
    shares = [radii[bubble.id] ** 2 / (bubble.size or 1.0) for bubble in large]
    assert max(shares) == pytest.approx(min(shares), rel=0.03)


def test_what_is_left_and_saved_make_a_hundred_per_cent() -> None:
    root = tree(change_chart([Moved("water", "m³", 200.0, 150.0), Moved("gas", "m³", 100.0, 110.0)], CHANGE))
    left, saved = [float(one.attrib["width"]) for one in titled(root, "water").iter(f"{NS}rect")]
    assert left == pytest.approx(3 * saved, rel=0.01)
    kept, added = [float(one.attrib["width"]) for one in titled(root, "gas").iter(f"{NS}rect")]
    assert kept == pytest.approx(left + saved, rel=0.01)
    assert added == pytest.approx(kept / 10, rel=0.02)
    assert "-25 %" in "".join(root.itertext())


@pytest.fixture(scope="module")
def sample() -> Analysis:
    return Analysis(open_audit(SAMPLE))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "gantt", "macc", "macc-tce", "macc-water", "option-bubbles", "before-after", "tornado-F6", "npv-profile-F6",
        "cash-flow-F15", "monte-carlo-F15",
    ],
)  # fmt: skip
def test_the_sample_has_the_figure(sample: Analysis, name: str, language: str) -> None:
    found = figure(sample, name, language)
    assert found is not None
    assert found.name == {"macc": "macc-co2"}.get(name, name)
    root = tree(found.svg)
    texts = boxes(root)
    assert not [(a, b) for a, b in combinations(texts, 2) if overlap(a[1], b[1])]
    assert not [one for one in texts if one[1][0] < 0 or one[1][2] > 760]


def test_missing_data_gives_no_figure_and_unknown_names_raise(sample: Analysis) -> None:
    for name in (*OPTION_CHARTS, "macc"):
        assert figure(sample, f"{name}-nothing", "en") is None
    assert figure(sample, "tornado-F1", "en") is None  # no study
    assert figure(sample, "sankey-99", "en") is None
    sankey = figure(sample, "sankey-0", "en")
    block = figure(sample, "block-0", "en")
    assert sankey is not None
    assert sankey.name.startswith("sankey-")
    assert block is not None
    assert block.name.startswith("balance-")
    for unknown in ("tornado", "nothing", "nothing-0", "nothing-F6", "", "sankey", "sankey-x"):
        with pytest.raises(KeyError):
            figure(sample, unknown, "en")


def test_without_stated_doubts_there_is_no_simulation(sample: Analysis) -> None:
    assert figure(sample, "monte-carlo-F6", "en") is None


def test_an_audit_without_data_draws_nothing(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text("enterprise: {name: x, industry: y}\nbaseline_year: 2024\n", encoding="utf-8")
    empty = Analysis(open_audit(tmp_path))
    assert not [name for name in CHARTS if figure(empty, name, "en") is not None]


def test_savings_are_measured_by_the_amount_that_the_options_start_from(sample: Analysis) -> None:
    found = figure(sample, "before-after", "en")
    assert found is not None
    assert "47.1 → 37.9 t" in found.svg  # COD discharged, not the load before treatment
