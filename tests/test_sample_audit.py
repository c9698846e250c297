"""The sample audit is a test: clean, complete in every form and column, and its report a snapshot.

`CPA_UPDATE_SNAPSHOT=1 pytest tests/test_sample_audit.py` writes the snapshot anew; read the difference.
"""

import os
import re
from pathlib import Path

import pytest

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.checks import check
from cpa.reports.document import build
from cpa.reports.writing import workbook_tables
from cpa.schema.types import Category
from cpa.tables.assessment import balance_flows
from cpa.tables.forms import FORMS, REPORT_TABLES, table
from cpa.tables.model import Derived, shown

SAMPLE = Path(__file__).parent.parent / "sample-audit"
SNAPSHOT = Path(__file__).parent / "snapshots" / "report.md"

MAY_BE_EMPTY = {
    ("2-3", "note"): "a remark",
    ("2-4", "note"): "a remark",
    ("2-5", "note"): "a remark",
    ("2-5", "quota"): "quotas exist for a few wastes only",
    ("3-3", "note"): "a remark",
    ("3-4", "note"): "a remark",
    ("2-11", "fines"): "nobody was fined",
    **{
        (form, key): "no option changes it"
        for form in ("6-4", "6-5")
        for key in ("output_value", "utilities", "charges", "maintenance", "taxes")
    },
}


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(open_audit(SAMPLE))


def test_check_is_silent(analysis: Analysis) -> None:
    assert check(analysis) == []


def test_it_says_that_it_is_an_example(analysis: Analysis) -> None:
    assert analysis.audit.identity is not None
    assert "虚构" in analysis.audit.identity.note


@pytest.mark.parametrize("number", FORMS)
def test_every_column_of_every_form_is_filled(analysis: Analysis, number: str) -> None:
    form = table(analysis, number)
    assert form.rows
    empty = [
        column.key
        for place, column in enumerate(form.columns)
        if not any(shown(row[place], form.column_at(index, place), "zh") for index, row in enumerate(form.rows))
    ]
    assert [key for key in empty if (number, key) not in MAY_BE_EMPTY] == []


@pytest.mark.parametrize("name", [*FORMS, *REPORT_TABLES])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_heads_are_in_the_language_asked_for(analysis: Analysis, name: str, language: str) -> None:
    made = table(analysis, name)
    own = {row[0] for row in made.rows} | set(analysis.audit.texts.values())
    for column in made.columns:
        head = column.head.to(language)
        chinese = re.search("[\u4e00-\u9fff]", head)
        if language == "en" and chinese:
            assert (
                any(head in str(text) for text in own)
                or re.search(r"万元|^F\d", head)
                or made.id in ("2-6", "2-7", "2-8", "4-5", "5-1", "5-2", "5-4", "6-6")
            ), head
        assert "{" not in head


def test_what_the_sample_has_to_show(analysis: Analysis) -> None:
    audit = analysis.audit
    assert audit.identity is not None
    assert audit.identity.kind == "compulsory"
    assert "over_limit" in audit.identity.grounds
    assert len(audit.phase("preassessment").candidates) == 6
    assert len(analysis.years) == 3
    options = audit.phase("options").options
    assert len(options) >= 30
    assert {option.category for option in options} == set(Category.__args__)
    assert len(analysis.studies) >= 5
    assert {result.layer for result in analysis.balances} >= {"mass", "water", "extract", "cod"}
    assert any(flow.kind == "recycle" for flow in audit.phase("assessment").flows)
    assert all(len(quantity.readings) == 3 for quantity in audit.readings.values())


def test_balances_close_like_measured_data(analysis: Analysis) -> None:
    deviations = [
        scope.sheet.deviation
        for result in analysis.balances
        for scope in result.scopes
        if scope.kind != "total" and scope.sheet.verdict == "within" and scope.sheet.deviation is not None
    ]
    assert len(deviations) > 30
    assert all(0.0005 < deviation < 0.05 for deviation in deviations)
    assert len({round(deviation, 5) for deviation in deviations}) > 25


def test_the_report_is_complete_and_as_reviewed(analysis: Analysis) -> None:
    document = build(analysis, "zh")
    assert document.findings == ()
    numbers = re.findall(r"^\*\*表 (\d)-(\d+) ", document.text, re.MULTILINE)
    for chapter in "1234567":
        own = [int(number) for found, number in numbers if found == chapter]
        assert own == list(range(1, len(own) + 1))
        assert own
    assert "见、" not in document.text
    assert "见。" not in document.text
    for drawing in re.findall(r"\]\(figures/([^)]+)\)", document.text):
        assert drawing in document.drawings
    if os.environ.get("CPA_UPDATE_SNAPSHOT"):
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(document.text, encoding="utf-8")
    assert document.text == SNAPSHOT.read_text(encoding="utf-8")


def test_the_report_prints_the_analysis(analysis: Analysis) -> None:
    """A number that several chapters show is the one that the analysis holds."""
    text = build(analysis, "zh").text
    for result in analysis.studies:
        assert result.appraisal is not None
        assert f"{result.appraisal.npv:,.2f}" in text
        assert f"{result.investment.total:,.2f}" in text
    assert analysis.focus is not None
    for row in analysis.focus.rows:
        assert f"{row.total:,.1f}" in text
    for balance in analysis.balances:
        assert f"{balance.total.sheet.total_in:,.2f} {balance.unit}" in text


def test_two_runs_give_the_same_bytes() -> None:
    one, other = (build(Analysis(open_audit(SAMPLE)), "zh") for _run in range(2))
    assert one == other


def test_derived_cells_follow_from_their_neighbours(analysis: Analysis) -> None:
    """A few formulas recomputed by hand from the cells that they name."""
    sheets = dict(workbook_tables(analysis))
    form = sheets["2-13"]
    keys = [column.key for column in form.columns]
    for row in form.rows:
        cells = dict(zip(keys, row, strict=True))
        change = cells["near_change"]
        assert isinstance(change, Derived)
        expected = (cells["baseline"] - cells["near"]) / cells["baseline"]
        assert abs(abs(change.value) - abs(expected)) < 1e-12


def test_the_streams_listed_add_up_to_the_balance_above_them(analysis: Analysis) -> None:
    """The flow table of a balance shows every stream that crosses its border, known losses included."""
    for result in analysis.balances:
        listed = balance_flows(analysis, result)
        keys = [column.key for column in listed.columns]
        amounts = {row[keys.index("id")]: row[keys.index("amount")] for row in listed.rows}
        sheet = result.total.sheet
        for entries, total in (
            (sheet.inputs, sheet.total_in),
            (sheet.outputs, sheet.total_out),
            (sheet.losses, sheet.total_loss),
        ):
            assert sum(amounts[entry.id] for entry in entries) == pytest.approx(total)
