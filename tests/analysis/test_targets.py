"""Targets: values from improvements and back, and what options deliver of them; numbers by hand."""

import datetime

import pytest
from conftest import Tree
from hypothesis import given
from hypothesis import strategies as st

from cpa.analysis import Analysis
from cpa.analysis.targets import Delivery, relative_change, target_value
from cpa.audit import open_audit
from cpa.schema.preassessment import Target, TargetValue
from cpa.schema.quantity import parse_quantity
from cpa.schema.units import Calendar

DAY = datetime.date(2026, 12, 31)
CALENDAR = Calendar(300, 24)


def target(baseline: str, direction: str = "lower") -> Target:
    return Target(id="t", item="x", direction=direction, baseline=parse_quantity(baseline))  # type: ignore[arg-type]


def stated(value: str = "", improvement: str = "") -> TargetValue:
    parts = {"value": value, "improvement": improvement}
    return TargetValue(date=DAY, **{name: parse_quantity(text) for name, text in parts.items() if text})


@pytest.mark.parametrize(
    ("baseline", "direction", "improvement", "value"),
    [
        ("8 m³/t", "lower", "15 %", 6.8),  # 8 − 8·0.15
        ("80 %", "higher", "5 %", 84),  # 80 + 80·0.05, in per cent of the baseline, not in points
        ("-20 万元/a", "higher", "50 %", -10),  # a loss of 20 halved
        ("-20 万元/a", "lower", "50 %", -30),
        ("92 mg/L", "lower", "100 %", 0),
        ("0 t/a", "lower", "10 %", 0),
    ],
)
def test_a_value_from_an_improvement(baseline: str, direction: str, improvement: str, value: float) -> None:
    aim = target(baseline, direction)
    found = target_value(aim, stated(improvement=improvement))
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.unit == parse_quantity(baseline).unit
    change = relative_change(aim, found, CALENDAR)
    wanted = parse_quantity(improvement).to("")
    assert change == (pytest.approx(wanted) if aim.baseline is not None and aim.baseline.value else None)


def test_a_value_goes_before_an_improvement_and_nothing_comes_of_nothing() -> None:
    assert target_value(target("8 t"), stated("7 t", "50 %")) == parse_quantity("7 t")
    assert target_value(target("8 t"), None) is None
    assert target_value(target("8 t"), stated()) is None
    assert target_value(Target(id="t", item="x"), stated(improvement="5 %")) is None


@pytest.mark.parametrize(
    ("baseline", "direction", "value", "change"),
    [
        ("8 t", "lower", "6 t", 0.25),  # (8 − 6)/8
        ("8 t", "lower", "10 t", -0.25),  # got worse
        ("8 t", "higher", "10 t", 0.25),
        ("8 t", "higher", "6 t", -0.25),
        ("8 t", "lower", "6000 kg", 0.25),
        ("10 t/d", "lower", "2700 t/a", 0.1),  # 2700/300 = 9 t/d
        ("-20 元", "higher", "-10 元", 0.5),  # (−10 + 20)/20
        ("-20 元", "lower", "-10 元", -0.5),
        ("-20 元", "higher", "5 元", 1.25),
        ("0 t", "lower", "1 t", None),
        ("8 t", "lower", "6 kWh", None),
    ],
)
def test_the_relative_change(baseline: str, direction: str, value: str, change: float | None) -> None:
    found = relative_change(target(baseline, direction), parse_quantity(value), CALENDAR)
    assert found == (None if change is None else pytest.approx(change))


@given(
    st.floats(-1e6, 1e6).filter(lambda value: abs(value) > 1e-3),
    st.floats(0, 1),
    st.sampled_from(["lower", "higher"]),
)
def test_there_and_back(baseline: float, improvement: float, direction: str) -> None:
    aim = target(f"{baseline} t/a", direction)
    found = relative_change(aim, target_value(aim, stated(improvement=f"{improvement}")), CALENDAR)
    assert found == pytest.approx(improvement, abs=1e-9)


AUDIT = """\
enterprise: {name: x}
kind: voluntary
baseline_year: 2024
calendar: {days_per_year: 300 d/a, hours_per_day: 24 h/d}
"""
PHASE_2 = """\
products: [{id: beer, name: 啤酒, output: {2023: 900 kL, 2024: 1 万kL}}]
inputs:
  - {id: water, name: 新水, kind: water, product: beer, consumption: {2024: 7 万m³}}
  - {id: power, name: 电, kind: energy, product: beer, consumption: {2024: 100 万kWh}}
wastes: [{id: sludge, name: 污泥, category: solid, discharge: {2024: 500 t/a}}]
targets:
  - {id: w, item: 水, resource: water, baseline: 7 m³/kL, baseline_year: 2024, near: {date: 2026-12-31, value: 6300 L/kL}}
  - {id: p, item: 电, resource: power, baseline: 100 万kWh/a, near: {date: 2026-12-31, improvement: 4 %}, options: [F2]}
  - {id: s, item: 泥, resource: sludge, baseline: 500 t/a, near: {date: 2026-12-31, improvement: 10 %}}
  - {id: no-year, item: 水, resource: water, baseline: 7 m³/kL, near: {date: 2026-12-31, improvement: 10 %}}
  - {id: up, item: 水, resource: water, direction: higher, baseline: 7 m³/kL, baseline_year: 2024, near: {date: 2026-12-31, improvement: 10 %}}
  - {id: other, item: 水, resource: water, baseline: 7 m³/kL, baseline_year: 2024, near: {date: 2026-12-31, value: 3 kWh}}
"""
OPTION = "content: c, investment: 1 万元, category: control"
YES = "comparison: {technical: true, environmental: true, economic: true, implementable: true}"
NO = YES.replace("economic: true", "economic: false")
PHASE_4 = f"""\
options:
  - {{id: F1, name: a, {OPTION}, {YES}, savings: [{{resource: water, amount: 4000 m³/a}}, {{resource: power, amount: 3 万kWh/a}}]}}
  - {{id: F2, name: b, {OPTION}, {YES}, savings: [{{resource: water, amount: 5 m³/d}}, {{resource: power, amount: 20 MWh/a}}]}}
  - {{id: F3, name: c, {OPTION}, {YES}, status: rejected, savings: [{{resource: water, amount: 9000 m³/a}}]}}
  - {{id: F4, name: d, {OPTION}, {NO}, savings: [{{resource: water, amount: 9000 m³/a}}]}}
  - {{id: F5, name: e, {OPTION}, savings: [{{resource: water, amount: 9000 m³/a}}]}}
  - {{id: F6, name: f, {OPTION}, {YES}, savings: [{{resource: water, amount: -500 m³/a}}, {{resource: water, amount: 100 m³/a}}]}}
"""


def test_deliveries(tree: Tree) -> None:
    """Water: 7 − 6.3 = 0.7 m³/kL × 10000 kL = 7000 m³; F1 4000 + F2 5·300 + F6 −500 + 100 = 5100; F3 to F5 do not count.
    Power: 4 % of 100 万kWh = 4; F2 alone is named, 20 MWh = 2 万kWh. Sludge: 50 t, and nothing saves any."""
    root = tree({"audit.yaml": AUDIT, "2-preassessment.yaml": PHASE_2, "4-options.yaml": PHASE_4})
    audit = open_audit(root)
    assert audit.findings == []
    found: dict[str, Delivery] = {one.target.id: one for one in Analysis(audit).deliveries}
    figures = {name: (one.needed, one.delivered, one.unit, one.options) for name, one in found.items()}
    assert figures == {
        "w": (pytest.approx(0.7), pytest.approx(0.51), "万m³", ("F1", "F2", "F6")),
        "p": (pytest.approx(4), pytest.approx(2), "万kWh", ("F2",)),
        "s": (pytest.approx(50), 0, "t", ()),
    }


def test_a_concentration_is_no_amount_per_product(tree: Tree) -> None:
    """92 → 70 mg/L times 1000 kL of beer would be 22 kg, which means nothing; 0.5 → 0.4 kg/kL is 100 kg."""
    phase = """\
products: [{id: beer, name: 啤酒, output: {2024: 1000 kL}}]
wastes: [{id: cod, name: COD, category: wastewater, product: beer, discharge: {2024: 0.5 t}}]
targets:
  - {id: T1, item: a, resource: cod, baseline: 92 mg/L, baseline_year: 2024, near: {value: 70 mg/L, date: 2026-12-31}}
  - {id: T2, item: b, resource: cod, baseline: 0.5 kg/kL, baseline_year: 2024, near: {value: 0.4 kg/kL, date: 2026-12-31}}
"""
    head = "enterprise: {name: x}\nkind: voluntary\nbaseline_year: 2024\n"
    found = Analysis(open_audit(tree({"audit.yaml": head, "2-preassessment.yaml": phase}))).deliveries
    assert [(one.target.id, one.needed, one.unit) for one in found] == [("T2", pytest.approx(0.1), "t")]
