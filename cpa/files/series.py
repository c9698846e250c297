"""CSV series: meter readings and samples, one column a quantity, the unit in the header.

A header cell is `name [unit]` or `name (unit)`; a column without unit is text (a time, a batch number, a remark).
"""

import csv
import io
import re
from pathlib import Path

import msgspec

from cpa.diagnostics import Finding, Span
from cpa.files.text import read_text
from cpa.messages import _

_HEAD = re.compile(r"\s*(.*?)\s*(?:\[([^\[\]]*)\]|[(（]([^\[\]]*)[)）])\s*\Z")


class SeriesColumn(msgspec.Struct, frozen=True):
    """One column: its name, its unit (empty: text), and a cell with its line for every row that has one."""

    name: str
    unit: str
    cells: tuple[tuple[int, str], ...]


class Series(msgspec.Struct, frozen=True):
    """One CSV file."""

    file: str
    head_line: int
    columns: tuple[SeriesColumn, ...]

    def column(self, name: str) -> SeriesColumn | None:
        return next((column for column in self.columns if column.name == name), None)


def read_series(root: Path, name: str) -> tuple[Series | None, list[Finding]]:
    """The series in file `name` (relative to `root`). Rows that do not fit the header are findings."""
    text, findings = read_text(root, name)
    if text is None:
        return None, findings
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
    except csv.Error:
        return None, [
            Finding(
                "CPA122",
                "error",
                _("a quotation mark is not closed, or stands where none can"),
                _cell_span(name, reader.line_num),
            )
        ]
    if not rows:
        return None, [
            Finding(
                "CPA122",
                "error",
                _("the file has no header line"),
                _cell_span(name, 1),
                hint=_("the first line names the columns with their units: time,flow [m³/h]"),
            )
        ]
    head_line, head = rows[0]
    names, units = [], []
    for cell in head:
        match = _HEAD.match(cell)
        names.append(match[1] if match else cell.strip())
        units.append((match[2] or match[3]).strip() if match else "")
    for index, column_name in enumerate(names):
        if column_name in names[:index] or not column_name:
            findings.append(
                Finding(
                    "CPA122",
                    "error",
                    _("column {index} has no name of its own", index=index + 1),
                    _cell_span(name, head_line),
                )
            )
    for line, row in rows[1:]:
        if len(row) != len(head):
            findings.append(
                Finding(
                    "CPA122",
                    "error",
                    _("this line has {found} cells, the header has {expected}", found=len(row), expected=len(head)),
                    _cell_span(name, line),
                    hint=_('a number with a comma needs quotes: "1,234"'),
                )
            )
    columns = tuple(
        SeriesColumn(
            names[i],
            units[i],
            tuple((line, row[i].strip()) for line, row in rows[1:] if i < len(row) and row[i].strip()),
        )
        for i in range(len(head))
    )
    return Series(name, head_line, columns), findings


def _cell_span(name: str, line: int) -> Span:
    return Span(name, max(line, 1), 1, max(line, 1), 2)
