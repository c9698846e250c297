"""The workbook: every form a sheet, live formulas with cached values, nothing an auditor typed run as a formula."""

import io
import math
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas
import pytest

from cpa.analysis import Analysis
from cpa.audit import open_audit
from cpa.messages import plain
from cpa.reports.excel import workbook
from cpa.reports.writing import workbook_tables
from cpa.tables.forms import FORMS
from cpa.tables.model import Column, Derived, Table, value_of

SAMPLE = Path(__file__).parent.parent / "sample-audit"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(open_audit(SAMPLE))


@pytest.fixture(scope="module")
def data(analysis: Analysis) -> bytes:
    return workbook(workbook_tables(analysis), plain("工作表"), "zh")


def test_a_sheet_for_every_form(data: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "目录"
    assert [name for name in book.sheetnames if name in FORMS] == list(FORMS)
    links = [cell.hyperlink.location for cell in book["目录"]["A"] if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_cached_values_are_the_programs(analysis: Analysis, data: bytes) -> None:
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    counted = 0
    for name, table in workbook_tables(analysis):
        first = 2 + (2 if table.grouped else 1)
        for row, cells in enumerate(table.rows):
            for place, cell in enumerate(cells):
                found = values[name].cell(first + row, place + 1).value
                if isinstance(cell, Derived) and cell.value is not None:
                    counted += 1
                    assert str(formulas[name].cell(first + row, place + 1).value).startswith("=")
                    assert math.isclose(found, cell.value, rel_tol=1e-12, abs_tol=1e-12)
                elif isinstance(value_of(cell), float):
                    assert math.isclose(found, cell, rel_tol=1e-12)
    assert counted > 300


def test_pandas_sees_numbers(data: bytes) -> None:
    frame = pandas.read_excel(io.BytesIO(data), sheet_name="5-3", header=None)
    assert (frame == "F6").any().any()
    row = frame[(frame == "F6").any(axis=1)].iloc[0]
    assert any(isinstance(value, float) and abs(value - 367.27) < 0.01 for value in row)


def test_the_same_audit_gives_the_same_bytes(analysis: Analysis, data: bytes) -> None:
    assert workbook(workbook_tables(Analysis(open_audit(SAMPLE))), plain("工作表"), "zh") == data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_text_that_looks_like_a_formula_stays_text() -> None:
    texts = ["=1+1", "+86 571", "-5 %", "@SUM(A1)", "http://example.com"]
    table = Table("x", plain("x"), (Column("a", plain("a")),), tuple((text,) for text in texts))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([("x", table)], plain("x"), "en")))["x"]
    cells = [sheet.cell(3 + row, 1) for row in range(len(texts))]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice recalculates; it is not installed here")
def test_recalculation_gives_the_same_numbers(analysis: Analysis, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(data)
    profile = tmp_path / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"><value>0</value></prop></item></oor:items>',
        encoding="utf-8",
    )
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(tmp_path / "book.xlsx")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "out" / "book.xlsx", data_only=True)
    counted = 0
    for name, table in workbook_tables(analysis):
        first = 2 + (2 if table.grouped else 1)
        for row, cells in enumerate(table.rows):
            for place, cell in enumerate(cells):
                if isinstance(cell, Derived) and cell.value is not None:
                    found = book[name].cell(first + row, place + 1).value
                    assert isinstance(found, int | float), f"{name} row {row}: {cell.formula} gives {found}"
                    assert math.isclose(found, cell.value, rel_tol=1e-6, abs_tol=1e-9), (
                        f"{name} row {row}: {cell.formula}"
                    )
                    counted += 1
    assert counted > 300
