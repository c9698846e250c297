"""Effects of carried-out options: made annual, with their uncertainty, added up, against the plan; numbers by hand."""

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.audit import open_audit

HEAD = """
enterprise: {name: 示例}
kind: voluntary
baseline_year: 2024
calendar: {days_per_year: 300 d, hours_per_day: 24 h}
cost_classes: {low: 10 万元, medium: 100 万元}
energy:
  electricity: calorific
  factors: [{carrier: natural_gas, factor: 1.2 kgce/m³, co2: 2 kg/m³, source: 示例}]
"""
SURVEY = """
products: [{id: beer, name: 啤酒, output: {2024: 9000 kL}}]
inputs:
  - {id: water, name: 新水, kind: water, consumption: {2024: 60000 m³}}
  - {id: gas, name: 天然气, kind: energy, carrier: natural_gas, consumption: {2024: 500000 m³}}
wastes: [{id: cod, name: COD, category: wastewater, discharge: {2024: 9 t}}]
"""
OPTIONS = "options:\n" + "".join(
    f"  - {{id: {name}, name: {name}, category: technology, content: x, investment: {money} 万元, verdict: {verdict}, "
    f"reason: x, status: {status}}}\n"
    for name, money, verdict, status in (
        ("A", 50, "feasible", "done"),
        ("B", 20, "feasible", "done"),
        ("C", 200, "feasible", "proposed"),
        ("D", 200, "feasible", "proposed"),
        ("E", 2, "feasible", "done"),
        ("G", 40, "later", "proposed"),
    )
)
STUDIES = """
studies:
  - {option: A, investment: {equipment: 50 万元}, life: 10 a, recommendation: recommended, net_cash_flow: 9 万元/a}
  - {option: D, investment: {equipment: 200 万元}, life: 10 a, recommendation: deferred, net_cash_flow: 9 万元/a}
"""


def analysed(tree: Tree, effects: str, feasibility: str = "", more: str = "") -> Analysis:
    return Analysis(
        open_audit(
            tree(
                {
                    "audit.yaml": HEAD,
                    "2-preassessment.yaml": SURVEY,
                    "4-options.yaml": OPTIONS,
                    "5-feasibility.yaml": STUDIES + feasibility,
                    "6-implementation.yaml": effects + more,
                }
            )
        )
    )


def effect(option: str, changes: str, more: str = "") -> str:
    return f"  - {{option: {option}, date: 2025-06-01, investment: 5 万元, changes: [{changes}]{more}}}\n"


def test_amounts_of_a_measuring_period_are_made_annual(tree: Tree) -> None:
    # 8,000 m³ in 50 of 300 operating days: 48,000; 10,000 m³ while 1,500 of 9,000 kL were made: 60,000 − 0 = 60,000.
    days = ", measuring: {rule: days, period: {start: 2025-07-01, finish: 2025-08-19}, days: 50 d}"
    output = ", measuring: {rule: output, period: {start: 2025-07-01, finish: 2025-08-19}, output: 1500 kL}"
    text = "effects:\n"
    text += effect("A", "{resource: water, before: 60000 m³/a, measured: 8000 m³}", days)
    text += effect("B", "{resource: gas, before: 500000 m³, measured: 75 千m³}", output)
    found = analysed(tree, text).effect_results
    assert [one.changes[0].after for one in found] == [pytest.approx(48000), pytest.approx(450000)]
    assert [one.changes[0].saving for one in found] == [pytest.approx(12000), pytest.approx(50000)]
    assert found[1].tce == pytest.approx(60)
    assert found[1].co2 == pytest.approx(100)


def test_a_saving_smaller_than_its_uncertainty_is_unproven(tree: Tree) -> None:
    text = "effects:\n" + effect(
        "A",
        "{resource: water, before: 60000 ± 300 m³/a, after: 59000 ± 400 m³/a}, "
        "{resource: gas, before: 500000 ± 300 m³/a, after: 498999 ± 400 m³/a}, "
        "{resource: cod, before: 9 t/a, after: 8 ± 0.1 t/a}",
    )
    water, gas, cod = analysed(tree, text).effect_results[0].changes
    assert water.uncertainty == pytest.approx(1000)  # 2 √(300² + 400²)
    assert water.proven is False
    assert gas.proven is True
    assert cod.uncertainty is None
    assert cod.proven is None


def test_totals_take_stated_overlaps_off(tree: Tree) -> None:
    text = "effects:\n" + effect("A", "{resource: water, before: 60000 m³/a, after: 50000 m³/a}")
    text += effect("B", "{resource: water, before: 200 m³/d, after: 180 m³/d}")  # 6,000 m³/a
    overlap = (
        "interactions:\n  - {kind: overlaps, options: [A, B], reduction: [{resource: water, amount: 1000 m³/a}]}\n"
    )
    (water,) = analysed(tree, text, overlap).effects
    assert water.total == pytest.approx(15000)
    assert water.lessened == pytest.approx(1000)
    assert dict(water.options) == {"A": pytest.approx(10000), "B": pytest.approx(6000)}


def test_an_overlap_that_is_not_quantified_takes_nothing_off_what_was_measured(tree: Tree) -> None:
    text = "effects:\n" + effect("A", "{resource: water, before: 60000 m³/a, after: 50000 m³/a}")
    text += effect("B", "{resource: water, before: 50000 m³/a, after: 46000 m³/a}")
    (water,) = analysed(tree, text, "interactions:\n  - {kind: overlaps, options: [A, B]}\n").effects
    assert water.total == pytest.approx(14000)


def test_the_rate_counts_recommended_options_of_the_medium_and_high_classes(tree: Tree) -> None:
    rate = analysed(tree, "effects: []\n").implementation_rate
    # A, B, C: D is deferred by its study, E is low-cost, G was not kept.
    assert (rate.planned, rate.done) == (("A", "B", "C"), ("A", "B"))
    assert rate.share == pytest.approx(2 / 3)


def test_unit_indicators_follow_from_the_baseline_and_the_totals(tree: Tree) -> None:
    text = "effects:\n" + effect("A", "{resource: water, before: 60000 m³/a, after: 51000 m³/a}")
    more = """
indicators:
  - {item: 取水, unit: m³/kL, resource: water, product: beer}
  - {item: COD, unit: kg/kL, resource: cod, after: 0.9 kg/kL}
  - {item: 电, before: 5 kWh/kL, after: 4 kWh/kL}
"""
    water, cod, power = analysed(tree, text, more=more).unit_results
    assert (water.before, water.after) == (pytest.approx(60 / 9), pytest.approx(51 / 9))
    assert (cod.before, cod.after) == (pytest.approx(1.0), pytest.approx(0.9))
    assert cod.computed_after == pytest.approx(1.0)  # nothing says that COD was cut
    assert (power.before, power.computed_before) == (5, None)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "{period: a, amount: 5 t, drivers: {output: 1 kL}}",
            "{period: b, amount: 5 t, drivers: {output: 1 kL}}",
            "few",
        ),
        (
            ", ".join(f"{{period: {n}, amount: {n} t, drivers: {{output: 3 kL}}}}" for n in range(1, 6)),
            "{period: b, amount: 5 t, drivers: {output: 1 kL}}",
            "apart",
        ),
        (
            ", ".join(f"{{period: {n}, amount: {n} t, drivers: {{output: {n} kL}}}}" for n in range(1, 6)),
            "{period: b, amount: 5 t}",
            "drivers_after",
        ),
    ],
)
def test_why_a_saving_cannot_be_verified(tree: Tree, before: str, after: str, reason: str) -> None:
    text = f"verifications:\n  - {{id: V, resource: water, options: [A], before: [{before}], after: [{after}]}}\n"
    (found,) = analysed(tree, text).verifications
    assert (found.saving, found.reason) == (None, reason)


def test_a_verified_saving_in_other_units(tree: Tree) -> None:
    """Amounts that lie on 2 t + 3 t/kL · output; afterwards 4 t less over two periods, and 1 t that has another cause."""
    rows = [(1, 5.0), (2, 8.0), (3, 11.0), (4, 14.0), (5, 17.0)]
    before = ", ".join(f"{{period: {n}, amount: {t} t, drivers: {{output: {n} kL}}}}" for n, t in rows)
    after = "{period: x, amount: 6000 kg, drivers: {output: 2000 L}}, {period: y, amount: 9 t, drivers: {output: 3 kL}}"
    text = (
        f"verifications:\n  - {{id: V, resource: water, options: [A], before: [{before}], after: [{after}], "
        "adjustments: [{amount: -1 t, reason: 停产清洗}]}\n"
    )
    (found,) = analysed(tree, text).verifications
    assert found.saving is not None
    assert found.saving.model.coefficients == (pytest.approx(2), pytest.approx(3))
    assert found.saving.predicted == pytest.approx(19)
    assert found.saving.saving == pytest.approx(3)
    assert found.saving.proven


def test_amounts_and_rates_add_up(tree: Tree) -> None:
    text = "effects:\n" + effect("A", "{resource: water, before: 60000 m³/a, after: 50000 m³/a}")
    text += effect("B", "{resource: water, before: 60000 m³, after: 56000 m³}")
    (water,) = analysed(tree, text).effects
    assert (water.unit, water.total) == ("m³/a", pytest.approx(14000))


def test_an_indicator_takes_the_share_of_its_product(tree: Tree) -> None:
    text = "effects:\n" + effect("A", "{resource: water, before: 60000 m³/a, after: 50000 m³/a}")
    text += "indicators:\n  - {item: 取水, unit: m³/kL, resource: water, product: beer}\n"
    found = analysed(tree, text)
    files = {
        "2-preassessment.yaml": SURVEY.replace(
            "{2024: 9000 kL}}]", "{2024: 9000 kL}}, {id: soda, name: 汽水, output: {2024: 3000 kL}}]"
        ).replace("kind: water,", "kind: water, shares: {beer: 60 %, soda: 40 %},")
    }
    shared = Analysis(open_audit(tree(files)))
    assert found.unit_results[0].before == pytest.approx(60 / 9)
    assert (shared.unit_results[0].before, shared.unit_results[0].after) == (pytest.approx(4), pytest.approx(30 / 9))


def test_a_waste_is_measured_by_what_its_effects_start_from(tree: Tree) -> None:
    waste = "{id: cod, name: COD, category: wastewater, generation: {2024: 90 t}, discharge: {2024: 9 t}}"
    for before, baseline in (("90 t/a", 90), ("9 t/a", 9)):
        analysed(tree, "effects:\n" + effect("A", f"{{resource: cod, before: {before}, after: 5 t/a}}"))
        survey = SURVEY.replace("{id: cod, name: COD, category: wastewater, discharge: {2024: 9 t}}", waste)
        assert survey != SURVEY
        found = Analysis(open_audit(tree({"2-preassessment.yaml": survey})))
        assert found.stocks["cod"].baseline == pytest.approx(baseline)
        assert found.stocks["cod"].bound == pytest.approx(90)
