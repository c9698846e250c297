"""Potential = (actual − reference) × output, in the item's unit, tce and 万元; numbers by hand in the comments."""

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.analysis.potential import StreamPotential, by_aspect
from cpa.analysis.specifics import annual
from cpa.audit import open_audit
from cpa.schema.quantity import Quantity
from cpa.schema.units import parse_unit

AUDIT = """\
enterprise: {name: x}
kind: voluntary
baseline_year: 2024
stage: preassessment
calendar: {days_per_year: 300 d/a, hours_per_day: 24 h/d}
"""
SYSTEM = """\
id: local
name: {zh: 体系, en: System}
document: DB00/T 1-2024
edition: 2024
confidence: official
method: levels
levels: [{zh: Ⅰ级, en: Ⅰ}, {zh: Ⅱ级, en: Ⅱ}, {zh: Ⅲ级, en: Ⅲ}]
classes: [{id: c, name: {zh: 类, en: Class}}]
indicators:
  - {id: malt, class: c, name: {zh: 料, en: Malt}, unit: t/kL, baselines: [≤0.110, ≤0.116, ≤0.130]}
  - {id: both, class: c, name: {zh: 料, en: Grain}, unit: kg/kL, baselines: [≤10, ≤20, ≤30]}
"""
PHASE = """\
products:
  - {id: beer, name: 啤酒, output: {2023: 5000 kL, 2024: 1 万kL}, monthly: {2024-01: 700 kL, 2024-02: 750 kL, 2024-03: 850 kL}}
  - {id: soda, name: 汽水, output: {2024: 2000 kL}}
inputs:
  - id: malt
    name: 麦芽
    kind: raw_material
    product: beer
    consumption: {2023: 500 t, 2024: 1200 t}
    monthly: {2024-01: 80 t, 2024-02: 90 t, 2024-03: 100 t}
    quota: 118 kg/kL
    design: 115 kg/kL
    price: 3900 元/t
  - {id: rice, name: 大米, kind: raw_material, product: beer, consumption: {2024: 600 t}, quota: 70 kg/kL, price: 3500 元/t}
  - {id: power, name: 电, kind: energy, carrier: electricity, product: beer, consumption: {2024: 100 万kWh}, quota: 95 kWh/kL, price: 0.7 元/kWh}
  - {id: water, name: 新水, kind: water, shares: {beer: 80 %, soda: 20 %}, consumption: {2024: 70000 m³}, quota: 5 m³/kL, price: 4 元/m³}
  - {id: coal, name: 煤, kind: energy, carrier: raw_coal, product: soda, consumption: {2024: 100 t}, design: 40 kg/kL}
wastes:
  - {id: sludge, name: 污泥, category: solid, product: beer, discharge: {2024: 500 t/a}, quota: 45 kg/kL}
benchmark:
  system: local
  year: 2024
  values: [{indicator: malt, of: [malt], per: beer}, {indicator: both, of: [malt, rice], per: beer}]
potentials:
  - {aspect: materials, finding: a, resource: malt, actual: 120 kg/kL, reference: 0.115 t/kL}
  - {aspect: equipment, finding: b, resource: power, potential: 20 MWh/a}
  - {aspect: materials, finding: c, resource: malt, actual: 1200 t/a, reference: 1190 t/a, potential: 8 t/a}
  - {aspect: staff, finding: d}
"""
Row = dict[tuple[str, str, str], StreamPotential]


@pytest.fixture
def analysis(tree: Tree) -> Analysis:
    audit = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": PHASE, "indicators/local.yaml": SYSTEM}))
    assert audit.findings == []
    return Analysis(audit)


@pytest.mark.parametrize(
    ("item", "product", "kind", "amount", "unit", "tce", "money"),
    [
        # actual 1200 t / 10000 kL = 120 kg/kL
        ("malt", "beer", "level-1", 100, "t", None, 39.0),  # (120 − 110) kg · 10000; · 3900 元
        ("malt", "beer", "level-2", 40, "t", None, 15.6),
        ("malt", "beer", "quota", 20, "t", None, 7.8),
        ("malt", "beer", "design", 50, "t", None, 19.5),
        # best month January, 80 t / 700 kL = 114.2857; February 120, March 117.65: 5.7143 kg · 10000
        ("malt", "beer", "best-month", 57.1428571, "t", None, 22.2857143),
        ("rice", "beer", "quota", 0, "t", None, 0),  # 60 kg/kL is below 70: nothing to gain
        ("power", "beer", "quota", 50000, "kWh", 6.145, 3.5),  # (100 − 95) kWh · 10000; · 0.1229; · 0.7 元
        ("coal", "soda", "design", 20, "t", 14.286, None),  # (50 − 40) kg · 2000; · 0.7143; no price
        ("sludge", "beer", "quota", 50, "t", None, None),  # (50 − 45) kg · 10000
    ],
)
def test_streams(
    analysis: Analysis,
    item: str,
    product: str,
    kind: str,
    amount: float,
    unit: str,
    tce: float | None,
    money: float | None,
) -> None:
    rows: Row = {(one.specific.item.id, one.specific.product.id, one.kind): one for one in analysis.stream_potentials}
    found = rows[item, product, kind]
    in_unit = found.amount * parse_unit(found.unit).scale(parse_unit(unit))
    assert in_unit == pytest.approx(amount)
    assert (found.tce, found.money) == (
        None if tce is None else pytest.approx(tce),
        None if money is None else pytest.approx(money),
    )
    assert found.month == ("2024-01" if kind == "best-month" else "")


def test_every_reference_is_there_once_and_money_leads(analysis: Analysis) -> None:
    """The indicator of malt and rice together is the reference of neither; a quota of shared water belongs to no product."""
    shown = [(one.specific.item.id, one.kind) for one in analysis.stream_potentials]
    assert shown[:6] == [
        ("malt", "level-1"), ("malt", "best-month"), ("malt", "design"), ("malt", "level-2"), ("malt", "quota"),
        ("power", "quota"),
    ]  # fmt: skip
    assert shown[6] == ("coal", "design")  # without a price by tce
    assert {one for one in shown if one[1].startswith("level")} == {("malt", "level-1"), ("malt", "level-2")}
    assert len(shown) == 9


def test_two_months_are_no_best_month(tree: Tree) -> None:
    text = PHASE.replace(", 2024-03: 100 t", "")
    audit = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": text, "indicators/local.yaml": SYSTEM}))
    assert "best-month" not in {one.kind for one in Analysis(audit).stream_potentials}


def test_what_the_auditors_state(analysis: Analysis) -> None:
    """a: 5 kg/kL · 10000 kL = 50 t, 19.5 万元. b: 20 MWh = 2.458 tce, 1.4 万元. c: 8 t as stated, 3.12 万元, beside 10 t."""
    found = {one.item.finding: one for one in analysis.aspect_potentials}
    assert list(found) == ["a", "c", "b", "d"]
    amounts = {name: one.amount.to("t/a") for name, one in found.items() if name in "ac" and one.amount is not None}
    assert amounts == {"a": pytest.approx(50), "c": pytest.approx(8)}
    computed = {name: one.computed.to("t/a") for name, one in found.items() if one.computed is not None}
    assert computed == {"a": pytest.approx(50), "c": pytest.approx(10)}
    worth = {name: (one.tce, one.money) for name, one in found.items()}
    assert worth == {
        "a": (None, pytest.approx(19.5)),
        "b": (pytest.approx(2.458), pytest.approx(1.4)),
        "c": (None, pytest.approx(3.12)),
        "d": (None, None),
    }
    sums = [(one.aspect, one.count, one.tce, one.money) for one in by_aspect(analysis.aspect_potentials)]
    assert sums == [
        ("materials", 2, 0, pytest.approx(22.62)),
        ("equipment", 1, pytest.approx(2.458), pytest.approx(1.4)),
        ("staff", 1, 0, 0),
    ]


@pytest.mark.parametrize("output", ["40 kL/d", "12000 kL"])
def test_amounts_a_day_are_a_years(tree: Tree, output: str) -> None:
    """2 t/d · 300 d / 12000 kL = 50 kg/kL; (50 − 45) kg · 12000 kL = 60 t, 24 万元; 4 t a day are 100 kg/kL."""
    text = (
        f"products: [{{id: a, name: 甲, output: {{2024: {output}}}}}]\n"
        "inputs:\n"
        "  - {id: malt, name: 麦芽, kind: raw_material, consumption: {2024: 2 t/d}, quota: 45 kg/kL, price: 4000 元/t}\n"
        "  - {id: rice, name: 大米, kind: raw_material, consumption: {2024: 4 t/d}}\n"
    )
    analysis = Analysis(open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": text})))
    assert analysis.audit.findings == []
    calendar = analysis.audit.calendar
    (found,) = analysis.stream_potentials
    assert (found.actual, found.reference) == (pytest.approx(50), 45)
    assert found.money == pytest.approx(24)
    assert annual(Quantity(found.amount, parse_unit(found.unit)), "t", calendar) == pytest.approx(60)
    figures = {one.item.id: Quantity(one.computed[2024], parse_unit(one.unit)) for one in analysis.specifics}
    assert figures["rice"].to("kg/kL", calendar) == pytest.approx(100)
