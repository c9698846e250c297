"""When the cash flow is the same every year and when it is not, and what studies become; numbers by hand."""

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.analysis.studies import StudyResult
from cpa.audit import open_audit

HEAD = """
enterprise: {{name: 示例}}
kind: voluntary
baseline_year: 2024
calendar: {{days_per_year: 300 d, hours_per_day: 24 h}}
cost_classes: {{low: 10 万元, medium: 100 万元}}
economics: {{tax_rate: 25 %, discount_rate: 10 %, depreciation_period: 5 a, payback_limits: {{medium: 3 a, high: 5 a}}{more}}}
"""
OPTIONS = """
options:
  - {id: F1, name: 甲, category: technology, content: x, investment: 100 万元, verdict: feasible, reason: x}
"""


def study(tree: Tree, body: str, investment: str = "equipment: 100 万元", head: str = "") -> StudyResult:
    text = f"studies:\n  - option: F1\n    investment: {{{investment}}}\n    recommendation: recommended\n"
    text += "".join(f"    {line}\n" for line in body.strip().splitlines())
    files = {"audit.yaml": HEAD.format(more=head), "4-options.yaml": OPTIONS, "5-feasibility.yaml": text}
    (result,) = Analysis(open_audit(tree(files))).studies
    return result


BASE = "operation: {energy: 30 万元/a, maintenance: -2 万元/a}\nlife: 5 a\n"


@pytest.mark.parametrize(
    ("more", "method"),
    [
        ("", "constant"),
        ("depreciation_period: 4 a", "yearly"),
        ("depreciation_period: 4 a\ntax_rate: 0 %", "constant"),
        ("building: 6 month", "yearly"),
        ("delay: 1 a", "yearly"),
        ("outlay: [50 %, 50 %]", "yearly"),
        ("ramp: [80 %]", "yearly"),
        ("growth: {energy: 2 %}", "yearly"),
        ("salvage: 3 万元", "yearly"),
        ("losses: set_off", "yearly"),
        ("vat: {rate: 13 %}", "yearly"),
        ("loans: [{amount: 50 万元, rate: 4 %, term: 3 a}]", "yearly"),
        ("method: yearly", "yearly"),
        ("method: constant\nbuilding: 6 month", "constant"),
    ],
)
def test_what_makes_a_cash_flow_differ_from_year_to_year(tree: Tree, more: str, method: str) -> None:
    found = study(tree, BASE + more).appraisal
    assert found is not None
    assert found.method == method


@pytest.mark.parametrize("head", [", losses: carried_forward", ", vat: {rate: 13 %}", ", method: yearly"])
def test_conventions_of_the_audit_make_it_differ_too(tree: Tree, head: str) -> None:
    found = study(tree, BASE, head=head).appraisal
    assert found is not None
    assert found.method == "yearly"


def test_a_broken_life_is_computed_year_by_year(tree: Tree) -> None:
    found = study(tree, "net_cash_flow: 40 万元/a\nlife: 2.5 a").appraisal
    assert found is not None
    assert found.flows == pytest.approx((-100, 40, 40, 20))
    assert found.saving is None
    assert found.npv == pytest.approx(-100 + 40 / 1.1 + 40 / 1.21 + 20 / 1.331)


def test_the_same_as_the_shortcut_where_nothing_differs(tree: Tree) -> None:
    one, other = study(tree, BASE), study(tree, BASE + "method: yearly")
    assert one.appraisal is not None
    assert other.appraisal is not None
    # D = 20, T = 8, tax 2, E = 6, F = 26; (P/A, 10 %, 5) = 3.790787.
    assert one.appraisal.cash_flow == pytest.approx(26)
    assert one.appraisal.npv == pytest.approx(26 * 3.790787 - 100, abs=1e-4)
    assert other.appraisal.npv == pytest.approx(one.appraisal.npv)
    assert other.appraisal.irr == pytest.approx(one.appraisal.irr)
    assert one.passes == (("payback", True), ("npv", False), ("irr", False))  # N = 3.85 a, within the 5 a of its class


def test_working_capital_comes_back_and_is_not_written_off(tree: Tree) -> None:
    # Base 100, D = 20: tax (28 − 20)·0.25 = 2; flows −110, 26 four times, 26 + 10.
    found = study(tree, BASE + "method: yearly", "equipment: 100 万元, cash: 12 万元, payable: 2 万元").appraisal
    assert found is not None
    assert found.flows == pytest.approx((-110, 26, 26, 26, 26, 36))


def test_building_and_loan(tree: Tree) -> None:
    """One year of building: interest of 4 % on 50 is added to I and to the debt; operation in years 2 to 6.

    Base 102, D = 20.4, tax (28 − 20.4)·0.25 = 1.9, F = 26.1. Debt 52 over two years of equal principal: interest 2.08, 1.04.
    """
    found = study(tree, BASE + "building: 1 a\nloans: [{amount: 50 万元, rate: 4 %, term: 2 a}]")
    assert found.investment.interest == pytest.approx(2)
    assert found.investment.total == pytest.approx(102)
    assert found.appraisal is not None
    assert found.appraisal.flows == pytest.approx((-100, -2, 26.1, 26.1, 26.1, 26.1, 26.1))
    own = found.appraisal.own
    assert own is not None
    # After loans: tax (28 − 20.4 − 2.08)·0.25 = 1.38 and (28 − 20.4 − 1.04)·0.25 = 1.64.
    assert own.flows == pytest.approx((-50, 0, 28 - 1.38 - 28.08, 28 - 1.64 - 27.04, 26.1, 26.1, 26.1))


def test_value_added_tax_in_prices_and_in_the_investment(tree: Tree) -> None:
    """Energy 30 with 13 % VAT is 26.549 without; the credit of 6.9 comes back as V = 3.451 a year arises."""
    more = "vat: {rate: 13 %, prices: included, surcharge: 12 %}\nvat_credit: 6.9 万元\ntax_rate: 0 %"
    found = study(tree, BASE + more).appraisal
    assert found is not None
    due = 30 / 1.13 * 0.13
    net = 30 / 1.13 - 2
    second = 6.9 - due
    assert found.flows[1] == pytest.approx(net + due)
    assert found.flows[2] == pytest.approx(net + second - 0.12 * (due - second))
    assert found.flows[3] == pytest.approx(net - 0.12 * due)


def test_a_life_shorter_than_the_depreciation(tree: Tree) -> None:
    """Life 3 of 5 years: book 40 at the end is deducted, tax (28 − 20 − 40)·25 % lost or set off."""
    body = BASE.replace("life: 5 a", "life: 3 a")
    lost = study(tree, body + "depreciation: {rest: written_off}").appraisal
    off = study(tree, body + "depreciation: {rest: written_off}\nlosses: set_off").appraisal
    gone = study(tree, body + "depreciation: {rest: lost}\nlosses: set_off").appraisal
    assert lost is not None
    assert off is not None
    assert gone is not None
    assert lost.flows == pytest.approx((-100, 26, 26, 28))
    assert off.flows == pytest.approx((-100, 26, 26, 28 + 8))
    assert gone.flows == pytest.approx((-100, 26, 26, 26))


def test_several_rates_are_not_judged(tree: Tree) -> None:
    """Flows −30, 60, −10: with y = 1/(1 + r), 10 y² − 60 y + 30 = 0 has y = 3 ± √6."""
    found = study(tree, "net_cash_flow: 60 万元/a\nlife: 2 a\noutlay: [30 %, 0 %, 70 %]")
    assert found.appraisal is not None
    assert found.appraisal.flows == pytest.approx((-30, 60, -10))
    assert found.appraisal.roots.rates == pytest.approx((1 / (3 + 6**0.5) - 1, 1 / (3 - 6**0.5) - 1))
    assert found.appraisal.irr is None
    assert "irr" not in dict(found.passes)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("life: 5 a", "neither running cost and revenue nor a cash flow is given"),
        ("operation: {energy: 30 万元/a}\nlife: 0 a", "life and depreciation period must be longer than zero"),
        (
            "operation: {energy: 30 万元/a}\nlife: 5 a\noutlay: [50 %, 40 %]",
            "the shares of `outlay` do not add up to 100 %",
        ),
    ],
)
def test_what_cannot_be_computed_says_why(tree: Tree, body: str, reason: str) -> None:
    found = study(tree, body)
    assert found.appraisal is None
    assert found.reason is not None
    assert found.reason.to("en") == reason
