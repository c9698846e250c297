"""Small parts from which the declarations of tables are written."""

from collections.abc import Iterable, Sequence

import msgspec

from cpa.analysis import Analysis
from cpa.messages import Message, _, plain
from cpa.schema.quantity import Quantity
from cpa.schema.units import Calendar
from cpa.tables.model import Cell, Chart, Column, Derived, Table, decimals_for, value_of

DASH = "–"


def words(quantity: Quantity | None) -> str:
    """A quantity in a cell of text: at most five significant digits, and its unit."""
    if quantity is None:
        return ""
    sign = f"{quantity.sign} " if quantity.sign else ""
    return f"{sign}{amount(quantity.value)} {quantity.unit.text}".strip()


def amount(value: float) -> str:
    """At most five significant digits below 100,000, whole numbers above; never a power of ten."""
    text = f"{value:,.5g}"
    return f"{value:,.0f}" if "e+" in text else text


def in_unit(quantity: Quantity | None, unit: str, calendar: Calendar) -> float | None:
    """The value in `unit`, None where there is none or it does not fit."""
    return None if quantity is None else quantity.fitted(unit, calendar)


def joined(*parts: str, separator: str = "；") -> str:
    """The parts that say something."""
    return separator.join(part for part in parts if part)


def resource_names(analysis: Analysis) -> dict[str, str]:
    """What options save and change, by id: inputs, wastes, products, and monitored pollutants at their points."""
    phase = analysis.audit.phase("preassessment")
    names = {item.id: item.name for item in (*phase.inputs, *phase.wastes, *phase.products)}
    return names | {item.id: f"{item.point} {item.pollutant}" for item in phase.monitoring}


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
    by_row: bool = False,
    chart: Chart | None = None,
) -> Table:
    """A table of the report or of a command that is no work table; `by_row`: its rows are of different magnitude."""
    made = Table(name, title, tuple(columns), tuple(tuple(row) for row in rows), tuple(notes), total, chart=chart)
    return fitted(made, by_row=by_row)


def fitted(table: Table, *, by_row: bool = False) -> Table:
    """Columns whose decimals are left open (-1) get those that show four significant digits of the largest value.

    The largest of the column; of the row and the group of columns, in a table whose rows have units of their own.
    """
    places = [place for place, column in enumerate(table.columns) if column.decimals == -1]
    if not places:
        return table
    if by_row or any(column.key == "unit" for column in table.columns):
        groups = {
            table.columns[place].group: [
                other for other in places if table.columns[other].group == table.columns[place].group
            ]
            for place in places
        }
        rows = tuple(
            {group: _decimals_of_row(_numbers(row[place] for place in members)) for group, members in groups.items()}
            for row in table.rows
        )
        return msgspec.structs.replace(table, row_decimals=rows)
    columns = list(table.columns)
    for place in places:
        decimals = decimals_for(_numbers(row[place] for row in table.rows))
        columns[place] = msgspec.structs.replace(columns[place], decimals=decimals)
    return msgspec.structs.replace(table, columns=tuple(columns))


def without_empty(table: Table, keys: Sequence[str]) -> Table:
    """The table without those of the columns `keys` that hold nothing; formulas must not name them."""
    kept = [
        place
        for place, column in enumerate(table.columns)
        if column.key not in keys or any(value_of(row[place]) not in (None, "") for row in table.rows)
    ]
    return msgspec.structs.replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
    )


def _decimals_of_row(values: list[float]) -> int:
    """Four digits of the largest value and two of the smallest, so that a small difference of large figures shows."""
    largest = max(map(abs, values), default=0.0)
    smallest = min((abs(value) for value in values if abs(value) > largest * 1e-6), default=0.0)
    return max(decimals_for([largest]), decimals_for([smallest], 2))


def _numbers(cells: Iterable[Cell]) -> list[float]:
    values = (value_of(cell) for cell in cells)
    return [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]


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
