"""Small parts from which the declarations of tables are written."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from cpa.messages import Message, _, plain
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar
from cpa.tables.model import Cell, Column, Derived, Table, decimals_for, value_of

DASH = "–"


def words(quantity: Quantity | None) -> str:
    """A quantity in a cell of text: at most five significant digits, and its unit."""
    if quantity is None:
        return ""
    text = f"{quantity.value:,.5g}"
    if "e" in text:
        text = f"{quantity.value:,.0f}"
    sign = f"{quantity.sign} " if quantity.sign else ""
    return f"{sign}{text} {quantity.unit.text}".strip()


def in_unit(quantity: Quantity | None, unit: str, calendar: Calendar) -> float | None:
    """The value in `unit`, None where there is none or it does not fit."""
    return None if quantity is None else quantity.fitted(unit, calendar)


def joined(*parts: str, separator: str = "；") -> str:
    """The parts that say something."""
    return separator.join(part for part in parts if part)


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key by which F2 stands before F10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part)


def text(key: str, head: Message, *, wide: bool = False, group: Message | None = None) -> Column:
    return Column(key, head, wide=wide, group=group)


def number(key: str, head: Message, decimals: int = 2, *, share: bool = False, group: Message | None = None) -> Column:
    return Column(key, head, decimals, share, group)


def year(value: int) -> Message:
    return _("{year}", year=value)


def form(
    number: str,
    title: Message,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    notes: Sequence[Message] = (),
    total: bool = False,
) -> Table:
    """A work table of the handbook's set, by its number."""
    made = report(number, title, columns, rows, notes=notes, total=total)
    return msgspec.structs.replace(made, kind="form")


def report(
    name: str,
    title: Message,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    notes: Sequence[Message] = (),
    total: bool = False,
) -> Table:
    """A table of the report or of a command that is no work table."""
    return fitted(Table(name, title, tuple(columns), tuple(tuple(row) for row in rows), tuple(notes), total))


def fitted(table: Table) -> Table:
    """Columns whose decimals are given as -1 get those that show four significant digits of their largest value."""
    columns = []
    for index, column in enumerate(table.columns):
        if column.decimals == -1:
            values = [
                value
                for value in (value_of(row[index]) for row in table.rows)
                if isinstance(value, int | float) and not isinstance(value, bool)
            ]
            column = Column(column.key, column.head, decimals_for(values), column.share, column.group, column.wide)
        columns.append(column)
    return Table(table.id, table.title, tuple(columns), table.rows, table.notes, table.total, table.kind)


def turned(
    number: str,
    title: Message,
    fields: Sequence[tuple[Message, Sequence[Cell]]],
    heads: Sequence[str],
    *,
    first: Message | None = None,
) -> Table:
    """A form with one column an item and one row a field, as the handbook prints its item sheets."""
    columns = [
        text("field", first or _("Field")),
        *(text(f"item{index}", plain(head), wide=True) for index, head in enumerate(heads)),
    ]
    return form(number, title, columns, ((name, *cells) for name, cells in fields))


def summed(keys: Sequence[str], count: int, values: Sequence[float | None]) -> list[Derived]:
    """Cells of a total row over the `count` rows above it, one for each column key."""
    return [
        Derived(value, f"SUM({{{key}[0]}}:{{{key}[{max(count - 1, 0)}]}})")
        for key, value in zip(keys, values, strict=True)
    ]


NUMBER = _("No.")
NAME = _("Name")
REMARK = _("Remark")
EIGHT = ("materials", "technology", "equipment", "control", "product", "waste", "management", "staff")
"""The eight aspects in the order of the forms."""
