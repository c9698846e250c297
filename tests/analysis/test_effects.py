"""Effects of options one by one and together, packages, and what they rest on; numbers by hand."""

import msgspec
import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.checks import check
from cpa.schema.feasibility import Goal, Package
from cpa.schema.quantity import parse_quantity

HEAD = """
enterprise: {name: 示例}
kind: voluntary
baseline_year: 2024
stage: feasibility
calendar: {days_per_year: 300 d, hours_per_day: 24 h}
prices:
  - {id: p-water, name: 新水, price: 4 元/m³}
  - {id: p-gas, name: 天然气, price: 3 元/m³}
economics: {tax_rate: 25 %, discount_rate: 10 %, depreciation_period: 10 a}
energy:
  electricity: calorific
  factors:
    - {carrier: natural_gas, factor: 1.2 kgce/m³, co2: 2 kg/m³, source: 示例}
    - {carrier: electricity, factor: 0.1229 kgce/kWh, co2: 0.5 kg/kWh, source: 示例}
"""
SURVEY = """
inputs:
  - {id: water, name: 新水, kind: water, consumption: {2024: 100000 m³}}
  - {id: gas, name: 天然气, kind: energy, carrier: natural_gas, consumption: {2024: 500000 m³}}
  - {id: power, name: 电力, kind: energy, carrier: electricity, consumption: {2024: 1000000 kWh}}
wastes:
  - {id: cod, name: COD, category: wastewater, generation: {2024: 90 t}, discharge: {2024: 9 t}}
"""
OPTIONS = """
options:
  - id: A
    name: 甲
    category: technology
    content: 热回收
    investment: 20 万元
    operating_cost: 1 万元/a
    savings:
      - {resource: gas, amount: 50000 m³/a, price: p-gas}
      - {resource: power, amount: "-10000 kWh/a"}
    benefit: 13 万元/a
    verdict: feasible
  - id: B
    name: 乙
    category: control
    content: 回用
    investment: 10 万元
    savings:
      - {resource: water, amount: 30000 m³/a, price: p-water}
      - {resource: gas, amount: 20000 m³/a, price: p-gas}
    verdict: feasible
  - id: C
    name: 丙
    category: waste
    content: 处理
    investment: 30 万元
    savings: [{resource: cod, amount: 10 kg/d}]
    benefit: 3 万元/a
    verdict: feasible
"""


def analysed(tree: Tree, interactions: str = "", options: str = OPTIONS) -> Analysis:
    files = {"audit.yaml": HEAD, "2-preassessment.yaml": SURVEY, "4-options.yaml": options}
    if interactions:
        files["5-feasibility.yaml"] = interactions
    return Analysis(open_audit(tree(files)))


def test_amounts_money_and_energy_of_one_option(tree: Tree) -> None:
    effects = analysed(tree).option_effects
    # A: power has no price, so the stated 13 万元/a holds. 50,000 · 1.2 − 10,000 · 0.1229 kgce; 50,000 · 2 − 10,000 · 0.5 kg.
    assert effects["A"].money == 13
    assert effects["A"].stated
    assert effects["A"].tce == pytest.approx(60 - 1.229)
    assert effects["A"].co2 == pytest.approx(100 - 5)
    # B: 30,000 · 4 + 20,000 · 3 元.
    assert effects["B"].money == pytest.approx(18)
    assert not effects["B"].stated
    # C: 10 kg/d · 300 d.
    assert effects["C"].amounts == {"cod": pytest.approx(3)}
    assert effects["C"].tce == 0


@pytest.mark.parametrize(
    ("interaction", "gas", "money"),
    [
        ("", 70000, 31),
        ("{kind: overlaps, options: [A, B], counted: true}", 70000, 31),
        # 5,000 m³ less, at the price that the options name for it: 1.5 万元.
        ("{kind: overlaps, options: [A, B], reduction: [{resource: gas, amount: 5000 m³/a}]}", 65000, 29.5),
        # Nothing said: of the gas that both save only the larger saving counts, 20,000 · 3 元 less.
        ("{kind: overlaps, options: [A, B]}", 50000, 25),
    ],
)
def test_options_together(tree: Tree, interaction: str, gas: float, money: float) -> None:
    found = analysed(tree, f"interactions:\n  - {interaction}\n" if interaction else "")
    both = found.saved_by(["A", "B"])
    assert both.amounts["gas"] == pytest.approx(gas)
    assert both.money == pytest.approx(money)
    assert found.saved_by(["A"]).amounts["gas"] == 50000
    assert found.saved_by(["B", "A"]).amounts == both.amounts


def test_the_best_package_by_hand(tree: Tree) -> None:
    # By the conventions, (P/A, 10 %, 10) = 6.144567; D = I/10, F = 0.75 (P − D) + D:
    # A: 0.75·13 + 0.25·2 = 10.25, NPV 42.98. B: 0.75·18 + 0.25·1 = 13.75, NPV 74.49. C: 0.75·3 + 0.25·3 = 3, NPV −11.57.
    found = analysed(tree, "packages:\n  - {id: p, name: 组合, budget: 25 万元}\n")
    result = found.packages[0]
    assert result.choices[0].options == {"B"}
    assert result.choices[0].value == pytest.approx(13.75 * 6.144567 - 10, abs=1e-4)
    assert result.choices[1].options == {"A"}
    assert result.programme.estimated == ("A", "B", "C")
    (price,) = result.prices
    assert price.gain == pytest.approx(10.25 * 6.144567 - 20, abs=1e-4)  # with more money A comes too
    reasons = {one.option: one for one in result.reasons()}
    assert reasons["B"].loss == pytest.approx(13.75 * 6.144567 - 10 - (10.25 * 6.144567 - 20), abs=1e-4)
    assert reasons["C"].loss is None  # 30 万元 are beyond the budget


def test_a_goal_at_least_investment(tree: Tree) -> None:
    conditions = (
        "packages:\n  - {id: p, name: 组合, objective: investment, goals: [{resource: gas, amount: 60000 m³/a}]}\n"
    )
    (result,) = analysed(tree, conditions).packages
    assert result.choices[0].options == {"A", "B"}
    assert result.choices[0].value == pytest.approx(30)
    assert result.prices[0].gain == pytest.approx(30)


@pytest.mark.parametrize(
    ("interaction", "chosen"),
    [
        ("{kind: exclusive, options: [A, B]}", {"B"}),
        ("{kind: requires, options: [B, C]}", {"A", "B", "C"}),  # 74.49 − 11.57 is still a gain
        ("{kind: requires, options: [A, C]}", {"A", "B", "C"}),
    ],
)
def test_exclusions_and_prerequisites(tree: Tree, interaction: str, chosen: set[str]) -> None:
    found = analysed(tree, f"interactions:\n  - {interaction}\npackages:\n  - {{id: p, name: 组合}}\n")
    assert found.packages[0].choices[0].options == chosen


def test_a_package_is_what_its_options_bring_together(tree: Tree) -> None:
    text = "interactions:\n  - {kind: overlaps, options: [A, B], reduction: [{resource: gas, amount: 5000 m³/a}]}\n"
    found = analysed(tree, text)
    (choice, *_rest), (effect, *_more) = (
        (result := found.package(Package(id="p", name="p", objective="benefit"))).choices,
        result.effects,
    )
    assert choice.value == pytest.approx(found.saved_by(choice.options).money or 0.0)
    assert effect.money == pytest.approx(choice.value)


def test_a_saving_beyond_what_there_is_bounds_the_package(tree: Tree) -> None:
    options = OPTIONS.replace("amount: 30000 m³/a", "amount: 70000 m³/a").replace("amount: 10 kg/d", "amount: 400 kg/d")
    options += """
  - {id: D, name: 丁, category: staff, content: 节水, investment: 1 万元, savings: [{resource: water, amount: 60000 m³/a, price: p-water}], verdict: feasible, reason: 示例}
"""
    found = analysed(tree, options=options)
    chosen = found.package(Package(id="p", name="p", objective="benefit")).choices[0].options
    assert not {"B", "D"} <= chosen  # 130,000 m³ of 100,000
    assert "CPA604" in {finding.code for finding in check(found)}
    assert "C" not in chosen  # 120 t of 90 t


def test_goals_in_other_units_and_measures(tree: Tree) -> None:
    found = analysed(tree)
    package = Package(id="p", name="p", objective="investment", goals=())
    for goal, chosen in (
        (Goal(measure="co2", amount=parse_quantity("120 t/a")), {"A", "B"}),
        (Goal(measure="tce", amount=parse_quantity("20 tce")), {"B"}),
        (Goal(resource="cod", amount=parse_quantity("9 kg/d")), {"C"}),
    ):
        result = found.package(msgspec.structs.replace(package, goals=(goal,)))
        assert result.choices[0].options == chosen
    wrong = found.package(
        msgspec.structs.replace(package, goals=(Goal(resource="cod", amount=parse_quantity("5 kWh")),))
    )
    assert wrong.problem is not None


THREE = "options:\n" + "".join(
    f"  - {{id: {name}, name: {name}, category: technology, content: x, investment: 1 万元, verdict: feasible, reason: x, "
    f"savings: [{{resource: gas, amount: {amount} m³/a, price: p-gas}}]}}\n"
    for name, amount in (("A", 10000), ("B", 30000), ("C", 20000), ("D", 5000))
)


@pytest.mark.parametrize(
    ("interactions", "apart"),
    [
        ("  - {kind: overlaps, options: [A, B, C]}\n", 20000),
        (
            "  - {kind: overlaps, options: [A, B]}\n  - {kind: overlaps, options: [C, B]}\n",
            30000,
        ),  # A and C do not overlap
    ],
)
def test_of_several_overlapping_options_the_largest_saving_counts(tree: Tree, interactions: str, apart: float) -> None:
    found = analysed(tree, f"interactions:\n{interactions}", THREE)
    for chosen, gas in (("ABC", 30000), ("AC", apart), ("AB", 30000), ("BC", 30000), ("A", 10000), ("ABCD", 35000)):
        assert found.saved_by(chosen).amounts["gas"] == pytest.approx(gas), chosen
        assert found.saved_by(chosen).money == pytest.approx(gas * 3 / 1e4), chosen
    choices = found.package(Package(id="p", name="p", objective="benefit")).choices
    assert choices[0].value == pytest.approx(10.5)  # 35,000 m³ at 3 元


def test_a_pair_that_is_quantified_is_not_lessened_twice(tree: Tree) -> None:
    text = "interactions:\n  - {kind: overlaps, options: [A, B, C]}\n"
    text += "  - {kind: overlaps, options: [A, B], reduction: [{resource: gas, amount: 4000 m³/a}]}\n"
    found = analysed(tree, text, THREE)
    assert found.saved_by("AB").amounts["gas"] == pytest.approx(36000)


@pytest.mark.parametrize(
    "interaction",
    [
        "{kind: overlaps, options: [A, D], reduction: [{resource: gas, amount: 6000 m³/a}]}",  # D saves 5,000
        "{kind: overlaps, options: [A, B], reduction: [{resource: gas, amount: 5 kWh/a}]}",
        "{kind: overlaps, options: [A, B], reduction: [{resource: cod, amount: 1 t/a}]}",
        "{kind: exclusive, options: [A, B], reduction: [{resource: gas, amount: 1 m³/a}]}",
        "{kind: overlaps, options: [A, B], counted: true, reduction: [{resource: gas, amount: 1 m³/a}]}",
    ],
)
def test_a_reduction_that_cannot_be_is_said(tree: Tree, interaction: str) -> None:
    found = analysed(tree, f"interactions:\n  - {interaction}\n", THREE)
    assert "CPA623" in {finding.code for finding in check(found)}


def test_options_that_exclude_each_other_are_not_added(tree: Tree) -> None:
    text = "interactions:\n  - {kind: exclusive, options: [A, B]}\nstudies:\n"
    text += "  - {option: D, investment: {equipment: 1 万元}, life: 10 a, net_cash_flow: 1 万元/a, recommendation: deferred}\n"
    found = analysed(tree, text, THREE)
    assert found.compatible == ("B", "C")
    assert found.saved_by(found.compatible).amounts["gas"] == pytest.approx(50000)
