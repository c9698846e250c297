"""Approved decisions: what they rest on, and how a change of it shows."""

import datetime
from pathlib import Path

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.analysis.approvals import decisions, figures, fingerprint
from cpa.approving import approve
from cpa.audit import open_audit
from cpa.checks import check
from cpa.cli import run

DAY = datetime.date(2026, 1, 5)
FILES = {
    "audit.yaml": """
enterprise: {name: 示例}
kind: voluntary
baseline_year: 2024
prices: [{id: p-gas, name: 天然气, price: 3 元/m³}]
economics: {tax_rate: 25 %, discount_rate: 8 %, depreciation_period: 10 a}
""",
    "2-preassessment.yaml": """
inputs:
  - {id: gas, name: 天然气, kind: energy, consumption: {2024: 500000 m³}}
targets:
  - {id: T1, item: 耗气, resource: gas, baseline: 500000 m³/a, baseline_year: 2024, near: {value: 450000 m³/a, date: 2026-12-31}}
""",
    "4-options.yaml": """
options:
  - id: F1
    name: 回收
    category: technology
    content: 热回收
    investment: 100 万元
    savings: [{resource: gas, amount: 50000 m³/a, price: p-gas}]
    verdict: feasible
    reason: 示例
screening:
  factors: {environment: 10}
  scores: {F1: {environment: [8]}}
""",
    "5-feasibility.yaml": """
studies:
  - option: F1
    investment: {equipment: 100 万元}
    operation: {energy: 15 万元/a}
    life: 10 a
    recommendation: recommended
""",
}


@pytest.fixture
def audit(tree: Tree) -> Path:
    return tree(FILES)


def approved(audit: Path, *names: str) -> Analysis:
    assert approve(Analysis(open_audit(audit)), names, "示例甲", DAY) is None
    return Analysis(open_audit(audit))


def codes(audit: Path) -> list[str]:
    return [finding.code for finding in check(Analysis(open_audit(audit))) if finding.code in ("CPA644", "CPA645")]


def changed(audit: Path, name: str, old: str, new: str) -> None:
    path = audit / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_is_approved_stands_until_a_figure_changes(audit: Path) -> None:
    found = approved(audit, "F1", "T1", "screening")
    assert [(one.approval.decision, one.approval.kind, one.stale) for one in found.standings] == [
        ("F1", "study", False),
        ("T1", "target", False),
        ("screening", "screening", False),
    ]
    assert codes(audit) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "decisions_", "figure"),
    [
        ("audit.yaml", "3 元/m³", "3.2 元/m³", ["F1"], "prices.p-gas"),
        ("audit.yaml", "discount_rate: 8 %", "discount_rate: 9 %", ["F1"], "economics.discount_rate"),
        ("5-feasibility.yaml", "15 万元/a", "14 万元/a", ["F1"], "operation.energy"),
        ("5-feasibility.yaml", "life: 10 a", "life: 10 a\n    method: yearly", ["F1"], "method"),
        ("2-preassessment.yaml", "2024: 500000 m³", "2024: 510000 m³", ["F1"], "baseline.gas"),
        ("2-preassessment.yaml", "450000 m³/a", "440000 m³/a", ["T1"], "near"),
        ("4-options.yaml", "50000 m³/a", "40000 m³/a", ["F1", "T1"], "savings.gas"),
        ("4-options.yaml", "[8]", "[9]", ["screening"], "score.F1.environment"),
    ],
)
def test_a_change_names_the_figure(
    audit: Path, name: str, old: str, new: str, decisions_: list[str], figure: str
) -> None:
    approved(audit, "F1", "T1", "screening")
    changed(audit, name, old, new)
    stale = [one for one in Analysis(open_audit(audit)).standings if one.stale]
    assert [one.approval.decision for one in stale] == decisions_
    assert figure in {change[0] for change in stale[0].changes}
    assert codes(audit) == ["CPA644"] * len(stale)


def test_prose_and_layout_change_nothing(audit: Path) -> None:
    approved(audit, "F1")
    changed(audit, "4-options.yaml", "content: 热回收", "content: 烟气热回收\n    owner: 设备部")
    changed(audit, "5-feasibility.yaml", "life: 10 a", "life: 10.0 a  # 年限")
    assert codes(audit) == []


def test_approving_again_takes_the_figures_of_today(audit: Path) -> None:
    approved(audit, "F1", "T1")
    changed(audit, "audit.yaml", "3 元/m³", "3.2 元/m³")
    assert codes(audit) == ["CPA644"]
    before = (audit / "approvals.yaml").read_text("utf-8")
    approved(audit, "F1")
    after = (audit / "approvals.yaml").read_text("utf-8")
    assert codes(audit) == []
    assert before[before.index('decision: "T1"') :] == after[after.index('decision: "T1"') :]


def test_what_is_gone_and_what_was_edited(audit: Path) -> None:
    approved(audit, "F1", "T1")
    changed(audit, "approvals.yaml", '"450000 m³/a"', '"400000 m³/a"')
    assert codes(audit) == ["CPA645"]  # and not a second finding from the same edit
    changed(audit, "5-feasibility.yaml", "studies:", "conclusion: 无\nstudies: []\n#")
    (audit / "5-feasibility.yaml").write_text("conclusion: 无\n", "utf-8")
    assert [one.gone for one in Analysis(open_audit(audit)).standings] == [True, False]


def test_the_command(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["approve", "F1", "--folder", str(audit), "--by", "示例甲", "--lang", "en"]) == 0
    assert run(["approve", "F9", "--folder", str(audit), "--lang", "en"]) == 2
    assert "F9" in capsys.readouterr().err
    (entry,) = open_audit(audit).approvals
    assert entry.by == "示例甲"
    assert entry.fingerprint == fingerprint(entry)
    found = Analysis(open_audit(audit))
    assert decisions(found) == {
        "screening": ("screening", "screening"),
        "F1": ("study", "F1"),
        "T1": ("target", "T1"),
    }
    assert figures(found, "study", "F9") is None
