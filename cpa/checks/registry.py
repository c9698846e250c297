"""The rule registry: a rule is a function with a code, a severity and a docstring.

The docstring's first line is the title; then come `What:`, `Why:`, `Example:`, `Remedy:` and `Source:`.
`cpa explain`, the rules page and the test that every rule has an example are made from it.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from cpa.analysis import Analysis
from cpa.audit import PHASES
from cpa.diagnostics import Finding, Related, Severity, Span
from cpa.messages import Message
from cpa.schema.types import Phase

SECTIONS = ("What", "Why", "Example", "Remedy", "Source")


class Issue(NamedTuple):
    """What a rule yields: words and places; code and severity are the rule's."""

    message: Message
    span: Span | None
    hint: Message | None = None
    related: tuple[Related, ...] = ()


Check = Callable[[Analysis], Iterable[Issue]]


class Rule(NamedTuple):
    """A registered rule. `check` is None for what the reading of the files finds by itself."""

    code: str
    severity: Severity
    phase: Phase | None
    check: Check | None
    doc: str

    @property
    def title(self) -> Message:
        return parse_manual(self.doc)[0]

    @property
    def manual(self) -> tuple[tuple[str, Message], ...]:
        """The sections of the manual in the order of `SECTIONS`."""
        return parse_manual(self.doc)[1]


RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity, phase: Phase | None = None) -> Callable[[Check], Check]:
    """Registers a check under `code`; it is skipped while the audit's stage lies before `phase`."""

    def register(check: Check) -> Check:
        _add(code, severity, phase, check, check.__doc__)
        return check

    return register


def found_while_reading(code: str, severity: Severity) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Registers the manual of a code that reading the files reports."""

    def register(stub: Callable[[], None]) -> Callable[[], None]:
        _add(code, severity, None, None, stub.__doc__)
        return stub

    return register


def _add(code: str, severity: Severity, phase: Phase | None, check: Check | None, doc: str | None) -> None:
    if code in RULES:
        raise ValueError(f"{code} is registered twice")
    RULES[code] = Rule(code, severity, phase, check, doc or "")


def parse_manual(doc: str) -> tuple[Message, tuple[tuple[str, Message], ...]]:
    """Title and sections of a rule's docstring, each paragraph on one line."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", doc.strip())]
    sections = []
    for paragraph in paragraphs[1:]:
        name, _colon, text = paragraph.partition(": ")
        sections.append((name, Message(text)))
    return Message(paragraphs[0]), tuple(sections)


def run(analysis: Analysis) -> list[Finding]:
    """All findings of an audit: those of reading it, and those of every rule its stage has reached."""
    audit = analysis.audit
    findings = list(audit.findings)
    if audit.identity is not None:
        stage = audit.identity.stage
        reached = len(PHASES) if stage is None else PHASES.index(stage) + 1
        for entry in RULES.values():
            if entry.check is None or (entry.phase is not None and PHASES.index(entry.phase) >= reached):
                continue
            if entry.phase in audit.damaged:
                continue  # half a phase would give findings that vanish with the syntax error
            findings += (
                Finding(entry.code, entry.severity, issue.message, issue.span, issue.related, issue.hint)
                for issue in entry.check(analysis)
            )
    return findings
