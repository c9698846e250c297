"""Values of indicators from the audit's own figures; every number by hand in its comment."""

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.analysis.derivation import Derivation, derived, outside
from cpa.audit import Audit, open_audit
from cpa.checks import check
from cpa.schema.preassessment import IndicatorValue
from cpa.schema.units import parse_unit

AUDIT = """\
enterprise: {name: x}
kind: voluntary
baseline_year: 2024
stage: preassessment
calendar: {days_per_year: 300 d/a, hours_per_day: 24 h/d}
energy:
  electricity: calorific
  factors: [{carrier: electricity, factor: 0.1229 kgce/kWh, co2: 0.5 kg/kWh, source: own}]
"""
FIGURES = """\
products:
  - {id: beer, name: 啤酒, output: {2023: 0 kL, 2024: 1 万kL}, value: {2024: 5000 万元}}
  - {id: soda, name: 汽水, output: {2024: 2000 kL}, value: {2024: 1000 万元}}
inputs:
  - {id: malt, name: 麦芽, kind: raw_material, product: beer, price: 3900 元/t, consumption: {2023: 1000 t, 2024: 1200 t}}
  - {id: rice, name: 大米, kind: raw_material, product: beer, price: 3500 元/t, consumption: {2024: 600 t}}
  - {id: yeast, name: 酵母, kind: auxiliary, product: beer, consumption: {2024: 2 t/d}}
  - {id: water, name: 新水, kind: water, shares: {beer: 80 %, soda: 20 %}, consumption: {2024: 7 万m³}}
  - {id: power, name: 电, kind: energy, carrier: electricity, shares: {beer: 60 %, soda: 40 %}, consumption: {2024: 100 万kWh}}
  - {id: sugar, name: 糖, kind: raw_material, product: soda, consumption: {2024: 100 t}}
wastes:
  - {id: cod, name: COD, category: wastewater, product: beer, generation: {2024: 30 t}, discharge: {2024: 8 t}}
  - {id: sludge, name: 污泥, category: solid, product: beer, discharge: {2024: 500 t}}
water_meters: [{measure: reused, amount: {2024: 21 万m³}}, {measure: leaked, amount: {2024: 1400 m³}}]
"""
FLOWS = """\
units: [{id: mash, name: 糖化}]
flows:
  - {id: wort, name: 麦汁, from: mash, to: outside, amount: 40 t/d}
  - {id: grain, name: 麦糟, from: mash, to: outside}
"""


@pytest.fixture
def audit(tree: Tree) -> Audit:
    return open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": FIGURES, "3-assessment/network.yaml": FLOWS}))


def of(audit: Audit, names: str, per: str = "", year: int = 2024) -> Derivation:
    return derived(audit, IndicatorValue(indicator="x", of=tuple(names.split()), per=per), year)


@pytest.mark.parametrize(
    ("names", "per", "value", "unit"),
    [
        ("malt", "beer", 120, "kg/kL"),  # 1200 t / 10000 kL
        ("malt", "", 120, "kg/kL"),  # all of it is the beer's: it need not be named
        ("malt rice", "beer", 180, "kg/kL"),  # (1200 + 600) t / 10000 kL
        ("malt rice", "", 180, "kg/kL"),
        ("yeast", "beer", 60, "kg/kL"),  # 2 t · 300 d / 10000 kL
        ("malt yeast", "beer", 180, "kg/kL"),  # (1200 + 600) t / 10000 kL
        ("water", "beer", 5.6, "m³/kL"),  # 0.8 · 70000 / 10000
        ("water", "soda", 7, "m³/kL"),  # 0.2 · 70000 / 2000
        ("water", "output_value", 70000 / 6000, "m³/万元"),  # the plant's: nothing is shared out
        ("water", "malt", 70000 / 1200, "m³/t"),
        ("malt.consumption", "beer.output", 120, "kg/kL"),
        ("cod", "beer", 3, "kg/kL"),  # generated 30 t, not discharged 8 t
        ("cod.generation", "beer", 3, "kg/kL"),
        ("cod.discharge", "beer", 0.8, "kg/kL"),
        ("sludge", "beer", 50, "kg/kL"),  # no generation is given: 500 t handed over
        ("cod.discharge", "cod.generation", 8 / 30, ""),
        ("beer.value", "beer", 5000, "元/kL"),  # 5000 万元 / 10000 kL
        ("malt", "beer.value", 0.24, "t/万元"),  # 1200 t / 5000 万元
        ("power.energy", "beer", 7.374, "kgce/kL"),  # 0.6 · 122.9 tce / 10000 kL
        ("power.energy", "output_value", 122900 / 6000, "kgce/万元"),
        ("energy", "beer", 7.374, "kgce/kL"),
        ("energy", "soda", 24.58, "kgce/kL"),  # 0.4 · 122.9 tce / 2000 kL
        ("energy", "output_value", 122900 / 6000, "kgce/万元"),
        ("co2", "beer", 30, "kg/kL"),  # 0.6 · 500 t / 10000 kL
        ("co2", "output_value", 500 / 6000, "t/万元"),
        ("beer", "malt", 10000 / 1200, "kL/t"),  # a yield
        ("beer soda", "water", 12000 / 70000, ""),  # kL are m³
        ("wort", "beer", 1.2, "t/kL"),  # 40 t · 300 d / 10000 kL
        ("wort", "malt", 10, ""),  # 12000 t / 1200 t
        ("reuse_rate", "", 0.75, ""),  # 21/(21 + 7)
        ("leak_rate", "", 0.02, ""),  # 1400/70000
    ],
)
def test_sum_over_what_it_is_divided_by(audit: Audit, names: str, per: str, value: float, unit: str) -> None:
    found = of(audit, names, per)
    assert found.problem is None, found.problem
    assert found.value is not None
    assert found.value.to(unit, audit.calendar) == pytest.approx(value)


@pytest.mark.parametrize(
    ("names", "per", "year"),
    [
        ("water", "", 2024),  # two products share it: by which?
        ("malt sugar", "", 2024),  # no product in common
        ("energy", "", 2024),  # two products
        ("malt water", "beer", 2024),  # t and m³ are not added
        ("malt", "soda", 2024),  # none of it is the soda's
        ("malt", "beer", 2022),  # no figures
        ("malt", "beer", 2023),  # nothing was made
        ("rice", "malt", 2023),  # one of the two figures is missing
        ("malt.generation", "beer", 2024),  # an input generates nothing
        ("cod.energy", "beer", 2024),
        ("malt.energy", "beer", 2024),  # no energy carrier
        ("grain", "beer", 2024),  # a flow that was not measured
        ("nothing", "beer", 2024),
        ("reuse_rate malt", "beer", 2024),
        ("cooling_rate", "", 2024),  # not metered
        ("reuse_rate", "", 2023),
    ],
)
def test_there_is_a_reason_where_there_is_no_value(audit: Audit, names: str, per: str, year: int) -> None:
    found = of(audit, names, per, year)
    assert found.value is None
    assert found.problem is not None
    assert found.problem.to("en")


def test_an_item_goes_before_a_word_of_the_same_name(tree: Tree) -> None:
    """An input called `energy`, 50 t over 100 t of product; the word would be 12.29 tce."""
    text = (
        "products: [{id: a, name: 甲, output: {2024: 100 t}}]\n"
        "inputs:\n  - {id: energy, name: 燃料, kind: raw_material, consumption: {2024: 50 t}}\n"
        "  - {id: power, name: 电, kind: energy, carrier: electricity, consumption: {2024: 10 万kWh}}\n"
    )
    found = of(open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": text})), "energy", "a").value
    assert found is not None
    assert found.to("t/t") == pytest.approx(0.5)


def test_incomplete_energy_gives_no_indicator(tree: Tree) -> None:
    text = (
        "products: [{id: a, name: 甲, output: {2024: 100 t}}]\n"
        "inputs:\n  - {id: straw, name: 秸秆, kind: energy, carrier: straw, consumption: {2024: 50 t}}\n"
        "  - {id: power, name: 电, kind: energy, carrier: electricity, consumption: {2024: 10 万kWh}}\n"
    )
    audit = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": text}))
    assert of(audit, "energy", "a").value is None
    assert of(audit, "straw.energy", "a").value is None
    power = of(audit, "power.energy", "a").value  # what is known of one carrier stays known
    assert power is not None
    assert power.to("kgce/t") == pytest.approx(122.9)


def test_what_a_gap_means_for_the_plant(audit: Audit) -> None:
    """−10 kg/kL × 10000 kL = −100 t; malt 1200 and rice 600 of 1800 t: 100·(2/3·3900 + 1/3·3500) = 376 666.67 元."""
    found = outside(audit, of(audit, "malt rice", "beer"), -10, "kg/kL")
    assert found is not None
    assert (found.amount, found.unit) == (pytest.approx(-100), "t")
    assert found.money == pytest.approx(-37.6666667)
    assert parse_unit(found.unit).dimension == parse_unit("kg").dimension
    unpriced = outside(audit, of(audit, "water", "beer"), -0.6, "m³/kL")  # 0.6 · 10000; water has no price here
    assert unpriced is not None
    assert (parse_unit(unpriced.unit).factor * unpriced.amount, unpriced.money) == (pytest.approx(-6000), None)
    assert outside(audit, of(audit, "reuse_rate"), 0.1, "") is None


def test_money_of_inputs_in_different_units(tree: Tree) -> None:
    """malt 100 t at 4000 元/t, rice 100000 kg = 100 t at 2 元/kg: the mean is 3000 元/t; 35 t less are 10.5 万元."""
    phase = """\
products: [{id: beer, name: 啤酒, output: {2024: 1000 kL}}]
inputs:
  - {id: malt, name: 麦芽, kind: raw_material, product: beer, price: 4000 元/t, consumption: {2024: 100 t}}
  - {id: rice, name: 大米, kind: raw_material, product: beer, price: 2 元/kg, consumption: {2024: 100000 kg}}
"""
    own = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": phase}))
    found = outside(own, of(own, "malt rice", "beer"), -35, "kg/kL")
    assert found is not None
    assert found.money == pytest.approx(-10.5)


SYSTEM = """\
id: local
name: {zh: 体系, en: System}
document: DB00/T 1-2024
edition: 2024
confidence: official
method: levels
levels: [{zh: Ⅰ级, en: Ⅰ}, {zh: Ⅱ级, en: Ⅱ}, {zh: Ⅲ级, en: Ⅲ}]
classes: [{id: c, name: {zh: 类, en: Class}}]
indicators: [{id: malt, class: c, name: {zh: 料, en: Malt}, unit: kg/kL, baselines: [≤110, ≤119, ≤130]}]
"""


@pytest.mark.parametrize(
    ("typed", "differs"),
    [("121 kg/kL", False), ("0.1192 t/kL", False), ("121.5 kg/kL", True), ("118.5 kg/kL", True), ("", False)],
)
def test_the_computed_value_counts_and_a_typed_one_must_agree(tree: Tree, typed: str, differs: bool) -> None:
    """Computed 120 kg/kL is level Ⅲ; 118.5 as typed would be Ⅱ. 1 % of 120 is 1.2."""
    value = f", value: {typed}" if typed else ""
    stated = f"benchmark: {{system: local, year: 2024, values: [{{indicator: malt, of: [malt], per: beer{value}}}]}}\n"
    root = tree({"audit.yaml": AUDIT, "2-preassessment.yaml": FIGURES + stated, "indicators/local.yaml": SYSTEM})
    analysis = Analysis(open_audit(root))
    assert analysis.benchmark is not None
    (result,) = analysis.benchmark.results
    assert (result.value, result.computed, result.level) == (pytest.approx(120), True, 2)
    assert result.gap == pytest.approx(-1)
    assert result.outside is not None
    assert (result.outside.amount, result.outside.money) == (pytest.approx(-10), pytest.approx(-3.9))  # 10 t · 3900 元
    assert ("CPA528" in {finding.code for finding in check(analysis)}) == differs
