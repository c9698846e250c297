"""`Table`, `Column` and cells: one declaration, many faces.

A table knows titles, columns and rows; a derived cell holds its value and the formula that gives it. Writers
(terminal, Markdown, Excel) know tables and nothing of audits.
"""

import datetime
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from cpa.messages import Message

Scalar = str | int | float | bool | None | datetime.date | Message


class Derived(msgspec.Struct, frozen=True):
    """A computed cell: its value, and a formula over cells of its table.

    In the formula `{key}` is the cell of column `key` in the same row and `{key[3]}` the one in row 3 (from 0);
    functions and operators are those of spreadsheets.
    """

    value: float | int | None
    formula: str


Cell = Scalar | Derived


class Column(msgspec.Struct, frozen=True):
    """A column. `decimals` None: text, or a number as it is. `group` is a head over several columns."""

    key: str
    head: Message
    decimals: int | None = None
    share: bool = False
    group: Message | None = None
    wide: bool = False

    @property
    def numeric(self) -> bool:
        return self.decimals is not None


class Chart(msgspec.Struct, frozen=True):
    """How writers with charts of their own may draw a table: its first `rows` rows (all for None), `values` by column key.

    `by_row`: every row is a series over the columns; otherwise every column is a series over the rows. `names` is the
    column with the names of the rows.
    """

    kind: Literal["line", "column", "bar", "radar"]
    names: str
    values: tuple[str, ...]
    rows: int | None = None
    by_row: bool = False
    stacked: bool = False


class Table(msgspec.Struct, frozen=True):
    """A work table or report table. `id` is the form number (2-12) or a name; `total` marks the last row as a sum."""

    id: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Message, ...] = ()
    total: bool = False
    kind: Literal["form", "report"] = "report"
    row_decimals: tuple[dict[Message | None, int], ...] = ()
    """Where every row has a unit of its own: the decimals of its cells, by the group of columns that leave them open."""
    chart: Chart | None = None

    def column_at(self, row: int, place: int) -> Column:
        """The column at `place` as it prints `row`."""
        column = self.columns[place]
        if column.decimals is not None and column.decimals < 0 and self.row_decimals:
            return msgspec.structs.replace(column, decimals=self.row_decimals[row][column.group])
        return column

    @property
    def grouped(self) -> bool:
        return any(column.group is not None for column in self.columns)


_REFERENCE = re.compile(r"\{([A-Za-z_][\w.-]*)(?:\[(\d+)\])?\}")


def spelled(formula: str, row: int, address: Callable[[str, int], str]) -> str:
    """`formula` with every reference replaced by `address(column key, row)`."""
    return _REFERENCE.sub(lambda match: address(match[1], int(match[2]) if match[2] else row), formula)


def value_of(cell: Cell) -> Scalar:
    return cell.value if isinstance(cell, Derived) else cell


def decimals_for(values: Sequence[float | None], digits: int = 4) -> int:
    """Decimals at which the largest of `values` shows `digits` significant digits, none for large or no numbers."""
    largest = max((abs(value) for value in values if value), default=0.0)
    if largest == 0 or not math.isfinite(largest):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(largest)), 0), 6)


def shown(cell: Cell, column: Column, language: str) -> str:
    """A cell as text: numbers with the column's decimals and thousands separators, nothing for None."""
    value = value_of(cell)
    if value is None:
        return ""
    if isinstance(value, Message):
        return value.to(language)
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]
    if isinstance(value, int | float):
        return number(value, column)
    return str(value)


def number(value: float, column: Column) -> str:
    """A number as the column prints it."""
    if not math.isfinite(value):
        return "–"
    if column.share:
        return _unsigned_zero(f"{value * 100:.{column.decimals or 0}f}") + " %"
    if isinstance(value, int) and not column.share:
        return f"{value:,}" if column.numeric else str(value)
    if column.decimals is None:
        return f"{value:,.10g}"
    return _unsigned_zero(f"{value:,.{column.decimals}f}")


def _unsigned_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def _full_head(column: Column, language: str) -> str:
    """The head with that of its group, which alone tells some columns apart."""
    head = column.head.to(language)
    return f"{column.group.to(language)}: {head}" if column.group is not None else head


def as_data(table: Table, language: str) -> dict[str, Any]:
    """The table as plain values for machines: titles in `language`, numbers unrounded."""

    def plain(cell: Cell) -> Any:
        value = value_of(cell)
        if isinstance(value, Message):
            return value.to(language)
        return value.isoformat() if isinstance(value, datetime.date) else value

    return {
        "id": table.id,
        "title": table.title.to(language),
        "columns": [{"key": column.key, "head": _full_head(column, language)} for column in table.columns],
        "rows": [
            {column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows
        ],
        "notes": [note.to(language) for note in table.notes],
    }
