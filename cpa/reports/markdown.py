"""Tables and figures as Markdown that git hosts render."""

import re
from collections.abc import Sequence

from cpa.tables.model import Table, shown

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def table_text(table: Table, language: str) -> str:
    """A pipe table; a head of several columns stands before each of their heads."""
    heads = []
    for column in table.columns:
        head = column.head.to(language)
        heads.append(
            cell_text(
                f"{column.group.to(language)}：{head}"
                if column.group is not None and language == "zh"
                else f"{column.group.to(language)}: {head}"
                if column.group is not None
                else head
            )
        )
    lines = [
        f"| {' | '.join(heads)} |",
        f"|{'|'.join('---:' if column.numeric else '---' for column in table.columns)}|",
    ]
    last = len(table.rows) - 1
    for index, row in enumerate(table.rows):
        cells = [cell_text(shown(cell, table.column_at(index, place), language)) for place, cell in enumerate(row)]
        if table.total and index == last:
            cells = [f"**{cell}**" if cell else "" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    if table.notes:
        note = "注" if language == "zh" else "Note"
        lines += [
            "",
            *(f"{note}{'：' if language == 'zh' else ': '}{inline(text.to(language))}\n" for text in table.notes),
        ]
    return "\n".join(lines).rstrip() + "\n"


def titled_tables(tables: Sequence[Table], language: str) -> str:
    """Tables one after the other, each under its title."""
    return "\n".join(f"### {cell_text(table.title.to(language))}\n\n{table_text(table, language)}" for table in tables)


def cell_text(text: str) -> str:
    """Text in a cell: one line, nothing that Markdown would take for its own."""
    return inline(" ".join(text.split()))


def inline(text: str) -> str:
    """Text of an auditor inside a sentence, with Markdown's signs made harmless."""
    return _SPECIAL.sub(r"\\\1", text)
