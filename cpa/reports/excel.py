"""The work tables as an Excel workbook: a sheet a form, printed like a form, with live formulas and cached values."""

import datetime
import io
import math
from collections.abc import Sequence
from typing import Any

from cpa.figures.svg import COLOURS
from cpa.messages import Message, _
from cpa.tables.model import Chart, Column, Derived, Table, shown, spelled, value_of

_WIDE, _NORMAL, _NUMBER = 36, 16, 12
_PAGE = 170
"""Column widths that a landscape page still shows at a readable size."""
_A4 = 9
_LINE, _MOST = 13.5, 400
_FONT = {"zh": "宋体", "en": "Calibri"}
_SHORT = 6
"""Rows above a chart with which it still fits on their page."""
_FIXED_TIME = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 -- the same bytes whenever a workbook is written


def workbook(tables: Sequence[tuple[str, Table]], title: Message, language: str) -> bytes:
    """The bytes of a workbook with a contents sheet and one sheet for each (sheet name, table)."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title.to(language), "created": _FIXED_TIME})
    formats = _Formats(book, language)
    contents = book.add_worksheet(_("Contents").to(language))
    contents.set_column(0, 0, 14)
    contents.set_column(1, 1, 60)
    contents.write_string(0, 0, title.to(language), formats.title)
    contents.hide_gridlines(2)
    contents.set_paper(_A4)
    contents.fit_to_pages(1, 0)
    contents.freeze_panes(2, 0)
    contents.write_string(1, 0, _("Sheet").to(language), formats.head)
    contents.write_string(1, 1, _("Title").to(language), formats.head)
    for row, (name, table) in enumerate(tables, 2):
        contents.write_url(row, 0, f"internal:'{name}'!A1", formats.link, name)
        contents.write_string(row, 1, table.title.to(language), formats.text)
        _write_sheet(book, name, table, language, formats)
    book.close()
    return stream.getvalue()


class _Formats:
    """The cell formats of a workbook, each made once."""

    def __init__(self, book: Any, language: str) -> None:
        self._book = book
        self._base = {"font_name": _FONT[language], "font_size": 10, "valign": "vcenter"}
        self._made: dict[str, Any] = {}
        self.title = book.add_format({**self._base, "bold": True, "font_size": 14})
        self.head = book.add_format(
            {**self._base, "bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#EDF2F7"}
        )
        self.text = book.add_format({**self._base, "border": 1, "text_wrap": True})
        self.count = book.add_format({**self._base, "border": 1, "align": "center", "num_format": "0"})
        self.note = book.add_format({**self._base, "italic": True, "font_color": "#555555"})
        self.link = book.add_format({**self._base, "border": 1, "font_color": "#0563C1", "underline": 1})
        self.foot = book.add_format(self._base)

    def number(self, column: Column, *, bold: bool) -> Any:
        decimals = column.decimals or 0
        pattern = (
            ("0" if column.share else "#,##0")
            + ("." + "0" * decimals if decimals else "")
            + ("%" if column.share else "")
        )
        key = f"{pattern}{bold}"
        if key not in self._made:
            self._made[key] = self._book.add_format({**self._base, "border": 1, "num_format": pattern, "bold": bold})
        return self._made[key]

    def words(self, *, bold: bool) -> Any:
        if not bold:
            return self.text
        return self._made.setdefault(
            "bold", self._book.add_format({**self._base, "border": 1, "text_wrap": True, "bold": True})
        )


def _write_sheet(book: Any, name: str, table: Table, language: str, formats: _Formats) -> None:
    sheet = book.add_worksheet(name)
    last = len(table.columns) - 1
    heading = (
        _("Work table {number}  {title}", number=table.id, title=table.title) if table.kind == "form" else table.title
    )
    sheet.write_string(0, 0, heading.to(language), formats.title)
    head_rows = 2 if table.grouped else 1
    _write_heads(sheet, table, language, formats, head_rows)
    heads = [(column.head.to(language), _width(column)) for column in table.columns]
    sheet.set_row(head_rows, _height(heads))
    if head_rows == 2:
        sheet.set_row(1, _height(_group_heads(table, language)))
    first = 1 + head_rows
    index = {column.key: place for place, column in enumerate(table.columns)}

    def address(key: str, row: int) -> str:
        return f"{_letters(index[key])}{first + row + 1}"

    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, _width(column))
    for number, row in enumerate(table.rows):
        bold = table.total and number == len(table.rows) - 1
        sheet.set_row(
            first + number,
            _height(
                [
                    (shown(cell, table.column_at(number, place), language), _width(table.columns[place]))
                    for place, cell in enumerate(row)
                ]
            ),
        )
        for place, cell in enumerate(row):
            column = table.column_at(number, place)
            value = value_of(cell)
            if isinstance(cell, Derived) and cell.value is not None:
                sheet.write_formula(
                    first + number,
                    place,
                    "=" + spelled(cell.formula, number, address),
                    formats.count if isinstance(cell.value, int) else formats.number(column, bold=bold),
                    cell.value,
                )
            elif isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(
                    first + number,
                    place,
                    value,
                    formats.number(column, bold=bold) if column.numeric else formats.count,
                )
            else:
                sheet.write_string(first + number, place, shown(cell, column, language), formats.words(bold=bold))
    line = first + len(table.rows)
    for note in table.notes:
        sheet.write_string(line, 0, note.to(language), formats.note)
        line += 1
    if table.kind == "form":
        for place, text in zip(
            (0, max(last // 3, 1), max(2 * last // 3, 2)),
            (_("Prepared by:"), _("Checked by:"), _("Page __ of __")),
            strict=True,
        ):
            sheet.write_string(line + 1, place, text.to(language), formats.foot)
    if table.chart is not None and table.rows:
        chart = _chart(book, name, table, table.chart, first, language)
        sheet.insert_chart(line + 3, 0, chart, {"x_scale": 1.5, "y_scale": 1.3})
        if len(table.rows) > _SHORT:
            sheet.set_h_pagebreaks([line + 2])
    sheet.freeze_panes(first, 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    # A wide form goes over several pages rather than be printed too small to read, its first column on each.
    sheet.fit_to_pages(max(1, math.ceil(sum(map(_width, table.columns)) / _PAGE)), 0)
    sheet.repeat_rows(1, head_rows)
    sheet.repeat_columns(0)
    sheet.set_footer("&C&P / &N")


def _chart(book: Any, name: str, table: Table, wanted: Chart, first: int, language: str) -> Any:
    """A native chart over the cells of the sheet, so that it follows them."""
    kind: dict[str, str] = {"type": wanted.kind}
    if wanted.stacked:
        kind["subtype"] = "stacked"
    chart = book.add_chart(kind)
    place = {column.key: index for index, column in enumerate(table.columns)}
    names, columns = place[wanted.names], [place[key] for key in wanted.values]
    last = first + (len(table.rows) if wanted.rows is None else min(wanted.rows, len(table.rows))) - 1
    font = {"name": _FONT[language], "size": 9}
    if wanted.by_row:
        for row in range(first, last + 1):
            chart.add_series(
                {
                    "name": [name, row, names],
                    "categories": [name, first - 1, columns[0], first - 1, columns[-1]],
                    "values": [name, row, columns[0], row, columns[-1]],
                    **_look(wanted, row - first),
                }
            )
    else:
        for number, column in enumerate(columns):
            chart.add_series(
                {
                    "name": [name, first - 1, column],
                    "categories": [name, first, names, last, names],
                    "values": [name, first, column, last, column],
                    **_look(wanted, number),
                }
            )
    chart.set_title({"name": table.title.to(language), "name_font": {**font, "size": 11}})
    position = "right" if wanted.kind == "line" else "bottom"  # a dozen names below would leave no room for the lines
    chart.set_legend({"position": position, "font": font, "none": not wanted.by_row and len(columns) == 1})
    chart.set_x_axis({"num_font": font})
    chart.set_y_axis({"num_font": font, **({"reverse": True} if wanted.kind == "bar" else {})})
    return chart


def _look(wanted: Chart, number: int) -> dict[str, Any]:
    """The colour of a series, that of the drawn figures."""
    colour = {"color": COLOURS[number % len(COLOURS)]}
    if wanted.kind == "line":
        dash = {"dash_type": "dash"} if number >= len(COLOURS) else {}
        return {
            "line": {**colour, **dash, "width": 1.75},
            "marker": {"type": "circle", "fill": colour, "border": colour},
        }
    return {"line": colour} if wanted.kind == "radar" else {"fill": colour}


def _group_heads(table: Table, language: str) -> list[tuple[str, int]]:
    """Heads over several columns, with the width that they share."""
    widths: dict[str, int] = {}
    for column in table.columns:
        if column.group is not None:
            name = column.group.to(language)
            widths[name] = widths.get(name, 0) + _width(column)
    return list(widths.items())


def _width(column: Column) -> int:
    return _WIDE if column.wide else _NUMBER if column.numeric else _NORMAL


def _height(cells: list[tuple[str, int]]) -> float:
    """The height of a row whose texts wrap in their columns: spreadsheets do not find it out by themselves."""
    lines = 1
    for text, width in cells:
        units = sum(2 if ord(character) > 0x2E7F else 1.05 for character in text)
        lines = max(lines, math.ceil(units / (width - 1)))
    return min(lines * _LINE + 3, _MOST)


def _write_heads(sheet: Any, table: Table, language: str, formats: _Formats, head_rows: int) -> None:
    place = 0
    while place < len(table.columns):
        column = table.columns[place]
        head = column.head.to(language)
        if column.group is None:
            if head_rows == 2:
                sheet.merge_range(1, place, 2, place, head, formats.head)
            else:
                sheet.write_string(1, place, head, formats.head)
            place += 1
            continue
        end = place
        while end + 1 < len(table.columns) and table.columns[end + 1].group == column.group:
            end += 1
        if end > place:
            sheet.merge_range(1, place, 1, end, column.group.to(language), formats.head)
        else:
            sheet.write_string(1, place, column.group.to(language), formats.head)
        for inner in range(place, end + 1):
            sheet.write_string(2, inner, table.columns[inner].head.to(language), formats.head)
        place = end + 1


def _letters(index: int) -> str:
    """Spreadsheet letters of a column counted from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
