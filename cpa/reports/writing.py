"""Writes a report's files: every one whole, or not at all."""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cpa.analysis import Analysis
from cpa.audit import PHASES
from cpa.figures.charts import balance_figures
from cpa.figures.raster import png
from cpa.files.writing import write_bytes, write_text
from cpa.messages import Message, _
from cpa.reports.document import Document
from cpa.reports.excel import workbook
from cpa.tables.assessment import balance, balance_flows
from cpa.tables.balances import indices, losses, reconciliation
from cpa.tables.forms import FORMS, table
from cpa.tables.model import Table

REPORT, WORKBOOK, FIGURES = "report.md", "worktables.xlsx", "figures"


def write_markdown(document: Document, folder: Path, name: str = REPORT) -> list[Path]:
    """The drawings first, then the text `name` that refers to them."""
    written = []
    for drawing, svg in document.drawings.items():
        write_text(folder / FIGURES / drawing, svg)
        written.append(folder / FIGURES / drawing)
    write_text(folder / name, document.text)
    return [folder / name, *written]


_PREASSESSMENT = 2
"""The phase in which suggestions (form 4-1) are collected."""
_BESIDE: dict[int, tuple[str, ...]] = {
    2: (
        "specifics", "energy", "energy-products", "energy-workshops", "water", "monitoring", "grounds", "timeline", "elimination",
        "benchmark", "benchmark-counts", "benchmark-classes", "potentials", "potential-streams", "focus", "focus-robustness",
        "focus-weights", "focus-experts",
    ),
    4: (
        "options-coverage", "savings", "option-effects", "comparison", "screening-methods", "screening-robustness",
        "screening-weights", "screening-experts",
    ),
    5: (
        "technical", "environmental", "further-indicators", "cash-flow", "sensitivity", "swings", "monte-carlo", "packages",
        "package-prices", "abatement",
    ),
    6: ("funds", "saved", "verification", "attainment", "benchmark-after"),
    7: ("rules", "next-round", "approvals"),
}  # fmt: skip
"""Tables that stand in the workbook beside the forms, by phase."""


def workbook_tables(analysis: Analysis) -> list[tuple[str, Table]]:
    """The sheets of the workbook: the 41 forms, what the phases add, then every balance with its streams."""
    identity = analysis.audit.identity
    stage = identity.stage if identity is not None and identity.stage is not None else PHASES[-1]
    last = PHASES.index(stage) + 1
    early = ("4-1",) if last == _PREASSESSMENT else ()
    numbers = [number for number in FORMS if int(number[0]) <= last or number in early]
    sheets = [(number, FORMS[number](analysis)) for number in numbers]
    beside = [name for phase, names in _BESIDE.items() if phase <= last for name in names]
    sheets += [(made.id[:31], made) for made in map(partial(table, analysis), beside) if made.rows]
    for index, result in enumerate(analysis.balances, 1):
        sheets.append((f"B{index}-{result.layer}"[:31], balance(result)))
        sheets.append((f"F{index}-{result.layer}"[:31], balance_flows(analysis, result)))
        further = [("R", reconciliation(analysis, result) if result.request.reconcile else None)]
        further += [("I", indices(analysis, result)), ("L", losses(analysis, result))]
        sheets += [(f"{letter}{index}-{result.layer}"[:31], table) for letter, table in further if table is not None]
    return sheets


def write_workbook(analysis: Analysis, folder: Path, language: str) -> Path:
    """The work tables as a workbook."""
    name = analysis.audit.identity.enterprise.name if analysis.audit.identity is not None else ""
    title = _("Work tables of the cleaner production audit of {name}", name=name)
    write_bytes(folder / WORKBOOK, workbook(workbook_tables(analysis), title, language))
    return folder / WORKBOOK


def write_tables(tables: Sequence[Table], path: Path, language: str, title: Message) -> Path:
    """Tables as a workbook of their own, a sheet each."""
    names = [re.sub(r"[\[\]:*?/\\']", "-", f"{number} {table.id}")[:31] for number, table in enumerate(tables, 1)]
    write_bytes(path, workbook(list(zip(names, tables, strict=True)), title, language))
    return path


def write_figures(analysis: Analysis, folder: Path, language: str, *, pictures: bool = False) -> list[Path]:
    """The block diagram (SVG, and Mermaid text) and the Sankey of every balance, with `pictures` as PNG too."""
    written = []
    for result in analysis.balances:
        for figure in balance_figures(analysis, result, language):
            for suffix, text in (("svg", figure.svg), ("mmd", figure.mermaid)):
                if text:
                    write_text(folder / f"{figure.name}.{suffix}", text)
                    written.append(folder / f"{figure.name}.{suffix}")
            if pictures:
                write_bytes(folder / f"{figure.name}.png", png(figure.svg))
                written.append(folder / f"{figure.name}.png")
    return written
