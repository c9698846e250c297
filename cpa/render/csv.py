"""Tables as comma-separated values: numbers unrounded, one table after the other, its title in front, its notes behind."""

import csv
import io
from collections.abc import Sequence

from cpa.tables.model import Table, as_data


def tables_text(tables: Sequence[Table], language: str) -> str:
    """CSV after RFC 4180 but for line feeds alone; a line with the title before each table, an empty line between two."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for number, table in enumerate(tables):
        if number:
            stream.write("\n")
        data = as_data(table, language)
        writer.writerow([_harmless(data["title"])])
        writer.writerow([_harmless(column["head"]) for column in data["columns"]])
        for row in data["rows"]:
            writer.writerow([_harmless(row[column["key"]]) for column in data["columns"]])
        for note in data["notes"]:
            writer.writerow([_harmless(note)])
    return stream.getvalue()


def _harmless(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") and len(value) > 1 else value
