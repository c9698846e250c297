"""What is wrong, where it stands, and how to mend it. Nothing here prints."""

from typing import Literal

import msgspec

from cpa.messages import Message

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From the gravest to the lightest. Notes are what is still to do: they never fail a run."""


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def text(self) -> str:
        """The place as people and editors write it; a folder has no line."""
        return self.file if self.file.endswith("/") else f"{self.file}:{self.line}:{self.column}"


class Related(msgspec.Struct, frozen=True):
    """A second place that belongs to a finding, and what it has to do with it."""

    span: Span
    message: Message


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong with an audit."""

    code: str
    severity: Severity
    message: Message
    span: Span | None = None
    related: tuple[Related, ...] = ()
    hint: Message | None = None


def in_order(findings: "list[Finding]") -> "list[Finding]":
    """Findings as a person reads them: file by file, from the top down."""

    def place(finding: Finding) -> tuple[str, int, int, str, str]:
        span = finding.span
        if span is None:
            return ("", 0, 0, finding.code, str(finding.message))
        return (span.file, span.line, span.column, finding.code, str(finding.message))

    return sorted(findings, key=place)
