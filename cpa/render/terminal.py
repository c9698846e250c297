"""Findings, tables and short texts on a terminal, in a pipe, or in a file: readable at 80 columns."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TextIO

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from cpa.diagnostics import SEVERITIES, Finding, Span
from cpa.files.text import lines_of
from cpa.messages import Message, _
from cpa.tables.model import Column, Table, shown

SEVERITY_NAMES: dict[str, Message] = {"error": _("error"), "warning": _("warning"), "note": _("note")}
_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_TAB = "    "


def console(stream: TextIO | None = None) -> Console:
    """A console on `stream` (standard output): colours only on terminals, `NO_COLOR` respected, no wrapping in pipes."""
    stream = stream or sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 100
    return Console(
        file=stream,
        highlight=False,
        soft_wrap=False,
        width=width,
        legacy_windows=False if not stream.isatty() else None,
    )


def print_findings(
    findings: Sequence[Finding], texts: Mapping[str, str], language: str, stream: TextIO | None = None
) -> None:
    """Every finding with its place, source line and remedy, then how many there are of each kind."""
    out = console(stream)
    lines: dict[str, list[str]] = {}
    for finding in findings:
        span = finding.span
        place = span.text + ": " if span is not None else ""
        name = SEVERITY_NAMES[finding.severity].to(language)
        out.print(
            Text.assemble(
                (place, "bold"),
                (f"{name} {finding.code}", _STYLES[finding.severity]),
                " ",
                finding.message.to(language),
            ),
            soft_wrap=True,
        )
        if span is not None and span.file in texts:
            _excerpt(out, span, lines.setdefault(span.file, lines_of(texts[span.file])), _STYLES[finding.severity])
        for related in finding.related:
            out.print(
                Text.assemble("    ", (related.span.text, "bold"), ": ", related.message.to(language)),
                soft_wrap=True,
            )
        if finding.hint is not None:
            out.print(Text.assemble("    = ", (finding.hint.to(language), "italic")), soft_wrap=True)
    if findings:
        out.print(summary(findings).to(language))


def summary(findings: Iterable[Finding]) -> Message:
    """How many findings there are of each severity."""
    counted = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counted[finding.severity] += 1
    return _(
        "{errors} errors, {warnings} warnings, {notes} notes",
        errors=counted["error"],
        warnings=counted["warning"],
        notes=counted["note"],
    )


def _excerpt(out: Console, span: Span, lines: list[str], style: str) -> None:
    """The source line with a mark under it, counted in display columns, cropped around the mark if it is long."""
    if not 0 < span.line <= len(lines):
        return
    line = lines[span.line - 1].replace("\t", _TAB)
    shift = lines[span.line - 1][: span.column - 1].count("\t") * (len(_TAB) - 1)
    start = min(span.column - 1 + shift, len(line))
    end = min(span.end_column - 1 + shift, len(line)) if span.end_line == span.line else len(line)
    gutter = f"{span.line:>5} | "
    room = max(out.width - cell_len(gutter) - 1, 30)
    offset = 0
    if cell_len(line) > room:
        while cell_len(line[offset : min(end, start + 12)]) > room * 2 // 3:
            offset += 1
        crop = ("…" if offset else "") + line[offset + bool(offset) :]
        line_shown = set_cell_size(crop, room - 1).rstrip() + "…" if cell_len(crop) > room else crop
    else:
        line_shown = line
    before = cell_len(line[offset:start])
    marked = max(cell_len(line[start : max(end, start + 1)]), 1)
    marked = max(min(marked, room - before), 1)
    out.print(Text.assemble((gutter, "dim"), line_shown), no_wrap=True, crop=False, soft_wrap=True)
    out.print(
        Text.assemble(("      | ", "dim"), " " * before, ("^" + "~" * (marked - 1), style)),
        no_wrap=True,
        crop=False,
        soft_wrap=True,
    )


def print_table(table: Table, language: str, stream: TextIO | None = None) -> None:
    """A table with its title and notes; columns wrap rather than run out of the terminal."""
    out = console(stream)
    title = table.title.to(language)
    out.print(Text(f"{table.id}  {title}" if table.kind == "form" else title, style="bold"))
    cells = [
        [
            _compact(shown(cell, table.column_at(index, place), language), table.columns[place])
            for place, cell in enumerate(row)
        ]
        for index, row in enumerate(table.rows)
    ]
    laid = [_laid(column, [row[place] for row in cells], language) for place, column in enumerate(table.columns)]
    for number, block in enumerate(_blocks(table, laid, out.width)):
        if number:
            out.print()
        _print_block(table, cells, laid, block, out)
    for note in table.notes:
        out.print(Text(note.to(language), style="dim"), soft_wrap=False)
    out.print()


class _Laid(NamedTuple):
    """A column as it is printed: the width below which it does not go, whether it keeps it, its head and that of its group."""

    needed: int
    narrow: bool
    own: str
    group: str


def _laid(column: Column, cells: Sequence[str], language: str) -> _Laid:
    own, group = column.head.to(language), column.group.to(language) if column.group is not None else ""
    widest = max(map(cell_len, cells), default=0)
    if column.numeric or widest <= _NARROW or (column.key == "id" and widest <= 2 * _NARROW):
        own = _stacked(own, max(widest, 6))
        return _Laid(max(widest, *map(cell_len, own.split("\n"))), True, own, group)
    longest = max((cell_len(word) for word in own.split() if word.isascii()), default=0)
    return _Laid(max(min(widest, 12), min(longest, _NARROW)), False, own, group)


def _blocks(table: Table, laid: Sequence[_Laid], width: int) -> list[list[int]]:
    """The columns in as many blocks as fit the terminal, each with the column that names the rows in front."""
    names = next((place for place, column in enumerate(table.columns) if not column.numeric and column.key != "no"), 0)
    first = laid[names].needed
    whole = sum(one.needed + 2 for one in laid) - 2
    if width < whole <= width * _LITTLE:
        width = whole  # a single column in a block of its own would be harder to read than lines a little too long
    blocks: list[list[int]] = []
    used = width + 1
    for place in range(len(laid)):
        if place == names:
            continue
        needed = laid[place].needed + 2
        if used + needed > width:
            blocks.append([names])
            used = first
        blocks[-1].append(place)
        used += needed
    return [sorted(block) if index == 0 else block for index, block in enumerate(blocks)] or [[names]]


def _print_block(
    table: Table, cells: Sequence[Sequence[str]], laid: Sequence[_Laid], block: Sequence[int], out: Console
) -> None:
    """Heads of groups over heads of columns, a rule, and the rows; texts wrap inside their columns."""
    widths = _widths(laid, cells, block, out.width)

    def placed(text: str, width: int, *, right: bool) -> str:
        gap = " " * (width - cell_len(text))
        return gap + text if right else text + gap

    def line(texts: Sequence[str]) -> str:
        parts = zip(block, texts, strict=True)
        return "  ".join(placed(text, widths[place], right=table.columns[place].numeric) for place, text in parts)

    found = Text()
    runs = _runs(laid, block)
    spans = [sum(widths[place] for place in run) + 2 * len(run) - 2 for run in runs]
    groups = [_stacked(laid[run[0]].group, max(span, 6)).split("\n") for run, span in zip(runs, spans, strict=True)]
    for texts in _rows(groups, bottom=True) if any(laid[place].group for place in block) else ():
        centred = (f"{'':{(span - cell_len(text)) // 2}}{text}" for text, span in zip(texts, spans, strict=True))
        parts = (placed(text, span, right=False) for text, span in zip(centred, spans, strict=True))
        found.append("  ".join(parts) + "\n", "bold")
    for texts in _rows([_wrapped(laid[place].own, widths[place], out) for place in block], bottom=True):
        found.append(line(texts) + "\n", "bold")
    found.append(_box().head_row_horizontal * (sum(widths.values()) + 2 * len(block) - 2))
    for index, row in enumerate(cells):
        style = "bold" if table.total and index == len(cells) - 1 else ""
        for texts in _rows([_wrapped(row[place], widths[place], out) for place in block]):
            found.append("\n")
            found.append(line(texts), style)
    out.print(found, no_wrap=True, crop=False, soft_wrap=True)


def _wrapped(text: str, width: int, out: Console) -> list[str]:
    """The lines of a text in `width`; a word that is longer is broken."""
    if "\n" not in text and cell_len(text) <= width:
        return [text]
    return [part.plain.rstrip() for part in Text(text).wrap(out, width, overflow="fold")]


def _runs(laid: Sequence[_Laid], block: Sequence[int]) -> list[list[int]]:
    """Neighbouring columns of the same group."""
    return [list(run) for _group, run in groupby(block, key=lambda place: laid[place].group or place)]


def _widths(laid: Sequence[_Laid], cells: Sequence[Sequence[str]], block: Sequence[int], room: int) -> dict[int, int]:
    """The width of each column: what it holds, or a share of the room where texts have to wrap.

    The last column of a group is as wide as the head of the group needs.
    """
    whole = {
        place: max(0, *map(cell_len, laid[place].own.split("\n")), *(cell_len(row[place]) for row in cells))
        for place in block
    }
    least = {place: width if laid[place].narrow else min(laid[place].needed, width) for place, width in whole.items()}
    left = room - sum(least.values()) - 2 * len(block) + 2
    wanted = sum(whole.values()) - sum(least.values())
    share = min(max(left, 0) / wanted, 1.0) if wanted else 0.0
    widths = {place: least[place] + int(share * (whole[place] - least[place])) for place in block}
    for run in _runs(laid, block):
        span = sum(widths[place] for place in run) + 2 * len(run) - 2
        needed = max(map(cell_len, _stacked(laid[run[0]].group, max(span, 6)).split("\n")))
        widths[run[-1]] += max(needed - span, 0)
    return widths


def _rows(columns: Sequence[Sequence[str]], *, bottom: bool = False) -> list[list[str]]:
    """Columns of lines as rows; shorter ones stand at the top, or at the bottom."""
    deepest = max(map(len, columns))
    empty = [[""] * (deepest - len(lines)) for lines in columns]
    filled = [gap + list(lines) if bottom else list(lines) + gap for gap, lines in zip(empty, columns, strict=True)]
    return [list(row) for row in zip(*filled, strict=True)]


_LITTLE = 1.2
_NARROW = 14
"""Columns of short words keep their width; what is longer wraps."""


def _compact(text: str, column: Column) -> str:
    return text.replace(" %", "%") if column.numeric else text


def _stacked(head: str, width: int) -> str:
    """A column head over several lines, so that it is not wider than what stands below it, words kept whole."""
    lines = [""]
    for word in head.split():
        pieces = [word]
        if cell_len(word) > width and not word.isascii():
            per_line = max(width // 2, 2)
            count = -(-len(word) // per_line)
            size = -(-len(word) // count)
            pieces = [word[start : start + size] for start in range(0, len(word), size)]
        for piece in pieces:
            joined = f"{lines[-1]} {piece}".strip()
            if lines[-1] and (cell_len(joined) > width or piece is not pieces[0]):
                lines.append(piece)
            else:
                lines[-1] = joined
    return "\n".join(lines)


def _box() -> box.Box:
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return box.SIMPLE_HEAD if encoding in ("utf8", "utf16", "gbk", "gb18030", "cp936", "gb2312") else box.ASCII2


def print_text(text: str, stream: TextIO | None = None) -> None:
    """A paragraph."""
    console(stream).print(Text(text))
