"""The manuals of the rules, on the terminal and as data."""

from collections.abc import Iterable
from typing import Any, Protocol

from rich.padding import Padding
from rich.text import Text

from cpa.diagnostics import Severity
from cpa.messages import Message, _
from cpa.render.terminal import SEVERITY_NAMES, console

SECTION_NAMES: dict[str, Message] = {
    "What": _("What is checked"), "Why": _("Why it matters"), "Example": _("Example"), "Remedy": _("Remedy"), "Source": _("Basis of the rule"),
}  # fmt: skip


class Manual(Protocol):
    """What a rule tells of itself."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def title(self) -> Message: ...
    @property
    def manual(self) -> tuple[tuple[str, Message], ...]: ...


def print_manual(rule: Manual, language: str) -> None:
    """Title and sections of one rule."""
    out = console()
    out.print(
        Text.assemble(
            (rule.code, "bold"), f" ({SEVERITY_NAMES[rule.severity].to(language)})  ", (rule.title.to(language), "bold")
        )
    )
    for name, text in rule.manual:
        out.print()
        out.print(Text(SECTION_NAMES[name].to(language), style="bold"))
        out.print(Padding(Text(text.text if name == "Example" else text.to(language)), (0, 0, 0, 2)))


def print_rules(rules: Iterable[Manual], language: str) -> None:
    """One line a rule."""
    out = console()
    for rule in rules:
        out.print(
            Text.assemble(
                (rule.code, "bold"), f"  {SEVERITY_NAMES[rule.severity].to(language)}  {rule.title.to(language)}"
            ),
            soft_wrap=True,
        )


def manual_data(rule: Manual, language: str) -> dict[str, Any]:
    """The manual as plain values."""
    return {
        "code": rule.code,
        "severity": rule.severity,
        "title": rule.title.to(language),
        **{name.lower(): text.text if name == "Example" else text.to(language) for name, text in rule.manual},
    }
