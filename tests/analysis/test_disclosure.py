"""What an enterprise makes public must be what it discharges, and the stage of an audit what its report shows."""

import pytest
from conftest import Tree

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.figures.survey import class_scores
from cpa.messages import Message
from cpa.reports.document import build
from cpa.reports.writing import workbook_tables
from cpa.tables.disclosure import disclosure

AUDIT = """\
enterprise: {name: 示例电镀}
kind: compulsory
grounds: [toxic, over_limit, over_quota]
baseline_year: 2024
stage: preassessment
"""
PHASE = """\
products: [{id: zn, name: 镀锌件, output: {2024: 1000 m²}}]
inputs: [{id: power, name: 电, kind: energy, carrier: electricity, product: zn, consumption: {2024: 1000 kWh}}]
wastes:
  - id: chrome
    name: 含铬废水
    category: wastewater
    toxic: heavy_metal
    hazardous_component: 六价铬 60～120 mg/L
    discharge: {2024: 30000 m³}
monitoring:
  - {id: cr, point: 车间口, pollutant: 总铬, year: 2024, value: 0.5 mg/L, standard: GB 21900-2008, limit: 1 mg/L, carried_by: chrome}
  - {id: ph, point: 总排口, pollutant: pH, year: 2024, value: 5 pH, standard: GB 21900-2008, low_limit: 6 pH, limit: 9 pH}
energy_quotas: [{product: zn, quota: 0 kgce/m², standard: 示例}]
"""


@pytest.fixture
def analysis(tree: Tree) -> Analysis:
    audit = open_audit(tree({"audit.yaml": AUDIT, "2-preassessment.yaml": PHASE}))
    assert audit.findings == []
    return Analysis(audit)


def content(analysis: Analysis, item: str) -> str:
    rows = {str(row[1]): row[2] for row in disclosure(analysis).rows}
    found = rows[item]
    return found.to("en") if isinstance(found, Message) else str(found)


def test_what_is_disclosed_is_what_is_discharged(analysis: Analysis) -> None:
    """0.5 mg/L × 30000 m³ = 0.015 t; the 60 to 120 mg/L before treatment leave the plant nowhere."""
    found = content(analysis, "Toxic substances discharged: names, concentrations, amounts")
    assert "总铬 0.5 mg/L" in found
    assert "0.015 t/a" in found
    assert "120" not in found


def test_a_lower_limit_is_named_as_such(analysis: Analysis) -> None:
    assert "limit 6 pH" in content(analysis, "Concentration")
    assert content(analysis, "How far the limit or the cap is exceeded") != "(to be filled in)"


def test_the_report_ends_with_the_stage_of_the_audit(analysis: Analysis) -> None:
    text = build(analysis, "zh").text
    assert "## 2 预评估" in text
    assert "## 3 " not in text
    names = [name for name, _table in workbook_tables(analysis)]
    assert "2-13" in names
    assert "4-1" in names
    assert not {"3-1", "4-2", "5-1", "6-1", "7-1"} & set(names)


SYSTEM = """\
id: local
name: {zh: 体系, en: System}
document: DB00/T 1-2024
edition: 2024
confidence: official
method: guideline
levels: [{zh: Ⅰ级, en: Ⅰ}, {zh: Ⅱ级, en: Ⅱ}, {zh: Ⅲ级, en: Ⅲ}]
level_rule: [{level: 1, score: 85}, {level: 2, score: 85}, {level: 3, score: 100}]
absent: {indicators: renormalise, classes: renormalise}
classes:
  - {id: a, name: {zh: 甲, en: A}, weight: 0.25}
  - {id: b, name: {zh: 乙, en: B}, weight: 0.25}
  - {id: c, name: {zh: 丙, en: C}, weight: 0.25}
  - {id: d, name: {zh: 丁, en: D}, weight: 0.25}
indicators:
  - {id: a1, class: a, name: {zh: 甲一, en: A1}, unit: t, weight: 1, baselines: [≤1, ≤2, ≤3]}
  - {id: b1, class: b, name: {zh: 乙一, en: B1}, unit: t, weight: 0.5, baselines: [≤1, ≤2, ≤3]}
  - {id: b2, class: b, name: {zh: 乙二, en: B2}, unit: t, weight: 0.5, baselines: [≤1, ≤2, ≤3]}
  - {id: c1, class: c, name: {zh: 丙一, en: C1}, unit: t, weight: 1, baselines: [≤1, ≤2, ≤3]}
  - {id: d1, class: d, name: {zh: 丁一, en: D1}, unit: t, weight: 1, baselines: [≤1, ≤2, ≤3]}
"""


def test_no_class_has_more_than_all_of_its_points(tree: Tree) -> None:
    """d is not judged: the others are scaled up, and still a has all of its points, b half of them, c all."""
    values = "values: [{indicator: a1, value: 1 t}, {indicator: b1, value: 1 t}, {indicator: b2, value: 2 t}, {indicator: c1, value: 1 t}]"
    phase = f"benchmark: {{system: local, year: 2024, {values}}}\n"
    files = {"audit.yaml": AUDIT, "2-preassessment.yaml": phase, "indicators/local.yaml": SYSTEM}
    figure = class_scores(Analysis(open_audit(tree(files))), "zh")
    assert figure is not None
    shown = [line for line in figure.svg.splitlines() if "丁" in line or "250" in line or "133" in line]
    assert shown == []
    assert ">50<" in figure.svg
    assert figure.svg.count(">100<") >= 2
