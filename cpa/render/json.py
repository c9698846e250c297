"""Findings and tables for programs. The shape is versioned: fields are added, never changed or dropped."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from cpa.diagnostics import Finding, Span
from cpa.tables.model import Table, as_data

FORMAT = 1


def print_data(data: dict[str, Any]) -> None:
    """One JSON document on standard output; ASCII only where the console could not show it."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    sys.stdout.write(json_text(data, ascii_only=encoding != "utf8"))


def json_text(data: dict[str, Any], *, ascii_only: bool = False) -> str:
    """The document that `print_data` prints."""
    return json.dumps({"format": FORMAT, **data}, ensure_ascii=ascii_only, indent=2) + "\n"


def findings_data(findings: Sequence[Finding], language: str) -> list[dict[str, Any]]:
    """Findings as plain values, texts in `language`."""
    return [
        {
            "code": finding.code, "severity": finding.severity, "message": finding.message.to(language), "place": _place(finding.span),
            "related": [{"place": _place(related.span), "message": related.message.to(language)} for related in finding.related],
            "hint": finding.hint.to(language) if finding.hint is not None else None,
        }
        for finding in findings
    ]  # fmt: skip


def tables_data(tables: Sequence[Table], language: str) -> list[dict[str, Any]]:
    return [as_data(table, language) for table in tables]


def _place(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
